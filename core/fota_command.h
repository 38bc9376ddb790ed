/* fota_command.h - every command line that the client sends. Private to core. */
#ifndef FOTARIG_CORE_FOTA_COMMAND_H
#define FOTARIG_CORE_FOTA_COMMAND_H

#include "core/fota_internal.h"

/*
 * X(NAME, "line without its AT+"; NORMALISE alone has no '+'). A small letter stands for a value
 * (fota_command.c); behind 'x' the line only goes on when the job names the text that closes it.
 */
#define FOTA_COMMANDS(X)                                                                           \
    X(NORMALISE, "E0V1Q0")                                                                         \
    X(ERROR_FORM, "CMEE=1")                                                                        \
    X(MODEL, "CGMM")                                                                               \
    X(REVISION, "GMR")                                                                             \
    X(STATUS, "CFOTA?")                                                                            \
    X(CLEAR, "CFOTA=0")                                                                            \
    X(START, "CFOTA=1")                                                                            \
    X(SUPPLY, "CBC")                                                                               \
    X(FUNCTION, "CFUN?")                                                                           \
    X(RADIO_ON, "CFUN=1")                                                                          \
    X(RESTART, "CFUN=1,1")                                                                         \
    X(SIM, "CPIN?")                                                                                \
    X(IDENTITY, "GSN")                                                                             \
    X(REGISTRATION, "CEREG?")                                                                      \
    X(REGISTRATION_GSM, "CREG?")                                                                   \
    X(BEARER, "CNACT?")                                                                            \
    X(ACTIVATE, "CNACT=1x,\"a\"")                                                                  \
    X(DEACTIVATE, "CNACT=0")                                                                       \
    X(OPEN, "CFSINIT")                                                                             \
    X(CLOSE, "CFSTERM")                                                                            \
    X(SIZE, "CFSGFIS=z")                                                                           \
    X(REMOVE, "CFSDFILE=z")                                                                        \
    X(REMOVE_ASTRAY, "CFSDFILE=1,\"y\"")                                                           \
    X(SPACE, "CFSGFRS?")                                                                           \
    X(WRITE, "CFSWFILE=z,m,c,t")                                                                   \
    X(READ, "CFSRFILE=z,1,c,o")                                                                    \
    X(FETCH, "HTTPTOFS=\"u\",\"k\"")                                                               \
    X(PROGRESS, "HTTPTOFSRL?")                                                                     \
    X(FTP_CONTEXT, "FTPCID=1")                                                                     \
    X(FTP_SERVER, "FTPSERV=\"s\"")                                                                 \
    X(FTP_PORT, "FTPPORT=p")                                                                       \
    X(FTP_USER, "FTPUN=\"n\"")                                                                     \
    X(FTP_PASSWORD, "FTPPW=\"w\"")                                                                 \
    X(FTP_NAME, "FTPGETNAME=\"f\"")                                                                \
    X(FTP_PATH, "FTPGETPATH=\"d\"")                                                                \
    X(FTP_FETCH, "FTPEXTGET=2,z")                                                                  \
    X(FTP_PROGRESS, "FTPTOFSST")                                                                   \
    X(RESTORE_MODE, "CNMP=q")                                                                      \
    X(RESTORE_LTE, "CMNB=g")                                                                       \
    X(RESTORE_BANDS, "CBANDCFG=h")                                                                 \
    X(RESTORE_NETWORK, "COPS=jx,2,\"v\"")                                                          \
    X(RESTORE_APN, "CGDCONT=i,\"IP\",\"r\"")                                                       \
    X(RESTORE_PSM, "CPSMS=e")                                                                      \
    X(RESTORE_FUNCTION, "CFUN=l")                                                                  \
    X(RESTORE_BAUD, "IPR=b")

enum fota_command {
#define X(name, text) COMMAND_##name,
    FOTA_COMMANDS(X)
#undef X
        COMMAND_COUNT
};

#endif
