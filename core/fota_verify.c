/* fota_verify.c - judges of what lies in /fota: its length always, its checksum if asked,
 * of an unknown file what it begins with. */
#include "core/fota_internal.h"

#define SIZE_READS_MAX 6 /* four seconds apart */

/* "PK", 3, 4: what a zip begins with. */
#define ZIP_HEAD_BYTES 4u
#define ZIP_HEAD_CRC32 UINT32_C(0xbac62545)

/* CRC-32 of IEEE 802.3, reflected, four bits a step: 64 bytes of table. */
static uint32_t crc32_add(uint32_t crc, const char *bytes, size_t size)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    while (size-- > 0) {
        crc ^= (uint8_t)*bytes++;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
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
