/* control.c - requests and answers of the control socket. */
#include "harness/cli/control.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/text/escape.h"

/* ---- answers ------------------------------------------------------------------------------ */

static const char *const error_names[] = {
    [CLI_CONTROL_USAGE] = "usage",
    [CLI_CONTROL_INVALID] = "invalid",
    [CLI_CONTROL_REFUSED] = "refused",
};

void cli_control_send(struct bench_control_client *client, cJSON *answer)
{
    static const char none[] =
        "{\"ok\":false,\"error\":{\"kind\":\"refused\",\"what\":\"no memory\"}}";
    char *text = cJSON_PrintUnformatted(answer);

    if (text)
        bench_control_answer(client, text, strlen(text));
    else
        bench_control_answer(client, none, sizeof none - 1);
    cJSON_free(text);
    cJSON_Delete(answer);
}

void cli_control_fail(struct cli_control_request *request, enum cli_control_error kind,
                      const char *expected, const char *act, const char *format, ...)
{
    cJSON *error;
    va_list arguments;
    char what[400];

    if (request->failed)
        return;
    request->failed = true;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    error = cJSON_AddObjectToObject(request->answer, "error");
    cJSON_AddStringToObject(error, "kind", error_names[kind]);
    cli_control_add_text(error, "what", what);
    if (expected)
        cli_control_add_text(error, "expected", expected);
    if (act)
        cli_control_add_text(error, "do", act);
}

void cli_control_add_text(cJSON *object, const char *name, const char *text)
{
    char escaped[1024];

    text_escape(escaped, sizeof escaped - 1, text, strlen(text));
    escaped[sizeof escaped - 1] = '\0';
    cJSON_AddStringToObject(object, name, escaped);
}

/* ---- requests ----------------------------------------------------------------------------- */

const char *cli_control_option(struct cli_control_request *request, const char *name)
{
    for (size_t i = 0; i + 1 < request->word_count; i++) {
        const char *value = request->words[i + 1];
        if (strcmp(request->words[i], name) != 0)
            continue;
        request->word_count -= 2;
        memmove(&request->words[i], &request->words[i + 2],
                (request->word_count - i) * sizeof request->words[0]);
        return value;
    }
    return NULL;
}

bool cli_control_apply(struct cli_control_request *request, const struct sim_action *action)
{
    struct bench_module *module = request->module;
    bool done;

    bench_module_enter(module);
    done = module->run.module->apply(&module->run, action);
    bench_module_leave(module);
    if (!done)
        cli_control_fail(request, CLI_CONTROL_REFUSED, NULL,
                         "look at the state of the module with 'fotarig ctl state'",
                         "%s makes no sense for the module as it is now",
                         sim_action_name(action->kind));
    return done;
}

static const char *command_name(size_t index)
{
    return cli_control_commands[index].name;
}

const struct cli_control_command *cli_control_find(const char *name)
{
    for (size_t i = 0; i < cli_control_command_count; i++)
        if (strcmp(cli_control_commands[i].name, name) == 0)
            return &cli_control_commands[i];
    return NULL;
}

/* How many words are arguments: options and what follows them are not. */
static size_t argument_count(const struct cli_control_request *request)
{
    size_t count = 0;

    for (size_t i = 0; i < request->word_count; i++) {
        if (strncmp(request->words[i], "--", 2) == 0)
            i++;
        else
            count++;
    }
    return count;
}

/* The text of a command's arguments names this option, whole. */
static bool has_option(const char *arguments, const char *option)
{
    size_t length = strlen(option);

    for (const char *at = arguments; (at = strstr(at, option)) != NULL; at++)
        if (length > 2 && (at[length] == ' ' || at[length] == ']') && !strchr(option, ' '))
            return true;
    return false;
}

/* An option that the command does not have, or whose value is missing; NULL = none. */
static const char *odd_option(const struct cli_control_request *request,
                              const struct cli_control_command *command)
{
    for (size_t i = 0; i < request->word_count; i++) {
        const char *word = request->words[i];
        if (strncmp(word, "--", 2) != 0)
            continue;
        if (i + 1 == request->word_count || !has_option(command->arguments, word))
            return word;
        i++;
    }
    return NULL;
}

static void run_command(struct cli_control_request *request, const char *name)
{
    const struct cli_control_command *command = cli_control_find(name);
    size_t count = argument_count(request);

    if (!command) {
        const char *near = cli_nearest(name, cli_control_command_count, command_name);
        cli_control_fail(request, CLI_CONTROL_USAGE, near, "see 'fotarig ctl --help'",
                         "there is no command '%.40s'", name);
    } else if (count < command->words_min || count > command->words_max) {
        cli_control_fail(
            request, CLI_CONTROL_USAGE, command->arguments[0] ? command->arguments : "no argument",
            "see 'fotarig ctl --help'", "'%s' got %lu arguments", name, (unsigned long)count);
    } else if (odd_option(request, command)) {
        cli_control_fail(request, CLI_CONTROL_USAGE,
                         command->arguments[0] ? command->arguments : "no argument",
                         "see 'fotarig ctl --help'", "'%s' does not take '%.40s' so", name,
                         odd_option(request, command));
    } else if (command->file && request->control->without_files) {
        cli_control_fail(request, CLI_CONTROL_REFUSED, NULL, NULL, "files are not served here");
    } else {
        command->run(request);
    }
}

/* The words of the request, which point into `json`; false: it is none. */
static bool take_words(struct cli_control_request *request, const cJSON *json,
                       const char **ret_name)
{
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(json, "command"), *word;

    *ret_name = NULL;
    cJSON_ArrayForEach(word, command)
    {
        if (!cJSON_IsString(word) || !word->valuestring ||
            (*ret_name && request->word_count == CLI_CONTROL_WORDS))
            return false;
        if (!*ret_name)
            *ret_name = word->valuestring;
        else
            request->words[request->word_count++] = word->valuestring;
    }
    return cJSON_IsArray(command) && *ret_name;
}

static bool take_module(struct cli_control_request *request, const cJSON *json)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(json, "module");
    double index = number ? number->valuedouble : 0;

    if (number && !cJSON_IsNumber(number))
        return false;
    if (!(index >= 0 && index < request->control->serve->module_count) ||
        index != (double)(uint32_t)index)
        return false;
    request->module = request->control->serve->modules[(uint32_t)index];
    return true;
}

static void handle(struct cli_control_request *request, const cJSON *json, bool too_long)
{
    const char *name;

    if (too_long)
        cli_control_fail(request, CLI_CONTROL_USAGE, "a line shorter than 8192 bytes", NULL,
                         "the request is too long");
    else if (!cJSON_IsObject(json) || !take_words(request, json, &name))
        cli_control_fail(request, CLI_CONTROL_USAGE,
                         "one JSON object a line, {\"command\": [\"state\"], \"module\": 0}",
                         "see 'fotarig ctl --help'", "the line is no request");
    else if (!take_module(request, json))
        cli_control_fail(request, CLI_CONTROL_USAGE, "the number of a module, from 0", NULL,
                         "there is no such module; %lu are served",
                         (unsigned long)request->control->serve->module_count);
    else
        run_command(request, name);
}

static void on_line(void *context, struct bench_control_client *client, const char *line,
                    size_t length)
{
    struct cli_control *control = context;
    struct cli_control_request request = {
        .control = control, .client = client, .answer = cJSON_CreateObject()};
    bool too_long = length >= BENCH_CONTROL_LINE_BYTES;
    cJSON *json = too_long ? NULL : cJSON_ParseWithLength(line, length);

    handle(&request, json, too_long);
    cJSON_Delete(json);
    if (request.later) {
        cJSON_Delete(request.answer);
        return;
    }
    cJSON_AddBoolToObject(request.answer, "ok", !request.failed);
    cJSON_AddNumberToObject(request.answer, "events", (double)control->serve->journal.record_count);
    cli_control_send(client, request.answer);
}

/* ---- the session -------------------------------------------------------------------------- */

static void on_gone(void *context, struct bench_control_client *client)
{
    struct cli_control *control = context;

    control->waits[client - control->server.clients].active = false;
}

static void on_record(void *context, const struct bench_record *record)
{
    cli_control_take_record(context, record);
}

void cli_control_init(struct cli_control *control, struct bench_serve *serve)
{
    control->serve = serve;
    control->view = (struct bench_view){.record = on_record, .context = control};
    control->server.listener.source.fd = -1;
}

int cli_control_open(struct cli_control *control, struct bench_loop *loop, const char *path,
                     char *reterr_text, size_t reterr_capacity)
{
    const struct bench_control_handler handler = {on_line, on_gone, control};

    return bench_control_open(&control->server, loop, path, &handler, reterr_text, reterr_capacity);
}

void cli_control_close(struct cli_control *control)
{
    bench_control_close(&control->server);
}

static uint64_t advance_dues(struct cli_control *control, uint64_t real_us)
{
    uint64_t next_us = BENCH_NEVER;

    for (size_t i = 0; i < CLI_CONTROL_DUES; i++) {
        struct cli_control_due *due = &control->dues[i];
        struct bench_module *module = control->serve->modules[due->module];
        if (!due->active)
            continue;
        if (due->real_us > real_us) {
            next_us = due->real_us < next_us ? due->real_us : next_us;
            continue;
        }
        due->active = false;
        bench_module_enter(module);
        module->run.module->apply(&module->run, &due->action);
        bench_module_leave(module);
    }
    return next_us;
}

uint64_t cli_control_advance(struct cli_control *control)
{
    uint64_t real_us, due_us, wait_us;

    if (control->server.listener.source.fd < 0)
        return BENCH_NEVER;
    real_us = bench_clock_us();
    due_us = advance_dues(control, real_us);
    wait_us = cli_control_advance_waits(control, real_us);
    bench_control_resume(&control->server);
    /* What was handled just now may be due earlier than what was there before. */
    due_us = due_us < wait_us ? due_us : wait_us;
    for (size_t i = 0; i < CLI_CONTROL_DUES; i++)
        if (control->dues[i].active && control->dues[i].real_us < due_us)
            due_us = control->dues[i].real_us;
    for (size_t i = 0; i < BENCH_CONTROL_CLIENTS; i++)
        if (control->waits[i].active && control->waits[i].until_us < due_us)
            due_us = control->waits[i].until_us;
    return due_us;
}
