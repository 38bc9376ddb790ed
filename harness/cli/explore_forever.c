/* explore_forever.c - runs with faults at random, and a folder of what they find. */
#include "harness/cli/explore_forever.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/explore/forever.h"
#include "harness/ports/loop.h"
#include "reports/file.h"

enum { NAME_BYTES = 256, COMMAND_BYTES = 1024, PATH_BYTES = 1024 };

struct search {
    struct cli_campaign *campaign;
    struct explore_context *context;
    const char *folder;
    struct bench_run *run;
    struct explore_forever *cases; /* of each planned case; owned */
    bool *usable;                  /* owned: it passes undisturbed */
    uint64_t runs, findings;       /* findings: that no fact excuses */
    uint32_t files;
    int status; /* CLI_GO_ON, or why it can't go on */
};

/* A name for all findings of one cause: letters, digits, dots and lines. */
static void name_cause(const struct campaign_case *planned, const struct explore_finding *finding,
                       char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%s.%s.%s.%s.%s", planned->scenario->name,
             explore_fault_name(finding->fault),
             explore_oracle_name(explore_oracle_of(&finding->first)), finding->first.what,
             fota_outcome_name(finding->outcome));
    for (char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '.')
            *at = '-';
}

static void write_finding(FILE *out, const struct campaign_case *planned,
                          const struct explore_finding *finding)
{
    char command[COMMAND_BYTES], text[CAMPAIGN_TOKEN_MAX];
    struct campaign_token token = planned->token;
    snprintf(token.choice, sizeof token.choice, "%s", finding->choice);
    campaign_token_format(&token, text);
    campaign_repeat_command(planned->scenario, &token, command, sizeof command);
    fprintf(out,
            "case     %s\nfaults   %s\n%-8s %s: want %s; got %s\nends     %s (%s)\ntoken    %s\n",
            planned->one->name, finding->choice,
            explore_oracle_name(explore_oracle_of(&finding->first)), finding->first.what,
            finding->first.want, finding->first.got, fota_outcome_name(finding->outcome),
            fota_reason_name(finding->reason), text);
    fprintf(out, "repeat   %s\n", command);
}

static void keep_finding(struct search *search, const struct campaign_case *planned,
                         const struct explore_finding *finding)
{
    char name[NAME_BYTES], path[PATH_BYTES];
    struct report_file file;
    name_cause(planned, finding, name);
    snprintf(path, sizeof path, "%s/%s.txt", search->folder, name);
    search->findings++;
    if (access(path, F_OK) == 0)
        return;
    bool good = report_file_open(&file, path) == 0;
    if (good) {
        write_finding(file.out, planned, finding);
        good = report_file_close(&file, REPORT_FILE_DURABLE) == 0;
    }
    if (!good) {
        cli_error(search->campaign->command, "%s: %s", path, report_file_reason(errno));
        search->status = CLI_EXIT_ENVIRONMENT;
        return;
    }
    search->files++;
    printf("finding  %s\n", path);
    fflush(stdout);
}

/* Finds out how each case goes undisturbed; what does not pass is said, and not tried. */
static size_t begin_cases(struct search *search)
{
    const struct campaign *campaign = &search->campaign->campaign;
    size_t usable = 0;
    for (size_t i = 0; i < campaign->case_count && !bench_signal(); i++) {
        const struct campaign_case *planned = &campaign->cases[i];
        struct explore_forever *forever = &search->cases[i];
        if (!planned->one)
            continue;
        forever->one = planned->one;
        forever->seed = planned->token.seed;
        forever->wish = search->context->wish;
        forever->wish.depth = 1;
        search->usable[i] = explore_forever_begin(search->run, forever) == EXPLORE_DONE;
        usable += search->usable[i];
        if (!search->usable[i])
            cli_error(search->campaign->command, "%s: it is not tried: %s", planned->one->name,
                      search->run->error[0] ? search->run->error : "there is no point in it");
    }
    return usable;
}

static bool goes_on(const struct search *search, time_t began)
{
    uint64_t limit_us = search->campaign->campaign.options.run_timeout_us;
    return search->status == CLI_GO_ON && !bench_signal() &&
           (!limit_us || (uint64_t)(time(NULL) - began) < limit_us / 1000000);
}

static void go_on(struct search *search)
{
    const struct campaign *campaign = &search->campaign->campaign;
    const time_t began = time(NULL);
    for (uint64_t number = 0; goes_on(search, began); number++)
        for (size_t i = 0; i < campaign->case_count && goes_on(search, began); i++) {
            struct explore_finding finding;
            if (!search->usable[i])
                continue;
            bool found = explore_forever_try(search->run, &search->cases[i], number, &finding) &&
                         !bench_signal();
            search->runs++;
            if (found && !explore_accepted_find(&search->context->accepted,
                                                campaign->cases[i].scenario->name, &finding))
                keep_finding(search, &campaign->cases[i], &finding);
        }
}

static int search_all(struct search *search)
{
    struct stat found;
    if (mkdir(search->folder, 0777) != 0 &&
        (errno != EEXIST || stat(search->folder, &found) != 0 || !S_ISDIR(found.st_mode))) {
        cli_error(search->campaign->command, "%s: %s", search->folder, strerror(errno));
        return CLI_EXIT_ENVIRONMENT;
    }
    bench_signals_catch();
    if (!begin_cases(search))
        return CLI_EXIT_ENVIRONMENT;
    go_on(search);
    printf("%" PRIu64 " runs with 2 to %d faults, %" PRIu64 " with something wrong, %" PRIu32
           " new files in %s\n",
           search->runs, EXPLORE_CHOICES_MAX, search->findings, search->files, search->folder);
    if (search->status != CLI_GO_ON)
        return search->status;
    return search->findings ? CLI_EXIT_FAILED : CLI_EXIT_OK;
}

int cli_explore_forever(struct cli_campaign *campaign, struct explore_context *context,
                        const char *folder)
{
    size_t count = campaign->campaign.case_count;
    struct search search = {.campaign = campaign,
                            .context = context,
                            .folder = folder,
                            .run = bench_run_new(BENCH_SINK_MEMORY),
                            .cases = calloc(count + 1, sizeof *search.cases),
                            .usable = calloc(count + 1, sizeof *search.usable),
                            .status = CLI_GO_ON};
    int status = CLI_EXIT_ENVIRONMENT;
    if (search.run && search.cases && search.usable)
        status = search_all(&search);
    else
        cli_error(campaign->command, "not enough memory");
    bench_run_free(search.run);
    free(search.cases);
    free(search.usable);
    return status;
}
