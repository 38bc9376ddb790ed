/* test_fota_surroundings.c - a host that takes its time, a port at another rate, a job looked back
 * at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/test/support.h"

#define OK         "\r\nOK\r\n"
#define INFO(text) "\r\n" text "\r\n\r\nOK\r\n"
#define MINUTE_US  UINT64_C(60000000)
#define SUCCESS    "\r\n+CFOTA: \"Update successfully, please wait for reset\"\r\n"
#define GARBAGE    "\x81\xfe\x83\x12\x84\x90\r\x88"
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
    rig->sent_length = 0;
    rig->outcomes = rig->attempts = 0;
    fota_start(&rig->fota, &rig->host, checkpoint, rig->now_us);
}

#define ENDS(rig, o, r) rig_expect(rig, rig_run(rig), FOTA_OUTCOME_##o, FOTA_REASON_##r)

/* ---- requests ------------------------------------------------------------------------------ */

/* Runs until the checkpoint before AT+CFOTA=1 is asked for, and leaves it unanswered. */
static struct rig *at_the_checkpoint(void)
{
    struct rig *rig = new_rig(NULL);
    struct fota_request request;
    rig->stop_at_request = 1;
    assert_null(rig_run(rig));
    rig->stop_at_request = 0;
    rig->stop_at_us = 0;
    assert_true(fota_request(&rig->fota, &request));
    assert_int_equal(request.kind, FOTA_REQUEST_SAVE_CHECKPOINT);
    return rig;
}

static void hold(struct rig *rig, uint64_t for_us)
{
    uint64_t until_us = rig->now_us + for_us;
    while (rig->now_us < until_us) {
        uint64_t next_us = fota_advance(&rig->fota, &rig->host, rig->now_us);
        rig->now_us = next_us < until_us ? next_us : until_us;
    }
    fota_advance(&rig->fota, &rig->host, rig->now_us);
}

static void an_answer_after_nine_minutes_counts(void **state)
{
    struct rig *rig = at_the_checkpoint();
    (void)state;
    hold(rig, 9 * MINUTE_US);
    ENDS(rig, UPDATED, NONE);
    free(rig);
}

static void an_answer_that_never_comes_is_late(void **state)
{
    struct rig *rig = at_the_checkpoint();
    (void)state;
    hold(rig, 11 * MINUTE_US);
    ENDS(rig, REFUSED, ANSWER_LATE);
    assert_int_equal(rig_count_sent(rig, "AT+CFOTA=1"), 0);
    free(rig);
}

static void later_holds_the_job_back(void **state)
{
    struct rig *rig = at_the_checkpoint();
    (void)state;
    fota_later(&rig->fota, &rig->host, rig->now_us);
    hold(rig, 70 * MINUTE_US);
    ENDS(rig, UPDATED, NONE);
    fota_later(&rig->fota, &rig->host, rig->now_us); /* of nothing */
    assert_non_null(fota_result(&rig->fota));
    free(rig);
}

static void later_ends_with_the_job(void **state)
{
    struct rig *rig = at_the_checkpoint();
    (void)state;
    fota_later(&rig->fota, &rig->host, rig->now_us);
    hold(rig, 95 * MINUTE_US);
    ENDS(rig, REFUSED, DEADLINE);
    free(rig);
}

/* The module is gone as well; all that is left is to take the checkpoint back, which is held too.
 */
static void later_holds_nothing_back_once_the_time_of_the_job_is_over(void **state)
{
    struct rig *rig = at_the_checkpoint();
    struct fota_request request;
    unsigned held = 0;
    (void)state;
    fota_later(&rig->fota, &rig->host, rig->now_us);
    while (rig->now_us < 120 * MINUTE_US && fota_result(&rig->fota) == NULL) {
        hold(rig, MINUTE_US / 60);
        if (fota_state(&rig->fota) == FOTA_STATE_CLEAN_UP && fota_request(&rig->fota, &request)) {
            fota_later(&rig->fota, &rig->host, rig->now_us);
            held++;
        }
    }
    assert_true(held > 0);
    assert_non_null(fota_result(&rig->fota));
    free(rig);
}

/* Nobody answers what is asked once the time of the job is over: that is not waited for long. */
static void the_end_is_not_held_up(void **state)
{
    struct rig *rig = at_the_checkpoint();
    (void)state;
    fota_later(&rig->fota, &rig->host, rig->now_us);
    hold(rig, 90 * MINUTE_US + 30 * MINUTE_US / 60);
    assert_int_equal(fota_state(&rig->fota), FOTA_STATE_CLEAN_UP);
    hold(rig, 3 * MINUTE_US);
    assert_non_null(fota_result(&rig->fota));
    free(rig);
}

/* ---- rates --------------------------------------------------------------------------------- */

#define NEW_RATE                                                                                   \
    {                                                                                              \
        .command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 20000, .later = {                        \
            {8000, SUCCESS},                                                                       \
            {15000, GARBAGE}                                                                       \
        }                                                                                          \
    }

/* Once it boots, the module hears nothing at the port's rate: support.c lets it hear again when the
 * port has its own. */
static void change_rate(struct rig *rig)
{
    bool boots = fota_state(&rig->fota) == FOTA_STATE_AWAIT_BOOT;
    if (!boots || rig->module.baud_bps != 0)
        return;
    rig->module.mute = true;
    rig->module.baud_bps = 9600;
}

static void garbage_is_an_answer_and_the_rate_is_found(void **state)
{
    static const struct module_row rows[] = {NEW_RATE, END};
    static const uint32_t named_bps[] = {0, 57600, 115200};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct rig *rig = new_rig(rows);
        rig->job.baud_bps = named_bps[i];
        rig->on_turn = change_rate;
        start(rig, NULL);
        ENDS(rig, UPDATED, NONE);
        assert_int_equal(rig->fota.result.remarks >> FOTA_REMARK_RATE_FOUND & 1, 1);
        assert_true(rig->now_us < 5 * MINUTE_US);
        free(rig);
    }
}

/* Of no rate the module is heard, and then it is back at the port's own: that is the last one. */
static void after_all_rates_comes_the_own_one(void **state)
{
    static const struct module_row rows[] = {{.command = "AT+CFOTA=1",
                                              .answer = OK,
                                              .deaf_ms = 150000,
                                              .later = {{8000, SUCCESS}, {15000, GARBAGE}}},
                                             END};
    (void)state;
    for (unsigned named = 0; named < 2; named++) {
        struct rig *rig = new_rig(rows);
        rig->job.baud_bps = named ? 19200 : 0;
        start(rig, NULL);
        ENDS(rig, UPDATED, NONE);
        assert_int_equal(rig->fota.result.remarks, 0);
        free(rig);
    }
}

static void a_port_that_cannot_change_its_rate_is_left_alone(void **state)
{
    static const struct module_row rows[] = {NEW_RATE, END};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->refused = 1u << FOTA_REQUEST_SET_BAUD;
    rig->job.update_timeout_ms = 300000;
    rig->on_turn = change_rate;
    start(rig, NULL);
    ENDS(rig, NEEDS_SERVICE, WRONG_RATE);
    free(rig);
}

/* What makes sense is no garbage, whether it is known or not. */
static void a_foreign_line_is_no_garbage(void **state)
{
    static const struct {
        const char *line;
        enum fota_reason reason;
    } cases[] = {
        {"\r\n*PSUTTZ: 26/11/22,20:00:00\r\n", FOTA_REASON_NO_ANSWER},
        {"\r\nDST: 1\r\n", FOTA_REASON_NO_ANSWER},
        {"\r\n[:::\r\n", FOTA_REASON_WRONG_RATE},
        {"\r\n:::\r\n", FOTA_REASON_WRONG_RATE},
        {"\r\nA:::\r\n", FOTA_REASON_WRONG_RATE},
        {"\r\nAA[:\r\n", FOTA_REASON_WRONG_RATE},
        {"\r\nAA::\r\n", FOTA_REASON_WRONG_RATE},
        {"\r\nAAA:\177\r\n", FOTA_REASON_WRONG_RATE},
        {"\r\nAAA:\4\r\n", FOTA_REASON_WRONG_RATE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct module_row rows[] = {{.command = "*", .answer = cases[i].line}, END};
        struct rig *rig = new_rig(rows);
        rig->module.echo = false;
        rig_expect(rig, rig_run(rig), FOTA_OUTCOME_REFUSED, cases[i].reason);
        free(rig);
    }
}

static void all_garbage_is_a_wrong_rate(void **state)
{
    static const struct module_row rows[] = {{.command = "*", .answer = GARBAGE}, END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, REFUSED, WRONG_RATE);
    free(rig);
}

/* ---- the job ------------------------------------------------------------------------------- */

static void an_older_target_needs_consent(void **state)
{
    static const struct {
        const char *from, *to;
        bool older;
    } pairs[] = {
        {"1351B05SIM7000C", "1351B03SIM7000C", true},
        {NULL, "1351B03SIM7000C", false},
        {"1351B03", "1351B03", false},
        {"1351B03SIM7000C", "1351B05SIM7000C", false},
        {"1351B03SIM7000C", "1529B01SIM7000C", false},
        {"1529B01SIM7000C", "1351B03SIM7000C", true},
        {"1351B03SIM7000E", "1351B03SIM7000C", false},
        {"1351B03", "1351", false},
        {"1351", "1351B03", false},
        {"1351B3SIM7000C", "1351BSIM7000C", false},
        {"1351BSIM7000C", "1351B3SIM7000C", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct rig *rig = new_rig(NULL);
        rig->job.from_revision = pairs[i].from;
        rig->job.to_revision = pairs[i].to;
        start(rig, NULL);
        const struct fota_result *result = rig_run(rig);
        if ((result->reason == FOTA_REASON_DOWNGRADE) != pairs[i].older)
            fail_msg("pair %u, to %s: %s", (unsigned)i, pairs[i].to,
                     fota_reason_name(result->reason));
        assert_int_equal(rig->sent_length == 0, pairs[i].older);
        rig->job.allow_downgrade = true;
        start(rig, NULL);
        assert_int_not_equal(rig_run(rig)->reason, FOTA_REASON_DOWNGRADE);
        free(rig);
    }
}

/* The host stored the last checkpoint, and was reset before it heard how it ended. */
static void the_verdict_is_repeated(void **state)
{
    static const struct module_row well[] = {END};
    static const struct module_row ill[] = {
        {.command = "AT+GSN", .answer = INFO("000000000000000"), .when = WHEN_AFTER}, END};
    const struct module_row *const rows[] = {well, ill};
    const uint8_t outcomes[] = {FOTA_OUTCOME_UPDATED, FOTA_OUTCOME_DEGRADED};
    const uint8_t reasons[] = {FOTA_REASON_NONE, FOTA_REASON_IDENTITY_LOST};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct rig *rig = new_rig(rows[i]);
        rig_expect(rig, rig_run(rig), outcomes[i], reasons[i]);
        start(rig, rig->checkpoint);
        rig_expect(rig, rig_run(rig), outcomes[i], reasons[i]);
        assert_int_equal(rig_count_sent(rig, "AT+CFOTA=1"), 0);
        free(rig);
    }
}

/* A failure is no verdict to repeat: the job is done anew. */
static void a_failure_is_not_repeated(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .when = WHEN_AFTER, .times = 4},
        {.command = "AT+GMR",
         .answer = INFO("Revision:1351B03SIM7000C"),
         .when = WHEN_AFTER,
         .times = 4},
        END};
    struct rig *rig = new_rig(rows);
    (void)state;
    ENDS(rig, UPDATE_FAILED, MODULE_SAYS_FAILED);
    start(rig, rig->checkpoint);
    assert_int_not_equal(rig_run(rig)->outcome, FOTA_OUTCOME_UPDATE_FAILED);
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_after_nine_minutes_counts),
        cmocka_unit_test(an_answer_that_never_comes_is_late),
        cmocka_unit_test(later_holds_the_job_back),
        cmocka_unit_test(later_ends_with_the_job),
        cmocka_unit_test(later_holds_nothing_back_once_the_time_of_the_job_is_over),
        cmocka_unit_test(the_end_is_not_held_up),
        cmocka_unit_test(garbage_is_an_answer_and_the_rate_is_found),
        cmocka_unit_test(after_all_rates_comes_the_own_one),
        cmocka_unit_test(a_port_that_cannot_change_its_rate_is_left_alone),
        cmocka_unit_test(a_foreign_line_is_no_garbage),
        cmocka_unit_test(all_garbage_is_a_wrong_rate),
        cmocka_unit_test(an_older_target_needs_consent),
        cmocka_unit_test(the_verdict_is_repeated),
        cmocka_unit_test(a_failure_is_not_repeated),
    };
    return cmocka_run_group_tests_name("fota_surroundings", tests, NULL, NULL);
}
