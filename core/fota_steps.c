/*
 * fota_steps.c - the procedure as two tables: what is sent in which state and what follows, and
 * what the deadline or a restart of the module means there.
 *
 * Timeouts are at least the maximum response times of AT106 (CFUN 10 s, CPIN 5 s); where the manual
 * gives none the value is generous, since a timeout costs a resynchronisation.
 */
#include <stddef.h>

#include "core/fota_command.h"

/* Shorthands that keep a row on few lines. Times are seconds. */
#define SEND(in, text, s, n, to, otherwise, why)                                                   \
    .state = FOTA_STATE_##in, .kind = KIND_SEND, .command = COMMAND_##text, .timeout_s = s,        \
    .tries = n, .next = STEP_##to, .failed = STEP_##otherwise, .reason = FOTA_REASON_##why
#define ASKS(how, reader) .info = AT_INFO_##how, .read = READ_##reader
#define FIND(in, n, s, to, otherwise)                                                              \
    .state = FOTA_STATE_##in, .kind = KIND_FIND, .tries = n, .timeout_s = s, .next = STEP_##to,    \
    .failed = STEP_##otherwise, .reason = FOTA_REASON_NO_ANSWER
#define ASK(in, why)                                                                               \
    .state = FOTA_STATE_##in, .kind = KIND_ASK, .timeout_s = 60, .reason = FOTA_REASON_##why
#define PAUSE(in, s, to, why)                                                                      \
    .state = FOTA_STATE_##in, .kind = KIND_PAUSE, .timeout_s = s, .next = STEP_##to,               \
    .reason = FOTA_REASON_##why
#define JUDGE(in, by) .state = FOTA_STATE_##in, .kind = KIND_JUDGE, BY(by)
#define BY(name)      .judge = JUDGE_##name

const struct fota_step fota_steps[STEP_COUNT] = {
    /* A push was cut off: the module may still take what it gets for bytes of the file. Its input
     * time is 10 s at most (AT106 15.2); the bytes of an unfinished chunk are then discarded. */
    [STEP_SETTLE] = {PAUSE(SYNCHRONISE, 12, SYNCHRONISE, NO_ANSWER)},
    [STEP_SYNCHRONISE] = {FIND(SYNCHRONISE, 20, 2, ECHO, LOST), BY(found)},
    [STEP_ECHO] = {SEND(SYNCHRONISE, NORMALISE, 3, 3, ERROR_FORM, ERROR_FORM, NO_ANSWER), BY(echo)},
    [STEP_ERROR_FORM] = {SEND(SYNCHRONISE, ERROR_FORM, 3, 3, MODEL, MODEL, NO_ANSWER),
                         BY(error_form)},

    [STEP_MODEL] = {SEND(IDENTIFY, MODEL, 5, 3, REVISION, END, WRONG_MODEL), ASKS(ANY, model),
                    BY(model)},
    [STEP_REVISION] = {SEND(IDENTIFY, REVISION, 5, 4, SUPPORT, END, WRONG_BASE),
                       ASKS(ANY, revision), BY(revision)},
    [STEP_SUPPORT] = {SEND(IDENTIFY, STATUS, 5, 3, DECIDE, END, NOT_SUPPORTED), ASKS(NAME, status),
                      BY(support)},
    [STEP_DECIDE] = {JUDGE(DECIDE, decide), .next = STEP_PREFLIGHT},
    [STEP_CLEAR] = {SEND(DECIDE, CLEAR, 10, 3, CLEARED, CLEARED, LEFT_OVER), BY(go_on)},
    [STEP_CLEARED] = {SEND(DECIDE, STATUS, 5, 3, PREFLIGHT, END, LEFT_OVER), ASKS(NAME, status),
                      BY(cleared)},

    [STEP_PREFLIGHT] = {JUDGE(PREFLIGHT, preflight)},
    [STEP_SUPPLY] = {SEND(PREFLIGHT, SUPPLY, 5, 3, FUNCTION, END, LOW_SUPPLY), ASKS(NAME, numbers),
                     BY(supply)},
    [STEP_FUNCTION] = {SEND(PREFLIGHT, FUNCTION, 10, 3, SIM, RADIO_ON, RADIO_OFF),
                       ASKS(NAME, numbers), BY(function)},
    [STEP_RADIO_ON] = {SEND(PREFLIGHT, RADIO_ON, 12, 1, FUNCTION, FUNCTION, RADIO_OFF),
                       BY(radio_on)},
    [STEP_SIM] = {SEND(PREFLIGHT, SIM, 6, 3, ROUTE, END, NO_SIM), ASKS(NAME, sim), BY(sim)},

    [STEP_REGISTRATION] = {SEND(NETWORK, REGISTRATION, 5, 1, BEARER, REGISTRATION_GSM, NO_NETWORK),
                           ASKS(NAME, numbers), BY(registration)},
    [STEP_REGISTRATION_GSM] = {SEND(NETWORK, REGISTRATION_GSM, 5, 1, BEARER, NETWORK_FUNCTION,
                                    NO_NETWORK),
                               ASKS(NAME, numbers), BY(registration)},
    [STEP_REGISTRATION_PAUSE] = {PAUSE(NETWORK, 2, REGISTRATION, NO_NETWORK)},
    /* Somebody else may have switched the radio off. */
    [STEP_NETWORK_FUNCTION] = {SEND(NETWORK, FUNCTION, 10, 3, REGISTRATION_PAUSE, NETWORK_RADIO_ON,
                                    RADIO_OFF),
                               ASKS(NAME, numbers), BY(function)},
    [STEP_NETWORK_RADIO_ON] = {SEND(NETWORK, RADIO_ON, 12, 1, REGISTRATION_PAUSE,
                                    REGISTRATION_PAUSE, RADIO_OFF),
                               BY(radio_on)},
    [STEP_BEARER] = {SEND(NETWORK, BEARER, 10, 3, OPEN, ACTIVATE, NO_BEARER), ASKS(NAME, bearer),
                     BY(bearer)},
    [STEP_BEARER_PAUSE] = {PAUSE(NETWORK, 2, BEARER, NO_BEARER)},
    [STEP_ACTIVATE] = {SEND(NETWORK, ACTIVATE, 60, 1, BEARER_PAUSE, ACTIVATE_PAUSE, NO_BEARER),
                       BY(activate)},
    [STEP_ACTIVATE_PAUSE] = {PAUSE(NETWORK, 5, BEARER, NO_BEARER)},
    [STEP_DEACTIVATE] = {SEND(PREPARE, DEACTIVATE, 60, 2, BACKOFF, BACKOFF, NO_BEARER)},
    [STEP_BACKOFF] = {PAUSE(PREPARE, 10, ROUTE, FILE_SYSTEM)},

    [STEP_OPEN] = {SEND(PREPARE, OPEN, 10, 1, FIND, FIND, FILE_SYSTEM), BY(open)},
    [STEP_FIND] = {SEND(PREPARE, SIZE, 10, 1, REMOVE, SPACE, FILE_SYSTEM), ASKS(NAME, numbers),
                   BY(find)},
    [STEP_REMOVE] = {SEND(PREPARE, REMOVE, 20, 1, SPACE, REMOVE_BUSY, FILE_SYSTEM)},
    /* A download that an earlier call began may still write the file; or it is gone already and the
     * OK was lost: it is looked for again. */
    [STEP_REMOVE_BUSY] = {SEND(PREPARE, PROGRESS, 5, 1, REMOVE_PAUSE, END, FILE_SYSTEM),
                          ASKS(NAME, numbers), BY(remove_busy)},
    [STEP_REMOVE_PAUSE] = {PAUSE(PREPARE, 5, FIND, DOWNLOAD_TIMEOUT)},
    [STEP_SPACE] = {SEND(PREPARE, SPACE, 10, 2, CLOSE, CLOSE, NO_SPACE), ASKS(NAME, numbers),
                    BY(space)},
    [STEP_CLOSE] = {SEND(PREPARE, CLOSE, 10, 1, FETCH, FETCH, FILE_SYSTEM), BY(close)},

    [STEP_FETCH] = {SEND(DOWNLOAD, FETCH, 20, 0, PROGRESS_PAUSE, END, HTTP_OTHER), BY(fetch)},
    [STEP_PROGRESS_PAUSE] = {PAUSE(DOWNLOAD, 5, PROGRESS, DOWNLOAD_TIMEOUT)},
    [STEP_PROGRESS] = {SEND(DOWNLOAD, PROGRESS, 5, 1, PROGRESS_PAUSE, PROGRESS_PAUSE,
                            DOWNLOAD_TIMEOUT),
                       ASKS(NAME, numbers), BY(progress)},
    [STEP_PUSH_SAVE] = {ASK(PREPARE, CHECKPOINT_REFUSED), BY(push_save), .next = STEP_PUSH_OPEN},
    [STEP_PUSH_OPEN] = {SEND(DOWNLOAD, OPEN, 10, 1, PUSH_WRITE, PUSH_WRITE, WRITE_FAILED),
                        BY(push_open)},
    /* Not idempotent: sent once, then the size of the file tells what came of it. */
    [STEP_PUSH_WRITE] = {SEND(DOWNLOAD, WRITE, 10, 0, PUSH_SIZE, PUSH_SIZE, WRITE_FAILED),
                         .info = AT_INFO_PROMPT, BY(push_write)},
    [STEP_PUSH_SIZE] = {SEND(DOWNLOAD, SIZE, 10, 3, PUSH_WRITE, END, WRITE_FAILED),
                        ASKS(NAME, numbers), BY(push_size)},

    [STEP_FTP_CONTEXT] = {SEND(DOWNLOAD, FTP_CONTEXT, 10, 2, FTP_SERVER, END, FTP_OTHER)},
    [STEP_FTP_SERVER] = {SEND(DOWNLOAD, FTP_SERVER, 10, 2, FTP_PORT, END, FTP_OTHER)},
    [STEP_FTP_PORT] = {SEND(DOWNLOAD, FTP_PORT, 10, 2, FTP_USER, END, FTP_OTHER)},
    [STEP_FTP_USER] = {SEND(DOWNLOAD, FTP_USER, 10, 2, FTP_PASSWORD, END, FTP_OTHER)},
    [STEP_FTP_PASSWORD] = {SEND(DOWNLOAD, FTP_PASSWORD, 10, 2, FTP_NAME, END, FTP_OTHER)},
    [STEP_FTP_NAME] = {SEND(DOWNLOAD, FTP_NAME, 10, 2, FTP_PATH, END, FTP_OTHER)},
    [STEP_FTP_PATH] = {SEND(DOWNLOAD, FTP_PATH, 10, 2, FTP_FETCH, END, FTP_OTHER)},
    [STEP_FTP_FETCH] = {SEND(DOWNLOAD, FTP_FETCH, 80, 0, FTP_PAUSE, END, FTP_OTHER), BY(fetch)},
    [STEP_FTP_PAUSE] = {PAUSE(DOWNLOAD, 5, FTP_PROGRESS, DOWNLOAD_TIMEOUT)},
    [STEP_FTP_PROGRESS] = {SEND(DOWNLOAD, FTP_PROGRESS, 5, 1, FTP_PAUSE, FTP_PAUSE,
                                DOWNLOAD_TIMEOUT),
                           ASKS(NAME, numbers), BY(ftp_progress)},

    [STEP_DOWNLOADED] = {JUDGE(DOWNLOAD, downloaded), .next = STEP_VERIFY_OPEN},
    [STEP_DOWNLOAD_EXPIRED] = {JUDGE(DOWNLOAD, download_expired)},

    [STEP_VERIFY_OPEN] = {SEND(VERIFY, OPEN, 10, 1, VERIFY_SIZE, VERIFY_SIZE, FILE_SYSTEM),
                          BY(open)},
    [STEP_VERIFY_SIZE] = {SEND(VERIFY, SIZE, 10, 3, VERIFY_CLOSE, VERIFY_CLOSE, FILE_SYSTEM),
                          ASKS(NAME, numbers), BY(verify_size)},
    /* Right at once as a rule; seen on a sibling: the result is told before the file is written. */
    [STEP_VERIFY_SIZE_PAUSE] = {PAUSE(VERIFY, 4, VERIFY_SIZE, WRONG_LENGTH)},
    [STEP_VERIFY_READ] = {SEND(VERIFY, READ, 5, 3, VERIFY_CLOSE, VERIFY_CLOSE, UNREADABLE),
                          ASKS(DATA, numbers), BY(verify_read)},
    [STEP_VERIFY_CLOSE] = {SEND(VERIFY, CLOSE, 10, 1, VERIFY_JUDGE, VERIFY_JUDGE, FILE_SYSTEM),
                           BY(close)},
    [STEP_VERIFY_JUDGE] = {JUDGE(VERIFY, verify), .next = STEP_SAVE,
                           .reason = FOTA_REASON_WRONG_LENGTH},

    [STEP_SAVE] = {ASK(CHECKPOINT, CHECKPOINT_REFUSED), BY(save), .next = STEP_START},
    /* Once in an attempt: tries 0. */
    [STEP_START] = {SEND(START, START, 10, 0, AWAIT_UPDATER, AWAIT_UPDATER, START_REFUSED),
                    BY(start)},

    /* The updater must not be disturbed: one AT, after silence only. */
    [STEP_AWAIT_UPDATER] = {PAUSE(AWAIT_UPDATER, 30, AWAIT_UPDATER_PROBE, SILENT)},
    [STEP_AWAIT_UPDATER_PROBE] = {FIND(AWAIT_UPDATER, 1, 3, VERDICT_ECHO, AWAIT_UPDATER)},
    [STEP_UPDATING] = {PAUSE(UPDATING, 30, UPDATING_PROBE, SILENT)},
    [STEP_UPDATING_PROBE] = {FIND(UPDATING, 1, 3, VERDICT_ECHO, UPDATING)},
    [STEP_AWAIT_BOOT] = {PAUSE(AWAIT_BOOT, 10, AWAIT_BOOT_PROBE, SILENT)},
    [STEP_AWAIT_BOOT_PROBE] = {FIND(AWAIT_BOOT, 3, 2, VERDICT_ECHO, AWAIT_BOOT)},

    /* Garbage was heard: the new firmware may speak at another rate. */
    [STEP_RATE_ASK] = {ASK(AWAIT_BOOT, SILENT), BY(rung_answered), .next = STEP_RATE_FIND,
                       .failed = STEP_AWAIT_BOOT},
    [STEP_RATE_FIND] = {FIND(AWAIT_BOOT, 3, 2, VERDICT_ECHO, AWAIT_BOOT), BY(rate_found)},

    [STEP_RUNG] = {JUDGE(RECOVER, rung), .reason = FOTA_REASON_NO_ANSWER},
    [STEP_RUNG_ASK] = {ASK(RECOVER, NO_ANSWER), BY(rung_answered), .next = STEP_RUNG_SYNCHRONISE,
                       .failed = STEP_RUNG},
    [STEP_RUNG_SYNCHRONISE] = {FIND(RECOVER, 0, 2, RECOVERED, RUNG)}, /* tries: of the rung */
    [STEP_RECOVERED] = {JUDGE(RECOVER, recovered)},

    [STEP_VERDICT_ECHO] = {SEND(VERDICT, NORMALISE, 3, 3, VERDICT_ERROR_FORM, VERDICT_ERROR_FORM,
                                SILENT),
                           BY(echo)},
    [STEP_VERDICT_ERROR_FORM] = {SEND(VERDICT, ERROR_FORM, 3, 3, VERDICT_STATUS, VERDICT_STATUS,
                                      SILENT)},
    [STEP_VERDICT_STATUS] = {SEND(VERDICT, STATUS, 5, 3, VERDICT_REVISION, VERDICT_REVISION,
                                  SILENT),
                             ASKS(NAME, status), BY(verdict_status)},
    [STEP_VERDICT_REVISION] = {SEND(VERDICT, REVISION, 5, 4, VERDICT_JUDGE, VERDICT_JUDGE, SILENT),
                               ASKS(ANY, revision), BY(revision)},
    [STEP_VERDICT_JUDGE] = {JUDGE(VERDICT, verdict)},
    /* Whatever is worse than healthy is read a second time. */
    [STEP_VERDICT_AGAIN] = {PAUSE(VERDICT, 2, VERDICT_STATUS, SILENT)},

    /* What the network needs is set first. `tries` of a row that restores: how many of the settings
     * belong to it and to those before. */
    [STEP_HEALTH] = {JUDGE(HEALTH, restore), .tries = 4, .next = STEP_HEALTH_FUNCTION},
    [STEP_RESTORE_MODE] = {SEND(HEALTH, RESTORE_MODE, 10, 2, HEALTH, HEALTH, NONE)},
    [STEP_RESTORE_LTE] = {SEND(HEALTH, RESTORE_LTE, 10, 2, HEALTH, HEALTH, NONE)},
    [STEP_RESTORE_BANDS] = {SEND(HEALTH, RESTORE_BANDS, 10, 2, HEALTH, HEALTH, NONE)},
    [STEP_RESTORE_APN] = {SEND(HEALTH, RESTORE_APN, 10, 2, HEALTH, HEALTH, NONE)},

    [STEP_HEALTH_FUNCTION] = {SEND(HEALTH, FUNCTION, 10, 3, HEALTH_IDENTITY, HEALTH_RADIO_ON,
                                   RADIO_UNHEALTHY),
                              ASKS(NAME, numbers), BY(function)},
    [STEP_HEALTH_RADIO_ON] = {SEND(HEALTH, RADIO_ON, 12, 1, HEALTH_FUNCTION, HEALTH_FUNCTION,
                                   RADIO_UNHEALTHY),
                              BY(radio_on)},
    [STEP_HEALTH_IDENTITY] = {SEND(HEALTH, IDENTITY, 5, 5, HEALTH_MODEL, END, IDENTITY_LOST),
                              ASKS(ANY, identity), BY(identity)},
    [STEP_HEALTH_MODEL] = {SEND(HEALTH, MODEL, 5, 5, HEALTH_SIM, END, MODEL_CHANGED),
                           ASKS(ANY, model), BY(health_model)},
    [STEP_HEALTH_SIM] = {SEND(HEALTH, SIM, 6, 3, HEALTH_NETWORK, END, SIM_UNHEALTHY),
                         ASKS(NAME, sim), BY(sim)},
    [STEP_HEALTH_NETWORK] = {JUDGE(HEALTH, restore), .tries = 5, .next = STEP_HEALTH_REGISTRATION},
    [STEP_RESTORE_NETWORK] = {SEND(HEALTH, RESTORE_NETWORK, 120, 1, HEALTH_NETWORK, HEALTH_NETWORK,
                                   NONE)},
    [STEP_HEALTH_REGISTRATION] = {SEND(HEALTH, REGISTRATION, 5, 1, HEALTH_BEARER,
                                       HEALTH_REGISTRATION_GSM, RADIO_UNHEALTHY),
                                  ASKS(NAME, numbers), BY(registration)},
    [STEP_HEALTH_REGISTRATION_GSM] = {SEND(HEALTH, REGISTRATION_GSM, 5, 1, HEALTH_BEARER,
                                           HEALTH_REGISTRATION_PAUSE, RADIO_UNHEALTHY),
                                      ASKS(NAME, numbers), BY(registration)},
    [STEP_HEALTH_REGISTRATION_PAUSE] = {PAUSE(HEALTH, 2, HEALTH_REGISTRATION, RADIO_UNHEALTHY)},
    [STEP_HEALTH_BEARER] = {SEND(HEALTH, BEARER, 10, 3, HEALTHY, HEALTH_ACTIVATE, BEARER_UNHEALTHY),
                            ASKS(NAME, bearer), BY(bearer)},
    [STEP_HEALTH_BEARER_PAUSE] = {PAUSE(HEALTH, 2, HEALTH_BEARER, BEARER_UNHEALTHY)},
    [STEP_HEALTH_ACTIVATE] = {SEND(HEALTH, ACTIVATE, 60, 1, HEALTH_BEARER_PAUSE,
                                   HEALTH_ACTIVATE_PAUSE, BEARER_UNHEALTHY),
                              BY(activate)},
    [STEP_HEALTH_ACTIVATE_PAUSE] = {PAUSE(HEALTH, 5, HEALTH_BEARER, BEARER_UNHEALTHY)},
    /* The OK may come, the restart, or both. */
    [STEP_HEALTH_RESTART] = {SEND(HEALTH, RESTART, 10, 0, AWAIT_BOOT, AWAIT_BOOT, SILENT),
                             BY(health_restart)},
    [STEP_HEALTHY] = {JUDGE(HEALTH, healthy)},

    /* From here on a failure changes nothing: the verdict is in. */
    [STEP_TIDY_KEEP] = {ASK(CLEAN_UP, NONE), BY(tidy_keep)},
    [STEP_TIDY_SYNCHRONISE] = {FIND(CLEAN_UP, 10, 2, TIDY_READ, TIDY_SAVE), BY(tidy_read)},
    [STEP_TIDY_READ] = {SEND(CLEAN_UP, STATUS, 5, 3, TIDY_REVISION, TIDY_REVISION, NONE),
                        ASKS(NAME, status), BY(support)},
    [STEP_TIDY_REVISION] = {SEND(CLEAN_UP, REVISION, 5, 3, TIDY_FILES, TIDY_FILES, NONE),
                            ASKS(ANY, revision), BY(tidy_revision)},
    [STEP_TIDY_FILES] = {JUDGE(CLEAN_UP, tidy_files)},
    [STEP_TIDY_OPEN] = {SEND(CLEAN_UP, OPEN, 10, 2, TIDY_REMOVE, TIDY_REMOVE, NONE), BY(tidy_open)},
    [STEP_TIDY_REMOVE] = {SEND(CLEAN_UP, REMOVE, 20, 2, TIDY_CLOSE, TIDY_LOOK, NONE),
                          BY(tidy_remove)},
    [STEP_TIDY_LOOK] = {SEND(CLEAN_UP, SIZE, 10, 1, TIDY_CLOSE, TIDY_CLOSE, NONE),
                        ASKS(NAME, numbers), BY(tidy_look)},
    [STEP_TIDY_ASTRAY] = {SEND(CLEAN_UP, REMOVE_ASTRAY, 20, 1, TIDY_CLOSE, TIDY_CLOSE, NONE),
                          BY(tidy_astray)},
    [STEP_TIDY_CLOSE] = {SEND(CLEAN_UP, CLOSE, 10, 1, RESTORE, RESTORE, NONE)},
    [STEP_RESTORE] = {JUDGE(CLEAN_UP, restore), .tries = 8, .next = STEP_TIDY_STATUS},
    [STEP_RESTORE_PSM] = {SEND(CLEAN_UP, RESTORE_PSM, 10, 2, RESTORE, RESTORE, NONE)},
    [STEP_RESTORE_FUNCTION] = {SEND(CLEAN_UP, RESTORE_FUNCTION, 12, 2, RESTORE, RESTORE, NONE)},
    /* The rate changes behind OK, so a lost OK is no reason to send it again at the old rate. */
    [STEP_RESTORE_BAUD] = {SEND(CLEAN_UP, RESTORE_BAUD, 5, 0, RESTORE_RATE, RESTORE, NONE),
                           BY(restore_rate)},
    [STEP_RESTORE_RATE] = {ASK(CLEAN_UP, NONE), BY(plain), .next = STEP_RESTORE_FIND,
                           .failed = STEP_RESTORE_FIND},
    [STEP_RESTORE_FIND] = {FIND(CLEAN_UP, 10, 2, RESTORE, TIDY_SAVE)},
    [STEP_TIDY_STATUS] = {JUDGE(CLEAN_UP, tidy_status)},
    [STEP_TIDY_CLEAR] = {SEND(CLEAN_UP, CLEAR, 10, 2, TIDY_SAVE, TIDY_SAVE, NONE)},
    [STEP_TIDY_SAVE] = {ASK(CLEAN_UP, NONE), BY(go_on), .next = STEP_DONE},
    [STEP_DONE] = {.state = FOTA_STATE_DONE, .kind = KIND_PAUSE},
};

const struct fota_state_row fota_state_rows[FOTA_STATE_COUNT] = {
    /* state                  deadline, x 10 s; expired            restarted         then */
    [FOTA_STATE_SYNCHRONISE] = {9, STEP_LOST, STEP_SYNCHRONISE, STEP_STAY},
    [FOTA_STATE_IDENTIFY] = {9, STEP_END, STEP_SYNCHRONISE, STEP_MODEL},
    [FOTA_STATE_DECIDE] = {9, STEP_END, STEP_SYNCHRONISE, STEP_MODEL},
    [FOTA_STATE_PREFLIGHT] = {9, STEP_END, STEP_SYNCHRONISE, STEP_MODEL},
    [FOTA_STATE_NETWORK] = {0, STEP_END, STEP_SYNCHRONISE, STEP_ROUTE},
    [FOTA_STATE_PREPARE] = {42, STEP_END, STEP_SYNCHRONISE, STEP_ROUTE},
    [FOTA_STATE_DOWNLOAD] = {0, STEP_DOWNLOAD_EXPIRED, STEP_SYNCHRONISE, STEP_ROUTE},
    [FOTA_STATE_VERIFY] = {18, STEP_END, STEP_SYNCHRONISE, STEP_VERIFY_OPEN},
    [FOTA_STATE_CHECKPOINT] = {12, STEP_END, STEP_SYNCHRONISE, STEP_VERIFY_OPEN},
    [FOTA_STATE_START] = {6, STEP_AWAIT_UPDATER, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_AWAIT_UPDATER] = {0, STEP_LOST, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_UPDATING] = {0, STEP_LOST, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_AWAIT_BOOT] = {0, STEP_LOST, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_RECOVER] = {90, STEP_END, STEP_STAY, STEP_STAY},
    [FOTA_STATE_VERDICT] = {12, STEP_LOST, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_HEALTH] = {0, STEP_END, STEP_AWAIT_BOOT, STEP_STAY},
    [FOTA_STATE_CLEAN_UP] = {25, STEP_DONE, STEP_TIDY_SYNCHRONISE, STEP_STAY},
};

/* Rows have nine bytes: to find one costs a multiplication, so it is found once in a call. */
const struct fota_step *fota_row(uint8_t step)
{
    return &fota_steps[step];
}

/* ---- judges and readers by their numbers --------------------------------------------------- */

uint8_t fota_judge_by(struct fota_call *call, uint8_t result)
{
#define X(name) fota_judge_##name,
    static fota_judge *const judges[JUDGE_COUNT] = {FOTA_JUDGES(X)};
#undef X
    return judges[call->row->judge](call, result);
}

bool fota_read_by(const struct fota_step *row, struct fota *fota, const char *line, size_t length)
{
#define X(name) fota_read_##name,
    static fota_reader *const readers[READER_COUNT - 1] = {FOTA_READERS(X)};
#undef X
    struct text text = {line, length}, value = text_after_colon(line, length);
    return row->read != READ_NONE && readers[row->read - 1](fota, &text, &value);
}

/* Whatever the answer is: what follows decides, or nothing is left to decide. */
uint8_t fota_judge_go_on(struct fota_call *call, uint8_t result)
{
    (void)call;
    (void)result;
    return STEP_NEXT;
}

/* A row without a judge of its own. */
uint8_t fota_judge_plain(struct fota_call *call, uint8_t result)
{
    (void)call;
    return result == AT_RESULT_OK ? STEP_NEXT : STEP_RETRY;
}
