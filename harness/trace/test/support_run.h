/* support_run.h - cases of bundled scenarios, run, and their traces in memory. */
#ifndef FOTARIG_HARNESS_TRACE_TEST_SUPPORT_RUN_H
#define FOTARIG_HARNESS_TRACE_TEST_SUPPORT_RUN_H

#include "harness/bench/run.h"
#include "harness/trace/trace_log.h"

/* Loads a scenario, or fails the test. */
struct scenario *support_load(const char *path);
/* The bytes of a run's journal as a trace. */
void support_trace(const struct bench_run *run, struct trace_log *ret_log);
/* Runs a case with core and emulator; fails the test if it can't be set up. */
void support_run(struct bench_run *run, const struct scenario_case *one, uint64_t seed,
                 struct bench_result *ret_result);

#endif
