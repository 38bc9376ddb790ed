/* lift.c - finds what a trace deviates by from the emulator's default. */
#include "harness/trace/lift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/trace/forked.h"
#include "harness/trace/lift_facts.h"
#include "harness/trace/lift_parts.h"
#include "sim/catalogue.h"

enum { ROUNDS_MAX = 12 };

/* ---- the search ------------------------------------------------------------------------------ */

/* What is taken has no rival that says the same. */
static void drop_rival(struct lifting *lifting)
{
    struct lift_plans *rivals = &lifting->rivals;
    for (size_t i = 0; i < rivals->count; i++)
        if (rivals->fits[i].common == lifting->best_fit.common &&
            rivals->fits[i].says == lifting->best_fit.says) {
            rivals->count--;
            rivals->plans[i] = rivals->plans[rivals->count];
            rivals->fits[i] = rivals->fits[rivals->count];
            return;
        }
}

/* Takes the best candidate if it explains more than what is known. */
static bool take_found(struct lifting *lifting)
{
    bool better =
        lifting->has_found && lift_is_better(lifting, &lifting->found_fit, &lifting->best_fit);
    if (better) {
        lifting->best = lifting->found;
        lifting->best_fit = lifting->found_fit;
        drop_rival(lifting);
    }
    lifting->has_found = false;
    return better;
}

/* The outline of the best plan so far. */
static bool run_best(struct lifting *lifting)
{
    return lift_run_plan(lifting, &lifting->best, &lifting->result->last);
}

/* Times that are off by less are the line's and the reader's. */
enum { OFF_ENOUGH_US = 500000, GAIN_US = 20000 };

static void measure(struct lifting *lifting)
{
    uint64_t slack_us = (uint64_t)lifting->dialogue->log->slack_us * lifting->recorded.count;
    lifting->enough_us = OFF_ENOUGH_US + slack_us;
    lifting->gain_us = GAIN_US + slack_us / 2;
}

static bool is_explained(const struct lifting *lifting, const struct fit *fit)
{
    return fit->complete && fit->off_us < lifting->enough_us;
}

/* What trying one group of hypotheses came to. */
struct tried {
    struct lift_plan found;
    struct fit fit;
    struct lift_plan plans[2 * LIFT_GROUP_PLANS_MAX]; /* detours, then rivals */
    struct fit fits[2 * LIFT_GROUP_PLANS_MAX];
    size_t detours, rivals, runs;
    uint64_t work;
    bool has_found, matters;
};

struct trying {
    struct lifting *lifting;
    const struct lift_kind *kind;
};

static void copy_plans(struct lift_plan *plans, struct fit *fits, const struct lift_plans *from)
{
    memcpy(plans, from->plans, from->count * sizeof plans[0]);
    memcpy(fits, from->fits, from->count * sizeof fits[0]);
}

static void try_group(void *context, size_t index, void *ret_result)
{
    const struct trying *trying = context;
    struct lifting *lifting = trying->lifting;
    struct tried *tried = ret_result;
    size_t runs = lifting->result->runs;
    uint64_t work = lifting->result->work;
    lifting->has_found = false;
    lifting->detours.count = lifting->rivals.count = 0;
    trying->kind->try(lifting, index);
    tried->found = lifting->found;
    tried->fit = lifting->found_fit;
    tried->has_found = lifting->has_found;
    tried->detours = lifting->detours.count;
    tried->rivals = lifting->rivals.count;
    copy_plans(tried->plans, tried->fits, &lifting->detours);
    copy_plans(tried->plans + tried->detours, tried->fits + tried->detours, &lifting->rivals);
    tried->matters = lifting->matters;
    tried->runs = lifting->result->runs - runs;
    tried->work = lifting->result->work - work;
    lifting->result->runs = runs;
    lifting->result->work = work;
}

/* The groups in their order, whoever tried them: the same is found with any number of jobs. Of two
   that explain as much, what the line lost is the last to be believed: it can make any answer. */
static void keep_best(struct lifting *lifting, const struct tried *tried, size_t count,
                      bool is_loss)
{
    for (size_t i = 0; i < count; i++) {
        lifting->result->runs += tried[i].runs;
        lifting->result->work += tried[i].work;
        size_t both = tried[i].detours + tried[i].rivals;
        for (size_t k = 0; k < both; k++)
            (k < tried[i].detours ? lift_keep_detour : lift_keep_rival)(lifting, &tried[i].plans[k],
                                                                        &tried[i].fits[k]);
        bool other = lifting->found_is_loss && !is_loss;
        if (!tried[i].has_found ||
            (lifting->has_found && !lift_is_better(lifting, &tried[i].fit, &lifting->found_fit) &&
             !(other && !lift_is_better(lifting, &lifting->found_fit, &tried[i].fit))))
            continue;
        lifting->found_is_loss = is_loss;
        lifting->found = tried[i].found;
        lifting->found_fit = tried[i].fit;
        lifting->has_found = true;
    }
}

static void try_kind(struct lifting *lifting, const struct lift_kind *kind)
{
    struct trying trying = {lifting, kind};
    struct lift_plan found = lifting->found;
    struct fit fit = lifting->found_fit;
    bool has_found = lifting->has_found;
    struct lift_plans *kept = malloc(2 * sizeof *kept);
    size_t count = kind->count(lifting);
    struct tried *tried = calloc(count ? count : 1, sizeof *tried);
    if (!tried || !kept) {
        free(tried);
        free(kept);
        return;
    }
    kept[0] = lifting->detours;
    kept[1] = lifting->rivals;
    lifting->plans_max = LIFT_GROUP_PLANS_MAX;
    forked_all(lifting->jobs, count, sizeof *tried, try_group, &trying, tried);
    lifting->found = found;
    lifting->found_fit = fit;
    lifting->has_found = has_found;
    lifting->plans_max = LIFT_PLANS_MAX;
    lifting->detours = kept[0];
    lifting->rivals = kept[1];
    free(kept);
    keep_best(lifting, tried, count, kind == &lift_wire);
    for (size_t i = 0; i < count && kind == &lift_settings; i++)
        lifting->counts[i] = tried[i].matters;
    free(tried);
}

/* The found plan with what it adds happening more or less often. */
static void try_found_more_often(struct lifting *lifting)
{
    struct lift_plan found = lifting->found;
    if (lifting->has_found && !is_explained(lifting, &lifting->found_fit))
        lift_try_counts(lifting, &found, lifting->best.event_count);
}

/* What only repeats the trace is not taken while there is something else, but it may be right. */
static void keep_repeating(struct lifting *lifting)
{
    struct lift_plan found = lifting->found;
    struct fit fit = lifting->found_fit;
    lifting->has_found = false;
    lift_try_repeating(lifting);
    try_found_more_often(lifting);
    lifting->found = found;
    lifting->found_fit = fit;
    lifting->has_found = true;
}

/* One kind of hypotheses after the other, until one explains all. */
static bool explain_more(struct lifting *lifting)
{
    static const struct lift_kind *const kinds[] = {
        &lift_tuning, &lift_wire, &lift_ways, &lift_settings, &lift_near, &lift_changes, &lift_far};
    lift_look(lifting);
    lifting->detours.count = 0;
    lifting->found_is_loss = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        try_kind(lifting, kinds[i]);
        if (lifting->has_found && is_explained(lifting, &lifting->found_fit))
            break;
    }
    try_found_more_often(lifting);
    if (lifting->has_found && !is_explained(lifting, &lifting->found_fit))
        keep_repeating(lifting);
    if (take_found(lifting))
        return run_best(lifting);
    lift_try_repeating(lifting);
    try_found_more_often(lifting);
    return take_found(lifting) && run_best(lifting);
}

/* Two things at once, of which neither explains anything alone. */
static bool explain_by_detour(struct lifting *lifting)
{
    struct lift_plan best = lifting->best;
    struct fit best_fit = lifting->best_fit;
    struct lift_plans *detours = malloc(sizeof *detours);
    bool better = false;
    if (detours)
        *detours = lifting->detours;
    for (size_t i = 0; detours && i < detours->count && !better; i++) {
        lifting->best = detours->plans[i];
        lifting->best_fit = detours->fits[i];
        better = run_best(lifting) && explain_more(lifting) &&
                 lift_is_better(lifting, &lifting->best_fit, &best_fit);
    }
    free(detours);
    if (!better) {
        lifting->best = best;
        lifting->best_fit = best_fit;
        run_best(lifting);
    }
    return better;
}

/* Takes a plan with something less if it is no worse. */
static bool leave_out(struct lifting *lifting, const struct lift_plan *plan)
{
    struct bench_result result;
    if (!lift_run_plan(lifting, plan, &result))
        return false;
    struct fit fit = lift_fit_of(lifting, plan);
    if (lift_is_better(lifting, &lifting->best_fit, &fit))
        return false;
    lifting->best = *plan;
    lifting->best_fit = fit;
    return true;
}

/* Leaves out what turned out to be not needed. */
static void thin_out(struct lifting *lifting)
{
    for (size_t i = lifting->best.event_count; i-- > 0;) {
        struct lift_plan plan = lifting->best;
        memmove(&plan.events[i], &plan.events[i + 1],
                (plan.event_count - i - 1) * sizeof plan.events[0]);
        plan.event_count--;
        leave_out(lifting, &plan);
    }
    for (size_t place = 0; place < LIFT_PLACES; place++)
        for (size_t i = lifting->best.lines[place].count; i-- > 0;) {
            struct lift_plan plan = lifting->best;
            struct lift_lines *lines = &plan.lines[place];
            memmove(lines->items[i], lines->items[i + 1],
                    (lines->count - i - 1) * sizeof lines->items[0]);
            lines->count--;
            leave_out(lifting, &plan);
        }
}

/* So much is tried at most when nothing explains more: half a minute of a processor. */
enum { WORK_MAX = 30000000 };

static bool has_whole_rival(const struct lifting *lifting)
{
    for (size_t i = 0; i < lifting->rivals.count; i++)
        if (lifting->rivals.fits[i].complete)
            return true;
    return false;
}

/* What shows only when something else happens: with each of it once more. */
static bool explain_by_limit(struct lifting *lifting)
{
    struct lift_plan best = lifting->best;
    struct fit best_fit = lifting->best_fit;
    const char *limit;
    for (size_t i = 0; (limit = lift_limit(i)) != NULL && lifting->result->work < WORK_MAX; i++) {
        if (lift_add_line(&lifting->best, LIFT_JOB, limit) && run_best(lifting) &&
            explain_more(lifting) && lift_is_better(lifting, &lifting->best_fit, &best_fit))
            return true;
        lifting->best = best;
        lifting->best_fit = best_fit;
    }
    lifting->best = best;
    run_best(lifting);
    return false;
}

/* Round after round, until nothing more is explained. */
static void explain_all(struct lifting *lifting)
{
    for (unsigned round = 0; round < ROUNDS_MAX && !is_explained(lifting, &lifting->best_fit);
         round++) {
        /* When all is said, only times are off: two things at once are none of that. */
        if (!explain_more(lifting) && (lifting->best_fit.complete ||
                                       (!explain_by_detour(lifting) &&
                                        (has_whole_rival(lifting) || !explain_by_limit(lifting)))))
            break;
        thin_out(lifting);
        run_best(lifting);
    }
}

/* The first of the rivals, out of those that are kept. */
static void take_rival(struct lifting *lifting)
{
    struct lift_plans *rivals = &lifting->rivals;
    size_t at = 0;
    for (size_t i = 1; i < rivals->count; i++)
        if (lift_is_rather(&rivals->fits[i], &rivals->fits[at]))
            at = i;
    lifting->best = rivals->plans[at];
    lifting->best_fit = rivals->fits[at];
    rivals->count--;
    rivals->plans[at] = rivals->plans[rivals->count];
    rivals->fits[at] = rivals->fits[rivals->count];
}

/* What was taken may have been the wrong one of several: the others, as far as they lead. */
static void explain_by_rivals(struct lifting *lifting)
{
    enum { TRIED_MAX = 6 };
    for (unsigned i = 0; i < TRIED_MAX && lifting->rivals.count > 0 &&
                         !lifting->best_fit.complete && lifting->result->work < WORK_MAX;
         i++) {
        struct lift_plan best = lifting->best;
        struct fit best_fit = lifting->best_fit;
        take_rival(lifting);
        if (run_best(lifting))
            explain_all(lifting);
        if (lift_is_better(lifting, &lifting->best_fit, &best_fit))
            continue;
        lifting->best = best;
        lifting->best_fit = best_fit;
        run_best(lifting);
    }
}

static void conclude(struct lifting *lifting)
{
    struct lift_result *result = lifting->result;
    result->plan = lifting->best;
    result->items = lifting->recorded.count;
    result->common = lifting->best_fit.common;
    size_t at = result->common;
    if (at < lifting->recorded.count) {
        result->last_at_us = lifting->recorded.items[at].at_us;
        outline_text(&lifting->recorded, &lifting->recorded.items[at], result->parts_trace);
    }
    at = lifting->best_fit.place;
    if (at < lifting->now.count)
        outline_text(&lifting->now, &lifting->now.items[at], result->parts_emulator);
}

/* When nothing says how long a boot was waited for: long enough for all that it prints. */
enum { START_GUESS_MS = 10000 };

/* The module was up and said something before the host's first word. */
static void take_start(struct lifting *lifting)
{
    const struct dialogue *dialogue = lifting->dialogue;
    struct lift_plan *plan = &lifting->best;
    if (dialogue->step_count > 1 && dialogue->steps[0].part_count > 0)
        snprintf(plan->lines[LIFT_HOST].items[plan->lines[LIFT_HOST].count++], LIFT_NAME_MAX,
                 "starts-after: %llums",
                 (unsigned long long)(lift_has_no_times(lifting)
                                          ? START_GUESS_MS
                                          : dialogue->steps[1].at_us / 1000));
}

/* Nothing says whether the host waited for the boot: it may have asked from the beginning. */
static void try_at_once(struct lifting *lifting)
{
    struct lift_plan plan = lifting->best;
    plan.lines[LIFT_HOST].count = 0;
    lift_try_plan(lifting, &plan);
    take_found(lifting);
    run_best(lifting);
}

static void explain(struct lifting *lifting)
{
    lift_try_start_rates(lifting);
    take_found(lifting);
    run_best(lifting);
    explain_all(lifting);
    explain_by_rivals(lifting);
}

/* Whether bytes of another rate stand in the trace as they were sent or as they were heard, only
 * the bytes tell: what did not explain all one way is tried the other way, from the beginning. */
static void explain_as_heard(struct lifting *lifting, const struct lift_plan *start)
{
    const struct lift_plan best = lifting->best;
    const struct fit fit = lifting->best_fit;
    lifting->hears = !lifting->hears;
    lifting->best = *start;
    if (run_best(lifting)) {
        lifting->best_fit = lift_fit_of(lifting, &lifting->best);
        explain(lifting);
        if (lift_is_better(lifting, &lifting->best_fit, &fit))
            return;
    }
    lifting->hears = !lifting->hears;
    lifting->best = best;
    lifting->best_fit = fit;
}

static void search(struct lifting *lifting)
{
    measure(lifting);
    take_start(lifting);
    if (!run_best(lifting)) {
        snprintf(lifting->result->error, sizeof lifting->result->error,
                 "no scenario can be made of it: %.180s", lifting->refused);
        return;
    }
    lifting->best_fit = lift_fit_of(lifting, &lifting->best);
    if (lift_has_no_times(lifting) && lifting->best.lines[LIFT_HOST].count)
        try_at_once(lifting);
    const struct lift_plan start = lifting->best;
    explain(lifting);
    if (!lifting->best_fit.complete && lift_has_garbage(lifting->dialogue->log))
        explain_as_heard(lifting, &start);
    thin_out(lifting);
    run_best(lifting);
    conclude(lifting);
}

/* Nothing says that it was an update: it was one that ended before, if the core says all of that.
 */
static void search_for_the_core(struct lifting *lifting)
{
    enum { ALIKE_MIN = 2 };
    struct lift_result *result = lifting->result, former = *result;
    measure(lifting);
    take_start(lifting);
    if (run_best(lifting) && lift_fit_of(lifting, &lifting->best).common >= ALIKE_MIN) {
        lifting->best.lines[LIFT_HOST].count = 0;
        search(lifting);
        result->is_replay = !lifting->best_fit.complete;
    }
    if (result->is_replay)
        *result = former;
}

/* What was observed points into the run, which goes. */
static void keep_revision(struct lift_result *result)
{
    const char *revision = result->last.observed.module.revision;
    if (revision)
        snprintf(result->revision, sizeof result->revision, "%s", revision);
    result->last.observed.module.revision = NULL;
}

/* A few lines that belong to no update may be why it went as it did; of many, no file holds them,
   and what they do to a client is for those that it reads. */
static bool make_recorded(struct lifting *lifting, const struct dialogue *dialogue)
{
    enum { ASIDES_MAX = 8 };
    size_t asides = 0;
    for (size_t i = 0; i < dialogue->line_count; i++)
        asides += outline_is_aside(&dialogue->lines[i]);
    if (asides <= ASIDES_MAX)
        return outline_make(&lifting->recorded, dialogue, dialogue->one_way);
    lifting->result->asides = asides;
    return outline_make_of_update(&lifting->recorded, dialogue, dialogue->one_way);
}

bool lift_trace(const struct dialogue *dialogue, unsigned jobs, struct lift_result *ret_result)
{
    struct lifting *lifting = calloc(1, sizeof *lifting);
    *ret_result = (struct lift_result){.runs = 0};
    if (lifting)
        lifting->result = ret_result;
    if (!lifting || !make_recorded(lifting, dialogue)) {
        free(lifting);
        snprintf(ret_result->error, sizeof ret_result->error, "not enough memory");
        return false;
    }
    lifting->dialogue = dialogue;
    lifting->jobs = jobs;
    lifting->plans_max = LIFT_PLANS_MAX;
    lifting->hears = lift_hears(dialogue->log);
    lift_facts(dialogue, &lifting->best.facts);
    if (lifting->best.facts.reads_back)
        snprintf(lifting->best.lines[LIFT_JOB].items[lifting->best.lines[LIFT_JOB].count++],
                 LIFT_NAME_MAX, "checksum: yes");
    ret_result->plan = lifting->best;
    ret_result->items = lifting->recorded.count;
    ret_result->is_replay = !lifting->best.facts.has_update;
    if (lifting->recorded.count == 0)
        snprintf(ret_result->error, sizeof ret_result->error,
                 "there is no exchange in the trace: no command, no line of a module");
    else if (!(lifting->run = bench_run_new(BENCH_SINK_MEMORY)))
        snprintf(ret_result->error, sizeof ret_result->error, "not enough memory");
    else if (!ret_result->is_replay)
        search(lifting);
    else
        search_for_the_core(lifting);
    keep_revision(ret_result);
    bench_run_free(lifting->run);
    outline_done(&lifting->now);
    dialogue_done(&lifting->now_dialogue);
    trace_log_done(&lifting->now_log);
    outline_done(&lifting->recorded);
    free(lifting);
    return ret_result->error[0] == '\0';
}

void lift_played(const struct dialogue *dialogue, struct lift_result *ret_result)
{
    *ret_result = (struct lift_result){.is_replay = true};
    lift_facts(dialogue, &ret_result->plan.facts);
}
