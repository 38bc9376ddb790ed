/* further.c - branches from a failing run, and judges what comes of it. */
#include "harness/explore/further.h"

#include <stdlib.h>
#include <string.h>

#include "harness/explore/worth.h"
#include "harness/ports/loop.h"

enum {
    KNOWN_MAX = 1 << 16,
    SLICES = 24,       /* from the back: what comes last decides */
    WORK_MAX = 800000, /* of all these runs, in steps of the bench: less than a second, */
    LOOKUP_STEPS = 4,  /* where to look up a place takes as long as so many */
    IS_WRONG = 0x80,   /* of a known rest, beside its outcome */
    OUTCOME_MASK = IS_WRONG - 1
};

struct walk {
    struct further *further;
    struct branch branch;
    struct merge_watch watch;
    /* Rests of any end, from places where no rule was broken, and from those where one was. */
    struct merge_table known, broken;
    uint64_t slice_us; /* the first step that was tried in the slice */
};

uint64_t explore_further_faults(void)
{
    uint64_t faults = 0;
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        faults |= (uint64_t)(explore_fault_cost(fault) == EXPLORE_GOOD &&
                             !explore_fault_restarts_host(fault))
                  << fault;
    return faults;
}

/* ---- what is wrong in a run with a further fault -----------------------------------------------
 */

/* Expectations that the end alone decides. */
static bool is_of_end(const struct scenario_expectation *expectation)
{
    static const uint64_t kinds =
        UINT64_C(1) << SCENARIO_EXPECT_OUTCOME | UINT64_C(1) << SCENARIO_EXPECT_REASON |
        UINT64_C(1) << SCENARIO_EXPECT_EVIDENCE | UINT64_C(1) << SCENARIO_EXPECT_STATUS |
        UINT64_C(1) << SCENARIO_EXPECT_REVISION | UINT64_C(1) << SCENARIO_EXPECT_ATTEMPTS;
    return kinds >> expectation->kind & 1;
}

/* Whether the end is as the author wants it. Where it is something else that is not as he wants it,
 * no run is held against that. */
static bool is_wanted(const struct further *further, const struct scenario_observed *observed)
{
    const struct scenario_case *one = further->one;
    const struct explore_wrong *wrong = further->wrong;
    struct scenario_finding findings[BENCH_FINDINGS_MAX];
    if (wrong->finding.kind == SCENARIO_FINDING_EVENT ||
        (wrong->is_expected && !is_of_end(&one->expectations[wrong->number])))
        return false;
    size_t count =
        scenario_judge(one, &further->run->world.monitor, observed, findings, BENCH_FINDINGS_MAX);
    for (size_t i = 0; i < count && i < BENCH_FINDINGS_MAX; i++) {
        const struct explore_wrong other = explore_wrong_of(&findings[i], one);
        if (other.is_expected && is_of_end(&one->expectations[other.number]))
            return false;
    }
    return true;
}

/* A rule is broken in it, or, if it has no fault of its own, it ends otherwise than it should. */
static bool is_wrong(const struct further *further, const struct bench_result *result)
{
    for (size_t i = 0; i < result->finding_count && i < BENCH_FINDINGS_MAX; i++)
        if (result->findings[i].kind == SCENARIO_FINDING_RULE)
            return true;
    return !further->count && !is_wanted(further, &result->observed);
}

/* As good as the run itself should have been, with what its own faults excuse and explain. */
static bool has_helped(const struct further *further, const struct merge_rest *rest,
                       const struct explore_cost *cost)
{
    struct bench_result result = {.finding_count = 0};
    unsigned outcome = rest->outcome & OUTCOME_MASK;
    const struct scenario_observed observed = {.finished = outcome != FOTA_OUTCOME_NONE,
                                               .result.outcome = (uint8_t)outcome};
    if (rest->outcome & IS_WRONG)
        return false;
    if (!further->count)
        return true;
    explore_cost_judge(&further->base->base_cost, &further->base->story_cost, cost,
                       further->choices, further->count, &result);
    return !result.finding_count &&
           explore_worth_of(&observed) == explore_worth_of(&further->base->base);
}

/* Its end, from `at` on. */
static void take_end(struct walk *walk, const struct explore_choice *last,
                     const struct merge_place *at, const struct merge_rest *rest)
{
    const struct further *further = walk->further;
    const struct branch_moment *moment = &walk->branch.moment;
    struct explore_cost cost = at->cost;
    for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
        cost.count[rule] += rest->cost.count[rule];
    cost.count[EXPLORE_RULE_TIME] = (uint32_t)((at->at_us + rest->reach.duration_us) / 1000000);
    walk->slice_us = moment->at_us < walk->slice_us ? moment->at_us : walk->slice_us;
    merge_store(&walk->broken, at, rest, true);
    merge_store(&walk->known, at, rest, true);
    further->on_end(further->context, last, moment, rest->outcome & OUTCOME_MASK,
                    has_helped(further, rest, &cost));
    walk->branch.stop = walk->branch.figures.executed_steps +
                            LOOKUP_STEPS * (walk->known.lookups + walk->broken.lookups) >
                        WORK_MAX;
}

/* ---- runs -------------------------------------------------------------------------------------
 */

/* That a fault was near makes a rest good that is wrong without it, so wrong ones must agree. */
static bool is_same(const struct merge_rest *rest, const struct merge_place *place)
{
    const struct merge_marks *marks = &place->limits.marks;
    return !(rest->outcome & IS_WRONG) || (rest->marks.is_spoilt == marks->is_spoilt &&
                                           rest->marks.fault_ago_us == marks->fault_ago_us);
}

static bool on_place(void *context, const struct explore_choice *choices, size_t count)
{
    struct walk *walk = context;
    const struct bench_run *run = walk->branch.run;
    struct merge_place place;
    bool is_broken = false, never;
    merge_watch_read(&walk->watch);
    if (!merge_is_possible(run, walk->further->one))
        return false;
    bool found =
        merge_place_of(&walk->known, run, &walk->watch, (unsigned)count, &place, &is_broken);
    if (is_broken)
        found = merge_place_of(&walk->broken, run, &walk->watch, (unsigned)count, &place, &never);
    if (!found)
        return false;
    struct merge_table *table = is_broken ? &walk->broken : &walk->known;
    const struct merge_rest *rest = merge_find(table, &place);
    if (!rest || !is_same(rest, &place)) {
        merge_remember(table, &place);
        return false;
    }
    struct merge_rest taken = *rest;
    taken.outcome = (uint8_t)(taken.outcome | (is_broken ? IS_WRONG : 0));
    take_end(walk, &choices[count - 1], &place, &taken);
    return true;
}

static void on_end(void *context, const struct explore_choice *choices, size_t count)
{
    struct walk *walk = context;
    struct bench_result result;
    const struct merge_place end = merge_end_of(walk->branch.run, &walk->watch);
    bench_run_judge(walk->branch.run, &result);
    unsigned outcome =
        result.observed.finished ? result.observed.result.outcome : FOTA_OUTCOME_NONE;
    bool wrong = is_wrong(walk->further, &result);
    const struct merge_rest over = {.reach = MERGE_REACH_OVER,
                                    .outcome = (uint8_t)(outcome | (wrong ? IS_WRONG : 0))};
    take_end(walk, &choices[count - 1], &end, &over);
}

static void prepare(struct walk *walk)
{
    const struct further *further = walk->further;
    const struct explore_wish *wish = further->wish;
    walk->broken.outcomes_only = true;
    walk->branch = (struct branch){.run = further->run,
                                   .one = further->one,
                                   .seed = further->seed,
                                   .depth = (unsigned)further->count + 1,
                                   .points = wish->points ? wish->points : EXPLORE_FURTHER_AT,
                                   .faults = wish->faults ? wish->faults : explore_further_faults(),
                                   .given_count = (unsigned)further->count,
                                   .end = UINT64_MAX,
                                   .watch = &walk->watch,
                                   .on_place = on_place,
                                   .on_end = on_end,
                                   .context = walk};
    if (further->count)
        memcpy(walk->branch.given, further->choices, further->count * sizeof *further->choices);
}

static bool try_slices(struct walk *walk)
{
    struct branch *branch = &walk->branch;
    struct branch_extent extent;
    bool good = branch_measure(branch, &extent);
    walk->further->tried_from_us = walk->further->run->world.now_us;
    for (unsigned slice = SLICES; good && slice > 0 && !branch->stop; slice--) {
        walk->slice_us = walk->further->tried_from_us;
        branch->first = extent.choices * (slice - 1) / SLICES;
        branch->end = extent.choices * slice / SLICES;
        good = branch->first == branch->end || branch_walk(branch);
        if (!branch->stop)
            walk->further->tried_from_us = walk->slice_us;
    }
    walk->further->is_bounded = branch->stop;
    return good;
}

bool explore_further(struct further *further)
{
    struct walk *walk = calloc(1, sizeof *walk);
    bool good = walk && merge_table_make(&walk->known, KNOWN_MAX) &&
                merge_table_make(&walk->broken, KNOWN_MAX);
    if (good) {
        walk->further = further;
        prepare(walk);
        good = try_slices(walk);
    }
    if (walk) {
        merge_table_free(&walk->known);
        merge_table_free(&walk->broken);
    }
    free(walk);
    return good;
}
