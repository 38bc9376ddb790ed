/* explain.h - makes a report's case out of a run: what was wrong, where, and how to repeat it. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_EXPLAIN_H
#define FOTARIG_HARNESS_CAMPAIGN_EXPLAIN_H

#include "harness/bench/figures.h"
#include "harness/bench/hints.h"
#include "harness/bench/run.h"
#include "harness/campaign/because.h"
#include "harness/campaign/timeline.h"
#include "reports/report.h"

enum {
    EXPLAIN_EXCHANGES = 14,
    EXPLAIN_STEPS_MAX = 64,
    EXPLAIN_LINE_MAX = 512,
    EXPLAIN_WIRE_MAX = 320,  /* entries of a timeline that passed the wire */
    EXPLAIN_OTHERS_MAX = 120 /* notes, and the same of states, and of resets and faults */
};

/*
 * Room for all that a report_case points to; owned by the caller, all zero at first, reused for
 * each case, to be freed with explain_done().
 */
struct explanation {
    struct report_case reported;
    char message[EXPLAIN_LINE_MAX];
    char place[EXPLAIN_LINE_MAX];
    char repeat[EXPLAIN_LINE_MAX];
    char finding[BENCH_FINDINGS_MAX][EXPLAIN_LINE_MAX];
    const char *details[BENCH_FINDINGS_MAX + BENCH_HINT_COUNT];
    struct bench_hints hints;
    char note[EXPLAIN_EXCHANGES][EXPLAIN_LINE_MAX];
    struct report_exchange exchanges[EXPLAIN_EXCHANGES];
    struct report_step steps[EXPLAIN_STEPS_MAX];
    struct report_figure figures[BENCH_FIGURE_COUNT];
    char figure_names[BENCH_FIGURE_COUNT][BENCH_FIGURE_NAME_BYTES];
    struct timeline timeline;
    struct because because;
    bool whole; /* the timeline is not cut, and a case that passed has one, too */
};

/* The identity of a case, for report_plan_case(). Points into the scenario. */
struct report_case explain_identity(const struct scenario *scenario,
                                    const struct scenario_case *one);

/* What a report calls the kind of a finding. */
enum report_kind explain_kind(const struct scenario_finding *finding);

/*
 * Fills in how a run ended. `repeat` is the command that repeats it. All pointers in
 * explanation->reported are valid until the run or the explanation is used again.
 */
void explain_run(struct explanation *explanation, const struct scenario *scenario,
                 const struct bench_run *run, const struct bench_result *result,
                 const char *repeat);

void explain_done(struct explanation *explanation);

#endif
