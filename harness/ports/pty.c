/* pty.c - a pseudo terminal that outlives its clients. */
#define _XOPEN_SOURCE 700 /* posix_openpt() */
#include "harness/ports/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* ---- clients that come and go ------------------------------------------------------------- */

static int open_slave(const char *path)
{
    return open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static bool hung_up(int master)
{
    struct pollfd state = {master, 0, 0};

    return poll(&state, 1, 0) == 1 && state.revents & POLLHUP;
}

/*
 * Somebody closed the port. Was it the last one? The system does not count openers for us, but says
 * so when the own descriptor is out of the way. TIOCEXCL outlives its client while that descriptor
 * is open (sim7000-at.md 1.8), so it goes first, and comes back if a client is still there.
 */
static void look_who_is_left(struct bench_pty *pty, uint64_t now_us)
{
    int exclusive = 0, fresh;

    ioctl(pty->slave, TIOCGEXCL, &exclusive);
    ioctl(pty->slave, TIOCNXCL);
    close(pty->slave);
    pty->open = !hung_up(pty->master);
    pty->left_at_us = now_us;
    fresh = open_slave(pty->path);
    pty->own_open = fresh >= 0;
    /* Another took it exclusively in this very moment: it is the slave that keeps the port up. */
    pty->slave = fresh;
    if (fresh >= 0 && exclusive && pty->open)
        ioctl(fresh, TIOCEXCL);
}

/* The own close is of a read-only descriptor and is not told; a client's is. */
static void on_opens(void *context, unsigned happened)
{
    struct bench_pty *pty = context;

    pty->rate_at_us = 0;
    if (happened & BENCH_OPENED) {
        pty->open = pty->open || !pty->own_open;
        pty->own_open = false;
    }
    if (happened & BENCH_CLOSED)
        look_who_is_left(pty, bench_clock_us());
}

/* ---- bytes -------------------------------------------------------------------------------- */

static void drop_backlog(struct bench_pty *pty)
{
    bench_backlog_drop(&pty->backlog);
    bench_loop_change(pty->port.loop, &pty->data, BENCH_READABLE);
}

static void flush_backlog(struct bench_pty *pty)
{
    const uint8_t *bytes;
    size_t size;

    while ((size = bench_backlog_next(&pty->backlog, &bytes)) > 0) {
        ssize_t sent = write(pty->master, bytes, size);
        if (sent <= 0)
            return;
        bench_backlog_sent(&pty->backlog, (size_t)sent);
    }
    drop_backlog(pty);
}

static void keep(struct bench_pty *pty, const uint8_t *bytes, size_t size)
{
    if (pty->backlog.count == 0)
        bench_loop_change(pty->port.loop, &pty->data, BENCH_READABLE | BENCH_WRITABLE);
    pty->port.stat_lost_bytes += size - bench_backlog_keep(&pty->backlog, bytes, size);
}

static void pty_write(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us)
{
    struct bench_pty *pty = (struct bench_pty *)port;
    ssize_t sent = 0;

    if (!pty->open && now_us > pty->left_at_us + BENCH_PTY_LINGER_US) {
        port->stat_lost_bytes += size + pty->backlog.count;
        if (pty->backlog.count > 0)
            drop_backlog(pty);
        return;
    }
    if (pty->backlog.count == 0)
        sent = write(pty->master, bytes, size);
    if (sent < 0)
        sent = 0;
    if ((size_t)sent < size)
        keep(pty, (const uint8_t *)bytes + sent, size - (size_t)sent);
}

static void on_data(void *context, unsigned ready)
{
    struct bench_pty *pty = context;
    uint8_t bytes[BENCH_PORT_CHUNK];
    ssize_t size;

    if (ready & BENCH_WRITABLE)
        flush_backlog(pty);
    if (!(ready & BENCH_READABLE))
        return;
    bench_port_warm(&pty->port);
    size = read(pty->master, bytes, sizeof bytes);
    if (size > 0) {
        pty->open = true;
        pty->port.listener->receive(&pty->port, bytes, (size_t)size);
    } else if (size < 0 && errno == EIO && pty->slave < 0) {
        pty->open = false;
        pty->slave = open_slave(pty->path);
        pty->port.broken = pty->slave < 0;
        if (pty->port.broken) {
            bench_loop_remove(pty->port.loop, &pty->data);
            pty->port.loop->broken = true;
        }
    }
}

/* ---- rate --------------------------------------------------------------------------------- */

/* The system is asked when the last answer is old or was not the expected one, so that the lines of
   a long answer cost no further call. */
static uint32_t pty_rate(struct bench_port *port, uint32_t expected_bps, uint64_t now_us)
{
    struct bench_pty *pty = (struct bench_pty *)port;
    struct termios settings;

    if (pty->rate_at_us && pty->rate_bps == expected_bps &&
        now_us < pty->rate_at_us + BENCH_PTY_RATE_CHECK_US)
        return pty->rate_bps;
    pty->rate_at_us = now_us;
    /* On the master this reads the settings of the slave. */
    pty->rate_bps = tcgetattr(pty->master, &settings) ? 0 : bench_rate_of(cfgetospeed(&settings));
    return pty->rate_bps;
}

/* ---- opening and closing ------------------------------------------------------------------ */

static int open_pair(struct bench_pty *pty, char *reterr_text, size_t reterr_capacity)
{
    const char *name;

    pty->master = posix_openpt(O_RDWR | O_NOCTTY);
    if (pty->master < 0) {
        if (errno == ENOSPC)
            return bench_port_error(reterr_text, reterr_capacity,
                                    "no pseudo terminal is left (see /proc/sys/kernel/pty/max)",
                                    NULL);
        if (errno == EMFILE)
            return bench_port_error(reterr_text, reterr_capacity,
                                    "no file descriptor is left (see ulimit -Hn)", NULL);
        return bench_port_error(reterr_text, reterr_capacity, "cannot open a pseudo terminal",
                                NULL);
    }
    name = grantpt(pty->master) || unlockpt(pty->master) ? NULL : ptsname(pty->master);
    if (!name || strlen(name) >= sizeof pty->path)
        return bench_port_error(reterr_text, reterr_capacity, "cannot unlock the pseudo terminal",
                                NULL);
    memcpy(pty->path, name, strlen(name) + 1);
    if (fcntl(pty->master, F_SETFL, O_NONBLOCK) || fcntl(pty->master, F_SETFD, FD_CLOEXEC))
        return bench_port_error(reterr_text, reterr_capacity, "cannot set up", pty->path);
    pty->slave = open_slave(pty->path);
    return pty->slave < 0 ? bench_port_error(reterr_text, reterr_capacity, "cannot open", pty->path)
                          : 0;
}

static int make_raw(int slave)
{
    struct termios settings;

    if (tcgetattr(slave, &settings))
        return -1;
    cfmakeraw(&settings);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    cfsetispeed(&settings, B115200);
    cfsetospeed(&settings, B115200);
    return tcsetattr(slave, TCSANOW, &settings);
}

/* A link that is there changes in one step, so that no client finds none. */
static int replace_link(const struct bench_pty *pty, const char *link)
{
    char fresh[BENCH_PTY_NAME_MAX + 32];
    int kept;

    snprintf(fresh, sizeof fresh, "%s.%ld.tmp", link, (long)getpid());
    if (symlink(pty->path, fresh))
        return -1;
    if (rename(fresh, link) == 0)
        return 0;
    kept = errno;
    unlink(fresh);
    errno = kept;
    return -1;
}

/* What lies in the folder of pseudo terminals, even one that is gone: a link that a program has
   left which was killed. Whatever else a link leads to, somebody wants it there. */
static bool leads_to_a_pty(const char *link, const char *pty_path)
{
    char target[BENCH_PTY_NAME_MAX];
    ssize_t length = readlink(link, target, sizeof target - 1);
    size_t folder = (size_t)(strrchr(pty_path, '/') + 1 - pty_path);

    if (length <= (ssize_t)folder)
        return false;
    target[length] = '\0';
    return strncmp(target, pty_path, folder) == 0 && !strchr(target + folder, '/');
}

static int make_link(struct bench_pty *pty, const char *link, char *reterr_text,
                     size_t reterr_capacity)
{
    if (strlen(link) >= BENCH_PTY_NAME_MAX) {
        errno = ENAMETOOLONG;
        return bench_port_error(reterr_text, reterr_capacity, "cannot link", link);
    }
    pty->link = strdup(link);
    if (pty->link && symlink(pty->path, link) == 0)
        return 0;
    if (!pty->link || errno != EEXIST)
        return bench_port_error(reterr_text, reterr_capacity, "cannot link", link);
    if (!leads_to_a_pty(link, pty->path)) {
        errno = EEXIST;
        return bench_port_error(reterr_text, reterr_capacity,
                                "not a link to a pseudo terminal, so left alone:", link);
    }
    return replace_link(pty, link)
               ? bench_port_error(reterr_text, reterr_capacity, "cannot link", link)
               : 0;
}

static int add_to_loop(struct bench_pty *pty, char *reterr_text, size_t reterr_capacity)
{
    pty->data = (struct bench_source){pty->master, on_data, pty};
    pty->opens = (struct bench_watch){-1, on_opens, pty};
    if (bench_loop_watch(pty->port.loop, &pty->opens, pty->path))
        return bench_port_error(reterr_text, reterr_capacity, "cannot watch", pty->path);
    if (bench_loop_add(pty->port.loop, &pty->data, BENCH_READABLE))
        return bench_port_error(reterr_text, reterr_capacity, "cannot wait for", pty->path);
    return 0;
}

static void remove_link(struct bench_pty *pty)
{
    char target[sizeof pty->path + 1];
    ssize_t length = pty->link ? readlink(pty->link, target, sizeof target) : -1;

    if (length == (ssize_t)strlen(pty->path) && memcmp(target, pty->path, (size_t)length) == 0)
        unlink(pty->link);
    free(pty->link);
    pty->link = NULL;
}

static void pty_describe(const struct bench_port *port, char *text, size_t capacity)
{
    const struct bench_pty *pty = (const struct bench_pty *)port;

    if (pty->link)
        snprintf(text, capacity, "%s (link %s)", pty->path, pty->link);
    else
        snprintf(text, capacity, "%s", pty->path);
}

static void pty_close(struct bench_port *port)
{
    struct bench_pty *pty = (struct bench_pty *)port;

    /* Before the pty goes: its number may be somebody else's right after. */
    remove_link(pty);
    if (pty->opens.run)
        bench_loop_unwatch(port->loop, &pty->opens);
    if (pty->data.run)
        bench_loop_remove(port->loop, &pty->data);
    if (pty->slave >= 0)
        close(pty->slave);
    if (pty->master >= 0)
        close(pty->master);
    pty->master = pty->slave = -1;
    bench_backlog_drop(&pty->backlog);
    port->kind = NULL;
}

static bool pty_has_client(const struct bench_port *port)
{
    return ((const struct bench_pty *)port)->open;
}

static const struct bench_port_kind pty_kind = {.name = "pty",
                                                .write = pty_write,
                                                .rate = pty_rate,
                                                .has_client = pty_has_client,
                                                .describe = pty_describe,
                                                .close = pty_close};

int bench_pty_open(struct bench_pty *pty, struct bench_loop *loop, const char *link,
                   const struct bench_port_listener *listener, char *reterr_text,
                   size_t reterr_capacity)
{
    memset(pty, 0, sizeof *pty);
    pty->port.kind = &pty_kind;
    pty->port.listener = listener;
    pty->port.loop = loop;
    pty->master = pty->slave = -1;
    if (open_pair(pty, reterr_text, reterr_capacity) == 0) {
        if (make_raw(pty->slave))
            bench_port_error(reterr_text, reterr_capacity, "cannot set up", pty->path);
        else if (add_to_loop(pty, reterr_text, reterr_capacity) == 0 &&
                 (!link || make_link(pty, link, reterr_text, reterr_capacity) == 0))
            return 0;
    }
    pty_close(&pty->port);
    return -1;
}
