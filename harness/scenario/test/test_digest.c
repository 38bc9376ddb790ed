/* test_digest.c - the digest follows what a case means, and forgets no member. */
#include "harness/scenario/test/support_loader.h"

#include <stdio.h>
#include <string.h>

#include "harness/scenario/digest.h"

static uint64_t digest_of(const char *text)
{
    struct scenario *scenario = loader_text(text);
    uint64_t digest = scenario_digest(&scenario->cases[0]);
    scenario_free(scenario);
    return digest;
}

#define STORY(host, between, expect)                                                               \
    "scenario: a case\nwhy: it is a test\n"                                                        \
    "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C,\n"                                       \
    "         package: {url: 'http://fota.example/update.zip', size: 109285B}}\n"                  \
    "host: {" host "}\n" between "expect: {" expect "}\n"

#define AS_ALWAYS "outcome: updated, status: 6"
static const char story[] = STORY("starts-after: 60s", "", AS_ALWAYS);

static const struct row {
    const char *name, *text;
    bool same; /* as `story` */
} rows[] = {
    {"a comment", "# hello\n" STORY("starts-after: 60s", "", AS_ALWAYS), true},
    {"another spelling of a time", STORY("starts-after: 1min", "", AS_ALWAYS), true},
    {"quotes", STORY("starts-after: '60s'", "", "outcome: 'updated', status: 6"), true},
    {"a setting at its default",
     STORY("starts-after: 60s", "module: {variant: SIM7000C}\n", AS_ALWAYS), true},
    {"a checkpoint",
     STORY("starts-after: 60s, checkpoint: "
           "46435002010100004cc00359b83b65afe5aa0100e58c65a800000000f1f9ca29",
           "", AS_ALWAYS),
     false},
    {"costs", STORY("starts-after: 60s", "", AS_ALWAYS ", costs: {exchanges: 33}"), true},
    {"another time", STORY("starts-after: 61s", "", AS_ALWAYS), false},
    {"another expectation", STORY("starts-after: 60s", "", "outcome: updated, status: 7"), false},
    {"an expectation less", STORY("starts-after: 60s", "", "outcome: updated"), false},
    {"a refused request", STORY("starts-after: 60s, refuses: [power-cycle]", "", AS_ALWAYS), false},
    {"another setting",
     STORY("starts-after: 60s", "module: {settings: {psm-saved: 5s}}\n", AS_ALWAYS), false},
    {"an event",
     STORY("starts-after: 60s", "events: [{when: {boot: 2}, do: [{urc: 'RING'}]}]\n", AS_ALWAYS),
     false},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static void the_digest_follows_the_meaning(void **state)
{
    const struct row *row = *state;
    assert_true((digest_of(row->text) == digest_of(story)) == row->same);
}

static int by_offset(const void *a, const void *b)
{
    const struct scenario_member *one = a, *other = b;
    return one->offset < other->offset ? -1 : one->offset > other->offset;
}

static size_t rounded_up(size_t offset, size_t alignment)
{
    return (offset + alignment - 1) / alignment * alignment;
}

/* Numbers and pointers lie at multiples of their size, anything else at one of 8 at most. */
static bool follows(size_t begin, size_t end, size_t size)
{
    bool is_number = size == 1 || size == 2 || size == 4;
    return begin == end || begin == rounded_up(end, is_number ? size : 4) ||
           (!is_number && begin == rounded_up(end, 8));
}

/* Between two members that are listed lies padding at most. */
static void no_member_is_forgotten(void **state)
{
    const struct scenario_listed *list;
    (void)state;
    for (size_t i = 0; (list = scenario_digest_listed(i)) != NULL; i++) {
        struct scenario_member sorted[64];
        size_t end = 0;
        assert_true(list->count < 64);
        memcpy(sorted, list->members, list->count * sizeof sorted[0]);
        qsort(sorted, list->count, sizeof sorted[0], by_offset);
        for (size_t m = 0; m <= list->count; m++) {
            size_t begin = m < list->count ? sorted[m].offset : list->size;
            size_t size = m < list->count ? sorted[m].size : sizeof(uint64_t);
            if (begin < end || !follows(begin, end, size))
                fail_msg("struct %s: bytes %zu to %zu are in no row or in two", list->name, end,
                         begin);
            end = m < list->count ? begin + sorted[m].size : end;
        }
    }
}

int main(void)
{
    struct CMUnitTest tests[1 + ROW_COUNT] = {cmocka_unit_test(no_member_is_forgotten)};
    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[1 + i] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = the_digest_follows_the_meaning,
                                           .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
