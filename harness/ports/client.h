/*
 * client.h - the host's side of a socket: raw bytes to whoever serves a module there. A peer that
 * hangs up is connected to again until it is back.
 */
#ifndef FOTARIG_HARNESS_PORTS_CLIENT_H
#define FOTARIG_HARNESS_PORTS_CLIENT_H

#include <sys/socket.h>

#include "harness/ports/port.h"

enum {
    BENCH_CLIENT_WAIT_US = 5000000, /* for a peer, at the opening */
    BENCH_CLIENT_AGAIN_US = 100000, /* between two tries to connect again */
    BENCH_CLIENT_TRY_US = 2000000,  /* how long one of them may take */
    BENCH_CLIENT_NAME_MAX = 200
};

struct bench_client {
    struct bench_port port;
    struct bench_source data;
    struct bench_timer again;
    int fd; /* -1 = none */
    bool connecting;
    struct bench_backlog backlog;
    struct sockaddr_storage address; /* of the peer, as it was found at the opening */
    socklen_t address_size;
    char name[BENCH_CLIENT_NAME_MAX]; /* the URL */
};

/* Connects to "HOST:PORT"; `url` is what messages call it. Must not move while it is open. Returns
   0, or -1 with a message. */
int bench_client_open(struct bench_client *client, struct bench_loop *loop, const char *url,
                      const char *address, const struct bench_port_listener *listener,
                      char *reterr_text, size_t reterr_capacity);

#endif
