/*
 * journal.h - the one record of a run: all that is observed, in order, with time.
 *
 * Reports, expectations, timelines and digests are views of it. Records are serialised
 * little-endian, so the same run gives the same bytes on every machine and compiler; they are
 * formatted as text only when somebody reads them.
 *
 * A record: time_us (8) kind (1) a (1) b (2) number (4) length (2) payload (length). A ring serves
 * any number of benches: there, bench (4) stands before the payload.
 */
#ifndef FOTARIG_HARNESS_BENCH_JOURNAL_H
#define FOTARIG_HARNESS_BENCH_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME, "name"): what a, b, number and the payload mean. */
#define BENCH_JOURNAL_KINDS(X)                                                                     \
    X(TO_MODULE, "to-module") /* bytes that reached the module; number = rate in bit/s, a = enum   \
                                 sim_interface */                                                  \
    X(TO_HOST, "to-host")     /* the same that reached the host */                                 \
    X(CORE, "core")           /* a = enum fota_event_kind, b = its a | its b << 8; text */         \
    X(MODULE, "module")       /* a = enum sim_event_kind, number; text */                          \
    X(FAULT, "fault")         /* a = event, b = action of the scenario that was done */            \
    X(REQUEST, "request")     /* a = enum fota_request_kind, b = 0 asked 1 done 2 refused */       \
    X(HOST, "host")           /* a = 0 down, 1 started, 2 started from a checkpoint; of a program  \
                                 also 3 ended, number = its status, 4 still there at the end of    \
                                 the run, 5 says; text */                                          \
    X(BENCH, "bench")         /* text: what the bench itself has to say; a = 1: the fault before   \
                                 had no effect; a = 2: a point (points.h), b = enum bench_point,   \
                                 number = the n-th of its kind */                                  \
    X(FIGURES, "figures")     /* number = starts of the core; payload: figures.h */

enum bench_journal_kind {
#define X(name, text) BENCH_JOURNAL_##name,
    BENCH_JOURNAL_KINDS(X)
#undef X
        BENCH_JOURNAL_KIND_COUNT
};

enum { BENCH_SAYS_USELESS = 1, BENCH_SAYS_POINT = 2 };

/* Where records go: X(NAME, "name") */
#define BENCH_SINKS(X)                                                                             \
    X(NONE, "none")     /* nowhere; only counted */                                                \
    X(MEMORY, "memory") /* all of them, growing */                                                 \
    X(RING, "ring")     /* the last ones that fit */                                               \
    X(FILE, "file")     /* a file descriptor, through a buffer */                                  \
    X(SHARED, "shared") /* another journal, with those of other benches */

enum bench_sink {
#define X(name, text) BENCH_SINK_##name,
    BENCH_SINKS(X)
#undef X
};

enum { BENCH_RECORD_HEADER_BYTES = 18, BENCH_RECORD_PAYLOAD_MAX = 2048 };

struct bench_record {
    uint64_t time_us;
    uint8_t kind; /* enum bench_journal_kind */
    uint8_t a;
    uint16_t b;
    uint32_t number;
    uint16_t length; /* of the payload */
    const uint8_t *payload;
    uint32_t bench; /* read from a ring: which of the benches that share it; else 0 */
};

struct bench_journal {
    uint8_t sink;          /* enum bench_sink */
    bool failed;           /* memory or file could not take a record; it was counted, not kept */
    uint64_t record_count; /* all that were ever appended; they have numbers, from 1 */
    uint8_t *bytes;        /* owned */
    size_t capacity, used;
    size_t first;                 /* RING: offset of the oldest record that is still whole */
    size_t wrap;                  /* RING: end of the records before the wrap, 0 = not wrapped */
    uint64_t first_number;        /* RING: of the oldest record */
    uint64_t byte_count;          /* RING: all that were ever appended */
    struct bench_journal *shared; /* SHARED: where records go */
    uint32_t bench;               /* SHARED: what they are marked with there */
    int descriptor;               /* FILE */
};

/*
 * Opens a journal. `size_bytes`: size of the ring or of the file's buffer, first size of the
 * memory; at least 64 KiB are taken. `descriptor` is only used by FILE and stays the caller's.
 * Returns false when there is no memory.
 */
bool bench_journal_open(struct bench_journal *journal, enum bench_sink sink, size_t size_bytes,
                        int descriptor);

/* The journal of one of the benches that share `ring`, which must outlive it. */
void bench_journal_share(struct bench_journal *journal, struct bench_journal *ring, uint32_t bench);

/* Writes what a FILE sink still holds, and frees. */
void bench_journal_close(struct bench_journal *journal);

/* Empties it for the next run; keeps the memory. */
void bench_journal_clear(struct bench_journal *journal);

/* Appends a record to a journal in memory that has room for it, which is most of them; false: it is
   another one. */
bool bench_journal_put(struct bench_journal *journal, uint64_t time_us, uint8_t kind, uint8_t a,
                       uint16_t b, uint32_t number, const void *payload, size_t length);

/* Appends a record. A payload longer than BENCH_RECORD_PAYLOAD_MAX is cut. */
void bench_journal_append(struct bench_journal *journal, const struct bench_record *record);

/*
 * Reads the record at *offset and moves on; false at the end. Start: bench_journal_begin().
 * MEMORY and RING only; FILE and NONE are empty.
 */
size_t bench_journal_begin(const struct bench_journal *journal);
bool bench_journal_next(const struct bench_journal *journal, size_t *offset,
                        struct bench_record *ret_record);

/* RING: where a reader stands who reads along while it is written. All zero is the oldest. */
struct bench_journal_cursor {
    size_t offset;
    uint64_t number; /* of the next record */
};
/*
 * Reads the next record and moves on; false when there is none yet. *ret_lost: how many were
 * overwritten before they were read.
 */
bool bench_journal_follow(const struct bench_journal *journal, struct bench_journal_cursor *cursor,
                          struct bench_record *ret_record, uint64_t *ret_lost);
/* What comes from now on. */
struct bench_journal_cursor bench_journal_end(const struct bench_journal *journal);

/* MEMORY: a mark, and the way back to it. */
size_t bench_journal_mark(const struct bench_journal *journal);
void bench_journal_rewind(struct bench_journal *journal, size_t mark);

/* MEMORY: FNV-1a over the serialised records from `mark` (0 = all). */
uint64_t bench_journal_digest(const struct bench_journal *journal, size_t mark);

/*
 * Writes a record as one line of text without newline ("   1.234567  module>  \r\nOK\r\n"),
 * cut to `capacity` with the NUL; returns the length.
 */
size_t bench_record_format(const struct bench_record *record, char *buffer, size_t capacity);

const char *bench_journal_kind_name(unsigned kind);

#endif
