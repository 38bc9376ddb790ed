/*
 * fuzz_control.c - the control socket of `fotarig sim` under libFuzzer: any bytes from a client.
 * What is answered must be whole lines of JSON that say whether they are ok, never more than were
 * asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/cli/control.h"

enum { FLASH_BYTES = 65536, INPUT_MAX = 60000 /* has room in the socket */ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t flash[FLASH_BYTES];
static char path[64];
static struct cli_control control;
static struct bench_serve serve;
static struct bench_loop loop;
static struct sim fresh;
static uint32_t fresh_used;
static char answers[BENCH_CONTROL_ANSWER_BYTES * 4];

static void need(int good)
{
    if (!good)
        abort();
}

static void end(void)
{
    cli_control_close(&control); /* removes the socket */
}

/* Once: what an input has done to the module is undone by restore(). */
static void begin(void)
{
    static struct sim_config config;
    const struct bench_serve_options options = {.speed = 1};
    const struct bench_module_options made = {.config = &config,
                                              .store = {.bytes = flash, .capacity = sizeof flash}};
    struct bench_module *module;
    char error[400];

    snprintf(path, sizeof path, "/tmp/fotarig-fuzz-control-%ld", (long)getpid());
    need(!bench_loop_open(&loop) && !bench_serve_open(&serve, &loop, &options, 1));
    cli_control_init(&control, &serve);
    control.without_files = true;
    need(!bench_serve_view(&serve, &control.view));
    sim_config_init(&config);
    module = bench_module_open(&serve, 0, &made);
    need(module != NULL);
    bench_module_power_on(module);
    bench_module_warm_up(module, 115200);
    bench_module_attach(module);
    need(!cli_control_open(&control, &loop, path, error, sizeof error));
    need(!atexit(end));
    fresh = module->run.world.sim;
    fresh_used = module->run.store.used;
}

static void restore(void)
{
    struct bench_module *module = serve.modules[0];

    bench_module_freeze(module, false);
    module->run.world.sim = fresh;
    module->run.store.used = fresh_used;
    memset(control.dues, 0, sizeof control.dues);
    bench_module_jump(module, fresh.seen_at_us);
}

static void turn(void)
{
    cli_control_advance(&control);
    bench_serve_advance(&serve);
    need(bench_loop_wait(&loop, 0) >= 0);
}

/* All that the client gets; it goes on until nothing more comes. */
static size_t collect(int client)
{
    size_t count = 0;

    for (int idle = 0; idle < 3;) {
        ssize_t got;
        turn();
        got = recv(client, answers + count, sizeof answers - 1 - count, MSG_DONTWAIT);
        idle = got > 0 ? 0 : idle + 1;
        count += got > 0 ? (size_t)got : 0;
    }
    answers[count] = '\0';
    return count;
}

static void check_answers(size_t lines)
{
    for (char *line = answers, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        cJSON *json = cJSON_ParseWithLength(line, (size_t)(end - line));
        need(cJSON_IsObject(json) && cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(json, "ok")));
        cJSON_Delete(json);
        need(lines-- > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t lines = 0;
    int client;

    if (size > INPUT_MAX)
        return 0;
    if (!serve.modules)
        begin();
    client = bench_control_connect(path);
    need(client >= 0);
    for (size_t sent = 0; sent < size;) {
        ssize_t count = send(client, data + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += count > 0 ? (size_t)count : 0;
        turn();
        if (count < 0) /* it was dropped, or a wait is pending and nothing more is read */
            break;
    }
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    collect(client);
    check_answers(lines);
    close(client);
    turn();
    restore();
    return 0;
}
