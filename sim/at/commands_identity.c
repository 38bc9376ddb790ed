/*
 * commands_identity.c - who the module is (facts 2).
 */
#include <string.h>

#include "sim/frame.h"
#include "sim/knowledge/profiles.h"

static int run_manufacturer(struct sim_call *call)
{
    sim_line(call->ctx, "SIMCOM_Ltd");
    return SIM_DONE;
}

static int run_model(struct sim_call *call)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "SIMCOM_");
    sim_put_text(call->ctx, call->ctx->host->config->variant);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* No space after the colon, whatever the manual's syntax row shows (T23). */
static int run_revision(struct sim_call *call)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "Revision:");
    sim_put_text(call->ctx, call->ctx->sim->updater.revision);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static int run_version(struct sim_call *call)
{
    run_manufacturer(call);
    run_model(call);
    return run_revision(call);
}

/* ---- IMEI ---------------------------------------------------------------------------------- */

enum { IMEI_PRESENT, IMEI_ZERO, IMEI_MISSING };

static void put_imei(struct sim_context *ctx)
{
    int32_t left = sim_setting(ctx, SIM_SETTING_IMEI);
    if (left == IMEI_ZERO)
        sim_put_text(ctx, "000000000000000");
    else if (left == IMEI_PRESENT)
        sim_put_text(ctx, ctx->sim->imei);
}

static int run_serial(struct sim_call *call)
{
    sim_line_begin(call->ctx);
    put_imei(call->ctx);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* Not documented; writes the IMEI again after a flash that lost it (botletics issue 16). */
static int run_write_imei(struct sim_call *call)
{
    struct sim *sim = call->ctx->sim;
    const char *text = NULL;
    size_t length = 0;
    if (sim_argument_count(call) != 1 || !sim_argument_text(call, 0, &text, &length) ||
        length != 15)
        return SIM_FAILED;
    for (size_t i = 0; i < length; i++)
        if (text[i] < '0' || text[i] > '9')
            return SIM_FAILED;
    struct sim_write write = sim_nv_begin(call->ctx, "+SIMEI", sizeof "+SIMEI" - 1);
    if (write.effect != SIM_WRITE_OLD) {
        memset(sim->imei, 0, sizeof sim->imei);
        if (write.effect == SIM_WRITE_NEW)
            memcpy(sim->imei, text, length);
        sim_setting_keep(sim, SIM_SETTING_IMEI, IMEI_PRESENT);
    }
    return sim_flash_end(call->ctx, write) ? SIM_NO_RESULT : SIM_DONE;
}

/* ---- AT+SIMCOMATI -------------------------------------------------------------------------- */

/* Length of "1529B08SIM7000" in "1529B08SIM7000G": the series without the variant's letter. */
static size_t series_length(const char *revision)
{
    const char *series = strstr(revision, "SIM7000");
    return series ? (size_t)(series - revision) + 7 : strlen(revision);
}

static void put_calibration(struct sim_context *ctx, const char *qcn)
{
    sim_line_begin(ctx);
    sim_put_text(ctx, "QCN:");
    sim_put_text(ctx, qcn ? qcn : "MDM9206_TX3.0.");
    if (!qcn) {
        sim_put_text(ctx, ctx->host->config->variant);
        sim_put_text(ctx, "_P1.03_20220415");
    }
    sim_line_end(ctx);
}

static int run_all(struct sim_call *call)
{
    struct sim_context *ctx = call->ctx;
    const char *revision = ctx->sim->updater.revision;
    const struct sim_profile *profile = sim_profile(ctx);
    run_revision(call);
    sim_line_begin(ctx);
    sim_put_text(ctx, "CSUB:");
    sim_put_text(ctx, profile->csub);
    sim_line_end(ctx);
    sim_line_begin(ctx);
    sim_put_text(ctx, "APRev:");
    sim_put_bytes(ctx, revision, series_length(revision));
    sim_put_text(ctx, ",");
    sim_put_text(ctx, profile->csub); /* the same in all of T19 */
    sim_line_end(ctx);
    put_calibration(ctx, profile->qcn);
    sim_line_begin(ctx);
    sim_put_text(ctx, "IMEI:");
    put_imei(ctx);
    sim_line_end(ctx);
    return SIM_DONE;
}

/* A line of its own has a blank behind the colon (a Node project's comment, thread of M02). */
static int run_sub_version(struct sim_call *call)
{
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+CSUB: ");
    sim_put_text(call->ctx, sim_profile(call->ctx)->csub);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

/* ---- the card ------------------------------------------------------------------------------ */

static int run_imsi(struct sim_call *call)
{
    int error = sim_card_error(call->ctx);
    if (error == 0)
        sim_line(call->ctx, call->ctx->host->config->imsi);
    return error;
}

static int run_iccid(struct sim_call *call)
{
    int error = sim_card_error(call->ctx);
    if (error == SIM_CME_PIN || error == SIM_CME_PUK)
        error = 0; /* the number can be read from a locked card */
    if (error == 0)
        sim_line(call->ctx, call->ctx->host->config->iccid);
    return error;
}

static int run_capabilities(struct sim_call *call)
{
    sim_line(call->ctx, "+GCAP: +CGSM");
    return SIM_DONE;
}

enum { TEST_ACT = SIM_FORM_TEST | SIM_FORM_EXECUTE };

const struct sim_command sim_commands_identity[] = {
    {"+GMI", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 2.2", "manufacturer", NULL, run_manufacturer, 0},
    {"+CGMI", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 3.2", "manufacturer", NULL, run_manufacturer,
     0},
    {"+GMM", TEST_ACT, SIM_NO_SAVE, 'O', 0, "T08, T22", "model", NULL, run_model, 0},
    {"+CGMM", TEST_ACT, SIM_NO_SAVE, 'O', 0, "T08, T22", "model", NULL, run_model, 0},
    {"+GMR", TEST_ACT, SIM_NO_SAVE, 'O', 0, "T23", "revision", NULL, run_revision, 0},
    {"+CGMR", TEST_ACT, SIM_NO_SAVE, 'O', 0, "T23", "revision", NULL, run_revision, 0},
    {"+GSV", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 5.2", "all three", NULL, run_version, 0},
    {"+GSN", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 2.2", "IMEI", NULL, run_serial, 0},
    {"+CGSN", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 3.2", "IMEI", NULL, run_serial, 0},
    {"+SIMCOMATI", TEST_ACT, SIM_NO_SAVE, 'O', 0, "T19", "all about the firmware", NULL, run_all,
     0},
    {"+CSUB", TEST_ACT, SIM_NO_SAVE, 'O', 0, "T19", "number of the build's variant", NULL,
     run_sub_version, 0},
    {"+SIMEI", SIM_FORM_WRITE, SIM_AUTO_SAVE, 'O', 0, "botletics issue 16", "writes the IMEI", NULL,
     run_write_imei, 0},
    {"+CIMI", TEST_ACT, SIM_NO_SAVE, 'D', 20000, "AT106 3.2", "IMSI", NULL, run_imsi, 0},
    {"+CCID", TEST_ACT, SIM_NO_SAVE, 'D', 2000, "AT106 5.2", "ICCID", NULL, run_iccid, 0},
    {"+GCAP", TEST_ACT, SIM_NO_SAVE, 'D', 0, "AT106 2.2", "capabilities", NULL, run_capabilities,
     0},
    {.name = NULL},
};
