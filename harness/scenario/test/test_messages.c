/* test_messages.c - errors as they are read: place, what, what was meant, the line, the caret. */
#include "harness/scenario/test/support_loader.h"

#include <stdio.h>
#include <string.h>

struct message_row {
    const char *name, *source, *want;
};

static const struct message_row message_rows[] = {
    {"the whole form", LOADER_HEAD LOADER_UPDATE "evnets: []\n" LOADER_EXPECT,
     "t.yaml:4:1: error: unknown key 'evnets'; did you mean 'events'?\n"
     "    4 | evnets: []\n"
     "      | ^~~~~~  allowed: scenario, why, tags, fixtures, vary, update, then, host, module, "
     "events, expect\n"},
    {"all errors in the order of the file",
     "scenario: [a]\nwhy: It is told.\n" LOADER_UPDATE "expect: {within: 5, outcome: updatd}\n",
     "t.yaml:1:11: error: 'scenario' takes text, not a list\n"
     "    1 | scenario: [a]\n"
     "      |           ^\n"
     "t.yaml:4:18: error: '5' has no unit for a duration; 'within' is written 5s (us, ms, s, min,"
     " h)\n"
     "    4 | expect: {within: 5, outcome: updatd}\n"
     "      |                  ^\n"
     "t.yaml:4:30: error: 'updatd' is not a value of 'outcome'; did you mean 'updated'?\n"
     "    4 | expect: {within: 5, outcome: updatd}\n"
     "      |                              ^~~~~~  allowed: updated, already-current, refused,"
     " download-failed, update-failed, degraded, needs-service, cancelled\n"},
    {"control characters and umlauts in the line",
     LOADER_HEAD LOADER_UPDATE "expect: {sent: [\xc3\xbc], \xc3\xa4\xc2\xad: '\t', outcome: x}\n",
     "t.yaml:4:17: error: AT text must be quoted; write '\xc3\xbc' in single quotes\n"
     "    4 | expect: {sent: [\xc3\xbc], \xc3\xa4\xc2\xad: '\\t', outcome: x}\n"
     "      |                 ^\n"
     "t.yaml:4:21: error: unknown key '\xc3\xa4\xc2\xad' in 'expect'\n"
     "    4 | expect: {sent: [\xc3\xbc], \xc3\xa4\xc2\xad: '\\t', outcome: x}\n"
     "      |                     ^~  allowed: outcome, reason, first-outcome, first-reason, "
     "evidence, health, "
     "remarks, status, status-read, revision, resets,"
     " attempts, sent, never-sent, urcs, never-urcs, requests, within, durations, limits, costs, "
     "module\n"
     "t.yaml:4:39: error: 'x' is not a value of 'outcome'\n"
     "    4 | expect: {sent: [\xc3\xbc], \xc3\xa4\xc2\xad: '\\t', outcome: x}\n"
     "      |                                        ^  allowed: updated, already-current, "
     "refused,"
     " download-failed, update-failed, degraded, needs-service, cancelled\n"},
    {"a byte that is no text", "scenario: a\nwhy: \xff\x1b[31m\n",
     "t.yaml:2:6: error: byte that is not UTF-8 text (invalid leading UTF-8 octet); scenarios are"
     " UTF-8\n"
     "    2 | why: \\xFF\\x1B[31m\n"
     "      |      ^~~~\n"},
    {"a syntax error ends the file", "scenario: 'a\nwhy: b\n",
     "t.yaml:3:1: error: found unexpected end of stream; while scanning a quoted scalar that begins"
     " at 1:11\n"
     "    3 | \n"
     "      | ^\n"},
    {"a long line is cut around the error",
     LOADER_HEAD LOADER_UPDATE
     "expect: {sent: "
     "['AT+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'], status: 9, revision: "
     "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
     ", never-sent: ['AT+CCCCCCCCCCCCCCC']}\n",
     "t.yaml:4:146: error: '9' is out of range; 'status' goes from 1 to 8\n"
     "    4 | …AAAAAAAAAAAAAAAAAAAAAAAAAAAA'], status: 9, revision: "
     "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB,"
     " never-sent: ['…\n"
     "      |                                          ^\n"},
    {"costs that are no range, or the wrong way round",
     LOADER_HEAD LOADER_UPDATE "expect: {costs: {time: [2s, 1s], exchanges: [1]}}\n",
     "t.yaml:4:24: error: 'time' takes a figure, or the least and the most of it in [brackets]\n"
     "    4 | expect: {costs: {time: [2s, 1s], exchanges: [1]}}\n"
     "      |                        ^\n"
     "t.yaml:4:45: error: 'exchanges' takes a figure, or the least and the most of it in "
     "[brackets]\n"
     "    4 | expect: {costs: {time: [2s, 1s], exchanges: [1]}}\n"
     "      |                                             ^\n"},
    {"costs of each that are not as many as the cases",
     LOADER_HEAD LOADER_UPDATE "expect: {costs: {of-each: {exchanges: [1, 2]}}}\n",
     "t.yaml:4:39: error: 'exchanges' has 2 figures here, and the scenario 1 cases; it takes one "
     "for each\n"
     "    4 | expect: {costs: {of-each: {exchanges: [1, 2]}}}\n"
     "      |                                       ^\n"},
    {"a checkpoint that is too short",
     LOADER_HEAD LOADER_UPDATE "host: {checkpoint: 46}\nexpect: {status: 6}\n",
     "t.yaml:4:20: error: 2 bytes are too few for 'checkpoint'; it has 64 to 64\n"
     "    4 | host: {checkpoint: 46}\n"
     "      |                    ^~\n"},
    {"an error of several cases is told once",
     LOADER_HEAD "vary:\n  n: [1, x, 2, y]\n" LOADER_UPDATE "expect: {resets: $n, status: 0}\n",
     "t.yaml:4:10: error: 'x' is not a bare number; 'resets' is written 3\n"
     "    4 |   n: [1, x, 2, y]\n"
     "      |          ^\n"
     "t.yaml:4:16: error: 'y' is not a bare number; 'resets' is written 3\n"
     "    4 |   n: [1, x, 2, y]\n"
     "      |                ^\n"
     "t.yaml:6:30: error: '0' is out of range; 'status' goes from 1 to 8\n"
     "    6 | expect: {resets: $n, status: 0}\n"
     "      |                              ^\n"},
};

static const char *message_name(const void *row)
{
    return ((const struct message_row *)row)->name;
}

static void test_message(void **state)
{
    const struct message_row *row = *state;
    struct scenario_errors errors = loader_errors(row->source);
    if (strcmp(errors.text, row->want) != 0)
        fail_msg("want\n%s\ngot\n%s", row->want, errors.text);
    size_t lines = 0;
    for (const char *at = errors.text; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 3 * errors.count);
    scenario_errors_done(&errors);
    assert_null(errors.text);
}

static void test_a_missing_file_is_said_with_its_path(void **state)
{
    (void)state;
    struct scenario_errors errors = {0};
    assert_null(scenario_load("no/such/file.yaml", &errors));
    assert_string_equal(errors.text,
                        "no/such/file.yaml: error: cannot be read: No such file or directory\n");
    assert_int_equal(errors.count, 1);
    scenario_errors_done(&errors);
}

static void test_a_folder_is_no_file(void **state)
{
    (void)state;
    struct scenario_errors errors = {0};
    assert_null(scenario_load("harness", &errors));
    assert_string_equal(errors.text, "harness: error: cannot be read: Is a directory\n");
    scenario_errors_done(&errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_missing_file_is_said_with_its_path),
        cmocka_unit_test(test_a_folder_is_no_file),
    };
    int failed =
        loader_run_rows("message", message_rows, sizeof message_rows / sizeof message_rows[0],
                        sizeof message_rows[0], message_name, test_message);
    return failed + cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
