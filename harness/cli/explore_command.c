/* explore_command.c - `fotarig explore`: every fault at every point of a scenario's run. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/cli/campaign_options.h"
#include "harness/cli/cli.h"
#include "harness/cli/explore_forever.h"
#include "harness/cli/target_options.h"
#include "harness/cli/whole_file.h"
#include "harness/explore/explore_use.h"
#include "harness/explore/lost.h"

struct explore_options {
    struct cli_campaign_options campaign;
    uint32_t faults;
    struct cli_list at, only;
    const char *accepted, *certificates, *part;
    const char *token;
    bool first_finding, apart;
    const char *forever;
    const char *host, *claims;
    struct cli_list left_out;
};

static const struct cli_option options[] = {
    {"faults", 0, "1|2|3", CLI_COUNT, offsetof(struct explore_options, faults), "1",
     "faults in a run: each alone, each pair, each triple of what --at and --only leave"},
    {"at", 0, "POINT", CLI_LIST, offsetof(struct explore_options, at), NULL,
     "only at points of this kind; may be given often"},
    {"only", 0, "FAULT", CLI_LIST, offsetof(struct explore_options, only), NULL,
     "only this fault; may be given often"},
    {"token", 0, "TOKEN", CLI_TEXT, offsetof(struct explore_options, token), NULL,
     "tell where the run of a finding, or one that fails without any fault, was lost: until when\n"
     "one further fault could have helped, and to which ends it could still have led"},
    {"first-finding", 0, NULL, CLI_FLAG, offsetof(struct explore_options, first_finding), NULL,
     "a process that has found something that no fact excuses tries no more"},
    {"apart", 0, NULL, CLI_FLAG, offsetof(struct explore_options, apart), NULL,
     "run each to its own end; else one that comes to a world whose rest is known, and good, "
     "takes that over"},
    {"forever", 0, "DIR", CLI_TEXT, offsetof(struct explore_options, forever), NULL,
     "draw several faults for each run, until a signal or --run-timeout ends it; --seed draws\n"
     "others. What no fact excuses gets a file in DIR, one for each cause"},
    {"accepted", 0, "FILE", CLI_TEXT, offsetof(struct explore_options, accepted), NULL,
     "findings that a fact excuses (default: accepted.txt beside the scenarios, or above)"},
    {"part", 0, "I/N", CLI_TEXT, offsetof(struct explore_options, part), NULL,
     "only the I-th of N parts (64 at most) of what the first fault may be; the certificates of\n"
     "all parts add up, each in a folder of its own below DIR"},
    {"certificates", 0, "DIR", CLI_TEXT, offsetof(struct explore_options, certificates), NULL,
     "write what was tried and how it ended, for ci/explore-check"},
    {"host", 0, "core|warp:COMMAND|lib:FILE", CLI_TEXT, offsetof(struct explore_options, host),
     "core",
     "whose client is explored, see 'run'; one of your own is run from the start with each\n"
     "fault, and judged by the rules for any client as well"},
    {"claims", 0, "STATUS=OUTCOME,...", CLI_TEXT, offsetof(struct explore_options, claims), NULL,
     "what the program's exit statuses say, see 'run'"},
    {"leave-out", 0, "RULE=REASON", CLI_LIST, offsetof(struct explore_options, left_out), NULL,
     "do not judge by this rule for any client, and say why"},
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

static bool take_part(const char *text, struct explore_wish *wish)
{
    unsigned part = 0, parts = 0;
    int length = 0;
    bool good = sscanf(text, "%2u/%2u%n", &part, &parts, &length) == 2 && !text[length] &&
                part >= 1 && part <= parts && parts <= CAMPAIGN_SLICES_MAX;
    wish->part = (uint8_t)part;
    wish->parts = (uint8_t)parts;
    return good;
}

static int take_wish(const struct explore_options *given, struct explore_wish *wish)
{
    const char *wrong = NULL;
    uint64_t points;
    if (given->faults < 1 || given->faults > EXPLORE_CHOICES_MAX)
        return cli_usage_error(&cli_command_explore, "--faults is a number from 1 to %d",
                               EXPLORE_CHOICES_MAX);
    wish->depth = given->faults;
    if (given->part && !take_part(given->part, wish))
        return cli_usage_error(&cli_command_explore, "--part %s: want I/N, N from 1 to %d",
                               given->part, CAMPAIGN_SLICES_MAX);
    if (!take_words(&given->at, bench_point_name, BENCH_POINT_COUNT, &points, &wrong))
        return cli_usage_error(&cli_command_explore,
                               "--at %s: there is no such point; explore --list has them", wrong);
    wish->points = (uint32_t)points;
    if (!take_words(&given->only, explore_fault_name, EXPLORE_FAULT_COUNT, &wish->faults, &wrong))
        return cli_usage_error(&cli_command_explore,
                               "--only %s: there is no such fault; explore --list has them", wrong);
    return CLI_GO_ON;
}

/* The client, if it is not the core. */
static int take_client(const struct explore_options *given, struct cli_target *made,
                       struct explore_context *context)
{
    const struct cli_target_options wanted = {.module = "emulator",
                                              .host = given->host,
                                              .claims = given->claims,
                                              .left_out = given->left_out,
                                              .delivery = FOTA_DELIVERY_COUNT};
    size_t count = 0;
    if (cli_target_is_real_time(&wanted) || strncmp(given->host, "replay:", 7) == 0)
        return cli_usage_error(&cli_command_explore,
                               "--host %s: only clients in virtual time are explored: core, "
                               "warp:COMMAND, lib:FILE",
                               given->host);
    int status = cli_target_make(made, &cli_command_explore, &wanted, 0);
    if (status != CLI_GO_ON || strcmp(given->host, "core") == 0)
        return status;
    if (context->wish.depth > 1)
        return cli_usage_error(&cli_command_explore, "--faults above 1 goes with --host core only");
    context->target = &made->target;
    context->wish.by_rerun = true;
    context->wish.left_out = made->target.options.conduct_left_out;
    context->client[count++] = "--host";
    context->client[count++] = given->host;
    if (given->claims) {
        context->client[count++] = "--claims";
        context->client[count++] = given->claims;
    }
    return CLI_GO_ON;
}

/* ---- accepted findings ----------------------------------------------------------------------- */

enum { ACCEPTED_BYTES = 65536, FOLDERS_UP = 4, PATH_BYTES = 1024 };

/* accepted.txt beside the operand, or in a folder above it. */
static bool find_accepted(const char *operand, char path[PATH_BYTES])
{
    char folder[PATH_BYTES];
    struct stat found;
    snprintf(folder, sizeof folder, "%s", operand);
    if (stat(operand, &found) == 0 && !S_ISDIR(found.st_mode)) {
        char *slash = strrchr(folder, '/');
        if (slash)
            *slash = '\0';
        else
            snprintf(folder, sizeof folder, ".");
    }
    for (unsigned i = 0; i < FOLDERS_UP; i++) {
        static const char *const ups[] = {"", "/..", "/../..", "/../../.."};
        int length = snprintf(path, PATH_BYTES, "%s%s/accepted.txt", folder, ups[i]);
        if (length < PATH_BYTES && stat(path, &found) == 0)
            return true;
    }
    return false;
}

static int read_accepted(const struct explore_options *given, const struct cli_operands *operands,
                         struct explore_context *context, char path[PATH_BYTES])
{
    char error[CAMPAIGN_TEXT_MAX];
    size_t size;
    if (given->accepted)
        snprintf(path, PATH_BYTES, "%s", given->accepted);
    else if (!find_accepted(operands->items[0], path))
        return CLI_GO_ON;
    uint8_t *bytes = cli_file_read(path, ACCEPTED_BYTES, &size);
    if (!bytes) {
        cli_error(&cli_command_explore, "%s: %s", path, strerror(errno));
        return CLI_EXIT_INVALID;
    }
    bool good = explore_accepted_parse(&context->accepted, path, (const char *)bytes, size, error);
    cli_file_free(bytes);
    if (!good)
        cli_error(&cli_command_explore, "%s", error);
    return good ? CLI_GO_ON : CLI_EXIT_INVALID;
}

/* With a part of the cases an entry may have nothing to excuse. */
static bool is_stale(const struct explore_options *given, const struct explore_context *context)
{
    const struct explore_accepted_entry *stale = explore_accepted_stale(&context->accepted);
    if (!stale || given->campaign.shard || given->campaign.names.count || given->part)
        return false;
    cli_error(
        &cli_command_explore,
        "%s:%u: error: nothing is excused any more by '%s' with rule '%s'; take the entry out",
        context->accepted.path, stale->line, stale->fault, stale->rule);
    return true;
}

static int run_campaign(const struct explore_options *given, const struct cli_operands *operands,
                        struct explore_context *context)
{
    struct cli_campaign campaign = {.command = &cli_command_explore};
    const struct campaign_options more = {.untold = true};
    int status = cli_campaign_begin(&campaign, &cli_command_explore, &given->campaign, &more);
    if (status == CLI_GO_ON)
        status = cli_campaign_load(&campaign, operands);
    if (status == CLI_GO_ON && given->forever) {
        status = cli_campaign_plan(&campaign);
        if (status == CLI_GO_ON)
            status = cli_explore_forever(&campaign, context, given->forever);
        return cli_campaign_end(&campaign, status);
    }
    if (status == CLI_GO_ON)
        status = cli_campaign_run(&campaign, &explore_use, context);
    explore_context_done(context);
    status = cli_campaign_end(&campaign, status);
    if (context->error[0])
        cli_error(&cli_command_explore, "%s", context->error);
    if (status == CLI_EXIT_OK && context->error[0])
        return CLI_EXIT_ENVIRONMENT;
    return status == CLI_EXIT_OK && is_stale(given, context) ? CLI_EXIT_INVALID : status;
}

/* ---- where a run was lost ---------------------------------------------------------------------
 */

static void tell_moment(const char *what, const struct trail_moment *moment)
{
    printf("%-9s at %.3f s, in state %s", what, (double)moment->at_us / 1e6, moment->state);
}

static void tell_ends(const struct explore_lost *lost)
{
    printf("tried     %" PRIu32 " runs with one further fault", lost->runs);
    if (lost->is_bounded)
        printf(", from %.3f s on (more would take too long)", (double)lost->tried_from_us / 1e6);
    printf(": %" PRIu32 " helped\n", lost->helped);
    for (unsigned outcome = 0; outcome < FOTA_OUTCOME_COUNT; outcome++) {
        const struct explore_reach *reach = &lost->ends[outcome];
        if (reach->runs)
            printf("  %-15s can be reached until %.3f s, in state %s: %s (%" PRIu32 " runs)\n",
                   fota_outcome_name(outcome), (double)reach->last.at_us / 1e6, reach->last.state,
                   reach->choice, reach->runs);
    }
}

static void tell_why(const struct explore_lost *lost)
{
    static const char *const why[] = {
        [EXPLORE_LOST_END] = "it could have been done until then",
        [EXPLORE_LOST_STAY] = "most of the surplus is spent there",
        [EXPLORE_LOST_OPEN] = "until then this helped",
        [EXPLORE_LOST_TOLD] = "it was answered otherwise than undisturbed, and went on",
        [EXPLORE_LOST_TURN] = "it goes on to a state to which it never goes from there undisturbed",
        [EXPLORE_LOST_PASSED] = "from there on all goes as undisturbed",
        [EXPLORE_LOST_SHOWN] = "what is wrong shows there"};
    printf(": %s", why[lost->by]);
    if (lost->by == EXPLORE_LOST_OPEN)
        printf(": %s", lost->choice);
    if (lost->by == EXPLORE_LOST_TOLD)
        printf(": %s", lost->told.what);
    if (lost->by == EXPLORE_LOST_TURN)
        printf(": %s", lost->lost.what);
    printf("\n");
}

static void tell_lost(const struct explore_lost *lost)
{
    const struct scenario_finding *wrong = &lost->wrong.finding;
    printf("wrong     %s: want %s; got %s\n", wrong->what, wrong->want, wrong->got);
    printf("ends      %s (%s) at %.3f s\n", fota_outcome_name(lost->end),
           fota_reason_name(lost->reason), (double)lost->end_at_us / 1e6);
    if (lost->has_heard) {
        tell_moment("differs", &lost->heard);
        printf(": %s\n", lost->heard.what);
    }
    tell_moment(explore_wrong_since(lost->wrong.kind), &lost->shown);
    printf("\n");
    tell_ends(lost);
    tell_moment("lost", &lost->lost);
    tell_why(lost);
}

static int find_lost(const struct explore_options *given, const struct cli_operands *operands,
                     const struct explore_wish *wish)
{
    struct campaign_token token;
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    struct explore_lost lost;
    struct scenario_errors errors = {0};
    bool is_token = campaign_token_parse(given->token, &token);
    size_t count = is_token ? explore_choice_parse(token.choice, choices) : 0;
    bool is_plain = is_token && (!token.choice[0] || strcmp(token.choice, "-") == 0);
    if ((!count && !is_plain) || count == EXPLORE_CHOICES_MAX || operands->count != 1)
        return cli_usage_error(&cli_command_explore,
                               "--token wants the token of a finding, with two faults at most, "
                               "and its scenario");
    struct scenario *scenario = scenario_load(operands->items[0], &errors);
    const struct scenario_case *one = scenario ? campaign_token_case(&token, scenario) : NULL;
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    int status = CLI_EXIT_OK;
    if (!scenario) {
        fprintf(stderr, "%s", errors.text);
        status = CLI_EXIT_INVALID;
    } else if (!one) {
        cli_error(&cli_command_explore, "token '%s' belongs to no case of %s", given->token,
                  operands->items[0]);
        status = CLI_EXIT_INVALID;
    } else if (!run || !explore_find_lost(run, one, token.seed, choices, count, wish, &lost)) {
        cli_error(&cli_command_explore, "%s", run ? run->error : "not enough memory");
        status = CLI_EXIT_ENVIRONMENT;
    } else {
        tell_lost(&lost);
    }
    bench_run_free(run);
    scenario_errors_done(&errors);
    if (scenario)
        scenario_free(scenario);
    return status;
}

static int explore(int argc, char **argv)
{
    struct explore_options given;
    struct cli_operands operands;
    struct explore_context context = {0};
    struct cli_target client = {.at_revision = ""};
    int status = cli_parse(&cli_command_explore, argc, argv, &given, sizeof given, &operands);
    if (status != CLI_GO_ON)
        return status;
    char path[PATH_BYTES];
    if (given.campaign.list && !operands.count) {
        explore_faults_list(stdout);
        fprintf(stdout, "\n");
        explore_oracles_list(stdout);
        return CLI_EXIT_OK;
    }
    if (!operands.count)
        return cli_usage_error(&cli_command_explore, "which scenario?");
    if (given.forever && (given.certificates || strcmp(given.host, "core") != 0))
        return cli_usage_error(&cli_command_explore,
                               "--forever goes with --host core only, and has no certificates");
    context.certificates = given.certificates;
    context.first_finding = given.first_finding;
    context.apart = given.apart;
    status = take_wish(&given, &context.wish);
    if (status == CLI_GO_ON && given.token)
        return find_lost(&given, &operands, &context.wish);
    if (status == CLI_GO_ON)
        status = take_client(&given, &client, &context);
    if (status == CLI_GO_ON)
        status = read_accepted(&given, &operands, &context, path);
    if (status == CLI_GO_ON)
        status = run_campaign(&given, &operands, &context);
    cli_target_done(&client);
    return status;
}
