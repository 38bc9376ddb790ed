/*
 * fuzz_trace.c - the reader of traces under libFuzzer: any file ends in events or messages, whole
 * and byte by byte alike, and what was read is read again as it was written.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/trace/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct drip {
    const uint8_t *at;
    size_t left;
};

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static long read_drip(void *context, void *buffer, size_t size)
{
    struct drip *drip = context;
    demand(size > 0);
    if (drip->left == 0)
        return 0;
    *(uint8_t *)buffer = *drip->at++;
    drip->left--;
    return 1;
}

static void check_same(const struct trace_event *event, const struct trace_event *other)
{
    demand(event->time_us == other->time_us && event->kind == other->kind);
    demand(event->end == other->end && event->marks == other->marks);
    demand(event->channel == other->channel && event->number == other->number);
    demand(event->rate == other->rate);
    demand(strcmp(event->event, other->event) == 0 && strcmp(event->detail, other->detail) == 0);
    demand(event->length == other->length);
    demand(event->length == 0 || memcmp(event->bytes, other->bytes, event->length) == 0);
}

/* Written and read again, what fits into a line is the same. */
static void check_written(const struct trace_header *header, const struct trace_event *event)
{
    static char file[TRACE_HEADER_LINE_MAX + TRACE_EVENT_LINE_MAX];
    struct trace_reader reader;
    struct trace_event again;
    if (event->length > TRACE_PIECE_MAX || strlen(event->event) > TRACE_WORD_MAX ||
        strlen(event->detail) > TRACE_WORD_MAX)
        return;
    size_t size = trace_format_header(header, file);
    demand(size <= TRACE_HEADER_LINE_MAX);
    size_t length = trace_format_event(event, (uint32_t)header->rate, file + size);
    demand(length <= TRACE_EVENT_LINE_MAX);
    demand(trace_open_memory(&reader, file, size + length));
    demand(memcmp(&reader.header, header, sizeof *header) == 0);
    demand(trace_next(&reader, &again) == TRACE_EVENT);
    check_same(event, &again);
    demand(trace_next(&reader, &again) == TRACE_END && !reader.cut);
    trace_close(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trace_reader whole, bytewise;
    struct trace_event event, other;
    struct drip drip = {.at = data, .left = size};
    enum trace_result result;
    bool opened = trace_open_memory(&whole, data, size);
    demand(opened == trace_open_source(&bytewise, read_drip, &drip));
    demand(whole.error.line == bytewise.error.line &&
           strcmp(whole.error.text, bytewise.error.text) == 0);
    if (!opened)
        return 0;
    do {
        result = trace_next(&whole, &event);
        demand(result == trace_next(&bytewise, &other) && result != TRACE_FAILED);
        demand(whole.error.line == bytewise.error.line);
        if (result == TRACE_EVENT) {
            check_same(&event, &other);
            check_written(&whole.header, &event);
        } else if (result == TRACE_BAD) {
            demand(whole.error.column > 0 && whole.error.text[0]);
            demand(strcmp(whole.error.text, bytewise.error.text) == 0);
        }
    } while (result != TRACE_END);
    trace_close(&whole);
    trace_close(&bytewise);
    return 0;
}
