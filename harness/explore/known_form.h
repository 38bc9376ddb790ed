/*
 * known_form.h - the bytes by which worlds are told apart where a rest is looked up (known_rest.h),
 * and their two digests.
 *
 * From one place to the next most of a form stays as it was. So it is held against the last one,
 * and only what differs is digested anew; and of buffers that are empty, most of a world, nothing
 * is copied nor compared.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_KNOWN_FORM_H
#define FOTARIG_HARNESS_EXPLORE_KNOWN_FORM_H

#include "harness/bench/conduct.h"

struct merge_form {
    struct bench_world world;
    struct bench_conduct_form conduct;
};

/* The last form that was digested, with the digests of its units. */
struct merge_digests;

/* Owned by the caller, free() gives it back. NULL: no memory. */
struct merge_digests *merge_digests_new(void);

/* Copies `world`. Bytes of *ret_form that are in no piece that holds something (empty buffers,
   where files lie) stay as they were: merge_form_digest() does not look at them either. */
void merge_form_copy(struct merge_form *ret_form, const struct bench_world *world);

/*
 * Two digests, of other make, of a form that is comparable (bench/world.h); `*ret_key` is never 0.
 * The form becomes the one that `last` holds. What was digested before does not change them.
 */
void merge_form_digest(struct merge_digests *last, const struct merge_form *form, uint64_t *ret_key,
                       uint64_t *ret_check);

#endif
