/* supervised_port.c - the program's serial port, a pty, and what it writes to its outputs. */
#include "harness/warp/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "harness/warp/rates.h"

/* What lies in the pty at most: less than what the kernel takes at once, so that it is all there.
 */
enum { PTY_FILL = 2048 };

bool warp_port_open(struct warp *warp)
{
    struct stat about;
    warp->slave = -1;
    warp->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (warp->master < 0 || grantpt(warp->master) || unlockpt(warp->master) ||
        ptsname_r(warp->master, warp->port_path, sizeof warp->port_path))
        return false;
    warp->slave = open(warp->port_path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (warp->slave < 0 || fstat(warp->slave, &about))
        return false;
    warp->port_device = about.st_rdev;
    return true;
}

void warp_port_close(struct warp *warp)
{
    if (warp->master >= 0)
        close(warp->master);
    if (warp->slave >= 0)
        close(warp->slave);
    warp->master = warp->slave = -1;
}

void warp_port_reset(struct warp *warp, uint32_t baud_bps)
{
    struct termios mode;
    warp_port_collect(warp);
    warp->queue_size = warp->sent_size = warp->burst_count = 0;
    warp->line_busy_until_us = 0;
    ioctl(warp->slave, TIOCNXCL);
    tcflush(warp->slave, TCIOFLUSH);
    if (tcgetattr(warp->slave, &mode))
        return;
    cfmakeraw(&mode);
    cfsetspeed(&mode, warp_rate_flag(baud_bps));
    tcsetattr(warp->slave, TCSANOW, &mode);
}

bool warp_is_port(const struct warp *warp, int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISCHR(about.st_mode) && about.st_rdev == warp->port_device;
}

uint32_t warp_baud_bps(const struct warp *warp)
{
    struct termios mode;
    if (tcgetattr(warp->slave, &mode))
        return 0;
    return warp_rate_of(cfgetospeed(&mode));
}

/* ---- to the program ----------------------------------------------------------------------- */

/* The kernel carries bytes in its own time; looking at the slave waits until it is done. */
static void settle(const struct warp *warp)
{
    struct pollfd look = {warp->slave, POLLIN, 0};
    poll(&look, 1, 0);
}

void warp_port_feed(struct warp *warp)
{
    int there = 0;
    if (!warp->queue_size)
        return;
    ioctl(warp->slave, FIONREAD, &there);
    size_t room = there < PTY_FILL ? (size_t)(PTY_FILL - there) : 0;
    size_t size = warp->queue_size < room ? warp->queue_size : room;
    ssize_t moved = size ? write(warp->master, warp->queue, size) : 0;
    if (moved <= 0)
        return;
    settle(warp);
    warp->queue_size -= (size_t)moved;
    memmove(warp->queue, warp->queue + moved, warp->queue_size);
}

void warp_receive(struct warp *warp, const uint8_t *bytes, size_t size)
{
    size_t room = WARP_QUEUE_BYTES - warp->queue_size;
    if (warp->state != WARP_RUNS)
        return;
    size = size < room ? size : room;
    memcpy(warp->queue + warp->queue_size, bytes, size);
    warp->queue_size += size;
    warp->idle = 0;
    warp_port_feed(warp);
}

/* ---- from the program --------------------------------------------------------------------- */

void warp_port_collect(struct warp *warp)
{
    size_t room;
    ssize_t got;
    while ((room = WARP_QUEUE_BYTES - warp->sent_size) > 0 &&
           (got = read(warp->master, warp->sent + warp->sent_size, room)) > 0) {
        uint32_t baud_bps = warp_baud_bps(warp);
        struct warp_burst *last = warp->bursts + warp->burst_count - 1;
        bool joins =
            warp->burst_count == WARP_SENT_MAX || (warp->burst_count && last->baud_bps == baud_bps);
        warp->sent_size += (size_t)got;
        if (joins)
            last->size += (uint32_t)got;
        else
            warp->bursts[warp->burst_count++] = (struct warp_burst){(uint32_t)got, baud_bps};
    }
}

size_t warp_transmit(struct warp *warp, uint8_t *buffer, size_t capacity, uint32_t *ret_baud_bps)
{
    if (!warp->burst_count)
        return 0;
    struct warp_burst *first = &warp->bursts[0];
    size_t size = first->size < capacity ? first->size : capacity;
    memcpy(buffer, warp->sent, size);
    *ret_baud_bps = first->baud_bps;
    warp->sent_size -= size;
    memmove(warp->sent, warp->sent + size, warp->sent_size);
    first->size -= (uint32_t)size;
    if (!first->size)
        memmove(first, first + 1, --warp->burst_count * sizeof *first);
    return size;
}

void warp_line_is_busy(struct warp *warp, uint64_t until_us)
{
    warp->line_busy_until_us = until_us;
}

/* ---- its outputs -------------------------------------------------------------------------- */

bool warp_outputs_open(struct warp *warp, int ends[2])
{
    for (unsigned i = 0; i < 2; i++) {
        int pair[2];
        if (pipe2(pair, O_CLOEXEC))
            return false;
        fcntl(pair[0], F_SETFL, O_NONBLOCK);
        warp->output_fd[i] = pair[0];
        ends[i] = pair[1];
    }
    return true;
}

void warp_outputs_close(struct warp *warp)
{
    for (unsigned i = 0; i < 2; i++) {
        if (warp->output_fd[i] >= 0)
            close(warp->output_fd[i]);
        warp->output_fd[i] = -1;
    }
}

static void collect_from(struct warp *warp, unsigned which)
{
    char bytes[16384];
    ssize_t got;
    if (warp->output_fd[which] < 0)
        return;
    while ((got = read(warp->output_fd[which], bytes, sizeof bytes)) > 0) {
        size_t room = WARP_OUTPUT_BYTES - warp->output_size[which];
        size_t kept = (size_t)got < room ? (size_t)got : room;
        memcpy(warp->output[which] + warp->output_size[which], bytes, kept);
        warp->output_size[which] += kept;
        warp->output_total += (size_t)got;
    }
    if (got == 0) { /* nobody has it open any more */
        close(warp->output_fd[which]);
        warp->output_fd[which] = -1;
    }
}

void warp_output_collect(struct warp *warp)
{
    collect_from(warp, 0);
    collect_from(warp, 1);
    if (warp->output_total > warp->output_limit)
        warp_trouble(warp, WARP_FLOODS, "it has written more than %zu KiB to its outputs",
                     warp->output_limit / 1024);
}

const char *warp_output(const struct warp *warp, bool errors, size_t *ret_size)
{
    *ret_size = warp->output_size[errors];
    return warp->output[errors];
}
