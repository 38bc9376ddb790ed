/* support.h - runs to report on, and files to write them to, for the tests of reports/. */
#ifndef FOTARIG_REPORTS_TEST_SUPPORT_H
#define FOTARIG_REPORTS_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/report.h"

/* All byte values 00-FF in order, and broken UTF-8 behind them. */
struct report_bytes support_hostile_bytes(void);
/* The same as a C string, 01-FF. */
const char *support_hostile_text(void);

/* One case that passed at the third attempt. */
struct report_run *support_repeated_run(void);

/* One case of each verdict in two groups, a rich failure, times that need rounding. */
struct report_run *support_mixed_run(void);
/* Every text of the run and of a case of each verdict is hostile. */
struct report_run *support_hostile_run(void);
/* No case was selected. */
struct report_run *support_empty_run(void);
/* Three cases planned, the first finished, then stopped by a signal. */
struct report_run *support_stopped_run(void);

/* The runs above by name, for tests that all of them must pass. */
struct support_row {
    const char *name;
    struct report_run *(*make)(void);
};
enum { SUPPORT_ROWS = 4 };
extern const struct support_row support_rows[SUPPORT_ROWS];

/* Makes a run that reports to the path, and closes the report; fails the test when it can't. */
struct report_run *support_report(struct report_run *(*make)(void),
                                  int (*open)(struct report_run *, const char *,
                                              struct report_error *),
                                  const char *path);

/* The same, and what the file of this name holds then; owned by the caller. */
char *support_report_text(struct report_run *(*make)(void),
                          int (*open)(struct report_run *, const char *, struct report_error *),
                          const char *name);

/* How often the part occurs; fails the test when it does not. */
size_t support_count(const char *text, const char *part);
void support_expect(const char *text, const char *part);

/* The cases of the run that was made last, as they were told; planned ones are not among them. */
enum { SUPPORT_CASES_MAX = 16 };
const struct report_case *support_told(size_t index);
size_t support_told_count(void);

/*
 * A path for a file of this name; owned by the caller (free). In $REPORT_TEST_DIR, where the files
 * stay for the checkers of ci/, or in a new temporary folder.
 */
char *support_path(const char *name);
/* Removes what support_path() made, unless it shall stay. Frees the path. */
void support_remove(char *path);
/* All of the file, NUL-terminated; owned by the caller. Fails the test when it can't be read. */
char *support_read(const char *path, size_t *ret_size);

#endif
