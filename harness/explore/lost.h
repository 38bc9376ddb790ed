/*
 * lost.h - where a run was lost in which something is wrong: until when one further fault could
 * still have helped, and if none could, where the client met what it should have heeded.
 *
 * Exact by branching, for the points and faults that are asked (further.h).
 *
 * The reference is the same job undisturbed; of a run that fails without any fault it is the same
 * job without its story. The point of no return lies between the step in which the client first
 * heard or did something else than in the reference, and the step in which what is wrong shows. It
 * is the first of these that there is:
 *  - END: what was left undone, to the very end, could have been done until then; where another
 *    command of that name was sent, until the last state in which one was sent was left;
 *  - STAY: of a cost, the stay in one state that took most of the surplus; in a state that the
 * client was sent back to as it never is in the reference, where it was sent back;
 *  - OPEN: the last step at which a further fault helped; not of a cost, any fault may spare some;
 *  - TOLD: the client was answered otherwise than it ever is in the reference, and went on from
 *    there to another state. The first such answer counts: later ones are its consequences. Of a
 *    rule that is broken while the client runs it is the last one before that, unless the rule is
 *    broken in the state to which it went on: that is done upon the answer, and SHOWN says it;
 *  - TURN: the first turn from one state to another that the reference never makes, if no such
 *    answer comes before it; of an end only a turn back to a state that it had left: something was
 *    given up there, and what it is told when it does that once more are consequences;
 *  - PASSED: of an end, the last state in which it did something otherwise, or was answered
 *    otherwise, than in each stay there in the reference, if it was left before what is wrong
 *    shows: a state in which all goes as undisturbed did not decide that;
 *  - SHOWN: the step in which it shows: a rule is broken, a bound of cost left; of an end, the line
 *    was heard that the client's result names as its evidence, or it concluded without one.
 */
#ifndef FOTARIG_HARNESS_EXPLORE_LOST_H
#define FOTARIG_HARNESS_EXPLORE_LOST_H

#include "harness/explore/further.h"

/* Why it is the point of no return. */
enum explore_lost_by {
    EXPLORE_LOST_END,
    EXPLORE_LOST_STAY,
    EXPLORE_LOST_OPEN,
    EXPLORE_LOST_TOLD,
    EXPLORE_LOST_TURN,
    EXPLORE_LOST_PASSED,
    EXPLORE_LOST_SHOWN
};

/* An end that a further fault leads to. */
struct explore_reach {
    uint32_t runs;                   /* that ended so; 0 = none did */
    struct trail_moment last;        /* the last step at which one left the failing run */
    char choice[EXPLORE_CHOICE_MAX]; /* with this fault */
};

struct explore_lost {
    struct explore_wrong wrong;
    uint8_t end, reason; /* of the run itself: enum fota_outcome, NONE = none */
    uint64_t end_at_us;
    struct explore_cost cost; /* the same */
    uint32_t runs;            /* with a further fault */
    uint32_t helped;          /* of them: as good as the run itself should have been */
    bool is_bounded;          /* not all were tried, */
    uint64_t tried_from_us;   /* only all those at steps from then on */
    struct explore_reach ends[FOTA_OUTCOME_COUNT];
    bool has_heard;
    struct trail_moment heard;       /* the first thing that it heard or did otherwise */
    struct trail_moment shown;       /* what is wrong shows */
    struct trail_moment open;        /* a further fault helped last, between these two: */
    char choice[EXPLORE_CHOICE_MAX]; /* this one; "" = none did */
    uint8_t by;                      /* enum explore_lost_by */
    struct trail_moment told;        /* TOLD: what: the answer */
    struct trail_moment lost;        /* the point of no return */
};

/*
 * Without choices the run is one that fails undisturbed. False: it can't begin, no memory, a
 * signal, or nothing is wrong in it (run->error). `run` keeps its journal in memory.
 */
bool explore_find_lost(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                       const struct explore_choice *choices, size_t count,
                       const struct explore_wish *wish, struct explore_lost *ret_lost);

#endif
