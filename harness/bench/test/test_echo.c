/* Echo on the wire: when it goes out, and what stands inside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/run.h"

#define TEXT(events)                                                                               \
    "scenario: echo\nwhy: echo\nupdate:\n  from: 1351B03SIM7000C\n  to: 1351B04SIM7000C\n"         \
    "  package: {url: 'http://a/update.zip', size: 5000B}\n  delivery: http\n"                     \
    "host: {baud: 9600}\nmodule: {settings: {port-rate: 9600, answer-delay: 0ms}}\n"               \
    "events: " events "\nexpect: {outcome: refused}\n"

/* At 9600 baud a character takes 1,041.67 us. */
#define CHARACTERS_US(n) (((n)*10000000u + 9599u) / 9600u)
enum { START_US = 20000000 };

/* A host that sends one line at START_US and keeps what it gets, and when. */
static const char *line;
static size_t sent;
static char got[4096];
static size_t got_length;
static uint64_t first_at_us, last_at_us;

static bool start(struct bench_run *run)
{
    run->world.host_at_us = START_US;
    run->world.host = (struct bench_host){
        .restart_at_us = BENCH_NEVER, .request_at_us = BENCH_NEVER, .baud_bps = 9600};
    sent = got_length = 0;
    first_at_us = last_at_us = 0;
    return true;
}

static void receive(struct bench_run *run, const uint8_t *bytes, size_t size, uint32_t baud_bps)
{
    assert_int_equal(baud_bps, 9600);
    if (run->world.now_us < START_US)
        return;
    assert_true(got_length + size < sizeof got);
    memcpy(got + got_length, bytes, size);
    got_length += size;
    got[got_length] = '\0';
    if (first_at_us == 0)
        first_at_us = run->world.now_us;
    last_at_us = run->world.now_us;
}

static size_t transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                       uint32_t *ret_baud_bps)
{
    size_t left = run->world.now_us < START_US ? 0 : strlen(line) - sent;
    *ret_baud_bps = 9600;
    assert_true(left <= capacity);
    memcpy(buffer, line + sent, left);
    sent += left;
    return left;
}

static uint64_t advance(struct bench_run *run)
{
    return run->world.now_us < START_US ? START_US : BENCH_NEVER;
}

static bool is_over(const struct bench_run *run)
{
    (void)run;
    return false;
}

static uint64_t board_next(const struct bench_run *run)
{
    (void)run;
    return BENCH_NEVER;
}

static const struct bench_end host = {.name = "test",
                                      .line_end = '\r',
                                      .start = start,
                                      .receive = receive,
                                      .transmit = transmit,
                                      .advance = advance,
                                      .is_over = is_over,
                                      .board_next = board_next};

static void run_line(const char *text, const char *what)
{
    const struct bench_options options = {.seed = 1};
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse("echo.yaml", text, strlen(text), &errors);
    if (!scenario)
        fail_msg("%s", errors.text);
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    run->host = &host;
    line = what;
    assert_true(bench_run_begin(run, &scenario->cases[0], &options));
    while (run->world.now_us < START_US + 1000000 && bench_run_step(run))
        continue;
    bench_run_free(run);
    scenario_free(scenario);
}

static void echo_goes_out_one_character_behind(void **state)
{
    (void)state;
    run_line(TEXT("[{when: {time: 90s}, do: [{urc: '+X: 1'}]}]"), "AT+CMNB?\r");
    assert_string_equal(got, "AT+CMNB?\r\r\n+CMNB: 3\r\n\r\nOK\r\n");
    assert_true(first_at_us == START_US + CHARACTERS_US(9) + CHARACTERS_US(1) ||
                first_at_us == START_US + CHARACTERS_US(9) + CHARACTERS_US(1) - 1);
    /* The answer follows without a gap; a burst's end is rounded up to a microsecond. */
    assert_in_range(last_at_us, START_US + CHARACTERS_US(9 + 1 + 18),
                    START_US + CHARACTERS_US(9 + 1 + 18) + 3);
}

/* Where the line of the module stands, by the time at which it is said. */
static void a_line_stands_inside_the_echo(void **state)
{
    static const struct {
        const char *events, *want;
    } rows[] = {
        {TEXT("[{when: {time: 19.999s}, do: [{urc: '+X: 1'}]}]"), "\r\n+X: 1\r\nAT+CMNB?\r"},
        {TEXT("[{when: {time: 20.001s}, do: [{urc: '+X: 1'}]}]"), "\r\n+X: 1\r\nAT+CMNB?\r"},
        {TEXT("[{when: {time: 20.0011s}, do: [{urc: '+X: 1'}]}]"), "A\r\n+X: 1\r\nT+CMNB?\r"},
        {TEXT("[{when: {time: 20.0032s}, do: [{urc: '+X: 1'}]}]"), "AT+\r\n+X: 1\r\nCMNB?\r"},
        {TEXT("[{when: {time: 20.0093s}, do: [{urc: '+X: 1'}]}]"), "AT+CMNB?\r\n+X: 1\r\n\r"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char want[128];
        run_line(rows[i].events, "AT+CMNB?\r");
        snprintf(want, sizeof want, "%s\r\n+CMNB: 3\r\n\r\nOK\r\n", rows[i].want);
        assert_string_equal(got, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echo_goes_out_one_character_behind),
        cmocka_unit_test(a_line_stands_inside_the_echo),
    };
    return cmocka_run_group_tests_name("echo", tests, NULL, NULL);
}
