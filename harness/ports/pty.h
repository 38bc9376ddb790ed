/*
 * pty.h - one end of a pseudo terminal, with a stable name for whoever wants to talk to it.
 *
 * Clients may come and go. While nobody has the port open, what is written to it is lost, as on a
 * line nobody listens to; but what is due within BENCH_PTY_LINGER_US of when a client left waits
 * for the next one, however late it opens: so a script that closes and opens between a command and
 * its answer gets it, whatever else this machine has to do. What the client reads too slowly is
 * kept in a bounded backlog, beyond it lost and counted. A pty has no modem lines: DTR and RTS
 * count as on.
 */
#ifndef FOTARIG_HARNESS_PORTS_PTY_H
#define FOTARIG_HARNESS_PORTS_PTY_H

#include "harness/ports/port.h"

enum { BENCH_PTY_NAME_MAX = 256, BENCH_PTY_LINGER_US = 1000000, BENCH_PTY_RATE_CHECK_US = 10000 };

struct bench_pty {
    struct bench_port port;
    int master, slave; /* the slave is kept open: no hang-ups, and TIOCNXCL has a descriptor */
    struct bench_source data;
    struct bench_watch opens;
    bool open;           /* a client has it open, as far as is known */
    bool own_open;       /* the next opening that is told is our own */
    uint64_t left_at_us; /* when the last client left */
    uint32_t rate_bps;   /* of the client, when last looked at; 0 = unknown */
    uint64_t rate_at_us; /* when that was */
    struct bench_backlog backlog;
    char path[32]; /* of the slave, "/dev/pts/3" */
    char *link;    /* NULL = none */
};

/*
 * Opens a pty pair in raw mode at 115200 bit/s, and adds it to the loop. `link`: name of a symbolic
 * link to the slave; a link of that name is replaced in one step, anything else is left alone and
 * an error. NULL = no link. Must not move while it is open. Returns 0, or -1 with a message.
 */
int bench_pty_open(struct bench_pty *pty, struct bench_loop *loop, const char *link,
                   const struct bench_port_listener *listener, char *reterr_text,
                   size_t reterr_capacity);

#endif
