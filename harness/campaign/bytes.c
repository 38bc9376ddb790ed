/* bytes.c - puts values into bytes that grow, and takes them out again. */
#include "harness/campaign/bytes.h"
#include "reports/file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void campaign_bytes_done(struct campaign_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct campaign_bytes){0};
}

uint8_t *campaign_bytes_room(struct campaign_bytes *bytes, size_t size)
{
    size_t wanted = bytes->capacity ? bytes->capacity : 256;
    if (bytes->failed || size > SIZE_MAX / 4 - bytes->size) {
        bytes->failed = true;
        return NULL;
    }
    while (wanted < bytes->size + size)
        wanted *= 2;
    uint8_t *grown = wanted == bytes->capacity ? bytes->data : realloc(bytes->data, wanted);
    if (!grown) {
        bytes->failed = true;
        return NULL;
    }
    bytes->data = grown;
    bytes->capacity = wanted;
    bytes->size += size;
    return grown + bytes->size - size;
}

void campaign_put(struct campaign_bytes *bytes, const void *data, size_t size)
{
    uint8_t *room = size ? campaign_bytes_room(bytes, size) : NULL;
    if (room)
        memcpy(room, data, size);
}

void campaign_put_number(struct campaign_bytes *bytes, uint64_t number)
{
    campaign_put(bytes, &number, sizeof number);
}

void campaign_put_sized(struct campaign_bytes *bytes, const void *data, size_t size)
{
    campaign_put_number(bytes, size);
    campaign_put(bytes, data, size);
}

void campaign_put_text(struct campaign_bytes *bytes, const char *text)
{
    campaign_put_sized(bytes, text, text ? strlen(text) + 1 : 0);
}

void campaign_put_formatted(struct campaign_bytes *bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *room = length > 0 ? (char *)campaign_bytes_room(bytes, (size_t)length + 1) : NULL;
    if (!room)
        return;
    va_start(arguments, format);
    vsnprintf(room, (size_t)length + 1, format, arguments);
    va_end(arguments);
    bytes->size--; /* without the NUL */
}

struct campaign_reader campaign_read(const struct campaign_bytes *bytes)
{
    return (struct campaign_reader){.at = bytes->data,
                                    .end = bytes->size ? bytes->data + bytes->size : bytes->data};
}

/* The next bytes; NULL when there are not so many. */
static const uint8_t *next(struct campaign_reader *reader, size_t size)
{
    const uint8_t *at = reader->at;
    if (reader->failed || (size_t)(reader->end - at) < size) {
        reader->failed = true;
        return NULL;
    }
    reader->at += size;
    return at;
}

bool campaign_take(struct campaign_reader *reader, void *data, size_t size)
{
    const uint8_t *at = next(reader, size);
    if (at)
        memcpy(data, at, size);
    else
        memset(data, 0, size);
    return at != NULL;
}

uint64_t campaign_take_number(struct campaign_reader *reader)
{
    uint64_t number;
    campaign_take(reader, &number, sizeof number);
    return number;
}

const void *campaign_take_sized(struct campaign_reader *reader, size_t *ret_size)
{
    uint64_t size = campaign_take_number(reader);
    const void *at = size && size <= SIZE_MAX ? next(reader, (size_t)size) : NULL;
    *ret_size = at ? (size_t)size : 0;
    return at;
}

const char *campaign_take_text(struct campaign_reader *reader)
{
    size_t size;
    const char *text = campaign_take_sized(reader, &size);
    if (text && text[size - 1] == '\0')
        return text;
    reader->failed |= text != NULL;
    return NULL;
}

bool campaign_bytes_load(struct campaign_bytes *bytes, const char *path, size_t limit)
{
    FILE *file = report_file_source_stream(path);
    size_t got = 1;
    if (!file)
        return false;
    while (got > 0 && bytes->size <= limit) {
        uint8_t *room = campaign_bytes_room(bytes, 65536);
        got = room ? fread(room, 1, 65536, file) : 0;
        bytes->size -= room ? 65536 - got : 0;
    }
    bool good = !ferror(file) && !bytes->failed && bytes->size <= limit;
    int kept = bytes->size > limit ? EFBIG : bytes->failed ? ENOMEM : errno;
    fclose(file);
    errno = kept;
    return good;
}
