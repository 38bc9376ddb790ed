/*
 * download.c - HTTPTOFS: asks the surroundings for a body and lets it arrive at http-rate.
 *
 * How far a body is is worked out from time when somebody looks; a timer runs only to the next
 * point that matters. A blob enters the file in one piece when the body ends or is cut short.
 */
#include "sim/download.h"

#include <string.h>

#include "sim/internal.h"

/* Codes of +HTTPTOFS (AT106 9.2.14). */
enum {
    CODE_OK = 200,
    CODE_PARTIAL = 206,
    CODE_NOT_HTTP = 600,
    CODE_NETWORK = 601,
    CODE_NO_MEMORY = 602,
    CODE_STACK_BUSY = 604,
    CODE_OTHER = 65535
};

static struct sim_download *download_of(const struct sim_context *ctx)
{
    return &ctx->sim->download;
}

static bool is_good(uint16_t code)
{
    return code == CODE_OK || code == CODE_PARTIAL;
}

/* ---- arithmetic of arrival ----------------------------------------------------------------- */

static uint64_t arrival_at(const struct sim_download *download, uint32_t bytes)
{
    uint64_t rate = download->rate_bytes_per_s;
    return download->body_at_us + ((uint64_t)bytes * 1000000 + rate - 1) / rate;
}

uint32_t sim_download_arrived(const struct sim_context *ctx)
{
    const struct sim_download *download = download_of(ctx);
    if (download->state != SIM_DOWNLOAD_BODY)
        return download->current_bytes;
    if (ctx->now_us >= arrival_at(download, download->offered_bytes))
        return download->offered_bytes;
    if (ctx->now_us <= download->body_at_us)
        return 0;
    return (uint32_t)((ctx->now_us - download->body_at_us) * download->rate_bytes_per_s / 1000000);
}

/* The next mark that the surroundings want to be told of, 0 = none that will be reached. */
static uint32_t next_mark(const struct sim_context *ctx)
{
    const struct sim_download *download = download_of(ctx);
    uint32_t mark = ctx->host->http_mark_bytes;
    bool listens = ctx->host->hook && ctx->host->hook_mask >> SIM_HOOK_HTTP_BYTE & 1;
    return listens && mark > download->marked_bytes && mark <= download->offered_bytes ? mark : 0;
}

/* Sets the timer to the next point that matters. */
static void schedule(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    uint64_t at = download->state == SIM_DOWNLOAD_IDLE ? SIM_NEVER : download->due_at_us;
    if (download->state == SIM_DOWNLOAD_BODY) {
        if (download->ended)
            at = arrival_at(download, download->offered_bytes);
        uint32_t mark = next_mark(ctx);
        if (mark && arrival_at(download, mark) < at)
            at = arrival_at(download, mark);
    }
    if (download->refused_at_us && download->refused_at_us < at)
        at = download->refused_at_us;
    if (at == SIM_NEVER)
        sim_timer_stop(ctx, SIM_TIMER_DOWNLOAD);
    else
        sim_timer_set(ctx, SIM_TIMER_DOWNLOAD, at);
}

static void set_state(struct sim_context *ctx, enum sim_download_state state, uint64_t due_at_us)
{
    struct sim_download *download = download_of(ctx);
    download->state = (uint8_t)state;
    download->due_at_us = due_at_us;
    schedule(ctx);
}

/* ---- the end ------------------------------------------------------------------------------- */

/* The file becomes what has arrived by now; what is stored of later bytes is given back. */
static void settle(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    if (download->state != SIM_DOWNLOAD_BODY)
        return;
    uint32_t arrived = sim_download_arrived(ctx);
    download->current_bytes = arrived;
    if (!download->file)
        return;
    uint8_t file = (uint8_t)(download->file - 1);
    if (download->blob == SIM_EXTENT_IN_STORE)
        sim_files_truncate(ctx, file, arrived);
    else if (!sim_files_append_blob(ctx, file, download->blob, 0, arrived))
        download->full = 1;
}

static void report(struct sim_context *ctx, uint16_t code, uint32_t length)
{
    sim_urc_begin(ctx);
    sim_put_text(ctx, "+HTTPTOFS: ");
    sim_put_number(ctx, code);
    sim_put_text(ctx, ",");
    sim_put_number(ctx, length);
    sim_urc_end(ctx);
}

static uint32_t reported_length(struct sim_context *ctx, uint16_t code)
{
    const struct sim_download *download = download_of(ctx);
    if (is_good(code))
        return download->current_bytes;
    if (code < CODE_NOT_HTTP && sim_setting(ctx, SIM_SETTING_HTTP_ERROR_LENGTH))
        return download->total_bytes;
    return 0;
}

/* What is left of a download: its last numbers. Two modules that are idle alike are alike. */
static void become_idle(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    *download = (struct sim_download){
        .job = download->job,
        .current_bytes = download->current_bytes,
        .total_bytes = download->total_bytes,
        .refused_at_us = download->refused_at_us,
    };
    schedule(ctx);
}

static void finish(struct sim_context *ctx, uint16_t code)
{
    struct sim_download *download = download_of(ctx);
    bool had_file = download->file != 0;
    uint8_t file = (uint8_t)(download->file - 1);
    settle(ctx);
    if (is_good(code) && download->full)
        code = CODE_NO_MEMORY;
    else if (is_good(code) && !had_file)
        code = CODE_OTHER; /* it was deleted meanwhile */
    if (download->forced_code)
        code = download->forced_code;
    if (is_good(code) && download->total_bytes == 0)
        download->total_bytes = download->current_bytes;
    uint32_t length = reported_length(ctx, code);
    char url[SIM_DOWNLOAD_URL];
    memcpy(url, download->url, sizeof url);
    become_idle(ctx);
    if (had_file && !is_good(code) && sim_setting(ctx, SIM_SETTING_HTTP_FAILED_FILE))
        sim_files_delete(ctx, file);
    else if (had_file)
        sim_files_tell(ctx, file);
    sim_tell(ctx, SIM_EVENT_HTTP, code, url, strlen(url));
    report(ctx, code, length);
}

/* ---- attempts ------------------------------------------------------------------------------ */

static uint64_t timeout_at(const struct sim_context *ctx)
{
    return ctx->now_us + (uint64_t)download_of(ctx)->timeout_s * 1000000;
}

static void fail_later(struct sim_context *ctx, uint16_t code)
{
    download_of(ctx)->code = code;
    set_state(ctx, SIM_DOWNLOAD_FAIL,
              ctx->now_us + sim_setting_us(ctx, SIM_SETTING_HTTP_FAILURE_DELAY));
}

/* The target is truncated before the first byte comes (I: sim7000-storage 1). */
static bool open_file(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    const char *name;
    size_t length;
    download->file = 0;
    if (!sim_files_path(download->path, strlen(download->path), &download->directory, &name,
                        &length))
        return false;
    uint8_t file = sim_files_create(ctx, download->directory, name, length);
    if (file == SIM_NO_FILE)
        return false;
    download->file = (uint8_t)(file + 1);
    return true;
}

/* Answers to what was asked before are stale from now on. */
static void forget_request(struct sim_download *download)
{
    download->job = download->job == UINT16_MAX ? 1 : (uint16_t)(download->job + 1);
    download->wanted = 0;
}

static void ask(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    if (!open_file(ctx)) {
        fail_later(ctx, CODE_NO_MEMORY);
        return;
    }
    forget_request(download);
    download->wanted = 1;
    download->current_bytes = 0;
    download->total_bytes = 0;
    set_state(ctx, SIM_DOWNLOAD_ASK, timeout_at(ctx));
}

static void give_up_attempt(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    settle(ctx);
    forget_request(download);
    if (download->attempts_left > 0)
        download->attempts_left--;
    if (download->attempts_left == 0) {
        download->state = SIM_DOWNLOAD_STALLED; /* settled */
        finish(ctx, CODE_NETWORK);
    } else if (sim_bearer_up(ctx)) {
        ask(ctx);
    } else {
        set_state(ctx, SIM_DOWNLOAD_STALLED, timeout_at(ctx));
    }
}

/* The bytes stop; what has come stays in the file until the next attempt. */
static void stall(struct sim_context *ctx)
{
    settle(ctx);
    forget_request(download_of(ctx));
    set_state(ctx, SIM_DOWNLOAD_STALLED, timeout_at(ctx));
}

/* ---- what is due --------------------------------------------------------------------------- */

static void on_answer(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    sim_finish(ctx, SIM_DONE);
    sim_tell(ctx, SIM_EVENT_HTTP, 0, download->url, strlen(download->url));
    if (download->forced_code && !is_good(download->forced_code))
        fail_later(ctx, download->forced_code);
    else if (!sim_bearer_up(ctx))
        fail_later(ctx, CODE_NETWORK);
    else
        ask(ctx);
}

static void on_body_end(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    if (download->full)
        finish(ctx, CODE_NO_MEMORY);
    else if (download->code == CODE_NETWORK && !download->forced_code &&
             !sim_setting(ctx, SIM_SETTING_HTTP_DROPPED))
        stall(ctx);
    else
        finish(ctx, download->code ? download->code : download->status);
}

static void on_body(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    uint32_t mark = next_mark(ctx);
    if (mark && ctx->now_us >= arrival_at(download, mark)) {
        download->marked_bytes = mark;
        if (sim_hook(ctx, SIM_HOOK_HTTP_BYTE, mark))
            return;
        schedule(ctx);
    } else if (download->ended) {
        on_body_end(ctx);
    } else {
        give_up_attempt(ctx);
    }
}

static void on_fail(struct sim_context *ctx)
{
    finish(ctx, download_of(ctx)->code);
}

static void (*const on_due[SIM_DOWNLOAD_STATE_COUNT])(struct sim_context *ctx) = {
    [SIM_DOWNLOAD_ANSWER] = on_answer, [SIM_DOWNLOAD_ASK] = give_up_attempt,
    [SIM_DOWNLOAD_BODY] = on_body,     [SIM_DOWNLOAD_STALLED] = give_up_attempt,
    [SIM_DOWNLOAD_FAIL] = on_fail,
};

void sim_on_download(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    if (download->refused_at_us && ctx->now_us >= download->refused_at_us) {
        download->refused_at_us = 0;
        report(ctx, CODE_STACK_BUSY, 0);
        schedule(ctx);
    } else if (on_due[download->state]) {
        on_due[download->state](ctx);
    }
}

/* ---- from the module ----------------------------------------------------------------------- */

int sim_download_start(struct sim_context *ctx, const struct sim_download_order *order)
{
    struct sim_download *download = download_of(ctx);
    uint8_t directory;
    const char *name;
    size_t length;
    if (order->url_length >= sizeof download->url || order->path_length >= sizeof download->path ||
        !sim_files_path(order->path, order->path_length, &directory, &name, &length))
        return SIM_FAILED;
    if (download->state != SIM_DOWNLOAD_IDLE) {
        if (!sim_setting(ctx, SIM_SETTING_HTTP_BUSY))
            return SIM_FAILED;
        download->refused_at_us = ctx->now_us + sim_setting_us(ctx, SIM_SETTING_HTTP_FAILURE_DELAY);
        schedule(ctx);
        return SIM_DONE;
    }
    memcpy(download->url, order->url, order->url_length);
    memcpy(download->path, order->path, order->path_length);
    download->timeout_s = order->timeout_s;
    download->attempts_left = order->attempts;
    download->current_bytes = 0;
    download->total_bytes = 0;
    download->full = 0;
    download->code = 0;
    set_state(ctx, SIM_DOWNLOAD_ANSWER,
              ctx->now_us + sim_setting_us(ctx, SIM_SETTING_HTTP_OK_DELAY));
    return SIM_PENDING;
}

void sim_download_bearer(struct sim_context *ctx, bool up)
{
    struct sim_download *download = download_of(ctx);
    if (!up && (download->state == SIM_DOWNLOAD_BODY || download->state == SIM_DOWNLOAD_ASK))
        stall(ctx);
}

/* NO_SAVE: nothing is known of a download after a restart; what had come lies in the flash. */
void sim_download_reset(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    struct sim_download kept = {.job = download->job,
                                .forced_code = download->forced_code,
                                .shorten = download->shorten,
                                .short_bytes = download->short_bytes};
    settle(ctx);
    if (download->file)
        sim_files_tell(ctx, (uint8_t)(download->file - 1));
    forget_request(&kept);
    *download = kept;
    sim_timer_stop(ctx, SIM_TIMER_DOWNLOAD);
}

/* ---- from outside -------------------------------------------------------------------------- */

/* HTTP_SHORT holds for the body that runs, or else for the next one. */
static void shorten(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    if (!download->shorten || download->offered_bytes < download->short_bytes)
        return;
    uint32_t arrived = sim_download_arrived(ctx);
    download->offered_bytes = arrived > download->short_bytes ? arrived : download->short_bytes;
    download->ended = 1;
    download->code = 0;
}

bool sim_download_apply(struct sim_context *ctx, const struct sim_action *action)
{
    struct sim_download *download = download_of(ctx);
    if (action->kind == SIM_ACTION_HTTP_RESULT && action->number > 0 &&
        action->number <= UINT16_MAX) {
        download->forced_code = (uint16_t)action->number;
        return true;
    }
    if (action->kind != SIM_ACTION_HTTP_SHORT)
        return false;
    download->shorten = 1;
    download->short_bytes = action->number;
    if (download->state == SIM_DOWNLOAD_BODY) {
        shorten(ctx);
        schedule(ctx);
    }
    return true;
}

/* The context of a call from outside: time never runs backwards for the module. */
static struct sim_context context_at(struct sim *sim, const struct sim_host *host, uint64_t now_us)
{
    if (now_us > sim->seen_at_us)
        sim->seen_at_us = now_us;
    return (struct sim_context){.sim = sim, .host = host, .now_us = sim->seen_at_us};
}

bool sim_http_wanted(struct sim *sim, struct sim_http_request *ret_request)
{
    struct sim_download *download = &sim->download;
    if (!download->wanted)
        return false;
    download->wanted = 0;
    memset(ret_request, 0, sizeof *ret_request);
    ret_request->job = download->job;
    ret_request->timeout_s = download->timeout_s;
    memcpy(ret_request->url, download->url, sizeof ret_request->url);
    return true;
}

static bool is_current(const struct sim_download *download, enum sim_download_state state,
                       uint16_t job)
{
    return download->state == state && download->job == job;
}

void sim_http_headers(struct sim *sim, const struct sim_host *host, uint16_t job, uint16_t status,
                      uint32_t length_bytes, uint64_t now_us)
{
    struct sim_context ctx = context_at(sim, host, now_us);
    struct sim_download *download = &sim->download;
    if (!is_current(download, SIM_DOWNLOAD_ASK, job))
        return;
    uint64_t first_at_us = ctx.now_us + sim_setting_us(&ctx, SIM_SETTING_HTTP_SETUP);
    download->status = status;
    download->total_bytes = length_bytes == UINT32_MAX ? 0 : length_bytes;
    if (!is_good(status)) {
        download->code = status ? status : CODE_NOT_HTTP;
        set_state(&ctx, SIM_DOWNLOAD_FAIL, first_at_us);
        return;
    }
    download->body_at_us = first_at_us;
    download->rate_bytes_per_s = (uint32_t)sim_setting(&ctx, SIM_SETTING_HTTP_RATE);
    download->offered_bytes = 0;
    download->marked_bytes = 0;
    download->code = 0;
    download->ended = 0;
    download->full = 0;
    download->blob = SIM_EXTENT_IN_STORE;
    shorten(&ctx);
    set_state(&ctx, SIM_DOWNLOAD_BODY, timeout_at(&ctx));
}

void sim_http_blob(struct sim *sim, const struct sim_host *host, uint16_t job, uint16_t blob,
                   uint64_t now_us)
{
    struct sim_context ctx = context_at(sim, host, now_us);
    struct sim_download *download = &sim->download;
    if (!is_current(download, SIM_DOWNLOAD_BODY, job) || download->ended ||
        download->offered_bytes || blob >= host->config->blob_count)
        return;
    download->blob = blob;
    download->offered_bytes = host->config->blobs[blob].size_bytes;
    download->ended = 1;
    shorten(&ctx);
    schedule(&ctx);
}

void sim_http_block(struct sim *sim, const struct sim_host *host, uint16_t job, const void *bytes,
                    size_t size, uint64_t now_us)
{
    struct sim_context ctx = context_at(sim, host, now_us);
    struct sim_download *download = &sim->download;
    if (!is_current(download, SIM_DOWNLOAD_BODY, job) || download->ended)
        return;
    if (download->shorten && size > download->short_bytes - download->offered_bytes)
        size = download->short_bytes - download->offered_bytes;
    if (download->file && !sim_files_append(&ctx, (uint8_t)(download->file - 1), bytes, size)) {
        download->full = 1;
        download->ended = 1;
        size = 0;
    }
    download->offered_bytes += (uint32_t)size;
    download->due_at_us = timeout_at(&ctx);
    shorten(&ctx);
    schedule(&ctx);
}

void sim_http_end(struct sim *sim, const struct sim_host *host, uint16_t job, uint16_t code,
                  uint64_t now_us)
{
    struct sim_context ctx = context_at(sim, host, now_us);
    struct sim_download *download = &sim->download;
    if (is_current(download, SIM_DOWNLOAD_ASK, job)) {
        download->code = code ? code : CODE_NOT_HTTP;
        set_state(&ctx, SIM_DOWNLOAD_FAIL, ctx.now_us);
    } else if (is_current(download, SIM_DOWNLOAD_BODY, job) && !download->full &&
               !(download->shorten && download->ended)) {
        download->code = code;
        download->ended = 1;
        schedule(&ctx);
    }
}
