/*
 * ftp.h - what the files of FTP* share: how a transfer begins and how its end is told.
 */
#ifndef FOTARIG_SIM_SERVICES_FTP_H
#define FOTARIG_SIM_SERVICES_FTP_H

#include "sim/services/net.h"

/* <error> of AT106 10.2.14, as far as the module finds it out by itself. */
enum {
    SIM_FTP_OK = 0,
    SIM_FTP_NET = 61,
    SIM_FTP_DNS = 62,
    SIM_FTP_TIMEOUT = 64,
    SIM_FTP_SERVER = 65,
    SIM_FTP_REST_ERROR = 74,
    SIM_FTP_DOWNLOAD_ERROR = 79,
    SIM_FTP_QUIT = 80
};

enum {
    SIM_FTP_RAM_BYTES = 307200, /* FTPEXTGET=1, FTPEXTPUT=2: "300 k" (AT106 10.2.19, 10.2.23) */
    SIM_FTP_PIECE_BYTES = 1460, /* FTPGET=2, FTPLIST=2 */
    SIM_FTP_PUT_TIMEOUT_MS = 60000
};

/* Asks the surroundings; `path` NULL: the body stays in RAM. Returns what a handler returns. */
int sim_ftp_start(struct sim_context *ctx, enum sim_transfer transfer, const char *path);
/* True while a transfer of FTP runs. */
bool sim_ftp_busy(const struct sim_context *ctx);
/* "<name>: 1,<number>" as an unsolicited line, the name of the transfer's command. */
void sim_ftp_tell(struct sim_context *ctx, enum sim_transfer transfer, uint32_t number);
/* FTPGET=2, FTPLIST=2: gives what has come of the session of that transfer. */
int sim_ftp_read(struct sim_call *call, enum sim_transfer transfer);
/* Begins such a session. */
int sim_ftp_open(struct sim_context *ctx, enum sim_transfer transfer);
/* Adds bytes to what FTPPUT sends; false: there is no room. */
bool sim_ftp_add(struct sim_context *ctx, const void *bytes, size_t size);

/* ---- commands_ftp_remote.c ------------------------------------------------------------------- */

/* FTPMDTM and FTPETGET have their body. */
void sim_ftp_time_ended(struct sim_context *ctx, uint8_t error);
void sim_ftp_escaped_ended(struct sim_context *ctx, uint8_t error);
/* True: what FTPEXTPUT=2 has put into RAM is what FTPPUT=1 sends. */
bool sim_ftp_put_is_extended(const struct sim_context *ctx);
#endif
