/* rack_command.c - fotarig rack: reads rack files, and asks the modules that they name. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/rack_run.h"
#include "harness/cli/rack_serve.h"
#include "harness/cli/version.h"
#include "harness/ports/list.h"
#include "harness/ports/lock.h"
#include "harness/rack/probe.h"
#include "harness/rack/rack.h"
#include "sim/catalogue.h"

/* Version of the JSON form; a change of meaning raises it. */
enum { RACK_FORMAT = 1 };

struct rack_options {
    struct cli_list slots;
    bool json;
    const char *listen, *reports;
};

static const struct cli_option options[] = {
    {"slot", 's', "NAME", CLI_LIST, offsetof(struct rack_options, slots), NULL,
     "only this slot; may be given several times"},
    {"json", 0, NULL, CLI_FLAG, offsetof(struct rack_options, json), NULL,
     "print one JSON object, for programs"},
    {"listen", 0, "HOST:PORT", CLI_TEXT, offsetof(struct rack_options, listen), "127.0.0.1:8017",
     "serve: the address; port 0 is a free one"},
    {"reports", 0, "DIR", CLI_TEXT, offsetof(struct rack_options, reports), NULL,
     "serve: folder of the campaign's reports, which grow while it runs"},
};

/* ---- list ------------------------------------------------------------------------------------ */

static void print_hooks(const struct rack_slot *slot)
{
    const char *separator = "    hooks: ";
    for (unsigned i = 0; i < RACK_HOOK_COUNT; i++)
        if (slot->hooks[i].words) {
            printf("%s%s", separator, rack_hook_name(i));
            separator = ", ";
        }
    if (separator[0] == ',')
        putchar('\n');
}

static void print_slot(const struct rack_slot *slot)
{
    printf("%s  %s%s%s\n", slot->name, slot->transport ? slot->transport : "(booked by its hook)",
           slot->variant ? "  " : "", slot->variant ? slot->variant : "");
    if (slot->out_of_service)
        printf("    out of service: %s\n", slot->out_of_service);
    if (slot->imei)
        printf("    IMEI: %s\n", slot->imei);
    print_hooks(slot);
    for (size_t i = 0; slot->fixtures && slot->fixtures[i]; i++)
        printf("%s%s%s", i ? ", " : "    fixtures: ", slot->fixtures[i],
               slot->fixtures[i + 1] ? "" : "\n");
    for (size_t i = 0; i < slot->package_count; i++)
        printf("    package: %s -> %s  %s\n", slot->packages[i].from, slot->packages[i].to,
               slot->packages[i].url);
    if (slot->notes)
        printf("    %s\n", slot->notes);
}

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text && text[0])
        cJSON_AddStringToObject(object, name, text);
}

static cJSON *slot_object(const struct rack_slot *slot)
{
    cJSON *object = cJSON_CreateObject(), *list;
    cJSON_AddStringToObject(object, "slot", slot->name);
    add_text(object, "transport", slot->transport);
    add_text(object, "variant", slot->variant);
    add_text(object, "imei", slot->imei);
    add_text(object, "outOfService", slot->out_of_service);
    add_text(object, "notes", slot->notes);
    list = cJSON_AddArrayToObject(object, "hooks");
    for (unsigned i = 0; i < RACK_HOOK_COUNT; i++)
        if (slot->hooks[i].words)
            cJSON_AddItemToArray(list, cJSON_CreateString(rack_hook_name(i)));
    list = cJSON_AddArrayToObject(object, "fixtures");
    for (size_t i = 0; slot->fixtures && slot->fixtures[i]; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(slot->fixtures[i]));
    list = cJSON_AddArrayToObject(object, "packages");
    for (size_t i = 0; i < slot->package_count; i++) {
        cJSON *package = cJSON_CreateObject();
        cJSON_AddStringToObject(package, "from", slot->packages[i].from);
        cJSON_AddStringToObject(package, "to", slot->packages[i].to);
        cJSON_AddStringToObject(package, "url", slot->packages[i].url);
        cJSON_AddItemToArray(list, package);
    }
    return object;
}

static int print_json(const struct rack *rack, cJSON *slots)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", RACK_FORMAT);
    cJSON_AddStringToObject(root, "fotarig", FOTARIG_VERSION);
    cJSON_AddStringToObject(root, "rack", rack->name);
    cJSON_AddItemToObject(root, "slots", slots);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text) {
        cli_error(&cli_command_rack, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    puts(text);
    cJSON_free(text);
    return CLI_EXIT_OK;
}

static void print_count(const struct rack *rack, const struct rack_slot *slots, size_t count)
{
    size_t out = 0;
    for (size_t i = 0; i < count; i++)
        out += slots[i].out_of_service != NULL;
    printf("%s: %zu %s", rack->name, count, count == 1 ? "slot" : "slots");
    if (out)
        printf(", %zu out of service", out);
    putchar('\n');
}

static int check(const struct rack *rack, const struct rack_slot *slots, size_t count, bool json)
{
    if (json)
        return print_json(rack, cJSON_CreateArray());
    print_count(rack, slots, count);
    return CLI_EXIT_OK;
}

static int list(const struct rack *rack, const struct rack_slot *slots, size_t count, bool json)
{
    cJSON *objects = json ? cJSON_CreateArray() : NULL;
    for (size_t i = 0; i < count; i++)
        if (json)
            cJSON_AddItemToArray(objects, slot_object(&slots[i]));
        else
            print_slot(&slots[i]);
    if (json)
        return print_json(rack, objects);
    print_count(rack, slots, count);
    return CLI_EXIT_OK;
}

/* ---- probe ----------------------------------------------------------------------------------- */

static const char *const found_words[] = {[RACK_FOUND_AS_WRITTEN] = "as written",
                                          [RACK_FOUND_ANOTHER] = "another",
                                          [RACK_FOUND_NOTHING] = "nothing",
                                          [RACK_FOUND_OUT_OF_SERVICE] = "out of service"};

static void print_probe(const struct rack_slot *slot, const struct rack_probe *probe)
{
    printf("%s  ", slot->name);
    if (probe->model[0])
        printf("%s  %s  IMEI %s  status %s  %s mV\n", probe->model, probe->revision, probe->imei,
               probe->status, probe->supply_mv);
    else
        puts(found_words[probe->found]);
    if (probe->text[0])
        printf("    %s\n", probe->text);
}

static cJSON *probe_object(const struct rack_slot *slot, const struct rack_probe *probe)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "slot", slot->name);
    cJSON_AddStringToObject(object, "found", found_words[probe->found]);
    add_text(object, "model", probe->model);
    add_text(object, "revision", probe->revision);
    add_text(object, "imei", probe->imei);
    add_text(object, "updateStatus", probe->status);
    add_text(object, "supplyMillivolts", probe->supply_mv);
    add_text(object, "problem", probe->text);
    return object;
}

static int probe(const struct rack *rack, const struct rack_slot *slots, size_t count, bool json)
{
    struct rack_probe *probes = calloc(count ? count : 1, sizeof *probes);
    cJSON *objects = json ? cJSON_CreateArray() : NULL;
    size_t wrong = 0;
    if (!probes || !rack_probe_all(slots, count, probes)) {
        cli_error(&cli_command_rack, "the modules cannot be asked: %s", strerror(errno));
        free(probes);
        cJSON_Delete(objects);
        return CLI_EXIT_ENVIRONMENT;
    }
    for (size_t i = 0; i < count; i++) {
        wrong += probes[i].found == RACK_FOUND_ANOTHER || probes[i].found == RACK_FOUND_NOTHING;
        if (json)
            cJSON_AddItemToArray(objects, probe_object(&slots[i], &probes[i]));
        else
            print_probe(&slots[i], &probes[i]);
    }
    free(probes);
    if (json && print_json(rack, objects) != CLI_EXIT_OK)
        return CLI_EXIT_INTERNAL;
    if (!json) {
        print_count(rack, slots, count);
        printf("%zu not as written\n", wrong);
    }
    return wrong ? CLI_EXIT_ENVIRONMENT : CLI_EXIT_OK;
}

/* ---- status ---------------------------------------------------------------------------------- */

/* Who has the serial port of a slot now; nothing is opened. */
static void find_holder(const struct rack_slot *slot, char *text, size_t capacity)
{
    char *device = NULL;
    snprintf(text, capacity, "free, as far as this machine knows");
    if (slot->out_of_service) {
        snprintf(text, capacity, "out of service: %s", slot->out_of_service);
    } else if (!slot->transport) {
        snprintf(text, capacity, "to be booked by its hook");
    } else if (strncmp(slot->transport, "tty:", 4) == 0 ||
               strncmp(slot->transport, "pty:", 4) == 0) {
        char path[BENCH_LIST_PATH_MAX * 2];
        snprintf(path, sizeof path, "%.*s", (int)strcspn(slot->transport + 4, ","),
                 slot->transport + 4);
        device = realpath(path, NULL);
        struct bench_holder holder = {0};
        if (device && slot->transport[0] == 't')
            holder = bench_holder_find(device);
        else if (device) /* whoever made the pty has it open, too */
            holder = bench_lock_holder(device);
        else
            snprintf(text, capacity, "not there: %s", strerror(errno));
        if (holder.pid) {
            size_t used = (size_t)snprintf(text, capacity, "held by ");
            bench_holder_print(&holder, text + used, capacity - used);
        }
        free(device);
    }
}

static int status(const struct rack *rack, const struct rack_slot *slots, size_t count, bool json)
{
    cJSON *objects = json ? cJSON_CreateArray() : NULL;
    char text[300];
    for (size_t i = 0; i < count; i++) {
        find_holder(&slots[i], text, sizeof text);
        if (json) {
            cJSON *object = cJSON_CreateObject();
            cJSON_AddStringToObject(object, "slot", slots[i].name);
            cJSON_AddStringToObject(object, "state", text);
            cJSON_AddItemToArray(objects, object);
        } else {
            printf("%s  %s\n", slots[i].name, text);
        }
    }
    if (json)
        return print_json(rack, objects);
    print_count(rack, slots, count);
    return CLI_EXIT_OK;
}

/* ---- generate -------------------------------------------------------------------------------- */

/* A slot for a port that may lead to a module. */
struct candidate {
    char name[32], url[BENCH_LIST_PATH_MAX + 8];
};

/* Ports of this machine: of a module those that take AT commands, of all others each. */
static size_t list_candidates(struct candidate **ret_candidates)
{
    struct bench_listed_port *ports = NULL;
    size_t count = 0, kept = 0;
    if (!bench_list_ports(&ports, &count))
        return 0;
    *ret_candidates = calloc(count ? count : 1, sizeof **ret_candidates);
    for (size_t i = 0; *ret_candidates && i < count; i++) {
        const struct sim_usb_role *role =
            ports[i].is_usb ? sim_usb_role(ports[i].vendor, ports[i].product, ports[i].interface)
                            : NULL;
        if (role && !role->takes_at && ports[i].interface >= 0)
            continue;
        snprintf((*ret_candidates)[kept].url, sizeof ret_candidates[0]->url, "tty:%s",
                 ports[i].by_path[0] ? ports[i].by_path : ports[i].path);
        kept++;
    }
    free(ports);
    return kept;
}

static size_t named_candidates(const struct cli_operands *operands,
                               struct candidate **ret_candidates)
{
    size_t count = operands->count - 1;
    *ret_candidates = calloc(count, sizeof **ret_candidates);
    for (size_t i = 0; *ret_candidates && i < count; i++)
        snprintf((*ret_candidates)[i].url, sizeof ret_candidates[0]->url, "%s",
                 operands->items[i + 1]);
    return *ret_candidates ? count : 0;
}

/* In single quotes, as YAML takes any text. */
static void print_quoted(const char *text)
{
    putchar('\'');
    for (; *text; text++)
        printf(*text == '\'' ? "''" : "%c", *text);
    putchar('\'');
}

static void print_found(const struct candidate *candidate, const struct rack_probe *probe)
{
    if (probe->found != RACK_FOUND_AS_WRITTEN || !probe->model[0]) {
        printf("  # %s: %s\n", candidate->url, probe->text[0] ? probe->text : "no SIM7000");
        return;
    }
    printf("  - slot: %s\n    transport: ", candidate->name);
    print_quoted(candidate->url);
    if (probe->imei[0])
        printf("\n    imei: '%s'", probe->imei);
    printf("\n    variant: %s\n", rack_variant(probe->model));
    printf("    # it runs %s, and its supply is at %s mV\n", probe->revision, probe->supply_mv);
}

static int generate(const struct cli_operands *operands)
{
    struct candidate *candidates = NULL;
    size_t count = operands->count > 1 ? named_candidates(operands, &candidates)
                                       : list_candidates(&candidates);
    struct rack_slot *slots = calloc(count ? count : 1, sizeof *slots);
    struct rack_probe *probes = calloc(count ? count : 1, sizeof *probes);
    size_t found = 0;
    bool asked = candidates && slots && probes;

    for (size_t i = 0; asked && i < count; i++) {
        snprintf(candidates[i].name, sizeof candidates[i].name, "slot%zu", i + 1);
        slots[i] = (struct rack_slot){
            .name = candidates[i].name, .transport = candidates[i].url, .speed = 1};
    }
    asked = asked && rack_probe_all(slots, count, probes);
    if (!asked)
        cli_error(&cli_command_rack, "the ports cannot be asked: %s", strerror(errno));
    for (size_t i = 0; asked && i < count; i++)
        found += probes[i].found == RACK_FOUND_AS_WRITTEN && probes[i].model[0];
    if (asked && found)
        printf("rack: %s\nslots:\n", "lab");
    for (size_t i = 0; asked && found && i < count; i++)
        print_found(&candidates[i], &probes[i]);
    if (asked && !found)
        cli_error(&cli_command_rack,
                  "no module answers at any of %zu ports; 'fotarig ports' lists "
                  "those of this machine",
                  count);
    free(candidates);
    free(slots);
    free(probes);
    return asked && found ? CLI_EXIT_OK : CLI_EXIT_ENVIRONMENT;
}

/* ---- serve ----------------------------------------------------------------------------------- */

static int serve(const struct cli_operands *operands, const struct rack_options *given)
{
    if (operands->count != 2)
        return cli_usage_error(&cli_command_rack, "'serve' takes one rack file");
    if (given->json || given->slots.count)
        return cli_usage_error(&cli_command_rack, "'serve' takes no --json and no --slot");
    struct rack *rack = cli_rack_load(&cli_command_rack, operands->items[1]);
    if (!rack)
        return CLI_EXIT_INVALID;
    struct rack_page page = {.rack = rack, .find_holder = find_holder};
    int status = cli_rack_serve(&cli_command_rack, &page, given->listen, given->reports);
    rack_free(rack);
    return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static const struct verb {
    const char *name;
    int (*use)(const struct rack *rack, const struct rack_slot *slots, size_t count, bool json);
} verbs[] = {{"check", check}, {"list", list}, {"probe", probe}, {"status", status}};

static int use_file(const struct verb *verb, const struct cli_operands *operands,
                    const struct rack_options *given)
{
    size_t count;
    if (operands->count != 2)
        return cli_usage_error(&cli_command_rack, "'%s' takes one rack file", verb->name);
    struct rack *rack = cli_rack_load(&cli_command_rack, operands->items[1]);
    if (!rack)
        return CLI_EXIT_INVALID;
    struct rack_slot *slots = cli_rack_choose(&cli_command_rack, rack, &given->slots, &count);
    int result = slots ? verb->use(rack, slots, count, given->json) : CLI_EXIT_INVALID;
    free(slots);
    rack_free(rack);
    return result;
}

static int print_schema(const struct cli_operands *operands)
{
    if (operands->count != 1)
        return cli_usage_error(&cli_command_rack, "'schema' takes no files");
    char *text = rack_json_schema();
    if (!text) {
        cli_error(&cli_command_rack, "not enough memory");
        return CLI_EXIT_INTERNAL;
    }
    puts(text);
    cJSON_free(text);
    return CLI_EXIT_OK;
}

static int rack(int argc, char **argv)
{
    struct rack_options given;
    struct cli_operands operands;
    int result = cli_parse(&cli_command_rack, argc, argv, &given, sizeof given, &operands);

    if (result != CLI_GO_ON)
        return result;
    for (size_t i = 0; i < CLI_COUNT_OF(verbs); i++)
        if (strcmp(operands.items[0], verbs[i].name) == 0)
            return use_file(&verbs[i], &operands, &given);
    if (strcmp(operands.items[0], "serve") == 0)
        return serve(&operands, &given);
    if (strcmp(operands.items[0], "schema") == 0)
        return print_schema(&operands);
    if (strcmp(operands.items[0], "generate") != 0)
        return cli_usage_error(&cli_command_rack,
                               "'%s' is none of check, list, probe, status, serve, generate, "
                               "schema",
                               operands.items[0]);
    if (given.json || given.slots.count)
        return cli_usage_error(&cli_command_rack, "'generate' takes no --json and no --slot");
    return generate(&operands);
}

const struct cli_command cli_command_rack = {
    .name = "rack",
    .summary = "read rack files; ask what stands in the slots of a lab",
    .operands = "check|list|probe|status|serve FILE | generate [URL...] | schema",
    .notes =
        "  check FILE         tell all that is wrong with a rack file\n"
        "  list FILE          print its slots\n"
        "  probe FILE         ask each module what it is, and compare; nothing is done to it\n"
        "  status FILE        print who holds the ports; nothing is opened\n"
        "  serve FILE         show slots, who holds them and the cases of --reports to\n"
        "                     browsers, at --listen, until a signal comes; read only\n"
        "  generate [URL...]  ask at these ports, or at all serial ports of this\n"
        "                     machine, and print a rack file of the modules that answer\n"
        "  schema             print a JSON Schema of rack files, for editors\n\n"
        "A rack file names the modules of a lab as slots; harness/rack/README.md has its keys.\n"
        "`fotarig ports` has the URLs of ports.\n\n"
        "Exit status: 0 as written, 2 usage, 3 invalid or missing file, 4 a module does not\n"
        "answer, is another one, or a port is not there.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = rack,
};
