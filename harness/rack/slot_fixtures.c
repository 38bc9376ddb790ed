/* slot_fixtures.c - what a slot can do around its module while a case runs: its power hooks, its
 * server.
 */
#include "harness/rack/slot_fixtures.h"

#include <stdio.h>
#include <string.h>

uint32_t rack_fixture_abilities(const struct rack_slot *slot)
{
    bool switches = slot->hooks[RACK_HOOK_ON].words && slot->hooks[RACK_HOOK_OFF].words;
    bool serves = slot->http != NULL;
    for (size_t i = 0; i < slot->package_count; i++)
        serves = serves && slot->packages[i].file;
    return (switches ? SCENARIO_NEED_POWER_HOOK : 0u) |
           (serves && slot->package_count ? SCENARIO_NEED_SERVER : 0u);
}

/* ---- power ----------------------------------------------------------------------------------- */

static void begin(struct rack_fixtures *fixtures, bool on)
{
    fixtures->call.kind = on ? RACK_HOOK_ON : RACK_HOOK_OFF;
    fixtures->is_busy = true;
    rack_hook_start(&fixtures->hook, &fixtures->call);
}

static void switch_power(void *context, bool on)
{
    struct rack_fixtures *fixtures = context;
    fixtures->calls = 1;
    fixtures->waits = fixtures->is_busy;
    fixtures->wants_on = on;
    if (!fixtures->is_busy)
        begin(fixtures, on);
}

static bool is_switching(void *context, char *reterr_text, size_t capacity)
{
    struct rack_fixtures *fixtures = context;
    if (!fixtures->is_busy)
        return false;
    enum rack_hook_state state = rack_hook_poll(&fixtures->hook);
    if (state == RACK_HOOK_RUNNING)
        return true;
    if (state == RACK_HOOK_FAILED && fixtures->calls < RACK_POWER_CALLS_MOST) {
        fixtures->calls++;
        begin(fixtures, fixtures->call.kind == RACK_HOOK_ON);
        return true;
    }
    fixtures->is_busy = false;
    if (state == RACK_HOOK_FAILED) {
        snprintf(reterr_text, capacity, "%.*s", (int)(capacity - 1), fixtures->hook.text);
        return false;
    }
    rack_power_is(fixtures->doing, fixtures->call.kind == RACK_HOOK_ON);
    if (!fixtures->waits)
        return false;
    fixtures->waits = false;
    begin(fixtures, fixtures->wants_on);
    return true;
}

/* ---- server ---------------------------------------------------------------------------------- */

static void serve_case(void *context, const struct scenario_case *one)
{
    struct rack_fixtures *fixtures = context;
    rack_http_serve_case(fixtures->http, &one->package);
}

static void serve_next(void *context, unsigned serving)
{
    struct rack_fixtures *fixtures = context;
    rack_http_serve_next(fixtures->http, serving);
}

/* ---- life ------------------------------------------------------------------------------------ */

bool rack_fixtures_open(struct rack_fixtures *fixtures, const struct rack_slot *slot,
                        char *reterr_text)
{
    uint32_t abilities = rack_fixture_abilities(slot);
    *fixtures = (struct rack_fixtures){.bench = {.context = fixtures},
                                       .call = {.slot = slot, .port = slot->transport}};
    if (abilities & SCENARIO_NEED_POWER_HOOK) {
        fixtures->bench.power = switch_power;
        fixtures->bench.is_switching = is_switching;
    }
    if (!slot->http)
        return true;
    fixtures->http = rack_http_open(slot, reterr_text);
    if (!fixtures->http)
        return false;
    fixtures->bench.serve_case = serve_case;
    fixtures->bench.serve_next = serve_next;
    return true;
}

void rack_fixtures_close(struct rack_fixtures *fixtures)
{
    if (fixtures->is_busy)
        rack_hook_wait(&fixtures->hook, NULL);
    fixtures->is_busy = false;
    rack_http_close(fixtures->http);
    fixtures->http = NULL;
}
