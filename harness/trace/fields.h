/* fields.h - the keys of headers and events as rows, for parser, writer and schema. */
#ifndef FOTARIG_HARNESS_TRACE_FIELDS_H
#define FOTARIG_HARNESS_TRACE_FIELDS_H

#include "harness/trace/trace.h"

enum trace_field_type {
    TRACE_FIELD_WHOLE, /* of `size` bytes, up to `limit` */
    TRACE_FIELD_SPEED, /* uint64_t, millionths */
    TRACE_FIELD_WORD,  /* const char * */
    TRACE_FIELD_ARRAY, /* char[TRACE_HEADER_WORD_BYTES] */
    TRACE_FIELD_BYTES, /* `bytes` and `length` of an event, as characters */
    TRACE_FIELD_HEX,   /* the same, as hex digits */
    TRACE_FIELD_KIND,
    TRACE_FIELD_END,
    TRACE_FIELD_MARKS
};

struct trace_field {
    const char *key;
    const char *what;
    uint64_t limit;
    uint16_t offset; /* in struct trace_header or struct trace_event */
    uint16_t size;   /* of a WHOLE */
    uint8_t key_length;
    uint8_t type;
};

enum trace_event_field {
#define X(name, member, key, type, limit, what) TRACE_EVENT_FIELD_##name,
    TRACE_EVENT_KEYS(X)
#undef X
        TRACE_EVENT_FIELD_COUNT
};
enum trace_header_field {
#define X(name, member, key, type, limit, what) TRACE_HEADER_FIELD_##name,
    TRACE_HEADER_KEYS(X)
#undef X
        TRACE_HEADER_FIELD_COUNT
};

extern const struct trace_field trace_event_fields[TRACE_EVENT_FIELD_COUNT];
extern const struct trace_field trace_header_fields[TRACE_HEADER_FIELD_COUNT];

/* A name of a table with its length. */
struct trace_name {
    const char *text;
    size_t length;
};
extern const struct trace_name trace_kind_names[TRACE_KIND_COUNT];
extern const struct trace_name trace_end_names[TRACE_END_COUNT];
extern const struct trace_name trace_mark_names[TRACE_MARK_COUNT];

#endif
