/*
 * commands_bearer.c - SAPBR: the bearers of HTTP* and FTP* (AT106 7.2.1).
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/services/net.h"

/* sim_bearers.state; all zero is a module without bearers. */
enum sim_sapbr { SAPBR_CLOSED, SAPBR_CONNECTING, SAPBR_OPEN, SAPBR_STATES };

enum { BEARERS = 3 };

bool sim_sapbr_up(const struct sim_context *ctx)
{
    return memchr(ctx->sim->bearers.state, SAPBR_OPEN, BEARERS) != NULL;
}

/* The one place where a bearer changes. */
static void set_sapbr(struct sim_context *ctx, int32_t cid, enum sim_sapbr state)
{
    ctx->sim->bearers.state[cid - 1] = (uint8_t)state;
    if (state == SAPBR_CLOSED)
        sim_parts_lose(ctx, SIM_LOST_BEARER);
}

static void fail(struct sim_context *ctx)
{
    for (int32_t cid = 1; cid <= BEARERS; cid++) {
        if (ctx->sim->bearers.state[cid - 1] != SAPBR_OPEN)
            continue;
        sim_urc_begin(ctx);
        sim_put_text(ctx, "+SAPBR ");
        sim_put_number(ctx, cid);
        sim_put_text(ctx, ": DEACT");
        sim_urc_end(ctx);
        set_sapbr(ctx, cid, SAPBR_CLOSED);
    }
}

void sim_on_sapbr(struct sim_context *ctx)
{
    struct sim_bearers *bearers = &ctx->sim->bearers;
    int32_t cid = bearers->opening;
    if (cid == 0)
        return;
    bool good = sim_network_accepts(ctx);
    bearers->opening = 0;
    set_sapbr(ctx, cid, good ? SAPBR_OPEN : SAPBR_CLOSED);
    sim_finish(ctx, good ? SIM_DONE : SIM_CME_NOT_ALLOWED);
}

/* ---- SAPBR --------------------------------------------------------------------------------- */

/* X: tag of SAPBR=3, texts of cid 1. */
static const struct {
    const char *tag;
    uint8_t text;    /* enum sim_text */
    uint8_t maximum; /* of the value's length (AT106 7.2.1) */
} tags[] = {
    {"Contype", SIM_TEXT_BEARER_CONTYPE_1, 64},
    {"APN", SIM_TEXT_BEARER_APN_1, 64},
    {"USER", SIM_TEXT_BEARER_USER_1, 32},
    {"PWD", SIM_TEXT_BEARER_PASSWORD_1, 32},
};
enum { TAGS = sizeof tags / sizeof tags[0] };

static int set_tag(struct sim_call *call, int32_t cid)
{
    const char *tag, *value;
    size_t tag_length, length;
    if (sim_argument_count(call) != 4 || !sim_argument_text(call, 2, &tag, &tag_length) ||
        !sim_argument_text(call, 3, &value, &length))
        return SIM_CME_NOT_ALLOWED;
    for (unsigned i = 0; i < TAGS; i++)
        if (sim_same_word(tags[i].tag, tag, tag_length) && length <= tags[i].maximum)
            return sim_text_set(call->ctx, (enum sim_text)(tags[i].text + cid - 1), value, length)
                       ? SIM_DONE
                       : SIM_CME_MEMORY_FULL;
    return SIM_CME_NOT_ALLOWED;
}

/* SAPBR=4,<cid>: a line a tag (AT106 7.2.1). */
static int read_tags(struct sim_call *call, int32_t cid)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    for (unsigned i = 0; i < TAGS; i++) {
        sim_text_get(ctx, (enum sim_text)(tags[i].text + cid - 1), value, sizeof value);
        sim_line_begin(ctx);
        sim_put_text(ctx, "+SAPBR: ");
        sim_put_quoted(ctx, tags[i].tag);
        sim_put_text(ctx, ",");
        sim_put_quoted(ctx, i == 0 && !value[0] ? "GPRS" : value);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

static int open_sapbr(struct sim_call *call, int32_t cid)
{
    struct sim_context *ctx = call->ctx;
    if (ctx->sim->bearers.state[cid - 1] != SAPBR_CLOSED)
        return sim_setting(ctx, SIM_SETTING_SAPBR_AGAIN) ? SIM_DONE : SIM_CME_NOT_ALLOWED;
    if (sim_value(ctx, SIM_PARAMETER_CFUN) != 1)
        return SIM_CME_RADIO_OFF;
    ctx->sim->bearers.opening = (uint8_t)cid;
    set_sapbr(ctx, cid, SAPBR_CONNECTING);
    sim_timer_set(ctx, SIM_TIMER_SAPBR,
                  ctx->now_us + sim_setting_us(ctx, SIM_SETTING_SAPBR_OPEN_DELAY));
    return SIM_PENDING;
}

static int read_sapbr(struct sim_call *call, int32_t cid)
{
    static const uint8_t printed[SAPBR_STATES] = {3, 0, 1}; /* AT106 7.2.1 */
    struct sim_context *ctx = call->ctx;
    uint8_t state = ctx->sim->bearers.state[cid - 1];
    sim_line_begin(ctx);
    sim_put_text(ctx, "+SAPBR: ");
    sim_put_number(ctx, cid);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, printed[state]);
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, state == SAPBR_OPEN ? ctx->host->config->address : "0.0.0.0");
    sim_line_end(ctx);
    return SIM_DONE;
}

static int run_sapbr(struct sim_call *call)
{
    int32_t command = 0, cid = 0;
    if (!sim_argument_number(call, 0, 0, 4, &command) ||
        !sim_argument_number(call, 1, 1, BEARERS, &cid))
        return SIM_CME_NOT_ALLOWED;
    if (command == 3)
        return set_tag(call, cid);
    if (sim_argument_count(call) != 2)
        return SIM_CME_NOT_ALLOWED;
    if (command == 4)
        return read_tags(call, cid);
    if (command == 2)
        return read_sapbr(call, cid);
    if (command == 1)
        return open_sapbr(call, cid);
    if (call->ctx->sim->bearers.state[cid - 1] == SAPBR_CLOSED)
        return SIM_CME_NOT_ALLOWED;
    set_sapbr(call->ctx, cid, SAPBR_CLOSED);
    return SIM_DONE;
}

const struct sim_command sim_commands_bearer[] = {
    {"+SAPBR", SIM_FORM_TEST | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 85000, "AT106 7.2.1, T21",
     "bearers of HTTP and FTP", "+SAPBR: (0-4),(1-3),\"ConParamTag\",\"ConParamValue\"", run_sapbr,
     101},
    {.name = NULL},
};

/* ---- losses and restarts ------------------------------------------------------------------- */

bool sim_sapbr_lost(struct sim_context *ctx, enum sim_loss loss)
{
    bool had_any = loss == SIM_LOST_ADDRESSES && sim_sapbr_up(ctx);
    if (had_any)
        fail(ctx);
    return had_any;
}

void sim_sapbr_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    memset(&ctx->sim->bearers, 0, sizeof ctx->sim->bearers);
}
