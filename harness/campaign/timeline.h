/*
 * timeline.h - what a run looks like on one axis of time: host, module, power and updater, network.
 *
 * Drawn from the journal, and from the tap over it: what the wire shows is told the same way
 * whether the module is emulated or real. What only an emulator can tell (its supply, the phase of
 * its updater, its registration) stands besides where there is one.
 */
#ifndef FOTARIG_HARNESS_CAMPAIGN_TIMELINE_H
#define FOTARIG_HARNESS_CAMPAIGN_TIMELINE_H

#include "harness/bench/run.h"
#include "reports/report.h"

enum { TIMELINE_WORDS_MAX = 160, TIMELINE_BYTES_MAX = 256 };

/* All zero is an empty one; to be freed with timeline_done(), may be made anew before. */
struct timeline {
    struct report_event *events; /* owned */
    uint64_t *records;           /* owned: which record of the journal, from 1, each is of */
    char (*words)[TIMELINE_WORDS_MAX];
    size_t count, room;
    uint64_t left_out; /* see timeline_cut() */
    bool failed;       /* memory ran out: it is not complete */
};

/*
 * Draws what a journal holds; bytes point into it. `one` is the case that ran, for what its faults
 * are called, `deadlines` those of the run (run.h); both may be NULL.
 */
void timeline_make(struct timeline *timeline, const struct bench_journal *journal,
                   const struct scenario_case *one, const struct bench_deadlines *deadlines);

/*
 * Leaves out what passed the wire before the last `wire` entries that did, of notes those before
 * the last `others`, of states the same, and of resets and faults. What a
 * reason cites stays, and the reasons cite it where it then stands.
 */
void timeline_cut(struct timeline *timeline, size_t wire, size_t others,
                  struct report_reason *reasons, size_t reason_count);

void timeline_done(struct timeline *timeline);

/* True when the entry passed the wire. */
bool timeline_is_wire(const struct report_event *event);

#endif
