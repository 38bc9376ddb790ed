/* url.c - the table of schemes: which transport a URL names, in which role. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/ports/client.h"
#include "harness/ports/port.h"
#include "harness/ports/pty.h"
#include "harness/ports/serial.h"
#include "harness/ports/tcp.h"

/* What is to be opened. */
struct wish {
    struct bench_loop *loop;
    const char *url, *rest; /* the rest: behind the scheme */
    uint32_t rate_bps;
    const struct bench_port_listener *listener;
    char *reterr_text;
    size_t reterr_capacity;
};

static int serve_pty(void *port, const struct wish *wish)
{
    return bench_pty_open(port, wish->loop, wish->rest[0] ? wish->rest : NULL, wish->listener,
                          wish->reterr_text, wish->reterr_capacity);
}

static int open_pty(void *port, const struct wish *wish)
{
    return bench_serial_open(port, wish->loop, wish->rest, BENCH_PORT_OPEN, wish->rate_bps,
                             wish->listener, wish->reterr_text, wish->reterr_capacity);
}

/* "DEVICE,RATE": cuts the rate off; false with a message. */
static bool split_rate(const struct wish *wish, char *device, uint32_t *rate_bps)
{
    char *comma;
    unsigned long number;

    snprintf(device, BENCH_SERIAL_PATH_MAX, "%s", wish->rest);
    comma = strrchr(device, ',');
    if (strlen(wish->rest) >= BENCH_SERIAL_PATH_MAX) {
        snprintf(wish->reterr_text, wish->reterr_capacity, "the path of '%.100s...' is too long",
                 wish->url);
        return false;
    }
    if (!comma || comma[1 + strspn(comma + 1, "0123456789")] != '\0')
        return true;
    number = strtoul(comma + 1, NULL, 10);
    if (number < 1 || number > 4000000) {
        snprintf(wish->reterr_text, wish->reterr_capacity,
                 "the rate of '%.200s' is not between 1 and 4000000 bit/s", wish->url);
        return false;
    }
    *rate_bps = (uint32_t)number;
    *comma = '\0';
    return true;
}

static int on_tty(void *port, const struct wish *wish, enum bench_port_role role)
{
    char device[BENCH_SERIAL_PATH_MAX];
    uint32_t rate_bps = wish->rate_bps;

    if (!split_rate(wish, device, &rate_bps))
        return -1;
    return bench_serial_open(port, wish->loop, device, role, rate_bps, wish->listener,
                             wish->reterr_text, wish->reterr_capacity);
}

static int serve_tty(void *port, const struct wish *wish)
{
    return on_tty(port, wish, BENCH_PORT_SERVE);
}

static int open_tty(void *port, const struct wish *wish)
{
    return on_tty(port, wish, BENCH_PORT_OPEN);
}

static int serve_tcp(void *port, const struct wish *wish)
{
    return bench_tcp_open(port, wish->loop, wish->rest, false, wish->listener, wish->reterr_text,
                          wish->reterr_capacity);
}

static int open_tcp(void *port, const struct wish *wish)
{
    return bench_client_open(port, wish->loop, wish->url, wish->rest, false, wish->rate_bps,
                             wish->listener, wish->reterr_text, wish->reterr_capacity);
}

static int serve_rfc2217(void *port, const struct wish *wish)
{
    return bench_tcp_open(port, wish->loop, wish->rest, true, wish->listener, wish->reterr_text,
                          wish->reterr_capacity);
}

static int open_rfc2217(void *port, const struct wish *wish)
{
    return bench_client_open(port, wish->loop, wish->url, wish->rest, true, wish->rate_bps,
                             wish->listener, wish->reterr_text, wish->reterr_capacity);
}

static int serve_unix(void *port, const struct wish *wish)
{
    return bench_tcp_open_unix(port, wish->loop, wish->rest, wish->listener, wish->reterr_text,
                               wish->reterr_capacity);
}

static int open_unix(void *port, const struct wish *wish)
{
    return bench_client_open_unix(port, wish->loop, wish->url, wish->rest, wish->listener,
                                  wish->reterr_text, wish->reterr_capacity);
}

static int open_exec(void *port, const struct wish *wish)
{
    return bench_client_open_program(port, wish->loop, wish->url, wish->rest, wish->listener,
                                     wish->reterr_text, wish->reterr_capacity);
}

/* By role: how large the port is and what opens it; NULL = not in this role. */
static const struct scheme {
    const char *prefix, *form;
    bool bare; /* served, nothing need follow the prefix */
    struct {
        size_t size;
        int (*open)(void *port, const struct wish *wish);
    } roles[2];
} schemes[] = {
    {"pty:",
     "pty:LINK",
     true,
     {{sizeof(struct bench_pty), serve_pty}, {sizeof(struct bench_serial), open_pty}}},
    {"tty:",
     "tty:DEVICE[,RATE]",
     false,
     {{sizeof(struct bench_serial), serve_tty}, {sizeof(struct bench_serial), open_tty}}},
    {"tcp://",
     "tcp://HOST:PORT",
     false,
     {{sizeof(struct bench_tcp), serve_tcp}, {sizeof(struct bench_client), open_tcp}}},
    {"rfc2217://",
     "rfc2217://HOST:PORT",
     false,
     {{sizeof(struct bench_tcp), serve_rfc2217}, {sizeof(struct bench_client), open_rfc2217}}},
    {"unix:",
     "unix:PATH",
     false,
     {{sizeof(struct bench_tcp), serve_unix}, {sizeof(struct bench_client), open_unix}}},
    {"exec:", "exec:COMMAND", false, {{0, NULL}, {sizeof(struct bench_client), open_exec}}},
};

enum { SCHEME_COUNT = sizeof schemes / sizeof schemes[0] };

static const struct scheme *find_scheme(const char *url)
{
    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (strncmp(url, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
            return &schemes[i];
    return NULL;
}

/* "'serial:x' is not a port: expected pty:LINK, ... or ..."; with those of the role. */
static void say_unknown(const struct wish *wish, enum bench_port_role role)
{
    size_t count = (size_t)snprintf(wish->reterr_text, wish->reterr_capacity,
                                    "'%.100s' is not a port%s: expected", wish->url,
                                    find_scheme(wish->url) ? " in this role" : "");

    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (schemes[i].roles[role].open && count < wish->reterr_capacity)
            count += (size_t)snprintf(wish->reterr_text + count, wish->reterr_capacity - count,
                                      "%s %s", i == 0 ? "" : ",", schemes[i].form);
}

struct bench_port *bench_port_open(struct bench_loop *loop, const char *url,
                                   enum bench_port_role role, uint32_t rate_bps,
                                   const struct bench_port_listener *listener, char *reterr_text,
                                   size_t reterr_capacity)
{
    const struct scheme *scheme = find_scheme(url);
    struct wish wish = {loop, url, NULL, rate_bps, listener, reterr_text, reterr_capacity};
    struct bench_port *port;
    bool is_bare = scheme && role == BENCH_PORT_SERVE && scheme->bare;

    if (!scheme || !scheme->roles[role].open || (url[strlen(scheme->prefix)] == '\0' && !is_bare)) {
        say_unknown(&wish, role);
        return NULL;
    }
    wish.rest = url + strlen(scheme->prefix);
    port = calloc(1, scheme->roles[role].size);
    if (!port) {
        snprintf(reterr_text, reterr_capacity, "no memory for %.200s", url);
        return NULL;
    }
    if (scheme->roles[role].open(port, &wish) == 0)
        return port;
    free(port);
    return NULL;
}
