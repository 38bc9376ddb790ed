/*
 * rehearsal.h - whether a case comes out with a slot's package as it does with its own: found out
 * in virtual time, before a module is touched.
 *
 * A slot has its own packages at its own URLs. A case that is about a URL, a size, a damaged body
 * or a way of delivery comes out otherwise with them, and that would say nothing of the module. No
 * list of words says which cases those are; the emulator does, in milliseconds.
 */
#ifndef FOTARIG_HARNESS_RACK_REHEARSAL_H
#define FOTARIG_HARNESS_RACK_REHEARSAL_H

#include "harness/bench/target.h"

/* What is known already. Zeroed by the caller, freed with rack_rehearsals_done(). */
struct rack_rehearsals {
    void *tree; /* of rehearsals, by case and package (search.h) */
    struct bench_run *run;
};

/*
 * True when the case passes in virtual time with the package of `override`, or when it does not
 * pass with its own either: then that is what a slot shall show. Else false, and `text` says what
 * became of it. Where there is no memory nothing is known, and true is returned. `one` is known by
 * its address, which must stay.
 */
bool rack_rehearse(struct rack_rehearsals *rehearsals, const struct scenario_case *one,
                   const struct scenario_override *override, uint64_t seed,
                   char text[BENCH_TEXT_MAX]);
/* How a power hook has kept the case's time, which is that of the module. */
struct rack_lateness {
    uint64_t cut_us; /* the supply went at most that much later than the case says */
    uint64_t off_us; /* and was off for so long */
};

/*
 * True when the case, with the package of `override`, comes out otherwise than it says where its
 * cuts of the supply come some time up to that much later and last so long: then what came of it
 * on a slot whose hook took that time says nothing of client or module. `text` says how late, and
 * what becomes of it then.
 */
bool rack_hinges_on_time(struct rack_rehearsals *rehearsals, const struct scenario_case *one,
                         const struct scenario_override *override, uint64_t seed,
                         const struct rack_lateness *lateness, char text[BENCH_TEXT_MAX]);
void rack_rehearsals_done(struct rack_rehearsals *rehearsals);

#endif
