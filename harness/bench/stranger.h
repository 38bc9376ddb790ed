/*
 * stranger.h - what host ends for a client of somebody else's have in common: how its board
 * begins, restarts and is told, where it runs, and what is judged of it.
 */
#ifndef FOTARIG_HARNESS_BENCH_STRANGER_H
#define FOTARIG_HARNESS_BENCH_STRANGER_H

#include "harness/bench/end.h"
#include "harness/bench/program_job.h"
#include "harness/bench/wire.h"

/* Room for what arrives at another rate than it was sent at. */
enum { BENCH_GARBLED_BYTES = 4 * BENCH_WIRE_BYTES };

/* What happened to the client, into the journal (journal.h, HOST). */
void bench_stranger_note(struct bench_run *run, unsigned what, uint32_t number, const char *text);

/* The board as a run begins: the client is started when the scenario says so. */
void bench_stranger_begin(struct bench_run *run);
/* The client is started now. */
void bench_stranger_up(struct bench_run *run);
/* The board restarts: it is down for so long, and what was on the line is lost. */
void bench_stranger_down(struct bench_run *run, uint64_t down_us);

/* An empty folder, and the job in the environment. False with run->error. */
bool bench_stranger_place(struct bench_run *run, struct bench_environment *environment,
                          struct bench_folder *folder, const char *port, double speed);

/* What a port at `heard_bps` hears of what was sent at `baud_bps`: *bytes, or what they become in
   `garbled` (BENCH_GARBLED_BYTES). Returns how much. */
size_t bench_stranger_hears(const uint8_t **bytes, size_t size, uint32_t baud_bps,
                            uint32_t heard_bps, uint8_t *garbled);

/* "the program ended with status 1"; `signal` 0 = it has ended by itself. */
void bench_stranger_tell(int signal, int status, char *text, size_t capacity);

/* What can't be judged, for it shows nothing of itself; `claim` -1 = it claims nothing. */
void bench_stranger_judged(struct scenario_observed *observed, int claim);

/* bench_end.cancel: nobody can call a strange program's job off; the case needs more (rows.h). */
void bench_stranger_cancel(struct bench_run *run);
/* bench_end.board_next: all that such a board does by itself is to start again. */
uint64_t bench_stranger_board_next(const struct bench_run *run);

#endif
