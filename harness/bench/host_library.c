/* host_library.c - loads the object, and calls it where the board calls the core. */
#include "harness/bench/host_library.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/board.h"
#include "harness/bench/claims.h"
#include "harness/bench/guard.h"
#include "harness/bench/run.h"
#include "harness/bench/stranger.h"

enum {
    STILL_MAX = 100000,            /* calls at one moment */
    FLOOD_BYTES = 32 * 1024 * 1024 /* some times the flash; a journal in memory holds them */
};

_Static_assert(FOTARIG_CHECKPOINT_BYTES == FOTA_CHECKPOINT_BYTES, "one checkpoint");
_Static_assert((int)FOTARIG_SAVE_CHECKPOINT == FOTA_REQUEST_SAVE_CHECKPOINT &&
                   (int)FOTARIG_PWRKEY_PULSE == FOTA_REQUEST_PWRKEY_PULSE &&
                   (int)FOTARIG_POWER_CYCLE == FOTA_REQUEST_POWER_CYCLE &&
                   (int)FOTARIG_SET_BAUD == FOTA_REQUEST_SET_BAUD &&
                   (int)FOTARIG_REOPEN_PORT == FOTA_REQUEST_REOPEN_PORT &&
                   (int)FOTARIG_GIVE_BYTES == FOTA_REQUEST_GIVE_BYTES,
               "requests have the core's numbers");

static struct bench_library_host *host_of(const struct bench_run *run)
{
    return run->host_context;
}

/* ---- loading ------------------------------------------------------------------------------ */

static void unload(struct bench_library_host *host)
{
    if (!host->handle)
        return;
    dlclose(host->handle);
    host->handle = NULL;
    void *still = dlopen(host->path, RTLD_NOW | RTLD_NOLOAD | RTLD_LOCAL);
    host->stays = still != NULL;
    if (still)
        dlclose(still);
}

static bool is_whole(const struct fotarig_client *table)
{
    return table->start && table->receive && table->transmit && table->advance && table->result &&
           (!table->request || table->answer);
}

static bool load(struct bench_library_host *host, char *reterr_text, size_t reterr_capacity)
{
    const struct fotarig_client *(*function)(void) = NULL;
    unload(host);
    host->handle = dlopen(host->path, RTLD_NOW | RTLD_LOCAL);
    if (!host->handle) {
        snprintf(reterr_text, reterr_capacity, "the client can't be loaded: %.180s", dlerror());
        return false;
    }
    void *symbol = dlsym(host->handle, "fotarig_client");
    memcpy(&function, &symbol, sizeof function);
    host->table = function ? function() : NULL;
    if (!host->table || host->table->version != FOTARIG_CLIENT_VERSION) {
        snprintf(reterr_text, reterr_capacity,
                 "%.100s: expected a function fotarig_client() that returns a table of version %u "
                 "(library_client.h); %s",
                 host->path, FOTARIG_CLIENT_VERSION,
                 !function ? "it has none; is it exported, and extern \"C\"?" : "it has another");
        return false;
    }
    if (!is_whole(host->table)) {
        snprintf(reterr_text, reterr_capacity,
                 "%.100s: a function is missing in its table (library_client.h says which may)",
                 host->path);
        return false;
    }
    host->is_core = host->table->core_bytes != 0;
    if (host->is_core && (host->table->core_bytes != sizeof(struct fota) || !host->table->core)) {
        snprintf(
            reterr_text, reterr_capacity,
            "%.100s: says that it is the core, but one of another release: its state has %" PRIu32
            " bytes, expected %zu; build it with this release's core/",
            host->path, host->table->core_bytes, sizeof(struct fota));
        return false;
    }
    return true;
}

bool bench_library_host_open(struct bench_library_host *host, const char *path, char *reterr_text,
                             size_t reterr_capacity)
{
    char *whole = realpath(path, NULL);
    snprintf(host->path, sizeof host->path, "%s", whole ? whole : path);
    free(whole);
    return load(host, reterr_text, reterr_capacity);
}

void bench_library_host_close(struct bench_library_host *host)
{
    unload(host);
    bench_environment_done(&host->environment);
    *host = (struct bench_library_host){0};
}

/* ---- calls, each guarded -------------------------------------------------------------------- */

enum call_kind {
    START,
    END,
    RECEIVE,
    TRANSMIT,
    ADVANCE,
    RESULT,
    REQUEST,
    ANSWER,
    GIVE,
    LATER,
    CANCEL
};

static const char *const call_names[] = {"start",   "end",    "receive", "transmit",
                                         "advance", "result", "request", "answer",
                                         "give",    "later",  "cancel"};

struct call {
    struct bench_library_host *host;
    enum call_kind kind;
    uint64_t now_us;
    const void *bytes;
    void *buffer;
    size_t size;
    bool flag;
    struct fotarig_request request;
    uint64_t next_us;
    const char *text;
};

static void do_call(void *context)
{
    struct call *call = context;
    const struct fotarig_client *table = call->host->table;
    void *client = call->host->client;
    switch (call->kind) {
    case START:
        call->host->client =
            table->start(&call->host->job, &call->host->host, call->bytes, call->now_us);
        break;
    case END:
        table->end(client);
        break;
    case RECEIVE:
        table->receive(client, call->bytes, call->size, call->now_us);
        break;
    case TRANSMIT:
        call->size = table->transmit(client, call->buffer, call->size, call->now_us);
        break;
    case ADVANCE:
        call->next_us = table->advance(client, call->now_us);
        break;
    case RESULT:
        call->flag = table->result(client, &call->text);
        break;
    case REQUEST:
        call->flag = table->request(client, &call->request);
        break;
    case ANSWER:
        table->answer(client, call->flag, call->now_us);
        break;
    case GIVE:
        table->give(client, call->bytes, call->size, call->now_us);
        break;
    case LATER:
        table->later(client, call->now_us);
        break;
    case CANCEL:
        table->cancel(client, call->now_us);
        break;
    }
}

/* It is not called any more, and the journal has why. */
static void give_up(struct bench_run *run, int number, const char *text)
{
    struct bench_library_host *host = host_of(run);
    host->broken = true;
    snprintf(host->how, sizeof host->how, "%s", text);
    bench_note(run, BENCH_JOURNAL_HOST, 3, 0, (uint32_t)number, text, strlen(text));
}

/* False: there is no client, or there is none any more. */
static bool make_call(struct bench_run *run, struct call *call)
{
    struct bench_library_host *host = host_of(run);
    char text[160];
    call->host = host;
    call->now_us = run->world.now_us;
    if (host->broken || (!host->client && call->kind != START))
        return false;
    int number = bench_guard_call(do_call, call);
    if (!number)
        return true;
    if (number == BENCH_GUARD_ENDLESS)
        snprintf(text, sizeof text,
                 "%s() did not come back: it computed for %d s or waited for %d s",
                 call_names[call->kind], BENCH_GUARD_CPU_S, BENCH_GUARD_WAIT_S);
    else
        snprintf(text, sizeof text, "signal %d (%s) in %s()", number, strsignal(number),
                 call_names[call->kind]);
    give_up(run, number, text);
    return false;
}

/* ---- what the client calls ------------------------------------------------------------------ */

static void on_log(void *bench, const char *text)
{
    bench_note(bench, BENCH_JOURNAL_HOST, 5, 0, 0, text, strlen(text));
}

/* ---- a client on the board ------------------------------------------------------------------- */

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static const char *json_of(const struct bench_environment *environment)
{
    for (size_t i = 0; i < environment->count; i++)
        if (strncmp(environment->entries[i], "FOTA_JOB=", 9) == 0)
            return environment->entries[i] + 9;
    return "";
}

static void make_job(struct bench_run *run)
{
    struct bench_library_host *host = host_of(run);
    const struct bench_job *asked = bench_run_job(run);
    const struct fota_job *job = &asked->job;
    bool pushed = job->delivery == FOTA_DELIVERY_PUSH;
    host->job = (struct fotarig_job){.url = pushed ? "" : asked->url,
                                     .delivery = fota_delivery_name(job->delivery),
                                     .from_revision = or_empty(job->from_revision),
                                     .to_revision = or_empty(job->to_revision),
                                     .model = or_empty(job->model),
                                     .apn = or_empty(job->apn),
                                     .package_size_bytes = job->package_size_bytes,
                                     .package_crc32 = job->package_crc32,
                                     .baud_bps = run->one->host.baud_bps,
                                     .deadline_s = bench_job_deadline_s(job),
                                     .json = json_of(&host->environment),
                                     .core = job};
    host->host = (struct fotarig_host){.bench = run, .log = on_log, .core_event = bench_board_tell};
}

/* The job that the host is given now. */
static bool take_job(struct bench_run *run)
{
    struct bench_library_host *host = host_of(run);
    host->outcome = -1;
    bench_environment_done(&host->environment);
    if (!bench_environment_make(&host->environment, run->shared, bench_run_job(run), "", "", 1)) {
        snprintf(run->error, sizeof run->error, "not enough memory for the client's job");
        return false;
    }
    make_job(run);
    return true;
}

static bool client_open(struct bench_run *run)
{
    struct bench_library_host *host = host_of(run);
    host->client = NULL;
    host->over = host->broken = false;
    host->sent_bytes = 0;
    host->still_count = 0;
    bench_guard_begin();
    return bench_board_start(run) && take_job(run);
}

static void client_end(struct bench_run *run)
{
    struct bench_library_host *host = host_of(run);
    struct call call = {.kind = END};
    if (host->client && host->table->end)
        make_call(run, &call);
    host->client = NULL;
}

static void client_start(struct bench_run *run, const uint8_t *checkpoint)
{
    struct bench_library_host *host = host_of(run);
    struct call call = {.kind = START, .bytes = checkpoint};
    client_end(run);
    if (host->broken || !load(host, run->error, sizeof run->error) ||
        (host->job.core != &bench_run_job(run)->job && !take_job(run)))
        return;
    host->over = false;
    if (make_call(run, &call) && !host->client)
        give_up(run, 0, "start() returned NULL");
}

static void look_for_end(struct bench_run *run)
{
    struct bench_library_host *host = host_of(run);
    struct call call = {.kind = RESULT};
    if (host->over || !make_call(run, &call) || !call.flag)
        return;
    host->over = true;
    if (call.text)
        host->outcome = bench_outcome_find(call.text, strlen(call.text));
}

static void client_receive(struct bench_run *run, const uint8_t *bytes, size_t size)
{
    struct call call = {.kind = RECEIVE, .bytes = bytes, .size = size};
    make_call(run, &call);
    look_for_end(run);
}

static size_t client_transmit(struct bench_run *run, void *buffer, size_t capacity)
{
    struct call call = {.kind = TRANSMIT, .buffer = buffer, .size = capacity};
    if (!make_call(run, &call))
        return 0;
    look_for_end(run);
    if (call.size > capacity) {
        give_up(run, 0, "transmit() says that it wrote more than there is room for");
        return 0;
    }
    host_of(run)->sent_bytes += call.size;
    if (host_of(run)->sent_bytes > FLOOD_BYTES)
        give_up(run, 0, "transmit() has sent more than 32 MiB, which no module has room for");
    return call.size;
}

/* Time has to go on between calls. */
static uint64_t unless_still(struct bench_run *run, uint64_t next_us)
{
    struct bench_library_host *host = host_of(run);
    bool again = next_us <= run->world.now_us && host->still_at_us == run->world.now_us;
    host->still_count = again ? host->still_count + 1 : 0;
    host->still_at_us = run->world.now_us;
    if (host->still_count < STILL_MAX)
        return next_us;
    give_up(run, 0, "advance() asks to be called at once, 100000 times at one moment");
    return BENCH_NEVER;
}

static uint64_t client_advance(struct bench_run *run)
{
    struct call call = {.kind = ADVANCE};
    if (!make_call(run, &call))
        return BENCH_NEVER;
    look_for_end(run);
    return unless_still(run, call.next_us);
}

static bool client_request(struct bench_run *run, struct fota_request *ret_request)
{
    struct call call = {.kind = REQUEST};
    if (!host_of(run)->table->request || !make_call(run, &call) || !call.flag)
        return false;
    if (call.request.kind >= FOTA_REQUEST_COUNT) {
        give_up(run, 0, "request() asks for a kind that there is not");
        return false;
    }
    ret_request->kind = (uint8_t)call.request.kind;
    ret_request->argument = call.request.argument;
    ret_request->length = call.request.length;
    memcpy(ret_request->checkpoint, call.request.checkpoint, FOTA_CHECKPOINT_BYTES);
    return ret_request->kind != FOTA_REQUEST_NONE;
}

static void client_answer(struct bench_run *run, bool done)
{
    struct call call = {.kind = ANSWER, .flag = done};
    make_call(run, &call);
    look_for_end(run);
}

static void client_later(struct bench_run *run)
{
    struct call call = {.kind = LATER};
    if (host_of(run)->table->later)
        make_call(run, &call);
}

static void client_give(struct bench_run *run, const uint8_t *bytes, size_t size)
{
    struct call call = {.kind = GIVE, .bytes = bytes, .size = size};
    if (host_of(run)->table->give)
        make_call(run, &call);
    look_for_end(run);
}

static void client_cancel(struct bench_run *run)
{
    struct call call = {.kind = CANCEL};
    if (host_of(run)->table->cancel)
        make_call(run, &call);
    look_for_end(run);
}

/* The core within, NULL = it is not the core, or can't be looked at. */
static const struct fota *core_of(const struct bench_run *run)
{
    const struct bench_library_host *host = host_of(run);
    return host->is_core && host->client && !host->broken ? host->table->core(host->client) : NULL;
}

static bool client_is_over(const struct bench_run *run, uint8_t *ret_outcome, uint8_t *ret_reason)
{
    const struct bench_library_host *host = host_of(run);
    const struct fota *core = core_of(run);
    const struct fota_result *result = core ? fota_result(core) : NULL;
    if (!host->over)
        return false;
    *ret_outcome = host->outcome >= 0 ? (uint8_t)host->outcome : FOTA_OUTCOME_NONE;
    if (result) {
        *ret_outcome = result->outcome;
        *ret_reason = result->reason;
    }
    return true;
}

static const struct bench_client client = {.start = client_start,
                                           .receive = client_receive,
                                           .transmit = client_transmit,
                                           .advance = client_advance,
                                           .request = client_request,
                                           .answer = client_answer,
                                           .later = client_later,
                                           .give = client_give,
                                           .cancel = client_cancel,
                                           .core = core_of,
                                           .is_over = client_is_over};

/* ---- the end ------------------------------------------------------------------------------- */

static bool host_is_over(const struct bench_run *run)
{
    const struct bench_library_host *host = host_of(run);
    bool over = host->broken || (host->over && !bench_board_has_next(run));
    return run->error[0] || (run->world.host.up && over);
}

static void host_observe(const struct bench_run *run, struct scenario_observed *observed)
{
    const struct bench_library_host *host = host_of(run);
    const struct fota *core = core_of(run);
    observed->finished = run->world.host.up && host->over && !host->broken;
    bench_board_observe(run, observed);
    if (core) {
        fota_statistics(core, &observed->statistics);
        if (fota_result(core))
            observed->result = *fota_result(core);
    }
    if (host->broken)
        snprintf(observed->how, sizeof observed->how, "%s", host->how);
    if (host->is_core)
        return;
    bench_stranger_judged(observed, host->outcome);
}

static void host_finish(struct bench_run *run)
{
    bench_board_finish(run);
    client_end(run);
    bench_guard_end();
}

static void host_describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    snprintf(buffer, capacity, "lib:%s", host_of(run)->path);
}

const struct bench_end bench_host_library = {.name = "library",
                                             .line_end = '\r',
                                             .client = &client,
                                             .start = client_open,
                                             .receive = bench_board_receive,
                                             .transmit = bench_board_transmit,
                                             .advance = bench_board_advance,
                                             .observe = host_observe,
                                             .finish = host_finish,
                                             .describe = host_describe,
                                             .is_over = host_is_over,
                                             .reset = bench_board_reset,
                                             .cancel = bench_board_cancel,
                                             .board_next = bench_board_next,
                                             .board_run = bench_board_run};
