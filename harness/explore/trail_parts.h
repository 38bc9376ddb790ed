/* trail_parts.h - of what a trail consists, for the files that read it; private to trail_*.c. */
#ifndef FOTARIG_HARNESS_EXPLORE_TRAIL_PARTS_H
#define FOTARIG_HARNESS_EXPLORE_TRAIL_PARTS_H

#include "harness/explore/trail.h"

enum trail_kind {
    TRAIL_OTHER,    /* the host starts, or is down */
    TRAIL_COMMAND,  /* is sent, */
    TRAIL_CLEARING, /* only to clear up what was not answered in an earlier stay */
    TRAIL_REQUEST,  /* the board is asked, */
    TRAIL_SAID,     /* and says what came of it */
    TRAIL_LINE,
    TRAIL_ANSWER,  /* to a command, */
    TRAIL_REFUSAL, /* also of the board, */
    TRAIL_BARE     /* or only that it is good */
};

struct trail_event {
    uint64_t digest, at_us, step;
    uint64_t asked; /* of an answer: digest of the command and of the state that it was sent in */
    uint32_t stay;  /* how many turns lie before it */
    uint8_t kind;   /* enum trail_kind */
    uint8_t state;  /* of the client then */
    char what[64];
};

struct trail_turn {
    uint64_t at_us, step;
    uint64_t cause; /* digest of its text */
    uint8_t from, to;
};

#endif
