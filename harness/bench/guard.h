/*
 * guard.h - calls code of somebody else in this process, which may crash or never come back. It
 * costs some ten nanoseconds a call. Processes that it forks are ended by bench_guard_end(), and
 * with this one. What such code writes over of the bench's memory nobody
 * mends: then the process dies, and with it one case (campaign/pool.h).
 */
#ifndef FOTARIG_HARNESS_BENCH_GUARD_H
#define FOTARIG_HARNESS_BENCH_GUARD_H

#include <stdbool.h>

enum {
    BENCH_GUARD_CPU_S = 2,   /* a call that computes for so long does not come back */
    BENCH_GUARD_WAIT_S = 60, /* nor does one that waits for so long */
    BENCH_GUARD_ENDLESS = -1
};

/* From begin to end the process's signals of faults and SIGALRM are the guard's; the rest of the
   process must not wait for SIGALRM meanwhile. One at a time. */
void bench_guard_begin(void);
void bench_guard_end(void);

/* Calls it. 0: it came back; else the signal that ended it, or ENDLESS. */
int bench_guard_call(void (*call)(void *context), void *context);

#endif
