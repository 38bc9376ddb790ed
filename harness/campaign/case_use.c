/* case_use.c - runs a case, again if this machine was late, and says what came of it. */
#include "harness/campaign/case_use.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/campaign/carry.h"
#include "harness/campaign/explain.h"
#include "harness/campaign/kept_journal.h"
#include "harness/text/escape.h"
#include "reports/file.h"

/* A client's outputs, as files beside the reports. */
static const struct output {
    const char *name, *ending;
    bool errors;
} outputs[] = {{"standard output of the client", ".stdout.txt", false},
               {"standard errors of the client", ".stderr.txt", true}};
enum { OUTPUTS = sizeof outputs / sizeof outputs[0], LAST_LINES = 3, LAST_BYTES = 4000 };

/* What a process needs. */
struct own {
    struct report_attachment attachments[OUTPUTS + 1]; /* and the journal */
    char places[OUTPUTS + 1][CAMPAIGN_PATH_MAX];
    char journal_told[CAMPAIGN_PATH_MAX + 128]; /* where it is, or why it is not; "" = not wanted */
    char last[OUTPUTS][LAST_BYTES + 1];         /* of each, whole lines */
    struct bench_run *run;
    struct explanation explanation;
    struct scenario_case changed; /* the running case with the settings */
};

/* The runs of one case that were not its last one. */
struct late_attempts {
    struct report_attempt attempts[CAMPAIGN_LATE_REPEATS_MAX];
    char message[CAMPAIGN_LATE_REPEATS_MAX][BENCH_TEXT_MAX];
    size_t count;
};

static bool is_port(const struct campaign_case_context *context)
{
    return context->target->options.url || context->target->options.outside;
}

/* ---- a process ------------------------------------------------------------------------------- */

static void finish(void *context, void *own_memory)
{
    struct own *own = own_memory;
    (void)context;
    if (!own)
        return;
    bench_run_free(own->run);
    explain_done(&own->explanation);
    free(own);
}

/* Where nothing can run, the port is not touched. */
static bool any_runs(const struct campaign_case_context *context)
{
    const struct campaign *campaign = context->campaign;
    struct bench_plan plan = {.runs = false};
    for (size_t i = 0; i < campaign->case_count && !plan.runs; i++)
        if (campaign->cases[i].one)
            bench_target_plan(context->target, campaign->cases[i].one, NULL, &plan);
    return plan.runs;
}

static bool start(void *context_memory, unsigned worker, void **ret_own, char *reterr_text)
{
    struct campaign_case_context *context = context_memory;
    struct own *own = calloc(1, sizeof *own);
    (void)worker;
    *ret_own = own;
    if (own)
        own->run = bench_run_new(BENCH_SINK_MEMORY);
    if (own && own->run)
        own->run->deadlines = calloc(1, sizeof *own->run->deadlines);
    if (own && own->run && own->run->deadlines &&
        (!any_runs(context) || bench_target_open(context->target, reterr_text, CAMPAIGN_TEXT_MAX)))
        return true;
    if (!reterr_text[0])
        snprintf(reterr_text, CAMPAIGN_TEXT_MAX, "not enough memory");
    finish(context, own);
    *ret_own = NULL;
    return false;
}

/* ---- a run ----------------------------------------------------------------------------------- */

const struct scenario_case *campaign_with_settings(const struct campaign_case_context *context,
                                                   const struct scenario_case *one,
                                                   struct scenario_case *changed)
{
    if (context->setting_count == 0)
        return one;
    *changed = *one;
    for (size_t i = 0; i < context->setting_count; i++)
        changed->module.settings[context->settings[i].setting] = context->settings[i].value;
    return changed;
}

/* Notes a run that judged nothing, because this machine was late; false when it is not repeated. */
static bool note_late(struct late_attempts *late, const struct campaign_case_context *context,
                      const struct bench_run *run, const struct bench_result *result,
                      uint64_t wall_us)
{
    if (result->verdict != BENCH_ERROR || !run->late || late->count >= context->repeat_late)
        return false;
    snprintf(late->message[late->count], BENCH_TEXT_MAX, "%s", result->error);
    late->attempts[late->count] = (struct report_attempt){
        .verdict = REPORT_ERROR, .message = late->message[late->count], .wall_us = wall_us};
    late->count++;
    return true;
}

/* Runs the case once, or until this machine was in time for it. */
static void run_attempts(const struct campaign_case_context *context, struct own *own,
                         const struct campaign_case *planned, struct bench_result *ret_result,
                         struct late_attempts *late)
{
    struct bench_options bench = context->bench;
    bench.seed = planned->token.seed;
    bench.sink = BENCH_SINK_MEMORY;
    bench.stoppable = true;
    bench.costs = !context->setting_count && !context->judge;
    if (is_port(context))
        bench.speed = context->target->options.speed;
    for (;;) {
        uint64_t started_us = bench_clock_us();
        *ret_result = (struct bench_result){0};
        bench_target_run(context->target, own->run,
                         campaign_with_settings(context, planned->one, &own->changed), &bench,
                         ret_result);
        if (!note_late(late, context, own->run, ret_result, bench_clock_us() - started_us))
            return;
        bench.speed /= 2;
    }
}

static void repeat_command(const struct campaign_case_context *context,
                           const struct campaign_case *planned, char *buffer, size_t capacity)
{
    static const char remark[] = "   (virtual time; the run in real time was not exact)";
    static const char outside[] = "   (real time: not exact)";
    campaign_repeat_command(planned->scenario, &planned->token, buffer, capacity);
    size_t length = strlen(buffer);
    for (size_t i = 0; i < context->setting_count && length + 8 < capacity; i++) {
        length += (size_t)snprintf(buffer + length, capacity - length, " --set ");
        length = campaign_shell_word(buffer, capacity, length, context->settings[i].text);
    }
    for (size_t i = 0; context->client[i] && length + 2 < capacity; i++) {
        buffer[length++] = ' ';
        length = campaign_shell_word(buffer, capacity, length, context->client[i]);
    }
    bool real_time = context->bench.speed > 0 || is_port(context);
    if (context->target->options.outside) {
        snprintf(buffer + length, capacity - length, " --speed %g%s",
                 context->target->options.speed, outside);
        return;
    }
    if (real_time && length < capacity && capacity - length > sizeof remark)
        memcpy(buffer + length, remark, sizeof remark);
}

/* Lets the user keep the run; why that was not possible stands in result->error. */
static void keep_run(const struct campaign_case_context *context, const struct own *own,
                     const struct campaign_case *planned, const char *repeat,
                     struct bench_result *result)
{
    char text[BENCH_TEXT_MAX];
    if (!context->keep || result->verdict == BENCH_SKIPPED || result->verdict == BENCH_STOPPED ||
        context->keep(context, planned, own->run, result, repeat, text))
        return;
    if (result->verdict == BENCH_PASSED)
        result->verdict = BENCH_ERROR;
    if (!result->error[0])
        snprintf(result->error, sizeof result->error, "%s", text);
}

/* ---- what is told behind a case -------------------------------------------------------------- */

/* Leads to the file of own->places[reported->attachment_count], which is in the reports' folder. */
static void add_attachment(struct own *own, const char *folder, const char *name,
                           struct report_case *reported)
{
    size_t at = reported->attachment_count++;
    own->attachments[at] = (struct report_attachment){
        .name = name, .content_type = "text/plain", .path = own->places[at] + strlen(folder) + 1};
    reported->attachments = own->attachments;
}

/* What happened on a port does not happen again: its journal is kept when it was not right. */
static void keep_journal(const struct campaign_case_context *context, struct own *own,
                         const struct campaign_case *planned, const struct bench_result *result,
                         struct report_case *reported)
{
    const char *folder = context->campaign->options.reports;
    char *path = own->places[reported->attachment_count], trouble[64] = "";
    bool wrong = result->verdict == BENCH_FAILED || result->verdict == BENCH_ERROR;
    own->journal_told[0] = '\0';
    if (!wrong || !is_port(context))
        return;
    if (!campaign_journal_keep(folder, planned->scenario, own->run, context->target->asker, result,
                               path))
        snprintf(trouble, sizeof trouble, " could not be written: %s", strerror(errno));
    snprintf(own->journal_told, sizeof own->journal_told, "%s%s", path, trouble);
    if (folder && !trouble[0])
        add_attachment(own, folder, "journal of this run", reported);
}

/* What the client has written in this run, NULL = nothing. */
static const char *output_of(const struct bench_run *run, bool errors, size_t *ret_size)
{
    struct bench_record record;
    size_t offset = bench_journal_begin(&run->journal);
    bool has_run = run->host && bench_journal_next(&run->journal, &offset, &record);
    const char *text =
        has_run && run->host->output ? run->host->output(run, errors, ret_size) : NULL;
    return text && *ret_size ? text : NULL;
}

static void attach(struct own *own, const struct campaign_case_context *context,
                   const struct campaign_case *planned, const struct output *output,
                   struct report_case *reported)
{
    const char *folder = context->campaign->options.reports;
    char *path = own->places[reported->attachment_count];
    size_t size = 0;
    const char *text = output_of(own->run, output->errors, &size);
    struct report_file file;
    if (!text)
        return;
    campaign_case_path(folder, planned->scenario, planned->one->name, output->ending, path);
    if (report_file_open(&file, path) != 0)
        return;
    fwrite(text, 1, size, file.out);
    if (report_file_close(&file, REPORT_FILE_WHOLE) != 0)
        return;
    add_attachment(own, folder, output->name, reported);
}

/* The outputs of a client that has some, where there is a folder for reports. */
static void attach_outputs(const struct campaign_case_context *context, struct own *own,
                           const struct campaign_case *planned, struct report_case *reported)
{
    if (!context->campaign->options.reports)
        return;
    for (size_t i = 0; i < OUTPUTS; i++)
        attach(own, context, planned, &outputs[i], reported);
}

/* The last lines of an output, for reports that are read without the files beside them. */
static const char *last_lines(struct own *own, size_t output)
{
    size_t size = 0;
    const char *text = output_of(own->run, outputs[output].errors, &size), *end;
    char *last = own->last[output];
    if (!text)
        return NULL;
    if (size > LAST_BYTES) {
        end = memchr(text + size - LAST_BYTES, '\n', LAST_BYTES);
        size_t kept = end ? (size_t)(text + size - end) - 1 : LAST_BYTES;
        text += size - kept;
        size = kept;
    }
    memcpy(last, text, size);
    last[size] = '\0';
    for (char *zero; (zero = memchr(last, '\0', size)) != NULL;)
        *zero = '?';
    return last;
}

/* Of a case that passed they stand in the files alone. */
static void tell_outputs(struct own *own, const struct bench_result *result,
                         struct report_case *reported)
{
    bool is_told = result->verdict == BENCH_FAILED || result->verdict == BENCH_ERROR;
    reported->output = is_told ? last_lines(own, 0) : NULL;
    reported->errors = is_told ? last_lines(own, 1) : NULL;
}

/* A client that fails often says why. */
static void write_last_words(const struct own *own, const struct bench_result *result, FILE *extras)
{
    size_t size = 0, from;
    const char *text = output_of(own->run, true, &size);
    unsigned lines = 0;
    if (!text || result->verdict == BENCH_PASSED)
        return;
    for (from = size; from > 0 && size - from < 400; from--)
        if (text[from - 1] == '\n' && from < size && ++lines == LAST_LINES)
            break;
    while (from < size) {
        const char *end = memchr(text + from, '\n', size - from);
        size_t length = end ? (size_t)(end - text) - from : size - from;
        char line[4 * 160 + 1];
        text_escape(line, sizeof line, text + from, length < 160 ? length : 160);
        fprintf(extras, "    stderr   : %s\n", line);
        from += length + 1;
    }
}

/* What `expect: costs` is written from. */
static void write_costs(const struct campaign_case *planned, const struct bench_result *result,
                        FILE *extras)
{
    fprintf(extras, "costs {");
    for (unsigned i = 0; i < SCENARIO_COST_COUNT; i++)
        fprintf(extras, "%s%s: %" PRIu64, i ? ", " : "", scenario_cost_name(i),
                scenario_cost(&result->observed, i));
    fprintf(extras, "} %s/%s\n", planned->scenario->group, planned->one->name);
}

static void write_extras(const struct campaign_case_context *context, const struct own *own,
                         const struct campaign_case *planned, const struct bench_result *result,
                         FILE *extras)
{
    if (own->journal_told[0])
        fprintf(extras, "    journal  : %s\n", own->journal_told);
    write_last_words(own, result, extras);
    if (result->verdict == BENCH_FAILED && result->error[0])
        fprintf(extras, "    not kept : %s\n", result->error);
    if (context->timeline) {
        fprintf(extras, "timeline of %s\n", planned->one->name);
        campaign_journal_print(&own->run->journal, extras);
    }
    if (context->explain)
        report_explain(extras, &own->explanation.reported);
    if (context->digests)
        fprintf(extras, "digest %016" PRIx64 " %s/%s\n", result->journal_digest,
                planned->scenario->group, planned->one->name);
    if (context->costs)
        write_costs(planned, result, extras);
}

/* Adds what is told, with its NUL; false: no memory. */
static bool put_extras(const struct campaign_case_context *context, const struct own *own,
                       const struct campaign_case *planned, const struct bench_result *result,
                       struct campaign_bytes *bytes)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        return false;
    write_extras(context, own, planned, result, memory);
    bool good = fclose(memory) == 0;
    if (good)
        campaign_put_text(bytes, text);
    free(text);
    return good;
}

/* ---- the use --------------------------------------------------------------------------------- */

static bool work(void *context_memory, void *own_memory, const struct campaign_case *planned,
                 unsigned slice, struct campaign_bytes *ret_bytes)
{
    const struct campaign_case_context *context = context_memory;
    struct own *own = own_memory;
    struct bench_result result;
    struct late_attempts late = {.count = 0};
    char repeat[EXPLAIN_LINE_MAX];
    (void)slice;
    run_attempts(context, own, planned, &result, &late);
    if (context->judge)
        context->judge(context, planned, &result);
    repeat_command(context, planned, repeat, sizeof repeat);
    keep_run(context, own, planned, repeat, &result);
    own->explanation.whole = context->explain;
    explain_run(&own->explanation, planned->scenario, own->run, &result, repeat);
    if (context->compare && result.verdict == BENCH_FAILED)
        context->compare(context->compare_context, planned, own->run, &own->explanation.reported);
    own->explanation.reported.attempts = late.attempts;
    own->explanation.reported.attempt_count = late.count;
    keep_journal(context, own, planned, &result, &own->explanation.reported);
    attach_outputs(context, own, planned, &own->explanation.reported);
    tell_outputs(own, &result, &own->explanation.reported);
    campaign_put_case(ret_bytes, &own->explanation.reported);
    if (result.verdict == BENCH_STOPPED)
        campaign_put_text(ret_bytes, NULL);
    else if (!put_extras(context, own, planned, &result, ret_bytes))
        return false;
    if (context->gather && !context->gather(context->reach_context, own->run, ret_bytes))
        return false;
    return !ret_bytes->failed;
}

static bool conclude(void *context_memory, const struct campaign_answers *answers, FILE *out,
                     struct report_case *ret_reported)
{
    struct campaign_case_context *context = context_memory;
    struct campaign_reader reader = campaign_read(&answers->slices[0]);
    (void)out;
    free(context->lists);
    context->lists = NULL;
    context->extras = NULL;
    if (answers->slices[0].size == 0) /* stopped before it began */
        return true;
    if (!campaign_take_case(&reader, ret_reported, &context->lists))
        return false;
    context->extras = campaign_take_text(&reader);
    if (context->merge && !reader.failed && answers->complete)
        return context->merge(context->reach_context, answers->planned, &reader);
    return !reader.failed;
}

static void tell(void *context_memory, const struct campaign_answers *answers, FILE *out)
{
    const struct campaign_case_context *context = context_memory;
    (void)answers;
    if (context->extras)
        fputs(context->extras, out);
}

const struct campaign_use campaign_case_use = {.slices = 1,
                                               .start = start,
                                               .finish = finish,
                                               .work = work,
                                               .conclude = conclude,
                                               .tell = tell};

void campaign_case_context_done(struct campaign_case_context *context)
{
    free(context->lists);
    context->lists = NULL;
}
