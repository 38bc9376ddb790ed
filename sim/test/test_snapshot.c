/*
 * A copy of struct sim is a snapshot: from every point of a long dialog on, at any address, the
 * rest is the same; and the module's own work costs no more than it may.
 */
#include "sim/frame.h"
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const dialog[] = {
    "AT\r",
    "ATE0\r",
    "AT+CMEE=2\r",
    "ATI;+GMR;+CPIN?\r",
    "AT+CREG=2;+CLTS=1\r",
    "AT+COPS=?\r",
    "x",
    "AT+CNACT=1,\"a\"\r",
    "AT+CNACT?\r",
    "AT+CFUN=0\r",
    "AT+CFUN=1\r",
    "AT+CPIN?\rAT\r",
    "AT+CMNB=2;+IPR=9600\r",
    "A/",
    "AT+CFUN=1,1\r",
    "AT\r",
    "AT+CLAC\r",
    "AT+CPOWD=1\r",
};
enum { LINES = sizeof dialog / sizeof dialog[0] };

static struct module module;

static void say(struct module *tested, unsigned line)
{
    module_send(tested, dialog[line], strlen(dialog[line]));
    module_run(tested, 1700000);
}

static void start(void)
{
    module_init(&module);
    module_set(&module, SIM_SETTING_BOOT_JITTER, 500);
    module_set(&module, SIM_SETTING_BUSY_INPUT, 1);
    module_begin(&module);
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, 5 * SECOND_US);
}

static void every_copy_goes_on_alike(void **state)
{
    (void)state;
    for (unsigned at = 0; at < LINES; at++) {
        start();
        for (unsigned i = 0; i < at; i++)
            say(&module, i);
        module_send(&module, dialog[at], strlen(dialog[at]) / 2);
        struct module *copy = malloc(sizeof *copy);
        assert_non_null(copy);
        memcpy(copy, &module, sizeof *copy);
        copy->host.context = copy;
        copy->host.config = &copy->config;
        copy->host.store = &copy->store;
        for (unsigned i = at; i < LINES; i++) {
            say(&module, i);
            say(copy, i);
        }
        assert_int_equal(copy->sent_length, module.sent_length);
        assert_memory_equal(copy->sent, module.sent, module.sent_length);
        assert_string_equal(copy->told, module.told);
        assert_memory_equal(&copy->sim, &module.sim, sizeof module.sim);
        free(copy);
    }
}

static void two_runs_of_a_dialog_leave_equal_modules(void **state)
{
    (void)state;
    static struct sim first;
    for (unsigned round = 0; round < 2; round++) {
        start();
        for (unsigned i = 0; i < LINES; i++)
            say(&module, i);
        if (round == 0)
            first = module.sim;
    }
    assert_memory_equal(&first, &module.sim, sizeof first);
}

static void bytes_that_were_sent_leave_nothing_behind(void **state)
{
    (void)state;
    static const char zeros[SIM_OUTPUT_SIZE];
    start();
    for (unsigned i = 0; i < 5; i++)
        say(&module, i);
    assert_int_equal(module.sim.port.output_end, 0);
    assert_memory_equal(module.sim.port.output, zeros, sizeof zeros);
}

static uint32_t random_below(uint32_t *state, uint32_t limit)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % limit;
}

/* Pieces of commands, in any order, with any bytes between them. */
static size_t random_bytes(uint32_t *state, char *bytes, size_t capacity)
{
    static const char *const pieces[] = {
        "AT", "A/", "?",  "=?", "=",   "\"",      ",",
        ";",  "0",  "1",  "2",  "255", "/fota/a", "\b",
        " ",  "E1", "V0", "V1", "Q0",  "S3?",     "=0,\"a\",0,9,20"};
    size_t used = 0;
    while (used + 24 < capacity) {
        const char *piece = pieces[random_below(state, sizeof pieces / sizeof pieces[0])];
        uint32_t kind = random_below(state, 8);
        unsigned chapter = random_below(state, SIM_CHAPTERS);
        unsigned rows = 0;
        while (sim_chapters[chapter][rows].name)
            rows++;
        if (kind < 3)
            piece = sim_chapters[chapter][random_below(state, rows)].name;
        else if (kind == 3)
            piece = "\rAT";
        size_t length = strlen(piece);
        memcpy(bytes + used, piece, length);
        used += length;
        if (kind == 4)
            bytes[used++] = (char)random_below(state, 256);
    }
    return used;
}

static void revive(void)
{
    struct sim_view view;
    module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL);
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, MINUTE_US);
    sim_view(&module.sim, &view);
    assert_true(view.answering);
}

/* Whatever comes, the module stays within its bounds and is there again after a power cycle. */
static void any_bytes_leave_a_module_that_works(void **state)
{
    (void)state;
    uint32_t random = 12345;
    start();
    for (unsigned i = 0; i < 20000; i++) {
        char bytes[160];
        size_t size = random_bytes(&random, bytes, sizeof bytes);
        module_send(&module, bytes, size);
        module_run(&module, 50000);
        module.sent_length = 0;
        module.told_length = 0;
        assert_true(module.sim.port.typed.length <= SIM_LINE_SIZE);
        assert_true(module.sim.port.output_end <= SIM_OUTPUT_SIZE);
        if (i % 50 == 49)
            revive();
    }
    assert_true(module.sim.interpreter.command_count > 20000);
}

static void time_does_not_run_backwards_for_the_module(void **state)
{
    (void)state;
    start();
    module_send(&module, "AT\r", 3);
    sim_advance(&module.sim, &module.host, module.now_us + SECOND_US);
    uint64_t next_us = sim_advance(&module.sim, &module.host, module.now_us);
    assert_true(next_us > module.now_us + SECOND_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_copy_goes_on_alike),
        cmocka_unit_test(two_runs_of_a_dialog_leave_equal_modules),
        cmocka_unit_test(bytes_that_were_sent_leave_nothing_behind),
        cmocka_unit_test(any_bytes_leave_a_module_that_works),
        cmocka_unit_test(time_does_not_run_backwards_for_the_module),
    };
    return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
