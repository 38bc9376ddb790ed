/*
 * urcs.h - the unsolicited lines that the module prints, for the catalogue (facts 6). A test checks
 * that the module prints no other.
 */
#ifndef FOTARIG_SIM_KNOWLEDGE_URCS_H
#define FOTARIG_SIM_KNOWLEDGE_URCS_H

/* How all lines of the updater begin; the blank may lack. */
#define SIM_URC_UPDATE          "+CFOTA:"
#define SIM_URC_UPDATE_PROGRESS "+CFOTA: \"Updating\","
/* How the lines begin with which the updater tells that it has taken the module over. */
#define SIM_URC_UPDATE_START "+CFOTA: \"Start to update\""
#define SIM_URC_UPDATE_AGAIN "+CFOTA: \"Last upgrade"
/* And with which it tells that it is done. */
#define SIM_URC_UPDATE_GOOD "+CFOTA: \"Update successfully"
#define SIM_URC_UPDATE_BAD  "+CFOTA: \"Update failed"

/* X(NAME, "how the line begins", "when", tag, "source") */
#define SIM_URCS(X)                                                                                \
    X(READY, "RDY", "the boot is over; IPR is not 0", 'D', "AT106 20.3, T08")                      \
    X(LEVEL, "+CFUN: ", "the boot is over; IPR is not 0", 'D', "AT106 20.3")                       \
    X(CARD, "+CPIN: ", "the SIM card's state changed", 'D', "AT106 20.3, T09")                     \
    X(MESSAGING, "SMS Ready", "messaging is up", 'O', "T15")                                       \
    X(POWER_DOWN, "NORMAL POWER DOWN", "CPOWD=1 or PWRKEY", 'D', "AT106 5.2.1")                    \
    X(UNDER_WARNING, "UNDER-VOLTAGE WARNNING", "CBATCHK=1, below 3.1 V", 'D', "HD107 3.1.3")       \
    X(OVER_WARNING, "OVER-VOLTAGE WARNNING", "CBATCHK=1, above 4.3 V", 'D', "HD107 3.1.3")         \
    X(UNDER_DOWN, "UNDER-VOLTAGE POWER DOWN", "CBATCHK=1, below 2.9 V", 'D', "HD107 3.1.3")        \
    X(OVER_DOWN, "OVER-VOLTAGE POWER DOWN", "CBATCHK=1, above 4.4 V", 'D', "HD107 3.1.3")          \
    X(APP_UP, "+APP PDP: ACTIVE", "the app network is up", 'O', "T06")                             \
    X(APP_DOWN, "+APP PDP: DEACTIVE", "the app network is down", 'D', "AT106 5.2.30")              \
    X(CREG, "+CREG: ", "registration changed; CREG=1 or 2", 'D', "AT106 3.2.10")                   \
    X(CGREG, "+CGREG: ", "registration changed; CGREG is not 0", 'D', "AT106 6.2.6")               \
    X(CEREG, "+CEREG: ", "registration changed; CEREG is not 0", 'D', "AT106 6.2.7")               \
    X(CNSMOD, "+CNSMOD: ", "system mode changed; CNSMOD=1", 'D', "AT106 5.2")                      \
    X(PSM, "+CPSMSTATUS: ", "into and out of the power saving mode; CPSMSTATUS=1", 'D', "LPM101")  \
    X(EDRX, "+CEDRXP: ", "registered; CEDRXS=2", 'S', "3GPP TS 27.007 7.40")                       \
    X(NETWORK_NAME, "*PSNWID: ", "registered; CLTS=1", 'D', "AT106 5.2.4")                         \
    X(DAYLIGHT, "DST: ", "registered; CLTS=1", 'O', "T06")                                         \
    X(TIME, "*PSUTTZ: ", "registered; CLTS=1", 'O', "T06")                                         \
    X(SMS_STORED, "+CMTI: ", "a message came and is stored; CNMI", 'S', "3GPP TS 27.005 3.4.1")    \
    X(SMS_DIRECT, "+CMT: ", "a message came; CNMI with mt 2 or 3", 'S', "3GPP TS 27.005 3.4.1")    \
    X(SMS_REPORT, "+CDS: ", "status report; CNMI with ds 1", 'S', "3GPP TS 27.005 3.4.1")          \
    X(SMS_REPORT_STORED, "+CDSI: ", "status report; CNMI with ds 2", 'S', "3GPP TS 27.005 3.4.1")  \
    X(USSD, "+CUSD: ", "the network's answer to CUSD", 'S', "3GPP TS 27.007 7.15")                 \
    X(GNSS_DATA, "+CGNSXTRA: ", "CGNSXTRA=1 has looked at the data", 'O', "T01")                   \
    X(DOWNLOAD, "+HTTPTOFS: ", "a download has ended", 'O', "T01")                                 \
    X(BEARER_CLOSED, "+SAPBR ", "a SAPBR bearer was lost", 'D', "AT106 7.2.1")                     \
    X(ADDRESS_LOST, "+PDP: DEACT", "the address of CIICR was lost", 'O', "T20")                    \
    X(CONNECTED, "CONNECT OK", "CIPSTART has connected", 'O', "T21")                               \
    X(CONNECT_FAILED, "CONNECT FAIL", "CIPSTART has failed", 'D', "TCP102")                        \
    X(CONNECT_STATE, "STATE: ", "CIPSTART has failed; CIPMUX=0", 'D', "TCP102")                    \
    X(CLOSED, "CLOSED", "the other side has closed", 'D', "TCP102")                                \
    X(RECEIVED, "+RECEIVE,", "bytes came; CIPMUX=1", 'D', "TCP102")                                \
    X(RECEIVED_ONE, "+IPD,", "bytes came; CIPHEAD=1", 'D', "TCP102")                               \
    X(BYTES_WAIT, "+CIPRXGET: 1", "bytes wait to be read", 'D', "TCP102")                          \
    X(RESOLVED, "+CDNSGIP: ", "CDNSGIP has an answer", 'D', "TCP102")                              \
    X(HTTP_ACTION, "+HTTPACTION: ", "HTTPACTION has ended", 'D', "HTTP101, T04")                   \
    X(SH_REQUEST, "+SHREQ: ", "SHREQ has an answer", 'O', "T07, T23")                              \
    X(SH_STATE, "+SHSTATE: 0", "the connection of SHCONN was lost", 'O', "T23")                    \
    X(SH_BLOCK, "+SHREAD: ", "a block that SHREAD asked for follows", 'O', "T07")                  \
    X(FTP_GET, "+FTPGET: 1,", "FTPGET has data, has ended or failed", 'D', "AT106 10.2")           \
    X(FTP_PUT, "+FTPPUT: 1,", "FTPPUT takes bytes, has ended or failed", 'S', "AT7080, FTP102")    \
    X(FTP_SIZE, "+FTPSIZE: 1,", "FTPSIZE has an answer", 'D', "AT106 10.2")                        \
    X(FTP_FILE, "+FTPEXTGETFILE: 1,", "FTPEXTGET=2 has ended", 'D', "FOTA101 5.2.2")               \
    X(FTP_RAM, "+FTPEXTGET: 1,", "FTPEXTGET=1 has ended", 'D', "AT106 10.2")                       \
    X(RADIO_STATE, "+CRRCSTATE: ", "the radio connection changed; CRRCSTATE=1", 'D',               \
      "sim7000-at 6")                                                                              \
    X(SERVER_TIME, "+CNTP: ", "CNTP has an answer", 'S', "NTP102")                                 \
    X(MQTT_STATE, "+SMSTATE: 0", "the connection of SMCONN was lost", 'O', "T24")                  \
    X(MQTT_MESSAGE, "+SMSUB: ", "a message came on a topic of SMSUB", 'O', "T24")                  \
    X(SECURE_SENT, "+CASEND: ", "what CASEND took is sent", 'O', "TinyGSM")                        \
    X(SECURE_DATA, "+CADATAIND: ", "bytes wait for CARECV", 'O', "T24, TinyGSM")                   \
    X(SECURE_STATE, "+CASTATE: ", "a connection of CAOPEN has ended", 'O', "TinyGSM")              \
    X(UPDATE, SIM_URC_UPDATE, "the updater starts, goes on or ends", 'D', "FOTA100, FOTA101")      \
    X(UPDATE_START, SIM_URC_UPDATE_START, "the updater starts", 'D', "FOTA101")                    \
    X(UPDATE_PROGRESS, SIM_URC_UPDATE_PROGRESS, "so many percent are unpacked", 'D', "FOTA101")    \
    X(UPDATE_GOOD, SIM_URC_UPDATE_GOOD, "the update went well", 'D', "FOTA101")                    \
    X(UPDATE_BAD, SIM_URC_UPDATE_BAD, "the update failed", 'D', "FOTA101")

/*
 * Those that belong to an update: from contact and delivery over the restarts to the verdict.
 * The others need a command that no update sends. X(NAME)
 */
#define SIM_UPDATE_URCS(X)                                                                         \
    X(READY)                                                                                       \
    X(LEVEL)                                                                                       \
    X(CARD)                                                                                        \
    X(MESSAGING)                                                                                   \
    X(POWER_DOWN)                                                                                  \
    X(UNDER_WARNING)                                                                               \
    X(OVER_WARNING)                                                                                \
    X(UNDER_DOWN)                                                                                  \
    X(OVER_DOWN)                                                                                   \
    X(APP_UP)                                                                                      \
    X(APP_DOWN)                                                                                    \
    X(SMS_STORED)                                                                                  \
    X(DOWNLOAD)                                                                                    \
    X(FTP_FILE)                                                                                    \
    X(UPDATE_START)                                                                                \
    X(UPDATE_PROGRESS)                                                                             \
    X(UPDATE_GOOD)                                                                                 \
    X(UPDATE_BAD)

#endif
