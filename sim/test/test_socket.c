/* CIP*: dialogs of T20 and T21 whole and byte by byte, one and several connections, hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/test/support_exchange.h"

static const struct exchange rows[] = {
    {"the address comes without ok unless the line goes on",
     {{"AT+CIICR\r", "AT+CIICR\r\r\nOK\r\n"},
      {"AT+CIFSR\r", "AT+CIFSR\r\r\n10.170.31.116\r\n"},
      {"AT+CIFSR;E0\r", "AT+CIFSR;E0\r\r\n10.170.31.116\r\n\r\nOK\r\n"},
      {"AT+CIPSHUT\r", "\r\nSHUT OK\r\n"},
      {NULL, NULL}},
     1,
     {{SIM_SETTING_CIICR_DELAY, 300}}},
    {"one connection tells its states",
     {{"ATE0+CIPSTATUS\r", "ATE0+CIPSTATUS\r\r\nOK\r\n\r\nSTATE: IP INITIAL\r\n"},
      {"AT+CIPSTART=\"TCP\",\"example.com\",80\r", "\r\nOK\r\n\r\nCONNECT OK\r\n"},
      {"AT+CIPSTATUS\r", "\r\nOK\r\n\r\nSTATE: CONNECT OK\r\n"},
      {"AT+CIPCLOSE\r", "\r\nCLOSE OK\r\n"},
      {"AT+CIPSTATUS\r", "\r\nOK\r\n\r\nSTATE: TCP CLOSED\r\n"},
      {"AT+CIPCLOSE\r", "\r\nERROR\r\n"}},
     0,
     {{0}}},
    {"what is sent to the echo comes back",
     {{"ATE0+CIPSTART=\"UDP\",\"192.0.2.7\",\"7\"\r",
       "ATE0+CIPSTART=\"UDP\",\"192.0.2.7\",\"7\"\r\r\nOK\r\n\r\nCONNECT OK\r\n"},
      {"AT+CIPSEND=5\r", "\r\n> "},
      {"he\x1alo", "\r\nSEND OK\r\nhe\x1alo"},
      {"AT+CIPHEAD=1;+CIPSEND\r", "\r\n> "},
      {"abc\x1a", "\r\nSEND OK\r\n\r\n+IPD,3:abc"},
      {NULL, NULL}},
     0,
     {{0}}},
    {"esc gives up what was to be sent and the port echoes it",
     {{"AT+CIPSTART=\"TCP\",\"a\",80\r",
       "AT+CIPSTART=\"TCP\",\"a\",80\r\r\nOK\r\n\r\nCONNECT OK\r\n"},
      {"AT+CIPSEND\r", "AT+CIPSEND\r\r\n> "},
      {"abc\x1b", "abc\r\nOK\r\n"},
      {"AT+CIPSEND=2\r", "AT+CIPSEND=2\r\r\n> "},
      {"xy", "xy\r\nSEND OK\r\nxy"},
      {NULL, NULL}},
     0,
     {{0}}},
    {"a refused connection fails",
     {{"ATE0+CIPSTART=\"TCP\",\"a\",80\r",
       "ATE0+CIPSTART=\"TCP\",\"a\",80\r\r\nOK\r\n\r\nSTATE: TCP CLOSED\r\n\r\nCONNECT FAIL\r\n"},
      {"AT+CIPSEND=1\r", "\r\nERROR\r\n"},
      {NULL, NULL}},
     1,
     {{SIM_SETTING_PEER, 1}}},
    {"without an address nothing is pinged or closed or started",
     {{"ATE0+CIPPING=\"8.8.8.8\"\r", "ATE0+CIPPING=\"8.8.8.8\"\r\r\nERROR\r\n"},
      {"AT+CIPMUX=1;+CMEE=2;+CIPCLOSE=0\r", "\r\n+CME ERROR: operation not allowed\r\n"},
      {"AT+CIPSTART=0,\"TCP\",\"a\",1\r", "\r\n+CME ERROR: operation not allowed\r\n"},
      {"AT+CIFSR\r", "\r\n+CME ERROR: operation not allowed\r\n"},
      {NULL, NULL}},
     0,
     {{0}}},
};

/* ---- more than rows can say ---------------------------------------------------------------- */

static struct module module;

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    module_begin(&module);
    return 0;
}

static void several(void)
{
    module_power_on(&module);
    module_ask(&module, "AT+CIPMUX=1;+CSTT=\"ctnb\";+CIICR");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|OK|");
    EXPECT_ASK(&module, "AT+CIFSR", "|10.170.31.116|");
}

static void the_dialogue_of_t21_repeats(void **state)
{
    (void)state;
    module_power_on(&module);
    module_ask(&module, "AT+CMEE=2;+CIPMUX=1");
    EXPECT_ASK(&module, "AT+CIPSHUT", "|SHUT OK|");
    EXPECT_ASK(&module, "AT+CGATT=0", "|OK|");
    EXPECT_ASK(&module, "AT+SAPBR=3,1,\"Contype\",\"GPRS\"", "|OK|");
    EXPECT_ASK(&module, "AT+SAPBR=3,1,\"APN\",\"telstra.wap\"", "|OK|");
    EXPECT_ASK(&module, "AT+CGATT=1", "|OK|");
    module_ask(&module, "AT+SAPBR=1,1");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|OK|");
    EXPECT_ASK(&module, "AT+SAPBR=2,1", "|+SAPBR: 1,1,\"10.170.31.116\"||OK|");
    module_ask(&module, "AT+CIICR");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|OK|");
    EXPECT_ASK(&module, "AT+CIFSR;E0", "|10.170.31.116||OK|");
    EXPECT_ASK(&module, "AT+CIPCLOSE=0", "|+CME ERROR: operation not allowed|");
    EXPECT_ASK(&module, "AT+CIPSTART=0,\"TCP\",\"example.com\",80", "|OK||0, CONNECT OK|");
}

static void a_lost_bearer_is_as_in_t20(void **state)
{
    (void)state;
    several();
    EXPECT_ASK(&module, "AT+CIPSTART=3,\"TCP\",\"example.com\",80", "|OK||3, CONNECT OK|");
    assert_true(module_apply(&module, SIM_ACTION_BEARER_LOST, 0, 0, NULL));
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+PDP: DEACT|");
    EXPECT_PART(module_ask(&module, "AT+CIPSTATUS"), "|OK||STATE: PDP DEACT|");
    EXPECT_ASK(&module, "AT+CIPCLOSE=3", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+CIPSHUT", "|SHUT OK|");
    EXPECT_PART(module_ask(&module, "AT+CIPSTATUS"), "|OK||STATE: IP INITIAL|");
}

static void a_library_reads_what_it_wants_when_it_wants(void **state)
{
    (void)state;
    several();
    EXPECT_ASK(&module, "AT+CIPQSEND=1;+CIPRXGET=1", "|OK|");
    EXPECT_ASK(&module, "AT+CIPSTART=1,\"TCP\",\"example.com\",80", "|OK||1, CONNECT OK|");
    EXPECT_ASK(&module, "AT+CIPRXGET=4,1", "|+CIPRXGET: 4,1,0||OK|");
    EXPECT_ASK(&module, "AT+CIPSEND=1,10", "|> ");
    module_send(&module, "0123456789", 10);
    EXPECT_OUTPUT(&module, "|DATA ACCEPT:1,10|");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+CIPRXGET: 1,1|");
    EXPECT_ASK(&module, "AT+CIPRXGET=4,1", "|+CIPRXGET: 4,1,10||OK|");
    EXPECT_ASK(&module, "AT+CIPRXGET=2,1,4", "|+CIPRXGET: 2,1,4,6|0123|OK|");
    EXPECT_ASK(&module, "AT+CIPRXGET=3,1,2", "|+CIPRXGET: 3,1,2,4|3435|OK|");
    EXPECT_ASK(&module, "AT+CIPRXGET=2,1,1460", "|+CIPRXGET: 2,1,4,0|6789|OK|");
    EXPECT_ASK(&module, "AT+CIPRXGET=2,1,1460", "|+CIPRXGET: 2,1,0,0||OK|");
    EXPECT_PART(module_ask(&module, "AT+CIPSTATUS=1"), ",\"80\",\"CONNECTED\"||OK|");
    EXPECT_ASK(&module, "AT+CIPCLOSE=1", "|1, CLOSE OK|");
    EXPECT_ASK(&module, "AT+CIPSTATUS=1", "|+CIPSTATUS: 1,,\"\",\"\",\"\",\"INITIAL\"||OK|");
}

static void several_connections_say_which_one_has_received(void **state)
{
    (void)state;
    several();
    EXPECT_ASK(&module, "AT+CIPSTART=0,\"TCP\",\"a\",80", "|OK||0, CONNECT OK|");
    EXPECT_ASK(&module, "AT+CIPSTART=7,\"UDP\",\"b\",53", "|OK||7, CONNECT OK|");
    EXPECT_ASK(&module, "AT+CIPSTART=7,\"UDP\",\"b\",53", "|+CME ERROR: 3||7, ALREADY CONNECT|");
    EXPECT_ASK(&module, "AT+CIPSEND=7,2", "|> ");
    module_send(&module, "ab", 2);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|7, SEND OK||+RECEIVE,7,2:|ab");
    EXPECT_ASK(&module, "AT+CIPMUX=0", "|+CME ERROR: 3|");
}

static void names_and_echoes_have_answers(void **state)
{
    (void)state;
    several();
    EXPECT_ASK(&module, "AT+CDNSGIP=\"192.0.2.9\"",
               "|OK||+CDNSGIP: 1,\"192.0.2.9\",\"192.0.2.9\"|");
    module_apply(&module, SIM_ACTION_SETTING, SIM_SETTING_DNS, 1, NULL);
    EXPECT_ASK(&module, "AT+CDNSGIP=\"nobody.example\"", "|OK||+CDNSGIP: 0,8|");
    module_output(&module);
    module_send(&module, "AT+CIPPING=\"192.0.2.9\",2\r", 25);
    module_run(&module, 3 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+CIPPING: 1,\"192.0.2.9\",2,54|+CIPPING: 2,\"192.0.2.9\",2,54||OK|");
    EXPECT_ASK(&module, "AT+SNPING4=\"192.0.2.9\",1,16,1000", "|+CME ERROR: 3|");
    module_ask(&module, "AT+CNACT=1");
    module_run(&module, SECOND_US);
    EXPECT_ASK(&module, "AT+SNPING4=\"192.0.2.9\",1,16,1000", "|+SNPING4: 1,192.0.2.9,200||OK|");
}

/* ---- the surroundings ---------------------------------------------------------------------- */

static void the_surroundings_are_asked_and_answer(void **state)
{
    (void)state;
    struct sim_net_request request;
    module_set(&module, SIM_SETTING_PEER, 3);
    module_begin(&module);
    several();
    EXPECT_ASK(&module, "AT+CIPSTART=2,\"TCP\",\"example.com\",8080", "|OK|");
    assert_true(sim_net_wanted(&module.sim, &module.host, &request));
    assert_int_equal(request.kind, SIM_NET_OPEN_TCP);
    assert_int_equal(request.channel, 2);
    assert_int_equal(request.port, 8080);
    assert_string_equal(request.host, "example.com");
    assert_false(sim_net_wanted(&module.sim, &module.host, &request));
    uint16_t job = request.job;
    sim_net_opened(&module.sim, &module.host, 2, (uint16_t)(job + 1), module.now_us);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "");
    sim_net_opened(&module.sim, &module.host, 2, job, module.now_us);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|2, CONNECT OK|");
    EXPECT_ASK(&module, "AT+CIPSEND=2,3", "|> ");
    module_send(&module, "abc", 3);
    EXPECT_OUTPUT(&module, "|2, SEND OK|");
    assert_true(sim_net_wanted(&module.sim, &module.host, &request));
    assert_int_equal(request.kind, SIM_NET_SEND);
    assert_int_equal(request.size, 3);
    assert_memory_equal(request.bytes, "abc", 3);
    assert_false(sim_net_wanted(&module.sim, &module.host, &request));
    sim_net_received(&module.sim, &module.host, 2, job, "hello", 5, module.now_us);
    sim_net_closed(&module.sim, &module.host, 2, job, module.now_us);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+RECEIVE,2,5:|hello|2, CLOSED|");
    EXPECT_ASK(&module, "AT+CIPCLOSE=2", "|2, CLOSE OK|");
}

static void what_nobody_reads_does_not_grow_without_bound(void **state)
{
    (void)state;
    static uint8_t piece[4096];
    struct sim_net_request request;
    module_set(&module, SIM_SETTING_PEER, 3);
    module_begin(&module);
    several();
    EXPECT_ASK(&module, "AT+CIPRXGET=1;+CIPSTART=0,\"TCP\",\"a\",1", "|OK|");
    assert_true(sim_net_wanted(&module.sim, &module.host, &request));
    sim_net_opened(&module.sim, &module.host, 0, request.job, module.now_us);
    for (unsigned i = 0; i < 100; i++)
        sim_net_received(&module.sim, &module.host, 0, request.job, piece, sizeof piece,
                         module.now_us);
    EXPECT_PART(module_ask(&module, "AT+CIPRXGET=4,0"), "|+CIPRXGET: 4,0,65536||OK|");
    assert_int_equal(sim_net_room(&module.sim, &module.host, 0), 0);
}

static void hostile_arguments_are_errors(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "AT+CIPSTART=8,\"TCP\",\"a\",80",
        "AT+CIPSTART=-1,\"TCP\",\"a\",80",
        "AT+CIPSTART=0,\"TCP\",\"a\",0",
        "AT+CIPSTART=0,\"TCP\",\"a\",65536",
        "AT+CIPSTART=0,\"TCP\",\"\",80",
        "AT+CIPSTART=0,\"SCTP\",\"a\",80",
        "AT+CIPSTART=0,\"TCP\",\"a\"",
        "AT+CIPSTART=0,\"TCP\",\"a\",80,1",
        "AT+CIPSTART=0,\"TCP\",\"a\",99999999999999999999",
        "AT+CIPSEND=0,1",
        "AT+CIPSEND=9",
        "AT+CIPCLOSE=8",
        "AT+CIPSTATUS=8",
        "AT+CIPRXGET=5",
        "AT+CIPRXGET=2,0,1461",
        "AT+CIPRXGET=2,0,1",
        "AT+CDNSGIP=\"\"",
        "AT+CIPPING=\"a\",101",
        "AT+CSTT=\"late\"",
        "AT+CIICR",
    };
    char line[600];
    several();
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        EXPECT_ASK(&module, wrong[i], "|+CME ERROR: 3|");
    int length = snprintf(line, sizeof line, "AT+CIPSTART=0,\"TCP\",\"");
    memset(line + length, 'h', 101);
    snprintf(line + length + 101, sizeof line - (size_t)length - 101, "\",80");
    EXPECT_ASK(&module, line, "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+CIPSTART=0,\"TCP\",\"a\",80", "|OK||0, CONNECT OK|");
    EXPECT_ASK(&module, "AT+CIPSEND=0,1461", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+CIPSEND=0", "|> ");
    for (unsigned i = 0; i < 2000; i++)
        module_send(&module, "x", 1);
    module_send(&module, "\x1a", 1);
    EXPECT_OUTPUT(&module, "|0, SEND FAIL|");
}

static void contexts_are_activated_one_by_one(void **state)
{
    (void)state;
    module_power_on(&module);
    EXPECT_ASK(&module, "AT+CGACT?", "|+CGACT: 1,1|+CGACT: 13,0|+CGACT: 14,0||OK|");
    EXPECT_ASK(&module, "AT+CGACT=1,13;+CGACT=0,1;+CGACT?",
               "|+CGACT: 1,0|+CGACT: 13,1|+CGACT: 14,0||OK|");
    EXPECT_ASK(&module, "AT+CGACT=0;+CGATT=0", "|OK|");
    EXPECT_ASK(&module, "AT+CGACT=1,1;+CGATT?;+CGACT?",
               "|+CGATT: 1|+CGACT: 1,1|+CGACT: 13,0|+CGACT: 14,0||OK|");
    EXPECT_ASK(&module, "AT+CGACT=2,1", "|ERROR|");
    EXPECT_ASK(&module, "AT+CGACT=1,25", "|ERROR|");
    EXPECT_ASK(&module, "AT+CGACT=1,2", "|ERROR|");
    EXPECT_ASK(&module, "AT+CGNAPN", "|+CGNAPN: 1,\"ctnb\"||OK|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_dialogue_of_t21_repeats, setup),
        cmocka_unit_test_setup(a_lost_bearer_is_as_in_t20, setup),
        cmocka_unit_test_setup(a_library_reads_what_it_wants_when_it_wants, setup),
        cmocka_unit_test_setup(several_connections_say_which_one_has_received, setup),
        cmocka_unit_test_setup(names_and_echoes_have_answers, setup),
        cmocka_unit_test_setup(the_surroundings_are_asked_and_answer, setup),
        cmocka_unit_test_setup(what_nobody_reads_does_not_grow_without_bound, setup),
        cmocka_unit_test_setup(hostile_arguments_are_errors, setup),
        cmocka_unit_test_setup(contexts_are_activated_one_by_one, setup),
    };
    int failed = exchange_run("socket", rows, sizeof rows / sizeof rows[0]);
    return failed + cmocka_run_group_tests_name("sockets", tests, NULL, NULL);
}
