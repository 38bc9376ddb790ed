/*
 * fuzz_image.c - images of a module under libFuzzer: whatever is accepted must run.
 *
 * The input is a list of changes to the snapshot of a module in the middle of its life, each a
 * place (two bytes), what is done there (one byte) and a byte; an input that begins with 0xff is an
 * image of its own. The digest is made right, as somebody who forges an image would.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/image.h"
#include "sim/sim.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FLASH_BYTES = 64 * 1024, IMAGE_BYTES = 64 * 1024, DIGEST_AT = 24, CALLS_MAX = 20000 };
#define SECOND_US 1000000u

static struct {
    struct sim sim;
    struct sim_usb usb;
    struct sim_config config;
    struct sim_store store;
    struct sim_host host;
    uint8_t flash[FLASH_BYTES];
    uint64_t now_us;
    uint8_t image[IMAGE_BYTES], changed[IMAGE_BYTES];
    size_t image_size;
} bench;

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void run(uint64_t time_us)
{
    char buffer[512];
    uint32_t baud_bps;
    uint64_t end_us = bench.now_us + time_us;
    for (unsigned calls = 0;; calls++) {
        uint64_t next_us = sim_advance(&bench.sim, &bench.host, bench.now_us);
        while (sim_transmit(&bench.sim, &bench.host, buffer, sizeof buffer, &baud_bps,
                            bench.now_us) > 0)
            require(bench.store.used <= bench.store.capacity);
        uint8_t interfaces = 0;
        while (sim_transmit_usb(&bench.sim, &bench.host, buffer, sizeof buffer, &interfaces,
                                bench.now_us) > 0)
            require(interfaces != 0 && !(interfaces & 1u << SIM_INTERFACE_UART));
        require(calls < CALLS_MAX);
        if (next_us > end_us)
            break;
        if (next_us > bench.now_us)
            bench.now_us = next_us;
    }
    bench.now_us = end_us;
}

static void type(const char *line)
{
    sim_receive(&bench.sim, &bench.host, line, strlen(line), 115200, bench.now_us);
    run(SECOND_US / 2);
}

static void type_on_usb(const char *text)
{
    sim_receive_on(&bench.sim, &bench.host, SIM_INTERFACE_USB_AT, text, strlen(text), 0,
                   bench.now_us);
}

static void begin(void)
{
    memset(&bench.usb, 0, sizeof bench.usb);
    memset(&bench.store, 0, sizeof bench.store);
    bench.store = (struct sim_store){.bytes = bench.flash, .capacity = FLASH_BYTES};
    sim_init(&bench.sim, &bench.host, 0);
    bench.now_us = 0;
}

static void seal(uint8_t *image, size_t size)
{
    uint64_t digest = sim_digest(SIM_DIGEST, image, DIGEST_AT);
    digest = sim_digest(digest, image + SIM_IMAGE_HEADER_BYTES, size - SIM_IMAGE_HEADER_BYTES);
    for (unsigned i = 0; i < 8; i++)
        image[DIGEST_AT + i] = (uint8_t)(digest >> (8 * i));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    sim_config_init(&bench.config);
    bench.config.settings[SIM_SETTING_PORT_RATE] = 115200;
    bench.host =
        (struct sim_host){.config = &bench.config, .store = &bench.store, .usb = &bench.usb};
    begin();
    struct sim_action power_on = {.kind = SIM_ACTION_POWER_ON};
    require(sim_apply(&bench.sim, &bench.host, &power_on, 0));
    run(20 * SECOND_US);
    type("AT+CNACT=1;+CMGF=1;+CSDP=1;+CGSMS=3\r");
    type("AT+CSTT=\"a\";+CIICR\r");
    run(2 * SECOND_US);
    type("AT+CIFSR\r");
    type("AT+CIPSTART=\"TCP\",\"a\",80\r");
    struct sim_action message = {.kind = SIM_ACTION_SMS, .text = "Hello", .from = "+4930"};
    sim_apply(&bench.sim, &bench.host, &message, bench.now_us);
    struct sim_action supply = {.kind = SIM_ACTION_SUPPLY, .number = 60000, .value = 3000};
    sim_apply(&bench.sim, &bench.host, &supply, bench.now_us);
    type("AT+CFSINIT\r");
    type("AT+CFSWFILE=0,\"note\",0,20,10000\r");
    type("0123");
    type_on_usb("AT+GMR\rAT+GM");
    bench.image_size = sim_image_write(&bench.sim, &bench.host, SIM_IMAGE_SNAPSHOT, bench.image,
                                       sizeof bench.image);
    require(bench.image_size <= sizeof bench.image);
    return 0;
}

static size_t make_image(const uint8_t *data, size_t size)
{
    if (size > SIM_IMAGE_HEADER_BYTES && size <= sizeof bench.changed && data[0] == 0xff) {
        memcpy(bench.changed, data + 1, size - 1);
        return size - 1;
    }
    memcpy(bench.changed, bench.image, bench.image_size);
    for (; size >= 4; data += 4, size -= 4) {
        size_t at = SIM_IMAGE_HEADER_BYTES +
                    (data[0] | (size_t)data[1] << 8) % (bench.image_size - SIM_IMAGE_HEADER_BYTES);
        uint8_t *byte = &bench.changed[at];
        *byte = data[2] & 1 ? data[3] : data[2] & 2 ? *byte ^ data[3] : (uint8_t)(*byte + data[3]);
    }
    return bench.image_size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sim_image_report report;
    size_t length = make_image(data, size);
    begin();
    if (length < SIM_IMAGE_HEADER_BYTES)
        return 0;
    seal(bench.changed, length);
    if (!sim_image_read(&bench.sim, &bench.host, SIM_IMAGE_SNAPSHOT, bench.changed, length,
                        &report))
        return 0;
    bench.now_us = report.at_us;
    run(SECOND_US);
    type("\x1a\rAT\rAT+CGMR;+CNACT?;+CGDCONT?;+CSDP?;+CMGL=\"ALL\"\r");
    type_on_usb("R\rAT+CMGS=\"1\"\rabc\x1a");
    type("+++");
    run(30 * SECOND_US);
    type("AT+CIPSEND\r");
    type("abc\x1a");
    struct sim_action cut = {.kind = SIM_ACTION_POWER_CUT};
    sim_apply(&bench.sim, &bench.host, &cut, bench.now_us);
    struct sim_action on = {.kind = SIM_ACTION_POWER_ON};
    sim_apply(&bench.sim, &bench.host, &on, bench.now_us);
    run(20 * SECOND_US);
    return 0;
}
