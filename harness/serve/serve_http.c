/* serve_http.c - downloads of the modules: from packages at hand, or from real servers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/serve/serve.h"

enum { CODE_NO_MEMORY = 602 /* of HTTPTOFS, AT106 9.2.14 */ };

/* ---- packages at hand --------------------------------------------------------------------- */

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

static int find_blob(const struct bench_module *module, const char *url)
{
    size_t length, count = module->run.sim_host.config->blob_count;
    const char *name = url_name(url, &length);

    for (size_t i = 0; i < count; i++) {
        const char *blob_name = module->serve->options.blob_names[i];
        if (strlen(blob_name) == length && memcmp(blob_name, name, length) == 0)
            return (int)i;
    }
    return -1;
}

/* The likeliest mistake of a new user: the client asks for another file than the one served. */
static void tell_not_served(const struct bench_module *module, const char *url)
{
    const struct bench_serve_options *options = &module->serve->options;
    char why[400];

    if (!options->http_failed || module->run.sim_host.config->blob_count == 0)
        return;
    snprintf(why, sizeof why, "'%.200s' is not served (404); what is served ends in '/%.100s'", url,
             options->blob_names[0]);
    options->http_failed(options->context, why);
}

static void serve_blob(struct bench_module *module, const struct sim_http_request *request)
{
    struct sim *sim = bench_module_sim_of(module);
    const struct sim_host *host = &module->run.sim_host;
    int blob = find_blob(module, request->url);

    if (bench_module_serve_ftp(sim, host, request, module->serve->options.blob_names,
                               (unsigned)host->config->blob_count, bench_module_now_us(module)))
        return;
    if (blob < 0) {
        tell_not_served(module, request->url);
        sim_http_headers(sim, host, request->job, 404, 0, bench_module_now_us(module));
        sim_http_end(sim, host, request->job, 0, bench_module_now_us(module));
        return;
    }
    bench_module_serve_blob(sim, host, request, (uint16_t)blob, bench_module_now_us(module));
}

/* ---- real servers ------------------------------------------------------------------------- */

static bool on_headers(void *context, uint16_t job, uint16_t status, uint32_t length_bytes)
{
    struct bench_module *module = context;

    bench_module_look_later(module);
    if (length_bytes == UINT32_MAX && module->http->chunked)
        length_bytes = SIM_HTTP_CHUNKED;
    sim_http_headers(bench_module_sim_of(module), &module->run.sim_host, job, status, length_bytes,
                     bench_module_now_us(module));
    return sim_http_waits(bench_module_sim_of(module), job);
}

static bool on_block(void *context, uint16_t job, const void *bytes, size_t size)
{
    struct bench_module *module = context;

    bench_module_look_later(module);
    sim_http_block(bench_module_sim_of(module), &module->run.sim_host, job, bytes, size,
                   bench_module_now_us(module));
    return sim_http_waits(bench_module_sim_of(module), job);
}

static void on_end(void *context, uint16_t job, uint16_t code)
{
    struct bench_module *module = context;
    const struct bench_serve_options *options = &module->serve->options;

    bench_module_look_later(module);
    if (module->http->error[0] && options->http_failed)
        options->http_failed(options->context, module->http->error);
    sim_http_end(bench_module_sim_of(module), &module->run.sim_host, job, code,
                 bench_module_now_us(module));
}

/* The deadline of libcurl has changed, or the module has got something: at the next turn of the
   loop it is looked at. A module must not be left from inside a call of libcurl. */
static void on_change(void *context)
{
    struct bench_module *module = context;

    bench_heap_set(&module->serve->deadlines, module->index, 0);
}

static bool open_client(struct bench_module *module)
{
    const struct bench_http_handler handler = {on_headers, on_block, on_end, module, on_change};
    const struct bench_serve_options *options = &module->serve->options;

    if (module->http)
        return true;
    module->http = calloc(1, sizeof *module->http);
    if (module->http && bench_http_open(module->http, module->serve->loop, options->http_hosts,
                                        options->http_host_count, &handler) == 0)
        return true;
    free(module->http);
    module->http = NULL;
    return false;
}

/* False: no memory. The body is copied by bench_http_start(). */
static bool set_request(struct bench_module *module, const struct sim_http_request *request,
                        void **ret_body)
{
    static const char *const methods[] = {
#define X(name, text) text,
        SIM_HTTP_METHODS(X)
#undef X
    };
    size_t size = request->body_bytes;

    *ret_body = size > 0 ? malloc(size) : NULL;
    if (size > 0 && !*ret_body)
        return false;
    size = sim_http_request_body(bench_module_sim_of(module), &module->run.sim_host, 0, *ret_body,
                                 size);
    bench_http_ask(module->http, &(struct bench_http_request){.method = methods[request->method],
                                                              .body = *ret_body,
                                                              .size = size,
                                                              .from_bytes = request->from_bytes,
                                                              .follow = request->follow});
    return true;
}

static void start_download(struct bench_module *module, const struct sim_http_request *request)
{
    void *body = NULL;
    uint64_t timeout_us =
        (uint64_t)((double)request->timeout_s * 1e6 / module->serve->options.speed);

    if (open_client(module) && set_request(module, request, &body))
        bench_http_start(module->http, request->job, request->url, timeout_us);
    else
        sim_http_end(bench_module_sim_of(module), &module->run.sim_host, request->job,
                     CODE_NO_MEMORY, bench_module_now_us(module));
    free(body);
}

/* ---- the service -------------------------------------------------------------------------- */

static bool serve(struct bench_module *module)
{
    struct sim_http_request request;
    bool any = false;

    if (bench_run_is_judged(&module->run) && !module->serve->options.real_http)
        return bench_scenario_server.serve(&module->run);
    while (sim_http_wanted(bench_module_sim_of(module), &request)) {
        any = true;
        if (module->serve->options.real_http)
            start_download(module, &request);
        else
            serve_blob(module, &request);
    }
    return any;
}

static uint64_t due_us(const struct bench_module *module)
{
    return module->http ? module->http->deadline_us : BENCH_NEVER;
}

static void advance(struct bench_module *module, uint64_t real_us)
{
    bench_http_advance(module->http, real_us);
}

static void close_client(struct bench_module *module)
{
    if (!module->http)
        return;
    bench_http_close(module->http);
    free(module->http);
    module->http = NULL;
}

const struct bench_service bench_downloads = {serve, due_us, advance, close_client};
