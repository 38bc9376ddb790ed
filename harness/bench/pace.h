/*
 * pace.h - the time of a run that goes by the real clock: so much faster than it, and it may stand.
 * The one mapping between the two, for a run that is judged and for modules that are served.
 */
#ifndef FOTARIG_HARNESS_BENCH_PACE_H
#define FOTARIG_HARNESS_BENCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct bench_pace {
    double speed;       /* run's time per real time, above 0 */
    uint64_t origin_us; /* real time at which the run's time was start_us */
    uint64_t start_us;
    bool stands; /* the run's time is start_us until it goes on */
};

/* The run's time is `run_us` at the real time `real_us`, and goes on from there. */
void bench_pace_begin(struct bench_pace *pace, double speed, uint64_t run_us, uint64_t real_us);

/* The run's time is `run_us` from now on; whether it stands does not change. */
void bench_pace_jump(struct bench_pace *pace, uint64_t run_us, uint64_t real_us);

/* The run's time stops or goes on at `real_us`. */
void bench_pace_stop(struct bench_pace *pace, bool stands, uint64_t real_us);

/* The run's time at a real time; start_us before the origin. */
static inline uint64_t bench_pace_run_us(const struct bench_pace *pace, uint64_t real_us)
{
    if (pace->stands || real_us < pace->origin_us)
        return pace->start_us;
    return pace->start_us + (uint64_t)((double)(real_us - pace->origin_us) * pace->speed);
}

/* The first microsecond of real time at which the run's time is `run_us` or later; UINT64_MAX for
   UINT64_MAX, while the run's time stands, and where it is too far away. */
uint64_t bench_pace_real_us(const struct bench_pace *pace, uint64_t run_us);

#endif
