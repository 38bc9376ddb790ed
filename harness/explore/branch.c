/* branch.c - walks a run, and branches from it at each point. */
#include "harness/explore/branch.h"

#include <stdlib.h>
#include <string.h>

#include "harness/bench/engine.h"
#include "harness/ports/loop.h"

/* One level of faults: the run that has those of the levels above. */
struct level {
    struct bench_snapshot before; /* the step that is looked at */
    struct merge_watch watch;     /* the same */
    struct bench_points passed;   /* before that step */
    uint64_t deadline_us;         /* that the step may have */
};

struct walk {
    struct branch *branch;
    struct scenario_case *changed;
    struct level *levels;
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    uint64_t ordinals[EXPLORE_CHOICES_MAX]; /* of their points */
    unsigned count;                         /* choices that are in */
    uint64_t number;                        /* of the first level: choices so far */
    bool counts_only;                       /* nothing is branched */
    struct explore_choice *kept;            /* BY_RERUN: what is to be run; owned */
    size_t kept_count, kept_room;
    bool failed;   /* no memory */
    bool branched; /* something was, from the step that is looked at */
    uint64_t open; /* bit n: row n is put in, in the walk of the last fault */
};

bool branch_begin(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                  const struct explore_choice *choices, size_t count, struct scenario_case *changed)
{
    const struct bench_options options = {
        .seed = seed, .stoppable = true, .points = true, .conduct = true};
    explore_case_prepare(one, changed);
    for (size_t i = 0; i < count; i++)
        explore_case_add(changed, &choices[i]);
    return bench_run_begin(run, changed, &options);
}

/* ---- a step ---------------------------------------------------------------------------------- */

/* A choice at a deadline comes just before it, or with it where there is no time before. */
static uint64_t before_deadline(const struct bench_run *run)
{
    uint64_t next_us = bench_run_next(run);
    return next_us - 1 > run->world.now_us ? next_us - 1 : next_us;
}

uint64_t branch_place(const struct bench_run *run)
{
    const uint32_t *count = run->points.count;
    return (uint64_t)run->world.lanes[BENCH_TO_MODULE].line_count + count[BENCH_POINT_PHASE] +
           count[BENCH_POINT_BOOT];
}

/* False: to a place from which its rest is known. */
static bool run_to_end(struct walk *walk)
{
    struct branch *branch = walk->branch;
    struct bench_run *run = branch->run;
    uint64_t from = run->step_count, place = branch_place(run);
    bool known = false;
    while (!known && !bench_signal() && bench_run_step(run)) {
        if (!branch->on_place || branch_place(run) == place)
            continue;
        place = branch_place(run);
        known = branch->on_place(branch->context, walk->choices, walk->count);
    }
    branch->figures.executed_steps += run->step_count - from;
    return !known;
}

static void take_back(const struct walk *walk, const struct level *level)
{
    bench_snapshot_restore(walk->branch->run, &level->before);
    walk->branch->run->error[0] = '\0'; /* a bound that the run before has reached, which is gone */
    if (walk->branch->watch)
        *walk->branch->watch = level->watch;
}

/* What the run without its last choice passes in the step behind `level->before`. */
static void look_at_step(struct walk *walk, struct level *level, struct bench_points *ret_after)
{
    struct bench_run *run = walk->branch->run;
    if (walk->branch->watch) {
        merge_watch_read(walk->branch->watch);
        level->watch = *walk->branch->watch;
    }
    bench_snapshot_take(run, &level->before);
    walk->branch->moment = (struct branch_moment){run->world.now_us, run->step_count};
    level->passed = bench_points_of(run);
    level->deadline_us = before_deadline(run);
    bench_run_step(run);
    walk->branch->figures.executed_steps++;
    *ret_after = bench_points_of(run);
}

/* ---- branching ------------------------------------------------------------------------------- */

static void walk_level(struct walk *walk);

static bool is_stopped(const struct walk *walk)
{
    return walk->branch->stop || bench_signal();
}

static void arm(struct walk *walk, const struct explore_choice *choice, uint64_t ordinal)
{
    unsigned index = explore_case_add(walk->changed, choice);
    walk->ordinals[walk->count] = ordinal;
    walk->choices[walk->count++] = *choice;
    bench_engine_arm(walk->branch->run, index);
}

static void disarm(struct walk *walk)
{
    explore_case_remove(walk->changed);
    walk->count--;
}

static void end_run(struct walk *walk)
{
    struct branch *branch = walk->branch;
    uint64_t steps;
    branch->rest_steps = 0;
    do {
        branch->again = false;
        bool is_over = run_to_end(walk);
        steps = branch->run->step_count; /* on_end may start the client anew */
        if (is_stopped(walk))
            return;
        if (is_over)
            branch->on_end(branch->context, walk->choices, walk->count);
    } while (branch->again);
    branch->figures.runs++;
    branch->figures.whole_steps += steps + branch->rest_steps;
}

/* The world of the level comes back, with the choice in it, and goes to its end. */
static void try_choice(struct walk *walk, const struct level *level,
                       const struct explore_choice *choice, uint64_t ordinal)
{
    take_back(walk, level);
    arm(walk, choice, ordinal);
    if (walk->count < walk->branch->depth) {
        walk_level(walk);
        take_back(walk, level);
        bench_engine_arm(walk->branch->run, walk->changed->event_count - 1u);
    }
    if (!is_stopped(walk))
        end_run(walk);
    disarm(walk);
    walk->branched = true;
}

/* Pairs of one step are taken once: the second stands behind the first. */
static bool is_behind(const struct walk *walk, const struct level *level, unsigned point,
                      uint64_t number)
{
    if (walk->count == walk->branch->given_count)
        return true;
    unsigned last = walk->choices[walk->count - 1].point;
    uint64_t ordinal = walk->ordinals[walk->count - 1];
    if (level->passed.count[last] >= ordinal)
        return true;
    return point > last || (point == last && number > ordinal);
}

static void keep_choice(struct walk *walk, const struct explore_choice *choice)
{
    if (walk->kept_count == walk->kept_room) {
        size_t room = walk->kept_room ? 2 * walk->kept_room : 256;
        struct explore_choice *more = realloc(walk->kept, room * sizeof *more);
        walk->failed = walk->failed || !more;
        if (!more)
            return;
        walk->kept = more;
        walk->kept_room = room;
    }
    walk->kept[walk->kept_count++] = *choice;
}

/* A fault at a point, in one of its kinds; `number` is the point's. */
static void try_kind(struct walk *walk, const struct level *level, struct explore_choice choice)
{
    const struct branch *branch = walk->branch;
    uint64_t ordinal = choice.number;
    bool first = walk->count == branch->given_count;
    bool taken = !first || (walk->number >= branch->first && walk->number < branch->end);
    walk->number += first;
    if (choice.point == BENCH_POINT_DEADLINE)
        choice.number = level->deadline_us;
    if (taken && !walk->counts_only && branch->by_rerun)
        keep_choice(walk, &choice);
    else if (taken && !walk->counts_only)
        try_choice(walk, level, &choice, ordinal);
}

static void try_point(struct walk *walk, const struct level *level, enum bench_point point,
                      uint64_t number)
{
    struct explore_choice choice = {.point = (uint8_t)point, .number = number};
    for (unsigned fault = 0; fault < EXPLORE_FAULT_COUNT; fault++) {
        unsigned kinds =
            explore_fault_points(fault) >> point & 1 ? explore_fault_variants(fault) : 0;
        choice.fault = (uint8_t)fault;
        for (unsigned kind = 0; kind < kinds && !is_stopped(walk); kind++) {
            choice.variant = (uint8_t)kind;
            if (walk->branch->faults >> fault & walk->open >> fault & 1)
                try_kind(walk, level, choice);
        }
    }
}

static void try_points(struct walk *walk, const struct level *level,
                       const struct bench_points *after)
{
    for (unsigned point = 0; point < BENCH_POINT_COUNT; point++)
        for (uint64_t n = level->passed.count[point] + UINT64_C(1);
             walk->branch->points >> point & 1 && n <= after->count[point]; n++)
            if (is_behind(walk, level, point, n))
                try_point(walk, level, (enum bench_point)point, n);
}

/* Whether all faults that are given were done before this step. */
static bool given_are_done(const struct walk *walk, const struct level *level)
{
    unsigned first = scenario_event_count(walk->branch->one);
    for (unsigned i = 0; i < walk->branch->given_count; i++)
        if (!level->before.world.engine.fired[first + i])
            return false;
    return true;
}

/* In the walk of the last fault: whether any row is still to be put in from here on. */
static bool is_open(struct walk *walk, uint64_t *place)
{
    struct branch *branch = walk->branch;
    bool begins = *place == UINT64_MAX;
    if (!branch->on_walk || walk->count + 1 < branch->depth || *place == branch_place(branch->run))
        return true;
    *place = branch_place(branch->run);
    walk->open &= branch->on_walk(branch->context, walk->choices, walk->count, begins);
    return (walk->open & branch->faults) != 0;
}

static void walk_level(struct walk *walk)
{
    struct bench_run *run = walk->branch->run;
    struct level *level = &walk->levels[walk->count];
    struct bench_points after;
    uint64_t end_at_us = run->shared->end_at_us, place = UINT64_MAX;
    walk->open = UINT64_MAX;
    while (!is_stopped(walk) && !run->host->is_over(run) && bench_run_next(run) <= end_at_us &&
           is_open(walk, &place)) {
        look_at_step(walk, level, &after);
        if (memcmp(&after, &level->passed, sizeof after) == 0)
            continue;
        walk->branched = false;
        if (given_are_done(walk, level))
            try_points(walk, level, &after);
        if (!walk->branched)
            continue;
        take_back(walk, level);
        bench_run_step(run);
        walk->branch->figures.executed_steps++;
    }
    if (place != UINT64_MAX && !is_stopped(walk))
        walk->branch->on_walked(walk->branch->context, (walk->open & walk->branch->faults) != 0);
    walk->open = UINT64_MAX;
}

/* ---- the calls ------------------------------------------------------------------------------- */

static bool begin_run(struct walk *walk)
{
    struct branch *branch = walk->branch;
    const struct bench_options options = {.seed = branch->seed,
                                          .stoppable = true,
                                          .points = true,
                                          .undigested = true,
                                          .conduct = true,
                                          .conduct_left_out = branch->left_out};
    bool good = bench_run_begin(branch->run, walk->changed, &options);
    if (branch->watch)
        merge_watch_begin(branch->watch, branch->run);
    return good;
}

static void try_at_begin(struct walk *walk, const struct explore_choice *choice)
{
    explore_case_add(walk->changed, choice);
    walk->choices[0] = *choice;
    walk->count = 0;
    walk->ordinals[0] = choice->number;
    walk->count = 1;
    if (begin_run(walk) && walk->branch->depth > 1)
        walk_level(walk);
    (void)begin_run(walk);
    if (!bench_signal())
        end_run(walk);
    disarm(walk);
}

/* What the begin of a run passes is behind it when the first step begins: it is begun anew. */
static void try_begin(struct walk *walk, const struct bench_points *passed)
{
    const struct branch *branch = walk->branch;
    for (unsigned point = 0; point < BENCH_POINT_COUNT; point++) {
        uint64_t all = (uint64_t)passed->count[point] * explore_faults_at((enum bench_point)point);
        for (uint64_t i = 0; branch->points >> point & 1 && i < all; i++) {
            uint32_t faults = explore_faults_at((enum bench_point)point);
            struct explore_choice choice =
                explore_choice_at((enum bench_point)point, i / faults + 1, (uint32_t)(i % faults));
            if (!(branch->faults >> choice.fault & 1))
                continue;
            uint64_t number = walk->number++;
            if (!walk->counts_only && !is_stopped(walk) && number >= branch->first &&
                number < branch->end)
                try_at_begin(walk, &choice);
        }
    }
}

static bool walk_all(struct walk *walk)
{
    struct branch *branch = walk->branch;
    const unsigned given = branch->given_count;
    walk->changed = malloc(sizeof *walk->changed);
    walk->levels = malloc(EXPLORE_CHOICES_MAX * sizeof *walk->levels);
    bool good = walk->changed && walk->levels;
    if (good)
        explore_case_prepare(branch->one, walk->changed);
    for (unsigned i = 0; good && i < given; i++) {
        explore_case_add(walk->changed, &branch->given[i]);
        walk->choices[walk->count++] = branch->given[i];
    }
    if (good && (good = begin_run(walk))) {
        struct bench_points passed = bench_points_of(branch->run);
        if (!given)
            try_begin(walk, &passed);
        good = begin_run(walk);
        walk_level(walk);
        if (branch->by_rerun && branch->run->host->finish)
            branch->run->host->finish(branch->run);
        for (size_t i = 0; i < walk->kept_count && !bench_signal(); i++)
            try_at_begin(walk, &walk->kept[i]);
        good = good && !walk->failed;
    }
    bench_snapshot_drop(branch->run);
    free(walk->levels);
    free(walk->changed);
    free(walk->kept);
    return good;
}

/* ---- the calls ------------------------------------------------------------------------------- */

bool branch_measure(struct branch *branch, struct branch_extent *ret_extent)
{
    struct walk walk = {.branch = branch, .counts_only = true, .open = UINT64_MAX};
    bool good = walk_all(&walk);
    ret_extent->choices = walk.number;
    ret_extent->points = bench_points_of(branch->run);
    return good;
}

bool branch_walk(struct branch *branch)
{
    struct walk walk = {.branch = branch, .open = UINT64_MAX};
    return walk_all(&walk) && !bench_signal();
}
