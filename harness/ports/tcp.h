/*
 * tcp.h - a module's port as a server of sockets: TCP with raw bytes, or with RFC 2217's rates and
 * modem lines; or a socket in the file system. One client at a time; a second one is refused.
 * Nobody there: what is sent is lost.
 */
#ifndef FOTARIG_HARNESS_PORTS_TCP_H
#define FOTARIG_HARNESS_PORTS_TCP_H

#include "harness/ports/port.h"
#include "harness/ports/rfc2217.h"

enum { BENCH_TCP_NAME_MAX = 128 };

struct bench_tcp {
    struct bench_port port;
    int listen_fd, client_fd; /* -1 = none */
    struct bench_acceptor arrivals;
    struct bench_source data;
    bool has_ended;            /* the client sends no more, but still reads */
    struct bench_timer linger; /* when such a one is let go */
    struct bench_backlog backlog;
    bool is_rfc2217;
    struct bench_rfc2217 telnet;       /* of the client */
    uint8_t lines;                     /* of the module */
    char name[BENCH_TCP_NAME_MAX];     /* "127.0.0.1:7000", or the path of the socket */
    uint64_t file_device, file_number; /* of that path; 0: there is none */
};

/*
 * Listens at `address`, "HOST:PORT" or "[HOST]:PORT"; port 0: the system chooses one (see name).
 * Must not move while it is open. Returns 0, or -1 with a message.
 */
int bench_tcp_open(struct bench_tcp *tcp, struct bench_loop *loop, const char *address,
                   bool is_rfc2217, const struct bench_port_listener *listener, char *reterr_text,
                   size_t reterr_capacity);

/*
 * Listens at a socket of this path, which goes with the port. A socket that nobody serves any more
 * is replaced; anything else that lies there is left alone and an error.
 */
int bench_tcp_open_unix(struct bench_tcp *tcp, struct bench_loop *loop, const char *path,
                        const struct bench_port_listener *listener, char *reterr_text,
                        size_t reterr_capacity);

#endif
