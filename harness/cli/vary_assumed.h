/* vary_assumed.h - `fotarig run --vary-assumed`: which verdicts hinge on something that nobody
 * knows. */
#ifndef FOTARIG_HARNESS_CLI_VARY_ASSUMED_H
#define FOTARIG_HARNESS_CLI_VARY_ASSUMED_H

#include "harness/cli/selection.h"

struct cli_sweep_options {
    uint64_t seed;
    uint32_t jobs; /* processes, 0 = as many as there are processors */
    bool json;
};

/* Runs all cases with all plausible values and tells what came of it. Returns an exit status. */
int cli_sweep(const struct cli_selection *selection, const struct cli_sweep_options *options);

#endif
