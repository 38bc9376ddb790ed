/* view.h - what a probe sees in what was heard: a text, or a number of milliseconds. */
#ifndef FOTARIG_HARNESS_CONFORM_VIEW_H
#define FOTARIG_HARNESS_CONFORM_VIEW_H

#include "harness/conform/talk.h"

enum { CONFORM_VIEW_MAX = 480 };

struct conform_view {
    bool is_time;                /* number is a time in milliseconds */
    bool is_number;              /* the text is a number, which is in `number` */
    int64_t number;              /* of a time: ms; of a text: millionths */
    char text[CONFORM_VIEW_MAX]; /* "-" when there is nothing to see */
};

void conform_see(const struct scenario_probe *probe, const struct conform_heard *heard,
                 struct conform_view *ret_view);

/* True when two modules show the same; times may be apart by `slack_ms` and by a twentieth. */
bool conform_same(const struct conform_view *one, const struct conform_view *other,
                  uint64_t slack_ms);

#endif
