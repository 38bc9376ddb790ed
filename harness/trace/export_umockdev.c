/*
 * export_umockdev.c - a trace as a script of umockdev: what the host is to write, and what it reads
 * then.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "harness/trace/export_parts.h"

enum { PIECE_PAUSE_MS = 50 /* what the host writes within is one command */ };

struct umockdev {
    uint64_t now_ms; /* of the last bytes */
    char now;        /* the record that is open: 'r', 'w'; 0 = none */
    uint8_t last;    /* its last byte */
};

static void *begin(struct trace_export *export)
{
    struct umockdev *state = calloc(1, sizeof *state);
    if (state)
        fprintf(export->out, "d 0 %s\n", export->device);
    return state;
}

/* A control as ^ and its letter; ^ itself is ^`. */
static void put_byte(FILE *out, uint8_t byte)
{
    if (byte < 0x20 || byte == '^')
        putc('^', out);
    putc(byte < 0x20 ? byte + '@' : byte == '^' ? '`' : byte, out);
}

/* A command that came in pieces is waited for whole; what the host reads comes as it came. */
static bool goes_on(const struct umockdev *state, char kind, uint64_t time_ms)
{
    if (state->now != kind)
        return false;
    if (kind == 'r')
        return state->now_ms == time_ms;
    return state->last != '\r' || time_ms - state->now_ms < PIECE_PAUSE_MS;
}

static void take_event(struct trace_export *export, void *memory, const struct trace_event *event)
{
    struct umockdev *state = memory;
    uint64_t time_ms = (event->time_us + 500) / 1000;
    char kind = event->kind == TRACE_TO_MODULE ? 'w' : 'r';
    if (!trace_is_traffic(event->kind) || event->channel || event->length == 0)
        return;
    if (!goes_on(state, kind, time_ms))
        fprintf(export->out, "%s%c %" PRIu64 " ", state->now ? "\n" : "", kind,
                time_ms - state->now_ms);
    state->now = kind;
    state->now_ms = time_ms;
    state->last = event->bytes[event->length - 1];
    for (size_t i = 0; i < event->length; i++)
        put_byte(export->out, event->bytes[i]);
}

static void end(struct trace_export *export, void *memory)
{
    struct umockdev *state = memory;
    if (state->now)
        putc('\n', export->out);
    free(state);
}

const struct trace_exporter trace_export_umockdev = {begin, take_event, end};
