/* wait.c - calls that wait for descriptors: poll, select, epoll and their kin. */
#include "harness/warp/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

/* ---- descriptors -------------------------------------------------------------------------- */

enum { NOT_OPEN = -2 };

void warp_wait_for(struct warp *warp, struct warp_thread *thread, int fd, short events)
{
    if (thread->polled_count == WARP_POLLED_MAX)
        return;
    int copy = fd < 0 ? -1 : warp_copy_fd(warp, thread, fd);
    thread->polled_number[thread->polled_count] = fd;
    thread->polled[thread->polled_count++] =
        (struct pollfd){.fd = fd >= 0 && copy < 0 ? NOT_OPEN : copy, .events = events};
}

int warp_ready(struct warp *warp, struct warp_thread *thread)
{
    warp_port_feed(warp);
    warp_port_collect(warp);
    warp_output_collect(warp);
    int ready = poll(thread->polled, thread->polled_count, 0);
    ready = ready < 0 ? 0 : ready;
    for (unsigned i = 0; i < thread->polled_count; i++)
        if (thread->polled[i].fd == NOT_OPEN) {
            thread->polled[i].revents = POLLNVAL;
            ready++;
        }
    return ready;
}

void warp_wait_done(struct warp_thread *thread)
{
    for (unsigned i = 0; i < thread->polled_count; i++)
        if (thread->polled[i].fd >= 0)
            close(thread->polled[i].fd);
    thread->polled_count = 0;
    thread->has_mask = false;
}

/* The wait's own signal mask, whose address is `address`; 0 = it has none. */
static void take_mask(struct warp *warp, struct warp_thread *thread, uint64_t address)
{
    thread->has_mask =
        address && warp_read_memory(warp, thread, address, &thread->mask, sizeof thread->mask);
    if (thread->has_mask) /* what was kept away until now may come through it */
        warp_process_of(warp, thread)->signals = true;
}

/* The time that a call may take, as struct timespec; false: it can't be read. */
static bool take_timeout(struct warp *warp, struct warp_thread *thread, uint64_t address)
{
    struct timespec timeout;
    thread->deadline_at_us = WARP_NEVER;
    if (!address)
        return true;
    if (!warp_read_memory(warp, thread, address, &timeout, sizeof timeout))
        return false;
    thread->deadline_at_us = warp_after_us(warp, &timeout);
    return true;
}

static void take_timeout_ms(const struct warp *warp, struct warp_thread *thread, int timeout_ms)
{
    thread->deadline_at_us =
        timeout_ms < 0 ? WARP_NEVER : warp->now_us + (uint64_t)timeout_ms * 1000;
}

/* Nothing is ready. A look that does not wait at all costs what looks at the clock cost. */
static bool is_over(struct warp *warp, struct warp_thread *thread)
{
    if (thread->deadline_at_us > warp->now_us)
        return false;
    return thread->again || warp_idle(warp, thread, WARP_LOOK_IN_VAIN);
}

/* ---- poll --------------------------------------------------------------------------------- */

static bool take_polled(struct warp *warp, struct warp_thread *thread)
{
    struct pollfd entries[WARP_POLLED_MAX];
    size_t count = warp_argument(thread, 1);
    if (count > WARP_POLLED_MAX ||
        !warp_read_memory(warp, thread, warp_argument(thread, 0), entries, count * sizeof *entries))
        return count == 0;
    for (size_t i = 0; i < count; i++)
        warp_wait_for(warp, thread, entries[i].fd, entries[i].events);
    return true;
}

static struct warp_reply poll_on(struct warp *warp, struct warp_thread *thread)
{
    struct pollfd entries[WARP_POLLED_MAX];
    int ready = warp_ready(warp, thread);
    if (ready == 0 && !is_over(warp, thread))
        return WARP_REPLY_WAIT;
    for (unsigned i = 0; i < thread->polled_count; i++)
        entries[i] = (struct pollfd){thread->polled_number[i], thread->polled[i].events,
                                     thread->polled[i].revents};
    if (thread->polled_count && !warp_write_memory(warp, thread, warp_argument(thread, 0), entries,
                                                   thread->polled_count * sizeof *entries))
        return warp_reply(-EFAULT);
    return warp_reply(ready);
}

WARP_HANDLER(warp_on_poll)
{
    if (!thread->again) {
        if (!take_polled(warp, thread))
            return warp_reply(-EINVAL);
        take_timeout_ms(warp, thread, (int)warp_argument(thread, 2));
    }
    return poll_on(warp, thread);
}

WARP_HANDLER(warp_on_ppoll)
{
    if (!thread->again) {
        if (!take_polled(warp, thread) || !take_timeout(warp, thread, warp_argument(thread, 2)))
            return warp_reply(-EINVAL);
        take_mask(warp, thread, warp_argument(thread, 3));
    }
    return poll_on(warp, thread);
}

/* ---- select ------------------------------------------------------------------------------- */

struct sets {
    fd_set read, write, except;
};

static bool take_set(struct warp *warp, struct warp_thread *thread, unsigned argument, size_t size,
                     fd_set *set)
{
    uint64_t address = warp_argument(thread, argument);
    FD_ZERO(set);
    return !address || warp_read_memory(warp, thread, address, set, size);
}

static bool give_set(struct warp *warp, struct warp_thread *thread, unsigned argument, size_t size,
                     const fd_set *set)
{
    uint64_t address = warp_argument(thread, argument);
    return !address || warp_write_memory(warp, thread, address, set, size);
}

static size_t set_bytes(int count)
{
    return ((size_t)count + 63) / 64 * 8;
}

static int take_selected(struct warp *warp, struct warp_thread *thread)
{
    struct sets sets;
    int count = (int)warp_argument(thread, 0);
    if (count < 0 || count > FD_SETSIZE)
        return -EINVAL;
    size_t size = set_bytes(count);
    if (!take_set(warp, thread, 1, size, &sets.read) ||
        !take_set(warp, thread, 2, size, &sets.write) ||
        !take_set(warp, thread, 3, size, &sets.except))
        return -EFAULT;
    for (int fd = 0; fd < count; fd++) {
        int events = (FD_ISSET(fd, &sets.read) ? POLLIN : 0) |
                     (FD_ISSET(fd, &sets.write) ? POLLOUT : 0) |
                     (FD_ISSET(fd, &sets.except) ? POLLPRI : 0);
        if (events)
            warp_wait_for(warp, thread, fd, (short)events);
    }
    return 0;
}

/* Writes the sets of what is ready; returns how many that are. */
static int give_selected(struct warp *warp, struct warp_thread *thread)
{
    struct sets sets;
    size_t size = set_bytes((int)warp_argument(thread, 0));
    int count = 0;
    FD_ZERO(&sets.read);
    FD_ZERO(&sets.write);
    FD_ZERO(&sets.except);
    for (unsigned i = 0; i < thread->polled_count; i++) {
        const struct pollfd *one = &thread->polled[i];
        int fd = thread->polled_number[i];
        if (one->revents & POLLNVAL)
            return -EBADF;
        if (one->events & POLLIN && one->revents & (POLLIN | POLLHUP | POLLERR)) {
            FD_SET(fd, &sets.read);
            count++;
        }
        if (one->events & POLLOUT && one->revents & (POLLOUT | POLLERR)) {
            FD_SET(fd, &sets.write);
            count++;
        }
        if (one->events & POLLPRI && one->revents & POLLPRI) {
            FD_SET(fd, &sets.except);
            count++;
        }
    }
    bool given = give_set(warp, thread, 1, size, &sets.read) &&
                 give_set(warp, thread, 2, size, &sets.write) &&
                 give_set(warp, thread, 3, size, &sets.except);
    return given ? count : -EFAULT;
}

/* Linux tells what was left of the time. */
static void give_rest(struct warp *warp, struct warp_thread *thread, bool is_spec)
{
    uint64_t address = warp_argument(thread, 4);
    if (!address || thread->deadline_at_us == WARP_NEVER)
        return;
    uint64_t rest_us =
        thread->deadline_at_us > warp->now_us ? thread->deadline_at_us - warp->now_us : 0;
    int64_t rest[2] = {(int64_t)(rest_us / 1000000),
                       (int64_t)(rest_us % 1000000) * (is_spec ? 1000 : 1)};
    warp_write_memory(warp, thread, address, rest, sizeof rest);
}

static struct warp_reply select_on(struct warp *warp, struct warp_thread *thread, bool is_spec)
{
    int count = warp_ready(warp, thread) ? give_selected(warp, thread) : 0;
    if (count == 0 && !is_over(warp, thread))
        return WARP_REPLY_WAIT;
    if (count == 0)
        count = give_selected(warp, thread);
    give_rest(warp, thread, is_spec);
    return warp_reply(count);
}

WARP_HANDLER(warp_on_select)
{
    if (!thread->again) {
        int error = take_selected(warp, thread);
        struct timeval timeout;
        uint64_t address = warp_argument(thread, 4);
        thread->deadline_at_us = WARP_NEVER;
        if (error)
            return warp_reply(error);
        if (address) {
            if (!warp_read_memory(warp, thread, address, &timeout, sizeof timeout))
                return warp_reply(-EFAULT);
            struct timespec time = {timeout.tv_sec, timeout.tv_usec * 1000};
            thread->deadline_at_us = warp_after_us(warp, &time);
        }
    }
    return select_on(warp, thread, false);
}

WARP_HANDLER(warp_on_pselect6)
{
    if (!thread->again) {
        uint64_t mask[2] = {0, 0}; /* its address and size */
        int error = take_selected(warp, thread);
        if (error)
            return warp_reply(error);
        if (!take_timeout(warp, thread, warp_argument(thread, 4)))
            return warp_reply(-EFAULT);
        if (warp_argument(thread, 5) &&
            warp_read_memory(warp, thread, warp_argument(thread, 5), mask, sizeof mask))
            take_mask(warp, thread, mask[0]);
    }
    return select_on(warp, thread, true);
}

/* ---- epoll -------------------------------------------------------------------------------- */

static struct warp_reply epoll_on(struct warp *warp, struct warp_thread *thread)
{
    struct epoll_event events[64];
    int most = (int)warp_argument(thread, 2);
    int copy = thread->polled[0].fd;
    int count = 0;
    if (most <= 0)
        return warp_reply(-EINVAL);
    if (copy < 0)
        return warp_reply(-EBADF);
    if (warp_ready(warp, thread)) {
        count = epoll_wait(copy, events, most < 64 ? most : 64, 0);
        if (count < 0)
            return warp_reply(-errno);
    }
    if (count == 0 && !is_over(warp, thread))
        return WARP_REPLY_WAIT;
    if (count && !warp_write_memory(warp, thread, warp_argument(thread, 1), events,
                                    (size_t)count * sizeof *events))
        return warp_reply(-EFAULT);
    return warp_reply(count);
}

WARP_HANDLER(warp_on_epoll_wait)
{
    if (!thread->again) {
        warp_wait_for(warp, thread, (int)warp_argument(thread, 0), POLLIN);
        take_timeout_ms(warp, thread, (int)warp_argument(thread, 3));
    }
    return epoll_on(warp, thread);
}

WARP_HANDLER(warp_on_epoll_pwait)
{
    if (!thread->again)
        take_mask(warp, thread, warp_argument(thread, 4));
    return warp_on_epoll_wait(warp, thread);
}

WARP_HANDLER(warp_on_epoll_pwait2)
{
    if (!thread->again) {
        take_mask(warp, thread, warp_argument(thread, 4));
        warp_wait_for(warp, thread, (int)warp_argument(thread, 0), POLLIN);
        if (!take_timeout(warp, thread, warp_argument(thread, 3)))
            return warp_reply(-EFAULT);
    }
    return epoll_on(warp, thread);
}
