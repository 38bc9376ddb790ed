/* shrink_command.c - fotarig shrink: the least of a failing scenario or trace that still fails. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/token.h"
#include "harness/cli/cli.h"
#include "harness/cli/whole_file.h"
#include "harness/explore/as_event.h"
#include "harness/trace/forked.h"
#include "harness/trace/kept_replay.h"
#include "harness/trace/lift.h"
#include "harness/trace/shrink.h"
#include "reports/file.h"

struct shrink_options {
    const char *output, *token;
    uint64_t seed;
    uint32_t jobs;
    bool quiet;
};

static const struct cli_option options[] = {
    {"output", 'o', "FILE", CLI_TEXT, offsetof(struct shrink_options, output), NULL,
     "write the scenario there; without it, to stdout"},
    {"token", 0, "TOKEN", CLI_TEXT, offsetof(struct shrink_options, token), NULL,
     "the case that the token of a failure names, with the fault that explore put in it"},
    {"seed", 0, "N", CLI_NUMBER, offsetof(struct shrink_options, seed), "1",
     "of the module's jitter and noise; a token has its own"},
    {"jobs", 'j', "N", CLI_COUNT, offsetof(struct shrink_options, jobs), NULL,
     "processes that try at once; as many as there are processors. What comes out does not\n"
     "depend on it"},
    {"quiet", 'q', NULL, CLI_FLAG, offsetof(struct shrink_options, quiet), NULL,
     "do not tell what was left out and the intervals"},
};

static int shrink(int argc, char **argv);

const struct cli_command cli_command_shrink = {
    .name = "shrink",
    .summary = "find the least of a failing scenario or trace that still fails the same way",
    .operands = "SCENARIO|TRACE",
    .notes =
        "What is left out changes nothing of how it ends; nothing of what is left can be left\n"
        "out. Each number gets the interval in which it may be any other; the value just\n"
        "outside was run, too. A trace is lifted first. In virtual time.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = 1,
    .run = shrink};

enum { FILE_MAX = 64 * 1024 * 1024 };

/* The scenario that a trace is lifted to; NULL with a message printed. */
static char *lifted(const char *path, unsigned jobs, size_t *ret_length)
{
    struct trace_log log;
    struct dialogue dialogue = {0};
    struct lift_result *result = calloc(1, sizeof *result);
    char error[512], *text = NULL;
    const char *name = strrchr(path, '/');
    if (!result || !trace_log_load(&log, path, error, sizeof error)) {
        cli_error(&cli_command_shrink, "%s", result ? error : "not enough memory");
        free(result);
        return NULL;
    }
    FILE *file = NULL;
    if (!dialogue_make(&dialogue, &log) || !lift_trace(&dialogue, jobs, result))
        cli_error(&cli_command_shrink, "%s: %s", path, result->error);
    else if (result->is_replay)
        cli_error(&cli_command_shrink, "%s: it holds no update by a client that is known", path);
    else if ((file = open_memstream(&text, ret_length)) != NULL)
        lift_write(result, &dialogue, name ? name + 1 : path, file);
    if (file)
        fclose(file);
    dialogue_done(&dialogue);
    trace_log_done(&log);
    free(result);
    return text;
}

/* The text of a scenario; of a trace, lifted. To be freed; NULL with a message printed. */
static char *read_input(const char *path, unsigned jobs, size_t *ret_length)
{
    size_t size = 0;
    uint8_t *bytes = cli_file_read(path, FILE_MAX, &size);
    if (!bytes) {
        cli_error(&cli_command_shrink, "%s: %s", path, report_file_reason(errno));
        return NULL;
    }
    char *text = NULL;
    if (trace_is_trace(bytes, size)) {
        text = lifted(path, jobs, ret_length);
    } else if ((text = malloc(size + 1)) != NULL) {
        memcpy(text, bytes, size);
        text[size] = '\0';
        *ret_length = size;
    }
    cli_file_free(bytes);
    return text;
}

/* What is shrunk: a case, its seed and what explore put into it. */
struct what {
    size_t index;
    uint64_t seed;
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    size_t choice_count;
};

static bool read_choice(struct campaign_token *token, struct what *ret_what)
{
    if (strcmp(token->choice, "-") == 0)
        return true;
    ret_what->choice_count = explore_choice_parse(token->choice, ret_what->choices);
    return ret_what->choice_count > 0;
}

/* As explore does to a case. */
static void put_choices(const void *context, const struct scenario_case *one,
                        struct scenario_case *ret_case)
{
    const struct what *what = context;
    explore_case_prepare(one, ret_case);
    for (size_t i = 0; i < what->choice_count; i++)
        explore_case_add(ret_case, &what->choices[i]);
}

/* Which case it is: the token's, or the first. */
static int choose_case(const struct shrink_options *chosen, const char *path, const char *text,
                       size_t length, struct what *ret_what)
{
    struct campaign_token token;
    *ret_what = (struct what){.seed = chosen->seed};
    if (!chosen->token)
        return CLI_GO_ON;
    if (!campaign_token_parse(chosen->token, &token) || !read_choice(&token, ret_what))
        return cli_usage_error(&cli_command_shrink,
                               "'%s' is no token; a failure prints one like %s", chosen->token,
                               "3f2a9c01.0.1.-");
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse(path, text, length, &errors);
    const struct scenario_case *one = scenario ? campaign_token_case(&token, scenario) : NULL;
    if (one)
        ret_what->index = (size_t)(one - scenario->cases);
    ret_what->seed = token.seed;
    scenario_errors_done(&errors);
    if (scenario)
        scenario_free(scenario);
    if (one)
        return CLI_GO_ON;
    cli_error(&cli_command_shrink, "token '%s' belongs to no case of %s", chosen->token, path);
    return CLI_EXIT_INVALID;
}

static void tell(const struct shrink_result *result)
{
    char line[SHRINK_TEXT_MAX];
    fprintf(stderr, "it %s\n", result->how);
    fprintf(stderr, "left      %zu of %zu parts (%zu runs)\n", result->units_after,
            result->units_before, result->runs);
    for (size_t i = 0; i < result->interval_count; i++) {
        shrink_tell(&result->intervals[i], line, sizeof line);
        fprintf(stderr, "interval  %s\n", line);
    }
}

static int write_result(const struct shrink_result *result, const char *output)
{
    bool good =
        output ? report_file_write(output, result->text, result->length, REPORT_FILE_DURABLE) == 0
               : fwrite(result->text, 1, result->length, stdout) == result->length &&
                     fflush(stdout) == 0;
    if (good)
        return CLI_EXIT_OK;
    cli_error(&cli_command_shrink, "%s: %s", output ? output : "stdout", report_file_reason(errno));
    return CLI_EXIT_INVALID;
}

/*
 * The faults of the token as events of the file, where the language has words for them; else they
 * are put into each run. NULL: they are not in the text.
 */
static char *with_events(const char *path, const char *text, size_t length, const struct what *what,
                         size_t *ret_length)
{
    char events[EXPLORE_CHOICES_MAX * EXPLORE_EVENT_MAX] = "", error[BENCH_TEXT_MAX];
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse(path, text, length, &errors);
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    bool good = scenario && run;
    for (size_t i = 0; good && i < what->choice_count; i++)
        good = explore_event_write(run, &scenario->cases[what->index], what->seed,
                                   &what->choices[i], events + strlen(events), error);
    bench_run_free(run);
    scenario_errors_done(&errors);
    if (scenario)
        scenario_free(scenario);
    return good && what->choice_count ? explore_events_insert(text, length, events, ret_length)
                                      : NULL;
}

/* Puts the faults into the text if that can be done. */
static void put_into_text(const char *path, char **text, size_t *length, struct what *what)
{
    size_t changed_length = 0;
    char *changed = with_events(path, *text, *length, what, &changed_length);
    if (!changed)
        return;
    free(*text);
    *text = changed;
    *length = changed_length;
    what->choice_count = 0;
}

static int shrink(int argc, char **argv)
{
    struct shrink_options chosen;
    struct cli_operands operands;
    struct shrink_result result = {.runs = 0};
    struct what what;
    const struct shrink_change change = {.make = put_choices, .context = &what};
    size_t length = 0;
    int status = cli_parse(&cli_command_shrink, argc, argv, &chosen, sizeof chosen, &operands);
    if (status != CLI_GO_ON)
        return status;
    const char *path = operands.items[0];
    char *text = read_input(path, forked_jobs(chosen.jobs), &length);
    if (!text)
        return CLI_EXIT_INVALID;
    status = choose_case(&chosen, path, text, length, &what);
    if (status == CLI_GO_ON)
        put_into_text(path, &text, &length, &what);
    if (status == CLI_GO_ON &&
        !shrink_scenario(path, text, length, what.index, what.seed, forked_jobs(chosen.jobs),
                         what.choice_count ? &change : NULL, &result)) {
        cli_error(&cli_command_shrink, "%s: %s", path, result.error);
        status = CLI_EXIT_INVALID;
    }
    if (status == CLI_GO_ON) {
        if (!chosen.quiet)
            tell(&result);
        if (!chosen.quiet && what.choice_count)
            fprintf(stderr,
                    "fault     that of the token is put into each run; it is not in the file\n");
        status = write_result(&result, chosen.output);
    }
    shrink_done(&result);
    free(text);
    return status;
}
