/* compare.h - two reports of the same cases: what is worse now, what is better. */
#ifndef FOTARIG_HARNESS_RESULTS_COMPARE_H
#define FOTARIG_HARNESS_RESULTS_COMPARE_H

#include "harness/results/results.h"

/* What became of a case, the worst first: X(NAME, "word", is worse, "what it means"). */
#define RESULTS_CHANGES(X)                                                                         \
    X(NEW_FAILURE, "newly failed", true, "it passed before, or was not there, and does not pass")  \
    X(LOST, "no longer run", true, "it passed before, and is skipped or not there")                \
    X(STILL, "still failed", false, "it did not pass before either")                               \
    X(FIXED, "fixed", false, "it did not pass before, and passes")                                 \
    X(SLOWER, "slower", false, "it passed both times, and takes longer")                           \
    X(NEW, "new", false, "it was not there before, and passes or is skipped")                      \
    X(GONE, "gone", false, "it did not pass before or was skipped, and is not there")              \
    X(SAME, "same", false, "nothing of that")

enum results_change {
#define X(name, ...) RESULTS_##name,
    RESULTS_CHANGES(X)
#undef X
        RESULTS_CHANGE_COUNT
};

struct results_pair {
    const struct results_test *before, *after; /* NULL: it is not there */
    enum results_change change;
    bool bench_slower; /* SLOWER on the bench's own clock, which no other load can slow down */
};

struct results_comparison {
    struct results_pair *pairs; /* by change, then by id */
    size_t count;
    size_t counts[RESULTS_CHANGE_COUNT];
};

/*
 * Pairs cases by their id. Slower is what takes `factor` times as long and, by the machine's clock,
 * at least 100 ms more (by the bench's: one second). False: no memory.
 */
bool results_compare(const struct results *before, const struct results *after, double factor,
                     struct results_comparison *ret_comparison);
void results_comparison_done(struct results_comparison *comparison);

const char *results_change_name(enum results_change change);
bool results_change_is_worse(enum results_change change);

#endif
