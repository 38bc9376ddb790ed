/* explore.c - runs with faults: what becomes of them, and what of that is wrong. */
#include "harness/explore/explore.h"

#include <stdio.h>
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

static void on_end(void *context, const struct explore_choice *choices, size_t count)
{
    const struct exploration *exploration = context;
    struct explore_counts *counts = &exploration->summary->faults[choices[count - 1].fault];
    struct bench_result result;
    bench_run_judge(exploration->run, &result);
    counts->excused +=
        explore_judge(choices, count, exploration->one, &exploration->summary->base, &result);
    if (result.verdict == BENCH_ERROR) {
        counts->errors++;
        return;
    }
    counts->runs++;
    counts->untried += !all_fired(exploration->run, count);
    counts->outcomes[result.observed.finished ? result.observed.result.outcome : 0]++;
    if (!result.finding_count)
        return;
    counts->findings++;
    tell(exploration, choices, count, &result);
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

static enum explore_answer run_base(struct exploration *exploration)
{
    struct bench_run *run = exploration->run;
    const struct bench_options options = {.seed = exploration->seed, .stoppable = true};
    struct bench_result result;
    if (bench_run_begin(run, exploration->one, &options))
        bench_run_all(run, &result);
    else
        bench_run_judge(run, &result);
    exploration->summary->base = result.observed;
    switch (result.verdict) {
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
