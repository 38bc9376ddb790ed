/* net_client.c - sockets of the modules' connections. */
#include "harness/serve/net_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/ports/resolve.h"

enum {
    CONNECTIONS = 10,
    PIECE_BYTES = 4096,
    POLL_US = 5000 /* until a name that is looked up, or a module that is full, is looked at */
};

enum state { FREE, RESOLVING, CONNECTING, OPEN };

struct connection {
    struct bench_source source;
    struct bench_net *net;
    struct bench_lookup *lookup;
    struct bench_backlog unsent;
    uint16_t job, port;
    uint8_t channel;
    uint8_t state; /* enum state */
    bool udp;
    bool full; /* the module keeps no more; looked at again at due_us */
};

struct bench_net {
    struct bench_module *module;
    struct bench_lookup *lookup; /* of RESOLVE */
    uint64_t due_us;
    uint16_t lookup_job;
    struct connection connections[CONNECTIONS];
};

static void due_soon(struct bench_net *net)
{
    net->due_us = bench_clock_us() + POLL_US;
}

/* ---- one connection ----------------------------------------------------------------------- */

static void drop(struct connection *connection)
{
    if (connection->state >= CONNECTING) {
        bench_loop_remove(connection->net->module->serve->loop, &connection->source);
        close(connection->source.fd);
    }
    bench_lookup_close(connection->lookup);
    bench_backlog_drop(&connection->unsent);
    connection->lookup = NULL;
    connection->full = false;
    connection->state = FREE;
}

/* The module must be entered. */
static void tell_closed(struct connection *connection)
{
    struct bench_module *module = connection->net->module;

    drop(connection);
    sim_net_closed(bench_module_sim_of(module), &module->run.sim_host, connection->channel,
                   connection->job, bench_module_now_us(module));
}

static void tell_opened(struct connection *connection)
{
    struct bench_module *module = connection->net->module;

    connection->state = OPEN;
    bench_loop_change(module->serve->loop, &connection->source, BENCH_READABLE);
    sim_net_opened(bench_module_sim_of(module), &module->run.sim_host, connection->channel,
                   connection->job, bench_module_now_us(module));
}

static void finish_connecting(struct connection *connection)
{
    int error = 0;
    socklen_t size = sizeof error;

    if (getsockopt(connection->source.fd, SOL_SOCKET, SO_ERROR, &error, &size) || error)
        tell_closed(connection);
    else
        tell_opened(connection);
}

/* Takes no more than the module keeps; the rest waits in the kernel. */
static void receive(struct connection *connection)
{
    struct bench_module *module = connection->net->module;
    uint8_t piece[PIECE_BYTES];
    size_t room =
        sim_net_room(bench_module_sim_of(module), &module->run.sim_host, connection->channel);
    ssize_t size;

    if (room == 0) {
        connection->full = true;
        bench_loop_change(module->serve->loop, &connection->source, 0);
        due_soon(connection->net);
        return;
    }
    size = recv(connection->source.fd, piece, room < sizeof piece ? room : sizeof piece, 0);
    if (size > 0)
        sim_net_received(bench_module_sim_of(module), &module->run.sim_host, connection->channel,
                         connection->job, piece, (size_t)size, bench_module_now_us(module));
    else if ((size < 0 && errno != EAGAIN && errno != EINTR) || (size == 0 && !connection->udp))
        tell_closed(connection);
}

/* True: all of it is sent. */
static bool send_unsent(struct connection *connection)
{
    const uint8_t *bytes;
    size_t size;

    while ((size = bench_backlog_next(&connection->unsent, &bytes)) > 0) {
        ssize_t sent = send(connection->source.fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bench_backlog_sent(&connection->unsent, (size_t)sent);
    }
    return true;
}

static void on_ready(void *context, unsigned ready)
{
    struct connection *connection = context;
    struct bench_module *module = connection->net->module;

    bench_module_enter(module);
    if (connection->state == CONNECTING) {
        finish_connecting(connection);
    } else {
        if (ready & BENCH_WRITABLE && send_unsent(connection))
            bench_loop_change(module->serve->loop, &connection->source, BENCH_READABLE);
        if (ready & BENCH_READABLE)
            receive(connection);
    }
    bench_module_leave(module);
}

/* ---- beginning ---------------------------------------------------------------------------- */

static void connect_to(struct connection *connection, struct in_addr address)
{
    struct bench_module *module = connection->net->module;
    int type = connection->udp ? SOCK_DGRAM : SOCK_STREAM;
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(connection->port), .sin_addr = address};
    int result;

    connection->state = FREE;
    connection->source = (struct bench_source){fd, on_ready, connection};
    if (fd < 0) {
        tell_closed(connection);
        return;
    }
    result = connect(fd, (const struct sockaddr *)&to, sizeof to);
    if ((result && errno != EINPROGRESS) ||
        bench_loop_add(module->serve->loop, &connection->source, BENCH_WRITABLE)) {
        close(fd);
        tell_closed(connection);
        return;
    }
    connection->state = CONNECTING;
    if (result == 0)
        tell_opened(connection);
}

static bool is_allowed(struct bench_net *net, const char *host)
{
    const struct bench_serve_options *options = &net->module->serve->options;
    char why[160];

    if (bench_http_allows(options->http_hosts, options->http_host_count, host))
        return true;
    snprintf(why, sizeof why, "host '%.100s' is not allowed", host);
    if (options->http_failed)
        options->http_failed(options->context, why);
    return false;
}

static void open_connection(struct bench_net *net, const struct sim_net_request *request)
{
    struct connection *connection = &net->connections[request->channel];

    drop(connection);
    connection->net = net;
    connection->channel = request->channel;
    connection->job = request->job;
    connection->port = request->port;
    connection->udp = request->kind == SIM_NET_OPEN_UDP;
    if (is_allowed(net, request->host))
        connection->lookup = bench_lookup_start(request->host);
    if (connection->lookup) {
        connection->state = RESOLVING;
        due_soon(net);
    } else {
        tell_closed(connection);
    }
}

static void send_bytes(struct bench_net *net, const struct sim_net_request *request)
{
    struct connection *connection = &net->connections[request->channel];

    if (connection->state != OPEN || connection->job != request->job)
        return;
    if (bench_backlog_keep(&connection->unsent, request->bytes, request->size) < request->size) {
        tell_closed(connection); /* the other side does not read: better an end than a gap */
        return;
    }
    if (!send_unsent(connection))
        bench_loop_change(net->module->serve->loop, &connection->source,
                          BENCH_READABLE | BENCH_WRITABLE);
}

/* ---- names -------------------------------------------------------------------------------- */

static void tell_resolved(struct bench_net *net, const struct in_addr *address)
{
    struct bench_module *module = net->module;
    char text[INET_ADDRSTRLEN];

    bench_lookup_close(net->lookup);
    net->lookup = NULL;
    sim_net_resolved(bench_module_sim_of(module), &module->run.sim_host, net->lookup_job,
                     address ? inet_ntop(AF_INET, address, text, sizeof text) : NULL,
                     bench_module_now_us(module));
}

static void resolve(struct bench_net *net, const struct sim_net_request *request)
{
    bench_lookup_close(net->lookup);
    net->lookup = NULL;
    net->lookup_job = request->job;
    if (is_allowed(net, request->host))
        net->lookup = bench_lookup_start(request->host);
    if (net->lookup)
        due_soon(net);
    else
        tell_resolved(net, NULL);
}

/* ---- the service -------------------------------------------------------------------------- */

static bool open_net(struct bench_module *module)
{
    if (module->net)
        return true;
    module->net = calloc(1, sizeof *module->net);
    if (!module->net)
        return false;
    module->net->module = module;
    module->net->due_us = BENCH_NEVER;
    return true;
}

static void fulfil(struct bench_net *net, const struct sim_net_request *request)
{
    switch (request->kind) {
    case SIM_NET_OPEN_TCP:
    case SIM_NET_OPEN_UDP:
        open_connection(net, request);
        break;
    case SIM_NET_SEND:
        send_bytes(net, request);
        break;
    case SIM_NET_CLOSE:
        net->connections[request->channel].net = net;
        drop(&net->connections[request->channel]);
        break;
    default:
        resolve(net, request);
        break;
    }
}

static bool serve(struct bench_module *module)
{
    struct sim_net_request request;
    bool any = false;

    while (sim_net_wanted(bench_module_sim_of(module), &module->run.sim_host, &request)) {
        any = true;
        if (open_net(module))
            fulfil(module->net, &request);
        else
            sim_net_closed(bench_module_sim_of(module), &module->run.sim_host, request.channel,
                           request.job, bench_module_now_us(module));
    }
    return any;
}

static uint64_t due_us(const struct bench_module *module)
{
    return module->net ? module->net->due_us : BENCH_NEVER;
}

/* A name that was looked up, or a module that was full. */
static void look_again(struct connection *connection)
{
    struct in_addr address;
    bool good;

    if (connection->state == RESOLVING) {
        if (!bench_lookup_done(connection->lookup, &good, &address)) {
            due_soon(connection->net);
            return;
        }
        bench_lookup_close(connection->lookup);
        connection->lookup = NULL;
        if (good)
            connect_to(connection, address);
        else
            tell_closed(connection);
    } else if (connection->full) {
        connection->full = false;
        bench_loop_change(connection->net->module->serve->loop, &connection->source,
                          BENCH_READABLE);
    }
}

static void advance(struct bench_module *module, uint64_t real_us)
{
    struct bench_net *net = module->net;
    struct in_addr address;
    bool good;

    (void)real_us;
    net->due_us = BENCH_NEVER;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (net->connections[i].state != FREE)
            look_again(&net->connections[i]);
    if (!net->lookup)
        return;
    if (bench_lookup_done(net->lookup, &good, &address))
        tell_resolved(net, good ? &address : NULL);
    else
        due_soon(net);
}

static void close_net(struct bench_module *module)
{
    if (!module->net)
        return;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (module->net->connections[i].state != FREE)
            drop(&module->net->connections[i]);
    bench_lookup_close(module->net->lookup);
    free(module->net);
    module->net = NULL;
}

const struct bench_service bench_connections = {serve, due_us, advance, close_net};

void bench_connections_begin(struct bench_module *module)
{
    const struct sim_action real = {
        .kind = SIM_ACTION_SETTING, .number = SIM_SETTING_PEER, .value = SIM_PEER_SURROUNDINGS};
    bool chosen = module->run.sim_host.config->settings[SIM_SETTING_PEER] != SIM_PEER_ECHO;

    if (module->serve->options.real_http && !chosen)
        sim_apply(bench_module_sim_of(module), &module->run.sim_host, &real,
                  bench_module_now_us(module));
}
