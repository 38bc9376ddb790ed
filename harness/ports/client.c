/* client.c - a connection to a socket that outlives its peer. */
#include "harness/ports/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/ports/address.h"

/* What ser2net, and fotarig itself, tell a second client before they hang up (racks-and-ci.md). */
static const char in_use[] = "Port already in use";
static const char is_in_use[] = "it is in use by another client";

/* ---- bytes to the peer -------------------------------------------------------------------- */

static unsigned wanted_events(const struct bench_client *client)
{
    return client->backlog.count > 0 && !client->telnet.suspended ? BENCH_READABLE | BENCH_WRITABLE
                                                                  : BENCH_READABLE;
}

/* A server of RFC 2217 that is full keeps data waiting, and commands that follow it. */
static void flush_backlog(struct bench_client *client)
{
    const uint8_t *bytes;
    size_t size;

    while (!client->telnet.suspended && (size = bench_backlog_next(&client->backlog, &bytes)) > 0) {
        ssize_t sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        bench_backlog_sent(&client->backlog, (size_t)sent);
    }
    bench_loop_change(client->port.loop, &client->data, wanted_events(client));
}

/* Sends, or keeps what the peer does not take now. */
static void send_raw(struct bench_client *client, const uint8_t *bytes, size_t size)
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
        bench_loop_change(client->port.loop, &client->data, wanted_events(client));
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
        send_raw(client, next, size);
    else
        while (size > 0) {
            size_t piece = size < BENCH_PORT_CHUNK ? size : BENCH_PORT_CHUNK;
            send_raw(client, encoded, bench_rfc2217_encode(next, piece, encoded));
            next += piece;
            size -= piece;
        }
}

/* ---- gone and back ------------------------------------------------------------------------ */

static void set_timer(struct bench_client *client, uint64_t in_us)
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
static void fail(struct bench_client *client, const char *why)
{
    char text[BENCH_CLIENT_NAME_MAX + sizeof(client->why) + 32];
    bool was_up = client->state == BENCH_CLIENT_UP;

    drop(client);
    if (client->opening) {
        snprintf(client->why, sizeof(client->why), "%s", why);
        return;
    }
    set_timer(client, BENCH_CLIENT_AGAIN_US);
    if (!was_up)
        return;
    snprintf(text, sizeof(text), "%s is gone: %s; connecting again", client->name, why);
    bench_port_tell(&client->port, false, text);
}

static void go_up(struct bench_client *client)
{
    char text[BENCH_CLIENT_NAME_MAX + 32];

    client->state = BENCH_CLIENT_UP;
    if (client->opening)
        return;
    set_timer(client, 0);
    snprintf(text, sizeof(text), "%s is back", client->name);
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

/* ---- RFC 2217 ----------------------------------------------------------------------------- */

static void note_lines(struct bench_client *client)
{
    const struct bench_port_listener *listener = client->port.listener;

    if (!client->telnet.module_told || client->port.heard == client->telnet.module)
        return;
    client->port.heard = client->telnet.module;
    client->lines_untold = client->state != BENCH_CLIENT_UP;
    if (!client->lines_untold && listener->lines)
        listener->lines(&client->port, client->port.heard);
}

static bool has_wrong_rate(const struct bench_client *client)
{
    return client->telnet.rate_told && client->telnet.rate_bps != client->telnet.asked_bps;
}

static void describe_rate(const struct bench_client *client, char *text, size_t capacity)
{
    snprintf(text, capacity, "asked for %lu bit/s its serial port is at %lu",
             (unsigned long)client->telnet.asked_bps, (unsigned long)client->telnet.rate_bps);
}

/* The server has told a rate after all was up. */
static void note_rate(struct bench_client *client)
{
    const struct bench_port_listener *listener = client->port.listener;
    char reason[sizeof(client->why)], text[BENCH_CLIENT_NAME_MAX + sizeof(reason) + 4];
    bool wrong = has_wrong_rate(client);

    if (wrong && !client->rate_wrong && listener->said) {
        describe_rate(client, reason, sizeof(reason));
        snprintf(text, sizeof(text), "%s: %s", client->name, reason);
        listener->said(&client->port, text);
    }
    client->rate_wrong = wrong;
}

/* Holds what comes before the line is up: a module's words, or those of a server that refuses. */
static void take_data(struct bench_client *client, const uint8_t *bytes, size_t size)
{
    size_t room = sizeof(client->held) - client->held_count;

    if (client->state == BENCH_CLIENT_UP) {
        client->port.listener->receive(&client->port, bytes, size);
        return;
    }
    size = size < room ? size : room;
    memcpy(client->held + client->held_count, bytes, size);
    client->held_count += size;
}

/* Data is handed on in pieces as large as possible, but never past a command. */
static void receive_telnet(struct bench_client *client, const uint8_t *bytes, size_t size)
{
    uint8_t data[BENCH_PORT_CHUNK], reply[BENCH_RFC2217_REPLY_MAX];
    size_t count = 0, reply_count;

    for (size_t i = 0; i < size && client->fd >= 0; i++) {
        bool ends = bench_rfc2217_ends_command(&client->telnet, bytes[i]);
        uint8_t byte;
        if (count > 0 && ends) {
            take_data(client, data, count);
            count = 0;
        }
        if (bench_rfc2217_byte(&client->telnet, bytes[i], &byte, reply, &reply_count))
            data[count++] = byte;
        if (reply_count > 0)
            send_raw(client, reply, reply_count);
        if (!ends)
            continue;
        note_lines(client);
        if (client->state == BENCH_CLIENT_UP)
            note_rate(client);
        bench_address_acknowledge(client->fd);
        if (client->backlog.count > 0)
            flush_backlog(client); /* it may have resumed */
    }
    if (count > 0)
        take_data(client, data, count);
}

static void greet_telnet(struct bench_client *client)
{
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];

    bench_rfc2217_init(&client->telnet, BENCH_RFC2217_CLIENT);
    client->telnet.lines = client->lines;
    bench_rfc2217_set_rate(&client->telnet, client->rate_bps, reply);
    client->rate_wrong = client->lines_untold = false;
    client->port.heard = BENCH_LINES_UNKNOWN;
    send_raw(client, reply, bench_rfc2217_greet(&client->telnet, reply));
}

/* After bytes of the negotiation. */
static void judge_telnet(struct bench_client *client)
{
    char text[sizeof(client->why)];

    if (client->telnet.refused) {
        fail(client, "it refuses RFC 2217's COM-PORT option; for raw bytes use tcp://");
    } else if (has_wrong_rate(client)) {
        describe_rate(client, text, sizeof(text));
        fail(client, text);
    } else if (client->telnet.rate_told) {
        go_up(client);
    }
}

/* ---- bytes from the peer ------------------------------------------------------------------ */

/* Why it has hung up, by what it said before. */
static const char *last_words(const struct bench_client *client)
{
    if (client->held_count >= sizeof(in_use) - 1 &&
        memcmp(client->held, in_use, sizeof(in_use) - 1) == 0)
        return is_in_use;
    return client->state == BENCH_CLIENT_UP ? "it hung up"
                                            : "it hung up at once; is another client on it?";
}

static void read_bytes(struct bench_client *client)
{
    uint8_t bytes[BENCH_PORT_CHUNK];
    ssize_t size = recv(client->fd, bytes, sizeof(bytes), 0);

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size == 0 || (size < 0 && errno == ECONNRESET)) /* reset: it had not read all of ours */
        fail(client, last_words(client));
    else if (size < 0)
        fail(client, strerror(errno));
    else if (client->is_rfc2217)
        receive_telnet(client, bytes, (size_t)size);
    else
        client->port.listener->receive(&client->port, bytes, (size_t)size);
}

/* A server that serves somebody else tells so, or hangs up, right after it has accepted; what a
   module says stays to be read. */
static void judge_early_words(struct bench_client *client)
{
    ssize_t size = recv(client->fd, client->held, sizeof(in_use) - 1, MSG_PEEK);

    if (size < 0)
        return;
    client->held_count = (size_t)size;
    if (size == 0 || last_words(client) == is_in_use) {
        fail(client, last_words(client));
        return;
    }
    client->held_count = 0;
    go_up(client);
}

/* How connecting has ended: 0, or the error. */
static int connect_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof(error);

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) ? errno : error;
}

static void on_connected(struct bench_client *client)
{
    int error = connect_error(client->fd);

    if (error) {
        fail(client, strerror(error));
        return;
    }
    client->state = BENCH_CLIENT_GREETING;
    bench_loop_change(client->port.loop, &client->data, BENCH_READABLE);
    set_timer(client, client->is_rfc2217 ? BENCH_CLIENT_AGREE_US : BENCH_CLIENT_EARLY_US);
    if (client->is_rfc2217)
        greet_telnet(client);
}

static void on_data(void *context, unsigned ready)
{
    struct bench_client *client = context;

    if (client->state == BENCH_CLIENT_CONNECTING) {
        on_connected(client);
        return;
    }
    if (ready & BENCH_WRITABLE)
        flush_backlog(client);
    if (!(ready & BENCH_READABLE))
        return;
    if (client->state == BENCH_CLIENT_UP) {
        hand_held_on(client);
        read_bytes(client);
    } else if (client->is_rfc2217) {
        read_bytes(client);
        if (client->state == BENCH_CLIENT_GREETING)
            judge_telnet(client);
    } else {
        judge_early_words(client);
    }
}

/* ---- connecting --------------------------------------------------------------------------- */

static void begin(struct bench_client *client, uint64_t patience_us)
{
    int fd = socket(client->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && client->address.ss_family != AF_UNIX)
        bench_address_tune(fd);
    if (fd < 0 || (connect(fd, (const struct sockaddr *)&client->address, client->address_size) &&
                   errno != EINPROGRESS)) {
        const char *why = strerror(errno);
        if (fd >= 0)
            close(fd);
        fail(client, why);
        return;
    }
    client->fd = fd;
    client->state = BENCH_CLIENT_CONNECTING;
    client->data = (struct bench_source){fd, on_data, client};
    if (bench_loop_add(client->port.loop, &client->data, BENCH_WRITABLE))
        fail(client, strerror(errno));
    else
        set_timer(client, patience_us);
}

static void on_timer(void *context, uint64_t now_us)
{
    struct bench_client *client = context;

    (void)now_us;
    switch (client->state) {
    case BENCH_CLIENT_DOWN:
        begin(client, BENCH_CLIENT_TRY_US);
        break;
    case BENCH_CLIENT_CONNECTING:
        fail(client, "no answer");
        break;
    case BENCH_CLIENT_GREETING:
        if (!client->is_rfc2217)
            go_up(client);
        else
            fail(client, client->telnet.agreed ? "it does not tell the rate of its serial port"
                                               : "no answer to RFC 2217's COM-PORT option in 3 s; "
                                                 "for raw bytes use tcp://");
        break;
    case BENCH_CLIENT_UP:
        hand_held_on(client);
        break;
    }
}

/* ---- the port ----------------------------------------------------------------------------- */

static void client_follow(struct bench_port *port, uint32_t rate_bps)
{
    struct bench_client *client = (struct bench_client *)port;
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];
    size_t size;

    client->rate_bps = rate_bps;
    if (client->fd < 0)
        return;
    size = bench_rfc2217_set_rate(&client->telnet, rate_bps, reply);
    if (size > 0)
        send_raw(client, reply, size);
}

static void client_lines(struct bench_port *port, unsigned lines)
{
    struct bench_client *client = (struct bench_client *)port;
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];
    size_t size;

    client->lines = (uint8_t)lines;
    if (client->fd < 0)
        return;
    size = bench_rfc2217_set_lines(&client->telnet, lines, reply);
    if (size > 0)
        send_raw(client, reply, size);
}

static void client_describe(const struct bench_port *port, char *text, size_t capacity)
{
    snprintf(text, capacity, "%s", ((const struct bench_client *)port)->name);
}

static void client_close(struct bench_port *port)
{
    struct bench_client *client = (struct bench_client *)port;

    bench_loop_at(port->loop, &client->timer, BENCH_NEVER);
    drop(client);
    port->kind = NULL;
}

static const struct bench_port_kind raw_kind = {
    .name = "client", .write = client_write, .describe = client_describe, .close = client_close};
static const struct bench_port_kind rfc2217_kind = {.name = "rfc2217 client",
                                                    .write = client_write,
                                                    .follow = client_follow,
                                                    .lines = client_lines,
                                                    .describe = client_describe,
                                                    .close = client_close};

/* ---- opening ------------------------------------------------------------------------------ */

static void init(struct bench_client *client, struct bench_loop *loop, const char *url,
                 const struct bench_port_listener *listener)
{
    memset(client, 0, sizeof(*client));
    client->port = (struct bench_port){.listener = listener, .loop = loop};
    client->timer = (struct bench_timer){.run = on_timer, .context = client};
    client->fd = -1;
    client->lines = BENCH_LINE_DTR | BENCH_LINE_RTS;
    snprintf(client->name, sizeof(client->name), "%s", url);
}

/* Connects to client->address and waits, in a loop of its own; true: it is up. */
static bool try_address(struct bench_client *client)
{
    struct bench_loop *loop = client->port.loop, own;

    if (bench_loop_open(&own)) {
        snprintf(client->why, sizeof(client->why), "%s", strerror(errno));
        return false;
    }
    client->port.loop = &own;
    client->opening = true;
    client->why[0] = '\0';
    begin(client, BENCH_CLIENT_CONNECT_US);
    while (client->state != BENCH_CLIENT_UP && !client->why[0])
        if (bench_loop_wait(&own, BENCH_NEVER) < 0 || bench_signal())
            fail(client, "interrupted");
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
    client->port.kind = client->is_rfc2217 ? &rfc2217_kind : &raw_kind;
    client->port.has_lines = client->is_rfc2217;
    if (bench_loop_add(client->port.loop, &client->data, wanted_events(client))) {
        bench_port_error(reterr_text, reterr_capacity, "cannot wait for", client->name);
        client_close(&client->port);
        return -1;
    }
    set_timer(client, 0);
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
        snprintf(client->why, sizeof(client->why), "the path is too long for a socket");
        return refuse(client, reterr_text, reterr_capacity);
    }
    return try_address(client) ? join_loop(client, reterr_text, reterr_capacity)
                               : refuse(client, reterr_text, reterr_capacity);
}
