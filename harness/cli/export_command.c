/* export_command.c - fotarig export: a trace in the form of another program. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/trace/export.h"
#include "reports/file.h"

struct export_options {
    int format;
    const char *output, *device;
};

static const struct cli_option options[] = {
    {"to", 0, "text|pcapng|vcd|trace-event|umockdev", CLI_CHOICE,
     offsetof(struct export_options, format), "text",
     "text: for people; pcapng: Wireshark; vcd: sigrok, PulseView, GTKWave;\n"
     "trace-event: Perfetto; umockdev: umockdev-run --script"},
    {"output", 'o', "FILE", CLI_TEXT, offsetof(struct export_options, output), NULL,
     "write it there; without it, to stdout"},
    {"device", 0, "PATH", CLI_TEXT, offsetof(struct export_options, device), "/dev/ttyS9",
     "umockdev: the port that the script is for"},
};

static int export(int argc, char **argv);

const struct cli_command cli_command_export = {
    .name = "export",
    .summary = "write a trace in the form of another program",
    .operands = "TRACE",
    .notes = "A last line of the trace that was cut is left out. vcd takes 115200 bit/s where no\n"
             "rate is known, and needs a file, not a pipe.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = 1,
    .run = export};

static int fail_reading(const char *path, const struct trace_reader *reader)
{
    fprintf(stderr, "%s:%lu:%lu: error: %s\n", path, (unsigned long)reader->error.line,
            (unsigned long)reader->error.column, reader->error.text);
    return CLI_EXIT_INVALID;
}

/* VCD's tick follows from the highest rate, so it reads the file twice. */
static int find_rate(int descriptor, const char *path, uint32_t *ret_rate_bps)
{
    struct trace_reader reader;
    if (!trace_open(&reader, descriptor))
        return fail_reading(path, &reader);
    enum trace_result result = trace_rate_max(&reader, ret_rate_bps);
    trace_close(&reader);
    if (result != TRACE_END)
        return fail_reading(path, &reader);
    if (lseek(descriptor, 0, SEEK_SET) == 0)
        return CLI_GO_ON;
    cli_error(&cli_command_export, "%s: %s; vcd needs a file that can be read twice", path,
              report_file_reason(errno));
    return CLI_EXIT_ENVIRONMENT;
}

static int convert(int descriptor, const char *path, const struct export_options *given, FILE *out)
{
    struct trace_reader reader;
    struct trace_export job = {.out = out, .header = &reader.header, .device = given->device};
    int status =
        given->format == TRACE_EXPORT_VCD ? find_rate(descriptor, path, &job.rate_max) : CLI_GO_ON;
    if (status != CLI_GO_ON)
        return status;
    if (!trace_open(&reader, descriptor))
        return fail_reading(path, &reader);
    enum trace_result result = trace_export(&job, (enum trace_export_format)given->format, &reader);
    if (result != TRACE_END)
        status = fail_reading(path, &reader);
    else if (job.error[0]) {
        fprintf(stderr, "%s:%lu: error: %s\n", path, (unsigned long)reader.error.line, job.error);
        status = CLI_EXIT_INVALID;
    } else if (reader.cut)
        fprintf(stderr, "%s:%lu: note: the last line was cut; it is left out\n", path,
                (unsigned long)reader.error.line);
    trace_close(&reader);
    return status;
}

static int fail_writing(const struct export_options *given)
{
    cli_error(&cli_command_export, "%s: %s", given->output ? given->output : "stdout",
              report_file_reason(errno));
    return CLI_EXIT_ENVIRONMENT;
}

static int convert_to_file(int descriptor, const char *path, const struct export_options *given)
{
    struct report_file file;
    if (report_file_open(&file, given->output) != 0)
        return fail_writing(given);
    int status = convert(descriptor, path, given, file.out);
    if (status != CLI_GO_ON)
        report_file_discard(&file);
    else if (report_file_close(&file, REPORT_FILE_WHOLE) != 0)
        return fail_writing(given);
    return status;
}

static int export(int argc, char **argv)
{
    struct export_options given;
    struct cli_operands operands;
    int status = cli_parse(&cli_command_export, argc, argv, &given, sizeof given, &operands);
    if (status != CLI_GO_ON)
        return status;
    const char *path = operands.items[0];
    int descriptor = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : report_file_source(path);
    if (descriptor < 0) {
        cli_error(&cli_command_export, "%s: %s", path, report_file_reason(errno));
        return CLI_EXIT_INVALID;
    }
    if (given.output)
        status = convert_to_file(descriptor, path, &given);
    else {
        status = convert(descriptor, path, &given, stdout);
        if (fflush(stdout) != 0)
            status = fail_writing(&given);
    }
    close(descriptor);
    return status == CLI_GO_ON ? CLI_EXIT_OK : status;
}
