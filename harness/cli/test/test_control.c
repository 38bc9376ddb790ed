/* test_control.c - what the control socket answers: good requests, wrong ones, hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/cli/control.h"

enum { FLASH_BYTES = 65536, MODULES = 2, DEADLINE_US = 20000000 };

static struct {
    struct cli_control control;
    struct bench_serve serve;
    struct bench_loop loop;
    struct sim_config config;
    uint8_t flash[MODULES][FLASH_BYTES];
    char folder[64], path[80];
    int client;
    char answer[BENCH_CONTROL_ANSWER_BYTES];
} fixture;

static int set_up(void **state)
{
    const struct bench_serve_options options = {.speed = 1};
    char error[400];

    (void)state;
    memset(&fixture, 0, sizeof fixture);
    snprintf(fixture.folder, sizeof fixture.folder, "/tmp/fotarig-control-XXXXXX");
    assert_non_null(mkdtemp(fixture.folder));
    snprintf(fixture.path, sizeof fixture.path, "%s/ctl", fixture.folder);
    sim_config_init(&fixture.config);
    assert_int_equal(bench_loop_open(&fixture.loop), 0);
    assert_int_equal(bench_serve_open(&fixture.serve, &fixture.loop, &options, MODULES), 0);
    cli_control_init(&fixture.control, &fixture.serve);
    assert_int_equal(bench_serve_view(&fixture.serve, &fixture.control.view), 0);
    for (uint32_t i = 0; i < MODULES; i++) {
        const struct bench_module_options made = {
            .config = &fixture.config,
            .store = {.bytes = fixture.flash[i], .capacity = FLASH_BYTES}};
        struct bench_module *module = bench_module_open(&fixture.serve, i, &made);
        assert_non_null(module);
        bench_module_power_on(module);
        assert_true(bench_module_warm_up(module, 115200));
        bench_module_attach(module);
    }
    assert_int_equal(
        cli_control_open(&fixture.control, &fixture.loop, fixture.path, error, sizeof error), 0);
    fixture.client = bench_control_connect(fixture.path);
    assert_true(fixture.client >= 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(fixture.client);
    cli_control_close(&fixture.control);
    bench_serve_close(&fixture.serve);
    bench_loop_close(&fixture.loop);
    assert_int_equal(rmdir(fixture.folder), 0); /* the socket is gone, no file was made */
    return 0;
}

static void turn(void)
{
    uint64_t until_us = cli_control_advance(&fixture.control);
    uint64_t serve_us = bench_serve_advance(&fixture.serve);
    uint64_t look_us = bench_clock_us() + 1000; /* the answer is not waited for by the loop */

    until_us = serve_us < until_us ? serve_us : until_us;
    assert_true(bench_loop_wait(&fixture.loop, look_us < until_us ? look_us : until_us) >= 0);
}

/* The next line of the answer, NULL when the connection was closed. */
static const char *next_answer(void)
{
    uint64_t end_us = bench_clock_us() + DEADLINE_US;
    size_t count = 0;

    while (bench_clock_us() < end_us) {
        ssize_t got = recv(fixture.client, fixture.answer + count, 1, MSG_DONTWAIT);
        if (got == 0)
            return NULL;
        if (got < 0) {
            turn();
            continue;
        }
        if (fixture.answer[count] == '\n') {
            fixture.answer[count] = '\0';
            return fixture.answer;
        }
        assert_true(++count < sizeof fixture.answer);
    }
    fail_msg("no answer within %d s", DEADLINE_US / 1000000);
    return NULL;
}

static void say(const char *bytes, size_t size)
{
    assert_int_equal(send(fixture.client, bytes, size, MSG_NOSIGNAL), size);
}

static const char *ask(const char *line)
{
    say(line, strlen(line));
    say("\n", 1);
    return next_answer();
}

/* ---- requests ------------------------------------------------------------------------------ */

static const struct {
    const char *line;
    bool ok;
    const char *part; /* of the answer */
} requests[] = {
    {"{\"command\":[\"state\"]}", true, "\"module\":0"},
    {"{\"command\":[\"state\"],\"module\":1}", true, "\"module\":1"},
    {" { \"module\" : 0 , \"command\" : [ \"state\" ] } ", true, "\"answering\":true"},
    {"{\"command\":[\"state\"],\"other\":{\"deep\":[1,2]}}", true, "\"powered\":true"},
    {"{\"command\":[\"urc\",\"+X: \\\"a\\\"\"]}", true, "\"events\":"},
    {"{\"command\":[\"urc\",\"\\u00e9\"]}", true, "\"events\":"},
    {"{\"command\":[\"dtr\",\"off\"]}", true, "\"ok\":true"},
    {"{\"command\":[\"power\",\"cycle\",\"--for\",\"1ms\"]}", true, "\"ok\":true"},
    {"{\"command\":[\"wait-for\",\"power\",\"on\"]}", true, "\"ok\":true"},
    {"{\"command\":[\"power\",\"--for\",\"1ms\",\"cycle\"]}", true, "\"ok\":true"},
    {"{\"command\":[\"wait-for\",\"power\",\"on\"]}", true, "\"ok\":true"},
    {"{\"command\":[\"wait-for\",\"urc\",\"NEVER\",\"--timeout\",\"1ms\"]}", false,
     "has not happened in time"},
    /* not a request */
    {"", false, "is no request"},
    {" ", false, "is no request"},
    {"null", false, "is no request"},
    {"[]", false, "is no request"},
    {"\"state\"", false, "is no request"},
    {"{}", false, "is no request"},
    {"{\"command\":\"state\"}", false, "is no request"},
    {"{\"command\":[]}", false, "is no request"},
    {"{\"command\":[null]}", false, "is no request"},
    {"{\"command\":[[\"state\"]]}", false, "is no request"},
    {"{\"command\":{\"0\":\"state\"}}", false, "is no request"},
    {"{\"COMMAND\":[\"state\"]}", false, "is no request"},
    {"{\"command\":[\"state\"]", false, "is no request"},
    {"{\"command\":[\"state\\u0000\"]}", true, "\"ok\":true"}, /* a word ends at NUL */
    {"{\"command\":[\"a\",1,2,3,4,5]}", false, "is no request"},
    {"{\"command\":[\"a\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\","
     "\"12\",\"13\"]}",
     false, "is no request"},
    /* modules */
    {"{\"command\":[\"state\"],\"module\":2}", false, "2 are served"},
    {"{\"command\":[\"state\"],\"module\":-1}", false, "no such module"},
    {"{\"command\":[\"state\"],\"module\":0.5}", false, "no such module"},
    {"{\"command\":[\"state\"],\"module\":1e99}", false, "no such module"},
    {"{\"command\":[\"state\"],\"module\":4294967296}", false, "no such module"},
    {"{\"command\":[\"state\"],\"module\":\"0\"}", false, "no such module"},
    {"{\"command\":[\"state\"],\"module\":null}", false, "no such module"},
    /* commands and arguments */
    {"{\"command\":[\"stat\"]}", false, "\"expected\":\"state\""},
    {"{\"command\":[\"\"]}", false, "no command ''"},
    {"{\"command\":[\"\\u001b[31m\"]}", false, "\\\\x1B"},
    {"{\"command\":[\"state\",\"x\"]}", false, "got 1 arguments"},
    {"{\"command\":[\"power\"]}", false, "got 0 arguments"},
    {"{\"command\":[\"power\",\"up\"]}", false, "cut|on|cycle"},
    {"{\"command\":[\"power\",\"on\",\"--for\",\"1s\"]}", false, "belongs to 'power cycle'"},
    {"{\"command\":[\"power\",\"cycle\",\"--for\"]}", false, "does not take '--for' so"},
    {"{\"command\":[\"power\",\"cycle\",\"--fo\",\"1s\"]}", false, "does not take"},
    {"{\"command\":[\"power\",\"cycle\",\"--for DURATION\",\"1s\"]}", false, "does not take"},
    {"{\"command\":[\"power\",\"cycle\",\"--\",\"1s\"]}", false, "does not take"},
    {"{\"command\":[\"power\",\"cycle\",\"--for\",\"99999999999999999999h\"]}", false, "duration"},
    {"{\"command\":[\"voltage\",\"-1V\"]}", false, "voltage"},
    {"{\"command\":[\"voltage\",\"3400\"]}", false, "3400mV"},
    {"{\"command\":[\"dtr\",\"up\"]}", false, "off|on"},
    {"{\"command\":[\"reset\",\"none\"]}", false, "power-on|"},
    {"{\"command\":[\"urc\",\"a\\r\\nOK\"]}", false, "one line"},
    {"{\"command\":[\"http-result\",\"0\"]}", false, "code of HTTPTOFS"},
    {"{\"command\":[\"http-result\",\"65536\"]}", false, "code of HTTPTOFS"},
    {"{\"command\":[\"file\",\"delete\",\"/no/such\"]}", false, "makes no sense"},
    {"{\"command\":[\"file\",\"delete\",\"../../etc/passwd\"]}", false, "makes no sense"},
    {"{\"command\":[\"set\",\"supply\"]}", false, "NAME=VALUE"},
    {"{\"command\":[\"set\",\"=\"]}", false, "\"kind\":\"usage\""},
    {"{\"command\":[\"set\",\"supply=999999mV\"]}", false, "supply"},
    {"{\"command\":[\"load\",\"/nothing/there\"]}", false, "cannot read"},
    {"{\"command\":[\"save\",\"/nothing/there\"]}", false, "cannot write"},
    {"{\"command\":[\"wait-for\",\"nothing\"]}", false, "\"kind\":\"usage\""},
    {"{\"command\":[\"wait-for\",\"percent\",\"x\"]}", false, "\"kind\":\"usage\""},
};

static void check(size_t i, const char *answer)
{
    char ok[16];

    snprintf(ok, sizeof ok, "\"ok\":%s", requests[i].ok ? "true" : "false");
    if (!answer || !strstr(answer, ok) || !strstr(answer, requests[i].part))
        fail_msg("%s\n  want %s and %s\n  got  %s", requests[i].line, ok, requests[i].part,
                 answer ? answer : "(closed)");
}

static void each_request_has_its_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        check(i, ask(requests[i].line));
}

static void requests_that_come_byte_by_byte_have_the_same_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        for (const char *byte = requests[i].line; *byte; byte++) {
            say(byte, 1);
            turn();
        }
        say("\n", 1);
        check(i, next_answer());
    }
}

static void requests_that_come_together_are_answered_in_order(void **state)
{
    static char all[sizeof requests / sizeof requests[0] * 200];

    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        size_t length = strlen(all);
        snprintf(all + length, sizeof all - length, "%s\n", requests[i].line);
    }
    say(all, strlen(all));
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        check(i, next_answer());
}

/* ---- hostile clients ----------------------------------------------------------------------- */

static void a_line_without_end_is_refused_when_it_ends(void **state)
{
    static char long_line[3 * BENCH_CONTROL_LINE_BYTES];

    (void)state;
    memset(long_line, 'x', sizeof long_line);
    say(long_line, sizeof long_line);
    assert_non_null(strstr(ask(""), "too long"));
    assert_non_null(strstr(ask("{\"command\":[\"state\"]}"), "\"ok\":true"));
}

static void bytes_of_all_values_are_no_request(void **state)
{
    char bytes[256];

    (void)state;
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)(i == '\n' ? ' ' : i);
    say(bytes, sizeof bytes);
    assert_non_null(strstr(ask(""), "is no request"));
    assert_non_null(strstr(ask("{\"command\":[\"state\"]}"), "\"ok\":true"));
}

static void nested_brackets_do_not_reach_the_stack(void **state)
{
    static char deep[BENCH_CONTROL_LINE_BYTES - 2];

    (void)state;
    memset(deep, '[', sizeof deep);
    say(deep, sizeof deep);
    assert_non_null(strstr(ask(""), "is no request"));
}

static void a_client_that_leaves_in_a_wait_is_forgotten(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * BENCH_CONTROL_CLIENTS; i++) {
        static const char wait[] = "{\"command\":[\"wait-for\",\"urc\",\"NEVER\"]}\n";
        int other = bench_control_connect(fixture.path);
        assert_true(other >= 0);
        assert_int_equal(send(other, wait, sizeof wait - 1, MSG_NOSIGNAL), sizeof wait - 1);
        turn();
        turn();
        close(other);
        turn();
    }
    assert_non_null(strstr(ask("{\"command\":[\"state\"]}"), "\"ok\":true"));
}

static void a_client_that_reads_nothing_is_dropped(void **state)
{
    static const char line[] = "{\"command\":[\"state\"]}\n";
    uint64_t end_us = bench_clock_us() + DEADLINE_US;
    ssize_t sent = 0;

    (void)state;
    while (sent >= 0 || errno == EAGAIN) {
        sent = send(fixture.client, line, sizeof line - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        turn();
        assert_true(bench_clock_us() < end_us);
    }
    close(fixture.client);
    fixture.client = bench_control_connect(fixture.path);
    assert_non_null(strstr(ask("{\"command\":[\"state\"]}"), "\"ok\":true"));
}

static void without_files_a_file_is_refused(void **state)
{
    (void)state;
    fixture.control.without_files = true;
    assert_non_null(strstr(ask("{\"command\":[\"save\",\"x\"]}"), "files are not served"));
    assert_non_null(strstr(ask("{\"command\":[\"load\",\"x\"]}"), "files are not served"));
    assert_non_null(strstr(ask("{\"command\":[\"state\"]}"), "\"ok\":true"));
}

#define CONTROL_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONTROL_TEST(each_request_has_its_answer),
        CONTROL_TEST(requests_that_come_byte_by_byte_have_the_same_answers),
        CONTROL_TEST(requests_that_come_together_are_answered_in_order),
        CONTROL_TEST(a_line_without_end_is_refused_when_it_ends),
        CONTROL_TEST(bytes_of_all_values_are_no_request),
        CONTROL_TEST(nested_brackets_do_not_reach_the_stack),
        CONTROL_TEST(a_client_that_leaves_in_a_wait_is_forgotten),
        CONTROL_TEST(a_client_that_reads_nothing_is_dropped),
        CONTROL_TEST(without_files_a_file_is_refused),
    };

    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
