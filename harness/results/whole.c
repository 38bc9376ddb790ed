/* whole.c - the parts of a campaign as one report, and what is missing of it. */
#include "harness/results/whole.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/bytes.h"
#include "harness/campaign/campaign.h"
#include "harness/results/internal.h"
#include "harness/results/rebuild.h"
#include "reports/file.h"

enum { CASE_BYTES_MAX = 64 * 1024 * 1024, ATTACHMENT_BYTES_MAX = 256 * 1024 * 1024 };

struct merge {
    struct results_part *parts;
    size_t count;
    const char *folder;
    struct report_run *run;
    results_told *told;
    void *context;
    size_t taken; /* cases of parts that count */
    bool failed;  /* no memory */
};

/* ---- cases ----------------------------------------------------------------------------------- */

static void add(struct merge *merge, const struct report_case *c)
{
    merge->failed = merge->failed || report_add_case(merge->run, c) != 0;
    if (merge->told)
        merge->told(merge->context, c);
}

/* A case that says what is missing. */
static void add_missing(struct merge *merge, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add_missing(struct merge *merge, const char *name, const char *format, ...)
{
    char message[RESULTS_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    add(merge, &(struct report_case){.group = "fotarig",
                                     .name = name,
                                     .verdict = REPORT_ERROR,
                                     .kind = REPORT_KIND_UNFINISHED,
                                     .message = message});
}

/* ---- attachments ----------------------------------------------------------------------------- */

/* Stays in its folder: relative, and never up. */
static bool is_inside(const char *path)
{
    for (const char *at = path; at; at = strchr(at, '/')) {
        at += *at == '/';
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return false;
    }
    return path[0] != '/' && path[0] != '\0';
}

/* Copies a file of a part's folder to that of the merged report; false: it is not there then. */
static bool copy_attachment(const struct merge *merge, const struct results_part *part,
                            const char *path, const char *fresh)
{
    char from[RESULTS_PATH_MAX], to[RESULTS_PATH_MAX];
    struct campaign_bytes bytes = {0};
    const char *folder_end = strrchr(part->results->path, '/');
    int folder = folder_end ? (int)(folder_end + 1 - part->results->path) : 0;
    if (snprintf(from, sizeof from, "%.*s%s", folder, part->results->path, path) >=
            (int)sizeof from ||
        snprintf(to, sizeof to, "%s/%s", merge->folder, fresh) >= (int)sizeof to)
        return false;
    char *last = strrchr(to, '/');
    *last = '\0';
    bool good = campaign_make_folders(to);
    *last = '/';
    good = good && campaign_bytes_load(&bytes, from, ATTACHMENT_BYTES_MAX) &&
           report_file_write(to, bytes.data, bytes.size, REPORT_FILE_WHOLE) == 0;
    campaign_bytes_done(&bytes);
    return good;
}

/* Those that can be had, with their new paths. */
static void move_attachments(struct merge *merge, size_t part, struct scenario_arena *arena,
                             struct report_case *c)
{
    struct report_attachment *kept =
        c->attachment_count ? scenario_arena_take(arena, c->attachment_count * sizeof *kept) : NULL;
    size_t count = 0;
    for (size_t i = 0; kept && i < c->attachment_count && merge->folder; i++) {
        char fresh[RESULTS_PATH_MAX];
        const char *path = c->attachments[i].path;
        int length = snprintf(fresh, sizeof fresh, "from-%zu/%s", part + 1, path ? path : "");
        if (!path || !is_inside(path) || length >= (int)sizeof fresh ||
            !copy_attachment(merge, &merge->parts[part], path, fresh))
            continue;
        kept[count] = c->attachments[i];
        kept[count++].path = scenario_arena_text(arena, fresh, (size_t)length);
    }
    c->attachments = kept;
    c->attachment_count = count;
}

static void add_case(struct merge *merge, size_t part, const struct results_test *test)
{
    struct scenario_arena arena;
    struct report_case c;
    scenario_arena_init(&arena, CASE_BYTES_MAX);
    results_rebuild(&arena, test, &c);
    move_attachments(merge, part, &arena, &c);
    add(merge, &c);
    scenario_arena_done(&arena);
}

/* ---- parts ----------------------------------------------------------------------------------- */

static bool counts(const struct results_part *part)
{
    return part->results && !part->left_out;
}

static bool same_shard(const struct results *a, const struct results *b)
{
    return a->shard.count && a->shard.count == b->shard.count && a->shard.number == b->shard.number;
}

/* Of two reports of a shard: which one is left out. */
static void leave_one_out(struct results_part *a, struct results_part *b)
{
    bool a_is_better = !a->results->unfinished == !b->results->unfinished
                           ? a->results->started_at_ms > b->results->started_at_ms
                           : !a->results->unfinished;
    *(a_is_better ? &b->left_out : &a->left_out) = true;
}

static void leave_out_repeats(struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++)
        merge->parts[i].left_out = false;
    for (size_t i = 0; i < merge->count; i++)
        for (size_t j = i + 1; j < merge->count && counts(&merge->parts[i]); j++)
            if (counts(&merge->parts[j]) &&
                same_shard(merge->parts[i].results, merge->parts[j].results))
                leave_one_out(&merge->parts[i], &merge->parts[j]);
}

static void add_part(struct merge *merge, size_t index)
{
    const struct results_part *part = &merge->parts[index];
    const struct results *results = part->results;
    char name[RESULTS_TEXT_MAX];
    for (size_t i = 0; i < results->test_count; i++) {
        if (results_is_unfinished(&results->tests[i]))
            continue;
        merge->taken++;
        add_case(merge, index, &results->tests[i]);
    }
    if (!results->unfinished)
        return;
    if (results->shard.count)
        snprintf(name, sizeof name, "shard %" PRIu32 " of %" PRIu32 " is not finished",
                 results->shard.number, results->shard.count);
    else
        snprintf(name, sizeof name, "%.400s is not finished", part->path);
    add_missing(merge, name, "%.400s", results->unfinished);
}

/* ---- what is missing ------------------------------------------------------------------------- */

/* The part of which the others are said to be: the first one that counts and is a shard. */
static const struct results *first_shard(const struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++)
        if (counts(&merge->parts[i]) && merge->parts[i].results->shard.count)
            return merge->parts[i].results;
    return NULL;
}

/* Adds the shards that no part is. Returns how many. */
static size_t find_missing_shards(struct merge *merge, const struct results *first)
{
    size_t missing = 0;
    for (uint32_t number = 1; number <= first->shard.count; number++) {
        char name[64];
        bool there = false;
        for (size_t i = 0; i < merge->count; i++)
            there = there ||
                    (counts(&merge->parts[i]) && merge->parts[i].results->shard.number == number);
        if (there)
            continue;
        missing++;
        snprintf(name, sizeof name, "shard %" PRIu32 " of %" PRIu32 " is missing", number,
                 first->shard.count);
        add_missing(merge, name, "no report of it is among the %zu that were merged", merge->count);
    }
    return missing;
}

/* Parts of different campaigns: yesterday's folder beside today's. Returns how many. */
static size_t find_strangers(struct merge *merge, const struct results *first)
{
    size_t strangers = 0;
    for (size_t i = 0; i < merge->count; i++) {
        const struct results *results = merge->parts[i].results;
        const char *selection = counts(&merge->parts[i]) ? results->selection : NULL;
        bool other = selection && first->selection && strcmp(selection, first->selection) != 0;
        other = other || (counts(&merge->parts[i]) && results->shard.count != first->shard.count);
        if (!other)
            continue;
        char name[RESULTS_TEXT_MAX];
        strangers++;
        snprintf(name, sizeof name, "%.400s is of another campaign", merge->parts[i].path);
        add_missing(merge, name,
                    "it is part %" PRIu32 " of %" PRIu32 " of %.100s; %.100s has %.100s",
                    results->shard.number, results->shard.count,
                    selection ? selection : "a selection that is not said", first->path,
                    first->selection ? first->selection : "none");
    }
    return strangers;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Names the first case that stands in two shards, which were divided by different timings. */
static void find_doubled(struct merge *merge)
{
    const char **ids = calloc(merge->taken + 1, sizeof *ids);
    size_t count = 0;
    merge->failed |= !ids;
    for (size_t i = 0; ids && i < merge->count; i++) {
        const struct results *results = merge->parts[i].results;
        if (!counts(&merge->parts[i]) || !results->shard.count)
            continue;
        for (size_t j = 0; j < results->test_count; j++)
            if (!results_is_unfinished(&results->tests[j]))
                ids[count++] = results->tests[j].id;
    }
    if (count)
        qsort(ids, count, sizeof *ids, by_text);
    for (size_t i = 1; i < count; i++)
        if (strcmp(ids[i - 1], ids[i]) == 0) {
            add_missing(merge, "a case is in two shards",
                        "%.300s; the shards were divided by different --timings", ids[i]);
            break;
        }
    free(ids);
}

/* All shards are there and finished: then all cases must be. */
static void find_lost_cases(struct merge *merge, const struct results *first)
{
    size_t have = 0, want = first->selection ? strtoul(first->selection, NULL, 10) : 0;
    for (size_t i = 0; i < merge->count; i++)
        if (counts(&merge->parts[i]) && merge->parts[i].results->shard.count)
            have += merge->parts[i].results->test_count;
    if (want && have != want)
        add_missing(merge, "cases are missing", "%zu were selected, and the shards have %zu", want,
                    have);
}

static bool all_finished(const struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++)
        if (counts(&merge->parts[i]) && merge->parts[i].results->unfinished)
            return false;
    return true;
}

static void add_all_missing(struct merge *merge)
{
    const struct results *first = first_shard(merge);
    for (size_t i = 0; i < merge->count; i++) {
        char name[RESULTS_TEXT_MAX];
        if (merge->parts[i].results)
            continue;
        snprintf(name, sizeof name, "%.400s has no report", merge->parts[i].path);
        add_missing(merge, name, "%.400s", merge->parts[i].problem);
    }
    if (!first)
        return;
    size_t missing = find_strangers(merge, first) + find_missing_shards(merge, first);
    find_doubled(merge);
    if (!missing && all_finished(merge))
        find_lost_cases(merge, first);
}

/* ---- all ------------------------------------------------------------------------------------- */

bool results_merge(struct results_part *parts, size_t count, const char *folder,
                   struct report_run *run, results_told *told, void *context)
{
    struct merge merge = {.parts = parts,
                          .count = count,
                          .folder = folder,
                          .run = run,
                          .told = told,
                          .context = context};
    leave_out_repeats(&merge);
    const struct results *first = first_shard(&merge);
    for (uint32_t number = 1; first && number <= CAMPAIGN_SHARDS_MAX; number++)
        for (size_t i = 0; i < count; i++)
            if (counts(&parts[i]) && parts[i].results->shard.number == number)
                add_part(&merge, i);
    for (size_t i = 0; i < count; i++)
        if (counts(&parts[i]) && !parts[i].results->shard.count)
            add_part(&merge, i);
    add_all_missing(&merge);
    return !merge.failed;
}

void results_merge_describe(const struct results_part *parts, size_t count,
                            uint64_t *ret_started_at_ms, uint64_t *ret_ended_at_ms, char *ret_host,
                            size_t host_capacity)
{
    size_t hosts = 0;
    *ret_started_at_ms = *ret_ended_at_ms = 0;
    snprintf(ret_host, host_capacity, "unknown");
    for (size_t i = 0; i < count; i++) {
        const struct results *results = parts[i].results;
        bool new_host = results && results->host;
        if (!results)
            continue;
        if (results->started_at_ms &&
            (!*ret_started_at_ms || results->started_at_ms < *ret_started_at_ms))
            *ret_started_at_ms = results->started_at_ms;
        if (results->ended_at_ms > *ret_ended_at_ms)
            *ret_ended_at_ms = results->ended_at_ms;
        for (size_t j = 0; j < i && new_host; j++)
            new_host = !parts[j].results || !parts[j].results->host ||
                       strcmp(parts[j].results->host, results->host) != 0;
        hosts += new_host;
        if (new_host)
            snprintf(ret_host, host_capacity, "%.200s", results->host);
    }
    if (hosts > 1)
        snprintf(ret_host, host_capacity, "%zu machines", hosts);
}
