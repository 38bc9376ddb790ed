/* host_replay.c - plays a recorded host to a module. */
#include "harness/trace/host_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "harness/trace/kept_replay.h"

/* For a result that had come, it is waited so much longer than recorded. */
enum { PATIENCE_US = 90000000, TAIL_US = 2000000 };

/* Bytes that the host sent, and what had happened before. */
struct sending {
    size_t piece;
    uint32_t results;  /* that had come; prompts and boots too */
    uint64_t pause_us; /* since the last of them, or since it sent last */
    uint64_t gap_us;   /* since it sent last */
};

struct host_replay {
    struct trace_log own; /* of host_replay_open() */
    const struct trace_log *log;
    struct sending *sendings;
    size_t count, next;
    uint32_t results, all_results;
    uint64_t tail_us; /* how long the trace goes on behind what was sent last */
    uint64_t sent_at_us, heard_at_us;
    bool starts_later;
    size_t taken; /* bytes of the next piece that went out */
    struct tap tap;
};

static struct host_replay *end_of(const struct bench_run *run)
{
    return run->host_context;
}

/* ---- what had happened before -----------------------------------------------------------------
 */

/* What a host waits for: results, prompts, a module that is up again. */
static bool is_awaited(const struct tap_event *event)
{
    return event->kind == TAP_RESULT || event->kind == TAP_PROMPT || event->kind == TAP_BOOT;
}

static void count_result(void *context, const struct tap_event *event)
{
    uint32_t *results = context;
    *results += is_awaited(event);
}

/* Can it be sent? What is not known of a command can't. */
static bool is_sendable(const struct trace_piece *piece)
{
    return piece->kind == TRACE_TO_MODULE && piece->length > 0 && !(piece->marks & TRACE_OPEN);
}

static void plan(struct host_replay *host)
{
    struct tap tap = {0};
    uint64_t heard_us = 0, sent_us = 0, last_us = 0;
    uint32_t results = 0;
    for (size_t i = 0; i < host->log->count; i++) {
        const struct trace_piece *piece = &host->log->pieces[i];
        const uint8_t *bytes = trace_log_bytes(host->log, piece);
        uint32_t before = results;
        if (piece->kind == TRACE_TO_HOST || piece->kind == TRACE_TO_MODULE)
            last_us = piece->time_us;
        if (piece->kind == TRACE_TO_HOST)
            tap_feed(&tap, TAP_TO_HOST, bytes, piece->length, piece->time_us, count_result,
                     &results);
        if (results > before)
            heard_us = piece->time_us;
        if (piece->kind == TRACE_TO_MODULE)
            tap_feed(&tap, TAP_TO_MODULE, bytes, piece->length, piece->time_us, NULL, NULL);
        if (!is_sendable(piece))
            continue;
        uint64_t since_us = heard_us > sent_us ? heard_us : sent_us;
        host->sendings[host->count++] = (struct sending){.piece = i,
                                                         .results = results,
                                                         .pause_us = piece->time_us - since_us,
                                                         .gap_us = piece->time_us - sent_us};
        sent_us = piece->time_us;
    }
    host->all_results = results;
    host->tail_us = last_us - sent_us + TAIL_US;
}

bool host_replay_use(struct bench_run *run, const struct trace_log *log)
{
    struct host_replay *host = calloc(1, sizeof *host);
    struct sending *sendings = calloc(log->count + 1, sizeof *sendings);
    if (!host || !sendings) {
        free(host);
        free(sendings);
        return false;
    }
    host->log = log;
    host->sendings = sendings;
    plan(host);
    run->host = &replay_host;
    run->host_context = host;
    return true;
}

bool host_replay_open(struct bench_run *run, const char *path, char *reterr_text,
                      size_t reterr_capacity)
{
    struct trace_log log;
    if (!trace_log_load(&log, path, reterr_text, reterr_capacity))
        return false;
    if (!host_replay_use(run, &log)) {
        snprintf(reterr_text, reterr_capacity, "not enough memory");
        trace_log_done(&log);
        return false;
    }
    struct host_replay *host = end_of(run);
    host->own = log;
    host->log = &host->own;
    return true;
}

void host_replay_close(struct bench_run *run)
{
    struct host_replay *host = end_of(run);
    run->host = &bench_host_core;
    run->host_context = NULL;
    if (!host)
        return;
    trace_log_done(&host->own);
    free(host->sendings);
    free(host);
}

/* ---- the end --------------------------------------------------------------------------------- */

static bool start(struct bench_run *run)
{
    struct host_replay *host = end_of(run);
    host->next = host->taken = 0;
    host->results = 0;
    host->sent_at_us = run->one->host.start_after_us;
    host->heard_at_us = 0;
    host->starts_later = host->sent_at_us > 0;
    host->tap = (struct tap){0};
    run->world.host_at_us = 0;
    run->world.host = (struct bench_host){.restart_at_us = BENCH_NEVER,
                                          .request_at_us = BENCH_NEVER,
                                          .baud_bps = run->one->host.baud_bps};
    return true;
}

/* When the next bytes go out. */
static uint64_t due(const struct host_replay *host)
{
    if (host->next == host->count)
        return BENCH_NEVER;
    const struct sending *sending = &host->sendings[host->next];
    uint64_t since_us = host->heard_at_us > host->sent_at_us ? host->heard_at_us : host->sent_at_us;
    if (host->results >= sending->results)
        return since_us + sending->pause_us;
    return host->sent_at_us + sending->gap_us + PATIENCE_US;
}

static void on_told(void *context, const struct tap_event *event)
{
    struct host_replay *host = context;
    bool begun = host->next > 0 || host->taken > 0;
    if (!is_awaited(event) || (event->kind == TAP_BOOT && !begun && host->starts_later))
        return; /* the boot before a host that starts later is not in its trace */
    host->results++;
    host->heard_at_us = event->at_us;
}

static void receive(struct bench_run *run, const uint8_t *bytes, size_t size, uint32_t baud_bps)
{
    struct host_replay *host = end_of(run);
    (void)baud_bps;
    tap_feed(&host->tap, TAP_TO_HOST, bytes, size, run->world.now_us, on_told, host);
}

static size_t transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                       uint32_t *ret_baud_bps)
{
    struct host_replay *host = end_of(run);
    *ret_baud_bps = run->world.host.baud_bps;
    if (due(host) > run->world.now_us)
        return 0;
    const struct trace_piece *piece = &host->log->pieces[host->sendings[host->next].piece];
    size_t left = piece->length - host->taken, size = left < capacity ? left : capacity;
    memcpy(buffer, trace_log_bytes(host->log, piece) + host->taken, size);
    tap_feed(&host->tap, TAP_TO_MODULE, buffer, size, run->world.now_us, NULL, NULL);
    host->taken += size;
    if (host->taken == piece->length) {
        /* What did not come is not waited for again. */
        if (host->results < host->sendings[host->next].results)
            host->results = host->sendings[host->next].results;
        host->taken = 0;
        host->next++;
        host->sent_at_us = run->world.now_us;
    }
    return size;
}

static uint64_t advance(struct bench_run *run)
{
    struct host_replay *host = end_of(run);
    uint64_t due_us = due(host);
    if (host->next == host->count)
        return run->world.now_us < host->sent_at_us + host->tail_us
                   ? host->sent_at_us + host->tail_us
                   : BENCH_NEVER;
    return due_us > run->world.now_us ? due_us : run->world.now_us + 1;
}

static bool is_over(const struct bench_run *run)
{
    const struct host_replay *host = end_of(run);
    return host->next == host->count && run->world.now_us >= host->sent_at_us + host->tail_us;
}

/* It claims nothing, so no rule about claims holds against it. */
static void observe(const struct bench_run *run, struct scenario_observed *observed)
{
    observed->finished = is_over(run);
    observed->result.outcome = FOTA_OUTCOME_NEEDS_SERVICE;
}

static void finish(struct bench_run *run)
{
    (void)run;
}

static void describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    snprintf(buffer, capacity, "replay of %s", end_of(run)->log->header.subject);
}

static void reset(struct bench_run *run, uint64_t down_us, bool forgets)
{
    (void)forgets;
    struct host_replay *host = end_of(run);
    host->sent_at_us += down_us;
    bench_run_touch(run, BENCH_TO_HOST);
}

static void cancel(struct bench_run *run)
{
    struct host_replay *host = end_of(run);
    host->next = host->count;
}

static uint64_t board_next(const struct bench_run *run)
{
    (void)run;
    return BENCH_NEVER;
}

const struct bench_end replay_host = {.name = "replay",
                                      .line_end = '\r',
                                      .start = start,
                                      .receive = receive,
                                      .transmit = transmit,
                                      .advance = advance,
                                      .observe = observe,
                                      .finish = finish,
                                      .describe = describe,
                                      .is_over = is_over,
                                      .reset = reset,
                                      .cancel = cancel,
                                      .board_next = board_next,
                                      .board_run = finish};
