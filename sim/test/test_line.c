/*
 * The line as a model: other rates, echo in time, flow control, a port that sleeps.
 */
#include "sim/frame.h"
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    module_set(&module, SIM_SETTING_ANSWER_DELAY, 0);
    exchange_boot(&module);
    return 0;
}

static void send(const char *text)
{
    module_send(&module, text, strlen(text));
}

/* ---- other rates --------------------------------------------------------------------------- */

/* The line as levels, one bit time of the sender each, and a receiver that samples it: the slow way
   to say what sim_garble() works out. */
static size_t sample(const uint8_t *bytes, size_t size, double ratio, uint8_t *heard)
{
    static uint8_t level[20000];
    size_t bits = size * 10, count = 0;
    for (size_t i = 0; i < bits; i++)
        level[i] = i % 10 == 0 ? 0 : i % 10 == 9 ? 1 : bytes[i / 10] >> (i % 10 - 1) & 1;
    /* In bits of the sender; `ratio` of them are one of the receiver. The little more keeps what is
       a whole number from being just below it. */
    double at = 1e-9;
    while (at < (double)bits) {
        if (level[(size_t)at]) {
            at = (double)((size_t)at + 1) + 1e-9;
            continue;
        }
        unsigned byte = 0;
        for (unsigned i = 0; i < 8; i++) {
            size_t bit = (size_t)(at + (1.5 + i) * ratio);
            byte |= (bit >= bits || level[bit] ? 1u : 0u) << i;
        }
        at += 9.5 * ratio;
        if (at >= (double)bits || level[(size_t)at])
            heard[count++] = (uint8_t)byte;
    }
    return count;
}

static void garbage_is_what_a_receiver_samples(void **state)
{
    static const uint32_t rates[] = {300, 9600, 19200, 38400, 57600, 115200, 921600};
    enum { RATES = sizeof rates / sizeof rates[0] };
    static const char text[] = "AT+CFOTA?\r\n+CFOTA: \"Updating\",37\r\nU\x55\xff\x01\x80\x00";
    uint8_t want[4096], got[4096];
    (void)state;
    for (unsigned i = 0; i < RATES; i++)
        for (unsigned j = 0; j < RATES; j++) {
            size_t wanted = sample((const uint8_t *)text, sizeof text,
                                   (double)rates[i] / (double)rates[j], want);
            size_t size = sim_garble(text, sizeof text, rates[i], rates[j], got, sizeof got);
            if (size != wanted || memcmp(got, want, size) != 0)
                fail_msg("%lu heard at %lu: want %zu bytes, got %zu", (unsigned long)rates[i],
                         (unsigned long)rates[j], wanted, size);
            if (i == j)
                assert_memory_equal(got, text, sizeof text);
        }
}

static void a_rate_two_percent_off_is_heard(void **state)
{
    char got[64];
    (void)state;
    assert_int_equal(sim_garble("AT+CFUN=1\r", 10, 9600, 9792, got, sizeof got), 10);
    assert_memory_equal(got, "AT+CFUN=1\r", 10);
    assert_int_equal(sim_garble("AT", 2, 9600, 0, got, sizeof got), 0);
    assert_int_equal(sim_garble("AT", 2, 0, 9600, got, sizeof got), 0);
    assert_int_equal(sim_garble("", 0, 9600, 115200, got, sizeof got), 0);
    assert_int_equal(sim_garble("AAAAAAAA", 8, 9600, 115200, got, 3), 3);
}

static void garbage_is_echoed_and_runs_nothing(void **state)
{
    char want[64];
    (void)state;
    size_t size = sim_garble("AT+CPOWD=1\r", 11, 9600, 115200, want, sizeof want);
    sim_receive(&module.sim, &module.host, "AT+CPOWD=1\r", 11, 9600, module.now_us);
    module_run(&module, SECOND_US);
    assert_int_equal(module.sent_length, size);
    assert_memory_equal(module.sent, want, size);
    module.sent_length = 0;
    send("\rAT\r");
    EXPECT_BYTES(&module, "\rAT\r\r\nOK\r\n");
}

/* ---- echo ---------------------------------------------------------------------------------- */

static void echo_is_told_apart_from_what_follows(void **state)
{
    uint32_t baud_bps;
    char buffer[64];
    (void)state;
    sim_receive(&module.sim, &module.host, "AT\r", 3, 115200, module.now_us);
    assert_int_equal(sim_echoed(&module.sim), 3);
    sim_transmit(&module.sim, &module.host, buffer, 3, &baud_bps, module.now_us);
    assert_memory_equal(buffer, "AT\r", 3);
    assert_int_equal(sim_echoed(&module.sim), 0);
    assert_int_equal(
        sim_transmit(&module.sim, &module.host, buffer, sizeof buffer, &baud_bps, module.now_us),
        6);
}

static void echo_behind_something_else_is_not_early(void **state)
{
    (void)state;
    module_apply(&module, SIM_ACTION_URC, 0, 0, "+X: 1");
    sim_receive(&module.sim, &module.host, "AT", 2, 115200, module.now_us);
    assert_int_equal(sim_echoed(&module.sim), 0);
    module_run(&module, 1);
    EXPECT_BYTES(&module, "\r\n+X: 1\r\nAT");
    send("\r");
    sim_advance(&module.sim, &module.host, module.now_us + 1);
    assert_int_equal(sim_echoed(&module.sim), 0);
}

/* A line that is said between two bytes of a command stands between their echoes (T02). */
static void a_line_stands_where_the_echo_was(void **state)
{
    (void)state;
    send("AT+CM");
    module_apply(&module, SIM_ACTION_URC, 0, 0, "+HTTPTOFS: 200,5");
    send("NB?\r");
    EXPECT_BYTES(&module, "AT+CM\r\n+HTTPTOFS: 200,5\r\nNB?\r\r\n+CMNB: 3\r\n\r\nOK\r\n");
}

/* ---- flow control -------------------------------------------------------------------------- */

static void take(void)
{
    module_run(&module, SECOND_US / 10);
}

static void xoff_holds_what_the_module_says(void **state)
{
    (void)state;
    send("ATE0+IFC=1,1\r");
    module.sent_length = 0;
    send("AT\x13+CMNB?\r");
    take();
    EXPECT_BYTES(&module, "");
    send("\x11");
    take();
    EXPECT_BYTES(&module, "\r\n+CMNB: 3\r\n\r\nOK\r\n");
    send("A\x11T\x11\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
}

static void without_ifc_xoff_is_a_byte_like_any_other(void **state)
{
    (void)state;
    send("ATE0\r");
    module.sent_length = 0;
    send("\x13");
    send("AT\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
}

static void rts_holds_it_with_ifc_2(void **state)
{
    (void)state;
    send("ATE0\r");
    module.sent_length = 0;
    assert_true(module_apply(&module, SIM_ACTION_RTS, 0, 0, NULL));
    send("AT\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    assert_true(module_apply(&module, SIM_ACTION_RTS, 1, 0, NULL));
    send("AT+IFC=2,2\r");
    module.sent_length = 0;
    assert_true(module_apply(&module, SIM_ACTION_RTS, 0, 0, NULL));
    send("AT\r");
    take();
    EXPECT_BYTES(&module, "");
    assert_true(module_apply(&module, SIM_ACTION_RTS, 1, 0, NULL));
    take();
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    assert_false(module_apply(&module, SIM_ACTION_RTS, 2, 0, NULL));
}

/* ---- sleep --------------------------------------------------------------------------------- */

/* V.25ter 5.2.2; gsm-utils sends a NUL. */
static void control_characters_on_a_line_are_nothing(void **state)
{
    static const char line[] = "ATE\0000\x01\x7f+C\x1bMEE=\t1;+CMEE?\r";
    (void)state;
    send("ATE0\r");
    module_run(&module, SECOND_US);
    module.sent_length = 0;
    module_send(&module, line, sizeof line - 1);
    EXPECT_BYTES(&module, "\r\n+CMEE: 1\r\n\r\nOK\r\n");
}

/* RI tells of a message whatever CFGRI says (AT106 5.2.3), and the port hears for a while. */
static void a_message_wakes_the_port_that_csclk_lets_sleep(void **state)
{
    struct sim_action action = {.kind = SIM_ACTION_SMS, .text = "wake", .from = "+4915112345678"};
    (void)state;
    send("ATE0+CSCLK=1\r");
    module_run(&module, SECOND_US);
    assert_true(module_apply(&module, SIM_ACTION_DTR, 0, 0, NULL));
    module.sent_length = 0;
    send("AT\r");
    EXPECT_BYTES(&module, "");
    assert_true(sim_apply(&module.sim, &module.host, &action, module.now_us));
    assert_true(sim_lines(&module.sim) & SIM_LINE_RI);
    module_run(&module, SECOND_US);
    assert_false(sim_lines(&module.sim) & SIM_LINE_RI);
    EXPECT_BYTES(&module, "\r\n+CMTI: \"SM\",1\r\n");
    send("AT\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    module_run(&module, 5 * SECOND_US);
    send("AT\r");
    EXPECT_BYTES(&module, "");
}

static void without_dtr_and_with_csclk_the_port_sleeps(void **state)
{
    (void)state;
    send("ATE0\r");
    assert_true(module_apply(&module, SIM_ACTION_DTR, 0, 0, NULL));
    module.sent_length = 0;
    send("AT\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n"); /* CSCLK=0 */
    assert_true(module_apply(&module, SIM_ACTION_DTR, 1, 0, NULL));
    module_run(&module, SECOND_US);
    send("AT+CSCLK=1\r");
    module.sent_length = 0;
    assert_true(module_apply(&module, SIM_ACTION_DTR, 0, 0, NULL));
    send("AT\r");
    EXPECT_BYTES(&module, "");
    assert_true(module_apply(&module, SIM_ACTION_DTR, 1, 0, NULL));
    module_run(&module, 49999);
    send("AT\r");
    EXPECT_BYTES(&module, "");
    module_run(&module, 1);
    send("AT\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
}

/* ---- modem lines --------------------------------------------------------------------------- */

enum { ALL_BUT_RI = SIM_LINE_CTS | SIM_LINE_DSR | SIM_LINE_DCD };

static void dcd_is_on_in_a_transfer_or_with_c0_always(void **state)
{
    (void)state;
    assert_int_equal(sim_lines(&module.sim), SIM_LINE_CTS | SIM_LINE_DSR); /* &C1 is the default */
    send("AT+CFSINIT\r");
    send("AT+CFSWFILE=3,\"a\",0,4,1000\r");
    assert_int_equal(sim_lines(&module.sim), ALL_BUT_RI);
    send("abc");
    assert_int_equal(sim_lines(&module.sim), ALL_BUT_RI);
    send("d");
    assert_int_equal(sim_lines(&module.sim), SIM_LINE_CTS | SIM_LINE_DSR);
    send("AT&C0\r");
    assert_int_equal(sim_lines(&module.sim), ALL_BUT_RI);
    send("AT&C1\r");
    assert_int_equal(sim_lines(&module.sim), SIM_LINE_CTS | SIM_LINE_DSR);
}

static void dcd_goes_when_a_transfer_runs_out_of_time(void **state)
{
    (void)state;
    send("AT+CFSINIT\r");
    send("AT+CFSWFILE=3,\"a\",0,4,1000\r");
    module_run(&module, 999000);
    assert_int_equal(sim_lines(&module.sim), ALL_BUT_RI);
    module_run(&module, 2000);
    assert_int_equal(sim_lines(&module.sim), SIM_LINE_CTS | SIM_LINE_DSR);
}

static void no_line_is_on_while_the_engine_is_down(void **state)
{
    (void)state;
    send("AT&C0\r");
    assert_true(module_apply(&module, SIM_ACTION_HANG, SIM_HANG_DEAF, 0, NULL));
    assert_int_equal(sim_lines(&module.sim), 0);
    assert_true(module_apply(&module, SIM_ACTION_HANG, SIM_HANG_NONE, 0, NULL));
    assert_int_equal(sim_lines(&module.sim), ALL_BUT_RI);
    assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
    assert_int_equal(sim_lines(&module.sim), 0);
}

static void ri_pulses_for_unsolicited_lines_with_cfgri(void **state)
{
    (void)state;
    assert_true(module_apply(&module, SIM_ACTION_URC, 0, 0, "+X: 1"));
    assert_false(sim_lines(&module.sim) & SIM_LINE_RI); /* CFGRI=0 */
    send("AT+CFGRI=1\r");
    assert_true(module_apply(&module, SIM_ACTION_URC, 0, 0, "+X: 1"));
    assert_true(sim_lines(&module.sim) & SIM_LINE_RI);
    assert_int_equal(sim_advance(&module.sim, &module.host, module.now_us), module.now_us + 120000);
    module_run(&module, 119999);
    assert_true(sim_lines(&module.sim) & SIM_LINE_RI);
    module_run(&module, 1);
    assert_false(sim_lines(&module.sim) & SIM_LINE_RI);
    module_set(&module, SIM_SETTING_RING_BY, 1);
    assert_true(module_apply(&module, SIM_ACTION_URC, 0, 0, "+X: 1"));
    assert_false(sim_lines(&module.sim) & SIM_LINE_RI);
}

static void dropped_dtr_hangs_up_with_d2_only(void **state)
{
    static const struct {
        const char *command;
        bool hangs_up;
    } rows[] = {{"AT&D0\r", false}, {"AT&D1\r", false}, {"AT&D2\r", true}};
    (void)state;
    send("ATE0\r");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        send(rows[i].command);
        send("ATD123;\r");
        module.sent_length = 0;
        assert_true(module_apply(&module, SIM_ACTION_DTR, 0, 0, NULL));
        take();
        EXPECT_BYTES(&module, rows[i].hangs_up ? "\r\nNO CARRIER\r\n" : "");
        assert_true(module_apply(&module, SIM_ACTION_DTR, 1, 0, NULL));
        module_run(&module, 120 * SECOND_US); /* it rings out */
    }
}

/* Any split of what was sent gives the same bytes. */
static void flow_control_works_byte_by_byte(void **state)
{
    static const char text[] = "ATE0+IFC=1,1\rAT\x13+CMNB?\rAT\r\x11";
    (void)state;
    for (size_t i = 0; i < sizeof text - 1; i++) {
        module_send(&module, text + i, 1);
        module_run(&module, 1000);
    }
    EXPECT_BYTES(&module, "ATE0+IFC=1,1\r\r\nOK\r\n"
                          "\r\n+CMNB: 3\r\n\r\nOK\r\n\r\nOK\r\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
    static const struct CMUnitTest tests[] = {
        TEST(garbage_is_what_a_receiver_samples),
        TEST(a_rate_two_percent_off_is_heard),
        TEST(garbage_is_echoed_and_runs_nothing),
        TEST(echo_is_told_apart_from_what_follows),
        TEST(echo_behind_something_else_is_not_early),
        TEST(a_line_stands_where_the_echo_was),
        TEST(xoff_holds_what_the_module_says),
        TEST(without_ifc_xoff_is_a_byte_like_any_other),
        TEST(rts_holds_it_with_ifc_2),
        TEST(a_message_wakes_the_port_that_csclk_lets_sleep),
        TEST(control_characters_on_a_line_are_nothing),
        TEST(without_dtr_and_with_csclk_the_port_sleeps),
        TEST(dcd_is_on_in_a_transfer_or_with_c0_always),
        TEST(dcd_goes_when_a_transfer_runs_out_of_time),
        TEST(no_line_is_on_while_the_engine_is_down),
        TEST(ri_pulses_for_unsolicited_lines_with_cfgri),
        TEST(dropped_dtr_hangs_up_with_d2_only),
        TEST(flow_control_works_byte_by_byte),
    };
    return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
