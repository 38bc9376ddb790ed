/*
 * Reports of former runs: parts as one report that names what is missing, two side by side, one
 * case over many runs, and cases whose failure is known until a day.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/results/compare.h"
#include "harness/results/excuse.h"
#include "harness/results/history.h"
#include "harness/results/whole.h"

#define SELECTION ", \"selection\": \"3 cases, 00\""

/* A report with these tests and this in environment.extra. */
static void make(struct results *results, const char *tests, const char *extra, unsigned start)
{
    static char text[8192], error[RESULTS_TEXT_MAX];
    int size = snprintf(text, sizeof text,
                        "{\"results\": {\"tool\": {\"name\": \"fotarig\"}, \"summary\": "
                        "{\"start\": %u, \"stop\": %u}, \"tests\": [%s], \"environment\": "
                        "{\"testEnvironment\": \"vm\", \"extra\": {\"seed\": \"1\"%s}}}}",
                        start, start + 10, tests, extra);
    if (!results_parse(results, "x/ctrf.json", text, (size_t)size, error, sizeof error))
        fail_msg("%s", error);
}

#define TEST(id, status) "{\"testId\": \"" id "\", \"name\": \"n\", \"status\": \"" status "\"}"
#define UNFINISHED                                                                                 \
    "{\"testId\": \"f/u\", \"name\": \"u\", \"status\": \"other\", \"message\": \"killed\","       \
    "\"extra\": {\"kind\": \"Unfinished\"}}"
#define SHARD(text) ", \"shard\": \"" text "\"" SELECTION

/* ---- merge ----------------------------------------------------------------------------------- */

struct merge_row {
    const char *name;
    struct {
        const char *tests, *extra; /* NULL: there is no report */
    } parts[3];
    const char *missing; /* of the cases that say what is missing: names and messages; "" = none */
    size_t passed;
};

static const struct merge_row merge_rows[] = {
    {"all shards are there",
     {{TEST("a", "passed"), SHARD("1/3")},
      {TEST("b", "passed"), SHARD("2/3")},
      {TEST("c", "passed"), SHARD("3/3")}},
     "",
     3},
    {"a shard is not there",
     {{TEST("a", "passed"), SHARD("1/3")}, {TEST("c", "passed"), SHARD("3/3")}},
     "shard 2 of 3 is missing",
     2},
    {"a folder has no report",
     {{TEST("a", "passed"), SHARD("1/2")},
      {TEST("b", "passed") "," TEST("c", "passed"), SHARD("2/2")},
      {NULL, "gone"}},
     "part2 has no report",
     3},
    {"a shard was killed",
     {{TEST("a", "passed") "," UNFINISHED, SHARD("1/2")}, {TEST("b", "passed"), SHARD("2/2")}},
     "shard 1 of 2 is not finished",
     2},
    {"a killed shard was run again",
     {{TEST("a", "passed") "," UNFINISHED, SHARD("1/2")},
      {TEST("b", "passed") "," TEST("c", "passed"), SHARD("2/2")},
      {TEST("a", "passed"), SHARD("1/2")}},
     "",
     3},
    {"a shard was run twice: the later one counts",
     {{TEST("a", "failed"), SHARD("1/2")},
      {TEST("b", "passed") "," TEST("c", "passed"), SHARD("2/2")},
      {TEST("a", "passed"), SHARD("1/2")}},
     "",
     3},
    {"a shard of another campaign",
     {{TEST("a", "passed"), SHARD("1/2")},
      {TEST("b", "passed"), ", \"shard\": \"2/2\", \"selection\": \"9 cases, 11\""}},
     "part1 is of another campaign",
     2},
    {"a case is in two shards",
     {{TEST("a", "passed") "," TEST("b", "passed"), SHARD("1/2")},
      {TEST("b", "passed"), SHARD("2/2")}},
     "a case is in two shards",
     3},
    {"fewer cases than were selected",
     {{TEST("a", "passed"), SHARD("1/2")}, {TEST("b", "passed"), SHARD("2/2")}},
     "cases are missing",
     2},
    {"reports that are no shards", {{TEST("a", "passed"), ""}, {TEST("b", "passed"), ""}}, "", 2},
};

static void merged_reports_name_what_is_missing(void **state)
{
    const struct merge_row *row = *state;
    static const char *const paths[] = {"part0", "part1", "part2"};
    struct results results[3];
    struct results_part parts[3] = {{0}};
    const struct report_run_info info = {.name = "merged"};
    struct report_run *run = report_run_new(&info);
    char missing[2048] = "";
    size_t count = 0;
    for (; count < 3 && row->parts[count].extra; count++) {
        parts[count] = (struct results_part){.path = paths[count], .problem = "not there"};
        results[count] = (struct results){0};
        if (!row->parts[count].tests)
            continue;
        make(&results[count], row->parts[count].tests, row->parts[count].extra,
             100 + (unsigned)count);
        parts[count].results = &results[count];
    }
    assert_true(results_merge(parts, count, NULL, run, NULL, NULL));
    for (size_t i = 0; i < report_case_count(run); i++) {
        const struct report_case c = report_case_at(run, i);
        if (c.kind == REPORT_KIND_UNFINISHED)
            snprintf(missing + strlen(missing), sizeof missing - strlen(missing), "%s%s",
                     missing[0] ? "; " : "", c.name);
    }
    if (strcmp(row->missing, missing) != 0)
        fail_msg("%s\n  want: %s\n  got : %s", row->name, row->missing, missing);
    assert_int_equal(report_count(run, REPORT_PASSED), row->passed);
    for (size_t i = 0; i < count; i++)
        results_done(&results[i]);
    report_run_free(run);
}

/* ---- compare --------------------------------------------------------------------------------- */

static void two_reports_side_by_side(void **state)
{
    static const struct {
        const char *id;
        enum results_change want;
    } rows[] = {{"broken", RESULTS_NEW_FAILURE}, {"fresh-bad", RESULTS_NEW_FAILURE},
                {"dropped", RESULTS_LOST},       {"skipped-now", RESULTS_LOST},
                {"bad", RESULTS_STILL},          {"mended", RESULTS_FIXED},
                {"slow", RESULTS_SLOWER},        {"fresh", RESULTS_NEW},
                {"bad-gone", RESULTS_GONE},      {"same", RESULTS_SAME}};
    /* clang-format off */
    static const char before_tests[] =
        TEST("broken", "passed") "," TEST("dropped", "passed") "," TEST("skipped-now", "passed")
        "," TEST("bad", "failed") "," TEST("mended", "other")
        ",{\"testId\": \"slow\", \"status\": \"passed\", \"duration\": 1000},"
        TEST("bad-gone", "failed") "," TEST("same", "passed") "," UNFINISHED;
    static const char after_tests[] =
        TEST("broken", "failed") "," TEST("skipped-now", "skipped") "," TEST("bad", "other")
        "," TEST("mended", "passed")
        ",{\"testId\": \"slow\", \"status\": \"passed\", \"duration\": 1600},"
        TEST("fresh", "passed") "," TEST("fresh-bad", "failed") "," TEST("same", "passed");
    /* clang-format on */
    struct results before, after;
    struct results_comparison comparison;
    (void)state;
    make(&before, before_tests, "", 1);
    make(&after, after_tests, "", 2);
    assert_true(results_compare(&before, &after, 1.5, &comparison));
    assert_int_equal(comparison.count, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < comparison.count; i++) {
        const struct results_pair *pair = &comparison.pairs[i];
        assert_string_equal((pair->after ? pair->after : pair->before)->id, rows[i].id);
        assert_string_equal(results_change_name(pair->change), results_change_name(rows[i].want));
    }
    results_comparison_done(&comparison);
    results_done(&before);
    results_done(&after);
}

/* ---- history --------------------------------------------------------------------------------- */

enum { RUNS = 40 };

static void a_rare_failure_is_weighed_by_the_green_runs_since(void **state)
{
    static struct results reports[RUNS];
    struct results_histories histories;
    (void)state;
    for (unsigned i = 0; i < RUNS; i++) /* bad in the runs 3 and 9, green in the 30 behind */
        make(&reports[RUNS - 1 - i],
             i == 3 || i == 9
                 ? "{\"testId\": \"a\", \"status\": \"failed\", \"message\": \"why\","
                   "\"extra\": {\"slot\": \"a4\"}},"
                   "{\"testId\": \"b\", \"status\": \"failed\", \"extra\": {\"slot\": \"a4\"}},"
                   "{\"testId\": \"c\", \"status\": \"other\", \"extra\": {\"slot\": \"a5\"}}"
                 : TEST("a", "passed") "," TEST("b", "failed") "," TEST("d", "passed"),
             "", 1000000 + i * 7200000u);
    assert_true(results_histories_make(reports, RUNS, &histories));
    assert_int_equal(histories.count, 4);
    assert_int_equal(histories.bad_count, 3);
    const struct results_history *a = NULL, *b = NULL;
    for (size_t i = 0; i < histories.count; i++) {
        a = strcmp(histories.list[i].id, "a") == 0 ? &histories.list[i] : a;
        b = strcmp(histories.list[i].id, "b") == 0 ? &histories.list[i] : b;
    }
    assert_int_equal(a->failed, 2);
    assert_int_equal(a->runs, RUNS);
    assert_int_equal(a->runs_to_last, 10);
    assert_int_equal(a->green_since, 30);
    assert_string_equal(a->last_message, "why");
    assert_true(a->still_there > 0.001 && a->still_there < 0.05);
    assert_int_equal(a->runs_to_be_sure, 0);
    assert_string_equal(a->slots[0].slot, "a4");
    assert_int_equal(a->slots[0].bad, 2);
    assert_int_equal(a->slots[0].others_here, 2);
    assert_int_equal(a->slots[0].others_elsewhere, 2);
    assert_int_equal(b->green_since, 0);
    assert_true(b->still_there > 0.999);
    results_histories_done(&histories);
    for (unsigned i = 0; i < RUNS; i++)
        results_done(&reports[i]);
}

static void the_chance_of_green_runs_is_that_of_an_integral(void **state)
{
    static const struct {
        uint32_t bad, runs, green;
    } rows[] = {{1, 1, 1}, {1, 10, 9}, {2, 40, 30}, {3, 3, 50}, {0, 10, 1000}};
    enum { STEPS = 200000 };
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        /* x = sin^2: the prior's poles at both ends go, and midpoints are exact enough */
        double above = 0, below = 0;
        for (int i = 0; i < STEPS; i++) {
            double t = (i + 0.5) / STEPS, weight = 1;
            double x = t * t * (3 - 2 * t); /* any smooth way from 0 to 1 */
            double slope = 6 * t * (1 - t), good = 1 - x;
            for (uint32_t k = 0; k < rows[r].bad; k++)
                weight *= x;
            for (uint32_t k = rows[r].bad; k < rows[r].runs; k++)
                weight *= good;
            double root = x * good, guess = 0.5;
            for (int k = 0; k < 30; k++)
                guess = (guess + root / guess) / 2;
            weight *= slope / guess;
            below += weight;
            for (uint32_t k = 0; k < rows[r].green; k++)
                weight *= good;
            above += weight;
        }
        double got = results_luck(rows[r].bad, rows[r].runs, rows[r].green), want = above / below;
        if (got > want * 1.01 + 1e-9 || got < want * 0.99 - 1e-9)
            fail_msg("%u bad of %u, then %u green: want %g, got %g", rows[r].bad, rows[r].runs,
                     rows[r].green, want, got);
    }
}

/* ---- quarantine ------------------------------------------------------------------------------ */

#define DAY UINT64_C(86400000)

static void a_known_failure_is_excused_until_its_last_day_is_over(void **state)
{
    static const char text[] =
        "quarantine:\n"
        "  - {case: 'power/cut [at=3]', reason: LAB-12, until: '2024-02-29'}\n"
        "  - {case: 'boot/*', reason: LAB-13, until: '1970-01-02'}\n";
    struct results_excuses *excuses;
    struct scenario_errors errors;
    (void)state;
    assert_true(results_excuses_read("q.yaml", text, sizeof text - 1, &excuses, &errors));
    assert_int_equal(excuses->list[0].end_ms, UINT64_C(1709251200000));
    assert_non_null(results_excuse_find(excuses, "power/cut [at=3]", "cut [at=3]", 0));
    assert_null(results_excuse_find(excuses, "power/cut [at=4]", "cut [at=4]", 0));
    assert_non_null(results_excuse_find(excuses, "boot/x", "x", 2 * DAY - 1));
    assert_null(results_excuse_find(excuses, "boot/x", "x", 2 * DAY));
    results_excuses_free(excuses);
    scenario_errors_done(&errors);
}

static void what_is_wrong_with_a_quarantine_file_is_told_with_its_place(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"quarantine:\n- {case: a, reason: b, until: '2025-02-29'}\n",
         "q.yaml:2:3: error: 'until' is '2025-02-29', which is no day"},
        {"quarantine:\n- {case: a, reason: b, until: '2025-2-9'}\n", "which is no day"},
        {"quarantine:\n- {case: a, until: '2025-02-09'}\n", "reason"},
        {"quarantine:\n- {case: a, reason: b}\n", "until"},
        {"quarantin: []\n", "did you mean 'quarantine'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct results_excuses *excuses;
        struct scenario_errors errors;
        assert_false(
            results_excuses_read("q.yaml", rows[i].text, strlen(rows[i].text), &excuses, &errors));
        if (!errors.text || !strstr(errors.text, rows[i].want))
            fail_msg("want: %s\n  got : %s", rows[i].want, errors.text ? errors.text : "nothing");
        scenario_errors_done(&errors);
    }
}

/* Returns what the limit was. */
static rlim_t limit_files(rlim_t most)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = most;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void a_folder_that_cannot_be_looked_through_is_told(void **state)
{
    char folder[] = "/tmp/results-XXXXXX", path[64];
    struct results_paths found;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/ctrf.json", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_true(results_find(&found, folder, false));
    assert_int_equal(found.count, 1);
    assert_int_equal(found.trouble, 0);
    results_paths_done(&found);
    rlim_t kept = limit_files(3);
    assert_false(results_find(&found, folder, false));
    (void)limit_files(kept);
    assert_int_equal(found.trouble, EMFILE);
    assert_int_equal(found.count, 0);
    results_paths_done(&found);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    enum { MERGES = sizeof merge_rows / sizeof merge_rows[0] };
    struct CMUnitTest merges[MERGES];
    for (size_t i = 0; i < MERGES; i++)
        merges[i] = (struct CMUnitTest){merge_rows[i].name, merged_reports_name_what_is_missing,
                                        NULL, NULL, (void *)(uintptr_t)&merge_rows[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_reports_side_by_side),
        cmocka_unit_test(a_rare_failure_is_weighed_by_the_green_runs_since),
        cmocka_unit_test(the_chance_of_green_runs_is_that_of_an_integral),
        cmocka_unit_test(a_known_failure_is_excused_until_its_last_day_is_over),
        cmocka_unit_test(what_is_wrong_with_a_quarantine_file_is_told_with_its_place),
        cmocka_unit_test(a_folder_that_cannot_be_looked_through_is_told),
    };
    return cmocka_run_group_tests(merges, NULL, NULL) + cmocka_run_group_tests(tests, NULL, NULL);
}
