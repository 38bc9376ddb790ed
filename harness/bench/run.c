/* run.c - begin, step, send, deliver, judge, snapshots. */
#include "harness/bench/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/bench/conduct.h"
#include "harness/bench/engine.h"
#include "harness/bench/tapped.h"
#include "harness/ports/loop.h"

/* Free space of the module's file system (FS101 3.5); its pages are only used when touched. */
enum { STORE_BYTES = 22151168 };
/* Longer than a request to a board ever takes. */
#define BOARD_LATE_US UINT64_C(60000000)

static struct bench_run *make(enum bench_sink sink, size_t world_bytes)
{
    struct bench_run *run = calloc(1, sizeof *run);
    if (!run)
        return NULL;
    run->world_bytes = world_bytes;
    run->own_case = calloc(1, sizeof *run->own_case);
    run->store.bytes =
        mmap(NULL, STORE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (run->store.bytes == MAP_FAILED || !run->own_case ||
        !bench_journal_open(&run->journal, sink, 1 << 20, -1)) {
        if (run->store.bytes != MAP_FAILED)
            munmap(run->store.bytes, STORE_BYTES);
        free(run->own_case);
        free(run);
        return NULL;
    }
    run->store.capacity = STORE_BYTES;
    run->host = &bench_host_core;
    run->module = &bench_module_sim;
    run->surroundings = &bench_scenario_server;
    return run;
}

void bench_run_embed(struct bench_run *run, size_t world_bytes, const struct sim_store *store)
{
    run->world_bytes = world_bytes;
    run->store = *store;
    run->module = &bench_module_sim;
    run->surroundings = &bench_scenario_server;
    bench_journal_open(&run->journal, BENCH_SINK_NONE, 0, -1);
    run->world.module_at_us = run->world.host_at_us = run->world.event_at_us = BENCH_NEVER;
}

struct bench_run *bench_run_new(enum bench_sink sink)
{
    return make(sink, sizeof(struct bench_world));
}

struct bench_run *bench_run_new_coreless(enum bench_sink sink)
{
    return make(sink, BENCH_WORLD_CORELESS_BYTES);
}

void bench_run_free(struct bench_run *run)
{
    if (!run)
        return;
    bench_journal_close(&run->journal);
    bench_blobs_done(&run->packages);
    munmap(run->store.bytes, STORE_BYTES);
    free(run->own_case);
    free(run->deadlines);
    free(run);
}

void bench_note(struct bench_run *run, enum bench_journal_kind kind, uint8_t a, uint16_t b,
                uint32_t number, const void *bytes, size_t size)
{
    if (bench_journal_put(&run->journal, run->world.now_us, (uint8_t)kind, a, b, number, bytes,
                          size))
        return;
    if (run->journal.sink == BENCH_SINK_NONE) {
        run->journal.record_count++;
        return;
    }
    struct bench_record record = {.time_us = run->world.now_us,
                                  .kind = (uint8_t)kind,
                                  .a = a,
                                  .b = b,
                                  .number = number,
                                  .length = (uint16_t)size,
                                  .payload = bytes};
    bench_journal_append(&run->journal, &record);
}

/* ---- beginning ----------------------------------------------------------------------------- */

void bench_run_prepare(struct bench_run *run, const struct bench_case *shared,
                       const struct bench_options *options)
{
    run->shared = shared;
    run->one = shared->one;
    run->options = *options;
    if (!run->options.steps_max)
        run->options.steps_max = BENCH_STEPS_MAX;
    if (!run->options.journal_bytes_max)
        run->options.journal_bytes_max = BENCH_JOURNAL_BYTES_MAX;
    run->error[0] = '\0';
    run->late = false;
    run->lacked = 0;
    run->step_count = 0;
    memset(&run->points, 0, sizeof run->points);
    run->unsettled = 0;
    run->asks = false;
    if (run->deadlines)
        run->deadlines->count = 0;
    run->store.used = run->store.pinned = 0;
    bench_journal_clear(&run->journal);
    memset(&run->world, 0, run->world_bytes);
    run->world.event_at_us = BENCH_NEVER;
    if (bench_run_is_judged(run))
        bench_engine_begin(run);
}

bool bench_run_begin(struct bench_run *run, const struct scenario_case *one,
                     const struct bench_options *options)
{
    char error[BENCH_TEXT_MAX] = "";
    bool made =
        bench_case_make(run->own_case, &run->packages, one, options->seed, error, sizeof error);
    bench_run_prepare(run, run->own_case, options);
    memcpy(run->error, error, sizeof run->error);
    if (!made || !run->host->start(run) || !run->module->start(run))
        return false;
    struct sim_view view;
    run->module->view(run, &view);
    snprintf(run->start_revision, sizeof run->start_revision, "%s", view.revision);
    bench_run_touch(run, BENCH_TO_HOST);
    bench_run_settle(run);
    return true;
}

/* ---- bytes --------------------------------------------------------------------------------- */

static const struct bench_end *sender(const struct bench_run *run, enum bench_lane_id lane)
{
    return lane == BENCH_TO_HOST ? run->module : run->host;
}

/* The byte that ends a line there, 0 = nobody asks for lines. */
static uint8_t line_end_of(const struct bench_run *run, enum bench_lane_id lane)
{
    return run->counts_lines ? sender(run, lane)->line_end : 0;
}

/* Bytes for which triggers wait. */
__attribute__((noinline)) static void send_watched(struct bench_run *run, enum bench_lane_id id,
                                                   struct bench_passing passing, uint32_t baud_bps,
                                                   bool paced, uint64_t from_us)
{
    struct bench_lane *lane = &run->world.lanes[id];
    uint8_t line_end = line_end_of(run, id);
    for (;;) {
        size_t point = bench_engine_wire_point(run, id, &passing);
        if (point == passing.size)
            break;
        if (point)
            bench_lane_send(lane, passing.bytes, point, baud_bps, line_end, paced, from_us);
        uint64_t at_us =
            lane->busy_until_at_us > run->world.now_us ? lane->busy_until_at_us : run->world.now_us;
        passing.bytes += point;
        passing.size -= point;
        bench_engine_wire_fire(run, id, &passing, at_us);
        if (!(run->lane_mask >> id & 1))
            break;
    }
    if (passing.size)
        bench_lane_send(lane, passing.bytes, passing.size, baud_bps, line_end, paced, from_us);
}

void bench_run_send(struct bench_run *run, enum bench_lane_id id, const uint8_t *bytes, size_t size,
                    size_t ahead, uint32_t baud_bps)
{
    bool paced = !run->options.unpaced;
    uint64_t from_us = run->world.now_us - (paced ? run->began_us : 0);
    if (run->lane_mask >> id & 1)
        send_watched(run, id, (struct bench_passing){bytes, size, ahead}, baud_bps, paced, from_us);
    else if (size)
        bench_lane_send(&run->world.lanes[id], bytes, size, baud_bps, line_end_of(run, id), paced,
                        from_us);
    bench_engine_saw(run, SCENARIO_SINCE_BYTE, run->world.now_us);
}

/* Bursts that a split by triggers may need beside the one of the bytes themselves. */
enum { SPARE_BURSTS = 4 };

enum { BITS_PER_BYTE = 10 /* 8N1 */, AHEAD_BYTES = SCENARIO_TEXT_MAX };

/* How much may be put on the lane now. */
static size_t lane_takes(const struct bench_run *run, enum bench_lane_id id)
{
    const struct bench_lane *lane = &run->world.lanes[id];
    size_t room = bench_lane_room(lane);
    if (lane->burst_fill + SPARE_BURSTS >= BENCH_WIRE_BURSTS)
        return 0;
    if (!run->options.burst_us)
        return room;
    if (lane->burst_fill)
        return 0;
    uint64_t size = (uint64_t)run->talks_bps[id] * run->options.burst_us / BITS_PER_BYTE / 1000000u;
    size = size ? size : 1;
    return size < room ? (size_t)size : room;
}

/* Asks the end that sends on the lane; 0 = nothing. */
static size_t ask(struct bench_run *run, enum bench_lane_id id, uint8_t *buffer, size_t capacity,
                  uint32_t *ret_baud_bps)
{
    *ret_baud_bps = 0;
    size_t size = sender(run, id)->transmit(run, buffer, capacity, ret_baud_bps);
    if (*ret_baud_bps)
        run->talks_bps[id] = *ret_baud_bps;
    return size;
}

/* A line that takes no time and has no faults is passed at once. */
static bool drain_straight(struct bench_run *run, enum bench_lane_id id)
{
    uint8_t buffer[BENCH_WIRE_BYTES];
    uint32_t baud_bps;
    bool any = false;
    size_t size;
    while ((size = ask(run, id, buffer, sizeof buffer, &baud_bps)) > 0) {
        bench_run_deliver(run, id, buffer, size, baud_bps);
        any = true;
    }
    return any;
}

/* A line that gets what passes it in a time is asked for the rate of its end, too. */
static bool is_silent(struct bench_run *run, enum bench_lane_id id)
{
    const struct bench_end *end = sender(run, id);
    return end->is_silent && !run->options.burst_us && end->is_silent(run);
}

/* Puts on the lane what the end sends now, of `room` bytes at most; how much. */
__attribute__((noinline)) static size_t send_some(struct bench_run *run, enum bench_lane_id id,
                                                  size_t room)
{
    uint8_t buffer[BENCH_WIRE_BYTES + AHEAD_BYTES];
    uint32_t baud_bps;
    size_t size = ask(run, id, buffer, room, &baud_bps), ahead = 0;
    if (!size)
        return 0;
    if (run->options.burst_us && run->lane_mask >> id & 1 && sender(run, id)->ahead)
        ahead = sender(run, id)->ahead(run, buffer + size, AHEAD_BYTES);
    bench_run_send(run, id, buffer, size, ahead, baud_bps);
    return size;
}

/* What was written in place, but waits for a fault. */
__attribute__((noinline)) static void send_copy(struct bench_run *run, enum bench_lane_id id,
                                                const uint8_t *place, size_t size,
                                                uint32_t baud_bps)
{
    uint8_t buffer[BENCH_WIRE_BYTES];
    memcpy(buffer, place, size);
    bench_run_send(run, id, buffer, size, 0, baud_bps);
}

/* The same; the end writes the bytes where they will lie. */
static size_t send_in_place(struct bench_run *run, enum bench_lane_id id, uint8_t *place,
                            size_t room)
{
    struct bench_lane *lane = &run->world.lanes[id];
    uint32_t baud_bps;
    bool paced = !run->options.unpaced;
    size_t size = ask(run, id, place, room, &baud_bps);
    if (!size)
        return 0;
    if (bench_lane_sent(lane, size, baud_bps, line_end_of(run, id), paced,
                        run->world.now_us - (paced ? run->began_us : 0)))
        bench_engine_saw(run, SCENARIO_SINCE_BYTE, run->world.now_us);
    else
        send_copy(run, id, place, size, baud_bps);
    return size;
}

/* Moves what an end has to send onto its lane; true when there was anything. */
static bool drain(struct bench_run *run, enum bench_lane_id id)
{
    bool any = false, watched = run->acts_on_wire || run->lane_mask || run->options.burst_us;
    size_t room;
    if (!bench_run_has_lanes(run))
        return drain_straight(run, id);
    while (!is_silent(run, id) && (room = lane_takes(run, id)) > 0) {
        run->began_us = 0;
        uint8_t *place = watched ? NULL : bench_lane_begin(&run->world.lanes[id]);
        if (!(place ? send_in_place(run, id, place, room) : send_some(run, id, room)))
            break;
        any = true;
    }
    run->began_us = 0;
    return any;
}

void bench_run_touch(struct bench_run *run, enum bench_lane_id lane)
{
    run->unsettled = (uint8_t)(run->unsettled | 1u << lane);
}

static bool take_touched(struct bench_run *run, enum bench_lane_id lane)
{
    bool touched = run->unsettled >> lane & 1;
    run->unsettled = (uint8_t)(run->unsettled & ~(1u << lane));
    return touched;
}

/* The core has sent a command: when it will want to be called next is when it gives it up. */
static void note_deadline(struct bench_run *run)
{
    struct bench_deadlines *deadlines = run->deadlines;
    run->asks = false;
    if (!deadlines)
        return;
    size_t at = deadlines->count++ % BENCH_DEADLINES;
    deadlines->ring[at].record = run->journal.record_count;
    deadlines->ring[at].at_us = run->world.host_at_us;
}

static void settle_touched(struct bench_run *run)
{
    struct bench_world *world = &run->world;
    while (run->unsettled) {
        if (take_touched(run, BENCH_TO_MODULE)) {
            world->module_at_us = run->module->advance(run);
            drain(run, BENCH_TO_HOST); /* what is sent changes no deadline of a module */
        }
        if (take_touched(run, BENCH_TO_HOST)) {
            world->host_at_us = run->host->advance(run);
            if (run->asks)
                note_deadline(run);
            if (drain(run, BENCH_TO_MODULE) && !run->host->is_steady)
                bench_run_touch(run, BENCH_TO_HOST);
        }
    }
}

void bench_run_settle(struct bench_run *run)
{
    if (run->unsettled)
        settle_touched(run);
}

static enum bench_lane_id other(enum bench_lane_id lane)
{
    return lane == BENCH_TO_HOST ? BENCH_TO_MODULE : BENCH_TO_HOST;
}

void bench_run_deliver(struct bench_run *run, enum bench_lane_id id, const uint8_t *bytes,
                       size_t size, uint32_t baud_bps)
{
    bench_note(run, id == BENCH_TO_HOST ? BENCH_JOURNAL_TO_HOST : BENCH_JOURNAL_TO_MODULE, 0, 0,
               baud_bps, bytes, size);
    if (bench_run_is_judged(run))
        bench_tap_feed(run, id, bytes, size, baud_bps);
    const struct bench_end *end = id == BENCH_TO_HOST ? run->host : run->module;
    end->receive(run, bytes, size, baud_bps);
    bench_run_touch(run, id);
}

/* Gives the burst that comes next to its end; `buffer`: a copy of it, NULL = where it lies. */
static void give_burst(struct bench_run *run, enum bench_lane_id id, uint8_t *buffer)
{
    struct bench_lane *lane = &run->world.lanes[id];
    uint32_t baud_bps;
    bool arrived;
    const uint8_t *bytes = buffer ? buffer : bench_lane_bytes(lane);
    size_t size = bench_lane_take(lane, buffer, &baud_bps, &arrived, run->world.now_us);
    if (size && run->through)
        run->through(run, id, bytes, size, baud_bps);
    else if (size)
        bench_run_deliver(run, id, bytes, size, baud_bps);
}

__attribute__((noinline)) static void give_copy(struct bench_run *run, enum bench_lane_id id)
{
    uint8_t buffer[BENCH_WIRE_BYTES];
    give_burst(run, id, buffer);
}

static void deliver_burst(struct bench_run *run, enum bench_lane_id id)
{
    if (run->acts_on_wire || !bench_lane_bytes(&run->world.lanes[id]))
        give_copy(run, id);
    else
        give_burst(run, id, NULL);
}

static void deliver(struct bench_run *run, enum bench_lane_id id)
{
    const struct bench_lane *lane = &run->world.lanes[id];
    while (bench_lane_next(lane) <= run->world.now_us) {
        bool was_full = lane->burst_fill + SPARE_BURSTS >= BENCH_WIRE_BURSTS ||
                        lane->byte_fill + lane->spare_bytes > BENCH_WIRE_BYTES / 2;
        deliver_burst(run, id);
        if (was_full || run->options.burst_us)
            bench_run_touch(run, other(id)); /* the sender may have waited for room */
    }
    bench_run_settle(run);
}

void bench_run_hurry(struct bench_run *run, enum bench_lane_id id)
{
    struct bench_lane *lane = &run->world.lanes[id];
    uint8_t buffer[BENCH_WIRE_BYTES];
    uint32_t baud_bps;
    bool arrived = bench_run_has_lanes(run);
    while (arrived) {
        size_t size = bench_lane_take(lane, buffer, &baud_bps, &arrived, WIRE_NEVER - 1);
        if (size)
            bench_run_deliver(run, id, buffer, size, baud_bps);
        lane->busy_until_at_us = run->world.now_us;
        arrived = drain(run, id) || arrived;
    }
}

void bench_run_empty_lanes(struct bench_run *run)
{
    for (unsigned id = 0; id < BENCH_LANES && bench_run_has_lanes(run); id++)
        bench_lane_cut(&run->world.lanes[id], 0);
}

__attribute__((noinline)) static void deliver_begun(struct bench_run *run)
{
    uint8_t buffer[BENCH_WIRE_BYTES];
    uint32_t baud_bps;
    size_t size = bench_lane_take_begun(&run->world.lanes[BENCH_TO_MODULE], buffer, &baud_bps,
                                        run->world.now_us);
    if (size && run->through)
        run->through(run, BENCH_TO_MODULE, buffer, size, baud_bps);
    else if (size)
        bench_run_deliver(run, BENCH_TO_MODULE, buffer, size, baud_bps);
}

void bench_run_deliver_begun(struct bench_run *run)
{
    if (bench_run_has_lanes(run) && run->world.lanes[BENCH_TO_MODULE].burst_fill)
        deliver_begun(run);
}

/* ---- time ---------------------------------------------------------------------------------- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Of the bench's own board it is known without a call. */
static uint64_t board_next(const struct bench_run *run)
{
    return run->host->client ? bench_host_next(&run->world.host) : run->host->board_next(run);
}

uint64_t bench_run_next(const struct bench_run *run)
{
    const struct bench_world *world = &run->world;
    uint64_t next = earlier(world->module_at_us, world->host_at_us);
    next = earlier(next, world->event_at_us);
    if (bench_run_has_lanes(run)) {
        next = earlier(next, bench_lane_next(&world->lanes[BENCH_TO_MODULE]));
        next = earlier(next, bench_lane_next(&world->lanes[BENCH_TO_HOST]));
    }
    next = earlier(next, board_next(run));
    return next > world->now_us || next == BENCH_NEVER ? next : world->now_us;
}

/* Steps; nobody turns in circles in fewer, and few runs are long enough to read a clock. */
enum { LOOKED_AT_EVERY = 64, CLOCK_EVERY = 1024 };

static void look_at_clock(struct bench_run *run)
{
    if (run->wall_end_us && !run->error[0] && bench_clock_us() > run->wall_end_us)
        snprintf(run->error, sizeof run->error,
                 "the run takes too long here: %" PRIu64 " steps, at %.6f s; --timeout allows more",
                 run->step_count, (double)run->world.now_us / 1e6);
}

/* Looks closer, now and then and when a bound is reached; real time ends where the scenario does.
 */
static bool look_at_bounds(struct bench_run *run)
{
    double now_s = (double)run->world.now_us / 1e6;
    if (run->options.speed > 0)
        return false;
    if (run->step_count % LOOKED_AT_EVERY == 0 &&
        bench_engine_turns(run, run->error, sizeof run->error))
        return true;
    if (run->step_count >= run->options.steps_max)
        snprintf(run->error, sizeof run->error,
                 "the run turns in circles: %" PRIu64 " steps, at %.6f s; --max-steps allows more",
                 run->step_count, now_s);
    else if (run->journal.sink == BENCH_SINK_MEMORY &&
             run->journal.used > run->options.journal_bytes_max)
        snprintf(run->error, sizeof run->error,
                 "the journal holds %zu bytes, at %.6f s; --max-journal allows more",
                 run->journal.used, now_s);
    else if (run->step_count % CLOCK_EVERY == 0)
        look_at_clock(run);
    return run->error[0] != '\0';
}

/* Work and memory of a run are bounded. */
static bool is_out_of_bounds(struct bench_run *run)
{
    bool looks = run->step_count % LOOKED_AT_EVERY == 0 ||
                 run->step_count >= run->options.steps_max ||
                 run->journal.used > run->options.journal_bytes_max || run->error[0];
    return looks && look_at_bounds(run);
}

static bool is_over(struct bench_run *run)
{
    if (run->host->is_over(run) || (run->module->is_through && run->module->is_through(run)))
        return true;
    run->step_count++;
    return is_out_of_bounds(run);
}

static void deliver_lanes(struct bench_run *run)
{
    for (unsigned lane = 0; lane < BENCH_LANES; lane++)
        if (bench_lane_next(&run->world.lanes[lane]) <= run->world.now_us)
            deliver(run, (enum bench_lane_id)lane);
}

void bench_run_go(struct bench_run *run, uint64_t at_us)
{
    struct bench_world *world = &run->world;
    if (run->counts_points)
        bench_points_count_deadline(run, at_us);
    world->now_us = at_us;
    if (bench_run_has_lanes(run))
        deliver_lanes(run);
    if (world->module_at_us <= at_us) {
        bench_run_deliver_begun(run);
        bench_run_touch(run, BENCH_TO_MODULE);
    }
    if (world->host_at_us <= at_us)
        bench_run_touch(run, BENCH_TO_HOST);
    bench_run_settle(run);
    if (world->event_at_us <= at_us)
        bench_engine_run(run);
    if (board_next(run) <= at_us)
        run->host->board_run(run);
}

bool bench_run_step(struct bench_run *run)
{
    uint64_t next = bench_run_next(run);
    if (next > run->shared->end_at_us || is_over(run))
        return false;
    bench_run_go(run, next);
    return true;
}

static bool is_stopped(const struct bench_run *run)
{
    return run->options.stoppable && bench_signal() != 0;
}

static void run_virtual(struct bench_run *run)
{
    uint64_t most_us = run->options.wall_us_max;
    run->wall_end_us = bench_clock_us() + (most_us ? most_us : BENCH_WALL_S_MAX * 1000000ull);
    while (!is_stopped(run) && bench_run_step(run))
        ;
    look_at_clock(run);
    run->wall_end_us = 0;
}

void bench_run_all(struct bench_run *run, struct bench_result *ret_result)
{
    if (run->options.speed > 0)
        bench_run_real(run);
    else
        run_virtual(run);
    bench_run_judge(run, ret_result);
}

/* ---- the end ------------------------------------------------------------------------------- */

static void observe(const struct bench_run *run, struct scenario_observed *observed)
{
    *observed = (struct scenario_observed){.duration_us = run->world.now_us};
    run->host->observe(run, observed);
    run->module->observe(run, observed);
    memcpy(observed->start_revision,
           observed->job ? run->world.host.start_revision : run->start_revision,
           sizeof observed->start_revision);
}

static void add_unfired(const struct bench_run *run, struct bench_result *result)
{
    int index = bench_engine_unfired(run);
    if (index < 0)
        return;
    const struct scenario_event *event = &run->one->events[index];
    size_t at = result->finding_count++;
    if (at >= BENCH_FINDINGS_MAX)
        return;
    struct scenario_finding *finding = &result->findings[at];
    char trigger[160];
    *finding = (struct scenario_finding){.place = event->place, .kind = SCENARIO_FINDING_EVENT};
    snprintf(finding->what, sizeof finding->what, "event %d", index + 1);
    snprintf(finding->want, sizeof finding->want,
             "its trigger {%s} happens (or `may-not-fire: yes`)",
             scenario_trigger_write(&event->when, trigger, sizeof trigger));
    bench_engine_tell_unfired(run, (unsigned)index, finding->got, sizeof finding->got);
}

/* Where the module came apart from the host, which is the cause of what follows. */
static void add_of_module(const struct bench_run *run, struct bench_result *result)
{
    if (!run->module->findings)
        return;
    struct scenario_finding own[BENCH_FINDINGS_MAX];
    size_t count = run->module->findings(run, own, BENCH_FINDINGS_MAX);
    size_t kept =
        result->finding_count < BENCH_FINDINGS_MAX ? result->finding_count : BENCH_FINDINGS_MAX;
    if (kept + count > BENCH_FINDINGS_MAX)
        kept = BENCH_FINDINGS_MAX - count;
    memmove(result->findings + count, result->findings, kept * sizeof own[0]);
    memcpy(result->findings, own, count * sizeof own[0]);
    result->finding_count += count;
}

/* What rules for any client find in the journal. */
static void add_conduct(const struct bench_run *run, struct bench_result *result)
{
    size_t kept =
        result->finding_count < BENCH_FINDINGS_MAX ? result->finding_count : BENCH_FINDINGS_MAX;
    result->finding_count +=
        bench_conduct_judge(run, &result->observed, run->options.conduct_left_out,
                            result->findings + kept, BENCH_FINDINGS_MAX - kept);
}

/* What of the case's board a client that asks nothing of a board never meets; NULL = nothing. */
static const char *unmet_of_board(const struct bench_run *run)
{
    const struct scenario_host *host = &run->one->host;
    uint32_t vital = 1u << FOTA_REQUEST_SAVE_CHECKPOINT | 1u << FOTA_REQUEST_GIVE_BYTES;
    if (run->host->client)
        return NULL;
    if (host->refused & vital)
        return "the board refuses a checkpoint or the package's bytes, and the client asks it for "
               "neither";
    return host->request_us > BOARD_LATE_US
               ? "the board takes long for what it is asked, and the client asks it nothing"
               : NULL;
}

/*
 * An event that never fired fails the core, which is known to make it happen. A client of
 * somebody's own may take another way: what it did is judged by the rules alone, and if it broke
 * none the day has not happened. False: that is the verdict.
 */
static bool the_day_happened(const struct bench_run *run, struct bench_result *result)
{
    struct bench_result unfired = {.finding_count = 0};
    const char *unmet = unmet_of_board(run);
    add_unfired(run, &unfired);
    if (!(result->observed.lacking & SCENARIO_NEED_CORE_MANNER) ||
        (!unmet && !unfired.finding_count)) {
        add_unfired(run, result);
        return true;
    }
    size_t kept = 0;
    for (size_t i = 0; i < result->finding_count && i < BENCH_FINDINGS_MAX; i++)
        if (result->findings[i].kind == SCENARIO_FINDING_RULE)
            result->findings[kept++] = result->findings[i];
    result->finding_count = kept;
    if (kept)
        return true;
    result->verdict = BENCH_SKIPPED;
    if (unmet)
        snprintf(result->error, sizeof result->error, "the day did not happen: %s", unmet);
    else
        snprintf(result->error, sizeof result->error, "the day did not happen: %.90s (%.100s)",
                 unfired.findings[0].want, unfired.findings[0].got);
    return false;
}

void bench_run_judge(struct bench_run *run, struct bench_result *ret_result)
{
    *ret_result = (struct bench_result){.duration_us = run->world.now_us};
    observe(run, &ret_result->observed);
    run->host->finish(run);
    run->module->finish(run);
    if (run->journal.sink == BENCH_SINK_MEMORY && !run->options.undigested)
        ret_result->journal_digest = bench_journal_digest(&run->journal, 0);
    if (run->journal.failed && !run->error[0])
        snprintf(run->error, sizeof run->error, "the journal could not be kept: no memory");
    if (run->error[0]) {
        ret_result->verdict = BENCH_ERROR;
        memcpy(ret_result->error, run->error, sizeof ret_result->error);
        return;
    }
    if (is_stopped(run) && !ret_result->observed.finished) {
        ret_result->verdict = BENCH_STOPPED;
        return;
    }
    ret_result->observed.costs_are_judged = run->options.costs && run->options.speed <= 0;
    ret_result->finding_count = scenario_judge(run->one, &run->world.monitor, &ret_result->observed,
                                               ret_result->findings, BENCH_FINDINGS_MAX);
    if (run->options.conduct)
        add_conduct(run, ret_result);
    if (!the_day_happened(run, ret_result))
        return;
    add_of_module(run, ret_result);
    scenario_findings_sort(ret_result->findings,
                           ret_result->finding_count < BENCH_FINDINGS_MAX
                               ? ret_result->finding_count
                               : BENCH_FINDINGS_MAX,
                           &ret_result->observed);
    ret_result->verdict = ret_result->finding_count ? BENCH_FAILED : BENCH_PASSED;
}

const char *bench_verdict_name(unsigned verdict)
{
    static const char *const names[] = {
#define X(name, text) text,
        BENCH_VERDICTS(X)
#undef X
    };
    return verdict < sizeof names / sizeof *names ? names[verdict] : "?";
}

/* ---- snapshots ----------------------------------------------------------------------------- */

void bench_snapshot_take(struct bench_run *run, struct bench_snapshot *ret_snapshot)
{
    ret_snapshot->store_used = run->store.used;
    ret_snapshot->store_pinned = run->store.pinned;
    ret_snapshot->journal_mark = bench_journal_mark(&run->journal);
    ret_snapshot->step_count = run->step_count;
    ret_snapshot->points = run->points;
    memcpy(&ret_snapshot->world, &run->world, run->world_bytes);
    run->store.pinned = run->store.used;
}

void bench_snapshot_restore(struct bench_run *run, const struct bench_snapshot *snapshot)
{
    memcpy(&run->world, &snapshot->world, run->world_bytes);
    run->store.used = snapshot->store_used;
    run->store.pinned = snapshot->store_used;
    bench_journal_rewind(&run->journal, snapshot->journal_mark);
    run->step_count = snapshot->step_count;
    run->points = snapshot->points;
    if (run->deadlines)
        run->deadlines->count = 0; /* they are those of the branch that was left */
    bench_engine_refresh(run);
}

void bench_snapshot_drop(struct bench_run *run)
{
    run->store.pinned = 0;
}
