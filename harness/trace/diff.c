/* diff.c - aligns two outlines by their longest common part. */
#include "harness/trace/diff.h"

#include <stdlib.h>
#include <string.h>

/* ---- which items can stand beside each other --------------------------------------------------
 */

/* 0: no, 1: the same command with another answer, 2: all the same */
static unsigned likeness(const struct diff *diff, size_t i, size_t k)
{
    const struct outline_item *a = &diff->first->items[i], *b = &diff->second->items[k];
    if (outline_same(diff->first, a, diff->second, b) ||
        outline_same(diff->second, b, diff->first, a))
        return 2;
    return a->command && a->command == b->command ? 1 : 0;
}

static size_t count_of(const struct outline *outline)
{
    return outline->count < DIFF_ITEMS_MAX ? outline->count : DIFF_ITEMS_MAX;
}

/* The best weight of what lies behind (i, k), for all of them. */
static uint16_t *weigh(const struct diff *diff, size_t rows, size_t columns)
{
    uint16_t *weights = calloc((rows + 1) * (columns + 1), sizeof *weights);
    for (size_t i = rows; weights && i-- > 0;)
        for (size_t k = columns; k-- > 0;) {
            uint16_t *here = &weights[i * (columns + 1) + k];
            uint16_t down = here[columns + 1], right = here[1];
            unsigned like = likeness(diff, i, k);
            unsigned both = like ? here[columns + 2] + like : 0;
            unsigned best = down > right ? down : right;
            *here = (uint16_t)(both > best ? both : best);
        }
    return weights;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool is_known(const struct outline_item *item)
{
    return !item->open && !item->inferred;
}

static void add_row(struct diff *diff, size_t first, size_t second, enum diff_verdict verdict)
{
    diff->rows[diff->count++] =
        (struct diff_row){(uint32_t)first, (uint32_t)second, (uint8_t)verdict};
    diff->counts[verdict]++;
}

static void add_pair(struct diff *diff, size_t i, size_t k)
{
    bool known = is_known(&diff->first->items[i]) && is_known(&diff->second->items[k]);
    bool same = likeness(diff, i, k) == 2;
    add_row(diff, i, k, !same ? DIFF_DIFFER : known ? DIFF_AGREE : DIFF_UNKNOWN);
}

/* What came before the first command depends on when a log began. */
static enum diff_verdict alone(const struct outline_item *item, enum diff_verdict verdict)
{
    return item->step == 0 ? DIFF_UNKNOWN : verdict;
}

static void walk(struct diff *diff, const uint16_t *weights, size_t rows, size_t columns)
{
    size_t i = 0, k = 0;
    while (i < rows || k < columns) {
        const uint16_t *here = &weights[i * (columns + 1) + k];
        unsigned like = i < rows && k < columns ? likeness(diff, i, k) : 0;
        if (like && *here == here[columns + 2] + like)
            add_pair(diff, i++, k++);
        else if (k >= columns || (i < rows && here[columns + 1] >= here[1]))
            add_row(diff, i, DIFF_NONE, alone(&diff->first->items[i], DIFF_FIRST)), i++;
        else
            add_row(diff, DIFF_NONE, k, alone(&diff->second->items[k], DIFF_SECOND)), k++;
    }
}

/* ---- times ----------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return first < second ? -1 : first > second;
}

static void take_times(const struct dialogue *dialogue, struct diff_times *times)
{
    uint64_t *all = calloc(dialogue->step_count + 1, sizeof *all);
    size_t count = 0;
    for (size_t i = 1; all && i < dialogue->step_count; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (step->result_at_us != TRACE_NO_TIME && !(step->marks & TRACE_GUESSED_TIME))
            all[count++] = step->result_at_us - step->at_us;
    }
    if (count) {
        qsort(all, count, sizeof *all, compare);
        *times = (struct diff_times){(uint32_t)count, all[0], all[count / 2], all[count - 1]};
    }
    free(all);
}

/* ---- the whole ------------------------------------------------------------------------------- */

bool diff_make(struct diff *diff, const struct outline *first, const struct outline *second)
{
    *diff = (struct diff){.first = first, .second = second};
    size_t rows = count_of(first), columns = count_of(second);
    diff->rows = calloc(rows + columns + 1, sizeof *diff->rows);
    uint16_t *weights = weigh(diff, rows, columns);
    bool good = diff->rows && weights;
    if (good)
        walk(diff, weights, rows, columns);
    free(weights);
    if (!good) {
        diff_done(diff);
        return false;
    }
    take_times(first->dialogue, &diff->times[0]);
    take_times(second->dialogue, &diff->times[1]);
    return true;
}

void diff_done(struct diff *diff)
{
    free(diff->rows);
    *diff = (struct diff){0};
}

unsigned diff_score(const struct diff *diff)
{
    size_t judged = diff->count - diff->counts[DIFF_UNKNOWN];
    return judged ? (unsigned)(100 * diff->counts[DIFF_AGREE] / judged) : 100;
}

const char *diff_verdict_name(unsigned verdict)
{
    static const char *const names[] = {
#define X(name, text) text,
        DIFF_VERDICTS(X)
#undef X
    };
    return verdict < DIFF_VERDICT_COUNT ? names[verdict] : "?";
}
