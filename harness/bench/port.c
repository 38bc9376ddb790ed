/* port.c - a pseudo terminal that outlives its clients. */
#define _XOPEN_SOURCE 700 /* posix_openpt() */
#include "harness/bench/port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
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
static void look_who_is_left(struct bench_port *port, uint64_t now_us)
{
    int exclusive = 0, fresh;

    ioctl(port->slave, TIOCGEXCL, &exclusive);
    ioctl(port->slave, TIOCNXCL);
    close(port->slave);
    port->open = !hung_up(port->master);
    port->left_at_us = now_us;
    fresh = open_slave(port->path);
    /* Another took it exclusively in this very moment: it is the slave that keeps the port up. */
    port->slave = fresh;
    if (fresh >= 0 && exclusive && port->open)
        ioctl(fresh, TIOCEXCL);
}

static void on_opens(void *context, unsigned ready)
{
    struct bench_port *port = context;
    unsigned happened = bench_opens_read(port->opens.fd);

    (void)ready;
    port->rate_at_us = 0;
    if (happened & BENCH_OPENED)
        port->open = true;
    while (happened & BENCH_CLOSED) {
        look_who_is_left(port, bench_clock_us());
        /* The own close was of a read-only descriptor and is not told; a client's would be. */
        happened = bench_opens_read(port->opens.fd);
    }
}

/* ---- bytes -------------------------------------------------------------------------------- */

static void drop_backlog(struct bench_port *port)
{
    port->backlog_count = 0;
    bench_loop_change(port->loop, &port->data, BENCH_READABLE);
}

static void flush_backlog(struct bench_port *port)
{
    while (port->backlog_count > 0) {
        size_t run = BENCH_PORT_BACKLOG_BYTES - port->backlog_start;
        ssize_t sent;

        if (run > port->backlog_count)
            run = port->backlog_count;
        sent = write(port->master, port->backlog + port->backlog_start, run);
        if (sent <= 0)
            return;
        port->backlog_start = (port->backlog_start + (size_t)sent) % BENCH_PORT_BACKLOG_BYTES;
        port->backlog_count -= (size_t)sent;
    }
    drop_backlog(port);
}

static void keep(struct bench_port *port, const uint8_t *bytes, size_t size)
{
    size_t room = BENCH_PORT_BACKLOG_BYTES - port->backlog_count;

    if (size > room) {
        port->stat_lost_bytes += size - room;
        size = room;
    }
    for (size_t i = 0; i < size; i++)
        port->backlog[(port->backlog_start + port->backlog_count + i) % BENCH_PORT_BACKLOG_BYTES] =
            bytes[i];
    if (port->backlog_count == 0)
        bench_loop_change(port->loop, &port->data, BENCH_READABLE | BENCH_WRITABLE);
    port->backlog_count += size;
}

void bench_port_write(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us)
{
    ssize_t sent = 0;

    if (!port->open && now_us > port->left_at_us + BENCH_PORT_LINGER_US) {
        port->stat_lost_bytes += size + port->backlog_count;
        if (port->backlog_count > 0)
            drop_backlog(port);
        return;
    }
    if (port->backlog_count == 0)
        sent = write(port->master, bytes, size);
    if (sent < 0)
        sent = 0;
    if ((size_t)sent < size)
        keep(port, (const uint8_t *)bytes + sent, size - (size_t)sent);
}

static void on_data(void *context, unsigned ready)
{
    struct bench_port *port = context;
    uint8_t bytes[4096];
    ssize_t size;

    if (ready & BENCH_WRITABLE)
        flush_backlog(port);
    if (!(ready & BENCH_READABLE))
        return;
    size = read(port->master, bytes, sizeof(bytes));
    if (size > 0) {
        port->open = true;
        port->receive(port->context, bytes, (size_t)size);
    } else if (size < 0 && errno == EIO && port->slave < 0) {
        port->open = false;
        port->slave = open_slave(port->path);
        port->broken = port->slave < 0;
        if (port->broken)
            bench_loop_remove(port->loop, &port->data);
    }
}

/* ---- rate --------------------------------------------------------------------------------- */

static uint32_t rate_of(speed_t speed)
{
    static const struct {
        speed_t speed;
        uint32_t rate_bps;
    } rates[] = {
        {B115200, 115200}, {B9600, 9600},       {B57600, 57600},     {B38400, 38400},
        {B19200, 19200},   {B4800, 4800},       {B2400, 2400},       {B1200, 1200},
        {B600, 600},       {B300, 300},         {B230400, 230400},   {B460800, 460800},
        {B921600, 921600}, {B1000000, 1000000}, {B2000000, 2000000}, {B3000000, 3000000},
    };

    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
        if (rates[i].speed == speed)
            return rates[i].rate_bps;
    return 0;
}

uint32_t bench_port_rate(struct bench_port *port, uint32_t expected_bps, uint64_t now_us)
{
    struct termios settings;

    if (port->rate_at_us && port->rate_bps == expected_bps &&
        now_us < port->rate_at_us + BENCH_PORT_RATE_CHECK_US)
        return port->rate_bps;
    port->rate_at_us = now_us;
    /* On the master this reads the settings of the slave. */
    port->rate_bps = tcgetattr(port->master, &settings) ? 0 : rate_of(cfgetospeed(&settings));
    return port->rate_bps;
}

/* ---- opening and closing ------------------------------------------------------------------ */

static int say(char *text, size_t capacity, const char *what, const char *name)
{
    snprintf(text, capacity, "%s%s%s: %s", what, name ? " " : "", name ? name : "",
             strerror(errno));
    return -1;
}

static int open_pair(struct bench_port *port, char *reterr_text, size_t reterr_capacity)
{
    const char *name;

    port->master = posix_openpt(O_RDWR | O_NOCTTY);
    if (port->master < 0) {
        if (errno == ENOSPC)
            return say(reterr_text, reterr_capacity,
                       "no pseudo terminal is left (see /proc/sys/kernel/pty/max)", NULL);
        return say(reterr_text, reterr_capacity, "cannot open a pseudo terminal", NULL);
    }
    name = grantpt(port->master) || unlockpt(port->master) ? NULL : ptsname(port->master);
    if (!name || strlen(name) >= sizeof(port->path))
        return say(reterr_text, reterr_capacity, "cannot unlock the pseudo terminal", NULL);
    memcpy(port->path, name, strlen(name) + 1);
    if (fcntl(port->master, F_SETFL, O_NONBLOCK) || fcntl(port->master, F_SETFD, FD_CLOEXEC))
        return say(reterr_text, reterr_capacity, "cannot set up", port->path);
    port->slave = open_slave(port->path);
    return port->slave < 0 ? say(reterr_text, reterr_capacity, "cannot open", port->path) : 0;
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

/* The link changes in one step, so that no client finds none. */
static int make_link(struct bench_port *port, const char *link, char *reterr_text,
                     size_t reterr_capacity)
{
    char fresh[BENCH_PORT_NAME_MAX + 32];
    struct stat old;

    if (strlen(link) >= sizeof(port->link)) {
        errno = ENAMETOOLONG;
        return say(reterr_text, reterr_capacity, "cannot link", link);
    }
    if (lstat(link, &old) == 0 && !S_ISLNK(old.st_mode)) {
        errno = EEXIST;
        return say(reterr_text, reterr_capacity, "not a symbolic link, so left alone:", link);
    }
    snprintf(fresh, sizeof(fresh), "%s.%ld.tmp", link, (long)getpid());
    if (symlink(port->path, fresh))
        return say(reterr_text, reterr_capacity, "cannot link", link);
    if (rename(fresh, link)) {
        int kept = errno;
        unlink(fresh);
        errno = kept;
        return say(reterr_text, reterr_capacity, "cannot link", link);
    }
    memcpy(port->link, link, strlen(link) + 1);
    return 0;
}

static int add_to_loop(struct bench_port *port, char *reterr_text, size_t reterr_capacity)
{
    port->data = (struct bench_source){port->master, on_data, port};
    port->opens = (struct bench_source){bench_opens_watch(port->path), on_opens, port};
    if (port->opens.fd < 0)
        return say(reterr_text, reterr_capacity, "cannot watch", port->path);
    /* Ready sources are found in this order: an opening is known before its bytes. */
    if (bench_loop_add(port->loop, &port->opens, BENCH_READABLE) ||
        bench_loop_add(port->loop, &port->data, BENCH_READABLE))
        return say(reterr_text, reterr_capacity, "cannot wait for", port->path);
    return 0;
}

int bench_port_open(struct bench_port *port, struct bench_loop *loop, const char *link,
                    bench_port_receiver *receive, void *context, char *reterr_text,
                    size_t reterr_capacity)
{
    memset(port, 0, offsetof(struct bench_port, backlog));
    port->loop = loop;
    port->master = port->slave = port->opens.fd = -1;
    port->receive = receive;
    port->context = context;
    if (open_pair(port, reterr_text, reterr_capacity) == 0) {
        if (make_raw(port->slave))
            say(reterr_text, reterr_capacity, "cannot set up", port->path);
        else if (add_to_loop(port, reterr_text, reterr_capacity) == 0 &&
                 (!link || make_link(port, link, reterr_text, reterr_capacity) == 0))
            return 0;
    }
    bench_port_close(port);
    return -1;
}

static void remove_link(struct bench_port *port)
{
    char target[sizeof(port->path) + 1];
    ssize_t length;

    if (port->link[0] == '\0')
        return;
    length = readlink(port->link, target, sizeof(target));
    if (length == (ssize_t)strlen(port->path) && memcmp(target, port->path, (size_t)length) == 0)
        unlink(port->link);
    port->link[0] = '\0';
}

void bench_port_close(struct bench_port *port)
{
    /* Before the pty goes: its number may be somebody else's right after. */
    remove_link(port);
    if (port->opens.fd >= 0) {
        bench_loop_remove(port->loop, &port->opens);
        close(port->opens.fd);
    }
    if (port->data.run)
        bench_loop_remove(port->loop, &port->data);
    if (port->slave >= 0)
        close(port->slave);
    if (port->master >= 0)
        close(port->master);
    port->master = port->slave = port->opens.fd = -1;
}
