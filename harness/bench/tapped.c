/* tapped.c - hands what passes on the wire to the tap, and what it reads to those who wait. */
#include "harness/bench/tapped.h"

#include "harness/bench/engine.h"
#include "sim/catalogue.h"

/* ---- to monitor and engine ----------------------------------------------------------------- */

/* Triggers that the wire shows, and what `since` may count from. */
static const struct {
    uint8_t trigger, since;
} rows[TAP_KIND_COUNT] = {
    [TAP_COMMAND] = {1 + SCENARIO_TRIGGER_COMMAND, SCENARIO_SINCE_COMMAND},
    [TAP_URC] = {1 + SCENARIO_TRIGGER_URC, SCENARIO_SINCE_URC},
    [TAP_BOOT] = {1 + SCENARIO_TRIGGER_BOOT, SCENARIO_SINCE_BOOT},
};

/* A module that does not tell: what is a trigger is what the tap reads. */
static void match(struct bench_run *run, const struct tap_event *event)
{
    bool is_boot = event->kind == TAP_BOOT;
    if (!rows[event->kind].trigger)
        return;
    const struct bench_happening happening = {.kind = (uint8_t)(rows[event->kind].trigger - 1),
                                              .number = is_boot ? run->world.tap.boots : 0,
                                              .text = is_boot ? NULL : event->text,
                                              .length = is_boot ? 0 : event->text_length,
                                              .at_us = event->at_us};
    if (event->kind == TAP_COMMAND)
        bench_engine_saw_command(run, event->text, event->text_length);
    bench_engine_match(run, &happening, NULL);
    bench_engine_saw(run, (enum scenario_since)rows[event->kind].since, event->at_us);
}

static void saw_command(struct bench_run *run, const struct tap_event *event)
{
    struct sim_view view;
    bool ruled = sim_command_role(event->text, event->text_length) != SIM_ROLE_NONE;
    if (!ruled || event->flags & TAP_EARLY) { /* how the module is decides nothing */
        scenario_saw_dropped_command(&run->world.monitor, &run->shared->watch, event->text,
                                     event->text_length);
        return;
    }
    run->module->view(run, &view);
    scenario_saw_command(&run->world.monitor, &run->shared->watch, run->one, event->text,
                         event->text_length, &view, event->at_us);
}

/* What the client is about, of which every module's end hears alike. */
static void match_doing(struct bench_run *run, const struct tap_event *event)
{
    if (!bench_engine_minds(run, SCENARIO_TRIGGER_DOING))
        return;
    enum sim_doing doing = sim_command_doing(event->text, event->text_length);
    const struct bench_happening happening = {
        .kind = SCENARIO_TRIGGER_DOING, .number = doing, .at_us = event->at_us};
    if (doing != SIM_DOING_COUNT)
        bench_engine_match(run, &happening, NULL);
}

static void on_event(void *context, const struct tap_event *event)
{
    struct bench_run *run = context;
    if (event->kind == TAP_COMMAND && run->module->look_out)
        run->module->look_out(run, event->text, event->text_length);
    if (event->kind == TAP_COMMAND) {
        saw_command(run, event);
        match_doing(run, event);
    } else if (event->kind == TAP_URC)
        scenario_saw_urc(&run->world.monitor, &run->shared->watch, event->text, event->text_length);
    if (!run->module->tells)
        match(run, event);
}

/* ---- feeding ------------------------------------------------------------------------------- */

/* At another rate: on its own, for its buffer costs something wherever it stands. */
__attribute__((noinline)) static void feed_garbled(struct tap *tap, const uint8_t *bytes,
                                                   size_t size, uint32_t sent_bps,
                                                   uint32_t host_bps, uint64_t now_us,
                                                   tap_told *told, void *context)
{
    uint8_t heard[4 * BENCH_WIRE_BYTES]; /* one byte sent slowly is several heard fast */
    size = sim_garble(bytes, size, sent_bps, host_bps, heard, sizeof heard);
    tap_feed(tap, TAP_TO_HOST, heard, size, now_us, told, context);
}

/* What a receiver at the host's rate makes of the bytes. */
static void feed_heard(struct tap *tap, const uint8_t *bytes, size_t size, uint32_t sent_bps,
                       uint32_t host_bps, uint64_t now_us, tap_told *told, void *context)
{
    if (sent_bps != host_bps && host_bps != 0)
        feed_garbled(tap, bytes, size, sent_bps, host_bps, now_us, told, context);
    else
        tap_feed(tap, TAP_TO_HOST, bytes, size, now_us, told, context);
}

void bench_tap_feed(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                    size_t size, uint32_t baud_bps)
{
    struct bench_world *world = &run->world;
    if (lane == BENCH_TO_MODULE)
        tap_feed(&world->tap, TAP_TO_MODULE, bytes, size, world->now_us, on_event, run);
    else
        feed_heard(&world->tap, bytes, size, baud_bps, world->host.baud_bps, world->now_us,
                   on_event, run);
}

void bench_tap_record(struct bench_tapping *tapping, const struct bench_record *record,
                      tap_told *told, void *context)
{
    if (record->kind == BENCH_JOURNAL_TO_MODULE) {
        tapping->host_bps = record->number;
        tap_feed(&tapping->tap, TAP_TO_MODULE, record->payload, record->length, record->time_us,
                 told, context);
    } else if (record->kind == BENCH_JOURNAL_TO_HOST) {
        feed_heard(&tapping->tap, record->payload, record->length, record->number,
                   tapping->host_bps, record->time_us, told, context);
    }
}
