/* lift_command.c - fotarig lift: a scenario out of a trace. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/trace/forked.h"
#include "harness/trace/kept_replay.h"
#include "harness/trace/lift.h"
#include "reports/file.h"

struct lift_options {
    const char *output;
    uint32_t jobs;
    bool quiet;
};

static const struct cli_option options[] = {
    {"output", 'o', "FILE", CLI_TEXT, offsetof(struct lift_options, output), NULL,
     "write the scenario there; without it, to stdout"},
    {"jobs", 'j', "N", CLI_COUNT, offsetof(struct lift_options, jobs), NULL,
     "try what may have happened in N processes; 0 or absent = one per processor"},
    {"quiet", 'q', NULL, CLI_FLAG, offsetof(struct lift_options, quiet), NULL,
     "do not tell how much of the trace it explains"},
};

static int lift(int argc, char **argv);

const struct cli_command cli_command_lift = {
    .name = "lift",
    .summary = "make a scenario of a trace",
    .operands = "TRACE",
    .notes =
        "Settings and events are hypotheses that were run: each makes the core and the emulator\n"
        "say more of what the trace says. What none explains stands in comments.\n"
        "Exit status: 0 all of the trace is explained, 1 a part of it is not.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = 1,
    .run = lift};

static void tell(const struct lift_result *result)
{
    if (result->is_replay) {
        fprintf(stderr, "dialogue  no update by a client that is known; its host is played\n");
        return;
    }
    fprintf(stderr,
            "explained %zu of %zu exchanges and lines, with %zu settings and %zu events "
            "(%zu runs)\n",
            result->common, result->items, result->plan.lines[LIFT_SETTING].count,
            result->plan.event_count, result->runs);
    if (result->parts_trace[0] || result->parts_emulator[0])
        fprintf(stderr, "not       trace: %s\n          emulator: %s\n",
                result->parts_trace[0] ? result->parts_trace : "(ends)",
                result->parts_emulator[0] ? result->parts_emulator : "(ends)");
}

static int write_scenario(const struct lift_result *result, const struct dialogue *dialogue,
                          const char *path, const char *output)
{
    const char *name = strrchr(path, '/');
    struct report_file file = {.out = stdout};
    bool good = !output || report_file_open(&file, output) == 0;
    if (good)
        lift_write(result, dialogue, name ? name + 1 : path, file.out);
    if (good)
        good = output ? report_file_close(&file, REPORT_FILE_DURABLE) == 0
                      : fflush(stdout) == 0 && !ferror(stdout);
    if (good)
        return CLI_EXIT_OK;
    cli_error(&cli_command_lift, "%s: %s", output ? output : "stdout", strerror(errno));
    return CLI_EXIT_INVALID;
}

static int lift_dialogue(const struct trace_log *log, const char *path,
                         const struct lift_options *chosen)
{
    struct dialogue dialogue;
    struct lift_result *result = malloc(sizeof *result);
    int status = CLI_EXIT_INTERNAL;
    if (!result || !dialogue_make(&dialogue, log)) {
        free(result);
        cli_error(&cli_command_lift, "not enough memory");
        return status;
    }
    if (!lift_trace(&dialogue, forked_jobs(chosen->jobs), result)) {
        cli_error(&cli_command_lift, "%s: %s", path, result->error);
        status = CLI_EXIT_INVALID;
    } else {
        if (!chosen->quiet)
            tell(result);
        status = write_scenario(result, &dialogue, path, chosen->output);
        if (status == CLI_EXIT_OK && !result->is_replay && result->common < result->items)
            status = CLI_EXIT_FAILED;
    }
    dialogue_done(&dialogue);
    free(result);
    return status;
}

static int lift(int argc, char **argv)
{
    struct lift_options chosen;
    struct cli_operands operands;
    struct trace_log log;
    char text[512];
    int status = cli_parse(&cli_command_lift, argc, argv, &chosen, sizeof chosen, &operands);
    if (status != CLI_GO_ON)
        return status;
    if (!trace_log_load(&log, operands.items[0], text, sizeof text)) {
        cli_error(&cli_command_lift, "%s", text);
        return CLI_EXIT_INVALID;
    }
    status = lift_dialogue(&log, operands.items[0], &chosen);
    trace_log_done(&log);
    return status;
}
