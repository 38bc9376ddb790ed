/*
 * core_client.c - the project's core as a client of somebody's own: what library_client.h wants, in
 * terms of fota.h. Built as a shared object it has the same journals as the core in the bench. From
 * the top of the repository:
 *
 *     cc -shared -fPIC -I. -o core.so harness/example/core_client.c core/[a-z]*.c
 */
#include <stdlib.h>

#include "core/fota.h"
#include "harness/bench/library_client.h"

struct core_client {
    struct fota fota;
    struct fota_host host;
};

static void *core_start(const struct fotarig_job *job, const struct fotarig_host *host,
                        const uint8_t *checkpoint, uint64_t now_us)
{
    struct core_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->host.job = job->core;
    client->host.on_event = host->core_event;
    client->host.context = host->bench;
    fota_start(&client->fota, &client->host, checkpoint, now_us);
    return client;
}

static void core_receive(void *context, const void *bytes, size_t size, uint64_t now_us)
{
    struct core_client *client = context;
    fota_receive(&client->fota, &client->host, bytes, size, now_us);
}

static size_t core_transmit(void *context, void *buffer, size_t capacity, uint64_t now_us)
{
    struct core_client *client = context;
    return fota_transmit(&client->fota, &client->host, buffer, capacity, now_us);
}

static uint64_t core_advance(void *context, uint64_t now_us)
{
    struct core_client *client = context;
    return fota_advance(&client->fota, &client->host, now_us);
}

static bool core_result(const void *context, const char **ret_outcome)
{
    const struct core_client *client = context;
    const struct fota_result *result = fota_result(&client->fota);
    if (result != NULL)
        *ret_outcome = fota_outcome_name(result->outcome);
    return result != NULL;
}

static bool core_request(const void *context, struct fotarig_request *ret_request)
{
    const struct core_client *client = context;
    struct fota_request request;
    if (!fota_request(&client->fota, &request))
        return false;
    ret_request->kind = request.kind;
    ret_request->argument = request.argument;
    ret_request->length = request.length;
    for (unsigned i = 0; i < FOTARIG_CHECKPOINT_BYTES; i++)
        ret_request->checkpoint[i] = request.checkpoint[i];
    return true;
}

static void core_answer(void *context, bool done, uint64_t now_us)
{
    struct core_client *client = context;
    fota_answer(&client->fota, &client->host, done, now_us);
}

static void core_give(void *context, const void *bytes, size_t size, uint64_t now_us)
{
    struct core_client *client = context;
    fota_give(&client->fota, &client->host, bytes, size, now_us);
}

static void core_later(void *context, uint64_t now_us)
{
    struct core_client *client = context;
    fota_later(&client->fota, &client->host, now_us);
}

static void core_cancel(void *context, uint64_t now_us)
{
    struct core_client *client = context;
    fota_cancel(&client->fota, &client->host, now_us);
}

static const struct fota *core_of(const void *context)
{
    const struct core_client *client = context;
    return &client->fota;
}

const struct fotarig_client *fotarig_client(void)
{
    static const struct fotarig_client table = {.version = FOTARIG_CLIENT_VERSION,
                                                .core_bytes = sizeof(struct fota),
                                                .start = core_start,
                                                .end = free,
                                                .receive = core_receive,
                                                .transmit = core_transmit,
                                                .advance = core_advance,
                                                .result = core_result,
                                                .request = core_request,
                                                .answer = core_answer,
                                                .give = core_give,
                                                .later = core_later,
                                                .cancel = core_cancel,
                                                .core = core_of};
    return &table;
}
