/* fota_run.c - going from step to step: enters rows of the step table, takes results and timers. */
#include <string.h>

#include "core/core_holds.h"
#include "core/fota_internal.h"

#define HOST_WAIT_S 600u

void fota_begin_call(struct fota_call *call, struct fota *fota, const struct fota_host *host,
                     enum fota_cause cause, uint64_t now_us)
{
    call->fota = fota;
    call->row = fota_row(fota->step);
    call->job = host->job;
    call->host = host;
    call->now_us = now_us;
    call->line = (struct text){"", 0};
    call->cause = (uint8_t)cause;
    call->unread = false;
}

uint64_t fota_after_ms(const struct fota_call *call, uint32_t ms)
{
    return at_after_ms(call->now_us, ms);
}

void fota_wake_in(struct fota_call *call, uint32_t seconds)
{
    call->fota->timers_at_us[FOTA_TIMER_STEP] = fota_after_ms(call, seconds * 1000u);
}

void fota_tell(struct fota_call *call, unsigned kind, unsigned a, unsigned b)
{
    const struct fota_host *host = call->host;
    if (host->on_event == NULL)
        return;
    struct fota_event event = {
        (uint8_t)kind, (uint8_t)a, (uint8_t)b, call->cause, (uint16_t)call->line.length,
        call->line.at};
    host->on_event(host->context, call->now_us, &event);
}

/* ---- words, not rows ----------------------------------------------------------------------- */

static uint8_t wait_and_repeat(struct fota_call *call)
{
    call->fota->waiting = true;
    fota_wake_in(call, FOTA_REPEAT_S);
    return STEP_STAY;
}

static uint8_t retry(struct fota_call *call)
{
    return call->fota->tries < call->row->tries ? wait_and_repeat(call) : call->row->failed;
}

static uint8_t again(struct fota_call *call)
{
    call->fota->tries = 0;
    return wait_and_repeat(call);
}

/* ---- requests ------------------------------------------------------------------------------ */

/* What the steps that ask want. */
static void choose_request(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (fota->step == STEP_RUNG_ASK) {
        fota_request_rung(call);
    } else if (fota->step == STEP_RATE_ASK) {
        fota_request_rate(call);
    } else if (fota->step == STEP_RESTORE_RATE) {
        fota->request = FOTA_REQUEST_SET_BAUD;
        fota->request_argument = call->job->restore.baud_bps;
    } else {
        fota->request = FOTA_REQUEST_SAVE_CHECKPOINT;
        fota->checkpoint_asked = true;
    }
}

/* As long as nothing irreversible has begun a host may take its time; the state waits with it. */
static void wait_for_host(struct fota_call *call)
{
    uint64_t *deadline_at_us = &call->fota->timers_at_us[FOTA_TIMER_STATE];
    uint64_t until_us = fota_after_ms(call, (HOST_WAIT_S + 60u) * 1000u);
    fota_wake_in(call, HOST_WAIT_S);
    if (*deadline_at_us < until_us)
        *deadline_at_us = until_us;
}

static void ask(struct fota_call *call)
{
    const struct fota *fota = call->fota;
    choose_request(call);
    if (fota->begun || fota->timers_at_us[FOTA_TIMER_TOTAL] == FOTA_NEVER) /* no time is left */
        fota_wake_in(call, call->row->timeout_s);
    else
        wait_for_host(call);
    fota_tell(call, FOTA_EVENT_REQUEST, call->fota->request, 0);
}

static uint8_t answered_request(struct fota_call *call, bool done)
{
    fota_tell(call, FOTA_EVENT_REQUEST, call->fota->request, done ? 1 : 2);
    return fota_judge_by(call, done ? ANSWER_DONE : ANSWER_REFUSED);
}

void fota_answer(struct fota *fota, const struct fota_host *host, bool done, uint64_t now_us)
{
    struct fota_call call;
    fota_begin_call(&call, fota, host, FOTA_CAUSE_ANSWER, now_us);
    CORE_HOLDS(fota_state_holds(fota));
    if (fota_wants_bytes(fota)) { /* fota_give() is the only good answer */
        fota_tell(&call, FOTA_EVENT_REQUEST, FOTA_REQUEST_GIVE_BYTES, 2);
        fota_follow(&call, fota_download_failed(&call, FAILURE_NO_BYTES));
    } else if (fota->request != FOTA_REQUEST_NONE) {
        if (fota->timers_at_us[FOTA_TIMER_STATE] == FOTA_NEVER)
            fota_renew_deadline(&call); /* it was put off */
        fota_follow(&call, answered_request(&call, done));
    }
}

void fota_later(struct fota *fota, const struct fota_host *host, uint64_t now_us)
{
    struct fota_call call;
    fota_begin_call(&call, fota, host, FOTA_CAUSE_ANSWER, now_us);
    CORE_HOLDS(fota_state_holds(fota));
    if (fota->request == FOTA_REQUEST_NONE)
        return;
    if (fota->timers_at_us[FOTA_TIMER_TOTAL] != FOTA_NEVER) /* else nothing would end it */
        fota->timers_at_us[FOTA_TIMER_STEP] = fota->timers_at_us[FOTA_TIMER_STATE] = FOTA_NEVER;
    fota_tell(&call, FOTA_EVENT_REQUEST, fota->request, 3);
}

/* ---- steps --------------------------------------------------------------------------------- */

static void pause(struct fota_call *call)
{
    struct fota *fota = call->fota;
    fota_wake_in(call, fota->pause_s != 0 ? fota->pause_s : call->row->timeout_s);
    fota->pause_s = 0;
}

static void report_outcome(struct fota_call *call)
{
    struct fota_result *result = &call->fota->result;
    result->outcome = call->fota->outcome;
    result->reason = call->fota->reason;
    result->attempts = call->fota->attempts;
    call->line = (struct text){result->evidence, strlen(result->evidence)};
    fota_tell(call, FOTA_EVENT_OUTCOME, result->outcome, result->reason);
}

static uint8_t enter(struct fota_call *call, uint8_t step)
{
    struct fota *fota = call->fota;
    const struct fota_step *row = fota_row(step);
    fota_set_state(call, row->state);
    call->row = row;
    fota->step = step;
    fota->tries = 0;
    fota->request = FOTA_REQUEST_NONE;
    fota->request_argument = 0;
    fota->waiting = fota->resynchronising = false;
    fota->timers_at_us[FOTA_TIMER_STEP] = FOTA_NEVER;
    switch (row->kind) {
    case KIND_SEND:
        return fota_begin_command(call);
    case KIND_FIND:
        return fota_look_for_module(call, row->tries != 0 ? row->tries : fota_rung_tries(fota),
                                    row->timeout_s);
    case KIND_ASK:
        at_abort(&fota->at);
        ask(call);
        return STEP_STAY;
    case KIND_PAUSE:
        at_abort(&fota->at);
        pause(call);
        if (step == STEP_DONE)
            report_outcome(call);
        return STEP_STAY;
    default:
        return fota_judge_by(call, AT_RESULT_NONE);
    }
}

/* What was never read says nothing of the module, but that it can't be understood. */
static enum fota_reason reason_of(const struct fota_call *call)
{
    bool asks = call->row->info != AT_INFO_NONE && call->row->state <= FOTA_STATE_NETWORK;
    return asks && call->unread ? FOTA_REASON_ANSWERS_UNREADABLE
                                : (enum fota_reason)call->row->reason;
}

void fota_follow(struct fota_call *call, uint8_t step)
{
    while (step != STEP_STAY) {
        switch (step) {
        case STEP_NEXT:
            step = call->row->next;
            break;
        case STEP_RETRY:
            step = retry(call);
            break;
        case STEP_AGAIN:
            step = again(call);
            break;
        case STEP_END:
            step = fota_fail(call, reason_of(call));
            break;
        case STEP_ROUTE:
            call->fota->tried_again = false;
            step = call->job->delivery == FOTA_DELIVERY_PUSH ? STEP_OPEN : STEP_REGISTRATION;
            break;
        case STEP_LOST:
            step = fota_contact_lost(call);
            break;
        default:
            step = fota_is_unjudged(call, step) ? fota_row(step)->next : enter(call, step);
        }
    }
}

/* ---- what the AT engine reports ------------------------------------------------------------ */

static uint8_t timed_out(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (fota->resynchronising)
        return STEP_LOST;
    if (call->row->kind == KIND_FIND)
        return fota_not_found(call);
    if (fota->tries < call->row->tries)
        return fota_begin_command(call);
    call->unread = true;
    return fota_judge_by(call, AT_RESULT_NONE);
}

static uint8_t answered(struct fota_call *call, const struct at_event *event)
{
    struct fota *fota = call->fota;
    uint8_t result = event->result;
    fota->contact = true;
    if (event->echoed && fota->restarts_tried > 0) /* the one that was asked for came */
        fota->restarts_tried = FOTA_RESTARTS_MAX;
    /* Echo was switched off: the module restarted without a word (T15). */
    if (event->echoed && fota->echo_off) {
        call->cause = FOTA_CAUSE_ECHO;
        fota->boot_rank = 1; /* the boot lines that may still come are of this restart */
        return fota_restarted(call);
    }
    if (fota->resynchronising) {
        fota->resynchronising = false;
        return fota_send_command(call);
    }
    if (result != AT_RESULT_OK)
        fota_note_line(call);
    else if (call->row->info != AT_INFO_NONE && !fota->info_seen)
        result = AT_RESULT_NONE;
    call->unread = result == AT_RESULT_NONE;
    return fota_judge_by(call, result);
}

static void take_information(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (!fota_read_by(call->row, fota, call->line.at, call->line.length)) {
        fota_take_urc(call);
        return;
    }
    fota->info_seen = true;
    fota_note_line(call);
    fota->at.unknown_bytes = 0;
    if (call->row->read == READ_status)
        fota_tell(call, FOTA_EVENT_STATUS, fota->result.status, 0);
}

/* The module's time for a chunk begins with its prompt. */
static void take_prompt(struct fota_call *call)
{
    struct fota *fota = call->fota;
    fota->info_seen = true;
    fota->at.deadline_at_us =
        fota_after_ms(call, fota->chunk_ms + call->row->timeout_s * UINT32_C(1000));
}

static void take_end(struct fota_call *call, const struct at_event *event)
{
    uint8_t step = STEP_STAY;
    fota_tell(call, FOTA_EVENT_RESULT, 0, 0);
    if (event->kind == AT_EVENT_TIMEOUT)
        step = timed_out(call);
    else if (event->kind == AT_EVENT_RESULT)
        step = answered(call, event);
    fota_follow(call, step);
}

void fota_take_event(struct fota_call *call, const struct at_event *event)
{
    call->line = (struct text){event->text, event->length};
    call->cause = event->kind == AT_EVENT_TIMEOUT ? FOTA_CAUSE_TIMEOUT : FOTA_CAUSE_LINE;
    switch (event->kind) {
    case AT_EVENT_NONE:
        return;
    case AT_EVENT_INFO:
        take_information(call);
        return;
    case AT_EVENT_URC:
        fota_take_urc(call);
        return;
    case AT_EVENT_PROMPT:
        take_prompt(call);
        return;
    case AT_EVENT_DATA:
        call->fota->info_seen = true;
        fota_take_bytes(call->fota, event->text, event->length);
        return;
    default:
        take_end(call, event);
    }
}

/* ---- time ---------------------------------------------------------------------------------- */

static uint8_t woken(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (fota->waiting) {
        fota->waiting = false;
        return fota_begin_command(call);
    }
    if (call->row->kind != KIND_ASK)
        return call->row->next;
    call->cause = FOTA_CAUSE_TIMEOUT;
    return answered_request(call, false);
}

static uint8_t expired(struct fota_call *call, unsigned timer)
{
    call->cause = FOTA_CAUSE_DEADLINE;
    if (timer == FOTA_TIMER_TOTAL)
        return fota_total_expired(call);
    if (timer == FOTA_TIMER_STATE)
        return fota_state_rows[call->fota->state].expired;
    call->cause = FOTA_CAUSE_PAUSE_OVER;
    return woken(call);
}

/* What ended the procedure at this moment leaves no timer that counts. */
void fota_run_due(struct fota_call *call)
{
    for (unsigned i = 0; i < FOTA_TIMERS && call->fota->state != FOTA_STATE_DONE; i++) {
        if (at_is_due(&call->fota->timers_at_us[i], call->now_us)) {
            fota_follow(call, expired(call, i));
            return;
        }
    }
}
