/*
 * serial.h - a module's UART on a real serial port of this machine, for a device under test at the
 * other end of the cable: libserialport, which is loaded when it is needed. A path that
 * libserialport does not know (a pty, a link to one) is opened with termios.
 *
 * The port follows the module's rate. What the other end drives as DTR and RTS comes in on DSR and
 * CTS of a null modem cable, and the module's CTS and DSR go out on RTS and DTR.
 */
#ifndef FOTARIG_HARNESS_BENCH_SERIAL_H
#define FOTARIG_HARNESS_BENCH_SERIAL_H

#include "harness/bench/port.h"

struct bench_serial {
    struct bench_port port;
    struct bench_source data;
    int fd;
    void *handle; /* of libserialport, NULL = termios */
    struct bench_backlog backlog;
    uint8_t lines; /* of the other end, as last told */
    char path[64];
};

/* Opens it, 8N1 without flow control at `rate_bps`. Returns 0, or -1 with a message. */
int bench_serial_open(struct bench_serial *serial, struct bench_loop *loop, const char *path,
                      uint32_t rate_bps, const struct bench_port_listener *listener,
                      char *reterr_text, size_t reterr_capacity);

#endif
