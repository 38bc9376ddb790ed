/*
 * commands_gnss.c - the satellite receiver: power, a modelled fix, assistance data.
 *
 * A fix comes gnss-fix-time after CGNSPWR=1 and stays where the settings say. CGNSCPY takes the
 * assistance file that HTTPTOFS has put into /customer/ (T01, T02).
 */
#include <string.h>

#include "sim/at/stored.h"

int sim_run_gnss_power(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t before = sim_value(ctx, SIM_PARAMETER_GNSS_POWER);
    int result = sim_run_parameter(call);
    if (sim_value(ctx, SIM_PARAMETER_GNSS_POWER) && !before)
        ctx->sim->radio.gnss_on_at_us = ctx->now_us;
    return result;
}

/* ---- CGNSINF ------------------------------------------------------------------------------- */

static bool has_fix(const struct sim_context *ctx)
{
    uint64_t fix_at_us =
        ctx->sim->radio.gnss_on_at_us + sim_setting_us(ctx, SIM_SETTING_GNSS_FIX_TIME);
    return sim_setting(ctx, SIM_SETTING_GNSS_FIX) && ctx->now_us >= fix_at_us;
}

/* Satellites tell the time before the position: UTC, "20190626060403.000". */
static void put_time(struct sim_context *ctx)
{
    int64_t unix_s = sim_setting(ctx, SIM_SETTING_NETWORK_TIME) + (int64_t)(ctx->now_us / 1000000u);
    struct sim_date date = sim_date_of(unix_s);
    const uint32_t parts[] = {date.month, date.day, date.hour, date.minute, date.second};
    sim_put_padded(ctx, date.year, 4);
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
        sim_put_padded(ctx, parts[i], 2);
    sim_put_text(ctx, ".000");
}

static void put_degrees(struct sim_context *ctx, enum sim_setting_id setting)
{
    uint32_t millionths = (uint32_t)sim_setting(ctx, setting);
    sim_put_number(ctx, millionths / 1000000u);
    sim_put_text(ctx, ".");
    sim_put_padded(ctx, millionths % 1000000u, 6);
    sim_put_text(ctx, ",");
}

static int run_information(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CGNSINF: ");
    if (!sim_value(ctx, SIM_PARAMETER_GNSS_POWER)) {
        sim_put_text(ctx, "0,,,,,,,,,,,,,,,,,,,,");
        sim_line_end(ctx);
        return SIM_DONE;
    }
    bool fix = has_fix(ctx);
    sim_put_text(ctx, fix ? "1,1," : "1,0,");
    put_time(ctx);
    sim_put_text(ctx, ",");
    if (fix) {
        put_degrees(ctx, SIM_SETTING_GNSS_LATITUDE);
        put_degrees(ctx, SIM_SETTING_GNSS_LONGITUDE);
        sim_put_number(ctx, sim_setting(ctx, SIM_SETTING_GNSS_ALTITUDE));
        sim_put_text(ctx, ".000,0.00,0.0,1,,1.1,1.4,0.9,,12,7,5,,38,,");
    } else {
        sim_put_text(ctx, ",,,0.00,0.0,0,,,,,,0,0,,,,,");
    }
    sim_line_end(ctx);
    return SIM_DONE;
}

/* ---- CGNSCPY, CGNSXTRA --------------------------------------------------------------------- */

static int run_copy(struct sim_call *call)
{
    static const char name[] = "xtra3grc.bin"; /* T01; with another name it answers 1 (T02) */
    struct sim_context *ctx = call->ctx;
    uint8_t file = sim_files_find(&ctx->sim->files, SIM_DIRECTORY_CUSTOMER, name, sizeof name - 1);
    ctx->sim->radio.gnss_data = file != SIM_NO_FILE;
    sim_line(ctx, ctx->sim->radio.gnss_data ? "+CGNSCPY: 0" : "+CGNSCPY: 1");
    return SIM_DONE;
}

/* Without data it is an error (T02); old data is told after the OK (T01). */
int sim_run_gnss_data(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    if (call->form != SIM_FORM_WRITE)
        return sim_run_parameter(call);
    if (!ctx->sim->radio.gnss_data)
        return SIM_FAILED;
    int result = sim_run_parameter(call);
    if (result != SIM_DONE || !sim_value(ctx, SIM_PARAMETER_GNSS_DATA))
        return result;
    sim_answer_result(ctx, SIM_DONE);
    sim_urc(ctx, sim_setting(ctx, SIM_SETTING_GNSS_DATA_AGE) ? "+CGNSXTRA: 2" : "+CGNSXTRA: 0");
    return SIM_NO_RESULT;
}

/* ---- CGNSCOLD, CGNSWARM, CGNSHOT ------------------------------------------------------------ */

/* A cold start seeks the position anew; with assistance data it tells what became of that. */
static int run_start(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    bool cold = call->command->name[5] == 'C';
    if (!sim_value(ctx, SIM_PARAMETER_GNSS_POWER))
        return SIM_FAILED;
    if (!cold)
        return SIM_DONE;
    ctx->sim->radio.gnss_on_at_us = ctx->now_us;
    if (!sim_value(ctx, SIM_PARAMETER_GNSS_DATA))
        return SIM_DONE;
    sim_answer_result(ctx, SIM_DONE);
    sim_urc(ctx, sim_setting(ctx, SIM_SETTING_GNSS_DATA_AGE) ? "+CGNSXTRA: 2" : "+CGNSXTRA: 0");
    return SIM_NO_RESULT;
}

/* ---- CGTP ---------------------------------------------------------------------------------- */

static int read_izat(struct sim_context *ctx, bool enabled)
{
    sim_line(ctx, enabled ? "+CGTP: 1,1,gtp1.izatcloud.net,443,gtp2.izatcloud.net,443"
                          : "+CGTP: 0,0,,0,,0");
    return SIM_DONE;
}

/* "2019-08-23,17:28:03" */
static void put_moment(struct sim_context *ctx)
{
    int64_t unix_s = sim_setting(ctx, SIM_SETTING_NETWORK_TIME) + (int64_t)(ctx->now_us / 1000000u);
    struct sim_date date = sim_date_of(unix_s);
    const uint32_t parts[] = {date.month, date.day, date.hour, date.minute, date.second};
    static const char *const between[] = {"-", "-", ",", ":", ":"};
    sim_put_padded(ctx, date.year, 4);
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        sim_put_text(ctx, between[i]);
        sim_put_padded(ctx, parts[i], 2);
    }
}

/* A position by the cell: where the settings say, within a kilometre or so. */
static int run_izat(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    bool enabled = sim_stored_get(ctx, "+CGTP", SIM_NO_SAVE, value) > 0 && value[0] == '1';
    int32_t wanted;
    if (call->form == SIM_FORM_READ)
        return read_izat(ctx, enabled);
    if (call->form == SIM_FORM_WRITE) {
        if (sim_argument_count(call) != 1 || !sim_argument_number(call, 0, 0, 1, &wanted))
            return SIM_FAILED;
        return sim_stored_set(ctx, "+CGTP", SIM_NO_SAVE, wanted ? "1" : "0", 1)
                   ? SIM_DONE
                   : SIM_CME_MEMORY_FULL;
    }
    if (!enabled || !sim_network_registered(ctx))
        return SIM_FAILED;
    sim_line_begin(ctx);
    sim_put_text(ctx, "+GTPCELL: ");
    put_degrees(ctx, SIM_SETTING_GNSS_LATITUDE);
    put_degrees(ctx, SIM_SETTING_GNSS_LONGITUDE);
    put_moment(ctx);
    sim_put_text(ctx, ",1330.200928");
    sim_line_end(ctx);
    return SIM_DONE;
}

enum { TEST_ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE };

const struct sim_command sim_commands_gnss[] = {
    {"+CGNSINF", TEST_ACT, SIM_NO_SAVE, 'S', 0, "GNSS100 2", "position and time", NULL,
     run_information, 101},
    {"+CGNSCPY", TEST_ACT, SIM_NO_SAVE, 'O', 0, "T02", "takes the assistance data", NULL, run_copy,
     104},
    {"+CGNSCOLD", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 14.2.5", "cold start", NULL, run_start,
     101},
    {"+CGNSWARM", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 14.2.6", "warm start", NULL, run_start,
     101},
    {"+CGNSHOT", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 14.2.7", "hot start", NULL, run_start, 101},
    {"+CGTP", TEST_ACT | SIM_FORM_READ | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "AT106 14.2.17",
     "position by the cell", NULL, run_izat, 105},
    {.name = NULL},
};
