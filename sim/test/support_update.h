/*
 * support_update.h - a module with an update package in its flash, for the tests of the updater.
 */
#ifndef FOTARIG_SIM_TEST_SUPPORT_UPDATE_H
#define FOTARIG_SIM_TEST_SUPPORT_UPDATE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/test/support_module.h"

#define BASE    "1351B03SIM7000C"
#define TARGET  "1351B04SIM7000C"
#define THIRD   "1351B99SIM7000C"
#define PACKAGE "/fota/update.zip"
#define START   "+CFOTA: \"Start to update\""
#define GOOD    "+CFOTA: \"Update successfully, please wait for reset\""
#define BAD     "+CFOTA: \"Update failed, please wait for reset\""

enum package { PACKAGE_GOOD, PACKAGE_OTHER_BASE, PACKAGE_OTHER_VARIANT, PACKAGE_TEXT };

extern struct module module;
extern uint8_t package_bytes[MODULE_BLOBS][8192]; /* by enum package */
extern size_t package_sizes[MODULE_BLOBS];

/* Setup of a test: a new module that has not been begun yet. */
int update_setup(void **state);
/* A module with a package in its flash, switched on. */
void update_on(enum package package);
struct sim_view update_view(void);
/* AT+CFOTA=1 to the first reset, 1.07 s after the command. */
void update_start(void);
/* Into the running update: `share` percent of its 180 s. */
void update_run_share(unsigned share);
void update_expect_status(const char *what, unsigned status, const char *revision, const char *file,
                          int line);
#define EXPECT_STATUS(what, status, revision)                                                      \
    update_expect_status(what, status, revision, __FILE__, __LINE__)

/* A test of one row of a table. */
struct CMUnitTest test_of(const char *name, CMUnitTestFunction function, const void *row);

#endif
