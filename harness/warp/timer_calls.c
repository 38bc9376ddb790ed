/* timer_calls.c - timers of the program: alarm, setitimer, timer_create, timerfd. */
#include "harness/warp/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

static struct warp_timer *timer_new(struct warp *warp, const struct warp_thread *thread,
                                    enum warp_timer_kind kind)
{
    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++) {
        struct warp_timer *timer = &warp->timers[i];
        if (timer->kind != WARP_TIMER_FREE)
            continue;
        *timer = (struct warp_timer){
            .kind = (uint8_t)kind, .process = thread->process, .at_us = WARP_NEVER, .fd = -1};
        return timer;
    }
    return NULL;
}

static void timer_free(struct warp_timer *timer)
{
    if (timer->fd >= 0)
        close(timer->fd);
    timer->kind = WARP_TIMER_FREE;
    timer->fd = -1;
}

void warp_timers_drop(struct warp *warp, unsigned process, bool is_end)
{
    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++) {
        struct warp_timer *timer = &warp->timers[i];
        bool survives =
            timer->kind == WARP_TIMER_FD || (timer->kind == WARP_TIMER_ALARM && !is_end);
        if (timer->kind != WARP_TIMER_FREE && timer->process == process && !survives)
            timer_free(timer);
    }
}

/* ---- ringing ------------------------------------------------------------------------------ */

static void signal_of(struct warp *warp, const struct warp_timer *timer)
{
    const struct warp_process *process = &warp->processes[timer->process];
    siginfo_t about;
    if (timer->notify == SIGEV_NONE)
        return;
    memset(&about, 0, sizeof about);
    about.si_signo = timer->signal;
    about.si_code = SI_TIMER;
    about.si_value.sival_ptr = (void *)(uintptr_t)timer->value;
    if (timer->kind == WARP_TIMER_ALARM)
        kill(process->pid, SIGALRM);
    else if (timer->notify == SIGEV_THREAD_ID)
        syscall(SYS_rt_tgsigqueueinfo, process->pid, timer->tid, timer->signal, &about);
    else
        syscall(SYS_rt_sigqueueinfo, process->pid, timer->signal, &about);
    warp_signals_came(warp, process->pid);
}

static void ring(struct warp *warp, struct warp_timer *timer)
{
    uint64_t count = 1, at_us = timer->at_us;
    if (timer->interval_us)
        count += (warp->now_us - at_us) / timer->interval_us;
    timer->at_us = timer->interval_us ? at_us + count * timer->interval_us : WARP_NEVER;
    if (timer->kind == WARP_TIMER_FD) {
        if (write(timer->fd, &count, sizeof count) < 0)
            return; /* it is full of rings that nobody has read */
    } else {
        signal_of(warp, timer);
    }
}

uint64_t warp_timers_run(struct warp *warp)
{
    uint64_t next_us = WARP_NEVER;
    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++) {
        struct warp_timer *timer = &warp->timers[i];
        if (timer->kind == WARP_TIMER_FREE)
            continue;
        if (timer->at_us <= warp->now_us)
            ring(warp, timer);
        if (timer->at_us < next_us)
            next_us = timer->at_us;
    }
    return next_us;
}

/* ---- times of a timer --------------------------------------------------------------------- */

static uint64_t rest_us(const struct warp *warp, const struct warp_timer *timer)
{
    if (!timer || timer->at_us == WARP_NEVER)
        return 0;
    return timer->at_us > warp->now_us ? timer->at_us - warp->now_us : 1;
}

static struct timespec spec(uint64_t time_us)
{
    return (struct timespec){(time_t)(time_us / 1000000), (long)(time_us % 1000000) * 1000};
}

static uint64_t interval_of(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * 1000000 + ((uint64_t)time->tv_nsec + 999) / 1000;
}

/* Arms it as the program says; `absolute`: at a time of its clock. */
static void arm(const struct warp *warp, struct warp_timer *timer, const struct itimerspec *to,
                bool absolute)
{
    bool is_off = to->it_value.tv_sec == 0 && to->it_value.tv_nsec == 0;
    int clock = timer->is_wall ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    timer->interval_us = interval_of(&to->it_interval);
    timer->at_us = is_off     ? WARP_NEVER
                   : absolute ? warp_clock_at_us(warp, clock, &to->it_value)
                              : warp_after_us(warp, &to->it_value);
}

static struct itimerspec state_of(const struct warp *warp, const struct warp_timer *timer)
{
    return (struct itimerspec){spec(timer ? timer->interval_us : 0), spec(rest_us(warp, timer))};
}

/* ---- alarm and setitimer ------------------------------------------------------------------ */

static struct warp_timer *alarm_of(struct warp *warp, const struct warp_thread *thread)
{
    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++)
        if (warp->timers[i].kind == WARP_TIMER_ALARM && warp->timers[i].process == thread->process)
            return &warp->timers[i];
    return NULL;
}

WARP_HANDLER(warp_on_alarm)
{
    struct warp_timer *timer = alarm_of(warp, thread);
    uint64_t seconds = (uint32_t)warp_argument(thread, 0);
    uint64_t left_s = (rest_us(warp, timer) + 999999) / 1000000;
    timer = timer ? timer : timer_new(warp, thread, WARP_TIMER_ALARM);
    if (timer) {
        timer->at_us = seconds ? warp->now_us + seconds * 1000000 : WARP_NEVER;
        timer->interval_us = 0;
    }
    return warp_reply((int64_t)left_s);
}

static bool give_itimer(struct warp *warp, struct warp_thread *thread, uint64_t address,
                        const struct warp_timer *timer)
{
    struct itimerspec now = state_of(warp, timer);
    struct itimerval value = {{now.it_interval.tv_sec, now.it_interval.tv_nsec / 1000},
                              {now.it_value.tv_sec, now.it_value.tv_nsec / 1000}};
    return !address || warp_write_memory(warp, thread, address, &value, sizeof value);
}

WARP_HANDLER(warp_on_getitimer)
{
    if (warp_argument(thread, 0) != ITIMER_REAL)
        return WARP_REPLY_LET;
    bool given = give_itimer(warp, thread, warp_argument(thread, 1), alarm_of(warp, thread));
    return warp_reply(given ? 0 : -EFAULT);
}

WARP_HANDLER(warp_on_setitimer)
{
    struct itimerval value = {{0, 0}, {0, 0}};
    struct warp_timer *timer = alarm_of(warp, thread);
    if (warp_argument(thread, 0) != ITIMER_REAL)
        return WARP_REPLY_LET; /* of the processor's time, which is the kernel's */
    if (warp_argument(thread, 1) &&
        !warp_read_memory(warp, thread, warp_argument(thread, 1), &value, sizeof value))
        return warp_reply(-EFAULT);
    if (!give_itimer(warp, thread, warp_argument(thread, 2), timer))
        return warp_reply(-EFAULT);
    timer = timer ? timer : timer_new(warp, thread, WARP_TIMER_ALARM);
    if (!timer)
        return warp_reply(-EAGAIN);
    const struct itimerspec to = {{value.it_interval.tv_sec, value.it_interval.tv_usec * 1000},
                                  {value.it_value.tv_sec, value.it_value.tv_usec * 1000}};
    arm(warp, timer, &to, false);
    return warp_reply(0);
}

/* ---- timer_create ------------------------------------------------------------------------- */

/* What the kernel takes; the C library's structure has other names for the thread's number. */
struct order {
    uint64_t value;
    int32_t signal, notify, tid;
};

/* Its number is that of its place, from 1. */
static struct warp_timer *posix_timer(struct warp *warp, struct warp_thread *thread)
{
    uint64_t number = warp_argument(thread, 0);
    if (number == 0 || number > WARP_TIMERS_MAX)
        return NULL;
    struct warp_timer *timer = &warp->timers[number - 1];
    return timer->kind == WARP_TIMER_POSIX && timer->process == thread->process ? timer : NULL;
}

WARP_HANDLER(warp_on_timer_create)
{
    struct order order = {.signal = SIGALRM, .notify = SIGEV_SIGNAL};
    int clock = (int)warp_argument(thread, 0);
    if (warp_argument(thread, 1) &&
        !warp_read_memory(warp, thread, warp_argument(thread, 1), &order, sizeof order))
        return warp_reply(-EFAULT);
    struct warp_timer *timer = timer_new(warp, thread, WARP_TIMER_POSIX);
    if (!timer)
        return warp_reply(-EAGAIN);
    int32_t number = (int32_t)(timer - warp->timers) + 1;
    timer->is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
    timer->notify = order.notify;
    timer->signal = order.signal;
    timer->tid = order.tid;
    timer->value = warp_argument(thread, 1) ? order.value : (uint64_t)number;
    if (warp_write_memory(warp, thread, warp_argument(thread, 2), &number, sizeof number))
        return warp_reply(0);
    timer_free(timer);
    return warp_reply(-EFAULT);
}

static struct warp_reply settime(struct warp *warp, struct warp_thread *thread,
                                 struct warp_timer *timer)
{
    struct itimerspec to, before = state_of(warp, timer);
    if (!warp_read_memory(warp, thread, warp_argument(thread, 2), &to, sizeof to))
        return warp_reply(-EFAULT);
    arm(warp, timer, &to, warp_argument(thread, 1) & TIMER_ABSTIME);
    if (warp_argument(thread, 3) &&
        !warp_write_memory(warp, thread, warp_argument(thread, 3), &before, sizeof before))
        return warp_reply(-EFAULT);
    return warp_reply(0);
}

static struct warp_reply gettime(struct warp *warp, struct warp_thread *thread,
                                 const struct warp_timer *timer)
{
    struct itimerspec now = state_of(warp, timer);
    bool given = warp_write_memory(warp, thread, warp_argument(thread, 1), &now, sizeof now);
    return warp_reply(given ? 0 : -EFAULT);
}

WARP_HANDLER(warp_on_timer_settime)
{
    struct warp_timer *timer = posix_timer(warp, thread);
    return timer ? settime(warp, thread, timer) : warp_reply(-EINVAL);
}

WARP_HANDLER(warp_on_timer_gettime)
{
    const struct warp_timer *timer = posix_timer(warp, thread);
    return timer ? gettime(warp, thread, timer) : warp_reply(-EINVAL);
}

WARP_HANDLER(warp_on_timer_getoverrun)
{
    return warp_reply(posix_timer(warp, thread) ? 0 : -EINVAL);
}

WARP_HANDLER(warp_on_timer_delete)
{
    struct warp_timer *timer = posix_timer(warp, thread);
    if (timer)
        timer_free(timer);
    return warp_reply(timer ? 0 : -EINVAL);
}

/* ---- timerfd: an event descriptor that is rung from here ---------------------------------- */

/* The kernel's number of an event descriptor, 0 = it is none. */
static uint64_t event_id(int fd)
{
    char path[64], line[128];
    unsigned long long id = 0;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *about = fopen(path, "re");
    if (!about)
        return 0;
    while (fgets(line, sizeof line, about))
        if (sscanf(line, "eventfd-id: %llu", &id) == 1)
            id++;
    fclose(about);
    return id;
}

static struct warp_timer *fd_timer(struct warp *warp, struct warp_thread *thread)
{
    int copy = warp_copy_fd(warp, thread, (int)warp_argument(thread, 0));
    uint64_t id = copy >= 0 ? event_id(copy) : 0;
    if (copy >= 0)
        close(copy);
    for (unsigned i = 0; id && i < WARP_TIMERS_MAX; i++)
        if (warp->timers[i].kind == WARP_TIMER_FD && warp->timers[i].id == id)
            return &warp->timers[i];
    return NULL;
}

WARP_HANDLER(warp_on_timerfd_create)
{
    int flags = (int)warp_argument(thread, 1);
    int clock = (int)warp_argument(thread, 0);
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct warp_timer *timer = event >= 0 ? timer_new(warp, thread, WARP_TIMER_FD) : NULL;
    if (!timer) {
        if (event >= 0)
            close(event);
        return warp_reply(-EMFILE);
    }
    timer->fd = event;
    timer->id = event_id(event);
    timer->is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
    /* Both share the flags of the file: a program that wants to wait in read() gets that. */
    if (!(flags & TFD_NONBLOCK))
        syscall(SYS_fcntl, event, 4 /* F_SETFL */, 0);
    struct seccomp_notif_addfd given = {.id = thread->call.id,
                                        .flags = SECCOMP_ADDFD_FLAG_SEND,
                                        .srcfd = (uint32_t)event,
                                        .newfd_flags = flags & TFD_CLOEXEC ? 02000000 : 0};
    if (ioctl(warp->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given) >= 0)
        return WARP_REPLY_DONE;
    int error = errno;
    timer_free(timer);
    return warp_reply(-error);
}

/* A new time takes back what rang before and was not read. */
static void silence(const struct warp_timer *timer)
{
    uint64_t count;
    struct pollfd look = {timer->fd, POLLIN, 0};
    if (poll(&look, 1, 0) == 1 && read(timer->fd, &count, sizeof count) < 0)
        return;
}

WARP_HANDLER(warp_on_timerfd_settime)
{
    struct warp_timer *timer = fd_timer(warp, thread);
    if (!timer)
        return WARP_REPLY_LET;
    silence(timer);
    return settime(warp, thread, timer);
}

WARP_HANDLER(warp_on_timerfd_gettime)
{
    const struct warp_timer *timer = fd_timer(warp, thread);
    return timer ? gettime(warp, thread, timer) : WARP_REPLY_LET;
}
