/*
 * fota_internal.h - what the files of the procedure know of each other. Private to core.
 *
 * Start reading at the step table in fota_steps.c. A handler decides what comes next by returning
 * a step (or one of the STEP_ words before STEP_SYNCHRONISE); fota_run.c goes there.
 */
#ifndef FOTARIG_CORE_FOTA_INTERNAL_H
#define FOTARIG_CORE_FOTA_INTERNAL_H

#include "core/fota.h"
#include "core/text.h"

/* Before STEP_AGAIN and STEP_RETRY. */
#define FOTA_REPEAT_S 2u

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* More restarts than this in one attempt, or before the first, are a boot loop. */
#define FOTA_BOOTS_MAX 8u

/* For health: one, and another if nothing was seen of it. */
#define FOTA_RESTARTS_MAX 2u

/* One call from the surroundings: who, with what, when, and what set it off. */
struct fota_call {
    struct fota *fota;
    const struct fota_step *row; /* of fota->step */
    const struct fota_job *job;
    uint8_t cause; /* enum fota_cause */
    bool unread;   /* the question of the row got no usable answer */
    uint64_t now_us;
    struct text line; /* what the module said last in this call, or what is sent */
    const struct fota_host *host;
};

void fota_begin_call(struct fota_call *call, struct fota *fota, const struct fota_host *host,
                     enum fota_cause cause, uint64_t now_us);

enum fota_step_id {
    /* Words, not rows. */
    STEP_STAY,  /* nothing to do now */
    STEP_NEXT,  /* the row's `next` */
    STEP_RETRY, /* this row again while tries are left, then the row's `failed` */
    STEP_AGAIN, /* this row again after its pause, not counted: the state's deadline bounds it */
    STEP_END,   /* conclude with the row's reason and the outcome that fits the state */
    STEP_LOST,  /* the module does not answer any more */
    STEP_ROUTE, /* to the first step of the job's delivery */
    /* Rows of fota_steps. */
    STEP_SETTLE,
    STEP_SYNCHRONISE,
    STEP_ECHO,
    STEP_ERROR_FORM,
    STEP_MODEL,
    STEP_REVISION,
    STEP_SUPPORT,
    STEP_DECIDE,
    STEP_CLEAR,
    STEP_CLEARED,
    STEP_PREFLIGHT,
    STEP_SUPPLY,
    STEP_FUNCTION,
    STEP_RADIO_ON,
    STEP_SIM,
    STEP_REGISTRATION,
    STEP_REGISTRATION_GSM,
    STEP_REGISTRATION_PAUSE,
    STEP_NETWORK_FUNCTION,
    STEP_NETWORK_RADIO_ON,
    STEP_BEARER, /* the four in this order, as those from STEP_HEALTH_BEARER on */
    STEP_BEARER_PAUSE,
    STEP_ACTIVATE,
    STEP_ACTIVATE_PAUSE,
    STEP_OPEN,
    STEP_FIND,
    STEP_REMOVE,
    STEP_REMOVE_BUSY,
    STEP_REMOVE_PAUSE,
    STEP_SPACE,
    STEP_CLOSE,
    STEP_FETCH,
    STEP_PROGRESS_PAUSE,
    STEP_PROGRESS,
    STEP_PUSH_SAVE,
    STEP_PUSH_OPEN,
    STEP_PUSH_WRITE,
    STEP_PUSH_SIZE,
    STEP_FTP_CONTEXT,
    STEP_FTP_SERVER,
    STEP_FTP_PORT,
    STEP_FTP_USER,
    STEP_FTP_PASSWORD,
    STEP_FTP_NAME,
    STEP_FTP_PATH,
    STEP_FTP_FETCH,
    STEP_FTP_PAUSE,
    STEP_FTP_PROGRESS,
    STEP_DOWNLOADED,
    STEP_DOWNLOAD_EXPIRED,
    STEP_DEACTIVATE,
    STEP_BACKOFF,
    STEP_VERIFY_OPEN,
    STEP_VERIFY_SIZE,
    STEP_VERIFY_SIZE_PAUSE,
    STEP_VERIFY_READ,
    STEP_VERIFY_CLOSE,
    STEP_VERIFY_JUDGE,
    STEP_SAVE,
    STEP_START,
    STEP_AWAIT_UPDATER,
    STEP_AWAIT_UPDATER_PROBE,
    STEP_UPDATING,
    STEP_UPDATING_PROBE,
    STEP_AWAIT_BOOT,
    STEP_AWAIT_BOOT_PROBE,
    STEP_RATE_ASK,
    STEP_RATE_FIND,
    STEP_RUNG,
    STEP_RUNG_ASK,
    STEP_RUNG_SYNCHRONISE,
    STEP_RECOVERED,
    STEP_VERDICT_ECHO,
    STEP_VERDICT_ERROR_FORM,
    STEP_VERDICT_STATUS,
    STEP_VERDICT_REVISION,
    STEP_VERDICT_JUDGE,
    STEP_VERDICT_AGAIN,
    STEP_HEALTH,
    STEP_RESTORE_MODE,
    STEP_RESTORE_LTE,
    STEP_RESTORE_BANDS,
    STEP_RESTORE_APN,
    STEP_RESTORE_NETWORK,
    STEP_HEALTH_FUNCTION,
    STEP_HEALTH_RADIO_ON,
    STEP_HEALTH_IDENTITY,
    STEP_HEALTH_MODEL,
    STEP_HEALTH_SIM,
    STEP_HEALTH_NETWORK,
    STEP_HEALTH_REGISTRATION,
    STEP_HEALTH_REGISTRATION_GSM,
    STEP_HEALTH_REGISTRATION_PAUSE,
    STEP_HEALTH_BEARER,
    STEP_HEALTH_BEARER_PAUSE,
    STEP_HEALTH_ACTIVATE,
    STEP_HEALTH_ACTIVATE_PAUSE,
    STEP_HEALTH_RESTART,
    STEP_HEALTHY,
    STEP_TIDY_KEEP,
    STEP_TIDY_SYNCHRONISE,
    STEP_TIDY_READ,
    STEP_TIDY_REVISION,
    STEP_TIDY_FILES,
    STEP_TIDY_OPEN,
    STEP_TIDY_REMOVE,
    STEP_TIDY_LOOK,
    STEP_TIDY_ASTRAY,
    STEP_TIDY_CLOSE,
    STEP_RESTORE,
    STEP_RESTORE_PSM,
    STEP_RESTORE_FUNCTION,
    STEP_RESTORE_BAUD,
    STEP_RESTORE_RATE,
    STEP_RESTORE_FIND,
    STEP_TIDY_STATUS,
    STEP_TIDY_CLEAR,
    STEP_TIDY_SAVE,
    STEP_DONE,
    STEP_COUNT
};

enum fota_step_kind {
    KIND_JUDGE, /* no input or output: `judge` decides at once */
    KIND_SEND,  /* a command; `tries` 0: sent once, a timeout goes to `judge` */
    KIND_FIND,  /* look for the module, `tries` times AT, every timeout_s */
    KIND_ASK,   /* a request to the surroundings, refused after timeout_s without an answer */
    KIND_PAUSE  /* wait timeout_s; lines may end it earlier */
};

/* How the surroundings answered, and what a command without a usable answer gives. */
enum { ANSWER_REFUSED = AT_RESULT_NONE, ANSWER_DONE = AT_RESULT_OK };

/* Takes an information line apart, whose value stands behind its colon; false: not this command's,
 * it counts as unsolicited. */
typedef bool fota_reader(struct fota *fota, struct text *line, struct text *value);

/* Decides what comes after a result (enum at_result; AT_RESULT_NONE = no usable answer). */
typedef uint8_t fota_judge(struct fota_call *call, uint8_t result);

/* Readers (fota_read.c) and judges; a row names them by number, which is shorter than a pointer. */
#define FOTA_READERS(X)                                                                            \
    X(model)                                                                                       \
    X(revision)                                                                                    \
    X(status)                                                                                      \
    X(numbers)                                                                                     \
    X(sim)                                                                                         \
    X(bearer)                                                                                      \
    X(identity)
/* clang-format finds no stable form for this list. */
/* clang-format off */
#define FOTA_JUDGES(X)                                                                             \
    /* fota_steps.c: OK is STEP_NEXT, anything else STEP_RETRY; STEP_NEXT in any case */           \
    X(plain) X(go_on)                                                                              \
    /* fota_identify.c */                                                                          \
    X(found) X(echo) X(error_form) X(model) X(revision) X(support) X(decide) X(cleared)            \
    X(preflight) X(supply) X(function) X(radio_on) X(sim) X(identity) X(healthy)                   \
    X(health_model) X(health_restart)                                                              \
    /* fota_network.c */                                                                           \
    X(registration) X(bearer) X(activate)                                                          \
    /* fota_download.c */                                                                          \
    X(open) X(find) X(space) X(close) X(remove_busy) X(fetch) X(progress) X(ftp_progress)          \
    X(downloaded) X(download_expired)                                                              \
    /* fota_push.c */                                                                              \
    X(push_save) X(push_open) X(push_write) X(push_size)                                           \
    /* fota_verify.c */                                                                            \
    X(verify_size) X(verify_read) X(verify)                                                        \
    /* fota_update.c */                                                                            \
    X(save) X(start) X(verdict_status) X(verdict)                                                  \
    /* fota_recover.c */                                                                           \
    X(rung) X(rung_answered) X(recovered) X(rate_found)                                            \
    /* fota_end.c */                                                                               \
    X(tidy_keep) X(tidy_read) X(tidy_revision) X(tidy_files) X(tidy_open) X(tidy_remove)           \
    X(tidy_look) X(tidy_astray) X(restore) X(restore_rate)                                         \
    X(tidy_status)
/* clang-format on */

#define X(name) READ_##name,
enum fota_reader_id { READ_NONE, FOTA_READERS(X) READER_COUNT };
#undef X
#define X(name) JUDGE_##name,
enum fota_judge_id { FOTA_JUDGES(X) JUDGE_COUNT };
#undef X
#define X(name) fota_reader fota_read_##name;
FOTA_READERS(X)
#undef X
#define X(name) fota_judge fota_judge_##name;
FOTA_JUDGES(X)
#undef X

struct fota_step {
    uint8_t command;   /* of FOTA_COMMANDS */
    uint8_t judge;     /* enum fota_judge_id */
    uint8_t state : 5; /* enum fota_state */
    uint8_t kind : 3;  /* enum fota_step_kind */
    uint8_t read : 4;  /* enum fota_reader_id */
    uint8_t info : 4;  /* enum at_info */
    uint8_t timeout_s; /* KIND_PAUSE: how long */
    uint8_t tries;
    uint8_t next;
    uint8_t failed;
    uint8_t reason; /* enum fota_reason of STEP_END and of the state's deadline */
};

extern const struct fota_step fota_steps[STEP_COUNT];
const struct fota_step *fota_row(uint8_t step);

/* The judge of a row, and its reader for a line. */
uint8_t fota_judge_by(struct fota_call *call, uint8_t result);
bool fota_read_by(const struct fota_step *row, struct fota *fota, const char *line, size_t length);

/* fota_command.c: writes the row's command into the engine's buffer; 0: it does not fit. */
size_t fota_format(struct fota_call *call);

/* A row per state. */
struct fota_state_row {
    uint8_t deadline_tens_s; /* in units of 10 s; 0: by the job, see state_deadline() */
    uint8_t expired;         /* step when the deadline is over */
    uint8_t reset;  /* step when the module restarted by itself; STEP_STAY: take no notice */
    uint8_t resume; /* step after it was found again; STEP_STAY: as it was */
};

extern const struct fota_state_row fota_state_rows[FOTA_STATE_COUNT];

enum fota_claim {
    CLAIM_NONE,    /* no URC said anything */
    CLAIM_JOINED,  /* the same, of an update that this job did not start */
    CLAIM_ERROR,   /* AT+CFOTA=1 was answered ERROR: perhaps it was not understood */
    CLAIM_REFUSED, /* AT+CFOTA=1 was answered +CME ERROR */
    CLAIM_BEGAN,   /* "Start to update", "Updating" */
    CLAIM_FAILURE, /* "Update failed" */
    CLAIM_SUCCESS  /* "Update successfully" */
};

enum fota_phase {
    PHASE_NONE,
    PHASE_ABOUT_TO_START,
    PHASE_PUSHING, /* the file in the module is the beginning of the package */
    PHASE_VERDICT  /* the verdict is in, the clean-up is not over */
};

/* fota_run.c: going from step to step. fota_tell() reports an event with the line of the call. */
void fota_follow(struct fota_call *call, uint8_t step);
void fota_take_event(struct fota_call *call, const struct at_event *event);
void fota_run_due(struct fota_call *call);
void fota_wake_in(struct fota_call *call, uint32_t seconds);
uint64_t fota_after_ms(const struct fota_call *call, uint32_t ms);
void fota_tell(struct fota_call *call, unsigned kind, unsigned a, unsigned b);

/* fota_state.c: the state, and its deadline anew after progress that can be made only so often. */
void fota_set_state(struct fota_call *call, uint8_t state);
void fota_renew_deadline(struct fota_call *call);

/* fota_send.c: commands. Each begins something and returns what to do now. */
uint8_t fota_send_command(struct fota_call *call);
uint8_t fota_look_for_module(struct fota_call *call, uint8_t tries, uint32_t interval_s);
uint8_t fota_begin_command(struct fota_call *call);

/* fota_end.c: conclusions. */
uint8_t fota_conclude(struct fota_call *call, enum fota_outcome outcome, enum fota_reason reason);
uint8_t fota_fail(struct fota_call *call, enum fota_reason reason);
uint8_t fota_total_expired(struct fota_call *call);
uint8_t fota_resume_clean_up(struct fota_call *call);
bool fota_is_unjudged(const struct fota_call *call, uint8_t step); /* of a step of health */
void fota_note_line(struct fota_call *call);
void fota_note_revision(struct fota *fota);
void fota_note_status(struct fota *fota);
void fota_remark(struct fota_call *call, enum fota_remark remark);

/* fota_recover.c: contact lost, the module restarted. */
uint8_t fota_contact_lost(struct fota_call *call);
/* An update runs, ran, or may: it gets the time of a restart, even behind its worst time. */
void fota_expect_restart(struct fota_call *call);
uint8_t fota_restarted(struct fota_call *call);
void fota_request_rung(struct fota_call *call); /* asks what the rung of the ladder says */
void fota_request_rate(struct fota_call *call); /* asks for the next rate while the module boots */
uint8_t fota_not_found(struct fota_call *call); /* a search has ended without an answer */
uint8_t fota_rung_tries(const struct fota *fota);
bool fota_worst_is_over(const struct fota_call *call);

/* fota_urc.c: unsolicited lines. */
void fota_take_urc(struct fota_call *call);

/* fota_update.c */
uint8_t fota_join_update(struct fota_call *call);
uint8_t fota_conclude_verdict(struct fota_call *call, enum fota_reason health);
enum fota_status_class {
    STATUS_UNREAD = 1,
    STATUS_IDLE = 2,     /* 8, or a value that the notes do not know */
    STATUS_BUSY = 4,     /* 1, 2, 4 */
    STATUS_STRANDED = 8, /* 3, 5: a recovery failed */
    STATUS_UPDATED = 16, /* 6 */
    STATUS_FAILED = 32,  /* 7 */
    STATUS_ANY = 63
};
enum fota_status_class fota_status_class(const struct fota *fota);
enum fota_revision_class {
    REVISION_UNREAD = 1,
    REVISION_BASE = 2,
    REVISION_TARGET = 4,
    REVISION_OTHER = 8,
    REVISION_ANY = 15
};
enum fota_revision_class fota_revision_class(const struct fota *fota, const struct fota_job *job);

/* Why a try of a delivery failed: an own reason, an error of FTPEXTGET (61 to 80) or a code of
 * HTTPTOFS (from 100 on). The policy is a table over them. */
enum fota_failure {
    FAILURE_RESTARTED = 1,
    FAILURE_TIMEOUT,
    FAILURE_LENGTH,
    FAILURE_CHECKSUM,
    FAILURE_CONTENT, /* no zip */
    FAILURE_UNREADABLE,
    FAILURE_WRITE,
    FAILURE_NO_BYTES,
    FAILURE_FTP = 80,
    FAILURE_HTTP = UINT16_MAX
};

/* fota_download.c */
uint8_t fota_download_failed(struct fota_call *call, uint32_t failure);

/* fota_push.c: pieces of a file, to and from the module. */
void fota_begin_chunk(struct fota_call *call);
bool fota_wants_bytes(const struct fota *fota);
bool fota_is_resumable(struct fota_call *call, uint32_t file_bytes);
/* fota_verify.c: bytes taken, and the most that are to be read at once. */
uint16_t fota_read_bytes_max(const struct fota_call *call, uint16_t most);
void fota_take_bytes(struct fota *fota, const char *bytes, size_t size);

/* fota_checkpoint.c */
uint32_t fota_digest_text(const char *text);
void fota_checkpoint_begin(struct fota *fota, const struct fota_job *job);
void fota_checkpoint_write(const struct fota *fota, uint8_t *checkpoint);
uint8_t fota_checkpoint_read(struct fota *fota, const uint8_t *checkpoint);

#endif
