/* fota_recover.c - the module does not answer any more, or it restarted by itself. */
#include <string.h>

#include "core/core_holds.h"
#include "core/fota_internal.h"

#define USUAL_BPS 115200u

/* A module that restarts is back within that time, or it is looked for. */
#define RESTART_MS UINT32_C(120000)

enum gate {
    ALWAYS,
    WITH_BAUD, /* the job names a rate, garbage was heard, or all else is done: others are tried */
    WITH_POWER /* no update can be running: cutting the supply harms nothing */
};

/* The ladder is climbed once in a job, each rung gentler than the next; the rates are tried a
 * second time when garbage is heard behind them. PWRKEY is held for 1.1 s: 1 s switches on, 1.2 s
 * would switch a running module off (HD107 table 8, 9). */
struct rung {
    uint16_t hundreds; /* of ms or bit/s; 0 with SET_BAUD: the job's rate */
    uint8_t request, gate, tries;
};

static const struct rung rungs[] = {
    {0, FOTA_REQUEST_REOPEN_PORT, ALWAYS, 5},        {1152, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},
    {576, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},      {384, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},
    {192, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},      {96, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},
    {9216, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},     {4608, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},
    {2304, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},     {0, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 2},
    {11, FOTA_REQUEST_PWRKEY_PULSE, ALWAYS, 10},     {50, FOTA_REQUEST_POWER_CYCLE, WITH_POWER, 8},
    {11, FOTA_REQUEST_PWRKEY_PULSE, WITH_POWER, 15}, /* boards that need it after a cut */
};

#define RATES_BEGIN 1u
#define RATES_END   10u

static uint32_t argument_of(const struct rung *rung)
{
    return rung->hundreds * 100u;
}

bool fota_worst_is_over(const struct fota_call *call)
{
    return call->now_us >= call->fota->worst_case_at_us;
}

/* Bytes came that made no sense since the last line that did: somebody speaks at another rate. */
static bool garbage_heard(const struct fota *fota)
{
    return fota->at.unknown_bytes >= AT_UNKNOWN_MAX;
}

/* That the port returns to; one that nobody named is most likely the usual one. */
static uint32_t own_rate(const struct fota_call *call)
{
    return call->job->baud_bps != 0 ? call->job->baud_bps : USUAL_BPS;
}

static bool passes(const struct fota_call *call, const struct rung *rung)
{
    const struct fota *fota = call->fota;
    uint32_t baud_bps = call->job->baud_bps;
    switch (rung->gate) {
    case WITH_BAUD:
        if (rung->hundreds == 0)
            return fota->rate_at != 0;
        return (baud_bps != 0 || fota->rate_at != 0 || fota->rung_past != 0 ||
                garbage_heard(fota)) &&
               argument_of(rung) != baud_bps;
    case WITH_POWER:
        return fota->begun ? fota_worst_is_over(call) : fota->idle_known;
    default:
        return true;
    }
}

/* fota->rung counts the rungs that were taken, so the current one is one below. */
uint8_t fota_rung_tries(const struct fota *fota)
{
    CORE_HOLDS(fota->rung > 0);
    return rungs[fota->rung - 1].tries;
}

void fota_request_rung(struct fota_call *call)
{
    struct fota *fota = call->fota;
    const struct rung *rung = &rungs[fota->rung - 1];
    fota->request = rung->request;
    fota->request_argument = argument_of(rung);
    if (fota->rung > RATES_END) {
        fota->garbled |= garbage_heard(fota);
        fota->at.unknown_bytes = 0; /* what is heard now is of a module that was switched on */
    }
    if (rung->request != FOTA_REQUEST_SET_BAUD)
        return;
    fota->rate_at = rung->hundreds != 0; /* one of others is under trial */
    if (rung->hundreds == 0)
        fota->request_argument = own_rate(call);
}

/* A module that was off is heard behind the rates only; one whose echo is off says nothing at all
 * at another rate, until it restarts. So the rates are begun anew, once, when garbage is heard, and
 * at the latest when nothing else has helped; then the ladder goes on from where it was. */
static void begin_rates_anew(const struct fota_call *call)
{
    struct fota *fota = call->fota;
    bool untried = call->job->baud_bps == 0 && !fota->garbled;
    if (fota->rung == RATES_END && fota->rung_past != 0)
        fota->rung = fota->rung_past;
    if (fota->rung <= RATES_END || fota->rung_past != 0)
        return;
    if (garbage_heard(fota) || (fota->rung == COUNT_OF(rungs) && untried)) {
        fota->rung_past = fota->rung;
        fota->rung = RATES_BEGIN;
    }
}

uint8_t fota_judge_rung(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    (void)result;
    for (;;) {
        begin_rates_anew(call);
        if (fota->rung == COUNT_OF(rungs))
            break;
        if (passes(call, &rungs[fota->rung++]))
            return STEP_RUNG_ASK;
    }
    call->line = (struct text){"", 0};
    fota_note_line(call);
    if (fota->garbled || garbage_heard(fota))
        return fota_fail(call, FOTA_REASON_WRONG_RATE);
    if (fota->begun)
        return fota_conclude(call, FOTA_OUTCOME_NEEDS_SERVICE, FOTA_REASON_SILENT);
    return STEP_END;
}

/* A port that was left at another rate hears nobody, not even garbage, so the way back to its own
 * is asked for again. */
uint8_t fota_judge_rung_answered(struct fota_call *call, uint8_t answer)
{
    if (answer == ANSWER_REFUSED) {
        if (call->fota->state == FOTA_STATE_AWAIT_BOOT && call->fota->rate_at == 0)
            call->fota->rate_at = RATES_END - 2u;
        return call->row->failed;
    }
    at_forget(&call->fota->at);
    return STEP_NEXT;
}

uint8_t fota_judge_recovered(struct fota_call *call, uint8_t result)
{
    fota_judge_rate_found(call, result);
    return call->fota->begun ? STEP_VERDICT_ECHO : STEP_ECHO;
}

/* ---- another rate while an update may run -------------------------------------------------- */

/* The rates of the ladder, the job's own last. A request that changes only the host's port harms no
 * updater. */
void fota_request_rate(struct fota_call *call)
{
    struct fota *fota = call->fota;
    uint32_t baud_bps = call->job->baud_bps;
    if (argument_of(&rungs[++fota->rate_at]) == baud_bps && baud_bps != 0)
        fota->rate_at++;
    fota->request = FOTA_REQUEST_SET_BAUD;
    fota->request_argument = argument_of(&rungs[fota->rate_at]);
    if (fota->request_argument != 0)
        return;
    fota->request_argument = own_rate(call);
    fota->rate_at = 0;
    fota->at.unknown_bytes = 0; /* new garbage begins a new round */
    fota->garbled = true;
}

/* A module that is restarting is silent for a while: other rates are tried after the second search.
 */
uint8_t fota_not_found(struct fota_call *call)
{
    struct fota *fota = call->fota;
    bool waits = fota->step == STEP_AWAIT_BOOT_PROBE || fota->step == STEP_UPDATING_PROBE ||
                 fota->step == STEP_RATE_FIND;
    bool more = fota->rate_at > 0 || garbage_heard(fota);
    if (!waits || !more)
        return call->row->failed;
    return fota->rate_at > 0 || fota->polls++ > 0 ? STEP_RATE_ASK : call->row->failed;
}

uint8_t fota_judge_rate_found(struct fota_call *call, uint8_t result)
{
    (void)result;
    if (call->fota->rate_at > 0)
        fota_remark(call, FOTA_REMARK_RATE_FOUND);
    call->fota->rate_at = 0;
    call->fota->garbled = false;
    return STEP_NEXT;
}

/* Where to go on when the module was found again. The file of a push keeps its whole chunks. */
static void remember_place(struct fota *fota)
{
    uint8_t resume = fota_state_rows[fota->state].resume;
    if (resume != STEP_STAY)
        fota->resume = resume;
    if (fota->step >= STEP_PUSH_OPEN && fota->step <= STEP_PUSH_SIZE)
        fota->push_resumed = true;
}

static bool module_downloads(const struct fota *fota)
{
    static const uint8_t steps[] = {STEP_PROGRESS_PAUSE, STEP_PROGRESS, STEP_FTP_PAUSE,
                                    STEP_FTP_PROGRESS};
    return memchr(steps, fota->step, sizeof steps) != NULL;
}

static uint8_t climb(struct fota_call *call)
{
    struct fota *fota = call->fota;
    remember_place(fota);
    fota->echo_off = false;
    return STEP_RUNG;
}

uint8_t fota_contact_lost(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (fota->state == FOTA_STATE_CLEAN_UP)
        return STEP_TIDY_SAVE;
    if (fota->begun && !fota_worst_is_over(call))
        return STEP_AWAIT_BOOT;
    return climb(call);
}

/* A restart at most takes as long as any: that the update's worst time is over is no reason to
 * disturb it. */
void fota_expect_restart(struct fota_call *call)
{
    uint64_t until_us = fota_after_ms(call, RESTART_MS);
    if (call->fota->worst_case_at_us < until_us)
        call->fota->worst_case_at_us = until_us;
    if (call->fota->state == FOTA_STATE_AWAIT_BOOT)
        fota_renew_deadline(call);
}

/* A restart was noticed: what is idempotent is done again. */
uint8_t fota_restarted(struct fota_call *call)
{
    struct fota *fota = call->fota;
    const struct fota_state_row *row = &fota_state_rows[fota->state];
    if (fota->result.resets_seen < UINT8_MAX)
        fota->result.resets_seen++;
    fota->echo_off = fota->files_open = false;
    fota->polls = 0;
    fota->restarts_tried = fota->restarts_tried > 0 ? FOTA_RESTARTS_MAX : 0;
    fota->restore_at = 0; /* it may have come between a setting and its OK */
    fota_note_line(call);
    fota->boots++;
    if (fota->boots > FOTA_BOOTS_MAX && fota->outcome == FOTA_OUTCOME_NONE)
        return fota_fail(call, FOTA_REASON_BOOT_LOOP);
    if (row->reset == STEP_AWAIT_BOOT)
        fota_expect_restart(call);
    if (module_downloads(fota)) {
        uint8_t step = fota_download_failed(call, FAILURE_RESTARTED);
        if (step != STEP_BACKOFF)
            return step;
    }
    remember_place(fota);
    return row->reset;
}
