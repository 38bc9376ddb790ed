/* test_model.c - the run owns what it was told, and names are unique. */
#include "reports/test/support.h"

#include <string.h>

static void what_stays_is_copied(void **state)
{
    (void)state;
    char text[] = "abc";
    struct report_run *run = support_empty_run();
    assert_int_equal(0, report_add_case(run, &(struct report_case){.group = text,
                                                                   .name = text,
                                                                   .id = text,
                                                                   .title = text,
                                                                   .why = text,
                                                                   .file = text,
                                                                   .verdict = REPORT_FAILED,
                                                                   .message = text}));
    memset(text, 'x', 3);
    const struct report_case c = report_case_at(run, 0);
    const char *const kept[] = {c.group, c.name, c.id, c.title, c.why, c.file, c.message};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_string_equal("abc", kept[i]);
    report_run_free(run);
}

static void nothing_else_stays_of_a_case_that_passed(void **state)
{
    (void)state;
    static char why[100000];
    static char repeat[100000];
    memset(why, 'w', sizeof why - 1);
    memset(repeat, 'r', sizeof repeat - 1);
    struct report_run *run = support_empty_run();
    for (int i = 0; i < 1000; i++) /* 200 MB if each had its own */
        assert_int_equal(0, report_add_case(run, &(struct report_case){.name = "n",
                                                                       .why = why,
                                                                       .verdict = REPORT_PASSED,
                                                                       .message = repeat,
                                                                       .repeat = repeat}));
    assert_ptr_equal(report_case_at(run, 0).why, report_case_at(run, 999).why);
    assert_null(report_case_at(run, 0).message);
    assert_null(report_case_at(run, 0).repeat);
    report_run_free(run);
}

static void a_second_equal_name_gets_a_number(void **state)
{
    (void)state;
    static const struct {
        const char *group, *name, *id, *want_name, *want_id;
    } rows[] = {
        {"g", "n", NULL, "n", "g/n"},
        {"g", "n", NULL, "n (2)", "g/n (2)"},
        {"g", " n ", NULL, "n (3)", "g/n (3)"}, /* readers collapse blanks */
        {"h", "n", NULL, "n", "h/n"},           /* another group */
        {"g", "n (2)", NULL, "n (2) (2)", "g/n (2) (2)"},
        {"g", "m", "g/n", "m", "g/n (4)"}, /* only the id is taken */
        {"g", "a\x01", NULL, "a\\x01", "g/a\\x01"},
        {"g", "a\\x01", NULL, "a\\x01 (2)", "g/a\\x01 (2)"}, /* equal when shown */
        {"g", " ", NULL, "unnamed", "g/unnamed"},
        {NULL, NULL, NULL, "unnamed", "scenarios/unnamed"},
    };
    struct report_run *run = support_empty_run();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(0, report_add_case(run, &(struct report_case){.group = rows[i].group,
                                                                       .name = rows[i].name,
                                                                       .id = rows[i].id}));
        assert_string_equal(rows[i].want_name, report_case_at(run, i).name);
        assert_string_equal(rows[i].want_id, report_case_at(run, i).id);
    }
    report_run_free(run);
}

static void a_thousand_equal_names_stay_apart(void **state)
{
    (void)state;
    struct report_run *run = support_empty_run();
    for (int i = 0; i < 1000; i++)
        assert_int_equal(0, report_add_case(run, &(struct report_case){.name = "n"}));
    assert_string_equal("n (1000)", report_case_at(run, 999).name);
    assert_string_equal("n", report_case_at(run, 0).name);
    report_run_free(run);
}

static void a_planned_case_is_not_run_until_it_is_finished(void **state)
{
    (void)state;
    struct report_run *run = support_empty_run();
    size_t index = 99;
    assert_int_equal(
        0,
        report_plan_case(run,
                         &(struct report_case){
                             .name = "n", .why = "why", .file = "f.yaml", .line = 7, .title = "t"},
                         &index));
    assert_int_equal(0, index);
    assert_int_equal(REPORT_NOT_RUN, report_case_at(run, 0).verdict);
    assert_int_equal(1, report_count(run, REPORT_NOT_RUN));
    assert_int_equal(0, report_finish_case(run, 0,
                                           &(struct report_case){.name = "ignored",
                                                                 .verdict = REPORT_FAILED,
                                                                 .title = "better"}));
    const struct report_case c = report_case_at(run, 0);
    assert_int_equal(REPORT_FAILED, c.verdict);
    assert_string_equal("n", c.name);
    assert_string_equal("better", c.title);
    assert_string_equal("why", c.why);
    assert_int_equal(7, c.line);
    assert_int_equal(0, report_count(run, REPORT_NOT_RUN));
    assert_int_equal(1, report_count(run, REPORT_FAILED));
    assert_int_equal(-1, report_finish_case(run, 1, &c));
    report_run_free(run);
}

static void counts_follow_the_verdicts(void **state)
{
    (void)state;
    struct report_run *run = support_mixed_run();
    assert_int_equal(7, report_case_count(run));
    assert_int_equal(3, report_count(run, REPORT_PASSED));
    assert_int_equal(1, report_count(run, REPORT_FAILED));
    assert_int_equal(1, report_count(run, REPORT_ERROR));
    assert_int_equal(1, report_count(run, REPORT_SKIPPED));
    assert_int_equal(1, report_count(run, REPORT_NOT_RUN));
    assert_string_equal("not-run", report_verdict_name(REPORT_NOT_RUN));
    report_run_free(run);
}

static void defaults_stand_for_what_is_not_known(void **state)
{
    (void)state;
    struct report_run *run = support_empty_run();
    assert_string_equal("fotarig", report_info(run)->tool);
    assert_string_equal("fotarig", report_info(run)->name);
    assert_string_equal("localhost", report_info(run)->host);
    report_run_free(run);
    report_run_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stays_is_copied),
        cmocka_unit_test(nothing_else_stays_of_a_case_that_passed),
        cmocka_unit_test(a_second_equal_name_gets_a_number),
        cmocka_unit_test(a_thousand_equal_names_stay_apart),
        cmocka_unit_test(a_planned_case_is_not_run_until_it_is_finished),
        cmocka_unit_test(counts_follow_the_verdicts),
        cmocka_unit_test(defaults_stand_for_what_is_not_known),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
