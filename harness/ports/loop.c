/* loop.c - epoll, timer slack and inotify; a self-pipe for signals. */
#include "harness/ports/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

/* Whoever has made it ignored for this process has a reason: nohup for one. Of SIGINT that is no
 * more than the habit of shells for what runs behind `&`. */
static int catch_signal(int number, int flags)
{
    struct sigaction action, before;
    bool may_stay_ignored = number == SIGPIPE || number == SIGHUP;

    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &before))
        return -1;
    return may_stay_ignored && before.sa_handler == SIG_IGN ? 0 : sigaction(number, &action, NULL);
}

int bench_signals_catch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    if (open_signal_pipe())
        return -1;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (catch_signal(numbers[i], (int)SA_RESETHAND))
            return -1;
    /* each further line to a reader that has gone brings one more, and none may end the end */
    return catch_signal(SIGPIPE, 0);
}

/* The pipe is shared with the parent until it is opened anew: each would read the other's bytes. */
bool bench_process_forked(pid_t parent)
{
    if (signal_pipe[0] >= 0) {
        close(signal_pipe[0]);
        close(signal_pipe[1]);
        signal_pipe[0] = signal_pipe[1] = -1;
    }
    return open_signal_pipe() == 0 && prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL) == 0 &&
           getppid() == parent;
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
    while (read(loop->signals.fd, bytes, sizeof bytes) > 0)
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
    memset(loop, 0, sizeof *loop);
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
    if (loop->opens.run)
        close(loop->opens.fd);
    free(loop->watches);
    memset(loop, 0, sizeof *loop);
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

/* ---- timers ------------------------------------------------------------------------------- */

static void unset(struct bench_loop *loop, struct bench_timer *timer)
{
    struct bench_timer **link = &loop->timers;

    while (*link && *link != timer)
        link = &(*link)->next;
    if (*link)
        *link = timer->next;
    timer->set = false;
}

void bench_loop_at(struct bench_loop *loop, struct bench_timer *timer, uint64_t at_us)
{
    if (timer->set && at_us == BENCH_NEVER)
        unset(loop, timer);
    timer->at_us = at_us;
    if (timer->set || at_us == BENCH_NEVER)
        return;
    timer->set = true;
    timer->next = loop->timers;
    loop->timers = timer;
}

static struct bench_timer *first_timer(const struct bench_loop *loop)
{
    struct bench_timer *first = loop->timers;

    for (struct bench_timer *timer = first; timer; timer = timer->next)
        if (timer->at_us < first->at_us)
            first = timer;
    return first;
}

/* Runs what is due; a timer that is set again meanwhile waits for the next call. */
static int run_timers(struct bench_loop *loop)
{
    uint64_t now_us = loop->timers ? bench_clock_us() : 0;
    struct bench_timer *timer;
    int run = 0;

    while ((timer = first_timer(loop)) && timer->at_us <= now_us && run < BENCH_LOOP_BATCH) {
        unset(loop, timer);
        timer->run(timer->context, now_us);
        run++;
    }
    return run;
}

/* ---- waiting ------------------------------------------------------------------------------ */

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

/* ---- listeners ---------------------------------------------------------------------------- */

enum { ACCEPT_PAUSE_US = 100000 };

static void listen_again(void *context, uint64_t now_us)
{
    struct bench_acceptor *acceptor = context;

    (void)now_us;
    bench_loop_change(acceptor->loop, &acceptor->source, BENCH_READABLE);
}

int bench_acceptor_take(struct bench_acceptor *acceptor)
{
    int fd = accept(acceptor->source.fd, NULL, NULL);

    if (fd >= 0 || (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM))
        return fd;
    acceptor->pause.run = listen_again;
    acceptor->pause.context = acceptor;
    bench_loop_change(acceptor->loop, &acceptor->source, 0);
    bench_loop_at(acceptor->loop, &acceptor->pause, bench_clock_us() + ACCEPT_PAUSE_US);
    return -1;
}

/* Linux's struct ucred, whose name only _GNU_SOURCE shows. */
struct peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

bool bench_peer_is_trusted(int fd)
{
    struct peer peer;
    socklen_t size = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && size == sizeof peer &&
           (peer.uid == 0 || peer.uid == geteuid());
}

void bench_acceptor_remove(struct bench_acceptor *acceptor)
{
    bench_loop_at(acceptor->loop, &acceptor->pause, BENCH_NEVER);
    bench_loop_remove(acceptor->loop, &acceptor->source);
}

int bench_loop_wait(struct bench_loop *loop, uint64_t until_us)
{
    const struct bench_timer *timer = first_timer(loop);
    struct epoll_event events[BENCH_LOOP_BATCH];
    int count, run = 0;

    if (timer && timer->at_us < until_us)
        until_us = timer->at_us;
    count = wait_for_events(loop->poll_fd, events, until_us);

    /* A process that was stopped and goes on is interrupted too: what has come meanwhile is handled
       before what is late. */
    if (count < 0 && errno == EINTR)
        count = epoll_wait(loop->poll_fd, events, BENCH_LOOP_BATCH, 0);
    if (count < 0 && errno != EINTR)
        return -1;
    count = count < 0 ? 0 : count;
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
    return run + run_timers(loop);
}

uint64_t bench_clock_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* ---- who opens and closes a file ---------------------------------------------------------- */

/* Index of the first watch whose id is `id` or greater. */
static size_t find_watch(const struct bench_loop *loop, int id)
{
    size_t low = 0, high = loop->watch_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (loop->watches[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void tell_watch(const struct bench_loop *loop, int id, unsigned happened)
{
    size_t index = find_watch(loop, id);

    if (index < loop->watch_count && loop->watches[index]->id == id)
        loop->watches[index]->run(loop->watches[index]->context, happened);
}

/* The queue ran over: anything may have happened to anybody. */
static void tell_all_watches(const struct bench_loop *loop)
{
    for (size_t i = 0; i < loop->watch_count; i++)
        loop->watches[i]->run(loop->watches[i]->context, BENCH_OPENED | BENCH_CLOSED);
}

static void on_opens(void *context, unsigned ready)
{
    const struct bench_loop *loop = context;
    union {
        struct inotify_event event;
        char bytes[4096];
    } buffer;
    ssize_t size = read(loop->opens.fd, &buffer, sizeof buffer);

    (void)ready;
    for (ssize_t at = 0; at < size;) {
        struct inotify_event event;
        memcpy(&event, buffer.bytes + at, sizeof event);
        if (event.mask & IN_Q_OVERFLOW)
            tell_all_watches(loop);
        else if (event.mask & (IN_OPEN | IN_CLOSE_WRITE))
            tell_watch(loop, event.wd, event.mask & IN_OPEN ? BENCH_OPENED : BENCH_CLOSED);
        at += (ssize_t)(sizeof event + event.len);
    }
}

static int open_watching(struct bench_loop *loop)
{
    if (loop->opens.run)
        return 0;
    loop->opens = (struct bench_source){inotify_init1(IN_NONBLOCK | IN_CLOEXEC), on_opens, loop};
    if (loop->opens.fd >= 0 && bench_loop_add(loop, &loop->opens, BENCH_READABLE) == 0)
        return 0;
    if (loop->opens.fd >= 0)
        close(loop->opens.fd);
    loop->opens.run = NULL;
    return -1;
}

static int make_room(struct bench_loop *loop)
{
    size_t room = loop->watch_room ? 2 * loop->watch_room : 8;
    struct bench_watch **grown;

    if (loop->watch_count < loop->watch_room)
        return 0;
    grown = realloc(loop->watches, room * sizeof *grown);
    if (!grown)
        return -1;
    loop->watches = grown;
    loop->watch_room = room;
    return 0;
}

int bench_loop_watch(struct bench_loop *loop, struct bench_watch *watch, const char *path)
{
    size_t index;

    watch->id = -1;
    if (open_watching(loop) || make_room(loop))
        return -1;
    watch->id = inotify_add_watch(loop->opens.fd, path, IN_OPEN | IN_CLOSE_WRITE);
    if (watch->id < 0)
        return -1;
    index = find_watch(loop, watch->id);
    memmove(loop->watches + index + 1, loop->watches + index,
            (loop->watch_count - index) * sizeof *loop->watches);
    loop->watches[index] = watch;
    loop->watch_count++;
    return 0;
}

void bench_loop_unwatch(struct bench_loop *loop, struct bench_watch *watch)
{
    size_t index = find_watch(loop, watch->id);

    if (watch->id < 0 || index == loop->watch_count || loop->watches[index] != watch)
        return;
    inotify_rm_watch(loop->opens.fd, watch->id);
    watch->id = -1;
    loop->watch_count--;
    memmove(loop->watches + index, loop->watches + index + 1,
            (loop->watch_count - index) * sizeof *loop->watches);
}

/* ---- processes ---------------------------------------------------------------------------- */

bool bench_await_process(pid_t pid, int timeout_ms)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ended = {fd, POLLIN, 0};
    bool has = fd >= 0 && poll(&ended, 1, timeout_ms) == 1;

    if (fd >= 0)
        close(fd);
    return has;
}

/* ---- limits ------------------------------------------------------------------------------- */

size_t bench_files_allow(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return 0;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return (size_t)limit.rlim_cur;
}
