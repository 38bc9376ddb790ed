/* compare.c - two reports of the same cases, side by side. */
#include "harness/results/compare.h"

#include <stdlib.h>
#include <string.h>

#include "harness/results/internal.h"

enum { WALL_LEAST_US = 100000, BENCH_LEAST_US = 1000000 };

const char *results_change_name(enum results_change change)
{
#define X(name, word, ...) word,
    static const char *const names[] = {RESULTS_CHANGES(X)};
#undef X
    return names[change];
}

bool results_change_is_worse(enum results_change change)
{
#define X(name, word, worse, ...) worse,
    static const bool worse[] = {RESULTS_CHANGES(X)};
#undef X
    return worse[change];
}

static bool is_slower(uint64_t before_us, uint64_t after_us, double factor, uint64_t least_us)
{
    return before_us && after_us > before_us + least_us &&
           (double)after_us > (double)before_us * factor;
}

static enum results_change change_of(struct results_pair *pair, double factor)
{
    const struct results_test *before = pair->before, *after = pair->after;
    bool was_good = before && before->verdict == REPORT_PASSED;
    if (!after)
        return was_good ? RESULTS_LOST : RESULTS_GONE;
    if (results_is_bad(after->verdict))
        return before && results_is_bad(before->verdict) ? RESULTS_STILL : RESULTS_NEW_FAILURE;
    if (!before)
        return RESULTS_NEW;
    if (after->verdict == REPORT_SKIPPED)
        return was_good ? RESULTS_LOST : RESULTS_SAME;
    if (results_is_bad(before->verdict))
        return RESULTS_FIXED;
    pair->bench_slower = is_slower(before->virtual_us, after->virtual_us, factor, BENCH_LEAST_US);
    return pair->bench_slower || is_slower(before->wall_us, after->wall_us, factor, WALL_LEAST_US)
               ? RESULTS_SLOWER
               : RESULTS_SAME;
}

static int by_id(const void *left, const void *right)
{
    const struct results_test *const *a = left, *const *b = right;
    int order = strcmp((*a)->id, (*b)->id);
    return order ? order : ((*a)->json > (*b)->json) - ((*a)->json < (*b)->json);
}

static int by_change(const void *left, const void *right)
{
    const struct results_pair *a = left, *b = right;
    if (a->change != b->change)
        return a->change < b->change ? -1 : 1;
    return strcmp((a->after ? a->after : a->before)->id, (b->after ? b->after : b->before)->id);
}

/* The cases of a report in the order of their ids; NULL: no memory. */
static const struct results_test **sorted(const struct results *results, size_t *ret_count)
{
    const struct results_test **list = calloc(results->test_count + 1, sizeof *list);
    *ret_count = 0;
    for (size_t i = 0; list && i < results->test_count; i++)
        if (!results_is_unfinished(&results->tests[i]))
            list[(*ret_count)++] = &results->tests[i];
    if (list && *ret_count)
        qsort(list, *ret_count, sizeof *list, by_id);
    return list;
}

static void pair_up(struct results_comparison *comparison, const struct results_test **before,
                    size_t before_count, const struct results_test **after, size_t after_count,
                    double factor)
{
    size_t i = 0, j = 0;
    while (i < before_count || j < after_count) {
        struct results_pair *pair = &comparison->pairs[comparison->count++];
        int order = i == before_count  ? 1
                    : j == after_count ? -1
                                       : strcmp(before[i]->id, after[j]->id);
        *pair = (struct results_pair){.before = order <= 0 ? before[i] : NULL,
                                      .after = order >= 0 ? after[j] : NULL};
        i += order <= 0;
        j += order >= 0;
        pair->change = change_of(pair, factor);
        comparison->counts[pair->change]++;
    }
}

bool results_compare(const struct results *before, const struct results *after, double factor,
                     struct results_comparison *ret_comparison)
{
    size_t before_count = 0, after_count = 0;
    const struct results_test **lists[] = {sorted(before, &before_count),
                                           sorted(after, &after_count)};
    *ret_comparison = (struct results_comparison){0};
    ret_comparison->pairs = calloc(before_count + after_count + 1, sizeof *ret_comparison->pairs);
    bool good = lists[0] && lists[1] && ret_comparison->pairs;
    if (good)
        pair_up(ret_comparison, lists[0], before_count, lists[1], after_count, factor);
    if (good && ret_comparison->count)
        qsort(ret_comparison->pairs, ret_comparison->count, sizeof *ret_comparison->pairs,
              by_change);
    free((void *)(uintptr_t)lists[0]);
    free((void *)(uintptr_t)lists[1]);
    return good;
}

void results_comparison_done(struct results_comparison *comparison)
{
    free(comparison->pairs);
    *comparison = (struct results_comparison){0};
}
