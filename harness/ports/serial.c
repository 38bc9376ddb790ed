/* serial.c - a real serial port, by libserialport or by termios. */
#include "harness/ports/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { UNKNOWN_LINES = 0xff };

/* ---- bytes -------------------------------------------------------------------------------- */

static void flush_backlog(struct bench_serial *serial)
{
    const uint8_t *bytes;
    size_t size;

    while ((size = bench_backlog_next(&serial->backlog, &bytes)) > 0) {
        ssize_t sent = write(serial->fd, bytes, size);
        if (sent <= 0)
            return;
        bench_backlog_sent(&serial->backlog, (size_t)sent);
    }
    bench_loop_change(serial->port.loop, &serial->data, BENCH_READABLE);
}

static void serial_write(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us)
{
    struct bench_serial *serial = (struct bench_serial *)port;
    ssize_t sent = 0;

    (void)now_us;
    if (serial->fd < 0) { /* unplugged */
        port->stat_lost_bytes += size;
        return;
    }
    if (serial->backlog.count == 0)
        sent = write(serial->fd, bytes, size);
    if (sent < 0)
        sent = 0;
    if ((size_t)sent == size)
        return;
    if (serial->backlog.count == 0)
        bench_loop_change(port->loop, &serial->data, BENCH_READABLE | BENCH_WRITABLE);
    size -= (size_t)sent;
    port->stat_lost_bytes +=
        size - bench_backlog_keep(&serial->backlog, (const uint8_t *)bytes + sent, size);
}

static unsigned host_lines(enum sp_signal signals)
{
    return (signals & SP_SIG_DSR ? BENCH_LINE_DTR : 0u) |
           (signals & SP_SIG_CTS ? BENCH_LINE_RTS : 0u);
}

static void look_at_lines(struct bench_serial *serial)
{
    const struct bench_port_listener *listener = serial->port.listener;
    enum sp_signal signals;
    unsigned lines;

    if (!serial->handle || !serial->port.has_lines ||
        sp_get_signals(serial->handle, &signals) != SP_OK)
        return;
    lines = host_lines(signals);
    if (lines == serial->lines)
        return;
    serial->lines = (uint8_t)lines;
    if (listener->lines)
        listener->lines(&serial->port, lines);
}

/* ---- life --------------------------------------------------------------------------------- */

static void close_handle(struct bench_serial *serial)
{
    int kept = errno;

    sp_close(serial->handle);
    sp_free_port(serial->handle);
    serial->handle = NULL;
    serial->fd = -1;
    errno = kept;
}

/* Gives the device back to the system. */
static void release(struct bench_serial *serial)
{
    if (serial->data.run)
        bench_loop_remove(serial->port.loop, &serial->data);
    serial->data.run = NULL;
    if (serial->handle)
        close_handle(serial);
    else if (serial->fd >= 0)
        close(serial->fd);
    serial->fd = -1;
    bench_backlog_drop(&serial->backlog);
}

static void say(struct bench_serial *serial, const char *what)
{
    const struct bench_port_listener *listener = serial->port.listener;
    char text[BENCH_SERIAL_PATH_MAX + 64];

    snprintf(text, sizeof(text), "serial port %s %s", serial->path, what);
    if (listener->said)
        listener->said(&serial->port, text);
}

static void on_data(void *context, unsigned ready)
{
    struct bench_serial *serial = context;
    uint8_t bytes[BENCH_PORT_CHUNK];
    ssize_t size;

    if (ready & BENCH_WRITABLE)
        flush_backlog(serial);
    if (!(ready & BENCH_READABLE))
        return;
    size = read(serial->fd, bytes, sizeof(bytes));
    if (size > 0) {
        look_at_lines(serial); /* what follows a change of them must not pass it */
        serial->port.listener->receive(&serial->port, bytes, (size_t)size);
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        /* At once, or the system gives it another number when it is back. */
        release(serial);
        say(serial, "is gone; waiting for it to come back");
        if (serial->port.listener->left)
            serial->port.listener->left(&serial->port);
    }
}

/* ---- rate and lines ----------------------------------------------------------------------- */

static int set_termios(int fd, uint32_t rate_bps)
{
    speed_t speed = bench_speed_of(rate_bps);
    struct termios settings;

    if (tcgetattr(fd, &settings))
        return -1;
    cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    if (speed != B0) {
        cfsetispeed(&settings, speed);
        cfsetospeed(&settings, speed);
    }
    return tcsetattr(fd, TCSANOW, &settings);
}

static void serial_follow(struct bench_port *port, uint32_t rate_bps)
{
    struct bench_serial *serial = (struct bench_serial *)port;

    serial->rate_bps = rate_bps;
    if (serial->handle)
        sp_set_baudrate(serial->handle, (int)rate_bps);
    else if (serial->fd >= 0)
        set_termios(serial->fd, rate_bps);
}

static void serial_lines(struct bench_port *port, unsigned lines)
{
    struct bench_serial *serial = (struct bench_serial *)port;

    serial->driven = (uint8_t)lines;
    if (!serial->handle)
        return;
    sp_set_rts(serial->handle, lines & BENCH_LINE_CTS ? SP_RTS_ON : SP_RTS_OFF);
    sp_set_dtr(serial->handle, lines & BENCH_LINE_DSR ? SP_DTR_ON : SP_DTR_OFF);
}

/* ---- opening and closing ------------------------------------------------------------------ */

/* 8N1 at the rate; false with errno: it refuses. */
static bool set_up(struct sp_port *handle, uint32_t rate_bps)
{
    errno = EINVAL;
    return sp_set_baudrate(handle, (int)rate_bps) == SP_OK && sp_set_bits(handle, 8) == SP_OK &&
           sp_set_parity(handle, SP_PARITY_NONE) == SP_OK && sp_set_stopbits(handle, 1) == SP_OK &&
           sp_set_flowcontrol(handle, SP_FLOWCONTROL_NONE) == SP_OK;
}

/* False: libserialport does not know such a port. True: it has it, or fd is -1 and errno says why
   not. A link (/dev/serial/by-path/...) is followed, since it knows devices only. */
static bool open_known(struct bench_serial *serial)
{
    char device[PATH_MAX];
    enum sp_signal signals;
    struct sp_port *handle;

    if (sp_get_port_by_name(realpath(serial->path, device) ? device : serial->path, &handle) !=
        SP_OK)
        return false;
    if (sp_open(handle, SP_MODE_READ_WRITE) != SP_OK) {
        int kept = errno;
        sp_free_port(handle);
        errno = kept;
        return true;
    }
    serial->handle = handle;
    if (!set_up(handle, serial->rate_bps) || sp_get_port_handle(handle, &serial->fd) != SP_OK)
        close_handle(serial);
    else
        serial->port.has_lines = sp_get_signals(handle, &signals) == SP_OK;
    return true;
}

static void open_any(struct bench_serial *serial)
{
    serial->fd = open(serial->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (serial->fd >= 0 && set_termios(serial->fd, serial->rate_bps)) {
        int kept = errno;
        close(serial->fd);
        serial->fd = -1;
        errno = kept;
    }
}

/* As picocom, tio and pyserial lock; TIOCEXCL would outlive us on a pty (sim7000-at.md 1.8). */
static bool is_ours(struct bench_serial *serial)
{
    if (flock(serial->fd, LOCK_EX | LOCK_NB))
        return false;
    return fcntl(serial->fd, F_SETFL, O_NONBLOCK) == 0 &&
           fcntl(serial->fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* 0, or -1 with a message and everything given back. */
static int take(struct bench_serial *serial, char *reterr_text, size_t reterr_capacity)
{
    serial->lines = UNKNOWN_LINES;
    errno = 0;
    if (!open_known(serial))
        open_any(serial);
    if (serial->fd < 0) {
        bench_port_error(reterr_text, reterr_capacity, "cannot open", serial->path);
    } else if (!is_ours(serial)) {
        bench_port_error(reterr_text, reterr_capacity, "another program has", serial->path);
    } else {
        serial->data = (struct bench_source){serial->fd, on_data, serial};
        if (bench_loop_add(serial->port.loop, &serial->data, BENCH_READABLE) == 0)
            return 0;
        serial->data.run = NULL;
        bench_port_error(reterr_text, reterr_capacity, "cannot wait for", serial->path);
    }
    release(serial);
    return -1;
}

static uint64_t serial_look(struct bench_port *port, uint64_t real_us)
{
    struct bench_serial *serial = (struct bench_serial *)port;
    char error[BENCH_SERIAL_PATH_MAX + 128];

    if (serial->fd >= 0) {
        look_at_lines(serial);
        return real_us + (port->has_lines ? BENCH_SERIAL_LOOK_US : BENCH_SERIAL_AGAIN_US);
    }
    if (take(serial, error, sizeof(error)))
        return real_us + BENCH_SERIAL_AGAIN_US;
    serial_lines(port, serial->driven);
    say(serial, "is back");
    look_at_lines(serial);
    return real_us + BENCH_SERIAL_LOOK_US;
}

static void serial_close(struct bench_port *port)
{
    release((struct bench_serial *)port);
    port->kind = NULL;
}

static const struct bench_port_kind serial_kind = {.name = "serial",
                                                   .write = serial_write,
                                                   .follow = serial_follow,
                                                   .lines = serial_lines,
                                                   .look = serial_look,
                                                   .close = serial_close};

int bench_serial_open(struct bench_serial *serial, struct bench_loop *loop, const char *path,
                      uint32_t rate_bps, const struct bench_port_listener *listener,
                      char *reterr_text, size_t reterr_capacity)
{
    memset(serial, 0, sizeof(*serial));
    serial->fd = -1;
    serial->rate_bps = rate_bps;
    snprintf(serial->path, sizeof(serial->path), "%s", path);
    serial->port = (struct bench_port){.kind = &serial_kind, .listener = listener, .loop = loop};
    if (strlen(path) >= sizeof(serial->path)) {
        errno = ENAMETOOLONG;
        return bench_port_error(reterr_text, reterr_capacity, "cannot open", path);
    }
    return take(serial, reterr_text, reterr_capacity);
}
