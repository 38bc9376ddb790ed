/*
 * sweep.h - what hinges on something that nobody knows: each case is run once with each plausible
 * value of each assumed setting (sim/settings.h), one at a time. A verdict that changes says that
 * the story, or the client in it, depends on that fact.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_SWEEP_H
#define FOTARIG_HARNESS_EXPLORE_SWEEP_H

#include "harness/bench/run.h"

/* One value of one setting. */
struct sweep_value {
    uint16_t setting; /* enum sim_setting_id */
    int32_t value;
};

/* All plausible values in the order of the settings, to be freed; NULL: no memory. */
struct sweep_value *sweep_values(size_t *ret_count);

/* What a run says: X(NAME, "name") */
#define SWEEP_ANSWERS(X)                                                                           \
    X(NOT_RUN, "not-run")         /* it was stopped before */                                      \
    X(LEFT_OUT, "left-out")       /* the scenario names the setting, or fails without it */        \
    X(UNREAD, "unread")           /* the run never looks at the setting: nothing can change */     \
    X(SAME, "same")               /* passed, as with the default */                                \
    X(NO_STORY, "no-story")       /* an event that had to fire did not: the story is another */    \
    X(EXPECTATION, "expectation") /* an expectation is not met */                                  \
    X(RULE, "rule")               /* a rule is broken that holds in every run */                   \
    X(UNKNOWN, "unknown")         /* it could not be run */

enum sweep_answer {
#define X(name, text) SWEEP_##name,
    SWEEP_ANSWERS(X)
#undef X
        SWEEP_ANSWER_COUNT
};
const char *sweep_answer_name(unsigned answer);

/* Of one case and one value; the texts are those of the finding that counts. */
struct sweep_result {
    uint8_t answer; /* enum sweep_answer */
    char what[48];
    char want[224], got[224];
};

/*
 * Runs cases × values and one run of each case without any, in `jobs` processes. `cases[i]` must
 * live until the end. Of a case that does not pass as it is, all values are LEFT_OUT and its own
 * answer, in own[case], says why. Returns results[case * value_count + value], to be freed with
 * sweep_free(); NULL with errno set when there is no memory or no process. A caught signal (loop.h)
 * ends it early.
 */
struct sweep {
    struct sweep_result *results, *own;
    size_t case_count, value_count, bytes;
};
struct sweep *sweep_run(const struct scenario_case *const *cases, size_t case_count,
                        const struct sweep_value *values, size_t value_count, uint64_t seed,
                        unsigned jobs);
void sweep_free(struct sweep *sweep);

/*
 * One of those runs: the case with that value. Seeds are values, too: random-seed is the run's.
 * The result must be zero before.
 */
void sweep_one(struct bench_run *run, const struct scenario_case *one,
               const struct sweep_value *value, uint64_t seed, struct sweep_result *ret_result);

#endif
