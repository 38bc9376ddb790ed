/*
 * garble.c - what a receiver makes of bytes that were sent at another rate: start bit, eight data
 * bits, stop bit (UART101: 8N1), sampled in the middle of the receiver's own bits.
 *
 * Time is counted in 1 / (2 * sent * heard) of a second, so that half a bit of either side is a
 * whole number. A byte whose stop bit is low is dropped, as a UART reports a framing error.
 */
#include "sim/look.h"

enum { FRAME_BITS = 10, DATA_BITS = 8 };

struct line {
    const uint8_t *bytes;
    uint64_t bit_count; /* of all frames; the line is idle behind them */
    uint64_t sent_bit;  /* length of a bit */
};

static bool is_high(const struct line *line, uint64_t at)
{
    uint64_t bit = at / line->sent_bit;
    uint64_t in_frame = bit % FRAME_BITS;
    if (bit >= line->bit_count || in_frame == FRAME_BITS - 1)
        return true;
    return in_frame > 0 && line->bytes[bit / FRAME_BITS] >> (in_frame - 1) & 1;
}

/* When the line is low, at or after `at`; false = it never is again. */
static bool find_start(const struct line *line, uint64_t *at)
{
    while (is_high(line, *at)) {
        *at = (*at / line->sent_bit + 1) * line->sent_bit;
        if (*at >= line->bit_count * line->sent_bit)
            return false;
    }
    return true;
}

size_t sim_garble(const void *bytes, size_t size, uint32_t sent_bps, uint32_t heard_bps,
                  void *buffer, size_t capacity)
{
    const struct line line = {bytes, (uint64_t)size * FRAME_BITS, 2ull * heard_bps};
    uint64_t half_bit = sent_bps; /* of the receiver */
    uint8_t *to = buffer;
    size_t count = 0;
    if (sent_bps == 0 || heard_bps == 0)
        return 0;
    for (uint64_t at = 0; count < capacity && find_start(&line, &at);) {
        unsigned byte = 0;
        for (unsigned i = 0; i < DATA_BITS; i++)
            byte |= (unsigned)is_high(&line, at + (3 + 2ull * i) * half_bit) << i;
        at += (3 + 2ull * DATA_BITS) * half_bit;
        if (is_high(&line, at))
            to[count++] = (uint8_t)byte;
    }
    return count;
}

size_t sim_heard(const struct sim *sim, const void *bytes, size_t size, uint32_t sent_bps,
                 uint32_t heard_bps, void *buffer, size_t capacity)
{
    uint32_t apart_bps = sent_bps > heard_bps ? sent_bps - heard_bps : heard_bps - sent_bps;
    bool is_right =
        (uint64_t)apart_bps * FRAME_BITS * 2 < heard_bps; /* within half a bit a frame */
    if (sim_look_setting(sim, SIM_SETTING_WRONG_RATE) && !is_right)
        return 0;
    return sim_garble(bytes, size, sent_bps, heard_bps, buffer, capacity);
}
