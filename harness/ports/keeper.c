/* keeper.c - the process between the bench and a program, and how it ends what it is left with. */
#define _GNU_SOURCE
#include "harness/ports/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the keeper tells the bench, a message each. */
enum told { TOLD_STARTED, TOLD_OVER };
struct message {
    int told;
    int number; /* STARTED: the process; OVER: its status */
};

static void tell(int channel, enum told told, int number)
{
    struct message message = {(int)told, number};
    while (send(channel, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno == EINTR)
        continue;
}

/* ---- the keeper's own process ------------------------------------------------------------- */

static void default_signals(void)
{
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &by_default, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int take(int fd, int as)
{
    int null = fd < 0 ? open("/dev/null", O_RDWR) : -1;
    int done = dup2(fd < 0 ? null : fd, as);
    if (null > STDERR_FILENO)
        close(null);
    return done;
}

static void become_program(const struct keeper_order *order)
{
    /* Out of the way of the three that are put in place. */
    int input = order->input < 0 ? -1 : fcntl(order->input, F_DUPFD_CLOEXEC, 10);
    int output = order->output < 0 ? -1 : fcntl(order->output, F_DUPFD_CLOEXEC, 10);
    int errors = order->errors < 0 ? -1 : fcntl(order->errors, F_DUPFD_CLOEXEC, 10);
    bool placed = take(input, STDIN_FILENO) == STDIN_FILENO &&
                  take(output, STDOUT_FILENO) == STDOUT_FILENO &&
                  take(errors, STDERR_FILENO) == STDERR_FILENO;
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    if (placed && (!order->directory || chdir(order->directory) == 0) &&
        (!order->prepare || order->prepare(order->context)))
        execvpe(order->words[0], order->words, (char *const *)(intptr_t)order->environment);
    _exit(errno == ENOENT ? 127 : 126);
}

/* Children of this process, by the system's list of them; what is not in it comes next time. */
static void kill_children(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *list = fopen(path, "re");
    int pid;
    if (!list)
        return;
    while (fscanf(list, "%d", &pid) == 1)
        kill((pid_t)pid, SIGKILL);
    fclose(list);
}

static void end_all(void)
{
    do
        kill_children();
    while (waitpid(-1, NULL, __WALL) >= 0 || errno == EINTR);
}

/* Until the program has ended; then until the bench wants the rest to be ended. */
static void keep(int channel, int ended, pid_t program)
{
    struct pollfd look[2] = {{channel, POLLIN, 0}, {ended, POLLIN, 0}};
    for (;;) {
        char mark[64];
        int status;
        pid_t pid;
        if (poll(look, 2, -1) < 0 && errno != EINTR)
            break;
        if (look[0].revents)
            break;
        if (look[1].revents && read(ended, mark, sizeof mark) < 0)
            break;
        while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
            if (pid == program)
                tell(channel, TOLD_OVER, status);
    }
    end_all();
    _exit(0);
}

static int ended_pipe[2];

static void on_child(int number)
{
    int kept = errno;
    (void)number;
    if (write(ended_pipe[1], "", 1) < 0)
        errno = kept;
    errno = kept;
}

static void be_keeper(const struct keeper_order *order, int channel)
{
    struct sigaction child = {.sa_handler = on_child, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    default_signals();
    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (pipe2(ended_pipe, O_CLOEXEC | O_NONBLOCK))
        _exit(1);
    sigaction(SIGCHLD, &child, NULL);
    pid_t program = fork();
    if (program == 0) {
        signal(SIGCHLD, SIG_DFL);
        become_program(order);
    }
    if (program < 0)
        _exit(1);
    /* Nothing else that the bench has open stays open in here. */
    int high = fcntl(channel, F_DUPFD, 10), ended = fcntl(ended_pipe[0], F_DUPFD, 10);
    dup2(fcntl(ended_pipe[1], F_DUPFD, 10), STDERR_FILENO);
    dup2(high, STDIN_FILENO);
    dup2(ended, STDOUT_FILENO);
    ended_pipe[1] = STDERR_FILENO;
    close_range(3, ~0U, 0);
    tell(STDIN_FILENO, TOLD_STARTED, program);
    keep(STDIN_FILENO, STDOUT_FILENO, program);
}

/* ---- the bench's side --------------------------------------------------------------------- */

bool keeper_start(struct keeper *keeper, const struct keeper_order *order)
{
    int channel[2];
    *keeper = (struct keeper){.channel = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel))
        return false;
    keeper->pid = fork();
    if (keeper->pid == 0) {
        close(channel[0]);
        be_keeper(order, channel[1]);
    }
    close(channel[1]);
    keeper->channel = channel[0];
    if (keeper->pid > 0)
        return true;
    keeper->pid = 0;
    close(channel[0]);
    return false;
}

bool keeper_look(struct keeper *keeper)
{
    struct message message;
    while (!keeper->is_over && keeper->pid > 0) {
        ssize_t size = recv(keeper->channel, &message, sizeof message, MSG_DONTWAIT);
        if (size < 0 && errno == EINTR)
            continue;
        if (size != (ssize_t)sizeof message) {
            if (size == 0) { /* the keeper is gone, and who is without it is of no use */
                keeper->is_over = true;
                keeper->status = SIGKILL;
            }
            break;
        }
        if (message.told == TOLD_STARTED)
            keeper->program = (pid_t)message.number;
        keeper->is_over = message.told == TOLD_OVER;
        keeper->status = message.told == TOLD_OVER ? message.number : 0;
    }
    return keeper->is_over;
}

void keeper_end(struct keeper *keeper)
{
    if (keeper->pid <= 0)
        return;
    keeper_look(keeper);
    close(keeper->channel);
    while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    keeper->pid = 0;
    keeper->channel = -1;
}
