/* http_client.c - libcurl on the bench's loop. */
#include "harness/serve/http_client.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "harness/serve/curl.h"

enum {
    FTP_POLL_US = 5000,
    HEADER_BYTES_MAXIMUM =
        65536, /* of one answer, those of 1xx before it and a redirect's page included */
    HOPS_MAXIMUM = 10,
    RECEIVE_BYTES = 65536, /* of a socket's buffer: what it holds is taken from a server, too */
    PATH_SIZE = 600
};

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
        snprintf(http->error, sizeof http->error, "not a URL: '%.100s'", url);
    } else {
        strip_brackets(host);
        if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0 &&
            strcmp(scheme, "ftp") != 0)
            snprintf(http->error, sizeof http->error, "scheme '%.20s' is not http, https or ftp",
                     scheme);
        else if (!bench_http_allows(http->hosts, http->host_count, host))
            snprintf(http->error, sizeof http->error, "host '%.100s' is not allowed", host);
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
    {CURLE_FTP_COULDNT_USE_REST, 74},
    {CURLE_BAD_DOWNLOAD_RESUME, 74},
    {CURLE_QUOTE_ERROR, 77},
    {CURLE_FTP_COULDNT_RETR_FILE, 77},
    {CURLE_REMOTE_FILE_NOT_FOUND, 77},
    {CURLE_PARTIAL_FILE, 79},
    {CURLE_RECV_ERROR, 79},
};

static uint16_t ftp_code_of(CURLcode result)
{
    for (size_t i = 0; i < sizeof ftp_codes / sizeof ftp_codes[0]; i++)
        if (ftp_codes[i].curl == result)
            return ftp_codes[i].code;
    return 65;
}

static uint16_t code_of(CURLcode result)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
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
    curl->slist_free_all(http->quotes);
    http->quotes = NULL;
}

/* The answer points elsewhere, and that is to be followed. */
static bool is_followed(const struct bench_http *http)
{
    long status = 0;

    if (http->ftp || !http->located || http->request.follow == BENCH_FOLLOW_NONE ||
        http->hops >= HOPS_MAXIMUM)
        return false;
    curl->easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
    return status == 307 || status == 308 ||
           (http->request.follow == BENCH_FOLLOW_ALL && status >= 301 && status <= 303);
}

/* Where an answer that has ended points to; NULL = nowhere that is followed. */
static const char *redirect_of(const struct bench_http *http)
{
    char *url = NULL;

    if (is_followed(http))
        curl->easy_getinfo(http->easy, CURLINFO_REDIRECT_URL, &url);
    return url;
}

/* False: nobody wants the body. */
static bool tell_headers(struct bench_http *http)
{
    long status = 0;
    curl_off_t length = -1;

    if (http->told)
        return true;
    curl->easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
    curl->easy_getinfo(http->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (http->ftp)
        status = 200; /* the replies of an FTP server have numbers of their own */
    http->told = 1;
    return http->handler.headers(http->handler.context, http->job, (uint16_t)status,
                                 length < 0 || length >= UINT32_MAX - 1 ? UINT32_MAX
                                                                        : (uint32_t)length);
}

/* The file's time, as MDTM writes it; false: the server did not tell it. */
static bool tell_time(struct bench_http *http)
{
    curl_off_t changed_s = -1;
    time_t seconds;
    struct tm utc;
    char digits[24];

    curl->easy_getinfo(http->easy, CURLINFO_FILETIME_T, &changed_s);
    seconds = (time_t)changed_s;
    if (changed_s < 0 || !gmtime_r(&seconds, &utc) ||
        strftime(digits, sizeof digits, "%Y%m%d%H%M%S", &utc) == 0)
        return false;
    http->handler.headers(http->handler.context, http->job, 200, UINT32_MAX);
    http->handler.block(http->handler.context, http->job, digits, strlen(digits));
    return true;
}

/* Asks where the answer points to; its host has to be allowed as well. */
static void follow(struct bench_http *http)
{
    const char *found = redirect_of(http);
    char *url = found ? strdup(found) : NULL;
    struct bench_http_request request = http->request;
    uint32_t hops = http->hops + 1;

    request.body = NULL;
    request.size = 0;
    bench_http_ask(http, &request);
    bench_http_start(http, http->job, url ? url : "", http->timeout_us);
    http->hops = hops;
    free(url);
}

static void finish(struct bench_http *http, CURLcode result)
{
    uint16_t job = http->job, code;
    bool wanted = true;

    if (result == CURLE_OK && redirect_of(http)) {
        follow(http);
        return;
    }
    code = http->ftp ? ftp_code_of(result) : code_of(result);
    if (http->header_bytes > HEADER_BYTES_MAXIMUM && !http->ftp)
        code = 600;
    if (result != CURLE_OK && !http->unwanted)
        snprintf(http->error, sizeof http->error, "%s", curl->easy_strerror(result));
    else if (result == CURLE_OK && http->time && !tell_time(http))
        code = 77;
    else if (result == CURLE_OK && !http->time)
        wanted = tell_headers(http); /* there was no body */
    wanted = wanted && !http->unwanted;
    drop_transfer(http);
    if (wanted)
        http->handler.end(http->handler.context, job, code);
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

/* Counts what is read besides the body that is wanted; returns 0 when that is too much. */
static size_t read_besides(struct bench_http *http, size_t length)
{
    http->header_bytes += (uint32_t)(length < HEADER_BYTES_MAXIMUM ? length : HEADER_BYTES_MAXIMUM);
    return http->header_bytes > HEADER_BYTES_MAXIMUM ? 0 : length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct bench_http *http = context;

    if (http->head || http->time)
        return size * count; /* the size of an FTP file, written as a header */
    if (is_followed(http))
        return read_besides(http, size * count); /* the page of the redirect */
    http->unwanted = !tell_headers(http) ||
                     !http->handler.block(http->handler.context, http->job, bytes, size * count);
    return http->unwanted ? 0 : size * count;
}

/* The codings of a message end with "chunked" if it comes so (RFC 9112 6.1). */
static bool is_chunked(const char *line, size_t length)
{
    static const char name[] = "transfer-encoding:", coding[] = "chunked";

    while (length > 0 && strchr("\r\n ", line[length - 1]))
        length--;
    return length >= sizeof name + sizeof coding - 2 &&
           strncasecmp(line, name, sizeof name - 1) == 0 &&
           strncasecmp(line + length - (sizeof coding - 1), coding, sizeof coding - 1) == 0;
}

/* One line of the header; a server that never ends them is left. */
static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct bench_http *http = context;
    size_t length = size * count;

    if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
        http->chunked = http->located = false; /* another answer, behind a 1xx */
    http->chunked = http->chunked || is_chunked(bytes, length);
    http->located = http->located || (length >= 9 && strncasecmp(bytes, "location:", 9) == 0);
    return read_besides(http, length);
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
    memset(http, 0, sizeof *http);
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

/* A download that stops has taken no more from its server than this besides. */
static int on_created(void *context, curl_socket_t fd, curlsocktype purpose)
{
    const int size = RECEIVE_BYTES;
    (void)context;
    (void)purpose;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return CURL_SOCKOPT_OK;
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
    curl->easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_created);
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, http);
    curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl->easy_setopt(easy, CURLOPT_HEADERDATA, http);
}

void bench_http_ask(struct bench_http *http, const struct bench_http_request *request)
{
    http->request = *request;
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
    http->stored_size = http->request.size;
    http->stored_at = 0;
    http->stored = malloc(http->request.size + 1);
    if (!http->stored)
        return false;
    if (http->request.size > 0)
        memcpy(http->stored, http->request.body, http->request.size);
    curl->easy_setopt(http->easy, CURLOPT_UPLOAD, 1L);
    curl->easy_setopt(http->easy, CURLOPT_READFUNCTION, on_upload);
    curl->easy_setopt(http->easy, CURLOPT_READDATA, http);
    curl->easy_setopt(http->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)http->request.size);
    return true;
}

/* ---- FTP: what is done on the server -------------------------------------------------------- */

/* Path of an FTP URL, decoded, relative to where the login leads; false: it is none to be trusted.
 */
static bool get_path(const char *url, char path[PATH_SIZE])
{
    CURLU *parts = curl->url();
    char *found = NULL;
    bool good = parts && curl->url_set(parts, CURLUPART_URL, url, 0) == 0 &&
                curl->url_get(parts, CURLUPART_PATH, &found, CURLU_URLDECODE) == 0 &&
                strlen(found) < PATH_SIZE;

    if (good)
        memcpy(path, found + (found[0] == '/'), strlen(found + (found[0] == '/')) + 1);
    for (const char *c = path; good && *c; c++)
        good = (unsigned char)*c >= ' '; /* a line end would begin another command */
    curl->free(found);
    curl->url_cleanup(parts);
    return good && path[0] != '\0';
}

static bool quote(struct bench_http *http, const char *command, const char *path)
{
    char line[PATH_SIZE + 8];
    struct curl_slist *list;

    snprintf(line, sizeof line, "%s %s", command, path);
    list = curl->slist_append(http->quotes, line);
    if (list)
        http->quotes = list;
    return list != NULL;
}

/* The root of the server is asked for, so that nothing but the commands is done. */
static bool set_root(struct bench_http *http, const char *url)
{
    CURLU *parts = curl->url();
    char *root = NULL;
    bool good = parts && curl->url_set(parts, CURLUPART_URL, url, 0) == 0 &&
                curl->url_set(parts, CURLUPART_PATH, "/", 0) == 0 &&
                curl->url_get(parts, CURLUPART_URL, &root, 0) == 0;

    if (good)
        curl->easy_setopt(http->easy, CURLOPT_URL, root);
    curl->free(root);
    curl->url_cleanup(parts);
    return good;
}

static bool set_new_name(struct bench_http *http)
{
    char path[PATH_SIZE];
    size_t size = http->request.size;
    const char *bytes = http->request.body;

    if (!bytes || size == 0 || size >= sizeof path)
        return false;
    memcpy(path, bytes, size);
    path[size] = '\0';
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)path[i] < ' ')
            return false;
    return quote(http, "RNTO", path + (path[0] == '/'));
}

static bool set_ftp_command(struct bench_http *http, const char *url)
{
    const char *method = http->request.method;
    char path[PATH_SIZE];

    if (!get_path(url, path) || !set_root(http, url) || !quote(http, method, path))
        return false;
    if (strcmp(method, "RNFR") == 0 && !set_new_name(http))
        return false;
    curl->easy_setopt(http->easy, CURLOPT_NOBODY, 1L);
    curl->easy_setopt(http->easy, CURLOPT_QUOTE, http->quotes);
    return true;
}

static bool set_ftp_method(struct bench_http *http, const char *url)
{
    const char *method = http->request.method;

    http->time = strcmp(method, "MDTM") == 0;
    if (strcmp(method, "PUT") == 0)
        return set_upload(http);
    if (http->time || strcmp(method, "HEAD") == 0) {
        curl->easy_setopt(http->easy, CURLOPT_NOBODY, 1L);
        curl->easy_setopt(http->easy, CURLOPT_FILETIME, http->time ? 1L : 0L);
        return true;
    }
    if (strcmp(method, "GET") == 0 || strcmp(method, "LIST") == 0)
        return true;
    return set_ftp_command(http, url);
}

static bool set_method(struct bench_http *http, const char *url)
{
    CURL *easy = http->easy;
    const char *method = http->request.method ? http->request.method : "GET";
    bool good = true;
    char range[16];

    http->request.method = method;
    http->head = strcmp(method, "HEAD") == 0;
    http->time = false;
    snprintf(range, sizeof range, "%lu-", (unsigned long)http->request.from_bytes);
    if (http->request.from_bytes > 0)
        curl->easy_setopt(easy, CURLOPT_RANGE, range);
    if (http->ftp) {
        good = set_ftp_method(http, url);
    } else if (http->head) {
        curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (strcmp(method, "GET") != 0) {
        curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)http->request.size);
        curl->easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
                          http->request.body ? http->request.body : "");
        curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    }
    http->request.body = NULL; /* the caller's bytes need not last */
    http->request.size = 0;
    return good;
}

void bench_http_start(struct bench_http *http, uint16_t job, const char *url, uint64_t timeout_us)
{
    drop_transfer(http);
    http->job = job;
    http->told = 0;
    http->timeout_us = timeout_us;
    http->header_bytes = http->hops = 0;
    http->chunked = http->located = http->unwanted = false;
    http->error[0] = '\0';
    if (!check_url(http, url)) {
        http->request = (struct bench_http_request){0};
        http->handler.end(http->handler.context, job, 601);
        return;
    }
    http->easy = curl->easy_init();
    if (!http->easy) {
        http->handler.end(http->handler.context, job, 602);
        return;
    }
    set_options(http, url, timeout_us);
    if (!set_method(http, url)) {
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
