/*
 * figures.h - what the core's job has cost, as one record of the journal: bytes, commands, restarts
 * seen, high-water marks, time in each state. Written when a run ends and before a host reset takes
 * the core's counts away.
 */
#ifndef FOTARIG_HARNESS_BENCH_FIGURES_H
#define FOTARIG_HARNESS_BENCH_FIGURES_H

#include "harness/bench/journal.h"
#include "harness/bench/run.h"

/* X(member of struct fota_statistics, "name"). The time in state N, in ms, is figure number
 * BENCH_FIGURE_FIRST_STATE + N. */
#define BENCH_FIGURES(X)                                                                           \
    X(sent_bytes, "sent-bytes")                                                                    \
    X(received_bytes, "received-bytes")                                                            \
    X(package_bytes, "package-bytes")                                                              \
    X(exchanges, "commands")                                                                       \
    X(retries, "repeated-commands")                                                                \
    X(resets_seen, "restarts-seen")                                                                \
    X(line_bytes_max, "line-bytes-max")                                                            \
    X(command_bytes_max, "command-bytes-max")

enum {
#define X(member, name) BENCH_FIGURE_##member,
    BENCH_FIGURES(X)
#undef X
        BENCH_FIGURE_FIRST_STATE,
    BENCH_FIGURE_COUNT = BENCH_FIGURE_FIRST_STATE + FOTA_STATE_COUNT,
    BENCH_FIGURE_NAME_BYTES = 32
};

/* Appends the counts of the core. */
void bench_figures_note(struct bench_run *run, const struct fota_statistics *counts);

/* Figure `index` (below BENCH_FIGURE_COUNT) of a record of kind FIGURES; 0 when it has none. */
uint32_t bench_figure(const struct bench_record *record, unsigned index);

/* Writes the figure's name, "identify-ms" of a state, with its NUL. */
void bench_figure_name(unsigned index, char name[BENCH_FIGURE_NAME_BYTES]);

#endif
