/*
 * http_client.h - real downloads for the emulated module: libcurl's multi interface on the bench's
 * loop. One download at a time, as the module has one HTTP engine.
 *
 * Only http, https and ftp, only hosts that were allowed; loopback always is. Redirects are
 * followed only as the request says, each to an allowed host; proxies of the environment are not
 * used. What nobody waits for any more is not read.
 */
#ifndef FOTARIG_HARNESS_SERVE_HTTP_CLIENT_H
#define FOTARIG_HARNESS_SERVE_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/ports/loop.h"

/* What a download tells; `job` is the number given to bench_http_start(). */
struct bench_http_handler {
    /* The status line and the headers came; length_bytes of the body, UINT32_MAX = not told;
       whether it comes in chunks stands in bench_http.chunked. This and the next return false when
       nobody wants more of it: then the connection is closed and end() is not called. */
    bool (*headers)(void *context, uint16_t job, uint16_t status, uint32_t length_bytes);
    bool (*block)(void *context, uint16_t job, const void *bytes, size_t size);
    /* The body is complete (code 0), or the download failed with this code of HTTPTOFS. */
    void (*end)(void *context, uint16_t job, uint16_t code);
    void *context;
    /* deadline_us may have changed, or one of the above was called; NULL = nobody wants to know. */
    void (*changed)(void *context);
};

enum { BENCH_HTTP_SOCKETS = 16 };

/* Redirects that are followed: none, those that keep the method (307, 308), all. */
enum bench_http_follow { BENCH_FOLLOW_NONE, BENCH_FOLLOW_KEPT, BENCH_FOLLOW_ALL };

/* What a download asks with; all zero is GET of the whole. */
struct bench_http_request {
    const char *method; /* "GET", "POST", …, of FTP "DELE", "MKD", "RMD", "RNFR", "LIST", "MDTM" */
    const void *body;   /* of the request, copied; NULL = none. RNFR: the new path and name */
    size_t size;
    uint32_t from_bytes; /* the body is to begin there */
    uint8_t follow;      /* enum bench_http_follow */
};

struct bench_http {
    struct bench_loop *loop;
    void *multi, *easy; /* libcurl's handles; easy NULL = idle */
    const char *const *hosts;
    size_t host_count;
    struct bench_http_handler handler;
    uint64_t deadline_us; /* when bench_http_advance() is due, BENCH_NEVER = not */
    uint16_t job;
    uint8_t told;                      /* 1: headers() was called */
    bool head;                         /* no body is wanted */
    bool ftp;                          /* the transfer is one of FTP, and so are its codes */
    struct bench_http_request request; /* of the next start */
    uint64_t timeout_us;
    uint32_t header_bytes; /* of the answer so far, with the page of a redirect */
    uint32_t hops;         /* redirects followed */
    bool chunked;          /* the body comes in chunks */
    bool located;          /* the answer has a Location */
    bool unwanted;         /* nobody waits for more */
    bool time;             /* MDTM: the body is the file's time */
    void *quotes;          /* list of FTP commands, NULL = none */
    char *stored;          /* copy of it that an FTP server is given piece by piece, NULL = none */
    size_t stored_size, stored_at;
    char error[256]; /* why the last download failed, "" = it did not */
    struct bench_http_socket {
        struct bench_source source;
        struct bench_http *http; /* NULL = free */
    } sockets[BENCH_HTTP_SOCKETS];
};

/* True when `host` (a name or an address) may be asked: loopback, or one of `hosts`. */
bool bench_http_allows(const char *const *hosts, size_t host_count, const char *host);

/*
 * Makes it ready. `hosts` (owned by the caller, kept): names or addresses that may be asked besides
 * loopback. Returns 0, or -1 when libcurl is not there or cannot be set up. Must not move
 * afterwards.
 */
int bench_http_open(struct bench_http *http, struct bench_loop *loop, const char *const *hosts,
                    size_t host_count, const struct bench_http_handler *handler);
void bench_http_close(struct bench_http *http);

/* What the next bench_http_start() asks with; without this call it is GET. */
void bench_http_ask(struct bench_http *http, const struct bench_http_request *request);

/*
 * Begins a download; one that still runs is dropped without a word. Handlers are called from
 * bench_loop_wait() and bench_http_advance(), at the earliest from this very call (a refused host
 * ends with 601). `timeout_us`: of real time, for the connection and for a pause in the body.
 */
void bench_http_start(struct bench_http *http, uint16_t job, const char *url, uint64_t timeout_us);

/* Lets libcurl do what is due; to be called at deadline_us. */
void bench_http_advance(struct bench_http *http, uint64_t now_us);

#endif
