/*
 * branch.h - every choice at every point of a run, each branched from the run that leads to it.
 *
 * A run is walked once. Where a step of it passes points, the world before the step is kept; for
 * each choice there it comes back, the fault is put in and the rest is run. So nothing is run twice
 * but the step itself, and a run with a fault is the same as one with that fault from its begin.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_BRANCH_H
#define FOTARIG_HARNESS_EXPLORE_BRANCH_H

#include "harness/bench/run.h"
#include "harness/explore/fault.h"
#include "harness/explore/known_rest.h"

/* How much was run, in steps of the bench. */
struct branch_figures {
    uint64_t runs;
    uint64_t executed_steps; /* that were really done */
    uint64_t whole_steps;    /* that the same runs would take from their starts */
    uint64_t worlds;         /* whose rest, or whose walk, is known */
    uint64_t lookups;        /* of worlds among them */
    uint64_t digest;         /* of how they ended, in whatever order they were done */
};

/* The run that a branch leaves, before the step in which it does. */
struct branch_moment {
    uint64_t at_us;
    uint64_t step; /* of that run, from 0 */
};

struct branch {
    struct bench_run *run;
    const struct scenario_case *one; /* without any choice */
    uint64_t seed;
    unsigned depth;  /* faults a run, 1 to EXPLORE_CHOICES_MAX */
    uint32_t points; /* bit n: kinds of points that are taken */
    uint64_t faults; /* bit n: rows of the table that are taken */
    /* Faults that are in every run: others are only put behind the last of them. */
    struct explore_choice given[EXPLORE_CHOICES_MAX - 1];
    unsigned given_count;
    /* True: what stands at the host end can't be brought back to where it was (a program). Each
       choice is run from the begin; depth 1 only. */
    bool by_rerun;
    uint32_t left_out;   /* bit n: rule n for any client (bench/conduct.h) is not judged */
    uint64_t first, end; /* choices of the first fault, by number, that are taken */
    /* A run with these faults is over; it may be judged but not gone on with. Or it was brought
       back to where it was before (`again`), and goes on from there. */
    void (*on_end)(void *context, const struct explore_choice *choices, size_t count);
    bool again;
    /* NULL, or: a run has come to a place behind its faults (a command was sent, a phase went on).
       True: how it ends is known and was told, from there in `rest_steps`; it is left. */
    bool (*on_place)(void *context, const struct explore_choice *choices, size_t count);
    uint64_t rest_steps; /* that on_place and on_end know of, and nobody did */
    /* NULL, or: a walk in which the last fault is put in (a run with all others) begins
       (`begins`), or has come to a place. Returns the rows of the table that are still to be put
       in from there; 0: the walk is left. */
    uint64_t (*on_walk)(void *context, const struct explore_choice *choices, size_t count,
                        bool begins);
    /* That walk was walked, to its end (`is_over`) or to where it was left. */
    void (*on_walked)(void *context, bool is_over);
    struct merge_watch *watch; /* reads along; of the caller; NULL = nobody does */
    void *context;
    struct branch_moment moment; /* of the last choice, while on_end is called */
    bool stop;                   /* on_end wants no more of them */
    struct branch_figures figures;
};

/* All choices of one fault in the case, as branch_walk() numbers them; how many of each point. */
struct branch_extent {
    uint64_t choices;
    struct bench_points points;
};

/* Walks the run without a fault and counts. False: it can't begin (run->error). */
bool branch_measure(struct branch *branch, struct branch_extent *ret_extent);

/* Walks, and branches at each choice from `first` to before `end`. False: no memory, or a signal.
 */
bool branch_walk(struct branch *branch);

/* What changes when a run comes to a place at which its rest may be known. */
uint64_t branch_place(const struct bench_run *run);

/* A run with these choices from its begin to its end, in `changed` (of the caller). */
bool branch_begin(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                  const struct explore_choice *choices, size_t count,
                  struct scenario_case *changed);

#endif
