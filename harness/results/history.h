/*
 * history.h - one case over many runs: how often it failed, and how likely what failed is still
 * there after the green runs since.
 *
 * A bare rate of failures does not answer that: 1 of 50 says the same on the day after the failure
 * and two hundred green runs later. Here is what it is: the rate before the last failure is known
 * as far as so many runs tell it (Jeffreys' prior, Beta(1/2, 1/2)); either it is still that, or it
 * was mended at that moment, and both were as likely before the green runs were seen. The chance
 * that it is still there is then L / (1 + L), with L the chance of as many green runs in a row if
 * it is.
 */
#ifndef FOTARIG_HARNESS_RESULTS_HISTORY_H
#define FOTARIG_HARNESS_RESULTS_HISTORY_H

#include "harness/results/results.h"

enum { RESULTS_SLOTS_SHOWN = 8, RESULTS_RUNS_MOST = 10000 };

/* A slot on which a case did not pass, and what else went on in the same hours. */
struct results_slot_history {
    const char *slot;                       /* NULL: it ran on none */
    uint32_t bad;                           /* of this case */
    uint32_t others_here, others_elsewhere; /* other cases that did not pass in the same hour */
};

struct results_history {
    const char *id, *name;
    uint32_t runs;           /* that said passed, failed or error */
    uint32_t failed, errors; /* of those; cases that were not run say nothing */
    uint32_t repeated;       /* passed, but not at the first attempt */
    uint32_t runs_to_last;   /* up to the last one that was bad, with it */
    uint32_t bad_to_last;    /* of those; the same as failed, or errors when none failed */
    uint32_t green_since;
    uint64_t last_bad_ms;     /* when that was; 0 = it always passed */
    const char *last_message; /* of that; NULL = none */
    double still_there;       /* 0 to 1 */
    uint32_t runs_to_be_sure; /* more green ones, until that is less than 5 %; RESULTS_RUNS_MOST:
                                 that many or more */
    struct results_slot_history slots[RESULTS_SLOTS_SHOWN]; /* the most failures first */
    size_t slot_count;
};

/* All cases of some reports; those that did not always pass first, the likeliest first. */
struct results_histories {
    struct results_history *list;
    size_t count;
    size_t bad_count; /* that did not always pass */
    uint64_t from_ms, to_ms;
};

/* `reports` in any order; they must outlive what is returned. False: no memory. */
bool results_histories_make(const struct results *reports, size_t count,
                            struct results_histories *ret_histories);
void results_histories_done(struct results_histories *histories);

/* The chance of `green` runs in a row of a case that was bad in `bad` of `runs` and is as it was.
 */
double results_luck(uint32_t bad, uint32_t runs, uint32_t green);

#endif
