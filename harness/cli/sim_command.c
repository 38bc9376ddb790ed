/* sim_command.c - fotarig sim: emulated modules on ports of this machine, for any client. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/cli/cli.h"
#include "harness/cli/control.h"
#include "harness/cli/images.h"
#include "harness/cli/log.h"
#include "harness/cli/ports.h"
#include "harness/cli/set_option.h"
#include "harness/cli/sim_scenario.h"
#include "harness/cli/sim_trace.h"
#include "harness/cli/version.h"
#include "harness/cli/whole_file.h"
#include "harness/ports/loop.h"
#include "harness/serve/imei.h"
#include "harness/serve/serve.h"
#include "reports/file.h"
#include "sim/catalogue.h"
#include "sim/sim.h"

/* Free space of the module's file system (FS101 3.5, D). */
enum { FLASH_BYTES = 22151168, PORT_BPS = 115200 };

enum { TIMING_MODULE, TIMING_NONE };
enum { HTTP_MODEL, HTTP_REAL };
enum { BOOT_COLD, BOOT_WARM };

struct sim_options {
    const char *link, *serial, *tcp, *rfc2217, *variant, *revision;
    struct cli_list settings, http_hosts, packages;
    int timing, http, boot;
    uint32_t count;
    double speed;
    bool hold;
    bool usb;
    const char *control, *image, *log, *trace, *data_call;
    const char *scenario;
    uint32_t case_number;
};

#define OPTION(member) offsetof(struct sim_options, member)

static const struct cli_option options[] = {
    {"link", 0, "PATH", CLI_TEXT, OPTION(link), NULL,
     "the UART is a pty behind this link (default: sim7000, if no\nother port is named); with "
     "--count a number follows it"},
    {"usb", 0, NULL, CLI_FLAG, OPTION(usb), NULL,
     "USB ports too, on the links PATH.usb-at and PATH.usb-modem,\nwithout a line rate; they go "
     "and come with the "
     "module's restarts"},
    {"serial", 0, "DEVICE", CLI_TEXT, OPTION(serial), NULL,
     "the UART is this serial port, for a device at its other end;\nunplugged, it is waited for"},
    {"tcp", 0, "HOST:PORT", CLI_TEXT, OPTION(tcp), NULL,
     "the UART is a TCP server there, raw bytes; with --count the\nport number counts up"},
    {"rfc2217", 0, "HOST:PORT", CLI_TEXT, OPTION(rfc2217), NULL,
     "the same with rates and modem lines as RFC 2217 has them"},
    {"count", 0, "N", CLI_COUNT, OPTION(count), "1", "that many modules, each with its own IMEI"},
    {"variant", 0, "NAME", CLI_TEXT, OPTION(variant), NULL,
     "which module of the family it is (default: that of the\nrevision, else SIM7000C)"},
    {"revision", 0, "REVISION", CLI_TEXT, OPTION(revision), NULL,
     "firmware that it runs, with what it lacks (default: an early\none of the variant)"},
    {"set", 0, "NAME=VALUE", CLI_LIST, OPTION(settings), NULL,
     "change a setting that 'fotarig facts' lists; may be repeated"},
    {"timing", 0, "module|none", CLI_CHOICE, OPTION(timing), "module",
     "answers take as long as the module and the line take, or\ncome at once"},
    {"speed", 0, "X", CLI_SPEED, OPTION(speed), "1", "the module's clock runs X times faster"},
    {"hold", 0, NULL, CLI_FLAG, OPTION(hold), NULL,
     "the module's time stands until a client sends its first byte"},
    {"scenario", 0, "FILE", CLI_TEXT, OPTION(scenario), NULL,
     "play the module's side of it: module, package, server, events;\nbegins with a cold boot, and "
     "tells at the end which events\nnever fired (status 1)"},
    {"case", 0, "N", CLI_COUNT, OPTION(case_number), "1",
     "with --scenario: which of the cases that it varies"},
    {"boot", 0, "cold|warm", CLI_CHOICE, OPTION(boot), "warm",
     "it is switched on now, or has long been and has found the\nrate of 115200 bit/s"},
    {"http", 0, "model|real", CLI_CHOICE, OPTION(http), "model",
     "downloads come from --package and hosts are modelled, or\nboth are the real ones that the "
     "client names; MQTT is modelled either way"},
    {"http-allow", 0, "HOST", CLI_LIST, OPTION(http_hosts), NULL,
     "with --http real: this host may be asked besides loopback;\nmay be repeated"},
    {"data-call", 0, "URL", CLI_TEXT, OPTION(data_call), NULL,
     "join the data mode of ATD*99# to it: exec:CMD a program (slirp\nor pppd for PPP), "
     "tcp://HOST:PORT, "
     "unix:PATH; else nobody\nanswers there"},
    {"package", 0, "FILE", CLI_LIST, OPTION(packages), NULL,
     "with --http model: what the server has, under the file's\nname; may be repeated"},
    {"image", 0, "FILE", CLI_TEXT, OPTION(image), NULL,
     "keep the flash there: files, saved settings, the updater's;\nfor one process at a time; with "
     "--count a number follows it"},
    {"control", 0, "PATH", CLI_TEXT, OPTION(control), NULL,
     "socket for 'fotarig ctl', for you alone"},
    {"log", 0, "FILE", CLI_OPTIONAL, OPTION(log), NULL,
     "tell there, or on stderr, what goes over the line and what\nthe module does"},
    {"trace", 0, "FILE", CLI_TEXT, OPTION(trace), NULL,
     "write the same as a trace there, for 'fotarig lift', 'diff',\n'export'; of one module"},
};

/* Everything that lives as long as the program serves; too large for a stack. */
struct served {
    struct sim_options given;
    struct sim_config config; /* of all modules, but for their IMEI */
    struct sim_blob blobs[CLI_LIST_MAX];
    const char *blob_names[CLI_LIST_MAX];
    struct cli_ports *ports; /* of each module */
    uint8_t *flash;
    struct bench_loop loop;
    struct bench_serve serve;
    struct cli_sim_scenario scenario;
    struct cli_log log;
    struct cli_sim_trace trace;
    struct cli_images images;
    struct cli_control control;
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

static int configure(struct served *served)
{
    const struct sim_options *given = &served->given;
    struct sim_config *config = &served->config;
    char error[200];

    sim_config_init(config);
    if (served->scenario.scenario)
        *config = served->scenario.shared.config;
    if (given->variant && !known_variant(given->variant))
        return unknown_variant(given->variant);
    if (!served->scenario.scenario && !sim_config_identify(config, given->variant, given->revision))
        return cli_usage_error(&cli_command_sim, "revision '%s' is longer than %lu characters",
                               given->revision, (unsigned long)sizeof config->revision - 1);
    if (given->timing == TIMING_NONE && !served->scenario.scenario)
        config->settings[SIM_SETTING_ANSWER_DELAY] = 0;
    for (size_t i = 0; i < given->settings.count; i++)
        if (!cli_setting_assign(config->settings, given->settings.items[i], error, sizeof error))
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
            cli_error(&cli_command_sim, "cannot read package '%s': %s", path,
                      report_file_reason(errno));
            return CLI_EXIT_INVALID;
        }
        blob->bytes = bytes;
        blob->size_bytes = (uint32_t)size;
        blob->digest = sim_digest(SIM_DIGEST, bytes, size);
        sim_package_check(bytes, size, &blob->package);
        served->blob_names[i] = slash ? slash + 1 : path;
    }
    if (packages->count > 0) {
        served->config.blobs = served->blobs;
        served->config.blob_count = (uint16_t)packages->count;
    }
    return CLI_GO_ON;
}

/* ---- telling what happens ----------------------------------------------------------------- */

static void say_port_failed(void *context, const char *why)
{
    (void)context;
    cli_error(&cli_command_sim, "%s", why);
}

static void say_http_failed(void *context, const char *why)
{
    (void)context;
    cli_error(&cli_command_sim, "download failed: %s", why);
}

/* ---- serving ------------------------------------------------------------------------------ */

static int environment_error(const char *what)
{
    cli_error(&cli_command_sim, "%s: %s", what, report_file_reason(errno));
    return CLI_EXIT_ENVIRONMENT;
}

static int open_trace(struct served *served)
{
    const struct sim_options *given = &served->given;
    struct trace_header header = {.rate = PORT_BPS};
    snprintf(header.made_by, sizeof header.made_by, "fotarig %s sim", FOTARIG_VERSION);
    snprintf(header.model, sizeof header.model, "%s", served->config.variant);
    snprintf(header.revision, sizeof header.revision, "%s", served->config.revision);
    snprintf(header.module_end, sizeof header.module_end, "emulator");
    snprintf(header.framing, sizeof header.framing, "8N1");
    snprintf(header.clock, sizeof header.clock, "real");
    /* Times are the module's; the client lives in ours. */
    if (given->speed != 1)
        header.host_speed = (uint64_t)(TRACE_SPEED_ONE / given->speed);
    if (given->scenario)
        snprintf(header.subject, sizeof header.subject, "%s", given->scenario);
    return cli_sim_trace_open(&served->trace, given->trace, &header);
}

/* Log, images, control and what a scenario has done, as far as they are wanted. */
static int open_watchers(struct served *served)
{
    const struct sim_options *given = &served->given;

    if (cli_images_open(&served->images, &served->serve, given->image))
        return environment_error("no memory for the images");
    cli_control_init(&served->control, &served->serve);
    if (given->log && cli_log_open(&served->log, given->log, given->count > 1))
        return environment_error("cannot open the log");
    if (given->trace && open_trace(served))
        return environment_error("cannot open the trace");
    if ((given->image && bench_serve_view(&served->serve, &served->images.view)) ||
        (given->control && bench_serve_view(&served->serve, &served->control.view)) ||
        (given->log && bench_serve_view(&served->serve, &served->log.view)) ||
        (given->trace && bench_serve_view(&served->serve, &served->trace.view)) ||
        (given->scenario && bench_serve_view(&served->serve, &served->scenario.view)))
        return environment_error("no memory for the journal");
    return CLI_GO_ON;
}

static int open_control(struct served *served)
{
    char error[400];

    if (!served->given.control || !cli_control_open(&served->control, &served->loop,
                                                    served->given.control, error, sizeof error))
        return CLI_GO_ON;
    cli_error(&cli_command_sim, "%s", error);
    return CLI_EXIT_ENVIRONMENT;
}

/* Ends them while the modules are still there; what they could not write makes the status 4. */
static int close_watchers(struct served *served, int status)
{
    bool good = true;

    if (served->serve.modules) {
        cli_control_close(&served->control);
        good = cli_images_close(&served->images);
    }
    if (!cli_log_close(&served->log)) {
        cli_error(&cli_command_sim, "the log is not complete: it could not be written");
        good = false;
    }
    if (!cli_sim_trace_close(&served->trace)) {
        cli_error(&cli_command_sim, "the trace is not complete: it could not be written");
        good = false;
    }
    return good || status != CLI_EXIT_OK ? status : CLI_EXIT_ENVIRONMENT;
}

static int open_serve(struct served *served)
{
    const struct sim_options *given = &served->given;
    const struct bench_serve_options serve_options = {
        .speed = given->speed,
        .paced = given->timing == TIMING_MODULE,
        .real_http = given->http == HTTP_REAL,
        .played = served->scenario.scenario ? &served->scenario.shared : NULL,
        .data_call = given->data_call,
        .http_hosts = given->http_hosts.items,
        .http_host_count = given->http_hosts.count,
        .blob_names = served->blob_names,
        .http_failed = say_http_failed,
        .port_failed = say_port_failed,
    };

    if (bench_signals_catch() || bench_loop_open(&served->loop))
        return environment_error("cannot set up waiting");
    switch (bench_serve_open(&served->serve, &served->loop, &serve_options, given->count)) {
    case 0:
        break;
    case -2:
        cli_error(&cli_command_sim,
                  "--http real needs libcurl (libcurl.so.4), which cannot be loaded");
        return CLI_EXIT_ENVIRONMENT;
    default:
        return environment_error("no memory for the modules");
    }
    return open_watchers(served);
}

static bool is_cold(const struct served *served)
{
    return served->given.boot == BOOT_COLD || served->scenario.scenario;
}

/* Makes the module and, if it shall be warm, boots it. */
static int make_module(struct served *served, uint32_t index)
{
    char imei[BENCH_IMEI_SIZE], error[400];
    const struct bench_module_options wanted = {
        .config = &served->config,
        .imei = served->given.count > 1 ? imei : NULL,
        .store = {.bytes = served->flash + (size_t)index * FLASH_BYTES, .capacity = FLASH_BYTES}};
    struct bench_module *module;

    bench_imei(served->config.imei, index, imei);
    module = bench_module_open(&served->serve, index, &wanted);
    if (!module)
        return environment_error("no memory for the modules");
    if (!cli_images_load(&served->images, module, error, sizeof error)) {
        int status = errno == EAGAIN ? CLI_EXIT_ENVIRONMENT : CLI_EXIT_INVALID;
        cli_error(&cli_command_sim, "%s", error);
        return status;
    }
    if (is_cold(served))
        return CLI_GO_ON;
    bench_module_power_on(module);
    if (!bench_module_warm_up(module, PORT_BPS) && index == 0)
        cli_error(&cli_command_sim, "with these settings the module does not answer AT at "
                                    "115200 bit/s after its boot; serving it as it is");
    return CLI_GO_ON;
}

static struct cli_ports_options ports_options(const struct sim_options *given)
{
    bool other = given->serial || given->tcp || given->rfc2217;

    return (struct cli_ports_options){
        .link = given->link || other ? given->link : CLI_PORTS_LINK,
        .serial = given->serial,
        .tcp = given->tcp,
        .rfc2217 = given->rfc2217,
        .usb = given->usb,
        .count = given->count,
    };
}

/* Opens the module's ports, last, so that who finds them is answered. */
static int open_ports(struct served *served, uint32_t index)
{
    struct bench_module *module = served->serve.modules[index];
    struct cli_ports_options wanted = ports_options(&served->given);
    char error[400];

    if (!cli_ports_open(&served->ports[index], &wanted, module, error, sizeof error)) {
        cli_error(&cli_command_sim, "%s", error);
        return CLI_EXIT_ENVIRONMENT;
    }
    bench_module_attach(module);
    if (is_cold(served)) {
        bench_module_enter(module);
        bench_module_power_on(module);
        bench_module_leave(module);
    }
    if (served->given.hold)
        bench_module_hold(module);
    return CLI_GO_ON;
}

static void say_ready(const struct served *served)
{
    uint32_t count = served->given.count;
    char first[400], last[400];

    cli_ports_print(&served->ports[0], first, sizeof first);
    cli_ports_print(&served->ports[count - 1], last, sizeof last);
    if (count == 1)
        printf("sim: %s %s on %s; stop with ^C\n", served->config.variant, served->config.revision,
               first);
    else
        printf("sim: %lu x %s %s, from %s to %s; stop with ^C\n", (unsigned long)count,
               served->config.variant, served->config.revision, first, last);
    fflush(stdout);
}

static int start(struct served *served)
{
    int status = open_serve(served);

    for (uint32_t i = 0; status == CLI_GO_ON && i < served->given.count; i++)
        status = make_module(served, i);
    for (uint32_t i = 0; status == CLI_GO_ON && i < served->given.count; i++)
        status = open_ports(served, i);
    if (status == CLI_GO_ON)
        status = open_control(served);
    if (status == CLI_GO_ON)
        say_ready(served);
    return status;
}

static void tell_broken(const struct bench_port *port)
{
    if (port && port->broken)
        cli_error(&cli_command_sim, "%s was left locked for exclusive use by a client; start again",
                  port->kind ? port->kind->name : "port");
}

/* A port that cannot come back ends the program: a client would wait for ever. */
static int broken_port(const struct served *served)
{
    for (uint32_t i = 0; i < served->given.count; i++) {
        const struct bench_module *module = served->serve.modules[i];
        for (const struct bench_port *port = module->client.ports; port; port = port->next)
            tell_broken(port);
        for (unsigned usb = 0; usb < SIM_USB_PORTS; usb++)
            tell_broken(bench_usb_port(module, usb));
    }
    return CLI_EXIT_ENVIRONMENT;
}

/* What is due by now, control first: it may give the modules something to do. */
static uint64_t advance(struct served *served)
{
    uint64_t control_us = cli_control_advance(&served->control);
    uint64_t until_us = bench_serve_advance(&served->serve), next_us;

    if (served->control.matched)
        control_us = 0;
    cli_sim_trace_advance(&served->trace);
    if (!served->given.log && !served->given.image)
        return control_us < until_us ? control_us : until_us;
    next_us = cli_images_advance(&served->images, bench_clock_us());
    until_us = next_us < until_us ? next_us : until_us;
    next_us = cli_log_advance(&served->log, bench_clock_us());
    until_us = next_us < until_us ? next_us : until_us;
    return control_us < until_us ? control_us : until_us;
}

static int serve_until_signal(struct served *served)
{
    while (!bench_signal()) {
        uint64_t until_us = advance(served);

        if (bench_loop_wait(&served->loop, until_us) < 0)
            return environment_error("cannot wait");
        if (served->loop.broken)
            return broken_port(served);
    }
    return CLI_EXIT_OK; /* it was asked to stop */
}

/* Flash that nobody wrote to costs no memory. */
static int get_memory(struct served *served, size_t flash_bytes)
{
    served->ports = calloc(served->given.count, sizeof *served->ports);
    if (!served->ports)
        return environment_error("no memory for the modules");
    served->flash = mmap(NULL, flash_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (served->flash == MAP_FAILED) {
        served->flash = NULL;
        return environment_error("no memory for the flash");
    }
    return CLI_GO_ON;
}

static int serve(struct served *served)
{
    size_t flash_bytes = (size_t)served->given.count * FLASH_BYTES;
    int status;

    served->loop.poll_fd = -1;
    bench_files_allow();
    status = get_memory(served, flash_bytes);
    if (status == CLI_GO_ON)
        status = start(served);
    if (status == CLI_GO_ON)
        status = serve_until_signal(served);
    if (served->scenario.scenario && served->serve.modules &&
        !cli_sim_scenario_end(&served->scenario) && status == CLI_EXIT_OK)
        status = CLI_EXIT_FAILED;
    status = close_watchers(served, status);
    bench_serve_close(&served->serve);
    bench_loop_close(&served->loop);
    if (served->flash)
        munmap(served->flash, flash_bytes);
    for (uint32_t i = 0; served->ports && i < served->given.count; i++)
        cli_ports_free(&served->ports[i]);
    free(served->ports);
    return status;
}

static int check_combination(const struct sim_options *given)
{
    if (given->http == HTTP_REAL && given->packages.count > 0)
        return cli_usage_error(&cli_command_sim, "option '--package' needs '--http model'");
    if (given->http == HTTP_MODEL && given->http_hosts.count > 0)
        return cli_usage_error(&cli_command_sim, "option '--http-allow' needs '--http real'");
    if (given->scenario && (given->variant || given->revision || given->packages.count > 0))
        return cli_usage_error(&cli_command_sim, "option '--%s' is what the scenario says",
                               given->variant    ? "variant"
                               : given->revision ? "revision"
                                                 : "package");
    if (!given->scenario && given->case_number > 1)
        return cli_usage_error(&cli_command_sim, "option '--case' needs '--scenario'");
    if (given->serial && given->count > 1)
        return cli_usage_error(&cli_command_sim,
                               "option '--serial' is for one module, not --count");
    if (given->trace && given->count > 1)
        return cli_usage_error(&cli_command_sim, "option '--trace' is for one module, not --count");
    return CLI_GO_ON;
}

static int sim(int argc, char **argv)
{
    struct served *served = calloc(1, sizeof *served);
    struct cli_operands operands;
    int status;

    if (!served)
        return environment_error("no memory");
    status =
        cli_parse(&cli_command_sim, argc, argv, &served->given, sizeof served->given, &operands);
    if (status == CLI_GO_ON)
        status = check_combination(&served->given);
    if (status == CLI_GO_ON && served->given.scenario)
        status = cli_sim_scenario_open(&served->scenario, served->given.scenario,
                                       served->given.case_number, &served->serve);
    if (status == CLI_GO_ON)
        status = configure(served);
    if (status == CLI_GO_ON)
        status = load_packages(served);
    if (status == CLI_GO_ON)
        status = serve(served);
    for (size_t i = 0; i < CLI_LIST_MAX; i++)
        cli_file_free(served->blobs[i].bytes);
    cli_sim_scenario_free(&served->scenario);
    free(served);
    return status;
}

const struct cli_command cli_command_sim = {
    .name = "sim",
    .summary = "the emulated module alone on a port, for any client",
    .operands = "",
    .notes =
        "Clients may come and go; one at a time on TCP. With --speed all\n"
        "times of the module shrink, those of a download's time limit too. Ends with status 0\n"
        "on SIGINT, SIGTERM or SIGHUP, and removes the link.\n"
        "\n"
        "Of a scenario what needs the core of 'fotarig run' is refused (core-state, request,\n"
        "host-reset, cancel); settings of --set win, and its answer delays stay with --timing "
        "none.\n"
        "\n"
        "Modem lines (DTR, RTS in; CTS, DSR, RI, DCD out) exist on --rfc2217, and by a null modem\n"
        "cable without RI and DCD on --serial. A pty and raw TCP have none: DTR and RTS count as\n"
        "on, unless 'fotarig ctl dtr|rts' says else; 'ctl state' shows the others.",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .run = sim,
};
