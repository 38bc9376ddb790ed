/*
 * program_job.h - the job of a case, as a program of the user's own gets it: an environment that is
 * a list, and a folder.
 */
#ifndef FOTARIG_HARNESS_BENCH_PROGRAM_JOB_H
#define FOTARIG_HARNESS_BENCH_PROGRAM_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/bench/case.h"

enum { BENCH_ENVIRONMENT_MAX = 40, BENCH_PATH_MAX = 256 };

struct bench_environment {
    const char *entries[BENCH_ENVIRONMENT_MAX + 1]; /* "NAME=value", NULL at the end; owned */
    size_t count;
    bool failed; /* no memory, or too many */
};

/* A folder for the program's files; it is what the program remembers when its board restarts. */
struct bench_folder {
    char path[BENCH_PATH_MAX]; /* "" = there is none */
};

/*
 * Fills the list: what every program gets (PATH, HOME, LANG, TZ), and FOTA_PORT, FOTA_FOLDER,
 * FOTA_URL, FOTA_MODEL, FOTA_FROM, FOTA_TO, FOTA_BAUD, FOTA_SIZE, FOTA_CRC32, FOTA_APN,
 * FOTA_DELIVERY, FOTA_PACKAGE, FOTA_DEADLINE, FOTA_SPEED, FOTA_SUPPLY_MIN, FOTA_ALLOW_DOWNGRADE,
 * FOTA_RESTORE_… (what is set once more after an update), and FOTA_JOB with all of it as one JSON
 * object. What the job does not name is not in the list. `speed`: how much faster than the module's
 * the program's clock is, 1 = as fast. Where the host gives the package (delivery push) it is
 * written into the folder, unless that is "". False: it could not be.
 */
bool bench_environment_make(struct bench_environment *environment, const struct bench_case *shared,
                            const struct bench_job *asked, const char *port, const char *folder,
                            double speed);
void bench_environment_done(struct bench_environment *environment);

/* The case's job as FOTA_JOB has it, without what only a start knows (port, folder); to be freed.
   NULL: no memory. */
char *bench_job_json(const struct bench_case *shared);

/* Within which the job is to end. */
uint32_t bench_job_deadline_s(const struct fota_job *job);

/* Makes the folder, or empties it. False with errno. */
bool bench_folder_make(struct bench_folder *folder);
bool bench_folder_empty(const struct bench_folder *folder);
void bench_folder_remove(struct bench_folder *folder);

#endif
