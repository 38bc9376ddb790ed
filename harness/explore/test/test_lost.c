/* Where a run was lost: what was wrong, since when it can't be undone, and what could have helped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/lost.h"

#define JOB                                                                                        \
    "scenario: a case\nwhy: it is a test\n"                                                        \
    "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, download-tries: 1,\n"                    \
    "         package: {url: 'http://fota.example/update.zip', size: 2KiB"

/* One try of the download: what breaks it ends the job. */
static const char plain[] = JOB "}}\nexpect: {outcome: updated}\n";

struct fixture {
    struct scenario *scenario;
    struct bench_run *run;
    struct explore_lost lost;
};

static void open_case(struct fixture *fixture, const char *text)
{
    struct scenario_errors errors = {0};
    memset(fixture, 0, sizeof *fixture);
    fixture->scenario = scenario_parse("case.yaml", text, strlen(text), &errors);
    if (!fixture->scenario)
        fail_msg("%s", errors.text);
    scenario_errors_done(&errors);
    fixture->run = bench_run_new(BENCH_SINK_MEMORY);
    assert_non_null(fixture->run);
}

static void close_case(struct fixture *fixture)
{
    bench_run_free(fixture->run);
    scenario_free(fixture->scenario);
}

/* With the faults that are named, "" = none. */
static bool find(struct fixture *fixture, const char *faults, const struct explore_wish *wish)
{
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    size_t count = faults[0] ? explore_choice_parse(faults, choices) : 0;
    return explore_find_lost(fixture->run, &fixture->scenario->cases[0], 1, choices, count, wish,
                             &fixture->lost);
}

static void find_in(struct fixture *fixture, const char *text, const char *faults)
{
    const struct explore_wish usual = {0};
    open_case(fixture, text);
    if (!find(fixture, faults, &usual))
        fail_msg("%s", fixture->run->error);
}

static uint64_t only(unsigned fault)
{
    return UINT64_C(1) << fault;
}

/* ---- with a further fault -------------------------------------------------------------------- */

/* With one try, a download that broke is lost in the state in which it broke, not before. */
static void the_last_step_at_which_a_further_fault_helps_is_named(void **state)
{
    const struct explore_wish wish = {.points = EXPLORE_AT_TO_HOST_LINE | EXPLORE_AT_REQUEST,
                                      .faults = only(EXPLORE_FAULT_SILENCE) |
                                                only(EXPLORE_FAULT_RESET_FIRST)};
    struct fixture fixture;
    const struct explore_lost *lost = &fixture.lost;
    (void)state;
    open_case(&fixture, plain);
    assert_true(find(&fixture, "drop@http-block:1", &wish));
    assert_int_equal(lost->end, FOTA_OUTCOME_DOWNLOAD_FAILED);
    assert_int_equal(lost->by, EXPLORE_LOST_OPEN);
    assert_string_equal(lost->lost.state, "download");
    assert_true(lost->helped > 0 && lost->runs > lost->helped);
    assert_true(lost->lost.step > lost->heard.step && lost->lost.step <= lost->shown.step);
    assert_string_equal(lost->choice, lost->ends[FOTA_OUTCOME_UPDATED].choice);
    close_case(&fixture);
}

/* A line that comes twice is no way out of anything. */
static void what_no_fault_helps_is_lost_where_the_client_was_told(void **state)
{
    const struct explore_wish helpless = {.points = EXPLORE_AT_TO_HOST_LINE,
                                          .faults = only(EXPLORE_FAULT_DOUBLE_LINE)};
    struct fixture fixture;
    const struct explore_lost *lost = &fixture.lost;
    (void)state;
    open_case(&fixture, plain);
    assert_true(find(&fixture, "drop@http-block:1", &helpless));
    assert_true(lost->runs > 0);
    assert_int_equal(lost->helped, 0);
    assert_int_equal(lost->by, EXPLORE_LOST_TOLD);
    assert_string_equal(lost->lost.state, "download");
    assert_true(lost->lost.at_us < lost->end_at_us);
    assert_false(lost->is_bounded);
    close_case(&fixture);
}

/* Each end has the last step from which it was reached, and the fault that did it repeats it. */
static void what_is_said_to_be_reached_is_reached(void **state)
{
    struct fixture fixture;
    struct explore_lost *lost = &fixture.lost;
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    struct scenario_case *changed = malloc(sizeof *changed);
    uint32_t runs = 0;
    (void)state;
    find_in(&fixture, plain, "drop@http-block:1");
    for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++) {
        struct scenario_observed observed = {0};
        runs += lost->ends[outcome].runs;
        if (!lost->ends[outcome].runs)
            continue;
        char both[2 * EXPLORE_CHOICE_MAX];
        snprintf(both, sizeof both, "drop@http-block:1+%s", lost->ends[outcome].choice);
        assert_int_equal(explore_choice_parse(both, choices), 2);
        assert_true(branch_begin(fixture.run, &fixture.scenario->cases[0], 1, choices, 2, changed));
        while (bench_run_step(fixture.run))
            ;
        fixture.run->host->observe(fixture.run, &observed);
        assert_int_equal(observed.finished ? observed.result.outcome : FOTA_OUTCOME_NONE, outcome);
    }
    assert_int_equal(runs, lost->runs);
    free(changed);
    close_case(&fixture);
}

/* A new start helps nearly always, and a fault that may cost the update explains too much. */
static void further_faults_are_small_unless_others_are_asked_for(void **state)
{
    uint64_t faults = explore_further_faults();
    (void)state;
    assert_true(faults & only(EXPLORE_FAULT_LOSE_LINE));
    assert_false(faults & only(EXPLORE_FAULT_RESET_FIRST));
    assert_false(faults & only(EXPLORE_FAULT_POWER_CUT));
    assert_false(faults & only(EXPLORE_FAULT_URC));
}

/* ---- runs that fail without any fault -------------------------------------------------------- */

static void an_undisturbed_run_is_lost_where_its_story_was_told(void **state)
{
    struct fixture fixture;
    (void)state;
    find_in(&fixture, JOB ", http: 603}}\nexpect: {outcome: updated}\n", "");
    assert_string_equal(fixture.lost.wrong.finding.what, "expect.outcome");
    assert_int_equal(fixture.lost.by, EXPLORE_LOST_TOLD);
    assert_string_equal(fixture.lost.lost.state, "download");
    assert_string_equal(fixture.lost.told.what, "+HTTPTOFS: 603,0");
    close_case(&fixture);
}

static void what_must_never_be_sent_is_lost_where_it_is_sent(void **state)
{
    struct fixture fixture;
    (void)state;
    find_in(&fixture, JOB "}}\nexpect: {never-sent: ['AT+CFOTA=1']}\n", "");
    assert_int_equal(fixture.lost.wrong.kind, EXPLORE_WRONG_RULE);
    assert_int_equal(fixture.lost.by, EXPLORE_LOST_SHOWN);
    assert_string_equal(fixture.lost.lost.state, "start");
    close_case(&fixture);
}

static void what_was_never_done_is_lost_at_the_end(void **state)
{
    struct fixture fixture;
    (void)state;
    find_in(&fixture, JOB "}}\nexpect: {sent: ['AT+CNMP=38']}\n", "");
    assert_int_equal(fixture.lost.wrong.kind, EXPLORE_WRONG_UNDONE);
    assert_int_equal(fixture.lost.by, EXPLORE_LOST_END);
    assert_string_equal(fixture.lost.lost.state, "clean-up");
    close_case(&fixture);
}

/* What it sent instead stands where it should have sent that. */
static void a_command_that_was_sent_otherwise_is_lost_where_it_was_sent(void **state)
{
    struct fixture fixture;
    (void)state;
    find_in(&fixture, JOB "}}\nexpect: {sent: ['AT+HTTPTOFS=\"http://other.example\"']}\n", "");
    assert_int_equal(fixture.lost.wrong.kind, EXPLORE_WRONG_UNDONE);
    assert_int_equal(fixture.lost.by, EXPLORE_LOST_END);
    assert_string_equal(fixture.lost.lost.state, "download");
    close_case(&fixture);
}

/* Whoever does not bring an event about leaves something undone; no other end makes up for it. */
static void an_event_that_never_happened_is_lost_where_its_command_was_sent_last(void **state)
{
    struct fixture fixture;
    (void)state;
    find_in(&fixture,
            JOB "}}\nevents:\n"
                "  - when: {command: 'AT+HTTPTOFS=', nth: 2}\n"
                "    do: [{urc: 'DST: 1'}]\n"
                "expect: {outcome: updated}\n",
            "");
    assert_int_equal(fixture.lost.wrong.kind, EXPLORE_WRONG_UNDONE);
    assert_string_equal(fixture.lost.wrong.command, "AT+HTTPTOFS=");
    assert_string_equal(fixture.lost.lost.state, "download");
    assert_true(fixture.lost.runs > 0);
    assert_int_equal(fixture.lost.helped, 0);
    close_case(&fixture);
}

/* Only what is told when the download is begun anew is otherwise; that it is, the one before
 * decided. */
static void what_was_given_up_is_lost_where_the_client_turned_back(void **state)
{
    struct fixture fixture;
    (void)state;
    find_in(&fixture,
            "scenario: a case\nwhy: it is a test\n"
            "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C,\n"
            "         package: {url: 'http://fota.example/update.zip', size: 2KiB}}\n"
            "events:\n"
            "  - when: {command: 'AT+HTTPTOFS'}\n"
            "    times: always\n"
            "    do: [{swallow: yes}]\n"
            "expect: {outcome: updated}\n",
            "");
    assert_int_equal(fixture.lost.by, EXPLORE_LOST_TURN);
    assert_string_equal(fixture.lost.lost.state, "download");
    assert_string_equal(fixture.lost.lost.what, "prepare");
    close_case(&fixture);
}

/* It hears nothing, and ends as it does without its story: it went on where it had no answer. */
static void a_run_that_ends_as_without_its_story_is_lost_where_it_went_on(void **state)
{
    struct fixture fixture;
    (void)state;
    find_in(&fixture,
            JOB "}}\nevents:\n"
                "  - when: {core-state: download}\n"
                "    do: [{lose-to-host: line}]\n"
                "expect: {outcome: refused}\n",
            "");
    assert_int_equal(fixture.lost.end, FOTA_OUTCOME_UPDATED);
    assert_int_equal(fixture.lost.by, EXPLORE_LOST_PASSED);
    assert_string_equal(fixture.lost.lost.state, "download");
    assert_true(fixture.lost.lost.step < fixture.lost.shown.step);
    close_case(&fixture);
}

static void a_run_in_which_nothing_is_wrong_has_no_such_point(void **state)
{
    const struct explore_wish usual = {0};
    struct fixture fixture;
    (void)state;
    open_case(&fixture, plain);
    assert_false(find(&fixture, "", &usual));
    assert_string_equal(fixture.run->error, "nothing is wrong in this run");
    assert_false(find(&fixture, "lose-line@to-host-line:20", &usual));
    close_case(&fixture);
}

/* ---- what was wrong -------------------------------------------------------------------------- */

static struct explore_wrong wrong_of(const char *what)
{
    struct scenario_finding finding = {.kind = SCENARIO_FINDING_RULE};
    const struct scenario_case none = {.expectation_count = 0};
    snprintf(finding.what, sizeof finding.what, "%s", what);
    return explore_wrong_of(&finding, &none);
}

static void each_finding_has_a_moment_since_which_it_shows(void **state)
{
    static const struct {
        const char *what;
        enum explore_wrong_kind kind;
    } rows[] = {
        {"rule start-once", EXPLORE_WRONG_RULE},
        {"rule honest-updated", EXPLORE_WRONG_END},
        {"rule ends", EXPLORE_WRONG_END},
        {"rule pauses", EXPLORE_WRONG_CONDUCT},
        {"rule package-complete", EXPLORE_WRONG_CONDUCT},
        {"rule flag-cleared", EXPLORE_WRONG_UNDONE},
        {"rule package-removed", EXPLORE_WRONG_UNDONE},
        {"rule costs-time", EXPLORE_WRONG_COST},
        {"rule costs-restarts", EXPLORE_WRONG_COST},
        {"rule recovers", EXPLORE_WRONG_END},
        {"outcome in spite of the fault", EXPLORE_WRONG_END},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (wrong_of(rows[i].what).kind != rows[i].kind)
            fail_msg("%s: %s", rows[i].what, explore_wrong_since(wrong_of(rows[i].what).kind));
    assert_string_equal(explore_wrong_since(EXPLORE_WRONG_KIND_COUNT), "?");
}

/* A cost shows when its bound is left, as the sweep judges it. */
static void a_cost_shows_when_its_bound_is_left(void **state)
{
    struct fixture fixture;
    struct explore_summary base = {0};
    struct merge_watch watch = {0};
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    (void)state;
    open_case(&fixture, plain);
    assert_int_equal(explore_choice_parse("lose-line@to-host-line:20", choices), 1);
    const struct explore_wrong wrong = wrong_of("rule costs-commands");
    const struct explore_sofar sofar = {fixture.run, &watch, &base, choices, 1};
    uint32_t bound = explore_fault_explains(choices[0].fault, EXPLORE_RULE_COMMANDS);
    watch.cost.count[EXPLORE_RULE_COMMANDS] = bound;
    assert_false(explore_wrong_shows(&wrong, &sofar));
    watch.cost.count[EXPLORE_RULE_COMMANDS] = bound + 1;
    assert_true(explore_wrong_shows(&wrong, &sofar));
    close_case(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_step_at_which_a_further_fault_helps_is_named),
        cmocka_unit_test(what_no_fault_helps_is_lost_where_the_client_was_told),
        cmocka_unit_test(what_is_said_to_be_reached_is_reached),
        cmocka_unit_test(further_faults_are_small_unless_others_are_asked_for),
        cmocka_unit_test(an_undisturbed_run_is_lost_where_its_story_was_told),
        cmocka_unit_test(what_must_never_be_sent_is_lost_where_it_is_sent),
        cmocka_unit_test(what_was_never_done_is_lost_at_the_end),
        cmocka_unit_test(a_command_that_was_sent_otherwise_is_lost_where_it_was_sent),
        cmocka_unit_test(an_event_that_never_happened_is_lost_where_its_command_was_sent_last),
        cmocka_unit_test(what_was_given_up_is_lost_where_the_client_turned_back),
        cmocka_unit_test(a_run_that_ends_as_without_its_story_is_lost_where_it_went_on),
        cmocka_unit_test(a_run_in_which_nothing_is_wrong_has_no_such_point),
        cmocka_unit_test(each_finding_has_a_moment_since_which_it_shows),
        cmocka_unit_test(a_cost_shows_when_its_bound_is_left),
    };
    return cmocka_run_group_tests_name("lost", tests, NULL, NULL);
}
