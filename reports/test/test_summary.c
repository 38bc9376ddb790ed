/* test_summary.c - Markdown and TAP: no text of a module ends a block, a line or a directive. */
#include "reports/test/support.h"

#include <stdlib.h>
#include <string.h>

static char *write_with(struct report_run *(*make)(void),
                        int (*open)(struct report_run *, const char *, struct report_error *),
                        const char *name)
{
    char *path = support_path(name);
    report_run_free(support_report(make, open, path));
    char *text = support_read(path, NULL);
    support_remove(path);
    return text;
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        found++;
    return found;
}

static void expect(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("it lacks: %s\n%s", part, text);
}

static void expect_printable(const char *text)
{
    for (; *text; text++)
        assert_true((unsigned char)*text >= 0x20 || *text == '\n');
}

static void a_summary_has_cause_diagram_and_command(void **state)
{
    char *text = write_with(support_mixed_run, report_open_markdown, "summary.md");
    (void)state;
    expect(text, "## 7 cases: 3 passed, 1 failed, 1 error, 1 skipped, 1 not run\n");
    expect(text, "### Failed: power / cut while restoring \\[percent\\=37\\%\\]\n");
    expect(text, "2. the scenario did at 13\\.013 s: power: cut \\(line 17\\)\n");
    expect(text, "    H->>M: 13.002 AT+CFOTA?#92;r\n");
    expect(text, "    M-->>H: 13.014 #92;r#92;nERROR#92;r#92;n\n");
    expect(text, "\n    fotarig run --seed 7 scenarios/power/restore.yaml\n");
    free(text);
}

static void nothing_in_a_summary_is_markup_of_a_module(void **state)
{
    char *text = write_with(support_hostile_run, report_open_markdown, "hostile.md");
    (void)state;
    expect_printable(text);
    assert_int_equal(count(text, "\n```mermaid\n"), count(text, "\n```\n"));
    assert_int_equal(count(text, "```"), 2 * count(text, "\n```mermaid\n"));
    free(text);
}

static void tap_has_a_line_for_each_case(void **state)
{
    char *text = write_with(support_mixed_run, report_open_tap, "mixed.tap");
    (void)state;
    expect(text, "TAP version 13\n1..7\nok - happy/update\n");
    expect(text, "not ok - power/cut while restoring [percent=37%]\n  ---\n"
                 "  severity: \"failed\"\n");
    expect(text, "ok - happy/real # SKIP needs a power hook; rack2/slot4 has none\n");
    expect(text, "not ok - scenarios/late\n");
    free(text);
}

static void no_text_begins_a_line_or_a_directive_of_tap(void **state)
{
    char *text = write_with(support_hostile_run, report_open_tap, "hostile.tap");
    size_t lines = 0;
    (void)state;
    expect_printable(text);
    for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
        lines += strncmp(line, "ok ", 3) == 0 || strncmp(line, "not ok ", 7) == 0;
    assert_int_equal(6, lines); /* five verdicts, and that the run is not finished */
    assert_int_equal(1, count(text, " # SKIP "));
    free(text);
}

static void an_empty_run_is_a_plan_of_none(void **state)
{
    char *text = write_with(support_empty_run, report_open_tap, "empty.tap");
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
