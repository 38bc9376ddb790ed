/*
 * commands_cell.c - bands, power saving as the network grants it, radio connection (facts 3, 6).
 */
#include <string.h>

#include "sim/at/stored.h"
#include "sim/radio/cells.h"

/* ---- CBANDCFG, CBAND ----------------------------------------------------------------------- */

/* What a module can hear; the two lines of the read form (facts 3), by enum of technologies. */
static const struct {
    const char *mode, *key, *bands;
} lists[] = {
    {"CAT-M", "+CBANDCFG CAT-M", "1,2,3,4,5,8,12,13,18,19,20,26,28,39"},
    {"NB-IOT", "+CBANDCFG NB-IOT", "1,2,3,5,8,12,13,17,18,19,20,26,28"},
};
enum { LISTS = sizeof lists / sizeof lists[0] };

static bool holds(const char *bands, int32_t wanted)
{
    int32_t band = 0;
    for (;; bands++) {
        if (*bands >= '0' && *bands <= '9') {
            band = band * 10 + (*bands - '0');
            continue;
        }
        if (band == wanted)
            return true;
        if (*bands == '\0')
            return false;
        band = 0;
    }
}

static void get_bands(const struct sim_context *ctx, unsigned list, char *value)
{
    if (sim_stored_get(ctx, lists[list].key, SIM_AUTO_SAVE, value) == 0)
        memcpy(value, lists[list].bands, strlen(lists[list].bands) + 1);
}

bool sim_band_is_heard(const struct sim_context *ctx, unsigned technology, int32_t band)
{
    char value[SIM_STORED_VALUE];
    if (technology >= LISTS)
        return true; /* GSM */
    get_bands(ctx, technology, value);
    return holds(value, band);
}

static int read_bands(struct sim_context *ctx)
{
    char value[SIM_STORED_VALUE];
    for (unsigned i = 0; i < LISTS; i++) {
        get_bands(ctx, i, value);
        sim_line_begin(ctx);
        sim_put_text(ctx, "+CBANDCFG: ");
        sim_put_quoted(ctx, lists[i].mode);
        sim_put_text(ctx, ",");
        sim_put_text(ctx, value);
        sim_line_end(ctx);
    }
    return SIM_DONE;
}

static int list_named(const struct sim_call *call)
{
    const char *text;
    size_t length;
    for (int i = 0; i < LISTS; i++)
        if (sim_argument_text(call, 0, &text, &length) && strlen(lists[i].mode) == length &&
            memcmp(text, lists[i].mode, length) == 0)
            return i;
    return -1;
}

static int run_bands(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    char value[SIM_STORED_VALUE];
    size_t length = 0;
    const char *text;
    size_t size;
    if (call->form == SIM_FORM_READ)
        return read_bands(ctx);
    int list = list_named(call);
    unsigned count = sim_argument_count(call);
    if (list < 0 || count < 2)
        return SIM_FAILED;
    for (unsigned i = 1; i < count; i++) {
        int32_t band;
        if (!sim_argument_number(call, i, 1, 255, &band) || !holds(lists[list].bands, band) ||
            !sim_argument_text(call, i, &text, &size) || length + size + 2 > sizeof value)
            return SIM_FAILED;
        if (length > 0)
            value[length++] = ',';
        memcpy(value + length, text, size);
        length += size;
    }
    if (!sim_stored_set(ctx, lists[list].key, SIM_AUTO_SAVE, value, length))
        return sim_power_is_up(ctx->sim) ? SIM_CME_MEMORY_FULL : SIM_NO_RESULT;
    sim_network_modes_changed(ctx);
    return SIM_DONE;
}

int sim_run_gsm_band(struct sim_call *call)
{
    static const char *const words[] = {"EGSM_MODE", "DCS_MODE", "ALL_MODE"};
    const char *text;
    size_t length;
    if (call->form == SIM_FORM_TEST) {
        sim_line(call->ctx, "+CBAND: (EGSM_MODE,DCS_MODE,ALL_MODE)");
        return SIM_DONE;
    }
    if (call->form == SIM_FORM_READ)
        return sim_run_stored(call);
    for (unsigned i = 0; i < 3; i++)
        if (sim_argument_text(call, 0, &text, &length) && strlen(words[i]) == length &&
            memcmp(text, words[i], length) == 0) {
            int result = sim_stored_write(call);
            if (result == SIM_DONE)
                sim_network_modes_changed(call->ctx);
            return result;
        }
    return SIM_FAILED;
}

/* ---- CPSMRDP ------------------------------------------------------------------------------- */

static void put_bits(struct sim_context *ctx, int32_t value)
{
    sim_put_text(ctx, ",\"");
    for (unsigned i = 8; i-- > 0;)
        sim_put_text(ctx, value >> i & 1 ? "1" : "0");
    sim_put_text(ctx, "\"");
}

/* <mode>, what was asked for, what the network gave: active time and TAU of each. */
static int run_dynamic(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    int32_t value = sim_value(ctx, SIM_PARAMETER_CPSMS);
    bool granted = sim_power_saving_granted(ctx);
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CPSMRDP: ");
    sim_put_number(ctx, value >> 16);
    put_bits(ctx, value & 0xff);
    put_bits(ctx, value >> 8 & 0xff);
    put_bits(ctx, granted ? value & 0xff : 0);
    put_bits(ctx, granted ? value >> 8 & 0xff : 0);
    sim_line_end(ctx);
    return SIM_DONE;
}

/* ---- CRRCSTATE ----------------------------------------------------------------------------- */

enum { RRC_IDLE = 0, RRC_CONNECTED = 1, RRC_UNKNOWN = 255 };

bool sim_radio_is_connected(const struct sim_context *ctx)
{
    return sim_network_registered(ctx) &&
           (ctx->sim->download.state != SIM_DOWNLOAD_IDLE || ctx->sim->packet.bearer == 2);
}

/* Only LTE has such a connection (AT106 5.2.28). */
static uint8_t radio_state(const struct sim_context *ctx)
{
    if (!sim_network_registered(ctx) || sim_network_technology(ctx) == SIM_TECHNOLOGY_GSM)
        return RRC_UNKNOWN;
    return sim_radio_is_connected(ctx) ? RRC_CONNECTED : RRC_IDLE;
}

void sim_radio_state_changed(struct sim_context *ctx)
{
    uint8_t state = radio_state(ctx);
    if (ctx->sim->radio.rrc == state)
        return;
    ctx->sim->radio.rrc = state;
    if (!sim_power_is_up(ctx->sim) || !sim_stored_number(ctx, "+CRRCSTATE"))
        return;
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+CRRCSTATE: ");
    sim_put_number(ctx, state);
    sim_urc_end(ctx);
}

int sim_run_radio_state(struct sim_call *call)
{
    if (call->form != SIM_FORM_READ)
        return sim_run_stored(call);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CRRCSTATE: ");
    sim_put_number(call->ctx, sim_stored_number(call->ctx, "+CRRCSTATE"));
    sim_put_text(call->ctx, ",");
    sim_put_number(call->ctx, radio_state(call->ctx));
    sim_line_end(call->ctx);
    return SIM_DONE;
}

const struct sim_command sim_commands_cell[] = {
    {"+CBANDCFG", SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE, SIM_AUTO_SAVE, 'D', 0,
     "sim7000-at 3", "bands of LTE",
     "+CBANDCFG: (CAT-M,NB-IOT),(1,2,3,4,5,8,12,13,17,18,19,20,26,28,39)", run_bands, 102},
    {"+CPSMRDP", SIM_FORM_TEST | SIM_FORM_EXECUTE | SIM_FORM_READ, SIM_NO_SAVE, 'I', 0,
     "AT106 5.2.46", "power saving as the network granted it", NULL, run_dynamic, 105},
    {.name = NULL},
};
