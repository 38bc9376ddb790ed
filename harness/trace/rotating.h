/*
 * rotating.h - a trace in several files: a new one begins when the last is long enough, and the
 * oldest go, for recordings of weeks. One after the other they are the whole trace.
 */
#ifndef FOTARIG_HARNESS_TRACE_ROTATING_H
#define FOTARIG_HARNESS_TRACE_ROTATING_H

#include "harness/trace/trace.h"

enum { TRACE_PATH_MAX = 1024 };

struct trace_parts {
    const char *path;      /* of the caller: "log.jsonl"; parts are "log.0001.jsonl" */
    uint64_t rotate_bytes; /* a part is at most a line longer; 0 = one file, which is `path` */
    uint32_t keep;         /* so many parts, the newest; 0 = all */
    struct trace_header header;
    struct trace_writer writer;
    int descriptor; /* -1 = none is open */
    int error;      /* errno of what could not be written; 0 = all was */
};

/* Begins the first part; false with errno set. `path` must outlive it. */
bool trace_parts_begin(struct trace_parts *parts, const char *path, uint64_t rotate_bytes,
                       uint32_t keep, const struct trace_header *header);
void trace_parts_write(struct trace_parts *parts, const struct trace_event *event);
/* Hands what was taken to the system: no kill loses it. Goes to the next part when it is time. */
void trace_parts_flush(struct trace_parts *parts);
/* False when anything could not be written (parts->error). */
bool trace_parts_finish(struct trace_parts *parts);

/* The name of part `number`. */
void trace_part_path(const char *path, uint32_t number, char ret_path[TRACE_PATH_MAX]);

#endif
