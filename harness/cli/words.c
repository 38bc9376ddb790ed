/* words.c - lines that are not too long, and --help. */
#include "harness/cli/words.h"

#include <string.h>
#include <unistd.h>

enum { HELP_COLUMN = 29 };

const struct cli_option cli_help_option = {
    "help", 'h', NULL, CLI_FLAG, 0, NULL, "print this and exit"};

/* ---- lines ----------------------------------------------------------------------------------- */

static size_t columns_of(const char *text, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

void cli_wrap(FILE *out, const char *text, unsigned column, unsigned indent)
{
    size_t at = column;
    bool first = true;
    for (;;) {
        text += strspn(text, " \n");
        size_t length = strcspn(text, " \n"), columns = columns_of(text, length);
        if (length == 0)
            return;
        if (!first && at + 1 + columns > CLI_COLUMNS) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            fputc(' ', out);
            at++;
        }
        fprintf(out, "%.*s", (int)length, text);
        at += columns;
        text += length;
        first = false;
    }
}

/* A row of a table; what is too long goes on below its last column. */
static void print_table_row(FILE *out, const char *row, size_t length)
{
    char line[512];
    size_t indent = strspn(row, " "), column = indent;
    for (size_t i = indent; i + 2 < length; i++)
        if (row[i] == ' ' && row[i + 1] == ' ' && row[i + 2] != ' ')
            column = i + 2;
    if (columns_of(row, length) <= CLI_COLUMNS || length >= sizeof line || column >= 60) {
        fprintf(out, "%.*s\n", (int)length, row);
        return;
    }
    snprintf(line, sizeof line, "%.*s", (int)(length - column), row + column);
    fprintf(out, "%.*s", (int)column, row);
    cli_wrap(out, line, (unsigned)column, (unsigned)(column == indent ? indent + 2 : column));
    fputc('\n', out);
}

void cli_print_notes(FILE *out, const char *notes)
{
    char paragraph[4096];
    size_t used = 0;
    while (*notes || used) {
        size_t length = strcspn(notes, "\n");
        bool is_row = notes[0] == ' ', is_end = length == 0 || is_row;
        if (used && (is_end || used + length + 2 > sizeof paragraph)) {
            cli_wrap(out, paragraph, 0, 0);
            fputc('\n', out);
            used = 0;
        }
        if (is_row)
            print_table_row(out, notes, length);
        else if (length)
            used += (size_t)snprintf(paragraph + used, sizeof paragraph - used, "%.*s ",
                                     (int)length, notes);
        else if (*notes && notes[1])
            fputc('\n', out);
        notes += length + (notes[length] == '\n');
    }
}

void cli_print_row(const char *row, unsigned column, unsigned indent)
{
    if (isatty(STDOUT_FILENO))
        cli_wrap(stdout, row, column, indent);
    else
        fputs(row, stdout);
    putchar('\n');
}

/* ---- help ------------------------------------------------------------------------------------ */

static void print_option(FILE *out, const struct cli_option *option)
{
    char left[96], help[1024], letter[5] = {'-', option->letter, ',', ' ', '\0'};
    bool optional = option->kind == CLI_OPTIONAL;

    snprintf(left, sizeof left, "%s--%s%s%s%s", option->letter ? letter : "    ", option->name,
             !option->argument ? ""
             : optional        ? "[="
                               : " ",
             option->argument ? option->argument : "", optional ? "]" : "");
    snprintf(help, sizeof help, "%s%s%s%s", option->help, option->initial ? " (default: " : "",
             option->initial ? option->initial : "", option->initial ? ")" : "");
    if (strlen(left) > HELP_COLUMN - 4)
        fprintf(out, "  %s\n%*s", left, HELP_COLUMN, "");
    else
        fprintf(out, "  %-*s", HELP_COLUMN - 2, left);
    cli_wrap(out, help, HELP_COLUMN, HELP_COLUMN);
    fputc('\n', out);
}

void cli_print_help(FILE *out, const struct cli_command *command)
{
    unsigned indent = (unsigned)fprintf(out, "usage: fotarig %s ", command->name);
    char words[512];
    snprintf(words, sizeof words, "[OPTION...] %s", command->operands);
    cli_wrap(out, words, indent, indent);
    fputs("\n\n", out);
    cli_wrap(out, command->summary, 0, 0);
    fprintf(out, "\n\nOptions:\n");
    for (size_t i = 0; i < command->option_count; i++)
        print_option(out, &command->options[i]);
    print_option(out, &cli_help_option);
    if (command->notes) {
        fputc('\n', out);
        cli_print_notes(out, command->notes);
    }
    if (command->print_more)
        command->print_more(out);
}

void cli_print_overview(FILE *out, const struct cli_command *const *commands, size_t count)
{
    fprintf(out, "usage: fotarig [--help] [--version] COMMAND [OPTION...] [ARGUMENT...]\n\n"
                 "A bench for firmware updates of SIM7000 modules: a client on one end, a module\n"
                 "on the other, a wire and a clock between them.\n\n"
                 "Commands:\n");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "  %-10s ", commands[i]->name);
        cli_wrap(out, commands[i]->summary, 13, 13);
        fputc('\n', out);
    }
    fprintf(out, "\n'fotarig COMMAND --help' tells what a command takes.\n"
                 "Exit status: 0 passed, 1 failed, 2 wrong usage, 3 invalid or missing file,\n"
                 "4 environment (port, permission, network of the lab), 70 internal error,\n"
                 "128+n ended by signal n.\n");
}
