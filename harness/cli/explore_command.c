/* explore_command.c - `fotarig explore`: one fault at a time, at every line of a run. */
#include "harness/cli/campaign_options.h"
#include "harness/cli/cli.h"
#include "harness/explore/explore_use.h"

struct explore_options {
    struct cli_campaign_options campaign;
};

static const struct cli_option options[] = {
    CLI_CAMPAIGN_OPTIONS(struct explore_options, campaign),
};

static int explore(int argc, char **argv);

const struct cli_command cli_command_explore = {
    .name = "explore",
    .summary = "put one fault at every line of a scenario's run",
    .operands = "SCENARIO|DIR...",
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

static int explore(int argc, char **argv)
{
    struct explore_options given;
    struct cli_operands operands;
    struct cli_campaign campaign = {.command = &cli_command_explore};
    struct explore_context context = {0};
    const struct campaign_options more = {.untold = true};
    int status = cli_parse(&cli_command_explore, argc, argv, &given, sizeof given, &operands);
    if (status != CLI_GO_ON)
        return status;
    status =
        cli_campaign_begin(&campaign, &cli_command_explore, &given.campaign, &more, argc, argv);
    if (status == CLI_GO_ON)
        status = cli_campaign_load(&campaign, &operands);
    if (status == CLI_GO_ON)
        status = cli_campaign_run(&campaign, &explore_use, &context);
    explore_context_done(&context);
    return cli_campaign_end(&campaign, status);
}
