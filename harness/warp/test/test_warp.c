/*
 * test_warp.c - programs that nobody wrote for it under the supervisor: their waits take no time,
 * and each ends as it would have, at the time at which it would have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/warp/warp.h"

#define S UINT64_C(1000000)

enum { STEPS_MAX = 100000, PATIENCE_US = 60000000 };

static const char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8",
                                          "TZ=UTC", "PYTHONHASHSEED=0", NULL};

/* Runs to the end, or until nothing will happen any more; returns the program's time then. */
static uint64_t run_on(struct warp *warp)
{
    uint64_t now_us = 0;
    for (unsigned i = 0; i < STEPS_MAX; i++) {
        uint64_t next_us = warp_advance(warp, now_us);
        if (next_us == WARP_NEVER)
            break;
        now_us = next_us > now_us ? next_us : now_us;
    }
    return now_us;
}

static struct warp *start(const char *const *words, uint32_t spin_limit_ms, size_t output_limit)
{
    char text[WARP_TEXT_MAX];
    const struct warp_options options = {.words = (char *const *)(uintptr_t)words,
                                         .environment = environment,
                                         .seed = 1,
                                         .spin_limit_ms = spin_limit_ms,
                                         .output_limit_bytes = output_limit};
    struct warp *warp = warp_new(text, sizeof text);
    if (!warp || !warp_start(warp, &options, 0, text, sizeof text))
        fail_msg("%s", text);
    return warp;
}

static void output_is(const struct warp *warp, const char *wanted, const char *what)
{
    char got[512];
    size_t size;
    const char *bytes = warp_output(warp, false, &size);
    snprintf(got, sizeof got, "%.*s", (int)size, bytes);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s: output: want '%s', got '%s'", what, wanted, got);
}

/* ---- programs ------------------------------------------------------------------------------ */

#define PYTHON(text) "/usr/bin/python3", "-I", "-c", text

static const struct program {
    const char *name;
    const char *words[6];
    const char *output;
    uint64_t ends_at_us;
    enum warp_state state;
    int number;
} programs[] = {
    {"a sleep takes its time", {"sleep", "100"}, "", 100 * S, WARP_EXITED, 0},
    {"a clock begins where it always begins", {"date", "+%s"}, "1767225600\n", 0, WARP_EXITED, 0},
    {"a clock goes on with the waits",
     {"bash", "-c", "sleep 3; date +%T; sleep 60; date +%T"},
     "00:00:03\n00:01:03\n",
     63 * S,
     WARP_EXITED,
     0},
    {"a child is waited for",
     {"bash", "-c", "(sleep 5; exit 4) & wait $!; echo $?"},
     "4\n",
     5 * S,
     WARP_EXITED,
     0},
    {"children run beside each other",
     {"bash", "-c", "sleep 5 & sleep 7 & wait; date +%T"},
     "00:00:07\n",
     7 * S,
     WARP_EXITED,
     0},
    {"timer_create ends a program", {"timeout", "5", "sleep", "9"}, "", 5 * S, WARP_EXITED, 124},
    {"a wait for input ends when its time is over",
     {"bash", "-c", "mkfifo $$.f; read -t 7 x <>$$.f; echo $?; rm $$.f"},
     "142\n",
     7 * S,
     WARP_EXITED,
     0},
    {"a pipe between children carries",
     {"bash", "-c", "(sleep 2; seq 3) | tail -n 1"},
     "3\n",
     2 * S,
     WARP_EXITED,
     0},
    {"an exit status is told", {"sh", "-c", "exit 3"}, "", 0, WARP_EXITED, 3},
    {"a crash is told", {"sh", "-c", "kill -SEGV $$"}, "", 0, WARP_SIGNALLED, SIGSEGV},
    {"a program that is not there ends with 127", {"no-such-program"}, "", 0, WARP_EXITED, 127},
    {"who waits for ever is seen to wait",
     {"sh", "-c", "kill -STOP $$ & wait; read x <$0", "/dev/ptmx"},
     "",
     0,
     WARP_RUNS,
     0},
    {"an alarm ends a sleep and the rest is told",
     {PYTHON("import signal,time\n"
             "signal.signal(signal.SIGALRM, lambda *a: print('ring', time.time() - 1767225600))\n"
             "signal.alarm(7); time.sleep(20); print(time.time() - 1767225600)")},
     "ring 7.0\n20.0\n",
     20 * S,
     WARP_EXITED,
     0},
    {"an interval rings again and again",
     {PYTHON("import signal,time\n"
             "signal.signal(signal.SIGALRM, lambda *a: print(int(time.monotonic()) - 900))\n"
             "signal.setitimer(signal.ITIMER_REAL, 2, 3)\n"
             "for i in range(3): signal.pause()")},
     "2\n5\n8\n",
     8 * S,
     WARP_EXITED,
     0},
    {"threads wait for each other",
     {PYTHON("import queue,threading,time\n"
             "q = queue.Queue()\n"
             "def work():\n"
             "    for i in range(3): time.sleep(10); q.put(i)\n"
             "t = threading.Thread(target=work); t.start()\n"
             "for i in range(3): print(q.get(timeout=100), time.monotonic() - 900)\n"
             "try: q.get(timeout=5)\n"
             "except queue.Empty: print('empty', time.monotonic() - 900)\n"
             "t.join()")},
     "0 10.0\n1 20.0\n2 30.0\nempty 35.0\n",
     35 * S,
     WARP_EXITED,
     0},
    {"an event loop sleeps in epoll",
     {PYTHON("import asyncio\n"
             "async def a(n): await asyncio.sleep(n); print(n)\n"
             "async def main(): await asyncio.gather(a(3), a(1), a(2))\n"
             "asyncio.run(main())")},
     "1\n2\n3\n",
     3 * S,
     WARP_EXITED,
     0},
    {"select leaves what was not used of its time",
     {"bash", "-c", "read -t 0.25 x < <(sleep 9); echo $?; kill %% 2>/dev/null; date +%S"},
     "142\n00\n",
     250000,
     WARP_EXITED,
     0},
    {"random bytes are those of the seed",
     {PYTHON("import os; print(os.getrandom(8).hex())")},
     "620b9e35989a6cb8\n",
     0,
     WARP_EXITED,
     0},
};

static void a_program_runs_in_its_own_time(void **state)
{
    const struct program *program = *state;
    struct warp *warp = start(program->words, 0, 0);
    uint64_t end_us = run_on(warp);
    int number;
    enum warp_state got = warp_state(warp, &number);
    char text[WARP_TEXT_MAX];
    warp_describe(warp, text, sizeof text);
    if (got != program->state || (got != WARP_RUNS && number != program->number))
        fail_msg("%s: want state %d %d, got %d %d %s", program->name, (int)program->state,
                 program->number, (int)got, number, text);
    output_is(warp, program->output, program->name);
    if (end_us != program->ends_at_us)
        fail_msg("%s: want its end at %" PRIu64 " us, got %" PRIu64, program->name,
                 program->ends_at_us, end_us);
    warp_free(warp);
}

/* ---- what must not go on ------------------------------------------------------------------- */

static void a_loop_without_a_call_is_told(void **state)
{
    const char *const words[] = {"sh", "-c", "while :; do :; done", NULL};
    struct warp *warp = start(words, 100, 0);
    char text[WARP_TEXT_MAX];
    (void)state;
    run_on(warp);
    warp_describe(warp, text, sizeof text);
    assert_int_equal(warp_state(warp, NULL), WARP_SPINS);
    assert_non_null(strstr(text, "without a system call"));
    warp_free(warp);
}

static void a_flood_is_ended(void **state)
{
    const char *const words[] = {"yes", NULL};
    struct warp *warp = start(words, 0, 1 << 20);
    (void)state;
    run_on(warp);
    assert_int_equal(warp_state(warp, NULL), WARP_FLOODS);
    warp_free(warp);
}

/* Waits for an end that may take the machine a while. */
static bool is_gone(pid_t pid)
{
    for (unsigned waited_us = 0; waited_us < PATIENCE_US; waited_us += 10000) {
        struct timespec pause = {0, 10000000};
        if (kill(pid, 0) && errno == ESRCH)
            return true;
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    }
    return false;
}

static pid_t number_in_output(const struct warp *warp)
{
    size_t size;
    char text[32];
    const char *bytes = warp_output(warp, false, &size);
    snprintf(text, sizeof text, "%.*s", (int)size, bytes);
    return (pid_t)strtol(text, NULL, 10);
}

static void nothing_is_left_of_what_it_started(void **state)
{
    const char *const words[] = {"bash", "-c", "setsid sleep 1000 & echo $!; exit 3", NULL};
    struct warp *warp = start(words, 0, 0);
    int number;
    (void)state;
    warp_advance(warp, 0);
    assert_int_equal(warp_state(warp, &number), WARP_EXITED);
    assert_int_equal(number, 3);
    pid_t left = number_in_output(warp);
    assert_true(left > 0 && kill(left, 0) == 0);
    warp_stop(warp);
    assert_true(kill(left, 0) < 0 && errno == ESRCH);
    warp_free(warp);
}

static void nothing_is_left_when_the_bench_is_killed(void **state)
{
    int told[2];
    pid_t left;
    (void)state;
    assert_int_equal(pipe(told), 0);
    pid_t bench = fork();
    if (bench == 0) {
        const char *const words[] = {"bash", "-c", "setsid sleep 1000 & echo $!; read x </dev/ptmx",
                                     NULL};
        struct warp *warp = start(words, 0, 0);
        warp_advance(warp, 0);
        left = number_in_output(warp);
        if (write(told[1], &left, sizeof left) != (ssize_t)sizeof left)
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(read(told[0], &left, sizeof left), (ssize_t)sizeof left);
    assert_int_equal(waitpid(bench, NULL, 0), bench);
    assert_true(left > 0 && is_gone(left));
    close(told[0]);
    close(told[1]);
}

/* ---- the port ------------------------------------------------------------------------------ */

static struct warp *start_on_port(const char *script)
{
    char text[WARP_TEXT_MAX], port[128];
    struct warp *warp = warp_new(text, sizeof text);
    assert_non_null(warp);
    snprintf(port, sizeof port, "PORT=%s", warp_port(warp));
    const char *const with_port[] = {environment[0], environment[1], port, NULL};
    const char *const words[] = {"bash", "-c", script, NULL};
    const struct warp_options options = {.words = (char *const *)(uintptr_t)words,
                                         .environment = with_port};
    if (!warp_start(warp, &options, 0, text, sizeof text))
        fail_msg("%s", text);
    return warp;
}

static void bytes_pass_at_the_time_at_which_they_come(void **state)
{
    struct warp *warp =
        start_on_port("exec 3<>$PORT; echo -n one >&3; read x <&3; echo $x $(date +%T); sleep 1\n"
                      "echo -n two >&3");
    uint8_t bytes[64];
    uint32_t baud_bps;
    (void)state;
    assert_int_equal(warp_advance(warp, 0), WARP_NEVER);
    assert_int_equal(warp_transmit(warp, bytes, sizeof bytes, &baud_bps), 3);
    assert_memory_equal(bytes, "one", 3);
    assert_int_equal(baud_bps, 115200);
    warp_receive(warp, (const uint8_t *)"hel", 3);
    assert_int_equal(warp_advance(warp, 4 * S), WARP_NEVER);
    warp_receive(warp, (const uint8_t *)"lo\n", 3);
    assert_int_equal(warp_advance(warp, 5 * S), 6 * S);
    output_is(warp, "hello 00:00:05\n", "the line");
    warp_advance(warp, 6 * S);
    assert_int_equal(warp_transmit(warp, bytes, sizeof bytes, &baud_bps), 3);
    assert_int_equal(warp_state(warp, NULL), WARP_EXITED);
    warp_free(warp);
}

static void what_was_written_before_goes_at_the_rate_of_before(void **state)
{
    struct warp *warp =
        start_on_port("exec 3<>$PORT; echo -n one >&3; stty 9600 <&3; echo -n two >&3; read x <&3");
    uint8_t bytes[64];
    uint32_t baud_bps;
    (void)state;
    warp_line_is_busy(warp, 2 * S);
    assert_int_equal(warp_advance(warp, 0), WARP_NEVER);
    assert_int_equal(warp_transmit(warp, bytes, sizeof bytes, &baud_bps), 3);
    assert_int_equal(baud_bps, 115200);
    /* stty waits until the line has carried the first word. */
    assert_int_equal(warp_transmit(warp, bytes, sizeof bytes, &baud_bps), 0);
    assert_int_equal(warp_advance(warp, 0), 2 * S);
    assert_int_equal(warp_advance(warp, 2 * S), WARP_NEVER);
    assert_int_equal(warp_transmit(warp, bytes, sizeof bytes, &baud_bps), 3);
    assert_int_equal(baud_bps, 9600);
    assert_int_equal(warp_baud_bps(warp), 9600);
    warp_free(warp);
}

/* More than the kernel keeps for a terminal: nothing is lost, nothing turns around. */
static void much_at_once_comes_whole(void **state)
{
    enum { MUCH = 30000 };
    static uint8_t much[MUCH];
    struct warp *warp = start_on_port("sleep 1; head -c 30000 $PORT | cksum");
    (void)state;
    memset(much, 'x', sizeof much);
    warp_advance(warp, 0);
    warp_receive(warp, much, sizeof much);
    warp_advance(warp, 1 * S);
    assert_int_equal(warp_state(warp, NULL), WARP_EXITED);
    output_is(warp, "2232089799 30000\n", "the sum");
    warp_free(warp);
}

/* ---- twice --------------------------------------------------------------------------------- */

static void two_runs_ask_the_same_number_of_times(void **state)
{
    const char *const words[] = {
        PYTHON("import subprocess,time,threading\n"
               "t = [threading.Thread(target=time.sleep, args=(i,)) for i in range(4)]\n"
               "[x.start() for x in t]; [x.join() for x in t]\n"
               "subprocess.run(['sleep', '3'])"),
        NULL};
    uint64_t calls = 0;
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct warp *warp = start(words, 0, 0);
        assert_int_equal(run_on(warp), 6 * S);
        if (i && warp_calls(warp) != calls)
            fail_msg("want %" PRIu64 " calls again, got %" PRIu64, calls, warp_calls(warp));
        calls = warp_calls(warp);
        warp_free(warp);
    }
}

int main(void)
{
    enum { COUNT = sizeof programs / sizeof programs[0] };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_loop_without_a_call_is_told),
        cmocka_unit_test(a_flood_is_ended),
        cmocka_unit_test(nothing_is_left_of_what_it_started),
        cmocka_unit_test(nothing_is_left_when_the_bench_is_killed),
        cmocka_unit_test(bytes_pass_at_the_time_at_which_they_come),
        cmocka_unit_test(what_was_written_before_goes_at_the_rate_of_before),
        cmocka_unit_test(much_at_once_comes_whole),
        cmocka_unit_test(two_runs_ask_the_same_number_of_times),
    };
    struct CMUnitTest tests[COUNT];
    char text[WARP_TEXT_MAX];
    if (!warp_probe(text, sizeof text)) {
        fprintf(stderr, "SKIP: %s\n", text);
        return 0;
    }
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = programs[i].name,
                                       .test_func = a_program_runs_in_its_own_time,
                                       .initial_state = (void *)(uintptr_t)&programs[i]};
    int failed = _cmocka_run_group_tests("programs", tests, COUNT, NULL, NULL);
    return failed + cmocka_run_group_tests(others, NULL, NULL);
}
