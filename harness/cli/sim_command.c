/* sim_command.c - fotarig sim: one emulated module on a pty, for any client. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/bench/loop.h"
#include "harness/bench/port.h"
#include "harness/bench/serve.h"
#include "harness/cli/cli.h"
#include "harness/cli/file.h"
#include "harness/cli/setting.h"
#include "sim/catalogue.h"
#include "sim/sim.h"

/* Free space of the module's file system (FS101 3.5, D). */
enum { FLASH_BYTES = 22151168, PORT_BPS = 115200 };

enum { TIMING_MODULE, TIMING_NONE };
enum { HTTP_MODEL, HTTP_REAL };
enum { BOOT_COLD, BOOT_WARM };

struct sim_options {
    const char *link, *variant, *revision;
    struct cli_list settings, http_hosts, packages;
    int timing, http, boot;
    double speed;
    bool log;
};

#define OPTION(member) offsetof(struct sim_options, member)

static const struct cli_option options[] = {
    {"link", 0, "PATH", CLI_TEXT, OPTION(link), "sim7000", "name of the port for clients"},
    {"variant", 0, "NAME", CLI_TEXT, OPTION(variant), NULL,
     "which module of the family it is (default: SIM7000C)"},
    {"revision", 0, "REVISION", CLI_TEXT, OPTION(revision), NULL,
     "firmware that it runs (default: 1351B03 of the variant)"},
    {"set", 0, "NAME=VALUE", CLI_LIST, OPTION(settings), NULL,
     "change a setting that 'fotarig facts' lists; may be repeated"},
    {"timing", 0, "module|none", CLI_CHOICE, OPTION(timing), "module",
     "answers take as long as the module and the line take, or\ncome at once"},
    {"speed", 0, "X", CLI_SPEED, OPTION(speed), "1", "the module's clock runs X times faster"},
    {"boot", 0, "cold|warm", CLI_CHOICE, OPTION(boot), "warm",
     "it is switched on now, or has long been and has found the\nrate of 115200 bit/s"},
    {"http", 0, "model|real", CLI_CHOICE, OPTION(http), "model",
     "downloads come from --package, or from the server that\nthe URL names"},
    {"http-allow", 0, "HOST", CLI_LIST, OPTION(http_hosts), NULL,
     "with --http real: this host may be asked besides loopback;\nmay be repeated"},
    {"package", 0, "FILE", CLI_LIST, OPTION(packages), NULL,
     "with --http model: what the server has, under the file's\nname; may be repeated"},
    {"log", 0, NULL, CLI_FLAG, OPTION(log), NULL, "tell on stderr what the module does"},
};

/* Everything that lives as long as the program serves; too large for a stack. */
struct served {
    struct sim_options given;
    struct sim_config config;
    struct sim_blob blobs[CLI_LIST_MAX];
    const char *blob_names[CLI_LIST_MAX];
    struct sim_store store;
    struct bench_loop loop;
    struct bench_port port;
    struct bench_serve serve;
};

/* ---- the module's configuration ----------------------------------------------------------- */

static bool known_variant(const char *variant)
{
    for (size_t i = 0; sim_variant(i); i++)
        if (strcmp(sim_variant(i), variant) == 0)
            return true;
    return false;
}

static const char *variant_name(size_t index)
{
    return sim_variant(index);
}

static int unknown_variant(const char *variant)
{
    size_t count = 0;
    const char *near;

    while (sim_variant(count))
        count++;
    near = cli_nearest(variant, count, variant_name);
    return cli_usage_error(&cli_command_sim, "unknown variant '%s'%s%s%s", variant,
                           near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

/* The default revision ends in the default variant's name; another variant's ends in its own. */
static void adapt_revision(struct sim_config *config, const char *variant)
{
    size_t length = strlen(config->revision), tail = strlen(config->variant);
    size_t room;

    if (length < tail || strcmp(config->revision + length - tail, config->variant) != 0)
        return;
    room = sizeof(config->revision) - (length - tail);
    if (strlen(variant) < room)
        memcpy(config->revision + length - tail, variant, strlen(variant) + 1);
}

static int configure(struct served *served)
{
    const struct sim_options *given = &served->given;
    struct sim_config *config = &served->config;
    char error[200];

    sim_config_init(config);
    if (given->variant) {
        if (!known_variant(given->variant) || strlen(given->variant) >= sizeof(config->variant))
            return unknown_variant(given->variant);
        adapt_revision(config, given->variant);
        memcpy(config->variant, given->variant, strlen(given->variant) + 1);
    }
    if (given->revision) {
        if (strlen(given->revision) >= sizeof(config->revision))
            return cli_usage_error(&cli_command_sim, "revision '%s' is longer than %lu characters",
                                   given->revision, (unsigned long)sizeof(config->revision) - 1);
        memcpy(config->revision, given->revision, strlen(given->revision) + 1);
    }
    if (given->timing == TIMING_NONE)
        config->settings[SIM_SETTING_ANSWER_DELAY] = 0;
    for (size_t i = 0; i < given->settings.count; i++)
        if (!cli_setting_assign(config->settings, given->settings.items[i], error, sizeof(error)))
            return cli_usage_error(&cli_command_sim, "%s", error);
    return CLI_GO_ON;
}

static int load_packages(struct served *served)
{
    const struct cli_list *packages = &served->given.packages;

    for (size_t i = 0; i < packages->count; i++) {
        const char *path = packages->items[i], *slash = strrchr(path, '/');
        struct sim_blob *blob = &served->blobs[i];
        size_t size;
        uint8_t *bytes = cli_file_read(path, FLASH_BYTES, &size);

        if (!bytes) {
            cli_error(&cli_command_sim, "cannot read package '%s': %s", path, strerror(errno));
            return CLI_EXIT_INVALID;
        }
        blob->bytes = bytes;
        blob->size_bytes = (uint32_t)size;
        blob->digest = sim_digest(SIM_DIGEST, bytes, size);
        sim_package_check(bytes, size, &blob->package);
        served->blob_names[i] = slash ? slash + 1 : path;
    }
    served->config.blobs = served->blobs;
    served->config.blob_count = (uint16_t)packages->count;
    return CLI_GO_ON;
}

/* ---- telling what happens ----------------------------------------------------------------- */

static void log_event(void *context, uint64_t module_us, const struct sim_event *event)
{
    (void)context;
    fprintf(stderr, "%10lu.%03lu %-8s", (unsigned long)(module_us / 1000000),
            (unsigned long)(module_us / 1000 % 1000), sim_event_name(event->kind));
    if (event->text && event->length > 0)
        fprintf(stderr, " %.*s", (int)event->length, event->text);
    if (!event->text || event->kind == SIM_EVENT_HTTP || event->kind == SIM_EVENT_FILE)
        fprintf(stderr, " %lu", (unsigned long)event->number);
    if (event->kind == SIM_EVENT_PHASE)
        fprintf(stderr, " %s", sim_phase_name(event->number));
    if (event->kind == SIM_EVENT_RESET)
        fprintf(stderr, " %s", sim_reset_name(event->number));
    fputc('\n', stderr);
}

static void say_http_failed(void *context, const char *why)
{
    (void)context;
    cli_error(&cli_command_sim, "download failed: %s", why);
}

/* ---- serving ------------------------------------------------------------------------------ */

static int environment_error(const char *what)
{
    cli_error(&cli_command_sim, "%s: %s", what, strerror(errno));
    return CLI_EXIT_ENVIRONMENT;
}

/* Starts the module; the port is opened last, so that who finds it is answered. */
static int start(struct served *served)
{
    const struct sim_options *given = &served->given;
    const struct bench_serve_options serve_options = {
        .speed = given->speed,
        .paced = given->timing == TIMING_MODULE,
        .real_http = given->http == HTTP_REAL,
        .http_hosts = given->http_hosts.items,
        .http_host_count = given->http_hosts.count,
        .blob_names = served->blob_names,
        .log = given->log ? log_event : NULL,
        .http_failed = say_http_failed,
    };
    char error[400];

    if (bench_signals_catch() || bench_loop_open(&served->loop))
        return environment_error("cannot set up waiting");
    if (bench_serve_open(&served->serve, &served->loop, &serve_options, &served->config,
                         &served->store)) {
        cli_error(&cli_command_sim,
                  "--http real needs libcurl (libcurl.so.4), which cannot be loaded");
        return CLI_EXIT_ENVIRONMENT;
    }
    if (given->boot == BOOT_WARM) {
        bench_serve_power_on(&served->serve);
        if (!bench_serve_warm_up(&served->serve, PORT_BPS))
            cli_error(&cli_command_sim, "with these settings the module does not answer AT at "
                                        "115200 bit/s after its boot; serving it as it is");
    }
    if (bench_port_open(&served->port, &served->loop, given->link, bench_serve_receive,
                        &served->serve, error, sizeof(error))) {
        cli_error(&cli_command_sim, "%s", error);
        return CLI_EXIT_ENVIRONMENT;
    }
    bench_serve_attach(&served->serve, &served->port);
    if (given->boot == BOOT_COLD)
        bench_serve_power_on(&served->serve);
    printf("sim: %s %s on %s (link %s); stop with ^C\n", served->config.variant,
           served->config.revision, served->port.path, served->port.link);
    fflush(stdout);
    return CLI_GO_ON;
}

static int serve_until_signal(struct served *served)
{
    while (!bench_signal()) {
        uint64_t until_us = bench_serve_advance(&served->serve);

        if (bench_loop_wait(&served->loop, until_us) < 0)
            return environment_error("cannot wait");
        if (served->port.broken) {
            cli_error(&cli_command_sim, "a client left %s locked for exclusive use; start again",
                      served->port.path);
            return CLI_EXIT_ENVIRONMENT;
        }
    }
    return CLI_EXIT_OK; /* it was asked to stop */
}

static int serve(struct served *served)
{
    void *flash = mmap(NULL, FLASH_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int status;

    if (flash == MAP_FAILED)
        return environment_error("no memory for the flash");
    served->store = (struct sim_store){.bytes = flash, .capacity = FLASH_BYTES};
    served->loop.poll_fd = served->port.master = served->port.slave = served->port.opens.fd = -1;
    status = start(served);
    if (status == CLI_GO_ON)
        status = serve_until_signal(served);
    bench_port_close(&served->port);
    bench_serve_close(&served->serve);
    bench_loop_close(&served->loop);
    munmap(flash, FLASH_BYTES);
    return status;
}

static int check_combination(const struct sim_options *given)
{
    if (given->http == HTTP_REAL && given->packages.count > 0)
        return cli_usage_error(&cli_command_sim, "option '--package' needs '--http model'");
    if (given->http == HTTP_MODEL && given->http_hosts.count > 0)
        return cli_usage_error(&cli_command_sim, "option '--http-allow' needs '--http real'");
    return CLI_GO_ON;
}

static int sim(int argc, char **argv)
{
    struct served *served = calloc(1, sizeof(*served));
    struct cli_operands operands;
    int status;

    if (!served)
        return environment_error("no memory");
    status =
        cli_parse(&cli_command_sim, argc, argv, &served->given, sizeof(served->given), &operands);
    if (status == CLI_GO_ON)
        status = check_combination(&served->given);
    if (status == CLI_GO_ON)
        status = configure(served);
    if (status == CLI_GO_ON)
        status = load_packages(served);
    if (status == CLI_GO_ON)
        status = serve(served);
    for (size_t i = 0; i < CLI_LIST_MAX; i++)
        cli_file_free(served->blobs[i].bytes);
    free(served);
    return status;
}

const struct cli_command cli_command_sim = {
    .name = "sim",
    .summary = "the emulated module alone on a pty, for any client",
    .operands = "",
    .notes =
        "The port is a link to a pseudo terminal; clients may come and go. With --speed all\n"
        "times of the module shrink, those of a download's time limit too. Ends with status 0\n"
        "on SIGINT, SIGTERM or SIGHUP, and removes the link.",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .run = sim,
};
