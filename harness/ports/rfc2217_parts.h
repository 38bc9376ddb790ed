/* rfc2217_parts.h - what the files of rfc2217.h share, and nobody else needs. */
#ifndef FOTARIG_HARNESS_PORTS_RFC2217_PARTS_H
#define FOTARIG_HARNESS_PORTS_RFC2217_PARTS_H

#include "harness/ports/rfc2217.h"

/* A server's answers and notices have these numbers. */
enum { BENCH_RFC2217_ANSWER = 100, BENCH_RFC2217_MODEM_STATE = 107 };

/* Bits of NOTIFY-MODEMSTATE (RFC 2217, "MODEMSTATE"). */
enum {
    BENCH_RFC2217_CD = 0x80,
    BENCH_RFC2217_RI = 0x40,
    BENCH_RFC2217_DSR = 0x20,
    BENCH_RFC2217_CTS = 0x10,
    BENCH_RFC2217_DELTA_CD = 0x08,
    BENCH_RFC2217_RI_ENDED = 0x04,
    BENCH_RFC2217_DELTA_DSR = 0x02,
    BENCH_RFC2217_DELTA_CTS = 0x01
};

/* Bytes that go to the other side. */
struct bench_rfc2217_reply {
    uint8_t *bytes;
    size_t count;
};

/* A subnegotiation of COM-PORT. */
void bench_rfc2217_put(struct bench_rfc2217_reply *reply, uint8_t command, const uint8_t *value,
                       size_t size);
/* The same with a rate: 4 bytes, big-endian; and back. */
void bench_rfc2217_put_rate(struct bench_rfc2217_reply *reply, uint8_t command, uint32_t rate_bps);
uint32_t bench_rfc2217_rate_in(const uint8_t *value);

/* The option has just been agreed. */
void bench_rfc2217_server_begin(const struct bench_rfc2217 *telnet,
                                struct bench_rfc2217_reply *reply);
void bench_rfc2217_client_begin(const struct bench_rfc2217 *telnet,
                                struct bench_rfc2217_reply *reply);

/* A subnegotiation came; its value is in `telnet`. */
void bench_rfc2217_server_command(struct bench_rfc2217 *telnet, uint8_t command,
                                  struct bench_rfc2217_reply *reply);
void bench_rfc2217_client_answer(struct bench_rfc2217 *telnet, uint8_t command);

#endif
