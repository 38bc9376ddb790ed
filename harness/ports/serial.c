/* serial.c - a serial port: its bytes, rate and lines; gone and back. */
#include "harness/ports/serial.h"

#include <errno.h>
#include <libserialport.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/ports/serial_parts.h"

/* ---- bytes -------------------------------------------------------------------------------- */

/* Sends what is kept, but not past a rate that waits; true: all of that is with the system. */
static bool send_kept(struct bench_serial *serial)
{
    const uint8_t *bytes;
    size_t size;

    while ((size = bench_backlog_next(&serial->backlog, &bytes)) > 0) {
        ssize_t sent;
        if (serial->rate_waits && serial->before_rate == 0)
            return true;
        if (serial->rate_waits && size > serial->before_rate)
            size = serial->before_rate;
        sent = write(serial->fd, bytes, size);
        if (sent <= 0)
            return false;
        bench_backlog_sent(&serial->backlog, (size_t)sent);
        serial->before_rate -= serial->rate_waits ? (size_t)sent : 0;
    }
    return true;
}

/* A rate that waits is looked after by the timer: the system does not tell when all is sent. */
static void flush_backlog(struct bench_serial *serial)
{
    if (send_kept(serial))
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
    if (serial->backlog.count == 0 && !serial->rate_waits)
        sent = write(serial->fd, bytes, size);
    if (sent < 0)
        sent = 0;
    if ((size_t)sent == size)
        return;
    if (serial->backlog.count == 0 && !serial->rate_waits)
        bench_loop_change(port->loop, &serial->data, BENCH_READABLE | BENCH_WRITABLE);
    size -= (size_t)sent;
    port->stat_lost_bytes +=
        size - bench_backlog_keep(&serial->backlog, (const uint8_t *)bytes + sent, size);
}

/* ---- modem lines -------------------------------------------------------------------------- */

static unsigned heard_lines(const struct bench_serial *serial, enum sp_signal signals)
{
    if (serial->role == BENCH_PORT_SERVE)
        return (signals & SP_SIG_DSR ? BENCH_LINE_DTR : 0u) |
               (signals & SP_SIG_CTS ? BENCH_LINE_RTS : 0u);
    return (signals & SP_SIG_CTS ? BENCH_LINE_CTS : 0u) |
           (signals & SP_SIG_DSR ? BENCH_LINE_DSR : 0u) |
           (signals & SP_SIG_RI ? BENCH_LINE_RI : 0u) |
           (signals & SP_SIG_DCD ? BENCH_LINE_DCD : 0u);
}

static void look_at_lines(struct bench_serial *serial)
{
    const struct bench_port_listener *listener = serial->port.listener;
    enum sp_signal signals;
    unsigned lines;

    if (!serial->handle || !serial->port.has_lines ||
        sp_get_signals(serial->handle, &signals) != SP_OK)
        return;
    lines = heard_lines(serial, signals);
    if (lines == serial->port.heard)
        return;
    serial->port.heard = (uint8_t)lines;
    if (listener->lines)
        listener->lines(&serial->port, lines);
}

static void serial_lines(struct bench_port *port, unsigned lines)
{
    struct bench_serial *serial = (struct bench_serial *)port;
    bool served = serial->role == BENCH_PORT_SERVE;

    serial->driven = (uint8_t)lines;
    if (!serial->handle)
        return;
    sp_set_rts(serial->handle,
               lines & (served ? BENCH_LINE_CTS : BENCH_LINE_RTS) ? SP_RTS_ON : SP_RTS_OFF);
    sp_set_dtr(serial->handle,
               lines & (served ? BENCH_LINE_DSR : BENCH_LINE_DTR) ? SP_DTR_ON : SP_DTR_OFF);
}

/* ---- gone and back ------------------------------------------------------------------------ */

static uint64_t again_us(const struct bench_serial *serial)
{
    return serial->role == BENCH_PORT_SERVE ? BENCH_SERIAL_AGAIN_US : BENCH_SERIAL_OPEN_AGAIN_US;
}

static void tell(struct bench_serial *serial, bool present)
{
    char text[BENCH_SERIAL_PATH_MAX + 64];

    snprintf(text, sizeof text, "serial port %s %s", serial->path,
             present ? "is back" : "is gone; waiting for it to come back");
    bench_port_tell(&serial->port, present, text);
}

void bench_serial_on_data(void *context, unsigned ready)
{
    struct bench_serial *serial = context;
    uint8_t bytes[BENCH_PORT_CHUNK];
    ssize_t size;

    if (ready & BENCH_WRITABLE)
        flush_backlog(serial);
    if (!(ready & BENCH_READABLE))
        return;
    size = read(serial->fd, bytes, sizeof bytes);
    if (size > 0) {
        if (serial->role == BENCH_PORT_SERVE)
            look_at_lines(serial); /* what follows a change of them must not pass it */
        serial->port.listener->receive(&serial->port, bytes, (size_t)size);
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        /* At once, or the system gives it another number when it is back. */
        bench_serial_release(serial);
        bench_loop_at(serial->port.loop, &serial->look, bench_clock_us() + again_us(serial));
        tell(serial, false);
        if (serial->port.listener->left)
            serial->port.listener->left(&serial->port);
    }
}

/* ---- rate --------------------------------------------------------------------------------- */

static void set_rate(struct bench_serial *serial)
{
    if (serial->handle)
        sp_set_baudrate(serial->handle, (int)serial->rate_bps);
    else if (serial->fd >= 0)
        bench_serial_set_termios(serial->fd, serial->rate_bps);
}

/* What was written before the rate changed is sent to the last bit; true: it is. */
static bool is_drained(struct bench_serial *serial)
{
    int left = 0;

    if (!send_kept(serial) || (ioctl(serial->fd, TIOCOUTQ, &left) == 0 && left > 0))
        return false;
    tcdrain(serial->fd); /* the few bytes that the UART itself still holds */
    return true;
}

/* The rate that waits, when its turn is there. */
static void look_at_rate(struct bench_serial *serial)
{
    if (!serial->rate_waits || !is_drained(serial))
        return;
    serial->rate_waits = false;
    set_rate(serial);
    if (serial->backlog.count > 0)
        bench_loop_change(serial->port.loop, &serial->data, BENCH_READABLE | BENCH_WRITABLE);
}

static void serial_follow(struct bench_port *port, uint32_t rate_bps)
{
    struct bench_serial *serial = (struct bench_serial *)port;

    serial->rate_bps = rate_bps;
    if (serial->role == BENCH_PORT_SERVE || serial->fd < 0) {
        set_rate(serial);
        return;
    }
    serial->rate_waits = true;
    serial->before_rate = serial->backlog.count;
    if (serial->backlog.count > 0)
        bench_loop_change(port->loop, &serial->data, BENCH_READABLE);
    look_at_rate(serial);
    if (serial->rate_waits)
        bench_loop_at(port->loop, &serial->look, bench_clock_us() + BENCH_SERIAL_DRAIN_US);
}

/* It is there, but not to be had; said once. */
static void tell_held(struct bench_serial *serial, const char *error)
{
    const struct bench_port_listener *listener = serial->port.listener;

    if (serial->held_told || !strstr(error, "held by"))
        return;
    serial->held_told = true;
    if (listener->said)
        listener->said(&serial->port, error);
}

/* What keeps others out less than it should; said once it is open. */
static void tell_weak_locks(struct bench_serial *serial)
{
    const struct bench_port_listener *listener = serial->port.listener;
    char text[BENCH_SERIAL_PATH_MAX + 200], who[BENCH_HOLDER_NAME_MAX + 32];

    if (serial->lock_error && listener->said) {
        snprintf(text, sizeof text,
                 "no lock file for %s (%s: %s): it is held by flock()%s only, which minicom and "
                 "microcom do not ask for",
                 serial->path, bench_lock_folder, strerror(serial->lock_error),
                 serial->handle ? " and TIOCEXCL" : "");
        listener->said(&serial->port, text);
    }
    if (serial->shared_with.pid > 0 && listener->said) {
        bench_holder_print(&serial->shared_with, who, sizeof who);
        snprintf(text, sizeof text,
                 "%s is open in %s too, without a lock: each gets some of the bytes", serial->path,
                 who);
        listener->said(&serial->port, text);
    }
}

static void on_look(void *context, uint64_t now_us)
{
    struct bench_serial *serial = context;
    char error[BENCH_SERIAL_PATH_MAX + 128];

    if (serial->fd < 0 && bench_serial_take(serial, error, sizeof error))
        tell_held(serial, error);
    else if (serial->port.absent) {
        serial->held_told = false;
        if (serial->role == BENCH_PORT_SERVE || serial->port.has_lines)
            serial_lines(&serial->port, serial->driven);
        tell(serial, true);
    }
    look_at_rate(serial);
    look_at_lines(serial);
    if (serial->rate_waits)
        bench_loop_at(serial->port.loop, &serial->look, now_us + BENCH_SERIAL_DRAIN_US);
    else if (serial->fd >= 0 && serial->port.has_lines)
        bench_loop_at(serial->port.loop, &serial->look, now_us + BENCH_SERIAL_LOOK_US);
    else if (serial->fd < 0)
        bench_loop_at(serial->port.loop, &serial->look, now_us + again_us(serial));
}

static void serial_describe(const struct bench_port *port, char *text, size_t capacity)
{
    snprintf(text, capacity, "%s", ((const struct bench_serial *)port)->path);
}

static void serial_close(struct bench_port *port)
{
    struct bench_serial *serial = (struct bench_serial *)port;

    bench_loop_at(port->loop, &serial->look, BENCH_NEVER);
    bench_serial_release(serial);
    port->kind = NULL;
}

static const struct bench_port_kind serial_kind = {.name = "serial",
                                                   .write = serial_write,
                                                   .follow = serial_follow,
                                                   .lines = serial_lines,
                                                   .describe = serial_describe,
                                                   .close = serial_close};

int bench_serial_open(struct bench_serial *serial, struct bench_loop *loop, const char *path,
                      enum bench_port_role role, uint32_t rate_bps,
                      const struct bench_port_listener *listener, char *reterr_text,
                      size_t reterr_capacity)
{
    memset(serial, 0, sizeof *serial);
    serial->fd = -1;
    serial->role = role;
    serial->rate_bps = rate_bps;
    serial->driven = role == BENCH_PORT_OPEN ? BENCH_LINE_DTR | BENCH_LINE_RTS : 0;
    snprintf(serial->path, sizeof serial->path, "%s", path);
    serial->port = (struct bench_port){.kind = &serial_kind, .listener = listener, .loop = loop};
    serial->look = (struct bench_timer){.run = on_look, .context = serial};
    if (strlen(path) >= sizeof serial->path) {
        errno = ENAMETOOLONG;
        bench_port_error(reterr_text, reterr_capacity, "cannot open", path);
    } else if (bench_serial_take(serial, reterr_text, reterr_capacity) == 0) {
        if (role == BENCH_PORT_OPEN && serial->port.has_lines)
            serial_lines(&serial->port, serial->driven);
        tell_weak_locks(serial);
        bench_loop_at(loop, &serial->look, bench_clock_us());
        return 0;
    }
    serial->port.kind = NULL;
    return -1;
}
