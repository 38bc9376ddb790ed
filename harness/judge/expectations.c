/* expectations.c - each kind of expectation against what was observed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/judge/judging.h"
#include "sim/look.h"

static bool judge_number(const struct scenario_judging *judging, unsigned got)
{
    unsigned want = judging->expectation->number;
    snprintf(judging->finding->want, sizeof judging->finding->want, "%u", want);
    snprintf(judging->finding->got, sizeof judging->finding->got, "%u", got);
    return got == want;
}

static bool judge_name(const struct scenario_judging *judging, unsigned got,
                       const char *(*name)(unsigned))
{
    unsigned want = judging->expectation->number;
    snprintf(judging->finding->want, sizeof judging->finding->want, "%s", name(want));
    snprintf(judging->finding->got, sizeof judging->finding->got, "%s",
             judging->observed->finished ? name(got) : "none: the client did not come to an end");
    return judging->observed->finished && got == want;
}

/* Whether the product runs the target; how it says otherwise is the core's own taxonomy. */
static bool went_well(unsigned outcome)
{
    return outcome == FOTA_OUTCOME_UPDATED || outcome == FOTA_OUTCOME_ALREADY_CURRENT ||
           outcome == FOTA_OUTCOME_DEGRADED;
}

/*
 * A client of somebody else's has its own words and its own policy. Where the core gets the target
 * to run, it must too. Where the core holds back, it may go on: what came of it is judged by the
 * rules.
 */
static bool judge_claim(const struct scenario_observed *observed, unsigned wanted)
{
    return went_well(observed->result.outcome) || !went_well(wanted);
}

static bool judge_outcome(const struct scenario_judging *judging)
{
    const struct fota_result *result = &judging->observed->result;
    struct scenario_finding *finding = judging->finding;
    if (judge_name(judging, result->outcome, fota_outcome_name))
        return true;
    if (judging->observed->finished && judging->observed->lacking & SCENARIO_NEED_CORE_MANNER)
        return judge_claim(judging->observed, judging->expectation->number);
    if (judging->observed->finished && result->reason != FOTA_REASON_NONE)
        snprintf(finding->got, sizeof finding->got, "%s (%s: %s)",
                 fota_outcome_name(result->outcome), fota_reason_name(result->reason),
                 fota_reason_meaning(result->reason));
    return false;
}

static bool judge_reason(const struct scenario_judging *judging)
{
    return judge_name(judging, judging->observed->result.reason, fota_reason_name);
}

static bool judge_first_outcome(const struct scenario_judging *judging)
{
    return judge_name(judging, judging->observed->first_outcome, fota_outcome_name);
}

static bool judge_first_reason(const struct scenario_judging *judging)
{
    return judge_name(judging, judging->observed->first_reason, fota_reason_name);
}

/* What the core keeps of a line is its beginning. */
static bool judge_evidence(const struct scenario_judging *judging)
{
    const char *want = judging->expectation->text, *got = judging->observed->result.evidence;
    size_t length = strlen(want);
    judging->finding->are_bytes = true;
    snprintf(judging->finding->want, sizeof judging->finding->want, "%s", want);
    snprintf(judging->finding->got, sizeof judging->finding->got, "%s", got);
    if (length > FOTA_EVIDENCE_LENGTH)
        length = FOTA_EVIDENCE_LENGTH;
    return judging->observed->finished && strlen(got) == length && memcmp(got, want, length) == 0;
}

static bool judge_health(const struct scenario_judging *judging)
{
    return judge_name(judging, judging->observed->result.health, fota_reason_name);
}

static bool judge_remarks(const struct scenario_judging *judging)
{
    const struct fota_result *result = &judging->observed->result;
    struct scenario_finding *finding = judging->finding;
    unsigned want = judging->expectation->number;
    size_t length = 0;
    snprintf(finding->want, sizeof finding->want, "%s", fota_remark_name(want));
    snprintf(finding->got, sizeof finding->got, "no remark");
    for (unsigned i = 0; i < FOTA_REMARK_COUNT; i++)
        if (result->remarks >> i & 1 && length < sizeof finding->got)
            length += (size_t)snprintf(finding->got + length, sizeof finding->got - length, "%s%s",
                                       length ? ", " : "", fota_remark_name(i));
    return judging->observed->finished && result->remarks >> want & 1;
}

static bool judge_status(const struct scenario_judging *judging)
{
    return judge_number(judging, judging->observed->result.status);
}

static bool judge_status_read(const struct scenario_judging *judging)
{
    struct scenario_finding *finding = judging->finding;
    unsigned want = judging->expectation->number;
    size_t length = 0;
    snprintf(finding->want, sizeof finding->want, "%u", want);
    finding->got[0] = '\0';
    for (unsigned status = 0; status < 16; status++)
        if (judging->monitor->statuses_read >> status & 1 && length < sizeof finding->got)
            length += (size_t)snprintf(finding->got + length, sizeof finding->got - length, "%s%u",
                                       length ? ", " : "", status);
    if (!length)
        snprintf(finding->got, sizeof finding->got, "no status was read");
    return judging->monitor->statuses_read >> want & 1;
}

/*
 * Where the core holds back for a reason of its own (an older target, an old file that stays), a
 * client of somebody else's may go on: then the target is as right as the base. Whatever else the
 * module runs is not.
 */
static bool went_on_well(const struct scenario_judging *judging)
{
    const struct scenario_case *one = judging->one;
    const struct scenario_observed *observed = judging->observed;
    const char *target = scenario_job(one, observed->job)->to_revision;
    bool holds_back = false;
    for (unsigned i = 0; i < one->expectation_count; i++)
        if (one->expectations[i].kind == SCENARIO_EXPECT_OUTCOME)
            holds_back = !went_well(one->expectations[i].number);
    return observed->lacking & SCENARIO_NEED_CORE_MANNER && holds_back && target &&
           strcmp(observed->module.revision, target) == 0;
}

static bool judge_revision(const struct scenario_judging *judging)
{
    const char *got = judging->observed->module.revision;
    judging->finding->are_bytes = true;
    snprintf(judging->finding->want, sizeof judging->finding->want, "%s",
             judging->expectation->text);
    snprintf(judging->finding->got, sizeof judging->finding->got, "%s", got);
    return strcmp(got, judging->expectation->text) == 0 || went_on_well(judging);
}

static bool judge_resets(const struct scenario_judging *judging)
{
    return judge_number(judging, judging->observed->module.resets);
}

static bool judge_attempts(const struct scenario_judging *judging)
{
    return judge_number(judging, judging->observed->result.attempts);
}

static bool judge_list(const struct scenario_judging *judging, const char *got)
{
    const struct scenario_expectation *wanted = judging->expectation;
    snprintf(judging->finding->want, sizeof judging->finding->want, "%s",
             wanted->kind == SCENARIO_EXPECT_REQUESTS ? fota_request_name(wanted->number)
                                                      : wanted->text);
    snprintf(judging->finding->got, sizeof judging->finding->got, "%s", got);
    return judging->monitor->met >> judging->index & 1;
}

static bool judge_sent(const struct scenario_judging *judging)
{
    return judge_list(judging, "no such command at this place of the order");
}

static bool judge_urc(const struct scenario_judging *judging)
{
    return judge_list(judging, "no such line at this place of the order");
}

static bool judge_requests(const struct scenario_judging *judging)
{
    return judge_list(judging, "no such request at this place of the order");
}

static bool judge_never(const struct scenario_judging *judging)
{
    snprintf(judging->finding->want, sizeof judging->finding->want, "never %s",
             judging->expectation->text);
    snprintf(judging->finding->got, sizeof judging->finding->got, "it was sent");
    return !(judging->monitor->met >> judging->index & 1);
}

/* "12.345 s" */
static const char *write_time(char buffer[32], uint64_t time_us)
{
    snprintf(buffer, 32, "%" PRIu64 ".%03u s", time_us / 1000000u,
             (unsigned)(time_us / 1000u % 1000u));
    return buffer;
}

static bool judge_within(const struct scenario_judging *judging)
{
    uint64_t want = judging->expectation->time_us, got = judging->observed->duration_us;
    char text[32];
    snprintf(judging->finding->want, sizeof judging->finding->want, "at most %s",
             write_time(text, want));
    snprintf(judging->finding->got, sizeof judging->finding->got, "%s", write_time(text, got));
    return got <= want;
}

/* The trigger that a mark stands for, as the file has it; UINT8_MAX: the start. */
static const char *mark_name(const struct scenario_case *one, unsigned mark, char buffer[80])
{
    for (unsigned i = 0; i < one->event_count; i++)
        if (one->events[i].mark == mark + 1)
            return scenario_trigger_write(&one->events[i].when, buffer, 80);
    return "start";
}

static bool judge_duration(const struct scenario_judging *judging)
{
    const struct scenario_expectation *wanted = judging->expectation;
    const uint64_t *marks = judging->monitor->mark_at_us;
    struct scenario_finding *finding = judging->finding;
    uint64_t from_us = wanted->from == UINT8_MAX ? 0 : marks[wanted->from];
    uint64_t to_us = marks[wanted->to];
    char least[32], most[32], got[32], from[80], to[80];
    bool begun = wanted->from == UINT8_MAX || from_us > 0;
    snprintf(finding->want, sizeof finding->want, "from %s to %s: %s to %s",
             mark_name(judging->one, wanted->from, from), mark_name(judging->one, wanted->to, to),
             write_time(least, wanted->least_us),
             wanted->time_us == UINT64_MAX ? "any" : write_time(most, wanted->time_us));
    if (!begun || to_us == 0) {
        snprintf(finding->got, sizeof finding->got, "'%s' never happened%s", begun ? "to" : "from",
                 begun && wanted->from != UINT8_MAX ? " after 'from'" : "");
        return false;
    }
    snprintf(finding->got, sizeof finding->got, "%s", write_time(got, to_us - from_us));
    return to_us - from_us >= wanted->least_us && to_us - from_us <= wanted->time_us;
}

static bool judge_limit(const struct scenario_judging *judging)
{
    const struct fota_statistics *statistics = &judging->observed->statistics;
    const uint32_t got[] = {
#define X(name, key, type, member, need, text) statistics->member,
        SCENARIO_LIMITS(X)
#undef X
    };
    const struct scenario_expectation *wanted = judging->expectation;
    snprintf(judging->finding->what, sizeof judging->finding->what, "expect.limits.%s",
             scenario_limit_name(wanted->detail));
    snprintf(judging->finding->want, sizeof judging->finding->want, "at most %" PRIu32,
             wanted->number);
    snprintf(judging->finding->got, sizeof judging->finding->got, "%" PRIu32, got[wanted->detail]);
    return got[wanted->detail] <= wanted->number;
}

static const char *write_cost(char buffer[32], unsigned cost, uint64_t value)
{
    if (cost == SCENARIO_COST_TIME)
        return write_time(buffer, value);
    snprintf(buffer, 32, "%" PRIu64, value);
    return buffer;
}

uint64_t scenario_cost(const struct scenario_observed *observed, unsigned cost)
{
    const uint64_t got[] = {
#define X(name, key, type, member, text) observed->member,
        SCENARIO_COSTS(X)
#undef X
    };
    return cost < SCENARIO_COST_COUNT ? got[cost] : 0;
}

static bool judge_cost(const struct scenario_judging *judging)
{
    const struct scenario_expectation *wanted = judging->expectation;
    struct scenario_finding *finding = judging->finding;
    uint64_t got = scenario_cost(judging->observed, wanted->detail);
    char least[32], most[32], seen[32];
    snprintf(finding->what, sizeof finding->what, "expect.costs.%s",
             scenario_cost_name(wanted->detail));
    write_cost(least, wanted->detail, wanted->least_us);
    snprintf(finding->want, sizeof finding->want, "%s%s%s", least,
             wanted->least_us < wanted->time_us ? " to " : "",
             wanted->least_us < wanted->time_us ? write_cost(most, wanted->detail, wanted->time_us)
                                                : "");
    snprintf(finding->got, sizeof finding->got, "%s", write_cost(seen, wanted->detail, got));
    return got >= wanted->least_us && got <= wanted->time_us;
}

/* ---- the module at the end --------------------------------------------------------------------
 */

/* What can't be found out is not as it should be. */
static bool is_unknown(const struct scenario_judging *judging, enum scenario_answer answer)
{
    if (answer == SCENARIO_UNKNOWN)
        snprintf(judging->finding->got, sizeof judging->finding->got,
                 "not known: this module can't be asked for it");
    return answer == SCENARIO_UNKNOWN;
}

static bool judge_there(const struct scenario_judging *judging, bool wanted)
{
    struct scenario_finding *finding = judging->finding;
    const struct scenario_observed *observed = judging->observed;
    const char *path = judging->expectation->text;
    uint32_t size_bytes = 0;
    enum scenario_answer there = observed->asking->file(observed->asked, path, &size_bytes);
    snprintf(finding->want, sizeof finding->want, "%s%s", wanted ? "" : "no ", path);
    if (is_unknown(judging, there))
        return false;
    if (there == SCENARIO_YES)
        snprintf(finding->got, sizeof finding->got, "%" PRIu32 " bytes", size_bytes);
    else
        snprintf(finding->got, sizeof finding->got, "no such file");
    return (there == SCENARIO_YES) == wanted;
}

static bool judge_file(const struct scenario_judging *judging)
{
    return judge_there(judging, true);
}

static bool judge_no_file(const struct scenario_judging *judging)
{
    return judge_there(judging, false);
}

static bool judge_parameter(const struct scenario_judging *judging)
{
    const struct scenario_observed *observed = judging->observed;
    const char *command = judging->expectation->text;
    int parameter = sim_look_parameter_find(command, strlen(command));
    int32_t got = -1;
    enum scenario_answer answer = SCENARIO_NO;
    if (parameter >= 0)
        answer = observed->asking->parameter(observed->asked, (unsigned)parameter, &got);
    snprintf(judging->finding->want, sizeof judging->finding->want, "%s %" PRIu32, command,
             judging->expectation->number);
    if (is_unknown(judging, answer))
        return false;
    snprintf(judging->finding->got, sizeof judging->finding->got, "%" PRId32, got);
    return got >= 0 && (uint32_t)got == judging->expectation->number;
}

static bool judge_flag(const struct scenario_judging *judging, enum scenario_module_flag flag,
                       const char *no, const char *yes)
{
    const struct scenario_observed *observed = judging->observed;
    bool want = judging->expectation->number;
    enum scenario_answer got = observed->asking->flag(observed->asked, flag);
    snprintf(judging->finding->want, sizeof judging->finding->want, "%s", want ? yes : no);
    if (is_unknown(judging, got))
        return false;
    snprintf(judging->finding->got, sizeof judging->finding->got, "%s",
             got == SCENARIO_YES ? yes : no);
    return (got == SCENARIO_YES) == want;
}

static bool judge_imei(const struct scenario_judging *judging)
{
    return judge_flag(judging, SCENARIO_MODULE_HAS_IMEI, "lost", "present");
}

static bool judge_bearer(const struct scenario_judging *judging)
{
    return judge_flag(judging, SCENARIO_MODULE_HAS_BEARER, "down", "up");
}

static bool judge_module(const struct scenario_judging *judging)
{
    static bool (*const ends[])(const struct scenario_judging *) = {
#define X(id, key, value, judge, need, text) judge_##judge,
        SCENARIO_MODULE_ENDS(X)
#undef X
    };
    snprintf(judging->finding->what, sizeof judging->finding->what, "expect.module.%s",
             scenario_module_end_name(judging->expectation->detail));
    return ends[judging->expectation->detail](judging);
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static bool (*const judges[])(const struct scenario_judging *) = {
#define X(id, key, value, judge, need, text) judge_##judge,
    SCENARIO_EXPECTATIONS(X)
#undef X
};

bool scenario_expectation_holds(const struct scenario_judging *judging)
{
    return judges[judging->expectation->kind](judging);
}
