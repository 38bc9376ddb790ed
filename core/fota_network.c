/* fota_network.c - judges of registration and of the app network that HTTPTOFS needs. */
#include "core/fota_internal.h"

#define BEARER_TRIES_MAX 3
#define BEARER_POLLS     8 /* of AT+CNACT?, two seconds apart, for each activation */

/* Registered at home or roaming, by EPS first and by GSM otherwise. */
uint8_t fota_judge_registration(struct fota_call *call, uint8_t result)
{
    const struct fota *fota = call->fota;
    uint32_t status = fota->value[fota->value_count > 1]; /* "+CEREG: 1" came by itself */
    if (result == AT_RESULT_OK && (status == 1 || status == 5))
        return STEP_NEXT;
    return call->row->failed;
}

uint8_t fota_judge_bearer(struct fota_call *call, uint8_t result)
{
    struct fota *fota = call->fota;
    if (result == AT_RESULT_OK && fota->value[0] == 1) {
        fota->bearer_tries = fota->polls = 0;
        return STEP_NEXT;
    }
    if (fota->polls > 0) {
        fota->polls--;
        return (uint8_t)(fota->step + 1);
    }
    return fota->bearer_tries < BEARER_TRIES_MAX ? call->row->failed : STEP_END;
}

/* OK is not the result: "+APP PDP: ACTIVE" or AT+CNACT? tell (T06). */
uint8_t fota_judge_activate(struct fota_call *call, uint8_t result)
{
    call->fota->bearer_tries++;
    call->fota->polls = result == AT_RESULT_OK ? BEARER_POLLS : 0;
    return result == AT_RESULT_OK ? STEP_NEXT : call->row->failed;
}
