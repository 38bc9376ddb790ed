/* serve_line.c - a module's bytes: from its ports, to its ports, at the line's pace. */
#include "harness/serve/serve.h"

#include <string.h>

#include "harness/serve/play.h"

enum {
    BITS_PER_BYTE_ON_LINE = 10, /* 8N1 */
    BURST_US = 2000,            /* of real time: shorter bursts cost more than they show */
    GARBLED_MAXIMUM = 4096,     /* one byte sent slowly is several heard fast */
    TO_UART = 1 << SIM_INTERFACE_UART
};

/* How many bytes make a burst at a rate. */
static size_t burst_size(const struct bench_module *module, uint32_t baud_bps)
{
    double bytes =
        (double)baud_bps / BITS_PER_BYTE_ON_LINE * module->serve->options.speed * (BURST_US / 1e6);

    return bytes < 1 ? 1 : bytes > BENCH_MODULE_BURST ? BENCH_MODULE_BURST : (size_t)bytes;
}

/* Line time of bytes; what is left of a microsecond is carried over to the next ones. */
static uint64_t line_time(uint32_t count, uint32_t baud_bps, uint32_t *rest)
{
    uint64_t ticks = (uint64_t)count * BITS_PER_BYTE_ON_LINE * 1000000u + *rest;

    *rest = (uint32_t)(ticks % baud_bps);
    return ticks / baud_bps;
}

/* ---- from the client ---------------------------------------------------------------------- */

static void observe(struct bench_module *module, uint8_t interface, bool from_module,
                    const void *bytes, size_t size)
{
    for (const struct bench_observer *observer = module->serve->observers; observer;
         observer = observer->next)
        if (observer->bytes)
            observer->bytes(observer->context, module, interface, from_module, bytes, size);
}

/* Puts the next burst of the client on the line, from `from_us` on. */
static void begin_intake(struct bench_module *module, uint64_t from_us)
{
    size_t size = burst_size(module, module->intake_bps);

    if (size > module->intake.count)
        size = module->intake.count;
    module->intake_count = (uint32_t)size;
    module->intake_us =
        size ? from_us + line_time(module->intake_count, module->intake_bps, &module->intake_rest)
             : BENCH_NEVER;
}

/* Behind the bytes stand `ahead` more that the client has sent. */
static void hear_uart(struct bench_module *module, const uint8_t *bytes, size_t size, size_t ahead,
                      uint32_t rate_bps)
{
    if (module->play)
        bench_play_send(module, false, bytes, size, ahead, rate_bps);
    else
        sim_receive(&module->sim, &module->host, bytes, size, rate_bps, module->now_us);
}

/* Gives the UART so many of the bytes that are on the line. */
static void hear(struct bench_module *module, size_t left)
{
    while (left > 0) {
        const uint8_t *bytes;
        size_t all = bench_backlog_next(&module->intake, &bytes);
        size_t size = all < left ? all : left;
        hear_uart(module, bytes, size, all - size, module->intake_bps);
        bench_backlog_sent(&module->intake, size);
        left -= size;
    }
}

/* The client changes its rate: what it sent before was sent at the old one. */
static void hear_rest(struct bench_module *module)
{
    hear(module, module->intake.count);
    module->intake_count = 0;
}

/* The UART hears bytes when their time on the line is over, burst after burst without a gap. */
static void keep_for_line(struct bench_module *module, uint32_t rate_bps, const void *bytes,
                          size_t size)
{
    bool idle;

    if (module->intake_bps != rate_bps) {
        hear_rest(module);
        module->intake_rest = 0;
    }
    idle = module->intake.count == 0;
    module->intake_bps = rate_bps;
    bench_backlog_keep(&module->intake, bytes, size); /* beyond its room: an overrun */
    if (idle)
        begin_intake(module, module->now_us);
}

void bench_module_take_in(struct bench_module *module)
{
    while (module->intake_count > 0 && module->intake_us <= module->now_us) {
        hear(module, module->intake_count);
        begin_intake(module, module->intake_us);
    }
}

void bench_module_receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct bench_module *module = port->listener->context;
    uint32_t rate_bps;

    if (module->held)
        bench_module_freeze(module, false);
    if (module->pace.stands)
        return;
    bench_module_enter(module);
    /* A client may send right behind a change, after the OK of AT+IPR for one: asked each time. */
    rate_bps = bench_port_rate(port, 0, bench_clock_us());
    rate_bps = rate_bps ? rate_bps : module->baud_bps;
    observe(module, port->interface, false, bytes, size);
    if (module->serve->options.paced && port->interface == 0) /* USB has no line rate */
        keep_for_line(module, rate_bps, bytes, size);
    else if (port->interface == 0)
        hear_uart(module, bytes, size, 0, rate_bps);
    else
        sim_receive_on(&module->sim, &module->host, port->interface, bytes, size, rate_bps,
                       module->now_us);
    bench_module_leave(module);
}

/* ---- modem lines -------------------------------------------------------------------------- */

static void set_host_lines(struct bench_module *module, unsigned lines)
{
    const struct sim_action dtr = {.kind = SIM_ACTION_DTR,
                                   .number = lines & BENCH_LINE_DTR ? 1 : 0};
    const struct sim_action rts = {.kind = SIM_ACTION_RTS,
                                   .number = lines & BENCH_LINE_RTS ? 1 : 0};

    sim_apply(&module->sim, &module->host, &dtr, module->now_us);
    sim_apply(&module->sim, &module->host, &rts, module->now_us);
}

void bench_module_lines(struct bench_port *port, unsigned lines)
{
    struct bench_module *module = port->listener->context;

    if (port->interface != SIM_INTERFACE_UART)
        return;
    bench_module_enter(module);
    set_host_lines(module, lines);
    bench_module_leave(module);
}

/* A pty or a raw TCP port has no lines, so beside one of those they are on. */
static unsigned lines_of_nobody(const struct bench_module *module)
{
    bool any = false;

    for (const struct bench_port *port = module->ports; port; port = port->next) {
        if (port->interface != SIM_INTERFACE_UART)
            continue;
        if (!port->has_lines)
            return BENCH_LINE_DTR | BENCH_LINE_RTS;
        any = true;
    }
    return any ? 0 : BENCH_LINE_DTR | BENCH_LINE_RTS;
}

void bench_module_left(struct bench_port *port)
{
    const struct bench_module *module = port->listener->context;

    bench_module_lines(port, lines_of_nobody(module));
}

void bench_module_said(struct bench_port *port, const char *text)
{
    const struct bench_module *module = port->listener->context;
    const struct bench_serve_options *options = &module->serve->options;

    if (options->port_failed)
        options->port_failed(options->context, text);
}

void bench_module_begin_lines(struct bench_module *module)
{
    set_host_lines(module, lines_of_nobody(module));
}

static const uint8_t port_lines[] = {
    [SIM_LINE_INDEX_CTS] = BENCH_LINE_CTS,
    [SIM_LINE_INDEX_DSR] = BENCH_LINE_DSR,
    [SIM_LINE_INDEX_RI] = BENCH_LINE_RI,
    [SIM_LINE_INDEX_DCD] = BENCH_LINE_DCD,
};

void bench_module_tell_lines(struct bench_module *module, bool in_any_case)
{
    unsigned of_module = sim_lines(&module->sim), lines = 0;

    for (unsigned i = 0; i < SIM_LINE_COUNT; i++)
        lines |= of_module & 1u << i ? port_lines[i] : 0;
    if (lines == module->lines && !in_any_case)
        return;
    module->lines = (uint8_t)lines;
    for (struct bench_port *port = module->ports; port; port = port->next)
        if (port->kind->lines && port->interface == SIM_INTERFACE_UART)
            port->kind->lines(port, lines);
}

/* ---- to the client ------------------------------------------------------------------------ */

/* The module talks at another rate: a real UART on the line follows. */
static void follow_rate(struct bench_module *module, uint32_t baud_bps)
{
    module->baud_bps = baud_bps;
    module->burst_rest = 0;
    for (struct bench_port *port = module->ports; port; port = port->next)
        if (port->kind->follow && port->interface == SIM_INTERFACE_UART)
            port->kind->follow(port, baud_bps);
}

size_t bench_module_take(struct bench_module *module, void *buffer, size_t capacity)
{
    uint32_t baud_bps = 0;
    size_t size =
        sim_transmit(&module->sim, &module->host, buffer, capacity, &baud_bps, module->now_us);

    if (baud_bps && baud_bps != module->baud_bps)
        follow_rate(module, baud_bps);
    return size;
}

/* The client listens at another rate: it gets what a UART would make of it. */
static void write_garbled(const struct sim *sim, struct bench_port *port, uint32_t sent_bps,
                          uint32_t heard_bps, const void *bytes, size_t size)
{
    uint8_t garbled[GARBLED_MAXIMUM];
    size_t count = sim_heard(sim, bytes, size, sent_bps, heard_bps, garbled, sizeof(garbled));

    if (count > 0)
        bench_port_write(port, garbled, count, bench_clock_us());
}

static void send_to_port(struct bench_module *module, struct bench_port *port, const void *bytes,
                         size_t size, uint64_t real_us)
{
    uint32_t rate_bps = 0;

    if (port->interface == SIM_INTERFACE_UART)
        rate_bps = bench_port_rate(port, module->baud_bps, real_us);
    if (rate_bps == 0 || rate_bps == module->baud_bps)
        bench_port_write(port, bytes, size, real_us);
    else
        write_garbled(&module->sim, port, module->baud_bps, rate_bps, bytes, size);
}

static void send_to_ports(struct bench_module *module, uint8_t interfaces, const void *bytes,
                          size_t size)
{
    uint64_t real_us = bench_clock_us();

    for (uint8_t i = 0; i < SIM_INTERFACE_COUNT && module->serve->observers; i++)
        if (interfaces & 1u << i)
            observe(module, i, true, bytes, size);
    for (struct bench_port *port = module->ports; port; port = port->next)
        if (interfaces & 1u << port->interface)
            send_to_port(module, port, bytes, size, real_us);
}

void bench_module_send_uart(struct bench_module *module, const void *bytes, size_t size)
{
    send_to_ports(module, TO_UART, bytes, size);
}

/* Through a scenario's faults, if there is one. */
static void pass_to_uart(struct bench_module *module, const uint8_t *bytes, size_t size)
{
    if (module->play)
        bench_play_send(module, true, bytes, size, 0, module->baud_bps);
    else
        bench_module_send_uart(module, bytes, size);
}

/* USB has no line rate, and does not wait for the UART's. */
static void transmit_usb(struct bench_module *module)
{
    uint8_t *chunk = module->serve->chunk;
    uint8_t interfaces = 0;
    size_t size;

    while ((size = sim_transmit_usb(&module->sim, &module->host, chunk, BENCH_SERVE_CHUNK,
                                    &interfaces, module->now_us)) > 0)
        send_to_ports(module, interfaces, chunk, size);
}

/* Sends a burst when its line time is over and puts the next one on the line, without a gap. */
static void transmit_paced(struct bench_module *module)
{
    uint64_t begin_us = module->now_us;

    for (;;) {
        if (module->burst_count > 0) {
            if (module->burst_us > module->now_us)
                return;
            pass_to_uart(module, module->burst, module->burst_count);
            begin_us = module->burst_us;
        }
        module->burst_count = (uint32_t)bench_module_take(module, module->burst,
                                                          burst_size(module, module->baud_bps));
        if (module->burst_count == 0)
            return;
        module->burst_us =
            begin_us + line_time(module->burst_count, module->baud_bps, &module->burst_rest);
    }
}

/* Sends all there is, with as few writes as possible. */
static void transmit_at_once(struct bench_module *module)
{
    uint8_t *chunk = module->serve->chunk;
    size_t count = 0, more;

    do {
        uint32_t baud_bps = 0;
        more = sim_transmit(&module->sim, &module->host, chunk + count, BENCH_SERVE_CHUNK - count,
                            &baud_bps, module->now_us);
        bool changed = baud_bps && baud_bps != module->baud_bps;
        if (count > 0 && (more == 0 || changed)) {
            pass_to_uart(module, chunk, count); /* at the rate of before */
            memmove(chunk, chunk + count, more);
            count = 0;
        }
        if (changed)
            follow_rate(module, baud_bps);
        count += more;
        if (count == BENCH_SERVE_CHUNK) {
            pass_to_uart(module, chunk, count);
            count = 0;
        }
    } while (more > 0);
}

void bench_module_transmit(struct bench_module *module)
{
    if (module->host.usb)
        transmit_usb(module);
    if (module->serve->options.paced)
        transmit_paced(module);
    else
        transmit_at_once(module);
}
