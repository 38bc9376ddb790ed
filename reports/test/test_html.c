/* test_html.c - the page: what stands on it, what it never holds, how large it may be.
 * ci/check-html.py checks the shape of the files that stay in $REPORT_TEST_DIR. */
#include "reports/test/support.h"

#include <stdlib.h>
#include <string.h>

static char *write_page(struct report_run *(*make)(void), const char *name)
{
    return support_report_text(make, report_open_html, name);
}

static void a_failure_is_told_with_its_cause_and_its_command(void **state)
{
    static const char *const parts[] = {
        "<title>1 failed, 1 error of 7 cases</title>",
        "id=\"power/cut_while_restoring_~5Bpercent=37~25~5D\"",
        "status is '7', expected 6 \\x3Cby AT\\x26F\\x3E</p>", /* the message, as in JUnit */
        "expected</th><td><code>+CFOTA: <mark>6</mark></code>",
        "received</th><td><code>+CFOTA: <mark>7</mark></code>",
        "<li>the module had said 'ERROR' <a href=\"#f1s4\">show</a></li>",
        "scenarios/power/restore.yaml:17</span> <a href=\"#f1s3\">show</a></li>",
        "<pre>fotarig run --seed 7 scenarios/power/restore.yaml</pre>",
        "the host waits for an answer until 18.002 s (5.000 s)",
        "<div id=\"f1s2\"><pre>41 54 2b 43 46 4f 54 41 3f 0d</pre>",
        "power hook exited 3: relay board not found",
    };
    char *text = write_page(support_mixed_run, "mixed.html");
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        support_expect(text, parts[i]);
    assert_int_equal(2, support_count(text, "<article"));
    assert_true(strstr(text, "class=\"case failed\"") < strstr(text, "class=\"case error\""));
    free(text);
}

static void a_failure_stands_beside_its_last_pass(void **state)
{
    static const char *const parts[] = {
        "<p>They part at 13.002 s, in step verdict, after 'AT -&gt; OK': when it passed "
        "'AT+CFOTA? -&gt; +CFOTA: 6; OK' followed, now 'AT+CFOTA? -&gt; ERROR'.</p>",
        "From yesterday/restore.jsonl; before the first row 1,234 exchanges agree.",
        "<td colspan=\"2\"><code>AT -&gt; OK</code></td>",
        "here they part</th><td class=\"at\">13.004</td><td><code><mark>AT+CFOTA? -&gt; +CFOTA: 6; "
        "OK"
        "</mark></code></td><td><code><mark>AT+CFOTA? -&gt; ERROR</mark></code></td>",
        "<td><code>AT+CFSTERM -&gt; OK</code></td><td><code></code></td><td class=\"at\"></td>",
    };
    char *text = write_page(support_mixed_run, "mixed.html");
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        support_expect(text, parts[i]);
    free(text);
}

static struct report_run *run_with_maps(void)
{
    static const char *const rows[] = {"idle", "<updating>"}, *const columns[] = {"line", "power"};
    static const uint32_t counts[] = {0, 1234, 2, 0};
    struct report_run *run = support_mixed_run();
    const struct report_map table = {.name = "fault-in-state",
                                     .meaning = "it fell & rose",
                                     .rows = {"state", rows, 2},
                                     .columns = {"fault", columns, 2},
                                     .counts = counts};
    struct report_map list = table;
    list.columns = (struct report_axis){.name = ""};
    assert_int_equal(0, report_add_map(run, &table));
    assert_int_equal(0, report_add_map(run, &list));
    return run;
}

static void what_was_reached_is_a_table_of_counts(void **state)
{
    static const char *const parts[] = {
        "fault-in-state: 2 of 4 reached <span class=\"quiet\">it fell &amp; rose</span>",
        "<th scope=\"col\">state / fault</th><th scope=\"col\">line</th>",
        "<th scope=\"row\">idle</th><td class=\"missing\">&ndash;</td><td>1,234</td>",
        "<th scope=\"row\">&lt;updating&gt;</th><td>2</td><td class=\"missing\">",
        "fault-in-state: 1 of 2 reached",
    };
    char *text = write_page(run_with_maps, "maps.html");
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        support_expect(text, parts[i]);
    free(text);
}

static void what_a_module_sends_is_shown_as_text(void **state)
{
    char *text = write_page(support_hostile_run, "hostile.html");
    (void)state;
    assert_int_equal(1, support_count(text, "<script"));
    assert_int_equal(0, support_count(text, "<![CDATA["));
    assert_int_equal(0, support_count(text, " style="));
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < 0x20 && *at != '\n')
            fail_msg("a raw control byte 0x%02X stands at %zu", (unsigned char)*at,
                     (size_t)(at - text));
    free(text);
}

static void an_empty_run_and_a_stopped_one_are_pages_too(void **state)
{
    char *empty = write_page(support_empty_run, "empty.html");
    char *stopped = write_page(support_stopped_run, "stopped.html");
    (void)state;
    support_expect(empty, "<h1>No case was run</h1>");
    support_expect(stopped, "The run did not come to its end: stopped by SIGTERM");
    support_expect(stopped, "the run is not finished");
    free(empty);
    free(stopped);
}

/* ---- size ------------------------------------------------------------------------------------ */

enum { MANY = 10000, MANY_EVENTS = 400 };

static struct report_event events[MANY_EVENTS];
static char line[257];

/* As much as a case may bring with it, in bytes that take much room. */
static void make_events(void)
{
    memset(line, '<', sizeof line - 1);
    for (unsigned i = 0; i < MANY_EVENTS; i++)
        events[i] = (struct report_event){.t_us = i * UINT64_C(1000000),
                                          .lane = i % 2 ? REPORT_LANE_MODULE : REPORT_LANE_HOST,
                                          .kind = i % 2 ? REPORT_EVENT_ANSWER : REPORT_EVENT_SENT,
                                          .bytes = {line, sizeof line - 1}};
}

static void add_failures(struct report_run *run)
{
    for (unsigned i = 0; i < MANY; i++) {
        char name[64], group[16];
        snprintf(name, sizeof name, "power-cut-while-the-modem-restores [percent=%u]", i);
        snprintf(group, sizeof group, "group-%u", i % 20);
        const struct report_case c = {.group = group,
                                      .name = name,
                                      .verdict = REPORT_FAILED,
                                      .message = line,
                                      .events = events,
                                      .event_count = MANY_EVENTS};
        assert_int_equal(0, report_add_case(run, &c));
    }
}

static void ten_thousand_failures_stay_below_five_megabytes(void **state)
{
    char *path = support_path("many.html");
    struct report_run *run = report_run_new(&(struct report_run_info){.started_at_ms = 1});
    struct report_error error;
    size_t size;
    (void)state;
    make_events();
    if (report_open_html(run, path, &error) != 0)
        fail_msg("%s", error.message);
    add_failures(run);
    assert_int_equal(0, report_close(run, &error));
    report_run_free(run);
    char *text = support_read(path, &size);
    if (size > 5000000)
        fail_msg("want at most 5,000,000 bytes, got %zu", size);
    assert_in_range(support_count(text, "<article"), 8, 100);
    assert_int_equal(MANY, support_count(text, "<tr class=\"failed\""));
    free(text);
    support_remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_told_with_its_cause_and_its_command),
        cmocka_unit_test(a_failure_stands_beside_its_last_pass),
        cmocka_unit_test(what_was_reached_is_a_table_of_counts),
        cmocka_unit_test(what_a_module_sends_is_shown_as_text),
        cmocka_unit_test(an_empty_run_and_a_stopped_one_are_pages_too),
        cmocka_unit_test(ten_thousand_failures_stay_below_five_megabytes),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
