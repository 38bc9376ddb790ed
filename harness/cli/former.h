/* former.h - `run --former`: an earlier run of a case, that passed, beside one that failed. */
#ifndef FOTARIG_HARNESS_CLI_FORMER_H
#define FOTARIG_HARNESS_CLI_FORMER_H

#include "harness/campaign/case_use.h"

struct cli_former;

/* `folder`: what `run --trace` filled; the text belongs to the caller. NULL: no memory. */
struct cli_former *cli_former_new(const char *folder);
void cli_former_free(struct cli_former *former);

/*
 * For campaign_case_context.compare; its context is a struct cli_former. Adds the rows around the
 * place where both runs part. A file that is not there, can't be read or did not pass adds nothing
 * but, in reported->former, why.
 */
void cli_former_compare(void *former_memory, const struct campaign_case *planned,
                        const struct bench_run *run, struct report_case *reported);

#endif
