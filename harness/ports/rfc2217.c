/* rfc2217.c - Telnet beneath RFC 2217: negotiation (RFC 855, 1143), framing, doubled FF. */
#include "harness/ports/rfc2217.h"

#include <string.h>

#include "harness/ports/port.h"
#include "harness/ports/rfc2217_parts.h"

enum { SE = 240, SB = 250, WILL = 251, WONT = 252, DO = 253, DONT = 254, IAC = 255 };
enum { BINARY = 0, ECHO_OPTION = 1, SUPPRESS_GO_AHEAD = 3, COM_PORT = 44 };

enum state { IN_DATA, AFTER_IAC, AFTER_VERB, IN_VALUE, AFTER_IAC_IN_VALUE };

/* ---- replies ------------------------------------------------------------------------------ */

static void put(struct bench_rfc2217_reply *reply, uint8_t byte)
{
    reply->bytes[reply->count++] = byte;
}

static void put_verb(struct bench_rfc2217_reply *reply, uint8_t verb, uint8_t option)
{
    put(reply, IAC);
    put(reply, verb);
    put(reply, option);
}

void bench_rfc2217_put(struct bench_rfc2217_reply *reply, uint8_t command, const uint8_t *value,
                       size_t size)
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

void bench_rfc2217_put_rate(struct bench_rfc2217_reply *reply, uint8_t command, uint32_t rate_bps)
{
    uint8_t value[4];

    for (int i = 0; i < 4; i++)
        value[i] = (uint8_t)(rate_bps >> (24 - 8 * i));
    bench_rfc2217_put(reply, command, value, sizeof value);
}

uint32_t bench_rfc2217_rate_in(const uint8_t *value)
{
    return (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
}

/* ---- options ------------------------------------------------------------------------------ */

/* Which options each side may have on; all others are refused. Only a server echoes. */
static bool we_may(const struct bench_rfc2217 *telnet, uint8_t option)
{
    return option == BINARY || option == SUPPRESS_GO_AHEAD || option == COM_PORT ||
           (option == ECHO_OPTION && telnet->role == BENCH_RFC2217_SERVER);
}

static bool they_may(const struct bench_rfc2217 *telnet, uint8_t option)
{
    return option == BINARY || option == SUPPRESS_GO_AHEAD || option == COM_PORT ||
           (option == ECHO_OPTION && telnet->role == BENCH_RFC2217_CLIENT);
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

/* The other side has answered to COM-PORT, or asks for it. */
static void on_com_port(struct bench_rfc2217 *telnet, bool wish, struct bench_rfc2217_reply *reply)
{
    if (!wish)
        telnet->refused = !telnet->agreed && telnet->verb == DONT;
    if (!wish || telnet->agreed)
        return;
    telnet->agreed = true;
    if (telnet->role == BENCH_RFC2217_SERVER)
        bench_rfc2217_server_begin(telnet, reply);
    else
        bench_rfc2217_client_begin(telnet, reply);
}

static void option_byte(struct bench_rfc2217 *telnet, uint8_t option,
                        struct bench_rfc2217_reply *reply)
{
    bool wish = telnet->verb == WILL || telnet->verb == DO;
    bool theirs = telnet->verb == WILL || telnet->verb == WONT;
    bool allowed = theirs ? they_may(telnet, option) : we_may(telnet, option);
    uint8_t *bits = theirs ? telnet->they_do : telnet->we_do;
    uint8_t *asked = theirs ? telnet->they_asked : telnet->we_asked;

    if (!allowed) {
        if (wish)
            put_verb(reply, theirs ? DONT : WONT, option);
        return;
    }
    /* An answer is not answered, and neither is what is so already (RFC 1143): two sides that agree
       stop talking. */
    if (set(bits, option, wish) && !set(asked, option, false) &&
        telnet->changes < BENCH_RFC2217_CHANGES_MAX) {
        telnet->changes++;
        if (theirs)
            put_verb(reply, wish ? DO : DONT, option);
        else
            put_verb(reply, wish ? WILL : WONT, option);
    }
    set(asked, option, false);
    if (option == COM_PORT)
        on_com_port(telnet, wish, reply);
}

/* ---- bytes -------------------------------------------------------------------------------- */

void bench_rfc2217_init(struct bench_rfc2217 *telnet, enum bench_rfc2217_role role)
{
    memset(telnet, 0, sizeof *telnet);
    telnet->role = (uint8_t)role;
    telnet->lines = BENCH_LINE_DTR | BENCH_LINE_RTS;
    telnet->modem_mask = 0xff;
    telnet->size = 8;
    telnet->parity = telnet->stop = telnet->flow = 1;
}

/* What each role asks for at first. */
static const struct {
    uint8_t role, verb, option;
} greeting[] = {
    {BENCH_RFC2217_SERVER, WILL, SUPPRESS_GO_AHEAD},
    {BENCH_RFC2217_SERVER, WILL, ECHO_OPTION},
    {BENCH_RFC2217_CLIENT, WILL, BINARY},
    {BENCH_RFC2217_CLIENT, DO, BINARY},
    {BENCH_RFC2217_CLIENT, WILL, SUPPRESS_GO_AHEAD},
    {BENCH_RFC2217_CLIENT, DO, SUPPRESS_GO_AHEAD},
    {BENCH_RFC2217_CLIENT, WILL, COM_PORT},
};

size_t bench_rfc2217_greet(struct bench_rfc2217 *telnet, uint8_t *reply)
{
    struct bench_rfc2217_reply out = {reply, 0};

    for (size_t i = 0; i < sizeof greeting / sizeof greeting[0]; i++) {
        if (greeting[i].role != telnet->role)
            continue;
        set(greeting[i].verb == DO ? telnet->they_asked : telnet->we_asked, greeting[i].option,
            true);
        put_verb(&out, greeting[i].verb, greeting[i].option);
    }
    return out.count;
}

/* value[0] is the option, value[1] the command. */
static void subnegotiation(struct bench_rfc2217 *telnet, struct bench_rfc2217_reply *reply)
{
    uint8_t command;

    if (telnet->value_count < 2 || telnet->value[0] != COM_PORT)
        return;
    command = telnet->value[1];
    telnet->value_count = (uint8_t)(telnet->value_count - 2);
    memmove(telnet->value, telnet->value + 2, telnet->value_count);
    if (telnet->role == BENCH_RFC2217_SERVER)
        bench_rfc2217_server_command(telnet, command, reply);
    else
        bench_rfc2217_client_answer(telnet, command);
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
    struct bench_rfc2217_reply out = {reply, 0};
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
