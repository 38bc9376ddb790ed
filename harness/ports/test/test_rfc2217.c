/* test_rfc2217.c - both sides of RFC 2217, byte by byte and at each other; no socket here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "harness/ports/port.h"
#include "harness/ports/rfc2217.h"

enum { OUT = 4096 };

struct talk {
    struct bench_rfc2217 telnet;
    uint8_t data[OUT], reply[OUT];
    size_t data_count, reply_count;
};

static void say(struct talk *talk, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte;
        size_t count;
        if (bench_rfc2217_byte(&talk->telnet, ((const uint8_t *)bytes)[i], &byte,
                               talk->reply + talk->reply_count, &count))
            talk->data[talk->data_count++] = byte;
        assert_true(count <= BENCH_RFC2217_REPLY_MAX);
        talk->reply_count += count;
        assert_true(talk->reply_count + BENCH_RFC2217_REPLY_MAX <= OUT);
        assert_true(talk->data_count < OUT);
    }
}

static void agree(struct talk *talk)
{
    memset(talk, 0, sizeof *talk);
    bench_rfc2217_init(&talk->telnet, BENCH_RFC2217_SERVER);
    say(talk, "\xff\xfb\x2c", 3);
    talk->reply_count = 0;
}

/* One row: what the client sends once the option is agreed, and what comes back. */
static const struct row {
    const char *name;
    const char *said;
    size_t said_size;
    const char *want;
    size_t want_size;
} rows[] = {
#define ROW(name, said, want)                                                                      \
    {                                                                                              \
        name, said, sizeof(said) - 1, want, sizeof(want) - 1                                       \
    }
    ROW("a rate is set and told", "\xff\xfa\x2c\x01\x00\x00\x25\x80\xff\xf0",
        "\xff\xfa\x2c\x65\x00\x00\x25\x80\xff\xf0"),
    ROW("rate 0 asks none is set yet", "\xff\xfa\x2c\x01\x00\x00\x00\x00\xff\xf0",
        "\xff\xfa\x2c\x65\x00\x00\x00\x00\xff\xf0"),
    ROW("ff in a value is doubled both ways", "\xff\xfa\x2c\x01\x00\x00\xff\xff\x01\xff\xf0",
        "\xff\xfa\x2c\x65\x00\x00\xff\xff\x01\xff\xf0"),
    ROW("data size is told", "\xff\xfa\x2c\x02\x08\xff\xf0", "\xff\xfa\x2c\x66\x08\xff\xf0"),
    ROW("parity 0 asks", "\xff\xfa\x2c\x03\x00\xff\xf0", "\xff\xfa\x2c\x67\x01\xff\xf0"),
    ROW("stop bits out of range stay", "\xff\xfa\x2c\x04\x09\xff\xf0",
        "\xff\xfa\x2c\x68\x01\xff\xf0"),
    ROW("dtr is on at first", "\xff\xfa\x2c\x05\x07\xff\xf0", "\xff\xfa\x2c\x69\x08\xff\xf0"),
    ROW("dtr off", "\xff\xfa\x2c\x05\x09\xff\xf0\xff\xfa\x2c\x05\x07\xff\xf0",
        "\xff\xfa\x2c\x69\x09\xff\xf0\xff\xfa\x2c\x69\x09\xff\xf0"),
    ROW("rts off", "\xff\xfa\x2c\x05\x0c\xff\xf0\xff\xfa\x2c\x05\x0a\xff\xf0",
        "\xff\xfa\x2c\x69\x0c\xff\xf0\xff\xfa\x2c\x69\x0c\xff\xf0"),
    ROW("flow control is kept", "\xff\xfa\x2c\x05\x03\xff\xf0\xff\xfa\x2c\x05\x00\xff\xf0",
        "\xff\xfa\x2c\x69\x03\xff\xf0\xff\xfa\x2c\x69\x03\xff\xf0"),
    ROW("no break at first", "\xff\xfa\x2c\x05\x04\xff\xf0", "\xff\xfa\x2c\x69\x06\xff\xf0"),
    ROW("break on", "\xff\xfa\x2c\x05\x05\xff\xf0\xff\xfa\x2c\x05\x04\xff\xf0",
        "\xff\xfa\x2c\x69\x05\xff\xf0\xff\xfa\x2c\x69\x05\xff\xf0"),
    ROW("purge is answered", "\xff\xfa\x2c\x0c\x03\xff\xf0", "\xff\xfa\x2c\x70\x03\xff\xf0"),
    ROW("line state mask is answered", "\xff\xfa\x2c\x0a\x1f\xff\xf0",
        "\xff\xfa\x2c\x6e\x1f\xff\xf0"),
    ROW("modem state mask brings the state", "\xff\xfa\x2c\x0b\xf0\xff\xf0",
        "\xff\xfa\x2c\x6f\xf0\xff\xf0\xff\xfa\x2c\x6b\x00\xff\xf0"),
    ROW("the signature is told", "\xff\xfa\x2c\x00\xff\xf0", "\xff\xfa\x2c\x64\x66otarig\xff\xf0"),
    ROW("suspend is not answered", "\xff\xfa\x2c\x08\xff\xf0", ""),
    ROW("an unknown command is ignored", "\xff\xfa\x2c\x63\x01\xff\xf0", ""),
    ROW("a value that is too short is ignored", "\xff\xfa\x2c\x01\x00\xff\xf0", ""),
    ROW("another options value is ignored", "\xff\xfa\x18\x01\xff\xf0", ""),
    ROW("an unknown option is refused", "\xff\xfb\x1f\xff\xfd\x18", "\xff\xfe\x1f\xff\xfc\x18"),
    ROW("binary is agreed both ways", "\xff\xfb\x00\xff\xfd\x00", "\xff\xfd\x00\xff\xfb\x00"),
    ROW("what is agreed already is not answered", "\xff\xfb\x2c", ""),
    ROW("what is off already is not answered", "\xff\xfe\x00\xff\xfc\x00", ""),
#undef ROW
};

static void the_answer_is_the_one_of_the_row(void **state)
{
    const struct row *row = *state;
    struct talk talk;

    agree(&talk);
    say(&talk, row->said, row->said_size);
    assert_int_equal(talk.reply_count, row->want_size);
    assert_memory_equal(talk.reply, row->want, row->want_size);
    assert_int_equal(talk.data_count, 0);
    /* And the stream goes on. */
    say(&talk, "AT\r", 3);
    assert_memory_equal(talk.data, "AT\r", 3);
}

static void the_option_is_agreed_once_with_the_state_of_the_lines(void **state)
{
    struct talk talk;

    (void)state;
    memset(&talk, 0, sizeof talk);
    bench_rfc2217_init(&talk.telnet, BENCH_RFC2217_SERVER);
    talk.telnet.module = BENCH_LINE_CTS | BENCH_LINE_DSR;
    say(&talk, "\xff\xfb\x2c", 3);
    assert_int_equal(talk.reply_count, 10);
    assert_memory_equal(talk.reply, "\xff\xfd\x2c\xff\xfa\x2c\x6b\x30\xff\xf0", 10);
    assert_true(talk.telnet.agreed);
}

static void all_256_values_pass_both_ways(void **state)
{
    uint8_t all[256], encoded[512];
    struct talk talk;
    size_t size;

    (void)state;
    agree(&talk);
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    size = bench_rfc2217_encode(all, sizeof all, encoded);
    assert_int_equal(size, 257);
    say(&talk, encoded, size);
    assert_int_equal(talk.data_count, 256);
    assert_memory_equal(talk.data, all, 256);
    assert_int_equal(talk.reply_count, 0);
}

static void changed_lines_are_told_with_what_changed(void **state)
{
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];
    struct talk talk;

    (void)state;
    agree(&talk);
    assert_int_equal(bench_rfc2217_lines(&talk.telnet, BENCH_LINE_CTS | BENCH_LINE_RI, reply), 7);
    assert_memory_equal(reply, "\xff\xfa\x2c\x6b\x51\xff\xf0", 7);
    assert_int_equal(bench_rfc2217_lines(&talk.telnet, BENCH_LINE_CTS, reply), 7);
    assert_memory_equal(reply, "\xff\xfa\x2c\x6b\x14\xff\xf0", 7);
    assert_int_equal(bench_rfc2217_lines(&talk.telnet, BENCH_LINE_CTS, reply), 0);
}

static void nothing_is_told_before_the_option_is_agreed(void **state)
{
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];
    struct bench_rfc2217 telnet;

    (void)state;
    bench_rfc2217_init(&telnet, BENCH_RFC2217_SERVER);
    assert_int_equal(bench_rfc2217_lines(&telnet, BENCH_LINE_CTS, reply), 0);
}

static void a_value_without_end_is_bounded(void **state)
{
    struct talk talk;

    (void)state;
    agree(&talk);
    say(&talk, "\xff\xfa\x2c\x0b", 4);
    for (int i = 0; i < 3000; i++)
        say(&talk, "\xff\xff", 2);
    say(&talk, "\xff\xf0", 2);
    assert_true(talk.reply_count > 0);
    say(&talk, "AT\r", 3);
    assert_memory_equal(talk.data, "AT\r", 3);
}

static void any_bytes_are_survived(void **state)
{
    uint32_t random = 7;
    struct talk talk;

    (void)state;
    agree(&talk);
    for (int i = 0; i < 400000; i++) {
        uint8_t byte;
        if (i == 200000)
            bench_rfc2217_init(&talk.telnet, BENCH_RFC2217_CLIENT);
        random = random * 1664525u + 1013904223u;
        byte = random >> 30 ? (uint8_t)(random >> 16) : (uint8_t)(0xf0u | random >> 20);
        talk.data_count = talk.reply_count = 0;
        say(&talk, &byte, 1);
    }
}

/* ---- the client's side -------------------------------------------------------------------- */

#define GREETING "\xff\xfb\x00\xff\xfd\x00\xff\xfb\x03\xff\xfd\x03\xff\xfb\x2c"

static void greet(struct talk *talk, uint32_t rate_bps)
{
    memset(talk, 0, sizeof *talk);
    bench_rfc2217_init(&talk->telnet, BENCH_RFC2217_CLIENT);
    assert_int_equal(bench_rfc2217_set_rate(&talk->telnet, rate_bps, talk->reply), 0);
    assert_int_equal(bench_rfc2217_greet(&talk->telnet, talk->reply), sizeof GREETING - 1);
    assert_memory_equal(talk->reply, GREETING, sizeof GREETING - 1);
}

static void a_client_sets_its_port_when_the_option_is_agreed(void **state)
{
    static const char want[] =
        "\xff\xfa\x2c\x01\x00\x00\x25\x80\xff\xf0\xff\xfa\x2c\x02\x08\xff\xf0"
        "\xff\xfa\x2c\x03\x01\xff\xf0\xff\xfa\x2c\x04\x01\xff\xf0\xff\xfa\x2c\x05\x01\xff\xf0"
        "\xff\xfa\x2c\x05\x08\xff\xf0\xff\xfa\x2c\x05\x0b\xff\xf0\xff\xfa\x2c\x0b\xff\xff\xff\xf0";
    struct talk talk;

    (void)state;
    greet(&talk, 9600);
    say(&talk, "\xff\xfd\x00\xff\xfb\x00\xff\xfd\x03\xff\xfb\x03", 12);
    assert_int_equal(talk.reply_count, 0); /* answers are not answered */
    say(&talk, "\xff\xfd\x2c", 3);
    assert_true(talk.telnet.agreed);
    assert_false(talk.telnet.rate_told);
    assert_int_equal(talk.reply_count, sizeof want - 1);
    assert_memory_equal(talk.reply, want, sizeof want - 1);
    say(&talk, "\xff\xfd\x2c\xff\xfd\x2c", 6);
    assert_int_equal(talk.reply_count, sizeof want - 1);
}

static void a_client_hears_the_rate_and_the_lines(void **state)
{
    struct talk talk;

    (void)state;
    greet(&talk, 65535);
    say(&talk, "\xff\xfd\x2c\xff\xfa\x2c\x65\x00\x00\xff\xff\xff\xff\xff\xf0", 15);
    assert_true(talk.telnet.rate_told);
    assert_int_equal(talk.telnet.rate_bps, 65535);
    assert_false(talk.telnet.module_told);
    say(&talk, "\xff\xfa\x2c\x6b\xb3\xff\xf0", 7);
    assert_true(talk.telnet.module_told);
    assert_int_equal(talk.telnet.module, BENCH_LINE_DCD | BENCH_LINE_DSR | BENCH_LINE_CTS);
    say(&talk, "\xff\xfa\x2c\x6c\xff\xf0", 6);
    assert_true(talk.telnet.suspended);
    say(&talk, "\xff\xfa\x2c\x6d\xff\xf0", 6);
    assert_false(talk.telnet.suspended);
    /* What is too short, or nothing that a server says, is ignored. */
    say(&talk, "\xff\xfa\x2c\x65\x00\xff\xf0\xff\xfa\x2c\x01\x00\x00\x00\x01\xff\xf0", 17);
    assert_int_equal(talk.telnet.rate_bps, 65535);
    assert_int_equal(talk.data_count, 0);
}

static void a_client_hears_that_the_option_is_refused(void **state)
{
    struct talk talk;

    (void)state;
    greet(&talk, 9600);
    say(&talk, "\xff\xfe\x2c", 3);
    assert_true(talk.telnet.refused);
    assert_int_equal(talk.reply_count, 0);
}

static void a_client_asks_for_what_changes_only(void **state)
{
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];
    struct talk talk;

    (void)state;
    greet(&talk, 9600);
    assert_int_equal(bench_rfc2217_set_lines(&talk.telnet, BENCH_LINE_RTS, reply), 0);
    say(&talk, "\xff\xfd\x2c", 3);
    assert_int_equal(bench_rfc2217_set_lines(&talk.telnet, BENCH_LINE_RTS, reply), 0);
    assert_int_equal(bench_rfc2217_set_lines(&talk.telnet, BENCH_LINE_DTR | BENCH_LINE_RTS, reply),
                     7);
    assert_memory_equal(reply, "\xff\xfa\x2c\x05\x08\xff\xf0", 7);
    assert_int_equal(bench_rfc2217_set_lines(&talk.telnet, BENCH_LINE_DTR, reply), 7);
    assert_memory_equal(reply, "\xff\xfa\x2c\x05\x0c\xff\xf0", 7);
    talk.telnet.rate_told = true;
    assert_int_equal(bench_rfc2217_set_rate(&talk.telnet, 0xffff, reply), 12);
    assert_memory_equal(reply, "\xff\xfa\x2c\x01\x00\x00\xff\xff\xff\xff\xff\xf0", 12);
    assert_false(talk.telnet.rate_told);
}

/* Two sides that take each other's answers for wishes change an option for ever. */
static void changes_without_end_are_not_answered(void **state)
{
    struct talk talk;

    (void)state;
    greet(&talk, 9600);
    for (int i = 0; i < 1000; i++) {
        talk.reply_count = 0;
        say(&talk, i % 2 ? "\xff\xfd\x00" : "\xff\xfe\x00", 3);
    }
    assert_int_equal(talk.reply_count, 0);
}

/* ---- at each other ------------------------------------------------------------------------ */

/* Hands `bytes` to one and its replies to the other, to and fro, until nobody has more to say. */
static void exchange(struct talk *to, struct talk *from, const uint8_t *bytes, size_t size)
{
    uint8_t pending[OUT];
    int turns = 0;

    memcpy(pending, bytes, size);
    while (size > 0) {
        struct talk *next = to;
        to->reply_count = 0;
        say(to, pending, size);
        size = to->reply_count;
        memcpy(pending, to->reply, size);
        to = from;
        from = next;
        assert_true(++turns < 8);
    }
}

static void two_sides_agree_and_stop(void **state)
{
    struct talk client, server;
    uint8_t all[256], out[512];
    size_t size;

    (void)state;
    memset(&server, 0, sizeof server);
    bench_rfc2217_init(&server.telnet, BENCH_RFC2217_SERVER);
    server.telnet.module = BENCH_LINE_CTS | BENCH_LINE_DCD;
    greet(&client, 460800);
    client.telnet.lines = BENCH_LINE_RTS;
    size = bench_rfc2217_greet(&server.telnet, out);
    exchange(&client, &server, out, size);
    exchange(&server, &client, (const uint8_t *)GREETING, sizeof GREETING - 1);
    assert_true(client.telnet.agreed && server.telnet.agreed && client.telnet.rate_told);
    assert_int_equal(client.telnet.rate_bps, 460800);
    assert_int_equal(server.telnet.rate_bps, 460800);
    assert_int_equal(server.telnet.lines, BENCH_LINE_RTS);
    assert_int_equal(client.telnet.module, BENCH_LINE_CTS | BENCH_LINE_DCD);
    exchange(&client, &server, out, bench_rfc2217_lines(&server.telnet, BENCH_LINE_RI, out));
    assert_int_equal(client.telnet.module, BENCH_LINE_RI);
    exchange(&server, &client, out, bench_rfc2217_set_rate(&client.telnet, 0xfffeff, out));
    assert_int_equal(client.telnet.rate_bps, 0xfffeff);
    assert_int_equal(client.data_count + server.data_count, 0);
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    size = bench_rfc2217_encode(all, sizeof all, out);
    say(&client, out, size);
    say(&server, out, size);
    assert_memory_equal(client.data, all, sizeof all);
    assert_memory_equal(server.data, all, sizeof all);
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0], OTHERS = 12 };
    struct CMUnitTest tests[ROWS + OTHERS] = {
        cmocka_unit_test(the_option_is_agreed_once_with_the_state_of_the_lines),
        cmocka_unit_test(all_256_values_pass_both_ways),
        cmocka_unit_test(changed_lines_are_told_with_what_changed),
        cmocka_unit_test(nothing_is_told_before_the_option_is_agreed),
        cmocka_unit_test(a_value_without_end_is_bounded),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(a_client_sets_its_port_when_the_option_is_agreed),
        cmocka_unit_test(a_client_hears_the_rate_and_the_lines),
        cmocka_unit_test(a_client_hears_that_the_option_is_refused),
        cmocka_unit_test(a_client_asks_for_what_changes_only),
        cmocka_unit_test(changes_without_end_are_not_answered),
        cmocka_unit_test(two_sides_agree_and_stop),
    };

    for (size_t i = 0; i < ROWS; i++)
        tests[OTHERS + i] = (struct CMUnitTest){.name = rows[i].name,
                                                .test_func = the_answer_is_the_one_of_the_row,
                                                .initial_state = (void *)(uintptr_t)&rows[i]};
    return _cmocka_run_group_tests("rfc2217", tests, ROWS + OTHERS, NULL, NULL);
}
