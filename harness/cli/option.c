/* option.c - walks a command's option table: parsing and --help. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/words.h"
#include "harness/text/nearest.h"

struct parser {
    const struct cli_command *command;
    void *options;
    int argc, next;
    char **argv;
    struct cli_operands *operands;
};

/* What is expected of an argument, by enum cli_kind. */
static const char *const kind_text[] = {
    [CLI_FLAG] = "nothing",
    [CLI_TEXT] = "a text",
    [CLI_OPTIONAL] = "a text",
    [CLI_LIST] = "a text",
    [CLI_CHOICE] = "one of the words",
    [CLI_NUMBER] = "a number such as 42 or 0x2a",
    [CLI_COUNT] = "a number, 1 or more",
    [CLI_SIZE] = "a size with a unit (B, KB, KiB, MB, MiB) such as 109285B",
    [CLI_DURATION] = "a duration with a unit (us, ms, s, min, h) such as 500ms",
    [CLI_SPEED] = "a factor greater than 0 such as 20 or 0.5",
};

static bool store_list(struct cli_list *list, const char *text)
{
    if (list->count == CLI_LIST_MAX)
        return false;
    list->items[list->count++] = text;
    return true;
}

static bool store_count(uint32_t *member, const char *text)
{
    uint64_t number;

    if (!cli_value_number(text, &number) || number == 0 || number > UINT32_MAX)
        return false;
    *member = (uint32_t)number;
    return true;
}

static bool store_choice(int *member, const char *choices, const char *text)
{
    int index = cli_value_choice(choices, text);

    if (index < 0)
        return false;
    *member = index;
    return true;
}

static bool store(const struct cli_option *option, void *options, const char *text)
{
    void *member = (char *)options + option->offset;

    switch ((enum cli_kind)option->kind) {
    case CLI_FLAG:
        *(bool *)member = true;
        return true;
    case CLI_TEXT:
    case CLI_OPTIONAL:
        *(const char **)member = text;
        return true;
    case CLI_LIST:
        return store_list(member, text);
    case CLI_CHOICE:
        return store_choice(member, option->argument, text);
    case CLI_NUMBER:
        return cli_value_number(text, member);
    case CLI_COUNT:
        return store_count(member, text);
    case CLI_SIZE:
        return cli_value_size(text, member);
    case CLI_DURATION:
        return cli_value_duration(text, member);
    case CLI_SPEED:
        return cli_value_speed(text, member);
    }
    return false;
}

static const struct cli_option *find_long(const struct cli_command *command, const char *name,
                                          size_t length)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct cli_option *option = &command->options[i];
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
            return option;
    }
    return NULL;
}

static const struct cli_option *find_letter(const struct cli_command *command, char letter)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i].letter && command->options[i].letter == letter)
            return &command->options[i];
    return NULL;
}

/* Stores `text`, or the next word when it is NULL and the option takes an argument. */
static int take(struct parser *parser, const struct cli_option *option, const char *text)
{
    if (option->kind == CLI_FLAG && text)
        return cli_usage_error(parser->command, "option '--%s' takes no argument", option->name);
    if (option->kind == CLI_OPTIONAL && !text)
        text = "";
    if (option->kind != CLI_FLAG && !text) {
        if (parser->next == parser->argc)
            return cli_usage_error(parser->command, "option '--%s' needs an argument (%s)",
                                   option->name, option->argument);
        text = parser->argv[parser->next++];
    }
    if (store(option, parser->options, text))
        return CLI_GO_ON;
    if (option->kind == CLI_LIST)
        return cli_usage_error(parser->command, "option '--%s' is given more than %d times",
                               option->name, CLI_LIST_MAX);
    if (option->kind == CLI_CHOICE)
        return cli_usage_error(parser->command, "option '--%s': '%s' is not one of %s",
                               option->name, text, option->argument);
    return cli_usage_error(parser->command, "option '--%s': '%s' is not %s", option->name, text,
                           kind_text[option->kind]);
}

static const char *long_name(const void *command_memory, size_t index)
{
    const struct cli_command *command = command_memory;
    return command->options[index].name;
}

static int unknown_long(const struct cli_command *command, const char *word, size_t length)
{
    const char *near = text_nearest(word + 2, length, long_name, command, command->option_count);
    if (!near)
        return cli_usage_error(command, "unknown option '%.*s'", (int)length + 2, word);
    cli_error(command, "unknown option '%.*s'; did you mean '--%s'?", (int)length + 2, word, near);
    return CLI_EXIT_USAGE;
}

static int take_long(struct parser *parser, const char *word)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct cli_option *option = find_long(parser->command, name, length);

    if (!option)
        return unknown_long(parser->command, word, length);
    return take(parser, option, equals ? equals + 1 : NULL);
}

/* "-j2" and "-j 2"; flags may stand together. */
static int take_letters(struct parser *parser, const char *word)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const struct cli_option *option = find_letter(parser->command, *letter);
        int status;

        if (!option)
            return cli_usage_error(parser->command, "unknown option '-%c'", *letter);
        if (option->kind != CLI_FLAG)
            return take(parser, option, letter[1] ? letter + 1 : NULL);
        status = take(parser, option, NULL);
        if (status != CLI_GO_ON)
            return status;
    }
    return CLI_GO_ON;
}

/* Takes the word at argv[next]; operands are moved to the front of argv. */
static int take_word(struct parser *parser, bool *options_over)
{
    char *word = parser->argv[parser->next++];

    if (*options_over || word[0] != '-' || word[1] == '\0') {
        parser->operands->items[parser->operands->count++] = word;
        return CLI_GO_ON;
    }
    if (strcmp(word, "--") == 0) {
        *options_over = true;
        return CLI_GO_ON;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        cli_print_help(stdout, parser->command);
        return CLI_EXIT_OK;
    }
    return word[1] == '-' ? take_long(parser, word) : take_letters(parser, word);
}

static int check_operands(const struct cli_command *command, const struct cli_operands *operands)
{
    if (operands->count < command->operands_min)
        return cli_usage_error(command, "missing %s", command->operands);
    if (operands->count > command->operands_max)
        return cli_usage_error(command, "unexpected argument '%s'",
                               operands->items[command->operands_max]);
    return CLI_GO_ON;
}

int cli_parse(const struct cli_command *command, int argc, char **argv, void *options,
              size_t options_size, struct cli_operands *ret_operands)
{
    struct parser parser = {command, options, argc, 1, argv, ret_operands};
    bool options_over = false;
    int status = CLI_GO_ON;

    *ret_operands = (struct cli_operands){.items = argv + 1};
    memset(options, 0, options_size);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct cli_option *option = &command->options[i];
        if (option->initial && !store(option, options, option->initial)) {
            cli_error(command, "internal: the default of '--%s' is not %s", option->name,
                      kind_text[option->kind]);
            return CLI_EXIT_INTERNAL;
        }
    }
    while (status == CLI_GO_ON && parser.next < argc)
        status = take_word(&parser, &options_over);
    return status == CLI_GO_ON ? check_operands(command, ret_operands) : status;
}
