/*
 * lost.h - where a run that ends badly was lost: until when one further fault could still have led
 * it to another end, and behind which step no fault does.
 *
 * Exact by branching, for the points and faults that are asked: the failing run is walked, and at
 * each of its steps behind its own faults each further fault is tried.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_LOST_H
#define FOTARIG_HARNESS_EXPLORE_LOST_H

#include "harness/explore/explore.h"

/* Points at which further faults are tried unless others are asked for: few, all over a run. */
#define EXPLORE_LOST_AT                                                                            \
    (EXPLORE_AT_COMMAND | EXPLORE_AT_REQUEST | EXPLORE_AT_BOOT | EXPLORE_AT_NV_WRITE |             \
     EXPLORE_AT_HTTP_REQUEST | EXPLORE_AT_TO_HOST_LINE)

struct explore_lost {
    uint8_t end; /* of the run itself: enum fota_outcome, NONE = none */
    uint64_t end_at_us;
    uint32_t runs;      /* with a further fault */
    uint16_t reachable; /* bit n: outcome n was reached with a further fault */
    bool was_open;      /* with some further fault it ended well */
    /* Then: the last step before which that was so; it is the point of no return. Otherwise that is
     * where its own last fault struck (step 0). */
    uint64_t at_us, step;
    char state[24];                  /* of the client then */
    char choice[EXPLORE_CHOICE_MAX]; /* the last one that led to a good end */
};

/* False: the run can't begin, or no memory. `run` keeps its journal in memory. */
bool explore_find_lost(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                       const struct explore_choice *choices, size_t count,
                       const struct explore_wish *wish, struct explore_lost *ret_lost);

#endif
