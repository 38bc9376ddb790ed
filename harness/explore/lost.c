/* lost.c - walks a failing run and tries one more fault at each of its steps. */
#include "harness/explore/lost.h"

#include <stdlib.h>
#include <string.h>

#include "harness/ports/loop.h"

enum { KNOWN_MAX = 1 << 16 };

struct search {
    struct branch branch;
    struct explore_lost *lost;
    struct merge_table known; /* of any end: only that is asked */
    struct merge_watch watch;
};

static unsigned outcome_of(const struct bench_run *run)
{
    struct scenario_observed observed = {0};
    run->host->observe(run, &observed);
    return observed.finished ? observed.result.outcome : FOTA_OUTCOME_NONE;
}

static bool is_good(unsigned outcome)
{
    return outcome == FOTA_OUTCOME_UPDATED || outcome == FOTA_OUTCOME_ALREADY_CURRENT;
}

static void take_end(struct search *search, const struct explore_choice *last, unsigned outcome)
{
    struct explore_lost *lost = search->lost;
    lost->runs++;
    lost->reachable = (uint16_t)(lost->reachable | 1u << outcome);
    if (!is_good(outcome) || (lost->was_open && search->branch.moment.step < lost->step))
        return;
    lost->was_open = true;
    lost->at_us = search->branch.moment.at_us;
    lost->step = search->branch.moment.step;
    explore_choice_format(last, 1, lost->choice, sizeof lost->choice);
}

static bool on_place(void *context, const struct explore_choice *choices, size_t choice_count)
{
    struct search *search = context;
    const struct bench_run *run = search->branch.run;
    struct merge_place place;
    bool never;
    merge_watch_read(&search->watch, run);
    if (!merge_is_possible(run, search->branch.one) ||
        !merge_place_of(&search->known, run, &search->watch, (unsigned)choice_count, &place,
                        &never))
        return false;
    const struct merge_rest *rest = merge_find(&search->known, &place);
    if (!rest) {
        merge_remember(&search->known, &place);
        return false;
    }
    unsigned outcome = rest->outcome;
    merge_store(&search->known, &place, rest, true);
    take_end(search, &choices[choice_count - 1], outcome);
    return true;
}

static void on_end(void *context, const struct explore_choice *choices, size_t choice_count)
{
    struct search *search = context;
    const struct bench_run *run = search->branch.run;
    const struct merge_place end = merge_end_of(run, &search->watch);
    const struct merge_rest over = {.reach = MERGE_REACH_OVER, .outcome = (uint8_t)outcome_of(run)};
    merge_store(&search->known, &end, &over, true);
    take_end(search, &choices[choice_count - 1], over.outcome);
}

/* The state that the client had at that time, as the journal has it. */
static void find_state(const struct bench_run *run, struct explore_lost *lost)
{
    struct bench_record record;
    size_t offset = bench_journal_begin(&run->journal);
    unsigned state = FOTA_STATE_IDLE;
    while (bench_journal_next(&run->journal, &offset, &record) && record.time_us <= lost->at_us)
        if (record.kind == BENCH_JOURNAL_CORE && record.a == FOTA_EVENT_STATE)
            state = record.b >> 8;
    snprintf(lost->state, sizeof lost->state, "%s", fota_state_name(state));
}

/* When the last of its own faults struck: nothing behind that led to a good end. */
static uint64_t fault_us(const struct bench_run *run)
{
    struct bench_record record;
    size_t offset = bench_journal_begin(&run->journal);
    uint64_t at_us = 0;
    while (bench_journal_next(&run->journal, &offset, &record))
        if (record.kind == BENCH_JOURNAL_FAULT)
            at_us = record.time_us;
    return at_us;
}

static bool run_itself(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                       const struct explore_choice *choices, size_t count,
                       struct explore_lost *lost)
{
    struct scenario_case *changed = malloc(sizeof *changed);
    bool good = changed && branch_begin(run, one, seed, choices, count, changed);
    while (good && !bench_signal() && bench_run_step(run))
        ;
    if (good) {
        lost->end = (uint8_t)outcome_of(run);
        lost->end_at_us = run->world.now_us;
        if (!lost->was_open)
            lost->at_us = fault_us(run);
        find_state(run, lost);
    }
    free(changed);
    return good;
}

bool explore_find_lost(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                       const struct explore_choice *choices, size_t count,
                       const struct explore_wish *wish, struct explore_lost *ret_lost)
{
    struct search *search = malloc(sizeof *search);
    *ret_lost = (struct explore_lost){0};
    bool good =
        search && count < EXPLORE_CHOICES_MAX && merge_table_make(&search->known, KNOWN_MAX);
    if (good) {
        search->lost = ret_lost;
        search->known.outcomes_only = true;
        search->branch = (struct branch){.run = run,
                                         .one = one,
                                         .seed = seed,
                                         .depth = (unsigned)count + 1,
                                         .points = wish->points ? wish->points : EXPLORE_LOST_AT,
                                         .faults = wish->faults ? wish->faults : UINT64_MAX,
                                         .given_count = (unsigned)count,
                                         .end = UINT64_MAX,
                                         .watch = &search->watch,
                                         .on_place = on_place,
                                         .on_end = on_end,
                                         .context = search};
        memcpy(search->branch.given, choices, count * sizeof choices[0]);
        good = branch_walk(&search->branch) && run_itself(run, one, seed, choices, count, ret_lost);
        merge_table_free(&search->known);
    }
    free(search);
    return good;
}
