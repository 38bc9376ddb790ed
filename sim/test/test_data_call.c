/*
 * The data mode of ATD*99#: how it begins and ends, and what leads out of it.
 */
#include "sim/test/support_module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    module_power_on(&module);
    module_run(&module, 10 * SECOND_US);
    module_ask(&module, "ATE0");
    return 0;
}

static void type(const char *text, uint64_t then_us)
{
    module_send(&module, text, strlen(text));
    module_run(&module, then_us);
}

static void dial(void)
{
    type("ATD*99#\r", SECOND_US);
    EXPECT_OUTPUT(&module, "|CONNECT 150000000|");
}

static void leave(void)
{
    module_run(&module, 2 * SECOND_US);
    type("+++", 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|OK|");
}

static void data_are_swallowed_and_commands_are_data(void **state)
{
    (void)state;
    dial();
    type("AT\r", SECOND_US);
    type("~\x1a\x1b+\x7e++\r\n", SECOND_US);
    EXPECT_OUTPUT(&module, "");
    assert_true(sim_lines(&module.sim) & SIM_LINE_DCD);
    leave();
    EXPECT_ASK(&module, "AT", "|OK|");
    assert_true(sim_lines(&module.sim) & SIM_LINE_DCD);
    EXPECT_ASK(&module, "ATH", "|OK|");
    assert_false(sim_lines(&module.sim) & SIM_LINE_DCD);
    EXPECT_ASK(&module, "ATO", "|ERROR|");
}

/* AT106 2.2.2: how to dial is ignored; wvdial says ATDT. */
static void modifiers_say_how_to_dial_not_whom(void **state)
{
    static const char *const lines[] = {"ATDT*99#",  "atdp*99#", "ATDT *99***1#",
                                        "ATD,,*99#", "ATDW*99#", "ATDT!*99***1@#\t"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        setup(NULL);
        EXPECT_ASK(&module, lines[i], "|CONNECT 150000000|");
    }
    setup(NULL);
    EXPECT_ASK(&module, "ATDT*98#", "");
    module_run(&module, MINUTE_US);
    EXPECT_OUTPUT(&module, "|NO CARRIER|");
}

/* M07, M02 */
static void how_connect_reads_is_the_revision_s_and_the_network_s(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_ACCESS, 2);
    EXPECT_ASK(&module, "ATD*99#", "|CONNECT|");
    module_init(&module);
    snprintf(module.config.revision, sizeof module.config.revision, "1351B06SIM7000E");
    module_begin(&module);
    module_power_on(&module);
    module_run(&module, 10 * SECOND_US);
    module_ask(&module, "ATE0");
    EXPECT_ASK(&module, "ATD*99#", "|ERROR|");
    module_set(&module, SIM_SETTING_ACCESS, 2);
    EXPECT_ASK(&module, "ATD*99#", "|CONNECT|");
    setup(NULL);
    module_set(&module, SIM_SETTING_DATA_CALL, 3);
    EXPECT_ASK(&module, "ATD*99#", "|ERROR|");
}

static char heard[64];
static size_t heard_length;

static void hear(void *context, uint64_t now_us, const void *bytes, size_t size)
{
    (void)context;
    (void)now_us;
    assert_true(heard_length + size <= sizeof heard);
    memcpy(heard + heard_length, bytes, size);
    heard_length += size;
}

static size_t give(const char *bytes, size_t size)
{
    size_t taken = sim_call_give(&module.sim, &module.host, bytes, size, module.now_us);
    module_run(&module, SECOND_US / 10);
    return taken;
}

/* What lies behind the call gets every byte and may send any. */
static void the_call_is_joined_to_the_surroundings(void **state)
{
    static const char frame[] = "\x7e\xff\x7d\x23\xc0\x21\x00\r\n+++";
    (void)state;
    heard_length = 0;
    assert_int_equal(give("early", 5), 0);
    assert_false(sim_call_end(&module.sim, &module.host, module.now_us));
    module.host.on_call_data = hear;
    dial();
    module_send(&module, frame, sizeof frame - 1);
    module_run(&module, SECOND_US / 10);
    assert_int_equal(heard_length, sizeof frame - 1);
    assert_memory_equal(heard, frame, sizeof frame - 1);
    assert_int_equal(give(frame, sizeof frame - 1), sizeof frame - 1);
    module_output(&module);
    leave();
    assert_int_equal(give("held", 4), 0);
    EXPECT_OUTPUT(&module, "");
    EXPECT_ASK(&module, "ATO", "|CONNECT 150000000|");
    assert_int_equal(give("held", 4), 4);
    EXPECT_OUTPUT(&module, "held");
    assert_true(sim_call_end(&module.sim, &module.host, module.now_us));
    module_run(&module, SECOND_US / 10);
    EXPECT_OUTPUT(&module, "|NO CARRIER|");
    module.host.on_call_data = NULL;
}

static void only_three_with_silence_around_them_lead_out(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        uint64_t before_us, between_us, after_us;
        bool out;
    } rows[] = {
        {"+++", "", 1100000, 0, 1100000, true},
        {"+", "++", 1100000, 300000, 1100000, true},
        {"++", "+", 1100000, 900000, 1100000, true},
        {"+++", "", 900000, 0, 1100000, false},        /* no silence before */
        {"+++", "x", 1100000, 900000, 1100000, false}, /* none after */
        {"+++", "+", 1100000, 100000, 1100000, false}, /* four */
        {"+", "++", 1100000, 1100000, 1100000, false}, /* two after a pause */
        {"x+++", "", 1100000, 0, 1100000, false},
        {"-++", "", 1100000, 0, 1100000, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setup(NULL);
        dial();
        type("data", rows[i].before_us);
        type(rows[i].first, rows[i].between_us);
        type(rows[i].second, rows[i].after_us);
        expect_text(module_output(&module), rows[i].out ? "|OK|" : "", rows[i].first, __FILE__,
                    (int)i);
    }
}

static void ato_leads_back_and_out_again(void **state)
{
    (void)state;
    dial();
    leave();
    EXPECT_ASK(&module, "ATD*99#", "|ERROR|"); /* one is up */
    EXPECT_ASK(&module, "AT&E1", "|OK|");
    EXPECT_ASK(&module, "ATO", "|CONNECT 115200|");
    leave();
    EXPECT_ASK(&module, "ATX0", "|OK|");
    EXPECT_ASK(&module, "ATO", "|CONNECT|");
    leave();
    EXPECT_ASK(&module, "ATV0", "0\r");
    EXPECT_ASK(&module, "ATO0", "1\r");
}

static void dtr_holds_or_ends_the_call(void **state)
{
    static const struct {
        const char *obeys, *said, *then;
    } rows[] = {{"AT&D0", "", ""},
                {"AT&D1", "|OK|", "|CONNECT 150000000|"},
                {"AT&D2", "|NO CARRIER|", "|ERROR|"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setup(NULL);
        module_ask(&module, rows[i].obeys);
        dial();
        module_apply(&module, SIM_ACTION_DTR, 0, 0, NULL);
        module_apply(&module, SIM_ACTION_DTR, 1, 0, NULL);
        module_run(&module, SECOND_US);
        EXPECT_OUTPUT(&module, rows[i].said);
        EXPECT_ASK(&module, "ATO", rows[i].then);
    }
    (void)state;
}

static void the_network_ends_it_and_its_lines_wait_for_command_mode(void **state)
{
    (void)state;
    module_ask(&module, "AT+CREG=1");
    dial();
    module_apply(&module, SIM_ACTION_URC, 0, 0, "+HELLO: 1");
    EXPECT_OUTPUT(&module, "");
    module_apply(&module, SIM_ACTION_NETWORK, 0, 0, NULL);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|NO CARRIER|");
    EXPECT_ASK(&module, "AT+CREG?", "|+CREG: 1,2||OK|");
}

static void a_call_that_is_refused_or_has_no_network_ends_at_once(void **state)
{
    (void)state;
    EXPECT_ASK(&module, "AT+CGDATA=\"PPP\",1", "|CONNECT 150000000|");
    setup(NULL);
    EXPECT_ASK(&module, "AT+CGDATA=\"SLIP\"", "|ERROR|");
    module_set(&module, SIM_SETTING_DATA_CALL, 2);
    EXPECT_ASK(&module, "ATD*99***1#", "|NO CARRIER|");
    module_set(&module, SIM_SETTING_DATA_CALL, 0);
    module_apply(&module, SIM_ACTION_NETWORK, 0, 0, NULL);
    EXPECT_ASK(&module, "ATD*99#", "|NO CARRIER|");
}

static void a_restart_forgets_the_call(void **state)
{
    (void)state;
    dial();
    module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL);
    module_run(&module, 20 * SECOND_US);
    module_output(&module);
    EXPECT_PART(module_ask(&module, "AT"), "|OK|");
    module_ask(&module, "ATE0");
    EXPECT_ASK(&module, "ATO", "|ERROR|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(data_are_swallowed_and_commands_are_data, setup),
        cmocka_unit_test_setup(modifiers_say_how_to_dial_not_whom, setup),
        cmocka_unit_test_setup(how_connect_reads_is_the_revision_s_and_the_network_s, setup),
        cmocka_unit_test_setup(the_call_is_joined_to_the_surroundings, setup),
        cmocka_unit_test(only_three_with_silence_around_them_lead_out),
        cmocka_unit_test_setup(ato_leads_back_and_out_again, setup),
        cmocka_unit_test(dtr_holds_or_ends_the_call),
        cmocka_unit_test_setup(the_network_ends_it_and_its_lines_wait_for_command_mode, setup),
        cmocka_unit_test_setup(a_call_that_is_refused_or_has_no_network_ends_at_once, setup),
        cmocka_unit_test_setup(a_restart_forgets_the_call, setup),
    };
    return cmocka_run_group_tests_name("data call", tests, NULL, NULL);
}
