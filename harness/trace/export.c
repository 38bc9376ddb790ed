/* export.c - the exports as a table; lines put together; the text export. */
#include "harness/trace/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/text/escape.h"
#include "harness/trace/export_parts.h"

/* ---- lines ----------------------------------------------------------------------------------- */

void trace_lines_end(struct trace_lines *lines)
{
    if (lines->line.length == 0)
        return;
    lines->line.bytes = lines->bytes;
    lines->told(lines->context, &lines->line);
    lines->line.length = 0;
}

/* CR LF before an answer belongs to it. */
static bool ends_line(const struct trace_lines *lines)
{
    const uint8_t *bytes = lines->bytes;
    size_t length = lines->line.length;
    if (length == TRACE_LINE_BYTES)
        return true;
    if (lines->line.kind == TRACE_TO_MODULE)
        return bytes[length - 1] == '\r' || bytes[length - 1] == 0x1a;
    if (bytes[length - 1] == '\n')
        return length > 2;
    return length >= 2 && bytes[length - 1] == ' ' && bytes[length - 2] == '>';
}

static bool goes_on(const struct trace_lines *lines, const struct trace_event *event)
{
    return lines->line.kind == event->kind && lines->line.channel == event->channel &&
           lines->line.marks == event->marks && lines->line.rate == event->rate &&
           event->time_us - lines->line.time_us < TRACE_LINE_PAUSE_US;
}

void trace_lines_take(struct trace_lines *lines, const struct trace_event *event)
{
    if (!trace_is_traffic(event->kind)) {
        trace_lines_end(lines);
        lines->told(lines->context, event);
        return;
    }
    if (lines->line.length > 0 && !goes_on(lines, event))
        trace_lines_end(lines);
    for (size_t i = 0; i < event->length; i++) {
        if (lines->line.length == 0) {
            lines->line = *event;
            lines->line.length = 0;
            lines->began_us = event->time_us;
        }
        lines->line.time_us = event->time_us;
        lines->bytes[lines->line.length++] = event->bytes[i];
        if (ends_line(lines))
            trace_lines_end(lines);
    }
}

/* ---- words ----------------------------------------------------------------------------------- */

static size_t add(char *buffer, size_t capacity, size_t used, const char *text)
{
    if (used < capacity)
        used += (size_t)snprintf(buffer + used, capacity - used, "%s%s", used ? " " : "", text);
    return used < capacity ? used : capacity - 1;
}

size_t trace_describe(const struct trace_event *event, char *buffer, size_t capacity)
{
    char number[12], text[4 * 160 + 1];
    size_t used = add(buffer, capacity, 0, trace_kind_name(event->kind));
    if (event->end)
        used = add(buffer, capacity, used, trace_end_name(event->end));
    if (event->event[0])
        used = add(buffer, capacity, used, event->event);
    if (event->number) {
        snprintf(number, sizeof number, "%" PRIu32, event->number);
        used = add(buffer, capacity, used, number);
    }
    if (event->detail[0])
        used = add(buffer, capacity, used, event->detail);
    if (event->length > 0) {
        size_t length =
            text_escape(text, sizeof text, event->bytes, event->length < 160 ? event->length : 160);
        text[length < sizeof text ? length : sizeof text - 1] = '\0';
        used = add(buffer, capacity, used, text);
    }
    return used;
}

size_t trace_describe_marks(uint8_t marks, char *buffer, size_t capacity)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (unsigned i = 0; i < TRACE_MARK_COUNT; i++)
        if (marks >> i & 1)
            used = add(buffer, capacity, used, trace_mark_name(i));
    return used;
}

/* ---- text ------------------------------------------------------------------------------------ */

struct text_state {
    struct trace_export *export;
    struct trace_lines lines;
};

static void text_line(void *context, const struct trace_event *line)
{
    const struct text_state *state = context;
    FILE *out = state->export->out;
    char text[1024], marks[128];
    const char *sign = line->kind == TRACE_TO_MODULE ? ">"
                       : line->kind == TRACE_TO_HOST ? "<"
                                                     : "*";
    size_t length = trace_is_traffic(line->kind)
                        ? text_escape(text, sizeof text, line->bytes, line->length)
                        : trace_describe(line, text, sizeof text);
    fprintf(out, "%6" PRIu64 ".%06u %s  ", line->time_us / 1000000,
            (unsigned)(line->time_us % 1000000), sign);
    if (line->channel)
        fprintf(out, "[%u] ", line->channel);
    fwrite(text, 1, length < sizeof text ? length : sizeof text, out);
    if (trace_describe_marks(line->marks, marks, sizeof marks) > 0)
        fprintf(out, "   (%s)", marks);
    putc('\n', out);
}

static void *text_begin(struct trace_export *export)
{
    struct text_state *state = calloc(1, sizeof *state);
    if (state) {
        state->export = export;
        state->lines = (struct trace_lines){.told = text_line, .context = state};
    }
    return state;
}

static void text_event(struct trace_export *export, void *state, const struct trace_event *event)
{
    (void)export;
    trace_lines_take(&((struct text_state *)state)->lines, event);
}

static void text_end(struct trace_export *export, void *state)
{
    (void)export;
    trace_lines_end(&((struct text_state *)state)->lines);
    free(state);
}

const struct trace_exporter trace_export_text = {text_begin, text_event, text_end};

/* ---- all of them ----------------------------------------------------------------------------- */

static const struct trace_exporter *const exporters[TRACE_EXPORT_COUNT] = {
    [TRACE_EXPORT_TEXT] = &trace_export_text,
    [TRACE_EXPORT_PCAPNG] = &trace_export_pcapng,
    [TRACE_EXPORT_VCD] = &trace_export_vcd,
    [TRACE_EXPORT_TRACE_EVENT] = &trace_export_lanes,
    [TRACE_EXPORT_UMOCKDEV] = &trace_export_umockdev,
};

enum trace_result trace_export(struct trace_export *export, enum trace_export_format format,
                               struct trace_reader *reader)
{
    const struct trace_exporter *exporter = exporters[format];
    struct trace_event event;
    enum trace_result result;
    void *state = exporter->begin(export);
    if (!state) {
        snprintf(export->error, sizeof export->error, "not enough memory");
        return TRACE_END;
    }
    while ((result = trace_next(reader, &event)) == TRACE_EVENT && !export->error[0])
        exporter->event(export, state, &event);
    exporter->end(export, state);
    return result == TRACE_EVENT ? TRACE_END : result;
}

enum trace_result trace_rate_max(struct trace_reader *reader, uint32_t *ret_rate_bps)
{
    struct trace_event event;
    enum trace_result result;
    *ret_rate_bps = 0;
    while ((result = trace_next(reader, &event)) == TRACE_EVENT)
        if (event.rate > *ret_rate_bps)
            *ret_rate_bps = event.rate;
    return result;
}

static const struct {
    const char *name, *reader;
} formats[TRACE_EXPORT_COUNT] = {
#define X(name, text, what) {text, what},
    TRACE_EXPORTS(X)
#undef X
};

const char *trace_export_name(unsigned format)
{
    return format < TRACE_EXPORT_COUNT ? formats[format].name : "?";
}

const char *trace_export_reader(unsigned format)
{
    return format < TRACE_EXPORT_COUNT ? formats[format].reader : "?";
}
