/* support.c - a module's port and a host's in one loop. */
#include "harness/ports/test/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/ports/lock.h"

static void receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct owner *owner = port->listener->context;

    assert_true(owner->got_count + size <= sizeof owner->got);
    memcpy(owner->got + owner->got_count, bytes, size);
    owner->got_count += size;
}

static void said(struct bench_port *port, const char *text)
{
    struct owner *owner = port->listener->context;

    snprintf(owner->said, sizeof owner->said, "%s", text);
}

static void lines(struct bench_port *port, unsigned now)
{
    struct owner *owner = port->listener->context;

    assert_int_equal(port->heard, now);
    owner->lines = now;
    owner->lines_told++;
}

static void presence(struct bench_port *port, bool present)
{
    struct owner *owner = port->listener->context;

    assert_int_equal(port->absent, !present);
    if (present)
        owner->back++;
    else
        owner->gone++;
}

int port_set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    fixture->host.listener = (struct bench_port_listener){.receive = receive,
                                                          .lines = lines,
                                                          .said = said,
                                                          .context = &fixture->host,
                                                          .presence = presence};
    fixture->module.listener = fixture->host.listener;
    fixture->module.listener.context = &fixture->module;
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/fotarig-url-XXXXXX");
    if (!mkdtemp(fixture->folder) || bench_loop_open(&fixture->loop))
        return -1;
    snprintf(fixture->link, sizeof fixture->link, "%s/port", fixture->folder);
    bench_lock_folder = fixture->folder;
    *state = fixture;
    return 0;
}

int port_tear_down(void **state)
{
    struct fixture *fixture = *state;

    bench_port_free(fixture->host.port);
    bench_port_free(fixture->module.port);
    assert_null(fixture->loop.timers);
    bench_loop_close(&fixture->loop);
    unlink(fixture->link);
    assert_int_equal(rmdir(fixture->folder), 0); /* no lock file is left */
    free(fixture);
    return 0;
}

/* ---- steps of a test ---------------------------------------------------------------------- */

void port_serve(struct fixture *fixture, const char *url)
{
    fixture->module.port =
        bench_port_open(&fixture->loop, url, BENCH_PORT_SERVE, MODULE_BPS,
                        &fixture->module.listener, fixture->error, sizeof fixture->error);
    if (!fixture->module.port)
        fail_msg("%s", fixture->error);
}

static bool try_go_to(struct fixture *fixture, const char *url)
{
    fixture->host.port =
        bench_port_open(&fixture->loop, url, BENCH_PORT_OPEN, HOST_BPS, &fixture->host.listener,
                        fixture->error, sizeof fixture->error);
    return fixture->host.port != NULL;
}

void port_go_to(struct fixture *fixture, const char *url)
{
    if (!try_go_to(fixture, url))
        fail_msg("%s", fixture->error);
}

void port_close_module(struct fixture *fixture)
{
    bench_port_free(fixture->module.port);
    fixture->module.port = NULL;
}

void port_expect_refusal(struct fixture *fixture, const char *url, const char *reason)
{
    if (try_go_to(fixture, url))
        fail_msg("%s was opened", url);
    if (!strstr(fixture->error, reason))
        fail_msg("want '%s' in '%s'", reason, fixture->error);
}

void port_turn_until(struct fixture *fixture, const int *count, int want)
{
    uint64_t end_us = bench_clock_us() + PATIENCE_US;

    while (*count < want) {
        assert_true(bench_loop_wait(&fixture->loop, end_us) >= 0);
        if (bench_clock_us() >= end_us)
            fail_msg("waited 5 s: want %d, got %d; said: %s", want, *count, fixture->host.said);
    }
}

void port_pass(struct fixture *fixture, struct owner *from, struct owner *to, const void *bytes,
               size_t size)
{
    uint64_t end_us = bench_clock_us() + PATIENCE_US;

    to->got_count = 0;
    bench_port_write(from->port, bytes, size, bench_clock_us());
    while (to->got_count < size && bench_clock_us() < end_us)
        assert_true(bench_loop_wait(&fixture->loop, end_us) >= 0);
    assert_int_equal(to->got_count, size);
    assert_memory_equal(to->got, bytes, size);
}

/* All 256 values, both ways. */
void port_expect_line(struct fixture *fixture)
{
    uint8_t all[256];

    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    port_pass(fixture, &fixture->host, &fixture->module, "AT\r", 3);
    port_pass(fixture, &fixture->host, &fixture->module, all, sizeof all);
    port_pass(fixture, &fixture->module, &fixture->host, all, sizeof all);
}

/* "tcp://127.0.0.1:4711", where the served port is. */
const char *port_url_of(struct fixture *fixture, const char *scheme)
{
    char where[128];

    fixture->module.port->kind->describe(fixture->module.port, where, sizeof where);
    snprintf(fixture->url, sizeof fixture->url, "%s%s", scheme, strchr(where, ' ') + 1);
    return fixture->url;
}

const char *port_url_at(struct fixture *fixture, const char *scheme)
{
    snprintf(fixture->url, sizeof fixture->url, "%s%s", scheme, fixture->link);
    return fixture->url;
}
