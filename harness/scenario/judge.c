#include "harness/scenario/judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/catalogue.h"

/* The module's own worst time when the job names none (core/fota.h). */
#define UPDATE_TIMEOUT_DEFAULT_MS 2400000u

void scenario_watch_init(struct scenario_watch *watch, const struct scenario_case *one)
{
    memset(watch, 0, sizeof *watch);
    for (uint8_t i = 0; i < one->expectation_count; i++) {
        unsigned kind = one->expectations[i].kind;
        watch->index[kind][watch->count[kind]++] = i;
    }
}

/* Scenarios write a command as it is typed, the module tells it without the AT. */
static const char *without_at(const char *command)
{
    bool has_at = (command[0] | 0x20) == 'a' && (command[1] | 0x20) == 't';
    return has_at ? command + 2 : command;
}

static bool begins_with(const char *text, size_t length, const char *wanted)
{
    size_t n = strlen(wanted);
    return length >= n && memcmp(text, wanted, n) == 0;
}

/* Lists are met in order: the first one that is not met yet, or NULL. */
static uint8_t *next_unmet(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                           unsigned kind, uint8_t *ret_index)
{
    for (unsigned i = 0; i < watch->count[kind]; i++) {
        *ret_index = watch->index[kind][i];
        if (!monitor->met[*ret_index])
            return &monitor->met[*ret_index];
    }
    return NULL;
}

static void meet_next(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                      const struct scenario_case *one, unsigned kind, const char *text,
                      size_t length)
{
    uint8_t at;
    uint8_t *met = next_unmet(monitor, watch, kind, &at);
    if (!met)
        return;
    const char *wanted = one->expectations[at].text;
    if (begins_with(text, length, kind == SCENARIO_EXPECT_SENT ? without_at(wanted) : wanted))
        *met = 1;
}

/* True while an update is under way and its worst time is not over. */
static bool must_not_disturb(const struct scenario_monitor *monitor,
                             const struct scenario_case *one, uint64_t now_us)
{
    uint64_t worst_ms =
        one->job.update_timeout_ms ? one->job.update_timeout_ms : UPDATE_TIMEOUT_DEFAULT_MS;
    return now_us - monitor->attempt_began_at_us < worst_ms * 1000u;
}

static bool is_updating(const struct sim_view *module)
{
    return module->phase != SIM_PHASE_IDLE || (module->status >= 1 && module->status <= 5);
}

void scenario_saw_command(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                          const struct scenario_case *one, const char *text, size_t length,
                          const struct sim_view *module, uint64_t now_us)
{
    meet_next(monitor, watch, one, SCENARIO_EXPECT_SENT, text, length);
    for (unsigned i = 0; i < watch->count[SCENARIO_EXPECT_NEVER_SENT]; i++) {
        uint8_t at = watch->index[SCENARIO_EXPECT_NEVER_SENT][i];
        if (begins_with(text, length, without_at(one->expectations[at].text)))
            monitor->violated[at] = 1;
    }
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
                      const struct scenario_case *one, const char *text, size_t length)
{
    meet_next(monitor, watch, one, SCENARIO_EXPECT_URC, text, length);
}

void scenario_saw_request(struct scenario_monitor *monitor, const struct scenario_watch *watch,
                          const struct scenario_case *one, unsigned request,
                          const struct sim_view *module, uint64_t now_us)
{
    uint8_t at;
    uint8_t *met = next_unmet(monitor, watch, SCENARIO_EXPECT_REQUESTS, &at);
    if (met && one->expectations[at].number == request)
        *met = 1;
    bool restarts = request == FOTA_REQUEST_PWRKEY_PULSE || request == FOTA_REQUEST_POWER_CYCLE;
    if (restarts && is_updating(module) && must_not_disturb(monitor, one, now_us))
        monitor->broken[SCENARIO_RULE_NO_DISTURBANCE] = 1;
}

void scenario_saw_attempt(struct scenario_monitor *monitor, uint64_t now_us)
{
    monitor->starts = 0;
    monitor->attempt_began_at_us = now_us;
}

void scenario_saw_status(struct scenario_monitor *monitor, unsigned status)
{
    if (status < 16)
        monitor->statuses_read = (uint16_t)(monitor->statuses_read | 1u << status);
}

/* ---- judging ------------------------------------------------------------------------------- */

struct judging {
    const struct scenario_case *one;
    const struct scenario_monitor *monitor;
    const struct scenario_observed *observed;
    const struct scenario_expectation *expectation;
    size_t index;
    struct scenario_finding *finding; /* filled when it is not as it should be */
};

static bool judge_number(const struct judging *judging, unsigned got)
{
    unsigned want = judging->expectation->number;
    snprintf(judging->finding->want, sizeof judging->finding->want, "%u", want);
    snprintf(judging->finding->got, sizeof judging->finding->got, "%u", got);
    return got == want;
}

static bool judge_name(const struct judging *judging, unsigned got, const char *(*name)(unsigned))
{
    unsigned want = judging->expectation->number;
    snprintf(judging->finding->want, sizeof judging->finding->want, "%s", name(want));
    snprintf(judging->finding->got, sizeof judging->finding->got, "%s",
             judging->observed->finished ? name(got) : "none: the client did not come to an end");
    return judging->observed->finished && got == want;
}

static bool judge_outcome(const struct judging *judging)
{
    return judge_name(judging, judging->observed->result.outcome, fota_outcome_name);
}

static bool judge_reason(const struct judging *judging)
{
    return judge_name(judging, judging->observed->result.reason, fota_reason_name);
}

static bool judge_status(const struct judging *judging)
{
    return judge_number(judging, judging->observed->result.status);
}

static bool judge_status_read(const struct judging *judging)
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

static bool judge_revision(const struct judging *judging)
{
    const char *got = judging->observed->module.revision;
    snprintf(judging->finding->want, sizeof judging->finding->want, "%s",
             judging->expectation->text);
    snprintf(judging->finding->got, sizeof judging->finding->got, "%s", got);
    return strcmp(got, judging->expectation->text) == 0;
}

static bool judge_resets(const struct judging *judging)
{
    return judge_number(judging, judging->observed->module.resets);
}

static bool judge_attempts(const struct judging *judging)
{
    return judge_number(judging, judging->observed->result.attempts);
}

static bool judge_list(const struct judging *judging, const char *got)
{
    const struct scenario_expectation *wanted = judging->expectation;
    snprintf(judging->finding->want, sizeof judging->finding->want, "%s",
             wanted->kind == SCENARIO_EXPECT_REQUESTS ? fota_request_name(wanted->number)
                                                      : wanted->text);
    snprintf(judging->finding->got, sizeof judging->finding->got, "%s", got);
    return judging->monitor->met[judging->index];
}

static bool judge_sent(const struct judging *judging)
{
    return judge_list(judging, "no such command at this place of the order");
}

static bool judge_urc(const struct judging *judging)
{
    return judge_list(judging, "no such line at this place of the order");
}

static bool judge_requests(const struct judging *judging)
{
    return judge_list(judging, "no such request at this place of the order");
}

static bool judge_never_sent(const struct judging *judging)
{
    snprintf(judging->finding->want, sizeof judging->finding->want, "never %s",
             judging->expectation->text);
    snprintf(judging->finding->got, sizeof judging->finding->got, "it was sent");
    return !judging->monitor->violated[judging->index];
}

static bool judge_within(const struct judging *judging)
{
    uint64_t want = judging->expectation->time_us, got = judging->observed->duration_us;
    snprintf(judging->finding->want, sizeof judging->finding->want, "at most %" PRIu64 ".%03u s",
             want / 1000000u, (unsigned)(want / 1000u % 1000u));
    snprintf(judging->finding->got, sizeof judging->finding->got, "%" PRIu64 ".%03u s",
             got / 1000000u, (unsigned)(got / 1000u % 1000u));
    return got <= want;
}

/* In the order of SCENARIO_EXPECTATIONS. */
static bool (*const judges[SCENARIO_EXPECT_COUNT])(const struct judging *) = {
    [SCENARIO_EXPECT_OUTCOME] = judge_outcome,
    [SCENARIO_EXPECT_REASON] = judge_reason,
    [SCENARIO_EXPECT_STATUS] = judge_status,
    [SCENARIO_EXPECT_STATUS_READ] = judge_status_read,
    [SCENARIO_EXPECT_REVISION] = judge_revision,
    [SCENARIO_EXPECT_RESETS] = judge_resets,
    [SCENARIO_EXPECT_ATTEMPTS] = judge_attempts,
    [SCENARIO_EXPECT_SENT] = judge_sent,
    [SCENARIO_EXPECT_NEVER_SENT] = judge_never_sent,
    [SCENARIO_EXPECT_URC] = judge_urc,
    [SCENARIO_EXPECT_REQUESTS] = judge_requests,
    [SCENARIO_EXPECT_WITHIN] = judge_within,
};

/* ---- rules --------------------------------------------------------------------------------- */

static bool runs(const struct scenario_observed *observed, const char *revision)
{
    return revision && strcmp(observed->module.revision, revision) == 0;
}

/* True when the outcome does not contradict what the module runs. */
static bool rule_holds(unsigned rule, const struct scenario_case *one,
                       const struct scenario_observed *observed)
{
    unsigned outcome = observed->result.outcome;
    switch (rule) {
    case SCENARIO_RULE_HONEST_UPDATED:
        return (outcome != FOTA_OUTCOME_UPDATED && outcome != FOTA_OUTCOME_ALREADY_CURRENT &&
                outcome != FOTA_OUTCOME_DEGRADED) ||
               runs(observed, one->job.to_revision);
    case SCENARIO_RULE_HONEST_FAILED:
        return outcome != FOTA_OUTCOME_UPDATE_FAILED || runs(observed, one->job.from_revision);
    case SCENARIO_RULE_HONEST_REFUSED:
        return (outcome != FOTA_OUTCOME_REFUSED && outcome != FOTA_OUTCOME_DOWNLOAD_FAILED &&
                outcome != FOTA_OUTCOME_CANCELLED) ||
               (runs(observed, observed->start_revision) &&
                observed->module.phase == SIM_PHASE_IDLE);
    case SCENARIO_RULE_ENDS:
        return observed->finished;
    default:
        return true;
    }
}

static void describe_broken(unsigned rule, const struct scenario_observed *observed,
                            struct scenario_finding *finding)
{
    static const char *const demands[] = {
#define X(name, text, demand) demand,
        SCENARIO_RULES(X)
#undef X
    };
    *finding = (struct scenario_finding){0};
    snprintf(finding->what, sizeof finding->what, "rule %s", scenario_rule_name(rule));
    snprintf(finding->want, sizeof finding->want, "%s", demands[rule]);
    snprintf(finding->got, sizeof finding->got, "outcome %s; the module runs %s in phase %s",
             observed->finished ? fota_outcome_name(observed->result.outcome) : "none",
             observed->module.revision, sim_phase_name(observed->module.phase));
}

size_t scenario_judge(const struct scenario_case *one, const struct scenario_monitor *monitor,
                      const struct scenario_observed *observed, struct scenario_finding *findings,
                      size_t capacity)
{
    size_t count = 0;
    struct scenario_finding finding;
    for (size_t i = 0; i < one->expectation_count; i++) {
        const struct scenario_expectation *expectation = &one->expectations[i];
        struct judging judging = {one, monitor, observed, expectation, i, &finding};
        finding = (struct scenario_finding){.place = expectation->place};
        snprintf(finding.what, sizeof finding.what, "expect.%s",
                 scenario_expectation_name(expectation->kind));
        if (judges[expectation->kind](&judging))
            continue;
        if (count < capacity)
            findings[count] = finding;
        count++;
    }
    for (unsigned rule = 0; rule < SCENARIO_RULE_COUNT; rule++) {
        if (!monitor->broken[rule] && rule_holds(rule, one, observed))
            continue;
        if (count < capacity)
            describe_broken(rule, observed, &findings[count]);
        count++;
    }
    return count;
}

const char *scenario_rule_name(unsigned rule)
{
    static const char *const names[] = {
#define X(name, text, demand) text,
        SCENARIO_RULES(X)
#undef X
    };
    return rule < SCENARIO_RULE_COUNT ? names[rule] : "?";
}
