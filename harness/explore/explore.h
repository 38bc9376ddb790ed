/*
 * explore.h - every fault of the table at every point of a run: what does the client make of it?
 *
 * Judged by the rules (judge/judge.h) and by how it ends: never worse than the faults excuse.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_EXPLORE_H
#define FOTARIG_HARNESS_EXPLORE_EXPLORE_H

#include "harness/explore/branch.h"
#include "harness/explore/demand.h"
#include "harness/explore/known_walk.h"

struct explore_finding;

/* What is tried. Zero: one fault a run, all of the table, at all points. */
struct explore_wish {
    unsigned depth;            /* faults a run; 0: 1 */
    uint32_t points;           /* bit n: at points of kind n; 0: all */
    uint64_t faults;           /* bit n: row n of the table; 0: all */
    uint8_t part, parts;       /* only the part-th of so many of the first fault; 0: all of it */
    const bool *enough;        /* of the caller: true = no more is tried; NULL = all is */
    bool by_rerun;             /* the client can't be brought back to where it was: branch.h */
    uint32_t left_out;         /* bit n: rule n for any client is not judged */
    struct merge_table *known; /* rests that are known, of the caller, empty at the begin; NULL:
                                  each run is run to its end */
    /* NULL, or: whether a fact excuses what was wrong in a run, whatever other faults it had. */
    bool (*is_excused)(void *excuser, const struct explore_finding *finding);
    void *excuser;
    struct walk_table *walks; /* the same of walks; only with `known`, and more than one fault */
};

/* A run in which something was wrong, and how many more were wrong in the same way. */
struct explore_finding {
    char choice[EXPLORE_CHOICE_MAX]; /* "power-cut@deadline:17": repeats it; of all, the first */
    uint64_t faults;                 /* bit n: row n is one of the choice */
    uint8_t fault;                   /* the last one of the choice */
    uint8_t outcome;                 /* enum fota_outcome; NONE = it did not end */
    uint8_t reason;
    uint32_t count;                /* of runs */
    struct scenario_finding first; /* what was wrong */
};

/* Counts of runs by outcome for each fault: the last one of a run. */
struct explore_counts {
    uint32_t runs;    /* judged ones */
    uint32_t untried; /* of them: a fault's moment did not come */
    uint32_t excused; /* of them: it ended worse than without the fault, as it may */
    uint32_t outcomes[FOTA_OUTCOME_COUNT];
    uint32_t findings;
    uint32_t accepted; /* of them: not told, because it is known that a fact excuses them */
    uint32_t errors;   /* runs of which the bench can't say anything */
};

struct explore_summary {
    struct branch_extent extent; /* of the undisturbed run */
    struct branch_figures figures;
    struct scenario_observed base;
    struct explore_cost base_cost, story_cost;
    struct explore_counts faults[EXPLORE_FAULT_COUNT];
};

/* How an exploration ended: X(NAME) */
enum explore_answer {
    EXPLORE_DONE,    /* all was tried; findings were told */
    EXPLORE_FAILED,  /* the undisturbed run does not pass: text in run->error */
    EXPLORE_ERROR,   /* the bench could not run it: text in run->error */
    EXPLORE_NOTHING, /* there is no point, so there is nothing to disturb */
    EXPLORE_STOPPED  /* by a signal: the summary holds what was tried until then */
};

/*
 * Runs a case undisturbed, which is where an exploration begins: how many choices there are for the
 * first fault, and how it ends. DONE, or why there is nothing to explore.
 */
enum explore_answer explore_begin(struct bench_run *run, const struct scenario_case *one,
                                  uint64_t seed, const struct explore_wish *wish,
                                  struct explore_summary *ret_summary);
/* Does the choices from `first` to before `end`, and adds them to the summary. False: no memory. */
bool explore_some(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                  const struct explore_wish *wish, uint64_t first, uint64_t end,
                  void (*on_finding)(void *context, const struct explore_finding *finding),
                  void *context, struct explore_summary *summary);
/* How an exploration ended of which that is the sum. */
enum explore_answer explore_conclude(const struct explore_summary *summary, bool stopped);

/* All of that at once: explores a case; calls on_finding (may be NULL) for each finding. */
enum explore_answer explore_case(struct bench_run *run, const struct scenario_case *one,
                                 uint64_t seed, const struct explore_wish *wish,
                                 void (*on_finding)(void *context,
                                                    const struct explore_finding *finding),
                                 void *context, struct explore_summary *ret_summary);

/* What was wrong in a run with these faults, of which `result` has findings. */
struct explore_finding explore_finding_of(const struct explore_choice *choices, size_t count,
                                          const struct bench_result *result);

/*
 * Runs a case with these faults from its begin, and judges it as the sweep does, held against the
 * undisturbed run of which explore_begin() made the summary.
 */
void explore_try(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                 const struct explore_summary *base, const struct explore_choice *choices,
                 size_t count, struct bench_result *ret_result);

/*
 * Runs a case with these faults from its begin, and judges it as the sweep does, whatever its
 * author expects. `run` keeps its journal in memory.
 */
void explore_repeat(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                    const struct explore_choice *choices, size_t count,
                    struct bench_result *ret_result);

#endif
