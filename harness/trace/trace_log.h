/*
 * trace_log.h - a trace in memory: what importers fill, and what replay, lift, shrink and diff
 * walk.
 *
 * Pieces in order; their bytes lie in one store. A piece without a time has TRACE_NO_TIME until
 * trace_log_time() has given it one. All of it is owned by the log.
 */
#ifndef FOTARIG_HARNESS_TRACE_TRACE_LOG_H
#define FOTARIG_HARNESS_TRACE_TRACE_LOG_H

#include "harness/trace/trace.h"

#define TRACE_NO_TIME UINT64_MAX

/* A log that is longer is refused: what is read into memory has an end. */
enum { TRACE_LOG_BYTES_MAX = 256 * 1024 * 1024 };

/* While a log is read: whose bytes they are is not settled yet (above enum trace_kind). */
enum trace_side {
    TRACE_SIDE_LEFT = TRACE_KIND_COUNT, /* one of two sides, which is not said */
    TRACE_SIDE_RIGHT,
    TRACE_SIDE_SCREEN, /* what a terminal showed: the module's bytes, commands as their echo */
    TRACE_SIDE_LINES /* the same as lines: line ends, and lines of other programs, are not known */
};

struct trace_piece {
    uint64_t time_us;
    size_t offset; /* of its bytes in the store */
    uint32_t length;
    uint32_t number; /* of a gap */
    uint8_t kind;    /* enum trace_kind or enum trace_side */
    uint8_t marks;   /* enum trace_mark */
    uint8_t channel; /* which port of the module; what is read into memory has that of 0 only */
};

struct trace_log {
    struct trace_header header;
    struct trace_piece *pieces;
    size_t count, capacity;
    uint8_t *bytes;
    size_t used, room;
    uint32_t slack_us; /* by which a time may be off, as far as the header tells */
    bool failed;       /* no memory, or too much: what came then is not in it */
};

void trace_log_done(struct trace_log *log);
/* Adds a piece with a copy of its bytes; one that follows the last without a seam is not joined. */
void trace_log_add(struct trace_log *log, unsigned kind, uint64_t time_us, unsigned marks,
                   const void *bytes, size_t length);
/* Adds a piece of another one, with all that belongs to it. */
void trace_log_copy(struct trace_log *log, const struct trace_log *from, size_t index);
/* A printf of it, for notes. */
void trace_log_note(struct trace_log *log, uint64_t time_us, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const uint8_t *trace_log_bytes(const struct trace_log *log, const struct trace_piece *piece);

/*
 * Gives a time to what has none (marked so), moves the first to 0 and puts times in order: those
 * that go back stay at the time before.
 */
void trace_log_time(struct trace_log *log);

/* Makes its times those of the module's clock where that was faster or slower, as the header says.
 */
void trace_log_to_module_time(struct trace_log *log);

/* Writes it to a descriptor; false with errno set. */
bool trace_log_write(const struct trace_log *log, int descriptor);
/*
 * Reads a whole trace. False with a message in `error`; a last line that is cut is none. Lines that
 * can't be read are left out and counted in *ret_bad (the first is in `error`).
 */
bool trace_log_read(struct trace_log *log, int descriptor, struct trace_error *reterr_error,
                    size_t *ret_bad);

#endif
