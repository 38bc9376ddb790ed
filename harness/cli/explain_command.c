/* explain_command.c - `fotarig explain`: a case, a token or a trace as a timeline in text. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/campaign/bundled.h"
#include "harness/campaign/timeline.h"
#include "harness/campaign/token.h"
#include "harness/cli/cli.h"
#include "harness/trace/trace_log.h"

struct explain_options {
    const char *token, *name, *seed;
};

static const struct cli_option options[] = {
    {"case", 0, "NAME", CLI_TEXT, offsetof(struct explain_options, name), NULL,
     "of a scenario: this case, or a glob; without it, all of them"},
    {"token", 0, "TOKEN", CLI_TEXT, offsetof(struct explain_options, token), NULL,
     "of a scenario: the run that the token of a failure names"},
    {"seed", 0, "N", CLI_TEXT, offsetof(struct explain_options, seed), NULL,
     "of the module's jitter and noise"},
};

static int explain(int argc, char **argv);

const struct cli_command cli_command_explain = {
    .name = "explain",
    .summary = "tell what happened in a case, a token's run or a trace, as a timeline",
    .operands = "CASE|SCENARIO|TOKEN|TRACE",
    .notes =
        "A scenario is run as 'fotarig run' does it. A case as reports name it (group/name) is\n"
        "looked for below ./scenarios, or else among the bundled scenarios, a token alone\n"
        "among both. A trace (*.jsonl) is read: of it the wire and\n"
        "what was noted are shown.\n"
        "Exit status: as of 'fotarig run'; of a trace 0 read, 3 no trace.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = 1,
    .run = explain};

/* ---- a trace --------------------------------------------------------------------------------- */

static void append(struct bench_journal *journal, const struct trace_log *log,
                   const struct trace_piece *piece)
{
    const uint8_t *bytes = trace_log_bytes(log, piece);
    bool is_wire = piece->kind == TRACE_TO_MODULE || piece->kind == TRACE_TO_HOST;
    bool is_said = piece->kind == TRACE_NOTE || piece->kind == TRACE_FOREIGN ||
                   piece->kind == TRACE_BENCH || piece->kind == TRACE_GAP;
    size_t left = piece->length;
    if (!is_wire && !is_said)
        return;
    do {
        size_t size = left < BENCH_RECORD_PAYLOAD_MAX ? left : BENCH_RECORD_PAYLOAD_MAX;
        const struct bench_record record = {.time_us = piece->time_us,
                                            .kind = piece->kind == TRACE_TO_MODULE
                                                        ? BENCH_JOURNAL_TO_MODULE
                                                    : is_wire ? BENCH_JOURNAL_TO_HOST
                                                              : BENCH_JOURNAL_BENCH,
                                            .length = (uint16_t)size,
                                            .payload = bytes};
        if (size || !is_wire)
            bench_journal_append(journal, &record);
        bytes += size;
        left -= size;
    } while (left);
}

static void tell(const struct trace_log *log, const char *path)
{
    struct bench_journal journal = {0};
    struct timeline timeline = {0};
    if (!bench_journal_open(&journal, BENCH_SINK_MEMORY, 1 << 20, -1))
        return;
    for (size_t i = 0; i < log->count; i++)
        append(&journal, log, &log->pieces[i]);
    timeline_make(&timeline, &journal, NULL, NULL);
    const struct report_case c = {.name = path,
                                  .title = log->header.subject[0] ? log->header.subject : path,
                                  .repeat = log->header.repeat[0] ? log->header.repeat : NULL,
                                  .events = timeline.events,
                                  .event_count = timeline.count};
    report_explain(stdout, &c);
    timeline_done(&timeline);
    bench_journal_close(&journal);
}

static int explain_trace(const char *path)
{
    struct trace_log log = {0};
    struct trace_error error = {0};
    size_t bad = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        cli_error(&cli_command_explain, "%s: can't be read", path);
        return CLI_EXIT_INVALID;
    }
    bool good = trace_log_read(&log, descriptor, &error, &bad);
    close(descriptor);
    if (good)
        tell(&log, path);
    if (!good || bad)
        cli_error(&cli_command_explain, "%s:%llu:%u: %s", path, (unsigned long long)error.line,
                  (unsigned)error.column, error.text);
    trace_log_done(&log);
    return good ? CLI_EXIT_OK : CLI_EXIT_INVALID;
}

/* ---- a run ----------------------------------------------------------------------------------- */

struct words {
    char *list[16];
    int count;
};

static void put(struct words *words, const char *option, const char *value)
{
    if (!value)
        return;
    if (option)
        words->list[words->count++] = strdup(option);
    words->list[words->count++] = strdup(value);
}

/* No file, and no short name of one: a case as reports name it, "contact/no-answer" or a glob. */
static bool is_name(const char *operand)
{
    size_t length = strlen(operand);
    bool is_file = length > 5 && strcmp(operand + length - 5, ".yaml") == 0;
    return operand[0] != '@' && !is_file && access(operand, F_OK) != 0;
}

/* `fotarig run --explain`, with what was asked for. */
static int run(const struct explain_options *given, const char *operand)
{
    struct words words = {.count = 0};
    struct campaign_token token;
    bool is_token = campaign_token_parse(operand, &token);
    put(&words, NULL, "run");
    put(&words, NULL, "--explain");
    bool is_case = !is_token && is_name(operand);
    bool has_own = access("scenarios", R_OK) == 0;
    put(&words, "--case", is_case && !given->name ? operand : given->name);
    put(&words, "--seed", given->seed);
    put(&words, "--token", is_token ? operand : given->token);
    put(&words, NULL,
        is_token || (is_case && !has_own) ? "@library"
        : is_case                         ? "scenarios"
                                          : operand);
    if (is_token && has_own)
        put(&words, NULL, "scenarios");
    bool good = true;
    for (int i = 0; i < words.count; i++)
        good = good && words.list[i];
    char *argv[16]; /* whose order a parser changes */
    memcpy(argv, words.list, sizeof argv);
    int status = good ? cli_command_run.run(words.count, argv) : CLI_EXIT_INTERNAL;
    while (words.count)
        free(words.list[--words.count]);
    return status;
}

static bool is_trace(const char *path)
{
    size_t length = strlen(path);
    return length > 6 && strcmp(path + length - 6, ".jsonl") == 0;
}

static int explain(int argc, char **argv)
{
    struct explain_options given;
    struct cli_operands operands;
    int status = cli_parse(&cli_command_explain, argc, argv, &given, sizeof given, &operands);
    if (status != CLI_GO_ON)
        return status;
    const char *operand = operands.items[0];
    if (!is_trace(operand))
        return run(&given, operand);
    if (given.token || given.name || given.seed)
        return cli_usage_error(&cli_command_explain, "a trace takes no options");
    return explain_trace(operand);
}
