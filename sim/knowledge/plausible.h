/*
 * plausible.h - what an assumed setting (tag I) may be on a real module, beside its default: nobody
 * knows, but a client should not depend on it (sim7000-at 8, sim7000-fota 4 and 5).
 *
 * Of words and flags all are plausible. Numbers have a row here: a low and a high value that a user
 * would not be surprised to measure. A test finds settings without a row.
 */
#ifndef FOTARIG_SIM_KNOWLEDGE_PLAUSIBLE_H
#define FOTARIG_SIM_KNOWLEDGE_PLAUSIBLE_H

/* X(NAME, low, high): one of them may be the default. */
#define SIM_PLAUSIBLE(X)                                                                           \
    X(LINE_FEED_WINDOW, 0, 50)                                                                     \
    X(UNFOUND_RATE, 9600, 460800)                                                                  \
    X(BROWNOUT_SUPPLY, 2000, 2900)                                                                 \
    X(SUPPLY_RECOVERY, 10, 2000)                                                                   \
    X(PSM_ENTRY, 0, 5000)                                                                          \
    X(PSM_RELEASE, 1000, 60000)                                                                    \
    X(MESSAGE_WAKE, 500, 30000)                                                                    \
    X(CPIN_DELAY, 50, 5000)                                                                        \
    X(SMS_READY_DELAY, 1000, 10000)                                                                \
    X(BOOT_JITTER, 0, 2000)                                                                        \
    X(RESET_DELAY, 0, 2000)                                                                        \
    X(RANDOM_SEED, 2, 77)                                                                          \
    X(RAM_SIZE, 33554432, 268435456)                                                               \
    X(REGISTRATION_TIME, 500, 120000)                                                              \
    X(GNSS_FIX_TIME, 1000, 300000)                                                                 \
    X(SCAN_TIME, 2000, 45000)                                                                      \
    X(OPERATOR_TIME, 500, 120000)                                                                  \
    X(TX_POWER, -100, 210)                                                                         \
    X(PDP_FAILURE_DELAY, 500, 60000)                                                               \
    X(SMS_CARD_SLOTS, 5, 50)                                                                       \
    X(SMS_MODULE_SLOTS, 5, 50)                                                                     \
    X(SMS_FIRST_INDEX, 0, 1)                                                                       \
    X(SMS_SEND_TIME, 200, 60000)                                                                   \
    X(SMS_REPORT_TIME, 500, 60000)                                                                 \
    X(DIAL_TIME, 500, 60000)                                                                       \
    X(USSD_TIME, 500, 30000)                                                                       \
    X(DOWNLOAD_BLOCK, 2048, 65536)                                                                 \
    X(HTTP_SETUP, 0, 10000)                                                                        \
    X(HTTP_FAILURE_DELAY, 100, 30000)                                                              \
    X(SAPBR_OPEN_DELAY, 100, 85000)                                                                \
    X(CIICR_DELAY, 100, 85000)                                                                     \
    X(CONNECT_TIME, 50, 75000)                                                                     \
    X(PEER_DELAY, 20, 10000)                                                                       \
    X(PING_TIME, 20, 5000)                                                                         \
    X(FTP_MISSING_FILE, 66, 79)                                                                    \
    X(MQTT_PUBLISH_TIME, 50, 30000)                                                                \
    X(CFOTA_OK_DELAY, 0, 3000)                                                                     \
    X(CFOTA_RESET_DELAY, 100, 30000)                                                               \
    X(CFOTA_SUPPLY, 0, 3500)                                                                       \
    X(UPDATE_SILENCE, 2000, 60000)                                                                 \
    X(UPDATE_DURATION, 60000, 1200000)                                                             \
    X(VERIFY_SHARE, 1, 20)                                                                         \
    X(RESTORE_MODEM_SHARE, 5, 50)                                                                  \
    X(RESTORE_AP_SHARE, 2, 40)                                                                     \
    X(PROGRESS_STEP, 1, 100)                                                                       \
    X(UPDATE_FAILS_AT, 1, 99)                                                                      \
    X(WRONG_BASE_AT, 0, 20)                                                                        \
    X(RESTORE_GOES_ON, 5000, 600000)                                                               \
    X(FINAL_RESET_DELAY, 0, 30000)

/* Whose other values are no open question: X(NAME, "what they are"). */
#define SIM_NO_QUESTION(X)                                                                         \
    X(SIM_PIN, "surroundings: the owner of the card chose it")                                     \
    X(SIM_PUK, "surroundings: the operator chose it")                                              \
    X(ADC, "surroundings: the voltage at the pin")                                                 \
    X(GPIO_LEVELS, "surroundings: what is wired to the pins")                                      \
    X(I2C_DEVICE, "surroundings: what is wired to the bus")                                        \
    X(GNSS_FIX, "surroundings: whether satellites are seen")                                       \
    X(GNSS_LATITUDE, "surroundings: where the module is")                                          \
    X(GNSS_LONGITUDE, "surroundings: where the module is")                                         \
    X(GNSS_ALTITUDE, "surroundings: where the module is")                                          \
    X(PDP, "surroundings: the network refuses")                                                    \
    X(SMS_SEND, "surroundings: the network refuses")                                               \
    X(PEER, "surroundings: the other side of a connection")                                        \
    X(DNS, "surroundings: the name server fails")                                                  \
    X(CFOTA_RESET, "a fault: no update begins")                                                    \
    X(UPDATE_RESULT, "a fault: the update fails or never ends")                                    \
    X(FINAL_URC, "a fault: the last line is lost or spoilt")                                       \
    X(FINAL_RESET, "a fault: the reset that the last line announces does not come")                \
    X(STATUS_AFTER, "a fault: the status is wrong")                                                \
    X(REVISION_AFTER, "a fault: success was claimed, and is none")                                 \
    X(REVISION_AFTER_FAILURE, "a fault: failure was claimed, and is none")                         \
    X(CRASHES_AFTER_UPDATE, "a fault: the new firmware crashes")

#endif
