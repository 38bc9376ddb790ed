/* shard.c - which part of a campaign this is, and who is in it. */
#include "harness/campaign/shard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which part ------------------------------------------------------------------------------ */

/*
 * How CI systems say it; facts: racks-and-ci, Sharding. `least` names a variable that holds the
 * lowest index, `base` is it where there is none.
 */
static const struct system {
    const char *name, *index, *total, *least;
    uint32_t base;
    bool total_alone; /* the total may be set, to 1, where nothing is divided */
} systems[] = {
    {"Bazel", "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", NULL, 0, false},
    {"GoogleTest", "GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS", NULL, 0, false},
    {"GitLab", "CI_NODE_INDEX", "CI_NODE_TOTAL", NULL, 1, true},
    {"CircleCI", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", NULL, 0, false},
    {"Buildkite", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", NULL, 0, false},
    {"Azure", "SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", NULL, 1, false},
    {"Bitbucket", "BITBUCKET_PARALLEL_STEP", "BITBUCKET_PARALLEL_STEP_COUNT", NULL, 0, false},
    {"Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", 0, false},
};
enum { SYSTEM_COUNT = sizeof systems / sizeof systems[0] };

static bool take_number(const char *text, uint32_t *ret_number, const char **ret_end)
{
    char *end;
    if (!text || text[0] < '0' || text[0] > '9')
        return false;
    unsigned long number = strtoul(text, &end, 10);
    *ret_number = (uint32_t)(number < UINT32_MAX ? number : UINT32_MAX);
    *ret_end = end;
    return true;
}

static bool is_number(const char *text, uint32_t *ret_number)
{
    const char *end;
    return take_number(text, ret_number, &end) && *end == '\0';
}

static bool is_shard(uint64_t number, uint32_t count)
{
    return number >= 1 && number <= count && count <= CAMPAIGN_SHARDS_MAX;
}

/* What one system says: 1 it does, 0 it says nothing, -1 with a message. */
static int ask(const struct system *system, struct campaign_shard *ret_shard, char *reterr_text,
               size_t reterr_capacity)
{
    const char *index = getenv(system->index), *total = getenv(system->total);
    const char *least = system->least ? getenv(system->least) : NULL;
    uint32_t number, count, base = system->base;
    if (!index && !total)
        return 0;
    if (!index && system->total_alone && strcmp(total, "1") == 0)
        return 0;
    if (!index || !total) {
        snprintf(reterr_text, reterr_capacity, "%s is set, but %s is not (%s): nothing is divided",
                 index ? system->index : system->total, index ? system->total : system->index,
                 system->name);
        return -1;
    }
    bool good = is_number(index, &number) && is_number(total, &count) &&
                (!system->least || is_number(least, &base)) && number >= base;
    if (good && is_shard((uint64_t)number - base + 1, count)) {
        *ret_shard = (struct campaign_shard){number - base + 1, count};
        return 1;
    }
    snprintf(reterr_text, reterr_capacity, "%s=%.40s and %s=%.40s (%s) are no part of a whole",
             system->index, index, system->total, total, system->name);
    return -1;
}

static bool ask_environment(struct campaign_shard *ret_shard, char *reterr_text,
                            size_t reterr_capacity)
{
    const struct system *said = NULL;
    struct campaign_shard shard, first = {0};
    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        int answer = ask(&systems[i], &shard, reterr_text, reterr_capacity);
        if (answer < 0)
            return false;
        if (answer == 0)
            continue;
        if (said && (shard.number != first.number || shard.count != first.count)) {
            snprintf(reterr_text, reterr_capacity,
                     "%s says %" PRIu32 "/%" PRIu32 " and %s says %" PRIu32 "/%" PRIu32
                     "; give --shard I/N",
                     said->name, first.number, first.count, systems[i].name, shard.number,
                     shard.count);
            return false;
        }
        said = &systems[i];
        first = shard;
    }
    *ret_shard = first;
    if (!said)
        snprintf(reterr_text, reterr_capacity,
                 "no CI system says in the environment which part this is (CI_NODE_INDEX and "
                 "CI_NODE_TOTAL, SLURM_ARRAY_TASK_ID, ...); give --shard I/N");
    return said != NULL;
}

bool campaign_shard_parse(const char *text, struct campaign_shard *ret_shard, char *reterr_text,
                          size_t reterr_capacity)
{
    uint32_t number, count;
    const char *end;
    if (strcmp(text, "auto") == 0)
        return ask_environment(ret_shard, reterr_text, reterr_capacity);
    if (take_number(text, &number, &end) && *end == '/' && is_number(end + 1, &count) &&
        is_shard(number, count)) {
        *ret_shard = (struct campaign_shard){number, count};
        return true;
    }
    snprintf(reterr_text, reterr_capacity,
             "'%.40s' is no part like 2/5, from 1/1 to %d/%d, nor 'auto'", text,
             CAMPAIGN_SHARDS_MAX, CAMPAIGN_SHARDS_MAX);
    return false;
}

/* ---- who is in it ---------------------------------------------------------------------------- */

struct member {
    const char *id;
    size_t index;
    uint64_t hash, wall_us;
};

/* FNV-1a, and a last mixing, since the ids of neighbours differ in their last bytes. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
    return hash ^ hash >> 33;
}

static int by_hash(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return strcmp(a->id, b->id);
}

static int by_time(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    if (a->wall_us != b->wall_us)
        return a->wall_us > b->wall_us ? -1 : 1;
    return by_hash(left, right);
}

static void divide_by_count(const struct member *members, size_t count, uint32_t shards,
                            uint32_t *ret_numbers)
{
    for (size_t i = 0; i < count; i++)
        ret_numbers[members[i].index] = (uint32_t)((uint64_t)i * shards / count) + 1;
}

static bool divide_by_time(const struct member *members, size_t count, uint32_t shards,
                           uint32_t *ret_numbers)
{
    uint64_t *sums = calloc(shards, sizeof *sums);
    for (size_t i = 0; sums && i < count; i++) {
        uint32_t emptiest = 0;
        for (uint32_t shard = 1; shard < shards; shard++)
            if (sums[shard] < sums[emptiest])
                emptiest = shard;
        sums[emptiest] += members[i].wall_us;
        ret_numbers[members[i].index] = emptiest + 1;
    }
    free(sums);
    return sums != NULL;
}

static int compare_timing(const void *id, const void *timing)
{
    return strcmp(id, ((const struct campaign_timing *)timing)->id);
}

/* A case that is new takes as long as others; nothing takes no time at all. */
static void take_times(struct member *members, size_t count, const struct campaign_timings *timings)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < timings->count; i++)
        sum += timings->list[i].wall_us;
    uint64_t mean = timings->count ? sum / timings->count : 0;
    for (size_t i = 0; i < count; i++) {
        const struct campaign_timing *known =
            timings->count ? bsearch(members[i].id, timings->list, timings->count,
                                     sizeof *timings->list, compare_timing)
                           : NULL;
        members[i].wall_us = (known ? known->wall_us : mean) + 1;
    }
}

bool campaign_shard_divide(const char *const *ids, size_t count, uint32_t shards,
                           const struct campaign_timings *timings, uint32_t *ret_numbers)
{
    struct member *members = calloc(count + 1, sizeof *members);
    bool good = members != NULL;
    if (!good)
        return false;
    for (size_t i = 0; i < count; i++)
        members[i] = (struct member){.id = ids[i], .index = i, .hash = hash_of(ids[i])};
    if (timings) {
        take_times(members, count, timings);
        qsort(members, count, sizeof *members, by_time);
        good = divide_by_time(members, count, shards, ret_numbers);
    } else {
        qsort(members, count, sizeof *members, by_hash);
        divide_by_count(members, count, shards, ret_numbers);
    }
    free(members);
    return good;
}
