/* results.c - reports of former runs, from CTRF files. */
#include "harness/results/results.h"
#include "reports/file.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/campaign/bytes.h"
#include "harness/results/internal.h"

/* ---- JSON ------------------------------------------------------------------------------------ */

const char *results_text(const struct cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

uint64_t results_number(const struct cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) && item->valuedouble > 0 && item->valuedouble < 9e15
               ? (uint64_t)item->valuedouble
               : 0;
}

enum report_verdict results_verdict(const char *status)
{
#define X(name, text, status, ...) status,
    static const char *const statuses[] = {REPORT_VERDICTS(X)};
#undef X
    for (size_t i = 0; status && i < REPORT_VERDICT_COUNT; i++)
        if (strcmp(status, statuses[i]) == 0)
            return (enum report_verdict)i;
    return REPORT_ERROR;
}

bool results_is_bad(enum report_verdict verdict)
{
    return verdict != REPORT_PASSED && verdict != REPORT_SKIPPED;
}

/* ---- a report -------------------------------------------------------------------------------- */

/* CTRF has had both: a text, and a list of them. */
static const char *group_of(const cJSON *test)
{
    const cJSON *suite = cJSON_GetObjectItemCaseSensitive(test, "suite");
    const char *text = cJSON_GetStringValue(cJSON_IsArray(suite) ? suite->child : suite);
    return text ? text : "";
}

static void take_test(const cJSON *item, struct results_test *ret_test)
{
    const cJSON *extra = cJSON_GetObjectItemCaseSensitive(item, "extra");
    const char *name = results_text(item, "name");
    uint64_t wall_us = results_number(extra, "wall_us");
    *ret_test = (struct results_test){
        .id = results_text(item, "testId"),
        .group = group_of(item),
        .name = name ? name : "",
        .verdict = results_verdict(results_text(item, "status")),
        .message = results_text(item, "message"),
        .slot = results_text(extra, "slot"),
        .started_at_ms = results_number(item, "start"),
        .wall_us = wall_us ? wall_us : results_number(item, "duration") * 1000,
        .virtual_us = results_number(extra, "virtual_us"),
        .attempt_count = (uint32_t)(results_number(item, "retries") % 1000),
        .json = item};
    if (ret_test->verdict == REPORT_PASSED)
        ret_test->message = NULL;
}

/* Ids of a program that gives none: "group/name". False: no memory. */
static bool put_ids_together(struct results *results)
{
    size_t size = 1, used = 0;
    for (size_t i = 0; i < results->test_count; i++)
        size += results->tests[i].id
                    ? 0
                    : strlen(results->tests[i].group) + strlen(results->tests[i].name) + 2;
    results->ids = malloc(size);
    for (size_t i = 0; i < results->test_count && results->ids; i++) {
        struct results_test *test = &results->tests[i];
        if (test->id)
            continue;
        int wrote = snprintf(results->ids + used, size - used, "%s%s%s", test->group,
                             test->group[0] ? "/" : "", test->name);
        test->id = results->ids + used;
        used += (size_t)wrote + 1;
    }
    return results->ids != NULL;
}

/* The case with which a run says that it has not come to its end. */
static const char *unfinished_message(const struct results *results)
{
    for (size_t i = results->test_count; i-- > 0;)
        if (results_is_unfinished(&results->tests[i]))
            return results->tests[i].message ? results->tests[i].message : "it is not finished";
    return NULL;
}

bool results_is_unfinished(const struct results_test *test)
{
    const char *kind = results_text(cJSON_GetObjectItemCaseSensitive(test->json, "extra"), "kind");
    return kind && strcmp(kind, "Unfinished") == 0;
}

static bool take_tests(struct results *results, const cJSON *tests)
{
    const cJSON *item;
    size_t count = 0;
    cJSON_ArrayForEach(item, tests) count++;
    results->tests = calloc(count + 1, sizeof *results->tests);
    if (!results->tests)
        return false;
    cJSON_ArrayForEach(item, tests)
    {
        take_test(item, &results->tests[results->test_count++]);
    }
    return put_ids_together(results);
}

static void take_surroundings(struct results *results, const cJSON *root)
{
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(root, "summary");
    const cJSON *environment = cJSON_GetObjectItemCaseSensitive(root, "environment");
    const cJSON *extra = cJSON_GetObjectItemCaseSensitive(environment, "extra");
    const char *shard = results_text(extra, "shard");
    char ignored[RESULTS_TEXT_MAX];
    results->started_at_ms = results_number(summary, "start");
    results->ended_at_ms = results_number(summary, "stop");
    results->host = results_text(environment, "testEnvironment");
    results->version = results_text(cJSON_GetObjectItemCaseSensitive(root, "tool"), "version");
    results->command = results_text(extra, "command");
    results->seed = results_text(extra, "seed");
    results->selection = results_text(extra, "selection");
    if (shard && strcmp(shard, "auto") != 0)
        campaign_shard_parse(shard, &results->shard, ignored, sizeof ignored);
    results->unfinished = unfinished_message(results);
}

bool results_parse(struct results *results, const char *path, const char *text, size_t size,
                   char *reterr_text, size_t reterr_capacity)
{
    cJSON *root = cJSON_ParseWithLength(text, size);
    const cJSON *whole = cJSON_GetObjectItemCaseSensitive(root, "results");
    const cJSON *tests = cJSON_GetObjectItemCaseSensitive(whole, "tests");
    *results = (struct results){.path = strdup(path), .json = root};
    errno = 0;
    if (!cJSON_IsArray(tests)) {
        snprintf(reterr_text, reterr_capacity,
                 "%.300s: no report of CTRF: expected results.tests, as in ctrf.json of --reports",
                 path);
        return false;
    }
    if (!results->path || !take_tests(results, tests)) {
        snprintf(reterr_text, reterr_capacity, "%.300s: not enough memory", path);
        errno = ENOMEM;
        return false;
    }
    take_surroundings(results, whole);
    return true;
}

void results_done(struct results *results)
{
    cJSON_Delete(results->json);
    free(results->path);
    free(results->tests);
    free(results->ids);
    *results = (struct results){0};
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool results_read(struct results *results, const char *path, char *reterr_text,
                  size_t reterr_capacity)
{
    struct campaign_bytes bytes = {0};
    char file[RESULTS_PATH_MAX];
    bool good = false;
    *results = (struct results){0};
    snprintf(file, sizeof file, is_folder(path) ? "%s/ctrf.json" : "%s", path);
    if (!campaign_bytes_load(&bytes, file, RESULTS_FILE_BYTES_MAX)) {
        int kept = errno;
        snprintf(reterr_text, reterr_capacity, "%.300s: %s", file, report_file_reason(errno));
        errno = kept;
    } else {
        good = results_parse(results, file, (const char *)bytes.data, bytes.size, reterr_text,
                             reterr_capacity);
    }
    int kept = errno;
    campaign_bytes_done(&bytes);
    errno = kept;
    return good;
}

/* ---- folders --------------------------------------------------------------------------------- */

enum { DEPTH_MOST = 6, PATHS_MOST = 100000 };

static bool add_path(struct results_paths *paths, const char *path)
{
    if (paths->count % 64 == 0) {
        char **grown = realloc(paths->paths, (paths->count + 64) * sizeof *grown);
        if (!grown)
            return false;
        paths->paths = grown;
    }
    char *copy = strdup(path);
    if (copy)
        paths->paths[paths->count++] = copy;
    return copy != NULL;
}

static bool is_wanted(const char *name, bool any_name)
{
    const char *end = strrchr(name, '.');
    return any_name ? end && strcmp(end, ".json") == 0 : strcmp(name, "ctrf.json") == 0;
}

/* What one folder in it hides keeps nobody from the others. False with errno. */
static bool look_into(struct results_paths *paths, const char *folder, bool any_name,
                      unsigned depth)
{
    DIR *opened = opendir(folder);
    int trouble = opened ? 0 : errno;
    const struct dirent *entry;
    while (opened && (entry = readdir(opened))) {
        char path[RESULTS_PATH_MAX];
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.' || length >= (int)sizeof path)
            continue;
        bool good = true;
        if (is_folder(path))
            good = depth == 0 || look_into(paths, path, any_name, depth - 1);
        else if (is_wanted(entry->d_name, any_name) && paths->count < PATHS_MOST)
            good = add_path(paths, path);
        if (!good)
            trouble = errno;
    }
    if (opened)
        closedir(opened);
    errno = trouble;
    return trouble == 0;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

bool results_find(struct results_paths *ret_paths, const char *path, bool any_name)
{
    *ret_paths = (struct results_paths){0};
    bool good = true;
    if (is_folder(path))
        good = look_into(ret_paths, path, any_name, DEPTH_MOST);
    else if (access(path, F_OK) == 0)
        good = add_path(ret_paths, path);
    ret_paths->trouble = good ? 0 : errno;
    if (ret_paths->count)
        qsort(ret_paths->paths, ret_paths->count, sizeof *ret_paths->paths, by_name);
    return good;
}

void results_paths_done(struct results_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->paths[i]);
    free(paths->paths);
    *paths = (struct results_paths){0};
}
