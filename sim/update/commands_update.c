/*
 * commands_update.c - HTTPTOFS, HTTPTOFSRL (AT106 9.2.14, 9.2.15) and CFOTA (FOTA101).
 */
#include "sim/frame.h"
#include "sim/internal.h"

enum { URL_MAXIMUM = 255, PATH_MAXIMUM = 127, TIMEOUT_INITIAL_S = 50, ATTEMPTS_INITIAL = 5 };

static int read_download(struct sim_context *ctx)
{
    const struct sim_download *download = &ctx->sim->download;
    bool busy = sim_download_busy(ctx, SIM_TRANSFER_HTTPTOFS);
    sim_line_begin(ctx);
    sim_put_text(ctx, "+HTTPTOFS: ");
    sim_put_number(ctx, busy);
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, busy ? download->url : "");
    sim_put_text(ctx, ",");
    sim_put_quoted(ctx, busy ? download->path : "");
    sim_line_end(ctx);
    return SIM_DONE;
}

static int run_download(struct sim_call *call)
{
    if (call->form == SIM_FORM_READ)
        return read_download(call->ctx);
    struct sim_download_order order = {0};
    int32_t timeout_s = TIMEOUT_INITIAL_S;
    int32_t attempts = ATTEMPTS_INITIAL;
    unsigned count = sim_argument_count(call);
    if (count < 2 || count > 4 || !sim_argument_text(call, 0, &order.url, &order.url_length) ||
        order.url_length == 0 || order.url_length > URL_MAXIMUM ||
        !sim_argument_text(call, 1, &order.path, &order.path_length) ||
        order.path_length > PATH_MAXIMUM ||
        (count > 2 && !sim_argument_number(call, 2, 10, 1000, &timeout_s)) ||
        (count > 3 && !sim_argument_number(call, 3, 5, 100, &attempts)))
        return SIM_FAILED;
    order.timeout_s = (uint16_t)timeout_s;
    order.attempts = (uint8_t)attempts;
    return sim_download_start(call->ctx, &order);
}

static int run_progress(struct sim_call *call)
{
    uint32_t current = 0, total = 0;
    if (!sim_setting(call->ctx, SIM_SETTING_HTTP_PROGRESS))
        return SIM_FAILED;
    if (call->form == SIM_FORM_TEST)
        return SIM_DONE;
    sim_download_progress(call->ctx, &current, &total);
    sim_line_begin(call->ctx);
    sim_put_text(call->ctx, "+HTTPTOFSRL: ");
    sim_put_number(call->ctx, sim_download_busy(call->ctx, SIM_TRANSFER_HTTPTOFS));
    sim_put_text(call->ctx, ",");
    sim_put_number(call->ctx, current);
    sim_put_text(call->ctx, ",");
    sim_put_number(call->ctx, total);
    sim_line_end(call->ctx);
    return SIM_DONE;
}

static int run_cfota(struct sim_call *call)
{
    int32_t mode;
    if (call->form == SIM_FORM_READ) {
        bool space = sim_setting(call->ctx, SIM_SETTING_CFOTA_READ_SPACE) != 0;
        sim_line_begin(call->ctx);
        sim_put_text(call->ctx, space ? "+CFOTA: " : "+CFOTA:");
        sim_put_number(call->ctx, call->ctx->sim->updater.status);
        sim_line_end(call->ctx);
        return SIM_DONE;
    }
    if (sim_argument_count(call) != 1 || !sim_argument_number(call, 0, 0, 1, &mode))
        return sim_setting(call->ctx, SIM_SETTING_CFOTA_WRONG_MODE) ? SIM_CME_INVALID_INPUT
                                                                    : SIM_FAILED;
    if (mode == 1)
        return sim_updater_start(call->ctx);
    sim_updater_clear(call->ctx);
    return SIM_DONE;
}

const struct sim_command sim_commands_update[] = {
    {"+HTTPTOFS", SIM_FORM_TEST | SIM_FORM_READ | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0,
     "AT106 9.2.14", "downloads a file to the file system", "+HTTPTOFS: (1-255),(1-127)",
     run_download, 103},
    {"+HTTPTOFSRL", SIM_FORM_TEST | SIM_FORM_READ, SIM_NO_SAVE, 'D', 0, "AT106 9.2.15",
     "state of a download", sim_test_runs, run_progress, 104},
    {"+CFOTA", SIM_FORM_READ | SIM_FORM_WRITE, SIM_NO_SAVE, 'D', 0, "FOTA101",
     "starts an update, or clears its flag", NULL, run_cfota, 0},
    {0},
};
