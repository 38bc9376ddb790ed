/* HTTP* and SH*: dialogs of T04, T07, T17, T23; bodies, blocks, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/test/support_exchange.h"

static struct module module;
static uint8_t body[8000];

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    for (uint32_t i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)('a' + i % 26);
    module.server = (struct module_server){.status = 200,
                                           .length_bytes = 26,
                                           .blob = module_blob(&module, body, sizeof body),
                                           .block_bytes = 7,
                                           .body_bytes = 26};
    module_begin(&module);
    return 0;
}

static void bearer(void)
{
    module_ask(&module, "AT+SAPBR=1,1");
    module_run(&module, SECOND_US);
    module_output(&module);
}

static void app_network(void)
{
    module_ask(&module, "AT+CNACT=1,\"cmnet\"");
    module_run(&module, SECOND_US);
    module_output(&module);
}

/* Asks, lets seconds pass, compares all of it. */
static void expect_later(const char *line, unsigned seconds, const char *want, int at)
{
    module_output(&module);
    module_send(&module, line, strlen(line));
    module_send(&module, "\r", 1);
    module_run(&module, seconds * (uint64_t)SECOND_US);
    expect_text(module_output(&module), want, line, __FILE__, at);
}
#define EXPECT_LATER(line, seconds, want) expect_later(line, seconds, want, __LINE__)

/* ---- HTTP* --------------------------------------------------------------------------------- */

static void without_a_bearer_a_request_ends_with_601(void **state)
{
    (void)state;
    module_power_on(&module);
    module_ask(&module, "AT+CMEE=0");
    EXPECT_ASK(&module, "AT+HTTPTERM", "|ERROR|");
    EXPECT_ASK(&module, "AT+HTTPINIT", "|OK|");
    EXPECT_ASK(&module, "AT+HTTPPARA=\"CID\",1", "|OK|");
    EXPECT_ASK(&module, "AT+HTTPPARA=\"URL\",\"dweet.io/dweet/for/1?temp=600.24&batt=3600\"",
               "|OK|");
    EXPECT_LATER("AT+HTTPACTION=0", 2, "|OK||+HTTPACTION: 0,601,0|");
}

static void a_page_is_fetched_and_read(void **state)
{
    (void)state;
    module_power_on(&module);
    bearer();
    EXPECT_ASK(&module, "AT+HTTPINIT;+HTTPPARA=\"CID\",1;+HTTPPARA=\"URL\",\"example.com/a\"",
               "|OK|");
    EXPECT_ASK(&module, "AT+HTTPREAD", "|OK|");
    EXPECT_LATER("AT+HTTPACTION=0", 1, "|OK||+HTTPACTION: 0,200,26|");
    assert_string_equal(module.url, "http://example.com/a");
    EXPECT_ASK(&module, "AT+HTTPREAD", "|+HTTPREAD: 26|abcdefghijklmnopqrstuvwxyz|OK|");
    EXPECT_ASK(&module, "AT+HTTPREAD=24,10", "|+HTTPREAD: 2|yz|OK|");
    EXPECT_ASK(&module, "AT+HTTPSTATUS?", "|+HTTPSTATUS: GET,0,0,0||OK|");
    EXPECT_ASK(&module, "AT+HTTPTERM;+HTTPINIT;+HTTPREAD", "|OK|");
}

static void a_body_is_posted(void **state)
{
    (void)state;
    module_power_on(&module);
    bearer();
    EXPECT_ASK(&module, "AT+HTTPINIT;+HTTPPARA=\"URL\",\"http://example.com/a\"", "|OK|");
    module.server.silent = true;
    EXPECT_ASK(&module, "AT+HTTPDATA=5,1000", "|DOWNLOAD|");
    module_send(&module, "hello", 5);
    EXPECT_OUTPUT(&module, "|OK|");
    EXPECT_ASK(&module, "AT+HTTPACTION=1", "|OK|");
    char sent[16] = "";
    assert_int_equal(sim_http_request_body(&module.sim, &module.host, 0, sent, sizeof sent), 5);
    assert_string_equal(sent, "hello");
    EXPECT_ASK(&module, "AT+HTTPACTION=0", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+HTTPSTATUS?", "|+HTTPSTATUS: POST,1,0,0||OK|");
}

static void an_error_page_is_counted_and_kept(void **state)
{
    (void)state;
    module.server.status = 404;
    module_power_on(&module);
    bearer();
    EXPECT_ASK(&module, "AT+HTTPINIT;+HTTPPARA=\"URL\",\"example.com/a\"", "|OK|");
    EXPECT_LATER("AT+HTTPACTION=0", 1, "|OK||+HTTPACTION: 0,404,26|");
}

static void data_that_stays_out_ends_in_time(void **state)
{
    (void)state;
    module_power_on(&module);
    EXPECT_ASK(&module, "AT+HTTPDATA=5,1000", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+HTTPINIT;+HTTPDATA=5,1000", "|DOWNLOAD|");
    module_send(&module, "he", 2);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|OK|");
    static const char *const wrong[] = {"AT+HTTPDATA=319489,1000", "AT+HTTPDATA=1,999",
                                        "AT+HTTPDATA=1,120001",    "AT+HTTPDATA=-1,1000",
                                        "AT+HTTPACTION=3",         "AT+HTTPACTION=",
                                        "AT+HTTPREAD=0,0",         "AT+HTTPREAD=0",
                                        "AT+HTTPPARA=\"NONE\",1",  "AT+HTTPPARA=\"CID\",x"};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        EXPECT_ASK(&module, wrong[i], "|+CME ERROR: 3|");
}

/* ---- SH* ----------------------------------------------------------------------------------- */

static void sh_speaks_as_in_the_capture(void **state)
{
    (void)state;
    module_power_on(&module);
    app_network();
    module_ask(&module, "AT+CMEE=0");
    EXPECT_ASK(&module, "AT+SHCONN", "|ERROR|");
    EXPECT_ASK(&module, "AT+SHDISC", "|OK|");
    EXPECT_ASK(&module, "AT+SHCONF=url,\"http://example.com\"", "|OK|");
    EXPECT_ASK(&module, "AT+SHSTATE?", "|+SHSTATE: 0||OK|");
    EXPECT_ASK(&module, "AT+SHCONN", "|OK|");
    EXPECT_ASK(&module, "AT+SHSTATE?", "|+SHSTATE: 1||OK|");
    EXPECT_LATER("AT+SHREQ=1", 1, "|OK||+SHREQ: \"GET\",200,26|");
    assert_string_equal(module.url, "http://example.com");
    EXPECT_ASK(&module, "AT+SHREAD=0,26", "|OK||+SHREAD: 26|abcdefghijklmnopqrstuvwxyz");
    EXPECT_LATER("AT+SHREQ=\"/get?a=1\",1", 1, "|OK||+SHREQ: \"GET\",200,26|");
    assert_string_equal(module.url, "http://example.com/get?a=1");
    module.server.code = 601;
    EXPECT_LATER("AT+SHREQ=1", 1, "|OK||+SHSTATE: 0|");
}

static void shread_comes_in_blocks_of_2048(void **state)
{
    (void)state;
    char want[8192];
    module.server.block_bytes = 1000;
    module.server.body_bytes = 7800;
    module_power_on(&module);
    app_network();
    EXPECT_ASK(&module, "AT+SHCONF=\"URL\",\"http://example.com\";+SHCONN", "|OK|");
    EXPECT_LATER("AT+SHREQ=1", 2, "|OK||+SHREQ: \"GET\",200,7800|");
    size_t length = (size_t)snprintf(want, sizeof want, "|OK|");
    for (unsigned from = 38; from < 7800; from += 2048) {
        unsigned size = 7800 - from < 2048 ? 7800 - from : 2048;
        length += (size_t)snprintf(want + length, sizeof want - length, "|+SHREAD: %u|", size);
        memcpy(want + length, body + from, size);
        length += size;
    }
    want[length] = '\0';
    EXPECT_ASK(&module, "AT+SHREAD=38,7763", "|+CME ERROR: 3|"); /* AT106 9.2.12: more than came */
    EXPECT_ASK(&module, "AT+SHREAD=38,7762", want);
    EXPECT_ASK(&module, "AT+SHREAD=7800,1", "|+CME ERROR: 3|");
}

static void https_may_be_broken(void **state)
{
    (void)state;
    static const char *const want[] = {"|OK|", "|+CME ERROR: 3|", "|ERROR|"};
    for (int32_t i = 0; i < 3; i++) {
        setup(NULL);
        module_set(&module, SIM_SETTING_SH_HTTPS, i);
        module_begin(&module);
        module_power_on(&module);
        app_network();
        EXPECT_ASK(&module, "AT+SHCONF=\"URL\",\"https://httpbin.org\"", "|OK|");
        EXPECT_ASK(&module, "AT+SHCONN", want[i]);
    }
}

/* https-order: what CSSLCFG was told, and how HTTPTOFS ends then. */
static void tls_may_want_its_parameters_in_one_order(void **state)
{
    (void)state;
    static const char version[] = "AT+CSSLCFG=\"sslversion\",1,3";
    static const char convert[] = "AT+CSSLCFG=\"convert\",2,\"ca.pem\"";
    static const struct {
        int32_t order;
        const char *url, *lines[3];
        unsigned code; /* 0: it is not TLS that ends it */
    } rows[] = {
        {0, "https://h.example/a", {convert, version}, 0},
        {1, "https://h.example/a", {version, convert}, 0},
        {1, "https://h.example/a", {version, version, convert}, 0},
        {1, "https://h.example/a", {convert, version}, 706},
        {1, "https://h.example/a", {version}, 709},
        {1, "https://h.example/a", {NULL}, 709},
        {1, "http://h.example/a", {NULL}, 0},
        {2, "https://h.example/a", {convert, version}, 0},
        {2, "https://h.example/a", {version, convert}, 706},
        {2, "https://h.example/a", {"at+csslcfg=convert,2,ca.pem"}, 709},
        {2, "https://h.example/a", {"AT+CSSLCFG=\"convert\",2,\"no.pem\"", version}, 709},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[80], want[40];
        setup(NULL);
        module_set(&module, SIM_SETTING_HTTPS_ORDER, rows[i].order);
        module_begin(&module);
        module_power_on(&module);
        app_network();
        EXPECT_ASK(&module, "AT+CFSINIT", "|OK|");
        module_ask(&module, "AT+CFSWFILE=3,\"ca.pem\",0,1,1000");
        module_ask(&module, "x");
        EXPECT_ASK(&module, "AT+CFSTERM", "|OK|");
        for (unsigned j = 0; j < 3 && rows[i].lines[j]; j++)
            module_ask(&module, rows[i].lines[j]);
        snprintf(line, sizeof line, "AT+HTTPTOFS=\"%s\",\"/customer/a\"", rows[i].url);
        char output[300];
        size_t length = (size_t)snprintf(output, sizeof output, "%s", module_ask(&module, line));
        module_run(&module, 5 * SECOND_US);
        assert_true(length < sizeof output);
        snprintf(output + length, sizeof output - length, "%s", module_output(&module));
        snprintf(want, sizeof want, "|+HTTPTOFS: %u,", rows[i].code ? rows[i].code : 200);
        if (!strstr(output, want))
            fail_msg("row %zu: want %s, got %s", i, want, output);
    }
}

static void a_lost_network_drops_the_connection(void **state)
{
    (void)state;
    module_power_on(&module);
    app_network();
    EXPECT_ASK(&module, "AT+SHCONF=\"URL\",\"http://example.com\";+SHCONN", "|OK|");
    module_apply(&module, SIM_ACTION_BEARER_LOST, 0, 0, NULL);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+APP PDP: DEACTIVE||+SHSTATE: 0|");
}

static void sh_parameters_have_their_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"AT+SHCONF=\"TIMEOUT\",29", "|+CME ERROR: 3|"},
        {"AT+SHCONF=\"TIMEOUT\",1801", "|+CME ERROR: 3|"},
        {"AT+SHCONF=\"TIMEOUT\",30;+SHCONF=\"BODYLEN\",1024;+SHCONF=\"HEADERLEN\",350", "|OK|"},
        {"AT+SHCONF=\"BODYLEN\",1025", "|+CME ERROR: 3|"},
        {"AT+SHCONF=\"HEADERLEN\",351", "|+CME ERROR: 3|"},
        {"AT+SHCONF=\"OTHER\",1", "|+CME ERROR: 3|"},
        {"AT+SHCONF?", "|+SHCONF: \"URL\",\"\"|+SHCONF: \"TIMEOUT\",30|+SHCONF: \"BODYLEN\",1024|"
                       "+SHCONF: \"HEADERLEN\",350|+SHCONF: \"IPVER\",0||OK|"},
        {"AT+SHSSL=1,\"ca.crt\",\"my.crt\";+SHSSL?", "|+SHSSL: 1,\"ca.crt\",\"my.crt\"||OK|"},
        {"AT+SHREQ=1", "|+CME ERROR: 3|"},
        {"AT+SHREAD=0,1", "|+CME ERROR: 3|"},
        {"AT+SHBOD=\"a\",1", "|+CME ERROR: 3|"},
    };
    module_power_on(&module);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        EXPECT_ASK(&module, rows[i].line, rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_a_bearer_a_request_ends_with_601, setup),
        cmocka_unit_test_setup(a_page_is_fetched_and_read, setup),
        cmocka_unit_test_setup(a_body_is_posted, setup),
        cmocka_unit_test_setup(an_error_page_is_counted_and_kept, setup),
        cmocka_unit_test_setup(data_that_stays_out_ends_in_time, setup),
        cmocka_unit_test_setup(sh_speaks_as_in_the_capture, setup),
        cmocka_unit_test_setup(shread_comes_in_blocks_of_2048, setup),
        cmocka_unit_test_setup(tls_may_want_its_parameters_in_one_order, setup),
        cmocka_unit_test_setup(https_may_be_broken, setup),
        cmocka_unit_test_setup(a_lost_network_drops_the_connection, setup),
        cmocka_unit_test_setup(sh_parameters_have_their_ranges, setup),
    };
    return cmocka_run_group_tests_name("web", tests, NULL, NULL);
}
