/*
 * receive.c - the UART's receiving side: rate, autobaud, echo, data mode.
 *
 * Echo belongs here, on the input path: it is not serialised with answers and URCs (T02).
 */
#include <string.h>

#include "sim/frame.h"

/* UART101 4 */
static const uint32_t autobaud_rates[] = {9600, 19200, 38400, 57600, 115200};

/* What comes now is no command line: the last one runs, or waits. */
static bool busy(const struct sim_context *ctx)
{
    bool asks = sim_usb_asker(ctx) == SIM_INTERFACE_UART;
    return ctx->sim->port.typed.waiting ||
           (asks && ctx->sim->interpreter.state != SIM_INTERPRETER_IDLE);
}

/* They are data of a command that came in here. */
static bool takes_data(const struct sim_context *ctx)
{
    return ctx->sim->port.taker != SIM_TAKER_NONE && sim_usb_asker(ctx) == SIM_INTERFACE_UART;
}

static void echo(struct sim_context *ctx, const char *bytes, size_t size)
{
    struct sim_port *port = &ctx->sim->port;
    if (!sim_value(ctx, SIM_PARAMETER_ECHO))
        return;
    bool goes_on = port->echo_at_us == ctx->now_us && port->echo_end == port->output_free;
    bool alone = goes_on || port->output_head == port->output_free;
    sim_output_insert(ctx, bytes, size);
    if (alone) {
        port->echo_at_us = ctx->now_us;
        port->echo_end = port->output_free;
    }
}

/* ---- the rate ------------------------------------------------------------------------------ */

static bool autobaud_supports(uint32_t baud_bps)
{
    for (size_t i = 0; i < sizeof autobaud_rates / sizeof autobaud_rates[0]; i++)
        if (autobaud_rates[i] == baud_bps)
            return true;
    return baud_bps == 0;
}

void sim_port_set_rate(struct sim_context *ctx, uint32_t rate_bps)
{
    struct sim_port *port = &ctx->sim->port;
    port->rate_found = rate_bps != 0;
    port->autobaud_tries = 0;
    port->typed.scan = SIM_SCAN_NOTHING;
    if (rate_bps != 0)
        port->rate_bps = rate_bps;
}

/* ---- flow control, DTR --------------------------------------------------------------------- */

/* IFC: what the module obeys of the host, kept as first << 8 | second (AT106 2.2.31). */
enum { FLOW_NONE, FLOW_XON_XOFF, FLOW_RTS_CTS };
enum { XON = 0x11, XOFF = 0x13 };

/* Takes XON and XOFF out of the stream; true: the byte was one of them. */
static bool is_flow_control(struct sim_context *ctx, char byte)
{
    struct sim_port *port = &ctx->sim->port;
    if (sim_value(ctx, SIM_PARAMETER_IFC) >> 8 != FLOW_XON_XOFF || (byte != XON && byte != XOFF))
        return false;
    if (byte == XOFF)
        port->paused |= SIM_PAUSE_XOFF;
    else
        port->paused = (uint8_t)(port->paused & ~SIM_PAUSE_XOFF);
    return true;
}

static bool is_span_without_flow_control(const struct sim_context *ctx, const char *bytes,
                                         size_t size, size_t *ret_span)
{
    *ret_span = size;
    if (sim_value(ctx, SIM_PARAMETER_IFC) >> 8 != FLOW_XON_XOFF)
        return true;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] == XON || bytes[i] == XOFF) {
            *ret_span = i;
            break;
        }
    return *ret_span > 0;
}

bool sim_port_pauses(const struct sim_context *ctx)
{
    uint8_t paused = ctx->sim->port.paused;
    int32_t flow = sim_value(ctx, SIM_PARAMETER_IFC) & 0xff;
    return (paused & SIM_PAUSE_XOFF) || ((paused & SIM_PAUSE_RTS) && flow == FLOW_RTS_CTS);
}

/* CSCLK=1: without DTR the port sleeps; it hears dtr-wake after DTR is back, and for a
   while after a message (UART101 6.4). */
static bool sleeps(const struct sim_context *ctx)
{
    const struct sim_port *port = &ctx->sim->port;
    if (!sim_value(ctx, SIM_PARAMETER_CSCLK))
        return false;
    if (port->message_at_us > 0 &&
        ctx->now_us - port->message_at_us < sim_setting_us(ctx, SIM_SETTING_MESSAGE_WAKE))
        return false;
    return port->terminal_gone ||
           ctx->now_us - port->dtr_at_us < sim_setting_us(ctx, SIM_SETTING_DTR_WAKE);
}

bool sim_port_apply(struct sim_context *ctx, const struct sim_action *action)
{
    struct sim_port *port = &ctx->sim->port;
    if (action->kind == SIM_ACTION_RATE) {
        if (action->number == 0)
            return false;
        sim_port_set_rate(ctx, action->number);
        return true;
    }
    if (action->number > 1)
        return false;
    if (action->kind == SIM_ACTION_RTS) {
        port->paused = (uint8_t)(port->paused & ~SIM_PAUSE_RTS);
        port->paused |= action->number ? 0 : SIM_PAUSE_RTS;
        return true;
    }
    bool gone = !action->number, was_gone = port->terminal_gone;
    port->terminal_gone = gone;
    if (was_gone && !gone)
        port->dtr_at_us = ctx->now_us;
    if (gone && !was_gone)
        sim_signals_terminal_gone(ctx);
    return true;
}

/* ---- restarts ------------------------------------------------------------------------------ */

void sim_port_reset(struct sim_context *ctx, enum sim_reset reset)
{
    struct sim_port *port = &ctx->sim->port;
    uint32_t fixed_bps = (uint32_t)ctx->sim->saved[SIM_PARAMETER_IPR];
    bool keep = reset == SIM_RESET_CFOTA && sim_setting(ctx, SIM_SETTING_RATE_AFTER_FOTA) == 0;
    if (port->rate_bps == 0)
        port->rate_bps = (uint32_t)sim_setting(ctx, SIM_SETTING_UNFOUND_RATE);
    if (fixed_bps != 0 || !keep)
        sim_port_set_rate(ctx, fixed_bps);
    port->rate_pending = 0;
    port->typed.scan = SIM_SCAN_NOTHING;
    port->typed.waiting = 0;
    port->line_ended = 0;
    port->type_ahead_length = 0;
    port->data_left_bytes = 0;
    port->taker = SIM_TAKER_NONE;
    port->paused = (uint8_t)(port->paused & ~SIM_PAUSE_XOFF);
}

/* ---- command lines ------------------------------------------------------------------------- */

static void listen(struct sim_context *ctx, char byte)
{
    struct sim_port *port = &ctx->sim->port;
    enum sim_typed_end end = sim_typed_byte(ctx, &port->typed, byte);
    if (end == SIM_TYPED_GOES_ON)
        return;
    port->line_ended = end == SIM_TYPED_LINE;
    port->ended_at_us = ctx->now_us;
    sim_usb_take_turn(ctx, SIM_INTERFACE_UART);
}

/* ---- autobaud ------------------------------------------------------------------------------ */

/*
 * The first lines AT get nothing, not even echo; the one that is heard is a command line like any
 * other (UART101 4, T22).
 */
static void find_rate(struct sim_context *ctx, char byte, uint32_t baud_bps)
{
    struct sim_port *port = &ctx->sim->port;
    int32_t tries = sim_setting(ctx, SIM_SETTING_AUTOBAUD_TRIES);
    if (busy(ctx)) { /* the line before IPR=0 had its answer late */
        ctx->sim->stat_lost_input_bytes++;
    } else if (!autobaud_supports(baud_bps)) {
        port->typed.scan = SIM_SCAN_NOTHING;
    } else if (port->typed.scan == SIM_SCAN_A && (byte == 'T' || byte == 't')) {
        port->typed.scan = SIM_SCAN_SYNC;
        if (port->autobaud_tries < tries)
            return;
        sim_port_set_rate(ctx, baud_bps != 0 ? baud_bps : port->rate_bps);
        echo(ctx, "AT", 2);
        sim_typed_begin(&port->typed);
    } else if (port->typed.scan == SIM_SCAN_SYNC) {
        if (byte != '\r')
            return;
        port->autobaud_tries++;
        port->typed.scan = SIM_SCAN_NOTHING;
    } else {
        port->typed.scan = byte == 'A' || byte == 'a' ? SIM_SCAN_A : SIM_SCAN_NOTHING;
    }
}

/* ---- data mode ----------------------------------------------------------------------------- */

void sim_data_begin(struct sim_context *ctx, const char *prompt, enum sim_data_taker taker,
                    uint32_t size, uint32_t timeout_ms)
{
    struct sim_port *port = &ctx->sim->port;
    sim_line(ctx, prompt);
    port->taker = (uint8_t)taker;
    port->data_left_bytes = size;
    sim_timer_set(ctx, SIM_TIMER_DATA, ctx->now_us + timeout_ms * 1000ull);
}

void sim_port_take(struct sim_context *ctx, enum sim_data_taker taker)
{
    ctx->sim->port.taker = (uint8_t)taker;
    ctx->sim->port.data_left_bytes = UINT32_MAX;
}

void sim_port_give_back(struct sim_context *ctx)
{
    ctx->sim->port.taker = SIM_TAKER_NONE;
    ctx->sim->port.data_left_bytes = 0;
}

void sim_port_echo(struct sim_context *ctx, const char *bytes, size_t size)
{
    echo(ctx, bytes, size);
}

static void data_finish(struct sim_context *ctx, int result)
{
    ctx->sim->port.taker = SIM_TAKER_NONE;
    ctx->sim->port.data_left_bytes = 0;
    sim_timer_stop(ctx, SIM_TIMER_DATA);
    sim_finish(ctx, result);
}

void sim_on_data_timeout(struct sim_context *ctx)
{
    uint8_t taker = ctx->sim->port.taker;
    if (taker != SIM_TAKER_NONE && taker != SIM_TAKER_CALL)
        data_finish(ctx, sim_parts_take(ctx, (enum sim_data_taker)taker, NULL, 0, false));
}

/* A message ends with CTRL-Z or ESC (TS 27.005 3.5.1). */
size_t sim_port_span_to_mark(struct sim_context *ctx, const uint8_t *bytes, size_t size,
                             bool *ret_complete)
{
    (void)ctx;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] == 0x1a || bytes[i] == 0x1b) {
            *ret_complete = true;
            return i + 1;
        }
    return size;
}

/* Whose end is none of its bytes. */
size_t sim_port_span_all(struct sim_context *ctx, const uint8_t *bytes, size_t size,
                         bool *ret_complete)
{
    (void)ctx, (void)bytes, (void)ret_complete;
    return size;
}

/* Returns how many of the bytes were data. */
size_t sim_port_take_data(struct sim_context *ctx, const char *bytes, size_t size)
{
    struct sim_port *port = &ctx->sim->port;
    enum sim_data_taker taker = (enum sim_data_taker)port->taker;
    size_t taken = size < port->data_left_bytes ? size : port->data_left_bytes;
    bool complete = false;
    if (port->data_left_bytes == UINT32_MAX) {
        taken = sim_parts_span(ctx, taker, (const uint8_t *)bytes, size, &complete);
    } else {
        port->data_left_bytes -= (uint32_t)taken;
        complete = port->data_left_bytes == 0;
    }
    int result = sim_parts_take(ctx, taker, (const uint8_t *)bytes, taken, complete);
    if (result != SIM_PENDING)
        data_finish(ctx, result);
    return taken;
}

/* ---- receiving ----------------------------------------------------------------------------- */

/* A LF that follows a CR is nothing (facts 1.1). */
static bool is_line_feed_of_cr(struct sim_context *ctx, char byte)
{
    struct sim_port *port = &ctx->sim->port;
    bool ended = port->line_ended;
    port->line_ended = 0;
    if (!ended || byte != '\n')
        return false;
    return !takes_data(ctx) ||
           ctx->now_us <= port->ended_at_us + sim_setting_us(ctx, SIM_SETTING_LINE_FEED_WINDOW);
}

/* Bytes that come before the last line has its result (AT106 1.4.5, T16). */
static void receive_early(struct sim_context *ctx, char byte)
{
    struct sim_port *port = &ctx->sim->port;
    if (sim_usb_asker(ctx) == SIM_INTERFACE_UART && sim_interpreter_abort(ctx))
        return;
    echo(ctx, &byte, 1);
    if (sim_setting(ctx, SIM_SETTING_BUSY_INPUT) == 1 &&
        port->type_ahead_length < SIM_TYPE_AHEAD_SIZE)
        port->type_ahead[port->type_ahead_length++] = byte;
    else
        ctx->sim->stat_lost_input_bytes++;
}

void sim_port_pump(struct sim_context *ctx)
{
    struct sim_port *port = &ctx->sim->port;
    size_t used = 0;
    while (used < port->type_ahead_length && !busy(ctx))
        listen(ctx, port->type_ahead[used++]);
    if (used == 0)
        return;
    /* A restart inside listen() has emptied the buffer. */
    if (used > port->type_ahead_length)
        used = port->type_ahead_length;
    port->type_ahead_length = (uint16_t)(port->type_ahead_length - used);
    memmove(port->type_ahead, port->type_ahead + used, port->type_ahead_length);
    memset(port->type_ahead + port->type_ahead_length, 0, used);
}

/* The bytes begin a line: nothing else can come of them. */
static bool is_at(const struct sim_typed *typed, const char *bytes, size_t size)
{
    return typed->scan == SIM_SCAN_NOTHING && size > 1 && (bytes[0] == 'A' || bytes[0] == 'a') &&
           (bytes[1] == 'T' || bytes[1] == 't');
}

/* Echoes and collects up to the end of the line; returns how many bytes that were. */
static size_t receive_line(struct sim_context *ctx, const char *bytes, size_t size)
{
    struct sim_typed *typed = &ctx->sim->port.typed;
    bool whole = typed->scan == SIM_SCAN_LINE || is_at(typed, bytes, size);
    const char *cr = whole ? memchr(bytes, '\r', size) : NULL;
    size_t span = cr ? (size_t)(cr - bytes) + 1 : whole ? size : 1, used = 0;
    echo(ctx, bytes, span);
    while (used < span) {
        used += sim_typed_plain(ctx, typed, bytes + used, span - used);
        if (used < span)
            listen(ctx, bytes[used++]);
    }
    return used;
}

static bool hears(const struct sim_context *ctx)
{
    const struct sim *sim = ctx->sim;
    uint64_t window_us = sim_setting_us(ctx, SIM_SETTING_HEARS_FOR);
    bool in_window = window_us == 0 || ctx->now_us - sim->power.engine_at_us < window_us;
    return sim_power_is_up(sim) && sim->power.hang != SIM_HANG_DEAF &&
           sim->power.hang != SIM_HANG_BOTH && in_window && !sleeps(ctx);
}

/* Bytes at the port's own rate; handles at least one, returns how many. */
static size_t receive_heard(struct sim_context *ctx, const char *bytes, size_t size)
{
    struct sim_port *port = &ctx->sim->port;
    if (!is_span_without_flow_control(ctx, bytes, size, &size)) {
        is_flow_control(ctx, bytes[0]);
        return 1;
    }
    if (port->line_ended && is_line_feed_of_cr(ctx, bytes[0]))
        return 1;
    if (takes_data(ctx))
        return sim_port_take_data(ctx, bytes, size);
    if (busy(ctx)) {
        receive_early(ctx, bytes[0]);
        return 1;
    }
    return receive_line(ctx, bytes, size);
}

/* A burst at another rate: what the port makes of it (facts 1.7, 5.3). */
static void receive_garbage(struct sim_context *ctx, const char *bytes, size_t size,
                            uint32_t baud_bps)
{
    enum { HEARD_MAXIMUM = 512 };
    char heard[HEARD_MAXIMUM];
    ctx->sim->stat_lost_input_bytes += size;
    if (sim_setting(ctx, SIM_SETTING_WRONG_RATE)) {
        ctx->sim->port.typed.scan = SIM_SCAN_NOTHING;
        return;
    }
    size_t count = sim_garble(bytes, size, baud_bps, ctx->sim->port.rate_bps, heard, sizeof heard);
    for (size_t used = 0; used < count && hears(ctx) && ctx->sim->port.rate_found;)
        used += receive_heard(ctx, heard + used, count - used);
}

/* Handles at least one byte; returns how many. */
static size_t receive_some(struct sim_context *ctx, const char *bytes, size_t size,
                           uint32_t baud_bps)
{
    struct sim *sim = ctx->sim;
    if (!hears(ctx)) {
        sim_updater_receive(ctx, bytes, size);
        sim->stat_lost_input_bytes += size;
        return size;
    }
    if (!sim->port.rate_found) {
        find_rate(ctx, bytes[0], baud_bps);
        return 1;
    }
    if (baud_bps != 0 && baud_bps != sim->port.rate_bps) {
        receive_garbage(ctx, bytes, size, baud_bps);
        return size;
    }
    return receive_heard(ctx, bytes, size);
}

void sim_port_receive(struct sim_context *ctx, const char *bytes, size_t size, uint32_t baud_bps)
{
    if (ctx->sim->timer_at_us[SIM_TIMER_SLEEP] != SIM_NEVER)
        sim_sleep_later(ctx);
    while (size > 0) {
        size_t used = receive_some(ctx, bytes, size, baud_bps);
        bytes += used;
        size -= used;
        if (ctx->sim->port.type_ahead_length > 0)
            sim_port_pump(ctx);
    }
}
