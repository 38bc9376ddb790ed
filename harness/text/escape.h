/*
 * escape.h - bytes as people read them, in journals, logs, answers and messages: printable ASCII as
 * it is, "\r", "\n", "\t", "\\", the rest as "\x1A".
 */
#ifndef FOTARIG_HARNESS_TEXT_ESCAPE_H
#define FOTARIG_HARNESS_TEXT_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

enum { TEXT_ESCAPED_MAX = 4 /* characters of one byte */ };

/* One byte, without a NUL behind it; returns how many characters were written, 1 to 4. */
size_t text_escape_byte(uint8_t byte, char buffer[TEXT_ESCAPED_MAX]);

/*
 * All bytes that fit whole, and a NUL when there is room for one. Returns how many characters all
 * of them have, without the NUL.
 */
size_t text_escape(char *buffer, size_t capacity, const void *bytes, size_t size);

#endif
