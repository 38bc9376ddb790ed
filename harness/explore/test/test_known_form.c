/* Digests of forms: each word counts where it stands, whatever was digested before. */
#include "harness/explore/known_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct digests {
    uint64_t key, check;
};

static struct merge_digests *last;
static struct merge_form form;

static int setup(void **state)
{
    (void)state;
    last = merge_digests_new();
    memset(&form, 0, sizeof form);
    return last ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    free(last);
    return 0;
}

static struct digests digest(void)
{
    struct digests digests;
    merge_form_digest(last, &form, &digests.key, &digests.check);
    return digests;
}

/* All buffers hold something. */
static void use_all(void)
{
    form.world.sim.port.output_end = 1;
    for (unsigned lane = 0; lane < BENCH_LANES; lane++)
        form.world.lanes[lane].byte_fill = 1;
}

static bool lies_in(size_t at, const void *member, size_t size)
{
    size_t begin = (size_t)((const uint8_t *)member - (const uint8_t *)&form);
    return at >= begin && at < begin + size;
}

/* Zero in each comparable form. */
static bool is_left_out(size_t at)
{
    return lies_in(at, form.world.sim.files.extents, sizeof form.world.sim.files.extents) ||
           lies_in(at, form.conduct.watch.evidence, sizeof form.conduct.watch.evidence);
}

static void each_byte_counts_in_both_digests(void **state)
{
    uint8_t *bytes = (uint8_t *)&form;
    (void)state;
    use_all();
    const struct digests whole = digest();
    for (size_t at = 0; at < sizeof form; at++) {
        bytes[at] ^= 0x80;
        const struct digests other = digest();
        bytes[at] ^= 0x80;
        const struct digests again = digest();
        if ((other.key == whole.key || other.check == whole.check) != is_left_out(at))
            fail_msg("byte %zu of %zu: want %s digests", at, sizeof form,
                     is_left_out(at) ? "the same" : "other");
        if (again.key != whole.key || again.check != whole.check)
            fail_msg("byte %zu of %zu: want the first digests when it is as it was", at,
                     sizeof form);
    }
}

static void a_word_counts_where_it_stands(void **state)
{
    uint64_t *words = (uint64_t *)(void *)&form;
    (void)state;
    use_all();
    words[2] = 7;
    const struct digests was = digest();
    for (size_t at = 3; at < 40; at++) {
        words[2] = 0;
        words[at] += 7;
        const struct digests is = digest();
        assert_true(is.key != was.key && is.check != was.check);
        words[at] -= 7;
    }
}

static void what_was_digested_before_does_not_count(void **state)
{
    struct merge_digests *first = last;
    (void)state;
    use_all();
    memset(form.world.sim.port.output, 'x', 100);
    (void)digest();
    form.world.sim.port.output_end = 0; /* the output stays as it was in the last form */
    form.world.now_us = 5;
    const struct digests want = digest();
    last = merge_digests_new();
    assert_non_null(last);
    memset(form.world.sim.port.output, 0, 100);
    const struct digests got = digest();
    free(first);
    assert_true(got.key == want.key && got.check == want.check);
}

static void a_buffer_without_anything_in_it_is_neither_copied_nor_digested(void **state)
{
    static struct bench_world world;
    (void)state;
    memset(&world, 0, sizeof world);
    world.lanes[BENCH_TO_HOST].bytes[3] = 1;
    world.lanes[BENCH_TO_MODULE].bytes[3] = 1;
    world.sim.port.output[3] = 1;
    const struct digests want = digest();
    merge_form_copy(&form, &world);
    const struct digests got = digest();
    assert_int_equal(form.world.lanes[BENCH_TO_HOST].bytes[3], 0);
    assert_true(got.key == want.key && got.check == want.check);
    world.lanes[BENCH_TO_HOST].byte_fill = 4;
    world.lanes[BENCH_TO_MODULE].duplicate_length = 4;
    world.sim.port.output_end = 4;
    merge_form_copy(&form, &world);
    assert_memory_equal(&form.world, &world, offsetof(struct bench_world, sim.files.extents));
    assert_memory_equal(&form.world.lanes, &world.lanes, sizeof world.lanes);
    const struct digests other = digest();
    assert_true(other.key != want.key && other.check != want.check);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        TEST(each_byte_counts_in_both_digests),
        TEST(a_word_counts_where_it_stands),
        TEST(what_was_digested_before_does_not_count),
        TEST(a_buffer_without_anything_in_it_is_neither_copied_nor_digested),
    };
    return cmocka_run_group_tests_name("known form", tests, NULL, NULL);
}
