/* support_exchange.c - sends the bytes of a row and compares what comes back. */
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct module module;

const char *shown(const char *bytes, size_t length)
{
    static char texts[4][32 * 1024];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    size_t used = 0;
    for (size_t i = 0; i < length && used + 8 < sizeof texts[0]; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == '\r' || byte == '\n') {
            text[used++] = '\\';
            text[used++] = byte == '\r' ? 'r' : 'n';
        } else {
            text[used++] = (char)byte;
        }
    }
    text[used] = '\0';
    return text;
}

void expect_bytes(struct module *tested, const char *want, const char *what, const char *file,
                  int line)
{
    size_t length = strlen(want);
    bool same = tested->sent_length == length && memcmp(tested->sent, want, length) == 0;
    size_t got_length = tested->sent_length;
    tested->sent_length = 0;
    if (!same)
        fail_msg("%s:%d: %s\n  want %s\n  got  %s", file, line, what, shown(want, length),
                 shown(tested->sent, got_length));
}

void exchange_boot(struct module *tested)
{
    if (!module_apply(tested, SIM_ACTION_POWER_ON, 0, 0, NULL))
        fail_msg("the module does not switch on");
    module_run(tested, 20 * SECOND_US);
    tested->sent_length = 0;
    tested->told_length = 0;
}

static void send_bytes(const char *bytes, bool one_by_one)
{
    size_t length = strlen(bytes);
    if (!one_by_one) {
        module_send(&module, bytes, length);
        return;
    }
    for (size_t i = 0; i < length; i++)
        module_send(&module, bytes + i, 1);
}

static void check(const struct exchange *row, bool one_by_one)
{
    module_init(&module);
    for (unsigned i = 0; i < row->setting_count; i++)
        module_set(&module, row->settings[i].setting, row->settings[i].value);
    module_begin(&module);
    exchange_boot(&module);
    for (unsigned i = 0; i < EXCHANGE_STEPS && row->steps[i].send; i++) {
        send_bytes(row->steps[i].send, one_by_one);
        module_run(&module, SECOND_US / 2);
        expect_bytes(&module, row->steps[i].want,
                     shown(row->steps[i].send, strlen(row->steps[i].send)), row->name, (int)i + 1);
    }
}

static void check_whole(void **state)
{
    check(*state, false);
}

static void check_one_by_one(void **state)
{
    check(*state, true);
}

int exchange_run(const char *group, const struct exchange *rows, size_t count)
{
    struct CMUnitTest *tests = calloc(count, 2 * sizeof *tests);
    char(*names)[160] = calloc(count, 2 * sizeof *names);
    if (!tests || !names)
        return 1;
    for (size_t i = 0; i < 2 * count; i++) {
        const struct exchange *row = &rows[i / 2];
        snprintf(names[i], sizeof names[i], "%s%s", row->name, i % 2 ? " byte by byte" : "");
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = i % 2 ? check_one_by_one : check_whole,
                                       .initial_state = (void *)(uintptr_t)row};
    }
    int failed = _cmocka_run_group_tests(group, tests, 2 * count, NULL, NULL);
    free(names);
    free(tests);
    return failed;
}
