/* blobs.h - packages of scenarios as immutable bytes, made once and shared by all runs. */
#ifndef FOTARIG_HARNESS_BENCH_BLOBS_H
#define FOTARIG_HARNESS_BENCH_BLOBS_H

#include "harness/scenario/scenario.h"

struct bench_blob_entry;

struct bench_blobs {
    struct bench_blob_entry *first; /* owned list */
};

/*
 * The bytes of a package as a scenario describes it, cut to what its server sends; made on first
 * use. NULL with a message when it cannot be made. Lives until bench_blobs_done().
 */
const struct sim_blob *bench_blobs_get(struct bench_blobs *blobs,
                                       const struct scenario_package *package, char *reterr_text,
                                       size_t reterr_capacity);
/* The checksum of the same bytes, reckoned on first use. False with a message. */
bool bench_blobs_crc32(struct bench_blobs *blobs, const struct scenario_package *package,
                       uint32_t *ret_crc32, char *reterr_text, size_t reterr_capacity);
void bench_blobs_done(struct bench_blobs *blobs);

#endif
