/* signal_waits.c - what a signal does to a wait. The kernel keeps it until the call is answered. */
#include "harness/warp/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void warp_signals_came(struct warp *warp, pid_t pid)
{
    for (unsigned i = 0; i < warp->process_count; i++)
        if (pid <= 0 || warp->processes[i].pid == pid)
            warp->processes[i].signals = true;
}

/* What is pending for a thread alone and for its process, and what it does not want now. */
struct pending {
    uint64_t own, shared, blocked;
};

static bool look_at(const struct warp *warp, const struct warp_thread *thread,
                    struct pending *pending)
{
    char path[64], line[128];
    *pending = (struct pending){0, 0, 0};
    snprintf(path, sizeof path, "/proc/%d/task/%d/status",
             (int)warp->processes[thread->process].pid, (int)thread->tid);
    FILE *status = fopen(path, "re");
    if (!status)
        return false;
    while (fgets(line, sizeof line, status)) {
        sscanf(line, "SigPnd: %" SCNx64, &pending->own);
        sscanf(line, "ShdPnd: %" SCNx64, &pending->shared);
        sscanf(line, "SigBlk: %" SCNx64, &pending->blocked);
    }
    fclose(status);
    bool waits_for_it =
        thread->state == WARP_THREAD_WAITS && thread->row->handler == warp_on_sigtimedwait;
    if (waits_for_it) /* for what is blocked otherwise */
        pending->blocked = ~thread->mask;
    else if (thread->state == WARP_THREAD_WAITS && thread->has_mask)
        pending->blocked = thread->mask;
    return true;
}

/* The kernel gives what is sent to a process to its first thread that wants it, and wakes that one
   alone. */
static bool another_gets(const struct warp *warp, const struct warp_thread *thread, uint64_t shared)
{
    pid_t pid = warp->processes[thread->process].pid;
    for (unsigned i = 0; i < warp->thread_count; i++) {
        const struct warp_thread *one = &warp->threads[i];
        struct pending pending;
        bool before = one->tid == pid || (thread->tid != pid && one->tid < thread->tid);
        if (one != thread && one->state != WARP_THREAD_FREE && one->process == thread->process &&
            before && look_at(warp, one, &pending) && shared & ~pending.blocked)
            return true;
    }
    return false;
}

bool warp_signal_waits(struct warp *warp, struct warp_thread *thread)
{
    struct pending pending;
    if (!warp->processes[thread->process].signals || !look_at(warp, thread, &pending))
        return false;
    uint64_t shared = pending.shared & ~pending.blocked;
    return pending.own & ~pending.blocked || (shared && !another_gets(warp, thread, shared));
}

/* Whoever gets one is looked at when nobody goes any more. */
WARP_HANDLER(warp_on_kill)
{
    (void)thread;
    warp_signals_came(warp, 0);
    return WARP_REPLY_LET;
}

WARP_HANDLER(warp_on_suspend)
{
    if (!thread->again) {
        thread->deadline_at_us = WARP_NEVER;
        if (strcmp(thread->row->name, "pause") != 0)
            thread->has_mask = warp_read_memory(warp, thread, warp_argument(thread, 0),
                                                &thread->mask, sizeof thread->mask);
        warp_process_of(warp, thread)->signals = true;
    }
    return WARP_REPLY_WAIT;
}

WARP_HANDLER(warp_on_sigtimedwait)
{
    struct timespec timeout;
    if (!thread->again) {
        thread->deadline_at_us = WARP_NEVER;
        if (!warp_read_memory(warp, thread, warp_argument(thread, 0), &thread->mask,
                              sizeof thread->mask))
            return warp_reply(-EFAULT);
        if (warp_argument(thread, 2)) {
            if (!warp_read_memory(warp, thread, warp_argument(thread, 2), &timeout, sizeof timeout))
                return warp_reply(-EFAULT);
            thread->deadline_at_us = warp_after_us(warp, &timeout);
        }
        warp_process_of(warp, thread)->signals = true;
        if (warp_signal_waits(warp, thread))
            return WARP_REPLY_LET;
    }
    return thread->deadline_at_us > warp->now_us ? WARP_REPLY_WAIT : warp_reply(-EAGAIN);
}
