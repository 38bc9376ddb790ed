/* test_at.c - the AT engine: what becomes of bytes, whole and one at a time; time; hostile input.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/at.h"
#include "core/test/support.h"

/* Events as text: i(line) information, u(line) URC, r(line) result, s(line) stray, e echoed. */
#define LOG_MAX 2048

static void log_event(char *log, const struct at_event *event)
{
    static const char signs[] = {'-', 'i', 'u', 'r', 't', 's'};
    size_t length = strlen(log);
    if (event->kind == AT_EVENT_NONE)
        return;
    assert_int_equal(event->length, strlen(event->text));
    snprintf(log + length, LOG_MAX - length, "%c%s(%s)", signs[event->kind],
             event->echoed ? "e" : "", event->text);
}

static void feed(struct at_engine *at, const char *bytes, size_t size, size_t piece, char *log)
{
    for (size_t i = 0; i < size;) {
        size_t part = size - i < piece ? size - i : piece;
        struct at_event event;
        size_t used = at_receive(at, bytes + i, part, 1000, &event);
        assert_true(used > 0 && used <= part);
        log_event(log, &event);
        i += used;
    }
}

struct reading {
    const char *name;
    const char *command; /* NULL: none runs */
    const char *bytes;
    const char *events;
    uint8_t info;
};

static const struct reading readings[] = {
    {"plain OK", "AT", "\r\nOK\r\n", "r(OK)", AT_INFO_NONE},
    {"echo and OK", "AT", "AT\r\r\nOK\r\n", "re(OK)", AT_INFO_NONE},
    {"the beginning of a name is no information", "AT+CSQ", "\r\n+CS\r\n\r\n+CSQ\r\n\r\nOK\r\n",
     "u(+CS)u(+CSQ)r(OK)", AT_INFO_NAME},
    {"echo in a line that ends in LF alone", "AT", "xAT\rmore\n\r\nOK\r\n", "u(xmore)re(OK)",
     AT_INFO_NONE},
    {"information", "AT+CSQ", "\r\n+CSQ: 1,2\r\n\r\nOK\r\n", "i(+CSQ: 1,2)r(OK)", AT_INFO_NAME},
    {"another sign before a name is no information", "AT+CSQ", "\r\n*CSQ: 1,2\r\n\r\nOK\r\n",
     "u(*CSQ: 1,2)r(OK)", AT_INFO_NAME},
    {"name of a read command", "AT+CFUN?", "\r\n+CFUN: 1\r\n\r\nOK\r\n", "i(+CFUN: 1)r(OK)",
     AT_INFO_NAME},
    {"name of a write command", "AT+CFSGFIS=1,\"a\"", "\r\n+CFSGFIS: 5\r\n\r\nOK\r\n",
     "i(+CFSGFIS: 5)r(OK)", AT_INFO_NAME},
    {"name without a space", "AT+CFOTA?", "\r\n+CFOTA:6\r\n\r\nOK\r\n", "i(+CFOTA:6)r(OK)",
     AT_INFO_NAME},
    {"longer name is another command's", "AT+HTTPTOFS?", "\r\n+HTTPTOFSRL: 0,1,1\r\n\r\nOK\r\n",
     "u(+HTTPTOFSRL: 0,1,1)r(OK)", AT_INFO_NAME},
    {"shorter name is another command's", "AT+HTTPTOFSRL?", "\r\n+HTTPTOFS: 200,1\r\n\r\nOK\r\n",
     "u(+HTTPTOFS: 200,1)r(OK)", AT_INFO_NAME},
    {"URC between information and OK", "AT+CSQ", "\r\n+CSQ: 1,2\r\n\r\n+SMSTATE: 0\r\n\r\nOK\r\n",
     "i(+CSQ: 1,2)u(+SMSTATE: 0)r(OK)", AT_INFO_NAME},
    {"several URCs in one read", NULL, "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n",
     "u(RDY)u(+CFUN: 1)u(+CPIN: READY)", AT_INFO_NONE},
    {"any line", "AT+GMR", "\r\nRevision:1351B05SIM7000E\r\n\r\nOK\r\n",
     "i(Revision:1351B05SIM7000E)r(OK)", AT_INFO_ANY},
    {"URCs are not any line", "AT+GSN",
     "\r\nDST: 1\r\n\r\nSMS Ready\r\n\r\nRDY\r\n\r\n*PSUTTZ: 1\r\n\r\n+CPIN: "
     "READY\r\n\r\n8612\r\n\r\nOK"
     "\r\n",
     "u(DST: 1)u(SMS Ready)u(RDY)u(*PSUTTZ: 1)u(+CPIN: READY)i(8612)r(OK)", AT_INFO_ANY},
    {"OKAY is not OK", "AT", "\r\nOKAY\r\n\r\nOK\r\n", "u(OKAY)r(OK)", AT_INFO_NONE},
    {"ERRORS is not ERROR", "AT", "\r\nERRORS\r\n\r\nERROR\r\n", "u(ERRORS)r(ERROR)", AT_INFO_NONE},
    {"OK within a line is no result", "AT", "\r\nNOT OK\r\n\r\nOK\r\n", "u(NOT OK)r(OK)",
     AT_INFO_NONE},
    {"CME error", "AT+CPIN?", "\r\n+CME ERROR: 10\r\n", "r(+CME ERROR: 10)", AT_INFO_NAME},
    {"CME error as text", "AT+CPIN?", "\r\n+CME ERROR: SIM failure\r\n",
     "r(+CME ERROR: SIM failure)", AT_INFO_NAME},
    {"CMS error", "AT+CMGS=1", "\r\n+CMS ERROR: 302\r\n", "r(+CMS ERROR: 302)", AT_INFO_NAME},
    {"no carrier", "ATD1", "\r\nNO CARRIER\r\n", "r(NO CARRIER)", AT_INFO_NONE},
    {"digits are no result of a command", "AT+GSN", "0\r\r\nOK\r\n", "i(0)r(OK)", AT_INFO_ANY},
    {"late result", NULL, "\r\nOK\r\n", "s(OK)", AT_INFO_NONE},
    {"echo inside a URC, bare CR", "AT+CGNSCPY",
     "\r\n+HTTPTOFS:AT+CGNSCPY\r 200,34335\r\n\r\n+CGNSCPY: 1\r\n\r\nOK\r\n",
     "u(+HTTPTOFS: 200,34335)i(+CGNSCPY: 1)re(OK)", AT_INFO_NAME},
    {"echo inside a URC, CR LF", "AT+CGNSCPY",
     "\r\n+HTTPTOFS:AT+CGNSCPY\r\n 200,34335\r\n\r\nOK\r\n", "u(+HTTPTOFS: 200,34335)re(OK)",
     AT_INFO_NAME},
    {"echo before the end of a URC", "AT", "\r\n+HTTPTOFS: 200,5AT\r\r\n\r\nOK\r\n",
     "u(+HTTPTOFS: 200,5)re(OK)", AT_INFO_NONE},
    {"echo between CR and LF of a URC", "AT", "\r\n+HTTPTOFS: 200,5\rAT\r\n\r\nOK\r\n",
     "u(+HTTPTOFS: 200,5)re(OK)", AT_INFO_NONE},
    {"echo before the first CR LF of a URC", "AT", "AT\r\r\n+HTTPTOFS: 200,5\r\n\r\nOK\r\n",
     "u(+HTTPTOFS: 200,5)re(OK)", AT_INFO_NONE},
    {"URC inside an echo", "AT+CGNSCPY", "AT+CG\r\n+HTTPTOFS: 200,5\r\nNSCPY\r\r\nOK\r\n",
     "u(+HTTPTOFS: 200,5)re(OK)", AT_INFO_NAME},
    {"two URCs inside an echo", "AT+CGNSCPY", "AT\r\n+A: 1\r\n+CG\r\n+B: 2\r\nNSCPY\r\r\nOK\r\n",
     "u(+A: 1)u(+B: 2)re(OK)", AT_INFO_NAME},
    {"URC torn by the rest of a torn echo", "AT+CGNSCPY",
     "AT+CG\r\n+HTTPTONSCPY\rFS: 200,5\r\n\r\nOK\r\n", "u(+HTTPTOFS: 200,5)re(OK)", AT_INFO_NAME},
    {"URC that ends like the lost rest of an echo", "AT+CFOTA=1",
     "AT+CFOTA=\r\n+CEREG: 1\r\n\r\nOK\r\n", "u(+CEREG: 1)r(OK)", AT_INFO_NONE},
    {"line that ends like the lost rest, two letters", "AT+CGMM",
     "AT+CG\r\nSIMCOM_MM\r\n\r\nOK\r\n", "i(SIMCOM_MM)r(OK)", AT_INFO_ANY},
    {"echo twice is echo of an older command", "ATE0", "ATE0\rATE0\r\r\nOK\r\n", "re(OK)",
     AT_INFO_NONE},
    {"one letter where the beginning of an echo stood", NULL, "\r\nxTz\r\n\r\nA\r\n", "u(xTz)u(A)",
     AT_INFO_NONE},
    {"the shortest name", "AT+X?", "\r\n+X: 1\r\n\r\nOK\r\n", "i(+X: 1)r(OK)", AT_INFO_NAME},
    {"a sign alone is no name", "AT+=1", "\r\n+: 1\r\n\r\nOK\r\n", "u(+: 1)r(OK)", AT_INFO_NAME},
    {"old echo of a bare AT", NULL, "AT\r\r\n", "", AT_INFO_NONE},
    {"old echo", "AT+GMR", "AT+CGMM\r\r\nRevision:1\r\n\r\nOK\r\n", "i(Revision:1)r(OK)",
     AT_INFO_ANY},
    {"one byte before an echo with CR LF", "AT+GMR", "xAT+GMR\r\nmore\r\n\r\nOK\r\n",
     "i(xmore)re(OK)", AT_INFO_ANY},
    {"command in a later line", "AT+GMR", "AT+GMR\r\r\nfooAT+GMR\r\nbar\r\n\r\nOK\r\n",
     "i(fooAT+GMR)i(bar)re(OK)", AT_INFO_ANY},
    {"noise before an echo", "AT", "f`fAT\r\r\nOK\r\n", "u(f`f)re(OK)", AT_INFO_NONE},
    {"LF only", "AT+CSQ", "\n+CSQ: 1\n\nOK\n", "i(+CSQ: 1)r(OK)", AT_INFO_NAME},
    {"empty lines", NULL, "\r\n\r\n\r\r\n\n", "", AT_INFO_NONE},
};

static void reads(const struct reading *row, size_t piece)
{
    struct at_engine at;
    char log[LOG_MAX] = "", sent[64];
    at_init(&at);
    if (row->command != NULL) {
        size_t length = strlen(row->command);
        assert_true(at_send(&at, row->command, length, (enum at_info)row->info, 2000, 0));
        assert_int_equal(at_transmit(&at, sent, sizeof sent), length + 1);
        assert_memory_equal(sent, row->command, length);
        assert_int_equal(sent[length], '\r');
    }
    feed(&at, row->bytes, strlen(row->bytes), piece, log);
    if (strcmp(log, row->events) != 0)
        fail_msg("%s, %zu bytes at a time:\nwant %s\ngot  %s", row->name, piece, row->events, log);
}

static void reads_whole(void **state)
{
    reads(*state, 1000);
}

static void reads_byte_by_byte(void **state)
{
    reads(*state, 1);
}

static void reads_in_threes(void **state)
{
    reads(*state, 3);
}

/* ---- time ---------------------------------------------------------------------------------- */

static void send_all(struct at_engine *at, const char *command, uint64_t now_us)
{
    char sent[AT_COMMAND_BYTES + 1];
    assert_true(at_send(at, command, strlen(command), AT_INFO_NONE, 2000, now_us));
    while (at_transmit(at, sent, sizeof sent) > 0)
        continue;
}

static void a_command_times_out_at_its_deadline(void **state)
{
    struct at_engine at;
    struct at_event event;
    (void)state;
    at_init(&at);
    assert_true(at_advance(&at, 5, &event) == AT_NEVER);
    send_all(&at, "AT+CSQ", 0);
    assert_int_equal(at_advance(&at, 1999999, &event), 2000000);
    assert_int_equal(event.kind, AT_EVENT_NONE);
    assert_true(at_advance(&at, 2000000, &event) == AT_NEVER);
    assert_int_equal(event.kind, AT_EVENT_TIMEOUT);
    assert_true(at_owed(&at) && !at_busy(&at));
}

static void a_late_answer_is_not_taken_for_the_new_one(void **state)
{
    struct at_engine at;
    struct at_event event;
    char log[LOG_MAX] = "", sent[8];
    (void)state;
    at_init(&at);
    send_all(&at, "AT+CSQ", 0);
    at_advance(&at, 2000000, &event);
    at_synchronise(&at, 3, 2000, 2000000);
    assert_int_equal(at_transmit(&at, sent, sizeof sent), 3);
    feed(&at, "\r\nOK\r\n", 6, 6, log); /* of AT+CSQ */
    assert_string_equal(log, "");
    assert_true(at_busy(&at));
    feed(&at, "\r\nOK\r\n", 6, 6, log); /* of AT */
    assert_string_equal(log, "");
    at_advance(&at, 1000 + AT_QUIET_MS * 1000, &event);
    assert_int_equal(event.kind, AT_EVENT_RESULT);
    assert_int_equal(event.result, AT_RESULT_OK);
    assert_false(at_owed(&at));
}

static void synchronise_repeats_and_gives_up(void **state)
{
    struct at_engine at;
    struct at_event event;
    char all[256] = "";
    size_t used = 0;
    uint64_t now_us = 0;
    (void)state;
    at_init(&at);
    at_synchronise(&at, 4, 2000, 0);
    do {
        used += at_transmit(&at, all + used, sizeof all - 1 - used);
        now_us = at_advance(&at, now_us, &event) == AT_NEVER ? now_us : at.deadline_at_us;
    } while (event.kind == AT_EVENT_NONE);
    assert_int_equal(event.kind, AT_EVENT_TIMEOUT);
    assert_string_equal(all, "AT\rAT\rATE0V1Q0\rAT\r");
    assert_int_equal(now_us, 8000000);
}

static void synchronise_takes_a_numeric_result_but_no_error(void **state)
{
    struct at_engine at;
    char log[LOG_MAX] = "", sent[8];
    (void)state;
    at_init(&at);
    at_synchronise(&at, 4, 2000, 0);
    at_transmit(&at, sent, sizeof sent);
    feed(&at, "\r\nERROR\r\n4\r", 11, 11, log);
    assert_string_equal(log, "");
    feed(&at, "AT\r0\r", 5, 5, log);
    assert_string_equal(log, "re(0)");
}

/* Whatever form its OK has, who asked for contact hears that there is. */
static void contact_is_told_as_ok(void **state)
{
    struct at_engine at;
    struct at_event event;
    char sent[8];
    (void)state;
    at_init(&at);
    at_synchronise(&at, 4, 2000, 0);
    at_transmit(&at, sent, sizeof sent);
    at_receive(&at, "0\r", 2, 1000, &event);
    assert_int_equal(event.kind, AT_EVENT_RESULT);
    assert_int_equal(event.result, AT_RESULT_OK);
}

static void an_aborted_command_is_owed_only_when_it_was_sent(void **state)
{
    struct at_engine at;
    char sent[2];
    (void)state;
    at_init(&at);
    assert_true(at_send(&at, "AT+CSQ", 6, AT_INFO_NAME, 2000, 0));
    at_abort(&at);
    assert_false(at_owed(&at));
    assert_true(at_send(&at, "AT+CSQ", 6, AT_INFO_NAME, 2000, 0));
    assert_int_equal(at_transmit(&at, sent, sizeof sent), 2);
    at_abort(&at);
    assert_true(at_owed(&at));
    assert_int_equal(at_transmit(&at, sent, sizeof sent), 0);
}

static void what_happens_is_counted(void **state)
{
    struct at_engine at;
    struct at_event event;
    char log[LOG_MAX] = "";
    (void)state;
    at_init(&at);
    feed(&at, "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n", 25, 25, log);
    assert_string_equal(log, "u(RDY)u(+CFUN: 1)s(OK)");
    for (uint64_t now_us = 0; now_us < 3; now_us++) {
        send_all(&at, "AT", now_us);
        feed(&at, "AT\r", 3, 3, log); /* an echo is none of the module's lines */
        at_advance(&at, now_us + 2000000, &event);
    }
    assert_int_equal(at.stat_lines, 3);
    assert_int_equal(at.stat_line_high_water, 8);
    assert_int_equal(at.stat_stray_results, 1);
    assert_int_equal(at.stat_timeouts, 3);
    assert_int_equal(at.stat_dropped_lines, 0);
}

/* ---- hostile input ------------------------------------------------------------------------- */

static void an_overlong_line_is_dropped_and_counted(void **state)
{
    char line[AT_LINE_BYTES + 1], log[LOG_MAX] = "";
    (void)state;
    memset(line, 'x', sizeof line);
    for (size_t piece = 1; piece <= 1000; piece += 999) {
        struct at_engine at;
        at_init(&at);
        log[0] = '\0';
        feed(&at, line, sizeof line, piece, log);
        feed(&at, "xx\r\n+A: 1\r\n", 11, piece, log);
        assert_string_equal(log, "u(+A: 1)");
        assert_int_equal(at.stat_dropped_lines, 1);
        feed(&at, line, AT_LINE_BYTES, piece, log);
        feed(&at, "\r", 1, piece, log);
        assert_int_equal(at.stat_dropped_lines, 1);
        assert_int_equal(at.stat_line_high_water, AT_LINE_BYTES);
    }
}

static void noise_does_no_harm(void **state)
{
    static const char alphabet[] = "AT+CFOTA?=:\r\n\"0128OKERROR \0\xff\x80,";
    uint32_t random = 12345;
    (void)state;
    for (unsigned run = 0; run < 200; run++) {
        struct at_engine at;
        struct at_event event;
        at_init(&at);
        for (unsigned i = 0; i < 2000; i++) {
            random = random * 1664525u + 1013904223u;
            char byte = alphabet[(random >> 16) % (sizeof alphabet - 1)];
            if (i % 97 == 0 && !at_busy(&at))
                send_all(&at, "AT+CFOTA?", i);
            assert_int_equal(at_receive(&at, &byte, 1, i, &event), 1);
            assert_true(event.length <= AT_LINE_BYTES && at.line_length <= AT_LINE_BYTES);
        }
    }
}

static void command_lengths_are_checked(void **state)
{
    static char command[AT_COMMAND_BYTES + 1];
    struct at_engine at;
    (void)state;
    memset(command, 'A', sizeof command);
    at_init(&at);
    assert_false(at_send(&at, command, 1, AT_INFO_NONE, 2000, 0));
    assert_false(at_send(&at, command, AT_COMMAND_BYTES + 1, AT_INFO_NONE, 2000, 0));
    assert_true(at_send(&at, command, AT_COMMAND_BYTES, AT_INFO_NONE, 2000, 0));
    assert_false(at_send(&at, command, 2, AT_INFO_NONE, 2000, 0));
}

#define COUNT (sizeof readings / sizeof readings[0])

int main(void)
{
    static struct CMUnitTest tests[3 * COUNT];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(contact_is_told_as_ok),
        cmocka_unit_test(what_happens_is_counted),
        cmocka_unit_test(a_command_times_out_at_its_deadline),
        cmocka_unit_test(a_late_answer_is_not_taken_for_the_new_one),
        cmocka_unit_test(synchronise_repeats_and_gives_up),
        cmocka_unit_test(synchronise_takes_a_numeric_result_but_no_error),
        cmocka_unit_test(an_aborted_command_is_owed_only_when_it_was_sent),
        cmocka_unit_test(an_overlong_line_is_dropped_and_counted),
        cmocka_unit_test(noise_does_no_harm),
        cmocka_unit_test(command_lengths_are_checked),
    };
    for (size_t i = 0; i < COUNT; i++) {
        void *row = (void *)(uintptr_t)&readings[i];
        const char *name = readings[i].name;
        tests[3 * i] =
            (struct CMUnitTest){test_name(name, ": whole"), reads_whole, NULL, NULL, row};
        tests[3 * i + 1] = (struct CMUnitTest){test_name(name, ": byte by byte"),
                                               reads_byte_by_byte, NULL, NULL, row};
        tests[3 * i + 2] =
            (struct CMUnitTest){test_name(name, ": in threes"), reads_in_threes, NULL, NULL, row};
    }
    int failed = cmocka_run_group_tests_name("at_lines", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("at_time", others, NULL, NULL);
}
