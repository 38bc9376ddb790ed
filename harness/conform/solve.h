/*
 * solve.h - with which settings the emulator says what a module has said.
 *
 * No probe knows how a setting makes an answer: the emulator does. A value is tried on it, in
 * virtual time, until its answer is the module's.
 */
#ifndef FOTARIG_HARNESS_CONFORM_SOLVE_H
#define FOTARIG_HARNESS_CONFORM_SOLVE_H

#include "harness/conform/emulator.h"
#include "harness/conform/library.h"
#include "harness/conform/view.h"

enum conform_verdict {
    CONFORM_UNASKED, /* its dialogue was not said, or it is for another firmware */
    CONFORM_AGREES,
    CONFORM_SETTLED, /* it differed, and with the settings found it does not */
    CONFORM_DIFFERS  /* no setting explains it */
};

/* Of one probe. */
struct conform_result {
    uint8_t verdict;             /* enum conform_verdict */
    struct conform_view module;  /* what was heard */
    struct conform_view assumed; /* of an emulator as it was configured */
    struct conform_view found;   /* of one with the settings found */
};

struct conform_solution {
    struct conform_result *results;      /* one for each probe of the library; owned */
    int32_t settings[SIM_SETTING_COUNT]; /* found; the others as they were configured */
    bool is_changed[SIM_SETTING_COUNT];
    size_t differing; /* probes that differ with all of that */
    size_t starts;    /* emulators that were tried */
};

/*
 * `heard` has what a module said to each dialogue of the library, NULL where it was not asked.
 * `url`: where the configuration's first
 * blob is, or NULL. `slack_ms`: by how much times may be apart. False: no memory.
 */
bool conform_solve(const struct conform_library *library, struct conform_heard *const *heard,
                   const struct sim_config *config, const char *url, uint64_t slack_ms,
                   struct conform_solution *ret_solution);
void conform_solution_done(struct conform_solution *solution);

#endif
