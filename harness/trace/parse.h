/* parse.h - one line: a flat JSON object with the keys of the tables. */
#ifndef FOTARIG_HARNESS_TRACE_PARSE_H
#define FOTARIG_HARNESS_TRACE_PARSE_H

#include "harness/trace/trace.h"

enum trace_line { TRACE_LINE_EVENT, TRACE_LINE_HEADER, TRACE_LINE_BAD };

/*
 * Reads the line at `line`, whose newline is at `end`; strings are decoded in place, and the byte
 * at `end` may be overwritten. A header replaces `header`, whose rate is that of events without
 * one. BAD: error->column and ->text.
 */
enum trace_line trace_parse_line(char *line, char *end, struct trace_event *ret_event,
                                 struct trace_header *header, struct trace_error *error);

#endif
