/* redact_command.c - fotarig redact: a trace or a log without what tells whose it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/cli/whole_file.h"
#include "harness/trace/redact_trace.h"
#include "reports/file.h"

enum { LOG_BYTES_MAX = 256 * 1024 * 1024 };

struct redact_options {
    const char *output, *key;
    struct cli_list without;
    bool rules, quiet;
};

static const struct cli_option options[] = {
    {"output", 'o', "FILE", CLI_TEXT, offsetof(struct redact_options, output), NULL,
     "write it there; without it, to stdout"},
    {"key", 0, "WORDS", CLI_TEXT, offsetof(struct redact_options, key), NULL,
     "the same words give the same stand-ins in several files; who knows them can find\n"
     "out what a stand-in was. Without, a key that nobody knows"},
    {"without", 0, "RULE", CLI_LIST, offsetof(struct redact_options, without), NULL,
     "leave out what this rule finds"},
    {"rules", 0, NULL, CLI_FLAG, offsetof(struct redact_options, rules), NULL, "list the rules"},
    {"quiet", 'q', NULL, CLI_FLAG, offsetof(struct redact_options, quiet), NULL,
     "do not tell what was taken out"},
};

static int redact(int argc, char **argv);

const struct cli_command cli_command_redact = {
    .name = "redact",
    .summary = "take identities, numbers, secrets and places out of a trace or a log",
    .operands = "FILE",
    .notes = "FILE is a trace, or a log as another program wrote it, before import. Stand-ins are\n"
             "as long and as valid as what they stand for. What no rule knows stays: look at the\n"
             "result before you give it away.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_max = 1,
    .run = redact};

static int list_rules(void)
{
    for (unsigned i = 0; i < TRACE_RULE_COUNT; i++)
        printf("%-12s %s\n", trace_rule_name(i), trace_rule_what(i));
    return CLI_EXIT_OK;
}

static int take_without(struct trace_redactor *redactor, const struct cli_list *without)
{
    for (size_t i = 0; i < without->count; i++) {
        unsigned rule = 0;
        while (rule < TRACE_RULE_COUNT && strcmp(trace_rule_name(rule), without->items[i]) != 0)
            rule++;
        if (rule == TRACE_RULE_COUNT)
            return cli_usage_error(&cli_command_redact,
                                   "there is no rule '%s'; 'fotarig redact --rules' lists them",
                                   without->items[i]);
        redactor->without |= 1u << rule;
    }
    return CLI_GO_ON;
}

static void tell(const struct trace_redactor *redactor)
{
    fprintf(stderr, "fotarig redact:");
    for (unsigned i = 0; i < TRACE_RULE_COUNT; i++)
        if (redactor->counts[i])
            fprintf(stderr, " %s %lu", trace_rule_name(i), (unsigned long)redactor->counts[i]);
    fprintf(stderr, "\n");
}

static void write_event(void *writer, const struct trace_event *event)
{
    trace_write(writer, event);
}

static int fail_reading(const char *path, const struct trace_reader *reader)
{
    fprintf(stderr, "%s:%lu:%lu: error: %s\n", path, (unsigned long)reader->error.line,
            (unsigned long)reader->error.column, reader->error.text);
    return CLI_EXIT_INVALID;
}

static int redact_trace(struct trace_redactor *redactor, const char *path, int in, int out)
{
    struct trace_reader reader;
    struct trace_writer writer;
    struct trace_event event;
    enum trace_result result;
    if (!trace_open(&reader, in))
        return fail_reading(path, &reader);
    struct trace_redaction redaction = {
        .redactor = *redactor, .give = write_event, .context = &writer};
    trace_redact_header(&redaction.redactor, &reader.header);
    bool good = trace_redaction_begin(&redaction);
    if (good && !trace_begin(&writer, out, &reader.header)) {
        trace_redaction_end(&redaction);
        good = false;
    }
    if (!good) {
        trace_close(&reader);
        return CLI_EXIT_INTERNAL;
    }
    while ((result = trace_next(&reader, &event)) == TRACE_EVENT)
        trace_redaction_take(&redaction, &event);
    trace_redaction_end(&redaction);
    *redactor = redaction.redactor;
    int status = result == TRACE_END ? CLI_EXIT_OK : fail_reading(path, &reader);
    errno = trace_finish(&writer) ? 0 : writer.error;
    trace_close(&reader);
    return errno ? CLI_EXIT_ENVIRONMENT : status;
}

static int redact_log(struct trace_redactor *redactor, const char *path, FILE *out)
{
    size_t size = 0;
    uint8_t *bytes = cli_file_read(path, LOG_BYTES_MAX, &size);
    if (!bytes) {
        cli_error(&cli_command_redact, "%s: %s", path,
                  errno == EFBIG ? "it is larger than 256 MiB; cut it" : report_file_reason(errno));
        return CLI_EXIT_INVALID;
    }
    bool good = trace_redact_log(redactor, bytes, size);
    if (good)
        fwrite(bytes, 1, size, out);
    free(bytes);
    return good ? CLI_EXIT_OK : CLI_EXIT_INTERNAL;
}

static int redact_file(struct trace_redactor *redactor, const char *path, FILE *out)
{
    char begin[256];
    int in = report_file_source(path);
    ssize_t size = in < 0 ? -1 : read(in, begin, sizeof begin);
    if (size < 0) {
        cli_error(&cli_command_redact, "%s: %s", path, report_file_reason(errno));
        if (in >= 0)
            close(in);
        return CLI_EXIT_INVALID;
    }
    int status;
    if (trace_is_trace(begin, (size_t)size) && lseek(in, 0, SEEK_SET) == 0)
        status = redact_trace(redactor, path, in, fileno(out));
    else
        status = redact_log(redactor, path, out);
    close(in);
    return status;
}

static int redact(int argc, char **argv)
{
    struct redact_options given;
    struct cli_operands operands;
    struct trace_redactor redactor = {0};
    struct report_file file = {0};
    int status = cli_parse(&cli_command_redact, argc, argv, &given, sizeof given, &operands);
    if (status == CLI_GO_ON)
        status = take_without(&redactor, &given.without);
    if (status != CLI_GO_ON)
        return status;
    if (given.rules)
        return list_rules();
    if (operands.count != 1)
        return cli_usage_error(&cli_command_redact, "which trace or log?");
    redactor.key = given.key ? trace_redact_key_of(given.key) : trace_redact_key();
    if (given.output && report_file_open(&file, given.output) != 0) {
        cli_error(&cli_command_redact, "%s: %s", given.output, report_file_reason(errno));
        return CLI_EXIT_ENVIRONMENT;
    }
    status = redact_file(&redactor, operands.items[0], given.output ? file.out : stdout);
    if (status != CLI_EXIT_OK)
        report_file_discard(&file);
    else if (given.output ? report_file_close(&file, REPORT_FILE_WHOLE) : fflush(stdout)) {
        cli_error(&cli_command_redact, "%s: %s", given.output ? given.output : "stdout",
                  report_file_reason(errno));
        return CLI_EXIT_ENVIRONMENT;
    }
    if (status == CLI_EXIT_OK && !given.quiet)
        tell(&redactor);
    return status;
}
