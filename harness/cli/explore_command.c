/* explore_command.c - `fotarig explore`: every fault at every point of a scenario's run. */
#include <string.h>

#include "harness/cli/campaign_options.h"
#include "harness/cli/cli.h"
#include "harness/explore/explore_use.h"

struct explore_options {
    struct cli_campaign_options campaign;
    uint32_t faults;
    struct cli_list at, only;
};

static const struct cli_option options[] = {
    {"faults", 0, "1|2|3", CLI_COUNT, offsetof(struct explore_options, faults), "1",
     "faults in a run: each alone, each pair, each triple of what --at and --only leave"},
    {"at", 0, "POINT", CLI_LIST, offsetof(struct explore_options, at), NULL,
     "only at points of this kind; may be given often"},
    {"only", 0, "FAULT", CLI_LIST, offsetof(struct explore_options, only), NULL,
     "only this fault; may be given often"},
    CLI_CAMPAIGN_OPTIONS(struct explore_options, campaign),
};

static int explore(int argc, char **argv);

const struct cli_command cli_command_explore = {
    .name = "explore",
    .summary = "put every fault at every point of a scenario's run",
    .operands = "[SCENARIO|DIR...]",
    .notes =
        "--list without a scenario prints the table of faults and of the points at which each\n"
        "applies. A finding is a rule that was broken, or an end that is worse than the faults\n"
        "excuse; findings that are alike stand as one, which names the command to repeat the\n"
        "first of them. 'excused' are ends that a fault, or one more fault in a story that has\n"
        "its own, may bring.\n"
        "Exit status: 0 no finding, 1 findings or a scenario that fails by itself, 2 usage,\n"
        "3 invalid scenario, 4 it could not be run or nothing could be tried, 128+n signal n.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 0,
    .operands_max = SIZE_MAX,
    .run = explore};

/* The bits of the words that are named; false: one of them is none. */
static bool take_words(const struct cli_list *words, const char *(*name_of)(unsigned),
                       unsigned count, uint64_t *ret_bits, const char **ret_wrong)
{
    *ret_bits = 0;
    for (size_t i = 0; i < words->count; i++) {
        unsigned found = 0;
        while (found < count && strcmp(words->items[i], name_of(found)) != 0)
            found++;
        *ret_wrong = words->items[i];
        if (found == count)
            return false;
        *ret_bits |= UINT64_C(1) << found;
    }
    return true;
}

static int take_wish(const struct explore_options *given, struct explore_wish *wish)
{
    const char *wrong = NULL;
    uint64_t points;
    if (given->faults < 1 || given->faults > EXPLORE_CHOICES_MAX)
        return cli_usage_error(&cli_command_explore, "--faults is a number from 1 to %d",
                               EXPLORE_CHOICES_MAX);
    wish->depth = given->faults;
    if (!take_words(&given->at, bench_point_name, BENCH_POINT_COUNT, &points, &wrong))
        return cli_usage_error(&cli_command_explore,
                               "--at %s: there is no such point; explore --list has them", wrong);
    wish->points = (uint32_t)points;
    if (!take_words(&given->only, explore_fault_name, EXPLORE_FAULT_COUNT, &wish->faults, &wrong))
        return cli_usage_error(&cli_command_explore,
                               "--only %s: there is no such fault; explore --list has them", wrong);
    return CLI_GO_ON;
}

static int run_campaign(const struct explore_options *given, const struct cli_operands *operands,
                        struct explore_context *context, int argc, char **argv)
{
    struct cli_campaign campaign = {.command = &cli_command_explore};
    const struct campaign_options more = {.untold = true};
    int status =
        cli_campaign_begin(&campaign, &cli_command_explore, &given->campaign, &more, argc, argv);
    if (status == CLI_GO_ON)
        status = cli_campaign_load(&campaign, operands);
    if (status == CLI_GO_ON)
        status = cli_campaign_run(&campaign, &explore_use, context);
    explore_context_done(context);
    return cli_campaign_end(&campaign, status);
}

static int explore(int argc, char **argv)
{
    struct explore_options given;
    struct cli_operands operands;
    struct explore_context context = {0};
    int status = cli_parse(&cli_command_explore, argc, argv, &given, sizeof given, &operands);
    if (status != CLI_GO_ON)
        return status;
    if (given.campaign.list && !operands.count) {
        explore_faults_list(stdout);
        return CLI_EXIT_OK;
    }
    if (!operands.count)
        return cli_usage_error(&cli_command_explore, "which scenario?");
    status = take_wish(&given, &context.wish);
    return status == CLI_GO_ON ? run_campaign(&given, &operands, &context, argc, argv) : status;
}
