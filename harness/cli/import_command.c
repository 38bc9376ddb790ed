/* import_command.c - fotarig import: logs of other programs become a trace. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/cli/whole_file.h"
#include "harness/trace/import.h"
#include "reports/file.h"

enum { SOURCES_MAX = 16 };

struct import_options {
    const char *format, *output;
    struct cli_list to_host, to_module;
    bool formats, quiet;
};

static const struct cli_option options[] = {
    {"output", 'o', "TRACE", CLI_TEXT, offsetof(struct import_options, output), NULL,
     "write the trace there; without it, to stdout"},
    {"format", 0, "FORMAT", CLI_TEXT, offsetof(struct import_options, format), NULL,
     "what the logs are, when what they look like is not it"},
    {"formats", 0, NULL, CLI_FLAG, offsetof(struct import_options, formats), NULL,
     "list the formats"},
    {"to-host", 0, "LOG", CLI_LIST, offsetof(struct import_options, to_host), NULL,
     "a log of what the module sent alone"},
    {"to-module", 0, "LOG", CLI_LIST, offsetof(struct import_options, to_module), NULL,
     "a log of what the host sent alone; both are put together by their times"},
    {"quiet", 'q', NULL, CLI_FLAG, offsetof(struct import_options, quiet), NULL,
     "do not tell the format, its evidence and what was lost"},
};

static int import_logs(int argc, char **argv);

const struct cli_command cli_command_import = {
    .name = "import",
    .summary = "read logs that other programs wrote into a trace",
    .operands = "[LOG...]",
    .notes = "Several logs of one line follow each other, or are its two directions. What a log\n"
             "can't hold is not invented: what is inferred is marked so in the trace.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_max = SIZE_MAX,
    .run = import_logs};

struct sources {
    struct trace_source items[SOURCES_MAX];
    size_t count;
};

static int take_source(struct sources *sources, const char *path, enum trace_import_side side)
{
    size_t size = 0;
    if (sources->count == SOURCES_MAX)
        return cli_usage_error(&cli_command_import, "more than %d logs", SOURCES_MAX);
    uint8_t *text = cli_file_read(path, TRACE_LOG_BYTES_MAX, &size);
    if (!text) {
        cli_error(&cli_command_import, "%s: %s", path,
                  errno == EFBIG ? "it is larger than 256 MiB; cut it" : report_file_reason(errno));
        return CLI_EXIT_INVALID;
    }
    sources->items[sources->count++] = (struct trace_source){
        .name = path, .text = (const char *)text, .length = size, .side = (uint8_t)side};
    return CLI_GO_ON;
}

static int take_sources(struct sources *sources, const struct import_options *chosen,
                        const struct cli_operands *operands)
{
    int status = CLI_GO_ON;
    for (size_t i = 0; i < chosen->to_host.count && status == CLI_GO_ON; i++)
        status = take_source(sources, chosen->to_host.items[i], TRACE_IMPORT_TO_HOST);
    for (size_t i = 0; i < chosen->to_module.count && status == CLI_GO_ON; i++)
        status = take_source(sources, chosen->to_module.items[i], TRACE_IMPORT_TO_MODULE);
    for (size_t i = 0; i < operands->count && status == CLI_GO_ON; i++)
        status = take_source(sources, operands->items[i], TRACE_IMPORT_BOTH);
    if (status == CLI_GO_ON && sources->count == 0)
        return cli_usage_error(&cli_command_import, "which log?");
    return status;
}

static void tell(const struct trace_import_report *report)
{
    fprintf(stderr, "format    %s: %s\n", report->format, report->evidence);
    if (report->sides_by_grammar)
        fprintf(stderr,
                "sides     the log does not name them; the host is the one that sends AT\n");
    if (report->commands_of_echo)
        fprintf(stderr, "commands  %u are there as their echo only\n", report->commands_of_echo);
    if (report->exchanges_inferred)
        fprintf(stderr, "inferred  %u commands, from their answers\n", report->exchanges_inferred);
    if (report->no_times)
        fprintf(stderr, "times     the log has none; those of the trace are guessed\n");
    if (report->foreign_lines)
        fprintf(stderr, "foreign   %u lines of other programs\n", report->foreign_lines);
    if (report->damaged_pieces)
        fprintf(stderr, "damaged   %u pieces\n", report->damaged_pieces);
}

static int write_trace(const struct trace_log *log, const char *path)
{
    struct report_file file = {.out = stdout};
    bool good = !path || report_file_open(&file, path) == 0;
    if (good && !trace_log_write(log, fileno(file.out))) {
        good = false;
        if (path)
            report_file_discard(&file);
    }
    if (good && path)
        good = report_file_close(&file, REPORT_FILE_DURABLE) == 0;
    if (good)
        return CLI_EXIT_OK;
    cli_error(&cli_command_import, "%s: %s", path ? path : "stdout", report_file_reason(errno));
    return CLI_EXIT_INVALID;
}

static int list_formats(void)
{
    const char *what;
    for (size_t i = 0; trace_import_format(i, NULL); i++) {
        const char *name = trace_import_format(i, &what);
        printf("%-14s %s\n", name, what);
    }
    return CLI_EXIT_OK;
}

static int import_logs(int argc, char **argv)
{
    struct import_options chosen;
    struct cli_operands operands;
    struct sources sources = {.count = 0};
    struct trace_log log = {0};
    struct trace_import_report report;
    int status = cli_parse(&cli_command_import, argc, argv, &chosen, sizeof chosen, &operands);
    if (status != CLI_GO_ON)
        return status;
    if (chosen.formats)
        return list_formats();
    status = take_sources(&sources, &chosen, &operands);
    if (status == CLI_GO_ON &&
        !trace_import(&log, sources.items, sources.count, chosen.format, &report)) {
        cli_error(&cli_command_import, "%s", report.error);
        status = CLI_EXIT_INVALID;
    }
    if (status == CLI_GO_ON && !chosen.quiet)
        tell(&report);
    if (status == CLI_GO_ON)
        status = write_trace(&log, chosen.output);
    for (size_t i = 0; i < sources.count; i++)
        cli_file_free((const uint8_t *)sources.items[i].text);
    trace_log_done(&log);
    return status;
}
