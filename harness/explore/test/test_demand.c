/* Oracles, what a run may cost, accepted findings, and findings that are alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/accepted.h"
#include "harness/explore/causes.h"
#include "harness/explore/test/support_case.h"
#include "harness/explore/worth.h"

static struct explore_finding finding_of(unsigned fault, const char *what, const char *got)
{
    struct explore_finding finding = {
        .fault = (uint8_t)fault, .faults = UINT64_C(1) << fault, .count = 1};
    snprintf(finding.first.what, sizeof finding.first.what, "%s", what);
    snprintf(finding.first.got, sizeof finding.first.got, "%s", got);
    return finding;
}

static void each_rule_has_its_oracle(void **state)
{
    static const struct {
        const char *what;
        enum explore_oracle oracle;
    } rows[] = {
        {"rule honest-updated", EXPLORE_ORACLE_HONEST},
        {"rule start-once", EXPLORE_ORACLE_SAFE},
        {"rule append-once", EXPLORE_ORACLE_SAFE},
        {"rule ends", EXPLORE_ORACLE_LIVE},
        {"rule recovers", EXPLORE_ORACLE_RECOVERING},
        {"rule package-removed", EXPLORE_ORACLE_TIDY},
        {"rule costs-commands", EXPLORE_ORACLE_BOUNDED},
        {"rule pauses", EXPLORE_ORACLE_GENTLE},
        {"outcome in spite of the fault", EXPLORE_ORACLE_LIVE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct explore_finding finding = finding_of(0, rows[i].what, "");
        assert_string_equal(explore_oracle_name(explore_oracle_of(&finding.first)),
                            explore_oracle_name(rows[i].oracle));
    }
}

/* What the fault explains is no finding, one more is. */
static void a_run_may_cost_what_its_faults_explain(void **state)
{
    const struct explore_cost base = {{0, 50, 1, 0, 200}}, story = {{0, 7, 2, 1, 30}};
    const struct explore_choice choices[] = {{.fault = EXPLORE_FAULT_LOSE_LINE},
                                             {.fault = EXPLORE_FAULT_SPLIT}};
    (void)state;
    for (unsigned rule = EXPLORE_RULE_COMMANDS; rule < EXPLORE_RULE_COUNT; rule++)
        for (size_t count = 1; count <= 2; count++) {
            struct explore_cost cost = base;
            cost.count[rule] += story.count[rule];
            struct bench_result result = {.verdict = BENCH_PASSED};
            for (size_t i = 0; i < count; i++)
                cost.count[rule] += explore_fault_explains(choices[i].fault, rule);
            if (rule == EXPLORE_RULE_RESTARTS) /* another hides that one helped */
                cost.count[rule] += (uint32_t)count - 1;
            explore_cost_judge(&base, &story, &cost, choices, count, &result);
            assert_int_equal(result.finding_count, 0);
            cost.count[rule]++;
            explore_cost_judge(&base, &story, &cost, choices, count, &result);
            assert_int_equal(result.finding_count, 1);
            assert_int_equal(result.verdict, BENCH_FAILED);
            assert_int_equal(result.findings[0].kind, SCENARIO_FINDING_RULE);
        }
}

/* What it makes dear may come a second time, what it spares may come after all. */
static void a_story_explains_what_sets_it_apart(void **state)
{
    const struct explore_cost base = {{0, 150, 0, 2, 200}}, plain = {{0, 30, 1, 2, 230}};
    const struct explore_cost apart = explore_cost_apart(&base, &plain, false);
    const struct explore_cost with_faults = explore_cost_apart(&base, &plain, true);
    (void)state;
    assert_int_equal(apart.count[EXPLORE_RULE_COMMANDS], 120);
    assert_int_equal(apart.count[EXPLORE_RULE_DOWNLOADS], 1);
    assert_int_equal(apart.count[EXPLORE_RULE_RESTARTS], 0);
    assert_int_equal(apart.count[EXPLORE_RULE_TIME], 30);
    assert_int_equal(with_faults.count[EXPLORE_RULE_COMMANDS], 120);
    assert_int_equal(with_faults.count[EXPLORE_RULE_RESTARTS], 1);
    assert_int_equal(with_faults.count[EXPLORE_RULE_TIME],
                     explore_fault_explains(EXPLORE_FAULT_SWALLOW, EXPLORE_RULE_TIME));
}

/* A host that begins anew meets the story once more. */
static void a_host_that_restarts_meets_the_story_again(void **state)
{
    const struct explore_cost base = {{0, 50, 1, 0, 200}}, story = {{0, 7, 2, 1, 30}};
    const struct explore_choice choice = {.fault = EXPLORE_FAULT_HOST_RESET};
    (void)state;
    for (unsigned more = 0; more < 2; more++) {
        struct explore_cost cost = base;
        struct bench_result result = {.verdict = BENCH_PASSED};
        cost.count[EXPLORE_RULE_COMMANDS] +=
            explore_fault_explains(choice.fault, EXPLORE_RULE_COMMANDS) + 14 + more;
        explore_cost_judge(&base, &story, &cost, &choice, 1, &result);
        assert_int_equal(result.finding_count, more);
    }
}

/* One hides that a restart helped; a second silence, or one that is as long as an answer may take,
   outlasts another rung of the ladder. */
static void silences_explain_restarts(void **state)
{
    const struct explore_cost base = {{0, 50, 1, 0, 200}}, story = {{0}};
    const struct {
        uint8_t first, second;
        uint32_t most;
    } rows[] = {{EXPLORE_FAULT_SILENCE, EXPLORE_FAULT_SILENCE, 2},
                {EXPLORE_FAULT_SILENCE, EXPLORE_FAULT_LOSE_LINE, 1},
                {EXPLORE_FAULT_NOTICE, EXPLORE_FAULT_LATE, 2},
                {EXPLORE_FAULT_URC, EXPLORE_FAULT_TOO_LATE, 2},
                {EXPLORE_FAULT_DOUBLE_LINE, EXPLORE_FAULT_LATE, 2},
                {EXPLORE_FAULT_LATE, EXPLORE_FAULT_TOO_LATE, 2},
                {EXPLORE_FAULT_LOSE_LINE, EXPLORE_FAULT_LATE, 1},
                {EXPLORE_FAULT_NOTICE, EXPLORE_FAULT_LOSE_LINE, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (uint32_t more = 0; more < 2; more++) {
            const struct explore_choice choices[] = {{.fault = rows[i].first},
                                                     {.fault = rows[i].second}};
            struct explore_cost cost = base;
            struct bench_result result = {.verdict = BENCH_PASSED};
            cost.count[EXPLORE_RULE_RESTARTS] = rows[i].most + more;
            explore_cost_judge(&base, &story, &cost, choices, 2, &result);
            assert_int_equal(result.finding_count, more);
        }
}

/* Whatever comes while the network is waited for may make that wait begin anew. */
static void another_fault_may_make_a_wait_begin_anew(void **state)
{
    const struct explore_cost base = {{0, 50, 1, 0, 200}}, story = {{0}};
    const struct {
        uint8_t first;
        bool is_awaited;
    } rows[] = {{EXPLORE_FAULT_NETWORK_LOST, true}, {EXPLORE_FAULT_SWALLOW, false}};
    (void)state;
    for (size_t i = 0; i < 2; i++)
        for (uint32_t more = 0; more < 2; more++) {
            const struct explore_choice choices[] = {{.fault = rows[i].first},
                                                     {.fault = EXPLORE_FAULT_ERROR}};
            struct explore_cost cost = base;
            struct bench_result result = {.verdict = BENCH_PASSED};
            uint32_t of_first = explore_fault_explains(rows[i].first, EXPLORE_RULE_COMMANDS);
            cost.count[EXPLORE_RULE_COMMANDS] +=
                explore_fault_explains(EXPLORE_FAULT_ERROR, EXPLORE_RULE_COMMANDS) + of_first +
                (rows[i].is_awaited ? of_first : 0) + more;
            explore_cost_judge(&base, &story, &cost, choices, 2, &result);
            assert_int_equal(result.finding_count, more);
        }
}

/* Nothing is silent, and the network is back: such faults alone explain less than their like. */
static void what_is_told_at_once_explains_no_silence(void **state)
{
    static const struct {
        uint8_t fault, longer;
    } rows[] = {{EXPLORE_FAULT_ERROR, EXPLORE_FAULT_SWALLOW},
                {EXPLORE_FAULT_SERVER, EXPLORE_FAULT_LOSE_LINE},
                {EXPLORE_FAULT_STALL, EXPLORE_FAULT_NETWORK_LOST},
                {EXPLORE_FAULT_NETWORK_GONE, EXPLORE_FAULT_NETWORK_LOST}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t alone = explore_fault_explains(rows[i].fault, EXPLORE_RULE_TIME);
        uint32_t among = explore_fault_explains_among(rows[i].fault, EXPLORE_RULE_TIME);
        assert_true(2 * alone <= among);
        assert_int_equal(among, explore_fault_explains(rows[i].longer, EXPLORE_RULE_TIME));
    }
}

/* What is late is as good as lost if something else is wrong too; a host that restarts forgets at
 * which rate it found a module that it had looked for. */
static void a_pair_explains_what_neither_fault_does_alone(void **state)
{
    const struct explore_cost base = {{0, 50, 1, 0, 200}}, story = {{0}};
    static const struct {
        uint8_t faults[2], rule;
        uint8_t explain[5], count; /* each of these once */
    } rows[] = {
        {{EXPLORE_FAULT_LATE, EXPLORE_FAULT_SECOND_READER},
         EXPLORE_RULE_DOWNLOADS,
         {EXPLORE_FAULT_LOSE_LINE, EXPLORE_FAULT_LOSE_LINE},
         2},
        {{EXPLORE_FAULT_NOTICE, EXPLORE_FAULT_LATE},
         EXPLORE_RULE_COMMANDS,
         {EXPLORE_FAULT_LOSE_LINE, EXPLORE_FAULT_LOSE_LINE},
         2},
        {{EXPLORE_FAULT_ERROR, EXPLORE_FAULT_PORT_LOST},
         EXPLORE_RULE_TIME,
         {EXPLORE_FAULT_LOSE_LINE, EXPLORE_FAULT_LOSE_LINE},
         2},
        {{EXPLORE_FAULT_DROP, EXPLORE_FAULT_PORT_LOST},
         EXPLORE_RULE_TIME,
         {EXPLORE_FAULT_NETWORK_LOST, EXPLORE_FAULT_NETWORK_LOST, EXPLORE_FAULT_PORT_LOST},
         3},
        {{EXPLORE_FAULT_POWER_LOSS, EXPLORE_FAULT_HOST_RESET},
         EXPLORE_RULE_TIME,
         {EXPLORE_FAULT_POWER_LOSS, EXPLORE_FAULT_HOST_RESET, EXPLORE_FAULT_POWER_LOSS,
          EXPLORE_FAULT_RATE_CHANGED},
         4},
        {{EXPLORE_FAULT_POWER_CUT, EXPLORE_FAULT_HOST_RESET},
         EXPLORE_RULE_TIME,
         {EXPLORE_FAULT_POWER_CUT, EXPLORE_FAULT_HOST_RESET, EXPLORE_FAULT_POWER_CUT},
         3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (uint32_t more = 0; more < 2; more++) {
            const struct explore_choice choices[] = {{.fault = rows[i].faults[0]},
                                                     {.fault = rows[i].faults[1]}};
            struct explore_cost cost = base;
            struct bench_result result = {.verdict = BENCH_PASSED};
            for (unsigned n = 0; n < rows[i].count; n++)
                cost.count[rows[i].rule] +=
                    explore_fault_explains(rows[i].explain[n], rows[i].rule);
            cost.count[rows[i].rule] += more;
            explore_cost_judge(&base, &story, &cost, choices, 2, &result);
            if (result.finding_count != more)
                fail_msg("row %zu: want %u findings, got %zu", i, more, result.finding_count);
        }
}

/* A client restarts a module that can't be heard once; a check waits for the network once. */
static void a_pair_may_cost_what_neither_fault_does_alone(void **state)
{
    static const struct {
        uint8_t faults[2], least;
    } rows[] = {
        {{EXPLORE_FAULT_HANG, EXPLORE_FAULT_HANG}, EXPLORE_OUT_OF_SERVICE},
        {{EXPLORE_FAULT_POWER_LOSS, EXPLORE_FAULT_HANG}, EXPLORE_OUT_OF_SERVICE},
        {{EXPLORE_FAULT_POWER_LOSS, EXPLORE_FAULT_POWER_LOSS}, EXPLORE_UNCHANGED},
        {{EXPLORE_FAULT_POWER_CUT, EXPLORE_FAULT_HANG}, EXPLORE_UNCHANGED},
        {{EXPLORE_FAULT_NETWORK_GONE, EXPLORE_FAULT_NETWORK_GONE}, EXPLORE_OUT_OF_SERVICE},
        {{EXPLORE_FAULT_NETWORK_GONE, EXPLORE_FAULT_HANG}, EXPLORE_UNCHANGED},
        {{EXPLORE_FAULT_HANG, EXPLORE_FAULT_REFUSED}, EXPLORE_OUT_OF_SERVICE},
    };
    const struct explore_summary base = {
        .base = {.finished = true, .result.outcome = FOTA_OUTCOME_UPDATED}};
    struct scenario *scenario = case_of(", size: 2KiB}}\n", "expect: {outcome: updated}");
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct explore_choice choices[] = {{.fault = rows[i].faults[0]},
                                                 {.fault = rows[i].faults[1]}};
        unsigned least = explore_least_of(choices, 2, &scenario->cases[0], &base);
        if (least != rows[i].least)
            fail_msg("row %zu: want %u, got %u", i, rows[i].least, least);
    }
    scenario_free(scenario);
}

static void findings_that_differ_in_numbers_are_one(void **state)
{
    struct explore_causes causes = {0};
    const struct explore_finding findings[] = {
        finding_of(1, "rule a", "at 1.5 s: left 10 bytes"),
        finding_of(1, "rule a", "at 207.375 s: left 2048 bytes"),
        finding_of(1, "rule b", "at 1.5 s: left 10 bytes"),
        finding_of(2, "rule a", "at 1.5 s: left 10 bytes"),
        finding_of(1, "rule a", "at 1.5 s: left 10 bits"),
    };
    (void)state;
    for (size_t i = 0; i < 5; i++)
        explore_causes_add(&causes, &findings[i]);
    assert_int_equal(causes.count, 4);
    assert_int_equal(causes.list[0].count, 2);
    explore_causes_done(&causes);
}

#define ENTRY "in:    small\nfault: flip-bit\nrule:  start-once\nfact:  noise\n\n"

static void a_fact_excuses_its_finding_alone(void **state)
{
    static const char text[] = "# remark\n\n" ENTRY;
    struct explore_accepted accepted;
    char error[512] = "";
    const struct explore_finding good = finding_of(EXPLORE_FAULT_FLIP_BIT, "rule start-once", "x");
    const struct explore_finding other_rule = finding_of(EXPLORE_FAULT_FLIP_BIT, "rule ends", "x");
    const struct explore_finding other_fault =
        finding_of(EXPLORE_FAULT_LOSE_BYTE, "rule start-once", "x");
    (void)state;
    assert_true(explore_accepted_parse(&accepted, "a.txt", text, sizeof text - 1, error));
    assert_int_equal(accepted.count, 1);
    assert_null(explore_accepted_stale(&accepted)); /* nobody has asked yet */
    explore_accepted_asked(&accepted, "large", 1);
    assert_null(explore_accepted_stale(&accepted));
    explore_accepted_asked(&accepted, "small-update", 1);
    assert_non_null(explore_accepted_stale(&accepted));
    assert_null(explore_accepted_find(&accepted, "small-update", &other_rule));
    assert_null(explore_accepted_find(&accepted, "small-update", &other_fault));
    assert_null(explore_accepted_find(&accepted, "large", &good));
    assert_non_null(explore_accepted_stale(&accepted));
    assert_string_equal(explore_accepted_find(&accepted, "small-update", &good)->fact, "noise");
    assert_null(explore_accepted_stale(&accepted));
}

/* Of a pair either may be the one; an entry may hold in several stories. */
static void a_fact_excuses_a_pair_with_its_fault(void **state)
{
    static const char text[] =
        "in:    large small-\nfault: flip-bit\nrule:  start-once\nfact:  noise\n";
    struct explore_accepted accepted;
    char error[512] = "";
    struct explore_finding pair = finding_of(EXPLORE_FAULT_LOSE_BYTE, "rule start-once", "x");
    (void)state;
    assert_true(explore_accepted_parse(&accepted, "a.txt", text, sizeof text - 1, error));
    assert_null(explore_accepted_find(&accepted, "small-update", &pair));
    pair.faults |= UINT64_C(1) << EXPLORE_FAULT_FLIP_BIT;
    assert_non_null(explore_accepted_find(&accepted, "small-update", &pair));
    assert_non_null(explore_accepted_find(&accepted, "large", &pair));
    assert_null(explore_accepted_find(&accepted, "middle", &pair));
}

/* Of several faults a fact may need more than one; with fewer in a run nobody asks for it. */
static void a_fact_about_two_faults_needs_both(void **state)
{
    static const char text[] =
        "in:    small\nfault: flip-bit+hang\nrule:  start-once\nfact:  noise\n";
    struct explore_accepted accepted;
    char error[512] = "";
    struct explore_finding pair = finding_of(EXPLORE_FAULT_FLIP_BIT, "rule start-once", "x");
    (void)state;
    assert_true(explore_accepted_parse(&accepted, "a.txt", text, sizeof text - 1, error));
    explore_accepted_asked(&accepted, "small", 1);
    assert_null(explore_accepted_stale(&accepted));
    explore_accepted_asked(&accepted, "small", 2);
    assert_non_null(explore_accepted_stale(&accepted));
    assert_null(explore_accepted_find(&accepted, "small", &pair));
    pair.faults |= UINT64_C(1) << EXPLORE_FAULT_HANG;
    assert_non_null(explore_accepted_find(&accepted, "small", &pair));
    pair.faults &= ~(UINT64_C(1) << EXPLORE_FAULT_FLIP_BIT);
    assert_null(explore_accepted_find(&accepted, "small", &pair));
    assert_null(explore_accepted_stale(&accepted));
}

static void a_wrong_file_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"in: a\nfault: b\nrule: c\n", "a.txt:3: error: an entry needs"},
        {"in: a\nin: b\n", "a.txt:2: error: a key stands twice"},
        {"what: a\n", "a.txt:1: error: want in:"},
        {ENTRY ENTRY ENTRY ENTRY ENTRY ENTRY ENTRY ENTRY ENTRY ENTRY ENTRY,
         "a.txt:51: error: too many entries"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct explore_accepted accepted;
        char error[512] = "";
        assert_false(
            explore_accepted_parse(&accepted, "a.txt", rows[i].text, strlen(rows[i].text), error));
        assert_non_null(strstr(error, rows[i].error));
    }
}

/* ---- a new start ---- */

static const struct again_row {
    const char *name, *rest, *got; /* of the finding; NULL = there is none */
} again_rows[] = {
    {"a new start succeeds once the network is back",
     "events: [{when: {core-state: download}, do: [{network: down}]}]\n"
     "expect: {outcome: download-failed}",
     NULL},
    {"a new start that fails again is a finding",
     "module: {settings: {revision-after: unchanged}}\nexpect: {outcome: update-failed}",
     "first update-failed (unchanged), then update-failed (unchanged)"},
};

static void a_new_start_is_tried(void **state)
{
    const struct again_row *row = *state;
    const struct bench_options options = {.seed = 1, .conduct = true};
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    struct scenario *scenario = case_of(", size: 2KiB}}\n", row->rest);
    struct bench_result result;
    assert_non_null(run);
    assert_true(bench_run_begin(run, &scenario->cases[0], &options));
    bench_run_all(run, &result);
    if (result.verdict != BENCH_PASSED)
        fail_msg("%s: want %s, got %s", result.findings[0].what, result.findings[0].want,
                 result.findings[0].got);
    explore_try_again(run, &result);
    assert_int_equal(result.finding_count, row->got ? 1 : 0);
    if (row->got) {
        assert_string_equal(result.findings[0].what, "rule recovers");
        assert_string_equal(result.findings[0].got, row->got);
    }
    scenario_free(scenario);
    bench_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_has_its_oracle),
        cmocka_unit_test(a_run_may_cost_what_its_faults_explain),
        cmocka_unit_test(a_story_explains_what_sets_it_apart),
        cmocka_unit_test(a_host_that_restarts_meets_the_story_again),
        cmocka_unit_test(silences_explain_restarts),
        cmocka_unit_test(another_fault_may_make_a_wait_begin_anew),
        cmocka_unit_test(what_is_told_at_once_explains_no_silence),
        cmocka_unit_test(a_pair_explains_what_neither_fault_does_alone),
        cmocka_unit_test(a_pair_may_cost_what_neither_fault_does_alone),
        cmocka_unit_test(a_fact_about_two_faults_needs_both),
        cmocka_unit_test(findings_that_differ_in_numbers_are_one),
        cmocka_unit_test(a_fact_excuses_its_finding_alone),
        cmocka_unit_test(a_fact_excuses_a_pair_with_its_fault),
        cmocka_unit_test(a_wrong_file_is_refused_with_its_line),
        {again_rows[0].name, a_new_start_is_tried, NULL, NULL, (void *)(uintptr_t)&again_rows[0]},
        {again_rows[1].name, a_new_start_is_tried, NULL, NULL, (void *)(uintptr_t)&again_rows[1]},
    };
    return cmocka_run_group_tests_name("demand", tests, NULL, NULL);
}
