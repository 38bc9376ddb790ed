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
    const char *rungs;     /* "reopen-port", "pwrkey-pulse", "power-cycle"; of set-baud the rate */
    unsigned outcome, reason;
};

#define NEVER UINT8_MAX

static const struct ladder ladders[] = {
    {"nothing is heard at all: every rate is tried at the end", 0, 0, 0, NEVER,
     "reopen-port pwrkey-pulse " RATES "115200 ", FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_ANSWER},
    {"without an echo a module at another rate is silent", 0, 0, 460800, NEVER,
     "reopen-port pwrkey-pulse 115200 57600 38400 19200 9600 921600 460800 ", FOTA_OUTCOME_UPDATED,
     FOTA_REASON_NONE},
    {"of a job that names a rate the others were tried before", 57600, 0, 0, NEVER,
     "reopen-port 115200 38400 19200 9600 921600 460800 230400 57600 pwrkey-pulse ",
     FOTA_OUTCOME_REFUSED, FOTA_REASON_NO_ANSWER},
    {"garbage from the start", 0, 0, 0, 0, "reopen-port " RATES "115200 pwrkey-pulse ",
     FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_RATE},
    {"garbage once it is switched on", 0, 0, 0, FOTA_REQUEST_PWRKEY_PULSE,
     "reopen-port pwrkey-pulse " RATES "115200 ", FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_RATE},
    {"garbage once it is switched on, and it is found", 0, 0, 19200, FOTA_REQUEST_PWRKEY_PULSE,
     "reopen-port pwrkey-pulse 115200 57600 38400 19200 ", FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE},
    {"garbage once it is switched on, of a job that names a rate", 9600, 0, 0,
     FOTA_REQUEST_PWRKEY_PULSE,
     "reopen-port 115200 57600 38400 19200 921600 460800 230400 9600 pwrkey-pulse "
     "115200 57600 38400 19200 921600 460800 230400 9600 ",
     FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_RATE},
    {"lost when it is known to be idle: it may be cut off", 0, 500, 0, NEVER,
     "reopen-port pwrkey-pulse power-cycle pwrkey-pulse " RATES "115200 ", FOTA_OUTCOME_REFUSED,
     FOTA_REASON_NO_ANSWER},
    {"garbage once its supply was cut: the ladder goes on behind it", 0, 500, 0,
     FOTA_REQUEST_POWER_CYCLE, "reopen-port pwrkey-pulse power-cycle " RATES "115200 pwrkey-pulse ",
     FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_RATE},
    {"garbage once its supply was cut, and it is found", 0, 500, 57600, FOTA_REQUEST_POWER_CYCLE,
     "reopen-port pwrkey-pulse power-cycle 115200 57600 ", FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE},
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
    rig_say(client, 3000, GARBAGE);
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
    assert_int_equal(rig.fota.result.remarks >> FOTA_REMARK_RATE_FOUND & 1, ladder->rate_bps != 0);
}

#define COUNT (sizeof ladders / sizeof ladders[0])

int main(void)
{
    static struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){test_name(ladders[i].name, ""), is_climbed, NULL, NULL,
                                       (void *)(uintptr_t)&ladders[i]};
    return cmocka_run_group_tests_name("fota_ladder", tests, NULL, NULL);
}
