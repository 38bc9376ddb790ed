/* play.c - events of a scenario for a served module. */
#include "harness/serve/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/engine.h"

enum {
    PIECE_BYTES = 256, /* with what faults may add, it has room in a lane */
    AHEAD_BYTES = SCENARIO_TEXT_MAX
};

struct bench_play {
    struct bench_run *run;
    struct bench_module *module;
    bench_play_fired *fired;
    void *context;
    uint16_t told[SCENARIO_WATCHED_MAX]; /* how often `fired` was called */
};

/* ---- what the engine does to the module ---------------------------------------------------- */

static bool apply(struct bench_run *run, const struct sim_action *action)
{
    struct bench_module *module = run->module_context;

    return sim_apply(&module->sim, &module->host, action, module->now_us);
}

static void view(const struct bench_run *run, struct sim_view *ret_view)
{
    const struct bench_module *module = run->module_context;

    sim_view(&module->sim, ret_view);
}

static void watch(struct bench_run *run, uint32_t hook_mask, uint32_t http_mark_bytes)
{
    struct bench_module *module = run->module_context;

    if (!module)
        return; /* it begins to play later */
    module->host.hook_mask = hook_mask;
    module->host.http_mark_bytes = http_mark_bytes;
}

/* The module end of what is played: serve moves its bytes and its time. */
static const struct bench_end played = {.name = "served",
                                        .line_end = '\n',
                                        .tells = true,
                                        .apply = apply,
                                        .view = view,
                                        .watch = watch};

/* ---- what the module tells ----------------------------------------------------------------- */

static struct bench_run *run_at(struct bench_module *module, uint64_t now_us)
{
    struct bench_run *run = module->play->run;

    run->world.now_us = now_us;
    return run;
}

static struct sim_override on_hook(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    struct bench_module *module = context;
    struct sim_override override = bench_module_hooked(run_at(module, now_us), now_us, hook);

    return override;
}

void bench_play_event(struct bench_module *module, uint64_t now_us, const struct sim_event *event)
{
    bench_module_told(run_at(module, now_us), now_us, event);
}

/* ---- the wire ------------------------------------------------------------------------------ */

static void deliver(struct bench_module *module, enum bench_lane_id id, const uint8_t *bytes,
                    size_t size, uint32_t baud_bps)
{
    if (id == BENCH_TO_HOST)
        bench_module_send_uart(module, bytes, size);
    else
        sim_receive(&module->sim, &module->host, bytes, size, baud_bps, module->now_us);
}

static void deliver_arrived(struct bench_module *module, enum bench_lane_id id)
{
    struct bench_lane *lane = &module->play->run->world.lanes[id];
    uint8_t buffer[BENCH_WIRE_BYTES];
    uint32_t baud_bps;
    bool arrived;

    while (bench_lane_next(lane) <= module->now_us) {
        size_t size = bench_lane_take(lane, buffer, &baud_bps, &arrived, module->now_us);
        if (size > 0)
            deliver(module, id, buffer, size, baud_bps);
    }
}

/*
 * What the module has to send behind what it sends now: a copy of it says so, and nobody hears it.
 * A line at its pace comes in pieces, and a text must be known before the first of them has passed.
 */
static size_t look_ahead(const struct bench_module *module, uint8_t *buffer, size_t capacity)
{
    struct sim copy = module->sim;
    struct sim_host host = module->host;
    size_t count = 0, more = 1;

    host.on_event = NULL;
    host.hook = NULL;
    host.usb = NULL;
    while (count < capacity && more > 0) {
        uint32_t baud_bps;
        more =
            sim_transmit(&copy, &host, buffer + count, capacity - count, &baud_bps, module->now_us);
        count += more;
    }
    return count;
}

/* The piece and what is known to follow it, in one buffer; returns how much follows. */
static size_t join(uint8_t *window, size_t piece, const uint8_t *bytes, size_t size,
                   const uint8_t *ahead, size_t ahead_size)
{
    size_t rest = size - piece < AHEAD_BYTES ? size - piece : AHEAD_BYTES;
    size_t more = ahead_size < AHEAD_BYTES - rest ? ahead_size : AHEAD_BYTES - rest;

    memcpy(window, bytes, piece + rest);
    if (more > 0)
        memcpy(window + piece + rest, ahead, more);
    return rest + more;
}

void bench_play_send(struct bench_module *module, bool from_module, const uint8_t *bytes,
                     size_t size, size_t ahead, uint32_t baud_bps)
{
    enum bench_lane_id id = from_module ? BENCH_TO_HOST : BENCH_TO_MODULE;
    struct bench_run *run = run_at(module, module->now_us);
    uint8_t window[PIECE_BYTES + AHEAD_BYTES], said[AHEAD_BYTES];
    const uint8_t *following = bytes + size;

    if (from_module && run->lane_mask >> id & 1) {
        following = said;
        ahead = look_ahead(module, said, sizeof(said));
    }
    while (size > 0) {
        size_t room = bench_lane_room(&run->world.lanes[id]);
        size_t piece = size < PIECE_BYTES ? size : PIECE_BYTES;
        piece = piece < room ? piece : room;
        if (piece == 0) /* a fault holds all that was sent: the rest is an overrun */
            return;
        size_t known = join(window, piece, bytes, size, following, ahead);
        bench_run_send(run, id, window, piece, known, baud_bps);
        deliver_arrived(module, id);
        bytes += piece;
        size -= piece;
    }
}

/* ---- time ---------------------------------------------------------------------------------- */

static void tell_fired(struct bench_play *play)
{
    for (unsigned i = 0; i < scenario_event_count(play->run->one); i++) {
        if (play->told[i] == play->run->world.engine.fired[i] || play->run->one->events[i].mark)
            continue;
        play->told[i] = play->run->world.engine.fired[i];
        if (play->fired)
            play->fired(play->context, play->module, i);
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t bench_play_run(struct bench_module *module)
{
    struct bench_run *run = run_at(module, module->now_us);
    const struct bench_engine *engine = &run->world.engine;
    bool due = engine->next_at_us <= module->now_us;

    if (due)
        bench_engine_run(run);
    for (unsigned id = 0; id < BENCH_LANES; id++)
        deliver_arrived(module, (enum bench_lane_id)id);
    tell_fired(module->play);
    if (due)
        return module->now_us; /* the module may have something to say */
    return earlier(engine->next_at_us,
                   earlier(bench_lane_next(&run->world.lanes[BENCH_TO_HOST]),
                           bench_lane_next(&run->world.lanes[BENCH_TO_MODULE])));
}

/* ---- life ---------------------------------------------------------------------------------- */

struct bench_play *bench_play_new(const struct bench_case *shared)
{
    const struct bench_options options = {.seed = 1, .sink = BENCH_SINK_NONE, .unpaced = true};
    struct bench_play *play = calloc(1, sizeof(*play));

    if (!play)
        return NULL;
    play->run = bench_run_new_coreless(BENCH_SINK_NONE);
    if (!play->run) {
        free(play);
        return NULL;
    }
    play->run->module = &played;
    bench_run_prepare(play->run, shared, &options);
    return play;
}

void bench_play_free(struct bench_play *play)
{
    if (!play)
        return;
    bench_run_free(play->run);
    free(play);
}

void bench_play_begin(struct bench_play *play, struct bench_module *module, bench_play_fired *fired,
                      void *context)
{
    play->module = module;
    play->fired = fired;
    play->context = context;
    play->run->module_context = module;
    module->play = play;
    module->host.hook = on_hook;
    watch(play->run, play->run->hook_mask, play->run->http_mark_bytes);
}

unsigned bench_play_count(const struct bench_play *play, unsigned event)
{
    return bench_engine_done(play->run, event);
}

void bench_play_serve(struct bench_module *module, const struct sim_http_request *request)
{
    bench_engine_body_begins(module->play->run);
    bench_module_serve(module->play->run, &module->sim, &module->host, request, module->now_us);
}
