/* test_usb.c - the USB ports: further ends of the one AT engine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sim/image.h"
#include "sim/internal.h"
#include "sim/sim.h"

enum { NOW_US = 1, BOOT_US = 60000000, QUEUE = 4096 };

struct module {
    struct sim_config config;
    struct sim_store store;
    struct sim_usb usb;
    struct sim_host host;
    struct sim sim;
    uint64_t now_us;
    bool uart_is_slow;                    /* it takes nothing for now */
    char got[SIM_INTERFACE_COUNT][QUEUE]; /* what went to each interface, as text */
    uint8_t flash[4096];
};

static struct module module;

static void append(char *text, const char *bytes, size_t size)
{
    size_t length = strlen(text);

    assert_true(length + size < QUEUE);
    memcpy(text + length, bytes, size);
    text[length + size] = '\0';
}

static void collect(void)
{
    char bytes[64];
    uint8_t interfaces = 0;
    uint32_t baud_bps;
    size_t size;

    while ((size = sim_transmit_usb(&module.sim, &module.host, bytes, sizeof bytes, &interfaces,
                                    module.now_us)) > 0)
        for (unsigned i = 0; i < SIM_INTERFACE_COUNT; i++)
            if (interfaces & 1u << i)
                append(module.got[i], bytes, size);
    while (!module.uart_is_slow &&
           (size = sim_transmit(&module.sim, &module.host, bytes, sizeof bytes, &baud_bps,
                                module.now_us)) > 0)
        append(module.got[SIM_INTERFACE_UART], bytes, size);
}

static void pass(uint64_t time_us)
{
    uint64_t until_us = module.now_us + time_us;

    for (;;) {
        uint64_t next_us = sim_advance(&module.sim, &module.host, module.now_us);
        collect();
        if (next_us > until_us)
            break;
        module.now_us = next_us > module.now_us ? next_us : module.now_us;
    }
    module.now_us = until_us;
}

static void forget(void)
{
    memset(module.got, 0, sizeof module.got);
}

static int set_up(void **state)
{
    const struct sim_action on = {.kind = SIM_ACTION_POWER_ON};

    (void)state;
    memset(&module, 0, sizeof module);
    module.now_us = NOW_US;
    sim_config_init(&module.config);
    module.config.settings[SIM_SETTING_ANSWER_DELAY] = 0;
    module.store = (struct sim_store){.bytes = module.flash, .capacity = sizeof module.flash};
    module.host =
        (struct sim_host){.config = &module.config, .store = &module.store, .usb = &module.usb};
    sim_init(&module.sim, &module.host, module.now_us);
    sim_apply(&module.sim, &module.host, &on, module.now_us);
    pass(BOOT_US);
    for (int i = 0; i < 5; i++)
        sim_receive(&module.sim, &module.host, "AT\r", 3, 115200, module.now_us);
    sim_receive(&module.sim, &module.host, "ATE0\r", 5, 115200, module.now_us);
    pass(BOOT_US);
    forget();
    return 0;
}

static void type(enum sim_interface interface, const char *text)
{
    sim_receive_on(&module.sim, &module.host, interface, text, strlen(text), 115200, module.now_us);
    collect();
}

static void an_answer_goes_to_the_port_that_asked(void **state)
{
    (void)state;
    type(SIM_INTERFACE_USB_AT, "AT+CPIN?\r");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    assert_string_equal(module.got[SIM_INTERFACE_UART], "");
    assert_string_equal(module.got[SIM_INTERFACE_USB_MODEM], "");
    forget();
    type(SIM_INTERFACE_USB_MODEM, "AT\r");
    type(SIM_INTERFACE_UART, "AT+CPIN?\r");
    assert_string_equal(module.got[SIM_INTERFACE_USB_MODEM], "\r\nOK\r\n");
    assert_string_equal(module.got[SIM_INTERFACE_UART], "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "");
}

static void echo_goes_to_the_port_that_typed(void **state)
{
    (void)state;
    type(SIM_INTERFACE_UART, "ATE1\r");
    forget();
    type(SIM_INTERFACE_USB_AT, "AT\r");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "AT\r\r\nOK\r\n");
    assert_string_equal(module.got[SIM_INTERFACE_UART], "");
}

static void lines_typed_on_all_ports_at_once_do_not_mix(void **state)
{
    static const char *const lines[] = {"AT+CPIN?\r", "AT+CSQ\r\r\r\r", "ATI\r\r\r\r\r\r"};

    (void)state;
    for (size_t i = 0; i < strlen(lines[0]); i++)
        for (unsigned p = 0; p < SIM_INTERFACE_COUNT; p++)
            if (i < strlen(lines[p]))
                sim_receive_on(&module.sim, &module.host, p, lines[p] + i, 1, 115200,
                               module.now_us);
    pass(1000000);
    assert_string_equal(module.got[SIM_INTERFACE_UART], "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    assert_non_null(strstr(module.got[SIM_INTERFACE_USB_AT], "+CSQ: "));
    assert_non_null(strstr(module.got[SIM_INTERFACE_USB_MODEM], "SIM7000"));
    assert_null(strstr(module.got[SIM_INTERFACE_USB_MODEM], "CSQ"));
}

static void an_unfinished_line_of_the_uart_does_not_block_usb(void **state)
{
    (void)state;
    type(SIM_INTERFACE_UART, "AT+CP");
    type(SIM_INTERFACE_USB_AT, "AT\r");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "\r\nOK\r\n");
    type(SIM_INTERFACE_UART, "IN?\r");
    assert_string_equal(module.got[SIM_INTERFACE_UART], "\r\n+CPIN: READY\r\n\r\nOK\r\n");
}

static void a_line_waits_while_another_port_has_the_engine(void **state)
{
    (void)state;
    sim_setting_keep(&module.sim, SIM_SETTING_ANSWER_DELAY, 100);
    type(SIM_INTERFACE_UART, "AT+CPIN?\r");
    type(SIM_INTERFACE_USB_AT, "AT\r");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "");
    pass(150000);
    assert_string_equal(module.got[SIM_INTERFACE_UART], "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "");
    pass(150000);
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "\r\nOK\r\n");
}

static void unsolicited_lines_go_where_the_setting_says(void **state)
{
    static const struct {
        int32_t setting;
        const char *uart, *usb_at;
    } rows[] = {
        {0, "\r\nRING\r\n", "\r\nRING\r\n"}, {1, "\r\nRING\r\n", ""}, {2, "", "\r\nRING\r\n"}};
    const struct sim_action urc = {.kind = SIM_ACTION_URC, .text = "RING"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sim_setting_keep(&module.sim, SIM_SETTING_URC_PORT, rows[i].setting);
        forget();
        assert_true(sim_apply(&module.sim, &module.host, &urc, module.now_us));
        collect();
        assert_string_equal(module.got[SIM_INTERFACE_UART], rows[i].uart);
        assert_string_equal(module.got[SIM_INTERFACE_USB_AT], rows[i].usb_at);
        assert_string_equal(module.got[SIM_INTERFACE_USB_MODEM], "");
    }
}

static void a_slow_uart_does_not_keep_usb_waiting(void **state)
{
    const struct sim_action urc = {.kind = SIM_ACTION_URC, .text = "RING"};

    (void)state;
    module.uart_is_slow = true;
    type(SIM_INTERFACE_UART, "AT+CPIN?\r");
    type(SIM_INTERFACE_USB_AT, "AT\r");
    type(SIM_INTERFACE_UART, "AT\r");
    type(SIM_INTERFACE_USB_MODEM, "AT+CPIN?\r");
    sim_apply(&module.sim, &module.host, &urc, module.now_us);
    type(SIM_INTERFACE_USB_AT, "AT\r");
    assert_string_equal(module.got[SIM_INTERFACE_UART], "");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "\r\nOK\r\n\r\nRING\r\n\r\nOK\r\n");
    assert_string_equal(module.got[SIM_INTERFACE_USB_MODEM], "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    module.uart_is_slow = false;
    collect();
    assert_string_equal(module.got[SIM_INTERFACE_UART],
                        "\r\n+CPIN: READY\r\n\r\nOK\r\n\r\nOK\r\n\r\nRING\r\n");
}

static void usb_answers_find_room_behind_a_uart_that_has_stopped(void **state)
{
    (void)state;
    module.uart_is_slow = true;
    type(SIM_INTERFACE_UART, "AT+CPIN?\r");
    for (int i = 0; i < 500; i++) {
        type(SIM_INTERFACE_USB_AT, "AT+CPIN?\r");
        assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "\r\n+CPIN: READY\r\n\r\nOK\r\n");
        forget();
    }
    module.uart_is_slow = false;
    collect();
    assert_string_equal(module.got[SIM_INTERFACE_UART], "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    assert_int_equal(module.sim.stat_lost_output_bytes, 0);
}

static void a_rate_changes_behind_the_answer_of_the_uart_not_of_usb(void **state)
{
    char bytes[64];
    uint32_t baud_bps = 0;

    (void)state;
    module.uart_is_slow = true;
    type(SIM_INTERFACE_UART, "AT+IPR=9600\r");
    for (int i = 0; i < 3; i++)
        type(SIM_INTERFACE_USB_AT, "AT\r");
    assert_int_equal(
        sim_transmit(&module.sim, &module.host, bytes, sizeof bytes, &baud_bps, module.now_us), 6);
    assert_int_equal(baud_bps, 115200);
    sim_transmit(&module.sim, &module.host, bytes, sizeof bytes, &baud_bps, module.now_us);
    assert_int_equal(baud_bps, 9600);
}

static void file_contents_go_to_the_port_that_asked(void **state)
{
    char command[80], wanted[1200] = "\r\n+CFSRFILE: 1000\r\n";
    size_t length = strlen(wanted);

    (void)state;
    type(SIM_INTERFACE_UART, "AT+CFSINIT\r");
    type(SIM_INTERFACE_UART, "AT+CFSWFILE=3,\"a\",0,1000,1000\r");
    for (int i = 0; i < 1000; i++) {
        wanted[length + (size_t)i] = command[0] = (char)('a' + i % 26);
        command[1] = '\0';
        type(SIM_INTERFACE_UART, command);
    }
    memcpy(wanted + length + 1000, "\r\nOK\r\n", 7);
    forget();
    module.uart_is_slow = true;
    type(SIM_INTERFACE_UART, "AT+CFSRFILE=3,\"a\",0,1000,0\r");
    type(SIM_INTERFACE_USB_AT, "AT+CFSRFILE=3,\"a\",0,1000,0\r");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], wanted);
    module.uart_is_slow = false;
    collect();
    assert_string_equal(module.got[SIM_INTERFACE_UART], wanted);
}

static void the_single_port_calls_see_the_uart_only(void **state)
{
    char bytes[64];
    uint32_t baud_bps;

    (void)state;
    sim_receive_on(&module.sim, &module.host, SIM_INTERFACE_USB_AT, "AT\r", 3, 0, module.now_us);
    sim_receive(&module.sim, &module.host, "AT\r", 3, 115200, module.now_us);
    assert_int_equal(
        sim_transmit(&module.sim, &module.host, bytes, sizeof bytes, &baud_bps, module.now_us), 6);
    assert_int_equal(
        sim_transmit(&module.sim, &module.host, bytes, sizeof bytes, &baud_bps, module.now_us), 0);
}

static void a_line_that_is_too_long_is_an_error_on_its_port(void **state)
{
    (void)state;
    type(SIM_INTERFACE_USB_AT, "AT");
    for (int i = 0; i < 600; i++)
        type(SIM_INTERFACE_USB_AT, "x");
    type(SIM_INTERFACE_USB_AT, "\r");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "\r\nERROR\r\n");
    forget();
    type(SIM_INTERFACE_USB_AT, "AT\r");
    assert_string_equal(module.got[SIM_INTERFACE_USB_AT], "\r\nOK\r\n");
}

static void a_restart_forgets_what_was_typed(void **state)
{
    const struct sim_action cut = {.kind = SIM_ACTION_POWER_CUT},
                            on = {.kind = SIM_ACTION_POWER_ON};

    (void)state;
    type(SIM_INTERFACE_USB_AT, "AT+CP");
    sim_apply(&module.sim, &module.host, &cut, module.now_us);
    pass(1000000);
    sim_apply(&module.sim, &module.host, &on, module.now_us);
    pass(BOOT_US);
    forget();
    type(SIM_INTERFACE_USB_AT, "IN?\r");
    assert_null(strstr(module.got[SIM_INTERFACE_USB_AT], "READY"));
    forget();
    type(SIM_INTERFACE_USB_AT, "AT+CPIN?\r");
    assert_non_null(strstr(module.got[SIM_INTERFACE_USB_AT], "READY"));
}

/* ---- snapshots ------------------------------------------------------------------------------ */

/* Another module, in whose place the old one's snapshot comes. */
static void replace_by_snapshot(void)
{
    static uint8_t image[65536];
    struct sim_image_report report;
    size_t size =
        sim_image_write(&module.sim, &module.host, SIM_IMAGE_SNAPSHOT, image, sizeof image);

    assert_in_range(size, 1, sizeof image);
    memset(&module.usb, 0x5a, sizeof module.usb);
    module.store.used = 0;
    sim_init(&module.sim, &module.host, module.now_us);
    if (!sim_image_read(&module.sim, &module.host, SIM_IMAGE_SNAPSHOT, image, size, &report))
        fail_msg("the snapshot is refused: %s %s", sim_image_text(report.verdict), report.member);
}

static const struct {
    enum sim_interface interface;
    const char *text;
} dialogue[] = {
    {SIM_INTERFACE_USB_AT, "AT+GM"},
    {SIM_INTERFACE_UART, "AT+CP"},
    {SIM_INTERFACE_USB_MODEM, "ATE1"},
    {SIM_INTERFACE_USB_AT, "R\r"},
    {SIM_INTERFACE_USB_MODEM, "\r"},
    {SIM_INTERFACE_UART, "IN?\r"},
    {SIM_INTERFACE_USB_MODEM, "A/"},
    {SIM_INTERFACE_USB_AT, "AT+CFSINIT;+CSQ\r"},
    {SIM_INTERFACE_USB_MODEM, "AT+C"},
    {SIM_INTERFACE_USB_AT, ""},
    {SIM_INTERFACE_USB_AT, "AT+CFSWFILE=3,\"a\",0,4,1000\r"},
    {SIM_INTERFACE_USB_MODEM, "PIN?\r"},
    {SIM_INTERFACE_USB_AT, ""},
    {SIM_INTERFACE_USB_AT, "by"},
    {SIM_INTERFACE_USB_AT, "te"},
    {SIM_INTERFACE_USB_AT, ""},
};
enum { DIALOGUE = sizeof dialogue / sizeof dialogue[0] };

static void hold_dialogue(unsigned replaced_before, char got[SIM_INTERFACE_COUNT][QUEUE])
{
    set_up(NULL);
    sim_setting_keep(&module.sim, SIM_SETTING_ANSWER_DELAY, 15);
    for (unsigned i = 0; i < DIALOGUE; i++) {
        if (i == replaced_before)
            replace_by_snapshot();
        type(dialogue[i].interface, dialogue[i].text);
        pass(10000);
    }
    pass(BOOT_US);
    memcpy(got, module.got, sizeof module.got);
}

static void a_snapshot_keeps_what_was_typed_and_who_asked(void **state)
{
    static char want[SIM_INTERFACE_COUNT][QUEUE], got[SIM_INTERFACE_COUNT][QUEUE];

    (void)state;
    hold_dialogue(DIALOGUE, want);
    assert_non_null(strstr(want[SIM_INTERFACE_USB_AT], "DOWNLOAD\r\n\r\nOK"));
    for (unsigned at = 0; at < DIALOGUE; at++) {
        hold_dialogue(at, got);
        for (unsigned i = 0; i < SIM_INTERFACE_COUNT; i++)
            if (strcmp(got[i], want[i]) != 0)
                fail_msg("replaced before step %u, %s got\n%s\nwant\n%s", at, sim_interface_name(i),
                         got[i], want[i]);
    }
}

/* What waits for an answer on a port that is not there would wait for ever. */
static void a_snapshot_whose_asker_is_missing_is_refused(void **state)
{
    static uint8_t image[65536];
    struct sim_image_report report;

    (void)state;
    sim_setting_keep(&module.sim, SIM_SETTING_ANSWER_DELAY, 30);
    type(SIM_INTERFACE_USB_AT, "AT\r");
    size_t size =
        sim_image_write(&module.sim, &module.host, SIM_IMAGE_SNAPSHOT, image, sizeof image);
    module.host.usb = NULL;
    assert_false(
        sim_image_read(&module.sim, &module.host, SIM_IMAGE_SNAPSHOT, image, size, &report));
    assert_int_equal(report.verdict, SIM_IMAGE_BAD_VALUE);
    assert_string_equal(report.member, "usb/asker");
}

#define USB_TEST(f) cmocka_unit_test_setup(f, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        USB_TEST(an_answer_goes_to_the_port_that_asked),
        USB_TEST(echo_goes_to_the_port_that_typed),
        USB_TEST(lines_typed_on_all_ports_at_once_do_not_mix),
        USB_TEST(an_unfinished_line_of_the_uart_does_not_block_usb),
        USB_TEST(a_line_waits_while_another_port_has_the_engine),
        USB_TEST(unsolicited_lines_go_where_the_setting_says),
        USB_TEST(a_slow_uart_does_not_keep_usb_waiting),
        USB_TEST(usb_answers_find_room_behind_a_uart_that_has_stopped),
        USB_TEST(a_rate_changes_behind_the_answer_of_the_uart_not_of_usb),
        USB_TEST(file_contents_go_to_the_port_that_asked),
        USB_TEST(the_single_port_calls_see_the_uart_only),
        USB_TEST(a_line_that_is_too_long_is_an_error_on_its_port),
        USB_TEST(a_restart_forgets_what_was_typed),
        USB_TEST(a_snapshot_keeps_what_was_typed_and_who_asked),
        USB_TEST(a_snapshot_whose_asker_is_missing_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
