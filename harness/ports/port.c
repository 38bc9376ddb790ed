/* port.c - what transports share: backlog, rates, messages. */
#include "harness/ports/port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- backlog ------------------------------------------------------------------------------ */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t bench_backlog_keep(struct bench_backlog *backlog, const void *bytes, size_t size)
{
    size_t end, run;

    if (!backlog->bytes)
        backlog->bytes = malloc(BENCH_BACKLOG_BYTES);
    if (!backlog->bytes)
        return 0;
    size = smaller(size, BENCH_BACKLOG_BYTES - backlog->count);
    end = (backlog->start + backlog->count) % BENCH_BACKLOG_BYTES;
    run = smaller(size, BENCH_BACKLOG_BYTES - end);
    memcpy(backlog->bytes + end, bytes, run);
    memcpy(backlog->bytes, (const uint8_t *)bytes + run, size - run);
    backlog->count += size;
    return size;
}

size_t bench_backlog_next(const struct bench_backlog *backlog, const uint8_t **ret_bytes)
{
    if (backlog->count == 0)
        return 0;
    *ret_bytes = backlog->bytes + backlog->start;
    return smaller(backlog->count, BENCH_BACKLOG_BYTES - backlog->start);
}

void bench_backlog_sent(struct bench_backlog *backlog, size_t size)
{
    backlog->start = (backlog->start + size) % BENCH_BACKLOG_BYTES;
    backlog->count -= size;
    if (backlog->count == 0)
        bench_backlog_drop(backlog);
}

void bench_backlog_drop(struct bench_backlog *backlog)
{
    free(backlog->bytes);
    *backlog = (struct bench_backlog){0};
}

/* ---- rates -------------------------------------------------------------------------------- */

static const struct {
    speed_t speed;
    uint32_t rate_bps;
} rates[] = {
    {B115200, 115200},   {B9600, 9600},       {B57600, 57600},     {B38400, 38400},
    {B19200, 19200},     {B4800, 4800},       {B2400, 2400},       {B1200, 1200},
    {B600, 600},         {B300, 300},         {B230400, 230400},   {B460800, 460800},
    {B921600, 921600},   {B1000000, 1000000}, {B2000000, 2000000}, {B3000000, 3000000},
    {B4000000, 4000000},
};

uint32_t bench_rate_of(speed_t speed)
{
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        if (rates[i].speed == speed)
            return rates[i].rate_bps;
    return 0;
}

speed_t bench_speed_of(uint32_t rate_bps)
{
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        if (rates[i].rate_bps == rate_bps)
            return rates[i].speed;
    return B0;
}

/* ---- life --------------------------------------------------------------------------------- */

void bench_port_free(struct bench_port *port)
{
    if (!port)
        return;
    bench_port_close(port);
    free(port);
}

void bench_port_tell(struct bench_port *port, bool present, const char *text)
{
    const struct bench_port_listener *listener = port->listener;

    port->absent = !present;
    if (listener->said)
        listener->said(port, text);
    if (listener->presence)
        listener->presence(port, present);
}

/* ---- messages ----------------------------------------------------------------------------- */

int bench_port_error(char *text, size_t capacity, const char *what, const char *name)
{
    snprintf(text, capacity, "%s%s%s: %s%s", what, name ? " " : "", name ? name : "",
             strerror(errno), errno == EMFILE ? " (see ulimit -Hn)" : "");
    return -1;
}
