/* causes.h - findings that are wrong in the same way, as one with their number. */
#ifndef FOTARIG_HARNESS_EXPLORE_CAUSES_H
#define FOTARIG_HARNESS_EXPLORE_CAUSES_H

#include "harness/explore/explore.h"

struct explore_causes {
    struct explore_finding *list; /* owned */
    size_t count, room;
    bool failed; /* no memory */
};

/* Adds it to those of its cause: the same fault, and the same thing wrong in the same way. */
void explore_causes_add(struct explore_causes *causes, const struct explore_finding *finding);
void explore_causes_done(struct explore_causes *causes);

#endif
