/*
 * settings.h - every behaviour of the module that can be set, with its default and its evidence.
 *
 * A row is the only place where such a constant stands. Tags: D documented, O observed, S seen on a
 * sibling module, I inferred (nobody knows; the default is the fact sheet's).
 */
#ifndef FOTARIG_SIM_SETTINGS_H
#define FOTARIG_SIM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a setting is written in a scenario. */
enum sim_unit {
    SIM_UNIT_MS,      /* a duration with a unit, kept in milliseconds: 50ms, 6s, 3min */
    SIM_UNIT_BYTES,   /* a size with a unit: 109285B, 10KiB */
    SIM_UNIT_RATE,    /* bytes per second: 11000B/s */
    SIM_UNIT_BPS,     /* bits per second, bare: 115200 */
    SIM_UNIT_MV,      /* a voltage, kept in millivolts: 3800mV, 3.8V */
    SIM_UNIT_PERCENT, /* 5% */
    SIM_UNIT_COUNT,   /* a bare number */
    SIM_UNIT_FLAG,    /* yes, no */
    SIM_UNIT_CHOICE   /* one word of `choices`, kept as its index */
};

/*
 * X(NAME, "name", UNIT, default, minimum, maximum, "choice|choice" or NULL, 'tag', "source",
 *   "what it does")
 */
#define SIM_SETTINGS(X)                                                                            \
    /* line and grammar */                                                                         \
    X(ANSWER_DELAY, "answer-delay", MS, 20, 0, 60000, NULL, 'O', "T06, T22",                       \
      "time from the end of a command line to its answer")                                         \
    X(BUSY_INPUT, "busy-input", CHOICE, 0, 0, 1, "swallow|delay", 'O', "T16",                      \
      "what becomes of bytes that come before the last line has its result")                       \
    X(UNKNOWN_COMMAND, "unknown-command", CHOICE, 0, 0, 3, "plain|601|603|4", 'I', "Q3",           \
      "answer to an unknown command: plain ERROR or that CME error")                               \
    X(LINE_START, "line-start", CHOICE, 0, 0, 1, "at-found|error", 'I', "M16",                     \
      "what stands before AT in a line: it is passed over, or makes the line an ERROR")            \
    X(LIST_FORM, "list-form", CHOICE, 0, 0, 1, "names|error", 'I', "Q1",                           \
      "CLIST and CLAC list names, or are not known")                                               \
    X(S_WIDTH, "s-register-width", CHOICE, 0, 0, 1, "three|bare", 'I', "Q17",                      \
      "digits of an S-register that is read: 013 or 13")                                           \
    X(BLANK_BETWEEN, "blank-between", FLAG, 0, 0, 1, NULL, 'O', "T13",                             \
      "each answer of a concatenated line begins with CR LF of its own")                           \
    X(FACTORY_AUTOBAUD, "factory-autobaud", FLAG, 1, 0, 1, NULL, 'I', "Q2, T10",                   \
      "AT&F sets IPR=0")                                                                           \
    X(COMMAND_SET, "command-set", CHOICE, 0, 0, 1, "by-revision|all", 'I', "AT106 version table",  \
      "commands that a firmware is too old for are unknown to it, or all are known")               \
    X(VIEW_FORM, "view-form", CHOICE, 0, 0, 1, "list|error", 'I', "Q2",                            \
      "AT&V lists the settings, or is not known")                                                  \
    X(UNTOLD_TEST_FORM, "untold-test-form", CHOICE, 0, 0, 1, "ok|error", 'I', "sim7000-storage 4", \
      "test forms of CFS* that no document shows: OK alone, or ERROR")                             \
    X(NAMED_COMMANDS, "named-commands", CHOICE, 0, 0, 1, "kept|unknown", 'I', "sim7000-at 3",      \
      "commands of which hardly more than the name is documented: they keep numbers, or are "      \
      "not known")                                                                                 \
    X(MORE_REGISTERS, "more-registers", FLAG, 1, 0, 1, NULL, 'I', "AT106 2.2",                     \
      "the registers S7, S8 and S10 are there")                                                    \
    X(SHORT_ERROR, "short-error", CHOICE, 0, 0, 1, "text|4", 'I', "AT106 2.2.19",                  \
      "a CME error under ATV0: its text, or the digit of ERROR")                                   \
    X(LINE_FEED_WINDOW, "line-feed-window", MS, 1, 0, 1000, NULL, 'I', "sim7000-at 1.1",           \
      "before data, a LF that follows the CR within that time belongs to it")                      \
    /* port */                                                                                     \
    X(UNFOUND_RATE, "unfound-rate", BPS, 115200, 300, 4000000, NULL, 'I', "sim7000-at 5.3",        \
      "rate of what a module prints that has not found the host's yet")                            \
    X(PORT_RATE, "port-rate", BPS, 0, 0, 4000000, NULL, 'D', "HD107 1.4",                          \
      "IPR of a new module; 0 = autobaud")                                                         \
    X(AUTOBAUD_TRIES, "autobaud-tries", COUNT, 2, 0, 100, NULL, 'O', "T22",                        \
      "lines AT that get nothing before autobaud has found the rate")                              \
    X(RATE_AFTER_FOTA, "rate-after-fota", CHOICE, 0, 0, 1, "keep|autobaud", 'I', "Q8",             \
      "with IPR=0: the rate found stays through an update, or is sought anew")                     \
    X(RATE_SAVING, "rate-saving", CHOICE, 0, 0, 2, "at-once|volatile|by-at-w", 'S',                \
      "AT106 2.2.32, S14", "what keeps IPR over a restart")                                        \
    X(WRONG_RATE, "wrong-rate", CHOICE, 0, 0, 1, "garbage|nothing", 'I', "sim7000-at 5.3, T10",    \
      "what is heard of bytes at another rate, by the module and by a client of fotarig sim")      \
    X(DTR_WAKE, "dtr-wake", MS, 50, 0, 60000, NULL, 'D', "UART101 6.4",                            \
      "with CSCLK=1: from DTR to a port that hears")                                               \
    X(RING_BY, "ring-by", CHOICE, 0, 0, 1, "lines|nothing", 'I', "UART101 6.5",                    \
      "what RI tells with CFGRI=1 and 2")                                                          \
    X(RING_PULSE, "ring-pulse", MS, 120, 1, 60000, NULL, 'D', "UART101 6.5",                       \
      "how long RI is active for an unsolicited line")                                             \
    /* power and boot */                                                                           \
    X(BROWNOUT_SUPPLY, "brownout-supply", MV, 2500, 0, 6000, NULL, 'I', "HD107 3.1.3",             \
      "below that supply voltage the module is gone")                                              \
    X(SUPPLY_WATCH, "supply-watch", FLAG, 0, 0, 1, NULL, 'D', "HD107 3.1.3",                       \
      "CBATCHK of a new module: warnings and cut-offs")                                            \
    X(SUPPLY_RECOVERY, "supply-recovery", MS, 100, 1, 600000, NULL, 'I', "S08",                    \
      "after a sag has put the module out: time until the supply is back")                         \
    X(SUPPLY_RETURN, "supply-return", CHOICE, 0, 0, 1, "starts|stays-off", 'I', "sim7000-at 5.2",  \
      "after a brown-out: the board pulls PWRKEY, or somebody must")                               \
    X(PIN_SILENCE, "pin-silence", MS, 7000, 0, 600000, NULL, 'O', "sim7000-at 5.1",                \
      "silence of a reset by the pin RESET")                                                       \
    X(POWER_ON_WAIT, "power-on-wait", MS, 2000, 0, 60000, NULL, 'D', "HD107 table 9",              \
      "after a power-off PWRKEY does nothing for that long")                                       \
    X(HANG_CLEARED, "hang-cleared-by", CHOICE, 0, 0, 2, "reset|pwrkey|power", 'O', "S15",          \
      "what ends a hang: any restart, PWRKEY and RESET too, or a loss of power only")              \
    X(BOOT_LOOP, "boot-loop", COUNT, 0, 0, 1000000, NULL, 'S', "V23", "that many boots crash")     \
    X(BOOT_LOOP_AFTER, "boot-loop-after", MS, 20, 0, 600000, NULL, 'S', "V23",                     \
      "from the AT engine of such a boot to the crash")                                            \
    X(HEARS_FOR, "hears-for", MS, 0, 0, 600000, NULL, 'S', "V22",                                  \
      "commands are heard only that long after each boot; 0 = always")                             \
    X(RECOVERY_MODE, "recovery-mode", FLAG, 0, 0, 1, NULL, 'S', "V03",                             \
      "every command is answered with ERROR, as by a firmware that is half updated")               \
    X(HOUSEKEEPING, "housekeeping", MS, 0, 0, 2000000000, NULL, 'S', "V18",                        \
      "the firmware tidies its flash that often; 0 = never")                                       \
    X(HOUSEKEEPING_TIME, "housekeeping-time", MS, 2000, 0, 600000, NULL, 'S', "V18",               \
      "how long that takes")                                                                       \
    X(HOUSEKEEPING_CUT, "housekeeping-cut", CHOICE, 0, 0, 1, "settings-lost|dead", 'S', "V18",     \
      "what a loss of power in that time leaves")                                                  \
    X(TORN_WRITE, "torn-write", CHOICE, 0, 0, 2, "old|new|lost", 'I', "Q-F4, V12",                 \
      "what a write to flash leaves that was cut inside")                                          \
    X(PSM, "psm", CHOICE, 0, 0, 1, "granted|refused", 'D', "LPM101",                               \
      "whether the network grants CPSMS=1")                                                        \
    X(PSM_SAVED, "psm-saved", MS, 0, 0, 62000, NULL, 'D', "LPM101",                                \
      "CPSMS=1 with that active time (T3324, steps of 2 s) is saved in a new module; 0 = CPSMS=0") \
    X(PSM_ENTRY, "psm-entry", MS, 500, 0, 60000, NULL, 'I', "LPM101",                              \
      "from ENTER PSM to a module that is asleep")                                                 \
    X(PSM_RETAINS, "psm-retains", FLAG, 1, 0, 1, NULL, 'I', "LPM101",                              \
      "what is not saved survives the power saving mode, CPSMSTATUS with it")                      \
    X(PSM_RELEASE, "psm-release", MS, 10000, 0, 600000, NULL, 'I', "3GPP TS 24.301 5.3.11",        \
      "with an active time of zero: from the last exchange to the power saving mode, while the "   \
      "network lets the connection go")                                                            \
    X(PSM_WAKES, "psm-wakes", MS, 0, 0, 2000000000, NULL, 'O', "M21",                              \
      "asleep, the module wakes by itself that soon; 0 = when its periodic update is due")         \
    X(PSM_REGISTRATION, "psm-registration", CHOICE, 0, 0, 1, "kept|lost", 'I',                     \
      "3GPP TS 23.682 4.5.4, M22",                                                                 \
      "out of the power saving mode the module is registered at once")                             \
    X(NETWORK_ACTIVE_TIME, "network-active-time", MS, 0, 0, 11160000, NULL, 'D', "LPM101",         \
      "active time (T3324) that the network grants; 0 = what CPSMS asks for")                      \
    X(NETWORK_PERIODIC, "network-periodic", MS, 0, 0, 2000000000, NULL, 'D', "LPM101",             \
      "periodic update (T3412) that the network grants with it; 0 = what CPSMS asks for")          \
    X(NETWORK_TAU, "network-tau", MS, 3600000, 0, 2000000000, NULL, 'O', "M01, AT106 5.2.46",      \
      "periodic update that the network assigns, as CPSMRDP tells it")                             \
    X(EDRX, "edrx", CHOICE, 0, 0, 1, "granted|refused", 'D', "AT106 5.2.50",                       \
      "whether the network grants CEDRXS")                                                         \
    X(EDRX_WINDOW, "edrx-window", COUNT, 0, 0, 15, NULL, 'O', "M01",                               \
      "paging time window that it grants")                                                         \
    X(MESSAGE_WAKE, "message-wake", MS, 5000, 0, 600000, NULL, 'I', "UART101 6.4",                 \
      "with CSCLK=1 and DTR inactive: how long a message keeps the module awake")                  \
    X(BOOT_TIME, "boot-time", MS, 4500, 0, 600000, NULL, 'D', "HD107 table 8",                     \
      "silence from PWRKEY low to the AT engine")                                                  \
    X(CPIN_DELAY, "cpin-delay", MS, 500, 0, 60000, NULL, 'I', "Q5", "from RDY to +CPIN")           \
    X(SMS_READY_DELAY, "sms-ready-delay", MS, 3000, 0, 600000, NULL, 'I', "Q5",                    \
      "from RDY to SMS Ready")                                                                     \
    X(SMS_READY_AGAIN, "sms-ready-again", FLAG, 1, 0, 1, NULL, 'O', "M13",                         \
      "SMS Ready is printed whenever the card is back: after CFUN=1 and after the PIN")            \
    X(BOOT_JITTER, "boot-jitter", MS, 100, 0, 60000, NULL, 'I', "Q5",                              \
      "random time at most added to either of the two")                                            \
    X(BOOT_GARBAGE, "boot-garbage", FLAG, 0, 0, 1, NULL, 'O', "T10, T14",                          \
      "noise on the line 64 ms after each start")                                                  \
    X(LINE_NOISE, "line-noise", MS, 0, 0, 3600000, NULL, 'O', "T14",                               \
      "after a boot noise at gaps about as long as that; 0 = none")                                \
    X(RESET_DELAY, "reset-delay", MS, 100, 0, 60000, NULL, 'I', "T08",                             \
      "from the OK of CFUN=1,1 to the reset")                                                      \
    X(RESET_SILENCE, "reset-silence", MS, 6000, 0, 600000, NULL, 'O', "T08", "silence of a reset") \
    X(RESET_OK, "reset-ok", CHOICE, 0, 0, 1, "before|after", 'I', "Q6, Q14",                       \
      "OK of CFUN=1,1 and CFUN=6 comes before or after the reset")                                 \
    X(POWER_OFF_TIME, "power-off-time", MS, 1800, 0, 60000, NULL, 'D', "HD107 table 9",            \
      "from a power-off request until the module is off")                                          \
    X(PWRKEY_HELD, "pwrkey-held", FLAG, 0, 0, 1, NULL, 'O', "sim7000-at 5.1",                      \
      "the board holds PWRKEY low: switched off, the module comes back by itself")                 \
    X(PWRKEY_HELD_TIME, "pwrkey-held-time", MS, 5000, 0, 600000, NULL, 'O', "sim7000-at 5.1",      \
      "time until it does")                                                                        \
    X(PWRKEY_CYCLE, "pwrkey-cycle", MS, 0, 0, 600000, NULL, 'O', "M31",                            \
      "PWRKEY is held low all the time: up that long, the module switches itself off and starts "  \
      "again; 0 = it is not")                                                                      \
    X(SUPPLY, "supply", MV, 3875, 0, 6000, NULL, 'O', "T20, HD107 3.1.3", "supply voltage")        \
    X(BATTERY_LEVEL, "battery-level", PERCENT, 67, 1, 100, NULL, 'O', "T20",                       \
      "charge that CBC reads")                                                                     \
    X(RANDOM_SEED, "random-seed", COUNT, 1, 0, 2147483647, NULL, 'I', "Q5",                        \
      "start of the module's random numbers")                                                      \
    /* identity, SIM, radio */                                                                     \
    X(IMEI, "imei", CHOICE, 0, 0, 2, "present|zero|missing", 'O', "T12, botletics issue 16",       \
      "what an earlier flash has left of the IMEI")                                                \
    X(RAM_SIZE, "ram-size", BYTES, 134217728, 0, 2147483647, NULL, 'I', "AT106 5.2.9",             \
      "size of the memory that CDEVICE tells")                                                     \
    X(ADC, "adc", MV, 0, 0, 1800, NULL, 'I', "sim7000-at 3", "voltage that CADC reads")            \
    X(GPIO_LEVELS, "gpio-levels", COUNT, 0, 0, 31, NULL, 'I', "AT106 5.2.11",                      \
      "levels at the inputs of SGPIO, a bit a pin")                                                \
    X(I2C_DEVICE, "i2c-device", CHOICE, 0, 0, 1, "none|registers", 'I', "AT106 5.2.38",            \
      "what CWIIC and CRIIC meet: nothing, or a device that keeps what it is given")               \
    X(CFUN_LEVEL, "cfun-level", COUNT, 1, 0, 7, NULL, 'O', "T12",                                  \
      "CFUN level saved in a new module")                                                          \
    X(CFUN_STUCK, "cfun-stuck", FLAG, 0, 0, 1, NULL, 'O', "T12",                                   \
      "CFUN=1 is refused on level 5 and 7")                                                        \
    X(SIM_CARD, "sim-card", CHOICE, 0, 0, 3, "ready|absent|pin|puk", 'D', "AT106 3.2.7",           \
      "what CPIN? reads after the boot")                                                           \
    X(SIM_PIN, "sim-pin", COUNT, 1234, 0, 99999999, NULL, 'I', "AT106 3.2.7",                      \
      "PIN that unlocks the card")                                                                 \
    X(REGISTRATION, "registration", CHOICE, 0, 0, 3, "home|roaming|denied|none", 'D',              \
      "AT106 6.2.7", "how the search for a network ends")                                          \
    X(REGISTRATION_TIME, "registration-time", MS, 5000, 0, 3600000, NULL, 'I', "sim7000-at 5.3",   \
      "from CFUN=1 or coverage to registration")                                                   \
    X(ACCESS, "access", CHOICE, 3, 0, 4, "cat-m|nb-iot|gsm|any|egprs", 'D', "AT106 3.2.9",         \
      "technology of the cell: 7, 9, 0, the first of these that the variant has, or 3")            \
    X(NETWORK, "network", COUNT, 0, 0, 999999, NULL, 'D', "AT106 3.2.9",                           \
      "country and network of the cell, 26202 or 310410; 0 = the card's own, abroad 00101")        \
    X(VARIANT_RADIOS, "variant-radios", CHOICE, 0, 0, 1, "by-variant|all", 'I', "AT106 1.1",       \
      "a network whose technology the variant lacks is not found, or is")                          \
    X(CEREG_ON_GSM, "cereg-on-gsm", CHOICE, 0, 0, 1, "off|same", 'I', "AT106 6.2.7",               \
      "CEREG? on a GSM network: 0, or as CREG")                                                    \
    X(STACK_LOST, "stack-lost", FLAG, 0, 0, 1, NULL, 'O', "T20",                                   \
      "CGATT? and CIPSTATUS answer ERROR, as in a stack that only a restart brings back")          \
    X(GNSS_FIX, "gnss-fix", FLAG, 1, 0, 1, NULL, 'I', "GNSS100 2",                                 \
      "the satellite receiver finds its position")                                                 \
    X(GNSS_FIX_TIME, "gnss-fix-time", MS, 35000, 0, 3600000, NULL, 'I', "GNSS100 2",               \
      "from CGNSPWR=1 to the position")                                                            \
    X(GNSS_LATITUDE, "gnss-latitude", COUNT, 31222000, 0, 90000000, NULL, 'I', "GNSS100 2",        \
      "millionths of a degree north")                                                              \
    X(GNSS_LONGITUDE, "gnss-longitude", COUNT, 121354000, 0, 180000000, NULL, 'I', "GNSS100 2",    \
      "millionths of a degree east")                                                               \
    X(GNSS_ALTITUDE, "gnss-altitude", COUNT, 14, 0, 18000, NULL, 'I', "GNSS100 2",                 \
      "metres above the sea")                                                                      \
    X(GNSS_DATA_AGE, "gnss-data-age", CHOICE, 1, 0, 1, "fresh|stale", 'O', "T01",                  \
      "what CGNSXTRA=1 finds: +CGNSXTRA: 0 or 2")                                                  \
    X(RSSI, "rssi", COUNT, 24, 0, 99, NULL, 'O', "T06",                                            \
      "signal of the cell as CSQ counts, 2 dB a step from -113 dBm; from 32 on it is not known")   \
    X(SIGNAL, "signal", COUNT, 0, -120, 0, NULL, 'D', "AT106 3.2.16",                              \
      "the same in dBm, which goes before; 0 = as rssi says")                                      \
    X(RSRQ, "rsrq", COUNT, -12, -20, -3, NULL, 'O', "sim7000-at 3",                                \
      "quality of the reference signal in dB; from it, the signal and the bandwidth follows RSRP") \
    X(RSSNR, "rssnr", COUNT, 10, 0, 25, NULL, 'O', "sim7000-at 3, AT106 5.2.21",                   \
      "signal to noise of the cell as CPSI tells it: SINR / 2 + 10")                               \
    X(BANDWIDTH, "bandwidth", COUNT, 3, 0, 5, NULL, 'O', "sim7000-at 3",                           \
      "of a CAT-M cell, as CPSI tells it: 1.4, 3, 5, 10, 15 or 20 MHz; NB-IoT has 0")              \
    X(SEARCH_SIGNAL, "search-signal", CHOICE, 0, 0, 1, "heard|unknown", 'O', "M09, M25, T20",      \
      "CSQ while a network in reach is not registered yet: its signal, or 99")                     \
    X(TRACKING_AREA, "tracking-area", COUNT, 23383, 0, 65535, NULL, 'D', "LPM101 6.1.1",           \
      "area code of the cell, 5B57")                                                               \
    X(CELL, "cell", COUNT, 26543899, 0, 268435455, NULL, 'D', "LPM101 6.1.1",                      \
      "identity of the cell, 195071B")                                                             \
    X(PHYSICAL_CELL, "physical-cell", COUNT, 149, 0, 503, NULL, 'O', "sim7000-at 3",               \
      "physical identity of the cell; on GSM its last six bits are the base station's code")       \
    X(BAND, "band", COUNT, 20, 1, 255, NULL, 'O', "sim7000-at 3",                                  \
      "band of the LTE cell; not found when CBANDCFG leaves it out")                               \
    X(GSM_BAND, "gsm-band", CHOICE, 1, 0, 3, "egsm-900|dcs-1800|gsm-850|pcs-1900", 'O',            \
      "T13, M09", "band of the GSM cell; CBAND may leave it out")                                  \
    X(CHANNEL, "channel", COUNT, 0, 0, 65535, NULL, 'D', "AT106 5.2.21, 3GPP TS 36.101 5.7.3",     \
      "channel of the cell; 0, or one that its band does not have: a usual one of that band")      \
    X(ACCESS_MINIMUM, "access-minimum", COUNT, -106, -120, -47, NULL, 'O', "T13",                  \
      "level in dBm from which C1 and C2 of a GSM cell count")                                     \
    X(TX_POWER, "tx-power", COUNT, 230, -500, 254, NULL, 'I', "AT106 5.2.35",                      \
      "what CENG tells of the power sent while connected, in tenths of a dBm; 255 while idle")     \
    X(CPSI_FORM, "cpsi-form", CHOICE, 0, 0, 2, "by-revision|whole|short", 'O', "M07",              \
      "CPSI tells the cell, or ends behind the mode")                                              \
    X(CPSI_GSM_END, "cpsi-gsm-end", CHOICE, 0, 0, 2, "by-revision|two|three", 'O', "T13, M09",     \
      "numbers at the end of CPSI on GSM: C1-C2 or three")                                         \
    X(CREG_ON_NB_IOT, "creg-on-nb-iot", CHOICE, 0, 0, 2, "by-revision|same|off", 'O', "M05",       \
      "CREG? on NB-IoT: as CEREG, or 0")                                                           \
    X(NETWORK_APN, "network-apn", FLAG, 1, 0, 1, NULL, 'O', "T06, M25",                            \
      "the network sends its APN with the attach: CGNAPN on LTE")                                  \
    X(DETACH, "detach", CHOICE, 0, 0, 1, "deregisters|stays", 'I', "3GPP TS 24.301 5.5.2",         \
      "CGATT=0 on LTE: the registration ends, or only packet data does")                           \
    X(MODE_OBEYED, "mode-obeyed", FLAG, 1, 0, 1, NULL, 'I', "AT106 5.2, T13",                      \
      "a network whose technology CNMP or CMNB leaves out is not found")                           \
    X(SCAN_TIME, "scan-time", MS, 20000, 0, 600000, NULL, 'I', "AT106 3.2.8",                      \
      "time that COPS=? takes")                                                                    \
    X(OPERATOR_TIME, "operator-time", MS, 5000, 0, 600000, NULL, 'I', "T13",                       \
      "time that COPS=1 takes to find or miss an operator")                                        \
    X(NETWORK_TIME, "network-time", COUNT, 1561529043, 315964800, 2147483647, NULL, 'O', "T06",    \
      "Unix time that the network tells at the module's time 0")                                   \
    X(TIME_ZONE, "time-zone", COUNT, 32, -48, 56, NULL, 'O', "T06",                                \
      "zone that the network tells, quarter hours east; daylight saving is in it")                 \
    X(TIME_AGAIN, "network-time-again", MS, 0, 0, 600000, NULL, 'D', "AT106 5.2.4, M35",           \
      "the network tells its time once more that long after the registration; 0 = once")           \
    X(DAYLIGHT_SAVING, "daylight-saving", COUNT, 0, 0, 2, NULL, 'O', "T06, AT106 5.2.4",           \
      "hours of it that the network tells: DST")                                                   \
    X(NETWORK_NAME, "network-name", FLAG, 0, 0, 1, NULL, 'D', "AT106 5.2.4, T06",                  \
      "with CLTS=1 the network tells its name, too: *PSNWID")                                      \
    /* packet data */                                                                              \
    X(PDP_ACTIVE_DELAY, "pdp-active-delay", MS, 490, 0, 600000, NULL, 'O', "T06",                  \
      "from the OK of CNACT=1 to +APP PDP: ACTIVE")                                                \
    X(PDP, "pdp", CHOICE, 0, 0, 1, "accepted|refused", 'I', "Q10",                                 \
      "whether the network accepts the app network")                                               \
    X(PDP_FAILURE, "pdp-failure", CHOICE, 0, 0, 1, "urc|cme-148", 'I', "Q10",                      \
      "how CNACT=1 fails: OK and DEACTIVE, or an error")                                           \
    X(PDP_FAILURE_DELAY, "pdp-failure-delay", MS, 5000, 0, 600000, NULL, 'I', "Q10",               \
      "from the OK of CNACT=1 to +APP PDP: DEACTIVE")                                              \
    X(DEFAULT_BEARER, "default-bearer", CHOICE, 0, 0, 1, "context-1|none", 'I',                    \
      "3GPP TS 27.007 10.1.10", "what CGACT? reads after an attach")                               \
    X(PDP_AGAIN, "pdp-again", CHOICE, 0, 0, 2, "ok|error|urc", 'I', "AT106 5.2.30",                \
      "CNACT=1 while it is up: OK alone, ERROR, or OK and ACTIVE once more")                       \
    X(CONTEXTS, "contexts", CHOICE, 0, 0, 3, "by-revision|1-13-14|1-13|1", 'O', "T18, M07, M03",   \
      "PDP contexts that a new module has")                                                        \
    X(CONTEXT_TYPE, "context-type", CHOICE, 0, 0, 1, "ip|ipv4v6", 'O', "T18, M03",                 \
      "type of those")                                                                             \
    /* messages and calls */                                                                       \
    X(NETWORK_IPV6, "network-ipv6", FLAG, 0, 0, 1, NULL, 'D', "AT106 6.2.4",                       \
      "the network gives contexts of type IPV6 and IPV4V6 an address of version 6, too")           \
    X(SMS_CARD_SLOTS, "sms-card-slots", COUNT, 20, 0, 50, NULL, 'I', "3GPP TS 27.005 3.2.2",       \
      "messages that the card can hold")                                                           \
    X(SMS_MODULE_SLOTS, "sms-module-slots", COUNT, 23, 0, 50, NULL, 'I', "3GPP TS 27.005 3.2.2",   \
      "messages that the module can hold")                                                         \
    X(SMS_FIRST_INDEX, "sms-first-index", COUNT, 1, 0, 1, NULL, 'I', "3GPP TS 27.005 3.1",         \
      "index of the first message of a storage")                                                   \
    X(SMS_INDICATION, "sms-indication", CHOICE, 1, 0, 1, "off|stored", 'I',                        \
      "3GPP TS 27.005 3.4.1", "CNMI after a start: all 0, or 2,1,0,0,0")                           \
    X(SMS_DIRECT, "sms-direct", CHOICE, 0, 0, 1, "taken|refused", 'S', "AT106 4.2.8",              \
      "CNMI=2,2: the manual says that it is an error, modules of the family are seen to take it")  \
    X(SMS_INCOMING, "sms-incoming", CHOICE, 0, 0, 1, "kept|lost", 'O', "T-SIM7600X issue 63",      \
      "a message that comes is there, or is told as +CMTI: ,-1 and is nowhere")                    \
    X(SMS_PART_TEXT, "sms-part-text", CHOICE, 0, 0, 1, "octets|text", 'I', "3GPP TS 27.005 3.1",   \
      "text mode shows a part of a longer message, header and all, as octets, or its text alone")  \
    X(SMS_PLAIN_ADDRESS, "sms-plain-address", CHOICE, 0, 0, 1, "taken|refused", 'I',               \
      "3GPP TS 27.005 3.1", "with CSCS=UCS2 a number that is not in hexadecimal digits")           \
    X(SMS_SEND, "sms-send", CHOICE, 0, 0, 2, "accepted|cms-38|cms-500", 'I',                       \
      "3GPP TS 27.005 3.2.5", "what the network says to a message")                                \
    X(SMS_SEND_TIME, "sms-send-time", MS, 2000, 0, 600000, NULL, 'I', "3GPP TS 27.005 3.5.1",      \
      "from CTRL-Z to +CMGS")                                                                      \
    X(SMS_REPORT_TIME, "sms-report-time", MS, 3000, 0, 600000, NULL, 'I',                          \
      "3GPP TS 23.040 9.2.3.5", "from +CMGS to the status report that was asked for")              \
    X(CMS_FORM, "cms-form", CHOICE, 0, 0, 1, "always|by-cmee", 'I', "3GPP TS 27.005 3.2.5",        \
      "with CMEE=0 an error of a message command has its number, too, or is plain ERROR")          \
    X(CMS_TEXT, "cms-text", CHOICE, 0, 0, 1, "texts|numbers", 'I', "AT106 20.2",                   \
      "errors of message commands with CMEE=2")                                                    \
    X(SIM_PUK, "sim-puk", COUNT, 12345678, 0, 99999999, NULL, 'I', "AT106 3.2.7",                  \
      "PUK that unlocks a card whose PIN was wrong three times")                                   \
    X(NOT_BUILT, "not-built", CHOICE, 0, 0, 1, "4|plain", 'I', "3GPP TS 27.007 5.7",               \
      "answer to CSIM and locks other than SC, which are not built: CME error 4 or ERROR")         \
    X(CMUX, "cmux", CHOICE, 0, 0, 1, "ok|refused", 'O', "M17, M18",                                \
      "answer to CMUX=0, after which the port goes on with commands; there is no multiplexer")     \
    X(RESUME_ANSWER, "resume-answer", CHOICE, 0, 0, 1, "error|no-carrier", 'D', "AT106 2.2.9",     \
      "answer to ATO without a call")                                                              \
    X(DIAL_TIME, "dial-time", MS, 3000, 0, 600000, NULL, 'I', "AT106 2.2.2",                       \
      "from ATD to NO CARRIER")                                                                    \
    X(DATA_CALL, "data-call", CHOICE, 0, 0, 3, "by-revision|silent|refused|error", 'O', "M07",     \
      "ATD*99#: CONNECT, and nobody answers unless something is joined to it; NO CARRIER; ERROR")  \
    X(CONNECT_SPEED, "connect-speed", BPS, 150000000, 300, 1000000000, NULL, 'O', "M07, M01",      \
      "speed that CONNECT shows with AT&E0")                                                       \
    X(CONNECT_ON_GSM, "connect-on-gsm", CHOICE, 0, 0, 1, "bare|speed", 'O', "M02",                 \
      "CONNECT on GSM alone, or with its speed")                                                   \
    X(ESCAPE_GUARD, "escape-guard", MS, 1000, 0, 60000, NULL, 'D', "AT106 2.2.8",                  \
      "silence before and after +++ that leads out of the data mode")                              \
    X(USSD_TIME, "ussd-time", MS, 2000, 0, 600000, NULL, 'I', "3GPP TS 27.007 7.15",               \
      "from CUSD to the network's answer")                                                         \
    /* files */                                                                                    \
    X(FLASH_SIZE, "flash-size", BYTES, 22151168, 0, 2147483647, NULL, 'D', "FS101 3.5",            \
      "room for files in the flash")                                                               \
    X(CFSGFRS_VALUE, "cfsgfrs-value", CHOICE, 0, 0, 1, "free|total", 'D', "FS101 3.5, AT106 15.2", \
      "what CFSGFRS? reads: room that is left, or all")                                            \
    X(CFS_NEEDS_INIT, "cfs-needs-init", FLAG, 1, 0, 1, NULL, 'I', "sim7000-storage 4.1",           \
      "file commands without CFSINIT, and a second CFSINIT, are errors")                           \
    X(FILE_MISSING, "file-missing", CHOICE, 0, 0, 1, "188|plain", 'I', "AT106 20.1",               \
      "error of a file command for a file that is not there")                                      \
    X(UPLOAD_PARTIAL, "upload-partial", CHOICE, 0, 0, 1, "discarded|kept", 'I', "Q4, T17",         \
      "what becomes of the bytes of a CFSWFILE that timed out")                                    \
    X(CFSRFILE_HEADER, "cfsrfile-header", FLAG, 1, 0, 1, NULL, 'O', "sim7000-storage 4.3",         \
      "CFSRFILE answers a line with the number of bytes before the data")                          \
    /* download */                                                                                 \
    X(DOWNLOAD_BLOCK, "download-block", BYTES, 16384, 1024, 1048576, NULL, 'I',                    \
      "sim7000-storage 1", "bytes of a download that are written to flash at a time")              \
    X(HTTP_OK_DELAY, "http-ok-delay", MS, 100, 0, 60000, NULL, 'O', "T01",                         \
      "from HTTPTOFS to its OK")                                                                   \
    X(HTTP_RATE, "http-rate", RATE, 11000, 1, 1000000000, NULL, 'O', "T01, T02",                   \
      "rate at which the body of a download arrives")                                              \
    X(HTTP_SETUP, "http-setup", MS, 0, 0, 600000, NULL, 'I', "T01",                                \
      "from the answer of the server to the first byte of the body")                               \
    X(HTTP_FAILURE_DELAY, "http-failure-delay", MS, 1000, 0, 600000, NULL, 'I',                    \
      "sim7000-storage 5", "from the OK of HTTPTOFS to a code that needs no server")               \
    X(HTTP_BUSY, "http-busy", CHOICE, 0, 0, 2, "error|604|cme-181", 'I', "Q15, AT106 20.1",        \
      "answer to HTTPTOFS while one runs: ERROR, OK and code 604, or an error that says why")      \
    X(HTTP_REDIRECT, "http-redirect", CHOICE, 0, 0, 3, "reported|measured|stored|followed", 'S',   \
      "S18",                                                                                       \
      "what HTTPTOFS makes of a redirect: its code is told, or the page is stored and told as "    \
      "200; measured on a SIM7080G: 307 and 308 are followed, the page of others is stored")       \
    X(HTTP_CHUNKED, "http-chunked", CHOICE, 0, 0, 1, "stored|empty", 'S', "S18",                   \
      "a body that comes in chunks, its length untold: stored, or told as 200 with no byte")       \
    X(HTTP_EMPTY_NETWORKS, "http-empty-networks", COUNT, 0, 0, 254, NULL, 'S', "M26",              \
      "on that many app networks after a start every HTTPTOFS ends with 200 and no byte; another " \
      "one has to be opened")                                                                      \
    X(HTTPS_ORDER, "https-order", CHOICE, 0, 0, 2, "any|version-first|convert-first", 'I', "S17",  \
      "CSSLCFG's sslversion and convert in this order, or a transfer of an https URL ends with "   \
      "709 (not both were given) or 706 (the other order)")                                        \
    X(HTTP_SIZE_LAG, "http-size-lag", MS, 0, 0, 60000, NULL, 'S', "S18",                           \
      "after the result of HTTPTOFS its file reads 0 bytes for that long")                         \
    X(HTTP_BUFFER, "http-buffer", CHOICE, 0, 0, 1, "own|shared", 'S', "S18",                       \
      "HTTPTOFS between CFSINIT and CFSTERM: no matter, or 602, since the buffer is taken")        \
    X(SH_AFTER_TOFS, "sh-after-tofs", CHOICE, 0, 0, 1, "works|refused", 'S', "S18",                \
      "SHCONN after an HTTPTOFS: no matter, or ERROR until the module restarts")                   \
    X(HTTP_DROPPED, "http-dropped", CHOICE, 0, 0, 2, "retried|reported|endless", 'I',              \
      "sim7000-storage 5",                                                                         \
      "a connection lost in the body: tried again after the timeout, 601 at once, or no end")      \
    X(HTTP_ERROR_LENGTH, "http-error-length", CHOICE, 0, 0, 1, "zero|body", 'I',                   \
      "sim7000-storage 1", "length told with a status code other than 200 and 206")                \
    X(HTTP_EXISTING, "http-existing", CHOICE, 0, 0, 1, "replaced|refused", 'I',                    \
      "sim7000-storage 1", "a download to a file that is there: it is truncated, or ERROR")        \
    X(HTTP_FAILED_FILE, "http-failed-file", CHOICE, 0, 0, 1, "kept|removed", 'I',                  \
      "sim7000-storage 1", "what a failed download leaves: the bytes that came, or no file")       \
    X(HTTP_PROGRESS, "http-progress", FLAG, 1, 0, 1, NULL, 'D', "AT106 version table",             \
      "HTTPTOFSRL exists (firmware since 2018-12)")                                                \
    /* IP services */                                                                              \
    X(SAPBR_OPEN_DELAY, "sapbr-open-delay", MS, 1000, 0, 85000, NULL, 'I', "AT106 7.2.1",          \
      "from SAPBR=1 to its OK")                                                                    \
    X(SAPBR_AGAIN, "sapbr-again", CHOICE, 0, 0, 1, "error|ok", 'I', "AT106 7.2.1",                 \
      "answer to SAPBR=1 while the bearer is open")                                                \
    X(CIICR_DELAY, "ciicr-delay", MS, 1000, 0, 85000, NULL, 'I', "TCP102", "from CIICR to its OK") \
    X(CIICR_NEEDS_CSTT, "ciicr-needs-cstt", FLAG, 0, 0, 1, NULL, 'O', "T21",                       \
      "CIICR without CSTT before it is an error")                                                  \
    X(PEER, "peer", CHOICE, 0, 0, 3, "echo|refuse|silent|surroundings", 'I', "TCP102",             \
      "what CIPSTART meets: a modelled host, or whatever the surroundings connect to")             \
    X(CONNECT_TIME, "connect-time", MS, 300, 0, 160000, NULL, 'I', "T21",                          \
      "from the OK of CIPSTART to the answer of a modelled host")                                  \
    X(PEER_DELAY, "peer-delay", MS, 200, 0, 600000, NULL, 'I', "TCP102",                           \
      "until a modelled host or name server answers")                                              \
    X(DNS, "dns", CHOICE, 0, 0, 1, "answers|fails", 'I', "TCP102", "modelled name server")         \
    X(PING_TIME, "ping-time", MS, 200, 1, 600000, NULL, 'I', "T26",                                \
      "until a modelled host answers a ping")                                                      \
    X(DATA_ECHO, "data-echo", FLAG, 1, 0, 1, NULL, 'O', "T24",                                     \
      "with ATE1 what is sent after the prompt > comes back")                                      \
    X(HTTP_BEARER, "http-bearer", CHOICE, 0, 0, 1, "sapbr|sapbr-and-cnact", 'O',                   \
      "sim7000-storage 3.1", "networks that HTTPACTION needs")                                     \
    X(SH_HTTPS, "sh-https", CHOICE, 0, 0, 2, "works|not-allowed|error", 'S', "T05, T17",           \
      "answer of SHCONN to an https URL")                                                          \
    X(MQTT_CONNECT_TIME, "mqtt-connect-time", MS, 26000, 0, 600000, NULL, 'O', "T24",              \
      "from SMCONN to its OK")                                                                     \
    X(MQTT_PUBLISH_TIME, "mqtt-publish-time", MS, 500, 0, 600000, NULL, 'I', "T24",                \
      "from the payload of SMPUB to its OK")                                                       \
    X(MQTT_BROKER, "mqtt-broker", CHOICE, 0, 0, 1, "answers|drops", 'O', "T24",                    \
      "the broker takes what is published, or ends the connection then")                           \
    X(FTP_BEARER, "ftp-bearer", CHOICE, 0, 0, 2, "either|sapbr|cnact", 'I',                        \
      "sim7000-at 4, sim7000-storage 3.3", "network that FTP needs")                               \
    X(FTP_STATUS, "ftp-status", CHOICE, 0, 0, 1, "at7080|fota101", 'S', "sim7000-storage 3.3",     \
      "FTPTOFSST after the download: 0 is complete, or 1 is")                                      \
    X(FTP_STATE, "ftp-state", CHOICE, 0, 0, 1, "error|busy", 'I', "sim7000-storage 3.3",           \
      "second number of FTPTOFSST: error of the last download, or 1 while one runs")               \
    X(FTP_QUIT, "ftp-quit", CHOICE, 0, 0, 1, "error|ok", 'I', "sim7000-storage 3.3",               \
      "answer to FTPQUIT when nothing is open")                                                    \
    X(FTP_MISSING_FILE, "ftp-missing-file", COUNT, 77, 61, 80, NULL, 'I', "AT106 10.2.14",         \
      "error of a file that is not on the FTP server")                                             \
    /* update */                                                                                   \
    X(CFOTA_OK_DELAY, "cfota-ok-delay", MS, 50, 0, 600000, NULL, 'I', "sim7000-fota 4",            \
      "from CFOTA=1 to its OK")                                                                    \
    X(CFOTA_RESET_DELAY, "cfota-reset-delay", MS, 1000, 0, 600000, NULL, 'I', "sim7000-fota 4",    \
      "from the OK of CFOTA=1 to the reset")                                                       \
    X(CFOTA_RESET, "cfota-reset", CHOICE, 0, 0, 1, "updater|plain", 'I', "sim7000-fota 4",         \
      "that reset begins the update, or is a reset and nothing else")                              \
    X(CFOTA_WITHOUT_PACKAGE, "cfota-without-package", CHOICE, 2, 0, 2,                             \
      "error|not-found|update-fails", 'I', "FOTA101 5.2, Q-F1",                                    \
      "CFOTA=1 without a package: error 3, error 188, or OK and a failed update")                  \
    X(CFOTA_WRONG_MODE, "cfota-wrong-mode", CHOICE, 0, 0, 1, "error|765", 'I', "Q-F8",             \
      "CFOTA with another mode: plain ERROR or that CME error")                                    \
    X(CFOTA_ERASES_PACKAGE, "cfota-erases-package", FLAG, 0, 0, 1, NULL, 'D', "sim7000-fota 1.1",  \
      "CFOTA=1 erases /fota before it looks for the package")                                      \
    X(CFOTA_SUPPLY, "cfota-supply", MV, 0, 0, 6000, NULL, 'I', "Q-F3",                             \
      "CFOTA=1 is refused with error 3 below that supply voltage; 0 = no check")                   \
    X(CFOTA_BEARER, "cfota-bearer", CHOICE, 0, 0, 2, "any|refused|never-ends", 'S', "V10",         \
      "CFOTA=1 while the app network is up: no matter, error 3, or an update without an end")      \
    X(CFOTA_READ_SPACE, "cfota-read-space", FLAG, 1, 0, 1, NULL, 'D', "sim7000-fota 1.1",          \
      "CFOTA? answers with a space after the colon")                                               \
    X(LEFT_OVER_STATUS, "left-over-status", COUNT, 0, 0, 8, NULL, 'D', "FOTA100",                  \
      "CFOTA? of a new module; 0 = none, reads 8")                                                 \
    X(UPDATE_SILENCE, "update-silence", MS, 6000, 0, 3600000, NULL, 'I', "T08",                    \
      "from the reset to the start of the updater")                                                \
    X(RDY_BEFORE_START, "rdy-before-start", FLAG, 0, 0, 1, NULL, 'I', "sim7000-fota 4",            \
      "RDY is printed before Start to update")                                                     \
    X(URCS_ON_THIS_PORT, "urcs-on-this-port", FLAG, 1, 0, 1, NULL, 'I', "Q-F6, Q7",                \
      "the updater prints its lines on this port")                                                 \
    X(URC_SPACE, "urc-space", FLAG, 1, 0, 1, NULL, 'D', "FOTA101",                                 \
      "the updater's lines have a space after the colon")                                          \
    X(UPDATER_COMMANDS, "updater-commands", CHOICE, 0, 0, 2, "silence|error|echo", 'I',            \
      "sim7000-fota 4", "what commands get while the updater runs")                                \
    X(UPDATE_DURATION, "update-duration", MS, 180000, 0, 2000000000, NULL, 'I',                    \
      "FOTA101 (several minutes)", "from Start to update to the last line")                        \
    X(VERIFY_SHARE, "verify-share", PERCENT, 5, 0, 100, NULL, 'I', "sim7000-fota 4",               \
      "part of it in which the package is verified")                                               \
    X(RESTORE_MODEM_SHARE, "restore-modem-share", PERCENT, 25, 0, 100, NULL, 'I', "BG96",          \
      "part of it in which the modem image is restored")                                           \
    X(RESTORE_AP_SHARE, "restore-ap-share", PERCENT, 10, 0, 100, NULL, 'I', "BG96",                \
      "part of it in which the AP image is restored")                                              \
    X(PROGRESS, "progress", FLAG, 1, 0, 1, NULL, 'D', "FOTA101", "progress lines are printed")     \
    X(PROGRESS_STEP, "progress-step", PERCENT, 5, 1, 100, NULL, 'I', "Q13",                        \
      "from one progress line to the next; 100 = only 0 and 100")                                  \
    X(UPDATE_RESULT, "update-result", CHOICE, 0, 0, 2, "by-package|fails|never-ends", 'I',         \
      "sim7000-fota 4", "how an update with a good package ends")                                  \
    X(UPDATE_FAILS_AT, "update-fails-at", PERCENT, 50, 0, 100, NULL, 'I', "sim7000-fota 4",        \
      "percent of its phase at which a set failure happens")                                       \
    X(WRONG_BASE_AT, "wrong-base-at", PERCENT, 3, 0, 100, NULL, 'I', "Q-F2",                       \
      "percent at which an update for another revision fails")                                     \
    X(RESTORE_MODEM_FAILS, "restore-modem-fails", FLAG, 0, 0, 1, NULL, 'D', "FOTA100 status 3",    \
      "restoring the modem image fails")                                                           \
    X(RESTORE_AP_FAILS, "restore-ap-fails", FLAG, 0, 0, 1, NULL, 'D', "FOTA100 status 5",          \
      "restoring the AP image fails")                                                              \
    X(POWER_CUT_IN_UPDATE, "power-cut-in-update", CHOICE, 0, 0, 1, "old-boots-status-7|resumes",   \
      'I', "Q-F4", "next power-up after a loss of power while the update is unpacked")             \
    X(POWER_CUT_IN_RESTORE, "power-cut-in-restore", CHOICE, 0, 0, 2, "resumes|fails|boots", 'S',   \
      "Q-F4, BG96",                                                                                \
      "next power-up after one while an image is restored: goes on, gives up with status 3 "       \
      "or 5, or boots with 2 or 4")                                                                \
    X(RESTORE_GOES_ON, "restore-goes-on", MS, 60000, 0, 2000000000, NULL, 'I', "Q-F5",             \
      "with boots: time until the restore goes on by itself")                                      \
    X(RESUME_URC, "resume-urc", FLAG, 1, 0, 1, NULL, 'I', "BG96",                                  \
      "Start to update is printed again when the updater goes on")                                 \
    X(RESUME_FROM, "resume-from", CHOICE, 0, 0, 1, "cut|phase", 'I', "V02",                        \
      "the updater goes on where the cut came, or begins that phase anew")                         \
    X(RESUME_LINE, "resume-line", CHOICE, 0, 0, 1, "start|unfinished", 'S', "BG96, V02",           \
      "with resume-urc: Start to update, or Last upgrade was not finished, continue upgrade")      \
    X(FINAL_URC, "final-urc", CHOICE, 0, 0, 3, "printed|lost|twice|truncated", 'I',                \
      "sim7000-fota 2, V06, V20", "how the line with the result is printed")                       \
    X(URC_PORT, "urc-port", CHOICE, 0, 0, 2, "both|uart|usb", 'I', "Q-F6",                         \
      "which ports print unsolicited lines; without USB ports: whether those of an update are")    \
    X(PROGRESS_PATTERN, "progress-pattern", CHOICE, 0, 0, 4, "rises|stays|falls|jumps|zero-only",  \
      'I', "field-failures 3", "percents that the progress lines show")                            \
    X(UPDATE_GARBAGE, "update-garbage", FLAG, 0, 0, 1, NULL, 'O', "T10, T14",                      \
      "noise on the line 64 ms after each reset of an update")                                     \
    X(UPDATE_SAG, "update-sag", MV, 0, 0, 6000, NULL, 'O', "S08, sim7000-fota 3.4",                \
      "the supply is that much lower while an update writes flash")                                \
    X(FINAL_RESET, "final-reset", CHOICE, 0, 0, 1, "happens|never", 'I', "sim7000-fota 4",         \
      "whether the module resets after it")                                                        \
    X(FINAL_RESET_DELAY, "final-reset-delay", MS, 2000, 0, 600000, NULL, 'I', "sim7000-fota 4",    \
      "from that line to the reset")                                                               \
    X(STATUS_AFTER, "status-after", COUNT, 0, 0, 8, NULL, 'I', "sim7000-fota 4",                   \
      "CFOTA? after the update; 0 = by its result")                                                \
    X(REVISION_AFTER, "revision-after", CHOICE, 1, 0, 2, "unchanged|target|third", 'I',            \
      "sim7000-fota 4", "GMR after an update that went well")                                      \
    X(REVISION_AFTER_FAILURE, "revision-after-failure", CHOICE, 0, 0, 2, "unchanged|target|third", \
      'I', "sim7000-fota 4", "GMR after one that failed")                                          \
    X(PACKAGE_AFTER_SUCCESS, "package-after-success", CHOICE, 0, 0, 1, "kept|removed", 'I',        \
      "sim7000-fota 4", "/fota/update.zip after an update that went well")                         \
    X(PACKAGE_AFTER_FAILURE, "package-after-failure", CHOICE, 0, 0, 1, "kept|removed", 'I',        \
      "sim7000-fota 4", "/fota/update.zip after an update that failed")                            \
    X(STALE_PACKAGE, "stale-package", CHOICE, 0, 0, 1, "harmless|reverts", 'S', "V11",             \
      "a crash, brown-out or reset by the pin with the installed package still in /fota: "         \
      "nothing, "                                                                                  \
      "or the revision of before runs again")                                                      \
    X(SETTINGS_AFTER_UPDATE, "settings-after-update", CHOICE, 0, 0, 1, "kept|factory", 'S',        \
      "sim7000-fota 4, V16", "saved settings after an update that went well")                      \
    X(CRASHES_AFTER_UPDATE, "crashes-after-update", COUNT, 0, 0, 1000000, NULL, 'I',               \
      "sim7000-fota 4", "that many boots crash after an update that went well (boot-loop-after)")  \
    X(CFUN_AFTER_UPDATE, "cfun-after-update", CHOICE, 0, 0, 5, "kept|0|1|4|5|7", 'O',              \
      "T12, sim7000-fota 3.4", "CFUN level after an update that went well")                        \
    X(IMEI_AFTER_UPDATE, "imei-after-update", CHOICE, 0, 0, 2, "kept|zero|missing", 'O',           \
      "T12, botletics issue 16", "IMEI after an update that went well")

enum sim_setting_id {
#define X(name, ...) SIM_SETTING_##name,
    SIM_SETTINGS(X)
#undef X
        SIM_SETTING_COUNT
};

/*
 * The places of values that are kept, each in as many bytes as its range takes: as they are in
 * memory, unsigned where no value is below zero. For sizes and offsets; settings.c reads and
 * writes.
 */
#define SIM_SETTING_BYTES(minimum, maximum)                                                        \
    ((minimum) >= 0 && (maximum) <= UINT8_MAX           ? 1                                        \
     : (minimum) >= 0 && (maximum) <= UINT16_MAX        ? 2                                        \
     : (minimum) >= INT16_MIN && (maximum) <= INT16_MAX ? 2                                        \
                                                        : 4)
struct sim_setting_places {
#define X(NAME, name, unit, initial, minimum, maximum, ...)                                        \
    uint8_t of_##NAME[SIM_SETTING_BYTES(minimum, maximum)];
    SIM_SETTINGS(X)
#undef X
};

enum { SIM_SETTING_WORDS = (SIM_SETTING_COUNT + 63) / 64 }; /* of 64 bits, one bit a setting */

struct sim_setting_info {
    const char *name;                  /* "http-size-lag" */
    uint8_t unit;                      /* enum sim_unit */
    char tag;                          /* 'D', 'O', 'S', 'I' */
    int32_t initial, minimum, maximum; /* in the unit; a CHOICE counts from 0 */
    const char *choices;               /* words separated by '|', CHOICE only, else NULL */
    const char *source;                /* where that is documented or was seen */
    const char *summary;               /* what it is, for people */
};

/* The row of a setting; NULL when `setting` is not below SIM_SETTING_COUNT. */
const struct sim_setting_info *sim_setting_info(unsigned setting);

/*
 * The n-th value that an assumed setting (tag I) may have on a real module, its default left out
 * (sim/knowledge/plausible.h); false past the last one. Settings with other tags have none.
 */
bool sim_setting_plausible(unsigned setting, size_t index, int32_t *ret_value);

/* Why an assumed setting has no such values, "a fault: ..." or "surroundings: ..."; NULL = it has.
 */
const char *sim_setting_no_question(unsigned setting);

/*
 * What to ask about an assumed setting that no dialogue over the port can settle, and what that
 * takes (sim/knowledge/open_questions.h); NULL = it is no such setting.
 */
const char *sim_setting_question(unsigned setting);

/* The setting with that name; -1 when there is none. */
int sim_setting_find(const char *name, size_t length);

#ifdef __cplusplus
}
#endif

#endif
