/* text.h - reading module lines without scanf: a cursor over bounded text. Private to core. */
#ifndef FOTARIG_CORE_TEXT_H
#define FOTARIG_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of a line. */
struct text {
    const char *at; /* into the line, of which nothing is copied; no NUL */
    size_t length;  /* in bytes */
};

/* A known line, or what one begins with: {"text", TEXT_WHOLE("text")}, TEXT_BEGINNING(). */
struct text_row {
    char text[11]; /* no NUL */
    uint8_t match; /* its length, and whether there is no more */
};

#define TEXT_MORE 16u
#define TEXT_WHOLE(text)                                                                           \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
#define TEXT_BEGINNING(text)                                                                       \
    {                                                                                              \
        text, (sizeof(text) - 1) | TEXT_MORE                                                       \
    }

/* The number of the first row that fits a line of one byte or more; `count` when none does. */
size_t text_find(const struct text_row *rows, size_t count, const char *line, size_t length);

/* The part of a line after its first colon and any spaces; empty when there is no colon. */
struct text text_after_colon(const char *line, size_t length);

/* Takes `prefix` off the front; false and unchanged when the text begins otherwise. */
bool text_take(struct text *text, const char *prefix);

/* Takes a decimal number (spaces before it are skipped); false when there is none or it is beyond
 * 32 bits. */
bool text_take_number(struct text *text, uint32_t *ret_number);

/* Takes a comma, then a number. */
bool text_take_next_number(struct text *text, uint32_t *ret_number);

/* Copies at most `size` - 1 bytes of `length` and a NUL. */
void text_copy(char *buffer, size_t size, const char *source, size_t length);

/* Appends `source` to the `used` bytes in `buffer`; returns the new length, or 0 when it is full
 * (0 stays 0). The result has no NUL. */
size_t text_append(char *buffer, size_t size, size_t used, const char *source);

/* Writes a number and a NUL to the end of a buffer, without a division; returns where it begins. */
#define TEXT_NUMBER_BYTES 11
char *text_number(char *buffer, uint32_t number);

#endif
