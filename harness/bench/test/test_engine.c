/* Each trigger fires where it should, and each action has its effect, in a whole run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/run.h"

struct row {
    const char *name;
    const char *module; /* further keys of `module` */
    const char *events;
    const char *expect;
    unsigned faults; /* actions that are done */
};

#define UPDATED "{outcome: updated, revision: 1351B04SIM7000C}"

static const struct row rows[] = {
    {"a command trigger counts commands that begin with its text", "",
     "[{when: {command: 'AT+CMEE'}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['DST: 1']}", 1},
    {"a command trigger may be written in small letters", "",
     "[{when: {command: 'at+cmee'}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['DST: 1']}", 1},
    {"a command trigger waits for the n-th time", "",
     "[{when: {command: 'AT+CFSINIT', nth: 2}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['+HTTPTOFS: 200', 'DST: 1']}", 1},
    {"an event fires as often as times says", "",
     "[{when: {command: 'AT+CFOTA?'}, times: 2, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['DST: 1', 'DST: 1']}", 2},
    {"after delays the actions", "",
     "[{when: {command: 'AT+CMEE'}, after: 30s, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['+HTTPTOFS: 200', 'DST: 1']}", 1},
    {"a phase trigger fires at the beginning of the phase", "",
     "[{when: {phase: restore-ap}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['+CFOTA: \"Updating\",100', 'DST: 1']}", 1},
    {"a phase trigger fires at its percent", "",
     "[{when: {phase: update, percent: 52%}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['+CFOTA: \"Updating\",50', 'DST: 1', '+CFOTA: \"Updating\",55']}",
     1},
    {"a flash step trigger cuts the power before the step", "",
     "[{when: {flash-step: 3}, do: [{power: cut, for: 5s}]}]",
     "{outcome: update-failed, status: 7, revision: 1351B03SIM7000C}", 1},
    {"a flash step can be cut after it was written", ", settings: {torn-write: lost}",
     "[{when: {flash-step: 150}, do: [{power: cut, write: after, for: 5s}]}]", UPDATED, 1},
    {"a write trigger fires at the n-th write of that name", ", settings: {torn-write: lost}",
     "[{when: {nv-write: update-status, nth: 3},"
     " do: [{power: cut, write: inside, for: 5s}]}]",
     "{outcome: update-failed, status: 3, revision: 1351B03SIM7000C}", 1},
    {"a waveform makes a brown-out", "",
     "[{when: {phase: restore-ap}, do: [{supply: {0s: 3.8V, 50ms: 2V, 1s: 3.8V}}]}]",
     "{outcome: updated, resets: 3}", 3},
    {"the pin reset is pulled", "", "[{when: {time: 15s}, do: [{reset-pin: 300ms}]}]",
     "{outcome: updated, resets: 3}", 1},
    {"a boot trigger fires when the engine is up", "", "[{when: {boot: 2}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['+CFOTA: \"Update successfully', 'DST: 1']}", 1},
    {"a time trigger fires at its time", "", "[{when: {time: 15s}, do: [{reset: crash}]}]",
     "{outcome: updated, resets: 3}", 1},
    {"a core state trigger fires when the state is entered", "",
     "[{when: {core-state: verify}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['+HTTPTOFS: 200', 'DST: 1', '+CFOTA']}", 1},
    {"an http byte trigger fires within the body", "",
     "[{when: {http-byte: 50000B}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['+APP PDP: ACTIVE', 'DST: 1', '+HTTPTOFS: 200']}", 1},
    {"a byte towards the host can be lost", "",
     "[{when: {to-host-byte: 60}, do: [{lose-to-host: 3B}]}]", UPDATED, 1},
    {"a byte towards the module can be lost", "",
     "[{when: {to-module-byte: 60}, do: [{lose-to-module: 3B}]}]", UPDATED, 1},
    {"power can be cut at a byte of the wire", "",
     "[{when: {to-host-byte: 300}, do: [{power: cut, for: 5s}]}]", "{outcome: updated, resets: 3}",
     1},
    {"a line towards the host can be lost", "",
     "[{when: {to-host-line: 9}, do: [{lose-to-host: line}]}]", UPDATED, 1},
    {"the answer to the command that triggers it can be lost", "",
     "[{when: {command: 'AT+CMEE'}, do: [{lose-to-host: line}]}]",
     "{outcome: updated, sent: ['AT+CMEE', 'AT+CMEE', 'AT+CGMM']}", 1},
    {"bytes can stand inside the answer to the command that triggers it", "",
     "[{when: {command: 'AT+GMR'}, do: [{insert-to-host: \"\\r\\nDST: 1\\r\\n\", at: 9B}]}]",
     "{outcome: updated, sent: ['AT+GMR', 'AT+GMR', 'AT+CFOTA?']}", 1},
    {"a reply stands in for the command", "",
     "[{when: {command: 'AT+CBC'}, times: 3, do: [{reply: ['+CBC: 0,5,3000', 'OK']}]}]",
     "{outcome: refused, reason: low-supply}", 3},
    {"a reply besides lets the command run", "",
     "[{when: {command: 'AT+CFOTA=1'}, do: [{reply: ['ERROR'], run: yes}]}]",
     "{sent: ['AT+CFOTA=1'], outcome: updated}", 1},
    {"a swallowed command is sent again", "",
     "[{when: {command: 'AT+CGMM'}, do: [{swallow: yes}]}]",
     "{outcome: updated, sent: ['AT+CGMM', 'AT+CGMM']}", 1},
    {"a delayed answer is waited for", "", "[{when: {command: 'AT+GMR'}, do: [{delay: 2s}]}]",
     UPDATED, 1},
    {"lost coverage comes back", "",
     "[{when: {command: 'AT+CEREG?'}, do: [{network: down, for: 20s}]}]", UPDATED, 1},
    {"a hang ends when its time is over", "",
     "[{when: {core-state: prepare}, do: [{hang: deaf, for: 3s}]}]", UPDATED, 1},
    {"pwrkey switches the module off", "",
     "[{when: {core-state: network}, do: [{pwrkey: 1500ms}]},"
     " {when: {core-state: network}, after: 12s, do: [{pwrkey: 1500ms}]}]",
     UPDATED, 2},
    {"a damaged file fails the update", "",
     "[{when: {core-state: start}, do: [{file-damage: '/fota/update.zip', at: 70000B}]}]",
     "{outcome: update-failed, status: 7}", 1},
    {"a truncated file is noticed before the start", "",
     "[{when: {core-state: verify}, do: [{file-truncate: '/fota/update.zip', at: 1000B}]}]",
     "{outcome: updated, sent: ['AT+HTTPTOFS', 'AT+HTTPTOFS', 'AT+CFOTA=1']}", 1},
    {"a deleted file is noticed before the start", "",
     "[{when: {core-state: verify}, do: [{file-delete: '/fota/update.zip'}]}]",
     "{outcome: updated, sent: ['AT+HTTPTOFS', 'AT+HTTPTOFS', 'AT+CFOTA=1']}", 1},
    {"settings change while it runs", "",
     "[{when: {core-state: download}, do: [{set: {update-result: fails, supply: 3500mV}}]}]",
     "{outcome: update-failed}", 2},
    {"garbled bytes do not stop it", "",
     "[{when: {to-host-byte: 100}, do: [{garble-to-host: 4B}]}]", UPDATED, 1},
    {"bytes can be inserted into an answer", "",
     "[{when: {command: 'AT+GMR'}, do: [{insert-to-host: \"\\r\\nDST: 1\\r\\n\", at: 2B}]}]",
     UPDATED, 1},
    {"a restart trigger fires at the n-th restart of any kind", "",
     "[{when: {reset: any, nth: 3}, do: [{urc: 'DST: 1'}], may-not-fire: yes},"
     " {when: {reset: cfota, nth: 2}, after: 7s, do: [{urc: 'DST: 2'}]},"
     " {when: {reset: crash}, do: [{urc: 'DST: 3'}], may-not-fire: yes}]",
     "{outcome: updated, urcs: ['+CFOTA: \"Update successfully', 'DST: 2'],"
     " never-urcs: ['DST: 1', 'DST: 3']}",
     1},
    {"a line of the module is a trigger", "",
     "[{when: {urc: '+CFOTA: \"Updating\"', nth: 3}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['+CFOTA: \"Updating\",10', 'DST: 1', '+CFOTA: \"Updating\",15']}",
     1},
    {"what the core asks for is a trigger", "",
     "[{when: {request: save-checkpoint, nth: 2}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, requests: [save-checkpoint, save-checkpoint], urcs: ['DST: 1']}", 1},
    {"time may count from what was last seen", "",
     "[{when: {time: 2s, since: boot}, do: [{urc: 'DST: 1'}], times: 2},"
     " {when: {time: 10s, since: reset}, do: [{urc: 'DST: 2'}]},"
     " {when: {time: 15s, since: command}, do: [{urc: 'DST: 3'}]},"
     " {when: {time: 4s, since: urc}, do: [{urc: 'DST: 4'}]}]",
     "{outcome: updated, urcs: ['DST: 1', 'DST: 4', 'DST: 2', 'DST: 1']}", 5},
    {"time since a byte is a silence of the line", "",
     "[{when: {time: 9s, since: byte}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, durations: [{from: {command: 'AT+CFOTA=1'}, to: {urc: 'DST: 1'},"
     " at-least: 9s, at-most: 3min}]}",
     1},
    {"the answer to one command is lost in the line that it names", "",
     "[{when: {to-host-text: 'OK', answers: 'AT+CGMM'}, do: [{lose-to-host: line}]}]",
     "{outcome: updated, sent: ['AT+CGMM', 'AT+CGMM'], limits: {retries: 1}}", 1},
    {"a text trigger counts its lines", "",
     "[{when: {to-host-text: '+CFOTA: \"Updating\"', nth: 2}, times: 2, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['+CFOTA: \"Updating\",5', 'DST: 1', '+CFOTA: \"Updating\",10',"
     " 'DST: 1', '+CFOTA: \"Updating\",15']}",
     2},
    {"power can be cut inside a line", "",
     "[{when: {to-host-text: 'SIMCOM', at: 3B}, do: [{power: cut, for: 5s}]}]",
     "{outcome: updated, resets: 3}", 1},
    {"a line of the module collides with the echo of a command", "",
     "[{when: {to-module-text: 'AT+CMEE', at: 4B}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['DST: 1']}", 1},
    {"the n-th line of the host is a trigger", "",
     "[{when: {to-module-line: 6}, do: [{lose-to-module: line}]}]", UPDATED, 1},
    {"a command can come twice", "",
     "[{when: {to-module-text: 'AT+CGMM'}, do: [{duplicate-to-module: line}]}]",
     "{outcome: updated, sent: ['AT+CGMM']}", 1},
    {"a line of the module can come twice", "",
     "[{when: {to-host-text: '+HTTPTOFS: 200'}, do: [{duplicate-to-host: line}]}]", UPDATED, 1},
    {"a command can be garbled", "",
     "[{when: {to-module-text: 'AT+CGMM'}, do: [{garble-to-module: 3B}]}]",
     "{outcome: updated, sent: ['AT+CGMM']}", 1},
    {"bytes can be inserted into a command", "",
     "[{when: {to-module-text: 'AT+CNACT=1', at: 9B}, do: [{insert-to-module: \"0\"}]}]",
     "{outcome: updated, sent: ['AT+CNACT=01']}", 1},
    {"a line can come in two pieces", "",
     "[{when: {to-host-text: '+HTTPTOFS: 200', at: 5B}, do: [{split-to-host: 3s}]}]",
     "{outcome: updated, durations: [{from: {urc: '+HTTPTOFS'}, to: {core-state: verify},"
     " at-least: 3s, at-most: 4s}]}",
     1},
    {"a command can come in two pieces", "",
     "[{when: {to-module-text: 'AT+CGMM', at: 3B}, do: [{split-to-module: 1s}]}]",
     "{outcome: updated, durations: [{from: {to-module-text: 'AT+CGMM'}, to: {command: 'AT+CGMM'},"
     " at-least: 1s, at-most: 1100ms}]}",
     1},
    {"a setting is as at the start when its time is over", "",
     "[{when: {command: 'AT+CGMM'}, do: [{set: {answer-delay: 1s}, for: 10s}]}]",
     "{outcome: updated, durations:"
     " [{from: {command: 'AT+GMR'}, to: {core-state: decide}, at-least: 1s},"
     "  {from: {to-module-text: 'AT+CFOTA=1'}, to: {to-host-text: 'OK'}, at-most: 500ms}]}",
     1},
    {"an http byte trigger fires in each body that reaches it", "",
     "[{when: {http-byte: 10000B}, times: 2, do: [{bearer: lost}]}]",
     "{outcome: updated, sent: ['AT+HTTPTOFS', 'AT+HTTPTOFS', 'AT+HTTPTOFS', 'AT+CFOTA=1']}", 2},
    {"an http byte trigger can fire in every body", "",
     "[{when: {http-byte: 10000B}, times: always, do: [{bearer: lost}]}]",
     "{outcome: download-failed}", 3},
    {"marks of one body are passed one behind the other", "",
     "[{when: {http-byte: 50000B}, do: [{bearer: lost}]},"
     " {when: {http-byte: 10000B}, times: 2, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, urcs: ['DST: 1', 'DST: 1']}", 3},
    {"the line towards the host can be dead for a time", "",
     "[{when: {command: 'AT+GMR'}, do: [{lose-to-host: 5s}]}]",
     "{outcome: updated, sent: ['AT+GMR', 'AT+GMR'], durations:"
     " [{from: {command: 'AT+GMR'}, to: {core-state: decide}, at-least: 5s, at-most: 9s}]}",
     1},
    {"the line towards the module can be dead for a time", "",
     "[{when: {core-state: decide}, do: [{lose-to-module: 5s}]}]",
     "{outcome: updated, durations:"
     " [{from: {core-state: decide}, to: {command: 'AT+CFUN?'}, at-least: 5s, at-most: 12s}]}",
     1},
    {"limits and the end of the module are judged", "",
     "[{when: {boot: 1}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, limits: {exchanges: 60, retries: 0, sent: 1KB, received: 5KB},"
     " module: {no-files: [/fota/update.zip], parameters: {'+IPR': 0, '+CFUN': 1, 'E': 0},"
     " imei: present, bearer: up}}",
     1},
    {"a file that is there at the end is seen", ", files: [{path: /customer/a.txt, size: 3000B}]",
     "[{when: {boot: 1}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, module: {files: [/customer/a.txt]}}", 1},
    {"a duration counts to the first end behind its beginning", "",
     "[{when: {boot: 1}, do: [{urc: 'DST: 1'}]}]",
     "{outcome: updated, durations:"
     " [{from: {command: 'AT+CFOTA=1'}, to: {command: 'AT+CFOTA?'}, at-least: 1min, at-most: 1h}]}",
     1},
    {"the host restarts with its checkpoint", "",
     "[{when: {phase: update, percent: 10%}, do: [{host-reset: yes, for: 3s}]}]",
     "{outcome: updated, sent: ['AT+CFOTA=1']}", 1},
    {"the host calls it off before the start", "",
     "[{when: {core-state: network}, do: [{cancel: yes}]}]",
     "{outcome: cancelled, never-sent: ['AT+CFOTA=1'], revision: 1351B03SIM7000C}", 1},
};

/* The end of the module, judged: what is expected, and the finding that comes of it. */
static const struct wrong_row {
    const char *name, *module, *expect, *finding;
} wrong_rows[] = {
    {"a file that is not there at the end is a finding", "", "files: [/fota/update.zip]",
     "expect.module.files"},
    {"a file that must not be there at the end is a finding",
     ", files: [{path: /customer/a.txt, size: 3000B}]", "no-files: [/customer/a.txt]",
     "expect.module.no-files"},
    {"another value of a command at the end is a finding", "", "parameters: {'+CFUN': 4}",
     "expect.module.parameters"},
    {"a number that is still there is a finding where it must be lost", "", "imei: lost",
     "expect.module.imei"},
    {"a bearer that is up at the end is a finding", "", "bearer: down", "expect.module.bearer"},
};

static struct bench_run *run;

static int make_run(void **state)
{
    (void)state;
    run = bench_run_new(BENCH_SINK_MEMORY);
    return run ? 0 : -1;
}

static int free_run(void **state)
{
    (void)state;
    bench_run_free(run);
    return 0;
}

static unsigned count_faults(void)
{
    struct bench_record record;
    size_t offset = bench_journal_begin(&run->journal);
    unsigned count = 0;
    while (bench_journal_next(&run->journal, &offset, &record)) {
        count += record.kind == BENCH_JOURNAL_FAULT;
        if (record.kind == BENCH_JOURNAL_BENCH)
            fail_msg("the bench says: %.*s", (int)record.length, (const char *)record.payload);
    }
    return count;
}

static struct scenario *run_row_within(const struct row *row, uint64_t wall_us_max,
                                       struct bench_result *ret_result)
{
    const struct bench_options options = {.seed = 1, .wall_us_max = wall_us_max};
    struct scenario_errors errors = {0};
    char text[2048];
    int length =
        snprintf(text, sizeof text,
                 "scenario: a row\nwhy: it is a test\n"
                 "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, supply-min: 3300mV,\n"
                 "         package: {url: 'http://fota.example/update.zip', size: 109285B}}\n"
                 "module: {variant: SIM7000C%s}\nevents: %s\nexpect: %s\n",
                 row->module, row->events, row->expect);
    struct scenario *scenario = scenario_parse(row->name, text, (size_t)length, &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    assert_true(bench_run_begin(run, &scenario->cases[0], &options));
    bench_run_all(run, ret_result);
    scenario_errors_done(&errors);
    return scenario;
}

static struct scenario *run_row(const struct row *row, struct bench_result *ret_result)
{
    return run_row_within(row, 0, ret_result);
}

static void the_row_holds(void **state)
{
    const struct row *row = *state;
    struct bench_result result;
    struct scenario *scenario = run_row(row, &result);
    for (size_t i = 0; i < result.finding_count; i++)
        print_error("%s: want %s, got %s\n", result.findings[i].what, result.findings[i].want,
                    result.findings[i].got);
    assert_int_equal(result.finding_count, 0);
    assert_int_equal(result.verdict, BENCH_PASSED);
    assert_int_equal(count_faults(), row->faults);
    scenario_free(scenario);
}

/* A fault that was not tried fails the run, also where only its `after` was too long. */
static void an_event_without_effect_is_a_finding(void **state)
{
    static const struct row rows_of_faults[] = {
        {"never", "", "[{when: {boot: 9}, do: [{urc: 'DST: 1'}]}]", UPDATED, 0},
        {"late", "", "[{when: {core-state: clean-up}, after: 1h, do: [{urc: 'DST: 1'}]}]", UPDATED,
         0},
        {"time", "", "[{when: {time: 2h}, do: [{urc: 'DST: 1'}]}]", UPDATED, 0},
        {"seldom", "", "[{when: {http-byte: 10000B}, times: 3, do: [{urc: 'DST: 1'}]}]", UPDATED,
         1},
    };
    static const char *const got[] = {
        "it never happened; {urc: 'DST: 1'} was not tried",
        "it did, but the run was over before `after` was; {urc: 'DST: 1'} was not tried",
        "it never happened; {urc: 'DST: 1'} was not tried", "fired 1 of 3; the rest was not tried"};
    (void)state;
    for (size_t i = 0; i < sizeof got / sizeof got[0]; i++) {
        struct bench_result result;
        struct scenario *scenario = run_row(&rows_of_faults[i], &result);
        assert_int_equal(result.verdict, BENCH_FAILED);
        assert_int_equal(result.finding_count, 1);
        assert_non_null(strstr(result.findings[0].got, got[i]));
        assert_int_equal(count_faults(), rows_of_faults[i].faults);
        scenario_free(scenario);
    }
}

static void a_run_that_takes_this_machine_too_long_is_an_error(void **state)
{
    struct bench_result result;
    (void)state;
    struct scenario *scenario = run_row_within(
        &(struct row){"slow", "", "[{when: {boot: 1}, do: [{urc: 'DST: 1'}]}]", UPDATED, 0}, 1,
        &result);
    assert_int_equal(result.verdict, BENCH_ERROR);
    assert_non_null(strstr(run->error, "the run takes too long here"));
    scenario_free(scenario);
}

/* Bytes of a fault are nobody's: they go although the line is silent for minutes. */
static void inserted_bytes_do_not_wait_for_others(void **state)
{
    static const struct row silent[] = {
        {"host", "", "[{when: {time: 75s}, do: [{insert-to-host: \"\\r\\nDST: 1\\r\\n\"}]}]",
         UPDATED, 1},
        {"module", "", "[{when: {time: 75s}, do: [{insert-to-module: \"AT\\r\"}]}]", UPDATED, 1},
    };
    static const uint8_t kinds[] = {BENCH_JOURNAL_TO_HOST, BENCH_JOURNAL_TO_MODULE};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench_result result;
        struct bench_record record;
        uint64_t before_us = 0, fault_us = 0, came_us = 0;
        struct scenario *scenario = run_row(&silent[i], &result);
        size_t offset = bench_journal_begin(&run->journal);
        while (!came_us && bench_journal_next(&run->journal, &offset, &record)) {
            if (record.kind == BENCH_JOURNAL_FAULT)
                fault_us = record.time_us;
            else if (record.kind == kinds[i] && fault_us)
                came_us = record.time_us;
            else if (record.kind == kinds[i])
                before_us = record.time_us;
        }
        assert_int_equal(result.verdict, BENCH_PASSED);
        assert_true(fault_us - before_us > 1000000); /* it was silent */
        assert_in_range(came_us - fault_us, 1, 2000);
        scenario_free(scenario);
    }
}

static void the_row_is_a_finding(void **state)
{
    const struct wrong_row *wrong = *state;
    struct bench_result result;
    char expect[200];
    snprintf(expect, sizeof expect, "{outcome: updated, module: {%s}}", wrong->expect);
    struct scenario *scenario =
        run_row(&(struct row){wrong->name, wrong->module,
                              "[{when: {boot: 1}, do: [{urc: 'DST: 1'}]}]", expect, 1},
                &result);
    assert_int_equal(result.finding_count, 1);
    assert_string_equal(result.findings[0].what, wrong->finding);
    assert_int_equal(result.verdict, BENCH_FAILED);
    scenario_free(scenario);
}

int main(void)
{
    enum {
        COUNT = sizeof rows / sizeof rows[0],
        WRONG = sizeof wrong_rows / sizeof wrong_rows[0],
        EXTRA = 3
    };
    struct CMUnitTest tests[COUNT + WRONG + EXTRA] = {
        [COUNT + WRONG] = cmocka_unit_test(an_event_without_effect_is_a_finding),
        [COUNT + WRONG + 1] = cmocka_unit_test(inserted_bytes_do_not_wait_for_others),
        [COUNT + WRONG + 2] = cmocka_unit_test(a_run_that_takes_this_machine_too_long_is_an_error)};
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = the_row_holds,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    for (size_t i = 0; i < WRONG; i++)
        tests[COUNT + i] = (struct CMUnitTest){.name = wrong_rows[i].name,
                                               .test_func = the_row_is_a_finding,
                                               .initial_state = (void *)(uintptr_t)&wrong_rows[i]};
    return _cmocka_run_group_tests("engine", tests, COUNT + WRONG + EXTRA, make_run, free_run);
}
