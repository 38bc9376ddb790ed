/* fota_download.c - judges of the way of the package into /fota, and of its length there. */
#include "core/fota_internal.h"

/* What the codes of HTTPTOFS mean (AT106 9.2.14) and whether another try may help. */
struct http_row {
    uint16_t first, last;
    uint8_t reason;
    bool retry;
};

static const struct http_row http_rows[] = {
    {408, 408, FOTA_REASON_HTTP_STATUS, true},    {500, 599, FOTA_REASON_HTTP_STATUS, true},
    {100, 499, FOTA_REASON_HTTP_STATUS, false},   {601, 601, FOTA_REASON_HTTP_NETWORK, true},
    {602, 602, FOTA_REASON_HTTP_MEMORY, true},    {603, 603, FOTA_REASON_HTTP_DNS, true},
    {0, UINT16_MAX, FOTA_REASON_HTTP_OTHER, true}};

static uint8_t tries_max(const struct fota_job *job)
{
    return job->download_tries_max != 0 ? job->download_tries_max : 3;
}

/* A try is over without a good package: again through the network steps, or the end. */
uint8_t fota_download_failed(struct fota_call *call, enum fota_reason reason, bool retry)
{
    struct fota *fota = call->fota;
    if (!retry || fota->download_tries >= tries_max(call->host->job))
        return fota_conclude(call, fota_default_outcome(fota), reason);
    fota->pause_factor = fota->download_tries;
    return STEP_BACKOFF;
}

/* An error may say that it is open already, so the next command decides. */
uint8_t fota_judge_open(struct fota_call *call, uint8_t result)
{
    (void)result;
    call->fota->files_open = true;
    return STEP_NEXT;
}

uint8_t fota_judge_close(struct fota_call *call, uint8_t result)
{
    (void)result;
    call->fota->files_open = false;
    call->fota->http_code = 0; /* what comes next is a new download, or none */
    return STEP_NEXT;
}

uint8_t fota_judge_find(struct fota_call *call, uint8_t result)
{
    return result == AT_RESULT_OK ? STEP_NEXT : fota_steps[call->fota->step].failed;
}

/* While a download runs the file cannot be deleted; otherwise twice more, then it is an end. */
uint8_t fota_judge_remove_busy(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    if (result == AT_RESULT_OK && fota->value[0] == 1)
        return STEP_NEXT;
    return ++fota->polls <= 2 ? STEP_REMOVE_PAUSE : STEP_END;
}

uint8_t fota_judge_space(struct fota_call *call, uint8_t result)
{
    if (result != AT_RESULT_OK)
        return STEP_RETRY;
    return call->fota->value[0] < call->host->job->package_size_bytes ? STEP_END : STEP_NEXT;
}

/* OK only says that the download began. After a lost OK the progress tells. */
uint8_t fota_judge_fetch(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    fota->download_tries++;
    fota->package_stored = true;
    fota->polls = 0;
    if (fota->http_code != 0)
        return STEP_DOWNLOADED;
    if (result == AT_RESULT_OK || result == AT_RESULT_NONE)
        return STEP_PROGRESS_PAUSE;
    return fota_download_failed(call, FOTA_REASON_HTTP_OTHER, true);
}

/* Idle twice without a result line: the line was lost, or the module lost the download. */
static uint8_t idle_progress(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (++fota->polls < 2)
        return STEP_PROGRESS_PAUSE;
    if (fota->value[2] == 0 || fota->value[1] != fota->value[2])
        return fota_download_failed(call, FOTA_REASON_HTTP_OTHER, true);
    fota->http_code = 200;
    fota->reported_bytes = fota->value[1];
    return STEP_DOWNLOADED;
}

/* Firmware before manual V1.04 answers ERROR: then only the result line tells. */
uint8_t fota_judge_progress(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    if (fota->http_code != 0)
        return STEP_DOWNLOADED;
    if (result != AT_RESULT_OK)
        return STEP_PROGRESS_PAUSE;
    if (fota->value[0] == 0)
        return idle_progress(call);
    fota->polls = 0;
    return STEP_PROGRESS_PAUSE;
}

static uint8_t code_failed(struct fota_call *call, uint32_t code)
{
    const struct http_row *row = http_rows;
    while (code < row->first || code > row->last)
        row++;
    return fota_download_failed(call, (enum fota_reason)row->reason, row->retry);
}

uint8_t fota_judge_downloaded(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    uint32_t wanted = call->host->job->package_size_bytes;
    (void)result;
    if (fota->http_code != 200)
        return code_failed(call, fota->http_code);
    fota->expected_bytes = wanted != 0 ? wanted : fota->reported_bytes;
    if (fota->reported_bytes != fota->expected_bytes)
        return fota_download_failed(call, FOTA_REASON_WRONG_LENGTH, true);
    return STEP_NEXT;
}

uint8_t fota_judge_download_expired(struct fota_call *call, uint8_t result)
{
    (void)result;
    return fota_download_failed(call, FOTA_REASON_DOWNLOAD_TIMEOUT, true);
}

uint8_t fota_judge_verify_size(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    fota->file_bytes = result == AT_RESULT_OK ? fota->value[0] : 0;
    return result == AT_RESULT_OK ? STEP_NEXT : STEP_RETRY;
}

uint8_t fota_judge_verify(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    (void)result;
    if (fota->expected_bytes != 0 && fota->file_bytes == fota->expected_bytes)
        return STEP_NEXT;
    return fota_download_failed(call, FOTA_REASON_WRONG_LENGTH, true);
}
