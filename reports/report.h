/*
 * report.h - what a run found, as a plain value, and three ways to tell it: a console, a JUnit XML
 * file (the portable profile that all CI systems read) and a CTRF JSON file; and a page,
 * report.html.
 *
 * The reports are written while the run goes on: of a case that has ended, its identity, verdict,
 * times and message stay in memory, all else goes straight to the files that were opened:
 *
 *     run = report_run_new(&info);
 *     report_open_junit(run, "out/junit.xml", &error);
 *     report_open_ctrf(run, "out/ctrf.json", &error);
 *     report_plan_case(run, &known, &index);     all cases that were selected, before the first
 * runs report_finish_case(run, index, &result);   as each one ends report_end(run, now_ms, NULL);
 * or, after a signal, the reason it was stopped report_close(run, &error);                 now the
 * files stand at their paths report_run_free(run);
 *
 * A planned case that was never finished is reported as not run, so a run that was interrupted
 * writes complete, valid files: the signal handler sets a flag, the loop ends, the reports are
 * closed as always. Nothing here is safe to call inside a signal handler.
 *
 * Strings: the run keeps copies of what it needs; the caller's may be freed after each call. Text
 * is bytes: whatever a module sent may be put in. The writers escape it (report_escape), so that
 * no answer of a module can make a report unreadable. Any `const char *` may be NULL = absent.
 *
 * Functions that return int return 0, or -1 when memory ran out if nothing else is said. No
 * function calls back, prints (but the console, to its FILE) or reads a clock.
 */
#ifndef FOTARIG_REPORTS_REPORT_H
#define FOTARIG_REPORTS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- the model ----------------------------------------------------------------------------- */

/* How a case may end: X(NAME, "name", "status in CTRF", "what it means"). Zero is "not run". */
#define REPORT_VERDICTS(X)                                                                         \
    X(NOT_RUN, "not-run", "pending", "selected, but the run was stopped before it ended")          \
    X(PASSED, "passed", "passed", "all expectations were met")                                     \
    X(FAILED, "failed", "failed", "the client or the module misbehaved")                           \
    X(ERROR, "error", "other", "bench, port, power or network of the lab; nothing was judged")     \
    X(SKIPPED, "skipped", "skipped", "this target lacks something that the case needs")

enum report_verdict {
#define X(name, ...) REPORT_##name,
    REPORT_VERDICTS(X)
#undef X
        REPORT_VERDICT_COUNT
};

/*
 * What kind of thing was found: X(NAME, "Type in JUnit", "what it says"). NONE: nothing is said,
 * the type is a word for the verdict.
 */
#define REPORT_KINDS(X)                                                                            \
    X(NONE, "", "")                                                                                \
    X(EXPECTATION, "Expectation", "the scenario expects something else")                           \
    X(EVENT, "Event", "an armed event did not happen: what it does was not tried")                 \
    X(RULE, "Rule", "a rule that holds in every run was broken")                                   \
    X(OUTCOME, "Outcome", "a fault changed how it ends, and may not")                              \
    X(REPLAY, "Replay", "the client said what the recorded one did not")                           \
    X(LATENESS, "Lateness", "this machine was late: nothing was judged")                           \
    X(BENCH, "BenchError", "trouble of the bench or its surroundings: nothing was judged")         \
    X(INVALID, "InvalidFile", "a file that can't be read as what it should be: nothing was run")   \
    X(UNFINISHED, "Unfinished", "the run has not come to its end: what is missing is not known")

enum report_kind {
#define X(name, ...) REPORT_KIND_##name,
    REPORT_KINDS(X)
#undef X
        REPORT_KIND_COUNT
};

/* Which way bytes went: X(NAME, "name", "mark in a listing"). A note is an event of the bench. */
#define REPORT_DIRECTIONS(X)                                                                       \
    X(TO_MODULE, "to-module", ">>")                                                                \
    X(TO_HOST, "to-host", "<<")                                                                    \
    X(NOTE, "note", "**")

enum report_direction {
#define X(name, ...) REPORT_##name,
    REPORT_DIRECTIONS(X)
#undef X
        REPORT_DIRECTION_COUNT
};

/* Any bytes, NUL among them. {NULL, 0} = absent. */
struct report_bytes {
    const void *data;
    size_t size;
};

/* The bytes of a C string; NULL = absent. */
struct report_bytes report_bytes_of(const char *text);

/* One line of the exchange that led to the verdict. */
struct report_exchange {
    uint64_t t_us; /* since the start of the case, on the clock of the case */
    enum report_direction direction;
    struct report_bytes bytes; /* of a note: its words */
};

struct report_step {
    const char *name;
    enum report_verdict status;
    uint64_t t_us; /* since the start of the case */
    uint64_t duration_us;
};

/* Lanes of a timeline, one under the other: X(NAME, "name") */
#define REPORT_LANES(X)                                                                            \
    X(HOST, "host")                                                                                \
    X(MODULE, "module")                                                                            \
    X(POWER, "power and updater")                                                                  \
    X(NETWORK, "network")

enum report_lane {
#define X(name, text) REPORT_LANE_##name,
    REPORT_LANES(X)
#undef X
        REPORT_LANE_COUNT
};

/* What stands on a lane: X(NAME, "name", "what it means") */
#define REPORT_EVENTS(X)                                                                           \
    X(STATE, "state", "a state begins; without a text the lane has none from now on")              \
    X(SENT, "sent", "text of the host")                                                            \
    X(ANSWER, "answer", "what the module says when it is asked")                                   \
    X(URC, "unsolicited", "what the module says by itself")                                        \
    X(DATA, "data", "bytes that are no text")                                                      \
    X(NOISE, "noise", "bytes that are no line of either side")                                     \
    X(MARK, "note", "something happened")                                                          \
    X(RESET, "reset", "the module restarts, or loses its supply")                                  \
    X(FAULT, "fault", "what the scenario or the exploration did to the bench")

enum report_event_kind {
#define X(name, ...) REPORT_EVENT_##name,
    REPORT_EVENTS(X)
#undef X
        REPORT_EVENT_COUNT
};

/* One entry of a timeline. */
struct report_event {
    uint64_t t_us; /* since the start of the case, on its clock */
    enum report_lane lane;
    enum report_event_kind kind;
    uint32_t line;             /* in the scenario's file; 0 = none */
    uint32_t size;             /* of all bytes, of which `bytes` may be the first; 0 = bytes.size */
    struct report_bytes bytes; /* that passed the wire; absent = it is none of the wire's */
    const char *text;          /* words; NULL = the bytes say all */
    uint64_t deadline_us;      /* when the host would have gone on without an answer; 0 = unknown */
};

/* A link of the chain from the verdict to its first cause. */
struct report_reason {
    const char *text;
    uint32_t line;  /* in the scenario's file; 0 = none */
    uint32_t event; /* the n-th of the timeline, from 1, shows it; 0 = none */
};

/*
 * A row of this run beside an earlier one of the same case that passed. What only one of them has
 * stands beside what only the other has, as it comes.
 */
struct report_beside {
    bool same;                  /* by meaning */
    uint64_t now_us, former_us; /* since the start of each run */
    const char *now, *former;   /* "AT+CNACT? -> OK"; NULL = that run has none */
};

/* A run of a case that was not the last one: nothing was judged by it, and the case was repeated.
 */
struct report_attempt {
    enum report_verdict verdict;
    const char *message;
    uint64_t wall_us;
};

/* Something that was counted; the unit is the end of the name. */
struct report_figure {
    const char *name;
    uint64_t value;
};

struct report_attachment {
    const char *name;
    const char *content_type; /* for example "application/x-ndjson" */
    const char *path;         /* relative to the folder of the report; never absolute */
};

struct report_property {
    const char *name;
    const char *value;
};

/*
 * One case. For report_plan_case: group, name, id, title, why, file, line. For report_finish_case:
 * all but group, name and id. What is left zero is absent.
 */
struct report_case {
    const char *group; /* dotted, "power.restore"; NULL = "scenarios". A suite is made per group */
    const char *name;  /* short, with its combination: "power cut while restoring [percent=37%]" */
    const char *id;    /* stable between runs, for histories; NULL = "group/name" */
    const char *title; /* the scenario in full words; NULL = name */
    const char *why;   /* what breaks in the world when this fails */
    const char *file;  /* scenario file, relative to where the tool was called */
    uint32_t line;     /* 1-based; 0 = unknown */

    enum report_verdict verdict;
    enum report_kind kind; /* of what was found first */
    const char *message;   /* one line: what went wrong, or why it was skipped */
    /* The message for somebody who sees the case first: awaited, how long, what came; may be NULL.
     */
    const char *sentence;
    struct report_bytes expected;
    struct report_bytes received;
    bool are_bytes;    /* both are values, not prose: the first byte that differs is marked */
    const char *place; /* "file:line: the expectation" */
    const char *slot;  /* of a rack, that it ran on; NULL = of none */

    const struct report_exchange *exchanges; /* the last ones, oldest first */
    size_t exchange_count;
    const struct report_event *events; /* of one that did not pass; by time */
    size_t event_count;
    uint64_t events_left_out;            /* that there were besides, before the last ones */
    const struct report_reason *reasons; /* because of what, the first cause last */
    size_t reason_count;
    const struct report_beside *besides; /* the last pass beside this run, around where they part */
    size_t beside_count;
    uint64_t besides_left_out; /* rows that agree before the first of them */
    const char *former;        /* where that pass is from; NULL = nobody has looked for one */
    const struct report_step *steps;
    size_t step_count;
    const char *const *details; /* more lines for the explanation, one line each */
    size_t detail_count;
    const struct report_figure *figures; /* CTRF only */
    size_t figure_count;
    const struct report_attachment *attachments; /* the most useful one first */
    size_t attachment_count;
    const char *output, *errors; /* what a client wrote at last, lines; NULL = nothing to tell */
    const struct report_attempt *attempts; /* before the one that this is, oldest first */
    size_t attempt_count;

    const char *repeat;     /* the command that runs this case again */
    uint64_t started_at_ms; /* wall clock, since 1970 UTC; 0 = when the run started */
    uint64_t wall_us;       /* how long the machine took */
    uint64_t virtual_us;    /* how long it took on the clock of the bench; 0 = not applicable */
};

/* All values that something may have. */
struct report_axis {
    const char *name;
    const char *const *values;
    size_t count;
};

/* What a run has reached of all that there is: a cell for each row and column. */
struct report_map {
    const char *name, *meaning;       /* of the table; of a cell that was reached */
    struct report_axis rows, columns; /* columns.count 0: a list */
    const uint32_t *counts;           /* row after row: how often it was reached; 0 = never */
};

/* What is known about a run before it starts. */
struct report_run_info {
    const char *name;         /* of the report; NULL = tool */
    const char *tool;         /* NULL = "fotarig" */
    const char *tool_version; /* NULL = "unknown" */
    const char *command;      /* the command line that started the run */
    const char *host;         /* name of the machine; NULL = "localhost" */
    uint64_t seed;
    uint64_t started_at_ms;                   /* wall clock, since 1970 UTC */
    const struct report_property *properties; /* module, port, revisions, shard ... */
    size_t property_count;
};

struct report_run; /* owns copies of all that it was given */

/* Make an empty run; NULL when memory ran out. Free it with report_run_free(). */
struct report_run *report_run_new(const struct report_run_info *info);

/* Free a run and all that it owns; NULL is allowed. */
void report_run_free(struct report_run *run);

/*
 * Note that a case was selected. Its verdict is "not run" until report_finish_case(). Group, name
 * and id are kept in readable form (report_escape, blanks at the ends removed) and made unique:
 * a second "x" becomes "x (2)", because readers drop or misread the second of two equal names.
 * *ret_index, for report_finish_case(), is only set on success; NULL = not wanted.
 */
int report_plan_case(struct report_run *run, const struct report_case *known, size_t *ret_index);

/*
 * Say how a planned case ended. Identity (group, name, id) stays as it was planned; title, why,
 * file and line stay too where `result` has none. Finishing a case again replaces the result.
 * Returns -1 also when there is no case with this index.
 */
int report_finish_case(struct report_run *run, size_t index, const struct report_case *result);

/*
 * Add a property that is known only now: before report_end(). One more of the same name is one more
 * (the first counts in CTRF).
 */
int report_add_property(struct report_run *run, const char *name, const char *value);

/* Add a map, for the page; all of it is copied. Before report_close(). */
int report_add_map(struct report_run *run, const struct report_map *map);

/* Plan a case and finish it at once. */
int report_add_case(struct report_run *run, const struct report_case *result);

/*
 * Say that the run is over. `now_ms`: wall clock since 1970. `stopped_because`: why cases were not
 * run, for example "stopped by SIGTERM"; NULL = it ran to its end.
 */
int report_end(struct report_run *run, uint64_t now_ms, const char *stopped_because);

/* Reading: all pointers belong to the run and stay valid until it is freed. */
const struct report_run_info *report_info(const struct report_run *run);
size_t report_case_count(const struct report_run *run);
/*
 * What stays of the case with this index, 0 <= index < report_case_count(): identity, title, why,
 * file, line, verdict, kind, times, and the message of one that did not pass.
 */
struct report_case report_case_at(const struct report_run *run, size_t index);
/* How many cases have this verdict. */
size_t report_count(const struct report_run *run, enum report_verdict verdict);
/* "passed", "failed", ... */
const char *report_verdict_name(enum report_verdict verdict);

/* ---- escaping ------------------------------------------------------------------------------ */

enum report_form {
    REPORT_FORM_BYTES, /* reversible: a backslash is doubled; CR, LF and TAB are \r \n \t */
    REPORT_FORM_TEXT /* prose, which may quote escaped bytes already: a backslash stays as it is */
};

/*
 * Make any bytes printable: printable ASCII and valid UTF-8 stay, \r \n \t are written so, every
 * other byte is \xNN (C0 and C1 controls, DEL, U+FFFE, U+FFFF, surrogates, broken UTF-8). Like
 * snprintf: writes at most `capacity` bytes with the NUL (never a part of an escape or of a
 * character), `to` may be NULL when capacity is 0; returns the length of the whole result.
 */
size_t report_escape(char *to, size_t capacity, const void *bytes, size_t size,
                     enum report_form form);

/* Writes prose for HTML, as an element's text or an attribute's value; 0, or -1: not written. */
int report_html_escape(FILE *out, const char *prose);

/* ---- files --------------------------------------------------------------------------------- */

/* Why a report could not be written, for a person: "out/junit.xml: No space left ...". */
struct report_error {
    char message[512];
};

/*
 * Open a report, before the first case ends: JUnit XML, portable profile, or CTRF JSON
 * (specification 0.0.0). Cases go to an unnamed file beside `path` until report_close(). Returns 0,
 * or -1 with *reterr_error set (NULL = not wanted) when nothing can be written there.
 */
int report_open_junit(struct report_run *run, const char *path, struct report_error *reterr_error);
int report_open_ctrf(struct report_run *run, const char *path, struct report_error *reterr_error);

/* The same CTRF to a file that is open (standard output), when the run is closed. */
int report_open_ctrf_out(struct report_run *run, FILE *out, struct report_error *reterr_error);

/*
 * The page, with report.css and report.js beside it, which are written at once. It loads nothing
 * else, and neither needs the script nor allows what it quotes to become one. At most 100 cases
 * that did not pass are shown whole, the first ones with more.
 */
int report_open_html(struct report_run *run, const char *path, struct report_error *reterr_error);

/*
 * A summary in Markdown, with the last exchanges of the first 20 failures as diagrams (Mermaid),
 * for what GitHub and GitLab draw; and TAP 13, for prove and its like.
 */
int report_open_markdown(struct report_run *run, const char *path,
                         struct report_error *reterr_error);
int report_open_tap(struct report_run *run, const char *path, struct report_error *reterr_error);

/*
 * The same as JUnit with attributes that not all readers take: `file` and `line` of each case
 * (GitLab links to them).
 */
int report_open_junit_rich(struct report_run *run, const char *path,
                           struct report_error *reterr_error);

/*
 * Complete all open reports: what stood at their paths is replaced in one step (file.h). A run
 * without cases is written too. Returns 0, or -1 with the first trouble in *reterr_error; a report
 * that is not complete leaves the old file untouched.
 */
int report_close(struct report_run *run, struct report_error *reterr_error);

/*
 * Writes all open reports as they are now, and leaves them open: cases that have not ended are not
 * run, and one more, "the run is not finished", is an error, so that nobody takes what a run left
 * behind that was killed for a whole one. report_close() writes the same case when the run was
 * stopped. Returns 0, or -1 as report_close().
 */
int report_write_unfinished(struct report_run *run, uint64_t now_ms,
                            struct report_error *reterr_error);

/* Writes a case as text: what became of it, because of what, and its whole timeline. */
void report_explain(FILE *out, const struct report_case *c);

/* ---- console ------------------------------------------------------------------------------- */

struct report_console {
    FILE *out;
    bool colour;     /* see report_console_wants_colour() */
    bool progress;   /* show the running case on a line of its own and wipe it: terminals only */
    bool quiet;      /* no line for a case that passed */
    bool verbose;    /* all that did not pass is named at the end, however much it is */
    bool narrow;     /* nothing but commands is wider than 79 columns; for people, not programs */
    bool line_shown; /* private: a progress line or a table stands on the screen */
    unsigned lines_above; /* private: of the table, above the cursor */
};

/* Is colour wanted on this stream: it is a terminal, TERM is not "dumb", NO_COLOR is not set. */
bool report_console_wants_colour(FILE *out);

/*
 * Show which case runs now: "[3/40] 12.5/s, 3 s left: name". Does nothing without `progress`.
 * `done` cases ended in `elapsed_us`.
 */
void report_console_progress(struct report_console *console, size_t done, size_t total,
                             uint64_t elapsed_us, const char *name);
/*
 * Shows a table in place of that line, or of the one before: whole lines that are not wider than
 * the screen, and fewer than it has. Does nothing without `progress`.
 */
void report_console_table(struct report_console *console, const char *lines);
/* Takes line or table off the screen, before something else is written there. */
void report_console_wipe(struct report_console *console);

/*
 * One line for a case that ended: verdict, name, duration. Under a failure or an error stands the
 * complete explanation: message, why, place, expected and received with the first differing byte
 * marked, the last exchanges, the command to repeat it.
 */
void report_console_case(struct report_console *console, const struct report_case *ended);

/* The end: what did not pass, the slowest cases, counts by verdict and the wall time. */
void report_console_end(struct report_console *console, const struct report_run *run);

#endif
