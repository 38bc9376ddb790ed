/*
 * wire.h - the line between the ends: two lanes of bursts, each with the time it takes.
 *
 * What an end sends at one time is a burst. It needs 10 bit times per byte (8N1) and arrives as a
 * whole at its end; where a byte inside it lies in time is worked out only when somebody asks. Line
 * faults are applied to a burst when it enters the lane. A value: no pointers, no allocation.
 */
#ifndef FOTARIG_HARNESS_BENCH_WIRE_H
#define FOTARIG_HARNESS_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_NEVER UINT64_MAX

enum {
    BENCH_WIRE_BYTES = 1024,
    BENCH_WIRE_BURSTS = 28,
    BENCH_WIRE_INSERT_MAX = 64,
    BENCH_WIRE_DUPLICATE_MAX = 256,
    BENCH_WIRE_PIECE_BYTES = 16 /* that a reader gets at most at once: a UART's FIFO */
};

enum bench_lane_id { BENCH_TO_MODULE, BENCH_TO_HOST, BENCH_LANES };

struct bench_burst {
    uint32_t baud_bps;
    uint16_t length; /* bytes that arrive (lost ones are not among them) */
    uint16_t reserved;
};

struct bench_lane {
    uint64_t busy_until_at_us;  /* the line is free from then on */
    uint64_t lose_until_at_us;  /* fault: what begins before that is lost; 0 = nothing */
    uint64_t share_until_at_us; /* fault: of that another reader gets pieces; 0 = nothing */
    uint32_t byte_count;        /* bytes that entered, lost ones included */
    uint32_t line_count;        /* lines that began, while somebody counts them */
    uint32_t lose_bytes;        /* fault: that many of the next bytes are lost */
    uint32_t garble_bytes;      /* fault: that many of the next bytes are garbled */
    uint32_t duplicate_bytes;   /* fault: that many of the next bytes come twice */
    uint32_t split_at;          /* fault: byte_count at which the stream pauses */
    uint32_t split_ms;          /* that long; 0 = none */
    uint32_t insert_at;         /* fault: byte_count at which `insert` comes in */
    uint32_t baud_bps;          /* of the last bytes that were sent; 0 = none yet */
    uint16_t insert_length;     /* 0 = none */
    uint16_t duplicate_length;  /* bytes put since the duplicate began */
    uint16_t spare_bytes;       /* room that is kept for what faults add */
    uint8_t lose_line;          /* fault: 1 = lose all up to the end of the next line */
    uint8_t garble_line;        /* the same, garbled; line ends are left */
    uint8_t duplicate_line;     /* the same, twice */
    uint8_t in_line;            /* 1 = a line has begun and not ended */
    uint8_t share_bytes;        /* of the piece that is being read */
    uint8_t share_other;        /* 1 = the other reader gets it */
    uint8_t flip_mask;          /* fault: these bits of the next byte are the other ones */
    uint8_t reserved[7];
    uint16_t first_byte, byte_fill;
    uint16_t first_burst, burst_fill;
    uint32_t stat_lost_bytes;
    uint32_t stat_garbled_bytes;
    uint8_t insert[BENCH_WIRE_INSERT_MAX];
    uint8_t bytes[BENCH_WIRE_BYTES];
    uint64_t end_at_us[BENCH_WIRE_BURSTS]; /* the last bit of a burst has arrived */
    struct bench_burst bursts[BENCH_WIRE_BURSTS];
};

/*
 * The form in which equal lanes are equal bytes: what has been read is wiped, what is to come lies
 * at the begin of its buffers, times are distances from now. What was counted stays.
 */
void bench_lane_make_comparable(struct bench_lane *lane, uint64_t now_us);

/* Room for another burst, in bytes; 0 = wait until one has arrived. */
static inline size_t bench_lane_room(const struct bench_lane *lane)
{
    size_t room = BENCH_WIRE_BYTES - (size_t)lane->byte_fill;
    bool full = lane->burst_fill == BENCH_WIRE_BURSTS || room <= lane->spare_bytes;
    return full ? 0 : room - lane->spare_bytes;
}

/*
 * Sends `size` bytes (at most the room) at `baud_bps`; `line_end` is the byte that ends a line of
 * this direction, 0 = nobody asks for lines. `paced` false: the burst takes no time. now_us may lie
 * in the past, for echo that began while the burst came in that it is the echo of.
 */
void bench_lane_send(struct bench_lane *lane, const uint8_t *bytes, size_t size, uint32_t baud_bps,
                     uint8_t line_end, bool paced, uint64_t now_us);

/*
 * Puts bytes of a fault on the line at once, behind what is under
 * way; no other fault touches them, and they count as no bytes of the end. What does not fit is
 * lost.
 */
void bench_lane_insert(struct bench_lane *lane, const uint8_t *bytes, size_t size,
                       uint32_t baud_bps, bool paced, uint64_t now_us);

/*
 * For a sender that writes its bytes where they will lie: the room for them, while nothing is under
 * way, NULL = they have to be sent from elsewhere. bench_lane_sent() then sends what was written
 * there, if no fault waits for it; false: nothing was sent.
 */
uint8_t *bench_lane_begin(struct bench_lane *lane);
bool bench_lane_sent(struct bench_lane *lane, size_t size, uint32_t baud_bps, uint8_t line_end,
                     bool paced, uint64_t now_us);

/* The bytes of the next burst where they lie, NULL = they lie in two pieces. They stay after they
   were taken, until others enter the lane. */
static inline const uint8_t *bench_lane_bytes(const struct bench_lane *lane)
{
    size_t length = lane->bursts[lane->first_burst].length;
    return lane->first_byte + length <= BENCH_WIRE_BYTES ? lane->bytes + lane->first_byte : NULL;
}

/* When the next burst arrives, WIRE_NEVER = none is under way. */
static inline uint64_t bench_lane_next(const struct bench_lane *lane)
{
    return lane->burst_fill ? lane->end_at_us[lane->first_burst] : WIRE_NEVER;
}

/*
 * Takes the next burst that has arrived by now_us; returns its length (0 = none, or all of it was
 * lost and *ret_arrived is true). `buffer` holds BENCH_WIRE_BYTES; NULL = they are read where they
 * lie.
 */
size_t bench_lane_take(struct bench_lane *lane, uint8_t *buffer, uint32_t *ret_baud_bps,
                       bool *ret_arrived, uint64_t now_us);

/*
 * Takes those bytes of the burst under way that have arrived by now_us, and leaves the rest. For an
 * end that does something while a burst comes in: what it saw so far comes before that.
 */
size_t bench_lane_take_begun(struct bench_lane *lane, uint8_t *buffer, uint32_t *ret_baud_bps,
                             uint64_t now_us);

/* The sender is gone: what has not arrived by now_us never will. */
void bench_lane_cut(struct bench_lane *lane, uint64_t now_us);

/* How many lines would begin within these bytes if they were sent now. */
uint32_t bench_lane_lines_in(const struct bench_lane *lane, const uint8_t *bytes, size_t size,
                             uint8_t line_end);

#endif
