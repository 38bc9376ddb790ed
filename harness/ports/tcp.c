/* tcp.c - one client on a socket. */
#include "harness/ports/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/ports/address.h"

/* ---- bytes to the client ------------------------------------------------------------------ */

/* Silence after which a client that sends no more is let go. */
enum { LINGER_US = 5000000 };

static void drop_client(struct bench_tcp *tcp)
{
    if (tcp->client_fd < 0)
        return;
    bench_loop_remove(tcp->port.loop, &tcp->data);
    close(tcp->client_fd);
    tcp->client_fd = -1;
    tcp->has_ended = false;
    bench_loop_at(tcp->port.loop, &tcp->linger, BENCH_NEVER);
    bench_backlog_drop(&tcp->backlog);
}

/* The client has gone; its lines drop, as those of a port that is closed. */
static void hang_up(struct bench_tcp *tcp)
{
    drop_client(tcp);
    if (tcp->is_rfc2217 && tcp->port.listener->left)
        tcp->port.listener->left(&tcp->port);
}

static void let_go(void *context, uint64_t now_us)
{
    (void)now_us;
    hang_up(context);
}

/* A client that has shut down its sending half (`printf 'AT\r' | nc -N`) waits for its answers; so
   does, for all that can be seen, one that has closed. */
static void note_end(struct bench_tcp *tcp)
{
    tcp->has_ended = true;
    tcp->linger.run = let_go;
    tcp->linger.context = tcp;
    bench_loop_change(tcp->port.loop, &tcp->data, tcp->backlog.count ? BENCH_WRITABLE : 0u);
    bench_loop_at(tcp->port.loop, &tcp->linger, bench_clock_us() + LINGER_US);
}

/* Sends, or keeps what the client does not take now. */
static void send_raw(struct bench_tcp *tcp, const uint8_t *bytes, size_t size)
{
    ssize_t sent = 0;

    if (tcp->backlog.count == 0)
        sent = send(tcp->client_fd, bytes, size, MSG_NOSIGNAL);
    if (tcp->has_ended) /* it has closed, or more may come */
        bench_loop_at(tcp->port.loop, &tcp->linger,
                      bench_clock_us() + (sent < 0 && errno != EAGAIN ? 0 : LINGER_US));
    if (sent < 0)
        sent = 0; /* a client that is gone is found by reading */
    if ((size_t)sent == size)
        return;
    if (tcp->backlog.count == 0)
        bench_loop_change(tcp->port.loop, &tcp->data,
                          tcp->has_ended ? BENCH_WRITABLE : BENCH_READABLE | BENCH_WRITABLE);
    size -= (size_t)sent;
    tcp->port.stat_lost_bytes += size - bench_backlog_keep(&tcp->backlog, bytes + sent, size);
}

static void flush_backlog(struct bench_tcp *tcp)
{
    const uint8_t *bytes;
    size_t size;

    while ((size = bench_backlog_next(&tcp->backlog, &bytes)) > 0) {
        ssize_t sent = send(tcp->client_fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bench_backlog_sent(&tcp->backlog, (size_t)sent);
    }
    bench_loop_change(tcp->port.loop, &tcp->data, tcp->has_ended ? 0u : BENCH_READABLE);
}

static void tcp_write(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us)
{
    struct bench_tcp *tcp = (struct bench_tcp *)port;
    uint8_t encoded[2 * BENCH_PORT_CHUNK];

    (void)now_us;
    if (tcp->client_fd < 0 || size > BENCH_PORT_CHUNK) {
        port->stat_lost_bytes += size;
        return;
    }
    if (tcp->is_rfc2217) {
        size = bench_rfc2217_encode(bytes, size, encoded);
        bytes = encoded;
    }
    send_raw(tcp, bytes, size);
}

/* ---- bytes from the client ---------------------------------------------------------------- */

/* What a byte of the protocol has changed. */
static void note_changes(struct bench_tcp *tcp, uint8_t lines_before)
{
    const struct bench_port_listener *listener = tcp->port.listener;

    if (tcp->telnet.purge_output) {
        tcp->telnet.purge_output = false;
        if (tcp->backlog.count > 0) {
            bench_backlog_drop(&tcp->backlog);
            bench_loop_change(tcp->port.loop, &tcp->data, BENCH_READABLE);
        }
    }
    tcp->port.heard = tcp->telnet.lines;
    if (tcp->telnet.lines != lines_before && listener->lines)
        listener->lines(&tcp->port, tcp->telnet.lines);
}

/* Data goes to the module in pieces as large as possible, but never past a command. */
static void receive_telnet(struct bench_tcp *tcp, const uint8_t *bytes, size_t size)
{
    const struct bench_port_listener *listener = tcp->port.listener;
    uint8_t data[BENCH_PORT_CHUNK], reply[BENCH_RFC2217_REPLY_MAX];
    size_t count = 0, reply_count;

    for (size_t i = 0; i < size && tcp->client_fd >= 0; i++) {
        uint8_t lines = tcp->telnet.lines, byte;
        if (count > 0 && bench_rfc2217_ends_command(&tcp->telnet, bytes[i])) {
            listener->receive(&tcp->port, data, count);
            count = 0;
        }
        if (bench_rfc2217_byte(&tcp->telnet, bytes[i], &byte, reply, &reply_count))
            data[count++] = byte;
        if (reply_count == 0 && tcp->telnet.lines == lines)
            continue;
        send_raw(tcp, reply, reply_count);
        note_changes(tcp, lines);
    }
    if (count > 0)
        listener->receive(&tcp->port, data, count);
}

static void on_data(void *context, unsigned ready)
{
    struct bench_tcp *tcp = context;
    uint8_t bytes[BENCH_PORT_CHUNK];
    ssize_t size;

    if (ready & BENCH_WRITABLE)
        flush_backlog(tcp);
    if (!(ready & BENCH_READABLE))
        return;
    size = recv(tcp->client_fd, bytes, sizeof bytes, 0);
    if (size > 0 && tcp->is_rfc2217)
        receive_telnet(tcp, bytes, (size_t)size);
    else if (size > 0)
        tcp->port.listener->receive(&tcp->port, bytes, (size_t)size);
    else if (size == 0 && !tcp->is_rfc2217 && !tcp->has_ended)
        note_end(tcp);
    else if (size == 0 || (errno != EAGAIN && errno != EINTR))
        hang_up(tcp);
}

/* ---- clients ------------------------------------------------------------------------------ */

/* As ser2net says it (racks-and-ci.md); a raw client would take any text for the module's. */
static void refuse(const struct bench_tcp *tcp, int fd)
{
    static const char text[] = "Port already in use\r\n";

    if (tcp->is_rfc2217 && send(fd, text, sizeof text - 1, MSG_NOSIGNAL) < 0)
        errno = 0;
    close(fd);
}

static void greet(struct bench_tcp *tcp)
{
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];

    bench_rfc2217_init(&tcp->telnet, BENCH_RFC2217_SERVER);
    tcp->telnet.module = tcp->lines;
    send_raw(tcp, reply, bench_rfc2217_greet(&tcp->telnet, reply));
    if (tcp->port.listener->lines)
        tcp->port.listener->lines(&tcp->port, tcp->telnet.lines);
}

static void on_arrival(void *context, unsigned ready)
{
    struct bench_tcp *tcp = context;
    int fd = bench_acceptor_take(&tcp->arrivals);

    (void)ready;
    if (fd < 0)
        return;
    if (tcp->has_ended)
        hang_up(tcp); /* it has had its time */
    if (tcp->client_fd >= 0) {
        refuse(tcp, fd);
        return;
    }
    tcp->data = (struct bench_source){fd, on_data, tcp};
    bench_address_tune(fd);
    if (fcntl(fd, F_SETFL, O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC) ||
        bench_loop_add(tcp->port.loop, &tcp->data, BENCH_READABLE)) {
        close(fd);
        return;
    }
    tcp->client_fd = fd;
    if (tcp->is_rfc2217)
        greet(tcp);
}

/* ---- the port ----------------------------------------------------------------------------- */

static uint32_t tcp_rate(struct bench_port *port, uint32_t expected_bps, uint64_t now_us)
{
    (void)expected_bps;
    (void)now_us;
    return ((const struct bench_tcp *)port)->telnet.rate_bps;
}

static void tcp_lines(struct bench_port *port, unsigned lines)
{
    struct bench_tcp *tcp = (struct bench_tcp *)port;
    uint8_t reply[BENCH_RFC2217_REPLY_MAX];
    size_t size;

    tcp->lines = (uint8_t)lines;
    if (tcp->client_fd < 0 || !tcp->is_rfc2217)
        return;
    size = bench_rfc2217_lines(&tcp->telnet, lines, reply);
    if (size > 0)
        send_raw(tcp, reply, size);
}

static void tcp_describe(const struct bench_port *port, char *text, size_t capacity)
{
    snprintf(text, capacity, "%s %s", port->kind->name, ((const struct bench_tcp *)port)->name);
}

/* The socket in the file system, if it is still this one. */
static void remove_file(struct bench_tcp *tcp)
{
    struct stat file;

    if (tcp->file_number && lstat(tcp->name, &file) == 0 && file.st_dev == tcp->file_device &&
        file.st_ino == tcp->file_number)
        unlink(tcp->name);
    tcp->file_number = 0;
}

static void tcp_close(struct bench_port *port)
{
    struct bench_tcp *tcp = (struct bench_tcp *)port;

    drop_client(tcp);
    if (tcp->arrivals.source.run)
        bench_acceptor_remove(&tcp->arrivals);
    remove_file(tcp);
    if (tcp->listen_fd >= 0)
        close(tcp->listen_fd);
    tcp->listen_fd = -1;
    port->kind = NULL;
}

static bool tcp_has_client(const struct bench_port *port)
{
    return ((const struct bench_tcp *)port)->client_fd >= 0;
}

static const struct bench_port_kind raw_kind = {.name = "tcp",
                                                .write = tcp_write,
                                                .has_client = tcp_has_client,
                                                .describe = tcp_describe,
                                                .close = tcp_close};
static const struct bench_port_kind unix_kind = {.name = "unix",
                                                 .write = tcp_write,
                                                 .has_client = tcp_has_client,
                                                 .describe = tcp_describe,
                                                 .close = tcp_close};
static const struct bench_port_kind rfc2217_kind = {.name = "rfc2217",
                                                    .write = tcp_write,
                                                    .rate = tcp_rate,
                                                    .lines = tcp_lines,
                                                    .has_client = tcp_has_client,
                                                    .describe = tcp_describe,
                                                    .close = tcp_close};

/* ---- opening ------------------------------------------------------------------------------ */

/* Opens the socket; -1 with errno set. */
static int listen_at(const struct sockaddr *address, socklen_t size)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1,
        kept;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, address, size) == 0 && listen(fd, 4) == 0)
        return fd;
    kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

static void init(struct bench_tcp *tcp, const struct bench_port_kind *kind, struct bench_loop *loop,
                 const struct bench_port_listener *listener)
{
    memset(tcp, 0, sizeof *tcp);
    tcp->port = (struct bench_port){.kind = kind, .listener = listener, .loop = loop};
    tcp->listen_fd = tcp->client_fd = -1;
}

/* Serves tcp->listen_fd, or tells with errno why there is none. */
static int begin(struct bench_tcp *tcp, const char *address, char *reterr_text,
                 size_t reterr_capacity)
{
    tcp->arrivals = (struct bench_acceptor){.source = {tcp->listen_fd, on_arrival, tcp},
                                            .loop = tcp->port.loop};
    if (tcp->listen_fd >= 0 &&
        bench_loop_add(tcp->port.loop, &tcp->arrivals.source, BENCH_READABLE) == 0)
        return 0;
    bench_port_error(reterr_text, reterr_capacity, "cannot listen at", address);
    tcp->arrivals.source.run = NULL;
    tcp_close(&tcp->port);
    return -1;
}

int bench_tcp_open(struct bench_tcp *tcp, struct bench_loop *loop, const char *address,
                   bool is_rfc2217, const struct bench_port_listener *listener, char *reterr_text,
                   size_t reterr_capacity)
{
    struct addrinfo *info = bench_address_find(address, AI_PASSIVE, reterr_text, reterr_capacity);

    init(tcp, is_rfc2217 ? &rfc2217_kind : &raw_kind, loop, listener);
    if (!info)
        return -1;
    tcp->port.has_lines = tcp->is_rfc2217 = is_rfc2217;
    tcp->listen_fd = listen_at(info->ai_addr, info->ai_addrlen);
    freeaddrinfo(info);
    if (begin(tcp, address, reterr_text, reterr_capacity))
        return -1;
    bench_address_of(tcp->listen_fd, tcp->name, sizeof tcp->name);
    return 0;
}

/* A socket that is left over from a program that is gone: nobody listens. */
static void remove_left_over(const struct sockaddr *address, socklen_t size, const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct stat file;

    if (fd >= 0 && lstat(path, &file) == 0 && S_ISSOCK(file.st_mode) &&
        connect(fd, address, size) && errno == ECONNREFUSED)
        unlink(path);
    if (fd >= 0)
        close(fd);
}

int bench_tcp_open_unix(struct bench_tcp *tcp, struct bench_loop *loop, const char *path,
                        const struct bench_port_listener *listener, char *reterr_text,
                        size_t reterr_capacity)
{
    struct sockaddr_storage storage;
    const struct sockaddr *address = (const struct sockaddr *)&storage;
    struct stat file;
    socklen_t size;

    init(tcp, &unix_kind, loop, listener);
    errno = ENAMETOOLONG;
    if (bench_address_unix(path, &storage, &size)) {
        remove_left_over(address, size, path);
        tcp->listen_fd = listen_at(address, size);
    }
    if (begin(tcp, path, reterr_text, reterr_capacity))
        return -1;
    snprintf(tcp->name, sizeof tcp->name, "%s", path);
    if (lstat(path, &file) == 0) {
        tcp->file_device = file.st_dev;
        tcp->file_number = file.st_ino;
    }
    return 0;
}
