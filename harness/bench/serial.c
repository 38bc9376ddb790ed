/* serial.c - a real serial port, by libserialport or by termios. */
#include "harness/bench/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

static void look_at_lines(struct bench_serial *serial)
{
    const struct bench_port_listener *listener = serial->port.listener;
    enum sp_signal signals;
    unsigned lines;

    if (!serial->handle || !listener->lines || sp_get_signals(serial->handle, &signals) != SP_OK)
        return;
    lines =
        (signals & SP_SIG_DSR ? BENCH_LINE_DTR : 0u) | (signals & SP_SIG_CTS ? BENCH_LINE_RTS : 0u);
    if (lines != serial->lines)
        listener->lines(&serial->port, lines);
    serial->lines = (uint8_t)lines;
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
        look_at_lines(serial);
        serial->port.listener->receive(&serial->port, bytes, (size_t)size);
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        /* Unplugged: the system gives it another number when it is back. */
        bench_loop_remove(serial->port.loop, &serial->data);
        serial->port.broken = true;
        serial->port.loop->broken = true;
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

    if (serial->handle)
        sp_set_baudrate(serial->handle, (int)rate_bps);
    else
        set_termios(serial->fd, rate_bps);
}

static void serial_lines(struct bench_port *port, unsigned lines)
{
    struct bench_serial *serial = (struct bench_serial *)port;

    if (!serial->handle)
        return;
    sp_set_rts(serial->handle, lines & BENCH_LINE_CTS ? SP_RTS_ON : SP_RTS_OFF);
    sp_set_dtr(serial->handle, lines & BENCH_LINE_DSR ? SP_DTR_ON : SP_DTR_OFF);
}

/* ---- opening and closing ------------------------------------------------------------------ */

static void serial_close(struct bench_port *port)
{
    struct bench_serial *serial = (struct bench_serial *)port;

    if (serial->data.run)
        bench_loop_remove(port->loop, &serial->data);
    if (serial->handle) {
        sp_close(serial->handle);
        sp_free_port(serial->handle);
    } else if (serial->fd >= 0) {
        close(serial->fd);
    }
    serial->handle = NULL;
    serial->fd = -1;
    bench_backlog_drop(&serial->backlog);
    port->kind = NULL;
}

static const struct bench_port_kind serial_kind = {.name = "serial",
                                                   .write = serial_write,
                                                   .follow = serial_follow,
                                                   .lines = serial_lines,
                                                   .close = serial_close};

/* False: libserialport does not know such a port. */
static bool open_known(struct bench_serial *serial, const char *path, uint32_t rate_bps)
{
    struct sp_port *handle;

    if (sp_get_port_by_name(path, &handle) != SP_OK)
        return false;
    serial->handle = handle;
    if (sp_open(handle, SP_MODE_READ_WRITE) != SP_OK) {
        int kept = errno;
        sp_free_port(handle);
        serial->handle = NULL;
        errno = kept;
        return true;
    }
    sp_set_baudrate(handle, (int)rate_bps);
    sp_set_bits(handle, 8);
    sp_set_parity(handle, SP_PARITY_NONE);
    sp_set_stopbits(handle, 1);
    sp_set_flowcontrol(handle, SP_FLOWCONTROL_NONE);
    if (sp_get_port_handle(handle, &serial->fd) != SP_OK)
        serial->fd = -1;
    return true;
}

static void open_any(struct bench_serial *serial, const char *path, uint32_t rate_bps)
{
    serial->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (serial->fd >= 0 && set_termios(serial->fd, rate_bps)) {
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

int bench_serial_open(struct bench_serial *serial, struct bench_loop *loop, const char *path,
                      uint32_t rate_bps, const struct bench_port_listener *listener,
                      char *reterr_text, size_t reterr_capacity)
{
    memset(serial, 0, sizeof(*serial));
    serial->fd = -1;
    serial->lines = BENCH_LINE_DTR | BENCH_LINE_RTS;
    snprintf(serial->path, sizeof(serial->path), "%s", path);
    serial->port = (struct bench_port){.kind = &serial_kind, .listener = listener, .loop = loop};
    errno = 0;
    if (!open_known(serial, path, rate_bps))
        open_any(serial, path, rate_bps);
    if (serial->fd < 0) {
        bench_port_error(reterr_text, reterr_capacity, "cannot open", path);
    } else if (!is_ours(serial)) {
        bench_port_error(reterr_text, reterr_capacity, "another program has", path);
    } else {
        serial->data = (struct bench_source){serial->fd, on_data, serial};
        if (bench_loop_add(loop, &serial->data, BENCH_READABLE) == 0)
            return 0;
        serial->data.run = NULL;
        bench_port_error(reterr_text, reterr_capacity, "cannot wait for", path);
    }
    serial_close(&serial->port);
    return -1;
}
