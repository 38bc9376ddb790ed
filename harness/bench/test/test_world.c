/* The world's size, part by part, and that what the tap keeps takes part in its hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/world.h"

static struct bench_world world;

static int clear(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    world.now_us = 5000000;
    return 0;
}

static void the_parts_of_the_world_stay_in_its_budget(void **state)
{
    (void)state;
    enum { BUDGET_BYTES = 16384, TIMES_BYTES = 3 * 8 };
    static const struct {
        const char *name;
        size_t size;
    } parts[] = {
        {"times", TIMES_BYTES},
        {"core", sizeof world.core},
        {"sim", sizeof world.sim},
        {"lanes", sizeof world.lanes},
        {"engine", sizeof world.engine},
        {"host", sizeof world.host},
        {"monitor", sizeof world.monitor},
        {"tap", sizeof world.tap},
    };
    size_t sum = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        printf("counted: %s: %zu bytes\n", parts[i].name, parts[i].size);
        sum += parts[i].size;
    }
    printf("counted: world: %zu bytes of %d\n", sizeof world, BUDGET_BYTES);
    assert_int_equal(sum, sizeof world);
    assert_in_range(sizeof world, 1, BUDGET_BYTES);
}

static void what_the_tap_keeps_is_part_of_the_hash(void **state)
{
    (void)state;
    uint64_t before = bench_world_hash(&world);
    tap_feed(&world.tap, TAP_TO_MODULE, "AT+C", 4, world.now_us, NULL, NULL);
    uint64_t after = bench_world_hash(&world);
    assert_true(before != after);
    world.tap.reserved[0] = 1;
    assert_true(bench_world_hash(&world) != after);
}

static void times_of_the_tap_count_from_now(void **state)
{
    (void)state;
    world.tap.heard_at_us = world.now_us - 100;
    world.tap.up_at_us = world.now_us - 200;
    uint64_t early = bench_world_hash(&world);
    world.now_us += 7000;
    world.tap.heard_at_us += 7000;
    world.tap.up_at_us += 7000;
    assert_true(bench_world_hash(&world) == early);
    world.tap.up_at_us++;
    assert_true(bench_world_hash(&world) != early);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_parts_of_the_world_stay_in_its_budget, clear),
        cmocka_unit_test_setup(what_the_tap_keeps_is_part_of_the_hash, clear),
        cmocka_unit_test_setup(times_of_the_tap_count_from_now, clear),
    };
    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
