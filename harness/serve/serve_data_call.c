/* serve_data_call.c - --data-call: the data mode of ATD*99# is joined to a program, or to any other
 * port.
 */
#include "harness/serve/serve.h"

#include <stdio.h>
#include <stdlib.h>

/* While a call is up, and until what it was joined to is closed. */
struct bench_call {
    struct bench_port *port; /* NULL = nothing is joined */
    struct bench_port_listener listener;
    struct bench_backlog waiting; /* bytes to the host that the module has no room for yet */
    bool over;                    /* the other end has ended it */
    bool telling;                 /* in a callback of the port, which may not be freed */
};

/* ---- the other end to the host ----------------------------------------------------------------
 */

/* True: the module took some. */
static bool give_waiting(struct bench_module *module)
{
    struct bench_call *call = module->call;
    const uint8_t *bytes;
    size_t size, taken, all = 0;

    while ((size = bench_backlog_next(&call->waiting, &bytes)) > 0) {
        taken = sim_call_give(bench_module_sim_of(module), &module->run.sim_host, bytes, size,
                              bench_module_now_us(module));
        bench_backlog_sent(&call->waiting, taken);
        all += taken;
        if (taken < size)
            break;
    }
    return all > 0;
}

static void receive(struct bench_port *port, const void *bytes, size_t size)
{
    struct bench_module *module = port->listener->context;

    module->call->telling = true;
    bench_module_enter(module);
    bench_backlog_keep(&module->call->waiting, bytes, size); /* beyond its room: lost on the way */
    bench_module_leave(module);
    module->call->telling = false;
}

/* A program that ends is the network that hangs up. */
static void presence(struct bench_port *port, bool present)
{
    struct bench_module *module = port->listener->context;

    if (present)
        return;
    module->call->telling = module->call->over = true;
    bench_module_enter(module);
    sim_call_end(bench_module_sim_of(module), &module->run.sim_host, bench_module_now_us(module));
    bench_module_leave(module);
    module->call->telling = false;
}

/* ---- the host to the other end ----------------------------------------------------------------
 */

static bool join(struct bench_module *module)
{
    const struct bench_serve_options *options = &module->serve->options;
    char error[400];

    if (!module->call)
        module->call = calloc(1, sizeof *module->call);
    if (!module->call)
        return false;
    module->call->over = false;
    module->call->listener =
        (struct bench_port_listener){.receive = receive, .presence = presence, .context = module};
    module->call->port = bench_port_open(module->serve->loop, options->data_call, BENCH_PORT_OPEN,
                                         115200, &module->call->listener, error, sizeof error);
    if (!module->call->port && options->port_failed)
        options->port_failed(options->context, error);
    return module->call->port != NULL;
}

static void part(struct bench_module *module)
{
    if (!module->call)
        return;
    bench_port_free(module->call->port);
    bench_backlog_drop(&module->call->waiting);
    free(module->call);
    module->call = NULL;
}

void bench_call_data(void *context, uint64_t now_us, const void *bytes, size_t size)
{
    struct bench_module *module = bench_module_of(context); /* the bench of its host table */

    (void)now_us;
    if (module->call && module->call->port && !module->call->over)
        bench_port_write(module->call->port, bytes, size, bench_clock_us());
}

/* ---- the service ------------------------------------------------------------------------------
 */

/* What can't be joined is a network that hangs up at once. */
static bool serve(struct bench_module *module)
{
    if (!module->serve->options.data_call)
        return false;
    if (!sim_call_is_up(bench_module_sim_of(module))) {
        if (module->call && !module->call->telling)
            part(module);
        return false;
    }
    if (!module->call && !join(module)) {
        part(module);
        return sim_call_end(bench_module_sim_of(module), &module->run.sim_host,
                            bench_module_now_us(module));
    }
    return give_waiting(module);
}

/* The port is freed outside its own callback. */
static uint64_t due_us(const struct bench_module *module)
{
    bool down = module->call && !sim_call_is_up(&module->run.world.sim);
    return down ? 0 : BENCH_NEVER;
}

static void advance(struct bench_module *module, uint64_t real_us)
{
    (void)real_us;
    if (!sim_call_is_up(bench_module_sim_of(module)))
        part(module);
}

const struct bench_service bench_data_calls = {serve, due_us, advance, part};
