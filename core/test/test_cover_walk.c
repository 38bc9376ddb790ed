/* test_cover_walk.c - walks of support_walk.h with bytes that are the same on every machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/test/support_walk.h"

#define WALKS      6000u
#define WALK_BYTES 600u

static uint32_t next_random(uint32_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random;
}

/* One call in so many is a random one; 12 lets all go well (support_walk.c). */
static void fill(uint8_t *bytes, size_t size, unsigned calm, uint32_t *random)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(next_random(random) >> 11);
    for (size_t i = 2; i + 2 < size; i++)
        if (next_random(random) % calm == 0)
            i += 2;
        else
            bytes[i] = 12;
}

static void walk(void (*with)(const uint8_t *data, size_t size))
{
    static const uint8_t calms[] = {1, 3, 8, 20, 60, 200};
    uint32_t random = 0x2545f491u;
    for (unsigned i = 0; i < WALKS; i++) {
        uint8_t bytes[WALK_BYTES];
        fill(bytes, sizeof bytes, calms[i % sizeof calms], &random);
        with(bytes, sizeof bytes);
    }
}

static void no_rule_of_the_engine_is_broken_on_a_walk(void **state)
{
    (void)state;
    walk(walk_engine);
}

static void no_rule_of_the_procedure_is_broken_on_a_walk(void **state)
{
    (void)state;
    walk(walk_procedure);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_rule_of_the_engine_is_broken_on_a_walk),
        cmocka_unit_test(no_rule_of_the_procedure_is_broken_on_a_walk),
    };
    return cmocka_run_group_tests_name("cover_walk", tests, NULL, NULL);
}
