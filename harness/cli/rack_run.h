/* rack_run.h - rack files on the command line, and scenarios over the slots of a rack. */
#ifndef FOTARIG_HARNESS_CLI_RACK_RUN_H
#define FOTARIG_HARNESS_CLI_RACK_RUN_H

#include "harness/campaign/case_use.h"
#include "harness/cli/campaign_options.h"
#include "harness/rack/rack.h"

struct cli_rack_options {
    const char *path;      /* of the rack file; NULL = no rack */
    struct cli_list slots; /* only these; none = all */
};

/* The rack of a file, or NULL: all that is wrong with it was told. */
struct rack *cli_rack_load(const struct cli_command *command, const char *path);
/* The slots of these names, in the order of the file, all when there are none; to be freed. NULL
   with a message. */
struct rack_slot *cli_rack_choose(const struct cli_command *command, const struct rack *rack,
                                  const struct cli_list *names, size_t *ret_count);

/*
 * Runs what was planned over the slots, or prints where it would run. `base` is as for one module;
 * its target is not used. An exit status: 4 also when all passed and a slot was quarantined.
 */
int cli_rack_run(struct cli_campaign *made, const struct campaign_case_context *base,
                 const struct cli_rack_options *options, bool allow_update, bool plan);

#endif
