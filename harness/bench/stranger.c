/* stranger.c - the board of a client of somebody else's. */
#include "harness/bench/stranger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/bench/run.h"

void bench_stranger_note(struct bench_run *run, unsigned what, uint32_t number, const char *text)
{
    bench_note(run, BENCH_JOURNAL_HOST, (uint8_t)what, 0, number, text, strlen(text));
}

void bench_stranger_begin(struct bench_run *run)
{
    run->world.host_at_us = BENCH_NEVER;
    run->world.host = (struct bench_host){.restart_at_us = run->one->host.start_after_us,
                                          .request_at_us = BENCH_NEVER,
                                          .baud_bps = run->one->host.baud_bps};
}

void bench_stranger_up(struct bench_run *run)
{
    struct bench_host *board = &run->world.host;
    board->restart_at_us = BENCH_NEVER;
    board->start_count++;
    board->up = 1;
    bench_stranger_note(run, board->start_count > 1 ? 2 : 1, board->start_count, "");
}

void bench_stranger_down(struct bench_run *run, uint64_t down_us)
{
    struct bench_host *board = &run->world.host;
    board->up = 0;
    board->restart_at_us = run->world.now_us + down_us;
    bench_lane_cut(&run->world.lanes[BENCH_TO_MODULE], run->world.now_us);
    bench_stranger_note(run, 0, board->start_count, "");
}

bool bench_stranger_place(struct bench_run *run, struct bench_environment *environment,
                          struct bench_folder *folder, const char *port, double speed)
{
    bench_environment_done(environment);
    if (bench_folder_make(folder) &&
        bench_environment_make(environment, run->shared, &run->shared->jobs[0], port, folder->path,
                               speed))
        return true;
    snprintf(run->error, sizeof run->error, "the program's folder could not be made: %s",
             strerror(errno));
    return false;
}

size_t bench_stranger_hears(const uint8_t **bytes, size_t size, uint32_t baud_bps,
                            uint32_t heard_bps, uint8_t *garbled)
{
    if (!heard_bps || heard_bps == baud_bps)
        return size;
    size = sim_garble(*bytes, size, baud_bps, heard_bps, garbled, BENCH_GARBLED_BYTES);
    *bytes = garbled;
    return size;
}

void bench_stranger_tell(int signal, int status, char *text, size_t capacity)
{
    if (signal)
        snprintf(text, capacity, "signal %d (%s) ended the program", signal, strsignal(signal));
    else
        snprintf(text, capacity, "the program ended with status %d", status);
}

void bench_stranger_judged(struct scenario_observed *observed, int claim)
{
    observed->lacking |= SCENARIO_NEED_CLIENT_STATE | SCENARIO_NEED_CORE_MANNER;
    if (claim >= 0)
        observed->result.outcome = (uint8_t)claim;
    else
        observed->lacking |= SCENARIO_NEED_CLAIM;
}

void bench_stranger_cancel(struct bench_run *run)
{
    (void)run;
}

uint64_t bench_stranger_board_next(const struct bench_run *run)
{
    return run->world.host.restart_at_us;
}
