/* serial.c - a real serial port, by libserialport or by termios. */
#include "harness/ports/serial.h"

#include <dirent.h>
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

const char *bench_serial_by_path = "/dev/serial/by-path";

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

/* ---- giving it back ----------------------------------------------------------------------- */

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
    serial->rate_waits = false;
    bench_backlog_drop(&serial->backlog);
}

static uint64_t again_us(const struct bench_serial *serial)
{
    return serial->role == BENCH_PORT_SERVE ? BENCH_SERIAL_AGAIN_US : BENCH_SERIAL_OPEN_AGAIN_US;
}

static void tell(struct bench_serial *serial, bool present)
{
    char text[BENCH_SERIAL_PATH_MAX + 64];

    snprintf(text, sizeof(text), "serial port %s %s", serial->path,
             present ? "is back" : "is gone; waiting for it to come back");
    bench_port_tell(&serial->port, present, text);
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
        if (serial->role == BENCH_PORT_SERVE)
            look_at_lines(serial); /* what follows a change of them must not pass it */
        serial->port.listener->receive(&serial->port, bytes, (size_t)size);
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        /* At once, or the system gives it another number when it is back. */
        release(serial);
        bench_loop_at(serial->port.loop, &serial->look, bench_clock_us() + again_us(serial));
        tell(serial, false);
        if (serial->port.listener->left)
            serial->port.listener->left(&serial->port);
    }
}

/* ---- rate --------------------------------------------------------------------------------- */

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

static void set_rate(struct bench_serial *serial)
{
    if (serial->handle)
        sp_set_baudrate(serial->handle, (int)serial->rate_bps);
    else if (serial->fd >= 0)
        set_termios(serial->fd, serial->rate_bps);
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

/* ---- opening ------------------------------------------------------------------------------ */

/* 8N1 at the rate; false with errno: it refuses. */
static bool set_up(struct sp_port *handle, uint32_t rate_bps)
{
    errno = EINVAL;
    return sp_set_baudrate(handle, (int)rate_bps) == SP_OK && sp_set_bits(handle, 8) == SP_OK &&
           sp_set_parity(handle, SP_PARITY_NONE) == SP_OK && sp_set_stopbits(handle, 1) == SP_OK &&
           sp_set_flowcontrol(handle, SP_FLOWCONTROL_NONE) == SP_OK;
}

/* False: libserialport does not know such a port. True: it has it, or fd is -1 and errno says why
   not. It knows devices only, no links. */
static bool open_known(struct bench_serial *serial, const char *device)
{
    enum sp_signal signals;
    struct sp_port *handle;

    if (sp_get_port_by_name(device, &handle) != SP_OK)
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

static void open_any(struct bench_serial *serial, const char *device)
{
    serial->fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
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

/* The link by place that leads to `device`; "" where there is none. */
static void find_stable(struct bench_serial *serial, const char *device)
{
    DIR *folder = opendir(bench_serial_by_path);
    char link[PATH_MAX], target[PATH_MAX];
    const struct dirent *entry;

    serial->stable[0] = '\0';
    while (folder && (entry = readdir(folder))) {
        int length = snprintf(link, sizeof(link), "%s/%s", bench_serial_by_path, entry->d_name);
        if (length < (int)sizeof(serial->stable) && realpath(link, target) &&
            strcmp(target, device) == 0)
            memcpy(serial->stable, link, (size_t)length + 1);
    }
    if (folder)
        closedir(folder);
}

/* The device that it is today; false with errno: there is none. */
static bool find_device(struct bench_serial *serial, char *device)
{
    if (serial->stable[0])
        return realpath(serial->stable, device) != NULL;
    if (!realpath(serial->path, device))
        return false;
    find_stable(serial, device);
    return true;
}

/* 0, or -1 with a message and everything given back. */
static int take(struct bench_serial *serial, char *reterr_text, size_t reterr_capacity)
{
    char device[PATH_MAX];

    serial->port.heard = BENCH_LINES_UNKNOWN;
    errno = 0;
    if (find_device(serial, device) && !open_known(serial, device))
        open_any(serial, device);
    if (serial->fd < 0) {
        if (errno == ENOTTY)
            snprintf(reterr_text, reterr_capacity, "cannot open %s: it is no serial port",
                     serial->path);
        else
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

static void on_look(void *context, uint64_t now_us)
{
    struct bench_serial *serial = context;
    char error[BENCH_SERIAL_PATH_MAX + 128];

    if (serial->fd < 0 && take(serial, error, sizeof(error)) == 0) {
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
    release(serial);
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
    memset(serial, 0, sizeof(*serial));
    serial->fd = -1;
    serial->role = role;
    serial->rate_bps = rate_bps;
    serial->driven = role == BENCH_PORT_OPEN ? BENCH_LINE_DTR | BENCH_LINE_RTS : 0;
    snprintf(serial->path, sizeof(serial->path), "%s", path);
    serial->port = (struct bench_port){.kind = &serial_kind, .listener = listener, .loop = loop};
    serial->look = (struct bench_timer){.run = on_look, .context = serial};
    if (strlen(path) >= sizeof(serial->path)) {
        errno = ENAMETOOLONG;
        bench_port_error(reterr_text, reterr_capacity, "cannot open", path);
    } else if (take(serial, reterr_text, reterr_capacity) == 0) {
        if (role == BENCH_PORT_OPEN && serial->port.has_lines)
            serial_lines(&serial->port, serial->driven);
        bench_loop_at(loop, &serial->look, bench_clock_us());
        return 0;
    }
    serial->port.kind = NULL;
    return -1;
}
