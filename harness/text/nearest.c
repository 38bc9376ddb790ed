/* nearest.c - the edit distance between words. */
#include "harness/text/nearest.h"

#include <string.h>

enum { WORD_MAX = 32 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Letters to add, drop or change to get from one word to the other; two that stand in each other's
 * place count once.
 */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b_length; j++)
        above[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(change, 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b_length];
}

const char *text_nearest(const char *text, size_t length, const char *(*word)(const void *, size_t),
                         const void *words, size_t count)
{
    const char *nearest = NULL;
    size_t limit = length > 6 ? 3 : 2; /* farther is a guess */
    size_t best = least(limit, length / 2) + 1;

    if (length > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *candidate = word(words, i);
        size_t candidate_length = strlen(candidate);
        if (candidate_length > WORD_MAX)
            continue;
        size_t steps = distance(text, length, candidate, candidate_length);
        if (steps < best) {
            best = steps;
            nearest = candidate;
        }
    }
    return nearest;
}
