/*
 * flash.c - writes to flash, and what a loss of power makes of them.
 *
 * Two kinds are numbered: the steps of an update (FLASH_STEP, 1 to 300) and everything else that
 * outlives a loss of power (NV_WRITE, n-th since sim_init): saved settings, files (a download block
 * by block), the record of the update. A write that is cut inside leaves what the setting
 * torn-write says.
 */
#include <string.h>

#include "sim/frame.h"

/* By setting torn-write. */
static const uint8_t torn_effects[] = {SIM_WRITE_OLD, SIM_WRITE_NEW, SIM_WRITE_LOST};

static uint8_t effect_of(const struct sim_context *ctx, uint8_t cut_when)
{
    switch (cut_when) {
    case SIM_CUT_BEFORE:
        return SIM_WRITE_OLD;
    case SIM_CUT_INSIDE:
        return torn_effects[sim_setting(ctx, SIM_SETTING_TORN_WRITE)];
    default:
        return SIM_WRITE_NEW;
    }
}

static struct sim_write ask(const struct sim_context *ctx, const struct sim_hook *hook)
{
    struct sim_write write = {SIM_WRITE_NEW, false};
    if (!(ctx->host->hook_mask & 1u << hook->kind) || !ctx->host->hook)
        return write;
    struct sim_override override = ctx->host->hook(ctx->host->context, ctx->now_us, hook);
    if (!override.cut_power)
        return write;
    write.cut = true;
    write.effect = effect_of(ctx, override.cut_when);
    return write;
}

struct sim_write sim_flash_step(struct sim_context *ctx, uint32_t step)
{
    struct sim_hook hook = {
        .kind = SIM_HOOK_FLASH_STEP, .phase = ctx->sim->updater.phase, .number = step};
    return ask(ctx, &hook);
}

struct sim_write sim_nv_begin(struct sim_context *ctx, const char *what, size_t length)
{
    sim_parts_hear(ctx, SIM_NEWS_WRITE);
    struct sim_hook hook = {.kind = SIM_HOOK_NV_WRITE,
                            .phase = ctx->sim->updater.phase,
                            .number = ++ctx->sim->power.nv_writes,
                            .text = what,
                            .length = (uint16_t)length};
    return ask(ctx, &hook);
}

bool sim_flash_end(struct sim_context *ctx, struct sim_write write)
{
    if (write.cut)
        sim_power_gone(ctx);
    return write.cut;
}
