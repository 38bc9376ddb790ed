/* trail_stays.c - the stays of a trail in the states of its client, held against those of another.
 */
#include "harness/explore/trail_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/catalogue.h"

/* ---- what they took ---------------------------------------------------------------------------
 */

/* What the stay behind turn `at` took up to that step; `*next` is the first event behind it. */
static uint64_t amount_of(const struct trail *trail, size_t at, uint64_t last_step,
                          bool in_commands, size_t *next)
{
    bool is_last = at + 1 == trail->turn_count || trail->turns[at + 1].step > last_step;
    uint64_t end = is_last ? last_step : trail->turns[at + 1].step, commands = 0, end_us;
    while (*next < trail->event_count && trail->events[*next].step < trail->turns[at].step)
        ++*next;
    end_us = trail->turns[at].at_us;
    for (; *next < trail->event_count && trail->events[*next].step < end; ++*next) {
        unsigned kind = trail->events[*next].kind;
        commands += kind == TRAIL_COMMAND || kind == TRAIL_CLEARING;
        end_us = trail->events[*next].at_us;
    }
    if (in_commands)
        return commands;
    return (is_last ? end_us : trail->turns[at + 1].at_us) - trail->turns[at].at_us;
}

uint64_t trail_stay(const struct trail *trail, const struct trail *other, uint64_t last_step,
                    bool in_commands, struct trail_moment *ret_moment)
{
    uint64_t longest[FOTA_STATE_COUNT] = {0}, most = 0;
    size_t next = 0;
    for (size_t i = 0; i < other->turn_count; i++) {
        uint64_t amount = amount_of(other, i, UINT64_MAX, in_commands, &next);
        unsigned state = other->turns[i].to;
        longest[state] = amount > longest[state] ? amount : longest[state];
    }
    next = 0;
    for (size_t i = 0; i < trail->turn_count && trail->turns[i].step <= last_step; i++) {
        const struct trail_turn *turn = &trail->turns[i];
        uint64_t amount = amount_of(trail, i, last_step, in_commands, &next);
        if (amount <= longest[turn->to] || amount - longest[turn->to] <= most)
            continue;
        most = amount - longest[turn->to];
        *ret_moment = (struct trail_moment){.at_us = turn->at_us, .step = turn->step};
        snprintf(ret_moment->state, sizeof ret_moment->state, "%s", fota_state_name(turn->to));
    }
    return most;
}

/* ---- what was done in them ----------------------------------------------------------------------
 */

/* Lines come as they come; what an earlier stay left open, and its end, tell nothing of this one.
 */
static bool is_of_stay(const struct trail_event *event, const struct trail_event *asked)
{
    switch (event->kind) {
    case TRAIL_LINE:
    case TRAIL_CLEARING:
        return false;
    case TRAIL_SAID:
        return asked && asked->kind == TRAIL_REQUEST && asked->stay == event->stay;
    case TRAIL_BARE:
        return !asked || asked->kind != TRAIL_CLEARING;
    default:
        return true;
    }
}

/* Of each stay what the client did in it, and how it was answered, up to that step; the caller
 * frees it. NULL: no memory. */
static uint64_t *digests_of(const struct trail *trail, uint64_t last_step)
{
    uint64_t *digests = malloc((trail->turn_count + 1) * sizeof *digests);
    const struct trail_event *asked = NULL;
    for (size_t i = 0; digests && i <= trail->turn_count; i++)
        digests[i] = SIM_DIGEST;
    for (size_t i = 0; digests && i < trail->event_count; i++) {
        const struct trail_event *event = &trail->events[i];
        if (event->kind == TRAIL_REQUEST || event->kind == TRAIL_COMMAND ||
            event->kind == TRAIL_CLEARING)
            asked = event;
        if (event->step <= last_step && is_of_stay(event, asked))
            digests[event->stay] =
                sim_digest(digests[event->stay], &event->digest, sizeof event->digest);
    }
    return digests;
}

/* Whether a stay in that state went like this. */
static bool has_stay(const struct trail *trail, const uint64_t *digests, unsigned state,
                     uint64_t digest)
{
    for (size_t i = 0; i < trail->turn_count; i++)
        if (trail->turns[i].to == state && digests[i + 1] == digest)
            return true;
    return false;
}

/* Where the stay behind turn `at` is left, or, if it is not up to that step, there. */
static struct trail_moment end_of(const struct trail *trail, size_t at, uint64_t last_step)
{
    bool is_left = at + 1 < trail->turn_count && trail->turns[at + 1].step <= last_step;
    const struct trail_turn *turn = &trail->turns[is_left ? at + 1 : at];
    return is_left ? trail_at(trail, turn->step, turn->at_us)
                   : trail_at(trail, last_step, turn->at_us);
}

bool trail_last_otherwise(const struct trail *trail, const struct trail *other, uint64_t last_step,
                          struct trail_moment *ret_moment)
{
    uint64_t *digests = digests_of(trail, last_step);
    uint64_t *others = digests_of(other, UINT64_MAX);
    bool found = false;
    for (size_t i = trail->turn_count; digests && others && i > 0 && !found; i--) {
        const struct trail_turn *turn = &trail->turns[i - 1];
        found = turn->step < last_step && digests[i] != SIM_DIGEST &&
                !has_stay(other, others, turn->to, digests[i]);
        if (found)
            *ret_moment = end_of(trail, i - 1, last_step);
    }
    free(digests);
    free(others);
    return found;
}

bool trail_last_sent(const struct trail *trail, const char *line, struct trail_moment *ret_moment)
{
    size_t length = strcspn(line, "=?");
    for (size_t i = trail->event_count; i > 0 && length > 0; i--) {
        const struct trail_event *event = &trail->events[i - 1];
        if (event->kind != TRAIL_COMMAND || event->stay == 0 ||
            strcspn(event->what, "=?") != length || strncmp(event->what, line, length) != 0)
            continue;
        *ret_moment = end_of(trail, event->stay - 1, UINT64_MAX);
        return true;
    }
    return false;
}
