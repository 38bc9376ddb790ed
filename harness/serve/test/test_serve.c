/* test_serve.c - served benches: what a client gets, what the journal has, how a session is judged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "harness/bench/engine.h"
#include "harness/serve/serve.h"

enum { MODULES = 2, FLASH_BYTES = 4 << 20, HEARD_BYTES = 4096 };

/* A port whose client is this test. */
static struct client {
    struct bench_port port;
    char heard[HEARD_BYTES];
    size_t count;
    unsigned writes;
    uint32_t rate_bps; /* 0 = it knows none */
} clients[MODULES];

static void client_write(struct bench_port *port, const void *bytes, size_t size, uint64_t now_us)
{
    struct client *client = (struct client *)port;

    (void)now_us;
    assert_true(client->count + size < HEARD_BYTES);
    memcpy(client->heard + client->count, bytes, size);
    client->count += size;
    client->heard[client->count] = '\0';
    client->writes++;
}

static uint32_t client_rate(struct bench_port *port, uint32_t expected_bps, uint64_t now_us)
{
    (void)expected_bps;
    (void)now_us;
    return ((struct client *)port)->rate_bps;
}

static void client_describe(const struct bench_port *port, char *text, size_t capacity)
{
    (void)port;
    snprintf(text, capacity, "test");
}

static void client_close(struct bench_port *port)
{
    port->kind = NULL;
}

static const struct bench_port_kind client_kind = {.name = "test",
                                                   .write = client_write,
                                                   .rate = client_rate,
                                                   .describe = client_describe,
                                                   .close = client_close};

static struct fixture {
    struct bench_loop loop;
    struct bench_serve serve;
    struct sim_config config;
    uint8_t *flash;
} fixture;

static void begin(const struct bench_serve_options *options, struct bench_view *view)
{
    memset(clients, 0, sizeof clients);
    fixture.flash = mmap(NULL, (size_t)MODULES * FLASH_BYTES, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(fixture.flash, MAP_FAILED);
    assert_int_equal(bench_loop_open(&fixture.loop), 0);
    assert_int_equal(bench_serve_open(&fixture.serve, &fixture.loop, options, MODULES), 0);
    if (view)
        assert_int_equal(bench_serve_view(&fixture.serve, view), 0);
}

static struct bench_module *make(uint32_t index, const struct sim_config *config)
{
    const struct bench_module_options made = {
        .config = config,
        .store = {.bytes = fixture.flash + (size_t)index * FLASH_BYTES, .capacity = FLASH_BYTES}};
    struct bench_module *module = bench_module_open(&fixture.serve, index, &made);

    assert_non_null(module);
    clients[index].port =
        (struct bench_port){.kind = &client_kind, .listener = &module->client.listener};
    bench_host_port_add(&module->client, &clients[index].port);
    return module;
}

static void make_warm(uint32_t index)
{
    struct bench_module *module;

    sim_config_init(&fixture.config);
    fixture.config.settings[SIM_SETTING_ANSWER_DELAY] = 0;
    module = make(index, &fixture.config);
    bench_module_power_on(module);
    assert_true(bench_module_warm_up(module, 115200));
    bench_module_attach(module);
}

static void done(void)
{
    bench_serve_close(&fixture.serve);
    bench_loop_close(&fixture.loop);
    munmap(fixture.flash, (size_t)MODULES * FLASH_BYTES);
}

static void say(uint32_t index, const char *text)
{
    struct bench_port *port = &clients[index].port;

    port->listener->receive(port, text, strlen(text));
}

/* So much time of the module passes, at once. */
static void pass(uint32_t index, uint64_t time_us)
{
    struct bench_module *module = fixture.serve.modules[index];

    bench_pace_jump(&module->pace, bench_module_now_us(module) + time_us, bench_clock_us());
    bench_module_enter(module);
    bench_module_leave(module);
}

/* ---- what a client gets -------------------------------------------------------------------- */

static void an_answer_comes_with_one_write(void **state)
{
    const struct bench_serve_options options = {.speed = 1};

    (void)state;
    begin(&options, NULL);
    make_warm(0);
    say(0, "AT+CGMM\r");
    assert_string_equal(clients[0].heard, "AT+CGMM\r\r\nSIMCOM_SIM7000C\r\n\r\nOK\r\n");
    assert_int_equal(clients[0].writes, 1);
    assert_null(fixture.serve.journal.bytes); /* nobody looks */
    done();
}

static void on_a_paced_line_it_comes_when_the_line_has_had_its_time(void **state)
{
    const struct bench_serve_options options = {.speed = 1e-3, .paced = true};

    (void)state;
    begin(&options, NULL);
    make_warm(0);
    say(0, "AT\r");
    assert_int_equal(clients[0].count, 0);
    pass(0, 3 * 87); /* three bytes to the module */
    assert_true(clients[0].count < 3);
    pass(0, 20 * 87);
    assert_string_equal(clients[0].heard, "AT\r\r\nOK\r\n");
    done();
}

static void what_was_sent_before_a_change_of_rate_was_sent_at_the_old_one(void **state)
{
    const struct bench_serve_options options = {.speed = 1e-3, .paced = true};

    (void)state;
    begin(&options, NULL);
    make_warm(0);
    clients[0].rate_bps = 115200;
    say(0, "ATE0;+CGMM\r");
    clients[0].rate_bps = 9600;
    say(0, "AT\r"); /* garbage to the module */
    clients[0].rate_bps = 115200;
    pass(0, 1000000);
    assert_non_null(strstr(clients[0].heard, "SIMCOM_SIM7000C\r\n\r\nOK\r\n"));
    done();
}

static void while_its_time_stands_what_it_is_sent_is_lost(void **state)
{
    const struct bench_serve_options options = {.speed = 1};

    (void)state;
    begin(&options, NULL);
    make_warm(0);
    bench_module_freeze(fixture.serve.modules[0], true);
    say(0, "AT\r");
    bench_module_freeze(fixture.serve.modules[0], false);
    pass(0, 1000000);
    assert_int_equal(clients[0].count, 0);
    bench_module_hold(fixture.serve.modules[0]);
    say(0, "AT\r");
    assert_string_equal(clients[0].heard, "AT\r\r\nOK\r\n");
    done();
}

/* ---- the journal --------------------------------------------------------------------------- */

struct seen {
    struct bench_view view;
    char text[4096];
};

static void see(void *context, const struct bench_record *record)
{
    struct seen *seen = context;
    char line[512];
    size_t used = strlen(seen->text);

    bench_record_format(record, line, sizeof line);
    snprintf(seen->text + used, sizeof seen->text - used, "%u%s\n", record->bench,
             line + strcspn(line, ".") + 7); /* without the time */
}

static void all_modules_write_into_one_journal_and_it_says_whose_it_is(void **state)
{
    const struct bench_serve_options options = {.speed = 1};
    static struct seen seen;

    (void)state;
    seen = (struct seen){.view = {.record = see, .context = &seen}};
    begin(&options, &seen.view);
    make_warm(0);
    make_warm(1);
    say(1, "AT\r");
    say(0, "AT+X\r");
    bench_serve_advance(&fixture.serve);
    assert_string_equal(seen.text, "1  to-module  AT\\r\n"
                                   "1  module     command 2 \n"
                                   "1  module     result 0 OK\n"
                                   "1  to-host    AT\\r\\r\\nOK\\r\\n\n"
                                   "0  to-module  AT+X\\r\n"
                                   "0  module     command 2 +X\n"
                                   "0  module     result 0 ERROR\n"
                                   "0  to-host    AT+X\\r\\r\\nERROR\\r\\n\n");
    done();
}

/* ---- a scenario ---------------------------------------------------------------------------- */

static const char story[] = "scenario: test\nwhy: test\ntags: [test]\n"
                            "update: {from: 1351B03SIM7000C, to: 1351B04SIM7000C, delivery: http,\n"
                            "  package: {url: 'http://x.example/a.zip', size: 109285B}}\n"
                            "module: {variant: SIM7000C}\n"
                            "events: [{when: {command: 'AT+CSQ'}, do: [{urc: 'HELLO'}]},\n"
                            "  {when: {command: 'AT+CGMM'}, do: [{swallow: yes}]}]\n"
                            "expect: {never-sent: ['AT+CFUN=1,1']}\n";

static bool has_finding(const struct bench_result *result, const char *what)
{
    for (size_t i = 0; i < result->finding_count && i < BENCH_FINDINGS_MAX; i++)
        if (strcmp(result->findings[i].what, what) == 0)
            return true;
    return false;
}

/* The same engine, the same tap and the same judge as in `fotarig run`. */
static void a_session_with_a_scenario_is_judged_as_a_run_is(void **state)
{
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_parse("story", story, strlen(story), &errors);
    static struct bench_case played;
    static struct bench_result result;
    struct bench_blobs packages = {0};
    struct bench_module *module;
    char error[BENCH_TEXT_MAX];

    (void)state;
    if (errors.text)
        print_error("%s", errors.text);
    assert_non_null(scenario);
    assert_true(bench_case_make(&played, &packages, &scenario->cases[0], 1, error, sizeof error));
    const struct bench_serve_options options = {.speed = 1, .played = &played};
    begin(&options, NULL);
    module = make(0, &played.config);
    bench_module_attach(module);
    bench_module_enter(module);
    bench_module_power_on(module);
    bench_module_leave(module);
    pass(0, 60000000);
    for (int i = 0; i < 5; i++) {
        say(0, "AT\r");
        pass(0, 1000000);
    }
    say(0, "AT+CSQ\r");
    pass(0, 1000000);
    assert_non_null(strstr(clients[0].heard, "HELLO\r\n"));
    say(0, "AT+CFUN=1,1\r");
    pass(0, 1000000);
    assert_int_equal(bench_engine_done(&module->run, 0), 1);
    bench_run_judge(&module->run, &result);
    assert_int_equal(result.verdict, BENCH_FAILED);
    assert_true(has_finding(&result, "expect.never-sent"));
    assert_true(has_finding(&result, "event 2"));
    assert_false(has_finding(&result, "event 1"));
    done();
    bench_blobs_done(&packages);
    scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_with_one_write),
        cmocka_unit_test(on_a_paced_line_it_comes_when_the_line_has_had_its_time),
        cmocka_unit_test(what_was_sent_before_a_change_of_rate_was_sent_at_the_old_one),
        cmocka_unit_test(while_its_time_stands_what_it_is_sent_is_lost),
        cmocka_unit_test(all_modules_write_into_one_journal_and_it_says_whose_it_is),
        cmocka_unit_test(a_session_with_a_scenario_is_judged_as_a_run_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
