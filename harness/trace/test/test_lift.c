/* test_lift.c - what a trace deviates by is found again, from its bytes alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/tap/tap.h"
#include "harness/trace/lift.h"
#include "harness/trace/test/support_run.h"
#include "sim/sim.h"

/* Written where nothing was invented, what must and must not be in it. */
static const struct {
    const char *path, *holds;
    unsigned events, settings;
} rows[] = {
    {"scenarios/documented/update-by-http.yaml", "from: 1351B03SIM7000C", 0, 0},
    {"scenarios/update/update-fails.yaml", "update-result: fails", 0, 1},
    {"scenarios/update/power-cut-at-the-result.yaml", "do: [{", 1, 0},
    {"scenarios/update/sim-card-lost.yaml", "set: {sim-card: absent}", 1, 0},
    {"scenarios/download/byte-lost-in-the-file-name.yaml", "lose-to-module: 1B", 1, 0},
    {"scenarios/delivery/ftp-into-flash.yaml", "delivery: ftp", 0, 0},
    {"scenarios/delivery/foreign-line-among-read-bytes.yaml", "insert-to-host: ", 1, 0},
    {"scenarios/contact/another-model.yaml", "model: another", 0, 0},
    {"scenarios/contact/no-answer.yaml", "outcome: refused", 0, 1},
    {"scenarios/delivery/push-without-bytes.yaml", "refuses: [give-bytes]", 0, 0},
    {"scenarios/delivery/push-stops-for-long.yaml", "split-to-module: ", 1, 0},
    {"scenarios/update/ends-without-a-result.yaml", "final-urc: lost", 0, 3},
    {"scenarios/contact/low-supply.yaml", "supply-min: ", 0, 0},
    {"scenarios/line/binary-noise.yaml", "insert-to-host: \"\\x00\\xFF", 1, 0},
    {"scenarios/line/new-firmware-at-another-rate.yaml", "set: {port-rate: 9600}", 1, 1},
    {"scenarios/download/each-code-with-many-tries.yaml", "http: 206", 0, 0},
    {"scenarios/download/page-of-unknown-size.yaml", "'<!DO'", 1, 0},
    {"scenarios/health/radio-switched-off-by-somebody.yaml", "AT+CFUN=0\\r", 1, 0},
    {"scenarios/contact/time-is-over.yaml", "total-timeout: 60s", 0, 1},
    {"scenarios/download/ftp-is-busy.yaml", "{urc: '+FTPEXTGET: 1,66'}", 1, 0},
    {"scenarios/line/ok-of-ipr-is-lost.yaml", "restore: {baud: 230400}", 1, 0},
    {"scenarios/update/third-revision.yaml", "revision-after: third", 0, 1},
    {"scenarios/line/boot-text-in-the-revision.yaml", "from: 1351B03SIM7000C", 2, 0},
};

/* The same of traces that were taken at the host's end. */
static const struct {
    const char *path, *holds;
} heard_rows[] = {
    {"scenarios/line/wrong-rate-at-the-start.yaml", "{port-rate: 9600}"},
    {"scenarios/line/wrong-rate-is-told.yaml", "refuses: [set-baud"},
    {"scenarios/line/new-firmware-at-another-rate.yaml", "set: {port-rate: 9600}"},
    {"scenarios/health/radio-switched-off-by-somebody.yaml", "insert-to-module: \"AT+CFUN=0\\r\""},
};

/* What the host said, not what somebody else put in before it; and what it heard, at its rate. */
static void heard_trace(const struct bench_run *run, struct trace_log *ret_log)
{
    size_t offset = bench_journal_begin(&run->journal);
    struct bench_record record;
    uint32_t host_bps = 0;
    bool put_in = false;
    *ret_log = (struct trace_log){0};
    while (bench_journal_next(&run->journal, &offset, &record)) {
        uint8_t heard[16 * BENCH_RECORD_PAYLOAD_MAX];
        size_t size = record.length;
        if (record.kind == BENCH_JOURNAL_FAULT)
            put_in |= record.length == strlen("insert-to-module") &&
                      memcmp(record.payload, "insert-to-module", record.length) == 0;
        if (record.kind == BENCH_JOURNAL_TO_MODULE && !put_in) {
            host_bps = record.number;
            trace_log_add(ret_log, TRACE_TO_MODULE, record.time_us, 0, record.payload, size);
        } else if (record.kind == BENCH_JOURNAL_TO_HOST && host_bps != record.number && host_bps) {
            size = sim_garble(record.payload, size, record.number, host_bps, heard, sizeof heard);
            trace_log_add(ret_log, TRACE_TO_HOST, record.time_us, 0, heard, size);
        } else if (record.kind == BENCH_JOURNAL_TO_HOST)
            trace_log_add(ret_log, TRACE_TO_HOST, record.time_us, 0, record.payload, size);
        put_in &= record.kind != BENCH_JOURNAL_TO_MODULE;
    }
}

static void what_a_host_heard_is_found(void **state)
{
    (void)state;
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    for (size_t i = 0; i < sizeof heard_rows / sizeof heard_rows[0]; i++) {
        struct scenario *scenario = support_load(heard_rows[i].path);
        struct bench_result recorded;
        struct trace_log log;
        struct dialogue dialogue;
        static struct lift_result lifted;
        char text[4096];
        support_run(run, &scenario->cases[0], 7, &recorded);
        heard_trace(run, &log);
        assert_true(dialogue_make(&dialogue, &log));
        assert_true(lift_trace(&dialogue, 1, &lifted));
        lift_render(&lifted.plan, text, sizeof text);
        if (lifted.common != lifted.items || !strstr(text, heard_rows[i].holds))
            fail_msg("%s: want all explained with '%s'; got %zu of %zu:\n%s", heard_rows[i].path,
                     heard_rows[i].holds, lifted.common, lifted.items, text);
        assert_int_equal(lifted.last.observed.result.outcome, recorded.observed.result.outcome);
        dialogue_done(&dialogue);
        trace_log_done(&log);
        scenario_free(scenario);
    }
    bench_run_free(run);
}

static void what_deviates_is_found(void **state)
{
    (void)state;
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scenario *scenario = support_load(rows[i].path);
        struct bench_result recorded, again;
        struct trace_log log;
        struct dialogue dialogue;
        static struct lift_result lifted;
        char *text = NULL;
        size_t length = 0;
        support_run(run, &scenario->cases[0], 7, &recorded);
        support_trace(run, &log);
        assert_true(dialogue_make(&dialogue, &log));
        if (!lift_trace(&dialogue, 1, &lifted))
            fail_msg("%s: %s", rows[i].path, lifted.error);
        FILE *file = open_memstream(&text, &length);
        lift_write(&lifted, &dialogue, "memory", file);
        fclose(file);
        /* What deviates is found; that its numbers are the same is not asked. */
        if (lifted.common != lifted.items || lifted.plan.event_count != rows[i].events ||
            lifted.plan.lines[LIFT_SETTING].count != rows[i].settings ||
            !strstr(text, rows[i].holds))
            fail_msg("%s: want all explained by %u events and %u settings, with '%s'; got %zu of "
                     "%zu:\n%s",
                     rows[i].path, rows[i].events, rows[i].settings, rows[i].holds, lifted.common,
                     lifted.items, text);
        struct scenario_errors errors = {0};
        struct scenario *made = scenario_parse("lifted.yaml", text, length, &errors);
        assert_non_null(made);
        support_run(run, &made->cases[0], 99, &again);
        assert_int_equal(again.verdict, BENCH_PASSED);
        assert_int_equal(again.observed.result.outcome, recorded.observed.result.outcome);
        scenario_free(made);
        scenario_errors_done(&errors);
        free(text);
        dialogue_done(&dialogue);
        trace_log_done(&log);
        scenario_free(scenario);
    }
    bench_run_free(run);
}

static void what_is_found_does_not_depend_on_the_jobs(void **state)
{
    (void)state;
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = support_load("scenarios/update/update-fails.yaml");
    struct bench_result recorded;
    struct trace_log log;
    struct dialogue dialogue;
    static struct lift_result lifted[2];
    char texts[2][4096];
    support_run(run, &scenario->cases[0], 7, &recorded);
    support_trace(run, &log);
    assert_true(dialogue_make(&dialogue, &log));
    for (unsigned i = 0; i < 2; i++) {
        assert_true(lift_trace(&dialogue, 1 + 2 * i, &lifted[i]));
        lift_render(&lifted[i].plan, texts[i], sizeof texts[i]);
    }
    assert_string_equal(texts[0], texts[1]);
    assert_int_equal(lifted[0].runs, lifted[1].runs);
    dialogue_done(&dialogue);
    trace_log_done(&log);
    scenario_free(scenario);
    bench_run_free(run);
}

static void a_message_belongs_to_no_update(void **state)
{
    (void)state;
    const struct dialogue_line message = {.kind = TAP_URC, .text = "+CMTI: \"SM\",1"};
    const struct dialogue_line verdict = {.kind = TAP_URC, .text = "+CFOTA: \"Update failed\""};
    assert_true(outline_is_aside(&message));
    assert_false(outline_is_aside(&verdict));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_deviates_is_found),
                                       cmocka_unit_test(what_a_host_heard_is_found),
                                       cmocka_unit_test(what_is_found_does_not_depend_on_the_jobs),
                                       cmocka_unit_test(a_message_belongs_to_no_update)};
    return cmocka_run_group_tests_name("lift", tests, NULL, NULL);
}
