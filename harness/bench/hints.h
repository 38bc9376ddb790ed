/*
 * hints.h - what probably stands behind a verdict, for the author of a client: mistakes of
 * everybody's first day that the wire shows, each once, with the bytes. A view of the journal of a
 * run that is over.
 */
#ifndef FOTARIG_HARNESS_BENCH_HINTS_H
#define FOTARIG_HARNESS_BENCH_HINTS_H

#include "harness/bench/run.h"

/* X(NAME, "name") */
#define BENCH_HINTS(X)                                                                             \
    X(NOTHING_SENT, "nothing-sent") /* it has ended without a byte on its port */                  \
    X(NO_CR, "no-cr")               /* commands that no CR ends */                                 \
    X(OTHER_URL, "other-url")       /* another URL is asked for than the one that is served */     \
    X(ECHO_TAKEN, "echo-taken") /* the next command comes when the echo of the last has come */    \
    X(UNANSWERED, "unanswered") /* a command is sent while another is not answered */

enum bench_hint {
#define X(name, text) BENCH_HINT_##name,
    BENCH_HINTS(X)
#undef X
        BENCH_HINT_COUNT
};
enum { BENCH_HINT_TEXT_MAX = 400 };

struct bench_hints {
    char text[BENCH_HINT_COUNT][BENCH_HINT_TEXT_MAX]; /* "" = nothing of the kind */
};

const char *bench_hint_name(unsigned hint);

/* Looks through a run that is over and whose journal has all of it (MEMORY). */
void bench_hints_find(const struct bench_run *run, struct bench_hints *ret_hints);

#endif
