/*
 * parameters.h - commands that are one stored number, as rows: command, value, range, saving mode.
 *
 * A row makes the command (sim_commands_parameter[]), its live and its saved value. Most run one
 * generic handler and are nothing but data. The saving mode is what decides what a restart keeps.
 */
#ifndef FOTARIG_SIM_PARAMETERS_H
#define FOTARIG_SIM_PARAMETERS_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * X(NAME, "command", KIND, SAVING, tag, maximum_ms, "source", "meaning", initial, setting or -1,
 *   "allowed", test answer, handler, since)
 *
 * since: AT manual version times 100 that brought the command, 0 = always.
 * KIND: BASIC (ATE0), REGISTER (ATS3?, ATS3=13) or EXTENDED (AT+X=?, AT+X?, AT+X=n); BLANK is that
 * and AT+X=, OPTIONAL is that and AT+X: documented without a value.
 * initial counts when `setting` is -1. allowed: "0-1,4-7"; two numbers: "0-2),(0-2". The test
 * answer is sim_test_runs where the handler prints "+X: (allowed)".
 */
#define SIM_PARAMETERS(X)                                                                          \
    X(ECHO, "E", BASIC, NO_SAVE, 'D', 0, "AT106 2.2.3", "echo of what the host sends", 1, -1,      \
      "0-1", sim_test_runs, sim_run_parameter, 0)                                                  \
    X(VERBOSE, "V", BASIC, NO_SAVE, 'D', 0, "AT106 2.2.19", "result codes as words", 1, -1, "0-1", \
      sim_test_runs, sim_run_parameter, 0)                                                         \
    X(QUIET, "Q", BASIC, NO_SAVE, 'D', 0, "AT106 2.2.10", "result codes suppressed", 0, -1, "0-1", \
      sim_test_runs, sim_run_parameter, 0)                                                         \
    X(CONNECT_TEXT, "X", BASIC, NO_SAVE, 'D', 0, "AT106 2.2.20", "text of CONNECT", 4, -1, "0-4",  \
      sim_test_runs, sim_run_parameter, 0)                                                         \
    X(SPEAKER_LOUDNESS, "L", BASIC, NO_SAVE, 'D', 0, "AT106 2.2", "no effect", 0, -1, "0-3",       \
      sim_test_runs, sim_run_parameter, 0)                                                         \
    X(SPEAKER_MODE, "M", BASIC, NO_SAVE, 'D', 0, "AT106 2.2", "no effect", 0, -1, "0-2",           \
      sim_test_runs, sim_run_parameter, 0)                                                         \
    X(CARRIER_LINE, "&C", BASIC, NO_SAVE, 'D', 0, "AT106 2.2", "DCD follows the carrier", 1, -1,   \
      "0-1", sim_test_runs, sim_run_parameter, 0)                                                  \
    X(TERMINAL_LINE, "&D", BASIC, NO_SAVE, 'D', 0, "AT106 2.2", "what DTR does", 1, -1, "0-2",     \
      sim_test_runs, sim_run_parameter, 0)                                                         \
    X(CONNECT_SPEED, "&E", BASIC, NO_SAVE, 'D', 0, "AT106 2.2", "which speed CONNECT shows", 0,    \
      -1, "0-1", sim_test_runs, sim_run_parameter, 0)                                              \
    X(S0, "S0", REGISTER, NO_SAVE, 'D', 0, "AT106 2.2.11", "rings before answering", 0, -1,        \
      "0-255", sim_test_runs, sim_run_parameter, 0)                                                \
    X(S3, "S3", REGISTER, NO_SAVE, 'D', 0, "AT106 2.2.12", "character that ends a line", 13, -1,   \
      "13", sim_test_runs, sim_run_parameter, 0)                                                   \
    X(S4, "S4", REGISTER, NO_SAVE, 'D', 0, "AT106 2.2.13", "character that formats answers", 10,   \
      -1, "10", sim_test_runs, sim_run_parameter, 0)                                               \
    X(S5, "S5", REGISTER, NO_SAVE, 'D', 0, "AT106 2.2.14", "character that deletes the last", 8,   \
      -1, "0-127", sim_test_runs, sim_run_parameter, 0)                                            \
    X(S6, "S6", REGISTER, NO_SAVE, 'D', 0, "AT106 2.2.15", "pause before dialling", 2, -1,         \
      "0-999", sim_test_runs, sim_run_parameter, 0)                                                \
    X(S7, "S7", REGISTER, NO_SAVE, 'I', 0, "AT106 2.2", "seconds to wait for a carrier", 60, -1,   \
      "0-255", sim_test_runs, sim_run_register, 0)                                                 \
    X(S8, "S8", REGISTER, NO_SAVE, 'I', 0, "AT106 2.2", "seconds a comma pauses", 2, -1, "0-255",  \
      sim_test_runs, sim_run_register, 0)                                                          \
    X(S10, "S10", REGISTER, NO_SAVE, 'I', 0, "AT106 2.2", "carrier loss before hanging up", 14,    \
      -1, "1-255", sim_test_runs, sim_run_register, 0)                                             \
    X(CMEE, "+CMEE", BLANK, NO_SAVE, 'D', 0, "AT106 3.2.13", "form of errors", 0, -1, "0,1,2",     \
      sim_test_runs, sim_run_parameter, 0)                                                         \
    X(IPR, "+IPR", EXTENDED, AUTO_SAVE, 'D', 0, "AT106 2.2.32", "rate of the port", 0,             \
      SIM_SETTING_PORT_RATE,                                                                       \
      "0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,230400,921600,2000000,2900000,"      \
      "3000000,3200000,3686400,4000000",                                                           \
      "+IPR: "                                                                                     \
      "(0,9600,19200,38400,57600,115200),(300,600,1200,2400,4800,230400,921600,2000000,2900000,"   \
      "3000000,3200000,3686400,4000000)",                                                          \
      sim_run_ipr, 0)                                                                              \
    X(IFC, "+IFC", EXTENDED, NO_SAVE, 'D', 0, "UART101 5.1", "flow control", 0, -1, "0-2),(0-2",   \
      sim_test_runs, sim_run_pair, 0)                                                              \
    X(ICF, "+ICF", EXTENDED, AUTO_SAVE, 'D', 0, "AT106 2.2.30", "format of a character",           \
      3 << 8 | 255, -1, "1-6),(0,1,3", sim_test_runs, sim_run_icf, 0)                              \
    X(CFUN, "+CFUN", EXTENDED, AUTO_SAVE, 'D', 10000, "AT106 3.2.19", "functionality level", 1,    \
      SIM_SETTING_CFUN_LEVEL, "0-1,4-7", "+CFUN: (0-1,4-7),(0-1)", sim_run_cfun, 0)                \
    X(CREG, "+CREG", OPTIONAL, NO_SAVE, 'D', 0, "AT106 3.2.10", "registration", 0, -1, "0-2",      \
      sim_test_runs, sim_run_registration, 0)                                                      \
    X(CGREG, "+CGREG", OPTIONAL, NO_SAVE, 'D', 0, "AT106 6.2.6", "GPRS registration", 0, -1,       \
      "0-2,4", sim_test_runs, sim_run_registration, 0)                                             \
    X(CEREG, "+CEREG", OPTIONAL, NO_SAVE, 'D', 0, "AT106 6.2.7", "EPS registration", 0, -1,        \
      "0-2,4", sim_test_runs, sim_run_registration, 104)                                           \
    X(COPS, "+COPS", EXTENDED, AUTO_SAVE, 'D', 120000, "AT106 3.2.8", "choice of the operator", 0, \
      -1, "0-4", sim_test_runs, sim_run_cops, 0)                                                   \
    X(CNMP, "+CNMP", EXTENDED, AUTO_SAVE, 'D', 0, "AT106 5.2", "preferred mode", 2, -1,            \
      "2,13,38,51", sim_test_runs, sim_run_mode, 0)                                                \
    X(CMNB, "+CMNB", EXTENDED, AUTO_SAVE, 'D', 0, "AT106 5.2", "CAT-M, NB-IoT or both", 3, -1,     \
      "1-3", sim_test_runs, sim_run_mode, 0)                                                       \
    X(CNSMOD, "+CNSMOD", EXTENDED, NO_SAVE, 'D', 0, "AT106 5.2", "reports of the system mode", 0,  \
      -1, "0-1", sim_test_runs, sim_run_cnsmod, 0)                                                 \
    X(CLTS, "+CLTS", EXTENDED, NO_SAVE, 'D', 0, "AT106 5.2, T06", "network time", 0, -1, "0-1",    \
      "+CLTS: \"yy/MM/dd,hh:mm:ss+/-zz\"", sim_run_parameter, 0)                                   \
    X(CBATCHK, "+CBATCHK", EXTENDED, AUTO_SAVE, 'D', 0, "HD107 3.1.3", "supply is watched", 0,     \
      SIM_SETTING_SUPPLY_WATCH, "0,1", sim_test_runs, sim_run_cbatchk, 0)                          \
    X(CSCLK, "+CSCLK", EXTENDED, AUTO_SAVE, 'D', 0, "UART101 6.4", "sleep while DTR is high", 0,   \
      -1, "0-1", sim_test_runs, sim_run_parameter, 0)                                              \
    X(CNETLIGHT, "+CNETLIGHT", EXTENDED, AUTO_SAVE, 'D', 0, "AT106 5.2", "network light", 1, -1,   \
      "0,1", sim_test_runs, sim_run_parameter, 0)                                                  \
    X(CFGRI, "+CFGRI", EXTENDED, NO_SAVE, 'D', 0, "UART101 6.5", "use of the RI line", 0, -1,      \
      "0-2", sim_test_runs, sim_run_parameter, 0)                                                  \
    X(CEDUMP, "+CEDUMP", EXTENDED, AUTO_SAVE, 'D', 0, "AT106 5.2.32", "a crash stops the module",  \
      0, -1, "0-1", sim_test_runs, sim_run_parameter, 0)                                           \
    X(HTTPSSL, "+HTTPSSL", EXTENDED, NO_SAVE, 'O', 0, "T05", "HTTP with TLS", 0, -1, "0,1",        \
      sim_test_runs, sim_run_parameter, 101)                                                       \
    X(CIPMUX, "+CIPMUX", EXTENDED, NO_SAVE, 'D', 0, "TCP102", "several connections", 0, -1, "0,1", \
      sim_test_runs, sim_run_cipmux, 101)                                                          \
    X(CIPQSEND, "+CIPQSEND", EXTENDED, NO_SAVE, 'D', 0, "TCP102", "sending is told at once", 0,    \
      -1, "0,1", sim_test_runs, sim_run_parameter, 101)                                            \
    X(CIPHEAD, "+CIPHEAD", EXTENDED, NO_SAVE, 'D', 0, "TCP102", "length before received bytes", 0, \
      -1, "0,1", sim_test_runs, sim_run_parameter, 101)                                            \
    X(CPSMS, "+CPSMS", EXTENDED, AUTO_SAVE, 'D', 0, "LPM101", "power saving mode", 0x6000, -1,     \
      "0-1", "+CPSMS: (0-1),,,(00000000-11111111),(00000000-11111111)", sim_run_cpsms, 0)          \
    X(CMGF, "+CMGF", EXTENDED, NO_SAVE, 'S', 0, "3GPP TS 27.005 3.2.3", "messages as text", 0, -1, \
      "0-1", sim_test_runs, sim_run_parameter, 0)                                                  \
    X(CSDH, "+CSDH", OPTIONAL, NO_SAVE, 'S', 0, "3GPP TS 27.005 3.3.3",                            \
      "text mode shows all of a message", 0, -1, "0-1", sim_test_runs, sim_run_parameter, 0)       \
    X(CUSD, "+CUSD", EXTENDED, NO_SAVE, 'S', 0, "3GPP TS 27.007 7.15", "USSD", 0, -1, "0-2",       \
      sim_test_runs, sim_run_cusd, 0)                                                              \
    X(CRC, "+CRC", BLANK, NO_SAVE, 'S', 0, "3GPP TS 27.007 6.11", "+CRING in place of RING", 0,    \
      -1, "0-1", sim_test_runs, sim_run_parameter, 0)                                              \
    X(CMCFG, "+CMCFG", EXTENDED, AUTO_SAVE, 'O', 0, "T18", "choice of the carrier", 0, -1, "0-4",  \
      "+CMCFG: (0-4),40", sim_run_carrier, 104)                                                    \
    X(GNSS_POWER, "+CGNSPWR", EXTENDED, NO_SAVE, 'S', 0, "GNSS100 2.1", "satellite receiver", 0,   \
      -1, "0-1", sim_test_runs, sim_run_gnss_power, 101)                                           \
    X(GNSS_DATA, "+CGNSXTRA", EXTENDED, NO_SAVE, 'O', 0, "T01, T02", "assistance data is used", 0, \
      -1, "0-1", sim_test_runs, sim_run_gnss_data, 104)                                            \
    X(CPSMSTATUS, "+CPSMSTATUS", EXTENDED, NO_SAVE, 'D', 0, "LPM101", "reports of power saving",   \
      0, -1, "0-1", sim_test_runs, sim_run_parameter, 105)

enum sim_parameter {
#define X(name, ...) SIM_PARAMETER_##name,
    SIM_PARAMETERS(X)
#undef X
        SIM_PARAMETER_COUNT
};

#ifdef __cplusplus
}
#endif

#endif
