/*
 * host_outside.h - a host end outside of this process, in real time: a program that is started for
 * each case (spawn: with a pty as its port, exec: with the wire as its standard input and output),
 * or whoever comes to a port (a board, a program that runs already).
 *
 * The module's time stands until the client has opened the port or said something, so that how long
 * a program takes to start is not part of the day.
 */
#ifndef FOTARIG_HARNESS_BENCH_HOST_OUTSIDE_H
#define FOTARIG_HARNESS_BENCH_HOST_OUTSIDE_H

#include "harness/bench/claims.h"
#include "harness/bench/end.h"
#include "harness/ports/captured.h"
#include "harness/ports/keeper.h"
#include "harness/ports/port.h"

enum bench_outside_kind { BENCH_OUTSIDE_SPAWN, BENCH_OUTSIDE_EXEC, BENCH_OUTSIDE_PORT };

struct bench_outside_options {
    uint8_t kind;          /* enum bench_outside_kind */
    const char *what;      /* the command, or the port's URL */
    const char *port_name; /* SPAWN: a link of that name leads to the port; NULL = none */
    struct bench_claims claims;
    double speed; /* of the module's clock, for FOTA_SPEED */
    /* PORT: told where a case waits for its client ("/dev/pts/7"); NULL = nobody is. */
    void (*waiting)(const char *where);
};

/* Of one process of the bench; its case's run has it as host_context. */
struct bench_outside_host {
    struct bench_outside_options options;
    struct bench_loop *loop;
    struct bench_command command;
    struct bench_environment environment;
    struct bench_folder folder;
    struct bench_run *run; /* that goes on; NULL = none */
    struct bench_port *port;
    struct bench_port_listener listener;
    struct bench_source wire;     /* EXEC; fd -1 = none */
    struct bench_backlog arrived; /* that waits for the line */
    uint32_t arrived_bps;
    uint64_t lost_bytes; /* beyond its room */
    struct keeper keeper;
    struct bench_source ended;        /* the keeper has something to tell; fd -1 = none */
    struct bench_captured outputs[2]; /* standard output and errors */
    struct bench_timer timer;         /* of the limits below */
    bool is_there;                    /* the client has come to its port, or has spoken */
    bool was_started, was_over, was_through;
    int status;    /* of waitpid(), once it was over */
    char how[160]; /* of what the bench has ended; "" = it ended by itself */
};

/* Looks at command or URL, makes the folder. `loop` must outlive it. False with a text; it is done
   all the same. */
bool bench_outside_host_open(struct bench_outside_host *host, struct bench_loop *loop,
                             const struct bench_outside_options *options, char *reterr_text,
                             size_t reterr_capacity);
void bench_outside_host_close(struct bench_outside_host *host);

extern const struct bench_end bench_host_outside;

#endif
