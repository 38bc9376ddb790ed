/*
 * commands_clock.c - CNTP: the time of a server (SIM800 Series NTP Application Note V1.02).
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/services/net.h"

/* <code> of +CNTP */
enum { NTP_DONE = 1, NTP_NETWORK = 61, NTP_DNS = 62, NTP_CONNECT = 63, NTP_TIMEOUT = 65 };

static const char key[] = "+CNTP";

/* What CNTP does with the time: sets the clock, shows it, or both (AT106 11.2.2). */
enum { MODE_SET, MODE_SHOW, MODE_BOTH };

/* How a server is kept: three characters, then its name. */
enum { KEPT_ZONE, KEPT_CID, KEPT_MODE, KEPT_NAME };

static int set_server(struct sim_call *call)
{
    const char *server;
    size_t length;
    char value[SIM_STORED_VALUE];
    int32_t zone = 0, cid = 1, mode = MODE_SET;
    unsigned count = sim_argument_count(call);
    if (count > 4 || !sim_argument_text(call, 0, &server, &length) || length == 0 || length > 128 ||
        (count > 1 && !sim_argument_number(call, 1, -47, 48, &zone)) ||
        (count > 2 && !sim_argument_number(call, 2, 1, 3, &cid)) ||
        (count > 3 && !sim_argument_number(call, 3, MODE_SET, MODE_BOTH, &mode)))
        return SIM_FAILED;
    value[KEPT_ZONE] = (char)(zone + 50);
    value[KEPT_CID] = (char)('0' + cid);
    value[KEPT_MODE] = (char)('0' + mode);
    memcpy(value + KEPT_NAME, server, length);
    return sim_stored_set(call->ctx, key, SIM_NO_SAVE, value, KEPT_NAME + length)
               ? SIM_DONE
               : SIM_CME_MEMORY_FULL;
}

/* The server as it is kept, in SIM_STORED_VALUE; its zone in quarter hours. */
static int32_t get_server(const struct sim_context *ctx, char *value)
{
    size_t length = sim_stored_get(ctx, key, SIM_NO_SAVE, value);
    if (length <= KEPT_NAME)
        memcpy(value, "210", KEPT_NAME + 1); /* zone 0, cid 1, mode 0, no name */
    return length <= KEPT_NAME ? 0 : value[KEPT_ZONE] - 50;
}

static int read_server(struct sim_context *ctx)
{
    char value[SIM_STORED_VALUE];
    int32_t zone = get_server(ctx, value);
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CNTP: ");
    sim_put_quoted(ctx, value + KEPT_NAME);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, zone);
    sim_put_text(ctx, ",");
    sim_put_bytes(ctx, value + KEPT_CID, 1);
    sim_put_text(ctx, ",");
    sim_put_bytes(ctx, value + KEPT_MODE, 1);
    sim_line_end(ctx);
    return SIM_DONE;
}

static int run_server(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char server[SIM_STORED_VALUE];
    if (call->form == SIM_FORM_READ)
        return read_server(ctx);
    if (call->form == SIM_FORM_WRITE)
        return set_server(call);
    get_server(ctx, server);
    if (server[KEPT_NAME] == '\0' || ctx->sim->timer_at_us[SIM_TIMER_CLOCK] != SIM_NEVER)
        return SIM_CME_NOT_ALLOWED;
    sim_timer_set(ctx, SIM_TIMER_CLOCK, ctx->now_us + sim_setting_us(ctx, SIM_SETTING_PEER_DELAY));
    return SIM_DONE;
}

static int result_of(const struct sim_context *ctx)
{
    if (!sim_bearer_up(ctx) && !sim_sapbr_up(ctx))
        return NTP_NETWORK;
    if (sim_setting(ctx, SIM_SETTING_DNS))
        return NTP_DNS;
    if (sim_setting(ctx, SIM_SETTING_PEER) == SIM_PEER_REFUSE)
        return NTP_CONNECT;
    return sim_setting(ctx, SIM_SETTING_PEER) == SIM_PEER_SILENT ? NTP_TIMEOUT : NTP_DONE;
}

/* The modelled server has the network's time; the clock is set to it, in the zone asked. */
void sim_on_clock(struct sim_context *ctx)
{
    char server[SIM_STORED_VALUE];
    int32_t zone = get_server(ctx, server);
    int result = result_of(ctx);
    int64_t local_s = sim_setting(ctx, SIM_SETTING_NETWORK_TIME) +
                      (int64_t)(ctx->now_us / 1000000u) + (int64_t)zone * 900;
    if (result == NTP_DONE && server[KEPT_MODE] != '0' + MODE_SHOW) {
        struct sim_radio *radio = &ctx->sim->radio;
        radio->zone = (int8_t)zone;
        radio->clock_s = local_s;
        radio->clock_at_us = ctx->now_us - ctx->now_us % 1000000u;
    }
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+CNTP: ");
    sim_put_number(ctx, result);
    if (result == NTP_DONE && server[KEPT_MODE] != '0' + MODE_SET) {
        sim_put_text(ctx, ",\"");
        sim_put_date(ctx, local_s);
        sim_put_text(ctx, "\"");
    }
    sim_urc_end(ctx);
}

const struct sim_command sim_commands_clock[] = {
    {"+CNTP", SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE | SIM_FORM_EXECUTE, SIM_NO_SAVE, 'D',
     0, "AT106 11.2.2, NTP102", "time of a server", "+CNTP: 128,(-47-48),(1-3),(0-2)", run_server,
     101},
    {.name = NULL},
};
