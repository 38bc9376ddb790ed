/*
 * net_client.h - real connections for the emulated module: TCP and UDP to hosts that were allowed
 * (loopback always is), without waiting, on the bench's loop. One row of the services of serve.c.
 */
#ifndef FOTARIG_HARNESS_SERVE_NET_CLIENT_H
#define FOTARIG_HARNESS_SERVE_NET_CLIENT_H

#include "harness/serve/serve.h"

extern const struct bench_service bench_connections;

/*
 * With --http real a new module's CIPSTART leads here, unless the setting `peer` says otherwise.
 * Called once, after sim_init().
 */
void bench_connections_begin(struct bench_module *module);

#endif
