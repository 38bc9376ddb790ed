/* support.h - what the tests of the command line share. */
#ifndef FOTARIG_HARNESS_CLI_TEST_SUPPORT_H
#define FOTARIG_HARNESS_CLI_TEST_SUPPORT_H

#include <stddef.h>

/* Runs `function` with stdout and stderr caught in the buffers; returns what it returned. */
int catch_output(int (*function)(void *context), void *context, char *out, size_t out_capacity,
                 char *err, size_t err_capacity);

/* Splits "run --seed 3" at blanks into argv (at most 31 words, NULL at the end); `line` is cut. */
int split_words(char *line, char **argv);

#endif
