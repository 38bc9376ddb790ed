/* fota.c - the client's public functions. */
#include <string.h>

#include "core/fota_internal.h"

void fota_start(struct fota *fota, const struct fota_host *host, const uint8_t *checkpoint,
                uint64_t now_us)
{
    struct fota_call call = {fota, host, now_us, "start", 5};
    uint32_t total_ms = host->job->total_timeout_ms;
    memset(fota, 0, sizeof *fota);
    at_init(&fota->at);
    fota->wake_at_us = fota->state_deadline_at_us = fota->worst_case_at_us = FOTA_NEVER;
    fota->total_deadline_at_us =
        now_us + (uint64_t)(total_ms != 0 ? total_ms : UINT32_C(5400000)) * 1000u;
    fota->resume = STEP_MODEL;
    fota_checkpoint_begin(fota, host->job);
    if (checkpoint == NULL || !fota_checkpoint_read(fota, checkpoint)) {
        fota_follow(&call, STEP_SYNCHRONISE);
        return;
    }
    /* AT+CFOTA=1 may have been sent: ask the module before anything else is decided. */
    call.cause = "checkpoint";
    call.cause_length = 10;
    fota_join_update(&call);
    fota_follow(&call, STEP_AWAIT_BOOT_PROBE);
}

void fota_receive(struct fota *fota, const struct fota_host *host, const void *bytes, size_t size,
                  uint64_t now_us)
{
    struct fota_call call = {fota, host, now_us, "", 0};
    const char *data = bytes;
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
    return at_transmit(&fota->at, buffer, capacity);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_deadline(const struct fota *fota)
{
    if (fota->state == FOTA_STATE_DONE)
        return FOTA_NEVER;
    return earlier(earlier(fota->at.deadline_at_us, fota->wake_at_us),
                   earlier(fota->state_deadline_at_us, fota->total_deadline_at_us));
}

uint64_t fota_advance(struct fota *fota, const struct fota_host *host, uint64_t now_us)
{
    struct fota_call call = {fota, host, now_us, "", 0};
    uint64_t next = next_deadline(fota);
    while (next <= now_us) {
        struct at_event event;
        at_advance(&fota->at, now_us, &event);
        fota_take_event(&call, &event);
        fota_run_due(&call);
        next = next_deadline(fota);
    }
    return next;
}

bool fota_request(const struct fota *fota, struct fota_request *ret_request)
{
    if (fota->request == FOTA_REQUEST_NONE)
        return false;
    memset(ret_request, 0, sizeof *ret_request);
    ret_request->kind = fota->request;
    ret_request->argument = fota->request_argument;
    if (fota->request == FOTA_REQUEST_SAVE_CHECKPOINT)
        fota_checkpoint_write(fota, ret_request->checkpoint);
    return true;
}

void fota_cancel(struct fota *fota, const struct fota_host *host, uint64_t now_us)
{
    struct fota_call call = {fota, host, now_us, "cancel", 6};
    bool over = fota->outcome != FOTA_OUTCOME_NONE;
    if (!over && !fota->begun && fota->result.attempts == 0)
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
