/*
 * A run in virtual time asks nothing of the machine: in every bundled scenario, from the second run
 * of a case on, no step and no snapshot allocates or calls the system, and a clock is read at every
 * 1,024th step only, which few runs have (--timeout). All three are counted: allocations and clocks
 * by functions of this file that stand before those of the C library, system calls by a filter of
 * the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "harness/bench/run.h"
#include "harness/scenario/scenario.h"

/* Shared with the process that runs under the filter. */
static struct counts {
    unsigned long allocations, clocks, calls, exchanges, steps, runs;
    char first_case[160]; /* in which something was asked */
} * counts;

enum { STEPS_PER_CLOCK = 1024 };

static volatile sig_atomic_t is_counting;

/* ---- what stands before the C library ------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_MALLOC 0 /* the sanitizer's stands there */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define OWN_MALLOC 0
#endif
#endif
#if !defined(OWN_MALLOC) && defined(__GLIBC__)
#define OWN_MALLOC 1
#endif

#if defined(OWN_MALLOC) && OWN_MALLOC
void *__libc_malloc(size_t size);                /* NOLINT */
void *__libc_calloc(size_t count, size_t size);  /* NOLINT */
void *__libc_realloc(void *memory, size_t size); /* NOLINT */
void __libc_free(void *memory);                  /* NOLINT */

static void count_allocation(void)
{
    if (is_counting)
        counts->allocations++;
}

void *malloc(size_t size)
{
    count_allocation();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    count_allocation();
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    count_allocation();
    return __libc_realloc(memory, size);
}

void free(void *memory)
{
    count_allocation();
    __libc_free(memory);
}
#endif

#if defined(__linux__)
/* As a system call, which the C library's is not; the filter counts it as well. */
int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    if (is_counting)
        counts->clocks++;
    return (int)syscall(SYS_clock_gettime, clock, ret_time);
}
#endif

/* ---- the filter ------------------------------------------------------------------------------ */

#if defined(__linux__)
static void on_call(int number)
{
    (void)number; /* it was not done, and returned ENOSYS or the like */
    if (is_counting)
        counts->calls++;
}

/* From now on all calls are only counted, but for the end of the process and of a signal. */
static bool set_filter(void)
{
    struct sock_filter rows[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = sizeof rows / sizeof rows[0], .filter = rows};
    const struct sigaction action = {.sa_handler = on_call};
    return sigaction(SIGSYS, &action, NULL) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#endif

/* ---- the cases ------------------------------------------------------------------------------- */

static struct bench_run *run;
static struct bench_snapshot snapshot;
static struct scenario *loaded[512];
static size_t loaded_count;

static int load_all(void **state)
{
    glob_t found;
    (void)state;
    run = bench_run_new(BENCH_SINK_MEMORY);
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!run || counts == MAP_FAILED || glob("scenarios/*/*.yaml", 0, NULL, &found) != 0)
        return -1;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct scenario_errors errors = {0};
        if (strstr(found.gl_pathv[i], "/profiles/") || strstr(found.gl_pathv[i], "/conform/"))
            continue;
        struct scenario *scenario = scenario_load(found.gl_pathv[i], &errors);
        if (!scenario || loaded_count == sizeof loaded / sizeof loaded[0])
            return -1;
        loaded[loaded_count++] = scenario;
    }
    globfree(&found);
    return loaded_count > 0 ? 0 : -1;
}

static int free_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < loaded_count; i++)
        scenario_free(loaded[i]);
    bench_run_free(run);
    return munmap(counts, sizeof *counts);
}

/* Steps as bench_run_all() does them, each after a snapshot and back to it. */
static void run_case(const struct scenario_case *one, bool counted)
{
    const struct bench_options options = {.seed = 1};
    const unsigned long before = counts->allocations + counts->clocks + counts->calls;
    if (!bench_run_begin(run, one, &options))
        return;
    run->wall_end_us = UINT64_MAX; /* somebody has set a bound, as bench_run_all() does */
    is_counting = counted;
    do {
        bench_snapshot_take(run, &snapshot);
        bench_snapshot_restore(run, &snapshot);
        counts->steps += counted;
    } while (bench_run_step(run));
    is_counting = 0;
    counts->exchanges += counted ? run->world.core.stat_counts.exchanges : 0;
    counts->runs += counted;
    if (before != counts->allocations + counts->clocks + counts->calls && !counts->first_case[0])
        snprintf(counts->first_case, sizeof counts->first_case, "%s", one->name);
}

static void run_all_cases(bool counted)
{
    for (size_t i = 0; i < loaded_count; i++)
        for (size_t k = 0; k < loaded[i]->case_count; k++)
            run_case(&loaded[i]->cases[k], counted);
}

static void expect_nothing(void)
{
    printf("counted: %lu runs, %lu exchanges, %lu steps and snapshots: %lu allocations, %lu system "
           "calls, %lu clock reads\n",
           counts->runs, counts->exchanges, counts->steps, counts->allocations, counts->calls,
           counts->clocks);
    assert_true(counts->runs > 1000 && counts->exchanges > 10000);
    unsigned long watched = counts->steps / STEPS_PER_CLOCK;
    if (counts->allocations || counts->calls > watched || counts->clocks > watched)
        fail_msg("want nothing asked in any step; first in %s", counts->first_case);
}

static void no_step_and_no_snapshot_asks_anything_of_the_machine(void **state)
{
#if !defined(OWN_MALLOC) || !OWN_MALLOC
    skip(); /* a sanitizer asks for memory by itself, again and again where the filter lets none */
#endif
    int status;
    (void)state;
    memset(counts, 0, sizeof *counts);
    run_all_cases(false); /* packages are made, the journal has grown */
    pid_t child = fork();
    if (child == 0) {
#if defined(__linux__)
        if (!set_filter())
            _exit(2);
#endif
        run_all_cases(true);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2)
        print_message("this kernel allows no filter: system calls are not counted\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
    if (counts->runs == 0) /* no filter */
        run_all_cases(true);
    expect_nothing();
}

/* The counters themselves: each of the three is counted, and the filter is one. */
static void what_is_asked_is_counted(void **state)
{
#if !defined(OWN_MALLOC) || !OWN_MALLOC
    skip();
#endif
    int status;
    (void)state;
    memset(counts, 0, sizeof *counts);
    pid_t child = fork();
    if (child == 0) {
        struct timespec now;
#if defined(__linux__)
        if (!set_filter())
            _exit(2);
#endif
        is_counting = 1;
        void *volatile memory = malloc(1);
        free(memory);
        clock_gettime(CLOCK_MONOTONIC, &now);
        (void)getppid();
        is_counting = 0;
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2)
        skip();
#if defined(OWN_MALLOC) && OWN_MALLOC
    assert_int_equal(counts->allocations, 2);
#endif
#if defined(__linux__)
    assert_int_equal(counts->clocks, 1);
    assert_int_equal(counts->calls, 2);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_is_counted),
        cmocka_unit_test(no_step_and_no_snapshot_asks_anything_of_the_machine),
    };
    return cmocka_run_group_tests(tests, load_all, free_all);
}
