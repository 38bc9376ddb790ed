/* export.h - traces in the forms of other programs. */
#ifndef FOTARIG_HARNESS_TRACE_EXPORT_H
#define FOTARIG_HARNESS_TRACE_EXPORT_H

#include <stdio.h>

#include "harness/trace/trace.h"

/* X(NAME, "name", "what reads it") */
#define TRACE_EXPORTS(X)                                                                           \
    X(TEXT, "text", "people: a line of each side, as `sim --log` has it")                          \
    X(PCAPNG, "pcapng", "Wireshark, tshark: AT commands with their protocol and direction")        \
    X(VCD, "vcd", "sigrok, PulseView, GTKWave: both lines as bits, states as texts")               \
    X(TRACE_EVENT, "trace-event", "Perfetto, chrome://tracing: commands, phases, states as lanes") \
    X(UMOCKDEV, "umockdev", "umockdev-run --script: plays the module to a host")

enum trace_export_format {
#define X(name, text, what) TRACE_EXPORT_##name,
    TRACE_EXPORTS(X)
#undef X
        TRACE_EXPORT_COUNT
};

struct trace_export {
    FILE *out; /* trouble is told by ferror() */
    const struct trace_header *header;
    uint32_t rate_max;  /* VCD: the highest rate of the trace (trace_rate_max()) */
    const char *device; /* UMOCKDEV: whose script it is, "/dev/ttyS9" */
    char error[160];    /* why it could not be done, "" = it was */
};

/*
 * Reads all events and writes them in the format; returns TRACE_END, or what the reader says
 * otherwise. Constant memory, but VCD: bytes that are still on the line.
 */
enum trace_result trace_export(struct trace_export *export, enum trace_export_format format,
                               struct trace_reader *reader);

/* The highest rate of any bytes; reads all of it. TRACE_END, or what the reader says. */
enum trace_result trace_rate_max(struct trace_reader *reader, uint32_t *ret_rate_bps);

const char *trace_export_name(unsigned format);
const char *trace_export_reader(unsigned format); /* what reads it */

#endif
