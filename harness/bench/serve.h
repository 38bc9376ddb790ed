/*
 * serve.h - one emulated module on a port, in real time, for any client: the module end of
 * `fotarig sim`. Moves bytes, lets the module's clock run, and serves its downloads.
 *
 * Path of an exchange: wake, read, one write; no allocation, no further system call.
 */
#ifndef FOTARIG_HARNESS_BENCH_SERVE_H
#define FOTARIG_HARNESS_BENCH_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/bench/http_client.h"
#include "harness/bench/loop.h"
#include "harness/bench/port.h"
#include "sim/sim.h"

enum { BENCH_SERVE_CHUNK = 4096 };

struct bench_serve_options {
    double speed; /* module time per real time */
    bool paced;   /* answers take the time that they take on a line at the module's rate */
    bool real_http;
    const char *const *http_hosts; /* allowed besides loopback */
    size_t http_host_count;
    const char *const *blob_names; /* last part of the URL of each blob of the configuration */
    /* Told about every event of the module once it is attached; NULL = nobody. */
    void (*log)(void *context, uint64_t module_us, const struct sim_event *event);
    /* Told why a real download failed. */
    void (*http_failed)(void *context, const char *why);
    void *context;
};

/* Owned by the caller; must not move once it is open. */
struct bench_serve {
    struct sim sim;
    struct sim_host host;
    struct sim_store store;
    struct bench_serve_options options;
    struct bench_port *port;
    struct bench_http http;
    uint64_t origin_us; /* real time at which the module's time was start_us */
    uint64_t start_us;
    uint64_t now_us;    /* module time of this wake */
    uint64_t next_us;   /* module time at which something is due */
    uint32_t baud_bps;  /* the module's own rate, as far as it has sent something */
    size_t chunk_count; /* bytes that are on the line */
    uint64_t chunk_us;  /* module time at which they have arrived */
    uint8_t chunk[BENCH_SERVE_CHUNK];
};

/*
 * Makes a module, switched off, at module time 0. `config` and what it points to must outlive it;
 * `store` is its flash. Returns 0, or -1 when libcurl cannot be set up.
 */
int bench_serve_open(struct bench_serve *serve, struct bench_loop *loop,
                     const struct bench_serve_options *options, const struct sim_config *config,
                     const struct sim_store *store);
void bench_serve_close(struct bench_serve *serve);

/* The supply comes on and PWRKEY is pulled: the boot timeline begins. */
void bench_serve_power_on(struct bench_serve *serve);

/*
 * Lets the boot pass in no time, and says AT at `baud_bps` until the module answers, so that
 * autobaud is over: what stays on a desk is such a module. False when it does not answer.
 */
bool bench_serve_warm_up(struct bench_serve *serve, uint32_t baud_bps);

/* From now on the real clock drives it, and `port` carries its bytes. */
void bench_serve_attach(struct bench_serve *serve, struct bench_port *port);

/* Bytes from the client: the port's receiver, context = struct bench_serve. */
void bench_serve_receive(void *context, const void *bytes, size_t size);

/* Does what is due; returns the real time of the next call at the latest. */
uint64_t bench_serve_advance(struct bench_serve *serve);

#endif
