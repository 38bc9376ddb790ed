/* threads.c - the threads and processes that the program consists of now. */
#include "harness/warp/internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { END_MS = 20000 };

struct warp_thread *warp_thread_find(struct warp *warp, pid_t tid)
{
    for (unsigned i = 0; i < warp->thread_count; i++)
        if (warp->threads[i].state != WARP_THREAD_FREE && warp->threads[i].tid == tid)
            return &warp->threads[i];
    return NULL;
}

struct warp_process *warp_process_find(struct warp *warp, pid_t pid)
{
    for (unsigned i = 0; i < warp->process_count; i++)
        if (warp->processes[i].state == WARP_PROCESS_LIVES && warp->processes[i].pid == pid)
            return &warp->processes[i];
    return NULL;
}

void warp_thread_state(struct warp *warp, struct warp_thread *thread, enum warp_thread_state state)
{
    if (thread->state == WARP_THREAD_GOES)
        warp->going--;
    thread->state = (uint8_t)state;
    if (state == WARP_THREAD_GOES)
        warp->going++;
    if (state == WARP_THREAD_ASKS)
        thread->order = ++warp->order;
}

/* ---- beginning ---------------------------------------------------------------------------- */

static struct warp_process *process_new(struct warp *warp, pid_t pid, pid_t parent)
{
    unsigned at = 0;
    while (at < warp->process_count && warp->processes[at].state != WARP_PROCESS_FREE)
        at++;
    if (at == WARP_PROCESSES_MAX)
        return NULL;
    if (at == warp->process_count)
        warp->process_count++;
    struct warp_process *process = &warp->processes[at];
    *process = (struct warp_process){.state = WARP_PROCESS_LIVES, .pid = pid, .parent = parent};
    process->handle = (int)syscall(SYS_pidfd_open, pid, 0);
    return process;
}

/* The thread's process and that one's parent, as the system has them. */
static bool look_up(pid_t tid, pid_t *ret_process, pid_t *ret_parent)
{
    char path[64], line[128];
    int process = 0, parent = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)tid);
    FILE *status = fopen(path, "re");
    if (!status)
        return false;
    while (fgets(line, sizeof line, status)) {
        sscanf(line, "Tgid: %d", &process);
        if (sscanf(line, "PPid: %d", &parent) == 1)
            break;
    }
    fclose(status);
    *ret_process = process;
    *ret_parent = parent;
    return process > 0;
}

struct warp_thread *warp_thread_born(struct warp *warp, pid_t tid)
{
    pid_t pid, parent;
    unsigned at = 0;
    if (!look_up(tid, &pid, &parent))
        return NULL;
    struct warp_process *process = warp_process_find(warp, pid);
    process = process ? process : process_new(warp, pid, parent);
    while (at < warp->thread_count && warp->threads[at].state != WARP_THREAD_FREE)
        at++;
    if (!process || process->handle < 0 || at == WARP_THREADS_MAX) {
        warp_trouble(warp, WARP_TROUBLE,
                     "the program has more than %d processes or %d threads at once, or this "
                     "machine has no descriptor left",
                     WARP_PROCESSES_MAX, WARP_THREADS_MAX);
        return NULL;
    }
    if (at == warp->thread_count)
        warp->thread_count++;
    struct warp_thread *thread = &warp->threads[at];
    thread->state = WARP_THREAD_FREE;
    thread->polled_count = 0;
    thread->tid = tid;
    thread->process = (uint16_t)(process - warp->processes);
    warp_thread_state(warp, thread, WARP_THREAD_GOES);
    return thread;
}

/* ---- the end ------------------------------------------------------------------------------ */

void warp_thread_gone(struct warp *warp, struct warp_thread *thread)
{
    warp_wait_done(thread);
    warp_thread_state(warp, thread, WARP_THREAD_FREE);
    if (warp->current == thread)
        warp->current = NULL;
}

static void drop_threads(struct warp *warp, const struct warp_process *process,
                         const struct warp_thread *but)
{
    for (unsigned i = 0; i < warp->thread_count; i++) {
        struct warp_thread *one = &warp->threads[i];
        if (one != but && one->state != WARP_THREAD_FREE && warp_process_of(warp, one) == process)
            warp_thread_gone(warp, one);
    }
}

static void parent_goes_on(struct warp *warp, const struct warp_process *process)
{
    for (unsigned i = 0; i < warp->thread_count; i++)
        if (warp->threads[i].state == WARP_THREAD_VFORKED &&
            warp_process_of(warp, &warp->threads[i])->pid == process->parent)
            warp_thread_state(warp, &warp->threads[i], WARP_THREAD_GOES);
}

/* The first process of all: its end is the program's. */
static void program_ended(struct warp *warp)
{
    struct pollfd look = {warp->keeper.channel, POLLIN, 0};
    for (int waited_ms = 0; !keeper_look(&warp->keeper) && waited_ms < END_MS; waited_ms += 100)
        poll(&look, 1, 100);
    int status = warp->keeper.status;
    warp->state = WIFSIGNALED(status) ? WARP_SIGNALLED : WARP_EXITED;
    warp->number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

void warp_process_ended(struct warp *warp, struct warp_process *process)
{
    unsigned index = (unsigned)(process - warp->processes);
    drop_threads(warp, process, NULL);
    warp_timers_drop(warp, index, true);
    parent_goes_on(warp, process);
    close(process->handle);
    process->handle = -1;
    process->state = WARP_PROCESS_ENDED;
    warp_signals_came(warp, process->parent);
    if (!warp_process_find(warp, process->parent))
        process->state = WARP_PROCESS_FREE;
    if (index == 0)
        program_ended(warp);
}

void warp_await_end(struct warp *warp, struct warp_process *process)
{
    struct pollfd look = {process->handle, POLLIN, 0};
    for (int waited_ms = 0; waited_ms < END_MS; waited_ms += 10) {
        if (poll(&look, 1, 10) == 1)
            break;
        warp_output_collect(warp);
    }
    warp_process_ended(warp, process);
}

void warp_process_renewed(struct warp *warp, struct warp_thread *thread)
{
    struct warp_process *process = warp_process_of(warp, thread);
    drop_threads(warp, process, thread);
    warp_timers_drop(warp, thread->process, false);
}

/* ---- what the system knows ---------------------------------------------------------------- */

char warp_thread_letter(const struct warp *warp, const struct warp_thread *thread)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)warp->processes[thread->process].pid,
             (int)thread->tid);
    FILE *status = fopen(path, "re");
    if (!status)
        return 0;
    size_t size = fread(text, 1, sizeof text - 1, status);
    fclose(status);
    text[size] = '\0';
    const char *end = strrchr(text, ')'); /* a program's name may have anything in it */
    return end && end[1] ? end[2] : 0;
}

int warp_thread_native_call(const struct warp *warp, const struct warp_thread *thread)
{
    char path[64];
    int number = -1;
    snprintf(path, sizeof path, "/proc/%d/task/%d/syscall",
             (int)warp->processes[thread->process].pid, (int)thread->tid);
    FILE *call = fopen(path, "re");
    if (!call)
        return -1;
    if (fscanf(call, "%d", &number) != 1)
        number = -1;
    fclose(call);
    return number;
}

/* Does the system know a thread of the process, or a child of it, that is not known here? */
static bool has_unknown(struct warp *warp, const struct warp_process *process)
{
    char path[96];
    bool unknown = false;
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%d/task", (int)process->pid);
    DIR *tasks = opendir(path);
    while (tasks && !unknown && (entry = readdir(tasks))) {
        pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
        int child;
        if (tid <= 0)
            continue;
        unknown = !warp_thread_find(warp, tid) && tid != process->pid;
        snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)process->pid, (int)tid);
        FILE *children = fopen(path, "re");
        while (children && !unknown && fscanf(children, "%d", &child) == 1) {
            bool known = false;
            for (unsigned i = 0; i < warp->process_count && !known; i++)
                known = warp->processes[i].state != WARP_PROCESS_FREE &&
                        warp->processes[i].pid == child;
            unknown = !known;
        }
        if (children)
            fclose(children);
    }
    if (tasks)
        closedir(tasks);
    return unknown;
}

void warp_newborns_look(struct warp *warp)
{
    if (warp->process_count == 0) { /* the program's own first call */
        if (keeper_look(&warp->keeper))
            program_ended(warp);
        return;
    }
    /* One that is still in its vfork may not have made the child yet; else it would come back. */
    for (unsigned i = 0; i < warp->thread_count; i++)
        if (warp->threads[i].state == WARP_THREAD_VFORKED)
            return;
    for (unsigned i = 0; i < warp->process_count; i++)
        if (warp->processes[i].state == WARP_PROCESS_LIVES &&
            has_unknown(warp, &warp->processes[i]))
            return;
    warp->newborns = 0;
}
