/* wire.c - bursts on two lanes: when a byte arrives, and what is lost or garbled before. */
#include "harness/bench/wire.h"

#include <string.h>

/* Start bit, eight data bits, stop bit (UART101: 8N1). */
#define BIT_TIMES_US 10000000u
/* Most lines run at this rate. */
#define USUAL_BPS 115200u

static uint64_t duration_us(size_t size, uint32_t baud_bps)
{
    uint64_t bits = (uint64_t)size * BIT_TIMES_US + baud_bps - 1;
    if (!baud_bps)
        return 0;
    if (baud_bps == USUAL_BPS) /* by a number that is known it is a multiplication */
        return bits / USUAL_BPS;
    /* Half as wide, the division costs half as much; most bursts are short. */
    return bits <= UINT32_MAX ? (uint32_t)bits / baud_bps : bits / baud_bps;
}

/* Senders ask for room before; what is more than there is would be lost. */
static void put(struct bench_lane *lane, const uint8_t *bytes, size_t size)
{
    size_t room = BENCH_WIRE_BYTES - (size_t)lane->byte_fill;
    if (size > room) {
        lane->stat_lost_bytes += (uint32_t)(size - room);
        size = room;
    }
    /* An empty buffer begins anew: the same few lines of the cache serve all bursts, and most of
       them lie in one piece. (What is being repeated is read from where it was put.) */
    if (lane->byte_fill == 0 && lane->duplicate_length == 0)
        lane->first_byte = 0;
    size_t at = (lane->first_byte + (size_t)lane->byte_fill) % BENCH_WIRE_BYTES;
    size_t head = BENCH_WIRE_BYTES - at < size ? BENCH_WIRE_BYTES - at : size;
    memcpy(lane->bytes + at, bytes, head);
    if (head < size)
        memcpy(lane->bytes, bytes + head, size - head);
    lane->byte_fill = (uint16_t)(lane->byte_fill + size);
}

static bool is_line_break(uint8_t byte)
{
    return byte == '\r' || byte == '\n';
}

/* How many lines begin within these bytes; *in_line says whether one is open before and after. */
static uint32_t scan_lines(uint8_t *in_line, const uint8_t *bytes, size_t size, uint8_t line_end)
{
    const uint8_t *at = bytes, *end = bytes + size;
    uint32_t lines = 0;
    for (;;) {
        if (*in_line) {
            at = memchr(at, line_end, (size_t)(end - at));
            if (!at)
                return lines;
            *in_line = 0;
        }
        while (at < end && is_line_break(*at))
            at++;
        if (at == end)
            return lines;
        *in_line = 1;
        lines++;
    }
}

static bool starts_line(const struct bench_lane *lane, uint8_t byte)
{
    return !lane->in_line && !is_line_break(byte);
}

static void count_line(struct bench_lane *lane, uint8_t byte, uint8_t line_end)
{
    if (starts_line(lane, byte)) {
        lane->in_line = 1;
        lane->line_count++;
    } else if (byte == line_end) {
        lane->in_line = 0;
    }
}

/* A fault of a whole line is over at the end of one that had begun. */
static bool ends_line(const struct bench_lane *lane, uint8_t byte, uint8_t line_end)
{
    return byte == line_end && lane->in_line;
}

/* Puts the last bytes once more; they still lie where they were put. */
static void repeat(struct bench_lane *lane)
{
    size_t length = lane->duplicate_length;
    size_t at = (lane->first_byte + (size_t)lane->byte_fill + BENCH_WIRE_BYTES - length);
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = lane->bytes[(at + i) % BENCH_WIRE_BYTES];
        put(lane, &byte, 1);
    }
    lane->duplicate_length = 0;
}

static void put_duplicated(struct bench_lane *lane, uint8_t byte, bool ends)
{
    put(lane, &byte, 1);
    if (!lane->duplicate_line && !lane->duplicate_bytes)
        return;
    lane->duplicate_length++;
    if (lane->duplicate_bytes)
        lane->duplicate_bytes--;
    else if (ends)
        lane->duplicate_line = 0;
    bool full = lane->duplicate_length == BENCH_WIRE_DUPLICATE_MAX;
    if (full)
        lane->duplicate_line = 0;
    if (full || (!lane->duplicate_bytes && !lane->duplicate_line))
        repeat(lane);
}

/* A byte that is lost for the time is one of those of a number or a line as well. */
static bool loses(struct bench_lane *lane, bool ends, uint64_t begins_us)
{
    if (!lane->lose_line && !lane->lose_bytes && begins_us >= lane->lose_until_at_us)
        return false;
    lane->stat_lost_bytes++;
    if (lane->lose_bytes)
        lane->lose_bytes--;
    else if (ends)
        lane->lose_line = 0;
    return true;
}

/* Two that read a port get its pieces in turn, whoever wants them. */
static bool is_taken(struct bench_lane *lane, uint64_t begins_us)
{
    if (begins_us >= lane->share_until_at_us)
        return false;
    if (lane->share_bytes == BENCH_WIRE_PIECE_BYTES) {
        lane->share_bytes = 0;
        lane->share_other ^= 1;
    }
    lane->share_bytes++;
    lane->stat_lost_bytes += lane->share_other;
    return lane->share_other;
}

/* A pause ends a piece. */
static void begin_piece(struct bench_lane *lane, uint64_t now_us)
{
    if (lane->share_until_at_us == 0 || lane->busy_until_at_us >= now_us)
        return;
    lane->share_bytes = 0;
    lane->share_other ^= 1;
}

static uint8_t flip(struct bench_lane *lane, uint8_t byte)
{
    if (!lane->flip_mask)
        return byte;
    lane->stat_garbled_bytes++;
    byte ^= lane->flip_mask;
    lane->flip_mask = 0;
    return byte;
}

static uint8_t garble(struct bench_lane *lane, uint8_t byte, bool ends)
{
    if (!lane->garble_line && !lane->garble_bytes)
        return byte;
    if (lane->garble_bytes)
        lane->garble_bytes--;
    else if (ends)
        lane->garble_line = 0;
    if (!lane->garble_bytes && (lane->garble_line || ends) && is_line_break(byte))
        return byte;
    lane->stat_garbled_bytes++;
    return (uint8_t)(byte ^ 0xa5u);
}

/* One byte through the armed faults; returns how many bytes were put. */
static size_t send_faulty(struct bench_lane *lane, uint8_t byte, uint8_t line_end,
                          uint64_t begins_us)
{
    size_t before = lane->byte_fill;
    bool ends = ends_line(lane, byte, line_end);
    if (lane->insert_length && lane->byte_count >= lane->insert_at) {
        put(lane, lane->insert, lane->insert_length);
        lane->insert_length = 0;
    }
    count_line(lane, byte, line_end);
    lane->byte_count++;
    bool lost = loses(lane, ends, begins_us);
    if (!is_taken(lane, begins_us) && !lost)
        put_duplicated(lane, flip(lane, garble(lane, byte, ends)), ends);
    return lane->byte_fill - before;
}

static inline bool faults_armed(const struct bench_lane *lane, uint64_t begins_us)
{
    /* almost always none is: all are looked at in one, without a branch each */
    uint32_t any = lane->lose_line | lane->lose_bytes | lane->garble_line | lane->garble_bytes |
                   lane->duplicate_line | lane->duplicate_bytes | lane->insert_length |
                   lane->flip_mask;
    return any != 0 || begins_us < lane->lose_until_at_us || begins_us < lane->share_until_at_us;
}

/* The bytes for which a fault waits, one by one; returns how many, those that arrive in
 *ret_arriving. */
__attribute__((noinline)) static size_t send_armed(struct bench_lane *lane, const uint8_t *bytes,
                                                   size_t size, uint32_t pace_bps, uint8_t line_end,
                                                   uint64_t begin_us, size_t *ret_arriving)
{
    uint64_t at_us = begin_us;
    size_t i = 0;
    for (; i < size && faults_armed(lane, at_us); at_us = begin_us + duration_us(i, pace_bps)) {
        *ret_arriving += send_faulty(lane, bytes[i], line_end, at_us);
        i++;
    }
    return i;
}

static size_t send_clean(struct bench_lane *lane, const uint8_t *bytes, size_t size,
                         uint8_t line_end)
{
    if (line_end)
        lane->line_count += scan_lines(&lane->in_line, bytes, size, line_end);
    lane->byte_count += (uint32_t)size;
    size_t before = lane->byte_fill;
    put(lane, bytes, size);
    return lane->byte_fill - before;
}

/* With no room for one more burst the last one grows: many triggers may stand in few bytes. */
static void add_burst(struct bench_lane *lane, size_t arriving, uint32_t baud_bps)
{
    bool grows = lane->burst_fill == BENCH_WIRE_BURSTS;
    if (lane->burst_fill == 0)
        lane->first_burst = 0; /* as the bytes */
    size_t at = lane->first_burst + (size_t)lane->burst_fill - grows;
    at -= at >= BENCH_WIRE_BURSTS ? BENCH_WIRE_BURSTS : 0;
    lane->end_at_us[at] = lane->busy_until_at_us;
    if (grows) {
        lane->bursts[at].length = (uint16_t)(lane->bursts[at].length + arriving);
        return;
    }
    lane->bursts[at] = (struct bench_burst){.baud_bps = baud_bps, .length = (uint16_t)arriving};
    lane->burst_fill++;
}

static void send_burst(struct bench_lane *lane, const uint8_t *bytes, size_t size,
                       uint32_t baud_bps, uint8_t line_end, bool paced, uint64_t now_us)
{
    size_t arriving = 0, i = 0;
    uint32_t pace_bps = paced ? baud_bps : 0;
    uint64_t begin_us = lane->busy_until_at_us > now_us ? lane->busy_until_at_us : now_us;
    begin_piece(lane, now_us);
    if (faults_armed(lane, begin_us))
        i = send_armed(lane, bytes, size, pace_bps, line_end, begin_us, &arriving);
    arriving += send_clean(lane, bytes + i, size - i, line_end);
    lane->busy_until_at_us = begin_us + duration_us(size, pace_bps);
    lane->baud_bps = baud_bps;
    add_burst(lane, arriving, baud_bps);
}

uint8_t *bench_lane_begin(struct bench_lane *lane)
{
    if (lane->byte_fill != 0 || lane->duplicate_length != 0)
        return NULL;
    lane->first_byte = 0;
    return lane->bytes;
}

bool bench_lane_sent(struct bench_lane *lane, size_t size, uint32_t baud_bps, uint8_t line_end,
                     bool paced, uint64_t now_us)
{
    uint64_t begin_us = lane->busy_until_at_us > now_us ? lane->busy_until_at_us : now_us;
    if (lane->split_ms || lane->share_until_at_us || faults_armed(lane, begin_us))
        return false;
    if (line_end)
        lane->line_count += scan_lines(&lane->in_line, lane->bytes, size, line_end);
    lane->byte_count += (uint32_t)size;
    lane->byte_fill = (uint16_t)size;
    lane->busy_until_at_us = begin_us + duration_us(size, paced ? baud_bps : 0);
    lane->baud_bps = baud_bps;
    add_burst(lane, size, baud_bps);
    return true;
}

void bench_lane_insert(struct bench_lane *lane, const uint8_t *bytes, size_t size,
                       uint32_t baud_bps, bool paced, uint64_t now_us)
{
    size_t before = lane->byte_fill;
    put(lane, bytes, size);
    if (lane->busy_until_at_us < now_us)
        lane->busy_until_at_us = now_us;
    lane->busy_until_at_us += duration_us(size, paced ? baud_bps : 0);
    add_burst(lane, lane->byte_fill - before, baud_bps);
}

/* How many of `size` bytes stand before the pause. */
static size_t before_split(const struct bench_lane *lane, size_t size)
{
    uint32_t until = lane->split_at - lane->byte_count;
    if (lane->split_at > lane->byte_count && until >= size)
        return size;
    return lane->split_at > lane->byte_count ? until : 0;
}

void bench_lane_send(struct bench_lane *lane, const uint8_t *bytes, size_t size, uint32_t baud_bps,
                     uint8_t line_end, bool paced, uint64_t now_us)
{
    size_t head = lane->split_ms ? before_split(lane, size) : size;
    if (head)
        send_burst(lane, bytes, head, baud_bps, line_end, paced, now_us);
    if (head == size)
        return;
    if (lane->busy_until_at_us < now_us)
        lane->busy_until_at_us = now_us;
    lane->busy_until_at_us += lane->split_ms * UINT64_C(1000);
    lane->split_ms = 0;
    send_burst(lane, bytes + head, size - head, baud_bps, line_end, paced, now_us);
}

/* Takes bytes from the beginning of the first burst. */
static void take_bytes(struct bench_lane *lane, uint8_t *buffer, size_t size)
{
    size_t head = BENCH_WIRE_BYTES - (size_t)lane->first_byte;
    if (head > size)
        head = size;
    if (buffer)
        memcpy(buffer, lane->bytes + lane->first_byte, head);
    if (buffer && head < size)
        memcpy(buffer + head, lane->bytes, size - head);
    lane->first_byte = (uint16_t)((lane->first_byte + size) % BENCH_WIRE_BYTES);
    lane->byte_fill = (uint16_t)(lane->byte_fill - size);
}

size_t bench_lane_take(struct bench_lane *lane, uint8_t *buffer, uint32_t *ret_baud_bps,
                       bool *ret_arrived, uint64_t now_us)
{
    *ret_arrived = lane->burst_fill && lane->end_at_us[lane->first_burst] <= now_us;
    if (!*ret_arrived)
        return 0;
    const struct bench_burst *burst = &lane->bursts[lane->first_burst];
    size_t size = burst->length;
    *ret_baud_bps = burst->baud_bps;
    take_bytes(lane, buffer, size);
    uint16_t next = (uint16_t)(lane->first_burst + 1u);
    lane->first_burst = next == BENCH_WIRE_BURSTS ? 0 : next;
    lane->burst_fill--;
    return size;
}

/* Bytes of the burst that have arrived by now_us, counted back from its end. */
static uint16_t arrived_bytes(const struct bench_burst *burst, uint64_t end_at_us, uint64_t now_us)
{
    /* Ends of bursts are rounded up to whole microseconds; one of them is no missing time. */
    uint64_t missing_us = end_at_us - now_us - 1;
    uint64_t missing = (missing_us * burst->baud_bps + BIT_TIMES_US - 1) / BIT_TIMES_US;
    return missing >= burst->length ? 0 : (uint16_t)(burst->length - missing);
}

size_t bench_lane_take_begun(struct bench_lane *lane, uint8_t *buffer, uint32_t *ret_baud_bps,
                             uint64_t now_us)
{
    if (!lane->burst_fill || lane->end_at_us[lane->first_burst] <= now_us)
        return 0;
    struct bench_burst *burst = &lane->bursts[lane->first_burst];
    uint16_t size = arrived_bytes(burst, lane->end_at_us[lane->first_burst], now_us);
    *ret_baud_bps = burst->baud_bps;
    take_bytes(lane, buffer, size);
    burst->length = (uint16_t)(burst->length - size);
    return size;
}

void bench_lane_cut(struct bench_lane *lane, uint64_t now_us)
{
    uint16_t kept_bursts = 0, kept_bytes = 0;
    while (kept_bursts < lane->burst_fill) {
        size_t at = (lane->first_burst + (size_t)kept_bursts) % BENCH_WIRE_BURSTS;
        struct bench_burst *burst = &lane->bursts[at];
        if (lane->end_at_us[at] > now_us) {
            burst->length = arrived_bytes(burst, lane->end_at_us[at], now_us);
            lane->end_at_us[at] = now_us;
            kept_bytes = (uint16_t)(kept_bytes + burst->length);
            kept_bursts = (uint16_t)(kept_bursts + (burst->length ? 1 : 0));
            break;
        }
        kept_bytes = (uint16_t)(kept_bytes + burst->length);
        kept_bursts++;
    }
    lane->burst_fill = kept_bursts;
    lane->byte_fill = kept_bytes;
    lane->in_line = 0;
    lane->duplicate_length = 0;
    if (lane->busy_until_at_us > now_us)
        lane->busy_until_at_us = now_us;
}

uint32_t bench_lane_lines_in(const struct bench_lane *lane, const uint8_t *bytes, size_t size,
                             uint8_t line_end)
{
    uint8_t in_line = lane->in_line;
    return scan_lines(&in_line, bytes, size, line_end);
}

/* ---- equal lanes --------------------------------------------------------------------------- */

static uint64_t distance(uint64_t at_us, uint64_t now_us)
{
    return at_us > now_us ? at_us - now_us : 0;
}

/* A byte that is to be duplicated is read from where it lies, though it may have been taken. */
static void unroll_bytes(struct bench_lane *lane)
{
    uint8_t bytes[BENCH_WIRE_BYTES];
    size_t fill = lane->byte_fill, kept = lane->duplicate_length;
    if (!fill && !kept) {
        memset(lane->bytes, 0, sizeof lane->bytes);
        lane->first_byte = 0;
        return;
    }
    size_t from = (lane->first_byte + fill + BENCH_WIRE_BYTES - (fill > kept ? fill : kept));
    size_t size = fill > kept ? fill : kept;
    memset(bytes, 0, sizeof bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = lane->bytes[(from + i) % BENCH_WIRE_BYTES];
    memcpy(lane->bytes, bytes, sizeof bytes);
    lane->first_byte = 0;
}

static void unroll_bursts(struct bench_lane *lane, uint64_t now_us)
{
    uint64_t end_at_us[BENCH_WIRE_BURSTS] = {0};
    struct bench_burst bursts[BENCH_WIRE_BURSTS];
    memset(bursts, 0, sizeof bursts);
    for (size_t i = 0; i < lane->burst_fill; i++) {
        size_t at = (lane->first_burst + i) % BENCH_WIRE_BURSTS;
        end_at_us[i] = lane->end_at_us[at] - now_us;
        bursts[i] = lane->bursts[at];
    }
    memcpy(lane->end_at_us, end_at_us, sizeof end_at_us);
    memcpy(lane->bursts, bursts, sizeof bursts);
    lane->first_burst = 0;
}

void bench_lane_make_comparable(struct bench_lane *lane, uint64_t now_us)
{
    unroll_bytes(lane);
    unroll_bursts(lane, now_us);
    lane->busy_until_at_us = distance(lane->busy_until_at_us, now_us);
    lane->lose_until_at_us = distance(lane->lose_until_at_us, now_us);
    lane->share_until_at_us = distance(lane->share_until_at_us, now_us);
    lane->insert_at = lane->insert_length ? lane->insert_at - lane->byte_count : 0;
    lane->split_at = lane->split_ms ? lane->split_at - lane->byte_count : 0;
    memset(lane->insert + lane->insert_length, 0, sizeof lane->insert - lane->insert_length);
    lane->stat_lost_bytes = lane->stat_garbled_bytes = 0;
}
