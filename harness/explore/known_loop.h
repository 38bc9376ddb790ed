/*
 * known_loop.h - loops in which a run waits: of what it does again and again until a deadline comes
 * due, only the last rounds are run.
 *
 * A client that polls, or tries rates, comes to the same world again (known_rest.h's form), later
 * and nearer to its deadlines. So it will until the first of them comes due, and how many rounds
 * that are is a division. The run is not moved on by the time of these rounds: its deadlines are
 * brought nearer by it, which comes to the same, because all else is relative. What was left out is
 * added to its time, steps, bytes and costs (`struct merge_left_out` of the watch).
 *
 * Only for runs that end well: the journal of such a run lacks the rounds, so whoever finds
 * something wrong goes back to before the loop and runs it all.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_KNOWN_LOOP_H
#define FOTARIG_HARNESS_EXPLORE_KNOWN_LOOP_H

#include "harness/explore/known_rest.h"

struct merge_loop {
    uint64_t rounds; /* that can be left out; 1 at least */
    /* Of all of them. */
    struct merge_left_out left_out;
    struct explore_cost cost;
    uint32_t nearer; /* bit n: deadline n (enum merge_due) comes nearer in a round */
};

/*
 * Whether the run has come round: `place`, where it is, is one of those that are remembered of it
 * as well, and no deadline comes due within the next round.
 */
bool merge_find_loop(const struct merge_table *table, const struct merge_place *place,
                     struct merge_loop *ret_loop);

/* Leaves its rounds out of the run, which stands at that place. */
void merge_leave_loop(struct bench_run *run, struct merge_watch *watch,
                      const struct merge_loop *loop);

#endif
