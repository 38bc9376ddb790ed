/*
 * commands_radio.c - SIM card, signal, registration, operator (facts 3).
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/profiles.h"

/* ---- CPIN ---------------------------------------------------------------------------------- */

void sim_card_print(struct sim_context *ctx)
{
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+CPIN: ");
    sim_put_text(ctx, sim_card_text(ctx));
    sim_urc_end(ctx);
}

void sim_card_report_soon(struct sim_context *ctx)
{
    sim_timer_set(ctx, SIM_TIMER_CARD, ctx->now_us + sim_setting_us(ctx, SIM_SETTING_CPIN_DELAY));
}

void sim_on_card(struct sim_context *ctx)
{
    sim_card_print(ctx);
}

static int read_pin(struct sim_context *ctx)
{
    int error = sim_card_error(ctx);
    if (error != 0 && error != SIM_CME_PIN && error != SIM_CME_PUK)
        return error;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CPIN: ");
    sim_put_text(ctx, sim_card_text(ctx));
    sim_line_end(ctx);
    return SIM_DONE;
}

/* <pin>, or <puk>,<new pin> where the card wants that. */
static int enter_pin(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int error = sim_card_error(ctx);
    const char *pin, *new_pin;
    size_t length, new_length;
    if (sim_argument_count(call) > 2 || !sim_argument_text(call, 0, &pin, &length))
        return SIM_FAILED;
    if (error == 0)
        return SIM_CME_NOT_ALLOWED; /* no PIN is asked for */
    if (error == SIM_CME_PUK && sim_argument_text(call, 1, &new_pin, &new_length))
        error = sim_card_unblock(ctx, pin, length, new_pin, new_length);
    else if (error == SIM_CME_PIN)
        error = sim_card_check_pin(ctx, pin, length);
    if (error != 0)
        return error;
    ctx->sim->radio.sim_unlocked = 1;
    sim_card_report_soon(ctx);
    sim_network_update(ctx);
    return SIM_DONE;
}

static int run_pin(struct sim_call *call)
{
    return call->form == SIM_FORM_READ ? read_pin(call->ctx) : enter_pin(call);
}

/* ---- CSQ, registration, system mode -------------------------------------------------------- */

static int run_signal(struct sim_call *call)
{
    bool registered = sim_network_registered(call->ctx);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CSQ: ");
    sim_put_number(call->ctx, registered ? sim_setting(call->ctx, SIM_SETTING_RSSI) : 99);
    sim_put_text(call->ctx, ",99");
    sim_line_end(call->ctx);
    return SIM_DONE;
}

int sim_run_registration(struct sim_call *call)
{
    enum sim_parameter which = sim_parameter_of(call);
    if (call->form != SIM_FORM_READ)
        return sim_run_parameter(call);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->command->name);
    sim_put_text(call->ctx, ": ");
    sim_put_number(call->ctx, sim_value(call->ctx, which));
    sim_put_text(call->ctx, ",");
    sim_network_print(call->ctx, which);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

int sim_run_cnsmod(struct sim_call *call)
{
    if (call->form != SIM_FORM_READ)
        return sim_run_parameter(call);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CNSMOD: ");
    sim_put_number(call->ctx, sim_value(call->ctx, SIM_PARAMETER_CNSMOD));
    sim_put_text(call->ctx, ",");
    sim_put_number(call->ctx, sim_network_system_mode(call->ctx));
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* ---- CNMP, CMNB ---------------------------------------------------------------------------- */

/* A mode is there when the variant has one of its technologies (AT106 1.1). */
static const struct {
    enum sim_parameter parameter;
    uint8_t value;
    uint8_t radios;   /* one of them is needed */
    const char *text; /* in the test form */
} modes[] = {
    {SIM_PARAMETER_CNMP, 2, SIM_CAT_M | SIM_NB_IOT | SIM_GSM, "(2-Automatic)"},
    {SIM_PARAMETER_CNMP, 13, SIM_GSM, "(13-GSM Only)"},
    {SIM_PARAMETER_CNMP, 38, SIM_CAT_M | SIM_NB_IOT, "(38-LTE Only)"},
    {SIM_PARAMETER_CNMP, 51, SIM_GSM, "(51-GSM And LTE Only)"},
    {SIM_PARAMETER_CMNB, 1, SIM_CAT_M, "(1-Cat-M)"},
    {SIM_PARAMETER_CMNB, 2, SIM_NB_IOT, "(2-NB-IoT)"},
    {SIM_PARAMETER_CMNB, 3, SIM_CAT_M | SIM_NB_IOT, "(3-Cat-M And NB-IoT)"},
};

static bool has_mode(const struct sim_context *ctx, size_t mode, enum sim_parameter parameter)
{
    return modes[mode].parameter == parameter &&
           (modes[mode].radios & sim_profile_radios(ctx)) != 0;
}

static int print_modes(struct sim_call *call, enum sim_parameter parameter)
{
    const char *between = "";
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, call->command->name);
    sim_put_text(call->ctx, ": (");
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (!has_mode(call->ctx, i, parameter))
            continue;
        sim_put_text(call->ctx, between);
        sim_put_text(call->ctx, modes[i].text);
        between = ",";
    }
    sim_put_text(call->ctx, ")");
    sim_line_end(call->ctx);
    return SIM_DONE;
}

int sim_run_mode(struct sim_call *call)
{
    enum sim_parameter parameter = sim_parameter_of(call);
    int32_t value;
    bool known = false;
    if (call->form == SIM_FORM_TEST)
        return print_modes(call, parameter);
    if (call->form == SIM_FORM_READ)
        return sim_run_parameter(call);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        known = known || (has_mode(call->ctx, i, parameter) &&
                          sim_argument_number(call, 0, 0, 255, &value) && value == modes[i].value);
    int result = known ? sim_run_parameter(call) : SIM_FAILED;
    if (result == SIM_DONE)
        sim_network_modes_changed(call->ctx);
    return result;
}

/* ---- CPSI ---------------------------------------------------------------------------------- */

static const char *operation_mode(const struct sim_context *ctx)
{
    switch (sim_value(ctx, SIM_PARAMETER_CFUN)) {
    case 0:
        return "Low Power Mode";
    case 1:
        return "Online";
    case 5:
        return "Factory Test Mode";
    default:
        return "Offline";
    }
}

/* "240-07": country and network of the card's home operator. */
static void put_network_code(struct sim_context *ctx, const char *between)
{
    sim_put_bytes(ctx, ctx->host->config->imsi, 3);
    sim_put_text(ctx, between);
    sim_put_bytes(ctx, ctx->host->config->imsi + 3, 2);
}

/* Four digits: small letters on GSM (T13), capitals on LTE (the driver's test data). */
static void put_area(struct sim_context *ctx, bool small)
{
    uint32_t area = (uint32_t)sim_setting(ctx, SIM_SETTING_TRACKING_AREA);
    char digits[4];
    for (unsigned i = 0; i < sizeof digits; i++, area <<= 4)
        digits[i] = (small ? "0123456789abcdef" : "0123456789ABCDEF")[area >> 12 & 0xf];
    sim_put_bytes(ctx, digits, sizeof digits);
}

static void put_cell(struct sim_context *ctx, bool gsm)
{
    if (gsm) {
        sim_put_text(ctx, ",754 DCS 1800,-88,0,18-18");
        return;
    }
    sim_put_text(ctx, ",149,EUTRAN-BAND");
    sim_put_number(ctx, sim_setting(ctx, SIM_SETTING_BAND));
    sim_put_text(ctx, ",6400,3,3,-12,-81,-52,10");
}

/* The shapes are those of T13 and of the sim7000 driver's test data; the cell is a setting. */
static int run_system(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    static const char *const systems[] = {"LTE CAT-M1,", "LTE NB-IOT,", "GSM,"};
    unsigned access = sim_network_technology(ctx);
    bool registered = sim_network_registered(ctx);
    bool gsm = sim_network_access(ctx) == 0;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CPSI: ");
    sim_put_text(ctx, registered ? systems[access] : "NO SERVICE,");
    sim_put_text(ctx, operation_mode(ctx));
    if (registered) {
        sim_put_text(ctx, ",");
        put_network_code(ctx, "-");
        sim_put_text(ctx, ",0x");
        put_area(ctx, gsm);
        sim_put_text(ctx, ",");
        sim_put_number(ctx, sim_setting(ctx, SIM_SETTING_CELL));
        put_cell(ctx, gsm);
    }
    sim_line_end(ctx);
    return SIM_DONE;
}

/* ---- CMCFG --------------------------------------------------------------------------------- */

/* The read form has a second number; with a carrier's name it is not allowed (T18). */
int sim_run_carrier(struct sim_call *call)
{
    if (call->form == SIM_FORM_WRITE && sim_argument_count(call) == 2)
        return SIM_CME_NOT_ALLOWED;
    if (call->form != SIM_FORM_READ)
        return sim_run_parameter(call);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CMCFG: ");
    sim_put_number(call->ctx, sim_value(call->ctx, SIM_PARAMETER_CMCFG));
    sim_put_text(call->ctx, ",0");
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* ---- COPS ---------------------------------------------------------------------------------- */

enum { COPS_AUTOMATIC = 0, COPS_MANUAL = 1, COPS_OFF = 2, COPS_FORMAT = 3 };

static void put_operator(struct sim_context *ctx, int32_t format)
{
    if (format != 2) {
        sim_put_quoted(ctx, ctx->host->config->operator_name);
        return;
    }
    sim_put_text(ctx, "\"");
    put_network_code(ctx, "");
    sim_put_text(ctx, "\"");
}

static int read_operator(struct sim_context *ctx)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "+COPS: ");
    sim_put_number(ctx, sim_value(ctx, SIM_PARAMETER_COPS));
    if (sim_network_registered(ctx)) {
        uint8_t format = ctx->sim->radio.operator_format;
        sim_put_text(ctx, ",");
        sim_put_number(ctx, format);
        sim_put_text(ctx, ",");
        put_operator(ctx, format);
        sim_put_text(ctx, ",");
        sim_put_number(ctx, sim_network_access(ctx));
    }
    sim_line_end(ctx);
    return SIM_DONE;
}

/* Long work of the radio: any byte aborts it (T13). */
static int begin_work(struct sim_context *ctx, enum sim_radio_work work,
                      enum sim_setting_id duration)
{
    ctx->sim->radio.work = (uint8_t)work;
    ctx->sim->interpreter.abortable = 1;
    sim_timer_set(ctx, SIM_TIMER_NETWORK, ctx->now_us + sim_setting_us(ctx, duration));
    return SIM_PENDING;
}

void sim_operator_scanned(struct sim_context *ctx)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "+COPS: ");
    if (ctx->sim->radio.coverage) {
        sim_put_text(ctx, sim_network_registered(ctx) ? "(2," : "(1,");
        put_operator(ctx, 0);
        sim_put_text(ctx, ",");
        put_operator(ctx, 1);
        sim_put_text(ctx, ",");
        put_operator(ctx, 2);
        sim_put_text(ctx, ",");
        sim_put_number(ctx, sim_network_access(ctx));
        sim_put_text(ctx, "),");
    }
    sim_put_text(ctx, ",(0,1,2,3,4),(0,1,2)");
    sim_line_end(ctx);
    sim_finish(ctx, SIM_DONE);
    sim_network_update(ctx);
}

static int32_t home_operator(const struct sim_context *ctx)
{
    int32_t value = 0;
    for (unsigned i = 0; i < 5; i++)
        value = value * 10 + (ctx->host->config->imsi[i] - '0');
    return value;
}

/* The chosen operator is there, or the old registration comes back (T13, T18). */
void sim_operator_searched(struct sim_context *ctx)
{
    bool found = ctx->sim->radio.operator_wanted == home_operator(ctx) && ctx->sim->radio.coverage;
    if (found)
        sim_value_set(ctx, SIM_PARAMETER_COPS, COPS_MANUAL);
    sim_finish(ctx, found ? SIM_DONE : SIM_CME_NO_SERVICE);
    sim_network_update(ctx);
}

/* COPS=1,2,"26202"[,<AcT>]; names that are not numeric match the home operator only. */
static int choose_operator(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t format = 0;
    const char *name = NULL;
    size_t length = 0;
    if (!sim_argument_number(call, 1, 0, 2, &format) || !sim_argument_text(call, 2, &name, &length))
        return SIM_FAILED;
    ctx->sim->radio.operator_wanted = 0;
    if (format == 2) {
        for (size_t i = 0; i < length; i++) {
            if (name[i] < '0' || name[i] > '9' || length > 6)
                return SIM_FAILED;
            ctx->sim->radio.operator_wanted =
                ctx->sim->radio.operator_wanted * 10 + (name[i] - '0');
        }
    } else if (length == strlen(ctx->host->config->operator_name) &&
               memcmp(name, ctx->host->config->operator_name, length) == 0) {
        ctx->sim->radio.operator_wanted = home_operator(ctx);
    }
    return begin_work(ctx, SIM_RADIO_OPERATOR, SIM_SETTING_OPERATOR_TIME);
}

static int write_operator(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t mode = 0;
    int32_t format = 0;
    if (sim_argument_count(call) > 4 || !sim_argument_number(call, 0, 0, 4, &mode))
        return SIM_FAILED;
    if (mode == COPS_FORMAT) {
        if (!sim_argument_number(call, 1, 0, 2, &format))
            return SIM_FAILED;
        ctx->sim->radio.operator_format = (uint8_t)format;
        return SIM_DONE;
    }
    if (sim_value(ctx, SIM_PARAMETER_CFUN) != 1)
        return SIM_CME_RADIO_OFF;
    if (mode == COPS_MANUAL || mode == 4)
        return choose_operator(call);
    sim_value_set(ctx, SIM_PARAMETER_COPS, mode);
    sim_network_update(ctx);
    return SIM_DONE;
}

int sim_run_cops(struct sim_call *call)
{
    if (call->form == SIM_FORM_READ)
        return read_operator(call->ctx);
    if (call->form == SIM_FORM_WRITE)
        return write_operator(call);
    if (sim_value(call->ctx, SIM_PARAMETER_CFUN) != 1)
        return SIM_CME_RADIO_OFF;
    return begin_work(call->ctx, SIM_RADIO_SCAN, SIM_SETTING_SCAN_TIME);
}

enum {
    TEST_READ = SIM_FORM_TEST | SIM_FORM_READ,
    ALL_VALUES = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE,
    TEST_ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE
};

const struct sim_command sim_commands_radio[] = {
    {"+CPIN", ALL_VALUES, SIM_NO_SAVE, 'D', 5000, "AT106 3.2.7, T09", "SIM card and PIN", NULL,
     run_pin, 0},
    {"+CSQ", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 3.2, T06", "signal quality",
     "+CSQ: (0-31,99),(0-7,99)", run_signal, 0},
    {"+CPSI", TEST_READ, SIM_NO_SAVE, 'D', 0, "AT106 5.2, T13", "system and cell", NULL, run_system,
     101},
    {.name = NULL},
};
