/* fota_recover.c - the module does not answer any more, or it restarted by itself. */
#include <string.h>

#include "core/fota_internal.h"

enum gate {
    ALWAYS,
    WITH_BAUD, /* the job names a rate: others may be tried */
    WITH_POWER /* no update can be running: cutting the supply harms nothing */
};

/* The ladder is climbed once in a job, each rung gentler than the next. PWRKEY is held for 1.1 s:
 * 1 s switches on, 1.2 s would switch a running module off (HD107 table 8, 9). */
struct rung {
    uint32_t argument; /* 0 with SET_BAUD: the job's rate */
    uint8_t request, gate, tries;
};

static const struct rung rungs[] = {
    {0, FOTA_REQUEST_REOPEN_PORT, ALWAYS, 5},
    {115200, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},
    {57600, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},
    {38400, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},
    {19200, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},
    {9600, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 3},
    {0, FOTA_REQUEST_SET_BAUD, WITH_BAUD, 2},
    {1100, FOTA_REQUEST_PWRKEY_PULSE, ALWAYS, 10},
    {5000, FOTA_REQUEST_POWER_CYCLE, WITH_POWER, 8},
    {1100, FOTA_REQUEST_PWRKEY_PULSE, WITH_POWER, 15}, /* boards that need it after a cut */
};

/* fota->rung counts the rungs that were taken, so the current one is one below. */
static const struct rung *current(const struct fota *fota)
{
    return &rungs[fota->rung - 1];
}

static bool passes(const struct fota_call *call, const struct rung *rung)
{
    const struct fota *fota = call->fota;
    uint32_t baud_bps = call->job->baud_bps;
    switch (rung->gate) {
    case WITH_BAUD:
        return baud_bps != 0 && rung->argument != baud_bps;
    case WITH_POWER:
        return fota->begun ? call->now_us >= fota->worst_case_at_us : fota->idle_known;
    default:
        return true;
    }
}

uint8_t fota_rung_request(const struct fota *fota)
{
    return current(fota)->request;
}

uint8_t fota_rung_tries(const struct fota *fota)
{
    return current(fota)->tries;
}

uint32_t fota_rung_argument(const struct fota_call *call)
{
    const struct rung *rung = current(call->fota);
    bool back = rung->request == FOTA_REQUEST_SET_BAUD && rung->argument == 0;
    return back ? call->job->baud_bps : rung->argument;
}

uint8_t fota_judge_rung(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    (void)result;
    while (fota->rung < COUNT_OF(rungs))
        if (passes(call, &rungs[fota->rung++]))
            return STEP_RUNG_ASK;
    fota_note(fota, "", 0);
    if (fota->begun)
        return fota_conclude(call, FOTA_OUTCOME_NEEDS_SERVICE, FOTA_REASON_SILENT);
    return STEP_END;
}

uint8_t fota_judge_rung_answered(struct fota_call *call, uint8_t answer)
{
    if (answer == ANSWER_REFUSED)
        return call->row->failed;
    at_forget(&call->fota->at);
    return STEP_NEXT;
}

uint8_t fota_judge_recovered(struct fota_call *call, uint8_t result)
{
    (void)result;
    return call->fota->begun ? STEP_VERDICT_ECHO : STEP_ECHO;
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
    if (fota->begun && call->now_us < fota->worst_case_at_us)
        return STEP_AWAIT_BOOT;
    return climb(call);
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
    if (++fota->boots > FOTA_BOOTS_MAX && fota->outcome == FOTA_OUTCOME_NONE)
        return fota_conclude(call, fota_default_outcome(fota), FOTA_REASON_BOOT_LOOP);
    if (module_downloads(fota)) {
        uint8_t step = fota_download_failed(call, FAILURE_RESTARTED);
        if (step != STEP_BACKOFF)
            return step;
    }
    remember_place(fota);
    return row->reset;
}
