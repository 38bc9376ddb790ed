/* test_vary.c - the product of `vary`, and the names that a scenario and its cases get. */
#include "harness/scenario/test/support_loader.h"

#include <stdio.h>
#include <string.h>

static void test_the_last_name_changes_fastest(void **state)
{
    (void)state;
    static const struct {
        const char *name, *values;
        uint8_t percent;
        uint32_t boot;
    } want[] = {
        {"all_keys [percent=1%, boot=1]", "percent=1%, boot=1", 1, 1},
        {"all_keys [percent=1%, boot=2]", "percent=1%, boot=2", 1, 2},
        {"all_keys [percent=1%, boot=3]", "percent=1%, boot=3", 1, 3},
        {"all_keys [percent=50%, boot=1]", "percent=50%, boot=1", 50, 1},
        {"all_keys [percent=50%, boot=2]", "percent=50%, boot=2", 50, 2},
        {"all_keys [percent=50%, boot=3]", "percent=50%, boot=3", 50, 3},
    };
    struct scenario *scenario = loader_good("all_keys");
    assert_int_equal(scenario->case_count, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct scenario_case *one = &scenario->cases[i];
        assert_string_equal(one->name, want[i].name);
        assert_string_equal(one->values, want[i].values);
        assert_int_equal(one->events[2].when.percent, want[i].percent);
        assert_int_equal(one->events[4].when.number, want[i].boot);
    }
    scenario_free(scenario);
}

static void test_a_name_stands_for_any_value(void **state)
{
    (void)state;
    struct scenario *scenario = loader_text(
        "scenario: a story\nwhy: It is told.\n"
        "vary:\n"
        "  base: [A1, A3]\n"
        "  size: [unknown, 5KB]\n"
        "  line: ['AT+CFOTA=1', 'AT+CSQ']\n"
        "  level: [no, yes]\n"
        "update: {from: $base, to: A2, package: {url: 'http://h/u.zip'}, expected-size: $size}\n"
        "module: {settings: {boot-garbage: $level}}\n"
        "events: [{when: {command: $line}, do: [{reply: [$line, 'OK']}]}]\n"
        "expect: {sent: ['ATI', $line]}\n");
    const struct scenario_case *last = &scenario->cases[15];

    assert_int_equal(scenario->case_count, 16);
    assert_string_equal(last->job.from_revision, "A3");
    assert_string_equal(last->package.from, "A3");
    assert_int_equal(scenario->cases[0].job.package_size_bytes, 0);
    assert_int_equal(last->job.package_size_bytes, 5000);
    assert_string_equal(last->events[0].when.text, "+CSQ");
    assert_string_equal(last->actions[0].text, "AT+CSQ\nOK");
    assert_string_equal(last->expectations[1].text, "AT+CSQ");
    assert_int_equal(scenario->cases[0].module.settings[SIM_SETTING_BOOT_GARBAGE], 0);
    assert_int_equal(last->module.settings[SIM_SETTING_BOOT_GARBAGE], 1);
    /* An expectation stands where it is used, not where its value is. */
    assert_int_equal(last->expectations[1].place.line, 11);
    scenario_free(scenario);
}

static void test_quoted_text_with_a_dollar_is_text(void **state)
{
    (void)state;
    struct scenario *scenario =
        loader_text(LOADER_HEAD LOADER_UPDATE "expect: {urcs: ['$percent', \"$\"]}\n");
    assert_string_equal(scenario->cases[0].expectations[0].text, "$percent");
    assert_string_equal(scenario->cases[0].expectations[1].text, "$");
    scenario_free(scenario);
}

static void test_names_inside_a_quoted_text_are_filled_in(void **state)
{
    (void)state;
    struct scenario *scenario =
        loader_text(LOADER_HEAD "vary: {n: [7, 42], name: ['a\"b', c]}\n" LOADER_UPDATE
                                "expect: {urcs: ['x$n', '$n$n,$name', \"${n}th$\", '$5 $$n'],\n"
                                "  never-sent: ['AT+X=$name']}\n");
    static const char *const want[] = {"x42", "4242,a\"b", "42th$", "$5 $42", "AT+X=a\"b"};
    const struct scenario_case *one = &scenario->cases[2];

    assert_int_equal(scenario->case_count, 4);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_string_equal(one->expectations[i].text, want[i]);
    assert_string_equal(scenario->cases[1].expectations[1].text, "77,c");
    scenario_free(scenario);
}

static void test_rows_are_cases_named_by_what_tells_them_apart(void **state)
{
    (void)state;
    struct scenario *scenario =
        loader_text(LOADER_HEAD "vary:\n"
                                "  - {line: 'AT+CBC', times: 3}\n"
                                "  - {times: 4, line: 'AT+CSQ'}\n"
                                "  - {line: 'AT+CBC', times: 5}\n" LOADER_UPDATE
                                "expect: {resets: $times, sent: ['$line']}\n");
    assert_int_equal(scenario->case_count, 3);
    assert_string_equal(scenario->cases[0].values, "line=AT+CBC, times=3");
    assert_string_equal(scenario->cases[1].values, "line=AT+CSQ, times=4");
    assert_int_equal(scenario->cases[1].expectations[0].number, 4);
    assert_string_equal(scenario->cases[1].expectations[1].text, "AT+CSQ");
    scenario_free(scenario);
}

static void test_a_thousand_cases_load(void **state)
{
    (void)state;
    struct scenario *scenario =
        loader_text(LOADER_HEAD "vary:\n"
                                "  a: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
                                "  b: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
                                "  c: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n" LOADER_UPDATE
                                "events: [{when: {boot: $a}, do: [{power: cut}]}]\n"
                                "expect: {resets: $b, attempts: $c}\n");
    assert_int_equal(scenario->case_count, SCENARIO_CASES_MAX);
    assert_string_equal(scenario->cases[999].values, "a=10, b=10, c=10");
    assert_int_equal(scenario->cases[987].expectations[0].number, 9);
    assert_int_equal(scenario->cases[987].expectations[1].number, 8);
    scenario_free(scenario);
}

/* ---- names ----------------------------------------------------------------------------------- */

struct path_row {
    const char *path, *group, *name;
};

static const struct path_row path_rows[] = {
    {"scenarios/power/cut.yaml", "power", "cut"},
    {"scenarios/power/restore/cut.yaml", "power.restore", "cut"},
    {"scenarios/cut.yaml", "", "cut"},
    {"/srv/a/scenarios/power/cut.yaml", "power", "cut"},
    {"scenarios/old/scenarios/power/cut.yaml", "power", "cut"},
    {"./scenarios/power/cut.yaml", "power", "cut"},
    {"my-scenarios/power/cut.yaml", "power", "cut"},
    {"my-scenarios/cut.yaml", "my-scenarios", "cut"},
    {"/tmp/stories/cut.yaml", "stories", "cut"},
    {"/cut.yaml", "", "cut"},
    {"./cut.yaml", "", "cut"},
    {"../cut.yaml", "", "cut"},
    {"cut.yaml", "", "cut"},
    {"cut.yml", "", "cut"},
    {".yaml", "", ".yaml"},
    {"a/b.c.yaml", "a", "b.c"},
};

static const char *path_name(const void *row)
{
    return ((const struct path_row *)row)->path;
}

static void test_path(void **state)
{
    const struct path_row *row = *state;
    static const char text[] = LOADER_HEAD LOADER_UPDATE LOADER_EXPECT;
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse(row->path, text, sizeof text - 1, &errors);

    assert_non_null(scenario);
    assert_string_equal(scenario->path, row->path);
    assert_string_equal(scenario->group, row->group);
    assert_string_equal(scenario->name, row->name);
    assert_string_equal(scenario->cases[0].name, row->name);
    assert_true(scenario->digest == sim_digest(SIM_DIGEST, text, sizeof text - 1));
    scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_name_changes_fastest),
        cmocka_unit_test(test_a_name_stands_for_any_value),
        cmocka_unit_test(test_quoted_text_with_a_dollar_is_text),
        cmocka_unit_test(test_names_inside_a_quoted_text_are_filled_in),
        cmocka_unit_test(test_rows_are_cases_named_by_what_tells_them_apart),
        cmocka_unit_test(test_a_thousand_cases_load),
    };
    int failed = loader_run_rows("path", path_rows, sizeof path_rows / sizeof path_rows[0],
                                 sizeof path_rows[0], path_name, test_path);
    return failed + cmocka_run_group_tests_name("vary", tests, NULL, NULL);
}
