/*
 * data_call.c - the data mode of ATD*99# and CGDATA: CONNECT, bytes until +++ or DTR, ATO, ATH.
 *
 * What the host sends goes to the surroundings, and comes from there. Without any it is swallowed,
 * so a client sees a network that never answers its LCP. The setting data-call refuses the call
 * instead.
 */
#include <string.h>

#include "sim/knowledge/profiles.h"
#include "sim/radio/cells.h"

/* sim_data_call.state */
enum { CALL_NONE, CALL_DATA, CALL_HELD };

enum { ESCAPE_LENGTH = 3 };

static struct sim_data_call *call_of(const struct sim_context *ctx)
{
    return &ctx->sim->data_call;
}

/* The one place where the call changes. */
static void set_state(struct sim_context *ctx, uint8_t state)
{
    struct sim_port *port = &ctx->sim->port;
    call_of(ctx)->state = state;
    call_of(ctx)->pluses = 0;
    sim_timer_stop(ctx, SIM_TIMER_ESCAPE);
    if (state == CALL_DATA) {
        call_of(ctx)->heard_at_us = ctx->now_us;
        port->taker = SIM_TAKER_CALL;
        port->data_left_bytes = UINT32_MAX;
    } else if (port->taker == SIM_TAKER_CALL) {
        sim_port_give_back(ctx);
    }
}

/* ATX and &E choose its text (AT106 2.2); ATV0 has a digit for CONNECT alone. */
static void answer_connect(struct sim_context *ctx)
{
    char line[24] = "CONNECT ";
    size_t length = strlen(line);
    bool wireless = sim_value(ctx, SIM_PARAMETER_CONNECT_SPEED) == 0;
    bool bare = sim_setting(ctx, SIM_SETTING_CONNECT_ON_GSM) == 0 &&
                sim_network_technology(ctx) == SIM_TECHNOLOGY_GSM;
    uint32_t speed_bps =
        wireless ? (uint32_t)sim_setting(ctx, SIM_SETTING_CONNECT_SPEED) : ctx->sim->port.rate_bps;
    if (!sim_value(ctx, SIM_PARAMETER_VERBOSE) || !sim_value(ctx, SIM_PARAMETER_CONNECT_TEXT) ||
        bare) {
        sim_answer_text(ctx, line, length - 1);
        return;
    }
    char digits[12];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + speed_bps % 10);
    while ((speed_bps /= 10) > 0);
    memcpy(line + length, digits + at, sizeof digits - at);
    sim_answer_text(ctx, line, length + sizeof digits - at);
}

bool sim_data_call_runs(const struct sim_context *ctx)
{
    return call_of(ctx)->state == CALL_DATA;
}

bool sim_data_call_is_up(const struct sim *sim)
{
    return sim->data_call.state != CALL_NONE;
}

void sim_data_call_begin(struct sim_context *ctx)
{
    enum { BY_REVISION, REFUSED = 2, ERROR = 3 };
    int32_t answer = sim_setting(ctx, SIM_SETTING_DATA_CALL);
    if (answer == BY_REVISION && sim_profile_has(ctx, SIM_TRAIT_NO_DIAL) &&
        sim_network_technology(ctx) != SIM_TECHNOLOGY_GSM)
        answer = ERROR; /* told of LTE (M07); on GSM such a module dialled (M02) */
    if (answer >= REFUSED || !sim_network_registered(ctx)) {
        sim_finish(ctx, answer == ERROR ? SIM_FAILED : SIM_NO_CARRIER);
        return;
    }
    answer_connect(ctx);
    sim_finish(ctx, SIM_NO_RESULT);
    set_state(ctx, CALL_DATA);
}

int sim_data_call_return(struct sim_context *ctx)
{
    if (call_of(ctx)->state != CALL_HELD)
        return sim_setting(ctx, SIM_SETTING_RESUME_ANSWER) ? SIM_NO_CARRIER : SIM_FAILED;
    answer_connect(ctx);
    set_state(ctx, CALL_DATA);
    return SIM_NO_RESULT;
}

bool sim_data_call_hang_up(struct sim_context *ctx)
{
    bool was_up = sim_data_call_is_up(ctx->sim);
    if (was_up)
        set_state(ctx, CALL_NONE);
    return was_up;
}

void sim_data_call_drop(struct sim_context *ctx)
{
    if (sim_data_call_hang_up(ctx))
        sim_answer_text(ctx, "NO CARRIER", 10);
}

bool sim_data_call_lost(struct sim_context *ctx, enum sim_loss loss)
{
    bool had_any = loss == SIM_LOST_REGISTRATION && sim_data_call_is_up(ctx->sim);
    if (had_any)
        sim_data_call_drop(ctx);
    return had_any;
}

void sim_data_call_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    memset(call_of(ctx), 0, sizeof *call_of(ctx));
}

/* Half of the queue stays free for what the module itself has to say. */
size_t sim_data_call_give(struct sim_context *ctx, const char *bytes, size_t size)
{
    struct sim_port *port = &ctx->sim->port;
    size_t room = port->output_end < SIM_OUTPUT_SIZE / 2
                      ? (size_t)(SIM_OUTPUT_SIZE / 2 - port->output_end)
                      : 0;
    if (!sim_data_call_runs(ctx))
        return 0;
    size = size < room ? size : room;
    sim_output_add(ctx, bytes, size);
    return size;
}

/* ---- +++ ----------------------------------------------------------------------------------- */

void sim_data_call_escape(struct sim_context *ctx)
{
    if (!sim_data_call_runs(ctx))
        return;
    set_state(ctx, CALL_HELD);
    sim_answer_text(ctx, "OK", 2);
}

void sim_on_escape(struct sim_context *ctx)
{
    sim_data_call_escape(ctx);
}

/* Three of them with the guard time of silence before; the timer waits for that after them. */
int sim_data_call_take(struct sim_context *ctx, const uint8_t *bytes, size_t size, bool complete)
{
    struct sim_data_call *call = call_of(ctx);
    (void)complete; /* it never is */
    uint64_t guard_us = sim_setting_us(ctx, SIM_SETTING_ESCAPE_GUARD);
    bool silence = ctx->now_us - call->heard_at_us >= guard_us;
    for (size_t i = 0; i < size; i++, silence = false) {
        bool first = silence || (call->pluses > 0 && call->pluses < ESCAPE_LENGTH);
        if (silence)
            call->pluses = 0;
        call->pluses = bytes[i] == '+' && first ? (uint8_t)(call->pluses + 1) : 0;
    }
    call->heard_at_us = ctx->now_us;
    if (ctx->host->on_call_data && size > 0)
        ctx->host->on_call_data(ctx->host->context, ctx->now_us, bytes, size);
    if (call->pluses == ESCAPE_LENGTH)
        sim_timer_set(ctx, SIM_TIMER_ESCAPE, ctx->now_us + guard_us);
    else
        sim_timer_stop(ctx, SIM_TIMER_ESCAPE);
    return SIM_PENDING;
}
