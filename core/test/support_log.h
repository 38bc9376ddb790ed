/* support_log.h - what a client does and when: command lines, searches, requests, its end. */
#ifndef FOTARIG_CORE_TEST_SUPPORT_LOG_H
#define FOTARIG_CORE_TEST_SUPPORT_LOG_H

#include "core/test/support.h"

#define LOG_MAX        4096
#define LOG_LINE_BYTES 120

struct log_line {
    uint32_t at_ms;
    char text[LOG_LINE_BYTES]; /* a line for the module; "<set-baud 57600>" is a request, "=
                                  updated/none" the end */
};

struct log {
    struct log_line lines[LOG_MAX];
    size_t count;
    char line[LOG_LINE_BYTES]; /* that is being sent */
    size_t length;
};

/* Lets a rig that has begun write into the log, which is emptied; one rig at a time. */
void log_begin(struct log *log, struct rig *rig);

/* The first line from `from` on that begins with `begin`; the number of lines if there is none. */
size_t log_find(const struct log *log, size_t from, const char *begin);

/* Prints lines, for a test that fails. */
void log_print(const struct log *log, size_t from, size_t count);

#endif
