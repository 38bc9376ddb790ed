/* http_client.c - libcurl on the bench's loop. */
#include "harness/serve/http_client.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/serve/curl.h"

enum { FTP_POLL_US = 5000 };

/* Set by bench_http_open(), before any other function here calls it. */
static const struct bench_curl *curl;

/* ---- what may be asked -------------------------------------------------------------------- */

static bool is_loopback(const char *host)
{
    struct in_addr address;
    struct in6_addr address6;

    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &address6) == 1 && IN6_IS_ADDR_LOOPBACK(&address6);
}

bool bench_http_allows(const char *const *hosts, size_t host_count, const char *host)
{
    if (is_loopback(host))
        return true;
    for (size_t i = 0; i < host_count; i++)
        if (strcasecmp(hosts[i], host) == 0)
            return true;
    return false;
}

/* "[::1]" without its brackets. */
static void strip_brackets(char *host)
{
    size_t length = strlen(host);

    if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
        memmove(host, host + 1, length - 2);
        host[length - 2] = '\0';
    }
}

/* Checks scheme and host; false with http->error set. */
static bool check_url(struct bench_http *http, const char *url)
{
    CURLU *parts = curl->url();
    char *scheme = NULL, *host = NULL;
    bool good = false;

    if (!parts || curl->url_set(parts, CURLUPART_URL, url, 0) ||
        curl->url_get(parts, CURLUPART_SCHEME, &scheme, 0) ||
        curl->url_get(parts, CURLUPART_HOST, &host, 0)) {
        snprintf(http->error, sizeof(http->error), "not a URL: '%.100s'", url);
    } else {
        strip_brackets(host);
        if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0 &&
            strcmp(scheme, "ftp") != 0)
            snprintf(http->error, sizeof(http->error), "scheme '%.20s' is not http, https or ftp",
                     scheme);
        else if (!bench_http_allows(http->hosts, http->host_count, host))
            snprintf(http->error, sizeof(http->error), "host '%.100s' is not allowed", host);
        else
            good = true;
        http->ftp = strcmp(scheme, "ftp") == 0;
    }
    curl->free(scheme);
    curl->free(host);
    curl->url_cleanup(parts);
    return good;
}

/* ---- results ------------------------------------------------------------------------------ */

/* HTTPTOFS code of a failed transfer (AT106 9.2.14, sim7000-storage.md 1); all others 601. */
static const struct {
    CURLcode curl;
    uint16_t code;
} codes[] = {
    {CURLE_OK, 0},
    {CURLE_COULDNT_RESOLVE_HOST, 603},
    {CURLE_UNSUPPORTED_PROTOCOL, 600},
    {CURLE_WEIRD_SERVER_REPLY, 600},
    {CURLE_BAD_CONTENT_ENCODING, 600},
    {CURLE_HTTP2, 600},
    {CURLE_OUT_OF_MEMORY, 602},
};

/* Error of a failed FTP transfer (AT106 10.2.14); all others 65, error of the server. */
static const struct {
    CURLcode curl;
    uint16_t code;
} ftp_codes[] = {
    {CURLE_OK, 0},
    {CURLE_COULDNT_RESOLVE_HOST, 62},
    {CURLE_COULDNT_CONNECT, 63},
    {CURLE_OPERATION_TIMEDOUT, 64},
    {CURLE_FTP_ACCEPT_TIMEOUT, 64},
    {CURLE_REMOTE_ACCESS_DENIED, 66},
    {CURLE_WEIRD_SERVER_REPLY, 70},
    {CURLE_LOGIN_DENIED, 72},
    {CURLE_FTP_COULDNT_SET_TYPE, 73},
    {CURLE_FTP_WEIRD_PASV_REPLY, 75},
    {CURLE_FTP_WEIRD_227_FORMAT, 75},
    {CURLE_FTP_PORT_FAILED, 76},
    {CURLE_FTP_COULDNT_RETR_FILE, 77},
    {CURLE_REMOTE_FILE_NOT_FOUND, 77},
    {CURLE_PARTIAL_FILE, 79},
    {CURLE_RECV_ERROR, 79},
};

static uint16_t ftp_code_of(CURLcode result)
{
    for (size_t i = 0; i < sizeof(ftp_codes) / sizeof(ftp_codes[0]); i++)
        if (ftp_codes[i].curl == result)
            return ftp_codes[i].code;
    return 65;
}

static uint16_t code_of(CURLcode result)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].curl == result)
            return codes[i].code;
    return 601;
}

static void drop_transfer(struct bench_http *http)
{
    if (!http->easy)
        return;
    curl->multi_remove_handle(http->multi, http->easy);
    curl->easy_cleanup(http->easy);
    http->easy = NULL;
    free(http->stored);
    http->stored = NULL;
}

static void tell_headers(struct bench_http *http)
{
    long status = 0;
    curl_off_t length = -1;

    if (http->told)
        return;
    curl->easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
    curl->easy_getinfo(http->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (http->ftp)
        status = 200; /* the replies of an FTP server have numbers of their own */
    http->told = 1;
    http->handler.headers(http->handler.context, http->job, (uint16_t)status,
                          length < 0 || length >= UINT32_MAX ? UINT32_MAX : (uint32_t)length);
}

static void finish(struct bench_http *http, CURLcode result)
{
    uint16_t job = http->job;

    if (result != CURLE_OK)
        snprintf(http->error, sizeof(http->error), "%s", curl->easy_strerror(result));
    else
        tell_headers(http); /* there was no body */
    drop_transfer(http);
    http->handler.end(http->handler.context, job,
                      http->ftp ? ftp_code_of(result) : code_of(result));
}

static void collect(struct bench_http *http)
{
    CURLMsg *message;
    int left;

    while ((message = curl->multi_info_read(http->multi, &left)))
        if (message->msg == CURLMSG_DONE && message->easy_handle == http->easy) {
            finish(http, message->data.result);
            return;
        }
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct bench_http *http = context;

    if (http->head)
        return size * count; /* the size of an FTP file, written as a header */
    tell_headers(http);
    http->handler.block(http->handler.context, http->job, bytes, size * count);
    return size * count;
}

/* ---- libcurl on the loop ------------------------------------------------------------------ */

static void tell_change(const struct bench_http *http)
{
    if (http->handler.changed)
        http->handler.changed(http->handler.context);
}

static void on_ready(void *context, unsigned ready)
{
    struct bench_http_socket *slot = context;
    struct bench_http *http = slot->http;
    int events = (ready & BENCH_READABLE ? CURL_CSELECT_IN : 0) |
                 (ready & BENCH_WRITABLE ? CURL_CSELECT_OUT : 0);
    int running;

    curl->multi_socket_action(http->multi, slot->source.fd, events, &running);
    collect(http);
    tell_change(http);
}

static struct bench_http_socket *free_slot(struct bench_http *http)
{
    for (size_t i = 0; i < BENCH_HTTP_SOCKETS; i++)
        if (!http->sockets[i].http)
            return &http->sockets[i];
    return NULL;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *socket_context)
{
    struct bench_http *http = context;
    struct bench_http_socket *slot = socket_context;
    unsigned events =
        (what & CURL_POLL_IN ? BENCH_READABLE : 0u) | (what & CURL_POLL_OUT ? BENCH_WRITABLE : 0u);

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (slot) {
            bench_loop_remove(http->loop, &slot->source);
            slot->http = NULL;
        }
        return 0;
    }
    if (slot)
        return bench_loop_change(http->loop, &slot->source, events);
    slot = free_slot(http);
    if (!slot)
        return -1;
    slot->source = (struct bench_source){fd, on_ready, slot};
    if (bench_loop_add(http->loop, &slot->source, events))
        return -1;
    slot->http = http;
    curl->multi_assign(http->multi, fd, slot);
    return 0;
}

/*
 * libcurl 7.88 does not always ask to be called once EPSV has been answered, so an FTP transfer is
 * looked at every FTP_POLL_US.
 */
static bool is_polled(const struct bench_http *http)
{
    return http->ftp && http->easy;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct bench_http *http = context;

    (void)multi;
    if (is_polled(http))
        return 0;
    http->deadline_us =
        timeout_ms < 0 ? BENCH_NEVER : bench_clock_us() + (uint64_t)timeout_ms * 1000u;
    tell_change(http);
    return 0;
}

int bench_http_open(struct bench_http *http, struct bench_loop *loop, const char *const *hosts,
                    size_t host_count, const struct bench_http_handler *handler)
{
    memset(http, 0, sizeof(*http));
    http->loop = loop;
    http->hosts = hosts;
    http->host_count = host_count;
    http->handler = *handler;
    http->deadline_us = BENCH_NEVER;
    curl = bench_curl_load();
    if (!curl || curl->global_init(CURL_GLOBAL_DEFAULT))
        return -1;
    http->multi = curl->multi_init();
    if (!http->multi) {
        curl->global_cleanup();
        return -1;
    }
    curl->multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl->multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl->multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl->multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    return 0;
}

void bench_http_close(struct bench_http *http)
{
    if (!http->multi)
        return;
    drop_transfer(http);
    curl->multi_cleanup(http->multi);
    http->multi = NULL;
    curl->global_cleanup();
}

static void set_options(struct bench_http *http, const char *url, uint64_t timeout_us)
{
    CURL *easy = http->easy;
    long seconds = (long)(timeout_us / 1000000u);

    curl->easy_setopt(easy, CURLOPT_URL, url);
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,ftp");
    curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt(easy, CURLOPT_PROXY, "");
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout_us / 1000u));
    curl->easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl->easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, seconds > 0 ? seconds : 1L);
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, http);
}

void bench_http_ask(struct bench_http *http, const char *method, const void *body, size_t size)
{
    http->method = method;
    http->upload = body;
    http->upload_size = size;
}

static size_t on_upload(char *buffer, size_t size, size_t count, void *context)
{
    struct bench_http *http = context;
    size_t left = http->stored_size - http->stored_at;
    size_t piece = size * count < left ? size * count : left;

    if (piece > 0)
        memcpy(buffer, http->stored + http->stored_at, piece);
    http->stored_at += piece;
    return piece;
}

/* STOR of an FTP server; the caller's bytes need not last. False: no memory. */
static bool set_upload(struct bench_http *http)
{
    http->stored_size = http->upload_size;
    http->stored_at = 0;
    http->stored = malloc(http->upload_size + 1);
    if (!http->stored)
        return false;
    if (http->upload_size > 0)
        memcpy(http->stored, http->upload, http->upload_size);
    curl->easy_setopt(http->easy, CURLOPT_UPLOAD, 1L);
    curl->easy_setopt(http->easy, CURLOPT_READFUNCTION, on_upload);
    curl->easy_setopt(http->easy, CURLOPT_READDATA, http);
    curl->easy_setopt(http->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)http->upload_size);
    return true;
}

static bool set_method(struct bench_http *http)
{
    CURL *easy = http->easy;
    const char *method = http->method;
    bool good = true;

    http->head = method && strcmp(method, "HEAD") == 0;
    if (http->ftp && method && strcmp(method, "PUT") == 0) {
        good = set_upload(http);
    } else if (http->head) {
        curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (method && strcmp(method, "GET") != 0) {
        curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)http->upload_size);
        curl->easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, http->upload ? http->upload : "");
        curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    }
    bench_http_ask(http, NULL, NULL, 0);
    return good;
}

void bench_http_start(struct bench_http *http, uint16_t job, const char *url, uint64_t timeout_us)
{
    drop_transfer(http);
    http->job = job;
    http->told = 0;
    http->error[0] = '\0';
    if (!check_url(http, url)) {
        http->handler.end(http->handler.context, job, 601);
        return;
    }
    http->easy = curl->easy_init();
    if (!http->easy) {
        http->handler.end(http->handler.context, job, 602);
        return;
    }
    set_options(http, url, timeout_us);
    if (!set_method(http)) {
        drop_transfer(http);
        http->handler.end(http->handler.context, job, 602);
        return;
    }
    if (curl->multi_add_handle(http->multi, http->easy))
        finish(http, CURLE_FAILED_INIT);
    else if (http->ftp)
        http->deadline_us = 0;
}

void bench_http_advance(struct bench_http *http, uint64_t now_us)
{
    int running;

    if (now_us < http->deadline_us)
        return;
    http->deadline_us = BENCH_NEVER;
    if (is_polled(http))
        curl->multi_perform(http->multi, &running);
    else
        curl->multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(http);
    if (is_polled(http))
        http->deadline_us = now_us + FTP_POLL_US;
}
