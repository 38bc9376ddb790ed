/* findings.h - what was found, as a profile for the emulator, as a sheet of evidence, as a table.
 */
#ifndef FOTARIG_HARNESS_CONFORM_FINDINGS_H
#define FOTARIG_HARNESS_CONFORM_FINDINGS_H

#include <stdio.h>

#include "harness/conform/solve.h"

/*
 * A file for profiles/ (YAML): the revision and the settings with which the emulator says what the
 * module has said; what no setting explains stands in it as comments.
 */
void conform_write_profile(FILE *file, const struct conform_library *library,
                           const struct conform_solution *solution, const char *revision);

/* A sheet in the notation of facts/: a row for each probe, what was seen, and its evidence. */
void conform_write_sheet(FILE *file, const struct conform_library *library,
                         const struct conform_solution *solution, const char *revision,
                         const char *when);

/* "agrees"; NULL out of range. */
const char *conform_verdict_name(unsigned verdict);

/*
 * A table for people: probes down, the emulator's revisions across. `views` has them column by
 * column, probe_count each.
 */
void conform_write_table(FILE *file, const struct conform_library *library,
                         const char *const *revisions, size_t column_count,
                         const struct conform_view *views);

#endif
