/* test_loop.c - waiting for descriptors, times and signals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/ports/loop.h"

struct pair {
    struct bench_source source;
    struct bench_loop *loop;
    struct pair *other; /* to be removed when this one runs, NULL = nobody */
    int writer, runs;
};

static void run(void *context, unsigned ready)
{
    struct pair *pair = context;
    char byte;

    assert_int_equal(ready, BENCH_READABLE);
    assert_int_equal(read(pair->source.fd, &byte, 1), 1);
    pair->runs++;
    if (pair->other)
        bench_loop_remove(pair->loop, &pair->other->source);
}

static void open_pair(struct pair *pair, struct bench_loop *loop)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    *pair = (struct pair){.source = {fds[0], run, pair}, .loop = loop, .writer = fds[1]};
    assert_int_equal(bench_loop_add(loop, &pair->source, BENCH_READABLE), 0);
}

static void close_pair(struct pair *pair)
{
    close(pair->source.fd);
    close(pair->writer);
}

static void a_wait_ends_at_its_time_and_not_before(void **state)
{
    struct bench_loop loop;

    (void)state;
    assert_int_equal(bench_loop_open(&loop), 0);
    for (int i = 0; i < 20; i++) {
        uint64_t until_us = bench_clock_us() + 700;
        assert_int_equal(bench_loop_wait(&loop, until_us), 0);
        assert_true(bench_clock_us() >= until_us);
    }
    assert_int_equal(bench_loop_wait(&loop, 0), 0);
    bench_loop_close(&loop);
}

static void what_is_ready_is_run(void **state)
{
    struct bench_loop loop;
    struct pair a, b;

    (void)state;
    assert_int_equal(bench_loop_open(&loop), 0);
    open_pair(&a, &loop);
    open_pair(&b, &loop);
    assert_int_equal(write(b.writer, "x", 1), 1);
    assert_int_equal(bench_loop_wait(&loop, BENCH_NEVER), 1);
    assert_int_equal(a.runs, 0);
    assert_int_equal(b.runs, 1);
    close_pair(&a);
    close_pair(&b);
    bench_loop_close(&loop);
}

static void a_removed_source_is_not_run_even_if_it_was_ready(void **state)
{
    struct bench_loop loop;
    struct pair a, b;

    (void)state;
    assert_int_equal(bench_loop_open(&loop), 0);
    open_pair(&a, &loop);
    open_pair(&b, &loop);
    a.other = &b;
    b.other = &a;
    assert_int_equal(write(a.writer, "x", 1), 1);
    assert_int_equal(write(b.writer, "x", 1), 1);
    assert_int_equal(bench_loop_wait(&loop, BENCH_NEVER), 1);
    assert_int_equal(a.runs + b.runs, 1);
    assert_int_equal(bench_loop_wait(&loop, 0), 0);
    close_pair(&a);
    close_pair(&b);
    bench_loop_close(&loop);
}

struct alarm {
    struct bench_timer timer;
    struct bench_loop *loop;
    struct bench_timer *other; /* to be taken back when this one runs, NULL = none */
    int runs, repeats;
};

static void ring(void *context, uint64_t now_us)
{
    struct alarm *alarm = context;

    assert_true(now_us >= alarm->timer.at_us);
    assert_false(alarm->timer.set);
    if (++alarm->runs < alarm->repeats)
        bench_loop_at(alarm->loop, &alarm->timer, now_us);
    if (alarm->other)
        bench_loop_at(alarm->loop, alarm->other, BENCH_NEVER);
}

static void a_timer_runs_once_at_its_time_and_ends_the_wait(void **state)
{
    struct bench_loop loop;
    struct alarm first = {.timer = {.run = ring, .context = &first}, .loop = &loop}, second = first;
    uint64_t now_us;

    (void)state;
    second.timer.context = &second;
    assert_int_equal(bench_loop_open(&loop), 0);
    now_us = bench_clock_us();
    bench_loop_at(&loop, &first.timer, now_us + 900000);
    bench_loop_at(&loop, &second.timer, now_us + 40000000);
    bench_loop_at(&loop, &first.timer, now_us + 2000);
    assert_int_equal(bench_loop_wait(&loop, BENCH_NEVER), 1);
    assert_true(bench_clock_us() >= now_us + 2000);
    assert_int_equal(bench_loop_wait(&loop, bench_clock_us() + 3000), 0);
    assert_int_equal(first.runs, 1);
    assert_int_equal(second.runs, 0);
    bench_loop_at(&loop, &second.timer, BENCH_NEVER);
    bench_loop_at(&loop, &second.timer, BENCH_NEVER);
    assert_null(loop.timers);
    bench_loop_close(&loop);
}

static void a_timer_may_set_itself_again_and_take_another_back(void **state)
{
    struct bench_loop loop;
    struct alarm first = {.timer = {.run = ring, .context = &first}, .loop = &loop}, second = first;

    (void)state;
    second.timer.context = &second;
    first.repeats = 3;
    first.other = &second.timer;
    assert_int_equal(bench_loop_open(&loop), 0);
    bench_loop_at(&loop, &second.timer, 20);
    bench_loop_at(&loop, &first.timer, 10);
    while (first.runs < 3)
        assert_true(bench_loop_wait(&loop, BENCH_NEVER) > 0);
    assert_int_equal(second.runs, 0);
    assert_null(loop.timers);
    bench_loop_close(&loop);
}

/* In a process of its own: what a signal handler notes stays noted. */
static void a_signal_wakes_the_wait_and_the_second_ends_the_process(void **state)
{
    int status;
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        struct bench_loop loop;
        if (bench_signals_catch() || bench_loop_open(&loop) || bench_signal())
            _exit(1);
        alarm(20);
        raise(SIGTERM);
        if (bench_loop_wait(&loop, BENCH_NEVER) < 0 || bench_signal() != SIGTERM)
            _exit(2);
        raise(SIGTERM);
        _exit(3);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_ends_at_its_time_and_not_before),
        cmocka_unit_test(what_is_ready_is_run),
        cmocka_unit_test(a_removed_source_is_not_run_even_if_it_was_ready),
        cmocka_unit_test(a_timer_runs_once_at_its_time_and_ends_the_wait),
        cmocka_unit_test(a_timer_may_set_itself_again_and_take_another_back),
        cmocka_unit_test(a_signal_wakes_the_wait_and_the_second_ends_the_process),
    };

    alarm(60);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
