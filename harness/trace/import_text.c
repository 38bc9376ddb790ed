/* import_text.c - logs in UTF-16, with a byte order mark, with CR as ends of lines, with colours.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/trace/import_parts.h"

enum { LOOK_BYTES = 4096 };

/* ---- UTF-16 ---------------------------------------------------------------------------------- */

/* How the 16 bits lie: 0 = it is no UTF-16, 1 = low byte first, 2 = high byte first. */
static unsigned utf16_of(const uint8_t *bytes, size_t length)
{
    size_t zeros[2] = {0}, look = length < LOOK_BYTES ? length : LOOK_BYTES;
    if (length >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe)
        return 1;
    if (length >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff)
        return 2;
    for (size_t i = 0; i < look; i++)
        zeros[i % 2] += bytes[i] == 0;
    /* Nearly every other byte is 0, and of the others none. */
    if (look < 16 || zeros[0] + zeros[1] < look * 2 / 5)
        return 0;
    return zeros[0] * 50 < zeros[1] ? 1 : zeros[1] * 50 < zeros[0] ? 2 : 0;
}

static size_t put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

static uint32_t unit_at(const uint8_t *bytes, size_t at, unsigned order)
{
    return order == 1 ? (uint32_t)(bytes[at] | bytes[at + 1] << 8)
                      : (uint32_t)(bytes[at] << 8 | bytes[at + 1]);
}

static char *from_utf16(const uint8_t *bytes, size_t length, unsigned order, size_t *ret_length)
{
    /* Two bytes become three at most, four become four. */
    char *text = malloc(length / 2 * 3 + 1);
    size_t used = 0;
    for (size_t at = 0; text && at + 1 < length; at += 2) {
        uint32_t code = unit_at(bytes, at, order);
        bool high = code >= 0xd800 && code < 0xdc00 && at + 3 < length;
        uint32_t low = high ? unit_at(bytes, at + 2, order) : 0;
        if (high && low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            at += 2;
        }
        if (code != 0xfeff)
            used += put_utf8(text + used, code);
    }
    *ret_length = used;
    return text;
}

/* ---- ends of lines --------------------------------------------------------------------------- */

static bool has_cr_for_ends(const char *text, size_t length)
{
    enum { ENDS_MIN = 3 };
    size_t count = 0;
    if (memchr(text, '\n', length))
        return false;
    for (size_t i = 0; i < length && count < ENDS_MIN; i++)
        count += text[i] == '\r';
    return count == ENDS_MIN;
}

static void turn_ends(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\r')
            text[i] = '\n';
}

char *import_plain_text(const struct trace_source *source, size_t *ret_length)
{
    static const char mark[] = "\xef\xbb\xbf";
    const char *text = source->text;
    size_t length = source->length;
    unsigned order = utf16_of((const uint8_t *)text, length);
    char *copy = NULL;
    *ret_length = length;
    if (length == 0)
        return NULL;
    bool marked = length >= 3 && memcmp(text, mark, 3) == 0;
    /* What a host sent has CR only: it is no log of lines. */
    bool ends = source->side == TRACE_IMPORT_BOTH && !order && has_cr_for_ends(text, length);
    if (order) {
        copy = from_utf16((const uint8_t *)text, length, order, ret_length);
    } else if (marked || ends) {
        *ret_length = length - (marked ? 3 : 0);
        copy = malloc(length);
        if (copy)
            memcpy(copy, text + (marked ? 3 : 0), *ret_length);
    }
    if (copy && (ends || (order && has_cr_for_ends(copy, *ret_length))))
        turn_ends(copy, *ret_length);
    if (!copy)
        *ret_length = length;
    return copy;
}

/* ---- colours --------------------------------------------------------------------------------- */

/* The length of "ESC [ ... letter"; 0: it is none. */
static size_t sequence_length(const char *text, size_t length)
{
    enum { MOST = 16 };
    if (length < 3 || text[0] != '\x1b' || text[1] != '[')
        return 0;
    for (size_t i = 2; i < length && i < MOST; i++) {
        if ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z')
            return i + 1;
        if ((text[i] < '0' || text[i] > '9') && text[i] != ';' && text[i] != '?')
            return 0;
    }
    return 0;
}

size_t import_without_colours(char *text, size_t length)
{
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        size_t skip = sequence_length(text + at, length - at);
        if (skip)
            at += skip;
        else
            text[used++] = text[at++];
    }
    return used;
}
