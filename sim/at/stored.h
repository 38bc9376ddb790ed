/*
 * stored.h - commands that are a few values, as rows: fields with their ranges, saving mode, what a
 * new module has. They cost no place in struct sim: what was set lies in files that CFS* does not
 * show, one of RAM and, for what is saved, one of flash.
 */
#ifndef FOTARIG_SIM_AT_STORED_H
#define FOTARIG_SIM_AT_STORED_H

#include "sim/frame.h"

/*
 * X("command", forms, SAVING, tag, maximum_ms, "source", "meaning", "fields", "initial", handler,
 *   since)
 *
 * fields, between ';': "0-3,5" a number, "\"64" a text of that many characters at most, "#4" that
 * many binary digits as a text. Behind '|' stand those that may be left out: they stay as they are.
 * The test form prints the ranges, the read form the values.
 */
#define SIM_STORED(X)                                                                              \
    X("+CBAND", VALUES, AUTO_SAVE, 'D', 0, "sim7000-at 3", "bands of GSM", "\"9", "\"ALL_MODE\"",  \
      sim_run_gsm_band, 0)                                                                         \
    X("+CSDP", VALUES, AUTO_SAVE_REBOOT, 'I', 0, "sim7000-at 3", "service domain", "0-2", "2",     \
      sim_run_stored, 0)                                                                           \
    X("+CNDS", VALUES, AUTO_SAVE, 'I', 0, "sim7000-at 3", "service domain of NB-IoT", "0-3", "2",  \
      sim_run_stored, 0)                                                                           \
    X("+CNBS", VALUES, AUTO_SAVE_REBOOT, 'I', 0, "sim7000-at 3", "order of the search on NB-IoT",  \
      "1-5", "2", sim_run_stored, 0)                                                               \
    X("+NBSC", VALUES, AUTO_SAVE_REBOOT, 'I', 0, "sim7000-at 3", "scrambling on NB-IoT", "0,1",    \
      "1", sim_run_stored, 0)                                                                      \
    X("+MCELLLOCK", VALUES, AUTO_SAVE_REBOOT, 'I', 0, "sim7000-at 3", "keeps to a cell of CAT-M",  \
      "0,1|0-262143;0-503", "0", sim_run_stored, 0)                                                \
    X("+NCELLLOCK", VALUES, AUTO_SAVE_REBOOT, 'I', 0, "sim7000-at 3", "keeps to a cell of NB-IoT", \
      "0,1|0-262143;0-503", "0", sim_run_stored, 0)                                                \
    X("+CEDRXS", VALUES, AUTO_SAVE, 'D', 0, "sim7000-at 3", "extended discontinuous reception",    \
      "0-3|4,5;#4", "0", sim_run_edrx, 0)                                                          \
    X("+CEDRX", VALUES, AUTO_SAVE, 'I', 0, "AT106 5.2.45", "parameters of the same",               \
      "0,1|4,5;#4;#4", "0", sim_run_stored, 0)                                                     \
    X("+CPSMCFG", VALUES, AUTO_SAVE, 'I', 0, "AT106 5.2.49", "threshold and version of PSM",       \
      "60-2147483647|0-15", "60,4", sim_run_stored, 0)                                             \
    X("+CENG", VALUES, NO_SAVE, 'D', 0, "AT106 5.2.35", "the cells in reach", "0,1|1", "0,1",      \
      sim_run_engineering, 103)                                                                    \
    X("+CRRCSTATE", VALUES, NO_SAVE, 'D', 0, "sim7000-at 6", "reports of the radio connection",    \
      "0,1", "0", sim_run_radio_state, 0)                                                          \
    X("+CAPNMODE", VALUES, NO_SAVE, 'I', 0, "AT106 version table", "who chooses the APN", "0,1",   \
      "0", sim_run_stored, 102)                                                                    \
    X("+CNACTCFG", VALUES, NO_SAVE, 'I', 0, "AT106 version table", "of the app network", "0,1",    \
      "0", sim_run_stored, 104)                                                                    \
    X("+CLIP", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.007 7.6", "number of a caller", "0,1", "0",    \
      sim_run_line_identity, 0)                                                                    \
    X("+COLP", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.007 7.8", "number that answered", "0,1", "0",  \
      sim_run_line_identity, 0)                                                                    \
    X("+CMER", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.007 8.10", "reports of the terminal's events", \
      "0-3|0;0;0-2;0,1", "0,0,0,0,0", sim_run_stored, 0)                                           \
    X("+CGEREP", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.007 10.1.19", "reports of packet events",    \
      "0-2|0,1", "0,0", sim_run_stored, 0)                                                         \
    X("+CGSMS", VALUES, AUTO_SAVE, 'S', 0, "3GPP TS 27.007 10.1.20", "service for messages",       \
      "0-3", "1", sim_run_stored, 0)                                                               \
    X("+CTZU", VALUES, AUTO_SAVE, 'S', 0, "3GPP TS 27.007 8.40", "the zone is set by the network", \
      "0,1", "0", sim_run_stored, 0)                                                               \
    X("+CSCB", VALUES, NO_SAVE, 'S', 0, "3GPP TS 27.005 3.3.4", "cell broadcasts that are taken",  \
      "0,1|\"64;\"64", "0,\"\",\"\"", sim_run_stored, 0)                                           \
    X("+CNTPCID", VALUES, NO_SAVE, 'S', 0, "TinyGSM", "bearer of CNTP", "1-3", "1",                \
      sim_run_stored, 0)                                                                           \
    X("+CDNSCFG", VALUES, NO_SAVE, 'D', 0, "TCP102", "name servers", "\"15|\"15",                  \
      "\"0.0.0.0\",\"0.0.0.0\"", sim_run_name_servers, 101)                                        \
    X("+CACID", VALUES, NO_SAVE, 'O', 0, "TinyGSM", "connection that is set up", "0,1", "0",       \
      sim_run_stored, 103)

extern const struct sim_command sim_commands_stored[];

/* A value of a command as its read form prints it; NO_SAVE ones are forgotten by a restart. */
enum { SIM_STORED_VALUE = 300 };

/* What was set under `key`; returns its length, 0 = nothing. `buffer` holds SIM_STORED_VALUE. */
size_t sim_stored_get(const struct sim_context *ctx, const char *key, enum sim_saving saving,
                      char *buffer);
/* Sets it; length 0 forgets it. False: there is no room, or the power was cut. */
bool sim_stored_set(struct sim_context *ctx, const char *key, enum sim_saving saving,
                    const char *value, size_t length);
/* A restart: what is in RAM of them is gone; what is in flash is. */
void sim_stored_forget(struct sim_context *ctx);
void sim_stored_lose(struct sim_context *ctx);

/* The value of a row: what was set, or the initial one; its length. */
size_t sim_stored_value(const struct sim_context *ctx, const struct sim_command *row, char *buffer);
/* The first number of it. */
int32_t sim_stored_number(const struct sim_context *ctx, const char *command);

/* The generic handler. */
int sim_run_stored(struct sim_call *call);
/* Its write form: takes the arguments, or says why not. */
int sim_stored_write(struct sim_call *call);

int sim_run_gsm_band(struct sim_call *call);
int sim_run_radio_state(struct sim_call *call);
int sim_run_engineering(struct sim_call *call);
int sim_run_edrx(struct sim_call *call);
int sim_run_line_identity(struct sim_call *call);
int sim_run_name_servers(struct sim_call *call);

#endif
