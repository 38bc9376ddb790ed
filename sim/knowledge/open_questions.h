/*
 * open_questions.h - assumed settings (tag I) that no dialogue over the module's port can settle:
 * what to ask, and what it takes. A test finds an assumed setting without a probe
 * (scenarios/conform) and without a row here.
 */
#ifndef FOTARIG_SIM_KNOWLEDGE_OPEN_QUESTIONS_H
#define FOTARIG_SIM_KNOWLEDGE_OPEN_QUESTIONS_H

/* X(NAME, "question: what it takes") */
#define SIM_OPEN_QUESTIONS(X)                                                                      \
    X(COMMAND_SET, "Which commands does each firmware know? AT+CLAC of a module with each.")       \
    X(LINE_FEED_WINDOW,                                                                            \
      "Is a LF that comes late behind the CR a byte of the data? A port that times its bytes.")    \
    X(UNFOUND_RATE,                                                                                \
      "At which rate does a module print that has not found the host's? An oscilloscope.")         \
    X(RATE_AFTER_FOTA,                                                                             \
      "Is the rate sought anew after an update with IPR=0? An update on a real UART.")             \
    X(WRONG_RATE, "What is heard of bytes at another rate? A real UART.")                          \
    X(RING_BY, "What does RI tell with CFGRI=1 and 2? A host that reads the pin.")                 \
    X(BROWNOUT_SUPPLY, "At which voltage is the module gone? A supply that can be set.")           \
    X(SUPPLY_RECOVERY, "How soon is it back after a sag? The supply of the board itself.")         \
    X(SUPPLY_RETURN, "Does it start by itself then? The board, a supply that can be cut.")         \
    X(TORN_WRITE, "What is left of a write that was cut? A supply that is cut at a set time.")     \
    X(PSM_ENTRY, "How long from ENTER PSM to sleep? The current, or the pin STATUS.")              \
    X(PSM_RETAINS, "What outlives the power saving mode? PWRKEY that can be pulsed.")              \
    X(PSM_RELEASE, "When does an active time of zero let it sleep? A network that grants it.")     \
    X(PSM_REGISTRATION, "Is it registered at once out of it? PWRKEY, and a network that grants.")  \
    X(MESSAGE_WAKE, "How long does a message keep it awake? DTR, and somebody who sends one.")     \
    X(BOOT_JITTER, "How far apart are the times of a start? A hundred starts.")                    \
    X(RESET_DELAY,                                                                                 \
      "How long from the OK of CFUN=1,1 to the restart? The pin STATUS: the port shows the sum.")  \
    X(RANDOM_SEED, "None: it is the emulator's own.")                                              \
    X(VARIANT_RADIOS, "What does CPSI show of a network that the variant is not built for? One.")  \
    X(GNSS_FIX_TIME, "How long to the first position? An antenna under the sky, many starts.")     \
    X(TX_POWER, "What does CENG tell while it sends? A moment that no dialogue hits.")             \
    X(SMS_FIRST_INDEX, "Is the first message 0 or 1? A card that is empty.")                       \
    X(SMS_PART_TEXT, "How is a part of a longer message shown? Somebody who sends one.")           \
    X(DOWNLOAD_BLOCK, "How much of a download is written at a time? A supply that is cut.")        \
    X(HTTP_SETUP, "When does the first byte of a body arrive? The server's own log beside it.")    \
    X(HTTPS_ORDER, "In which order does TLS want CSSLCFG? A server that speaks it, and both.")     \
    X(HTTP_DROPPED, "Is a lost connection tried again? A server that drops one.")                  \
    X(HTTP_ERROR_LENGTH, "Which length is told with a 404? A server that has a page for it.")      \
    X(HTTP_FAILED_FILE, "What is left of a failed download? A server that ends one early.")        \
    X(FTP_STATE, "What is the second number of FTPTOFSST? An FTP server.")                         \
    X(CFOTA_RESET_DELAY,                                                                           \
      "How long from the OK of CFOTA=1 to the restart? The pin STATUS: the port shows the sum.")   \
    X(CFOTA_SUPPLY, "Is an update refused below some voltage? A supply that can be set.")          \
    X(UPDATER_COMMANDS, "What do commands get while it is updated? A module that may be lost.")    \
    X(UPDATE_FAILS_AT, "None: it says where a failure that is set happens.")                       \
    X(WRONG_BASE_AT, "At which percent is a package of another base refused? Such a package.")     \
    X(POWER_CUT_IN_UPDATE, "What comes of a cut while it is unpacked? A module that may be lost.") \
    X(RESTORE_GOES_ON, "When does a restore go on by itself? A module that may be lost.")          \
    X(RESUME_URC, "Is the start told again when it goes on? A module that may be lost.")           \
    X(RESUME_FROM, "Does it go on where it was cut? A module that may be lost.")                   \
    X(URC_PORT, "Which ports print what is unsolicited? All of them, heard at once.")              \
    X(PACKAGE_AFTER_FAILURE, "Is the package there after a failed update? One that fails.")

#endif
