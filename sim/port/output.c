/*
 * output.c - the queue of what the module sends.
 *
 * output[head, free) may be sent now, output[free, end) is an answer that is held. File contents
 * are not copied here: a bulk says which bytes of a file go out at which position.
 */
#include <string.h>

#include "sim/frame.h"

/* sim_port.rate_pending */
enum { RATE_STAYS, RATE_AT_POSITION, RATE_AFTER_LINE };

static bool silent(const struct sim *sim)
{
    return !sim_power_is_on(sim) || sim->power.hang == SIM_HANG_MUTE ||
           sim->power.hang == SIM_HANG_BOTH;
}

/* Appends; where there is no room the rest is lost, as on a line without flow control. */
static size_t append(struct sim *sim, const char *bytes, size_t size)
{
    struct sim_port *port = &sim->port;
    size_t room = SIM_OUTPUT_SIZE - port->output_end;
    size_t fits = size < room ? size : room;
    memcpy(port->output + port->output_end, bytes, fits);
    port->output_end = (uint16_t)(port->output_end + fits);
    sim->stat_lost_output_bytes += size - fits;
    return fits;
}

/* Moves the last `size` bytes before what is held. */
static void move_before_held(struct sim_port *port, size_t size)
{
    char piece[256];
    size_t held = (size_t)(port->output_end - port->output_free) - size;
    while (size > 0 && held > 0) {
        size_t n = size < sizeof piece ? size : sizeof piece;
        char *from = port->output + port->output_free + held;
        memcpy(piece, from, n);
        memmove(port->output + port->output_free + n, port->output + port->output_free, held);
        memcpy(port->output + port->output_free, piece, n);
        for (unsigned i = 0; i < port->bulk_count; i++)
            if (port->bulk[i].position >= port->output_free)
                port->bulk[i].position = (uint16_t)(port->bulk[i].position + n);
        if (port->rate_pending == RATE_AT_POSITION && port->rate_position >= port->output_free)
            port->rate_position = (uint16_t)(port->rate_position + n);
        port->output_free = (uint16_t)(port->output_free + n);
        size -= n;
    }
    port->output_free = (uint16_t)(port->output_free + size);
}

void sim_output_add(struct sim_context *ctx, const char *bytes, size_t size)
{
    struct sim_port *port = &ctx->sim->port;
    if (silent(ctx->sim) || (port->discard && !port->urc_open))
        return;
    append(ctx->sim, bytes, size);
    if (!ctx->sim->interpreter.held && !port->urc_open) {
        port->output_free = port->output_end;
        sim_usb_freed(ctx, sim_usb_answer_to(ctx));
    }
}

void sim_output_insert_to(struct sim_context *ctx, const char *bytes, size_t size,
                          uint8_t interfaces)
{
    if (silent(ctx->sim))
        return;
    size_t added = append(ctx->sim, bytes, size);
    move_before_held(&ctx->sim->port, added);
    sim_usb_freed(ctx, interfaces);
}

void sim_output_insert(struct sim_context *ctx, const char *bytes, size_t size)
{
    sim_output_insert_to(ctx, bytes, size, SIM_TO_UART);
}

void sim_output_release(struct sim_context *ctx)
{
    ctx->sim->interpreter.held = 0;
    ctx->sim->port.output_free = ctx->sim->port.output_end;
    sim_usb_freed(ctx, sim_usb_answer_to(ctx));
}

void sim_output_drop_held(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    port->output_end = port->output_free;
    while (port->bulk_count > 0 && port->bulk[port->bulk_count - 1].position > port->output_end)
        port->bulk_count--;
    port->urc_open = 0;
}

void sim_output_drop(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    memset(port->output, 0, port->output_end);
    port->output_head = port->output_free = port->output_end = 0;
    port->echo_end = 0;
    memset(port->bulk, 0, sizeof port->bulk);
    port->bulk_count = 0;
    port->urc_open = 0;
    sim_usb_dropped(ctx);
}

void sim_output_change_rate_after_line(struct sim_context *ctx, uint32_t rate_bps)
{
    ctx->sim->port.next_rate_bps = rate_bps;
    ctx->sim->port.rate_pending = RATE_AFTER_LINE;
}

void sim_output_mark_rate(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    if (port->rate_pending != RATE_AFTER_LINE)
        return;
    port->rate_position = port->output_end;
    port->rate_pending = RATE_AT_POSITION;
}

/* Starts over when nothing is queued; sent bytes are wiped, so that equal modules stay equal. */
static void rewind_output(struct sim_port *port)
{
    if (port->output_head != port->output_end || port->bulk_count > 0 ||
        port->rate_pending == RATE_AT_POSITION)
        return;
    memset(port->output, 0, port->output_end);
    port->output_head = port->output_free = port->output_end = 0;
    port->echo_end = 0;
}

/* ---- unsolicited lines --------------------------------------------------------------------- */

void sim_urc_begin(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    port->urc_open = 1;
    port->urc_begin = port->output_end;
    sim_output_add(ctx, "\r\n", 2);
}

void sim_urc_end(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    size_t begin = port->urc_begin + 2u;
    if (sim_data_call_runs(ctx)) { /* the line carries data */
        memset(port->output + port->urc_begin, 0, (size_t)(port->output_end - port->urc_begin));
        port->output_end = port->urc_begin;
        port->urc_open = 0;
        return;
    }
    if (port->output_end >= begin && !silent(ctx->sim))
        sim_tell(ctx, SIM_EVENT_URC, 0, port->output + begin, port->output_end - begin);
    sim_output_add(ctx, "\r\n", 2);
    port->urc_open = 0;
    sim_lines_ring(ctx);
    move_before_held(port, (size_t)(port->output_end - port->urc_begin));
    sim_usb_freed(ctx, sim_usb_urc_to(ctx));
}

void sim_urc(struct sim_context *ctx, const char *text)
{
    sim_urc_begin(ctx);
    sim_put_text(ctx, text);
    sim_urc_end(ctx);
}

/* ---- file contents ------------------------------------------------------------------------- */

void sim_put_file(struct sim_context *ctx, uint8_t file, uint32_t offset, uint32_t size)
{
    struct sim_port *port = &ctx->sim->port;
    if (silent(ctx->sim) || port->discard || size == 0)
        return;
    if (port->bulk_count == SIM_BULK_SLOTS) {
        ctx->sim->stat_lost_output_bytes += size;
        return;
    }
    port->bulk[port->bulk_count++] = (struct sim_bulk){.offset = offset,
                                                       .left_bytes = size,
                                                       .position = port->output_end,
                                                       .file = file,
                                                       .interfaces = sim_usb_answer_to(ctx)};
}

size_t sim_output_take_bulk(struct sim_context *ctx, unsigned index, void *buffer, size_t capacity)
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

/* ---- sending ------------------------------------------------------------------------------- */

/* The UART's first file contents that wait; -1 = none. */
static int first_bulk(const struct sim_port *port)
{
    for (unsigned i = 0; i < port->bulk_count; i++)
        if (port->bulk[i].interfaces & SIM_TO_UART)
            return (int)i;
    return -1;
}

/* Where sending has to stop: at what is held, at file contents, at a change of rate. */
static uint16_t next_stop(const struct sim_port *port, int bulk)
{
    uint16_t stop = port->output_free;
    if (bulk >= 0 && port->bulk[bulk].position < stop)
        stop = port->bulk[bulk].position;
    if (port->rate_pending == RATE_AT_POSITION && port->rate_position < stop)
        stop = port->rate_position;
    return stop;
}

static size_t take_queued(struct sim_port *port, uint16_t stop, char *buffer, size_t capacity)
{
    size_t size = (size_t)(stop - port->output_head);
    if (size > capacity)
        size = capacity;
    memcpy(buffer, port->output + port->output_head, size);
    port->output_head = (uint16_t)(port->output_head + size);
    return size;
}

size_t sim_echoed(const struct sim *sim)
{
    const struct sim_port *port = &sim->port;
    bool fresh = port->echo_at_us == sim->seen_at_us && port->echo_end > port->output_head;
    return fresh ? (size_t)(port->echo_end - port->output_head) : 0;
}

static void change_rate(struct sim_context *ctx)
{
    ctx->sim->port.rate_pending = RATE_STAYS;
    sim_line_set_rate(ctx, ctx->sim->port.next_rate_bps);
}

static void rewind_all(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    /* Somebody who serves the UART only must not fill the queue for ever. */
    if (port->output_head == port->output_end && port->output_end > SIM_OUTPUT_SIZE / 2)
        sim_usb_give_up(ctx);
    if (sim_usb_waits(ctx->host, port))
        return;
    rewind_output(port);
    if (port->output_end == 0)
        sim_usb_dropped(ctx);
}

/* The next bytes for the UART, which has not stopped to listen. */
static size_t take_some(struct sim_context *ctx, void *buffer, size_t capacity,
                        uint32_t *ret_baud_bps)
{
    struct sim_port *port = &ctx->sim->port;
    for (;;) {
        int bulk = first_bulk(port);
        uint16_t stop = next_stop(port, bulk);
        sim_usb_pass(ctx->host, port, &stop);
        if (port->rate_pending == RATE_AT_POSITION && port->rate_position <= port->output_head) {
            change_rate(ctx);
            *ret_baud_bps = port->rate_bps;
        } else if (bulk >= 0 && port->bulk[bulk].position <= port->output_head &&
                   port->output_head <= port->output_free) {
            size_t taken = sim_output_take_bulk(ctx, (unsigned)bulk, buffer, capacity);
            if (taken > 0)
                return taken;
        } else {
            return stop > port->output_head ? take_queued(port, stop, buffer, capacity) : 0;
        }
    }
}

size_t sim_transmit(struct sim *sim, const struct sim_host *host, void *buffer, size_t capacity,
                    uint32_t *ret_baud_bps, uint64_t now_us)
{
    struct sim_context ctx = {sim, host, now_us};
    struct sim_port *port = &sim->port;
    size_t taken = 0;
    *ret_baud_bps = port->rate_bps;
    if (port->output_end == 0 && port->rate_pending == RATE_STAYS && port->bulk_count == 0)
        return 0;
    if (port->paused && sim_line_pauses(&ctx))
        return 0;
    if (capacity > 0)
        taken = take_some(&ctx, buffer, capacity, ret_baud_bps);
    rewind_all(&ctx);
    return taken;
}

size_t sim_transmit_usb(struct sim *sim, const struct sim_host *host, void *buffer, size_t capacity,
                        uint8_t *ret_interfaces, uint64_t now_us)
{
    struct sim_context ctx = {sim, host, now_us};
    size_t taken;
    if (!host->usb || (host->usb->span_count == 0 && sim->port.bulk_count == 0))
        return 0;
    taken = sim_usb_take(&ctx, buffer, capacity, ret_interfaces);
    rewind_all(&ctx);
    return taken;
}

/* ---- actions ------------------------------------------------------------------------------- */

/* A line of the surroundings' own, wherever the module could print one. */
bool sim_output_apply(struct sim_context *ctx, const struct sim_action *action)
{
    bool port_is_up = sim_power_is_up(ctx->sim) || sim_updater_runs(ctx);
    if (!action->text || !port_is_up)
        return false;
    sim_urc(ctx, action->text);
    return true;
}
