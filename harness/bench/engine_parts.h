/* engine_parts.h - what the files of the event engine share. */
#ifndef FOTARIG_HARNESS_BENCH_ENGINE_PARTS_H
#define FOTARIG_HARNESS_BENCH_ENGINE_PARTS_H

#include "harness/bench/engine.h"

const struct scenario_event *bench_engine_event(const struct bench_run *run, unsigned index);
bool bench_engine_may_fire(const struct bench_run *run, unsigned index);
/* Some events only count from when another one has fired. */
bool bench_engine_is_armed(const struct bench_run *run, unsigned index);
/* The trigger of an event was met. */
void bench_engine_note_fired(struct bench_run *run, unsigned index, uint64_t at_us);
/* The same, and its actions are due; overrides of this very point go to *override (or NULL). */
void bench_engine_fire(struct bench_run *run, unsigned index, uint64_t at_us,
                       struct sim_override *override);
/* Does its actions now. */
void bench_engine_do(struct bench_run *run, unsigned index);
/* The trigger matched once more. */
void bench_engine_count(struct bench_run *run, unsigned index);
/* Sets or clears BENCH_ANSWERS, BENCH_WAITS. */
void bench_engine_flag(struct bench_run *run, unsigned index, uint8_t flag, bool on);
bool bench_begins_with(const char *text, size_t length, const char *wanted);

/* engine_wire.c: actions on the line itself. */
bool bench_engine_is_wire(unsigned kind);
/* Bit n: the trigger stands on bytes of lane n (enum bench_lane_id). */
unsigned bench_engine_lanes(const struct scenario_trigger *when);
void bench_engine_do_wire(struct bench_run *run, const struct scenario_action *action);
/* Keeps room on the lanes for what the case's actions may put there. */
void bench_engine_spare(struct bench_run *run);

#endif
