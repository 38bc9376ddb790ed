/*
 * record.h - a bench with two ports: it sits between a host and a module that are not its own,
 * hands on what each sends and writes it down.
 *
 * Bytes go on before they are written down. The host's rate goes to the module's port before the
 * bytes that came after the change, and without any within RECORD_RATE_POLL_US. Modem lines go on
 * both ways. When the module's port is lost, the host's is closed until it is back, as the host
 * would see it without the recorder.
 */
#ifndef FOTARIG_HARNESS_TRACE_RECORD_H
#define FOTARIG_HARNESS_TRACE_RECORD_H

#include "harness/ports/port.h"
#include "harness/trace/rotating.h"

enum {
    TRACE_RATE_POLL_US = 5000,
    TRACE_REOPEN_US = 500000,
    TRACE_TICK_US = 250000,
    TRACE_LOSS_US = 100000,
    TRACE_URL_MAX = 512
};

struct trace_recording {
    /* Given: URLs as harness/ports/port.h has them; the caller's, they must outlive it. */
    const char *module_url, *host_url;
    uint32_t rate_bps; /* at first, until the host sets its own */
    /* Each for the user; may be NULL. */
    void (*say)(void *context, const char *text);
    /* Gets each event instead of the file; for what changes them on their way. */
    void (*take)(void *context, const struct trace_event *event);
    /* Is called after each turn, at least every TRACE_TICK_US; NULL: nobody is. */
    void (*tick)(void *context);
    void *context;
    struct trace_parts *parts; /* where events are flushed */
    /* Inner. */
    struct bench_loop loop;
    struct bench_port_listener host_listener, module_listener;
    struct bench_port *host, *module;
    struct bench_timer poll, reopen;
    uint64_t began_us;
    struct trace_loss {
        uint64_t known; /* of the port's lost bytes, how many are written down */
        uint64_t at_us; /* when that was */
    } host_loss, module_loss;
    uint32_t host_bps; /* as the host has set it last */
    bool told_trouble; /* that the trace can't be written */
};

/* Opens both ports. False with a message of one line. */
bool trace_recording_open(struct trace_recording *recording, char *reterr_text, size_t capacity);
/* Until a signal comes (bench_signals_catch()), or a port can't come back; false: then. */
bool trace_recording_run(struct trace_recording *recording);
void trace_recording_close(struct trace_recording *recording);

#endif
