/* forked.c - work in copies of the process; results come back through memory that all share. */
#include "harness/trace/forked.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    size_t count, size, row; /* of a row: its result, then whether it is done */
    unsigned char *rows;
    forked_work *work;
    void *context;
};

static void do_some(struct shared *shared, size_t first, size_t step)
{
    for (size_t i = first; i < shared->count; i += step) {
        unsigned char *row = shared->rows + i * shared->row;
        shared->work(shared->context, i, row);
        row[shared->size] = 1;
    }
}

static pid_t start(struct shared *shared, size_t first, size_t step)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    do_some(shared, first, step);
    _exit(0);
}

static void wait_for(pid_t pid)
{
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* This process does its share, and what is left undone. */
static void do_all(struct shared *shared, unsigned jobs, void *ret_results)
{
    pid_t pids[FORKED_JOBS_MAX];
    for (unsigned i = 1; i < jobs; i++)
        pids[i] = start(shared, i, jobs);
    do_some(shared, 0, jobs);
    for (unsigned i = 1; i < jobs; i++)
        wait_for(pids[i]);
    for (size_t i = 0; i < shared->count; i++) {
        unsigned char *row = shared->rows + i * shared->row;
        if (!row[shared->size])
            shared->work(shared->context, i, row);
        memcpy((unsigned char *)ret_results + i * shared->size, row, shared->size);
    }
}

void forked_all(unsigned jobs, size_t count, size_t size, forked_work *work, void *context,
                void *ret_results)
{
    enum { WORD = sizeof(max_align_t) };
    struct shared shared = {count, size, (size / WORD + 1) * WORD, NULL, work, context};
    if (jobs > FORKED_JOBS_MAX)
        jobs = FORKED_JOBS_MAX;
    if (jobs > count)
        jobs = (unsigned)count;
    if (jobs > 1)
        shared.rows = mmap(NULL, count * shared.row, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (jobs > 1 && shared.rows != MAP_FAILED) {
        do_all(&shared, jobs, ret_results);
        munmap(shared.rows, count * shared.row);
        return;
    }
    for (size_t i = 0; i < count; i++)
        work(context, i, (unsigned char *)ret_results + i * size);
}

unsigned forked_jobs(unsigned chosen)
{
    long processors = chosen ? (long)chosen : sysconf(_SC_NPROCESSORS_ONLN);
    return processors > 0 ? (unsigned)processors : 1;
}
