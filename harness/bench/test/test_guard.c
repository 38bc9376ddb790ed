/* test_guard.c - code of somebody else crashes, and the process goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/bench/guard.h"

/* The test's frame takes the same signals when a test begins: the guard has to come behind it. */
static void guarded(void (*test)(void))
{
    bench_guard_begin();
    test();
    bench_guard_end();
}

static void counts(void *context)
{
    ++*(int *)context;
}

/* By itself: what a wild pointer does depends on the machine. */
static void raises(void *context)
{
    raise(*(int *)context);
}

static void calls_once_more(void *context)
{
    *(int *)context = bench_guard_call(counts, context);
    ++*(int *)context;
}

static void crashes_in_a_call_of_a_call(void *context)
{
    bench_guard_call(raises, context);
}

static void forks(void *context)
{
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    *(pid_t *)context = child;
}

static void try_what_comes_back_has_come_back(void)
{
    int count = 0;
    assert_int_equal(bench_guard_call(counts, &count), 0);
    assert_int_equal(count, 1);
}

static void try_each_fault_is_told(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        int fault = faults[i];
        assert_int_equal(bench_guard_call(raises, &fault), fault);
    }
}

static void try_after_a_crash_the_next_call_is_made(void)
{
    int fault = SIGSEGV, count = 0;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(bench_guard_call(raises, &fault), SIGSEGV);
        assert_int_equal(bench_guard_call(counts, &count), 0);
    }
    assert_int_equal(count, 3);
}

static void try_a_call_of_a_call_is_one(void)
{
    int count = 4, fault = SIGFPE;
    assert_int_equal(bench_guard_call(calls_once_more, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(bench_guard_call(crashes_in_a_call_of_a_call, &fault), SIGFPE);
}

static void try_what_it_forks_ends_with_it(void)
{
    pid_t child = 0;
    assert_int_equal(bench_guard_call(forks, &child), 0);
    assert_true(child > 0);
    bench_guard_end();
    assert_int_equal(waitpid(child, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* Whoever had the signals before has them again. */
static volatile sig_atomic_t heard;
static void on_signal(int number)
{
    heard = number;
}

static void try_behind_its_end_signals_are_as_before(void)
{
    struct sigaction own = {.sa_handler = on_signal}, old;
    bench_guard_end();
    sigaction(SIGTRAP, &own, &old);
    bench_guard_begin();
    bench_guard_end();
    raise(SIGTRAP);
    assert_int_equal(heard, SIGTRAP);
    sigaction(SIGTRAP, &old, NULL);
}

static void what_comes_back_has_come_back(void **state)
{
    (void)state;
    guarded(try_what_comes_back_has_come_back);
}

static void each_fault_is_told(void **state)
{
    (void)state;
    guarded(try_each_fault_is_told);
}

static void after_a_crash_the_next_call_is_made(void **state)
{
    (void)state;
    guarded(try_after_a_crash_the_next_call_is_made);
}

static void a_call_of_a_call_is_one(void **state)
{
    (void)state;
    guarded(try_a_call_of_a_call_is_one);
}

static void what_it_forks_ends_with_it(void **state)
{
    (void)state;
    guarded(try_what_it_forks_ends_with_it);
}

static void behind_its_end_signals_are_as_before(void **state)
{
    (void)state;
    guarded(try_behind_its_end_signals_are_as_before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_back_has_come_back),
        cmocka_unit_test(each_fault_is_told),
        cmocka_unit_test(after_a_crash_the_next_call_is_made),
        cmocka_unit_test(a_call_of_a_call_is_one),
        cmocka_unit_test(what_it_forks_ends_with_it),
        cmocka_unit_test(behind_its_end_signals_are_as_before),
    };
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
