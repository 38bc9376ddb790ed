/* report_history.h - what `fotarig report` prints that is long: histories, and JSON. */
#ifndef FOTARIG_HARNESS_CLI_REPORT_HISTORY_H
#define FOTARIG_HARNESS_CLI_REPORT_HISTORY_H

#include "harness/results/compare.h"
#include "harness/results/excuse.h"
#include "harness/results/history.h"

/* Prints the cases that did not always pass (`all`: all cases). False: no memory. */
bool cli_report_history(const struct results *reports, size_t count,
                        const struct results_excuses *excuses, uint64_t now_ms, bool all,
                        bool json);
/* Prints a comparison as JSON. False: no memory. */
bool cli_report_comparison_json(const struct results_comparison *comparison);

#endif
