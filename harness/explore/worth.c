/* worth.c - what the end of a run is worth, and what faults may cost. */
#include "harness/explore/worth.h"

#include <stdio.h>

enum explore_worth explore_worth_of(const struct scenario_observed *observed)
{
    switch (observed->finished ? observed->result.outcome : FOTA_OUTCOME_NONE) {
    case FOTA_OUTCOME_UPDATED:
    case FOTA_OUTCOME_ALREADY_CURRENT:
        return EXPLORE_GOOD;
    case FOTA_OUTCOME_REFUSED:
    case FOTA_OUTCOME_DOWNLOAD_FAILED:
    case FOTA_OUTCOME_UPDATE_FAILED:
    case FOTA_OUTCOME_CANCELLED:
        return EXPLORE_UNCHANGED;
    default:
        return EXPLORE_OUT_OF_SERVICE;
    }
}

/* A story that does something to module, line or host: with the fault these are two at once. */
bool explore_has_faults(const struct scenario_case *one)
{
    for (unsigned i = 0; i < scenario_event_count(one); i++)
        if (one->events[i].action_count)
            return true;
    return false;
}

/* What a run with these faults may come to at least. */
static enum explore_worth excused(const struct explore_choice *choices, size_t count,
                                  const struct scenario_case *one, bool needs_board)
{
    enum explore_worth least =
        explore_has_faults(one) || count > 1 ? EXPLORE_UNCHANGED : EXPLORE_GOOD;
    unsigned hanging = 0, searched = needs_board, helpless = 0, without_network = 0;
    for (size_t i = 0; i < count; i++) {
        enum explore_worth cost = explore_fault_cost(choices[i].fault);
        least = cost < least ? cost : least;
        hanging += choices[i].fault == EXPLORE_FAULT_HANG ||
                   choices[i].fault == EXPLORE_FAULT_RATE_CHANGED;
        searched += explore_fault_is_searched(choices[i].fault);
        helpless += choices[i].fault == EXPLORE_FAULT_REFUSED;
        without_network += choices[i].fault == EXPLORE_FAULT_NETWORK_GONE;
    }
    /* A client restarts a module that can't be heard once in a job: one that hangs, or leaves its
       rate, again behind that, or a board that can't restart it: somebody must go there. A network
       that goes twice may outlast the time that the check of the new firmware has. */
    bool is_lost =
        (hanging && searched > 1) || ((hanging || needs_board) && helpless) || without_network > 1;
    return is_lost ? EXPLORE_OUT_OF_SERVICE : least;
}

static void add_outcome(enum explore_worth least, const struct scenario_observed *base,
                        struct bench_result *result)
{
    static const char *const or_worse[] = {[EXPLORE_OUT_OF_SERVICE] = ", or any other end",
                                           [EXPLORE_UNCHANGED] =
                                               ", or another end that changes nothing",
                                           [EXPLORE_GOOD] = ""};
    unsigned got = result->observed.finished ? result->observed.result.outcome : FOTA_OUTCOME_NONE;
    size_t at = result->finding_count++;
    if (at >= BENCH_FINDINGS_MAX)
        return;
    struct scenario_finding *finding = &result->findings[at];
    *finding = (struct scenario_finding){.kind = SCENARIO_FINDING_OUTCOME,
                                         .what = "outcome in spite of the fault"};
    snprintf(finding->want, sizeof finding->want, "%s%s", fota_outcome_name(base->result.outcome),
             or_worse[least]);
    snprintf(finding->got, sizeof finding->got, "%s (%s)", fota_outcome_name(got),
             fota_reason_name(result->observed.result.reason));
}

/* A story that is another now need not come to its events. */
static void drop_events(struct bench_result *result)
{
    size_t kept = 0;
    for (size_t i = 0; i < result->finding_count && i < BENCH_FINDINGS_MAX; i++)
        if (result->findings[i].kind != SCENARIO_FINDING_EVENT)
            result->findings[kept++] = result->findings[i];
    result->finding_count = kept;
}

/* What a run with them must come to, of which `base` is the one without. */
enum explore_worth explore_least_of(const struct explore_choice *choices, size_t count,
                                    const struct scenario_case *one,
                                    const struct explore_summary *base)
{
    bool needs_board = base->base_cost.count[EXPLORE_RULE_RESTARTS] > 0;
    enum explore_worth was = explore_worth_of(&base->base);
    enum explore_worth least = excused(choices, count, one, needs_board);
    return least < was ? least : was;
}

bool explore_judge(const struct explore_choice *choices, size_t count,
                   const struct scenario_case *one, const struct explore_summary *base,
                   struct bench_result *result)
{
    enum explore_worth was = explore_worth_of(&base->base),
                       is = explore_worth_of(&result->observed);
    enum explore_worth least = explore_least_of(choices, count, one, base);
    if (result->verdict == BENCH_ERROR || result->verdict == BENCH_STOPPED)
        return false;
    drop_events(result);
    if (is < least && !result->finding_count) /* a broken rule says it better */
        add_outcome(least, &base->base, result);
    result->verdict = result->finding_count ? BENCH_FAILED : BENCH_PASSED;
    return is < was && is >= least;
}
