/* test_ports.c - how `fotarig ports` tells of a port, as text and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "harness/cli/ports_command.h"

static const struct row {
    const char *name;
    struct bench_listed_port port;
    const char *text, *json;
} rows[] = {
    {"the at port of a module is pointed out and opened by its place",
     {.path = "/dev/ttyUSB2",
      .description = "SimTech",
      .is_usb = true,
      .vendor = 0x1e0e,
      .product = 0x9001,
      .interface = 2,
      .manufacturer = "SimTech, Incorporated",
      .product_name = "SimTech SIM7000",
      .serial = "0123456789ABCDEF",
      .by_path = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1.2:1.2-port0",
      .by_id = "/dev/serial/by-id/usb-SimTech-if02-port0",
      .holder = {4711, "ser2net"}},
     "/dev/ttyUSB2  SimTech\n"
     "    USB 1e0e:9001 interface 02: SIM7000, AT commands\n"
     "    SimTech, Incorporated, SimTech SIM7000, serial number 0123456789ABCDEF\n"
     "    tty:/dev/serial/by-path/pci-0000:00:14.0-usb-0:1.2:1.2-port0\n"
     "    by id: /dev/serial/by-id/usb-SimTech-if02-port0\n"
     "    held by pid 4711 (ser2net)\n",
     "{\"path\":\"/dev/ttyUSB2\",\"url\":\"tty:/dev/serial/by-path/"
     "pci-0000:00:14.0-usb-0:1.2:1.2-port0\",\"description\":\"SimTech\",\"usb\":{\"vendor\":"
     "\"1e0e\",\"product\":\"9001\",\"interface\":2,\"manufacturer\":\"SimTech, Incorporated\","
     "\"productName\":\"SimTech SIM7000\",\"serialNumber\":\"0123456789ABCDEF\"},\"module\":{"
     "\"role\":\"AT commands\",\"takesAt\":true},\"byPath\":\"/dev/serial/by-path/"
     "pci-0000:00:14.0-usb-0:1.2:1.2-port0\",\"byId\":\"/dev/serial/by-id/usb-SimTech-if02-port0\","
     "\"heldBy\":{\"pid\":4711,\"name\":\"ser2net\"}}"},
    {"other ports of a module take no commands",
     {.path = "/dev/ttyUSB1", .is_usb = true, .vendor = 0x1e0e, .product = 0x9001, .interface = 1},
     "/dev/ttyUSB1\n"
     "    USB 1e0e:9001 interface 01: SIM7000, positions (NMEA) (takes no AT commands)\n"
     "    tty:/dev/ttyUSB1\n",
     "{\"path\":\"/dev/ttyUSB1\",\"url\":\"tty:/dev/ttyUSB1\",\"usb\":{\"vendor\":\"1e0e\","
     "\"product\":\"9001\",\"interface\":1},\"module\":{\"role\":\"positions (NMEA)\","
     "\"takesAt\":false}}"},
    {"an interface that the system does not tell is not guessed",
     {.path = "/dev/ttyUSB9", .is_usb = true, .vendor = 0x1e0e, .product = 0x9001, .interface = -1},
     "/dev/ttyUSB9\n    USB 1e0e:9001: SIM7000, an interface of it\n    tty:/dev/ttyUSB9\n",
     "{\"path\":\"/dev/ttyUSB9\",\"url\":\"tty:/dev/ttyUSB9\",\"usb\":{\"vendor\":\"1e0e\","
     "\"product\":\"9001\"},\"module\":{\"role\":\"an interface of it\"}}"},
    {"another device is no module and a holder without a name is one",
     {.path = "/dev/ttyUSB3",
      .description = "FT232R",
      .is_usb = true,
      .vendor = 0x0403,
      .product = 0x6001,
      .interface = 0,
      .holder = {.pid = -1}},
     "/dev/ttyUSB3  FT232R\n    USB 0403:6001 interface 00\n    tty:/dev/ttyUSB3\n"
     "    held by another program\n",
     "{\"path\":\"/dev/ttyUSB3\",\"url\":\"tty:/dev/ttyUSB3\",\"description\":\"FT232R\",\"usb\":{"
     "\"vendor\":\"0403\",\"product\":\"6001\",\"interface\":0},\"heldBy\":{}}"},
    {"a port of the machine itself has a path",
     {.path = "/dev/ttyS0", .interface = -1},
     "/dev/ttyS0\n    tty:/dev/ttyS0\n",
     "{\"path\":\"/dev/ttyS0\",\"url\":\"tty:/dev/ttyS0\"}"},
};

static void the_port_is_told_as_the_row_says(void **state)
{
    const struct row *row = *state;
    char *text = NULL, *json;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cJSON *object = cli_port_object(&row->port);

    cli_port_print(&row->port, out);
    fclose(out);
    assert_string_equal(text, row->text);
    json = cJSON_PrintUnformatted(object);
    assert_string_equal(json, row->json);
    cJSON_free(json);
    cJSON_Delete(object);
    free(text);
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[ROWS];

    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = the_port_is_told_as_the_row_says,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    return _cmocka_run_group_tests("ports", tests, ROWS, NULL, NULL);
}
