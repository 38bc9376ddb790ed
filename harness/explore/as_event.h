/*
 * as_event.h - a choice of a sweep as an event that a scenario file may have, and a scenario's text
 * with it: so that a finding can be read, shrunk and kept.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_AS_EVENT_H
#define FOTARIG_HARNESS_EXPLORE_AS_EVENT_H

#include "harness/explore/explore.h"

enum { EXPLORE_EVENT_MAX = 2048 };

/*
 * Writes "  - when: {...}\n    do: [...]\n". What a file can't say (the n-th write of any kind, a
 * pause up to a deadline) is refused with a text (BENCH_TEXT_MAX). `run` keeps its journal in
 * memory and is used for the undisturbed run.
 */
bool explore_event_write(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                         const struct explore_choice *choice, char buffer[EXPLORE_EVENT_MAX],
                         char *reterr_text);

/*
 * The text of a scenario with events in it, behind `events:` or before `expect:`; owned by the
 * caller, free(). NULL: no memory, or neither stands at the beginning of a line.
 */
char *explore_events_insert(const char *text, size_t length, const char *events,
                            size_t *ret_length);

#endif
