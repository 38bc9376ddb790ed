/* fota_run.c - going from step to step: enters rows of the step table, takes results and timers. */
#include <string.h>

#include "core/fota_internal.h"

#define RESYNCHRONISE_TRIES 10 /* a restart takes up to 10 s */
#define RESYNCHRONISE_S     2

static uint64_t after_s(uint64_t now_us, uint32_t seconds)
{
    return at_after_ms(now_us, seconds * 1000u);
}

static const struct fota_step *row_of(const struct fota *fota)
{
    return &fota_steps[fota->step];
}

void fota_emit(struct fota_call *call, unsigned kind, unsigned a, unsigned b, const char *text,
               size_t length)
{
    if (call->host->on_event == NULL)
        return;
    struct fota_event event = {(uint8_t)kind, (uint8_t)a, (uint8_t)b, (uint16_t)length, text};
    call->host->on_event(call->host->context, call->now_us, &event);
}

void fota_tell(struct fota_call *call, unsigned kind, unsigned a, unsigned b)
{
    fota_emit(call, kind, a, b, "", 0);
}

/* ---- states -------------------------------------------------------------------------------- */

static uint32_t value_or(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static uint64_t state_deadline(const struct fota_call *call, uint8_t state)
{
    const struct fota_job *job = call->host->job;
    switch (state) {
    case FOTA_STATE_NETWORK:
        return at_after_ms(call->now_us, value_or(job->network_timeout_ms, 180000));
    case FOTA_STATE_DOWNLOAD:
        return at_after_ms(call->now_us, value_or(job->download_timeout_ms, 600000));
    case FOTA_STATE_AWAIT_UPDATER:
    case FOTA_STATE_UPDATING:
    case FOTA_STATE_AWAIT_BOOT:
        return call->fota->worst_case_at_us;
    case FOTA_STATE_DONE:
        return FOTA_NEVER;
    default:
        return after_s(call->now_us, fota_state_rows[state].deadline_s);
    }
}

/* The state made progress that it can make only so many times. */
void fota_renew_deadline(struct fota_call *call)
{
    call->fota->state_deadline_at_us = state_deadline(call, call->fota->state);
}

/* The only place that changes the state. */
static void set_state(struct fota_call *call, uint8_t state)
{
    struct fota *fota = call->fota;
    uint8_t old = fota->state;
    if (old == state)
        return;
    fota->stat_counts.state_us[old] += call->now_us - fota->state_since_at_us;
    fota->state_since_at_us = call->now_us;
    fota->state = state;
    fota_renew_deadline(call);
    fota_emit(call, FOTA_EVENT_STATE, old, state, call->cause, call->cause_length);
}

/* ---- commands ------------------------------------------------------------------------------ */

static void count_command(struct fota *fota, size_t length)
{
    struct fota_statistics *counts = &fota->stat_counts;
    counts->exchanges++;
    counts->retries += fota->tries > 1;
    if (length > counts->command_bytes_max)
        counts->command_bytes_max = (uint16_t)length;
}

static uint8_t send_command(struct fota_call *call)
{
    struct fota *fota = call->fota;
    const struct fota_step *row = row_of(fota);
    uint32_t timeout_ms = row->timeout_s * UINT32_C(1000);
    if (row->info >= AT_INFO_PROMPT) {
        fota_begin_chunk(call);
        timeout_ms += fota->chunk_ms;
    }
    size_t length = fota_format(call, row);
    fota->tries++;
    fota->info_seen = false;
    memset(fota->value, 0, sizeof fota->value);
    if (!at_send(&fota->at, fota->at.command, length, (enum at_info)row->info, timeout_ms,
                 call->now_us))
        return STEP_END;
    if (row->info == AT_INFO_DATA)
        at_expect(&fota->at, fota->chunk_bytes, fota->offset == 0, 'P'); /* zip: "PK" */
    count_command(fota, length);
    fota_emit(call, FOTA_EVENT_COMMAND, ++fota->command_number, 0, fota->at.command, length);
    return STEP_STAY;
}

static void look_for_module(struct fota_call *call, uint8_t tries, uint32_t interval_s)
{
    struct fota *fota = call->fota;
    at_synchronise(&fota->at, tries, interval_s * 1000u, call->now_us);
    fota_emit(call, FOTA_EVENT_COMMAND, ++fota->command_number, 0, "AT", 2);
}

/* Sends the step's command; when an older answer may still come, clears up first. */
static uint8_t begin_command(struct fota_call *call)
{
    struct fota *fota = call->fota;
    fota->waiting = false;
    fota->wake_at_us = FOTA_NEVER;
    if (at_busy(&fota->at))
        at_abort(&fota->at);
    fota->resynchronising = at_owed(&fota->at);
    if (!fota->resynchronising)
        return send_command(call);
    look_for_module(call, RESYNCHRONISE_TRIES, RESYNCHRONISE_S);
    return STEP_STAY;
}

static uint8_t wait_and_repeat(struct fota_call *call)
{
    call->fota->waiting = true;
    call->fota->wake_at_us = after_s(call->now_us, FOTA_REPEAT_S);
    return STEP_STAY;
}

static uint8_t retry(struct fota_call *call)
{
    const struct fota_step *row = row_of(call->fota);
    return call->fota->tries < row->tries ? wait_and_repeat(call) : row->failed;
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
    fota->request = FOTA_REQUEST_SAVE_CHECKPOINT;
    if (fota->step == STEP_RUNG_ASK) {
        fota->request = fota_rung_request(fota);
        fota->request_argument = fota_rung_argument(call);
    } else if (fota->step == STEP_RESTORE_RATE) {
        fota->request = FOTA_REQUEST_SET_BAUD;
        fota->request_argument = call->host->job->restore.baud_bps;
    } else {
        fota->checkpoint_asked = true;
    }
}

static uint8_t ask(struct fota_call *call)
{
    struct fota *fota = call->fota;
    choose_request(call);
    fota->wake_at_us = after_s(call->now_us, row_of(fota)->timeout_s);
    fota_tell(call, FOTA_EVENT_REQUEST, fota->request, 0);
    return STEP_STAY;
}

void fota_drop_request(struct fota_call *call)
{
    call->fota->request = FOTA_REQUEST_NONE;
    call->fota->request_argument = 0;
}

void fota_answer(struct fota *fota, const struct fota_host *host, bool done, uint64_t now_us)
{
    struct fota_call call = {fota, host, now_us, "answer", 6};
    if (fota_wants_bytes(fota)) { /* fota_give() is the only good answer */
        fota_tell(&call, FOTA_EVENT_REQUEST, FOTA_REQUEST_GIVE_BYTES, 2);
        fota_follow(&call, fota_download_failed(&call, FAILURE_NO_BYTES));
        return;
    }
    if (fota->request == FOTA_REQUEST_NONE)
        return;
    fota_tell(&call, FOTA_EVENT_REQUEST, fota->request, done ? 1 : 2);
    fota_drop_request(&call);
    fota->wake_at_us = FOTA_NEVER;
    fota_follow(&call, fota_judge_by(&call, row_of(fota), done ? ANSWER_DONE : ANSWER_REFUSED));
}

/* ---- steps --------------------------------------------------------------------------------- */

static uint8_t pause(struct fota_call *call, const struct fota_step *row)
{
    struct fota *fota = call->fota;
    uint32_t pause_s = value_or(fota->pause_s, row->timeout_s);
    fota->pause_s = 0;
    at_abort(&fota->at);
    if (row->state != FOTA_STATE_DONE)
        fota->wake_at_us = after_s(call->now_us, pause_s);
    return STEP_STAY;
}

static void report_outcome(struct fota_call *call)
{
    struct fota_result *result = &call->fota->result;
    result->outcome = call->fota->outcome;
    result->reason = call->fota->reason;
    call->fota->total_deadline_at_us = FOTA_NEVER;
    fota_emit(call, FOTA_EVENT_OUTCOME, result->outcome, result->reason, result->evidence,
              strlen(result->evidence));
}

static uint8_t enter(struct fota_call *call, uint8_t step)
{
    struct fota *fota = call->fota;
    const struct fota_step *row = &fota_steps[step];
    if (fota->state == FOTA_STATE_DONE)
        return STEP_STAY;
    fota_drop_request(call);
    set_state(call, row->state);
    fota->step = step;
    fota->tries = 0;
    fota->waiting = fota->resynchronising = false;
    fota->wake_at_us = FOTA_NEVER;
    switch (row->kind) {
    case KIND_SEND:
        return begin_command(call);
    case KIND_FIND:
        look_for_module(call, row->tries != 0 ? row->tries : fota_rung_tries(fota), row->timeout_s);
        return STEP_STAY;
    case KIND_ASK:
        at_abort(&fota->at);
        return ask(call);
    case KIND_PAUSE:
        if (step == STEP_DONE)
            report_outcome(call);
        return pause(call, row);
    default:
        return fota_judge_by(call, row, AT_RESULT_NONE);
    }
}

void fota_follow(struct fota_call *call, uint8_t step)
{
    while (step != STEP_STAY) {
        const struct fota_step *row = row_of(call->fota);
        switch (step) {
        case STEP_NEXT:
            step = row->next;
            break;
        case STEP_RETRY:
            step = retry(call);
            break;
        case STEP_AGAIN:
            step = again(call);
            break;
        case STEP_END:
            step = fota_conclude(call, fota_default_outcome(call->fota), row->reason);
            break;
        case STEP_ROUTE:
            step = call->host->job->delivery == FOTA_DELIVERY_PUSH ? STEP_OPEN : STEP_REGISTRATION;
            break;
        case STEP_LOST:
            step = fota_contact_lost(call);
            break;
        default:
            step = enter(call, step);
        }
    }
}

/* ---- what the AT engine reports ------------------------------------------------------------ */

static uint8_t timed_out(struct fota_call *call)
{
    struct fota *fota = call->fota;
    const struct fota_step *row = row_of(fota);
    if (fota->resynchronising)
        return STEP_LOST;
    if (row->kind == KIND_FIND)
        return row->failed;
    if (fota->tries < row->tries)
        return begin_command(call);
    return fota_judge_by(call, row, AT_RESULT_NONE);
}

static uint8_t answered(struct fota_call *call, const struct at_event *event)
{
    struct fota *fota = call->fota;
    const struct fota_step *row = row_of(fota);
    uint8_t result = event->result;
    fota->contact = true;
    /* Echo was switched off: the module restarted without a word (T15). */
    if (event->echoed && fota->echo_off && fota->step != STEP_START) {
        call->cause = "echo";
        call->cause_length = 4;
        fota->boot_rank = 1; /* the boot lines that may still come are of this restart */
        return fota_restarted(call);
    }
    if (fota->resynchronising) {
        fota->resynchronising = false;
        return send_command(call);
    }
    if (result != AT_RESULT_OK)
        fota_note(fota, event->text, event->length);
    if (result == AT_RESULT_OK && row->info != AT_INFO_NONE && !fota->info_seen)
        result = AT_RESULT_NONE;
    return fota_judge_by(call, row, result);
}

static void take_information(struct fota_call *call, const struct at_event *event)
{
    struct fota *fota = call->fota;
    const struct fota_step *row = row_of(fota);
    if (!fota_read_by(row, fota, event->text, event->length)) {
        fota_take_urc(call, event->text, event->length);
        return;
    }
    fota->info_seen = true;
    fota_note(fota, event->text, event->length);
    if (row->read == READ_status)
        fota_emit(call, FOTA_EVENT_STATUS, fota->result.status, 0, event->text, event->length);
}

/* The module's time for a chunk begins with its prompt. */
static void take_prompt(struct fota_call *call)
{
    struct fota *fota = call->fota;
    fota->info_seen = true;
    fota->at.deadline_at_us =
        at_after_ms(call->now_us, fota->chunk_ms + row_of(fota)->timeout_s * UINT32_C(1000));
}

static void take_end(struct fota_call *call, const struct at_event *event)
{
    bool timeout = event->kind == AT_EVENT_TIMEOUT;
    call->cause = timeout ? "timeout" : event->text;
    call->cause_length = timeout ? 7 : event->length;
    fota_emit(call, FOTA_EVENT_RESULT, 0, 0, call->cause, call->cause_length);
    if (timeout)
        fota_follow(call, timed_out(call));
    else if (event->kind == AT_EVENT_RESULT)
        fota_follow(call, answered(call, event));
}

void fota_take_event(struct fota_call *call, const struct at_event *event)
{
    call->cause = event->text;
    call->cause_length = event->length;
    switch (event->kind) {
    case AT_EVENT_NONE:
        return;
    case AT_EVENT_INFO:
        take_information(call, event);
        return;
    case AT_EVENT_URC:
        fota_take_urc(call, event->text, event->length);
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
    const struct fota_step *row = row_of(fota);
    fota->wake_at_us = FOTA_NEVER;
    if (fota->waiting)
        return begin_command(call);
    if (row->kind != KIND_ASK)
        return row->next;
    fota_emit(call, FOTA_EVENT_REQUEST, fota->request, 2, "timeout", 7);
    fota_drop_request(call);
    return fota_judge_by(call, row, ANSWER_REFUSED);
}

void fota_run_due(struct fota_call *call)
{
    struct fota *fota = call->fota;
    call->cause = "deadline";
    call->cause_length = 8;
    if (call->now_us >= fota->total_deadline_at_us) {
        fota->total_deadline_at_us = FOTA_NEVER;
        fota_follow(call, fota_total_expired(call));
    } else if (call->now_us >= fota->state_deadline_at_us) {
        fota->state_deadline_at_us = FOTA_NEVER;
        fota_follow(call, fota_state_rows[fota->state].expired);
    } else if (call->now_us >= fota->wake_at_us) {
        call->cause = "pause over";
        call->cause_length = 10;
        fota_follow(call, woken(call));
    }
}
