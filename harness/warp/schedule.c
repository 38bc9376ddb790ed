/*
 * schedule.c - one thread at a time, in order: calls are heard, answered or made to wait, until
 * nobody can go on at this time.
 */
#include "harness/warp/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

enum { LOOK_MS = 2, SILENT_MAX_MS = 120000 };

void warp_trouble(struct warp *warp, enum warp_state state, const char *format, ...)
{
    va_list arguments;
    if (warp->state != WARP_RUNS)
        return; /* the first is the cause */
    warp->state = (uint8_t)state;
    va_start(arguments, format);
    vsnprintf(warp->text, sizeof warp->text, format, arguments);
    va_end(arguments);
}

void warp_note_remark(struct warp *warp, const char *format, ...)
{
    va_list arguments;
    if (warp->remark[0])
        return;
    va_start(arguments, format);
    vsnprintf(warp->remark, sizeof warp->remark, format, arguments);
    va_end(arguments);
}

/* ---- answers ------------------------------------------------------------------------------ */

/* False: the thread is gone, killed meanwhile; the end of its process tells the rest. */
static bool send_reply(struct warp *warp, struct warp_thread *thread,
                       const struct seccomp_notif_resp *reply)
{
    warp_wait_done(thread);
    warp_thread_state(warp, thread, WARP_THREAD_GOES);
    warp->calls++;
    while (ioctl(warp->listener, SECCOMP_IOCTL_NOTIF_SEND, reply))
        if (errno != EINTR)
            return false;
    return true;
}

bool warp_send_answer(struct warp *warp, struct warp_thread *thread, int64_t value)
{
    struct seccomp_notif_resp reply = {.id = thread->call.id,
                                       .val = value < 0 ? 0 : value,
                                       .error = value < 0 ? (int32_t)value : 0};
    return send_reply(warp, thread, &reply);
}

bool warp_send_let(struct warp *warp, struct warp_thread *thread)
{
    struct seccomp_notif_resp reply = {.id = thread->call.id,
                                       .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    return send_reply(warp, thread, &reply);
}

/* True when the thread goes on. */
static bool act(struct warp *warp, struct warp_thread *thread, struct warp_reply reply)
{
    switch (reply.kind) {
    case WARP_LET:
        warp_send_let(warp, thread);
        return true;
    case WARP_ANSWER:
        warp_send_answer(warp, thread, reply.value);
        return true;
    case WARP_WAIT:
        thread->again = true;
        if (!thread->idles)
            warp->idle = 0;
        if (thread->state != WARP_THREAD_WAITS)
            warp_thread_state(warp, thread, WARP_THREAD_WAITS);
        return false;
    case WARP_DONE:
    default:
        if (thread->state == WARP_THREAD_ASKS || thread->state == WARP_THREAD_WAITS)
            warp_thread_state(warp, thread, WARP_THREAD_GOES);
        return true;
    }
}

/* ---- hearing ------------------------------------------------------------------------------ */

static void take_call(struct warp *warp)
{
    struct seccomp_notif call;
    memset(&call, 0, sizeof call);
    if (ioctl(warp->listener, SECCOMP_IOCTL_NOTIF_RECV, &call))
        return; /* whoever asked is gone */
    struct warp_thread *thread = warp_thread_find(warp, (pid_t)call.pid);
    if (!thread) {
        thread = warp_thread_born(warp, (pid_t)call.pid);
        if (!thread)
            return;
        if (warp->newborns)
            warp->newborns--;
    }
    thread->call = call;
    thread->row = warp_call_find(call.data.nr, call.data.args);
    thread->again = thread->idles = thread->woken = thread->has_mask = false;
    thread->deadline_at_us = WARP_NEVER;
    warp_thread_state(warp, thread, WARP_THREAD_ASKS);
}

static void look_for_ends(struct warp *warp)
{
    for (unsigned i = 0; i < warp->process_count && warp->state == WARP_RUNS; i++) {
        struct pollfd look = {warp->processes[i].handle, POLLIN, 0};
        if (warp->processes[i].state == WARP_PROCESS_LIVES && poll(&look, 1, 0) == 1)
            warp_process_ended(warp, &warp->processes[i]);
    }
}

static bool is_heard(const struct warp *warp, int timeout_ms)
{
    struct pollfd look[3] = {{warp->listener, POLLIN, 0},
                             {warp->output_fd[0], POLLIN, 0},
                             {warp->output_fd[1], POLLIN, 0}};
    poll(look, 3, timeout_ms);
    return look[0].revents & POLLIN;
}

/* The processor's time of a process, in milliseconds; -1 = it is gone. */
static int64_t used_ms(pid_t pid)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &used))
        return -1;
    return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

static bool is_asleep(const struct warp *warp, const struct warp_thread *thread)
{
    char letter = warp_thread_letter(warp, thread);
    return letter == 'S' || letter == 'T' || letter == 't'; /* or is stopped: a signal, a tracer */
}

/* Those that go sleep in a call that is not taken over: they are not waited for. */
static void look_for_sleepers(struct warp *warp)
{
    for (unsigned i = 0; i < warp->thread_count; i++) {
        struct warp_thread *thread = &warp->threads[i];
        if (thread->state != WARP_THREAD_GOES || !is_asleep(warp, thread))
            continue;
        int number = warp_thread_native_call(warp, thread);
        if (is_heard(warp, 0))
            return;
        if (!is_asleep(warp, thread))
            continue;
        if (number >= 0 && warp_thread_letter(warp, thread) == 'S')
            warp_note_remark(warp, "a thread sleeps in system call %d, which is not taken over",
                             number);
        warp_thread_state(warp, thread, WARP_THREAD_SLEEPS);
    }
}

/* Who goes, and how long; a loop without a call never gives control back. */
static void look_for_spinning(struct warp *warp, int64_t *used_before_ms)
{
    static const char said[] = "a thread computes for more than %" PRIu32 " ms without a system "
                               "call, and time can't go on; its last call was %s";
    int64_t used = 0;
    const struct warp_thread *goes = NULL;
    for (unsigned i = 0; i < warp->thread_count; i++)
        if (warp->threads[i].state == WARP_THREAD_GOES) {
            goes = &warp->threads[i];
            used = used_ms(warp_process_of(warp, goes)->pid);
            break;
        }
    if (*used_before_ms < 0 || !goes)
        *used_before_ms = used;
    if (goes && used - *used_before_ms > (int64_t)warp->spin_limit_ms)
        warp_trouble(warp, WARP_SPINS, said, warp->spin_limit_ms,
                     goes->row ? goes->row->name : "execve");
}

/* Until everybody who goes has asked or sleeps. */
static void hear(struct warp *warp)
{
    int64_t used_before_ms = -1;
    unsigned silent = 0;
    while ((warp->going || warp->newborns) && warp->state == WARP_RUNS) {
        if (is_heard(warp, LOOK_MS)) {
            take_call(warp);
            used_before_ms = -1;
            silent = 0;
            continue;
        }
        warp_output_collect(warp);
        warp_port_collect(warp);
        look_for_ends(warp);
        if (warp->state != WARP_RUNS)
            return;
        if (++silent > SILENT_MAX_MS / LOOK_MS)
            warp_trouble(warp, WARP_TROUBLE,
                         "nothing was heard of the program for %d s, and none of its threads "
                         "sleeps or computes",
                         SILENT_MAX_MS / 1000);
        look_for_sleepers(warp);
        look_for_spinning(warp, &used_before_ms);
        if (!warp->going && warp->newborns && !is_heard(warp, 0))
            warp_newborns_look(warp);
    }
}

/* ---- choosing ----------------------------------------------------------------------------- */

static struct warp_thread *next(struct warp *warp)
{
    struct warp_thread *found = NULL;
    if (warp->current && warp->current->state == WARP_THREAD_ASKS)
        return warp->current;
    for (unsigned i = 0; i < warp->thread_count; i++) {
        struct warp_thread *one = &warp->threads[i];
        if (one->state == WARP_THREAD_ASKS && (!found || one->order < found->order))
            found = one;
    }
    return found;
}

static void handle(struct warp *warp, struct warp_thread *thread)
{
    warp->current = thread;
    if (!thread->row)
        warp_send_let(warp, thread);
    else
        act(warp, thread, thread->row->handler(warp, thread));
}

/* A signal has come: the wait ends, as it would have in the kernel. */
static void interrupt(struct warp *warp, struct warp_thread *thread)
{
    uint64_t rest_us =
        thread->deadline_at_us > warp->now_us ? thread->deadline_at_us - warp->now_us : 0;
    struct timespec rest = {(time_t)(rest_us / 1000000), (long)(rest_us % 1000000) * 1000};
    bool absolute =
        thread->row->handler == warp_on_clock_nanosleep && warp_argument(thread, 1) & TIMER_ABSTIME;
    uint64_t address = thread->row->handler == warp_on_nanosleep ? warp_argument(thread, 1)
                       : thread->row->handler == warp_on_clock_nanosleep && !absolute
                           ? warp_argument(thread, 3)
                           : 0;
    if (thread->row->on_signal == WARP_SIGNAL_LET) {
        warp_send_let(warp, thread);
        return;
    }
    if (address)
        warp_write_memory(warp, thread, address, &rest, sizeof rest);
    warp_send_answer(warp, thread, -EINTR);
}

static struct warp_thread *waits_after(struct warp *warp, uint64_t order)
{
    struct warp_thread *found = NULL;
    for (unsigned i = 0; i < warp->thread_count; i++) {
        struct warp_thread *one = &warp->threads[i];
        if (one->state == WARP_THREAD_WAITS && one->order > order &&
            (!found || one->order < found->order))
            found = one;
    }
    return found;
}

/* Everybody waits: is there anything that somebody waits for? True: one of them goes on. */
static bool look_again(struct warp *warp)
{
    uint64_t order = 0;
    struct warp_thread *thread;
    while ((thread = waits_after(warp, order))) {
        order = thread->order;
        warp->current = thread;
        if (warp_signal_waits(warp, thread)) {
            interrupt(warp, thread);
            return true;
        }
        if (act(warp, thread, thread->row->handler(warp, thread)))
            return true;
        if (warp->state != WARP_RUNS)
            return false;
    }
    for (unsigned i = 0; i < warp->process_count; i++)
        warp->processes[i].signals = false;
    return false;
}

/* Whoever slept in the kernel and does not any more. */
static bool look_at_sleepers(struct warp *warp)
{
    bool any = false;
    for (unsigned i = 0; i < warp->thread_count; i++) {
        struct warp_thread *thread = &warp->threads[i];
        if (thread->state != WARP_THREAD_SLEEPS || is_asleep(warp, thread))
            continue;
        warp_thread_state(warp, thread, WARP_THREAD_GOES);
        any = true;
    }
    while (is_heard(warp, 0)) {
        take_call(warp);
        any = true;
    }
    return any;
}

static bool has_sleepers(const struct warp *warp)
{
    for (unsigned i = 0; i < warp->thread_count; i++)
        if (warp->threads[i].state == WARP_THREAD_SLEEPS)
            return true;
    return false;
}

static uint64_t earliest(const struct warp *warp, uint64_t next_us)
{
    for (unsigned i = 0; i < warp->thread_count; i++) {
        const struct warp_thread *thread = &warp->threads[i];
        if (thread->state == WARP_THREAD_WAITS && thread->deadline_at_us < next_us)
            next_us = thread->deadline_at_us;
    }
    return next_us;
}

uint64_t warp_advance(struct warp *warp, uint64_t now_us)
{
    if (warp->state != WARP_RUNS)
        return WARP_NEVER;
    warp->now_us = now_us;
    uint64_t timers_us = WARP_NEVER;
    for (;;) {
        hear(warp);
        if (warp->state != WARP_RUNS)
            break;
        struct warp_thread *thread = next(warp);
        if (thread) {
            handle(warp, thread);
            continue;
        }
        timers_us = warp_timers_run(warp);
        if (!look_again(warp) && !(has_sleepers(warp) && look_at_sleepers(warp)))
            break;
    }
    warp_port_collect(warp);
    warp_output_collect(warp);
    if (warp->state != WARP_RUNS)
        return WARP_NEVER;
    return earliest(warp, timers_us);
}
