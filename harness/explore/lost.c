/* lost.c - walks a failing run, and finds the step at which it was lost. */
#include "harness/explore/lost.h"

#include <stdlib.h>
#include <string.h>

#include "harness/explore/lost_point.h"
#include "harness/ports/loop.h"

struct search {
    struct bench_run *run;
    const struct scenario_case *one;
    uint64_t seed;
    const struct explore_choice *choices;
    size_t count;
    struct explore_lost *lost;
    struct explore_summary base;
    struct trail trail, reference;
    struct merge_watch watch;
    uint8_t outcome, reason;       /* that the client has come to so far, */
    struct trail_moment concluded; /* and where */
};

/* ---- the run that it is held against --------------------------------------------------------- */

/* The same job without its story, with the module that it is meant for. */
static void make_reference(const struct search *search, struct scenario_case *changed)
{
    const char *from = scenario_job(search->one, 0)->from_revision;
    if (search->count) {
        explore_case_prepare(search->one, changed);
        return;
    }
    explore_case_make_plain(search->one, changed);
    const char *model = scenario_job(search->one, 0)->model;
    if (from)
        (void)sim_config_identify(&changed->module, NULL, from);
    while (model && *model && !sim_config_identify(&changed->module, model, from))
        model++; /* the variant stands at its end */
}

static bool begin(struct search *search, const struct scenario_case *changed)
{
    const struct bench_options options = {
        .seed = search->seed, .stoppable = true, .points = true, .conduct = true};
    bool good = bench_run_begin(search->run, changed, &options);
    merge_watch_begin(&search->watch, search->run);
    return good;
}

static bool walk_reference(struct search *search)
{
    struct scenario_case *changed = malloc(sizeof *changed);
    bool good = changed != NULL;
    if (good)
        make_reference(search, changed);
    if (good && begin(search, changed)) {
        uint64_t step = 0;
        do {
            trail_read(&search->reference, search->run, step);
            step = search->run->step_count;
        } while (!bench_signal() && bench_run_step(search->run));
    }
    free(changed);
    return good && !search->reference.failed;
}

/* ---- the failing run ------------------------------------------------------------------------- */

static void note_step(struct search *search, uint64_t step)
{
    struct explore_lost *lost = search->lost;
    const struct explore_sofar sofar = {search->run, &search->watch, &search->base, search->choices,
                                        search->count};
    merge_watch_read(&search->watch);
    trail_read(&search->trail, search->run, step);
    if (!lost->shown.state[0] && explore_wrong_shows(&lost->wrong, &sofar))
        lost->shown = trail_at(&search->trail, step, search->run->world.now_us);
    const struct fota *core = &search->run->world.core;
    if (core->outcome == search->outcome && core->reason == search->reason)
        return;
    search->outcome = core->outcome;
    search->reason = core->reason;
    search->concluded = trail_at(&search->trail, step, search->run->world.now_us);
}

/* The line that decided, as the client's result has it. One that it heard before anything was
 * otherwise did not decide, nor does one of a good end. */
static void look_for_evidence(struct search *search, const struct fota_result *result)
{
    struct explore_lost *lost = search->lost;
    struct trail_moment heard;
    uint64_t first = lost->has_heard ? lost->heard.step : 0;
    if (result->reason != FOTA_REASON_NONE &&
        trail_last_heard(&search->trail, result->evidence, search->concluded.step, &heard) &&
        heard.step >= first)
        lost->shown = heard;
}

/* What has not shown while it ran shows at its end, or where the client concluded that. */
static void look_at_end(struct search *search)
{
    struct explore_lost *lost = search->lost;
    const struct bench_run *run = search->run;
    struct scenario_observed observed = {0};
    run->host->observe(run, &observed);
    lost->end = observed.finished ? observed.result.outcome : FOTA_OUTCOME_NONE;
    lost->reason = observed.result.reason;
    lost->end_at_us = run->world.now_us;
    lost->cost = explore_cost_of(run);
    lost->has_heard = trail_differs(&search->trail, &search->reference, &lost->heard);
    if (lost->shown.state[0])
        return;
    if (lost->wrong.kind == EXPLORE_WRONG_END && search->concluded.state[0]) {
        lost->shown = search->concluded;
        look_for_evidence(search, &observed.result);
    } else {
        lost->shown =
            trail_at(&search->trail, run->step_count ? run->step_count - 1 : 0, lost->end_at_us);
    }
}

static bool walk_itself(struct search *search)
{
    struct scenario_case *changed = malloc(sizeof *changed);
    struct bench_run *run = search->run;
    bool good = changed != NULL;
    if (good) {
        *changed = *search->one;
        if (search->count)
            explore_case_prepare(search->one, changed);
        for (size_t i = 0; i < search->count; i++)
            explore_case_add(changed, &search->choices[i]);
    }
    if (good && (good = begin(search, changed))) {
        uint64_t step = 0;
        do {
            note_step(search, step);
            step = run->step_count;
        } while (!bench_signal() && bench_run_step(run));
        look_at_end(search);
    }
    free(changed);
    return good && !search->trail.failed;
}

/* What is wrong in it, as the sweep judges or, without a fault, as its author does. */
static bool find_wrong(struct search *search)
{
    struct bench_run *run = search->run;
    struct bench_result result;
    const struct explore_wish wish = {.points = EXPLORE_AT_BOOT};
    const struct bench_options options = {.seed = search->seed, .stoppable = true, .conduct = true};
    enum explore_answer base = explore_begin(run, search->one, search->seed, &wish, &search->base);
    if (base == EXPLORE_ERROR || base == EXPLORE_STOPPED)
        return false;
    run->error[0] = '\0';
    if (search->count)
        explore_try(run, search->one, search->seed, &search->base, search->choices, search->count,
                    &result);
    else if (bench_run_begin(run, search->one, &options))
        bench_run_all(run, &result);
    else
        bench_run_judge(run, &result);
    if (result.verdict == BENCH_FAILED)
        search->lost->wrong = explore_wrong_of(&result.findings[0], search->one);
    else if (!run->error[0])
        snprintf(run->error, sizeof run->error, "nothing is wrong in this run");
    return result.verdict == BENCH_FAILED;
}

/* ---- with a further fault -------------------------------------------------------------------- */

static void on_end(void *context, const struct explore_choice *last,
                   const struct branch_moment *moment, unsigned outcome, bool helped)
{
    struct search *search = context;
    struct explore_lost *lost = search->lost;
    struct explore_reach *reach = &lost->ends[outcome];
    bool is_first = lost->has_heard && moment->step <= lost->heard.step;
    lost->runs++;
    lost->helped += helped;
    if (!reach->runs++ || moment->step >= reach->last.step) {
        reach->last = trail_at(&search->trail, moment->step, moment->at_us);
        explore_choice_format(last, 1, reach->choice, sizeof reach->choice);
    }
    if (!helped || is_first || moment->step > lost->shown.step ||
        (lost->choice[0] && moment->step < lost->open.step))
        return;
    lost->open = trail_at(&search->trail, moment->step, moment->at_us);
    explore_choice_format(last, 1, lost->choice, sizeof lost->choice);
}

static bool try_further(struct search *search, const struct explore_wish *wish)
{
    struct explore_lost *lost = search->lost;
    struct further further = {.run = search->run,
                              .one = search->one,
                              .seed = search->seed,
                              .choices = search->choices,
                              .count = search->count,
                              .wish = wish,
                              .base = &search->base,
                              .wrong = &lost->wrong,
                              .on_end = on_end,
                              .context = search};
    bool good = explore_further(&further);
    lost->is_bounded = further.is_bounded;
    lost->tried_from_us = further.tried_from_us;
    return good;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool search_all(struct search *search, const struct explore_wish *wish)
{
    struct explore_lost *lost = search->lost;
    bool good = find_wrong(search) && walk_reference(search) && walk_itself(search) &&
                try_further(search, wish) && !bench_signal();
    if (good)
        lost_find_point(&search->trail, &search->reference, &search->base.base_cost, lost);
    return good;
}

bool explore_find_lost(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                       const struct explore_choice *choices, size_t count,
                       const struct explore_wish *wish, struct explore_lost *ret_lost)
{
    struct search *search = calloc(1, sizeof *search);
    *ret_lost = (struct explore_lost){0};
    if (!search || count >= EXPLORE_CHOICES_MAX) {
        free(search);
        return false;
    }
    search->run = run;
    search->one = one;
    search->seed = seed;
    search->choices = choices;
    search->count = count;
    search->lost = ret_lost;
    bool good = search_all(search, wish);
    trail_free(&search->trail);
    trail_free(&search->reference);
    free(search);
    return good;
}
