/* token.h - what names one run, and the command that repeats it. */
#ifndef FOTARIG_HARNESS_CAMPAIGN_TOKEN_H
#define FOTARIG_HARNESS_CAMPAIGN_TOKEN_H

#include "harness/scenario/scenario.h"

/*
 * A token names one run: digest of what the case means (digest.h), where it stands in its file,
 * seed, and the faults that explore chose ("-" = none): "3f2a9c01.0.1.-". The digest decides; the
 * number only tells equal cases of a file apart.
 */
enum { CAMPAIGN_CHOICE_MAX = 160, CAMPAIGN_TOKEN_MAX = CAMPAIGN_CHOICE_MAX + 64 };
struct campaign_token {
    uint32_t digest; /* upper half of scenario_digest() */
    uint32_t case_index;
    uint64_t seed;
    char choice[CAMPAIGN_CHOICE_MAX];
};

void campaign_token_format(const struct campaign_token *token, char buffer[CAMPAIGN_TOKEN_MAX]);
/* False when the text is not a token. */
bool campaign_token_parse(const char *text, struct campaign_token *ret_token);
/*
 * Writes the command that runs what the token names, ready for a shell: `fotarig` of the PATH, and
 * the scenario as it is found from the folder where this program was called.
 */
void campaign_repeat_command(const struct scenario *scenario, const struct campaign_token *token,
                             char *buffer, size_t capacity);
/* The digest as a token holds it. */
uint32_t campaign_token_digest(const struct scenario_case *one);
/* The case of the scenario that the token names; NULL when there is none. */
const struct scenario_case *campaign_token_case(const struct campaign_token *token,
                                                const struct scenario *scenario);
/* Adds a word in quotes where a shell needs them, in $'...' (bash, zsh, ksh, busybox, POSIX of
   2024) where it has what can't be shown; returns the length of the text then. */
size_t campaign_shell_word(char *buffer, size_t capacity, size_t length, const char *word);

#endif
