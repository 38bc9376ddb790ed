/* loop.c - epoll, timer slack and inotify; a self-pipe for signals. */
#include "harness/bench/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/* ---- signals ------------------------------------------------------------------------------ */

/* A signal handler can reach nothing but globals. */
static volatile sig_atomic_t signal_caught;
static int signal_pipe[2] = {-1, -1};

static void note_signal(int number)
{
    int kept = errno;

    signal_caught = number;
    /* A full pipe wakes as well. */
    if (write(signal_pipe[1], "", 1) < 0)
        errno = kept;
    errno = kept;
}

static int open_signal_pipe(void)
{
    if (signal_pipe[0] >= 0)
        return 0;
    if (pipe(signal_pipe))
        return -1;
    for (int i = 0; i < 2; i++)
        if (fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK) ||
            fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC))
            return -1;
    return 0;
}

int bench_signals_catch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;

    if (open_signal_pipe())
        return -1;
    memset(&action, 0, sizeof(action));
    action.sa_handler = note_signal;
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (sigaction(numbers[i], &action, NULL))
            return -1;
    return 0;
}

int bench_signal(void)
{
    return signal_caught;
}

static void drain_signals(void *context, unsigned ready)
{
    const struct bench_loop *loop = context;
    char bytes[16];

    (void)ready;
    while (read(loop->signals.fd, bytes, sizeof(bytes)) > 0)
        continue;
}

/* ---- the loop ----------------------------------------------------------------------------- */

static uint32_t epoll_events(unsigned events)
{
    return (events & BENCH_READABLE ? (uint32_t)EPOLLIN : 0u) |
           (events & BENCH_WRITABLE ? (uint32_t)EPOLLOUT : 0u);
}

static unsigned bench_events(uint32_t events)
{
    unsigned readable = events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP) ? BENCH_READABLE : 0;

    return readable | (events & (EPOLLOUT | EPOLLERR) ? BENCH_WRITABLE : 0u);
}

static int control(struct bench_loop *loop, int operation, struct bench_source *source,
                   unsigned events)
{
    struct epoll_event event = {.events = epoll_events(events), .data = {.ptr = source}};

    return epoll_ctl(loop->poll_fd, operation, source->fd, &event);
}

int bench_loop_open(struct bench_loop *loop)
{
    memset(loop, 0, sizeof(*loop));
    if (open_signal_pipe())
        return -1;
    loop->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->poll_fd < 0)
        return -1;
    /* 50 us of slack by default; 1 ns halves the lateness of paced output. */
    prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul);
    loop->signals = (struct bench_source){signal_pipe[0], drain_signals, loop};
    if (bench_loop_add(loop, &loop->signals, BENCH_READABLE)) {
        bench_loop_close(loop);
        return -1;
    }
    return 0;
}

void bench_loop_close(struct bench_loop *loop)
{
    if (loop->poll_fd >= 0)
        close(loop->poll_fd);
    loop->poll_fd = -1;
}

int bench_loop_add(struct bench_loop *loop, struct bench_source *source, unsigned events)
{
    return control(loop, EPOLL_CTL_ADD, source, events);
}

int bench_loop_change(struct bench_loop *loop, struct bench_source *source, unsigned events)
{
    return control(loop, EPOLL_CTL_MOD, source, events);
}

void bench_loop_remove(struct bench_loop *loop, struct bench_source *source)
{
    control(loop, EPOLL_CTL_DEL, source, 0);
    for (size_t i = 0; i < loop->batch_count; i++)
        if (loop->batch[i] == source)
            loop->batch[i] = NULL;
}

/* Microseconds from now to `until_us`, at most an hour at a time. */
static uint64_t time_left(uint64_t until_us)
{
    uint64_t now_us = bench_clock_us();
    uint64_t left_us = until_us > now_us ? until_us - now_us : 0;

    return left_us < 3600000000u ? left_us : 3600000000u;
}

static int wait_for_events(int poll_fd, struct epoll_event *events, uint64_t until_us)
{
    uint64_t left_us;
    struct timespec timeout;
    int count;

    if (until_us == BENCH_NEVER)
        return epoll_wait(poll_fd, events, BENCH_LOOP_BATCH, -1);
    left_us = time_left(until_us);
    timeout.tv_sec = (time_t)(left_us / 1000000);
    timeout.tv_nsec = (long)(left_us % 1000000 * 1000);
    count = epoll_pwait2(poll_fd, events, BENCH_LOOP_BATCH, &timeout, NULL);
    if (count < 0 && errno == ENOSYS) /* Linux before 5.11 */
        count = epoll_wait(poll_fd, events, BENCH_LOOP_BATCH, (int)((left_us + 999) / 1000));
    return count;
}

int bench_loop_wait(struct bench_loop *loop, uint64_t until_us)
{
    struct epoll_event events[BENCH_LOOP_BATCH];
    int count = wait_for_events(loop->poll_fd, events, until_us);
    int run = 0;

    if (count < 0)
        return errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++)
        loop->batch[i] = events[i].data.ptr;
    loop->batch_count = (size_t)count;
    for (int i = 0; i < count; i++) {
        struct bench_source *source = loop->batch[i];
        if (!source)
            continue;
        source->run(source->context, bench_events(events[i].events));
        run++;
    }
    loop->batch_count = 0;
    return run;
}

uint64_t bench_clock_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* ---- who opens and closes a file ---------------------------------------------------------- */

int bench_opens_watch(const char *path)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    if (fd < 0)
        return -1;
    if (inotify_add_watch(fd, path, IN_OPEN | IN_CLOSE_WRITE) < 0) {
        int kept = errno;
        close(fd);
        errno = kept;
        return -1;
    }
    return fd;
}

unsigned bench_opens_read(int fd)
{
    union {
        struct inotify_event event;
        char bytes[4096];
    } buffer;
    unsigned happened = 0;
    ssize_t size;

    while ((size = read(fd, &buffer, sizeof(buffer))) > 0) {
        for (ssize_t at = 0; at < size;) {
            struct inotify_event event;
            memcpy(&event, buffer.bytes + at, sizeof(event));
            happened |= event.mask & IN_OPEN ? BENCH_OPENED : 0u;
            happened |= event.mask & IN_CLOSE_WRITE ? BENCH_CLOSED : 0u;
            /* The queue ran over: both may have happened. */
            happened |= event.mask & IN_Q_OVERFLOW ? BENCH_OPENED | BENCH_CLOSED : 0u;
            at += (ssize_t)(sizeof(event) + event.len);
        }
    }
    return happened;
}
