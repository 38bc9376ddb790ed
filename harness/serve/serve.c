/* serve.c - benches in real time: clock, deadlines, services, views, life. */
#include "harness/serve/serve.h"

#include <stdlib.h>
#include <string.h>

#include "harness/serve/curl.h"
#include "harness/serve/net_client.h"

enum {
    WARM_UP_US = 60000000,       /* of module time: all lines of a boot are over */
    WARM_UP_TRIES = 128,         /* AT; the setting autobaud-tries allows 100 */
    WARM_UP_ANSWER_US = 5000000, /* module time that each of them waits */
    DEFAULT_BPS = 115200,
    FEW_MODULES = 16,  /* they stay in the processor's caches */
    WARM_BYTES = 2048, /* what a short exchange looks at: of the run, and the first of the module */
    BURST_US = 2000    /* of real time: shorter bursts cost more than they show */
};

static const struct bench_service *const services[] = {&bench_downloads, &bench_connections,
                                                       &bench_usb_ports, &bench_data_calls};
enum { SERVICE_COUNT = sizeof services / sizeof services[0] };

/* ---- a wake of one module ----------------------------------------------------------------- */

/* Does what is due by a time, all of it at its own, and comes to that time. */
static void catch_up(struct bench_module *module, uint64_t now_us)
{
    struct bench_run *run = &module->run;
    uint64_t next_us;

    while ((next_us = bench_run_next(run)) <= now_us)
        bench_run_go(run, next_us);
    if (now_us > run->world.now_us)
        run->world.now_us = now_us;
}

static void set_deadline(struct bench_module *module)
{
    uint64_t due_us = bench_pace_real_us(&module->pace, bench_run_next(&module->run));

    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        uint64_t service_us = services[i]->due_us ? services[i]->due_us(module) : BENCH_NEVER;
        due_us = service_us < due_us ? service_us : due_us;
    }
    bench_heap_set(&module->serve->deadlines, module->index, due_us);
}

static void come_to_now(struct bench_module *module)
{
    catch_up(module, bench_pace_run_us(&module->pace, bench_clock_us()));
}

void bench_module_enter(struct bench_module *module)
{
    come_to_now(module);
    bench_run_touch(&module->run, BENCH_TO_MODULE);
}

void bench_module_leave(struct bench_module *module)
{
    struct bench_serve *serve = module->serve;

    bench_run_settle(&module->run);
    catch_up(module, bench_module_now_us(module));
    bench_host_port_flush(&module->client);
    set_deadline(module);
    if (serve->journal.byte_count - serve->shown_bytes > BENCH_SERVE_JOURNAL_BYTES / 2)
        bench_serve_show(serve);
}

void bench_module_look_later(struct bench_module *module)
{
    uint64_t now_us = bench_pace_run_us(&module->pace, bench_clock_us());

    if (now_us > module->run.world.now_us)
        module->run.world.now_us = now_us;
    bench_run_touch(&module->run, BENCH_TO_MODULE);
    bench_heap_set(&module->serve->deadlines, module->index, 0);
}

void bench_module_freeze(struct bench_module *module, bool frozen)
{
    if (module->pace.stands == frozen)
        return;
    bench_module_enter(module);
    bench_module_leave(module);
    bench_pace_jump(&module->pace, bench_module_now_us(module), bench_clock_us());
    module->pace.stands = frozen;
    module->held = false;
    set_deadline(module);
}

void bench_module_hold(struct bench_module *module)
{
    bench_module_freeze(module, true);
    module->held = true;
}

void bench_module_jump(struct bench_module *module, uint64_t module_us)
{
    module->run.world.now_us = module_us;
    bench_pace_jump(&module->pace, module_us, bench_clock_us());
    bench_run_empty_lanes(&module->run);
    bench_host_port_drop(&module->client);
    bench_run_touch(&module->run, BENCH_TO_MODULE);
    bench_module_leave(module);
}

static void advance_services(struct bench_module *module, uint64_t real_us)
{
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (services[i]->due_us && services[i]->due_us(module) <= real_us) {
            services[i]->advance(module, real_us);
            bench_run_touch(&module->run, BENCH_TO_MODULE);
        }
}

uint64_t bench_serve_advance(struct bench_serve *serve)
{
    uint32_t id = 0;
    uint64_t first_us = bench_heap_first(&serve->deadlines, &id);
    uint64_t real_us = first_us == BENCH_NEVER ? 0 : bench_clock_us();

    while (first_us <= real_us) {
        struct bench_module *module = serve->modules[id];
        catch_up(module, bench_pace_run_us(&module->pace, real_us));
        advance_services(module, real_us);
        bench_module_leave(module);
        first_us = bench_heap_first(&serve->deadlines, &id);
    }
    bench_serve_show(serve);
    return first_us;
}

/* ---- what the bench asks ------------------------------------------------------------------ */

static bool serve_requests(struct bench_run *run)
{
    struct bench_module *module = bench_module_of(run);
    bool again = false;

    for (size_t i = 0; module->is_attached && i < SERVICE_COUNT; i++)
        again = services[i]->serve(module) || again;
    return again;
}

static void on_told(struct bench_run *run, const struct sim_event *event)
{
    struct bench_module *module = bench_module_of(run);

    if (module->usb)
        bench_usb_event(module, event);
}

static const struct bench_surroundings surroundings = {.serve = serve_requests, .told = on_told};

static bool on_enter(void *context, bool sent)
{
    struct bench_module *module = context;

    if (sent && module->held)
        bench_module_freeze(module, false);
    come_to_now(module);
    return !module->pace.stands;
}

static void on_leave(void *context)
{
    bench_module_leave(context);
}

static void on_said(void *context, const char *text)
{
    const struct bench_module *module = context;
    const struct bench_serve_options *options = &module->serve->options;

    if (options->port_failed)
        options->port_failed(options->context, text);
}

static const struct bench_host_port_owner owner = {
    .enter = on_enter, .leave = on_leave, .said = on_said};

/* ---- views -------------------------------------------------------------------------------- */

int bench_serve_view(struct bench_serve *serve, struct bench_view *view)
{
    if (!serve->journal.bytes &&
        !bench_journal_open(&serve->journal, BENCH_SINK_RING, BENCH_SERVE_JOURNAL_BYTES, -1))
        return -1;
    view->next = serve->views;
    serve->views = view;
    return 0;
}

static void show(const struct bench_serve *serve, struct bench_view *view)
{
    struct bench_record record;
    uint64_t lost;

    while (bench_journal_follow(&serve->journal, &view->cursor, &record, &lost)) {
        if (lost && view->lost)
            view->lost(view->context, lost);
        view->record(view->context, &record);
    }
}

void bench_serve_show(struct bench_serve *serve)
{
    if (serve->shown_bytes == serve->journal.byte_count)
        return;
    serve->shown_bytes = serve->journal.byte_count;
    for (struct bench_view *view = serve->views; view; view = view->next)
        show(serve, view);
}

/* ---- life --------------------------------------------------------------------------------- */

/* The parts of a bench that its module needs: a scenario all of them, a line that takes time its
   lanes. */
static size_t world_bytes(const struct bench_serve_options *options)
{
    if (options->played)
        return BENCH_WORLD_CORELESS_BYTES;
    return options->paced ? BENCH_WORLD_UNJUDGED_BYTES : BENCH_WORLD_BARE_BYTES;
}

int bench_serve_open(struct bench_serve *serve, struct bench_loop *loop,
                     const struct bench_serve_options *options, uint32_t module_count)
{
    memset(serve, 0, sizeof *serve);
    if (options->real_http && !bench_curl_load())
        return -2;
    serve->loop = loop;
    serve->options = *options;
    serve->world_bytes = world_bytes(options);
    serve->modules = calloc(module_count, sizeof(struct bench_module *));
    if (!serve->modules || bench_heap_open(&serve->deadlines, module_count)) {
        bench_serve_close(serve);
        return -1;
    }
    serve->module_count = module_count;
    return 0;
}

static void close_module(struct bench_module *module)
{
    if (!module)
        return;
    bench_host_port_close(&module->client);
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (services[i]->close)
            services[i]->close(module);
    free(module);
}

void bench_serve_close(struct bench_serve *serve)
{
    for (uint32_t i = 0; i < serve->module_count; i++)
        close_module(serve->modules[i]);
    free(serve->modules);
    bench_heap_close(&serve->deadlines);
    bench_journal_close(&serve->journal);
    memset(serve, 0, sizeof *serve);
}

static uint32_t burst_us(double speed)
{
    double us = BURST_US * speed;

    return us < 1 ? 1 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void prepare(struct bench_module *module)
{
    struct bench_run *run = &module->run;
    const struct bench_serve_options *serve = &module->serve->options;
    const struct bench_options options = {
        .seed = 1, .unpaced = !serve->paced, .burst_us = serve->paced ? burst_us(serve->speed) : 0};

    run->surroundings = &surroundings;
    if (module->serve->views)
        bench_journal_share(&run->journal, &module->serve->journal, module->index);
    if (serve->played)
        bench_run_prepare(run, serve->played, &options);
    else
        run->options = options;
}

struct bench_module *bench_module_open(struct bench_serve *serve, uint32_t index,
                                       const struct bench_module_options *options)
{
    size_t bytes = serve->world_bytes;
    struct bench_module *module = calloc(1, offsetof(struct bench_module, run.world) + bytes);

    serve->modules[index] = module;
    if (!module)
        return NULL;
    module->serve = serve;
    module->index = index;
    bench_run_embed(&module->run, bytes, &options->store);
    bench_host_port_init(&module->client, &module->run, &owner, module, &module->pace,
                         &serve->outbox);
    module->client.module_bps = DEFAULT_BPS;
    module->client.listener.warm = &module->run.one;
    module->client.listener.warm_bytes = serve->module_count > FEW_MODULES ? WARM_BYTES : 0;
    prepare(module);
    module->run.host->start(&module->run);
    bench_module_make(&module->run, options->config, options->imei);
    bench_module_listen(&module->run, false); /* until the clock drives it */
    module->run.sim_host.on_call_data = bench_call_data;
    bench_connections_begin(module);
    return module;
}

void bench_module_power_on(struct bench_module *module)
{
    const struct sim_action on = {.kind = SIM_ACTION_POWER_ON};

    module->run.module->apply(&module->run, &on);
}

/* Lets module time pass up to `until_us`; what the module says goes nowhere. True: it said OK. */
static bool pass_time(struct bench_module *module, uint64_t until_us)
{
    static const char ok[] = "OK\r\n";
    struct sim *sim = bench_module_sim_of(module);
    uint64_t *now_us = &module->run.world.now_us;
    uint8_t *chunk = module->serve->chunk;
    bool said_ok = false;
    uint64_t next_us;
    uint32_t baud_bps;
    size_t size;

    do {
        next_us = sim_advance(sim, &module->run.sim_host, *now_us);
        while ((size = sim_transmit(sim, &module->run.sim_host, chunk, BENCH_SERVE_CHUNK, &baud_bps,
                                    *now_us)) > 0)
            if (size >= sizeof ok - 1 &&
                memcmp(chunk + size - (sizeof ok - 1), ok, sizeof ok - 1) == 0)
                said_ok = true;
        if (next_us > *now_us)
            *now_us = next_us < until_us ? next_us : until_us;
    } while (next_us < until_us);
    module->run.talks_bps[BENCH_TO_HOST] = module->client.module_bps = baud_bps;
    return said_ok;
}

bool bench_module_warm_up(struct bench_module *module, uint32_t baud_bps)
{
    bool answered = false;

    pass_time(module, bench_module_now_us(module) + WARM_UP_US);
    for (int i = 0; i < WARM_UP_TRIES && !answered; i++) {
        sim_receive(bench_module_sim_of(module), &module->run.sim_host, "AT\r", 3, baud_bps,
                    bench_module_now_us(module));
        answered = pass_time(module, bench_module_now_us(module) + WARM_UP_ANSWER_US);
    }
    return answered;
}

void bench_module_attach(struct bench_module *module)
{
    struct bench_run *run = &module->run;

    bench_module_listen(run, module->serve->views || module->usb || bench_run_is_judged(run));
    module->is_attached = true;
    run->world.module_at_us = run->world.now_us;
    bench_pace_begin(&module->pace, module->serve->options.speed, run->world.now_us,
                     bench_clock_us());
    bench_host_port_begin(&module->client);
    set_deadline(module);
}
