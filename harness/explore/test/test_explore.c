#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/explore.h"

static struct scenario *load(const char *expect)
{
    struct scenario_errors errors = {0};
    char text[1024];
    int length = snprintf(text, sizeof text,
                          "scenario: a case\nwhy: it is a test\n"
                          "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C,\n"
                          "         package: {url: 'http://fota.example/update.zip'}}\n"
                          "expect: %s\n",
                          expect);
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
    struct scenario *scenario = load("{outcome: updated}");
    struct explore_summary summary;
    unsigned findings = 0;
    (void)state;
    assert_non_null(run);
    assert_true(explore_case(run, &scenario->cases[0], 1, count_finding, &findings, &summary));
    assert_true(summary.lines > 50);
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        uint32_t outcomes = 0;
        for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++)
            outcomes += summary.faults[fault].outcomes[outcome];
        assert_int_equal(summary.faults[fault].runs, summary.lines);
        assert_int_equal(outcomes, summary.lines);
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
    struct scenario *scenario = load("{outcome: refused}");
    struct explore_summary summary;
    (void)state;
    assert_non_null(run);
    assert_false(explore_case(run, &scenario->cases[0], 1, NULL, NULL, &summary));
    assert_non_null(strstr(run->error, "the undisturbed run does not pass"));
    scenario_free(scenario);
    bench_run_free(run);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_put_at_every_line),
        cmocka_unit_test(a_case_that_does_not_pass_is_not_explored),
        cmocka_unit_test(a_choice_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_choice_is_refused),
    };
    return cmocka_run_group_tests_name("explore", tests, NULL, NULL);
}
