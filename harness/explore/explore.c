#include "harness/explore/explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/ports/loop.h"

#define ALLOWS(outcome) (1u << FOTA_OUTCOME_##outcome)

/*
 * Outcomes that are right besides the undisturbed one. A lost line must not change how it ends. A
 * power cut may cost the download or the update, but the client has to say so.
 */
static const uint32_t allowed[EXPLORE_FAULT_COUNT] = {
    [EXPLORE_FAULT_LOSE_TO_HOST] = 0,
    [EXPLORE_FAULT_LOSE_TO_MODULE] = 0,
    [EXPLORE_FAULT_POWER_CUT] = ALLOWS(UPDATE_FAILED) | ALLOWS(DOWNLOAD_FAILED),
    [EXPLORE_FAULT_HOST_RESET] = 0,
};

static void begin_and_run(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                          struct bench_result *ret_result)
{
    const struct bench_options options = {.seed = seed, .stoppable = true};
    if (bench_run_begin(run, one, &options))
        bench_run_all(run, ret_result);
    else
        bench_run_judge(run, ret_result);
}

/* Adds the finding that the outcome is not one that the fault excuses. */
static void judge_outcome(enum explore_fault fault, const struct scenario_observed *base,
                          struct bench_result *result)
{
    unsigned got = result->observed.finished ? result->observed.result.outcome : FOTA_OUTCOME_NONE;
    if (got == base->result.outcome || allowed[fault] >> got & 1 || result->finding_count)
        return;
    struct scenario_finding *finding = &result->findings[result->finding_count++];
    *finding = (struct scenario_finding){.what = "outcome in spite of the fault"};
    snprintf(finding->want, sizeof finding->want, "%s%s", fota_outcome_name(base->result.outcome),
             allowed[fault] ? ", update-failed or download-failed" : "");
    snprintf(finding->got, sizeof finding->got, "%s (%s)", fota_outcome_name(got),
             fota_reason_name(result->observed.result.reason));
}

struct exploration {
    struct bench_run *run;
    const struct scenario_case *one; /* the rules only: no expectations of its own */
    struct scenario_case *changed;
    uint64_t seed;
    void (*on_finding)(void *context, const struct explore_finding *finding);
    void *context;
    struct explore_summary *summary;
};

static void try_fault(struct exploration *exploration, enum explore_fault fault, uint32_t line)
{
    struct explore_counts *counts = &exploration->summary->faults[fault];
    struct bench_result result;
    struct explore_finding finding = {0};
    if (!explore_fault_add(exploration->one, fault, line, exploration->changed))
        return;
    begin_and_run(exploration->run, exploration->changed, exploration->seed, &result);
    judge_outcome(fault, &exploration->summary->base, &result);
    finding.outcome = result.observed.finished ? result.observed.result.outcome : 0;
    finding.reason = result.observed.result.reason;
    counts->runs++;
    counts->outcomes[finding.outcome]++;
    if (!result.finding_count)
        return;
    counts->findings++;
    finding.first = result.findings[0];
    explore_choice_format(fault, line, finding.choice, sizeof finding.choice);
    if (exploration->on_finding)
        exploration->on_finding(exploration->context, &finding);
}

static bool run_base(struct exploration *exploration, const struct scenario_case *one)
{
    struct bench_run *run = exploration->run;
    struct bench_result result;
    begin_and_run(run, one, exploration->seed, &result);
    exploration->summary->lines = run->world.lanes[BENCH_TO_HOST].line_count;
    exploration->summary->base = result.observed;
    if (result.verdict == BENCH_PASSED)
        return true;
    if (!run->error[0])
        snprintf(run->error, sizeof run->error,
                 "the undisturbed run does not pass: %s: want %.80s, got %.80s",
                 result.findings[0].what, result.findings[0].want, result.findings[0].got);
    return false;
}

bool explore_case(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                  void (*on_finding)(void *context, const struct explore_finding *finding),
                  void *context, struct explore_summary *ret_summary)
{
    struct scenario_case *copies = calloc(2, sizeof *copies);
    if (!copies) {
        snprintf(run->error, sizeof run->error, "not enough memory to explore");
        return false;
    }
    struct exploration exploration = {.run = run,
                                      .one = &copies[0],
                                      .changed = &copies[1],
                                      .seed = seed,
                                      .on_finding = on_finding,
                                      .context = context,
                                      .summary = ret_summary};
    *ret_summary = (struct explore_summary){0};
    bool passed = run_base(&exploration, one);
    copies[0] = *one;
    copies[0].expectation_count = 0;
    for (unsigned fault = 0; passed && fault < EXPLORE_FAULT_COUNT; fault++)
        for (uint32_t line = 1; line <= ret_summary->lines && !bench_signal(); line++)
            try_fault(&exploration, (enum explore_fault)fault, line);
    free(copies);
    return passed;
}
