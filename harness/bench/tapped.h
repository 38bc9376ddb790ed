/*
 * tapped.h - the tap in a run: it reads what reaches the module, and what reaches the host as the
 * host hears it. The monitor and, of a module that tells nothing by itself, the event engine get
 * what it reads. And the same of a journal.
 */
#ifndef FOTARIG_HARNESS_BENCH_TAPPED_H
#define FOTARIG_HARNESS_BENCH_TAPPED_H

#include "harness/bench/run.h"

/* Bytes that have passed `lane`, sent at `baud_bps`. */
void bench_tap_feed(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                    size_t size, uint32_t baud_bps);

/* A journal as the tap reads it. All zero is the beginning. */
struct bench_tapping {
    struct tap tap;
    uint32_t host_bps; /* the rate at which the host sent last; 0 = it has not sent yet */
};
/* Feeds a record when it has bytes; those at another rate than the host's are heard as garbage. */
void bench_tap_record(struct bench_tapping *tapping, const struct bench_record *record,
                      tap_told *told, void *context);

#endif
