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
    struct cli_list tags, names;
    const char *shard, *timings;
    bool allow_empty, list;
    uint64_t timeout_us, run_timeout_us;
    bool fail_fast, fail_on_skip;
    uint32_t jobs;
    const char *reports;
    int junit_profile;
    bool quiet;
    bool verbose;
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
        {"case",                                                                                   \
         0,                                                                                        \
         "NAME|GLOB",                                                                              \
         CLI_LIST,                                                                                 \
         offsetof(type, member.names),                                                             \
         NULL,                                                                                     \
         "only cases of this name, as it stands in reports, with its group before it or\n"         \
         "without; given several times, all of them"},                                             \
        {"shard",                                                                                  \
         0,                                                                                        \
         "I/N|auto",                                                                               \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.shard),                                                             \
         NULL,                                                                                     \
         "only the I-th of N parts of the cases; auto: as the CI system says in the\n"             \
         "environment"},                                                                           \
        {"timings",                                                                                \
         0,                                                                                        \
         "FILE",                                                                                   \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.timings),                                                           \
         NULL,                                                                                     \
         "with --shard: a former ctrf.json, so that parts take equally long"},                     \
        {"allow-empty",                                                                            \
         0,                                                                                        \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(type, member.allow_empty),                                                       \
         NULL,                                                                                     \
         "that nothing is selected is no error"},                                                  \
        {"list",                                                                                   \
         0,                                                                                        \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(type, member.list),                                                              \
         NULL,                                                                                     \
         "only list the cases that would run, a name for --case each"},                            \
        {"timeout",                                                                                \
         0,                                                                                        \
         "T",                                                                                      \
         CLI_DURATION,                                                                             \
         offsetof(type, member.timeout_us),                                                        \
         NULL,                                                                                     \
         "a case that takes this machine longer is stopped, as an error (default: in virtual "     \
         "time "                                                                                   \
         "10 minutes a run; in real time a case ends at its own time)"},                           \
        {"run-timeout",                                                                            \
         0,                                                                                        \
         "T",                                                                                      \
         CLI_DURATION,                                                                             \
         offsetof(type, member.run_timeout_us),                                                    \
         NULL,                                                                                     \
         "the time for all cases; what is not done then is not run (status 4)"},                   \
        {"fail-fast",                                                                              \
         0,                                                                                        \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(type, member.fail_fast),                                                         \
         NULL,                                                                                     \
         "run nothing behind the first case that does not pass"},                                  \
        {"fail-on-skip",                                                                           \
         0,                                                                                        \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(type, member.fail_on_skip),                                                      \
         NULL,                                                                                     \
         "a skipped case counts as a failure (status 1)"},                                         \
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
         "write report.html, junit.xml, ctrf.json, summary.md and results.tap there"},             \
        {"junit-profile",                                                                          \
         0,                                                                                        \
         "portable|rich",                                                                          \
         CLI_CHOICE,                                                                               \
         offsetof(type, member.junit_profile),                                                     \
         "portable",                                                                               \
         "rich: junit.xml with file and line of each case, which not all readers take"},           \
        {"verbose",                                                                                \
         'v',                                                                                      \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(type, member.verbose),                                                           \
         NULL,                                                                                     \
         "of what did not pass all that is known, on a terminal too"},                             \
    {                                                                                              \
        "quiet", 'q', NULL, CLI_FLAG, offsetof(type, member.quiet), NULL,                          \
            "no line for a case that passed"                                                       \
    }

/* A campaign with the texts that it points to; must not move. */
struct cli_campaign {
    struct campaign campaign;
    const struct cli_command *command;
    const struct cli_campaign_options *options;
};

/*
 * Begins a campaign: the reports say that it is not finished. `more` holds what is not of these
 * options (real_time, one_process, untold, out), NULL = nothing. CLI_GO_ON, or the status to
 * return, with its message printed. To be ended with cli_campaign_end() in both cases.
 */
int cli_campaign_begin(struct cli_campaign *made, const struct cli_command *command,
                       const struct cli_campaign_options *options,
                       const struct campaign_options *more);
/* Loads the scenarios of the operands; CLI_GO_ON, or as above. */
int cli_campaign_load(struct cli_campaign *made, const struct cli_operands *operands);
/*
 * Plans; CLI_GO_ON, or the status to return: with --list the cases are printed, and that is all.
 */
int cli_campaign_plan(struct cli_campaign *made);
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
