/* ports.c - opens a module's ports. */
#include "harness/cli/ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 512 };

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

/* "HOST:7012" of the twelfth module at "HOST:7000"; what is no such address is told by its opener,
   and so is a port number that is too large. */
static void name_address(const char *address, uint32_t index, char *name, size_t capacity)
{
    const char *colon = strrchr(address, ':');
    char *end = NULL;
    unsigned long number = colon ? strtoul(colon + 1, &end, 10) : 0;

    if (number == 0 || *end || number > 65535)
        snprintf(name, capacity, "%s", address);
    else
        snprintf(name, capacity, "%.*s:%lu", (int)(colon - address), address, number + index);
}

static bool add(struct cli_ports *ports, size_t place, struct bench_module *module,
                const char *scheme, const char *where, char *text, size_t capacity)
{
    char url[URL_MAX];

    if (snprintf(url, sizeof url, "%s%s", scheme, where) >= (int)sizeof url) {
        snprintf(text, capacity, "'%.60s...' is too long for a port", where);
        return false;
    }
    ports->ports[place] =
        bench_port_open(module->serve->loop, url, BENCH_PORT_SERVE, module->client.module_bps,
                        &module->client.listener, text, capacity);
    if (ports->ports[place])
        bench_host_port_add(&module->client, ports->ports[place]);
    return ports->ports[place] != NULL;
}

/* TCP ports first, and the pty last: who finds the link finds the others too. */
bool cli_ports_open(struct cli_ports *ports, const struct cli_ports_options *options,
                    struct bench_module *module, char *reterr_text, size_t reterr_capacity)
{
    enum { PTY, SERIAL, TCP, RFC2217 };
    char link[URL_MAX], tcp[URL_MAX], rfc2217[URL_MAX];
    const struct {
        size_t place;
        bool wanted;
        const char *scheme, *where;
    } rows[] = {
        {TCP, options->tcp != NULL, "tcp://", tcp},
        {RFC2217, options->rfc2217 != NULL, "rfc2217://", rfc2217},
        {SERIAL, options->serial != NULL, "tty:", options->serial},
        {PTY, options->link != NULL, "pty:", link},
    };

    name_link(options, module->index, link, sizeof link);
    name_address(options->tcp ? options->tcp : "", module->index, tcp, sizeof tcp);
    name_address(options->rfc2217 ? options->rfc2217 : "", module->index, rfc2217, sizeof rfc2217);
    if (options->usb && bench_module_add_usb(module, link, reterr_text, reterr_capacity))
        return false;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].wanted && !add(ports, rows[i].place, module, rows[i].scheme, rows[i].where,
                                   reterr_text, reterr_capacity))
            return false;
    bench_host_port_tell_lines(&module->client, true);
    return true;
}

void cli_ports_free(struct cli_ports *ports)
{
    for (size_t i = 0; i < CLI_PORTS_MAX; i++)
        bench_port_free(ports->ports[i]);
    *ports = (struct cli_ports){0};
}

void cli_ports_print(const struct cli_ports *ports, char *text, size_t capacity)
{
    size_t count = 0;

    text[0] = '\0';
    for (size_t i = 0; i < CLI_PORTS_MAX; i++) {
        const struct bench_port *port = ports->ports[i];
        if (!port || count + 2 >= capacity)
            continue;
        if (count > 0)
            count += (size_t)snprintf(text + count, capacity - count, ", ");
        port->kind->describe(port, text + count, capacity - count);
        count += strlen(text + count);
    }
}
