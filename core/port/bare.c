/* bare.c - the core between two interrupts and a main loop. */
#include <string.h>

#include "core/port/bare.h"

void bare_init(struct bare_port *port, const struct bare_hooks *hooks, void *board)
{
    memset(port, 0, sizeof *port);
    port->hooks = hooks;
    port->board = board;
}

void bare_received(struct bare_port *port, uint8_t byte)
{
    uint16_t head = port->head;
    if ((uint16_t)(head - port->tail) == BARE_RING_BYTES) {
        port->stat_overruns++;
        return;
    }
    port->ring[head % BARE_RING_BYTES] = byte;
    port->head = (uint16_t)(head + 1u);
}

void bare_tick(struct bare_port *port)
{
    uint32_t ticks = port->ticks + 1u;
    port->ticks = ticks;
    if (ticks == 0)
        port->wraps++;
}

uint64_t bare_now_us(const struct bare_port *port)
{
    uint32_t ticks, wraps;
    do { /* until no interrupt fell between the halves */
        wraps = port->wraps;
        ticks = port->ticks;
    } while (wraps != port->wraps);
    return ((uint64_t)wraps << 32 | ticks) * 1000u;
}

/* The stretch of the ring up to its end or its head, whichever is nearer. */
static bool take_received(struct bare_port *port, struct fota *fota, const struct fota_host *host)
{
    uint16_t tail = port->tail, size = (uint16_t)(port->head - tail);
    uint16_t to_end = (uint16_t)(BARE_RING_BYTES - tail % BARE_RING_BYTES);
    if (size == 0)
        return false;
    if (size > to_end)
        size = to_end;
    fota_receive(fota, host, port->ring + tail % BARE_RING_BYTES, size, bare_now_us(port));
    port->tail = (uint16_t)(tail + size);
    return true;
}

/* Few at a time: the stack is small, and more is asked for at once. */
#define PIECE_BYTES 64u

static void give_bytes(struct bare_port *port, struct fota *fota, const struct fota_host *host,
                       const struct fota_request *request)
{
    uint8_t bytes[PIECE_BYTES];
    size_t size = request->length < sizeof bytes ? request->length : sizeof bytes;
    if (port->hooks->read_package != NULL)
        size = port->hooks->read_package(port->board, request->argument, bytes, size);
    else
        size = 0;
    fota_give(fota, host, bytes, size, bare_now_us(port));
}

static bool serve_request(struct bare_port *port, struct fota *fota, const struct fota_host *host)
{
    struct fota_request request;
    if (!fota_request(fota, &request))
        return false;
    if (request.kind == FOTA_REQUEST_GIVE_BYTES) {
        give_bytes(port, fota, host, &request);
        return true;
    }
    bool done = port->hooks->serve(port->board, &request);
    fota_answer(fota, host, done, bare_now_us(port));
    return true;
}

static bool send_pending(struct bare_port *port, struct fota *fota, const struct fota_host *host)
{
    uint8_t sent = 0;
    if (port->pending == 0)
        port->pending = (uint8_t)fota_transmit(fota, host, port->outgoing, sizeof port->outgoing,
                                               bare_now_us(port));
    while (sent < port->pending && port->hooks->send(port->board, port->outgoing[sent]))
        sent++;
    port->pending = (uint8_t)(port->pending - sent);
    memmove(port->outgoing, port->outgoing + sent, port->pending);
    return sent > 0;
}

const struct fota_result *bare_step(struct bare_port *port, struct fota *fota,
                                    const struct fota_host *host)
{
    bool busy = take_received(port, fota, host);
    port->next_at_us = fota_advance(fota, host, bare_now_us(port));
    busy = serve_request(port, fota, host) || busy;
    busy = send_pending(port, fota, host) || busy;
    if (!busy && port->hooks->idle != NULL && bare_now_us(port) < port->next_at_us)
        port->hooks->idle(port->board);
    return fota_result(fota);
}
