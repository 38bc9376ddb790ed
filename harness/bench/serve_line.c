/* serve_line.c - a module's bytes: from its ports, to its ports, at the line's pace. */
#include "harness/bench/serve.h"

enum {
    BITS_PER_BYTE_ON_LINE = 10, /* 8N1 */
    BURST_US = 2000             /* of real time: shorter bursts cost more than they show */
};

/* ---- from the client ---------------------------------------------------------------------- */

static void observe(struct bench_module *module, uint8_t interface, bool from_module,
                    const void *bytes, size_t size)
{
    for (const struct bench_observer *observer = module->serve->observers; observer;
         observer = observer->next)
        if (observer->bytes)
            observer->bytes(observer->context, module, interface, from_module, bytes, size);
}

void bench_module_receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct bench_module *module = port->listener->context;
    uint32_t rate_bps;

    bench_module_enter(module);
    rate_bps = bench_port_rate(port, module->baud_bps, bench_clock_us());
    observe(module, port->interface, false, bytes, size);
    sim_receive(&module->sim, &module->host, bytes, size, rate_bps ? rate_bps : module->baud_bps,
                module->now_us);
    bench_module_leave(module);
}

/* ---- to the client ------------------------------------------------------------------------ */

size_t bench_module_take(struct bench_module *module, void *buffer, size_t capacity)
{
    uint32_t baud_bps = 0;
    size_t size =
        sim_transmit(&module->sim, &module->host, buffer, capacity, &baud_bps, module->now_us);

    if (baud_bps && baud_bps != module->baud_bps) {
        module->baud_bps = baud_bps;
        module->burst_rest = 0;
    }
    return size;
}

static void send_to_ports(struct bench_module *module, const void *bytes, size_t size)
{
    uint64_t real_us = bench_clock_us();

    observe(module, 0, true, bytes, size);
    for (struct bench_port *port = module->ports; port; port = port->next)
        bench_port_write(port, bytes, size, real_us);
}

static size_t burst_size(const struct bench_module *module)
{
    double bytes = (double)module->baud_bps / BITS_PER_BYTE_ON_LINE * module->serve->options.speed *
                   (BURST_US / 1e6);

    return bytes < 1 ? 1 : bytes > BENCH_MODULE_BURST ? BENCH_MODULE_BURST : (size_t)bytes;
}

/* Line time of the burst; what is left of a microsecond is carried over to the next one. */
static uint64_t burst_time(struct bench_module *module)
{
    uint64_t ticks =
        (uint64_t)module->burst_count * BITS_PER_BYTE_ON_LINE * 1000000u + module->burst_rest;

    module->burst_rest = (uint32_t)(ticks % module->baud_bps);
    return ticks / module->baud_bps;
}

/* Sends a burst when its line time is over and puts the next one on the line, without a gap. */
static void transmit_paced(struct bench_module *module)
{
    uint64_t begin_us = module->now_us;

    for (;;) {
        if (module->burst_count > 0) {
            if (module->burst_us > module->now_us)
                return;
            send_to_ports(module, module->burst, module->burst_count);
            begin_us = module->burst_us;
        }
        module->burst_count =
            (uint32_t)bench_module_take(module, module->burst, burst_size(module));
        if (module->burst_count == 0)
            return;
        module->burst_us = begin_us + burst_time(module);
    }
}

/* Sends all there is, with as few writes as possible. */
static void transmit_at_once(struct bench_module *module)
{
    uint8_t *chunk = module->serve->chunk;
    size_t count = 0, more;

    do {
        more = bench_module_take(module, chunk + count, BENCH_SERVE_CHUNK - count);
        count += more;
        if (count > 0 && (more == 0 || count == BENCH_SERVE_CHUNK)) {
            send_to_ports(module, chunk, count);
            count = 0;
        }
    } while (more > 0);
}

void bench_module_transmit(struct bench_module *module)
{
    if (module->serve->options.paced)
        transmit_paced(module);
    else
        transmit_at_once(module);
}
