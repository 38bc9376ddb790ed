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
                       const struct campaign_options *more)
{
    char text[CAMPAIGN_TEXT_MAX];
    struct campaign_options given = more ? *more : (struct campaign_options){0};
    made->command = command;
    made->options = options;
    given.version = FOTARIG_VERSION;
    given.command = cli_command_line();
    given.seed = options->seed;
    given.repeat = options->repeat;
    given.shuffle = options->shuffle;
    given.tags = options->tags.items;
    given.tag_count = options->tags.count;
    given.names = options->names.items;
    given.name_count = options->names.count;
    given.timings = options->timings;
    given.allow_empty = options->allow_empty;
    given.timeout_us = options->timeout_us;
    given.run_timeout_us = options->run_timeout_us;
    given.fail_fast = options->fail_fast;
    given.fail_on_skip = options->fail_on_skip;
    given.rich = options->junit_profile == 1;
    given.jobs = options->jobs;
    given.reports = options->list ? NULL : options->reports;
    given.quiet |= options->quiet;
    given.verbose |= options->verbose;
    given.errors = stderr;
    if (!given.out)
        given.out = stdout;
    bool shard =
        !options->shard || campaign_shard_parse(options->shard, &given.shard, text, sizeof text);
    if (!campaign_begin(&made->campaign, &given))
        return cli_campaign_error(made);
    if (!shard)
        return cli_usage_error(command, "--shard: %s", text);
    if (options->timings && !given.shard.count)
        return cli_usage_error(command, "--timings goes with --shard");
    return CLI_GO_ON;
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
    const struct campaign_options *options = &campaign->options;
    if (options->out && (options->soak_us || options->until_fail) && ran)
        campaign_soak_print(campaign, options->out);
    fflush(stdout);
    if (!ran || !ended)
        cli_campaign_error(made);
    return campaign_status(campaign);
}

int cli_campaign_plan(struct cli_campaign *made)
{
    struct campaign *campaign = &made->campaign;
    const struct campaign_shard *shard = &campaign->options.shard;
    if (!campaign_plan(campaign))
        return cli_campaign_error(made);
    if (shard->count)
        fprintf(stderr, "shard %u/%u: %zu of %zu\n", (unsigned)shard->number,
                (unsigned)shard->count, campaign->case_count, campaign->whole_count);
    if (!made->options->list)
        return CLI_GO_ON;
    for (size_t i = 0; i < campaign->case_count; i++)
        printf("%s\n", campaign_case_id(campaign, &campaign->cases[i]));
    return campaign->invalid_count ? CLI_EXIT_INVALID : CLI_EXIT_OK;
}

int cli_campaign_run(struct cli_campaign *made, const struct campaign_use *use, void *context)
{
    int status = cli_campaign_plan(made);
    return status == CLI_GO_ON ? cli_campaign_run_planned(made, use, context) : status;
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
