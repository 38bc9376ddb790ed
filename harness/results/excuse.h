/*
 * excuse.h - the quarantine file of a project: cases whose failure is known, each with a reason and
 * a last day, behind which it counts again.
 *
 *     quarantine:
 *       - {case: 'power/restore *', reason: 'LAB-12, supply of slot a4', until: '2026-12-31'}
 */
#ifndef FOTARIG_HARNESS_RESULTS_EXCUSE_H
#define FOTARIG_HARNESS_RESULTS_EXCUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/scenario/scenario.h"

enum { RESULTS_EXCUSES_MAX = 1000, RESULTS_EXCUSE_FILE_BYTES_MAX = 256 * 1024 };

struct results_excuse {
    const char *pattern; /* name of cases, or a glob of them, as in run --case */
    const char *reason;
    const char *until; /* its last day, "2026-12-31", UTC */
    uint64_t end_ms;   /* when that day is over, since 1970 */
};

struct results_excuses {
    const struct results_excuse *list; /* in the order of the file */
    size_t count;
};

/*
 * Reads a file; all of its errors are told, with line and column. *ret_excuses is NULL when there
 * is one. Errors are freed with scenario_errors_done(), the rest with results_excuses_free().
 */
bool results_excuses_read(const char *path, const char *source, size_t size,
                          struct results_excuses **ret_excuses,
                          struct scenario_errors *reterr_errors);
void results_excuses_free(struct results_excuses *excuses);

/* The first one for that case which is not over; `excuses` may be NULL. Else NULL. */
const struct results_excuse *results_excuse_find(const struct results_excuses *excuses,
                                                 const char *id, const char *name, uint64_t now_ms);

#endif
