/*
 * told.h - what a client tells of itself (fota_host.on_event), held against what the bench sees of
 * it: the bytes that it gives to be sent, what the host is asked and answers, the counts and the
 * result that it leaves.
 *
 * A value, part of the monitor. What is counted here the client counts too, so that worlds which
 * are equal but for how much there was up to now are equal in scenario_told_make_comparable().
 */
#ifndef FOTARIG_HARNESS_JUDGE_TOLD_H
#define FOTARIG_HARNESS_JUDGE_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/fota.h"

/* What must be so: X(NAME, "what is said when it is not") */
#define SCENARIO_TOLD(X)                                                                           \
    X(FORM, "it told an event that there is not, or of which it says more than there is to say")   \
    X(CAUSE, "it told another cause than what was done with it")                                   \
    X(STATE, "it told that it left another state than it had entered")                             \
    X(COMMAND, "it told another command than it sent")                                             \
    X(UNTOLD_COMMAND, "it sent what it had not told")                                              \
    X(NUMBER, "it told commands that do not follow one another by number")                         \
    X(UNANSWERED, "it told a command though the one before has no result, and did not look for "   \
                  "the module")                                                                    \
    X(RESULT, "it told a result without a line, or a line where none came in time")                \
    X(LINE, "it told a line that it has not counted, or that is empty")                            \
    X(STRAY, "it told a result that nobody waits for and has not counted it, or another one so")   \
    X(REQUEST, "it told another request, or another answer to it, than there was")                 \
    X(UNTOLD_REQUEST, "it asked its host, or was answered, and did not tell")                      \
    X(STATUS, "it told another status than stands in the line")                                    \
    X(ATTEMPT, "it told attempts that do not follow one another")                                  \
    X(REMARK, "it told a remark twice, or that another rate helped where it was none")             \
    X(OUTCOME, "it told its outcome twice, not at its end, or something behind it")                \
    X(UNTOLD_RESULT, "its result says what it did not tell")                                       \
    X(COUNTS, "its counts are not what it told, sent and was given")                               \
    X(TIMES, "its times in states are not those that it told")

enum scenario_told_breach {
#define X(name, text) SCENARIO_TOLD_##name,
    SCENARIO_TOLD(X)
#undef X
        SCENARIO_TOLD_COUNT
};

/* What is done with the client right now: receiving and the passing of time are not told apart. */
enum scenario_told_call {
    SCENARIO_CALL_OTHER,
    SCENARIO_CALL_START,
    SCENARIO_CALL_RESUME, /* with a checkpoint */
    SCENARIO_CALL_DONE,   /* what it asked for */
    SCENARIO_CALL_REFUSED,
    SCENARIO_CALL_LATER,
    SCENARIO_CALL_NO_BYTES,
    SCENARIO_CALL_CANCEL
};

/* Of lines that were told: bits. */
enum scenario_told_boot {
    SCENARIO_TOLD_NO_BOOT,
    SCENARIO_TOLD_BOOT,     /* one of a boot */
    SCENARIO_TOLD_MAY_BOOT, /* one of a boot, or an answer that comes late and looks like one */
};

/* Since the client started. */
struct scenario_told {
    uint64_t entered_at_us; /* the state that it is in */
    uint64_t state_times;   /* in all that it left, each times its number from 1 on */
    uint32_t sent_bytes, received_bytes, package_bytes, commands;
    uint32_t timeouts;
    uint32_t lines, strays; /* as its engine has counted them when it told a line */
    uint32_t wanted, sent;  /* digests of the line that was told, and of that being sent */
    uint32_t evidence;      /* digest of what it told with its outcome */
    uint16_t given_bytes;   /* of the package, that it may send */
    uint16_t command_bytes_max;
    uint8_t sent_length; /* of the line, up to what was told of a look */
    uint8_t state, command;
    bool looks;       /* for the module */
    bool waits;       /* a command has been told since the last result */
    bool unanswered;  /* bytes were sent since the last result */
    uint8_t call;     /* enum scenario_told_call */
    bool answered;    /* it has told of that call */
    uint8_t request;  /* that it asks, 0 = none */
    uint8_t boots;    /* enum scenario_told_boot, of all lines */
    bool resumed;     /* with a checkpoint, whose attempts count */
    uint8_t status;   /* told last, as what follows */
    uint8_t attempts; /* 0 = none */
    uint8_t remarks;  /* bit n: remark n */
    uint8_t health;   /* enum fota_reason */
    uint8_t is_over;  /* 1: it has told its outcome */
    uint8_t outcome, reason;
    uint8_t broken; /* 1 + the first of enum scenario_told_breach; stays when it starts anew */
    bool heard;     /* the client was started with somebody who hears what it tells */
};
_Static_assert(sizeof(struct scenario_told) == 2 * 8 + 10 * 4 + 2 * 2 + 20,
               "padding in struct scenario_told");

/* What else the bench sees while it tells. */
struct scenario_told_view {
    uint32_t job_bps, port_bps;
    const struct at_engine *engine; /* of which only counts are read; NULL = not to be seen */
};

/*
 * All of these read and change only `told`, which is the caller's, and call nobody back. Each bool
 * is whether all is as it should be; what is not stands in told->broken, the first for good. Times
 * are in us on the clock of the run, sizes in bytes; what is pointed to is read during the call
 * only.
 */

/* The client begins at `now_us`, `resumed`: from a checkpoint. A breach of an earlier life stays.
 */
bool scenario_told_start(struct scenario_told *told, bool resumed, uint64_t now_us);
/* It has told `event` (core/fota.h). */
bool scenario_told_event(struct scenario_told *told, const struct fota_event *event,
                         const struct scenario_told_view *view, uint64_t now_us);
/* It has given `size` bytes to be sent; any split will do. */
bool scenario_told_sends(struct scenario_told *told, const void *bytes, size_t size);
/* It has asked for `size` bytes of the package, and may send them; 0 is a breach. */
bool scenario_told_given(struct scenario_told *told, uint32_t size);
/* The host takes up what it is asked: enum fota_request_kind, and its argument (0 = it takes none).
 */
bool scenario_told_asks(struct scenario_told *told, unsigned request, uint32_t argument);
/* Around a call into the client: what it tells in between is held against `call`. With `must` it
   has to tell of that call before it returns. */
void scenario_told_call(struct scenario_told *told, enum scenario_told_call call);
bool scenario_told_return(struct scenario_told *told, bool must);
/* At any time: its counts, and those of its AT engine. */
bool scenario_told_counts(struct scenario_told *told, const struct fota_statistics *counts,
                          const struct at_engine *engine);
/* It is over, with that outcome and reason (enum fota_outcome, fota_reason), or with all of
 * `result`. */
bool scenario_told_end(struct scenario_told *told, unsigned outcome, unsigned reason);
bool scenario_told_result(struct scenario_told *told, const struct fota_result *result);

/* The text of the first breach, for ever valid; NULL = there is none. */
const char *scenario_told_breach(const struct scenario_told *told);

/* The form in which what is counted is what the client's own counts do not say. */
void scenario_told_make_comparable(struct scenario_told *told, const struct fota *client);

#endif
