/*
 * bare.h - the core on a microcontroller without an operating system: a ring that the UART's
 * interrupt fills, milliseconds that a timer's interrupt counts, and hooks for what only the board
 * can do. Nothing blocks, nothing is allocated; the caller owns the memory.
 *
 *     UART interrupt     bare_received(port, byte)
 *     SysTick, 1 kHz     bare_tick(port)
 *     main loop          while ((result = bare_step(port, fota, host)) == NULL)
 *                            ;
 */
#ifndef FOTARIG_CORE_PORT_BARE_H
#define FOTARIG_CORE_PORT_BARE_H

#include "core/fota.h"

/* Bytes that may wait for the main loop, a power of two: 22 ms at 115200 bit/s. */
#ifndef BARE_RING_BYTES
#define BARE_RING_BYTES 256u
#endif

/* The board: what the port asks of it. `board` is the caller's own. */
struct bare_hooks {
    /* Gives a byte to the transmitter; false when it is full, the byte is offered again. */
    bool (*send)(void *board, uint8_t byte);
    /* Does what is asked (contract: core/README.md, "Porting"); false: refused. May block. */
    bool (*serve)(void *board, const struct fota_request *request);
    /* Reads up to `size` bytes of the package from `offset` on, 0: there are none. Only asked by a
     * job that pushes the package (FOTA_DELIVERY_PUSH); NULL: there is no package. */
    size_t (*read_package)(void *board, uint32_t offset, void *buffer, size_t size);
    /* Sleeps until the next interrupt, at most; NULL: the main loop spins. */
    void (*idle)(void *board);
};

struct bare_port {
    const struct bare_hooks *hooks;
    void *board;
    uint64_t next_at_us;             /* the core's next deadline */
    volatile uint32_t ticks, wraps;  /* milliseconds, and how often these 32 bits ran over */
    volatile uint32_t stat_overruns; /* bytes lost because the ring was full */
    volatile uint16_t head, tail;    /* the interrupt moves head, the main loop moves tail */
    uint8_t pending, reserved[3];
    uint8_t outgoing[16]; /* taken from the core, not yet by the transmitter */
    uint8_t ring[BARE_RING_BYTES];
};

/* Makes the port empty, with the time 0. Call it before the interrupts are enabled. */
void bare_init(struct bare_port *port, const struct bare_hooks *hooks, void *board);

/* A byte came; a full ring drops it and counts it. Call from the UART's interrupt only. */
void bare_received(struct bare_port *port, uint8_t byte);

/* A millisecond has passed. Call from the timer's interrupt only. */
void bare_tick(struct bare_port *port);

/* Microseconds since bare_init(); for any context that bare_tick() may interrupt. */
uint64_t bare_now_us(const struct bare_port *port);

/* One round: bytes in, time, requests, bytes out. Sleeps when nothing was to do. Returns the
 * result once the procedure is over, NULL before. */
const struct fota_result *bare_step(struct bare_port *port, struct fota *fota,
                                    const struct fota_host *host);

#endif
