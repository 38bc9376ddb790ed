/* process.c - threads and processes that begin, become other programs and end. */
#include "harness/warp/internal.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- beginning ---------------------------------------------------------------------------- */

static struct warp_reply begin(struct warp *warp, struct warp_thread *thread, bool waits)
{
    if (!warp_send_let(warp, thread))
        return WARP_REPLY_DONE;
    warp->newborns++;
    if (waits)
        warp_thread_state(warp, thread, WARP_THREAD_VFORKED);
    return WARP_REPLY_DONE;
}

WARP_HANDLER(warp_on_clone)
{
    return begin(warp, thread, warp_argument(thread, 0) & CLONE_VFORK);
}

WARP_HANDLER(warp_on_clone3)
{
    uint64_t flags = 0;
    if (!warp_read_memory(warp, thread, warp_argument(thread, 0), &flags, sizeof flags))
        return warp_reply(-EFAULT);
    return begin(warp, thread, flags & CLONE_VFORK);
}

WARP_HANDLER(warp_on_fork)
{
    return begin(warp, thread, false);
}

WARP_HANDLER(warp_on_vfork)
{
    return begin(warp, thread, true);
}

/* A thread's first call, so that it is known; the kernel does it. */
WARP_HANDLER(warp_on_birth)
{
    (void)warp;
    (void)thread;
    return WARP_REPLY_LET;
}

/* ---- another program ---------------------------------------------------------------------- */

/* Who waits for this child to have a program of its own. */
static void release_parent(struct warp *warp, const struct warp_process *child)
{
    for (unsigned i = 0; i < warp->thread_count; i++) {
        struct warp_thread *one = &warp->threads[i];
        if (one->state == WARP_THREAD_VFORKED && warp_process_of(warp, one)->pid == child->parent)
            warp_thread_state(warp, one, WARP_THREAD_GOES);
    }
}

WARP_HANDLER(warp_on_execve)
{
    if (!warp_exec(warp, thread))
        return WARP_REPLY_DONE;
    warp_process_renewed(warp, thread);
    release_parent(warp, warp_process_of(warp, thread));
    return WARP_REPLY_DONE;
}

/* ---- the end ------------------------------------------------------------------------------ */

WARP_HANDLER(warp_on_exit)
{
    struct warp_process *process = warp_process_of(warp, thread);
    pid_t tid = thread->tid;
    if (!warp_send_let(warp, thread))
        return WARP_REPLY_DONE;
    warp_thread_gone(warp, thread);
    for (unsigned i = 0; i < warp->thread_count; i++)
        if (warp->threads[i].state != WARP_THREAD_FREE &&
            warp_process_of(warp, &warp->threads[i]) == process) {
            /* The others read the word that the kernel clears at its end: it must be done. */
            struct warp_thread gone = {.tid = tid, .process = warp->threads[i].process};
            while (tid != process->pid && warp_thread_letter(warp, &gone))
                sched_yield();
            return WARP_REPLY_DONE;
        }
    release_parent(warp, process);
    warp_await_end(warp, process);
    return WARP_REPLY_DONE;
}

WARP_HANDLER(warp_on_exit_group)
{
    struct warp_process *process = warp_process_of(warp, thread);
    if (!warp_send_let(warp, thread))
        return WARP_REPLY_DONE;
    release_parent(warp, process);
    warp_await_end(warp, process);
    return WARP_REPLY_DONE;
}

/* ---- asking for children ------------------------------------------------------------------ */

/* Has a child ended that its parent has not asked for yet? */
static bool has_ended(struct warp *warp, const struct warp_process *parent, int64_t wanted)
{
    bool any = false, found = false;
    for (unsigned i = 0; i < warp->process_count; i++) {
        struct warp_process *child = &warp->processes[i];
        if (child->state == WARP_PROCESS_FREE || child->parent != parent->pid)
            continue;
        if (child->state == WARP_PROCESS_ENDED && kill(child->pid, 0) && errno == ESRCH) {
            child->state = WARP_PROCESS_FREE; /* it was asked for meanwhile */
            continue;
        }
        any = true;
        if (child->state == WARP_PROCESS_ENDED && (wanted <= 0 || child->pid == wanted))
            found = true;
    }
    return found || !any; /* without a child the kernel says so at once */
}

static struct warp_reply wait_on(struct warp *warp, struct warp_thread *thread, int64_t wanted,
                                 uint64_t options)
{
    if (!thread->again)
        thread->deadline_at_us = WARP_NEVER;
    if (has_ended(warp, warp_process_of(warp, thread), wanted))
        return WARP_REPLY_LET;
    if (options & WNOHANG)
        return warp_idle(warp, thread, WARP_LOOK_IN_VAIN) ? WARP_REPLY_LET : WARP_REPLY_WAIT;
    return WARP_REPLY_WAIT;
}

WARP_HANDLER(warp_on_wait4)
{
    return wait_on(warp, thread, (int32_t)warp_argument(thread, 0), warp_argument(thread, 2));
}

WARP_HANDLER(warp_on_waitid)
{
    bool one = warp_argument(thread, 0) == P_PID;
    if (warp_argument(thread, 0) == P_PIDFD) {
        if (!thread->again)
            warp_wait_for(warp, thread, (int)warp_argument(thread, 1), POLLIN);
        thread->deadline_at_us = WARP_NEVER;
        bool ready = warp_ready(warp, thread) || warp_argument(thread, 3) & WNOHANG;
        return ready ? WARP_REPLY_LET : WARP_REPLY_WAIT;
    }
    return wait_on(warp, thread, one ? (int32_t)warp_argument(thread, 1) : -1,
                   warp_argument(thread, 3));
}

/* ---- what would make two runs differ ------------------------------------------------------ */

/* It stays on one processor, as it was started. */
WARP_HANDLER(warp_on_affinity)
{
    (void)warp;
    (void)thread;
    return warp_reply(0);
}

/* splitmix64, of the run's seed */
static uint64_t next_random(struct warp *warp)
{
    uint64_t mixed = warp->seed += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

WARP_HANDLER(warp_on_getrandom)
{
    uint64_t bytes[32];
    size_t size = warp_argument(thread, 1);
    size = size < sizeof bytes ? size : sizeof bytes;
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        bytes[i] = next_random(warp);
    if (size && !warp_write_memory(warp, thread, warp_argument(thread, 0), bytes, size))
        return warp_reply(-EFAULT);
    return warp_reply((int64_t)size);
}
