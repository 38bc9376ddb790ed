/* HTTPTOFS and HTTPTOFSRL: codes, arrival over time, attempts, loss of network and power. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/test/support_module.h"

#define URL     "http://fota.example/V1___V2/update.zip"
#define COMMAND "AT+HTTPTOFS=\"" URL "\",\"/fota/update.zip\""

static struct module module;
static uint8_t body[110000];

static int setup(void **state)
{
    (void)state;
    module_init(&module);
    for (uint32_t i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)(i * 31 + (i >> 9) * 7);
    module.server = (struct module_server){
        .status = 200, .length_bytes = 33334, .blob = module_blob(&module, body, 33334)};
    module_begin(&module);
    return 0;
}

static void on(void)
{
    module_power_on(&module);
    EXPECT_ASK(&module, "AT+CNACT=1,\"ctnb\"", "|OK|");
    module_run(&module, SECOND_US / 2);
    EXPECT_OUTPUT(&module, "|+APP PDP: ACTIVE|");
    module_told(&module);
}

static void expect_file(uint32_t size, int line)
{
    static uint8_t got[sizeof body];
    uint32_t size_bytes = 0;
    uint64_t digest;
    if (!sim_file(&module.sim, "/fota/update.zip", &size_bytes, &digest) || size_bytes != size)
        fail_msg("%s:%d: want a file of %lu bytes, got %lu", __FILE__, line, (unsigned long)size,
                 (unsigned long)size_bytes);
    size_t read = sim_file_read(&module.sim, &module.host, "/fota/update.zip", 0, got, sizeof got);
    if (read != size || memcmp(got, body, size) != 0)
        fail_msg("%s:%d: the file is not the body", __FILE__, line);
}
#define EXPECT_FILE(size) expect_file(size, __LINE__)

/* ---- the usual way ------------------------------------------------------------------------- */

static void a_download_takes_the_time_of_its_size(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, "AT+HTTPTOFS?", "|+HTTPTOFS: 0,\"\",\"\"||OK|");
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 0,0,0||OK|");
    module_output(&module);
    module_send(&module, COMMAND "\r", sizeof COMMAND);
    module_run(&module, 90000);
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 40000); /* T01: OK 0.10 s after the command */
    EXPECT_OUTPUT(&module, "|OK|");
    assert_string_equal(module.url, URL);
    EXPECT_ASK(&module, "AT+HTTPTOFS?", "|+HTTPTOFS: 1,\"" URL "\",\"/fota/update.zip\"||OK|");
    module_run(&module, 2380000); /* 33,334 bytes at 11,000 a second: 3.03 s (T01) */
    EXPECT_OUTPUT(&module, "");
    module_run(&module, 200000);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 200,33334|");
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 0,33334,33334||OK|");
    EXPECT_ASK(&module, "AT+HTTPTOFS?", "|+HTTPTOFS: 0,\"\",\"\"||OK|");
    EXPECT_FILE(33334);
    const char *told = module_told(&module);
    EXPECT_PART(told, "http 0 " URL "\n");
    EXPECT_PART(told, "file 33334 /fota/update.zip\nhttp 200 " URL "\n");
    assert_int_equal(module.requests, 1);
}

static void progress_is_arithmetic_over_time(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_HTTP_RATE, 1000);
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 1,400,33334||OK|");
    module_run(&module, 9500000);
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 1,10400,33334||OK|");
}

static void nothing_is_due_between_start_and_end_of_a_body(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    uint64_t next_us = sim_advance(&module.sim, &module.host, module.now_us);
    assert_true(next_us > module.now_us + 2600000);
}

static void a_size_that_is_not_told_reads_0_until_the_end(void **state)
{
    (void)state;
    module.server.length_bytes = UINT32_MAX;
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    EXPECT_PART(module_ask(&module, "AT+HTTPTOFSRL?"), ",0||OK|");
    module_run(&module, 4 * SECOND_US);
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 0,33334,33334||OK|");
}

static void blocks_of_any_size_make_the_same_file(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 997, 4096, 33334};
    on();
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        module.server.block_bytes = sizes[i];
        module.server.body_bytes = 33334;
        EXPECT_ASK(&module, COMMAND, "|OK|");
        module_run(&module, 2500000);
        EXPECT_OUTPUT(&module, "");
        module_run(&module, SECOND_US);
        EXPECT_OUTPUT(&module, "|+HTTPTOFS: 200,33334|");
        EXPECT_FILE(33334);
        uint32_t size_bytes;
        uint64_t digest;
        assert_true(sim_file(&module.sim, "/fota/update.zip", &size_bytes, &digest));
        assert_true(digest == module.blobs[0].digest);
    }
}

/* ---- arguments ----------------------------------------------------------------------------- */

struct row {
    const char *name, *line, *want;
};

static const struct row argument_rows[] = {
    {"test form of httptofs", "AT+HTTPTOFS=?", "|+HTTPTOFS: (1-255),(1-127)||OK|"},
    {"test form of httptofsrl", "AT+HTTPTOFSRL=?", "|OK|"},
    {"path outside the folders", "AT+HTTPTOFS=\"" URL "\",\"/etc/update.zip\"", "|ERROR|"},
    {"path without a name", "AT+HTTPTOFS=\"" URL "\",\"/fota/\"", "|ERROR|"},
    {"path with another folder", "AT+HTTPTOFS=\"" URL "\",\"/fota/a/b\"", "|ERROR|"},
    {"no path", "AT+HTTPTOFS=\"" URL "\"", "|ERROR|"},
    {"empty url", "AT+HTTPTOFS=\"\",\"/fota/update.zip\"", "|ERROR|"},
    {"timeout of 9", COMMAND ",9", "|ERROR|"},
    {"timeout of 10", COMMAND ",10", "|OK|"},
    {"timeout of 1000", COMMAND ",1000", "|OK|"},
    {"timeout of 1001", COMMAND ",1001", "|ERROR|"},
    {"4 retries", COMMAND ",50,4", "|ERROR|"},
    {"5 retries", COMMAND ",50,5", "|OK|"},
    {"100 retries", COMMAND ",50,100", "|OK|"},
    {"101 retries", COMMAND ",50,101", "|ERROR|"},
    {"a fifth argument", COMMAND ",50,5,1", "|ERROR|"},
};

static void check_argument_row(void **state)
{
    const struct row *row = *state;
    on();
    expect_text(module_ask(&module, row->line), row->want, row->name, __FILE__, __LINE__);
}

static void a_url_has_at_most_255_characters(void **state)
{
    (void)state;
    char line[400], url[257];
    memset(url, 'u', 256);
    on();
    snprintf(line, sizeof line, "AT+HTTPTOFS=\"%.255s\",\"/fota/update.zip\"", url);
    EXPECT_ASK(&module, line, "|OK|");
    assert_int_equal(strlen(module.url), 255);
    module_run(&module, 10 * SECOND_US);
    snprintf(line, sizeof line, "AT+HTTPTOFS=\"%.256s\",\"/fota/update.zip\"", url);
    EXPECT_ASK(&module, line, "|ERROR|");
}

/* ---- codes --------------------------------------------------------------------------------- */

struct code_row {
    const char *name;
    struct module_server server; /* blob 1 = the body */
    const char *want;
    int32_t error_length; /* setting http-error-length */
};

static const struct code_row code_rows[] = {
    {"code 206", {206, 5000, 0, 0, 0, 0, false}, "|+HTTPTOFS: 206,33334|", 0},
    {"code 400", {400, 12, -1, 0, 0, 0, false}, "|+HTTPTOFS: 400,0|", 0},
    {"code 404", {404, 335, -1, 0, 0, 0, false}, "|+HTTPTOFS: 404,0|", 0},
    {"code 404 with the length of its body",
     {404, 335, 0, 0, 0, 0, false},
     "|+HTTPTOFS: 404,335|",
     1},
    {"code 408", {408, UINT32_MAX, -1, 0, 0, 0, false}, "|+HTTPTOFS: 408,0|", 1},
    {"code 500", {500, 0, -1, 0, 0, 0, false}, "|+HTTPTOFS: 500,0|", 0},
    {"code 100", {100, 0, -1, 0, 0, 0, false}, "|+HTTPTOFS: 100,0|", 0},
    {"code 302 is a failed download", {302, 0, -1, 0, 0, 0, false}, "|+HTTPTOFS: 302,0|", 0},
    {"code 600 by the server", {0, 0, -1, 600, 0, 0, false}, "|+HTTPTOFS: 600,0|", 0},
    {"code 601 before the headers", {0, 0, -1, 601, 0, 0, false}, "|+HTTPTOFS: 601,0|", 0},
    {"code 603", {0, 0, -1, 603, 0, 0, false}, "|+HTTPTOFS: 603,0|", 0},
    {"code 604", {0, 0, -1, 604, 0, 0, false}, "|+HTTPTOFS: 604,0|", 0},
    {"code 620", {0, 0, -1, 620, 0, 0, false}, "|+HTTPTOFS: 620,0|", 0},
    {"code 65535", {0, 0, -1, 65535, 0, 0, false}, "|+HTTPTOFS: 65535,0|", 0},
    {"code 600 for an end without headers", {0, 0, -1, 0, 0, 0, false}, "|+HTTPTOFS: 600,0|", 0},
    {"code 603 after a part of the body",
     {200, 33334, 0, 603, 100, 2000, false},
     "|+HTTPTOFS: 603,0|",
     0},
};

static void check_code_row(void **state)
{
    const struct code_row *row = *state;
    module.server = row->server;
    module_set(&module, SIM_SETTING_HTTP_ERROR_LENGTH, row->error_length);
    on();
    const char *got = module_ask(&module, COMMAND);
    char text[200];
    snprintf(text, sizeof text, "%s", got);
    module_run(&module, 4 * SECOND_US);
    size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, "%s", module_output(&module));
    char want[200];
    snprintf(want, sizeof want, "|OK|%s", row->want);
    expect_text(text, want, row->name, __FILE__, __LINE__);
    EXPECT_PART(module_ask(&module, "AT+HTTPTOFSRL?"), "|+HTTPTOFSRL: 0,");
}

static void without_app_network_there_is_601_and_the_old_file_stays(void **state)
{
    (void)state;
    module.config.initial_file_count = 1;
    module.config.initial_files[0] =
        (struct sim_initial_file){.directory = 1, .name = "update.zip", .size_bytes = 100};
    module_begin(&module);
    module_power_on(&module);
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 601,0|");
    assert_int_equal(module.requests, 0);
    EXPECT_FILE(100);
}

static void an_old_file_is_truncated_when_the_server_is_asked(void **state)
{
    (void)state;
    module.server.status = 404;
    module.server.blob = -1;
    module.config.initial_file_count = 1;
    module.config.initial_files[0] =
        (struct sim_initial_file){.directory = 1, .name = "update.zip", .size_bytes = 100};
    module_begin(&module);
    on();
    EXPECT_ASK(&module, COMMAND, "|OK||+HTTPTOFS: 404,0|");
    EXPECT_FILE(0);
    module_set(&module, SIM_SETTING_HTTP_FAILED_FILE, 1);
    EXPECT_ASK(&module, COMMAND, "|OK||+HTTPTOFS: 404,0|");
    uint32_t size_bytes;
    uint64_t digest;
    assert_false(sim_file(&module.sim, "/fota/update.zip", &size_bytes, &digest));
}

static void a_full_flash_gives_602(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_FLASH_SIZE, 33333);
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 4 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 602,0|");
    module.server.block_bytes = 1000;
    module.server.body_bytes = 33334;
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 4 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 602,0|");
    EXPECT_FILE(33000);
}

static void a_second_download_is_an_error_or_604(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    EXPECT_ASK(&module, COMMAND, "|ERROR|");
    module_set(&module, SIM_SETTING_HTTP_BUSY, 2);
    EXPECT_ASK(&module, COMMAND, "|+CME ERROR: 181|");
    module_set(&module, SIM_SETTING_HTTP_BUSY, 1);
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 604,0|");
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 200,33334|");
    EXPECT_FILE(33334);
}

/* ---- faults -------------------------------------------------------------------------------- */

static void the_result_can_be_replaced(void **state)
{
    (void)state;
    on();
    assert_true(module_apply(&module, SIM_ACTION_HTTP_RESULT, 604, 0, NULL));
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 604,0|");
    assert_int_equal(module.requests, 0);
    EXPECT_ASK(&module, COMMAND, "|OK|");
    assert_true(module_apply(&module, SIM_ACTION_HTTP_RESULT, 500, 0, NULL));
    module_run(&module, 4 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 500,0|");
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 4 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 200,33334|");
    assert_false(module_apply(&module, SIM_ACTION_HTTP_RESULT, 0, 0, NULL));
    assert_false(module_apply(&module, SIM_ACTION_HTTP_RESULT, 65536, 0, NULL));
}

static void a_body_can_end_short_with_code_200(void **state)
{
    (void)state;
    static const uint32_t blocks[] = {0, 100, 999, 33334};
    on();
    for (unsigned i = 0; i < 4; i++) {
        module.server.block_bytes = blocks[i];
        module.server.body_bytes = 33334;
        assert_true(module_apply(&module, SIM_ACTION_HTTP_SHORT, 20000, 0, NULL));
        EXPECT_ASK(&module, COMMAND, "|OK|");
        module_run(&module, 4 * SECOND_US);
        EXPECT_OUTPUT(&module, "|+HTTPTOFS: 200,20000|");
        EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 0,20000,33334||OK|");
        EXPECT_FILE(20000);
    }
    module.server.block_bytes = 0;
    EXPECT_ASK(&module, COMMAND, "|OK|");
    assert_true(module_apply(&module, SIM_ACTION_HTTP_SHORT, 100, 0, NULL));
    module_run(&module, 10000);
    EXPECT_PART(module_output(&module), "|+HTTPTOFS: 200,4"); /* what had come already stays */
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 4 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 200,33334|");
}

static void a_silent_server_is_asked_again_until_the_attempts_are_used_up(void **state)
{
    (void)state;
    module.server.silent = true;
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 249 * SECOND_US);
    EXPECT_OUTPUT(&module, "");
    assert_int_equal(module.requests, 5);
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 601,0|");
    module.requests = 0;
    EXPECT_ASK(&module, COMMAND ",10,7", "|OK|");
    module_run(&module, 71 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 601,0|");
    assert_int_equal(module.requests, 7);
}

static void a_dropped_connection_shows_what_came_and_is_tried_again(void **state)
{
    (void)state;
    module.server.code = 601;
    module.server.block_bytes = 1000;
    module.server.body_bytes = 20000;
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 5 * SECOND_US);
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 1,20000,33334||OK|");
    module.server.code = 0;
    module.server.body_bytes = 33334;
    module_run(&module, 55 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 200,33334|");
    EXPECT_FILE(33334);
    assert_int_equal(module.requests, 2);
    module.server.code = 601;
    module.server.body_bytes = 20000;
    module_set(&module, SIM_SETTING_HTTP_DROPPED, 1);
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 4 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 601,0|");
    EXPECT_FILE(20000);
}

static void a_lost_bearer_stops_the_bytes_where_they_are(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 1500000);
    assert_true(module_apply(&module, SIM_ACTION_BEARER_LOST, 0, 0, NULL));
    module_run(&module, 5 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+APP PDP: DEACTIVE|");
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 1,20680,33334||OK|");
    EXPECT_FILE(20680); /* 1.88 s at 11,000 a second: 20 ms answer-delay, 100 ms OK */
    module_run(&module, 245 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 601,0|");
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 0,20680,33334||OK|");
}

static void a_bearer_that_comes_back_lets_the_next_attempt_begin_anew(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 1500000);
    assert_true(module_apply(&module, SIM_ACTION_BEARER_LOST, 0, 0, NULL));
    module_run(&module, SECOND_US);
    EXPECT_PART(module_ask(&module, "AT+CNACT=1,\"ctnb\""), "|OK|");
    module_run(&module, 60 * SECOND_US);
    EXPECT_PART(module_output(&module), "|+HTTPTOFS: 200,33334|");
    EXPECT_FILE(33334);
    assert_int_equal(module.requests, 2);
}

static void a_power_cut_leaves_what_had_come(void **state)
{
    (void)state;
    on();
    for (unsigned blocks = 0; blocks < 2; blocks++) {
        module.server.block_bytes = blocks * 1000;
        module.server.body_bytes = 33334;
        EXPECT_ASK(&module, COMMAND, "|OK|");
        module_run(&module, 1600000);
        assert_true(module_apply(&module, SIM_ACTION_POWER_CUT, 0, 0, NULL));
        module_run(&module, 30 * SECOND_US);
        EXPECT_FILE(21780); /* 1.98 s */
        on();
        EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|+HTTPTOFSRL: 0,0,0||OK|");
        EXPECT_ASK(&module, "AT+HTTPTOFS?", "|+HTTPTOFS: 0,\"\",\"\"||OK|");
        EXPECT_FILE(21780);
    }
}

static void the_hook_of_a_byte_comes_when_it_arrives(void **state)
{
    (void)state;
    on();
    module.host.hook_mask = 1u << SIM_HOOK_HTTP_BYTE;
    module.host.http_mark_bytes = 11000;
    module.trap = (struct module_trap){.armed = true, .kind = SIM_HOOK_HTTP_BYTE, .number = 11000};
    EXPECT_ASK(&module, COMMAND, "|OK|");
    module_run(&module, 610000);
    assert_int_equal(module.traps, 0);
    module_run(&module, 20000);
    assert_int_equal(module.traps, 1);
    struct sim_view view;
    sim_view(&module.sim, &view);
    assert_false(view.powered);
    EXPECT_FILE(11000);
}

static void answers_to_an_attempt_that_is_over_are_dropped(void **state)
{
    (void)state;
    module.server.silent = true;
    on();
    EXPECT_ASK(&module, COMMAND, "|OK|");
    uint16_t job = module.sim.download.job;
    module_run(&module, 51 * SECOND_US);
    sim_http_headers(&module.sim, &module.host, job, 404, 0, module.now_us);
    sim_http_end(&module.sim, &module.host, job, 603, module.now_us);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "");
    job = module.sim.download.job;
    sim_http_headers(&module.sim, &module.host, job, 200, 5, module.now_us);
    sim_http_blob(&module.sim, &module.host, job, 99, module.now_us); /* no such blob */
    sim_http_block(&module.sim, &module.host, job, body, 5, module.now_us);
    sim_http_end(&module.sim, &module.host, job, 0, module.now_us);
    sim_http_block(&module.sim, &module.host, job, body, 5, module.now_us);
    module_run(&module, SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 200,5|");
    EXPECT_FILE(5);
}

static void a_file_in_work_cannot_be_deleted_or_renamed(void **state)
{
    (void)state;
    on();
    EXPECT_ASK(&module, "AT+CFSINIT", "|OK|");
    EXPECT_ASK(&module, COMMAND, "|OK|");
    EXPECT_ASK(&module, "AT+CFSDFILE=1,\"update.zip\"", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+CFSREN=1,\"update.zip\",\"b\"", "|+CME ERROR: 3|");
    EXPECT_ASK(&module, "AT+CFSWFILE=1,\"update.zip\",0,5,1000", "|+CME ERROR: 3|");
    assert_true(module_apply(&module, SIM_ACTION_FILE_DELETE, 0, 0, "/fota/update.zip"));
    module_run(&module, 4 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 65535,0|");
}

static void firmware_without_httptofsrl_answers_error(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_HTTP_PROGRESS, 0);
    on();
    EXPECT_ASK(&module, "AT+HTTPTOFSRL=?", "|ERROR|");
    EXPECT_ASK(&module, "AT+HTTPTOFSRL?", "|ERROR|");
}

/* ---- writes to flash ----------------------------------------------------------------------- */

static struct {
    uint32_t number; /* of the download's writes, from 1; 0 = none is cut */
    uint8_t when;
    unsigned count;
} flash_cut;

static struct sim_override cut_write(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    struct sim_override override = {0};
    (void)context;
    (void)now_us;
    if (hook->kind != SIM_HOOK_NV_WRITE || hook->text[0] != '/')
        return override;
    flash_cut.count++;
    override.cut_power = flash_cut.count == flash_cut.number;
    override.cut_when = flash_cut.when;
    return override;
}

enum { NEW_BYTES = 5000, DOWNLOAD_BLOCK_BYTES = 2048 };

/* Size of the file after a download whose n-th write was cut; -1 = it is not there. */
static int32_t cut_download(uint32_t number, uint8_t when, int32_t torn, bool blob, bool listens)
{
    static uint8_t bytes[NEW_BYTES];
    uint32_t size;
    uint64_t digest;
    module_init(&module);
    int content = module_blob(&module, bytes, sizeof bytes);
    module_set(&module, SIM_SETTING_DOWNLOAD_BLOCK, DOWNLOAD_BLOCK_BYTES);
    module_set(&module, SIM_SETTING_TORN_WRITE, torn);
    module_begin(&module);
    module_power_on(&module);
    module_run(&module, 10 * SECOND_US);
    module_ask(&module, "AT+CNACT=1");
    module_run(&module, SECOND_US);
    module.server = (struct module_server){.status = 200,
                                           .length_bytes = NEW_BYTES,
                                           .blob = content,
                                           .block_bytes = blob ? 0 : 500,
                                           .body_bytes = NEW_BYTES};
    flash_cut.number = number;
    flash_cut.when = when;
    flash_cut.count = 0;
    uint32_t before = module.sim.power.nv_writes;
    module.host.hook = cut_write;
    module.host.hook_mask = listens ? 1u << SIM_HOOK_NV_WRITE : 0;
    module_ask(&module, "AT+HTTPTOFS=\"http://a/b\",\"/fota/update.zip\"");
    module_run(&module, 20 * SECOND_US);
    if (number == 0)
        assert_int_equal(module.sim.power.nv_writes - before, 4);
    return sim_file(&module.sim, "/fota/update.zip", &size, &digest) ? (int32_t)size : -1;
}

/* Creation, two whole blocks, the rest: each may be cut. */
static void every_write_of_a_download_is_numbered_and_can_be_cut(void **state)
{
    static const int32_t sizes[] = {-1, 0, 2048, 4096, 5000}; /* after the n-th write */
    (void)state;
    for (unsigned blob = 0; blob < 2; blob++) {
        assert_int_equal(cut_download(0, 0, 0, blob, true), NEW_BYTES);
        assert_int_equal(flash_cut.count, 4);
        assert_int_equal(cut_download(0, 0, 0, blob, false), NEW_BYTES); /* counted, unheard */
        for (uint32_t write = 1; write <= 4; write++) {
            assert_int_equal(cut_download(write, SIM_CUT_BEFORE, 0, blob, true), sizes[write - 1]);
            assert_int_equal(cut_download(write, SIM_CUT_INSIDE, 0, blob, true), sizes[write - 1]);
            assert_int_equal(cut_download(write, SIM_CUT_INSIDE, 1, blob, true), sizes[write]);
            assert_int_equal(cut_download(write, SIM_CUT_INSIDE, 2, blob, true), -1);
            assert_int_equal(cut_download(write, SIM_CUT_AFTER, 0, blob, true), sizes[write]);
            assert_int_equal(module.sim.power.state, 0); /* no supply */
        }
    }
}

/* ---- servers as they are --------------------------------------------------------------------- */

/* S18 (the code is told), and what was measured on a SIM7080G (M10): a 302 with a page of 671 bytes
   is told as 200,671; a 307 is followed by the surroundings, who are told so. */
static void a_redirect_is_told_stored_or_followed(void **state)
{
    (void)state;
    static const struct {
        int32_t setting;
        uint16_t status;
        const char *want;
        uint8_t follow;
    } rows[] = {
        {0, 302, "|+HTTPTOFS: 302,0|", SIM_FOLLOW_NONE},
        {0, 307, "|+HTTPTOFS: 307,0|", SIM_FOLLOW_NONE},
        {1, 302, "|+HTTPTOFS: 200,671|", SIM_FOLLOW_KEPT},
        {1, 307, "|+HTTPTOFS: 307,0|", SIM_FOLLOW_KEPT},
        {2, 302, "|+HTTPTOFS: 200,671|", SIM_FOLLOW_NONE},
        {2, 308, "|+HTTPTOFS: 200,671|", SIM_FOLLOW_NONE},
        {3, 301, "|+HTTPTOFS: 301,0|", SIM_FOLLOW_ALL},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setup(NULL);
        on();
        module_set(&module, SIM_SETTING_HTTP_REDIRECT, rows[i].setting);
        module.server = (struct module_server){.status = rows[i].status,
                                               .length_bytes = 671,
                                               .blob = 0,
                                               .block_bytes = 100,
                                               .body_bytes = 671};
        module_send(&module, COMMAND "\r", sizeof COMMAND);
        module_run(&module, 5 * SECOND_US);
        EXPECT_PART(module_output(&module), rows[i].want);
        assert_int_equal(module.follow, rows[i].follow);
    }
}

/* M10: chunks give 200,0 and HTTPTOFSRL 0,0,0 in five of five tries. */
static void a_body_in_chunks_can_be_told_as_empty(void **state)
{
    (void)state;
    for (int32_t empty = 0; empty < 2; empty++) {
        setup(NULL);
        on();
        module_set(&module, SIM_SETTING_HTTP_CHUNKED, empty);
        module.server = (struct module_server){.status = 200,
                                               .length_bytes = SIM_HTTP_CHUNKED,
                                               .blob = 0,
                                               .block_bytes = 500,
                                               .body_bytes = 2000};
        EXPECT_ASK(&module, COMMAND,
                   empty ? "|OK||+HTTPTOFS: 200,0|" : "|OK||+HTTPTOFS: 200,2000|");
        EXPECT_ASK(&module, "AT+HTTPTOFSRL?",
                   empty ? "|+HTTPTOFSRL: 0,0,0||OK|" : "|+HTTPTOFSRL: 0,2000,2000||OK|");
    }
}

/* M26 */
static void the_first_app_networks_may_bring_no_byte(void **state)
{
    (void)state;
    module_set(&module, SIM_SETTING_HTTP_EMPTY_NETWORKS, 1);
    on();
    module.server = (struct module_server){
        .status = 200, .length_bytes = 2000, .blob = 0, .block_bytes = 500, .body_bytes = 2000};
    for (unsigned i = 0; i < 3; i++)
        EXPECT_ASK(&module, COMMAND, "|OK||+HTTPTOFS: 200,0|");
    module_ask(&module, "AT+CNACT=0");
    module_ask(&module, "AT+CNACT=1,\"ctnb\"");
    module_run(&module, SECOND_US);
    EXPECT_ASK(&module, COMMAND, "|OK||+HTTPTOFS: 200,2000|");
}

/* M27 */
static void a_size_may_be_right_only_after_the_result(void **state)
{
    (void)state;
    on();
    module_set(&module, SIM_SETTING_HTTP_SIZE_LAG, 2000);
    module.server.blob = module_blob(&module, body, 500);
    module.server.length_bytes = 500;
    EXPECT_ASK(&module, COMMAND, "|OK||+HTTPTOFS: 200,500|");
    EXPECT_ASK(&module, "AT+CFSINIT;+CFSGFIS=1,\"update.zip\"", "|+CFSGFIS: 0||OK|");
    module_run(&module, 2 * SECOND_US);
    EXPECT_ASK(&module, "AT+CFSGFIS=1,\"update.zip\"", "|+CFSGFIS: 500||OK|");
}

/* AT106 9.2.14: 603 is a DNS error; an address needs no name server. */
static void a_name_server_that_fails_gives_603(void **state)
{
    (void)state;
    on();
    module_set(&module, SIM_SETTING_DNS, 1);
    module_ask(&module, COMMAND);
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 603,0|");
    assert_int_equal(module.requests, 0);
    module_ask(&module, "AT+HTTPTOFS=\"http://192.0.2.1:8080/a\",\"/fota/update.zip\"");
    assert_int_equal(module.requests, 1);
}

static void a_buffer_that_cfsinit_holds_can_be_missed(void **state)
{
    (void)state;
    on();
    module_set(&module, SIM_SETTING_HTTP_BUFFER, 1);
    EXPECT_ASK(&module, "AT+CFSINIT", "|OK|");
    module_ask(&module, COMMAND);
    module_run(&module, 2 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 602,0|");
    EXPECT_ASK(&module, "AT+CFSTERM", "|OK|");
    module_ask(&module, COMMAND);
    module_run(&module, 5 * SECOND_US);
    EXPECT_OUTPUT(&module, "|+HTTPTOFS: 200,33334|");
}

/* M12 */
static void the_sh_engine_can_refuse_after_a_download(void **state)
{
    (void)state;
    on();
    module_set(&module, SIM_SETTING_SH_AFTER_TOFS, 1);
    EXPECT_ASK(&module, "AT+SHCONF=\"URL\",\"http://www.example.com\";+SHCONN", "|OK|");
    EXPECT_ASK(&module, "AT+SHDISC", "|OK|");
    module_ask(&module, COMMAND);
    module_run(&module, 5 * SECOND_US);
    module_output(&module);
    EXPECT_ASK(&module, "AT+SHCONN", "|ERROR|");
}

/* sim7000-storage 3.1: BREAK is where the body begins. */
static void break_begins_inside_the_page(void **state)
{
    (void)state;
    on();
    module.server.status = 206;
    module.server.length_bytes = 34;
    EXPECT_ASK(&module, "AT+SAPBR=1,1", "");
    module_run(&module, 2 * SECOND_US);
    module_output(&module);
    EXPECT_ASK(&module, "AT+HTTPINIT;+HTTPPARA=\"CID\",1;+HTTPPARA=\"URL\",\"" URL "\"", "|OK|");
    EXPECT_ASK(&module, "AT+HTTPPARA=\"BREAK\",33300;+HTTPACTION=0", "|OK||+HTTPACTION: 0,206,34|");
    assert_int_equal(module.from_bytes, 33300);
    EXPECT_ASK(&module, "AT+HTTPPARA=\"REDIR\",1;+HTTPACTION=0", "|OK||+HTTPACTION: 0,206,34|");
    assert_int_equal(module.follow, SIM_FOLLOW_ALL);
}

/* Nobody reads on once the result is known, or the flash is full. */
static void what_nobody_waits_for_is_said(void **state)
{
    (void)state;
    on();
    module_set(&module, SIM_SETTING_FLASH_SIZE, 20000);
    module.server.silent = true;
    module_ask(&module, COMMAND);
    uint16_t job = module.sim.download.job;
    assert_true(sim_http_waits(&module.sim, job));
    assert_false(sim_http_waits(&module.sim, (uint16_t)(job + 1)));
    sim_http_headers(&module.sim, &module.host, job, 200, UINT32_MAX, module.now_us);
    assert_true(sim_http_waits(&module.sim, job));
    sim_http_block(&module.sim, &module.host, job, body, 15000, module.now_us);
    assert_true(sim_http_waits(&module.sim, job));
    sim_http_block(&module.sim, &module.host, job, body, 15000, module.now_us);
    assert_false(sim_http_waits(&module.sim, job));
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test_setup(a_download_takes_the_time_of_its_size, setup),
        cmocka_unit_test_setup(progress_is_arithmetic_over_time, setup),
        cmocka_unit_test_setup(nothing_is_due_between_start_and_end_of_a_body, setup),
        cmocka_unit_test_setup(the_first_app_networks_may_bring_no_byte, setup),
        cmocka_unit_test_setup(a_size_that_is_not_told_reads_0_until_the_end, setup),
        cmocka_unit_test_setup(blocks_of_any_size_make_the_same_file, setup),
        cmocka_unit_test_setup(a_url_has_at_most_255_characters, setup),
        cmocka_unit_test_setup(without_app_network_there_is_601_and_the_old_file_stays, setup),
        cmocka_unit_test_setup(an_old_file_is_truncated_when_the_server_is_asked, setup),
        cmocka_unit_test_setup(a_full_flash_gives_602, setup),
        cmocka_unit_test_setup(a_second_download_is_an_error_or_604, setup),
        cmocka_unit_test_setup(the_result_can_be_replaced, setup),
        cmocka_unit_test_setup(a_body_can_end_short_with_code_200, setup),
        cmocka_unit_test_setup(a_silent_server_is_asked_again_until_the_attempts_are_used_up,
                               setup),
        cmocka_unit_test_setup(a_dropped_connection_shows_what_came_and_is_tried_again, setup),
        cmocka_unit_test_setup(a_lost_bearer_stops_the_bytes_where_they_are, setup),
        cmocka_unit_test_setup(a_bearer_that_comes_back_lets_the_next_attempt_begin_anew, setup),
        cmocka_unit_test_setup(a_power_cut_leaves_what_had_come, setup),
        cmocka_unit_test_setup(the_hook_of_a_byte_comes_when_it_arrives, setup),
        cmocka_unit_test_setup(answers_to_an_attempt_that_is_over_are_dropped, setup),
        cmocka_unit_test_setup(a_file_in_work_cannot_be_deleted_or_renamed, setup),
        cmocka_unit_test_setup(firmware_without_httptofsrl_answers_error, setup),
        cmocka_unit_test(a_redirect_is_told_stored_or_followed),
        cmocka_unit_test(a_body_in_chunks_can_be_told_as_empty),
        cmocka_unit_test_setup(a_size_may_be_right_only_after_the_result, setup),
        cmocka_unit_test_setup(a_name_server_that_fails_gives_603, setup),
        cmocka_unit_test_setup(a_buffer_that_cfsinit_holds_can_be_missed, setup),
        cmocka_unit_test_setup(the_sh_engine_can_refuse_after_a_download, setup),
        cmocka_unit_test_setup(break_begins_inside_the_page, setup),
        cmocka_unit_test_setup(what_nobody_waits_for_is_said, setup),
        cmocka_unit_test(every_write_of_a_download_is_numbered_and_can_be_cut),
    };
    enum {
        FIXED = sizeof fixed / sizeof fixed[0],
        ARGUMENTS = sizeof argument_rows / sizeof argument_rows[0],
        CODES = sizeof code_rows / sizeof code_rows[0]
    };
    struct CMUnitTest tests[FIXED + ARGUMENTS + CODES];
    memcpy(tests, fixed, sizeof fixed);
    for (unsigned i = 0; i < ARGUMENTS; i++)
        tests[FIXED + i] =
            (struct CMUnitTest){.name = argument_rows[i].name,
                                .test_func = check_argument_row,
                                .setup_func = setup,
                                .initial_state = (void *)(uintptr_t)&argument_rows[i]};
    for (unsigned i = 0; i < CODES; i++)
        tests[FIXED + ARGUMENTS + i] =
            (struct CMUnitTest){.name = code_rows[i].name,
                                .test_func = check_code_row,
                                .setup_func = setup,
                                .initial_state = (void *)(uintptr_t)&code_rows[i]};
    return _cmocka_run_group_tests("download", tests, FIXED + ARGUMENTS + CODES, NULL, NULL);
}
