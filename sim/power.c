/*
 * power.c - supply, PWRKEY, resets (HD107 3, facts 5). boot.c has what follows a start.
 */
#include <string.h>

#include "sim/boot.h"
#include "sim/frame.h"

/* HD107 tables 8 and 9: low pulse of PWRKEY. */
enum { PWRKEY_ON_MS = 1000, PWRKEY_OFF_MS = 1200 };

/* HD107 3.1.3: limits with CBATCHK=1. */
enum { UNDER_OFF_MV = 2900, UNDER_WARN_MV = 3100, OVER_WARN_MV = 4300, OVER_OFF_MV = 4400 };

/* The one place where the power state changes. */
static void set_state(struct sim_context *ctx, enum sim_power_state state)
{
    bool was_on = sim_power_is_on(ctx->sim);
    ctx->sim->power.state = (uint8_t)state;
    bool is_on = sim_power_is_on(ctx->sim);
    if (was_on != is_on)
        sim_tell(ctx, SIM_EVENT_POWER, is_on, NULL, 0);
}

void sim_power_engine_up(struct sim_context *ctx)
{
    ctx->sim->power.boots++;
    set_state(ctx, SIM_POWER_UP);
    sim_tell(ctx, SIM_EVENT_BOOT, ctx->sim->power.boots, NULL, 0);
}

void sim_hang_set(struct sim_context *ctx, enum sim_hang hang)
{
    if (ctx->sim->power.hang == hang)
        return;
    ctx->sim->power.hang = (uint8_t)hang;
    sim_tell(ctx, SIM_EVENT_HANG, hang, NULL, 0);
}

/* ---- losing what the RAM holds ------------------------------------------------------------- */

static void forget(struct sim_context *ctx, enum sim_reset reset)
{
    for (unsigned i = 0; i < SIM_TIMER_COUNT; i++)
        sim_timer_stop(ctx, (enum sim_timer)i);
    sim_interpreter_reset(ctx);
    sim_line_reset(ctx, reset);
    sim_download_reset(ctx);
    sim_network_reset(ctx);
    sim_files_reset(ctx);
    ctx->sim->power.plan = SIM_PLAN_NONE;
    ctx->sim->power.late_ok = 0;
    ctx->sim->power.low_supply = 0;
}

static void count_restart(struct sim_context *ctx, enum sim_reset reset)
{
    if (ctx->sim->power.was_on) {
        ctx->sim->power.resets++;
        sim_tell(ctx, SIM_EVENT_RESET, reset, NULL, 0);
    }
    ctx->sim->power.was_on = 1;
}

/* An update may leave the module on a level of its own (T12). */
static void force_functionality(struct sim_context *ctx)
{
    uint8_t forced = ctx->sim->updater.functionality_forced;
    if (forced == 0)
        return;
    ctx->sim->updater.functionality_forced = 0;
    sim_value_set(ctx, SIM_PARAMETER_CFUN, forced - 1);
}

void sim_restart(struct sim_context *ctx, enum sim_reset reset, uint64_t silence_us)
{
    struct sim_power *power = &ctx->sim->power;
    sim_output_drop_held(ctx);
    count_restart(ctx, reset);
    forget(ctx, reset);
    sim_hang_set(ctx, SIM_HANG_NONE);
    sim_values_restart(ctx);
    force_functionality(ctx);
    if (reset == SIM_RESET_CRASH && sim_value(ctx, SIM_PARAMETER_CEDUMP)) {
        set_state(ctx, SIM_POWER_DEAD);
        return;
    }
    set_state(ctx, SIM_POWER_STARTING);
    power->started_at_us = ctx->now_us;
    power->engine_at_us = ctx->now_us + silence_us;
    sim_boot_begin(ctx);
}

/* The module is off from here on; in flash is what is in flash. */
static void go_off(struct sim_context *ctx, enum sim_power_state state)
{
    sim_updater_power_gone(ctx);
    sim_output_drop(ctx);
    set_state(ctx, state);
    forget(ctx, SIM_RESET_POWER_ON);
    sim_hang_set(ctx, SIM_HANG_NONE);
}

void sim_power_gone(struct sim_context *ctx)
{
    go_off(ctx, SIM_POWER_NO_SUPPLY);
}

/* ---- switching ----------------------------------------------------------------------------- */

static void plan(struct sim_context *ctx, enum sim_power_plan plan, uint64_t delay_us)
{
    ctx->sim->power.plan = (uint8_t)plan;
    sim_timer_set(ctx, SIM_TIMER_POWER, ctx->now_us + delay_us);
}

void sim_power_down(struct sim_context *ctx, const char *notice)
{
    if (notice)
        sim_urc(ctx, notice);
    plan(ctx, SIM_PLAN_OFF, sim_setting_us(ctx, SIM_SETTING_POWER_OFF_TIME));
}

/* AT106 3.2.19 says so for a fixed rate; every log shows OK first (Q6). */
static bool ok_comes_late(const struct sim_context *ctx)
{
    return sim_setting(ctx, SIM_SETTING_RESET_OK) == 1 && sim_value(ctx, SIM_PARAMETER_IPR) != 0;
}

int sim_power_reset_soon(struct sim_context *ctx)
{
    plan(ctx, SIM_PLAN_RESET, sim_setting_us(ctx, SIM_SETTING_RESET_DELAY));
    return ok_comes_late(ctx) ? SIM_NO_RESULT : SIM_DONE;
}

static void switched_off(struct sim_context *ctx)
{
    go_off(ctx, SIM_POWER_OFF);
    if (sim_setting(ctx, SIM_SETTING_PWRKEY_HELD))
        plan(ctx, SIM_PLAN_ON, sim_setting_us(ctx, SIM_SETTING_PWRKEY_HELD_TIME));
}

static void reset_now(struct sim_context *ctx)
{
    bool late = ok_comes_late(ctx);
    sim_restart(ctx, SIM_RESET_CFUN, sim_setting_us(ctx, SIM_SETTING_RESET_SILENCE));
    ctx->sim->power.late_ok = late;
}

void sim_on_power(struct sim_context *ctx)
{
    uint8_t due = ctx->sim->power.plan;
    ctx->sim->power.plan = SIM_PLAN_NONE;
    if (due == SIM_PLAN_OFF)
        switched_off(ctx);
    else if (due == SIM_PLAN_ON)
        sim_restart(ctx, SIM_RESET_PWRKEY, sim_setting_us(ctx, SIM_SETTING_BOOT_TIME));
    else if (due == SIM_PLAN_RESET)
        reset_now(ctx);
}

/* ---- the supply ---------------------------------------------------------------------------- */

void sim_power_check_supply(struct sim_context *ctx)
{
    struct sim_power *power = &ctx->sim->power;
    int32_t supply_mv = sim_setting(ctx, SIM_SETTING_SUPPLY);
    bool under = supply_mv < UNDER_WARN_MV;
    bool over = supply_mv > OVER_WARN_MV;
    uint8_t state = under ? 1 : over ? 2 : 0;
    if (power->state != SIM_POWER_UP || !sim_value(ctx, SIM_PARAMETER_CBATCHK))
        return;
    if (supply_mv < UNDER_OFF_MV || supply_mv > OVER_OFF_MV) {
        if (power->plan != SIM_PLAN_OFF)
            sim_power_down(ctx, under ? "UNDER-VOLTAGE POWER DOWN" : "OVER-VOLTAGE POWER DOWN");
    } else if (state != 0 && state != power->low_supply) {
        sim_urc(ctx, under ? "UNDER-VOLTAGE WARNNING" : "OVER-VOLTAGE WARNNING");
    }
    power->low_supply = state;
}

/* ---- actions ------------------------------------------------------------------------------- */

static bool apply_power_on(struct sim_context *ctx)
{
    if (sim_power_is_on(ctx->sim))
        return false;
    sim_restart(ctx, SIM_RESET_POWER_ON, sim_setting_us(ctx, SIM_SETTING_BOOT_TIME));
    return true;
}

static bool apply_pwrkey(struct sim_context *ctx, uint32_t pulse_ms)
{
    switch (ctx->sim->power.state) {
    case SIM_POWER_OFF:
        if (pulse_ms < PWRKEY_ON_MS)
            return false;
        sim_restart(ctx, SIM_RESET_PWRKEY, sim_setting_us(ctx, SIM_SETTING_BOOT_TIME));
        return true;
    case SIM_POWER_UP:
    case SIM_POWER_STARTING:
        if (pulse_ms < PWRKEY_OFF_MS)
            return false;
        sim_power_down(ctx, sim_power_is_up(ctx->sim) ? "NORMAL POWER DOWN" : NULL);
        return true;
    default:
        return false;
    }
}

static bool apply_reset(struct sim_context *ctx, uint32_t reset)
{
    if (reset >= SIM_RESET_COUNT || !sim_power_is_on(ctx->sim))
        return false;
    bool slow = reset == SIM_RESET_POWER_ON || reset == SIM_RESET_PWRKEY;
    enum sim_setting_id silence = slow ? SIM_SETTING_BOOT_TIME : SIM_SETTING_RESET_SILENCE;
    if (sim_updater_runs(ctx))
        sim_updater_power_gone(ctx);
    sim_restart(ctx, (enum sim_reset)reset, sim_setting_us(ctx, silence));
    return true;
}

bool sim_power_apply(struct sim_context *ctx, const struct sim_action *action)
{
    switch (action->kind) {
    case SIM_ACTION_POWER_CUT:
        if (ctx->sim->power.state == SIM_POWER_NO_SUPPLY)
            return false;
        sim_power_gone(ctx);
        return true;
    case SIM_ACTION_POWER_ON:
        return apply_power_on(ctx);
    case SIM_ACTION_PWRKEY:
        return apply_pwrkey(ctx, action->number);
    default:
        return apply_reset(ctx, action->number);
    }
}
