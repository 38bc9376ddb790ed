/*
 * test_cover_walk.c - walks of support_walk.h with bytes that are the same on every machine: no
 * rule is broken, and all that the client says, asks, reports and waits for is what it was.
 *
 * `test_cover_walk --write > core/test/walks.h` makes the reference anew; a commit that changes it
 * says why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/test/support_situations.h"
#include "core/test/support_walk.h"
#include "core/test/walks.h"

#define WALKS      6000u
#define WALK_BYTES 600u
#define GROUP      100u /* walks with one digest */

static uint64_t digest;

static void add(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ at[i]) * UINT64_C(0x100000001b3);
    digest = (digest ^ size) * UINT64_C(0x100000001b3);
}

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

static void walk_group(void (*with)(const uint8_t *data, size_t size), uint32_t *random)
{
    static const uint8_t calms[] = {1, 3, 8, 20, 60, 200};
    digest = UINT64_C(0xcbf29ce484222325);
    for (unsigned i = 0; i < GROUP; i++) {
        uint8_t bytes[WALK_BYTES];
        fill(bytes, sizeof bytes, calms[i % sizeof calms], random);
        with(bytes, sizeof bytes);
    }
}

struct walks {
    const char *name;
    void (*with)(const uint8_t *data, size_t size);
    const uint64_t *reference;
};

static struct situation situations[SITUATIONS_MAX];
static size_t situation_count;

/* The first two bytes choose it. */
static void walk_situation(const uint8_t *data, size_t size)
{
    size_t chosen = (size_t)(data[0] | data[1] << 8) % situation_count;
    walk_from(&situations[chosen], data + 2, size - 2);
}

static const struct walks all_walks[] = {
    {"engine", walk_engine, walks_of_engine},
    {"procedure", walk_procedure, walks_of_procedure},
    {"situations", walk_situation, walks_of_situations},
};

/* All that is told on the ways to them counts too. */
static uint64_t digest_of_ways(void)
{
    digest = UINT64_C(0xcbf29ce484222325);
    walk_observed = add;
    situation_count = situations_take(situations);
    walk_observed = NULL;
    return digest;
}

static void ways_are_as_they_were(void **state)
{
    (void)state;
    if (digest_of_ways() != digest_of_all_ways)
        fail_msg("the ways of support_situations.c are not what they were; meant: test_cover_walk "
                 "--write > core/test/walks.h");
}

/* A rule that is broken ends the program. */
static void is_as_it_was(void **state)
{
    const struct walks *walks = *state;
    uint32_t random = 0x2545f491u;
    walk_observed = add;
    for (unsigned i = 0; i < WALKS / GROUP; i++) {
        walk_group(walks->with, &random);
        if (digest != walks->reference[i])
            fail_msg("%s, walks %u to %u: they are not what they were; meant: test_cover_walk "
                     "--write > core/test/walks.h",
                     walks->name, i * GROUP, (i + 1) * GROUP - 1);
    }
    walk_observed = NULL;
}

static int write_reference(void)
{
    uint64_t ways = digest_of_ways();
    walk_observed = add;
    puts("/* walks.h - digests of the walks of test_cover_walk.c, which writes them, a hundred "
         "each. */\n#ifndef FOTARIG_CORE_TEST_WALKS_H\n#define FOTARIG_CORE_TEST_WALKS_H\n\n"
         "#include <stdint.h>");
    for (size_t k = 0; k < sizeof all_walks / sizeof all_walks[0]; k++) {
        uint32_t random = 0x2545f491u;
        printf("\nstatic const uint64_t walks_of_%s[] = {\n", all_walks[k].name);
        for (unsigned i = 0; i < WALKS / GROUP; i++) {
            walk_group(all_walks[k].with, &random);
            printf("    UINT64_C(0x%08lx%08lx),\n", (unsigned long)(digest >> 32),
                   (unsigned long)(digest & UINT32_MAX));
        }
        puts("};");
    }
    printf("\nstatic const uint64_t digest_of_all_ways = UINT64_C(0x%08lx%08lx);\n",
           (unsigned long)(ways >> 32), (unsigned long)(ways & UINT32_MAX));
    puts("\n#endif");
    return 0;
}

int main(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "--write") == 0)
        return write_reference();
    static const struct CMUnitTest tests[] = {
        {"the_engine_on_its_walks_is_what_it_was", is_as_it_was, NULL, NULL,
         (void *)(uintptr_t)&all_walks[0]},
        {"the_procedure_on_its_walks_is_what_it_was", is_as_it_was, NULL, NULL,
         (void *)(uintptr_t)&all_walks[1]},
        cmocka_unit_test(ways_are_as_they_were), /* before what goes on from there */
        {"the_procedure_from_any_situation_is_what_it_was", is_as_it_was, NULL, NULL,
         (void *)(uintptr_t)&all_walks[2]},
    };
    return cmocka_run_group_tests_name("cover_walk", tests, NULL, NULL);
}
