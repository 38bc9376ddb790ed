/* explore_forever.h - `explore --forever`: faults at random until somebody ends it. */
#ifndef FOTARIG_HARNESS_CLI_EXPLORE_FOREVER_H
#define FOTARIG_HARNESS_CLI_EXPLORE_FOREVER_H

#include "harness/cli/campaign_options.h"
#include "harness/explore/explore_use.h"

/*
 * Tries the planned cases in turn, with faults at random, until a signal comes or the campaign's
 * --run-timeout is over. Each finding that no fact excuses is written into `folder`, which is made
 * if need be: a file for each cause, the first one that was met; what stands there already stays.
 * An exit status: 0 nothing was found now, 1 something was.
 */
int cli_explore_forever(struct cli_campaign *campaign, struct explore_context *context,
                        const char *folder);

#endif
