/*
 * forever.h - runs with several faults at random, judged as a sweep judges: what lies beyond all
 * single faults and pairs, as long as somebody lets it go on.
 *
 * Which faults a run gets depends on its number and the seed alone, so that any of them can be done
 * again.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_FOREVER_H
#define FOTARIG_HARNESS_EXPLORE_FOREVER_H

#include "harness/explore/explore.h"

/* A case that is tried: how it goes undisturbed was found out once. */
struct explore_forever {
    const struct scenario_case *one;
    uint64_t seed;            /* of the module; the choices are drawn from it too */
    struct explore_wish wish; /* points and faults that are taken */
    struct explore_summary base;
};

/* Runs it undisturbed. As explore_begin(). */
enum explore_answer explore_forever_begin(struct bench_run *run, struct explore_forever *forever);

/* The faults of run `number`: 2 to EXPLORE_CHOICES_MAX of them. Returns how many. */
size_t explore_forever_choose(const struct explore_forever *forever, uint64_t number,
                              struct explore_choice choices[EXPLORE_CHOICES_MAX]);

/* Does run `number`. True: something was wrong, and that is *ret_finding. */
bool explore_forever_try(struct bench_run *run, const struct explore_forever *forever,
                         uint64_t number, struct explore_finding *ret_finding);

#endif
