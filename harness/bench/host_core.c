/* host_core.c - the host end: the core, on the bench's board. */
#include <stdio.h>
#include <string.h>

#include "harness/bench/board.h"
#include "harness/bench/run.h"

/* With the job that is under way, also after an earlier world was set again. */
static const struct fota_host *host_of(struct bench_run *run)
{
    run->fota_host.job = &bench_run_job(run)->job;
    return &run->fota_host;
}

/* The memory of a host that starts holds anything; the core clears its own. */
static void core_start(struct bench_run *run, const uint8_t *checkpoint)
{
    memset(&run->world.core, 0xa5, sizeof run->world.core);
    fota_start(&run->world.core, host_of(run), checkpoint, run->world.now_us);
}

static void core_receive(struct bench_run *run, const uint8_t *bytes, size_t size)
{
    fota_receive(&run->world.core, host_of(run), bytes, size, run->world.now_us);
}

static size_t core_transmit(struct bench_run *run, void *buffer, size_t capacity)
{
    return fota_transmit(&run->world.core, host_of(run), buffer, capacity, run->world.now_us);
}

static uint64_t core_advance(struct bench_run *run)
{
    return fota_advance(&run->world.core, host_of(run), run->world.now_us);
}

/* Neither a line that is not sent nor bytes of the package that it would ask for. */
static bool host_is_silent(struct bench_run *run)
{
    const struct fota *core = &run->world.core;
    return !run->world.host.up || (core->at.sent == core->at.out_length && core->chunk_left == 0);
}

static bool core_request(struct bench_run *run, struct fota_request *ret_request)
{
    const struct fota *core = &run->world.core;
    if (core->request == FOTA_REQUEST_NONE && core->chunk_left == 0)
        return false; /* as most of the times */
    return fota_request(core, ret_request);
}

static void core_answer(struct bench_run *run, bool done)
{
    fota_answer(&run->world.core, host_of(run), done, run->world.now_us);
}

static void core_later(struct bench_run *run)
{
    fota_later(&run->world.core, host_of(run), run->world.now_us);
}

static void core_give(struct bench_run *run, const uint8_t *bytes, size_t size)
{
    fota_give(&run->world.core, host_of(run), bytes, size, run->world.now_us);
}

static void core_cancel(struct bench_run *run)
{
    fota_cancel(&run->world.core, host_of(run), run->world.now_us);
}

static const struct fota *core_within(const struct bench_run *run)
{
    return &run->world.core;
}

static bool core_is_over(const struct bench_run *run, uint8_t *ret_outcome, uint8_t *ret_reason)
{
    const struct fota_result *result = fota_result(&run->world.core);
    if (!result)
        return false;
    *ret_outcome = result->outcome;
    *ret_reason = result->reason;
    return true;
}

static const struct bench_client core_client = {.start = core_start,
                                                .receive = core_receive,
                                                .transmit = core_transmit,
                                                .advance = core_advance,
                                                .request = core_request,
                                                .answer = core_answer,
                                                .later = core_later,
                                                .give = core_give,
                                                .cancel = core_cancel,
                                                .core = core_within,
                                                .is_over = core_is_over};

/* ---- the end ------------------------------------------------------------------------------- */

static bool host_is_over(const struct bench_run *run)
{
    return run->world.host.up && !bench_board_has_next(run) && fota_result(&run->world.core);
}

static void host_observe(const struct bench_run *run, struct scenario_observed *observed)
{
    observed->finished = host_is_over(run);
    bench_board_observe(run, observed);
    if (observed->finished)
        observed->result = *fota_result(&run->world.core);
    fota_statistics(&run->world.core, &observed->statistics);
}

static void host_describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    (void)run;
    snprintf(buffer, capacity, "core");
}

const struct bench_end bench_host_core = {.name = "core",
                                          .line_end = '\r',
                                          .client = &core_client,
                                          .start = bench_board_start,
                                          .receive = bench_board_receive,
                                          .transmit = bench_board_transmit,
                                          .is_silent = host_is_silent,
                                          .is_steady = true,
                                          .advance = bench_board_advance,
                                          .observe = host_observe,
                                          .finish = bench_board_finish,
                                          .describe = host_describe,
                                          .is_over = host_is_over,
                                          .reset = bench_board_reset,
                                          .cancel = bench_board_cancel,
                                          .board_next = bench_board_next,
                                          .board_run = bench_board_run};
