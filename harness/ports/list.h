/* list.h - the serial ports of this machine, and what is known of each without opening it. */
#ifndef FOTARIG_HARNESS_PORTS_LIST_H
#define FOTARIG_HARNESS_PORTS_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/ports/holder.h"

enum { BENCH_LIST_PATH_MAX = 256, BENCH_LIST_TEXT_MAX = 128 };

struct bench_listed_port {
    char path[BENCH_LIST_PATH_MAX]; /* "/dev/ttyUSB2" */
    char description[BENCH_LIST_TEXT_MAX];
    bool is_usb; /* what follows, up to `serial`, is known */
    unsigned vendor, product;
    int interface; /* its number on the device; -1 = not known */
    char manufacturer[BENCH_LIST_TEXT_MAX], product_name[BENCH_LIST_TEXT_MAX];
    char serial[BENCH_LIST_TEXT_MAX];
    char by_path[BENCH_LIST_PATH_MAX]; /* link by the place where it is plugged in, "" = none */
    char by_id[BENCH_LIST_PATH_MAX];   /* link by name and serial number, "" = none */
    struct bench_holder holder;
};

/* Lists them, by libserialport, in order of their paths; *ret_ports is to be freed. False: no
   memory or no such library's help. */
bool bench_list_ports(struct bench_listed_port **ret_ports, size_t *ret_count);

/* The number of the USB interface behind the tty of this name, -1 = none; `sysfs` is "/sys". */
int bench_list_usb_interface(const char *sysfs, const char *name);

/* The link in `folder` that leads to `device`; "" where there is none. */
void bench_list_link(const char *folder, const char *device, char *link, size_t capacity);

#endif
