/*
 * serial.h - a module's UART on a real serial port of this machine, for a device under test at the
 * other end of the cable: libserialport, which is loaded when it is needed. A path that
 * libserialport does not know (a pty) is opened with termios.
 *
 * The port follows the module's rate. What the other end drives as DTR and RTS comes in on DSR and
 * CTS of a null modem cable, and the module's CTS and DSR go out on RTS and DTR. Such a cable has
 * no wire for the module's RI and DCD. The system does not tell when DSR or CTS change, so they are
 * looked at often (DTR is a matter of 50 ms), and before bytes that come in are handed on.
 *
 * A port that is unplugged is opened again when it is back; what the module sends meanwhile is
 * lost.
 */
#ifndef FOTARIG_HARNESS_PORTS_SERIAL_H
#define FOTARIG_HARNESS_PORTS_SERIAL_H

#include "harness/ports/port.h"

enum { BENCH_SERIAL_PATH_MAX = 256, BENCH_SERIAL_LOOK_US = 10000, BENCH_SERIAL_AGAIN_US = 500000 };

struct bench_serial {
    struct bench_port port;
    struct bench_source data;
    int fd;            /* -1 = it is gone */
    void *handle;      /* of libserialport, NULL = termios */
    uint32_t rate_bps; /* of the module */
    struct bench_backlog backlog;
    uint8_t lines;  /* of the other end, as last told */
    uint8_t driven; /* of the module, as last told; BENCH_LINE_... */
    char path[BENCH_SERIAL_PATH_MAX];
};

/* Opens it, 8N1 without flow control at `rate_bps`. Returns 0, or -1 with a message. */
int bench_serial_open(struct bench_serial *serial, struct bench_loop *loop, const char *path,
                      uint32_t rate_bps, const struct bench_port_listener *listener,
                      char *reterr_text, size_t reterr_capacity);

#endif
