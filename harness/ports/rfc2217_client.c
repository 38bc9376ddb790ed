/* rfc2217_client.c - what a client of RFC 2217 asks for, and what it makes of the answers. */
#include "harness/ports/port.h"
#include "harness/ports/rfc2217_parts.h"

enum {
    SET_RATE = 1,
    SET_SIZE = 2,
    SET_PARITY = 3,
    SET_STOP = 4,
    SET_CONTROL = 5,
    SUSPEND = 8,
    RESUME = 9,
    SET_MODEM_MASK = 11
};
/* Values of SET-CONTROL. */
enum { NO_FLOW_CONTROL = 1, DTR_ON = 8, DTR_OFF = 9, RTS_ON = 11, RTS_OFF = 12 };

static void put_byte(struct bench_rfc2217_reply *reply, uint8_t command, uint8_t value)
{
    bench_rfc2217_put(reply, command, &value, 1);
}

static void put_lines(struct bench_rfc2217_reply *reply, unsigned changed, unsigned lines)
{
    if (changed & BENCH_LINE_DTR)
        put_byte(reply, SET_CONTROL, lines & BENCH_LINE_DTR ? DTR_ON : DTR_OFF);
    if (changed & BENCH_LINE_RTS)
        put_byte(reply, SET_CONTROL, lines & BENCH_LINE_RTS ? RTS_ON : RTS_OFF);
}

/* 8N1 without flow control; lines as they are to be, whatever they were. */
void bench_rfc2217_client_begin(const struct bench_rfc2217 *telnet,
                                struct bench_rfc2217_reply *reply)
{
    bench_rfc2217_put_rate(reply, SET_RATE, telnet->asked_bps);
    put_byte(reply, SET_SIZE, 8);
    put_byte(reply, SET_PARITY, 1);
    put_byte(reply, SET_STOP, 1);
    put_byte(reply, SET_CONTROL, NO_FLOW_CONTROL);
    put_lines(reply, BENCH_LINE_DTR | BENCH_LINE_RTS, telnet->lines);
    put_byte(reply, SET_MODEM_MASK, telnet->modem_mask);
}

static unsigned lines_in(uint8_t state)
{
    return (state & BENCH_RFC2217_CD ? BENCH_LINE_DCD : 0u) |
           (state & BENCH_RFC2217_RI ? BENCH_LINE_RI : 0u) |
           (state & BENCH_RFC2217_DSR ? BENCH_LINE_DSR : 0u) |
           (state & BENCH_RFC2217_CTS ? BENCH_LINE_CTS : 0u);
}

void bench_rfc2217_client_answer(struct bench_rfc2217 *telnet, uint8_t command)
{
    const uint8_t *value = telnet->value;

    if (command == SET_RATE + BENCH_RFC2217_ANSWER && telnet->value_count >= 4) {
        telnet->rate_bps = bench_rfc2217_rate_in(value);
        telnet->rate_told = true;
    } else if (command == BENCH_RFC2217_MODEM_STATE && telnet->value_count >= 1) {
        telnet->module = (uint8_t)lines_in(value[0]);
        telnet->module_told = true;
    } else if (command == SUSPEND + BENCH_RFC2217_ANSWER ||
               command == RESUME + BENCH_RFC2217_ANSWER) {
        telnet->suspended = command == SUSPEND + BENCH_RFC2217_ANSWER;
    }
}

size_t bench_rfc2217_set_rate(struct bench_rfc2217 *telnet, uint32_t rate_bps, uint8_t *reply)
{
    struct bench_rfc2217_reply out = {reply, 0};

    telnet->asked_bps = rate_bps;
    telnet->rate_told = false;
    if (telnet->agreed)
        bench_rfc2217_put_rate(&out, SET_RATE, rate_bps);
    return out.count;
}

size_t bench_rfc2217_set_lines(struct bench_rfc2217 *telnet, unsigned lines, uint8_t *reply)
{
    struct bench_rfc2217_reply out = {reply, 0};
    unsigned changed = telnet->lines ^ lines;

    telnet->lines = (uint8_t)lines;
    if (telnet->agreed)
        put_lines(&out, changed, lines);
    return out.count;
}
