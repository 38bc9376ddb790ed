/*
 * port.h - where the bytes of a module's interface go: what serve.h needs of a transport. Each
 * transport is a file of its own (pty.h, serial.h, tcp.h) whose struct begins with a
 * `struct bench_port`; several may carry the same interface at once, as wires that are joined.
 */
#ifndef FOTARIG_HARNESS_PORTS_PORT_H
#define FOTARIG_HARNESS_PORTS_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "harness/ports/loop.h"

enum { BENCH_PORT_CHUNK = 4096 };

/* Modem lines, ored. The host drives the first two, the module the others. */
enum {
    BENCH_LINE_DTR = 1,
    BENCH_LINE_RTS = 2,
    BENCH_LINE_CTS = 4,
    BENCH_LINE_DSR = 8,
    BENCH_LINE_RI = 16,
    BENCH_LINE_DCD = 32
};

struct bench_port;

/* One transport. All but `name`, `write` and `close` may be NULL. */
struct bench_port_kind {
    const char *name; /* "pty" */
    /* Sends bytes to the client: one system call as long as it keeps up; never blocks. */
    void (*write)(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us);
    /*
     * Rate that the client has set, in bit/s; 0 = unknown, taken for right. If the last answer was
     * `expected_bps` and is not old it may be given again; 0 = the system is asked.
     */
    uint32_t (*rate)(struct bench_port *port, uint32_t expected_bps, uint64_t now_us);
    /* The module talks at this rate from now on: a real UART follows. */
    void (*follow)(struct bench_port *port, uint32_t rate_bps);
    /* The module's modem lines are now these, of CTS, DSR, RI and DCD. */
    void (*lines)(struct bench_port *port, unsigned lines);
    /* Looks after what the system does not tell of (DTR, RTS, a port that is back); returns the
       real time of the next look. */
    uint64_t (*look)(struct bench_port *port, uint64_t real_us);
    /* Ends it and frees what it holds, not the struct itself. */
    void (*close)(struct bench_port *port);
};

/* Whom a port serves; must outlive it. */
struct bench_port_listener {
    /* Bytes that a client sent; only valid during the call. */
    void (*receive)(struct bench_port *port, const void *bytes, size_t size);
    /* The client's DTR and RTS are now these; NULL = nobody wants to know. */
    void (*lines)(struct bench_port *port, unsigned lines);
    /* A client whose lines were told has left; NULL = nobody wants to know. */
    void (*left)(struct bench_port *port);
    /* The port is gone, or back: a text for the user; NULL = nobody wants to know. */
    void (*said)(struct bench_port *port, const char *text);
    void *context;
};

struct bench_port {
    const struct bench_port_kind *kind; /* NULL = closed */
    const struct bench_port_listener *listener;
    struct bench_loop *loop;
    struct bench_port *next;  /* of the same module */
    uint8_t interface;        /* of the module: enum sim_interface */
    bool broken;              /* it cannot come back by itself */
    bool has_lines;           /* DTR and RTS of the client are known */
    uint64_t stat_lost_bytes; /* written, but nobody took them */
};

/* What a client reads too slowly: a bounded ring that exists only while it is needed. */
enum { BENCH_BACKLOG_BYTES = 65536 };
struct bench_backlog {
    uint8_t *bytes; /* NULL = empty */
    size_t start, count;
};
/* Appends; returns how many bytes there was room for. */
size_t bench_backlog_keep(struct bench_backlog *backlog, const void *bytes, size_t size);
/* The next bytes that lie in one piece; their number, 0 = empty. */
size_t bench_backlog_next(const struct bench_backlog *backlog, const uint8_t **ret_bytes);
/* The first `size` of them are sent. */
void bench_backlog_sent(struct bench_backlog *backlog, size_t size);
void bench_backlog_drop(struct bench_backlog *backlog);

/* Bit/s of a termios speed and back; 0 and B0 when there is no such rate. */
uint32_t bench_rate_of(speed_t speed);
speed_t bench_speed_of(uint32_t rate_bps);

static inline void bench_port_write(struct bench_port *port, const void *bytes, size_t size,
                                    uint64_t now_us)
{
    port->kind->write(port, bytes, size, now_us);
}

static inline uint32_t bench_port_rate(struct bench_port *port, uint32_t expected_bps,
                                       uint64_t now_us)
{
    return port->kind->rate ? port->kind->rate(port, expected_bps, now_us) : 0;
}

/* May be called twice, and for a port that could not be opened. */
static inline void bench_port_close(struct bench_port *port)
{
    if (port->kind)
        port->kind->close(port);
}

/* Writes "what name: reason of errno" into `text`; returns -1. `name` may be NULL. */
int bench_port_error(char *text, size_t capacity, const char *what, const char *name);

#endif
