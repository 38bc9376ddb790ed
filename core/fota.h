/*
 * fota.h - the update procedure: takes a SIM7000 from one firmware revision to another and says
 * honestly how that ended.
 *
 * The client is a value: `struct fota` holds all of its state, has no pointer into itself and may
 * be copied with memcpy(). It owns no memory, port or clock. Its surroundings do four things, in
 * any order and as often as they like, each time with the time as an argument:
 *
 *     fota_receive()    bytes came from the module
 *     fota_transmit()   is there something to send to the module?
 *     fota_request()    is there something that the surroundings shall do?  -> fota_answer()
 *     fota_advance()    time has passed; tells when to call again
 *
 * until fota_result() says that it is over. No function blocks. The only callback is
 * fota_host.on_event; it must not call back into the client.
 *
 * Times are absolute, in microseconds of any clock that only rises (uint64_t, below FOTA_NEVER).
 */
#ifndef FOTARIG_CORE_FOTA_H
#define FOTARIG_CORE_FOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/at.h"

#ifdef __cplusplus
#define _Static_assert static_assert
extern "C" {
#endif

/* No deadline: nothing happens until bytes arrive or an answer is given. */
#define FOTA_NEVER UINT64_MAX

/* Size of a checkpoint, in bytes; see fota_request. */
#define FOTA_CHECKPOINT_BYTES 32u

/* Longest revision string that is compared, without the terminating NUL. */
#define FOTA_REVISION_LENGTH 39u

/* Longest line kept as evidence of a result; longer lines are cut. */
#define FOTA_EVIDENCE_LENGTH 79u

/* Longest piece of the package that is asked for at once, in bytes; see fota_give(). */
#define FOTA_PIECE_BYTES (AT_COMMAND_BYTES + 1)

/* How the package gets into the module: X(NAME, "name"). */
#define FOTA_DELIVERIES(X)                                                                         \
    X(HTTP, "http") /* the module fetches it: HTTPTOFS */                                          \
    X(PUSH, "push") /* the host gives its bytes, over the port: CFSWFILE */                        \
    X(FTP, "ftp")   /* the module fetches it: FTPEXTGET */

enum fota_delivery {
#define X(name, text) FOTA_DELIVERY_##name,
    FOTA_DELIVERIES(X)
#undef X
        FOTA_DELIVERY_COUNT
};

/* States of the procedure: X(NAME, "name"). Each has a deadline, see README.md. */
#define FOTA_STATES(X)                                                                             \
    X(IDLE, "idle")                                                                                \
    X(SYNCHRONISE, "synchronise")                                                                  \
    X(IDENTIFY, "identify")                                                                        \
    X(DECIDE, "decide")                                                                            \
    X(PREFLIGHT, "preflight")                                                                      \
    X(NETWORK, "network")                                                                          \
    X(PREPARE, "prepare")                                                                          \
    X(DOWNLOAD, "download")                                                                        \
    X(VERIFY, "verify")                                                                            \
    X(CHECKPOINT, "checkpoint")                                                                    \
    X(START, "start")                                                                              \
    X(AWAIT_UPDATER, "await-updater")                                                              \
    X(UPDATING, "updating")                                                                        \
    X(AWAIT_BOOT, "await-boot")                                                                    \
    X(RECOVER, "recover")                                                                          \
    X(VERDICT, "verdict")                                                                          \
    X(HEALTH, "health")                                                                            \
    X(CLEAN_UP, "clean-up")                                                                        \
    X(DONE, "done")

enum fota_state {
#define X(name, text) FOTA_STATE_##name,
    FOTA_STATES(X)
#undef X
        FOTA_STATE_COUNT
};

/* How an update may end: X(NAME, "name", "what it means"). */
#define FOTA_OUTCOMES(X)                                                                           \
    X(NONE, "none", "the procedure is not over")                                                   \
    X(UPDATED, "updated", "the target revision runs and is healthy")                               \
    X(ALREADY_CURRENT, "already-current", "the target revision ran before; nothing was changed")   \
    X(REFUSED, "refused", "nothing was changed, the update was not begun")                         \
    X(DOWNLOAD_FAILED, "download-failed", "no complete package reached the module")                \
    X(UPDATE_FAILED, "update-failed", "the base revision still runs")                              \
    X(DEGRADED, "degraded", "the target revision runs, a health check fails")                      \
    X(NEEDS_SERVICE, "needs-service", "no answer, or a revision that nobody wanted")               \
    X(CANCELLED, "cancelled", "the surroundings cancelled it before the point of no return")

enum fota_outcome {
#define X(name, text, meaning) FOTA_OUTCOME_##name,
    FOTA_OUTCOMES(X)
#undef X
        FOTA_OUTCOME_COUNT
};

/* Why: X(NAME, "name", "what it means"). Refined by the procedure's tables. */
#define FOTA_REASONS(X)                                                                            \
    X(NONE, "none", "no reason needed")                                                            \
    X(NO_ANSWER, "no-answer", "the module does not answer AT")                                     \
    X(NOT_SUPPORTED, "not-supported", "the module knows no AT+CFOTA")                              \
    X(WRONG_MODEL, "wrong-model", "another model than the job names")                              \
    X(WRONG_BASE, "wrong-base", "the running revision is not the package's base")                  \
    X(LEFT_OVER, "left-over", "the status of an earlier update could not be cleared")              \
    X(LOW_SUPPLY, "low-supply", "the supply voltage is below the job's limit")                     \
    X(NO_SIM, "no-sim", "the SIM is absent or locked")                                             \
    X(RADIO_OFF, "radio-off", "the module is not in full function and will not go there")          \
    X(NO_NETWORK, "no-network", "no registration before the deadline")                             \
    X(NO_BEARER, "no-bearer", "the app network did not come up")                                   \
    X(NO_SPACE, "no-space", "the file system has no room for the package")                         \
    X(FILE_SYSTEM, "file-system", "a file system command failed")                                  \
    X(HTTP_STATUS, "http-status", "the server answered with another status than 200")              \
    X(HTTP_NETWORK, "http-network", "HTTPTOFS reported a network error (601)")                     \
    X(HTTP_DNS, "http-dns", "HTTPTOFS could not resolve the name (603)")                           \
    X(HTTP_MEMORY, "http-memory", "HTTPTOFS reported no memory (602)")                             \
    X(HTTP_OTHER, "http-other", "HTTPTOFS reported another code")                                  \
    X(FTP_NETWORK, "ftp-network", "FTPEXTGET reported a network error (61 to 64)")                 \
    X(FTP_LOGIN, "ftp-login", "the FTP server refused user or password (71, 72)")                  \
    X(FTP_OTHER, "ftp-other", "FTPEXTGET failed in another way")                                   \
    X(WRITE_FAILED, "write-failed", "the module did not take the bytes that were sent to it")      \
    X(NO_BYTES, "no-bytes", "the surroundings could not give the package's bytes")                 \
    X(RESTARTED, "restarted", "the module restarted while it downloaded")                          \
    X(DOWNLOAD_TIMEOUT, "download-timeout", "the download did not end before its deadline")        \
    X(WRONG_LENGTH, "wrong-length", "the file's length is not the package's")                      \
    X(WRONG_CHECKSUM, "wrong-checksum", "the file's checksum is not the package's, twice read")    \
    X(UNREADABLE, "unreadable", "the file could not be read back")                                 \
    X(CHECKPOINT_REFUSED, "checkpoint-refused", "the checkpoint could not be saved")               \
    X(START_REFUSED, "start-refused", "AT+CFOTA=1 was answered with an error")                     \
    X(NEVER_BEGAN, "never-began", "AT+CFOTA=1 was accepted, but no update took place")             \
    X(INTERRUPTED, "interrupted", "the updater began and ended without a result")                  \
    X(MODULE_SAYS_FAILED, "module-says-failed", "status 7, 3 or 5, or the failure URC")            \
    X(STUCK, "stuck", "a status of 1 to 5 beyond the module's worst time")                         \
    X(UNCHANGED, "unchanged", "success was claimed, but the base revision runs")                   \
    X(THIRD_REVISION, "third-revision", "neither the base nor the target revision runs")           \
    X(SILENT, "silent", "the module did not come back")                                            \
    X(BOOT_LOOP, "boot-loop", "the module keeps restarting")                                       \
    X(RADIO_UNHEALTHY, "radio-unhealthy", "CFUN is not 1, or no registration, after the update")   \
    X(IDENTITY_LOST, "identity-lost", "the IMEI is missing or zero after the update")              \
    X(SIM_UNHEALTHY, "sim-unhealthy", "the SIM is not ready after the update")                     \
    X(DEADLINE, "deadline", "the job's total time is over")                                        \
    X(BY_REQUEST, "by-request", "fota_cancel() was called")                                        \
    X(UNUSABLE_TEXT, "unusable-text", "a text of the job can't stand in a command line")           \
    X(NOT_A_PACKAGE, "not-a-package", "the file does not begin like a package (zip), twice read")  \
    X(MODEL_CHANGED, "model-changed", "another model than before answers after the update")        \
    X(BEARER_UNHEALTHY, "bearer-unhealthy", "the app network does not come up after the update")   \
    X(WRONG_RATE, "wrong-rate", "only garbage is heard: the module speaks at another rate")        \
    X(ANSWER_LATE, "answer-late", "the checkpoint was asked for and no answer came in time")       \
    X(DOWNGRADE, "downgrade", "the target is older than the base, and the job does not allow it")  \
    X(ANSWERS_UNREADABLE, "answers-unreadable",                                                    \
      "the module answers AT, but not what it is asked, or not so that it can be read")

enum fota_reason {
#define X(name, text, meaning) FOTA_REASON_##name,
    FOTA_REASONS(X)
#undef X
        FOTA_REASON_COUNT
};

/* Settings that are set after an update, which may have reset them. Only what is named here, what
 * the network needs before health is judged. */
struct fota_restore {
    const char *apn;     /* AT+CGDCONT=<context>,"IP","<apn>", at most 99 bytes; NULL: left alone */
    uint32_t baud_bps;   /* AT+IPR=<rate>, and the port follows; 0: left alone */
    uint8_t function;    /* AT+CFUN=<function>; 0: left alone */
    uint8_t psm;         /* AT+CPSMS=0 with 1, AT+CPSMS=1 with 2; 0: left alone */
    uint8_t apn_context; /* of the APN, 1 to 24 (AT106 6.2); 0: 1 */
    uint8_t mode;        /* AT+CNMP=<mode>: 2, 13, 38, 51; 0: left alone */
    uint8_t lte;         /* AT+CMNB=<lte>: 1 CAT-M, 2 NB-IoT, 3 both; 0: left alone */
    const char *bands;   /* AT+CBANDCFG=<bands>, with its quotes: "CAT-M",3,8; NULL: left alone */
    const char *network; /* AT+COPS=1,2,"<network>", a numeric operator; "": AT+COPS=0, NULL: left
                            alone */
};

/*
 * What shall be done. Strings are NUL-terminated, owned by the caller, and must stay unchanged
 * while a client uses the job; one with a quote or a control character, and a URL with a blank, is
 * refused (FOTA_REASON_UNUSABLE_TEXT) before the first command.
 */
struct fota_job {
    const char *from_revision;   /* base of the package, as AT+GMR prints it after "Revision:" */
    const char *to_revision;     /* target of the package */
    const char *model;           /* as AT+CGMM prints it; NULL: any model is accepted */
    const char *url;             /* with HTTP; http://…, at most 255 bytes (AT106 9.2.14, D) */
    const char *ftp_server;      /* with FTP; at most 49 bytes, as are user and password */
    const char *ftp_user;        /* NULL: "anonymous" */
    const char *ftp_password;    /* NULL: "" */
    const char *ftp_path;        /* folder on the server, at most 255 bytes; NULL: "/" */
    const char *ftp_name;        /* file on the server, at most 99 bytes; NULL: "update.zip" */
    const char *apn;             /* APN for AT+CNACT; NULL or "": the module's own choice */
    uint32_t package_size_bytes; /* 0: unknown, the download's own report counts; not PUSH */
    uint32_t package_crc32;      /* CRC-32 (IEEE 802.3, as in zip) of the package, compared with
                                    what is read back; 0: not compared */
    uint32_t baud_bps;      /* rate of the port; 0: unknown, the core never asks for another and
                               reckons with 9600 */
    uint32_t supply_min_mv; /* lower supply refuses; 0: the supply is not judged */
    uint32_t network_timeout_ms;  /* registration and bearer; 0: 180,000 */
    uint32_t download_timeout_ms; /* one try of a download, or a chunk of a push; 0: 600,000 */
    uint32_t update_timeout_ms;   /* the module's own worst time from CFOTA=1; 0: 2,400,000 */
    uint32_t total_timeout_ms;    /* the whole job; 0: 5,400,000 */
    uint8_t download_tries_max;   /* 0: 3 */
    uint8_t attempts_max;         /* update attempts (design.md, "core"); 0: 2 */
    uint8_t delivery;             /* enum fota_delivery */
    uint8_t unjudged;             /* bit n: enum fota_check n is left out after the update */
    bool allow_downgrade;         /* the target may be older than the base; false: refused */
    bool never_restart; /* no AT+CFUN=1,1 for health's sake; false: once, where it can help */
    bool trust_report;  /* a file of unknown size and checksum is not looked into; false: its
                           first bytes must be those of a zip */
    uint16_t ftp_port;  /* 0: 21 */
    struct fota_restore restore;
};

/* What the surroundings are asked to do: X(NAME, "name"). */
#define FOTA_REQUESTS(X)                                                                           \
    X(NONE, "none")                                                                                \
    X(SAVE_CHECKPOINT, "save-checkpoint") /* store .checkpoint so that it survives a host reset */ \
    X(PWRKEY_PULSE, "pwrkey-pulse")       /* pull PWRKEY low for .argument milliseconds */         \
    X(POWER_CYCLE, "power-cycle")         /* cut the supply for .argument milliseconds */          \
    X(SET_BAUD, "set-baud")       /* change the port's rate to .argument bits per second */        \
    X(REOPEN_PORT, "reopen-port") /* close and open the port */                                    \
    X(GIVE_BYTES, "give-bytes")   /* fota_give() .length bytes of the package from .argument on */

enum fota_request_kind {
#define X(name, text) FOTA_REQUEST_##name,
    FOTA_REQUESTS(X)
#undef X
        FOTA_REQUEST_COUNT
};

struct fota_request {
    uint8_t kind;                              /* enum fota_request_kind */
    uint32_t argument;                         /* see FOTA_REQUESTS */
    uint32_t length;                           /* GIVE_BYTES: how many, at most FOTA_PIECE_BYTES */
    uint8_t checkpoint[FOTA_CHECKPOINT_BYTES]; /* SAVE_CHECKPOINT: to be kept as it is */
};

/* What the client tells while it works: X(NAME, "name"). */
#define FOTA_EVENTS(X)                                                                             \
    X(STATE, "state")     /* a = old, b = new enum fota_state */                                   \
    X(COMMAND, "command") /* text = the command line sent, without CR; a = its number */           \
    X(RESULT, "result")   /* text = final result code, or the cause is TIMEOUT */                  \
    X(URC, "urc")         /* text = an unsolicited line */                                         \
    X(REQUEST,                                                                                     \
      "request")        /* a = enum fota_request_kind, b = 0 asked, 1 done, 2 refused, 3 later */  \
    X(STATUS, "status") /* a = value of AT+CFOTA? that was read; text = the line */                \
    X(ATTEMPT, "attempt") /* a = number of the update attempt that begins */                       \
    X(OUTCOME, "outcome") /* a = enum fota_outcome, b = enum fota_reason; text = evidence */       \
    X(REMARK, "remark")   /* a = enum fota_remark, made for the first time in this job */          \
    X(HEALTH, "health")   /* a = enum fota_reason of a check that failed; text = the line */

enum fota_event_kind {
#define X(name, text) FOTA_EVENT_##name,
    FOTA_EVENTS(X)
#undef X
        FOTA_EVENT_COUNT
};

/* What set an event off: X(NAME, "name"). */
#define FOTA_CAUSES(X)                                                                             \
    X(LINE, "line")             /* a line of the module */                                         \
    X(START, "start")           /* fota_start() */                                                 \
    X(CHECKPOINT, "checkpoint") /* fota_start() with a checkpoint that counts */                   \
    X(ANSWER, "answer")         /* fota_answer(), fota_give() */                                   \
    X(CANCEL, "cancel")         /* fota_cancel() */                                                \
    X(ECHO, "echo")             /* the module echoes again, so it restarted without a word */      \
    X(TIMEOUT, "timeout")       /* of a command or a request */                                    \
    X(DEADLINE, "deadline")     /* of a state or of the job */                                     \
    X(PAUSE_OVER, "pause over")

enum fota_cause {
#define X(name, text) FOTA_CAUSE_##name,
    FOTA_CAUSES(X)
#undef X
        FOTA_CAUSE_COUNT
};

struct fota_event {
    uint8_t kind;     /* enum fota_event_kind */
    uint8_t a, b;     /* see FOTA_EVENTS; 0 where they say nothing */
    uint8_t cause;    /* enum fota_cause */
    uint16_t length;  /* of text, in bytes */
    const char *text; /* of kinds that name none: the line of the cause; only valid meanwhile */
};

/* The client's surroundings: constant while the client lives, given with every call. */
struct fota_host {
    const struct fota_job *job; /* of the caller, constant while the client lives */
    /* Called for each event; may be NULL. Must not call the client. */
    void (*on_event)(void *context, uint64_t now_us, const struct fota_event *event);
    void *context; /* for on_event; the client does not look into it */
};

/* Checks of health after an update: X(NAME, "name"). */
#define FOTA_CHECKS(X)                                                                             \
    X(FUNCTION, "function")         /* CFUN is 1 */                                                \
    X(IDENTITY, "identity")         /* the IMEI is there */                                        \
    X(MODEL, "model")               /* CGMM is what it was, or fits the target's variant */        \
    X(SIM, "sim")                   /* the SIM is ready */                                         \
    X(REGISTRATION, "registration") /* registered within the job's network time */                 \
    X(BEARER, "bearer")             /* the app network has an address; not with PUSH */

enum fota_check {
#define X(name, text) FOTA_CHECK_##name,
    FOTA_CHECKS(X)
#undef X
        FOTA_CHECK_COUNT
};

/* What was done besides, or left: X(NAME, "name", "what it means"). */
#define FOTA_REMARKS(X)                                                                            \
    X(NETWORK_REOPENED, "network-reopened", "the app network was closed and opened again")         \
    X(FILE_LEFT, "file-left", "something of this job may be left in /fota")                        \
    X(RADIO_SWITCHED_ON, "radio-switched-on", "the radio was off and was switched on: radio-off")  \
    X(RESTARTED_FOR_HEALTH, "restarted-for-health", "AT+CFUN=1,1 was sent after the verdict")      \
    X(RATE_FOUND, "rate-found", "the module was found at another rate than the job's")

enum fota_remark {
#define X(name, text, meaning) FOTA_REMARK_##name,
    FOTA_REMARKS(X)
#undef X
        FOTA_REMARK_COUNT
};

/* How it ended. */
struct fota_result {
    uint8_t outcome;                         /* enum fota_outcome */
    uint8_t reason;                          /* enum fota_reason */
    uint8_t status;                          /* last value of AT+CFOTA?, 0 = never read */
    uint8_t attempts;                        /* update attempts begun */
    uint8_t resets_seen;                     /* restarts of the module that were noticed */
    uint8_t remarks;                         /* bit n: enum fota_remark n */
    uint8_t health;                          /* enum fota_reason of the last check that failed after
                                                the attempt, also with UPDATE_FAILED; NONE = none */
    char revision[FOTA_REVISION_LENGTH + 1]; /* last one read, "" = none */
    char evidence[FOTA_EVIDENCE_LENGTH + 1]; /* the line that decided, "" = silence */
};

/* What a job cost, for a journal. */
struct fota_statistics {
    uint64_t state_us[FOTA_STATE_COUNT]; /* time spent in each state that was left */
    uint32_t sent_bytes;                 /* to the module */
    uint32_t received_bytes;             /* from the module */
    uint32_t package_bytes;              /* given by fota_give(), repeated ones too */
    uint32_t exchanges;                  /* commands sent, without the AT of a search */
    uint16_t retries;                    /* of them, repetitions */
    uint16_t resets_seen;                /* restarts of the module that were noticed */
    uint16_t line_bytes_max;             /* longest line from the module */
    uint16_t command_bytes_max;          /* longest command line */
    uint32_t boot_lines;                 /* from the module, that tell of its boot */
    uint32_t reserved;                   /* zero */
};

/* Timers of the client, the first one that is due goes first. */
enum { FOTA_TIMER_TOTAL, FOTA_TIMER_STATE, FOTA_TIMER_STEP, FOTA_TIMERS };

/*
 * The client. Its members are private; they stand here so that the caller can own the memory.
 * A value: no pointers, no implicit padding, absolute times only in members named ..._at_us.
 */
struct fota {
    /* What is used most stands first: an M0 reaches 32 bytes of members with short instructions. */
    uint8_t step;             /* row of the step table */
    uint8_t state;            /* enum fota_state */
    uint8_t resume;           /* step after the module was found again */
    uint8_t tries;            /* how often this step was sent */
    uint8_t outcome, reason;  /* the verdict, until clean-up is over */
    uint8_t claim;            /* what URCs say of this attempt */
    uint8_t request;          /* enum fota_request_kind that is outstanding */
    uint8_t rung;             /* of the recovery ladder */
    uint8_t polls;            /* turns of the step that runs; it says what it counts */
    uint8_t attempts;         /* begun; in the result at the end */
    uint8_t download_tries;   /* begun */
    uint8_t boots;            /* restarts in this attempt, or before the first one */
    uint8_t boot_rank;        /* which boot line came last */
    bool begun;               /* an update runs or may run */
    bool contact;             /* the module answered in this job */
    bool idle_known;          /* its status said that no update runs */
    bool echo_off;            /* ATE0 was answered with OK */
    bool resynchronising;     /* before the step's command is sent */
    bool waiting;             /* before the step's command is sent again */
    bool info_seen;           /* an information line of the running command came */
    bool status_read;         /* the last CFOTA? was answered */
    bool revision_read;       /* since the update was started, if one was */
    bool tried_again;         /* full function, or an idle status, was asked for once */
    bool package_stored;      /* something of this job may lie in /fota */
    bool files_open;          /* AT+CFSINIT was sent, AT+CFSTERM was not */
    bool checkpoint_asked;    /* the host was asked to keep one in this job, or started with one */
    bool kept;                /* the file that was there is being verified */
    bool push_resumed;        /* what lies there may be the beginning of this push */
    uint8_t verify_failure;   /* enum fota_failure, 0 = none */
    uint8_t checkpoint_phase; /* what the next one says of the job */
    uint8_t value_count;      /* numbers in value[] */
    uint8_t bearer_tries;     /* of opening one */
    bool kept_bad;            /* the file was found wrong: it is not looked at again */
    bool extended;            /* the worst time was granted a second time */
    bool verdict_unsaved;     /* its checkpoint was refused: the module keeps its status */
    uint8_t restore_at;       /* settings restored so far */
    uint8_t rereads;          /* of the whole file, for its checksum */
    uint8_t command_number;   /* of the last one sent; events carry it */
    uint8_t size_reads;       /* of a file that is not complete */
    bool astray;              /* what was delivered lies under another name */
    uint8_t verdict_row;      /* number of the row that fitted last, from 1 on */
    uint8_t restarts_tried;   /* for health */
    uint8_t rate_at;          /* rates tried while the module boots */
    bool garbled;             /* the rates were tried in vain since garbage was heard */
    /* Of the same job, of which a host was reset at its very end. */
    uint8_t past_outcome, past_reason;
    uint8_t rung_past;         /* behind which the rates were begun anew, 0 = they were not */
    uint8_t reserved_first[6]; /* zero */
    uint16_t result_code;      /* of this try's URC, HTTP's or of FTP in its place; 0 = not yet */
    uint16_t pause_s;          /* of the next pause; 0: the row's */
    uint16_t chunk_bytes;      /* of the running write or read */
    uint16_t chunk_left;       /* bytes of it that are not yet given or read */
    uint16_t chunk_ms;         /* time that the line needs for it, and some */
    uint32_t offset;           /* of the chunk in the package */
    uint32_t crc;              /* up to the chunk */
    uint32_t chunk_crc;        /* up to the last byte read */
    uint32_t value[3];         /* read from information lines of the running command */
    uint32_t expected_bytes;   /* length that the package must have, 0 = unknown */
    uint32_t reported_bytes;   /* by the download */
    uint32_t file_bytes;       /* of /fota/update.zip, 0 = none */
    uint32_t request_argument; /* of the outstanding request */
    uint32_t other_digest;     /* of the revision read last, if nobody wanted it; else 0 */
    uint32_t model_digest;     /* of the model before the update, 0 = not read */
    uint64_t timers_at_us[FOTA_TIMERS]; /* FOTA_NEVER: not set */
    uint64_t worst_case_at_us;  /* end of the module's worst time; FOTA_NEVER: no update runs */
    uint64_t state_since_at_us; /* when it was entered */
    uint64_t boot_tail_at_us;   /* until then "SMS Ready" belongs to the boot before contact */
    uint8_t fingerprint[8];     /* of the job */
    struct fota_result result;  /* what fota_result() tells */
    uint8_t reserved[1];        /* zero */
    struct at_engine at;        /* the line to the module */
    struct fota_statistics stat_counts; /* count only: nothing depends on them */
};

_Static_assert(sizeof(struct fota_result) ==
                   7 + FOTA_REVISION_LENGTH + 1 + FOTA_EVIDENCE_LENGTH + 1,
               "struct fota_result has no implicit padding");
_Static_assert(offsetof(struct fota, result_code) == offsetof(struct fota, reserved_first) + 6 &&
                   offsetof(struct fota, offset) == offsetof(struct fota, chunk_ms) + 2 &&
                   offsetof(struct fota, timers_at_us) == offsetof(struct fota, model_digest) + 4 &&
                   offsetof(struct fota, at) == offsetof(struct fota, reserved) + 1 &&
                   offsetof(struct fota, stat_counts) + sizeof(struct fota_statistics) ==
                       sizeof(struct fota),
               "struct fota has no implicit padding");
_Static_assert(sizeof(struct fota) <= 2048, "budget of the core's memory");

/*
 * Begins a job. `checkpoint` is the last one saved for this job (FOTA_CHECKPOINT_BYTES bytes), or
 * NULL for a fresh start; one that is damaged or belongs to another job counts as NULL.
 */
void fota_start(struct fota *fota, const struct fota_host *host, const uint8_t *checkpoint,
                uint64_t now_us);

/* Takes bytes that came from the module; any split will do. Reports events. */
void fota_receive(struct fota *fota, const struct fota_host *host, const void *bytes, size_t size,
                  uint64_t now_us);

/* Writes up to `capacity` bytes for the module into `buffer`; returns how many, 0 = nothing now. */
size_t fota_transmit(struct fota *fota, const struct fota_host *host, void *buffer, size_t capacity,
                     uint64_t now_us);

/*
 * Lets time pass: runs what is due. Returns the time of the next call at the latest, or
 * FOTA_NEVER. Every state that is not done has a deadline.
 */
uint64_t fota_advance(struct fota *fota, const struct fota_host *host, uint64_t now_us);

/* Fills *ret_request with the outstanding request and returns true; false when there is none. */
bool fota_request(const struct fota *fota, struct fota_request *ret_request);

/* Answers the outstanding request: `done`, or refused (false: impossible here, or it failed).
 * Without an answer it counts as refused after ten minutes, after one minute once an update may
 * run. */
void fota_answer(struct fota *fota, const struct fota_host *host, bool done, uint64_t now_us);

/*
 * Answers the outstanding request with "later": it stays outstanding until fota_answer(), for as
 * long as the job's total time lets it. A host holds an update back in this way. Not for
 * GIVE_BYTES.
 */
void fota_later(struct fota *fota, const struct fota_host *host, uint64_t now_us);

/*
 * Answers GIVE_BYTES: hands over `size` bytes of the package from the requested offset on; what is
 * more than the request is left. 0 bytes: there are none, the delivery fails. Asked for again and
 * again while a chunk is sent: answer it at once, and the line never waits.
 */
void fota_give(struct fota *fota, const struct fota_host *host, const void *bytes, size_t size,
               uint64_t now_us);

/* Asks for an end. Before the point of no return the outcome is `cancelled`; after it, ignored. */
void fota_cancel(struct fota *fota, const struct fota_host *host, uint64_t now_us);

/* The result once the procedure is over, NULL before. Owned by the client. */
const struct fota_result *fota_result(const struct fota *fota);

/* What the job has cost up to now. */
void fota_statistics(const struct fota *fota, struct fota_statistics *ret_statistics);

/* The state of the procedure. */
enum fota_state fota_state(const struct fota *fota);

/*
 * Turns a copy of a client into the form in which equal clients are equal bytes: times as they
 * stand to now_us, no statistics. The copy is no client any more. For benches; not linked if not
 * called.
 */
void fota_make_comparable(struct fota *fota, uint64_t now_us);

/* Names from the tables above; "?" for a value out of range. In a file of their own, which the
 * client does not need: without a call of them the linker leaves the texts out. */
const char *fota_state_name(unsigned state);
const char *fota_outcome_name(unsigned outcome);
const char *fota_reason_name(unsigned reason);
const char *fota_reason_meaning(unsigned reason);
const char *fota_request_name(unsigned request);
const char *fota_event_name(unsigned event);
const char *fota_cause_name(unsigned cause);
const char *fota_delivery_name(unsigned delivery);
const char *fota_remark_name(unsigned remark);
const char *fota_check_name(unsigned check);

#ifdef __cplusplus
}
#endif

#endif
