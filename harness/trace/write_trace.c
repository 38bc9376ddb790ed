/* write_trace.c - events and headers as lines; no printf, no allocation on the way of an event. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/trace/fields.h"
#include "harness/trace/utf8.h"

enum {
    BUFFER_BYTES = 96 * 1024, /* less than what malloc() maps for itself: a trace each 200 us */
    HEX_BYTES_MIN = 16 /* fewer are always text: a few control characters are easier to read so */
};

/* ---- pieces of a line ----------------------------------------------------------------------- */

static inline char *put_text(char *at, const char *text, size_t length)
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

/* What stands behind the backslash for a byte; 0: it stands for itself; u: four hex digits. */
static const char escape_letters[256] = {
#define U4(b)  [b] = 'u', [(b) + 1] = 'u', [(b) + 2] = 'u', [(b) + 3] = 'u'
#define U16(b) U4(b), U4((b) + 4), U4((b) + 8), U4((b) + 12)
    U4(0x00),      U4(0x04),     [0x08] = 'u', ['\t'] = 't', ['\n'] = 'n', [0x0b] = 'u',
    [0x0c] = 'u',  ['\r'] = 'r', [0x0e] = 'u', [0x0f] = 'u', U16(0x10),    ['"'] = '"',
    ['\\'] = '\\', [0x7f] = 'u', U16(0x80),    U16(0x90),    U16(0xa0),    U16(0xb0),
    U16(0xc0),     U16(0xd0),    U16(0xe0),    U16(0xf0),
#undef U16
#undef U4
};

static char *put_byte(char *at, uint8_t byte)
{
    static const char hex[] = "0123456789abcdef";
    char letter = escape_letters[byte];
    if (!letter) {
        *at++ = (char)byte;
        return at;
    }
    *at++ = '\\';
    *at++ = letter;
    if (letter != 'u')
        return at;
    at = put_text(at, "00", 2);
    *at++ = hex[byte >> 4];
    *at++ = hex[byte & 15];
    return at;
}

static char *put_bytes(char *at, const uint8_t *bytes, size_t length)
{
    *at++ = '"';
    for (size_t i = 0; i < length; i++)
        at = put_byte(at, bytes[i]);
    *at++ = '"';
    return at;
}

/* Whether an escape for each byte that is no text would make more of it than hex digits. */
static bool is_data(const uint8_t *bytes, size_t length)
{
    size_t escaped = 0;
    if (length < HEX_BYTES_MIN)
        return false;
    for (size_t i = 0; i < length; i++)
        escaped += bytes[i] >= 0x7f || (bytes[i] < 0x20 && bytes[i] != '\r' && bytes[i] != '\n');
    return escaped > length / 5;
}

static char *put_hex(char *at, const uint8_t *bytes, size_t length)
{
    static const char hex[] = "0123456789abcdef";
    *at++ = '"';
    for (size_t i = 0; i < length; i++) {
        *at++ = hex[bytes[i] >> 4];
        *at++ = hex[bytes[i] & 15];
    }
    *at++ = '"';
    return at;
}

/* A character beyond ASCII as it is; a byte that is none becomes U+FFFD. */
static char *put_character(char *at, const char **word, const char *end)
{
    uint32_t code;
    size_t size = trace_utf8_read(*word, (size_t)(end - *word), &code);
    at = size ? put_text(at, *word, size) : put_text(at, "\\ufffd", 6);
    *word += size ? size : 1;
    return at;
}

/* UTF-8, up to its NUL or `limit` bytes. */
static char *put_word(char *at, const char *word, size_t limit)
{
    const char *end = word + limit;
    *at++ = '"';
    while (word < end && *word) {
        if ((uint8_t)*word < 0x80)
            at = put_byte(at, (uint8_t)*word++);
        else
            at = put_character(at, &word, word + strnlen(word, (size_t)(end - word)));
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

/* The key of an event as it stands behind another. */
#define X(name, member, key, type, limit, what) static const char key_##name[] = ",\"" key "\":";
TRACE_EVENT_KEYS(X)
#undef X
#define PUT_KEY(at, name) put_text(at, key_##name, sizeof key_##name - 1)

/* Names with their quotes, of constant size, so that one is copied without a loop. */
enum { QUOTED_BYTES = 16 };
struct quoted {
    char text[QUOTED_BYTES];
    uint8_t length;
};
static const struct quoted quoted_kinds[TRACE_KIND_COUNT] = {
#define X(name, text, what) {"\"" text "\"", sizeof text + 1},
    TRACE_KINDS(X)
#undef X
};
static const struct quoted quoted_ends[TRACE_END_COUNT] = {
#define X(name, text) {"\"" text "\"", sizeof text + 1},
    TRACE_ENDS(X)
#undef X
};

static char *put_quoted(char *at, const struct quoted *name)
{
    memcpy(at, name->text, QUOTED_BYTES);
    return at + name->length;
}

static char *put_traffic(char *at, const struct trace_event *event, uint32_t rate)
{
    size_t length = event->length > TRACE_PIECE_MAX ? TRACE_PIECE_MAX : event->length;
    if (length > 0 && is_data(event->bytes, length))
        at = put_hex(PUT_KEY(at, HEX), event->bytes, length);
    else if (length > 0)
        at = put_bytes(PUT_KEY(at, TEXT), event->bytes, length);
    if (trace_is_traffic(event->kind) && event->rate != rate)
        at = put_whole(PUT_KEY(at, RATE), event->rate);
    return at;
}

size_t trace_format_event(const struct trace_event *event, uint32_t rate,
                          char buffer[TRACE_EVENT_LINE_MAX])
{
    char *at = put_whole(PUT_KEY(buffer, TIME), event->time_us);
    buffer[0] = '{'; /* in place of the comma */
    at = put_quoted(PUT_KEY(at, KIND), &quoted_kinds[event->kind % TRACE_KIND_COUNT]);
    if (event->end)
        at = put_quoted(PUT_KEY(at, END), &quoted_ends[event->end % TRACE_END_COUNT]);
    if (event->channel)
        at = put_whole(PUT_KEY(at, CHANNEL), event->channel);
    if (event->event && *event->event)
        at = put_word(PUT_KEY(at, EVENT), event->event, TRACE_WORD_MAX);
    if (event->number)
        at = put_whole(PUT_KEY(at, NUMBER), event->number);
    if (event->detail && *event->detail)
        at = put_word(PUT_KEY(at, DETAIL), event->detail, TRACE_WORD_MAX);
    at = put_traffic(at, event, rate);
    if (event->marks)
        at = put_marks(PUT_KEY(at, MARKS), event->marks);
    return (size_t)(put_text(at, "}\n", 2) - buffer);
}

static char *put_header_key(char *at, const struct trace_field *field)
{
    if (at[-1] != '{')
        *at++ = ',';
    *at++ = '"';
    at = put_text(at, field->key, field->key_length);
    return put_text(at, "\":", 2);
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
            if (*member)
                at = put_word(put_header_key(at, field), member, TRACE_HEADER_WORD_BYTES);
            continue;
        }
        memcpy(&value, member, sizeof value);
        if (i == TRACE_HEADER_FIELD_VERSION && value == 0)
            value = TRACE_VERSION;
        if (field->type == TRACE_FIELD_SPEED && value)
            at = put_speed(put_header_key(at, field), value);
        else if (value)
            at = put_whole(put_header_key(at, field), value);
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
