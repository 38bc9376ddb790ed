/* test_cover_ways.c - ways through the procedure that a field hardly sees. */
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

static void start(struct rig *rig, const uint8_t *checkpoint)
{
    rig->stop_at_us = 0;
    rig->stop_at_request = 0;
    fota_start(&rig->fota, &rig->host, checkpoint, rig->now_us);
}

#define ENDS(rig, o, r) rig_expect(rig, rig_run(rig), FOTA_OUTCOME_##o, FOTA_REASON_##r)

/* The job's own choice of an APN is none, given as NULL or as "". */
static void an_empty_apn_is_the_choice_of_the_module(void **state)
{
    static const struct module_row rows[] = {{.command = "AT+CNACT=1", .answer = OK}, END};
    static const char *const apns[] = {NULL, ""};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct rig *rig = new_rig(rows);
        rig->job.apn = apns[i];
        ENDS(rig, UPDATED, NONE);
        assert_int_equal(rig_count_sent(rig, "AT+CNACT=1"), 1);
        free(rig);
    }
}

/* FTPTOFSST says that it is complete, twice, the result line is lost, the size is another one. */
static void ftp_that_is_complete_with_another_size_is_a_wrong_length(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+FTPEXTGET=*", .answer = OK},
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 0,5,1000")},
        {.command = "AT+FTP*", .answer = OK},
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 1000")},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->job.delivery = FOTA_DELIVERY_FTP;
    rig->job.ftp_server = "ftp.example";
    start(rig, NULL);
    ENDS(rig, DOWNLOAD_FAILED, WRONG_LENGTH);
    assert_int_equal(rig_count_sent(rig, "AT+FTPEXTGET=2,1,\"update.zip\""), 3);
    free(rig);
}

/* The same with a length that the job does not know: what was told twice is the length. */
static void ftp_of_unknown_size_is_as_long_as_it_says(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+FTPEXTGET=*", .answer = OK},
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 0,5,1000")},
        {.command = "AT+FTP*", .answer = OK},
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 1000")},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->job.delivery = FOTA_DELIVERY_FTP;
    rig->job.ftp_server = "ftp.example";
    rig->job.package_size_bytes = 0;
    rig->job.trust_report = true;
    start(rig, NULL);
    ENDS(rig, UPDATED, NONE);
    free(rig);
}

/* FTPTOFSST says once that nothing runs, goes on, says so again, and is done later. */
static void ftp_that_only_pauses_is_waited_for(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+FTPEXTGET=*", .answer = OK},
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 0,5,1000"), .times = 1},
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 1,5,2000"), .times = 1},
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 0,5,2000"), .times = 1},
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 1,5,3000"), .times = 1},
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 0,5,109285")},
        {.command = "AT+FTP*", .answer = OK},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->job.delivery = FOTA_DELIVERY_FTP;
    rig->job.ftp_server = "ftp.example";
    start(rig, NULL);
    ENDS(rig, UPDATED, NONE);
    assert_int_equal(rig_count_sent(rig, "AT+FTPEXTGET=2,1,\"update.zip\""), 1);
    assert_int_equal(rig_count_sent(rig, "AT+FTPTOFSST"), 5);
    free(rig);
}

/* What an answer does not say is 0, and no remainder of another. */
static void ftp_that_says_nothing_of_itself_has_ended_without_a_file(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+FTPEXTGET=*", .answer = OK},
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 0")},
        {.command = "AT+FTP*", .answer = OK},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->job.delivery = FOTA_DELIVERY_FTP;
    rig->job.ftp_server = "ftp.example";
    start(rig, NULL);
    ENDS(rig, DOWNLOAD_FAILED, FTP_OTHER);
    assert_int_equal(rig_count_sent(rig, "AT+FTPTOFSST"), 6);
    free(rig);
}

/* 200 with an empty body, of a package whose length is not known: nothing is read back. */
static void an_empty_body_is_no_package(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 200,0\r\n"}}},
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 0")},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->job.package_size_bytes = 0;
    rig->job.package_crc32 = 1;
    start(rig, NULL);
    ENDS(rig, DOWNLOAD_FAILED, WRONG_LENGTH);
    assert_null(strstr(rig->sent, "AT+CFSRFILE"));
    free(rig);
}

static void a_module_that_restarts_in_each_download_ends_the_job(void **state)
{
    static const struct module_row rows[] = {{.command = "AT+HTTPTOFS=*",
                                              .answer = OK,
                                              .deaf_ms = 6900,
                                              .later = {{7000, "\r\nRDY\r\n\r\n+CFUN: 1\r\n"}}},
                                             END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, DOWNLOAD_FAILED, RESTARTED);
    assert_int_equal(rig->fota.result.resets_seen, 3);
    free(rig);
}

/* What the host reset left in the file is longer than the package: the push begins anew. */
static void a_push_is_not_resumed_behind_its_end(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->job.delivery = FOTA_DELIVERY_PUSH;
    rig->job.baud_bps = 115200;
    rig->job.package_size_bytes = 35000;
    start(rig, NULL);
    rig->stop_at_us = 300000;
    assert_null(rig_run(rig));
    assert_true(rig->module.chunks > 0);
    rig->module.file_bytes = rig->module.whole_bytes = 50000;
    rig->module.data_left = 0;
    start(rig, rig->checkpoint);
    ENDS(rig, UPDATED, NONE);
    assert_int_equal(rig->module.file_bytes, 35000);
    assert_int_equal(rig->module.wrong_bytes, 0);
    free(rig);
}

/* The module takes 10 s at most (AT106 15.2), whatever rate the job names. */
static void a_chunk_never_gets_more_time_than_the_module_takes(void **state)
{
    static const struct {
        uint32_t baud_bps, size_bytes;
        const char *write;
    } rows[] = {
        {4, 8, "AT+CFSWFILE=1,\"update.zip\",0,4,10000"},
        {UINT32_C(0x4000000), 100, "AT+CFSWFILE=1,\"update.zip\",0,100,10000"},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *rig = new_rig(NULL);
        rig->job.delivery = FOTA_DELIVERY_PUSH;
        rig->job.baud_bps = rows[i].baud_bps;
        rig->job.package_size_bytes = rows[i].size_bytes;
        start(rig, NULL);
        ENDS(rig, UPDATED, NONE);
        assert_int_equal(rig_count_sent(rig, rows[i].write), 1);
        free(rig);
    }
}

/* It restarted without a word just before AT+CFOTA=1, whose echo must not undo the start. */
static void an_echo_of_the_start_is_no_restart(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->stop_at_request = 1;
    assert_null(rig_run(rig));
    assert_int_equal(fota_state(&rig->fota), FOTA_STATE_CHECKPOINT);
    rig->module.echo = true;
    rig->stop_at_us = 0;
    rig->stop_at_request = 0;
    fota_answer(&rig->fota, &rig->host, true, rig->now_us);
    ENDS(rig, UPDATED, NONE);
    assert_int_equal(rig_count_sent(rig, "AT+CFOTA=1"), 1);
    free(rig);
}

/* The updater works after its worst time, and still after that time again: now it is left. */
static void the_worst_time_is_granted_twice_only(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 20000000}, END};
    static const char works[] = "\r\n+CFOTA: \"Updating\",50\r\n";
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->job.update_timeout_ms = 60000;
    rig->refused = 1u << FOTA_REQUEST_POWER_CYCLE;
    for (unsigned times = 0; times < 2; times++) {
        while (fota_state(&rig->fota) != FOTA_STATE_RECOVER) {
            rig->stop_at_us = rig->now_us + 100000;
            assert_null(rig_run(rig));
        }
        rig_say(rig, 1, works);
        rig->stop_at_us = rig->now_us + 2000;
        assert_null(rig_run(rig));
        assert_int_equal(fota_state(&rig->fota),
                         times == 0 ? FOTA_STATE_UPDATING : FOTA_STATE_RECOVER);
    }
    rig->stop_at_us = 0;
    ENDS(rig, NEEDS_SERVICE, SILENT);
    free(rig);
}

/* In the clean-up the verdict is in: a boot loop no longer changes it, however often it restarts.
 */
static void a_boot_loop_in_the_clean_up_changes_no_verdict(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    while (fota_state(&rig->fota) != FOTA_STATE_CLEAN_UP) {
        rig->stop_at_us = rig->now_us + 1000;
        assert_null(rig_run(rig));
    }
    rig->stop_at_us = 0;
    for (unsigned i = 0; i < 300; i++)
        fota_receive(&rig->fota, &rig->host, "\r\nRDY\r\n", 7, rig->now_us);
    ENDS(rig, UPDATED, NONE);
    assert_int_equal(rig->fota.result.resets_seen, 255);
    free(rig);
}

static void the_job_bounds_the_search_for_a_network(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CEREG?", .answer = INFO("+CEREG: 0,2")},
        {.command = "AT+CREG?", .answer = INFO("+CREG: 0,2")},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->job.network_timeout_ms = 20000;
    ENDS(rig, REFUSED, NO_NETWORK);
    assert_true(rig->now_us > UINT64_C(20000000) && rig->now_us < UINT64_C(40000000));
    free(rig);
}

/* A module that never answers; the last timeout and the job's deadline are the same moment. */
static void a_deadline_at_the_very_end_gives_no_second_outcome(void **state)
{
    uint32_t total_ms = 0;
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct rig *rig = new_rig(NULL);
        rig->module.mute = true;
        rig->job.total_timeout_ms = total_ms;
        start(rig, NULL);
        ENDS(rig, REFUSED, NO_ANSWER); /* and one outcome */
        total_ms = (uint32_t)(rig->now_us / 1000u);
        assert_int_equal(rig->now_us, total_ms * UINT64_C(1000));
        free(rig);
    }
}

static void nothing_happens_after_the_end_of_time(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    ENDS(rig, UPDATED, NONE);
    assert_true(fota_advance(&rig->fota, &rig->host, FOTA_NEVER) == FOTA_NEVER);
    assert_int_equal(rig->outcomes, 1);
    free(rig);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_apn_is_the_choice_of_the_module),
        cmocka_unit_test(ftp_that_is_complete_with_another_size_is_a_wrong_length),
        cmocka_unit_test(ftp_of_unknown_size_is_as_long_as_it_says),
        cmocka_unit_test(ftp_that_only_pauses_is_waited_for),
        cmocka_unit_test(ftp_that_says_nothing_of_itself_has_ended_without_a_file),
        cmocka_unit_test(an_empty_body_is_no_package),
        cmocka_unit_test(a_module_that_restarts_in_each_download_ends_the_job),
        cmocka_unit_test(a_push_is_not_resumed_behind_its_end),
        cmocka_unit_test(a_chunk_never_gets_more_time_than_the_module_takes),
        cmocka_unit_test(an_echo_of_the_start_is_no_restart),
        cmocka_unit_test(the_worst_time_is_granted_twice_only),
        cmocka_unit_test(a_boot_loop_in_the_clean_up_changes_no_verdict),

        cmocka_unit_test(the_job_bounds_the_search_for_a_network),
        cmocka_unit_test(a_deadline_at_the_very_end_gives_no_second_outcome),
        cmocka_unit_test(nothing_happens_after_the_end_of_time),
    };
    return cmocka_run_group_tests_name("cover_ways", tests, NULL, NULL);
}
