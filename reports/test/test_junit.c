/* test_junit.c - JUnit XML as strict readers see it: schema, counts, text, files. */
#include "reports/internal.h"
#include "reports/test/support.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlschemastypes.h>
#include <libxml/xpath.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static xmlDocPtr write_and_parse(struct report_run *(*make)(void), const char *name)
{
    char *path = support_path(name);
    report_run_free(support_report(make, report_open_junit, path));
    xmlDocPtr document = xmlReadFile(path, NULL, XML_PARSE_NONET);
    assert_non_null(document);
    support_remove(path);
    return document;
}

/* The string value of an XPath expression; owned by the caller (xmlFree). */
static char *value_of(xmlDocPtr document, const char *expression)
{
    xmlXPathContextPtr context = xmlXPathNewContext(document);
    xmlXPathObjectPtr found = xmlXPathEvalExpression((const xmlChar *)expression, context);
    assert_non_null(found);
    char *value = (char *)xmlXPathCastToString(found);
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    return value;
}

static void expect_xml(xmlDocPtr document, const char *expression, const char *want)
{
    char *got = value_of(document, expression);
    if (strcmp(want, got) != 0)
        fail_msg("%s\n  want: %s\n  got : %s", expression, want, got);
    xmlFree(got);
}

static void fits_the_portable_schema(void **state)
{
    const struct support_row *row = *state;
    char name[64];
    snprintf(name, sizeof name, "junit-%s.xml", row->name);
    xmlDocPtr document = write_and_parse(row->make, name);
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt("ci/junit-portable.xsd");
    xmlSchemaPtr schema = xmlSchemaParse(parser);
    assert_non_null(schema); /* run from the root of the repository */
    xmlSchemaValidCtxtPtr validator = xmlSchemaNewValidCtxt(schema);
    assert_int_equal(0, xmlSchemaValidateDoc(validator, document));
    xmlSchemaFreeValidCtxt(validator);
    xmlSchemaFree(schema);
    xmlSchemaFreeParserCtxt(parser);
    xmlFreeDoc(document);
}

static void counts_and_times_add_up(void **state)
{
    (void)state;
    static const struct {
        const char *expression, *want;
    } rows[] = {
        {"/testsuites/@tests", "7"},
        {"/testsuites/@failures", "1"},
        {"/testsuites/@errors", "1"},
        {"/testsuites/@time", "12.000"},
        {"count(//testsuite)", "3"},
        {"//testsuite[@name='happy']/@tests", "4"},
        {"//testsuite[@name='happy']/@skipped", "1"},
        {"//testsuite[@name='happy']/@time", "1.500"},
        {"//testsuite[@name='happy']/testcase[1]/@time", "0.500"},
        {"//testsuite[@name='happy']/testcase[2]/@name", "update (2)"},
        {"//testsuite[@name='power']/@timestamp", "2026-11-22T13:05:01"},
        {"//testsuite[@name='power']/@errors", "1"},
        {"//testsuite[1]/@hostname", "bench-1"},
        {"//testsuite[1]//property[@name='seed']/@value", "18446744073709551615"},
        {"//testsuite[1]//property[@name='module.variant']/@value", "SIM7000C"},
        {"//testsuite[@name='scenarios']/testcase/skipped/@message",
         "not run: the run ended before it"},
    };
    xmlDocPtr document = write_and_parse(support_mixed_run, "junit-counts.xml");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_xml(document, rows[i].expression, rows[i].want);
    xmlFreeDoc(document);
}

static void a_failure_says_all_that_is_needed(void **state)
{
    (void)state;
    xmlDocPtr document = write_and_parse(support_mixed_run, "junit-failure.xml");
    expect_xml(document, "//failure/@type", "Expectation");
    expect_xml(document, "//failure/@message", "status is '7', expected 6 \\x3Cby AT\\x26F\\x3E");
    expect_xml(document, "//failure",
               "status is '7', expected 6 \\x3Cby AT\\x26F\\x3E\n"
               "scenarios/power/restore.yaml:24: status: 6\n"
               "kind     : Expectation: the scenario expects something else\n"
               "why      : The restore phase must go on by itself.\n"
               "expected : +CFOTA: 6\n"
               "received : +CFOTA: 7\n"
               "                   ^ byte 8 differs: 0x36 expected, 0x37 received\n"
               "state    : verdict\n"
               "because  : the scenario did at 13.013 s: power: cut\n"
               "parts    : at 13.002 s, in step verdict, after 'AT -> OK': "
               "when it passed 'AT+CFOTA? -> +CFOTA: 6; OK' followed, now 'AT+CFOTA? -> ERROR'\n"
               "-- last 3 exchanges, seconds since the start --\n"
               "      13.002  >> AT+CFOTA?\\r\n"
               "      13.013  ** power cut\n"
               "      13.014  << \\r\\nERROR\\r\\n\n"
               "repeat   : fotarig run --seed 7 scenarios/power/restore.yaml\n");
    xmlFreeDoc(document);
}

static void an_error_is_not_a_failure(void **state)
{
    (void)state;
    xmlDocPtr document = write_and_parse(support_mixed_run, "junit-error.xml");
    expect_xml(document, "//error/@type", "BenchError");
    expect_xml(document, "//error",
               "power hook exited 3: relay board not found\n"
               "kind     : BenchError: trouble of the bench or its surroundings: nothing was "
               "judged\n"
               "This is a fault of the bench or its surroundings: the device under test was not "
               "judged.\n");
    expect_xml(document, "count(//testcase[failure and error])", "0");
    xmlFreeDoc(document);
}

static void attachments_are_named_from_where_the_tool_was_called(void **state)
{
    (void)state;
    struct report_run *run =
        support_report(support_mixed_run, report_open_junit, "build/attachment-test.xml");
    size_t size;
    char *text = support_read("build/attachment-test.xml", &size);
    assert_non_null(strstr(text, "<![CDATA[[[ATTACHMENT|build/restore/trace.jsonl]]\n"));
    remove("build/attachment-test.xml");
    free(text);
    report_run_free(run);
}

static void earlier_attempts_are_listed(void **state)
{
    (void)state;
    char *path = support_path("junit-repeated.xml");
    struct report_run *run = support_report(support_repeated_run, report_open_junit, path);
    char *text = support_read(path, NULL);
    assert_non_null(strstr(text, "attempt 1: error: late by 700 ms\n"
                                 "attempt 2: error: late by 600 ms\n"));
    free(text);
    support_remove(path);
    report_run_free(run);
}

static struct report_run *make_cdata_run(void)
{
    struct report_run *run = support_empty_run();
    assert_int_equal(0, report_add_case(run, &(struct report_case){.verdict = REPORT_FAILED,
                                                                   .message = "m",
                                                                   .why = "a ]]> b ]]]]>> c ]]>"}));
    return run;
}

static void cdata_survives_its_own_end(void **state)
{
    (void)state;
    xmlDocPtr document = write_and_parse(make_cdata_run, "junit-cdata.xml");
    expect_xml(document, "//failure", "m\nwhy      : a ]]> b ]]]]>> c ]]>\n");
    xmlFreeDoc(document);
}

static void the_locale_does_not_matter(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) /* a decimal comma */
        skip();
    xmlDocPtr document = write_and_parse(support_mixed_run, "junit-locale.xml");
    setlocale(LC_ALL, "C");
    expect_xml(document, "/testsuites/@time", "12.000");
    xmlFreeDoc(document);
}

static struct report_run *make_long_run(void)
{
    static char message[1200];
    for (size_t i = 0; i + 2 < sizeof message; i += 2)
        memcpy(message + i, "\xC3\xA9", 3);
    struct report_run *run = support_empty_run();
    assert_int_equal(0, report_add_case(run, &(struct report_case){.verdict = REPORT_SKIPPED,
                                                                   .message = message}));
    return run;
}

static void a_long_message_is_cut(void **state)
{
    (void)state;
    xmlDocPtr document = write_and_parse(make_long_run, "junit-long.xml");
    char *got = value_of(document, "//skipped/@message");
    assert_in_range(strlen(got), 390, 400);
    assert_string_equal("\xC3\xA9...", got + strlen(got) - 5);
    xmlFree(got);
    xmlFreeDoc(document);
}

static void the_old_file_stays_until_the_new_one_is_complete(void **state)
{
    (void)state;
    struct report_error error;
    char *path = support_path("there.xml");
    char inside[512];
    report_run_free(support_report(support_empty_run, report_open_junit, path));
    struct report_run *run = support_empty_run();
    snprintf(inside, sizeof inside, "%s/junit.xml", path);
    assert_int_equal(-1, report_open_junit(run, inside, &error)); /* a file is no folder */
    assert_non_null(strstr(error.message, "there.xml/junit.xml: can't be written: "));
    assert_int_equal(0, report_open_junit(run, path, &error));
    assert_int_equal(0, report_add_case(run, &(struct report_case){.name = "n"}));
    char *text = support_read(path, NULL);
    assert_non_null(strstr(text, "tests=\"0\""));
    free(text);
    assert_int_equal(0, report_close(run, &error));
    text = support_read(path, NULL);
    assert_non_null(strstr(text, "tests=\"1\""));
    free(text);
    support_remove(path);
    report_run_free(run);
}

static struct report_run *make_shuffled_run(void)
{
    struct report_run *run = support_empty_run();
    for (int i = 0; i < 6; i++)
        assert_int_equal(
            0, report_plan_case(run, &(struct report_case){.group = i % 2 ? "b" : "a", .name = "n"},
                                NULL));
    for (size_t i = 6; i-- > 1;) /* the last one first, the first one never */
        assert_int_equal(0, report_finish_case(run, i,
                                               &(struct report_case){.verdict = REPORT_PASSED,
                                                                     .wall_us = i * 1000000}));
    assert_int_equal(
        0, report_finish_case(run, 5,
                              &(struct report_case){.verdict = REPORT_FAILED, .wall_us = 7000000}));
    return run;
}

static void cases_stand_as_they_were_planned_whatever_ended_first(void **state)
{
    (void)state;
    xmlDocPtr document = write_and_parse(make_shuffled_run, "junit-shuffled.xml");
    expect_xml(document, "count(//testcase)", "6");
    expect_xml(document, "//testsuite[@name='a']/testcase[1]/skipped/@message",
               "not run: the run ended before it");
    expect_xml(document, "//testsuite[@name='a']/testcase[2]/@time", "2.000");
    expect_xml(document, "//testsuite[@name='b']/testcase[1]/@time", "1.000");
    expect_xml(document, "//testsuite[@name='b']/testcase[3]/@time", "7.000");
    expect_xml(document, "count(//testsuite[@name='b']/testcase[3]/failure)", "1");
    xmlFreeDoc(document);
}

/* The writer may leave any of its marks out when it has no memory. */
static void what_lacks_a_mark_is_no_xml(void **state)
{
    static const char text[] = "<?xml version=\"1.0\"?>\n<suites name=\"a>b\">\n <suite/>\n"
                               " <system-out><![CDATA[<y]]></system-out>\n</suites>\n";
    enum { SIZE = sizeof text - 1 };
    (void)state;
    assert_true(report_is_xml(text, SIZE));
    for (size_t i = 0; i + 1 < SIZE; i++) {
        char without[SIZE];
        memcpy(without, text, i);
        memcpy(without + i, text + i + 1, SIZE - i - 1);
        bool is_text =
            strncmp(text + i - (i > 0), "a>b", 3) == 0 || strncmp(text + i, "<y", 2) == 0;
        if (strchr("<>/?[]\"", text[i]) && !is_text && report_is_xml(without, SIZE - 1))
            fail_msg("byte %zu is missing, and nobody sees it: %.*s", i, SIZE - 1, without);
        assert_false(report_is_xml(text, i)); /* the end is missing */
    }
}

int main(void)
{
    enum { OWN = 11 };
    struct CMUnitTest tests[OWN + SUPPORT_ROWS] = {
        cmocka_unit_test(counts_and_times_add_up),
        cmocka_unit_test(a_failure_says_all_that_is_needed),
        cmocka_unit_test(an_error_is_not_a_failure),
        cmocka_unit_test(earlier_attempts_are_listed),
        cmocka_unit_test(attachments_are_named_from_where_the_tool_was_called),
        cmocka_unit_test(cdata_survives_its_own_end),
        cmocka_unit_test(the_locale_does_not_matter),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(the_old_file_stays_until_the_new_one_is_complete),
        cmocka_unit_test(cases_stand_as_they_were_planned_whatever_ended_first),
        cmocka_unit_test(what_lacks_a_mark_is_no_xml),
    };
    static char names[SUPPORT_ROWS][64];
    for (size_t i = 0; i < SUPPORT_ROWS; i++) {
        snprintf(names[i], sizeof names[i], "fits the portable schema: %s", support_rows[i].name);
        tests[OWN + i] = (struct CMUnitTest){.name = names[i],
                                             .test_func = fits_the_portable_schema,
                                             .initial_state = (void *)(uintptr_t)&support_rows[i]};
    }
    int failed = cmocka_run_group_tests_name("junit", tests, NULL, NULL);
    xmlSchemaCleanupTypes();
    xmlCleanupParser();
    return failed;
}
