/* FTP*: setters, FTPEXTGET into the file system and RAM, FTPGET, FTPSIZE, errors; SAPBR. */
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
                                           .length_bytes = sizeof body,
                                           .blob = module_blob(&module, body, sizeof body)};
    module_begin(&module);
    return 0;
}

static void login(void)
{
    EXPECT_ASK(&module, "AT+FTPCID=1;+FTPSERV=\"ftp.example\";+FTPUN=\"me\";+FTPPW=\"p@ss/1\"",
               "|OK|");
    EXPECT_ASK(&module, "AT+FTPGETNAME=\"update.zip\";+FTPGETPATH=\"/\"", "|OK|");
}

static void on(void)
{
    module_power_on(&module);
    EXPECT_ASK(&module, "AT+CNACT=1,1", "|OK|");
    module_run(&module, SECOND_US / 2);
    module_output(&module);
    login();
    module_told(&module);
}

/* ---- into the file system ------------------------------------------------------------------ */

static void the_package_comes_to_fota_as_the_note_says(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"update.zip\"", "|OK|");
    EXPECT_ASK(&module, "AT+FTPTOFSST", "|+FTPTOFSST: 1,0,4400||OK||+FTPEXTGETFILE: 1,0|");
    EXPECT_ASK(&module, "AT+FTPTOFSST", "|+FTPTOFSST: 0,0,8000||OK|");
    assert_string_equal(module.url, "ftp://me:p%40ss%2F1@ftp.example/update.zip");
    uint32_t size = 0;
    uint64_t digest = 0;
    assert_true(sim_file(&module.sim, "/fota/update.zip", &size, &digest));
    assert_int_equal(size, sizeof body);
    assert_true(digest == module.blobs[0].digest);
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 0,0,0||OK|");
}

static void a_name_that_is_there_already_is_refused(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"update.zip\"", "|OK|");
    module_run(&module, SECOND_US);
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"update.zip\"", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,3,\"update.zip\"", "|OK|");
}

static void the_status_may_mean_what_the_note_s_sample_shows(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_FTP_STATUS, 1);
    module_begin(&module);
    on();
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"update.zip\"", "|OK|");
    module_run(&module, SECOND_US);
    EXPECT_ASK(&module, "AT+FTPTOFSST", "|+FTPTOFSST: 1,0,8000||OK|");
}

static void errors_are_told_with_the_numbers_of_the_manual(void **state)
{
    (void)state;
    static const struct {
        uint16_t status, code;
        const char *want;
    } rows[] = {
        {0, 601, "|OK||+FTPEXTGETFILE: 1,61|"},   {0, 603, "|OK||+FTPEXTGETFILE: 1,62|"},
        {0, 63, "|OK||+FTPEXTGETFILE: 1,63|"},    {0, 72, "|OK||+FTPEXTGETFILE: 1,72|"},
        {404, 0, "|OK||+FTPEXTGETFILE: 1,77|"},   {500, 0, "|OK||+FTPEXTGETFILE: 1,65|"},
        {200, 601, "|OK||+FTPEXTGETFILE: 1,61|"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        module_init(&module);
        module_blob(&module, body, sizeof body);
        module.server =
            (struct module_server){.status = rows[i].status, .blob = -1, .code = rows[i].code};
        module_begin(&module);
        on();
        module_output(&module);
        module_send(&module, "AT+FTPEXTGET=2,1,\"update.zip\"\r", 30);
        module_run(&module, 2 * SECOND_US);
        EXPECT_OUTPUT(&module, rows[i].want);
    }
}

static void a_silent_server_ends_with_a_timeout(void **state)
{
    (void)state;
    module.server.silent = true;
    on();
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"update.zip\"", "|OK|");
    module_run(&module, 74 * SECOND_US);
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPEXTGETFILE: 1,64|");
    EXPECT_ASK(&module, "AT+FTPTOFSST", "|+FTPTOFSST: 0,64,0||OK|");
}

static void without_a_network_the_error_is_61(void **state)
{
    (void)state;
    module_power_on(&module);
    login();
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"update.zip\"", "|OK|");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPEXTGETFILE: 1,61|");
    EXPECT_ASK(&module, "AT+SAPBR=1,1", "");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|OK|");
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"update.zip\"", "|OK|");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPEXTGETFILE: 1,0|");
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void ftpget_hands_the_file_out_in_pieces(void **state)
{
    (void)state;
    module.server.body_bytes = 5;
    module.server.block_bytes = 5;
    on();
    EXPECT_ASK(&module, "AT+FTPGET=2,10", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPGET=1", "|OK||+FTPGET: 1,1|");
    EXPECT_ASK(&module, "AT+FTPGET=2,1461", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPGET=2,3", "|+FTPGET: 2,3|abc|OK|");
    EXPECT_ASK(&module, "AT+FTPGET=2,3", "|+FTPGET: 2,2|de|OK|");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPGET: 1,0|");
    EXPECT_ASK(&module, "AT+FTPGET=2,3", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPQUIT", "|ERROR|");
}

static void ftpextget_keeps_a_file_in_ram(void **state)
{
    (void)state;
    module.server.body_bytes = 26;
    module.server.block_bytes = 7;
    on();
    EXPECT_ASK(&module, "AT+FTPEXTGET=3,0,5", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPEXTGET=1", "|OK||+FTPEXTGET: 1,0|");
    EXPECT_ASK(&module, "AT+FTPEXTGET?", "|+FTPEXTGET: 1,26||OK|");
    EXPECT_ASK(&module, "AT+FTPEXTGET=3,24,5", "|+FTPEXTGET: 3,2|yz|OK|");
    EXPECT_ASK(&module, "AT+FTPEXTGET=3,27,5", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPEXTGET=0;+FTPEXTGET?", "|+FTPEXTGET: 0,0||OK|");
}

static void the_size_is_asked_for_without_the_file(void **state)
{
    (void)state;
    module.server.blob = -1;
    on();
    EXPECT_ASK(&module, "AT+FTPSIZE", "|OK||+FTPSIZE: 1,0,8000|");
}

static void quitting_a_transfer_ends_it_with_error_80(void **state)
{
    (void)state;
    module.server.silent = true;
    on();
    EXPECT_ASK(&module, "AT+FTPGET=1", "|OK|");
    EXPECT_ASK(&module, "AT+FTPGET=1", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"a\"", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPQUIT", "|+FTPGET: 1,80||OK|");
    module.server.silent = false;
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"a\"", "|OK|");
}

static void a_restart_forgets_the_login(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, "AT+FTPSERV?;+FTPUN?;+FTPPORT?",
               "|+FTPSERV: ftp.example|+FTPUN: me|+FTPPORT: 21||OK|");
    assert_true(module_apply(&module, SIM_ACTION_RESET, SIM_RESET_CFUN, 0, NULL));
    module_run(&module, 20 * SECOND_US);
    module_ask(&module, "ATE0");
    EXPECT_ASK(&module, "AT+FTPSERV?;+FTPUN?;+FTPTYPE?;+FTPGETPATH?",
               "|+FTPSERV: |+FTPUN: |+FTPTYPE: I|+FTPGETPATH: ||OK|");
    EXPECT_ASK(&module, "AT+CMEE=1;+FTPEXTGET=2,1,\"update.zip\"", "|+CME ERROR: 3|");
}

/* AT106 10.2.6: the download goes on where it broke. */
static void ftprest_begins_inside_the_file(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, "AT+FTPREST=7980;+FTPEXTGET=1", "|OK||+FTPEXTGET: 1,0|");
    EXPECT_ASK(&module, "AT+FTPEXTGET?", "|+FTPEXTGET: 1,20||OK|");
    EXPECT_ASK(&module, "AT+FTPEXTGET=3,0,20", "|+FTPEXTGET: 3,20|yzabcdefghijklmnopqr|OK|");
}

/* AT106 10.2.14: data can be read while it comes; what is left is told again, the end at the end.
 */
static void ftpget_reads_while_the_file_comes(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, "AT+FTPGET=1", "|OK||+FTPGET: 1,1|");
    EXPECT_ASK(&module, "AT+FTPSTATE", "|+FTPSTATE: 1||OK|");
    EXPECT_ASK(&module, "AT+FTPGET=2,4", "|+FTPGET: 2,4|abcd|OK|");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPGET: 1,1|");
    for (unsigned left = 7996; left > 0; left -= left < 1460 ? left : 1460)
        module_ask(&module, "AT+FTPGET=2,1460");
    module_output(&module);
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPGET: 1,0|");
    EXPECT_ASK(&module, "AT+FTPSTATE", "|+FTPSTATE: 0||OK|");
    EXPECT_ASK(&module, "AT+FTPGET=2,4", "|ERROR|");
}

/* A server that goes silent in the body: 1,1 at the first data, 1,64 in the end. */
static void ftpget_tells_a_timeout_in_the_middle(void **state)
{
    (void)state;
    on();
    module.server.block_bytes = 1000;
    module.server.body_bytes = 1000;
    module.server_stalls = true;
    EXPECT_ASK(&module, "AT+FTPGET=1", "|OK||+FTPGET: 1,1|");
    module_run(&module, 80 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPGET: 1,64|");
}

/* AT106 10.2.16, 10.2.20 to 10.2.22, 10.2.27, 10.2.28 */
static void files_and_folders_of_the_server_are_changed(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
        uint8_t method;
        const char *url;
    } rows[] = {
        {"AT+FTPDELE", "+FTPDELE: 1,0", SIM_HTTP_DELETE, "/a/update.zip"},
        {"AT+FTPMKD", "+FTPMKD: 1,0", SIM_HTTP_MAKE, "/a/"},
        {"AT+FTPRMD", "+FTPRMD: 1,0", SIM_HTTP_REMOVE, "/a/"},
        {"AT+FTPPUTPATH=\"/b\";+FTPPUTNAME=\"new.zip\";+FTPRENAME", "+FTPRENAME: 1,0",
         SIM_HTTP_RENAME, "/a/update.zip"},
    };
    char want[80], url[80];
    on();
    EXPECT_ASK(&module, "AT+FTPGETPATH=\"/a/\"", "|OK|");
    module.server.blob = -1;
    module.server.length_bytes = 0;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(want, sizeof want, "|OK||%s|", rows[i].want);
        snprintf(url, sizeof url, "ftp://me:p%%40ss%%2F1@ftp.example%s", rows[i].url);
        EXPECT_ASK(&module, rows[i].line, want);
        assert_string_equal(module.url, url);
        assert_int_equal(module.method, rows[i].method);
    }
    assert_string_equal(module.request_body, "/b/new.zip");
    module.server.status = 404;
    EXPECT_ASK(&module, "AT+FTPDELE", "|OK||+FTPDELE: 1,77|");
}

static void a_folder_is_listed_and_a_file_has_its_time(void **state)
{
    (void)state;
    static const char list[] = "update.zip\r\n", time[] = "20200728103000";
    on();
    module.server.blob = module_blob(&module, list, sizeof list - 1);
    module.server.length_bytes = UINT32_MAX;
    EXPECT_ASK(&module, "AT+FTPLIST=1", "|OK||+FTPLIST: 1,1|");
    EXPECT_ASK(&module, "AT+FTPGET=2,100", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPLIST=2,100", "|+FTPLIST: 2,12|update.zip||OK|");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPLIST: 1,0|");
    module.server.blob = module_blob(&module, time, sizeof time - 1);
    EXPECT_ASK(&module, "AT+FTPMDTM", "|OK||+FTPMDTM: 1,0,20200728103000|");
}

/* AT106 10.2.19: what was put into RAM goes out in one piece. */
static void an_upload_may_come_from_ram(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, "AT+FTPPUTNAME=\"up.txt\";+FTPPUTPATH=\"/\";+FTPEXTPUT=1", "|OK|");
    EXPECT_ASK(&module, "AT+FTPEXTPUT=2,0,6,1000", "|+FTPEXTPUT: 0,6|");
    module_send(&module, "abcdef", 6);
    EXPECT_OUTPUT(&module, "|OK|");
    EXPECT_ASK(&module, "AT+FTPEXTPUT=2,3,4,1000", "|+FTPEXTPUT: 3,4|");
    module_send(&module, "wxyz", 4);
    EXPECT_OUTPUT(&module, "|OK|");
    module.server.blob = -1;
    module.server.length_bytes = 0;
    EXPECT_ASK(&module, "AT+FTPPUT=1", "|OK||+FTPPUT: 1,0|");
    assert_string_equal(module.request_body, "abcwxyz");
}

/* AT106 10.2.24, 10.2.25: ETX ends, DLE escapes it and itself. */
static void etx_ends_a_transfer_and_dle_escapes_it(void **state)
{
    (void)state;
    static const char bytes[] = {'a', 0x10, 0x03, 0x10, 0x10, 'b', 0x03};
    static const char plain[] = {'a', 0x03, 0x10, 'b'};
    on();
    EXPECT_ASK(&module, "AT+FTPPUTNAME=\"up.bin\"", "|OK|");
    EXPECT_ASK(&module, "AT+FTPETPUT=1", "|OK||+FTPETPUT: 1,1|");
    EXPECT_ASK(&module, "AT+FTPETPUT=2", "|+FTPETPUT: 2,1|");
    module_send(&module, bytes, 3);
    module_send(&module, bytes + 3, sizeof bytes - 3);
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|OK||+FTPETPUT: 1,0|");
    assert_memory_equal(module.request_body, plain, sizeof plain);
    module.server.blob = module_blob(&module, plain, sizeof plain);
    module.server.length_bytes = sizeof plain;
    module_send(&module, "AT+FTPETGET=1\r", 14);
    module_run(&module, 2 * SECOND_US);
    assert_true(module.sent_length >= sizeof bytes);
    bool found = false;
    for (size_t i = 0; i + sizeof bytes <= module.sent_length; i++)
        found = found || memcmp(module.sent + i, bytes, sizeof bytes) == 0;
    assert_true(found);
}

/* AT106 10.2.26 */
static void ftpquit_ends_what_is_open_and_is_an_error_otherwise(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, "AT+FTPQUIT", "|ERROR|");
    EXPECT_ASK(&module, "AT+FTPGET=1", "|OK||+FTPGET: 1,1|");
    EXPECT_ASK(&module, "AT+FTPQUIT", "|+FTPGET: 1,80||OK|");
    EXPECT_ASK(&module, "AT+FTPPUTNAME=\"up.txt\";+FTPPUT=1", "|OK|");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+FTPPUT: 1,1,1300|");
    EXPECT_ASK(&module, "AT+FTPQUIT", "|+FTPPUT: 1,80||OK|");
    EXPECT_ASK(&module, "AT+FTPQUIT", "|ERROR|");
}

static void texts_have_the_lengths_of_the_manual(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        unsigned maximum;
    } rows[] = {
        {"FTPSERV", 49}, {"FTPUN", 49}, {"FTPPW", 49}, {"FTPGETNAME", 99}, {"FTPGETPATH", 255}};
    char line[400];
    on();
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned more = 0; more < 2; more++) {
            int length = snprintf(line, sizeof line, "AT+%s=\"", rows[i].command);
            memset(line + length, 'x', rows[i].maximum + more);
            memcpy(line + length + rows[i].maximum + more, "\"", 2);
            EXPECT_ASK(&module, line, more ? "|+CME ERROR: 3|" : "|OK|");
        }
    EXPECT_ASK(&module, "AT+FTPTYPE=\"X\"", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+FTPTYPE=A;+FTPTYPE?", "|+FTPTYPE: A||OK|");
    /* All of them are kept, but a URL of that length does not exist. */
    EXPECT_ASK(&module, "AT+FTPEXTGET=2,1,\"a\"", "|+CME ERROR: 3|");
}

/* ---- SAPBR --------------------------------------------------------------------------------- */

static void a_bearer_opens_and_closes(void **state)
{
    (void)state;
    module_power_on(&module);
    EXPECT_ASK(&module, "AT+SAPBR=3,1,\"Contype\",\"GPRS\"", "|OK|");
    EXPECT_ASK(&module, "AT+SAPBR=3,1,\"APN\",\"telstra.wap\"", "|OK|");
    EXPECT_ASK(&module, "AT+SAPBR=2,1", "|+SAPBR: 1,3,\"0.0.0.0\"||OK|");
    EXPECT_ASK(&module, "AT+SAPBR=1,1", "");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|OK|");
    EXPECT_ASK(&module, "AT+SAPBR=2,1", "|+SAPBR: 1,1,\"10.170.31.116\"||OK|");
    EXPECT_ASK(&module, "AT+SAPBR=4,1",
               "|+SAPBR: \"Contype\",\"GPRS\"|+SAPBR: \"APN\",\"telstra.wap\"|+SAPBR: "
               "\"USER\",\"\"|+SAPBR: "
               "\"PWD\",\"\"||OK|");
    EXPECT_ASK(&module, "AT+SAPBR=1,1", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+SAPBR=0,1", "|OK|");
    EXPECT_ASK(&module, "AT+SAPBR=0,1", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+SAPBR=1,4", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+SAPBR=3,1,\"NONE\",\"x\"", "|+CME ERROR: 3|");
}

static void a_lost_bearer_is_told(void **state)
{
    (void)state;
    module_power_on(&module);
    module_ask(&module, "AT+SAPBR=1,2");
    module_run(&module, SECOND_US);
    module_output(&module);
    assert_true(module_apply(&module, SIM_ACTION_NETWORK, 0, 0, NULL));
    module_run(&module, SECOND_US);
    EXPECT_PART(module_output(&module), "|+SAPBR 2: DEACT|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_package_comes_to_fota_as_the_note_says, setup),
        cmocka_unit_test_setup(a_name_that_is_there_already_is_refused, setup),
        cmocka_unit_test_setup(the_status_may_mean_what_the_note_s_sample_shows, setup),
        cmocka_unit_test_setup(errors_are_told_with_the_numbers_of_the_manual, setup),
        cmocka_unit_test_setup(a_silent_server_ends_with_a_timeout, setup),
        cmocka_unit_test_setup(without_a_network_the_error_is_61, setup),
        cmocka_unit_test_setup(ftpget_hands_the_file_out_in_pieces, setup),
        cmocka_unit_test_setup(ftpextget_keeps_a_file_in_ram, setup),
        cmocka_unit_test_setup(the_size_is_asked_for_without_the_file, setup),
        cmocka_unit_test_setup(quitting_a_transfer_ends_it_with_error_80, setup),
        cmocka_unit_test_setup(a_restart_forgets_the_login, setup),
        cmocka_unit_test_setup(ftprest_begins_inside_the_file, setup),
        cmocka_unit_test_setup(ftpget_reads_while_the_file_comes, setup),
        cmocka_unit_test_setup(ftpget_tells_a_timeout_in_the_middle, setup),
        cmocka_unit_test_setup(files_and_folders_of_the_server_are_changed, setup),
        cmocka_unit_test_setup(a_folder_is_listed_and_a_file_has_its_time, setup),
        cmocka_unit_test_setup(an_upload_may_come_from_ram, setup),
        cmocka_unit_test_setup(etx_ends_a_transfer_and_dle_escapes_it, setup),
        cmocka_unit_test_setup(ftpquit_ends_what_is_open_and_is_an_error_otherwise, setup),
        cmocka_unit_test_setup(texts_have_the_lengths_of_the_manual, setup),
        cmocka_unit_test_setup(a_bearer_opens_and_closes, setup),
        cmocka_unit_test_setup(a_lost_bearer_is_told, setup),
    };
    return cmocka_run_group_tests_name("ftp", tests, NULL, NULL);
}
