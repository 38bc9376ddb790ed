/* explore_command.c - `fotarig explore`: one fault at a time, at every line of a run. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/cli/cli.h"
#include "harness/cli/selection.h"
#include "harness/explore/explore.h"
#include "harness/ports/loop.h"

struct explore_options {
    uint64_t seed;
};

static const struct cli_option options[] = {
    {"seed", 0, "N", CLI_NUMBER, offsetof(struct explore_options, seed), "1",
     "of the module's jitter and noise"},
};

static int explore(int argc, char **argv);

const struct cli_command cli_command_explore = {
    .name = "explore",
    .summary = "put one fault at every line of a scenario's run",
    .operands = "SCENARIO...",
    .notes =
        "Faults: lose-to-host (a line of the module is lost), lose-to-module (the next line of\n"
        "the host is lost), power-cut (the module's supply, for 5 s), host-reset (the host comes\n"
        "back after 3 s with its last checkpoint). Each finding names the command to repeat it.\n"
        "Exit status: 0 no finding, 1 findings, 3 invalid scenario, 4 it could not be run.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = explore};

struct telling {
    const struct scenario *scenario;
    struct cli_token token;
    size_t count;
};

static void tell_finding(void *context, const struct explore_finding *finding)
{
    struct telling *telling = context;
    char repeat[1024];
    telling->count++;
    snprintf(telling->token.choice, sizeof telling->token.choice, "%s", finding->choice);
    cli_repeat_command(telling->scenario, &telling->token, repeat, sizeof repeat);
    printf("  finding  %-22s %s: want %s; got %s\n", finding->choice, finding->first.what,
           finding->first.want, finding->first.got);
    printf("           repeat: %s\n", repeat);
}

static void tell_summary(const struct explore_summary *summary, double seconds)
{
    uint32_t runs = 0;
    printf("  %-16s %6s %9s   outcomes\n", "fault", "runs", "findings");
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        const struct explore_counts *counts = &summary->faults[fault];
        runs += counts->runs;
        printf("  %-16s %6" PRIu32 " %9" PRIu32 "  ", explore_fault_name(fault), counts->runs,
               counts->findings);
        for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++)
            if (counts->outcomes[outcome])
                printf(" %s %" PRIu32, fota_outcome_name(outcome), counts->outcomes[outcome]);
        printf("\n");
    }
    printf("  %" PRIu32 " runs over %" PRIu32 " lines in %.3f s\n", runs, summary->lines, seconds);
}

static double seconds_since(uint64_t started_us)
{
    return (double)(bench_clock_us() - started_us) / 1e6;
}

static enum cli_exit explore_one(struct bench_run *run, const struct scenario *scenario,
                                 size_t index, uint64_t seed)
{
    struct explore_summary summary;
    struct telling telling = {.scenario = scenario,
                              .token = {.digest = cli_token_digest(scenario),
                                        .case_index = (uint32_t)index,
                                        .seed = seed}};
    uint64_t started_us = bench_clock_us();
    printf("%s\n", scenario->cases[index].name);
    if (!explore_case(run, &scenario->cases[index], seed, tell_finding, &telling, &summary)) {
        cli_error(&cli_command_explore, "%s: %s", scenario->path, run->error);
        return CLI_EXIT_ENVIRONMENT;
    }
    tell_summary(&summary, seconds_since(started_us));
    return telling.count ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

/* 1 beats 4. */
static enum cli_exit worse(enum cli_exit a, enum cli_exit b)
{
    if (a == CLI_EXIT_FAILED || b == CLI_EXIT_FAILED)
        return CLI_EXIT_FAILED;
    return a == CLI_EXIT_OK ? b : a;
}

static enum cli_exit explore_all(const struct cli_selection *selection, uint64_t seed)
{
    enum cli_exit status = CLI_EXIT_OK;
    struct bench_run *run = bench_run_new(BENCH_SINK_NONE);
    if (!run) {
        cli_error(&cli_command_explore, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    bench_signals_catch();
    for (size_t s = 0; s < selection->count; s++)
        for (size_t i = 0; i < selection->scenarios[s]->case_count && !bench_signal(); i++)
            status = worse(status, explore_one(run, selection->scenarios[s], i, seed));
    bench_run_free(run);
    return bench_signal() ? (enum cli_exit)(128 + bench_signal()) : status;
}

static int explore(int argc, char **argv)
{
    struct explore_options given;
    struct cli_selection selection;
    struct cli_operands operands;
    int status = cli_parse(&cli_command_explore, argc, argv, &given, sizeof given, &operands);
    if (status != CLI_GO_ON)
        return status;
    status = (int)cli_selection_load(&selection, &operands);
    if (status == CLI_EXIT_OK)
        status = (int)explore_all(&selection, given.seed);
    cli_selection_done(&selection);
    return status;
}
