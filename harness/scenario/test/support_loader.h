/* support_loader.h - what the tests of the scenario loader share. */
#ifndef FOTARIG_HARNESS_SCENARIO_TEST_SUPPORT_LOADER_H
#define FOTARIG_HARNESS_SCENARIO_TEST_SUPPORT_LOADER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/scenario/scenario.h"

/* A scenario that is good but for what a test adds to it; update is in line 3. */
#define LOADER_HEAD                                                                                \
    "scenario: a story\n"                                                                          \
    "why: It is told.\n"
#define LOADER_UPDATE "update: {from: A1, to: A2, package: {url: 'http://h/u.zip'}}\n"
#define LOADER_EXPECT "expect: {outcome: updated}\n"

/* Loads text that must be good; fails the test with the errors otherwise. */
struct scenario *loader_text(const char *text);
/* The same from the corpus: "harness/scenario/test/good/<name>.yaml". */
struct scenario *loader_good(const char *name);
/* Loads text that must be bad; the caller frees the errors. */
struct scenario_errors loader_errors(const char *text);
/* Fails unless the first error is this one, "5:3: unknown key"; `path` is of the file. */
void loader_check_first(const struct scenario_errors *errors, const char *path, const char *want);

/* A test name of prefix, number and text, with only the characters that reports can bear. */
const char *loader_test_name(const char *prefix, size_t number, const char *text);

/* Runs a table: one test for each of `count` rows of `size` bytes; `name` reads a row's text. */
int loader_run_rows(const char *group, const void *rows, size_t count, size_t size,
                    const char *(*name)(const void *row), CMUnitTestFunction test);

#endif
