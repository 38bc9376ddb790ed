/* escape.c - bytes as printable ASCII. */
#include "harness/text/escape.h"

#include <string.h>

size_t text_escape_byte(uint8_t byte, char buffer[TEXT_ESCAPED_MAX])
{
    static const char letters[] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r', ['\\'] = '\\'};
    static const char digits[] = "0123456789ABCDEF";

    buffer[0] = '\\';
    if (byte < sizeof letters && letters[byte]) {
        buffer[1] = letters[byte];
        return 2;
    }
    if (byte >= ' ' && byte <= '~') {
        buffer[0] = (char)byte;
        return 1;
    }
    buffer[1] = 'x';
    buffer[2] = digits[byte >> 4];
    buffer[3] = digits[byte & 15];
    return 4;
}

size_t text_escape(char *buffer, size_t capacity, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    size_t length = 0, written = 0;

    for (size_t i = 0; i < size; i++) {
        char one[TEXT_ESCAPED_MAX];
        size_t count = text_escape_byte(at[i], one);
        if (written == length && length + count <= capacity) {
            memcpy(buffer + length, one, count);
            written += count;
        }
        length += count;
    }
    if (written < capacity)
        buffer[written] = '\0';
    return length;
}
