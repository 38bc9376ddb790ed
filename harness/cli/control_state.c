/* control_state.c - `ctl state`: everything that can be seen of a module, as JSON. */
#include <stdio.h>
#include <string.h>

#include "harness/cli/control.h"
#include "harness/cli/set_option.h"
#include "sim/look.h"

static void add_settings(cJSON *answer, const struct sim *sim)
{
    cJSON *settings = cJSON_AddObjectToObject(answer, "settings");

    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++) {
        const struct sim_setting_info *info = sim_setting_info(i);
        char text[64];
        int32_t value = sim_look_setting(sim, i);
        if (value == info->initial)
            continue;
        cli_setting_print(info, value, text, sizeof text);
        cJSON_AddStringToObject(settings, info->name, text);
    }
}

static void add_files(cJSON *answer, const struct sim *sim)
{
    cJSON *files = cJSON_AddArrayToObject(answer, "files");

    for (unsigned i = 0; i < sim_look_files(); i++) {
        struct sim_file_view view;
        char digest[24];
        cJSON *file;
        if (!sim_look_file(sim, i, &view))
            continue;
        file = cJSON_CreateObject();
        cli_control_add_text(file, "path", view.path);
        cJSON_AddNumberToObject(file, "size_bytes", view.size_bytes);
        snprintf(digest, sizeof digest, "%016llx", (unsigned long long)view.digest);
        cJSON_AddStringToObject(file, "digest", digest);
        cJSON_AddItemToArray(files, file);
    }
}

static void add_port(cJSON *ports, const struct bench_port *port)
{
    cJSON *json = cJSON_CreateObject();

    cJSON_AddStringToObject(json, "kind", port->kind ? port->kind->name : "closed");
    cJSON_AddNumberToObject(json, "interface", port->interface);
    cJSON_AddNumberToObject(json, "lost_bytes", (double)port->stat_lost_bytes);
    cJSON_AddItemToArray(ports, json);
}

static void add_ports(cJSON *answer, const struct bench_module *module)
{
    cJSON *ports = cJSON_AddArrayToObject(answer, "ports");

    for (unsigned i = 0; i < SIM_USB_PORTS; i++)
        if (bench_usb_port(module, i))
            add_port(ports, bench_usb_port(module, i));
    for (const struct bench_port *port = module->client.ports; port; port = port->next)
        add_port(ports, port);
}

static void add_view(cJSON *answer, const struct sim *sim)
{
    struct sim_view view;

    sim_view(sim, &view);
    cJSON_AddBoolToObject(answer, "powered", view.powered);
    cJSON_AddBoolToObject(answer, "answering", view.answering);
    cJSON_AddStringToObject(answer, "phase", sim_phase_name(view.phase));
    cJSON_AddNumberToObject(answer, "percent", view.percent);
    cJSON_AddNumberToObject(answer, "status", view.status);
    cJSON_AddNumberToObject(answer, "functionality", view.functionality);
    cJSON_AddNumberToObject(answer, "boots", view.boots);
    cJSON_AddNumberToObject(answer, "resets", view.resets);
    cli_control_add_text(answer, "revision", view.revision);
}

static void add_network(cJSON *answer, const struct sim *sim)
{
    struct sim_network_view network;

    sim_look_network(sim, &network);
    cli_control_add_text(answer, "imei", network.imei);
    cJSON_AddStringToObject(answer, "hang", sim_hang_name(network.hang));
    cJSON_AddNumberToObject(answer, "registration", network.registration);
    cJSON_AddBoolToObject(answer, "bearer", network.bearer);
    cJSON_AddNumberToObject(answer, "rate_bps", network.rate_bps);
}

/* Modem lines that the module drives. */
static void add_lines(cJSON *answer, const struct sim *sim)
{
    cJSON *lines = cJSON_AddObjectToObject(answer, "lines");

    for (unsigned i = 0; i < SIM_LINE_COUNT; i++)
        cJSON_AddBoolToObject(lines, sim_line_name(i), sim_lines(sim) >> i & 1);
}

/* Pins that SGPIO has set: [{"pin": 4, "output": true, "high": false}] */
static void add_pins(cJSON *answer, const struct bench_module *module)
{
    cJSON *pins = cJSON_AddArrayToObject(answer, "pins");
    struct sim_pin_view view;

    for (unsigned i = 0; sim_look_pin(&module->run.world.sim, &module->run.sim_host, i, &view);
         i++) {
        cJSON *pin;
        if (!view.is_set)
            continue;
        pin = cJSON_CreateObject();
        cJSON_AddNumberToObject(pin, "pin", i);
        cJSON_AddBoolToObject(pin, "output", view.is_output);
        cJSON_AddBoolToObject(pin, "high", view.is_high);
        cJSON_AddItemToArray(pins, pin);
    }
}

void cli_control_run_state(struct cli_control_request *request)
{
    struct bench_module *module = request->module;
    cJSON *answer = request->answer;

    bench_module_enter(module); /* what is due by now has happened */
    bench_module_leave(module);
    cJSON_AddNumberToObject(answer, "module", module->index);
    cJSON_AddNumberToObject(answer, "modules", request->control->serve->module_count);
    cJSON_AddNumberToObject(answer, "time_us", (double)bench_module_now_us(module));
    cJSON_AddBoolToObject(answer, "frozen", module->pace.stands);
    cli_control_add_text(answer, "variant", module->run.sim_host.config->variant);
    add_view(answer, bench_module_sim_of(module));
    add_network(answer, bench_module_sim_of(module));
    add_lines(answer, bench_module_sim_of(module));
    add_pins(answer, module);
    add_settings(answer, bench_module_sim_of(module));
    add_files(answer, bench_module_sim_of(module));
    add_ports(answer, module);
}
