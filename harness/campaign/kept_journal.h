/* kept_journal.h - the journal of a run on a port that did not pass, as a file, unasked. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_KEPT_JOURNAL_H
#define FOTARIG_HARNESS_CAMPAIGN_KEPT_JOURNAL_H

#include <stdio.h>

#include "harness/bench/run.h"
#include "harness/scenario/scenario.h"

enum { CAMPAIGN_PATH_MAX = 1024 };

/*
 * Writes the journal as readable lines to FOLDER/GROUP-NAME.journal (folder NULL: here), an older
 * one is replaced. `asker`: the bench of the survey, whose journal follows, or NULL. Writes the
 * path; false with errno set.
 */
bool campaign_journal_keep(const char *folder, const struct scenario *scenario,
                           const struct bench_run *run, const struct bench_run *asker,
                           const struct bench_result *result, char path[CAMPAIGN_PATH_MAX]);

/* FOLDER/GROUP-NAME and the ending; blanks, brackets and slashes of the name become '-'. */
void campaign_case_path(const char *folder, const struct scenario *scenario, const char *name,
                        const char *ending, char path[CAMPAIGN_PATH_MAX]);

/* Prints all records of a journal, a line each. */
void campaign_journal_print(const struct bench_journal *journal, FILE *out);

#endif
