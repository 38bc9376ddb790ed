/* test_list.c - what the system's files tell of serial ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/ports/list.h"

/* A sysfs with a USB serial port on interface 02 and an ACM port on 0a, as Linux lays them out. */
static const char *const folders[] = {
    "class", "class/tty",   "class/tty/ttyUSB2",   "class/tty/ttyACM0", "class/tty/ttyS0",
    "usb",   "usb/1-1:1.2", "usb/1-1:1.2/ttyUSB2", "usb/1-1:1.10"};
static const char *const links[][2] = {
    {"../../../usb/1-1:1.2/ttyUSB2", "class/tty/ttyUSB2/device"},
    {"../../../usb/1-1:1.10", "class/tty/ttyACM0/device"},
};
static const char *const files[][2] = {
    {"usb/1-1:1.2/bInterfaceNumber", "02\n"},
    {"usb/1-1:1.10/bInterfaceNumber", "0a\n"},
};

enum {
    FOLDERS = sizeof folders / sizeof folders[0],
    LINKS = sizeof links / sizeof links[0],
    FILES = sizeof files / sizeof files[0]
};

static void in(const char *root, const char *name, char *path, size_t capacity)
{
    snprintf(path, capacity, "%s/%s", root, name);
}

static int make_sysfs(void **state)
{
    char *root = strdup("/tmp/fotarig-sysfs-XXXXXX"), path[256];

    if (!mkdtemp(root))
        return -1;
    for (size_t i = 0; i < FOLDERS; i++) {
        in(root, folders[i], path, sizeof path);
        if (mkdir(path, 0700))
            return -1;
    }
    for (size_t i = 0; i < LINKS; i++) {
        in(root, links[i][1], path, sizeof path);
        if (symlink(links[i][0], path))
            return -1;
    }
    for (size_t i = 0; i < FILES; i++) {
        FILE *file;
        in(root, files[i][0], path, sizeof path);
        file = fopen(path, "w");
        if (!file || fputs(files[i][1], file) < 0 || fclose(file))
            return -1;
    }
    *state = root;
    return 0;
}

static int remove_sysfs(void **state)
{
    char *root = *state, path[256];

    for (size_t i = 0; i < LINKS; i++) {
        in(root, links[i][1], path, sizeof path);
        unlink(path);
    }
    for (size_t i = 0; i < FILES; i++) {
        in(root, files[i][0], path, sizeof path);
        unlink(path);
    }
    for (size_t i = FOLDERS; i > 0; i--) {
        in(root, folders[i - 1], path, sizeof path);
        rmdir(path);
    }
    rmdir(root);
    free(root);
    return 0;
}

static void the_interface_of_a_usb_port_is_found(void **state)
{
    assert_int_equal(bench_list_usb_interface(*state, "ttyUSB2"), 2);
    assert_int_equal(bench_list_usb_interface(*state, "ttyACM0"), 10);
    assert_int_equal(bench_list_usb_interface(*state, "ttyS0"), -1);
    assert_int_equal(bench_list_usb_interface(*state, "ttyUSB3"), -1);
    assert_int_equal(bench_list_usb_interface(*state, "../tty/ttyUSB2"), -1);
}

static void the_link_to_a_device_is_found(void **state)
{
    char folder[256], device[256], want[300], got[300];

    in(*state, "class/tty/ttyUSB2", folder, sizeof folder);
    in(*state, "usb/1-1:1.2/ttyUSB2", device, sizeof device);
    in(folder, "device", want, sizeof want);
    bench_list_link(folder, device, got, sizeof got);
    assert_string_equal(got, want);
    bench_list_link(folder, "/dev/null", got, sizeof got);
    assert_string_equal(got, "");
    bench_list_link(folder, device, got, strlen(want)); /* no room */
    assert_string_equal(got, "");
    bench_list_link("/nowhere", device, got, sizeof got);
    assert_string_equal(got, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_interface_of_a_usb_port_is_found, make_sysfs,
                                        remove_sysfs),
        cmocka_unit_test_setup_teardown(the_link_to_a_device_is_found, make_sysfs, remove_sysfs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
