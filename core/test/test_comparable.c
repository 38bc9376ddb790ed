/* test_comparable.c - equal clients are equal bytes in their comparable form, whatever the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/at_line.h"
#include "core/fota.h"

static const struct fota_job job = {.from_revision = "1351B03SIM7000C",
                                    .to_revision = "1351B04SIM7000C",
                                    .url = "http://fota.example/a.zip"};

/* A client that began at `start_us` and got `line` a second later, in its comparable form. */
static void make(struct fota *fota, uint64_t start_us, const char *line)
{
    const struct fota_host host = {.job = &job};
    char out[64];
    memset(fota, 0, sizeof *fota);
    fota_start(fota, &host, NULL, start_us);
    fota_advance(fota, &host, start_us);
    fota_transmit(fota, &host, out, sizeof out, start_us);
    fota_receive(fota, &host, line, strlen(line), start_us + 1000000);
    fota_advance(fota, &host, start_us + 1000000);
    fota_make_comparable(fota, start_us + 1000000);
}

static void the_same_client_later_is_equal(void **state)
{
    struct fota early, late;
    (void)state;
    make(&early, 5000, "\r\nOK\r\n");
    make(&late, 7000000123, "\r\nOK\r\n");
    assert_memory_equal(&early, &late, sizeof early);
}

static void a_client_that_heard_something_else_is_not(void **state)
{
    struct fota one, other;
    (void)state;
    make(&one, 5000, "\r\nOK\r\n");
    make(&other, 5000, "\r\nOK");
    assert_memory_not_equal(&one, &other, sizeof one);
}

/* Heard at the second try, so that it waits for silence first: how often it tried still counts. */
static void make_quiet(struct fota *fota, uint64_t start_us)
{
    const struct fota_host host = {.job = &job};
    char out[64];
    memset(fota, 0, sizeof *fota);
    fota_start(fota, &host, NULL, start_us);
    fota_transmit(fota, &host, out, sizeof out, start_us);
    fota_advance(fota, &host, start_us + 2000000);
    fota_transmit(fota, &host, out, sizeof out, start_us + 2000000);
    fota_receive(fota, &host, "\r\nOK\r\n", 6, start_us + 2500000);
    assert_int_equal(fota->at.mode, AT_MODE_QUIET);
    fota_make_comparable(fota, start_us + 2500000);
}

static void a_client_that_waits_for_silence_keeps_its_tries(void **state)
{
    struct fota early, late;
    (void)state;
    make_quiet(&early, 5000);
    make_quiet(&late, 7000000123);
    assert_memory_equal(&early, &late, sizeof early);
    assert_int_equal(early.at.try_number, 2);
    assert_int_not_equal(early.at.tries_max, 0);
    assert_int_not_equal(early.at.interval_ms, 0);
}

/* Since when the lines of a boot are over makes no difference any more. */
static void a_boot_that_is_over_is_over(void **state)
{
    struct fota running, over;
    (void)state;
    make(&running, 5000, "\r\nOK\r\n");
    assert_int_equal(running.boot_tail_at_us, 30000000);
    over = running;
    over.boot_tail_at_us = 1005000; /* of the moment */
    fota_make_comparable(&over, 1005000);
    assert_true(over.boot_tail_at_us == FOTA_NEVER);
    over.boot_tail_at_us = 1005001;
    fota_make_comparable(&over, 1005000);
    assert_int_equal(over.boot_tail_at_us, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_client_later_is_equal),
        cmocka_unit_test(a_client_that_heard_something_else_is_not),
        cmocka_unit_test(a_client_that_waits_for_silence_keeps_its_tries),
        cmocka_unit_test(a_boot_that_is_over_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
