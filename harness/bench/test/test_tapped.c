/* What the tap reads reaches monitor and event engine, also of a module that tells nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/run.h"

static struct bench_run *run;
static struct bench_end silent; /* the emulator, of which only the bytes are known */

static int make_run(void **state)
{
    (void)state;
    run = bench_run_new(BENCH_SINK_MEMORY);
    silent = bench_module_sim;
    silent.tells = false;
    silent.watch = NULL;
    return run ? 0 : -1;
}

static int free_run(void **state)
{
    (void)state;
    bench_run_free(run);
    return 0;
}

static const struct row {
    const char *name, *events, *expect;
    bool wrong; /* the expectation does not hold */
} rows[] = {
    {"an unsolicited line sets an event off",
     "[{when: {urc: 'SMS Ready'}, do: [{dtr: off, for: 1s}]}]", "{outcome: updated}", false},
    {"a boot at an unfixed rate sets an event off",
     "[{when: {boot: 2}, do: [{dtr: off, for: 1s}]}]", "{outcome: updated}", false},
    {"a command sets an event off", "[{when: {command: 'AT+CFOTA=1'}, do: [{dtr: off, for: 1s}]}]",
     "{outcome: updated}", false},
    {"time counts from a boot", "[{when: {time: 1s, since: boot}, do: [{dtr: off, for: 1s}]}]",
     "{outcome: updated}", false},
    {"commands and lines are expected in their order", NULL,
     "{sent: ['AT+CFOTA=1', 'AT+CFOTA?'], urcs: ['+CFOTA: \"Start to update\"', 'SMS Ready']}",
     false},
    {"a line that never comes is missed", NULL, "{urcs: ['+CFOTA: \"Update failed']}", true},
    {"a command that must not be sent is seen", NULL, "{never-sent: ['AT+CFOTA=1']}", true},
    {"a line that must not come is seen", NULL, "{never-urcs: ['SMS Ready']}", true},
};

static struct scenario *load(const struct row *row)
{
    struct scenario_errors errors = {0};
    char text[2048];
    int length =
        snprintf(text, sizeof text,
                 "scenario: a row\nwhy: it is a test\n"
                 "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, supply-min: 3300mV,\n"
                 "         package: {url: 'http://fota.example/update.zip', size: 20000B}}\n"
                 "module: {variant: SIM7000C}\n%s%s\nexpect: %s\n",
                 row->events ? "events: " : "", row->events ? row->events : "", row->expect);
    struct scenario *scenario = scenario_parse(row->name, text, (size_t)length, &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    scenario_errors_done(&errors);
    return scenario;
}

static void run_with(const struct row *row, const struct bench_end *module)
{
    const struct bench_options options = {.seed = 1};
    struct bench_result result;
    struct scenario *scenario = load(row);
    run->module = module;
    assert_true(bench_run_begin(run, &scenario->cases[0], &options));
    bench_run_all(run, &result);
    run->module = &bench_module_sim;
    if ((result.finding_count > 0) != row->wrong)
        fail_msg("%s: %zu findings; %s: want %s, got %s", module->tells ? "telling" : "silent",
                 result.finding_count, result.findings[0].what, result.findings[0].want,
                 result.findings[0].got);
    scenario_free(scenario);
}

static void the_row_holds_whether_the_module_tells_or_not(void **state)
{
    const struct row *row = *state;
    run_with(row, &bench_module_sim);
    run_with(row, &silent);
}

static void boots_and_resets_are_counted(void **state)
{
    (void)state;
    struct sim_view view;
    run_with(&rows[4], &silent);
    silent.view(run, &view);
    assert_int_equal(run->world.tap.boots, view.boots);
    assert_int_equal(run->world.tap.resets, view.resets);
}

int main(void)
{
    enum { COUNT = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[COUNT + 1] = {cmocka_unit_test(boots_and_resets_are_counted)};
    for (size_t i = 0; i < COUNT; i++)
        tests[i + 1] =
            (struct CMUnitTest){.name = rows[i].name,
                                .test_func = the_row_holds_whether_the_module_tells_or_not,
                                .initial_state = (void *)(uintptr_t)&rows[i]};
    return _cmocka_run_group_tests("tapped", tests, COUNT + 1, make_run, free_run);
}
