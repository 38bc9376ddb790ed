/* fota_update.c - judges from the checkpoint before AT+CFOTA=1 to the verdict. */
#include <string.h>

#include "core/fota_internal.h"

static uint8_t attempts_max(const struct fota_job *job)
{
    return job->attempts_max != 0 ? job->attempts_max : 2;
}

/* From now on an update runs or may run, for as long as the module's worst time. */
static void expect_update(struct fota_call *call)
{
    struct fota *fota = call->fota;
    uint32_t worst_ms = call->job->update_timeout_ms;
    fota->begun = true;
    fota->echo_off = false;
    fota->package_stored = true;
    fota->boots = fota->verdict_row = 0;
    fota->worst_case_at_us = fota_after_ms(call, worst_ms != 0 ? worst_ms : UINT32_C(2400000));
}

/* An update is under way that this call did not start: wait for it like for an own one. */
uint8_t fota_join_update(struct fota_call *call)
{
    expect_update(call);
    call->fota->claim = call->fota->attempts == 0 ? CLAIM_JOINED : CLAIM_NONE;
    return STEP_UPDATING;
}

uint8_t fota_judge_save(struct fota_call *call, uint8_t answer)
{
    struct fota *fota = call->fota;
    if (answer == ANSWER_REFUSED)
        return call->cause == FOTA_CAUSE_TIMEOUT ? fota_fail(call, FOTA_REASON_ANSWER_LATE)
                                                 : STEP_END;
    fota->attempts++;
    fota->claim = CLAIM_NONE;
    expect_update(call);
    fota_tell(call, FOTA_EVENT_ATTEMPT, fota->attempts, 0);
    return STEP_NEXT;
}

/* Silence may be a lost OK: the module tells later. */
uint8_t fota_judge_start(struct fota_call *call, uint8_t result)
{
    if (result == AT_RESULT_OK || result == AT_RESULT_NONE)
        return STEP_AWAIT_UPDATER;
    call->fota->claim = result == AT_RESULT_CME_ERROR ? CLAIM_REFUSED : CLAIM_ERROR;
    return STEP_VERDICT_STATUS;
}

uint8_t fota_judge_verdict_status(struct fota_call *call, uint8_t result)
{
    call->fota->status_read = result == AT_RESULT_OK;
    call->fota->revision_read = false; /* what ran before the update is no evidence */
    return result == AT_RESULT_OK ? STEP_NEXT : STEP_RETRY;
}

enum fota_status_class fota_status_class(const struct fota *fota)
{
    static const uint8_t classes[] = {
        STATUS_IDLE,     STATUS_BUSY,    STATUS_BUSY,   STATUS_STRANDED, STATUS_BUSY,
        STATUS_STRANDED, STATUS_UPDATED, STATUS_FAILED, STATUS_IDLE,
    };
    if (!fota->status_read)
        return STATUS_UNREAD;
    uint8_t status = fota->result.status;
    return status < COUNT_OF(classes) ? (enum fota_status_class)classes[status] : STATUS_IDLE;
}

static bool same(const char *revision, const char *wanted)
{
    return wanted != NULL && strcmp(revision, wanted) == 0;
}

enum fota_revision_class fota_revision_class(const struct fota *fota, const struct fota_job *job)
{
    const char *revision = fota->result.revision;
    if (!fota->revision_read)
        return REVISION_UNREAD;
    if (same(revision, job->to_revision))
        return REVISION_TARGET;
    return same(revision, job->from_revision) ? REVISION_BASE : REVISION_OTHER;
}

/* ---- the verdict --------------------------------------------------------------------------- */

enum action { CONCLUDE, WAIT, CHECK_HEALTH, NEW_ATTEMPT };
enum evidence { KEEP, SHOW_STATUS, SHOW_REVISION };

/* The first row that fits what URCs claimed, what AT+CFOTA? said and what AT+GMR said. WAIT becomes
 * the row's conclusion once the module's worst time is over, NEW_ATTEMPT once there is none left.
 */
struct verdict_row {
    uint8_t claims;    /* bit n: enum fota_claim n */
    uint8_t statuses;  /* enum fota_status_class, joined */
    uint8_t revisions; /* enum fota_revision_class, joined */
    uint8_t action, outcome, reason, evidence;
};

#define CLAIM(name) (1u << CLAIM_##name)
#define CLAIM_ANY   0xffu
#define QUIET       (STATUS_IDLE | STATUS_UNREAD)
#define UNFINISHED  (STATUS_BUSY | STATUS_STRANDED)
#define THEN(action, outcome, reason, evidence)                                                    \
    action, FOTA_OUTCOME_##outcome, FOTA_REASON_##reason, evidence

static const struct verdict_row verdict_rows[] = {
    {CLAIM_ANY, STATUS_ANY, REVISION_UNREAD, THEN(WAIT, NEEDS_SERVICE, SILENT, KEEP)},
    {CLAIM(FAILURE), STATUS_STRANDED, REVISION_BASE,
     THEN(CONCLUDE, UPDATE_FAILED, MODULE_SAYS_FAILED, SHOW_STATUS)},
    /* A failed recovery of an own attempt; one that was found says nothing of this job. */
    {CLAIM(JOINED), STATUS_STRANDED, REVISION_BASE, THEN(WAIT, NEEDS_SERVICE, STUCK, SHOW_STATUS)},
    {CLAIM_ANY, STATUS_STRANDED, REVISION_BASE,
     THEN(WAIT, UPDATE_FAILED, MODULE_SAYS_FAILED, SHOW_STATUS)},
    {CLAIM_ANY, UNFINISHED, REVISION_TARGET, THEN(WAIT, DEGRADED, STUCK, SHOW_STATUS)},
    {CLAIM_ANY, UNFINISHED, REVISION_ANY, THEN(WAIT, NEEDS_SERVICE, STUCK, SHOW_STATUS)},
    {CLAIM_ANY, STATUS_ANY, REVISION_OTHER,
     THEN(CONCLUDE, NEEDS_SERVICE, THIRD_REVISION, SHOW_REVISION)},
    /* The target runs. */
    {CLAIM_ANY, STATUS_FAILED, REVISION_TARGET,
     THEN(CONCLUDE, DEGRADED, MODULE_SAYS_FAILED, SHOW_STATUS)},
    {CLAIM(FAILURE), QUIET, REVISION_TARGET,
     THEN(CONCLUDE, DEGRADED, MODULE_SAYS_FAILED, SHOW_REVISION)},
    {CLAIM_ANY, STATUS_ANY, REVISION_TARGET, THEN(CHECK_HEALTH, NONE, NONE, SHOW_REVISION)},
    /* The base runs. */
    {CLAIM_ANY, STATUS_FAILED, REVISION_BASE,
     THEN(CONCLUDE, UPDATE_FAILED, MODULE_SAYS_FAILED, SHOW_STATUS)},
    {CLAIM_ANY, STATUS_UPDATED, REVISION_BASE,
     THEN(CONCLUDE, UPDATE_FAILED, UNCHANGED, SHOW_REVISION)},
    {CLAIM(SUCCESS), QUIET, REVISION_BASE, THEN(CONCLUDE, UPDATE_FAILED, UNCHANGED, SHOW_REVISION)},
    {CLAIM(FAILURE), QUIET, REVISION_BASE,
     THEN(CONCLUDE, UPDATE_FAILED, MODULE_SAYS_FAILED, SHOW_STATUS)},
    {CLAIM(BEGAN), QUIET, REVISION_BASE, THEN(CONCLUDE, UPDATE_FAILED, INTERRUPTED, SHOW_REVISION)},
    /* The command may have been damaged on its way. */
    {CLAIM(REFUSED) | CLAIM(ERROR), STATUS_IDLE, REVISION_BASE,
     THEN(NEW_ATTEMPT, REFUSED, START_REFUSED, KEEP)},
    {CLAIM(REFUSED) | CLAIM(ERROR), QUIET, REVISION_BASE,
     THEN(CONCLUDE, REFUSED, START_REFUSED, KEEP)},
    {CLAIM_ANY, STATUS_IDLE, REVISION_BASE,
     THEN(NEW_ATTEMPT, UPDATE_FAILED, NEVER_BEGAN, SHOW_STATUS)},
    {CLAIM_ANY, STATUS_ANY, REVISION_BASE,
     THEN(CONCLUDE, UPDATE_FAILED, NEVER_BEGAN, SHOW_REVISION)},
};

static const struct verdict_row *find_verdict(const struct fota *fota, const struct fota_job *job)
{
    unsigned claim = 1u << fota->claim;
    unsigned status = fota_status_class(fota), revision = fota_revision_class(fota, job);
    const struct verdict_row *row = verdict_rows;
    while ((row->claims & claim) == 0 || (row->statuses & status) == 0 ||
           (row->revisions & revision) == 0)
        row++;
    return row;
}

/* The old attempt never began: the module answers, runs the base, no update is under way. The
 * package is verified once more; without an own attempt the whole way is still to go. */
static uint8_t begin_new_attempt(struct fota *fota)
{
    fota->begun = false;
    fota->idle_known = true;
    fota->worst_case_at_us = FOTA_NEVER;
    return fota->attempts == 0 ? STEP_DECIDE : STEP_VERIFY_OPEN;
}

static void show_evidence(struct fota *fota, uint8_t evidence)
{
    if (evidence == SHOW_STATUS)
        fota_note_status(fota);
    else if (evidence == SHOW_REVISION)
        fota_note_revision(fota);
}

/* What the module runs is known: is the product well? */
static uint8_t begin_health(struct fota *fota)
{
    fota->tried_again = false;
    fota->bearer_tries = fota->polls = 0;
    return STEP_HEALTH;
}

/* Of an update that this job did not start, and that left nothing behind, a line may have been all
 * there was: a foreign "Update failed" ends no job that has done nothing yet. */
static bool may_begin_anew(const struct fota_call *call, const struct verdict_row *row)
{
    const struct fota *fota = call->fota;
    if (row->action == NEW_ATTEMPT)
        return fota->attempts < attempts_max(call->job);
    return fota->attempts == 0 && fota_status_class(fota) == STATUS_IDLE &&
           fota_revision_class(fota, call->job) == REVISION_BASE;
}

uint8_t fota_judge_verdict(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    const struct verdict_row *row = find_verdict(fota, call->job);
    uint8_t last = fota->verdict_row;
    (void)result;
    fota->verdict_row = (uint8_t)(row - verdict_rows + 1);
    if (row->action == WAIT && !fota_worst_is_over(call))
        return fota->claim >= CLAIM_FAILURE ? STEP_AWAIT_BOOT : STEP_UPDATING;
    if (row->action == CHECK_HEALTH)
        return begin_health(fota);
    if (fota->verdict_row != last)
        return STEP_VERDICT_AGAIN;
    if (may_begin_anew(call, row))
        return begin_new_attempt(fota);
    if (row->outcome == FOTA_OUTCOME_UPDATE_FAILED || row->outcome == FOTA_OUTCOME_DEGRADED)
        if ((fota_status_class(fota) & UNFINISHED) == 0)
            return begin_health(fota);
    show_evidence(fota, row->evidence);
    return fota_conclude(call, (enum fota_outcome)row->outcome, (enum fota_reason)row->reason);
}

/* Health was looked at. A base revision that runs on is told as that, with what ails it. */
uint8_t fota_conclude_verdict(struct fota_call *call, enum fota_reason health)
{
    struct fota *fota = call->fota;
    const struct verdict_row *row = &verdict_rows[fota->verdict_row - 1];
    enum fota_outcome outcome = (enum fota_outcome)row->outcome;
    enum fota_reason reason = (enum fota_reason)row->reason;
    fota->result.health = (uint8_t)health;
    if (row->action == CHECK_HEALTH) {
        outcome = health == FOTA_REASON_NONE ? FOTA_OUTCOME_UPDATED : FOTA_OUTCOME_DEGRADED;
        reason = health;
    }
    if (row->action != CHECK_HEALTH || health == FOTA_REASON_NONE)
        show_evidence(fota, row->evidence);
    return fota_conclude(call, outcome, reason);
}
