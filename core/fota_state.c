/* fota_state.c - the state of the procedure and its deadline. */
#include "core/fota_internal.h"

/* Time of health besides what the network may take. */
#define HEALTH_BESIDES_MS UINT32_C(60000)

static uint32_t value_or(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static uint64_t state_deadline(const struct fota_call *call, uint8_t state)
{
    const struct fota_job *job = call->job;
    uint32_t tens_s = fota_state_rows[state].deadline_tens_s;
    if (tens_s != 0)
        return fota_after_ms(call, tens_s * 10000u);
    if (state == FOTA_STATE_NETWORK)
        return fota_after_ms(call, value_or(job->network_timeout_ms, 180000));
    if (state == FOTA_STATE_HEALTH)
        return fota_after_ms(call, value_or(job->network_timeout_ms, 180000) + HEALTH_BESIDES_MS);
    if (state == FOTA_STATE_DOWNLOAD)
        return fota_after_ms(call, value_or(job->download_timeout_ms, 600000));
    return call->fota->worst_case_at_us;
}

/* The state made progress that it can make only so many times. */
void fota_renew_deadline(struct fota_call *call)
{
    call->fota->timers_at_us[FOTA_TIMER_STATE] = state_deadline(call, call->fota->state);
}

/* The only place that changes the state. */
void fota_set_state(struct fota_call *call, uint8_t state)
{
    struct fota *fota = call->fota;
    uint8_t old = fota->state;
    if (old == state)
        return;
    fota->stat_counts.state_us[old] += call->now_us - fota->state_since_at_us;
    fota->state_since_at_us = call->now_us;
    fota->state = state;
    fota_renew_deadline(call);
    fota_tell(call, FOTA_EVENT_STATE, old, state);
}
