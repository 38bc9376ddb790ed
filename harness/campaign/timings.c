/* timings.c - how long cases took, from the report of a former run. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/bytes.h"
#include "harness/campaign/shard.h"
#include "reports/file.h"

enum { FILE_BYTES_MAX = 256 * 1024 * 1024 };

void campaign_timings_done(struct campaign_timings *timings)
{
    for (size_t i = 0; i < timings->count; i++)
        free(timings->list[i].id);
    free(timings->list);
    *timings = (struct campaign_timings){0};
}

static int by_id(const void *left, const void *right)
{
    const struct campaign_timing *a = left, *b = right;
    return strcmp(a->id, b->id);
}

/* What ran to its end; of what did not run nothing is known. */
static bool add_test(struct campaign_timings *timings, const cJSON *test)
{
    const cJSON *extra = cJSON_GetObjectItemCaseSensitive(test, "extra");
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(test, "testId");
    const cJSON *wall = cJSON_GetObjectItemCaseSensitive(extra, "wall_us");
    const cJSON *duration = cJSON_GetObjectItemCaseSensitive(test, "duration");
    double us = cJSON_IsNumber(wall)       ? wall->valuedouble
                : cJSON_IsNumber(duration) ? duration->valuedouble * 1000
                                           : -1;
    if (!cJSON_IsString(id) || !(us > 0) || us > 1e15)
        return true;
    char *copy = strdup(id->valuestring);
    if (copy)
        timings->list[timings->count++] = (struct campaign_timing){copy, (uint64_t)us};
    return copy != NULL;
}

static bool add_tests(struct campaign_timings *timings, const cJSON *tests)
{
    const cJSON *test;
    size_t count = 0;
    cJSON_ArrayForEach(test, tests) count++;
    timings->list = calloc(count + 1, sizeof *timings->list);
    if (!timings->list)
        return false;
    cJSON_ArrayForEach(test, tests) if (!add_test(timings, test)) return false;
    if (timings->count)
        qsort(timings->list, timings->count, sizeof *timings->list, by_id);
    return true;
}

bool campaign_timings_parse(struct campaign_timings *timings, const char *path, const char *text,
                            size_t size, char *reterr_text, size_t reterr_capacity)
{
    cJSON *root = cJSON_ParseWithLength(text, size);
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(root, "results");
    const cJSON *tests = cJSON_GetObjectItemCaseSensitive(results, "tests");
    bool good = false;
    *timings = (struct campaign_timings){0};
    if (!cJSON_IsArray(tests))
        snprintf(reterr_text, reterr_capacity,
                 "%.300s: no report of CTRF: expected results.tests, as in ctrf.json of --reports",
                 path);
    else if (!(good = add_tests(timings, tests)))
        snprintf(reterr_text, reterr_capacity, "%.300s: not enough memory", path);
    if (!good)
        campaign_timings_done(timings);
    cJSON_Delete(root);
    return good;
}

bool campaign_timings_read(struct campaign_timings *timings, const char *path, char *reterr_text,
                           size_t reterr_capacity)
{
    struct campaign_bytes bytes = {0};
    bool good = false;
    *timings = (struct campaign_timings){0};
    if (!campaign_bytes_load(&bytes, path, FILE_BYTES_MAX))
        snprintf(reterr_text, reterr_capacity, "%.300s: %s", path, report_file_reason(errno));
    else
        good = campaign_timings_parse(timings, path, (const char *)bytes.data, bytes.size,
                                      reterr_text, reterr_capacity);
    campaign_bytes_done(&bytes);
    return good;
}
