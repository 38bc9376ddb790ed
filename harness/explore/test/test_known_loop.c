/* Rounds of a loop that are left out: the run ends as it does when it goes all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/branch.h"
#include "harness/explore/known_loop.h"
#include "harness/explore/test/support_case.h"

/* Each waits until some deadline comes due. */
static const struct row {
    const char *name, *choice;
    bool goes_round;
} rows[] = {
    {"the network stays away while it downloads", "network-lost@deadline:20000000", true},
    {"the network stays away behind the update", "network-lost@deadline:130000000", true},
    {"the module is deaf before anything has begun", "hang.deaf@deadline:9000000", false},
    {"the module is deaf when it is back", "hang.deaf@deadline:209912687", true},
    {"the module is mute when it is back", "hang.mute@deadline:209912687", true},
    {"the port has another rate", "rate-changed@to-host-byte:1500", true},
    {"nothing is wrong", "notice.3@to-host-line:30", false},
};

struct walked {
    struct merge_place end;
    struct scenario_observed observed;
    uint64_t left_out_us;
};

static void look(struct bench_run *run, struct merge_table *known, struct merge_watch *watch,
                 bool leaves_out)
{
    struct merge_place place;
    struct merge_loop loop;
    bool never;
    merge_watch_read(watch);
    if (!merge_place_of(known, run, watch, 1, &place, &never))
        return;
    bool is_round = leaves_out && merge_find_loop(known, &place, &loop);
    merge_remember(known, &place);
    if (is_round)
        merge_leave_loop(run, watch, &loop);
}

static struct walked walk(const struct row *row, bool leaves_out)
{
    struct scenario *scenario = case_of(", size: 2KiB}}\n", "expect: {outcome: updated}");
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario_case *changed = malloc(sizeof *changed);
    struct merge_watch *watch = malloc(sizeof *watch);
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    struct merge_table known;
    struct walked walked = {.left_out_us = 0};
    assert_true(run && changed && watch && merge_table_make(&known, 4));
    assert_int_equal(explore_choice_parse(row->choice, choices), 1);
    assert_true(branch_begin(run, &scenario->cases[0], 1, choices, 1, changed));
    merge_watch_begin(watch, run);
    for (uint64_t at = branch_place(run); bench_run_step(run);) {
        if (branch_place(run) != at)
            look(run, &known, watch, leaves_out);
        at = branch_place(run);
    }
    walked.end = merge_end_of(run, watch);
    walked.left_out_us = watch->left_out.time_us;
    run->host->observe(run, &walked.observed);
    assert_true(run->world.engine.fired[run->one->event_count - 1]);
    merge_table_free(&known);
    free(watch);
    free(changed);
    bench_run_free(run);
    scenario_free(scenario);
    return walked;
}

static void a_run_ends_as_it_does_when_it_goes_all_rounds(void **state)
{
    const struct row *row = *state;
    const struct walked whole = walk(row, false), left = walk(row, true);
    printf("%s: %llu of %llu s were left out\n", row->name,
           (unsigned long long)left.left_out_us / 1000000,
           (unsigned long long)whole.end.at_us / 1000000);
    assert_int_equal(left.left_out_us > 0, row->goes_round);
    assert_int_equal(left.observed.finished, whole.observed.finished);
    assert_int_equal(left.observed.result.outcome, whole.observed.result.outcome);
    assert_int_equal(left.observed.result.reason, whole.observed.result.reason);
    assert_int_equal(left.end.at_us, whole.end.at_us);
    assert_int_equal(left.end.steps, whole.end.steps);
    assert_int_equal(left.end.sent_bytes, whole.end.sent_bytes);
    assert_memory_equal(&left.end.cost, &whole.end.cost, sizeof whole.end.cost);
}

/* ---- what is no loop ------------------------------------------------------------------------- */

/* The second of two places a minute apart, and the same but for this. */
static const struct no_row {
    const char *name;
    struct merge_place from, to;
    bool is_loop;
} no_rows[] = {
#define AT(time_us, over_at_us, ...)                                                               \
    {                                                                                              \
        .key = 1, .at_us = (time_us), .limits.end_at_us = (over_at_us), __VA_ARGS__                \
    }
#define FROM(...)    AT(60000000, UINT64_MAX, __VA_ARGS__)
#define TO(...)      AT(120000000, UINT64_MAX, __VA_ARGS__)
#define DUE(time_us) .limits.marks.due_in_us[MERGE_DUE_STATE] = (time_us)
    {"a deadline that comes nearer is a loop", FROM(DUE(600000000)), TO(DUE(540000000)), true},
    {"a deadline that is put off each time is a loop", FROM(DUE(90000000)), TO(DUE(90000000)),
     true},
    {"a deadline that is put off by less than a round is none", FROM(DUE(600000000)),
     TO(DUE(570000000)), false},
    {"a deadline that comes due in the next round leaves nothing out", FROM(DUE(110000000)),
     TO(DUE(50000000)), false},
    {"the host was asked for something", FROM(DUE(600000000), .requests = 1),
     TO(DUE(540000000), .requests = 2), false},
    {"the client restarted the module", FROM(DUE(600000000)),
     TO(DUE(540000000), .cost.count[EXPLORE_RULE_RESTARTS] = 1), false},
    {"a line of a boot came", FROM(DUE(600000000)), TO(DUE(540000000), .boot_lines = 1), false},
    {"the module drew a random number", FROM(DUE(600000000)),
     TO(DUE(540000000), .limits.marks.random = 1), false},
    {"it is another world", FROM(DUE(600000000)), TO(DUE(540000000), .check = 1), false},
    {"the case is over before the next round is", FROM(DUE(600000000)),
     AT(120000000, 170000000, DUE(540000000)), false},
#undef AT
#undef FROM
#undef TO
#undef DUE
};

static void the_row_is_a_loop_or_none(void **state)
{
    const struct no_row *row = *state;
    struct merge_table known;
    struct merge_loop loop;
    assert_true(merge_table_make(&known, 4));
    merge_remember(&known, &row->from);
    assert_int_equal(merge_find_loop(&known, &row->to, &loop), row->is_loop);
    merge_table_free(&known);
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0], NO_ROWS = sizeof no_rows / sizeof no_rows[0] };
    struct CMUnitTest tests[ROWS + NO_ROWS];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = a_run_ends_as_it_does_when_it_goes_all_rounds,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    for (size_t i = 0; i < NO_ROWS; i++)
        tests[ROWS + i] = (struct CMUnitTest){.name = no_rows[i].name,
                                              .test_func = the_row_is_a_loop_or_none,
                                              .initial_state = (void *)(uintptr_t)&no_rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
