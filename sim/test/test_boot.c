/*
 * Supply, PWRKEY, resets, the boot timeline, autobaud and the rate of the port (facts 1.7, 5).
 */
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    return 0;
}

static void set(enum sim_setting_id setting, int32_t value)
{
    module_set(&module, setting, value);
    module_begin(&module);
}

static bool apply(enum sim_action_kind kind, uint32_t number)
{
    return module_apply(&module, kind, number, 0, NULL);
}

static void send_at(const char *line, uint32_t baud_bps)
{
    sim_receive(&module.sim, &module.host, line, strlen(line), baud_bps, module.now_us);
    module_run(&module, SECOND_US / 10);
}

/* ---- the timeline -------------------------------------------------------------------------- */

static void a_boot_is_silent_and_then_tells_what_comes_up(void **state)
{
    (void)state;
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, 4499999);
    EXPECT_BYTES(&module, "");
    module_run(&module, 1);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n");
    module_run(&module, 499999);
    EXPECT_BYTES(&module, "");
    module_run(&module, 1);
    EXPECT_BYTES(&module, "\r\n+CPIN: READY\r\n");
    module_run(&module, 2499999);
    EXPECT_BYTES(&module, "");
    module_run(&module, 1);
    EXPECT_BYTES(&module, "\r\nSMS Ready\r\n");
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "");
}

static void with_autobaud_a_boot_tells_neither_rdy_nor_cfun(void **state)
{
    (void)state;
    set(SIM_SETTING_PORT_RATE, 0);
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
}

static void a_missing_card_is_told_and_messaging_does_not_come_up(void **state)
{
    (void)state;
    set(SIM_SETTING_SIM_CARD, 1);
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: NOT INSERTED\r\n");
}

static void noise_may_come_64_ms_after_a_start(void **state)
{
    (void)state;
    set(SIM_SETTING_BOOT_GARBAGE, 1);
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, 63999);
    EXPECT_BYTES(&module, "");
    module_run(&module, 1);
    EXPECT_BYTES(&module, "f`f");
}

static void jitter_is_bounded_and_the_same_for_the_same_seed(void **state)
{
    (void)state;
    char first[256];
    set(SIM_SETTING_BOOT_JITTER, 2000);
    for (int round = 0; round < 2; round++) {
        module_begin(&module);
        assert_true(apply(SIM_ACTION_POWER_ON, 0));
        module_run(&module, 5000000);
        EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n");
        uint64_t card_at_us = sim_advance(&module.sim, &module.host, module.now_us);
        assert_in_range(card_at_us, 5000001, 7000000);
        if (round == 0)
            snprintf(first, sizeof first, "%llu", (unsigned long long)card_at_us);
        char now[64];
        snprintf(now, sizeof now, "%llu", (unsigned long long)card_at_us);
        assert_string_equal(now, first);
    }
    set(SIM_SETTING_RANDOM_SEED, 2);
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, 5000000);
    char other[64];
    snprintf(other, sizeof other, "%llu",
             (unsigned long long)sim_advance(&module.sim, &module.host, module.now_us));
    assert_string_not_equal(other, first);
}

static void bytes_during_the_boot_are_lost(void **state)
{
    (void)state;
    send_at("AT\r", 115200);
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    assert_false(module_apply(&module, SIM_ACTION_URC, 0, 0, "+TEST: 1"));
    module_run(&module, 4400000 - 100000);
    send_at("AT\rAT", 115200);
    module_run(&module, 100000);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n");
    send_at("\r", 115200);
    EXPECT_BYTES(&module, "\r");
    send_at("AT\r", 115200);
    EXPECT_BYTES(&module, "AT\r\r\nOK\r\n");
}

/* ---- switching on and off ------------------------------------------------------------------ */

static void a_short_pulse_of_pwrkey_does_nothing(void **state)
{
    (void)state;
    exchange_boot(&module);
    assert_false(apply(SIM_ACTION_POWER_ON, 0));
    assert_true(apply(SIM_ACTION_PWRKEY, 1199)); /* it is played, and the module ignores it */
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "");
    assert_true(apply(SIM_ACTION_PWRKEY, 1200));
    EXPECT_BYTES(&module, "");
    module_run(&module, SECOND_US);
    EXPECT_BYTES(&module, "\r\nNORMAL POWER DOWN\r\n");
    module_run(&module, MINUTE_US);
    assert_true(apply(SIM_ACTION_PWRKEY, 999));
    module_run(&module, MINUTE_US);
    send_at("AT\r", 115200);
    EXPECT_BYTES(&module, "");
    assert_true(apply(SIM_ACTION_PWRKEY, 1000));
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
}

static void cpowd_says_so_without_ok_and_switches_off(void **state)
{
    (void)state;
    exchange_boot(&module);
    send_at("ATE0\r", 115200);
    module.sent_length = 0;
    send_at("AT+CPOWD=1\r", 115200);
    EXPECT_BYTES(&module, "\r\nNORMAL POWER DOWN\r\n");
    module_run(&module, MINUTE_US);
    struct sim_view view;
    sim_view(&module.sim, &view);
    assert_false(view.powered);
    EXPECT_BYTES(&module, "");
}

static void cpowd_0_says_nothing(void **state)
{
    (void)state;
    exchange_boot(&module);
    send_at("AT+CPOWD=0\r", 115200);
    EXPECT_BYTES(&module, "AT+CPOWD=0\r");
}

static void a_board_that_holds_pwrkey_brings_the_module_back(void **state)
{
    (void)state;
    set(SIM_SETTING_PWRKEY_HELD, 1);
    exchange_boot(&module);
    send_at("AT+CPOWD=1\r", 115200);
    module.sent_length = 0;
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
}

/* M31: off and on again and again, each start told in full; a round takes 15.5 s. */
static void a_pwrkey_held_low_switches_off_and_on_for_ever(void **state)
{
    static const char round[] = "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n"
                                "\r\nNORMAL POWER DOWN\r\n";
    unsigned rounds = 0;
    (void)state;
    module_set(&module, SIM_SETTING_POWER_OFF_TIME, 2000);
    set(SIM_SETTING_PWRKEY_CYCLE, 4000);
    exchange_boot(&module);
    module.sent_length = 0;
    module_run(&module, 10 * 15500000);
    module.sent[module.sent_length] = '\0';
    for (const char *at = module.sent; (at = strstr(at, round)); at += sizeof round - 1)
        rounds++;
    assert_in_range(rounds, 9, 10);
}

static void without_supply_nothing_happens(void **state)
{
    (void)state;
    exchange_boot(&module);
    assert_true(apply(SIM_ACTION_POWER_CUT, 0));
    assert_false(apply(SIM_ACTION_POWER_CUT, 0));
    assert_false(apply(SIM_ACTION_PWRKEY, 2000));
    assert_false(apply(SIM_ACTION_RESET, SIM_RESET_CRASH));
    assert_false(module_apply(&module, SIM_ACTION_URC, 0, 0, "X"));
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "");
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
}

static void the_supply_is_watched_with_cbatchk(void **state)
{
    (void)state;
    static const struct {
        int32_t supply_mv;
        const char *want;
    } rows[] = {
        {3000, "\r\nUNDER-VOLTAGE WARNNING\r\n"},
        {3050, ""},
        {3800, ""},
        {4350, "\r\nOVER-VOLTAGE WARNNING\r\n"},
        {3800, ""},
        {4401, "\r\nOVER-VOLTAGE POWER DOWN\r\n"},
    };
    exchange_boot(&module);
    module_apply(&module, SIM_ACTION_SETTING, SIM_SETTING_SUPPLY, 2800, NULL);
    module_run(&module, SECOND_US);
    EXPECT_BYTES(&module, "");
    module_apply(&module, SIM_ACTION_SETTING, SIM_SETTING_SUPPLY, 3800, NULL);
    send_at("ATE0+CBATCHK=1\r", 115200);
    module.sent_length = 0;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        module_apply(&module, SIM_ACTION_SETTING, SIM_SETTING_SUPPLY, rows[i].supply_mv, NULL);
        module_run(&module, SECOND_US);
        EXPECT_BYTES(&module, rows[i].want);
    }
    module_run(&module, SECOND_US);
    struct sim_view view;
    sim_view(&module.sim, &view);
    assert_false(view.powered);
}

/* ---- resets -------------------------------------------------------------------------------- */

static void cfun_1_1_answers_and_then_resets(void **state)
{
    (void)state;
    exchange_boot(&module);
    send_at("AT+CFUN=1,1\r", 115200);
    EXPECT_BYTES(&module, "AT+CFUN=1,1\r\r\nOK\r\n");
    module_run(&module, 6 * SECOND_US - 1);
    EXPECT_BYTES(&module, "");
    module_run(&module, SECOND_US / 10);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n");
    assert_non_null(strstr(module_told(&module), "reset 2\n"));
}

static void cfun_6_resets_and_leaves_the_level(void **state)
{
    (void)state;
    exchange_boot(&module);
    send_at("AT+CFUN=4;+CFUN=6\r", 115200);
    EXPECT_BYTES(&module, "AT+CFUN=4;+CFUN=6\r\r\nOK\r\n");
    module_run(&module, 7 * SECOND_US);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 4\r\n\r\n+CPIN: READY\r\n");
}

static void the_ok_of_cfun_1_1_may_come_after_the_reset(void **state)
{
    (void)state;
    set(SIM_SETTING_RESET_OK, 1);
    exchange_boot(&module);
    send_at("AT+CFUN=1,1\r", 115200);
    EXPECT_BYTES(&module, "AT+CFUN=1,1\r");
    module_run(&module, 6400000);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n");
}

static void a_crash_resets_or_leaves_a_dead_module(void **state)
{
    (void)state;
    exchange_boot(&module);
    assert_true(apply(SIM_ACTION_RESET, SIM_RESET_CRASH));
    module_run(&module, 7 * SECOND_US);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n");
    send_at("ATE0+CEDUMP=1\r", 115200);
    module.sent_length = 0;
    assert_true(apply(SIM_ACTION_RESET, SIM_RESET_CRASH));
    module_run(&module, MINUTE_US);
    send_at("AT\r", 115200);
    EXPECT_BYTES(&module, "");
    assert_true(apply(SIM_ACTION_POWER_CUT, 0));
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, 4600000);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n");
}

static void restarts_and_boots_are_counted(void **state)
{
    (void)state;
    struct sim_view view;
    sim_view(&module.sim, &view);
    assert_int_equal(view.boots, 0);
    exchange_boot(&module);
    sim_view(&module.sim, &view);
    assert_int_equal(view.boots, 1);
    assert_int_equal(view.resets, 0);
    assert_true(apply(SIM_ACTION_POWER_CUT, 0));
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    assert_true(apply(SIM_ACTION_RESET, SIM_RESET_BROWNOUT));
    module_run(&module, MINUTE_US);
    sim_view(&module.sim, &view);
    assert_int_equal(view.boots, 2);
    assert_int_equal(view.resets, 2);
}

static void a_hang_lasts_until_the_next_start(void **state)
{
    (void)state;
    exchange_boot(&module);
    assert_true(apply(SIM_ACTION_HANG, SIM_HANG_DEAF));
    send_at("AT\r", 115200);
    assert_true(module_apply(&module, SIM_ACTION_URC, 0, 0, "+TEST: 1"));
    module_run(&module, 1);
    EXPECT_BYTES(&module, "\r\n+TEST: 1\r\n");
    assert_true(apply(SIM_ACTION_HANG, SIM_HANG_MUTE));
    send_at("AT+CMNB=1\r", 115200);
    EXPECT_BYTES(&module, "");
    assert_true(apply(SIM_ACTION_HANG, SIM_HANG_NONE));
    send_at("AT+CMNB?\r", 115200);
    EXPECT_BYTES(&module, "AT+CMNB?\r\r\n+CMNB: 1\r\n\r\nOK\r\n");
    assert_true(apply(SIM_ACTION_HANG, SIM_HANG_BOTH));
    assert_true(apply(SIM_ACTION_RESET, SIM_RESET_CRASH));
    module_run(&module, 6100000);
    EXPECT_BYTES(&module, "\r\nRDY\r\n\r\n+CFUN: 1\r\n");
}

/* ---- the rate ------------------------------------------------------------------------------ */

static void autobaud_swallows_the_first_lines_at(void **state)
{
    (void)state;
    set(SIM_SETTING_PORT_RATE, 0);
    set(SIM_SETTING_WRONG_RATE, 1);
    exchange_boot(&module);
    send_at("AT\r", 9600);
    send_at("AT\r", 9600);
    EXPECT_BYTES(&module, "");
    send_at("AT\r", 9600);
    EXPECT_BYTES(&module, "AT\r\r\nOK\r\n");
    send_at("AT\r", 19200);
    EXPECT_BYTES(&module, "");
    send_at("ATE0\r", 9600);
    EXPECT_BYTES(&module, "ATE0\r\r\nOK\r\n");
}

static void autobaud_does_not_hear_rates_it_has_not(void **state)
{
    (void)state;
    set(SIM_SETTING_PORT_RATE, 0);
    exchange_boot(&module);
    for (int i = 0; i < 5; i++)
        send_at("AT\r", 230400);
    EXPECT_BYTES(&module, "");
    for (int i = 0; i < 3; i++)
        send_at("AT\r", 57600);
    EXPECT_BYTES(&module, "AT\r\r\nOK\r\n");
}

static void a_fixed_rate_does_not_hear_another(void **state)
{
    (void)state;
    set(SIM_SETTING_WRONG_RATE, 1);
    exchange_boot(&module);
    send_at("AT\r", 9600);
    EXPECT_BYTES(&module, "");
    send_at("AT\r", 0);
    EXPECT_BYTES(&module, "AT\r\r\nOK\r\n");
}

static void ipr_changes_the_rate_after_its_result(void **state)
{
    (void)state;
    char buffer[64];
    uint32_t baud_bps = 0;
    set(SIM_SETTING_ANSWER_DELAY, 0);
    exchange_boot(&module);
    sim_receive(&module.sim, &module.host, "ATE0+IPR=9600\r", 14, 115200, module.now_us);
    size_t size =
        sim_transmit(&module.sim, &module.host, buffer, sizeof buffer, &baud_bps, module.now_us);
    assert_int_equal(size, 20);
    assert_int_equal(baud_bps, 115200);
    assert_int_equal(
        sim_transmit(&module.sim, &module.host, buffer, sizeof buffer, &baud_bps, module.now_us),
        0);
    send_at("AT\r", 115200);
    EXPECT_BYTES(&module, "");
    send_at("AT+IPR?\r", 9600);
    EXPECT_BYTES(&module, "\r\n+IPR: 9600\r\n\r\nOK\r\n");
    assert_true(apply(SIM_ACTION_RESET, SIM_RESET_CRASH));
    module_run(&module, MINUTE_US);
    module.sent_length = 0;
    send_at("AT\r", 9600);
    EXPECT_BYTES(&module, "AT\r\r\nOK\r\n");
}

static void a_found_rate_is_lost_in_a_reset_but_not_in_an_update(void **state)
{
    (void)state;
    set(SIM_SETTING_PORT_RATE, 0);
    set(SIM_SETTING_AUTOBAUD_TRIES, 0);
    exchange_boot(&module);
    send_at("AT\r", 9600);
    EXPECT_BYTES(&module, "AT\r\r\nOK\r\n");
    module_set(&module, SIM_SETTING_AUTOBAUD_TRIES, 1);
    assert_true(apply(SIM_ACTION_RESET, SIM_RESET_CFOTA));
    module_run(&module, MINUTE_US);
    module.sent_length = 0;
    send_at("AT\r", 9600);
    EXPECT_BYTES(&module, "AT\r\r\nOK\r\n");
    assert_true(apply(SIM_ACTION_RESET, SIM_RESET_CRASH));
    module_run(&module, MINUTE_US);
    module.sent_length = 0;
    send_at("AT\r", 9600);
    EXPECT_BYTES(&module, "");
    send_at("AT\r", 9600);
    EXPECT_BYTES(&module, "AT\r\r\nOK\r\n");
}

/* Bursts of T14, each 14 to 34 s after the one before or after SMS Ready. */
static void noise_comes_at_gaps_about_as_long_as_the_setting(void **state)
{
    (void)state;
    uint64_t last_us = 0;
    unsigned bursts = 0;
    module_init(&module);
    module_set(&module, SIM_SETTING_LINE_NOISE, 24000);
    module_begin(&module);
    module_power_on(&module);
    module_run(&module, 4 * SECOND_US);
    module_output(&module);
    last_us = module.now_us;
    while (bursts < 20 && module.now_us - last_us < 40 * SECOND_US) {
        module_run(&module, SECOND_US / 4);
        if (strcmp(module_output(&module), "f`f") != 0)
            continue;
        assert_in_range((long)((module.now_us - last_us) / 1000), bursts ? 13700 : 0, 34300);
        last_us = module.now_us;
        bursts++;
    }
    assert_int_equal(bursts, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_boot_is_silent_and_then_tells_what_comes_up, setup),
        cmocka_unit_test_setup(with_autobaud_a_boot_tells_neither_rdy_nor_cfun, setup),
        cmocka_unit_test_setup(a_missing_card_is_told_and_messaging_does_not_come_up, setup),
        cmocka_unit_test_setup(noise_may_come_64_ms_after_a_start, setup),
        cmocka_unit_test_setup(jitter_is_bounded_and_the_same_for_the_same_seed, setup),
        cmocka_unit_test_setup(bytes_during_the_boot_are_lost, setup),
        cmocka_unit_test_setup(a_short_pulse_of_pwrkey_does_nothing, setup),
        cmocka_unit_test_setup(cpowd_says_so_without_ok_and_switches_off, setup),
        cmocka_unit_test_setup(cpowd_0_says_nothing, setup),
        cmocka_unit_test_setup(a_board_that_holds_pwrkey_brings_the_module_back, setup),
        cmocka_unit_test_setup(a_pwrkey_held_low_switches_off_and_on_for_ever, setup),
        cmocka_unit_test_setup(without_supply_nothing_happens, setup),
        cmocka_unit_test_setup(the_supply_is_watched_with_cbatchk, setup),
        cmocka_unit_test_setup(cfun_1_1_answers_and_then_resets, setup),
        cmocka_unit_test_setup(cfun_6_resets_and_leaves_the_level, setup),
        cmocka_unit_test_setup(the_ok_of_cfun_1_1_may_come_after_the_reset, setup),
        cmocka_unit_test_setup(a_crash_resets_or_leaves_a_dead_module, setup),
        cmocka_unit_test_setup(restarts_and_boots_are_counted, setup),
        cmocka_unit_test_setup(a_hang_lasts_until_the_next_start, setup),
        cmocka_unit_test_setup(autobaud_swallows_the_first_lines_at, setup),
        cmocka_unit_test_setup(autobaud_does_not_hear_rates_it_has_not, setup),
        cmocka_unit_test_setup(a_fixed_rate_does_not_hear_another, setup),
        cmocka_unit_test_setup(ipr_changes_the_rate_after_its_result, setup),
        cmocka_unit_test_setup(a_found_rate_is_lost_in_a_reset_but_not_in_an_update, setup),
        cmocka_unit_test(noise_comes_at_gaps_about_as_long_as_the_setting),
    };
    return cmocka_run_group_tests_name("boot", tests, NULL, NULL);
}
