/*
 * coverage.h - what runs have tried, counted from their journals: cells of tables whose rows and
 * columns are all that could happen, as the catalogues of module, client and language list it.
 *
 * Scenario files are not looked at: a fault that never fired is not covered.
 */
#ifndef FOTARIG_HARNESS_COVERAGE_COVERAGE_H
#define FOTARIG_HARNESS_COVERAGE_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/bench/journal.h"
#include "harness/campaign/bytes.h"

/* What rows and columns are: X(NAME, "name"). */
#define COVERAGE_AXES(X)                                                                           \
    X(NONE, "none")       /* the column of a table that is a list */                               \
    X(STATUS, "status")   /* values of AT+CFOTA? */                                                \
    X(PHASE, "phase")     /* of the updater */                                                     \
    X(STATE, "state")     /* of the client */                                                      \
    X(FAULT, "fault")     /* enum scenario_fault */                                                \
    X(ACTION, "action")   /* of the scenario language */                                           \
    X(OUTCOME, "outcome") /* of the client */                                                      \
    X(REASON, "reason")   /* of the client */                                                      \
    X(REQUEST, "request") /* of the client */                                                      \
    X(HTTP, "http code")  /* of a download, as the module prints it */                             \
    X(RESET, "reset")     /* of the module */                                                      \
    X(URC, "urc")         /* lines of the module that belong to an update */

enum coverage_axis_id {
#define X(name, text) COVERAGE_AXIS_##name,
    COVERAGE_AXES(X)
#undef X
        COVERAGE_AXIS_COUNT
};

/* X(NAME, "name", ROW axis, COLUMN axis, "what a cell stands for") */
#define COVERAGE_TABLES(X)                                                                         \
    X(STATUS, "status", STATUS, NONE, "the client has read this status")                           \
    X(OUTCOME, "outcome", OUTCOME, NONE, "the client has ended so")                                \
    X(REASON, "reason", REASON, NONE, "the client has given this reason")                          \
    X(HTTP, "http", HTTP, NONE, "a download has ended with this code")                             \
    X(RESET, "reset", RESET, NONE, "the module has restarted in this way")                         \
    X(URC, "urc", URC, NONE, "the module has printed this line")                                   \
    X(REQUEST, "request", REQUEST, NONE, "the client has asked for this, and was answered")        \
    X(ACTION, "action", ACTION, NONE, "this fault was done")                                       \
    X(STATUS_PHASE, "status-in-phase", STATUS, PHASE, "the module had it in that phase")           \
    X(STATUS_STATE, "status-in-state", STATUS, STATE, "the client has read it in that state")      \
    X(PHASE_STATE, "phase-in-state", PHASE, STATE, "the updater was there, the client here")       \
    X(FAULT_PHASE, "fault-in-phase", FAULT, PHASE, "it fell into that phase of the updater")       \
    X(FAULT_STATE, "fault-in-state", FAULT, STATE, "it fell into that state of the client")

enum coverage_table_id {
#define X(name, ...) COVERAGE_TABLE_##name,
    COVERAGE_TABLES(X)
#undef X
        COVERAGE_TABLE_COUNT
};

/* All values of one axis. */
struct coverage_axis {
    const char *name;
    size_t count;
    const char **values; /* owned by the coverage; the texts are the catalogues' */
};

struct coverage_cell {
    uint32_t count;            /* how often it was reached, 0 = never */
    uint32_t first;            /* the case that reached it first, as coverage_add() counts them */
    const char *justification; /* why it can't be reached, NULL = nobody has said */
    uint32_t line;             /* of that in its file */
};

struct coverage_table {
    const char *name, *meaning;
    const struct coverage_axis *row, *column; /* column NULL: a list */
    struct coverage_cell *cells;              /* row after row */
};

/* Faults by status × phase × fault × state at the time they fell; status 0 = none known yet. */
struct coverage_point {
    uint8_t status, phase, fault, state;
    uint32_t count;
};

struct coverage {
    struct coverage_axis axes[COVERAGE_AXIS_COUNT];
    struct coverage_table tables[COVERAGE_TABLE_COUNT];
    struct coverage_point *points; /* in the order in which they were first met */
    size_t point_count;
    char **cases; /* names */
    size_t case_count;
    char **texts; /* justifications */
    size_t text_count;
};

/* NULL: no memory. */
struct coverage *coverage_new(void);
void coverage_free(struct coverage *coverage);

/* Adds what a run has reached; MEMORY sink only. False: no memory. */
bool coverage_add(struct coverage *coverage, const char *case_name,
                  const struct bench_journal *journal);

/*
 * Writes what cases have reached that were added to `coverage`, and forgets them: for the process
 * that keeps the whole. `bytes` as of coverage_merge(). False: no memory.
 */
bool coverage_hand_over(struct coverage *coverage, struct campaign_bytes *bytes);
/* Adds that as coverage_add() would have done it. False: no memory, or the bytes are broken. */
bool coverage_merge(struct coverage *coverage, const char *case_name,
                    struct campaign_reader *reader);

/* Number of columns of a table, at least 1. */
size_t coverage_columns(const struct coverage_table *table);

/* "fault-in-state: line / download", as the file of justifications names a cell. */
void coverage_cell_name(const struct coverage_table *table, size_t cell, char *buffer,
                        size_t capacity);

/* How many cells there are, were reached, can't be, and are missing. */
struct coverage_sum {
    size_t cells, reached, justified, missing;
};
struct coverage_sum coverage_sum(const struct coverage_table *table);
struct coverage_sum coverage_sum_all(const struct coverage *coverage);

/*
 * Reads why cells can't be reached: lines "table: row / column -- reason", where row and column
 * are words with * and ?, or several with | between them; # begins a comment. Messages for what
 * is wrong go to `errors`, one line "file:line: ..." each:
 * a line that can't be read or names what is not there (*ret_invalid), and one whose cell was
 * reached (*ret_stale). False: the file can't be read, which is said too.
 */
bool coverage_justify(struct coverage *coverage, const char *path, FILE *errors,
                      size_t *ret_invalid, size_t *ret_stale);
/* The same from memory; `path` is for messages. */
void coverage_justify_text(struct coverage *coverage, const char *path, const char *text,
                           FILE *errors, size_t *ret_invalid, size_t *ret_stale);

/* ---- views ---------------------------------------------------------------------------------- */

void coverage_write_text(const struct coverage *coverage, FILE *out);
/* A JSON object with a newline; false: no memory. */
bool coverage_write_json(const struct coverage *coverage, FILE *out);
/* A page that needs no other file. */
void coverage_write_html(const struct coverage *coverage, FILE *out);

#endif
