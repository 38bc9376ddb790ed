/* Exploration: which faults it makes, what it finds, and that it finds it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/explore.h"

static struct scenario *load(const char *rest)
{
    struct scenario_errors errors = {0};
    char text[8192];
    int length = snprintf(text, sizeof text,
                          "scenario: a case\nwhy: it is a test\n"
                          "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C,\n"
                          "         package: {url: 'http://fota.example/update.zip'}}\n"
                          "%s\n",
                          rest);
    struct scenario *scenario = scenario_parse("case.yaml", text, (size_t)length, &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    scenario_errors_done(&errors);
    return scenario;
}

static void count_finding(void *context, const struct explore_finding *finding)
{
    unsigned *count = context;
    print_error("%s: %s: want %s, got %s\n", finding->choice, finding->first.what,
                finding->first.want, finding->first.got);
    ++*count;
}

static void every_fault_is_put_at_every_line(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_NONE);
    struct scenario *scenario = load("expect: {outcome: updated}");
    struct explore_summary summary;
    unsigned findings = 0;
    (void)state;
    assert_non_null(run);
    assert_int_equal(explore_case(run, &scenario->cases[0], 1, count_finding, &findings, &summary),
                     EXPLORE_DONE);
    assert_true(summary.lines > 50);
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        uint32_t outcomes = 0;
        for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++)
            outcomes += summary.faults[fault].outcomes[outcome];
        assert_int_equal(summary.faults[fault].runs, summary.lines);
        assert_int_equal(outcomes, summary.lines);
        assert_int_equal(summary.faults[fault].untried, 0);
    }
    /* The cut that costs the update shows that the faults really fire. */
    assert_true(summary.faults[EXPLORE_FAULT_POWER_CUT].outcomes[FOTA_OUTCOME_UPDATE_FAILED] > 0);
    assert_int_equal(findings, 0);
    scenario_free(scenario);
    bench_run_free(run);
}

static void a_case_that_does_not_pass_is_not_explored(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_NONE);
    struct scenario *scenario = load("expect: {outcome: refused}");
    struct explore_summary summary;
    (void)state;
    assert_non_null(run);
    assert_int_equal(explore_case(run, &scenario->cases[0], 1, NULL, NULL, &summary),
                     EXPLORE_FAILED);
    assert_non_null(strstr(run->error, "the undisturbed run does not pass"));
    scenario_free(scenario);
    bench_run_free(run);
}

/* As many events, actions, lasting ones and durations as a file may have, and no room left. */
static struct scenario *load_full(void)
{
    char rest[6000] = "events:\n";
    size_t length = strlen(rest);
    for (int i = 0; i < SCENARIO_EVENTS_MAX; i++)
        length += (size_t)snprintf(
            rest + length, sizeof rest - length,
            "  - when: {time: %dh}\n    may-not-fire: yes\n    do: [%s%s]\n", i + 10,
            i < SCENARIO_LASTING_MAX ? "{power: cut, for: 1s}" : "{urc: 'RING'}",
            ", {urc: 'RING'}");
    length += (size_t)snprintf(rest + length, sizeof rest - length,
                               "expect:\n  outcome: updated\n  durations:\n");
    for (int i = 0; i < SCENARIO_DURATIONS_MAX; i++)
        length +=
            (size_t)snprintf(rest + length, sizeof rest - length,
                             "    - {from: {boot: 1}, to: {boot: 2}, at-least: %ds}\n", i + 1);
    return load(rest);
}

static void a_case_without_room_is_explored_all_the_same(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_NONE);
    struct scenario *scenario = load_full();
    struct explore_summary summary;
    (void)state;
    assert_non_null(run);
    if (explore_case(run, &scenario->cases[0], 1, NULL, NULL, &summary) != EXPLORE_DONE)
        fail_msg("%s", run->error);
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        assert_int_equal(summary.faults[fault].runs, summary.lines);
    assert_true(summary.faults[EXPLORE_FAULT_POWER_CUT].outcomes[FOTA_OUTCOME_UPDATE_FAILED] > 0);
    scenario_free(scenario);
    bench_run_free(run);
}

/* One row: how it ends without the fault and with it, and what that is. */
static const struct row {
    const char *name;
    const char *events;
    uint8_t fault, base, got;
    bool finding, excused;
} rows[] = {
    {"a lost line costs nothing", "", EXPLORE_FAULT_LOSE_TO_HOST, FOTA_OUTCOME_UPDATED,
     FOTA_OUTCOME_DOWNLOAD_FAILED, true, false},
    {"a host that finds its work done is right", "", EXPLORE_FAULT_HOST_RESET, FOTA_OUTCOME_UPDATED,
     FOTA_OUTCOME_ALREADY_CURRENT, false, false},
    {"a power cut may cost the update", "", EXPLORE_FAULT_POWER_CUT, FOTA_OUTCOME_UPDATED,
     FOTA_OUTCOME_UPDATE_FAILED, false, true},
    {"a power cut may not cost the module", "", EXPLORE_FAULT_POWER_CUT, FOTA_OUTCOME_UPDATED,
     FOTA_OUTCOME_NEEDS_SERVICE, true, false},
    {"a story that failed may fail in another way", "", EXPLORE_FAULT_LOSE_TO_HOST,
     FOTA_OUTCOME_DOWNLOAD_FAILED, FOTA_OUTCOME_REFUSED, false, false},
    {"a story that failed may not end out of service", "", EXPLORE_FAULT_LOSE_TO_HOST,
     FOTA_OUTCOME_DOWNLOAD_FAILED, FOTA_OUTCOME_NEEDS_SERVICE, true, false},
    {"a fault may be of help", "", EXPLORE_FAULT_HOST_RESET, FOTA_OUTCOME_NEEDS_SERVICE,
     FOTA_OUTCOME_UPDATED, false, false},
    {"two faults at once may cost the update",
     "events: [{when: {command: 'AT+CGMM'}, do: [{swallow: yes}]}]\n", EXPLORE_FAULT_LOSE_TO_HOST,
     FOTA_OUTCOME_UPDATED, FOTA_OUTCOME_REFUSED, false, true},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static void an_end_is_judged(void **state)
{
    const struct row *row = *state;
    char rest[256];
    snprintf(rest, sizeof rest, "%sexpect: {outcome: updated}", row->events);
    struct scenario *scenario = load(rest);
    const struct scenario_observed base = {.finished = true, .result = {.outcome = row->base}};
    struct bench_result result = {
        .verdict = BENCH_FAILED,
        .finding_count = 1,
        .observed = {.finished = true, .result = {.outcome = row->got}},
        .findings = {{.kind = SCENARIO_FINDING_EVENT}}}; /* is no finding here */
    bool excused =
        explore_judge((enum explore_fault)row->fault, &scenario->cases[0], &base, &result);
    assert_int_equal(result.finding_count, row->finding);
    assert_int_equal(result.verdict, row->finding ? BENCH_FAILED : BENCH_PASSED);
    assert_int_equal(excused, row->excused);
    if (row->finding)
        assert_int_equal(result.findings[0].kind, SCENARIO_FINDING_OUTCOME);
    scenario_free(scenario);
}

static void a_run_that_was_stopped_is_no_finding(void **state)
{
    struct scenario *scenario = load("expect: {outcome: updated}");
    const struct scenario_observed base = {.finished = true,
                                           .result = {.outcome = FOTA_OUTCOME_UPDATED}};
    struct bench_result result = {.verdict = BENCH_STOPPED};
    (void)state;
    assert_false(explore_judge(EXPLORE_FAULT_LOSE_TO_HOST, &scenario->cases[0], &base, &result));
    assert_int_equal(result.finding_count, 0);
    assert_int_equal(result.verdict, BENCH_STOPPED);
    scenario_free(scenario);
}

static void a_choice_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        char choice[EXPLORE_CHOICE_MAX];
        enum explore_fault got;
        uint32_t line;
        explore_choice_format((enum explore_fault)fault, 4711, choice, sizeof choice);
        assert_true(explore_choice_parse(choice, &got, &line));
        assert_int_equal(got, fault);
        assert_int_equal(line, 4711);
    }
}

static void what_is_no_choice_is_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        "power-cut",
                                        "power-cut@",
                                        "power-cut@0",
                                        "power-cut@12x",
                                        "power-cut@99999999999",
                                        "no-such@3"};
    enum explore_fault fault;
    uint32_t line;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(explore_choice_parse(wrong[i], &fault, &line));
}

int main(void)
{
    enum { OWN = 6 };
    struct CMUnitTest tests[OWN + ROW_COUNT] = {
        cmocka_unit_test(every_fault_is_put_at_every_line),
        cmocka_unit_test(a_case_that_does_not_pass_is_not_explored),
        cmocka_unit_test(a_case_without_room_is_explored_all_the_same),
        cmocka_unit_test(a_run_that_was_stopped_is_no_finding),
        cmocka_unit_test(a_choice_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_choice_is_refused),
    };
    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[OWN + i] = (struct CMUnitTest){.name = rows[i].name,
                                             .test_func = an_end_is_judged,
                                             .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("explore", tests, NULL, NULL);
}
