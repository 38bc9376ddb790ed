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
    return sim->interpreter.state == SIM_INTERPRETER_IDLE && sim->port.taker == SIM_TAKER_NONE;
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

void sim_usb_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
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
    } else if (is_a) {
        line->scan = SCAN_A;
    } else {
        bool stray = (unsigned char)byte > ' ' && sim_setting(ctx, SIM_SETTING_LINE_START);
        line->scan = stray ? SCAN_LINE : SCAN_NOTHING;
        line->length = 0;
        line->overflow = stray;
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
        if (ctx->sim->port.taker != SIM_TAKER_NONE)
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

/* ---- which byte of the queue is whose ------------------------------------------------------ */

void sim_usb_freed(struct sim_context *ctx, uint8_t interfaces)
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

void sim_usb_dropped(struct sim_context *ctx)
{
    struct sim_usb *usb = ctx->host->usb;
    if (!usb)
        return;
    usb->span_count = 0;
    usb->head = usb->end = 0;
}

/* The span that the byte at `position` lies in, NULL = none. */
static const struct sim_usb_span *span_at(const struct sim_usb *usb, uint16_t position)
{
    for (unsigned i = 0; i < usb->span_count; i++)
        if (usb->spans[i].end > position)
            return &usb->spans[i];
    return NULL;
}

static void forget_spans(struct sim_usb *usb, const struct sim_port *port)
{
    unsigned gone = 0;
    while (gone < usb->span_count && usb->spans[gone].end <= port->output_head &&
           usb->spans[gone].end <= usb->head)
        gone++;
    usb->span_count = (uint8_t)(usb->span_count - gone);
    memmove(usb->spans, usb->spans + gone, usb->span_count * sizeof usb->spans[0]);
}

/* File contents that an answer to one of these interfaces has at this place; -1 = none. */
static int bulk_at(const struct sim_port *port, uint16_t position, uint8_t interfaces)
{
    for (unsigned i = 0; i < port->bulk_count; i++)
        if (port->bulk[i].position == position && (port->bulk[i].interfaces & interfaces))
            return (int)i;
    return -1;
}

void sim_usb_pass(const struct sim_host *host, struct sim_port *port, uint16_t *stop)
{
    struct sim_usb *usb = host->usb;
    const struct sim_usb_span *span;
    if (!usb)
        return;
    while ((span = span_at(usb, port->output_head)) && !(span->interfaces & SIM_TO_UART) &&
           bulk_at(port, port->output_head, SIM_TO_UART) < 0)
        port->output_head = span->end;
    if (span && span->end < *stop)
        *stop = span->end;
    if (*stop < port->output_head)
        *stop = port->output_head;
    forget_spans(usb, port);
}

/* ---- what the USB ports take --------------------------------------------------------------- */

static void move_back(uint16_t *position, uint16_t end, uint16_t size)
{
    if (*position >= end)
        *position = (uint16_t)(*position - size);
}

/* Nobody needs the bytes from `begin` to `end` any more: what follows moves up. */
static void close_gap(struct sim_usb *usb, struct sim_port *port, uint16_t begin, uint16_t end)
{
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

/* Bytes from usb->head on, which lie in `span`. */
static size_t take_queued(struct sim_usb *usb, struct sim_port *port, struct sim_usb_span span,
                          char *buffer, size_t capacity)
{
    uint16_t begin = usb->head, stop = span.end;
    for (unsigned i = 0; i < port->bulk_count; i++)
        if (!(port->bulk[i].interfaces & SIM_TO_UART) && port->bulk[i].position > begin &&
            port->bulk[i].position < stop)
            stop = port->bulk[i].position;
    size_t size = (size_t)(stop - begin) < capacity ? (size_t)(stop - begin) : capacity;
    memcpy(buffer, port->output + begin, size);
    usb->head = (uint16_t)(begin + size);
    if (!(span.interfaces & SIM_TO_UART) && port->output_head <= begin)
        close_gap(usb, port, begin, usb->head);
    return size;
}

size_t sim_usb_take(struct sim_context *ctx, void *buffer, size_t capacity, uint8_t *ret_interfaces)
{
    struct sim_usb *usb = ctx->host->usb;
    struct sim_port *port = &ctx->sim->port;
    const struct sim_usb_span *span;
    size_t taken = 0;
    while (usb && taken == 0 && capacity > 0) {
        int bulk = bulk_at(port, usb->head, (uint8_t)~SIM_TO_UART);
        span = span_at(usb, usb->head);
        if (bulk >= 0 && usb->head <= port->output_free) {
            *ret_interfaces = port->bulk[bulk].interfaces;
            taken = sim_output_take_bulk(ctx, (unsigned)bulk, buffer, capacity);
        } else if (!span) {
            break;
        } else if (span->interfaces & ~SIM_TO_UART) {
            *ret_interfaces = (uint8_t)(span->interfaces & ~SIM_TO_UART);
            taken = take_queued(usb, port, *span, buffer, capacity);
        } else {
            usb->head = span->end;
        }
    }
    if (usb)
        forget_spans(usb, port);
    return taken;
}

bool sim_usb_waits(const struct sim_host *host, const struct sim_port *port)
{
    const struct sim_usb *usb = host->usb;
    for (unsigned i = 0; usb && i < usb->span_count; i++)
        if (usb->spans[i].end > usb->head && (usb->spans[i].interfaces & ~SIM_TO_UART))
            return true;
    return usb && port->bulk_count > 0;
}

void sim_usb_give_up(struct sim_context *ctx)
{
    char lost[64];
    uint8_t interfaces;
    size_t size;
    while ((size = sim_usb_take(ctx, lost, sizeof lost, &interfaces)) > 0)
        ctx->sim->stat_lost_output_bytes += size;
}

void sim_usb_loaded(const struct sim_host *host, const struct sim_port *port)
{
    if (!host->usb)
        return;
    memset(host->usb, 0, sizeof *host->usb);
    host->usb->head = host->usb->end = port->output_free;
}
