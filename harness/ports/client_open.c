/* client_open.c - opens a connection, waiting in a loop of its own until it is up. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/ports/address.h"
#include "harness/ports/client_parts.h"

static void init(struct bench_client *client, struct bench_loop *loop, const char *url,
                 const struct bench_port_listener *listener)
{
    memset(client, 0, sizeof *client);
    client->port = (struct bench_port){.listener = listener, .loop = loop};
    client->timer = (struct bench_timer){.run = bench_client_on_timer, .context = client};
    client->fd = -1;
    client->lines = BENCH_LINE_DTR | BENCH_LINE_RTS;
    snprintf(client->name, sizeof client->name, "%s", url);
}

/* Connects to client->address, or starts the program, and waits, in a loop of its own; true: it is
 * up. */
static bool try_address(struct bench_client *client)
{
    struct bench_loop *loop = client->port.loop, own;

    if (bench_loop_open(&own)) {
        snprintf(client->why, sizeof client->why, "%s", strerror(errno));
        return false;
    }
    client->port.loop = &own;
    client->opening = true;
    client->why[0] = '\0';
    bench_client_begin(client, BENCH_CLIENT_CONNECT_US);
    while (client->state != BENCH_CLIENT_UP && !client->why[0])
        if (bench_loop_wait(&own, BENCH_NEVER) < 0 || bench_signal())
            bench_client_fail(client, "interrupted");
    bench_loop_at(&own, &client->timer, BENCH_NEVER);
    if (client->fd >= 0)
        bench_loop_remove(&own, &client->data);
    bench_loop_close(&own);
    client->port.loop = loop;
    client->opening = false;
    return client->state == BENCH_CLIENT_UP;
}

/* It is up: what follows is the owner's loop's. 0, or -1 with a message. */
static int join_loop(struct bench_client *client, char *reterr_text, size_t reterr_capacity)
{
    client->port.kind = client->is_rfc2217 ? &bench_client_rfc2217 : &bench_client_raw;
    client->port.has_lines = client->is_rfc2217;
    if (bench_loop_add(client->port.loop, &client->data, bench_client_events(client))) {
        bench_port_error(reterr_text, reterr_capacity, "cannot wait for", client->name);
        bench_client_close(&client->port);
        return -1;
    }
    bench_client_set_timer(client, 0);
    return 0;
}

static int refuse(const struct bench_client *client, char *reterr_text, size_t reterr_capacity)
{
    snprintf(reterr_text, reterr_capacity, "cannot open %s: %s", client->name, client->why);
    return -1;
}

int bench_client_open(struct bench_client *client, struct bench_loop *loop, const char *url,
                      const char *address, bool is_rfc2217, uint32_t rate_bps,
                      const struct bench_port_listener *listener, char *reterr_text,
                      size_t reterr_capacity)
{
    struct addrinfo *found = bench_address_find(address, 0, reterr_text, reterr_capacity);
    bool is_up = false;

    if (!found)
        return -1;
    init(client, loop, url, listener);
    client->is_rfc2217 = is_rfc2217;
    client->rate_bps = rate_bps;
    for (const struct addrinfo *one = found; one && !is_up && !bench_signal(); one = one->ai_next) {
        memcpy(&client->address, one->ai_addr, one->ai_addrlen);
        client->address_size = one->ai_addrlen;
        is_up = try_address(client);
    }
    freeaddrinfo(found);
    return is_up ? join_loop(client, reterr_text, reterr_capacity)
                 : refuse(client, reterr_text, reterr_capacity);
}

int bench_client_open_unix(struct bench_client *client, struct bench_loop *loop, const char *url,
                           const char *path, const struct bench_port_listener *listener,
                           char *reterr_text, size_t reterr_capacity)
{
    init(client, loop, url, listener);
    if (!bench_address_unix(path, &client->address, &client->address_size)) {
        snprintf(client->why, sizeof client->why, "the path is too long for a socket");
        return refuse(client, reterr_text, reterr_capacity);
    }
    return try_address(client) ? join_loop(client, reterr_text, reterr_capacity)
                               : refuse(client, reterr_text, reterr_capacity);
}

int bench_client_open_program(struct bench_client *client, struct bench_loop *loop, const char *url,
                              const char *command, const struct bench_port_listener *listener,
                              char *reterr_text, size_t reterr_capacity)
{
    init(client, loop, url, listener);
    client->program = calloc(1, sizeof *client->program);
    if (!client->program) {
        snprintf(client->why, sizeof client->why, "no memory");
        return refuse(client, reterr_text, reterr_capacity);
    }
    if (bench_program_split(client->program, command, client->why, sizeof client->why) == 0 &&
        try_address(client))
        return join_loop(client, reterr_text, reterr_capacity);
    free(client->program);
    return refuse(client, reterr_text, reterr_capacity);
}
