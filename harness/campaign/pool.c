/* pool.c - forks, what they are given, and what they answer. */
#include "harness/campaign/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/ports/loop.h"

enum {
    TASKS_AHEAD = 2,         /* of one process: the one it does, and the next */
    STOP_GRACE_US = 5000000, /* from SIGTERM to SIGKILL: a port is given back meanwhile */
    ANSWER_MAX = 1 << 30
};

/* What stands before the bytes of an answer. */
struct head {
    uint64_t size;
    uint32_t how; /* enum campaign_ended */
    uint32_t unused;
};

struct worker {
    struct campaign_pool *pool;
    pid_t pid; /* 0 = none */
    int to;    /* tasks are written there */
    struct bench_source from;
    struct bench_timer timer; /* of the task that it does */
    size_t tasks[TASKS_AHEAD];
    unsigned task_count;
    bool asked_to_stop, timed_out;
    struct head head;
    struct campaign_bytes bytes; /* that came of the head and of the answer */
};

struct campaign_pool {
    struct campaign_pool_options options;
    struct bench_loop loop;
    struct worker *workers;
    size_t pending;
    bool stopping, failed;
};

/* ---- in a process ---------------------------------------------------------------------------- */

static bool read_whole(int fd, void *data, size_t size)
{
    uint8_t *at = data;
    while (size > 0) {
        ssize_t got = read(fd, at, size);
        if (got == 0 || (got < 0 && (errno != EINTR || bench_signal())))
            return false;
        at += got > 0 ? got : 0;
        size -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

static bool write_whole(int fd, const void *data, size_t size)
{
    const uint8_t *at = data;
    while (size > 0) {
        ssize_t put = write(fd, at, size);
        if (put < 0 && errno != EINTR)
            return false;
        at += put > 0 ? put : 0;
        size -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

static bool answer(int fd, enum campaign_ended how, const struct campaign_bytes *bytes)
{
    const struct head head = {bytes->size, how, 0};
    return write_whole(fd, &head, sizeof head) && write_whole(fd, bytes->data, bytes->size);
}

/* Takes tasks until there are no more. */
static void serve(const struct campaign_pool_options *options, unsigned number, int from, int to)
{
    struct campaign_bytes bytes = {0};
    uint64_t task;
    bool able = options->start(options->context, number, &bytes);
    while (read_whole(from, &task, sizeof task)) {
        enum campaign_ended how = CAMPAIGN_UNABLE;
        if (able) {
            bytes.size = 0;
            able = options->work(options->context, (size_t)task, &bytes) && !bytes.failed;
            how = !able ? CAMPAIGN_UNABLE : bench_signal() ? CAMPAIGN_STOPPED : CAMPAIGN_WORKED;
        }
        if (!answer(to, how, &bytes) || how == CAMPAIGN_STOPPED)
            break;
    }
    options->end(options->context);
    campaign_bytes_done(&bytes);
}

/* ---- making one ------------------------------------------------------------------------------ */

static void read_answer(void *context, unsigned ready);
static void time_out(void *context, uint64_t now_us);

static void close_pair(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

/* In the new process: what belongs to the old one and to its other processes is closed. */
static void become_worker(struct campaign_pool *pool, unsigned number, const int tasks[2],
                          const int answers[2], pid_t parent)
{
    for (unsigned i = 0; i < pool->options.jobs; i++)
        if (pool->workers[i].pid > 0) {
            close(pool->workers[i].to);
            close(pool->workers[i].from.fd);
        }
    close(pool->loop.poll_fd);
    close(tasks[1]);
    close(answers[0]);
    if (!bench_process_forked(parent))
        _exit(1);
    serve(&pool->options, number, tasks[0], answers[1]);
    _exit(0);
}

/*
 * Not inherited by programs that a task starts. Tasks go through sockets: writing to a process that
 * is gone must not end this one.
 */
static bool open_pair(int fds[2], bool sockets)
{
    if ((sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds)) != 0)
        return false;
    if (fcntl(fds[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(fds[1], F_SETFD, FD_CLOEXEC) == 0)
        return true;
    close_pair(fds);
    return false;
}

static unsigned number_of(const struct worker *worker)
{
    return (unsigned)(worker - worker->pool->workers);
}

static bool start_worker(struct worker *worker)
{
    struct campaign_pool *pool = worker->pool;
    int tasks[2], answers[2];
    pid_t parent = getpid();
    if (!open_pair(tasks, true))
        return false;
    if (!open_pair(answers, false)) {
        close_pair(tasks);
        return false;
    }
    fflush(NULL); /* what is not written yet would be written twice */
    pid_t pid = fork();
    if (pid == 0)
        become_worker(pool, number_of(worker), tasks, answers, parent);
    close(tasks[0]);
    close(answers[1]);
    worker->pid = pid;
    worker->to = tasks[1];
    worker->from = (struct bench_source){answers[0], read_answer, worker};
    worker->timer = (struct bench_timer){.run = time_out, .context = worker};
    worker->asked_to_stop = worker->timed_out = false;
    worker->bytes.size = 0;
    if (pid > 0 && fcntl(answers[0], F_SETFL, O_NONBLOCK) == 0 &&
        bench_loop_add(&pool->loop, &worker->from, BENCH_READABLE) == 0)
        return true;
    close(tasks[1]);
    close(answers[0]);
    worker->pid = 0;
    return false;
}

/* ---- tasks and answers ----------------------------------------------------------------------- */

/* The clock of a task runs from when the process has nothing else to do. */
static void watch_task(struct worker *worker)
{
    const struct campaign_pool *pool = worker->pool;
    uint64_t at_us = BENCH_NEVER;
    if (worker->asked_to_stop)
        return;
    if (pool->options.timeout_us && worker->task_count)
        at_us = bench_clock_us() + pool->options.timeout_us;
    bench_loop_at(&worker->pool->loop, &worker->timer, at_us);
}

static void ask_to_stop(struct worker *worker)
{
    if (worker->asked_to_stop || worker->pid <= 0)
        return;
    worker->asked_to_stop = true;
    kill(worker->pid, SIGTERM);
    bench_loop_at(&worker->pool->loop, &worker->timer, bench_clock_us() + STOP_GRACE_US);
}

/* A task takes too long: it is asked to stop, then ended. */
static void time_out(void *context, uint64_t now_us)
{
    struct worker *worker = context;
    (void)now_us;
    if (worker->asked_to_stop) {
        kill(worker->pid, SIGKILL);
        return;
    }
    worker->timed_out = true;
    ask_to_stop(worker);
}

static void write_task(struct worker *worker, size_t task)
{
    uint64_t number = task;
    worker->tasks[worker->task_count++] = task;
    /* A process that is gone is noticed by the end of its answers. */
    if (send(worker->to, &number, sizeof number, MSG_NOSIGNAL) < 0)
        return;
    if (worker->task_count == 1)
        watch_task(worker);
}

static void answer_first(struct worker *worker, enum campaign_ended how, int status)
{
    struct campaign_pool *pool = worker->pool;
    size_t task = worker->tasks[0];
    worker->task_count--;
    pool->pending--;
    memmove(worker->tasks, worker->tasks + 1, worker->task_count * sizeof worker->tasks[0]);
    if (how == CAMPAIGN_STOPPED && worker->timed_out)
        how = CAMPAIGN_TIMED_OUT;
    watch_task(worker);
    pool->options.answer(pool->options.context, number_of(worker), task, how, status,
                         &worker->bytes);
    worker->bytes.size = 0;
}

static struct worker *freest(const struct campaign_pool *pool)
{
    struct worker *best = NULL;
    unsigned most = pool->options.real_time || pool->options.timeout_us ? 1 : TASKS_AHEAD;
    for (unsigned i = 0; i < pool->options.jobs; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->pid > 0 && !worker->asked_to_stop && worker->task_count < most &&
            (!best || worker->task_count < best->task_count))
            best = worker;
    }
    return best;
}

bool campaign_pool_has_room(const struct campaign_pool *pool)
{
    return !pool->stopping && freest(pool);
}

void campaign_pool_give(struct campaign_pool *pool, size_t task)
{
    pool->pending++;
    write_task(freest(pool), task);
}

bool campaign_pool_is_free(const struct campaign_pool *pool, unsigned worker)
{
    const struct worker *one = &pool->workers[worker];
    return !pool->stopping && one->pid > 0 && !one->asked_to_stop && one->task_count == 0;
}

void campaign_pool_give_to(struct campaign_pool *pool, unsigned worker, size_t task)
{
    pool->pending++;
    write_task(&pool->workers[worker], task);
}

size_t campaign_pool_pending(const struct campaign_pool *pool)
{
    return pool->pending;
}

static int await(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static void close_worker(struct worker *worker)
{
    bench_loop_at(&worker->pool->loop, &worker->timer, BENCH_NEVER);
    bench_loop_remove(&worker->pool->loop, &worker->from);
    close(worker->from.fd);
    close(worker->to);
    worker->pid = 0;
}

/*
 * The process has ended: the task that it did ended with it, what it was given ahead is done by the
 * one in its place.
 */
static void replace(struct worker *worker)
{
    struct campaign_pool *pool = worker->pool;
    bool timed_out = worker->timed_out, stopping = pool->stopping || bench_signal();
    unsigned count;
    size_t ahead[TASKS_AHEAD];
    int status = await(worker->pid);
    bool died = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    close_worker(worker);
    worker->bytes.size = 0;
    if (worker->task_count && died && !stopping)
        answer_first(worker, timed_out ? CAMPAIGN_TIMED_OUT : CAMPAIGN_DIED, status);
    while (stopping && worker->task_count)
        answer_first(worker, CAMPAIGN_STOPPED, 0);
    if (stopping)
        return;
    count = worker->task_count;
    worker->task_count = 0;
    memcpy(ahead, worker->tasks, sizeof ahead);
    if (!start_worker(worker)) {
        worker->task_count = count;
        pool->failed = true;
        return;
    }
    for (unsigned i = 0; i < count; i++)
        write_task(worker, ahead[i]);
}

/* True when there is a whole head and a whole answer behind it. */
static bool is_whole(struct worker *worker)
{
    if (worker->bytes.size < sizeof worker->head)
        return false;
    memcpy(&worker->head, worker->bytes.data, sizeof worker->head);
    return worker->bytes.size >= sizeof worker->head + worker->head.size;
}

/* Reads no further than the end of an answer; false when there is nothing now. */
static bool read_some(struct worker *worker)
{
    size_t had = worker->bytes.size, wanted = sizeof worker->head;
    if (had >= wanted) {
        memcpy(&worker->head, worker->bytes.data, sizeof worker->head);
        wanted += worker->head.size < ANSWER_MAX ? (size_t)worker->head.size : 0;
    }
    uint8_t *room = campaign_bytes_room(&worker->bytes, wanted - had);
    ssize_t got = room ? read(worker->from.fd, room, wanted - had) : 0;
    if (room)
        worker->bytes.size = had + (got > 0 ? (size_t)got : 0);
    if (got < 0)
        return errno == EINTR;
    if (got == 0) {
        if (!room)
            kill(worker->pid, SIGKILL);
        replace(worker);
    }
    return got > 0;
}

static void read_answer(void *context, unsigned ready)
{
    struct worker *worker = context;
    (void)ready;
    while (read_some(worker)) {
        if (!is_whole(worker))
            continue;
        if (worker->task_count == 0) { /* not to be explained: it answers what nobody asked */
            kill(worker->pid, SIGKILL);
            continue;
        }
        worker->bytes.size -= sizeof worker->head;
        if (worker->bytes.size)
            memmove(worker->bytes.data, worker->bytes.data + sizeof worker->head,
                    worker->bytes.size);
        answer_first(worker, (enum campaign_ended)worker->head.how, 0);
    }
}

/* ---- the pool -------------------------------------------------------------------------------- */

struct campaign_pool *campaign_pool_new(const struct campaign_pool_options *options)
{
    struct campaign_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pool->options = *options;
    pool->loop.poll_fd = -1;
    pool->workers = calloc(options->jobs, sizeof *pool->workers);
    bool good = pool->workers && bench_loop_open(&pool->loop) == 0;
    for (unsigned i = 0; i < options->jobs && pool->workers; i++)
        pool->workers[i].pool = pool;
    for (unsigned i = 0; i < options->jobs && good; i++)
        good = start_worker(&pool->workers[i]);
    if (good)
        return pool;
    int kept = errno;
    campaign_pool_free(pool);
    errno = kept;
    return NULL;
}

bool campaign_pool_wait(struct campaign_pool *pool, uint64_t until_us)
{
    if (bench_loop_wait(&pool->loop, until_us) < 0 && errno != EINTR)
        pool->failed = true;
    return !pool->failed;
}

void campaign_pool_stop(struct campaign_pool *pool)
{
    pool->stopping = true;
    for (unsigned i = 0; i < pool->options.jobs; i++)
        ask_to_stop(&pool->workers[i]);
    while (pool->pending && !pool->failed)
        campaign_pool_wait(pool, BENCH_NEVER);
}

/* A process without a task sees the end of its pipe; one with a task has to be told. */
static void end_worker(struct worker *worker)
{
    if (worker->pid <= 0)
        return;
    if (worker->task_count)
        kill(worker->pid, SIGTERM);
    bench_loop_remove(&worker->pool->loop, &worker->from);
    close(worker->from.fd);
    close(worker->to);
    if (!bench_await_process(worker->pid, STOP_GRACE_US / 1000))
        kill(worker->pid, SIGKILL);
    await(worker->pid);
    worker->pid = 0;
}

void campaign_pool_free(struct campaign_pool *pool)
{
    if (!pool)
        return;
    for (unsigned i = 0; i < pool->options.jobs && pool->workers; i++) {
        end_worker(&pool->workers[i]);
        campaign_bytes_done(&pool->workers[i].bytes);
    }
    if (pool->loop.poll_fd >= 0)
        bench_loop_close(&pool->loop);
    free(pool->workers);
    free(pool);
}
