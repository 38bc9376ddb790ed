/*
 * shard.h - a part of a campaign: "2/5" is the second of five. All parts together are the whole,
 * and no case is in two of them.
 */
#ifndef FOTARIG_HARNESS_CAMPAIGN_SHARD_H
#define FOTARIG_HARNESS_CAMPAIGN_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CAMPAIGN_SHARDS_MAX = 10000 };

struct campaign_shard {
    uint32_t number; /* 1 to count */
    uint32_t count;  /* 0 = the whole */
};

/*
 * Reads "2/5", or "auto": what a CI system says in the environment. False with a message: it is
 * neither, or the environment says nothing, half of it, or two things.
 */
bool campaign_shard_parse(const char *text, struct campaign_shard *ret_shard, char *reterr_text,
                          size_t reterr_capacity);

/* How long cases took in a former run. */
struct campaign_timings {
    struct campaign_timing {
        char *id;
        uint64_t wall_us;
    } * list; /* by id */
    size_t count;
};

/* Reads them from a report of CTRF (ctrf.json). False with a message. */
bool campaign_timings_read(struct campaign_timings *timings, const char *path, char *reterr_text,
                           size_t reterr_capacity);
/* The same from memory; `path` is for messages. */
bool campaign_timings_parse(struct campaign_timings *timings, const char *path, const char *text,
                            size_t size, char *reterr_text, size_t reterr_capacity);
void campaign_timings_done(struct campaign_timings *timings);

/*
 * Says for each id which of `shards` parts it is in: ret_numbers[i] is 1 to shards. By the order of
 * the ids' hashes, so that another case moves few; with timings, the longest first, each to the
 * part that has least to do. False: no memory.
 */
bool campaign_shard_divide(const char *const *ids, size_t count, uint32_t shards,
                           const struct campaign_timings *timings, uint32_t *ret_numbers);

#endif
