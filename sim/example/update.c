/*
 * update.c - a test of one's own that embeds the module, in virtual time: it boots, downloads an
 * update package, starts the update, loses its power in the middle, and comes back updated. Half an
 * hour of module time, a moment of real time.
 *
 *     cc update.c $(pkg-config --cflags --libs libsim7000) -o update
 *     fotarig package --from 1351B03SIM7000C --to 1351B04SIM7000C -o update.zip
 *     ./update update.zip
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sim/sim.h>

enum { BAUD_BPS = 115200, SECOND_US = 1000000, FLASH_BYTES = 1 << 20, PACKAGE_MAX = 1 << 19 };

/* The module and its surroundings. Time is a number that we count up. */
struct bench {
    struct sim module;
    struct sim_config config;
    struct sim_host host;
    struct sim_store store;
    struct sim_blob package;
    uint64_t now_us;
    size_t heard_length;
    char heard[16384]; /* what the module has said since it was last asked */
    uint8_t flash[FLASH_BYTES];
    uint8_t bytes[PACKAGE_MAX];
};

static void listen_to(struct bench *bench)
{
    size_t room, size;
    uint32_t baud_bps;

    do {
        room = sizeof bench->heard - 1 - bench->heard_length;
        size = sim_transmit(&bench->module, &bench->host, bench->heard + bench->heard_length, room,
                            &baud_bps, bench->now_us);
        bench->heard_length += size;
    } while (size > 0);
    bench->heard[bench->heard_length] = '\0';
}

/* We are the server, too: every URL is the package. */
static void serve(struct bench *bench)
{
    struct sim_http_request request;

    if (!sim_http_wanted(&bench->module, &request))
        return;
    sim_http_headers(&bench->module, &bench->host, request.job, 200, bench->package.size_bytes,
                     bench->now_us);
    sim_http_blob(&bench->module, &bench->host, request.job, 0, bench->now_us);
    sim_http_end(&bench->module, &bench->host, request.job, 0, bench->now_us);
}

/* Lets module time pass, from one thing that is due to the next. */
static void run(struct bench *bench, uint64_t time_us)
{
    uint64_t end_us = bench->now_us + time_us, next_us;

    while (bench->now_us < end_us) {
        sim_advance(&bench->module, &bench->host, bench->now_us);
        serve(bench);
        next_us = sim_advance(&bench->module, &bench->host, bench->now_us);
        listen_to(bench);
        if (next_us > bench->now_us)
            bench->now_us = next_us < end_us ? next_us : end_us;
    }
}

static void check(bool good, const char *what, const struct bench *bench)
{
    printf("%s %s\n", good ? "ok  " : "FAIL", what);
    if (good)
        return;
    printf("the module said: %s\n", bench->heard);
    exit(1);
}

/* Says a line, waits, and checks that the answer holds `want`. */
static void ask(struct bench *bench, const char *line, const char *want)
{
    bench->heard_length = 0;
    sim_receive(&bench->module, &bench->host, line, strlen(line), BAUD_BPS, bench->now_us);
    sim_receive(&bench->module, &bench->host, "\r", 1, BAUD_BPS, bench->now_us);
    run(bench, 2 * SECOND_US);
    check(strstr(bench->heard, want) != NULL, line, bench);
}

static void power(struct bench *bench, enum sim_action_kind kind, uint64_t time_us)
{
    const struct sim_action action = {.kind = (uint8_t)kind};

    check(sim_apply(&bench->module, &bench->host, &action, bench->now_us),
          sim_action_name((unsigned)kind), bench);
    bench->heard_length = 0;
    run(bench, time_us);
}

static bool load_package(struct bench *bench, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(bench->bytes, 1, sizeof bench->bytes, file) : 0;

    if (file)
        fclose(file);
    bench->package.bytes = bench->bytes;
    bench->package.size_bytes = (uint32_t)size;
    bench->package.digest = sim_digest(SIM_DIGEST, bench->bytes, size);
    sim_package_check(bench->bytes, size, &bench->package.package);
    return size > 0 && bench->package.package.verdict == SIM_PACKAGE_GOOD;
}

static void make_module(struct bench *bench)
{
    sim_config_init(&bench->config);
    bench->config.settings[SIM_SETTING_PORT_RATE] = BAUD_BPS;
    bench->config.blobs = &bench->package;
    bench->config.blob_count = 1;
    bench->store = (struct sim_store){.bytes = bench->flash, .capacity = FLASH_BYTES};
    bench->host = (struct sim_host){.config = &bench->config, .store = &bench->store};
    sim_init(&bench->module, &bench->host, 0);
}

int main(int argc, char **argv)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct sim_view view;

    if (argc != 2 || !bench || !load_package(bench, argv[1])) {
        fprintf(stderr, "usage: update PACKAGE, made by 'fotarig package'\n");
        free(bench);
        return 2;
    }
    make_module(bench);
    power(bench, SIM_ACTION_POWER_ON, 30 * SECOND_US);
    ask(bench, "AT+GMR", "1351B03SIM7000C");
    ask(bench, "AT+CNACT=1,\"cmnet\"", "OK");
    ask(bench, "AT+HTTPTOFS=\"http://fota.example/update.zip\",\"/fota/update.zip\"", "OK");
    run(bench, 60 * SECOND_US);
    check(strstr(bench->heard, "+HTTPTOFS: 200,") != NULL, "the package has come", bench);
    ask(bench, "AT+CFOTA=1", "OK");
    do {
        run(bench, SECOND_US);
        sim_view(&bench->module, &view);
    } while (view.phase != SIM_PHASE_RESTORE_MODEM && bench->now_us < 1800ull * SECOND_US);
    check(view.phase == SIM_PHASE_RESTORE_MODEM, "the modem image is being restored", bench);
    power(bench, SIM_ACTION_POWER_CUT, 5 * SECOND_US);
    power(bench, SIM_ACTION_POWER_ON, 600ull * SECOND_US);
    ask(bench, "AT+CFOTA?", "+CFOTA: 6");
    ask(bench, "AT+GMR", "1351B04SIM7000C");
    sim_view(&bench->module, &view);
    check(view.status == 6 && view.resets >= 3, "updated, whatever happened to its power", bench);
    printf("%lu s of the module's time\n", (unsigned long)(bench->now_us / SECOND_US));
    free(bench);
    return 0;
}
