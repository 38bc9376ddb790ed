/*
 * port.h - one end of a serial line, whatever carries it: what can be done with it and what it
 * tells its owner. Each transport is a file of its own whose struct begins with a `struct
 * bench_port`; all are opened by URL, in one of two roles:
 *
 *   BENCH_PORT_SERVE  the bench is the module: clients come to the port
 *   BENCH_PORT_OPEN   the bench is the host: it goes to where a module is
 *
 * A port looks after itself in bench_loop_wait(): nothing of it need be called at a time. An opened
 * port whose device or peer goes is looked for until it is back; its rate and lines are set again
 * then. What is written meanwhile is lost and counted.
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
    BENCH_LINE_DCD = 32,
    BENCH_LINES_UNKNOWN = 0xff /* nothing has been told of them yet */
};

enum bench_port_role { BENCH_PORT_SERVE, BENCH_PORT_OPEN };

struct bench_port;

/* One transport in one role. All but `name`, `write`, `describe` and `close` may be NULL. */
struct bench_port_kind {
    const char *name; /* "pty" */
    /* Sends bytes to the other side, which were due at `now_us`: one system call as long as it
       keeps up; never blocks. */
    void (*write)(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us);
    /*
     * Rate that the client has set, in bit/s; 0 = unknown, taken for right. If the last answer was
     * `expected_bps` and is not old it may be given again; 0 = the system is asked.
     */
    uint32_t (*rate)(struct bench_port *port, uint32_t expected_bps, uint64_t now_us);
    /* This side talks at this rate from now on. Opened: bytes that were written before leave at the
       rate before; NULL or a pty: nothing is between the two, so a change is at once. */
    void (*follow)(struct bench_port *port, uint32_t rate_bps);
    /* The modem lines of this side are now these: served those of a module (CTS, DSR, RI, DCD),
       opened those of a host (DTR, RTS; both are on at first). */
    void (*lines)(struct bench_port *port, unsigned lines);
    /* Served: whether a client is there; NULL = the line does not tell. */
    bool (*has_client)(const struct bench_port *port);
    /* Where it is, as a user may reach it: "/dev/pts/3 (link module)". */
    void (*describe)(const struct bench_port *port, char *text, size_t capacity);
    /* Ends it and frees what it holds, not the struct itself. */
    void (*close)(struct bench_port *port);
};

/* Whom a port serves; must outlive it. */
struct bench_port_listener {
    /* Bytes that the other side sent; only valid during the call. */
    void (*receive)(struct bench_port *port, const void *bytes, size_t size);
    /* The other side's lines are now these: served a client's (DTR, RTS), opened a module's (CTS,
       DSR, RI, DCD); NULL = nobody wants to know. */
    void (*lines)(struct bench_port *port, unsigned lines);
    /* A client whose lines were told has left; NULL = nobody wants to know. */
    void (*left)(struct bench_port *port);
    /* The port is gone, or back: a text for the user; NULL = nobody wants to know. */
    void (*said)(struct bench_port *port, const char *text);
    void *context;
    /* The same for a program: false when the device or the peer is gone, true when it is back, with
       its settings. Clients of a served pty or socket may come and go, of which this tells nothing.
       Not called for what bench_port_open() found. May write; may not free the port. NULL = nobody
       wants to know. */
    void (*presence)(struct bench_port *port, bool present);
    /* Where there are many ports: memory that receive() will look at, which is fetched while the
       system reads; 0 bytes = none. */
    const void *warm;
    size_t warm_bytes;
};

struct bench_port {
    const struct bench_port_kind *kind; /* NULL = closed */
    const struct bench_port_listener *listener;
    struct bench_loop *loop;
    struct bench_port *next; /* of the same module */
    uint8_t interface;       /* of the module: enum sim_interface */
    bool broken;             /* it cannot come back by itself */
    bool absent;             /* its device or peer is gone; it is looked for */
    bool has_lines;          /* modem lines of the other side are known */
    uint8_t heard; /* the other side's lines, as last told; BENCH_LINE_..., _LINES_UNKNOWN */
    uint64_t stat_lost_bytes; /* written, but nobody took them */
};

/*
 * Opens a port by its URL:
 *
 *   pty:LINK           served: makes a pty with that link (pty: without one); opened: opens what
 *                      the link names
 *   tty:DEVICE[,RATE]  a serial port of this machine, 8N1 without flow control
 *   tcp://HOST:PORT    raw bytes; served: listens, port 0 = the system chooses
 *   rfc2217://HOST:PORT  the same with rates and modem lines
 *   unix:PATH          raw bytes; a socket in the file system
 *   exec:COMMAND       opened only: standard input and output of a program, which ends with the
 *                      port; words as program.h says
 *
 * `rate_bps` is this side's rate at first; a RATE of the URL goes before it. `listener` must
 * outlive the port. An opened TCP port waits up to 5 s for its peer. NULL with a message of one
 * line: what is wrong, of which URL. The port is freed by bench_port_free().
 */
struct bench_port *bench_port_open(struct bench_loop *loop, const char *url,
                                   enum bench_port_role role, uint32_t rate_bps,
                                   const struct bench_port_listener *listener, char *reterr_text,
                                   size_t reterr_capacity);
/* Closes it, if that is not done, and frees it; NULL is nothing. */
void bench_port_free(struct bench_port *port);

/* What a client reads too slowly: a bounded ring that exists only while it is needed. */
enum { BENCH_BACKLOG_BYTES = 1024 * 1024 /* 11 s at 921,600 bit/s */ };
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

/* Fetches what the listener will look at; before a call of the system that takes longer. */
static inline void bench_port_warm(const struct bench_port *port)
{
    const char *at = (const char *)port->listener->warm;

    for (size_t i = 0; i < port->listener->warm_bytes; i += 64)
        __builtin_prefetch(at + i, 1);
}

/* Tells the owner that the device or peer is gone or back; `text` for the user. */
void bench_port_tell(struct bench_port *port, bool present, const char *text);

/* May be called twice, and for a port that could not be opened. */
static inline void bench_port_close(struct bench_port *port)
{
    if (port->kind)
        port->kind->close(port);
}

/* Writes "what name: reason of errno" into `text`; returns -1. `name` may be NULL. */
int bench_port_error(char *text, size_t capacity, const char *what, const char *name);

#endif
