/*
 * serial.h - a serial port of this machine: libserialport, which is loaded when it is needed. A
 * path that libserialport does not know (a pty, a link to one) is opened with termios.
 *
 * Served, it is a module's UART for a device under test at the other end of the cable. What the
 * other end drives as DTR and RTS comes in on DSR and CTS of a null modem cable, and the module's
 * CTS and DSR go out on RTS and DTR. Such a cable has no wire for the module's RI and DCD. Opened,
 * it is a host's, with the lines as they are named.
 *
 * The system does not tell when a line changes, so they are looked at often (DTR is a matter of
 * 50 ms) and, served, before bytes that come in are handed on.
 *
 * The device is locked in all three ways that others know: a lock file (lock.h), flock(), and
 * TIOCEXCL, but that not on a pty, where it would outlive us (sim7000-at.md 1.8). Where no lock
 * file can be written this is said, and so is a program that has the device open without a lock, as
 * a ser2net that labgrid has started.
 *
 * A port that is unplugged is opened again when it is back. USB gives it any number then, so it is
 * looked for under its link in /dev/serial/by-path first. What is sent meanwhile is lost.
 */
#ifndef FOTARIG_HARNESS_PORTS_SERIAL_H
#define FOTARIG_HARNESS_PORTS_SERIAL_H

#include <time.h>

#include "harness/ports/lock.h"
#include "harness/ports/port.h"

enum {
    BENCH_SERIAL_PATH_MAX = 256,
    BENCH_SERIAL_LOOK_US = 10000,       /* between two looks at its lines */
    BENCH_SERIAL_AGAIN_US = 500000,     /* between two tries to open it again, served */
    BENCH_SERIAL_OPEN_AGAIN_US = 50000, /* and opened */
    BENCH_SERIAL_DRAIN_US = 1000        /* between two looks whether all has been sent */
};

struct bench_serial {
    struct bench_port port;
    enum bench_port_role role;
    struct bench_source data;
    struct bench_timer look;
    int fd;             /* -1 = it is gone */
    void *handle;       /* of libserialport, NULL = termios */
    uint32_t rate_bps;  /* of this side */
    bool rate_waits;    /* rate_bps is set when what was written before it is sent */
    size_t before_rate; /* so many bytes of the backlog were */
    struct bench_backlog backlog;
    struct bench_lock lock;          /* of the device */
    bool held_told;                  /* it is back, but another has it, which was said */
    struct bench_holder shared_with; /* a process that has it open too, without any lock */
    int lock_error;                  /* why there is no lock file; 0: there is one */
    struct timespec named_at;        /* of a pty: when its name was made, while it was open; a name
                                        that is older than its end leads to somebody else's */
    uint64_t named;                  /* the name's inode; 0: it is no pty */
    uint8_t driven;                  /* lines of this side, as last told; BENCH_LINE_... */
    char path[BENCH_SERIAL_PATH_MAX];
    char
        stable[BENCH_SERIAL_PATH_MAX]; /* its link by the place where it is plugged in, "" = none */
};

/* Opens it, 8N1 without flow control at `rate_bps`. Must not move while it is open. Returns 0, or
   -1 with a message. */
int bench_serial_open(struct bench_serial *serial, struct bench_loop *loop, const char *path,
                      enum bench_port_role role, uint32_t rate_bps,
                      const struct bench_port_listener *listener, char *reterr_text,
                      size_t reterr_capacity);

/* Where the system links serial ports by the place where they are plugged in. Tests set it. */
extern const char *bench_serial_by_path;

#endif
