/* text.c - reading module lines without scanf. */
#include <string.h>

#include "core/text.h"

static void skip_spaces(struct text *text)
{
    while (text->length > 0 && *text->at == ' ') {
        text->at++;
        text->length--;
    }
}

struct text text_after_colon(const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    struct text text = {line + length, 0};
    if (colon != NULL) {
        text.at = colon + 1;
        text.length = length - (size_t)(colon + 1 - line);
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
        if (number > UINT32_MAX / 10u || (number == UINT32_MAX / 10u && digit > UINT32_MAX % 10u))
            return false;
        number = number * 10u + digit;
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

void text_number(char *buffer, uint32_t number)
{
    static const uint32_t powers[] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                      10000,      1000,      100,      10,      1};
    size_t used = 0;
    for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++) {
        char digit = '0';
        for (; number >= powers[i]; digit++)
            number -= powers[i];
        if (used > 0 || digit != '0' || powers[i] == 1)
            buffer[used++] = digit;
    }
    buffer[used] = '\0';
}
