/* file.c - a whole file in memory. */
#include "harness/cli/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BYTES = 65536 };

/* Reads to the end, doubling the buffer. */
static uint8_t *read_stream(FILE *file, size_t limit, size_t *ret_size)
{
    size_t capacity = FIRST_BYTES, size = 0;
    uint8_t *bytes = malloc(capacity), *larger;

    while (bytes) {
        size += fread(bytes + size, 1, capacity - size, file);
        if (size < capacity && !ferror(file) && size <= limit) {
            *ret_size = size;
            return bytes;
        }
        if (size > limit)
            errno = EFBIG;
        larger = size == capacity && size <= limit ? realloc(bytes, capacity * 2) : NULL;
        if (!larger)
            free(bytes);
        bytes = larger;
        capacity *= 2;
    }
    return NULL;
}

uint8_t *cli_file_read(const char *path, size_t limit, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes;
    int kept;

    if (!file)
        return NULL;
    bytes = read_stream(file, limit, ret_size);
    kept = errno;
    fclose(file);
    errno = kept;
    return bytes;
}

void cli_file_free(const uint8_t *bytes)
{
    union {
        const uint8_t *bytes;
        void *memory;
    } owned = {bytes};

    free(owned.memory);
}
