/*
 * timers.c - one deadline each; what is due runs in time order.
 */
#include "sim/frame.h"
#include "sim/sim_holds.h"

void sim_timer_set(struct sim_context *ctx, enum sim_timer timer, uint64_t at_us)
{
    struct sim *sim = ctx->sim;
    if (sim->power.state == SIM_POWER_NO_SUPPLY && timer != SIM_TIMER_SUPPLY)
        return; /* a handler goes on in whose middle the supply went */
    sim->timer_at_us[timer] = at_us;
    sim->timers_set |= 1u << timer;
    if (at_us == SIM_NEVER)
        sim_timer_stop(ctx, timer);
}

void sim_timer_stop(struct sim_context *ctx, enum sim_timer timer)
{
    ctx->sim->timer_at_us[timer] = SIM_NEVER;
    ctx->sim->timers_set &= ~(1u << timer);
}

void sim_timers_count(struct sim *sim)
{
    sim->timers_set = 0;
    for (unsigned i = 0; i < SIM_TIMER_COUNT; i++)
        if (sim->timer_at_us[i] != SIM_NEVER)
            sim->timers_set |= 1u << i;
}

/* Number of the lowest bit that is set; there is one. */
static unsigned lowest(uint32_t bits)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctz(bits);
#else
    unsigned number = 0;
    while (!(bits >> number & 1))
        number++;
    return number;
#endif
}

/* Few timers run at a time; this is asked before and after each of them. */
static unsigned earliest(const struct sim *sim)
{
    unsigned first = 0;
    uint64_t first_us = SIM_NEVER;
    for (uint32_t left = sim->timers_set; left; left &= left - 1) {
        unsigned timer = lowest(left);
        if (sim->timer_at_us[timer] < first_us) {
            first = timer;
            first_us = sim->timer_at_us[timer];
        }
    }
    return first;
}

/* Each handler sees the time at which it was due, so that late calls do not add up. */
uint64_t sim_advance(struct sim *sim, const struct sim_host *host, uint64_t now_us)
{
    struct sim_context ctx = {sim, host, now_us};
    SIM_HOLDS(sim_state_broken(sim, host->usb) == NULL);
    unsigned first = earliest(sim);
    for (; sim->timer_at_us[first] <= now_us; first = earliest(sim)) {
        if (sim->timer_at_us[first] == SIM_NEVER)
            break;
        if (sim->timer_at_us[first] > sim->seen_at_us)
            sim->seen_at_us = sim->timer_at_us[first];
        ctx.now_us = sim->seen_at_us;
        sim_timer_stop(&ctx, (enum sim_timer)first);
        sim_parts_due(&ctx, (enum sim_timer)first);
        sim_usb_pump(&ctx);
        if (sim->port.type_ahead_length > 0)
            sim_port_pump(&ctx);
    }
    if (now_us > sim->seen_at_us)
        sim->seen_at_us = now_us;
    if (sim->port.ring_at_us > now_us && sim->port.ring_at_us < sim->timer_at_us[first])
        return sim->port.ring_at_us;
    return sim->timer_at_us[first];
}
