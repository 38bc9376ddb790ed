/*
 * boot.c - the boot timeline (facts 5.3), one row an instant.
 *
 * Silence, then the AT engine (or the updater, which then has the module for itself), RDY and
 * +CFUN where the rate is fixed, the SIM card, messaging. Bytes of the host before that are lost.
 */
#include "sim/power/boot.h"
#include "sim/frame.h"

/* VDD_EXT comes up; TXD may carry noise then (HD107 table 8, T10). */
enum { NOISE_US = 64000 };

/* From when the row's delay counts. */
enum base { FROM_START, FROM_ENGINE };

struct row {
    enum base base;
    int16_t delay; /* enum sim_setting_id, -1 = none */
    bool jitter;
    bool (*wanted)(const struct sim_context *ctx); /* NULL = always */
    void (*run)(struct sim_context *ctx);
    struct sim_boot_line line; /* text NULL = not a line */
};

/* ---- conditions ---------------------------------------------------------------------------- */

static bool noise_wanted(const struct sim_context *ctx)
{
    return sim_setting(ctx, SIM_SETTING_BOOT_GARBAGE) != 0;
}

static bool rate_is_fixed(const struct sim_context *ctx)
{
    return sim_value(ctx, SIM_PARAMETER_IPR) != 0;
}

static bool card_is_ready(const struct sim_context *ctx)
{
    return sim_card_state(ctx) == SIM_CARD_READY;
}

static bool update_noise_wanted(const struct sim_context *ctx)
{
    return sim_setting(ctx, SIM_SETTING_UPDATE_GARBAGE) != 0 &&
           ctx->sim->power.way == SIM_RESET_CFOTA;
}

static bool is_awake_again(const struct sim_context *ctx)
{
    return ctx->sim->power.way == SIM_RESET_PSM;
}

static bool ok_is_due(const struct sim_context *ctx)
{
    return ctx->sim->power.late_ok != 0;
}

/* ---- what happens -------------------------------------------------------------------------- */

static void make_noise(struct sim_context *ctx)
{
    sim_output_insert(ctx, "f`f", 3); /* T14 */
}

static void start_engine(struct sim_context *ctx)
{
    if (sim_updater_takes_boot(ctx))
        return;
    if (sim_hook(ctx, SIM_HOOK_BOOT, ctx->sim->power.boots + 1u))
        return;
    sim_power_engine_up(ctx);
    sim_supply_check(ctx);
    if (!is_awake_again(ctx))
        sim_network_update(ctx);
}

static void print_ready(struct sim_context *ctx)
{
    sim_urc(ctx, "RDY");
}

static void print_level(struct sim_context *ctx)
{
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+CFUN: ");
    sim_put_number(ctx, sim_value(ctx, SIM_PARAMETER_CFUN));
    sim_urc_end(ctx);
}

static void print_late_ok(struct sim_context *ctx)
{
    ctx->sim->power.late_ok = 0;
    sim_answer_result(ctx, SIM_DONE);
}

static void print_messaging(struct sim_context *ctx)
{
    sim_urc(ctx, "SMS Ready");
}

static const struct row rows[] = {
    {FROM_START, -1, false, noise_wanted, make_noise, {NULL, NULL, NULL, NULL, 0, false}},
    {FROM_START, -1, false, update_noise_wanted, make_noise, {NULL, NULL, NULL, NULL, 0, false}},
    {FROM_ENGINE, -1, false, NULL, start_engine, {NULL, NULL, NULL, NULL, 0, false}},
    {FROM_ENGINE,
     -1,
     false,
     rate_is_fixed,
     print_ready,
     {"RDY", "the AT engine is up; IPR is not 0", "AT106 20.3", "port-rate", 'D', true}},
    {FROM_ENGINE,
     -1,
     false,
     rate_is_fixed,
     print_level,
     {"+CFUN: ", "functionality level at the boot; IPR is not 0", "AT106 20.3", "cfun-level", 'D',
      false}},
    {FROM_ENGINE, -1, false, ok_is_due, print_late_ok, {NULL, NULL, NULL, NULL, 0, false}},
    {FROM_ENGINE, -1, false, is_awake_again, sim_sleep_over, {NULL, NULL, NULL, NULL, 0, false}},
    {FROM_ENGINE,
     SIM_SETTING_CPIN_DELAY,
     true,
     NULL,
     sim_card_print,
     {"+CPIN: ", "state of the SIM card", "AT106 20.3, Q5", "cpin-delay", 'D', false}},
    {FROM_ENGINE,
     SIM_SETTING_SMS_READY_DELAY,
     true,
     card_is_ready,
     print_messaging,
     {"SMS Ready", "messaging is up", "T15, Q5", "sms-ready-delay", 'O', true}},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

unsigned sim_boot_steps(void)
{
    return ROWS;
}

const struct sim_boot_line *sim_boot_line(size_t index)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].line.text && index-- == 0)
            return &rows[i].line;
    return NULL;
}

/* ---- walking the timeline ------------------------------------------------------------------ */

static uint64_t due_at(struct sim_context *ctx, const struct row *row)
{
    const struct sim_power *power = &ctx->sim->power;
    if (row->base == FROM_START) {
        uint64_t at_us = power->started_at_us + NOISE_US;
        return at_us < power->engine_at_us ? at_us : power->engine_at_us;
    }
    uint64_t at_us = power->engine_at_us;
    if (row->delay >= 0)
        at_us += sim_setting_us(ctx, (enum sim_setting_id)row->delay);
    uint32_t jitter_ms = row->jitter ? (uint32_t)sim_setting(ctx, SIM_SETTING_BOOT_JITTER) : 0;
    if (jitter_ms > 0)
        at_us += sim_random(ctx, jitter_ms * 1000u);
    return at_us;
}

/* T14 has gaps of 14 to 34 s: 7/12 to 17/12 of 24 s. */
static uint64_t noise_gap_us(struct sim_context *ctx)
{
    uint64_t part_us = sim_setting_us(ctx, SIM_SETTING_LINE_NOISE) / 12;
    return 7 * part_us + sim_random(ctx, 1000) * part_us / 100;
}

static void arm(struct sim_context *ctx)
{
    struct sim_power *power = &ctx->sim->power;
    if (power->boot_step < ROWS)
        sim_timer_set(ctx, SIM_TIMER_BOOT, due_at(ctx, &rows[power->boot_step]));
    else if (sim_setting(ctx, SIM_SETTING_LINE_NOISE) > 0)
        sim_timer_set(ctx, SIM_TIMER_BOOT, ctx->now_us + noise_gap_us(ctx));
}

void sim_boot_begin(struct sim_context *ctx)
{
    ctx->sim->power.boot_step = 0;
    arm(ctx);
}

/* Rows up to the engine run while starting; the others only if the engine came up. */
void sim_on_boot(struct sim_context *ctx)
{
    if (ctx->sim->power.boot_step >= ROWS) { /* the timeline is over */
        if (sim_power_is_up(ctx->sim))
            make_noise(ctx);
        arm(ctx);
        return;
    }
    const struct row *row = &rows[ctx->sim->power.boot_step];
    uint64_t started_at_us = ctx->sim->power.started_at_us;
    if (!row->wanted || row->wanted(ctx))
        row->run(ctx);
    bool engine_stays_down = row->run == start_engine && !sim_power_is_up(ctx->sim);
    if (engine_stays_down || !sim_power_is_on(ctx->sim) ||
        ctx->sim->power.started_at_us != started_at_us)
        return;
    ctx->sim->power.boot_step++;
    arm(ctx);
}

enum sim_reset sim_boot_told_way(const struct sim *sim)
{
    enum sim_reset way = (enum sim_reset)sim->power.way;
    return way == SIM_RESET_CFOTA || way == SIM_RESET_PSM ? way : SIM_RESET_POWER_ON;
}

bool sim_boot_asks_for_start(const struct sim *sim)
{
    for (unsigned row = sim->power.boot_step + 1u; row < ROWS; row++)
        if (rows[row].base == FROM_START)
            return true;
    return false;
}

bool sim_boot_is_told(const struct sim *sim)
{
    return sim->power.boot_step >= ROWS;
}
