/*
 * program.h - a program whose standard input and output are a line. It runs in a process group of
 * its own, which ends with the line; what it writes to standard error is the user's to see.
 */
#ifndef FOTARIG_HARNESS_PORTS_PROGRAM_H
#define FOTARIG_HARNESS_PORTS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { BENCH_PROGRAM_WORDS_MAX = 64, BENCH_PROGRAM_TEXT_MAX = 1024, BENCH_PROGRAM_END_MS = 500 };

struct bench_program {
    char text[BENCH_PROGRAM_TEXT_MAX]; /* its words, each with a '\0' */
    char *words[BENCH_PROGRAM_WORDS_MAX + 1];
    pid_t pid; /* 0 = it does not run */
};

/*
 * Splits a command line into words, without a shell: blanks part words; '...' keeps all as it is,
 * "..." all but a backslash, and a backslash keeps the next character. No variables, no patterns.
 * 0, or -1 with a message. Must not move afterwards.
 */
int bench_program_split(struct bench_program *program, const char *command, char *reterr_text,
                        size_t reterr_capacity);

/* Starts it; returns a descriptor of both its standard input and output, or -1 with errno set. */
int bench_program_start(struct bench_program *program);

/* Ends its process group: SIGTERM, and after half a second SIGKILL. Writes how it has ended, such
   as "the program ended with status 1"; nothing where it does not run. */
void bench_program_end(struct bench_program *program, char *text, size_t capacity);

#endif
