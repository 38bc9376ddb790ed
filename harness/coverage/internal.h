/* internal.h - what the files of this room share. */
#ifndef FOTARIG_HARNESS_COVERAGE_INTERNAL_H
#define FOTARIG_HARNESS_COVERAGE_INTERNAL_H

#include "harness/coverage/coverage.h"

enum { COVERAGE_NAME_MAX = 160 };

/* Takes the values of an axis from its catalogue; false: no memory. */
bool coverage_axis_fill(struct coverage_axis *axis, unsigned id);

/* Keeps a copy of a text as long as the coverage lives; NULL: no memory. */
const char *coverage_keep(struct coverage *coverage, const char *text);

/* Adds a point, or its count to the one that is there already; false: no memory. */
bool coverage_add_point(struct coverage *coverage, const struct coverage_point *point);
/* The next case, of which cells are counted from now on, has a name; false: no memory. */
bool coverage_keep_case(struct coverage *coverage, const char *name);

#endif
