/* host_program.c - starts the program, carries its bytes, reads its claim. */
#include "harness/bench/host_program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/bench/run.h"
#include "harness/bench/stranger.h"

static struct bench_program_host *host_of(const struct bench_run *run)
{
    return run->host_context;
}

/* ---- life --------------------------------------------------------------------------------- */

/* A link that is there already, of a bench that was killed for one, is replaced; else it is left.
 */
static bool make_link(struct bench_program_host *host, const char *name, char *reterr_text,
                      size_t reterr_capacity)
{
    struct stat old;
    if (strlen(name) >= sizeof host->link) {
        snprintf(reterr_text, reterr_capacity, "the name of the port is too long");
        return false;
    }
    if (lstat(name, &old) == 0 && S_ISLNK(old.st_mode))
        unlink(name);
    if (symlink(warp_port(host->warp), name) != 0) {
        snprintf(reterr_text, reterr_capacity, "the link %.150s could not be made: %s", name,
                 strerror(errno));
        return false;
    }
    snprintf(host->link, sizeof host->link, "%s", name);
    return true;
}

bool bench_program_host_open(struct bench_program_host *host, const char *command,
                             const char *port_name, const struct bench_claims *claims,
                             char *reterr_text, size_t reterr_capacity)
{
    host->claims = *claims;
    if (!bench_command_read(&host->command, command, reterr_text, reterr_capacity))
        return false;
    if (!warp_probe(reterr_text, reterr_capacity))
        return false;
    host->warp = warp_new(reterr_text, reterr_capacity);
    if (!host->warp || (port_name && !make_link(host, port_name, reterr_text, reterr_capacity)))
        return false;
    if (bench_folder_make(&host->folder))
        return true;
    snprintf(reterr_text, reterr_capacity, "no folder could be made for the program: %s",
             strerror(errno));
    return false;
}

void bench_program_host_close(struct bench_program_host *host)
{
    if (host->link[0])
        unlink(host->link);
    warp_free(host->warp);
    bench_environment_done(&host->environment);
    bench_folder_remove(&host->folder);
    bench_command_done(&host->command);
    *host = (struct bench_program_host){0};
}

void bench_program_host_tell(const struct bench_program_host *host, char *text, size_t capacity)
{
    int number;
    switch (warp_state(host->warp, &number)) {
    case WARP_EXITED:
        bench_stranger_tell(0, number, text, capacity);
        break;
    case WARP_SIGNALLED:
        bench_stranger_tell(number, 0, text, capacity);
        break;
    default:
        warp_describe(host->warp, text, capacity);
        break;
    }
}

static void start_program(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    const struct warp_options options = {.words = host->command.program.words,
                                         .environment = host->environment.entries,
                                         .directory = host->folder.path,
                                         .seed = run->options.seed,
                                         .baud_bps = run->one->host.baud_bps};
    bench_stranger_up(run);
    host->was_over = false;
    host->was_started = true;
    run->world.host.up =
        warp_start(host->warp, &options, run->world.now_us, run->error, sizeof run->error);
    bench_run_touch(run, BENCH_TO_HOST);
}

/* Its end, once. What is the supervisor's own trouble is the bench's. */
static void look_for_end(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    char text[WARP_TEXT_MAX];
    int number;
    enum warp_state state = warp_state(host->warp, &number);
    if (!host->was_started || host->was_over || state == WARP_RUNS || state == WARP_IDLE)
        return;
    host->was_over = true;
    bench_program_host_tell(host, text, sizeof text);
    bench_stranger_note(run, 3, (uint32_t)number, text);
    if (state == WARP_TROUBLE)
        snprintf(run->error, sizeof run->error, "%s", text);
    warp_stop(host->warp);
}

static bool make_place(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    return bench_stranger_place(run, &host->environment, &host->folder,
                                host->link[0] ? host->link : warp_port(host->warp), 1);
}

static bool program_start(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    bench_stranger_begin(run);
    host->was_started = host->was_over = false;
    warp_stop(host->warp);
    return make_place(run);
}

static void program_reset(struct bench_run *run, uint64_t down_us, bool forgets)
{
    warp_stop(host_of(run)->warp);
    if (forgets)
        make_place(run); /* its folder is its memory */
    run->world.host_at_us = BENCH_NEVER;
    bench_stranger_down(run, down_us);
}

static void program_board_run(struct bench_run *run)
{
    start_program(run);
    bench_run_settle(run);
}

static bool program_is_over(const struct bench_run *run)
{
    const struct bench_program_host *host = run->host_context;
    bool waits = run->world.host.restart_at_us != BENCH_NEVER;
    return run->error[0] || (host->was_over && !waits);
}

/* ---- bytes -------------------------------------------------------------------------------- */

static void program_receive(struct bench_run *run, const uint8_t *bytes, size_t size,
                            uint32_t baud_bps)
{
    struct bench_program_host *host = host_of(run);
    uint8_t garbled[BENCH_GARBLED_BYTES];
    if (!run->world.host.up)
        return;
    size = bench_stranger_hears(&bytes, size, baud_bps, run->world.host.baud_bps, garbled);
    warp_receive(host->warp, bytes, size);
}

static size_t program_transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                               uint32_t *ret_baud_bps)
{
    struct warp *warp = host_of(run)->warp;
    warp_line_is_busy(warp, run->world.lanes[BENCH_TO_MODULE].busy_until_at_us);
    return warp_transmit(warp, buffer, capacity, ret_baud_bps);
}

static uint64_t program_advance(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    if (!run->world.host.up)
        return BENCH_NEVER;
    uint64_t next_us = warp_advance(host->warp, run->world.now_us);
    uint32_t baud_bps = warp_baud_bps(host->warp);
    if (baud_bps)
        run->world.host.baud_bps = baud_bps;
    look_for_end(run);
    return next_us;
}

/* ---- what is judged ----------------------------------------------------------------------- */

static void program_observe(const struct bench_run *run, struct scenario_observed *observed)
{
    const struct bench_program_host *host = run->host_context;
    size_t size;
    const char *said = warp_output(host->warp, false, &size);
    int status;
    observed->finished = warp_state(host->warp, &status) == WARP_EXITED;
    if (!observed->finished && host->was_started)
        bench_program_host_tell(host, observed->how, sizeof observed->how);
    bench_stranger_judged(
        observed, observed->finished ? bench_claim_find(&host->claims, said, size, status) : -1);
}

static void program_finish(struct bench_run *run)
{
    struct bench_program_host *host = host_of(run);
    char text[WARP_TEXT_MAX];
    const char *remark = warp_remark(host->warp);
    if (remark[0])
        bench_note(run, BENCH_JOURNAL_BENCH, 0, 0, 0, remark, strlen(remark));
    if (warp_state(host->warp, NULL) == WARP_RUNS) {
        bench_program_host_tell(host, text, sizeof text);
        bench_stranger_note(run, 4, 0, text);
    }
    warp_stop(host->warp);
}

static const char *program_output(const struct bench_run *run, bool errors, size_t *ret_size)
{
    return warp_output(host_of(run)->warp, errors, ret_size);
}

static void program_describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    snprintf(buffer, capacity, "warp:%s", host_of(run)->command.program.words[0]);
}

const struct bench_end bench_host_program = {.name = "program",
                                             .line_end = '\r',
                                             .start = program_start,
                                             .receive = program_receive,
                                             .transmit = program_transmit,
                                             .advance = program_advance,
                                             .observe = program_observe,
                                             .finish = program_finish,
                                             .describe = program_describe,
                                             .output = program_output,
                                             .is_over = program_is_over,
                                             .reset = program_reset,
                                             .cancel = bench_stranger_cancel,
                                             .board_next = bench_stranger_board_next,
                                             .board_run = program_board_run};
