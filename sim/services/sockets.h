/*
 * sockets.h - CIP*: eight connections over one address (TCP102), between commands_socket.c and
 * sockets.c. Bytes lie in hidden files of the store.
 */
#ifndef FOTARIG_SIM_SERVICES_SOCKETS_H
#define FOTARIG_SIM_SERVICES_SOCKETS_H

#include "sim/services/net.h"

/* sim_sockets.ip: how far the address is. X(NAME, "as CIPSTATUS prints it") */
#define SIM_IP_STATES(X)                                                                           \
    X(INITIAL, "IP INITIAL")                                                                       \
    X(START, "IP START")    /* CSTT was given */                                                   \
    X(CONFIG, "IP CONFIG")  /* CIICR runs */                                                       \
    X(ACTIVE, "IP GPRSACT") /* CIICR has ended */                                                  \
    X(STATUS, "IP STATUS")  /* CIFSR was asked */                                                  \
    X(DEACT, "PDP DEACT")   /* the network took it away; CIPSHUT is needed */

enum sim_ip_state {
#define X(name, text) SIM_IP_##name,
    SIM_IP_STATES(X)
#undef X
        SIM_IP_STATE_COUNT
};

/* sim_sockets.state: X(NAME, "in a line of CIPSTATUS") */
#define SIM_SOCKET_STATES(X)                                                                       \
    X(INITIAL, "INITIAL")                                                                          \
    X(CONNECTING, "CONNECTING")                                                                    \
    X(CONNECTED, "CONNECTED")                                                                      \
    X(CLOSED, "CLOSED")

enum sim_socket_state {
#define X(name, text) SIM_SOCKET_##name,
    SIM_SOCKET_STATES(X)
#undef X
        SIM_SOCKET_STATE_COUNT
};

enum { SIM_SOCKET_PIECE = 1460, SIM_SOCKET_HOST = 100 };

/* Begins to connect; the host's name is a text already. */
void sim_socket_open(struct sim_context *ctx, unsigned socket, bool udp, uint16_t port);
/* Bytes that the host has given to CIPSEND; false: there is no room for them. */
bool sim_socket_put(struct sim_context *ctx, unsigned socket, const uint8_t *bytes, size_t size);
/* They are all: they go out. */
void sim_socket_flush(struct sim_context *ctx, unsigned socket);
void sim_socket_discard(struct sim_context *ctx, unsigned socket);
/* It is as if it had never been: what was received goes as well. */
void sim_socket_forget(struct sim_context *ctx, unsigned socket);
/* The same of all of them. */
void sim_sockets_forget(struct sim_context *ctx);
/* The host closes it. */
void sim_socket_close(struct sim_context *ctx, unsigned socket);
/* Received bytes that nobody has read. */
uint32_t sim_socket_unread(const struct sim_context *ctx, unsigned socket);
/* Copies and forgets up to `size` of them; returns how many. */
size_t sim_socket_read(struct sim_context *ctx, unsigned socket, uint8_t *buffer, size_t size);
/* Bytes sent since it was opened; of them, those that the surroundings have not taken. */
uint32_t sim_socket_sent(const struct sim_context *ctx, unsigned socket);
uint32_t sim_socket_waiting(const struct sim_context *ctx, unsigned socket);
/* The name or address that it is connected to. */
size_t sim_socket_host(const struct sim_context *ctx, unsigned socket, char *buffer,
                       size_t capacity);
/* The address of a host as the modelled network knows it. */
void sim_socket_address(const char *host, char *address, size_t capacity);

/* ---- commands_secure.c: a channel of CA* ---------------------------------------------------- */

void sim_secure_opened(struct sim_context *ctx, unsigned socket, bool good);
void sim_secure_received(struct sim_context *ctx, unsigned socket);
void sim_secure_closed(struct sim_context *ctx, unsigned socket);

/* ---- commands_tls.c: CASSLCFG ---------------------------------------------------------------- */

/* "protocol": what CAOPEN without a type opens. */
bool sim_secure_is_udp(const struct sim_context *ctx, unsigned connection);

/* ---- commands_ip.c: servers of CASERVER ----------------------------------------------------- */

bool sim_secure_listens(const struct sim_context *ctx, unsigned connection);
void sim_secure_listen_end(struct sim_context *ctx, unsigned connection);

/* CDNSGIP has its answer: the address, NULL = there is none. */
void sim_resolved(struct sim_context *ctx, const char *address);

#endif
