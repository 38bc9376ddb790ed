/*
 * whole.h - the reports of the parts of a campaign as one, which names what is missing.
 *
 * Of reports with the same shard number (a part that was run again) the newest that is finished
 * counts, and no other. What makes the whole less than whole is a case of the merged report, an
 * error of the group "fotarig": a shard that is missing or not finished, a folder without a report,
 * parts of different campaigns, a case that is in two of them, fewer cases than were selected.
 */
#ifndef FOTARIG_HARNESS_RESULTS_WHOLE_H
#define FOTARIG_HARNESS_RESULTS_WHOLE_H

#include "harness/results/results.h"

/* One that is merged. The caller fills the first two and owns what they point at. */
struct results_part {
    const char *path;        /* as it was given, for messages */
    struct results *results; /* NULL: it could not be read */
    const char *problem;     /* then: why */
    bool left_out;           /* another of the same shard counts */
};

/*
 * What a case becomes, before it is added: the caller may look at it. NULL = nothing.
 */
typedef void results_told(void *context, const struct report_case *c);

/*
 * Adds all cases of the parts to `run`, in the order of the shards, and then what is missing.
 * Attachments are copied into folders "from-N" of `folder`, where `run` writes its reports (NULL:
 * they are left out). Sets left_out. False: no memory.
 */
bool results_merge(struct results_part *parts, size_t count, const char *folder,
                   struct report_run *run, results_told *told, void *context);

/* When the first of them began and the last ended, and on which machine: "NAME", or "3 machines".
 */
void results_merge_describe(const struct results_part *parts, size_t count,
                            uint64_t *ret_started_at_ms, uint64_t *ret_ended_at_ms, char *ret_host,
                            size_t host_capacity);

#endif
