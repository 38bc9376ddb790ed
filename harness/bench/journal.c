/* journal.c - records: sinks, reading, and how they look as text. */
#include "harness/bench/journal.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fota.h"
#include "harness/bench/figures.h"
#include "harness/text/escape.h"
#include "sim/sim.h"

enum { SIZE_MIN_BYTES = 64 * 1024, RING_HEADER_BYTES = BENCH_RECORD_HEADER_BYTES + 4 };

/* Not byte by byte: what stands beside each other is taken for one vector then, and put together of
   all its bytes. */
static void put_16(uint8_t *at, uint16_t value)
{
    value = htole16(value);
    memcpy(at, &value, sizeof value);
}

static void put_32(uint8_t *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof value);
}

static void put_64(uint8_t *at, uint64_t value)
{
    value = htole64(value);
    memcpy(at, &value, sizeof value);
}

/* Most payloads are a line or less: two pieces that may overlap, instead of a call. */
static void copy(uint8_t *to, const uint8_t *from, size_t size)
{
    enum { HALF = 8, WHOLE = 16 };
    if (size > 2 * WHOLE) {
        memcpy(to, from, size);
    } else if (size >= WHOLE) {
        memcpy(to, from, WHOLE);
        memcpy(to + size - WHOLE, from + size - WHOLE, WHOLE);
    } else if (size >= HALF) {
        memcpy(to, from, HALF);
        memcpy(to + size - HALF, from + size - HALF, HALF);
    } else {
        for (size_t i = 0; i < size; i++)
            to[i] = from[i];
    }
}

/* Spelled out so that a compiler makes one load of it. */
static uint16_t get_16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get_32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t get_64(const uint8_t *at)
{
    return get_32(at) | (uint64_t)get_32(at + 4) << 32;
}

bool bench_journal_open(struct bench_journal *journal, enum bench_sink sink, size_t size_bytes,
                        int descriptor)
{
    *journal =
        (struct bench_journal){.sink = (uint8_t)sink, .descriptor = descriptor, .first_number = 1};
    if (sink == BENCH_SINK_NONE)
        return true;
    journal->capacity = size_bytes < SIZE_MIN_BYTES ? SIZE_MIN_BYTES : size_bytes;
    journal->bytes = malloc(journal->capacity);
    return journal->bytes != NULL;
}

void bench_journal_share(struct bench_journal *journal, struct bench_journal *ring, uint32_t bench)
{
    *journal = (struct bench_journal){
        .sink = BENCH_SINK_SHARED, .descriptor = -1, .shared = ring, .bench = bench};
}

static void flush(struct bench_journal *journal)
{
    size_t done = 0;
    while (done < journal->used) {
        ssize_t n = write(journal->descriptor, journal->bytes + done, journal->used - done);
        if (n <= 0) {
            journal->failed = true;
            break;
        }
        done += (size_t)n;
    }
    journal->used = 0;
}

void bench_journal_close(struct bench_journal *journal)
{
    if (journal->sink == BENCH_SINK_FILE)
        flush(journal);
    free(journal->bytes);
    *journal = (struct bench_journal){.descriptor = -1};
}

void bench_journal_clear(struct bench_journal *journal)
{
    if (journal->sink == BENCH_SINK_FILE)
        flush(journal);
    journal->used = 0;
    journal->first = 0;
    journal->wrap = 0;
    journal->record_count = 0;
    journal->first_number = 1;
    journal->failed = false;
}

static size_t header_size(const struct bench_journal *journal)
{
    return journal->sink == BENCH_SINK_RING ? RING_HEADER_BYTES : BENCH_RECORD_HEADER_BYTES;
}

static size_t record_size(const struct bench_journal *journal, const uint8_t *at)
{
    return header_size(journal) + get_16(at + 16);
}

static void ring_forget_oldest(struct bench_journal *journal)
{
    journal->first += record_size(journal, journal->bytes + journal->first);
    journal->first_number++;
    if (journal->first < journal->wrap)
        return;
    journal->first = 0;
    journal->wrap = 0;
}

/* RING: forgets the oldest records until [used, used + size) is free. */
static void ring_make_room(struct bench_journal *journal, size_t size)
{
    if (journal->used + size > journal->capacity) {
        while (journal->wrap)
            ring_forget_oldest(journal);
        journal->wrap = journal->used;
        journal->used = 0;
    }
    while (journal->wrap && journal->first <= journal->used + size)
        ring_forget_oldest(journal);
}

static bool make_room(struct bench_journal *journal, size_t size)
{
    if (journal->sink == BENCH_SINK_RING) {
        ring_make_room(journal, size);
        return true;
    }
    if (journal->used + size <= journal->capacity)
        return true;
    if (journal->sink == BENCH_SINK_FILE) {
        flush(journal);
        return true;
    }
    uint8_t *bytes = realloc(journal->bytes, 2 * journal->capacity);
    if (!bytes)
        return false;
    journal->bytes = bytes;
    journal->capacity *= 2;
    return true;
}

/* The record with its header; there is room. */
static inline void put_record(struct bench_journal *journal, const struct bench_record *record,
                              size_t header, uint16_t length)
{
    uint8_t *at = journal->bytes + journal->used;
    journal->used += header + length;
    journal->byte_count += header + length;
    put_64(at, record->time_us);
    at[8] = record->kind;
    at[9] = record->a;
    put_16(at + 10, record->b);
    put_32(at + 12, record->number);
    put_16(at + 16, length);
    if (header == RING_HEADER_BYTES)
        put_32(at + BENCH_RECORD_HEADER_BYTES, record->bench);
    if (length)
        memcpy(at + header, record->payload, length);
}

bool bench_journal_put(struct bench_journal *journal, uint64_t time_us, uint8_t kind, uint8_t a,
                       uint16_t b, uint32_t number, const void *payload, size_t length)
{
    size_t size = BENCH_RECORD_HEADER_BYTES + length;
    if (journal->sink != BENCH_SINK_MEMORY || length > BENCH_RECORD_PAYLOAD_MAX ||
        size > journal->capacity - journal->used)
        return false;
    uint8_t *at = journal->bytes + journal->used;
    put_64(at, time_us);
    put_64(at + 8, kind | (uint64_t)a << 8 | (uint64_t)b << 16 | (uint64_t)number << 32);
    put_16(at + 16, (uint16_t)length);
    copy(at + BENCH_RECORD_HEADER_BYTES, payload, length);
    journal->used += size;
    journal->record_count++;
    return true;
}

static void append_shared(struct bench_journal *journal, const struct bench_record *record)
{
    struct bench_record marked = *record;
    marked.bench = journal->bench;
    bench_journal_append(journal->shared, &marked);
}

/* Whatever is not a record that fits into memory. */
__attribute__((noinline)) static void
append_elsewhere(struct bench_journal *journal, const struct bench_record *record, uint16_t length)
{
    size_t header = header_size(journal);
    if (journal->sink == BENCH_SINK_NONE)
        return;
    if (journal->sink == BENCH_SINK_SHARED)
        append_shared(journal, record);
    else if (make_room(journal, header + length))
        put_record(journal, record, header, length);
    else
        journal->failed = true;
}

void bench_journal_append(struct bench_journal *journal, const struct bench_record *record)
{
    uint16_t length =
        record->length > BENCH_RECORD_PAYLOAD_MAX ? BENCH_RECORD_PAYLOAD_MAX : record->length;
    journal->record_count++;
    if (journal->sink == BENCH_SINK_MEMORY &&
        journal->used + BENCH_RECORD_HEADER_BYTES + length <= journal->capacity)
        put_record(journal, record, BENCH_RECORD_HEADER_BYTES, length);
    else
        append_elsewhere(journal, record, length);
}

size_t bench_journal_begin(const struct bench_journal *journal)
{
    return journal->first;
}

bool bench_journal_next(const struct bench_journal *journal, size_t *offset,
                        struct bench_record *ret_record)
{
    if (journal->sink != BENCH_SINK_MEMORY && journal->sink != BENCH_SINK_RING)
        return false;
    if (journal->wrap && *offset == journal->wrap)
        *offset = 0;
    if (*offset == journal->used)
        return false;
    const uint8_t *at = journal->bytes + *offset;
    bool ring = journal->sink == BENCH_SINK_RING;
    *ret_record = (struct bench_record){.time_us = get_64(at),
                                        .kind = at[8],
                                        .a = at[9],
                                        .b = get_16(at + 10),
                                        .number = get_32(at + 12),
                                        .length = get_16(at + 16),
                                        .bench = ring ? get_32(at + BENCH_RECORD_HEADER_BYTES) : 0,
                                        .payload = at + header_size(journal)};
    *offset += record_size(journal, at);
    return true;
}

bool bench_journal_follow(const struct bench_journal *journal, struct bench_journal_cursor *cursor,
                          struct bench_record *ret_record, uint64_t *ret_lost)
{
    uint64_t first = journal->first_number;
    *ret_lost = cursor->number && cursor->number < first ? first - cursor->number : 0;
    if (cursor->number <= first) /* where it is at a wrap, only the journal knows */
        *cursor = (struct bench_journal_cursor){journal->first, first};
    if (cursor->number > journal->record_count ||
        !bench_journal_next(journal, &cursor->offset, ret_record))
        return false;
    cursor->number++;
    return true;
}

struct bench_journal_cursor bench_journal_end(const struct bench_journal *journal)
{
    return (struct bench_journal_cursor){journal->used, journal->record_count + 1};
}

size_t bench_journal_mark(const struct bench_journal *journal)
{
    return journal->used;
}

void bench_journal_rewind(struct bench_journal *journal, size_t mark)
{
    journal->used = mark;
}

uint64_t bench_journal_digest(const struct bench_journal *journal, size_t mark)
{
    uint64_t digest = 0xcbf29ce484222325u;
    for (size_t i = mark; i < journal->used; i++)
        digest = (digest ^ journal->bytes[i]) * 0x100000001b3u;
    return digest;
}

/* ---- text ---------------------------------------------------------------------------------- */

struct text {
    char *at;
    size_t left, length;
};

static void add(struct text *text, const char *bytes, size_t size)
{
    size_t n = size < text->left ? size : text->left;
    memcpy(text->at, bytes, n);
    text->at += n;
    text->left -= n;
    text->length += n;
}

static void add_escaped(struct text *text, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char one[TEXT_ESCAPED_MAX];
        add(text, one, text_escape_byte(bytes[i], one));
    }
}

static int describe_core(const struct bench_record *record, char *buffer, size_t capacity)
{
    unsigned a = record->b & 0xff, b = record->b >> 8;
    switch (record->a) {
    case FOTA_EVENT_STATE:
        return snprintf(buffer, capacity, "%s -> %s: ", fota_state_name(a), fota_state_name(b));
    case FOTA_EVENT_OUTCOME:
        return snprintf(buffer, capacity, "outcome %s, reason %s: ", fota_outcome_name(a),
                        fota_reason_name(b));
    case FOTA_EVENT_HEALTH:
        return snprintf(buffer, capacity, "health %s: ", fota_reason_name(a));
    case FOTA_EVENT_REMARK:
        return snprintf(buffer, capacity, "remark %s ", fota_remark_name(a));
    case FOTA_EVENT_REQUEST:
        return snprintf(buffer, capacity, "request %s ", fota_request_name(a));
    default:
        return snprintf(buffer, capacity, "%s ", fota_event_name(record->a));
    }
}

static int describe_module(const struct bench_record *record, char *buffer, size_t capacity)
{
    const char *name = record->a == SIM_EVENT_RESET   ? sim_reset_name(record->number)
                       : record->a == SIM_EVENT_PHASE ? sim_phase_name(record->number)
                       : record->a == SIM_EVENT_HANG  ? sim_hang_name(record->number)
                                                      : NULL;
    if (name)
        return snprintf(buffer, capacity, "%s %s ", sim_event_name(record->a), name);
    return snprintf(buffer, capacity, "%s %" PRIu32 " ", sim_event_name(record->a), record->number);
}

/* Only what is not 0: a state that was not left, a package that was not pushed say nothing. */
static void add_figures(struct text *text, const struct bench_record *record)
{
    char name[BENCH_FIGURE_NAME_BYTES], part[BENCH_FIGURE_NAME_BYTES + 16];
    for (unsigned i = 0; i < BENCH_FIGURE_COUNT; i++) {
        uint32_t value = bench_figure(record, i);
        if (value == 0)
            continue;
        bench_figure_name(i, name);
        add(text, part, (size_t)snprintf(part, sizeof part, "%s=%" PRIu32 " ", name, value));
    }
}

static int describe(const struct bench_record *record, char *buffer, size_t capacity)
{
    switch (record->kind) {
    case BENCH_JOURNAL_CORE:
        return describe_core(record, buffer, capacity);
    case BENCH_JOURNAL_MODULE:
        return describe_module(record, buffer, capacity);
    case BENCH_JOURNAL_FAULT:
        return snprintf(buffer, capacity, "event %u action %u ", record->a + 1u, record->b + 1u);
    case BENCH_JOURNAL_REQUEST:
        return snprintf(buffer, capacity, "%s %s", fota_request_name(record->a),
                        record->b == 0   ? "asked"
                        : record->b == 1 ? "done"
                        : record->b == 2 ? "refused"
                                         : "later");
    case BENCH_JOURNAL_HOST:
        if (record->a >= 3) /* of a program: its end, or what it does when the run is over */
            return snprintf(buffer, capacity, "%s",
                            record->a == 3   ? "ended: "
                            : record->a == 4 ? "at the end: "
                                             : "says: ");
        return snprintf(buffer, capacity, "%s",
                        record->a == 0   ? "down"
                        : record->a == 1 ? "started"
                                         : "started from its checkpoint");
    default:
        return 0;
    }
}

size_t bench_record_format(const struct bench_record *record, char *buffer, size_t capacity)
{
    struct text text = {.at = buffer, .left = capacity ? capacity - 1 : 0};
    char part[160];
    int n = snprintf(part, sizeof part, "%6" PRIu64 ".%06u  %-10s ", record->time_us / 1000000u,
                     (unsigned)(record->time_us % 1000000u), bench_journal_kind_name(record->kind));
    add(&text, part, (size_t)n);
    n = describe(record, part, sizeof part);
    if (n > 0)
        add(&text, part, (size_t)n < sizeof part ? (size_t)n : sizeof part - 1);
    if (record->kind == BENCH_JOURNAL_FIGURES)
        add_figures(&text, record);
    else
        add_escaped(&text, record->payload, record->length);
    if (capacity)
        *text.at = '\0';
    return text.length;
}

const char *bench_journal_kind_name(unsigned kind)
{
    static const char *const names[] = {
#define X(name, text) text,
        BENCH_JOURNAL_KINDS(X)
#undef X
    };
    return kind < BENCH_JOURNAL_KIND_COUNT ? names[kind] : "?";
}
