/* Merging: runs that take over a rest that is known end as they do when each is run to its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/explore.h"

/* Where few points are, so that a test is quick; ci/test-long/explore-apart.sh takes all. */
static const struct row {
    const char *name, *rest;
    uint32_t points;
    uint64_t faults;
    unsigned depth;
    uint64_t seen_without; /* bit n: with part n left out of the key they end otherwise */
} rows[] = {
    {"a whole update", "}\nexpect: {outcome: updated}",
     EXPLORE_AT_COMMAND | EXPLORE_AT_TO_MODULE_LINE | EXPLORE_AT_REQUEST | EXPLORE_AT_BOOT, 0, 1,
     1u << MERGE_PART_MODULE | 1u << MERGE_PART_LANES | 1u << MERGE_PART_CORE},
    {"a status is left over",
     "}\nmodule: {settings: {left-over-status: 6}}\nexpect: {outcome: updated}", EXPLORE_AT_COMMAND,
     0, 1, 0},
    {"the package is pushed", ", delivery: push}\nexpect: {outcome: updated}", EXPLORE_AT_COMMAND,
     0, 1, 0},
    {"the host restarts while the module updates",
     "}\nevents: [{when: {core-state: updating}, do: [{host-reset: yes, for: 3s}]}]\n"
     "expect: {outcome: updated}",
     EXPLORE_AT_COMMAND, 0, 1, 0},
    {"pairs", "}\nexpect: {outcome: updated}", EXPLORE_AT_TO_MODULE_LINE,
     1u << EXPLORE_FAULT_LOSE_LINE, 2, 1u << MERGE_PART_MODULE | 1u << MERGE_PART_CORE},
    {"pairs that restart", "}\nexpect: {outcome: updated}",
     EXPLORE_AT_COMMAND | EXPLORE_AT_BOOT | EXPLORE_AT_REQUEST,
     UINT64_C(1) << EXPLORE_FAULT_ERROR | UINT64_C(1) << EXPLORE_FAULT_POWER_CUT |
         UINT64_C(1) << EXPLORE_FAULT_RESET_FIRST,
     2, 0},
    {"pairs with little time", ", total-timeout: 230s}\nexpect: {outcome: updated}",
     EXPLORE_AT_COMMAND, UINT64_C(1) << EXPLORE_FAULT_SWALLOW, 2, 1u << MERGE_PART_DEADLINES},
    {"the host restarts twice",
     "}\nevents: [{when: {core-state: updating}, do: [{host-reset: yes, for: 3s}]}]\n"
     "expect: {outcome: updated}",
     EXPLORE_AT_DEADLINE | EXPLORE_AT_REQUEST,
     UINT64_C(1) << EXPLORE_FAULT_HOST_RESET | UINT64_C(1) << EXPLORE_FAULT_HOST_FORGETS |
         UINT64_C(1) << EXPLORE_FAULT_RESET_FIRST,
     1, 1u << MERGE_PART_HOST},
    {"little time for the whole job", ", total-timeout: 230s}\nexpect: {outcome: updated}",
     EXPLORE_AT_COMMAND | EXPLORE_AT_TO_MODULE_LINE, 0, 1,
     1u << MERGE_PART_LANES | 1u << MERGE_PART_DEADLINES},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static struct scenario *load(const char *rest)
{
    struct scenario_errors errors = {0};
    char text[8192];
    int length = snprintf(
        text, sizeof text,
        "scenario: a case\nwhy: it is a test\n"
        "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C,\n"
        "         package: {url: 'http://fota.example/update.zip', size: 2KiB}\n         %s\n",
        rest);
    struct scenario *scenario = scenario_parse("case.yaml", text, (size_t)length, &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    scenario_errors_done(&errors);
    return scenario;
}

static void explore(const struct row *row, struct merge_table *known, struct walk_table *walks,
                    struct explore_summary *ret_summary)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = load(row->rest);
    const struct explore_wish wish = {.points = row->points,
                                      .faults = row->faults,
                                      .depth = row->depth,
                                      .known = known,
                                      .walks = row->depth > 1 ? walks : NULL};
    assert_non_null(run);
    enum explore_answer answer =
        explore_case(run, &scenario->cases[0], 1, &wish, NULL, NULL, ret_summary);
    if (answer != EXPLORE_DONE)
        fail_msg("%s", run->error);
    scenario_free(scenario);
    bench_run_free(run);
}

static bool end_alike(const struct explore_summary *a, const struct explore_summary *b)
{
    return a->figures.digest == b->figures.digest && a->figures.runs == b->figures.runs &&
           a->figures.whole_steps == b->figures.whole_steps &&
           memcmp(a->faults, b->faults, sizeof a->faults) == 0;
}

static void no_merge_hides_a_difference(void **state)
{
    const struct row *row = *state;
    struct explore_summary apart, merged;
    struct merge_table known;
    struct walk_table walks;
    assert_true(merge_table_make(&known, 1 << 14));
    assert_true(walk_table_make(&walks, 1 << 10));
    explore(row, NULL, NULL, &apart);
    explore(row, &known, &walks, &merged);
    assert_true(end_alike(&apart, &merged));
    assert_true(known.hits > 0);
    assert_true(row->depth == 1 || walks.joined > 0);
    printf("%s: %llu runs, %llu merged, %llu of %llu steps\n", row->name,
           (unsigned long long)apart.figures.runs, (unsigned long long)known.hits,
           (unsigned long long)merged.figures.executed_steps,
           (unsigned long long)apart.figures.executed_steps);
    for (unsigned part = 0; part < MERGE_PART_COUNT; part++) {
        if (!(row->seen_without >> part & 1))
            continue;
        merge_table_empty(&known);
        walk_table_empty(&walks);
        known.leave_out = UINT64_C(1) << part;
        explore(row, &known, &walks, &merged);
        if (end_alike(&apart, &merged))
            fail_msg("nothing ends otherwise when part %u is left out of the key", part);
    }
    merge_table_free(&known);
    walk_table_free(&walks);
}

/* Both digests of a place. */
static bool are_keys_alike(const struct merge_place *a, const struct merge_place *b)
{
    return a->key == b->key && a->check == b->check;
}

/* A run in which only this byte is another one: is that another place? */
static bool is_another(const struct merge_table *table, struct bench_run *run,
                       const struct merge_watch *watch, uint8_t *byte)
{
    struct merge_place before, after;
    bool never;
    assert_true(merge_place_of(table, run, watch, 0, &before, &never));
    *byte ^= 1;
    assert_true(merge_place_of(table, run, watch, 0, &after, &never));
    *byte ^= 1;
    assert_true((before.key == after.key) == (before.check == after.check));
    return !are_keys_alike(&before, &after);
}

/* Parts in which runs seldom differ alone: with one byte changed in them the place is another one,
   and is taken for the same when the part is left out. */
static void a_part_that_differs_alone_makes_another_place(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = load(rows[0].rest);
    struct scenario_case *changed = malloc(sizeof *changed);
    static struct merge_watch watch;
    struct bench_world *world = &run->world;
    const struct {
        unsigned part;
        uint8_t *byte;
    } spoilt[] = {
        {MERGE_PART_TAP, (uint8_t *)&world->tap},
        {MERGE_PART_MONITOR, &world->monitor.starts},
        {MERGE_PART_ENGINE, &world->engine.serve_next},
        {MERGE_PART_CONDUCT, (uint8_t *)&watch.conduct.package_bytes},
    };
    (void)state;
    assert_true(changed && branch_begin(run, &scenario->cases[0], 1, NULL, 0, changed));
    for (int i = 0; i < 60; i++)
        bench_run_step(run);
    merge_watch_begin(&watch, run);
    merge_watch_read(&watch, run);
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        struct merge_table table = {.leave_out = 0};
        if (!is_another(&table, run, &watch, spoilt[i].byte))
            fail_msg("part %u is not in the key", spoilt[i].part);
        table.leave_out = UINT64_C(1) << spoilt[i].part;
        if (is_another(&table, run, &watch, spoilt[i].byte))
            fail_msg("part %u is in the key though it is left out", spoilt[i].part);
    }
    free(changed);
    scenario_free(scenario);
    bench_run_free(run);
}

int main(void)
{
    struct CMUnitTest tests[ROW_COUNT + 1] = {
        [ROW_COUNT] = cmocka_unit_test(a_part_that_differs_alone_makes_another_place)};
    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = no_merge_hides_a_difference,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
