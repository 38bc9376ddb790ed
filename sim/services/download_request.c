/*
 * download_request.c - what a transfer asks the surroundings for: the URL, the body that goes with
 * it, which redirects are followed; and what others ask about a transfer.
 */
#include "sim/download.h"

#include <string.h>

#include "sim/services/net.h"

/* Setting http-redirect. */
enum { REDIRECT_REPORTED, REDIRECT_MEASURED, REDIRECT_STORED, REDIRECT_FOLLOWED };

static bool is_redirect(uint16_t status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

bool sim_download_stores_page(const struct sim_context *ctx, uint16_t status)
{
    int32_t redirect = sim_setting(ctx, SIM_SETTING_HTTP_REDIRECT);
    bool kept = status == 307 || status == 308;
    return ctx->sim->download.transfer == SIM_TRANSFER_HTTPTOFS && is_redirect(status) &&
           (redirect == REDIRECT_STORED || (redirect == REDIRECT_MEASURED && !kept));
}

enum sim_follow sim_download_follow(const struct sim_context *ctx, enum sim_transfer transfer)
{
    static const enum sim_follow follows[] = {[REDIRECT_REPORTED] = SIM_FOLLOW_NONE,
                                              [REDIRECT_MEASURED] = SIM_FOLLOW_KEPT,
                                              [REDIRECT_STORED] = SIM_FOLLOW_NONE,
                                              [REDIRECT_FOLLOWED] = SIM_FOLLOW_ALL};
    char value[4];
    if (transfer == SIM_TRANSFER_HTTPTOFS)
        return follows[sim_setting(ctx, SIM_SETTING_HTTP_REDIRECT)];
    if (transfer == SIM_TRANSFER_HTTP &&
        sim_text_get(ctx, SIM_TEXT_HTTP_REDIRECT, value, sizeof value) == 1 && value[0] == '1')
        return SIM_FOLLOW_ALL;
    return SIM_FOLLOW_NONE;
}

bool sim_download_is_named(const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    size_t length = strcspn(host, "/?#");
    const char *user = memchr(host, '@', length);
    if (user) {
        length -= (size_t)(user + 1 - host);
        host = user + 1;
    }
    return host[0] != '[' && strspn(host, "0123456789.:") < length;
}

/* The file that the request's body comes from; GET and HEAD have none. */
static uint8_t upload_file(const struct sim *sim)
{
    static const char *const names[SIM_TRANSFER_COUNT] = {[SIM_TRANSFER_HTTP] = SIM_HTTP_UPLOAD,
                                                          [SIM_TRANSFER_SH] = SIM_SH_UPLOAD,
                                                          [SIM_TRANSFER_FTP_PUT] = SIM_FTP_UPLOAD,
                                                          [SIM_TRANSFER_FTP_RENAME] =
                                                              SIM_FTP_UPLOAD};
    const struct sim_download *download = &sim->download;
    const char *name = names[download->transfer];
    if (!name || download->method == SIM_HTTP_GET || download->method == SIM_HTTP_HEAD)
        return SIM_NO_FILE;
    return sim_files_find(&sim->files, SIM_DIRECTORY_HIDDEN, name, strlen(name));
}

size_t sim_http_request_body(const struct sim *sim, const struct sim_host *host, uint32_t offset,
                             void *buffer, size_t size)
{
    uint8_t file = upload_file(sim);
    return file == SIM_NO_FILE ? 0 : sim_files_read(&sim->files, host, file, offset, buffer, size);
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
    ret_request->method = download->method;
    ret_request->from_bytes = download->from_bytes;
    ret_request->follow = download->follow;
    uint8_t upload = upload_file(sim);
    if (upload != SIM_NO_FILE)
        ret_request->body_bytes = sim->files.entries[upload].size_bytes;
    memcpy(ret_request->url, download->url, sizeof ret_request->url);
    return true;
}

bool sim_http_waits(const struct sim *sim, uint16_t job)
{
    const struct sim_download *download = &sim->download;
    bool runs = download->state == SIM_DOWNLOAD_ASK ||
                (download->state == SIM_DOWNLOAD_BODY && !download->ended);
    return runs && download->job == job;
}

/* ---- asked about ----------------------------------------------------------------------------- */

bool sim_download_was_tofs(const struct sim_context *ctx)
{
    return ctx->sim->download.tofs_was != 0;
}
