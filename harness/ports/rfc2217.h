/*
 * rfc2217.h - RFC 2217 (Telnet Com Port Control Option) as a state machine for both sides: bytes of
 * the network in, data and replies out. No I/O here; tcp.h carries the server, client.h the client.
 */
#ifndef FOTARIG_HARNESS_PORTS_RFC2217_H
#define FOTARIG_HARNESS_PORTS_RFC2217_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BENCH_RFC2217_VALUE_MAX = 64,   /* of a subnegotiation; what is longer is ignored */
    BENCH_RFC2217_CHANGES_MAX = 60, /* of options that are answered: no peer needs more than a few,
                                       and two that mistake each other's answers would never end */
    /* Room that the replies to one byte may need. */
    BENCH_RFC2217_REPLY_MAX = 2 * BENCH_RFC2217_VALUE_MAX + 16
};

enum bench_rfc2217_role { BENCH_RFC2217_SERVER, BENCH_RFC2217_CLIENT };

struct bench_rfc2217 {
    uint32_t rate_bps;  /* server: that the client has set; client: that the server has told; 0 =
                           not yet */
    uint8_t role;       /* enum bench_rfc2217_role */
    uint8_t lines;      /* BENCH_LINE_DTR, _RTS of the client */
    uint8_t module;     /* BENCH_LINE_CTS, _DSR, _RI, _DCD of the server's side */
    uint8_t modem_mask; /* bits of NOTIFY-MODEMSTATE that the client wants */
    uint8_t size, parity, stop;
    uint8_t flow;       /* 1 none, 2 XON/XOFF, 3 hardware */
    uint8_t in_break;   /* 1: BREAK is on */
    bool agreed;        /* the option is in force */
    bool refused;       /* client: the server will not have it */
    bool suspended;     /* the other side wants no data for now */
    bool purge_output;  /* it wants what was not sent yet thrown away; the caller clears it */
    uint32_t asked_bps; /* client: the rate that it wants; to be set before the option is agreed */
    bool rate_told;     /* client: the server has answered to that */
    bool module_told;   /* client: the server has told its lines */
    uint8_t state, verb;
    uint8_t changes; /* of options, so far */
    uint8_t value_count;
    uint8_t value[BENCH_RFC2217_VALUE_MAX];
    uint8_t we_do[6], they_do[6];       /* bits: options in force on each side */
    uint8_t we_asked[6], they_asked[6]; /* bits: options that this side asked for, not answered */
};

void bench_rfc2217_init(struct bench_rfc2217 *telnet, enum bench_rfc2217_role role);

/* What is sent to a new peer; returns the size, at most BENCH_RFC2217_REPLY_MAX. */
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

/* Server: the module's lines changed; what is to be sent, 0 bytes when the client does not want
   it. */
size_t bench_rfc2217_lines(struct bench_rfc2217 *telnet, unsigned lines, uint8_t *reply);

/* Client: this rate, or these of DTR and RTS, are wanted from now on; what is to be sent. */
size_t bench_rfc2217_set_rate(struct bench_rfc2217 *telnet, uint32_t rate_bps, uint8_t *reply);
size_t bench_rfc2217_set_lines(struct bench_rfc2217 *telnet, unsigned lines, uint8_t *reply);

#endif
