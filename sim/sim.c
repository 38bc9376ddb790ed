/*
 * sim.c - the public calls: each makes a context and hands on to the file that does the work.
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/sim_holds.h"

/* ---- configuration ------------------------------------------------------------------------- */

void sim_config_init(struct sim_config *config)
{
    static const struct sim_config initial = {
        .variant = "SIM7000C",
        .revision = "1351B03SIM7000C",
        .imei = "869951030000017",
        .imsi = "460001234567890",
        .iccid = "898600810906F8048812", /* sample of AT106 for CCID */
        .operator_name = "CHINA MOBILE",
        .address = "10.170.31.116", /* T07 */
        .apn = "ctnb",              /* sample of AT106 for CGNAPN */
        .service_centre = "+8613800100500",
    };
    *config = initial;
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++)
        config->settings[i] = sim_setting_info(i)->initial;
}

uint64_t sim_digest(uint64_t digest, const void *bytes, size_t size)
{
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ byte[i]) * 0x100000001b3u;
    return digest;
}

/* ---- one module ---------------------------------------------------------------------------- */

void sim_init(struct sim *sim, const struct sim_host *host, uint64_t now_us)
{
    struct sim_context ctx = {sim, host, now_us};
    memset(sim, 0, sizeof *sim);
    sim->seen_at_us = now_us;
    for (unsigned i = 0; i < SIM_TIMER_COUNT; i++)
        sim->timer_at_us[i] = SIM_NEVER;
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++)
        sim_setting_keep(sim, (enum sim_setting_id)i, host->config->settings[i]);
    memcpy(sim->imei, host->config->imei, sizeof host->config->imei - 1);
    sim->power.random = (uint32_t)sim_setting(&ctx, SIM_SETTING_RANDOM_SEED);
    sim_parts_start(&ctx);
}

struct sim_context sim_context_at(struct sim *sim, const struct sim_host *host, uint64_t now_us)
{
    SIM_HOLDS(sim_state_broken(sim, host->usb) == NULL);
    if (now_us > sim->seen_at_us)
        sim->seen_at_us = now_us;
    return (struct sim_context){sim, host, sim->seen_at_us};
}

void sim_receive(struct sim *sim, const struct sim_host *host, const void *bytes, size_t size,
                 uint32_t baud_bps, uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    sim_usb_pump(&ctx);
    sim_port_receive(&ctx, bytes, size, baud_bps);
    sim_usb_pump(&ctx);
}

void sim_receive_on(struct sim *sim, const struct sim_host *host, enum sim_interface interface,
                    const void *bytes, size_t size, uint32_t baud_bps, uint64_t now_us)
{
    if (interface == SIM_INTERFACE_UART) {
        sim_receive(sim, host, bytes, size, baud_bps, now_us);
        return;
    }
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    if (interface < SIM_INTERFACE_COUNT)
        sim_usb_receive(&ctx, (uint8_t)interface, bytes, size);
}

/* ---- data calls ---------------------------------------------------------------------------- */

bool sim_call_is_up(const struct sim *sim)
{
    return sim_data_call_is_up(sim);
}

size_t sim_call_give(struct sim *sim, const struct sim_host *host, const void *bytes, size_t size,
                     uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    return sim_data_call_give(&ctx, bytes, size);
}

bool sim_call_end(struct sim *sim, const struct sim_host *host, uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    bool was_up = sim_data_call_is_up(sim);
    sim_data_call_drop(&ctx);
    return was_up;
}

/* ---- actions ------------------------------------------------------------------------------- */

bool sim_apply(struct sim *sim, const struct sim_host *host, const struct sim_action *action,
               uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    return sim_parts_apply(&ctx, action);
}

/* ---- events, hooks, random numbers --------------------------------------------------------- */

void sim_tell(struct sim_context *ctx, enum sim_event_kind kind, uint32_t number, const char *text,
              size_t length)
{
    if (!ctx->host->on_event)
        return;
    struct sim_event event = {
        .kind = (uint8_t)kind, .number = number, .text = text, .length = (uint16_t)length};
    ctx->host->on_event(ctx->host->context, ctx->now_us, &event);
}

bool sim_hook(struct sim_context *ctx, enum sim_hook_kind kind, uint32_t number)
{
    if (!(ctx->host->hook_mask & 1u << kind) || !ctx->host->hook)
        return false;
    struct sim_hook hook = {
        .kind = (uint8_t)kind, .phase = ctx->sim->updater.phase, .number = number};
    struct sim_override override = ctx->host->hook(ctx->host->context, ctx->now_us, &hook);
    if (override.cut_power)
        sim_power_gone(ctx);
    return override.cut_power;
}

/* xorshift32; a state of 0 would stay 0. */
uint32_t sim_random(struct sim_context *ctx, uint32_t limit)
{
    uint32_t x = ctx->sim->power.random ? ctx->sim->power.random : 0x9e3779b9u;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    ctx->sim->power.random = x;
    return (uint32_t)((uint64_t)x * limit >> 32);
}

/* ---- looking inside ------------------------------------------------------------------------ */

void sim_view(const struct sim *sim, struct sim_view *ret_view)
{
    *ret_view = (struct sim_view){
        .powered = sim_power_is_on(sim),
        .answering = sim_power_is_up(sim) && sim->power.hang == SIM_HANG_NONE,
        .phase = sim->updater.phase,
        .percent = sim->updater.percent,
        .status = sim->updater.status,
        .functionality = (uint8_t)sim->live[SIM_PARAMETER_CFUN],
        .boots = sim->power.boots,
        .resets = sim->power.resets,
        .revision = sim->updater.revision,
    };
}

#define NAME_FUNCTION(function, TABLE)                                                             \
    const char *function(unsigned number)                                                          \
    {                                                                                              \
        static const char *const names[] = {TABLE(NAME)};                                          \
        return number < sizeof names / sizeof names[0] ? names[number] : "?";                      \
    }
#define NAME(name, text, ...) text,

NAME_FUNCTION(sim_interface_name, SIM_INTERFACES)
NAME_FUNCTION(sim_event_name, SIM_EVENTS)
NAME_FUNCTION(sim_reset_name, SIM_RESETS)
NAME_FUNCTION(sim_phase_name, SIM_PHASES)
NAME_FUNCTION(sim_hang_name, SIM_HANGS)
NAME_FUNCTION(sim_hook_name, SIM_HOOKS)
NAME_FUNCTION(sim_action_name, SIM_ACTIONS)
NAME_FUNCTION(sim_cut_name, SIM_CUTS)
NAME_FUNCTION(sim_line_name, SIM_LINES)
