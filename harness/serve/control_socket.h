/*
 * control_socket.h - a local socket that serves lines: one request a line, one answer a line.
 *
 * The socket is made for its owner alone (mode 0600). Clients are many and hostile: a line has a
 * bounded length, who does not read his answers is dropped, who leaves is forgotten. What a line
 * means is the handler's business.
 */
#ifndef FOTARIG_HARNESS_SERVE_CONTROL_SOCKET_H
#define FOTARIG_HARNESS_SERVE_CONTROL_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/ports/loop.h"

enum {
    BENCH_CONTROL_CLIENTS = 16,
    BENCH_CONTROL_LINE_BYTES = 8192,    /* of a request, its end included */
    BENCH_CONTROL_ANSWER_BYTES = 131072 /* that a client has not yet read */
};

struct bench_control;

struct bench_control_client {
    struct bench_control *control;
    struct bench_source source; /* fd -1 = no client */
    bool overflow;              /* the line is longer than it may be; its rest is dropped */
    bool pending;               /* a request has no answer yet: no further line is taken */
    size_t line_count;          /* bytes in line */
    size_t answer_start, answer_count;
    char line[BENCH_CONTROL_LINE_BYTES];
    char answer[BENCH_CONTROL_ANSWER_BYTES];
};

struct bench_control_handler {
    /*
     * A line came, without its end and without NUL. Must lead to one bench_control_answer(), now
     * or later. `length` is BENCH_CONTROL_LINE_BYTES or more for a line that was too long, whose
     * bytes are not given.
     */
    void (*line)(void *context, struct bench_control_client *client, const char *line,
                 size_t length);
    /* A client left before its answer: it must not be answered any more. */
    void (*gone)(void *context, struct bench_control_client *client);
    void *context;
};

/* Large; owned by the caller, must not move while it is open. */
struct bench_control {
    struct bench_loop *loop;
    struct bench_control_handler handler;
    struct bench_acceptor listener; /* source.fd -1 = not open */
    uint64_t device, node;          /* of the socket, so that only the own one is removed */
    char path[108];
    struct bench_control_client clients[BENCH_CONTROL_CLIENTS];
};

/*
 * Listens at `path`. A socket that nobody serves any more is replaced; one that is served, and
 * anything that is not a socket, is left alone and an error. Returns 0, or -1 with a message that
 * says what to do. The memory must be zero, as calloc() gives it. All zero is not open: set
 * listener.source.fd to -1 before bench_control_close() may meet one that was never opened.
 */
int bench_control_open(struct bench_control *control, struct bench_loop *loop, const char *path,
                       const struct bench_control_handler *handler, char *reterr_text,
                       size_t reterr_capacity);
/* Drops all clients and removes the socket. */
void bench_control_close(struct bench_control *control);

/*
 * Sends the answer to the request that is pending, a text without end of line. The next line of
 * the client, if it has come already, is handled from bench_control_resume().
 */
void bench_control_answer(struct bench_control_client *client, const char *text, size_t length);

/* Handles lines that waited for an answer; to be called once a turn of the loop. */
void bench_control_resume(struct bench_control *control);

/*
 * Connects to a control socket; a descriptor, or -1 with errno set. For clients; blocks. `path`
 * too long: ENAMETOOLONG.
 */
int bench_control_connect(const char *path);

#endif
