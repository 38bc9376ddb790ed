/*
 * urcs.h - the unsolicited lines that the module prints, for the catalogue (facts 6). A test checks
 * that the module prints no other.
 */
#ifndef FOTARIG_SIM_URCS_H
#define FOTARIG_SIM_URCS_H

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
    X(DAYLIGHT, "DST: ", "registered; CLTS=1", 'O', "T06")                                         \
    X(TIME, "*PSUTTZ: ", "registered; CLTS=1", 'O', "T06")                                         \
    X(DOWNLOAD, "+HTTPTOFS: ", "a download has ended", 'O', "T01")                                 \
    X(UPDATE, "+CFOTA:", "the updater starts, goes on or ends", 'D', "FOTA100, FOTA101")

#endif
