/*
 * arguments.c - what stands after '=': fields between commas, quoted or not.
 */
#include <string.h>

#include "sim/frame.h"

struct field {
    const char *text;
    size_t length;
};

static bool find_field(const struct sim_call *call, unsigned index, struct field *ret_field)
{
    size_t begin = 0;
    bool quoted = false;
    if (call->length == 0)
        return false;
    for (size_t i = 0; i <= call->length; i++) {
        bool end = i == call->length || (call->arguments[i] == ',' && !quoted);
        if (i < call->length && call->arguments[i] == '"')
            quoted = !quoted;
        if (!end)
            continue;
        if (index-- == 0) {
            *ret_field = (struct field){call->arguments + begin, i - begin};
            return true;
        }
        begin = i + 1;
    }
    return false;
}

static void trim(struct field *field)
{
    while (field->length > 0 && field->text[0] == ' ') {
        field->text++;
        field->length--;
    }
    while (field->length > 0 && field->text[field->length - 1] == ' ')
        field->length--;
}

/* A quote with a backslash before it ends a string for some commands (a folder), and not for others
   (SHBOD): a blank is left out where it is in no string either way. */
size_t sim_arguments_pack(const char *text, size_t length, char *packed, size_t size)
{
    bool quoted = false, escaped = false;
    size_t written = 0, field = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') {
            quoted = !quoted;
            if (i == 0 || text[i - 1] != '\\')
                escaped = !escaped;
        }
        bool outside = !quoted && !escaped;
        if (outside && text[i] == ' ' && written == field)
            continue;
        if (outside && text[i] == ',')
            while (written > field && packed[written - 1] == ' ')
                written--;
        if (written < size)
            packed[written++] = text[i];
        if (outside && text[i] == ',')
            field = written;
    }
    while (!quoted && !escaped && written > field && packed[written - 1] == ' ')
        written--;
    return written;
}

unsigned sim_argument_count(const struct sim_call *call)
{
    unsigned count = call->length > 0;
    bool quoted = false;
    for (size_t i = 0; i < call->length; i++) {
        if (call->arguments[i] == '"')
            quoted = !quoted;
        else if (call->arguments[i] == ',' && !quoted)
            count++;
    }
    return count;
}

bool sim_argument_number(const struct sim_call *call, unsigned index, int32_t minimum,
                         int32_t maximum, int32_t *ret_value)
{
    struct field field;
    if (!find_field(call, index, &field))
        return false;
    trim(&field);
    bool negative = field.length > 0 && field.text[0] == '-';
    size_t i = negative;
    int64_t value = 0;
    if (field.length == i || field.length > 11)
        return false;
    for (; i < field.length; i++) {
        if (field.text[i] < '0' || field.text[i] > '9')
            return false;
        value = value * 10 + (field.text[i] - '0');
    }
    if (negative)
        value = -value;
    if (value < minimum || value > maximum)
        return false;
    *ret_value = (int32_t)value;
    return true;
}

bool sim_argument_text(const struct sim_call *call, unsigned index, const char **ret_text,
                       size_t *ret_length)
{
    struct field field;
    if (!find_field(call, index, &field))
        return false;
    trim(&field);
    bool opens = field.length > 0 && field.text[0] == '"';
    bool closes = field.length > 1 && field.text[field.length - 1] == '"';
    if (opens != closes)
        return false;
    *ret_text = field.text + opens;
    *ret_length = field.length - 2u * opens;
    for (size_t i = 0; i < *ret_length; i++)
        if ((*ret_text)[i] == '"')
            return false;
    return true;
}

/* ---- words --------------------------------------------------------------------------------- */

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool sim_same_word(const char *word, const char *text, size_t length)
{
    if (strlen(word) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (upper(word[i]) != upper(text[i]))
            return false;
    return true;
}

bool sim_number_of(const char *text, size_t length, int32_t maximum, int32_t *ret_value)
{
    int64_t value = 0;
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
        if (value > maximum)
            return false;
    }
    *ret_value = (int32_t)value;
    return true;
}

size_t sim_hex_read(const char *text, size_t length, uint8_t *bytes, size_t capacity)
{
    if (length % 2 || length / 2 > capacity)
        return 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        int value = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                           : -1;
        if (value < 0)
            return 0;
        bytes[i / 2] = (uint8_t)(i % 2 ? bytes[i / 2] | value : value << 4);
    }
    return length / 2;
}
