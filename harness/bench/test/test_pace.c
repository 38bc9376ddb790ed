/* test_pace.c - the time of a run by the real clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness/bench/pace.h"

static void a_run_goes_so_much_faster_than_the_clock(void **state)
{
    struct bench_pace pace;
    (void)state;
    bench_pace_begin(&pace, 10, 500, 1000);
    assert_int_equal(bench_pace_run_us(&pace, 1000), 500);
    assert_int_equal(bench_pace_run_us(&pace, 1100), 1500);
    assert_int_equal(bench_pace_run_us(&pace, 900), 500);
}

/* Whoever sleeps until then finds the time to have come, and at most one microsecond ago. */
static void the_real_time_of_a_deadline_is_the_first_at_which_it_is_due(void **state)
{
    static const double speeds[] = {0.1, 1.0 / 3, 1, 7, 1000};
    struct bench_pace pace;
    (void)state;
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
        bench_pace_begin(&pace, speeds[i], 70, 123456789);
        for (uint64_t run_us = 70; run_us < 100000; run_us += 977) {
            uint64_t real_us = bench_pace_real_us(&pace, run_us);
            assert_true(bench_pace_run_us(&pace, real_us) >= run_us);
            assert_true(real_us == 123456789 || bench_pace_run_us(&pace, real_us - 2) < run_us);
        }
    }
}

static void a_run_that_stands_has_no_deadline_and_goes_on_where_it_stood(void **state)
{
    struct bench_pace pace;
    (void)state;
    bench_pace_begin(&pace, 1, 0, 1000);
    bench_pace_stop(&pace, true, 1200);
    assert_int_equal(bench_pace_run_us(&pace, 5000), 200);
    assert_true(bench_pace_real_us(&pace, 300) == UINT64_MAX);
    bench_pace_stop(&pace, false, 5000);
    assert_int_equal(bench_pace_run_us(&pace, 5001), 201);
    bench_pace_jump(&pace, 9000, 6000);
    assert_int_equal(bench_pace_run_us(&pace, 6002), 9002);
}

static void never_and_what_is_too_far_away_are_never(void **state)
{
    struct bench_pace pace;
    (void)state;
    bench_pace_begin(&pace, 0.001, 0, 0);
    assert_true(bench_pace_real_us(&pace, UINT64_MAX) == UINT64_MAX);
    assert_true(bench_pace_real_us(&pace, UINT64_MAX - 1) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_goes_so_much_faster_than_the_clock),
        cmocka_unit_test(the_real_time_of_a_deadline_is_the_first_at_which_it_is_due),
        cmocka_unit_test(a_run_that_stands_has_no_deadline_and_goes_on_where_it_stood),
        cmocka_unit_test(never_and_what_is_too_far_away_are_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
