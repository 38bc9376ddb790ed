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
    if (port->output_end >= begin && !silent(ctx->sim))
        sim_tell(ctx, SIM_EVENT_URC, 0, port->output + begin, port->output_end - begin);
    sim_output_add(ctx, "\r\n", 2);
    port->urc_open = 0;
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

static size_t take_bulk(struct sim *sim, const struct sim_host *host, void *buffer, size_t capacity)
{
    struct sim_bulk *bulk = &sim->port.bulk[0];
    uint32_t size = bulk->left_bytes < capacity ? bulk->left_bytes : (uint32_t)capacity;
    size_t taken = sim_files_read(&sim->files, host, bulk->file, bulk->offset, buffer, size);
    bulk->offset += (uint32_t)taken;
    bulk->left_bytes = taken == 0 ? 0 : bulk->left_bytes - (uint32_t)taken;
    if (bulk->left_bytes == 0) {
        sim->port.bulk_count--;
        memmove(sim->port.bulk, sim->port.bulk + 1, sim->port.bulk_count * sizeof *bulk);
        memset(sim->port.bulk + sim->port.bulk_count, 0, sizeof *bulk);
    }
    return taken;
}

/* ---- sending ------------------------------------------------------------------------------- */

/* Where sending has to stop: at what is held, at file contents, at a change of rate. */
static uint16_t next_stop(const struct sim_port *port)
{
    uint16_t stop = port->output_free;
    if (port->bulk_count > 0 && port->bulk[0].position < stop)
        stop = port->bulk[0].position;
    if (port->rate_pending == RATE_AT_POSITION && port->rate_position < stop)
        stop = port->rate_position;
    return stop;
}

static size_t take_queued(const struct sim_host *host, struct sim_port *port, char *buffer,
                          size_t capacity, uint8_t *ret_interfaces)
{
    uint16_t stop = next_stop(port);
    *ret_interfaces = sim_usb_next(host, port, &stop);
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

size_t sim_transmit_to(struct sim *sim, const struct sim_host *host, void *buffer, size_t capacity,
                       uint8_t *ret_interfaces, uint32_t *ret_baud_bps, uint64_t now_us)
{
    struct sim_context ctx = {sim, host, now_us};
    struct sim_port *port = &sim->port;
    size_t taken = 0;
    *ret_interfaces = SIM_TO_UART;
    *ret_baud_bps = port->rate_bps;
    if (port->output_end == 0 && port->rate_pending == RATE_STAYS && port->bulk_count == 0)
        return 0;
    if (port->paused && sim_line_pauses(&ctx))
        return 0;
    while (taken == 0 && capacity > 0) {
        if (port->rate_pending == RATE_AT_POSITION && port->rate_position == port->output_head) {
            change_rate(&ctx);
            *ret_baud_bps = port->rate_bps;
        } else if (port->bulk_count > 0 && port->bulk[0].position == port->output_head &&
                   port->output_head <= port->output_free) {
            *ret_interfaces = port->bulk[0].interfaces;
            taken = take_bulk(sim, host, buffer, capacity);
        } else if (next_stop(port) > port->output_head) {
            taken = take_queued(host, port, buffer, capacity, ret_interfaces);
        } else {
            break;
        }
    }
    rewind_output(port);
    if (port->output_end == 0)
        sim_usb_dropped(&ctx);
    return taken;
}

size_t sim_transmit(struct sim *sim, const struct sim_host *host, void *buffer, size_t capacity,
                    uint32_t *ret_baud_bps, uint64_t now_us)
{
    uint8_t interfaces = SIM_TO_UART;
    size_t taken;
    do
        taken = sim_transmit_to(sim, host, buffer, capacity, &interfaces, ret_baud_bps, now_us);
    while (taken > 0 && !(interfaces & SIM_TO_UART));
    return taken;
}
