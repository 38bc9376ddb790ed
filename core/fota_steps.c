/*
 * fota_steps.c - the procedure as two tables: what is sent in which state and what follows, and
 * what the deadline or a restart of the module means there.
 *
 * Timeouts are at least the maximum response times of AT106 (CFUN 10 s, CPIN 5 s); where the manual
 * gives none the value is generous, since a timeout costs a resynchronisation.
 */
#include <stddef.h>

#include "core/fota_internal.h"

#define PACKAGE "1,\"update.zip\"" /* directory 1 is /fota/ (AT106 15.2) */

/* Shorthands that keep a row on few lines. */
#define SEND(in, text, ms, n, to, otherwise, why)                                                  \
    .state = FOTA_STATE_##in, .kind = KIND_SEND, .command = text, .timeout_ms = ms, .tries = n,    \
    .pause_ms = 2000, .next = STEP_##to, .failed = STEP_##otherwise, .reason = FOTA_REASON_##why
#define ASKS(how, reader) .info = AT_INFO_##how, .read = fota_read_##reader
#define FIND(in, n, ms, to, otherwise)                                                             \
    .state = FOTA_STATE_##in, .kind = KIND_FIND, .tries = n, .timeout_ms = ms, .next = STEP_##to,  \
    .failed = STEP_##otherwise, .reason = FOTA_REASON_NO_ANSWER
#define ASK(in, why)                                                                               \
    .state = FOTA_STATE_##in, .kind = KIND_ASK, .timeout_ms = 60000, .reason = FOTA_REASON_##why
#define PAUSE(in, ms, to, why)                                                                     \
    .state = FOTA_STATE_##in, .kind = KIND_PAUSE, .pause_ms = ms, .next = STEP_##to,               \
    .reason = FOTA_REASON_##why
#define JUDGE(in, by) .state = FOTA_STATE_##in, .kind = KIND_JUDGE, .judge = fota_judge_##by

const struct fota_step fota_steps[STEP_COUNT] = {
    [STEP_SYNCHRONISE] = {FIND(SYNCHRONISE, 20, 2000, ECHO, LOST), .judge = fota_judge_found},
    [STEP_ECHO] = {SEND(SYNCHRONISE, "ATE0V1Q0", 3000, 3, ERROR_FORM, ERROR_FORM, NO_ANSWER),
                   .judge = fota_judge_echo},
    [STEP_ERROR_FORM] = {SEND(SYNCHRONISE, "AT+CMEE=1", 3000, 3, MODEL, MODEL, NO_ANSWER),
                         .judge = fota_judge_error_form},

    [STEP_MODEL] = {SEND(IDENTIFY, "AT+CGMM", 5000, 3, REVISION, END, WRONG_MODEL),
                    ASKS(ANY, model), .judge = fota_judge_model},
    [STEP_REVISION] = {SEND(IDENTIFY, "AT+GMR", 5000, 3, SUPPORT, END, WRONG_BASE),
                       ASKS(ANY, revision), .judge = fota_judge_revision},
    [STEP_SUPPORT] = {SEND(IDENTIFY, "AT+CFOTA?", 5000, 3, DECIDE, END, NOT_SUPPORTED),
                      ASKS(NAME, status), .judge = fota_judge_support},
    [STEP_DECIDE] = {JUDGE(DECIDE, decide), .next = STEP_PREFLIGHT},
    [STEP_CLEAR] = {SEND(DECIDE, "AT+CFOTA=0", 10000, 3, CLEARED, CLEARED, LEFT_OVER),
                    .judge = fota_judge_clear},
    [STEP_CLEARED] = {SEND(DECIDE, "AT+CFOTA?", 5000, 3, PREFLIGHT, END, LEFT_OVER),
                      ASKS(NAME, status), .judge = fota_judge_cleared},

    [STEP_PREFLIGHT] = {JUDGE(PREFLIGHT, preflight)},
    [STEP_SUPPLY] = {SEND(PREFLIGHT, "AT+CBC", 5000, 3, FUNCTION, END, LOW_SUPPLY),
                     ASKS(NAME, supply), .judge = fota_judge_supply},
    [STEP_FUNCTION] = {SEND(PREFLIGHT, "AT+CFUN?", 10000, 3, SIM, RADIO_ON, RADIO_OFF),
                       ASKS(NAME, number), .judge = fota_judge_function},
    [STEP_RADIO_ON] = {SEND(PREFLIGHT, "AT+CFUN=1", 12000, 1, FUNCTION, FUNCTION, RADIO_OFF),
                       .judge = fota_judge_radio_on},
    [STEP_SIM] = {SEND(PREFLIGHT, "AT+CPIN?", 6000, 3, REGISTRATION, END, NO_SIM), ASKS(NAME, sim),
                  .judge = fota_judge_sim},

    [STEP_REGISTRATION] = {SEND(NETWORK, "AT+CEREG?", 5000, 1, BEARER, REGISTRATION_GSM,
                                NO_NETWORK),
                           ASKS(NAME, registration), .judge = fota_judge_registration},
    [STEP_REGISTRATION_GSM] = {SEND(NETWORK, "AT+CREG?", 5000, 1, BEARER, REGISTRATION_PAUSE,
                                    NO_NETWORK),
                               ASKS(NAME, registration), .judge = fota_judge_registration},
    [STEP_REGISTRATION_PAUSE] = {PAUSE(NETWORK, 2000, REGISTRATION, NO_NETWORK)},
    [STEP_BEARER] = {SEND(NETWORK, "AT+CNACT?", 10000, 3, OPEN, ACTIVATE, NO_BEARER),
                     ASKS(NAME, bearer), .judge = fota_judge_bearer},
    [STEP_BEARER_PAUSE] = {PAUSE(NETWORK, 2000, BEARER, NO_BEARER)},
    [STEP_ACTIVATE] = {SEND(NETWORK, "AT+CNACT=1%a", 60000, 1, BEARER_PAUSE, ACTIVATE_PAUSE,
                            NO_BEARER),
                       .judge = fota_judge_activate},
    [STEP_ACTIVATE_PAUSE] = {PAUSE(NETWORK, 5000, BEARER, NO_BEARER)},
    [STEP_BACKOFF] = {PAUSE(NETWORK, 10000, REGISTRATION, NO_NETWORK)},

    [STEP_OPEN] = {SEND(PREPARE, "AT+CFSINIT", 10000, 1, FIND, FIND, FILE_SYSTEM),
                   .judge = fota_judge_open},
    [STEP_FIND] = {SEND(PREPARE, "AT+CFSGFIS=" PACKAGE, 10000, 1, REMOVE, SPACE, FILE_SYSTEM),
                   ASKS(NAME, number), .judge = fota_judge_find},
    [STEP_REMOVE] = {SEND(PREPARE, "AT+CFSDFILE=" PACKAGE, 20000, 1, SPACE, REMOVE_BUSY,
                          FILE_SYSTEM)},
    /* A download that an earlier call began may still write the file; or it is gone already and the
     * OK was lost: it is looked for again. */
    [STEP_REMOVE_BUSY] = {SEND(PREPARE, "AT+HTTPTOFSRL?", 5000, 1, REMOVE_PAUSE, END, FILE_SYSTEM),
                          ASKS(NAME, progress), .judge = fota_judge_remove_busy},
    [STEP_REMOVE_PAUSE] = {PAUSE(PREPARE, 5000, FIND, FILE_SYSTEM)},
    [STEP_SPACE] = {SEND(PREPARE, "AT+CFSGFRS?", 10000, 2, CLOSE, CLOSE, NO_SPACE),
                    ASKS(NAME, number), .judge = fota_judge_space},
    [STEP_CLOSE] = {SEND(PREPARE, "AT+CFSTERM", 10000, 1, FETCH, FETCH, FILE_SYSTEM),
                    .judge = fota_judge_close},

    [STEP_FETCH] = {SEND(DOWNLOAD, "AT+HTTPTOFS=\"%u\",\"/fota/update.zip\"", 20000, 0,
                         PROGRESS_PAUSE, END, HTTP_OTHER),
                    .judge = fota_judge_fetch},
    [STEP_PROGRESS_PAUSE] = {PAUSE(DOWNLOAD, 5000, PROGRESS, DOWNLOAD_TIMEOUT)},
    [STEP_PROGRESS] = {SEND(DOWNLOAD, "AT+HTTPTOFSRL?", 5000, 1, PROGRESS_PAUSE, PROGRESS_PAUSE,
                            DOWNLOAD_TIMEOUT),
                       ASKS(NAME, progress), .judge = fota_judge_progress},
    [STEP_DOWNLOADED] = {JUDGE(DOWNLOAD, downloaded), .next = STEP_VERIFY_OPEN},
    [STEP_DOWNLOAD_EXPIRED] = {JUDGE(DOWNLOAD, download_expired)},

    [STEP_VERIFY_OPEN] = {SEND(VERIFY, "AT+CFSINIT", 10000, 1, VERIFY_SIZE, VERIFY_SIZE,
                               FILE_SYSTEM),
                          .judge = fota_judge_open},
    [STEP_VERIFY_SIZE] = {SEND(VERIFY, "AT+CFSGFIS=" PACKAGE, 10000, 3, VERIFY_CLOSE, VERIFY_CLOSE,
                               FILE_SYSTEM),
                          ASKS(NAME, number), .judge = fota_judge_verify_size},
    [STEP_VERIFY_CLOSE] = {SEND(VERIFY, "AT+CFSTERM", 10000, 1, VERIFY_JUDGE, VERIFY_JUDGE,
                                FILE_SYSTEM),
                           .judge = fota_judge_close},
    [STEP_VERIFY_JUDGE] = {JUDGE(VERIFY, verify), .next = STEP_SAVE,
                           .reason = FOTA_REASON_WRONG_LENGTH},

    [STEP_SAVE] = {ASK(CHECKPOINT, CHECKPOINT_REFUSED), .judge = fota_judge_save,
                   .next = STEP_START},
    /* Once in an attempt: tries 0. */
    [STEP_START] = {SEND(START, "AT+CFOTA=1", 10000, 0, AWAIT_UPDATER, AWAIT_UPDATER,
                         START_REFUSED),
                    .judge = fota_judge_start},

    /* The updater must not be disturbed: one AT, after silence only. */
    [STEP_AWAIT_UPDATER] = {PAUSE(AWAIT_UPDATER, 30000, AWAIT_UPDATER_PROBE, SILENT)},
    [STEP_AWAIT_UPDATER_PROBE] = {FIND(AWAIT_UPDATER, 1, 3000, VERDICT_ECHO, AWAIT_UPDATER)},
    [STEP_UPDATING] = {PAUSE(UPDATING, 30000, UPDATING_PROBE, SILENT)},
    [STEP_UPDATING_PROBE] = {FIND(UPDATING, 1, 3000, VERDICT_ECHO, UPDATING)},
    [STEP_AWAIT_BOOT] = {PAUSE(AWAIT_BOOT, 10000, AWAIT_BOOT_PROBE, SILENT)},
    [STEP_AWAIT_BOOT_PROBE] = {FIND(AWAIT_BOOT, 3, 2000, VERDICT_ECHO, AWAIT_BOOT)},

    [STEP_RUNG] = {JUDGE(RECOVER, rung), .reason = FOTA_REASON_NO_ANSWER},
    [STEP_RUNG_ASK] = {ASK(RECOVER, NO_ANSWER), .judge = fota_judge_rung_answered,
                       .next = STEP_RUNG_SYNCHRONISE, .failed = STEP_RUNG},
    [STEP_RUNG_SYNCHRONISE] = {FIND(RECOVER, 0, 2000, RECOVERED, RUNG)}, /* tries: of the rung */
    [STEP_RECOVERED] = {JUDGE(RECOVER, recovered)},

    [STEP_VERDICT_ECHO] = {SEND(VERDICT, "ATE0V1Q0", 3000, 3, VERDICT_ERROR_FORM,
                                VERDICT_ERROR_FORM, SILENT),
                           .judge = fota_judge_echo},
    [STEP_VERDICT_ERROR_FORM] = {SEND(VERDICT, "AT+CMEE=1", 3000, 3, VERDICT_STATUS, VERDICT_STATUS,
                                      SILENT)},
    [STEP_VERDICT_STATUS] = {SEND(VERDICT, "AT+CFOTA?", 5000, 3, VERDICT_REVISION, VERDICT_REVISION,
                                  SILENT),
                             ASKS(NAME, status), .judge = fota_judge_verdict_status},
    [STEP_VERDICT_REVISION] = {SEND(VERDICT, "AT+GMR", 5000, 3, VERDICT_JUDGE, VERDICT_JUDGE,
                                    SILENT),
                               ASKS(ANY, revision), .judge = fota_judge_revision},
    [STEP_VERDICT_JUDGE] = {JUDGE(VERDICT, verdict)},

    [STEP_HEALTH_FUNCTION] = {SEND(HEALTH, "AT+CFUN?", 10000, 3, HEALTH_IDENTITY, HEALTH_RADIO_ON,
                                   RADIO_UNHEALTHY),
                              ASKS(NAME, number), .judge = fota_judge_function},
    [STEP_HEALTH_RADIO_ON] = {SEND(HEALTH, "AT+CFUN=1", 12000, 1, HEALTH_FUNCTION, HEALTH_FUNCTION,
                                   RADIO_UNHEALTHY),
                              .judge = fota_judge_radio_on},
    [STEP_HEALTH_IDENTITY] = {SEND(HEALTH, "AT+GSN", 5000, 3, HEALTH_SIM, END, IDENTITY_LOST),
                              ASKS(ANY, identity), .judge = fota_judge_identity},
    [STEP_HEALTH_SIM] = {SEND(HEALTH, "AT+CPIN?", 6000, 3, HEALTHY, END, SIM_UNHEALTHY),
                         ASKS(NAME, sim), .judge = fota_judge_sim},
    [STEP_HEALTHY] = {JUDGE(HEALTH, healthy)},

    /* From here on a failure changes nothing: the verdict is in. */
    [STEP_TIDY_SYNCHRONISE] = {FIND(CLEAN_UP, 10, 2000, TIDY_FILES, TIDY_SAVE)},
    [STEP_TIDY_FILES] = {JUDGE(CLEAN_UP, tidy_files)},
    [STEP_TIDY_OPEN] = {SEND(CLEAN_UP, "AT+CFSINIT", 10000, 1, TIDY_REMOVE, TIDY_REMOVE, NONE)},
    [STEP_TIDY_REMOVE] = {SEND(CLEAN_UP, "AT+CFSDFILE=" PACKAGE, 20000, 2, TIDY_CLOSE, TIDY_CLOSE,
                               NONE)},
    [STEP_TIDY_CLOSE] = {SEND(CLEAN_UP, "AT+CFSTERM", 10000, 1, TIDY_STATUS, TIDY_STATUS, NONE)},
    [STEP_TIDY_STATUS] = {JUDGE(CLEAN_UP, tidy_status)},
    [STEP_TIDY_CLEAR] = {SEND(CLEAN_UP, "AT+CFOTA=0", 10000, 2, TIDY_SAVE, TIDY_SAVE, NONE)},
    [STEP_TIDY_SAVE] = {ASK(CLEAN_UP, NONE), .judge = fota_judge_tidy_done},
    [STEP_DONE] = {.state = FOTA_STATE_DONE, .kind = KIND_PAUSE},
};

const struct fota_state_row fota_state_rows[FOTA_STATE_COUNT] = {
    /* state                     deadline expired             restarted         then */
    [FOTA_STATE_SYNCHRONISE] = {90, STEP_LOST, STEP_SYNCHRONISE, STEP_STAY},
    [FOTA_STATE_IDENTIFY] = {90, STEP_END, STEP_SYNCHRONISE, STEP_MODEL},
    [FOTA_STATE_DECIDE] = {90, STEP_END, STEP_SYNCHRONISE, STEP_MODEL},
    [FOTA_STATE_PREFLIGHT] = {90, STEP_END, STEP_SYNCHRONISE, STEP_MODEL},
    [FOTA_STATE_NETWORK] = {0, STEP_END, STEP_SYNCHRONISE, STEP_REGISTRATION},
    [FOTA_STATE_PREPARE] = {420, STEP_END, STEP_SYNCHRONISE, STEP_REGISTRATION},
    [FOTA_STATE_DOWNLOAD] = {0, STEP_DOWNLOAD_EXPIRED, STEP_SYNCHRONISE, STEP_REGISTRATION},
    [FOTA_STATE_VERIFY] = {120, STEP_END, STEP_SYNCHRONISE, STEP_VERIFY_OPEN},
    [FOTA_STATE_CHECKPOINT] = {120, STEP_END, STEP_SYNCHRONISE, STEP_VERIFY_OPEN},
    [FOTA_STATE_START] = {60, STEP_AWAIT_UPDATER, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_AWAIT_UPDATER] = {0, STEP_LOST, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_UPDATING] = {0, STEP_LOST, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_AWAIT_BOOT] = {0, STEP_LOST, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_RECOVER] = {900, STEP_END, STEP_STAY, STEP_STAY},
    [FOTA_STATE_VERDICT] = {120, STEP_LOST, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_HEALTH] = {90, STEP_END, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_CLEAN_UP] = {240, STEP_DONE, STEP_TIDY_SYNCHRONISE, STEP_STAY},
};
