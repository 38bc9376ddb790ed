/*
 * further.h - a run with faults and one more: each further fault at each of its steps behind its
 * own faults, branched from it, and whether that helped.
 *
 * A further fault excuses nothing: a run with it must be as good as the one without should have
 * been. Ends that are known are taken over (known_rest.h), of bad runs as well.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_FURTHER_H
#define FOTARIG_HARNESS_EXPLORE_FURTHER_H

#include "harness/explore/wrong.h"

/* Points at which further faults are tried unless others are asked for: few, all over a run. */
#define EXPLORE_FURTHER_AT                                                                         \
    (EXPLORE_AT_COMMAND | EXPLORE_AT_REQUEST | EXPLORE_AT_BOOT | EXPLORE_AT_TO_HOST_LINE)

/* The faults, unless others are asked for: bit n, row n. No client need suffer from them, and none
 * restarts the host: a new start nearly always helps, and says nothing of where. */
uint64_t explore_further_faults(void);

struct further {
    struct bench_run *run;
    const struct scenario_case *one;
    uint64_t seed;
    const struct explore_choice *choices; /* of the run itself; without any it fails undisturbed */
    size_t count;
    const struct explore_wish *wish;
    const struct explore_summary *base; /* of the undisturbed run */
    const struct explore_wrong *wrong;  /* in the run itself */
    /* A run with `last` besides, which left the run itself at that moment, ended so. */
    void (*on_end)(void *context, const struct explore_choice *last,
                   const struct branch_moment *moment, unsigned outcome, bool helped);
    void *context;
    /* Set by explore_further(): */
    bool is_bounded;        /* it would have taken too long; the last steps were tried first, */
    uint64_t tried_from_us; /* all those from then on */
};

/* Tries them all, up to a bound of some tenths of a second. False: no memory, or a signal. */
bool explore_further(struct further *further);

#endif
