/* lost_point.c - finds the point of no return of a run, in the order of lost.h. */
#include "harness/explore/lost_point.h"

#include <string.h>

/* A failing run, and what it is held against. */
struct held {
    const struct trail *trail, *reference;
    const struct explore_cost *usual;
    struct explore_lost *lost;
};

/* What is spent in a state that it was sent back to: where it was sent back decided that. */
static void look_behind(const struct held *held, struct trail_moment *moment)
{
    struct trail_moment turn;
    if (trail_turn(held->trail, held->reference, true, moment->step, moment->step, &turn))
        *moment = turn;
}

/* Most of what it cost above the undisturbed run, in one stay. */
static bool is_stay(const struct held *held, struct trail_moment *ret_moment)
{
    const struct explore_lost *lost = held->lost;
    unsigned rule = lost->wrong.number;
    if (lost->wrong.kind != EXPLORE_WRONG_COST ||
        (rule != EXPLORE_RULE_TIME && rule != EXPLORE_RULE_COMMANDS))
        return false;
    bool in_commands = rule == EXPLORE_RULE_COMMANDS;
    uint64_t above = trail_stay(held->trail, held->reference, UINT64_MAX, in_commands, ret_moment);
    uint64_t surplus = lost->cost.count[rule] - held->usual->count[rule];
    bool is_most = 2 * above > surplus * (in_commands ? 1u : 1000000u);
    if (is_most)
        look_behind(held, ret_moment);
    return is_most;
}

/* What a client does in the state to which an answer led it, it does upon that answer. */
static bool is_done_upon(const struct held *held, const struct trail_moment *told)
{
    struct trail_moment next;
    return !trail_goes_on(held->trail, told->step, &next) ||
           strcmp(next.what, held->lost->shown.state) == 0;
}

/* Of an end a fault may well lead on another way, but back only if something was given up. */
static bool has_turned(const struct held *held, struct trail_moment *ret_moment)
{
    unsigned kind = held->lost->wrong.kind;
    return (kind == EXPLORE_WRONG_COST || kind == EXPLORE_WRONG_END) &&
           trail_turn(held->trail, held->reference, kind == EXPLORE_WRONG_END, 0,
                      held->lost->shown.step, ret_moment);
}

/* Where it left what the reference does: was answered otherwise, or turned elsewhere. */
static bool has_left(const struct held *held, enum explore_lost_by *ret_by,
                     struct trail_moment *ret_moment)
{
    struct explore_lost *lost = held->lost;
    struct trail_moment turn;
    unsigned kind = lost->wrong.kind;
    bool is_rule = kind == EXPLORE_WRONG_RULE || kind == EXPLORE_WRONG_CONDUCT;
    bool is_told = trail_told(held->trail, held->reference, lost->shown.step, is_rule, &lost->told,
                              ret_moment) &&
                   !(is_rule && is_done_upon(held, &lost->told));
    *ret_by = EXPLORE_LOST_TOLD;
    if (!has_turned(held, &turn) || (is_told && lost->told.step <= turn.step))
        return is_told;
    *ret_by = EXPLORE_LOST_TURN;
    *ret_moment = turn;
    return true;
}

/* Behind it all went as in the reference, until what is wrong showed. */
static bool has_passed(const struct held *held, struct trail_moment *ret_moment)
{
    uint64_t last = held->lost->shown.step;
    return held->lost->wrong.kind == EXPLORE_WRONG_END &&
           trail_last_otherwise(held->trail, held->reference, last, ret_moment) &&
           ret_moment->step < last;
}

/* In the order of lost.h. */
static enum explore_lost_by find_point(const struct held *held, struct trail_moment *ret_moment)
{
    const struct explore_lost *lost = held->lost;
    unsigned kind = lost->wrong.kind;
    enum explore_lost_by by;
    *ret_moment = lost->shown;
    if (kind == EXPLORE_WRONG_UNDONE) {
        (void)trail_last_sent(held->trail, lost->wrong.command, ret_moment);
        return EXPLORE_LOST_END;
    }
    if (is_stay(held, ret_moment))
        return EXPLORE_LOST_STAY;
    *ret_moment = lost->open;
    if (kind != EXPLORE_WRONG_COST && lost->choice[0])
        return EXPLORE_LOST_OPEN;
    if (has_left(held, &by, ret_moment))
        return by;
    if (has_passed(held, ret_moment))
        return EXPLORE_LOST_PASSED;
    *ret_moment = lost->shown;
    return EXPLORE_LOST_SHOWN;
}

void lost_find_point(const struct trail *trail, const struct trail *reference,
                     const struct explore_cost *usual, struct explore_lost *lost)
{
    const struct held held = {trail, reference, usual, lost};
    lost->by = (uint8_t)find_point(&held, &lost->lost);
}
