/* http_server.c - packages of a slot over HTTP, good and bad. */
#include "harness/rack/http_server.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/synthetic_package.h"
#include "harness/lazy/microhttpd.h"
#include "harness/ports/address.h"
#include "harness/rack/hook.h"
#include "harness/scenario/rows.h"

enum {
    CONNECTIONS_MOST = 32,
    CONNECTION_LIMIT_S = 600,
    BLOCK_BYTES = 4096,
    PACKAGE_BYTES_MAX = 16 * 1024 * 1024, /* more than the module's flash takes */
    HTTP_OK = 200,
    HTTP_NOT_FOUND = 404,
    NOTHING = -1
};

struct file {
    uint8_t *bytes;
    size_t size;
};

struct rack_http {
    const struct lazy_microhttpd *library;
    struct MHD_Daemon *daemon;
    struct file *files; /* of the packages, in their order; no bytes where it is no file */
    size_t file_count;
    pthread_mutex_t lock;              /* of what follows */
    struct scenario_package as_wanted; /* http 0: whole */
    int next;                          /* enum scenario_serving, or NOTHING */
};

/* A body in up to three pieces, whatever its headers say. */
struct body {
    uint64_t length; /* that the headers tell */
    const uint8_t *bytes[3];
    size_t size[3];
};

/* ---- what is given --------------------------------------------------------------------------- */

static const char page[] =
    "<html><head><title>Log in</title></head><body>Welcome</body></html>\r\n";
static const uint8_t excess[512], wrong = '?';

static struct body damaged(const struct file *file, size_t at, size_t end)
{
    return (struct body){
        file->size, {file->bytes, &wrong, file->bytes + at + 1}, {at, 1, end - at - 1}};
}

static struct body whole(const struct file *file, const struct scenario_package *package)
{
    size_t end =
        package->http && package->sent_bytes < file->size ? package->sent_bytes : file->size;
    if (package->http && package->damage_at < end)
        return damaged(file, package->damage_at, end);
    return (struct body){file->size, {file->bytes}, {end}};
}

static struct body body_of(const struct file *file, const struct scenario_package *package,
                           int serving)
{
    size_t half = file->size / 2;
    switch (serving) {
    case SCENARIO_SERVES_PAGE:
        return (struct body){sizeof page - 1, {(const uint8_t *)page}, {sizeof page - 1}};
    case SCENARIO_SERVES_LONG:
        return (struct body){
            file->size + sizeof excess, {file->bytes, excess}, {file->size, sizeof excess}};
    case SCENARIO_SERVES_SHORT:
        return (struct body){file->size, {file->bytes}, {half}};
    case SCENARIO_SERVES_DAMAGED:
        return damaged(file, half, file->size);
    default:
        return whole(file, package);
    }
}

/* ---- answers, in the server's thread --------------------------------------------------------- */

/* Gives what stands at an offset; behind the last byte the connection ends, whatever was told. */
static ssize_t read_body(void *context, uint64_t at, char *buffer, size_t capacity)
{
    const struct body *body = context;
    for (unsigned i = 0; i < sizeof body->size / sizeof body->size[0]; i++) {
        if (at < body->size[i]) {
            size_t size = body->size[i] - (size_t)at;
            size = size < capacity ? size : capacity;
            memcpy(buffer, body->bytes[i] + at, size);
            return (ssize_t)size;
        }
        at -= body->size[i];
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static enum MHD_Result give(const struct rack_http *http, struct MHD_Connection *connection,
                            unsigned status, const struct body *body)
{
    struct body *kept = malloc(sizeof *kept);
    struct MHD_Response *response = NULL;
    if (kept) {
        *kept = *body;
        response = http->library->MHD_create_response_from_callback(body->length, BLOCK_BYTES,
                                                                    read_body, kept, free);
    }
    if (!response) {
        free(kept);
        return MHD_NO;
    }
    http->library->MHD_add_response_header(response, "Content-Type", "application/zip");
    http->library->MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result result = http->library->MHD_queue_response(connection, status, response);
    http->library->MHD_destroy_response(response);
    return result;
}

/* "/2/update.zip" is the third package. */
static const struct file *find_file(const struct rack_http *http, const char *url)
{
    char *end = NULL;
    unsigned long number = url[0] == '/' ? strtoul(url + 1, &end, 10) : ULONG_MAX;
    if (number >= http->file_count || strcmp(end, "/update.zip") != 0 || !http->files[number].bytes)
        return NULL;
    return &http->files[number];
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **own)
{
    struct rack_http *http = context;
    const struct file *file = find_file(http, url);
    const struct body empty = {0};
    (void)version, (void)upload, (void)upload_size, (void)own;
    if (!file || (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0))
        return give(http, connection, HTTP_NOT_FOUND, &empty);
    pthread_mutex_lock(&http->lock);
    struct scenario_package package = http->as_wanted;
    int serving = http->next;
    http->next = NOTHING;
    pthread_mutex_unlock(&http->lock);
    if (serving == SCENARIO_SERVES_UNREACHABLE)
        return MHD_NO; /* the connection ends without a word */
    unsigned status = serving == SCENARIO_SERVES_NOT_FOUND ? HTTP_NOT_FOUND
                      : serving == NOTHING && package.http ? package.http
                                                           : HTTP_OK;
    struct body body = body_of(file, &package, serving);
    return give(http, connection, status, status == HTTP_OK ? &body : &empty);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool read_file(const char *path, struct file *ret_file, char *reterr_text)
{
    FILE *stream = fopen(path, "rbe");
    uint8_t *bytes = stream ? malloc(PACKAGE_BYTES_MAX + 1) : NULL;
    size_t size = bytes ? fread(bytes, 1, PACKAGE_BYTES_MAX + 1, stream) : 0;
    bool good = size > 0 && size <= PACKAGE_BYTES_MAX && !ferror(stream);
    if (!good)
        snprintf(reterr_text, RACK_TEXT_MAX,
                 "package %.200s: expected a file of 1 to %d bytes that can be read%s%.100s", path,
                 PACKAGE_BYTES_MAX, stream ? "" : ": ", stream ? "" : strerror(errno));
    if (stream)
        fclose(stream);
    uint8_t *fitting = good ? realloc(bytes, size) : NULL;
    if (good)
        *ret_file = (struct file){.bytes = fitting ? fitting : bytes, .size = size};
    else
        free(bytes);
    return good && ret_file->bytes;
}

bool rack_http_measure(struct rack_package *packages, size_t count, char *reterr_text)
{
    for (size_t i = 0; i < count; i++) {
        struct file file;
        if (!packages[i].file)
            continue;
        if (!read_file(packages[i].file, &file, reterr_text))
            return false;
        packages[i].size_bytes = (uint32_t)file.size;
        packages[i].crc32 = bench_package_crc32(file.bytes, file.size);
        free(file.bytes);
    }
    return true;
}

/* ---- life ------------------------------------------------------------------------------------ */

/* The thread must take no signal: the bench waits for it. */
static bool listen_at(struct rack_http *http, const char *where, char *reterr_text)
{
    sigset_t all, before;
    struct addrinfo *found =
        bench_address_find(where, AI_PASSIVE | AI_NUMERICHOST, reterr_text, RACK_TEXT_MAX);
    if (!found)
        return false;
    unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD |
                     (found->ai_family == AF_INET6 ? (unsigned)MHD_USE_IPv6 : 0u);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    http->daemon = http->library->MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, http, MHD_OPTION_SOCK_ADDR, found->ai_addr,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)CONNECTION_LIMIT_S, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
    int problem = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    freeaddrinfo(found);
    if (!http->daemon)
        snprintf(reterr_text, RACK_TEXT_MAX, "cannot serve packages at %.200s: %s", where,
                 strerror(problem));
    return http->daemon != NULL;
}

static bool read_files(struct rack_http *http, const struct rack_slot *slot, char *reterr_text)
{
    http->files = calloc(slot->package_count, sizeof *http->files);
    for (size_t i = 0; http->files && i < slot->package_count; i++) {
        http->file_count++;
        if (slot->packages[i].file &&
            !read_file(slot->packages[i].file, &http->files[i], reterr_text))
            return false;
    }
    return http->files != NULL;
}

struct rack_http *rack_http_open(const struct rack_slot *slot, char *reterr_text)
{
    struct rack_http *http = calloc(1, sizeof *http);
    snprintf(reterr_text, RACK_TEXT_MAX, "not enough memory");
    if (!http)
        return NULL;
    http->next = NOTHING;
    pthread_mutex_init(&http->lock, NULL);
    http->library = lazy_microhttpd();
    if (!http->library)
        snprintf(reterr_text, RACK_TEXT_MAX, "the HTTP server can't be loaded: %s", dlerror());
    else if (read_files(http, slot, reterr_text) && listen_at(http, slot->http, reterr_text))
        return http;
    rack_http_close(http);
    return NULL;
}

void rack_http_close(struct rack_http *http)
{
    if (!http)
        return;
    if (http->daemon)
        http->library->MHD_stop_daemon(http->daemon);
    for (size_t i = 0; i < http->file_count; i++)
        free(http->files[i].bytes);
    free(http->files);
    pthread_mutex_destroy(&http->lock);
    free(http);
}

void rack_http_serve_case(struct rack_http *http, const struct scenario_package *package)
{
    pthread_mutex_lock(&http->lock);
    http->as_wanted = *package;
    http->next = NOTHING;
    pthread_mutex_unlock(&http->lock);
}

void rack_http_serve_next(struct rack_http *http, unsigned serving)
{
    pthread_mutex_lock(&http->lock);
    http->next = (int)serving;
    pthread_mutex_unlock(&http->lock);
}
