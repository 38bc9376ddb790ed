/* rebuild.h - a case of a report as a value of reports/, to be written again. */
#ifndef FOTARIG_HARNESS_RESULTS_REBUILD_H
#define FOTARIG_HARNESS_RESULTS_REBUILD_H

#include "harness/results/results.h"
#include "harness/scenario/compile.h"

/*
 * Makes the case that the test was written of. Texts belong to the report, lists and bytes to the
 * arena; what finds no room there is left out (the arena says so).
 */
void results_rebuild(struct scenario_arena *arena, const struct results_test *test,
                     struct report_case *ret_case);

/* Whether a case of the report names a file of that path as its own. */
bool results_names_file(const struct results *results, const char *path);

#endif
