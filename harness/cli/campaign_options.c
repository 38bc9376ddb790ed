/* campaign_options.c - makes a campaign out of options, and an exit status out of a campaign. */
#include "harness/cli/campaign_options.h"

#include <stdio.h>

#include "harness/cli/version.h"

_Static_assert((int)CAMPAIGN_EXIT_FAILED == (int)CLI_EXIT_FAILED &&
                   (int)CAMPAIGN_EXIT_USAGE == (int)CLI_EXIT_USAGE &&
                   (int)CAMPAIGN_EXIT_INVALID == (int)CLI_EXIT_INVALID &&
                   (int)CAMPAIGN_EXIT_ENVIRONMENT == (int)CLI_EXIT_ENVIRONMENT &&
                   (int)CAMPAIGN_EXIT_INTERNAL == (int)CLI_EXIT_INTERNAL,
               "the exit statuses of the program are those of a campaign");

static void join(int argc, char **argv, char *buffer, size_t capacity)
{
    size_t length = (size_t)snprintf(buffer, capacity, "fotarig");
    for (int i = 0; i < argc && length < capacity; i++)
        length += (size_t)snprintf(buffer + length, capacity - length, " %s", argv[i]);
}

int cli_campaign_error(const struct cli_campaign *made)
{
    const struct campaign *campaign = &made->campaign;
    if (campaign->error_status == CAMPAIGN_EXIT_USAGE)
        return cli_usage_error(made->command, "%s", campaign->error);
    cli_error(made->command, "%s", campaign->error);
    return campaign->error_status;
}

int cli_campaign_begin(struct cli_campaign *made, const struct cli_command *command,
                       const struct cli_campaign_options *options,
                       const struct campaign_options *more, int argc, char **argv)
{
    struct campaign_options given = more ? *more : (struct campaign_options){0};
    made->command = command;
    join(argc, argv, made->line, sizeof made->line);
    given.version = FOTARIG_VERSION;
    given.command = made->line;
    given.seed = options->seed;
    given.repeat = options->repeat;
    given.shuffle = options->shuffle;
    given.tags = options->tags.items;
    given.tag_count = options->tags.count;
    given.jobs = options->jobs;
    given.reports = options->reports;
    given.quiet |= options->quiet;
    given.errors = stderr;
    if (!given.out)
        given.out = stdout;
    return campaign_begin(&made->campaign, &given) ? CLI_GO_ON : cli_campaign_error(made);
}

int cli_campaign_load(struct cli_campaign *made, const struct cli_operands *operands)
{
    return campaign_load(&made->campaign, operands->items, operands->count)
               ? CLI_GO_ON
               : cli_campaign_error(made);
}

int cli_campaign_run_planned(struct cli_campaign *made, const struct campaign_use *use,
                             void *context)
{
    struct campaign *campaign = &made->campaign;
    bool ran = campaign_run(campaign, use, context);
    bool ended = campaign_end(campaign);
    fflush(stdout);
    if (!ran || !ended)
        cli_campaign_error(made);
    return campaign_status(campaign);
}

int cli_campaign_run(struct cli_campaign *made, const struct campaign_use *use, void *context)
{
    if (!campaign_plan(&made->campaign))
        return cli_campaign_error(made);
    return cli_campaign_run_planned(made, use, context);
}

int cli_campaign_end(struct cli_campaign *made, int status)
{
    if (status != CLI_EXIT_OK && !made->campaign.ended)
        campaign_fail(&made->campaign, CAMPAIGN_EXIT_INTERNAL,
                      "the run could not be begun: exit status %d", status);
    campaign_end(&made->campaign);
    campaign_done(&made->campaign);
    return status;
}
