/*
 * fota_checkpoint.c - the 32 bytes that a host keeps over its own reset. Little-endian:
 *
 *     0  "FCP", version 2
 *     4  phase (enum fota_phase), number of the attempt, outcome, reason
 *     8  fingerprint of the job, two words
 *    16  length of the verified package
 *    20  digest of the model before the update, 0 = unknown
 *    24  four bytes 0
 *    28  checksum over bytes 0 to 27
 */
#include <string.h>

#include "core/fota_internal.h"

#define VERSION "\2"

/* FNV-1a with a chosen start; two starts give two words that hardly collide together. */
#define FNV_START UINT32_C(2166136261)

static uint32_t digest(uint32_t hash, const void *bytes, size_t size)
{
    const uint8_t *byte = bytes;
    while (size-- > 0)
        hash = (hash ^ *byte++) * UINT32_C(16777619);
    return hash;
}

static uint32_t digest_text(uint32_t hash, const char *text)
{
    if (text == NULL)
        text = "";
    return digest(hash, text, strlen(text) + 1);
}

uint32_t fota_digest_text(const char *text)
{
    return digest_text(FNV_START, text);
}

static void put32(uint8_t *bytes, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get32(const uint8_t *bytes)
{
    uint32_t value = 0;
    for (unsigned i = 4; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static uint32_t job_digest(uint32_t hash, const struct fota_job *job)
{
    const char *const texts[] = {job->from_revision, job->to_revision, job->url,
                                 job->ftp_server,    job->ftp_path,    job->ftp_name};
    uint8_t numbers[9];
    put32(numbers, job->package_size_bytes);
    put32(numbers + 4, job->package_crc32);
    numbers[8] = job->delivery;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        hash = digest_text(hash, texts[i]);
    return digest(hash, numbers, sizeof numbers);
}

void fota_checkpoint_begin(struct fota *fota, const struct fota_job *job)
{
    put32(fota->fingerprint, job_digest(FNV_START, job));
    put32(fota->fingerprint + 4, job_digest(UINT32_C(0x9e3779b9), job));
    fota->checkpoint_phase = PHASE_ABOUT_TO_START;
}

void fota_checkpoint_write(const struct fota *fota, uint8_t *checkpoint)
{
    bool starting = fota->checkpoint_phase == PHASE_ABOUT_TO_START;
    memset(checkpoint, 0, FOTA_CHECKPOINT_BYTES);
    memcpy(checkpoint, "FCP" VERSION, 4);
    checkpoint[4] = fota->checkpoint_phase;
    checkpoint[5] = (uint8_t)(fota->attempts + (starting ? 1 : 0));
    checkpoint[6] = fota->outcome;
    checkpoint[7] = fota->reason;
    memcpy(checkpoint + 8, fota->fingerprint, sizeof fota->fingerprint);
    put32(checkpoint + 16, fota->expected_bytes);
    put32(checkpoint + 20, fota->model_digest);
    put32(checkpoint + 28, digest(FNV_START, checkpoint, 28));
}

/* Nothing is to be gone on with; but a target that runs may be the work of this job. */
static void take_past(struct fota *fota)
{
    if (fota->outcome == FOTA_OUTCOME_UPDATED || fota->outcome == FOTA_OUTCOME_DEGRADED) {
        fota->past_outcome = fota->outcome;
        fota->past_reason = fota->reason;
    }
}

/* Takes over what a checkpoint says. It counts if this client would have written the same for this
 * job. Returns the phase that the host was reset in, PHASE_NONE: nothing to go on with. */
uint8_t fota_checkpoint_read(struct fota *fota, const uint8_t *checkpoint)
{
    uint8_t ours[FOTA_CHECKPOINT_BYTES], phase = checkpoint[4], attempts = checkpoint[5];
    fota->attempts = (uint8_t)(attempts - (phase == PHASE_ABOUT_TO_START));
    fota->checkpoint_phase = phase;
    fota->outcome = checkpoint[6];
    fota->reason = checkpoint[7];
    fota->expected_bytes = get32(checkpoint + 16);
    fota->model_digest = get32(checkpoint + 20);
    fota_checkpoint_write(fota, ours);
    fota->checkpoint_phase = PHASE_ABOUT_TO_START;
    bool ours_it_is = memcmp(ours, checkpoint, sizeof ours) == 0 && phase <= PHASE_VERDICT;
    fota->checkpoint_asked = ours_it_is && phase != PHASE_NONE;
    if (!fota->checkpoint_asked) {
        if (ours_it_is)
            take_past(fota);
        fota->outcome = fota->reason = phase = attempts = 0;
        fota->expected_bytes = fota->model_digest = 0;
    }
    fota->attempts = attempts;
    return phase;
}
