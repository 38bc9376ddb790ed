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

enum { WHOLE_DIGITS = 20 };

/* Two digits at a time, from the end of a room to its beginning. */
static char *put_whole(char *at, uint64_t value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char digits[2 * WHOLE_DIGITS] = {0};
    size_t from = WHOLE_DIGITS;
    for (; value >= 100; value /= 100)
        memcpy(digits + (from -= 2), pairs + 2 * (value % 100), 2);
    if (value >= 10)
        memcpy(digits + (from -= 2), pairs + 2 * value, 2);
    else
        digits[--from] = (char)('0' + value);
    memcpy(at, digits + from, WHOLE_DIGITS); /* what is behind the digits is written over */
    return at + (WHOLE_DIGITS - from);
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

/* How each byte is written, as tables: a byte is copied without a branch. */
#define HEX(nibble)   ((nibble) < 10 ? '0' + (nibble) : 'a' - 10 + (nibble))
#define IS_TEXT(byte) ((byte) >= 0x20 && (byte) < 0x7f)
#define LETTER(byte)                                                                               \
    ((byte) == '\t'                    ? 't'                                                       \
     : (byte) == '\n'                  ? 'n'                                                       \
     : (byte) == '\r'                  ? 'r'                                                       \
     : (byte) == '"' || (byte) == '\\' ? (byte)                                                    \
     : IS_TEXT(byte)                   ? 0                                                         \
                                       : 'u')
#define X4(b)  X(b), X((b) + 1), X((b) + 2), X((b) + 3)
#define X16(b) X4(b), X4((b) + 4), X4((b) + 8), X4((b) + 12)
#define X64(b) X16(b), X16((b) + 16), X16((b) + 32), X16((b) + 48)
#define X256() X64(0), X64(64), X64(128), X64(192)
#define X(byte)                                                                                    \
    {                                                                                              \
        HEX((byte) >> 4), HEX((byte)&15)                                                           \
    }
static const char hex_pairs[256][2] = {X256()};
#undef X

/* As a character of a JSON string: itself, a backslash and a letter, or \u00XX. */
enum { ESCAPED_BYTES = 7 };
struct escaped {
    char text[ESCAPED_BYTES];
    uint8_t length;
};
#define X(byte)                                                                                    \
    {                                                                                              \
        {(char)(LETTER(byte) ? '\\' : (byte)),                                                     \
         (char)LETTER(byte),                                                                       \
         '0',                                                                                      \
         '0',                                                                                      \
         HEX((byte) >> 4),                                                                         \
         HEX((byte)&15)},                                                                          \
            LETTER(byte) == 'u' ? 6                                                                \
            : LETTER(byte)      ? 2                                                                \
                                : 1                                                                \
    }
static const struct escaped escaped_bytes[256] = {X256()};
#undef X

/* Writes a whole row, of which what is behind the end is written over. */
static inline char *put_byte(char *at, uint8_t byte)
{
    const struct escaped *escaped = &escaped_bytes[byte];
    memcpy(at, escaped, sizeof *escaped);
    return at + escaped->length;
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
    size_t escaped = 0, most = length / 5;
    if (length < HEX_BYTES_MIN)
        return false;
    for (size_t i = 0; i < length && escaped <= most; i++)
        escaped += escaped_bytes[bytes[i]].length == 6;
    return escaped > most;
}

static char *put_hex(char *at, const uint8_t *bytes, size_t length)
{
    size_t i = 0;
    *at++ = '"';
    for (; i + 4 <= length; i += 4, at += 8) {
        memcpy(at, hex_pairs[bytes[i]], 2);
        memcpy(at + 2, hex_pairs[bytes[i + 1]], 2);
        memcpy(at + 4, hex_pairs[bytes[i + 2]], 2);
        memcpy(at + 6, hex_pairs[bytes[i + 3]], 2);
    }
    for (; i < length; i++, at += 2)
        memcpy(at, hex_pairs[bytes[i]], 2);
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
