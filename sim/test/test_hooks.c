/*
 * What the surroundings may replace: commands, boots; and how URCs, echo and answers mix.
 */
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct module module;
static struct sim_override answer; /* of the next hook */
static unsigned asked;
static char seen[64];
static uint32_t seen_number;

static struct sim_override on_hook(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    (void)context;
    (void)now_us;
    asked++;
    seen_number = hook->number;
    memset(seen, 0, sizeof seen);
    if (hook->text)
        memcpy(seen, hook->text, hook->length < sizeof seen ? hook->length : sizeof seen - 1);
    struct sim_override now = answer;
    memset(&answer, 0, sizeof answer);
    return now;
}

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    exchange_boot(&module);
    module_ask(&module, "ATE0");
    module.sent_length = 0;
    module.host.hook = on_hook;
    module.host.hook_mask = 1u << SIM_HOOK_COMMAND;
    memset(&answer, 0, sizeof answer);
    asked = 0;
    return 0;
}

static void send(const char *text)
{
    module_send(&module, text, strlen(text));
    module_run(&module, SECOND_US / 10);
}

static void the_hook_sees_every_command_as_it_is_about_to_run(void **state)
{
    (void)state;
    send("AT\r");
    assert_string_equal(seen, "");
    uint32_t number = seen_number;
    send("ATE0+CMNB? ;+foo=\"a;b\"\r");
    assert_int_equal(asked, 4);
    assert_string_equal(seen, "+foo=\"a;b\"");
    assert_int_equal(seen_number, number + 3);
}

static void the_hook_is_not_called_without_its_bit(void **state)
{
    (void)state;
    module.host.hook_mask = 0;
    send("AT\r");
    assert_int_equal(asked, 0);
    EXPECT_BYTES(&module, "\r\nOK\r\n");
}

static void a_swallowed_command_neither_runs_nor_answers(void **state)
{
    (void)state;
    answer.swallow = true;
    send("AT+CMNB=1\r");
    EXPECT_BYTES(&module, "");
    send("AT+CMNB?\r");
    EXPECT_BYTES(&module, "\r\n+CMNB: 3\r\n\r\nOK\r\n");
}

static void a_reply_stands_in_for_the_command(void **state)
{
    (void)state;
    answer.reply = "+CME ERROR: 30";
    send("AT+CMNB=1\r");
    EXPECT_BYTES(&module, "\r\n+CME ERROR: 30\r\n");
    answer.reply = "+X: 1\n+X: 2\nOK";
    send("AT+NOSUCH;+CMNB?\r");
    EXPECT_BYTES(&module, "\r\n+X: 1\r\n+X: 2\r\n+CMNB: 3\r\n\r\nOK\r\n");
    answer.reply = "+X: 1\nERROR";
    send("ATV0+CMNB?\r");
    EXPECT_BYTES(&module, "\r\n+X: 1\r\n\r\nERROR\r\n");
    send("ATV0\r");
    EXPECT_BYTES(&module, "0\r");
    answer.reply = "+X: 1\nERROR";
    send("AT+CMNB?\r");
    EXPECT_BYTES(&module, "+X: 1\r\n4\r");
    answer.reply = "";
    send("AT+CMNB?\r");
    EXPECT_BYTES(&module, "");
}

static void a_replaced_command_may_run_as_well(void **state)
{
    (void)state;
    answer.reply = "ERROR";
    answer.run = true;
    send("AT+CMNB=1;+CNMP=13\r");
    EXPECT_BYTES(&module, "\r\nERROR\r\n");
    send("AT+CMNB?;+CNMP?\r");
    EXPECT_BYTES(&module, "\r\n+CMNB: 1\r\n+CNMP: 2\r\n\r\nOK\r\n");
    answer.reply = "OK";
    answer.run = true;
    send("AT+COPS=?\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "");
    send("AT\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
}

static void an_urc_of_a_replaced_command_is_still_printed(void **state)
{
    (void)state;
    answer.reply = "ERROR";
    answer.run = true;
    send("AT+CFUN=0\r");
    EXPECT_BYTES(&module, "\r\n+CPIN: NOT READY\r\n\r\nERROR\r\n");
}

static void a_delayed_answer_lets_urcs_and_echo_pass(void **state)
{
    (void)state;
    answer.delay_ms = 5000;
    send("ATE1+CMNB?\r");
    EXPECT_BYTES(&module, "");
    module_apply(&module, SIM_ACTION_URC, 0, 0, "+TEST: 1");
    module_run(&module, SECOND_US);
    EXPECT_BYTES(&module, "\r\n+TEST: 1\r\n");
    send("AT\r");
    EXPECT_BYTES(&module, "AT\r");
    module_run(&module, 10 * SECOND_US);
    EXPECT_BYTES(&module, "\r\n+CMNB: 3\r\n\r\nOK\r\n");
    send("AT\r");
    EXPECT_BYTES(&module, "AT\r\r\nOK\r\n");
}

static void a_delayed_answer_comes_exactly_that_much_later(void **state)
{
    (void)state;
    answer.delay_ms = 1000;
    module_send(&module, "AT\r", 3);
    module_run(&module, 1019999);
    EXPECT_BYTES(&module, "");
    module_run(&module, 1);
    EXPECT_BYTES(&module, "\r\nOK\r\n");
}

static void a_cut_at_a_command_is_before_anything_of_it(void **state)
{
    (void)state;
    answer.cut_power = true;
    send("AT+CMNB=1;+CNMP=13\r");
    EXPECT_BYTES(&module, "");
    assert_int_equal(asked, 1);
    struct sim_view view;
    sim_view(&module.sim, &view);
    assert_false(view.powered);
    module.host.hook_mask = 0;
    exchange_boot(&module);
    send("ATE0+CMNB?;+CNMP?\r");
    EXPECT_BYTES(&module, "ATE0+CMNB?;+CNMP?\r\r\n+CMNB: 3\r\n+CNMP: 2\r\n\r\nOK\r\n");
}

static void a_cut_at_a_boot_leaves_no_line(void **state)
{
    (void)state;
    module.host.hook_mask = 1u << SIM_HOOK_BOOT;
    answer.cut_power = true;
    module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL);
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "");
    assert_int_equal(asked, 1);
    assert_int_equal(seen_number, 2);
    module_apply(&module, SIM_ACTION_POWER_ON, 0, 0, NULL);
    module_run(&module, 5 * SECOND_US - 1);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n");
    assert_int_equal(seen_number, 2);
}

static void an_urc_is_framed_alike_whatever_atv_says(void **state)
{
    (void)state;
    send("ATV0\r");
    module.sent_length = 0;
    module_apply(&module, SIM_ACTION_URC, 0, 0, "+TEST: 1");
    module_run(&module, 1);
    EXPECT_BYTES(&module, "\r\n+TEST: 1\r\n");
    EXPECT_PART(module_told(&module), "urc 0 +TEST: 1\n");
}

static void a_flood_of_urcs_is_bounded(void **state)
{
    (void)state;
    char line[200];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    for (int i = 0; i < 100; i++)
        module_apply(&module, SIM_ACTION_URC, 0, 0, line);
    module_run(&module, 1);
    assert_int_equal(module.sent_length, SIM_OUTPUT_SIZE);
    assert_int_equal(module.sim.stat_lost_output_bytes, 100 * 203 - SIM_OUTPUT_SIZE);
    module.sent_length = 0;
    send("AT\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
}

static void a_long_operator_search_is_ended_by_any_byte(void **state)
{
    (void)state;
    send("AT+CMEE=2;+COPS=1,2,\"26202\",9\r");
    EXPECT_BYTES(&module, "");
    send("x");
    EXPECT_BYTES(&module, "\r\n+CME ERROR: Abort Cops\r\n");
    send("AT+COPS?\r");
    EXPECT_BYTES(&module, "\r\n+COPS: 0,0,\"CHINA MOBILE\",7\r\n\r\nOK\r\n");
    send("AT+COPS=1,2,\"26202\",9\r");
    module_run(&module, 10 * SECOND_US);
    EXPECT_BYTES(&module, "\r\n+CME ERROR: no network service\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_hook_sees_every_command_as_it_is_about_to_run, setup),
        cmocka_unit_test_setup(the_hook_is_not_called_without_its_bit, setup),
        cmocka_unit_test_setup(a_swallowed_command_neither_runs_nor_answers, setup),
        cmocka_unit_test_setup(a_reply_stands_in_for_the_command, setup),
        cmocka_unit_test_setup(a_replaced_command_may_run_as_well, setup),
        cmocka_unit_test_setup(an_urc_of_a_replaced_command_is_still_printed, setup),
        cmocka_unit_test_setup(a_delayed_answer_lets_urcs_and_echo_pass, setup),
        cmocka_unit_test_setup(a_delayed_answer_comes_exactly_that_much_later, setup),
        cmocka_unit_test_setup(a_cut_at_a_command_is_before_anything_of_it, setup),
        cmocka_unit_test_setup(a_cut_at_a_boot_leaves_no_line, setup),
        cmocka_unit_test_setup(an_urc_is_framed_alike_whatever_atv_says, setup),
        cmocka_unit_test_setup(a_flood_of_urcs_is_bounded, setup),
        cmocka_unit_test_setup(a_long_operator_search_is_ended_by_any_byte, setup),
    };
    return cmocka_run_group_tests_name("hooks", tests, NULL, NULL);
}
