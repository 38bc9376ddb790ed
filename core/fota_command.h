/* fota_command.h - every command line that the client sends. Private to core. */
#ifndef FOTARIG_CORE_FOTA_COMMAND_H
#define FOTARIG_CORE_FOTA_COMMAND_H

#include "core/fota_internal.h"

/*
 * X(NAME, "line"). '%' and a letter stand for a value: a small letter for a text of the job, '%z'
 * for directory and name of the package (1 is /fota/, AT106 15.2), '%a' for the quoted APN behind
 * its comma or nothing, a capital one for a number (fota_command.c).
 */
#define FOTA_COMMANDS(X)                                                                           \
    X(NORMALISE, "ATE0V1Q0")                                                                       \
    X(ERROR_FORM, "AT+CMEE=1")                                                                     \
    X(MODEL, "AT+CGMM")                                                                            \
    X(REVISION, "AT+GMR")                                                                          \
    X(STATUS, "AT+CFOTA?")                                                                         \
    X(CLEAR, "AT+CFOTA=0")                                                                         \
    X(START, "AT+CFOTA=1")                                                                         \
    X(SUPPLY, "AT+CBC")                                                                            \
    X(FUNCTION, "AT+CFUN?")                                                                        \
    X(RADIO_ON, "AT+CFUN=1")                                                                       \
    X(SIM, "AT+CPIN?")                                                                             \
    X(IDENTITY, "AT+GSN")                                                                          \
    X(REGISTRATION, "AT+CEREG?")                                                                   \
    X(REGISTRATION_GSM, "AT+CREG?")                                                                \
    X(BEARER, "AT+CNACT?")                                                                         \
    X(ACTIVATE, "AT+CNACT=1%a")                                                                    \
    X(OPEN, "AT+CFSINIT")                                                                          \
    X(CLOSE, "AT+CFSTERM")                                                                         \
    X(SIZE, "AT+CFSGFIS=%z")                                                                       \
    X(REMOVE, "AT+CFSDFILE=%z")                                                                    \
    X(SPACE, "AT+CFSGFRS?")                                                                        \
    X(WRITE, "AT+CFSWFILE=%z,%M,%C,%T")                                                            \
    X(READ, "AT+CFSRFILE=%z,1,%C,%O")                                                              \
    X(FETCH, "AT+HTTPTOFS=\"%u\",\"/fota/update.zip\"")                                            \
    X(PROGRESS, "AT+HTTPTOFSRL?")                                                                  \
    X(FTP_CONTEXT, "AT+FTPCID=1")                                                                  \
    X(FTP_SERVER, "AT+FTPSERV=\"%s\"")                                                             \
    X(FTP_PORT, "AT+FTPPORT=%P")                                                                   \
    X(FTP_USER, "AT+FTPUN=\"%n\"")                                                                 \
    X(FTP_PASSWORD, "AT+FTPPW=\"%w\"")                                                             \
    X(FTP_NAME, "AT+FTPGETNAME=\"%f\"")                                                            \
    X(FTP_PATH, "AT+FTPGETPATH=\"%p\"")                                                            \
    X(FTP_FETCH, "AT+FTPEXTGET=2,%z")                                                              \
    X(FTP_PROGRESS, "AT+FTPTOFSST")                                                                \
    X(RESTORE_APN, "AT+CGDCONT=1,\"IP\",\"%r\"")                                                   \
    X(RESTORE_PSM, "AT+CPSMS=%S")                                                                  \
    X(RESTORE_FUNCTION, "AT+CFUN=%F")                                                              \
    X(RESTORE_BAUD, "AT+IPR=%B")

enum fota_command {
#define X(name, text) COMMAND_##name,
    FOTA_COMMANDS(X)
#undef X
        COMMAND_COUNT
};

/* The line of a row of kind KIND_SEND, with its signs. */
const char *fota_template(const struct fota_step *row);

#endif
