/*
 * case.h - what is constant in all runs of one case: the job, the packages, the module as it is
 * made, what its monitor watches. Worked out once, shared by all benches that run the case.
 */
#ifndef FOTARIG_HARNESS_BENCH_CASE_H
#define FOTARIG_HARNESS_BENCH_CASE_H

#include "harness/bench/blobs.h"
#include "harness/judge/judge.h"

enum { BENCH_URL_MAX = 512, BENCH_JOBS_MAX = 2 };

/* A job of the case, and where its package is. */
struct bench_job {
    struct fota_job job;     /* the case's, with the package's checksum if it asks for one */
    char url[BENCH_URL_MAX]; /* where the server has the package, "" = nowhere */
    uint16_t http;           /* the server's status */
    uint16_t blob;           /* the package: an index of blobs */
};

struct bench_case {
    const struct scenario_case *one;       /* not owned */
    struct bench_job jobs[BENCH_JOBS_MAX]; /* the file's; scenario_job_count() of them */
    struct sim_config config;              /* of the emulator */
    /* The package, files of the flash, the package of a second job. */
    struct sim_blob blobs[BENCH_JOBS_MAX + SIM_INITIAL_FILES];
    struct scenario_watch watch;
    uint64_t end_at_us; /* the client must be over by then */
};

/*
 * Works it out for `one`, which must outlive it, with a module whose jitter and noise come of
 * `seed`. `packages` keeps the packages and must outlive it as well. False with a message when a
 * package can't be made; `one` is set all the same.
 */
bool bench_case_make(struct bench_case *made, struct bench_blobs *packages,
                     const struct scenario_case *one, uint64_t seed, char *reterr_text,
                     size_t reterr_capacity);

#endif
