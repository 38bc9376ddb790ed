/* Each expectation is met by what it names and by nothing else; each rule is broken by its breach.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/judge/judge.h"

#define BASE   "1351B03SIM7000C"
#define TARGET "1351B04SIM7000C"

/* A story of what was seen, in one letter each, fed in order. */
enum {
    SAW_GMR = 'g',
    SAW_START = 's',
    SAW_CLEAR = 'c',
    SAW_RESTART = 'r',
    SAW_READY = 'R',
    SAW_SUCCESS = 'S',
    SAW_SAVE = 'w',
    SAW_POWER = 'p',
    SAW_ATTEMPT = 'a',
    SAW_STATUS_6 = '6',
    SAW_UNTRUE = 'u',
    SAW_MARK_0 = '0', /* at 200 us */
    SAW_MARK_1 = '1'  /* at 700 us */
};

struct row {
    const char *name;
    struct scenario_expectation expects[2];
    const char *story;
    uint8_t outcome, status, module_status, phase;
    const char *revision; /* that the module runs at the end */
    uint64_t now_us;      /* of the story's events */
    const char *finding;  /* first one, NULL = none */
    uint32_t lacking;     /* that can't be judged of the client */
    bool is_changed;      /* the run is not as the scenario has it */
    bool is_untold;       /* the client has not told how it ended */
    bool is_unheard;      /* and nobody hears what it tells */
};

#define EXPECT(which, ...)                                                                         \
    {                                                                                              \
        .kind = SCENARIO_EXPECT_##which, .place = {9, 3}, __VA_ARGS__                              \
    }
#define NOTHING EXPECT(WITHIN, .time_us = UINT64_MAX)
#define FINE    .outcome = FOTA_OUTCOME_UPDATED, .revision = TARGET

static const struct row rows[] = {
    {"an outcome that came is met",
     {EXPECT(OUTCOME, .number = FOTA_OUTCOME_UPDATED), NOTHING},
     "",
     FINE,
     .finding = NULL},
    {"another outcome is a finding",
     {EXPECT(OUTCOME, .number = FOTA_OUTCOME_DEGRADED), NOTHING},
     "",
     FINE,
     .finding = "expect.outcome"},
    {"another status is a finding",
     {EXPECT(STATUS, .number = 7), NOTHING},
     "",
     FINE,
     .status = 6,
     .finding = "expect.status"},
    {"a status that was read is met", {EXPECT(STATUS_READ, .number = 6), NOTHING}, "6", FINE},
    {"a status that was not read is a finding",
     {EXPECT(STATUS_READ, .number = 2), NOTHING},
     "6",
     FINE,
     .finding = "expect.status-read"},
    {"another revision is a finding",
     {EXPECT(REVISION, .text = BASE), NOTHING},
     "",
     FINE,
     .finding = "expect.revision"},
    {"other resets are a finding",
     {EXPECT(RESETS, .number = 2), NOTHING},
     "",
     FINE,
     .finding = "expect.resets"},
    {"other attempts are a finding",
     {EXPECT(ATTEMPTS, .number = 1), NOTHING},
     "",
     FINE,
     .finding = "expect.attempts"},
    {"commands in order are met",
     {EXPECT(SENT, .text = "AT+GMR"), EXPECT(SENT, .text = "AT+CFOTA=1")},
     "gs",
     FINE},
    {"commands out of order are a finding",
     {EXPECT(SENT, .text = "AT+CFOTA=1"), EXPECT(SENT, .text = "AT+GMR")},
     "gs",
     FINE,
     .finding = "expect.sent"},
    {"a forbidden command is a finding",
     {EXPECT(NEVER_SENT, .text = "AT+GMR"), NOTHING},
     "g",
     FINE,
     .finding = "expect.never-sent"},
    {"a forbidden command that was not sent is fine",
     {EXPECT(NEVER_SENT, .text = "AT+GMR"), NOTHING},
     "s",
     FINE},
    {"lines in order are met",
     {EXPECT(URC, .text = "RDY"), EXPECT(URC, .text = "+CFOTA")},
     "RS",
     FINE},
    {"a missing line is a finding",
     {EXPECT(URC, .text = "RDY"), NOTHING},
     "S",
     FINE,
     .finding = "expect.urcs"},
    {"a request that was made is met",
     {EXPECT(REQUESTS, .number = FOTA_REQUEST_SAVE_CHECKPOINT), NOTHING},
     "w",
     FINE},
    {"a request that was not made is a finding",
     {EXPECT(REQUESTS, .number = FOTA_REQUEST_POWER_CYCLE), NOTHING},
     "w",
     FINE,
     .finding = "expect.requests"},
    {"too long a run is a finding",
     {EXPECT(WITHIN, .time_us = 1), NOTHING},
     "",
     FINE,
     .finding = "expect.within"},
    {"a forbidden line is a finding",
     {EXPECT(NEVER_URC, .text = "RDY"), NOTHING},
     "R",
     FINE,
     .finding = "expect.never-urcs"},
    {"a forbidden line that did not come is fine",
     {EXPECT(NEVER_URC, .text = "RDY"), NOTHING},
     "S",
     FINE},
    {"a duration within its limits is met",
     {EXPECT(DURATION, .from = 0, .to = 1, .least_us = 500, .time_us = 500), NOTHING},
     "01",
     FINE},
    {"too long a duration is a finding",
     {EXPECT(DURATION, .from = 0, .to = 1, .time_us = 499), NOTHING},
     "01",
     FINE,
     .finding = "expect.durations"},
    {"too short a duration is a finding",
     {EXPECT(DURATION, .from = 0, .to = 1, .least_us = 501, .time_us = UINT64_MAX), NOTHING},
     "01",
     FINE,
     .finding = "expect.durations"},
    {"a duration may count from the start",
     {EXPECT(DURATION, .from = UINT8_MAX, .to = 1, .least_us = 700, .time_us = 700), NOTHING},
     "1",
     FINE},
    {"a duration that never began is a finding",
     {EXPECT(DURATION, .from = 0, .to = 1, .time_us = UINT64_MAX), NOTHING},
     "1",
     FINE,
     .finding = "expect.durations"},
    {"a duration that never ended is a finding",
     {EXPECT(DURATION, .from = 0, .to = 1, .time_us = UINT64_MAX), NOTHING},
     "0",
     FINE,
     .finding = "expect.durations"},
    {"a limit that is just kept is met",
     {EXPECT(LIMIT, .detail = SCENARIO_LIMIT_EXCHANGES, .number = 40),
      EXPECT(LIMIT, .detail = SCENARIO_LIMIT_SENT, .number = 41)},
     "",
     FINE},
    {"more than a limit is a finding",
     {EXPECT(LIMIT, .detail = SCENARIO_LIMIT_EXCHANGES, .number = 39), NOTHING},
     "",
     FINE,
     .finding = "expect.limits.exchanges"},
    {"what costs as much as is said is fine",
     {EXPECT(COST, .detail = SCENARIO_COST_EXCHANGES, .least_us = 40, .time_us = 40),
      EXPECT(COST, .detail = SCENARIO_COST_TIME, .least_us = 999, .time_us = 1001)},
     "",
     FINE},
    {"what costs more is a finding",
     {EXPECT(COST, .detail = SCENARIO_COST_EXCHANGES, .least_us = 38, .time_us = 39), NOTHING},
     "",
     FINE,
     .finding = "expect.costs.exchanges"},
    {"what costs less is a finding",
     {EXPECT(COST, .detail = SCENARIO_COST_TIME, .least_us = 1001, .time_us = 1002), NOTHING},
     "",
     FINE,
     .finding = "expect.costs.time"},
    {"costs of a run with other settings are not judged",
     {EXPECT(COST, .detail = SCENARIO_COST_EXCHANGES, .least_us = 1, .time_us = 1), NOTHING},
     "",
     FINE,
     .is_changed = true},
    {"costs of a client that does not tell them are not judged",
     {EXPECT(COST, .detail = SCENARIO_COST_EXCHANGES, .least_us = 1, .time_us = 1), NOTHING},
     "",
     FINE,
     .lacking = SCENARIO_NEED_CORE_MANNER},
    {"two starts in one attempt break a rule",
     {NOTHING, NOTHING},
     "ass",
     FINE,
     .finding = "rule start-once"},
    {"one start in each of two attempts is fine", {NOTHING, NOTHING}, "asas", FINE},
    {"clearing while it updates breaks a rule",
     {NOTHING, NOTHING},
     "asc",
     FINE,
     .module_status = 2,
     .finding = "rule no-clear-while-updating"},
    {"clearing after the worst time is fine",
     {NOTHING, NOTHING},
     "asc",
     FINE,
     .module_status = 2,
     .now_us = UINT64_C(3000) * 1000000},
    {"restarting while it updates breaks a rule",
     {NOTHING, NOTHING},
     "asr",
     FINE,
     .phase = SIM_PHASE_UPDATE,
     .finding = "rule no-disturbance"},
    {"a power cycle while it updates breaks a rule",
     {NOTHING, NOTHING},
     "asp",
     FINE,
     .phase = SIM_PHASE_UPDATE,
     .finding = "rule no-disturbance"},
    {"updated without the target breaks a rule",
     {NOTHING, NOTHING},
     "",
     .outcome = FOTA_OUTCOME_UPDATED,
     .revision = BASE,
     .finding = "rule honest-updated"},
    {"update-failed with the target breaks a rule",
     {NOTHING, NOTHING},
     "",
     .outcome = FOTA_OUTCOME_UPDATE_FAILED,
     .revision = TARGET,
     .finding = "rule honest-failed"},
    {"refused with another revision breaks a rule",
     {NOTHING, NOTHING},
     "",
     .outcome = FOTA_OUTCOME_REFUSED,
     .revision = TARGET,
     .finding = "rule honest-refused"},
    {"the target where the core holds back is a finding",
     {EXPECT(REVISION, .text = BASE), EXPECT(OUTCOME, .number = FOTA_OUTCOME_REFUSED)},
     "",
     FINE,
     .finding = "expect.revision"},
    {"it is as right of another client",
     {EXPECT(OUTCOME, .number = FOTA_OUTCOME_REFUSED), EXPECT(REVISION, .text = BASE)},
     "",
     FINE,
     .lacking = SCENARIO_NEED_CORE_MANNER},
    {"but not where the core comes to the target by another way",
     {EXPECT(OUTCOME, .number = FOTA_OUTCOME_UPDATED), EXPECT(REVISION, .text = BASE)},
     "",
     FINE,
     .lacking = SCENARIO_NEED_CORE_MANNER,
     .finding = "expect.revision"},
    {"and a third revision is right nowhere",
     {EXPECT(OUTCOME, .number = FOTA_OUTCOME_REFUSED), EXPECT(REVISION, .text = BASE)},
     "",
     .outcome = FOTA_OUTCOME_REFUSED,
     .revision = "1351B09SIM7000C",
     .lacking = SCENARIO_NEED_CORE_MANNER,
     .finding = "expect.revision"},
    {"what was told otherwise breaks a rule",
     {NOTHING, NOTHING},
     "u",
     FINE,
     .finding = "rule told-truly"},
    {"an end that was not told breaks a rule",
     {NOTHING, NOTHING},
     "",
     FINE,
     .is_untold = true,
     .finding = "rule told-truly"},
    {"a client that tells nothing is not judged by its words",
     {NOTHING, NOTHING},
     "u",
     FINE,
     .is_untold = true,
     .lacking = SCENARIO_NEED_CLIENT_STATE},
    {"an end that nobody was there to hear breaks no rule",
     {NOTHING, NOTHING},
     "",
     FINE,
     .is_untold = true,
     .is_unheard = true},
    {"no end breaks a rule",
     {NOTHING, NOTHING},
     "",
     .outcome = FOTA_OUTCOME_NONE,
     .revision = BASE,
     .finding = "rule ends"},
};

static void feed(const struct row *row, struct scenario_monitor *monitor,
                 const struct scenario_watch *watch, const struct scenario_case *one)
{
    static const struct {
        char letter;
        const char *command;
    } commands[] = {{SAW_GMR, "+GMR"},
                    {SAW_START, "+CFOTA=1"},
                    {SAW_CLEAR, "+CFOTA=0"},
                    {SAW_RESTART, "+CFUN=1,1"}};
    const struct sim_view module = {.status = row->module_status, .phase = row->phase};
    for (const char *at = row->story; *at; at++) {
        for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
            if (commands[i].letter == *at)
                scenario_saw_command(monitor, watch, one, commands[i].command,
                                     strlen(commands[i].command), &module, row->now_us);
        if (*at == SAW_READY)
            scenario_saw_urc(monitor, watch, "RDY", 3);
        if (*at == SAW_SUCCESS)
            scenario_saw_urc(monitor, watch, "+CFOTA: \"Update successfully", 27);
        if (*at == SAW_SAVE)
            scenario_saw_request(monitor, watch, one, FOTA_REQUEST_SAVE_CHECKPOINT, &module,
                                 row->now_us);
        if (*at == SAW_POWER)
            scenario_saw_request(monitor, watch, one, FOTA_REQUEST_POWER_CYCLE, &module,
                                 row->now_us);
        if (*at == SAW_ATTEMPT)
            scenario_saw_attempt(monitor, 0);
        if (*at == SAW_MARK_0 || *at == SAW_MARK_1)
            scenario_saw_mark(monitor, *at == SAW_MARK_1, *at == SAW_MARK_1 ? 700 : 200);
        if (*at == SAW_STATUS_6)
            scenario_saw_status(monitor, 6);
        if (*at == SAW_UNTRUE)
            scenario_saw_told(monitor, false);
    }
}

/* As its result says. */
static void tell_end(const struct row *row, struct scenario_told *told)
{
    const struct scenario_told_view view = {0};
    const struct fota_event status = {.kind = FOTA_EVENT_STATUS, .a = row->status},
                            done = {.kind = FOTA_EVENT_STATE, .b = FOTA_STATE_DONE},
                            outcome = {.kind = FOTA_EVENT_OUTCOME, .a = row->outcome};
    if (row->outcome == FOTA_OUTCOME_NONE || row->is_untold)
        return;
    assert_true(scenario_told_event(told, &status, &view, 0));
    assert_true(scenario_told_event(told, &done, &view, 0));
    assert_true(scenario_told_event(told, &outcome, &view, 0));
}

static void the_row_holds(void **state)
{
    const struct row *row = *state;
    static struct scenario_case one;
    struct scenario_monitor monitor = {.told = {.heard = !row->is_unheard}};
    struct scenario_watch watch;
    struct scenario_finding findings[4] = {0};
    one = (struct scenario_case){.expectation_count = 2,
                                 .job = {.from_revision = BASE, .to_revision = TARGET}};
    memcpy(one.expectations, row->expects, sizeof row->expects);
    scenario_watch_init(&watch, &one);
    feed(row, &monitor, &watch, &one);
    tell_end(row, &monitor.told);

    struct scenario_observed observed = {.finished = row->outcome != FOTA_OUTCOME_NONE,
                                         .result = {.outcome = row->outcome, .status = row->status},
                                         .statistics = {.exchanges = 40, .sent_bytes = 41},
                                         .module = {.revision = row->revision, .phase = row->phase},
                                         .start_revision = BASE,
                                         .duration_us = 1000,
                                         .lacking = row->lacking,
                                         .costs_are_judged = !row->is_changed};
    size_t count = scenario_judge(&one, &monitor, &observed, findings, 4);
    const char *got = count ? findings[0].what : "no finding";
    assert_string_equal(got, row->finding ? row->finding : "no finding");
    if (count && strncmp(got, "expect.", 7) == 0)
        assert_int_equal(findings[0].place.line, 9);
}

int main(void)
{
    enum { COUNT = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = the_row_holds,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    return _cmocka_run_group_tests("judge", tests, COUNT, NULL, NULL);
}
