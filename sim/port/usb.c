/* usb.c - what comes in on USB ports, and whose turn it is to have the engine. */
#include "sim/usb.h"

#include <string.h>

#include "sim/frame.h"

_Static_assert((int)SIM_INTERFACE_COUNT == 1 + (int)SIM_USB_PORTS, "a line per USB port");

static bool idle(const struct sim *sim)
{
    return sim->interpreter.state == SIM_INTERPRETER_IDLE && sim->port.taker == SIM_TAKER_NONE;
}

/* ---- the engine's turns -------------------------------------------------------------------- */

void sim_usb_turn(struct sim_context *ctx)
{
    struct sim_usb *usb = ctx->host->usb;
    for (uint8_t next = SIM_INTERFACE_UART; idle(ctx->sim); next++) {
        usb->asker = SIM_INTERFACE_UART;
        while (next < SIM_INTERFACE_COUNT && !sim_typed_on(ctx, next)->waiting)
            next++;
        if (next >= SIM_INTERFACE_COUNT)
            return;
        sim_typed_on(ctx, next)->waiting = 0;
        usb->asker = next;
        sim_interpreter_start(ctx);
    }
}

void sim_usb_take_turn(struct sim_context *ctx, uint8_t interface)
{
    if (!ctx->host->usb) {
        sim_interpreter_start(ctx);
        return;
    }
    sim_typed_on(ctx, interface)->waiting = 1;
    sim_usb_pump(ctx);
}

void sim_usb_reset(struct sim_context *ctx, enum sim_reset reset)
{
    struct sim_usb *usb = ctx->host->usb;
    (void)reset;
    if (!usb)
        return;
    usb->asker = SIM_INTERFACE_UART;
    memset(usb->typed, 0, sizeof usb->typed);
}

/* ---- bytes of the host --------------------------------------------------------------------- */

static bool hears(const struct sim *sim)
{
    return sim_power_is_up(sim) && sim->power.hang != SIM_HANG_DEAF &&
           sim->power.hang != SIM_HANG_BOTH;
}

/* Handles at least one byte; returns how many. */
static size_t receive_some(struct sim_context *ctx, uint8_t interface, const char *bytes,
                           size_t size)
{
    struct sim_typed *typed = sim_typed_on(ctx, interface);
    if (sim_usb_asker(ctx) == interface) {
        if (ctx->sim->port.taker != SIM_TAKER_NONE)
            return sim_port_take_data(ctx, bytes, size);
        if (!sim_interpreter_abort(ctx))
            ctx->sim->stat_lost_input_bytes++;
        return 1;
    }
    if (typed->waiting) {
        ctx->sim->stat_lost_input_bytes++;
        return 1;
    }
    if (sim_value(ctx, SIM_PARAMETER_ECHO) && (typed->scan == SIM_SCAN_LINE || bytes[0] != '\n'))
        sim_output_insert_to(ctx, bytes, 1, (uint8_t)(1u << interface));
    if (sim_typed_byte(ctx, typed, bytes[0]) != SIM_TYPED_GOES_ON)
        sim_usb_take_turn(ctx, interface);
    return 1;
}

void sim_usb_receive(struct sim_context *ctx, uint8_t interface, const char *bytes, size_t size)
{
    if (!ctx->host->usb || !hears(ctx->sim)) {
        ctx->sim->stat_lost_input_bytes += size;
        return;
    }
    while (size > 0) {
        size_t used = receive_some(ctx, interface, bytes, size);
        bytes += used;
        size -= used;
        sim_usb_pump(ctx);
    }
}

/* ---- bytes to the host --------------------------------------------------------------------- */

uint8_t sim_usb_answer_to(const struct sim_context *ctx)
{
    return (uint8_t)(1u << sim_usb_asker(ctx));
}

uint8_t sim_usb_urc_to(const struct sim_context *ctx)
{
    static const uint8_t ports[] = {SIM_TO_UART | SIM_TO_USB_AT, SIM_TO_UART, SIM_TO_USB_AT};
    return ctx->host->usb ? ports[sim_setting(ctx, SIM_SETTING_URC_PORT)] : SIM_TO_UART;
}
