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
static unsigned levels_of(uint8_t byte)
{
    return (unsigned)byte << 1 | 1u << (FRAME_BITS - 1);
}

static bool is_high(const struct line *line, struct span at)
{
    if (at.frames >= line->size)
        return true;
    return levels_of(line->bytes[at.frames]) >> at.bits & 1;
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

/* From the begin of a start bit to the middle of the first data bit, from there to that of the next
   one, and from the begin to that of the stop bit. */
struct frame {
    struct span first, next, stop;
};

static struct frame frame_of(const struct line *line, uint32_t sent_bps)
{
    /* Half a bit of the receiver is `sent_bps` long. */
    return (struct frame){span_of(line, 3ull * sent_bps), span_of(line, 2ull * sent_bps),
                          span_of(line, (2ull * FRAME_BITS - 1) * sent_bps)};
}

static unsigned data_of(const struct line *line, const struct frame *frame, struct span at)
{
    unsigned byte = 0;
    at = later(line, at, frame->first);
    for (unsigned i = 0; i < DATA_BITS; i++, at = later(line, at, frame->next))
        byte |= (unsigned)is_high(line, at) << i;
    return byte;
}

/* Where a frame of the receiver is shorter than a bit of the line: what it hears of one that is low
   for so many bits. Framing errors, and at the edge to high a byte. */
static void hear_lows(const struct line *line, const struct frame *frame, uint8_t heard[FRAME_BITS])
{
    uint64_t end = 0;
    for (unsigned lows = 1; lows < FRAME_BITS; lows++) {
        uint64_t edge = lows * line->sent_bit;
        uint64_t frames = (edge - end + frame->stop.rest - 1) / frame->stop.rest;
        uint64_t begin = end + (frames - 1) * frame->stop.rest;
        end = begin + frame->stop.rest;
        unsigned byte = UINT8_MAX;
        for (uint64_t at = begin + frame->first.rest; at < edge; at += frame->next.rest)
            byte <<= 1;
        heard[lows] = (uint8_t)byte;
    }
}

/* The receiver is at rest behind each edge to high: from one low to the next nothing is kept. */
static size_t hear_slow(const struct line *line, const struct frame *frame, uint8_t *to,
                        size_t capacity)
{
    uint8_t heard[FRAME_BITS];
    size_t count = 0;
    hear_lows(line, frame, heard);
    for (size_t i = 0; i < line->size; i++) {
        unsigned levels = levels_of(line->bytes[i]);
        while (count < capacity && levels) {
            unsigned lows = (unsigned)__builtin_ctz(levels);
            levels >>= lows;
            levels >>= __builtin_ctz(~levels);
            to[count++] = heard[lows];
        }
    }
    return count;
}

size_t sim_garble(const void *bytes, size_t size, uint32_t sent_bps, uint32_t heard_bps,
                  void *buffer, size_t capacity)
{
    const struct line line = {bytes, size, 2ull * heard_bps};
    uint8_t *to = buffer;
    size_t count = 0;
    if (sent_bps == 0 || heard_bps == 0)
        return 0;
    const struct frame frame = frame_of(&line, sent_bps);
    if (frame.stop.frames == 0 && frame.stop.bits == 0)
        return hear_slow(&line, &frame, buffer, capacity);
    for (struct span at = {0, 0, 0}; count < capacity && find_start(&line, &at);) {
        const struct span stop = later(&line, at, frame.stop);
        if (is_high(&line, stop))
            to[count++] = (uint8_t)data_of(&line, &frame, at);
        at = stop;
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
