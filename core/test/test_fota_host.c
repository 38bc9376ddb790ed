/* test_fota_host.c - host resets, checkpoints, requests, cancelling, copies of the client. */
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

static struct rig *new_rig(const struct module_row *rows)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig_begin(rig, rows);
    return rig;
}

/* The host loses everything but its last checkpoint; the module does not notice. */
static void reset_host(struct rig *rig)
{
    memset(&rig->fota, 0xa5, sizeof rig->fota);
    rig->stop_at_us = 0;
    rig->stop_at_request = 0;
    fota_start(&rig->fota, &rig->host, rig->checkpoint, rig->now_us);
}

static void a_host_reset_at_any_time_ends_in_the_same_update(void **state)
{
    (void)state;
    for (uint64_t at_ms = 10; at_ms < 115000; at_ms += at_ms < 15000 ? 37 : 1511) {
        struct rig *rig = new_rig(NULL);
        rig->stop_at_us = at_ms * 1000;
        const struct fota_result *result = rig_run(rig);
        bool over = result != NULL;
        if (!over) {
            reset_host(rig);
            result = rig_run(rig);
        }
        bool late = result->outcome == FOTA_OUTCOME_ALREADY_CURRENT;
        if (result->outcome != FOTA_OUTCOME_UPDATED && !late)
            fail_msg("reset at %u ms: %s/%s\n%s", (unsigned)at_ms,
                     fota_outcome_name(result->outcome), fota_reason_name(result->reason),
                     rig->sent);
        if (rig_count_sent(rig, "AT+CFOTA=1") != 1)
            fail_msg("reset at %u ms: AT+CFOTA=1 not once\n%s", (unsigned)at_ms, rig->sent);
        free(rig);
    }
}

static void a_reset_between_checkpoint_and_start_begins_a_new_attempt(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->stop_at_request = 1;
    assert_null(rig_run(rig));
    assert_int_equal(rig_count_sent(rig, "AT+CFOTA=1"), 0);
    reset_host(rig);
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig_count_sent(rig, "AT+CFOTA=1"), 1);
    assert_int_equal(rig->fota.attempts, 2);
    /* The package was verified again, not downloaded again. */
    assert_int_equal(rig_count_sent(rig, "AT+CFSGFIS=1,\"update.zip\""), 3);
    assert_int_equal(rig_count_sent(rig, "AT+CNACT=1,\"cmnet\""), 1);
    free(rig);
}

static void the_last_checkpoint_says_that_nothing_runs(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig->requests, 3);
    reset_host(rig);
    assert_int_equal(fota_state(&rig->fota), FOTA_STATE_SYNCHRONISE);
    free(rig);
}

static void a_damaged_or_foreign_checkpoint_counts_as_none(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->stop_at_request = 1;
    assert_null(rig_run(rig));
    for (unsigned bit = 0; bit < 8 * FOTA_CHECKPOINT_BYTES; bit++) {
        uint8_t damaged[FOTA_CHECKPOINT_BYTES];
        memcpy(damaged, rig->checkpoint, sizeof damaged);
        damaged[bit / 8] ^= (uint8_t)(1u << bit % 8);
        fota_start(&rig->fota, &rig->host, damaged, rig->now_us);
        assert_int_equal(fota_state(&rig->fota), FOTA_STATE_SYNCHRONISE);
    }
    fota_start(&rig->fota, &rig->host, rig->checkpoint, rig->now_us);
    assert_int_equal(fota_state(&rig->fota), FOTA_STATE_AWAIT_BOOT);
    rig->job.to_revision = "1351B05SIM7000C";
    fota_start(&rig->fota, &rig->host, rig->checkpoint, rig->now_us);
    assert_int_equal(fota_state(&rig->fota), FOTA_STATE_SYNCHRONISE);
    free(rig);
}

static void a_failed_update_met_after_a_host_reset_is_reported(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 60000},
        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .when = WHEN_AFTER},
        {.command = "AT+GMR", .answer = INFO("Revision:1351B03SIM7000C"), .when = WHEN_AFTER},
        {.command = NULL}};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->stop_at_us = UINT64_C(40000000);
    assert_null(rig_run(rig));
    assert_true(rig->module.started);
    reset_host(rig);
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_UPDATE_FAILED, FOTA_REASON_MODULE_SAYS_FAILED);
    assert_int_equal(rig_count_sent(rig, "AT+CFOTA=1"), 1);
    free(rig);
}

static void the_module_may_restart_at_any_time(void **state)
{
    (void)state;
    for (uint32_t at_ms = 5; at_ms < 11000; at_ms += 61) {
        static const char boot[] = "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n";
        struct rig *rig = new_rig(NULL);
        rig->stop_at_us = at_ms * UINT64_C(1000);
        assert_null(rig_run(rig));
        if (rig->module.started) {
            free(rig);
            continue;
        }
        rig->stop_at_us = 0;
        rig->module.pending_count = 0;
        rig->module.line_length = 0;
        rig->module.echo = true;
        rig->module.deaf_until_us = rig->now_us + UINT64_C(6000000);
        rig_say(rig, 6001, boot);
        const struct fota_result *result = rig_run(rig);
        if (result->outcome != FOTA_OUTCOME_UPDATED)
            fail_msg("restart at %u ms: %s/%s\nstates: %s\n%s", at_ms,
                     fota_outcome_name(result->outcome), fota_reason_name(result->reason),
                     rig->states, rig->sent);
        assert_int_equal(rig_count_sent(rig, "AT+CFOTA=1"), 1);
        free(rig);
    }
}

static void a_restart_without_a_word_is_noticed_by_the_echo(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->stop_at_us = 300000;
    assert_null(rig_run(rig));
    rig->stop_at_us = 0;
    rig->module.echo = true;
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig->fota.result.resets_seen, 2);
    assert_int_equal(rig_count_sent(rig, "ATE0V1Q0"), 3);
    free(rig);
}

static void nothing_is_cut_off_while_the_module_may_restore(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 20000000}, {.command = NULL}};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig->stop_at_us = UINT64_C(2400000000);
    assert_null(rig_run(rig));
    assert_int_equal(rig->requests, 1);
    rig->stop_at_us = 0;
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_NEEDS_SERVICE, FOTA_REASON_SILENT);
    assert_int_equal(rig->power_requests, 1);
    free(rig);
}

static void a_fresh_start_never_cuts_the_power(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->module.mute = true;
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_ANSWER);
    assert_true(rig->requests > 0);
    assert_int_equal(rig->power_requests, 0);
    free(rig);
}

static void a_module_that_hangs_before_the_update_is_power_cycled(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->stop_at_us = 2000000;
    assert_null(rig_run(rig));
    rig->stop_at_us = 0;
    rig->module.mute = true;
    rig_run(rig);
    assert_int_equal(rig->power_requests, 1);
    free(rig);
}

static void an_updater_that_continues_at_boot_is_waited_for(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->module.started = true;
    rig->module.deaf_until_us = UINT64_C(60000000);
    rig_say(rig, 1000, "\r\n+CFOTA: \"Updating\",50\r\n");
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig_count_sent(rig, "AT+CFOTA=1"), 0);
    free(rig);
}

static void a_joined_update_has_its_worst_time_too(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->module.mute = true;
    rig_say(rig, 1000, "\r\n+CFOTA: \"Updating\",50\r\n");
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_NEEDS_SERVICE, FOTA_REASON_SILENT);
    assert_true(rig->now_us > UINT64_C(2401000000) && rig->now_us < UINT64_C(2600000000));
    free(rig);
}

static void a_module_lost_after_the_start_is_left_alone(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA=1", .answer = OK},
        {.command = "ATE0V1Q0", .deaf_ms = 60000, .times = 1, .when = WHEN_AFTER},
        {.command = NULL}};
    struct rig *rig = new_rig(rows);
    (void)state;
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig->requests, 3); /* both for checkpoints */
    free(rig);
}

static void cancelling_works_until_the_point_of_no_return(void **state)
{
    (void)state;
    for (uint64_t at_ms = 0; at_ms < 60000; at_ms += at_ms < 15000 ? 97 : 5000) {
        struct rig *rig = new_rig(NULL);
        rig->stop_at_us = at_ms * 1000 + 1;
        assert_null(rig_run(rig));
        rig->stop_at_us = 0;
        bool started = rig->module.started;
        fota_cancel(&rig->fota, &rig->host, rig->now_us);
        fota_cancel(&rig->fota, &rig->host, rig->now_us);
        rig_expect(rig, rig_run(rig), started ? FOTA_OUTCOME_UPDATED : FOTA_OUTCOME_CANCELLED,
                   started ? FOTA_REASON_NONE : FOTA_REASON_BY_REQUEST);
        free(rig);
    }
}

/* Both clients live in one process; each is moved to another address in the middle. */
static void two_clients_do_not_know_of_each_other(void **state)
{
    static const struct module_row rows[] = {
        {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .when = WHEN_AFTER},
        {.command = "AT+GMR", .answer = INFO("Revision:1351B03SIM7000C"), .when = WHEN_AFTER},
        {.command = NULL}};
    struct rig *a = new_rig(NULL), *b = new_rig(rows);
    const struct fota_result *result_a = NULL, *result_b = NULL;
    (void)state;
    for (uint64_t at_us = 100000; result_a == NULL || result_b == NULL; at_us += 100000) {
        a->stop_at_us = b->stop_at_us = at_us;
        result_a = result_a != NULL ? result_a : rig_run(a);
        result_b = result_b != NULL ? result_b : rig_run(b);
        struct fota moved = a->fota;
        memset(&a->fota, 0x5a, sizeof a->fota);
        a->fota = moved;
    }
    rig_expect(a, result_a, FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    rig_expect(b, result_b, FOTA_OUTCOME_UPDATE_FAILED, FOTA_REASON_MODULE_SAYS_FAILED);
    free(a);
    free(b);
}

static void a_long_url_is_sent_whole_and_a_longer_one_refused(void **state)
{
    char url[400];
    (void)state;
    for (size_t length = 255; length < 400; length += 144) {
        struct rig *rig = new_rig(NULL);
        memset(url, 'u', sizeof url);
        memcpy(url, "http://h/", 9);
        url[length] = '\0';
        rig->job.url = url;
        const struct fota_result *result = rig_run(rig);
        assert_int_equal(result->outcome,
                         length == 255 ? FOTA_OUTCOME_UPDATED : FOTA_OUTCOME_REFUSED);
        free(rig);
    }
}

static void silence_of_the_surroundings_is_a_refusal(void **state)
{
    struct rig *rig = new_rig(NULL);
    (void)state;
    rig->stop_at_request = 1;
    assert_null(rig_run(rig));
    uint64_t now_us = rig->now_us;
    for (unsigned i = 0; i < 1000 && fota_result(&rig->fota) == NULL; i++) {
        uint64_t next = fota_advance(&rig->fota, &rig->host, now_us);
        now_us = next != FOTA_NEVER ? next : now_us;
    }
    assert_non_null(fota_result(&rig->fota));
    assert_int_equal(fota_result(&rig->fota)->outcome, FOTA_OUTCOME_REFUSED);
    assert_int_equal(fota_result(&rig->fota)->reason, FOTA_REASON_ANSWER_LATE);
    assert_true(fota_advance(&rig->fota, &rig->host, now_us) == FOTA_NEVER);
    free(rig);
}

static void names_come_from_the_tables(void **state)
{
    (void)state;
    assert_string_equal(fota_state_name(FOTA_STATE_AWAIT_BOOT), "await-boot");
    assert_string_equal(fota_outcome_name(FOTA_OUTCOME_NEEDS_SERVICE), "needs-service");
    assert_string_equal(fota_reason_name(FOTA_REASON_HTTP_DNS), "http-dns");
    assert_string_equal(fota_reason_meaning(FOTA_REASON_NONE), "no reason needed");
    assert_string_equal(fota_request_name(FOTA_REQUEST_SET_BAUD), "set-baud");
    assert_string_equal(fota_event_name(FOTA_EVENT_OUTCOME), "outcome");
    assert_string_equal(fota_state_name(FOTA_STATE_COUNT), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_reset_at_any_time_ends_in_the_same_update),
        cmocka_unit_test(a_reset_between_checkpoint_and_start_begins_a_new_attempt),
        cmocka_unit_test(the_last_checkpoint_says_that_nothing_runs),
        cmocka_unit_test(a_damaged_or_foreign_checkpoint_counts_as_none),
        cmocka_unit_test(a_failed_update_met_after_a_host_reset_is_reported),
        cmocka_unit_test(the_module_may_restart_at_any_time),
        cmocka_unit_test(a_restart_without_a_word_is_noticed_by_the_echo),
        cmocka_unit_test(nothing_is_cut_off_while_the_module_may_restore),
        cmocka_unit_test(a_fresh_start_never_cuts_the_power),
        cmocka_unit_test(a_module_that_hangs_before_the_update_is_power_cycled),
        cmocka_unit_test(an_updater_that_continues_at_boot_is_waited_for),
        cmocka_unit_test(a_joined_update_has_its_worst_time_too),
        cmocka_unit_test(a_module_lost_after_the_start_is_left_alone),
        cmocka_unit_test(cancelling_works_until_the_point_of_no_return),
        cmocka_unit_test(two_clients_do_not_know_of_each_other),
        cmocka_unit_test(a_long_url_is_sent_whole_and_a_longer_one_refused),
        cmocka_unit_test(silence_of_the_surroundings_is_a_refusal),
        cmocka_unit_test(names_come_from_the_tables),
    };
    return cmocka_run_group_tests_name("fota_host", tests, NULL, NULL);
}
