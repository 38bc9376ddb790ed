/* utf8.h - one character of UTF-8. */
#ifndef FOTARIG_HARNESS_TRACE_UTF8_H
#define FOTARIG_HARNESS_TRACE_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { TRACE_UTF8_MAX = 4 };

/* Bytes of the character that begins here; 0: no UTF-8 (too long forms and surrogates are none). */
size_t trace_utf8_read(const char *at, size_t left, uint32_t *ret_code);
/* Writes a character; returns its bytes. `code` <= 0x10ffff, no surrogate. */
size_t trace_utf8_write(uint32_t code, char buffer[TRACE_UTF8_MAX]);

#endif
