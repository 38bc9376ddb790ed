/* at_line.h - what the two halves of the AT engine know of each other. Private to it. */
#ifndef FOTARIG_CORE_AT_LINE_H
#define FOTARIG_CORE_AT_LINE_H

#include "core/at.h"

enum at_mode {
    AT_MODE_IDLE,
    AT_MODE_COMMAND, /* a command waits for its result */
    AT_MODE_PROBE,   /* a try of at_synchronise() waits for OK */
    AT_MODE_QUIET    /* OK came, but it may have been an older one: silence must follow */
};

/* An answer with raw bytes. */
enum at_raw {
    AT_RAW_NONE,
    AT_RAW_WAIT,     /* lines; the header, or the mark where the framing is not known */
    AT_RAW_LINE_END, /* the header's LF */
    AT_RAW_SKIP,     /* what this module sends before raw bytes */
    AT_RAW_BYTES
};

enum at_framing { AT_FRAMING_UNKNOWN, AT_FRAMING_HEADER, AT_FRAMING_BARE };

/* A line ends at either. */
static inline bool at_is_line_end(char byte)
{
    return byte == '\r' || byte == '\n';
}

/* The line in the buffer stands before raw bytes. */
void at_take_header(struct at_engine *at, size_t length);

/* Returns how many bytes belong to the raw part of an answer; *ret_event tells of raw bytes. */
size_t at_take_raw(struct at_engine *at, const char *data, size_t size, struct at_event *ret_event);

/* What the line in the buffer is; returns whether *ret_event was filled. */
bool at_tell_apart(struct at_engine *at, size_t length, uint64_t now_us,
                   struct at_event *ret_event);

/* The running command is over; fills *ret_event. */
void at_end(struct at_engine *at, enum at_event_kind kind, enum at_result result,
            struct at_event *ret_event);

#endif
