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

struct part {
    const char *name;
    size_t size;
};

#define PART(whole, member)                                                                        \
    {                                                                                              \
#member, sizeof world whole.member                                                         \
    }

static const struct part parts_of_world[] = {
    PART(, now_us), PART(, module_at_us), PART(, host_at_us), PART(, event_at_us),
    PART(, lanes),  PART(, engine),       PART(, host),       PART(, monitor),
    PART(, tap),    PART(, sim),          PART(, core),
};

static const struct part parts_of_module[] = {
    PART(.sim, timer_at_us),
    PART(.sim, seen_at_us),
    PART(.sim, timers_set),
    PART(.sim, reserved),
    PART(.sim, stat_lost_output_bytes),
    PART(.sim, stat_lost_input_bytes),
    PART(.sim, settings),
    PART(.sim, live),
    PART(.sim, saved),
    PART(.sim, imei),
    PART(.sim, power),
    PART(.sim, supply),
    PART(.sim, port),
    PART(.sim, interpreter),
    PART(.sim, radio),
    PART(.sim, packet),
    PART(.sim, files),
    PART(.sim, download),
    PART(.sim, bearers),
    PART(.sim, ftp),
    PART(.sim, sockets),
    PART(.sim, web),
    PART(.sim, mqtt),
    PART(.sim, data_call),
    PART(.sim, updater),
    PART(.sim, message),
};

static size_t count(const char *whole, const struct part *parts, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        printf("counted: %s: %s: %zu bytes\n", whole, parts[i].name, parts[i].size);
        sum += parts[i].size;
    }
    printf("counted: %s: sum: %zu bytes\n", whole, sum);
    return sum;
}

#define COUNT(whole, parts) count(whole, parts, sizeof parts / sizeof parts[0])

/* A member without a row is missing in the sum. */
static void the_parts_of_the_world_stay_in_its_budget(void **state)
{
    (void)state;
    enum { BUDGET_BYTES = 16384 };
    assert_int_equal(COUNT("world", parts_of_world), sizeof world);
    assert_int_equal(COUNT("world.sim", parts_of_module), sizeof world.sim);
    printf("counted: world: %zu bytes of %d\n", sizeof world, BUDGET_BYTES);
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

static void what_a_client_counts_as_well_is_not_compared(void **state)
{
    (void)state;
    uint64_t before = bench_world_hash(&world);
    world.monitor.told.sent_bytes = world.core.stat_counts.sent_bytes = 7;
    assert_true(bench_world_hash(&world) == before);
    world.core.stat_counts.sent_bytes++;
    assert_true(bench_world_hash(&world) != before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_parts_of_the_world_stay_in_its_budget, clear),
        cmocka_unit_test_setup(what_the_tap_keeps_is_part_of_the_hash, clear),
        cmocka_unit_test_setup(times_of_the_tap_count_from_now, clear),
        cmocka_unit_test_setup(what_a_client_counts_as_well_is_not_compared, clear),
    };
    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
