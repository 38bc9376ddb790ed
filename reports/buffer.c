/* buffer.c - text that grows. */
#include "reports/internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void report_buffer_free(struct report_buffer *buffer)
{
    free(buffer->text);
    *buffer = (struct report_buffer){0};
}

void report_buffer_clear(struct report_buffer *buffer)
{
    buffer->size = 0;
    if (buffer->text)
        buffer->text[0] = '\0';
}

const char *report_buffer_text(const struct report_buffer *buffer)
{
    return buffer->text ? buffer->text : "";
}

/* Makes room for `more` bytes and a NUL; false when memory ran out. */
static bool reserve(struct report_buffer *buffer, size_t more)
{
    if (buffer->failed)
        return false;
    size_t needed = buffer->size + more + 1;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    char *text = realloc(buffer->text, capacity);
    if (!text) {
        buffer->failed = true;
        return false;
    }
    buffer->text = text;
    buffer->capacity = capacity;
    return true;
}

void report_buffer_add(struct report_buffer *buffer, const void *bytes, size_t size)
{
    if (!reserve(buffer, size))
        return;
    if (size)
        memcpy(buffer->text + buffer->size, bytes, size);
    buffer->size += size;
    buffer->text[buffer->size] = '\0';
}

void report_buffer_addf(struct report_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !reserve(buffer, (size_t)length)) {
        buffer->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(buffer->text + buffer->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)length;
}

void report_buffer_escape(struct report_buffer *buffer, struct report_bytes bytes,
                          enum report_form form)
{
    size_t length = report_escape(NULL, 0, bytes.data, bytes.size, form);
    if (!reserve(buffer, length))
        return;
    report_escape(buffer->text + buffer->size, length + 1, bytes.data, bytes.size, form);
    buffer->size += length;
}

void report_buffer_prose(struct report_buffer *buffer, const char *text)
{
    report_buffer_escape(buffer, report_bytes_of(text), REPORT_FORM_TEXT);
}

void report_buffer_seconds(struct report_buffer *buffer, uint64_t time_ms)
{
    report_buffer_addf(buffer, "%" PRIu64 ".%03u", time_ms / 1000, (unsigned)(time_ms % 1000));
}

int report_fail(struct report_error *reterr_error, const char *format, ...)
{
    if (!reterr_error)
        return -1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reterr_error->message, sizeof reterr_error->message, format, arguments);
    va_end(arguments);
    return -1;
}
