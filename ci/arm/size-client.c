/*
 * size-client.c - a firmware that uses all of the client, for ci/size: every function of fota.h but
 * the names is called, and what the job says is only known at run time, so that the linker can
 * leave nothing out that a client of any delivery needs. It is linked and never run.
 */
#include "core/fota.h"

struct fota fota;
struct fota_job job;
struct fota_host host;
struct fota_request request;
struct fota_statistics statistics;
uint8_t bytes[FOTA_CHECKPOINT_BYTES];
uint64_t now_us;

int main(void)
{
    fota_start(&fota, &host, bytes, now_us);
    while (fota_result(&fota) == NULL) {
        fota_receive(&fota, &host, bytes, sizeof bytes, now_us);
        fota_transmit(&fota, &host, bytes, sizeof bytes, now_us);
        fota_advance(&fota, &host, now_us);
        if (fota_request(&fota, &request))
            fota_answer(&fota, &host, true, now_us);
        fota_later(&fota, &host, now_us);
        fota_give(&fota, &host, bytes, sizeof bytes, now_us);
        fota_cancel(&fota, &host, now_us);
        fota_statistics(&fota, &statistics);
    }
    return fota_state(&fota);
}
