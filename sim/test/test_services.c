/*
 * Services over the app network beside downloads: MQTT, connections of CA*, the time of a server,
 * FTP uploads, parameters of SH*; and backups of files, the radio connection, causes of calls.
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
    module_run(&module, 10 * SECOND_US);
    module_ask(&module, "ATE0");
    module_ask(&module, "AT+CNACT=1,\"iot\"");
    module_run(&module, 2 * SECOND_US);
    module_output(&module);
    return 0;
}

static void send(const char *text)
{
    module_send(&module, text, strlen(text));
    module_run(&module, SECOND_US / 10);
}

/* ---- MQTT ---------------------------------------------------------------------------------- */

static void connect_broker(void)
{
    EXPECT_ASK(&module, "AT+SMCONF=url,broker.example,1883", "|OK|");
    module_set(&module, SIM_SETTING_MQTT_CONNECT_TIME, 100);
    EXPECT_ASK(&module, "AT+SMCONN", "|OK|");
    EXPECT_ASK(&module, "AT+SMSTATE?", "|+SMSTATE: 1||OK|");
}

static void what_is_published_comes_back_on_a_subscribed_topic(void **state)
{
    (void)state;
    connect_broker();
    EXPECT_ASK(&module, "AT+SMSUB=\"a/b\",1", "|OK|");
    EXPECT_ASK(&module, "AT+SMPUB=\"a/b\",\"5\",1,0", "|> ");
    send("hello");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|OK||+SMSUB: \"a/b\",\"hello\"|");
    EXPECT_ASK(&module, "AT+SMUNSUB=\"a/b\"", "|OK|");
    module_ask(&module, "AT+SMPUB=\"a/b\",2,0,0");
    send("no");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|OK|");
    EXPECT_ASK(&module, "AT+SMDISC", "|OK|");
    EXPECT_ASK(&module, "AT+SMSTATE?", "|+SMSTATE: 0||OK|");
}

static void a_lost_network_ends_the_connection_to_the_broker(void **state)
{
    (void)state;
    connect_broker();
    module_ask(&module, "AT+SMPUB=\"a\",2,0,0");
    send("no");
    module_apply(&module, SIM_ACTION_BEARER_LOST, 0, 0, NULL);
    module_run(&module, SECOND_US);
    EXPECT_PART(module_output(&module), "|+SMSTATE: 0||OK|");
    EXPECT_ASK(&module, "AT+SMCONN", "|+CME ERROR: 3|");
}

static void a_broker_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    EXPECT_ASK(&module, "AT+SMCONN", "|+CME ERROR: 3|"); /* no URL */
    module_ask(&module, "AT+SMCONF=\"URL\",\"broker.example\"");
    module_set(&module, SIM_SETTING_MQTT_CONNECT_TIME, 100);
    module_set(&module, SIM_SETTING_PEER, SIM_PEER_REFUSE);
    EXPECT_ASK(&module, "AT+SMCONN", "|ERROR|");
    EXPECT_ASK(&module, "AT+SMPUB=\"a\",2,0,0", "|+CME ERROR: 3|");
    EXPECT_PART(module_ask(&module, "AT+SMCONF?"), "|URL: \"broker.example\"|");
}

/* ---- CA* ----------------------------------------------------------------------------------- */

static void a_connection_sends_and_reads(void **state)
{
    (void)state;
    EXPECT_ASK(&module, "AT+CACID=0;+CSSLCFG=\"sslversion\",0,3", "|OK|");
    EXPECT_ASK(&module, "AT+CSSLCFG=\"sslversion\",0,6", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+CSSLCFG=\"convert\",2,\"missing\"", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+CASSLCFG=0,\"ssl\",1", "|OK|");
    EXPECT_ASK(&module, "AT+CASSLCFG?",
               "|+CASSLCFG: 0|cacert: |clientcert: |psktable: |timeout: 0|ssl: 1|crindex: 0|"
               "localport: 0|protocol: 0||OK|");
    EXPECT_ASK(&module, "AT+CAOPEN=0,\"a.example\",443", "|+CAOPEN: 0,0||OK|");
    EXPECT_ASK(&module, "AT+CASTATE?", "|+CASTATE: 0,1||OK|");
    EXPECT_ASK(&module, "AT+CASEND=0,5,1000", "|> ");
    send("hello");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|OK||+CASEND: 0,0,5||+CADATAIND: 0|");
    EXPECT_ASK(&module, "AT+CARECV?", "|+CARECV: 0,5||OK|");
    EXPECT_ASK(&module, "AT+CARECV=0,3", "|+CARECV: 3,hel||OK|");
    EXPECT_ASK(&module, "AT+CARECV=0,100", "|+CARECV: 2,lo||OK|");
    EXPECT_ASK(&module, "AT+CARECV=0,100", "|+CARECV: 0||OK|");
    EXPECT_ASK(&module, "AT+CACLOSE=0", "|OK|");
    EXPECT_ASK(&module, "AT+CACLOSE=0", "|+CME ERROR: 3|");
}

static void a_connection_fails_and_is_lost(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_PEER, SIM_PEER_REFUSE);
    EXPECT_ASK(&module, "AT+CAOPEN=1,\"a.example\",443", "|+CAOPEN: 1,1||OK|");
    module_set(&module, SIM_SETTING_PEER, SIM_PEER_ECHO);
    module_ask(&module, "AT+CAOPEN=1,\"a.example\",443");
    module_ask(&module, "AT+CASEND=1,5,1000");
    send("hel");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+CME ERROR: 3|"); /* the time is over */
    module_apply(&module, SIM_ACTION_BEARER_LOST, 0, 0, NULL);
    module_run(&module, SECOND_US);
    EXPECT_PART(module_output(&module), "|+CASTATE: 1,0|");
    EXPECT_ASK(&module, "AT+CAOPEN=1,\"a.example\",443", "|+CME ERROR: 3|");
}

static void connections_of_both_kinds_do_not_disturb_each_other(void **state)
{
    (void)state;
    module_ask(&module, "AT+CIPMUX=1;+CSTT=\"iot\";+CIICR");
    module_run(&module, 2 * SECOND_US);
    module_ask(&module, "AT+CIFSR");
    module_ask(&module, "AT+CIPSTART=0,\"TCP\",\"b.example\",80");
    EXPECT_ASK(&module, "AT+CAOPEN=0,\"a.example\",443", "|+CAOPEN: 0,0||OK|");
    module_run(&module, SECOND_US);
    module_output(&module);
    EXPECT_ASK(&module, "AT+CIPSHUT", "|SHUT OK|");
    EXPECT_ASK(&module, "AT+CASTATE?", "|+CASTATE: 0,1||OK|");
}

/* ---- CNTP ---------------------------------------------------------------------------------- */

static void the_time_of_a_server_sets_the_clock(void **state)
{
    (void)state;
    EXPECT_ASK(&module, "AT+CNTP", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+CNTP=\"pool.example\",8", "|OK|");
    EXPECT_ASK(&module, "AT+CNTP?", "|+CNTP: \"pool.example\",8,1,0||OK|");
    EXPECT_ASK(&module, "AT+CNTP", "|OK||+CNTP: 1|");
    EXPECT_PART(module_ask(&module, "AT+CCLK?"), "|+CCLK: \"19/06/26,");
    EXPECT_PART(module_ask(&module, "AT+CCLK?"), "+08\"");
    module_set(&module, SIM_SETTING_DNS, 1);
    EXPECT_ASK(&module, "AT+CNTP", "|OK||+CNTP: 62|");
    module_ask(&module, "AT+CNACT=0");
    EXPECT_ASK(&module, "AT+CNTP", "|OK||+CNTP: 61|");
}

/* ---- FTPPUT -------------------------------------------------------------------------------- */

static void an_upload_takes_bytes_and_ends(void **state)
{
    (void)state;
    module.server = (struct module_server){.status = 200, .blob = -1};
    module_ask(&module, "AT+FTPSERV=\"f.example\";+FTPPUTNAME=\"log.txt\";+FTPPUTPATH=\"/in/\"");
    EXPECT_ASK(&module, "AT+FTPPUT=1", "|OK|");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPPUT: 1,1,1300|");
    EXPECT_ASK(&module, "AT+FTPPUT=2,5", "|+FTPPUT: 2,5|");
    send("hello");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|OK||+FTPPUT: 1,1,1300|");
    EXPECT_ASK(&module, "AT+FTPPUT=2,0", "|OK||+FTPPUT: 1,0|");
    assert_string_equal(module.url, "ftp://f.example/in/log.txt");
    EXPECT_ASK(&module, "AT+FTPPUT=2,0", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPPUTOPT=\"XXXX\"", "|+CME ERROR: 3|");
}

/* ---- SHAHEAD, SHPARA ----------------------------------------------------------------------- */

static void parameters_become_the_body_of_a_request(void **state)
{
    (void)state;
    struct sim_http_request request;
    char body[40] = "";
    module_ask(&module, "AT+SHCONF=\"URL\",\"http://a.example\"");
    module_ask(&module, "AT+SHCONF=\"BODYLEN\",1024;+SHCONF=\"HEADERLEN\",30");
    EXPECT_ASK(&module, "AT+SHPARA=\"a\",\"1\"", "|+CME ERROR: 3|"); /* not connected */
    EXPECT_ASK(&module, "AT+SHCONN", "|OK|");
    EXPECT_ASK(&module, "AT+SHAHEAD=\"Connection\",\"keep-alive\"", "|OK|");
    EXPECT_ASK(&module, "AT+SHAHEAD=\"Cache-control\",\"no-cache\"", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+SHCHEAD", "|OK|");
    EXPECT_ASK(&module, "AT+SHAHEAD=\"Cache-control\",\"no-cache\"", "|OK|");
    EXPECT_ASK(&module, "AT+SHPARA=\"a\",\"1\";+SHPARA=\"b\",\"2\"", "|OK|");
    module.server.silent = true;
    module_send(&module, "AT+SHREQ=\"/post\",3\r", 19);
    for (unsigned i = 0; i < 100 && !sim_http_wanted(&module.sim, &request); i++)
        sim_advance(&module.sim, &module.host, module.now_us += 5000);
    assert_int_equal(request.method, SIM_HTTP_POST);
    assert_int_equal(sim_http_request_body(&module.sim, &module.host, 0, body, sizeof body - 1), 7);
    assert_string_equal(body, "a=1&b=2");
}

/* ---- backups ------------------------------------------------------------------------------- */

static void a_backup_brings_a_deleted_file_back_after_a_restart(void **state)
{
    (void)state;
    module_ask(&module, "AT+CFSINIT");
    module_ask(&module, "AT+CFSWFILE=3,\"ca.crt\",0,5,1000");
    send("hello");
    EXPECT_PART(module_ask(&module, "AT+CBAPPS"), "ERROR"); /* nothing is named */
    EXPECT_ASK(&module, "AT+CBAINIT;+CBALIST=0,\"ca.crt\";+CBAPPS", "|OK|");
    EXPECT_ASK(&module, "AT+CFSDFILE=3,\"ca.crt\"", "|OK|");
    module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CRASH, 0, NULL);
    module_run(&module, 20 * SECOND_US);
    module_ask(&module, "ATE0+CFSINIT");
    EXPECT_PART(module_ask(&module, "AT+CFSGFIS=3,\"ca.crt\""), "ERROR");
    EXPECT_ASK(&module, "AT+CBART", "|OK|");
    EXPECT_ASK(&module, "AT+CFSGFIS=3,\"ca.crt\"", "|+CFSGFIS: 5||OK|");
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void the_radio_connection_is_told_while_something_is_transferred(void **state)
{
    (void)state;
    module.server = (struct module_server){.status = 404, .blob = -1};
    EXPECT_ASK(&module, "AT+CRRCSTATE=1", "|OK|");
    EXPECT_ASK(&module, "AT+CRRCSTATE?", "|+CRRCSTATE: 1,0||OK|");
    module_ask(&module, "AT+HTTPTOFS=\"http://a/b\",\"/fota/update.zip\"");
    module_run(&module, 5 * SECOND_US);
    EXPECT_PART(module_told(&module), "urc 0 +CRRCSTATE: 1\n");
    module_apply(&module, SIM_ACTION_NETWORK, 0, 0, NULL);
    module_run(&module, SECOND_US);
    EXPECT_PART(module_told(&module), "urc 0 +CRRCSTATE: 255\n");
}

static void the_cause_of_a_call_is_kept(void **state)
{
    (void)state;
    EXPECT_ASK(&module, "AT+CEER", "|+CEER: No cause information available||OK|");
    module_ask(&module, "ATD123;");
    module_run(&module, 5 * SECOND_US);
    EXPECT_OUTPUT(&module, "|NO CARRIER|");
    EXPECT_ASK(&module, "AT+CEER", "|+CEER: No user responding||OK|");
}

static void lights_name_servers_and_parts_are_read(void **state)
{
    (void)state;
    EXPECT_ASK(&module, "AT+SLEDS?", "|+SLEDS: 1,64,800|+SLEDS: 2,64,3000|+SLEDS: 3,64,300||OK|");
    EXPECT_ASK(&module, "AT+SLEDS=2,100,200", "|OK|");
    EXPECT_PART(module_ask(&module, "AT+SLEDS?"), "|+SLEDS: 2,100,200|");
    EXPECT_ASK(&module, "AT+CDNSCFG=\"192.0.2.1\"", "|OK|");
    EXPECT_ASK(&module, "AT+CDNSCFG?", "|PrimaryDns: 192.0.2.1|SecondaryDns: 0.0.0.0||OK|");
    EXPECT_ASK(&module, "AT+CDNSCFG=\"1.2.3\"", "|+CME ERROR: 3|");
    EXPECT_PART(module_ask(&module, "AT+CDEVICE?"), "|Device Name: ");
    EXPECT_ASK(&module, "AT+CADC?", "|+CADC: 1,0||OK|");
    EXPECT_ASK(&module, "AT+CPSMS=1,,,\"01011111\",\"00000001\"", "|OK|");
    EXPECT_ASK(&module, "AT+CPSMRDP", "|+CPSMRDP: 1,2,1116000,2,1116000,3600||OK|");
}

/* ---- small assumptions --------------------------------------------------------------------- */

static void small_assumptions_can_be_set(void **state)
{
    static const struct {
        enum sim_setting_id setting;
        const char *prepare, *ask, *by_default, *otherwise;
    } rows[] = {
        {SIM_SETTING_UNTOLD_TEST_FORM, "AT", "AT+CFSGFRS=?", "|OK|", "|ERROR|"},
        {SIM_SETTING_FTP_QUIT, "AT", "AT+FTPQUIT", "|ERROR|", "|OK|"},
        {SIM_SETTING_DEFAULT_BEARER, "AT+CGDCONT=13;+CGDCONT=14", "AT+CGACT?", "|+CGACT: 1,1||OK|",
         "|+CGACT: 1,0||OK|"},
        {SIM_SETTING_SMS_PLAIN_ADDRESS, "AT+CMGF=1;+CSCS=\"UCS2\"", "AT+CSCA=\"123\"", "|OK|",
         "|+CMS ERROR: 305|"},
        {SIM_SETTING_NOT_BUILT, "AT", "AT+CLCK=\"FD\",2", "|+CME ERROR: 4|", "|ERROR|"},
        {SIM_SETTING_FTP_STATE, "AT", "AT+FTPTOFSST", "|+FTPTOFSST: 0,61,0||OK|",
         "|+FTPTOFSST: 0,0,0||OK|"},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        module_ask(&module, rows[i].prepare);
        module.sim.ftp.file_error = 61;
        EXPECT_ASK(&module, rows[i].ask, rows[i].by_default);
        module_set(&module, rows[i].setting, 1);
        EXPECT_ASK(&module, rows[i].ask, rows[i].otherwise);
    }
}

static void a_download_to_a_file_that_is_there_can_be_refused(void **state)
{
    static const char line[] = "AT+HTTPTOFS=\"http://a/b\",\"/fota/a\"";
    (void)state;
    module.server = (struct module_server){.status = 200, .blob = -1};
    for (int32_t refused = 0; refused < 2; refused++) {
        module_set(&module, SIM_SETTING_HTTP_EXISTING, refused);
        EXPECT_PART(module_ask(&module, line), refused ? "|ERROR|" : "|OK|");
        module_run(&module, 10 * SECOND_US);
        module_output(&module);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_published_comes_back_on_a_subscribed_topic, setup),
        cmocka_unit_test_setup(a_lost_network_ends_the_connection_to_the_broker, setup),
        cmocka_unit_test_setup(a_broker_that_is_not_there_is_an_error, setup),
        cmocka_unit_test_setup(a_connection_sends_and_reads, setup),
        cmocka_unit_test_setup(a_connection_fails_and_is_lost, setup),
        cmocka_unit_test_setup(connections_of_both_kinds_do_not_disturb_each_other, setup),
        cmocka_unit_test_setup(the_time_of_a_server_sets_the_clock, setup),
        cmocka_unit_test_setup(an_upload_takes_bytes_and_ends, setup),
        cmocka_unit_test_setup(parameters_become_the_body_of_a_request, setup),
        cmocka_unit_test_setup(a_backup_brings_a_deleted_file_back_after_a_restart, setup),
        cmocka_unit_test_setup(the_radio_connection_is_told_while_something_is_transferred, setup),
        cmocka_unit_test_setup(the_cause_of_a_call_is_kept, setup),
        cmocka_unit_test_setup(lights_name_servers_and_parts_are_read, setup),
        cmocka_unit_test_setup(small_assumptions_can_be_set, setup),
        cmocka_unit_test_setup(a_download_to_a_file_that_is_there_can_be_refused, setup),
    };
    return cmocka_run_group_tests_name("services", tests, NULL, NULL);
}
