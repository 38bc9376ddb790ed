/* Exploration: which faults it makes, what it finds, and that it finds it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/forever.h"
#include "harness/explore/test/support_case.h"
#include "harness/explore/worth.h"

static void count_finding(void *context, const struct explore_finding *finding)
{
    unsigned *count = context;
    print_error("%s: %s: want %s, got %s\n", finding->choice, finding->first.what,
                finding->first.want, finding->first.got);
    ++*count;
}

/* Where few points are, so that a test is quick. */
static const struct explore_wish at_few = {.points = EXPLORE_AT_COMMAND | EXPLORE_AT_NV_WRITE |
                                                     EXPLORE_AT_BOOT | EXPLORE_AT_HTTP_REQUEST |
                                                     EXPLORE_AT_HTTP_BLOCK | EXPLORE_AT_REQUEST};

static void every_fault_is_put_at_every_point(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = case_of("", ", size: 2KiB}}\nexpect: {outcome: updated}");
    struct explore_summary summary;
    unsigned findings = 0;
    uint64_t runs = 0, wanted = 0;
    (void)state;
    assert_non_null(run);
    assert_int_equal(
        explore_case(run, &scenario->cases[0], 1, &at_few, count_finding, &findings, &summary),
        EXPLORE_DONE);
    for (unsigned point = 0; point < BENCH_POINT_COUNT; point++)
        if (at_few.points >> point & 1)
            wanted += (uint64_t)summary.extent.points.count[point] *
                      explore_faults_at((enum bench_point)point);
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        runs += summary.faults[fault].runs;
        assert_int_equal(summary.faults[fault].untried, 0);
    }
    assert_true(summary.extent.points.count[BENCH_POINT_COMMAND] > 50);
    assert_int_equal(runs, wanted);
    assert_int_equal(summary.extent.choices, wanted);
    assert_int_equal(summary.figures.runs, wanted);
    /* The cut that costs the update shows that the faults really fire. */
    assert_true(summary.faults[EXPLORE_FAULT_CUT_WRITE].outcomes[FOTA_OUTCOME_UPDATE_FAILED] > 0);
    assert_int_equal(findings, 0);
    scenario_free(scenario);
    bench_run_free(run);
}

/* ---- a branch is the same as the run from its begin ------------------------------------------ */

struct twins {
    struct branch branch;
    struct bench_run *other;
    struct scenario_case *changed;
    unsigned compared;
    uint32_t faults_seen[EXPLORE_FAULT_COUNT];
};

static void compare(void *context, const struct explore_choice *choices, size_t count)
{
    struct twins *twins = context;
    struct bench_run *run = twins->branch.run, *other = twins->other;
    char choice[EXPLORE_CHOICE_MAX];
    explore_choice_format(choices, count, choice, sizeof choice);
    assert_true(
        branch_begin(other, twins->branch.one, twins->branch.seed, choices, count, twins->changed));
    while (bench_run_step(other))
        ;
    if (other->world.now_us != run->world.now_us ||
        bench_world_hash(&other->world) != bench_world_hash(&run->world))
        fail_msg("%s: branched it ends at %llu us, from its begin at %llu us or otherwise", choice,
                 (unsigned long long)run->world.now_us, (unsigned long long)other->world.now_us);
    twins->compared++;
    twins->faults_seen[choices[count - 1].fault]++;
}

static struct twins make_twins(const struct scenario_case *one)
{
    struct twins twins = {.other = bench_run_new(BENCH_SINK_MEMORY),
                          .changed = malloc(sizeof *twins.changed)};
    twins.branch = (struct branch){.run = bench_run_new(BENCH_SINK_MEMORY),
                                   .one = one,
                                   .seed = 1,
                                   .depth = 1,
                                   .points = UINT32_MAX,
                                   .faults = UINT64_MAX,
                                   .on_end = compare};
    assert_non_null(twins.other);
    assert_non_null(twins.changed);
    assert_non_null(twins.branch.run);
    return twins;
}

static void free_twins(struct twins *twins)
{
    bench_run_free(twins->branch.run);
    bench_run_free(twins->other);
    free(twins->changed);
}

/* Rows of all deliveries: each fault at some of its points, all over the run. */
static const char *const deliveries[] = {
    ", size: 2KiB}}\nexpect: {outcome: updated}",
    ", size: 2KiB}\n         , delivery: push}\nexpect: {outcome: updated}",
    (", size: 2KiB}}\nhost: {starts-after: 10s}\nmodule: {settings: {left-over-status: 6}}\n"
     "expect: {outcome: updated}"),
};

static void a_branch_is_the_run_with_the_fault_from_its_begin(void **state)
{
    struct scenario *scenario = case_of("", *state);
    struct twins twins = make_twins(&scenario->cases[0]);
    struct branch_extent extent;
    enum { WINDOWS = 7 };
    assert_true(branch_measure(&twins.branch, &extent));
    twins.branch.context = &twins;
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        twins.branch.faults = UINT64_C(1) << fault;
        assert_true(branch_measure(&twins.branch, &extent));
        for (uint64_t i = 0; i < WINDOWS && extent.choices; i++) {
            twins.branch.first = extent.choices * i / WINDOWS;
            twins.branch.end = twins.branch.first + (extent.choices > i);
            assert_true(branch_walk(&twins.branch));
        }
    }
    assert_true(twins.compared > 3 * EXPLORE_FAULT_COUNT);
    free_twins(&twins);
    scenario_free(scenario);
}

static void a_pair_is_the_run_with_both_from_its_begin(void **state)
{
    struct scenario *scenario = case_of("", deliveries[0]);
    struct twins twins = make_twins(&scenario->cases[0]);
    (void)state;
    twins.branch.context = &twins;
    twins.branch.depth = 2;
    twins.branch.points = EXPLORE_AT_COMMAND | EXPLORE_AT_REQUEST | EXPLORE_AT_NV_WRITE;
    twins.branch.faults = UINT64_C(1) << EXPLORE_FAULT_SWALLOW |
                          UINT64_C(1) << EXPLORE_FAULT_CUT_WRITE |
                          UINT64_C(1) << EXPLORE_FAULT_RESET_FIRST;
    twins.branch.first = 60;
    twins.branch.end = 66;
    assert_true(branch_walk(&twins.branch));
    assert_true(twins.compared > 50);
    free_twins(&twins);
    scenario_free(scenario);
}

static void a_case_that_does_not_pass_is_not_explored(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = case_of("", "}}\nexpect: {outcome: refused}");
    struct explore_summary summary;
    (void)state;
    assert_non_null(run);
    assert_int_equal(explore_case(run, &scenario->cases[0], 1, &at_few, NULL, NULL, &summary),
                     EXPLORE_FAILED);
    assert_non_null(strstr(run->error, "the undisturbed run does not pass"));
    scenario_free(scenario);
    bench_run_free(run);
}

/* As many events, actions, lasting ones and durations as a file may have, and no room left. */
static struct scenario *load_full(void)
{
    char rest[6000] = ", size: 2KiB}}\nevents:\n";
    size_t length = strlen(rest);
    for (int i = 0; i < SCENARIO_EVENTS_MAX; i++)
        length += (size_t)snprintf(
            rest + length, sizeof rest - length,
            "  - when: {time: %dh}\n    may-not-fire: yes\n    do: [%s%s]\n", i + 10,
            i < SCENARIO_LASTING_MAX ? "{power: cut, for: 1s}" : "{urc: 'RING'}",
            ", {urc: 'RING'}");
    length += (size_t)snprintf(rest + length, sizeof rest - length,
                               "expect:\n  outcome: updated\n  durations:\n");
    for (int i = 0; i < SCENARIO_DURATIONS_MAX; i++)
        length +=
            (size_t)snprintf(rest + length, sizeof rest - length,
                             "    - {from: {boot: 1}, to: {boot: 2}, at-least: %ds}\n", i + 1);
    return case_of("", rest);
}

static void a_case_without_room_is_explored_all_the_same(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = load_full();
    struct explore_summary summary;
    (void)state;
    assert_non_null(run);
    if (explore_case(run, &scenario->cases[0], 1, &at_few, NULL, NULL, &summary) != EXPLORE_DONE)
        fail_msg("%s", run->error);
    assert_int_equal(summary.figures.runs, summary.extent.choices);
    assert_true(summary.faults[EXPLORE_FAULT_CUT_WRITE].outcomes[FOTA_OUTCOME_UPDATE_FAILED] > 0);
    scenario_free(scenario);
    bench_run_free(run);
}

/* One row: how it ends without the fault and with it, and what that is. */
static const struct row {
    const char *name;
    const char *events;
    uint8_t fault, base, got;
    bool finding, excused;
    uint32_t restarts; /* by the client, without the fault */
} rows[] = {
    {"a lost line costs nothing", "", EXPLORE_FAULT_LOSE_LINE, FOTA_OUTCOME_UPDATED,
     FOTA_OUTCOME_DOWNLOAD_FAILED, true, false, 0},
    {"a host that finds its work done is right", "", EXPLORE_FAULT_HOST_RESET, FOTA_OUTCOME_UPDATED,
     FOTA_OUTCOME_ALREADY_CURRENT, false, false, 0},
    {"a power cut may cost the update", "", EXPLORE_FAULT_POWER_CUT, FOTA_OUTCOME_UPDATED,
     FOTA_OUTCOME_UPDATE_FAILED, false, true, 0},
    {"a power cut may not cost the module", "", EXPLORE_FAULT_POWER_CUT, FOTA_OUTCOME_UPDATED,
     FOTA_OUTCOME_NEEDS_SERVICE, true, false, 0},
    {"a story that failed may fail in another way", "", EXPLORE_FAULT_LOSE_LINE,
     FOTA_OUTCOME_DOWNLOAD_FAILED, FOTA_OUTCOME_REFUSED, false, false, 0},
    {"a story that failed may not end out of service", "", EXPLORE_FAULT_LOSE_LINE,
     FOTA_OUTCOME_DOWNLOAD_FAILED, FOTA_OUTCOME_NEEDS_SERVICE, true, false, 0},
    {"a fault may be of help", "", EXPLORE_FAULT_HOST_RESET, FOTA_OUTCOME_NEEDS_SERVICE,
     FOTA_OUTCOME_UPDATED, false, false, 0},
    {"two faults at once may cost the update",
     "events: [{when: {command: 'AT+CGMM'}, do: [{swallow: yes}]}]\n", EXPLORE_FAULT_LOSE_LINE,
     FOTA_OUTCOME_UPDATED, FOTA_OUTCOME_REFUSED, false, true, 0},
    {"a board that is needed and fails may cost the module", "", EXPLORE_FAULT_REFUSED,
     FOTA_OUTCOME_UPDATED, FOTA_OUTCOME_NEEDS_SERVICE, false, true, 1},
    {"a board that is not needed may not cost it", "", EXPLORE_FAULT_REFUSED, FOTA_OUTCOME_UPDATED,
     FOTA_OUTCOME_NEEDS_SERVICE, true, false, 0},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static void an_end_is_judged(void **state)
{
    const struct row *row = *state;
    char rest[256];
    snprintf(rest, sizeof rest, "}}\n%sexpect: {outcome: updated}", row->events);
    struct scenario *scenario = case_of("", rest);
    const struct explore_summary base = {
        .base = {.finished = true, .result = {.outcome = row->base}},
        .base_cost.count[EXPLORE_RULE_RESTARTS] = row->restarts};
    struct bench_result result = {
        .verdict = BENCH_FAILED,
        .finding_count = 1,
        .observed = {.finished = true, .result = {.outcome = row->got}},
        .findings = {{.kind = SCENARIO_FINDING_EVENT}}}; /* is no finding here */
    const struct explore_choice choice = {.fault = row->fault};
    bool excused = explore_judge(&choice, 1, &scenario->cases[0], &base, &result);
    assert_int_equal(result.finding_count, row->finding);
    assert_int_equal(result.verdict, row->finding ? BENCH_FAILED : BENCH_PASSED);
    assert_int_equal(excused, row->excused);
    if (row->finding)
        assert_int_equal(result.findings[0].kind, SCENARIO_FINDING_OUTCOME);
    scenario_free(scenario);
}

static void a_run_that_was_stopped_is_no_finding(void **state)
{
    struct scenario *scenario = case_of("", "}}\nexpect: {outcome: updated}");
    const struct explore_summary base = {
        .base = {.finished = true, .result = {.outcome = FOTA_OUTCOME_UPDATED}}};
    struct bench_result result = {.verdict = BENCH_STOPPED};
    (void)state;
    const struct explore_choice choice = {.fault = EXPLORE_FAULT_LOSE_LINE};
    assert_false(explore_judge(&choice, 1, &scenario->cases[0], &base, &result));
    assert_int_equal(result.finding_count, 0);
    assert_int_equal(result.verdict, BENCH_STOPPED);
    scenario_free(scenario);
}

static void a_fault_whose_moment_does_not_come_is_no_finding(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = case_of("", "}}\nexpect: {outcome: updated}");
    (void)state;
    assert_non_null(run);
    for (unsigned point = 0; point < BENCH_POINT_COUNT; point++) {
        const struct explore_choice choice =
            explore_choice_at((enum bench_point)point, UINT32_MAX, 0);
        struct bench_result result;
        explore_repeat(run, &scenario->cases[0], 1, &choice, 1, &result);
        if (result.verdict != BENCH_PASSED)
            fail_msg("%s: %s", bench_point_name(point), result.findings[0].what);
    }
    scenario_free(scenario);
    bench_run_free(run);
}

/* Faults, most of them two, that were findings once: what bench, emulator or client did wrong in
 * each. */
static const struct pair {
    const char *name, *rest, *choices;
    uint32_t restarts; /* by the client, at most */
} pairs[] = {
    {"a body that is whole when its transfer stalls is seen to be whole",
     ", size: 2KiB}, delivery: ftp, checksum: yes, ftp: {server: fota.example}}",
     "server.long@http-request:1+stall@http-block:4", 0},
    {"a server that was to serve badly does not when the faults are over", ", size: 2KiB}}",
     "server.damaged@http-request:1+hang.deaf@boot:1", 1},
    {"a byte that was to change the rate does not when the faults are over",
     ", size: 2KiB}, delivery: push}", "hang.deaf@boot:1+rate-changed@to-module-byte:220", 1},
    {"a restart is waited for behind the worst time of the update as well", ", size: 2KiB}}",
     "hang.both@boot:2+urc.4@to-host-line:84", 2},
    {"a job that follows at the moment of a fault is judged by its own words",
     ", size: 2KiB}}\nthen: {from: 1351B04SIM7000C, to: 1351B03SIM7000C, downgrade: yes}",
     "refused@request:3", 0},
};

static void what_was_a_finding_ends_well(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    (void)state;
    assert_non_null(run);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct pair *row = &pairs[i];
        char rest[512];
        struct explore_choice choices[EXPLORE_CHOICES_MAX];
        struct bench_result result;
        snprintf(rest, sizeof rest, "%s\nexpect: {outcome: updated}", row->rest);
        struct scenario *scenario = case_of("", rest);
        struct scenario_case *changed = malloc(sizeof *changed);
        size_t count = explore_choice_parse(row->choices, choices);
        assert_in_range(count, 1, 2);
        assert_non_null(changed);
        explore_repeat(run, &scenario->cases[0], 1, choices, count, &result);
        if (result.verdict != BENCH_PASSED)
            fail_msg("%s: %s: %s", row->name, result.findings[0].what, result.findings[0].got);
        assert_true(branch_begin(run, &scenario->cases[0], 1, choices, count, changed));
        bench_run_all(run, &result);
        uint32_t restarts = explore_cost_of(run).count[EXPLORE_RULE_RESTARTS];
        if (restarts > row->restarts)
            fail_msg("%s: want %u restarts, got %u", row->name, row->restarts, restarts);
        free(changed);
        scenario_free(scenario);
    }
    bench_run_free(run);
}

static unsigned findings_of(const char *rest, const char *token, struct bench_result *ret_result)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    struct scenario *scenario = case_of("", rest);
    size_t count = explore_choice_parse(token, choices);
    assert_non_null(run);
    assert_int_equal(count, 1);
    explore_repeat(run, &scenario->cases[0], 1, choices, count, ret_result);
    scenario_free(scenario);
    bench_run_free(run);
    return (unsigned)ret_result->finding_count;
}

/* With the fault the supply falls before the update in place of after it, and stays so low. */
static void a_client_that_does_not_recover_is_a_finding(void **state)
{
    struct bench_result result;
    (void)state;
    assert_int_equal(
        findings_of(", size: 2KiB}, supply-min: 3500mV}\n"
                    "events:\n"
                    "  - {when: {command: 'AT+CFOTA?', nth: 2}, do: [{set: {supply: 3200mV}}]}\n"
                    "expect: {outcome: updated}",
                    "late@to-module-line:11", &result),
        1);
    assert_int_equal(result.verdict, BENCH_FAILED);
    assert_string_equal(result.findings[0].what, "rule recovers");
}

/* The story refuses what the fault made the client ask once more, and would do so for ever. */
static void what_the_story_does_is_over_with_the_faults(void **state)
{
    struct bench_result result;
    (void)state;
    assert_int_equal(findings_of(", size: 2KiB}}\n"
                                 "events:\n"
                                 "  - {when: {command: 'AT+CFOTA?', nth: 2}, times: always, do: "
                                 "[{reply: ['ERROR']}]}\n"
                                 "expect: {outcome: updated}",
                                 "late@to-module-line:11", &result),
                     0);
    assert_int_equal(result.observed.result.outcome, FOTA_OUTCOME_REFUSED);
}

/* Beyond pairs, faults are drawn: the same number draws the same ones, another seed others. */
static void what_is_drawn_can_be_drawn_again(void **state)
{
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = case_of("", ", size: 2KiB}}\nexpect: {outcome: updated}");
    struct explore_forever forever = {.one = &scenario->cases[0], .seed = 1}, other = {0};
    unsigned points_seen = 0, alike = 0;
    enum { DRAWN = 400 };
    (void)state;
    assert_int_equal(explore_forever_begin(run, &forever), EXPLORE_DONE);
    other = forever;
    other.seed = 2;
    for (uint64_t number = 0; number < DRAWN; number++) {
        struct explore_choice got[EXPLORE_CHOICES_MAX], again[EXPLORE_CHOICES_MAX];
        size_t count = explore_forever_choose(&forever, number, got);
        assert_in_range(count, 2, EXPLORE_CHOICES_MAX);
        assert_int_equal(explore_forever_choose(&forever, number, again), count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(again[i].number, got[i].number);
            assert_int_equal(again[i].fault, got[i].fault);
            points_seen |= 1u << got[i].point;
        }
        alike += explore_forever_choose(&other, number, again) == count &&
                 again[0].fault == got[0].fault && again[0].number == got[0].number;
    }
    assert_int_equal(points_seen, (1u << BENCH_POINT_COUNT) - 1);
    assert_true(alike < DRAWN / 10);
    scenario_free(scenario);
    bench_run_free(run);
}

static void a_choice_is_read_as_it_was_written(void **state)
{
    struct explore_choice got[EXPLORE_CHOICES_MAX];
    char choice[EXPLORE_CHOICE_MAX], again[EXPLORE_CHOICE_MAX];
    (void)state;
    for (unsigned point = 0; point < BENCH_POINT_COUNT; point++)
        for (uint32_t i = 0; i < explore_faults_at((enum bench_point)point); i++) {
            const struct explore_choice one =
                explore_choice_at((enum bench_point)point, 4711 + i, i);
            const struct explore_choice several[] = {one, one, one};
            explore_choice_format(several, 3, choice, sizeof choice);
            assert_int_equal(explore_choice_parse(choice, got), 3);
            explore_choice_format(got, 3, again, sizeof again);
            assert_string_equal(again, choice);
        }
}

static void what_is_no_choice_is_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        "power-cut",
                                        "power-cut@",
                                        "power-cut@deadline",
                                        "power-cut@deadline:",
                                        "power-cut@deadline:0",
                                        "power-cut@deadline:12x",
                                        "power-cut@to-host-byte:12",
                                        "reset@deadline:12",
                                        "reset.@deadline:12",
                                        "reset.no@deadline:12",
                                        "urc.0@to-host-line:1",
                                        "split@to-host-byte:1+",
                                        ("split@to-host-byte:1+split@to-host-byte:2+"
                                         "split@to-host-byte:3+split@to-host-byte:4"),
                                        "no-such@deadline:3"};
    struct explore_choice got[EXPLORE_CHOICES_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (explore_choice_parse(wrong[i], got))
            fail_msg("taken: %s", wrong[i]);
}

int main(void)
{
    enum { OWN = 12 };
    struct CMUnitTest tests[OWN + ROW_COUNT] = {
        cmocka_unit_test(every_fault_is_put_at_every_point),
        cmocka_unit_test_prestate(a_branch_is_the_run_with_the_fault_from_its_begin,
                                  (void *)(uintptr_t)deliveries[0]),
        cmocka_unit_test_prestate(a_branch_is_the_run_with_the_fault_from_its_begin,
                                  (void *)(uintptr_t)deliveries[1]),
        cmocka_unit_test_prestate(a_branch_is_the_run_with_the_fault_from_its_begin,
                                  (void *)(uintptr_t)deliveries[2]),
        cmocka_unit_test(a_pair_is_the_run_with_both_from_its_begin),
        cmocka_unit_test(a_case_that_does_not_pass_is_not_explored),
        cmocka_unit_test(a_case_without_room_is_explored_all_the_same),
        cmocka_unit_test(a_run_that_was_stopped_is_no_finding),
        cmocka_unit_test(a_fault_whose_moment_does_not_come_is_no_finding),
        cmocka_unit_test(what_was_a_finding_ends_well),
        cmocka_unit_test(a_client_that_does_not_recover_is_a_finding),
        cmocka_unit_test(what_the_story_does_is_over_with_the_faults),
        cmocka_unit_test(what_is_drawn_can_be_drawn_again),
        cmocka_unit_test(a_choice_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_choice_is_refused),
    };
    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[OWN + i] = (struct CMUnitTest){.name = rows[i].name,
                                             .test_func = an_end_is_judged,
                                             .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("explore", tests, NULL, NULL);
}
