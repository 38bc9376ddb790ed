/*
 * serialport.c - stands in for libserialport where there is no serial port: the functions that
 * fotarig calls, over a pty. Built as a shared library of the same name and found through
 * LD_LIBRARY_PATH, so that the program itself is unchanged.
 *
 * FAKE_SERIALPORT names a folder. The port `ttyFAKE` in it (a link to a pty) is known, and what it
 * points to; all else is not. Files in the folder: `calls` gets a line per call; `signals` holds
 * the names of the lines that are on ("dsr cts"); `fail` holds "FUNCTION ERRNO", a call that fails;
 * `ports` is the list of ports, a line each: "PATH;DESCRIPTION;VENDOR;PRODUCT;MAKER;NAME;SERIAL",
 * the numbers hexadecimal, vendor 0 for a port that is not on USB.
 */
#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PATH, DESCRIPTION, VENDOR, PRODUCT, MAKER, NAME, SERIAL, FIELDS };

struct sp_port {
    char name[PATH_MAX];
    char line[512]; /* of the list */
    char *fields[FIELDS];
    int fd;
};

static FILE *open_file(const char *name, const char *mode)
{
    const char *folder = getenv("FAKE_SERIALPORT");
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", folder ? folder : ".", name);
    return fopen(path, mode);
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
    FILE *file = open_file("calls", "a");
    va_list arguments;

    if (!file)
        return;
    va_start(arguments, format);
    vfprintf(file, format, arguments);
    va_end(arguments);
    fclose(file);
}

static enum sp_return result(const char *function)
{
    FILE *file = open_file("fail", "r");
    char name[64] = "";
    int number = 0;
    int count = file ? fscanf(file, "%63s %d", name, &number) : 0;

    if (file)
        fclose(file);
    if (count != 2 || strcmp(name, function) != 0)
        return SP_OK;
    errno = number;
    return SP_ERR_FAIL;
}

enum sp_return sp_get_port_by_name(const char *name, struct sp_port **port)
{
    const char *folder = getenv("FAKE_SERIALPORT");
    char known[PATH_MAX], device[PATH_MAX];

    snprintf(known, sizeof known, "%s/ttyFAKE", folder ? folder : ".");
    if (!realpath(known, device) || strcmp(device, name) != 0)
        return SP_ERR_ARG;
    *port = calloc(1, sizeof **port);
    if (!*port)
        return SP_ERR_MEM;
    snprintf((*port)->name, sizeof((*port)->name), "%s", name);
    (*port)->fd = -1;
    return SP_OK;
}

enum sp_return sp_open(struct sp_port *port, enum sp_mode flags)
{
    struct termios raw;

    note("open %d\n", (int)flags);
    if (result("open") != SP_OK)
        return SP_ERR_FAIL;
    port->fd = open(port->name, O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (port->fd < 0)
        return SP_ERR_FAIL;
    if (tcgetattr(port->fd, &raw) == 0) {
        cfmakeraw(&raw);
        tcsetattr(port->fd, TCSANOW, &raw);
    }
    return SP_OK;
}

enum sp_return sp_close(struct sp_port *port)
{
    note("close\n");
    close(port->fd);
    return SP_OK;
}

void sp_free_port(struct sp_port *port)
{
    note("free\n");
    free(port);
}

enum sp_return sp_get_port_handle(const struct sp_port *port, void *handle)
{
    memcpy(handle, &port->fd, sizeof port->fd);
    return SP_OK;
}

enum sp_return sp_get_signals(struct sp_port *port, enum sp_signal *signals)
{
    FILE *file = open_file("signals", "r");
    char text[64] = "";
    int set = 0;

    (void)port;
    if (!file)
        return SP_ERR_FAIL;
    if (fgets(text, sizeof text, file)) {
        set |= strstr(text, "cts") ? SP_SIG_CTS : 0;
        set |= strstr(text, "dsr") ? SP_SIG_DSR : 0;
        set |= strstr(text, "ri") ? SP_SIG_RI : 0;
        set |= strstr(text, "dcd") ? SP_SIG_DCD : 0;
    }
    fclose(file);
    *signals = (enum sp_signal)set;
    return SP_OK;
}

#define SETTER(function, type)                                                                     \
    enum sp_return sp_set_##function(struct sp_port *port, type value)                             \
    {                                                                                              \
        (void)port;                                                                                \
        note(#function " %d\n", (int)value);                                                       \
        return result(#function);                                                                  \
    }
SETTER(baudrate, int)
SETTER(bits, int)
SETTER(parity, enum sp_parity)
SETTER(stopbits, int)
SETTER(flowcontrol, enum sp_flowcontrol)
SETTER(rts, enum sp_rts)
SETTER(dtr, enum sp_dtr)

/* ---- the list ----------------------------------------------------------------------------- */

enum sp_return sp_list_ports(struct sp_port ***list)
{
    enum { ROOM = 64 };
    FILE *file = open_file("ports", "r");
    size_t count = 0;

    *list = calloc(ROOM + 1, sizeof **list);
    while (file && *list && count < ROOM) {
        struct sp_port *port = calloc(1, sizeof *port);
        char *at = port->line;
        if (!fgets(port->line, sizeof port->line, file)) {
            free(port);
            break;
        }
        port->line[strcspn(port->line, "\n")] = '\0';
        for (int i = 0; i < FIELDS; i++) {
            port->fields[i] = at;
            at += strcspn(at, ";");
            if (*at)
                *at++ = '\0';
        }
        (*list)[count++] = port;
    }
    if (file)
        fclose(file);
    return *list ? result("list") : SP_ERR_MEM;
}

void sp_free_port_list(struct sp_port **list)
{
    for (size_t i = 0; list[i]; i++)
        free(list[i]);
    free(list);
}

#define GETTER(function, field)                                                                    \
    char *sp_get_port_##function(const struct sp_port *port)                                       \
    {                                                                                              \
        return port->fields[field];                                                                \
    }
GETTER(name, PATH)
GETTER(description, DESCRIPTION)
GETTER(usb_manufacturer, MAKER)
GETTER(usb_product, NAME)
GETTER(usb_serial, SERIAL)

enum sp_transport sp_get_port_transport(const struct sp_port *port)
{
    return strtoul(port->fields[VENDOR], NULL, 16) ? SP_TRANSPORT_USB : SP_TRANSPORT_NATIVE;
}

enum sp_return sp_get_port_usb_vid_pid(const struct sp_port *port, int *vendor, int *product)
{
    *vendor = (int)strtoul(port->fields[VENDOR], NULL, 16);
    *product = (int)strtoul(port->fields[PRODUCT], NULL, 16);
    return SP_OK;
}
