/* fota_identify.c - judges of the steps that only ask: contact, identity, preflight, health. */
#include <string.h>

#include "core/fota_internal.h"

/* A module that has just answered AT may still be booting: its "SMS Ready" is no restart. */
#define BOOT_TAIL_MS 30000u

uint8_t fota_judge_found(struct fota_call *call, uint8_t result)
{
    (void)result;
    if (call->fota->boot_tail_at_us == 0)
        call->fota->boot_tail_at_us = fota_after_ms(call, BOOT_TAIL_MS);
    return STEP_NEXT;
}

uint8_t fota_judge_echo(struct fota_call *call, uint8_t result)
{
    call->fota->echo_off = result == AT_RESULT_OK;
    return result == AT_RESULT_OK ? STEP_NEXT : STEP_RETRY;
}

uint8_t fota_judge_error_form(struct fota_call *call, uint8_t result)
{
    const struct fota *fota = call->fota;
    if (result != AT_RESULT_OK && fota->tries < call->row->tries)
        return STEP_RETRY;
    return fota->resume;
}

uint8_t fota_judge_model(struct fota_call *call, uint8_t result)
{
    const char *model = call->job->model;
    if (result == AT_RESULT_OK)
        call->fota->model_digest = fota_digest_text(call->fota->result.evidence);
    if (model == NULL)
        return result == AT_RESULT_OK ? STEP_NEXT : STEP_REVISION;
    if (result == AT_RESULT_OK && strcmp(call->fota->result.evidence, model) == 0)
        return STEP_NEXT;
    return STEP_RETRY;
}

/* A revision that nobody wants is concluded from when it was read twice alike, on end. */
uint8_t fota_judge_revision(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    if (result != AT_RESULT_OK)
        return STEP_RETRY;
    bool is_other = fota_revision_class(fota, call->job) == REVISION_OTHER;
    uint32_t digest = is_other ? fota_digest_text(fota->result.revision) : 0;
    bool is_new = digest != fota->other_digest;
    fota->other_digest = digest;
    return is_other && is_new ? STEP_RETRY : STEP_NEXT;
}

uint8_t fota_judge_support(struct fota_call *call, uint8_t result)
{
    call->fota->status_read = result == AT_RESULT_OK;
    return result == AT_RESULT_OK ? STEP_NEXT : STEP_RETRY;
}

uint8_t fota_judge_decide(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    (void)result;
    enum fota_status_class status = fota_status_class(fota);
    if ((status & (STATUS_BUSY | STATUS_STRANDED)) != 0)
        return fota_join_update(call);
    fota->idle_known = true;
    fota_note_revision(fota);
    switch (fota_revision_class(fota, call->job)) {
    case REVISION_TARGET: /* the host was reset before it heard the verdict, or nothing was to do */
        if (fota->past_outcome != FOTA_OUTCOME_NONE)
            return fota_conclude(call, (enum fota_outcome)fota->past_outcome,
                                 (enum fota_reason)fota->past_reason);
        return fota_conclude(call, FOTA_OUTCOME_ALREADY_CURRENT, FOTA_REASON_NONE);
    case REVISION_BASE:
        fota->tried_again = false;
        return (status & (STATUS_UPDATED | STATUS_FAILED)) != 0 ? STEP_CLEAR : STEP_NEXT;
    default:
        return fota_conclude(call, FOTA_OUTCOME_REFUSED, FOTA_REASON_WRONG_BASE);
    }
}

/* A left-over 6 or 7 would be taken for the verdict of this update. */
uint8_t fota_judge_cleared(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    if (result == AT_RESULT_OK && fota_status_class(fota) == STATUS_IDLE)
        return STEP_NEXT;
    if (fota->tries < 2)
        return STEP_RETRY;
    bool again = !fota->tried_again; /* whatever the answer was: one line may have made it */
    fota->tried_again = true;
    return again ? STEP_CLEAR : STEP_END;
}

uint8_t fota_judge_preflight(struct fota_call *call, uint8_t result)
{
    (void)result;
    call->fota->tried_again = false;
    return call->job->supply_min_mv != 0 ? STEP_SUPPLY : STEP_FUNCTION;
}

uint8_t fota_judge_supply(struct fota_call *call, uint8_t result)
{
    bool enough = call->fota->value[2] >= call->job->supply_min_mv;
    return result == AT_RESULT_OK && enough ? STEP_NEXT : STEP_RETRY;
}

/* Full function, or one try to get there. Modules were seen stuck in 5 and 7 (T12, T19). */
uint8_t fota_judge_function(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    bool read = result == AT_RESULT_OK;
    if (read && fota->value[0] == 1)
        return STEP_NEXT;
    if (!read && fota->tries < call->row->tries)
        return STEP_RETRY;
    return fota->tried_again ? STEP_END : call->row->failed;
}

uint8_t fota_judge_radio_on(struct fota_call *call, uint8_t result)
{
    (void)result;
    call->fota->tried_again = true;
    fota_remark(call, FOTA_REMARK_RADIO_SWITCHED_ON);
    return STEP_NEXT;
}

/* The SIM becomes ready some seconds after boot: asked until the state's deadline. */
uint8_t fota_judge_sim(struct fota_call *call, uint8_t result)
{
    uint32_t sim = call->fota->value[0];
    if (result != AT_RESULT_OK || sim == 0)
        return STEP_AGAIN;
    return sim == 1 ? STEP_NEXT : STEP_RETRY;
}

uint8_t fota_judge_identity(struct fota_call *call, uint8_t result)
{
    return result == AT_RESULT_OK && call->fota->value[0] == 1 ? STEP_NEXT : STEP_RETRY;
}

/* What the job names, or else what it was before the update, or what the target's revision ends
 * with: a model that was never read rightly before must not count as changed. */
uint8_t fota_judge_health_model(struct fota_call *call, uint8_t result)
{
    const struct fota *fota = call->fota;
    const char *model = fota->result.evidence, *wanted = call->job->model;
    if (result != AT_RESULT_OK)
        return STEP_RETRY;
    if (wanted != NULL)
        return strcmp(model, wanted) == 0 ? STEP_NEXT : STEP_RETRY;
    wanted = call->job->to_revision != NULL ? strchr(call->job->to_revision, 'S') : NULL;
    size_t length = strlen(model), end = wanted != NULL ? strlen(wanted) : 0;
    bool fits = end == 0 || (end <= length && memcmp(model + length - end, wanted, end) == 0);
    bool same = fota->model_digest == 0 || fota->model_digest == fota_digest_text(model);
    return fits || same ? STEP_NEXT : STEP_RETRY;
}

uint8_t fota_judge_healthy(struct fota_call *call, uint8_t result)
{
    (void)result;
    return fota_conclude_verdict(call, FOTA_REASON_NONE);
}

/* Steps that a job may leave out, in the order of FOTA_CHECKS. */
bool fota_is_unjudged(const struct fota_call *call, uint8_t step)
{
    static const uint8_t steps[FOTA_CHECK_COUNT] = {STEP_HEALTH_FUNCTION,     STEP_HEALTH_IDENTITY,
                                                    STEP_HEALTH_MODEL,        STEP_HEALTH_SIM,
                                                    STEP_HEALTH_REGISTRATION, STEP_HEALTH_BEARER};
    const struct fota_job *job = call->job;
    const uint8_t *at = memchr(steps, step, sizeof steps);
    if (at == NULL)
        return false;
    bool needless = step == STEP_HEALTH_BEARER && job->delivery == FOTA_DELIVERY_PUSH;
    return needless || (job->unjudged >> (at - steps) & 1) != 0;
}

/* A restart at most takes as long as any; after it everything is asked anew. */
uint8_t fota_judge_health_restart(struct fota_call *call, uint8_t result)
{
    (void)result;
    fota_expect_restart(call);
    call->fota->echo_off = false;
    return STEP_NEXT;
}
