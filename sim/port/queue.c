/*
 * queue.c - takes the bytes out of the output queue: one queue, two that read it.
 *
 * The UART is one reader, the USB ports together are the other; each has its own place in the
 * queue, so that neither waits for the other. Spans (sim/usb.h) say whose the bytes are; without
 * USB ports there are none, and all of them are the UART's.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/port/short.h"
#include "sim/sim_holds.h"

/* Who takes bytes: those for the interfaces of `mask`, from *head on. */
struct reader {
    uint16_t *head;
    uint8_t mask;
};

static struct reader uart_of(struct sim_context *ctx)
{
    return (struct reader){&ctx->sim->port.output_head, SIM_TO_UART};
}

static struct reader usb_of(struct sim_context *ctx)
{
    return (struct reader){&ctx->host->usb->head, (uint8_t)~SIM_TO_UART};
}

/* ---- whose the bytes are ------------------------------------------------------------------- */

void sim_queue_freed(struct sim_context *ctx, uint8_t interfaces)
{
    struct sim_usb *usb = ctx->host->usb;
    uint16_t end = ctx->sim->port.output_free;
    if (!usb || end <= usb->end)
        return;
    struct sim_usb_span *last = usb->span_count > 0 ? &usb->spans[usb->span_count - 1] : NULL;
    usb->end = end;
    if (last && (last->interfaces == interfaces || usb->span_count == SIM_USB_SPANS)) {
        /* No room to tell them apart: nothing is lost, a port sees more than it should. */
        last->interfaces |= interfaces;
        last->end = end;
        return;
    }
    usb->spans[usb->span_count++] = (struct sim_usb_span){.end = end, .interfaces = interfaces};
}

void sim_queue_dropped(struct sim_context *ctx)
{
    struct sim_usb *usb = ctx->host->usb;
    if (!usb)
        return;
    memset(usb->spans, 0, sizeof usb->spans);
    usb->span_count = 0;
    usb->head = usb->end = 0;
}

/* The bytes from `position` on that go to the same interfaces; none behind the last span. */
static struct sim_usb_span span_at(const struct sim_context *ctx, uint16_t position)
{
    const struct sim_usb *usb = ctx->host->usb;
    struct sim_usb_span rest = {.end = ctx->sim->port.output_free, .interfaces = SIM_TO_UART};
    for (unsigned i = 0; usb && i < usb->span_count; i++)
        if (usb->spans[i].end > position)
            return usb->spans[i];
    return rest;
}

static void forget_spans(struct sim_context *ctx)
{
    struct sim_usb *usb = ctx->host->usb;
    uint16_t head = ctx->sim->port.output_head;
    unsigned gone = 0;
    if (!usb)
        return;
    while (gone < usb->span_count && usb->spans[gone].end <= head &&
           usb->spans[gone].end <= usb->head)
        gone++;
    usb->span_count = (uint8_t)(usb->span_count - gone);
    memmove(usb->spans, usb->spans + gone, usb->span_count * sizeof usb->spans[0]);
    memset(usb->spans + usb->span_count, 0, gone * sizeof usb->spans[0]);
}

static void move_back(uint16_t *position, uint16_t end, uint16_t size)
{
    if (*position >= end)
        *position = (uint16_t)(*position - size);
}

/* Nobody needs the bytes from `begin` to `end` any more: what follows moves up. */
static void close_gap(struct sim_context *ctx, uint16_t begin, uint16_t end)
{
    struct sim_port *port = &ctx->sim->port;
    struct sim_usb *usb = ctx->host->usb;
    uint16_t size = (uint16_t)(end - begin);
    uint16_t *const positions[] = {&port->output_head, &port->output_free, &port->rate_position,
                                   &port->urc_begin,   &port->echo_end,    &usb->head,
                                   &usb->end};
    memmove(port->output + begin, port->output + end, (size_t)(port->output_end - end));
    memset(port->output + port->output_end - size, 0, size);
    for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++)
        move_back(positions[i], end, size);
    for (unsigned i = 0; i < port->bulk_count; i++)
        move_back(&port->bulk[i].position, end, size);
    for (unsigned i = 0; i < usb->span_count; i++)
        move_back(&usb->spans[i].end, end, size);
    port->output_end = (uint16_t)(port->output_end - size);
}

/* ---- file contents ------------------------------------------------------------------------- */

/* The reader's first file contents that wait; -1 = none. */
static int first_bulk(const struct sim_port *port, uint8_t mask)
{
    for (unsigned i = 0; i < port->bulk_count; i++)
        if (port->bulk[i].interfaces & mask)
            return (int)i;
    return -1;
}

/* Reads on in bulk[index]; forgets it when that was all. Returns how many bytes that were. */
static size_t take_bulk(struct sim_context *ctx, unsigned index, void *buffer, size_t capacity)
{
    struct sim_port *port = &ctx->sim->port;
    struct sim_bulk *bulk = &port->bulk[index];
    uint32_t size = bulk->left_bytes < capacity ? bulk->left_bytes : (uint32_t)capacity;
    size_t taken =
        sim_files_read(&ctx->sim->files, ctx->host, bulk->file, bulk->offset, buffer, size);
    bulk->offset += (uint32_t)taken;
    bulk->left_bytes = taken == 0 ? 0 : bulk->left_bytes - (uint32_t)taken;
    if (bulk->left_bytes == 0) {
        port->bulk_count--;
        memmove(bulk, bulk + 1, (port->bulk_count - index) * sizeof *bulk);
        memset(port->bulk + port->bulk_count, 0, sizeof *bulk);
    }
    return taken;
}

/* ---- one reader ---------------------------------------------------------------------------- */

/* Passes over what is for others only. */
static void pass(struct sim_context *ctx, const struct reader *reader, int bulk)
{
    const struct sim_port *port = &ctx->sim->port;
    uint16_t free = port->output_free;
    uint16_t limit =
        bulk >= 0 && port->bulk[bulk].position < free ? port->bulk[bulk].position : free;
    while (*reader->head < limit) {
        struct sim_usb_span span = span_at(ctx, *reader->head);
        if (span.interfaces & reader->mask)
            return;
        *reader->head = span.end < limit ? span.end : limit;
    }
}

/* Where taking has to stop: at what is held, at file contents, at a change of rate, at what is for
   others. */
static uint16_t next_stop(const struct sim_context *ctx, const struct reader *reader, int bulk)
{
    const struct sim_port *port = &ctx->sim->port;
    uint16_t stop = span_at(ctx, *reader->head).end;
    if (port->output_free < stop)
        stop = port->output_free;
    if (bulk >= 0 && port->bulk[bulk].position < stop)
        stop = port->bulk[bulk].position;
    if (reader->mask == SIM_TO_UART && port->rate_pending == SIM_RATE_AT_POSITION &&
        port->rate_position < stop)
        stop = port->rate_position;
    return stop;
}

static size_t take_queued(struct sim_context *ctx, const struct reader *reader, uint16_t stop,
                          char *buffer, size_t capacity)
{
    struct sim_port *port = &ctx->sim->port;
    uint16_t begin = *reader->head;
    if (stop <= begin)
        return 0;
    size_t size = (size_t)(stop - begin) < capacity ? (size_t)(stop - begin) : capacity;
    bool alone = !(span_at(ctx, begin).interfaces & ~reader->mask);
    memcpy(buffer, port->output + begin, size);
    *reader->head = (uint16_t)(begin + size);
    if (reader->mask != SIM_TO_UART && alone && port->output_head <= begin)
        close_gap(ctx, begin, *reader->head);
    return size;
}

static bool rate_is_due(const struct sim_port *port, const struct reader *reader)
{
    return reader->mask == SIM_TO_UART && port->rate_pending == SIM_RATE_AT_POSITION &&
           port->rate_position <= *reader->head;
}

static void change_rate(struct sim_context *ctx)
{
    ctx->sim->port.rate_pending = SIM_RATE_STAYS;
    sim_port_set_rate(ctx, ctx->sim->port.next_rate_bps);
}

/* The reader's next bytes; *ret_interfaces: those of its mask that they are for. */
static size_t take(struct sim_context *ctx, struct reader reader, void *buffer, size_t capacity,
                   uint8_t *ret_interfaces)
{
    struct sim_port *port = &ctx->sim->port;
    for (;;) {
        int bulk = first_bulk(port, reader.mask);
        pass(ctx, &reader, bulk);
        if (rate_is_due(port, &reader)) {
            change_rate(ctx);
        } else if (bulk >= 0 && port->bulk[bulk].position <= *reader.head &&
                   *reader.head <= port->output_free) {
            *ret_interfaces = port->bulk[bulk].interfaces & reader.mask;
            size_t taken = take_bulk(ctx, (unsigned)bulk, buffer, capacity);
            if (taken > 0)
                return taken;
        } else {
            uint16_t stop = next_stop(ctx, &reader, bulk);
            *ret_interfaces = span_at(ctx, *reader.head).interfaces & reader.mask;
            return take_queued(ctx, &reader, stop, buffer, capacity);
        }
    }
}

/* ---- both of them -------------------------------------------------------------------------- */

size_t sim_echoed(const struct sim *sim)
{
    const struct sim_port *port = &sim->port;
    bool fresh = port->echo_at_us == sim->seen_at_us && port->echo_end > port->output_head;
    return fresh ? (size_t)(port->echo_end - port->output_head) : 0;
}

static bool usb_waits(const struct sim_context *ctx)
{
    const struct sim_usb *usb = ctx->host->usb;
    for (unsigned i = 0; usb && i < usb->span_count; i++)
        if (usb->spans[i].end > usb->head && (usb->spans[i].interfaces & ~SIM_TO_UART))
            return true;
    return usb && ctx->sim->port.bulk_count > 0;
}

/* Starts over when nothing is queued; sent bytes are wiped, so that equal modules stay equal. */
static void rewind_queue(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    if (port->output_head != port->output_end || port->bulk_count > 0 ||
        port->rate_pending == SIM_RATE_AT_POSITION)
        return;
    memset(port->output, 0, port->output_end);
    port->output_head = port->output_free = port->output_end = 0;
    port->echo_end = 0;
    sim_queue_dropped(ctx);
}

/* What USB ports have not taken by now is lost. */
static void give_up_usb(struct sim_context *ctx)
{
    char lost[64];
    uint8_t interfaces;
    size_t size;
    while ((size = take(ctx, usb_of(ctx), lost, sizeof lost, &interfaces)) > 0)
        ctx->sim->stat_lost_output_bytes += size;
}

static void taken(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    forget_spans(ctx);
    /* Somebody who serves the UART only must not fill the queue for ever. */
    if (ctx->host->usb && port->output_head == port->output_end &&
        port->output_end > SIM_OUTPUT_SIZE / 2)
        give_up_usb(ctx);
    if (!usb_waits(ctx))
        rewind_queue(ctx);
}

/* With neither USB ports, file contents nor a change of rate, which is most of the time. */
static size_t take_plain(struct sim_port *port, char *buffer, size_t capacity)
{
    size_t size = (size_t)(port->output_free - port->output_head);
    size = size < capacity ? size : capacity;
    sim_short_copy(buffer, port->output + port->output_head, size);
    port->output_head = (uint16_t)(port->output_head + size);
    if (port->output_head == port->output_end) {
        sim_short_wipe(port->output, port->output_end);
        port->output_head = port->output_free = port->output_end = 0;
        port->echo_end = 0;
    }
    return size;
}

bool sim_is_silent(const struct sim *sim, uint32_t *ret_baud_bps)
{
    const struct sim_port *port = &sim->port;
    *ret_baud_bps = port->rate_bps;
    /* On its own, for it was just written: with its neighbours in one load it would be waited
       for. */
    if (port->output_end != 0)
        return false;
    return port->rate_pending == SIM_RATE_STAYS && port->bulk_count == 0;
}

size_t sim_transmit(struct sim *sim, const struct sim_host *host, void *buffer, size_t capacity,
                    uint32_t *ret_baud_bps, uint64_t now_us)
{
    struct sim_context ctx = {sim, host, now_us};
    struct sim_port *port = &sim->port;
    uint8_t interfaces;
    size_t size = 0;
    SIM_HOLDS(sim_state_broken(sim, host->usb) == NULL);
    if (sim_is_silent(sim, ret_baud_bps))
        return 0;
    if (port->paused && sim_port_pauses(&ctx))
        return 0;
    if (!host->usb && port->bulk_count == 0 && port->rate_pending != SIM_RATE_AT_POSITION)
        return take_plain(port, buffer, capacity);
    if (capacity > 0)
        size = take(&ctx, uart_of(&ctx), buffer, capacity, &interfaces);
    *ret_baud_bps = port->rate_bps;
    taken(&ctx);
    return size;
}

size_t sim_transmit_usb(struct sim *sim, const struct sim_host *host, void *buffer, size_t capacity,
                        uint8_t *ret_interfaces, uint64_t now_us)
{
    struct sim_context ctx = {sim, host, now_us};
    if (!host->usb || capacity == 0 || (host->usb->span_count == 0 && sim->port.bulk_count == 0))
        return 0;
    size_t size = take(&ctx, usb_of(&ctx), buffer, capacity, ret_interfaces);
    taken(&ctx);
    return size;
}
