/* journal_trace.c - a journal as a trace: the same records, written out. */
#include "harness/trace/journal_trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/bench/figures.h"

static const uint8_t kinds[BENCH_JOURNAL_KIND_COUNT] = {
    [BENCH_JOURNAL_TO_MODULE] = TRACE_TO_MODULE, [BENCH_JOURNAL_TO_HOST] = TRACE_TO_HOST,
    [BENCH_JOURNAL_CORE] = TRACE_CORE,           [BENCH_JOURNAL_MODULE] = TRACE_MODULE,
    [BENCH_JOURNAL_FAULT] = TRACE_FAULT,         [BENCH_JOURNAL_REQUEST] = TRACE_REQUEST,
    [BENCH_JOURNAL_HOST] = TRACE_HOST,           [BENCH_JOURNAL_BENCH] = TRACE_BENCH,
    [BENCH_JOURNAL_FIGURES] = TRACE_FIGURES,
};
_Static_assert(BENCH_JOURNAL_KIND_COUNT == BENCH_JOURNAL_FIGURES + 1, "a kind without a row");

static const char *host_word(unsigned what)
{
    static const char *const words[] = {"down", "started", "resumed", "ended", "there", "says"};
    return what < sizeof words / sizeof words[0] ? words[what] : "?";
}

static const char *answer_name(unsigned answer)
{
    static const char *const names[] = {"asked", "done", "refused", "later"};
    return names[answer < 3 ? answer : 3];
}

/* ---- kinds of records ------------------------------------------------------------------------ */

__attribute__((format(printf, 3, 4))) static void
say(struct trace_record_room *room, struct trace_event *event, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(room->words, sizeof room->words, format, arguments);
    va_end(arguments);
    event->detail = room->words;
}

static void describe_core(const struct bench_record *record, struct trace_record_room *room,
                          struct trace_event *event)
{
    unsigned a = record->b & 0xff, b = record->b >> 8;
    event->event = fota_event_name(record->a);
    switch (record->a) {
    case FOTA_EVENT_STATE:
        say(room, event, "%s -> %s", fota_state_name(a), fota_state_name(b));
        return;
    case FOTA_EVENT_OUTCOME:
        say(room, event, "%s, %s", fota_outcome_name(a), fota_reason_name(b));
        return;
    case FOTA_EVENT_HEALTH:
        event->detail = fota_reason_name(a);
        return;
    case FOTA_EVENT_REMARK:
        event->detail = fota_remark_name(a);
        return;
    case FOTA_EVENT_REQUEST:
        say(room, event, "%s %s", fota_request_name(a), answer_name(b));
        return;
    default:
        event->number = a;
    }
}

static void describe_module(const struct bench_record *record, struct trace_event *event)
{
    event->event = sim_event_name(record->a);
    event->number = record->number;
    event->detail = record->a == SIM_EVENT_RESET   ? sim_reset_name(record->number)
                    : record->a == SIM_EVENT_PHASE ? sim_phase_name(record->number)
                    : record->a == SIM_EVENT_HANG  ? sim_hang_name(record->number)
                                                   : NULL;
}

/* As the timeline has them: "sent-bytes=412 commands=31". */
static void describe_figures(const struct bench_record *record, struct trace_record_room *room,
                             struct trace_event *event)
{
    char name[BENCH_FIGURE_NAME_BYTES];
    size_t used = 0;
    for (unsigned i = 0; i < BENCH_FIGURE_COUNT; i++) {
        uint32_t value = bench_figure(record, i);
        if (value == 0 || used + sizeof name + 16 > sizeof room->figures)
            continue;
        bench_figure_name(i, name);
        used += (size_t)snprintf(room->figures + used, sizeof room->figures - used, "%s%s=%lu",
                                 used ? " " : "", name, (unsigned long)value);
    }
    event->number = record->number;
    event->bytes = (const uint8_t *)room->figures;
    event->length = used;
}

void trace_of_record(const struct bench_record *record, struct trace_record_room *room,
                     struct trace_event *ret_event)
{
    *ret_event = (struct trace_event){.time_us = record->time_us,
                                      .kind = kinds[record->kind % BENCH_JOURNAL_KIND_COUNT],
                                      .bytes = record->payload,
                                      .length = record->length};
    switch (record->kind) {
    case BENCH_JOURNAL_TO_MODULE:
    case BENCH_JOURNAL_TO_HOST:
        ret_event->rate = record->number;
        return;
    case BENCH_JOURNAL_CORE:
        describe_core(record, room, ret_event);
        return;
    case BENCH_JOURNAL_MODULE:
        describe_module(record, ret_event);
        return;
    case BENCH_JOURNAL_FAULT:
        ret_event->number = record->a + 1u;
        say(room, ret_event, "action %u", record->b + 1u);
        return;
    case BENCH_JOURNAL_REQUEST:
        ret_event->event = fota_request_name(record->a);
        ret_event->detail = answer_name(record->b);
        return;
    case BENCH_JOURNAL_HOST:
        ret_event->event = host_word(record->a);
        return;
    case BENCH_JOURNAL_BENCH:
        ret_event->event = record->a ? "no-effect" : NULL;
        return;
    default:
        describe_figures(record, room, ret_event);
    }
}

void trace_write_journal(struct trace_writer *writer, const struct bench_journal *journal)
{
    struct trace_record_room room;
    struct bench_record record;
    struct trace_event event;
    size_t offset = bench_journal_begin(journal);
    while (bench_journal_next(journal, &offset, &record)) {
        trace_of_record(&record, &room, &event);
        trace_write(writer, &event);
    }
}

/* ---- a run ----------------------------------------------------------------------------------- */

void trace_log_of_journal(struct trace_log *log, const struct bench_journal *journal)
{
    size_t offset = bench_journal_begin(journal);
    struct bench_record record;
    while (bench_journal_next(journal, &offset, &record))
        if (record.kind == BENCH_JOURNAL_TO_MODULE || record.kind == BENCH_JOURNAL_TO_HOST)
            trace_log_add(log,
                          record.kind == BENCH_JOURNAL_TO_MODULE ? TRACE_TO_MODULE : TRACE_TO_HOST,
                          record.time_us, 0, record.payload, record.length);
}

void trace_header_of_run(const struct bench_run *run, struct trace_header *ret_header)
{
    *ret_header = (struct trace_header){.rate = run->one->host.baud_bps};
    snprintf(ret_header->host_end, sizeof ret_header->host_end, "core");
    snprintf(ret_header->model, sizeof ret_header->model, "%s", run->one->module.variant);
    snprintf(ret_header->revision, sizeof ret_header->revision, "%s", run->start_revision);
    snprintf(ret_header->framing, sizeof ret_header->framing, "8N1");
    snprintf(ret_header->flow_control, sizeof ret_header->flow_control, "none");
    snprintf(ret_header->clock, sizeof ret_header->clock, "%s",
             run->options.speed > 0 ? "real" : "virtual");
    run->module->describe(run, ret_header->module_end, sizeof ret_header->module_end);
}

static void note(struct trace_writer *writer, uint64_t time_us, const char *event,
                 const char *detail)
{
    const struct trace_event told = {
        .time_us = time_us, .kind = TRACE_NOTE, .event = event, .detail = detail};
    trace_write(writer, &told);
}

void trace_write_result(struct trace_writer *writer, const struct bench_result *result)
{
    char detail[TRACE_WORD_MAX];
    snprintf(detail, sizeof detail, "%s%s%s", bench_verdict_name(result->verdict),
             result->error[0] ? ": " : "", result->error);
    note(writer, result->duration_us, "verdict", detail);
    for (size_t i = 0; i < result->finding_count && i < BENCH_FINDINGS_MAX; i++) {
        const struct scenario_finding *finding = &result->findings[i];
        snprintf(detail, sizeof detail, "%s: want %s, got %s", finding->what, finding->want,
                 finding->got);
        note(writer, result->duration_us, "finding", detail);
    }
}
