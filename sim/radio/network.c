/*
 * network.c - coverage, registration, the app network and the clock that the network sets.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/profiles.h"
#include "sim/radio/cells.h"

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

/* Both names are the same, without the country's initials. */
static void tell_name(struct sim_context *ctx)
{
    struct sim_reception cell;
    if (!sim_setting(ctx, SIM_SETTING_NETWORK_NAME) || !sim_cell_serving(ctx, &cell))
        return;
    sim_urc_begin(ctx);
    sim_put_text(ctx, "*PSNWID: \"");
    sim_put_bytes(ctx, cell.network, 3);
    sim_put_text(ctx, "\",\"");
    sim_put_text(ctx, cell.network + 3);
    for (unsigned i = 0; i < 2; i++) {
        sim_put_text(ctx, i ? "," : "\",");
        sim_put_quoted(ctx, cell.operator_name);
        sim_put_text(ctx, ",0");
    }
    sim_urc_end(ctx);
}

/* CLTS=1: daylight, then the time with the stray quote that real modules print (T06). */
static void tell_time(struct sim_context *ctx)
{
    int64_t unix_s = sim_setting(ctx, SIM_SETTING_NETWORK_TIME) + (int64_t)(ctx->now_us / 1000000u);
    if (!sim_value(ctx, SIM_PARAMETER_CLTS))
        return;
    int32_t zone = sim_setting(ctx, SIM_SETTING_TIME_ZONE);
    int32_t daylight = sim_setting(ctx, SIM_SETTING_DAYLIGHT_SAVING);
    ctx->sim->radio.zone = (int8_t)zone;
    ctx->sim->radio.clock_s = unix_s + zone * 900;
    ctx->sim->radio.clock_at_us = ctx->now_us - ctx->now_us % 1000000u;
    tell_name(ctx);
    sim_urc_begin(ctx);
    sim_put_text(ctx, "DST: ");
    sim_put_number(ctx, daylight);
    sim_urc_end(ctx);
    sim_urc_begin(ctx);
    sim_put_text(ctx, "*PSUTTZ: ");
    sim_put_date(ctx, unix_s);
    sim_put_text(ctx, zone < 0 ? "\",\"-" : "\",\"+");
    sim_put_padded(ctx, (uint32_t)(zone < 0 ? -zone : zone), 2);
    sim_put_text(ctx, "\",");
    sim_put_number(ctx, daylight);
    sim_urc_end(ctx);
}

void sim_on_time(struct sim_context *ctx)
{
    if (sim_network_registered(ctx))
        tell_time(ctx);
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

unsigned sim_network_technology(const struct sim_context *ctx)
{
    struct sim_reception cell;
    if (!sim_cell_serving(ctx, &cell)) {
        int found = sim_cell_found(ctx);
        sim_cell_read(ctx, found < 0 ? 0 : (unsigned)found, &cell);
    }
    return cell.technology;
}

/* EPS is told by CEREG, packet data by CGREG; what CREG means on NB-IoT differs (AT106 6.2.7). */
static uint8_t registration_of(const struct sim_context *ctx, enum sim_parameter which)
{
    struct sim_reception cell;
    if (!sim_cell_serving(ctx, &cell))
        return ctx->sim->radio.registration;
    int32_t creg = sim_setting(ctx, SIM_SETTING_CREG_ON_NB_IOT);
    bool creg_is_off = creg == 2 || (creg == 0 && sim_profile_has(ctx, SIM_TRAIT_CREG_OFF));
    if (which == SIM_PARAMETER_CEREG && cell.technology == SIM_TECHNOLOGY_GSM &&
        sim_setting(ctx, SIM_SETTING_CEREG_ON_GSM) == 0)
        return STAT_OFF;
    if (which == SIM_PARAMETER_CREG && cell.technology == SIM_TECHNOLOGY_NB_IOT && creg_is_off)
        return STAT_OFF;
    if (which == SIM_PARAMETER_CGREG && !ctx->sim->radio.attached)
        return STAT_OFF;
    return ctx->sim->radio.registration;
}

static void put_bits(struct sim_context *ctx, int32_t value)
{
    char digits[9] = "";
    for (unsigned i = 0; i < 8; i++)
        digits[i] = (char)('0' + (value >> (7 - i) & 1));
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, digits);
}

/* <Active-Time> and <Periodic-TAU>: what is granted, or none and the network's own (LPM101 6.1.1).
 */
static void put_timers(struct sim_context *ctx, enum sim_parameter which)
{
    enum { NO_ACTIVE_TIME = 0, USUAL_TAU = 0x60 };
    bool granted = sim_saving_granted(ctx);
    if (which == SIM_PARAMETER_CEREG)
        sim_put_text(ctx, ",,");
    put_bits(ctx, granted ? sim_saving_granted_bits(ctx, true) : NO_ACTIVE_TIME);
    put_bits(ctx, granted ? sim_saving_granted_bits(ctx, false) : USUAL_TAU);
}

void sim_network_print(struct sim_context *ctx, enum sim_parameter which)
{
    uint8_t registration = registration_of(ctx, which);
    sim_put_number(ctx, registration);
    if (sim_value(ctx, which) < 2 || !is_registered(registration))
        return;
    struct sim_reception cell;
    sim_cell_read(ctx, ctx->sim->radio.cell, &cell);
    sim_put_text(ctx, ",\"");
    sim_put_hex(ctx, (uint32_t)cell.area, 4);
    sim_put_text(ctx, "\",\"");
    sim_put_hex(ctx, (uint32_t)cell.identity, cell.technology == SIM_TECHNOLOGY_GSM ? 4 : 1);
    sim_put_text(ctx, "\",");
    sim_put_number(ctx, sim_cell_access(&cell));
    if (sim_value(ctx, which) == 4)
        put_timers(ctx, which);
}

static void tell_one(struct sim_context *ctx, enum sim_parameter which)
{
    if (sim_value(ctx, which) == 0)
        return;
    sim_urc_begin(ctx);
    sim_put_text(ctx, sim_commands_parameter[which].name);
    sim_put_text(ctx, ": ");
    sim_network_print(ctx, which);
    sim_urc_end(ctx);
}

static void tell_registration(struct sim_context *ctx)
{
    tell_one(ctx, SIM_PARAMETER_CREG);
    tell_one(ctx, SIM_PARAMETER_CGREG);
    tell_one(ctx, SIM_PARAMETER_CEREG);
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
    struct sim_reception cell;
    return sim_cell_serving(ctx, &cell) ? sim_cell_system_mode(&cell) : 0;
}

/* Registered: the network tells its time, and CNACT=2 opens the app network again. */
static void came_up(struct sim_context *ctx)
{
    tell_time(ctx);
    if (sim_setting(ctx, SIM_SETTING_TIME_AGAIN) > 0)
        sim_timer_set(ctx, SIM_TIMER_TIME,
                      ctx->now_us + sim_setting_us(ctx, SIM_SETTING_TIME_AGAIN));
    sim_edrx_changed(ctx);
    sim_parts_hear(ctx, SIM_NEWS_REGISTERED);
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
    radio->attached = is && !radio->detached;
    if (was != is)
        sim_tell(ctx, SIM_EVENT_NETWORK, is, NULL, 0);
    tell_registration(ctx);
    if (was != is)
        tell_system_mode(ctx);
    if (was && !is) {
        sim_parts_lose(ctx, SIM_LOST_ADDRESSES);
        sim_parts_lose(ctx, SIM_LOST_REGISTRATION);
    }
    sim_radio_state_changed(ctx);
    if (is && !was)
        came_up(ctx);
    if (is != was)
        sim_sleep_later(ctx);
}

/* By enum sim_service. */
static const uint8_t results[] = {STAT_HOME, STAT_ROAMING, STAT_DENIED, STAT_SEARCHING};

/* Registered at a cell, or turned away by it; -1: nothing was found. */
static void camp(struct sim_context *ctx, int cell)
{
    struct sim_reception found;
    if (cell < 0) {
        set_registration(ctx, STAT_SEARCHING);
        return;
    }
    sim_cell_read(ctx, (unsigned)cell, &found);
    ctx->sim->radio.cell = (uint8_t)cell;
    set_registration(ctx, results[found.service]);
}

void sim_network_move(struct sim_context *ctx, unsigned cell)
{
    if (sim_network_registered(ctx) && ctx->sim->radio.cell == cell)
        return;
    sim_network_lose(ctx, STAT_SEARCHING);
    camp(ctx, (int)cell);
}

/* What the registration is while the radio does not search. */
static uint8_t idle_registration(const struct sim_context *ctx)
{
    int32_t level = sim_value(ctx, SIM_PARAMETER_CFUN);
    return (level == 5 || level == 7) && sim_setting(ctx, SIM_SETTING_CFUN_STUCK) ? STAT_BROKEN
                                                                                  : STAT_OFF;
}

/* CGATT=0 on LTE is the end of the registration (3GPP TS 24.301 5.5.2), on GSM it is not. */
static bool detach_ends_it(const struct sim_context *ctx)
{
    return sim_network_technology(ctx) != SIM_TECHNOLOGY_GSM &&
           sim_setting(ctx, SIM_SETTING_DETACH) == 0;
}

static bool stays_away(const struct sim_context *ctx)
{
    return ctx->sim->radio.detached && detach_ends_it(ctx);
}

static bool is_on(const struct sim_context *ctx)
{
    return !sim_setting(ctx, SIM_SETTING_STACK_LOST) && sim_value(ctx, SIM_PARAMETER_CFUN) == 1 &&
           sim_card_state(ctx) == SIM_CARD_READY && sim_value(ctx, SIM_PARAMETER_COPS) != 2;
}

void sim_network_resume(struct sim_context *ctx)
{
    int cell = sim_cell_found(ctx);
    if (is_on(ctx) && ctx->sim->radio.coverage && cell >= 0 &&
        sim_setting(ctx, SIM_SETTING_PSM_REGISTRATION) == 0)
        camp(ctx, cell);
    else
        sim_network_update(ctx);
}

void sim_network_update(struct sim_context *ctx)
{
    struct sim_radio *radio = &ctx->sim->radio;
    if (!is_on(ctx)) {
        radio->detached = 0;
        sim_network_lose(ctx, idle_registration(ctx));
        return;
    }
    if (sim_network_registered(ctx) || radio->work != SIM_RADIO_IDLE || stays_away(ctx))
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
    struct sim_reception cell;
    if (sim_cell_serving(ctx, &cell) && !sim_cell_is_heard(ctx, &cell))
        sim_network_lose(ctx, STAT_SEARCHING);
    sim_network_update(ctx);
}

/* A change of place is told where that was asked for (AT106 3.2.14). */
static void tell_place(struct sim_context *ctx)
{
    static const enum sim_parameter reports[] = {SIM_PARAMETER_CREG, SIM_PARAMETER_CGREG,
                                                 SIM_PARAMETER_CEREG};
    for (unsigned i = 0; i < sizeof reports / sizeof reports[0]; i++)
        if (sim_value(ctx, reports[i]) >= 2)
            tell_one(ctx, reports[i]);
    tell_system_mode(ctx);
}

/* One that describes the cell: the module is there, or is not any more. */
void sim_network_changed(struct sim_context *ctx, enum sim_setting_id setting)
{
    struct sim_reception cell;
    if (sim_cell_field(setting) < 0 || !sim_power_is_up(ctx->sim))
        return;
    if (!sim_cell_serving(ctx, &cell)) {
        sim_network_update(ctx);
    } else if (!sim_cell_is_heard(ctx, &cell) || !is_registered(results[cell.service])) {
        sim_network_lose(ctx, STAT_SEARCHING);
        sim_network_update(ctx);
    } else if (results[cell.service] != ctx->sim->radio.registration) {
        set_registration(ctx, results[cell.service]);
    } else {
        tell_place(ctx);
        sim_radio_state_changed(ctx);
    }
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
        camp(ctx, sim_cell_found(ctx));
    else if (work == SIM_RADIO_SCAN)
        sim_operator_scanned(ctx);
    else if (work == SIM_RADIO_OPERATOR)
        sim_operator_searched(ctx);
}

static void forget(struct sim_context *ctx)
{
    struct sim_radio *radio = &ctx->sim->radio;
    struct sim_packet *packet = &ctx->sim->packet;
    bool was_registered = sim_network_registered(ctx);
    bool was_up = sim_bearer_up(ctx);
    radio->registration = STAT_OFF;
    radio->attached = 0;
    radio->sim_unlocked = 0;
    radio->messaging_due = 0;
    radio->detached = 0;
    radio->cell = 0;
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

void sim_network_init(struct sim_context *ctx)
{
    ctx->sim->radio.coverage = 1;
    ctx->sim->radio.pin_left = 3;
    ctx->sim->radio.puk_left = 10;
    sim_contexts_init(ctx);
    forget(ctx);
}

/* No lines are printed: the module restarts or is off. */
void sim_network_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    forget(ctx);
}

static void detach(struct sim_context *ctx)
{
    struct sim_radio *radio = &ctx->sim->radio;
    bool ends = sim_network_registered(ctx) && detach_ends_it(ctx);
    bool was = radio->attached;
    radio->detached = 1;
    radio->attached = 0;
    if (ends) {
        sim_network_lose(ctx, STAT_OFF);
    } else if (was) {
        sim_parts_lose(ctx, SIM_LOST_ADDRESSES);
        tell_one(ctx, SIM_PARAMETER_CGREG);
    }
}

/* Back on LTE is a registration at once: the cell is known. */
static int attach(struct sim_context *ctx)
{
    struct sim_radio *radio = &ctx->sim->radio;
    bool was = radio->attached;
    if (radio->detached && !sim_network_registered(ctx)) {
        radio->detached = 0;
        sim_network_update(ctx);
        if (radio->registration == STAT_SEARCHING && radio->coverage)
            camp(ctx, sim_cell_found(ctx));
    }
    radio->detached = 0;
    if (!sim_network_registered(ctx))
        return SIM_CME_NO_SERVICE;
    radio->attached = 1;
    if (!was)
        tell_one(ctx, SIM_PARAMETER_CGREG);
    return SIM_DONE;
}

int sim_network_attach(struct sim_context *ctx, bool attached)
{
    ctx->sim->bearers.changed = 0;
    if (attached)
        return attach(ctx);
    detach(ctx);
    return SIM_DONE;
}

bool sim_network_apply(struct sim_context *ctx, const struct sim_action *action)
{
    if (action->kind == SIM_ACTION_BEARER_LOST) {
        return sim_parts_lose(ctx, SIM_LOST_ADDRESSES);
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
