/* table.c - the names and keys of the format, made of the tables in trace.h. */
#include "harness/trace/fields.h"

#define ROW(base, type_word, member, key, limit, what)                                             \
    {                                                                                              \
        key, what, limit, offsetof(base, member), sizeof(((base *)0)->member), sizeof key - 1,     \
            type_word                                                                              \
    }

const struct trace_field trace_event_fields[TRACE_EVENT_FIELD_COUNT] = {
#define X(name, member, key, type, limit, what)                                                    \
    ROW(struct trace_event, TRACE_FIELD_##type, member, key, limit, what),
    TRACE_EVENT_KEYS(X)
#undef X
};

/* Words of a header lie in it. */
#define IN_HEADER_WHOLE TRACE_FIELD_WHOLE
#define IN_HEADER_SPEED TRACE_FIELD_SPEED
#define IN_HEADER_WORD  TRACE_FIELD_ARRAY

const struct trace_field trace_header_fields[TRACE_HEADER_FIELD_COUNT] = {
#define X(name, member, key, type, limit, what)                                                    \
    ROW(struct trace_header, IN_HEADER_##type, member, key, limit, what),
    TRACE_HEADER_KEYS(X)
#undef X
};

const struct trace_name trace_kind_names[TRACE_KIND_COUNT] = {
#define X(name, text, what) {text, sizeof text - 1},
    TRACE_KINDS(X)
#undef X
};

const struct trace_name trace_end_names[TRACE_END_COUNT] = {
#define X(name, text) {text, sizeof text - 1},
    TRACE_ENDS(X)
#undef X
};

const struct trace_name trace_mark_names[TRACE_MARK_COUNT] = {
#define X(name, text, what) {text, sizeof text - 1},
    TRACE_MARKS(X)
#undef X
};

const char *trace_kind_name(unsigned kind)
{
    return kind < TRACE_KIND_COUNT ? trace_kind_names[kind].text : "?";
}

const char *trace_end_name(unsigned end)
{
    return end < TRACE_END_COUNT ? trace_end_names[end].text : "?";
}

const char *trace_mark_name(unsigned number)
{
    return number < TRACE_MARK_COUNT ? trace_mark_names[number].text : "?";
}
