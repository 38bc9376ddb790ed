/* client.c - a connection to a socket that outlives its peer. */
#include "harness/ports/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/ports/address.h"
#include "harness/ports/client_parts.h"

/* What ser2net, and fotarig itself, tell a second client before they hang up (racks-and-ci.md). */
uint64_t bench_client_early_us = 20000;

static const char in_use[] = "Port already in use";
static const char is_in_use[] = "it is in use by another client";

/* ---- bytes to the peer -------------------------------------------------------------------- */

unsigned bench_client_events(const struct bench_client *client)
{
    return client->backlog.count > 0 && !client->telnet.suspended ? BENCH_READABLE | BENCH_WRITABLE
                                                                  : BENCH_READABLE;
}

/* A server of RFC 2217 that is full keeps data waiting, and commands that follow it. */
void bench_client_flush(struct bench_client *client)
{
    const uint8_t *bytes;
    size_t size;

    while (!client->telnet.suspended && (size = bench_backlog_next(&client->backlog, &bytes)) > 0) {
        ssize_t sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        bench_backlog_sent(&client->backlog, (size_t)sent);
    }
    bench_loop_change(client->port.loop, &client->data, bench_client_events(client));
}

/* Sends, or keeps what the peer does not take now. */
void bench_client_send(struct bench_client *client, const uint8_t *bytes, size_t size)
{
    bool was_empty = client->backlog.count == 0;
    ssize_t sent = 0;

    if (was_empty && !client->telnet.suspended)
        sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0)
        sent = 0; /* a peer that is gone is found by reading */
    if ((size_t)sent == size)
        return;
    size -= (size_t)sent;
    client->port.stat_lost_bytes += size - bench_backlog_keep(&client->backlog, bytes + sent, size);
    if (was_empty)
        bench_loop_change(client->port.loop, &client->data, bench_client_events(client));
}

static void client_write(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us)
{
    struct bench_client *client = (struct bench_client *)port;
    const uint8_t *next = bytes;
    uint8_t encoded[2 * BENCH_PORT_CHUNK];

    (void)now_us;
    if (client->state != BENCH_CLIENT_UP)
        port->stat_lost_bytes += size;
    else if (!client->is_rfc2217)
        bench_client_send(client, next, size);
    else
        while (size > 0) {
            size_t piece = size < BENCH_PORT_CHUNK ? size : BENCH_PORT_CHUNK;
            bench_client_send(client, encoded, bench_rfc2217_encode(next, piece, encoded));
            next += piece;
            size -= piece;
        }
}

/* ---- gone and back ------------------------------------------------------------------------ */

void bench_client_set_timer(struct bench_client *client, uint64_t in_us)
{
    bench_loop_at(client->port.loop, &client->timer, bench_clock_us() + in_us);
}

static void drop(struct bench_client *client)
{
    if (client->fd >= 0) {
        bench_loop_remove(client->port.loop, &client->data);
        close(client->fd);
    }
    client->fd = -1;
    client->state = BENCH_CLIENT_DOWN;
    client->telnet.suspended = false;
    client->held_count = 0;
    bench_backlog_drop(&client->backlog);
}

/* This try has failed, or the peer is gone. */
void bench_client_fail(struct bench_client *client, const char *why)
{
    char text[BENCH_CLIENT_NAME_MAX + sizeof client->why + 32];
    bool was_up = client->state == BENCH_CLIENT_UP;
    char ended[80] = "";

    drop(client);
    if (client->program) {
        bench_program_end(client->program, ended, sizeof ended);
        why = ended[0] ? ended : why;
    }
    if (client->opening) {
        snprintf(client->why, sizeof client->why, "%s", why);
        return;
    }
    bench_client_set_timer(client,
                           client->program ? BENCH_CLIENT_RESTART_US : BENCH_CLIENT_AGAIN_US);
    if (!was_up)
        return;
    snprintf(text, sizeof text, "%s is gone: %s; %s again", client->name, why,
             client->program ? "starting it" : "connecting");
    bench_port_tell(&client->port, false, text);
}

void bench_client_go_up(struct bench_client *client)
{
    char text[BENCH_CLIENT_NAME_MAX + 32];

    client->state = BENCH_CLIENT_UP;
    if (client->opening)
        return;
    bench_client_set_timer(client, 0);
    snprintf(text, sizeof text, "%s is back", client->name);
    bench_port_tell(&client->port, true, text);
}

/* Lines and words that came before it was up. */
static void hand_held_on(struct bench_client *client)
{
    const struct bench_port_listener *listener = client->port.listener;
    size_t count = client->held_count;

    if (client->lines_untold && listener->lines)
        listener->lines(&client->port, client->port.heard);
    client->lines_untold = false;
    client->held_count = 0;
    if (count > 0)
        listener->receive(&client->port, client->held, count);
}

/* ---- bytes from the peer ------------------------------------------------------------------ */

/* Holds what comes before the line is up: a module's words, or those of a server that refuses. */
void bench_client_take(struct bench_client *client, const uint8_t *bytes, size_t size)
{
    size_t room = sizeof client->held - client->held_count;

    if (client->state == BENCH_CLIENT_UP) {
        client->port.listener->receive(&client->port, bytes, size);
        return;
    }
    size = size < room ? size : room;
    memcpy(client->held + client->held_count, bytes, size);
    client->held_count += size;
}

/* Why it has hung up, by what it said before. */
static const char *last_words(const struct bench_client *client)
{
    if (client->held_count >= sizeof in_use - 1 &&
        memcmp(client->held, in_use, sizeof in_use - 1) == 0)
        return is_in_use;
    return client->state == BENCH_CLIENT_UP ? "it hung up"
                                            : "it hung up at once; is another client on it?";
}

static void read_bytes(struct bench_client *client)
{
    uint8_t bytes[BENCH_PORT_CHUNK];
    ssize_t size = recv(client->fd, bytes, sizeof bytes, 0);

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    /* The system forgets it with each piece that comes. */
    bench_address_acknowledge(client->fd);
    if (size == 0 || (size < 0 && errno == ECONNRESET)) /* reset: it had not read all of ours */
        bench_client_fail(client, last_words(client));
    else if (size < 0)
        bench_client_fail(client, strerror(errno));
    else if (client->is_rfc2217)
        bench_client_receive_rfc2217(client, bytes, (size_t)size);
    else
        client->port.listener->receive(&client->port, bytes, (size_t)size);
}

/* A server that serves somebody else tells so, or hangs up, right after it has accepted; what a
   module says stays to be read. */
static void judge_early_words(struct bench_client *client)
{
    ssize_t size = recv(client->fd, client->held, sizeof in_use - 1, MSG_PEEK);

    if (size < 0)
        return;
    client->held_count = (size_t)size;
    if (size == 0 || last_words(client) == is_in_use) {
        bench_client_fail(client, last_words(client));
        return;
    }
    client->held_count = 0;
    bench_client_go_up(client);
}

/* How connecting has ended: 0, or the error. */
static int connect_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) ? errno : error;
}

static void on_connected(struct bench_client *client)
{
    int error = connect_error(client->fd);

    if (error) {
        bench_client_fail(client, strerror(error));
        return;
    }
    client->state = BENCH_CLIENT_GREETING;
    bench_loop_change(client->port.loop, &client->data, BENCH_READABLE);
    bench_client_set_timer(client,
                           client->is_rfc2217 ? BENCH_CLIENT_AGREE_US : bench_client_early_us);
    if (client->is_rfc2217)
        bench_client_greet_rfc2217(client);
}

static void on_data(void *context, unsigned ready)
{
    struct bench_client *client = context;

    if (client->state == BENCH_CLIENT_CONNECTING) {
        on_connected(client);
        return;
    }
    if (ready & BENCH_WRITABLE)
        bench_client_flush(client);
    if (!(ready & BENCH_READABLE))
        return;
    if (client->state == BENCH_CLIENT_UP) {
        hand_held_on(client);
        read_bytes(client);
    } else if (client->is_rfc2217) {
        read_bytes(client);
        if (client->state == BENCH_CLIENT_GREETING)
            bench_client_judge_rfc2217(client);
    } else {
        judge_early_words(client);
    }
}

/* ---- connecting --------------------------------------------------------------------------- */

/* A socket that connects, or -1 with errno. */
static int begin_connecting(const struct bench_client *client)
{
    int fd = socket(client->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), kept;

    if (fd >= 0 && client->address.ss_family != AF_UNIX)
        bench_address_tune(fd);
    if (fd < 0 ||
        connect(fd, (const struct sockaddr *)&client->address, client->address_size) == 0 ||
        errno == EINPROGRESS)
        return fd;
    kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

void bench_client_begin(struct bench_client *client, uint64_t patience_us)
{
    int fd = client->program ? bench_program_start(client->program) : begin_connecting(client);

    client->fd = fd;
    client->data = (struct bench_source){fd, on_data, client};
    if (fd >= 0 && bench_loop_add(client->port.loop, &client->data, BENCH_WRITABLE)) {
        close(fd);
        client->fd = -1;
    }
    if (client->fd < 0) {
        bench_client_fail(client, strerror(errno));
        return;
    }
    client->state = BENCH_CLIENT_CONNECTING;
    bench_client_set_timer(client, patience_us);
}

void bench_client_on_timer(void *context, uint64_t now_us)
{
    struct bench_client *client = context;

    (void)now_us;
    switch (client->state) {
    case BENCH_CLIENT_DOWN:
        bench_client_begin(client, BENCH_CLIENT_TRY_US);
        break;
    case BENCH_CLIENT_CONNECTING:
        bench_client_fail(client, "no answer");
        break;
    case BENCH_CLIENT_GREETING:
        if (!client->is_rfc2217)
            bench_client_go_up(client);
        else
            bench_client_fail(client, client->telnet.agreed
                                          ? "it does not tell the rate of its serial port"
                                          : "no answer to RFC 2217's COM-PORT option in 3 s; "
                                            "for raw bytes use tcp://");
        break;
    case BENCH_CLIENT_UP:
        hand_held_on(client);
        break;
    }
}

/* ---- the port ----------------------------------------------------------------------------- */

static void client_describe(const struct bench_port *port, char *text, size_t capacity)
{
    snprintf(text, capacity, "%s", ((const struct bench_client *)port)->name);
}

void bench_client_close(struct bench_port *port)
{
    struct bench_client *client = (struct bench_client *)port;

    char ended[80];

    bench_loop_at(port->loop, &client->timer, BENCH_NEVER);
    drop(client);
    if (client->program)
        bench_program_end(client->program, ended, sizeof ended);
    free(client->program);
    client->program = NULL;
    port->kind = NULL;
}

const struct bench_port_kind bench_client_raw = {.name = "client",
                                                 .write = client_write,
                                                 .describe = client_describe,
                                                 .close = bench_client_close};
const struct bench_port_kind bench_client_rfc2217 = {.name = "rfc2217 client",
                                                     .write = client_write,
                                                     .follow = bench_client_follow,
                                                     .lines = bench_client_lines,
                                                     .describe = client_describe,
                                                     .close = bench_client_close};
