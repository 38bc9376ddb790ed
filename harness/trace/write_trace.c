/* write_trace.c - events and headers as lines; no printf, no allocation on the way of an event. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/trace/fields.h"
#include "harness/trace/utf8.h"

enum { BUFFER_BYTES = 128 * 1024 };

/* ---- pieces of a line ----------------------------------------------------------------------- */

static char *put_text(char *at, const char *text, size_t length)
{
    memcpy(at, text, length);
    return at + length;
}

static char *put_whole(char *at, uint64_t value)
{
    char digits[20];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

/* Millionths as a number without zeros at its end. */
static char *put_speed(char *at, uint64_t millionths)
{
    uint64_t rest = millionths % TRACE_SPEED_ONE;
    at = put_whole(at, millionths / TRACE_SPEED_ONE);
    if (rest == 0)
        return at;
    *at++ = '.';
    for (uint64_t unit = TRACE_SPEED_ONE / 10; rest > 0; rest %= unit, unit /= 10)
        *at++ = (char)('0' + rest / unit);
    return at;
}

/* A byte that does not stand for itself in a JSON string. */
static char *put_escape(char *at, uint8_t byte)
{
    static const char hex[] = "0123456789abcdef";
    *at++ = '\\';
    switch (byte) {
    case '"':
    case '\\':
        *at++ = (char)byte;
        return at;
    case '\r':
        *at++ = 'r';
        return at;
    case '\n':
        *at++ = 'n';
        return at;
    case '\t':
        *at++ = 't';
        return at;
    default:
        at = put_text(at, "u00", 3);
        *at++ = hex[byte >> 4];
        *at++ = hex[byte & 15];
        return at;
    }
}

static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

static char *put_bytes(char *at, const uint8_t *bytes, size_t length)
{
    *at++ = '"';
    for (size_t i = 0; i < length; i++) {
        if (is_plain(bytes[i]))
            *at++ = (char)bytes[i];
        else
            at = put_escape(at, bytes[i]);
    }
    *at++ = '"';
    return at;
}

/* UTF-8 as it is; a byte that is none becomes U+FFFD. */
static char *put_word(char *at, const char *word, size_t limit)
{
    size_t length = strnlen(word, limit);
    const char *end = word + length;
    *at++ = '"';
    while (word < end) {
        uint8_t byte = (uint8_t)*word;
        uint32_t code;
        size_t size = byte < 0x80 ? 1 : trace_utf8_read(word, (size_t)(end - word), &code);
        if (size == 0)
            at = put_text(at, "\\ufffd", 6);
        else if (size == 1 && !is_plain(byte))
            at = put_escape(at, byte);
        else
            at = put_text(at, word, size);
        word += size ? size : 1;
    }
    *at++ = '"';
    return at;
}

static char *put_marks(char *at, uint8_t marks)
{
    char before = '[';
    for (unsigned i = 0; i < TRACE_MARK_COUNT; i++) {
        if (!(marks >> i & 1))
            continue;
        *at++ = before;
        before = ',';
        *at++ = '"';
        at = put_text(at, trace_mark_names[i].text, trace_mark_names[i].length);
        *at++ = '"';
    }
    *at++ = ']';
    return at;
}

/* ---- fields --------------------------------------------------------------------------------- */

static char *put_key(char *at, const struct trace_field *field)
{
    if (at[-1] != '{')
        *at++ = ',';
    *at++ = '"';
    at = put_text(at, field->key, field->key_length);
    return put_text(at, "\":", 2);
}

static char *put_name(char *at, const struct trace_name *name)
{
    *at++ = '"';
    at = put_text(at, name->text, name->length);
    *at++ = '"';
    return at;
}

#define EVENT_KEY(at, name) put_key(at, &trace_event_fields[TRACE_EVENT_FIELD_##name])

static char *put_whole_unless_0(char *at, const struct trace_field *field, uint64_t value)
{
    return value ? put_whole(put_key(at, field), value) : at;
}

static char *put_word_unless_empty(char *at, const struct trace_field *field, const char *word)
{
    return word && *word ? put_word(put_key(at, field), word, TRACE_WORD_MAX) : at;
}

size_t trace_format_event(const struct trace_event *event, uint32_t rate,
                          char buffer[TRACE_EVENT_LINE_MAX])
{
    const struct trace_field *fields = trace_event_fields;
    char *at = buffer;
    size_t length = event->length > TRACE_PIECE_MAX ? TRACE_PIECE_MAX : event->length;
    *at++ = '{';
    at = put_whole(EVENT_KEY(at, TIME), event->time_us);
    at = put_name(EVENT_KEY(at, KIND), &trace_kind_names[event->kind % TRACE_KIND_COUNT]);
    if (event->end)
        at = put_name(EVENT_KEY(at, END), &trace_end_names[event->end % TRACE_END_COUNT]);
    at = put_whole_unless_0(at, &fields[TRACE_EVENT_FIELD_CHANNEL], event->channel);
    at = put_word_unless_empty(at, &fields[TRACE_EVENT_FIELD_EVENT], event->event);
    at = put_whole_unless_0(at, &fields[TRACE_EVENT_FIELD_NUMBER], event->number);
    at = put_word_unless_empty(at, &fields[TRACE_EVENT_FIELD_DETAIL], event->detail);
    if (length > 0)
        at = put_bytes(EVENT_KEY(at, TEXT), event->bytes, length);
    if (trace_is_traffic(event->kind) && event->rate != rate)
        at = put_whole(EVENT_KEY(at, RATE), event->rate);
    if (event->marks)
        at = put_marks(EVENT_KEY(at, MARKS), event->marks);
    return (size_t)(put_text(at, "}\n", 2) - buffer);
}

size_t trace_format_header(const struct trace_header *header, char buffer[TRACE_HEADER_LINE_MAX])
{
    char *at = buffer;
    *at++ = '{';
    for (unsigned i = 0; i < TRACE_HEADER_FIELD_COUNT; i++) {
        const struct trace_field *field = &trace_header_fields[i];
        const char *member = (const char *)header + field->offset;
        uint64_t value = 0;
        if (field->type == TRACE_FIELD_ARRAY) {
            at = put_word_unless_empty(at, field, member);
            continue;
        }
        memcpy(&value, member, sizeof value);
        if (i == TRACE_HEADER_FIELD_VERSION && value == 0)
            value = TRACE_VERSION;
        if (field->type == TRACE_FIELD_SPEED && value)
            at = put_speed(put_key(at, field), value);
        else
            at = put_whole_unless_0(at, field, value);
    }
    return (size_t)(put_text(at, "}\n", 2) - buffer);
}

/* ---- the writer ----------------------------------------------------------------------------- */

bool trace_begin(struct trace_writer *writer, int descriptor, const struct trace_header *header)
{
    *writer = (struct trace_writer){.rate = (uint32_t)header->rate, .descriptor = descriptor};
    writer->buffer = malloc(BUFFER_BYTES);
    if (!writer->buffer)
        return false;
    writer->used = trace_format_header(header, writer->buffer);
    writer->byte_count = writer->used;
    return true;
}

static void write_line(struct trace_writer *writer, const struct trace_event *event)
{
    if (writer->used + TRACE_EVENT_LINE_MAX > BUFFER_BYTES)
        trace_flush(writer);
    size_t length = trace_format_event(event, writer->rate, writer->buffer + writer->used);
    writer->used += length;
    writer->byte_count += length;
}

void trace_write(struct trace_writer *writer, const struct trace_event *event)
{
    struct trace_event piece = *event;
    while (piece.length > TRACE_PIECE_MAX) {
        size_t left = piece.length - TRACE_PIECE_MAX;
        piece.length = TRACE_PIECE_MAX;
        write_line(writer, &piece);
        piece.bytes += TRACE_PIECE_MAX;
        piece.length = left;
    }
    write_line(writer, &piece);
}

bool trace_flush(struct trace_writer *writer)
{
    size_t done = 0;
    while (done < writer->used && !writer->error) {
        ssize_t count = write(writer->descriptor, writer->buffer + done, writer->used - done);
        if (count >= 0)
            done += (size_t)count;
        else if (errno != EINTR)
            writer->error = errno;
    }
    writer->used = 0;
    return !writer->error;
}

bool trace_finish(struct trace_writer *writer)
{
    bool good = trace_flush(writer);
    free(writer->buffer);
    writer->buffer = NULL;
    return good;
}
