/* bytes.h - values as bytes, between processes of one program: numbers, texts, any bytes. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_BYTES_H
#define FOTARIG_HARNESS_CAMPAIGN_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Grows; all zero = empty. One `failed` to look at when all is written. */
struct campaign_bytes {
    uint8_t *data;
    size_t size, capacity;
    bool failed; /* memory ran out: it is not complete */
};

void campaign_bytes_done(struct campaign_bytes *bytes);
/* Adds room for `size` bytes, for a system call to fill; NULL: no memory. */
uint8_t *campaign_bytes_room(struct campaign_bytes *bytes, size_t size);
/* Adds a whole file of at most `limit` bytes; false with errno set (EFBIG: it is larger). */
bool campaign_bytes_load(struct campaign_bytes *bytes, const char *path, size_t limit);
void campaign_put(struct campaign_bytes *bytes, const void *data, size_t size);
void campaign_put_number(struct campaign_bytes *bytes, uint64_t number);
/* With its NUL; NULL is kept apart from "". */
void campaign_put_text(struct campaign_bytes *bytes, const char *text);
/* With their size. */
void campaign_put_sized(struct campaign_bytes *bytes, const void *data, size_t size);
void campaign_put_formatted(struct campaign_bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads what was put, in the same order. What is not there reads as nothing, and `failed` is set.
 */
struct campaign_reader {
    const uint8_t *at, *end;
    bool failed;
};

struct campaign_reader campaign_read(const struct campaign_bytes *bytes);
bool campaign_take(struct campaign_reader *reader, void *data, size_t size);
uint64_t campaign_take_number(struct campaign_reader *reader);
/* Points into the bytes. */
const char *campaign_take_text(struct campaign_reader *reader);
const void *campaign_take_sized(struct campaign_reader *reader, size_t *ret_size);

#endif
