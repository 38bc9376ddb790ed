/*
 * fota_push.c - pieces of the package: chunks over the port with CFSWFILE, and what both directions
 * need of the line's rate.
 *
 * A chunk is appended, which is not idempotent: it is sent once, and whenever its OK does not come
 * the size of the file tells whether it was taken (AT106 15.2, S16).
 */
#include "core/core_holds.h"
#include "core/fota_internal.h"

#define CHUNK_BYTES_MAX 10240u
#define INPUT_MS_MAX    10000u
#define MARGIN_MS       1000u
#define STEP_MS         64u
#define RATE_UNKNOWN    9600u
#define WRITES_MAX      4 /* of one chunk */

/* Bytes that a chunk may have: 7/8 of what the line moves in 10 s (10 bits a byte), so that the
 * module's own delays have room in its input time. */
static uint16_t chunk_bytes_max(uint32_t baud_bps)
{
    uint32_t bytes = baud_bps - (baud_bps >> 3);
    return (uint16_t)(bytes < CHUNK_BYTES_MAX ? bytes : CHUNK_BYTES_MAX);
}

/* Time that the line needs, rounded up, and a margin; a chunk is small enough for 10 s. */
static uint16_t line_ms(uint32_t bytes, uint32_t baud_bps)
{
    uint32_t bits_ms = bytes * 10u * 1000u, ms = MARGIN_MS;
    for (uint32_t step = baud_bps * STEP_MS; bits_ms > 0 && ms < INPUT_MS_MAX; ms += STEP_MS)
        bits_ms -= bits_ms < step ? bits_ms : step;
    return (uint16_t)(ms < INPUT_MS_MAX ? ms : INPUT_MS_MAX);
}

/* The chunk of the file from the offset on, whole. */
void fota_begin_chunk(struct fota_call *call)
{
    struct fota *fota = call->fota;
    uint32_t named_bps = call->job->baud_bps;
    uint32_t baud_bps = named_bps != 0 ? named_bps : RATE_UNKNOWN;
    uint32_t rest = fota->expected_bytes - fota->offset;
    uint16_t most = fota_read_bytes_max(call, chunk_bytes_max(baud_bps));
    fota->chunk_bytes = rest < most ? (uint16_t)rest : most;
    fota->chunk_left = fota->chunk_bytes;
    fota->chunk_ms = line_ms(fota->chunk_bytes, baud_bps);
    fota->chunk_crc = fota->crc;
}

/* ---- bytes from the host ------------------------------------------------------------------- */

bool fota_wants_bytes(const struct fota *fota)
{
    return fota->chunk_left > 0 && at_wants_bytes(&fota->at);
}

void fota_give(struct fota *fota, const struct fota_host *host, const void *bytes, size_t size,
               uint64_t now_us)
{
    CORE_HOLDS(fota_state_holds(fota));
    if (!fota_wants_bytes(fota))
        return;
    if (size == 0) {
        fota_answer(fota, host, false, now_us);
        return;
    }
    if (size > fota->chunk_left)
        size = fota->chunk_left;
    size = at_give(&fota->at, bytes, size);
    fota->chunk_left = (uint16_t)(fota->chunk_left - size);
    fota->stat_counts.package_bytes += (uint32_t)size;
}

/* ---- judges -------------------------------------------------------------------------------- */

/* Refused: a host reset will cost a push from the beginning, nothing else. */
uint8_t fota_judge_push_save(struct fota_call *call, uint8_t answer)
{
    (void)answer;
    call->fota->checkpoint_phase = PHASE_ABOUT_TO_START;
    return STEP_NEXT;
}

static uint8_t next_chunk(const struct fota *fota)
{
    return fota->offset >= fota->expected_bytes ? STEP_VERIFY_OPEN : STEP_PUSH_WRITE;
}

uint8_t fota_judge_push_open(struct fota_call *call, uint8_t result)
{
    call->fota->download_tries++;
    call->fota->polls = 0;
    fota_judge_open(call, result);
    return next_chunk(call->fota);
}

/* The module has the chunk: it is never sent again. */
static uint8_t accept(struct fota_call *call)
{
    struct fota *fota = call->fota;
    fota->offset += fota->chunk_bytes;
    fota->polls = 0;
    fota_renew_deadline(call);
    return next_chunk(fota);
}

uint8_t fota_judge_push_write(struct fota_call *call, uint8_t result)
{
    bool taken = result == AT_RESULT_OK && call->fota->chunk_left == 0;
    return taken ? accept(call) : STEP_PUSH_SIZE;
}

/* Without an OK: taken, not taken, or a part of it that nothing can cut off again. The first chunk
 * replaces whatever is there. */
uint8_t fota_judge_push_size(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    uint32_t bytes = result == AT_RESULT_OK ? fota->value[0] : 0;
    if (result == AT_RESULT_NONE)
        return STEP_RETRY;
    if (bytes == fota->offset + fota->chunk_bytes)
        return accept(call);
    bool clean = bytes == fota->offset || fota->offset == 0;
    if (clean && ++fota->polls < WRITES_MAX)
        return STEP_NEXT;
    return fota_download_failed(call, FAILURE_WRITE);
}

/* Whole chunks of an interrupted push; an unfinished one is discarded by the module, and if it
 * keeps a part of it instead, the push begins anew. */
bool fota_is_resumable(struct fota_call *call, uint32_t file_bytes)
{
    struct fota *fota = call->fota;
    if (!fota->push_resumed || file_bytes > fota->expected_bytes)
        return false;
    for (fota->offset = 0; fota->offset < file_bytes; fota->offset += fota->chunk_bytes)
        fota_begin_chunk(call);
    return fota->offset == file_bytes;
}
