/* target_options.c - makes the target of `run` out of its options, and prints what would run there.
 */
#include "harness/cli/target_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/bench/conduct.h"
#include "harness/bench/synthetic_package.h"
#include "harness/trace/host_replay.h"
#include "reports/file.h"

enum { PACKAGE_BYTES_MAX = 16 * 1024 * 1024 /* more than the module's flash takes */ };

/* ---- the package --------------------------------------------------------------------------- */

/* Its length and checksum; false with a message on stderr. */
static bool read_package(const struct cli_command *command, const char *path,
                         struct scenario_override *override)
{
    FILE *file = report_file_source_stream(path);
    uint8_t *bytes = file ? malloc(PACKAGE_BYTES_MAX + 1) : NULL;
    size_t size = bytes ? fread(bytes, 1, PACKAGE_BYTES_MAX + 1, file) : 0;
    bool good = size > 0 && size <= PACKAGE_BYTES_MAX && !ferror(file);
    if (good) {
        override->size_bytes = (uint32_t)size;
        override->crc32 = bench_package_crc32(bytes, (uint32_t)size);
    } else {
        cli_error(command, "--package %s: expected a file of 1 to %d bytes that can be read", path,
                  PACKAGE_BYTES_MAX);
    }
    if (file)
        fclose(file);
    free(bytes);
    return good;
}

static int make_override(struct cli_target *made, const struct cli_command *command,
                         const struct cli_target_options *options)
{
    made->override = (struct scenario_override){.url = options->package_url,
                                                .from_revision = options->from,
                                                .to_revision = options->to,
                                                .variant = options->variant,
                                                .delivery = (uint8_t)options->delivery};
    if (options->variant && strlen(options->variant) >= sizeof((struct sim_config *)0)->variant)
        return cli_usage_error(command, "--variant '%s' is no variant like SIM7000E",
                               options->variant);
    if (options->package && !read_package(command, options->package, &made->override))
        return CLI_EXIT_INVALID;
    return CLI_GO_ON;
}

/* ---- the target ---------------------------------------------------------------------------- */

static bool is_replay(const char *text)
{
    return strncmp(text, "replay:", 7) == 0;
}

static bool is_url(const char *text)
{
    return strchr(text, ':') != NULL && !is_replay(text);
}

/* The command of --host warp:COMMAND, NULL = the core. */
static const char *program_of(const struct cli_target_options *options)
{
    return strncmp(options->host, "warp:", 5) == 0 ? options->host + 5 : NULL;
}

/* The file of --host lib:FILE, NULL = another. */
static const char *library_of(const struct cli_target_options *options)
{
    return strncmp(options->host, "lib:", 4) == 0 ? options->host + 4 : NULL;
}

/* Clients outside of this process, in real time. */
static const struct {
    const char *scheme;
    uint8_t kind;    /* enum bench_outside_kind */
    bool is_command; /* what follows is one; else all of it is the port's URL */
} outsides[] = {{"spawn:", BENCH_OUTSIDE_SPAWN, true},    {"exec:", BENCH_OUTSIDE_EXEC, true},
                {"pty:", BENCH_OUTSIDE_PORT, false},      {"tty:", BENCH_OUTSIDE_PORT, false},
                {"tcp://", BENCH_OUTSIDE_PORT, false},    {"unix:", BENCH_OUTSIDE_PORT, false},
                {"rfc2217://", BENCH_OUTSIDE_PORT, false}};

/* A client that runs already is waited for at a pty of its own. */
static bool is_waited_for(const struct cli_target_options *options)
{
    return strcmp(options->host, "wait") == 0;
}

/* In the process that works, beside what the console of the campaign tells. */
static void tell_waiting(const char *where)
{
    fprintf(stderr, "waits for a client at %s\n", where);
}

/* The command or URL of such a client, NULL = it is another. */
static const char *outside_of(const struct cli_target_options *options, uint8_t *ret_kind)
{
    if (is_waited_for(options)) {
        *ret_kind = BENCH_OUTSIDE_PORT;
        return "pty:";
    }
    for (size_t i = 0; i < sizeof outsides / sizeof outsides[0]; i++) {
        size_t length = strlen(outsides[i].scheme);
        if (strncmp(options->host, outsides[i].scheme, length) != 0)
            continue;
        *ret_kind = outsides[i].kind;
        return options->host + (outsides[i].is_command ? length : 0);
    }
    return NULL;
}

bool cli_target_is_real_time(const struct cli_target_options *options)
{
    uint8_t kind;
    return outside_of(options, &kind) != NULL;
}

/* A client of somebody's own, who is judged by the rules. */
static bool is_external(const struct cli_target_options *options)
{
    return program_of(options) || library_of(options) || cli_target_is_real_time(options);
}

/* One that is started by a command. */
static bool has_command(const struct cli_target_options *options)
{
    uint8_t kind = BENCH_OUTSIDE_PORT;
    return program_of(options) || (outside_of(options, &kind) && kind != BENCH_OUTSIDE_PORT);
}

/* Loads it once, to see what it is. */
static int look_at_library(const struct cli_command *command, const char *path, bool *ret_is_core)
{
    char text[BENCH_TEXT_MAX];
    struct bench_library_host *host = calloc(1, sizeof *host);
    bool good = host && bench_library_host_open(host, path, text, sizeof text);
    if (good)
        *ret_is_core = host->is_core;
    else
        cli_error(command, "--host lib: %s", host ? text : "not enough memory");
    if (host)
        bench_library_host_close(host);
    free(host);
    return good ? CLI_GO_ON : CLI_EXIT_ENVIRONMENT;
}

/* Rules that are not judged, each with its reason. */
static int take_left_out(const struct cli_command *command,
                         const struct cli_target_options *options, uint32_t *ret_left_out)
{
    for (size_t i = 0; i < options->left_out.count; i++) {
        const char *given = options->left_out.items[i];
        size_t length = strcspn(given, "=");
        int rule = bench_conduct_find(given, length);
        if (rule < 0 || given[length] != '=' || !given[length + 1])
            return cli_usage_error(command,
                                   "--leave-out '%s': expected RULE=REASON, a rule of "
                                   "harness/example/README.md (one-start, ...) and a reason",
                                   given);
        *ret_left_out |= 1u << rule;
    }
    return CLI_GO_ON;
}

static int check_host(const struct cli_command *command, const struct cli_target_options *options,
                      double speed, struct bench_claims *claims)
{
    char text[BENCH_TEXT_MAX];
    bench_claims_init(claims);
    if (!has_command(options) && options->claims)
        return cli_usage_error(command,
                               "--claims goes with --host warp:, spawn: or exec:COMMAND only");
    if (!has_command(options) && options->port_name)
        return cli_usage_error(command, "--port-name goes with --host warp: or spawn:COMMAND only");
    if (options->claims && !bench_claims_read(claims, options->claims, text, sizeof text))
        return cli_usage_error(command, "--claims: %s", text);
    if (options->port_name && options->port_name[0] != '/')
        return cli_usage_error(command, "--port-name '%s' is no whole path like /tmp/modem",
                               options->port_name);
    if (cli_target_is_real_time(options) && strcmp(options->module, "emulator") != 0)
        return cli_usage_error(command, "--host %s takes the emulator; leave out --module",
                               options->host);
    if (is_external(options) && !cli_target_is_real_time(options) &&
        (is_url(options->module) || speed > 0))
        return cli_usage_error(
            command,
            "--host %s runs in virtual time with the emulator of this "
            "process; leave out %s",
            program_of(options) ? "warp:" : "lib:", speed > 0 ? "--speed" : "--module");
    return CLI_GO_ON;
}

static int check(const struct cli_command *command, const struct cli_target_options *options,
                 double speed)
{
    bool port = is_url(options->module);
    bool replay = is_replay(options->module);
    if (!is_replay(options->host) && !is_external(options) && strcmp(options->host, "core") != 0)
        return cli_usage_error(command,
                               "--host '%s' is none of core, warp:COMMAND, lib:FILE, "
                               "spawn:COMMAND, exec:COMMAND, replay:TRACE, wait, or the URL of a "
                               "port like pty:LINK",
                               options->host);
    if (options->go_on && !replay)
        return cli_usage_error(command, "--continue goes with --module replay:TRACE only");
    if (replay && speed > 0)
        return cli_usage_error(command, "a replay runs in virtual time; leave --speed out");
    if (!port && !replay && strcmp(options->module, "emulator") != 0)
        return cli_usage_error(command,
                               "--module '%s' is neither 'emulator' nor the URL of a port like "
                               "tty:/dev/ttyUSB2 or tcp://HOST:PORT",
                               options->module);
    if (!port && (options->far_end != BENCH_FAR_END_MODULE || options->allow_update))
        return cli_usage_error(command, "%s goes with --module URL only",
                               options->allow_update ? "--allow-update" : "--far-end");
    if (!port && options->fixtures.count)
        return cli_usage_error(command,
                               "--fixture '%s' goes with --module URL only: a rack file names the "
                               "fixtures of its slots, and around the emulator stands what the "
                               "scenario says",
                               options->fixtures.items[0]);
    if (port && options->far_end == BENCH_FAR_END_MODULE && speed > 0)
        return cli_usage_error(command,
                               "a real module knows one speed; --speed goes with --far-end "
                               "emulator or scenario, which say that a 'fotarig sim' of that speed "
                               "is there");
    return CLI_GO_ON;
}

int cli_target_make(struct cli_target *made, const struct cli_command *command,
                    const struct cli_target_options *options, double speed)
{
    struct bench_target_options bench = {.far_end = (uint8_t)options->far_end,
                                         .allow_update = options->allow_update,
                                         .speed = speed > 0 ? speed : 1,
                                         .override = &made->override};
    *made = (struct cli_target){.at_revision = ""};
    int status = check_host(command, options, speed, &bench.claims);
    if (status == CLI_GO_ON)
        status = take_left_out(command, options, &bench.conduct_left_out);
    if (status == CLI_GO_ON)
        status = check(command, options, speed);
    if (status == CLI_GO_ON && is_replay(options->module)) {
        char text[BENCH_TEXT_MAX + 240];
        made->replays = kept_replay_open(&made->kept, options->module + 7, text, sizeof text);
        if (!made->replays) {
            cli_error(command, "%s", text);
            return CLI_EXIT_INVALID;
        }
        made->kept.replay.go_on = options->go_on;
        bench.end = &replay_module;
        bench.end_context = &made->kept.replay;
    }
    if (status == CLI_GO_ON)
        status = make_override(made, command, options);
    if (status != CLI_GO_ON)
        return status;
    bench.program = program_of(options);
    bench.outside = outside_of(options, &bench.outside_kind);
    bench.port_name = options->port_name;
    bench.waiting = tell_waiting;
    bench.library = library_of(options);
    if (bench.library)
        status = look_at_library(command, bench.library, &bench.library_is_core);
    if (status != CLI_GO_ON)
        return status;
    bench.conduct = options->rules == CLI_RULES_FOTA ||
                    (options->rules == CLI_RULES_AS_HOST && is_external(options));
    bench.url = is_url(options->module) ? options->module : NULL;
    for (size_t i = 0; i < options->fixtures.count; i++)
        made->fixture_names[i] = options->fixtures.items[i];
    bench.fixture_names = made->fixture_names;
    if (is_replay(options->host) && access(options->host + 7, R_OK) != 0) {
        cli_error(command, "%s: %s", options->host + 7, strerror(errno));
        return CLI_EXIT_INVALID;
    }
    bench.play_host = host_replay_open;
    bench.stop_host = host_replay_close;
    bench.host_trace = is_replay(options->host) ? options->host + 7 : NULL;
    if (bench_target_init(&made->target, &bench))
        return CLI_GO_ON;
    cli_error(command, "not enough memory");
    return CLI_EXIT_INTERNAL;
}

bool cli_target_is_port(const struct cli_target *made)
{
    return made->target.options.url != NULL;
}

int cli_target_open(struct cli_target *made, const struct cli_command *command)
{
    char text[BENCH_TEXT_MAX];
    if (bench_target_open(&made->target, text, sizeof text))
        return CLI_GO_ON;
    cli_error(command, "%s", text);
    return CLI_EXIT_ENVIRONMENT;
}

void cli_target_done(struct cli_target *made)
{
    bench_target_done(&made->target);
    if (made->replays)
        kept_replay_close(&made->kept);
    made->replays = false;
}

/* ---- the plan ------------------------------------------------------------------------------ */

void cli_target_print_plan(struct cli_target *made, const char *name,
                           const struct scenario_case *one)
{
    struct bench_plan plan;
    bool real = cli_target_is_port(made) && made->target.options.far_end == BENCH_FAR_END_MODULE;
    bench_target_plan(&made->target, one, real && made->at_revision[0] ? made->at_revision : NULL,
                      &plan);
    if (!plan.runs) {
        printf("  skipped  %s\n           %s\n", name, plan.reason);
        return;
    }
    printf("  runs     %s\n", name);
    if (plan.destructive)
        printf("           destructive: an update may start; leaves the module at %s\n",
               plan.leaves ? plan.leaves : "its revision");
    if (plan.leaves && real)
        snprintf(made->at_revision, sizeof made->at_revision, "%s", plan.leaves);
}
