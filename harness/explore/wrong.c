/* wrong.c - what a finding is about. */
#include "harness/explore/wrong.h"

#include <stdio.h>
#include <string.h>

static const char *const since[] = {
#define X(name, text) text,
    EXPLORE_WRONGS(X)
#undef X
};

const char *explore_wrong_since(unsigned kind)
{
    return kind < EXPLORE_WRONG_KIND_COUNT ? since[kind] : "?";
}

/* Rules of which the end of a run decides, and those that could be kept until then. */
static unsigned kind_of_rule(unsigned rule)
{
    bool runs = rule == SCENARIO_RULE_START_ONCE || rule == SCENARIO_RULE_NO_CLEAR ||
                rule == SCENARIO_RULE_NO_DISTURBANCE;
    return runs ? EXPLORE_WRONG_RULE : EXPLORE_WRONG_END;
}

static unsigned kind_of_conduct(unsigned rule)
{
    switch (rule) {
    case BENCH_CONDUCT_STATUS_READ:
    case BENCH_CONDUCT_FLAG_CLEARED:
    case BENCH_CONDUCT_PACKAGE_REMOVED:
        return EXPLORE_WRONG_UNDONE;
    case BENCH_CONDUCT_REVISION_READ:
        return EXPLORE_WRONG_END;
    default:
        return EXPLORE_WRONG_CONDUCT;
    }
}

static void take_rule(const char *name, struct explore_wrong *wrong)
{
    int conduct = bench_conduct_find(name, strlen(name));
    int own = explore_rule_find(name);
    for (unsigned rule = 0; rule < SCENARIO_RULE_COUNT; rule++)
        if (strcmp(name, scenario_rule_name(rule)) == 0) {
            wrong->kind = (uint8_t)kind_of_rule(rule);
            wrong->number = (uint8_t)rule;
        }
    if (conduct >= 0) {
        wrong->kind = (uint8_t)kind_of_conduct((unsigned)conduct);
        wrong->number = (uint8_t)conduct;
    }
    if (own >= 0 && own != EXPLORE_RULE_RECOVERS) {
        wrong->kind = EXPLORE_WRONG_COST;
        wrong->number = (uint8_t)own;
    }
}

static void take_expectation(const struct scenario_case *one, struct explore_wrong *wrong)
{
    const struct scenario_place *place = &wrong->finding.place;
    for (unsigned i = 0; i < one->expectation_count; i++) {
        const struct scenario_expectation *expectation = &one->expectations[i];
        unsigned kind = expectation->kind;
        if (expectation->place.line != place->line || expectation->place.column != place->column)
            continue;
        wrong->is_expected = true;
        wrong->number = (uint8_t)i;
        if (kind == SCENARIO_EXPECT_SENT || kind == SCENARIO_EXPECT_REQUESTS ||
            kind == SCENARIO_EXPECT_REMARKS)
            wrong->kind = EXPLORE_WRONG_UNDONE;
        if (kind == SCENARIO_EXPECT_SENT)
            snprintf(wrong->command, sizeof wrong->command, "%.63s", wrong->finding.want);
        if (kind == SCENARIO_EXPECT_NEVER_SENT || kind == SCENARIO_EXPECT_NEVER_URC)
            wrong->kind = EXPLORE_WRONG_RULE;
    }
}

/* An event that never fired: its trigger could have happened to the very end. */
static void take_event(const struct scenario_case *one, struct explore_wrong *wrong)
{
    wrong->kind = EXPLORE_WRONG_UNDONE;
    for (unsigned i = 0; i < one->event_count; i++) {
        const struct scenario_event *event = &one->events[i];
        if (event->place.line == wrong->finding.place.line &&
            event->when.kind == SCENARIO_TRIGGER_COMMAND)
            snprintf(wrong->command, sizeof wrong->command, "AT%s", event->when.text);
    }
}

struct explore_wrong explore_wrong_of(const struct scenario_finding *finding,
                                      const struct scenario_case *one)
{
    static const char prefix[] = "rule ";
    struct explore_wrong wrong = {.finding = *finding, .kind = EXPLORE_WRONG_END};
    if (strncmp(finding->what, prefix, sizeof prefix - 1) == 0)
        take_rule(finding->what + sizeof prefix - 1, &wrong);
    else if (finding->kind == SCENARIO_FINDING_EXPECTATION)
        take_expectation(one, &wrong);
    else if (finding->kind == SCENARIO_FINDING_EVENT)
        take_event(one, &wrong);
    return wrong;
}

/* Held against the bound by the sweep's own judge, as if the run were over now. */
static bool is_beyond(const struct explore_wrong *wrong, const struct explore_sofar *sofar)
{
    struct bench_result result = {.finding_count = 0};
    struct explore_cost cost = sofar->watch->cost;
    cost.count[EXPLORE_RULE_TIME] = (uint32_t)(sofar->run->world.now_us / 1000000);
    explore_cost_judge(&sofar->base->base_cost, &sofar->base->story_cost, &cost, sofar->choices,
                       sofar->count, &result);
    for (size_t i = 0; i < result.finding_count; i++)
        if (strcmp(result.findings[i].what, wrong->finding.what) == 0)
            return true;
    return false;
}

bool explore_wrong_shows(const struct explore_wrong *wrong, const struct explore_sofar *sofar)
{
    const struct scenario_monitor *monitor = &sofar->run->world.monitor;
    switch (wrong->kind) {
    case EXPLORE_WRONG_RULE:
        return wrong->is_expected ? monitor->met >> wrong->number & 1
                                  : monitor->broken[wrong->number];
    case EXPLORE_WRONG_CONDUCT:
        return sofar->watch->conduct.evidence[wrong->number][0] != '\0';
    case EXPLORE_WRONG_COST:
        return is_beyond(wrong, sofar);
    default:
        return false;
    }
}
