/*
 * captured.h - what a program writes to its outputs: the first 64 KiB of each are kept, the rest is
 * counted. Each is a pipe, read in the loop.
 */
#ifndef FOTARIG_HARNESS_PORTS_CAPTURED_H
#define FOTARIG_HARNESS_PORTS_CAPTURED_H

#include "harness/ports/loop.h"

enum { BENCH_CAPTURED_BYTES = 64 * 1024, BENCH_CAPTURED_LIMIT_BYTES = 8 * 1024 * 1024 };

/* Owned by the caller; must not move while it is open. */
struct bench_captured {
    struct bench_loop *loop;
    struct bench_source source; /* fd -1 = closed */
    char *text;                 /* not terminated; owned */
    size_t size;
    uint64_t total_bytes;
};

/* Opens it, empty. Returns the end that is the program's, to be closed by the caller once it has
   started; -1 with errno. */
int bench_captured_open(struct bench_captured *captured, struct bench_loop *loop);
/* Reads what is there, without waiting. */
void bench_captured_read(struct bench_captured *captured);
/* Reads the rest and closes the pipe; the text stays. */
void bench_captured_close(struct bench_captured *captured);
void bench_captured_free(struct bench_captured *captured);

#endif
