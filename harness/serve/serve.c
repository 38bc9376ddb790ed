/* serve.c - modules in real time: clock, deadlines, services, life. */
#include "harness/serve/serve.h"

#include <stdlib.h>
#include <string.h>

#include "harness/serve/curl.h"
#include "harness/serve/net_client.h"
#include "harness/serve/play.h"

enum {
    WARM_UP_US = 60000000,       /* of module time: all lines of a boot are over */
    WARM_UP_TRIES = 128,         /* AT; the setting autobaud-tries allows 100 */
    WARM_UP_ANSWER_US = 5000000, /* module time that each of them waits */
    DEFAULT_BPS = 115200
};

static const struct bench_service *const services[] = {&bench_downloads, &bench_connections,
                                                       &bench_usb_ports, &bench_data_calls};
enum { SERVICE_COUNT = sizeof(services) / sizeof(services[0]) };

/* ---- a wake of one module ----------------------------------------------------------------- */

/* Lets the module do what is due at now_us, and sends what it has to say. */
static void run_module(struct bench_module *module)
{
    do {
        bench_module_take_in(module);
        module->next_us = sim_advance(&module->sim, &module->host, module->now_us);
        bench_module_transmit(module);
        if (module->play) {
            uint64_t play_us = bench_play_run(module);
            module->next_us = play_us < module->next_us ? play_us : module->next_us;
        }
    } while (module->next_us <= module->now_us);
    if (module->burst_count > 0 && module->burst_us < module->next_us)
        module->next_us = module->burst_us;
    if (module->intake_count > 0 && module->intake_us < module->next_us)
        module->next_us = module->intake_us;
}

static bool serve_requests(struct bench_module *module)
{
    bool again = false;

    for (size_t i = 0; i < SERVICE_COUNT; i++)
        again = services[i]->serve(module) || again;
    return again;
}

static void set_deadline(struct bench_module *module)
{
    uint64_t due_us = bench_pace_real_us(&module->pace, module->next_us);

    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        uint64_t service_us = services[i]->due_us ? services[i]->due_us(module) : BENCH_NEVER;
        due_us = service_us < due_us ? service_us : due_us;
    }
    bench_heap_set(&module->serve->deadlines, module->index, due_us);
}

void bench_module_enter(struct bench_module *module)
{
    module->now_us = bench_pace_run_us(&module->pace, bench_clock_us());
}

void bench_module_leave(struct bench_module *module)
{
    do
        run_module(module);
    while (serve_requests(module));
    bench_module_tell_lines(module, false);
    set_deadline(module);
}

void bench_module_freeze(struct bench_module *module, bool frozen)
{
    if (module->pace.stands == frozen)
        return;
    bench_module_enter(module);
    bench_module_leave(module);
    bench_pace_jump(&module->pace, module->now_us, bench_clock_us());
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
    module->now_us = module_us;
    bench_pace_jump(&module->pace, module_us, bench_clock_us());
    module->burst_count = module->intake_count = 0;
    bench_backlog_drop(&module->intake);
    bench_module_leave(module);
}

static void advance_services(struct bench_module *module, uint64_t real_us)
{
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (services[i]->due_us && services[i]->due_us(module) <= real_us)
            services[i]->advance(module, real_us);
}

uint64_t bench_serve_advance(struct bench_serve *serve)
{
    uint32_t id = 0;
    uint64_t first_us = bench_heap_first(&serve->deadlines, &id), real_us;

    if (first_us == BENCH_NEVER)
        return first_us;
    real_us = bench_clock_us();
    while (first_us <= real_us) {
        struct bench_module *module = &serve->modules[id];
        module->now_us = bench_pace_run_us(&module->pace, real_us);
        advance_services(module, real_us);
        bench_module_leave(module);
        first_us = bench_heap_first(&serve->deadlines, &id);
    }
    return first_us;
}

/* ---- life --------------------------------------------------------------------------------- */

static void on_event(void *context, uint64_t now_us, const struct sim_event *event)
{
    struct bench_module *module = context;

    if (module->usb)
        bench_usb_event(module, event);
    if (module->play)
        bench_play_event(module, now_us, event);
    for (const struct bench_observer *observer = module->serve->observers; observer;
         observer = observer->next)
        if (observer->event)
            observer->event(observer->context, module, now_us, event);
}

int bench_serve_open(struct bench_serve *serve, struct bench_loop *loop,
                     const struct bench_serve_options *options, uint32_t module_count)
{
    memset(serve, 0, sizeof(*serve));
    if (options->real_http && !bench_curl_load())
        return -2;
    serve->loop = loop;
    serve->options = *options;
    serve->modules = calloc(module_count, sizeof(*serve->modules));
    if (!serve->modules || bench_heap_open(&serve->deadlines, module_count)) {
        bench_serve_close(serve);
        return -1;
    }
    serve->module_count = module_count;
    return 0;
}

static void close_module(struct bench_module *module)
{
    struct bench_port *port, *next;

    for (port = module->ports; port; port = next) {
        next = port->next;
        bench_port_close(port);
    }
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (services[i]->close)
            services[i]->close(module);
    bench_backlog_drop(&module->intake);
}

void bench_serve_close(struct bench_serve *serve)
{
    for (uint32_t i = 0; i < serve->module_count; i++)
        close_module(&serve->modules[i]);
    free(serve->modules);
    bench_heap_close(&serve->deadlines);
    memset(serve, 0, sizeof(*serve));
}

void bench_serve_observe(struct bench_serve *serve, struct bench_observer *observer)
{
    observer->next = serve->observers;
    serve->observers = observer;
}

struct bench_module *bench_module_open(struct bench_serve *serve, uint32_t index,
                                       const struct sim_config *config,
                                       const struct sim_store *store)
{
    struct bench_module *module = &serve->modules[index];

    module->serve = serve;
    module->index = index;
    module->listener = (struct bench_port_listener){.receive = bench_module_receive,
                                                    .lines = bench_module_lines,
                                                    .left = bench_module_left,
                                                    .said = bench_module_said,
                                                    .context = module};
    module->store = *store;
    module->host.config = config;
    module->host.store = &module->store;
    module->host.context = module;
    module->host.on_call_data = bench_call_data;
    module->baud_bps = DEFAULT_BPS;
    sim_init(&module->sim, &module->host, 0);
    bench_connections_begin(module);
    return module;
}

void bench_module_power_on(struct bench_module *module)
{
    const struct sim_action on = {.kind = SIM_ACTION_POWER_ON};

    sim_apply(&module->sim, &module->host, &on, module->now_us);
}

/* Lets module time pass up to `until_us`; what the module says goes nowhere. True: it said OK. */
static bool pass_time(struct bench_module *module, uint64_t until_us)
{
    static const char ok[] = "OK\r\n";
    uint8_t *chunk = module->serve->chunk;
    bool said_ok = false;
    uint64_t next_us;
    size_t size;

    do {
        next_us = sim_advance(&module->sim, &module->host, module->now_us);
        while ((size = bench_module_take(module, chunk, BENCH_SERVE_CHUNK)) > 0)
            if (size >= sizeof(ok) - 1 &&
                memcmp(chunk + size - (sizeof(ok) - 1), ok, sizeof(ok) - 1) == 0)
                said_ok = true;
        if (next_us > module->now_us)
            module->now_us = next_us < until_us ? next_us : until_us;
    } while (next_us < until_us);
    return said_ok;
}

bool bench_module_warm_up(struct bench_module *module, uint32_t baud_bps)
{
    bool answered = false;

    pass_time(module, module->now_us + WARM_UP_US);
    for (int i = 0; i < WARM_UP_TRIES && !answered; i++) {
        sim_receive(&module->sim, &module->host, "AT\r", 3, baud_bps, module->now_us);
        answered = pass_time(module, module->now_us + WARM_UP_ANSWER_US);
    }
    return answered;
}

void bench_module_add_port(struct bench_module *module, struct bench_port *port)
{
    port->next = module->ports;
    module->ports = port;
}

void bench_module_remove_port(struct bench_module *module, struct bench_port *port)
{
    struct bench_port **link = &module->ports;

    while (*link && *link != port)
        link = &(*link)->next;
    if (*link)
        *link = port->next;
}

void bench_module_attach(struct bench_module *module)
{
    module->host.on_event =
        module->serve->observers || module->usb || module->play ? on_event : NULL;
    module->next_us = module->now_us;
    bench_pace_begin(&module->pace, module->serve->options.speed, module->now_us, bench_clock_us());
    bench_module_begin_lines(module);
    set_deadline(module);
}
