/* vary_assumed.h - `fotarig run --vary-assumed`: which verdicts hinge on something that nobody
 * knows. */
#ifndef FOTARIG_HARNESS_CLI_VARY_ASSUMED_H
#define FOTARIG_HARNESS_CLI_VARY_ASSUMED_H

#include "harness/cli/campaign_options.h"

/*
 * Plans all cases, runs them with all plausible values and tells what came of it, on the console or
 * as a JSON object. Returns an exit status.
 */
int cli_sweep(struct cli_campaign *made, bool json);

#endif
