/*
 * export_lanes.c - a trace as trace-event JSON: a lane each for commands, unsolicited lines, the
 * module's phases, the client's states and what else happened. Durations of a lane never overlap:
 * one ends before the next begins.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "harness/trace/export_parts.h"

/* X(NAME, "name") */
#define LANES(X)                                                                                   \
    X(COMMANDS, "commands")                                                                        \
    X(URCS, "unsolicited")                                                                         \
    X(PHASES, "module")                                                                            \
    X(STATES, "client")                                                                            \
    X(EVENTS, "events")                                                                            \
    X(FOREIGN, "log")

enum lane {
#define X(name, text) LANE_##name,
    LANES(X)
#undef X
        LANE_COUNT
};

enum { NAME_MAX_BYTES = 200 };

/* A duration that is open. */
struct slice {
    bool open;
    uint64_t began_us, offset;
    char name[NAME_MAX_BYTES];
};

struct lanes {
    struct trace_export *export;
    struct tap tap;
    struct slice slices[LANE_COUNT];
    uint64_t now_us;
    bool several; /* something is written already */
};

/* ---- JSON ------------------------------------------------------------------------------------ */

/* Bytes as text: controls and bytes beyond ASCII become escapes that people read. */
static void put_string(FILE *out, const char *text, size_t length)
{
    putc('"', out);
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte < 0x20 || byte >= 0x7f)
            fprintf(out, "\\u%04x", byte);
        else
            putc(byte, out);
    }
    putc('"', out);
}

static void begin_event(struct lanes *lanes, const char *phase, enum lane lane)
{
    fprintf(lanes->export->out, "%s{\"ph\":\"%s\",\"pid\":1,\"tid\":%d",
            lanes->several ? ",\n" : "", phase, (int)lane + 1);
    lanes->several = true;
}

static void put_instant(struct lanes *lanes, enum lane lane, const char *name, size_t length)
{
    begin_event(lanes, "i", lane);
    fprintf(lanes->export->out, ",\"ts\":%" PRIu64 ",\"s\":\"t\",\"name\":", lanes->now_us);
    put_string(lanes->export->out, name, length);
    putc('}', lanes->export->out);
}

static void put_percent(struct lanes *lanes, uint32_t percent)
{
    begin_event(lanes, "C", LANE_PHASES);
    fprintf(lanes->export->out,
            ",\"ts\":%" PRIu64 ",\"name\":\"percent\",\"args\":{\"value\":%" PRIu32 "}}",
            lanes->now_us, percent);
}

/* ---- durations ------------------------------------------------------------------------------- */

static void close_slice(struct lanes *lanes, enum lane lane, const char *result, size_t length)
{
    struct slice *slice = &lanes->slices[lane];
    if (!slice->open)
        return;
    slice->open = false;
    begin_event(lanes, "X", lane);
    fprintf(lanes->export->out,
            ",\"ts\":%" PRIu64 ",\"dur\":%" PRIu64 ",\"name\":", slice->began_us,
            lanes->now_us - slice->began_us);
    put_string(lanes->export->out, slice->name, strlen(slice->name));
    if (length > 0) {
        fputs(",\"args\":{\"result\":", lanes->export->out);
        put_string(lanes->export->out, result, length);
        putc('}', lanes->export->out);
    }
    putc('}', lanes->export->out);
}

static void open_slice(struct lanes *lanes, enum lane lane, const char *name)
{
    struct slice *slice = &lanes->slices[lane];
    close_slice(lanes, lane, "", 0);
    slice->open = true;
    slice->began_us = lanes->now_us;
    snprintf(slice->name, sizeof slice->name, "%s", name);
}

/* ---- the wire -------------------------------------------------------------------------------- */

static void take_command(struct lanes *lanes, const struct tap_event *event)
{
    struct slice *slice = &lanes->slices[LANE_COMMANDS];
    char name[NAME_MAX_BYTES];
    if (slice->open && slice->offset == event->offset) {
        size_t used = strlen(slice->name);
        snprintf(slice->name + used, sizeof slice->name - used, ";%.*s", event->text_length,
                 event->text);
        return;
    }
    close_slice(lanes, LANE_COMMANDS, "no result", 9);
    snprintf(name, sizeof name, "AT%.*s", event->text_length, event->text);
    open_slice(lanes, LANE_COMMANDS, name);
    slice->offset = event->offset;
}

static void take_told(void *context, const struct tap_event *event)
{
    struct lanes *lanes = context;
    switch (event->kind) {
    case TAP_COMMAND:
        take_command(lanes, event);
        return;
    case TAP_RESULT:
        if (!(event->flags & TAP_UNASKED))
            close_slice(lanes, LANE_COMMANDS, event->text, event->text_length);
        return;
    case TAP_URC:
        put_instant(lanes, LANE_URCS, event->text, event->text_length);
        return;
    case TAP_BOOT:
    case TAP_RESET:
        close_slice(lanes, LANE_COMMANDS, "restart", 7);
        put_instant(lanes, LANE_PHASES, event->kind == TAP_BOOT ? "boot" : "restart",
                    event->kind == TAP_BOOT ? 4 : 7);
        return;
    default:
        return;
    }
}

/* ---- what is told besides -------------------------------------------------------------------- */

/* Commands, results and unsolicited lines are read off the wire already. */
static bool is_on_the_wire(const struct trace_event *event)
{
    static const char *const words[] = {"command", "result", "urc", "boot"};
    if (event->kind != TRACE_CORE && event->kind != TRACE_MODULE)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(event->event, words[i]) == 0)
            return true;
    return false;
}

static void take_event(struct trace_export *export, void *memory, const struct trace_event *event)
{
    struct lanes *lanes = memory;
    char text[NAME_MAX_BYTES];
    const char *arrow;
    (void)export;
    lanes->now_us = event->time_us;
    if (trace_is_traffic(event->kind)) {
        if (!event->channel)
            tap_feed(&lanes->tap, event->kind == TRACE_TO_HOST ? TAP_TO_HOST : TAP_TO_MODULE,
                     event->bytes, event->length, event->time_us, take_told, lanes);
    } else if (event->kind == TRACE_MODULE && strcmp(event->event, "phase") == 0) {
        open_slice(lanes, LANE_PHASES, event->detail);
    } else if (event->kind == TRACE_MODULE && strcmp(event->event, "percent") == 0) {
        put_percent(lanes, event->number);
    } else if (event->kind == TRACE_CORE && strcmp(event->event, "state") == 0) {
        arrow = strstr(event->detail, "-> ");
        open_slice(lanes, LANE_STATES, arrow ? arrow + 3 : event->detail);
    } else if (!is_on_the_wire(event)) {
        size_t length = trace_describe(event, text, sizeof text);
        put_instant(lanes, event->kind == TRACE_FOREIGN ? LANE_FOREIGN : LANE_EVENTS, text, length);
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static void *begin(struct trace_export *export)
{
    static const char *const names[LANE_COUNT] = {
#define X(name, text) text,
        LANES(X)
#undef X
    };
    struct lanes *lanes = calloc(1, sizeof *lanes);
    if (!lanes)
        return NULL;
    lanes->export = export;
    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n", export->out);
    for (int i = 0; i < LANE_COUNT; i++) {
        begin_event(lanes, "M", (enum lane)i);
        fprintf(export->out, ",\"name\":\"thread_name\",\"args\":{\"name\":\"%s\"}}", names[i]);
        begin_event(lanes, "M", (enum lane)i);
        fprintf(export->out, ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%d}}", i);
    }
    return lanes;
}

static void end(struct trace_export *export, void *memory)
{
    struct lanes *lanes = memory;
    for (int i = 0; i < LANE_COUNT; i++)
        close_slice(lanes, (enum lane)i, "", 0);
    fputs("\n]}\n", export->out);
    free(lanes);
}

const struct trace_exporter trace_export_lanes = {begin, take_event, end};
