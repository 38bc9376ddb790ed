/* run_command.c - `fotarig run`: scenarios on the bench, told on the console and in files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/campaign/case_use.h"
#include "harness/cli/campaign_options.h"
#include "harness/cli/case_trace.h"
#include "harness/cli/cli.h"
#include "harness/cli/coverage_maps.h"
#include "harness/cli/former.h"
#include "harness/cli/rack_run.h"
#include "harness/cli/set_option.h"
#include "harness/cli/target_options.h"
#include "harness/cli/vary_assumed.h"
#include "harness/explore/explore.h"

struct run_options {
    int wire;
    double speed;
    uint32_t repeat_late;
    uint64_t steps_max;
    uint32_t journal_bytes_max;
    struct cli_campaign_options campaign;
    const char *trace, *former;
    const char *token;
    const char *replay; /* the old name of it */
    struct cli_list set;
    bool vary_assumed;
    bool json;
    bool timeline;
    bool digests, costs, explain, coverage;
    bool plan, until_fail;
    uint64_t soak_us;
    struct cli_rack_options rack;
    struct cli_target_options target;
};

static const struct cli_option options[] = {
    {"wire", 0, "memory|pty", CLI_CHOICE, offsetof(struct run_options, wire), "memory",
     "what joins the ends; a pty needs --speed"},
    {"speed", 0, "X", CLI_SPEED, offsetof(struct run_options, speed), NULL,
     "real time, X times faster than the module; without it, virtual time"},
    {"repeat-late", 0, "N", CLI_COUNT, offsetof(struct run_options, repeat_late), NULL,
     "repeat a case of which this machine was too late, up to N times (1 to 8), each at half the "
     "speed; not by default"},
    {"max-steps", 0, "N", CLI_NUMBER, offsetof(struct run_options, steps_max), NULL,
     "virtual time: a case that takes more steps turns in circles, an error (default: 1000000)"},
    {"max-journal", 0, "SIZE", CLI_SIZE, offsetof(struct run_options, journal_bytes_max), NULL,
     "virtual time: the most that a case's journal may hold (default: 64MiB)"},
    {"trace", 0, "DIR", CLI_TEXT, offsetof(struct run_options, trace), NULL,
     "write what happened in each case there, as CASE.jsonl"},
    {"former", 0, "DIR", CLI_TEXT, offsetof(struct run_options, former), NULL,
     "what --trace wrote of an earlier run: where a case passed then, its exchange stands beside "
     "that of a failure in the reports, from where they part"},
    {"token", 0, "TOKEN", CLI_TEXT, offsetof(struct run_options, token), NULL,
     "run the one case that the token of a failure names, with the faults that explore put in it"},
    {"replay", 0, "TOKEN", CLI_TEXT, offsetof(struct run_options, replay), NULL,
     "the old name of --token"},
    {"set", 0, "NAME=VALUE", CLI_LIST, offsetof(struct run_options, set), NULL,
     "a setting of the emulator, over what scenarios say; 'facts' lists them"},
    {"vary-assumed", 0, NULL, CLI_FLAG, offsetof(struct run_options, vary_assumed), NULL,
     "run each case with each plausible value of each assumed setting, one at a\n"
     "time, and list the verdicts that hinge on one"},
    {"json", 0, NULL, CLI_FLAG, offsetof(struct run_options, json), NULL,
     "print one JSON object, for programs: the report as CTRF, or what --vary-assumed found"},
    {"coverage", 0, NULL, CLI_FLAG, offsetof(struct run_options, coverage), NULL,
     "with --reports: the page has a map of what was reached, as 'fotarig coverage' counts it"},
    {"timeline", 0, NULL, CLI_FLAG, offsetof(struct run_options, timeline), NULL,
     "print the whole journal of each case"},
    {"explain", 0, NULL, CLI_FLAG, offsetof(struct run_options, explain), NULL,
     "print what became of each case and its timeline; 'fotarig explain' does"},
    {"digests", 0, NULL, CLI_FLAG, offsetof(struct run_options, digests), NULL,
     "print the digest of each case's journal"},
    {"costs", 0, NULL, CLI_FLAG, offsetof(struct run_options, costs), NULL,
     "print what each case cost: the figures of its `costs`"},
    {"plan", 0, NULL, CLI_FLAG, offsetof(struct run_options, plan), NULL,
     "only say what would run, what not and why, and what it does to the module"},
    {"for", 0, "T", CLI_DURATION, offsetof(struct run_options, soak_us), NULL,
     "soak: all cases again and again with further seeds, as long as T (8h) is not over; tells "
     "how\n"
     "often each failed"},
    {"until-fail", 0, NULL, CLI_FLAG, offsetof(struct run_options, until_fail), NULL,
     "soak until a case fails; what the lab does wrong does not end it"},
    {"rack", 0, "FILE", CLI_TEXT, offsetof(struct run_options, rack.path), NULL,
     "run over the slots of a rack file, each case on a slot that it fits"},
    {"slot", 0, "NAME", CLI_LIST, offsetof(struct run_options, rack.slots), NULL,
     "with --rack: only this slot; may be given several times"},
    CLI_CAMPAIGN_OPTIONS(struct run_options, campaign),
    CLI_TARGET_OPTIONS(struct run_options, target),
};

static int run_scenarios(int argc, char **argv);

const struct cli_command cli_command_run = {
    .name = "run",
    .summary = "run scenarios and judge them",
    .operands = "SCENARIO|DIR...",
    .notes =
        "Exit status: 0 all passed, 1 a scenario failed, 2 usage or nothing selected, 3 invalid\n"
        "or missing scenario (the others run), 4 environment or out of time (verdict unknown),\n"
        "128+n stopped by signal n.\n"
        "With --vary-assumed a verdict that hinges on a setting is no failure (0); 1 is a\n"
        "scenario that fails as it is, or a value with which a rule of every run is broken.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = run_scenarios};

/* ---- a token ------------------------------------------------------------------------------- */

/* What a token names, and how it is judged. */
struct chosen {
    struct scenario_case one;                /* the token's case, with explore's fault in it */
    const struct scenario_case *undisturbed; /* the same without it; NULL = no such fault */
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    size_t choice_count;
};

struct running {
    struct run_options options;
    struct cli_campaign campaign;
    struct cli_target target;
    struct campaign_setting settings[CLI_LIST_MAX];
    struct cli_former *former;
    struct cli_reach reach;
    struct campaign_case_context context;
    struct chosen chosen;
};

/* A run with a fault of explore's is judged as explore does. */
static void judge_fault(const struct campaign_case_context *context,
                        const struct campaign_case *planned, struct bench_result *result)
{
    const struct chosen *chosen = context->judge_context;
    struct scenario_case *changed = calloc(1, sizeof *changed);
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    if (run)
        bench_target_take_host(context->target, run);
    if (run && changed) {
        const struct scenario_case *one =
            campaign_with_settings(context, chosen->undisturbed, changed);
        bench_target_prepare(context->target, one, changed);
        explore_repeat(run, changed, planned->token.seed, chosen->choices, chosen->choice_count,
                       result);
    }
    bench_run_free(run);
    free(changed);
}

/* The case that a token names, with the fault of its choice; NULL when it is not among them. */
static const struct scenario_case *named_case(struct running *running,
                                              const struct campaign_token *token,
                                              const struct scenario **ret_scenario)
{
    const struct campaign_selection *selection = &running->campaign.campaign.selection;
    struct chosen *chosen = &running->chosen;
    const struct scenario_case *one = NULL;
    for (size_t s = 0; s < selection->count && !one; s++) {
        *ret_scenario = selection->scenarios[s];
        one = campaign_token_case(token, *ret_scenario);
    }
    if (!one || strcmp(token->choice, "-") == 0)
        return one;
    chosen->choice_count = explore_choice_parse(token->choice, chosen->choices);
    if (!chosen->choice_count)
        return NULL;
    chosen->undisturbed = one;
    explore_case_prepare(one, &chosen->one);
    for (size_t i = 0; i < chosen->choice_count; i++)
        explore_case_add(&chosen->one, &chosen->choices[i]);
    return &chosen->one;
}

static int plan_token(struct running *running)
{
    struct campaign_token token;
    const struct scenario *scenario = NULL;
    if (!campaign_token_parse(running->options.token, &token))
        return cli_usage_error(&cli_command_run, "'%s' is no token; a failure prints one like %s",
                               running->options.token, "3f2a9c01.0.1.-");
    const struct scenario_case *one = named_case(running, &token, &scenario);
    if (!one) {
        cli_error(&cli_command_run,
                  "token '%s' belongs to none of these scenarios; what the case means has changed "
                  "since, or it is of another file",
                  running->options.token);
        return CLI_EXIT_INVALID;
    }
    if (!campaign_plan_one(&running->campaign.campaign, scenario, one, &token))
        return CLI_EXIT_INTERNAL;
    return CLI_GO_ON;
}

/* ---- planning ------------------------------------------------------------------------------ */

static int print_plan(struct running *running)
{
    const struct campaign *campaign = &running->campaign.campaign;
    char name[CAMPAIGN_TEXT_MAX];
    for (size_t i = 0; i < campaign->case_count; i++) {
        const struct campaign_case *planned = &campaign->cases[i];
        if (!planned->one)
            continue;
        snprintf(name, sizeof name, "%s/%s", planned->scenario->group, planned->one->name);
        cli_target_print_plan(&running->target, name, planned->one);
    }
    return campaign->invalid_count ? CLI_EXIT_INVALID : CLI_EXIT_OK;
}

/* ---- options ------------------------------------------------------------------------------- */

/* --replay is --token. */
static int take_old_names(struct run_options *given)
{
    if (given->token && given->replay)
        return cli_usage_error(&cli_command_run, "--replay is the old name of --token; give one");
    given->token = given->token ? given->token : given->replay;
    return CLI_GO_ON;
}

/* Options that do not go together or that nothing comes of. */
static int check_options(const struct run_options *given)
{
    int32_t settings[SIM_SETTING_COUNT] = {0};
    char text[CAMPAIGN_TEXT_MAX];
    for (size_t i = 0; i < given->set.count; i++)
        if (!cli_setting_assign(settings, given->set.items[i], text, sizeof text))
            return cli_usage_error(&cli_command_run, "--set %s", text);
    if (settings[SIM_SETTING_RANDOM_SEED])
        return cli_usage_error(&cli_command_run, "--set can't give the seed; use --seed N");
    if (given->json && (given->explain || given->timeline || given->digests || given->plan))
        return cli_usage_error(&cli_command_run, "--json takes none of --explain, --timeline, "
                                                 "--digests and --plan");
    if (given->vary_assumed && (given->speed > 0 || given->token || given->set.count ||
                                given->trace || given->timeline || given->digests))
        return cli_usage_error(&cli_command_run, "--vary-assumed takes none of --speed, --token, "
                                                 "--set, --trace, --timeline and --digests");
    struct stat former;
    if (given->former && (stat(given->former, &former) != 0 || !S_ISDIR(former.st_mode)))
        return cli_usage_error(&cli_command_run,
                               "--former %s is no folder; it wants the DIR of a 'run --trace DIR'",
                               given->former);
    if (given->wire == BENCH_WIRE_PTY && !(given->speed > 0))
        return cli_usage_error(&cli_command_run,
                               "--wire pty needs --speed X: a pty runs in real time");
    if (given->repeat_late > CAMPAIGN_LATE_REPEATS_MAX ||
        (given->repeat_late && !(given->speed > 0)))
        return cli_usage_error(&cli_command_run,
                               "--repeat-late is a number from 1 to %d and needs --speed X: in "
                               "virtual time no machine is late",
                               CAMPAIGN_LATE_REPEATS_MAX);
    return CLI_GO_ON;
}

/* What is of the emulator in this process alone would be left out without a word behind a port. */
static int check_port_options(const struct run_options *given)
{
    const char *wrong = given->repeat_late              ? "--repeat-late"
                        : given->set.count              ? "--set"
                        : given->vary_assumed           ? "--vary-assumed"
                        : given->wire == BENCH_WIRE_PTY ? "--wire pty"
                                                        : NULL;
    if (!wrong || !strchr(given->target.module, ':'))
        return CLI_GO_ON;
    return cli_usage_error(
        &cli_command_run,
        "%s goes with --module emulator only: what stands behind a port is as it "
        "is",
        wrong);
}

/* A port leads to one module, but a program is started anew by each process. */
static int check_jobs(const struct run_options *given)
{
    const char *url = given->target.module;
    if (given->campaign.jobs <= 1 || !strchr(url, ':') || strncmp(url, "exec:", 5) == 0)
        return CLI_GO_ON;
    return cli_usage_error(&cli_command_run,
                           "--jobs %u needs as many modules, and %s leads to one; exec:COMMAND "
                           "starts one for each",
                           (unsigned)given->campaign.jobs, url);
}

/* A rack says by itself what stands where, and how many. */
static int check_rack_options(const struct run_options *given)
{
    const char *wrong = strcmp(given->target.module, "emulator") != 0 ? "--module"
                        : given->campaign.jobs                        ? "--jobs"
                        : given->speed > 0                            ? "--speed"
                        : given->set.count                            ? "--set"
                        : given->token                                ? "--token"
                        : given->vary_assumed                         ? "--vary-assumed"
                        : given->target.package_url                   ? "--package-url"
                        : given->target.from                          ? "--from"
                        : given->target.to                            ? "--to"
                                                                      : NULL;
    if (!given->rack.path)
        return given->rack.slots.count
                   ? cli_usage_error(&cli_command_run, "--slot goes with --rack FILE")
                   : CLI_GO_ON;
    if (!wrong)
        return CLI_GO_ON;
    return cli_usage_error(&cli_command_run, "%s does not go with --rack: the file says it", wrong);
}

static int check_all(struct run_options *given)
{
    int status = take_old_names(given);
    if (status == CLI_GO_ON)
        status = check_rack_options(given);
    if (status == CLI_GO_ON)
        status = check_options(given);
    if (status == CLI_GO_ON)
        status = check_port_options(given);
    return status == CLI_GO_ON ? check_jobs(given) : status;
}

/* ---- the command --------------------------------------------------------------------------- */

/* The settings of --set, which were checked before. */
static void take_settings(struct running *running)
{
    const struct cli_list *set = &running->options.set;
    int32_t values[SIM_SETTING_COUNT] = {0};
    char text[CAMPAIGN_TEXT_MAX];
    for (size_t i = 0; i < set->count; i++) {
        int setting = sim_setting_find(set->items[i], strcspn(set->items[i], "="));
        (void)cli_setting_assign(values, set->items[i], text, sizeof text);
        running->settings[i] = (struct campaign_setting){
            .setting = (uint16_t)setting, .value = values[setting], .text = set->items[i]};
    }
}

/* Which client ran, for commands that repeat a run; the core needs no word. */
static void name_client(const struct cli_target_options *target,
                        struct campaign_case_context *context)
{
    static const char *const rules[] = {NULL, "fota", "none"}; /* enum cli_rules */
    size_t count = 0;
    if (strcmp(target->host, "core") != 0) {
        context->client[count++] = "--host";
        context->client[count++] = target->host;
    }
    if (target->port_name) {
        context->client[count++] = "--port-name";
        context->client[count++] = target->port_name;
    }
    if (target->claims) {
        context->client[count++] = "--claims";
        context->client[count++] = target->claims;
    }
    if (rules[target->rules]) {
        context->client[count++] = "--rules";
        context->client[count++] = rules[target->rules];
    }
}

/* Whoever gave a limit is told by it (campaign/pool.h); this one is for what it can't stop. */
static uint64_t wall_us_max(const struct run_options *given)
{
    const uint64_t later_us = 60000000;
    return given->campaign.timeout_us ? given->campaign.timeout_us + later_us : 0;
}

static int run_cases(struct running *running)
{
    const struct run_options *given = &running->options;
    take_settings(running);
    running->former = given->former ? cli_former_new(given->former) : NULL;
    bool maps = given->coverage && given->campaign.reports;
    if ((given->former && !running->former) || (maps && !cli_reach_begin(&running->reach)))
        return CLI_EXIT_INTERNAL;
    if (maps) {
        running->campaign.campaign.options.closing = cli_reach_report;
        running->campaign.campaign.options.closing_context = &running->reach;
    }
    running->context =
        (struct campaign_case_context){.campaign = &running->campaign.campaign,
                                       .target = &running->target.target,
                                       .bench = {.wire = (uint8_t)given->wire,
                                                 .speed = given->speed,
                                                 .steps_max = given->steps_max,
                                                 .wall_us_max = wall_us_max(given),
                                                 .journal_bytes_max = given->journal_bytes_max},
                                       .repeat_late = given->repeat_late,
                                       .settings = running->settings,
                                       .setting_count = given->set.count,
                                       .timeline = given->timeline,
                                       .digests = given->digests,
                                       .costs = given->costs,
                                       .explain = given->explain,
                                       .judge = running->chosen.undisturbed ? judge_fault : NULL,
                                       .judge_context = &running->chosen,
                                       .keep = given->trace ? cli_case_trace : NULL,
                                       .keep_context = given->trace,
                                       .compare = given->former ? cli_former_compare : NULL,
                                       .compare_context = running->former,
                                       .gather = maps ? cli_reach_gather : NULL,
                                       .merge = maps ? cli_reach_merge : NULL,
                                       .reach_context = &running->reach};
    name_client(&given->target, &running->context);
    if (given->trace && !campaign_make_folders(given->trace)) {
        cli_error(&cli_command_run, "%s: %s; name a folder that can be written", given->trace,
                  strerror(errno));
        return CLI_EXIT_ENVIRONMENT;
    }
    int status =
        given->rack.path
            ? cli_rack_run(&running->campaign, &running->context, &given->rack,
                           given->target.allow_update, given->plan)
            : cli_campaign_run_planned(&running->campaign, &campaign_case_use, &running->context);
    campaign_case_context_done(&running->context);
    cli_reach_done(&running->reach);
    cli_former_free(running->former);
    running->former = NULL;
    return status;
}

/* What is wanted of the scenarios that are loaded now. */
static int carry_out(struct running *running)
{
    const struct run_options *given = &running->options;
    int status = CLI_GO_ON;
    if (given->vary_assumed)
        return cli_sweep(&running->campaign, given->json);
    if (given->token)
        status = plan_token(running);
    else
        status = cli_campaign_plan(&running->campaign);
    if (status != CLI_GO_ON)
        return status;
    return given->plan && !given->rack.path ? print_plan(running) : run_cases(running);
}

/*
 * A command that repeats a failure was written in another folder, perhaps on another machine: what
 * is not where it says is looked for. The token decides which file it is.
 */
static int load(struct running *running, const struct cli_operands *operands)
{
    struct scenario_list moved = {0};
    struct cli_operands found = *operands;
    bool good = true, missing = false;
    for (size_t i = 0; i < operands->count && running->options.token; i++)
        if (access(operands->items[i], F_OK) != 0) {
            missing = true;
            good = good && campaign_find_moved(operands->items[i], &moved);
        }
    if (missing && good && moved.count)
        found = (struct cli_operands){.items = moved.paths, .count = moved.count};
    int status = good ? cli_campaign_load(&running->campaign, &found) : CLI_EXIT_INTERNAL;
    scenario_list_done(&moved);
    return status;
}

/* A folder of reports says that the run is not finished before anything can go wrong. */
static int begin_and_carry_out(struct running *running, const struct cli_operands *operands)
{
    struct run_options *given = &running->options;
    struct cli_campaign_options campaign = given->campaign;
    const struct campaign_options more = {
        .real_time = given->speed > 0 || given->rack.path || strchr(given->target.module, ':') ||
                     cli_target_is_real_time(&given->target),
        .untold = given->vary_assumed || given->explain,
        .soak_us = given->soak_us,
        .until_fail = given->until_fail,
        .json = given->json && !given->vary_assumed ? stdout : NULL,
        .out = given->json ? stderr : stdout};
    campaign.reports = given->plan ? NULL : campaign.reports;
    int status = cli_campaign_begin(&running->campaign, &cli_command_run, &campaign, &more);
    if (status == CLI_GO_ON)
        status = check_all(given);
    struct cli_target_options target = given->target;
    target.allow_update = target.allow_update && !given->rack.path; /* of a rack's slots */
    if (status == CLI_GO_ON)
        status = cli_target_make(&running->target, &cli_command_run, &target, given->speed);
    if (status == CLI_GO_ON)
        status = load(running, operands);
    return status == CLI_GO_ON ? carry_out(running) : status;
}

static int run_scenarios(int argc, char **argv)
{
    struct running *running = calloc(1, sizeof *running); /* too large for a stack */
    struct cli_operands operands;
    if (!running)
        return CLI_EXIT_INTERNAL;
    int status = cli_parse(&cli_command_run, argc, argv, &running->options, sizeof running->options,
                           &operands);
    if (status == CLI_GO_ON) {
        status = begin_and_carry_out(running, &operands);
        status = cli_campaign_end(&running->campaign, status);
    }
    cli_target_done(&running->target);
    free(running);
    return status;
}
