/*
 * rfc2217.h - the server's side of RFC 2217 (Telnet Com Port Control Option) as a state machine:
 * bytes of the network in, data and replies out. No I/O here; tcp.h carries it.
 */
#ifndef FOTARIG_HARNESS_PORTS_RFC2217_H
#define FOTARIG_HARNESS_PORTS_RFC2217_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BENCH_RFC2217_VALUE_MAX = 64, /* of a subnegotiation; what is longer is ignored */
    /* Room that the replies to one byte may need. */
    BENCH_RFC2217_REPLY_MAX = 2 * BENCH_RFC2217_VALUE_MAX + 16
};

struct bench_rfc2217 {
    uint32_t rate_bps;  /* that the client has set, 0 = not yet */
    uint8_t lines;      /* BENCH_LINE_DTR, _RTS as the client has set them */
    uint8_t module;     /* BENCH_LINE_CTS, _DSR, _RI, _DCD as told to the client */
    uint8_t modem_mask; /* bits of NOTIFY-MODEMSTATE that the client wants */
    uint8_t size, parity, stop;
    uint8_t flow;      /* 1 none, 2 XON/XOFF, 3 hardware */
    uint8_t in_break;  /* 1: BREAK is on */
    bool agreed;       /* the option is in force */
    bool suspended;    /* the client wants no data for now */
    bool purge_output; /* it wants what was not sent yet thrown away; the caller clears it */
    uint8_t state, verb;
    uint8_t value_count;
    uint8_t value[BENCH_RFC2217_VALUE_MAX];
    uint8_t we_do[6], they_do[6]; /* bits: options in force on each side */
};

void bench_rfc2217_init(struct bench_rfc2217 *telnet);

/* What is sent to a new client; returns the size, at most BENCH_RFC2217_REPLY_MAX. */
size_t bench_rfc2217_greet(struct bench_rfc2217 *telnet, uint8_t *reply);

/*
 * Takes one byte of the network. True: *ret_data is a byte of data. *ret_reply_count bytes are to
 * be sent back, written to `reply` (BENCH_RFC2217_REPLY_MAX).
 */
bool bench_rfc2217_byte(struct bench_rfc2217 *telnet, uint8_t byte, uint8_t *ret_data,
                        uint8_t *reply, size_t *ret_reply_count);

/* True: with this byte a command is complete; data before it was sent under the old settings. */
bool bench_rfc2217_ends_command(const struct bench_rfc2217 *telnet, uint8_t byte);

/* Data for the network: FF is doubled. `out` has room for 2 * size. Returns the size. */
size_t bench_rfc2217_encode(const uint8_t *bytes, size_t size, uint8_t *out);

/* The module's lines changed: what is to be sent, 0 bytes when the client does not want it. */
size_t bench_rfc2217_lines(struct bench_rfc2217 *telnet, unsigned lines, uint8_t *reply);

#endif
