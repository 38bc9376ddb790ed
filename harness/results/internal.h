/* internal.h - what the files of results/ share. */
#ifndef FOTARIG_HARNESS_RESULTS_INTERNAL_H
#define FOTARIG_HARNESS_RESULTS_INTERNAL_H

#include "harness/results/results.h"

enum { RESULTS_PATH_MAX = 4096 };

struct cJSON;

/* The text of a key, NULL when it is none. */
const char *results_text(const struct cJSON *object, const char *key);
/* The number of a key, 0 when it is none, or not from 0 to 9e15. */
uint64_t results_number(const struct cJSON *object, const char *key);
/* What a status of CTRF means; one that CTRF has not is an error. */
enum report_verdict results_verdict(const char *status);
/* It is not a case, but says that its run was not finished. */
bool results_is_unfinished(const struct results_test *test);

#endif
