/* test_port.c - ports by URL in both roles, at each other and at peers that go and come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/ports/address.h"
#include "harness/ports/loop.h"
#include "harness/ports/port.h"
#include "harness/ports/pty.h"
#include "harness/ports/serial.h"

enum { PATIENCE_US = 5000000, MODULE_BPS = 115200, HOST_BPS = 9600 };

/* Somebody who has a port. */
struct owner {
    struct bench_port *port;
    struct bench_port_listener listener;
    uint8_t got[BENCH_PORT_CHUNK];
    size_t got_count;
    int gone, back;
    char said[300];
};

struct fixture {
    struct bench_loop loop;
    struct owner module, host;
    char folder[64], link[96], url[256], error[300];
};

static void receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct owner *owner = port->listener->context;

    assert_true(owner->got_count + size <= sizeof(owner->got));
    memcpy(owner->got + owner->got_count, bytes, size);
    owner->got_count += size;
}

static void said(struct bench_port *port, const char *text)
{
    struct owner *owner = port->listener->context;

    snprintf(owner->said, sizeof(owner->said), "%s", text);
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

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->host.listener = (struct bench_port_listener){
        .receive = receive, .said = said, .context = &fixture->host, .presence = presence};
    fixture->module.listener = fixture->host.listener;
    fixture->module.listener.context = &fixture->module;
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/fotarig-url-XXXXXX");
    if (!mkdtemp(fixture->folder) || bench_loop_open(&fixture->loop))
        return -1;
    snprintf(fixture->link, sizeof(fixture->link), "%s/port", fixture->folder);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    bench_port_free(fixture->host.port);
    bench_port_free(fixture->module.port);
    assert_null(fixture->loop.timers);
    bench_loop_close(&fixture->loop);
    unlink(fixture->link);
    rmdir(fixture->folder);
    free(fixture);
    return 0;
}

/* ---- steps of a test ---------------------------------------------------------------------- */

static bool try_serve(struct fixture *fixture, const char *url)
{
    fixture->module.port =
        bench_port_open(&fixture->loop, url, BENCH_PORT_SERVE, MODULE_BPS,
                        &fixture->module.listener, fixture->error, sizeof(fixture->error));
    return fixture->module.port != NULL;
}

static void serve(struct fixture *fixture, const char *url)
{
    if (!try_serve(fixture, url))
        fail_msg("%s", fixture->error);
}

static bool try_go_to(struct fixture *fixture, const char *url)
{
    fixture->host.port =
        bench_port_open(&fixture->loop, url, BENCH_PORT_OPEN, HOST_BPS, &fixture->host.listener,
                        fixture->error, sizeof(fixture->error));
    return fixture->host.port != NULL;
}

static void go_to(struct fixture *fixture, const char *url)
{
    if (!try_go_to(fixture, url))
        fail_msg("%s", fixture->error);
}

static void close_module(struct fixture *fixture)
{
    bench_port_free(fixture->module.port);
    fixture->module.port = NULL;
}

static void expect_refusal(struct fixture *fixture, const char *url, const char *reason)
{
    if (try_go_to(fixture, url))
        fail_msg("%s was opened", url);
    if (!strstr(fixture->error, reason))
        fail_msg("want '%s' in '%s'", reason, fixture->error);
}

static void turn_until(struct fixture *fixture, const int *count, int want)
{
    uint64_t end_us = bench_clock_us() + PATIENCE_US;

    while (*count < want) {
        assert_true(bench_loop_wait(&fixture->loop, end_us) >= 0);
        if (bench_clock_us() >= end_us)
            fail_msg("waited 5 s: want %d, got %d; said: %s", want, *count, fixture->host.said);
    }
}

static void pass(struct fixture *fixture, struct owner *from, struct owner *to, const void *bytes,
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
static void expect_line(struct fixture *fixture)
{
    uint8_t all[256];

    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    pass(fixture, &fixture->host, &fixture->module, "AT\r", 3);
    pass(fixture, &fixture->host, &fixture->module, all, sizeof(all));
    pass(fixture, &fixture->module, &fixture->host, all, sizeof(all));
}

/* "tcp://127.0.0.1:4711", where the served port is. */
static const char *url_of(struct fixture *fixture, const char *scheme)
{
    char where[128];

    fixture->module.port->kind->describe(fixture->module.port, where, sizeof(where));
    snprintf(fixture->url, sizeof(fixture->url), "%s%s", scheme, strchr(where, ' ') + 1);
    return fixture->url;
}

static const char *url_at(struct fixture *fixture, const char *scheme)
{
    snprintf(fixture->url, sizeof(fixture->url), "%s%s", scheme, fixture->link);
    return fixture->url;
}

/* ---- pty and tty -------------------------------------------------------------------------- */

static void a_pty_is_opened_by_its_link(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, url_at(fixture, "pty:"));
    go_to(fixture, fixture->url);
    expect_line(fixture);
}

static void a_tty_is_opened_by_a_link_too(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, url_at(fixture, "pty:"));
    go_to(fixture, url_at(fixture, "tty:"));
    expect_line(fixture);
}

static void the_hosts_rate_is_set_and_followed(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, url_at(fixture, "pty:"));
    go_to(fixture, url_at(fixture, "tty:"));
    assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), HOST_BPS);
    fixture->host.port->kind->follow(fixture->host.port, 57600);
    assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), 57600);
    expect_line(fixture);
}

static void a_rate_in_the_url_goes_before_the_one_asked_for(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, url_at(fixture, "pty:"));
    snprintf(fixture->url, sizeof(fixture->url), "tty:%s,2400", fixture->link);
    go_to(fixture, fixture->url);
    assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), 2400);
}

static void a_pty_that_goes_is_found_again_with_its_rate(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, url_at(fixture, "pty:"));
    go_to(fixture, fixture->url);
    fixture->host.port->kind->follow(fixture->host.port, 38400);
    for (int i = 1; i <= 3; i++) {
        close_module(fixture);
        turn_until(fixture, &fixture->host.gone, i);
        bench_port_write(fixture->host.port, "LOST", 4, bench_clock_us());
        serve(fixture, fixture->url);
        turn_until(fixture, &fixture->host.back, i);
        assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), 38400);
        expect_line(fixture);
    }
    assert_int_equal(fixture->host.port->stat_lost_bytes, 12);
    assert_non_null(strstr(fixture->host.said, "is back"));
}

/* As ttyUSB2 comes back as ttyUSB3 while its link by place is the same. */
static void a_device_that_returns_under_another_number_is_found_by_its_place(void **state)
{
    struct fixture *fixture = *state;
    char device[64], other[64];
    struct bench_pty squatter;

    serve(fixture, url_at(fixture, "pty:"));
    snprintf(device, sizeof(device), "%s", ((struct bench_pty *)fixture->module.port)->path);
    bench_serial_by_path = fixture->folder;
    snprintf(fixture->url, sizeof(fixture->url), "tty:%s", device);
    go_to(fixture, fixture->url);
    assert_string_equal(((struct bench_serial *)fixture->host.port)->stable, fixture->link);
    close_module(fixture);
    turn_until(fixture, &fixture->host.gone, 1);
    /* Somebody else gets the number. */
    assert_int_equal(bench_pty_open(&squatter, &fixture->loop, NULL, &fixture->module.listener,
                                    fixture->error, sizeof(fixture->error)),
                     0);
    assert_string_equal(squatter.path, device);
    serve(fixture, url_at(fixture, "pty:"));
    snprintf(other, sizeof(other), "%s", ((struct bench_pty *)fixture->module.port)->path);
    assert_string_not_equal(other, device);
    turn_until(fixture, &fixture->host.back, 1);
    expect_line(fixture);
    bench_port_close(&squatter.port);
    bench_serial_by_path = "/dev/serial/by-path";
}

static void a_path_that_is_no_port_is_refused(void **state)
{
    struct fixture *fixture = *state;
    FILE *file = fopen(fixture->link, "w");

    fclose(file);
    expect_refusal(fixture, url_at(fixture, "tty:"), "it is no serial port");
    expect_refusal(fixture, "tty:/nowhere/port", "/nowhere/port: No such file");
    expect_refusal(fixture, "pty:/nowhere/port", "/nowhere/port: No such file");
    snprintf(fixture->url, sizeof(fixture->url), "tty:%s", fixture->folder);
    expect_refusal(fixture, fixture->url, "Is a directory");
}

/* ---- tcp ---------------------------------------------------------------------------------- */

static void a_tcp_port_is_opened(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, "tcp://127.0.0.1:0");
    go_to(fixture, url_of(fixture, "tcp://"));
    expect_line(fixture);
}

static void a_tcp_peer_that_goes_is_found_again(void **state)
{
    struct fixture *fixture = *state;
    char url[sizeof(fixture->url)];

    serve(fixture, "tcp://127.0.0.1:0");
    go_to(fixture, url_of(fixture, "tcp://"));
    memcpy(url, fixture->url, sizeof(url));
    for (int i = 1; i <= 3; i++) {
        close_module(fixture);
        turn_until(fixture, &fixture->host.gone, i);
        bench_port_write(fixture->host.port, "LOST", 4, bench_clock_us());
        serve(fixture, url);
        turn_until(fixture, &fixture->host.back, i);
        expect_line(fixture);
    }
    assert_int_equal(fixture->host.port->stat_lost_bytes, 12);
}

/* Accepts and says `words`, then hangs up; runs beside the test. */
static pid_t start_peer(const char *words, char *url, size_t capacity)
{
    struct addrinfo *info = bench_address_find("127.0.0.1:0", AI_PASSIVE, url, capacity);
    int fd = socket(info->ai_family, SOCK_STREAM, 0);
    char where[64];
    pid_t pid;

    assert_int_equal(bind(fd, info->ai_addr, info->ai_addrlen), 0);
    assert_int_equal(listen(fd, 4), 0);
    freeaddrinfo(info);
    bench_address_of(fd, where, sizeof(where));
    snprintf(url, capacity, "tcp://%s", where);
    pid = fork();
    if (pid == 0) {
        int peer = accept(fd, NULL, NULL);
        _exit(peer < 0 || send(peer, words, strlen(words), 0) < 0);
    }
    close(fd);
    return pid;
}

static void what_a_server_tells_a_second_client_is_no_answer(void **state)
{
    struct fixture *fixture = *state;
    char url[64];
    pid_t peer = start_peer("Port already in use\r\n", url, sizeof(url));

    expect_refusal(fixture, url, "in use by another client");
    assert_int_equal(waitpid(peer, NULL, 0), peer);
    peer = start_peer("", url, sizeof(url));
    expect_refusal(fixture, url, "it hung up at once");
    assert_int_equal(waitpid(peer, NULL, 0), peer);
}

static void a_peer_that_is_not_there_is_told(void **state)
{
    struct fixture *fixture = *state;

    serve(fixture, "tcp://127.0.0.1:0");
    url_of(fixture, "tcp://");
    close_module(fixture);
    expect_refusal(fixture, fixture->url, "Connection refused");
    expect_refusal(fixture, "tcp://127.0.0.1", "is not an address");
    expect_refusal(fixture, "tcp://127.0.0.1:x", "is not an address");
}

/* ---- urls --------------------------------------------------------------------------------- */

static void what_is_no_url_is_told_with_what_is(void **state)
{
    struct fixture *fixture = *state;

    expect_refusal(fixture, "serial:/dev/ttyS0", "'serial:/dev/ttyS0' is not a port: expected");
    expect_refusal(fixture, "/dev/ttyS0", "tty:DEVICE[,RATE]");
    expect_refusal(fixture, "tty:", "is not a port");
    expect_refusal(fixture, "", "is not a port");
    expect_refusal(fixture, "tty:/dev/ttyS0,0", "not between 1 and");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pty_is_opened_by_its_link),
        TEST(a_tty_is_opened_by_a_link_too),
        TEST(the_hosts_rate_is_set_and_followed),
        TEST(a_rate_in_the_url_goes_before_the_one_asked_for),
        TEST(a_pty_that_goes_is_found_again_with_its_rate),
        TEST(a_device_that_returns_under_another_number_is_found_by_its_place),
        TEST(a_path_that_is_no_port_is_refused),
        TEST(a_tcp_port_is_opened),
        TEST(a_tcp_peer_that_goes_is_found_again),
        TEST(what_a_server_tells_a_second_client_is_no_answer),
        TEST(a_peer_that_is_not_there_is_told),
        TEST(what_is_no_url_is_told_with_what_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
