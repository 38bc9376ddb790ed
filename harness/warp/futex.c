/* futex.c - threads that wait for each other, by the address of a word. */
#include "harness/warp/internal.h"

#include <errno.h>
#include <linux/futex.h>

/*
 * Waiters are known by address, and those of another process by nothing but the word: whoever waits
 * looks at it again when nothing else goes on, and a word that has changed ends the wait. That is a
 * legal spurious wake-up, and it serves also what the kernel wakes by itself (a thread's end).
 */

static bool word_is(struct warp *warp, struct warp_thread *thread, uint32_t *ret_word)
{
    return warp_read_memory(warp, thread, warp_argument(thread, 0), ret_word, sizeof *ret_word);
}

/* WAIT has a time from now, WAIT_BITSET one of a clock. */
static bool take_deadline(struct warp *warp, struct warp_thread *thread, unsigned operation)
{
    struct timespec time;
    uint64_t address = warp_argument(thread, 3);
    thread->deadline_at_us = WARP_NEVER;
    if (!address)
        return true;
    if (!warp_read_memory(warp, thread, address, &time, sizeof time))
        return false;
    int clock = operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    thread->deadline_at_us = (operation & FUTEX_CMD_MASK) == FUTEX_WAIT
                                 ? warp_after_us(warp, &time)
                                 : warp_clock_at_us(warp, clock, &time);
    return true;
}

static struct warp_reply wait_on(struct warp *warp, struct warp_thread *thread, unsigned operation)
{
    uint32_t word, expected = (uint32_t)warp_argument(thread, 2);
    if (thread->woken)
        return warp_reply(0);
    if (!word_is(warp, thread, &word))
        return warp_reply(-EFAULT);
    if (word != expected)
        return warp_reply(thread->again ? 0 : -EAGAIN);
    if (!thread->again) {
        bool all = (operation & FUTEX_CMD_MASK) == FUTEX_WAIT;
        if (!take_deadline(warp, thread, operation))
            return warp_reply(-EFAULT);
        thread->futex_address = warp_argument(thread, 0);
        thread->futex_bits = all ? FUTEX_BITSET_MATCH_ANY : (uint32_t)warp_argument(thread, 5);
    }
    return thread->deadline_at_us > warp->now_us ? WARP_REPLY_WAIT : warp_reply(-ETIMEDOUT);
}

static bool is_waiter(const struct warp_thread *thread, uint64_t address, uint32_t bits)
{
    return thread->state == WARP_THREAD_WAITS && thread->row->handler == warp_on_futex &&
           thread->futex_address == address && thread->futex_bits & bits && !thread->woken;
}

/* The one that has waited longest; NULL = nobody waits there. */
static struct warp_thread *longest(struct warp *warp, const struct warp_thread *by,
                                   uint64_t address, uint32_t bits)
{
    struct warp_thread *found = NULL;
    for (unsigned i = 0; i < warp->thread_count; i++) {
        struct warp_thread *one = &warp->threads[i];
        if (is_waiter(one, address, bits) && one->process == by->process &&
            (!found || one->order < found->order))
            found = one;
    }
    return found;
}

static uint64_t wake(struct warp *warp, const struct warp_thread *by, uint64_t address,
                     uint64_t most, uint32_t bits)
{
    struct warp_thread *one;
    uint64_t count = 0;
    while (count < most && (one = longest(warp, by, address, bits))) {
        one->woken = true;
        warp_thread_state(warp, one, WARP_THREAD_ASKS);
        count++;
    }
    return count;
}

static struct warp_reply requeue(struct warp *warp, struct warp_thread *thread, bool compares)
{
    uint32_t word;
    uint64_t from = warp_argument(thread, 0), to = warp_argument(thread, 4);
    struct warp_thread *one;
    if (!word_is(warp, thread, &word))
        return warp_reply(-EFAULT);
    if (compares && word != (uint32_t)warp_argument(thread, 5))
        return warp_reply(-EAGAIN);
    uint64_t count =
        wake(warp, thread, from, (uint32_t)warp_argument(thread, 2), FUTEX_BITSET_MATCH_ANY);
    for (uint64_t most = (uint32_t)warp_argument(thread, 3);
         most && (one = longest(warp, thread, from, FUTEX_BITSET_MATCH_ANY)); most--) {
        one->futex_address = to;
        count++;
    }
    return warp_reply((int64_t)count);
}

WARP_HANDLER(warp_on_futex)
{
    unsigned operation = (unsigned)warp_argument(thread, 1);
    uint32_t most = (uint32_t)warp_argument(thread, 2);
    switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        return wait_on(warp, thread, operation);
    case FUTEX_WAKE:
        return warp_reply(
            (int64_t)wake(warp, thread, warp_argument(thread, 0), most, FUTEX_BITSET_MATCH_ANY));
    case FUTEX_WAKE_BITSET:
        return warp_reply((int64_t)wake(warp, thread, warp_argument(thread, 0), most,
                                        (uint32_t)warp_argument(thread, 5)));
    case FUTEX_REQUEUE:
        return requeue(warp, thread, false);
    case FUTEX_CMP_REQUEUE:
        return requeue(warp, thread, true);
    default:
        warp_note_remark(warp, "it uses futex operation %u, which is not taken over",
                         operation & FUTEX_CMD_MASK);
        return warp_reply(-ENOSYS);
    }
}

/* Not taken over: the program is told that this kernel has no such call, and takes another way. */
WARP_HANDLER(warp_on_refused)
{
    (void)warp;
    (void)thread;
    return warp_reply(-ENOSYS);
}
