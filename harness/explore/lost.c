/* lost.c - walks a failing run and tries one more fault at each of its steps. */
#include "harness/explore/lost.h"

#include <stdlib.h>
#include <string.h>

#include "harness/ports/loop.h"

struct search {
    struct branch branch;
    struct explore_lost *lost;
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

static void on_end(void *context, const struct explore_choice *choices, size_t count)
{
    struct search *search = context;
    struct explore_lost *lost = search->lost;
    unsigned outcome = outcome_of(search->branch.run);
    lost->runs++;
    lost->reachable = (uint16_t)(lost->reachable | 1u << outcome);
    if (!is_good(outcome) || (lost->was_open && search->branch.moment.step < lost->step))
        return;
    lost->was_open = true;
    lost->at_us = search->branch.moment.at_us;
    lost->step = search->branch.moment.step;
    explore_choice_format(&choices[count - 1], 1, lost->choice, sizeof lost->choice);
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
    struct search search = {.lost = ret_lost};
    *ret_lost = (struct explore_lost){0};
    if (count >= EXPLORE_CHOICES_MAX)
        return false;
    search.branch = (struct branch){.run = run,
                                    .one = one,
                                    .seed = seed,
                                    .depth = (unsigned)count + 1,
                                    .points = wish->points ? wish->points : EXPLORE_LOST_AT,
                                    .faults = wish->faults ? wish->faults : UINT64_MAX,
                                    .given_count = (unsigned)count,
                                    .end = UINT64_MAX,
                                    .on_end = on_end,
                                    .context = &search};
    memcpy(search.branch.given, choices, count * sizeof choices[0]);
    return branch_walk(&search.branch) && run_itself(run, one, seed, choices, count, ret_lost);
}
