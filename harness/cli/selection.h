/* selection.h - the scenarios named on a command line, loaded; shared by run and explore. */
#ifndef FOTARIG_HARNESS_CLI_SELECTION_H
#define FOTARIG_HARNESS_CLI_SELECTION_H

#include "harness/cli/cli.h"
#include "harness/scenario/scenario.h"

struct cli_selection {
    struct scenario **scenarios;
    size_t count;
    size_t case_count; /* of all of them together */
};

/*
 * Finds and loads all scenarios of the operands; every error of every file goes to stderr. Returns
 * CLI_EXIT_OK, or CLI_EXIT_INVALID. Free with cli_selection_done() in both cases.
 */
enum cli_exit cli_selection_load(struct cli_selection *selection,
                                 const struct cli_operands *operands);
/* Keeps those that `wanted` is true for, or that have all of the tags; the others are freed. */
void cli_selection_keep(struct cli_selection *selection,
                        bool (*wanted)(const struct scenario *scenario, const char *text),
                        const char *text);
void cli_selection_keep_tagged(struct cli_selection *selection, const struct cli_list *tags);
void cli_selection_done(struct cli_selection *selection);

/*
 * A token names one run: digest of what the case means (digest.h), where it stands in its file,
 * seed, and the fault that explore chose ("-" = none): "3f2a9c01.0.1.-". The digest decides; the
 * number only tells equal cases of a file apart.
 */
struct cli_token {
    uint32_t digest; /* upper half of scenario_digest() */
    uint32_t case_index;
    uint64_t seed;
    char choice[48];
};

enum { CLI_TOKEN_MAX = 112 };

void cli_token_format(const struct cli_token *token, char buffer[CLI_TOKEN_MAX]);
/* False when the text is not a token. */
bool cli_token_parse(const char *text, struct cli_token *ret_token);
/*
 * Writes the command that runs what the token names, ready for a shell: `fotarig` of the PATH, and
 * the scenario as it is found from the folder where this program was called.
 */
void cli_repeat_command(const struct scenario *scenario, const struct cli_token *token,
                        char *buffer, size_t capacity);
/* The digest as a token holds it. */
uint32_t cli_token_digest(const struct scenario_case *one);
/* The case of the scenario that the token names; NULL when there is none. */
const struct scenario_case *cli_token_case(const struct cli_token *token,
                                           const struct scenario *scenario);
/* Adds a word in quotes where a shell needs them; returns the length of the text then. */
size_t cli_shell_word(char *buffer, size_t capacity, size_t length, const char *word);

#endif
