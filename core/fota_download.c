/* fota_download.c - judges of the way of the package into /fota, and the policy when it fails. */
#include "core/fota_internal.h"

/*
 * The policy: what a failed try means, after how many tries in all it is the end, and how long is
 * waited before the next one, times the number of tries. The first row that reaches up to the
 * failure counts. An answer that will not change is believed when it came twice: the line that told
 * it, or the URL on its way, may have been damaged. Codes of HTTPTOFS: AT106 9.2.14, of
 * FTP: 10.2.14.
 */
struct policy_row {
    uint16_t last; /* failure: enum fota_failure, FTP error or HTTPTOFS code */
    uint8_t reason;
    uint8_t tries : 3;
    uint8_t pause_5s : 4; /* in units of 5 s */
    uint8_t reopen : 1;   /* the app network is opened anew before the last try */
};

/* Up to which failure, why it ends, tries in all, pause in units of 5 s, opened anew. */
static const struct policy_row policy_rows[] = {
    {FAILURE_RESTARTED, FOTA_REASON_RESTARTED, 5, 2, 0},
    {FAILURE_TIMEOUT, FOTA_REASON_DOWNLOAD_TIMEOUT, 3, 2, 1},
    {FAILURE_LENGTH, FOTA_REASON_WRONG_LENGTH, 3, 2, 1},
    {FAILURE_CHECKSUM, FOTA_REASON_WRONG_CHECKSUM, 2, 2, 0},
    {FAILURE_CONTENT, FOTA_REASON_NOT_A_PACKAGE, 2, 2, 0},
    {FAILURE_UNREADABLE, FOTA_REASON_UNREADABLE, 2, 2, 0},
    {FAILURE_WRITE, FOTA_REASON_WRITE_FAILED, 3, 1, 0},
    {FAILURE_NO_BYTES, FOTA_REASON_NO_BYTES, 1, 0, 0},
    {64, FOTA_REASON_FTP_NETWORK, 5, 2, 1},  /* 61 net, 62 DNS, 63 connect, 64 timeout */
    {65, FOTA_REASON_FTP_OTHER, 3, 4, 0},    /* server */
    {66, FOTA_REASON_FTP_OTHER, 5, 3, 0},    /* not allowed: busy (S19) */
    {70, FOTA_REASON_FTP_OTHER, 3, 4, 0},    /* reply */
    {72, FOTA_REASON_FTP_LOGIN, 2, 2, 0},    /* user, password */
    {99, FOTA_REASON_FTP_OTHER, 3, 2, 0},    /* connections, 77 operate, 79 download, 80 quit */
    {407, FOTA_REASON_HTTP_STATUS, 2, 2, 0}, /* 206 too: ranges were not asked for */
    {408, FOTA_REASON_HTTP_STATUS, 3, 2, 0}, /* the server gave up waiting */
    {499, FOTA_REASON_HTTP_STATUS, 2, 2, 0},
    {599, FOTA_REASON_HTTP_STATUS, 3, 4, 0},
    {600, FOTA_REASON_HTTP_OTHER, 2, 2, 0},   /* not HTTP */
    {601, FOTA_REASON_HTTP_NETWORK, 5, 2, 1}, /* no network, refused, lost */
    {602, FOTA_REASON_HTTP_MEMORY, 2, 2, 0},
    {603, FOTA_REASON_HTTP_DNS, 4, 3, 1},
    {604, FOTA_REASON_HTTP_OTHER, 5, 3, 1}, /* stack busy */
    {FAILURE_HTTP, FOTA_REASON_HTTP_OTHER, 3, 2, 1},
};

static uint8_t tries_max(const struct fota_job *job)
{
    return job->download_tries_max != 0 ? job->download_tries_max : 3;
}

/* A try is over without a good package: again from the way's first step, or the end. */
uint8_t fota_download_failed(struct fota_call *call, uint32_t failure)
{
    struct fota *fota = call->fota;
    const struct policy_row *row = policy_rows;
    while (failure > row->last)
        row++;
    fota->push_resumed = false;
    uint8_t tries = tries_max(call->job);
    if (tries > row->tries)
        tries = row->tries;
    if (fota->download_tries >= tries)
        return fota_fail(call, (enum fota_reason)row->reason);
    fota->pause_s = (uint16_t)(row->pause_5s * 5u * fota->download_tries);
    if (row->reopen == 0 || fota->download_tries + 1 < tries ||
        call->job->delivery == FOTA_DELIVERY_PUSH)
        return STEP_BACKOFF;
    fota_remark(call, FOTA_REMARK_NETWORK_REOPENED);
    return STEP_DEACTIVATE;
}

/* An error may say that it is open already, so the next command decides. */
uint8_t fota_judge_open(struct fota_call *call, uint8_t result)
{
    (void)result;
    call->fota->files_open = true;
    return STEP_NEXT;
}

/* What comes next is a new delivery, or none. */
uint8_t fota_judge_close(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    (void)result;
    fota->files_open = false;
    fota->result_code = 0;
    if (fota->state != FOTA_STATE_PREPARE || call->job->delivery == FOTA_DELIVERY_HTTP)
        return STEP_NEXT;
    if (call->job->delivery == FOTA_DELIVERY_FTP)
        return STEP_FTP_CONTEXT;
    fota->package_stored = true;
    fota->checkpoint_phase = PHASE_PUSHING;
    return STEP_PUSH_SAVE;
}

/* A package that is there already is kept if its length and its checksum are right. Without a
 * checksum it is deleted: a length says nothing of what is in it. */
static bool may_be_kept(const struct fota *fota, const struct fota_job *job)
{
    return job->package_crc32 != 0 && fota->value[0] == job->package_size_bytes &&
           fota->download_tries == 0 && !fota->kept_bad;
}

uint8_t fota_judge_find(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    const struct fota_job *job = call->job;
    fota->offset = 0;
    fota->expected_bytes = job->package_size_bytes;
    if (result != AT_RESULT_OK || fota_is_resumable(call, fota->value[0]))
        return call->row->failed;
    fota->offset = 0;
    fota->kept = may_be_kept(fota, job);
    return fota->kept ? STEP_VERIFY_OPEN : STEP_NEXT;
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
    uint32_t needed = call->job->package_size_bytes - call->fota->offset;
    if (call->fota->value[0] >= needed)
        return STEP_NEXT;
    return call->fota->tries < call->row->tries ? STEP_RETRY : STEP_END;
}

/* OK only says that the download began. After a lost OK the progress tells. */
uint8_t fota_judge_fetch(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    bool http = call->job->delivery == FOTA_DELIVERY_HTTP;
    fota->download_tries++;
    fota->package_stored = true;
    fota->polls = 0;
    if (fota->result_code != 0)
        return http ? STEP_DOWNLOADED : STEP_FTP_PROGRESS;
    if (result == AT_RESULT_OK || result == AT_RESULT_NONE)
        return STEP_NEXT;
    return fota_download_failed(call, http ? FAILURE_HTTP : FAILURE_FTP);
}

static uint8_t stored(struct fota *fota, uint32_t bytes)
{
    fota->result_code = 200;
    fota->reported_bytes = bytes;
    return STEP_DOWNLOADED;
}

/* Idle twice without a result line: the line was lost, or the module lost the download. */
static uint8_t idle_progress(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if (++fota->polls < 2)
        return STEP_NEXT;
    if (fota->value[2] == 0 || fota->value[1] != fota->value[2])
        return fota_download_failed(call, FAILURE_HTTP);
    return stored(fota, fota->value[1]);
}

/* Firmware before manual V1.04 answers ERROR: then only the result line tells. */
uint8_t fota_judge_progress(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    if (fota->result_code != 0)
        return STEP_DOWNLOADED;
    if (result != AT_RESULT_OK)
        return STEP_NEXT;
    if (fota->value[0] == 0)
        return idle_progress(call);
    fota->polls = 0;
    return STEP_NEXT;
}

/* "+FTPTOFSST: <0 complete, 1 runs>,<ftp>,<size>". The note's sample shows 1 with the whole file,
 * so a size that is the package's counts too; the length is verified afterwards in any case. */
uint8_t fota_judge_ftp_progress(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    uint32_t wanted = call->job->package_size_bytes;
    bool read = result == AT_RESULT_OK, good = fota->result_code == 200;
    if (fota->result_code != 0 && !good)
        return STEP_DOWNLOADED;
    if (read && fota->value[2] != 0 && (good || fota->value[2] == wanted))
        return stored(fota, fota->value[2]);
    if (good)
        return stored(fota, wanted); /* nothing else is known */
    if (!read || fota->value[0] != 0) {
        fota->polls = 0;
        return STEP_NEXT;
    }
    if (++fota->polls < 2)
        return STEP_NEXT;
    return fota->value[2] != 0 ? stored(fota, fota->value[2])
                               : fota_download_failed(call, FAILURE_FTP);
}

/* What the report says of the length is told by the file itself, if the job knows it. */
uint8_t fota_judge_downloaded(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    uint32_t wanted = call->job->package_size_bytes;
    (void)result;
    if (fota->result_code != 200)
        return fota_download_failed(call, fota->result_code);
    fota->expected_bytes = wanted != 0 ? wanted : fota->reported_bytes;
    return STEP_NEXT;
}

uint8_t fota_judge_download_expired(struct fota_call *call, uint8_t result)
{
    (void)result;
    return fota_download_failed(call, FAILURE_TIMEOUT);
}
