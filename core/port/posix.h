/*
 * posix.h - the core on a POSIX system: a serial port with termios, the monotonic clock, and what
 * the port cannot do itself (checkpoint, PWRKEY, supply, package) as callbacks.
 *
 *     struct posix_port port = {.path = "/dev/ttyUSB2", .baud_bps = 115200, .fd = -1, ...};
 *     if (!posix_open(&port)) ... errno says why
 *     fota_start(&fota, &host, checkpoint, posix_now_us());
 *     while ((result = posix_step(&port, &fota, &host)) == NULL)
 *         ;
 *     posix_close(&port);
 */
#ifndef FOTARIG_CORE_PORT_POSIX_H
#define FOTARIG_CORE_PORT_POSIX_H

#include "core/fota.h"

/* The caller fills in the first six members, with fd = -1 and the rest 0. */
struct posix_port {
    const char *path;  /* of the port; owned by the caller */
    uint32_t baud_bps; /* 9600 to 115200; follows what the core asks for */
    int fd;            /* -1: not open; posix_step() opens it again when it was lost */
    /* Does what the port cannot (contract: core/README.md, "Porting"); false: refused. May block,
     * must not call the client. NULL: everything is refused. */
    bool (*serve)(void *context, const struct fota_request *request);
    /* Reads up to `size` bytes of the package from `offset` on; 0: there are none. Only asked by a
     * job that pushes the package (FOTA_DELIVERY_PUSH); NULL: there is no package. */
    size_t (*read_package)(void *context, uint32_t offset, void *buffer, size_t size);
    void *context;         /* of both */
    uint64_t reopen_at_us; /* not before this another open() is tried */
    uint16_t pending;      /* bytes in outgoing that were not written yet */
    uint8_t outgoing[64];
};

/* Microseconds of CLOCK_MONOTONIC. */
uint64_t posix_now_us(void);

/* Opens the port raw, 8N1, non-blocking. False: it can't be opened or has no such rate; errno. */
bool posix_open(struct posix_port *port);

/* Closes the port, if it is open. */
void posix_close(struct posix_port *port);

/* One round: serves a request, moves bytes, waits for bytes or the core's next deadline. Returns
 * the result once the procedure is over, NULL before and after a signal. */
const struct fota_result *posix_step(struct posix_port *port, struct fota *fota,
                                     const struct fota_host *host);

#endif
