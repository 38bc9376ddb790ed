/* test_cover_readers.c - readers of information lines take what they know, whole, and leave the
 * rest; names out of their tables; small helpers at their ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/fota_internal.h"
#include "core/test/support.h"

struct reading {
    uint8_t step; /* whose reader */
    const char *line;
    bool taken;
    uint8_t numbers; /* how many are read, 0 = not compared */
    int64_t first;   /* what is read, -1 = not compared */
};

static const struct reading readings[] = {
    {STEP_SUPPORT, "+CFOTA: 8", true, 0, -1},
    {STEP_SUPPORT, "+CFOTA:8", true, 0, -1},
    {STEP_SUPPORT, "+CFOTA: 300", true, 0, -1},
    {STEP_SUPPORT, "+CFOTA: 8 and more", false, 0, -1},
    {STEP_SUPPORT, "+CFOTA: x", false, 0, -1},
    {STEP_SUPPORT, "+CFOTA", false, 0, -1},
    {STEP_SUPPORT, "+CFOTA: 99999999999", false, 0, -1},
    {STEP_SUPPLY, "+CBC: 0,67,3875", true, 3, -1},
    {STEP_SUPPLY, "+CBC: x,67,3875", false, 0, -1},
    {STEP_SUPPLY, "+CBC: 0,x,3875", true, 1, -1},
    {STEP_SUPPLY, "+CBC: 0,67", true, 2, -1},
    {STEP_SUPPLY, "+CBC: 0,67,x", true, 2, -1},
    {STEP_FUNCTION, "+CFUN: 1", true, 0, 1},
    {STEP_FUNCTION, "+CFUN: x", false, 0, -1},
    {STEP_FUNCTION, "+CFUN: ", false, 0, -1},
    {STEP_FUNCTION, "+CFUN: 4294967295", true, 1, UINT32_MAX},
    {STEP_FUNCTION, "+CFUN: 4294967296", false, 0, -1},
    {STEP_FUNCTION, "+CFUN: 42949672950", false, 0, -1},
    {STEP_BEARER, "+CNACT: 0,1,\"10.94.36.44\"", true, 0, 1},
    {STEP_ECHO, "+CFUN: 1", false, 0, -1},
    {STEP_REGISTRATION, "+CEREG: 0,1", true, 2, -1},
    {STEP_REGISTRATION, "+CEREG: 5", true, 0, -1},
    {STEP_REGISTRATION, "+CEREG: x", false, 0, -1},
    {STEP_REGISTRATION, "+CEREG: 2,x", true, 0, -1},
    {STEP_BEARER, "+CNACT: 1,\"10.94.36.44\"", true, 0, 1},
    {STEP_BEARER, "+CNACT: 1,\"0.0.0.0\"", true, 0, 0},
    {STEP_BEARER, "+CNACT: 1,\"\"", true, 0, 0},
    {STEP_BEARER, "+CNACT: 1,\"", true, 0, 0},
    {STEP_BEARER, "+CNACT: 1", true, 0, 0},
    {STEP_BEARER, "+CNACT: 0,\"10.94.36.44\"", true, 0, 0},
    {STEP_BEARER, "+CNACT: x", false, 0, -1},
    {STEP_PROGRESS, "+HTTPTOFSRL: 1,2,3", true, 3, -1},
    {STEP_PROGRESS, "+HTTPTOFSRL: 1,2", true, 2, -1},
    {STEP_PROGRESS, "+HTTPTOFSRL: 1", true, 1, -1},
    {STEP_PROGRESS, "+HTTPTOFSRL: x", false, 0, -1},
    {STEP_REVISION, "Revision:1351B03SIM7000C", true, 0, -1},
    {STEP_REVISION, "Revision: 1351B03SIM7000C", true, 0, -1},
    {STEP_REVISION, "Revision:", true, 0, -1},
    {STEP_BEARER, "+CNACT: 1,\"1\"", true, 0, 1},
    {STEP_BEARER, "+CNACT: 1,\"1", true, 0, 0},
    {STEP_BEARER, "+CNACT: 2,\"10.94.36.44\"", true, 0, 0},
    {STEP_SIM, "+CPIN: READY", true, 0, 1},
    {STEP_SIM, "+CPIN: SIM PIN", true, 0, 2},
    {STEP_SIM, "+CPIN: SIM PUK", true, 0, 2},
    {STEP_SIM, "+CPIN: NOT READY", true, 0, 0},
    {STEP_SIM, "+CPIN:", true, 0, 0},
    {STEP_HEALTH_IDENTITY, "861234567890123", true, 0, 1},
    {STEP_HEALTH_IDENTITY, "86123456789012", true, 0, 0},
    {STEP_HEALTH_IDENTITY, "8612345678901234", true, 0, 0},
    {STEP_HEALTH_IDENTITY, "000000000000000", true, 0, 0},
    {STEP_HEALTH_IDENTITY, "000000000000001", true, 0, 1},
    {STEP_HEALTH_IDENTITY, "90000000000000:", false, 0, -1},
    {STEP_HEALTH_IDENTITY, "90000000000000/", false, 0, -1},
};

static void reads(void **state)
{
    static struct fota fota;
    const struct reading *row = *state;
    memset(&fota, 0, sizeof fota);
    bool taken = fota_read_by(&fota_steps[row->step], &fota, row->line, strlen(row->line));
    if (taken != row->taken)
        fail_msg("'%s': want %s, got %s", row->line, row->taken ? "taken" : "left",
                 taken ? "taken" : "left");
    if (row->numbers != 0)
        assert_int_equal(fota.value_count, row->numbers);
    if (row->first >= 0)
        assert_int_equal(fota.value[0], row->first);
}

static void a_name_out_of_its_table_is_a_question_mark(void **state)
{
    static const char *(*const names[])(unsigned number) = {
        fota_state_name,   fota_outcome_name, fota_reason_name, fota_reason_meaning,
        fota_request_name, fota_event_name,   at_result_text,   fota_delivery_name,
        fota_cause_name,   fota_remark_name,  fota_check_name,
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_string_equal(names[i](1000), "?");
        assert_string_not_equal(names[i](0), "?");
    }
}

static void a_job_may_leave_almost_everything_out(void **state)
{
    static struct fota fota;
    struct fota_job job = {.from_revision = "A", .total_timeout_ms = 1000};
    struct fota_host host = {&job, NULL, NULL};
    struct fota_request request;
    (void)state;
    fota_start(&fota, &host, NULL, 0);
    assert_false(fota_request(&fota, &request));
    fota_answer(&fota, &host, true, 0); /* of nothing: no effect */
    fota_give(&fota, &host, "x", 1, 0);
    assert_int_equal(fota_state(&fota), FOTA_STATE_SYNCHRONISE);
    assert_int_equal(fota_advance(&fota, &host, 5000000), FOTA_NEVER);
    assert_non_null(fota_result(&fota));
    assert_int_equal(fota_result(&fota)->reason, FOTA_REASON_DEADLINE);
}

/* Beyond what a clock can say, and still no endless loop: at once, and after a request. */
static void the_end_of_time_ends_the_job(void **state)
{
    static struct fota fota;
    struct fota_job job = {.from_revision = "A"};
    struct fota_host host = {&job, NULL, NULL};
    struct fota_request request;
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        fota_start(&fota, &host, NULL, i * UINT64_C(60000000));
        for (uint64_t now_us = i * UINT64_C(60000000); i == 1 && !fota_request(&fota, &request);)
            now_us = fota_advance(&fota, &host, now_us);
        for (unsigned call = 0; call < 10; call++)
            fota_advance(&fota, &host, UINT64_MAX);
        assert_non_null(fota_result(&fota));
    }
}

static size_t count_raw(struct at_engine *at, const char *bytes)
{
    size_t count = 0;
    for (size_t used = 0, size = strlen(bytes); used < size;) {
        struct at_event event;
        used += at_receive(at, bytes + used, size - used, 0, &event);
        count += event.kind == AT_EVENT_DATA ? event.length : 0;
    }
    return count;
}

/* The framing is found once and then relied on: with and without CR and LF before the bytes. */
static void raw_bytes_are_found_again_as_they_were_found_first(void **state)
{
    static const char command[] = "AT+CFSRFILE=1,\"a\",1,3,0";
    static const char *const answers[] = {"\r\nPxy\r\nOK\r\n", "Pxy\r\nOK\r\n"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        static struct at_engine at;
        char sent[64];
        at_init(&at);
        for (unsigned round = 0; round < 3; round++) {
            assert_true(at_send(&at, command, strlen(command), AT_INFO_DATA, 1000, 0));
            at_expect(&at, 3, round == 0, 'P');
            at_transmit(&at, sent, sizeof sent);
            assert_int_equal(count_raw(&at, answers[i]), 3);
            assert_false(at_busy(&at));
        }
    }
}

static void bytes_beyond_the_buffer_are_left(void **state)
{
    static const char bytes[2 * AT_COMMAND_BYTES], command[] = "AT+CFSWFILE=1,\"a\",0,900,99";
    static struct at_engine at;
    char sent[64];
    (void)state;
    at_init(&at);
    assert_true(at_send(&at, command, strlen(command), AT_INFO_PROMPT, 1000, 0));
    at_transmit(&at, sent, sizeof sent);
    count_raw(&at, "\r\nDOWNLOAD\r\n");
    assert_true(at_wants_bytes(&at));
    assert_int_equal(at_give(&at, bytes, sizeof bytes), AT_COMMAND_BYTES + 1);
    assert_int_equal(at_give(&at, bytes, sizeof bytes), 0);
}

/* Whole by its checksum, and still none that this version and this job can go on with. */
static void a_checkpoint_of_another_kind_counts_as_none(void **state)
{
    static struct fota fota, writer;
    struct fota_job job = {.from_revision = "A", .to_revision = "B", .url = "http://c"};
    struct fota_host host = {&job, NULL, NULL};
    uint8_t checkpoint[FOTA_CHECKPOINT_BYTES];
    (void)state;
    for (unsigned kind = 0; kind < 3; kind++) {
        memset(&writer, 0, sizeof writer);
        fota_checkpoint_begin(&writer, &job);
        writer.checkpoint_phase = kind == 0 ? 200 : PHASE_ABOUT_TO_START;
        writer.fingerprint[1] ^= kind == 1;
        fota_checkpoint_write(&writer, checkpoint);
        fota_start(&fota, &host, checkpoint, 0);
        assert_int_equal(fota_state(&fota) == FOTA_STATE_SYNCHRONISE, kind < 2);
    }
}

#define COUNT COUNT_OF(readings)

int main(void)
{
    static struct CMUnitTest tests[COUNT + 6];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){test_name(readings[i].line, ""), reads, NULL, NULL,
                                       (void *)(uintptr_t)&readings[i]};
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(a_name_out_of_its_table_is_a_question_mark);
    tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(a_job_may_leave_almost_everything_out);
    tests[COUNT + 2] =
        (struct CMUnitTest)cmocka_unit_test(raw_bytes_are_found_again_as_they_were_found_first);
    tests[COUNT + 3] = (struct CMUnitTest)cmocka_unit_test(bytes_beyond_the_buffer_are_left);
    tests[COUNT + 4] =
        (struct CMUnitTest)cmocka_unit_test(a_checkpoint_of_another_kind_counts_as_none);
    tests[COUNT + 5] = (struct CMUnitTest)cmocka_unit_test(the_end_of_time_ends_the_job);
    return cmocka_run_group_tests_name("cover_readers", tests, NULL, NULL);
}
