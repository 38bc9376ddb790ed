/* clock.c - clocks, sleeping, and what many looks at the clock cost. */
#include "harness/warp/internal.h"

#include <errno.h>
#include <sys/time.h>
#include <sys/times.h>

/* What the clocks show when the bench begins to count: 2026-01-01 00:00:00 UTC, and a machine that
   has run for a quarter of an hour. */
#define EPOCH_S  UINT64_C(1767225600)
#define UPTIME_S UINT64_C(900)
#define S_US     UINT64_C(1000000)
#define S_NS     UINT64_C(1000000000)
/* Nothing waits longer than this; what is given beyond it is for ever. */
#define LONGEST_S UINT64_C(1000000000)

/* Looks that cost nothing, then steps of what each takes: a loop that never waits must get on, and
   one that looks a few times must not be late. Python looks at the clock some 1,600 times while it
   loads its libraries, so that counts less than a look at a port that has nothing. */
enum { IDLE_FREE = 5000, IDLE_STEP = 5000 };
static const uint32_t idle_us[] = {1, 100, 1000};

bool warp_idle(struct warp *warp, struct warp_thread *thread, enum warp_look look)
{
    enum { STEPS = sizeof idle_us / sizeof idle_us[0] };
    if (thread->again)
        return thread->deadline_at_us <= warp->now_us;
    warp->idle += look;
    if (warp->idle <= IDLE_FREE)
        return true;
    uint32_t step = (warp->idle - IDLE_FREE - 1) / IDLE_STEP;
    thread->deadline_at_us = warp->now_us + idle_us[step < STEPS ? step : STEPS - 1];
    thread->idles = true;
    return false;
}

static bool is_wall(int clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI ||
           clock == CLOCK_REALTIME_ALARM;
}

static bool is_uptime(int clock)
{
    return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
           clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME ||
           clock == CLOCK_BOOTTIME_ALARM;
}

uint64_t warp_clock_ns(const struct warp *warp, int clock)
{
    uint64_t from_s = is_wall(clock) ? EPOCH_S : is_uptime(clock) ? UPTIME_S : 0;
    return from_s * S_NS + warp->now_us * 1000;
}

uint64_t warp_after_us(const struct warp *warp, const struct timespec *time)
{
    if (time->tv_sec < 0)
        return warp->now_us;
    if ((uint64_t)time->tv_sec > LONGEST_S)
        return WARP_NEVER;
    return warp->now_us + (uint64_t)time->tv_sec * S_US + ((uint64_t)time->tv_nsec + 999) / 1000;
}

uint64_t warp_clock_at_us(const struct warp *warp, int clock, const struct timespec *at)
{
    uint64_t from_s = is_wall(clock) ? EPOCH_S : is_uptime(clock) ? UPTIME_S : 0;
    if (at->tv_sec < 0 || (uint64_t)at->tv_sec < from_s)
        return warp->now_us;
    if ((uint64_t)at->tv_sec - from_s > LONGEST_S)
        return WARP_NEVER;
    uint64_t at_us = ((uint64_t)at->tv_sec - from_s) * S_US + ((uint64_t)at->tv_nsec + 999) / 1000;
    return at_us > warp->now_us ? at_us : warp->now_us;
}

static struct timespec spec_of(uint64_t time_ns)
{
    return (struct timespec){(time_t)(time_ns / S_NS), (long)(time_ns % S_NS)};
}

static struct warp_reply give(struct warp *warp, struct warp_thread *thread, uint64_t address,
                              const void *bytes, size_t size, int64_t value)
{
    if (address && !warp_write_memory(warp, thread, address, bytes, size))
        return warp_reply(-EFAULT);
    return warp_reply(value);
}

/* ---- looking at the clock ----------------------------------------------------------------- */

WARP_HANDLER(warp_on_clock_gettime)
{
    int clock = (int)warp_argument(thread, 0);
    if (clock < 0 || clock > CLOCK_TAI) /* a clock of a device, or of another process */
        return WARP_REPLY_LET;
    if (!warp_idle(warp, thread, WARP_LOOK_AT_CLOCK))
        return WARP_REPLY_WAIT;
    struct timespec now = spec_of(warp_clock_ns(warp, clock));
    return give(warp, thread, warp_argument(thread, 1), &now, sizeof now, 0);
}

WARP_HANDLER(warp_on_gettimeofday)
{
    if (!warp_idle(warp, thread, WARP_LOOK_AT_CLOCK))
        return WARP_REPLY_WAIT;
    struct timespec now = spec_of(warp_clock_ns(warp, CLOCK_REALTIME));
    struct timeval value = {now.tv_sec, now.tv_nsec / 1000};
    struct timezone zone = {0, 0};
    struct warp_reply reply = give(warp, thread, warp_argument(thread, 0), &value, sizeof value, 0);
    return reply.value ? reply
                       : give(warp, thread, warp_argument(thread, 1), &zone, sizeof zone, 0);
}

WARP_HANDLER(warp_on_time)
{
    if (!warp_idle(warp, thread, WARP_LOOK_AT_CLOCK))
        return WARP_REPLY_WAIT;
    time_t now = (time_t)(warp_clock_ns(warp, CLOCK_REALTIME) / S_NS);
    return give(warp, thread, warp_argument(thread, 0), &now, sizeof now, now);
}

WARP_HANDLER(warp_on_times)
{
    if (!warp_idle(warp, thread, WARP_LOOK_AT_CLOCK))
        return WARP_REPLY_WAIT;
    int64_t ticks = (int64_t)(warp_clock_ns(warp, CLOCK_MONOTONIC) / (S_NS / 100));
    struct tms used = {ticks, 0, 0, 0};
    return give(warp, thread, warp_argument(thread, 0), &used, sizeof used, ticks);
}

/* The clock is the bench's: as for anybody without rights, and the machine's own stays as it is. */
WARP_HANDLER(warp_on_clock_set)
{
    (void)warp;
    (void)thread;
    return warp_reply(-EPERM);
}

WARP_HANDLER(warp_on_yield)
{
    return warp_idle(warp, thread, WARP_LOOK_IN_VAIN) ? warp_reply(0) : WARP_REPLY_WAIT;
}

/* ---- sleeping ----------------------------------------------------------------------------- */

static struct warp_reply sleep_on(struct warp *warp, struct warp_thread *thread)
{
    if (thread->deadline_at_us > warp->now_us)
        return WARP_REPLY_WAIT;
    return warp_reply(0);
}

static bool is_time(const struct timespec *time)
{
    return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < (long)S_NS;
}

WARP_HANDLER(warp_on_nanosleep)
{
    struct timespec time;
    if (thread->again)
        return sleep_on(warp, thread);
    if (!warp_read_memory(warp, thread, warp_argument(thread, 0), &time, sizeof time))
        return warp_reply(-EFAULT);
    if (!is_time(&time))
        return warp_reply(-EINVAL);
    if (time.tv_sec == 0 && time.tv_nsec == 0)
        return warp_on_yield(warp, thread);
    thread->deadline_at_us = warp_after_us(warp, &time);
    return sleep_on(warp, thread);
}

WARP_HANDLER(warp_on_clock_nanosleep)
{
    struct timespec time;
    int clock = (int)warp_argument(thread, 0);
    if (thread->again)
        return sleep_on(warp, thread);
    if (!warp_read_memory(warp, thread, warp_argument(thread, 2), &time, sizeof time))
        return warp_reply(-EFAULT);
    if (!is_time(&time))
        return warp_reply(-EINVAL);
    bool absolute = warp_argument(thread, 1) & TIMER_ABSTIME;
    if (!absolute && time.tv_sec == 0 && time.tv_nsec == 0)
        return warp_on_yield(warp, thread);
    thread->deadline_at_us =
        absolute ? warp_clock_at_us(warp, clock, &time) : warp_after_us(warp, &time);
    return sleep_on(warp, thread);
}
