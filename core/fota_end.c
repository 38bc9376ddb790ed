/* fota_end.c - the verdict, its evidence, and what is cleaned up after it. */
#include <string.h>

#include "core/fota_internal.h"

#define NETWORK_SETTINGS 5 /* of those that are restored, the first ones */

/* Keeps a line as the evidence of what may be concluded from it; a verdict that a checkpoint held
 * came without one. */
static void note(struct fota *fota, const char *begin, const char *line, size_t length)
{
    char *evidence = fota->result.evidence;
    size_t used = strlen(begin);
    if (fota->outcome != FOTA_OUTCOME_NONE && fota->step != STEP_TIDY_REVISION)
        return;
    memcpy(evidence, begin, used);
    text_copy(evidence + used, sizeof fota->result.evidence - used, line, length);
}

void fota_note_line(struct fota_call *call)
{
    note(call->fota, "", call->line.at, call->line.length);
}

void fota_note_revision(struct fota *fota)
{
    const char *revision = fota->result.revision;
    note(fota, "Revision:", revision, strlen(revision));
}

void fota_note_status(struct fota *fota)
{
    char digit = fota->result.status < 10 ? (char)('0' + fota->result.status) : '?';
    note(fota, "+CFOTA: ", &digit, 1);
}

/* Something that the result tells besides; the event comes once. */
void fota_remark(struct fota_call *call, enum fota_remark remark)
{
    uint8_t *remarks = &call->fota->result.remarks, bit = (uint8_t)(1u << remark);
    if ((*remarks & bit) == 0)
        fota_tell(call, FOTA_EVENT_REMARK, remark, 0);
    *remarks |= bit;
}

/* What a failure means where it happened. */
static enum fota_outcome default_outcome(const struct fota *fota)
{
    if (fota->begun)
        return FOTA_OUTCOME_NEEDS_SERVICE;
    if (fota->attempts > 0)
        return FOTA_OUTCOME_UPDATE_FAILED;
    if (fota->state == FOTA_STATE_CHECKPOINT || fota->download_tries == 0)
        return FOTA_OUTCOME_REFUSED;
    return FOTA_OUTCOME_DOWNLOAD_FAILED;
}

static bool may_tidy(const struct fota *fota)
{
    return fota->contact && fota->outcome != FOTA_OUTCOME_NEEDS_SERVICE &&
           fota->reason != FOTA_REASON_NO_ANSWER && fota->reason != FOTA_REASON_WRONG_RATE &&
           fota->reason != FOTA_REASON_STUCK;
}

static uint8_t begin_clean_up(struct fota_call *call)
{
    struct fota *fota = call->fota;
    fota->checkpoint_phase = PHASE_NONE;
    if (!may_tidy(fota))
        return fota->checkpoint_asked ? STEP_TIDY_SAVE : STEP_DONE;
    if (at_busy(&fota->at) || at_owed(&fota->at))
        return STEP_TIDY_SYNCHRONISE;
    return STEP_TIDY_FILES;
}

/*
 * The verdict is in; returns the first step of the clean-up. After an attempt it is saved first:
 * AT+CFOTA=0 takes the module's own memory of the attempt away, and a host that is reset then must
 * not take its base revision for one that was never updated.
 */
uint8_t fota_conclude(struct fota_call *call, enum fota_outcome outcome, enum fota_reason reason)
{
    struct fota *fota = call->fota;
    fota->outcome = (uint8_t)outcome;
    fota->reason = (uint8_t)reason;
    if (fota->attempts == 0 || !may_tidy(fota))
        return begin_clean_up(call);
    fota->checkpoint_phase = PHASE_VERDICT;
    return STEP_TIDY_KEEP;
}

/* A check of health failed; one restart may mend what has to do with the radio. One that never came
 * is tried again: its command was lost. */
static uint8_t fail_health(struct fota_call *call, enum fota_reason reason)
{
    struct fota *fota = call->fota;
    bool may_help = reason == FOTA_REASON_RADIO_UNHEALTHY || reason == FOTA_REASON_SIM_UNHEALTHY ||
                    reason == FOTA_REASON_BEARER_UNHEALTHY;
    fota_tell(call, FOTA_EVENT_HEALTH, reason, 0);
    if (!may_help || fota->restarts_tried >= FOTA_RESTARTS_MAX || call->job->never_restart)
        return fota_conclude_verdict(call, reason);
    fota->restarts_tried++;
    fota_remark(call, FOTA_REMARK_RESTARTED_FOR_HEALTH);
    return STEP_HEALTH_RESTART;
}

uint8_t fota_fail(struct fota_call *call, enum fota_reason reason)
{
    if (call->fota->state == FOTA_STATE_HEALTH)
        return fail_health(call, reason);
    return fota_conclude(call, default_outcome(call->fota), reason);
}

uint8_t fota_total_expired(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (fota->state == FOTA_STATE_CLEAN_UP)
        return STEP_DONE;
    return fota_fail(call, FOTA_REASON_DEADLINE);
}

uint8_t fota_judge_tidy_keep(struct fota_call *call, uint8_t answer)
{
    call->fota->verdict_unsaved = answer == ANSWER_REFUSED;
    return begin_clean_up(call);
}

/* The checkpoint holds the verdict: only the clean-up is left. */
uint8_t fota_resume_clean_up(struct fota_call *call)
{
    struct fota *fota = call->fota;
    fota->checkpoint_phase = PHASE_NONE;
    fota->contact = fota->package_stored = true;
    return STEP_TIDY_SYNCHRONISE;
}

/* What a client that was reset does not know any more it asks for. */
uint8_t fota_judge_tidy_read(struct fota_call *call, uint8_t result)
{
    const struct fota *fota = call->fota;
    (void)result;
    return fota->status_read || fota->attempts == 0 ? STEP_TIDY_FILES : STEP_NEXT;
}

uint8_t fota_judge_tidy_revision(struct fota_call *call, uint8_t result)
{
    if (result == AT_RESULT_OK)
        fota_note_revision(call->fota);
    return result == AT_RESULT_OK ? STEP_NEXT : STEP_RETRY;
}

uint8_t fota_judge_tidy_files(struct fota_call *call, uint8_t result)
{
    const struct fota *fota = call->fota;
    (void)result;
    if (fota->package_stored)
        return STEP_TIDY_OPEN;
    return fota->files_open ? STEP_TIDY_CLOSE : STEP_RESTORE;
}

/* An error may say that it is open already. */
uint8_t fota_judge_tidy_open(struct fota_call *call, uint8_t result)
{
    bool open = result == AT_RESULT_OK || (result != AT_RESULT_NONE && call->fota->files_open);
    return open ? STEP_NEXT : STEP_RETRY;
}

/* The package is gone; what a damaged command has put elsewhere is looked for. */
static uint8_t after_removal(struct fota *fota)
{
    fota->polls = 0;
    return fota->astray ? STEP_TIDY_ASTRAY : STEP_TIDY_CLOSE;
}

uint8_t fota_judge_tidy_remove(struct fota_call *call, uint8_t result)
{
    return result == AT_RESULT_OK ? after_removal(call->fota) : STEP_RETRY;
}

/* It could not be deleted: the updater has done that already, or it stays. */
uint8_t fota_judge_tidy_look(struct fota_call *call, uint8_t result)
{
    if (result == AT_RESULT_OK)
        fota_remark(call, FOTA_REMARK_FILE_LEFT);
    return after_removal(call->fota);
}

/* Ten names that a lost byte makes of it. What another damage made of it is not known. */
uint8_t fota_judge_tidy_astray(struct fota_call *call, uint8_t result)
{
    if (result == AT_RESULT_OK)
        return STEP_NEXT;
    if (++call->fota->polls < 10)
        return STEP_TIDY_ASTRAY;
    fota_remark(call, FOTA_REMARK_FILE_LEFT);
    return STEP_NEXT;
}

/* Settings that the job names, the rate last: after it the port may be lost. What only the network
 * needs is not made up for in the clean-up. */
uint8_t fota_judge_restore(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    const struct fota_restore *restore = &call->job->restore;
    static const uint8_t steps[] = {STEP_RESTORE_MODE,     STEP_RESTORE_LTE,     STEP_RESTORE_BANDS,
                                    STEP_RESTORE_APN,      STEP_RESTORE_NETWORK, STEP_RESTORE_PSM,
                                    STEP_RESTORE_FUNCTION, STEP_RESTORE_BAUD};
    const uint32_t named[] = {restore->mode,
                              restore->lte,
                              restore->bands != NULL,
                              restore->apn != NULL,
                              restore->network != NULL,
                              restore->psm,
                              restore->function,
                              restore->baud_bps};
    (void)result;
    if (fota->attempts == 0 && !fota->begun)
        return STEP_NEXT; /* nothing was changed */
    if (fota->state == FOTA_STATE_CLEAN_UP && fota->restore_at < NETWORK_SETTINGS)
        fota->restore_at = NETWORK_SETTINGS;
    while (fota->restore_at < call->row->tries) {
        uint8_t at = fota->restore_at++;
        if (named[at] != 0)
            return steps[at];
    }
    return STEP_NEXT;
}

uint8_t fota_judge_restore_rate(struct fota_call *call, uint8_t result)
{
    bool refused = result != AT_RESULT_OK && result != AT_RESULT_NONE;
    return refused ? call->row->failed : STEP_NEXT;
}

/* AT+CFOTA=0 only after a status 6 or 7: 8 needs none, 1 to 5 must never get it. Not while the
 * checkpoint still says that an update may run: then it stays the host's only evidence. */
uint8_t fota_judge_tidy_status(struct fota_call *call, uint8_t result)
{
    const struct fota *fota = call->fota;
    (void)result;
    if (!fota->verdict_unsaved && (fota_status_class(fota) & (STATUS_UPDATED | STATUS_FAILED)) != 0)
        return STEP_TIDY_CLEAR;
    return fota->checkpoint_asked ? STEP_TIDY_SAVE : STEP_DONE;
}
