/* client.c - a connection to a socket that outlives its peer. */
#include "harness/ports/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/ports/address.h"

enum { EARLY_WORDS_MS = 20 };

/* What ser2net, and fotarig itself, tell a second client before they hang up (racks-and-ci.md). */
static const char in_use[] = "Port already in use";

/* ---- connecting --------------------------------------------------------------------------- */

/* Begins; -1 with errno. */
static int begin_connecting(struct bench_client *client)
{
    int fd = socket(client->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), kept;

    if (fd < 0)
        return -1;
    if (client->address.ss_family != AF_UNIX)
        bench_address_tune(fd);
    if (connect(fd, (const struct sockaddr *)&client->address, client->address_size) == 0 ||
        errno == EINPROGRESS)
        return fd;
    kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

/* How it has ended: 0, or the error. */
static int connect_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof(error);

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) ? errno : error;
}

static bool wait_for(int fd, short events, int timeout_ms)
{
    struct pollfd wanted = {fd, events, 0};

    return poll(&wanted, 1, timeout_ms) > 0;
}

/* Connects and waits for it; -1 with errno. */
static int connect_now(struct bench_client *client)
{
    int fd = begin_connecting(client), error;

    if (fd < 0)
        return -1;
    error = wait_for(fd, POLLOUT, BENCH_CLIENT_WAIT_US / 1000) ? connect_error(fd) : ETIMEDOUT;
    if (error == 0)
        return fd;
    close(fd);
    errno = error;
    return -1;
}

/* A server that serves somebody else tells so, or hangs up, right after it has accepted; what a
   module says stays to be read. True: it is ours. */
static bool is_welcome(int fd, const char **ret_reason)
{
    char words[sizeof(in_use) - 1];
    ssize_t size;

    if (!wait_for(fd, POLLIN, EARLY_WORDS_MS))
        return true;
    size = recv(fd, words, sizeof(words), MSG_PEEK | MSG_DONTWAIT);
    *ret_reason = size == 0 ? "it hung up at once; is another client on it?"
                            : "it is in use by another client";
    return size > 0 && (size < (ssize_t)sizeof(words) || memcmp(words, in_use, sizeof(words)) != 0);
}

/* ---- bytes -------------------------------------------------------------------------------- */

static void flush_backlog(struct bench_client *client)
{
    const uint8_t *bytes;
    size_t size;

    while ((size = bench_backlog_next(&client->backlog, &bytes)) > 0) {
        ssize_t sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bench_backlog_sent(&client->backlog, (size_t)sent);
    }
    bench_loop_change(client->port.loop, &client->data, BENCH_READABLE);
}

static void client_write(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us)
{
    struct bench_client *client = (struct bench_client *)port;
    ssize_t sent = 0;

    (void)now_us;
    if (port->absent) {
        port->stat_lost_bytes += size;
        return;
    }
    if (client->backlog.count == 0)
        sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0)
        sent = 0; /* a peer that is gone is found by reading */
    if ((size_t)sent == size)
        return;
    if (client->backlog.count == 0)
        bench_loop_change(port->loop, &client->data, BENCH_READABLE | BENCH_WRITABLE);
    size -= (size_t)sent;
    port->stat_lost_bytes +=
        size - bench_backlog_keep(&client->backlog, (const uint8_t *)bytes + sent, size);
}

/* ---- gone and back ------------------------------------------------------------------------ */

static void drop(struct bench_client *client)
{
    if (client->fd < 0)
        return;
    bench_loop_remove(client->port.loop, &client->data);
    close(client->fd);
    client->fd = -1;
    client->connecting = false;
    bench_backlog_drop(&client->backlog);
}

static void try_again_later(struct bench_client *client)
{
    drop(client);
    bench_loop_at(client->port.loop, &client->again, bench_clock_us() + BENCH_CLIENT_AGAIN_US);
}

static void lose(struct bench_client *client, const char *why)
{
    char text[BENCH_CLIENT_NAME_MAX + 100];
    bool was_absent = client->port.absent;

    try_again_later(client);
    if (was_absent)
        return;
    snprintf(text, sizeof(text), "%s %s; connecting again", client->name, why);
    bench_port_tell(&client->port, false, text);
}

static void is_back(struct bench_client *client)
{
    char text[BENCH_CLIENT_NAME_MAX + 100];

    client->connecting = false;
    bench_loop_at(client->port.loop, &client->again, BENCH_NEVER);
    bench_loop_change(client->port.loop, &client->data, BENCH_READABLE);
    snprintf(text, sizeof(text), "%s is back", client->name);
    bench_port_tell(&client->port, true, text);
}

static void read_bytes(struct bench_client *client)
{
    uint8_t bytes[BENCH_PORT_CHUNK];
    ssize_t size = recv(client->fd, bytes, sizeof(bytes), 0);

    if (size > 0)
        client->port.listener->receive(&client->port, bytes, (size_t)size);
    else if (size == 0 || (errno != EAGAIN && errno != EINTR))
        lose(client, "is gone");
}

static void on_data(void *context, unsigned ready)
{
    struct bench_client *client = context;

    if (client->connecting) {
        const char *reason;
        if (connect_error(client->fd) || !is_welcome(client->fd, &reason))
            try_again_later(client);
        else
            is_back(client);
        return;
    }
    if (ready & BENCH_WRITABLE)
        flush_backlog(client);
    if (ready & BENCH_READABLE)
        read_bytes(client);
}

static void on_again(void *context, uint64_t now_us)
{
    struct bench_client *client = context;

    drop(client); /* a try that took too long */
    client->fd = begin_connecting(client);
    client->data = (struct bench_source){client->fd, on_data, client};
    client->connecting = client->fd >= 0;
    if (client->fd >= 0 && bench_loop_add(client->port.loop, &client->data, BENCH_WRITABLE)) {
        close(client->fd);
        client->fd = -1;
    }
    bench_loop_at(client->port.loop, &client->again,
                  now_us + (client->fd < 0 ? BENCH_CLIENT_AGAIN_US : BENCH_CLIENT_TRY_US));
}

/* ---- the port ----------------------------------------------------------------------------- */

static void client_describe(const struct bench_port *port, char *text, size_t capacity)
{
    snprintf(text, capacity, "%s", ((const struct bench_client *)port)->name);
}

static void client_close(struct bench_port *port)
{
    struct bench_client *client = (struct bench_client *)port;

    bench_loop_at(port->loop, &client->again, BENCH_NEVER);
    drop(client);
    port->kind = NULL;
}

static const struct bench_port_kind client_kind = {
    .name = "client", .write = client_write, .describe = client_describe, .close = client_close};

/* Connected at client->address and added to the loop: 0, or -1 with a message. */
static int begin(struct bench_client *client, char *reterr_text, size_t reterr_capacity)
{
    const char *reason;

    client->data = (struct bench_source){client->fd, on_data, client};
    if (!is_welcome(client->fd, &reason))
        snprintf(reterr_text, reterr_capacity, "cannot use %s: %s", client->name, reason);
    else if (bench_loop_add(client->port.loop, &client->data, BENCH_READABLE))
        bench_port_error(reterr_text, reterr_capacity, "cannot wait for", client->name);
    else
        return 0;
    close(client->fd);
    client->fd = -1;
    client->port.kind = NULL;
    return -1;
}

int bench_client_open(struct bench_client *client, struct bench_loop *loop, const char *url,
                      const char *address, const struct bench_port_listener *listener,
                      char *reterr_text, size_t reterr_capacity)
{
    struct addrinfo *found = bench_address_find(address, 0, reterr_text, reterr_capacity);

    memset(client, 0, sizeof(*client));
    client->fd = -1;
    if (!found)
        return -1;
    client->port = (struct bench_port){.kind = &client_kind, .listener = listener, .loop = loop};
    client->again = (struct bench_timer){.run = on_again, .context = client};
    snprintf(client->name, sizeof(client->name), "%s", url);
    for (const struct addrinfo *one = found; one && client->fd < 0; one = one->ai_next) {
        memcpy(&client->address, one->ai_addr, one->ai_addrlen);
        client->address_size = one->ai_addrlen;
        client->fd = connect_now(client);
    }
    freeaddrinfo(found);
    if (client->fd >= 0)
        return begin(client, reterr_text, reterr_capacity);
    client->port.kind = NULL;
    return bench_port_error(reterr_text, reterr_capacity, "cannot connect to", client->name);
}
