/* sim_trace.h - `sim --trace`: what one served module says and does, as a trace. */
#ifndef FOTARIG_HARNESS_CLI_SIM_TRACE_H
#define FOTARIG_HARNESS_CLI_SIM_TRACE_H

#include "harness/serve/serve.h"
#include "harness/trace/trace.h"

struct cli_sim_trace {
    struct bench_view view; /* to be added with bench_serve_view() */
    struct trace_writer writer;
    uint64_t last_us; /* time of the last event */
    bool open;
    bool dirty; /* something waits to be written out */
};

/* The file is `path`, which is written to as things happen. 0, or -1 with errno set. */
int cli_sim_trace_open(struct cli_sim_trace *trace, const char *path,
                       const struct trace_header *header);
/* Once a turn of the loop: writes out what there is. */
void cli_sim_trace_advance(struct cli_sim_trace *trace);
/* Writes out the rest; false when anything could not be written. */
bool cli_sim_trace_close(struct cli_sim_trace *trace);

#endif
