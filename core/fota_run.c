/* fota_run.c - going from step to step: enters rows of the step table, takes results and timers. */
#include <string.h>

#include "core/fota_internal.h"

#define RESYNCHRONISE_TRIES 10 /* a restart takes up to 10 s */
#define RESYNCHRONISE_MS    2000

static uint64_t after_ms(uint64_t now_us, uint32_t ms)
{
    return now_us + (uint64_t)ms * 1000u;
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
        return after_ms(call->now_us, value_or(job->network_timeout_ms, 180000));
    case FOTA_STATE_DOWNLOAD:
        return after_ms(call->now_us, value_or(job->download_timeout_ms, 600000));
    case FOTA_STATE_AWAIT_UPDATER:
    case FOTA_STATE_UPDATING:
    case FOTA_STATE_AWAIT_BOOT:
        return call->fota->worst_case_at_us;
    case FOTA_STATE_DONE:
        return FOTA_NEVER;
    default:
        return after_ms(call->now_us, fota_state_rows[state].deadline_s * UINT32_C(1000));
    }
}

/* The only place that changes the state. */
static void set_state(struct fota_call *call, uint8_t state)
{
    struct fota *fota = call->fota;
    uint8_t old = fota->state;
    if (old == state)
        return;
    fota->state = state;
    fota->state_deadline_at_us = state_deadline(call, state);
    fota_emit(call, FOTA_EVENT_STATE, old, state, call->cause, call->cause_length);
}

/* ---- commands ------------------------------------------------------------------------------ */

/* The text that a sign in a command template stands for. */
static size_t append_sign(const struct fota_job *job, char sign, char *buffer, size_t used)
{
    if (sign == 'u')
        return text_append(buffer, AT_COMMAND_BYTES, used, job->url != NULL ? job->url : "");
    if (job->apn == NULL || job->apn[0] == '\0')
        return used;
    used = text_append(buffer, AT_COMMAND_BYTES, used, ",\"");
    used = text_append(buffer, AT_COMMAND_BYTES, used, job->apn);
    return text_append(buffer, AT_COMMAND_BYTES, used, "\"");
}

/* Returns the length, or 0 when the command does not fit. */
static size_t format_command(const struct fota_job *job, const char *template, char *buffer)
{
    size_t used = 0;
    const char *sign = strchr(template, '%');
    size_t head = sign != NULL ? (size_t)(sign - template) : strlen(template);
    memcpy(buffer, template, head);
    used = head;
    if (sign == NULL)
        return used;
    used = append_sign(job, sign[1], buffer, used);
    return text_append(buffer, AT_COMMAND_BYTES, used, sign + 2);
}

static uint8_t send_command(struct fota_call *call)
{
    struct fota *fota = call->fota;
    const struct fota_step *row = row_of(fota);
    char command[AT_COMMAND_BYTES];
    size_t length = format_command(call->host->job, row->command, command);
    fota->tries++;
    fota->info_seen = false;
    memset(fota->value, 0, sizeof fota->value);
    if (!at_send(&fota->at, command, length, row->info, row->timeout_ms, call->now_us))
        return STEP_END;
    fota_emit(call, FOTA_EVENT_COMMAND, ++fota->command_number, 0, command, length);
    return STEP_STAY;
}

static void look_for_module(struct fota_call *call, uint8_t tries, uint32_t interval_ms)
{
    struct fota *fota = call->fota;
    at_synchronise(&fota->at, tries, interval_ms, call->now_us);
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
    look_for_module(call, RESYNCHRONISE_TRIES, RESYNCHRONISE_MS);
    return STEP_STAY;
}

static uint8_t wait_and_repeat(struct fota_call *call)
{
    call->fota->waiting = true;
    call->fota->wake_at_us = after_ms(call->now_us, row_of(call->fota)->pause_ms);
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

static uint8_t ask(struct fota_call *call)
{
    struct fota *fota = call->fota;
    bool ladder = fota->state == FOTA_STATE_RECOVER;
    fota->request = ladder ? fota_rung_request(fota) : FOTA_REQUEST_SAVE_CHECKPOINT;
    fota->request_argument = ladder ? fota_rung_argument(call) : 0;
    fota->checkpoint_asked = fota->checkpoint_asked || !ladder;
    fota->wake_at_us = after_ms(call->now_us, row_of(fota)->timeout_ms);
    fota_emit(call, FOTA_EVENT_REQUEST, fota->request, 0, "", 0);
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
    if (fota->request == FOTA_REQUEST_NONE)
        return;
    fota_emit(&call, FOTA_EVENT_REQUEST, fota->request, done ? 1 : 2, "", 0);
    fota_drop_request(&call);
    fota->wake_at_us = FOTA_NEVER;
    fota_follow(&call, row_of(fota)->judge(&call, done ? ANSWER_DONE : ANSWER_REFUSED));
}

/* ---- steps --------------------------------------------------------------------------------- */

static uint8_t pause(struct fota_call *call, const struct fota_step *row)
{
    struct fota *fota = call->fota;
    uint32_t factor = fota->pause_factor != 0 ? fota->pause_factor : 1;
    fota->pause_factor = 0;
    at_abort(&fota->at);
    if (row->state != FOTA_STATE_DONE)
        fota->wake_at_us = after_ms(call->now_us, row->pause_ms * factor);
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
        look_for_module(call, row->tries != 0 ? row->tries : fota_rung_tries(fota),
                        row->timeout_ms);
        return STEP_STAY;
    case KIND_ASK:
        at_abort(&fota->at);
        return ask(call);
    case KIND_PAUSE:
        if (step == STEP_DONE)
            report_outcome(call);
        return pause(call, row);
    default:
        return row->judge(call, AT_RESULT_NONE);
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
        case STEP_LOST:
            step = fota_contact_lost(call);
            break;
        default:
            step = enter(call, step);
        }
    }
}

/* ---- what the AT engine reports ------------------------------------------------------------ */

static uint8_t judge(struct fota_call *call, uint8_t result)
{
    const struct fota_step *row = row_of(call->fota);
    if (row->judge != NULL)
        return row->judge(call, result);
    return result == AT_RESULT_OK ? STEP_NEXT : STEP_RETRY;
}

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
    return judge(call, AT_RESULT_NONE);
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
    return judge(call, result);
}

void fota_take_event(struct fota_call *call, const struct at_event *event)
{
    struct fota *fota = call->fota;
    const struct fota_step *row = row_of(fota);
    bool timeout = event->kind == AT_EVENT_TIMEOUT;
    call->cause = timeout ? "timeout" : event->text;
    call->cause_length = timeout ? 7 : event->length;
    switch (event->kind) {
    case AT_EVENT_INFO:
        if (row->read != NULL && row->read(fota, event->text, event->length)) {
            fota->info_seen = true;
            fota_note(fota, event->text, event->length);
            if (row->read == fota_read_status)
                fota_emit(call, FOTA_EVENT_STATUS, fota->result.status, 0, event->text,
                          event->length);
            return;
        }
        fota_take_urc(call, event->text, event->length);
        return;
    case AT_EVENT_URC:
        fota_take_urc(call, event->text, event->length);
        return;
    case AT_EVENT_NONE:
        return;
    default:
        fota_emit(call, FOTA_EVENT_RESULT, 0, 0, call->cause, call->cause_length);
    }
    if (event->kind == AT_EVENT_TIMEOUT)
        fota_follow(call, timed_out(call));
    else if (event->kind == AT_EVENT_RESULT)
        fota_follow(call, answered(call, event));
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
    return row->judge(call, ANSWER_REFUSED);
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
