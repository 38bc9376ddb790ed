/* judging.h - one expectation and what it is compared with. */
#ifndef FOTARIG_HARNESS_JUDGE_JUDGING_H
#define FOTARIG_HARNESS_JUDGE_JUDGING_H

#include "harness/judge/judge.h"

struct scenario_judging {
    const struct scenario_case *one;
    const struct scenario_monitor *monitor;
    const struct scenario_observed *observed;
    const struct scenario_expectation *expectation;
    size_t index;
    struct scenario_finding *finding; /* want and got are filled, whether it holds or not */
};

bool scenario_expectation_holds(const struct scenario_judging *judging);

#endif
