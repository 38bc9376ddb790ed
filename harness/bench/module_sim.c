/* module_sim.c - the module end: the emulator, its hooks, and the server behind its HTTP. */
#include <stdio.h>
#include <string.h>

#include "harness/bench/engine.h"
#include "harness/bench/run.h"
#include "harness/ports/port.h"
#include "sim/look.h"

/* ---- what the module tells ----------------------------------------------------------------- */

/* What is a trigger, and what `since` may count from. */
static const struct {
    uint8_t matters, trigger, since;
} rows[SIM_EVENT_COUNT] = {
    [SIM_EVENT_BOOT] = {1, SCENARIO_TRIGGER_BOOT, SCENARIO_SINCE_BOOT},
    [SIM_EVENT_RESET] = {1, SCENARIO_TRIGGER_RESET, SCENARIO_SINCE_RESET},
    [SIM_EVENT_URC] = {1, SCENARIO_TRIGGER_URC, SCENARIO_SINCE_URC},
};

static void match(struct bench_run *run, uint64_t now_us, const struct sim_event *event)
{
    const struct bench_happening happening = {.kind = rows[event->kind].trigger,
                                              .number = event->number,
                                              .text = event->text,
                                              .length = event->length,
                                              .at_us = now_us};
    bench_engine_match(run, &happening, NULL);
}

static void match_event(struct bench_run *run, uint64_t now_us, const struct sim_event *event)
{
    if (event->kind == SIM_EVENT_COMMAND)
        bench_engine_saw_command(run, event->text, event->length);
    if (!rows[event->kind].matters)
        return;
    if (bench_engine_minds(run, rows[event->kind].trigger))
        match(run, now_us, event);
    bench_engine_saw(run, (enum scenario_since)rows[event->kind].since, now_us);
}

/* It was switched off, or its supply went: nothing more comes. */
static void power_changed(struct bench_run *run, uint64_t now_us, bool on)
{
    if (on)
        return;
    if (bench_run_has_lanes(run))
        bench_lane_cut(&run->world.lanes[BENCH_TO_HOST], now_us);
    if (bench_run_is_judged(run))
        bench_engine_wire_cut(run, BENCH_TO_HOST);
}

static void on_event(void *context, uint64_t now_us, const struct sim_event *event)
{
    struct bench_run *run = context;
    bench_note(run, BENCH_JOURNAL_MODULE, event->kind, 0, event->number, event->text,
               event->length);
    if (run->surroundings->told)
        run->surroundings->told(run, event);
    if (event->kind == SIM_EVENT_POWER)
        power_changed(run, now_us, event->number != 0);
    if (bench_run_is_judged(run))
        match_event(run, now_us, event);
}

static struct sim_override on_hook(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    struct bench_run *run = context;
    struct sim_override override = {0};
    struct bench_happening happening = {.kind = (uint8_t)scenario_trigger_of_hook(hook->kind),
                                        .number = hook->number,
                                        .phase = hook->phase,
                                        .text = hook->text,
                                        .length = hook->length,
                                        .at_us = now_us};
    if (hook->kind == SIM_HOOK_BOOT || happening.kind == SCENARIO_TRIGGER_COUNT)
        return override; /* boots are matched by their event */
    if (hook->kind == SIM_HOOK_PHASE) {
        happening.phase = (uint8_t)hook->number;
        happening.number = 0;
    }
    bench_engine_match(run, &happening, &override);
    return override;
}

/* ---- the server ---------------------------------------------------------------------------- */

enum {
    FIRST_ERROR_CODE = 600,
    HTTP_OK = 200,
    HTTP_PARTIAL = 206,
    HTTP_NOT_FOUND = 404,
    HTTP_NO_RANGE = 416
};

/* What follows the scheme and the user: "host:port/path"; the type of an FTP URL is left out. */
static const char *place_of(const char *url, size_t *ret_length)
{
    const char *begin = strstr(url, "://");
    begin = begin ? begin + 3 : url;
    size_t host_length = strcspn(begin, "/");
    const char *at = memchr(begin, '@', host_length);
    begin = at ? at + 1 : begin;
    const char *type = strncmp(url, "ftp:", 4) == 0 ? strstr(begin, ";type=") : NULL;
    *ret_length = type ? (size_t)(type - begin) : strlen(begin);
    return begin;
}

/* The package lies at the URL that the job names; how the module logs in does not matter. */
static bool is_package(const char *asked, const char *named)
{
    size_t length, named_length;
    const char *place = place_of(asked, &length);
    const char *named_place = place_of(named, &named_length);
    return strncmp(asked, named, strcspn(named, ":") + 1) == 0 && length == named_length &&
           memcmp(place, named_place, length) == 0;
}

/* A line a file, as most servers write them. */
static void serve_list(struct sim *sim, const struct sim_host *host, uint16_t job,
                       const char *const *names, unsigned count, uint64_t now_us)
{
    char line[160];
    for (unsigned i = 0; i < count; i++) {
        int length =
            snprintf(line, sizeof line, "-rw-r--r-- 1 ftp ftp %10lu Jan  1  2020 %.90s\r\n",
                     (unsigned long)host->config->blobs[i].size_bytes, names[i]);
        sim_http_block(sim, host, job, line, (size_t)length, now_us);
    }
}

bool bench_module_serve_ftp(struct sim *sim, const struct sim_host *host,
                            const struct sim_http_request *request, const char *const *names,
                            unsigned count, uint64_t now_us)
{
    static const char changed[] = "20200101000000";
    bool ftp = strncmp(request->url, "ftp:", 4) == 0;
    if (!ftp || request->method == SIM_HTTP_GET || request->method == SIM_HTTP_HEAD)
        return false;
    bool list = request->method == SIM_HTTP_LIST;
    bool body = list || request->method == SIM_HTTP_TIME;
    sim_http_headers(sim, host, request->job, HTTP_OK, body ? UINT32_MAX : 0, now_us);
    if (list)
        serve_list(sim, host, request->job, names, count, now_us);
    else if (body)
        sim_http_block(sim, host, request->job, changed, sizeof changed - 1, now_us);
    sim_http_end(sim, host, request->job, 0, now_us);
    return true;
}

/* The status of a body that begins at `from`; its length. */
static uint16_t status_of_part(const struct sim_http_request *request, uint32_t size,
                               uint32_t *ret_length)
{
    *ret_length = size > request->from_bytes ? size - request->from_bytes : 0;
    if (request->from_bytes == 0)
        return HTTP_OK;
    return request->from_bytes <= size ? HTTP_PARTIAL : HTTP_NO_RANGE;
}

void bench_module_serve_blob(struct sim *sim, const struct sim_host *host,
                             const struct sim_http_request *request, uint16_t blob, uint64_t now_us)
{
    uint32_t length;
    uint16_t status = status_of_part(request, host->config->blobs[blob].size_bytes, &length);
    sim_http_headers(sim, host, request->job, status, length, now_us);
    if (status != HTTP_NO_RANGE && request->method != SIM_HTTP_HEAD)
        sim_http_blob(sim, host, request->job, blob, now_us);
    else
        sim_http_end(sim, host, request->job, 0, now_us);
}

/* What a captive portal answers, and bytes that stand behind a package. */
static const char page[] =
    "<html><head><title>Log in</title></head><body>Welcome</body></html>\r\n";
static const uint8_t excess[512];

enum { UNREACHABLE = 601 };

/* A body in up to three pieces, whatever its headers say. */
struct pieces {
    uint32_t length; /* that the headers tell */
    const void *bytes[3];
    size_t size[3];
};

static struct pieces pieces_of(const struct sim_blob *package, enum scenario_serving served)
{
    static const uint8_t wrong = '?';
    uint32_t size = package->size_bytes, half = size / 2;
    switch (served) {
    case SCENARIO_SERVES_PAGE:
        return (struct pieces){sizeof page - 1, {page}, {sizeof page - 1}};
    case SCENARIO_SERVES_LONG:
        return (struct pieces){
            size + sizeof excess, {package->bytes, excess}, {size, sizeof excess}};
    case SCENARIO_SERVES_SHORT:
        return (struct pieces){size, {package->bytes}, {half}};
    case SCENARIO_SERVES_DAMAGED:
        return (struct pieces){
            size, {package->bytes, &wrong, package->bytes + half + 1}, {half, 1, size - half - 1}};
    default:
        return (struct pieces){.length = 0};
    }
}

/* What an action wants of the next request; false: nothing. */
static bool serve_otherwise(struct bench_run *run, const struct sim_http_request *request)
{
    struct sim *sim = &run->world.sim;
    const struct sim_host *host = &run->sim_host;
    uint64_t now_us = run->world.now_us;
    if (!run->world.engine.serve_next)
        return false;
    enum scenario_serving served = run->world.engine.serve_next - 1;
    run->world.engine.serve_next = 0;
    if (served == SCENARIO_SERVES_UNREACHABLE) {
        sim_http_end(sim, host, request->job, UNREACHABLE, now_us);
        return true;
    }
    struct pieces pieces = pieces_of(&run->shared->blobs[bench_run_job(run)->blob], served);
    sim_http_headers(sim, host, request->job,
                     served == SCENARIO_SERVES_NOT_FOUND ? HTTP_NOT_FOUND : HTTP_OK, pieces.length,
                     now_us);
    for (unsigned i = 0; i < sizeof pieces.size / sizeof pieces.size[0]; i++)
        if (pieces.size[i])
            sim_http_block(sim, host, request->job, pieces.bytes[i], pieces.size[i], now_us);
    sim_http_end(sim, host, request->job, 0, now_us);
    return true;
}

static void serve_request(struct bench_run *run, const struct sim_http_request *request)
{
    struct sim *sim = &run->world.sim;
    const struct sim_host *host = &run->sim_host;
    uint64_t now_us = run->world.now_us;
    const struct bench_job *job = bench_run_job(run);
    uint16_t status = job->http;
    if (status >= FIRST_ERROR_CODE) {
        sim_http_end(sim, host, request->job, status, now_us);
        return;
    }
    const char *name = strrchr(job->url, '/');
    name = name ? name + 1 : job->url;
    if (bench_module_serve_ftp(sim, host, request, &name, 1, now_us))
        return;
    if (serve_otherwise(run, request))
        return;
    if (!is_package(request->url, job->url))
        status = HTTP_NOT_FOUND;
    if (status == HTTP_OK) {
        bench_module_serve_blob(sim, host, request, job->blob, now_us);
        return;
    }
    sim_http_headers(sim, host, request->job, status, 0, now_us);
    sim_http_end(sim, host, request->job, 0, now_us);
}

static bool serve_scenario(struct bench_run *run)
{
    struct sim_http_request request;
    bool any = false;
    while (sim_http_wanted(&run->world.sim, &request)) {
        any = true;
        bench_engine_body_begins(run);
        serve_request(run, &request);
    }
    return any;
}

const struct bench_surroundings bench_scenario_server = {.serve = serve_scenario};

/* ---- the end ------------------------------------------------------------------------------- */

static uint64_t module_advance(struct bench_run *run)
{
    uint64_t next;
    do
        next = sim_advance(&run->world.sim, &run->sim_host, run->world.now_us);
    while (run->surroundings->serve(run));
    return next;
}

static void module_view(const struct bench_run *run, struct sim_view *ret_view)
{
    sim_view(&run->world.sim, ret_view);
}

static bool module_apply(struct bench_run *run, const struct sim_action *action)
{
    bench_run_deliver_begun(run);
    bench_run_touch(run, BENCH_TO_MODULE);
    return sim_apply(&run->world.sim, &run->sim_host, action, run->world.now_us);
}

static bool has_power(const struct bench_run *run, unsigned action_kind)
{
    (void)run, (void)action_kind;
    return true;
}

static void module_watch(struct bench_run *run, uint32_t hook_mask, uint32_t http_mark_bytes)
{
    run->sim_host.hook_mask = hook_mask;
    run->sim_host.http_mark_bytes = http_mark_bytes;
}

void bench_module_make(struct bench_run *run, const struct sim_config *config, const char *imei)
{
    struct sim_config own;
    run->sim_host.config = config;
    run->sim_host.store = &run->store;
    run->sim_host.on_event = on_event;
    run->sim_host.hook = bench_run_is_judged(run) ? on_hook : NULL;
    run->sim_host.context = run;
    run->sim_host.settings_read = run->options.settings_read;
    if (imei) {
        own = *config;
        snprintf(own.imei, sizeof own.imei, "%s", imei);
        run->sim_host.config = &own;
    }
    sim_init(&run->world.sim, &run->sim_host, run->world.now_us);
    run->sim_host.config = config;
}

void bench_module_listen(struct bench_run *run, bool on)
{
    run->sim_host.on_event = on ? on_event : NULL;
}

static bool module_start(struct bench_run *run)
{
    struct sim_action on = {.kind = SIM_ACTION_POWER_ON};
    bench_module_make(run, &run->shared->config, NULL);
    module_apply(run, &on);
    return true;
}

static void module_receive(struct bench_run *run, const uint8_t *bytes, size_t size,
                           uint32_t baud_bps)
{
    sim_receive(&run->world.sim, &run->sim_host, bytes, size, baud_bps, run->world.now_us);
}

/* Ten bits a byte (UART101: 8N1), in microseconds. */
#define BITS_PER_SECOND_US 10000000u

static size_t module_transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                              uint32_t *ret_baud_bps)
{
    struct sim *sim = &run->world.sim;
    size_t echoed = bench_run_has_lanes(run) ? sim_echoed(sim) : 0;
    size_t size =
        sim_transmit(sim, &run->sim_host, buffer, echoed && echoed < capacity ? echoed : capacity,
                     ret_baud_bps, run->world.now_us);
    /* All but the last character were out when that one came. */
    if (echoed > 1 && size > 1 && *ret_baud_bps)
        run->began_us = (size - 1) * BITS_PER_SECOND_US / *ret_baud_bps;
    return size;
}

static bool module_is_silent(struct bench_run *run)
{
    uint32_t baud_bps;
    if (!sim_is_silent(&run->world.sim, &baud_bps))
        return false;
    run->talks_bps[BENCH_TO_HOST] = baud_bps ? baud_bps : run->talks_bps[BENCH_TO_HOST];
    return true;
}

/*
 * What the module has to send behind what it has sent: a copy of it says so, and nobody hears it.
 * A line at its pace comes in pieces, and a text must be known before the first of them has passed.
 */
static size_t module_ahead(const struct bench_run *run, uint8_t *buffer, size_t capacity)
{
    struct sim copy = run->world.sim;
    struct sim_host host = run->sim_host;
    size_t count = 0, more = 1;
    host.on_event = NULL;
    host.hook = NULL;
    host.usb = NULL;
    while (count < capacity && more > 0) {
        uint32_t baud_bps;
        more = sim_transmit(&copy, &host, buffer + count, capacity - count, &baud_bps,
                            run->world.now_us);
        count += more;
    }
    return count;
}

static size_t module_heard(const struct bench_run *run, const uint8_t *bytes, size_t size,
                           uint32_t sent_bps, uint32_t heard_bps, uint8_t *buffer, size_t capacity)
{
    return sim_heard(&run->world.sim, bytes, size, sent_bps, heard_bps, buffer, capacity);
}

static unsigned module_lines(const struct bench_run *run)
{
    static const uint8_t of_port[SIM_LINE_COUNT] = {
        [SIM_LINE_INDEX_CTS] = BENCH_LINE_CTS,
        [SIM_LINE_INDEX_DSR] = BENCH_LINE_DSR,
        [SIM_LINE_INDEX_RI] = BENCH_LINE_RI,
        [SIM_LINE_INDEX_DCD] = BENCH_LINE_DCD,
    };
    unsigned lines = sim_lines(&run->world.sim), told = 0;
    for (unsigned i = 0; i < SIM_LINE_COUNT; i++)
        told |= lines >> i & 1 ? of_port[i] : 0;
    return told;
}

/* ---- what is judged ------------------------------------------------------------------------ */

static enum scenario_answer ask_file(const void *context, const char *path,
                                     uint32_t *ret_size_bytes)
{
    const struct bench_run *run = context;
    uint64_t digest;
    return sim_file(&run->world.sim, path, ret_size_bytes, &digest) ? SCENARIO_YES : SCENARIO_NO;
}

static enum scenario_answer ask_parameter(const void *context, unsigned parameter,
                                          int32_t *ret_value)
{
    const struct bench_run *run = context;
    *ret_value = sim_look_parameter(&run->world.sim, parameter);
    return SCENARIO_YES;
}

static enum scenario_answer ask_flag(const void *context, enum scenario_module_flag flag)
{
    const struct bench_run *run = context;
    struct sim_network_view view;
    sim_look_network(&run->world.sim, &view);
    bool set = flag == SCENARIO_MODULE_HAS_IMEI ? view.imei[0] != '\0' : view.bearer;
    return set ? SCENARIO_YES : SCENARIO_NO;
}

static const struct scenario_asking asking = {ask_file, ask_parameter, ask_flag};

static void module_observe(const struct bench_run *run, struct scenario_observed *observed)
{
    module_view(run, &observed->module);
    observed->asking = &asking;
    observed->asked = run;
}

static void module_finish(struct bench_run *run)
{
    (void)run;
}

static void module_describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    (void)run;
    snprintf(buffer, capacity, "emulator");
}

const struct bench_end bench_module_sim = {.name = "emulator",
                                           .line_end = '\n',
                                           .tells = true,
                                           .start = module_start,
                                           .receive = module_receive,
                                           .transmit = module_transmit,
                                           .is_silent = module_is_silent,
                                           .ahead = module_ahead,
                                           .advance = module_advance,
                                           .observe = module_observe,
                                           .finish = module_finish,
                                           .describe = module_describe,
                                           .apply = module_apply,
                                           .has_power = has_power,
                                           .lines = module_lines,
                                           .heard = module_heard,
                                           .view = module_view,
                                           .watch = module_watch};
