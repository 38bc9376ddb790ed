/* ports_command.c - fotarig ports: the serial ports of this machine, and which is a module's. */
#include "harness/cli/ports_command.h"

#include <stdlib.h>

#include "harness/cli/cli.h"
#include "harness/cli/version.h"
#include "sim/catalogue.h"

/* Version of the JSON form; a change of meaning raises it. */
enum { PORTS_FORMAT = 1 };

struct ports_options {
    bool json;
};

static const struct cli_option options[] = {
    {"json", 0, NULL, CLI_FLAG, offsetof(struct ports_options, json), NULL,
     "print one JSON object, for programs"},
};

/* ---- a port -------------------------------------------------------------------------------- */

static const struct sim_usb_role *role_of(const struct bench_listed_port *port)
{
    return port->is_usb ? sim_usb_role(port->vendor, port->product, port->interface) : NULL;
}

/* What to open it by: its place stays when its number changes. */
static void print_url(const struct bench_listed_port *port, char *text, size_t capacity)
{
    snprintf(text, capacity, "tty:%s", port->by_path[0] ? port->by_path : port->path);
}

static void print_usb(const struct bench_listed_port *port, FILE *out)
{
    const struct sim_usb_role *role = role_of(port);

    fprintf(out, "    USB %04x:%04x", port->vendor, port->product);
    if (port->interface >= 0)
        fprintf(out, " interface %02x", (unsigned)port->interface);
    if (role)
        fprintf(out, ": SIM7000, %s%s", role->name,
                role->takes_at || port->interface < 0 ? "" : " (takes no AT commands)");
    fputc('\n', out);
    if (port->manufacturer[0] || port->product_name[0] || port->serial[0])
        fprintf(out, "    %s%s%s%s%s\n", port->manufacturer, port->manufacturer[0] ? ", " : "",
                port->product_name, port->serial[0] ? ", serial number " : "", port->serial);
}

void cli_port_print(const struct bench_listed_port *port, FILE *out)
{
    char text[BENCH_LIST_PATH_MAX + 8];

    fprintf(out, "%s%s%s\n", port->path, port->description[0] ? "  " : "", port->description);
    if (port->is_usb)
        print_usb(port, out);
    print_url(port, text, sizeof text);
    fprintf(out, "    %s\n", text);
    if (port->by_id[0])
        fprintf(out, "    by id: %s\n", port->by_id);
    if (port->holder.pid != 0) {
        bench_holder_print(&port->holder, text, sizeof text);
        fprintf(out, "    held by %s\n", text);
    }
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text[0])
        cJSON_AddStringToObject(object, name, text);
}

static void add_usb(cJSON *object, const struct bench_listed_port *port)
{
    cJSON *usb = cJSON_AddObjectToObject(object, "usb");
    char number[16];

    snprintf(number, sizeof number, "%04x", port->vendor);
    cJSON_AddStringToObject(usb, "vendor", number);
    snprintf(number, sizeof number, "%04x", port->product);
    cJSON_AddStringToObject(usb, "product", number);
    if (port->interface >= 0)
        cJSON_AddNumberToObject(usb, "interface", port->interface);
    add_text(usb, "manufacturer", port->manufacturer);
    add_text(usb, "productName", port->product_name);
    add_text(usb, "serialNumber", port->serial);
}

cJSON *cli_port_object(const struct bench_listed_port *port)
{
    cJSON *object = cJSON_CreateObject(), *inner;
    const struct sim_usb_role *role = role_of(port);
    char url[BENCH_LIST_PATH_MAX + 8];

    print_url(port, url, sizeof url);
    cJSON_AddStringToObject(object, "path", port->path);
    cJSON_AddStringToObject(object, "url", url);
    add_text(object, "description", port->description);
    if (port->is_usb)
        add_usb(object, port);
    if (role) {
        inner = cJSON_AddObjectToObject(object, "module");
        cJSON_AddStringToObject(inner, "role", role->name);
        if (port->interface >= 0)
            cJSON_AddBoolToObject(inner, "takesAt", role->takes_at);
    }
    add_text(object, "byPath", port->by_path);
    add_text(object, "byId", port->by_id);
    if (port->holder.pid != 0) {
        inner = cJSON_AddObjectToObject(object, "heldBy");
        if (port->holder.pid > 0)
            cJSON_AddNumberToObject(inner, "pid", (double)port->holder.pid);
        add_text(inner, "name", port->holder.name);
    }
    return object;
}

static bool print_json(const struct bench_listed_port *ports, size_t count)
{
    cJSON *root = cJSON_CreateObject(), *list;
    char *text;

    cJSON_AddNumberToObject(root, "version", PORTS_FORMAT);
    cJSON_AddStringToObject(root, "fotarig", FOTARIG_VERSION);
    list = cJSON_AddArrayToObject(root, "ports");
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, cli_port_object(&ports[i]));
    text = cJSON_Print(root);
    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(root);
    return text != NULL;
}

/* ---- the command --------------------------------------------------------------------------- */

static int ports(int argc, char **argv)
{
    struct ports_options given;
    struct cli_operands operands;
    struct bench_listed_port *listed = NULL;
    size_t count = 0;
    int status = cli_parse(&cli_command_ports, argc, argv, &given, sizeof given, &operands);

    if (status != CLI_GO_ON)
        return status;
    if (!bench_list_ports(&listed, &count)) {
        cli_error(&cli_command_ports, "the serial ports of this machine cannot be listed");
        return CLI_EXIT_ENVIRONMENT;
    }
    status = CLI_EXIT_OK;
    if (given.json && !print_json(listed, count)) {
        cli_error(&cli_command_ports, "not enough memory");
        status = CLI_EXIT_INTERNAL;
    }
    for (size_t i = 0; i < count && !given.json; i++)
        cli_port_print(&listed[i], stdout);
    if (!given.json)
        printf("%zu serial %s\n", count, count == 1 ? "port" : "ports");
    free(listed);
    return status;
}

const struct cli_command cli_command_ports = {
    .name = "ports",
    .summary = "list serial ports, which is a module's, and who holds them",
    .operands = "",
    .notes =
        "Nothing is opened. The line with tty: is the URL to open a port by: a link by the place\n"
        "where it is plugged in, if it has one, for that stays when the system gives the port\n"
        "another number, and modules of one kind have the same serial number, hence one link by\n"
        "id for all. Who holds a port of another user's is known by its lock file only.\n\n"
        "URLs of ports, for commands that take one:\n"
        "  pty:LINK             a pseudo terminal, by its link\n"
        "  tty:DEVICE[,RATE]    a serial port; RATE in bit/s\n"
        "  tcp://HOST:PORT      raw bytes\n"
        "  rfc2217://HOST:PORT  with rates and modem lines; of ser2net: telnet(rfc2217), with\n"
        "                       chardelay: false, which costs 3 ms an answer otherwise\n"
        "  unix:PATH            a socket\n"
        "  exec:COMMAND         standard input and output of a program, which ends with the\n"
        "                       port; words are split at blanks, with '...', \"...\" and \\\n\n"
        "Exit status: 0 listed, even if there is none, 2 usage, 4 they cannot be listed.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_max = 0,
    .run = ports,
};
