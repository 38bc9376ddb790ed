/* host_port.c - the host end behind ports: a client's bytes, rate and modem lines. */
#include "harness/bench/host_port.h"

#include <stdio.h>
#include <string.h>

enum { GARBLED_MAXIMUM = 4096 /* one byte sent slowly is several heard fast */ };

static struct bench_host_port *end_of(const struct bench_run *run)
{
    return run->host_context;
}

/* ---- from the client ----------------------------------------------------------------------- */

static void keep_fresh(struct bench_host_port *end)
{
    if (end->fresh_count > 0) /* beyond the backlog's room: an overrun */
        bench_backlog_keep(&end->arrived, end->fresh, end->fresh_count);
    end->fresh_count = 0;
}

/* The client has changed its rate: what it sent before was sent at the old one. */
static void hurry_rest(struct bench_host_port *end)
{
    if (end->arrived.count == 0)
        return;
    bench_run_hurry(end->run, BENCH_TO_MODULE);
    bench_backlog_drop(&end->arrived);
}

static void on_receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct bench_host_port *end = port->listener->context;
    uint32_t rate_bps;

    if (!end->owner->enter(end->owner_context, true))
        return;
    /* A client may send right behind a change, after the OK of AT+IPR for one: asked each time. */
    rate_bps = bench_port_rate(port, 0, bench_clock_us());
    rate_bps = rate_bps ? rate_bps : end->module_bps;
    if (rate_bps != end->arrived_bps) {
        hurry_rest(end);
        end->arrived_bps = end->run->talks_bps[BENCH_TO_MODULE] = rate_bps;
        end->run->world.host.baud_bps = rate_bps;
    }
    end->fresh = bytes;
    end->fresh_count = size;
    bench_run_touch(end->run, BENCH_TO_HOST);
    bench_run_settle(end->run);
    keep_fresh(end);
    end->owner->leave(end->owner_context);
}

/* What the client has sent and the line has not got yet, in one piece; how much. */
static size_t waiting(const struct bench_host_port *end, const uint8_t **ret_bytes)
{
    if (end->arrived.count > 0)
        return bench_backlog_next(&end->arrived, ret_bytes);
    *ret_bytes = end->fresh;
    return end->fresh_count;
}

static size_t transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                       uint32_t *ret_baud_bps)
{
    struct bench_host_port *end = end_of(run);
    const uint8_t *bytes;
    size_t size = waiting(end, &bytes);

    if (size == 0)
        return 0;
    size = size < capacity ? size : capacity;
    memcpy(buffer, bytes, size);
    if (end->arrived.count > 0) {
        bench_backlog_sent(&end->arrived, size);
    } else {
        end->fresh += size;
        end->fresh_count -= size;
    }
    *ret_baud_bps = end->arrived_bps;
    return size;
}

static size_t ahead(const struct bench_run *run, uint8_t *buffer, size_t capacity)
{
    const uint8_t *bytes;
    size_t size = waiting(end_of(run), &bytes);

    size = size < capacity ? size : capacity;
    if (size > 0)
        memcpy(buffer, bytes, size);
    return size;
}

/* ---- modem lines --------------------------------------------------------------------------- */

static void set_lines(struct bench_host_port *end, unsigned lines)
{
    const struct sim_action dtr = {.kind = SIM_ACTION_DTR,
                                   .number = lines & BENCH_LINE_DTR ? 1 : 0};
    const struct sim_action rts = {.kind = SIM_ACTION_RTS,
                                   .number = lines & BENCH_LINE_RTS ? 1 : 0};

    end->run->module->apply(end->run, &dtr);
    end->run->module->apply(end->run, &rts);
}

static void on_lines(struct bench_port *port, unsigned lines)
{
    struct bench_host_port *end = port->listener->context;

    (void)end->owner->enter(end->owner_context, false); /* lines are levels: also while it stands */
    set_lines(end, lines);
    end->owner->leave(end->owner_context);
}

/* A pty or a raw TCP port has no lines, so beside one of those they are on. */
static unsigned lines_of_nobody(const struct bench_host_port *end)
{
    for (const struct bench_port *port = end->ports; port; port = port->next)
        if (!port->has_lines)
            return BENCH_LINE_DTR | BENCH_LINE_RTS;
    return end->ports ? 0 : BENCH_LINE_DTR | BENCH_LINE_RTS;
}

static void on_left(struct bench_port *port)
{
    on_lines(port, lines_of_nobody(port->listener->context));
}

static void on_said(struct bench_port *port, const char *text)
{
    struct bench_host_port *end = port->listener->context;

    if (end->owner->said)
        end->owner->said(end->owner_context, text);
}

void bench_host_port_begin(struct bench_host_port *end)
{
    set_lines(end, lines_of_nobody(end));
}

void bench_host_port_tell_lines(struct bench_host_port *end, bool in_any_case)
{
    unsigned lines = end->run->module->lines ? end->run->module->lines(end->run) : 0;

    if (lines == end->lines && !in_any_case)
        return;
    end->lines = (uint8_t)lines;
    for (struct bench_port *port = end->ports; port; port = port->next)
        if (port->kind->lines)
            port->kind->lines(port, lines);
}

/* ---- to the client ------------------------------------------------------------------------- */

/* The module talks at another rate: a real UART on the line follows. */
static void follow_rate(struct bench_host_port *end, uint32_t baud_bps)
{
    end->module_bps = baud_bps;
    for (struct bench_port *port = end->ports; port; port = port->next)
        if (port->kind->follow)
            port->kind->follow(port, baud_bps);
}

/* The client listens at another rate: it gets what a UART would make of it. */
static void write_garbled(const struct bench_host_port *end, struct bench_port *port,
                          uint32_t heard_bps, uint64_t due_us)
{
    uint8_t garbled[GARBLED_MAXIMUM];
    const struct bench_outbox *out = end->outbox;
    const struct bench_run *run = end->run;
    size_t count =
        run->module->heard
            ? run->module->heard(run, out->bytes, out->count, out->baud_bps, heard_bps, garbled,
                                 sizeof garbled)
            : sim_garble(out->bytes, out->count, out->baud_bps, heard_bps, garbled, sizeof garbled);

    if (count > 0)
        bench_port_write(port, garbled, count, due_us);
}

static void write_out(struct bench_host_port *end)
{
    struct bench_outbox *outbox = end->outbox;
    uint64_t real_us = bench_clock_us();
    /* Whether anybody still listens is a matter of when it was due, not of when this machine woke.
     */
    uint64_t due_us = bench_pace_real_us(end->pace, outbox->due_us);

    due_us = due_us < real_us ? due_us : real_us;
    if (outbox->baud_bps != end->module_bps)
        follow_rate(end, outbox->baud_bps);
    for (struct bench_port *port = end->ports; port; port = port->next) {
        uint32_t rate_bps = bench_port_rate(port, outbox->baud_bps, real_us);
        if (rate_bps == 0 || rate_bps == outbox->baud_bps)
            bench_port_write(port, outbox->bytes, outbox->count, due_us);
        else
            write_garbled(end, port, rate_bps, due_us);
    }
    outbox->count = 0;
}

static void receive(struct bench_run *run, const uint8_t *bytes, size_t size, uint32_t baud_bps)
{
    struct bench_host_port *end = end_of(run);
    struct bench_outbox *outbox = end->outbox;

    if (outbox->count > 0 &&
        (outbox->baud_bps != baud_bps || size > sizeof outbox->bytes - outbox->count))
        write_out(end);
    memcpy(outbox->bytes + outbox->count, bytes, size); /* no burst is longer than the outbox */
    if (outbox->count == 0)
        outbox->due_us = run->world.now_us;
    outbox->count += size;
    outbox->baud_bps = baud_bps;
}
_Static_assert((int)BENCH_HOST_PORT_BYTES >= (int)BENCH_WIRE_BYTES, "a burst finds room");

void bench_host_port_flush(struct bench_host_port *end)
{
    uint32_t module_bps = end->run->talks_bps[BENCH_TO_HOST];

    if (end->outbox->count > 0)
        write_out(end);
    if (module_bps && module_bps != end->module_bps)
        follow_rate(end, module_bps);
    bench_host_port_tell_lines(end, false);
}

/* ---- life ---------------------------------------------------------------------------------- */

void bench_host_port_init(struct bench_host_port *end, struct bench_run *run,
                          const struct bench_host_port_owner *owner, void *owner_context,
                          const struct bench_pace *pace, struct bench_outbox *outbox)
{
    *end = (struct bench_host_port){.run = run,
                                    .owner = owner,
                                    .owner_context = owner_context,
                                    .pace = pace,
                                    .outbox = outbox,
                                    .listener = {.receive = on_receive,
                                                 .lines = on_lines,
                                                 .left = on_left,
                                                 .said = on_said,
                                                 .context = end}};
    run->host = &bench_host_port;
    run->host_context = end;
}

void bench_host_port_drop(struct bench_host_port *end)
{
    bench_backlog_drop(&end->arrived);
}

void bench_host_port_close(struct bench_host_port *end)
{
    struct bench_port *port, *next;

    for (port = end->ports; port; port = next) {
        next = port->next;
        bench_port_close(port);
    }
    end->ports = NULL;
    bench_host_port_drop(end);
}

void bench_host_port_add(struct bench_host_port *end, struct bench_port *port)
{
    port->next = end->ports;
    end->ports = port;
}

/* ---- the end ------------------------------------------------------------------------------- */

static bool start(struct bench_run *run)
{
    run->world.host_at_us = BENCH_NEVER;
    run->world.host = (struct bench_host){.restart_at_us = BENCH_NEVER,
                                          .request_at_us = BENCH_NEVER,
                                          .baud_bps = end_of(run)->module_bps,
                                          .up = 1};
    return true;
}

static uint64_t never(const struct bench_run *run)
{
    (void)run;
    return BENCH_NEVER;
}

static uint64_t advance(struct bench_run *run)
{
    return never(run);
}

/* Somebody else's client: when it is done, only it knows. */
static bool is_over(const struct bench_run *run)
{
    (void)run;
    return false;
}

static void observe(const struct bench_run *run, struct scenario_observed *observed)
{
    observed->finished = is_over(run);
}

static void do_nothing(struct bench_run *run)
{
    (void)run;
}

static void reset(struct bench_run *run, uint64_t down_us, bool forgets)
{
    (void)run;
    (void)down_us;
    (void)forgets;
}

static void describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    const struct bench_port *port = end_of(run)->ports;

    if (port)
        port->kind->describe(port, buffer, capacity);
    else
        snprintf(buffer, capacity, "nobody");
}

const struct bench_end bench_host_port = {.name = "port",
                                          .line_end = '\r',
                                          .start = start,
                                          .receive = receive,
                                          .transmit = transmit,
                                          .ahead = ahead,
                                          .advance = advance,
                                          .observe = observe,
                                          .finish = do_nothing,
                                          .describe = describe,
                                          .is_over = is_over,
                                          .reset = reset,
                                          .cancel = do_nothing,
                                          .board_next = never,
                                          .board_run = do_nothing};
