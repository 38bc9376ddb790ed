/*
 * explore.h - every fault at every line of a run: what does the client make of it?
 *
 * First form: one fault a run, at each line that the module sends in the undisturbed run. Judged by
 * the rules (judge/judge.h) and by how it ends: never worse than the fault excuses.
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
    uint32_t runs;    /* judged ones */
    uint32_t untried; /* of them: the fault's moment did not come */
    uint32_t excused; /* of them: it ended worse than without the fault, as it may */
    uint32_t outcomes[FOTA_OUTCOME_COUNT];
    uint32_t findings;
    uint32_t errors; /* runs of which the bench can't say anything */
};

struct explore_summary {
    uint32_t lines; /* of the undisturbed run, from the module */
    struct scenario_observed base;
    struct explore_counts faults[EXPLORE_FAULT_COUNT];
};

/* How an exploration ended: X(NAME) */
enum explore_answer {
    EXPLORE_DONE,    /* all was tried; findings were told */
    EXPLORE_FAILED,  /* the undisturbed run does not pass: text in run->error */
    EXPLORE_ERROR,   /* the bench could not run it: text in run->error */
    EXPLORE_NOTHING, /* the module sends no line, so there is nothing to disturb */
    EXPLORE_STOPPED  /* by a signal: the summary holds what was tried until then */
};

/*
 * Runs a case undisturbed, which is where an exploration begins: how many lines there are, and how
 * it ends. DONE, or why there is nothing to explore.
 */
enum explore_answer explore_begin(struct bench_run *run, const struct scenario_case *one,
                                  uint64_t seed, struct explore_summary *ret_summary);
/* How many runs with a fault there are then: fault after fault, each at line after line. */
uint32_t explore_points(const struct explore_summary *summary);
/* Does those from `first` to before `end`, and adds them to the summary. False: no memory. */
bool explore_some(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                  uint32_t first, uint32_t end,
                  void (*on_finding)(void *context, const struct explore_finding *finding),
                  void *context, struct explore_summary *summary);
/* How an exploration ended of which that is the sum. */
enum explore_answer explore_conclude(const struct explore_summary *summary, bool stopped);

/* All of that at once: explores a case; calls on_finding (may be NULL) for each finding. */
enum explore_answer
explore_case(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
             void (*on_finding)(void *context, const struct explore_finding *finding),
             void *context, struct explore_summary *ret_summary);

/*
 * Judges a run with a fault anew: events of `one` itself may not happen in it, and it may end as
 * the fault excuses. `base` is how the run without the fault ended. Returns true when the fault, or
 * another one that `one` has of its own, excuses that it ended worse.
 */
bool explore_judge(enum explore_fault fault, const struct scenario_case *one,
                   const struct scenario_observed *base, struct bench_result *result);

#endif
