/*
 * kill_at.c - runs a program, counts the system calls of all its processes and kills all of them at
 * the N-th. ci/torture/run drives it, with torture.c preloaded, which notes what is not fsynced.
 *
 * usage: kill_at N PROGRAM [WORD...]      N 0: counts only
 * TORTURE_FILE     the memory that torture.c has; what was counted goes to its end
 * TORTURE_PRELOAD  LD_PRELOAD of the program
 *
 * SIGTERM goes on to the program. Ends as the program does, or by SIGKILL.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/torture/shared.h"

enum { EXIT_TROUBLE = 125 };

static volatile pid_t child;

static void pass_on(int number)
{
    if (child > 0)
        kill(child, number);
}

static struct shared *open_shared(void)
{
    const char *path = getenv("TORTURE_FILE");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *memory =
        fd < 0 ? MAP_FAILED
               : mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        perror("kill_at: TORTURE_FILE");
        exit(EXIT_TROUBLE);
    }
    return memory;
}

static pid_t start(char **argv)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    const char *library = getenv("TORTURE_PRELOAD");
    if (library)
        setenv("LD_PRELOAD", library, 1);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execv(argv[0], argv);
    perror("kill_at");
    _exit(EXIT_TROUBLE);
}

/* All that were started, known by their stop; they die with this process (EXITKILL), or here. */
static void end_like(int status)
{
    if (WIFEXITED(status))
        exit(WEXITSTATUS(status));
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    exit(EXIT_TROUBLE);
}

/* A system call is entered and left, each with a stop: `inside` of a process is true between. */
enum { PROCESSES = 4096 };
static pid_t processes[PROCESSES];
static bool inside[PROCESSES];

static bool enters(pid_t pid)
{
    for (unsigned i = 0; i < PROCESSES; i++) {
        if (processes[i] && processes[i] != pid)
            continue;
        processes[i] = pid;
        inside[i] = !inside[i];
        return inside[i];
    }
    return false;
}

/* What stopped: counts a system call, or gives back the signal to deliver. */
static int look_at(struct shared *shared, uint64_t at, pid_t pid, int status)
{
    int number = WSTOPSIG(status);
    if (number == (SIGTRAP | 0x80)) {
        if (enters(pid) && ++shared->system_calls == at) {
            shared->happened = 1;
            kill(getpid(), SIGKILL); /* and with it, all of them */
        }
        return 0;
    }
    bool begins = number == SIGSTOP || (status >> 16) != 0 || number == SIGTRAP;
    return begins ? 0 : number;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return EXIT_TROUBLE;
    struct shared *shared = open_shared();
    uint64_t at = strtoull(argv[1], NULL, 10);
    int status;
    child = start(argv + 2);
    signal(SIGTERM, pass_on);
    if (child < 0 || waitpid(child, &status, 0) < 0 ||
        ptrace(PTRACE_SETOPTIONS, child, NULL,
               (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                        PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)) != 0) {
        perror("kill_at");
        return EXIT_TROUBLE;
    }
    ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            return EXIT_TROUBLE;
        if (WIFSTOPPED(status))
            ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)look_at(shared, at, pid, status));
        else if (pid == child)
            end_like(status);
    }
}
