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
    size_t size;       /* it is idle behind them */
    uint64_t sent_bit; /* length of a bit */
};

/* A time, or a span of it: whole frames of the line, whole bits, and less than one. */
struct span {
    size_t frames;
    unsigned bits;
    uint64_t rest;
};

static struct span span_of(const struct line *line, uint64_t length)
{
    uint64_t bits = length / line->sent_bit;
    return (struct span){(size_t)(bits / FRAME_BITS), (unsigned)(bits % FRAME_BITS),
                         length % line->sent_bit};
}

static struct span later(const struct line *line, struct span at, struct span by)
{
    struct span to = {at.frames + by.frames, at.bits + by.bits, at.rest + by.rest};
    if (to.rest >= line->sent_bit) {
        to.rest -= line->sent_bit;
        to.bits++;
    }
    if (to.bits >= FRAME_BITS) {
        to.bits -= FRAME_BITS;
        to.frames++;
    }
    return to;
}

/* Start bit low, data bits, stop bit high. */
static bool is_high(const struct line *line, struct span at)
{
    if (at.frames >= line->size)
        return true;
    return (line->bytes[at.frames] << 1 | 1u << (FRAME_BITS - 1)) >> at.bits & 1;
}

/* When the line is low, at or after `at`; false = it never is again. */
static bool find_start(const struct line *line, struct span *at)
{
    static const struct span bit = {0, 1, 0};
    while (is_high(line, *at)) {
        at->rest = 0;
        *at = later(line, *at, bit);
        if (at->frames >= line->size)
            return false;
    }
    return true;
}

size_t sim_garble(const void *bytes, size_t size, uint32_t sent_bps, uint32_t heard_bps,
                  void *buffer, size_t capacity)
{
    const struct line line = {bytes, size, 2ull * heard_bps};
    uint8_t *to = buffer;
    size_t count = 0;
    if (sent_bps == 0 || heard_bps == 0)
        return 0;
    /* Half a bit of the receiver is `sent_bps` long. */
    const struct span to_first = span_of(&line, 3ull * sent_bps);
    const struct span to_next = span_of(&line, 2ull * sent_bps);
    for (struct span at = {0, 0, 0}; count < capacity && find_start(&line, &at);) {
        unsigned byte = 0;
        at = later(&line, at, to_first);
        for (unsigned i = 0; i < DATA_BITS; i++) {
            byte |= (unsigned)is_high(&line, at) << i;
            at = later(&line, at, to_next);
        }
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
