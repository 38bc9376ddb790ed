/* rfc2217_server.c - what a server of RFC 2217 does with commands, from a table. */
#include <stddef.h>

#include "harness/ports/port.h"
#include "harness/ports/rfc2217_parts.h"

/* ---- the module's lines ------------------------------------------------------------------- */

static uint8_t modem_state(unsigned lines)
{
    return (uint8_t)((lines & BENCH_LINE_DCD ? BENCH_RFC2217_CD : 0) |
                     (lines & BENCH_LINE_RI ? BENCH_RFC2217_RI : 0) |
                     (lines & BENCH_LINE_DSR ? BENCH_RFC2217_DSR : 0) |
                     (lines & BENCH_LINE_CTS ? BENCH_RFC2217_CTS : 0));
}

static void put_modem_state(const struct bench_rfc2217 *telnet, uint8_t delta,
                            struct bench_rfc2217_reply *reply)
{
    uint8_t state = (uint8_t)((modem_state(telnet->module) | delta) & telnet->modem_mask);

    bench_rfc2217_put(reply, BENCH_RFC2217_MODEM_STATE, &state, 1);
}

void bench_rfc2217_server_begin(const struct bench_rfc2217 *telnet,
                                struct bench_rfc2217_reply *reply)
{
    put_modem_state(telnet, 0, reply);
}

size_t bench_rfc2217_lines(struct bench_rfc2217 *telnet, unsigned lines, uint8_t *reply)
{
    unsigned changed = telnet->module ^ lines;
    struct bench_rfc2217_reply out = {reply, 0};
    uint8_t delta = (uint8_t)((changed & BENCH_LINE_DCD ? BENCH_RFC2217_DELTA_CD : 0) |
                              (changed & ~lines & BENCH_LINE_RI ? BENCH_RFC2217_RI_ENDED : 0) |
                              (changed & BENCH_LINE_DSR ? BENCH_RFC2217_DELTA_DSR : 0) |
                              (changed & BENCH_LINE_CTS ? BENCH_RFC2217_DELTA_CTS : 0));

    telnet->module = (uint8_t)lines;
    if (changed && telnet->agreed && telnet->modem_mask)
        put_modem_state(telnet, delta, &out);
    return out.count;
}

/* ---- commands ----------------------------------------------------------------------------- */

/* 4 bytes, big-endian; 0 asks. */
static void on_rate(struct bench_rfc2217 *telnet, uint8_t command,
                    struct bench_rfc2217_reply *reply)
{
    uint32_t rate_bps = bench_rfc2217_rate_in(telnet->value);

    if (rate_bps != 0)
        telnet->rate_bps = rate_bps;
    bench_rfc2217_put_rate(reply, command, telnet->rate_bps);
}

/* Size, parity, stop bits: kept and told, since a module's line is 8N1 whatever a client says. */
static void on_format(struct bench_rfc2217 *telnet, uint8_t command,
                      struct bench_rfc2217_reply *reply)
{
    static const struct {
        uint8_t command;
        size_t offset;
        uint8_t maximum;
    } rows[] = {{2, offsetof(struct bench_rfc2217, size), 8},
                {3, offsetof(struct bench_rfc2217, parity), 5},
                {4, offsetof(struct bench_rfc2217, stop), 3}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *member = (uint8_t *)telnet + rows[i].offset;
        if (rows[i].command + BENCH_RFC2217_ANSWER != command)
            continue;
        if (telnet->value[0] != 0 && telnet->value[0] <= rows[i].maximum)
            *member = telnet->value[0];
        bench_rfc2217_put(reply, command, member, 1);
    }
}

/* Values of SET-CONTROL: what each sets, and what is asked for. */
enum { ASK_FLOW = 0, ASK_BREAK = 4, ASK_DTR = 7, ASK_RTS = 10, ASK_FLOW_IN = 13 };

static void set_line(struct bench_rfc2217 *telnet, unsigned line, bool on)
{
    telnet->lines = (uint8_t)(on ? telnet->lines | line : telnet->lines & ~line);
}

static void on_control(struct bench_rfc2217 *telnet, uint8_t command,
                       struct bench_rfc2217_reply *reply)
{
    uint8_t value = telnet->value[0], answer = value;

    if (value == 8 || value == 9)
        set_line(telnet, BENCH_LINE_DTR, value == 8);
    else if (value == 11 || value == 12)
        set_line(telnet, BENCH_LINE_RTS, value == 11);
    else if (value == 5 || value == 6)
        telnet->in_break = value == 5;
    else if (value >= 1 && value <= 3)
        telnet->flow = value;
    if (value == ASK_FLOW)
        answer = telnet->flow;
    else if (value == ASK_BREAK)
        answer = telnet->in_break ? 5 : 6;
    else if (value == ASK_DTR)
        answer = telnet->lines & BENCH_LINE_DTR ? 8 : 9;
    else if (value == ASK_RTS)
        answer = telnet->lines & BENCH_LINE_RTS ? 11 : 12;
    else if (value >= ASK_FLOW_IN)
        answer = 14; /* no flow control of what comes in */
    bench_rfc2217_put(reply, command, &answer, 1);
}

static void on_suspend(struct bench_rfc2217 *telnet, uint8_t command,
                       struct bench_rfc2217_reply *reply)
{
    (void)reply; /* RFC 2217: no answer */
    telnet->suspended = command == 8 + BENCH_RFC2217_ANSWER;
}

static void on_modem_mask(struct bench_rfc2217 *telnet, uint8_t command,
                          struct bench_rfc2217_reply *reply)
{
    telnet->modem_mask = telnet->value[0];
    bench_rfc2217_put(reply, command, telnet->value, 1);
    put_modem_state(telnet, 0, reply);
}

static void on_echoed(struct bench_rfc2217 *telnet, uint8_t command,
                      struct bench_rfc2217_reply *reply)
{
    bench_rfc2217_put(reply, command, telnet->value, 1);
}

static void on_purge(struct bench_rfc2217 *telnet, uint8_t command,
                     struct bench_rfc2217_reply *reply)
{
    telnet->purge_output = telnet->value[0] == 1 || telnet->value[0] == 3;
    bench_rfc2217_put(reply, command, telnet->value, 1);
}

static void on_signature(struct bench_rfc2217 *telnet, uint8_t command,
                         struct bench_rfc2217_reply *reply)
{
    static const char name[] = "fotarig";

    if (telnet->value_count == 0) /* with a text the client tells its own */
        bench_rfc2217_put(reply, command, (const uint8_t *)name, sizeof name - 1);
}

/* Commands of the client by number, with the size of their value. */
static const struct {
    uint8_t size;
    void (*run)(struct bench_rfc2217 *telnet, uint8_t command, struct bench_rfc2217_reply *reply);
} commands[] = {
    [0] = {0, on_signature},   [1] = {4, on_rate},    [2] = {1, on_format},
    [3] = {1, on_format},      [4] = {1, on_format},  [5] = {1, on_control},
    [8] = {0, on_suspend},     [9] = {0, on_suspend}, [10] = {1, on_echoed},
    [11] = {1, on_modem_mask}, [12] = {1, on_purge},
};

void bench_rfc2217_server_command(struct bench_rfc2217 *telnet, uint8_t command,
                                  struct bench_rfc2217_reply *reply)
{
    if (command >= sizeof commands / sizeof commands[0] || !commands[command].run ||
        telnet->value_count < commands[command].size)
        return;
    commands[command].run(telnet, (uint8_t)(command + BENCH_RFC2217_ANSWER), reply);
}
