/*
 * wrong.h - what was wrong in a run, and since when it can't be undone: a rule that was broken
 * while it ran, a bound of its cost that was left, something that was left undone, or how it ended.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_WRONG_H
#define FOTARIG_HARNESS_EXPLORE_WRONG_H

#include "harness/explore/explore.h"
#include "harness/explore/trail.h"

/* X(NAME, "since when"): what it is, and how the moment at which it shows is told. */
#define EXPLORE_WRONGS(X)                                                                          \
    X(END, "concluded")  /* how it ended, or what it said of that: shows where it concludes */     \
    X(UNDONE, "left")    /* something should have been done: it could be to the very end */        \
    X(RULE, "broken")    /* a rule of the judge, or what must never be sent */                     \
    X(CONDUCT, "broken") /* a rule for any client */                                               \
    X(COST, "beyond")    /* it cost more than its faults explain */

enum explore_wrong_kind {
#define X(name, text) EXPLORE_WRONG_##name,
    EXPLORE_WRONGS(X)
#undef X
        EXPLORE_WRONG_KIND_COUNT
};

struct explore_wrong {
    struct scenario_finding finding; /* the first of the run */
    uint8_t kind;                    /* enum explore_wrong_kind */
    uint8_t number;                  /* of the rule, or of the expectation that must never be met */
    bool is_expected;                /* the scenario's author says so, no rule */
    char command[64];                /* UNDONE: that was to be sent; "" = it was something else */
};

/* What is wrong of which the finding, of a run of `one`, tells. */
struct explore_wrong explore_wrong_of(const struct scenario_finding *finding,
                                      const struct scenario_case *one);

/* The words for the moment at which it shows. */
const char *explore_wrong_since(unsigned kind);

/* A run, as far as it has gone, with what it must be held against. */
struct explore_sofar {
    const struct bench_run *run;
    const struct merge_watch *watch;
    const struct explore_summary *base;
    const struct explore_choice *choices;
    size_t count;
};
/* Whether it shows already. END and UNDONE never do: they show when the run is over. */
bool explore_wrong_shows(const struct explore_wrong *wrong, const struct explore_sofar *sofar);

#endif
