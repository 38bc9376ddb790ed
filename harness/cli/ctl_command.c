/* ctl_command.c - fotarig ctl: does something to a module that `fotarig sim` serves. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/cli/control.h"
#include "harness/cli/words.h"

struct ctl_options {
    const char *socket, *cycle_for, *timeout, *after;
    uint64_t module;
    bool json;
};

#define OPTION(member) offsetof(struct ctl_options, member)

static const struct cli_option options[] = {
    {"socket", 0, "PATH", CLI_TEXT, OPTION(socket), "sim7000.ctl",
     "socket of the simulator, its --control"},
    {"module", 0, "N", CLI_NUMBER, OPTION(module), "0", "which one of them, with sim --count"},
    {"for", 0, "DURATION", CLI_TEXT, OPTION(cycle_for), NULL, "of power cycle: time without power"},
    {"timeout", 0, "DURATION", CLI_TEXT, OPTION(timeout), NULL,
     "of wait-for: give up after that real time (default: 60s)"},
    {"after", 0, "N", CLI_TEXT, OPTION(after), NULL,
     "of wait-for: what has happened since an answer whose\n\"events\" was N counts, too"},
    {"json", 0, NULL, CLI_FLAG, OPTION(json), NULL, "print the answer, one JSON object"},
};

/* ---- the request -------------------------------------------------------------------------- */

static void add_option(cJSON *words, const char *name, const char *value)
{
    if (!value)
        return;
    cJSON_AddItemToArray(words, cJSON_CreateString(name));
    cJSON_AddItemToArray(words, cJSON_CreateString(value));
}

/* The simulator may have been started elsewhere: names of files become absolute. */
static void add_file(cJSON *words, const char *name)
{
    char *here = name[0] == '/' ? NULL : getcwd(NULL, 0);
    size_t size = (here ? strlen(here) + 1 : 0) + strlen(name) + 1;
    char *whole = malloc(size);

    if (whole) {
        snprintf(whole, size, "%s%s%s", here ? here : "", here ? "/" : "", name);
        cJSON_AddItemToArray(words, cJSON_CreateString(whole));
    }
    free(whole);
    free(here);
}

static cJSON *make_request(const struct ctl_options *given, const struct cli_operands *operands)
{
    const struct cli_control_command *command = cli_control_find(operands->items[0]);
    cJSON *request = cJSON_CreateObject();
    cJSON *words = cJSON_AddArrayToObject(request, "command");

    for (size_t i = 0; i < operands->count; i++) {
        if (i == 1 && command->file)
            add_file(words, operands->items[i]);
        else
            cJSON_AddItemToArray(words, cJSON_CreateString(operands->items[i]));
    }
    add_option(words, "--for", given->cycle_for);
    add_option(words, "--timeout", given->timeout);
    add_option(words, "--after", given->after);
    cJSON_AddNumberToObject(request, "module", (double)given->module);
    return request;
}

/* ---- the exchange ------------------------------------------------------------------------- */

static bool send_line(int fd, const char *text)
{
    size_t length = strlen(text);

    while (length > 0) {
        ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        text += sent;
        length -= (size_t)sent;
    }
    return send(fd, "\n", 1, MSG_NOSIGNAL) == 1;
}

/* The answer, to be freed; NULL when there is no complete one. */
static char *receive_line(int fd)
{
    size_t capacity = BENCH_CONTROL_ANSWER_BYTES + 1, count = 0;
    char *line = malloc(capacity), *end = NULL;

    while (line && !end && count < capacity - 1) {
        ssize_t size = recv(fd, line + count, capacity - 1 - count, 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            break;
        end = memchr(line + count, '\n', (size_t)size);
        count += (size_t)size;
    }
    if (end) {
        *end = '\0';
        return line;
    }
    free(line);
    return NULL;
}

/* ---- the answer --------------------------------------------------------------------------- */

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(item) && item->valuestring ? item->valuestring : NULL;
}

static int say_error(const cJSON *error)
{
    static const struct {
        const char *kind;
        int status;
    } statuses[] = {{"usage", CLI_EXIT_USAGE},
                    {"invalid", CLI_EXIT_INVALID},
                    {"refused", CLI_EXIT_ENVIRONMENT},
                    {"timeout", CLI_EXIT_FAILED}};
    const char *kind = text_of(error, "kind"), *what = text_of(error, "what");
    const char *expected = text_of(error, "expected"), *act = text_of(error, "do");

    cli_error(&cli_command_ctl, "%s%s%s%s%s", what ? what : "the simulator's answer is none",
              expected ? "; expected: " : "", expected ? expected : "", act ? "; " : "",
              act ? act : "");
    for (size_t i = 0; kind && i < CLI_COUNT_OF(statuses); i++)
        if (strcmp(statuses[i].kind, kind) == 0)
            return statuses[i].status;
    return CLI_EXIT_ENVIRONMENT;
}

/* What wait-for has seen, as one line. */
static void print_event(const cJSON *event)
{
    const char *name = text_of(event, "name"), *text = text_of(event, "text");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(event, "value");

    printf("%s", text_of(event, "kind"));
    if (name)
        printf(" %s", name);
    else if (text)
        printf(" %s", text);
    else
        printf(" %.0f", cJSON_IsNumber(value) ? value->valuedouble : 0);
    putchar('\n');
}

static int report(const struct ctl_options *given, const char *command, const char *line)
{
    cJSON *answer = cJSON_Parse(line);
    const cJSON *event = cJSON_GetObjectItemCaseSensitive(answer, "event");
    int status = CLI_EXIT_OK;

    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok")))
        status = say_error(cJSON_GetObjectItemCaseSensitive(answer, "error"));
    if (given->json) {
        puts(line);
    } else if (status == CLI_EXIT_OK && strcmp(command, "state") == 0) {
        char *text = cJSON_Print(answer);
        puts(text ? text : line);
        cJSON_free(text);
    } else if (event && text_of(event, "kind")) {
        print_event(event);
    }
    cJSON_Delete(answer);
    return status;
}

static int exchange(const struct ctl_options *given, const char *command, const char *request)
{
    int fd = bench_control_connect(given->socket), status = CLI_EXIT_ENVIRONMENT;
    char *line;

    if (fd < 0) {
        cli_error(&cli_command_ctl,
                  "cannot reach '%s': %s; start 'fotarig sim --control %s' or name its socket "
                  "with --socket",
                  given->socket, strerror(errno), given->socket);
        return CLI_EXIT_ENVIRONMENT;
    }
    line = send_line(fd, request) ? receive_line(fd) : NULL;
    if (line)
        status = report(given, command, line);
    else
        cli_error(&cli_command_ctl, "the simulator at '%s' ended before it answered",
                  given->socket);
    free(line);
    close(fd);
    return status;
}

/* ---- the command line --------------------------------------------------------------------- */

static const char *command_name(size_t index)
{
    return cli_control_commands[index].name;
}

/* What can be said without asking the simulator. */
static int check_words(const struct cli_operands *operands)
{
    const char *name = operands->items[0], *near;
    const struct cli_control_command *command = cli_control_find(name);
    size_t count = operands->count - 1;

    if (!command) {
        near = cli_nearest(name, cli_control_command_count, command_name);
        return cli_usage_error(&cli_command_ctl, "unknown command '%s'%s%s%s", name,
                               near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
    }
    if (count < command->words_min || count > command->words_max)
        return cli_usage_error(&cli_command_ctl, "'%s' takes %s", name,
                               command->arguments[0] ? command->arguments : "no argument");
    return CLI_GO_ON;
}

static int ctl(int argc, char **argv)
{
    struct ctl_options given;
    struct cli_operands operands;
    int status = cli_parse(&cli_command_ctl, argc, argv, &given, sizeof given, &operands);
    cJSON *request;
    char *text;

    if (status == CLI_GO_ON)
        status = check_words(&operands);
    if (status != CLI_GO_ON)
        return status;
    request = make_request(&given, &operands);
    text = cJSON_PrintUnformatted(request);
    status = text ? exchange(&given, operands.items[0], text) : CLI_EXIT_INTERNAL;
    cJSON_free(text);
    cJSON_Delete(request);
    return status;
}

/* The commands for --help, from their table. */
static void print_commands(FILE *out)
{
    fprintf(out, "\nCommands:\n");
    for (size_t i = 0; i < cli_control_command_count; i++) {
        const struct cli_control_command *command = &cli_control_commands[i];
        fprintf(out, "  %s%s%s\n", command->name, command->arguments[0] ? " " : "",
                command->arguments);
        for (const char *help = command->help; help;) {
            int length = (int)strcspn(help, "\n");
            char line[256];
            snprintf(line, sizeof line, "%.*s", length, help);
            fprintf(out, "      ");
            cli_wrap(out, line, 6, 6);
            fputc('\n', out);
            help = help[length] ? help + length + 1 : NULL;
        }
    }
}

const struct cli_command cli_command_ctl = {
    .name = "ctl",
    .summary = "do something to a module that 'fotarig sim --control' serves",
    .operands = "COMMAND [ARGUMENT...]",
    .notes = "Times are the module's, but for --timeout. Exit status: 0 done, 1 wait-for gave up,\n"
             "2 usage, 3 invalid or missing file, 4 no simulator, or it refused.",
    .print_more = print_commands,
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = ctl,
};
