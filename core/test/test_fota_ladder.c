/* test_fota_ladder.c - what is asked of the surroundings when the module can't be heard: which
 * rungs of the ladder, in which order, and which rates on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fota_internal.h"
#include "core/test/support_log.h"

#define GARBAGE   "\x81\xfe\x83\x12\x84\x90\r\x88"
#define ASKED_MAX 512

/* The rates of the ladder, without the port's own. */
#define RATES "115200 57600 38400 19200 9600 921600 460800 230400 "

static struct rig rig;
static struct log asked;

struct ladder {
    const char *name;
    uint32_t named_bps;    /* by the job */
    uint32_t silent_at_ms; /* from then on the module is silent: 0 from the start */
    uint32_t rate_bps;     /* that it is heard at all the same, 0 = at none */
    uint8_t garbage_after; /* kind of request that garbage is heard behind; 0 from the start,
                              UINT8_MAX = of none */
    const char *noise;     /* NULL: GARBAGE */
    bool own;              /* the rate that it is heard at is the port's own */
    const char *rungs;     /* "reopen-port", "pwrkey-pulse", "power-cycle"; of set-baud the rate */
    unsigned outcome, reason;
};

#define NEVER UINT8_MAX

static const struct ladder ladders[] = {
    {"nothing is heard at all: every rate is tried at the end", 0, 0, 0, NEVER, NULL, false,
     "reopen-port pwrkey-pulse " RATES "115200 ", FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_ANSWER},
    {"without an echo a module at another rate is silent", 0, 0, 460800, NEVER, NULL, false,
     "reopen-port pwrkey-pulse 115200 57600 38400 19200 9600 921600 460800 ", FOTA_OUTCOME_UPDATED,
     FOTA_REASON_NONE},
    {"of a job that names a rate the others were tried before", 57600, 0, 0, NEVER, NULL, false,
     "reopen-port 115200 38400 19200 9600 921600 460800 230400 57600 pwrkey-pulse ",
     FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_ANSWER},
    {"garbage from the start", 0, 0, 0, 0, NULL, false, "reopen-port " RATES "115200 pwrkey-pulse ",
     FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_RATE},
    {"garbage once it is switched on", 0, 0, 0, FOTA_REQUEST_PWRKEY_PULSE, NULL, false,
     "reopen-port pwrkey-pulse " RATES "115200 ", FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_RATE},
    {"garbage once it is switched on, and it is found", 0, 0, 19200, FOTA_REQUEST_PWRKEY_PULSE,
     NULL, false, "reopen-port pwrkey-pulse 115200 57600 38400 19200 ", FOTA_OUTCOME_UPDATED,
     FOTA_REASON_NONE},
    {"garbage once it is switched on, of a job that names a rate", 9600, 0, 0,
     FOTA_REQUEST_PWRKEY_PULSE, NULL, false,
     "reopen-port 115200 57600 38400 19200 921600 460800 230400 9600 pwrkey-pulse "
     "115200 57600 38400 19200 921600 460800 230400 9600 ",
     FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_RATE},
    {"lost when it is known to be idle: it may be cut off", 0, 500, 0, NEVER, NULL, false,
     "reopen-port pwrkey-pulse power-cycle pwrkey-pulse " RATES "115200 ", FOTA_OUTCOME_REFUSED,
     FOTA_REASON_NO_ANSWER},
    {"garbage once its supply was cut: the ladder goes on behind it", 0, 500, 0,
     FOTA_REQUEST_POWER_CYCLE, NULL, false,
     "reopen-port pwrkey-pulse power-cycle " RATES "115200 pwrkey-pulse ", FOTA_OUTCOME_REFUSED,
     FOTA_REASON_WRONG_RATE},
    {"garbage once its supply was cut, and it is found", 0, 500, 57600, FOTA_REQUEST_POWER_CYCLE,
     NULL, false, "reopen-port pwrkey-pulse power-cycle 115200 57600 ", FOTA_OUTCOME_UPDATED,
     FOTA_REASON_NONE},
    {"two bytes behind the rates are no garbage", 0, 0, 0, FOTA_REQUEST_PWRKEY_PULSE, "\x81\xfe",
     false, "reopen-port pwrkey-pulse " RATES "115200 ", FOTA_OUTCOME_REFUSED,
     FOTA_REASON_NO_ANSWER},
    {"three bytes behind the rates are", 0, 0, 0, FOTA_REQUEST_PWRKEY_PULSE, "\x81\xfe\x82", false,
     "reopen-port pwrkey-pulse " RATES "115200 ", FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_RATE},
    {"two bytes of the same once its supply was cut", 0, 500, 0, FOTA_REQUEST_POWER_CYCLE,
     "\x81\xfe", false, "reopen-port pwrkey-pulse power-cycle pwrkey-pulse " RATES "115200 ",
     FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_ANSWER},
    {"three bytes of the same once its supply was cut", 0, 500, 0, FOTA_REQUEST_POWER_CYCLE,
     "\x81\xfe\x82", false, "reopen-port pwrkey-pulse power-cycle " RATES "115200 pwrkey-pulse ",
     FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_RATE},
    {"heard at the own rate behind all others: that is no other", 57600, 0, 57600, NEVER, NULL,
     true, "reopen-port 115200 38400 19200 9600 921600 460800 230400 57600 ", FOTA_OUTCOME_UPDATED,
     FOTA_REASON_NONE},
};

/* Garbage in answer to whatever is sent, and by itself once it is switched on. */
static const struct module_row rows[] = {{.command = NULL}};
static const struct ladder *now;
static bool is_heard;

static void make_noise(struct rig *client)
{
    struct fota_request request;
    if (!client->module.mute || is_heard || now->garbage_after == NEVER)
        return;
    bool asks = fota_request(&client->fota, &request) && request.kind == now->garbage_after;
    if (!asks && now->garbage_after != 0)
        return;
    is_heard = true;
    rig_say(client, 3000, now->noise != NULL ? now->noise : GARBAGE);
}

static void go(const struct ladder *ladder)
{
    now = ladder;
    is_heard = false;
    rig_begin(&rig, rows);
    rig.job.baud_bps = ladder->named_bps;
    log_begin(&asked, &rig);
    rig.on_turn = make_noise;
    rig.stop_at_us = ladder->silent_at_ms * UINT64_C(1000);
    fota_start(&rig.fota, &rig.host, NULL, 0);
    if (ladder->silent_at_ms != 0)
        assert_null(rig_run(&rig));
    rig.stop_at_us = 0;
    rig.module.pending_count = 0;
    rig.module.mute = true;
    rig.module.baud_bps = ladder->rate_bps;
    rig_run(&rig);
}

/* Up to where it was heard again, or to the end. */
static void write_rungs(char *text)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < asked.count; i++) {
        char name[32];
        unsigned argument;
        if (sscanf(asked.lines[i].text, "<%31s %u>", name, &argument) != 2 ||
            strcmp(name, "save-checkpoint") == 0)
            continue;
        bool rate = strcmp(name, "set-baud") == 0;
        used += (size_t)(rate ? snprintf(text + used, ASKED_MAX - used, "%u ", argument)
                              : snprintf(text + used, ASKED_MAX - used, "%s ", name));
        assert_true(used < ASKED_MAX);
    }
}

static void is_climbed(void **state)
{
    const struct ladder *ladder = *state;
    char text[ASKED_MAX];
    go(ladder);
    write_rungs(text);
    if (strcmp(text, ladder->rungs) != 0)
        fail_msg("%s\nwant %s\ngot  %s", ladder->name, ladder->rungs, text);
    rig_expect(&rig, fota_result(&rig.fota), ladder->outcome, ladder->reason);
    assert_int_equal(rig.fota.result.remarks >> FOTA_REMARK_RATE_FOUND & 1,
                     ladder->rate_bps != 0 && !ladder->own);
}

/* Garbage at all rates, and PWRKEY helps; when it is lost again, for good, that is no wrong rate.
 */
static void hears_again(struct rig *client)
{
    struct fota_request request;
    if (fota_request(&client->fota, &request) && request.kind == FOTA_REQUEST_PWRKEY_PULSE)
        client->module.mute = false;
    if (client->fota.state == FOTA_STATE_IDENTIFY)
        client->module.mute = true;
}

static void garbage_is_forgotten_once_it_was_found(void **state)
{
    (void)state;
    rig_begin(&rig, NULL);
    rig.on_turn = hears_again;
    rig.module.mute = true;
    rig_say(&rig, 3000, GARBAGE);
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_ANSWER);
    assert_int_equal(rig.fota.rung, 13);
}

/* While the module boots, garbage has all rates tried; two bytes more are none. */
static void two_bytes_begin_no_new_round_of_rates(void **state)
{
    static const struct module_row updates[] = {
        {.command = "AT+CFOTA=1",
         .answer = "\r\nOK\r\n",
         .deaf_ms = 10000000,
         .later = {{8000, "\r\n+CFOTA: \"Update successfully, please wait for reset\"\r\n"},
                   {15000, GARBAGE},
                   {150000, "\x81\xfe"}}},
        {.command = NULL}};
    unsigned rates = 0;
    (void)state;
    rig_begin(&rig, updates);
    rig.job.update_timeout_ms = 400000;
    log_begin(&asked, &rig);
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_NEEDS_SERVICE, FOTA_REASON_WRONG_RATE);
    for (size_t i = 0; i < asked.count; i++)
        rates += strncmp(asked.lines[i].text, "<set-baud", 9) == 0;
    assert_int_equal(rates, 9);
}

static void falls_silent_behind_the_model(struct rig *client)
{
    if (client->module.mute || client->fota.step != STEP_MODEL || !client->fota.info_seen)
        return;
    client->module.mute = true;
    rig_say(client, 1000, "\x81\xfe");
}

/* What makes sense takes back what made none: two bytes behind it are no garbage. */
static void an_answer_takes_garbage_back(void **state)
{
    static const struct module_row half[] = {
        {.command = "AT+CGMM", .answer = "\r\nSIMCOM_SIM7000C\r\n"}, {.command = NULL}};
    (void)state;
    rig_begin(&rig, half);
    rig.on_turn = falls_silent_behind_the_model;
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_expect(&rig, rig_run(&rig), FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_ANSWER);
}

#define COUNT (sizeof ladders / sizeof ladders[0])

int main(void)
{
    static struct CMUnitTest tests[COUNT + 3];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){test_name(ladders[i].name, ""), is_climbed, NULL, NULL,
                                       (void *)(uintptr_t)&ladders[i]};
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(garbage_is_forgotten_once_it_was_found);
    tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(two_bytes_begin_no_new_round_of_rates);
    tests[COUNT + 2] = (struct CMUnitTest)cmocka_unit_test(an_answer_takes_garbage_back);
    return cmocka_run_group_tests_name("fota_ladder", tests, NULL, NULL);
}
