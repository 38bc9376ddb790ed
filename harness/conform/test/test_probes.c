/*
 * Every probe of scenarios/conform sees the change that it names, finds the setting again, and sees
 * a spoilt answer. All against the emulator in virtual time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/synthetic_package.h"
#include "harness/conform/findings.h"
#include "harness/text/setting.h"

enum { SLACK_MS = 150, PROBES_AT_LEAST = 200 };

static struct conform_library library;
static struct conform_emulator emulator;
static struct sim_config defaults;
static struct conform_heard **as_it_is; /* of an emulator with defaults, by dialogue */

static const char url[] = "http://probe.example/update.zip";
static struct sim_blob blob;
static uint8_t *package;

/* What dialogues fetch: a package for the revision of the defaults. */
static bool make_package(void)
{
    const struct bench_package wanted = {.variant = defaults.variant,
                                         .from = defaults.revision,
                                         .to = "1351B04SIM7000C",
                                         .size_bytes = 20000};
    char problem[200];
    size_t size = 0;
    package = bench_package_make(&wanted, &size, problem, sizeof problem);
    if (!package)
        return false;
    blob = (struct sim_blob){.bytes = package,
                             .size_bytes = (uint32_t)size,
                             .digest = sim_digest(SIM_DIGEST, package, size)};
    sim_package_check(package, size, &blob.package);
    defaults.blobs = &blob;
    defaults.blob_count = 1;
    return true;
}

static struct conform_heard *new_heard(void)
{
    struct conform_heard *heard = calloc(1, sizeof *heard);
    assert_non_null(heard);
    return heard;
}

static int setup(void **state)
{
    const char *const paths[] = {"scenarios/conform"};
    char *text;
    (void)state;
    if (!conform_library_load(&library, paths, 1, &text)) {
        print_error("%s\n", text ? text : "no memory");
        free(text);
        return -1;
    }
    sim_config_init(&defaults);
    defaults.settings[SIM_SETTING_COMMAND_SET] = 1;
    as_it_is = calloc(library.dialogue_count, sizeof(struct conform_heard *));
    if (!as_it_is || !make_package() || !conform_emulator_open(&emulator))
        return -1;
    emulator.url = url;
    conform_emulator_start(&emulator, &defaults, library.first);
    for (size_t i = 0; i < library.dialogue_count; i++) {
        as_it_is[i] = new_heard();
        conform_emulator_talk(&emulator, library.dialogues[i], as_it_is[i]);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < library.dialogue_count; i++)
        free(as_it_is[i]);
    free(as_it_is);
    free(package);
    conform_emulator_close(&emulator);
    conform_library_done(&library);
    return 0;
}

static void there_are_enough_probes_and_each_sees_something(void **state)
{
    (void)state;
    size_t blind = 0;
    for (size_t i = 0; i < library.probe_count; i++) {
        struct conform_view view;
        const struct scenario_probe *probe = library.probes[i].probe;
        conform_see(probe, as_it_is[library.probes[i].dialogue], &view);
        if (strcmp(view.text, "-") == 0 && probe->setting_count == 0) {
            print_error("%s: sees nothing\n", probe->name);
            blind++;
        }
    }
    printf("%zu probes in %zu dialogues\n", library.probe_count, library.dialogue_count);
    assert_int_equal(blind, 0);
    assert_true(library.probe_count >= PROBES_AT_LEAST);
}

static struct sim_config given_of(const struct scenario_probe *probe)
{
    struct sim_config config = defaults;
    for (unsigned i = 0; i < probe->given_count; i++)
        config.settings[probe->given[i]] = probe->given_values[i];
    return config;
}

/* What the probe sees of a module with one setting changed; its dialogue goes to `heard`. */
static void see_changed(size_t index, unsigned setting, int32_t value, struct conform_heard *heard,
                        struct conform_view *ret_view)
{
    struct sim_config config = given_of(library.probes[index].probe);
    config.settings[setting] = value;
    conform_emulator_start(&emulator, &config, library.first);
    conform_emulator_talk(&emulator, library.dialogues[library.probes[index].dialogue], heard);
    conform_see(library.probes[index].probe, heard, ret_view);
}

static void each_probe_sees_the_change_that_it_names(void **state)
{
    (void)state;
    struct conform_heard *heard = new_heard();
    size_t wrong = 0, seen = 0;
    for (size_t i = 0; i < library.probe_count; i++) {
        const struct scenario_probe *probe = library.probes[i].probe;
        struct conform_view before, after;
        for (unsigned n = 0; n < probe->setting_count; n++) {
            char text[64];
            see_changed(i, probe->settings[n], given_of(probe).settings[probe->settings[n]], heard,
                        &before);
            see_changed(i, probe->settings[n], probe->planted[n], heard, &after);
            seen++;
            if (!conform_same(&before, &after, SLACK_MS))
                continue;
            wrong++;
            print_error("%s: does not see %s=%s: %s, as before %s\n", probe->name,
                        sim_setting_info(probe->settings[n])->name,
                        text_setting_write(sim_setting_info(probe->settings[n]), probe->planted[n],
                                           text, sizeof text),
                        after.text, before.text);
        }
    }
    free(heard);
    printf("%zu planted changes of settings, %zu not seen\n", seen, wrong);
    assert_int_equal(wrong, 0);
}

/* A probe that no setting decides looks at one line; that command is answered with an error. */
static void a_probe_without_a_setting_sees_a_spoilt_answer(void **state)
{
    (void)state;
    struct conform_heard *heard = new_heard();
    size_t wrong = 0, seen = 0;
    for (size_t i = 0; i < library.probe_count; i++) {
        const struct scenario_probe *probe = library.probes[i].probe;
        const struct scenario_dialogue *dialogue = library.dialogues[library.probes[i].dialogue];
        struct conform_view before, after;
        if (probe->setting_count > 0)
            continue;
        const struct scenario_step *step = &dialogue->steps[probe->step ? probe->step - 1 : 0];
        while (step->kind != SCENARIO_STEP_SEND && step > dialogue->steps)
            step--;
        conform_see(probe, as_it_is[library.probes[i].dialogue], &before);
        conform_emulator_start(&emulator, &defaults, library.first);
        emulator.spoilt = step->text ? step->text + 2 : NULL;
        conform_emulator_talk(&emulator, dialogue, heard);
        emulator.spoilt = NULL;
        conform_see(probe, heard, &after);
        seen++;
        if (!conform_same(&before, &after, SLACK_MS))
            continue;
        wrong++;
        print_error("%s: does not see that %s is spoilt: %s\n", probe->name,
                    step->text ? step->text : "?", after.text);
    }
    free(heard);
    printf("%zu spoilt answers, %zu not seen\n", seen, wrong);
    assert_int_equal(wrong, 0);
}

/* With what was found the probe must see the same; another value that looks alike is as good. */
static bool finds(size_t index, unsigned n, struct conform_heard **heard)
{
    const struct scenario_probe *probe = library.probes[index].probe;
    struct sim_config given = given_of(probe), config = given;
    struct conform_solution solution;
    unsigned setting = probe->settings[n];
    config.settings[setting] = probe->planted[n];
    conform_emulator_start(&emulator, &config, library.first);
    for (size_t i = 0; i < library.dialogue_count; i++)
        if (heard[i])
            conform_emulator_talk(&emulator, library.dialogues[i], heard[i]);
    assert_true(conform_solve(&library, heard, &given, url, SLACK_MS, &solution));
    bool good = solution.results[index].verdict == CONFORM_SETTLED && solution.differing == 0;
    if (!good)
        print_error("%s: %s is not found: %s, found %s, %zu differ\n", probe->name,
                    sim_setting_info(setting)->name, solution.results[index].module.text,
                    solution.results[index].found.text, solution.differing);
    conform_solution_done(&solution);
    return good;
}

static void each_change_is_found_by_its_own_dialogue(void **state)
{
    (void)state;
    size_t wrong = 0, tried = 0;
    for (size_t i = 0; i < library.probe_count; i++) {
        struct conform_heard **heard = calloc(library.dialogue_count, sizeof *heard);
        assert_non_null(heard);
        heard[library.probes[i].dialogue] = new_heard();
        for (unsigned n = 0; n < library.probes[i].probe->setting_count; n++, tried++)
            wrong += !finds(i, n, heard);
        free(heard[library.probes[i].dialogue]);
        free(heard);
    }
    printf("%zu changes, %zu not found\n", tried, wrong);
    assert_int_equal(wrong, 0);
}

/* An assumed fact is settled by a probe, or what to ask where none can is written down. */
static void each_assumed_setting_has_a_probe_or_a_question(void **state)
{
    (void)state;
    size_t probes = 0, questions = 0, idle = 0, wrong = 0;
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        const struct scenario_probe *probe = conform_library_settles(&library, i);
        const char *question = sim_setting_question(i);
        bool assumed = sim_setting_info(i)->tag == 'I';
        bool none = sim_setting_no_question(i) != NULL;
        probes += assumed && probe;
        questions += assumed && question;
        idle += assumed && !probe && !question;
        if ((assumed && !probe && !question && !none) || (question && (probe || !assumed))) {
            wrong++;
            print_error("%s: %s, %s\n", sim_setting_info(i)->name, probe ? probe->name : "no probe",
                        question ? question : "no question");
        }
    }
    printf("assumed settings: %zu have a probe, %zu a question, %zu are no question\n", probes,
           questions, idle);
    assert_int_equal(wrong, 0);
}

/* ---- many at once --------------------------------------------------------------------------- */

enum { DRAWN = 20, SEEDS = 3, SETTLED_MAX = 400 };

static uint32_t draw(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(*state >> 8) * below >> 24);
}

/* Another value than the one that the probe names, where it is a number. */
static int32_t draw_value(uint32_t *state, unsigned setting, int32_t planted)
{
    const struct sim_setting_info *info = sim_setting_info(setting);
    if (info->unit == SIM_UNIT_CHOICE || info->unit == SIM_UNIT_FLAG || info->maximum < 100)
        return planted;
    int64_t value = (int64_t)planted - planted / 4 + (int64_t)planted * draw(state, 100) / 400;
    return value < info->minimum || value > info->maximum ? planted : (int32_t)value;
}

static void hear_all(const struct sim_config *config, struct conform_heard **heard)
{
    conform_emulator_start(&emulator, config, library.first);
    for (size_t i = 0; i < library.dialogue_count; i++)
        conform_emulator_talk(&emulator, library.dialogues[i], heard[i]);
}

static bool all_alike(struct conform_heard *const *one, struct conform_heard *const *other)
{
    for (size_t i = 0; i < library.probe_count; i++) {
        struct conform_view left, right;
        conform_see(library.probes[i].probe, one[library.probes[i].dialogue], &left);
        conform_see(library.probes[i].probe, other[library.probes[i].dialogue], &right);
        if (!conform_same(&left, &right, SLACK_MS))
            return false;
    }
    return true;
}

/* All that some probe settles, each once, with the value that it names. */
static size_t list_settled(uint16_t *settings, int32_t *planted)
{
    size_t count = 0;
    for (size_t i = 0; i < library.probe_count; i++) {
        const struct scenario_probe *probe = library.probes[i].probe;
        for (unsigned n = 0; n < probe->setting_count; n++) {
            bool known = probe->given_count > 0; /* shows only beside another */
            for (size_t k = 0; k < count && !known; k++)
                known = settings[k] == probe->settings[n];
            if (known || count == SETTLED_MAX)
                continue;
            settings[count] = probe->settings[n];
            planted[count++] = probe->planted[n];
        }
    }
    return count;
}

/* Draws settings; one that hides another or is hidden by it is drawn anew. */
static void draw_twenty(uint32_t seed, struct sim_config *config, uint16_t drawn[DRAWN],
                        struct conform_heard **heard, struct conform_heard **other)
{
    static uint16_t settings[SETTLED_MAX];
    static int32_t planted[SETTLED_MAX];
    size_t all = list_settled(settings, planted), count = 0;
    uint32_t state = seed;
    *config = defaults;
    while (count < DRAWN) {
        size_t index = draw(&state, (uint32_t)all);
        unsigned setting = settings[index];
        if (config->settings[setting] != defaults.settings[setting])
            continue;
        config->settings[setting] = draw_value(&state, setting, planted[index]);
        drawn[count++] = (uint16_t)setting;
        hear_all(config, heard);
        bool hides = false;
        for (size_t k = 0; k < count && !hides; k++) {
            struct sim_config without = *config;
            without.settings[drawn[k]] = defaults.settings[drawn[k]];
            hear_all(&without, other);
            hides = all_alike(heard, other);
        }
        if (hides)
            config->settings[drawn[--count]] = defaults.settings[setting];
    }
    hear_all(config, heard);
}

static void twenty_changes_at_once_are_found(void **state)
{
    (void)state;
    struct conform_heard **heard = calloc(library.dialogue_count, sizeof *heard);
    struct conform_heard **other = calloc(library.dialogue_count, sizeof *other);
    size_t wrong = 0, found = 0, alike = 0, starts = 0;
    assert_true(heard && other);
    for (size_t i = 0; i < library.dialogue_count; i++) {
        heard[i] = new_heard();
        other[i] = new_heard();
    }
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct sim_config config;
        struct conform_solution solution;
        uint16_t drawn[DRAWN];
        draw_twenty(seed, &config, drawn, heard, other);
        assert_true(conform_solve(&library, heard, &defaults, url, SLACK_MS, &solution));
        starts += solution.starts;
        for (size_t i = 0; i < DRAWN; i++) {
            char want[64], got[64];
            const struct sim_setting_info *info = sim_setting_info(drawn[i]);
            found += solution.is_changed[drawn[i]];
            if (solution.is_changed[drawn[i]])
                continue;
            alike++; /* others make the same of it, and nothing tells them apart */
            text_setting_write(info, config.settings[drawn[i]], want, sizeof want);
            text_setting_write(info, solution.settings[drawn[i]], got, sizeof got);
            printf("seed %u: %s=%s: not told from others, %s\n", seed, info->name, want, got);
        }
        for (size_t i = 0; i < library.probe_count; i++)
            if (solution.results[i].verdict == CONFORM_DIFFERS)
                print_error("seed %u: %s: %s, found %s\n", seed, library.probes[i].probe->name,
                            solution.results[i].module.text, solution.results[i].found.text);
        wrong += solution.differing;
        conform_solution_done(&solution);
    }
    printf("%d seeds of %d changes: %zu found, in %zu starts of an emulator\n", SEEDS, DRAWN, found,
           starts);
    for (size_t i = 0; i < library.dialogue_count; i++) {
        free(heard[i]);
        free(other[i]);
    }
    free(heard);
    free(other);
    assert_int_equal(wrong, 0);
    assert_true(alike * 50 <= found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_enough_probes_and_each_sees_something),
        cmocka_unit_test(each_probe_sees_the_change_that_it_names),
        cmocka_unit_test(a_probe_without_a_setting_sees_a_spoilt_answer),
        cmocka_unit_test(each_change_is_found_by_its_own_dialogue),
        cmocka_unit_test(each_assumed_setting_has_a_probe_or_a_question),
        cmocka_unit_test(twenty_changes_at_once_are_found),
    };
    return cmocka_run_group_tests_name("probes", tests, setup, teardown);
}
