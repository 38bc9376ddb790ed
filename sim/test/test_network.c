/*
 * SIM card, registration, operator, app network (facts 3, 4).
 */
#include "sim/test/support_exchange.h"

#include <setjmp.h>
#include <stdarg.h>
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

/* On, echo off, registered; what was printed is dropped. */
static void boot(void)
{
    exchange_boot(&module);
    module_ask(&module, "ATE0");
    module.sent_length = 0;
    module.told_length = 0;
}

static void send(const char *text)
{
    module_send(&module, text, strlen(text));
    module_run(&module, SECOND_US / 10);
}

static bool apply(enum sim_action_kind kind, uint32_t number)
{
    return module_apply(&module, kind, number, 0, NULL);
}

/* ---- registration -------------------------------------------------------------------------- */

static void registration_takes_its_time_and_is_told_on_demand(void **state)
{
    (void)state;
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, 9200000);
    module.sent_length = 0;
    send("ATE0+CREG=2;+CGREG=1;+CEREG=4;+CREG?;+CSQ;+COPS?;+CPSI?\r");
    EXPECT_BYTES(&module,
                 "ATE0+CREG=2;+CGREG=1;+CEREG=4;+CREG?;+CSQ;+COPS?;+CPSI?\r"
                 "\r\n+CREG: 2,2\r\n+CSQ: 24,99\r\n+COPS: 0\r\n+CPSI: NO SERVICE,Online\r\n"
                 "\r\nOK\r\n");
    module_run(&module, SECOND_US);
    EXPECT_BYTES(&module, "\r\n+CREG: 1,\"5B57\",\"195071B\",7\r\n\r\n+CGREG: 1\r\n"
                          "\r\n+CEREG: 1,\"5B57\",\"195071B\",7,,,\"00000000\",\"01100000\"\r\n");
    send("AT+CREG?;+CGREG?;+CEREG?\r");
    EXPECT_BYTES(&module, "\r\n+CREG: 2,1,\"5B57\",\"195071B\",7\r\n+CGREG: 1,1\r\n"
                          "+CEREG: 4,1,\"5B57\",\"195071B\",7,,,\"00000000\",\"01100000\"\r\n"
                          "\r\nOK\r\n");
}

static void a_network_may_be_a_guest_s_refuse_or_not_be_there(void **state)
{
    (void)state;
    static const char *const want[] = {"+CREG: 0,1", "+CREG: 0,5", "+CREG: 0,3", "+CREG: 0,2"};
    for (int32_t i = 0; i < 4; i++) {
        module_init(&module);
        set(SIM_SETTING_REGISTRATION, i);
        boot();
        EXPECT_PART(module_ask(&module, "AT+CREG?"), want[i]);
    }
}

static void lost_coverage_is_told_and_takes_the_app_network_along(void **state)
{
    (void)state;
    boot();
    send("AT+CREG=1;+CNACT=1\r");
    module_run(&module, SECOND_US);
    EXPECT_BYTES(&module, "\r\nOK\r\n\r\n+APP PDP: ACTIVE\r\n");
    assert_true(apply(SIM_ACTION_NETWORK, 0));
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\n+CREG: 2\r\n\r\n+APP PDP: DEACTIVE\r\n");
    send("AT+CGATT?;+CNACT?\r");
    EXPECT_BYTES(&module, "\r\n+CGATT: 0\r\n+CNACT: 0,\"0.0.0.0\"\r\n\r\nOK\r\n");
    assert_true(apply(SIM_ACTION_NETWORK, 1));
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\n+CREG: 1\r\n");
    const char *told = module_told(&module);
    EXPECT_PART(told, "network 0\n");
    EXPECT_PART(told, "bearer 0\n");
    EXPECT_PART(told, "network 1\n");
}

static void network_time_is_told_with_clts(void **state)
{
    (void)state;
    assert_true(apply(SIM_ACTION_POWER_ON, 0));
    module_run(&module, 5 * SECOND_US);
    send("ATE0+CLTS=1\r");
    module_run(&module, 3 * SECOND_US);
    module.sent_length = 0;
    module_run(&module, 10 * SECOND_US);
    EXPECT_BYTES(&module, "\r\nDST: 0\r\n\r\n*PSUTTZ: 19/06/26,06:04:12\",\"+32\",0\r\n");
    send("AT+CCLK?\r");
    EXPECT_BYTES(&module, "\r\n+CCLK: \"19/06/26,14:04:21+32\"\r\n\r\nOK\r\n");
}

static void set_now(enum sim_setting_id setting, int32_t value)
{
    assert_true(module_apply(&module, SIM_ACTION_SETTING, setting, value, NULL));
    module_run(&module, SECOND_US / 10);
}

/* AT106 3.2.14: with <n> = 2 a change of the cell is told. */
static void another_cell_is_told_where_places_are(void **state)
{
    (void)state;
    boot();
    send("AT+CREG=2;+CGREG=1\r");
    module.sent_length = 0;
    set_now(SIM_SETTING_TRACKING_AREA, 0x1234);
    EXPECT_BYTES(&module, "\r\n+CREG: 1,\"1234\",\"195071B\",7\r\n");
    set_now(SIM_SETTING_REGISTRATION, 1);
    EXPECT_BYTES(&module, "\r\n+CREG: 5,\"1234\",\"195071B\",7\r\n\r\n+CGREG: 5\r\n");
    set_now(SIM_SETTING_REGISTRATION, 2);
    EXPECT_BYTES(&module, "\r\n+CREG: 2\r\n\r\n+CGREG: 2\r\n");
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\n+CREG: 3\r\n\r\n+CGREG: 3\r\n");
    set_now(SIM_SETTING_REGISTRATION, 0);
    module_run(&module, MINUTE_US);
    EXPECT_PART(module_ask(&module, "AT+CREG?"), "+CREG: 2,1,\"1234\"");
}

/* AT106 5.2.4: it may be reported twice; M35 has 6.5 s between the two. */
static void network_time_may_come_twice(void **state)
{
    (void)state;
    set(SIM_SETTING_TIME_AGAIN, 6500);
    boot();
    send("AT+CLTS=1;+CFUN=4;+CFUN=1\r");
    module_run(&module, 10 * SECOND_US);
    const char *first = module_output(&module);
    EXPECT_PART(first, "|DST: 0||*PSUTTZ: 19/06/26,06:04:");
    module_run(&module, 10 * SECOND_US);
    EXPECT_PART(module_output(&module), "|DST: 0||*PSUTTZ: 19/06/26,06:04:");
    module_run(&module, MINUTE_US);
    EXPECT_OUTPUT(&module, "");
}

/* AT106 5.2.4 */
static void the_network_s_name_comes_with_its_time(void **state)
{
    (void)state;
    set(SIM_SETTING_NETWORK_NAME, 1);
    boot();
    send("AT+CLTS=1;+CFUN=4;+CFUN=1\r");
    module_run(&module, 20 * SECOND_US);
    EXPECT_PART(
        module_output(&module),
        "|*PSNWID: \"460\",\"00\",\"CHINA MOBILE\",0,\"CHINA MOBILE\",0||DST: 0||*PSUTTZ: ");
}

/* ---- CFUN, SIM card ------------------------------------------------------------------------ */

static void cfun_0_takes_card_and_network_and_cfun_1_brings_them_back(void **state)
{
    (void)state;
    boot();
    send("AT+CMEE=2;+CREG=1;+CFUN=0\r");
    EXPECT_BYTES(&module, "\r\n+CPIN: NOT READY\r\n\r\n+CREG: 0\r\n\r\nOK\r\n");
    send("AT+CPIN?\r");
    EXPECT_BYTES(&module, "\r\n+CME ERROR: SIM failure\r\n");
    send("AT+CNACT=1\r");
    EXPECT_BYTES(&module, "\r\n+CME ERROR: CFUN state is 0 or 4\r\n");
    send("AT+CFUN=0\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    send("AT+CFUN=1\r");
    EXPECT_BYTES(&module, "\r\n+CREG: 2\r\n\r\nOK\r\n");
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n\r\n+CREG: 1\r\n");
    send("AT+CFUN=1\r");
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\nOK\r\n");
}

static void a_module_may_be_stuck_in_factory_test_mode(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_CFUN_STUCK, 1);
    set(SIM_SETTING_CFUN_LEVEL, 5);
    boot();
    send("AT+CFUN?;+COPS?;+CREG?;+CPIN?\r");
    EXPECT_BYTES(&module, "\r\n+CFUN: 5\r\n+COPS: 0\r\n+CREG: 0,6\r\n+CPIN: READY\r\n\r\nOK\r\n");
    send("AT+CFUN=1\r");
    EXPECT_BYTES(&module, "\r\nERROR\r\n");
    module_apply(&module, SIM_ACTION_SETTING, SIM_SETTING_CFUN_STUCK, 0, NULL);
    send("AT+CFUN=1;+CFUN?\r");
    EXPECT_BYTES(&module, "\r\n+CFUN: 1\r\n\r\nOK\r\n");
}

static void every_level_of_cfun_but_the_unknown_ones_is_taken(void **state)
{
    (void)state;
    boot();
    EXPECT_ASK(&module, "AT+CFUN=?", "|+CFUN: (0-1,4-7),(0-1)||OK|");
    EXPECT_ASK(&module, "AT+CFUN=4;+CFUN?", "|+CFUN: 4||OK|");
    EXPECT_ASK(&module, "AT+CFUN=2", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFUN=8", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFUN=1,2", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFUN=1,0,0", "|ERROR|");
    EXPECT_ASK(&module, "AT+CFUN=", "|ERROR|");
}

static void a_locked_card_opens_with_its_pin(void **state)
{
    (void)state;
    set(SIM_SETTING_SIM_CARD, 2);
    boot();
    EXPECT_ASK(&module, "AT+CMEE=1;+CPIN?", "|+CPIN: SIM PIN||OK|");
    EXPECT_ASK(&module, "AT+CIMI", "|+CME ERROR: 11|");
    EXPECT_ASK(&module, "AT+CPIN=\"0000\"", "|+CME ERROR: 16|");
    send("AT+CPIN=1234\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
    EXPECT_ASK(&module, "AT+CREG?", "|+CREG: 0,1||OK|");
    EXPECT_ASK(&module, "AT+CPIN=1234", "|+CME ERROR: 3|");
}

static void three_wrong_pins_lock_the_card_for_good(void **state)
{
    (void)state;
    set(SIM_SETTING_SIM_CARD, 2);
    boot();
    module_ask(&module, "AT+CMEE=1");
    for (int i = 0; i < 3; i++)
        EXPECT_ASK(&module, "AT+CPIN=\"9999\"", "|+CME ERROR: 16|");
    EXPECT_ASK(&module, "AT+CPIN=1234", "|+CME ERROR: 12|");
    EXPECT_ASK(&module, "AT+CPIN?", "|+CPIN: SIM PUK||OK|");
}

/* ---- the app network ----------------------------------------------------------------------- */

static void cnact_answers_first_and_tells_later(void **state)
{
    (void)state;
    boot();
    module_send(&module, "AT+CNACT=1,\"cmnet\"\r", 19);
    module_run(&module, 20000);
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    module_run(&module, 489999);
    EXPECT_BYTES(&module, "");
    module_run(&module, 1);
    EXPECT_BYTES(&module, "\r\n+APP PDP: ACTIVE\r\n");
    send("AT+CNACT?\r");
    EXPECT_BYTES(&module, "\r\n+CNACT: 1,\"10.170.31.116\"\r\n\r\nOK\r\n");
    send("AT+CNACT=1\r");
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    send("AT+CNACT=0\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n\r\n+APP PDP: DEACTIVE\r\n");
    send("AT+CNACT=0\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    EXPECT_ASK(&module, "AT+CNACT=?", "|+CNACT: (0-2),(0-63)||OK|");
    EXPECT_ASK(&module, "AT+CNACT=3", "|ERROR|");
}

static void cnact_while_it_works_reads_in_progress(void **state)
{
    (void)state;
    boot();
    send("AT+CNACT=1\r");
    module.sent_length = 0;
    send("AT+CNACT?\r");
    EXPECT_BYTES(&module, "\r\n+CNACT: 2,\"0.0.0.0\"\r\n\r\nOK\r\n");
}

static void a_refused_app_network_is_told_after_a_while_or_at_once(void **state)
{
    (void)state;
    set(SIM_SETTING_PDP, 1);
    boot();
    send("AT+CNACT=1\r");
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    module_run(&module, 4800000);
    EXPECT_BYTES(&module, "");
    module_run(&module, 200000);
    EXPECT_BYTES(&module, "\r\n+APP PDP: DEACTIVE\r\n");
    module_set(&module, SIM_SETTING_PDP_FAILURE, 1);
    EXPECT_ASK(&module, "AT+CMEE=1;+CNACT=1", "|+CME ERROR: 148|");
}

static void cnact_again_may_be_an_error_or_told_again(void **state)
{
    (void)state;
    boot();
    send("AT+CNACT=1\r");
    module_run(&module, SECOND_US);
    module_set(&module, SIM_SETTING_PDP_AGAIN, 1);
    EXPECT_ASK(&module, "AT+CNACT=1", "|ERROR|");
    module_set(&module, SIM_SETTING_PDP_AGAIN, 2);
    send("AT+CNACT=1\r");
    module.sent_length = 0;
    module_run(&module, SECOND_US);
    EXPECT_BYTES(&module, "\r\n+APP PDP: ACTIVE\r\n");
}

static void a_lost_bearer_comes_back_by_itself_in_mode_2(void **state)
{
    (void)state;
    boot();
    assert_false(apply(SIM_ACTION_BEARER_LOST, 0));
    send("AT+CNACT=2\r");
    module_run(&module, SECOND_US);
    module.sent_length = 0;
    assert_true(apply(SIM_ACTION_BEARER_LOST, 0));
    module_run(&module, SECOND_US);
    EXPECT_BYTES(&module, "\r\n+APP PDP: DEACTIVE\r\n\r\n+APP PDP: ACTIVE\r\n");
    assert_true(apply(SIM_ACTION_NETWORK, 0));
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\n+APP PDP: DEACTIVE\r\n");
    assert_true(apply(SIM_ACTION_NETWORK, 1));
    module_run(&module, MINUTE_US);
    EXPECT_BYTES(&module, "\r\n+APP PDP: ACTIVE\r\n");
}

/* ---- operator ------------------------------------------------------------------------------ */

static void cops_lists_names_and_chooses(void **state)
{
    (void)state;
    boot();
    EXPECT_ASK(&module, "AT+COPS=3,2;+COPS?", "|+COPS: 0,2,\"46000\",7||OK|");
    EXPECT_ASK(&module, "AT+COPS=3,0;+COPS?", "|+COPS: 0,0,\"CHINA MOBILE\",7||OK|");
    send("AT+COPS=?\r");
    EXPECT_BYTES(&module, "");
    module_run(&module, 20 * SECOND_US);
    EXPECT_BYTES(&module, "\r\n+COPS: (2,\"CHINA MOBILE\",\"CHINA MOBILE\",\"46000\",7),,"
                          "(0,1,2,3,4),(0,1,2)\r\n\r\nOK\r\n");
    send("AT+COPS=1,2,\"46000\"\r");
    module_run(&module, 10 * SECOND_US);
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    EXPECT_ASK(&module, "AT+COPS=2;+COPS?;+CREG?", "|+COPS: 2|+CREG: 0,0||OK|");
    send("AT+COPS=0\r");
    module_run(&module, 10 * SECOND_US);
    EXPECT_BYTES(&module, "\r\nOK\r\n");
    EXPECT_ASK(&module, "AT+COPS?", "|+COPS: 0,0,\"CHINA MOBILE\",7||OK|");
    EXPECT_ASK(&module, "AT+COPS=5", "|ERROR|");
}

static void cpsi_tells_system_and_cell(void **state)
{
    (void)state;
    boot();
    module_set(&module, SIM_SETTING_SIGNAL, -52);
    EXPECT_ASK(&module, "AT+CPSI?",
               "|+CPSI: LTE CAT-M1,Online,460-00,0x5B57,26543899,149,"
               "EUTRAN-BAND20,6400,3,3,-12,-81,-52,10||OK|");
    module_set(&module, SIM_SETTING_ACCESS, 2);
    module_set(&module, SIM_SETTING_CELL, 8926);
    module_set(&module, SIM_SETTING_SIGNAL, -88);
    EXPECT_ASK(&module, "AT+CPSI?",
               "|+CPSI: GSM,Online,460-00,0x5b57,8926,754 DCS 1800,"
               "-88,0,18-18||OK|");
    EXPECT_ASK(&module, "AT+CFUN=4;+CPSI?", "|+CPSI: NO SERVICE,Offline||OK|");
}

static void cgatt_detaches_and_attaches(void **state)
{
    (void)state;
    boot();
    EXPECT_ASK(&module, "AT+CGATT?", "|+CGATT: 1||OK|");
    EXPECT_ASK(&module, "AT+CGATT=0;+CGATT?;+CGPADDR=1", "|+CGATT: 0|+CGPADDR: 1,0.0.0.0||OK|");
    EXPECT_ASK(&module, "AT+CEREG?;+COPS?;+CSQ", "|+CEREG: 0,0|+COPS: 0|+CSQ: 24,99||OK|");
    EXPECT_ASK(
        &module, "AT+CGATT=1;+CGATT?;+CGPADDR",
        "|+CGATT: 1|+CGPADDR: 1,10.170.31.116|+CGPADDR: 13,0.0.0.0|+CGPADDR: 14,0.0.0.0||OK|");
    EXPECT_ASK(&module, "AT+CGPADDR=14,1", "|+CGPADDR: 14,0.0.0.0|+CGPADDR: 1,10.170.31.116||OK|");
    EXPECT_ASK(&module, "AT+CGPADDR=2", "|ERROR|");
    EXPECT_ASK(&module, "AT+CGPADDR=?", "|+CGPADDR: (1,13,14)||OK|");
    module_ask(&module, "AT+CGDCONT=1,\"IPV4V6\"");
    EXPECT_ASK(&module, "AT+CGPADDR=1", "|+CGPADDR: 1,10.170.31.116||OK|");
    module_set(&module, SIM_SETTING_NETWORK_IPV6, 1);
    EXPECT_ASK(&module, "AT+CGPADDR=1",
               "|+CGPADDR: 1,10.170.31.116,32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1||OK|");
    EXPECT_ASK(&module, "AT+CGDCONT=2,\"IPV6\";+CGPADDR=2",
               "|+CGPADDR: 2,0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0||OK|");
    EXPECT_ASK(&module, "AT+CGACT=1,2;+CGPADDR=2",
               "|+CGPADDR: 2,32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.2||OK|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registration_takes_its_time_and_is_told_on_demand, setup),
        cmocka_unit_test_setup(another_cell_is_told_where_places_are, setup),
        cmocka_unit_test_setup(the_network_s_name_comes_with_its_time, setup),
        cmocka_unit_test_setup(network_time_may_come_twice, setup),
        cmocka_unit_test_setup(a_network_may_be_a_guest_s_refuse_or_not_be_there, setup),
        cmocka_unit_test_setup(lost_coverage_is_told_and_takes_the_app_network_along, setup),
        cmocka_unit_test_setup(network_time_is_told_with_clts, setup),
        cmocka_unit_test_setup(cfun_0_takes_card_and_network_and_cfun_1_brings_them_back, setup),
        cmocka_unit_test_setup(a_module_may_be_stuck_in_factory_test_mode, setup),
        cmocka_unit_test_setup(every_level_of_cfun_but_the_unknown_ones_is_taken, setup),
        cmocka_unit_test_setup(a_locked_card_opens_with_its_pin, setup),
        cmocka_unit_test_setup(three_wrong_pins_lock_the_card_for_good, setup),
        cmocka_unit_test_setup(cnact_answers_first_and_tells_later, setup),
        cmocka_unit_test_setup(cnact_while_it_works_reads_in_progress, setup),
        cmocka_unit_test_setup(a_refused_app_network_is_told_after_a_while_or_at_once, setup),
        cmocka_unit_test_setup(cnact_again_may_be_an_error_or_told_again, setup),
        cmocka_unit_test_setup(a_lost_bearer_comes_back_by_itself_in_mode_2, setup),
        cmocka_unit_test_setup(cops_lists_names_and_chooses, setup),
        cmocka_unit_test_setup(cpsi_tells_system_and_cell, setup),
        cmocka_unit_test_setup(cgatt_detaches_and_attaches, setup),
    };
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
