/* read.c - a trace line by line, in a buffer of constant size. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/trace/parse.h"

enum { BUFFER_BYTES = 256 * 1024 };

enum line_result { LINE, LINE_END, LINE_TOO_LONG, LINE_FAILED };

/* ---- where bytes come from ------------------------------------------------------------------- */

static long read_descriptor(void *context, void *buffer, size_t size)
{
    struct trace_reader *reader = context;
    ssize_t count;
    do
        count = read(reader->descriptor, buffer, size);
    while (count < 0 && errno == EINTR);
    return (long)count;
}

static long read_memory(void *context, void *buffer, size_t size)
{
    struct trace_reader *reader = context;
    size_t count = size < reader->memory_left ? size : reader->memory_left;
    if (count > 0)
        memcpy(buffer, reader->memory, count);
    reader->memory += count;
    reader->memory_left -= count;
    return (long)count;
}

static bool say(struct trace_reader *reader, const char *text)
{
    reader->error.column = 1;
    snprintf(reader->error.text, sizeof reader->error.text, "%s", text);
    return false;
}

/* Room for more behind `end`, and for one byte behind that. */
static bool make_room(struct trace_reader *reader)
{
    size_t used = reader->end - reader->begin;
    if (reader->begin > 0) {
        memmove(reader->buffer, reader->buffer + reader->begin, used);
        reader->begin = 0;
        reader->end = used;
    }
    if (used + 1 < reader->capacity)
        return true;
    char *buffer = realloc(reader->buffer, 2 * reader->capacity);
    if (!buffer)
        return say(reader, "no memory for the line");
    reader->buffer = buffer;
    reader->capacity *= 2;
    return true;
}

static bool fill(struct trace_reader *reader)
{
    if (!make_room(reader))
        return false;
    long count = reader->read(reader->context, reader->buffer + reader->end,
                              reader->capacity - 1 - reader->end);
    if (count < 0) {
        snprintf(reader->error.text, sizeof reader->error.text, "can't be read: %s",
                 strerror(errno));
        return false;
    }
    reader->end += (size_t)count;
    reader->at_end = count == 0;
    return true;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Throws the rest of a line away that is too long. */
static enum line_result skip_line(struct trace_reader *reader)
{
    for (;;) {
        char *from = reader->buffer + reader->begin;
        char *newline = memchr(from, '\n', reader->end - reader->begin);
        reader->begin = newline ? (size_t)(newline + 1 - reader->buffer) : reader->end;
        if (newline || reader->at_end)
            return LINE_TOO_LONG;
        if (!fill(reader))
            return LINE_FAILED;
    }
}

/* Takes the next line out of the buffer: [*ret_line, *ret_end), a newline or the end behind it. */
static enum line_result take_line(struct trace_reader *reader, char **ret_line, char **ret_end)
{
    size_t looked = 0;
    reader->error.line++;
    for (;;) {
        size_t left = reader->end - reader->begin;
        char *from = reader->buffer + reader->begin;
        char *newline = memchr(from + looked, '\n', left - looked);
        if (newline || (reader->at_end && left > 0)) {
            *ret_line = from;
            *ret_end = newline ? newline : from + left;
            reader->cut = !newline;
            reader->begin = newline ? (size_t)(newline + 1 - reader->buffer) : reader->end;
            return LINE;
        }
        if (reader->at_end)
            return LINE_END;
        if (left > TRACE_LINE_MAX)
            return skip_line(reader);
        looked = left;
        if (!fill(reader))
            return LINE_FAILED;
    }
}

static bool is_blank(const char *line, const char *end)
{
    while (line < end && (*line == ' ' || *line == '\t' || *line == '\r'))
        line++;
    return line == end;
}

/* ---- the reader ------------------------------------------------------------------------------ */

static enum trace_result take_event(struct trace_reader *reader, struct trace_event *event)
{
    if (event->time_us < reader->last_us) {
        snprintf(reader->error.text, sizeof reader->error.text,
                 "\"us\" goes back from %llu to %llu; events stand in the order of their times",
                 (unsigned long long)reader->last_us, (unsigned long long)event->time_us);
        reader->error.column = 1;
        return TRACE_BAD;
    }
    reader->cut = false;
    reader->last_us = event->time_us;
    reader->event_count++;
    return TRACE_EVENT;
}

enum trace_result trace_next(struct trace_reader *reader, struct trace_event *ret_event)
{
    char *line, *end;
    for (;;) {
        enum line_result result = take_line(reader, &line, &end);
        if (result == LINE_END)
            return TRACE_END;
        if (result == LINE_FAILED)
            return TRACE_FAILED;
        if (result == LINE_TOO_LONG) {
            say(reader, "the line is longer than 1 MiB; this is no trace, or a broken one");
            return TRACE_BAD;
        }
        if (is_blank(line, end))
            continue;
        switch (trace_parse_line(line, end, ret_event, &reader->header, &reader->error)) {
        case TRACE_LINE_EVENT:
            return take_event(reader, ret_event);
        case TRACE_LINE_HEADER:
            reader->cut = false;
            continue;
        default:
            return reader->cut ? TRACE_END : TRACE_BAD;
        }
    }
}

static bool begin_reading(struct trace_reader *reader)
{
    char *line, *end;
    struct trace_event event;
    reader->capacity = BUFFER_BYTES;
    reader->buffer = malloc(reader->capacity);
    if (!reader->buffer)
        return say(reader, "no memory");
    enum line_result result;
    do
        result = take_line(reader, &line, &end);
    while (result == LINE && is_blank(line, end));
    if (result == LINE_FAILED)
        return false;
    if (result == LINE_END)
        return say(reader, "the file is empty; a trace begins with its header");
    if (result == LINE && end - line > 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
        line += 3; /* an editor's mark of UTF-8 */
    if (result == LINE_TOO_LONG || !trace_is_trace(line, (size_t)(end - line)))
        return say(reader, "no trace: the first line is not {\"fotarig-trace\":1,...}; a log of "
                           "another program becomes one with `fotarig import`");
    reader->cut = false;
    return trace_parse_line(line, end, &event, &reader->header, &reader->error) ==
           TRACE_LINE_HEADER;
}

static bool open_reader(struct trace_reader *reader)
{
    bool good = begin_reading(reader);
    if (!good)
        trace_close(reader);
    return good;
}

bool trace_open(struct trace_reader *reader, int descriptor)
{
    *reader =
        (struct trace_reader){.read = read_descriptor, .context = reader, .descriptor = descriptor};
    return open_reader(reader);
}

bool trace_open_memory(struct trace_reader *reader, const void *bytes, size_t size)
{
    *reader = (struct trace_reader){
        .read = read_memory, .context = reader, .memory = bytes, .memory_left = size};
    return open_reader(reader);
}

bool trace_open_source(struct trace_reader *reader, trace_read_function *read, void *context)
{
    *reader = (struct trace_reader){.read = read, .context = context};
    return open_reader(reader);
}

void trace_close(struct trace_reader *reader)
{
    free(reader->buffer);
    reader->buffer = NULL;
    reader->begin = reader->end = 0;
    reader->at_end = true;
}

bool trace_is_trace(const void *bytes, size_t size)
{
    static const char first[] = "\"fotarig-trace\"";
    const char *at = bytes, *end = at + size;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    if (at == end || *at++ != '{')
        return false;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return (size_t)(end - at) >= sizeof first - 1 && memcmp(at, first, sizeof first - 1) == 0;
}
