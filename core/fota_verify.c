/* fota_verify.c - judges of what lies in /fota: its length always, its checksum if asked. */
#include "core/fota_internal.h"

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

/* Begins to read the file, if its length is right and its checksum asked for. */
uint8_t fota_judge_verify_size(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    fota->file_bytes = result == AT_RESULT_OK ? fota->value[0] : 0;
    fota->offset = 0;
    fota->crc = UINT32_MAX;
    fota->verify_failure = 0;
    if (result != AT_RESULT_OK)
        return STEP_RETRY;
    bool read = call->job->package_crc32 != 0 && fota->file_bytes == fota->expected_bytes &&
                fota->file_bytes != 0;
    return read ? STEP_VERIFY_READ : STEP_NEXT;
}

/* A URC among the raw bytes spoils the checksum too: a wrong one is read once more. */
static uint8_t compare(struct fota_call *call)
{
    struct fota *fota = call->fota;
    if ((fota->crc ^ UINT32_MAX) == call->job->package_crc32)
        return STEP_NEXT;
    if (fota->rereads++ == 0)
        return STEP_VERIFY_SIZE;
    fota->verify_failure = FAILURE_CHECKSUM;
    return STEP_NEXT;
}

uint8_t fota_judge_verify_read(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    if (result != AT_RESULT_OK || fota->chunk_left != 0) {
        fota->verify_failure = FAILURE_UNREADABLE; /* unless a repetition ends well */
        return STEP_RETRY;
    }
    fota->verify_failure = 0;
    fota->offset += fota->chunk_bytes;
    fota->crc = fota->chunk_crc;
    fota_renew_deadline(call);
    return fota->offset < fota->file_bytes ? STEP_VERIFY_READ : compare(call);
}

uint8_t fota_judge_verify(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    bool length = fota->expected_bytes != 0 && fota->file_bytes == fota->expected_bytes;
    (void)result;
    fota->rereads = 0;
    if (length && fota->verify_failure == 0)
        return STEP_NEXT;
    if (fota->kept) {
        fota->kept = false;
        fota->kept_bad = true;
        return STEP_ROUTE;
    }
    return fota_download_failed(call, length ? fota->verify_failure : FAILURE_LENGTH);
}
