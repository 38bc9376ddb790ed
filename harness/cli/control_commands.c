/* control_commands.c - the commands of the control socket: one table, from which the parser,
 * `fotarig ctl` and its --help come. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/control.h"
#include "harness/cli/image_proof.h"
#include "harness/cli/set_option.h"
#include "harness/cli/whole_file.h"
#include "reports/file.h"
#include "sim/image.h"

#define DEFAULT_CYCLE_US 5000000u

enum { SNAPSHOT_LIMIT_BYTES = 64 * 1024 * 1024 };

/* ---- arguments ---------------------------------------------------------------------------- */

/* Fails the request: the word is not what it should be. */
static void not_a(struct cli_control_request *request, const char *word, const char *expected)
{
    cli_control_fail(request, CLI_CONTROL_USAGE, expected, NULL, "'%.60s' is not understood", word);
}

/* The place of a word in "a|b|c"; -1 and an error when it is not there. */
static int choice(struct cli_control_request *request, const char *word, const char *choices)
{
    int index = cli_value_choice(choices, word);

    if (index < 0)
        not_a(request, word, choices);
    return index;
}

static bool duration(struct cli_control_request *request, const char *word, uint64_t *ret_us)
{
    if (cli_value_duration(word, ret_us) && *ret_us < UINT64_C(1) << 50)
        return true;
    not_a(request, word, "a duration such as 50ms, 6s or 3min");
    return false;
}

static void apply_number(struct cli_control_request *request, enum sim_action_kind kind,
                         uint32_t number)
{
    const struct sim_action action = {.kind = (uint8_t)kind, .number = number};

    cli_control_apply(request, &action);
}

/* ---- power -------------------------------------------------------------------------------- */

/* The supply comes back after that much time of the module. */
static void power_later(struct cli_control_request *request, uint64_t module_us)
{
    struct cli_control *control = request->control;
    double real_us = (double)module_us / control->serve->options.speed;

    for (size_t i = 0; i < CLI_CONTROL_DUES; i++) {
        struct cli_control_due *due = &control->dues[i];
        if (due->active)
            continue;
        due->active = true;
        due->module = request->module->index;
        due->real_us = bench_clock_us() + (uint64_t)real_us;
        due->action = (struct sim_action){.kind = SIM_ACTION_POWER_ON};
        return;
    }
    cli_control_fail(request, CLI_CONTROL_REFUSED, NULL, "switch it on with 'power on'",
                     "too many modules wait for their power; it was cut");
}

static void run_power(struct cli_control_request *request)
{
    const char *time = cli_control_option(request, "--for");
    int which = choice(request, request->words[0], "cut|on|cycle");
    const struct sim_action cut = {.kind = SIM_ACTION_POWER_CUT};
    uint64_t time_us = DEFAULT_CYCLE_US;

    if (which < 0 || (time && !duration(request, time, &time_us)))
        return;
    if (time && which != 2) {
        cli_control_fail(request, CLI_CONTROL_USAGE, "power cycle --for DURATION", NULL,
                         "--for belongs to 'power cycle'");
        return;
    }
    if (which == 1)
        apply_number(request, SIM_ACTION_POWER_ON, 0);
    else if (cli_control_apply(request, &cut) && which == 2)
        power_later(request, time_us);
}

static void run_voltage(struct cli_control_request *request)
{
    const struct sim_setting_info *info = sim_setting_info(SIM_SETTING_SUPPLY);
    struct sim_action action = {.kind = SIM_ACTION_SETTING, .number = SIM_SETTING_SUPPLY};
    uint64_t millivolt;

    if (!cli_value_quantity(request->words[0], TEXT_VOLTAGE, &millivolt) ||
        millivolt > (uint64_t)info->maximum || (int64_t)millivolt < info->minimum) {
        not_a(request, request->words[0], "a voltage such as 3400mV or 3.4V");
        return;
    }
    action.value = (int32_t)millivolt;
    cli_control_apply(request, &action);
}

static void run_pwrkey(struct cli_control_request *request)
{
    uint64_t time_us;

    if (duration(request, request->words[0], &time_us))
        apply_number(request, SIM_ACTION_PWRKEY,
                     time_us / 1000 > UINT32_MAX ? UINT32_MAX : (uint32_t)(time_us / 1000));
}

#define CHOICE(name, text, ...) "|" text
static const char resets[] = SIM_RESETS(CHOICE);
static const char hangs[] = SIM_HANGS(CHOICE);

static void run_reset(struct cli_control_request *request)
{
    int which = choice(request, request->words[0], resets + 1);

    if (which >= 0)
        apply_number(request, SIM_ACTION_RESET, (uint32_t)which);
}

static void run_hang(struct cli_control_request *request)
{
    int which = choice(request, request->words[0], hangs + 1);

    if (which >= 0)
        apply_number(request, SIM_ACTION_HANG, (uint32_t)which);
}

static void apply_switch(struct cli_control_request *request, enum sim_action_kind kind)
{
    int which = choice(request, request->words[0], "off|on");

    if (which >= 0)
        apply_number(request, kind, (uint32_t)which);
}

static void run_dtr(struct cli_control_request *request)
{
    apply_switch(request, SIM_ACTION_DTR);
}

static void run_rts(struct cli_control_request *request)
{
    apply_switch(request, SIM_ACTION_RTS);
}

static void run_freeze(struct cli_control_request *request)
{
    bench_module_freeze(request->module, true);
}

static void run_thaw(struct cli_control_request *request)
{
    bench_module_freeze(request->module, false);
}

/* ---- line, network, downloads, files ------------------------------------------------------ */

static void run_urc(struct cli_control_request *request)
{
    const struct sim_action action = {.kind = SIM_ACTION_URC, .text = request->words[0]};

    for (const char *byte = action.text; *byte; byte++)
        if ((unsigned char)*byte < ' ') {
            not_a(request, action.text, "one line without its CR LF");
            return;
        }
    cli_control_apply(request, &action);
}

static void run_network(struct cli_control_request *request)
{
    int which = choice(request, request->words[0], "down|up");

    if (which >= 0)
        apply_number(request, SIM_ACTION_NETWORK, (uint32_t)which);
}

static void run_sms(struct cli_control_request *request)
{
    const struct sim_action action = {
        .kind = SIM_ACTION_SMS, .from = request->words[0], .text = request->words[1]};
    (void)cli_control_apply(request, &action);
}

static void run_bearer(struct cli_control_request *request)
{
    if (choice(request, request->words[0], "lost") >= 0)
        apply_number(request, SIM_ACTION_BEARER_LOST, 0);
}

static void run_http_result(struct cli_control_request *request)
{
    uint64_t code;

    if (cli_value_number(request->words[0], &code) && code > 0 && code <= UINT16_MAX)
        apply_number(request, SIM_ACTION_HTTP_RESULT, (uint32_t)code);
    else
        not_a(request, request->words[0], "a code of HTTPTOFS such as 601 or 404");
}

static void run_http_short(struct cli_control_request *request)
{
    uint32_t size_bytes;

    if (cli_value_size(request->words[0], &size_bytes))
        apply_number(request, SIM_ACTION_HTTP_SHORT, size_bytes);
    else
        not_a(request, request->words[0], "a size such as 5000B or 10KiB");
}

static void run_file(struct cli_control_request *request)
{
    static const uint8_t kinds[] = {SIM_ACTION_FILE_DELETE, SIM_ACTION_FILE_DAMAGE,
                                    SIM_ACTION_FILE_TRUNCATE};
    int which = choice(request, request->words[0], "delete|damage|truncate");
    struct sim_action action = {.text = request->words[1]};

    if (which < 0)
        return;
    if ((which != 0) != (request->word_count == 3)) {
        cli_control_fail(request, CLI_CONTROL_USAGE,
                         "delete PATH, damage PATH OFFSET or truncate PATH SIZE", NULL,
                         "'file %s' got %lu arguments", request->words[0],
                         (unsigned long)request->word_count - 1);
    } else if (which != 0 && !cli_value_size(request->words[2], &action.number)) {
        not_a(request, request->words[2], "a size such as 100B");
    } else {
        action.kind = kinds[which];
        cli_control_apply(request, &action);
    }
}

static void run_set(struct cli_control_request *request)
{
    const char *assignment = request->words[0];
    struct sim_action action = {.kind = SIM_ACTION_SETTING};
    int32_t values[SIM_SETTING_COUNT];
    char error[300];
    int setting = sim_setting_find(assignment, strcspn(assignment, "="));

    if (!cli_setting_assign(values, assignment, error, sizeof error)) {
        cli_control_fail(request, CLI_CONTROL_USAGE, "NAME=VALUE", "'fotarig facts' lists settings",
                         "%s", error);
        return;
    }
    action.number = (uint32_t)setting;
    action.value = values[setting];
    cli_control_apply(request, &action);
}

/* ---- snapshots ---------------------------------------------------------------------------- */

static void run_save(struct cli_control_request *request)
{
    const struct bench_module *module = request->module;
    struct sim_image_report report;
    size_t size, again = 0;
    char why[200] = "";
    uint8_t *bytes;

    bench_module_enter(request->module); /* what is due by now is in it */
    bench_module_leave(request->module);
    size =
        sim_image_write(&module->run.world.sim, &module->run.sim_host, SIM_IMAGE_SNAPSHOT, NULL, 0);
    bytes = malloc(size);
    if (bytes)
        again = sim_image_write(&module->run.world.sim, &module->run.sim_host, SIM_IMAGE_SNAPSHOT,
                                bytes, size);
    if (again != size ||
        !cli_image_proves(module, SIM_IMAGE_SNAPSHOT, bytes, size, &report, why, sizeof why) ||
        report_file_write(request->words[0], bytes, size, REPORT_FILE_DURABLE))
        cli_control_fail(request, CLI_CONTROL_INVALID, "a file that can be written",
                         "choose another name", "cannot write '%.200s': %s", request->words[0],
                         why[0]  ? why
                         : bytes ? strerror(errno)
                                 : "no memory");
    else
        cJSON_AddNumberToObject(request->answer, "size_bytes", (double)size);
    free(bytes);
}

static void load(struct cli_control_request *request, const uint8_t *bytes, size_t size)
{
    struct bench_module *module = request->module;
    struct sim_image_report report;

    if (sim_image_read(bench_module_sim_of(module), &module->run.sim_host, SIM_IMAGE_SNAPSHOT,
                       bytes, size, &report)) {
        bench_module_jump(module, report.at_us);
        return;
    }
    cli_control_fail(request, CLI_CONTROL_INVALID, "a snapshot made by 'fotarig ctl save'",
                     "the module goes on as it was", "'%.200s' is not loaded: %s%s%s%s",
                     request->words[0], sim_image_text(report.verdict),
                     report.member[0] || report.verdict == SIM_IMAGE_OTHER_VARIANT ? ": " : "",
                     report.member,
                     report.verdict == SIM_IMAGE_OTHER_VARIANT ? report.variant : "");
}

static void run_load(struct cli_control_request *request)
{
    size_t size;
    uint8_t *bytes = cli_file_read(request->words[0], SNAPSHOT_LIMIT_BYTES, &size);

    if (!bytes) {
        cli_control_fail(request, CLI_CONTROL_INVALID, "a snapshot made by 'fotarig ctl save'",
                         NULL, "cannot read '%.200s': %s", request->words[0], strerror(errno));
        return;
    }
    load(request, bytes, size);
    cli_file_free(bytes);
}

/* ---- the table ---------------------------------------------------------------------------- */

const struct cli_control_command cli_control_commands[] = {
    {"power", "cut|on|cycle [--for DURATION]", "the supply goes, comes back, or both (after 5s)", 1,
     1, false, run_power},
    {"voltage", "VOLTAGE", "the supply is 3400mV or 3.4V from now on", 1, 1, false, run_voltage},
    {"pwrkey", "DURATION", "PWRKEY is pulled low that long, 1200ms", 1, 1, false, run_pwrkey},
    {"reset", &resets[1], "the module restarts in that way", 1, 1, false, run_reset},
    {"hang", &hangs[1], "it hears nothing, says nothing, or both", 1, 1, false, run_hang},
    {"urc", "TEXT", "the module prints an unsolicited line", 1, 1, false, run_urc},
    {"dtr", "on|off", "the host's line, where its port has none: AT&D, CSCLK", 1, 1, false,
     run_dtr},
    {"rts", "on|off", "the same for RTS: the module talks or not with IFC=2", 1, 1, false, run_rts},
    {"network", "up|down", "coverage comes or goes", 1, 1, false, run_network},
    {"sms", "FROM TEXT", "a short message comes (in parts when it is long), if it is registered", 2,
     2, false, run_sms},
    {"bearer", "lost", "the network ends the app network", 1, 1, false, run_bearer},
    {"http-result", "CODE", "the next download ends with this code", 1, 1, false, run_http_result},
    {"http-short", "SIZE", "the next body ends after that many bytes", 1, 1, false, run_http_short},
    {"file", "damage PATH OFFSET|truncate PATH SIZE|delete PATH",
     "something happens to a file of the flash", 2, 3, false, run_file},
    {"set", "NAME=VALUE", "a setting that 'fotarig facts' lists", 1, 1, false, run_set},
    {"freeze", "", "the module's time stops; what it is sent is lost", 0, 0, false, run_freeze},
    {"thaw", "", "it goes on", 0, 0, false, run_thaw},
    {"state", "", "print what can be seen of the module, as JSON", 0, 0, false,
     cli_control_run_state},
    {"save", "FILE", "write a snapshot of the module", 1, 1, true, run_save},
    {"load", "FILE", "the module is as in the snapshot, and goes on", 1, 1, true, run_load},
    {"wait-for", "EVENT [VALUE] [--timeout DURATION] [--after N]",
     "until it is so: boot, power on|off, phase NAME, percent N, status N,\n"
     "network up|down, bearer up|down, hang KIND; or until it happens: urc TEXT,\n"
     "command TEXT, result TEXT, reset CLASS, http CODE, file PATH",
     1, 2, false, cli_control_run_wait},
};
const size_t cli_control_command_count = CLI_COUNT_OF(cli_control_commands);
