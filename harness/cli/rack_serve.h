/* rack_serve.h - `fotarig rack serve`: the pages of a rack, read only, for a browser. */
#ifndef FOTARIG_HARNESS_CLI_RACK_SERVE_H
#define FOTARIG_HARNESS_CLI_RACK_SERVE_H

#include "harness/cli/cli.h"
#include "harness/cli/rack_page.h"

/*
 * Serves pages at "HOST:PORT" (port 0: a free one) until a signal comes, and tells the address on
 * stdout. The report is read again for each page, from `folder` (NULL = none). Returns an exit
 * status.
 */
int cli_rack_serve(const struct cli_command *command, struct rack_page *page, const char *listen,
                   const char *folder);

#endif
