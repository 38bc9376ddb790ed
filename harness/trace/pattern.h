/*
 * pattern.h - how a line of a log begins, as a pattern: times, numbers and words between literals.
 *
 *     %Y %y %m %d %H %M %S   a part of a date or a time, with that many digits; one does for %m %d
 * %H %f   a fraction of a second, 1 to 9 digits     %u   microseconds, however many digits %e
 * seconds since 1970, or since anything     %k   milliseconds since anything %b   a month's short
 * name                      %a   three letters (a day's name) %n   a decimal number %x   a
 * hexadecimal number %w   a word: what is not blank                 %W   all up to the literal that
 * follows ' '  one or more blanks                        %%   a percent sign
 */
#ifndef FOTARIG_HARNESS_TRACE_PATTERN_H
#define FOTARIG_HARNESS_TRACE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PATTERN_NUMBERS = 4, PATTERN_WORDS = 3 };

struct pattern_found {
    uint64_t time_us; /* of the day if has_date is false and it was %H:%M:%S; TRACE_NO_TIME: none */
    bool has_date;
    bool of_day; /* a time of the day: it goes on from 0 at midnight */
    uint64_t numbers[PATTERN_NUMBERS];
    unsigned number_count;
    struct {
        size_t at, length;
    } words[PATTERN_WORDS];
    unsigned word_count;
    size_t length; /* what the pattern has taken */
};

/* True when the text begins so. */
bool pattern_match(const char *pattern, const char *text, size_t length,
                   struct pattern_found *ret_found);

#endif
