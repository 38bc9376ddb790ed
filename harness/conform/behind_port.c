/* behind_port.c - a module behind a port at the other side of a dialogue. */
#include "harness/conform/behind_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static uint64_t on_now(void *context)
{
    struct conform_port *port = context;
    return (uint64_t)((double)bench_clock_us() * port->speed);
}

static void on_receive(struct bench_port *bench_port, const void *bytes, size_t size)
{
    struct conform_port *port = bench_port->listener->context;
    port->has_come = true;
    if (port->talk)
        conform_talk_take(port->talk, bytes, size, on_now(port));
}

static void on_presence(struct bench_port *bench_port, bool present)
{
    struct conform_port *port = bench_port->listener->context;
    port->away_us = present ? 0 : bench_clock_us();
}

static void on_say(void *context, const void *bytes, size_t size)
{
    struct conform_port *port = context;
    bench_port_write(port->port, bytes, size, bench_clock_us());
}

static bool is_gone(const struct conform_port *port)
{
    return port->loop.broken ||
           (port->away_us && bench_clock_us() - port->away_us > CONFORM_AWAY_US);
}

static bool on_wait(void *context, struct conform_talk *talk, uint64_t until_us)
{
    struct conform_port *port = context;
    uint64_t real_us = (uint64_t)((double)until_us / port->speed) + 1;
    port->talk = talk;
    port->has_come = false;
    bool good = true;
    while (good && !port->has_come && bench_clock_us() < real_us) {
        good = bench_loop_wait(&port->loop, real_us) >= 0 || errno == EINTR;
        good = good && bench_signal() == 0 && !is_gone(port);
    }
    port->talk = NULL;
    return good;
}

bool conform_port_open(struct conform_port *port, const char *url, uint32_t baud_bps, double speed,
                       char *reterr_text, size_t reterr_capacity)
{
    memset(port, 0, sizeof *port);
    port->speed = speed;
    port->listener = (struct bench_port_listener){
        .receive = on_receive, .context = port, .presence = on_presence};
    if (bench_loop_open(&port->loop) != 0) {
        snprintf(reterr_text, reterr_capacity, "no event loop: %s", strerror(errno));
        return false;
    }
    port->port = bench_port_open(&port->loop, url, BENCH_PORT_OPEN, baud_bps, &port->listener,
                                 reterr_text, reterr_capacity);
    if (!port->port)
        bench_loop_close(&port->loop);
    return port->port != NULL;
}

void conform_port_close(struct conform_port *port)
{
    if (!port->port)
        return;
    bench_port_free(port->port);
    bench_loop_close(&port->loop);
    port->port = NULL;
}

struct conform_mouth conform_port_mouth(struct conform_port *port)
{
    return (struct conform_mouth){port, on_say, on_wait, on_now, port->url};
}
