/* test_fota_outcomes.c - the procedure against scripted modules: every way that it may end. */
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
#define ROWS_MAX   8

/* What the job or the surroundings are like in a row of the table. */
enum twist {
    NO_TWIST,
    NO_CHECKPOINT,   /* the surroundings refuse to save it */
    SIZE_UNKNOWN,    /* the job does not say how long the package is */
    NO_POWER,        /* all requests but the checkpoint are refused */
    MODULE_MUTE,     /* nothing comes from the module, nothing is read */
    SHORT_TOTAL,     /* the whole job has 20 s */
    RATE_NAMED,      /* the job names the port's rate */
    NO_SUPPLY_LIMIT, /* the supply is not judged */
    ONE_ATTEMPT
};

struct ending {
    const char *name;
    struct module_row rows[ROWS_MAX];
    uint8_t outcome, reason, twist;
    uint8_t starts;    /* how often AT+CFOTA=1 was sent */
    const char *never; /* a line that must not be sent; NULL: none */
    const char *once;  /* a line that must be sent once; NULL: none */
};

#define ENDS(o, r) .outcome = FOTA_OUTCOME_##o, .reason = FOTA_REASON_##r
#define RESET_AT(ms)                                                                               \
    {                                                                                              \
        ms, "\r\nRDY\r\n\r\n+CFUN: 1\r\n"                                                          \
    }
#define UPDATER(end)                                                                               \
    {8000, "\r\n+CFOTA: \"Start to update\"\r\n"}, {20000, "\r\n" end "\r\n"}, RESET_AT(27000)
#define SUCCESS "+CFOTA: \"Update successfully, please wait for reset\""
#define FAILURE "+CFOTA: \"Update failed, please wait for reset\""
#define BASE    "Revision:1351B03SIM7000C"
#define TARGET  "Revision:1351B04SIM7000C"

/* After AT+CFOTA=1 the module runs this revision with this status. */
#define AFTER(status, revision)                                                                    \
    {.command = "AT+CFOTA?", .answer = INFO(status), .when = WHEN_AFTER},                          \
    {                                                                                              \
        .command = "AT+GMR", .answer = INFO(revision), .when = WHEN_AFTER                          \
    }

static const struct ending endings[] = {
    {"happy path", {{0}}, ENDS(UPDATED, NONE), .starts = 1, .once = "AT+CFOTA=0"},
    {"package size unknown", {{0}}, ENDS(UPDATED, NONE), .twist = SIZE_UNKNOWN, .starts = 1},
    {"no supply limit",
     {{0}},
     ENDS(UPDATED, NONE),
     .twist = NO_SUPPLY_LIMIT,
     .starts = 1,
     .never = "AT+CBC"},
    {"target runs already",
     {{.command = "AT+GMR", .answer = INFO(TARGET)}},
     ENDS(ALREADY_CURRENT, NONE),
     .never = "AT+CFOTA=0"},
    {"target runs already, status 6 left over",
     {{.command = "AT+GMR", .answer = INFO(TARGET)},
      {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 6")}},
     ENDS(ALREADY_CURRENT, NONE),
     .once = "AT+CFOTA=0"},

    {"mute module", {{0}}, ENDS(REFUSED, NO_ANSWER), .twist = MODULE_MUTE},
    {"mute module, rate named, requests refused",
     {{0}},
     ENDS(REFUSED, NO_ANSWER),
     .twist = RATE_NAMED},
    {"error to everything", {{.command = "*", .answer = ERROR}}, ENDS(REFUSED, NO_ANSWER)},
    {"no CFOTA command", {{.command = "AT+CFOTA?", .answer = ERROR}}, ENDS(REFUSED, NOT_SUPPORTED)},
    {"OK without a status",
     {{.command = "AT+CFOTA?", .answer = OK}},
     ENDS(REFUSED, ANSWERS_UNREADABLE)},
    {"a status that is always torn",
     {{.command = "AT+CFOTA?", .answer = INFO("+CFO")}},
     ENDS(REFUSED, ANSWERS_UNREADABLE)},
    {"a revision that is always torn",
     {{.command = "AT+GMR", .answer = INFO("vision:1351B03SIM7000C")}},
     ENDS(REFUSED, ANSWERS_UNREADABLE)},
    {"a function that is always torn",
     {{.command = "AT+CFUN?", .answer = INFO("+CF")}},
     ENDS(REFUSED, ANSWERS_UNREADABLE)},
    {"a supply that is always torn",
     {{.command = "AT+CBC", .answer = INFO("+C")}},
     ENDS(REFUSED, ANSWERS_UNREADABLE)},
    {"a number of the module that begins with a letter",
     {{.command = "AT+GSN", .answer = INFO("X69951031234567")}},
     ENDS(DEGRADED, IDENTITY_LOST),
     .starts = 1},
    {"no answer about the app network",
     {{.command = "AT+CNACT?", .answer = OK}},
     ENDS(REFUSED, ANSWERS_UNREADABLE)},
    {"other model",
     {{.command = "AT+CGMM", .answer = INFO("SIMCOM_SIM7080G")}},
     ENDS(REFUSED, WRONG_MODEL)},
    {"other base",
     {{.command = "AT+GMR", .answer = INFO("Revision:1351B02SIM7000C")}},
     ENDS(REFUSED, WRONG_BASE)},
    {"base with a suffix is another base",
     {{.command = "AT+GMR", .answer = INFO("Revision:1351B03SIM7000C_20180821_1526")}},
     ENDS(REFUSED, WRONG_BASE)},
    {"left-over 7 is cleared first",
     {{.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .times = 1}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"left-over 6 that stays",
     {{.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 6")}},
     ENDS(REFUSED, LEFT_OVER)},
    {"low supply",
     {{.command = "AT+CBC", .answer = INFO("+CBC: 0,5,3100")}},
     ENDS(REFUSED, LOW_SUPPLY)},
    {"factory test mode",
     {{.command = "AT+CFUN?", .answer = INFO("+CFUN: 5")},
      {.command = "AT+CFUN=1", .answer = ERROR}},
     ENDS(REFUSED, RADIO_OFF),
     .once = "AT+CFUN=1"},
    {"flight mode is left",
     {{.command = "AT+CFUN?", .answer = INFO("+CFUN: 4"), .times = 1},
      {.command = "AT+CFUN=1", .answer = OK}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"SIM locked",
     {{.command = "AT+CPIN?", .answer = INFO("+CPIN: SIM PIN")}},
     ENDS(REFUSED, NO_SIM)},
    {"SIM absent",
     {{.command = "AT+CPIN?", .answer = "\r\n+CME ERROR: 10\r\n"}},
     ENDS(REFUSED, NO_SIM)},
    {"SIM late",
     {{.command = "AT+CPIN?", .answer = INFO("+CPIN: NOT READY"), .times = 3}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"answer about the SIM cut short",
     {{.command = "AT+CPIN?", .answer = INFO("+CPIN: NOT"), .times = 3},
      {.command = "AT+CPIN?", .answer = INFO("+CPIN: "), .times = 3}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"no network",
     {{.command = "AT+CEREG?", .answer = INFO("+CEREG: 0,2")},
      {.command = "AT+CREG?", .answer = INFO("+CREG: 0,2")}},
     ENDS(REFUSED, NO_NETWORK)},
    {"GSM only, old firmware without CEREG",
     {{.command = "AT+CEREG?", .answer = ERROR},
      {.command = "AT+CREG?", .answer = INFO("+CREG: 2,5,\"E2D1\",\"22DE\",0")}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"no bearer",
     {{.command = "AT+CNACT?", .answer = INFO("+CNACT: 0,\"0.0.0.0\"")},
      {.command = "AT+CNACT=*", .answer = OK, .later = {{5000, "\r\n+APP PDP: DEACTIVE\r\n"}}}},
     ENDS(REFUSED, NO_BEARER)},
    {"bearer refused with an error",
     {{.command = "AT+CNACT?", .answer = INFO("+CNACT: 0,\"0.0.0.0\"")},
      {.command = "AT+CNACT=*", .answer = "\r\n+CME ERROR: 148\r\n"}},
     ENDS(REFUSED, NO_BEARER)},
    {"bearer URC lost",
     {{.command = "AT+CNACT=*", .answer = OK}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"no room",
     {{.command = "AT+CFSGFRS?", .answer = INFO("+CFSGFRS: 100")}},
     ENDS(REFUSED, NO_SPACE)},
    {"old package cannot be deleted",
     {{.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 5")},
      {.command = "AT+CFSDFILE=*", .answer = ERROR},
      {.command = "AT+HTTPTOFSRL?", .answer = INFO("+HTTPTOFSRL: 0,0,0")}},
     ENDS(REFUSED, FILE_SYSTEM)},
    {"OK of the deletion lost",
     {{.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 5"), .times = 1},
      {.command = "AT+CFSGFIS=*", .answer = ERROR, .times = 1},
      {.command = "AT+CFSDFILE=*", .times = 1},
      {.command = "AT+CFSDFILE=*", .answer = ERROR, .times = 1},
      {.command = "AT+HTTPTOFSRL?", .answer = INFO("+HTTPTOFSRL: 0,0,0"), .times = 1}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"old package is written by an old download",
     {{.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 5"), .times = 9},
      {.command = "AT+CFSDFILE=*", .answer = ERROR, .times = 8},
      {.command = "AT+HTTPTOFSRL?", .answer = INFO("+HTTPTOFSRL: 1,5,109285"), .times = 8}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"whole job too short", {{0}}, ENDS(DOWNLOAD_FAILED, DEADLINE), .twist = SHORT_TOTAL},

    {"404 twice",
     {{.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 404,0\r\n"}}}},
     ENDS(DOWNLOAD_FAILED, HTTP_STATUS)},
    {"404 once",
     {{.command = "AT+HTTPTOFS=*",
       .answer = OK,
       .times = 1,
       .later = {{900, "\r\n+HTTPTOFS: 404,0\r\n"}}}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"601 three times",
     {{.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 601,0\r\n"}}}},
     ENDS(DOWNLOAD_FAILED, HTTP_NETWORK)},
    {"601 once",
     {{.command = "AT+HTTPTOFS=*",
       .answer = OK,
       .times = 1,
       .later = {{900, "\r\n+HTTPTOFS: 601,0\r\n"}}}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"602",
     {{.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 602,0\r\n"}}}},
     ENDS(DOWNLOAD_FAILED, HTTP_MEMORY)},
    {"603",
     {{.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 603,0\r\n"}}}},
     ENDS(DOWNLOAD_FAILED, HTTP_DNS)},
    {"65535",
     {{.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 65535,0\r\n"}}}},
     ENDS(DOWNLOAD_FAILED, HTTP_OTHER)},
    {"download refused",
     {{.command = "AT+HTTPTOFS=*", .answer = ERROR}},
     ENDS(DOWNLOAD_FAILED, HTTP_OTHER)},
    {"result line before OK",
     {{.command = "AT+HTTPTOFS=*", .answer = "\r\n+HTTPTOFS: 200,109285\r\n\r\nOK\r\n"}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"result line within the progress answer",
     {{.command = "AT+HTTPTOFS=*", .answer = OK},
      {.command = "AT+HTTPTOFSRL?",
       .answer = "\r\n+HTTPTOFSRL: 0,109285,109285\r\n\r\n+HTTPTOFS: 200,109285\r\n\r\nOK\r\n"}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"result line lost",
     {{.command = "AT+HTTPTOFS=*", .answer = OK},
      {.command = "AT+HTTPTOFSRL?", .answer = INFO("+HTTPTOFSRL: 0,109285,109285")}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"read answer of HTTPTOFS is no result",
     {{.command = "AT+HTTPTOFS=*",
       .answer = OK,
       .later = {{1000, "\r\n+HTTPTOFS: 1,\"http://a\",\"/fota/update.zip\"\r\n"},
                 {1500, "\r\n+HTTPTOFS: 0,\"\",\"\"\r\n\r\n+HTTPTOFS: 1,5\r\n"},
                 {9000, "\r\n+HTTPTOFS: 200,109285\r\n"}}}},
     ENDS(UPDATED, NONE),
     .starts = 1,
     .once = "AT+HTTPTOFS=\"http://fota.example/V1___V2/update.zip\",\"/fota/update.zip\""},
    {"progress idle just before the result line",
     {{.command = "AT+HTTPTOFSRL?", .answer = INFO("+HTTPTOFSRL: 0,0,0"), .times = 1}},
     ENDS(UPDATED, NONE),
     .starts = 1,
     .once = "AT+HTTPTOFS=\"http://fota.example/V1___V2/update.zip\",\"/fota/update.zip\""},
    {"progress unknown to old firmware",
     {{.command = "AT+HTTPTOFSRL?", .answer = ERROR}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"download never ends",
     {{.command = "AT+HTTPTOFS=*", .answer = OK}},
     ENDS(DOWNLOAD_FAILED, DOWNLOAD_TIMEOUT)},
    {"short download",
     {{.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 200,109284\r\n"}}},
      {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 109284")}},
     ENDS(DOWNLOAD_FAILED, WRONG_LENGTH)},
    {"report of another length than the file's",
     {{.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 200,10928\r\n"}}}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"file shorter than reported",
     {{.command = "AT+CFSGFIS=*", .answer = ERROR, .times = 1},
      {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 102100")}},
     ENDS(DOWNLOAD_FAILED, WRONG_LENGTH),
     .twist = SIZE_UNKNOWN},
    {"restart while it downloads",
     {{.command = "AT+HTTPTOFS=*",
       .answer = OK,
       .times = 1,
       .deaf_ms = 6900,
       .later = {RESET_AT(7000)}}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"boot loop before the update",
     {{.command = "AT+CFUN?", .answer = NULL, .deaf_ms = 4000, .later = {RESET_AT(4100)}}},
     ENDS(REFUSED, BOOT_LOOP)},

    {"checkpoint refused",
     {{0}},
     ENDS(REFUSED, CHECKPOINT_REFUSED),
     .twist = NO_CHECKPOINT,
     .once = "AT+CFSDFILE=1,\"update.zip\""},
    {"start refused",
     {{.command = "AT+CFOTA=1", .answer = "\r\n+CME ERROR: 3\r\n"}, AFTER("+CFOTA: 8", BASE)},
     ENDS(REFUSED, START_REFUSED),
     .starts = 2},
    {"start answered ERROR twice",
     {{.command = "AT+CFOTA=1", .answer = ERROR}, AFTER("+CFOTA: 8", BASE)},
     ENDS(REFUSED, START_REFUSED),
     .starts = 2},
    {"OK of the start lost",
     {{.command = "AT+CFOTA=1", .later = {UPDATER(SUCCESS)}, .deaf_ms = 26900}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"OK of the start after the reset",
     {{.command = "AT+CFOTA=1", .later = {{7000, OK}, UPDATER(SUCCESS)}, .deaf_ms = 26900}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"start without any URC",
     {{.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 300000}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"start never arrived, second attempt works",
     {{.command = "AT+CFOTA=1", .times = 1},
      {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 8"), .times = 3},
      {.command = "AT+GMR", .answer = INFO(BASE), .times = 3}},
     ENDS(UPDATED, NONE),
     .starts = 2},
    {"start never does anything",
     {{.command = "AT+CFOTA=1", .answer = OK}, AFTER("+CFOTA: 8", BASE)},
     ENDS(UPDATE_FAILED, NEVER_BEGAN),
     .starts = 2},
    {"start never does anything, one attempt",
     {{.command = "AT+CFOTA=1", .answer = OK}, AFTER("+CFOTA: 8", BASE)},
     ENDS(UPDATE_FAILED, NEVER_BEGAN),
     .starts = 1,
     .twist = ONE_ATTEMPT},
    {"URCs without space, duplicated and cut",
     {{.command = "AT+CFOTA=1",
       .answer = OK,
       .deaf_ms = 26900,
       .later = {{8000, "\r\n+CFOTA:\"Start to update\"\r\n\r\n+CFOTA:\"Start to update\"\r\n"},
                 {8100, "\r\n+CFOTA:\"Upd\r\n\r\n+CFOTA:\"Updating\",0\r\n"},
                 {20000, "\r\n+CFOTA:\"Update successf\r\n\r\n+CFOTA:\"Update successf\r\n"},
                 RESET_AT(27000)}}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"module says failed",
     {{.command = "AT+CFOTA=1", .answer = OK, .later = {UPDATER(FAILURE)}, .deaf_ms = 26900},
      AFTER("+CFOTA: 7", BASE)},
     ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED),
     .starts = 1,
     .once = "AT+CFOTA=0"},
    {"module says failed and stays at 5",
     {{.command = "AT+CFOTA=1", .answer = OK, .later = {UPDATER(FAILURE)}, .deaf_ms = 26900},
      AFTER("+CFOTA: 5", BASE)},
     ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED),
     .starts = 1,
     .never = "AT+CFOTA=0"},
    {"success claimed, base runs",
     {{.command = "AT+CFOTA=1", .answer = OK, .later = {UPDATER(SUCCESS)}, .deaf_ms = 26900},
      AFTER("+CFOTA: 6", BASE)},
     ENDS(UPDATE_FAILED, UNCHANGED),
     .starts = 1},
    {"updater ended without a word",
     {{.command = "AT+CFOTA=1",
       .answer = OK,
       .deaf_ms = 26900,
       .later = {{8000, "\r\n+CFOTA: \"Updating\",0\r\n"}, RESET_AT(27000)}},
      AFTER("+CFOTA: 8", BASE)},
     ENDS(UPDATE_FAILED, INTERRUPTED),
     .starts = 1},
    {"status 7 but the target runs",
     {AFTER("+CFOTA: 7", TARGET)},
     ENDS(DEGRADED, MODULE_SAYS_FAILED),
     .starts = 1},
    {"a revision that was cut is read again",
     {{.command = "AT+GMR", .answer = INFO("Revision:1351B0"), .times = 1, .when = WHEN_AFTER}},
     ENDS(UPDATED, NONE),
     .starts = 1},
    {"third revision",
     {AFTER("+CFOTA: 6", "Revision:1529B04SIM7000G")},
     ENDS(NEEDS_SERVICE, THIRD_REVISION),
     .starts = 1},
    {"status 1 for ever",
     {AFTER("+CFOTA: 1", BASE)},
     ENDS(NEEDS_SERVICE, STUCK),
     .starts = 1,
     .never = "AT+CFOTA=0"},
    {"status 4 at the start for ever",
     {{.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 4")}},
     ENDS(NEEDS_SERVICE, STUCK),
     .never = "AT+CFOTA=0"},
    {"status 3 at the start for ever",
     {{.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 3")}},
     ENDS(NEEDS_SERVICE, STUCK),
     .never = "AT+CFOTA=0"},
    {"status 3 after the start for ever",
     {AFTER("+CFOTA: 3", BASE), {.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 60000}},
     ENDS(UPDATE_FAILED, MODULE_SAYS_FAILED),
     .starts = 1,
     .never = "AT+CFOTA=0"},
    {"status 1 at the start, then the target",
     {{.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 1"), .times = 3},
      {.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 6")},
      {.command = "AT+GMR", .answer = INFO(BASE), .times = 3},
      {.command = "AT+GMR", .answer = INFO(TARGET)}},
     ENDS(UPDATED, NONE)},
    {"never back",
     {{.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 20000000}},
     ENDS(NEEDS_SERVICE, SILENT),
     .starts = 1},
    {"never back, requests refused",
     {{.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 20000000}},
     ENDS(NEEDS_SERVICE, SILENT),
     .starts = 1,
     .twist = NO_POWER},
    {"boot loop after the update",
     {{.command = "AT+CFOTA=1",
       .answer = OK,
       .deaf_ms = 20000000,
       .later = {RESET_AT(7000), RESET_AT(12000), RESET_AT(17000), RESET_AT(22000), RESET_AT(27000),
                 RESET_AT(32000), RESET_AT(37000), RESET_AT(42000), RESET_AT(47000),
                 RESET_AT(52000)}}},
     ENDS(NEEDS_SERVICE, BOOT_LOOP),
     .starts = 1},
    {"boots silently because of autobaud",
     {{.command = "AT+CFOTA=1",
       .answer = OK,
       .deaf_ms = 26900,
       .later = {{8000, "\r\n+CFOTA: \"Start to update\"\r\n"}, {20000, "\r\n" SUCCESS "\r\n"}}}},
     ENDS(UPDATED, NONE),
     .starts = 1},

    {"target in factory test mode",
     {{.command = "AT+CFUN?", .answer = INFO("+CFUN: 5"), .when = WHEN_AFTER},
      {.command = "AT+CFUN=1", .answer = ERROR},
      {.command = "AT+CFUN=1,1", .answer = OK, .deaf_ms = 5000}},
     ENDS(DEGRADED, RADIO_UNHEALTHY),
     .starts = 1,
     .once = "AT+CFUN=1,1"},
    {"target without IMEI",
     {{.command = "AT+GSN", .answer = OK}},
     ENDS(DEGRADED, IDENTITY_LOST),
     .starts = 1},
    {"target with zero IMEI",
     {{.command = "AT+GSN", .answer = INFO("000000000000000")}},
     ENDS(DEGRADED, IDENTITY_LOST),
     .starts = 1},
    {"target without SIM",
     {{.command = "AT+CPIN?", .answer = "\r\n+CME ERROR: 13\r\n", .when = WHEN_AFTER}},
     ENDS(DEGRADED, SIM_UNHEALTHY),
     .starts = 1},
    {"clean-up fails without changing the verdict",
     {{.command = "AT+CFSDFILE=*", .answer = ERROR}, {.command = "AT+CFOTA=0", .answer = ERROR}},
     ENDS(UPDATED, NONE),
     .starts = 1},
};

static void twist(struct rig *rig, uint8_t kind)
{
    switch (kind) {
    case NO_CHECKPOINT:
        rig->refused = 1u << FOTA_REQUEST_SAVE_CHECKPOINT;
        break;
    case SIZE_UNKNOWN:
        rig->job.package_size_bytes = 0;
        break;
    case NO_POWER:
        rig->refused = ~(1u << FOTA_REQUEST_SAVE_CHECKPOINT);
        break;
    case RATE_NAMED:
        rig->job.baud_bps = 115200;
        rig->refused = ~0u;
        rig->module.mute = true;
        break;
    case MODULE_MUTE:
        rig->module.mute = true;
        break;
    case SHORT_TOTAL:
        rig->job.total_timeout_ms = 5000;
        break;
    case NO_SUPPLY_LIMIT:
        rig->job.supply_min_mv = 0;
        break;
    case ONE_ATTEMPT:
        rig->job.attempts_max = 1;
        break;
    }
}

static void ends(const struct ending *ending, bool byte_by_byte)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig_begin(rig, ending->rows);
    rig->byte_by_byte = byte_by_byte;
    twist(rig, ending->twist);
    fota_start(&rig->fota, &rig->host, NULL, 0);
    const struct fota_result *result = rig_run(rig);
    rig_expect(rig, result, ending->outcome, ending->reason);
    unsigned starts = rig_count_sent(rig, "AT+CFOTA=1");
    if (starts != ending->starts)
        fail_msg("want %u AT+CFOTA=1, got %u:\n%s", ending->starts, starts, rig->sent);
    if (ending->never != NULL && rig_count_sent(rig, ending->never) != 0)
        fail_msg("sent %s:\n%s", ending->never, rig->sent);
    if (ending->once != NULL && rig_count_sent(rig, ending->once) != 1)
        fail_msg("want once %s:\n%s", ending->once, rig->sent);
    free(rig);
}

static void ends_whole(void **state)
{
    ends(*state, false);
}

static void ends_byte_by_byte(void **state)
{
    ends(*state, true);
}

#define COUNT (sizeof endings / sizeof endings[0])

/* No outcome of the header is beyond reach, apart from `cancelled`, which is in test_fota_host. */
static void every_outcome_is_in_the_table(void **state)
{
    (void)state;
    for (unsigned outcome = FOTA_OUTCOME_UPDATED; outcome < FOTA_OUTCOME_CANCELLED; outcome++) {
        size_t i = 0;
        while (i < COUNT && endings[i].outcome != outcome)
            i++;
        if (i == COUNT)
            fail_msg("no row ends in %s", fota_outcome_name(outcome));
    }
}

int main(void)
{
    static struct CMUnitTest tests[2 * COUNT + 1];
    for (size_t i = 0; i < COUNT; i++) {
        void *row = (void *)(uintptr_t)&endings[i];
        tests[2 * i] =
            (struct CMUnitTest){test_name(endings[i].name, ": whole"), ends_whole, NULL, NULL, row};
        tests[2 * i + 1] = (struct CMUnitTest){test_name(endings[i].name, ": byte by byte"),
                                               ends_byte_by_byte, NULL, NULL, row};
    }
    tests[2 * COUNT] = (struct CMUnitTest)cmocka_unit_test(every_outcome_is_in_the_table);
    return cmocka_run_group_tests_name("fota_outcomes", tests, NULL, NULL);
}
