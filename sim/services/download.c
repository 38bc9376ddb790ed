/*
 * download.c - the transfer engine: asks the surroundings for a body and lets it arrive at
 * http-rate. HTTPTOFS, FTP*, HTTP* and SH* are rows of `users`. How far a body is is worked out
 * from time when somebody looks; a timer runs only to the next point that matters. A blob enters
 * the file in one piece when the body ends or is cut short.
 */
#include "sim/download.h"

#include <string.h>

#include "sim/services/net.h"

/* Codes of +HTTPTOFS (AT106 9.2.14). */
enum {
    CODE_OK = 200,
    CODE_PARTIAL = 206,
    CODE_NOT_HTTP = 600,
    CODE_NETWORK = 601,
    CODE_NO_MEMORY = 602,
    CODE_DNS = 603,
    CODE_STACK_BUSY = 604,
    CODE_OTHER = 65535
};

enum { FTP_TIMEOUT = 64 };           /* AT106 10.2.14 */
enum { RETRIED, REPORTED, ENDLESS }; /* http-dropped */

static struct sim_download *download_of(const struct sim_context *ctx)
{
    return &ctx->sim->download;
}

/* ---- who uses the engine ------------------------------------------------------------------- */

static void report(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                   uint32_t length);

static const struct user {
    bool has_body;      /* false: only the length is wanted */
    bool any_status;    /* the body counts whatever the server's status is */
    const char *hidden; /* file of RAM that takes the body; NULL = the path of the order */
    uint16_t timeout_code;
    bool (*network)(const struct sim_context *ctx);
    void (*ended)(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                  uint32_t length);
} users[] = {
    [SIM_TRANSFER_HTTPTOFS] = {true, false, NULL, CODE_NETWORK, sim_bearer_up, report},
    [SIM_TRANSFER_FTP_FILE] = {true, false, NULL, FTP_TIMEOUT, sim_ftp_network, sim_ftp_ended},
    [SIM_TRANSFER_FTP_RAM] = {true, false, SIM_FTP_BODY, FTP_TIMEOUT, sim_ftp_network,
                              sim_ftp_ended},
    [SIM_TRANSFER_FTP_GET] = {true, false, SIM_FTP_BODY, FTP_TIMEOUT, sim_ftp_network,
                              sim_ftp_ended},
    [SIM_TRANSFER_FTP_SIZE] = {false, false, NULL, FTP_TIMEOUT, sim_ftp_network, sim_ftp_ended},
    [SIM_TRANSFER_HTTP] = {true, true, SIM_HTTP_BODY, CODE_NETWORK, sim_http_network,
                           sim_http_ended},
    [SIM_TRANSFER_SH] = {true, true, SIM_SH_BODY, CODE_NETWORK, sim_bearer_up, sim_sh_ended},
    [SIM_TRANSFER_FTP_PUT] = {false, false, NULL, FTP_TIMEOUT, sim_ftp_network, sim_ftp_ended},
    [SIM_TRANSFER_FTP_DELETE] = {false, false, NULL, FTP_TIMEOUT, sim_ftp_network, sim_ftp_ended},
    [SIM_TRANSFER_FTP_MAKE] = {false, false, NULL, FTP_TIMEOUT, sim_ftp_network, sim_ftp_ended},
    [SIM_TRANSFER_FTP_REMOVE] = {false, false, NULL, FTP_TIMEOUT, sim_ftp_network, sim_ftp_ended},
    [SIM_TRANSFER_FTP_LIST] = {true, false, SIM_FTP_BODY, FTP_TIMEOUT, sim_ftp_network,
                               sim_ftp_ended},
    [SIM_TRANSFER_FTP_RENAME] = {false, false, NULL, FTP_TIMEOUT, sim_ftp_network, sim_ftp_ended},
    [SIM_TRANSFER_FTP_TIME] = {true, false, SIM_FTP_BODY, FTP_TIMEOUT, sim_ftp_network,
                               sim_ftp_ended},
    [SIM_TRANSFER_FTP_ETGET] = {true, false, SIM_FTP_BODY, FTP_TIMEOUT, sim_ftp_network,
                                sim_ftp_ended},
};
_Static_assert(sizeof users / sizeof users[0] == SIM_TRANSFER_COUNT, "a row per transfer");

static const struct user *user_of(const struct sim_download *download)
{
    return &users[download->transfer];
}

static bool is_good(const struct sim_download *download, uint16_t code)
{
    if (user_of(download)->any_status)
        return code >= 100 && code < CODE_NOT_HTTP;
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

bool sim_download_busy(const struct sim_context *ctx, enum sim_transfer transfer)
{
    const struct sim_download *download = download_of(ctx);
    return download->state != SIM_DOWNLOAD_IDLE && download->transfer == transfer;
}

void sim_download_progress(const struct sim_context *ctx, uint32_t *ret_current,
                           uint32_t *ret_total)
{
    const struct sim_download *download = download_of(ctx);
    bool ended = download->state == SIM_DOWNLOAD_IDLE;
    *ret_current = ended ? download->current_bytes : sim_download_arrived(ctx);
    *ret_total = download->total_bytes;
    if (download->transfer == SIM_TRANSFER_HTTPTOFS && !ended)
        return;
    *ret_current = download->tofs_current_bytes;
    *ret_total = download->tofs_total_bytes;
}

/* The next mark that the surroundings want to be told of, 0 = none that will be reached. */
static uint32_t next_mark(const struct sim_context *ctx)
{
    const struct sim_download *download = download_of(ctx);
    uint32_t mark = ctx->host->http_mark_bytes;
    bool listens = ctx->host->hook && ctx->host->hook_mask >> SIM_HOOK_HTTP_BYTE & 1;
    return listens && mark > download->marked_bytes && mark <= download->offered_bytes ? mark : 0;
}

/* ---- writes to flash ----------------------------------------------------------------------- */

/* A body that stays in RAM writes none. */
static bool writes_flash(const struct sim_download *download)
{
    return user_of(download)->has_body && !user_of(download)->hidden;
}

static uint32_t block_bytes(const struct sim_context *ctx)
{
    return (uint32_t)sim_setting(ctx, SIM_SETTING_DOWNLOAD_BLOCK);
}

/* Nobody listens: blocks are counted when somebody asks for a number. */
static void count_writes(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    if (download->state != SIM_DOWNLOAD_BODY || !download->file || !writes_flash(download))
        return;
    uint32_t blocks = sim_download_arrived(ctx) / block_bytes(ctx);
    if (blocks <= download->written_blocks)
        return;
    ctx->sim->power.nv_writes += blocks - download->written_blocks;
    download->written_blocks = (uint16_t)blocks;
}

/* Where the body has filled the next block, for surroundings that listen; 0 = not yet. */
static uint32_t next_write(const struct sim_context *ctx)
{
    const struct sim_download *download = download_of(ctx);
    bool listens = ctx->host->hook && ctx->host->hook_mask >> SIM_HOOK_NV_WRITE & 1;
    uint64_t end = (download->written_blocks + 1ull) * block_bytes(ctx);
    bool comes = listens && download->file && writes_flash(download);
    return comes && end <= download->offered_bytes ? (uint32_t)end : 0;
}

static struct sim_write begin_write(struct sim_context *ctx)
{
    const struct sim_download *download = download_of(ctx);
    return sim_nv_begin(ctx, download->path, strlen(download->path));
}

/* The file holds the first `bytes` of the blob that is the body; false: there is no room. */
static bool store_blob(struct sim_context *ctx, uint32_t bytes)
{
    const struct sim_download *download = download_of(ctx);
    uint8_t file = (uint8_t)(download->file - 1);
    uint32_t stored = ctx->sim->files.entries[file].size_bytes;
    return bytes <= stored || sim_files_append_blob(ctx, file, download->blob,
                                                    download->from_bytes + stored, bytes - stored);
}

/* The power goes in a write: what lies in the file is `before` it or `after` it. */
static void tear(struct sim_context *ctx, struct sim_write write, uint32_t before, uint32_t after)
{
    struct sim_download *download = download_of(ctx);
    uint8_t file = (uint8_t)(download->file - 1);
    uint32_t keep = write.effect == SIM_WRITE_NEW ? after : before;
    bool settled = download->state != SIM_DOWNLOAD_BODY || download->blob == SIM_EXTENT_IN_STORE;
    download->state = SIM_DOWNLOAD_STALLED;
    download->current_bytes = keep;
    if (write.effect == SIM_WRITE_LOST)
        sim_files_delete(ctx, file);
    else if (settled)
        sim_files_truncate(ctx, file, keep);
    else
        store_blob(ctx, keep);
    sim_flash_end(ctx, write);
}

static void schedule(struct sim_context *ctx);

static void write_block(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    uint32_t before = download->written_blocks++ * block_bytes(ctx);
    struct sim_write write = begin_write(ctx);
    if (write.cut)
        tear(ctx, write, before, before + block_bytes(ctx));
    else
        schedule(ctx);
}

/* The rest of the body and its length; true: the power was cut there. */
static bool write_end(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    uint32_t before = download->written_blocks * block_bytes(ctx);
    if (!download->file || !writes_flash(download))
        return false;
    download->state = SIM_DOWNLOAD_STALLED; /* settled */
    struct sim_write write = begin_write(ctx);
    if (write.cut)
        tear(ctx, write, before, download->current_bytes);
    return write.cut;
}

/* Sets the timer to the next point that matters. */
static void schedule(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    uint64_t at = download->state == SIM_DOWNLOAD_IDLE ? SIM_NEVER : download->due_at_us;
    if (download->state == SIM_DOWNLOAD_BODY) {
        if (download->ended)
            at = arrival_at(download, download->offered_bytes);
        uint32_t mark = next_mark(ctx), write = next_write(ctx);
        if (mark && arrival_at(download, mark) < at)
            at = arrival_at(download, mark);
        if (write && arrival_at(download, write) < at)
            at = arrival_at(download, write);
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
    sim_radio_state_changed(ctx);
}

/* ---- the end ------------------------------------------------------------------------------- */

/* The file becomes what has arrived by now; what is stored of later bytes is given back. */
static void settle(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    if (download->state != SIM_DOWNLOAD_BODY)
        return;
    count_writes(ctx);
    uint32_t arrived = sim_download_arrived(ctx);
    download->current_bytes = arrived;
    if (!download->file)
        return;
    uint8_t file = (uint8_t)(download->file - 1);
    if (download->blob == SIM_EXTENT_IN_STORE)
        sim_files_truncate(ctx, file, arrived);
    else if (!store_blob(ctx, arrived))
        download->full = 1;
}

void sim_download_store(struct sim_context *ctx)
{
    const struct sim_download *download = download_of(ctx);
    if (download->state == SIM_DOWNLOAD_BODY && download->file &&
        download->blob != SIM_EXTENT_IN_STORE)
        store_blob(ctx, sim_download_arrived(ctx));
}

static void report(struct sim_context *ctx, enum sim_transfer transfer, uint16_t code,
                   uint32_t length)
{
    (void)transfer;
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
    if (download->transfer == SIM_TRANSFER_FTP_SIZE)
        return download->total_bytes;
    if (is_good(download, code))
        return download->current_bytes;
    if (code < CODE_NOT_HTTP && sim_setting(ctx, SIM_SETTING_HTTP_ERROR_LENGTH))
        return download->total_bytes;
    return 0;
}

/* What is left of a download: its last numbers. Two modules that are idle alike are alike. */
static void become_idle(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    bool tofs = download->transfer == SIM_TRANSFER_HTTPTOFS;
    *download = (struct sim_download){
        .job = download->job,
        .tofs_current_bytes = tofs ? download->current_bytes : download->tofs_current_bytes,
        .tofs_total_bytes = tofs ? download->total_bytes : download->tofs_total_bytes,
        .refused_at_us = download->refused_at_us,
        .tofs_was = tofs || download->tofs_was,
        .networks = download->networks,
    };
    schedule(ctx);
    sim_radio_state_changed(ctx);
}

/* http-size-lag: the file's length is right only a moment after the result was told. */
static void lag(struct sim_context *ctx, uint8_t file)
{
    struct sim_download *download = download_of(ctx);
    uint64_t lag_us = sim_setting_us(ctx, SIM_SETTING_HTTP_SIZE_LAG);
    if (lag_us == 0)
        return;
    download->lagging = (uint8_t)(file + 1);
    download->settled_at_us = ctx->now_us + lag_us;
}

static bool is_empty_network(const struct sim_context *ctx)
{
    int32_t empty = sim_setting(ctx, SIM_SETTING_HTTP_EMPTY_NETWORKS);
    return empty > 0 && ctx->sim->download.networks <= empty;
}

/* None is counted where it does not matter. */
static void count_network(struct sim_context *ctx)
{
    if (is_empty_network(ctx))
        download_of(ctx)->networks++;
}

void sim_download_hears(struct sim_context *ctx, enum sim_news news)
{
    if (news == SIM_NEWS_WRITE)
        count_writes(ctx);
    else if (news == SIM_NEWS_NETWORK_OPENED)
        count_network(ctx);
}

static void finish(struct sim_context *ctx, uint16_t code)
{
    struct sim_download *download = download_of(ctx);
    const struct user *user = user_of(download);
    enum sim_transfer transfer = (enum sim_transfer)download->transfer;
    bool had_file = download->file != 0;
    uint8_t file = (uint8_t)(download->file - 1);
    settle(ctx);
    if (write_end(ctx))
        return;
    if (is_good(download, code) && download->full)
        code = CODE_NO_MEMORY;
    else if (is_good(download, code) && !had_file && user->has_body)
        code = CODE_OTHER; /* it was deleted meanwhile */
    if (download->forced_code)
        code = download->forced_code;
    bool good = is_good(download, code);
    if (good && download->total_bytes == 0)
        download->total_bytes = download->current_bytes;
    uint32_t length = reported_length(ctx, code);
    char url[SIM_DOWNLOAD_URL];
    memcpy(url, download->url, sizeof url);
    become_idle(ctx);
    if (good && transfer == SIM_TRANSFER_HTTPTOFS)
        lag(ctx, file);
    if (had_file && !good && (user->hidden || sim_setting(ctx, SIM_SETTING_HTTP_FAILED_FILE)))
        sim_files_delete(ctx, file);
    else if (had_file)
        sim_files_tell(ctx, file);
    sim_tell(ctx, SIM_EVENT_HTTP, code, url, strlen(url));
    user->ended(ctx, transfer, code, length);
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

/* The target is truncated before the first byte comes. */
static bool open_file(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    const char *name;
    size_t length;
    const char *hidden = user_of(download)->hidden;
    download->file = 0;
    download->written_blocks = 0;
    if (!user_of(download)->has_body)
        return true;
    if (hidden) {
        download->directory = SIM_DIRECTORY_HIDDEN;
        name = hidden;
        length = strlen(hidden);
    } else if (!sim_files_path(download->path, strlen(download->path), &download->directory, &name,
                               &length)) {
        return false;
    }
    struct sim_write write = {SIM_WRITE_NEW, false};
    if (!hidden)
        write = begin_write(ctx);
    uint8_t file = sim_files_find(&ctx->sim->files, download->directory, name, length);
    if (write.effect == SIM_WRITE_NEW)
        file = sim_files_create(ctx, download->directory, name, length);
    else if (write.effect == SIM_WRITE_LOST && file != SIM_NO_FILE)
        sim_files_delete(ctx, file);
    if (sim_flash_end(ctx, write) || file == SIM_NO_FILE)
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
        if (sim_power_is_on(ctx->sim))
            fail_later(ctx, CODE_NO_MEMORY);
        return;
    }
    forget_request(download);
    download->wanted = 1;
    download->current_bytes = 0;
    download->total_bytes = 0;
    set_state(ctx, SIM_DOWNLOAD_ASK, timeout_at(ctx));
}

/* The server keeps the connection open and says nothing more: it is up to the client. */
static bool is_endless(const struct sim_context *ctx)
{
    return ctx->sim->download.transfer == SIM_TRANSFER_HTTPTOFS &&
           sim_setting(ctx, SIM_SETTING_HTTP_DROPPED) == ENDLESS;
}

static void give_up_attempt(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    settle(ctx);
    forget_request(download);
    if (download->attempts_left > 0)
        download->attempts_left--;
    if (is_endless(ctx)) {
        set_state(ctx, SIM_DOWNLOAD_STALLED, SIM_NEVER);
    } else if (download->attempts_left == 0) {
        download->state = SIM_DOWNLOAD_STALLED; /* settled */
        finish(ctx, user_of(download)->timeout_code);
    } else if (user_of(download)->network(ctx)) {
        ask(ctx);
    } else {
        set_state(ctx, SIM_DOWNLOAD_STALLED, timeout_at(ctx));
    }
}

/* The bytes stop; what has come stays in the file until the next attempt. */
static void stall(struct sim_context *ctx)
{
    settle(ctx);
    /* Whoever looks finds it as long as that, though nothing ended. */
    sim_files_tell(ctx, (uint8_t)(download_of(ctx)->file - 1));
    forget_request(download_of(ctx));
    set_state(ctx, SIM_DOWNLOAD_STALLED, is_endless(ctx) ? SIM_NEVER : timeout_at(ctx));
}

/* ---- what is due --------------------------------------------------------------------------- */

static void on_answer(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    sim_finish(ctx, SIM_DONE);
    sim_tell(ctx, SIM_EVENT_HTTP, 0, download->url, strlen(download->url));
    if (download->forced_code && !is_good(download, download->forced_code))
        fail_later(ctx, download->forced_code);
    else if (!user_of(download)->network(ctx))
        fail_later(ctx, CODE_NETWORK);
    else if (sim_setting(ctx, SIM_SETTING_DNS) && sim_download_is_named(download->url))
        fail_later(ctx, CODE_DNS);
    else if (download->transfer == SIM_TRANSFER_HTTPTOFS && ctx->sim->files.open &&
             sim_setting(ctx, SIM_SETTING_HTTP_BUFFER))
        fail_later(ctx, CODE_NO_MEMORY);
    else
        ask(ctx);
}

static void on_body_end(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    if (download->full)
        finish(ctx, CODE_NO_MEMORY);
    else if (download->transfer == SIM_TRANSFER_HTTPTOFS && download->code == CODE_NETWORK &&
             !download->forced_code && sim_setting(ctx, SIM_SETTING_HTTP_DROPPED) != REPORTED)
        stall(ctx);
    else
        finish(ctx, download->code ? download->code : download->status);
}

static void on_body(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    uint32_t mark = next_mark(ctx), write = next_write(ctx);
    if (write && ctx->now_us >= arrival_at(download, write)) {
        write_block(ctx);
    } else if (mark && ctx->now_us >= arrival_at(download, mark)) {
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
        report(ctx, SIM_TRANSFER_HTTPTOFS, CODE_STACK_BUSY, 0);
        schedule(ctx);
    } else if (on_due[download->state]) {
        on_due[download->state](ctx);
    }
}

/* ---- from the module ----------------------------------------------------------------------- */

/* A body that stays in RAM has no path. */
static bool path_is_good(const struct sim_download_order *order)
{
    const struct user *user = &users[order->transfer];
    uint8_t directory;
    const char *name;
    size_t length;
    if (user->hidden || !user->has_body)
        return order->path_length == 0;
    return order->path_length < SIM_DOWNLOAD_PATH &&
           sim_files_path(order->path, order->path_length, &directory, &name, &length);
}

static bool exists(const struct sim_context *ctx, const struct sim_download_order *order)
{
    uint8_t directory;
    const char *name;
    size_t length;
    return order->path_length > 0 &&
           sim_files_path(order->path, order->path_length, &directory, &name, &length) &&
           sim_files_find(&ctx->sim->files, directory, name, length) != SIM_NO_FILE;
}

/* Setting http-busy. */
enum { BUSY_ERROR, BUSY_604, BUSY_CME };

int sim_download_start(struct sim_context *ctx, const struct sim_download_order *order)
{
    struct sim_download *download = download_of(ctx);
    if (order->url_length >= sizeof download->url || !path_is_good(order))
        return SIM_FAILED;
    if (exists(ctx, order) && sim_setting(ctx, SIM_SETTING_HTTP_EXISTING))
        return SIM_FAILED;
    if (download->state != SIM_DOWNLOAD_IDLE) {
        int32_t busy = sim_setting(ctx, SIM_SETTING_HTTP_BUSY);
        if (order->transfer != SIM_TRANSFER_HTTPTOFS || busy == BUSY_ERROR)
            return SIM_FAILED;
        if (busy == BUSY_CME)
            return SIM_CME_STACK_BUSY;
        download->refused_at_us = ctx->now_us + sim_setting_us(ctx, SIM_SETTING_HTTP_FAILURE_DELAY);
        schedule(ctx);
        return SIM_DONE;
    }
    memcpy(download->url, order->url, order->url_length);
    if (order->path_length > 0)
        memcpy(download->path, order->path, order->path_length);
    download->transfer = order->transfer;
    download->method = order->method;
    download->from_bytes = order->from_bytes;
    download->follow = (uint8_t)sim_download_follow(ctx, (enum sim_transfer)order->transfer);
    download->lagging = 0;
    download->timeout_s = order->timeout_s;
    download->attempts_left = order->attempts;
    download->current_bytes = 0;
    download->total_bytes = 0;
    download->full = 0;
    download->code = 0;
    download->forced_code = sim_tls_code(ctx, download->url, download->forced_code);
    set_state(ctx, SIM_DOWNLOAD_ANSWER,
              ctx->now_us + sim_setting_us(ctx, SIM_SETTING_HTTP_OK_DELAY));
    return SIM_PENDING;
}

bool sim_download_lost(struct sim_context *ctx, enum sim_loss loss)
{
    struct sim_download *download = download_of(ctx);
    bool runs = download->state == SIM_DOWNLOAD_BODY || download->state == SIM_DOWNLOAD_ASK;
    bool had_any = loss == SIM_LOST_BEARER && runs && !user_of(download)->network(ctx);
    if (had_any)
        stall(ctx);
    return had_any;
}

void sim_download_stop(struct sim_context *ctx)
{
    struct sim_download *download = download_of(ctx);
    if (download->state == SIM_DOWNLOAD_IDLE)
        return;
    settle(ctx);
    forget_request(download);
    sim_files_tell(ctx, (uint8_t)(download->file - 1));
    become_idle(ctx);
}

/* NO_SAVE: nothing is known of a download after a restart; what had come lies in the flash. */
void sim_download_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    struct sim_download *download = download_of(ctx);
    struct sim_download kept = {.job = download->job,
                                .forced_code = download->forced_code,
                                .shorten = download->shorten,
                                .short_bytes = download->short_bytes};
    settle(ctx);
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

static bool is_current(const struct sim_download *download, enum sim_download_state state,
                       uint16_t job)
{
    return download->state == state && download->job == job;
}

void sim_http_headers(struct sim *sim, const struct sim_host *host, uint16_t job, uint16_t status,
                      uint32_t length_bytes, uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    struct sim_download *download = &sim->download;
    if (!is_current(download, SIM_DOWNLOAD_ASK, job))
        return;
    uint64_t first_at_us = ctx.now_us + sim_setting_us(&ctx, SIM_SETTING_HTTP_SETUP);
    bool chunked = length_bytes == SIM_HTTP_CHUNKED;
    bool empty =
        status == CODE_OK && download->transfer == SIM_TRANSFER_HTTPTOFS &&
        ((chunked && sim_setting(&ctx, SIM_SETTING_HTTP_CHUNKED)) || is_empty_network(&ctx));
    if (sim_download_stores_page(&ctx, status))
        status = CODE_OK;
    download->status = status;
    download->total_bytes = length_bytes >= SIM_HTTP_CHUNKED || empty ? 0 : length_bytes;
    if (!is_good(download, status)) {
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
    if (status != CODE_PARTIAL && strncmp(download->url, "ftp:", 4) != 0)
        download->from_bytes = 0; /* the server sends all of it */
    if (empty)
        download->ended = 1;
    shorten(&ctx);
    set_state(&ctx, SIM_DOWNLOAD_BODY, timeout_at(&ctx));
    sim_ftp_arrives(&ctx, arrival_at(download, 1));
}

void sim_http_blob(struct sim *sim, const struct sim_host *host, uint16_t job, uint16_t blob,
                   uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
    struct sim_download *download = &sim->download;
    if (!is_current(download, SIM_DOWNLOAD_BODY, job) || download->ended ||
        download->offered_bytes || blob >= host->config->blob_count)
        return;
    uint32_t size = host->config->blobs[blob].size_bytes;
    download->blob = blob;
    download->offered_bytes = size > download->from_bytes ? size - download->from_bytes : 0;
    download->ended = 1;
    shorten(&ctx);
    schedule(&ctx);
}

void sim_http_block(struct sim *sim, const struct sim_host *host, uint16_t job, const void *bytes,
                    size_t size, uint64_t now_us)
{
    struct sim_context ctx = sim_context_at(sim, host, now_us);
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
    struct sim_context ctx = sim_context_at(sim, host, now_us);
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
