/* list.c - libserialport's list of ports, with what the system's links and locks add. */
#include "harness/ports/list.h"

#include <dirent.h>
#include <libserialport.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/ports/lock.h"
#include "harness/ports/serial.h"

/* ---- what the system's files tell --------------------------------------------------------- */

static int read_hexadecimal(const char *path)
{
    FILE *file = fopen(path, "re");
    unsigned number;
    bool good = file && fscanf(file, "%2x", &number) == 1;

    if (file)
        fclose(file);
    return good ? (int)number : -1;
}

/* Of an ACM port the tty's device is the interface itself, of a USB serial port what lies in it. */
int bench_list_usb_interface(const char *sysfs, const char *name)
{
    static const char *const places[] = {"", "/.."};
    char link[PATH_MAX], device[PATH_MAX], path[PATH_MAX + 32];
    int interface = -1;

    if (strchr(name, '/') ||
        snprintf(link, sizeof link, "%s/class/tty/%s/device", sysfs, name) >= (int)sizeof link ||
        !realpath(link, device))
        return -1;
    for (size_t i = 0; i < sizeof places / sizeof places[0] && interface < 0; i++) {
        snprintf(path, sizeof path, "%s%s/bInterfaceNumber", device, places[i]);
        interface = read_hexadecimal(path);
    }
    return interface;
}

void bench_list_link(const char *folder, const char *device, char *link, size_t capacity)
{
    char path[PATH_MAX], target[PATH_MAX];
    const struct dirent *entry;
    DIR *opened = opendir(folder);

    link[0] = '\0';
    while (opened && !link[0] && (entry = readdir(opened))) {
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (length < (int)sizeof path && (size_t)length < capacity && realpath(path, target) &&
            strcmp(target, device) == 0)
            memcpy(link, path, (size_t)length + 1);
    }
    if (opened)
        closedir(opened);
}

/* ---- one port ----------------------------------------------------------------------------- */

/* Texts come from the device, so from a stranger: what cannot be printed is left out. */
static void copy_text(char *text, size_t capacity, const char *from)
{
    size_t count = 0;

    for (; from && *from && count + 1 < capacity; from++)
        if ((unsigned char)*from >= ' ' && *from != 0x7f)
            text[count++] = *from;
    text[count] = '\0';
}

static void add_usb(struct bench_listed_port *port, const struct sp_port *handle)
{
    const char *name = strrchr(port->path, '/');
    int vendor = 0, product = 0;

    port->interface = -1;
    if (sp_get_port_transport(handle) != SP_TRANSPORT_USB)
        return;
    port->is_usb = sp_get_port_usb_vid_pid(handle, &vendor, &product) == SP_OK;
    port->vendor = (unsigned)vendor;
    port->product = (unsigned)product;
    port->interface = bench_list_usb_interface("/sys", name ? name + 1 : port->path);
    copy_text(port->manufacturer, sizeof port->manufacturer, sp_get_port_usb_manufacturer(handle));
    copy_text(port->product_name, sizeof port->product_name, sp_get_port_usb_product(handle));
    copy_text(port->serial, sizeof port->serial, sp_get_port_usb_serial(handle));
}

static void add(struct bench_listed_port *port, const struct sp_port *handle)
{
    copy_text(port->path, sizeof port->path, sp_get_port_name(handle));
    copy_text(port->description, sizeof port->description, sp_get_port_description(handle));
    add_usb(port, handle);
    bench_list_link(bench_serial_by_path, port->path, port->by_path, sizeof port->by_path);
    bench_list_link("/dev/serial/by-id", port->path, port->by_id, sizeof port->by_id);
    port->holder = bench_lock_holder(port->path);
    if (port->holder.pid == 0)
        port->holder = bench_holder_find(port->path);
}

/* ---- all ---------------------------------------------------------------------------------- */

/* ttyUSB2 before ttyUSB10. */
static int compare(const void *left, const void *right)
{
    const char *a = ((const struct bench_listed_port *)left)->path;
    const char *b = ((const struct bench_listed_port *)right)->path;
    size_t common = 0;

    while (a[common] && a[common] == b[common] && !strchr("0123456789", a[common]))
        common++;
    if (strchr("0123456789", a[common]) && strchr("0123456789", b[common])) {
        unsigned long first = strtoul(a + common, NULL, 10), second = strtoul(b + common, NULL, 10);
        if (first != second)
            return first < second ? -1 : 1;
    }
    return strcmp(a, b);
}

bool bench_list_ports(struct bench_listed_port **ret_ports, size_t *ret_count)
{
    struct sp_port **handles;
    size_t count = 0;

    if (sp_list_ports(&handles) != SP_OK)
        return false;
    while (handles[count])
        count++;
    *ret_count = count;
    *ret_ports = calloc(count + 1, sizeof **ret_ports);
    for (size_t i = 0; *ret_ports && i < count; i++)
        add(&(*ret_ports)[i], handles[i]);
    sp_free_port_list(handles);
    if (!*ret_ports)
        return false;
    qsort(*ret_ports, count, sizeof **ret_ports, compare);
    return true;
}
