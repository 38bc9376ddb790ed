/*
 * The satellite receiver: power, time to the position, assistance data.
 */
#include "sim/test/support_module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    module_power_on(&module);
    return 0;
}

static unsigned commas(const char *text)
{
    unsigned count = 0;
    for (; *text; text++)
        count += *text == ',';
    return count;
}

static void nothing_is_known_while_the_receiver_is_off(void **state)
{
    (void)state;
    EXPECT_ASK(&module, "AT+CGNSPWR?", "|+CGNSPWR: 0||OK|");
    EXPECT_ASK(&module, "AT+CGNSINF", "|+CGNSINF: 0,,,,,,,,,,,,,,,,,,,,||OK|");
}

static void the_position_comes_after_its_time(void **state)
{
    (void)state;
    EXPECT_ASK(&module, "AT+CGNSPWR=1", "|OK|");
    const char *early = module_ask(&module, "AT+CGNSINF");
    EXPECT_PART(early, "|+CGNSINF: 1,0,2019");
    assert_int_equal(commas(early), 20);
    module_run(&module, 35 * SECOND_US);
    const char *late = module_ask(&module, "AT+CGNSINF");
    EXPECT_PART(late, "|+CGNSINF: 1,1,2019");
    EXPECT_PART(late, ",31.222000,121.354000,14.000,");
    assert_int_equal(commas(late), 20);
}

static void switching_it_on_again_does_not_begin_anew(void **state)
{
    (void)state;
    module_ask(&module, "AT+CGNSPWR=1");
    module_run(&module, 36 * SECOND_US);
    module_ask(&module, "AT+CGNSPWR=1");
    EXPECT_PART(module_ask(&module, "AT+CGNSINF"), ": 1,1,");
    module_ask(&module, "AT+CGNSPWR=0;+CGNSPWR=1");
    EXPECT_PART(module_ask(&module, "AT+CGNSINF"), ": 1,0,");
}

static void a_receiver_without_sight_finds_nothing(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_GNSS_FIX, 0);
    module_ask(&module, "AT+CGNSPWR=1");
    module_run(&module, MINUTE_US);
    EXPECT_PART(module_ask(&module, "AT+CGNSINF"), ": 1,0,");
}

static void a_restart_switches_it_off(void **state)
{
    (void)state;
    module_ask(&module, "AT+CGNSPWR=1");
    module_ask(&module, "AT+CFUN=1,1");
    module_run(&module, 20 * SECOND_US);
    module_ask(&module, "ATE0");
    EXPECT_ASK(&module, "AT+CGNSPWR?", "|+CGNSPWR: 0||OK|");
}

static void assistance_data_must_have_been_taken_from_its_file(void **state)
{
    static const char bytes[] = "orbits";
    (void)state;
    EXPECT_ASK(&module, "AT+CGNSCPY", "|+CGNSCPY: 1||OK|");
    EXPECT_ASK(&module, "AT+CGNSXTRA=1", "|ERROR|");
    module.server.blob = module_blob(&module, bytes, sizeof bytes - 1);
    module.server.status = 200;
    module.server.length_bytes = sizeof bytes - 1;
    module_ask(&module, "AT+CNACT=1");
    module_run(&module, SECOND_US);
    module_ask(&module, "AT+HTTPTOFS=\"http://a.example/x\",\"/customer/xtra3grc.bin\"");
    module_run(&module, 2 * SECOND_US);
    EXPECT_ASK(&module, "AT+CGNSCPY", "|+CGNSCPY: 0||OK|");
    EXPECT_ASK(&module, "AT+CGNSXTRA=1", "|OK||+CGNSXTRA: 2|");
    EXPECT_ASK(&module, "AT+CGNSXTRA?", "|+CGNSXTRA: 1||OK|");
    module_set(&module, SIM_SETTING_GNSS_DATA_AGE, 0);
    EXPECT_ASK(&module, "AT+CGNSXTRA=1", "|OK||+CGNSXTRA: 0|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_known_while_the_receiver_is_off, setup),
        cmocka_unit_test_setup(the_position_comes_after_its_time, setup),
        cmocka_unit_test_setup(switching_it_on_again_does_not_begin_anew, setup),
        cmocka_unit_test_setup(a_receiver_without_sight_finds_nothing, setup),
        cmocka_unit_test_setup(a_restart_switches_it_off, setup),
        cmocka_unit_test_setup(assistance_data_must_have_been_taken_from_its_file, setup),
    };
    return cmocka_run_group_tests_name("gnss", tests, NULL, NULL);
}
