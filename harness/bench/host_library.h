/*
 * host_library.h - a host end that is a shared object of the user's own (library_client.h), in this
 * process and in virtual time, on the bench's board.
 */
#ifndef FOTARIG_HARNESS_BENCH_HOST_LIBRARY_H
#define FOTARIG_HARNESS_BENCH_HOST_LIBRARY_H

#include "harness/bench/end.h"
#include "harness/bench/library_client.h"
#include "harness/bench/program_job.h"

/* Of one process of the bench; its case's run has it as host_context. */
struct bench_library_host {
    char path[BENCH_PATH_MAX * 2];
    void *handle; /* NULL = not loaded now */
    const struct fotarig_client *table;
    void *client; /* NULL = none was started, or it is gone */
    struct fotarig_job job;
    struct fotarig_host host;
    struct bench_environment environment; /* has the job as JSON */
    bool is_core;
    int outcome;          /* that it claims, -1 = none */
    bool over, broken;    /* its result was seen; it has crashed or never came back */
    char how[160];        /* of what is broken */
    bool stays;           /* the loader does not let go of it */
    uint64_t still_at_us; /* it wanted to be called at once, again and again */
    uint64_t sent_bytes;
    uint32_t still_count;
};

/* Loads it to look at it. False with a text; it is done all the same. */
bool bench_library_host_open(struct bench_library_host *host, const char *path, char *reterr_text,
                             size_t reterr_capacity);
void bench_library_host_close(struct bench_library_host *host);

extern const struct bench_end bench_host_library;

#endif
