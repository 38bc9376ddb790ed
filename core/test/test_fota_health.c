/* test_fota_health.c - what is looked at after an update: can the product be reached again? */
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
#define BASE       "Revision:1351B03SIM7000C"
#define RESTART    "AT+CFUN=1,1"
#define FAILS                                                                                      \
    {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .when = WHEN_AFTER},                     \
    {                                                                                              \
        .command = "AT+GMR", .answer = INFO(BASE), .when = WHEN_AFTER                              \
    }
#define NO_NETWORK(n)                                                                              \
    {.command = "AT+CEREG?", .answer = INFO("+CEREG: 0,2"), .when = WHEN_AFTER, .times = n},       \
    {                                                                                              \
        .command = "AT+CREG?", .answer = INFO("+CREG: 0,2"), .when = WHEN_AFTER, .times = n        \
    }
#define RESTARTS                                                                                   \
    {                                                                                              \
        .command = RESTART, .answer = OK, .deaf_ms = 5000                                          \
    }
#define ROWS_MAX 8

struct ending {
    const char *name;
    struct module_row rows[ROWS_MAX];
    uint8_t outcome, reason, health;
    uint8_t restarts; /* how often AT+CFUN=1,1 is sent */
    uint8_t unjudged; /* bits of enum fota_check */
    bool never_restart, push;
    const char *sent, *model;
};

#define ENDS(o, r) .outcome = FOTA_OUTCOME_##o, .reason = FOTA_REASON_##r
#define AILS(r)    .health = FOTA_REASON_##r
#define WITHOUT(c) .unjudged = 1u << FOTA_CHECK_##c

static const struct ending endings[] = {
    {"late network", {NO_NETWORK(5)}, ENDS(UPDATED, NONE)},
    {"no network",
     {NO_NETWORK(0), RESTARTS},
     ENDS(DEGRADED, RADIO_UNHEALTHY),
     AILS(RADIO_UNHEALTHY),
     .restarts = 1},
    {"no network, no restart",
     {NO_NETWORK(0)},
     ENDS(DEGRADED, RADIO_UNHEALTHY),
     AILS(RADIO_UNHEALTHY),
     .never_restart = true},
    {"network after a restart", {NO_NETWORK(140), RESTARTS}, ENDS(UPDATED, NONE), .restarts = 1},
    {"network after a restart whose command was lost",
     {NO_NETWORK(240), {.command = RESTART, .answer = NULL, .times = 1}, RESTARTS},
     ENDS(UPDATED, NONE),
     .restarts = 2},
    {"network after a restart that was refused once",
     {NO_NETWORK(240), {.command = RESTART, .answer = ERROR, .times = 1}, RESTARTS},
     ENDS(UPDATED, NONE),
     .restarts = 2},
    {"a restart that never comes is asked for twice",
     {NO_NETWORK(0), {.command = RESTART, .answer = OK}},
     ENDS(DEGRADED, RADIO_UNHEALTHY),
     AILS(RADIO_UNHEALTHY),
     .restarts = 2},
    {"a restart that is told by its boot lines alone",
     {NO_NETWORK(0),
      {.command = RESTART, .answer = OK, .later = {{4000, "\r\nRDY\r\n\r\n+CFUN: 1\r\n"}}}},
     ENDS(DEGRADED, RADIO_UNHEALTHY),
     AILS(RADIO_UNHEALTHY),
     .restarts = 1},
    {"no network, not judged", {NO_NETWORK(0)}, ENDS(UPDATED, NONE), WITHOUT(REGISTRATION)},
    {"roaming afterwards",
     {{.command = "AT+CEREG?", .answer = INFO("+CEREG: 0,5"), .when = WHEN_AFTER}},
     ENDS(UPDATED, NONE)},
    {"no bearer",
     {{.command = "AT+CNACT?", .answer = INFO("+CNACT: 1,\"0.0.0.0\""), .when = WHEN_AFTER},
      RESTARTS},
     ENDS(DEGRADED, BEARER_UNHEALTHY),
     AILS(BEARER_UNHEALTHY),
     .restarts = 1},
    {"no bearer, not judged",
     {{.command = "AT+CNACT?", .answer = ERROR, .when = WHEN_AFTER}},
     ENDS(UPDATED, NONE),
     WITHOUT(BEARER)},
    {"no bearer, not needed",
     {{.command = "AT+CNACT?", .answer = ERROR}},
     ENDS(UPDATED, NONE),
     .push = true},
    {"SIM gone",
     {{.command = "AT+CPIN?", .answer = INFO("+CPIN: SIM PIN"), .when = WHEN_AFTER}, RESTARTS},
     ENDS(DEGRADED, SIM_UNHEALTHY),
     AILS(SIM_UNHEALTHY),
     .restarts = 1},
    {"SIM locked once",
     {{.command = "AT+CPIN?", .answer = INFO("+CPIN: SIM PIN"), .times = 1}},
     ENDS(UPDATED, NONE)},
    {"IMEI gone: no restart brings it back",
     {{.command = "AT+GSN", .answer = INFO("000000000000000"), .when = WHEN_AFTER}},
     ENDS(DEGRADED, IDENTITY_LOST),
     AILS(IDENTITY_LOST)},
    {"another model",
     {{.command = "AT+CGMM", .answer = INFO("SIMCOM_SIM7000A"), .when = WHEN_AFTER}},
     ENDS(DEGRADED, MODEL_CHANGED),
     AILS(MODEL_CHANGED)},
    {"another model, once",
     {{.command = "AT+CGMM", .answer = INFO("SIMCOM_SIM7000A"), .when = WHEN_AFTER, .times = 2}},
     ENDS(UPDATED, NONE)},
    {"another model, not judged",
     {{.command = "AT+CGMM", .answer = INFO("SIMCOM_SIM7000A"), .when = WHEN_AFTER}},
     ENDS(UPDATED, NONE),
     WITHOUT(MODEL)},
    {"another model than the job's",
     {{.command = "AT+CGMM", .answer = INFO("SIMCOM_SIM7000G"), .when = WHEN_AFTER}},
     ENDS(DEGRADED, MODEL_CHANGED),
     AILS(MODEL_CHANGED),
     .model = "SIMCOM_SIM7000C"},
    {"a short model that was there before",
     {{.command = "AT+CGMM", .answer = INFO("M")}},
     ENDS(UPDATED, NONE)},
    {"a model that was damaged before",
     {{.command = "AT+CGMM", .answer = INFO("SIMCOM_SJM7000C"), .when = WHEN_BEFORE}},
     ENDS(UPDATED, NONE)},
    {"a model without a maker that was damaged before",
     {{.command = "AT+CGMM", .answer = INFO("SJM7000C"), .when = WHEN_BEFORE},
      {.command = "AT+CGMM", .answer = INFO("SIM7000C"), .when = WHEN_AFTER}},
     ENDS(UPDATED, NONE)},
    {"no model afterwards",
     {{.command = "AT+CGMM", .answer = ERROR, .when = WHEN_AFTER}},
     ENDS(DEGRADED, MODEL_CHANGED),
     AILS(MODEL_CHANGED)},

    {"failed, and all is well", {FAILS}, ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED)},
    {"failed, and the radio is off",
     {FAILS,
      {.command = "AT+CFUN?", .answer = INFO("+CFUN: 4"), .when = WHEN_AFTER, .times = 1},
      {.command = "AT+CFUN=1", .answer = OK}},
     ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED),
     .sent = "AT+CFUN=1"},
    {"failed, and no network",
     {FAILS, NO_NETWORK(0), RESTARTS},
     ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED),
     AILS(RADIO_UNHEALTHY),
     .restarts = 1},
    {"failed, and the IMEI is gone",
     {FAILS, {.command = "AT+GSN", .answer = ERROR, .when = WHEN_AFTER}},
     ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED),
     AILS(IDENTITY_LOST)},
};

static void ends(void **state)
{
    const struct ending *ending = *state;
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig_begin(rig, ending->rows);
    rig->job.unjudged = ending->unjudged;
    rig->job.never_restart = ending->never_restart;
    rig->job.model = ending->model;
    if (ending->push) {
        rig->job.delivery = FOTA_DELIVERY_PUSH;
        rig->job.package_size_bytes = 2000;
    }
    fota_start(&rig->fota, &rig->host, NULL, 0);
    const struct fota_result *result = rig_run(rig);
    rig_expect(rig, result, ending->outcome, ending->reason);
    if (result->health != ending->health)
        fail_msg("want health %s, got %s", fota_reason_name(ending->health),
                 fota_reason_name(result->health));
    assert_int_equal(rig_count_sent(rig, RESTART), ending->restarts);
    assert_int_equal(result->remarks >> FOTA_REMARK_RESTARTED_FOR_HEALTH & 1, ending->restarts > 0);
    if (ending->sent != NULL)
        assert_int_equal(rig_count_sent(rig, ending->sent), 1);
    if (ending->outcome == FOTA_OUTCOME_UPDATE_FAILED)
        assert_string_equal(result->evidence, "+CFOTA: 7");
    free(rig);
}

/* A module that restarts because it was told to, without a word, and echoes again afterwards. */
static void a_restart_that_was_asked_for_is_not_taken_for_another(void **state)
{
    static const struct module_row rows[] = {
        NO_NETWORK(140), {.command = RESTART, .answer = OK, .deaf_ms = 8000}, {.command = NULL}};
    struct rig *rig = calloc(1, sizeof *rig);
    (void)state;
    assert_non_null(rig);
    rig_begin(rig, rows);
    fota_start(&rig->fota, &rig->host, NULL, 0);
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    assert_int_equal(rig_count_sent(rig, RESTART), 1);
    assert_int_equal(rig->fota.result.resets_seen, 2);
    free(rig);
}

static void echoes_after_the_restart(struct rig *client)
{
    if (rig_count_sent(client, RESTART) == 1 && client->fota.step == STEP_AWAIT_BOOT)
        client->module.echo = true;
}

/* Only its echo tells that it has restarted: it is not restarted a second time. */
static void a_restart_is_told_by_the_echo_that_is_on_again(void **state)
{
    static const struct module_row rows[] = {
        NO_NETWORK(0), {.command = RESTART, .answer = OK}, {.command = NULL}};
    struct rig *rig = calloc(1, sizeof *rig);
    (void)state;
    assert_non_null(rig);
    rig_begin(rig, rows);
    rig->on_turn = echoes_after_the_restart;
    fota_start(&rig->fota, &rig->host, NULL, 0);
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_DEGRADED, FOTA_REASON_RADIO_UNHEALTHY);
    assert_int_equal(rig_count_sent(rig, RESTART), 1);
    free(rig);
}

/* A job whose worst time is over when health is looked at gets time for the restart. */
static void a_restart_gets_its_time(void **state)
{
    static const struct module_row rows[] = {NO_NETWORK(140), RESTARTS, {.command = NULL}};
    struct rig *rig = calloc(1, sizeof *rig);
    (void)state;
    assert_non_null(rig);
    rig_begin(rig, rows);
    rig->job.update_timeout_ms = 120000;
    fota_start(&rig->fota, &rig->host, NULL, 0);
    rig_expect(rig, rig_run(rig), FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    free(rig);
}

#define COUNT (sizeof endings / sizeof endings[0])

int main(void)
{
    static struct CMUnitTest tests[COUNT + 3];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){test_name(endings[i].name, ""), ends, NULL, NULL,
                                       (void *)(uintptr_t)&endings[i]};
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(a_restart_gets_its_time);
    tests[COUNT + 1] =
        (struct CMUnitTest)cmocka_unit_test(a_restart_that_was_asked_for_is_not_taken_for_another);
    tests[COUNT + 2] =
        (struct CMUnitTest)cmocka_unit_test(a_restart_is_told_by_the_echo_that_is_on_again);
    return cmocka_run_group_tests_name("fota_health", tests, NULL, NULL);
}
