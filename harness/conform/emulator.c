/* emulator.c - the emulator at the other side of a dialogue. */
#include "harness/conform/emulator.h"

#include <stdlib.h>
#include <string.h>

enum {
    BAUD_BPS = 115200,
    ALONE_US = 40000000, /* from the power on: long enough to be registered with defaults */
    FOUND = 200,
    NOT_FOUND = 404
};

static struct sim_override on_hook(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    struct conform_emulator *emulator = context;
    struct sim_override override = {0};
    (void)now_us;
    if (emulator->spoilt && hook->kind == SIM_HOOK_COMMAND && hook->text &&
        strlen(emulator->spoilt) == hook->length &&
        memcmp(emulator->spoilt, hook->text, hook->length) == 0)
        override.reply = "+SPOILT\nERROR";
    return override;
}

static void serve(struct conform_emulator *emulator)
{
    struct sim_http_request request;
    while (sim_http_wanted(&emulator->sim, &request)) {
        bool found = emulator->url && strcmp(request.url, emulator->url) == 0 &&
                     emulator->config.blob_count > 0;
        sim_http_headers(&emulator->sim, &emulator->host, request.job, found ? FOUND : NOT_FOUND,
                         found ? emulator->config.blobs[0].size_bytes : 0, emulator->now_us);
        if (found)
            sim_http_blob(&emulator->sim, &emulator->host, request.job, 0, emulator->now_us);
        sim_http_end(&emulator->sim, &emulator->host, request.job, 0, emulator->now_us);
    }
}

static size_t take(struct conform_emulator *emulator, struct conform_talk *talk)
{
    char bytes[512];
    uint32_t baud_bps;
    size_t all = 0;
    for (size_t size; (size = sim_transmit(&emulator->sim, &emulator->host, bytes, sizeof bytes,
                                           &baud_bps, emulator->now_us)) > 0;
         all += size)
        if (talk)
            conform_talk_take(talk, bytes, size, emulator->now_us);
    return all;
}

/* Up to something that comes, or to the time. */
static void pass(struct conform_emulator *emulator, struct conform_talk *talk, uint64_t until_us)
{
    for (;;) {
        (void)sim_advance(&emulator->sim, &emulator->host, emulator->now_us);
        serve(emulator);
        if (take(emulator, talk) > 0 && talk)
            return;
        uint64_t next_us = sim_advance(&emulator->sim, &emulator->host, emulator->now_us);
        if (next_us >= until_us)
            break;
        if (next_us > emulator->now_us)
            emulator->now_us = next_us;
    }
    emulator->now_us = until_us;
    (void)sim_advance(&emulator->sim, &emulator->host, emulator->now_us);
    take(emulator, talk);
}

/* ---- the mouth ------------------------------------------------------------------------------ */

static void on_say(void *context, const void *bytes, size_t size)
{
    struct conform_emulator *emulator = context;
    sim_receive(&emulator->sim, &emulator->host, bytes, size, BAUD_BPS, emulator->now_us);
}

static bool on_wait(void *context, struct conform_talk *talk, uint64_t until_us)
{
    pass(context, talk, until_us);
    return true;
}

static uint64_t on_now(void *context)
{
    return ((struct conform_emulator *)context)->now_us;
}

static void say_all(struct conform_emulator *emulator, const struct scenario_step *steps,
                    size_t count, struct conform_heard *heard)
{
    const struct conform_mouth mouth = {emulator, on_say, on_wait, on_now, emulator->url};
    (void)conform_talk(&mouth, steps, count, heard);
}

/* ---- the module ----------------------------------------------------------------------------- */

bool conform_emulator_open(struct conform_emulator *emulator)
{
    memset(emulator, 0, sizeof *emulator);
    emulator->bytes = malloc(CONFORM_STORE_BYTES);
    return emulator->bytes != NULL;
}

void conform_emulator_close(struct conform_emulator *emulator)
{
    free(emulator->bytes);
    emulator->bytes = NULL;
}

void conform_emulator_start(struct conform_emulator *emulator, const struct sim_config *config,
                            const struct scenario_dialogue *first)
{
    const struct sim_action on = {.kind = SIM_ACTION_POWER_ON};
    emulator->config = *config;
    emulator->store = (struct sim_store){.bytes = emulator->bytes, .capacity = CONFORM_STORE_BYTES};
    emulator->host = (struct sim_host){.config = &emulator->config,
                                       .store = &emulator->store,
                                       .hook = on_hook,
                                       .hook_mask = 1u << SIM_HOOK_COMMAND,
                                       .context = emulator,
                                       .settings_read = emulator->settings_read};
    memset(emulator->settings_read, 0, sizeof emulator->settings_read);
    emulator->now_us = 0;
    sim_init(&emulator->sim, &emulator->host, 0);
    (void)sim_apply(&emulator->sim, &emulator->host, &on, 0);
    pass(emulator, NULL, ALONE_US);
    if (first)
        say_all(emulator, first->steps, first->step_count, NULL);
    pass(emulator, NULL, emulator->now_us + ALONE_US);
    emulator->ready = emulator->sim;
    emulator->ready_us = emulator->now_us;
    emulator->ready_used = emulator->store.pinned = emulator->store.used;
}

void conform_emulator_talk(struct conform_emulator *emulator,
                           const struct scenario_dialogue *dialogue, struct conform_heard *heard)
{
    emulator->sim = emulator->ready;
    emulator->now_us = emulator->ready_us;
    emulator->store.used = emulator->ready_used;
    say_all(emulator, dialogue->steps, dialogue->step_count, heard);
}
