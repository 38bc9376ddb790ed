/* support_case.h - a case of one update, for tests that explore it. */
#ifndef FOTARIG_HARNESS_EXPLORE_TEST_SUPPORT_CASE_H
#define FOTARIG_HARNESS_EXPLORE_TEST_SUPPORT_CASE_H

#include "harness/scenario/scenario.h"

/* Both texts stand behind the package's URL, where its braces are still open; fails the test when
   that is no scenario. The caller frees it. */
struct scenario *case_of(const char *package, const char *rest);

#endif
