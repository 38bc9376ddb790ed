/* posix.c - the core between poll() and a terminal. */
#define _DEFAULT_SOURCE 1 /* clock_gettime(), cfmakeraw() and cfsetspeed() with -std=c11, too */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/port/posix.h"

#define REOPEN_US 200000

static const struct {
    uint32_t baud_bps;
    speed_t speed;
} rates[] = {{9600, B9600}, {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200}};

uint64_t posix_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static bool set_rate(int fd, uint32_t baud_bps)
{
    struct termios settings;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        if (rates[i].baud_bps != baud_bps)
            continue;
        if (tcgetattr(fd, &settings) != 0)
            return false;
        cfmakeraw(&settings);
        settings.c_cflag |= CLOCAL | CREAD;
        return cfsetspeed(&settings, rates[i].speed) == 0 && tcsetattr(fd, TCSANOW, &settings) == 0;
    }
    errno = EINVAL;
    return false;
}

bool posix_open(struct posix_port *port)
{
    port->pending = 0;
    port->fd = open(port->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->fd < 0 || set_rate(port->fd, port->baud_bps))
        return port->fd >= 0;
    int reason = errno;
    posix_close(port);
    errno = reason;
    return false;
}

void posix_close(struct posix_port *port)
{
    if (port->fd >= 0)
        close(port->fd);
    port->fd = -1;
}

static bool serve(struct posix_port *port, const struct fota_request *request)
{
    switch (request->kind) {
    case FOTA_REQUEST_SET_BAUD:
        if (port->fd < 0 || !set_rate(port->fd, request->argument))
            return false;
        port->baud_bps = request->argument;
        return true;
    case FOTA_REQUEST_REOPEN_PORT:
        posix_close(port);
        return posix_open(port);
    default:
        return port->serve != NULL && port->serve(port->context, request);
    }
}

static void answer(struct posix_port *port, struct fota *fota, const struct fota_host *host,
                   const struct fota_request *request)
{
    uint8_t bytes[FOTA_PIECE_BYTES];
    size_t size = 0;
    if (request->kind != FOTA_REQUEST_GIVE_BYTES) {
        fota_answer(fota, host, serve(port, request), posix_now_us());
        return;
    }
    if (port->read_package != NULL)
        size = port->read_package(port->context, request->argument, bytes, request->length);
    fota_give(fota, host, bytes, size, posix_now_us());
}

static void write_pending(struct posix_port *port, struct fota *fota, const struct fota_host *host)
{
    if (port->pending == 0)
        port->pending = (uint16_t)fota_transmit(fota, host, port->outgoing, sizeof port->outgoing,
                                                posix_now_us());
    if (port->pending == 0)
        return;
    ssize_t written = write(port->fd, port->outgoing, port->pending);
    if (written <= 0)
        return;
    port->pending = (uint16_t)(port->pending - written);
    memmove(port->outgoing, port->outgoing + written, port->pending);
}

/* A port that is gone reads as an end of file or an error: it is opened again later. */
static void read_bytes(struct posix_port *port, struct fota *fota, const struct fota_host *host)
{
    uint8_t bytes[256];
    ssize_t size = read(port->fd, bytes, sizeof bytes);
    if (size > 0)
        fota_receive(fota, host, bytes, (size_t)size, posix_now_us());
    else if (size == 0 || (errno != EAGAIN && errno != EINTR))
        posix_close(port);
}

static int wait_ms(uint64_t next_us)
{
    uint64_t now_us = posix_now_us();
    uint64_t ms = next_us > now_us ? (next_us - now_us) / 1000u + 1u : 0;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

static void keep_open(struct posix_port *port)
{
    uint64_t now_us = posix_now_us();
    if (port->fd >= 0 || now_us < port->reopen_at_us)
        return;
    port->reopen_at_us = now_us + REOPEN_US;
    posix_open(port);
}

const struct fota_result *posix_step(struct posix_port *port, struct fota *fota,
                                     const struct fota_host *host)
{
    struct fota_request request;
    keep_open(port);
    uint64_t next_us = fota_advance(fota, host, posix_now_us());
    while (fota_request(fota, &request)) {
        answer(port, fota, host, &request);
        next_us = 0;
    }
    if (port->fd >= 0)
        write_pending(port, fota, host);
    else if (port->reopen_at_us < next_us)
        next_us = port->reopen_at_us;
    struct pollfd wanted = {port->fd, (short)(POLLIN | (port->pending != 0 ? POLLOUT : 0)), 0};
    if (fota_result(fota) == NULL && poll(&wanted, 1, wait_ms(next_us)) > 0 &&
        (wanted.revents & ~POLLOUT) != 0)
        read_bytes(port, fota, host);
    return fota_result(fota);
}
