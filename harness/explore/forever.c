/* forever.c - draws faults, and judges the run that has them. */
#include "harness/explore/forever.h"

#include <stdlib.h>
#include <string.h>

#include "harness/bench/conduct.h"

enum explore_answer explore_forever_begin(struct bench_run *run, struct explore_forever *forever)
{
    return explore_begin(run, forever->one, forever->seed, &forever->wish, &forever->base);
}

/* A number below `limit`; the state is any number, and another one behind it. */
static uint64_t draw(uint64_t *state, uint64_t limit)
{
    uint64_t x = (*state += UINT64_C(0x9e3779b97f4a7c15));
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (x ^ x >> 31) % limit;
}

/* Each kind of point is drawn as often as the others, or bytes would be all that is tried. */
static struct explore_choice draw_choice(const struct explore_forever *forever, uint64_t *state)
{
    const struct explore_wish *wish = &forever->wish;
    struct explore_choice choice;
    do {
        enum bench_point point = (enum bench_point)draw(state, BENCH_POINT_COUNT);
        uint32_t count = forever->base.extent.points.count[point];
        uint32_t faults = explore_faults_at(point);
        choice = explore_choice_at(point, count ? 1 + draw(state, count) : 0,
                                   (uint32_t)draw(state, faults));
        if (point == BENCH_POINT_DEADLINE)
            choice.number = 1 + draw(state, forever->base.base.duration_us);
    } while (!choice.number || (wish->points && !(wish->points >> choice.point & 1)) ||
             (wish->faults && !(wish->faults >> choice.fault & 1)));
    return choice;
}

size_t explore_forever_choose(const struct explore_forever *forever, uint64_t number,
                              struct explore_choice choices[EXPLORE_CHOICES_MAX])
{
    uint64_t state = forever->seed * UINT64_C(0x2545f4914f6cdd1d) + number;
    size_t count = 2 + (size_t)draw(&state, EXPLORE_CHOICES_MAX - 1);
    for (size_t i = 0; i < count; i++)
        choices[i] = draw_choice(forever, &state);
    return count;
}

bool explore_forever_try(struct bench_run *run, const struct explore_forever *forever,
                         uint64_t number, struct explore_finding *ret_finding)
{
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    struct bench_result result;
    size_t count = explore_forever_choose(forever, number, choices);
    explore_try(run, forever->one, forever->seed, &forever->base, choices, count, &result);
    if (result.verdict != BENCH_FAILED)
        return false;
    *ret_finding = explore_finding_of(choices, count, &result);
    return true;
}
