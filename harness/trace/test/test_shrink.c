/* test_shrink.c - what has nothing to do with a failure goes, and each bound is where it flips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/text/setting.h"
#include "harness/trace/shrink.h"
#include "harness/trace/test/support_run.h"

static const char head[] = "scenario: it fails\n"
                           "why: padded with what has nothing to do with it\n"
                           "update:\n"
                           "  from: 1351B03SIM7000C\n"
                           "  to: 1351B04SIM7000C\n"
                           "  package: {url: 'http://fota.example/update.zip'}\n";

/* 16 events with 45 actions that change nothing, beside the one that does: all that a file takes.
 */
static size_t padded(char *text, size_t capacity, const char *cause, const char *setting)
{
    size_t used =
        (size_t)snprintf(text, capacity, "%smodule: {settings: {%s}}\nevents:\n", head, setting);
    for (unsigned i = 0; i < 15; i++)
        used += (size_t)snprintf(text + used, capacity - used,
                                 "  - when: {time: %us}\n"
                                 "    do: [{urc: 'DST: 0'}, {dtr: on}, {rts: on}]\n"
                                 "    may-not-fire: yes\n",
                                 20 + i);
    used += (size_t)snprintf(text + used, capacity - used,
                             "%sexpect:\n  outcome: updated\n  within: 6h\n", cause);
    return used;
}

/* How the text ends with other words in it: verdict and reason. */
static unsigned ending(const struct shrink_result *shrunk, const char *from, const char *to)
{
    char *copy = malloc(shrunk->length + 64);
    /* Remarks stand above, and may have the same words. */
    const char *text = strstr(shrunk->text, "\nevents:"), *at = strstr(text, from);
    struct scenario_errors errors = {0};
    struct bench_result result;
    assert_non_null(at);
    int made = snprintf(copy, shrunk->length + 64, "%.*s%s%s", (int)(at - shrunk->text),
                        shrunk->text, to, at + strlen(from));
    struct scenario *scenario = scenario_parse("test.yaml", copy, (size_t)made, &errors);
    if (!scenario)
        fail_msg("%s:\n%s", errors.text, copy);
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    support_run(run, &scenario->cases[0], 1, &result);
    bench_run_free(run);
    scenario_free(scenario);
    scenario_errors_done(&errors);
    free(copy);
    return result.verdict * 256u + (unsigned)result.observed.result.reason;
}

static void check_flip(const struct shrink_result *shrunk, const char *from,
                       const struct shrink_interval *interval, uint64_t bound, int step, bool open)
{
    char inside[128], outside[128];
    if (open)
        return;
    snprintf(inside, sizeof inside, "%s: %llu%s", interval->what, (unsigned long long)bound,
             interval->unit);
    snprintf(outside, sizeof outside, "%s: %lld%s", interval->what, (long long)bound + step,
             interval->unit);
    unsigned want = ending(shrunk, from, from);
    if (ending(shrunk, from, inside) != want || ending(shrunk, from, outside) == want)
        fail_msg("nothing flips between %s and %s:\n%s", inside, outside, shrunk->text);
}

/* An event more, and nothing expected. */
static void lose_a_line(const void *context, const struct scenario_case *one,
                        struct scenario_case *ret_case)
{
    (void)context;
    *ret_case = *one;
    ret_case->expectation_count = 0;
    ret_case->events[ret_case->event_count++] =
        (struct scenario_event){.when = {.kind = SCENARIO_TRIGGER_TO_HOST_LINE, .number = 9},
                                .first_action = ret_case->action_count,
                                .action_count = 1,
                                .times = 1};
    ret_case->actions[ret_case->action_count++] =
        (struct scenario_action){.kind = SCENARIO_ACTION_LOSE_TO_HOST, .detail = 1};
}

static void what_is_put_into_each_case_stays_out_of_the_file(void **state)
{
    (void)state;
    static char text[16384];
    const struct shrink_change change = {.make = lose_a_line};
    struct shrink_result result;
    size_t length = padded(text, sizeof text, "", "answer-delay: 30ms, update-result: fails");
    if (!shrink_scenario("test.yaml", text, length, 0, 1, 1, &change, &result))
        fail_msg("%s", result.error);
    if (strstr(result.text, "events:") || strstr(result.text, "outcome:") ||
        !strstr(result.text, "expect: {within: 24h}") ||
        !strstr(result.text, "update-result: fails"))
        fail_msg("want the setting alone:\n%s", result.text);
    shrink_done(&result);
}

static void what_has_nothing_to_do_with_it_goes(void **state)
{
    (void)state;
    static const struct {
        const char *cause, *setting, *left;
        size_t parts; /* cause and the expectation */
    } rows[] = {
        {"  - when: {phase: update, percent: 37%}\n    do: [{power: cut, for: 5s}]\n",
         "answer-delay: 30ms", "power: cut", 2},
        {"  - when: {command: 'AT+CFOTA=1'}\n    do: [{reply: ['+CME ERROR: 3']}]\n"
         "    times: always\n    may-not-fire: yes\n",
         "answer-delay: 30ms", "+CME ERROR: 3", 3},
        {"", "answer-delay: 30ms, update-result: fails", "update-result: fails", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static char text[16384];
        struct shrink_result result;
        size_t length = padded(text, sizeof text, rows[i].cause, rows[i].setting);
        if (!shrink_scenario("test.yaml", text, length, 0, 1, 1, NULL, &result))
            fail_msg("%s: %s", rows[i].left, result.error);
        if (result.units_after != rows[i].parts || !strstr(result.text, rows[i].left) ||
            strstr(result.text, "DST"))
            fail_msg("%s: want %zu parts, got %zu:\n%s", rows[i].left, rows[i].parts,
                     result.units_after, result.text);
        shrink_done(&result);
    }
}

/* As many parts as a file takes beside the cause: 200 that have nothing to do with it. */
static size_t padded_well(char *text, size_t capacity, const char *cause, size_t *ret_parts)
{
    char settings[6000];
    size_t used = 0, parts = 15 + 45 + 15;
    for (unsigned i = 0; i < SIM_SETTING_COUNT && parts < 201; i++, parts++) {
        const struct sim_setting_info *info = sim_setting_info(i);
        char value[48];
        used += (size_t)snprintf(settings + used, sizeof settings - used, "%s%s: %s",
                                 used ? ", " : "", info->name,
                                 text_setting_write(info, info->initial, value, sizeof value));
    }
    *ret_parts = parts;
    return padded(text, capacity, cause, settings);
}

/* Each bound of what is left: the verdict is the same there, and another one step further. */
static void a_bound_is_where_the_verdict_flips(void **state)
{
    (void)state;
    static const struct {
        const char *cause, *from; /* the number and its key in the file that is left */
        const char *key;
        bool has_low, has_high;
    } rows[] = {
        {"  - when: {command: 'AT+CGMM'}\n    do: [{network: down, for: 10h}]\n", "for: 10h", "for",
         true, false},
        {"  - when: {http-byte: 50000B}\n    do: [{network: down, for: 20h}]\n", "for: 20h", "for",
         true, false},
        {"  - when: {time: 12s}\n    do: [{network: down}]\n", "time: 12s", "time", true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static char text[24576];
        struct shrink_result result;
        size_t parts, found = 0, length = padded_well(text, sizeof text, rows[i].cause, &parts);
        assert_true(parts >= 200);
        if (!shrink_scenario("test.yaml", text, length, 0, 1, 1, NULL, &result))
            fail_msg("%s: %s", rows[i].cause, result.error);
        if (result.units_before < parts || result.units_after > 2)
            fail_msg("%s: want %zu parts shrunk to 2, got %zu to %zu:\n%s", rows[i].cause, parts,
                     result.units_before, result.units_after, result.text);
        for (size_t k = 0; k < result.interval_count; k++) {
            const struct shrink_interval *interval = &result.intervals[k];
            if (strcmp(interval->what, rows[i].key) != 0)
                continue;
            found++;
            assert_int_equal(interval->low_open, !rows[i].has_low);
            assert_int_equal(interval->high_open, !rows[i].has_high);
            check_flip(&result, rows[i].from, interval, interval->low, -1, interval->low_open);
            check_flip(&result, rows[i].from, interval, interval->high, 1, interval->high_open);
        }
        assert_int_equal(found, 1);
        shrink_done(&result);
    }
}

/* Text, intervals and runs are those of one process, however many there are. */
static void what_comes_out_does_not_depend_on_the_processes(void **state)
{
    (void)state;
    static const unsigned jobs[] = {1, 2, 3, 7};
    static char text[16384];
    char want[8192] = "";
    size_t runs = 0;
    size_t length = padded(text, sizeof text,
                           "  - when: {command: 'AT+CGMM'}\n    do: [{network: down, for: 10h}]\n",
                           "answer-delay: 30ms");
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        struct shrink_result result;
        if (!shrink_scenario("test.yaml", text, length, 0, 1, jobs[i], NULL, &result))
            fail_msg("%u processes: %s", jobs[i], result.error);
        if (i == 0) {
            snprintf(want, sizeof want, "%s", result.text);
            runs = result.runs;
        }
        if (strcmp(result.text, want) != 0 || result.runs != runs)
            fail_msg("%u processes: want (%zu runs)\n%s\ngot (%zu runs)\n%s", jobs[i], runs, want,
                     result.runs, result.text);
        shrink_done(&result);
    }
}

static void what_ends_well_is_refused(void **state)
{
    (void)state;
    char text[1024];
    struct shrink_result result;
    int length = snprintf(text, sizeof text, "%sexpect: {outcome: updated}\n", head);
    assert_false(shrink_scenario("test.yaml", text, (size_t)length, 0, 1, 1, NULL, &result));
    assert_non_null(strstr(result.error, "neither fails nor ends badly"));
    shrink_done(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_nothing_to_do_with_it_goes),
        cmocka_unit_test(a_bound_is_where_the_verdict_flips),
        cmocka_unit_test(what_comes_out_does_not_depend_on_the_processes),
        cmocka_unit_test(what_is_put_into_each_case_stays_out_of_the_file),
        cmocka_unit_test(what_ends_well_is_refused),
    };
    return cmocka_run_group_tests_name("shrink", tests, NULL, NULL);
}
