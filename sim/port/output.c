/*
 * output.c - what the module says goes into the queue; queue.c takes it out.
 *
 * output[head, free) may be sent now, output[free, end) is an answer that is held. File contents
 * are not copied here: a bulk says which bytes of a file go out at which position.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/port/short.h"

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
    sim_short_copy(port->output + port->output_end, bytes, fits);
    port->output_end = (uint16_t)(port->output_end + fits);
    sim->stat_lost_output_bytes += size - fits;
    return fits;
}

/* CR LF: two bytes of which it is known at once whether there is room. */
static void append_break(struct sim *sim)
{
    struct sim_port *port = &sim->port;
    if (SIM_OUTPUT_SIZE - port->output_end < 2) {
        append(sim, "\r\n", 2);
        return;
    }
    memcpy(port->output + port->output_end, "\r\n", 2);
    port->output_end = (uint16_t)(port->output_end + 2);
}

/* Moves the last `size` bytes before the `held` ones that are held. */
static void move_before(struct sim_port *port, size_t size, size_t held)
{
    char piece[256];
    while (size > 0 && held > 0) {
        size_t n = size < sizeof piece ? size : sizeof piece;
        char *from = port->output + port->output_free + held;
        memcpy(piece, from, n);
        memmove(port->output + port->output_free + n, port->output + port->output_free, held);
        memcpy(port->output + port->output_free, piece, n);
        for (unsigned i = 0; i < port->bulk_count; i++)
            if (port->bulk[i].position >= port->output_free)
                port->bulk[i].position = (uint16_t)(port->bulk[i].position + n);
        if (port->rate_pending == SIM_RATE_AT_POSITION && port->rate_position >= port->output_free)
            port->rate_position = (uint16_t)(port->rate_position + n);
        port->output_free = (uint16_t)(port->output_free + n);
        size -= n;
    }
    port->output_free = (uint16_t)(port->output_free + size);
}

/* The last `size` bytes may be sent now, before what is held, if anything is. */
static void free_last(struct sim_port *port, size_t size)
{
    size_t held = (size_t)(port->output_end - port->output_free) - size;
    if (held == 0)
        port->output_free = port->output_end;
    else
        move_before(port, size, held);
}

void sim_output_add(struct sim_context *ctx, const char *bytes, size_t size)
{
    struct sim_port *port = &ctx->sim->port;
    if (silent(ctx->sim) || (port->discard && !port->urc_open))
        return;
    append(ctx->sim, bytes, size);
    if (!ctx->sim->interpreter.held && !port->urc_open) {
        port->output_free = port->output_end;
        if (ctx->host->usb)
            sim_queue_freed(ctx, sim_usb_answer_to(ctx));
    }
}

void sim_output_insert_to(struct sim_context *ctx, const char *bytes, size_t size,
                          uint8_t interfaces)
{
    if (silent(ctx->sim))
        return;
    size_t added = append(ctx->sim, bytes, size);
    free_last(&ctx->sim->port, added);
    sim_queue_freed(ctx, interfaces);
}

void sim_output_insert(struct sim_context *ctx, const char *bytes, size_t size)
{
    sim_output_insert_to(ctx, bytes, size, SIM_TO_UART);
}

void sim_output_release(struct sim_context *ctx)
{
    ctx->sim->interpreter.held = 0;
    ctx->sim->port.output_free = ctx->sim->port.output_end;
    sim_queue_freed(ctx, sim_usb_answer_to(ctx));
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
    sim_queue_dropped(ctx);
}

void sim_output_change_rate_after_line(struct sim_context *ctx, uint32_t rate_bps)
{
    ctx->sim->port.next_rate_bps = rate_bps;
    ctx->sim->port.rate_pending = SIM_RATE_AFTER_LINE;
}

void sim_output_mark_rate(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    if (port->rate_pending != SIM_RATE_AFTER_LINE)
        return;
    port->rate_position = port->output_end;
    port->rate_pending = SIM_RATE_AT_POSITION;
}

/* ---- unsolicited lines --------------------------------------------------------------------- */

void sim_urc_begin(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    port->urc_open = 1;
    port->urc_begin = port->output_end;
    if (!silent(ctx->sim))
        append_break(ctx->sim);
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
    if (!port->urc_open) /* whoever was told has had another one printed */
        sim_output_add(ctx, "\r\n", 2);
    else if (!silent(ctx->sim))
        append_break(ctx->sim);
    port->urc_open = 0;
    sim_signals_ring(ctx);
    free_last(port, (size_t)(port->output_end - port->urc_begin));
    if (ctx->host->usb)
        sim_queue_freed(ctx, sim_usb_urc_to(ctx));
}

void sim_urc_bytes(struct sim_context *ctx, const char *bytes, size_t size)
{
    struct sim_port *port = &ctx->sim->port;
    port->urc_open = 1;
    port->urc_begin = port->output_end;
    if (!silent(ctx->sim)) {
        append_break(ctx->sim);
        append(ctx->sim, bytes, size);
    }
    sim_urc_end(ctx);
}

void sim_urc(struct sim_context *ctx, const char *text)
{
    sim_urc_bytes(ctx, text, strlen(text));
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
