/* coverage_use.c - runs cases and keeps what they have tried. */
#include "harness/coverage/coverage_use.h"

#include <stdlib.h>
#include <string.h>

#include "harness/campaign/carry.h"

/* ---- in a process ---------------------------------------------------------------------------- */

struct own {
    struct bench_run *run;
    struct coverage *coverage; /* of one case */
    struct explanation explanation;
};

static void finish(void *context, void *own_memory)
{
    struct own *own = own_memory;
    (void)context;
    if (!own)
        return;
    bench_run_free(own->run);
    coverage_free(own->coverage);
    explain_done(&own->explanation);
    free(own);
}

static bool start(void *context, unsigned worker, void **ret_own, char *reterr_text)
{
    struct own *own = calloc(1, sizeof *own);
    if (own) {
        own->run = bench_run_new(BENCH_SINK_MEMORY);
        own->coverage = coverage_new();
    }
    (void)worker;
    *ret_own = own;
    if (own && own->run && own->coverage)
        return true;
    finish(context, own);
    *ret_own = NULL;
    snprintf(reterr_text, CAMPAIGN_TEXT_MAX, "not enough memory");
    return false;
}

static bool work(void *context, void *own_memory, const struct campaign_case *planned,
                 unsigned slice, struct campaign_bytes *ret_bytes)
{
    struct own *own = own_memory;
    const struct bench_options bench = {
        .seed = planned->token.seed, .sink = BENCH_SINK_MEMORY, .stoppable = true};
    struct bench_result result = {0};
    char repeat[CAMPAIGN_TEXT_MAX];
    (void)context;
    (void)slice;
    if (bench_run_begin(own->run, planned->one, &bench))
        bench_run_all(own->run, &result);
    else
        bench_run_judge(own->run, &result);
    campaign_repeat_command(planned->scenario, &planned->token, repeat, sizeof repeat);
    explain_run(&own->explanation, planned->scenario, own->run, &result, repeat);
    campaign_put_case(ret_bytes, &own->explanation.reported);
    return coverage_add(own->coverage, "", &own->run->journal) &&
           coverage_hand_over(own->coverage, ret_bytes);
}

/* ---- the whole ------------------------------------------------------------------------------- */

void coverage_context_done(struct coverage_context *context)
{
    free(context->lists);
    context->lists = NULL;
}

static bool conclude(void *context_memory, const struct campaign_answers *answers, FILE *out,
                     struct report_case *ret_reported)
{
    struct coverage_context *context = context_memory;
    const struct scenario *scenario = answers->planned->scenario;
    struct campaign_reader reader = campaign_read(&answers->slices[0]);
    char name[CAMPAIGN_TEXT_MAX];
    (void)out;
    coverage_context_done(context);
    if (answers->slices[0].size == 0) /* stopped before it began */
        return true;
    if (!campaign_take_case(&reader, ret_reported, &context->lists))
        return false;
    if (!answers->complete)
        return true;
    snprintf(name, sizeof name, "%s%s%s", scenario->group, scenario->group[0] ? "/" : "",
             answers->planned->one->name);
    return coverage_merge(context->coverage, name, &reader);
}

const struct campaign_use coverage_use = {
    .slices = 1, .start = start, .finish = finish, .work = work, .conclude = conclude};
