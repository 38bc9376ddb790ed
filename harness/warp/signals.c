/* signals.c - what a signal does to a wait. The kernel keeps it until the call is answered. */
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

/* What is pending for the thread and its process, and what it does not want now. */
static bool pending(const struct warp *warp, const struct warp_thread *thread,
                    uint64_t *ret_pending, uint64_t *ret_blocked)
{
    char path[64], line[128];
    uint64_t own = 0, shared = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/status",
             (int)warp->processes[thread->process].pid, (int)thread->tid);
    FILE *status = fopen(path, "re");
    if (!status)
        return false;
    *ret_blocked = 0;
    while (fgets(line, sizeof line, status)) {
        sscanf(line, "SigPnd: %" SCNx64, &own);
        sscanf(line, "ShdPnd: %" SCNx64, &shared);
        sscanf(line, "SigBlk: %" SCNx64, ret_blocked);
    }
    fclose(status);
    *ret_pending = own | shared;
    return true;
}

bool warp_signal_waits(struct warp *warp, struct warp_thread *thread)
{
    uint64_t come, blocked;
    if (!warp->processes[thread->process].signals || !pending(warp, thread, &come, &blocked))
        return false;
    if (thread->row->handler == warp_on_sigtimedwait)
        return come & thread->mask; /* it waits for what is blocked */
    return come & ~(thread->has_mask ? thread->mask : blocked);
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
