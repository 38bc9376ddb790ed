/* Trails: what a client did and heard, and where another run was left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/branch.h"
#include "harness/explore/test/support_case.h"
#include "harness/explore/trail.h"

/* Two runs of the same job: the second with a story, or with a fault. */
struct pair {
    struct bench_run *run;
    struct trail usual, other;
};

static const char plain[] = "expect: {outcome: updated}";
static const char bare_ok[] = "events: [{when: {command: 'AT+CFUN?'}, do: [{reply: ['OK']}]}]\n"
                              "expect: {outcome: updated}";

static void walk(struct bench_run *run, const char *rest, const char *fault, struct trail *trail)
{
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    struct scenario *scenario = case_of(", size: 2KiB}}\n", rest);
    struct scenario_case *changed = malloc(sizeof *changed);
    size_t count = fault[0] ? explore_choice_parse(fault, choices) : 0;
    uint64_t step = 0;
    assert_true(branch_begin(run, &scenario->cases[0], 1, choices, count, changed));
    do {
        trail_read(trail, run, step);
        step = run->step_count;
    } while (bench_run_step(run));
    free(changed);
    scenario_free(scenario);
}

static void walk_both(struct pair *pair, const char *story, const char *fault)
{
    *pair = (struct pair){.run = bench_run_new(BENCH_SINK_MEMORY)};
    assert_non_null(pair->run);
    walk(pair->run, plain, "", &pair->usual);
    walk(pair->run, story, fault, &pair->other);
}

static void end(struct pair *pair)
{
    trail_free(&pair->usual);
    trail_free(&pair->other);
    bench_run_free(pair->run);
}

static void equal_runs_have_equal_trails(void **state)
{
    struct pair pair;
    struct trail_moment moment;
    (void)state;
    walk_both(&pair, plain, "");
    assert_false(trail_differs(&pair.other, &pair.usual, &moment));
    assert_false(trail_told(&pair.other, &pair.usual, UINT64_MAX, false, &moment, &moment));
    assert_false(trail_turn(&pair.other, &pair.usual, false, 0, UINT64_MAX, &moment));
    assert_false(trail_last_otherwise(&pair.other, &pair.usual, UINT64_MAX, &moment));
    assert_int_equal(trail_stay(&pair.other, &pair.usual, UINT64_MAX, false, &moment), 0);
    end(&pair);
}

/* A host that is reset is no turn; what it does then is. */
static void a_trail_tells_where_another_run_was_left(void **state)
{
    struct pair pair;
    struct trail_moment moment, told;
    (void)state;
    walk_both(&pair, plain, "drop@http-block:1");
    assert_true(trail_differs(&pair.other, &pair.usual, &moment));
    assert_string_equal(moment.what, "+APP PDP: DEACTIVE");
    assert_true(trail_told(&pair.other, &pair.usual, UINT64_MAX, false, &told, &moment));
    assert_string_equal(told.state, "download");
    assert_string_equal(moment.what, "prepare");
    assert_true(trail_turn(&pair.other, &pair.usual, false, 0, UINT64_MAX, &moment));
    assert_string_equal(moment.state, "download");
    assert_true(trail_stay(&pair.other, &pair.usual, UINT64_MAX, false, &moment) > 0);
    assert_string_equal(moment.state, "download");
    assert_true(trail_last_heard(&pair.other, told.what, told.step, &moment));
    assert_int_equal(moment.step, told.step);
    assert_false(trail_last_heard(&pair.other, "no such line", UINT64_MAX, &moment));
    end(&pair);
}

/* A start that is refused leads on to the verdict, and that back to what lies before the start. */
static void a_turn_back_leads_to_a_state_that_was_left(void **state)
{
    struct pair pair;
    struct trail_moment any, back;
    (void)state;
    walk_both(&pair,
              "events: [{when: {command: 'AT+CFOTA=1'}, do: [{reply: ['ERROR']}]}]\n"
              "expect: {outcome: updated}",
              "");
    assert_true(trail_turn(&pair.other, &pair.usual, false, 0, UINT64_MAX, &any));
    assert_string_equal(any.state, "start");
    assert_string_equal(any.what, "verdict");
    assert_true(trail_turn(&pair.other, &pair.usual, true, 0, UINT64_MAX, &back));
    assert_string_equal(back.state, "verdict");
    assert_string_equal(back.what, "verify");
    assert_true(trail_turn(&pair.other, &pair.usual, true, back.step, back.step, &any));
    assert_false(trail_turn(&pair.other, &pair.usual, true, 0, back.step - 1, &any));
    end(&pair);
}

/* Where more is told undisturbed; that a command is done is no news. */
static void a_result_without_its_line_is_an_answer(void **state)
{
    struct pair pair;
    struct trail_moment moment, told;
    (void)state;
    walk_both(&pair, bare_ok, "");
    assert_true(trail_told(&pair.other, &pair.usual, UINT64_MAX, false, &told, &moment));
    assert_string_equal(told.state, "preflight");
    assert_string_equal(told.what, "OK");
    end(&pair);
}

static void what_goes_as_undisturbed_is_no_stay_that_is_otherwise(void **state)
{
    struct pair pair;
    struct trail_moment last, before = {.step = 0};
    (void)state;
    walk_both(&pair, bare_ok, "");
    assert_true(trail_last_otherwise(&pair.other, &pair.usual, UINT64_MAX, &last));
    assert_string_equal(last.state, "preflight");
    while (strcmp(before.what, "decide") != 0)
        assert_true(trail_goes_on(&pair.other, before.step + 1, &before));
    assert_false(trail_last_otherwise(&pair.other, &pair.usual, before.step, &last));
    end(&pair);
}

/* The OK of the download is lost; the next state begins with a bare AT. */
static void what_an_earlier_stay_left_open_makes_none_otherwise(void **state)
{
    struct pair pair;
    struct trail_moment last;
    (void)state;
    walk_both(&pair,
              "events: [{when: {core-state: download}, do: [{lose-to-host: line}]}]\n"
              "expect: {outcome: updated}",
              "");
    assert_true(trail_last_otherwise(&pair.other, &pair.usual, UINT64_MAX, &last));
    assert_string_equal(last.state, "download");
    end(&pair);
}

/* Its question again, and before that a bare AT. */
static void a_stay_is_longer_by_the_commands_that_were_sent_in_it(void **state)
{
    struct pair pair;
    struct trail_moment moment;
    (void)state;
    walk_both(&pair,
              "events: [{when: {command: 'AT+CPIN?'}, do: [{swallow: yes}]}]\n"
              "expect: {outcome: updated}",
              "");
    assert_int_equal(trail_stay(&pair.other, &pair.usual, UINT64_MAX, true, &moment), 2);
    assert_string_equal(moment.state, "preflight");
    end(&pair);
}

static void a_command_is_looked_for_by_its_name(void **state)
{
    struct pair pair;
    struct trail_moment moment;
    (void)state;
    walk_both(&pair, plain, "");
    assert_true(trail_last_sent(&pair.other, "AT+HTTPTOFS=another", &moment));
    assert_string_equal(moment.state, "download");
    assert_true(trail_last_sent(&pair.other, "AT+CFSINIT", &moment));
    assert_string_equal(moment.state, "clean-up");
    assert_false(trail_last_sent(&pair.other, "AT+HTTP=", &moment));
    assert_false(trail_last_sent(&pair.other, "+CFUN: 1", &moment)); /* that was heard */
    assert_false(trail_last_sent(&pair.other, "", &moment));
    end(&pair);
}

/* What is decided at once has no time of its own: the step has both names. */
static void a_step_that_passes_several_states_has_all_their_names(void **state)
{
    struct pair pair;
    struct trail_moment moment;
    bool passed = false;
    (void)state;
    walk_both(&pair, plain, "");
    for (uint64_t step = 0; trail_goes_on(&pair.other, step, &moment); step = moment.step + 1)
        passed = passed || strcmp(moment.state, "identify and decide") == 0;
    assert_true(passed);
    end(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_runs_have_equal_trails),
        cmocka_unit_test(a_trail_tells_where_another_run_was_left),
        cmocka_unit_test(a_turn_back_leads_to_a_state_that_was_left),
        cmocka_unit_test(a_result_without_its_line_is_an_answer),
        cmocka_unit_test(what_goes_as_undisturbed_is_no_stay_that_is_otherwise),
        cmocka_unit_test(what_an_earlier_stay_left_open_makes_none_otherwise),
        cmocka_unit_test(a_stay_is_longer_by_the_commands_that_were_sent_in_it),
        cmocka_unit_test(a_command_is_looked_for_by_its_name),
        cmocka_unit_test(a_step_that_passes_several_states_has_all_their_names),
    };
    return cmocka_run_group_tests_name("trail", tests, NULL, NULL);
}
