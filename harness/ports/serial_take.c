/* serial_take.c - finds, locks and opens a serial port, by libserialport or by termios. */
#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/ports/list.h"
#include "harness/ports/serial_parts.h"

const char *bench_serial_by_path = "/dev/serial/by-path";

/* ---- termios ------------------------------------------------------------------------------ */

int bench_serial_set_termios(int fd, uint32_t rate_bps)
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
void bench_serial_release(struct bench_serial *serial)
{
    if (serial->data.run)
        bench_loop_remove(serial->port.loop, &serial->data);
    serial->data.run = NULL;
    if (serial->fd >= 0)
        ioctl(serial->fd, TIOCNXCL); /* a pty that is known to libserialport lives on */
    if (serial->handle)
        close_handle(serial);
    else if (serial->fd >= 0)
        close(serial->fd);
    serial->fd = -1;
    bench_lock_free(&serial->lock);
    serial->rate_waits = false;
    bench_backlog_drop(&serial->backlog);
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
    if (serial->fd >= 0 && bench_serial_set_termios(serial->fd, serial->rate_bps)) {
        int kept = errno;
        close(serial->fd);
        serial->fd = -1;
        errno = kept;
    }
}

/* The device that it is today; false with errno: there is none. */
static bool find_device(struct bench_serial *serial, char *device)
{
    if (serial->stable[0])
        return realpath(serial->stable, device) != NULL;
    if (!realpath(serial->path, device))
        return false;
    bench_list_link(bench_serial_by_path, device, serial->stable, sizeof serial->stable);
    return true;
}

/* Opens the device, whose lock file is ours, and locks it in the two other ways; false with errno.
 */
static bool open_alone(struct bench_serial *serial, const char *device)
{
    if (!open_known(serial, device))
        open_any(serial, device);
    if (serial->fd < 0)
        return false;
    if (flock(serial->fd, LOCK_EX | LOCK_NB)) {
        errno = EBUSY;
        return false;
    }
    if (serial->handle) {
        ioctl(serial->fd, TIOCEXCL);
        serial->shared_with = bench_holder_find_open(device);
    }
    return fcntl(serial->fd, F_SETFL, O_NONBLOCK) == 0 &&
           fcntl(serial->fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* Writes why it can't be had; errno as open_alone() left it. */
static void explain(const struct bench_serial *serial, const char *device,
                    const struct bench_holder *known, char *reterr_text, size_t reterr_capacity)
{
    struct bench_holder holder = *known;
    char who[BENCH_HOLDER_NAME_MAX + 32];

    if (errno == EBUSY) {
        if (holder.pid == 0)
            holder = bench_holder_find(device);
        bench_holder_print(&holder, who, sizeof who);
        snprintf(reterr_text, reterr_capacity, "cannot open %s: it is held by %s", serial->path,
                 who);
    } else if (errno == ENOTTY) {
        snprintf(reterr_text, reterr_capacity, "cannot open %s: it is no serial port",
                 serial->path);
    } else {
        bench_port_error(reterr_text, reterr_capacity, "cannot open", serial->path);
    }
}

/* Locks and opens the device; false with errno and perhaps who has it. */
static bool lock_and_open(struct bench_serial *serial, const char *device,
                          struct bench_holder *ret_holder)
{
    enum bench_lock_result locked =
        bench_lock_take(&serial->lock, device, serial->path, ret_holder);

    serial->shared_with = (struct bench_holder){0};
    serial->lock_error = locked == BENCH_LOCK_IMPOSSIBLE ? errno : 0;
    errno = EBUSY;
    return locked != BENCH_LOCK_HELD && open_alone(serial, device);
}

/* 0, or -1 with a message and everything given back. */
/*
 * A pty that has ended is gone for good: its number is given to the next one that anybody makes,
 * and a name that its program had no time to remove leads there. Only a name made anew is its
 * return.
 */
static bool is_stale(const struct bench_serial *serial)
{
    struct stat now;

    return serial->named && lstat(serial->path, &now) == 0 &&
           (uint64_t)now.st_ino == serial->named && now.st_ctim.tv_sec == serial->named_at.tv_sec &&
           now.st_ctim.tv_nsec == serial->named_at.tv_nsec;
}

void bench_serial_note_name(struct bench_serial *serial)
{
    struct stat now;

    serial->named = 0;
    if (serial->handle || lstat(serial->path, &now) != 0)
        return;
    serial->named = now.st_ino;
    serial->named_at = now.st_ctim;
}

int bench_serial_take(struct bench_serial *serial, char *reterr_text, size_t reterr_capacity)
{
    struct bench_holder holder = {0};
    char device[PATH_MAX] = "";

    serial->port.heard = BENCH_LINES_UNKNOWN;
    if (is_stale(serial)) {
        snprintf(reterr_text, reterr_capacity, "%s is the name of a pty that has ended",
                 serial->path);
        return -1;
    }
    if (find_device(serial, device) && lock_and_open(serial, device, &holder)) {
        serial->data = (struct bench_source){serial->fd, bench_serial_on_data, serial};
        bench_serial_note_name(serial);
        if (bench_loop_add(serial->port.loop, &serial->data, BENCH_READABLE) == 0)
            return 0;
        serial->data.run = NULL;
    }
    explain(serial, device, &holder, reterr_text, reterr_capacity);
    bench_serial_release(serial);
    return -1;
}
