/* serve.c - a module in real time: clock, line pacing, downloads. */
#include "harness/bench/serve.h"

#include <string.h>

enum {
    BITS_PER_BYTE_ON_LINE = 10,  /* 8N1 */
    BURST_US = 2000,             /* of real time: shorter bursts cost more than they show */
    WARM_UP_US = 60000000,       /* of module time: all lines of a boot are over */
    WARM_UP_TRIES = 128,         /* AT; the setting autobaud-tries allows 100 */
    WARM_UP_ANSWER_US = 5000000, /* module time that each of them waits */
    DEFAULT_BPS = 115200
};

/* ---- clock -------------------------------------------------------------------------------- */

static uint64_t module_time(const struct bench_serve *serve)
{
    uint64_t real_us = bench_clock_us() - serve->origin_us;

    return serve->start_us + (uint64_t)((double)real_us * serve->options.speed);
}

/* The first microsecond of real time at which the module's time is `module_us` or later. */
static uint64_t real_time(const struct bench_serve *serve, uint64_t module_us)
{
    double left;

    if (module_us == SIM_NEVER)
        return BENCH_NEVER;
    if (module_us <= serve->start_us)
        return 0;
    left = (double)(module_us - serve->start_us) / serve->options.speed;
    return left > 1e18 ? BENCH_NEVER : serve->origin_us + (uint64_t)left + 1;
}

/* ---- bytes to the client ------------------------------------------------------------------ */

static size_t burst_size(const struct bench_serve *serve)
{
    double bytes =
        (double)serve->baud_bps / BITS_PER_BYTE_ON_LINE * serve->options.speed * (BURST_US / 1e6);

    return bytes < 1 ? 1 : bytes > BENCH_SERVE_CHUNK ? BENCH_SERVE_CHUNK : (size_t)bytes;
}

/* Takes what the module sends now; notes the rate it sends at. */
static size_t take(struct bench_serve *serve, size_t offset, size_t capacity)
{
    uint32_t baud_bps = 0;
    size_t size = sim_transmit(&serve->sim, &serve->host, serve->chunk + offset, capacity,
                               &baud_bps, serve->now_us);

    if (baud_bps)
        serve->baud_bps = baud_bps;
    return size;
}

/* Sends a burst when its line time is over and puts the next one on the line, without a gap. */
static void transmit_paced(struct bench_serve *serve)
{
    uint64_t begin_us = serve->now_us;

    for (;;) {
        if (serve->chunk_count > 0) {
            if (serve->chunk_us > serve->now_us)
                return;
            bench_port_write(serve->port, serve->chunk, serve->chunk_count, bench_clock_us());
            begin_us = serve->chunk_us;
        }
        serve->chunk_count = take(serve, 0, burst_size(serve));
        if (serve->chunk_count == 0)
            return;
        serve->chunk_us = begin_us + (uint64_t)serve->chunk_count * BITS_PER_BYTE_ON_LINE *
                                         1000000u / serve->baud_bps;
    }
}

/* Sends all there is, with as few writes as possible. */
static void transmit_at_once(struct bench_serve *serve)
{
    size_t count = 0, more;

    do {
        more = take(serve, count, BENCH_SERVE_CHUNK - count);
        count += more;
        if (count > 0 && (more == 0 || count == BENCH_SERVE_CHUNK)) {
            bench_port_write(serve->port, serve->chunk, count, bench_clock_us());
            count = 0;
        }
    } while (more > 0);
}

/* Lets the module do what is due at now_us, and sends what it has to say. */
static void run_module(struct bench_serve *serve)
{
    do {
        serve->next_us = sim_advance(&serve->sim, &serve->host, serve->now_us);
        if (serve->options.paced)
            transmit_paced(serve);
        else
            transmit_at_once(serve);
    } while (serve->next_us <= serve->now_us);
    if (serve->chunk_count > 0 && serve->options.paced && serve->chunk_us < serve->next_us)
        serve->next_us = serve->chunk_us;
}

void bench_serve_receive(void *context, const void *bytes, size_t size)
{
    struct bench_serve *serve = context;
    uint32_t rate_bps = bench_port_rate(serve->port, serve->baud_bps, bench_clock_us());

    serve->now_us = module_time(serve);
    sim_receive(&serve->sim, &serve->host, bytes, size, rate_bps ? rate_bps : serve->baud_bps,
                serve->now_us);
    run_module(serve);
}

/* ---- downloads ---------------------------------------------------------------------------- */

/* The last part of the URL's path. */
static const char *url_name(const char *url, size_t *ret_length)
{
    size_t length = strcspn(url, "?#");
    size_t start = length;

    while (start > 0 && url[start - 1] != '/')
        start--;
    *ret_length = length - start;
    return url + start;
}

static int find_blob(const struct bench_serve *serve, const char *url)
{
    size_t length, count = serve->host.config->blob_count;
    const char *name = url_name(url, &length);

    for (size_t i = 0; i < count; i++) {
        const char *blob_name = serve->options.blob_names[i];
        if (strlen(blob_name) == length && memcmp(blob_name, name, length) == 0)
            return (int)i;
    }
    return count == 1 ? 0 : -1;
}

static void serve_blob(struct bench_serve *serve, const struct sim_http_request *request)
{
    int blob = find_blob(serve, request->url);

    if (blob < 0) {
        sim_http_headers(&serve->sim, &serve->host, request->job, 404, 0, serve->now_us);
        sim_http_end(&serve->sim, &serve->host, request->job, 0, serve->now_us);
        return;
    }
    sim_http_headers(&serve->sim, &serve->host, request->job, 200,
                     serve->host.config->blobs[blob].size_bytes, serve->now_us);
    sim_http_blob(&serve->sim, &serve->host, request->job, (uint16_t)blob, serve->now_us);
    sim_http_end(&serve->sim, &serve->host, request->job, 0, serve->now_us);
}

/* A piece of a download has come: the module shall look at it before the next wait. */
static void wake_module(struct bench_serve *serve)
{
    serve->now_us = module_time(serve);
    serve->next_us = serve->now_us;
}

static void on_headers(void *context, uint16_t job, uint16_t status, uint32_t length_bytes)
{
    struct bench_serve *serve = context;

    wake_module(serve);
    sim_http_headers(&serve->sim, &serve->host, job, status, length_bytes, serve->now_us);
}

static void on_block(void *context, uint16_t job, const void *bytes, size_t size)
{
    struct bench_serve *serve = context;

    wake_module(serve);
    sim_http_block(&serve->sim, &serve->host, job, bytes, size, serve->now_us);
}

static void on_end(void *context, uint16_t job, uint16_t code)
{
    struct bench_serve *serve = context;

    wake_module(serve);
    if (serve->http.error[0] && serve->options.http_failed)
        serve->options.http_failed(serve->options.context, serve->http.error);
    sim_http_end(&serve->sim, &serve->host, job, code, serve->now_us);
}

static void serve_downloads(struct bench_serve *serve)
{
    struct sim_http_request request;

    while (sim_http_wanted(&serve->sim, &request)) {
        if (!serve->options.real_http)
            serve_blob(serve, &request);
        else
            bench_http_start(&serve->http, request.job, request.url,
                             (uint64_t)((double)request.timeout_s * 1e6 / serve->options.speed));
        run_module(serve);
    }
}

/* ---- life --------------------------------------------------------------------------------- */

static void on_event(void *context, uint64_t now_us, const struct sim_event *event)
{
    const struct bench_serve *serve = context;

    serve->options.log(serve->options.context, now_us, event);
}

int bench_serve_open(struct bench_serve *serve, struct bench_loop *loop,
                     const struct bench_serve_options *options, const struct sim_config *config,
                     const struct sim_store *store)
{
    const struct bench_http_handler handler = {on_headers, on_block, on_end, serve};

    memset(serve, 0, sizeof(*serve));
    serve->options = *options;
    serve->store = *store;
    serve->host.config = config;
    serve->host.store = &serve->store;
    serve->host.context = serve;
    serve->baud_bps = DEFAULT_BPS;
    serve->http.deadline_us = BENCH_NEVER;
    sim_init(&serve->sim, &serve->host, 0);
    if (!options->real_http)
        return 0;
    return bench_http_open(&serve->http, loop, options->http_hosts, options->http_host_count,
                           &handler);
}

void bench_serve_close(struct bench_serve *serve)
{
    bench_http_close(&serve->http);
}

void bench_serve_power_on(struct bench_serve *serve)
{
    const struct sim_action on = {.kind = SIM_ACTION_POWER_ON};

    sim_apply(&serve->sim, &serve->host, &on, serve->now_us);
}

/* Lets module time pass up to `until_us`; what the module says goes nowhere. True: it said OK. */
static bool pass_time(struct bench_serve *serve, uint64_t until_us)
{
    static const char ok[] = "OK\r\n";
    bool said_ok = false;
    uint64_t next_us;
    size_t size;

    do {
        next_us = sim_advance(&serve->sim, &serve->host, serve->now_us);
        while ((size = take(serve, 0, BENCH_SERVE_CHUNK)) > 0)
            if (size >= sizeof(ok) - 1 &&
                memcmp(serve->chunk + size - (sizeof(ok) - 1), ok, sizeof(ok) - 1) == 0)
                said_ok = true;
        if (next_us > serve->now_us)
            serve->now_us = next_us < until_us ? next_us : until_us;
    } while (next_us < until_us);
    return said_ok;
}

bool bench_serve_warm_up(struct bench_serve *serve, uint32_t baud_bps)
{
    bool answered = false;

    pass_time(serve, serve->now_us + WARM_UP_US);
    for (int i = 0; i < WARM_UP_TRIES && !answered; i++) {
        sim_receive(&serve->sim, &serve->host, "AT\r", 3, baud_bps, serve->now_us);
        answered = pass_time(serve, serve->now_us + WARM_UP_ANSWER_US);
    }
    return answered;
}

void bench_serve_attach(struct bench_serve *serve, struct bench_port *port)
{
    serve->port = port;
    serve->host.on_event = serve->options.log ? on_event : NULL;
    serve->start_us = serve->next_us = serve->now_us;
    serve->origin_us = bench_clock_us();
}

uint64_t bench_serve_advance(struct bench_serve *serve)
{
    uint64_t real_us;

    serve->now_us = module_time(serve);
    if (serve->http.deadline_us != BENCH_NEVER)
        bench_http_advance(&serve->http, bench_clock_us());
    if (serve->now_us >= serve->next_us)
        run_module(serve);
    serve_downloads(serve);
    real_us = real_time(serve, serve->next_us);
    return real_us < serve->http.deadline_us ? real_us : serve->http.deadline_us;
}
