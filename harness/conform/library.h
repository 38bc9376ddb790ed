/* library.h - the dialogues of scenarios/conform as one: their probes in order. */
#ifndef FOTARIG_HARNESS_CONFORM_LIBRARY_H
#define FOTARIG_HARNESS_CONFORM_LIBRARY_H

#include "harness/scenario/probes.h"

/* A probe and the dialogue that it looks at. */
struct conform_probe {
    const struct scenario_probe *probe;
    size_t dialogue;
};

struct conform_library {
    struct scenario_dialogue **dialogues; /* with probes, in the order of their files */
    size_t dialogue_count;
    struct scenario_dialogue *first; /* without probes: said before each; NULL = nothing is */
    struct conform_probe *probes;
    size_t probe_count;
};

/*
 * Loads files and what lies in folders `conform` below folders. False with a text of one or more
 * lines, each without its end but the last, to be freed; *reterr_text NULL = no memory.
 */
bool conform_library_load(struct conform_library *library, const char *const *paths, size_t count,
                          char **reterr_text);
void conform_library_done(struct conform_library *library);

/* Some probe that settles the setting; NULL = none. */
const struct scenario_probe *conform_library_settles(const struct conform_library *library,
                                                     unsigned setting);
/* Whether a probe makes sense for a firmware. */
bool conform_is_for(const struct scenario_probe *probe, const char *revision);

#endif
