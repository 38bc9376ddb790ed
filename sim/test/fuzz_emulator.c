/*
 * fuzz_emulator.c - the module under libFuzzer: what a host types, with time, actions and servers.
 *
 * Bytes are typed as they are; 0xff begins an order of two bytes, so that plain text is a good
 * input: "AT+CFUN?\r". Orders let time pass, choose what servers and the other sides of connections
 * do, which port is typed on (UART or USB), and do actions. A module that has booted, registered
 * and opened its app network is the start of each run.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    FLASH_BYTES = 96 * 1024,
    BLOB_BYTES = 5000,
    BAUD_BPS = 115200,
    ORDER = 0xff,
    CALLS_MAX = 20000 /* of one stretch of time; more is a module that never comes to rest */
};
#define SECOND_US 1000000u

static struct {
    struct sim booted, sim;
    struct sim_config config;
    struct sim_store store;
    struct sim_host host;
    struct sim_blob blob;
    uint64_t booted_at_us, now_us;
    uint32_t booted_store_bytes;
    uint8_t flash[FLASH_BYTES], body[BLOB_BYTES];
    uint8_t server;    /* what the next request gets */
    uint8_t other;     /* what the other sides of connections do */
    uint8_t interface; /* enum sim_interface that is typed on */
    struct sim_usb usb;
} bench;

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void on_event(void *context, uint64_t now_us, const struct sim_event *event)
{
    (void)context;
    require(event->kind < SIM_EVENT_COUNT && now_us <= bench.now_us + 1);
    for (unsigned i = 0; event->text && i < event->length; i++)
        require(event->text[i] != '\r' || event->kind != SIM_EVENT_URC);
}

/* ---- the surroundings ---------------------------------------------------------------------- */

static void serve(void)
{
    struct sim_http_request request;
    static const uint16_t statuses[] = {200, 200, 206, 404, 0};
    static const uint16_t codes[] = {0, 0, 601, 603, 79};
    if (!sim_http_wanted(&bench.sim, &request))
        return;
    require(memchr(request.url, '\0', sizeof request.url) != NULL);
    uint8_t server = bench.server;
    uint16_t status = statuses[server % 5];
    if (status)
        sim_http_headers(&bench.sim, &bench.host, request.job, status,
                         server & 0x80 ? UINT32_MAX : BLOB_BYTES, bench.now_us);
    if (server & 0x40)
        sim_http_blob(&bench.sim, &bench.host, request.job, 0, bench.now_us);
    else if (server & 0x20)
        sim_http_block(&bench.sim, &bench.host, request.job, bench.body, server * 16u,
                       bench.now_us);
    if (!(server & 0x10))
        sim_http_end(&bench.sim, &bench.host, request.job, codes[server % 5], bench.now_us);
}

/* The other sides of connections: they accept or refuse, send some bytes, close. */
static void connect_others(void)
{
    struct sim_net_request request;
    for (unsigned calls = 0; sim_net_wanted(&bench.sim, &bench.host, &request); calls++) {
        uint8_t other = bench.other, channel = request.channel;
        require(calls < CALLS_MAX && channel <= SIM_SOCKETS &&
                request.size <= sizeof request.bytes &&
                memchr(request.host, '\0', sizeof request.host) != NULL);
        if (request.kind == SIM_NET_RESOLVE) {
            sim_net_resolved(&bench.sim, &bench.host, request.job, other & 1 ? "192.0.2.1" : NULL,
                             bench.now_us);
            continue;
        }
        if (request.kind == SIM_NET_OPEN_TCP || request.kind == SIM_NET_OPEN_UDP) {
            if (other & 2)
                sim_net_opened(&bench.sim, &bench.host, channel, request.job, bench.now_us);
            else if (other & 4)
                sim_net_closed(&bench.sim, &bench.host, channel, request.job, bench.now_us);
        }
        size_t room = sim_net_room(&bench.sim, &bench.host, channel);
        size_t size = (other & 8 ? 200u : 0u) * (1u + (other >> 6));
        if (size > 0)
            sim_net_received(&bench.sim, &bench.host, channel, request.job, bench.body,
                             other & 16 && size > room ? room : size, bench.now_us);
        if (other & 32)
            sim_net_closed(&bench.sim, &bench.host, channel, request.job, bench.now_us);
    }
}

static void take(void)
{
    char buffer[256];
    uint32_t baud_bps;
    uint8_t interfaces;
    for (unsigned calls = 0;; calls++) {
        size_t taken =
            sim_transmit(&bench.sim, &bench.host, buffer, sizeof buffer, &baud_bps, bench.now_us);
        size_t usb = sim_transmit_usb(&bench.sim, &bench.host, buffer, sizeof buffer, &interfaces,
                                      bench.now_us);
        require(taken <= sizeof buffer && usb <= sizeof buffer && calls < CALLS_MAX);
        if (taken == 0 && usb == 0)
            return;
    }
}

static void run(uint64_t time_us)
{
    uint64_t end_us = bench.now_us + time_us;
    for (unsigned calls = 0;; calls++) {
        uint64_t next_us = sim_advance(&bench.sim, &bench.host, bench.now_us);
        serve();
        connect_others();
        take();
        require(calls < CALLS_MAX && bench.store.used <= bench.store.capacity);
        if (next_us > end_us)
            break;
        if (next_us > bench.now_us)
            bench.now_us = next_us;
    }
    bench.now_us = end_us;
}

static void act(uint8_t kind, uint8_t number)
{
    static const char *const texts[] = {"/fota/update.zip", "/customer/a", "+CMTI: \"SM\",1",
                                        "/custapp/b"};
    struct sim_action action = {.kind = (uint8_t)(kind % SIM_ACTION_COUNT),
                                .number = number,
                                .value = number,
                                .text = texts[number % 4],
                                .from = number & 1 ? "+4915112345678" : "Bank"};
    if (action.kind == SIM_ACTION_SETTING) { /* in its range, or beyond it */
        const struct sim_setting_info *info = sim_setting_info(number % SIM_SETTING_COUNT);
        action.number = number % SIM_SETTING_COUNT;
        action.value = info->unit == SIM_UNIT_MS ? kind : info->minimum + kind % 8;
        if (action.number == SIM_SETTING_FLASH_SIZE)
            action.value = FLASH_BYTES;
    }
    sim_apply(&bench.sim, &bench.host, &action, bench.now_us);
}

static void order(uint8_t what, uint8_t number)
{
    if (what < 0x40)
        run(number * 10000u);
    else if (what < 0x80)
        run(number * (uint64_t)SECOND_US);
    else if (what < 0xa0)
        bench.server = number;
    else if (what < 0xa2)
        bench.other = number;
    else if (what < 0xa4)
        bench.interface = number % SIM_INTERFACE_COUNT;
    else if (what < 0xa8)
        sim_receive(&bench.sim, &bench.host, &number, 1, number * 100u, bench.now_us);
    else
        act(what, number);
}

/* ---- libFuzzer ----------------------------------------------------------------------------- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    memset(bench.body, 'x', sizeof bench.body);
    bench.blob = (struct sim_blob){.bytes = bench.body, .size_bytes = sizeof bench.body};
    bench.blob.digest = sim_digest(SIM_DIGEST, bench.body, sizeof bench.body);
    sim_package_check(bench.body, sizeof bench.body, &bench.blob.package);
    sim_config_init(&bench.config);
    bench.config.settings[SIM_SETTING_PORT_RATE] = BAUD_BPS;
    bench.config.settings[SIM_SETTING_COMMAND_SET] = 1;
    bench.config.settings[SIM_SETTING_FLASH_SIZE] = FLASH_BYTES;
    bench.config.blobs = &bench.blob;
    bench.config.blob_count = 1;
    bench.store = (struct sim_store){.bytes = bench.flash, .capacity = FLASH_BYTES};
    bench.config.settings[SIM_SETTING_PEER] = SIM_PEER_SURROUNDINGS;
    bench.config.settings[SIM_SETTING_MQTT_CONNECT_TIME] = 100;
    bench.host = (struct sim_host){
        .config = &bench.config, .store = &bench.store, .on_event = on_event, .usb = &bench.usb};
    sim_init(&bench.sim, &bench.host, 0);
    struct sim_action power_on = {.kind = SIM_ACTION_POWER_ON};
    require(sim_apply(&bench.sim, &bench.host, &power_on, 0));
    run(20 * SECOND_US);
    static const char prepare[] = "AT+CNACT=1,\"iot\";+CSTT=\"iot\";+CIICR\rAT+CIFSR\r";
    for (const char *line = prepare; *line; line = strchr(line, '\r') + 1) {
        sim_receive(&bench.sim, &bench.host, line, (size_t)(strchr(line, '\r') - line) + 1,
                    BAUD_BPS, bench.now_us);
        run(3 * SECOND_US);
    }
    require(bench.sim.packet.bearer == 1 && bench.sim.sockets.ip == 4);
    bench.booted = bench.sim;
    bench.booted_at_us = bench.now_us;
    bench.booted_store_bytes = bench.store.used;
    bench.store.pinned = bench.store.used; /* the snapshot's, as sim.h asks */
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bench.sim = bench.booted;
    bench.now_us = bench.booted_at_us;
    bench.store.used = bench.booted_store_bytes;
    bench.server = 0x40;
    bench.other = 0x0b;
    bench.interface = SIM_INTERFACE_UART;
    memset(&bench.usb, 0, sizeof bench.usb);
    for (size_t i = 0; i < size;) {
        const uint8_t *stop = memchr(data + i, ORDER, size - i);
        size_t span = stop ? (size_t)(stop - data) - i : size - i;
        const uint8_t *cr = memchr(data + i, '\r', span);
        if (cr)
            span = (size_t)(cr - data) - i + 1;
        if (span > 0) {
            sim_receive_on(&bench.sim, &bench.host, (enum sim_interface)bench.interface, data + i,
                           span, BAUD_BPS, bench.now_us);
            run(cr ? SECOND_US / 10 : 1000);
        } else {
            order(i + 1 < size ? data[i + 1] : 0, i + 2 < size ? data[i + 2] : 0);
            span = 3;
        }
        i += span;
    }
    run(30 * SECOND_US);
    return 0;
}
