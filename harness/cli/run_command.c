/* run_command.c - `fotarig run`: scenarios on the bench, told on the console and in files. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/cli/explain.h"
#include "harness/cli/kept_journal.h"
#include "harness/cli/selection.h"
#include "harness/cli/set_option.h"
#include "harness/cli/target_options.h"
#include "harness/cli/vary_assumed.h"
#include "harness/cli/version.h"
#include "harness/explore/explore.h"
#include "harness/ports/loop.h"
#include "reports/report.h"

enum { LATE_REPEATS_MAX = 8 };

struct run_options {
    int wire;
    double speed;
    uint32_t repeat_late;
    uint64_t seed;
    uint32_t repeat;
    const char *reports;
    const char *token;
    const char *replay; /* the old name of it */
    struct cli_list set;
    struct cli_list tags;
    bool shuffle;
    bool vary_assumed;
    uint32_t jobs;
    bool json;
    bool timeline;
    bool digests;
    bool quiet;
    bool plan;
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
    {"seed", 0, "N", CLI_NUMBER, offsetof(struct run_options, seed), "1",
     "of the module's jitter and noise"},
    {"repeat", 0, "N", CLI_COUNT, offsetof(struct run_options, repeat), "1",
     "run each case that often, with seeds N, N+1, ..."},
    {"shuffle", 0, NULL, CLI_FLAG, offsetof(struct run_options, shuffle), NULL,
     "run the cases in an order that --seed chooses; verdicts do not depend on it"},
    {"tag", 0, "TAG", CLI_LIST, offsetof(struct run_options, tags), NULL,
     "only scenarios with this tag; given twice, with both; 'list --tags' has them"},
    {"token", 0, "TOKEN", CLI_TEXT, offsetof(struct run_options, token), NULL,
     "run the one case that the token of a failure names, with the fault that explore put in it"},
    {"replay", 0, "TOKEN", CLI_TEXT, offsetof(struct run_options, replay), NULL,
     "the old name of --token"},
    {"set", 0, "NAME=VALUE", CLI_LIST, offsetof(struct run_options, set), NULL,
     "a setting of the emulator, over what scenarios say; 'facts' lists them"},
    {"vary-assumed", 0, NULL, CLI_FLAG, offsetof(struct run_options, vary_assumed), NULL,
     "run each case with each plausible value of each assumed setting, one at a\n"
     "time, and list the verdicts that hinge on one"},
    {"jobs", 0, "N", CLI_COUNT, offsetof(struct run_options, jobs), NULL,
     "with --vary-assumed: processes; as many as there are processors"},
    {"json", 0, NULL, CLI_FLAG, offsetof(struct run_options, json), NULL,
     "with --vary-assumed: print one JSON object, for programs"},
    {"reports", 0, "DIR", CLI_TEXT, offsetof(struct run_options, reports), NULL,
     "write junit.xml and ctrf.json there"},
    {"timeline", 0, NULL, CLI_FLAG, offsetof(struct run_options, timeline), NULL,
     "print the whole journal of each case"},
    {"digests", 0, NULL, CLI_FLAG, offsetof(struct run_options, digests), NULL,
     "print the digest of each case's journal"},
    {"plan", 0, NULL, CLI_FLAG, offsetof(struct run_options, plan), NULL,
     "only say what would run, what not and why, and what it does to the module"},
    CLI_TARGET_OPTIONS(struct run_options, target),
    {"quiet", 'q', NULL, CLI_FLAG, offsetof(struct run_options, quiet), NULL,
     "no line for a case that passed"},
};

static int run_scenarios(int argc, char **argv);

const struct cli_command cli_command_run = {
    .name = "run",
    .summary = "run scenarios and judge them",
    .operands = "SCENARIO|DIR...",
    .notes = "Exit status: 0 all passed, 1 a scenario failed, 2 usage, 3 invalid or missing\n"
             "scenario, 4 environment (verdict unknown), 128+n stopped by signal n.\n"
             "With --vary-assumed a verdict that hinges on a setting is no failure (0); 1 is a\n"
             "scenario that fails as it is, or a value with which a rule of every run is broken.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = run_scenarios};

/* ---- one campaign -------------------------------------------------------------------------- */

struct planned_case {
    const struct scenario *scenario;
    const struct scenario_case *one;
    struct cli_token token;
    size_t index; /* in the report */
};

struct campaign {
    struct run_options options;
    struct cli_selection selection;
    struct planned_case *cases;
    size_t case_count;
    struct scenario_case chosen;             /* the token's case, with explore's fault in it */
    const struct scenario_case *undisturbed; /* the same without it; NULL = no such fault */
    enum explore_fault fault;
    uint32_t fault_line;
    struct scenario_case changed; /* the running case with the settings of --set */
    struct bench_run *run;
    struct cli_target target;
    struct report_run *report;
    struct report_console console;
    struct explanation *explanation;
};

static uint64_t clock_us(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_nsec / 1000u;
}

static void repeat_command(const struct campaign *campaign, const struct planned_case *planned,
                           char *buffer, size_t capacity)
{
    static const char remark[] = "   (virtual time; the run in real time was not exact)";
    cli_repeat_command(planned->scenario, &planned->token, buffer, capacity);
    size_t length = strlen(buffer);
    for (size_t i = 0; i < campaign->options.set.count && length + 8 < capacity; i++) {
        length += (size_t)snprintf(buffer + length, capacity - length, " --set ");
        length = cli_shell_word(buffer, capacity, length, campaign->options.set.items[i]);
    }
    bool real_time = campaign->options.speed > 0 || cli_target_is_port(&campaign->target);
    if (real_time && length < capacity && capacity - length > sizeof remark)
        memcpy(buffer + length, remark, sizeof remark);
}

static void print_extras(const struct campaign *campaign, const struct planned_case *planned,
                         const struct bench_result *result)
{
    if (campaign->options.timeline) {
        printf("timeline of %s\n", planned->one->name);
        cli_journal_print(&campaign->run->journal, stdout);
    }
    if (campaign->options.digests)
        printf("digest %016" PRIx64 " %s/%s\n", result->journal_digest, planned->scenario->group,
               planned->one->name);
}

/* What happened on a port does not happen again: its journal is kept when it was not right. */
static void keep_journal(struct campaign *campaign, const struct planned_case *planned,
                         const struct bench_result *result)
{
    char path[CLI_PATH_MAX];
    bool wrong = result->verdict == BENCH_FAILED || result->verdict == BENCH_ERROR;
    if (!wrong || !cli_target_is_port(&campaign->target))
        return;
    if (cli_journal_keep(campaign->options.reports, planned->scenario, campaign->run,
                         campaign->target.target.asker, result, path))
        printf("    journal  : %s\n", path);
    else
        cli_error(&cli_command_run, "%s: the journal could not be kept: %s", path, strerror(errno));
}

/* The case with the settings of --set, which were checked before. */
static const struct scenario_case *with_settings(struct campaign *campaign,
                                                 const struct scenario_case *one)
{
    char text[EXPLAIN_LINE_MAX];
    if (campaign->options.set.count == 0)
        return one;
    campaign->changed = *one;
    for (size_t i = 0; i < campaign->options.set.count; i++)
        (void)cli_setting_assign(campaign->changed.module.settings, campaign->options.set.items[i],
                                 text, sizeof text);
    return &campaign->changed;
}

/* The runs of one case that were not its last one. */
struct late_attempts {
    struct report_attempt attempts[LATE_REPEATS_MAX];
    char message[LATE_REPEATS_MAX][BENCH_TEXT_MAX];
    size_t count;
};

/* Notes a run that judged nothing, because this machine was late; false when it is not repeated. */
static bool note_late(struct late_attempts *late, const struct campaign *campaign,
                      const struct bench_result *result, uint64_t wall_us)
{
    if (result->verdict != BENCH_ERROR || !campaign->run->late ||
        late->count >= campaign->options.repeat_late)
        return false;
    snprintf(late->message[late->count], BENCH_TEXT_MAX, "%s", result->error);
    late->attempts[late->count] = (struct report_attempt){
        .verdict = REPORT_ERROR, .message = late->message[late->count], .wall_us = wall_us};
    late->count++;
    return true;
}

/* A run with a fault of explore's is judged as explore does: by how it ends without the fault. */
static void judge_fault(struct campaign *campaign, const struct planned_case *planned,
                        struct bench_result *result)
{
    struct bench_result base = {0};
    struct bench_run *run = bench_run_new(BENCH_SINK_NONE);
    const struct bench_options bench = {.seed = planned->token.seed, .stoppable = true};
    if (run && bench_run_begin(run, with_settings(campaign, campaign->undisturbed), &bench)) {
        bench_run_all(run, &base);
        (void)explore_judge(campaign->fault, campaign->undisturbed, &base.observed, result);
    }
    bench_run_free(run);
}

/* Runs the case once, or until this machine was in time for it; what it took is noted. */
static void run_attempts(struct campaign *campaign, const struct planned_case *planned,
                         struct bench_result *ret_result, struct late_attempts *late,
                         uint64_t *ret_wall_us)
{
    struct bench_options bench = {.seed = planned->token.seed,
                                  .sink = BENCH_SINK_MEMORY,
                                  .wire = (uint8_t)campaign->options.wire,
                                  .speed = campaign->options.speed,
                                  .stoppable = true};
    if (cli_target_is_port(&campaign->target))
        bench.speed = campaign->target.target.options.speed;
    for (;;) {
        uint64_t started_us = clock_us(CLOCK_MONOTONIC);
        *ret_result = (struct bench_result){0};
        bench_target_run(&campaign->target.target, campaign->run,
                         with_settings(campaign, planned->one), &bench, ret_result);
        *ret_wall_us = clock_us(CLOCK_MONOTONIC) - started_us;
        if (!note_late(late, campaign, ret_result, *ret_wall_us))
            return;
        bench.speed /= 2;
    }
}

static bool run_case(struct campaign *campaign, const struct planned_case *planned)
{
    struct bench_result result;
    struct late_attempts late = {.count = 0};
    char repeat[EXPLAIN_LINE_MAX];
    uint64_t wall_us;
    struct report_case *reported = &campaign->explanation->reported;

    run_attempts(campaign, planned, &result, &late, &wall_us);
    if (campaign->undisturbed)
        judge_fault(campaign, planned, &result);
    repeat_command(campaign, planned, repeat, sizeof repeat);
    explain_run(campaign->explanation, planned->scenario, campaign->run, &result, repeat);
    reported->wall_us = wall_us;
    reported->started_at_ms = clock_us(CLOCK_REALTIME) / 1000u - wall_us / 1000u;
    reported->attempts = late.attempts;
    reported->attempt_count = late.count;
    if (result.verdict == BENCH_STOPPED)
        return true;
    report_console_case(&campaign->console, reported);
    keep_journal(campaign, planned, &result);
    print_extras(campaign, planned, &result);
    return report_finish_case(campaign->report, planned->index, reported) == 0;
}

static bool run_cases(struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->case_count && !bench_signal(); i++) {
        report_console_progress(&campaign->console, i, campaign->case_count,
                                campaign->cases[i].one->name);
        if (!run_case(campaign, &campaign->cases[i]))
            return false;
    }
    return true;
}

/* ---- planning ------------------------------------------------------------------------------ */

static bool plan_case(struct campaign *campaign, const struct scenario *scenario,
                      const struct scenario_case *one, const struct cli_token *token)
{
    struct report_case identity = explain_identity(scenario, one);
    struct planned_case *planned = &campaign->cases[campaign->case_count++];
    *planned = (struct planned_case){.scenario = scenario, .one = one, .token = *token};
    return report_plan_case(campaign->report, &identity, &planned->index) == 0;
}

static bool plan_all(struct campaign *campaign)
{
    for (size_t s = 0; s < campaign->selection.count; s++) {
        const struct scenario *scenario = campaign->selection.scenarios[s];
        for (size_t i = 0; i < scenario->case_count; i++) {
            struct cli_token token = {.digest = cli_token_digest(&scenario->cases[i]),
                                      .case_index = (uint32_t)i};
            for (uint32_t n = 0; n < campaign->options.repeat; n++) {
                token.seed = campaign->options.seed + n;
                if (!plan_case(campaign, scenario, &scenario->cases[i], &token))
                    return false;
            }
        }
    }
    return true;
}

/* The next of a sequence of numbers that look random (splitmix64). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

/* The order that the seed chooses: each one is as likely as the others (Fisher and Yates). */
static void shuffle(struct campaign *campaign)
{
    uint64_t state = campaign->options.seed;
    for (size_t left = campaign->case_count; left > 1; left--) {
        size_t chosen = (size_t)(next_random(&state) % left);
        struct planned_case last = campaign->cases[left - 1];
        campaign->cases[left - 1] = campaign->cases[chosen];
        campaign->cases[chosen] = last;
    }
}

/* The case that a token names, with the fault of its choice; NULL when it is not among them. */
static const struct scenario_case *named_case(struct campaign *campaign,
                                              const struct cli_token *token,
                                              const struct scenario **ret_scenario)
{
    const struct scenario_case *one = NULL;
    for (size_t s = 0; s < campaign->selection.count && !one; s++) {
        *ret_scenario = campaign->selection.scenarios[s];
        one = cli_token_case(token, *ret_scenario);
    }
    if (!one || strcmp(token->choice, "-") == 0)
        return one;
    if (!explore_choice_parse(token->choice, &campaign->fault, &campaign->fault_line))
        return NULL;
    campaign->undisturbed = one;
    explore_fault_add(one, campaign->fault, campaign->fault_line, &campaign->chosen);
    return &campaign->chosen;
}

static enum cli_exit plan_token(struct campaign *campaign)
{
    struct cli_token token;
    const struct scenario *scenario = NULL;
    if (!cli_token_parse(campaign->options.token, &token))
        return (enum cli_exit)cli_usage_error(&cli_command_run,
                                              "'%s' is no token; a failure prints one like %s",
                                              campaign->options.token, "3f2a9c01.0.1.-");
    const struct scenario_case *one = named_case(campaign, &token, &scenario);
    if (!one) {
        cli_error(&cli_command_run,
                  "token '%s' belongs to none of these scenarios; what the case means has changed "
                  "since, or it is of another file",
                  campaign->options.token);
        return CLI_EXIT_INVALID;
    }
    return plan_case(campaign, scenario, one, &token) ? CLI_EXIT_OK : CLI_EXIT_INTERNAL;
}

/* ---- reports ------------------------------------------------------------------------------- */

static bool make_folders(const char *path)
{
    char part[1024];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return false;
    memcpy(part, path, length + 1);
    for (char *at = part + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return false;
        *at = '/';
    }
    return mkdir(part, 0777) == 0 || errno == EEXIST;
}

static bool open_one(const struct campaign *campaign, const char *name,
                     int (*open)(struct report_run *, const char *, struct report_error *))
{
    char path[1100];
    struct report_error error;
    snprintf(path, sizeof path, "%s/%s", campaign->options.reports, name);
    if (open(campaign->report, path, &error) == 0)
        return true;
    cli_error(&cli_command_run, "%s", error.message);
    return false;
}

static bool open_reports(const struct campaign *campaign)
{
    if (!campaign->options.reports)
        return true;
    if (make_folders(campaign->options.reports))
        return open_one(campaign, "junit.xml", report_open_junit) &&
               open_one(campaign, "ctrf.json", report_open_ctrf);
    cli_error(&cli_command_run, "%s: %s; name a folder that can be written",
              campaign->options.reports, strerror(errno));
    return false;
}

static bool close_reports(const struct campaign *campaign)
{
    struct report_error error;
    if (report_close(campaign->report, &error) == 0)
        return true;
    cli_error(&cli_command_run, "%s", error.message);
    return false;
}

static int exit_status(const struct campaign *campaign, bool written)
{
    if (bench_signal())
        return 128 + bench_signal();
    if (report_count(campaign->report, REPORT_FAILED))
        return CLI_EXIT_FAILED;
    if (report_count(campaign->report, REPORT_ERROR) || !written)
        return CLI_EXIT_ENVIRONMENT;
    return CLI_EXIT_OK;
}

/* ---- the command --------------------------------------------------------------------------- */

static void join(int argc, char **argv, char *buffer, size_t capacity)
{
    size_t length = (size_t)snprintf(buffer, capacity, "fotarig");
    for (int i = 0; i < argc && length < capacity; i++)
        length += (size_t)snprintf(buffer + length, capacity - length, " %s", argv[i]);
}

static bool open_report(struct campaign *campaign, int argc, char **argv)
{
    char command[1024], host[256] = "localhost";
    join(argc, argv, command, sizeof command);
    if (gethostname(host, sizeof host - 1) != 0)
        snprintf(host, sizeof host, "localhost");
    const struct report_run_info info = {.tool_version = FOTARIG_VERSION,
                                         .command = command,
                                         .host = host,
                                         .seed = campaign->options.seed,
                                         .started_at_ms = clock_us(CLOCK_REALTIME) / 1000u};
    campaign->report = report_run_new(&info);
    campaign->console =
        (struct report_console){.out = stdout,
                                .colour = report_console_wants_colour(stdout),
                                .progress = isatty(STDOUT_FILENO) && campaign->options.speed > 0,
                                .quiet = campaign->options.quiet};
    return campaign->report != NULL;
}

static enum cli_exit prepare(struct campaign *campaign, int argc, char **argv)
{
    size_t room = campaign->selection.case_count * campaign->options.repeat;
    campaign->cases = calloc(room ? room : 1, sizeof *campaign->cases);
    campaign->explanation = calloc(1, sizeof *campaign->explanation);
    campaign->run = bench_run_new(BENCH_SINK_MEMORY);
    if (!campaign->cases || !campaign->explanation || !campaign->run ||
        !open_report(campaign, argc, argv)) {
        cli_error(&cli_command_run, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    if (!open_reports(campaign))
        return CLI_EXIT_ENVIRONMENT;
    if (campaign->options.token)
        return plan_token(campaign);
    if (!plan_all(campaign))
        return CLI_EXIT_INTERNAL;
    if (campaign->options.shuffle)
        shuffle(campaign);
    return CLI_EXIT_OK;
}

static const char *stop_reason(int number)
{
    return number == SIGTERM  ? "stopped by SIGTERM"
           : number == SIGINT ? "stopped by SIGINT"
                              : "stopped by a signal";
}

static int print_plan(struct campaign *campaign)
{
    char name[EXPLAIN_LINE_MAX];
    for (size_t i = 0; i < campaign->case_count; i++) {
        const struct planned_case *planned = &campaign->cases[i];
        snprintf(name, sizeof name, "%s/%s", planned->scenario->group, planned->one->name);
        cli_target_print_plan(&campaign->target, name, planned->one);
    }
    return CLI_EXIT_OK;
}

/* Where nothing can run, the port is not touched. */
static bool any_runs(struct campaign *campaign)
{
    struct bench_plan plan = {.runs = false};
    for (size_t i = 0; i < campaign->case_count && !plan.runs; i++)
        bench_target_plan(&campaign->target.target, campaign->cases[i].one, NULL, &plan);
    return plan.runs;
}

static int carry_out(struct campaign *campaign)
{
    if (campaign->options.plan)
        return print_plan(campaign);
    int status =
        any_runs(campaign) ? cli_target_open(&campaign->target, &cli_command_run) : CLI_GO_ON;
    if (status != CLI_GO_ON)
        return status;
    bench_signals_catch();
    bool complete = run_cases(campaign);
    const char *stopped = bench_signal() ? stop_reason(bench_signal()) : NULL;
    if (!complete || report_end(campaign->report, clock_us(CLOCK_REALTIME) / 1000u, stopped) != 0) {
        cli_error(&cli_command_run, "not enough memory for the report");
        return CLI_EXIT_INTERNAL;
    }
    report_console_end(&campaign->console, campaign->report);
    fflush(stdout);
    return exit_status(campaign, close_reports(campaign));
}

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
    char text[EXPLAIN_LINE_MAX];
    for (size_t i = 0; i < given->set.count; i++)
        if (!cli_setting_assign(settings, given->set.items[i], text, sizeof text))
            return cli_usage_error(&cli_command_run, "--set %s", text);
    if (settings[SIM_SETTING_RANDOM_SEED])
        return cli_usage_error(&cli_command_run, "--set can't give the seed; use --seed N");
    if ((given->jobs || given->json) && !given->vary_assumed)
        return cli_usage_error(&cli_command_run, "%s goes with --vary-assumed only",
                               given->jobs ? "--jobs" : "--json");
    if (given->vary_assumed && (given->speed > 0 || given->token || given->set.count ||
                                given->reports || given->timeline || given->digests))
        return cli_usage_error(&cli_command_run,
                               "--vary-assumed takes --seed, --jobs and --json only");
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

static int sweep(const struct campaign *campaign)
{
    const struct cli_sweep_options given = {.seed = campaign->options.seed,
                                            .jobs = campaign->options.jobs,
                                            .json = campaign->options.json};
    return cli_sweep(&campaign->selection, &given);
}

static int run_scenarios(int argc, char **argv)
{
    struct campaign campaign = {0};
    struct cli_operands operands;
    int status = cli_parse(&cli_command_run, argc, argv, &campaign.options, sizeof campaign.options,
                           &operands);
    if (status == CLI_GO_ON)
        status = take_old_names(&campaign.options);
    if (status == CLI_GO_ON)
        status = check_options(&campaign.options);
    if (status != CLI_GO_ON)
        return status;
    if (campaign.options.wire == BENCH_WIRE_PTY && !(campaign.options.speed > 0))
        return cli_usage_error(&cli_command_run,
                               "--wire pty needs --speed X: a pty runs in real time");
    if (campaign.options.repeat_late > LATE_REPEATS_MAX ||
        (campaign.options.repeat_late && !(campaign.options.speed > 0)))
        return cli_usage_error(&cli_command_run,
                               "--repeat-late is a number from 1 to %d and needs --speed X: in "
                               "virtual time no machine is late",
                               LATE_REPEATS_MAX);
    status = check_port_options(&campaign.options);
    if (status != CLI_GO_ON)
        return status;
    status = cli_target_make(&campaign.target, &cli_command_run, &campaign.options.target,
                             campaign.options.speed);
    if (status == CLI_GO_ON)
        status = (int)cli_selection_load(&campaign.selection, &operands);
    cli_selection_keep_tagged(&campaign.selection, &campaign.options.tags);
    if (status == CLI_EXIT_OK && campaign.options.tags.count && !campaign.selection.count)
        status = cli_usage_error(&cli_command_run, "no scenario has the tags asked for; "
                                                   "'fotarig list --tags' lists them");
    if (status == CLI_EXIT_OK && campaign.options.vary_assumed)
        status = sweep(&campaign);
    else if (status == CLI_EXIT_OK && (status = (int)prepare(&campaign, argc, argv)) == CLI_EXIT_OK)
        status = carry_out(&campaign);
    report_run_free(campaign.report);
    cli_target_done(&campaign.target);
    bench_run_free(campaign.run);
    free(campaign.explanation);
    free(campaign.cases);
    cli_selection_done(&campaign.selection);
    return status;
}
