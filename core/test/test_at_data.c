/* test_at_data.c - the AT engine: raw bytes in answers, a prompt and the bytes that follow it. */
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

#define OK   "\r\nOK\r\n"
#define READ "AT+CFSRFILE=1,\"update.zip\",1,6,0"

/* Raw bytes as they are, other events by a letter: i information, u URC, r result, p prompt. */
static void feed(struct at_engine *at, const char *bytes, size_t size, size_t piece, char *log)
{
    static const char signs[] = {'-', 'i', 'u', 'r', 't', 's', 'p', 'd'};
    for (size_t i = 0; i < size;) {
        struct at_event event;
        size_t part = size - i < piece ? size - i : piece;
        i += at_receive(at, bytes + i, part, 1000, &event);
        size_t used = strlen(log);
        if (event.kind == AT_EVENT_DATA) {
            assert_true(event.length > 0);
            memcpy(log + used, event.text, event.length);
        } else if (event.kind != AT_EVENT_NONE) {
            log[used] = signs[event.kind];
        }
    }
}

struct answer {
    const char *name;
    const char *first, *second; /* answers to two reads of six bytes */
    const char *events;
};

static const struct answer answers[] = {
    {"header line", "\r\n+CFSRFILE: 6\r\nPK\r\nab" OK, "\r\n+CFSRFILE: 6\r\n\n\rOK\r\n" OK,
     "iPK\r\nabr|i\n\rOK\r\nr"},
    {"no header", "\r\nPK\r\nab" OK, "\r\n\r\nOK\r\n" OK, "PK\r\nabr|\r\nOK\r\nr"},
    {"no header, no line end", "PK\r\nab" OK, "\r\nOK\r\n" OK, "PK\r\nabr|\r\nOK\r\nr"},
    {"URC before the header", "\r\nDST: 1\r\n\r\n+CFSRFILE: 6\r\nPK\r\nab" OK,
     "\r\n+CREG: 1\r\n\r\n+CFSRFILE: 6\r\nabcdef" OK, "uiPK\r\nabr|uiabcdefr"},
    {"noise before bytes without a header", "x\r\n\r\nPKabcd" OK, "\r\nabcdef" OK,
     "uPKabcdr|abcdefr"},
    {"noise behind an empty line", "\r\nx\r\n\r\nPKabcd" OK, "\r\nabcdef" OK, "uPKabcdr|abcdefr"},
    {"letter of the mark before a later header", "\r\n+CFSRFILE: 6\r\nPKcdef" OK,
     "\r\nPSUTTZ: 1\r\n\r\n+CFSRFILE: 6\r\nabcdef" OK, "iPKcdefr|uiabcdefr"},
    {"error instead of bytes", "\r\nERROR\r\n", "\r\n+CFSRFILE: 6\r\nPKcdef" OK, "r|iPKcdefr"},
    {"fewer bytes than asked for", "\r\n+CFSRFILE: 2\r\nPK" OK, "\r\n+CFSRFILE: 6\r\nabcdef" OK,
     "iPKr|iabcdefr"},
    {"more bytes than asked for", "\r\n+CFSRFILE: 7\r\nPKabcde" OK,
     "\r\n+CFSRFILE: 99999999999\r\nab" OK, "iur|iur"},
    {"header without a number", "\r\n+CFSRFILE: x\r\n" OK, "\r\n+CFSRFILE: 0\r\n" OK, "ir|ir"},
};

static void reads(const struct answer *row, size_t piece)
{
    struct at_engine at;
    char log[256] = "";
    at_init(&at);
    for (unsigned i = 0; i < 2; i++) {
        const char *bytes = i == 0 ? row->first : row->second;
        assert_true(at_send(&at, READ, sizeof READ - 1, AT_INFO_DATA, 2000, 0));
        at_expect(&at, 6, i == 0, 'P');
        feed(&at, bytes, strlen(bytes), piece, log);
        assert_false(at_busy(&at));
        if (i == 0)
            log[strlen(log)] = '|';
    }
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

static void bytes_follow_a_prompt_and_nothing_else(void **state)
{
    static const char write[] = "AT+CFSWFILE=1,\"update.zip\",0,6,2000";
    struct at_engine at;
    char log[64] = "", sent[64];
    (void)state;
    at_init(&at);
    assert_int_equal(at_give(&at, "x", 1), 0);
    assert_true(at_send(&at, write, sizeof write - 1, AT_INFO_PROMPT, 2000, 0));
    assert_int_equal(at_transmit(&at, sent, sizeof sent), sizeof write);
    assert_int_equal(at_give(&at, "x", 1), 0);
    feed(&at, "\r\nDOWNLOADS\r\n\r\nDOWNLOAD\r\n", 25, 25, log);
    assert_string_equal(log, "up");
    assert_true(at_wants_bytes(&at));
    assert_int_equal(at_transmit(&at, sent, sizeof sent), 0);
    assert_int_equal(at_give(&at, "abc", 3), 3);
    assert_int_equal(at_give(&at, "d", 1), 0);
    assert_int_equal(at_transmit(&at, sent, 2), 2);
    assert_false(at_wants_bytes(&at));
    assert_int_equal(at_transmit(&at, sent + 2, 2), 1);
    assert_memory_equal(sent, "abc", 3);
    feed(&at, "\r\nDOWNLOAD\r\n\r\nOK\r\n", 18, 18, log);
    assert_string_equal(log, "upur");
    assert_false(at_wants_bytes(&at));
}

static void a_prompt_that_nobody_asked_for_is_a_urc(void **state)
{
    struct at_engine at;
    char log[64] = "";
    (void)state;
    at_init(&at);
    assert_true(at_send(&at, "AT", 2, AT_INFO_NONE, 2000, 0));
    feed(&at, "\r\nDOWNLOAD\r\n\r\nOK\r\n", 18, 1, log);
    assert_string_equal(log, "ur");
}

#define COUNT (sizeof answers / sizeof answers[0])

static void more_bytes_than_were_expected_may_come_at_once(void **state)
{
    enum { EXPECTED = UINT16_MAX, BYTES = 70000 };
    struct at_engine at;
    struct at_event event;
    char *bytes = calloc(1, BYTES);
    (void)state;
    assert_non_null(bytes);
    bytes[0] = 'P';
    at_init(&at);
    assert_true(at_send(&at, "AT+CFSRFILE=1", 13, AT_INFO_DATA, 1000, 0));
    at_expect(&at, EXPECTED, true, 'P');
    assert_int_equal(at_receive(&at, bytes, BYTES, 0, &event), EXPECTED);
    assert_int_equal(event.kind, AT_EVENT_DATA);
    assert_int_equal(event.length, EXPECTED);
    free(bytes);
}

/* What stood before the bytes of one file says nothing of another. */
static void each_file_is_found_by_its_own_beginning(void **state)
{
    static const char *const bytes[] = {"\r\n\r\nPKabcd" OK, "\r\nPKefgh" OK, "\r\nijklmn" OK};
    struct at_engine at;
    char log[128] = "";
    (void)state;
    at_init(&at);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(at_send(&at, READ, sizeof READ - 1, AT_INFO_DATA, 2000, 0));
        at_expect(&at, 6, i < 2, 'P');
        feed(&at, bytes[i], strlen(bytes[i]), 1, log);
    }
    assert_string_equal(log, "PKabcdrPKefghrijklmnr");
}

int main(void)
{
    static struct CMUnitTest tests[2 * COUNT];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(bytes_follow_a_prompt_and_nothing_else),
        cmocka_unit_test(a_prompt_that_nobody_asked_for_is_a_urc),
        cmocka_unit_test(more_bytes_than_were_expected_may_come_at_once),
        cmocka_unit_test(each_file_is_found_by_its_own_beginning),
    };
    for (size_t i = 0; i < COUNT; i++) {
        void *row = (void *)(uintptr_t)&answers[i];
        const char *name = answers[i].name;
        tests[2 * i] =
            (struct CMUnitTest){test_name(name, ": whole"), reads_whole, NULL, NULL, row};
        tests[2 * i + 1] = (struct CMUnitTest){test_name(name, ": byte by byte"),
                                               reads_byte_by_byte, NULL, NULL, row};
    }
    int failed = cmocka_run_group_tests_name("at_raw", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("at_prompt", others, NULL, NULL);
}
