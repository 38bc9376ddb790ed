/* internal.h - what the files of reports/ share: a growing buffer, the run, parts of a report. */
#ifndef FOTARIG_REPORTS_INTERNAL_H
#define FOTARIG_REPORTS_INTERNAL_H

#include "reports/report.h"

/* ---- buffer.c: text that grows; one `failed` to look at when all is written ---------------- */

struct report_buffer {
    char *text; /* NUL-terminated once something was added */
    size_t size;
    size_t capacity;
    bool failed; /* memory ran out: the text is not complete */
};

void report_buffer_free(struct report_buffer *buffer);
void report_buffer_clear(struct report_buffer *buffer);
void report_buffer_add(struct report_buffer *buffer, const void *bytes, size_t size);
void report_buffer_addf(struct report_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The text so far; "" when there is none. */
const char *report_buffer_text(const struct report_buffer *buffer);
/* Add bytes, escaped; or a C string as prose (NULL = nothing). */
void report_buffer_escape(struct report_buffer *buffer, struct report_bytes bytes,
                          enum report_form form);
void report_buffer_prose(struct report_buffer *buffer, const char *text);
/* timeline_text.c: words, wrapped at `columns`; they begin at `column`, further lines at `indent`.
   A line end follows. */
void report_buffer_wrap(struct report_buffer *buffer, const char *words, size_t columns,
                        size_t column, size_t indent);
/* Seconds with a point and three decimals, whatever the locale. */
void report_buffer_seconds(struct report_buffer *buffer, uint64_t time_ms);

/* Set the error if it is wanted; returns -1. */
int report_fail(struct report_error *reterr_error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- names.c ------------------------------------------------------------------------------- */

/* A set of strings, which it does not own; open addressing, at most half full. */
struct report_slot {
    const char *text;  /* NULL = free */
    uint32_t repeated; /* for the owner: how often a name was asked for again */
};
struct report_set {
    struct report_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t used;
};

/* The slot that holds the string, or NULL; valid until the set grows. */
struct report_slot *report_set_find(const struct report_set *set, const char *text);
/* Add a string that is not in the set; false when memory ran out. */
bool report_set_add(struct report_set *set, const char *text);
/* Add a name: readable, without blanks at the ends or doubled ones (readers collapse them), and
 * `otherwise` when nothing is left. */
void report_name_add(struct report_buffer *buffer, const char *text, const char *otherwise);

/* ---- model.c ------------------------------------------------------------------------------- */

/* What stays of a case. */
struct report_entry {
    const char *name, *id, *title, *why, *file;
    const char *message; /* of one that did not pass; NULL = none */
    uint64_t started_at_ms, wall_us, virtual_us;
    uint32_t line;
    uint32_t suite; /* index into report_run.suites */
    uint8_t verdict, kind;
    bool flaky;
};

enum { REPORT_STREAMS_MAX = 8 };

enum { REPORT_MAPS_MAX = 24 };

struct report_run {
    struct report_run_info info;
    struct report_entry *entries;
    size_t entry_count, entry_capacity;
    const char **suites; /* one per group, in order of appearance */
    size_t suite_count, suite_capacity;
    size_t counts[REPORT_VERDICT_COUNT];
    struct report_set names, ids;
    struct report_set texts; /* what many cases share: a copy of each */
    uint64_t ended_at_ms;    /* 0 = not ended yet */
    const char *stopped_because;
    bool unfinished;             /* the last entry says so */
    size_t whole_suites;         /* without that of the entry */
    struct report_chunk *chunks; /* all memory of the strings */
    const struct report_map *maps[REPORT_MAPS_MAX];
    size_t map_count;
    struct report_stream *streams[REPORT_STREAMS_MAX];
    size_t stream_count;
};

/*
 * Adds the case that says that the run has not come to its end, and takes it away again. False: no
 * memory.
 */
bool report_add_unfinished(struct report_run *run, const char *because);
void report_remove_unfinished(struct report_run *run);

/* A case that passed, but not at once, is what readers call flaky. */
bool report_is_flaky(const struct report_case *c);
/* Wall time of a case as all writers give it, so that sums of it agree. */
uint64_t report_case_ms(const struct report_case *c);
/* When a case started; never before the run did. */
uint64_t report_case_started_ms(const struct report_run *run, const struct report_case *c);
/* When the last thing happened that is known: the end of the run or of its last case. */
uint64_t report_ended_ms(const struct report_run *run);

/* ---- stream.c: a report that is written while the run goes on ------------------------------- */

/*
 * Readers want counts at the head of a file, which are known at its end: the text of each case goes
 * to an unnamed file as the case ends; head and texts are put together when the run is closed.
 */
struct report_stream;

/* What a format supplies. */
struct report_format {
    /* Makes what it needs of its own; NULL when memory ran out. */
    void *(*begin)(const struct report_run *run, const char *path);
    /* Adds the text of a case; false when memory ran out. */
    bool (*add_case)(void *own, const struct report_case *c, struct report_buffer *text);
    /* Writes the document; false when memory ran out. Asks report_stream_copy() for the cases. */
    bool (*write)(void *own, struct report_stream *stream, FILE *out);
    void (*done)(void *own);
};

/* Opens a stream of the run; 0, or -1 with the error set. */
int report_stream_open(struct report_run *run, const struct report_format *format, const char *path,
                       struct report_error *reterr_error);
/* The same to a file that is open, at the end alone; it stays the caller's. */
int report_stream_open_out(struct report_run *run, const struct report_format *format, FILE *out,
                           struct report_error *reterr_error);
/* A case ended: its text goes to the stream. Trouble is told when the run is closed. */
void report_stream_case(struct report_stream *stream, size_t index, const struct report_case *c);
/* Copies the text of a case to `out`; one that was planned only is made from its entry. */
void report_stream_copy(struct report_stream *stream, size_t index, FILE *out);
/* Gives up what is not closed yet. */
void report_stream_free(struct report_stream *stream);

/* ---- xml_proof.c --------------------------------------------------------------------------- */

/*
 * Whether a text is one element of XML, whole, in the form in which junit.c has it written: names
 * of small letters, text in attributes and CDATA only.
 */
bool report_is_xml(const char *text, size_t size);

/* ---- explain.c ----------------------------------------------------------------------------- */

/*
 * One line, at most REPORT_MESSAGE_MAX bytes, without ", <, > and &: some readers do not decode
 * entities. Of a case that was not run: why. Never empty.
 */
enum { REPORT_MESSAGE_MAX = 400 };
void report_add_message(struct report_buffer *buffer, const struct report_run *run,
                        const struct report_case *c);
/*
 * Where this run and its last pass part, a sentence without its point; nothing when they don't, or
 * when no pass is known.
 */
void report_add_parting(struct report_buffer *buffer, const struct report_case *c);
/* How wide an explanation is. */
struct report_width {
    size_t value, before;  /* columns of expected and received; of them before the difference */
    size_t exchange;       /* columns of one line of the exchange */
    size_t exchange_count; /* so many of the last ones, 0 = all */
    bool wraps;            /* prose is wrapped for 79 columns with an indent of four */
};
extern const struct report_width report_wide, report_narrow;
void report_add_explanation_in(struct report_buffer *buffer, const struct report_case *c,
                               const struct report_width *width);
/* All lines under the message, wide. */
void report_add_explanation(struct report_buffer *buffer, const struct report_case *c);
/* The type of the case's kind, or a word for its verdict when it has none. */
const char *report_type(const struct report_case *c);

#endif
