/*
 * port.h - one end of a pseudo terminal, with a stable name for whoever wants to talk to it.
 *
 * Clients may come and go. While nobody has the port open, what is written to it is lost, as on a
 * line nobody listens to; a client that closes and opens again within BENCH_PORT_LINGER_US misses
 * nothing. What the client reads too slowly is kept in a bounded buffer, beyond it lost and
 * counted.
 */
#ifndef FOTARIG_HARNESS_BENCH_PORT_H
#define FOTARIG_HARNESS_BENCH_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/bench/loop.h"

enum {
    BENCH_PORT_NAME_MAX = 256,
    BENCH_PORT_BACKLOG_BYTES = 65536,
    BENCH_PORT_LINGER_US = 100000,
    BENCH_PORT_RATE_CHECK_US = 10000
};

/* Takes the bytes that a client sent; they are only valid during the call. */
typedef void bench_port_receiver(void *context, const void *bytes, size_t size);

struct bench_port {
    struct bench_loop *loop;
    int master, slave; /* the slave is kept open: no hang-ups, and TIOCNXCL has a descriptor */
    struct bench_source data, opens;
    bench_port_receiver *receive;
    void *context;
    bool open;           /* a client has it open, as far as is known */
    bool broken;         /* a client took it exclusively and left: nobody can open it any more */
    uint64_t left_at_us; /* when the last client left */
    uint32_t rate_bps;   /* of the client, when last looked at; 0 = unknown */
    uint64_t rate_at_us; /* when that was */
    uint64_t stat_lost_bytes;       /* written, but nobody took them */
    char path[64];                  /* of the slave, "/dev/pts/3" */
    char link[BENCH_PORT_NAME_MAX]; /* "" = none */
    size_t backlog_start, backlog_count;
    uint8_t backlog[BENCH_PORT_BACKLOG_BYTES]; /* a ring */
};

/*
 * Opens a pty pair in raw mode at 115200 bit/s, and adds it to the loop. `link`: name of a symbolic
 * link to the slave; a link of that name is replaced in one step, anything else is left alone and
 * an error. NULL = no link. Returns 0, or -1 with a message.
 */
int bench_port_open(struct bench_port *port, struct bench_loop *loop, const char *link,
                    bench_port_receiver *receive, void *context, char *reterr_text,
                    size_t reterr_capacity);

/* Closes it; the link is removed if it still leads to this port. */
void bench_port_close(struct bench_port *port);

/* Sends bytes to the client: one system call as long as it keeps up. */
void bench_port_write(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us);

/*
 * Rate that the client has set, in bit/s; 0 = none that has a name. The system is asked only when
 * the last answer is old or was not `expected_bps`, so that a quick dialog costs no further call.
 */
uint32_t bench_port_rate(struct bench_port *port, uint32_t expected_bps, uint64_t now_us);

#endif
