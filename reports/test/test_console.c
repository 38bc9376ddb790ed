/* test_console.c - what a person sees. */
#include "reports/test/support.h"

#include <stdlib.h>
#include <string.h>

/* What the console printed; owned by the caller. */
struct screen {
    char *text;
    size_t size;
    struct report_console console;
};

static void open_screen(struct screen *screen)
{
    *screen = (struct screen){0};
    screen->console.out = open_memstream(&screen->text, &screen->size);
    assert_non_null(screen->console.out);
}

static void close_screen(struct screen *screen)
{
    fclose(screen->console.out);
    free(screen->text);
}

static void expect_screen(struct screen *screen, const char *want)
{
    if (strcmp(want, screen->text) == 0)
        return;
    print_error("-- want --\n%s\n", want); /* one by one: cmocka cuts at 1024 bytes */
    print_error("-- got --\n%s\n", screen->text);
    fail();
}

static void a_case_that_passed_is_one_line(void **state)
{
    (void)state;
    struct screen screen;
    open_screen(&screen);
    report_console_case(&screen.console, &(struct report_case){.group = "happy",
                                                               .name = "update",
                                                               .verdict = REPORT_PASSED,
                                                               .wall_us = 2100,
                                                               .virtual_us = UINT64_C(412300000)});
    report_console_case(&screen.console, &(struct report_case){.name = "real",
                                                               .verdict = REPORT_SKIPPED,
                                                               .message = "needs a rack"});
    expect_screen(&screen, "passed  happy: update  (412.300 s on the bench)\n"
                           "skipped real: needs a rack\n");
    close_screen(&screen);
}

static void a_repeated_case_says_so(void **state)
{
    (void)state;
    struct report_run *run = support_repeated_run();
    struct screen screen;
    open_screen(&screen);
    report_console_case(&screen.console, support_told(0));
    expect_screen(&screen, "passed  happy: update  (8.000 s), attempt 3; before: late by 600 ms\n");
    close_screen(&screen);
    report_run_free(run);
}

static void a_failure_is_explained(void **state)
{
    (void)state;
    struct report_run *run = support_mixed_run();
    struct screen screen;
    open_screen(&screen);
    report_console_case(&screen.console, support_told(3));
    expect_screen(&screen,
                  "FAILED  power: cut while restoring [percent=37%]  (412.300 s on the bench)\n"
                  "    status is \"7\", expected 6 <by AT&F>\n"
                  "    scenarios/power/restore.yaml:24: status: 6\n"
                  "    kind     : Expectation: the scenario expects something else\n"
                  "    why      : The restore phase must go on by itself.\n"
                  "    expected : +CFOTA: 6\n"
                  "    received : +CFOTA: 7\n"
                  "                       ^ byte 8 differs: 0x36 expected, 0x37 received\n"
                  "    state    : verdict\n"
                  "    because  : the scenario did at 13.013 s: power: cut\n"
                  "    parts    : at 13.002 s, in step verdict, after 'AT -> OK': when it passed "
                  "'AT+CFOTA? -> +CFOTA: 6; OK' followed, now 'AT+CFOTA? -> ERROR'\n"
                  "    -- last 3 exchanges, seconds since the start --\n"
                  "          13.002  >> AT+CFOTA?\\r\n"
                  "          13.013  ** power cut\n"
                  "          13.014  << \\r\\nERROR\\r\\n\n"
                  "    repeat   : fotarig run --seed 7 scenarios/power/restore.yaml\n");
    close_screen(&screen);
    report_run_free(run);
}

/* One row: two byte strings and the lines that compare them. */
static const struct row {
    const char *name;
    const char *expected, *received;
    const char *want;
} rows[] = {
    {"the first differing byte is marked", "OK\r\n", "OK\n",
     "expected : OK\\r\\n\n"
     "received : OK\\n\n"
     "             ^ byte 2 differs: 0x0D expected, 0x0A received\n"},
    {"escapes before it move the mark", "\r\nA", "\r\nB",
     "expected : \\r\\nA\n"
     "received : \\r\\nB\n"
     "               ^ byte 2 differs: 0x41 expected, 0x42 received\n"},
    {"wide characters count as one column",
     "\xC3\xA9"
     "A",
     "\xC3\xA9"
     "B",
     "expected : \xC3\xA9"
     "A\n"
     "received : \xC3\xA9"
     "B\n"
     "            ^ byte 2 differs: 0x41 expected, 0x42 received\n"},
    {"too short", "OK!", "OK",
     "expected : OK!\n"
     "received : OK\n"
     "             ^ byte 2 is missing, nothing follows\n"},
    {"too long", "OK", "OK!",
     "expected : OK\n"
     "received : OK!\n"
     "             ^ byte 2 is one too many\n"},
    {"equal has no mark", "OK", "OK", "expected : OK\nreceived : OK\n"},
    {"nothing came", "OK", "", "expected : OK\nreceived : (nothing)\n"},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static void is_compared(void **state)
{
    const struct row *row = *state;
    struct screen screen;
    open_screen(&screen);
    report_console_case(&screen.console,
                        &(struct report_case){.name = "n",
                                              .verdict = REPORT_FAILED,
                                              .message = "m",
                                              .are_bytes = true,
                                              .expected = report_bytes_of(row->expected),
                                              .received = report_bytes_of(row->received)});
    char want[512] = "FAILED  n  (0.000 s)\n    m\n";
    for (const char *line = row->want; *line; line = strchr(line, '\n') + 1) {
        size_t used = strlen(want);
        snprintf(want + used, sizeof want - used, "    %.*s\n", (int)strcspn(line, "\n"), line);
    }
    expect_screen(&screen, want);
    close_screen(&screen);
}

static void prose_has_no_mark_and_its_backslashes_stay(void **state)
{
    (void)state;
    struct screen screen;
    open_screen(&screen);
    report_console_case(&screen.console,
                        &(struct report_case){.name = "n",
                                              .verdict = REPORT_FAILED,
                                              .kind = REPORT_KIND_EVENT,
                                              .message = "m",
                                              .expected = report_bytes_of("'\\x01' happens"),
                                              .received = report_bytes_of("it never happened")});
    expect_screen(
        &screen, "FAILED  n  (0.000 s)\n"
                 "    m\n"
                 "    kind     : Event: an armed event did not happen: what it does was not tried\n"
                 "    expected : '\\x01' happens\n"
                 "    received : it never happened\n");
    close_screen(&screen);
}

static void a_difference_far_right_is_in_the_window(void **state)
{
    (void)state;
    char expected[401], received[401];
    memset(expected, 'a', 400);
    expected[400] = '\0';
    memcpy(received, expected, sizeof received);
    received[300] = 'b';
    struct screen screen;
    open_screen(&screen);
    report_console_case(&screen.console,
                        &(struct report_case){.verdict = REPORT_FAILED,
                                              .are_bytes = true,
                                              .expected = report_bytes_of(expected),
                                              .received = report_bytes_of(received)});
    const char *line = strstr(screen.text, "received");
    const char *mark = strchr(line, '^');
    const char *mark_line = strchr(line, '\n') + 1;
    assert_non_null(mark);
    assert_int_equal('b', line[mark - mark_line - 4]); /* 4: the indent of its line */
    close_screen(&screen);
}

static void no_byte_of_a_module_reaches_the_terminal(void **state)
{
    (void)state;
    struct report_run *run = support_hostile_run();
    struct screen screen;
    open_screen(&screen);
    for (size_t i = 0; i < support_told_count(); i++)
        report_console_case(&screen.console, support_told(i));
    report_console_end(&screen.console, run);
    for (size_t i = 0; i < screen.size; i++)
        assert_false((unsigned char)screen.text[i] < 0x20 && screen.text[i] != '\n');
    assert_null(strchr(screen.text, 0x7F));
    close_screen(&screen);
    report_run_free(run);
}

static void the_end_counts_and_repeats_what_did_not_pass(void **state)
{
    (void)state;
    struct report_run *run = support_mixed_run();
    struct screen screen;
    open_screen(&screen);
    report_console_end(&screen.console, run);
    expect_screen(&screen,
                  "\n"
                  "FAILED  power: cut while restoring [percent=37%]\n"
                  "ERROR   power: hook\n"
                  "\n"
                  "group                              passed   failed    error  skipped  not-run\n"
                  "happy                                   3        0        0        1        0\n"
                  "power                                   0        1        1        0        0\n"
                  "scenarios                               0        0        0        0        1\n"
                  "all                                     3        1        1        1        1\n"
                  "slowest: hook 7.500 s, update 0.500 s, update (2) 0.500 s\n"
                  "7 cases: 3 passed, 1 failed, 1 error, 1 skipped, 1 not-run, in 12.000 s (seed "
                  "18446744073709551615)\n");
    close_screen(&screen);
    report_run_free(run);
}

static void a_run_without_cases_says_so(void **state)
{
    (void)state;
    struct report_run *run = support_empty_run();
    struct screen screen;
    open_screen(&screen);
    report_console_end(&screen.console, run);
    expect_screen(&screen, "0 cases: 0 passed, 0 failed, 0 error, 0 skipped, 0 not-run, in 0.000 s "
                           "(seed 0)\n");
    close_screen(&screen);
    report_run_free(run);
}

static void colour_and_progress_only_when_told(void **state)
{
    (void)state;
    struct screen screen;
    open_screen(&screen);
    report_console_progress(&screen.console, 1, 3, 0, "name");
    fflush(screen.console.out);
    assert_int_equal(0, screen.size);
    screen.console.progress = screen.console.colour = true;
    report_console_progress(&screen.console, 1, 3, 0, "na\033me");
    report_console_case(&screen.console,
                        &(struct report_case){.name = "n", .verdict = REPORT_ERROR});
    expect_screen(&screen, "[1/3] na\\x1Bme\r\033[K"
                           "\033[1;35mERROR  \033[0m n  (0.000 s)\n"
                           "    no reason was given\n"
                           "    This is a fault of the bench or its surroundings: the device under "
                           "test was not judged.\n");
    assert_false(report_console_wants_colour(screen.console.out)); /* memory is no terminal */
    close_screen(&screen);
}

static void quiet_hides_what_passed(void **state)
{
    (void)state;
    struct screen screen;
    open_screen(&screen);
    screen.console.quiet = true;
    report_console_case(&screen.console, &(struct report_case){.verdict = REPORT_PASSED});
    fflush(screen.console.out);
    assert_int_equal(0, screen.size);
    report_console_case(&screen.console,
                        &(struct report_case){.name = "n", .verdict = REPORT_SKIPPED});
    expect_screen(&screen, "skipped n\n");
    close_screen(&screen);
}

int main(void)
{
    enum { OWN = 10 };
    struct CMUnitTest tests[OWN + ROW_COUNT] = {
        cmocka_unit_test(a_case_that_passed_is_one_line),
        cmocka_unit_test(a_repeated_case_says_so),
        cmocka_unit_test(a_failure_is_explained),
        cmocka_unit_test(prose_has_no_mark_and_its_backslashes_stay),
        cmocka_unit_test(a_difference_far_right_is_in_the_window),
        cmocka_unit_test(no_byte_of_a_module_reaches_the_terminal),
        cmocka_unit_test(the_end_counts_and_repeats_what_did_not_pass),
        cmocka_unit_test(a_run_without_cases_says_so),
        cmocka_unit_test(colour_and_progress_only_when_told),
        cmocka_unit_test(quiet_hides_what_passed),
    };
    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[OWN + i] = (struct CMUnitTest){.name = rows[i].name,
                                             .test_func = is_compared,
                                             .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
