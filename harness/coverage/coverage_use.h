/* coverage_use.h - the map as a use of campaigns: what each case has tried, from all processes. */
#ifndef FOTARIG_HARNESS_COVERAGE_COVERAGE_USE_H
#define FOTARIG_HARNESS_COVERAGE_COVERAGE_USE_H

#include "harness/campaign/campaign.h"
#include "harness/campaign/explain.h"
#include "harness/coverage/coverage.h"

/* The context of coverage_use. */
struct coverage_context {
    struct coverage *coverage; /* what all cases have tried; the caller's */
    void *lists;               /* private: of the case that was concluded last */
};

extern const struct campaign_use coverage_use;
void coverage_context_done(struct coverage_context *context);

#endif
