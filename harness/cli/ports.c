/* ports.c - opens a module's ports. */
#include "harness/cli/ports.h"

#include <stdio.h>
#include <stdlib.h>

/* "PATH", or "PATH12" where there are several modules; USB ports have it without a pty too. */
static void name_link(const struct cli_ports_options *options, uint32_t index, char *name,
                      size_t capacity)
{
    const char *link = options->link ? options->link : CLI_PORTS_LINK;

    if (options->count > 1)
        snprintf(name, capacity, "%s%lu", link, (unsigned long)index);
    else
        snprintf(name, capacity, "%s", link);
}

static bool open_pty(struct cli_ports *ports, struct bench_module *module, const char *link,
                     char *text, size_t capacity)
{
    if (bench_pty_open(ports->pty, module->serve->loop, link, &module->listener, text, capacity))
        return false;
    bench_module_add_port(module, &ports->pty->port);
    return true;
}

static bool open_serial(struct cli_ports *ports, struct bench_module *module, const char *path,
                        char *text, size_t capacity)
{
    if (bench_serial_open(ports->serial, module->serve->loop, path, module->baud_bps,
                          &module->listener, text, capacity))
        return false;
    bench_module_add_port(module, &ports->serial->port);
    return true;
}

static bool open_tcp(struct bench_tcp *tcp, struct bench_module *module, const char *address,
                     bool is_rfc2217, char *text, size_t capacity)
{
    if (bench_tcp_open(tcp, module->serve->loop, address, module->index, is_rfc2217,
                       &module->listener, text, capacity))
        return false;
    bench_module_add_port(module, &tcp->port);
    return true;
}

static bool get_memory(struct cli_ports *ports, const struct cli_ports_options *options)
{
    if (options->link)
        ports->pty = calloc(1, sizeof(*ports->pty));
    if (options->serial)
        ports->serial = calloc(1, sizeof(*ports->serial));
    if (options->tcp)
        ports->tcp = calloc(1, sizeof(*ports->tcp));
    if (options->rfc2217)
        ports->rfc2217 = calloc(1, sizeof(*ports->rfc2217));
    return !options->link == !ports->pty && !options->serial == !ports->serial &&
           !options->tcp == !ports->tcp && !options->rfc2217 == !ports->rfc2217;
}

bool cli_ports_open(struct cli_ports *ports, const struct cli_ports_options *options,
                    struct bench_module *module, char *reterr_text, size_t reterr_capacity)
{
    char link[BENCH_PTY_NAME_MAX + 64];

    name_link(options, module->index, link, sizeof(link));
    if (!get_memory(ports, options)) {
        snprintf(reterr_text, reterr_capacity, "no memory for the ports");
        return false;
    }
    if (options->usb && bench_module_add_usb(module, link, reterr_text, reterr_capacity))
        return false;
    if (ports->tcp &&
        !open_tcp(ports->tcp, module, options->tcp, false, reterr_text, reterr_capacity))
        return false;
    if (ports->rfc2217 &&
        !open_tcp(ports->rfc2217, module, options->rfc2217, true, reterr_text, reterr_capacity))
        return false;
    if (ports->serial && !open_serial(ports, module, options->serial, reterr_text, reterr_capacity))
        return false;
    if (ports->pty && !open_pty(ports, module, link, reterr_text, reterr_capacity))
        return false;
    bench_module_tell_lines(module, true);
    return true;
}

void cli_ports_free(struct cli_ports *ports)
{
    free(ports->pty);
    free(ports->serial);
    free(ports->tcp);
    free(ports->rfc2217);
    *ports = (struct cli_ports){0};
}

void cli_ports_print(const struct cli_ports *ports, char *text, size_t capacity)
{
    const char *comma = "";
    size_t count = 0;

    text[0] = '\0';
    if (ports->pty) {
        count +=
            (size_t)snprintf(text, capacity, "%s (link %s)", ports->pty->path, ports->pty->link);
        comma = ", ";
    }
    if (ports->serial && count < capacity) {
        count +=
            (size_t)snprintf(text + count, capacity - count, "%s%s", comma, ports->serial->path);
        comma = ", ";
    }
    if (ports->tcp && count < capacity) {
        count +=
            (size_t)snprintf(text + count, capacity - count, "%stcp %s", comma, ports->tcp->name);
        comma = ", ";
    }
    if (ports->rfc2217 && count < capacity)
        snprintf(text + count, capacity - count, "%srfc2217 %s", comma, ports->rfc2217->name);
}
