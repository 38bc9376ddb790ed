/* test_ctrf.c - CTRF JSON: what each verdict becomes, sums, hostile text. ci/check-ctrf.py checks
 * the shape of the files that stay in $REPORT_TEST_DIR. */
#include "reports/test/support.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static cJSON *write_and_parse(struct report_run *(*make)(void), const char *name)
{
    char *path = support_path(name);
    report_run_free(support_report(make, report_open_ctrf, path));
    char *text = support_read(path, NULL);
    cJSON *root = cJSON_Parse(text);
    assert_non_null(root);
    free(text);
    support_remove(path);
    return root;
}

/* The item at a path "results.tests.3.status". Fails the test when it is not there. */
static const cJSON *item_at(const cJSON *item, const char *path)
{
    char part[64];
    for (const char *at = path; *at;) {
        size_t length = strcspn(at, ".");
        snprintf(part, sizeof part, "%.*s", (int)length, at);
        item = cJSON_IsArray(item) ? cJSON_GetArrayItem(item, (int)strtol(part, NULL, 10))
                                   : cJSON_GetObjectItemCaseSensitive(item, part);
        if (!item)
            fail_msg("%s: there is no %s", path, part);
        at += length + (at[length] == '.');
    }
    return item;
}

static void expect_text(const cJSON *root, const char *path, const char *want)
{
    const char *got = cJSON_GetStringValue(item_at(root, path));
    if (!got || strcmp(want, got) != 0)
        fail_msg("%s\n  want: %s\n  got : %s", path, want, got ? got : "(not a string)");
}

static void expect_number(const cJSON *root, const char *path, double want)
{
    double got = cJSON_GetNumberValue(item_at(root, path));
    if (!(fabs(got - want) < 0.5))
        fail_msg("%s\n  want: %.0f\n  got : %.0f", path, want, got);
}

static void each_verdict_has_its_status(void **state)
{
    (void)state;
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"reportFormat", "CTRF"},
        {"specVersion", "0.0.0"},
        {"generatedBy", "fotarig 0.1.0"},
        {"results.tests.0.status", "passed"},
        {"results.tests.0.testId", "happy/update"},
        {"results.tests.0.suite.0", "happy"},
        {"results.tests.3.status", "failed"},
        {"results.tests.3.rawStatus", "failed"},
        {"results.tests.3.message", "status is '7', expected 6 \\x3Cby AT\\x26F\\x3E"},
        {"results.tests.3.filePath", "scenarios/power/restore.yaml"},
        {"results.tests.3.steps.1.name", "verdict"},
        {"results.tests.3.steps.1.status", "failed"},
        {"results.tests.3.attachments.0.path", "restore/trace.jsonl"},
        {"results.tests.3.extra.kind", "Expectation"},
        {"results.tests.4.extra.kind", "BenchError"},
        {"results.tests.3.extra.received", "+CFOTA: 7"},
        {"results.tests.3.extra.exchanges.0.bytes", "AT+CFOTA?\\r"},
        {"results.tests.3.extra.exchanges.2.direction", "to-host"},
        {"results.tests.3.extra.repeat", "fotarig run --seed 7 scenarios/power/restore.yaml"},
        {"results.tests.4.status", "other"},
        {"results.tests.4.rawStatus", "rig-error"},
        {"results.tests.5.status", "skipped"},
        {"results.tests.5.message", "needs a power hook; rack2/slot4 has none"},
        {"results.tests.6.status", "pending"},
        {"results.tests.6.message", "not run: the run ended before it"},
        {"results.environment.testEnvironment", "bench-1"},
        {"results.environment.extra.seed", "18446744073709551615"},
    };
    cJSON *root = write_and_parse(support_mixed_run, "ctrf-verdicts.json");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_text(root, rows[i].path, rows[i].want);
    const cJSON *extra = item_at(root, "results.environment.extra");
    assert_string_equal("SIM7000C",
                        cJSON_GetStringValue(cJSON_GetObjectItem(extra, "module.variant")));
    cJSON_Delete(root);
}

static void sums_and_times_add_up(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        double want;
    } rows[] = {
        {"results.summary.tests", 7},
        {"results.summary.passed", 3},
        {"results.summary.failed", 1},
        {"results.summary.other", 1},
        {"results.summary.skipped", 1},
        {"results.summary.pending", 1},
        {"results.summary.suites", 3},
        {"results.summary.start", 1795352701000.0},
        {"results.summary.stop", 1795352713000.0},
        {"results.summary.duration", 12000},
        {"results.tests.0.duration", 500},
        {"results.tests.3.start", 1795352701400.0},
        {"results.tests.3.stop", 1795352701402.0},
        {"results.tests.3.line", 24},
        {"results.tests.3.extra.virtual_us", 412300000},
        {"results.tests.3.extra.figures.commands", 44},
        {"results.tests.3.extra.figures.sent-bytes", 812},
        {"results.tests.3.steps.1.extra.t_us", 13002000},
    };
    cJSON *root = write_and_parse(support_mixed_run, "ctrf-sums.json");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_number(root, rows[i].path, rows[i].want);
    cJSON_Delete(root);
}

static void a_case_that_passed_at_the_third_attempt_is_flaky(void **state)
{
    (void)state;
    cJSON *root = write_and_parse(support_repeated_run, "ctrf-repeated.json");
    expect_text(root, "results.tests.0.status", "passed");
    assert_true(cJSON_IsTrue(item_at(root, "results.tests.0.flaky")));
    expect_number(root, "results.summary.flaky", 1);
    expect_number(root, "results.tests.0.retries", 2);
    expect_number(root, "results.tests.0.retryAttempts.1.attempt", 2);
    expect_number(root, "results.tests.0.retryAttempts.1.duration", 4000);
    expect_text(root, "results.tests.0.retryAttempts.1.status", "other");
    expect_text(root, "results.tests.0.retryAttempts.1.message", "late by 600 ms");
    cJSON_Delete(root);
}

static void hostile_bytes_are_readable_text(void **state)
{
    (void)state;
    struct report_bytes hostile = support_hostile_bytes();
    char want[2048];
    report_escape(want, sizeof want, hostile.data, hostile.size, REPORT_FORM_BYTES);
    cJSON *root = write_and_parse(support_hostile_run, "ctrf-hostile-read.json");
    expect_text(root, "results.tests.2.extra.expected", want);
    expect_text(root, "results.tests.2.extra.exchanges.0.bytes", want);
    cJSON_Delete(root);
}

static void a_stopped_run_is_complete(void **state)
{
    (void)state;
    cJSON *root = write_and_parse(support_stopped_run, "ctrf-stopped-read.json");
    expect_number(root, "results.summary.tests", 4);
    expect_number(root, "results.summary.passed", 1);
    expect_number(root, "results.summary.pending", 2);
    expect_number(root, "results.summary.other", 1);
    expect_text(root, "results.tests.3.suite.0", "fotarig");
    expect_text(root, "results.tests.3.message", "stopped by SIGTERM; 1 of 3 cases had ended");
    expect_text(root, "results.tests.2.message", "not run: stopped by SIGTERM");
    expect_text(root, "results.tests.2.filePath", "a.yaml");
    expect_text(root, "results.environment.extra.stoppedBecause", "stopped by SIGTERM");
    cJSON_Delete(root);
}

static cJSON *read_file(const char *path)
{
    char *text = support_read(path, NULL);
    cJSON *root = cJSON_Parse(text);
    assert_non_null(root);
    free(text);
    return root;
}

static void a_report_is_not_finished_until_it_is(void **state)
{
    (void)state;
    char *path = support_path("ctrf-unfinished-read.json");
    struct report_run *run = report_run_new(&(struct report_run_info){.seed = 1});
    struct report_error error;
    size_t index;
    assert_int_equal(0, report_open_ctrf(run, path, &error));
    assert_int_equal(0, report_write_unfinished(run, 5, &error));
    cJSON *root = read_file(path);
    expect_number(root, "results.summary.tests", 1);
    expect_number(root, "results.summary.other", 1);
    expect_text(root, "results.tests.0.message",
                "the run goes on, or was killed; 0 of 0 cases had ended");
    cJSON_Delete(root);
    for (int i = 0; i < 2; i++)
        assert_int_equal(0, report_plan_case(run, &(struct report_case){.name = "a"}, &index));
    const struct report_case passed = {.verdict = REPORT_PASSED};
    assert_int_equal(0, report_finish_case(run, 0, &passed));
    assert_int_equal(0, report_write_unfinished(run, 6, &error));
    root = read_file(path);
    expect_number(root, "results.summary.passed", 1);
    expect_number(root, "results.summary.pending", 1);
    expect_number(root, "results.summary.other", 1);
    expect_number(root, "results.summary.suites", 2);
    cJSON_Delete(root);
    assert_int_equal(0, report_finish_case(run, 1, &passed));
    assert_int_equal(0, report_end(run, 7, NULL));
    assert_int_equal(0, report_close(run, &error));
    report_run_free(run);
    root = read_file(path);
    expect_number(root, "results.summary.tests", 2);
    expect_number(root, "results.summary.passed", 2);
    expect_number(root, "results.summary.suites", 1);
    expect_text(root, "results.tests.1.name", "a (2)");
    cJSON_Delete(root);
    support_remove(path);
}

static void is_written(void **state)
{
    const struct support_row *row = *state;
    char name[64];
    snprintf(name, sizeof name, "ctrf-%s.json", row->name);
    cJSON_Delete(write_and_parse(row->make, name));
}

int main(void)
{
    enum { OWN = 6 };
    struct CMUnitTest tests[OWN + SUPPORT_ROWS] = {
        cmocka_unit_test(each_verdict_has_its_status),
        cmocka_unit_test(sums_and_times_add_up),
        cmocka_unit_test(a_case_that_passed_at_the_third_attempt_is_flaky),
        cmocka_unit_test(hostile_bytes_are_readable_text),
        cmocka_unit_test(a_stopped_run_is_complete),
        cmocka_unit_test(a_report_is_not_finished_until_it_is),
    };
    static char names[SUPPORT_ROWS][64];
    for (size_t i = 0; i < SUPPORT_ROWS; i++) {
        snprintf(names[i], sizeof names[i], "is written: %s", support_rows[i].name);
        tests[OWN + i] = (struct CMUnitTest){.name = names[i],
                                             .test_func = is_written,
                                             .initial_state = (void *)(uintptr_t)&support_rows[i]};
    }
    return cmocka_run_group_tests_name("ctrf", tests, NULL, NULL);
}
