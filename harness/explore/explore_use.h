/* explore_use.h - exploration as a use of campaigns: its runs divided among processes, told, and
 * reported. */
#ifndef FOTARIG_HARNESS_EXPLORE_EXPLORE_USE_H
#define FOTARIG_HARNESS_EXPLORE_EXPLORE_USE_H

#include "harness/bench/target.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/case_use.h"
#include "harness/explore/accepted.h"
#include "harness/explore/causes.h"

/* The context of explore_use; all zero at first. */
struct explore_context {
    struct explore_wish wish;
    struct explore_accepted accepted;
    bool first_finding;         /* a process that has found something tries no more */
    bool apart;                 /* each run goes to its own end */
    const char *certificates;   /* folder, NULL = none are written */
    char error[BENCH_TEXT_MAX]; /* one could not be, "" = all were */
    /* Whose client is explored; NULL = the core. Opened in each process. The words of its options,
       for commands that repeat a run; NULL at the end. */
    struct bench_target *target;
    const char *client[CAMPAIGN_CLIENT_WORDS + 1];
    /* Private: of the case that was concluded last. */
    struct explore_told *told;
};

extern const struct campaign_use explore_use;

void explore_context_done(struct explore_context *context);

#endif
