/* text.c - reading module lines without scanf. */
#include <string.h>

#include "core/text.h"

/* The last byte is compared first: most lines that begin like a row differ there, and a call is
 * saved. */
static bool fits(const struct text_row *row, const char *line, size_t length)
{
    size_t wanted = row->match & (TEXT_MORE - 1u), last = wanted - 1u;
    if (length <= last || line[0] != row->text[0] || line[last] != row->text[last])
        return false;
    if ((row->match & TEXT_MORE) == 0 && length != wanted)
        return false;
    return memcmp(line, row->text, wanted) == 0;
}

size_t text_find(const struct text_row *rows, size_t count, const char *line, size_t length)
{
    size_t i = 0;
    while (i < count && !fits(&rows[i], line, length))
        i++;
    return i;
}

static void skip_spaces(struct text *text)
{
    while (text->length > 0 && *text->at == ' ') {
        text->at++;
        text->length--;
    }
}

struct text text_after_colon(const char *line, size_t length)
{
    struct text text = {line, length};
    /* Names are short, and a line that was just put together is not read well in pieces. */
    while (text.length > 0 && *text.at != ':') {
        text.at++;
        text.length--;
    }
    if (text.length > 0) {
        text.at++;
        text.length--;
    }
    skip_spaces(&text);
    return text;
}

bool text_take(struct text *text, const char *prefix)
{
    size_t length = strlen(prefix);
    if (text->length < length || memcmp(text->at, prefix, length) != 0)
        return false;
    text->at += length;
    text->length -= length;
    return true;
}

bool text_take_number(struct text *text, uint32_t *ret_number)
{
    uint32_t number = 0;
    bool any = false;
    skip_spaces(text);
    while (text->length > 0 && *text->at >= '0' && *text->at <= '9') {
        uint32_t digit = (uint32_t)(*text->at - '0');
        uint32_t next = number * 10u + digit;
        if (number > UINT32_MAX / 10u || next < digit)
            return false;
        number = next;
        any = true;
        text->at++;
        text->length--;
    }
    *ret_number = number;
    return any;
}

bool text_take_next_number(struct text *text, uint32_t *ret_number)
{
    return text_take(text, ",") && text_take_number(text, ret_number);
}

void text_copy(char *buffer, size_t size, const char *source, size_t length)
{
    if (length > size - 1)
        length = size - 1;
    memcpy(buffer, source, length);
    buffer[length] = '\0';
}

size_t text_append(char *buffer, size_t size, size_t used, const char *source)
{
    size_t length = strlen(source);
    if (used == 0 || length > size - used)
        return 0;
    memcpy(buffer + used, source, length);
    return used + length;
}

/* A multiplication by 0.8 and a shift, in shifts and sums; the quotient may be one too small. */
static uint32_t tenth_of(uint32_t number)
{
    uint32_t tenth = (number >> 1) + (number >> 2);
    tenth += tenth >> 4;
    tenth += tenth >> 8;
    tenth += tenth >> 16;
    tenth >>= 3;
    return number - tenth * 10u < 10u ? tenth : tenth + 1;
}

char *text_number(char *buffer, uint32_t number)
{
    char *at = buffer + TEXT_NUMBER_BYTES - 1;
    *at = '\0';
    do {
        uint32_t rest = tenth_of(number);
        *--at = (char)('0' + (number - rest * 10u));
        number = rest;
    } while (number != 0);
    return at;
}
