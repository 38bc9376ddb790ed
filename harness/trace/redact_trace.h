/*
 * redact_trace.h - a trace without what tells whose it is, event by event: what is torn over
 * several reads is put together before the rules see it, and stays in its pieces.
 *
 * Events are held back until every direction is at the end of a line, so constant memory is enough.
 */
#ifndef FOTARIG_HARNESS_TRACE_REDACT_TRACE_H
#define FOTARIG_HARNESS_TRACE_REDACT_TRACE_H

#include "harness/trace/redact.h"
#include "harness/trace/trace.h"

enum {
    TRACE_HELD_BYTES = 256 * 1024, /* so much is held back at most; then what there is goes on */
    TRACE_HELD_EVENTS = 8192,
    TRACE_HELD_STREAMS = 16 /* two directions, eight ports of a module */
};

struct trace_held_event {
    struct trace_event event;
    size_t bytes, words_event, words_detail; /* offsets in the room */
};

struct trace_redaction {
    struct trace_redactor redactor;
    /* Gets the events; they are valid during the call. */
    void (*give)(void *context, const struct trace_event *event);
    void *context;
    /* Inner. */
    struct trace_held_event *held; /* owned */
    uint8_t *room, *joined;        /* owned; each of TRACE_HELD_BYTES */
    size_t held_count, room_used;
    uint16_t unfinished; /* bit n: stream n is within a line */
};

/* Set redactor, give and context, and then this. False: no memory. */
bool trace_redaction_begin(struct trace_redaction *redaction);
void trace_redaction_take(struct trace_redaction *redaction, const struct trace_event *event);
/* Gives what is held back, finished or not. */
void trace_redaction_flush(struct trace_redaction *redaction);
/* The same, and frees. */
void trace_redaction_end(struct trace_redaction *redaction);

/* The words of a header, in place. */
void trace_redact_header(struct trace_redactor *redactor, struct trace_header *header);

#endif
