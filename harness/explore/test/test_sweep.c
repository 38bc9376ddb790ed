/*
 * The settings sweep: what hinges on a value is told, and why; what can't hinge is left out.
 */
#include "harness/explore/sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                       \
    "scenario: a story\n"                                                                          \
    "why: It is told.\n"                                                                           \
    "update:\n"                                                                                    \
    "  from: 1351B03SIM7000C\n"                                                                    \
    "  to: 1351B04SIM7000C\n"                                                                      \
    "  package: {url: 'http://fota.example/update.zip', size: 2000B}\n"

static struct bench_run *run;

static int setup(void **state)
{
    (void)state;
    run = bench_run_new(BENCH_SINK_NONE);
    return run ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    bench_run_free(run);
    return 0;
}

static struct scenario *parse(const char *text)
{
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse("story.yaml", text, strlen(text), &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    return scenario;
}

/* Runs the story with that value; wants that answer. */
static void check_one(const char *text, enum sim_setting_id setting, int32_t number,
                      enum sweep_answer want, const char *what)
{
    struct scenario *scenario = parse(text);
    struct sweep_value value = {(uint16_t)setting, number};
    struct sweep_result result = {0};
    sweep_one(run, &scenario->cases[0], &value, 1, &result);
    if (result.answer != want || strcmp(result.what, what) != 0)
        fail_msg("%s=%ld: want %s '%s', got %s '%s' (want %s; got %s)",
                 sim_setting_info(setting)->name, (long)number, sweep_answer_name(want), what,
                 sweep_answer_name(result.answer), result.what, result.want, result.got);
    scenario_free(scenario);
}

static void a_value_that_changes_nothing_is_the_same(void **state)
{
    (void)state;
    check_one(HEAD "expect: {outcome: updated}\n", SIM_SETTING_UPDATE_DURATION, 60000, SWEEP_SAME,
              "");
}

static void an_expectation_that_is_no_longer_met_is_told(void **state)
{
    (void)state;
    check_one(HEAD "expect: {outcome: updated, within: 5min}\n", SIM_SETTING_UPDATE_DURATION,
              1200000, SWEEP_EXPECTATION, "expect.within");
}

static void an_event_that_does_not_fire_makes_it_another_story(void **state)
{
    (void)state;
    check_one(HEAD "events: [{when: {phase: restore-ap}, do: [{sms: Hello, from: '+49'}]}]\n"
                   "expect: {outcome: updated}\n",
              SIM_SETTING_UPDATE_RESULT, 1, SWEEP_NO_STORY, "event 1");
}

static void the_seed_is_a_value_like_others(void **state)
{
    (void)state;
    check_one(HEAD "expect: {outcome: updated}\n", SIM_SETTING_RANDOM_SEED, 77, SWEEP_SAME, "");
    assert_int_equal(run->options.seed, 77);
}

static void all_plausible_values_are_swept_in_the_order_of_the_settings(void **state)
{
    size_t count;
    struct sweep_value *values = sweep_values(&count);
    (void)state;
    assert_non_null(values);
    assert_true(count > 100);
    for (size_t i = 0; i < count; i++) {
        const struct sim_setting_info *info = sim_setting_info(values[i].setting);
        assert_int_equal(info->tag, 'I');
        assert_int_not_equal(values[i].value, info->initial);
        assert_true(i == 0 || values[i].setting >= values[i - 1].setting);
    }
    free(values);
}

/* The answers of a sweep over some stories with two values. */
static void write_value(const struct sweep_value *value, char *buffer, size_t capacity)
{
    snprintf(buffer, capacity, "%s", sim_setting_info(value->setting)->name);
}

static void write_repeat(const struct campaign_case *planned, const struct sweep_value *value,
                         char *buffer, size_t capacity)
{
    (void)value;
    snprintf(buffer, capacity, "again %s", planned->one->name);
}

/* The sweep of the first case of each story, in so many processes. */
static struct sweep *sweep_stories(struct scenario *const *stories, size_t count,
                                   const struct sweep_value *values, size_t value_count,
                                   unsigned jobs)
{
    struct campaign campaign;
    struct sweep *sweep = sweep_new(count, values, value_count);
    struct sweep_context context = {.campaign = &campaign,
                                    .sweep = sweep,
                                    .write_value = write_value,
                                    .write_repeat = write_repeat};
    const struct campaign_options options = {.jobs = jobs};
    const struct campaign_token token = {.seed = 1};
    assert_non_null(sweep);
    assert_true(campaign_begin(&campaign, &options));
    for (size_t i = 0; i < count; i++)
        assert_true(campaign_plan_one(&campaign, stories[i], &stories[i]->cases[0], &token));
    if (!campaign_run(&campaign, &sweep_use, &context))
        fail_msg("%s", campaign.error);
    assert_true(campaign_end(&campaign));
    sweep_context_done(&context);
    campaign_done(&campaign);
    return sweep;
}

static struct sweep *sweep_some(struct scenario *const *stories, size_t count, unsigned jobs)
{
    static const struct sweep_value values[] = {{SIM_SETTING_UPDATE_DURATION, 60000},
                                                {SIM_SETTING_UPDATE_DURATION, 1200000}};
    return sweep_stories(stories, count, values, 2, jobs);
}

static void a_sweep_gives_the_same_with_any_number_of_processes(void **state)
{
    struct scenario *stories[] = {
        parse(HEAD "expect: {outcome: updated}\n"),
        parse(HEAD "expect: {outcome: updated, within: 5min}\n"),
        parse(HEAD "module: {settings: {update-duration: 3min}}\nexpect: {outcome: updated}\n"),
        parse(HEAD "expect: {outcome: refused}\n"),
        parse(HEAD
              "events: [{when: {core-state: updating}, do: [{set: {update-duration: 3min}}]}]\n"
              "expect: {outcome: updated}\n"),
    };
    static const uint8_t own[] = {SWEEP_SAME, SWEEP_SAME, SWEEP_SAME, SWEEP_EXPECTATION,
                                  SWEEP_SAME};
    static const uint8_t want[][2] = {{SWEEP_SAME, SWEEP_SAME},
                                      {SWEEP_SAME, SWEEP_EXPECTATION},
                                      {SWEEP_LEFT_OUT, SWEEP_LEFT_OUT},
                                      {SWEEP_LEFT_OUT, SWEEP_LEFT_OUT},
                                      {SWEEP_LEFT_OUT, SWEEP_LEFT_OUT}};
    (void)state;
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
        struct sweep *sweep = sweep_some(stories, 5, jobs);
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(sweep->own[i]->answer, own[i]);
            for (size_t v = 0; v < 2; v++)
                if (sweep->results[2 * i + v]->answer != want[i][v])
                    fail_msg("%u processes, story %zu, value %zu: want %s, got %s", jobs, i, v,
                             sweep_answer_name(want[i][v]),
                             sweep_answer_name(sweep->results[2 * i + v]->answer));
        }
        assert_string_equal(sweep->results[3]->what, "expect.within");
        sweep_free(sweep);
    }
    for (size_t i = 0; i < 5; i++)
        scenario_free(stories[i]);
}

/* What the run of a case leaves in its journal. */
static uint64_t digest_of(struct bench_run *recording, const struct scenario_case *one)
{
    const struct bench_options options = {.seed = 1, .sink = BENCH_SINK_MEMORY};
    struct bench_result result = {0};
    assert_true(bench_run_begin(recording, one, &options));
    bench_run_all(recording, &result);
    return result.journal_digest;
}

static void values_that_are_spared_change_no_byte(void **state)
{
    struct scenario *story = parse(HEAD "expect: {outcome: updated}\n");
    struct bench_run *recording = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario_case one = story->cases[0];
    size_t count, spared = 0;
    struct sweep_value *values = sweep_values(&count);
    struct sweep *sweep = sweep_stories(&story, 1, values, count, 1);
    (void)state;
    assert_true(recording && values && sweep);
    uint64_t want = digest_of(recording, &one);
    for (size_t i = 0; i < count; i++) {
        if (sweep->results[i]->answer != SWEEP_UNREAD)
            continue;
        one.module.settings[values[i].setting] = values[i].value;
        if (digest_of(recording, &one) != want)
            fail_msg("%s=%ld was spared, but it changes the run",
                     sim_setting_info(values[i].setting)->name, (long)values[i].value);
        one = story->cases[0];
        spared++;
    }
    assert_true(spared > 40 && spared < count);
    sweep_free(sweep);
    free(values);
    bench_run_free(recording);
    scenario_free(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_value_that_changes_nothing_is_the_same),
        TEST(an_expectation_that_is_no_longer_met_is_told),
        TEST(an_event_that_does_not_fire_makes_it_another_story),
        TEST(the_seed_is_a_value_like_others),
        TEST(all_plausible_values_are_swept_in_the_order_of_the_settings),
        TEST(values_that_are_spared_change_no_byte),
        TEST(a_sweep_gives_the_same_with_any_number_of_processes),
    };
    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
