/*
 * sim_scenario.h - `fotarig sim --scenario`: the module's side of a scenario file for a client that
 * is no part of the bench.
 */
#ifndef FOTARIG_HARNESS_CLI_SIM_SCENARIO_H
#define FOTARIG_HARNESS_CLI_SIM_SCENARIO_H

#include "harness/scenario/scenario.h"
#include "harness/serve/serve.h"

struct cli_sim_scenario {
    struct scenario *scenario;       /* NULL = there is none */
    const struct scenario_case *one; /* the case that is played */
    struct bench_case shared;        /* what all modules that play it have in common */
    struct bench_blobs packages;
    struct bench_serve *serve; /* the modules that play it */
    struct bench_view view;    /* to be added with bench_serve_view() */
};

/*
 * Loads the file and takes its case `number`, from 1; all that is wrong is said on stderr, an event
 * that needs the core of `fotarig run` too. Returns CLI_GO_ON or an exit status.
 */
int cli_sim_scenario_open(struct cli_sim_scenario *played, const char *path, uint32_t number,
                          struct bench_serve *serve);
/* Says which events never fired; false: one that had to. Before bench_serve_close(). */
bool cli_sim_scenario_end(const struct cli_sim_scenario *played);
/* The modules that play it are gone. */
void cli_sim_scenario_free(struct cli_sim_scenario *played);

#endif
