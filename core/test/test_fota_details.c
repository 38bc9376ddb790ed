/*
 * test_fota_details.c - figures that must be right, bytes that must stay what they are, and what
 * may be left of one job for the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fota_internal.h"
#include "core/test/support.h"

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define INFO(text) "\r\n" text "\r\n\r\nOK\r\n"

/* Magic and version, phase, attempts, outcome, reason, the job's two digests, length, the model's
 * digest, nothing, digest of all that. */
#define CHECKPOINT_BYTES                                                                           \
    {                                                                                              \
        0x46, 0x43, 0x50, 0x02, 0x01, 0x01, 0x00, 0x00, 0x4c, 0xc0, 0x03, 0x59, 0xb8, 0x3b, 0x65,  \
            0xaf, 0xe5, 0xaa, 0x01, 0x00, 0xe5, 0x8c, 0x65, 0xa8, 0x00, 0x00, 0x00, 0x00, 0xf1,    \
            0xf9, 0xca, 0x29                                                                       \
    }

static struct rig rig;
static uint32_t bytes_sent;

static void count_bytes(struct rig *client, const char *bytes, size_t size)
{
    (void)client;
    (void)bytes;
    bytes_sent += (uint32_t)size;
}

/* ---- figures ------------------------------------------------------------------------------- */

static unsigned lines_sent(const struct rig *client)
{
    unsigned count = 0;
    for (size_t i = 0; i < client->sent_length; i++)
        count += client->sent[i] == '\n';
    return count;
}

static void figures_are_those_of_the_wire(void **state)
{
    struct fota_statistics figures;
    uint64_t in_states_us = 0;
    (void)state;
    rig_begin(&rig, (const struct module_row[]){{.command = "AT+CBC", .answer = ERROR, .times = 2},
                                                {.command = NULL}});
    bytes_sent = 0;
    rig.on_sent = count_bytes;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    fota_statistics(&rig.fota, &figures);
    for (unsigned i = 0; i < FOTA_STATE_COUNT; i++)
        in_states_us += figures.state_us[i];
    assert_int_equal(in_states_us, rig.now_us);
    assert_int_equal(figures.state_us[FOTA_STATE_PREFLIGHT],
                     4120000 - 20000); /* two pauses of 2 s */
    assert_int_equal(figures.sent_bytes, bytes_sent);
    assert_int_equal(figures.exchanges, lines_sent(&rig) - rig_count_sent(&rig, "AT"));
    assert_int_equal(figures.retries, 2);
    assert_int_equal(figures.package_bytes, 0);
    assert_int_equal(figures.resets_seen, 1);
    assert_int_equal(figures.line_bytes_max,
                     strlen("+CFOTA: \"Update successfully, please wait for reset\""));
    assert_int_equal(figures.command_bytes_max,
                     strlen("AT+HTTPTOFS=\"http://fota.example/V1___V2/update.zip\",\"/fota/"
                            "update.zip\""));
}

static void received_bytes_are_counted(void **state)
{
    struct fota_statistics figures;
    (void)state;
    rig_begin(&rig, NULL);
    fota_receive(&rig.fota, &rig.host, "\r\nabc\r\n", 7, 0);
    fota_receive(&rig.fota, &rig.host, "x", 1, 0);
    fota_statistics(&rig.fota, &figures);
    assert_int_equal(figures.received_bytes, 8);
    assert_int_equal(figures.line_bytes_max, 3);
}

static void bytes_of_a_push_are_counted_repeated_ones_too(void **state)
{
    struct fota_statistics figures;
    (void)state;
    rig_begin(&rig, NULL);
    rig.job.delivery = FOTA_DELIVERY_PUSH;
    rig.job.package_size_bytes = 25000;
    rig.job.baud_bps = 115200;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    fota_statistics(&rig.fota, &figures);
    assert_int_equal(figures.package_bytes, 25000);
    assert_int_equal(rig.module.wrong_bytes, 0);
    assert_int_equal(rig.module.chunks, 3); /* 10 KiB at most (AT106 15.2) */
}

/* ---- requests and checkpoints -------------------------------------------------------------- */

static void a_request_without_bytes_names_none(void **state)
{
    struct fota_request request;
    static const uint8_t nothing[FOTA_CHECKPOINT_BYTES];
    (void)state;
    rig_begin(&rig, NULL);
    rig.module.mute = true;
    rig.stop_at_request = 1;
    rig_run(&rig);
    memset(&request, 0x55, sizeof request);
    assert_true(fota_request(&rig.fota, &request));
    assert_int_equal(request.kind, FOTA_REQUEST_REOPEN_PORT);
    assert_int_equal(request.length, 0);
    assert_memory_equal(request.checkpoint, nothing, sizeof nothing);
}

/* A host that gets a new client keeps its checkpoint: these bytes are a format. */
static void a_checkpoint_stays_what_it_is(void **state)
{
    static const uint8_t want[FOTA_CHECKPOINT_BYTES] = CHECKPOINT_BYTES;
    (void)state;
    rig_begin(&rig, NULL);
    rig.stop_at_request = 1;
    rig_run(&rig);
    assert_memory_equal(rig.checkpoint, want, sizeof want);
}

static void every_bit_of_a_checkpoint_counts(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < FOTA_CHECKPOINT_BYTES * 8; bit++) {
        uint8_t checkpoint[FOTA_CHECKPOINT_BYTES] = CHECKPOINT_BYTES;
        rig_begin(&rig, NULL);
        fota_start(&rig.fota, &rig.host, checkpoint, 0);
        assert_true(rig.fota.checkpoint_asked);
        checkpoint[bit / 8] ^= (uint8_t)(1u << bit % 8);
        fota_start(&rig.fota, &rig.host, checkpoint, 0);
        assert_false(rig.fota.checkpoint_asked);
        assert_int_equal(rig.fota.attempts, 0);
        assert_int_equal(rig.fota.expected_bytes, 0);
        assert_int_equal(rig.fota.model_digest, 0);
    }
}

/* Each of them is another job, whose checkpoint says nothing of this one. */
static void a_checkpoint_is_of_one_job(void **state)
{
    static const uint8_t checkpoint[FOTA_CHECKPOINT_BYTES] = CHECKPOINT_BYTES;
    (void)state;
    for (unsigned i = 0; i < 9; i++) {
        rig_begin(&rig, NULL);
        struct fota_job *job = &rig.job;
        const char **const texts[] = {&job->from_revision, &job->to_revision, &job->url,
                                      &job->ftp_server,    &job->ftp_path,    &job->ftp_name};
        if (i < 6)
            *texts[i] = "other";
        else if (i == 6)
            job->package_size_bytes++;
        else if (i == 7)
            job->package_crc32++;
        else
            job->delivery = FOTA_DELIVERY_FTP;
        fota_start(&rig.fota, &rig.host, checkpoint, 0);
        assert_false(rig.fota.checkpoint_asked);
    }
}

/* ---- what is left -------------------------------------------------------------------------- */

static void a_job_that_changed_nothing_sets_nothing(void **state)
{
    (void)state;
    rig_begin(&rig, (const struct module_row[]){
                        {.command = "AT+GMR", .answer = INFO("Revision:1351B99SIM7000C")},
                        {.command = NULL}});
    rig.job.restore = (struct fota_restore){.function = 4, .psm = 2, .mode = 38};
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_BASE);
    assert_int_equal(rig_count_sent(&rig, "AT+CFUN=4"), 0);
    assert_int_equal(rig_count_sent(&rig, "AT+CPSMS=1"), 0);
    assert_int_equal(rig_count_sent(&rig, "AT+CNMP=38"), 0);
}

/* The whole of each line: what stands behind the sign is the job's. */
static void settings_are_set_as_the_job_names_them(void **state)
{
    static const char *const lines[] = {
        "AT+CNMP=38", "AT+CMNB=3", "AT+CBANDCFG=\"CAT-M\",3,8", "AT+CGDCONT=5,\"IP\",\"cmnet\"",
        "AT+CPSMS=1", "AT+CFUN=4", "AT+COPS=1,2,\"26201\"",     "AT+IPR=57600"};
    (void)state;
    rig_begin(&rig,
              (const struct module_row[]){{.command = "AT+C*=*", .answer = OK, .when = WHEN_AFTER},
                                          {.command = NULL}});
    rig.job.restore = (struct fota_restore){.apn = "cmnet",
                                            .apn_context = 5,
                                            .baud_bps = 57600,
                                            .function = 4,
                                            .psm = 2,
                                            .mode = 38,
                                            .lte = 3,
                                            .bands = "\"CAT-M\",3,8",
                                            .network = "26201"};
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_run(&rig);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (rig_count_sent(&rig, lines[i]) == 0)
            fail_msg("%s was not sent", lines[i]);
}

static void after_a_resumed_clean_up_nothing_is_left_to_resume(void **state)
{
    (void)state;
    rig_begin(&rig, NULL);
    rig.stop_at_request = 2; /* the verdict is saved, then the host is reset */
    rig_run(&rig);
    rig.stop_at_request = 0;
    rig.stop_at_us = 0;
    fota_start(&rig.fota, &rig.host, rig.checkpoint, rig.now_us);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_string_equal(fota_result(&rig.fota)->evidence, "Revision:1351B04SIM7000C");
    fota_start(&rig.fota, &rig.host, rig.checkpoint, rig.now_us);
    assert_false(rig.fota.checkpoint_asked);
    assert_int_equal(fota_state(&rig.fota), FOTA_STATE_SYNCHRONISE);
}

/* 90 minutes, if the job names no total time. */
static void a_job_has_an_end(void **state)
{
    (void)state;
    rig_begin(&rig, (const struct module_row[]){
                        {.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 3600000 * 4u},
                        {.command = NULL}});
    rig.job.update_timeout_ms = UINT32_MAX;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_NEEDS_SERVICE, FOTA_REASON_DEADLINE);
    assert_int_equal(rig.now_us, UINT64_C(5400000000));
}

static void the_radio_is_switched_on_once(void **state)
{
    (void)state;
    rig_begin(&rig, (const struct module_row[]){{.command = "AT+CFUN?", .answer = ERROR},
                                                {.command = "AT+CFUN=1", .answer = OK},
                                                {.command = NULL}});
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_RADIO_OFF);
    assert_int_equal(rig_count_sent(&rig, "AT+CFUN=1"), 1);
    assert_int_equal(rig_count_sent(&rig, "AT+CFUN?"), 6);
}

static void refuse_the_second_attempt(struct rig *client)
{
    if (client->fota.attempts == 1 && !client->fota.begun)
        client->refused = 1u << FOTA_REQUEST_SAVE_CHECKPOINT;
}

static void an_attempt_that_was_made_is_told(void **state)
{
    (void)state;
    rig_begin(&rig, (const struct module_row[]){
                        {.command = "AT+CFOTA=1", .answer = OK},
                        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 8")},
                        {.command = "AT+GMR", .answer = INFO("Revision:1351B03SIM7000C")},
                        {.command = NULL}});
    rig.on_turn = refuse_the_second_attempt;
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATE_FAILED, FOTA_REASON_CHECKPOINT_REFUSED);
    assert_int_equal(fota_result(&rig.fota)->attempts, 1);
}

static const char *const after_echo[] = {"\r\n+CFUN: 1\r\n", "\r\nSMS Ready\r\n"};

static void the_boot_lines_behind_an_echo_are_of_the_same_restart(void **state)
{
    (void)state;
    rig_begin(&rig, (const struct module_row[]){{.command = "AT+CFSGFRS?",
                                                 .answer = INFO("+CFSGFRS: 22151168"),
                                                 .deaf_ms = 1,
                                                 .times = 1},
                                                {.command = NULL}});
    rig.stop_at_us = 900000;
    rig_run(&rig);
    assert_int_equal(rig.fota.result.resets_seen, 1);
    for (size_t i = 0; i < 2; i++)
        fota_receive(&rig.fota, &rig.host, after_echo[i], strlen(after_echo[i]), rig.now_us);
    assert_int_equal(rig.fota.result.resets_seen, 1);
}

/* A status that was cleared in vain before a restart gets both looks again after it. */
static void clearing_is_tried_anew_after_a_restart(void **state)
{
    (void)state;
    rig_begin(&rig, (const struct module_row[]){
                        {.command = "AT+CFOTA=0", .answer = OK, .times = 1},
                        {.command = "AT+CFOTA=0", .answer = OK "\r\nRDY\r\n", .times = 1},
                        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .when = WHEN_BEFORE},
                        {.command = NULL}});
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_LEFT_OVER);
    assert_int_equal(rig_count_sent(&rig, "AT+CFOTA=0"), 2 + 2 + 1 /* of the clean-up */);
}

static const struct {
    const char *line, *evidence;
    uint8_t status;
} statuses[] = {{INFO("+CFOTA: 9"), "+CFOTA: 9", 9},
                {INFO("+CFOTA: 10"), "+CFOTA: ?", 10},
                {INFO("+CFOTA: 254"), "+CFOTA: ?", 254},
                {INFO("+CFOTA: 256"), "+CFOTA: ?", 255}};

static void a_status_is_shown_as_its_digit(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        rig_begin(&rig,
                  (const struct module_row[]){
                      {.command = "AT+CFOTA=1", .answer = OK},
                      {.command = "AT+CFOTA?", .answer = statuses[i].line, .when = WHEN_AFTER},
                      {.command = "AT+GMR", .answer = INFO("Revision:1351B03SIM7000C")},
                      {.command = NULL}});
        rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_UPDATE_FAILED, FOTA_REASON_NEVER_BEGAN);
        assert_string_equal(fota_result(&rig.fota)->evidence, statuses[i].evidence);
        assert_int_equal(fota_result(&rig.fota)->status, statuses[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_those_of_the_wire),
        cmocka_unit_test(received_bytes_are_counted),
        cmocka_unit_test(bytes_of_a_push_are_counted_repeated_ones_too),
        cmocka_unit_test(a_request_without_bytes_names_none),
        cmocka_unit_test(a_checkpoint_stays_what_it_is),
        cmocka_unit_test(every_bit_of_a_checkpoint_counts),
        cmocka_unit_test(a_checkpoint_is_of_one_job),
        cmocka_unit_test(a_job_that_changed_nothing_sets_nothing),
        cmocka_unit_test(settings_are_set_as_the_job_names_them),
        cmocka_unit_test(after_a_resumed_clean_up_nothing_is_left_to_resume),
        cmocka_unit_test(a_job_has_an_end),
        cmocka_unit_test(the_radio_is_switched_on_once),
        cmocka_unit_test(an_attempt_that_was_made_is_told),
        cmocka_unit_test(the_boot_lines_behind_an_echo_are_of_the_same_restart),
        cmocka_unit_test(clearing_is_tried_anew_after_a_restart),
        cmocka_unit_test(a_status_is_shown_as_its_digit),
    };
    return cmocka_run_group_tests_name("fota_details", tests, NULL, NULL);
}
