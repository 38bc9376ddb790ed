/*
 * diff.h - two dialogues side by side, by meaning: which exchanges agree, differ, are in one only;
 * how long answers took in each.
 */
#ifndef FOTARIG_HARNESS_TRACE_DIFF_H
#define FOTARIG_HARNESS_TRACE_DIFF_H

#include "harness/trace/outline.h"

/* X(NAME, "name"): what a row says. */
#define DIFF_VERDICTS(X)                                                                           \
    X(AGREE, "agree")                                                                              \
    X(DIFFER, "differ")   /* the same command, another answer */                                   \
    X(FIRST, "first")     /* only the first has it */                                              \
    X(SECOND, "second")   /* only the second has it */                                             \
    X(UNKNOWN, "unknown") /* a command or answer is not known in one of them */

enum diff_verdict {
#define X(name, text) DIFF_##name,
    DIFF_VERDICTS(X)
#undef X
        DIFF_VERDICT_COUNT
};

enum { DIFF_ITEMS_MAX = 4000 }; /* dialogues are compared up to there */
#define DIFF_NONE UINT32_MAX

struct diff_row {
    uint32_t first, second; /* items of the outlines; DIFF_NONE: it has none */
    uint8_t verdict;        /* enum diff_verdict */
};

/* How long answers took, in microseconds; of guessed times there are none. */
struct diff_times {
    uint32_t count;
    uint64_t least_us, median_us, most_us;
};

struct diff {
    const struct outline *first, *second; /* not owned */
    struct diff_row *rows;
    size_t count;
    size_t counts[DIFF_VERDICT_COUNT];
    struct diff_times times[2]; /* of all answers of either */
};

/* Aligns them; false: no memory. */
bool diff_make(struct diff *diff, const struct outline *first, const struct outline *second);
void diff_done(struct diff *diff);
/* Agreeing rows of those that can be judged, in per cent; 100 when there are none. */
unsigned diff_score(const struct diff *diff);
const char *diff_verdict_name(unsigned verdict);

#endif
