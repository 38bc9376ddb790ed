/* explore.c - runs with faults: what becomes of them, and what of that is wrong. */
#include "harness/explore/explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/explore/known_loop.h"
#include "harness/explore/worth.h"
#include "harness/ports/loop.h"

/* ---- many runs ------------------------------------------------------------------------------- */

/* A run before rounds of a loop were left out of it for the first time. */
struct before_loop {
    struct bench_snapshot snapshot;
    struct merge_watch watch;
};

struct exploration {
    struct bench_run *run;
    const struct scenario_case *one;
    uint64_t seed;
    const struct explore_wish *wish;
    void (*on_finding)(void *context, const struct explore_finding *finding);
    void *context;
    struct explore_summary *summary;
    struct branch *branch; /* while it is walked */
    struct merge_watch *watch;
    struct before_loop *before_loop; /* owned; NULL: no loop is left out */
    bool is_short;                   /* it holds this run, out of which rounds were left */
    bool runs_all;                   /* this run goes round every loop */
    unsigned places;                 /* that the run has passed */
    bool never;                      /* its rest can't be known any more */
    uint64_t open;                   /* bit n: row n is put in, in the walk that goes on */
};

struct explore_finding explore_finding_of(const struct explore_choice *choices, size_t count,
                                          const struct bench_result *result)
{
    struct explore_finding finding = {
        .first = result->findings[0], .count = 1, .fault = choices[count - 1].fault};
    for (size_t i = 0; i < count; i++)
        finding.faults |= UINT64_C(1) << choices[i].fault;
    finding.outcome = result->observed.finished ? result->observed.result.outcome : 0;
    finding.reason = result->observed.result.reason;
    explore_choice_format(choices, count, finding.choice, sizeof finding.choice);
    return finding;
}

static void tell(const struct exploration *exploration, const struct explore_choice *choices,
                 size_t count, const struct bench_result *result)
{
    const struct explore_finding finding = explore_finding_of(choices, count, result);
    if (exploration->on_finding)
        exploration->on_finding(exploration->context, &finding);
}

/* True when each of them was done to the run. */
static bool all_fired(const struct bench_run *run, size_t count)
{
    for (size_t i = 1; i <= count; i++)
        if (!run->world.engine.fired[run->one->event_count - i])
            return false;
    return true;
}

/* Up to now. */
static struct explore_cost cost_of(const struct exploration *exploration)
{
    struct explore_cost cost;
    if (!exploration->watch)
        return explore_cost_of(exploration->run);
    merge_watch_read(exploration->watch);
    cost = exploration->watch->cost;
    cost.count[EXPLORE_RULE_TIME] =
        (uint32_t)((exploration->run->world.now_us + exploration->watch->left_out.time_us) /
                   1000000);
    return cost;
}

/* All that a sweep demands of a run that is over; true when it is excused that it ended worse. */
static bool judge_run(const struct exploration *exploration, const struct explore_choice *choices,
                      size_t count, struct bench_result *ret_result)
{
    const struct explore_summary *summary = exploration->summary;
    const struct scenario_observed *base = &summary->base;
    struct bench_run *run = exploration->run;
    bench_run_judge(run, ret_result);
    const struct explore_cost cost = cost_of(exploration);
    bool excused = explore_judge(choices, count, exploration->one, summary, ret_result);
    if (ret_result->verdict != BENCH_PASSED)
        return excused;
    explore_cost_judge(&summary->base_cost, &summary->story_cost, &cost, choices, count,
                       ret_result);
    bool is_worse = explore_worth_of(base) == EXPLORE_GOOD &&
                    explore_worth_of(&ret_result->observed) != EXPLORE_GOOD;
    if (is_worse && !exploration->one->then.place.line) /* a job whose base another one brings */
        explore_try_again(run, ret_result);
    return excused;
}

/* How a run ended. */
struct run_end {
    uint64_t at_us, finding_count, sent_bytes;
    uint8_t outcome, reason;
};

static uint64_t digest_numbers(uint64_t digest, const uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[8];
        for (unsigned at = 0; at < sizeof bytes; at++)
            bytes[at] = (uint8_t)(numbers[i] >> 8 * at);
        digest = sim_digest(digest, bytes, sizeof bytes);
    }
    return digest;
}

/* Of runs with several faults, many at once: a sum of what each adds to it. */
static void add_sum(const struct exploration *exploration, unsigned fault, unsigned outcome,
                    uint64_t runs, uint64_t time_us, uint64_t sent_bytes)
{
    const uint64_t end[] = {fault, outcome};
    uint64_t digest = digest_numbers(SIM_DIGEST, end, 2) | 1;
    exploration->summary->figures.digest += runs * digest + time_us * UINT64_C(0x9e3779b97f4a7c15) +
                                            sent_bytes * UINT64_C(0xd6e8feb86659fd93);
}

/* A sum, so that neither order nor slices matter. */
static void add_digest(const struct exploration *exploration, const struct explore_choice *choices,
                       size_t count, const struct run_end *run_end)
{
    char choice[EXPLORE_CHOICE_MAX];
    const uint64_t end[] = {run_end->outcome, run_end->reason, run_end->at_us,
                            run_end->finding_count, run_end->sent_bytes};
    if (count > 1) {
        add_sum(exploration, choices[count - 1].fault, run_end->outcome, 1, run_end->at_us,
                run_end->sent_bytes);
        return;
    }
    explore_choice_format(choices, count, choice, sizeof choice);
    uint64_t digest = sim_digest(SIM_DIGEST, choice, strlen(choice));
    exploration->summary->figures.digest += digest_numbers(digest, end, sizeof end / sizeof end[0]);
}

/* ---- rests that are known ------------------------------------------------------------------ */

/* The next run begins. */
static void forget_places(struct exploration *exploration)
{
    exploration->places = 0;
    exploration->never = exploration->is_short = exploration->runs_all = false;
    if (exploration->wish->known)
        exploration->wish->known->place_count = 0;
}

/* A run that had left a walk is over, or its rest from `at` is known. */
static void walk_learns(struct exploration *exploration, const struct explore_choice *choices,
                        size_t count, const struct merge_place *at, const struct merge_rest *rest,
                        enum walk_verdict verdict)
{
    if (exploration->wish->walks && count == exploration->branch->depth)
        walk_ended(exploration->wish->walks, choices[count - 1].fault, at, rest, verdict);
}

/* One that a fact excuses for the sake of the last fault is excused whatever came before. */
static enum walk_verdict verdict_of(const struct exploration *exploration,
                                    const struct explore_choice *choices, size_t count, bool tried,
                                    const struct bench_result *result)
{
    const struct explore_wish *wish = exploration->wish;
    if (!tried || !result->observed.finished || result->verdict == BENCH_ERROR)
        return WALK_WRONG;
    if (result->verdict == BENCH_PASSED)
        return WALK_GOOD;
    const struct explore_finding finding = explore_finding_of(&choices[count - 1], 1, result);
    return wish->is_excused && wish->is_excused(wish->excuser, &finding) ? WALK_EXCUSED
                                                                         : WALK_WRONG;
}

/* The rest ended well, but this run may have cost more before, and its fault may excuse less. */
static bool take_over(struct exploration *exploration, const struct explore_choice *choices,
                      size_t count, const struct merge_place *place, const struct merge_rest *rest)
{
    const struct explore_summary *summary = exploration->summary;
    struct explore_counts *counts = &exploration->summary->faults[choices[count - 1].fault];
    const struct run_end end = {place->at_us + rest->reach.duration_us, 0,
                                place->sent_bytes + rest->sent_bytes, rest->outcome, rest->reason};
    struct scenario_observed observed = {.finished = true, .result.outcome = rest->outcome};
    struct explore_cost cost = place->cost;
    enum explore_worth was = explore_worth_of(&summary->base), is = explore_worth_of(&observed);
    struct bench_result result = {.finding_count = 0};
    for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
        cost.count[rule] += rest->cost.count[rule];
    cost.count[EXPLORE_RULE_TIME] = (uint32_t)(end.at_us / 1000000);
    explore_cost_judge(&summary->base_cost, &summary->story_cost, &cost, choices, count, &result);
    if (result.finding_count || is < explore_least_of(choices, count, exploration->one, summary))
        return false;
    counts->excused += is < was;
    counts->runs++;
    counts->outcomes[rest->outcome]++;
    add_digest(exploration, choices, count, &end);
    exploration->branch->rest_steps = exploration->watch->left_out.steps + rest->steps;
    walk_learns(exploration, choices, count, place, rest, WALK_GOOD);
    return true;
}

enum { PLACES_ALL = 12, PERCENT = 8, PERCENT_LATE = 16 };

/* The client looks for the module, and not for the first time: what did not meet a known world at
   the first try seldom does at those that follow. */
static bool is_tried_again(const struct bench_world *world)
{
    return world->monitor.told.looks && world->core.at.try_number > 1;
}

/* A percent costs a fraction of a look-up, so only some are looked at, and fewer once a run has not
   met a known world soon. Which ones hangs on the world, so that runs look at the same. */
static bool is_looked_at(const struct exploration *exploration)
{
    const struct bench_world *world = &exploration->run->world;
    unsigned percent = exploration->places <= PLACES_ALL ? PERCENT : PERCENT_LATE;
    return !is_tried_again(world) && world->sim.updater.percent % percent == 0;
}

/* The rest from the place is known, and this run may take it over: it is left. */
static bool is_known(struct exploration *exploration, const struct explore_choice *choices,
                     size_t count, const struct merge_place *place)
{
    struct merge_table *known = exploration->wish->known;
    const struct merge_rest *rest = merge_find(known, place);
    if (!rest || !take_over(exploration, choices, count, place, rest))
        return false;
    merge_store(known, place, rest, true);
    forget_places(exploration);
    return true;
}

/* A run that goes round is brought to its last rounds. False: it does not, or it is to run all. */
static bool leave_loop(struct exploration *exploration, const struct merge_place *place)
{
    struct before_loop *before = exploration->before_loop;
    struct merge_loop loop;
    if (!before || exploration->runs_all ||
        !merge_find_loop(exploration->wish->known, place, &loop))
        return false;
    if (!exploration->is_short) {
        bench_snapshot_take(exploration->run, &before->snapshot);
        before->watch = *exploration->watch;
        exploration->is_short = true;
    }
    merge_leave_loop(exploration->run, exploration->watch, &loop);
    return true;
}

/* Something was wrong with a run out of which rounds were left: it goes back and runs them. */
static bool run_all(struct exploration *exploration)
{
    if (!exploration->is_short)
        return false;
    bench_snapshot_restore(exploration->run, &exploration->before_loop->snapshot);
    *exploration->watch = exploration->before_loop->watch;
    forget_places(exploration);
    exploration->runs_all = true;
    exploration->branch->again = true;
    exploration->branch->rest_steps = 0;
    return true;
}

static bool on_place(void *context, const struct explore_choice *choices, size_t count)
{
    struct exploration *exploration = context;
    struct merge_table *known = exploration->wish->known;
    struct merge_place place;
    exploration->places++;
    if (exploration->never || !is_looked_at(exploration))
        return false;
    merge_watch_read(exploration->watch);
    if (!merge_place_of(known, exploration->run, exploration->watch, (unsigned)count, &place,
                        &exploration->never))
        return false;
    if (is_known(exploration, choices, count, &place))
        return true;
    if (leave_loop(exploration, &place)) {
        merge_remember(known, &place);
        if (!merge_place_of(known, exploration->run, exploration->watch, (unsigned)count, &place,
                            &exploration->never))
            return false;
        if (is_known(exploration, choices, count, &place))
            return true;
    }
    merge_remember(known, &place);
    return false;
}

/* Of a run that is over. */
static struct merge_rest rest_of(const struct bench_result *result)
{
    return (struct merge_rest){
        .reach = MERGE_REACH_OVER,
        .outcome = result->observed.finished ? result->observed.result.outcome : FOTA_OUTCOME_NONE,
        .reason = result->observed.result.reason};
}

/* What was remembered on the way is known now. */
static void learn(struct exploration *exploration, const struct merge_place *end,
                  const struct bench_result *result)
{
    const struct merge_rest over = rest_of(result);
    if (!exploration->wish->known)
        return;
    merge_store(exploration->wish->known, end, &over,
                result->verdict == BENCH_PASSED && result->observed.finished);
}

/* ---- walks that are known ------------------------------------------------------------------- */

static enum explore_worth least_outcome(const struct walk_row *row)
{
    struct scenario_observed observed = {.finished = true};
    enum explore_worth least = EXPLORE_GOOD;
    for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++) {
        observed.result.outcome = (uint8_t)outcome;
        if (row->outcomes[outcome] && explore_worth_of(&observed) < least)
            least = explore_worth_of(&observed);
    }
    return least;
}

/* All runs with one more fault of the row, from the place: is each of them good? The worst of each
   demand may not have been one run; then the row is walked. */
static bool is_row_good(const struct exploration *exploration, struct explore_choice *choices,
                        size_t count, const struct merge_place *place,
                        const struct walk_entry *entry, unsigned fault)
{
    const struct explore_summary *summary = exploration->summary;
    const struct walk_row *row = &entry->rows[fault];
    struct bench_result result = {.finding_count = 0};
    struct explore_cost cost = place->cost;
    if (row->is_wrong || !merge_is_within(&place->limits, place->at_us, &entry->marks, &row->reach))
        return false;
    choices[count].fault = (uint8_t)fault;
    for (unsigned rule = 0; rule < EXPLORE_RULE_COUNT; rule++)
        cost.count[rule] += row->cost.count[rule];
    cost.count[EXPLORE_RULE_TIME] = (uint32_t)((place->at_us + row->judged_us) / 1000000);
    explore_cost_judge(&summary->base_cost, &summary->story_cost, &cost, choices, count + 1,
                       &result);
    return !result.finding_count &&
           least_outcome(row) >= explore_least_of(choices, count + 1, exploration->one, summary);
}

static void take_row(struct exploration *exploration, const struct merge_place *place,
                     const struct walk_row *row, unsigned fault, enum explore_worth least)
{
    struct explore_counts *counts = &exploration->summary->faults[fault];
    struct branch_figures *figures = &exploration->branch->figures;
    enum explore_worth was = explore_worth_of(&exploration->summary->base);
    struct scenario_observed observed = {.finished = true};
    counts->runs += (uint32_t)row->runs;
    figures->runs += row->runs;
    figures->whole_steps += row->runs * place->steps + row->steps;
    for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++) {
        uint32_t runs = row->outcomes[outcome] + row->excused[outcome];
        observed.result.outcome = (uint8_t)outcome;
        counts->outcomes[outcome] += runs;
        bool is_worse = explore_worth_of(&observed) < was && explore_worth_of(&observed) >= least;
        counts->excused += is_worse ? runs : 0;
        counts->findings += row->excused[outcome];
        counts->accepted += row->excused[outcome];
        add_sum(exploration, fault, outcome, runs, 0, 0);
    }
    add_sum(exploration, 0, 0, 0, row->runs * place->at_us + row->time_us,
            row->runs * place->sent_bytes + row->sent_bytes);
}

/* What is known from this place, and good with the faults of this walk, need not be walked. */
static uint64_t take_rows(struct exploration *exploration, const struct explore_choice *choices,
                          size_t count, struct walk_place *at, uint64_t open)
{
    struct walk_table *walks = exploration->wish->walks;
    struct explore_choice with[EXPLORE_CHOICES_MAX + 1];
    const struct walk_entry *entry = NULL;
    memcpy(with, choices, count * sizeof *choices);
    with[count] = (struct explore_choice){.number = 1};
    while ((entry = walk_find(walks, &at->place, entry)) != NULL)
        for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
            if (!(open >> fault & 1) ||
                !is_row_good(exploration, with, count, &at->place, entry, fault))
                continue;
            take_row(exploration, &at->place, &entry->rows[fault], fault,
                     explore_least_of(with, count + 1, exploration->one, exploration->summary));
            at->rows[fault] = entry->rows[fault];
            at->known |= UINT64_C(1) << fault;
            open &= ~(UINT64_C(1) << fault);
            walks->joined++;
        }
    return open;
}

static uint64_t on_walk(void *context, const struct explore_choice *choices, size_t count,
                        bool begins)
{
    struct exploration *exploration = context;
    struct walk_table *walks = exploration->wish->walks;
    struct merge_place place;
    bool never = false;
    if (begins) {
        walk_begin(walks);
        exploration->open = UINT64_MAX;
    }
    merge_watch_read(exploration->watch);
    if (!merge_place_of(exploration->wish->known, exploration->run, exploration->watch,
                        (unsigned)count, &place, &never))
        return exploration->open;
    struct walk_place *at = walk_add(walks, &place);
    if (at)
        exploration->open = take_rows(exploration, choices, count, at, exploration->open);
    return exploration->open;
}

static void on_walked(void *context, bool is_over)
{
    const struct exploration *exploration = context;
    const struct merge_place end = merge_end_of(exploration->run, exploration->watch);
    walk_store(exploration->wish->walks, is_over ? &end : NULL);
}

/* ---- a run that is over -------------------------------------------------------------------- */

static void on_end(void *context, const struct explore_choice *choices, size_t count)
{
    struct exploration *exploration = context;
    struct explore_counts *counts = &exploration->summary->faults[choices[count - 1].fault];
    struct bench_result result;
    bool tried = all_fired(exploration->run, count);
    struct merge_left_out left_out = {.steps = 0};
    uint64_t sent_bytes = exploration->run->world.lanes[BENCH_TO_MODULE].byte_count;
    struct merge_place end = {.at_us = 0};
    if (exploration->watch) {
        end = merge_end_of(exploration->run, exploration->watch);
        left_out = exploration->watch->left_out;
    }
    bool excused = judge_run(exploration, choices, count, &result);
    if (result.verdict != BENCH_PASSED && run_all(exploration))
        return;
    counts->excused += excused;
    exploration->branch->rest_steps = left_out.steps;
    const struct run_end run_end = {result.duration_us + left_out.time_us, result.finding_count,
                                    sent_bytes + left_out.sent_bytes,
                                    result.observed.finished ? result.observed.result.outcome
                                                             : FOTA_OUTCOME_NONE,
                                    result.observed.result.reason};
    add_digest(exploration, choices, count, &run_end);
    if (exploration->watch)
        learn(exploration, &end, &result);
    const struct merge_rest over = rest_of(&result);
    if (exploration->watch)
        walk_learns(exploration, choices, count, &end, &over,
                    verdict_of(exploration, choices, count, tried, &result));
    forget_places(exploration);
    if (result.verdict == BENCH_ERROR) {
        counts->errors++;
        return;
    }
    counts->runs++;
    counts->untried += !tried;
    counts->outcomes[result.observed.finished ? result.observed.result.outcome : 0]++;
    if (!result.finding_count)
        return;
    counts->findings++;
    tell(exploration, choices, count, &result);
    exploration->branch->stop = exploration->wish->enough && *exploration->wish->enough;
}

static struct branch branch_of(struct exploration *exploration)
{
    const struct explore_wish *wish = exploration->wish;
    return (struct branch){.run = exploration->run,
                           .one = exploration->one,
                           .seed = exploration->seed,
                           .depth = wish->depth ? wish->depth : 1,
                           .points = wish->points ? wish->points : UINT32_MAX,
                           .faults = wish->faults ? wish->faults : UINT64_MAX,
                           .by_rerun = wish->by_rerun,
                           .left_out = wish->left_out,
                           .on_end = on_end,
                           .context = exploration};
}

/* The first that are known are those of the undisturbed run. False: no memory. */
static bool learn_base(struct exploration *exploration)
{
    struct bench_run *run = exploration->run;
    struct scenario_case *changed = malloc(sizeof *changed);
    struct merge_watch *watch = malloc(sizeof *watch);
    bool never = false, good = changed && watch;
    if (good && branch_begin(run, exploration->one, exploration->seed, NULL, 0, changed)) {
        uint64_t at = branch_place(run);
        exploration->watch = watch;
        merge_watch_begin(watch, run);
        forget_places(exploration);
        while (!bench_signal() && bench_run_step(run)) {
            struct merge_place place;
            if (branch_place(run) == at)
                continue;
            at = branch_place(run);
            merge_watch_read(watch);
            if (merge_place_of(exploration->wish->known, run, watch, 0, &place, &never))
                merge_remember(exploration->wish->known, &place);
        }
        const struct merge_place end = merge_end_of(exploration->run, exploration->watch);
        struct bench_result result;
        bench_run_judge(run, &result);
        learn(exploration, &end, &result);
        merge_table_keep(exploration->wish->known);
    }
    exploration->watch = NULL;
    free(watch);
    free(changed);
    return good;
}

static bool prepare_merging(struct exploration *exploration);

/* The first walk that is known is that along the undisturbed run: each fault alone. */
static bool learn_walk(const struct exploration *exploration)
{
    struct explore_summary summary = *exploration->summary;
    struct explore_wish wish = *exploration->wish;
    struct exploration alone = *exploration;
    wish.depth = 1;
    alone.wish = &wish;
    alone.summary = &summary;
    alone.on_finding = NULL;
    struct branch branch = branch_of(&alone);
    branch.end = UINT64_MAX;
    alone.branch = &branch;
    bool good = prepare_merging(&alone) && (branch_walk(&branch) || bench_signal());
    exploration->run->watch = NULL;
    free(alone.watch);
    free(alone.before_loop);
    merge_table_keep(wish.known);
    walk_table_keep(wish.walks);
    return good;
}

static enum explore_answer measure(struct exploration *exploration)
{
    struct branch branch = branch_of(exploration);
    if (!branch_measure(&branch, &exploration->summary->extent))
        return EXPLORE_ERROR;
    if (exploration->wish->known && !learn_base(exploration))
        return EXPLORE_ERROR;
    if (exploration->wish->walks && merge_is_possible(exploration->run, exploration->one) &&
        !learn_walk(exploration))
        return EXPLORE_ERROR;
    if (bench_signal())
        return EXPLORE_STOPPED;
    return exploration->summary->extent.choices ? EXPLORE_DONE : EXPLORE_NOTHING;
}

/* What the same job costs without a story. False: it can't be run. */
static bool run_plain(const struct exploration *exploration, const struct bench_options *options,
                      struct explore_cost *ret_cost)
{
    struct scenario_case *plain = malloc(sizeof *plain);
    struct bench_result result;
    bool runs = false;
    if (plain) {
        explore_case_make_plain(exploration->one, plain);
        runs = bench_run_begin(exploration->run, plain, options);
    }
    if (runs) {
        bench_run_all(exploration->run, &result);
        *ret_cost = explore_cost_of(exploration->run);
    }
    free(plain);
    return runs;
}

/* How it goes without a fault; BENCH_FAILED: not as its author expects, which a fault has nothing
 * to do with. */
static enum bench_verdict run_undisturbed(const struct exploration *exploration,
                                          struct bench_result *ret_result)
{
    struct bench_run *run = exploration->run;
    const struct bench_options options = {.seed = exploration->seed,
                                          .stoppable = true,
                                          .conduct = true,
                                          .conduct_left_out = exploration->wish->left_out};
    struct explore_summary *summary = exploration->summary;
    struct explore_cost plain;
    bool has_plain = run_plain(exploration, &options, &plain);
    if (bench_run_begin(run, exploration->one, &options))
        bench_run_all(run, ret_result);
    else
        bench_run_judge(run, ret_result);
    summary->base = ret_result->observed;
    summary->base_cost = explore_cost_of(run);
    summary->story_cost =
        explore_cost_apart(&summary->base_cost, has_plain ? &plain : &summary->base_cost,
                           explore_has_faults(exploration->one));
    return (enum bench_verdict)ret_result->verdict;
}

static enum explore_answer run_base(struct exploration *exploration)
{
    struct bench_run *run = exploration->run;
    struct bench_result result;
    switch (run_undisturbed(exploration, &result)) {
    case BENCH_PASSED:
        return measure(exploration);
    case BENCH_STOPPED:
        return EXPLORE_STOPPED;
    case BENCH_ERROR:
        return EXPLORE_ERROR;
    default:
        snprintf(run->error, sizeof run->error,
                 "the undisturbed run does not pass: %s: want %.80s, got %.80s",
                 result.findings[0].what, result.findings[0].want, result.findings[0].got);
        return EXPLORE_FAILED;
    }
}

static uint32_t count_errors(const struct explore_summary *summary)
{
    uint32_t count = 0;
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        count += summary->faults[fault].errors;
    return count;
}

enum explore_answer explore_conclude(const struct explore_summary *summary, bool stopped)
{
    if (stopped)
        return EXPLORE_STOPPED;
    return count_errors(summary) ? EXPLORE_ERROR : EXPLORE_DONE;
}

/* ---- the calls ------------------------------------------------------------------------------- */

enum explore_answer explore_begin(struct bench_run *run, const struct scenario_case *one,
                                  uint64_t seed, const struct explore_wish *wish,
                                  struct explore_summary *ret_summary)
{
    struct exploration exploration = {
        .run = run, .one = one, .seed = seed, .wish = wish, .summary = ret_summary};
    memset(ret_summary, 0, sizeof *ret_summary);
    return run_base(&exploration);
}

/* Reads along, so that what runs share is read once, and looks up what is known. False: no memory.
 */
static bool prepare_merging(struct exploration *exploration)
{
    const struct explore_wish *wish = exploration->wish;
    struct branch *branch = exploration->branch;
    if (wish->by_rerun)
        return true;
    branch->watch = exploration->watch = malloc(sizeof *exploration->watch);
    if (!branch->watch)
        return false;
    exploration->run->watch = &exploration->watch->conduct;
    if (!wish->known || !merge_is_possible(exploration->run, exploration->one))
        return true;
    exploration->before_loop = malloc(sizeof *exploration->before_loop);
    if (!exploration->before_loop)
        return false;
    merge_table_forget(wish->known);
    branch->on_place = on_place;
    if (!wish->walks)
        return true;
    walk_table_forget(wish->walks);
    branch->on_walk = on_walk;
    branch->on_walked = on_walked;
    return true;
}

bool explore_some(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                  const struct explore_wish *wish, uint64_t first, uint64_t end,
                  void (*on_finding)(void *context, const struct explore_finding *finding),
                  void *context, struct explore_summary *summary)
{
    struct exploration exploration = {.run = run,
                                      .one = one,
                                      .seed = seed,
                                      .wish = wish,
                                      .on_finding = on_finding,
                                      .context = context,
                                      .summary = summary};
    struct branch branch = branch_of(&exploration);
    branch.first = first;
    branch.end = end;
    exploration.branch = &branch;
    uint64_t lookups = wish->known ? wish->known->lookups : 0;
    bool good = prepare_merging(&exploration) && (branch_walk(&branch) || bench_signal());
    run->watch = NULL;
    free(exploration.watch);
    free(exploration.before_loop);
    summary->figures.runs += branch.figures.runs;
    summary->figures.executed_steps += branch.figures.executed_steps;
    summary->figures.whole_steps += branch.figures.whole_steps;
    if (wish->known) {
        summary->figures.worlds += wish->known->count - wish->known->kept;
        summary->figures.lookups += wish->known->lookups - lookups;
    }
    if (wish->walks)
        summary->figures.worlds += wish->walks->count - wish->walks->kept;
    return good;
}

enum explore_answer explore_case(struct bench_run *run, const struct scenario_case *one,
                                 uint64_t seed, const struct explore_wish *wish,
                                 void (*on_finding)(void *context,
                                                    const struct explore_finding *finding),
                                 void *context, struct explore_summary *ret_summary)
{
    enum explore_answer answer = explore_begin(run, one, seed, wish, ret_summary);
    if (answer != EXPLORE_DONE)
        return answer;
    if (!explore_some(run, one, seed, wish, 0, ret_summary->extent.choices, on_finding, context,
                      ret_summary)) {
        snprintf(run->error, sizeof run->error, "not enough memory");
        return EXPLORE_ERROR;
    }
    return explore_conclude(ret_summary, bench_signal() != 0);
}

static void try_choices(const struct exploration *exploration, const struct explore_choice *choices,
                        size_t count, struct bench_result *ret_result)
{
    struct bench_run *run = exploration->run;
    struct scenario_case *changed = malloc(sizeof *changed);
    if (changed &&
        branch_begin(run, exploration->one, exploration->seed, choices, count, changed)) {
        while (!bench_signal() && bench_run_step(run))
            ;
        (void)judge_run(exploration, choices, count, ret_result);
    } else {
        bench_run_judge(run, ret_result);
    }
    free(changed);
}

void explore_try(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                 const struct explore_summary *base, const struct explore_choice *choices,
                 size_t count, struct bench_result *ret_result)
{
    struct explore_summary summary = *base;
    const struct explore_wish all_rules = {.depth = 1};
    const struct exploration exploration = {
        .run = run, .one = one, .seed = seed, .wish = &all_rules, .summary = &summary};
    try_choices(&exploration, choices, count, ret_result);
}

void explore_repeat(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                    const struct explore_choice *choices, size_t count,
                    struct bench_result *ret_result)
{
    struct explore_summary summary;
    const struct explore_wish all_rules = {.depth = 1};
    const struct exploration exploration = {
        .run = run, .one = one, .seed = seed, .wish = &all_rules, .summary = &summary};
    enum bench_verdict base = run_undisturbed(&exploration, ret_result);
    if (base == BENCH_PASSED || base == BENCH_FAILED)
        try_choices(&exploration, choices, count, ret_result);
    else
        bench_run_judge(run, ret_result);
}
