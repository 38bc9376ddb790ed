/* sim_trace.c - the journal of a served module, written out as it grows. */
#include "harness/cli/sim_trace.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/trace/journal_trace.h"
#include "reports/file.h"

static void on_record(void *context, const struct bench_record *record)
{
    struct cli_sim_trace *trace = context;
    struct trace_record_room room;
    struct trace_event event;
    trace_of_record(record, &room, &event);
    if (trace_is_traffic(event.kind))
        event.channel = record->a;
    trace->last_us = event.time_us;
    trace_write(&trace->writer, &event);
    trace->dirty = true;
}

static void on_lost(void *context, uint64_t count)
{
    struct cli_sim_trace *trace = context;
    char text[64];
    int length =
        snprintf(text, sizeof text, "%llu records are missing here", (unsigned long long)count);
    const struct trace_event event = {.time_us = trace->last_us,
                                      .kind = TRACE_GAP,
                                      .bytes = (const uint8_t *)text,
                                      .length = (size_t)length};
    trace_write(&trace->writer, &event);
    trace->dirty = true;
}

int cli_sim_trace_open(struct cli_sim_trace *trace, const char *path,
                       const struct trace_header *header)
{
    *trace =
        (struct cli_sim_trace){.view = {.record = on_record, .lost = on_lost, .context = trace}};
    int descriptor = report_file_sink(path);
    if (descriptor < 0)
        return -1;
    trace->open = trace_begin(&trace->writer, descriptor, header);
    trace->dirty = trace->open;
    if (!trace->open)
        close(descriptor);
    return trace->open ? 0 : -1;
}

void cli_sim_trace_advance(struct cli_sim_trace *trace)
{
    if (trace->open && trace->dirty)
        trace_flush(&trace->writer);
    trace->dirty = false;
}

bool cli_sim_trace_close(struct cli_sim_trace *trace)
{
    if (!trace->open)
        return true;
    int descriptor = trace->writer.descriptor;
    bool good = trace_finish(&trace->writer);
    trace->open = false;
    return close(descriptor) == 0 && good;
}
