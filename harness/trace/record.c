/* record.c - a bench with two ports, in the middle of a host and a module. */
#include "harness/trace/record.h"

#include <stdio.h>
#include <string.h>

static uint64_t now(const struct trace_recording *recording)
{
    return bench_clock_us() - recording->began_us;
}

/* ---- what is written down -------------------------------------------------------------------- */

static void write_event(struct trace_recording *recording, const struct trace_event *event)
{
    if (recording->take)
        recording->take(recording->context, event);
    else
        trace_parts_write(recording->parts, event);
}

static void write_port(struct trace_recording *recording, enum trace_end end, const char *what,
                       uint32_t number, const char *detail)
{
    const struct trace_event event = {.time_us = now(recording),
                                      .kind = TRACE_PORT,
                                      .end = (uint8_t)end,
                                      .event = what,
                                      .number = number,
                                      .detail = detail};
    write_event(recording, &event);
}

/* What a port had no room for, or nobody to give it to; told together while it goes on. */
static void write_lost(struct trace_recording *recording, enum trace_end end,
                       const struct bench_port *port, struct trace_loss *loss, bool at_last)
{
    uint64_t now_us = now(recording);
    if (!port || port->stat_lost_bytes == loss->known ||
        (!at_last && loss->at_us && now_us < loss->at_us + TRACE_LOSS_US))
        return;
    const struct trace_event event = {.time_us = now_us,
                                      .kind = TRACE_GAP,
                                      .end = (uint8_t)end,
                                      .event = "not-taken",
                                      .number = (uint32_t)(port->stat_lost_bytes - loss->known)};
    loss->known = port->stat_lost_bytes;
    loss->at_us = now_us;
    write_event(recording, &event);
}

static void say(struct trace_recording *recording, const char *text)
{
    if (recording->say)
        recording->say(recording->context, text);
}

/* ---- rate and lines -------------------------------------------------------------------------- */

static void pass_rate(struct trace_recording *recording, uint64_t now_us)
{
    uint32_t rate = recording->host ? bench_port_rate(recording->host, 0, now_us) : 0;
    if (rate == 0 || rate == recording->host_bps)
        return;
    recording->host_bps = rate;
    if (recording->module->kind->follow)
        recording->module->kind->follow(recording->module, rate);
    write_port(recording, TRACE_END_HOST, "rate", rate, NULL);
}

static void on_poll(void *context, uint64_t now_us)
{
    struct trace_recording *recording = context;
    pass_rate(recording, now_us);
    bench_loop_at(&recording->loop, &recording->poll, now_us + TRACE_RATE_POLL_US);
}

static void write_lines(struct trace_recording *recording, enum trace_end end, unsigned lines)
{
    static const char *const names[] = {"DTR", "RTS", "CTS", "DSR", "RI", "DCD"};
    char text[32];
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (lines >> i & 1)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "",
                                     names[i]);
    write_port(recording, end, "lines", lines, text);
}

static void on_host_lines(struct bench_port *port, unsigned lines)
{
    struct trace_recording *recording = port->listener->context;
    if (recording->module && recording->module->kind->lines)
        recording->module->kind->lines(recording->module, lines);
    write_lines(recording, TRACE_END_HOST, lines);
}

static void on_module_lines(struct bench_port *port, unsigned lines)
{
    struct trace_recording *recording = port->listener->context;
    if (recording->host && recording->host->kind->lines)
        recording->host->kind->lines(recording->host, lines);
    write_lines(recording, TRACE_END_MODULE, lines);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static void write_bytes(struct trace_recording *recording, enum trace_kind kind, const void *bytes,
                        size_t size)
{
    const struct trace_event event = {.time_us = now(recording),
                                      .kind = (uint8_t)kind,
                                      .bytes = bytes,
                                      .length = size,
                                      .rate = recording->host_bps};
    write_event(recording, &event);
}

static void on_host_bytes(struct bench_port *port, const void *bytes, size_t size)
{
    struct trace_recording *recording = port->listener->context;
    uint64_t now_us = bench_clock_us();
    if (!recording->module)
        return;
    pass_rate(recording, now_us);
    bench_port_write(recording->module, bytes, size, now_us);
    write_bytes(recording, TRACE_TO_MODULE, bytes, size);
    write_lost(recording, TRACE_END_MODULE, recording->module, &recording->module_loss, false);
}

static void on_module_bytes(struct bench_port *port, const void *bytes, size_t size)
{
    struct trace_recording *recording = port->listener->context;
    if (recording->host)
        bench_port_write(recording->host, bytes, size, bench_clock_us());
    write_bytes(recording, TRACE_TO_HOST, bytes, size);
    write_lost(recording, TRACE_END_HOST, recording->host, &recording->host_loss, false);
}

/* ---- ports that go and come ------------------------------------------------------------------ */

static bool open_host(struct trace_recording *recording, char *reterr_text, size_t capacity)
{
    char where[TRACE_WORD_MAX];
    recording->host_loss = (struct trace_loss){0};
    recording->host =
        bench_port_open(&recording->loop, recording->host_url, BENCH_PORT_SERVE,
                        recording->host_bps, &recording->host_listener, reterr_text, capacity);
    if (!recording->host)
        return false;
    recording->host->kind->describe(recording->host, where, sizeof where);
    write_port(recording, TRACE_END_HOST, "open", 0, where);
    return true;
}

static void on_reopen(void *context, uint64_t now_us)
{
    struct trace_recording *recording = context;
    char text[256];
    if (recording->host || recording->module->absent)
        return;
    if (open_host(recording, text, sizeof text))
        return;
    say(recording, text);
    bench_loop_at(&recording->loop, &recording->reopen, now_us + TRACE_REOPEN_US);
}

static void on_presence(struct bench_port *port, bool present)
{
    struct trace_recording *recording = port->listener->context;
    write_port(recording, TRACE_END_MODULE, present ? "back" : "lost", 0, NULL);
    if (present) {
        on_reopen(recording, bench_clock_us());
        return;
    }
    write_lost(recording, TRACE_END_HOST, recording->host, &recording->host_loss, true);
    bench_port_free(recording->host);
    recording->host = NULL;
    write_port(recording, TRACE_END_HOST, "closed", 0, NULL);
}

static void on_said(struct bench_port *port, const char *text)
{
    say(port->listener->context, text);
}

static void on_left(struct bench_port *port)
{
    write_port(port->listener->context, TRACE_END_HOST, "left", 0, NULL);
}

/* ---- the recording --------------------------------------------------------------------------- */

bool trace_recording_open(struct trace_recording *recording, char *reterr_text, size_t capacity)
{
    char where[TRACE_WORD_MAX];
    recording->began_us = bench_clock_us();
    recording->host_bps = recording->rate_bps;
    recording->host_listener = (struct bench_port_listener){.receive = on_host_bytes,
                                                            .lines = on_host_lines,
                                                            .left = on_left,
                                                            .said = on_said,
                                                            .context = recording};
    recording->module_listener = (struct bench_port_listener){.receive = on_module_bytes,
                                                              .lines = on_module_lines,
                                                              .said = on_said,
                                                              .presence = on_presence,
                                                              .context = recording};
    recording->poll = (struct bench_timer){.run = on_poll, .context = recording};
    recording->reopen = (struct bench_timer){.run = on_reopen, .context = recording};
    if (bench_loop_open(&recording->loop) != 0) {
        bench_port_error(reterr_text, capacity, "cannot wait for events", NULL);
        return false;
    }
    recording->module =
        bench_port_open(&recording->loop, recording->module_url, BENCH_PORT_OPEN,
                        recording->rate_bps, &recording->module_listener, reterr_text, capacity);
    if (!recording->module)
        return false;
    recording->module->kind->describe(recording->module, where, sizeof where);
    write_port(recording, TRACE_END_MODULE, "open", 0, where);
    if (!open_host(recording, reterr_text, capacity))
        return false;
    if (recording->host->kind->rate)
        bench_loop_at(&recording->loop, &recording->poll, bench_clock_us());
    trace_parts_flush(recording->parts);
    return true;
}

static void tell_trouble(struct trace_recording *recording)
{
    char text[TRACE_PATH_MAX + 128];
    if (!recording->parts->error || recording->told_trouble)
        return;
    recording->told_trouble = true;
    snprintf(text, sizeof text,
             "%s: the trace can't be written: %s; bytes still go through, but are lost to it",
             recording->parts->path, strerror(recording->parts->error));
    say(recording, text);
}

bool trace_recording_run(struct trace_recording *recording)
{
    while (!bench_signal() && !recording->loop.broken) {
        bench_loop_wait(&recording->loop,
                        recording->tick ? bench_clock_us() + TRACE_TICK_US : BENCH_NEVER);
        if (recording->tick)
            recording->tick(recording->context);
        trace_parts_flush(recording->parts);
        tell_trouble(recording);
    }
    return !recording->loop.broken;
}

void trace_recording_close(struct trace_recording *recording)
{
    write_lost(recording, TRACE_END_MODULE, recording->module, &recording->module_loss, true);
    write_lost(recording, TRACE_END_HOST, recording->host, &recording->host_loss, true);
    bench_port_free(recording->host);
    bench_port_free(recording->module);
    recording->host = recording->module = NULL;
    bench_loop_close(&recording->loop);
}
