/* guard.c - signals of faults, and a timer that looks whether a call gets on. */
#include "harness/bench/guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

enum { STACK_BYTES = 64 * 1024, TICK_S = 1 };

static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
enum { FAULTS = sizeof faults / sizeof faults[0] };

static struct {
    struct sigaction old_faults[FAULTS], old_alarm;
    sigjmp_buf back;
    volatile sig_atomic_t within; /* a call is out */
    volatile sig_atomic_t begun;
    volatile uint64_t number;   /* of the call */
    uint64_t seen_number;       /* at the last tick */
    struct timespec seen_cpu;   /* processor time when that call was seen first */
    unsigned ticks;             /* since then */
    uint8_t stack[STACK_BYTES]; /* a call may have used up its own */
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

void bench_guard_begin(void)
{
    stack_t stack = {.ss_sp = guard.stack, .ss_size = sizeof guard.stack};
    struct sigaction fault = {.sa_handler = on_fault, .sa_flags = SA_NODEFER | SA_ONSTACK};
    struct sigaction tick = {.sa_handler = on_tick,
                             .sa_flags = SA_NODEFER | SA_ONSTACK | SA_RESTART};
    const struct itimerval timer = {.it_interval.tv_sec = TICK_S, .it_value.tv_sec = TICK_S};
    if (guard.begun)
        return;
    guard.begun = 1;
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
