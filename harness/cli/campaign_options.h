/* campaign_options.h - the options that all who run many cases have, and a campaign made of them.
 */
#ifndef FOTARIG_HARNESS_CLI_CAMPAIGN_OPTIONS_H
#define FOTARIG_HARNESS_CLI_CAMPAIGN_OPTIONS_H

#include "harness/campaign/campaign.h"
#include "harness/cli/cli.h"

/* Part of the options of a command. */
struct cli_campaign_options {
    uint64_t seed;
    uint32_t repeat;
    bool shuffle;
    struct cli_list tags;
    uint32_t jobs;
    const char *reports;
    bool quiet;
};

/* Rows of an option table whose struct has `member` of that type. */
#define CLI_CAMPAIGN_OPTIONS(type, member)                                                         \
    {"seed",                                                                                       \
     0,                                                                                            \
     "N",                                                                                          \
     CLI_NUMBER,                                                                                   \
     offsetof(type, member.seed),                                                                  \
     "1",                                                                                          \
     "of the module's jitter and noise"},                                                          \
        {"repeat",                                                                                 \
         0,                                                                                        \
         "N",                                                                                      \
         CLI_COUNT,                                                                                \
         offsetof(type, member.repeat),                                                            \
         "1",                                                                                      \
         "run each case that often, with seeds N, N+1, ..."},                                      \
        {"shuffle",                                                                                \
         0,                                                                                        \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(type, member.shuffle),                                                           \
         NULL,                                                                                     \
         "run the cases in an order that --seed chooses; verdicts do not depend on it"},           \
        {"tag",                                                                                    \
         0,                                                                                        \
         "TAG",                                                                                    \
         CLI_LIST,                                                                                 \
         offsetof(type, member.tags),                                                              \
         NULL,                                                                                     \
         "only scenarios with this tag; given twice, with both; 'list --tags' has them"},          \
        {"jobs",                                                                                   \
         'j',                                                                                      \
         "N",                                                                                      \
         CLI_COUNT,                                                                                \
         offsetof(type, member.jobs),                                                              \
         NULL,                                                                                     \
         "processes that work side by side; as many as there are processors, in real time\n"       \
         "one. What is found, and its order, do not depend on it"},                                \
        {"reports",                                                                                \
         0,                                                                                        \
         "DIR",                                                                                    \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.reports),                                                           \
         NULL,                                                                                     \
         "write junit.xml and ctrf.json there"},                                                   \
    {                                                                                              \
        "quiet", 'q', NULL, CLI_FLAG, offsetof(type, member.quiet), NULL,                          \
            "no line for a case that passed"                                                       \
    }

/* A campaign with the texts that it points to; must not move. */
struct cli_campaign {
    struct campaign campaign;
    const struct cli_command *command;
    char line[1024]; /* as it was typed */
};

/*
 * Begins a campaign: the reports say that it is not finished. `more` holds what is not of these
 * options (real_time, one_process, untold, out), NULL = nothing. CLI_GO_ON, or the status to
 * return, with its message printed. To be ended with cli_campaign_end() in both cases.
 */
int cli_campaign_begin(struct cli_campaign *made, const struct cli_command *command,
                       const struct cli_campaign_options *options,
                       const struct campaign_options *more, int argc, char **argv);
/* Loads the scenarios of the operands; CLI_GO_ON, or as above. */
int cli_campaign_load(struct cli_campaign *made, const struct cli_operands *operands);
/* Plans, runs and reports. An exit status. */
int cli_campaign_run(struct cli_campaign *made, const struct campaign_use *use, void *context);
/* The same of what was planned already. */
int cli_campaign_run_planned(struct cli_campaign *made, const struct campaign_use *use,
                             void *context);
/* Says what the campaign could not do (campaign->error); its exit status. */
int cli_campaign_error(const struct cli_campaign *made);
/* Ends it: the reports are closed, if that was not done yet. Returns `status`. */
int cli_campaign_end(struct cli_campaign *made, int status);

#endif
