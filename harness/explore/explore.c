/* explore.c - one fault a run, at each line of the undisturbed run, and what becomes of it. */
#include "harness/explore/explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/ports/loop.h"

/* How much an end is worth to who owns the module. */
enum worth {
    OUT_OF_SERVICE, /* somebody must go there */
    UNCHANGED,      /* the module works as before, and the client said so: it can be tried again */
    GOOD
};

static enum worth worth_of(const struct scenario_observed *observed)
{
    switch (observed->finished ? observed->result.outcome : FOTA_OUTCOME_NONE) {
    case FOTA_OUTCOME_UPDATED:
    case FOTA_OUTCOME_ALREADY_CURRENT:
        return GOOD;
    case FOTA_OUTCOME_REFUSED:
    case FOTA_OUTCOME_DOWNLOAD_FAILED:
    case FOTA_OUTCOME_UPDATE_FAILED:
    case FOTA_OUTCOME_CANCELLED:
        return UNCHANGED;
    default:
        return OUT_OF_SERVICE;
    }
}

/* What the fault may cost in a story without any other: a lost line or a host reset nothing. */
static const uint8_t excused[EXPLORE_FAULT_COUNT] = {
    [EXPLORE_FAULT_LOSE_TO_HOST] = GOOD,
    [EXPLORE_FAULT_LOSE_TO_MODULE] = GOOD,
    [EXPLORE_FAULT_POWER_CUT] = UNCHANGED,
    [EXPLORE_FAULT_HOST_RESET] = GOOD,
};

/* A story that does something to module, line or host: with the fault these are two at once. */
static bool has_faults(const struct scenario_case *one)
{
    for (unsigned i = 0; i < scenario_event_count(one); i++)
        if (one->events[i].action_count)
            return true;
    return false;
}

static void add_outcome(enum worth least, const struct scenario_observed *base,
                        struct bench_result *result)
{
    static const char *const or_worse[] = {[OUT_OF_SERVICE] = ", or any other end",
                                           [UNCHANGED] = ", or another end that changes nothing",
                                           [GOOD] = ""};
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

bool explore_judge(enum explore_fault fault, const struct scenario_case *one,
                   const struct scenario_observed *base, struct bench_result *result)
{
    enum worth was = worth_of(base), is = worth_of(&result->observed);
    enum worth least = has_faults(one) ? UNCHANGED : (enum worth)excused[fault];
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

static void begin_and_run(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                          struct bench_result *ret_result)
{
    const struct bench_options options = {.seed = seed, .stoppable = true};
    if (bench_run_begin(run, one, &options))
        bench_run_all(run, ret_result);
    else
        bench_run_judge(run, ret_result);
}

struct exploration {
    struct bench_run *run;
    const struct scenario_case *one;
    struct scenario_case *changed;
    uint64_t seed;
    void (*on_finding)(void *context, const struct explore_finding *finding);
    void *context;
    struct explore_summary *summary;
};

static void tell(const struct exploration *exploration, enum explore_fault fault, uint32_t line,
                 const struct bench_result *result)
{
    struct explore_finding finding = {.first = result->findings[0]};
    finding.outcome = result->observed.finished ? result->observed.result.outcome : 0;
    finding.reason = result->observed.result.reason;
    explore_choice_format(fault, line, finding.choice, sizeof finding.choice);
    if (exploration->on_finding)
        exploration->on_finding(exploration->context, &finding);
}

static void try_fault(struct exploration *exploration, enum explore_fault fault, uint32_t line)
{
    struct explore_counts *counts = &exploration->summary->faults[fault];
    struct bench_run *run = exploration->run;
    struct bench_result result;
    explore_fault_add(exploration->one, fault, line, exploration->changed);
    begin_and_run(run, exploration->changed, exploration->seed, &result);
    counts->excused += explore_judge(fault, exploration->one, &exploration->summary->base, &result);
    if (result.verdict == BENCH_STOPPED)
        return;
    if (result.verdict == BENCH_ERROR) {
        counts->errors++;
        return;
    }
    counts->runs++;
    counts->untried += !run->world.engine.fired[exploration->changed->event_count - 1];
    counts->outcomes[result.observed.finished ? result.observed.result.outcome : 0]++;
    if (!result.finding_count)
        return;
    counts->findings++;
    tell(exploration, fault, line, &result);
}

static enum explore_answer run_base(const struct exploration *exploration)
{
    struct bench_run *run = exploration->run;
    struct bench_result result;
    begin_and_run(run, exploration->one, exploration->seed, &result);
    exploration->summary->lines = run->world.lanes[BENCH_TO_HOST].line_count;
    exploration->summary->base = result.observed;
    switch (result.verdict) {
    case BENCH_PASSED:
        return exploration->summary->lines ? EXPLORE_DONE : EXPLORE_NOTHING;
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

static bool try_points(struct exploration *exploration, uint32_t first, uint32_t end)
{
    uint32_t lines = exploration->summary->lines;
    exploration->changed = malloc(sizeof *exploration->changed);
    if (!exploration->changed)
        return false;
    for (uint32_t point = first; point < end && !bench_signal(); point++)
        try_fault(exploration, (enum explore_fault)(point / lines), point % lines + 1);
    free(exploration->changed);
    return true;
}

/* ---- the calls ------------------------------------------------------------------------------- */

enum explore_answer explore_begin(struct bench_run *run, const struct scenario_case *one,
                                  uint64_t seed, struct explore_summary *ret_summary)
{
    const struct exploration exploration = {
        .run = run, .one = one, .seed = seed, .summary = ret_summary};
    memset(ret_summary, 0, sizeof *ret_summary);
    return run_base(&exploration);
}

uint32_t explore_points(const struct explore_summary *summary)
{
    return summary->lines * EXPLORE_FAULT_COUNT;
}

bool explore_some(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                  uint32_t first, uint32_t end,
                  void (*on_finding)(void *context, const struct explore_finding *finding),
                  void *context, struct explore_summary *summary)
{
    struct exploration exploration = {.run = run,
                                      .one = one,
                                      .seed = seed,
                                      .on_finding = on_finding,
                                      .context = context,
                                      .summary = summary};
    return try_points(&exploration, first, end);
}

enum explore_answer
explore_case(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
             void (*on_finding)(void *context, const struct explore_finding *finding),
             void *context, struct explore_summary *ret_summary)
{
    enum explore_answer answer = explore_begin(run, one, seed, ret_summary);
    if (answer != EXPLORE_DONE)
        return answer;
    if (!explore_some(run, one, seed, 0, explore_points(ret_summary), on_finding, context,
                      ret_summary)) {
        snprintf(run->error, sizeof run->error, "not enough memory");
        return EXPLORE_ERROR;
    }
    return explore_conclude(ret_summary, bench_signal() != 0);
}
