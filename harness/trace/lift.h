/*
 * lift.h - a scenario out of a trace: what deviates from the emulator's default, as settings and
 * events, found by running: a hypothesis stands when with it the emulator and the core say what the
 * trace says, further than without it.
 *
 * Nothing is invented: what no hypothesis explains is left as a comment. An event that only repeats
 * the trace (reply, urc) is taken where nothing else fits, and counted as unexplained.
 */
#ifndef FOTARIG_HARNESS_TRACE_LIFT_H
#define FOTARIG_HARNESS_TRACE_LIFT_H

#include <limits.h>
#include <stdio.h>

#include "harness/bench/run.h"
#include "harness/trace/outline.h"
#include "sim/catalogue.h"

enum { LIFT_LINES_MAX = 16, LIFT_LINE_MAX = 256, LIFT_NAME_MAX = 128, LIFT_FTP_MAX = 64 };

/* What the trace says of the job. */
struct lift_facts {
    char from[LIFT_NAME_MAX], to[LIFT_NAME_MAX], variant[24];
    char url[256], apn[64];
    char ftp[SIM_WANTED_PARTS][LIFT_FTP_MAX]; /* "" = not said */
    uint32_t size_bytes;
    bool has_update, by_push, by_ftp, reads_back, guessed_target, guessed_url, guessed_size;
};

enum { LIFT_ALWAYS = UINT_MAX };
struct lift_event {
    char when[LIFT_LINE_MAX], action[LIFT_LINE_MAX];
    unsigned often;   /* how often: 0 = the first time alone, LIFT_ALWAYS = each time */
    bool unexplained; /* it only repeats the trace */
};

/* The places of a scenario that hypotheses add to. */
enum lift_place {
    LIFT_JOB,       /* update: */
    LIFT_PACKAGE,   /* its package: {} */
    LIFT_RESTORE,   /* its restore: {} */
    LIFT_HOST,      /* host: {} */
    LIFT_MODULE,    /* module: {} */
    LIFT_PARAMETER, /* its parameters: {} */
    LIFT_SETTING,   /* its settings: {} */
    LIFT_PLACES
};

struct lift_lines {
    char items[LIFT_LINES_MAX][LIFT_NAME_MAX]; /* "key: value" */
    size_t count;
};

/* A scenario in the making: its parts as lines. */
struct lift_plan {
    struct lift_facts facts;
    struct lift_lines lines[LIFT_PLACES];
    struct lift_event events[LIFT_LINES_MAX];
    size_t event_count;
};

struct lift_result {
    struct lift_plan plan;
    bool is_replay; /* no update: the host of the trace is played */
    size_t items,
        common;    /* of the trace's outline; that the scenario's run has, from the first on */
    size_t asides; /* lines that are none of the items: they belong to no update */
    size_t runs;   /* that were needed */
    uint64_t work; /* what they said, in records */
    struct bench_result last;                /* of the scenario as it is */
    char revision[FOTA_REVISION_LENGTH + 1]; /* that ran at its end; "" = none did */
    uint64_t last_at_us;                     /* of the trace where they part, if they do */
    char parts_trace[OUTLINE_TEXT_MAX], parts_emulator[OUTLINE_TEXT_MAX];
    char error[240]; /* "" = none */
};

/* `jobs`: processes that try what may have happened, 0 or 1 = this one alone; what comes of it is
   the same. False with result->error: nothing in it, no memory. */
bool lift_trace(const struct dialogue *dialogue, unsigned jobs, struct lift_result *ret_result);

/* The same without looking for an update: the host of the trace is played. */
void lift_played(const struct dialogue *dialogue, struct lift_result *ret_result);

/* Writes the scenario. `name`: of the trace's file, for a host that is played. */
void lift_write(const struct lift_result *result, const struct dialogue *dialogue, const char *name,
                FILE *file);

/* A plan as the text of a scenario without expectations; returns its length. */
size_t lift_render(const struct lift_plan *plan, char *buffer, size_t capacity);

#endif
