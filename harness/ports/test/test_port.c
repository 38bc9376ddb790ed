/* test_port.c - ports by URL: ptys and serial ports in both roles, gone and back; what is no URL.
 */
#include "harness/ports/test/support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/ports/pty.h"
#include "harness/ports/serial.h"
#include "harness/ports/serial_parts.h"

/* ---- pty and tty -------------------------------------------------------------------------- */

static void a_pty_is_opened_by_its_link(void **state)
{
    struct fixture *fixture = *state;

    port_serve(fixture, port_url_at(fixture, "pty:"));
    port_go_to(fixture, fixture->url);
    port_expect_line(fixture);
}

static void a_tty_is_opened_by_a_link_too(void **state)
{
    struct fixture *fixture = *state;

    port_serve(fixture, port_url_at(fixture, "pty:"));
    port_go_to(fixture, port_url_at(fixture, "tty:"));
    port_expect_line(fixture);
}

static void the_hosts_rate_is_set_and_followed(void **state)
{
    struct fixture *fixture = *state;

    port_serve(fixture, port_url_at(fixture, "pty:"));
    port_go_to(fixture, port_url_at(fixture, "tty:"));
    assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), HOST_BPS);
    fixture->host.port->kind->follow(fixture->host.port, 57600);
    assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), 57600);
    port_expect_line(fixture);
}

static void a_rate_in_the_url_goes_before_the_one_asked_for(void **state)
{
    struct fixture *fixture = *state;

    port_serve(fixture, port_url_at(fixture, "pty:"));
    snprintf(fixture->url, sizeof fixture->url, "tty:%s,2400", fixture->link);
    port_go_to(fixture, fixture->url);
    assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), 2400);
}

static size_t count_of_many;
static char last_of_many;

static void count_many(struct bench_port *port, const void *bytes, size_t size)
{
    (void)port;
    count_of_many += size;
    last_of_many = ((const char *)bytes)[size - 1];
}

/* More than the pty takes at once, so that some of it is still ours when the rate changes. */
static void a_rate_waits_for_the_bytes_before_it_and_those_after_it_wait_for_the_rate(void **state)
{
    static const char many[40000] = "";
    struct fixture *fixture = *state;
    uint64_t end_us = bench_clock_us() + PATIENCE_US;

    fixture->module.listener.receive = count_many;
    port_serve(fixture, port_url_at(fixture, "pty:"));
    port_go_to(fixture, fixture->url);
    bench_port_write(fixture->host.port, many, sizeof many, bench_clock_us());
    assert_true(((struct bench_serial *)fixture->host.port)->backlog.count > 0);
    fixture->host.port->kind->follow(fixture->host.port, 57600);
    bench_port_write(fixture->host.port, "x", 1, bench_clock_us());
    assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), HOST_BPS);
    count_of_many = 0;
    while (count_of_many < sizeof many + 1 && bench_clock_us() < end_us)
        assert_true(bench_loop_wait(&fixture->loop, end_us) >= 0);
    assert_int_equal(count_of_many, sizeof many + 1);
    assert_int_equal(last_of_many, 'x');
    assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), 57600);
    assert_int_equal(fixture->host.port->stat_lost_bytes, 0);
}

static void a_pty_that_goes_is_found_again_with_its_rate(void **state)
{
    struct fixture *fixture = *state;

    port_serve(fixture, port_url_at(fixture, "pty:"));
    port_go_to(fixture, fixture->url);
    fixture->host.port->kind->follow(fixture->host.port, 38400);
    for (int i = 1; i <= 3; i++) {
        port_close_module(fixture);
        port_turn_until(fixture, &fixture->host.gone, i);
        bench_port_write(fixture->host.port, "LOST", 4, bench_clock_us());
        port_serve(fixture, fixture->url);
        port_turn_until(fixture, &fixture->host.back, i);
        assert_int_equal(bench_port_rate(fixture->module.port, 0, bench_clock_us()), 38400);
        port_expect_line(fixture);
    }
    assert_int_equal(fixture->host.port->stat_lost_bytes, 12);
    assert_non_null(strstr(fixture->host.said, "is back"));
}

static void count_turn(void *context, uint64_t now_us)
{
    (void)now_us;
    ++*(int *)context;
}

/* A program that was killed leaves its link, and the next pty that anybody makes has its number. */
static void a_link_that_is_left_over_does_not_lead_to_the_next_ones_pty(void **state)
{
    struct fixture *fixture = *state;
    char device[64];
    struct bench_pty squatter;
    int looked = 0;
    struct bench_timer look = {.run = count_turn, .context = &looked};

    port_serve(fixture, port_url_at(fixture, "pty:"));
    snprintf(device, sizeof device, "%s", ((struct bench_pty *)fixture->module.port)->path);
    port_go_to(fixture, fixture->url);
    port_close_module(fixture);
    assert_int_equal(symlink(device, fixture->link), 0);
    ((struct bench_serial *)fixture->host.port)->named = 0; /* as if that link had been there */
    bench_serial_note_name((struct bench_serial *)fixture->host.port);
    port_turn_until(fixture, &fixture->host.gone, 1);
    assert_int_equal(bench_pty_open(&squatter, &fixture->loop, NULL, &fixture->module.listener,
                                    fixture->error, sizeof fixture->error),
                     0);
    assert_string_equal(squatter.path, device);
    bench_loop_at(&fixture->loop, &look, bench_clock_us() + 3 * BENCH_SERIAL_OPEN_AGAIN_US);
    port_turn_until(fixture, &looked, 1);
    assert_int_equal(fixture->host.back, 0);
    unlink(fixture->link);
    assert_int_equal(symlink(device, fixture->link), 0); /* anew: that is what it leads to now */
    port_turn_until(fixture, &fixture->host.back, 1);
    unlink(fixture->link);
    bench_port_close(&squatter.port);
}

/* As ttyUSB2 comes back as ttyUSB3 while its link by place is the same. */
static void a_device_that_returns_under_another_number_is_found_by_its_place(void **state)
{
    struct fixture *fixture = *state;
    char device[64], other[64];
    struct bench_pty squatter;

    port_serve(fixture, port_url_at(fixture, "pty:"));
    snprintf(device, sizeof device, "%s", ((struct bench_pty *)fixture->module.port)->path);
    bench_serial_by_path = fixture->folder;
    snprintf(fixture->url, sizeof fixture->url, "tty:%s", device);
    port_go_to(fixture, fixture->url);
    assert_string_equal(((struct bench_serial *)fixture->host.port)->stable, fixture->link);
    port_close_module(fixture);
    port_turn_until(fixture, &fixture->host.gone, 1);
    /* Somebody else gets the number. */
    assert_int_equal(bench_pty_open(&squatter, &fixture->loop, NULL, &fixture->module.listener,
                                    fixture->error, sizeof fixture->error),
                     0);
    assert_string_equal(squatter.path, device);
    port_serve(fixture, port_url_at(fixture, "pty:"));
    snprintf(other, sizeof other, "%s", ((struct bench_pty *)fixture->module.port)->path);
    assert_string_not_equal(other, device);
    port_turn_until(fixture, &fixture->host.back, 1);
    port_expect_line(fixture);
    bench_port_close(&squatter.port);
    bench_serial_by_path = "/dev/serial/by-path";
}

static void a_path_that_is_no_port_is_refused(void **state)
{
    struct fixture *fixture = *state;
    FILE *file = fopen(fixture->link, "w");

    fclose(file);
    port_expect_refusal(fixture, port_url_at(fixture, "tty:"), "it is no serial port");
    port_expect_refusal(fixture, "tty:/nowhere/port", "/nowhere/port: No such file");
    port_expect_refusal(fixture, "pty:/nowhere/port", "/nowhere/port: No such file");
    snprintf(fixture->url, sizeof fixture->url, "tty:%s", fixture->folder);
    port_expect_refusal(fixture, fixture->url, "Is a directory");
}

/* ---- urls --------------------------------------------------------------------------------- */

static void what_is_no_url_is_told_with_what_is(void **state)
{
    struct fixture *fixture = *state;

    port_expect_refusal(fixture, "serial:/dev/ttyS0",
                        "'serial:/dev/ttyS0' is not a port: expected");
    port_expect_refusal(fixture, "/dev/ttyS0", "tty:DEVICE[,RATE]");
    port_expect_refusal(fixture, "tty:", "is not a port");
    port_expect_refusal(fixture, "", "is not a port");
    port_expect_refusal(fixture, "tty:/dev/ttyS0,0", "not between 1 and");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, port_set_up, port_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pty_is_opened_by_its_link),
        TEST(a_tty_is_opened_by_a_link_too),
        TEST(the_hosts_rate_is_set_and_followed),
        TEST(a_rate_in_the_url_goes_before_the_one_asked_for),
        TEST(a_rate_waits_for_the_bytes_before_it_and_those_after_it_wait_for_the_rate),
        TEST(a_pty_that_goes_is_found_again_with_its_rate),
        TEST(a_link_that_is_left_over_does_not_lead_to_the_next_ones_pty),
        TEST(a_device_that_returns_under_another_number_is_found_by_its_place),
        TEST(a_path_that_is_no_port_is_refused),
        TEST(what_is_no_url_is_told_with_what_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
