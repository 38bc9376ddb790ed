/*
 * client.h - the host's side of a socket: raw bytes or RFC 2217 to whoever serves a module there,
 * by TCP or by a socket in the file system; or raw bytes to a program. A peer that hangs up is
 * connected to again until it is back, a program that ends is started again; RFC 2217 sets its rate
 * and lines again.
 *
 * RFC 2217 is up when the server has told that it is at our rate. Raw bytes are up when the server
 * has not hung up within a moment, as one does that has a client already.
 */
#ifndef FOTARIG_HARNESS_PORTS_CLIENT_H
#define FOTARIG_HARNESS_PORTS_CLIENT_H

#include <sys/socket.h>

#include "harness/ports/port.h"
#include "harness/ports/program.h"
#include "harness/ports/rfc2217.h"

enum {
    BENCH_CLIENT_CONNECT_US = 5000000, /* how long connecting may take, at the opening */
    BENCH_CLIENT_AGAIN_US = 100000,    /* between two tries to connect again */
    BENCH_CLIENT_RESTART_US = 1000000, /* before a program that has ended is started again */
    BENCH_CLIENT_TRY_US = 2000000,     /* how long one of them may take */
    BENCH_CLIENT_AGREE_US = 3000000,   /* how long RFC 2217's negotiation may take */
    BENCH_CLIENT_NAME_MAX = 200,
    BENCH_CLIENT_HELD_MAX = 256 /* bytes of data that come before RFC 2217 is up; more are lost */
};

enum bench_client_state {
    BENCH_CLIENT_DOWN,
    BENCH_CLIENT_CONNECTING,
    BENCH_CLIENT_GREETING,
    BENCH_CLIENT_UP
};

struct bench_client {
    struct bench_port port;
    struct bench_source data;
    struct bench_timer timer; /* of the state; up: data that is held is handed on */
    int fd;                   /* -1 = none */
    enum bench_client_state state;
    bool opening;  /* it has not been up yet */
    char why[160]; /* the opening has failed for this reason */
    bool is_rfc2217;
    struct bench_rfc2217 telnet;
    uint32_t rate_bps; /* of this side */
    uint8_t lines;     /* of this side */
    bool rate_wrong;   /* the server has told another rate, which was said */
    bool lines_untold; /* the peer's lines have come before it was up */
    uint8_t held[BENCH_CLIENT_HELD_MAX];
    size_t held_count;
    struct bench_backlog backlog;
    struct sockaddr_storage address; /* of the peer, as it was found at the opening */
    socklen_t address_size;
    struct bench_program *program;    /* instead of that; owned, NULL = none */
    char name[BENCH_CLIENT_NAME_MAX]; /* the URL */
};

/* When a raw server has told that it is in use, or has hung up, if it does; 20 ms. Tests set it: a
   peer of this machine may be late. */
extern uint64_t bench_client_early_us;

/* Connects to "HOST:PORT"; `url` is what messages call it. Must not move while it is open. Returns
   0, or -1 with a message. */
int bench_client_open(struct bench_client *client, struct bench_loop *loop, const char *url,
                      const char *address, bool is_rfc2217, uint32_t rate_bps,
                      const struct bench_port_listener *listener, char *reterr_text,
                      size_t reterr_capacity);

/* The same for the socket at `path`, with raw bytes. */
int bench_client_open_unix(struct bench_client *client, struct bench_loop *loop, const char *url,
                           const char *path, const struct bench_port_listener *listener,
                           char *reterr_text, size_t reterr_capacity);

/* The same for the standard input and output of a program; `command` is split as program.h says. */
int bench_client_open_program(struct bench_client *client, struct bench_loop *loop, const char *url,
                              const char *command, const struct bench_port_listener *listener,
                              char *reterr_text, size_t reterr_capacity);

#endif
