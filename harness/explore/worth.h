/*
 * worth.h - what the end of a run is worth, and what its faults, and those of its story, may cost.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_WORTH_H
#define FOTARIG_HARNESS_EXPLORE_WORTH_H

#include "harness/explore/explore.h"

/* Of a run that is over, or was taken for it: one that has no result is out of service. */
enum explore_worth explore_worth_of(const struct scenario_observed *observed);
/* The story itself does something to module, line or host: with a fault these are two at once. */
bool explore_has_faults(const struct scenario_case *one);
/* What a run of `one` with these faults must come to at least; `base` is the one without. */
enum explore_worth explore_least_of(const struct explore_choice *choices, size_t count,
                                    const struct scenario_case *one,
                                    const struct explore_summary *base);

/*
 * Judges the end of a run with faults anew: events of `one` itself may not happen in it, and it may
 * end as the faults excuse. `base` is how the run without them ended. Returns true when they, or
 * others that `one` has of its own, excuse that it ended worse.
 */
bool explore_judge(const struct explore_choice *choices, size_t count,
                   const struct scenario_case *one, const struct explore_summary *base,
                   struct bench_result *result);

#endif
