/* demand.c - rules as oracles, what a run cost, and whether it could be done again. */
#include "harness/explore/demand.h"

#include <string.h>

#include "harness/bench/conduct.h"
#include "harness/bench/engine.h"
#include "harness/ports/loop.h"

/* ---- the table ------------------------------------------------------------------------------- */

/* Each rule of the judge and of conduct has its oracle; one without it does not compile. */
#define ORACLE_OF_RULE_START_ONCE     SAFE
#define ORACLE_OF_RULE_NO_CLEAR       SAFE
#define ORACLE_OF_RULE_NO_DISTURBANCE SAFE
#define ORACLE_OF_RULE_HONEST_UPDATED HONEST
#define ORACLE_OF_RULE_HONEST_FAILED  HONEST
#define ORACLE_OF_RULE_HONEST_REFUSED HONEST
#define ORACLE_OF_RULE_TOLD           HONEST
#define ORACLE_OF_RULE_ENDS           LIVE

#define ORACLE_OF_CONDUCT_PACKAGE_COMPLETE SAFE
#define ORACLE_OF_CONDUCT_ONE_START        SAFE
#define ORACLE_OF_CONDUCT_NO_RESTART       SAFE
#define ORACLE_OF_CONDUCT_STATUS_READ      HONEST
#define ORACLE_OF_CONDUCT_FLAG_CLEARED     TIDY
#define ORACLE_OF_CONDUCT_REVISION_READ    HONEST
#define ORACLE_OF_CONDUCT_APPEND_ONCE      SAFE
#define ORACLE_OF_CONDUCT_PAUSES           GENTLE
#define ORACLE_OF_CONDUCT_BOUNDED          BOUNDED
#define ORACLE_OF_CONDUCT_NOTICES          LIVE
#define ORACLE_OF_CONDUCT_PACKAGE_REMOVED  TIDY

#define JOINED(oracle) EXPLORE_ORACLE_##oracle
#define ORACLE(oracle) JOINED(oracle)

static const struct {
    const char *name, *demand;
} oracles[] = {
#define X(id, text, what) {text, what},
    EXPLORE_ORACLES(X)
#undef X
};

static const struct row {
    const char *name, *demand;
    uint8_t oracle;
} rules[] = {
#define X(id, text, rule, needs, what) {text, what, ORACLE(ORACLE_OF_RULE_##id)},
    SCENARIO_RULES(X)
#undef X
#define X(id, text, what) {text, what, ORACLE(ORACLE_OF_CONDUCT_##id)},
        BENCH_CONDUCT(X)
#undef X
#define X(id, text, of, what) {text, what, EXPLORE_ORACLE_##of},
            EXPLORE_RULES(X)
#undef X
};
enum { RULES = sizeof rules / sizeof rules[0], OWN = RULES - EXPLORE_RULE_COUNT };

int explore_rule_find(const char *name)
{
    for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
        if (strcmp(name, rules[OWN + rule].name) == 0)
            return (int)rule;
    return -1;
}

const char *explore_oracle_name(unsigned oracle)
{
    return oracle < EXPLORE_ORACLE_COUNT ? oracles[oracle].name : "?";
}

const char *explore_oracle_demand(unsigned oracle)
{
    return oracle < EXPLORE_ORACLE_COUNT ? oracles[oracle].demand : "?";
}

enum explore_oracle explore_oracle_of(const struct scenario_finding *finding)
{
    static const char prefix[] = "rule ";
    const char *name = finding->what;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return EXPLORE_ORACLE_LIVE;
    for (size_t i = 0; i < RULES; i++)
        if (strcmp(name + sizeof prefix - 1, rules[i].name) == 0)
            return (enum explore_oracle)rules[i].oracle;
    return EXPLORE_ORACLE_LIVE;
}

void explore_oracles_list(FILE *out)
{
    fprintf(out, "oracle\trule\twhat it demands\n");
    for (unsigned oracle = 0; oracle < EXPLORE_ORACLE_COUNT; oracle++)
        for (size_t i = 0; i < RULES; i++)
            if (rules[i].oracle == oracle)
                fprintf(out, "%s\t%s\t%s\n", oracles[oracle].name, rules[i].name, rules[i].demand);
    fprintf(out, "%s\t%s\t%s\n", oracles[EXPLORE_ORACLE_LIVE].name, "outcome",
            "it ends no worse than its faults may cost");
}

static struct scenario_finding *add(struct bench_result *result, enum explore_rule rule)
{
    size_t at = result->finding_count++;
    struct scenario_finding *finding =
        &result->findings[at < BENCH_FINDINGS_MAX ? at : BENCH_FINDINGS_MAX - 1];
    *finding = (struct scenario_finding){.kind = SCENARIO_FINDING_RULE};
    snprintf(finding->what, sizeof finding->what, "rule %s", rules[OWN + rule].name);
    snprintf(finding->want, sizeof finding->want, "%s", rules[OWN + rule].demand);
    result->verdict = BENCH_FAILED;
    return finding;
}

/* ---- cost ------------------------------------------------------------------------------------ */

static bool is_restart(unsigned request)
{
    return request == FOTA_REQUEST_POWER_CYCLE || request == FOTA_REQUEST_PWRKEY_PULSE;
}

void explore_cost_add(struct explore_cost *cost, const struct bench_record *record)
{
    bool of_module = record->kind == BENCH_JOURNAL_MODULE;
    if (of_module && record->a == SIM_EVENT_COMMAND)
        cost->count[EXPLORE_RULE_COMMANDS]++;
    else if (of_module && record->a == SIM_EVENT_HTTP && record->number == 0)
        cost->count[EXPLORE_RULE_DOWNLOADS]++;
    else if (record->kind == BENCH_JOURNAL_REQUEST && record->b == 0 && is_restart(record->a))
        cost->count[EXPLORE_RULE_RESTARTS]++;
}

struct explore_cost explore_cost_of(const struct bench_run *run)
{
    struct explore_cost cost = {{0}};
    struct bench_record record;
    size_t offset = bench_journal_begin(&run->journal);
    while (bench_journal_next(&run->journal, &offset, &record))
        explore_cost_add(&cost, &record);
    cost.count[EXPLORE_RULE_TIME] = (uint32_t)(run->world.now_us / 1000000);
    return cost;
}

struct explore_cost explore_cost_apart(const struct explore_cost *base,
                                       const struct explore_cost *plain, bool has_faults)
{
    struct explore_cost apart;
    for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++) {
        uint32_t is = base->count[rule], was = plain->count[rule];
        uint32_t one = has_faults ? explore_fault_explains(EXPLORE_FAULT_SWALLOW, rule) : 0;
        apart.count[rule] = is > was ? is - was : was - is;
        apart.count[rule] = apart.count[rule] > one ? apart.count[rule] : one;
    }
    apart.count[EXPLORE_RULE_RESTARTS] += has_faults; /* it may hide that a restart helped */
    return apart;
}

/* A line that comes besides takes the delay that was meant for an answer, and keeps back all behind
 * it for as long as that answer might have taken: the link is as silent as with
 * EXPLORE_FAULT_SILENCE.
 */
static size_t silences_of(const struct explore_choice *choices, size_t count)
{
    size_t silences = 0, late = 0, besides = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned fault = choices[i].fault;
        silences += fault == EXPLORE_FAULT_SILENCE;
        late += fault == EXPLORE_FAULT_LATE || fault == EXPLORE_FAULT_TOO_LATE;
        besides += fault == EXPLORE_FAULT_URC || fault == EXPLORE_FAULT_NOTICE ||
                   fault == EXPLORE_FAULT_DOUBLE_LINE;
    }
    return silences + (late > 1 || (late && besides) ? 2 : 0);
}

/* Restarts by the client that several faults explain, and none of them alone: another hides that a
 * restart helped, and two silences in a row, or a long one, outlast the one after which the module
 * would be heard. */
static uint32_t hidden_restarts(const struct explore_choice *choices, size_t count)
{
    size_t silences = silences_of(choices, count);
    return (uint32_t)(count - 1 + (silences > 1 ? silences - 1 : 0));
}

/* What the others explain whose end is waited for: any fault may make that wait begin anew. */
static uint32_t awaited(const struct explore_choice *choices, size_t count, size_t but,
                        enum explore_rule rule)
{
    bool is_wait = rule == EXPLORE_RULE_COMMANDS || rule == EXPLORE_RULE_TIME;
    uint32_t sum = 0;
    for (size_t i = 0; i < count && is_wait; i++)
        if (i != but && explore_fault_is_awaited(choices[i].fault))
            sum += explore_fault_explains_among(choices[i].fault, rule);
    return sum;
}

/* Of several faults one may spoil what mends another, and hold up lines that come with it: then
 * what is only late, or told besides, is as good as lost. */
static uint32_t explains(const struct explore_choice *choices, size_t count, size_t i,
                         enum explore_rule rule)
{
    if (count == 1)
        return explore_fault_explains(choices[i].fault, rule);
    uint32_t own = explore_fault_explains_among(choices[i].fault, rule);
    uint32_t lost = explore_fault_explains(EXPLORE_FAULT_LOSE_LINE, rule);
    bool is_of_line = explore_fault_points(choices[i].fault) & EXPLORE_AT_LINES;
    return is_of_line && own < lost ? lost : own;
}

/* The client found the module at another rate, and a host that restarts begins at its own: as when
 * the rate was changed. */
static uint32_t forgotten_rate(const struct explore_choice *choices, size_t count,
                               enum explore_rule rule)
{
    bool is_searched = false, restarts = false;
    for (size_t i = 0; i < count; i++) {
        is_searched = is_searched || explore_fault_is_searched(choices[i].fault);
        restarts = restarts || explore_fault_restarts_host(choices[i].fault);
    }
    return is_searched && restarts ? explore_fault_explains(EXPLORE_FAULT_RATE_CHANGED, rule) : 0;
}

void explore_cost_judge(const struct explore_cost *base, const struct explore_cost *story,
                        const struct explore_cost *cost, const struct explore_choice *choices,
                        size_t count, struct bench_result *result)
{
    for (unsigned rule = EXPLORE_RULE_COMMANDS; rule < EXPLORE_RULE_COUNT; rule++) {
        uint32_t least = base->count[rule] + story->count[rule], others = 0;
        for (size_t i = 0; i < count; i++) {
            uint32_t own = explains(choices, count, i, (enum explore_rule)rule);
            least += own;
            others += explore_fault_restarts_host(choices[i].fault) ? 0 : own;
        }
        for (size_t i = 0; i < count; i++) /* begins anew with what it was doing about the others */
            least += explore_fault_restarts_host(choices[i].fault)
                         ? others + story->count[rule]
                         : awaited(choices, count, i, (enum explore_rule)rule);
        least += forgotten_rate(choices, count, (enum explore_rule)rule);
        if (rule == EXPLORE_RULE_RESTARTS && count > 1)
            least += hidden_restarts(choices, count);
        if (cost->count[rule] <= least)
            continue;
        struct scenario_finding *finding = add(result, (enum explore_rule)rule);
        snprintf(finding->want, sizeof finding->want, "%s: up to %u", rules[OWN + rule].demand,
                 least);
        snprintf(finding->got, sizeof finding->got, "more; undisturbed it is %u",
                 base->count[rule]);
    }
}

/* ---- a new start ----------------------------------------------------------------------------- */

static void end_faults(struct bench_run *run)
{
    const struct sim_action network = {.kind = SIM_ACTION_NETWORK, .number = 1};
    const struct sim_action hang = {.kind = SIM_ACTION_HANG, .number = SIM_HANG_NONE};
    const struct sim_action room = {.kind = SIM_ACTION_SETTING,
                                    .number = SIM_SETTING_FLASH_SIZE,
                                    .value = run->shared->config.settings[SIM_SETTING_FLASH_SIZE]};
    const struct sim_action rate = {.kind = SIM_ACTION_RATE, .number = run->one->host.baud_bps};
    for (unsigned i = 0; i < run->one->event_count; i++)
        bench_engine_disarm(run, i); /* the story's own, too; its moment may not have come yet */
    run->module->apply(run, &rate);
    run->module->apply(run, &network);
    run->module->apply(run, &hang);
    run->module->apply(run, &room);
}

void explore_try_again(struct bench_run *run, struct bench_result *result)
{
    enum { PAUSE_US = 60000000 };
    struct scenario_observed again = {0};
    uint64_t end_at_us = run->own_case->end_at_us;
    end_faults(run);
    run->host->reset(run, PAUSE_US, true);
    run->own_case->end_at_us = end_at_us + run->world.now_us + PAUSE_US;
    while (!bench_signal() && bench_run_step(run))
        ;
    run->own_case->end_at_us = end_at_us;
    run->host->observe(run, &again);
    unsigned outcome = again.finished ? again.result.outcome : FOTA_OUTCOME_NONE;
    if (outcome == FOTA_OUTCOME_UPDATED || outcome == FOTA_OUTCOME_ALREADY_CURRENT ||
        bench_signal())
        return;
    struct scenario_finding *finding = add(result, EXPLORE_RULE_RECOVERS);
    snprintf(finding->got, sizeof finding->got, "first %s (%s), then %s (%s)",
             fota_outcome_name(result->observed.finished ? result->observed.result.outcome : 0),
             fota_reason_name(result->observed.result.reason), fota_outcome_name(outcome),
             fota_reason_name(again.result.reason));
}
