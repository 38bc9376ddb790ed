/*
 * power.c - supply, PWRKEY, resets (HD107 3, facts 5). boot.c has what follows a start.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/power/boot.h"

/* HD107 tables 8, 9 and 10: low pulses of PWRKEY and RESET. */
enum { PWRKEY_ON_MS = 1000, PWRKEY_OFF_MS = 1200, PIN_MS = 252 };

/* Setting hang-cleared-by: each also by what stands below it. */
enum { CLEARED_BY_RESET, CLEARED_BY_PWRKEY, CLEARED_BY_POWER };

/* What is particular to a way to restart; what it keeps of the settings is the saving mode. */
static const struct {
    enum sim_setting_id silence;
    uint8_t clears; /* hangs that this or a weaker one ends */
    bool counts;    /* among the resets of sim_view; all are told */
    bool retains;   /* with psm-retains: what is not saved stays, too */
    bool abnormal;  /* nobody asked the firmware for it */
} ways[SIM_RESET_COUNT] = {
    [SIM_RESET_POWER_ON] = {SIM_SETTING_BOOT_TIME, CLEARED_BY_POWER, true, false, false},
    [SIM_RESET_PWRKEY] = {SIM_SETTING_BOOT_TIME, CLEARED_BY_PWRKEY, true, false, false},
    [SIM_RESET_CFUN] = {SIM_SETTING_RESET_SILENCE, CLEARED_BY_RESET, true, false, false},
    [SIM_RESET_CFOTA] = {SIM_SETTING_RESET_SILENCE, CLEARED_BY_RESET, true, false, false},
    [SIM_RESET_BROWNOUT] = {SIM_SETTING_RESET_SILENCE, CLEARED_BY_POWER, true, false, true},
    [SIM_RESET_CRASH] = {SIM_SETTING_RESET_SILENCE, CLEARED_BY_RESET, true, false, true},
    [SIM_RESET_PIN] = {SIM_SETTING_PIN_SILENCE, CLEARED_BY_PWRKEY, true, false, true},
    [SIM_RESET_PSM] = {SIM_SETTING_BOOT_TIME, CLEARED_BY_RESET, false, true, false},
};

/* The one place where the power state changes. */
static void set_state(struct sim_context *ctx, enum sim_power_state state)
{
    bool was_on = sim_power_is_on(ctx->sim);
    ctx->sim->power.state = (uint8_t)state;
    bool is_on = sim_power_is_on(ctx->sim);
    if (was_on != is_on)
        sim_tell(ctx, SIM_EVENT_POWER, is_on, NULL, 0);
}

static void plan(struct sim_context *ctx, enum sim_power_plan plan, uint64_t delay_us)
{
    ctx->sim->power.plan = (uint8_t)plan;
    sim_timer_set(ctx, SIM_TIMER_POWER, ctx->now_us + delay_us);
}

void sim_power_engine_up(struct sim_context *ctx)
{
    ctx->sim->power.boots++;
    set_state(ctx, SIM_POWER_UP);
    sim_tell(ctx, SIM_EVENT_BOOT, ctx->sim->power.boots, NULL, 0);
    if (sim_setting(ctx, SIM_SETTING_PWRKEY_CYCLE))
        plan(ctx, SIM_PLAN_HELD, sim_setting_us(ctx, SIM_SETTING_PWRKEY_CYCLE));
    int32_t crashes = sim_setting(ctx, SIM_SETTING_BOOT_LOOP);
    if (crashes == 0)
        return;
    sim_setting_keep(ctx->sim, SIM_SETTING_BOOT_LOOP, crashes - 1);
    sim_timer_set(ctx, SIM_TIMER_CRASH,
                  ctx->now_us + sim_setting_us(ctx, SIM_SETTING_BOOT_LOOP_AFTER));
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
        if (i != SIM_TIMER_SUPPLY) /* the surroundings go on */
            sim_timer_stop(ctx, (enum sim_timer)i);
    sim_parts_reset(ctx, reset);
    ctx->sim->power.plan = SIM_PLAN_NONE;
    ctx->sim->power.late_ok = 0;
    ctx->sim->power.low_supply = 0;
}

static void count_restart(struct sim_context *ctx, enum sim_reset reset)
{
    if (ctx->sim->power.was_on) {
        ctx->sim->power.resets = (uint16_t)(ctx->sim->power.resets + ways[reset].counts);
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

bool sim_power_retains(const struct sim_context *ctx, enum sim_reset reset)
{
    return ways[reset].retains && sim_setting(ctx, SIM_SETTING_PSM_RETAINS);
}

void sim_restart(struct sim_context *ctx, enum sim_reset reset, uint64_t silence_us)
{
    struct sim_power *power = &ctx->sim->power;
    sim_output_drop_held(ctx);
    count_restart(ctx, reset);
    forget(ctx, reset);
    if (ways[reset].clears >= sim_setting(ctx, SIM_SETTING_HANG_CLEARED))
        sim_hang_set(ctx, SIM_HANG_NONE);
    if (!sim_power_retains(ctx, reset))
        sim_values_restart(ctx);
    force_functionality(ctx);
    if (ways[reset].abnormal)
        sim_updater_abnormal_reset(ctx);
    if (power->broken || (reset == SIM_RESET_CRASH && sim_value(ctx, SIM_PARAMETER_CEDUMP))) {
        set_state(ctx, SIM_POWER_DEAD);
        return;
    }
    set_state(ctx, SIM_POWER_STARTING);
    power->way = (uint8_t)reset;
    power->started_at_us = ctx->now_us;
    power->engine_at_us = ctx->now_us + silence_us;
    sim_boot_begin(ctx);
}

/* A restart in this way, with the silence that belongs to it. */
static void restart(struct sim_context *ctx, enum sim_reset reset)
{
    sim_restart(ctx, reset, sim_setting_us(ctx, ways[reset].silence));
}

/* The module is off from here on; in flash is what is in flash. */
static void go_off(struct sim_context *ctx, enum sim_power_state state)
{
    uint8_t clears = state == SIM_POWER_NO_SUPPLY ? CLEARED_BY_POWER : CLEARED_BY_PWRKEY;
    sim_parts_lose(ctx, SIM_LOST_POWER);
    sim_output_drop(ctx);
    set_state(ctx, state);
    forget(ctx, SIM_RESET_POWER_ON);
    ctx->sim->power.off_at_us = ctx->now_us;
    if (clears >= sim_setting(ctx, SIM_SETTING_HANG_CLEARED))
        sim_hang_set(ctx, SIM_HANG_NONE);
}

/* The firmware was just tidying its flash when the supply went (field report V18). */
static void cut_housekeeping(struct sim_context *ctx)
{
    struct sim_power *power = &ctx->sim->power;
    uint64_t period_us = sim_setting_us(ctx, SIM_SETTING_HOUSEKEEPING);
    uint64_t up_us = ctx->now_us - power->engine_at_us;
    if (power->state != SIM_POWER_UP || period_us == 0 || up_us < period_us ||
        up_us % period_us >= sim_setting_us(ctx, SIM_SETTING_HOUSEKEEPING_TIME))
        return;
    if (sim_setting(ctx, SIM_SETTING_HOUSEKEEPING_CUT))
        power->broken = 1;
    else
        sim_values_lose(ctx);
}

void sim_power_gone(struct sim_context *ctx)
{
    cut_housekeeping(ctx);
    go_off(ctx, SIM_POWER_NO_SUPPLY);
}

void sim_power_supply_back(struct sim_context *ctx)
{
    if (sim_setting(ctx, SIM_SETTING_SUPPLY_RETURN))
        set_state(ctx, SIM_POWER_OFF);
    else
        sim_restart(ctx, SIM_RESET_BROWNOUT, sim_setting_us(ctx, SIM_SETTING_BOOT_TIME));
}

void sim_on_crash(struct sim_context *ctx)
{
    restart(ctx, SIM_RESET_CRASH);
}

/* ---- switching ----------------------------------------------------------------------------- */

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
    if (sim_setting(ctx, SIM_SETTING_PWRKEY_HELD) || sim_setting(ctx, SIM_SETTING_PWRKEY_CYCLE))
        plan(ctx, SIM_PLAN_ON, sim_setting_us(ctx, SIM_SETTING_PWRKEY_HELD_TIME));
}

static void reset_now(struct sim_context *ctx)
{
    bool late = ok_comes_late(ctx);
    sim_restart(ctx, SIM_RESET_CFUN, sim_setting_us(ctx, SIM_SETTING_RESET_SILENCE));
    ctx->sim->power.late_ok = late;
}

/* ---- power saving mode --------------------------------------------------------------------- */

static uint64_t until_sleep_us(const struct sim_context *ctx)
{
    uint64_t wait_us = sim_saving_granted_s(ctx, true) * 1000000ull;
    return wait_us ? wait_us : sim_setting_us(ctx, SIM_SETTING_PSM_RELEASE);
}

/* T3324 runs from the last that happened on the port or on the network. */
void sim_sleep_later(struct sim_context *ctx)
{
    if (!sim_saving_granted(ctx) || !sim_power_is_up(ctx->sim) || sim_saving_never_sleeps(ctx))
        sim_timer_stop(ctx, SIM_TIMER_SLEEP);
    else
        sim_timer_set(ctx, SIM_TIMER_SLEEP, ctx->now_us + until_sleep_us(ctx));
}

static void fall_asleep(struct sim_context *ctx)
{
    uint64_t asleep_us = sim_saving_granted_s(ctx, false) * 1000000ull;
    uint64_t wakes_us = sim_setting_us(ctx, SIM_SETTING_PSM_WAKES);
    if (wakes_us > 0 && (asleep_us == 0 || wakes_us < asleep_us))
        asleep_us = wakes_us;
    go_off(ctx, SIM_POWER_ASLEEP);
    if (asleep_us > 0)
        sim_timer_set(ctx, SIM_TIMER_SLEEP, ctx->now_us + asleep_us);
}

static void say_sleep(struct sim_context *ctx, const char *text)
{
    if (!sim_value(ctx, SIM_PARAMETER_CPSMSTATUS))
        return;
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+CPSMSTATUS: ");
    sim_put_quoted(ctx, text);
    sim_urc_end(ctx);
}

void sim_sleep_over(struct sim_context *ctx)
{
    say_sleep(ctx, "EXIT PSM");
    sim_network_resume(ctx);
}

void sim_on_sleep(struct sim_context *ctx)
{
    if (ctx->sim->power.state == SIM_POWER_ASLEEP) {
        restart(ctx, SIM_RESET_PSM);
    } else if (ctx->sim->interpreter.state != SIM_INTERPRETER_IDLE ||
               ctx->sim->download.state != SIM_DOWNLOAD_IDLE ||
               ctx->sim->updater.stage != SIM_UPDATER_STAGE_NONE) {
        sim_sleep_later(ctx);
    } else if (ctx->sim->power.plan == SIM_PLAN_NONE) {
        say_sleep(ctx, "ENTER PSM");
        plan(ctx, SIM_PLAN_SLEEP, sim_setting_us(ctx, SIM_SETTING_PSM_ENTRY));
    }
}

/* ---- what is due --------------------------------------------------------------------------- */

void sim_on_power(struct sim_context *ctx)
{
    uint8_t due = ctx->sim->power.plan;
    ctx->sim->power.plan = SIM_PLAN_NONE;
    if (due == SIM_PLAN_OFF)
        switched_off(ctx);
    else if (due == SIM_PLAN_ON)
        restart(ctx, SIM_RESET_PWRKEY);
    else if (due == SIM_PLAN_RESET)
        reset_now(ctx);
    else if (due == SIM_PLAN_SLEEP)
        fall_asleep(ctx);
    else if (due == SIM_PLAN_HELD)
        sim_power_down(ctx, "NORMAL POWER DOWN");
}

/* ---- actions ------------------------------------------------------------------------------- */

static bool apply_power_on(struct sim_context *ctx)
{
    if (sim_power_is_on(ctx->sim))
        return false;
    if (sim_supply_mv(ctx) < sim_setting(ctx, SIM_SETTING_BROWNOUT_SUPPLY))
        ctx->sim->power.browned = 1; /* it starts when there is enough */
    else
        restart(ctx, SIM_RESET_POWER_ON);
    return true;
}

static bool apply_power_cut(struct sim_context *ctx)
{
    bool was_browned = ctx->sim->power.browned;
    ctx->sim->power.browned = 0;
    if (ctx->sim->power.state == SIM_POWER_NO_SUPPLY)
        return was_browned;
    sim_power_gone(ctx);
    return true;
}

/* What hangs so that only a loss of power helps does not look at PWRKEY either. */
static bool looks_at_pwrkey(const struct sim_context *ctx)
{
    return ctx->sim->power.hang == SIM_HANG_NONE ||
           sim_setting(ctx, SIM_SETTING_HANG_CLEARED) < CLEARED_BY_POWER;
}

/* A pulse that is too short is one all the same: the module does not see it. */
static bool apply_pwrkey(struct sim_context *ctx, uint32_t pulse_ms)
{
    switch (ctx->sim->power.state) {
    case SIM_POWER_OFF:
        if (pulse_ms < PWRKEY_ON_MS)
            return true;
        if (ctx->now_us - ctx->sim->power.off_at_us <
            sim_setting_us(ctx, SIM_SETTING_POWER_ON_WAIT))
            return false;
        restart(ctx, SIM_RESET_PWRKEY);
        return true;
    case SIM_POWER_ASLEEP:
        if (pulse_ms >= PWRKEY_ON_MS)
            restart(ctx, SIM_RESET_PSM);
        return true;
    case SIM_POWER_UP:
    case SIM_POWER_STARTING:
        if (pulse_ms < PWRKEY_OFF_MS)
            return true;
        if (!looks_at_pwrkey(ctx))
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
    if (sim_updater_runs(ctx))
        sim_parts_lose(ctx, SIM_LOST_POWER);
    restart(ctx, (enum sim_reset)reset);
    return true;
}

/* HD107 table 10; without effect while the module is off, and on one that has crashed for good. */
static bool apply_pin(struct sim_context *ctx, uint32_t pulse_ms)
{
    bool on = ctx->sim->power.state == SIM_POWER_UP || ctx->sim->power.state == SIM_POWER_STARTING;
    return on && pulse_ms >= PIN_MS && apply_reset(ctx, SIM_RESET_PIN);
}

static bool apply_hang(struct sim_context *ctx, uint32_t hang)
{
    if (hang >= SIM_HANG_COUNT)
        return false;
    sim_hang_set(ctx, (enum sim_hang)hang);
    return true;
}

bool sim_power_apply(struct sim_context *ctx, const struct sim_action *action)
{
    switch (action->kind) {
    case SIM_ACTION_POWER_CUT:
        return apply_power_cut(ctx);
    case SIM_ACTION_RESET_PIN:
        return apply_pin(ctx, action->number);
    case SIM_ACTION_HANG:
        return apply_hang(ctx, action->number);
    case SIM_ACTION_POWER_ON:
        return apply_power_on(ctx);
    case SIM_ACTION_PWRKEY:
        return apply_pwrkey(ctx, action->number);
    default:
        return apply_reset(ctx, action->number);
    }
}
