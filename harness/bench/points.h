/*
 * points.h - the places of a run at which something may be done to it from outside: each kind is
 * asked where it happens, and all of a kind are counted from 1, so that "the 17th command" names
 * one place of one run.
 *
 * Counted only in runs whose options say so, or whose case has an event that counts so
 * (scenario_event.chosen). Bytes and lines are those that enter a lane; the rest is counted where
 * the engine is asked. What no other record of the journal shows is noted as one of the bench
 * (BENCH_JOURNAL_BENCH with a = BENCH_SAYS_POINT).
 */
#ifndef FOTARIG_HARNESS_BENCH_POINTS_H
#define FOTARIG_HARNESS_BENCH_POINTS_H

#include <stddef.h>
#include <stdint.h>

struct bench_run;

/* X(NAME, "name", TRIGGER, NOTED, "what it is"): the scenario's trigger that stands for it. */
#define BENCH_POINTS(X)                                                                            \
    X(TO_HOST_BYTE, "to-host-byte", TO_HOST_BYTE, 0, "a byte of the module enters the line")       \
    X(TO_MODULE_BYTE, "to-module-byte", TO_MODULE_BYTE, 0, "a byte of the host enters the line")   \
    X(TO_HOST_LINE, "to-host-line", TO_HOST_LINE, 0, "a line of the module begins")                \
    X(TO_MODULE_LINE, "to-module-line", TO_MODULE_LINE, 0, "a line of the host begins")            \
    X(COMMAND, "command", COMMAND, 0, "the module is about to run a command")                      \
    X(DEADLINE, "deadline", TIME, 1, "a deadline of host or module is about to come")              \
    X(FLASH_STEP, "flash-step", FLASH_STEP, 1, "the updater is about to write a step")             \
    X(NV_WRITE, "nv-write", NV_WRITE, 1, "the module is about to write a setting, file or record") \
    X(PHASE, "phase", PHASE, 1, "the updater begins a phase or reaches a percent of it")           \
    X(BOOT, "boot", BOOT, 0, "the module's AT engine is up")                                       \
    X(HTTP_REQUEST, "http-request", HTTP_BYTE, 1, "a request for a body reaches the server")       \
    X(HTTP_BLOCK, "http-block", HTTP_BYTE, 1, "one more block of a body has reached the module")   \
    X(REQUEST, "request", REQUEST, 0, "the client asks something of its board")

enum bench_point {
#define X(name, ...) BENCH_POINT_##name,
    BENCH_POINTS(X)
#undef X
        BENCH_POINT_COUNT
};

/* Of a body, in bytes. */
enum { BENCH_HTTP_BLOCK_BYTES = 512 };

struct bench_points {
    uint32_t count[BENCH_POINT_COUNT]; /* how many there were so far */
};

const char *bench_point_name(unsigned point);
const char *bench_point_help(unsigned point);
/* enum scenario_trigger_kind. */
unsigned bench_point_trigger(unsigned point);

/* What was counted up to now, bytes and lines too. */
struct bench_points bench_points_of(const struct bench_run *run);

/* For the engine and the steps. A trigger that happens is a point, or COUNT. */
enum bench_point bench_points_count(struct bench_run *run, unsigned trigger);
void bench_points_note(struct bench_run *run, enum bench_point point);
void bench_points_count_deadline(struct bench_run *run, uint64_t at_us);

#endif
