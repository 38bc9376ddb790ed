/*
 * export_vcd.c - a trace as signals: both lines as the bits of 8N1, power as a wire, states as
 * texts. Only scalar wires, texts and reals: libsigrok's reader ends at the first vector.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/trace/export_parts.h"

enum {
    PENDING_MAX = 16 * 1024 * 1024, /* bytes that are still on a line */
    RATE_DEFAULT_BPS = 115200,
    RATE_OF_1_US_BPS = 115200, /* up to here a tick of 1 us tells all bits */
    BITS = 10,                 /* of a byte: start, eight, stop */
    TEXT_MAX = 64
};

/* A line: bytes that have been sent and are not written yet. */
struct line {
    char id; /* of the wire */
    uint8_t *bytes;
    uint64_t *starts_ticks; /* of each of them, and its rate */
    uint32_t *rates_bps;
    size_t first, count, room;
    unsigned bit;        /* of the first one, that is next */
    uint64_t free_ticks; /* when the last one has been sent */
    int level;
};

struct vcd {
    struct line lines[2]; /* to the module, to the host */
    uint32_t ticks_per_us;
    uint64_t now_ticks; /* as it was written last */
    bool stamped;
    int power;
};

/* ---- the file -------------------------------------------------------------------------------- */

static void write_head(FILE *out, const struct trace_header *header, uint32_t ticks_per_us)
{
    fprintf(out, "$comment %.60s $end\n$timescale %s $end\n",
            header->subject[0] ? header->subject : "fotarig",
            ticks_per_us == 1 ? "1 us" : "100 ns");
    fputs("$scope module bench $end\n"
          "$var wire 1 T to_module $end\n"
          "$var wire 1 R to_host $end\n"
          "$var wire 1 P power $end\n"
          "$var string 1 S phase $end\n"
          "$var string 1 C client $end\n"
          "$var real 64 N percent $end\n"
          "$upscope $end\n"
          "$enddefinitions $end\n"
          "#0\n1T\n1R\n1P\nsnone S\nsnone C\nr0 N\n",
          out);
}

static void stamp(struct vcd *vcd, FILE *out, uint64_t ticks)
{
    if (vcd->stamped && ticks <= vcd->now_ticks)
        return;
    if (ticks > vcd->now_ticks) {
        fprintf(out, "#%" PRIu64 "\n", ticks);
        vcd->now_ticks = ticks;
    }
    vcd->stamped = true;
}

/* ---- bits ------------------------------------------------------------------------------------ */

static uint64_t bit_ticks(const struct vcd *vcd, const struct line *line, unsigned bit)
{
    uint64_t per_s = (uint64_t)vcd->ticks_per_us * 1000000u;
    uint32_t rate = line->rates_bps[line->first];
    return line->starts_ticks[line->first] + (bit * per_s + rate / 2) / rate;
}

static int bit_level(const struct line *line, unsigned bit)
{
    return bit == 0 ? 0 : bit == BITS - 1 ? 1 : line->bytes[line->first] >> (bit - 1) & 1;
}

/* The next change of a line that is before `until_ticks`; UINT64_MAX: none. */
static uint64_t next_change(const struct vcd *vcd, struct line *line, uint64_t until_ticks)
{
    while (line->first < line->count) {
        for (; line->bit < BITS; line->bit++) {
            uint64_t ticks = bit_ticks(vcd, line, line->bit);
            if (ticks >= until_ticks)
                return UINT64_MAX;
            if (bit_level(line, line->bit) != line->level)
                return ticks;
        }
        line->bit = 0;
        line->first++;
    }
    line->first = line->count = 0;
    return UINT64_MAX;
}

static void write_until(struct vcd *vcd, FILE *out, uint64_t until_ticks)
{
    for (;;) {
        uint64_t to_module = next_change(vcd, &vcd->lines[0], until_ticks);
        uint64_t to_host = next_change(vcd, &vcd->lines[1], until_ticks);
        struct line *line = &vcd->lines[to_host < to_module];
        uint64_t ticks = to_host < to_module ? to_host : to_module;
        if (ticks == UINT64_MAX)
            return;
        stamp(vcd, out, ticks);
        line->level = !line->level;
        fprintf(out, "%d%c\n", line->level, line->id);
    }
}

static bool make_room(struct line *line, size_t more)
{
    size_t room = line->room ? line->room : 4096;
    while (room < line->count + more)
        room *= 2;
    if (room == line->room)
        return true;
    uint8_t *bytes = realloc(line->bytes, room);
    line->bytes = bytes ? bytes : line->bytes;
    uint64_t *starts = realloc(line->starts_ticks, room * sizeof *starts);
    line->starts_ticks = starts ? starts : line->starts_ticks;
    uint32_t *rates = realloc(line->rates_bps, room * sizeof *rates);
    line->rates_bps = rates ? rates : line->rates_bps;
    if (!bytes || !starts || !rates)
        return false;
    line->room = room;
    return true;
}

/* Bytes go onto the line when it is free. */
static bool put_bytes(struct vcd *vcd, struct line *line, const struct trace_event *event,
                      uint64_t now_ticks)
{
    uint32_t rate = event->rate ? event->rate : RATE_DEFAULT_BPS;
    uint64_t per_s = (uint64_t)vcd->ticks_per_us * 1000000u;
    uint64_t at_ticks = now_ticks > line->free_ticks ? now_ticks : line->free_ticks;
    if (line->count - line->first + event->length > PENDING_MAX || !make_room(line, event->length))
        return false;
    for (size_t i = 0; i < event->length; i++) {
        line->bytes[line->count] = event->bytes[i];
        line->starts_ticks[line->count] = at_ticks + (i * BITS * per_s + rate / 2) / rate;
        line->rates_bps[line->count++] = rate;
    }
    line->free_ticks = at_ticks + (event->length * BITS * per_s + rate - 1) / rate;
    return true;
}

/* ---- states ---------------------------------------------------------------------------------- */

/* A text of VCD has no blanks. */
static void write_text(struct vcd *vcd, FILE *out, uint64_t ticks, char id, const char *text)
{
    char word[TEXT_MAX];
    snprintf(word, sizeof word, "%s", text);
    for (char *at = word; *at; at++)
        if (*at <= ' ' || *at > '~')
            *at = '_';
    stamp(vcd, out, ticks);
    fprintf(out, "s%s %c\n", word[0] ? word : "none", id);
}

static void write_power(struct vcd *vcd, FILE *out, uint64_t ticks, int power)
{
    if (power == vcd->power)
        return;
    vcd->power = power;
    stamp(vcd, out, ticks);
    fprintf(out, "%dP\n", power);
}

static void write_state(struct vcd *vcd, FILE *out, uint64_t ticks, const struct trace_event *event)
{
    const char *arrow;
    bool is_module = event->kind == TRACE_MODULE;
    if (is_module && strcmp(event->event, "phase") == 0) {
        write_text(vcd, out, ticks, 'S', event->detail);
    } else if (is_module && strcmp(event->event, "power") == 0) {
        write_power(vcd, out, ticks, event->number != 0);
    } else if (is_module && strcmp(event->event, "percent") == 0) {
        stamp(vcd, out, ticks);
        fprintf(out, "r%" PRIu32 " N\n", event->number);
    } else if (event->kind == TRACE_CORE && strcmp(event->event, "state") == 0) {
        arrow = strstr(event->detail, "-> ");
        write_text(vcd, out, ticks, 'C', arrow ? arrow + 3 : event->detail);
    }
}

/* ---- the export ------------------------------------------------------------------------------ */

static void *begin(struct trace_export *export)
{
    struct vcd *vcd = calloc(1, sizeof *vcd);
    if (!vcd)
        return NULL;
    vcd->lines[0] = (struct line){.id = 'T', .level = 1};
    vcd->lines[1] = (struct line){.id = 'R', .level = 1};
    vcd->power = 1;
    vcd->ticks_per_us = export->rate_max > RATE_OF_1_US_BPS ? 10 : 1;
    write_head(export->out, export->header, vcd->ticks_per_us);
    return vcd;
}

static void take_event(struct trace_export *export, void *state, const struct trace_event *event)
{
    struct vcd *vcd = state;
    uint64_t now_ticks = (event->time_us + 1) * vcd->ticks_per_us; /* 0 is the initial state */
    write_until(vcd, export->out, now_ticks);
    if (!trace_is_traffic(event->kind))
        write_state(vcd, export->out, now_ticks, event);
    else if (!event->channel &&
             !put_bytes(vcd, &vcd->lines[event->kind == TRACE_TO_HOST], event, now_ticks))
        snprintf(export->error, sizeof export->error,
                 "more bytes wait for the line than its %u bit/s let through; is that its rate?",
                 (unsigned)event->rate);
}

static void end(struct trace_export *export, void *state)
{
    struct vcd *vcd = state;
    write_until(vcd, export->out, UINT64_MAX);
    fprintf(export->out, "#%" PRIu64 "\n", vcd->now_ticks + 1000u * vcd->ticks_per_us);
    for (unsigned i = 0; i < 2; i++) {
        free(vcd->lines[i].bytes);
        free(vcd->lines[i].starts_ticks);
        free(vcd->lines[i].rates_bps);
    }
    free(vcd);
}

const struct trace_exporter trace_export_vcd = {begin, take_event, end};
