/* export_parts.h - what the exports share: a table row each, and pieces put together to lines. */
#ifndef FOTARIG_HARNESS_TRACE_EXPORT_PARTS_H
#define FOTARIG_HARNESS_TRACE_EXPORT_PARTS_H

#include "harness/trace/export.h"

/* A format. `begin` returns what the others get, NULL: no memory; `end` frees it. */
struct trace_exporter {
    void *(*begin)(struct trace_export *export);
    void (*event)(struct trace_export *export, void *state, const struct trace_event *event);
    void (*end)(struct trace_export *export, void *state);
};

extern const struct trace_exporter trace_export_text, trace_export_pcapng, trace_export_vcd,
    trace_export_lanes, trace_export_umockdev;

/*
 * Pieces of a direction as lines: one ends with its CR (to the module) or LF (to the host), at a
 * prompt, at a change of direction, mark or channel, after a pause, or when it is long.
 */
enum { TRACE_LINE_BYTES = 240, TRACE_LINE_PAUSE_US = 100000 };

struct trace_lines {
    void (*told)(void *context, const struct trace_event *line); /* time: of its last byte */
    void *context;
    struct trace_event line; /* kind, channel, marks; length 0: nothing is waiting */
    uint64_t began_us;
    uint8_t bytes[TRACE_LINE_BYTES];
};

/* Takes an event; those that are no traffic are told as they are, behind what waits. */
void trace_lines_take(struct trace_lines *lines, const struct trace_event *event);
void trace_lines_end(struct trace_lines *lines);

/* "module phase 4 restore-modem": an event that is no traffic, in words; its text escaped. */
size_t trace_describe(const struct trace_event *event, char *buffer, size_t capacity);
/* "inferred, damaged"; "" when it has none. */
size_t trace_describe_marks(uint8_t marks, char *buffer, size_t capacity);

#endif
