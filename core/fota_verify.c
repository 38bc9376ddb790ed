/* fota_verify.c - judges of what lies in /fota: its length always, its checksum if asked,
 * of an unknown file what it begins with. */
#include "core/fota_internal.h"

#define SIZE_READS_MAX 6 /* four seconds apart */

/* "PK", 3, 4: what a zip begins with. */
#define ZIP_HEAD_BYTES 4u
#define ZIP_HEAD_CRC32 UINT32_C(0xbac62545)

/* CRC-32 of IEEE 802.3, reflected, four bits a step. Row n: what four bits become with n times four
   zeros behind them; each is the sum of what its bits become. */
#define SUMS(a, b, c, d)                                                                           \
    {                                                                                              \
        0, a, b, a ^ b, c, c ^ a, c ^ b, c ^ b ^ a, d, d ^ a, d ^ b, d ^ b ^ a, d ^ c, d ^ c ^ a,  \
            d ^ c ^ b, d ^ c ^ b ^ a                                                               \
    }
static const uint32_t table[][16] = {
    SUMS(0x1db71064u, 0x3b6e20c8u, 0x76dc4190u, 0xedb88320u),
#ifndef __OPTIMIZE_SIZE__
    SUMS(0x77073096u, 0xee0e612cu, 0x076dc419u, 0x0edb8832u),
    SUMS(0x4ac21251u, 0x958424a2u, 0xf0794f05u, 0x3b83984bu),
    SUMS(0x191b3141u, 0x32366282u, 0x646cc504u, 0xc8d98a08u),
    SUMS(0x1c26a370u, 0x384d46e0u, 0x709a8dc0u, 0xe1351b80u),
    SUMS(0x01c26a37u, 0x0384d46eu, 0x0709a8dcu, 0x0e1351b8u),
    SUMS(0x5019579fu, 0xa032af3eu, 0x9b14583du, 0xed59b63bu),
    SUMS(0xb8bc6765u, 0xaa09c88bu, 0x8f629757u, 0xc5b428efu),
#endif
};

static uint32_t crc32_add(uint32_t crc, const char *bytes, size_t size)
{
    const uint8_t *byte = (const uint8_t *)bytes;
#ifndef __OPTIMIZE_SIZE__
    /* Eight steps at once: a bench that tries a fault at each byte of a package spends its time
     * here. */
    for (; size >= 4; size -= 4, byte += 4) {
        crc ^= byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
        crc = table[7][crc & 15] ^ table[6][crc >> 4 & 15] ^ table[5][crc >> 8 & 15] ^
              table[4][crc >> 12 & 15] ^ table[3][crc >> 16 & 15] ^ table[2][crc >> 20 & 15] ^
              table[1][crc >> 24 & 15] ^ table[0][crc >> 28];
    }
#endif
    while (size-- > 0) {
        crc ^= *byte++;
        crc = crc >> 4 ^ table[0][crc & 15];
        crc = crc >> 4 ^ table[0][crc & 15];
    }
    return crc;
}

void fota_take_bytes(struct fota *fota, const char *bytes, size_t size)
{
    fota->chunk_left = (uint16_t)(size < fota->chunk_left ? fota->chunk_left - size : 0);
    fota->chunk_crc = crc32_add(fota->chunk_crc, bytes, size);
}

/* Of a file whose length and checksum nobody knows only the first bytes can be judged. */
static bool reads_head_only(const struct fota_job *job)
{
    return job->package_crc32 == 0 && job->package_size_bytes == 0 && !job->trust_report;
}

uint16_t fota_read_bytes_max(const struct fota_call *call, uint16_t most)
{
    return call->row->info == AT_INFO_DATA && reads_head_only(call->job) ? ZIP_HEAD_BYTES : most;
}

/* Begins to read the file, if its length is right and there is something to compare it with. A
 * length that is not right, or not yet, is read again for a while. */
uint8_t fota_judge_verify_size(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    const struct fota_job *job = call->job;
    fota->file_bytes = result == AT_RESULT_OK ? fota->value[0] : 0;
    fota->offset = 0;
    fota->crc = UINT32_MAX;
    if (fota->expected_bytes == 0)
        return STEP_NEXT;
    if (fota->file_bytes != fota->expected_bytes)
        return ++fota->size_reads < SIZE_READS_MAX ? STEP_VERIFY_SIZE_PAUSE : STEP_NEXT;
    return job->package_crc32 != 0 || reads_head_only(job) ? STEP_VERIFY_READ : STEP_NEXT;
}

/* A URC among the raw bytes spoils them: what is wrong is read once more. */
static uint8_t compare(struct fota_call *call)
{
    struct fota *fota = call->fota;
    bool head = reads_head_only(call->job);
    if ((fota->crc ^ UINT32_MAX) == (head ? ZIP_HEAD_CRC32 : call->job->package_crc32))
        return STEP_NEXT;
    if (fota->rereads++ == 0)
        return STEP_VERIFY_SIZE;
    fota->verify_failure = head ? FAILURE_CONTENT : FAILURE_CHECKSUM;
    return STEP_NEXT;
}

uint8_t fota_judge_verify_read(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    bool head = reads_head_only(call->job);
    if (result != AT_RESULT_OK || fota->chunk_left != 0) { /* unless a repetition ends well */
        fota->verify_failure = head && (result == AT_RESULT_OK || result == AT_RESULT_NONE)
                                   ? FAILURE_CONTENT
                                   : FAILURE_UNREADABLE;
        return STEP_RETRY;
    }
    fota->verify_failure = 0;
    fota->offset += fota->chunk_bytes;
    fota->crc = fota->chunk_crc;
    fota_renew_deadline(call);
    return fota->offset < fota->file_bytes && !head ? STEP_VERIFY_READ : compare(call);
}

uint8_t fota_judge_verify(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    bool length = fota->expected_bytes != 0 && fota->file_bytes == fota->expected_bytes;
    (void)result;
    fota->rereads = fota->size_reads = 0;
    if (length && fota->verify_failure == 0)
        return STEP_NEXT;
    if (fota->kept) {
        fota->kept = false;
        fota->kept_bad = true;
        return STEP_ROUTE;
    }
    if (!length && (fota->file_bytes == 0 || call->job->delivery == FOTA_DELIVERY_PUSH))
        fota->astray = true;
    return fota_download_failed(call, length ? fota->verify_failure : FAILURE_LENGTH);
}
