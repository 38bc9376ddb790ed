/* explain.c - what a run has come to, as a case of a report. */
#include "harness/campaign/explain.h"

#include <stdio.h>
#include <string.h>

struct report_case explain_identity(const struct scenario *scenario,
                                    const struct scenario_case *one)
{
    return (struct report_case){.group = scenario->group[0] ? scenario->group : NULL,
                                .name = one->name,
                                .title = scenario->title,
                                .why = scenario->why,
                                .file = scenario->path};
}

/* ---- exchanges ----------------------------------------------------------------------------- */

/* What stands in the listing of the last exchanges; the rest is in the timeline. */
static bool is_shown(const struct bench_record *record)
{
    return record->kind == BENCH_JOURNAL_TO_HOST || record->kind == BENCH_JOURNAL_TO_MODULE ||
           record->kind == BENCH_JOURNAL_FAULT || record->kind == BENCH_JOURNAL_HOST ||
           (record->kind == BENCH_JOURNAL_CORE && record->a == FOTA_EVENT_STATE);
}

static size_t count_shown(const struct bench_journal *journal)
{
    struct bench_record record;
    size_t count = 0, offset = bench_journal_begin(journal);
    while (bench_journal_next(journal, &offset, &record))
        count += is_shown(&record);
    return count;
}

static void show(struct explanation *explanation, size_t at, const struct bench_record *record)
{
    struct report_exchange *exchange = &explanation->exchanges[at];
    exchange->t_us = record->time_us;
    exchange->bytes = (struct report_bytes){record->payload, record->length};
    exchange->direction = record->kind == BENCH_JOURNAL_TO_HOST     ? REPORT_TO_HOST
                          : record->kind == BENCH_JOURNAL_TO_MODULE ? REPORT_TO_MODULE
                                                                    : REPORT_NOTE;
    if (exchange->direction != REPORT_NOTE)
        return;
    /* The text of a record begins with its time, which the exchange has already. */
    char line[EXPLAIN_LINE_MAX];
    bench_record_format(record, line, sizeof line);
    const char *text = strstr(line, bench_journal_kind_name(record->kind));
    snprintf(explanation->note[at], sizeof explanation->note[at], "%s", text ? text : line);
    exchange->bytes = report_bytes_of(explanation->note[at]);
}

static void show_last(struct explanation *explanation, const struct bench_journal *journal)
{
    size_t shown = count_shown(journal), index = 0, count = 0;
    size_t skipped = shown > EXPLAIN_EXCHANGES ? shown - EXPLAIN_EXCHANGES : 0;
    size_t offset = bench_journal_begin(journal);
    struct bench_record record;
    while (bench_journal_next(journal, &offset, &record))
        if (is_shown(&record) && index++ >= skipped)
            show(explanation, count++, &record);
    explanation->reported.exchanges = explanation->exchanges;
    explanation->reported.exchange_count = count;
}

/* ---- steps: the states of the core --------------------------------------------------------- */

static void list_steps(struct explanation *explanation, const struct bench_run *run)
{
    size_t offset = bench_journal_begin(&run->journal), count = 0;
    struct bench_record record;
    while (bench_journal_next(&run->journal, &offset, &record)) {
        if (record.kind != BENCH_JOURNAL_CORE || record.a != FOTA_EVENT_STATE)
            continue;
        if (count)
            explanation->steps[count - 1].duration_us =
                record.time_us - explanation->steps[count - 1].t_us;
        if (record.b >> 8 == FOTA_STATE_DONE || count == EXPLAIN_STEPS_MAX)
            break;
        explanation->steps[count++] = (struct report_step){.name = fota_state_name(record.b >> 8),
                                                           .status = REPORT_PASSED,
                                                           .t_us = record.time_us};
    }
    explanation->reported.steps = explanation->steps;
    explanation->reported.step_count = count;
}

/* ---- figures: what the core counted -------------------------------------------------------- */

static uint64_t figure_of(uint64_t sum, unsigned index, uint32_t value)
{
    bool most = index == BENCH_FIGURE_line_bytes_max || index == BENCH_FIGURE_command_bytes_max;
    return most ? (value > sum ? value : sum) : sum + value;
}

/* Over all starts of the core: a host reset divides a job. */
static void list_figures(struct explanation *explanation, const struct bench_journal *journal)
{
    size_t offset = bench_journal_begin(journal);
    struct bench_record record;
    memset(explanation->figures, 0, sizeof explanation->figures);
    while (bench_journal_next(journal, &offset, &record))
        for (unsigned i = 0; i < BENCH_FIGURE_COUNT && record.kind == BENCH_JOURNAL_FIGURES; i++) {
            struct report_figure *figure = &explanation->figures[i];
            bench_figure_name(i, explanation->figure_names[i]);
            figure->name = explanation->figure_names[i];
            figure->value = figure_of(figure->value, i, bench_figure(&record, i));
        }
    explanation->reported.figures = explanation->figures;
    explanation->reported.figure_count = explanation->figures[0].name ? BENCH_FIGURE_COUNT : 0;
}

/* ---- the verdict --------------------------------------------------------------------------- */

static const uint8_t kinds[SCENARIO_FINDING_KIND_COUNT] = {
#define X(name, text, meaning) [SCENARIO_FINDING_##name] = REPORT_KIND_##name,
    SCENARIO_FINDING_KINDS(X)
#undef X
};

enum report_kind explain_kind(const struct scenario_finding *finding)
{
    return (enum report_kind)kinds[finding->kind];
}

/*
 * The step that a bad end came of, or in which an endless run stands; NULL when the client ended
 * well. What it does after its verdict (health of a module that was not updated, clean-up) failed
 * nothing.
 */
static struct report_step *failed_step(struct explanation *explanation,
                                       const struct scenario_observed *observed)
{
    const char *const after[] = {fota_state_name(FOTA_STATE_CLEAN_UP),
                                 fota_state_name(FOTA_STATE_HEALTH)};
    unsigned outcome = observed->result.outcome;
    size_t count = explanation->reported.step_count;
    if (observed->finished &&
        (outcome == FOTA_OUTCOME_UPDATED || outcome == FOTA_OUTCOME_ALREADY_CURRENT))
        return NULL;
    for (unsigned i = 0; i < 2 && observed->finished; i++)
        if (count > 1 && strcmp(explanation->steps[count - 1].name, after[i]) == 0 &&
            (i == 0 || outcome != FOTA_OUTCOME_DEGRADED))
            count--;
    return count ? &explanation->steps[count - 1] : NULL;
}

/* What was found first; of a bad end also the line that decided it, and where. */
static void write_headline(struct explanation *explanation, const struct scenario_finding *first,
                           const struct scenario_observed *observed, const struct report_step *step)
{
    size_t capacity = sizeof explanation->message;
    size_t length = (size_t)snprintf(explanation->message, capacity, "%s: want %.120s, got %.160s",
                                     first->what, first->want, first->got);
    if (step && length < capacity)
        length += (size_t)snprintf(explanation->message + length, capacity - length,
                                   ", at step %.40s", step->name);
    if (step && observed->result.evidence[0] && length < capacity)
        snprintf(explanation->message + length, capacity - length, ", on '%s'",
                 observed->result.evidence);
}

/* "file:line:column: what"; what stands in no file has no line. */
static void write_place(char *buffer, size_t capacity, const char *path,
                        const struct scenario_finding *finding)
{
    if (finding->place.line)
        snprintf(buffer, capacity, "%s:%u:%u: %s", path, finding->place.line, finding->place.column,
                 finding->what);
    else
        snprintf(buffer, capacity, "%s: %s", path, finding->what);
}

static void list_findings(struct explanation *explanation, const struct bench_result *result)
{
    struct report_case *reported = &explanation->reported;
    size_t shown =
        result->finding_count < BENCH_FINDINGS_MAX ? result->finding_count : BENCH_FINDINGS_MAX;
    for (size_t i = 0; i < shown; i++) {
        const struct scenario_finding *finding = &result->findings[i];
        char line[32] = "";
        if (finding->place.line)
            snprintf(line, sizeof line, ", line %u", finding->place.line);
        snprintf(explanation->finding[i], sizeof explanation->finding[i],
                 "%s%s: %s: want %.200s, got %.200s", scenario_finding_kind_name(finding->kind),
                 line, finding->what, finding->want, finding->got);
        explanation->details[i] = explanation->finding[i];
    }
    reported->details = explanation->details;
    reported->detail_count = shown > 1 ? shown : 0;
}

static void describe_findings(struct explanation *explanation, const struct scenario *scenario,
                              const struct bench_result *result)
{
    struct report_case *reported = &explanation->reported;
    const struct scenario_finding *first = &result->findings[0];
    struct report_step *step = failed_step(explanation, &result->observed);
    write_headline(explanation, first, &result->observed, step);
    write_place(explanation->place, sizeof explanation->place, scenario->path, first);
    list_findings(explanation, result);
    reported->line = first->place.line;
    reported->kind = explain_kind(first);
    reported->are_bytes = first->are_bytes;
    reported->place = explanation->place;
    reported->expected = report_bytes_of(first->want);
    reported->received = report_bytes_of(first->got);
    if (step)
        step->status = REPORT_FAILED;
}

/* A client of somebody's own may have an author who sees a module for the first time. */
static void add_hints(struct explanation *explanation, const struct bench_run *run,
                      const struct bench_result *result)
{
    struct report_case *reported = &explanation->reported;
    if (!(result->observed.lacking & SCENARIO_NEED_CORE_MANNER) ||
        result->verdict == BENCH_PASSED || run->journal.sink != BENCH_SINK_MEMORY)
        return;
    bench_hints_find(run, &explanation->hints);
    reported->details = explanation->details;
    for (unsigned hint = 0; hint < BENCH_HINT_COUNT; hint++)
        if (explanation->hints.text[hint][0])
            explanation->details[reported->detail_count++] = explanation->hints.text[hint];
}

/* Timeline and chain, after all else is known. */
static void draw_timeline(struct explanation *explanation, const struct bench_run *run,
                          const struct bench_result *result)
{
    struct report_case *reported = &explanation->reported;
    struct because *because = &explanation->because;
    struct timeline *timeline = &explanation->timeline;
    const struct report_step *step = failed_step(explanation, &result->observed);
    timeline_make(timeline, &run->journal, run->one, run->deadlines);
    because->count = 0;
    if (result->verdict == BENCH_FAILED && result->finding_count)
        because_find(because, timeline, run, result, step ? step->name : NULL);
    if (!explanation->whole)
        timeline_cut(timeline, EXPLAIN_WIRE_MAX, EXPLAIN_OTHERS_MAX, because->reasons,
                     because->count);
    reported->events = timeline->events;
    reported->event_count = timeline->count;
    reported->events_left_out = timeline->left_out;
    reported->reasons = because->reasons;
    reported->reason_count = because->count;
    reported->sentence = because->count ? because->sentence : NULL;
}

void explain_done(struct explanation *explanation)
{
    timeline_done(&explanation->timeline);
}

void explain_run(struct explanation *explanation, const struct scenario *scenario,
                 const struct bench_run *run, const struct bench_result *result, const char *repeat)
{
    struct report_case *reported = &explanation->reported;
    *reported = explain_identity(scenario, run->one);
    reported->virtual_us = result->duration_us;
    list_steps(explanation, run);
    list_figures(explanation, &run->journal);
    switch (result->verdict) {
    case BENCH_PASSED:
        reported->verdict = REPORT_PASSED;
        if (explanation->whole)
            draw_timeline(explanation, run, result);
        return;
    case BENCH_STOPPED:
        reported->verdict = REPORT_NOT_RUN;
        return;
    case BENCH_SKIPPED:
        reported->verdict = REPORT_SKIPPED;
        snprintf(explanation->message, sizeof explanation->message, "%s", result->error);
        reported->message = explanation->message;
        return;
    case BENCH_ERROR:
        reported->verdict = REPORT_ERROR;
        reported->kind = run->late ? REPORT_KIND_LATENESS : REPORT_KIND_BENCH;
        snprintf(explanation->message, sizeof explanation->message, "%s", result->error);
        break;
    default:
        reported->verdict = REPORT_FAILED;
        describe_findings(explanation, scenario, result);
        break;
    }
    snprintf(explanation->repeat, sizeof explanation->repeat, "%s", repeat);
    reported->message = explanation->message;
    reported->repeat = explanation->repeat;
    show_last(explanation, &run->journal);
    add_hints(explanation, run, result);
    draw_timeline(explanation, run, result);
}
