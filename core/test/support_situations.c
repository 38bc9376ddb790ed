/* support_situations.c - ways through the procedure that lead into each of its steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/at_line.h"
#include "core/test/support.h"
#include "core/test/support_situations.h"
#include "core/test/support_walk.h"

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define INFO(text) "\r\n" text "\r\n\r\nOK\r\n"
#define NO_BEARER  INFO("+CNACT: 0,\"0.0.0.0\"")
#define ROWS_MAX   14

/* The package is PK and eight letters; CRC_OF_TEN is its CRC-32 by zlib. */
#define CRC_OF_TEN UINT32_C(0xcd9486dd)
#define TEN_BYTES                                                                                  \
    {.command = "AT+CFSRFILE=*", .answer = "\r\n+CFSRFILE: 10\r\nPKabcdefgh" OK},                  \
        {.command = "AT+CFSGFIS=*", .answer = ERROR, .times = 1},                                  \
        {.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 10")},                               \
    {                                                                                              \
        .command = "AT+HTTPTOFS=*", .answer = OK, .later = { {900, "\r\n+HTTPTOFS: 200,10\r\n"} }  \
    }
#define RESTORED                                                                                   \
    {.command = "AT+CNMP=*", .answer = OK}, {.command = "AT+CMNB=*", .answer = OK},                \
        {.command = "AT+CBANDCFG=*", .answer = OK}, {.command = "AT+COPS=*", .answer = OK},        \
        {.command = "AT+CGDCONT=*", .answer = OK}, {.command = "AT+CPSMS=*", .answer = OK},        \
        {.command = "AT+CFUN=*", .answer = OK},                                                    \
    {                                                                                              \
        .command = "AT+IPR=*", .answer = OK                                                        \
    }
#define FTP_READY                                                                                  \
    {.command = "AT+FTPEXTGET=*", .answer = OK},                                                   \
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 1,5,1000"), .times = 1},           \
        {.command = "AT+FTPTOFSST", .answer = INFO("+FTPTOFSST: 0,5,109285")},                     \
    {                                                                                              \
        .command = "AT+FTP*", .answer = OK                                                         \
    }

struct way {
    const char *name;
    void (*prepare)(struct rig *rig); /* before the start; NULL: the rig's own job */
    struct module_row rows[ROWS_MAX];
    uint32_t host_reset_ms; /* the host starts anew with its checkpoint, 0 = not */
    uint32_t mute_ms;       /* nothing is heard from then on, 0 = not */
    uint8_t host_reset_at_request;
};

static void with_checksum(struct rig *rig)
{
    rig->job.package_size_bytes = 10;
    rig->job.package_crc32 = CRC_OF_TEN;
}

static void with_settings(struct rig *rig)
{
    rig->job.restore = (struct fota_restore){.apn = "cmnet",
                                             .baud_bps = 57600,
                                             .function = 1,
                                             .psm = 2,
                                             .mode = 38,
                                             .lte = 1,
                                             .bands = "\"CAT-M\",3",
                                             .network = "46000"};
}

static void by_push(struct rig *rig)
{
    rig->job.delivery = FOTA_DELIVERY_PUSH;
    rig->job.baud_bps = 115200;
    rig->job.package_size_bytes = 25000;
    rig->module.lose_ok_of = 2;
}

static void by_ftp(struct rig *rig)
{
    rig->job.delivery = FOTA_DELIVERY_FTP;
    rig->job.ftp_server = "ftp.example";
}

static void with_rates(struct rig *rig)
{
    rig->job.baud_bps = 115200;
}

static void every_second_is_lost(struct rig *rig)
{
    rig->module.fail_every = 2;
}

static void every_second_push_is_lost(struct rig *rig)
{
    by_push(rig);
    rig->module.fail_every = 2;
}

static void every_second_ftp_is_refused(struct rig *rig)
{
    by_ftp(rig);
    rig->module.fail_every = 2;
    rig->module.fail_answer = ERROR;
}

static void every_second_is_refused(struct rig *rig)
{
    with_checksum(rig);
    with_settings(rig);
    rig->module.fail_every = 2;
    rig->module.fail_answer = ERROR;
}

static const struct way ways[] = {
    {.name = "HTTP with checksum and settings", .prepare = with_checksum, .rows = {TEN_BYTES}},
    {.name = "settings", .prepare = with_settings, .rows = {RESTORED}},
    {.name = "push with a lost OK", .prepare = by_push},
    {.name = "host reset in a push", .prepare = by_push, .host_reset_ms = 2000},
    {.name = "FTP", .prepare = by_ftp, .rows = {FTP_READY}},
    {.name = "left-over status",
     .rows = {{.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .times = 1}}},
    {.name = "radio off, late network",
     .rows = {{.command = "AT+CFUN?", .answer = INFO("+CFUN: 4"), .times = 1},
              {.command = "AT+CFUN=1", .answer = OK},
              {.command = "AT+CEREG?", .answer = INFO("+CEREG: 0,2"), .times = 2},
              {.command = "AT+CREG?", .answer = INFO("+CREG: 0,2"), .times = 1},
              {.command = "AT+CNACT?", .answer = NO_BEARER, .times = 3},
              {.command = "AT+CNACT=*", .answer = ERROR, .times = 1},
              {.command = "AT+CNACT=*", .answer = OK}}},
    {.name = "old package in the way",
     .rows = {{.command = "AT+CFSGFIS=*", .answer = INFO("+CFSGFIS: 5"), .times = 2},
              {.command = "AT+CFSDFILE=*", .answer = ERROR, .times = 1},
              {.command = "AT+HTTPTOFSRL?", .answer = INFO("+HTTPTOFSRL: 0,0,0"), .times = 1}}},
    {.name = "601 once",
     .rows = {{.command = "AT+HTTPTOFS=*",
               .answer = OK,
               .times = 1,
               .later = {{900, "\r\n+HTTPTOFS: 601,0\r\n"}}}}},
    {.name = "200 without a file, thrice",
     .rows = {{.command = "AT+CFSGFIS=*", .answer = ERROR},
              {.command = "AT+CFSDFILE=*", .answer = ERROR}}},
    {.name = "lost in the download", .prepare = with_rates, .mute_ms = 9000},
    {.name = "silent updater",
     .rows = {{.command = "AT+CFOTA=1", .answer = OK, .deaf_ms = 300000}}},
    {.name = "updater without an end",
     .rows = {{.command = "AT+CFOTA=1",
               .answer = OK,
               .deaf_ms = 300000,
               .later = {{8000, "\r\n+CFOTA: \"Start to update\"\r\n"}}}}},
    {.name = "radio off afterwards",
     .rows = {{.command = "AT+CFUN?", .answer = INFO("+CFUN: 4"), .when = WHEN_AFTER, .times = 1},
              {.command = "AT+CFUN=1", .answer = OK}}},
    {.name = "another rate after the update",
     .rows = {{.command = "AT+CFOTA=1",
               .answer = OK,
               .deaf_ms = 80000,
               .later = {{8000, "\r\n+CFOTA: \"Update successfully, please wait for reset\"\r\n"},
                         {15000, "\x81\x82\x83\x84"}}}}},
    {.name = "radio off while it looks for a network",
     .rows = {{.command = "AT+CFUN?", .answer = INFO("+CFUN: 1"), .times = 1},
              {.command = "AT+CFUN?", .answer = INFO("+CFUN: 0"), .times = 1},
              {.command = "AT+CFUN=1", .answer = OK},
              {.command = "AT+CEREG?", .answer = INFO("+CEREG: 0,0"), .times = 1},
              {.command = "AT+CREG?", .answer = INFO("+CREG: 0,0"), .times = 1}}},
    {.name = "update fails",
     .rows = {{.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .when = WHEN_AFTER},
              {.command = "AT+GMR",
               .answer = INFO("Revision:1351B03SIM7000C"),
               .when = WHEN_AFTER}}},
    {.name = "late network afterwards, no bearer",
     .rows =
         {{.command = "AT+CFUN=1,1", .answer = OK},
          {.command = "AT+CEREG?", .answer = INFO("+CEREG: 0,2"), .when = WHEN_AFTER, .times = 2},
          {.command = "AT+CREG?", .answer = INFO("+CREG: 0,2"), .when = WHEN_AFTER, .times = 1},
          {.command = "AT+CNACT=*", .answer = ERROR, .when = WHEN_AFTER, .times = 1},
          {.command = "AT+CNACT?", .answer = NO_BEARER, .when = WHEN_AFTER}}},
    {.name = "host reset with the verdict", .host_reset_at_request = 2},
    {.name = "host reset with the update", .host_reset_ms = 40000},
    {.name = "every second command lost", .prepare = every_second_is_lost},
    {.name = "every second command refused",
     .prepare = every_second_is_refused,
     .rows = {TEN_BYTES, RESTORED}},
    {.name = "every second command of a push lost", .prepare = every_second_push_is_lost},
    {.name = "every second command of FTP refused",
     .prepare = every_second_ftp_is_refused,
     .rows = {FTP_READY}},
};

/* ---- on the way ---------------------------------------------------------------------------- */

static struct walk {
    struct situation *situations;
    size_t count;
    const struct way *way;
    struct watch watch;
    struct rig rig;
} walk;

static void on_event(void *context, uint64_t now_us, const struct fota_event *event)
{
    (void)context;
    walk_observe_number(now_us);
    walk_observe_number(event->kind | event->a << 8 | event->b << 16 |
                        (uint64_t)event->cause << 24);
    walk_observe(event->text, event->length);
    watch_event(&walk.watch, event);
}

static bool wait_alike(const struct fota *a, const struct fota *b)
{
    return a->step == b->step && a->waiting == b->waiting &&
           a->resynchronising == b->resynchronising && a->at.data == b->at.data &&
           a->at.raw == b->at.raw;
}

/* Called between two calls of the client. The middle of a line would join what is said next. */
static void on_turn(struct rig *rig)
{
    for (size_t i = 0; i < walk.count; i++)
        if (wait_alike(&walk.situations[i].fota, &rig->fota))
            return;
    if (rig->fota.at.line_length > 0 || rig->fota.state == FOTA_STATE_DONE)
        return;
    assert_true(walk.count < SITUATIONS_MAX);
    walk.situations[walk.count++] =
        (struct situation){walk.way->name, rig->now_us, rig->fota, rig->job, walk.watch};
}

static void reset_host(struct rig *rig)
{
    rig->stop_at_us = 0;
    rig->stop_at_request = 0;
    fota_start(&rig->fota, &rig->host, rig->checkpoint, rig->now_us);
}

static void go(const struct way *way, bool byte_by_byte)
{
    struct rig *rig = &walk.rig;
    walk.way = way;
    rig_begin(rig, way->rows);
    if (way->prepare != NULL)
        way->prepare(rig);
    rig->host.on_event = on_event;
    rig->on_turn = on_turn;
    rig->byte_by_byte = byte_by_byte;
    rig->stop_at_request = way->host_reset_at_request;
    rig->stop_at_us = (way->host_reset_ms + way->mute_ms) * UINT64_C(1000);
    watch_begin(&walk.watch, 0);
    fota_start(&rig->fota, &rig->host, NULL, 0);
    if (rig_run(rig) == NULL) {
        rig->stop_at_us = 0;
        rig->module.mute = way->mute_ms != 0;
        if (way->mute_ms == 0)
            reset_host(rig);
        rig_run(rig);
    }
    if (walk.watch.broken != NULL)
        fail_msg("%s: %s", way->name, walk.watch.broken);
}

size_t situations_take(struct situation *situations)
{
    walk.situations = situations;
    walk.count = 0;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        go(&ways[i], false);
        go(&ways[i], true);
    }
    return walk.count;
}

const char *situation_waiting(const struct situation *situation)
{
    static const char *const raw[] = {[AT_RAW_NONE] = "",
                                      [AT_RAW_WAIT] = " before raw bytes",
                                      [AT_RAW_LINE_END] = " behind a header",
                                      [AT_RAW_SKIP] = " before known raw bytes",
                                      [AT_RAW_BYTES] = " in raw bytes"};
    const struct fota *fota = &situation->fota;
    if (fota->resynchronising)
        return " looking for silence";
    if (fota->waiting)
        return " before a repetition";
    if (fota->at.data)
        return " after a prompt";
    return raw[fota->at.raw];
}
