/*
 * commands_radio.c - SIM card, registration, operator (facts 3).
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/profiles.h"
#include "sim/radio/cells.h"

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
    ctx->sim->radio.messaging_due = 0;
    sim_timer_set(ctx, SIM_TIMER_CARD, ctx->now_us + sim_setting_us(ctx, SIM_SETTING_CPIN_DELAY));
}

/* First the card, then messaging (T09, M13). */
void sim_on_card(struct sim_context *ctx)
{
    struct sim_radio *radio = &ctx->sim->radio;
    uint64_t card_us = sim_setting_us(ctx, SIM_SETTING_CPIN_DELAY);
    uint64_t messaging_us = sim_setting_us(ctx, SIM_SETTING_SMS_READY_DELAY);
    bool ready = sim_card_error(ctx) == 0;
    if (radio->messaging_due) {
        radio->messaging_due = 0;
        if (ready)
            sim_urc(ctx, "SMS Ready");
        return;
    }
    sim_card_print(ctx);
    if (!ready || !sim_setting(ctx, SIM_SETTING_SMS_READY_AGAIN))
        return;
    radio->messaging_due = 1;
    sim_timer_set(ctx, SIM_TIMER_CARD,
                  ctx->now_us + (messaging_us > card_us ? messaging_us - card_us : 0));
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

/* ---- registration, system mode ------------------------------------------------------------ */

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

/* ---- CMCFG --------------------------------------------------------------------------------- */

/* Of what is active, 4 asks: 1 is nothing, the name of it is empty then (AT106 5.2.40). */
static int put_carrier(struct sim_context *ctx, int32_t mode, const char *rest)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CMCFG: ");
    sim_put_number(ctx, mode);
    sim_put_text(ctx, rest);
    sim_line_end(ctx);
    return SIM_DONE;
}

/* The read form tells how many configurations there are: none, so none may be named (T18). */
int sim_run_carrier(struct sim_call *call)
{
    enum { ASK_ACTIVE = 4 };
    int32_t mode = 0;
    if (call->form == SIM_FORM_READ)
        return put_carrier(call->ctx, sim_value(call->ctx, SIM_PARAMETER_CMCFG), ",0");
    if (call->form == SIM_FORM_WRITE && sim_argument_count(call) == 2)
        return SIM_CME_NOT_ALLOWED;
    if (call->form == SIM_FORM_WRITE && sim_argument_number(call, 0, ASK_ACTIVE, ASK_ACTIVE, &mode))
        return put_carrier(call->ctx, mode, ",1,\"\"");
    return sim_run_parameter(call);
}

/* ---- COPS ---------------------------------------------------------------------------------- */

enum { COPS_AUTOMATIC = 0, COPS_MANUAL = 1, COPS_OFF = 2, COPS_FORMAT = 3 };

/* A network without a name is told as a name by its number: "262 01" (T13). */
static void put_operator(struct sim_context *ctx, const struct sim_reception *cell, int32_t format)
{
    if (format != 2 && cell->operator_name[0]) {
        sim_put_quoted(ctx, cell->operator_name);
        return;
    }
    sim_put_text(ctx, "\"");
    sim_put_bytes(ctx, cell->network, 3);
    sim_put_text(ctx, format == 2 ? "" : " ");
    sim_put_text(ctx, cell->network + 3);
    sim_put_text(ctx, "\"");
}

static int read_operator(struct sim_context *ctx)
{
    struct sim_reception cell;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+COPS: ");
    sim_put_number(ctx, sim_value(ctx, SIM_PARAMETER_COPS));
    if (sim_cell_serving(ctx, &cell)) {
        uint8_t format = ctx->sim->radio.operator_format;
        sim_put_text(ctx, ",");
        sim_put_number(ctx, format);
        sim_put_text(ctx, ",");
        put_operator(ctx, &cell, format);
        sim_put_text(ctx, ",");
        sim_put_number(ctx, sim_cell_access(&cell));
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

/* One network a technology is one entry, at the first of its cells. */
static bool is_listed_before(const struct sim_context *ctx, unsigned cell)
{
    struct sim_reception one, other;
    sim_cell_read(ctx, cell, &one);
    for (unsigned i = 0; i < cell; i++) {
        sim_cell_read(ctx, i, &other);
        if (sim_cell_is_heard(ctx, &other) && strcmp(one.network, other.network) == 0 &&
            sim_cell_access(&one) == sim_cell_access(&other))
            return true;
    }
    return false;
}

/* <stat> of COPS=?: available, current, forbidden. */
static const char *operator_state(const struct sim_context *ctx, const struct sim_reception *cell)
{
    struct sim_reception serving;
    if (sim_cell_serving(ctx, &serving) && strcmp(serving.network, cell->network) == 0 &&
        sim_cell_access(&serving) == sim_cell_access(cell))
        return "(2,";
    return sim_cell_has_denied(ctx, cell) ? "(3," : "(1,";
}

static void put_scanned(struct sim_context *ctx, const struct sim_reception *cell)
{
    sim_put_text(ctx, operator_state(ctx, cell));
    for (int32_t format = 0; format < 3; format++) {
        put_operator(ctx, cell, format);
        sim_put_text(ctx, ",");
    }
    sim_put_number(ctx, sim_cell_access(cell));
    sim_put_text(ctx, "),");
}

void sim_operator_scanned(struct sim_context *ctx)
{
    struct sim_reception cell;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+COPS: ");
    for (unsigned i = 0; ctx->sim->radio.coverage && i < sim_cell_count(ctx); i++) {
        sim_cell_read(ctx, i, &cell);
        if (sim_cell_is_heard(ctx, &cell) && !is_listed_before(ctx, i))
            put_scanned(ctx, &cell);
    }
    sim_put_text(ctx, ",(0,1,2,3,4),(0,1,2)");
    sim_line_end(ctx);
    sim_finish(ctx, SIM_DONE);
    sim_network_update(ctx);
}

/* The chosen operator is there, or the old registration comes back (T13, T18). */
void sim_operator_searched(struct sim_context *ctx)
{
    int32_t wanted = ctx->sim->radio.operator_wanted;
    int cell = sim_cell_of_network(ctx, wanted & SIM_WANTED_NETWORK,
                                   (wanted >> SIM_WANTED_ACCESS_SHIFT & 15) - 1);
    bool found = cell >= 0 && ctx->sim->radio.coverage;
    bool falls_back = !found && (wanted & SIM_WANTED_FALLBACK);
    if (found)
        sim_value_set(ctx, SIM_PARAMETER_COPS, COPS_MANUAL);
    else if (falls_back)
        sim_value_set(ctx, SIM_PARAMETER_COPS, COPS_AUTOMATIC);
    sim_finish(ctx, found || falls_back ? SIM_DONE : SIM_CME_NO_SERVICE);
    sim_network_update(ctx);
    if (found)
        sim_network_move(ctx, (unsigned)cell);
}

static bool is_named(const struct sim_reception *cell, const char *name, size_t length)
{
    char label[16];
    size_t code = strlen(cell->network) - 3;
    memcpy(label, cell->network, 3);
    label[3] = ' ';
    memcpy(label + 4, cell->network + 3, code);
    if (cell->operator_name[0])
        return strlen(cell->operator_name) == length &&
               memcmp(cell->operator_name, name, length) == 0;
    return code + 4 == length && memcmp(label, name, length) == 0;
}

/* The number of a network that is told by that name; 0 = there is none. */
static int32_t network_named(const struct sim_context *ctx, const char *name, size_t length)
{
    struct sim_reception cell;
    for (unsigned i = 0; i < sim_cell_count(ctx); i++) {
        int32_t number = 0;
        sim_cell_read(ctx, i, &cell);
        for (const char *digit = cell.network; *digit; digit++)
            number = number * 10 + (*digit - '0');
        if (is_named(&cell, name, length))
            return number;
    }
    return 0;
}

/* COPS=1,2,"26202"[,<AcT>]: kept as SIM_WANTED_... says. */
static int choose_operator(struct sim_call *call, int32_t mode)
{
    struct sim_context *ctx = call->ctx;
    int32_t format = 0, access = -1, network = 0;
    const char *name = NULL;
    size_t length = 0;
    if (!sim_argument_number(call, 1, 0, 2, &format) ||
        !sim_argument_text(call, 2, &name, &length) ||
        (sim_argument_count(call) > 3 && !sim_argument_number(call, 3, 0, 9, &access)))
        return SIM_FAILED;
    for (size_t i = 0; format == 2 && i < length; i++) {
        if (name[i] < '0' || name[i] > '9' || length > 6)
            return SIM_FAILED;
        network = network * 10 + (name[i] - '0');
    }
    if (format != 2)
        network = network_named(ctx, name, length);
    ctx->sim->radio.operator_wanted = network | (access + 1) << SIM_WANTED_ACCESS_SHIFT |
                                      (mode == COPS_MANUAL ? 0 : SIM_WANTED_FALLBACK);
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
        return choose_operator(call, mode);
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

enum { ALL_VALUES = SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE };

const struct sim_command sim_commands_radio[] = {
    {"+CPIN", ALL_VALUES, SIM_NO_SAVE, 'D', 5000, "AT106 3.2.7, T09", "SIM card and PIN", NULL,
     run_pin, 0},
    {.name = NULL},
};
