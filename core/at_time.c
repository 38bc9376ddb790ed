/* at_time.c - times of 64 bits on a machine of 32, in one place: each copy would cost it 20 bytes.
 */
#include "core/at.h"

/* 1000 = 1024 - 24: shifts and sums are shorter than a multiplication of 64 bits on an M0. */
uint64_t at_after_ms(uint64_t now_us, uint32_t ms)
{
    uint64_t wide_ms = ms;
    return now_us + (wide_ms << 10) - (wide_ms << 4) - (wide_ms << 3);
}

bool at_is_due(uint64_t *deadline_at_us, uint64_t now_us)
{
    if (now_us < *deadline_at_us)
        return false;
    *deadline_at_us = AT_NEVER;
    return true;
}
