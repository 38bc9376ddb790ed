/* fota_end.c - the verdict, its evidence, and what is cleaned up after it. */
#include <string.h>

#include "core/fota_internal.h"

/* Keeps a line as the evidence of what may be concluded from it. */
void fota_note(struct fota *fota, const char *line, size_t length)
{
    if (fota->outcome == FOTA_OUTCOME_NONE)
        text_copy(fota->result.evidence, sizeof fota->result.evidence, line, length);
}

void fota_note_revision(struct fota *fota)
{
    char line[9 + FOTA_REVISION_LENGTH + 1];
    size_t length = strlen(fota->result.revision);
    memcpy(line, "Revision:", 9);
    memcpy(line + 9, fota->result.revision, length);
    fota_note(fota, line, length + 9);
}

void fota_note_status(struct fota *fota)
{
    char line[] = "+CFOTA: ?";
    line[8] = fota->result.status < 10 ? (char)('0' + fota->result.status) : '?';
    fota_note(fota, line, 9);
}

/* What a failure means where it happened. */
uint8_t fota_default_outcome(const struct fota *fota)
{
    if (fota->state == FOTA_STATE_HEALTH)
        return FOTA_OUTCOME_DEGRADED;
    if (fota->begun)
        return FOTA_OUTCOME_NEEDS_SERVICE;
    if (fota->result.attempts > 0)
        return FOTA_OUTCOME_UPDATE_FAILED;
    if (fota->state == FOTA_STATE_CHECKPOINT || fota->download_tries == 0)
        return FOTA_OUTCOME_REFUSED;
    return FOTA_OUTCOME_DOWNLOAD_FAILED;
}

uint8_t fota_total_expired(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (fota->state == FOTA_STATE_CLEAN_UP)
        return STEP_DONE;
    return fota_conclude(call, fota_default_outcome(fota), FOTA_REASON_DEADLINE);
}

static bool may_tidy(const struct fota *fota)
{
    return fota->contact && fota->outcome != FOTA_OUTCOME_NEEDS_SERVICE &&
           fota->reason != FOTA_REASON_NO_ANSWER && fota->reason != FOTA_REASON_STUCK;
}

/* The verdict is in; returns the first step of the clean-up. */
uint8_t fota_conclude(struct fota_call *call, enum fota_outcome outcome, enum fota_reason reason)
{
    struct fota *fota = call->fota;
    fota->outcome = (uint8_t)outcome;
    fota->reason = (uint8_t)reason;
    fota->checkpoint_phase = PHASE_NONE;
    if (!may_tidy(fota))
        return fota->checkpoint_asked ? STEP_TIDY_SAVE : STEP_DONE;
    if (at_busy(&fota->at) || at_owed(&fota->at))
        return STEP_TIDY_SYNCHRONISE;
    return STEP_TIDY_FILES;
}

uint8_t fota_judge_tidy_files(struct fota_call *call, uint8_t result)
{
    const struct fota *fota = call->fota;
    (void)result;
    if (fota->package_stored)
        return STEP_TIDY_OPEN;
    return fota->files_open ? STEP_TIDY_CLOSE : STEP_TIDY_STATUS;
}

/* AT+CFOTA=0 only after a status 6 or 7: 8 needs none, 1 to 5 must never get it. */
uint8_t fota_judge_tidy_status(struct fota_call *call, uint8_t result)
{
    const struct fota *fota = call->fota;
    (void)result;
    if ((fota_status_class(fota) & (STATUS_UPDATED | STATUS_FAILED)) != 0)
        return STEP_TIDY_CLEAR;
    return fota->checkpoint_asked ? STEP_TIDY_SAVE : STEP_DONE;
}

uint8_t fota_judge_tidy_done(struct fota_call *call, uint8_t answer)
{
    (void)call;
    (void)answer;
    return STEP_DONE;
}
