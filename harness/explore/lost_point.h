/* lost_point.h - the last question of lost.h, when all else of a failing run is known. */
#ifndef FOTARIG_HARNESS_EXPLORE_LOST_POINT_H
#define FOTARIG_HARNESS_EXPLORE_LOST_POINT_H

#include "harness/explore/lost.h"

/* Sets `by`, `told` and `lost` of *lost. `usual` is what the undisturbed run costs. */
void lost_find_point(const struct trail *trail, const struct trail *reference,
                     const struct explore_cost *usual, struct explore_lost *lost);

#endif
