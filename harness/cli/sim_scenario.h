/*
 * sim_scenario.h - `fotarig sim --scenario`: the module's side of a scenario file for a client that
 * is no part of the bench.
 */
#ifndef FOTARIG_HARNESS_CLI_SIM_SCENARIO_H
#define FOTARIG_HARNESS_CLI_SIM_SCENARIO_H

#include "harness/scenario/scenario.h"
#include "harness/serve/play.h"

struct cli_sim_scenario {
    struct scenario *scenario;       /* NULL = there is none */
    const struct scenario_case *one; /* the case that is played */
    struct bench_case shared;        /* what all modules that play it have in common */
    struct bench_blobs packages;
    struct bench_play **plays; /* one per module */
    uint32_t count;            /* of modules */
};

/*
 * Loads the file and takes its case `number`, from 1; all that is wrong is said on stderr, an event
 * that needs the core of `fotarig run` too. Returns CLI_GO_ON or an exit status.
 */
int cli_sim_scenario_open(struct cli_sim_scenario *played, const char *path, uint32_t number,
                          uint32_t module_count);
/* The configuration of a module; NULL: what was wrong is said. */
const struct sim_config *cli_sim_scenario_module(struct cli_sim_scenario *played, uint32_t index);
/* To be called when the module is made. */
void cli_sim_scenario_begin(struct cli_sim_scenario *played, struct bench_module *module);
/* Says which events never fired; false: one that had to. */
bool cli_sim_scenario_end(const struct cli_sim_scenario *played);
/* After bench_serve_close(). */
void cli_sim_scenario_free(struct cli_sim_scenario *played);

#endif
