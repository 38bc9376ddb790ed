/* ports_command.h - how `fotarig ports` tells of a port. */
#ifndef FOTARIG_HARNESS_CLI_PORTS_COMMAND_H
#define FOTARIG_HARNESS_CLI_PORTS_COMMAND_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "harness/ports/list.h"

/* Some lines of text. */
void cli_port_print(const struct bench_listed_port *port, FILE *out);
/* The same as an object, to be deleted by the caller. */
cJSON *cli_port_object(const struct bench_listed_port *port);

#endif
