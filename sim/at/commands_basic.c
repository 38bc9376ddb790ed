/*
 * commands_basic.c - V.25ter commands that are more than a number, lists of commands, restarts.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/profiles.h"
#include "sim/services/net.h"

/* ---- ATI, ATZ, AT&F, AT&V, AT&W, ATH ------------------------------------------------------- */

/* "SIM7000C R1351": the revision's platform number (T16). */
static int run_information(struct sim_call *call)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->ctx->host->config->variant);
    sim_put_text(call->ctx, " R");
    sim_put_bytes(call->ctx, call->ctx->sim->updater.revision, 4);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static bool is_profile_zero(const struct sim_call *call)
{
    int32_t profile = 0;
    return call->length == 0 || sim_argument_number(call, 0, 0, 0, &profile);
}

static int run_recall(struct sim_call *call)
{
    if (!is_profile_zero(call))
        return SIM_FAILED;
    sim_values_recall(call->ctx);
    return SIM_DONE;
}

static int run_store(struct sim_call *call)
{
    if (!is_profile_zero(call))
        return SIM_FAILED;
    sim_values_store(call->ctx);
    return SIM_DONE;
}

static int run_factory(struct sim_call *call)
{
    if (!is_profile_zero(call))
        return SIM_FAILED;
    sim_values_factory(call->ctx);
    sim_line(call->ctx, "Autobaud support: (9600,19200,38400,57600,115200)."); /* T10 */
    if (sim_setting(call->ctx, SIM_SETTING_FACTORY_AUTOBAUD)) {
        sim_value_set(call->ctx, SIM_PARAMETER_IPR, 0);
        sim_output_change_rate_after_line(call->ctx, 0);
    }
    return SIM_DONE;
}

/* What the emulator holds (Q2): the basic commands and registers. */
static int run_view(struct sim_call *call)
{
    if (sim_setting(call->ctx, SIM_SETTING_VIEW_FORM) == 1)
        return SIM_FAILED;
    for (unsigned i = 0; i < SIM_PARAMETER_COUNT; i++) {
        const char *name = sim_commands_parameter[i].name;
        if (name[0] == '+')
            continue;
        sim_line_begin(call->ctx);
        sim_put_text(call->ctx, name);
        sim_put_text(call->ctx, ": ");
        sim_put_number(call->ctx, call->ctx->sim->live[i]);
        sim_line_end(call->ctx);
    }
    return SIM_DONE;
}

/* A data call that +++ has left; no voice call can be up. */
static int run_hang_up(struct sim_call *call)
{
    if (!is_profile_zero(call))
        return SIM_FAILED;
    sim_data_call_hang_up(call->ctx);
    return SIM_DONE;
}

/* ---- CLIST, CLAC --------------------------------------------------------------------------- */

/* A line a command; the list is longer than what can wait to be sent, so it lies in a file of RAM.
 */
static bool write_list(struct sim_context *ctx, uint8_t file)
{
    char line[40] = "AT";
    for (unsigned chapter = 0; chapter < SIM_CHAPTERS; chapter++)
        for (const struct sim_command *row = sim_chapters[chapter]; row->name; row++) {
            size_t length = strlen(row->name);
            if (!sim_profile_knows(ctx, row))
                continue;
            if (ctx->sim->files.entries[file].size_bytes > 0 &&
                !sim_files_append(ctx, file, "\r\n", 2))
                return false;
            memcpy(line + 2, row->name, length);
            if (!sim_files_append(ctx, file, line, 2 + length))
                return false;
        }
    return true;
}

void sim_list_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    sim_hidden_delete(ctx, SIM_LIST_FILE);
}

static int run_list(struct sim_call *call)
{
    static const char name[] = SIM_LIST_FILE;
    struct sim_context *ctx = call->ctx;
    if (sim_setting(ctx, SIM_SETTING_LIST_FORM) == 1)
        return SIM_FAILED;
    uint8_t file = sim_files_create(ctx, SIM_DIRECTORY_HIDDEN, name, sizeof name - 1);
    if (file == SIM_NO_FILE || !write_list(ctx, file))
        return SIM_CME_MEMORY_FULL;
    sim_line_begin(ctx);
    sim_put_file(ctx, file, 0, ctx->sim->files.entries[file].size_bytes);
    sim_line_end(ctx);
    return SIM_DONE;
}

/* ---- the port ------------------------------------------------------------------------------ */

int sim_run_ipr(struct sim_call *call)
{
    int result = sim_run_parameter(call);
    if (result == SIM_DONE && call->form == SIM_FORM_WRITE)
        sim_output_change_rate_after_line(call->ctx,
                                          (uint32_t)sim_value(call->ctx, SIM_PARAMETER_IPR));
    return result;
}

/* Formats 2 and 5 have a parity; of the others the read form shows 255 (AT106 2.2.30). */
int sim_run_icf(struct sim_call *call)
{
    int result = sim_run_pair(call);
    int32_t value = sim_value(call->ctx, SIM_PARAMETER_ICF);
    bool has_parity = value >> 8 == 2 || value >> 8 == 5;
    if (result == SIM_DONE && call->form == SIM_FORM_WRITE && !has_parity)
        sim_value_set(call->ctx, SIM_PARAMETER_ICF, value | 255);
    return result;
}

/* ---- CFUN, CPOWD --------------------------------------------------------------------------- */

/* CFUN=0 says so before its OK; the card comes back after CFUN=1 (FOTA101 4.2, T09). */
static void change_level(struct sim_context *ctx, int32_t level)
{
    int32_t before = sim_value(ctx, SIM_PARAMETER_CFUN);
    if (level == 0)
        sim_value_set_live(ctx, SIM_PARAMETER_CFUN, 0); /* level 0 is not kept (AT106 3.2.19) */
    else
        sim_value_set(ctx, SIM_PARAMETER_CFUN, level);
    if (level == 0 && before != 0)
        sim_urc(ctx, "+CPIN: NOT READY");
    if (level != 0 && before == 0)
        sim_card_report_soon(ctx);
    sim_network_update(ctx);
}

static void save_level(struct sim_context *ctx, int32_t level)
{
    if (level != 0)
        sim_value_save(ctx, SIM_PARAMETER_CFUN, level);
}

int sim_run_cfun(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    enum { RESET_LEVEL = 6 };
    int32_t level = 0;
    int32_t reset = 0;
    if (call->form != SIM_FORM_WRITE)
        return sim_run_parameter(call);
    unsigned count = sim_argument_count(call);
    if (count > 2 || !sim_argument_number(call, 0, 0, 7, &level) ||
        !sim_parameter_allows(SIM_PARAMETER_CFUN, 0, level) ||
        (count == 2 && !sim_argument_number(call, 1, 0, 1, &reset)))
        return SIM_FAILED;
    int32_t now = sim_value(ctx, SIM_PARAMETER_CFUN);
    if ((now == 5 || now == 7) && level == 1 && sim_setting(ctx, SIM_SETTING_CFUN_STUCK))
        return SIM_FAILED;
    if (level != RESET_LEVEL && reset)
        save_level(ctx, level);
    else if (level != RESET_LEVEL)
        change_level(ctx, level);
    if (level != RESET_LEVEL && !reset)
        return SIM_DONE;
    return sim_power_reset_soon(ctx);
}

/* AT106 5.2.1: 1 says NORMAL POWER DOWN, 0 nothing; no OK. */
static int run_power_down(struct sim_call *call)
{
    int32_t notice = 0;
    if (sim_argument_count(call) != 1 || !sim_argument_number(call, 0, 0, 1, &notice))
        return SIM_FAILED;
    sim_power_down(call->ctx, notice ? "NORMAL POWER DOWN" : NULL);
    return SIM_NO_RESULT;
}

/* ---- supply -------------------------------------------------------------------------------- */

static int run_battery(struct sim_call *call)
{
    if (call->form == SIM_FORM_WRITE)
        return SIM_FAILED;
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CBC: 0,");
    sim_put_number(call->ctx, sim_setting(call->ctx, SIM_SETTING_BATTERY_LEVEL));
    sim_put_text(call->ctx, ",");
    sim_put_number(call->ctx, sim_supply_mv(call->ctx));
    sim_line_end(call->ctx);
    return SIM_DONE;
}

int sim_run_cbatchk(struct sim_call *call)
{
    int result = sim_run_parameter(call);
    if (result == SIM_DONE && call->form == SIM_FORM_WRITE)
        sim_supply_check(call->ctx);
    return result;
}

/* ---- power saving mode --------------------------------------------------------------------- */

/* Eight binary digits in quotes; a missing one leaves the value. */
static bool take_timer(const struct sim_call *call, unsigned index, int32_t *value)
{
    const char *text;
    size_t length;
    int32_t bits = 0;
    if (index >= sim_argument_count(call) || !sim_argument_text(call, index, &text, &length) ||
        length == 0)
        return true;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '0' && text[i] != '1')
            return false;
        bits = bits << 1 | (text[i] - '0');
    }
    *value = bits;
    return length == 8;
}

static void put_timer(struct sim_context *ctx, int32_t value)
{
    char text[9] = "00000000";
    for (unsigned i = 0; i < 8; i++)
        text[i] = value >> (7 - i) & 1 ? '1' : '0';
    sim_put_quoted(ctx, text);
}

/* <mode>,,,<periodic TAU>,<active time>; kept as mode << 16 | TAU << 8 | active. */
int sim_run_cpsms(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t value = sim_value(ctx, SIM_PARAMETER_CPSMS);
    int32_t mode, tau = value >> 8 & 0xff, active = value & 0xff;
    if (call->form == SIM_FORM_READ) {
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CPSMS: ");
        sim_put_number(ctx, value >> 16);
        sim_put_text(ctx, ",,,");
        put_timer(ctx, tau);
        sim_put_text(ctx, ",");
        put_timer(ctx, active);
        sim_line_end(ctx);
        return SIM_DONE;
    }
    if (call->length == 0)
        return SIM_DONE; /* all of it may be left out (AT106 5.2.19) */
    if (sim_argument_count(call) > 5 || !sim_argument_number(call, 0, 0, 1, &mode) ||
        !take_timer(call, 3, &tau) || !take_timer(call, 4, &active))
        return SIM_FAILED;
    sim_value_set(ctx, SIM_PARAMETER_CPSMS, mode << 16 | tau << 8 | active);
    sim_sleep_later(ctx);
    return SIM_DONE;
}

/* ---- clock --------------------------------------------------------------------------------- */

static int read_clock(struct sim_context *ctx)
{
    int zone = ctx->sim->radio.zone;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CCLK: \"");
    sim_put_date(ctx, sim_network_clock(ctx));
    sim_put_text(ctx, zone < 0 ? "-" : "+");
    sim_put_padded(ctx, (uint32_t)(zone < 0 ? -zone : zone), 2);
    sim_put_text(ctx, "\"");
    sim_line_end(ctx);
    return SIM_DONE;
}

/* "yy/MM/dd,hh:mm:ss" and +zz or -zz, quarter hours from -47 to 48. */
static bool parse_clock(const char *text, size_t length, int64_t *ret_unix_s, int8_t *ret_zone)
{
    static const char shape[] = "00/00/00,00:00:00*00";
    uint32_t numbers[7] = {0};
    if (length != sizeof shape - 1)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == '0' && digit)
            numbers[i / 3] = numbers[i / 3] * 10 + (uint32_t)(text[i] - '0');
        else if (shape[i] == '0' || (shape[i] != '*' && text[i] != shape[i]))
            return false;
    }
    if ((text[17] != '+' && text[17] != '-') || numbers[1] < 1 || numbers[1] > 12 ||
        numbers[2] < 1 || numbers[2] > 31 || numbers[3] > 23 || numbers[4] > 59 ||
        numbers[5] > 59 || numbers[6] > 48)
        return false;
    struct sim_date date = {2000 + numbers[0], numbers[1], numbers[2],
                            numbers[3],        numbers[4], numbers[5]};
    if (numbers[0] >= 80)
        date.year -= 100;
    *ret_unix_s = sim_date_seconds(&date);
    *ret_zone = (int8_t)(text[17] == '-' ? -(int)numbers[6] : (int)numbers[6]);
    return true;
}

static int run_clock(struct sim_call *call)
{
    struct sim_radio *radio = &call->ctx->sim->radio;
    const char *text = NULL;
    size_t length = 0;
    if (call->form == SIM_FORM_READ)
        return read_clock(call->ctx);
    if (!sim_argument_text(call, 0, &text, &length) || sim_argument_count(call) != 1 ||
        !parse_clock(text, length, &radio->clock_s, &radio->zone))
        return SIM_FAILED;
    radio->clock_at_us = call->ctx->now_us;
    return SIM_DONE;
}

enum {
    ACT = SIM_FORM_EXECUTE,
    TEST_ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE,
    TEST_WRITE = SIM_FORM_TEST | SIM_FORM_WRITE,
    ALL_VALUES = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE
};

const struct sim_command sim_commands_basic[] = {
    {"I", ACT, SIM_NO_SAVE, 'O', 0, "T16", "variant and platform", NULL, run_information, 0},
    {"Z", ACT, SIM_NO_SAVE, 'O', 0, "sim7000-at 1.8, Q2", "back to what AT&W stored", NULL,
     run_recall, 0},
    {"&F", ACT, SIM_NO_SAVE, 'O', 0, "T10, T11", "factory settings", NULL, run_factory, 0},
    {"&V", ACT, SIM_NO_SAVE, 'I', 0, "Q2", "shows the settings", NULL, run_view, 0},
    {"&W", ACT, SIM_NO_SAVE, 'O', 0, "T10", "stores the settings for ATZ", NULL, run_store, 0},
    {"H", ACT, SIM_NO_SAVE, 'D', 20000, "AT106 2.2", "hangs up", NULL, run_hang_up, 0},
    {"+CLIST", ACT, SIM_NO_SAVE, 'D', 0, "FOTA100, Q1", "lists the commands", NULL, run_list, 0},
    {"+CLAC", TEST_ACT, SIM_NO_SAVE, 'I', 0, "Q1", "lists the commands", NULL, run_list, 0},
    {"+CPOWD", TEST_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 5.2.1", "switches off", "+CPOWD: (0,1)",
     run_power_down, 0},
    {"+CBC", TEST_ACT | SIM_FORM_READ, SIM_NO_SAVE, 'O', 0, "T20", "supply",
     "+CBC: (0-2),(1-100),(voltage)", run_battery, 0},
    {"+CCLK", ALL_VALUES, SIM_NO_SAVE, 'D', 0, "AT106 3.2, AT7080 3.2", "clock", NULL, run_clock,
     0},
    {.name = NULL},
};
