/* fota_send.c - commands on their way to the module, and looking for it. */
#include <string.h>

#include "core/fota_internal.h"

#define RESYNCHRONISE_TRIES 10 /* a restart takes up to 10 s */
#define RESYNCHRONISE_S     2

static void count_command(struct fota *fota, size_t length)
{
    struct fota_statistics *counts = &fota->stat_counts;
    counts->exchanges++;
    if (fota->tries > 1)
        counts->retries++;
    if (length > counts->command_bytes_max)
        counts->command_bytes_max = (uint16_t)length;
}

static void tell_command(struct fota_call *call, const char *line, size_t length)
{
    call->line = (struct text){line, length};
    fota_tell(call, FOTA_EVENT_COMMAND, ++call->fota->command_number, 0);
}

uint8_t fota_send_command(struct fota_call *call)
{
    struct fota *fota = call->fota;
    const struct fota_step *row = call->row;
    uint32_t timeout_ms = row->timeout_s * UINT32_C(1000);
    if (row->info >= AT_INFO_PROMPT) {
        fota_begin_chunk(call);
        timeout_ms += fota->chunk_ms;
    }
    size_t length = fota_format(call);
    fota->tries++;
    fota->info_seen = false;
    memset(fota->value, 0, sizeof fota->value);
    if (!at_send(&fota->at, fota->at.command, length, (enum at_info)row->info, timeout_ms,
                 call->now_us))
        return STEP_END;
    if (row->info == AT_INFO_DATA)
        at_expect(&fota->at, fota->chunk_bytes, fota->offset == 0, 'P'); /* zip: "PK" */
    count_command(fota, length);
    tell_command(call, fota->at.command, length);
    return STEP_STAY;
}

uint8_t fota_look_for_module(struct fota_call *call, uint8_t tries, uint32_t interval_s)
{
    at_synchronise(&call->fota->at, tries, interval_s * 1000u, call->now_us);
    tell_command(call, "AT", 2);
    return STEP_STAY;
}

/* Sends the step's command; when an older answer may still come, clears up first. */
uint8_t fota_begin_command(struct fota_call *call)
{
    struct fota *fota = call->fota;
    at_abort(&fota->at);
    fota->resynchronising = at_owed(&fota->at);
    if (!fota->resynchronising)
        return fota_send_command(call);
    return fota_look_for_module(call, RESYNCHRONISE_TRIES, RESYNCHRONISE_S);
}
