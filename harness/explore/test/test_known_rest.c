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
#include "harness/explore/test/support_case.h"

/* Where few points are, so that a test is quick; ci/test-long/explore-all.sh and explore-short.sh
 * take all. */
static const struct row {
    const char *name, *rest;
    uint32_t points;
    uint64_t faults;
    unsigned depth;
    uint64_t seen_without; /* bit n: with part n left out of the key they end otherwise */
} rows[] = {
    {"a whole update", "}\nexpect: {outcome: updated}",
     EXPLORE_AT_COMMAND | EXPLORE_AT_TO_MODULE_LINE | EXPLORE_AT_REQUEST | EXPLORE_AT_BOOT, 0, 1,
     1u << MERGE_PART_MODULE | 1u << MERGE_PART_LANES | 1u << MERGE_PART_CORE |
         1u << MERGE_PART_RANDOM},
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
    {"pairs whose time is over while it updates",
     ", total-timeout: 45s}\nexpect: {outcome: needs-service}", EXPLORE_AT_LINES,
     UINT64_C(1) << EXPLORE_FAULT_LOSE_LINE | UINT64_C(1) << EXPLORE_FAULT_LATE, 2,
     1u << MERGE_PART_DEADLINES},
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

static void explore(const struct row *row, struct merge_table *known, struct walk_table *walks,
                    struct explore_summary *ret_summary)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = case_of(", size: 2KiB}\n         ", row->rest);
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

/* Both digests of a place, and the marks beside them. */
static bool are_places_alike(const struct merge_place *a, const struct merge_place *b)
{
    const struct merge_marks *marks = &a->limits.marks, *others = &b->limits.marks;
    return a->key == b->key && a->check == b->check && marks->tail_in_us == others->tail_in_us &&
           marks->fault_ago_us == others->fault_ago_us && marks->random == others->random &&
           marks->repeats == others->repeats;
}

/* A run in which only this byte is another one: is that another place? */
static bool is_another(struct merge_table *table, struct bench_run *run,
                       const struct merge_watch *watch, uint8_t *byte)
{
    struct merge_place before, after;
    bool never;
    assert_true(merge_place_of(table, run, watch, 0, &before, &never));
    *byte ^= 1;
    assert_true(merge_place_of(table, run, watch, 0, &after, &never));
    *byte ^= 1;
    assert_true((before.key == after.key) == (before.check == after.check));
    return !are_places_alike(&before, &after);
}

/* Parts in which runs seldom differ alone: with one byte changed in them the place is another one,
   and is taken for the same when the part is left out. */
static void a_part_that_differs_alone_makes_another_place(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = case_of(", size: 2KiB}\n         ", rows[0].rest);
    struct scenario_case *changed = malloc(sizeof *changed);
    static struct merge_watch watch;
    struct bench_world *world = &run->world;
    const struct {
        unsigned part;
        uint8_t *byte;
    } spoilt[] = {
        {MERGE_PART_TAP, (uint8_t *)&world->tap},
        {MERGE_PART_MONITOR, &world->monitor.starts},
        {MERGE_PART_MONITOR, (uint8_t *)&world->monitor.told.wanted},
        {MERGE_PART_MONITOR, (uint8_t *)&world->monitor.told.received_bytes},
        {MERGE_PART_ENGINE, &world->engine.serve_next},
        {MERGE_PART_CONDUCT, (uint8_t *)&watch.conduct.package_bytes},
        {MERGE_PART_TAIL, (uint8_t *)&world->core.boot_tail_at_us},
        {MERGE_PART_EXCUSE, (uint8_t *)&watch.conduct.fault_at_us},
        {MERGE_PART_RANDOM, (uint8_t *)&world->sim.power.random},
        {MERGE_PART_REPEATS, (uint8_t *)watch.conduct.last},
    };
    (void)state;
    assert_true(changed && branch_begin(run, &scenario->cases[0], 1, NULL, 0, changed));
    for (int i = 0; i < 60; i++)
        bench_run_step(run);
    merge_watch_begin(&watch, run);
    merge_watch_read(&watch);
    watch.conduct.fault_at_us = world->now_us - 1000;
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        struct merge_table table;
        assert_true(merge_table_make(&table, 4));
        if (!is_another(&table, run, &watch, spoilt[i].byte))
            fail_msg("part %u is not in the key", spoilt[i].part);
        table.leave_out = UINT64_C(1) << spoilt[i].part;
        if (is_another(&table, run, &watch, spoilt[i].byte))
            fail_msg("part %u is in the key though it is left out", spoilt[i].part);
        merge_table_free(&table);
    }
    free(changed);
    scenario_free(scenario);
    bench_run_free(run);
}

/* Two places that differ in what the form leaves out, and the rest of the first one: 100 s. */
static const struct mark_row {
    const char *name;
    struct merge_marks was, is;
    struct merge_place end; /* of the rest */
    bool is_known;          /* from the second place, too */
} mark_rows[] = {
    {.name = "equal places", .is_known = true},
    {.name = "a tail that is over before the first line of a boot",
     .is = {.tail_in_us = 39000000},
     .end = {.boot_lines = 1},
     .is_known = true},
    {.name = "a tail that goes on when a line of a boot comes",
     .is = {.tail_in_us = 41000000},
     .end = {.boot_lines = 1}},
    {.name = "the tail of the other place when a line of a boot comes",
     .was = {.tail_in_us = 41000000},
     .end = {.boot_lines = 1}},
    {.name = "a tail and no line of a boot", .is = {.tail_in_us = 41000000}, .is_known = true},
    {.name = "a fault just before that excuses nothing",
     .is = {.fault_ago_us = 7},
     .is_known = true},
    {.name = "a fault just before that excuses a start",
     .was = {.fault_ago_us = 7},
     .is = {.fault_ago_us = 8},
     .end = {.excused_starts = 1}},
    {.name = "another random number that nobody draws", .is = {.random = 7}, .is_known = true},
    {.name = "another random number that is drawn", .is = {.random = 7}, .end = {.random = 9}},
    {.name = "a command sent before and now seldom", .is = {.repeats = 7}, .is_known = true},
    {.name = "a command sent before and now often", .is = {.repeats = 7}, .end = {.crowds = 1}},
    {.name = "a command sent often before", .is = {.repeats = 7, .is_crowded = true}},
    {.name = "good though no fault excuses it", .is = {.is_spoilt = true}, .is_known = true},
    {.name = "good because a fault excuses it", .was = {.is_spoilt = true}},
    {.name = "a result comes behind the fault",
     .was = {.is_spoilt = true},
     .end = {.result_at_us = 1},
     .is_known = true},
    {.name = "a deadline within the rest", .is = {.due_in_us = {[MERGE_DUE_SILENT] = 99000000}}},
    {.name = "a deadline behind the rest",
     .is = {.due_in_us = {[MERGE_DUE_SILENT] = 101000000}},
     .is_known = true},
};
enum { MARK_ROW_COUNT = sizeof mark_rows / sizeof mark_rows[0] };

static struct merge_place place_with(const struct merge_marks *marks, uint64_t at_us)
{
    struct merge_place place = {.key = 5, .check = 6, .at_us = at_us};
    place.limits.marks = *marks;
    place.limits.end_at_us = BENCH_NEVER;
    place.limits.commands_left = 1;
    for (unsigned due = 0; due < MERGE_DUE_COUNT; due++)
        if (!marks->due_in_us[due])
            place.limits.marks.due_in_us[due] = BENCH_NEVER;
    return place;
}

static void what_the_form_leaves_out_matters_to_a_rest_that_looks_at_it(void **state)
{
    const struct mark_row *row = *state;
    const struct merge_rest over = {.reach = MERGE_REACH_OVER};
    struct merge_place first = place_with(&row->was, 1000000), between = first, end = row->end;
    struct merge_table table;
    assert_true(merge_table_make(&table, 16));
    between.at_us += 40000000;
    between.key = 7;
    end.at_us = first.at_us + 100000000;
    merge_remember(&table, &first);
    merge_remember(&table, &between);
    merge_store(&table, &end, &over, true);
    struct merge_place same = place_with(&row->was, 3000000);
    struct merge_place other = place_with(&row->is, 3000000);
    assert_non_null(merge_find(&table, &same));
    assert_true(row->is_known == (merge_find(&table, &other) != NULL));
    /* What is not known from the first can be stored beside it. */
    merge_remember(&table, &other);
    merge_store(&table, &end, &over, true);
    assert_non_null(merge_find(&table, &other));
    assert_non_null(merge_find(&table, &same));
    merge_table_free(&table);
}

int main(void)
{
    struct CMUnitTest tests[ROW_COUNT + MARK_ROW_COUNT + 1] = {
        cmocka_unit_test(a_part_that_differs_alone_makes_another_place)};
    for (size_t i = 0; i < MARK_ROW_COUNT; i++)
        tests[ROW_COUNT + 1 + i] = (struct CMUnitTest){
            .name = mark_rows[i].name,
            .test_func = what_the_form_leaves_out_matters_to_a_rest_that_looks_at_it,
            .initial_state = (void *)(uintptr_t)&mark_rows[i]};
    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[1 + i] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = no_merge_hides_a_difference,
                                           .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
