/*
 * commands_signal.c - CSQ, CESQ, CPSI, CENG: one cell as four commands tell it (facts 3).
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/knowledge/profiles.h"
#include "sim/radio/cells.h"

static const char *const systems[] = {"LTE CAT-M1", "LTE NB-IOT", "GSM"};

/* ---- CSQ, CESQ ----------------------------------------------------------------------------- */

static int run_signal(struct sim_call *call)
{
    struct sim_reception cell;
    bool heard = sim_cell_now(call->ctx, &cell);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CSQ: ");
    sim_put_number(call->ctx, heard ? sim_cell_quality(&cell) : 99);
    sim_put_text(call->ctx, ",99");
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static int32_t within(int32_t value, int32_t maximum)
{
    if (value < 0)
        return 0;
    return value > maximum ? maximum : value;
}

/* Steps of 3GPP TS 27.007 8.69: 1 dB from -110 and -140 dBm, half a dB from -19.5 dB. */
static int run_extended_signal(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_reception cell;
    bool heard = sim_cell_now(ctx, &cell) && cell.measured;
    bool gsm = heard && cell.technology == SIM_TECHNOLOGY_GSM;
    bool lte = heard && !gsm;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CESQ: ");
    sim_put_number(ctx, gsm ? within(cell.signal_dbm + 111, 63) : 99);
    sim_put_text(ctx, ",99,255,255,");
    sim_put_number(ctx, lte ? within(2 * cell.rsrq_db + 40, 34) : 255);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, lte ? within(cell.rsrp_dbm + 141, 97) : 255);
    sim_line_end(ctx);
    return SIM_DONE;
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

/* Four digits: small letters on GSM (T13), capitals on LTE (the driver's test data). */
static void put_area(struct sim_context *ctx, const struct sim_reception *cell)
{
    bool small = cell->technology == SIM_TECHNOLOGY_GSM;
    uint32_t area = (uint32_t)cell->area;
    char digits[4];
    for (unsigned i = 0; i < sizeof digits; i++, area <<= 4)
        digits[i] = (small ? "0123456789abcdef" : "0123456789ABCDEF")[area >> 12 & 0xf];
    sim_put_bytes(ctx, digits, sizeof digits);
}

static void put_comma_number(struct sim_context *ctx, int32_t value)
{
    sim_put_text(ctx, ",");
    sim_put_number(ctx, value);
}

/* C1 and C2 are the level above what the cell asks for (3GPP TS 45.008 6.4). */
static void put_gsm_cell(struct sim_context *ctx, const struct sim_reception *cell)
{
    int32_t form = sim_setting(ctx, SIM_SETTING_CPSI_GSM_END);
    bool three = form == 2 || (form == 0 && sim_profile_has(ctx, SIM_TRAIT_LONG_END));
    int32_t above = cell->signal_dbm - sim_setting(ctx, SIM_SETTING_ACCESS_MINIMUM);
    put_comma_number(ctx, cell->channel);
    sim_put_text(ctx, " ");
    sim_put_text(ctx, sim_cell_gsm_band(cell));
    put_comma_number(ctx, cell->signal_dbm);
    sim_put_text(ctx, ",0,");
    for (unsigned i = 0; i < (three ? 3 : 2); i++) {
        sim_put_text(ctx, i > 0 ? "-" : "");
        sim_put_number(ctx, above);
    }
}

static void put_lte_cell(struct sim_context *ctx, const struct sim_reception *cell)
{
    put_comma_number(ctx, cell->physical);
    sim_put_text(ctx, ",EUTRAN-BAND");
    sim_put_number(ctx, cell->band);
    put_comma_number(ctx, cell->channel);
    put_comma_number(ctx, cell->bandwidth);
    put_comma_number(ctx, cell->bandwidth);
    put_comma_number(ctx, cell->rsrq_db);
    put_comma_number(ctx, cell->rsrp_dbm);
    put_comma_number(ctx, cell->signal_dbm);
    put_comma_number(ctx, cell->rssnr);
}

static void put_cell(struct sim_context *ctx, const struct sim_reception *cell)
{
    sim_put_text(ctx, ",");
    sim_put_bytes(ctx, cell->network, 3);
    sim_put_text(ctx, "-");
    sim_put_text(ctx, cell->network + 3);
    sim_put_text(ctx, ",0x");
    put_area(ctx, cell);
    put_comma_number(ctx, cell->identity);
    if (cell->technology == SIM_TECHNOLOGY_GSM)
        put_gsm_cell(ctx, cell);
    else
        put_lte_cell(ctx, cell);
}

/* The shapes are those of T13 and of the sim7000 driver's test data. */
static int run_system(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    struct sim_reception cell;
    bool serving = sim_cell_serving(ctx, &cell);
    int32_t form = sim_setting(ctx, SIM_SETTING_CPSI_FORM);
    bool is_short = form == 2 || (form == 0 && sim_profile_has(ctx, SIM_TRAIT_SHORT_CPSI));
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CPSI: ");
    sim_put_text(ctx, serving ? systems[cell.technology] : "NO SERVICE");
    sim_put_text(ctx, ",");
    sim_put_text(ctx, operation_mode(ctx));
    if (serving && cell.measured && !is_short)
        put_cell(ctx, &cell);
    sim_line_end(ctx);
    return SIM_DONE;
}

/* ---- CENG ---------------------------------------------------------------------------------- */

static void put_code(struct sim_context *ctx, const struct sim_reception *cell)
{
    sim_put_text(ctx, ",");
    sim_put_bytes(ctx, cell->network, 3);
    sim_put_text(ctx, ",");
    sim_put_text(ctx, cell->network + 3);
}

static void put_gsm_engineering(struct sim_context *ctx, const struct sim_reception *cell)
{
    sim_put_number(ctx, cell->channel);
    put_comma_number(ctx, cell->signal_dbm);
    put_comma_number(ctx, cell->physical);
    sim_put_text(ctx, ",");
    sim_put_hex(ctx, (uint32_t)cell->identity, 4);
    put_code(ctx, cell);
    sim_put_text(ctx, ",");
    sim_put_hex(ctx, (uint32_t)cell->area, 4);
}

/* A neighbour of LTE is told without its name and place. */
static void put_lte_engineering(struct sim_context *ctx, const struct sim_reception *cell,
                                bool serving)
{
    bool sends = sim_radio_is_connected(ctx);
    sim_put_number(ctx, cell->channel);
    put_comma_number(ctx, cell->physical);
    put_comma_number(ctx, cell->rsrp_dbm);
    put_comma_number(ctx, cell->signal_dbm);
    put_comma_number(ctx, cell->rsrq_db);
    put_comma_number(ctx, 2 * cell->rssnr - 20);
    if (!serving)
        return;
    put_comma_number(ctx, cell->area);
    sim_put_text(ctx, ",");
    sim_put_hex(ctx, (uint32_t)cell->identity, 1);
    put_code(ctx, cell);
    put_comma_number(ctx, sends ? sim_setting(ctx, SIM_SETTING_TX_POWER) : 255);
}

static void put_engineering(struct sim_context *ctx, const struct sim_reception *cell,
                            unsigned number)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CENG: ");
    sim_put_number(ctx, number);
    sim_put_text(ctx, ",\"");
    if (cell->technology == SIM_TECHNOLOGY_GSM)
        put_gsm_engineering(ctx, cell);
    else
        put_lte_engineering(ctx, cell, number == 0);
    sim_put_text(ctx, "\"");
    sim_line_end(ctx);
}

/* The n-th neighbour: heard, measured, of the serving cell's technology; false past the last. */
static bool neighbour(const struct sim_context *ctx, const struct sim_reception *serving,
                      unsigned number, struct sim_reception *ret_cell)
{
    for (unsigned i = 0; i < sim_cell_count(ctx); i++) {
        sim_cell_read(ctx, i, ret_cell);
        if (i != ctx->sim->radio.cell && ret_cell->technology == serving->technology &&
            ret_cell->measured && sim_cell_is_heard(ctx, ret_cell) && number-- == 0)
            return true;
    }
    return false;
}

/* The cells are told while the mode is on; how many there are, always. */
static int read_engineering(struct sim_context *ctx)
{
    struct sim_reception serving, cell;
    bool is_serving = sim_cell_serving(ctx, &serving);
    bool known = is_serving && serving.measured;
    bool on = sim_stored_number(ctx, "+CENG") != 0;
    unsigned count = known;
    while (known && neighbour(ctx, &serving, count - 1, &cell))
        count++;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CENG: ");
    sim_put_number(ctx, on);
    sim_put_text(ctx, ",1,");
    sim_put_number(ctx, count);
    sim_put_text(ctx, ",");
    sim_put_text(ctx, is_serving ? systems[serving.technology] : "NO SERVICE");
    sim_line_end(ctx);
    for (unsigned i = 0; on && i < count; i++)
        if (i == 0 || neighbour(ctx, &serving, i - 1, &cell))
            put_engineering(ctx, i == 0 ? &serving : &cell, i);
    return SIM_DONE;
}

int sim_run_engineering(struct sim_call *call)
{
    return call->form == SIM_FORM_READ ? read_engineering(call->ctx) : sim_run_stored(call);
}

enum { TEST_READ = SIM_FORM_TEST | SIM_FORM_READ, TEST_ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE };

const struct sim_command sim_commands_signal[] = {
    {"+CSQ", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 3.2.16, T06", "signal quality",
     "+CSQ: (0-31,99),(0-7,99)", run_signal, 0},
    {"+CESQ", TEST_ACT, SIM_NO_SAVE, 'S', 0, "3GPP TS 27.007 8.69", "extended signal quality",
     "+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)", run_extended_signal,
     0},
    {"+CPSI", TEST_READ, SIM_NO_SAVE, 'D', 0, "AT106 5.2.21, T13", "system and cell", NULL,
     run_system, 101},
    {.name = NULL},
};
