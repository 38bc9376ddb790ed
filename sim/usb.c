/* usb.c - lines of the USB ports, and which port each queued byte goes to. */
#include "sim/usb.h"

#include <string.h>

#include "sim/frame.h"

_Static_assert((int)SIM_USB_LINE_SIZE == (int)SIM_LINE_SIZE, "lines are exchanged");
_Static_assert((int)SIM_INTERFACE_COUNT == 1 + (int)SIM_USB_PORTS, "a line per USB port");

/* What the last bytes of a line were. */
enum scan { SCAN_NOTHING, SCAN_A, SCAN_LINE };

static bool idle(const struct sim *sim)
{
    return sim->interpreter.state == SIM_INTERPRETER_IDLE && sim->port.data_taker == SIM_TAKER_NONE;
}

static struct sim_usb_line *line_of(const struct sim_context *ctx, uint8_t interface)
{
    return &ctx->host->usb->lines[interface - SIM_INTERFACE_USB_AT];
}

/* ---- the engine's turns -------------------------------------------------------------------- */

/* The engine's line and that of the port change places; what the UART has typed is kept so. */
static void exchange_lines(struct sim_context *ctx, struct sim_usb_line *line)
{
    struct sim_port *port = &ctx->sim->port;
    char text[SIM_LINE_SIZE + 1];
    uint16_t length = line->length;
    uint8_t overflow = line->overflow;
    memcpy(text, line->text, sizeof text);
    memcpy(line->text, port->line, sizeof text);
    memcpy(port->line, text, sizeof text);
    line->length = port->line_length;
    line->overflow = port->line_overflow;
    port->line_length = length;
    port->line_overflow = overflow;
}

static void begin_turn(struct sim_context *ctx, uint8_t interface)
{
    struct sim_usb *usb = ctx->host->usb;
    struct sim_usb_line *line = line_of(ctx, interface);
    line->waiting = 0;
    line->scan = SCAN_NOTHING;
    exchange_lines(ctx, line);
    usb->uart_scan = ctx->sim->port.scan;
    ctx->sim->port.scan = SCAN_NOTHING;
    usb->asker = interface;
    sim_interpreter_start(ctx);
}

static void end_turn(struct sim_context *ctx)
{
    struct sim_usb *usb = ctx->host->usb;
    exchange_lines(ctx, line_of(ctx, usb->asker));
    ctx->sim->port.scan = usb->uart_scan;
    usb->asker = SIM_INTERFACE_UART;
}

void sim_usb_pump(struct sim_context *ctx)
{
    struct sim_usb *usb = ctx->host->usb;
    if (!usb)
        return;
    for (uint8_t next = SIM_INTERFACE_USB_AT; idle(ctx->sim); next++) {
        if (usb->asker != SIM_INTERFACE_UART)
            end_turn(ctx);
        while (next < SIM_INTERFACE_COUNT && !line_of(ctx, next)->waiting)
            next++;
        if (next >= SIM_INTERFACE_COUNT)
            return;
        begin_turn(ctx, next);
    }
}

void sim_usb_reset(struct sim_context *ctx)
{
    struct sim_usb *usb = ctx->host->usb;
    if (!usb)
        return;
    if (usb->asker != SIM_INTERFACE_UART)
        end_turn(ctx);
    memset(usb->lines, 0, sizeof usb->lines);
}

/* ---- bytes of the host --------------------------------------------------------------------- */

static void line_byte(struct sim_context *ctx, struct sim_usb_line *line, char byte)
{
    if (byte == '\r') {
        line->waiting = 1;
    } else if (byte == (char)sim_value(ctx, SIM_PARAMETER_S5)) {
        if (line->length > 0)
            line->length--;
    } else if (byte != '\n') {
        if (line->length < SIM_USB_LINE_SIZE)
            line->text[line->length++] = byte;
        else
            line->overflow = 1;
    }
}

static void listen(struct sim_context *ctx, struct sim_usb_line *line, char byte)
{
    bool is_a = byte == 'A' || byte == 'a';
    if (line->scan == SCAN_LINE) {
        line_byte(ctx, line, byte);
    } else if (line->scan == SCAN_A && (byte == 'T' || byte == 't')) {
        line->scan = SCAN_LINE;
        line->length = 0;
        line->overflow = 0;
    } else if (line->scan == SCAN_A && byte == '/') {
        line->waiting = 1;
    } else {
        line->scan = is_a ? SCAN_A : SCAN_NOTHING;
    }
}

static bool hears(const struct sim *sim)
{
    return sim_power_is_up(sim) && sim->power.hang != SIM_HANG_DEAF &&
           sim->power.hang != SIM_HANG_BOTH;
}

/* Handles at least one byte; returns how many. */
static size_t receive_some(struct sim_context *ctx, uint8_t interface, const char *bytes,
                           size_t size)
{
    struct sim_usb_line *line = line_of(ctx, interface);
    if (ctx->host->usb->asker == interface) {
        if (ctx->sim->port.data_taker != SIM_TAKER_NONE)
            return sim_line_take_data(ctx, bytes, size);
        if (!sim_interpreter_abort(ctx))
            ctx->sim->stat_lost_input_bytes++;
        return 1;
    }
    if (line->waiting) {
        ctx->sim->stat_lost_input_bytes++;
        return 1;
    }
    if (sim_value(ctx, SIM_PARAMETER_ECHO) && (line->scan == SCAN_LINE || bytes[0] != '\n'))
        sim_output_insert_to(ctx, bytes, 1, (uint8_t)(1u << interface));
    listen(ctx, line, bytes[0]);
    return 1;
}

void sim_usb_receive(struct sim_context *ctx, uint8_t interface, const char *bytes, size_t size)
{
    if (!ctx->host->usb || !hears(ctx->sim)) {
        ctx->sim->stat_lost_input_bytes += size;
        return;
    }
    while (size > 0) {
        size_t used = receive_some(ctx, interface, bytes, size);
        bytes += used;
        size -= used;
        sim_usb_pump(ctx);
    }
}

/* ---- bytes to the host --------------------------------------------------------------------- */

uint8_t sim_usb_answer_to(const struct sim_context *ctx)
{
    unsigned interfaces = SIM_TO_UART;
    if (ctx->host->usb)
        interfaces = 1u << ctx->host->usb->asker;
    return (uint8_t)interfaces;
}

uint8_t sim_usb_urc_to(const struct sim_context *ctx)
{
    static const uint8_t ports[] = {SIM_TO_UART | SIM_TO_USB_AT, SIM_TO_UART, SIM_TO_USB_AT};
    return ctx->host->usb ? ports[sim_setting(ctx, SIM_SETTING_URC_PORT)] : SIM_TO_UART;
}

void sim_usb_freed(struct sim_context *ctx, uint8_t interfaces)
{
    struct sim_usb *usb = ctx->host->usb;
    uint16_t end = ctx->sim->port.output_free;
    if (!usb)
        return;
    struct sim_usb_span *last = usb->span_count > 0 ? &usb->spans[usb->span_count - 1] : NULL;
    uint16_t begin = last ? last->end : ctx->sim->port.output_head;
    if (end <= begin)
        return;
    if (last && (last->interfaces == interfaces || usb->span_count == SIM_USB_SPANS)) {
        /* No room to tell them apart: nothing is lost, a port sees more than it should. */
        last->interfaces |= interfaces;
        last->end = end;
        return;
    }
    usb->spans[usb->span_count++] = (struct sim_usb_span){.end = end, .interfaces = interfaces};
}

void sim_usb_dropped(struct sim_context *ctx)
{
    if (ctx->host->usb)
        ctx->host->usb->span_count = 0;
}

uint8_t sim_usb_next(const struct sim_host *host, const struct sim_port *port, uint16_t *stop)
{
    struct sim_usb *usb = host->usb;
    if (!usb)
        return SIM_TO_UART;
    while (usb->span_count > 0 && usb->spans[0].end <= port->output_head) {
        usb->span_count--;
        memmove(usb->spans, usb->spans + 1, usb->span_count * sizeof usb->spans[0]);
    }
    if (usb->span_count == 0)
        return SIM_TO_UART;
    if (usb->spans[0].end < *stop)
        *stop = usb->spans[0].end;
    return usb->spans[0].interfaces;
}
