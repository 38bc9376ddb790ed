/*
 * stored.h - commands that are a few values, as rows: fields with their ranges, saving mode, what a
 * new module has. They cost no place in struct sim: what was set lies in files that CFS* does not
 * show, one of RAM and, for what is saved, one of flash.
 */
#ifndef FOTARIG_SIM_AT_STORED_H
#define FOTARIG_SIM_AT_STORED_H

#include "sim/frame.h"

/*
 * X("command", forms, SAVING, tag, maximum_ms, "source", "meaning", "fields", "initial",
 *   "test answer" or sim_test_runs or NULL, handler, since)
 *
 * forms: VALUES (test, read, write), WRITES (test, write), READS (test, read), NO_TEST (read,
 * write).
 * fields, between ';': "0-3,5" a number, "\"64" a text of that many characters at most, "#4" that
 * many binary digits as a text, "'A,B" one of these words as a text. Behind '|' stand those that
 * may be left out: they stay as they are. With sim_test_runs the test form prints the ranges; the
 * read form prints the values.
 */
#define SIM_STORED(X)                                                                              \
    X("+CBAND", VALUES, AUTO_SAVE, 'D', 0, "sim7000-at 3", "bands of GSM", "\"9", "\"ALL_MODE\"",  \
      sim_test_runs, sim_run_gsm_band, 0)                                                          \
    X("+CSDP", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 5.2.23", "service domain", "0-2", "2",     \
      sim_test_runs, sim_run_stored, 0)                                                            \
    X("+CNDS", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 5.2.34", "service domain of NB-IoT",       \
      "1,2", "2", sim_test_runs, sim_run_stored, 0)                                                \
    X("+CNBS", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 5.2.33", "order of the search on NB-IoT",  \
      "1-5", "2", sim_test_runs, sim_run_stored, 0)                                                \
    X("+NBSC", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 5.2.26", "scrambling on NB-IoT", "0,1",    \
      "1", sim_test_runs, sim_run_stored, 0)                                                       \
    X("+MCELLLOCK", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 5.2.24", "keeps to a cell of CAT-M",  \
      "0,1|0-65535;0-503", "0", sim_test_runs, sim_run_stored, 0)                                  \
    X("+NCELLLOCK", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 5.2.25", "keeps to a cell of NB-IoT", \
      "0,1|0-65535;0-503", "0", sim_test_runs, sim_run_stored, 0)                                  \
    X("+CEDRXS", VALUES, AUTO_SAVE, 'D', 0, "sim7000-at 3", "extended discontinuous reception",    \
      "0-3|4,5;#4", "0", sim_test_runs, sim_run_edrx, 0)                                           \
    X("+CEDRX", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 5.2.45", "parameters of the same",        \
      "0-3;0-1;0-15;0-15", "3,0,0,0", sim_test_runs, sim_run_stored, 0)                            \
    X("+CPSMCFG", VALUES, AUTO_SAVE, 'D', 0, "AT106 5.2.47", "threshold and version of PSM",       \
      "60-86400|0-15", "60,15", sim_test_runs, sim_run_stored, 0)                                  \
    X("+CRRCSTATE", VALUES, NO_SAVE, 'D', 0, "sim7000-at 6", "reports of the radio connection",    \
      "0,1", "0", sim_test_runs, sim_run_radio_state, 0)                                           \
    X("+CAPNMODE", VALUES, NO_SAVE, 'D', 0, "AT106 5.2.27", "who chooses the APN", "0,1", "0",     \
      sim_test_runs, sim_run_stored, 102)                                                          \
    X("+CNACTCFG", VALUES, NO_SAVE, 'D', 0, "AT106 5.2.36", "IP of the app network",               \
      "'IPV4,IPV6,IPV4V6", "\"IPV4\"", sim_test_runs, sim_run_stored, 104)                         \
    X("+CLIP", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.007 7.6", "number of a caller", "0,1", "0",    \
      sim_test_runs, sim_run_line_identity, 0)                                                     \
    X("+COLP", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.007 7.8", "number that answered", "0,1", "0",  \
      sim_test_runs, sim_run_line_identity, 0)                                                     \
    X("+CMER", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.007 8.10", "reports of the terminal's events", \
      "0-3|0;0;0-2;0,1", "0,0,0,0,0", sim_test_runs, sim_run_stored, 0)                            \
    X("+CGEREP", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.007 10.1.19", "reports of packet events",    \
      "0-2|0,1", "0,0", sim_test_runs, sim_run_stored, 0)                                          \
    X("+CGSMS", VALUES, AUTO_SAVE, 'D', 0, "AT106 6.2.6", "service for messages", "0-3", "1",      \
      sim_test_runs, sim_run_stored, 0)                                                            \
    X("+CTZU", VALUES, AUTO_SAVE, 'S', 0, "3GPP TS 27.007 8.40", "the zone is set by the network", \
      "0,1", "0", sim_test_runs, sim_run_stored, 0)                                                \
    X("+CSCB", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.005 3.3.4", "cell broadcasts that are taken",  \
      "0,1|\"64;\"64", "0,\"\",\"\"", sim_test_runs, sim_run_stored, 0)                            \
    X("+CNTPCID", VALUES, NO_SAVE, 'D', 0, "AT106 11.2.1", "bearer of CNTP", "1-3", "1",           \
      sim_test_runs, sim_run_stored, 0)                                                            \
    X("+CDNSCFG", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.14", "name servers", "\"15|\"15",            \
      "\"0.0.0.0\",\"0.0.0.0\"", "+CDNSCFG: (\"Primary DNS\"),(\"Secondary DNS\")",                \
      sim_run_name_servers, 101)                                                                   \
    X("+CACID", VALUES, NO_SAVE, 'D', 0, "AT106 18.2.1", "connection that is set up", "0,1", "0",  \
      sim_test_runs, sim_run_connection_number, 103)                                               \
    X("+CSGS", VALUES, NO_SAVE, 'D', 0, "AT106 5.2.14", "network light shows a data call", "0-2",  \
      "1", sim_test_runs, sim_run_stored, 0)                                                       \
    X("+CENG", VALUES, NO_SAVE, 'D', 0, "AT106 5.2.35", "engineering mode", "0,1|1", "0,1",        \
      sim_test_runs, sim_run_engineering, 103)                                                     \
    X("+CTLIIC", VALUES, NO_SAVE, 'D', 0, "AT106 5.2.37", "I2C", "0,1", "0", sim_test_runs,        \
      sim_run_stored, 104)                                                                         \
    X("+CRATSRCH", VALUES, AUTO_SAVE, 'I', 0, "AT106 5.2.42", "search for a better technology",    \
      "0-65535;0-65535", "60,20", sim_test_runs, sim_run_stored, 104)                              \
    X("+SPWM", WRITES, NO_SAVE, 'D', 0, "AT106 5.2.43", "pulse width modulation", "0-31;0-100",    \
      "0,0", sim_test_runs, sim_run_stored, 104)                                                   \
    X("+CASRIP", NO_TEST, NO_SAVE, 'D', 0, "AT106 5.2.44", "CA* shows who sent", "0,1", "0", NULL, \
      sim_run_stored, 104)                                                                         \
    X("+CPSMCFGEXT", VALUES, AUTO_SAVE, 'D', 0, "AT106 5.2.48", "how the modem handles PSM",       \
      "0-15|1-100;120-2147483647;1-1000;1-65535;1-1000", "10,2,120,5,60,3",                        \
      "+CPSMCFGEXT: (0-15),(1-100),(120-4294967295),(1-1000),(1-65535),(1-1000)", sim_run_stored,  \
      105)                                                                                         \
    X("+CRAI", VALUES, NO_SAVE, 'D', 0, "AT106 5.2.51", "release assistance on NB-IoT", "0-2|0,1", \
      "0,0", sim_test_runs, sim_run_stored, 105)                                                   \
    X("+FTPPORT", VALUES, NO_SAVE, 'D', 0, "AT106 10.2.1", "port of the FTP server", "1-65535",    \
      "21", NULL, sim_run_stored, 102)                                                             \
    X("+FTPMODE", VALUES, NO_SAVE, 'D', 0, "AT106 10.2.2", "active or passive FTP", "0,1", "0",    \
      NULL, sim_run_stored, 102)                                                                   \
    X("+FTPCID", VALUES, NO_SAVE, 'D', 0, "AT106 10.2.5", "bearer of FTP", "1-3", "1", NULL,       \
      sim_run_stored, 102)                                                                         \
    X("+FTPREST", VALUES, NO_SAVE, 'D', 0, "AT106 10.2.6", "where FTP goes on", "0-2147483647",    \
      "0", NULL, sim_run_stored, 102)                                                              \
    X("+CIPATS", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.17", "sends by itself after a time",          \
      "0,1|1-100", "0,1", sim_test_runs, sim_run_stored, 101)                                      \
    X("+CIPSPRT", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.18", "prompt and SEND OK of CIPSEND", "0-2", \
      "1", sim_test_runs, sim_run_stored, 101)                                                     \
    X("+CIPCSGP", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.20", "kind of the bearer and its APN",       \
      "1|\"50;\"50;\"50", "1,\"CMNET\",\"\",\"\"", "+CIPCSGP: 1-GPRS,APN,USER NAME,PASSWORD",      \
      sim_run_stored, 101)                                                                         \
    X("+CIPSRIP", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.21", "CIP* shows who sent", "0,1", "0",      \
      sim_test_runs, sim_run_stored, 101)                                                          \
    X("+CIPDPDP", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.22", "looks after the network",              \
      "0,1|1-180;1-10", "1,10,3", sim_test_runs, sim_run_stored, 101)                              \
    X("+CIPMODE", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.23", "transparent mode", "0,1", "0",         \
      "+CIPMODE: (0-NORMAL MODE,1-TRANSPARENT MODE)", sim_run_stored, 101)                         \
    X("+CIPCCFG", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.24", "parameters of the transparent mode",   \
      "3-8;1-10;1-1460;0,1|0,1;50-1460;20-1000", "5,2,1024,1,0,1460,50",                           \
      "+CIPCCFG: "                                                                                 \
      "(NmRetry:3-8),(WaitTm:1-10),(SendSz:1-1460),(esc:0,1),(Rxmode:0,1),(RxSize:50-1460),("      \
      "Rxtimer:20-1000)",                                                                          \
      sim_run_stored, 101)                                                                         \
    X("+CIPSHOWTP", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.25", "+IPD shows the protocol", "0,1",     \
      "0", sim_test_runs, sim_run_stored, 101)                                                     \
    X("+CIPRDTIMER", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.28",                                      \
      "delays of a close by the other side", "100-4000;100-7000", "2000,3500", sim_test_runs,      \
      sim_run_stored, 101)                                                                         \
    X("+CIPSGTXT", WRITES, NO_SAVE, 'D', 0, "AT106 8.2.29", "which PDP context", "0,1", "0",       \
      sim_test_runs, sim_run_stored, 101)                                                          \
    X("+CIPSENDHEX", WRITES, NO_SAVE, 'D', 0, "AT106 8.2.30", "CIPSEND takes hexadecimal digits",  \
      "0,1", "0", sim_test_runs, sim_run_stored, 101)                                              \
    X("+CIPHEXS", WRITES, NO_SAVE, 'D', 0, "AT106 8.2.31", "received bytes as hexadecimal digits", \
      "0-2", "0", sim_test_runs, sim_run_stored, 101)                                              \
    X("+CIPTKA", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.32", "keepalive of TCP",                      \
      "0,1|30-7200;30-600;1-9", "1,7200,75,9", sim_test_runs, sim_run_stored, 102)                 \
    X("+CIPOPTION", VALUES, NO_SAVE, 'D', 0, "AT106 8.2.33", "Nagle algorithm of TCP", "0,1", "0", \
      sim_test_runs, sim_run_stored, 102)                                                          \
    X("+CGNSURC", VALUES, NO_SAVE, 'D', 0, "AT106 14.2.3", "position told by itself", "0-255",     \
      "0", sim_test_runs, sim_run_stored, 101)                                                     \
    X("+CGNSPORT", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 14.2.4", "port of NMEA", "3,4", "3",   \
      sim_test_runs, sim_run_stored, 101)                                                          \
    X("+CGNSMOD", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 14.2.8", "satellite systems",           \
      "1;0,1;0-2;0-2", "1,1,1,1", sim_test_runs, sim_run_stored, 101)                              \
    X("+CGNSCFG", VALUES, NO_SAVE, 'D', 0, "AT106 14.2.9", "NMEA to USB or UART3", "0-2", "0",     \
      sim_test_runs, sim_run_stored, 101)                                                          \
    X("+CGNSTST", VALUES, NO_SAVE, 'D', 0, "AT106 14.2.10", "NMEA on this port", "0,1|1-255", "0", \
      "+CGNSTST: (0-1),(1-255)", sim_run_first_value, 102)                                         \
    X("+CGNSRTMS", READS, NO_SAVE, 'D', 0, "AT106 14.2.13", "period of NMEA in ms", "50-1000",     \
      "1000", sim_test_runs, sim_run_stored, 104)                                                  \
    X("+CGNSHOR", VALUES, NO_SAVE, 'D', 0, "AT106 14.2.14", "accuracy that is wanted",             \
      "0-1800000", "50", sim_test_runs, sim_run_stored, 105)                                       \
    X("+CGNSUTIPR", VALUES, NO_SAVE, 'D', 0, "AT106 14.2.15", "rate of UART3",                     \
      "9600,19200,38400,57600,115200", "115200", sim_test_runs, sim_run_stored, 105)               \
    X("+CGNSNMEA", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 14.2.16", "sentences of NMEA",         \
      "0-262143", "198143", sim_test_runs, sim_run_stored, 105)                                    \
    X("+CGNSSUPLCFG", VALUES, AUTO_SAVE_REBOOT, 'D', 0, "AT106 14.2.18", "server of assistance",   \
      "\"64;\"128;0-31;1-4;0,1", "\"\",\"\",16,1,0",                                               \
      "+CGNSSUPLCFG: \"APN\",\"SUPL URL\",(0-31),(1-4),(0-1)", sim_run_stored, 105)                \
    X("+CGNSSUPL", VALUES, NO_SAVE, 'D', 0, "AT106 14.2.19", "assistance by a server", "0,1", "0", \
      sim_test_runs, sim_run_stored, 105)

/* A value of a command as its read form prints it; NO_SAVE ones are forgotten by a restart. */
enum { SIM_STORED_VALUE = 512 };

/* What was set under `key`; returns its length, 0 = nothing. `buffer` holds SIM_STORED_VALUE. */
size_t sim_stored_get(const struct sim_context *ctx, const char *key, enum sim_saving saving,
                      char *buffer);
/* Sets it; length 0 forgets it. False: there is no room, or the power was cut. */
bool sim_stored_set(struct sim_context *ctx, const char *key, enum sim_saving saving,
                    const char *value, size_t length);
/* What is in flash of them is gone. */
void sim_stored_lose(struct sim_context *ctx);

/*
 * X(NAME, SAVING, "command"): texts that several commands share or that belong to none (URLs,
 * names, passwords). What a restart keeps (AT106 9.2) is written to flash by that command.
 */
#define SIM_TEXTS(X)                                                                               \
    X(FTP_SERVER, NO_SAVE, NULL)                                                                   \
    X(FTP_USER, NO_SAVE, NULL)                                                                     \
    X(FTP_PASSWORD, NO_SAVE, NULL)                                                                 \
    X(FTP_NAME, NO_SAVE, NULL)                                                                     \
    X(FTP_PATH, NO_SAVE, NULL)                                                                     \
    X(FTP_TYPE, NO_SAVE, NULL)                                                                     \
    X(BEARER_CONTYPE_1, NO_SAVE, NULL)                                                             \
    X(BEARER_CONTYPE_2, NO_SAVE, NULL)                                                             \
    X(BEARER_CONTYPE_3, NO_SAVE, NULL)                                                             \
    X(BEARER_APN_1, NO_SAVE, NULL)                                                                 \
    X(BEARER_APN_2, NO_SAVE, NULL)                                                                 \
    X(BEARER_APN_3, NO_SAVE, NULL)                                                                 \
    X(BEARER_USER_1, NO_SAVE, NULL)                                                                \
    X(BEARER_USER_2, NO_SAVE, NULL)                                                                \
    X(BEARER_USER_3, NO_SAVE, NULL)                                                                \
    X(BEARER_PASSWORD_1, NO_SAVE, NULL)                                                            \
    X(BEARER_PASSWORD_2, NO_SAVE, NULL)                                                            \
    X(BEARER_PASSWORD_3, NO_SAVE, NULL)                                                            \
    X(HTTP_CID, NO_SAVE, NULL)                                                                     \
    X(HTTP_URL, NO_SAVE, NULL)                                                                     \
    X(HTTP_AGENT, NO_SAVE, NULL)                                                                   \
    X(HTTP_PROXY, NO_SAVE, NULL)                                                                   \
    X(HTTP_PORT, NO_SAVE, NULL)                                                                    \
    X(HTTP_REDIRECT, NO_SAVE, NULL)                                                                \
    X(HTTP_BREAK, NO_SAVE, NULL)                                                                   \
    X(HTTP_CONTENT, NO_SAVE, NULL)                                                                 \
    X(HTTP_TIMEOUT, NO_SAVE, NULL)                                                                 \
    X(HTTP_DATA, NO_SAVE, NULL)                                                                    \
    X(SH_URL, AUTO_SAVE, "+SHCONF")                                                                \
    X(SH_TIMEOUT, AUTO_SAVE, "+SHCONF")                                                            \
    X(SH_BODYLEN, AUTO_SAVE, "+SHCONF")                                                            \
    X(SH_HEADERLEN, AUTO_SAVE, "+SHCONF")                                                          \
    X(SH_IPVER, AUTO_SAVE, "+SHCONF")                                                              \
    X(TASK_APN, NO_SAVE, NULL)                                                                     \
    X(TASK_USER, NO_SAVE, NULL)                                                                    \
    X(TASK_PASSWORD, NO_SAVE, NULL)                                                                \
    X(RESOLVE, NO_SAVE, NULL)                                                                      \
    X(PING, NO_SAVE, NULL)                                                                         \
    X(SOCKET_0, NO_SAVE, NULL)                                                                     \
    X(SOCKET_1, NO_SAVE, NULL)                                                                     \
    X(SOCKET_2, NO_SAVE, NULL)                                                                     \
    X(SOCKET_3, NO_SAVE, NULL)                                                                     \
    X(SOCKET_4, NO_SAVE, NULL)                                                                     \
    X(SOCKET_5, NO_SAVE, NULL)                                                                     \
    X(SOCKET_6, NO_SAVE, NULL)                                                                     \
    X(SOCKET_7, NO_SAVE, NULL)                                                                     \
    X(SOCKET_8, NO_SAVE, NULL)                                                                     \
    X(SOCKET_9, NO_SAVE, NULL)                                                                     \
    X(FTP_PUT_NAME, NO_SAVE, NULL)                                                                 \
    X(FTP_PUT_PATH, NO_SAVE, NULL)                                                                 \
    X(FTP_PUT_OPTION, NO_SAVE, NULL)                                                               \
    X(SH_HEADERS, AUTO_SAVE, "+SHCONF")                                                            \
    X(SH_PARAMETERS, AUTO_SAVE, "+SHCONF")

enum sim_text {
#define X(NAME, saving, command) SIM_TEXT_##NAME,
    SIM_TEXTS(X)
#undef X
        SIM_TEXT_COUNT
};

/* Sets a text; length 0 forgets it. False: there is no room, or the power was cut. */
bool sim_text_set(struct sim_context *ctx, enum sim_text text, const char *bytes, size_t length);
/* Copies a text with NUL, cut to `capacity`; returns its length. One that is not set is empty. */
size_t sim_text_get(const struct sim_context *ctx, enum sim_text text, char *buffer,
                    size_t capacity);

/* The value of a row: what was set, or the initial one; its length. */
size_t sim_stored_value(const struct sim_context *ctx, const struct sim_command *row, char *buffer);
/* The first number of it. */
int32_t sim_stored_number(const struct sim_context *ctx, const char *command);

/* The generic handler. */
int sim_run_stored(struct sim_call *call);
/* The same with a read form that tells the first number only. */
int sim_run_first_value(struct sim_call *call);
/* Its write form: takes the arguments, or says why not. */
int sim_stored_write(struct sim_call *call);

int sim_run_gsm_band(struct sim_call *call);
int sim_run_radio_state(struct sim_call *call);
int sim_run_engineering(struct sim_call *call);
int sim_run_edrx(struct sim_call *call);
int sim_run_connection_number(struct sim_call *call);
int sim_run_line_identity(struct sim_call *call);
int sim_run_name_servers(struct sim_call *call);

#endif
