/* text.h - reading module lines without scanf: a cursor over bounded text. Private to core. */
#ifndef FOTARIG_CORE_TEXT_H
#define FOTARIG_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of a line. */
struct text {
    const char *at;
    size_t length;
};

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

/* Writes a number and a NUL, without a division. */
#define TEXT_NUMBER_BYTES 11
void text_number(char *buffer, uint32_t number);

#endif
