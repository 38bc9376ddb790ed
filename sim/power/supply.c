/*
 * supply.c - the supply voltage over time: a waveform of straight lines, what CBATCHK says of it
 * (HD107 3.1.3), and the brown-out. A timer runs only to the next limit that is crossed.
 */
#include <string.h>

#include "sim/frame.h"

/* HD107 3.1.3: limits with CBATCHK=1. */
enum { UNDER_OFF_MV = 2900, UNDER_WARN_MV = 3100, OVER_WARN_MV = 4300, OVER_OFF_MV = 4400 };

/* sim_power.low_supply */
enum { SUPPLY_FINE, SUPPLY_UNDER, SUPPLY_OVER };

/* ---- the voltage --------------------------------------------------------------------------- */

static int32_t line_at(const struct sim_supply *supply, unsigned point, uint64_t now_us)
{
    uint64_t from_us = supply->point_at_us[point - 1];
    uint64_t length_us = supply->point_at_us[point] - from_us;
    int64_t rise_mv = supply->point_mv[point] - supply->point_mv[point - 1];
    int64_t part_us = (int64_t)(now_us - from_us);
    return supply->point_mv[point - 1] + (int32_t)(rise_mv * part_us / (int64_t)length_us);
}

static int32_t waveform_at(const struct sim_context *ctx, uint64_t now_us)
{
    const struct sim_supply *supply = &ctx->sim->supply;
    unsigned point = 0;
    if (supply->point_count == 0)
        return sim_setting(ctx, SIM_SETTING_SUPPLY);
    while (point < supply->point_count && supply->point_at_us[point] <= now_us)
        point++;
    if (point == 0)
        return supply->point_mv[0];
    return point == supply->point_count ? supply->point_mv[point - 1]
                                        : line_at(supply, point, now_us);
}

/* Writing flash draws more than the board can give (field report S08). */
static int32_t sag(const struct sim_context *ctx)
{
    return sim_updater_writes(ctx) ? sim_setting(ctx, SIM_SETTING_UPDATE_SAG) : 0;
}

int32_t sim_supply_mv(const struct sim_context *ctx)
{
    int32_t supply_mv = waveform_at(ctx, ctx->now_us) - sag(ctx);
    return supply_mv > 0 ? supply_mv : 0;
}

/* ---- limits -------------------------------------------------------------------------------- */

static void warn(struct sim_context *ctx, int32_t supply_mv)
{
    struct sim_power *power = &ctx->sim->power;
    bool under = supply_mv < UNDER_WARN_MV;
    uint8_t state = under ? SUPPLY_UNDER : supply_mv > OVER_WARN_MV ? SUPPLY_OVER : SUPPLY_FINE;
    bool updating = sim_updater_runs(ctx);
    if ((power->state != SIM_POWER_UP && !updating) || !sim_value(ctx, SIM_PARAMETER_CBATCHK))
        return;
    if (supply_mv < UNDER_OFF_MV || supply_mv > OVER_OFF_MV) {
        if (power->plan != SIM_PLAN_OFF)
            sim_power_down(ctx, under ? "UNDER-VOLTAGE POWER DOWN" : "OVER-VOLTAGE POWER DOWN");
    } else if (state != SUPPLY_FINE && state != power->low_supply) {
        sim_urc(ctx, under ? "UNDER-VOLTAGE WARNNING" : "OVER-VOLTAGE WARNNING");
    }
    power->low_supply = state;
}

/* When the voltage reaches `limit_mv` on the line to `point`, at or after now; NEVER = not. */
static uint64_t crossing(const struct sim_context *ctx, unsigned point, int32_t limit_mv)
{
    const struct sim_supply *supply = &ctx->sim->supply;
    uint64_t from_us = supply->point_at_us[point - 1];
    uint64_t length_us = supply->point_at_us[point] - from_us;
    int64_t rise_mv = supply->point_mv[point] - supply->point_mv[point - 1];
    int64_t way_mv = (int64_t)limit_mv - supply->point_mv[point - 1];
    if (rise_mv == 0 || (way_mv < 0) != (rise_mv < 0) || way_mv / rise_mv > 0)
        return SIM_NEVER;
    /* Both divisions round down; a microsecond later it is past the limit for certain. */
    uint64_t at_us = from_us + (uint64_t)((int64_t)length_us * way_mv / rise_mv) + 1;
    return at_us > ctx->now_us ? at_us : SIM_NEVER;
}

static void earlier(uint64_t *at_us, uint64_t other_us, uint64_t now_us)
{
    if (other_us > now_us && other_us < *at_us)
        *at_us = other_us;
}

/*
 * The first instant at which a comparison with a limit can come out otherwise. Limits are told
 * apart by the millivolt, so one beside the limit is a point to look at as well.
 */
static uint64_t next_change(const struct sim_context *ctx)
{
    const struct sim_supply *supply = &ctx->sim->supply;
    const int32_t limits[] = {UNDER_OFF_MV, UNDER_WARN_MV, OVER_WARN_MV, OVER_OFF_MV,
                              sim_setting(ctx, SIM_SETTING_BROWNOUT_SUPPLY)};
    uint64_t at_us = SIM_NEVER;
    for (unsigned point = 1; point < supply->point_count; point++) {
        if (supply->point_at_us[point] <= ctx->now_us)
            continue;
        earlier(&at_us, supply->point_at_us[point], ctx->now_us);
        for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
            for (int32_t beside = -1; beside <= 1; beside++)
                earlier(&at_us, crossing(ctx, point, limits[i] + sag(ctx) + beside), ctx->now_us);
    }
    return at_us;
}

void sim_supply_check(struct sim_context *ctx)
{
    struct sim_power *power = &ctx->sim->power;
    int32_t supply_mv = sim_supply_mv(ctx);
    bool too_low = supply_mv < sim_setting(ctx, SIM_SETTING_BROWNOUT_SUPPLY);
    if (too_low && power->state != SIM_POWER_NO_SUPPLY) {
        sim_power_gone(ctx);
        power->browned = 1;
    } else if (!too_low && power->browned) {
        power->browned = 0;
        sim_power_supply_back(ctx);
    } else {
        warn(ctx, supply_mv);
    }
    uint64_t at_us = next_change(ctx);
    if (power->browned && sim_supply_mv(ctx) >= sim_setting(ctx, SIM_SETTING_BROWNOUT_SUPPLY))
        at_us = ctx->now_us + sim_setting_us(ctx, SIM_SETTING_SUPPLY_RECOVERY); /* no load now */
    if (at_us != SIM_NEVER)
        sim_timer_set(ctx, SIM_TIMER_SUPPLY, at_us);
}

void sim_on_supply(struct sim_context *ctx)
{
    sim_supply_check(ctx);
}

/* ---- from outside -------------------------------------------------------------------------- */

/* No waveform any more: the voltage is the setting `supply`. */
static void steady(struct sim_context *ctx)
{
    memset(&ctx->sim->supply, 0, sizeof ctx->sim->supply);
    sim_timer_stop(ctx, SIM_TIMER_SUPPLY);
}

/* The limits are settings, too. */
void sim_supply_changed(struct sim_context *ctx, enum sim_setting_id setting)
{
    if (setting == SIM_SETTING_SUPPLY)
        steady(ctx);
    sim_supply_check(ctx);
}

bool sim_supply_apply(struct sim_context *ctx, const struct sim_action *action)
{
    struct sim_supply *supply = &ctx->sim->supply;
    const struct sim_setting_info *info = sim_setting_info(SIM_SETTING_SUPPLY);
    uint64_t at_us = ctx->now_us + action->number * 1000ull;
    if (action->value < info->minimum || action->value > info->maximum)
        return false;
    int32_t now_mv = waveform_at(ctx, ctx->now_us);
    if (action->number == 0)
        steady(ctx);
    else if (supply->point_count == 0) {
        supply->point_at_us[0] = ctx->now_us;
        supply->point_mv[supply->point_count++] = now_mv;
    }
    unsigned count = supply->point_count;
    if (count == SIM_SUPPLY_POINTS || (count > 0 && at_us <= supply->point_at_us[count - 1]))
        return false;
    supply->point_at_us[count] = at_us;
    supply->point_mv[count] = action->value;
    supply->point_count++;
    sim_supply_check(ctx);
    return true;
}
