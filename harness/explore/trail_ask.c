/* trail_ask.c - what two trails have in common, and where one of them is otherwise. */
#include "harness/explore/trail_parts.h"

#include <stdio.h>
#include <string.h>

/* The host's restart is no turn that a client makes. */
static bool is_own(const struct trail_turn *turn)
{
    return turn->from != FOTA_STATE_IDLE;
}

/* One cause may take a client through several states at once; its conclusion ends that. */
static bool is_same_turn(const struct trail_turn *turn, const struct trail_turn *first)
{
    return turn->step == first->step && turn->cause == first->cause &&
           turn->from != FOTA_STATE_CLEAN_UP;
}

static void add_state(struct trail_moment *moment, unsigned state)
{
    size_t length = strlen(moment->state);
    snprintf(moment->state + length, sizeof moment->state - length, "%s%s", length ? " and " : "",
             fota_state_name(state));
}

struct trail_moment trail_at(const struct trail *trail, uint64_t step, uint64_t at_us)
{
    struct trail_moment moment = {.at_us = at_us, .step = step};
    const struct trail_turn *first = NULL;
    unsigned state = FOTA_STATE_IDLE;
    for (size_t i = 0; i < trail->turn_count && trail->turns[i].step <= step; i++) {
        const struct trail_turn *turn = &trail->turns[i];
        if (first && !is_same_turn(turn, first))
            break;
        if (first || (turn->step == step && is_own(turn)))
            add_state(&moment, turn->from);
        first = !first && turn->step == step && is_own(turn) ? turn : first;
        state = turn->to;
    }
    if (!first)
        add_state(&moment, state);
    return moment;
}

static struct trail_moment event_moment(const struct trail *trail, const struct trail_event *event)
{
    struct trail_moment moment = trail_at(trail, event->step, event->at_us);
    snprintf(moment.what, sizeof moment.what, "%s", event->what);
    return moment;
}

static bool is_answer(const struct trail_event *event)
{
    return event->kind == TRAIL_ANSWER || event->kind == TRAIL_REFUSAL || event->kind == TRAIL_BARE;
}

/* The next that is no answer: the same lines stand there as they came. */
static const struct trail_event *next_plain(const struct trail *trail, size_t *at)
{
    while (*at < trail->event_count && is_answer(&trail->events[*at]))
        ++*at;
    return *at < trail->event_count ? &trail->events[(*at)++] : NULL;
}

bool trail_differs(const struct trail *trail, const struct trail *other,
                   struct trail_moment *ret_moment)
{
    size_t at = 0, other_at = 0;
    const struct trail_event *event, *last = NULL, *same;
    do {
        event = next_plain(trail, &at);
        same = next_plain(other, &other_at);
        last = event ? event : last;
    } while (event && same && event->digest == same->digest);
    if (!last || (!event && !same))
        return false;
    *ret_moment = event_moment(trail, last);
    return true;
}

/* That it is good and no more is told otherwise only to whom more was told there. */
static bool is_told_otherwise(const struct trail_event *event, const struct trail *other)
{
    bool is_known = event->kind == TRAIL_BARE;
    for (size_t i = 0; i < other->event_count; i++) {
        const struct trail_event *one = &other->events[i];
        if (is_answer(one) && one->digest == event->digest)
            return false;
        if (is_known && one->kind == TRAIL_ANSWER && one->asked == event->asked)
            is_known = false;
    }
    return is_answer(event) && !is_known;
}

bool trail_told(const struct trail *trail, const struct trail *other, uint64_t last_step, bool last,
                struct trail_moment *ret_told, struct trail_moment *ret_moment)
{
    const struct trail_event *found = NULL;
    for (size_t i = 0; i < trail->event_count && trail->events[i].step <= last_step; i++)
        if ((!found || last) && is_told_otherwise(&trail->events[i], other))
            found = &trail->events[i];
    if (!found)
        return false;
    *ret_told = event_moment(trail, found);
    snprintf(ret_told->state, sizeof ret_told->state, "%s", fota_state_name(found->state));
    if (found->kind == TRAIL_REFUSAL || !trail_goes_on(trail, found->step, ret_moment) ||
        ret_moment->step > last_step)
        *ret_moment = *ret_told;
    return true;
}

bool trail_last_heard(const struct trail *trail, const char *line, uint64_t last_step,
                      struct trail_moment *ret_moment)
{
    uint64_t digest = sim_digest(SIM_DIGEST, line, strlen(line));
    for (size_t i = trail->event_count; i > 0 && line[0]; i--) {
        const struct trail_event *event = &trail->events[i - 1];
        if (event->step > last_step || event->kind != TRAIL_LINE || event->digest != digest)
            continue;
        *ret_moment = event_moment(trail, event);
        return true;
    }
    return false;
}

bool trail_goes_on(const struct trail *trail, uint64_t step, struct trail_moment *ret_moment)
{
    for (size_t i = 0; i < trail->turn_count; i++) {
        const struct trail_turn *turn = &trail->turns[i];
        if (turn->step < step || !is_own(turn))
            continue;
        *ret_moment = trail_at(trail, turn->step, turn->at_us);
        snprintf(ret_moment->what, sizeof ret_moment->what, "%s", fota_state_name(turn->to));
        return true;
    }
    return false;
}

static struct trail_moment moment_of(const struct trail *trail, const struct trail_turn *turn)
{
    struct trail_moment moment = trail_at(trail, turn->step, turn->at_us);
    snprintf(moment.state, sizeof moment.state, "%s", fota_state_name(turn->from));
    snprintf(moment.what, sizeof moment.what, "%s", fota_state_name(turn->to));
    return moment;
}

static bool is_new(const struct trail_turn *turn, const struct trail *other)
{
    return is_own(turn) && !(other->pairs[turn->from] >> turn->to & 1);
}

bool trail_turn(const struct trail *trail, const struct trail *other, bool only_back,
                uint64_t first_step, uint64_t last_step, struct trail_moment *ret_moment)
{
    uint64_t left = 0; /* bit n: state n was left before */
    for (size_t i = 0; i < trail->turn_count && trail->turns[i].step <= last_step; i++) {
        const struct trail_turn *turn = &trail->turns[i];
        bool is_meant = !only_back || left >> turn->to & 1;
        left |= UINT64_C(1) << turn->from;
        if (turn->step < first_step || !is_meant || !is_new(turn, other))
            continue;
        *ret_moment = moment_of(trail, turn);
        return true;
    }
    return false;
}
