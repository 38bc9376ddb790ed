/* explore.c - runs with faults: what becomes of them, and what of that is wrong. */
#include "harness/explore/explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/ports/loop.h"

static enum explore_worth worth_of(const struct scenario_observed *observed)
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
static bool has_faults(const struct scenario_case *one)
{
    for (unsigned i = 0; i < scenario_event_count(one); i++)
        if (one->events[i].action_count)
            return true;
    return false;
}

/* What a run with these faults may come to at least. */
static enum explore_worth excused(const struct explore_choice *choices, size_t count,
                                  const struct scenario_case *one)
{
    enum explore_worth least = has_faults(one) || count > 1 ? EXPLORE_UNCHANGED : EXPLORE_GOOD;
    for (size_t i = 0; i < count; i++) {
        enum explore_worth cost = explore_fault_cost(choices[i].fault);
        least = cost < least ? cost : least;
    }
    return least;
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

bool explore_judge(const struct explore_choice *choices, size_t count,
                   const struct scenario_case *one, const struct scenario_observed *base,
                   struct bench_result *result)
{
    enum explore_worth was = worth_of(base), is = worth_of(&result->observed);
    enum explore_worth least = excused(choices, count, one);
    if (result->verdict == BENCH_ERROR || result->verdict == BENCH_STOPPED)
        return false;
    least = least < was ? least : was;
    drop_events(result);
    if (is < least && !result->finding_count) /* a broken rule says it better */
        add_outcome(least, base, result);
    result->verdict = result->finding_count ? BENCH_FAILED : BENCH_PASSED;
    return is < was && is >= least;
}

/* ---- many runs ------------------------------------------------------------------------------- */

struct exploration {
    struct bench_run *run;
    const struct scenario_case *one;
    uint64_t seed;
    const struct explore_wish *wish;
    void (*on_finding)(void *context, const struct explore_finding *finding);
    void *context;
    struct explore_summary *summary;
    struct branch *branch; /* while it is walked */
};

static void tell(const struct exploration *exploration, const struct explore_choice *choices,
                 size_t count, const struct bench_result *result)
{
    struct explore_finding finding = {
        .first = result->findings[0], .count = 1, .fault = choices[count - 1].fault};
    finding.outcome = result->observed.finished ? result->observed.result.outcome : 0;
    finding.reason = result->observed.result.reason;
    explore_choice_format(choices, count, finding.choice, sizeof finding.choice);
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

/* All that a sweep demands of a run that is over; true when it is excused that it ended worse. */
static bool judge_run(const struct exploration *exploration, const struct explore_choice *choices,
                      size_t count, struct bench_result *ret_result)
{
    const struct explore_summary *summary = exploration->summary;
    const struct scenario_observed *base = &summary->base;
    struct bench_run *run = exploration->run;
    bench_run_judge(run, ret_result);
    const struct explore_cost cost = explore_cost_of(run);
    bool excused = explore_judge(choices, count, exploration->one, base, ret_result);
    if (ret_result->verdict != BENCH_PASSED)
        return excused;
    explore_cost_judge(&summary->base_cost, &cost, choices, count, ret_result);
    if (worth_of(base) == EXPLORE_GOOD && worth_of(&ret_result->observed) != EXPLORE_GOOD)
        explore_try_again(run, ret_result);
    return excused;
}

/* A sum, so that neither order nor slices matter. */
static void add_digest(const struct exploration *exploration, const char *choice,
                       const struct bench_result *result)
{
    const struct bench_world *world = &exploration->run->world;
    const uint64_t end[] = {result->observed.finished ? result->observed.result.outcome : 0u,
                            result->observed.result.reason, result->duration_us,
                            result->finding_count, world->lanes[BENCH_TO_MODULE].byte_count};
    uint64_t digest = sim_digest(SIM_DIGEST, choice, strlen(choice));
    for (size_t i = 0; i < sizeof end / sizeof end[0]; i++) {
        uint8_t bytes[8];
        for (unsigned at = 0; at < sizeof bytes; at++)
            bytes[at] = (uint8_t)(end[i] >> 8 * at);
        digest = sim_digest(digest, bytes, sizeof bytes);
    }
    exploration->summary->figures.digest += digest;
}

static void on_end(void *context, const struct explore_choice *choices, size_t count)
{
    const struct exploration *exploration = context;
    struct explore_counts *counts = &exploration->summary->faults[choices[count - 1].fault];
    struct bench_result result;
    bool tried = all_fired(exploration->run, count);
    char choice[EXPLORE_CHOICE_MAX];
    counts->excused += judge_run(exploration, choices, count, &result);
    explore_choice_format(choices, count, choice, sizeof choice);
    add_digest(exploration, choice, &result);
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

static enum explore_answer measure(struct exploration *exploration)
{
    struct branch branch = branch_of(exploration);
    if (!branch_measure(&branch, &exploration->summary->extent))
        return EXPLORE_ERROR;
    if (bench_signal())
        return EXPLORE_STOPPED;
    return exploration->summary->extent.choices ? EXPLORE_DONE : EXPLORE_NOTHING;
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
    if (bench_run_begin(run, exploration->one, &options))
        bench_run_all(run, ret_result);
    else
        bench_run_judge(run, ret_result);
    exploration->summary->base = ret_result->observed;
    exploration->summary->base_cost = explore_cost_of(run);
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
    bool good = branch_walk(&branch) || bench_signal();
    summary->figures.runs += branch.figures.runs;
    summary->figures.executed_steps += branch.figures.executed_steps;
    summary->figures.whole_steps += branch.figures.whole_steps;
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

void explore_repeat(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                    const struct explore_choice *choices, size_t count,
                    struct bench_result *ret_result)
{
    struct explore_summary summary;
    struct scenario_case *changed = malloc(sizeof *changed);
    const struct explore_wish all_rules = {.depth = 1};
    const struct exploration exploration = {
        .run = run, .one = one, .seed = seed, .wish = &all_rules, .summary = &summary};
    enum bench_verdict base = run_undisturbed(&exploration, ret_result);
    if (changed && (base == BENCH_PASSED || base == BENCH_FAILED) &&
        branch_begin(run, one, seed, choices, count, changed)) {
        while (!bench_signal() && bench_run_step(run))
            ;
        (void)judge_run(&exploration, choices, count, ret_result);
    } else {
        bench_run_judge(run, ret_result);
    }
    free(changed);
}
