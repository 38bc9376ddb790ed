/*
 * quantity.h - numbers with units as people write them, in scenario files, on the command line and
 * in settings: one grammar for all. A number, with places or without, and its unit right behind it:
 * "1.5s", "109285B", "10KB" (or "10kB"), "11000B/s", "3.8V", "37%"; a bare number has none.
 */
#ifndef FOTARIG_HARNESS_TEXT_QUANTITY_H
#define FOTARIG_HARNESS_TEXT_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

enum text_quantity {
    TEXT_COUNT,    /* a bare number, the only one that may be negative */
    TEXT_DURATION, /* microseconds */
    TEXT_SIZE,     /* bytes */
    TEXT_RATE,     /* bytes per second */
    TEXT_VOLTAGE,  /* millivolts */
    TEXT_PERCENT,
    TEXT_FACTOR, /* billionths of a bare number that may have places */
    TEXT_QUANTITY_COUNT
};

enum text_number_fault {
    TEXT_NUMBER_GOOD,
    TEXT_NUMBER_NONE,     /* does not begin with a digit, or is written in an odd way */
    TEXT_NUMBER_NO_UNIT,  /* a bare number where a unit is needed */
    TEXT_NUMBER_BAD_UNIT, /* another unit, or one where none is allowed */
    TEXT_NUMBER_TOO_FINE, /* not a whole number of the smallest unit, or more than six places */
    TEXT_NUMBER_TOO_LARGE
};

/* Reads the whole text; the value is in the quantity's smallest unit, and only set when good. */
enum text_number_fault text_number_parse(enum text_quantity quantity, const char *text,
                                         size_t length, int64_t *ret_value);
/* The value in the largest unit that shows it whole; a bare 0. */
const char *text_number_write(char *buffer, size_t capacity, enum text_quantity quantity,
                              int64_t value);
/* "ms": the unit that is so many of the smallest one, "" when there is none. */
const char *text_quantity_unit(enum text_quantity quantity, int64_t factor);
/* A regular expression (ECMA 262) of what is written so. */
const char *text_quantity_pattern(enum text_quantity quantity, char *buffer, size_t capacity);
const char *text_quantity_name(enum text_quantity quantity);    /* "a duration" */
const char *text_quantity_example(enum text_quantity quantity); /* "5s (us, ms, …)" */

#endif
