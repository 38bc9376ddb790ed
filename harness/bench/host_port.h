/*
 * host_port.h - a host end behind ports of this machine, in serve role: any number of them, on
 * which somebody's own client hears and talks to the module. In real time only.
 *
 * The owner has the clock: it is asked to bring the run to the time that it is before anything is
 * done to it, and to go on afterwards.
 */
#ifndef FOTARIG_HARNESS_BENCH_HOST_PORT_H
#define FOTARIG_HARNESS_BENCH_HOST_PORT_H

#include "harness/bench/pace.h"
#include "harness/bench/run.h"
#include "harness/ports/port.h"

enum { BENCH_HOST_PORT_BYTES = 4096 };

/* What leaves within one wake goes out with one write. One serves all ends of a process. */
struct bench_outbox {
    size_t count;
    uint64_t due_us;   /* of the run: when the first of it has arrived */
    uint32_t baud_bps; /* at which the module sends it */
    uint8_t bytes[BENCH_HOST_PORT_BYTES];
};

struct bench_host_port_owner {
    /* The client has done something, `sent`: it has sent bytes. The run's time is now, what was due
       is done. False: the run stands, and what the client sends is lost. */
    bool (*enter)(void *context, bool sent);
    void (*leave)(void *context);
    /* What a port that went or came has to say; NULL = nobody wants to know. */
    void (*said)(void *context, const char *text);
};

/* Owned by the caller; must not move while it has ports. */
struct bench_host_port {
    struct bench_run *run;
    const struct bench_host_port_owner *owner;
    void *owner_context;
    const struct bench_pace *pace; /* the owner's */
    struct bench_outbox *outbox;
    struct bench_port *ports;            /* in no order; NULL = nobody hears it */
    struct bench_port_listener listener; /* what its ports are opened with */
    const uint8_t *fresh;                /* bytes that the client sends just now, not kept yet */
    size_t fresh_count;
    struct bench_backlog arrived; /* those that wait for the line; before the fresh ones */
    uint32_t arrived_bps;         /* rate that the client sends them at */
    uint32_t module_bps;          /* rate that the ports follow */
    uint8_t lines;                /* of the module, as last told, BENCH_LINE_... */
};

/* `outbox` is empty; it must outlive the end. */
void bench_host_port_init(struct bench_host_port *end, struct bench_run *run,
                          const struct bench_host_port_owner *owner, void *owner_context,
                          const struct bench_pace *pace, struct bench_outbox *outbox);
/* Closes its ports and drops what waits. */
void bench_host_port_close(struct bench_host_port *end);

/* `port`, opened with &end->listener, is one of its ports. */
void bench_host_port_add(struct bench_host_port *end, struct bench_port *port);
/* Before the first client: the host's lines are as if one had left. */
void bench_host_port_begin(struct bench_host_port *end);
/* Tells the ports the module's modem lines when they have changed, or in any case. */
void bench_host_port_tell_lines(struct bench_host_port *end, bool in_any_case);
/* At the end of a wake: sends what the module has sent, follows its rate, tells its lines. */
void bench_host_port_flush(struct bench_host_port *end);
/* What the client has sent and the module has not heard is lost. */
void bench_host_port_drop(struct bench_host_port *end);

/* The end; run->host_context is a struct bench_host_port. */
extern const struct bench_end bench_host_port;

#endif
