/* test_lock.c - whose a serial port is: lock files as others write them, flock(), and what is told.
 */
#include "harness/ports/test/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/ports/lock.h"
#include "harness/ports/pty.h"

#define DEVICE "/dev/pts/77777"

static void name_file(const struct fixture *fixture, const char *name, char *path, size_t capacity)
{
    snprintf(path, capacity, "%s/%s", fixture->folder, name);
}

/* A lock file as another program has left it. */
static void leave(const struct fixture *fixture, const char *name, const void *content, size_t size)
{
    char path[128];
    FILE *file;

    name_file(fixture, name, path, sizeof path);
    file = fopen(path, "w");
    assert_int_equal(fwrite(content, 1, size, file), size);
    fclose(file);
}

static void leave_pid(const struct fixture *fixture, const char *name, pid_t pid)
{
    char content[32];

    leave(fixture, name, content, (size_t)snprintf(content, sizeof content, "%10ld\n", (long)pid));
}

static void take_away(const struct fixture *fixture, const char *name)
{
    char path[128];

    name_file(fixture, name, path, sizeof path);
    assert_int_equal(unlink(path), 0);
}

/* A process that does nothing until it is ended. */
static pid_t start_other(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        alarm(60);
        pause();
        _exit(0);
    }
    return pid;
}

static void end_other(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void expect_taken(const char *device)
{
    struct bench_holder holder;
    struct bench_lock lock;

    assert_int_equal(bench_lock_take(&lock, device, device, &holder), BENCH_LOCK_TAKEN);
    bench_lock_free(&lock);
    assert_int_equal(bench_lock_holder(device).pid, 0);
}

static void expect_held(const char *device, pid_t pid)
{
    struct bench_holder holder;
    struct bench_lock lock;

    assert_int_equal(bench_lock_take(&lock, device, device, &holder), BENCH_LOCK_HELD);
    assert_int_equal(holder.pid, pid);
    bench_lock_free(&lock);
}

/* ---- lock files --------------------------------------------------------------------------- */

static void the_file_says_who_as_uucp_does(void **state)
{
    const struct fixture *fixture = *state;
    char path[128], got[32] = "", want[32];
    struct bench_holder holder;
    struct bench_lock lock;
    struct stat file;
    FILE *stream;

    name_file(fixture, "LCK..77777", path, sizeof path);
    assert_int_equal(bench_lock_take(&lock, DEVICE, DEVICE, &holder), BENCH_LOCK_TAKEN);
    stream = fopen(path, "r");
    assert_non_null(stream);
    assert_int_equal(fread(got, 1, sizeof got, stream), 11);
    fclose(stream);
    snprintf(want, sizeof want, "%10ld\n", (long)getpid());
    assert_string_equal(got, want);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0644);
    assert_int_equal(file.st_nlink, 1);
    expect_held(DEVICE, getpid());
    bench_lock_free(&lock);
    bench_lock_free(&lock);
    assert_int_equal(access(path, F_OK), -1);
}

static void the_holder_is_named(void **state)
{
    const struct fixture *fixture = *state;
    pid_t other = start_other();
    struct bench_holder holder;
    char text[64], want[64];

    leave_pid(fixture, "LCK..77777", other);
    expect_held(DEVICE, other);
    holder = bench_lock_holder(DEVICE);
    bench_holder_print(&holder, text, sizeof text);
    snprintf(want, sizeof want, "pid %ld (test_lock)", (long)other);
    assert_string_equal(text, want);
    end_other(other);
    expect_taken(DEVICE);
}

static void gensios_names_are_respected(void **state)
{
    const struct fixture *fixture = *state;
    pid_t other = start_other();
    struct bench_holder holder;
    struct bench_lock lock;

    leave_pid(fixture, "LCK..pts_77777", other);
    expect_held(DEVICE, other);
    take_away(fixture, "LCK..pts_77777");
    leave_pid(fixture, "LCK.._a_link", other);
    assert_int_equal(bench_lock_take(&lock, DEVICE, "/a/link", &holder), BENCH_LOCK_HELD);
    assert_int_equal(holder.pid, other);
    end_other(other);
    expect_taken(DEVICE);
    take_away(fixture, "LCK.._a_link");
}

static void a_file_of_a_dead_process_is_taken_over(void **state)
{
    const struct fixture *fixture = *state;
    pid_t other = start_other();
    int32_t binary = (int32_t)other;

    leave(fixture, "LCK..77777", &binary, sizeof binary);
    expect_held(DEVICE, other);
    end_other(other);
    expect_taken(DEVICE);
    leave_pid(fixture, "LCK..77777", other);
    expect_taken(DEVICE);
}

/* As in a container that was started again: its process has the number it had before. */
static void a_file_with_our_number_that_is_not_ours_is_taken_over(void **state)
{
    leave_pid(*state, "LCK..77777", getpid());
    expect_taken(DEVICE);
}

static void a_file_that_names_nobody_is_held_while_it_is_new(void **state)
{
    const struct timespec old[2] = {{1000, 0}, {1000, 0}};
    const struct fixture *fixture = *state;
    char path[128];

    name_file(fixture, "LCK..77777", path, sizeof path);
    for (int i = 0; i < 2; i++) {
        leave(fixture, "LCK..77777", "\377nobody\n", i ? 8 : 0);
        expect_held(DEVICE, -1);
        assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
        expect_taken(DEVICE);
    }
}

static void what_lies_there_is_not_followed_and_not_waited_for(void **state)
{
    const struct fixture *fixture = *state;
    char path[128];

    name_file(fixture, "LCK..77777", path, sizeof path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    expect_held(DEVICE, -1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_held(DEVICE, -1);
    assert_int_equal(unlink(path), 0);
}

static void another_ones_file_is_not_removed(void **state)
{
    const struct fixture *fixture = *state;
    struct bench_holder holder;
    struct bench_lock lock;

    assert_int_equal(bench_lock_take(&lock, DEVICE, DEVICE, &holder), BENCH_LOCK_TAKEN);
    take_away(fixture, "LCK..77777");
    leave_pid(fixture, "LCK..77777", 1);
    bench_lock_free(&lock);
    expect_held(DEVICE, 1);
    take_away(fixture, "LCK..77777");
}

/* ---- ports -------------------------------------------------------------------------------- */

static void a_port_is_locked_as_long_as_it_is_open_and_there(void **state)
{
    struct fixture *fixture = *state;
    char device[64];

    port_serve(fixture, port_url_at(fixture, "pty:"));
    snprintf(device, sizeof device, "%s", ((struct bench_pty *)fixture->module.port)->path);
    port_go_to(fixture, fixture->url);
    assert_int_equal(bench_lock_holder(device).pid, getpid());
    port_close_module(fixture);
    port_turn_until(fixture, &fixture->host.gone, 1);
    assert_int_equal(bench_lock_holder(device).pid, 0);
    port_serve(fixture, fixture->url);
    port_turn_until(fixture, &fixture->host.back, 1);
    bench_port_free(fixture->host.port);
    fixture->host.port = NULL;
    assert_int_equal(bench_lock_holder(device).pid, 0);
}

static void a_port_that_returns_locked_is_said_and_waited_for(void **state)
{
    struct fixture *fixture = *state;
    pid_t other = start_other();
    char device[64], name[64];

    port_serve(fixture, port_url_at(fixture, "pty:"));
    snprintf(device, sizeof device, "%s", ((struct bench_pty *)fixture->module.port)->path);
    snprintf(name, sizeof name, "LCK..%s", strrchr(device, '/') + 1);
    port_go_to(fixture, fixture->url);
    port_close_module(fixture);
    port_turn_until(fixture, &fixture->host.gone, 1);
    leave_pid(fixture, name, other);
    port_serve(fixture, fixture->url);
    assert_string_equal(((struct bench_pty *)fixture->module.port)->path, device);
    for (int i = 0; i < 40 && !strstr(fixture->host.said, "it is held by"); i++)
        assert_true(bench_loop_wait(&fixture->loop, bench_clock_us() + 100000) >= 0);
    assert_non_null(strstr(fixture->host.said, "it is held by"));
    assert_int_equal(fixture->host.back, 0);
    end_other(other);
    port_turn_until(fixture, &fixture->host.back, 1);
    port_expect_line(fixture);
}

/* As picocom, tio and pyserial hold one. */
static void who_has_locked_the_device_itself_is_named(void **state)
{
    struct fixture *fixture = *state;
    int ready[2];
    char want[64], byte;
    pid_t other;

    port_serve(fixture, port_url_at(fixture, "pty:"));
    assert_int_equal(pipe(ready), 0);
    other = fork();
    if (other == 0) {
        int fd = open(fixture->link, O_RDWR | O_NOCTTY);
        if (fd < 0 || flock(fd, LOCK_EX) || write(ready[1], "", 1) != 1)
            _exit(1);
        alarm(60);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    snprintf(want, sizeof want, "it is held by pid %ld (test_lock)", (long)other);
    port_expect_refusal(fixture, fixture->url, want);
    end_other(other);
    port_go_to(fixture, fixture->url);
    close(ready[0]);
    close(ready[1]);
}

static void without_lock_files_the_port_opens_and_it_is_said(void **state)
{
    struct fixture *fixture = *state;

    bench_lock_folder = "/nowhere";
    port_serve(fixture, port_url_at(fixture, "pty:"));
    port_go_to(fixture, fixture->url);
    assert_non_null(strstr(fixture->host.said, "no lock file for"));
    assert_non_null(strstr(fixture->host.said, "held by flock() only"));
    port_expect_line(fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, port_set_up, port_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_file_says_who_as_uucp_does),
        TEST(the_holder_is_named),
        TEST(gensios_names_are_respected),
        TEST(a_file_of_a_dead_process_is_taken_over),
        TEST(a_file_with_our_number_that_is_not_ours_is_taken_over),
        TEST(a_file_that_names_nobody_is_held_while_it_is_new),
        TEST(what_lies_there_is_not_followed_and_not_waited_for),
        TEST(another_ones_file_is_not_removed),
        TEST(a_port_is_locked_as_long_as_it_is_open_and_there),
        TEST(a_port_that_returns_locked_is_said_and_waited_for),
        TEST(who_has_locked_the_device_itself_is_named),
        TEST(without_lock_files_the_port_opens_and_it_is_said),
    };

    alarm(60);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
