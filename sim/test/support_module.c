/* support_module.c - a module and its surroundings, run up to a time or until it is quiet. */
#include "sim/test/support_module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/internal.h"

enum { BAUD_BPS = 115200 };

static void on_event(void *context, uint64_t now_us, const struct sim_event *event)
{
    struct module *module = context;
    (void)now_us;
    size_t room = sizeof module->told - module->told_length;
    int length =
        snprintf(module->told + module->told_length, room, "%s %lu%s%.*s\n",
                 sim_event_name(event->kind), (unsigned long)event->number,
                 event->length ? " " : "", (int)event->length, event->text ? event->text : "");
    if (length > 0 && (size_t)length < room)
        module->told_length += (size_t)length;
    module->told[module->told_length] = '\0';
}

static struct sim_override on_hook(void *context, uint64_t now_us, const struct sim_hook *hook)
{
    struct module *module = context;
    struct module_trap *trap = &module->trap;
    (void)now_us;
    bool fires = trap->armed && trap->kind == hook->kind && trap->number == hook->number &&
                 (hook->kind != SIM_HOOK_PERCENT || trap->phase == hook->phase);
    if (fires) {
        trap->armed = false;
        module->traps++;
    }
    return (struct sim_override){.cut_power = fires, .cut_when = module->cut_when};
}

void module_init(struct module *module)
{
    memset(module, 0, sizeof *module);
    sim_config_init(&module->config);
    module->config.blobs = module->blobs;
    module_set(module, SIM_SETTING_PORT_RATE, BAUD_BPS);
    module_set(module, SIM_SETTING_BOOT_JITTER, 0);
    module_set(module, SIM_SETTING_COMMAND_SET, 1);
    module->store =
        (struct sim_store){.bytes = module->store_bytes, .capacity = sizeof module->store_bytes};
    module->host = (struct sim_host){.config = &module->config,
                                     .store = &module->store,
                                     .on_event = on_event,
                                     .hook = on_hook,
                                     .context = module};
    module->server.blob = -1;
    module_begin(module);
}

void module_begin(struct module *module)
{
    module->now_us = 0;
    module->store.used = 0;
    sim_init(&module->sim, &module->host, module->now_us);
}

int module_blob(struct module *module, const void *bytes, size_t size)
{
    unsigned index = module->config.blob_count++;
    struct sim_blob *blob = &module->blobs[index];
    blob->bytes = bytes;
    blob->size_bytes = (uint32_t)size;
    blob->digest = sim_digest(SIM_DIGEST, bytes, size);
    sim_package_check(bytes, size, &blob->package);
    return (int)index;
}

void module_set(struct module *module, enum sim_setting_id setting, int32_t value)
{
    module->config.settings[setting] = value;
    sim_setting_keep(&module->sim, setting, value);
}

/* ---- the server ---------------------------------------------------------------------------- */

static void send_blocks(struct module *module, uint16_t job)
{
    const struct module_server *server = &module->server;
    const uint8_t *bytes = module->blobs[server->blob].bytes;
    for (uint32_t done = 0; done < server->body_bytes;) {
        uint32_t size = server->body_bytes - done;
        if (size > server->block_bytes)
            size = server->block_bytes;
        sim_http_block(&module->sim, &module->host, job, bytes + done, size, module->now_us);
        done += size;
    }
}

static void serve(struct module *module)
{
    const struct module_server *server = &module->server;
    struct sim_http_request request;
    if (!sim_http_wanted(&module->sim, &request))
        return;
    module->requests++;
    memcpy(module->url, request.url, sizeof module->url);
    module->method = request.method;
    module->follow = request.follow;
    module->from_bytes = request.from_bytes;
    memset(module->request_body, 0, sizeof module->request_body);
    sim_http_request_body(&module->sim, &module->host, 0, module->request_body,
                          sizeof module->request_body - 1);
    if (module->on_request)
        module->on_request(module, module->on_request_context);
    if (server->silent)
        return;
    if (server->status)
        sim_http_headers(&module->sim, &module->host, request.job, server->status,
                         server->length_bytes, module->now_us);
    if (server->blob >= 0 && server->block_bytes)
        send_blocks(module, request.job);
    else if (server->blob >= 0)
        sim_http_blob(&module->sim, &module->host, request.job, (uint16_t)server->blob,
                      module->now_us);
    if (!module->server_stalls)
        sim_http_end(&module->sim, &module->host, request.job, server->code, module->now_us);
}

/* ---- time and bytes ------------------------------------------------------------------------ */

/* What the host's receiver makes of what was sent at another rate than its own. */
static size_t hear(struct module *module, char *bytes, size_t size, size_t room, uint32_t baud_bps)
{
    char heard[8192];
    size_t count =
        sim_heard(&module->sim, bytes, size, baud_bps, module->baud_bps, heard, sizeof heard);
    if (count > room)
        count = room;
    memcpy(bytes, heard, count);
    return count;
}

static void take(struct module *module)
{
    uint32_t baud_bps;
    size_t taken;
    do {
        size_t room = sizeof module->sent - 1 - module->sent_length;
        taken = sim_transmit(&module->sim, &module->host, module->sent + module->sent_length, room,
                             &baud_bps, module->now_us);
        if (module->baud_bps && taken)
            taken = hear(module, module->sent + module->sent_length, taken, room, baud_bps);
        module->sent_length += taken;
    } while (taken > 0);
    module->sent[module->sent_length] = '\0';
}

void module_run(struct module *module, uint64_t time_us)
{
    uint64_t end_us = module->now_us + time_us;
    for (;;) {
        uint64_t next_us = sim_advance(&module->sim, &module->host, module->now_us);
        serve(module);
        take(module);
        next_us = sim_advance(&module->sim, &module->host, module->now_us);
        if (next_us > end_us)
            break;
        if (next_us > module->now_us)
            module->now_us = next_us;
    }
    module->now_us = end_us;
    sim_advance(&module->sim, &module->host, module->now_us);
    take(module);
}

void module_send(struct module *module, const void *bytes, size_t size)
{
    sim_receive(&module->sim, &module->host, bytes, size,
                module->baud_bps ? module->baud_bps : BAUD_BPS, module->now_us);
    take(module);
}

bool module_apply(struct module *module, enum sim_action_kind kind, uint32_t number, int32_t value,
                  const char *text)
{
    struct sim_action action = {
        .kind = (uint8_t)kind, .number = number, .value = value, .text = text};
    return sim_apply(&module->sim, &module->host, &action, module->now_us);
}

const char *module_output(struct module *module)
{
    static char text[2 * 64 * 1024];
    size_t length = 0;
    for (size_t i = 0; i < module->sent_length; i++) {
        if (module->sent[i] == '\r' && module->sent[i + 1] == '\n') {
            text[length++] = '|';
            i++;
        } else {
            text[length++] = module->sent[i];
        }
    }
    text[length] = '\0';
    module->sent_length = 0;
    return text;
}

const char *module_told(struct module *module)
{
    static char text[64 * 1024];
    memcpy(text, module->told, module->told_length);
    text[module->told_length] = '\0';
    module->told_length = 0;
    return text;
}

const char *module_ask(struct module *module, const char *line)
{
    module_output(module);
    module_send(module, line, strlen(line));
    module_send(module, "\r", 1);
    module_run(module, SECOND_US / 2);
    return module_output(module);
}

void module_power_on(struct module *module)
{
    if (!module_apply(module, SIM_ACTION_POWER_ON, 0, 0, NULL))
        fail_msg("the module does not switch on");
    module_run(module, 20 * SECOND_US);
    module_ask(module, "ATE0");
    module_ask(module, "AT+CMEE=1");
    module_told(module);
}

/* ---- judging ------------------------------------------------------------------------------- */

void expect_text(const char *got, const char *want, const char *what, const char *file, int line)
{
    if (strcmp(got, want) != 0)
        fail_msg("%s:%d: %s\n  want %s\n  got  %s", file, line, what, want, got);
}

void expect_part(const char *got, const char *want, bool absent, const char *file, int line)
{
    if ((strstr(got, want) != NULL) == absent)
        fail_msg("%s:%d: %s\n  want %s%s\n  got  %s", file, line, "text", absent ? "not " : "",
                 want, got);
}
