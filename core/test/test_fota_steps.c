/*
 * test_fota_steps.c - each command of the procedure: how long its answer is waited for, how often
 * it is sent when none comes, how often when it is refused, and what is done then.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/test/support_log.h"

#define OK         "\r\nOK\r\n"
#define ERROR      "\r\nERROR\r\n"
#define INFO(text) "\r\n" text "\r\n\r\nOK\r\n"
#define NO_BEARER  INFO("+CNACT: 0,\"0.0.0.0\"")
#define BEFORE_MAX 8
#define CRC_OF_TEN UINT32_C(0xcd9486dd) /* PK and eight letters, by zlib */

static void with_checksum(struct rig *rig)
{
    rig->job.package_size_bytes = 10;
    rig->job.package_crc32 = CRC_OF_TEN;
}

static void with_settings(struct rig *rig)
{
    rig->job.restore = (struct fota_restore){.apn = "cmnet",
                                             .baud_bps = 57600,
                                             .function = 4,
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
    rig->job.package_size_bytes = 1000;
}

static void push_loses_ok(struct rig *rig)
{
    by_push(rig);
    rig->module.lose_ok_of = 1;
}

static void by_ftp(struct rig *rig)
{
    rig->job.delivery = FOTA_DELIVERY_FTP;
    rig->job.ftp_server = "ftp.example";
}

struct row {
    const char *name;
    const char *command; /* that the module does not answer, then that it refuses */
    unsigned skip;       /* so many of it are answered before, by the rows below or as usual */
    void (*prepare)(struct rig *rig);
    /* Silence: how long the answer is waited for, how often it is sent, what follows, and how long
     * after the last one. */
    unsigned timeout_ms, tries;
    const char *next;
    unsigned last_ms;
    /* ERROR: how often it is sent, how long after one another, what follows, and how long after the
     * last one. A module of this rig takes 20 ms to say it. */
    unsigned refused_tries, gap_ms;
    const char *refused_next;
    unsigned refused_last_ms;
    struct module_row before[BEFORE_MAX];
};

#define NO_ANSWER(timeout, tries, next, last) timeout, tries, next, last
#define REFUSED(tries, gap, next, last)       tries, gap, next, last
#define SAYS(line, reply)                                                                          \
    {                                                                                              \
        .command = (line), .answer = (reply)                                                       \
    }
#define FIRST(count, line, reply)                                                                  \
    {                                                                                              \
        .command = (line), .answer = (reply), .times = (count)                                     \
    }
#define NOTHING                                                                                    \
    {                                                                                              \
        {                                                                                          \
            .command = NULL                                                                        \
        }                                                                                          \
    } /* but what is usual */
#define TAKES(line) SAYS(line, OK)
#define NETWORK_SET                                                                                \
    TAKES("AT+CNMP=*"), TAKES("AT+CMNB=*"), TAKES("AT+CBANDCFG=*"), TAKES("AT+CGDCONT=*")
#define FTP_SET                                                                                    \
    TAKES("AT+FTPCID=*"), TAKES("AT+FTPSERV=*"), TAKES("AT+FTPPORT=*"), TAKES("AT+FTPUN=*"),       \
        TAKES("AT+FTPPW=*")

/* What is waited for is at least the manual's maximum response time: CFUN 10 s, CPIN 5 s, COPS
 * 120 s; FTPEXTGET tells within 75 s; else core/README, "Times". A command that changes something
 * and can't be repeated is sent once. 2,020 ms: refused after 20, repeated two seconds later. */
static const struct row rows[] = {
    {"echo off", "ATE0V1Q0", 0, NULL, NO_ANSWER(3000, 3, "AT+CMEE=1", 3000),
     REFUSED(3, 2020, "AT+CMEE=1", 20), NOTHING},
    {"form of errors", "AT+CMEE=1", 0, NULL, NO_ANSWER(3000, 3, "AT+CGMM", 3000),
     REFUSED(3, 2020, "AT+CGMM", 20), NOTHING},
    {"model", "AT+CGMM", 0, NULL, NO_ANSWER(5000, 3, "= refused/answers-unreadable", 5000),
     REFUSED(3, 2020, "= refused/wrong-model", 20), NOTHING},
    {"revision", "AT+GMR", 0, NULL, NO_ANSWER(5000, 4, "= refused/answers-unreadable", 5000),
     REFUSED(4, 2020, "= refused/wrong-base", 20), NOTHING},
    {"status", "AT+CFOTA?", 0, NULL, NO_ANSWER(5000, 3, "= refused/answers-unreadable", 5000),
     REFUSED(3, 2020, "= refused/not-supported", 20), NOTHING},
    {"clear",
     "AT+CFOTA=0",
     0,
     NULL,
     NO_ANSWER(10000, 3, "AT+CFOTA?", 10000),
     REFUSED(1, 2020, "AT+CFOTA?", 20),
     {{.command = "AT+CFOTA?", .answer = INFO("+CFOTA: 7"), .when = WHEN_BEFORE}}},
    {"status once it was cleared",
     "AT+CFOTA?",
     1,
     NULL,
     NO_ANSWER(5000, 3, "AT+CFOTA=0", 5000),
     REFUSED(2, 2020, "AT+CFOTA=0", 20),
     {FIRST(1, "AT+CFOTA?", INFO("+CFOTA: 7"))}},
    {"supply", "AT+CBC", 0, NULL, NO_ANSWER(5000, 3, "= refused/answers-unreadable", 5000),
     REFUSED(3, 2020, "= refused/low-supply", 20), NOTHING},
    {"function", "AT+CFUN?", 0, NULL, NO_ANSWER(10000, 3, "AT+CFUN=1", 10000),
     REFUSED(3, 2020, "AT+CFUN=1", 20), NOTHING},
    {"radio on",
     "AT+CFUN=1",
     0,
     NULL,
     NO_ANSWER(12000, 1, "AT+CFUN?", 12000),
     REFUSED(1, 2020, "AT+CFUN?", 20),
     {SAYS("AT+CFUN?", INFO("+CFUN: 4"))}},
    {"sim", "AT+CPIN?", 0, NULL, NO_ANSWER(6000, 13, "= refused/no-sim", 4920),
     REFUSED(45, 2020, "= refused/no-sim", 1080), NOTHING},
    {"registration", "AT+CEREG?", 0, NULL, NO_ANSWER(5000, 1, "AT+CREG?", 5000),
     REFUSED(1, 2020, "AT+CREG?", 20), NOTHING},
    {"registration of gsm",
     "AT+CREG?",
     0,
     NULL,
     NO_ANSWER(5000, 1, "AT+CFUN?", 5000),
     REFUSED(1, 2020, "AT+CFUN?", 20),
     {SAYS("AT+CEREG?", INFO("+CEREG: 0,2"))}},
    {"function while it looks for a network",
     "AT+CFUN?",
     1,
     NULL,
     NO_ANSWER(10000, 3, "AT+CFUN=1", 10000),
     REFUSED(3, 2020, "AT+CFUN=1", 20),
     {FIRST(1, "AT+CFUN?", INFO("+CFUN: 1")), SAYS("AT+CEREG?", INFO("+CEREG: 0,2")),
      SAYS("AT+CREG?", INFO("+CREG: 0,2"))}},
    {"radio on while it looks for a network",
     "AT+CFUN=1",
     0,
     NULL,
     NO_ANSWER(12000, 1, "AT+CEREG?", 14000),
     REFUSED(1, 2020, "AT+CEREG?", 2020),
     {FIRST(1, "AT+CFUN?", INFO("+CFUN: 1")), SAYS("AT+CFUN?", INFO("+CFUN: 0")),
      FIRST(1, "AT+CEREG?", INFO("+CEREG: 0,2")), FIRST(1, "AT+CREG?", INFO("+CREG: 0,2"))}},
    {"app network", "AT+CNACT?", 0, NULL, NO_ANSWER(10000, 3, "AT+CNACT=1,", 10000),
     REFUSED(1, 2020, "AT+CNACT=1,", 20), NOTHING},
    {"app network on", "AT+CNACT=1,", 0, NULL, NO_ANSWER(60000, 1, "AT+CNACT?", 65000),
     REFUSED(1, 2020, "AT+CNACT?", 5020), NOTHING},
    {"app network anew",
     "AT+CNACT=0",
     0,
     NULL,
     NO_ANSWER(60000, 2, "AT+CEREG?", 80000),
     REFUSED(2, 2020, "AT+CEREG?", 20020),
     {{.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 601,0\r\n"}}}}},
    {"files open", "AT+CFSINIT", 0, NULL, NO_ANSWER(10000, 1, "AT+CFSGFIS=1,", 10000),
     REFUSED(1, 2020, "AT+CFSGFIS=1,", 20), NOTHING},
    {"is the file there", "AT+CFSGFIS=", 0, NULL, NO_ANSWER(10000, 1, "AT+CFSGFRS?", 10000),
     REFUSED(1, 2020, "AT+CFSGFRS?", 20), NOTHING},
    {"remove",
     "AT+CFSDFILE=",
     0,
     NULL,
     NO_ANSWER(20000, 1, "AT+HTTPTOFSRL?", 20000),
     REFUSED(1, 2020, "AT+HTTPTOFSRL?", 20),
     {FIRST(1, "AT+CFSGFIS=*", INFO("+CFSGFIS: 5"))}},
    {"remove: is it being written",
     "AT+HTTPTOFSRL?",
     0,
     NULL,
     NO_ANSWER(5000, 1, "AT+CFSGFIS=1,", 10000),
     REFUSED(1, 2020, "AT+CFSGFIS=1,", 5020),
     {FIRST(4, "AT+CFSGFIS=*", INFO("+CFSGFIS: 5")), SAYS("AT+CFSDFILE=*", ERROR)}},
    {"space", "AT+CFSGFRS?", 0, NULL, NO_ANSWER(10000, 2, "AT+CFSTERM", 10000),
     REFUSED(2, 2020, "AT+CFSTERM", 20), NOTHING},
    {"files closed", "AT+CFSTERM", 0, NULL, NO_ANSWER(10000, 1, "AT+HTTPTOFS=", 10000),
     REFUSED(1, 2020, "AT+HTTPTOFS=", 20), NOTHING},
    {"download", "AT+HTTPTOFS=", 0, NULL, NO_ANSWER(20000, 1, "AT+HTTPTOFSRL?", 25000),
     REFUSED(1, 2020, "AT+CEREG?", 10020), NOTHING},
    {"progress", "AT+HTTPTOFSRL?", 0, NULL, NO_ANSWER(5000, 1, "AT+CFSINIT", 5000),
     REFUSED(1, 2020, "AT+CFSINIT", 3980), NOTHING},
    {"files open for a push",
     "AT+CFSINIT",
     1,
     by_push,
     NO_ANSWER(10000, 1, "AT+CFSWFILE=1,", 10000),
     REFUSED(1, 2020, "AT+CFSWFILE=1,", 20),
     {FIRST(1, "AT+CFSINIT", OK)}},
    {"length of a push whose ok was lost",
     "AT+CFSGFIS=",
     1,
     push_loses_ok,
     NO_ANSWER(10000, 3, "AT+CFSINIT", 10000),
     REFUSED(1, 2020, "AT+CFSWFILE=1,", 20),
     {FIRST(1, "AT+CFSGFIS=*", ERROR)}},
    {"ftp context",
     "AT+FTPCID=",
     0,
     by_ftp,
     NO_ANSWER(10000, 2, "= refused/ftp-other", 10000),
     REFUSED(2, 2020, "= refused/ftp-other", 20),
     {SAYS("AT+FTPTOFSST", INFO("+FTPTOFSST: 0,5,109285"))}},
    {"ftp server",
     "AT+FTPSERV=",
     0,
     by_ftp,
     NO_ANSWER(10000, 2, "= refused/ftp-other", 10000),
     REFUSED(2, 2020, "= refused/ftp-other", 20),
     {TAKES("AT+FTPCID=*")}},
    {"ftp port",
     "AT+FTPPORT=",
     0,
     by_ftp,
     NO_ANSWER(10000, 2, "= refused/ftp-other", 10000),
     REFUSED(2, 2020, "= refused/ftp-other", 20),
     {TAKES("AT+FTPCID=*"), TAKES("AT+FTPSERV*")}},
    {"ftp user",
     "AT+FTPUN=",
     0,
     by_ftp,
     NO_ANSWER(10000, 2, "= refused/ftp-other", 10000),
     REFUSED(2, 2020, "= refused/ftp-other", 20),
     {TAKES("AT+FTPCID=*"), TAKES("AT+FTPSERV*"), TAKES("AT+FTPPORT*")}},
    {"ftp password",
     "AT+FTPPW=",
     0,
     by_ftp,
     NO_ANSWER(10000, 2, "= refused/ftp-other", 10000),
     REFUSED(2, 2020, "= refused/ftp-other", 20),
     {TAKES("AT+FTPCID=*"), TAKES("AT+FTPSERV*"), TAKES("AT+FTPPORT*"), TAKES("AT+FTPUN*")}},
    {"ftp name",
     "AT+FTPGETNAME=",
     0,
     by_ftp,
     NO_ANSWER(10000, 2, "= refused/ftp-other", 10000),
     REFUSED(2, 2020, "= refused/ftp-other", 20),
     {FTP_SET}},
    {"ftp path",
     "AT+FTPGETPATH=",
     0,
     by_ftp,
     NO_ANSWER(10000, 2, "= refused/ftp-other", 10000),
     REFUSED(2, 2020, "= refused/ftp-other", 20),
     {TAKES("AT+FTPGETNAME*"), FTP_SET}},
    {"ftp download",
     "AT+FTPEXTGET=",
     0,
     by_ftp,
     NO_ANSWER(80000, 1, "AT+FTPTOFSST", 85000),
     REFUSED(1, 2020, "AT+CEREG?", 10020),
     {TAKES("AT+FTPG*"), FTP_SET}},
    {"ftp progress",
     "AT+FTPTOFSST",
     0,
     by_ftp,
     NO_ANSWER(10000, 58, "AT+CEREG?", 10900),
     REFUSED(119, 5020, "AT+CEREG?", 12480),
     {FIRST(8, "AT+FTP*", OK)}},
    {"files open to verify",
     "AT+CFSINIT",
     1,
     NULL,
     NO_ANSWER(10000, 1, "AT+CFSGFIS=1,", 10000),
     REFUSED(1, 2020, "AT+CFSGFIS=1,", 20),
     {FIRST(1, "AT+CFSINIT", OK)}},
    {"length",
     "AT+CFSGFIS=",
     1,
     NULL,
     NO_ANSWER(10000, 16, "AT+CFSINIT", 3680),
     REFUSED(6, 4020, "AT+CFSTERM", 20),
     {FIRST(1, "AT+CFSGFIS=*", ERROR)}},
    {"read",
     "AT+CFSRFILE=",
     0,
     with_checksum,
     NO_ANSWER(6064, 3, "AT+CFSTERM", 6064),
     REFUSED(3, 2020, "AT+CFSTERM", 20),
     {FIRST(1, "AT+CFSGFIS=*", ERROR),
      SAYS("AT+CFSGFIS=*", INFO("+CFSGFIS: 10")),
      {.command = "AT+HTTPTOFS=*", .answer = OK, .later = {{900, "\r\n+HTTPTOFS: 200,10\r\n"}}}}},
    {"files closed once verified",
     "AT+CFSTERM",
     1,
     NULL,
     NO_ANSWER(10000, 1, "<save-checkpoint 0>", 10000),
     REFUSED(1, 2020, "<save-checkpoint 0>", 20),
     {FIRST(1, "AT+CFSTERM", OK)}},
    {"start", "AT+CFOTA=1", 0, NULL, NO_ANSWER(10000, 1, "ATE0V1Q0", 40000),
     REFUSED(1, 2020, "AT+CFOTA?", 20), NOTHING},
    {"echo off after the update",
     "ATE0V1Q0",
     1,
     NULL,
     NO_ANSWER(3000, 3, "AT+CMEE=1", 3000),
     REFUSED(3, 2020, "AT+CMEE=1", 20),
     {FIRST(1, "ATE0V1Q0", OK)}},
    {"form of errors after the update",
     "AT+CMEE=1",
     1,
     NULL,
     NO_ANSWER(3000, 3, "AT+CFOTA?", 3000),
     REFUSED(3, 2020, "AT+CFOTA?", 20),
     {FIRST(1, "AT+CMEE=1", OK)}},
    {"status after the update",
     "AT+CFOTA?",
     1,
     NULL,
     NO_ANSWER(5000, 3, "AT+GMR", 5000),
     REFUSED(3, 2020, "AT+GMR", 20),
     {FIRST(1, "AT+CFOTA?", INFO("+CFOTA: 8"))}},
    {"revision after the update",
     "AT+GMR",
     1,
     NULL,
     NO_ANSWER(5000, 4, "ATE0V1Q0", 15000),
     REFUSED(4, 2020, "AT", 10020),
     {FIRST(1, "AT+GMR", INFO("Revision:1351B03SIM7000C"))}},
    {"mode", "AT+CNMP=", 0, with_settings, NO_ANSWER(10000, 2, "AT+CMNB=1", 10000),
     REFUSED(2, 2020, "AT+CMNB=1", 20), NOTHING},
    {"lte",
     "AT+CMNB=",
     0,
     with_settings,
     NO_ANSWER(10000, 2, "AT+CBANDCFG=", 10000),
     REFUSED(2, 2020, "AT+CBANDCFG=", 20),
     {TAKES("AT+CNMP=*")}},
    {"bands",
     "AT+CBANDCFG=",
     0,
     with_settings,
     NO_ANSWER(10000, 2, "AT+CGDCONT=1,", 10000),
     REFUSED(2, 2020, "AT+CGDCONT=1,", 20),
     {TAKES("AT+CNMP=*"), TAKES("AT+CMNB=*")}},
    {"apn",
     "AT+CGDCONT=",
     0,
     with_settings,
     NO_ANSWER(10000, 2, "AT+CFUN?", 10000),
     REFUSED(2, 2020, "AT+CFUN?", 20),
     {TAKES("AT+CNMP=*"), TAKES("AT+CMNB=*"), TAKES("AT+CBANDCFG*")}},
    {"function after the update",
     "AT+CFUN?",
     1,
     NULL,
     NO_ANSWER(10000, 3, "AT+CFUN=1", 10000),
     REFUSED(3, 2020, "AT+CFUN=1", 20),
     {FIRST(1, "AT+CFUN?", INFO("+CFUN: 1"))}},
    {"radio on after the update",
     "AT+CFUN=1",
     0,
     NULL,
     NO_ANSWER(12000, 1, "AT+CFUN?", 12000),
     REFUSED(1, 2020, "AT+CFUN?", 20),
     {FIRST(1, "AT+CFUN?", INFO("+CFUN: 1")), SAYS("AT+CFUN?", INFO("+CFUN: 4"))}},
    {"imei", "AT+GSN", 0, NULL, NO_ANSWER(5000, 5, "<save-checkpoint 0>", 5000),
     REFUSED(5, 2020, "<save-checkpoint 0>", 20), NOTHING},
    {"model after the update",
     "AT+CGMM",
     1,
     NULL,
     NO_ANSWER(5000, 5, "<save-checkpoint 0>", 5000),
     REFUSED(5, 2020, "<save-checkpoint 0>", 20),
     {FIRST(1, "AT+CGMM", INFO("SIMCOM_SIM7000C"))}},
    {"sim after the update",
     "AT+CPIN?",
     1,
     NULL,
     NO_ANSWER(6000, 34, "AT+CFUN=1,1", 6000),
     REFUSED(119, 2020, "AT+CFUN=1,1", 1580),
     {FIRST(1, "AT+CPIN?", INFO("+CPIN: READY"))}},
    {"network",
     "AT+COPS=",
     0,
     with_settings,
     NO_ANSWER(120000, 1, "AT+CEREG?", 120000),
     REFUSED(1, 2020, "AT+CEREG?", 20),
     {NETWORK_SET}},
    {"registration after the update",
     "AT+CEREG?",
     1,
     NULL,
     NO_ANSWER(5000, 1, "AT+CREG?", 5000),
     REFUSED(1, 2020, "AT+CREG?", 20),
     {FIRST(1, "AT+CEREG?", INFO("+CEREG: 0,1"))}},
    {"registration of gsm after the update",
     "AT+CREG?",
     0,
     NULL,
     NO_ANSWER(5000, 1, "AT+CEREG?", 7000),
     REFUSED(1, 2020, "AT+CEREG?", 2020),
     {FIRST(1, "AT+CEREG?", INFO("+CEREG: 0,1")), SAYS("AT+CEREG?", INFO("+CEREG: 0,2"))}},
    {"app network after the update",
     "AT+CNACT?",
     1,
     NULL,
     NO_ANSWER(10000, 3, "AT+CNACT=1,", 10000),
     REFUSED(1, 2020, "AT+CNACT=1,", 20),
     {FIRST(1, "AT+CNACT?", INFO("+CNACT: 1,\"10.0.0.1\""))}},
    {"app network on after the update",
     "AT+CNACT=1,",
     0,
     NULL,
     NO_ANSWER(60000, 1, "AT+CNACT?", 65000),
     REFUSED(1, 2020, "AT+CNACT?", 5020),
     {FIRST(1, "AT+CNACT?", INFO("+CNACT: 1,\"10.0.0.1\"")), SAYS("AT+CNACT?", NO_BEARER)}},
    {"restart for health",
     "AT+CFUN=1,1",
     0,
     NULL,
     NO_ANSWER(10000, 1, "ATE0V1Q0", 20000),
     REFUSED(1, 2020, "AT", 10020),
     {FIRST(1, "AT+CPIN?", INFO("+CPIN: READY")), SAYS("AT+CPIN?", INFO("+CPIN: SIM PIN"))}},
    {"files open to tidy",
     "AT+CFSINIT",
     2,
     NULL,
     NO_ANSWER(10000, 2, "AT+CFSDFILE=1,", 10000),
     REFUSED(2, 2020, "AT+CFSDFILE=1,", 20),
     {FIRST(2, "AT+CFSINIT", OK)}},
    {"remove the package", "AT+CFSDFILE=", 0, NULL, NO_ANSWER(20000, 2, "AT+CFSGFIS=1,", 20000),
     REFUSED(2, 2020, "AT+CFSGFIS=1,", 20), NOTHING},
    {"is the package left",
     "AT+CFSGFIS=",
     2,
     NULL,
     NO_ANSWER(10000, 1, "AT+CFSTERM", 10000),
     REFUSED(1, 2020, "AT+CFSTERM", 20),
     {FIRST(1, "AT+CFSGFIS=*", ERROR), FIRST(1, "AT+CFSGFIS=*", INFO("+CFSGFIS: 109285")),
      SAYS("AT+CFSDFILE*", ERROR)}},
    {"files closed in the end",
     "AT+CFSTERM",
     2,
     NULL,
     NO_ANSWER(10000, 1, "AT+CFOTA=0", 10000),
     REFUSED(1, 2020, "AT+CFOTA=0", 20),
     {FIRST(2, "AT+CFSTERM", OK)}},
    {"power saving",
     "AT+CPSMS=",
     0,
     with_settings,
     NO_ANSWER(10000, 2, "AT+CFUN=4", 10000),
     REFUSED(2, 2020, "AT+CFUN=4", 20),
     {NETWORK_SET, TAKES("AT+COPS*")}},
    {"function to be restored",
     "AT+CFUN=4",
     0,
     with_settings,
     NO_ANSWER(12000, 2, "AT+IPR=57600", 12000),
     REFUSED(2, 2020, "AT+IPR=57600", 20),
     {NETWORK_SET, TAKES("AT+COPS*"), TAKES("AT+CPSMS*")}},
    {"rate to be restored",
     "AT+IPR=57600",
     0,
     with_settings,
     NO_ANSWER(5000, 1, "<set-baud 57600>", 5000),
     REFUSED(1, 2020, "AT+CFOTA=0", 20),
     {NETWORK_SET, TAKES("AT+COPS*"), TAKES("AT+CPSMS*"), TAKES("AT+CFUN=4")}},
    {"clear in the end", "AT+CFOTA=0", 0, NULL, NO_ANSWER(10000, 2, "<save-checkpoint 0>", 10000),
     REFUSED(2, 2020, "<save-checkpoint 0>", 20), NOTHING},
};

static struct rig rig;
static struct log timed;

/* A command that ends so is the beginning of its line. */
static bool is_beginning(const char *command)
{
    return strchr("=,", command[strlen(command) - 1]) != NULL;
}

static bool is_that(const char *line, const char *command)
{
    return is_beginning(command) ? strncmp(line, command, strlen(command)) == 0
                                 : strcmp(line, command) == 0;
}

/* Runs the row's job with that answer to the row's command. */
static void play(const struct row *row, const char *answer)
{
    static struct module_row given[BEFORE_MAX + 2];
    static char pattern[LOG_LINE_BYTES];
    size_t count = 0;
    while (count < BEFORE_MAX && row->before[count].command != NULL) {
        given[count] = row->before[count];
        count++;
    }
    snprintf(pattern, sizeof pattern, "%s%s", row->command, is_beginning(row->command) ? "*" : "");
    given[count++] = (struct module_row){.command = pattern, .answer = answer};
    given[count] = (struct module_row){.command = NULL};
    rig_begin(&rig, given);
    if (row->prepare != NULL)
        row->prepare(&rig);
    log_begin(&timed, &rig);
    fota_start(&rig.fota, &rig.host, NULL, 0);
    rig_run(&rig);
}

/* The line of the first command that is not answered as usual. */
static size_t first_of(const struct row *row)
{
    unsigned skip = row->skip;
    size_t at = 0;
    while (at < timed.count && (!is_that(timed.lines[at].text, row->command) || skip-- > 0))
        at++;
    return at;
}

static bool is_search(const char *text)
{
    return strcmp(text, "AT") == 0;
}

/* From one sending of it to the last one in a row; returns the line of the last one. */
static size_t count_tries(size_t at, const char *command, unsigned *ret_tries)
{
    *ret_tries = 1;
    for (size_t i = at + 1; i < timed.count; i++) {
        if (is_search(timed.lines[i].text))
            continue;
        if (!is_that(timed.lines[i].text, command))
            break;
        at = i;
        ++*ret_tries;
    }
    return at;
}

static size_t skip_search(size_t at)
{
    while (at < timed.count && is_search(timed.lines[at].text))
        at++;
    return at;
}

static void expect(const struct row *row, const char *what, size_t from, bool holds)
{
    if (holds)
        return;
    log_print(&timed, from > 2 ? from - 2 : 0, 24);
    fail_msg("%s: %s", row->name, what);
}

/* From that line to the next. */
static unsigned gap_ms(size_t line)
{
    return timed.lines[line + 1].at_ms - timed.lines[line].at_ms;
}

static bool begins_with(size_t line, const char *text)
{
    return line < timed.count && strncmp(timed.lines[line].text, text, strlen(text)) == 0;
}

static void is_given_up(void **state)
{
    const struct row *row = *state;
    unsigned tries;
    play(row, NULL);
    size_t first = first_of(row), last = count_tries(first, row->command, &tries);
    expect(row, "the command is sent", 0, first < timed.count);
    expect(row, "time until its answer is given up", first,
           first == last || gap_ms(first) == row->timeout_ms);
    for (size_t i = first; i < last; i++)
        expect(row, "time until a later answer is given up", first,
               is_search(timed.lines[i].text) || gap_ms(i) >= row->timeout_ms);
    expect(row, "tries without an answer", first, tries == row->tries);
    expect(row, "time until the last answer is given up", first, gap_ms(last) == row->last_ms);
    expect(row, "what follows when no answer comes", first,
           begins_with(skip_search(last + 1), row->next));
}

static void is_refused(void **state)
{
    const struct row *row = *state;
    unsigned tries;
    play(row, ERROR);
    size_t first = first_of(row), last = count_tries(first, row->command, &tries);
    expect(row, "the command is sent", 0, first < timed.count);
    for (size_t i = first; i < last; i++)
        expect(row, "time until a refused command is repeated", first, gap_ms(i) == row->gap_ms);
    expect(row, "tries when it is refused", first, tries == row->refused_tries);
    expect(row, "time until what follows a refusal", first, gap_ms(last) == row->refused_last_ms);
    expect(row, "what follows when it is refused", first, begins_with(last + 1, row->refused_next));
}

#define COUNT (sizeof rows / sizeof rows[0])

int main(void)
{
    static struct CMUnitTest tests[2 * COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        void *row = (void *)(uintptr_t)&rows[i];
        tests[2 * i] = (struct CMUnitTest){test_name(rows[i].name, ": no answer"), is_given_up,
                                           NULL, NULL, row};
        tests[2 * i + 1] =
            (struct CMUnitTest){test_name(rows[i].name, ": refused"), is_refused, NULL, NULL, row};
    }
    return cmocka_run_group_tests_name("fota_steps", tests, NULL, NULL);
}
