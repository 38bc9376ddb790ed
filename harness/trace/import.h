/*
 * import.h - logs that other programs wrote, read into a trace.
 *
 * A format is a row: its name, how its lines begin, its reader. The choice among them is told with
 * its evidence. What a format can't hold is not invented: which side sent a byte is settled by
 * grammar and marked, commands that only their answers show are inferred and marked, lines of other
 * programs are kept as foreign. All input is hostile.
 */
#ifndef FOTARIG_HARNESS_TRACE_IMPORT_H
#define FOTARIG_HARNESS_TRACE_IMPORT_H

#include "harness/trace/trace_log.h"

/* Whose bytes a file holds when it has no marks of its own. */
enum trace_import_side { TRACE_IMPORT_BOTH, TRACE_IMPORT_TO_HOST, TRACE_IMPORT_TO_MODULE };

struct trace_source {
    const char *name; /* of the file, for messages */
    const char *text; /* need not end with NUL */
    size_t length;
    uint8_t side; /* enum trace_import_side */
};

struct trace_import_report {
    const char *format;          /* of the last source */
    char evidence[200];          /* why it was chosen */
    unsigned exchanges_inferred; /* commands that follow from their answers */
    unsigned commands_of_echo;   /* commands that the log holds as their echo only */
    unsigned foreign_lines;
    unsigned damaged_pieces;
    bool sides_by_grammar; /* the log does not say which side is the host */
    bool no_times;
    char error[200]; /* "" = none */
};

/*
 * Reads the sources, in their order, into `log` (which must be zero). `format`: NULL = by what it
 * looks like. False with report->error: an unknown format, or nothing that is traffic.
 */
bool trace_import(struct trace_log *log, const struct trace_source *sources, size_t count,
                  const char *format, struct trace_import_report *ret_report);

/* The n-th format: its name, and what it is; NULL past the last one. */
const char *trace_import_format(size_t index, const char **ret_what);

#endif
