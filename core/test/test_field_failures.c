/*
 * test_field_failures.c - mistakes that shipped clients make, each with a test that a core with
 * this mistake fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/test/support.h"

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define INFO(text) "\r\n" text "\r\n\r\nOK\r\n"
#define SUCCESS    "\r\n+CFOTA: \"Update successfully, please wait for reset\"\r\n"
#define URL        "\"http://fota.example/V1___V2/update.zip\",\"/fota/update.zip\""
#define END                                                                                        \
    {                                                                                              \
        .command = NULL                                                                            \
    }

static struct rig *new_rig(const struct module_row *rows)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig_begin(rig, rows);
    return rig;
}

static void expect_end(struct rig *rig, unsigned outcome, unsigned reason, unsigned starts)
{
    rig_expect(rig, rig_run(rig), outcome, reason);
    if (rig_count_sent(rig, "AT+CFOTA=1") != starts)
        fail_msg("want %u AT+CFOTA=1:\n%s", starts, rig->sent);
}

#define ENDS(rig, outcome, reason, starts)                                                         \
    expect_end(rig, FOTA_OUTCOME_##outcome, FOTA_REASON_##reason, starts)

static void an_error_is_retried_for_ever(void **state)
{
    static const struct module_row network[] = {
        {.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 601,0\r\n"}}},
        END};
    static const struct module_row gone[] = {
        {.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 404,0\r\n"}}},
        END};
    struct rig *rig = new_rig(network);
    (void)state;
    rig->job.download_tries_max = 255;
    ENDS(rig, DOWNLOAD_FAILED, HTTP_NETWORK, 0);
    assert_int_equal(rig_count_sent(rig, "AT+HTTPTOFS=" URL), 5);
    free(rig);
    rig = new_rig(gone);
    rig->job.download_tries_max = 255;
    ENDS(rig, DOWNLOAD_FAILED, HTTP_STATUS, 0);
    assert_int_equal(rig_count_sent(rig, "AT+HTTPTOFS=" URL), 2);
    free(rig);
}

static void only_the_first_of_two_urcs_in_one_read_is_parsed(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+HTTPTOFS=*",
         .answer = OK,
         .later = {{900, "\r\nDST: 1\r\n\r\n+CEREG: 1\r\n\r\n+HTTPTOFS: 200,109285\r\n"}}},
        {.command = "AT+HTTPTOFSRL?", .answer = ERROR},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, UPDATED, NONE, 1);
    free(rig);
}

static void there_is_no_timeout_once_the_download_runs(void **state)
{
    static const struct module_row rows[] = {{.command = "AT+HTTPTOFS=*", .answer = OK}, END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, DOWNLOAD_FAILED, DOWNLOAD_TIMEOUT, 0);
    free(rig);
}

static void there_is_no_timeout_once_the_update_runs(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA=1",
         .answer = OK,
         .later = {{8000, "\r\n+CFOTA: \"Start to update\"\r\n"}},
         .deaf_ms = 20000000},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, NEEDS_SERVICE, SILENT, 1);
    free(rig);
}

/* The package is PK and eight letters; CRC_OF_TEN is its CRC-32 by zlib. */
#define TEN_BYTES  "PKabcdefgh"
#define CRC_OF_TEN UINT32_C(0xcd9486dd)

static void expect_checksum(uint32_t crc, const char *answer, bool good)
{
    const struct module_row rows[] = {
        {.command = "AT+CFSRFILE=1,\"update.zip\",1,10,0", .answer = answer},
        {.command = "AT+CFSGFIS=*", .answer = ERROR, .times = 1},
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 10")},
        {.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 200,10\r\n"}}},
        END};
    struct rig *rig = new_rig(rows);
    for (unsigned byte_by_byte = 0; byte_by_byte < 2; byte_by_byte++) {
        rig_begin(rig, rows);
        rig->byte_by_byte = byte_by_byte != 0;
        rig->job.package_size_bytes = 10;
        rig->job.package_crc32 = crc;
        fota_start(&rig->fota, &rig->host, NULL, 0);
        if (good)
            ENDS(rig, UPDATED, NONE, 1);
        else
            ENDS(rig, DOWNLOAD_FAILED, WRONG_CHECKSUM, 0);
    }
    free(rig);
}

static void a_checksum_comparison_is_inverted(void **state)
{
    (void)state;
    expect_checksum(CRC_OF_TEN, "\r\n+CFSRFILE: 10\r\n" TEN_BYTES OK, true);
    expect_checksum(CRC_OF_TEN, "\r\n" TEN_BYTES OK, true);
    expect_checksum(CRC_OF_TEN, TEN_BYTES OK, true);
    expect_checksum(CRC_OF_TEN ^ 1, "\r\n+CFSRFILE: 10\r\n" TEN_BYTES OK, false);
    expect_checksum(CRC_OF_TEN, "\r\n+CFSRFILE: 10\r\nPKabcdefgi" OK, false);
}

static void the_state_is_saved_without_checking_the_save(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->refused = 1u << FOTA_REQUEST_SAVE_CHECKPOINT;
    ENDS(rig, REFUSED, CHECKPOINT_REFUSED, 0);
    free(rig);
}

/* Every word says success; the base runs, or a third revision. */
static void success_is_taken_from_the_urc_or_from_a_change(void **state)
{
    static const char *const revisions[] = {INFO("Revision:1351B03SIM7000C"),
                                            INFO("Revision:1351B05SIM7000C")};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        const struct module_row rows[] = {
            {.command = "AT+GMR", .answer = revisions[i], .when = WHEN_AFTER}, END};
        struct rig *rig = new_rig(rows);
        if (i == 0)
            ENDS(rig, UPDATE_FAILED, UNCHANGED, 1);
        else
            ENDS(rig, NEEDS_SERVICE, THIRD_REVISION, 1);
        free(rig);
    }
}

/* The update never begins, and 6 or 7 is still there from the last one. */
static void a_left_over_status_is_taken_for_the_result(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .times = 1},
        {.command = "AT+CFOTA=1", .answer = OK},
        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 8")},
        {.command = "AT+GMR", .answer = INFO("Revision:1351B03SIM7000C")},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, UPDATE_FAILED, NEVER_BEGAN, 2);
    assert_int_equal(rig_count_sent(rig, "AT+CFOTA=0"), 1);
    assert_true(strstr(rig->sent, "AT+CFOTA=0\n") < strstr(rig->sent, "AT+CFOTA=1\n"));
    free(rig);
}

static void push_job(struct rig *rig)
{
    rig->job.delivery = FOTA_DELIVERY_PUSH;
    rig->job.baud_bps = 115200;
    rig->job.package_size_bytes = 35000;
    fota_start(&rig->fota, &rig->host, NULL, 0);
}

static void a_chunk_is_appended_twice_after_a_lost_ok(void **state)
{
    (void)state;
    for (unsigned chunk = 0; chunk <= 4; chunk++) {
        struct rig *rig = new_rig(NULL);
        rig->module.lose_ok_of = chunk;
        push_job(rig);
        ENDS(rig, UPDATED, NONE, 1);
        assert_int_equal(rig->module.file_bytes, 35000);
        assert_int_equal(rig->module.wrong_bytes, 0);
        assert_int_equal(rig->module.chunks, 4);
        free(rig);
    }
}

static void a_push_that_a_host_reset_cut_off_is_spoilt_by_its_at(void **state)
{
    (void)state;
    for (uint64_t at_us = 100000; at_us < 1200000; at_us += 5000) {
        struct rig *rig = new_rig(NULL);
        push_job(rig);
        rig->stop_at_us = at_us;
        if (rig_run(rig) == NULL) {
            rig->stop_at_us = 0;
            fota_start(&rig->fota, &rig->host, rig->checkpoint, rig->now_us);
            ENDS(rig, UPDATED, NONE, 1);
        }
        assert_int_equal(rig->module.file_bytes, 35000);
        assert_int_equal(rig->module.wrong_bytes, 0);
        free(rig);
    }
}

/* Its OK is lost. One module is in its updater at once, another one still answers for a while. */
static void the_start_is_sent_twice(void **state)
{
    static const struct module_row deaf[] = {
        {.command = "AT+CFOTA=1",
         .later = {{8000, "\r\n+CFOTA: \"Start to update\"\r\n"}, {90000, SUCCESS}},
         .deaf_ms = 96900},
        END};
    static const struct module_row awake[] = {
        {.command = "AT+CFOTA=1",
         .later = {{25000, "\r\n+CFOTA: \"Start to update\"\r\n"},
                   {90000, SUCCESS},
                   {97000, "\r\nRDY\r\n\r\n+CFUN: 1\r\n"}}},
        END};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct rig *rig = new_rig(i == 0 ? deaf : awake);
        ENDS(rig, UPDATED, NONE, 1);
        free(rig);
    }
}

static void the_start_is_sent_after_a_short_download(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFSGFIS=*", .answer = ERROR, .times = 1},
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 102100")},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, DOWNLOAD_FAILED, WRONG_LENGTH, 0);
    free(rig);
}

/* No RDY (autobaud suppresses it), echo on again. */
static void echo_and_ready_are_taken_for_granted_after_a_reset(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA=1", .answer = OK, .later = {{90000, SUCCESS}}, .deaf_ms = 96900},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, UPDATED, NONE, 1);
    assert_int_equal(rig_count_sent(rig, "ATE0V1Q0"), 2);
    assert_int_equal(rig->requests, 3); /* checkpoints only: the module was asked, and at once */
    assert_true(rig->now_us < UINT64_C(130000000));
    free(rig);
}

static void the_rate_is_taken_for_unchanged(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->job.baud_bps = 115200;
    rig->module.mute = true;
    rig->module.baud_bps = 9600;
    ENDS(rig, UPDATED, NONE, 1);
    free(rig);
}

static void a_silent_module_is_reset_while_it_restores(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 2300000}, END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, UPDATED, NONE, 1);
    assert_int_equal(rig->requests, 3); /* checkpoints only */
    free(rig);
}

/* OKAY is no OK: what comes behind it is the answer. */
static void a_prefix_is_taken_for_ok(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA=1", .answer = "\r\nOKAY\r\n\r\nOK1\r\n\r\n+CME ERROR: 3\r\n"},
        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 8")},
        {.command = "AT+GMR", .answer = INFO("Revision:1351B03SIM7000C")},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, REFUSED, START_REFUSED, 2);
    free(rig);
}

/* The answer of the read form is no result of the download. */
static void a_prefix_is_taken_for_the_whole(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFSINIT", .answer = "\r\nOKAY\r\n\r\nOKAY\r\n" OK},
        {.command = "AT+HTTPTOFS=*",
         .answer = OK,
         .later = {{900, "\r\n+HTTPTOFS: 1,\"http://a\",\"/fota/update.zip\"\r\n"},
                   {1500, "\r\n+HTTPTOFS: 1,5\r\n"},
                   {5000, "\r\n+HTTPTOFS: 200,109285\r\n"}}},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, UPDATED, NONE, 1);
    assert_int_equal(rig_count_sent(rig, "AT+HTTPTOFS=" URL), 1);
    free(rig);
}

static void end_with_a_long_line(size_t length, uint32_t at_ms)
{
    char *line = malloc(length + 3);
    struct rig *rig = new_rig(NULL);
    assert_non_null(line);
    memset(line, 'x', length);
    memcpy(line + length, "\r\n", 3);
    rig_say(rig, at_ms, line);
    ENDS(rig, UPDATED, NONE, 1);
    assert_true(rig->fota.at.stat_dropped_lines > 0);
    free(rig);
    free(line);
}

static void a_long_line_overruns_a_buffer(void **state)
{
    static const size_t lengths[] = {AT_LINE_BYTES + 1, AT_LINE_BYTES * 2, 6000};
    (void)state;
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (uint32_t at_ms = 0; at_ms < 11000; at_ms += 501)
            end_with_a_long_line(lengths[i], at_ms);
}

static void the_network_is_not_opened_again_after_a_reset(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CNACT?",
         .answer = INFO("+CNACT: 0,\"0.0.0.0\""),
         .times = 1,
         .when = WHEN_BEFORE},
        {.command = "AT+CNACT?",
         .answer = INFO("+CNACT: 1,\"10.0.0.1\""),
         .times = 1,
         .when = WHEN_BEFORE},
        {.command = "AT+CNACT?",
         .answer = INFO("+CNACT: 0,\"0.0.0.0\""),
         .times = 1,
         .when = WHEN_BEFORE},
        {.command = "AT+CNACT?", .answer = INFO("+CNACT: 1,\"10.0.0.1\""), .when = WHEN_AFTER},
        {.command = "AT+HTTPTOFS=*",
         .answer = OK,
         .times = 1,
         .deaf_ms = 6900,
         .later = {{7000, "\r\nRDY\r\n\r\n+CFUN: 1\r\n"}}},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, UPDATED, NONE, 1);
    assert_int_equal(rig_count_sent(rig, "AT+CNACT=1,\"cmnet\""), 2);
    free(rig);
}

static void expect_restored(uint8_t context, const char *apn)
{
    static const struct module_row rows[] = {{.command = "AT+CGDCONT=*", .answer = OK},
                                             {.command = "AT+CPSMS=*", .answer = OK},
                                             {.command = "AT+IPR=*", .answer = OK},
                                             END};
    struct rig *rig = new_rig(rows);
    rig->job.restore =
        (struct fota_restore){.apn = "cmnet", .baud_bps = 57600, .psm = 2, .apn_context = context};
    ENDS(rig, UPDATED, NONE, 1);
    assert_int_equal(rig_count_sent(rig, apn), 1);
    assert_int_equal(rig_count_sent(rig, "AT+CPSMS=1"), 1);
    assert_int_equal(rig_count_sent(rig, "AT+IPR=57600"), 1);
    free(rig);
}

static void settings_are_not_restored(void **state)
{
    (void)state;
    expect_restored(0, "AT+CGDCONT=1,\"IP\",\"cmnet\"");
    expect_restored(13, "AT+CGDCONT=13,\"IP\",\"cmnet\"");
}

/* Not in the list, but of its kind: AT+CFOTA=0 was sent, the last checkpoint was not saved. */
static void a_host_reset_in_the_clean_up_begins_another_attempt(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .when = WHEN_AFTER, .times = 2},
        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 8"), .when = WHEN_AFTER},
        {.command = "AT+GMR", .answer = INFO("Revision:1351B03SIM7000C"), .when = WHEN_AFTER},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->stop_at_request = 3;
    uint8_t last[FOTA_CHECKPOINT_BYTES];
    while (rig->requests < 2) {
        rig->stop_at_us = rig->now_us + 1000;
        assert_null(rig_run(rig));
    }
    memcpy(last, rig->checkpoint, sizeof last);
    rig->stop_at_us = 0;
    assert_null(rig_run(rig));
    assert_int_equal(rig_count_sent(rig, "AT+CFOTA=0"), 1);
    rig->stop_at_request = 0;
    rig->stop_at_us = 0;
    fota_start(&rig->fota, &rig->host, last, rig->now_us);
    ENDS(rig, UPDATE_FAILED, MODULE_SAYS_FAILED, 1);
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_retried_for_ever),
        cmocka_unit_test(only_the_first_of_two_urcs_in_one_read_is_parsed),
        cmocka_unit_test(there_is_no_timeout_once_the_download_runs),
        cmocka_unit_test(there_is_no_timeout_once_the_update_runs),
        cmocka_unit_test(a_checksum_comparison_is_inverted),
        cmocka_unit_test(the_state_is_saved_without_checking_the_save),
        cmocka_unit_test(success_is_taken_from_the_urc_or_from_a_change),
        cmocka_unit_test(a_left_over_status_is_taken_for_the_result),
        cmocka_unit_test(a_chunk_is_appended_twice_after_a_lost_ok),
        cmocka_unit_test(a_push_that_a_host_reset_cut_off_is_spoilt_by_its_at),
        cmocka_unit_test(the_start_is_sent_twice),
        cmocka_unit_test(the_start_is_sent_after_a_short_download),
        cmocka_unit_test(echo_and_ready_are_taken_for_granted_after_a_reset),
        cmocka_unit_test(the_rate_is_taken_for_unchanged),
        cmocka_unit_test(a_silent_module_is_reset_while_it_restores),
        cmocka_unit_test(a_prefix_is_taken_for_ok),
        cmocka_unit_test(a_prefix_is_taken_for_the_whole),
        cmocka_unit_test(a_long_line_overruns_a_buffer),
        cmocka_unit_test(the_network_is_not_opened_again_after_a_reset),
        cmocka_unit_test(settings_are_not_restored),
        cmocka_unit_test(a_host_reset_in_the_clean_up_begins_another_attempt),
    };
    return cmocka_run_group_tests_name("field_failures", tests, NULL, NULL);
}
