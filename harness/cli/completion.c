/* completion.c - scripts that complete commands, options and their words in shells. */
#include <string.h>

#include "harness/cli/words.h"

static const char *const shell_names[] = {
#define X(name, text) text,
    CLI_SHELLS(X)
#undef X
};

enum cli_shell cli_shell_find(const char *name)
{
    unsigned shell = 0;
    while (shell < CLI_SHELL_COUNT && strcmp(shell_names[shell], name) != 0)
        shell++;
    return (enum cli_shell)shell;
}

/* True when the argument is one of its words: "memory|pty". */
static bool has_words(const struct cli_option *option)
{
    return option->argument && option->kind == CLI_CHOICE;
}

static bool takes_word(const struct cli_option *option)
{
    return option->argument && option->kind != CLI_OPTIONAL;
}

/* The words of an argument with blanks between them. */
static void put_words(FILE *out, const struct cli_option *option)
{
    for (const char *at = option->argument; *at; at++)
        fputc(*at == '|' ? ' ' : *at, out);
}

/* For single quotes of a shell, on one line; `also` are characters that get a backslash. */
static void put_quoted(FILE *out, const char *text, const char *also)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else if (strchr(also, *text))
            fprintf(out, "\\%c", *text);
        else
            fputc(*text == '\n' ? ' ' : *text, out);
    }
}

/* ---- bash ------------------------------------------------------------------------------------ */

static void put_bash_options(FILE *out, const struct cli_command *command)
{
    fprintf(out, "    %s) options='", command->name);
    for (size_t i = 0; i < command->option_count; i++)
        fprintf(out, "--%s%s ", command->options[i].name,
                command->options[i].kind == CLI_OPTIONAL ? "=" : "");
    fprintf(out, "--help' ;;\n");
}

static void put_bash_words(FILE *out, const struct cli_command *command)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct cli_option *option = &command->options[i];
        if (!has_words(option))
            continue;
        fprintf(out, "    '%s --%s') words='", command->name, option->name);
        put_words(out, option);
        fprintf(out, "' ;;\n");
    }
}

static void put_bash(FILE *out, const struct cli_command *const *commands, size_t count)
{
    fprintf(out, "# Completion of fotarig in bash, written by 'fotarig help --completion bash'.\n"
                 "_fotarig() {\n"
                 "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                 "    local command=${COMP_WORDS[1]} options='' words=''\n"
                 "    COMPREPLY=()\n"
                 "    if ((COMP_CWORD == 1)); then\n"
                 "        COMPREPLY=($(compgen -W '--help --version help");
    for (size_t i = 0; i < count; i++)
        fprintf(out, " %s", commands[i]->name);
    fprintf(out, "' -- \"$current\"))\n        return\n    fi\n"
                 "    case \"$command $before\" in\n");
    for (size_t i = 0; i < count; i++)
        put_bash_words(out, commands[i]);
    fprintf(out, "    esac\n    if [[ $words ]]; then\n"
                 "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                 "        return\n    fi\n"
                 "    [[ $current == -* ]] || return\n"
                 "    case $command in\n");
    for (size_t i = 0; i < count; i++)
        put_bash_options(out, commands[i]);
    fprintf(out, "    esac\n"
                 "    COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n"
                 "}\ncomplete -o default -F _fotarig fotarig\n");
}

/* ---- zsh ------------------------------------------------------------------------------------- */

static void put_zsh_option(FILE *out, const struct cli_option *option)
{
    const char *sign = takes_word(option) ? "=" : option->kind == CLI_OPTIONAL ? "=-" : "";
    if (option->letter)
        fprintf(out, "        '(-%c --%s)'{-%c%s,--%s%s}'[", option->letter, option->name,
                option->letter, takes_word(option) ? "+" : "", option->name, sign);
    else
        fprintf(out, "        '%s--%s%s[", option->kind == CLI_LIST ? "*" : "", option->name, sign);
    put_quoted(out, option->help, "[]:\\");
    fputc(']', out);
    if (option->argument) {
        fprintf(out, option->kind == CLI_OPTIONAL ? "::" : ":");
        put_quoted(out, option->argument, "[]:\\");
        fputc(':', out);
        if (has_words(option)) {
            fputc('(', out);
            put_words(out, option);
            fputc(')', out);
        } else {
            fprintf(out, "_files");
        }
    }
    fprintf(out, "' \\\n");
}

static void put_zsh(FILE *out, const struct cli_command *const *commands, size_t count)
{
    fprintf(out, "#compdef fotarig\n"
                 "# Completion of fotarig in zsh, written by 'fotarig help --completion zsh'.\n"
                 "_fotarig() {\n"
                 "  local -a commands\n"
                 "  commands=(\n");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    '%s:", commands[i]->name);
        put_quoted(out, commands[i]->summary, ":\\");
        fprintf(out, "'\n");
    }
    fprintf(out, "  )\n"
                 "  if (( CURRENT == 2 )); then\n"
                 "    _describe command commands\n"
                 "    return\n"
                 "  fi\n"
                 "  local command=$words[2]\n"
                 "  shift words\n"
                 "  (( CURRENT-- ))\n"
                 "  case $command in\n");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    %s)\n      _arguments -s -S \\\n", commands[i]->name);
        for (size_t j = 0; j < commands[i]->option_count; j++)
            put_zsh_option(out, &commands[i]->options[j]);
        put_zsh_option(out, &cli_help_option);
        fprintf(out, "        '*:file:_files' ;;\n");
    }
    fprintf(out, "  esac\n}\n"
                 "if [[ $funcstack[1] == _fotarig ]]; then _fotarig \"$@\"; "
                 "else compdef _fotarig fotarig; fi\n");
}

/* ---- fish ------------------------------------------------------------------------------------ */

static void put_fish_option(FILE *out, const struct cli_command *command,
                            const struct cli_option *option)
{
    fprintf(out, "complete -c fotarig -n '__fish_seen_subcommand_from %s' -l %s", command->name,
            option->name);
    if (option->letter)
        fprintf(out, " -s %c", option->letter);
    if (has_words(option)) {
        fprintf(out, " -x -a '");
        put_words(out, option);
        fputc('\'', out);
    } else if (takes_word(option)) {
        fprintf(out, " -r");
    }
    fprintf(out, " -d '");
    put_quoted(out, option->help, "\\");
    fprintf(out, "'\n");
}

static void put_fish(FILE *out, const struct cli_command *const *commands, size_t count)
{
    fprintf(out, "# Completion of fotarig in fish, written by 'fotarig help --completion fish'.\n");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "complete -c fotarig -f -n '__fish_use_subcommand' -a %s -d '",
                commands[i]->name);
        put_quoted(out, commands[i]->summary, "\\");
        fprintf(out, "'\n");
        for (size_t j = 0; j < commands[i]->option_count; j++)
            put_fish_option(out, commands[i], &commands[i]->options[j]);
        put_fish_option(out, commands[i], &cli_help_option);
    }
}

void cli_print_completion(FILE *out, enum cli_shell shell,
                          const struct cli_command *const *commands, size_t count)
{
    static void (*const put[])(FILE *, const struct cli_command *const *, size_t) = {
        [CLI_SHELL_BASH] = put_bash, [CLI_SHELL_ZSH] = put_zsh, [CLI_SHELL_FISH] = put_fish};
    put[shell](out, commands, count);
}
