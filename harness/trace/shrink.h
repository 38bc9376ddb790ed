/*
 * shrink.h - the least of a scenario that still ends the same way, and between which values.
 *
 * What can be left out (events, actions, settings, files, expectations) is left out as long as the
 * run ends the same way, until nothing alone can be left out any more. Then each number that is
 * left gets the interval in which it may be any other; each bound is proved by the run just outside
 * it. In virtual time; the same input gives the same output.
 */
#ifndef FOTARIG_HARNESS_TRACE_SHRINK_H
#define FOTARIG_HARNESS_TRACE_SHRINK_H

#include "harness/bench/run.h"

enum { SHRINK_INTERVALS_MAX = 24, SHRINK_TEXT_MAX = 256, SHRINK_FILE_MAX = 262144 };

/* In which values a number may have, and what proves it. */
struct shrink_interval {
    char what[64];             /* "for", "percent" */
    uint64_t value, low, high; /* in the smallest unit: microseconds, bytes, per cent */
    bool low_open, high_open;  /* no bound was found up to what the language takes */
    const char *unit;          /* "ms", "B", "%", "" */
    uint64_t step;             /* microseconds and so on: of the proof */
};

/* What is done to a case before it runs: makes another one of it. */
struct shrink_change {
    void (*make)(const void *context, const struct scenario_case *one,
                 struct scenario_case *ret_case);
    const void *context;
};

struct shrink_result {
    size_t units_before, units_after; /* what can be left out */
    size_t runs;
    char how[SHRINK_TEXT_MAX]; /* how it ends, in all of these runs */
    struct shrink_interval intervals[SHRINK_INTERVALS_MAX];
    size_t interval_count;
    char *text; /* the scenario; owned, free() */
    size_t length;
    char error[SHRINK_TEXT_MAX];
};

/*
 * Shrinks the case `case_index` of a scenario's text. `path` is for messages and for what the file
 * names. `change` (NULL = none) is put into each case before it runs, such as a fault that explore
 * chose; nothing is expected then. `jobs`: processes that try at once, 0 or 1 = this one alone;
 * what comes out does not depend on it. False with result->error: it can't be
 * read, or it neither fails nor ends badly.
 */
bool shrink_scenario(const char *path, const char *text, size_t length, size_t case_index,
                     uint64_t seed, unsigned jobs, const struct shrink_change *change,
                     struct shrink_result *ret_result);
void shrink_done(struct shrink_result *result);

/* "for: any from 3.2s to 60s; 3.199s does not" */
void shrink_tell(const struct shrink_interval *interval, char *buffer, size_t capacity);

#endif
