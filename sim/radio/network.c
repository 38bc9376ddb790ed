/*
 * network.c - coverage, registration, the app network and the clock that the network sets.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/profiles.h"

/* <stat> of AT106 6.2.7; 6 was seen on a module in factory test mode (T12). */
enum {
    STAT_OFF = 0,
    STAT_HOME = 1,
    STAT_SEARCHING = 2,
    STAT_DENIED = 3,
    STAT_ROAMING = 5,
    STAT_BROKEN = 6
};

/* Seconds from 1970 to 1980-01-06 00:00:00, where the clock starts (AT7080 CCLK, S). */
enum { CLOCK_START_S = 315964800 };

/* ---- the SIM card -------------------------------------------------------------------------- */

enum sim_card sim_card_state(const struct sim_context *ctx)
{
    enum sim_card card = (enum sim_card)sim_setting(ctx, SIM_SETTING_SIM_CARD);
    if (card == SIM_CARD_PIN && ctx->sim->radio.pin_left == 0)
        return SIM_CARD_PUK;
    return card == SIM_CARD_PIN && ctx->sim->radio.sim_unlocked ? SIM_CARD_READY : card;
}

const char *sim_card_text(const struct sim_context *ctx)
{
    static const char *const texts[] = {"READY", "NOT INSERTED", "SIM PIN", "SIM PUK"};
    return texts[sim_card_state(ctx)];
}

int sim_card_error(const struct sim_context *ctx)
{
    static const uint8_t errors[] = {0, 10, 11, 12}; /* AT106 20.1 */
    if (sim_value(ctx, SIM_PARAMETER_CFUN) == 0)
        return SIM_CME_SIM_FAILURE; /* T09 */
    return errors[sim_card_state(ctx)];
}

/* ---- the clock ----------------------------------------------------------------------------- */

int64_t sim_network_clock(const struct sim_context *ctx)
{
    const struct sim_radio *radio = &ctx->sim->radio;
    return radio->clock_s + (int64_t)((ctx->now_us - radio->clock_at_us) / 1000000u);
}

/* CLTS=1: daylight, then the time with the stray quote that real modules print (T06). */
static void tell_time(struct sim_context *ctx)
{
    int64_t unix_s = sim_setting(ctx, SIM_SETTING_NETWORK_TIME) + (int64_t)(ctx->now_us / 1000000u);
    if (!sim_value(ctx, SIM_PARAMETER_CLTS))
        return;
    ctx->sim->radio.zone = SIM_NETWORK_ZONE;
    ctx->sim->radio.clock_s = unix_s + SIM_NETWORK_ZONE * 900;
    ctx->sim->radio.clock_at_us = ctx->now_us - ctx->now_us % 1000000u;
    sim_urc(ctx, "DST: 0");
    sim_urc_begin(ctx);
    sim_put_text(ctx, "*PSUTTZ: ");
    sim_put_date(ctx, unix_s);
    sim_put_text(ctx, "\",\"+32\",0");
    sim_urc_end(ctx);
}

/* ---- registration -------------------------------------------------------------------------- */

static bool is_registered(uint8_t registration)
{
    return registration == STAT_HOME || registration == STAT_ROAMING;
}

bool sim_network_registered(const struct sim_context *ctx)
{
    return is_registered(ctx->sim->radio.registration);
}

/* CNMP and CMNB choose among the technologies (AT106 5.2); enum of sim_network_technology(). */
static bool is_wanted(const struct sim_context *ctx, unsigned technology)
{
    enum { GSM_ONLY = 13, LTE_ONLY = 38, GSM = 2 };
    int32_t mode = sim_value(ctx, SIM_PARAMETER_CNMP);
    if (!sim_setting(ctx, SIM_SETTING_MODE_OBEYED))
        return true; /* T13: CNMP=38 and a GSM network */
    if (technology == GSM)
        return mode != LTE_ONLY;
    return mode != GSM_ONLY && (sim_value(ctx, SIM_PARAMETER_CMNB) >> technology & 1);
}

/* With the setting any: the first that the variant has and that CNMP and CMNB leave. */
unsigned sim_network_technology(const struct sim_context *ctx)
{
    enum { TECHNOLOGIES = 3 };
    unsigned technology = (unsigned)sim_setting(ctx, SIM_SETTING_ACCESS);
    uint8_t radios = sim_profile_radios(ctx);
    unsigned first = 0;
    if (technology < TECHNOLOGIES)
        return technology;
    while (!(radios >> first & 1))
        first++;
    for (technology = first; technology < TECHNOLOGIES; technology++)
        if ((radios >> technology & 1) && is_wanted(ctx, technology))
            return technology;
    return first;
}

int sim_network_access(const struct sim_context *ctx)
{
    static const uint8_t access[] = {7, 9, 0}; /* AT106, netact */
    return access[sim_network_technology(ctx)];
}

static uint8_t registration_of(const struct sim_context *ctx, enum sim_parameter which)
{
    if (which == SIM_PARAMETER_CEREG && sim_network_access(ctx) == 0 &&
        sim_setting(ctx, SIM_SETTING_CEREG_ON_GSM) == 0)
        return STAT_OFF;
    return ctx->sim->radio.registration;
}

void sim_network_print(struct sim_context *ctx, enum sim_parameter which)
{
    uint8_t registration = registration_of(ctx, which);
    sim_put_number(ctx, registration);
    if (sim_value(ctx, which) < 2 || !is_registered(registration))
        return;
    sim_put_text(ctx, ",\"");
    sim_put_hex(ctx, (uint32_t)sim_setting(ctx, SIM_SETTING_TRACKING_AREA), 4);
    sim_put_text(ctx, "\",\"");
    sim_put_hex(ctx, (uint32_t)sim_setting(ctx, SIM_SETTING_CELL), 1);
    sim_put_text(ctx, "\",");
    sim_put_number(ctx, sim_network_access(ctx));
    if (sim_value(ctx, which) == 4)
        sim_put_text(ctx, ",,,\"00000000\",\"01100000\""); /* LPM101 6.1.1 */
}

static void tell_registration(struct sim_context *ctx)
{
    static const enum sim_parameter reports[] = {SIM_PARAMETER_CREG, SIM_PARAMETER_CGREG,
                                                 SIM_PARAMETER_CEREG};
    for (unsigned i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        if (sim_value(ctx, reports[i]) == 0)
            continue;
        sim_urc_begin(ctx);
        sim_put_text(ctx, sim_commands_parameter[reports[i]].name);
        sim_put_text(ctx, ": ");
        sim_network_print(ctx, reports[i]);
        sim_urc_end(ctx);
    }
}

static void tell_system_mode(struct sim_context *ctx)
{
    if (!sim_value(ctx, SIM_PARAMETER_CNSMOD))
        return;
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+CNSMOD: ");
    sim_put_number(ctx, sim_network_system_mode(ctx));
    sim_urc_end(ctx);
}

int sim_network_system_mode(const struct sim_context *ctx)
{
    static const uint8_t modes[] = {7, 9, 1}; /* AT106 CNSMOD */
    return sim_network_registered(ctx) ? modes[sim_network_technology(ctx)] : 0;
}

/* Registered: the network tells its time, and CNACT=2 opens the app network again. */
static void came_up(struct sim_context *ctx)
{
    tell_time(ctx);
    if (ctx->sim->packet.bearer_mode == 2 && ctx->sim->packet.bearer == 0)
        sim_bearer_open(ctx, 2);
}

/* The one place where the registration changes. */
static void set_registration(struct sim_context *ctx, uint8_t registration)
{
    struct sim_radio *radio = &ctx->sim->radio;
    bool was = is_registered(radio->registration);
    bool is = is_registered(registration);
    if (radio->registration == registration)
        return;
    radio->registration = registration;
    radio->attached = is;
    if (was != is)
        sim_tell(ctx, SIM_EVENT_NETWORK, is, NULL, 0);
    tell_registration(ctx);
    if (was != is)
        tell_system_mode(ctx);
    if (was && !is) {
        sim_packet_lost(ctx);
        sim_data_call_lost(ctx);
    }
    sim_radio_state_changed(ctx);
    if (is && !was)
        came_up(ctx);
    if (is != was)
        sim_sleep_later(ctx);
}

static uint8_t result_of_search(const struct sim_context *ctx)
{
    static const uint8_t results[] = {STAT_HOME, STAT_ROAMING, STAT_DENIED, STAT_SEARCHING};
    if (!(sim_profile_radios(ctx) & 1u << sim_network_technology(ctx)))
        return STAT_SEARCHING; /* nothing that this variant hears */
    if (!is_wanted(ctx, sim_network_technology(ctx)) || !sim_band_is_heard(ctx))
        return STAT_SEARCHING;
    return results[sim_setting(ctx, SIM_SETTING_REGISTRATION)];
}

/* What the registration is while the radio does not search. */
static uint8_t idle_registration(const struct sim_context *ctx)
{
    int32_t level = sim_value(ctx, SIM_PARAMETER_CFUN);
    return (level == 5 || level == 7) && sim_setting(ctx, SIM_SETTING_CFUN_STUCK) ? STAT_BROKEN
                                                                                  : STAT_OFF;
}

void sim_network_update(struct sim_context *ctx)
{
    struct sim_radio *radio = &ctx->sim->radio;
    bool on = !sim_setting(ctx, SIM_SETTING_STACK_LOST) &&
              sim_value(ctx, SIM_PARAMETER_CFUN) == 1 && sim_card_state(ctx) == SIM_CARD_READY &&
              sim_value(ctx, SIM_PARAMETER_COPS) != 2;
    if (!on) {
        sim_network_lose(ctx, idle_registration(ctx));
        return;
    }
    if (sim_network_registered(ctx) || radio->work != SIM_RADIO_IDLE)
        return;
    set_registration(ctx, STAT_SEARCHING);
    if (!radio->coverage)
        return;
    radio->work = SIM_RADIO_SEARCH;
    sim_timer_set(ctx, SIM_TIMER_NETWORK,
                  ctx->now_us + sim_setting_us(ctx, SIM_SETTING_REGISTRATION_TIME));
}

void sim_network_modes_changed(struct sim_context *ctx)
{
    if (sim_network_registered(ctx) && !is_registered(result_of_search(ctx)))
        sim_network_lose(ctx, STAT_SEARCHING);
    sim_network_update(ctx);
}

void sim_network_lose(struct sim_context *ctx, uint8_t registration)
{
    if (ctx->sim->radio.work == SIM_RADIO_SEARCH) {
        ctx->sim->radio.work = SIM_RADIO_IDLE;
        sim_timer_stop(ctx, SIM_TIMER_NETWORK);
    }
    set_registration(ctx, registration);
}

void sim_on_network(struct sim_context *ctx)
{
    uint8_t work = ctx->sim->radio.work;
    ctx->sim->radio.work = SIM_RADIO_IDLE;
    if (work == SIM_RADIO_SEARCH)
        set_registration(ctx, result_of_search(ctx));
    else if (work == SIM_RADIO_SCAN)
        sim_operator_scanned(ctx);
    else if (work == SIM_RADIO_OPERATOR)
        sim_operator_searched(ctx);
}

void sim_network_init(struct sim_context *ctx)
{
    ctx->sim->radio.coverage = 1;
    ctx->sim->radio.pin_left = 3;
    ctx->sim->radio.puk_left = 10;
    sim_contexts_init(ctx);
    sim_network_reset(ctx);
}

/* No lines are printed: the module restarts or is off. */
void sim_network_reset(struct sim_context *ctx)
{
    struct sim_radio *radio = &ctx->sim->radio;
    struct sim_packet *packet = &ctx->sim->packet;
    bool was_registered = sim_network_registered(ctx);
    bool was_up = sim_bearer_up(ctx);
    radio->registration = STAT_OFF;
    radio->attached = 0;
    radio->sim_unlocked = 0;
    radio->call = 0;
    radio->operator_format = 0;
    radio->work = SIM_RADIO_IDLE;
    radio->clock_s = CLOCK_START_S;
    radio->clock_at_us = ctx->now_us;
    packet->bearer = packet->bearer_mode = packet->bearer_closing = 0;
    memset(packet->bearer_apn, 0, sizeof packet->bearer_apn);
    if (was_registered)
        sim_tell(ctx, SIM_EVENT_NETWORK, 0, NULL, 0);
    if (was_up)
        sim_tell(ctx, SIM_EVENT_BEARER, 0, NULL, 0);
}

void sim_network_attach(struct sim_context *ctx, bool attached)
{
    ctx->sim->radio.attached = attached;
    ctx->sim->bearers.changed = 0;
    if (!attached)
        sim_packet_lost(ctx);
}

bool sim_network_apply(struct sim_context *ctx, const struct sim_action *action)
{
    if (action->kind == SIM_ACTION_BEARER_LOST) {
        return sim_packet_lost(ctx);
    }
    ctx->sim->radio.coverage = action->number != 0;
    if (!sim_power_is_up(ctx->sim))
        return true;
    if (action->number == 0 && sim_value(ctx, SIM_PARAMETER_CFUN) == 1)
        sim_network_lose(ctx, STAT_SEARCHING);
    else
        sim_network_update(ctx);
    return true;
}
