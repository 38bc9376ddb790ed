/* test_reports.c - what people wrote down of real modules imports, and its dialogues stay as they
 * were: T06, T08 and others are lifted, their hosts played to the emulator. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/trace/diff.h"
#include "harness/trace/host_replay.h"
#include "harness/trace/import.h"
#include "harness/trace/lift.h"
#include "harness/trace/test/support_run.h"

#define REPORTS "harness/trace/test/reports/"

enum { FILE_MAX = 65536, REPORT_COUNT = 52 };

static bool import_report(const char *name, struct trace_log *log,
                          struct trace_import_report *report)
{
    static char text[FILE_MAX];
    char path[300];
    snprintf(path, sizeof path, REPORTS "%s", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s can't be read", path);
    struct trace_source source = {.name = path, .text = text};
    source.length = fread(text, 1, sizeof text, file);
    fclose(file);
    *log = (struct trace_log){0};
    return trace_import(log, &source, 1, NULL, report);
}

static void every_report_imports(void **state)
{
    (void)state;
    DIR *folder = opendir(REPORTS);
    struct dirent *entry;
    unsigned count = 0;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        struct trace_import_report report;
        struct trace_log log;
        if (!strstr(entry->d_name, ".txt") && !strstr(entry->d_name, ".case"))
            continue;
        if (!import_report(entry->d_name, &log, &report))
            fail_msg("%s: %s", entry->d_name, report.error);
        if (strstr(entry->d_name, ".case") && strcmp(report.format, "case") != 0)
            fail_msg("%s: want format case, got %s", entry->d_name, report.format);
        trace_log_done(&log);
        count++;
    }
    closedir(folder);
    assert_int_equal(count, REPORT_COUNT);
}

static void a_dialogue_that_is_no_update_is_played_and_is_the_same(void **state)
{
    (void)state;
    static const char *const names[] = {"T06.txt", "T08.txt"};
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct trace_log log, again;
        struct trace_import_report report;
        struct dialogue dialogue, other;
        struct outline first, second;
        struct diff diff;
        static struct lift_result lifted;
        struct bench_result result;
        char *text = NULL;
        size_t length = 0;
        assert_true(import_report(names[i], &log, &report));
        assert_true(dialogue_make(&dialogue, &log));
        assert_true(lift_trace(&dialogue, 1, &lifted));
        assert_true(lifted.is_replay);
        FILE *file = open_memstream(&text, &length);
        lift_write(&lifted, &dialogue, names[i], file);
        fclose(file);
        struct scenario_errors errors = {0};
        struct scenario *scenario = scenario_parse("made.yaml", text, length, &errors);
        if (!scenario)
            fail_msg("%s: no scenario:\n%s", names[i], text);
        assert_true(host_replay_use(run, &log));
        support_run(run, &scenario->cases[0], 1, &result);
        support_trace(run, &again);
        host_replay_close(run);
        if (result.verdict != BENCH_PASSED)
            fail_msg("%s: %s: want %s, got %s", names[i], result.findings[0].what,
                     result.findings[0].want, result.findings[0].got);
        assert_true(dialogue_make(&other, &again));
        assert_true(outline_make(&first, &dialogue, true));
        assert_true(outline_make(&second, &other, true));
        assert_true(diff_make(&diff, &first, &second));
        assert_true(diff.counts[DIFF_AGREE] >= 3);
        assert_int_equal(diff.counts[DIFF_FIRST], 0);
        diff_done(&diff);
        outline_done(&first);
        outline_done(&second);
        dialogue_done(&other);
        dialogue_done(&dialogue);
        trace_log_done(&again);
        trace_log_done(&log);
        scenario_free(scenario);
        scenario_errors_done(&errors);
        free(text);
    }
    bench_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_report_imports),
        cmocka_unit_test(a_dialogue_that_is_no_update_is_played_and_is_the_same),
    };
    return cmocka_run_group_tests_name("reports", tests, NULL, NULL);
}
