/*
 * test_all_pairs.c - every step of the real table meets every kind of line, as a whole and one byte
 * at a time: none is unhandled, none leaves a state without a deadline, and silence after it comes
 * to an end with one outcome.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/test/support.h"
#include "core/test/support_watch.h"

#define ADVANCES_MAX 20000u
#define LONG_LINE    700u

/* ---- kinds of lines ------------------------------------------------------------------------ */

static const char *const lines[] = {
    /* final results, also such that do not fit the command */
    "OK",
    "ERROR",
    "+CME ERROR: 3",
    "+CME ERROR: SIM failure",
    "+CMS ERROR: 500",
    "NO CARRIER",
    "0",
    "4",
    /* information of all commands of the procedure, in good and in bad form */
    "SIMCOM_SIM7000C",
    "SIMCOM_SIM7000E",
    "Revision:1351B03SIM7000C",
    "Revision:1351B04SIM7000C",
    "Revision:1351B05SIM7000C",
    "Revision:",
    "+CFOTA: 0",
    "+CFOTA: 1",
    "+CFOTA: 2",
    "+CFOTA: 3",
    "+CFOTA: 4",
    "+CFOTA: 5",
    "+CFOTA: 6",
    "+CFOTA: 7",
    "+CFOTA: 8",
    "+CFOTA: 99999999999",
    "+CFOTA:",
    "+CBC: 0,67,3875",
    "+CBC: 0,67,1",
    "+CBC: 0",
    "+CFUN: 0",
    "+CFUN: 1",
    "+CPIN: READY",
    "+CPIN: SIM PIN",
    "+CPIN: NOT INSERTED",
    "+CEREG: 0,1",
    "+CEREG: 0,0",
    "+CREG: 0,5",
    "+CNACT: 1,\"10.94.36.44\"",
    "+CNACT: 0,\"0.0.0.0\"",
    "+CFSGFIS: 109285",
    "+CFSGFIS: 1",
    "+CFSGFIS: x",
    "+CFSGFRS: 22151168",
    "+CFSGFRS: 0",
    "+CFSRFILE: 4",
    "+CFSWFILE: 4",
    "+HTTPTOFSRL: 1,50000,109285",
    "+HTTPTOFSRL: 0,109285,109285",
    "+HTTPTOFSRL: 0,0,0",
    "861234567890123",
    "000000000000000",
    /* the catalogue of unsolicited lines */
    "RDY",
    "SMS Ready",
    "Call Ready",
    "NORMAL POWER DOWN",
    "UNDER-VOLTAGE WARNNING",
    "OVER-VOLTAGE WARNNING",
    "UNDER-VOLTAGE POWER DOWN",
    "OVER-VOLTAGE POWER DOWN",
    "+APP PDP: ACTIVE",
    "+APP PDP: DEACTIVE",
    "+CREG: 1",
    "+CGREG: 1",
    "+CEREG: 1",
    "+CNSMOD: 0,7",
    "+CPSMSTATUS: \"ENTER PSM\"",
    "DST: 1",
    "*PSUTTZ: 18/12/06,08:32:44\",\"+32\",0",
    "+CMTI: \"SM\",1",
    "+CMT: \"+49123\",,\"18/12/06,08:32:44+32\"",
    "+CDS: 6,1",
    "+CDSI: \"SM\",1",
    "+CUSD: 0,\"x\",15",
    "+HTTPTOFS: 200,109285",
    "+HTTPTOFS: 200,1",
    "+HTTPTOFS: 206,109285",
    "+HTTPTOFS: 404,0",
    "+HTTPTOFS: 503,0",
    "+HTTPTOFS: 601,0",
    "+HTTPTOFS: 602,0",
    "+HTTPTOFS: 603,0",
    "+HTTPTOFS: 65536,0",
    "+HTTPTOFS: 7,0",
    "+HTTPTOFS:",
    "+SAPBR 1: DEACT",
    "+FTPGET: 1,1",
    "+FTPGET: 1,61",
    "+FTPSIZE: 1,0,109285",
    "+FTPEXTGETFILE: 1,0",
    "+FTPEXTGET: 1,0",
    "+CFOTA: \"Start to update\"",
    "+CFOTA: \"Updating\",50",
    "+CFOTA: \"Update successfully, please wait for reset\"",
    "+CFOTA: \"Update failed\"",
    "+CFOTA:\"Upd",
    /* prompts, echoes and garbage */
    ">",
    "DOWNLOAD",
    "CONNECT",
    "AT",
    "AT+CFOTA=1",
    "AT+CFOTA?",
    ":",
    "+",
    ",,,,",
    "\"",
    "\xff\xfe\x80\x01garbage",
    "\x01\x02\x03",
    "OKAY",
    "ok",
};

/* Kinds that are made, not listed; numbered behind the lines. */
enum made {
    MADE_EXPECTED,
    MADE_ECHO,
    MADE_ZEROS,
    MADE_LONG_TEXT,
    MADE_LONG_URC,
    MADE_SILENCE,
    MADE_COUNT
};

#define KINDS (COUNT_OF(lines) + MADE_COUNT)

/* ---- one pair ------------------------------------------------------------------------------ */

struct pair {
    struct fota fota;
    struct fota_job job;
    struct fota_host host;
    struct watch watch;
    uint64_t now_us;
    bool by_byte;
};

static void on_event(void *context, uint64_t now_us, const struct fota_event *event)
{
    struct pair *pair = context;
    (void)now_us;
    watch_event(&pair->watch, event);
}

static void say(struct pair *pair, const char *bytes, size_t size)
{
    size_t piece = pair->by_byte ? 1 : size;
    for (size_t i = 0; i < size; i += piece)
        fota_receive(&pair->fota, &pair->host, bytes + i, piece, pair->now_us);
}

static void say_line(struct pair *pair, const char *line)
{
    say(pair, "\r\n", 2);
    say(pair, line, strlen(line));
    say(pair, "\r\n", 2);
}

static void say_long(struct pair *pair, const char *begin)
{
    char text[LONG_LINE];
    memset(text, '7', sizeof text);
    memcpy(text, begin, strlen(begin));
    say(pair, text, sizeof text);
    say(pair, "\r\n", 2);
}

static void say_kind(struct pair *pair, size_t kind)
{
    static const char zeros[] = "\0\0\0\0\r\n";
    uint64_t next;
    if (kind < COUNT_OF(lines)) {
        say_line(pair, lines[kind]);
        return;
    }
    switch ((enum made)(kind - COUNT_OF(lines))) {
    case MADE_EXPECTED:
        say_line(pair, watch_expected_information(&pair->watch));
        say_line(pair, "OK");
        break;
    case MADE_ECHO:
        say(pair, pair->fota.at.command, pair->fota.at.command_length);
        say(pair, "\r\r\nOK\r\n", 7);
        break;
    case MADE_ZEROS:
        say(pair, zeros, sizeof zeros - 1);
        break;
    case MADE_LONG_TEXT:
        say_long(pair, "A");
        break;
    case MADE_LONG_URC:
        say_long(pair, "+CFOTA: ");
        break;
    default: /* silence until the next deadline */
        next = watch_advance(&pair->watch, &pair->fota, &pair->host, pair->now_us);
        pair->now_us = next != FOTA_NEVER ? next : pair->now_us;
    }
}

static void transmit(struct pair *pair)
{
    char bytes[64];
    while (fota_transmit(&pair->fota, &pair->host, bytes, sizeof bytes, pair->now_us) > 0)
        ;
}

/* Goes into a step as the procedure would: an attempt counts from the checkpoint on. */
static void enter(struct pair *pair, unsigned step)
{
    struct fota_call call;
    unsigned state = fota_steps[step].state;
    bool begun = state >= FOTA_STATE_START && state != FOTA_STATE_RECOVER;
    fota_start(&pair->fota, &pair->host, NULL, pair->now_us);
    fota_begin_call(&call, &pair->fota, &pair->host, FOTA_CAUSE_LINE, pair->now_us);
    pair->fota.contact = true;
    if (begun) {
        pair->fota.result.attempts = 1;
        fota_join_update(&call);
    }
    if (state == FOTA_STATE_RECOVER)
        fota_follow(&call, STEP_RUNG); /* on a rung, as this state always is */
    watch_begin(&pair->watch, begun ? 1 : 0);
    pair->watch.status = pair->fota.result.status = 6; /* or AT+CFOTA=0 would not be sent */
    pair->fota.status_read = true;
    if (state == FOTA_STATE_CLEAN_UP)
        fota_conclude(&call, FOTA_OUTCOME_UPDATED, FOTA_REASON_NONE);
    fota_follow(&call, (uint8_t)step);
    transmit(pair);
}

/* Silence; every request is answered so. Returns whether there is an end. */
static bool run_out(struct pair *pair, bool done)
{
    for (unsigned i = 0; i < ADVANCES_MAX; i++) {
        uint64_t next = watch_advance(&pair->watch, &pair->fota, &pair->host, pair->now_us);
        if (fota_result(&pair->fota) != NULL)
            return true;
        watch_serve(&pair->fota, &pair->host, done, pair->now_us, NULL);
        transmit(pair);
        if (next > pair->now_us && fota_result(&pair->fota) == NULL)
            pair->now_us = next;
    }
    return false;
}

static void check_pair(unsigned step, size_t kind, bool by_byte, bool done)
{
    static struct pair pair;
    const char *line = kind < COUNT_OF(lines) ? lines[kind] : "(made)";
    memset(&pair, 0, sizeof pair);
    pair.by_byte = by_byte;
    pair.job = (struct fota_job){.from_revision = "1351B03SIM7000C",
                                 .to_revision = "1351B04SIM7000C",
                                 .model = "SIMCOM_SIM7000C",
                                 .url = "http://fota.example/update.zip",
                                 .apn = "cmnet",
                                 .package_size_bytes = 109285,
                                 .baud_bps = 115200,
                                 .supply_min_mv = 3500};
    pair.host = (struct fota_host){&pair.job, on_event, &pair};
    enter(&pair, step);
    say_kind(&pair, kind);
    transmit(&pair);
    watch_advance(&pair.watch, &pair.fota, &pair.host, pair.now_us);
    bool ends = run_out(&pair, done);
    if (!ends || pair.watch.broken != NULL)
        fail_msg("step %u (%s, %s), kind %u '%s'%s: %s; now in %s, step %u", step,
                 fota_state_name(fota_steps[step].state), pair.watch.command, (unsigned)kind, line,
                 by_byte ? " by the byte" : "", ends ? pair.watch.broken : "no end comes",
                 fota_state_name(pair.fota.state), pair.fota.step);
}

#define FIRST (STEP_ROUTE + 1) /* the words end with it */
#define LAST  (STEP_DONE - 1)  /* nothing is taken after the end */

/* ---- tests --------------------------------------------------------------------------------- */

static void walk(void **state)
{
    unsigned step = (unsigned)(uintptr_t)*state;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (unsigned way = 0; way < 4; way++)
            check_pair(step, kind, (way & 1u) != 0, (way & 2u) != 0);
}

static void every_row_of_the_table_is_filled_in(void **state)
{
    (void)state;
    for (unsigned step = FIRST; step < STEP_COUNT; step++) {
        const struct fota_step *row = &fota_steps[step];
        if (row->state <= FOTA_STATE_IDLE || row->state >= FOTA_STATE_COUNT)
            fail_msg("step %u has no row", step);
    }
}

int main(void)
{
    static struct CMUnitTest tests[LAST - FIRST + 2];
    size_t count = 0;
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_row_of_the_table_is_filled_in);
    for (unsigned step = FIRST; step <= LAST; step++) {
        char number[16];
        snprintf(number, sizeof number, " step %u", step);
        const char *name = fota_state_name(fota_steps[step].state);
        tests[count++] =
            (struct CMUnitTest){test_name(name, number), walk, NULL, NULL, (void *)(uintptr_t)step};
    }
    return cmocka_run_group_tests_name("all_pairs", tests, NULL, NULL);
}
