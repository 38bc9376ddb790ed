/* fota.c - the client's public functions. */
#include <string.h>

#include "core/core_holds.h"
#include "core/fota_internal.h"

/* The first step, by what the checkpoint says. */
static uint8_t first_step(struct fota_call *call, uint8_t phase)
{
    struct fota *fota = call->fota;
    switch (phase) {
    case PHASE_ABOUT_TO_START:
        /* AT+CFOTA=1 may have been sent: ask the module before anything else is decided. */
        fota_join_update(call);
        return STEP_AWAIT_BOOT_PROBE;
    case PHASE_PUSHING:
        fota->push_resumed = true;
        return STEP_SETTLE;
    case PHASE_VERDICT:
        return fota_resume_clean_up(call);
    default:
        return STEP_SYNCHRONISE;
    }
}

/* Whether a text can stand between quotes in a command; a blank may be right in some of them. */
static bool usable(const char *text, uint8_t least)
{
    while (text != NULL && *text != '\0' && (uint8_t)*text >= least && *text != '"' &&
           *text != 0x7f)
        text++;
    return text == NULL || *text == '\0';
}

static bool job_is_usable(const struct fota_job *job)
{
    const char *const texts[] = {job->ftp_server,  job->ftp_user,       job->ftp_password,
                                 job->ftp_path,    job->ftp_name,       job->apn,
                                 job->restore.apn, job->restore.network};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (!usable(texts[i], ' '))
            return false;
    return usable(job->url, '!');
}

/* "1351B03" against "1529B04": what stands before the variant, sign by sign. */
static bool is_older(const char *revision, const char *other)
{
    if (revision == NULL || other == NULL)
        return false;
    while (*revision == *other && *revision != '\0' && *revision != 'S') {
        revision++;
        other++;
    }
    return *revision < *other && *revision != '\0' && *other != 'S';
}

/* Why the job is refused before the first command. */
static enum fota_reason objection_to(const struct fota_job *job)
{
    if (!job_is_usable(job))
        return FOTA_REASON_UNUSABLE_TEXT;
    if (!job->allow_downgrade && is_older(job->to_revision, job->from_revision))
        return FOTA_REASON_DOWNGRADE;
    return FOTA_REASON_NONE;
}

void fota_start(struct fota *fota, const struct fota_host *host, const uint8_t *checkpoint,
                uint64_t now_us)
{
    struct fota_call call;
    uint32_t total_ms = host->job->total_timeout_ms;
    uint8_t phase = PHASE_NONE;
    memset(fota, 0, sizeof *fota);
    at_init(&fota->at);
    fota_begin_call(&call, fota, host, FOTA_CAUSE_START, now_us);
    fota->worst_case_at_us = FOTA_NEVER;
    fota->state_since_at_us = now_us;
    fota->timers_at_us[FOTA_TIMER_TOTAL] =
        at_after_ms(now_us, total_ms != 0 ? total_ms : UINT32_C(5400000));
    fota->resume = STEP_MODEL;
    fota_checkpoint_begin(fota, host->job);
    if (checkpoint != NULL)
        phase = fota_checkpoint_read(fota, checkpoint);
    if (phase != PHASE_NONE) {
        call.cause = FOTA_CAUSE_CHECKPOINT;
    }
    enum fota_reason objection = objection_to(host->job);
    fota_follow(&call, objection == FOTA_REASON_NONE ? first_step(&call, phase)
                                                     : fota_fail(&call, objection));
}

void fota_receive(struct fota *fota, const struct fota_host *host, const void *bytes, size_t size,
                  uint64_t now_us)
{
    struct fota_call call;
    const char *data = bytes;
    fota_begin_call(&call, fota, host, FOTA_CAUSE_LINE, now_us);
    fota->stat_counts.received_bytes += (uint32_t)size;
    CORE_HOLDS(fota_state_holds(fota));
    while (size > 0 && fota->state != FOTA_STATE_DONE) {
        struct at_event event;
        size_t used = at_receive(&fota->at, data, size, now_us, &event);
        data += used;
        size -= used;
        if (event.kind != AT_EVENT_NONE)
            fota_take_event(&call, &event);
    }
}

size_t fota_transmit(struct fota *fota, const struct fota_host *host, void *buffer, size_t capacity,
                     uint64_t now_us)
{
    (void)host;
    (void)now_us;
    CORE_HOLDS(fota_state_holds(fota));
    size_t size = at_transmit(&fota->at, buffer, capacity);
    fota->stat_counts.sent_bytes += (uint32_t)size;
    return size;
}

static uint64_t next_deadline(const struct fota *fota)
{
    uint64_t next = fota->at.deadline_at_us;
    if (fota->state == FOTA_STATE_DONE)
        return FOTA_NEVER;
    for (unsigned i = 0; i < FOTA_TIMERS; i++)
        if (fota->timers_at_us[i] < next)
            next = fota->timers_at_us[i];
    return next;
}

uint64_t fota_advance(struct fota *fota, const struct fota_host *host, uint64_t now_us)
{
    struct fota_call call;
    uint64_t next = next_deadline(fota);
    CORE_HOLDS(fota_state_holds(fota));
    if (next > now_us) /* as most of the times */
        return next;
    fota_begin_call(&call, fota, host, FOTA_CAUSE_DEADLINE, now_us);
    for (; next <= now_us && next != FOTA_NEVER; next = next_deadline(fota)) {
        struct at_event event;
        at_advance(&fota->at, now_us, &event);
        fota_take_event(&call, &event);
        fota_run_due(&call);
    }
    return next;
}

bool fota_request(const struct fota *fota, struct fota_request *ret_request)
{
    memset(ret_request, 0, sizeof *ret_request);
    ret_request->kind = fota->request;
    ret_request->argument = fota->request_argument;
    if (fota->request == FOTA_REQUEST_SAVE_CHECKPOINT)
        fota_checkpoint_write(fota, ret_request->checkpoint);
    if (fota->request == FOTA_REQUEST_NONE && fota_wants_bytes(fota)) {
        uint32_t length = fota->chunk_left;
        ret_request->kind = FOTA_REQUEST_GIVE_BYTES;
        ret_request->argument = fota->offset + fota->chunk_bytes - length;
        ret_request->length = length < FOTA_PIECE_BYTES ? length : FOTA_PIECE_BYTES;
    }
    return ret_request->kind != FOTA_REQUEST_NONE;
}

void fota_statistics(const struct fota *fota, struct fota_statistics *ret_statistics)
{
    *ret_statistics = fota->stat_counts;
    ret_statistics->line_bytes_max = fota->at.stat_line_high_water;
    ret_statistics->resets_seen = fota->result.resets_seen;
}

void fota_cancel(struct fota *fota, const struct fota_host *host, uint64_t now_us)
{
    struct fota_call call;
    bool over = fota->outcome != FOTA_OUTCOME_NONE;
    fota_begin_call(&call, fota, host, FOTA_CAUSE_CANCEL, now_us);
    CORE_HOLDS(fota_state_holds(fota));
    if (!over && !fota->begun && fota->attempts == 0)
        fota_follow(&call, fota_conclude(&call, FOTA_OUTCOME_CANCELLED, FOTA_REASON_BY_REQUEST));
}

const struct fota_result *fota_result(const struct fota *fota)
{
    return fota->state == FOTA_STATE_DONE ? &fota->result : NULL;
}

enum fota_state fota_state(const struct fota *fota)
{
    return (enum fota_state)fota->state;
}
