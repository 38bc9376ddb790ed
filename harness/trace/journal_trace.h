/* journal_trace.h - a journal as a trace: the same records, written out. */
#ifndef FOTARIG_HARNESS_TRACE_JOURNAL_TRACE_H
#define FOTARIG_HARNESS_TRACE_JOURNAL_TRACE_H

#include "harness/bench/run.h"
#include "harness/trace/trace_log.h"

/* What the words of an event may point to. */
struct trace_record_room {
    char words[TRACE_WORD_MAX];
    char figures[2 * BENCH_RECORD_PAYLOAD_MAX];
};

/* A record as an event; it points into record and room. Numbers that have names get them. */
void trace_of_record(const struct bench_record *record, struct trace_record_room *room,
                     struct trace_event *ret_event);

/* All records of a journal that is kept in memory. */
void trace_write_journal(struct trace_writer *writer, const struct bench_journal *journal);

/* The bytes of both ways alone, as a log. */
void trace_log_of_journal(struct trace_log *log, const struct bench_journal *journal);

/* What is known of a run: module, ends, line, clock. The caller adds who writes, and what. */
void trace_header_of_run(const struct bench_run *run, struct trace_header *ret_header);

/* How it ended, behind its journal: a note for the verdict, and one for each finding. */
void trace_write_result(struct trace_writer *writer, const struct bench_result *result);

#endif
