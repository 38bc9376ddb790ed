/* warp.c - a supervisor: made, started, asked, ended. */
#include "harness/warp/internal.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPIN_LIMIT_MS = 5000, OUTPUT_LIMIT = 8 << 20, BAUD_BPS = 115200, START_MS = 20000 };

struct warp *warp_new(char *reterr_text, size_t reterr_capacity)
{
    struct warp *warp = calloc(1, sizeof *warp);
    if (!warp) {
        snprintf(reterr_text, reterr_capacity, "not enough memory");
        return NULL;
    }
    warp->listener = warp->output_fd[0] = warp->output_fd[1] = -1;
    if (warp_port_open(warp))
        return warp;
    snprintf(reterr_text, reterr_capacity, "no pty could be made: %s", strerror(errno));
    warp_free(warp);
    return NULL;
}

void warp_free(struct warp *warp)
{
    if (!warp)
        return;
    warp_stop(warp);
    warp_port_close(warp);
    free(warp);
}

const char *warp_port(const struct warp *warp)
{
    return warp->port_path;
}

/* ---- starting ----------------------------------------------------------------------------- */

/* In the program's process. */
static bool become_supervised(void *context)
{
    int channel = *(const int *)context;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    personality(ADDR_NO_RANDOMIZE);
    /* The supervisor needs rights over it where only parents have them (Yama). */
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    return warp_filter_install(channel);
}

static int receive_fd(int channel)
{
    char mark, control[CMSG_SPACE(sizeof(int))];
    struct iovec bytes = {&mark, 1};
    struct msghdr message = {.msg_iov = &bytes,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    int fd = -1;
    struct pollfd look = {channel, POLLIN, 0};
    if (poll(&look, 1, START_MS) != 1 || recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != 1)
        return -1;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

static void set_options(struct warp *warp, const struct warp_options *options)
{
    warp->seed = options->seed;
    warp->spin_limit_ms = options->spin_limit_ms ? options->spin_limit_ms : SPIN_LIMIT_MS;
    warp->output_limit = options->output_limit_bytes ? options->output_limit_bytes : OUTPUT_LIMIT;
    warp->state = WARP_IDLE;
    warp->number = 0;
    warp->text[0] = warp->remark[0] = '\0';
    warp->output_size[0] = warp->output_size[1] = warp->output_total = 0;
    warp->thread_count = warp->process_count = warp->newborns = warp->going = 0;
    warp->order = warp->calls = 0;
    warp->idle = 0;
    warp->current = NULL;
    memset(warp->timers, 0, sizeof warp->timers);
}

static bool launch(struct warp *warp, const struct warp_options *options, int outputs[2],
                   int channel[2])
{
    const struct keeper_order order = {.words = options->words,
                                       .environment = options->environment,
                                       .directory = options->directory,
                                       .input = -1,
                                       .output = outputs[0],
                                       .errors = outputs[1],
                                       .prepare = become_supervised,
                                       .context = &channel[1]};
    return keeper_start(&warp->keeper, &order);
}

static bool begin(struct warp *warp, const struct warp_options *options, char *text,
                  size_t capacity)
{
    int outputs[2] = {-1, -1}, channel[2] = {-1, -1};
    bool made = warp_outputs_open(warp, outputs) &&
                socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) == 0;
    bool started = made && launch(warp, options, outputs, channel);
    int error = errno;
    for (unsigned i = 0; i < 2; i++)
        if (outputs[i] >= 0)
            close(outputs[i]);
    if (channel[1] >= 0)
        close(channel[1]);
    warp->listener = started ? receive_fd(channel[0]) : -1;
    if (channel[0] >= 0)
        close(channel[0]);
    if (started && warp->listener >= 0)
        return true;
    if (!started)
        snprintf(text, capacity, "the program can't be started: %s", strerror(error));
    else
        snprintf(text, capacity,
                 "this system does not let a program be supervised (seccomp user notification, "
                 "Linux 5.19 or newer)");
    return false;
}

bool warp_start(struct warp *warp, const struct warp_options *options, uint64_t now_us,
                char *reterr_text, size_t reterr_capacity)
{
    warp_stop(warp);
    set_options(warp, options);
    warp_port_reset(warp, options->baud_bps ? options->baud_bps : BAUD_BPS);
    if (!begin(warp, options, reterr_text, reterr_capacity)) {
        warp_stop(warp);
        return false;
    }
    warp->now_us = now_us;
    warp->state = WARP_RUNS;
    warp->newborns = 1; /* its first call is on its way */
    return true;
}

void warp_stop(struct warp *warp)
{
    /* First those who would run on without a supervisor, then what they asked it. */
    keeper_end(&warp->keeper);
    for (unsigned i = 0; i < warp->thread_count; i++)
        warp_wait_done(&warp->threads[i]);
    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++)
        if (warp->timers[i].kind == WARP_TIMER_FD)
            close(warp->timers[i].fd);
    for (unsigned i = 0; i < warp->process_count; i++)
        if (warp->processes[i].state == WARP_PROCESS_LIVES && warp->processes[i].handle >= 0)
            close(warp->processes[i].handle);
    memset(warp->timers, 0, sizeof warp->timers);
    warp->thread_count = warp->process_count = 0;
    if (warp->listener >= 0)
        close(warp->listener);
    warp->listener = -1;
    warp_output_collect(warp);
    warp_outputs_close(warp);
    if (warp->state == WARP_RUNS)
        warp->state = WARP_IDLE;
}

/* ---- asking ------------------------------------------------------------------------------- */

enum warp_state warp_state(const struct warp *warp, int *ret_number)
{
    if (ret_number)
        *ret_number = warp->number;
    return (enum warp_state)warp->state;
}

uint64_t warp_calls(const struct warp *warp)
{
    return warp->calls;
}

const char *warp_remark(const struct warp *warp)
{
    return warp->remark;
}

/* The call behind `last` in the table's order in which a thread waits, NULL = none; how many do. */
static const struct warp_call *next_waited_in(const struct warp *warp, const struct warp_call *last,
                                              unsigned *ret_count)
{
    const struct warp_call *next = NULL;
    *ret_count = 0;
    for (unsigned i = 0; i < warp->thread_count; i++) {
        const struct warp_thread *thread = &warp->threads[i];
        if (thread->state != WARP_THREAD_WAITS || !thread->row || (last && thread->row <= last))
            continue;
        if (!next || thread->row < next)
            *ret_count = 0;
        if (!next || thread->row <= next) {
            next = thread->row;
            ++*ret_count;
        }
    }
    return next;
}

/* By call and not by thread: which of a runtime's threads does what is up to its dice. */
void warp_describe(const struct warp *warp, char *buffer, size_t capacity)
{
    const struct warp_call *row = NULL;
    size_t length = 0;
    unsigned count;
    snprintf(buffer, capacity, "%s", warp->text);
    if (warp->state != WARP_RUNS)
        return;
    while (length < capacity && (row = next_waited_in(warp, row, &count))) {
        length += (size_t)snprintf(buffer + length, capacity - length, "%s%s()",
                                   length ? ", " : "waits in ", row->name);
        if (count > 1 && length < capacity)
            length += (size_t)snprintf(buffer + length, capacity - length, " %u times", count);
    }
}

/* ---- what the machine allows -------------------------------------------------------------- */

bool warp_probe(char *text, size_t capacity)
{
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    char name[] = "true", *words[] = {name, NULL};
    const struct warp_options options = {.words = words, .environment = environment};
    struct warp *warp = warp_new(text, capacity);
    if (!warp)
        return false;
    bool works = warp_start(warp, &options, 0, text, capacity);
    if (works) {
        warp_advance(warp, 0);
        int status;
        works = warp_state(warp, &status) == WARP_EXITED && status == 0;
        if (!works)
            snprintf(text, capacity, "a program under the supervisor did not end as it should%s%s",
                     warp->text[0] ? ": " : "", warp->text);
    }
    warp_free(warp);
    if (works && capacity)
        text[0] = '\0';
    return works;
}
