/* test_survey.c - a module is asked for what it is, by its port alone: here the emulator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/run.h"
#include "harness/bench/survey.h"
#include "harness/scenario/scenario.h"

#define UPDATE                                                                                     \
    "scenario: a module\nwhy: It is asked.\nupdate:\n  from: 1351B03SIM7000C\n"                    \
    "  to: 1351B04SIM7000C\n  package: {url: 'http://fota.example/a.zip', size: 2KiB}\n"           \
    "  delivery: http\n"

/* Runs a survey on the module of the scenario; what it found is in it. How often that restarted. */
static unsigned ask(struct bench_survey *survey, const char *text)
{
    const struct bench_options options = {.seed = 1};
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse("survey.yaml", text, strlen(text), &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    struct bench_run *run = bench_run_new(BENCH_SINK_NONE);
    run->host = &bench_host_survey;
    run->host_context = survey;
    assert_true(bench_run_begin(run, &scenario->cases[0], &options));
    while (bench_run_step(run))
        continue;
    assert_true(survey->over);
    struct sim_view view;
    run->module->view(run, &view);
    bench_run_free(run);
    scenario_free(scenario);
    return view.resets;
}

static void a_module_says_what_it_is(void **state)
{
    static const struct {
        enum sim_question kind;
        const char *argument, *want; /* NULL: there is no such thing */
    } rows[] = {
        {SIM_QUESTION_MODEL, NULL, "SIMCOM_SIM7000C"},
        {SIM_QUESTION_REVISION, NULL, "1351B03SIM7000C"},
        {SIM_QUESTION_STATUS, NULL, "6"},
        {SIM_QUESTION_BEARER, NULL, "0"},
        {SIM_QUESTION_SUPPLY, NULL, "3800"},
        {SIM_QUESTION_FILE, "/fota/update.zip", NULL},
        {SIM_QUESTION_PARAMETER, "+CFUN", "1"},
    };
    struct bench_survey survey = {.question_count = 0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        bench_survey_add(&survey, rows[i].kind, rows[i].argument);
    (void)ask(&survey, UPDATE "module:\n  settings: {left-over-status: 6, supply: 3800mV}\n"
                              "expect:\n  outcome: updated\n");
    assert_true(survey.answers);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct bench_question *got =
            bench_survey_find(&survey, rows[i].kind, rows[i].argument);
        const char *want = rows[i].want ? rows[i].want : "(no such thing)";
        const char *is = got->known == SCENARIO_YES  ? got->answer
                         : got->known == SCENARIO_NO ? "(no such thing)"
                                                     : "(not known)";
        if (strcmp(want, is) != 0)
            fail_msg("%s: want '%s', got '%s'", sim_question_name(rows[i].kind), want, is);
    }
}

static void a_module_that_is_deaf_is_given_up(void **state)
{
    struct bench_survey survey = {.question_count = 0};
    (void)state;
    bench_survey_add(&survey, SIM_QUESTION_MODEL, NULL);
    (void)ask(&survey, UPDATE "events:\n  - when: {time: 0s}\n    do: [{hang: both}]\n"
                              "expect:\n  outcome: updated\n");
    assert_false(survey.answers);
    assert_int_equal(survey.questions[0].known, SCENARIO_UNKNOWN);
}

static void a_module_is_restarted_behind_the_questions(void **state)
{
    struct bench_survey survey = {.restarts = true};
    (void)state;
    bench_survey_add(&survey, SIM_QUESTION_REVISION, NULL);
    assert_int_equal(ask(&survey, UPDATE "expect:\n  outcome: updated\n"), 1);
    assert_true(survey.answers);
    assert_int_equal(survey.questions[0].known, SCENARIO_YES);
}

static void the_modules_clock_is_watched(void **state)
{
    struct bench_survey survey = {.clock_s = 10};
    (void)state;
    assert_int_equal(ask(&survey, UPDATE "expect:\n  outcome: updated\n"), 0);
    assert_in_range(survey.clock_passed_us, 9900000, 10100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_says_what_it_is),
        cmocka_unit_test(a_module_that_is_deaf_is_given_up),
        cmocka_unit_test(a_module_is_restarted_behind_the_questions),
        cmocka_unit_test(the_modules_clock_is_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
