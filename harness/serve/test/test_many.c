/* test_many.c - what serving many modules rests on: deadlines in a heap, IMEIs of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "harness/ports/heap.h"
#include "harness/ports/loop.h"
#include "harness/serve/imei.h"

enum { MANY = 257, CHANGES = 20000 };

static uint64_t earliest(const uint64_t *at_us, uint32_t count)
{
    uint64_t first_us = BENCH_NEVER;

    for (uint32_t i = 0; i < count; i++)
        first_us = at_us[i] < first_us ? at_us[i] : first_us;
    return first_us;
}

static void the_earliest_deadline_is_first_whatever_changes(void **state)
{
    uint64_t at_us[MANY];
    uint32_t random = 1, id = MANY;
    struct bench_heap heap;

    (void)state;
    assert_int_equal(bench_heap_open(&heap, MANY), 0);
    for (uint32_t i = 0; i < MANY; i++)
        at_us[i] = BENCH_NEVER;
    for (int i = 0; i < CHANGES; i++) {
        uint32_t changed;
        random = random * 1664525u + 1013904223u;
        changed = (random >> 8) % MANY;
        at_us[changed] = random % 7 == 0 ? BENCH_NEVER : random >> 12;
        bench_heap_set(&heap, changed, at_us[changed]);
        assert_int_equal(bench_heap_first(&heap, &id), earliest(at_us, MANY));
        assert_int_equal(at_us[id], earliest(at_us, MANY));
    }
    bench_heap_close(&heap);
}

static void deadlines_come_out_in_order(void **state)
{
    uint64_t last_us = 0;
    struct bench_heap heap;

    (void)state;
    assert_int_equal(bench_heap_open(&heap, MANY), 0);
    for (uint32_t i = 0; i < MANY; i++)
        bench_heap_set(&heap, i, (i * 7919u) % 1000u);
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t id = MANY;
        uint64_t at_us = bench_heap_first(&heap, &id);
        assert_true(at_us >= last_us);
        last_us = at_us;
        bench_heap_set(&heap, id, BENCH_NEVER);
    }
    bench_heap_close(&heap);
}

static void an_empty_heap_has_no_deadline(void **state)
{
    struct bench_heap heap;
    uint32_t id = 7;

    (void)state;
    assert_int_equal(bench_heap_open(&heap, 0), 0);
    assert_true(bench_heap_first(&heap, &id) == BENCH_NEVER);
    assert_int_equal(id, 7);
    bench_heap_close(&heap);
}

/* As 3GPP TS 23.003 B.2 describes it, written another way: from the right, the check digit too. */
static unsigned luhn_sum(const char *digits)
{
    unsigned sum = 0;
    size_t length = strlen(digits);

    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(digits[length - 1 - i] - '0') << i % 2;
        sum += digit / 10 + digit % 10;
    }
    return sum;
}

static void thousand_imeis_are_distinct_and_have_their_check_digit(void **state)
{
    char last[BENCH_IMEI_SIZE] = "", imei[BENCH_IMEI_SIZE];

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        bench_imei("863199999999995", i, imei);
        assert_int_equal(strlen(imei), 15);
        assert_int_equal(luhn_sum(imei) % 10, 0);
        assert_true(strcmp(imei, last) > 0);
        memcpy(last, imei, sizeof last);
    }
}

static void a_known_imei_has_the_known_check_digit(void **state)
{
    char imei[BENCH_IMEI_SIZE];

    (void)state;
    bench_imei("490154203237510", 0, imei); /* 3GPP TS 23.003 has 49015420323751 and 8 */
    assert_string_equal(imei, "490154203237518");
    bench_imei("", 0, imei);
    assert_string_equal(imei, "000000000000000");
    bench_imei("999999999999990", 1, imei);
    assert_string_equal(imei, "000000000000000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_deadline_is_first_whatever_changes),
        cmocka_unit_test(deadlines_come_out_in_order),
        cmocka_unit_test(an_empty_heap_has_no_deadline),
        cmocka_unit_test(thousand_imeis_are_distinct_and_have_their_check_digit),
        cmocka_unit_test(a_known_imei_has_the_known_check_digit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
