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
/* Seconds with a point and three decimals, whatever the locale. */
void report_buffer_seconds(struct report_buffer *buffer, uint64_t time_ms);

/* Write `buffer` to path.tmp and rename it; 0, or -1 with the error set. */
int report_replace_file(const char *path, const struct report_buffer *buffer,
                        struct report_error *reterr_error);
/* Set the error if it is wanted; returns -1. */
int report_fail(struct report_error *reterr_error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- names.c ------------------------------------------------------------------------------- */

/* A set of strings, which it does not own; open addressing, at most half full. */
struct report_set {
    const char **slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t used;
};

enum report_added { REPORT_ADDED, REPORT_THERE_BEFORE, REPORT_NO_MEMORY };
enum report_added report_set_add(struct report_set *set, const char *text);
bool report_set_has(const struct report_set *set, const char *text);
/* Add a name: readable, without blanks at the ends or doubled ones (readers collapse them), and
 * `otherwise` when nothing is left. */
void report_name_add(struct report_buffer *buffer, const char *text, const char *otherwise);

/* ---- model.c ------------------------------------------------------------------------------- */

struct report_entry {
    struct report_case result;
    size_t suite; /* index into report_run.suites */
};

struct report_run {
    struct report_run_info info;
    struct report_entry **entries;
    size_t entry_count, entry_capacity;
    const char **suites; /* one per group, in order of appearance */
    size_t suite_count, suite_capacity;
    size_t counts[REPORT_VERDICT_COUNT];
    struct report_set names, ids;
    uint64_t ended_at_ms; /* 0 = not ended yet */
    const char *stopped_because;
    struct report_chunk *chunks; /* all memory of the strings and cases */
};

/* Wall time of a case as all writers give it, so that sums of it agree. */
uint64_t report_case_ms(const struct report_case *c);
/* When a case started; never before the run did. */
uint64_t report_case_started_ms(const struct report_run *run, const struct report_case *c);
/* When the last thing happened that is known: the end of the run or of its last case. */
uint64_t report_ended_ms(const struct report_run *run);

/* ---- explain.c ----------------------------------------------------------------------------- */

/*
 * One line, at most REPORT_MESSAGE_MAX bytes, without ", <, > and &: some readers do not decode
 * entities. Of a case that was not run: why. Never empty.
 */
enum { REPORT_MESSAGE_MAX = 400 };
void report_add_message(struct report_buffer *buffer, const struct report_run *run,
                        const struct report_case *c);
/* All lines under the message. */
void report_add_explanation(struct report_buffer *buffer, const struct report_case *c);
/* The type of the case, or a word for its verdict when it has none that readers take. */
const char *report_type(const struct report_case *c);

#endif
