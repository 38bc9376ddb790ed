/*
 * test_journal_trace.c - runs as traces: what a journal holds is in the trace of it, and read again
 * from there, in bundled cases of all folders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/scenario/scenario.h"
#include "harness/trace/journal_trace.h"

enum { EVERY_NTH = 5 };

/* One file for all: emptied for each case. */
static int write_file(const struct bench_run *run, const struct bench_result *result)
{
    static int descriptor = -1;
    struct trace_header header;
    struct trace_writer writer;
    if (descriptor < 0) {
        FILE *file = tmpfile();
        assert_non_null(file);
        descriptor = dup(fileno(file));
        fclose(file);
    }
    lseek(descriptor, 0, SEEK_SET);
    assert_int_equal(ftruncate(descriptor, 0), 0);
    trace_header_of_run(run, &header);
    assert_true(trace_begin(&writer, descriptor, &header));
    trace_write_journal(&writer, &run->journal);
    trace_write_result(&writer, result);
    assert_true(trace_finish(&writer));
    lseek(descriptor, 0, SEEK_SET);
    return descriptor;
}

/* The record's payload may come in several pieces. */
static void compare_record(struct trace_reader *reader, const struct bench_record *record)
{
    struct trace_record_room room;
    struct trace_event want, got;
    size_t at = 0;
    trace_of_record(record, &room, &want);
    do {
        assert_int_equal(trace_next(reader, &got), TRACE_EVENT);
        assert_int_equal(got.time_us, want.time_us);
        assert_int_equal(got.kind, want.kind);
        assert_int_equal(got.number, want.number);
        assert_int_equal(got.rate, want.rate);
        assert_string_equal(got.event, want.event ? want.event : "");
        assert_string_equal(got.detail, want.detail ? want.detail : "");
        assert_in_range(at + got.length, 0, want.length);
        if (got.length > 0)
            assert_memory_equal(got.bytes, want.bytes + at, got.length);
        at += got.length;
    } while (at < want.length);
}

static void compare_run(struct bench_run *run, const struct scenario_case *one)
{
    const struct bench_options options = {.seed = 5, .sink = BENCH_SINK_MEMORY};
    struct bench_result result;
    struct bench_record record;
    struct trace_reader reader;
    struct trace_event event;
    assert_true(bench_run_begin(run, one, &options));
    bench_run_all(run, &result);
    assert_true(trace_open(&reader, write_file(run, &result)));
    assert_string_equal(reader.header.revision, run->start_revision);
    assert_string_equal(reader.header.model, one->module.variant);
    size_t offset = bench_journal_begin(&run->journal);
    while (bench_journal_next(&run->journal, &offset, &record))
        compare_record(&reader, &record);
    assert_int_equal(trace_next(&reader, &event), TRACE_EVENT);
    assert_string_equal(event.event, "verdict");
    assert_string_equal(event.detail, "passed");
    assert_int_equal(trace_next(&reader, &event), TRACE_END);
    trace_close(&reader);
}

static void test_every_record_of_a_journal_is_an_event(void **state)
{
    (void)state;
    struct scenario_list list = {0};
    struct scenario_errors errors;
    char text[256];
    unsigned seen = 0, compared = 0;
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    assert_non_null(run);
    assert_int_equal(scenario_find("scenarios", &list, text, sizeof text), 0);
    for (size_t i = 0; i < list.count; i++) {
        struct scenario *scenario = scenario_load(list.paths[i], &errors);
        assert_non_null(scenario);
        for (size_t k = 0; k < scenario->case_count; k++) {
            if (seen++ % EVERY_NTH)
                continue;
            compare_run(run, &scenario->cases[k]);
            compared++;
        }
        scenario_free(scenario);
    }
    scenario_list_done(&list);
    bench_run_free(run);
    assert_in_range(compared, 200, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_record_of_a_journal_is_an_event),
    };
    return cmocka_run_group_tests_name("journal as a trace", tests, NULL, NULL);
}
