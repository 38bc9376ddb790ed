/* pace.c - the one mapping between real time and a run's. */
#include "harness/bench/pace.h"

#define TOO_FAR_US 1e18

void bench_pace_begin(struct bench_pace *pace, double speed, uint64_t run_us, uint64_t real_us)
{
    *pace = (struct bench_pace){.speed = speed, .origin_us = real_us, .start_us = run_us};
}

void bench_pace_jump(struct bench_pace *pace, uint64_t run_us, uint64_t real_us)
{
    pace->start_us = run_us;
    pace->origin_us = real_us;
}

void bench_pace_stop(struct bench_pace *pace, bool stands, uint64_t real_us)
{
    bench_pace_jump(pace, bench_pace_run_us(pace, real_us), real_us);
    pace->stands = stands;
}

uint64_t bench_pace_real_us(const struct bench_pace *pace, uint64_t run_us)
{
    double left_us;

    if (run_us == UINT64_MAX || pace->stands)
        return UINT64_MAX;
    if (run_us <= pace->start_us)
        return pace->origin_us;
    left_us = (double)(run_us - pace->start_us) / pace->speed;
    return left_us > TOO_FAR_US ? UINT64_MAX : pace->origin_us + (uint64_t)left_us + 1;
}
