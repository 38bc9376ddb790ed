/* utf8.c - one character of UTF-8. */
#include "harness/trace/utf8.h"

size_t trace_utf8_read(const char *at, size_t left, uint32_t *ret_code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)(left ? *at : 0xff);
    size_t size = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t code = size == 1 ? first : first & (0x7fu >> size);
    if (size == 0 || size > left || first > 0xf4)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if (((uint8_t)at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | ((uint8_t)at[i] & 0x3f);
    }
    if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    *ret_code = code;
    return size;
}

size_t trace_utf8_write(uint32_t code, char buffer[TRACE_UTF8_MAX])
{
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (size == 1) {
        buffer[0] = (char)code;
        return 1;
    }
    for (size_t i = size - 1; i > 0; i--, code >>= 6)
        buffer[i] = (char)(0x80 | (code & 0x3f));
    buffer[0] = (char)((0xf00u >> size & 0xff) | code);
    return size;
}
