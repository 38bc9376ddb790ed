/* test_summary.c - Markdown and TAP: no text of a module ends a block, a line or a directive. */
#include "reports/test/support.h"

#include <stdlib.h>
#include <string.h>

static void expect_printable(const char *text)
{
    for (; *text; text++)
        assert_true((unsigned char)*text >= 0x20 || *text == '\n');
}

static void a_summary_has_cause_diagram_and_command(void **state)
{
    char *text = support_report_text(support_mixed_run, report_open_markdown, "summary.md");
    (void)state;
    support_expect(text, "## 7 cases: 3 passed, 1 failed, 1 error, 1 skipped, 1 not run\n");
    support_expect(text, "### Failed: power / cut while restoring \\[percent\\=37\\%\\]\n");
    support_expect(text, "2. the scenario did at 13\\.013 s: power: cut \\(line 17\\)\n");
    support_expect(text, "    H->>M: 13.002 AT+CFOTA?#92;r\n");
    support_expect(text, "    M-->>H: 13.014 #92;r#92;nERROR#92;r#92;n\n");
    support_expect(text, "\n    fotarig run --seed 7 scenarios/power/restore.yaml\n");
    free(text);
}

static void nothing_in_a_summary_is_markup_of_a_module(void **state)
{
    char *text = support_report_text(support_hostile_run, report_open_markdown, "hostile.md");
    (void)state;
    expect_printable(text);
    assert_int_equal(support_count(text, "\n```mermaid\n"), support_count(text, "\n```\n"));
    assert_int_equal(support_count(text, "```"), 2 * support_count(text, "\n```mermaid\n"));
    free(text);
}

static void tap_has_a_line_for_each_case(void **state)
{
    char *text = support_report_text(support_mixed_run, report_open_tap, "mixed.tap");
    (void)state;
    support_expect(text, "TAP version 13\n1..7\nok - happy/update\n");
    support_expect(text, "not ok - power/cut while restoring [percent=37%]\n  ---\n"
                         "  severity: \"failed\"\n");
    support_expect(text, "ok - happy/real # SKIP needs a power hook; rack2/slot4 has none\n");
    support_expect(text, "not ok - scenarios/late\n");
    free(text);
}

static void no_text_begins_a_line_or_a_directive_of_tap(void **state)
{
    char *text = support_report_text(support_hostile_run, report_open_tap, "hostile.tap");
    size_t lines = 0;
    (void)state;
    expect_printable(text);
    for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
        lines += strncmp(line, "ok ", 3) == 0 || strncmp(line, "not ok ", 7) == 0;
    assert_int_equal(6, lines); /* five verdicts, and that the run is not finished */
    assert_int_equal(1, support_count(text, " # SKIP "));
    free(text);
}

static void an_empty_run_is_a_plan_of_none(void **state)
{
    char *text = support_report_text(support_empty_run, report_open_tap, "empty.tap");
    (void)state;
    assert_string_equal(text, "TAP version 13\n1..0 # SKIP no case was selected\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_summary_has_cause_diagram_and_command),
        cmocka_unit_test(nothing_in_a_summary_is_markup_of_a_module),
        cmocka_unit_test(tap_has_a_line_for_each_case),
        cmocka_unit_test(no_text_begins_a_line_or_a_directive_of_tap),
        cmocka_unit_test(an_empty_run_is_a_plan_of_none),
    };
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
