/* test_pty.c - a pty that outlives its clients; waits are for events, never for a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "harness/ports/loop.h"
#include "harness/ports/pty.h"

enum { PATIENCE_US = 5000000 };

struct fixture {
    struct bench_loop loop;
    struct bench_pty pty;
    struct bench_port_listener listener;
    char folder[64], link[96];
    char got[256];
    size_t got_count;
};

static void receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct fixture *fixture = port->listener->context;

    assert_true(fixture->got_count + size < sizeof fixture->got);
    memcpy(fixture->got + fixture->got_count, bytes, size);
    fixture->got_count += size;
    fixture->got[fixture->got_count] = '\0';
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    char error[300];

    fixture->listener = (struct bench_port_listener){.receive = receive, .context = fixture};
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/fotarig-port-XXXXXX");
    if (!mkdtemp(fixture->folder) || bench_loop_open(&fixture->loop))
        return -1;
    snprintf(fixture->link, sizeof fixture->link, "%s/port", fixture->folder);
    if (bench_pty_open(&fixture->pty, &fixture->loop, fixture->link, &fixture->listener, error,
                       sizeof error)) {
        print_error("%s\n", error);
        return -1;
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    bench_port_close(&fixture->pty.port);
    bench_loop_close(&fixture->loop);
    unlink(fixture->link);
    rmdir(fixture->folder);
    free(fixture);
    return 0;
}

/* Turns the loop until *flag == want, at most PATIENCE_US. */
static void turn_until(struct fixture *fixture, const bool *flag, bool want)
{
    uint64_t end_us = bench_clock_us() + PATIENCE_US;

    while (*flag != want) {
        assert_true(bench_loop_wait(&fixture->loop, end_us) >= 0);
        if (bench_clock_us() >= end_us)
            fail_msg("waited 5 s for the port to be %s", want ? "open" : "closed");
    }
}

static void turn_until_got(struct fixture *fixture, const char *want)
{
    uint64_t end_us = bench_clock_us() + PATIENCE_US;

    while (strlen(want) > fixture->got_count && bench_clock_us() < end_us)
        assert_true(bench_loop_wait(&fixture->loop, end_us) >= 0);
    assert_string_equal(fixture->got, want);
}

static int open_client(const struct fixture *fixture)
{
    int fd = open(fixture->link, O_RDWR | O_NOCTTY);

    assert_true(fd >= 0);
    return fd;
}

static void expect_bytes(int fd, const char *want)
{
    char got[64];
    size_t count = 0;

    while (count < strlen(want)) {
        ssize_t size = read(fd, got + count, sizeof got - 1 - count);
        assert_true(size > 0);
        count += (size_t)size;
    }
    got[count] = '\0';
    assert_string_equal(got, want);
}

static void bytes_pass_both_ways_unchanged(void **state)
{
    struct fixture *fixture = *state;
    int fd = open_client(fixture);

    assert_int_equal(write(fd, "AT\r\n\003\021\377", 7), 7);
    turn_until_got(fixture, "AT\r\n\003\021\377");
    bench_port_write(&fixture->pty.port, "\r\nOK\r\n\004\177", 8, bench_clock_us());
    expect_bytes(fd, "\r\nOK\r\n\004\177");
    close(fd);
}

static void a_client_may_close_and_open_again(void **state)
{
    struct fixture *fixture = *state;

    for (int i = 0; i < 20; i++) {
        int fd = open_client(fixture);
        assert_int_equal(write(fd, "AT\r", 3), 3);
        fixture->got_count = 0;
        turn_until_got(fixture, "AT\r");
        bench_port_write(&fixture->pty.port, "OK", 2, bench_clock_us());
        expect_bytes(fd, "OK");
        close(fd);
        turn_until(fixture, &fixture->pty.open, false);
    }
}

static void what_a_client_wrote_before_it_closed_arrives(void **state)
{
    struct fixture *fixture = *state;
    int fd = open_client(fixture);

    assert_int_equal(write(fd, "ATI\r", 4), 4);
    close(fd);
    turn_until_got(fixture, "ATI\r");
}

static void an_answer_waits_a_moment_for_a_client_that_opens_again(void **state)
{
    struct fixture *fixture = *state;
    int fd = open_client(fixture);

    turn_until(fixture, &fixture->pty.open, true);
    close(fd);
    turn_until(fixture, &fixture->pty.open, false);
    bench_port_write(&fixture->pty.port, "late", 4, fixture->pty.left_at_us + 1000);
    fd = open_client(fixture);
    expect_bytes(fd, "late");
    close(fd);
}

static void what_is_sent_while_nobody_listens_is_lost(void **state)
{
    struct fixture *fixture = *state;
    uint64_t later_us = fixture->pty.left_at_us + BENCH_PTY_LINGER_US + 1;
    int fd;

    bench_port_write(&fixture->pty.port, "RDY", 3, later_us);
    assert_int_equal(fixture->pty.port.stat_lost_bytes, 3);
    fd = open_client(fixture);
    turn_until(fixture, &fixture->pty.open, true);
    bench_port_write(&fixture->pty.port, "+CPIN", 5, later_us);
    expect_bytes(fd, "+CPIN");
    close(fd);
}

static void a_second_client_keeps_the_port_open(void **state)
{
    struct fixture *fixture = *state;
    int first = open_client(fixture), second = open_client(fixture);

    turn_until(fixture, &fixture->pty.open, true);
    close(first);
    assert_int_equal(write(second, "A", 1), 1);
    turn_until_got(fixture, "A");
    assert_true(fixture->pty.open);
    close(second);
    turn_until(fixture, &fixture->pty.open, false);
}

static int exclusive(const struct fixture *fixture)
{
    int set = -1;

    assert_int_equal(ioctl(fixture->pty.slave, TIOCGEXCL, &set), 0);
    return set;
}

static void exclusive_use_ends_when_its_client_leaves(void **state)
{
    struct fixture *fixture = *state;
    int fd = open_client(fixture);

    assert_int_equal(ioctl(fd, TIOCEXCL), 0);
    assert_true(exclusive(fixture));
    turn_until(fixture, &fixture->pty.open, true);
    close(fd);
    turn_until(fixture, &fixture->pty.open, false);
    assert_false(exclusive(fixture));
}

static void exclusive_use_stays_while_its_client_is_there(void **state)
{
    struct fixture *fixture = *state;
    int guest = open_client(fixture), owner = open_client(fixture);

    assert_int_equal(ioctl(owner, TIOCEXCL), 0);
    turn_until(fixture, &fixture->pty.open, true);
    while (bench_loop_wait(&fixture->loop, 0) > 0)
        continue;
    close(guest);
    assert_int_equal(bench_loop_wait(&fixture->loop, bench_clock_us() + PATIENCE_US), 1);
    assert_true(fixture->pty.open);
    assert_true(exclusive(fixture));
    close(owner);
    turn_until(fixture, &fixture->pty.open, false);
    assert_false(exclusive(fixture));
}

static void the_rate_is_the_clients(void **state)
{
    struct fixture *fixture = *state;
    struct termios settings;
    int fd = open_client(fixture);

    assert_int_equal(bench_port_rate(&fixture->pty.port, 115200, 1), 115200);
    assert_int_equal(tcgetattr(fd, &settings), 0);
    cfsetispeed(&settings, B9600);
    cfsetospeed(&settings, B9600);
    assert_int_equal(tcsetattr(fd, TCSANOW, &settings), 0);
    /* As expected and just looked at: not asked for again. */
    assert_int_equal(bench_port_rate(&fixture->pty.port, 115200, 2), 115200);
    assert_int_equal(bench_port_rate(&fixture->pty.port, 0, 2), 9600);
    assert_int_equal(bench_port_rate(&fixture->pty.port, 115200, 2 + BENCH_PTY_RATE_CHECK_US),
                     9600);
    cfsetispeed(&settings, B57600);
    cfsetospeed(&settings, B57600);
    assert_int_equal(tcsetattr(fd, TCSANOW, &settings), 0);
    /* Not as expected: asked for every time. */
    assert_int_equal(bench_port_rate(&fixture->pty.port, 115200, 3 + BENCH_PTY_RATE_CHECK_US),
                     57600);
    close(fd);
}

static void a_slow_reader_loses_nothing_within_the_backlog(void **state)
{
    struct fixture *fixture = *state;
    enum { BLOCK = 1000, BLOCKS = 40 };
    uint8_t block[BLOCK], got[BLOCK];
    uint64_t end_us = bench_clock_us() + PATIENCE_US;
    int fd = open_client(fixture);
    size_t count = 0;

    turn_until(fixture, &fixture->pty.open, true);
    for (int i = 0; i < BLOCKS; i++) {
        memset(block, i, sizeof block);
        bench_port_write(&fixture->pty.port, block, sizeof block, bench_clock_us());
    }
    assert_true(fixture->pty.backlog.count > 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    while (count < BLOCK * BLOCKS && bench_clock_us() < end_us) {
        ssize_t size = read(fd, got, sizeof got);
        for (ssize_t i = 0; i < size; i++, count++)
            assert_int_equal(got[i], count / BLOCK);
        bench_loop_wait(&fixture->loop, 0);
    }
    assert_int_equal(count, BLOCK * BLOCKS);
    assert_int_equal(fixture->pty.port.stat_lost_bytes, 0);
    assert_int_equal(fixture->pty.backlog.count, 0);
    close(fd);
}

static void what_exceeds_the_backlog_is_lost_and_counted(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t block[BENCH_BACKLOG_BYTES];
    int fd = open_client(fixture);

    turn_until(fixture, &fixture->pty.open, true);
    bench_port_write(&fixture->pty.port, block, sizeof block, bench_clock_us());
    assert_int_equal(fixture->pty.port.stat_lost_bytes, 0);
    bench_port_write(&fixture->pty.port, block, sizeof block, bench_clock_us());
    assert_int_equal(fixture->pty.backlog.count, BENCH_BACKLOG_BYTES);
    assert_true(fixture->pty.port.stat_lost_bytes > 0);
    assert_true(fixture->pty.port.stat_lost_bytes < sizeof block);
    close(fd);
}

static void the_link_leads_to_the_port_and_goes_with_it(void **state)
{
    struct fixture *fixture = *state;
    struct stat info;
    char target[64] = "";

    assert_true(readlink(fixture->link, target, sizeof target - 1) > 0);
    assert_string_equal(target, fixture->pty.path);
    bench_port_close(&fixture->pty.port);
    assert_int_equal(lstat(fixture->link, &info), -1);
}

static void a_link_that_is_somebody_elses_by_now_stays(void **state)
{
    struct fixture *fixture = *state;
    struct stat info;

    assert_int_equal(unlink(fixture->link), 0);
    assert_int_equal(symlink("/dev/null", fixture->link), 0);
    bench_port_close(&fixture->pty.port);
    assert_int_equal(lstat(fixture->link, &info), 0);
}

static void an_old_link_is_replaced_but_a_file_is_not(void **state)
{
    struct fixture *fixture = *state;
    struct bench_pty *pty = calloc(1, sizeof *pty);
    char error[300] = "", path[128];
    FILE *file;

    assert_int_equal(
        bench_pty_open(pty, &fixture->loop, fixture->link, &fixture->listener, error, 300), 0);
    bench_port_close(&pty->port);
    snprintf(path, sizeof path, "%s/file", fixture->folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(bench_pty_open(pty, &fixture->loop, path, &fixture->listener, error, 300), -1);
    assert_non_null(strstr(error, "not a link to a pseudo terminal"));
    assert_int_equal(pty->master, -1);
    unlink(path);
    snprintf(path, sizeof path, "%s/no/such/folder", fixture->folder);
    assert_int_equal(bench_pty_open(pty, &fixture->loop, path, &fixture->listener, error, 300), -1);
    assert_non_null(strstr(error, "cannot link"));
    free(pty);
}

static void only_a_link_to_a_pty_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *target;
        bool is_replaced;
    } rows[] = {
        {"/dev/pts/99999", true}, /* of one that was killed */
        {"/dev/pts/../null", false}, {"/dev/pts/", false}, {"/dev/null", false},
        {"/etc/passwd", false},      {"nowhere", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench_pty *pty = calloc(1, sizeof *pty);
        char error[300] = "", path[128], target[128] = "";
        snprintf(path, sizeof path, "%s/other", fixture->folder);
        assert_int_equal(symlink(rows[i].target, path), 0);
        int status = bench_pty_open(pty, &fixture->loop, path, &fixture->listener, error, 300);
        assert_true(readlink(path, target, sizeof target - 1) > 0);
        if (status == 0)
            bench_port_close(&pty->port);
        unlink(path);
        free(pty);
        if ((status == 0) != rows[i].is_replaced)
            fail_msg("a link to %s: %s", rows[i].target, status ? error : "replaced");
        assert_int_equal(strcmp(target, rows[i].target) == 0, !rows[i].is_replaced);
    }
}

#define PORT_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(bytes_pass_both_ways_unchanged),
        PORT_TEST(a_client_may_close_and_open_again),
        PORT_TEST(what_a_client_wrote_before_it_closed_arrives),
        PORT_TEST(an_answer_waits_a_moment_for_a_client_that_opens_again),
        PORT_TEST(what_is_sent_while_nobody_listens_is_lost),
        PORT_TEST(a_second_client_keeps_the_port_open),
        PORT_TEST(exclusive_use_ends_when_its_client_leaves),
        PORT_TEST(exclusive_use_stays_while_its_client_is_there),
        PORT_TEST(the_rate_is_the_clients),
        PORT_TEST(a_slow_reader_loses_nothing_within_the_backlog),
        PORT_TEST(what_exceeds_the_backlog_is_lost_and_counted),
        PORT_TEST(the_link_leads_to_the_port_and_goes_with_it),
        PORT_TEST(a_link_that_is_somebody_elses_by_now_stays),
        PORT_TEST(an_old_link_is_replaced_but_a_file_is_not),
        PORT_TEST(only_a_link_to_a_pty_is_replaced),
    };

    alarm(60); /* a client blocks when its bytes do not come */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
