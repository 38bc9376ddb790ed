/*
 * signals.c - the port's modem lines: what the module says on CTS, DSR, RI and DCD, and what it
 * does when the host drops DTR (AT106 2.2: &C, &D; UART101 6.5: RI).
 */
#include "sim/frame.h"

/* True: the bytes on the line are data; DCD is active from DOWNLOAD to OK (FS101 3.1, D). */
static bool has_carrier(const struct sim *sim)
{
    return sim->port.taker == SIM_TAKER_FILE_WRITE || sim_data_call_is_up(sim);
}

unsigned sim_lines(const struct sim *sim)
{
    unsigned lines = 0;
    if (!sim_power_is_up(sim) || sim->power.hang != SIM_HANG_NONE)
        return 0;
    lines |= SIM_LINE_CTS | SIM_LINE_DSR;
    if (sim->live[SIM_PARAMETER_CARRIER_LINE] == 0 || has_carrier(sim))
        lines |= SIM_LINE_DCD;
    if (sim->port.ring_at_us > sim->seen_at_us)
        lines |= SIM_LINE_RI;
    return lines;
}

static void ring(struct sim_context *ctx)
{
    ctx->sim->port.ring_at_us = ctx->now_us + sim_setting_us(ctx, SIM_SETTING_RING_PULSE);
}

void sim_signals_ring(struct sim_context *ctx)
{
    if (sim_value(ctx, SIM_PARAMETER_CFGRI) && !sim_setting(ctx, SIM_SETTING_RING_BY))
        ring(ctx);
}

/* CFGRI has no say in that (AT106 5.2.3); it wakes a module that CSCLK lets sleep. */
void sim_signals_message(struct sim_context *ctx)
{
    ring(ctx);
    ctx->sim->port.message_at_us = ctx->now_us;
}

void sim_signals_terminal_gone(struct sim_context *ctx)
{
    enum { IGNORE, COMMAND_MODE, HANG_UP };
    int32_t obeys = sim_value(ctx, SIM_PARAMETER_TERMINAL_LINE);
    if (obeys == COMMAND_MODE)
        sim_data_call_escape(ctx);
    if (obeys != HANG_UP)
        return;
    sim_call_hang_up(ctx);
    sim_data_call_drop(ctx);
}
