/* record_command.c - fotarig record: between a host and a module, written down as a trace. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/cli/version.h"
#include "harness/trace/record.h"
#include "harness/trace/redact_trace.h"

struct record_options {
    const char *module, *host, *output;
    uint32_t rate, rotate, keep;
    double speed;
    bool share;
    const char *key;
};

/* With --share: events go through the redactor, which holds lines back until they are whole. */
struct shared {
    struct trace_redaction redaction;
    struct trace_parts *parts;
    uint64_t took_us; /* when it got the last event */
};
enum { HELD_US = 500000 /* what is no whole line after that goes on as it is */ };

static const struct cli_option options[] = {
    {"module", 0, "URL", CLI_TEXT, offsetof(struct record_options, module), NULL,
     "where the module is: tty:/dev/...[,RATE], tcp://HOST:PORT, rfc2217://HOST:PORT,\n"
     "pty:LINK, unix:PATH, exec:COMMAND"},
    {"host", 0, "URL", CLI_TEXT, offsetof(struct record_options, host), "pty",
     "what the host opens instead of the module: pty:LINK (pty: without a link),\n"
     "tty:/dev/..., tcp://HOST:PORT, rfc2217://HOST:PORT, unix:PATH (tcp: a port of this\n"
     "machine that the system chooses)"},
    {"output", 'o', "TRACE", CLI_TEXT, offsetof(struct record_options, output), "record.jsonl",
     "write the trace there"},
    {"rate", 0, "BPS", CLI_COUNT, offsetof(struct record_options, rate), "115200",
     "bit/s of both ports at first; what the host sets goes to the module's port"},
    {"speed", 0, "X", CLI_SPEED, offsetof(struct record_options, speed), "1",
     "both ends' clocks run X times faster, as 'fotarig sim' and 'run' can; it is noted"},
    {"rotate", 0, "SIZE", CLI_SIZE, offsetof(struct record_options, rotate), NULL,
     "begin a new file after so many bytes: TRACE with .0001, .0002 in its name"},
    {"keep", 0, "N", CLI_COUNT, offsetof(struct record_options, keep), NULL,
     "with --rotate: keep the last N files"},
    {"share", 0, NULL, CLI_FLAG, offsetof(struct record_options, share), NULL,
     "for others' eyes: what 'fotarig redact' takes out never gets into the trace"},
    {"key", 0, "WORDS", CLI_TEXT, offsetof(struct record_options, key), NULL,
     "with --share: as redact has it"},
};

static int record(int argc, char **argv);

const struct cli_command cli_command_record = {
    .name = "record",
    .summary = "sit between a host and a module, and write a trace of what they say",
    .operands = "",
    .notes = "What arrives goes on before it is written down; rates, modem lines and the loss of\n"
             "the module's port go on as well. ^C ends it; killed, the trace has all up to then.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .run = record};

static void say(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "fotarig record: %s\n", text);
}

/* ---- sharing -------------------------------------------------------------------------------- */

static void give(void *context, const struct trace_event *event)
{
    const struct shared *shared = context;
    trace_parts_write(shared->parts, event);
}

static void take(void *context, const struct trace_event *event)
{
    struct shared *shared = context;
    shared->took_us = bench_clock_us();
    trace_redaction_take(&shared->redaction, event);
}

static void tick(void *context)
{
    struct shared *shared = context;
    if (shared->redaction.held_count > 0 && bench_clock_us() > shared->took_us + HELD_US)
        trace_redaction_flush(&shared->redaction);
}

/* ---- the command ---------------------------------------------------------------------------- */

static void fill_header(const struct record_options *given, struct trace_header *header)
{
    struct timespec time;
    struct tm parts;
    size_t length;
    *header = (struct trace_header){.rate = given->rate};
    snprintf(header->made_by, sizeof header->made_by, "fotarig %s record", FOTARIG_VERSION);
    snprintf(header->host_end, sizeof header->host_end, "%s", given->host);
    snprintf(header->module_end, sizeof header->module_end, "%s", given->module);
    snprintf(header->framing, sizeof header->framing, "8N1");
    snprintf(header->clock, sizeof header->clock, "real");
    if (given->speed != 1)
        header->host_speed = header->module_speed = (uint64_t)(given->speed * TRACE_SPEED_ONE);
    clock_gettime(CLOCK_REALTIME, &time);
    if (!gmtime_r(&time.tv_sec, &parts))
        return;
    length = strftime(header->started, sizeof header->started, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(header->started + length, sizeof header->started - length, ".%06ldZ",
             time.tv_nsec / 1000);
}

/* What the user runs in place of the module's port. */
static void tell_ports(const struct trace_recording *recording, const struct record_options *given)
{
    char host[TRACE_URL_MAX], module[TRACE_URL_MAX];
    recording->host->kind->describe(recording->host, host, sizeof host);
    recording->module->kind->describe(recording->module, module, sizeof module);
    printf("host: %s\nmodule: %s\ntrace: %s\n", host, module, given->output);
    fflush(stdout);
}

static int record_to(struct trace_parts *parts, const struct record_options *given,
                     struct shared *shared)
{
    char text[512];
    struct trace_recording recording = {.module_url = given->module,
                                        .host_url = given->host,
                                        .rate_bps = given->rate,
                                        .say = say,
                                        .parts = parts};
    if (given->share) {
        recording.take = take;
        recording.tick = tick;
        recording.context = shared;
        shared->parts = parts;
    }
    bool good = trace_recording_open(&recording, text, sizeof text);
    if (!good)
        cli_error(&cli_command_record, "%s", text);
    if (good) {
        tell_ports(&recording, given);
        bench_signals_catch();
        good = trace_recording_run(&recording);
        if (!good)
            cli_error(&cli_command_record, "a port is gone and can't come back");
    }
    trace_recording_close(&recording);
    trace_redaction_end(&shared->redaction);
    if (!trace_parts_finish(parts)) {
        cli_error(&cli_command_record, "%s: %s; the trace is not whole", given->output,
                  strerror(parts->error));
        good = false;
    }
    return good ? CLI_EXIT_OK : CLI_EXIT_ENVIRONMENT;
}

static int record(int argc, char **argv)
{
    struct record_options given;
    struct cli_operands operands;
    struct trace_header header;
    struct trace_parts parts;
    struct shared shared = {.redaction = {.give = give, .context = &shared}};
    struct trace_redactor *redactor = &shared.redaction.redactor;
    int status = cli_parse(&cli_command_record, argc, argv, &given, sizeof given, &operands);
    if (status != CLI_GO_ON)
        return status;
    if (!given.module)
        return cli_usage_error(&cli_command_record, "--module URL says where the module is");
    if (given.keep && !given.rotate)
        return cli_usage_error(&cli_command_record, "--keep goes with --rotate");
    if (strcmp(given.host, "pty") == 0)
        given.host = "pty:";
    else if (strcmp(given.host, "tcp") == 0)
        given.host = "tcp://127.0.0.1:0";
    if (given.key && !given.share)
        return cli_usage_error(&cli_command_record, "--key goes with --share");
    fill_header(&given, &header);
    if (given.share) {
        redactor->key = given.key ? trace_redact_key_of(given.key) : trace_redact_key();
        trace_redact_header(redactor, &header);
        if (!trace_redaction_begin(&shared.redaction))
            return CLI_EXIT_INTERNAL;
    }
    if (!trace_parts_begin(&parts, given.output, given.rotate, given.keep, &header)) {
        cli_error(&cli_command_record, "%s: %s; name a file that can be written", given.output,
                  strerror(errno));
        return CLI_EXIT_ENVIRONMENT;
    }
    return record_to(&parts, &given, &shared);
}
