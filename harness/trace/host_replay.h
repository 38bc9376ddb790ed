/*
 * host_replay.h - a recorded host as an end of the bench: it sends what it was recorded to send.
 *
 * It waits as the recorded one did: for the results that had come before, then as long as it had
 * paused. A result that does not come is waited for as long as recorded and a while more.
 */
#ifndef FOTARIG_HARNESS_TRACE_HOST_REPLAY_H
#define FOTARIG_HARNESS_TRACE_HOST_REPLAY_H

#include "harness/bench/run.h"
#include "harness/trace/dialogue.h"

/* The end; bench_run.host_context is made by host_replay_open(). */
extern const struct bench_end replay_host;

/* Loads a trace and puts its host at run->host; false with a message like "FILE:LINE: error: …". */
bool host_replay_open(struct bench_run *run, const char *path, char *reterr_text,
                      size_t reterr_capacity);
/* The same of a log in memory, which must outlive it. False: no memory. */
bool host_replay_use(struct bench_run *run, const struct trace_log *log);
/* Frees it; the core is at run->host again. */
void host_replay_close(struct bench_run *run);

#endif
