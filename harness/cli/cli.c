/* cli.c - the table of subcommands, and what `fotarig` does before one of them runs. */
#include "harness/cli/cli.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/campaign/token.h"
#include "harness/cli/version.h"
#include "harness/cli/words.h"
#include "harness/ports/loop.h"

static const struct cli_command *const commands[] = {
#define X(name) &cli_command_##name,
    CLI_COMMANDS(X)
#undef X
};

static const char *command_name(size_t index)
{
    return commands[index]->name;
}

static int print_help(void)
{
    cli_print_overview(stdout, commands, CLI_COUNT_OF(commands));
    return CLI_EXIT_OK;
}

static int print_version(void)
{
    printf("fotarig %s\n", FOTARIG_VERSION);
    return CLI_EXIT_OK;
}

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < CLI_COUNT_OF(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown(const char *word)
{
    const char *near = cli_nearest(word, CLI_COUNT_OF(commands), command_name);

    if (word[0] == '-')
        fprintf(stderr, "fotarig: unknown option '%s'; try 'fotarig --help'\n", word);
    else if (near)
        fprintf(stderr, "fotarig: unknown command '%s'; did you mean '%s'?\n", word, near);
    else
        fprintf(stderr, "fotarig: unknown command '%s'; try 'fotarig --help'\n", word);
    return CLI_EXIT_USAGE;
}

/* A result that nobody got is no success. */
static int finish(const char *name, int status)
{
    if (status == CLI_EXIT_INTERNAL) /* not everybody who ran out of memory could say so */
        fprintf(stderr, "fotarig %s: given up: not enough memory, or an error of its own\n", name);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (bench_signal() != SIGPIPE) /* a reader that has seen enough wants no more words */
        fprintf(stderr, "fotarig%s%s: cannot write to standard output\n", name[0] ? " " : "", name);
    return status == CLI_EXIT_OK ? CLI_EXIT_ENVIRONMENT : status;
}

/* As it was typed, for reports: parsing moves the words. */
static char command_line[1024];

const char *cli_command_line(void)
{
    return command_line;
}

static void keep_command_line(int argc, char **argv)
{
    size_t length = (size_t)snprintf(command_line, sizeof command_line, "fotarig");
    for (int i = 1; i < argc && length + 1 < sizeof command_line; i++) {
        command_line[length++] = ' ';
        length = campaign_shell_word(command_line, sizeof command_line, length, argv[i]);
    }
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
    return finish(command->name, command->run(argc, argv));
}

/* "fotarig help --man [COMMAND]", "fotarig help --completion SHELL": for the installation. */
static int print_words(int argc, char **argv)
{
    bool is_manual = strcmp(argv[1], "--man") == 0;
    const struct cli_command *command = argc > 2 && is_manual ? find_command(argv[2]) : NULL;
    enum cli_shell shell = argc > 2 ? cli_shell_find(argv[2]) : CLI_SHELL_COUNT;

    if (is_manual && argc > 2 && !command)
        return unknown(argv[2]);
    if (is_manual) {
        cli_print_manual(stdout, command, commands, CLI_COUNT_OF(commands));
        return CLI_EXIT_OK;
    }
    if (shell == CLI_SHELL_COUNT) {
        fprintf(stderr, "fotarig help: --completion takes bash, zsh or fish\n");
        return CLI_EXIT_USAGE;
    }
    cli_print_completion(stdout, shell, commands, CLI_COUNT_OF(commands));
    return CLI_EXIT_OK;
}

/* "fotarig help", "fotarig help run" as in git. */
static int help_command(int argc, char **argv)
{
    if (argc < 2)
        return finish("", print_help());
    if (strcmp(argv[1], "--man") == 0 || strcmp(argv[1], "--completion") == 0)
        return finish("help", print_words(argc, argv));
    const struct cli_command *command = find_command(argv[1]);
    if (!command)
        return unknown(argv[1]);
    cli_print_help(stdout, command);
    return finish("", CLI_EXIT_OK);
}

int cli_main(int argc, char **argv)
{
    const struct cli_command *command;

    if (argc < 2) {
        fprintf(stderr, "fotarig: a command is missing; try 'fotarig --help'\n");
        return CLI_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return finish("", print_help());
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        return finish("", print_version());
    if (strcmp(argv[1], "help") == 0)
        return help_command(argc - 1, argv + 1);
    keep_command_line(argc, argv);
    command = find_command(argv[1]);
    return command ? run_command(command, argc - 1, argv + 1) : unknown(argv[1]);
}

__attribute__((format(printf, 2, 0))) static void print_error(const struct cli_command *command,
                                                              const char *format, va_list arguments)
{
    fprintf(stderr, "fotarig %s: ", command->name);
    vfprintf(stderr, format, arguments);
}

void cli_error(const struct cli_command *command, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_error(command, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

int cli_usage_error(const struct cli_command *command, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_error(command, format, arguments);
    va_end(arguments);
    fprintf(stderr, "; try 'fotarig %s --help'\n", command->name);
    return CLI_EXIT_USAGE;
}
