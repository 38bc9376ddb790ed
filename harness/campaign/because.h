/*
 * because.h - why a run did not pass: one sentence, and a chain from the verdict to its first
 * cause.
 *
 * What is told was observed: the client's own account, lines that passed the wire, faults that were
 * done. Nothing is guessed; where the chain ends without a fault it says so.
 */
#ifndef FOTARIG_HARNESS_CAMPAIGN_BECAUSE_H
#define FOTARIG_HARNESS_CAMPAIGN_BECAUSE_H

#include "harness/bench/run.h"
#include "harness/campaign/timeline.h"
#include "reports/report.h"

enum { BECAUSE_MAX = 8, BECAUSE_TEXT_MAX = 320, BECAUSE_SENTENCE_MAX = 1024 };

struct because {
    char sentence[BECAUSE_SENTENCE_MAX];
    struct report_reason reasons[BECAUSE_MAX]; /* their events are entries of the timeline */
    char texts[BECAUSE_MAX][BECAUSE_TEXT_MAX];
    size_t count;
};

/*
 * Of a run with findings (result->findings[0] is the first). `timeline` is the run's, whole.
 * `step`: the state of the client that a bad end came of, NULL = it ended well or has none.
 */
void because_find(struct because *because, const struct timeline *timeline,
                  const struct bench_run *run, const struct bench_result *result, const char *step);

#endif
