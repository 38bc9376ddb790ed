/* guard.c - signals of faults, and a timer that looks whether a call gets on. */
#include "harness/bench/guard.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { STACK_BYTES = 64 * 1024, TICK_S = 1 };

static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
enum { FAULTS = sizeof faults / sizeof faults[0] };

static struct {
    struct sigaction old_faults[FAULTS], old_alarm;
    sigjmp_buf back;
    volatile sig_atomic_t within; /* a call is out */
    volatile sig_atomic_t begun;
    bool listens;                            /* to forks */
    volatile sig_atomic_t forked;            /* a call has, or this is such a child */
    volatile uint64_t number;                /* of the call */
    uint64_t seen_number;                    /* at the last tick */
    struct timespec seen_cpu;                /* processor time when that call was seen first */
    unsigned ticks;                          /* since then */
    _Alignas(16) uint8_t stack[STACK_BYTES]; /* a call may have used up its own */
} guard;

static void on_fault(int number)
{
    if (guard.within) {
        guard.within = 0;
        siglongjmp(guard.back, number);
    }
    /* The bench's own: it dies of it as without a guard. */
    signal(number, SIG_DFL);
    raise(number);
}

static void on_tick(int number)
{
    struct timespec cpu;
    (void)number;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    if (!guard.within || guard.number != guard.seen_number) {
        guard.seen_number = guard.number;
        guard.seen_cpu = cpu;
        guard.ticks = 0;
        return;
    }
    guard.ticks++;
    if (cpu.tv_sec - guard.seen_cpu.tv_sec <= BENCH_GUARD_CPU_S &&
        guard.ticks * TICK_S < BENCH_GUARD_WAIT_S)
        return;
    guard.within = 0;
    siglongjmp(guard.back, BENCH_GUARD_ENDLESS);
}

/* A process that a guarded call forks ends with this one, however that ends. */
static void in_child(void)
{
#ifdef __linux__
    if (guard.within)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    guard.forked = guard.within;
}

static void in_parent(void)
{
    guard.forked = guard.forked || guard.within;
}

/* Children of this process by the system's list of them, which is Linux's own. */
static void kill_children(void)
{
    char path[64];
    int pid;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *list = fopen(path, "re");
    while (list && fscanf(list, "%d", &pid) == 1)
        kill((pid_t)pid, SIGKILL);
    if (list)
        fclose(list);
}

/* What guarded calls have started is ended, with what that has started: it comes to this process.
 */
static void end_forked(void)
{
    if (!guard.forked)
        return;
    guard.forked = 0;
    do {
        kill_children();
    } while (waitpid(-1, NULL, 0) >= 0 || errno == EINTR);
}

void bench_guard_begin(void)
{
    stack_t stack = {.ss_sp = guard.stack, .ss_size = sizeof guard.stack};
    struct sigaction fault = {.sa_handler = on_fault, .sa_flags = SA_NODEFER | SA_ONSTACK};
    struct sigaction tick = {.sa_handler = on_tick,
                             .sa_flags = SA_NODEFER | SA_ONSTACK | SA_RESTART};
    const struct itimerval timer = {.it_interval.tv_sec = TICK_S, .it_value.tv_sec = TICK_S};
    if (guard.begun)
        return;
    if (!guard.listens)
        pthread_atfork(NULL, in_parent, in_child);
    guard.listens = true;
    guard.begun = 1;
    guard.forked = 0;
#ifdef __linux__
    prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
    sigaltstack(&stack, NULL);
    for (unsigned i = 0; i < FAULTS; i++)
        sigaction(faults[i], &fault, &guard.old_faults[i]);
    sigaction(SIGALRM, &tick, &guard.old_alarm);
    setitimer(ITIMER_REAL, &timer, NULL);
}

void bench_guard_end(void)
{
    const struct itimerval none = {.it_value.tv_sec = 0};
    const stack_t no_stack = {.ss_flags = SS_DISABLE};
    if (!guard.begun)
        return;
    setitimer(ITIMER_REAL, &none, NULL);
    end_forked();
    sigaction(SIGALRM, &guard.old_alarm, NULL);
    for (unsigned i = 0; i < FAULTS; i++)
        sigaction(faults[i], &guard.old_faults[i], NULL);
    sigaltstack(&no_stack, NULL);
    guard.begun = 0;
}

int bench_guard_call(void (*call)(void *context), void *context)
{
    int number;
    if (guard.within) { /* a call from a call */
        call(context);
        return 0;
    }
    number = sigsetjmp(guard.back, 0);
    if (number)
        return number;
    guard.number++;
    guard.within = 1;
    call(context);
    guard.within = 0;
    return 0;
}
