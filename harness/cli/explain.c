#include "harness/cli/explain.h"

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

static void describe_findings(struct explanation *explanation, const struct scenario *scenario,
                              const struct bench_result *result)
{
    struct report_case *reported = &explanation->reported;
    const struct scenario_finding *first = &result->findings[0];
    size_t shown =
        result->finding_count < BENCH_FINDINGS_MAX ? result->finding_count : BENCH_FINDINGS_MAX;
    const char *last_step =
        reported->step_count ? reported->steps[reported->step_count - 1].name : "the start";
    snprintf(explanation->message, sizeof explanation->message,
             "%s: want %.160s, got %.160s, at step %.40s", first->what, first->want, first->got,
             last_step);
    if (first->place.line)
        snprintf(explanation->place, sizeof explanation->place, "%s:%u:%u: %s", scenario->path,
                 first->place.line, first->place.column, first->what);
    else
        snprintf(explanation->place, sizeof explanation->place, "%s: %s", scenario->path,
                 first->what);
    for (size_t i = 0; i < shown; i++) {
        const struct scenario_finding *finding = &result->findings[i];
        snprintf(explanation->finding[i], sizeof explanation->finding[i],
                 "line %u: %s: want %.200s, got %.200s", finding->place.line, finding->what,
                 finding->want, finding->got);
        explanation->details[i] = explanation->finding[i];
    }
    reported->line = first->place.line;
    reported->type = first->place.line ? "Expectation" : "Rule";
    reported->place = explanation->place;
    reported->expected = report_bytes_of(first->want);
    reported->received = report_bytes_of(first->got);
    reported->details = explanation->details;
    reported->detail_count = shown > 1 ? shown : 0;
    if (reported->step_count)
        explanation->steps[reported->step_count - 1].status = REPORT_FAILED;
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
        reported->type = "BenchError";
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
}
