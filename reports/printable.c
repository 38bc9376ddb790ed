/*
 * printable.c - any bytes made printable, in the one form that all reports use.
 *
 * XML 1.0 can't carry most control characters in any way (not in CDATA, not as a reference), so
 * what can't be shown is written as \xNN. See the header for the two forms.
 */
#include "reports/report.h"

#include <stdbool.h>
#include <string.h>

struct report_bytes report_bytes_of(const char *text)
{
    return (struct report_bytes){text, text ? strlen(text) : 0};
}

/* What a sequence may begin with: lead byte, how many follow, range of the first that follows.
 * The ranges keep out overlong forms, surrogates, C1 controls and what lies above U+10FFFF. */
static const struct lead {
    unsigned char first, last, follow, low, high;
} leads[] = {
    {0xC2, 0xC2, 1, 0xA0, 0xBF}, /* U+0080-009F are controls */
    {0xC3, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF},
    {0xE1, 0xEC, 2, 0x80, 0xBF}, {0xED, 0xED, 2, 0x80, 0x9F}, /* surrogates */
    {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

/* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069: what breaks a line, or has it read backwards.
 */
static bool turns_lines(const unsigned char *bytes)
{
    if (bytes[0] != 0xE2)
        return false;
    if (bytes[1] == 0x80)
        return bytes[2] == 0x8E || bytes[2] == 0x8F || (bytes[2] >= 0xA8 && bytes[2] <= 0xAE);
    return bytes[1] == 0x81 && bytes[2] >= 0xA6 && bytes[2] <= 0xA9;
}

/* Length of the showable character above ASCII that begins here, in bytes; 0 = there is none. */
static size_t sequence_length(const unsigned char *bytes, size_t size)
{
    const struct lead *lead = NULL;
    for (size_t i = 0; i < sizeof leads / sizeof leads[0] && !lead; i++)
        if (bytes[0] >= leads[i].first && bytes[0] <= leads[i].last)
            lead = &leads[i];
    if (!lead || size <= lead->follow || bytes[1] < lead->low || bytes[1] > lead->high)
        return 0;
    for (size_t i = 2; i <= lead->follow; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xBF)
            return 0;
    if (bytes[0] == 0xEF && bytes[1] == 0xBF && bytes[2] >= 0xBE)
        return 0; /* U+FFFE, U+FFFF: not characters, XML forbids them */
    if (lead->follow == 2 && turns_lines(bytes))
        return 0;
    return (size_t)lead->follow + 1;
}

/* The letter of a two-character escape; 0 = it has none. */
static char escape_letter(unsigned char byte, enum report_form form)
{
    switch (byte) {
    case '\r':
        return 'r';
    case '\n':
        return 'n';
    case '\t':
        return 't';
    case '\\':
        return form == REPORT_FORM_BYTES ? '\\' : '\0';
    default:
        return '\0';
    }
}

/* Writes what stands for the character at `bytes` to `to` (room for 4); *used = bytes taken. */
static size_t escape_one(char *to, const unsigned char *bytes, size_t size, enum report_form form,
                         size_t *used)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char byte = bytes[0];
    size_t length = byte < 0x80 ? (byte >= 0x20 && byte != 0x7F) : sequence_length(bytes, size);
    char letter = escape_letter(byte, form);
    *used = length ? length : 1;
    if (letter) {
        to[0] = '\\';
        to[1] = letter;
        return 2;
    }
    if (length) {
        memcpy(to, bytes, length);
        return length;
    }
    to[0] = '\\';
    to[1] = 'x';
    to[2] = digits[byte >> 4];
    to[3] = digits[byte & 15];
    return 4;
}

size_t report_escape(char *to, size_t capacity, const void *bytes, size_t size,
                     enum report_form form)
{
    const unsigned char *from = bytes;
    size_t length = 0, written = 0;
    for (size_t i = 0, used = 0; i < size; i += used) {
        char one[4];
        size_t n = escape_one(one, from + i, size - i, form, &used);
        if (written == length && length + n < capacity) {
            memcpy(to + length, one, n);
            written += n;
        }
        length += n;
    }
    if (capacity)
        to[written] = '\0';
    return length;
}
