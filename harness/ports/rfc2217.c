/* rfc2217.c - Telnet negotiation (RFC 855, 1143) and the commands of RFC 2217, from a table. */
#include "harness/ports/rfc2217.h"

#include <string.h>

#include "harness/ports/port.h"

enum { SE = 240, SB = 250, WILL = 251, WONT = 252, DO = 253, DONT = 254, IAC = 255 };
enum { BINARY = 0, ECHO_OPTION = 1, SUPPRESS_GO_AHEAD = 3, COM_PORT = 44 };
enum { ANSWER = 100, NOTIFY_MODEM_STATE = 107 };

enum state { IN_DATA, AFTER_IAC, AFTER_VERB, IN_VALUE, AFTER_IAC_IN_VALUE };

/* Bits of NOTIFY-MODEMSTATE (RFC 2217, "MODEMSTATE"). */
enum {
    STATE_CD = 0x80,
    STATE_RI = 0x40,
    STATE_DSR = 0x20,
    STATE_CTS = 0x10,
    DELTA_CD = 0x08,
    RI_ENDED = 0x04,
    DELTA_DSR = 0x02,
    DELTA_CTS = 0x01
};

/* ---- replies ------------------------------------------------------------------------------ */

struct reply {
    uint8_t *bytes;
    size_t count;
};

static void put(struct reply *reply, uint8_t byte)
{
    reply->bytes[reply->count++] = byte;
}

static void put_verb(struct reply *reply, uint8_t verb, uint8_t option)
{
    put(reply, IAC);
    put(reply, verb);
    put(reply, option);
}

static void put_command(struct reply *reply, uint8_t command, const uint8_t *value, size_t size)
{
    put(reply, IAC);
    put(reply, SB);
    put(reply, COM_PORT);
    put(reply, command);
    for (size_t i = 0; i < size; i++) {
        put(reply, value[i]);
        if (value[i] == IAC)
            put(reply, IAC);
    }
    put(reply, IAC);
    put(reply, SE);
}

/* ---- options ------------------------------------------------------------------------------ */

/* Which options each side may have on; all others are refused. */
static bool we_may(uint8_t option)
{
    return option == BINARY || option == ECHO_OPTION || option == SUPPRESS_GO_AHEAD ||
           option == COM_PORT;
}

static bool they_may(uint8_t option)
{
    return option == BINARY || option == SUPPRESS_GO_AHEAD || option == COM_PORT;
}

static bool is_set(const uint8_t *bits, uint8_t option)
{
    return bits[option / 8] & 1u << option % 8;
}

/* True: it was not so before. */
static bool set(uint8_t *bits, uint8_t option, bool on)
{
    uint8_t bit = (uint8_t)(1u << option % 8);

    if (is_set(bits, option) == on)
        return false;
    bits[option / 8] ^= bit;
    return true;
}

static uint8_t modem_state(unsigned lines)
{
    return (uint8_t)((lines & BENCH_LINE_DCD ? STATE_CD : 0) |
                     (lines & BENCH_LINE_RI ? STATE_RI : 0) |
                     (lines & BENCH_LINE_DSR ? STATE_DSR : 0) |
                     (lines & BENCH_LINE_CTS ? STATE_CTS : 0));
}

static void put_modem_state(const struct bench_rfc2217 *telnet, uint8_t delta, struct reply *reply)
{
    uint8_t state = (uint8_t)((modem_state(telnet->module) | delta) & telnet->modem_mask);

    put_command(reply, NOTIFY_MODEM_STATE, &state, 1);
}

static void option_byte(struct bench_rfc2217 *telnet, uint8_t option, struct reply *reply)
{
    bool wish = telnet->verb == WILL || telnet->verb == DO;
    bool theirs = telnet->verb == WILL || telnet->verb == WONT;
    bool allowed = theirs ? they_may(option) : we_may(option);
    uint8_t *bits = theirs ? telnet->they_do : telnet->we_do;

    if (!allowed) {
        if (wish)
            put_verb(reply, theirs ? DONT : WONT, option);
        return;
    }
    /* Only a change is answered, so that two sides that agree stop talking (RFC 1143). */
    if (!set(bits, option, wish))
        return;
    if (theirs)
        put_verb(reply, wish ? DO : DONT, option);
    else
        put_verb(reply, wish ? WILL : WONT, option);
    if (option == COM_PORT && wish && !telnet->agreed) {
        telnet->agreed = true;
        put_modem_state(telnet, 0, reply);
    }
}

/* ---- commands ----------------------------------------------------------------------------- */

/* 4 bytes, big-endian; 0 asks. */
static void on_rate(struct bench_rfc2217 *telnet, uint8_t command, struct reply *reply)
{
    const uint8_t *value = telnet->value;
    uint32_t rate_bps =
        (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
    uint8_t answer[4];

    if (rate_bps != 0)
        telnet->rate_bps = rate_bps;
    for (int i = 0; i < 4; i++)
        answer[i] = (uint8_t)(telnet->rate_bps >> (24 - 8 * i));
    put_command(reply, command, answer, sizeof(answer));
}

/* Size, parity, stop bits: kept and told, since a module's line is 8N1 whatever a client says. */
static void on_format(struct bench_rfc2217 *telnet, uint8_t command, struct reply *reply)
{
    static const struct {
        uint8_t command;
        size_t offset;
        uint8_t maximum;
    } rows[] = {{2, offsetof(struct bench_rfc2217, size), 8},
                {3, offsetof(struct bench_rfc2217, parity), 5},
                {4, offsetof(struct bench_rfc2217, stop), 3}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t *member = (uint8_t *)telnet + rows[i].offset;
        if (rows[i].command + ANSWER != command)
            continue;
        if (telnet->value[0] != 0 && telnet->value[0] <= rows[i].maximum)
            *member = telnet->value[0];
        put_command(reply, command, member, 1);
    }
}

/* Values of SET-CONTROL: what each sets, and what is asked for. */
enum { ASK_FLOW = 0, ASK_BREAK = 4, ASK_DTR = 7, ASK_RTS = 10, ASK_FLOW_IN = 13 };

static void set_line(struct bench_rfc2217 *telnet, unsigned line, bool on)
{
    telnet->lines = (uint8_t)(on ? telnet->lines | line : telnet->lines & ~line);
}

static void on_control(struct bench_rfc2217 *telnet, uint8_t command, struct reply *reply)
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
    put_command(reply, command, &answer, 1);
}

static void on_suspend(struct bench_rfc2217 *telnet, uint8_t command, struct reply *reply)
{
    (void)reply; /* RFC 2217: no answer */
    telnet->suspended = command == 8 + ANSWER;
}

static void on_modem_mask(struct bench_rfc2217 *telnet, uint8_t command, struct reply *reply)
{
    telnet->modem_mask = telnet->value[0];
    put_command(reply, command, telnet->value, 1);
    put_modem_state(telnet, 0, reply);
}

static void on_echoed(struct bench_rfc2217 *telnet, uint8_t command, struct reply *reply)
{
    put_command(reply, command, telnet->value, 1);
}

static void on_purge(struct bench_rfc2217 *telnet, uint8_t command, struct reply *reply)
{
    telnet->purge_output = telnet->value[0] == 1 || telnet->value[0] == 3;
    put_command(reply, command, telnet->value, 1);
}

static void on_signature(struct bench_rfc2217 *telnet, uint8_t command, struct reply *reply)
{
    static const char name[] = "fotarig";

    if (telnet->value_count == 0) /* with a text the client tells its own */
        put_command(reply, command, (const uint8_t *)name, sizeof(name) - 1);
}

/* Commands of the client by number, with the size of their value. */
static const struct {
    uint8_t size;
    void (*run)(struct bench_rfc2217 *telnet, uint8_t command, struct reply *reply);
} commands[] = {
    [0] = {0, on_signature},   [1] = {4, on_rate},    [2] = {1, on_format},
    [3] = {1, on_format},      [4] = {1, on_format},  [5] = {1, on_control},
    [8] = {0, on_suspend},     [9] = {0, on_suspend}, [10] = {1, on_echoed},
    [11] = {1, on_modem_mask}, [12] = {1, on_purge},
};

/* value[0] is the option, value[1] the command. */
static void subnegotiation(struct bench_rfc2217 *telnet, struct reply *reply)
{
    uint8_t command;

    if (telnet->value_count < 2 || telnet->value[0] != COM_PORT)
        return;
    command = telnet->value[1];
    telnet->value_count = (uint8_t)(telnet->value_count - 2);
    memmove(telnet->value, telnet->value + 2, telnet->value_count);
    if (command >= sizeof(commands) / sizeof(commands[0]) || !commands[command].run ||
        telnet->value_count < commands[command].size)
        return;
    commands[command].run(telnet, (uint8_t)(command + ANSWER), reply);
}

/* ---- bytes -------------------------------------------------------------------------------- */

void bench_rfc2217_init(struct bench_rfc2217 *telnet)
{
    memset(telnet, 0, sizeof(*telnet));
    telnet->lines = BENCH_LINE_DTR | BENCH_LINE_RTS;
    telnet->modem_mask = 0xff;
    telnet->size = 8;
    telnet->parity = telnet->stop = telnet->flow = 1;
}

size_t bench_rfc2217_greet(struct bench_rfc2217 *telnet, uint8_t *reply)
{
    struct reply out = {reply, 0};

    set(telnet->we_do, SUPPRESS_GO_AHEAD, true);
    set(telnet->we_do, ECHO_OPTION, true);
    put_verb(&out, WILL, SUPPRESS_GO_AHEAD);
    put_verb(&out, WILL, ECHO_OPTION);
    return out.count;
}

/* The byte after IAC; true: it is data, a doubled FF. */
static bool after_iac(struct bench_rfc2217 *telnet, uint8_t byte)
{
    telnet->state = IN_DATA;
    telnet->verb = byte;
    if (byte >= WILL && byte <= DONT)
        telnet->state = AFTER_VERB;
    if (byte == SB) {
        telnet->state = IN_VALUE;
        telnet->value_count = 0;
    }
    return byte == IAC;
}

static void value_byte(struct bench_rfc2217 *telnet, uint8_t byte)
{
    telnet->state = IN_VALUE;
    if (telnet->value_count < BENCH_RFC2217_VALUE_MAX)
        telnet->value[telnet->value_count++] = byte;
}

bool bench_rfc2217_byte(struct bench_rfc2217 *telnet, uint8_t byte, uint8_t *ret_data,
                        uint8_t *reply, size_t *ret_reply_count)
{
    struct reply out = {reply, 0};
    bool is_data = false;

    switch ((enum state)telnet->state) {
    case IN_DATA:
        is_data = byte != IAC;
        if (!is_data)
            telnet->state = AFTER_IAC;
        break;
    case AFTER_IAC:
        is_data = after_iac(telnet, byte);
        break;
    case AFTER_VERB:
        telnet->state = IN_DATA;
        option_byte(telnet, byte, &out);
        break;
    case IN_VALUE:
        if (byte == IAC)
            telnet->state = AFTER_IAC_IN_VALUE;
        else
            value_byte(telnet, byte);
        break;
    case AFTER_IAC_IN_VALUE:
        if (byte == IAC) {
            value_byte(telnet, byte);
        } else {
            telnet->state = IN_DATA;
            if (byte == SE)
                subnegotiation(telnet, &out);
        }
        break;
    }
    *ret_data = byte;
    *ret_reply_count = out.count;
    return is_data;
}

bool bench_rfc2217_ends_command(const struct bench_rfc2217 *telnet, uint8_t byte)
{
    return telnet->state == AFTER_IAC_IN_VALUE && byte == SE;
}

size_t bench_rfc2217_encode(const uint8_t *bytes, size_t size, uint8_t *out)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        out[count++] = bytes[i];
        if (bytes[i] == IAC)
            out[count++] = IAC;
    }
    return count;
}

size_t bench_rfc2217_lines(struct bench_rfc2217 *telnet, unsigned lines, uint8_t *reply)
{
    unsigned changed = telnet->module ^ lines;
    struct reply out = {reply, 0};
    uint8_t delta = (uint8_t)((changed & BENCH_LINE_DCD ? DELTA_CD : 0) |
                              (changed & ~lines & BENCH_LINE_RI ? RI_ENDED : 0) |
                              (changed & BENCH_LINE_DSR ? DELTA_DSR : 0) |
                              (changed & BENCH_LINE_CTS ? DELTA_CTS : 0));

    telnet->module = (uint8_t)lines;
    if (changed && telnet->agreed && telnet->modem_mask)
        put_modem_state(telnet, delta, &out);
    return out.count;
}
