/* judge.c - holds a run against what the scenario expects of it. */
#include "harness/judge/judging.h"

#include <stdio.h>
#include <string.h>

#include "harness/scenario/needs.h"
#include "sim/catalogue.h"

/* The module's own worst time when the job names none (core/fota.h). */
#define UPDATE_TIMEOUT_DEFAULT_MS 2400000u

/* Scenarios write a command as it is typed, the module tells it without the AT. */
static const char *without_at(const char *command)
{
    bool has_at = (command[0] | 0x20) == 'a' && (command[1] | 0x20) == 't';
    return has_at ? command + 2 : command;
}

/* The text with which what is told is compared, "" = there is none. */
static const char *text_of(const struct scenario_expectation *expectation)
{
    switch (expectation->kind) {
    case SCENARIO_EXPECT_SENT:
    case SCENARIO_EXPECT_NEVER_SENT:
        return without_at(expectation->text);
    case SCENARIO_EXPECT_URC:
    case SCENARIO_EXPECT_NEVER_URC:
        return expectation->text;
    default:
        return "";
    }
}

void scenario_watch_init(struct scenario_watch *watch, const struct scenario_case *one)
{
    memset(watch->count, 0, sizeof watch->count);
    for (uint8_t i = 0; i < one->expectation_count; i++) {
        unsigned kind = one->expectations[i].kind;
        watch->index[kind][watch->count[kind]++] = i;
        watch->wanted[i].text = text_of(&one->expectations[i]);
        watch->wanted[i].length = strlen(watch->wanted[i].text);
    }
}

/* The last character is compared first: lines of the same kind differ there. */
static bool begins_with(const char *text, size_t length, const struct scenario_watch *watch,
                        unsigned index)
{
    const char *wanted = watch->wanted[index].text;
    size_t n = watch->wanted[index].length;
    return n == 0 || (length >= n && text[n - 1] == wanted[n - 1] && memcmp(text, wanted, n) == 0);
}

/* Lists are met in order: sets *ret_index to the first one that is not met yet. */
static bool next_unmet(const struct scenario_monitor *monitor, const struct scenario_watch *watch,
                       unsigned kind, uint8_t *ret_index)
{
    for (unsigned i = 0; i < watch->count[kind]; i++) {
        *ret_index = watch->index[kind][i];
        if (!(monitor->met >> *ret_index & 1))
            return true;
    }
    return false;
}

static void note_met(struct scenario_monitor *monitor, unsigned index)
{
    monitor->met |= UINT64_C(1) << index;
}

static void meet_next(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                      unsigned kind, const char *text, size_t length)
{
    uint8_t at;
    if (!next_unmet(monitor, watch, kind, &at))
        return;
    if (begins_with(text, length, watch, at))
        note_met(monitor, at);
}

static void forbid(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                   unsigned kind, const char *text, size_t length)
{
    for (unsigned i = 0; i < watch->count[kind]; i++) {
        uint8_t at = watch->index[kind][i];
        if (begins_with(text, length, watch, at))
            note_met(monitor, at);
    }
}

uint64_t scenario_attempt_ends(const struct scenario_monitor *monitor,
                               const struct scenario_case *one)
{
    uint32_t named_ms = scenario_job(one, monitor->job)->update_timeout_ms;
    uint64_t worst_ms = named_ms ? named_ms : UPDATE_TIMEOUT_DEFAULT_MS;
    return monitor->attempt_began_at_us + worst_ms * 1000u;
}

/* True while an update is under way and its worst time is not over. */
static bool must_not_disturb(const struct scenario_monitor *monitor,
                             const struct scenario_case *one, uint64_t now_us)
{
    return now_us < scenario_attempt_ends(monitor, one);
}

static bool is_updating(const struct sim_view *module)
{
    return module->phase != SIM_PHASE_IDLE || (module->status >= 1 && module->status <= 5);
}

void scenario_saw_dropped_command(struct scenario_monitor *monitor,
                                  const struct scenario_watch *watch, const char *text,
                                  size_t length)
{
    meet_next(monitor, watch, SCENARIO_EXPECT_SENT, text, length);
    forbid(monitor, watch, SCENARIO_EXPECT_NEVER_SENT, text, length);
}

void scenario_saw_command(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                          const struct scenario_case *one, const char *text, size_t length,
                          const struct sim_view *module, uint64_t now_us)
{
    scenario_saw_dropped_command(monitor, watch, text, length);
    switch (sim_command_role(text, length)) {
    case SIM_ROLE_START_UPDATE:
        if (++monitor->starts > 1)
            monitor->broken[SCENARIO_RULE_START_ONCE] = 1;
        break;
    case SIM_ROLE_CLEAR_UPDATE:
        if (is_updating(module) && must_not_disturb(monitor, one, now_us))
            monitor->broken[SCENARIO_RULE_NO_CLEAR] = 1;
        break;
    case SIM_ROLE_RESTART:
        if (is_updating(module) && must_not_disturb(monitor, one, now_us))
            monitor->broken[SCENARIO_RULE_NO_DISTURBANCE] = 1;
        break;
    case SIM_ROLE_NONE:
        break;
    }
}

void scenario_saw_urc(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                      const char *text, size_t length)
{
    meet_next(monitor, watch, SCENARIO_EXPECT_URC, text, length);
    forbid(monitor, watch, SCENARIO_EXPECT_NEVER_URC, text, length);
}

void scenario_saw_request(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                          const struct scenario_case *one, unsigned request,
                          const struct sim_view *module, uint64_t now_us)
{
    uint8_t at;
    if (next_unmet(monitor, watch, SCENARIO_EXPECT_REQUESTS, &at) &&
        one->expectations[at].number == request)
        note_met(monitor, at);
    bool restarts = request == FOTA_REQUEST_PWRKEY_PULSE || request == FOTA_REQUEST_POWER_CYCLE;
    if (restarts && is_updating(module) && must_not_disturb(monitor, one, now_us))
        monitor->broken[SCENARIO_RULE_NO_DISTURBANCE] = 1;
}

void scenario_saw_attempt(struct scenario_monitor *monitor, uint64_t now_us)
{
    monitor->starts = 0;
    monitor->attempt_began_at_us = now_us;
}

void scenario_saw_next_job(struct scenario_monitor *monitor)
{
    monitor->job++;
}

void scenario_saw_mark(struct scenario_monitor *monitor, unsigned mark, uint64_t now_us)
{
    if (monitor->mark_at_us[mark] == 0)
        monitor->mark_at_us[mark] = now_us ? now_us : 1;
}

void scenario_saw_status(struct scenario_monitor *monitor, unsigned status)
{
    if (status < 16)
        monitor->statuses_read = (uint16_t)(monitor->statuses_read | 1u << status);
}

void scenario_saw_told(struct scenario_monitor *monitor, bool good)
{
    if (!good)
        monitor->broken[SCENARIO_RULE_TOLD] = 1;
}

/* ---- rules --------------------------------------------------------------------------------- */

static bool runs(const struct scenario_observed *observed, const char *revision)
{
    return revision && strcmp(observed->module.revision, revision) == 0;
}

/* The outcome must not contradict what the module runs; each is a row of SCENARIO_RULES. */
static bool rule_honest_updated(const struct scenario_monitor *monitor,
                                const struct scenario_case *one,
                                const struct scenario_observed *observed)
{
    unsigned outcome = observed->result.outcome;
    (void)monitor;
    return (outcome != FOTA_OUTCOME_UPDATED && outcome != FOTA_OUTCOME_ALREADY_CURRENT &&
            outcome != FOTA_OUTCOME_DEGRADED) ||
           runs(observed, scenario_job(one, observed->job)->to_revision);
}

static bool rule_honest_failed(const struct scenario_monitor *monitor,
                               const struct scenario_case *one,
                               const struct scenario_observed *observed)
{
    (void)monitor;
    return observed->result.outcome != FOTA_OUTCOME_UPDATE_FAILED ||
           runs(observed, scenario_job(one, observed->job)->from_revision);
}

static bool rule_honest_refused(const struct scenario_monitor *monitor,
                                const struct scenario_case *one,
                                const struct scenario_observed *observed)
{
    unsigned outcome = observed->result.outcome;
    (void)monitor;
    (void)one;
    return (outcome != FOTA_OUTCOME_REFUSED && outcome != FOTA_OUTCOME_DOWNLOAD_FAILED &&
            outcome != FOTA_OUTCOME_CANCELLED) ||
           (runs(observed, observed->start_revision) && observed->module.phase == SIM_PHASE_IDLE);
}

static bool rule_ends(const struct scenario_monitor *monitor, const struct scenario_case *one,
                      const struct scenario_observed *observed)
{
    (void)monitor;
    (void)one;
    return observed->finished;
}

/* Broken while the client runs, or never. */
static bool rule_seen(const struct scenario_monitor *monitor, const struct scenario_case *one,
                      const struct scenario_observed *observed)
{
    (void)monitor;
    (void)one;
    (void)observed;
    return true;
}

/* With what the result shows at the end. */
static struct scenario_told told_of(const struct scenario_monitor *monitor,
                                    const struct scenario_observed *observed)
{
    struct scenario_told told = monitor->told;
    if (observed->finished && told.heard)
        scenario_told_result(&told, &observed->result);
    return told;
}

static bool rule_told(const struct scenario_monitor *monitor, const struct scenario_case *one,
                      const struct scenario_observed *observed)
{
    struct scenario_told told = told_of(monitor, observed);
    (void)one;
    return scenario_told_breach(&told) == NULL;
}

static bool (*const rules[])(const struct scenario_monitor *, const struct scenario_case *,
                             const struct scenario_observed *) = {
#define X(id, text, rule, need_mask, demand) rule_##rule,
    SCENARIO_RULES(X)
#undef X
};

static void describe_broken(unsigned rule, const struct scenario_monitor *monitor,
                            const struct scenario_observed *observed,
                            struct scenario_finding *finding)
{
    struct scenario_told told = told_of(monitor, observed);
    *finding = (struct scenario_finding){.kind = SCENARIO_FINDING_RULE};
    snprintf(finding->what, sizeof finding->what, "rule %s", scenario_rule_name(rule));
    snprintf(finding->want, sizeof finding->want, "%s", scenario_rule_rows[rule].demand);
    const char *how = observed->finished ? "" : observed->how;
    if (rule == SCENARIO_RULE_TOLD && scenario_told_breach(&told))
        how = scenario_told_breach(&told);
    snprintf(finding->got, sizeof finding->got, "%s%soutcome %s; the module runs %s in phase %s",
             how, how[0] ? "; " : "",
             observed->finished ? fota_outcome_name(observed->result.outcome) : "none",
             observed->module.revision, sim_phase_name(observed->module.phase));
}

/* A client of somebody else's calls for a hand, which the module needs (it is off, asleep or hung)
 * and which a program has not: more can't be expected of it. */
static bool is_beyond_reach(const struct scenario_observed *observed)
{
    return observed->lacking & SCENARIO_NEED_CORE_MANNER && observed->finished &&
           !(observed->lacking & SCENARIO_NEED_CLAIM) &&
           observed->result.outcome == FOTA_OUTCOME_NEEDS_SERVICE &&
           !(observed->module.powered && observed->module.answering);
}

size_t scenario_judge(const struct scenario_case *one, const struct scenario_monitor *monitor,
                      const struct scenario_observed *observed, struct scenario_finding *findings,
                      size_t capacity)
{
    size_t count = 0;
    struct scenario_finding finding;
    bool is_beyond = is_beyond_reach(observed);
    for (size_t i = 0; i < one->expectation_count; i++) {
        const struct scenario_expectation *expectation = &one->expectations[i];
        struct scenario_judging judging = {one, monitor, observed, expectation, i, &finding};
        if (scenario_expectation_needs(one, expectation) & observed->lacking || is_beyond)
            continue;
        if (expectation->kind == SCENARIO_EXPECT_COST &&
            (!observed->costs_are_judged || observed->lacking))
            continue;
        finding = (struct scenario_finding){.place = expectation->place,
                                            .kind = SCENARIO_FINDING_EXPECTATION};
        snprintf(finding.what, sizeof finding.what, "expect.%s",
                 scenario_expectation_name(expectation->kind));
        if (scenario_expectation_holds(&judging))
            continue;
        if (count < capacity)
            findings[count] = finding;
        count++;
    }
    for (unsigned rule = 0; rule < SCENARIO_RULE_COUNT; rule++) {
        if (scenario_rule_rows[rule].needs & observed->lacking ||
            (!monitor->broken[rule] && rules[rule](monitor, one, observed)))
            continue;
        if (count < capacity)
            describe_broken(rule, monitor, observed, &findings[count]);
        count++;
    }
    return count;
}

/* ---- findings ------------------------------------------------------------------------------ */

const char *scenario_finding_kind_name(unsigned kind)
{
    static const char *const names[] = {
#define X(name, text, meaning) text,
        SCENARIO_FINDING_KINDS(X)
#undef X
    };
    return kind < SCENARIO_FINDING_KIND_COUNT ? names[kind] : "?";
}

static bool ended_well(const struct scenario_observed *observed)
{
    return observed->finished && (observed->result.outcome == FOTA_OUTCOME_UPDATED ||
                                  observed->result.outcome == FOTA_OUTCOME_ALREADY_CURRENT);
}

/*
 * After a bad end nothing more could happen, so an event that waited for it is the consequence;
 * after a good one the fault that was not tried is why it was good.
 */
static unsigned rank_of(const struct scenario_finding *finding, bool well)
{
    switch (finding->kind) {
    case SCENARIO_FINDING_RULE:
    case SCENARIO_FINDING_REPLAY:
        return 0;
    case SCENARIO_FINDING_OUTCOME:
        return 1;
    case SCENARIO_FINDING_EVENT:
        return well ? 1 : 4;
    default:
        return strcmp(finding->what, "expect.outcome") == 0  ? 2
               : strcmp(finding->what, "expect.reason") == 0 ? 3
                                                             : 5;
    }
}

void scenario_findings_sort(struct scenario_finding *findings, size_t count,
                            const struct scenario_observed *observed)
{
    bool well = ended_well(observed);
    for (size_t i = 1; i < count; i++) {
        struct scenario_finding moved = findings[i];
        size_t at = i;
        for (; at > 0 && rank_of(&findings[at - 1], well) > rank_of(&moved, well); at--)
            findings[at] = findings[at - 1];
        findings[at] = moved;
    }
}
