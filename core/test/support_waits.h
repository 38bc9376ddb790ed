/*
 * support_waits.h - dialogues with their times, for test_fota_waits.c. What stands there follows
 * from core/README, "Times", the recovery ladder and the policy of tries there.
 */
#ifndef FOTARIG_CORE_TEST_SUPPORT_WAITS_H
#define FOTARIG_CORE_TEST_SUPPORT_WAITS_H

static void at_9600(struct rig *rig)
{
    rig->job.baud_bps = 9600;
}

static void at_115200(struct rig *rig)
{
    rig->job.baud_bps = 115200;
}

static void refuses_all(struct rig *rig)
{
    rig->job.baud_bps = 115200;
    rig->refused = UINT32_MAX;
}

static void by_ftp(struct rig *rig)
{
    rig->job.delivery = FOTA_DELIVERY_FTP;
    rig->job.ftp_server = "ftp.example";
}

static void of_unknown_size(struct rig *rig)
{
    rig->job.package_size_bytes = 0;
}

static void with_rate(struct rig *rig)
{
    rig->job.restore.baud_bps = 57600;
}

/* What comes again in many of them. */
#define WAY                                                                                        \
    "AT+CEREG? +20\n"                                                                              \
    "AT+CNACT? +20\n"                                                                              \
    "AT+CFSINIT +20\n"                                                                             \
    "AT+CFSGFIS=1, +20\n"                                                                          \
    "AT+CFSDFILE=1, +20\n"                                                                         \
    "AT+CFSGFRS? +20\n"                                                                            \
    "AT+CFSTERM +20\n"
#define TIDY                                                                                       \
    "AT+CFSINIT +20\n"                                                                             \
    "AT+CFSDFILE=1, +20\n"                                                                         \
    "AT+CFSTERM +20\n"
#define OTHER_RATES                                                                                \
    "<set-baud 57600> +0\n"                                                                        \
    "3 x (AT +2000)\n"                                                                             \
    "<set-baud 38400> +0\n"                                                                        \
    "3 x (AT +2000)\n"                                                                             \
    "<set-baud 19200> +0\n"                                                                        \
    "3 x (AT +2000)\n"                                                                             \
    "<set-baud 9600> +0\n"                                                                         \
    "3 x (AT +2000)\n"                                                                             \
    "<set-baud 921600> +0\n"                                                                       \
    "3 x (AT +2000)\n"                                                                             \
    "<set-baud 460800> +0\n"                                                                       \
    "3 x (AT +2000)\n"                                                                             \
    "<set-baud 230400> +0\n"                                                                       \
    "3 x (AT +2000)\n"                                                                             \
    "<set-baud 115200> +0\n"                                                                       \
    "2 x (AT +2000)\n"
#define ALL_RATES                                                                                  \
    "<set-baud 115200> +0\n"                                                                       \
    "3 x (AT +2000)\n" OTHER_RATES
#define POWER                                                                                      \
    "<pwrkey-pulse 1100> +0\n"                                                                     \
    "10 x (AT +2000)\n"                                                                            \
    "<power-cycle 5000> +0\n"                                                                      \
    "8 x (AT +2000)\n"                                                                             \
    "<pwrkey-pulse 1100> +0\n"                                                                     \
    "15 x (AT +2000)\n"
#define WELL                                                                                       \
    "AT+CFUN? +20\n"                                                                               \
    "AT+GSN +20\n"                                                                                 \
    "AT+CGMM +20\n"                                                                                \
    "AT+CPIN? +20\n"                                                                               \
    "AT+CEREG? +20\n"                                                                              \
    "AT+CNACT? +20\n"
#define FTP_NAMED                                                                                  \
    "AT+FTPCID=1 +20\n"                                                                            \
    "AT+FTPSERV= +20\n"                                                                            \
    "AT+FTPPORT=21 +20\n"                                                                          \
    "AT+FTPUN= +20\n"                                                                              \
    "AT+FTPPW= +20\n"                                                                              \
    "AT+FTPGETNAME= +20\n"                                                                         \
    "AT+FTPGETPATH= +20\n"

static const struct story stories[] = {
    {.name = "no contact",
     .mute_ms = 1,
     .from = "",
     .expected =
         "20 x (AT +2000)\n"
         "<reopen-port 0> +0\n"
         "5 x (AT +2000)\n"
         "<pwrkey-pulse 1100> +0\n"
         "10 x (AT +2000)\n" ALL_RATES
         "= refused/no-answer, status 0, attempts 0, restarts 0, remarks 0, health none:  +0\n"},
    {.name = "no contact at 9600",
     .prepare = at_9600,
     .mute_ms = 1,
     .from = "",
     .expected =
         "20 x (AT +2000)\n"
         "<reopen-port 0> +0\n"
         "5 x (AT +2000)\n"
         "<set-baud 115200> +0\n"
         "3 x (AT +2000)\n"
         "<set-baud 57600> +0\n"
         "3 x (AT +2000)\n"
         "<set-baud 38400> +0\n"
         "3 x (AT +2000)\n"
         "<set-baud 19200> +0\n"
         "3 x (AT +2000)\n"
         "<set-baud 921600> +0\n"
         "3 x (AT +2000)\n"
         "<set-baud 460800> +0\n"
         "3 x (AT +2000)\n"
         "<set-baud 230400> +0\n"
         "3 x (AT +2000)\n"
         "<set-baud 9600> +0\n"
         "2 x (AT +2000)\n"
         "<pwrkey-pulse 1100> +0\n"
         "10 x (AT +2000)\n"
         "= refused/no-answer, status 0, attempts 0, restarts 0, remarks 0, health none:  +0\n"},
    {.name = "lost while it identifies",
     .mute_ms = 60,
     .from = "AT+CMEE",
     .expected =
         "AT+CMEE=1 +20\n"
         "AT+CGMM +5000\n"
         "10 x (AT +2000)\n"
         "<reopen-port 0> +0\n"
         "5 x (AT +2000)\n"
         "<pwrkey-pulse 1100> +0\n"
         "10 x (AT +2000)\n" ALL_RATES
         "= refused/no-answer, status 0, attempts 0, restarts 0, remarks 0, health none:  +0\n"},
    {.name = "lost in the download",
     .prepare = at_115200,
     .mute_ms = 5000,
     .from = "AT+HTTPTOFS=",
     .expected =
         "AT+HTTPTOFS= +5020\n"
         "AT+HTTPTOFSRL? +10000\n"
         "10 x (AT +2000)\n"
         "<reopen-port 0> +0\n"
         "5 x (AT +2000)\n" OTHER_RATES POWER "= download-failed/no-answer, status 8, attempts 0, "
         "restarts 0, remarks 0, health none:  +0\n"},
    {.name = "lost in the download, nothing is done for it",
     .prepare = refuses_all,
     .mute_ms = 5000,
     .from = "AT+HTTPTOFS=",
     .expected = "AT+HTTPTOFS= +5020\n"
                 "AT+HTTPTOFSRL? +10000\n"
                 "10 x (AT +2000)\n"
                 "<reopen-port 0> +0\n"
                 "<set-baud 57600> +0\n"
                 "<set-baud 38400> +0\n"
                 "<set-baud 19200> +0\n"
                 "<set-baud 9600> +0\n"
                 "<set-baud 921600> +0\n"
                 "<set-baud 460800> +0\n"
                 "<set-baud 230400> +0\n"
                 "<set-baud 115200> +0\n"
                 "<pwrkey-pulse 1100> +0\n"
                 "<power-cycle 5000> +0\n"
                 "<pwrkey-pulse 1100> +0\n"
                 "= download-failed/no-answer, status 8, attempts 0, restarts 0, remarks 0, health "
                 "none:  +0\n"},
    {.name = "silent from the start of the update on",
     .mute_ms = 12000,
     .from = "AT+CFOTA=1",
     .expected =
         "AT+CFOTA=1 +30020\n"
         "71 x (AT +33000)\n"
         "AT +26980\n"
         "<reopen-port 0> +0\n"
         "5 x (AT +2000)\n" POWER ALL_RATES "<save-checkpoint 0> +0\n"
         "= needs-service/silent, status 8, attempts 1, restarts 0, remarks 0, health none:  +0\n"},
    {.name = "silent while it updates",
     .mute_ms = 40000,
     .from = "AT+CFOTA=1",
     .expected =
         "AT+CFOTA=1 +38100\n"
         "71 x (AT +33000)\n"
         "AT +18900\n"
         "<reopen-port 0> +0\n"
         "5 x (AT +2000)\n" POWER ALL_RATES "<save-checkpoint 0> +0\n"
         "= needs-service/silent, status 8, attempts 1, restarts 0, remarks 0, health none:  +0\n"},
    {.name = "silent after the success",
     .mute_ms = 92000,
     .from = "AT+CFOTA=1",
     .expected =
         "AT+CFOTA=1 +38100\n"
         "AT +31900\n"
         "70 x (AT +33000)\n"
         "AT +20000\n"
         "<reopen-port 0> +0\n"
         "5 x (AT +2000)\n" POWER ALL_RATES "<save-checkpoint 0> +0\n"
         "= needs-service/silent, status 8, attempts 1, restarts 0, remarks 0, health none:  +0\n"},
    {.name = "updater without an end",
     .rows = {{.command = "AT+CFOTA=1",
               .answer = OK,
               .deaf_ms = 1000000,
               .later = {{8000, "\r\n+CFOTA: \"Start to update\"\r\n"},
                         {28000, "\r\n+CFOTA: \"Upd"},
                         {48000, "\r\n+CFOTA: \"Updating\",10\r\n"}}}},
     .from = "AT+CFOTA=1",
     .to = "AT+GSN",
     .expected = "AT+CFOTA=1 +38000\n"
                 "AT +40000\n"
                 "28 x (AT +33000)\n"
                 "AT +420\n"
                 "AT +20\n"
                 "AT+CMEE=1 +20\n"
                 "AT+CFOTA? +20\n"
                 "AT+GMR +20\n"
                 "AT+CFUN? +20\n"},
    {.name = "new firmware at another rate",
     .prepare = at_115200,
     .rows = {{.command = "AT+CFOTA=1",
               .answer = OK,
               .deaf_ms = 80000,
               .later = {{8000, "\r\n+CFOTA: \"Update successfully, please wait for reset\"\r\n"},
                         {15000, "\x81\x82\x83\x84"}}},
              SAYS("AT+GMR", INFO("Revision:1351B03SIM7000C"))},
     .mute_ms = 30000,
     .from = "AT+CFOTA=1",
     .expected = "AT+CFOTA=1 +18000\n"
                 "2 x (AT +2000)\n"
                 "AT +12000\n"
                 "3 x (AT +2000)\n" OTHER_RATES "144 x (AT +12000, AT +2000, AT +2000)\n"
                 "AT +10000\n"
                 "<reopen-port 0> +0\n"
                 "5 x (AT +2000)\n" OTHER_RATES POWER "<save-checkpoint 0> +0\n"
                 "= needs-service/wrong-rate, status 8, attempts 1, restarts 0, remarks 0, health "
                 "none:  +0\n"},
    {.name = "never registers",
     .rows = {SAYS("AT+CEREG?", INFO("+CEREG: 0,2")), SAYS("AT+CREG?", INFO("+CREG: 0,2"))},
     .from = "AT+CPIN?",
     .expected = "AT+CPIN? +20\n"
                 "87 x (AT+CEREG? +20, AT+CREG? +20, AT+CFUN? +2020)\n"
                 "AT+CEREG? +20\n"
                 "AT+CREG? +20\n"
                 "AT+CFUN? +740\n"
                 "= refused/no-network, status 8, attempts 0, restarts 0, remarks 0, health none: "
                 "+CFUN: 1 +0\n"},
    {.name = "app network never comes up",
     .rows = {SAYS("AT+CNACT?", NO_BEARER), TAKES("AT+CNACT=*")},
     .from = "AT+CEREG?",
     .expected = "AT+CEREG? +20\n"
                 "AT+CNACT? +20\n"
                 "AT+CNACT=1, +2020\n"
                 "8 x (AT+CNACT? +2020)\n"
                 "AT+CNACT? +20\n"
                 "AT+CNACT=1, +2020\n"
                 "8 x (AT+CNACT? +2020)\n"
                 "AT+CNACT? +20\n"
                 "AT+CNACT=1, +2020\n"
                 "8 x (AT+CNACT? +2020)\n"
                 "AT+CNACT? +20\n"
                 "= refused/no-bearer, status 8, attempts 0, restarts 0, remarks 0, health none: "
                 "+CNACT: 0, +0\n"},
    {.name = "app network is refused",
     .rows = {SAYS("AT+CNACT?", NO_BEARER), SAYS("AT+CNACT=*", ERROR)},
     .from = "AT+CEREG?",
     .expected = "AT+CEREG? +20\n"
                 "3 x (AT+CNACT? +20, AT+CNACT=1, +5020)\n"
                 "AT+CNACT? +20\n"
                 "= refused/no-bearer, status 8, attempts 0, restarts 0, remarks 0, health none: "
                 "+CNACT: 0, +0\n"},
    {.name = "app network falls again at once",
     .rows = {SAYS("AT+CNACT?", NO_BEARER),
              LATER("AT+CNACT=*", {490, "\r\n+APP PDP: DEACTIVE\r\n"})},
     .from = "AT+CEREG?",
     .expected = "AT+CEREG? +20\n"
                 "3 x (AT+CNACT? +20, AT+CNACT=1, +5490)\n"
                 "AT+CNACT? +20\n"
                 "= refused/no-bearer, status 8, attempts 0, restarts 0, remarks 0, health none: "
                 "+CNACT: 0, +0\n"},
    {.name = "download without an end",
     .rows = {TAKES("AT+HTTPTOFS=*")},
     .from = "AT+HTTPTOFS=",
     .expected = "AT+HTTPTOFS= +5020\n"
                 "118 x (AT+HTTPTOFSRL? +5020)\n"
                 "AT+HTTPTOFSRL? +12620\n" WAY "AT+HTTPTOFS= +5020\n"
                 "118 x (AT+HTTPTOFSRL? +5020)\n"
                 "AT+HTTPTOFSRL? +2620\n"
                 "AT+CNACT=0 +20020\n" WAY "AT+HTTPTOFS= +5020\n"
                 "118 x (AT+HTTPTOFSRL? +5020)\n"
                 "AT+HTTPTOFSRL? +2620\n" TIDY
                 "= download-failed/download-timeout, status 8, attempts 0, restarts 0, remarks 1, "
                 "health none: +HTTPTOFSRL: 1,50000,1092 +0\n"},
    {.name = "download that is idle",
     .rows = {TAKES("AT+HTTPTOFS=*"), SAYS("AT+HTTPTOFSRL?", INFO("+HTTPTOFSRL: 0,0,0"))},
     .from = "AT+HTTPTOFS=",
     .expected =
         "AT+HTTPTOFS= +5020\n"
         "AT+HTTPTOFSRL? +5020\n"
         "AT+HTTPTOFSRL? +10020\n" WAY "AT+HTTPTOFS= +5020\n"
         "AT+HTTPTOFSRL? +5020\n"
         "AT+HTTPTOFSRL? +20\n"
         "AT+CNACT=0 +20020\n" WAY "AT+HTTPTOFS= +5020\n"
         "AT+HTTPTOFSRL? +5020\n"
         "AT+HTTPTOFSRL? +20\n" TIDY "= download-failed/http-other, status 8, attempts 0, restarts "
         "0, remarks 1, health none: +HTTPTOFSRL: 0,0,0 +0\n"},
    {.name = "download ends short without a word",
     .prepare = of_unknown_size,
     .rows = {TAKES("AT+HTTPTOFS=*"), SAYS("AT+HTTPTOFSRL?", INFO("+HTTPTOFSRL: 0,500,1000"))},
     .from = "AT+HTTPTOFS=",
     .expected =
         "AT+HTTPTOFS= +5020\n"
         "AT+HTTPTOFSRL? +5020\n"
         "AT+HTTPTOFSRL? +10020\n" WAY "AT+HTTPTOFS= +5020\n"
         "AT+HTTPTOFSRL? +5020\n"
         "AT+HTTPTOFSRL? +20\n"
         "AT+CNACT=0 +20020\n" WAY "AT+HTTPTOFS= +5020\n"
         "AT+HTTPTOFSRL? +5020\n"
         "AT+HTTPTOFSRL? +20\n" TIDY "= download-failed/http-other, status 8, attempts 0, restarts "
         "0, remarks 1, health none: +HTTPTOFSRL: 0,500,1000 +0\n"},
    {.name = "download ends whole without a word",
     .rows = {TAKES("AT+HTTPTOFS=*"),
              FIRST(1, "AT+HTTPTOFSRL?", INFO("+HTTPTOFSRL: 0,109285,109285")),
              FIRST(1, "AT+HTTPTOFSRL?", INFO("+HTTPTOFSRL: 1,109285,109285")),
              SAYS("AT+HTTPTOFSRL?", INFO("+HTTPTOFSRL: 0,109285,109285"))},
     .from = "AT+HTTPTOFS=",
     .to = "<save",
     .expected = "AT+HTTPTOFS= +5020\n"
                 "3 x (AT+HTTPTOFSRL? +5020)\n"
                 "AT+HTTPTOFSRL? +20\n"
                 "AT+CFSINIT +20\n"
                 "AT+CFSGFIS=1, +20\n"
                 "AT+CFSTERM +20\n"},
    {.name = "file that can't be removed",
     .rows = {SAYS("AT+CFSGFIS=*", INFO("+CFSGFIS: 5")), SAYS("AT+CFSDFILE=*", ERROR),
              SAYS("AT+HTTPTOFSRL?", INFO("+HTTPTOFSRL: 0,0,0"))},
     .from = "AT+CFSINIT",
     .expected = "AT+CFSINIT +20\n"
                 "2 x (AT+CFSGFIS=1, +20, AT+CFSDFILE=1, +20, AT+HTTPTOFSRL? +5020)\n"
                 "AT+CFSGFIS=1, +20\n"
                 "AT+CFSDFILE=1, +20\n"
                 "AT+HTTPTOFSRL? +20\n"
                 "AT+CFSTERM +20\n"
                 "= refused/file-system, status 8, attempts 0, restarts 0, remarks 0, health none: "
                 "+HTTPTOFSRL: 0,0,0 +0\n"},
    {.name = "length that is not right",
     .rows = {FIRST(1, "AT+CFSGFIS=*", ERROR), SAYS("AT+CFSGFIS=*", INFO("+CFSGFIS: 5"))},
     .from = "AT+HTTPTOFS=",
     .expected = "AT+HTTPTOFS= +5020\n"
                 "AT+HTTPTOFSRL? +3980\n"
                 "AT+CFSINIT +20\n"
                 "5 x (AT+CFSGFIS=1, +4020)\n"
                 "AT+CFSGFIS=1, +20\n"
                 "AT+CFSTERM +10020\n" WAY "AT+HTTPTOFS= +5020\n"
                 "AT+HTTPTOFSRL? +3980\n"
                 "AT+CFSINIT +20\n"
                 "5 x (AT+CFSGFIS=1, +4020)\n"
                 "AT+CFSGFIS=1, +20\n"
                 "AT+CFSTERM +20\n"
                 "AT+CNACT=0 +20020\n" WAY "AT+HTTPTOFS= +5020\n"
                 "AT+HTTPTOFSRL? +3980\n"
                 "AT+CFSINIT +20\n"
                 "5 x (AT+CFSGFIS=1, +4020)\n"
                 "AT+CFSGFIS=1, +20\n"
                 "AT+CFSTERM +20\n" TIDY "= download-failed/wrong-length, status 8, attempts 0, "
                 "restarts 0, remarks 1, health none: +CFSGFIS: 5 +0\n"},
    {.name = "boots for ever in the download",
     .rows = {LATER("AT+HTTPTOFS=*", {4000, "\r\nRDY\r\n"})},
     .from = "AT+HTTPTOFS=",
     .expected = "AT+HTTPTOFS= +4000\n"
                 "2 x (AT +20)\n"
                 "AT+CMEE=1 +20\n" WAY "AT+HTTPTOFS= +4000\n"
                 "2 x (AT +20)\n"
                 "AT+CMEE=1 +20\n" WAY "AT+HTTPTOFS= +4000\n" TIDY
                 "= download-failed/restarted, status 8, attempts 0, restarts 3, remarks 0, health "
                 "none: RDY +0\n"},
    {.name = "does not begin",
     .rows = {TAKES("AT+CFOTA=1"), SAYS("AT+CFOTA?", INFO("+CFOTA: 8")),
              SAYS("AT+GMR", INFO("Revision:1351B03SIM7000C"))},
     .from = "AT+CFOTA=1",
     .expected = "AT+CFOTA=1 +30020\n"
                 "2 x (AT +20)\n"
                 "AT+CMEE=1 +20\n"
                 "AT+CFOTA? +20\n"
                 "AT+GMR +2020\n"
                 "AT+CFOTA? +20\n"
                 "AT+GMR +20\n"
                 "AT+CFSINIT +20\n"
                 "AT+CFSGFIS=1, +20\n"
                 "AT+CFSTERM +20\n"
                 "<save-checkpoint 0> +0\n"
                 "AT+CFOTA=1 +30020\n"
                 "2 x (AT +20)\n"
                 "AT+CMEE=1 +20\n"
                 "AT+CFOTA? +20\n"
                 "AT+GMR +2020\n"
                 "AT+CFOTA? +20\n"
                 "AT+GMR +20\n" WELL "<save-checkpoint 0> +0\n" TIDY "<save-checkpoint 0> +0\n"
                 "= update-failed/never-began, status 8, attempts 2, restarts 0, remarks 0, health "
                 "none: +CFOTA: 8 +0\n"},
    {.name = "status 1 for ever",
     .rows = {LATER("AT+CFOTA=1", {8000, "\r\n+CFOTA: \"Start to update\"\r\n"}),
              FIRST(1, "AT+CFOTA?", INFO("+CFOTA: 8")), SAYS("AT+CFOTA?", INFO("+CFOTA: 1")),
              SAYS("AT+GMR", INFO("Revision:1351B03SIM7000C"))},
     .from = "AT+CFOTA=1",
     .expected = "AT+CFOTA=1 +38000\n"
                 "2 x (AT +20)\n"
                 "78 x (AT+CMEE=1 +20, AT+CFOTA? +20, AT+GMR +30020, AT +20, AT +20)\n"
                 "AT+CMEE=1 +20\n"
                 "AT+CFOTA? +20\n"
                 "AT+GMR +14120\n"
                 "<reopen-port 0> +0\n"
                 "2 x (AT +20)\n"
                 "AT+CMEE=1 +20\n"
                 "AT+CFOTA? +20\n"
                 "AT+GMR +20\n"
                 "<save-checkpoint 0> +0\n"
                 "= needs-service/stuck, status 1, attempts 1, restarts 0, remarks 0, health none: "
                 "+CFOTA: 1 +0\n"},
    {.name = "rate that is restored and lost",
     .prepare = with_rate,
     .rows = {{.command = "AT+IPR=*", .answer = OK, .deaf_ms = 1000000}},
     .from = "AT+IPR",
     .expected = "AT+IPR=57600 +20\n"
                 "10 x (AT +2000)\n"
                 "<save-checkpoint 0> +0\n"
                 "= updated/none, status 6, attempts 1, restarts 2, remarks 0, health none: "
                 "Revision:1351B04SIM7000C +0\n"},
    {.name = "silent in the clean-up",
     .rows = {{.command = "AT+CFSDFILE=*", .answer = NULL, .deaf_ms = 1000000}},
     .from = "AT+CFSDFILE",
     .expected = "AT+CFSDFILE=1, +20000\n"
                 "10 x (AT +2000)\n"
                 "<save-checkpoint 0> +0\n"
                 "= updated/none, status 6, attempts 1, restarts 1, remarks 0, health none: "
                 "Revision:1351B04SIM7000C +0\n"},
    {.name = "FTP without an end",
     .prepare = by_ftp,
     .rows = {SAYS("AT+FTPTOFSST", INFO("+FTPTOFSST: 1,5,1000")), TAKES("AT+FTP*")},
     .from = "AT+FTPEXTGET",
     .expected = "AT+FTPEXTGET=2,1, +5020\n"
                 "118 x (AT+FTPTOFSST +5020)\n"
                 "AT+FTPTOFSST +12480\n" WAY FTP_NAMED "AT+FTPEXTGET=2,1, +5020\n"
                 "118 x (AT+FTPTOFSST +5020)\n"
                 "AT+FTPTOFSST +2480\n"
                 "AT+CNACT=0 +20020\n" WAY FTP_NAMED "AT+FTPEXTGET=2,1, +5020\n"
                 "118 x (AT+FTPTOFSST +5020)\n"
                 "AT+FTPTOFSST +2480\n" TIDY
                 "= download-failed/download-timeout, status 8, attempts 0, restarts 0, remarks 1, "
                 "health none: +FTPTOFSST: 1,5,1000 +0\n"},
    {.name = "FTP that is idle",
     .prepare = by_ftp,
     .rows = {SAYS("AT+FTPTOFSST", INFO("+FTPTOFSST: 0,0,0")), TAKES("AT+FTP*")},
     .from = "AT+FTPEXTGET",
     .expected =
         "AT+FTPEXTGET=2,1, +5020\n"
         "AT+FTPTOFSST +5020\n"
         "AT+FTPTOFSST +10020\n" WAY FTP_NAMED "AT+FTPEXTGET=2,1, +5020\n"
         "AT+FTPTOFSST +5020\n"
         "AT+FTPTOFSST +20020\n" WAY FTP_NAMED "AT+FTPEXTGET=2,1, +5020\n"
         "AT+FTPTOFSST +5020\n"
         "AT+FTPTOFSST +20\n" TIDY "= download-failed/ftp-other, status 8, attempts 0, restarts 0, "
         "remarks 0, health none: +FTPTOFSST: 0,0,0 +0\n"},
    {.name = "never registers after the update",
     .rows = {FIRST(1, "AT+CEREG?", INFO("+CEREG: 0,1")), SAYS("AT+CEREG?", INFO("+CEREG: 0,2")),
              SAYS("AT+CREG?", INFO("+CREG: 0,2")), LATER("AT+CFUN=1,1", {4000, "\r\nRDY\r\n"})},
     .from = "AT+GSN",
     .expected = "AT+GSN +20\n"
                 "AT+CGMM +20\n"
                 "AT+CPIN? +20\n"
                 "117 x (AT+CEREG? +20, AT+CREG? +2020)\n"
                 "AT+CEREG? +20\n"
                 "AT+CREG? +1220\n"
                 "AT+CFUN=1,1 +6000\n"
                 "2 x (AT +20)\n"
                 "AT+CMEE=1 +20\n"
                 "AT+CFOTA? +20\n"
                 "AT+GMR +20\n"
                 "AT+CFUN? +20\n"
                 "AT+GSN +20\n"
                 "AT+CGMM +20\n"
                 "AT+CPIN? +20\n"
                 "117 x (AT+CEREG? +20, AT+CREG? +2020)\n"
                 "AT+CEREG? +20\n"
                 "AT+CREG? +1220\n"
                 "<save-checkpoint 0> +0\n" TIDY "AT+CFOTA=0 +20\n"
                 "<save-checkpoint 0> +0\n"
                 "= degraded/radio-unhealthy, status 6, attempts 1, restarts 2, remarks 8, health "
                 "radio-unhealthy: +CREG: 0,2 +0\n"},
    {.name = "app network never comes up after the update",
     .rows = {FIRST(1, "AT+CNACT?", INFO("+CNACT: 1,\"10.0.0.1\"")), SAYS("AT+CNACT?", NO_BEARER),
              TAKES("AT+CNACT=*"), LATER("AT+CFUN=1,1", {4000, "\r\nRDY\r\n"})},
     .from = "AT+GSN",
     .expected = "AT+GSN +20\n"
                 "AT+CGMM +20\n"
                 "AT+CPIN? +20\n"
                 "AT+CEREG? +20\n"
                 "AT+CNACT? +20\n"
                 "AT+CNACT=1, +2020\n"
                 "8 x (AT+CNACT? +2020)\n"
                 "AT+CNACT? +20\n"
                 "AT+CNACT=1, +2020\n"
                 "8 x (AT+CNACT? +2020)\n"
                 "AT+CNACT? +20\n"
                 "AT+CNACT=1, +2020\n"
                 "8 x (AT+CNACT? +2020)\n"
                 "AT+CNACT? +20\n"
                 "AT+CFUN=1,1 +6000\n"
                 "2 x (AT +20)\n"
                 "AT+CMEE=1 +20\n"
                 "AT+CFOTA? +20\n"
                 "AT+GMR +20\n" WELL "AT+CNACT=1, +2020\n"
                 "8 x (AT+CNACT? +2020)\n"
                 "AT+CNACT? +20\n"
                 "AT+CNACT=1, +2020\n"
                 "8 x (AT+CNACT? +2020)\n"
                 "AT+CNACT? +20\n"
                 "AT+CNACT=1, +2020\n"
                 "8 x (AT+CNACT? +2020)\n"
                 "AT+CNACT? +20\n"
                 "<save-checkpoint 0> +0\n" TIDY "AT+CFOTA=0 +20\n"
                 "<save-checkpoint 0> +0\n"
                 "= degraded/bearer-unhealthy, status 6, attempts 1, restarts 2, remarks 8, health "
                 "bearer-unhealthy: +CNACT: 0, +0\n"},
    {.name = "radio that can't be switched on",
     .rows = {SAYS("AT+CFUN?", INFO("+CFUN: 4")), TAKES("AT+CFUN=1")},
     .from = "AT+CBC",
     .to = "<save",
     .expected = "AT+CBC +20\n"
                 "AT+CFUN? +20\n"
                 "AT+CFUN=1 +20\n"
                 "AT+CFUN? +20\n"
                 "= refused/radio-off, status 8, attempts 0, restarts 0, remarks 4, health none: "
                 "+CFUN: 4 +0\n"},
};

#endif
