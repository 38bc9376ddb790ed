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

/* <mode>, what was asked for, what the network gave: active time, extended and plain T3412, in
   seconds (AT106 5.2.46, M01). */
static int run_dynamic(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    bool granted = sim_saving_granted(ctx);
    const uint32_t numbers[] = {
        (uint32_t)sim_value(ctx, SIM_PARAMETER_CPSMS) >> 16,
        sim_saving_asked_s(ctx, true),
        sim_saving_asked_s(ctx, false),
        granted ? sim_saving_granted_s(ctx, true) : 0,
        granted ? sim_saving_granted_s(ctx, false) : 0,
        (uint32_t)sim_setting(ctx, SIM_SETTING_NETWORK_TAU) / 1000,
    };
    sim_line_begin(ctx);
    sim_put_text(ctx, "+CPSMRDP: ");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sim_put_text(ctx, i > 0 ? "," : "");
        sim_put_number(ctx, numbers[i]);
    }
    sim_line_end(ctx);
    return SIM_DONE;
}

/* ---- CEDRXS, CEDRXRDP ---------------------------------------------------------------------- */

/* <n>, <AcT-type> and the bits of the cycle, as CEDRXS keeps them: 1,4,"0010". */
struct edrx {
    int mode;   /* 0, 3: not used; 2: told as well */
    int access; /* 4 CAT-M, 5 NB-IoT */
    char cycle[5];
};

static struct edrx edrx_wanted(const struct sim_context *ctx)
{
    char value[SIM_STORED_VALUE];
    struct edrx wanted = {0, 0, ""};
    size_t length = sim_stored_get(ctx, "+CEDRXS", SIM_AUTO_SAVE, value);
    if (length > 0)
        wanted.mode = value[0] - '0';
    if (length < sizeof "1,4,\"0010\"" - 1)
        return wanted;
    wanted.access = value[2] - '0';
    memcpy(wanted.cycle, value + 5, 4);
    return wanted;
}

/* It is used in the technology that it was asked for. */
static bool edrx_is_used(const struct sim_context *ctx, const struct edrx *wanted)
{
    struct sim_reception cell;
    if ((wanted->mode != 1 && wanted->mode != 2) || sim_setting(ctx, SIM_SETTING_EDRX) ||
        !sim_cell_serving(ctx, &cell))
        return false;
    return wanted->access == (cell.technology == SIM_TECHNOLOGY_CAT_M    ? 4
                              : cell.technology == SIM_TECHNOLOGY_NB_IOT ? 5
                                                                         : -1);
}

/* Asked for, granted, the paging time window. */
static void put_edrx(struct sim_context *ctx, const struct edrx *wanted)
{
    char window[5] = "";
    for (unsigned i = 0; i < 4; i++)
        window[i] = (char)('0' + (sim_setting(ctx, SIM_SETTING_EDRX_WINDOW) >> (3 - i) & 1));
    sim_put_number(ctx, wanted->access);
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, wanted->cycle);
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, wanted->cycle);
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, window);
}

static int run_edrx_dynamic(struct sim_call *call)
{
    struct edrx wanted = edrx_wanted(call->ctx);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CEDRXRDP: ");
    if (edrx_is_used(call->ctx, &wanted))
        put_edrx(call->ctx, &wanted);
    else
        sim_put_text(call->ctx, "0");
    sim_line_end(call->ctx);
    return SIM_DONE;
}

void sim_edrx_changed(struct sim_context *ctx)
{
    struct edrx wanted = edrx_wanted(ctx);
    if (wanted.mode != 2 || !edrx_is_used(ctx, &wanted))
        return;
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+CEDRXP: ");
    put_edrx(ctx, &wanted);
    sim_urc_end(ctx);
}

/* The read form leaves <n> out (AT106 5.2.20). */
int sim_run_edrx(struct sim_call *call)
{
    struct edrx wanted = edrx_wanted(call->ctx);
    if (call->form != SIM_FORM_READ) {
        int result = sim_run_stored(call);
        if (result == SIM_DONE && call->form == SIM_FORM_WRITE)
            sim_edrx_changed(call->ctx);
        return result;
    }
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CEDRXS: ");
    sim_put_number(call->ctx, wanted.access);
    if (wanted.cycle[0]) {
        sim_put_text(call->ctx, ",");
        sim_put_quoted(call->ctx, wanted.cycle);
    }
    sim_line_end(call->ctx);
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
    {"+CPSMRDP", SIM_FORM_TEST | SIM_FORM_EXECUTE, SIM_NO_SAVE, 'D', 0, "AT106 5.2.46, M01",
     "power saving as the network granted it", "+CPSMRDP: (0,1)", run_dynamic, 105},
    {"+CEDRXRDP", SIM_FORM_TEST | SIM_FORM_EXECUTE, SIM_NO_SAVE, 'D', 0, "AT106 5.2.50, M01",
     "extended discontinuous reception as the network granted it", NULL, run_edrx_dynamic, 106},
    {.name = NULL},
};
