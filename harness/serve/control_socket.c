/* control_socket.c - a listening socket and its clients on the loop. */
#include "harness/serve/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { WAITING_CLIENTS = 64 };

/* ---- one client --------------------------------------------------------------------------- */

static void drop(struct bench_control_client *client)
{
    bool pending = client->pending;

    bench_loop_remove(client->control->loop, &client->source);
    close(client->source.fd);
    client->source.fd = -1;
    client->pending = false;
    if (pending)
        client->control->handler.gone(client->control->handler.context, client);
}

/* While a request is pending nothing is read: its next line waits in the socket. */
static void update_events(struct bench_control_client *client)
{
    unsigned events = client->pending ? 0 : BENCH_READABLE;

    if (client->answer_count > 0)
        events |= BENCH_WRITABLE;
    bench_loop_change(client->control->loop, &client->source, events);
}

static void flush_answer(struct bench_control_client *client)
{
    while (client->answer_count > 0) {
        ssize_t sent = send(client->source.fd, client->answer + client->answer_start,
                            client->answer_count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN) {
            drop(client);
            return;
        }
        if (sent < 0)
            break;
        client->answer_start += (size_t)sent;
        client->answer_count -= (size_t)sent;
    }
    if (client->answer_count == 0)
        client->answer_start = 0;
    update_events(client);
}

void bench_control_answer(struct bench_control_client *client, const char *text, size_t length)
{
    size_t used = client->answer_start + client->answer_count;

    client->pending = false;
    if (length >= BENCH_CONTROL_ANSWER_BYTES - used) { /* it does not read */
        drop(client);
        return;
    }
    memcpy(client->answer + used, text, length);
    client->answer[used + length] = '\n';
    client->answer_count += length + 1;
    flush_answer(client);
}

/* Hands over the line that ends at `end`; what lies behind it moves to the front. */
static void take_line(struct bench_control_client *client, const char *end)
{
    const struct bench_control_handler *handler = &client->control->handler;
    char line[BENCH_CONTROL_LINE_BYTES];
    size_t length = (size_t)(end - client->line);

    memcpy(line, client->line, length);
    client->line_count -= length + 1;
    memmove(client->line, end + 1, client->line_count);
    client->pending = true;
    if (client->overflow)
        length = BENCH_CONTROL_LINE_BYTES;
    client->overflow = false;
    handler->line(handler->context, client, line, length);
}

static void take_lines(struct bench_control_client *client)
{
    const char *end;

    while (client->source.fd >= 0 && !client->pending &&
           (end = memchr(client->line, '\n', client->line_count)) != NULL)
        take_line(client, end);
    if (client->source.fd < 0)
        return;
    if (client->line_count == sizeof client->line && !client->pending) {
        client->overflow = true;
        client->line_count = 0;
    }
    update_events(client);
}

static void on_client(void *context, unsigned ready)
{
    struct bench_control_client *client = context;
    ssize_t size;

    if (ready & BENCH_WRITABLE)
        flush_answer(client);
    if (client->source.fd < 0 || !(ready & BENCH_READABLE))
        return;
    if (client->pending) { /* nothing was asked for: it hung up */
        drop(client);
        return;
    }
    size = recv(client->source.fd, client->line + client->line_count,
                sizeof client->line - client->line_count, 0);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
        drop(client);
    if (size <= 0)
        return;
    client->line_count += (size_t)size;
    take_lines(client);
}

void bench_control_resume(struct bench_control *control)
{
    for (size_t i = 0; i < BENCH_CONTROL_CLIENTS; i++) {
        struct bench_control_client *client = &control->clients[i];
        if (client->source.fd >= 0 && client->line_count > 0 && !client->pending)
            take_lines(client);
    }
}

/* ---- the listener ------------------------------------------------------------------------- */

static int set_flags(int fd)
{
    return fcntl(fd, F_SETFL, O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC) ? -1 : 0;
}

static void on_connection(void *context, unsigned ready)
{
    struct bench_control *control = context;
    int fd = bench_acceptor_take(&control->listener);

    (void)ready;
    if (fd >= 0 && !bench_peer_is_trusted(fd)) { /* whatever became of the mode of the socket */
        close(fd);
        return;
    }
    for (size_t i = 0; i < BENCH_CONTROL_CLIENTS && fd >= 0; i++) {
        struct bench_control_client *client = &control->clients[i];
        if (client->source.fd >= 0)
            continue;
        client->control = control;
        client->source = (struct bench_source){fd, on_client, client};
        client->overflow = client->pending = false;
        client->line_count = client->answer_start = client->answer_count = 0;
        if (!set_flags(fd) && !bench_loop_add(control->loop, &client->source, BENCH_READABLE))
            return;
        client->source.fd = -1;
        break;
    }
    if (fd >= 0)
        close(fd);
}

/* 0 and `address` set, or -1 with errno. */
static int make_address(const char *path, struct sockaddr_un *ret_address)
{
    size_t length = strlen(path);

    memset(ret_address, 0, sizeof *ret_address);
    ret_address->sun_family = AF_UNIX;
    if (length == 0 || length >= sizeof ret_address->sun_path) {
        errno = length ? ENAMETOOLONG : ENOENT;
        return -1;
    }
    memcpy(ret_address->sun_path, path, length);
    return 0;
}

int bench_control_connect(const char *path)
{
    struct sockaddr_un address;
    int fd, kept;

    if (make_address(path, &address))
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    if (!fcntl(fd, F_SETFD, FD_CLOEXEC) &&
        !connect(fd, (const struct sockaddr *)&address, sizeof address))
        return fd;
    kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

static int say(char *text, size_t capacity, const char *path, const char *what, const char *act)
{
    snprintf(text, capacity, "control socket '%s': %s; %s", path, what, act);
    return -1;
}

/* Makes way for the socket: 0, or -1 with a message. */
static int clear_path(const char *path, char *reterr_text, size_t reterr_capacity)
{
    struct stat old;
    int fd;

    if (lstat(path, &old))
        return 0; /* or bind() says why not */
    if (!S_ISSOCK(old.st_mode))
        return say(reterr_text, reterr_capacity, path,
                   "something that is not a socket has that name, left alone",
                   "choose another name");
    fd = bench_control_connect(path);
    if (fd >= 0) {
        close(fd);
        return say(reterr_text, reterr_capacity, path, "another process serves it",
                   "stop that one or choose another name");
    }
    if (errno != ECONNREFUSED || unlink(path))
        return say(reterr_text, reterr_capacity, path, strerror(errno), "choose another name");
    return 0;
}

/* The socket is the owner's alone from its first moment on. */
static int bind_private(int fd, const struct sockaddr_un *address)
{
    mode_t kept = umask(0177);
    int status = bind(fd, (const struct sockaddr *)address, sizeof *address);
    int error = errno;

    umask(kept);
    errno = error;
    return status;
}

/* Whether it has become what was asked for; some file systems know no modes. */
static int check_private(struct bench_control *control, char *reterr_text, size_t reterr_capacity)
{
    struct stat made;

    if (lstat(control->path, &made))
        return say(reterr_text, reterr_capacity, control->path, strerror(errno), "start again");
    control->device = (uint64_t)made.st_dev;
    control->node = (uint64_t)made.st_ino;
    if (S_ISSOCK(made.st_mode) && (made.st_mode & 0777) == 0600 && made.st_uid == geteuid())
        return 0;
    return say(reterr_text, reterr_capacity, control->path,
               "others could use it, its file system keeps no modes",
               "choose a folder of a local file system");
}

static int listen_at(struct bench_control *control, char *reterr_text, size_t reterr_capacity)
{
    struct sockaddr_un address;

    if (make_address(control->path, &address))
        return say(reterr_text, reterr_capacity, control->path, strerror(errno),
                   "choose a shorter name");
    if (clear_path(control->path, reterr_text, reterr_capacity))
        return -1;
    control->listener.source.fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (control->listener.source.fd < 0 || set_flags(control->listener.source.fd) ||
        bind_private(control->listener.source.fd, &address))
        return say(reterr_text, reterr_capacity, control->path, strerror(errno),
                   "choose a folder that you may write to");
    if (check_private(control, reterr_text, reterr_capacity))
        return -1;
    if (listen(control->listener.source.fd, WAITING_CLIENTS) ||
        bench_loop_add(control->loop, &control->listener.source, BENCH_READABLE))
        return say(reterr_text, reterr_capacity, control->path, strerror(errno), "start again");
    return 0;
}

int bench_control_open(struct bench_control *control, struct bench_loop *loop, const char *path,
                       const struct bench_control_handler *handler, char *reterr_text,
                       size_t reterr_capacity)
{
    size_t length = strlen(path);

    control->loop = loop;
    control->handler = *handler;
    control->listener =
        (struct bench_acceptor){.source = {-1, on_connection, control}, .loop = control->loop};
    for (size_t i = 0; i < BENCH_CONTROL_CLIENTS; i++)
        control->clients[i].source.fd = -1;
    if (length >= sizeof control->path)
        return say(reterr_text, reterr_capacity, path, strerror(ENAMETOOLONG),
                   "choose a shorter name");
    memcpy(control->path, path, length + 1);
    if (!listen_at(control, reterr_text, reterr_capacity))
        return 0;
    bench_control_close(control);
    return -1;
}

void bench_control_close(struct bench_control *control)
{
    struct stat now;

    if (!control->loop) /* it was never opened: no descriptor is its own */
        return;
    for (size_t i = 0; i < BENCH_CONTROL_CLIENTS; i++)
        if (control->clients[i].source.fd >= 0)
            drop(&control->clients[i]);
    if (control->listener.source.fd < 0)
        return;
    bench_acceptor_remove(&control->listener);
    close(control->listener.source.fd);
    control->listener.source.fd = -1;
    if (control->node && lstat(control->path, &now) == 0 &&
        (uint64_t)now.st_dev == control->device && (uint64_t)now.st_ino == control->node)
        unlink(control->path);
}
