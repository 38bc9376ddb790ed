/* coverage_maps.h - what runs have reached, as a part of a report and of `run`. */
#ifndef FOTARIG_HARNESS_CLI_COVERAGE_MAPS_H
#define FOTARIG_HARNESS_CLI_COVERAGE_MAPS_H

#include "harness/campaign/case_use.h"
#include "harness/coverage/coverage.h"

/* What one case has reached, which is handed over, and what all have. */
struct cli_reach {
    struct coverage *one, *all;
};

/* False: no memory; to be ended with cli_reach_done() in both cases. */
bool cli_reach_begin(struct cli_reach *reach);
void cli_reach_done(struct cli_reach *reach);

/* For campaign_case_context.gather and .merge; their context is a struct cli_reach. */
bool cli_reach_gather(void *reach, const struct bench_run *run, struct campaign_bytes *bytes);
bool cli_reach_merge(void *reach, const struct campaign_case *planned,
                     struct campaign_reader *reader);
/* For campaign_options.closing, with the same context: adds the tables to the report. */
bool cli_reach_report(void *reach, struct report_run *report);

#endif
