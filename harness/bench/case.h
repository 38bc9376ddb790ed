/*
 * case.h - what is constant in all runs of one case: the job, the packages, the module as it is
 * made, what its monitor watches. Worked out once, shared by all benches that run the case.
 */
#ifndef FOTARIG_HARNESS_BENCH_CASE_H
#define FOTARIG_HARNESS_BENCH_CASE_H

#include "harness/bench/blobs.h"
#include "harness/judge/judge.h"

enum { BENCH_URL_MAX = 512 };

struct bench_case {
    const struct scenario_case *one; /* not owned */
    struct fota_job job; /* the case's, with the package's checksum if it asks for one */
    char package_url[BENCH_URL_MAX]; /* where the server has the package, "" = nowhere */
    struct sim_config config;        /* of the emulator */
    struct sim_blob blobs[1 + SIM_INITIAL_FILES]; /* the package; files of the flash */
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
