/*
 * Parts of a campaign: all of them are the whole, none overlaps, one more case moves few, and with
 * timings they take equally long; CI systems say in the environment which part this is.
 */
#include "harness/campaign/shard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 1220, SHARDS = 50 };

static char names[CASES + 1][32];
static const char *ids[CASES + 1];
static uint32_t numbers[CASES + 1];

static int make_ids(void **state)
{
    (void)state;
    for (int i = 0; i <= CASES; i++) {
        snprintf(names[i], sizeof names[i], "power/cut [at=%d]", i);
        ids[i] = names[i];
    }
    return 0;
}

static void all_parts_are_the_whole_and_equally_large(void **state)
{
    (void)state;
    for (size_t count = 0; count <= CASES; count = count ? count * 35 / 2 : 1)
        for (uint32_t shards = 1; shards <= SHARDS; shards++) {
            size_t sizes[SHARDS + 1] = {0};
            memset(numbers, 0, sizeof numbers);
            assert_true(campaign_shard_divide(ids, count, shards, NULL, numbers));
            for (size_t i = 0; i < count; i++) {
                assert_in_range(numbers[i], 1, shards);
                sizes[numbers[i]]++;
            }
            for (uint32_t shard = 1; shard <= shards; shard++)
                assert_in_range(sizes[shard], count / shards, count / shards + 1);
        }
}

static void one_more_case_moves_few(void **state)
{
    static uint32_t before[CASES + 1];
    unsigned moved = 0;
    (void)state;
    assert_true(campaign_shard_divide(ids, CASES, 5, NULL, before));
    assert_true(campaign_shard_divide(ids, CASES + 1, 5, NULL, numbers));
    for (int i = 0; i < CASES; i++)
        moved += before[i] != numbers[i];
    assert_in_range(moved, 0, 5);
    /* What stands where in the list makes no difference. */
    const char *first = ids[0];
    ids[0] = ids[CASES - 1];
    ids[CASES - 1] = first;
    assert_true(campaign_shard_divide(ids, CASES, 5, NULL, numbers));
    assert_int_equal(numbers[0], before[CASES - 1]);
    assert_int_equal(numbers[CASES - 1], before[0]);
    assert_int_equal(numbers[7], before[7]);
    make_ids(NULL);
}

static void with_timings_parts_take_equally_long(void **state)
{
    char text[4096] = "{\"results\": {\"tests\": [", error[200];
    struct campaign_timings timings;
    uint64_t sums[4] = {0};
    size_t length = strlen(text);
    (void)state;
    for (int i = 0; i < 20; i++) /* 1, 2, ... 20 s: 210 in three parts */
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "%s{\"testId\": \"%s\", \"duration\": %d}", i ? ", " : "",
                                   ids[i], 1000 * (i + 1));
    length += (size_t)snprintf(text + length, sizeof text - length, "]}}");
    assert_true(campaign_timings_parse(&timings, "a.json", text, length, error, sizeof error));
    assert_int_equal(timings.count, 20);
    assert_true(campaign_shard_divide(ids, 20, 3, &timings, numbers));
    for (int i = 0; i < 20; i++)
        sums[numbers[i]] += (uint64_t)i + 1;
    for (int shard = 1; shard <= 3; shard++)
        assert_in_range(sums[shard], 69, 71);
    /* A case that is new goes somewhere, too. */
    assert_true(campaign_shard_divide(ids, 21, 3, &timings, numbers));
    assert_in_range(numbers[20], 1, 3);
    campaign_timings_done(&timings);
}

static void a_file_of_something_else_is_refused(void **state)
{
    static const char *const texts[] = {"", "{", "[]", "{\"results\": {\"tests\": 3}}"};
    struct campaign_timings timings;
    char error[200];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(campaign_timings_parse(&timings, "a.json", texts[i], strlen(texts[i]), error,
                                            sizeof error));
        assert_non_null(strstr(error, "a.json: no report of CTRF"));
    }
}

/* ---- which part ------------------------------------------------------------------------------ */

static const struct row {
    const char *text, *environment; /* "NAME=VALUE NAME=VALUE" */
    uint32_t number, count;         /* 0 = refused */
    const char *error;
} rows[] = {
    {"1/1", "", 1, 1, ""},
    {"2/5", "", 2, 5, ""},
    {"0/5", "", 0, 0, "'0/5' is no part"},
    {"6/5", "", 0, 0, "'6/5' is no part"},
    {"2", "", 0, 0, "'2' is no part"},
    {"2/5x", "", 0, 0, "no part"},
    {"-1/5", "", 0, 0, "no part"},
    {"99999999999/99999999999", "", 0, 0, "no part"},
    {"auto", "", 0, 0, "no CI system says"},
    {"auto", "CI_NODE_INDEX=2 CI_NODE_TOTAL=5", 2, 5, ""},
    {"auto", "CI_NODE_TOTAL=5", 0, 0, "CI_NODE_TOTAL is set, but CI_NODE_INDEX is not (GitLab)"},
    {"auto", "CI_NODE_TOTAL=1", 0, 0, "no CI system says"},
    {"auto", "CI_NODE_INDEX=0 CI_NODE_TOTAL=5", 0, 0, "are no part of a whole"},
    {"auto", "CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=3", 1, 3, ""},
    {"auto", "CIRCLE_NODE_INDEX=3 CIRCLE_NODE_TOTAL=3", 0, 0, "are no part of a whole"},
    {"auto", "BUILDKITE_PARALLEL_JOB=1 BUILDKITE_PARALLEL_JOB_COUNT=2", 2, 2, ""},
    {"auto", "TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=4", 1, 4, ""},
    {"auto", "SLURM_ARRAY_TASK_ID=12 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_COUNT=5", 3, 5, ""},
    {"auto", "SLURM_ARRAY_TASK_ID=12 SLURM_ARRAY_TASK_COUNT=5", 0, 0, "no part of a whole"},
    {"auto", "TEST_SHARD_INDEX=1 TEST_TOTAL_SHARDS=4 CI_NODE_INDEX=2 CI_NODE_TOTAL=4", 2, 4, ""},
    {"auto", "TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=4 CI_NODE_INDEX=2 CI_NODE_TOTAL=4", 0, 0,
     "Bazel says 1/4 and GitLab says 2/4; give --shard I/N"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* Sets the variables of a row, or takes them away again. */
static void set_environment(const char *text, bool set)
{
    char name[64], value[64];
    int used;
    for (; sscanf(text, "%63[^=]=%63s%n", name, value, &used) == 2;
         text += used + (text[used] == ' '))
        assert_int_equal(set ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void is_read(void **state)
{
    const struct row *row = *state;
    struct campaign_shard shard = {0};
    char error[200] = "";
    set_environment(row->environment, true);
    bool good = campaign_shard_parse(row->text, &shard, error, sizeof error);
    set_environment(row->environment, false);
    if (good != (row->count > 0) || shard.number != row->number || shard.count != row->count ||
        !strstr(error, row->error))
        fail_msg("%s with '%s': want %u/%u '%s', got %u/%u '%s'", row->text, row->environment,
                 row->number, row->count, row->error, shard.number, shard.count, error);
}

int main(void)
{
    enum { OWN = 4 };
    static const char *const systems[] = {"TEST_SHARD_INDEX",
                                          "TEST_TOTAL_SHARDS",
                                          "GTEST_SHARD_INDEX",
                                          "GTEST_TOTAL_SHARDS",
                                          "CI_NODE_INDEX",
                                          "CI_NODE_TOTAL",
                                          "SLURM_ARRAY_TASK_ID",
                                          "SLURM_ARRAY_TASK_COUNT",
                                          "CIRCLE_NODE_INDEX",
                                          "CIRCLE_NODE_TOTAL",
                                          "BUILDKITE_PARALLEL_JOB",
                                          "BUILDKITE_PARALLEL_JOB_COUNT",
                                          "SYSTEM_JOBPOSITIONINPHASE",
                                          "SYSTEM_TOTALJOBSINPHASE",
                                          "BITBUCKET_PARALLEL_STEP",
                                          "BITBUCKET_PARALLEL_STEP_COUNT"};
    struct CMUnitTest tests[OWN + ROWS] = {
        cmocka_unit_test(all_parts_are_the_whole_and_equally_large),
        cmocka_unit_test(one_more_case_moves_few),
        cmocka_unit_test(with_timings_parts_take_equally_long),
        cmocka_unit_test(a_file_of_something_else_is_refused),
    };
    static char titles[ROWS][32];
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
        unsetenv(systems[i]); /* these tests may run on one of them */
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(titles[i], sizeof titles[i], "is read: row %02zu", i + 1);
        tests[OWN + i] = (struct CMUnitTest){
            .name = titles[i], .test_func = is_read, .initial_state = (void *)(uintptr_t)&rows[i]};
    }
    return cmocka_run_group_tests_name("shard", tests, make_ids, NULL);
}
