/* parse.c - one line: a flat JSON object with the keys of the tables. */
#include "harness/trace/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/text/nearest.h"
#include "harness/trace/fields.h"
#include "harness/trace/utf8.h"

struct cursor {
    char *at, *end, *line;
    struct trace_error *error;
};

struct object {
    const struct trace_field *fields;
    unsigned field_count;
    char *base; /* struct trace_event or struct trace_header */
};

__attribute__((format(printf, 3, 4))) static bool fail(struct cursor *cursor, const char *at,
                                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cursor->error->text, sizeof cursor->error->text, format, arguments);
    va_end(arguments);
    cursor->error->column = (uint32_t)(at - cursor->line + 1);
    return false;
}

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end &&
           (*cursor->at == ' ' || *cursor->at == '\t' || *cursor->at == '\r'))
        cursor->at++;
}

static bool peek(struct cursor *cursor, char wanted)
{
    skip_blanks(cursor);
    return cursor->at < cursor->end && *cursor->at == wanted;
}

static bool expect(struct cursor *cursor, char wanted, const char *what)
{
    if (!peek(cursor, wanted)) {
        if (cursor->at == cursor->end)
            return fail(cursor, cursor->at, "the line ends here; expected '%c' %s", wanted, what);
        return fail(cursor, cursor->at, "expected '%c' %s", wanted, what);
    }
    cursor->at++;
    return true;
}

/* ---- strings -------------------------------------------------------------------------------- */

/* 1: a character of a JSON string that stands for itself and is one byte. */
static const uint8_t stands_for_itself[256] = {
#define R4(b)  [b] = 1, [(b) + 1] = 1, [(b) + 2] = 1, [(b) + 3] = 1
#define R16(b) R4(b), R4((b) + 4), R4((b) + 8), R4((b) + 12)
    [0x20] = 1, [0x21] = 1, [0x23] = 1, R4(0x24),   R4(0x28),   R4(0x2c),   R16(0x30), R16(0x40),
    R4(0x50),   R4(0x54),   R4(0x58),   [0x5d] = 1, [0x5e] = 1, [0x5f] = 1, R16(0x60), R16(0x70),
#undef R16
#undef R4
};

/* What a hex digit is worth as the first and as the second of a byte, and IS_DIGIT; 0: none. */
enum { IS_DIGIT = 0x100 };
#define WORTH(unit)                                                                                \
    {                                                                                              \
        D('0', 0, unit), D('1', 1, unit), D('2', 2, unit), D('3', 3, unit), D('4', 4, unit),       \
            D('5', 5, unit), D('6', 6, unit), D('7', 7, unit), D('8', 8, unit), D('9', 9, unit),   \
            D('a', 10, unit), D('b', 11, unit), D('c', 12, unit), D('d', 13, unit),                \
            D('e', 14, unit), D('f', 15, unit), D('A', 10, unit), D('B', 11, unit),                \
            D('C', 12, unit), D('D', 13, unit), D('E', 14, unit), D('F', 15, unit),                \
    }
#define D(letter, value, unit) [letter] = IS_DIGIT + (value) * (unit)
static const uint16_t first_digits[256] = WORTH(16), second_digits[256] = WORTH(1);
#undef D

static bool hex_4(const char *at, const char *end, uint32_t *ret_code)
{
    uint32_t code = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        uint8_t letter = (uint8_t)at[i], lower = letter | 0x20;
        uint8_t digit = letter >= '0' && letter <= '9' ? letter - '0'
                        : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                       : 16;
        if (digit > 15)
            return false;
        code = code << 4 | digit;
    }
    *ret_code = code;
    return true;
}

/* \uXXXX, or two of them; cursor->at is behind the u. */
static bool read_unicode(struct cursor *cursor, uint32_t *ret_code)
{
    const char *begin = cursor->at - 2;
    uint32_t low;
    if (!hex_4(cursor->at, cursor->end, ret_code))
        return fail(cursor, begin, "\\u is not followed by four hex digits");
    cursor->at += 4;
    if (*ret_code < 0xd800 || *ret_code >= 0xe000)
        return true;
    if (*ret_code >= 0xdc00 || cursor->end - cursor->at < 6 || cursor->at[0] != '\\' ||
        cursor->at[1] != 'u' || !hex_4(cursor->at + 2, cursor->end, &low) || low < 0xdc00 ||
        low >= 0xe000)
        return fail(cursor, begin, "half of a surrogate pair; expected a whole character");
    cursor->at += 6;
    *ret_code = 0x10000 + ((*ret_code - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

/* What a letter behind a backslash stands for; 0: nothing, or not one byte. */
static const char escape_values[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

/* What copy_plain() does not know: \u or UTF-8. */
static bool read_character(struct cursor *cursor, uint32_t *ret_code)
{
    const char *begin = cursor->at;
    if (cursor->at == cursor->end)
        return fail(cursor, begin, "the line ends within a string");
    if ((uint8_t)*begin < 0x20)
        return fail(cursor, begin, "a control character in a string; write \\u%04x",
                    (unsigned)(uint8_t)*begin);
    if (*begin != '\\') {
        size_t size = trace_utf8_read(begin, (size_t)(cursor->end - begin), ret_code);
        cursor->at += size;
        return size ? true : fail(cursor, begin, "this is not UTF-8; write a byte as \\u00XX");
    }
    cursor->at += 2;
    if (begin + 1 < cursor->end && begin[1] == 'u')
        return read_unicode(cursor, ret_code);
    return fail(cursor, begin, "JSON knows no such escape; write \\\\ for a backslash");
}

/* Copies what stands for itself and the escapes of one letter, up to anything else. */
static char *copy_plain(struct cursor *cursor, char *out)
{
    const char *at = cursor->at; /* the byte at the end, NUL, does not stand for itself */
    char letter;
    for (;;) {
        while (stands_for_itself[(uint8_t)*at])
            *out++ = *at++;
        if (*at != '\\' || (letter = escape_values[(uint8_t)at[1]]) == 0)
            break;
        *out++ = letter;
        at += 2;
    }
    cursor->at += at - cursor->at;
    return out;
}

/*
 * A string, decoded to where it stands: what is decoded is never longer than what was read. As
 * bytes (a character is a byte) or as UTF-8 with a NUL behind it.
 */
static bool read_string(struct cursor *cursor, bool as_bytes, char **ret_text, size_t *ret_length)
{
    char *out;
    if (!expect(cursor, '"', "here: a string"))
        return false;
    *ret_text = out = cursor->at;
    while (out = copy_plain(cursor, out), cursor->at == cursor->end || *cursor->at != '"') {
        const char *begin = cursor->at;
        uint32_t code;
        if (!read_character(cursor, &code))
            return false;
        if (as_bytes && code > 0xff)
            return fail(cursor, begin, "U+%04X is no byte; \"text\" holds U+0000 to U+00FF only",
                        (unsigned)code);
        if (!as_bytes && code == 0)
            return fail(cursor, begin, "\\u0000 in a word; only \"text\" may hold it");
        if (as_bytes)
            *out++ = (char)code;
        else
            out += trace_utf8_write(code, out);
    }
    *ret_length = (size_t)(out - *ret_text);
    cursor->at++;
    if (!as_bytes)
        *out = '\0'; /* at the quote, or before it */
    return true;
}

/* Hex digits, two a byte, decoded to where they stand. */
static bool read_hex(struct cursor *cursor, struct trace_event *event)
{
    if (!expect(cursor, '"', "here: a string"))
        return false;
    const char *at = cursor->at, *end = cursor->end;
    uint8_t *out = (uint8_t *)cursor->at;
    event->bytes = out;
    for (; end - at >= 2; at += 2) {
        unsigned sum = first_digits[(uint8_t)at[0]] + second_digits[(uint8_t)at[1]];
        if (sum < 2 * IS_DIGIT)
            break;
        *out++ = (uint8_t)sum;
    }
    event->length = (size_t)(out - event->bytes);
    cursor->at += at - cursor->at;
    if (end - at >= 2 && *at != '"')
        return fail(cursor, at, "expected two hex digits for a byte");
    return expect(cursor, '"', "behind hex digits, two a byte");
}

/* ---- numbers -------------------------------------------------------------------------------- */

static bool is_digit(const struct cursor *cursor)
{
    return cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
}

static bool read_digits(struct cursor *cursor, uint64_t limit, uint64_t *ret_value)
{
    const char *begin = cursor->at, *at = begin;
    uint64_t value = 0;
    for (; *at >= '0' && *at <= '9'; at++) { /* not the byte at the end */
        if (value > (UINT64_MAX - 9) / 10)
            break;
        value = 10 * value + (unsigned)(*at - '0');
    }
    cursor->at += at - begin;
    if (value > limit || is_digit(cursor))
        return fail(cursor, begin, "the number is too large; at most %llu",
                    (unsigned long long)limit);
    *ret_value = value;
    if (at == begin)
        return fail(cursor, begin, "expected a number that is not negative");
    return true;
}

static bool read_whole(struct cursor *cursor, uint64_t limit, uint64_t *ret_value)
{
    skip_blanks(cursor);
    if (!read_digits(cursor, limit, ret_value))
        return false;
    if (cursor->at < cursor->end && (*cursor->at == '.' || (*cursor->at | 0x20) == 'e'))
        return fail(cursor, cursor->at, "expected a whole number, without places and exponent");
    return true;
}

static bool read_speed(struct cursor *cursor, uint64_t *ret_millionths)
{
    uint64_t whole = 0, unit = TRACE_SPEED_ONE;
    skip_blanks(cursor);
    if (!read_digits(cursor, UINT32_MAX, &whole))
        return false;
    *ret_millionths = whole * TRACE_SPEED_ONE;
    if (cursor->at == cursor->end || *cursor->at != '.')
        return true;
    cursor->at++;
    if (!is_digit(cursor))
        return fail(cursor, cursor->at, "expected a digit behind the point");
    for (; is_digit(cursor); cursor->at++) {
        unit /= 10;
        if (unit == 0)
            return fail(cursor, cursor->at, "more than six places");
        *ret_millionths += (uint64_t)(*cursor->at - '0') * unit;
    }
    return true;
}

/* ---- names ---------------------------------------------------------------------------------- */

static const char *nth_name(const void *names, size_t index)
{
    return ((const struct trace_name *)names)[index].text;
}

static const char *nth_key(const void *fields, size_t index)
{
    return ((const struct trace_field *)fields)[index].key;
}

static bool unknown(struct cursor *cursor, const char *at, const char *what, const char *text,
                    size_t length, const char *nearest)
{
    int shown = length > 40 ? 40 : (int)length;
    return nearest ? fail(cursor, at, "unknown %s \"%.*s\"; did you mean \"%s\"?", what, shown,
                          text, nearest)
                   : fail(cursor, at, "unknown %s \"%.*s\"; trace.schema.json has all", what, shown,
                          text);
}

static bool read_name(struct cursor *cursor, const char *what, const struct trace_name *names,
                      unsigned count, uint8_t *ret_number)
{
    char *text;
    size_t length;
    for (unsigned i = 0; i < count; i++) { /* as the writer puts it */
        size_t size = names[i].length;
        if ((size_t)(cursor->end - cursor->at) >= size + 2 && cursor->at[size + 1] == '"' &&
            cursor->at[0] == '"' && memcmp(cursor->at + 1, names[i].text, size) == 0) {
            cursor->at += size + 2;
            *ret_number = (uint8_t)i;
            return true;
        }
    }
    skip_blanks(cursor);
    const char *begin = cursor->at;
    if (!read_string(cursor, false, &text, &length))
        return false;
    for (unsigned i = 0; i < count; i++) {
        if (names[i].length == length && memcmp(names[i].text, text, length) == 0) {
            *ret_number = (uint8_t)i;
            return true;
        }
    }
    return unknown(cursor, begin, what, text, length,
                   text_nearest(text, length, nth_name, names, count));
}

static bool read_marks(struct cursor *cursor, uint8_t *ret_marks)
{
    uint8_t number = 0;
    if (!expect(cursor, '[', "here: a list of marks"))
        return false;
    if (peek(cursor, ']')) {
        cursor->at++;
        return true;
    }
    do {
        if (!read_name(cursor, "mark", trace_mark_names, TRACE_MARK_COUNT, &number))
            return false;
        *ret_marks |= (uint8_t)(1u << number);
    } while (peek(cursor, ',') && cursor->at++);
    return expect(cursor, ']', "behind the marks");
}

/* ---- objects -------------------------------------------------------------------------------- */

static bool read_array(struct cursor *cursor, char *array)
{
    char *text;
    size_t length;
    skip_blanks(cursor);
    const char *begin = cursor->at;
    if (!read_string(cursor, false, &text, &length))
        return false;
    if (length >= TRACE_HEADER_WORD_BYTES)
        return fail(cursor, begin, "%zu bytes; at most %d", length, TRACE_HEADER_WORD_BYTES - 1);
    memcpy(array, text, length + 1);
    return true;
}

static bool store_whole(struct cursor *cursor, const struct trace_field *field, char *member)
{
    uint64_t value = 0;
    if (!read_whole(cursor, field->limit, &value))
        return false;
    if (field->size == sizeof(uint8_t))
        *(uint8_t *)member = (uint8_t)value;
    else if (field->size == sizeof(uint32_t))
        *(uint32_t *)(void *)member = (uint32_t)value;
    else
        *(uint64_t *)(void *)member = value;
    return true;
}

static bool read_value(struct cursor *cursor, const struct trace_field *field, char *base)
{
    char *member = base + field->offset;
    char *text;
    size_t length;
    switch (field->type) {
    case TRACE_FIELD_WHOLE:
        return store_whole(cursor, field, member);
    case TRACE_FIELD_SPEED:
        return read_speed(cursor, (uint64_t *)(void *)member);
    case TRACE_FIELD_ARRAY:
        return read_array(cursor, member);
    case TRACE_FIELD_KIND:
        return read_name(cursor, "kind", trace_kind_names, TRACE_KIND_COUNT, (uint8_t *)member);
    case TRACE_FIELD_END:
        return read_name(cursor, "end", trace_end_names, TRACE_END_COUNT, (uint8_t *)member);
    case TRACE_FIELD_MARKS:
        return read_marks(cursor, (uint8_t *)member);
    case TRACE_FIELD_BYTES:
        if (!read_string(cursor, true, &text, &length))
            return false;
        ((struct trace_event *)(void *)base)->bytes = (const uint8_t *)text;
        ((struct trace_event *)(void *)base)->length = length;
        return true;
    case TRACE_FIELD_HEX:
        return read_hex(cursor, (struct trace_event *)(void *)base);
    default:
        if (!read_string(cursor, false, &text, &length))
            return false;
        *(const char **)(void *)member = text;
        return true;
    }
}

/* The field of a key, at best the one that the writer puts next. */
static const struct trace_field *find_field(const struct object *object, unsigned from,
                                            const char *key, size_t length)
{
    for (unsigned i = 0; i < object->field_count; i++, from++) {
        const struct trace_field *field = &object->fields[from % object->field_count];
        if (field->key_length == length && memcmp(field->key, key, length) == 0)
            return field;
    }
    return NULL;
}

/* A key of those that the writer puts from `from` on, as the writer puts it: "key": */
static const struct trace_field *take_usual_key(struct cursor *cursor, const struct object *object,
                                                unsigned from)
{
    size_t left = (size_t)(cursor->end - cursor->at);
    for (; from < object->field_count; from++) {
        const struct trace_field *field = &object->fields[from];
        size_t length = field->key_length;
        if (left < length + 3 || cursor->at[1] != field->key[0] || cursor->at[length + 1] != '"' ||
            cursor->at[length + 2] != ':' || cursor->at[0] != '"' ||
            memcmp(cursor->at + 1, field->key, length) != 0)
            continue;
        cursor->at += length + 3;
        return field;
    }
    return NULL;
}

static bool read_key(struct cursor *cursor, const struct object *object, unsigned from,
                     uint32_t *seen, const struct trace_field **ret_field)
{
    char *key;
    size_t length;
    /* None of them was seen before: they stand behind the last one in the table, which keeps the
       order only as long as all of them were usual. */
    if (*seen < 1u << from && (*ret_field = take_usual_key(cursor, object, from)) != NULL) {
        *seen |= 1u << (*ret_field - object->fields);
        return true;
    }
    skip_blanks(cursor);
    const char *begin = cursor->at;
    if (!read_string(cursor, false, &key, &length))
        return false;
    *ret_field = find_field(object, from, key, length);
    if (!*ret_field)
        return unknown(cursor, begin, "key", key, length,
                       text_nearest(key, length, nth_key, object->fields, object->field_count));
    uint32_t bit = 1u << (*ret_field - object->fields);
    if (*seen & bit)
        return fail(cursor, begin, "\"%s\" is given twice", (*ret_field)->key);
    *seen |= bit;
    return expect(cursor, ':', "behind the key");
}

static bool read_object(struct cursor *cursor, const struct object *object, uint32_t *seen)
{
    const struct trace_field *field = object->fields - 1;
    *seen = 0;
    if (!expect(cursor, '{', "at the beginning of the line"))
        return false;
    do {
        if (!read_key(cursor, object, (unsigned)(field + 1 - object->fields), seen, &field) ||
            !read_value(cursor, field, object->base))
            return false;
    } while (peek(cursor, ',') && cursor->at++);
    if (!expect(cursor, '}', "or ',' behind the value"))
        return false;
    skip_blanks(cursor);
    return cursor->at == cursor->end ||
           fail(cursor, cursor->at, "something stands behind the object; an event is one line");
}

static bool read_header(struct cursor *cursor, struct trace_header *header)
{
    struct trace_header read;
    struct object object = {trace_header_fields, TRACE_HEADER_FIELD_COUNT, (char *)&read};
    uint32_t seen;
    memset(&read, 0, sizeof read);
    if (!read_object(cursor, &object, &seen))
        return false;
    if (read.version != TRACE_VERSION)
        return fail(cursor, cursor->line,
                    "version %llu of the format; this fotarig reads version %d",
                    (unsigned long long)read.version, TRACE_VERSION);
    *header = read;
    return true;
}

static bool read_event(struct cursor *cursor, uint32_t rate, struct trace_event *event)
{
    struct object object = {trace_event_fields, TRACE_EVENT_FIELD_COUNT, (char *)event};
    uint32_t seen;
    *event = (struct trace_event){.rate = rate, .event = "", .detail = ""};
    if (!read_object(cursor, &object, &seen))
        return false;
    if (!(seen & 1u << TRACE_EVENT_FIELD_TIME))
        return fail(cursor, cursor->line, "the event has no time; expected \"us\"");
    if (!(seen & 1u << TRACE_EVENT_FIELD_KIND))
        return fail(cursor, cursor->line, "the event has no \"kind\"");
    if (seen & 1u << TRACE_EVENT_FIELD_TEXT && seen & 1u << TRACE_EVENT_FIELD_HEX)
        return fail(cursor, cursor->line, "\"text\" and \"hex\" are the same; give one");
    if (!trace_is_traffic(event->kind))
        event->rate = 0;
    return true;
}

enum trace_line trace_parse_line(char *line, char *end, struct trace_event *ret_event,
                                 struct trace_header *header, struct trace_error *error)
{
    struct cursor cursor = {.at = line, .end = end, .line = line, .error = error};
    *end = '\0'; /* so that a string is read without looking for the end */
    if (trace_is_trace(line, (size_t)(end - line)))
        return read_header(&cursor, header) ? TRACE_LINE_HEADER : TRACE_LINE_BAD;
    return read_event(&cursor, (uint32_t)header->rate, ret_event) ? TRACE_LINE_EVENT
                                                                  : TRACE_LINE_BAD;
}
