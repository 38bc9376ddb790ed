/*
 * explore.h - every fault at every line of a run: what does the client make of it?
 *
 * First form: one fault a run, at each line that the module sends in the undisturbed run. Judged by
 * the rules (scenario/judge.h) and by what the client should reach in spite of the fault.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_EXPLORE_H
#define FOTARIG_HARNESS_EXPLORE_EXPLORE_H

#include "harness/bench/run.h"
#include "harness/explore/fault.h"

/* A run in which something was wrong. */
struct explore_finding {
    char choice[EXPLORE_CHOICE_MAX]; /* "power-cut@17": repeats it */
    uint8_t outcome;                 /* enum fota_outcome; NONE = it did not end */
    uint8_t reason;
    struct scenario_finding first; /* what was wrong */
};

/* Counts of runs by outcome for each fault. */
struct explore_counts {
    uint32_t runs;
    uint32_t outcomes[FOTA_OUTCOME_COUNT];
    uint32_t findings;
};

struct explore_summary {
    uint32_t lines; /* of the undisturbed run, from the module */
    struct scenario_observed base;
    struct explore_counts faults[EXPLORE_FAULT_COUNT];
};

/*
 * Explores a case; calls on_finding (may be NULL) for each finding. Returns false with run->error
 * when the case could not be run, or its undisturbed run does not pass.
 */
bool explore_case(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                  void (*on_finding)(void *context, const struct explore_finding *finding),
                  void *context, struct explore_summary *ret_summary);

#endif
