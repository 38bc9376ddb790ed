/* man_page.c - manual pages, in the man macros that every troff knows. */
#include <string.h>

#include "harness/cli/version.h"
#include "harness/cli/words.h"

/* Text as troff takes it: no request at the begin of a line, dashes and backslashes as they are. */
static void put_text(FILE *out, const char *text)
{
    bool begins = true;
    for (; *text; text++) {
        if (begins && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        begins = *text == '\n';
        if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\\')
            fputs("\\(rs", out);
        else
            fputc(*text, out);
    }
}

static void put_option(FILE *out, const struct cli_option *option)
{
    fprintf(out, ".TP\n\\fB");
    if (option->letter)
        fprintf(out, "\\-%c\\fR, \\fB", option->letter);
    fprintf(out, "\\-\\-");
    put_text(out, option->name);
    fprintf(out, "\\fR");
    if (option->argument) {
        fprintf(out, option->kind == CLI_OPTIONAL ? "[=\\fI" : " \\fI");
        put_text(out, option->argument);
        fprintf(out, option->kind == CLI_OPTIONAL ? "\\fR]" : "\\fR");
    }
    fputc('\n', out);
    put_text(out, option->help);
    if (option->initial) {
        fprintf(out, " (default: ");
        put_text(out, option->initial);
        fputc(')', out);
    }
    fputc('\n', out);
}

static void put_title(FILE *out, const char *name, const char *summary)
{
    fprintf(out,
            ".\\\" Written by 'fotarig help --man' from the tables of options.\n.TH \"FOTARIG");
    for (const char *at = name; *at; at++)
        fputc(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at, out);
    fprintf(out, "\" 1 \"\" \"fotarig %s\" \"fotarig\"\n.SH NAME\nfotarig", FOTARIG_VERSION);
    put_text(out, name);
    fprintf(out, " \\- ");
    put_text(out, summary);
    fputc('\n', out);
}

/* As it stands, without filling. */
static void put_lines(FILE *out, const char *text)
{
    fprintf(out, ".nf\n");
    put_text(out, text);
    fprintf(out, "\n.fi\n");
}

static void put_more(FILE *out, const struct cli_command *command)
{
    char text[16384] = "";
    FILE *memory = command->print_more ? fmemopen(text, sizeof text - 1, "w") : NULL;
    if (!memory)
        return;
    command->print_more(memory);
    fclose(memory);
    put_lines(out, text);
}

static void put_command(FILE *out, const struct cli_command *command)
{
    char name[64];
    snprintf(name, sizeof name, "-%s", command->name);
    put_title(out, name, command->summary);
    fprintf(out, ".SH SYNOPSIS\n.B fotarig %s\n[\\fIOPTION\\fR...]", command->name);
    if (command->operands[0]) {
        fputc(' ', out);
        put_text(out, command->operands);
    }
    fprintf(out, "\n.SH OPTIONS\n");
    for (size_t i = 0; i < command->option_count; i++)
        put_option(out, &command->options[i]);
    put_option(out, &cli_help_option);
    if (command->notes || command->print_more)
        fprintf(out, ".SH NOTES\n");
    if (command->notes)
        put_lines(out, command->notes);
    put_more(out, command);
    fprintf(out, ".SH SEE ALSO\n.BR fotarig (1)\n");
}

static void put_program(FILE *out, const struct cli_command *const *commands, size_t count)
{
    put_title(out, "", "a bench for firmware updates of SIM7000 modules");
    fprintf(out, ".SH SYNOPSIS\n.B fotarig\n\\fICOMMAND\\fR [\\fIOPTION\\fR...] "
                 "[\\fIARGUMENT\\fR...]\n.SH DESCRIPTION\n"
                 "A client on one end, a module on the other, a wire and a clock between them.\n"
                 ".SH COMMANDS\n");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, ".TP\n.BR fotarig\\-%s (1)\n", commands[i]->name);
        put_text(out, commands[i]->summary);
        fputc('\n', out);
    }
    fprintf(out, ".SH OPTIONS\n.TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nlist the commands\n"
                 ".TP\n\\fB\\-V\\fR, \\fB\\-\\-version\\fR\nprint the version\n"
                 ".SH EXIT STATUS\n0 passed, 1 failed, 2 wrong usage, 3 invalid or missing file, "
                 "4 environment (port, permission, network of the lab), 70 internal error, "
                 "128+n ended by signal n.\n"
                 ".SH ENVIRONMENT\n.TP\n.B FOTARIG_DATA\nfolder of the bundled scenarios "
                 "(@library, @GROUP/NAME), in place of the one that was installed\n"
                 ".TP\n.B NO_COLOR\nno colours on a terminal\n"
                 ".SH SEE ALSO\n");
    for (size_t i = 0; i < count; i++)
        fprintf(out, ".BR fotarig\\-%s (1)%s\n", commands[i]->name, i + 1 < count ? "," : "");
}

void cli_print_manual(FILE *out, const struct cli_command *command,
                      const struct cli_command *const *commands, size_t count)
{
    if (command)
        put_command(out, command);
    else
        put_program(out, commands, count);
}
