/*
 * saving.c - the timers of the power saving mode: what CPSMS asks for and what the network grants
 * (3GPP TS 24.008 10.5.7.3, 10.5.7.4a).
 */
#include "sim/frame.h"

/* Seconds by the three bits of the unit; 0 = deactivated. T3324 and T3412. */
static const uint32_t units_s[2][8] = {{600, 3600, 36000, 2, 30, 60, 1152000, 0},
                                       {2, 60, 360, 60, 60, 60, 60, 0}};
/* The units from the smallest on. */
static const uint8_t ascending[2][7] = {{3, 4, 5, 0, 1, 2, 6}, {0, 1, 2}};
enum { DEACTIVATED = 7, COUNT_MAXIMUM = 31 };

static int32_t asked_bits(const struct sim_context *ctx, bool active)
{
    int32_t value = sim_value(ctx, SIM_PARAMETER_CPSMS);
    return active ? value & 0xff : value >> 8 & 0xff;
}

/* What the network says instead, in seconds; 0 = as it was asked. */
static uint32_t network_s(const struct sim_context *ctx, bool active)
{
    return (uint32_t)sim_setting(ctx, active ? SIM_SETTING_NETWORK_ACTIVE_TIME
                                             : SIM_SETTING_NETWORK_PERIODIC) /
           1000;
}

uint32_t sim_saving_asked_s(const struct sim_context *ctx, bool active)
{
    int32_t bits = asked_bits(ctx, active);
    return units_s[active][bits >> 5] * (uint32_t)(bits & COUNT_MAXIMUM);
}

bool sim_saving_granted(const struct sim_context *ctx)
{
    return sim_value(ctx, SIM_PARAMETER_CPSMS) >> 16 == 1 &&
           sim_setting(ctx, SIM_SETTING_PSM) == 0 && sim_network_registered(ctx);
}

uint32_t sim_saving_granted_s(const struct sim_context *ctx, bool active)
{
    uint32_t instead_s = network_s(ctx, active);
    return instead_s ? instead_s : sim_saving_asked_s(ctx, active);
}

/* An active time of zero is none at all; deactivated is another value. */
bool sim_saving_never_sleeps(const struct sim_context *ctx)
{
    return asked_bits(ctx, true) >> 5 == DEACTIVATED && network_s(ctx, true) == 0;
}

/* The smallest unit that holds it; what is between two steps is the longer one. */
static uint8_t bits_of(uint32_t seconds, bool active)
{
    unsigned count = active ? 3 : 7;
    for (unsigned i = 0; i < count; i++) {
        uint32_t unit_s = units_s[active][ascending[active][i]];
        uint32_t steps = (seconds + unit_s - 1) / unit_s;
        if (steps <= COUNT_MAXIMUM)
            return (uint8_t)(ascending[active][i] << 5 | steps);
    }
    return (uint8_t)(ascending[active][count - 1] << 5 | COUNT_MAXIMUM);
}

uint8_t sim_saving_granted_bits(const struct sim_context *ctx, bool active)
{
    uint32_t instead_s = network_s(ctx, active);
    return instead_s ? bits_of(instead_s, active) : (uint8_t)asked_bits(ctx, active);
}
