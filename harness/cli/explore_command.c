/* explore_command.c - `fotarig explore`: one fault at a time, at every line of a run. */
#include <inttypes.h>
#include <stdbool.h>
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
        "back after 3 s with its last checkpoint). A finding is a rule that was broken, or an end\n"
        "that is worse than the fault excuses; each names the command to repeat it. 'excused' are\n"
        "ends that a power cut, or one more fault in a story that has its own, may bring.\n"
        "Exit status: 0 no finding, 1 findings or a scenario that fails by itself, 2 usage,\n"
        "3 invalid scenario, 4 it could not be run or nothing could be tried, 128+n signal n.\n",
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

static uint32_t tell_fault(const struct explore_summary *summary, unsigned fault)
{
    const struct explore_counts *counts = &summary->faults[fault];
    printf("  %-16s %6" PRIu32 " %9" PRIu32 " %8" PRIu32 "  ", explore_fault_name(fault),
           counts->runs, counts->findings, counts->excused);
    for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++)
        if (counts->outcomes[outcome])
            printf(" %s %" PRIu32, fota_outcome_name(outcome), counts->outcomes[outcome]);
    if (counts->untried)
        printf("; not tried %" PRIu32 ": its moment did not come", counts->untried);
    if (counts->errors)
        printf("; %" PRIu32 " could not be judged", counts->errors);
    printf("\n");
    return counts->runs;
}

static void tell_summary(const struct explore_summary *summary, double seconds, bool stopped)
{
    uint32_t runs = 0;
    printf("  %-16s %6s %9s %8s   outcomes\n", "fault", "runs", "findings", "excused");
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++)
        runs += tell_fault(summary, fault);
    printf("  %" PRIu32 " runs over %" PRIu32 " lines in %.3f s%s\n", runs, summary->lines, seconds,
           stopped ? "; stopped by a signal, the rest was not tried" : "");
}

static double seconds_since(uint64_t started_us)
{
    return (double)(bench_clock_us() - started_us) / 1e6;
}

/* Says what there is to say besides findings; the exit status of the case. */
static enum cli_exit conclude(const struct telling *telling, enum explore_answer answer,
                              const char *error)
{
    const char *path = telling->scenario->path;
    switch (answer) {
    case EXPLORE_DONE:
    case EXPLORE_STOPPED:
        return telling->count ? CLI_EXIT_FAILED : CLI_EXIT_OK;
    case EXPLORE_FAILED:
        printf("  failed   %s\n", error);
        return CLI_EXIT_FAILED;
    case EXPLORE_NOTHING:
        cli_error(&cli_command_explore,
                  "%s: nothing was tried: the module sends no line in this case", path);
        return CLI_EXIT_ENVIRONMENT;
    default:
        cli_error(&cli_command_explore, "%s: %s", path,
                  error[0] ? error : "not every run could be judged");
        return telling->count ? CLI_EXIT_FAILED : CLI_EXIT_ENVIRONMENT;
    }
}

static enum cli_exit explore_one(struct bench_run *run, const struct scenario *scenario,
                                 size_t index, uint64_t seed)
{
    const struct scenario_case *one = &scenario->cases[index];
    struct explore_summary summary;
    struct telling telling = {
        .scenario = scenario,
        .token = {.digest = cli_token_digest(one), .case_index = (uint32_t)index, .seed = seed}};
    uint64_t started_us = bench_clock_us();
    printf("%s\n", one->name);
    enum explore_answer answer = explore_case(run, one, seed, tell_finding, &telling, &summary);
    bool tried = answer == EXPLORE_DONE || answer == EXPLORE_STOPPED || summary.faults[0].runs;
    if (tried)
        tell_summary(&summary, seconds_since(started_us), answer == EXPLORE_STOPPED);
    fflush(stdout);
    return conclude(&telling, answer, run->error);
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
