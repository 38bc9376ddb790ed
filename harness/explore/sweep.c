/* sweep.c - cases × plausible values, in as many processes as asked for. */
#include "harness/explore/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "harness/campaign/explain.h"
#include "harness/ports/loop.h"

const char *sweep_answer_name(unsigned answer)
{
    static const char *const names[] = {
#define X(name, text) text,
        SWEEP_ANSWERS(X)
#undef X
    };
    return answer < SWEEP_ANSWER_COUNT ? names[answer] : "?";
}

struct sweep_value *sweep_values(size_t *ret_count)
{
    struct sweep_value *values = NULL;
    *ret_count = 0;
    for (int pass = 0; pass < 2; pass++) {
        size_t count = 0;
        for (unsigned setting = 0; setting < SIM_SETTING_COUNT; setting++) {
            int32_t value;
            for (size_t i = 0; sim_setting_plausible(setting, i, &value); i++, count++)
                if (values)
                    values[count] = (struct sweep_value){(uint16_t)setting, value};
        }
        *ret_count = count;
        if (!values && !(values = calloc(count ? count : 1, sizeof *values)))
            return NULL;
    }
    return values;
}

/* ---- one run -------------------------------------------------------------------------------- */

static enum sweep_answer answer_of(const struct scenario_finding *finding)
{
    switch (finding->kind) {
    case SCENARIO_FINDING_RULE:
        return SWEEP_RULE;
    case SCENARIO_FINDING_EVENT:
        return SWEEP_NO_STORY;
    default:
        return SWEEP_EXPECTATION;
    }
}

/* A broken rule says more than an expectation; without the story neither says much. */
static unsigned weight_of(enum sweep_answer answer)
{
    return answer == SWEEP_RULE ? 3 : answer == SWEEP_NO_STORY ? 2 : 1;
}

static void judge(const struct bench_result *bench, struct sweep_result *result)
{
    unsigned weight = 0;
    if (bench->verdict == BENCH_PASSED)
        result->answer = SWEEP_SAME;
    if (bench->verdict == BENCH_ERROR) {
        result->answer = SWEEP_UNKNOWN;
        memcpy(result->got, bench->error,
               sizeof result->got < sizeof bench->error ? sizeof result->got : sizeof bench->error);
        result->got[sizeof result->got - 1] = '\0';
    }
    if (bench->verdict != BENCH_FAILED)
        return;
    for (size_t i = 0; i < bench->finding_count && i < BENCH_FINDINGS_MAX; i++) {
        const struct scenario_finding *finding = &bench->findings[i];
        enum sweep_answer answer = answer_of(finding);
        if (weight_of(answer) <= weight)
            continue;
        weight = weight_of(answer);
        result->answer = (uint8_t)answer;
        memcpy(result->what, finding->what, sizeof result->what);
        memcpy(result->want, finding->want, sizeof result->want);
        memcpy(result->got, finding->got, sizeof result->got);
    }
}

static void run_case(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                     uint64_t *settings_read, struct sweep_result *ret_result)
{
    const struct bench_options options = {
        .seed = seed, .sink = BENCH_SINK_NONE, .stoppable = true, .settings_read = settings_read};
    struct bench_result result = {0};
    if (bench_run_begin(run, one, &options))
        bench_run_all(run, &result);
    else
        bench_run_judge(run, &result);
    judge(&result, ret_result);
}

void sweep_one(struct bench_run *run, const struct scenario_case *one,
               const struct sweep_value *value, uint64_t seed, struct sweep_result *ret_result)
{
    struct scenario_case changed = *one;
    changed.module.settings[value->setting] = value->value;
    if (value->setting == SIM_SETTING_RANDOM_SEED)
        seed = (uint64_t)value->value;
    run_case(run, &changed, seed, NULL, ret_result);
}

/* Both runs are the same up to the first look at the setting; the seed is looked at in the bench.
 */
static bool is_read(const uint64_t read[SIM_SETTING_WORDS], unsigned setting)
{
    return setting == SIM_SETTING_RANDOM_SEED || (read[setting / 64] >> setting % 64 & 1);
}

/* ---- in a process ---------------------------------------------------------------------------- */

enum { SLICES = 8 };

/* The case as it is runs once for all slices of it that come to one process. */
struct own {
    struct bench_run *run;
    const struct campaign_case *begun;
    struct sweep_result result;
    uint64_t read[SIM_SETTING_WORDS];
};

static bool start(void *context, unsigned worker, void **ret_own, char *reterr_text)
{
    struct own *own = calloc(1, sizeof *own);
    (void)context;
    if (own)
        own->run = bench_run_new(BENCH_SINK_NONE);
    (void)worker;
    *ret_own = own;
    if (own && own->run)
        return true;
    free(own);
    snprintf(reterr_text, CAMPAIGN_TEXT_MAX, "not enough memory");
    return false;
}

static void finish(void *context, void *own_memory)
{
    struct own *own = own_memory;
    (void)context;
    bench_run_free(own->run);
    free(own);
}

static void begin_case(struct own *own, const struct campaign_case *planned)
{
    if (own->begun == planned)
        return;
    memset(own->read, 0, sizeof own->read);
    own->result = (struct sweep_result){0};
    run_case(own->run, planned->one, planned->token.seed, own->read, &own->result);
    own->begun = bench_signal() ? NULL : planned;
}

static void put_result(struct campaign_bytes *bytes, const struct sweep_result *result)
{
    campaign_put(bytes, &result->answer, 1);
    if (result->answer > SWEEP_SAME)
        campaign_put(bytes, result, sizeof *result);
}

static bool work(void *context_memory, void *own_memory, const struct campaign_case *planned,
                 unsigned slice, struct campaign_bytes *ret_bytes)
{
    const struct sweep *sweep = ((const struct sweep_context *)context_memory)->sweep;
    struct own *own = own_memory;
    size_t end = sweep->value_count * (slice + 1) / SLICES;
    begin_case(own, planned);
    put_result(ret_bytes, &own->result);
    for (size_t i = sweep->value_count * slice / SLICES; i < end && !bench_signal(); i++) {
        unsigned setting = sweep->values[i].setting;
        struct sweep_result result = {0};
        if (own->result.answer != SWEEP_SAME || scenario_names_setting(planned->one, setting))
            result.answer = SWEEP_LEFT_OUT;
        else if (!is_read(own->read, setting))
            result.answer = SWEEP_UNREAD;
        else
            sweep_one(own->run, planned->one, &sweep->values[i], planned->token.seed, &result);
        put_result(ret_bytes, &result);
    }
    return !ret_bytes->failed;
}

/* ---- what is kept ---------------------------------------------------------------------------- */

/* Answers that say all by themselves are shared. */
static const struct sweep_result plain[] = {{.answer = SWEEP_NOT_RUN},
                                            {.answer = SWEEP_LEFT_OUT},
                                            {.answer = SWEEP_UNREAD},
                                            {.answer = SWEEP_SAME}};
_Static_assert(sizeof plain / sizeof plain[0] == SWEEP_SAME + 1, "in the order of the answers");

static void forget(const struct sweep_result *result)
{
    union {
        const struct sweep_result *result;
        void *memory;
    } owned = {result};
    if (result->answer > SWEEP_SAME)
        free(owned.memory);
}

struct sweep *sweep_new(size_t case_count, const struct sweep_value *values, size_t value_count)
{
    struct sweep *sweep = calloc(1, sizeof *sweep);
    if (!sweep)
        return NULL;
    *sweep = (struct sweep){.values = values,
                            .value_count = value_count,
                            .case_count = case_count,
                            .results = calloc(case_count * value_count + 1, sizeof *sweep->results),
                            .own = calloc(case_count + 1, sizeof *sweep->own)};
    if (!sweep->results || !sweep->own) {
        sweep->case_count = 0;
        sweep_free(sweep);
        return NULL;
    }
    for (size_t i = 0; i < case_count * value_count; i++)
        sweep->results[i] = &plain[SWEEP_NOT_RUN];
    for (size_t i = 0; i < case_count; i++)
        sweep->own[i] = &plain[SWEEP_NOT_RUN];
    return sweep;
}

void sweep_free(struct sweep *sweep)
{
    if (!sweep)
        return;
    for (size_t i = 0; i < sweep->case_count * sweep->value_count; i++)
        forget(sweep->results[i]);
    for (size_t i = 0; i < sweep->case_count; i++)
        forget(sweep->own[i]);
    free(sweep->results);
    free(sweep->own);
    free(sweep);
}

/* False: no memory, or the bytes are broken. */
static bool take_result(struct campaign_reader *reader, const struct sweep_result **result)
{
    uint8_t answer;
    struct sweep_result *kept;
    if (!campaign_take(reader, &answer, 1) || answer >= SWEEP_ANSWER_COUNT)
        return false;
    forget(*result);
    *result = &plain[answer > SWEEP_SAME ? (unsigned)SWEEP_NOT_RUN : answer];
    if (answer <= SWEEP_SAME)
        return true;
    kept = malloc(sizeof *kept);
    if (!kept || !campaign_take(reader, kept, sizeof *kept)) {
        free(kept);
        return false;
    }
    *result = kept;
    return true;
}

static bool take_slice(struct sweep *sweep, size_t index, unsigned slice,
                       const struct campaign_bytes *bytes)
{
    struct campaign_reader reader = campaign_read(bytes);
    size_t end = sweep->value_count * (slice + 1) / SLICES;
    bool good = bytes->size == 0 || take_result(&reader, &sweep->own[index]);
    for (size_t i = sweep->value_count * slice / SLICES; good && i < end && reader.at < reader.end;
         i++)
        good = take_result(&reader, &sweep->results[index * sweep->value_count + i]);
    return good;
}

/* ---- in the reports -------------------------------------------------------------------------- */

enum { LINE_BYTES = 1024, FIGURES = 5 };

/* What the report of a case points to. */
struct sweep_told {
    char (*lines)[LINE_BYTES];
    const char **details;
    size_t count;
    char message[LINE_BYTES], repeat[LINE_BYTES];
    struct report_figure figures[FIGURES];
};

void sweep_context_done(struct sweep_context *context)
{
    if (!context->told)
        return;
    free(context->told->lines);
    free(context->told->details);
    free(context->told);
    context->told = NULL;
}

static bool make_told(struct sweep_context *context, size_t hinging)
{
    struct sweep_told *told = calloc(1, sizeof *told);
    sweep_context_done(context);
    context->told = told;
    if (!told)
        return false;
    told->lines = calloc(2 * hinging + 1, sizeof *told->lines);
    told->details = calloc(2 * hinging + 1, sizeof *told->details);
    return told->lines && told->details;
}

static void add_hinging(const struct sweep_context *context, const struct campaign_case *planned,
                        const struct sweep_value *value, const struct sweep_result *result)
{
    struct sweep_told *told = context->told;
    char text[128], command[LINE_BYTES];
    context->write_value(value, text, sizeof text);
    context->write_repeat(planned, value, command, sizeof command);
    snprintf(told->lines[told->count], LINE_BYTES, "%s with %s: %s: want %s; got %s",
             sweep_answer_name(result->answer), text, result->what, result->want, result->got);
    snprintf(told->lines[told->count + 1], LINE_BYTES, "repeat: %.900s", command);
    for (int i = 0; i < 2; i++, told->count++)
        told->details[told->count] = told->lines[told->count];
}

/* How bad an answer is: a verdict that hinges is none, a rule that is broken is. */
static enum report_verdict verdict_of(uint8_t own, const size_t counts[SWEEP_ANSWER_COUNT])
{
    if (own == SWEEP_RULE || own == SWEEP_EXPECTATION || own == SWEEP_NO_STORY ||
        counts[SWEEP_RULE])
        return REPORT_FAILED;
    if (own == SWEEP_UNKNOWN || counts[SWEEP_UNKNOWN])
        return REPORT_ERROR;
    return own == SWEEP_NOT_RUN || counts[SWEEP_NOT_RUN] ? REPORT_NOT_RUN : REPORT_PASSED;
}

static void list_figures(struct sweep_told *told, const size_t counts[SWEEP_ANSWER_COUNT],
                         struct report_case *reported)
{
    const struct report_figure figures[FIGURES] = {
        {"same", counts[SWEEP_SAME]},
        {"unread", counts[SWEEP_UNREAD]},
        {"left_out", counts[SWEEP_LEFT_OUT]},
        {"rules_broken", counts[SWEEP_RULE]},
        {"hinging", counts[SWEEP_RULE] + counts[SWEEP_EXPECTATION] + counts[SWEEP_NO_STORY]}};
    memcpy(told->figures, figures, sizeof figures);
    reported->figures = told->figures;
    reported->figure_count = FIGURES;
}

/* A case that hinges on nothing, or passes all the same, says so in its details only. */
static void report(const struct sweep_context *context, const struct campaign_case *planned,
                   const struct sweep_result *own, const size_t counts[SWEEP_ANSWER_COUNT],
                   struct report_case *reported)
{
    struct sweep_told *told = context->told;
    *reported = explain_identity(planned->scenario, planned->one);
    reported->verdict = verdict_of(own->answer, counts);
    list_figures(told, counts, reported);
    reported->details = told->details;
    reported->detail_count = told->count;
    if (reported->verdict != REPORT_FAILED && reported->verdict != REPORT_ERROR)
        return;
    if (own->answer > SWEEP_SAME)
        snprintf(told->message, sizeof told->message, "as it is: %s: want %s; got %s", own->what,
                 own->want, own->got);
    else
        snprintf(told->message, sizeof told->message, "%zu rules broken; %s", counts[SWEEP_RULE],
                 told->lines[0]);
    campaign_repeat_command(planned->scenario, &planned->token, told->repeat, sizeof told->repeat);
    reported->message = told->message;
    reported->repeat = told->repeat;
    reported->kind = reported->verdict == REPORT_ERROR ? REPORT_KIND_BENCH
                     : counts[SWEEP_RULE]              ? REPORT_KIND_RULE
                                                       : REPORT_KIND_EXPECTATION;
}

static bool conclude(void *context_memory, const struct campaign_answers *answers, FILE *out,
                     struct report_case *ret_reported)
{
    struct sweep_context *context = context_memory;
    struct sweep *sweep = context->sweep;
    size_t index = (size_t)(answers->planned - context->campaign->cases), hinging = 0;
    const struct sweep_result **results = &sweep->results[index * sweep->value_count];
    size_t counts[SWEEP_ANSWER_COUNT] = {0};
    (void)out;
    for (unsigned i = 0; i < answers->slice_count; i++)
        if (!take_slice(sweep, index, i, &answers->slices[i]))
            return false;
    for (size_t i = 0; i < sweep->value_count; i++) {
        counts[results[i]->answer]++;
        hinging += results[i]->answer > SWEEP_SAME;
    }
    if (!make_told(context, hinging))
        return false;
    /* What breaks a rule first: a message has room for one. */
    for (int rules = 1; rules >= 0; rules--)
        for (size_t i = 0; i < sweep->value_count; i++)
            if (results[i]->answer > SWEEP_SAME && (results[i]->answer == SWEEP_RULE) == rules)
                add_hinging(context, answers->planned, &sweep->values[i], results[i]);
    report(context, answers->planned, sweep->own[index], counts, ret_reported);
    return true;
}

const struct campaign_use sweep_use = {
    .slices = SLICES, .start = start, .finish = finish, .work = work, .conclude = conclude};
