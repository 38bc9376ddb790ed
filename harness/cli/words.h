/*
 * words.h - what is told about commands and options, three ways from the same tables (cli.h): help,
 * manual pages, completion in shells.
 */
#ifndef FOTARIG_HARNESS_CLI_WORDS_H
#define FOTARIG_HARNESS_CLI_WORDS_H

#include <stdio.h>

#include "harness/cli/cli.h"

enum { CLI_COLUMNS = 79 };

/*
 * Writes words with line ends between them where a line would be longer than CLI_COLUMNS; any line
 * end in the text is a blank. The text begins at `column`; further lines begin at `indent`.
 */
void cli_wrap(FILE *out, const char *text, unsigned column, unsigned indent);

/* The same of paragraphs: lines that begin with a blank are rows of a table and stay lines. */
void cli_print_notes(FILE *out, const char *notes);

/* The rest of a row of a list on stdout: as cli_wrap() on a terminal, a line for other programs. */
void cli_print_row(const char *row, unsigned column, unsigned indent);

/* What `fotarig COMMAND --help` prints, and `fotarig --help`. */
void cli_print_help(FILE *out, const struct cli_command *command);
void cli_print_overview(FILE *out, const struct cli_command *const *commands, size_t count);

/* The manual page of a command; of the program when `command` is NULL. */
void cli_print_manual(FILE *out, const struct cli_command *command,
                      const struct cli_command *const *commands, size_t count);

/* X(NAME, "name"): shells that complete. */
#define CLI_SHELLS(X) X(BASH, "bash") X(ZSH, "zsh") X(FISH, "fish")

enum cli_shell {
#define X(name, text) CLI_SHELL_##name,
    CLI_SHELLS(X)
#undef X
        CLI_SHELL_COUNT
};

/* The shell of this name, CLI_SHELL_COUNT: none. */
enum cli_shell cli_shell_find(const char *name);
/* What completes the program there. */
void cli_print_completion(FILE *out, enum cli_shell shell,
                          const struct cli_command *const *commands, size_t count);

/* "--help", which every command has besides its own. */
extern const struct cli_option cli_help_option;

#endif
