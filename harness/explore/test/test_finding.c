/* A finding, read as an event of a scenario. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/as_event.h"
#include "harness/explore/branch.h"

/* One try of the download: what breaks it ends the job. */
static const char text[] =
    "scenario: a case\nwhy: it is a test\n"
    "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, download-tries: 1,\n"
    "         package: {url: 'http://fota.example/update.zip', size: 2KiB}}\n"
    "expect: {outcome: updated}\n";

static struct scenario *parse(const char *from, size_t length)
{
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse("case.yaml", from, length, &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    scenario_errors_done(&errors);
    return scenario;
}

static struct explore_choice choice_of(const char *word)
{
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    assert_int_equal(explore_choice_parse(word, choices), 1);
    return choices[0];
}

static void run_to_end(struct bench_run *run)
{
    while (bench_run_step(run))
        ;
}

/* What a file says is the same run as what the sweep did. */
static void a_choice_as_an_event_is_the_same_run(void **state)
{
    static const char *const choices[] = {"lose-byte@to-host-byte:300",
                                          "flip-bit@to-module-byte:200",
                                          "port-lost@to-host-byte:500",
                                          "double-line@to-host-line:20",
                                          "silence@to-module-line:30",
                                          "urc.4@to-host-line:40",
                                          "notice.3@to-host-line:40",
                                          "swallow@command:20",
                                          "cme@command:31",
                                          "drop@http-block:2",
                                          "server.page@http-request:1",
                                          "refused@request:1",
                                          "reset-first@request:2",
                                          "power-cut@deadline:30000000",
                                          "host-reset@deadline:60000000",
                                          "line-lost@boot:2",
                                          "cut-write.inside@flash-step:7"};
    struct scenario *plain = parse(text, sizeof text - 1);
    struct bench_run *branched = bench_run_new(BENCH_SINK_MEMORY);
    struct bench_run *told = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario_case *changed = malloc(sizeof *changed);
    (void)state;
    assert_non_null(branched);
    assert_non_null(told);
    assert_non_null(changed);
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        const struct explore_choice choice = choice_of(choices[i]);
        const struct bench_options options = {.seed = 1, .points = true};
        char event[EXPLORE_EVENT_MAX], error[BENCH_TEXT_MAX];
        size_t length;
        if (!explore_event_write(told, &plain->cases[0], 1, &choice, event, error))
            fail_msg("%s: %s", choices[i], error);
        char *with = explore_events_insert(text, sizeof text - 1, event, &length);
        assert_non_null(with);
        struct scenario *scenario = parse(with, length);
        assert_true(branch_begin(branched, &plain->cases[0], 1, &choice, 1, changed));
        run_to_end(branched);
        assert_true(bench_run_begin(told, &scenario->cases[0], &options));
        run_to_end(told);
        if (told->world.now_us != branched->world.now_us ||
            memcmp(&told->world.sim, &branched->world.sim, sizeof told->world.sim) != 0)
            fail_msg("%s: as an event it is another run:\n%s", choices[i], event);
        assert_int_equal(told->world.engine.fired[0], 1);
        scenario_free(scenario);
        free(with);
    }
    free(changed);
    bench_run_free(told);
    bench_run_free(branched);
    scenario_free(plain);
}

static void what_a_file_cannot_say_is_refused(void **state)
{
    static const char *const choices[] = {"late@to-host-line:20", "flash-full@nv-write:1"};
    struct scenario *plain = parse(text, sizeof text - 1);
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    (void)state;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        const struct explore_choice choice = choice_of(choices[i]);
        char event[EXPLORE_EVENT_MAX], error[BENCH_TEXT_MAX] = "";
        assert_false(explore_event_write(run, &plain->cases[0], 1, &choice, event, error));
        assert_non_null(strstr(error, "no event of a scenario says"));
    }
    bench_run_free(run);
    scenario_free(plain);
}

static void events_stand_behind_those_of_the_file(void **state)
{
    static const char with[] = "a: b\nevents:\n  - when: {boot: 1}\nexpect: {}\n";
    size_t length;
    char *made = explore_events_insert(with, sizeof with - 1, "  - new\n", &length);
    (void)state;
    assert_string_equal(made, "a: b\nevents:\n  - new\n  - when: {boot: 1}\nexpect: {}\n");
    assert_int_equal(length, strlen(made));
    free(made);
    assert_null(explore_events_insert("a: b\n", 5, "  - new\n", &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_choice_as_an_event_is_the_same_run),
        cmocka_unit_test(what_a_file_cannot_say_is_refused),
        cmocka_unit_test(events_stand_behind_those_of_the_file),
    };
    return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
