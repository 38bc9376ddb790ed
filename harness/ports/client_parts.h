/* client_parts.h - what the files of client.h share, and nobody else needs. */
#ifndef FOTARIG_HARNESS_PORTS_CLIENT_PARTS_H
#define FOTARIG_HARNESS_PORTS_CLIENT_PARTS_H

#include "harness/ports/client.h"

extern const struct bench_port_kind bench_client_raw, bench_client_rfc2217;

/* Begins to connect to client->address, or to start its program. */
void bench_client_begin(struct bench_client *client, uint64_t patience_us);
/* This try has failed, or the peer is gone; it is tried again later. */
void bench_client_fail(struct bench_client *client, const char *why);
void bench_client_on_timer(void *context, uint64_t now_us);
void bench_client_go_up(struct bench_client *client);
void bench_client_close(struct bench_port *port);
/* The state's timer runs so long from now. */
void bench_client_set_timer(struct bench_client *client, uint64_t in_us);

/* Sends, or keeps what the peer does not take now; sends what is kept; what is waited for. */
void bench_client_send(struct bench_client *client, const uint8_t *bytes, size_t size);
void bench_client_flush(struct bench_client *client);
unsigned bench_client_events(const struct bench_client *client);
/* Data has come. */
void bench_client_take(struct bench_client *client, const uint8_t *bytes, size_t size);

/* RFC 2217: begins to negotiate; takes bytes of the network; looks how far the negotiation is. */
void bench_client_greet_rfc2217(struct bench_client *client);
void bench_client_receive_rfc2217(struct bench_client *client, const uint8_t *bytes, size_t size);
void bench_client_judge_rfc2217(struct bench_client *client);
void bench_client_follow(struct bench_port *port, uint32_t rate_bps);
void bench_client_lines(struct bench_port *port, unsigned lines);

#endif
