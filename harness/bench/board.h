/*
 * board.h - the board around a client in this process, the core or a shared object: it restarts the
 * client, keeps its checkpoint and does what the client asks for. One board for all of them, so
 * that the same client in another form has the same journal.
 */
#ifndef FOTARIG_HARNESS_BENCH_BOARD_H
#define FOTARIG_HARNESS_BENCH_BOARD_H

#include "harness/bench/end.h"

struct bench_run;

/* The client on the board, as fota.h has it; each is called with the run at world.now_us. */
struct bench_client {
    void (*start)(struct bench_run *run, const uint8_t *checkpoint); /* NULL: a fresh start */
    void (*receive)(struct bench_run *run, const uint8_t *bytes, size_t size);
    size_t (*transmit)(struct bench_run *run, void *buffer, size_t capacity);
    uint64_t (*advance)(struct bench_run *run);
    bool (*request)(struct bench_run *run, struct fota_request *ret_request);
    void (*answer)(struct bench_run *run, bool done);
    void (*later)(struct bench_run *run);
    void (*give)(struct bench_run *run, const uint8_t *bytes, size_t size);
    void (*cancel)(struct bench_run *run);
    /* The core within, of which only counts are read; NULL: it is another client, or is gone. */
    const struct fota *(*core)(const struct bench_run *run);
    /* Whether its job has come to an end, and how. */
    bool (*is_over)(const struct bench_run *run, uint8_t *ret_outcome, uint8_t *ret_reason);
};

/* Functions of an end's table (end.h); run->host->client is the client. */
bool bench_board_start(struct bench_run *run);
void bench_board_receive(struct bench_run *run, const uint8_t *bytes, size_t size,
                         uint32_t baud_bps);
size_t bench_board_transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                            uint32_t *ret_baud_bps);
uint64_t bench_board_advance(struct bench_run *run);
void bench_board_finish(struct bench_run *run);
void bench_board_reset(struct bench_run *run, uint64_t down_us, bool forgets);
void bench_board_cancel(struct bench_run *run);
uint64_t bench_board_next(const struct bench_run *run);
void bench_board_run(struct bench_run *run);

/* Another job follows the one that is under way. */
bool bench_board_has_next(const struct bench_run *run);
/* Which job it is, and how the one before ended. */
void bench_board_observe(const struct bench_run *run, struct scenario_observed *observed);

/* What the core says, wherever it is: the journal gets it, events and monitors see it. `context` is
   the run (fota_host.on_event). */
void bench_board_tell(void *context, uint64_t now_us, const struct fota_event *event);

#endif
