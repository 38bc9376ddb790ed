/*
 * sweep.h - what hinges on something that nobody knows: each case is run once with each plausible
 * value of each assumed setting (sim/settings.h), one at a time. A verdict that changes says that
 * the story, or the client in it, depends on that fact.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_SWEEP_H
#define FOTARIG_HARNESS_EXPLORE_SWEEP_H

#include "harness/bench/run.h"
#include "harness/campaign/campaign.h"

/* One value of one setting. */
struct sweep_value {
    uint16_t setting; /* enum sim_setting_id */
    int32_t value;
};

/* All plausible values in the order of the settings, to be freed; NULL: no memory. */
struct sweep_value *sweep_values(size_t *ret_count);

/* What a run says, NOT_RUN first: X(NAME, "name") */
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
 * What is known of cases × values. Of a case that does not pass as it is, all values are LEFT_OUT
 * and its own answer, in own[case], says why.
 */
struct sweep {
    const struct sweep_value *values; /* not owned */
    size_t value_count, case_count;
    const struct sweep_result **results; /* [case * value_count + value]; NOT_RUN at first */
    const struct sweep_result **own;     /* [case]: the run of it without any */
};

/* NULL: no memory. */
struct sweep *sweep_new(size_t case_count, const struct sweep_value *values, size_t value_count);
void sweep_free(struct sweep *sweep);

/* The context of sweep_use: a sweep with as many cases as the campaign has. */
struct sweep_context {
    const struct campaign *campaign;
    struct sweep *sweep;
    /* "update-duration=20min", and the command that runs a case with it. */
    void (*write_value)(const struct sweep_value *value, char *buffer, size_t capacity);
    void (*write_repeat)(const struct campaign_case *planned, const struct sweep_value *value,
                         char *buffer, size_t capacity);
    struct sweep_told *told; /* private: of the case that was concluded last */
};

/* Runs each case as it is and with each value, and keeps in the sweep what came of it. */
extern const struct campaign_use sweep_use;
void sweep_context_done(struct sweep_context *context);

/*
 * One of those runs: the case with that value. Seeds are values, too: random-seed is the run's.
 * The result must be zero before.
 */
void sweep_one(struct bench_run *run, const struct scenario_case *one,
               const struct sweep_value *value, uint64_t seed, struct sweep_result *ret_result);

#endif
