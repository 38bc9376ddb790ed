/* token.c - what names one run, and the command that repeats it. */
#include "harness/campaign/token.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/scenario/digest.h"

void campaign_token_format(const struct campaign_token *token, char buffer[CAMPAIGN_TOKEN_MAX])
{
    snprintf(buffer, CAMPAIGN_TOKEN_MAX, "%08" PRIx32 ".%" PRIu32 ".%" PRIu64 ".%s", token->digest,
             token->case_index, token->seed, token->choice[0] ? token->choice : "-");
}

/* Takes digits of `base` up to a dot; false when there are none. */
static bool take_number(const char **text, int base, uint64_t limit, uint64_t *ret_number)
{
    char *end;
    if (**text < '0' || (**text > '9' && base == 10) || **text > 'f')
        return false;
    *ret_number = strtoull(*text, &end, base);
    if (*end != '.' || *ret_number > limit)
        return false;
    *text = end + 1;
    return true;
}

bool campaign_token_parse(const char *text, struct campaign_token *ret_token)
{
    uint64_t digest, case_index, seed;
    if (!take_number(&text, 16, UINT32_MAX, &digest) ||
        !take_number(&text, 10, UINT32_MAX, &case_index) ||
        !take_number(&text, 10, UINT64_MAX, &seed))
        return false;
    if (text[0] == '\0' || strlen(text) >= sizeof ret_token->choice)
        return false;
    *ret_token = (struct campaign_token){
        .digest = (uint32_t)digest, .case_index = (uint32_t)case_index, .seed = seed};
    memcpy(ret_token->choice, text, strlen(text) + 1);
    return true;
}

uint32_t campaign_token_digest(const struct scenario_case *one)
{
    return (uint32_t)(scenario_digest(one) >> 32);
}

const struct scenario_case *campaign_token_case(const struct campaign_token *token,
                                                const struct scenario *scenario)
{
    size_t first = token->case_index < scenario->case_count ? token->case_index : 0;
    for (size_t i = 0; i < scenario->case_count; i++) {
        const struct scenario_case *one = &scenario->cases[(first + i) % scenario->case_count];
        if (campaign_token_digest(one) == token->digest)
            return one;
    }
    return NULL;
}

/* ---- the command that repeats a run ------------------------------------------------------------
 */

/* True when a shell takes the text as one word, as it stands. */
static bool is_plain(const char *text)
{
    return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"
                                      "789_-+=.,/:@%")] == '\0';
}

/* Adds text as far as there is room; the length of the text then. */
static size_t add_text(char *buffer, size_t capacity, size_t length, const char *text)
{
    size_t size = strlen(text);
    if (length + size >= capacity)
        size = length < capacity ? capacity - 1 - length : 0;
    memcpy(buffer + length, text, size);
    buffer[length + size] = '\0';
    return length + size;
}

/* Bytes of a character that a terminal and a report show as it is; 0: it is told by its number, as
   controls are, what turns a line around and what is no character. Rare ones may be, too. */
static size_t shown_size(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t size = at[0] >= 0xe1 && at[0] <= 0xec ? 3 : at[0] >= 0xc3 && at[0] <= 0xdf ? 2 : 1;
    if (size == 1)
        return at[0] >= 0x20 && at[0] < 0x7f;
    for (size_t i = 1; i < size; i++)
        if (at[i] < 0x80 || at[i] > 0xbf)
            return 0;
    return at[0] == 0xe2 && at[1] <= 0x81 ? 0 : size; /* U+2000 to U+207F */
}

static bool is_shown(const char *word)
{
    size_t size = 1;
    while (*word && (size = shown_size(word)) > 0)
        word += size;
    return size > 0;
}

/* $'...', in which bytes can be told by their octal number. */
static size_t add_numbered(char *buffer, size_t capacity, size_t length, const char *word)
{
    length = add_text(buffer, capacity, length, "$'");
    while (*word) {
        char text[8] = "";
        size_t size = shown_size(word);
        if (*word == '\'' || *word == '\\')
            snprintf(text, sizeof text, "\\%c", *word);
        else if (size > 0)
            memcpy(text, word, size);
        else
            snprintf(text, sizeof text, "\\%03o", (unsigned)(unsigned char)*word);
        word += size > 0 ? size : 1;
        length = add_text(buffer, capacity, length, text);
    }
    return add_text(buffer, capacity, length, "'");
}

size_t campaign_shell_word(char *buffer, size_t capacity, size_t length, const char *word)
{
    if (is_plain(word))
        return add_text(buffer, capacity, length, word);
    if (!is_shown(word))
        return add_numbered(buffer, capacity, length, word);
    length = add_text(buffer, capacity, length, "'");
    for (const char *at = word; *at; at++)
        length = add_text(buffer, capacity, length, *at == '\'' ? "'\\''" : (char[]){*at, '\0'});
    return add_text(buffer, capacity, length, "'");
}

/*
 * An absolute path that lies in the folder where the program was called, or in one above it, as
 * somebody in that folder would type it; any other path as it was given.
 */
static void write_path(char *buffer, size_t capacity, const char *path)
{
    char folder[PATH_MAX];
    size_t same = 0, length = 0;
    snprintf(buffer, capacity, "%s", path);
    if (path[0] != '/' || !getcwd(folder, sizeof folder))
        return;
    for (size_t i = 0;; i++) { /* up to the last slash that both have in common */
        bool ends = folder[i] == '\0' && path[i] == '/';
        if (ends || (folder[i] == '/' && path[i] == '/'))
            same = i;
        if (ends || folder[i] != path[i] || !folder[i])
            break;
    }
    if (same == 0) /* nothing but the root */
        return;
    buffer[0] = '\0';
    for (const char *up = folder + same; *up; up++)
        if (*up == '/')
            length = add_text(buffer, capacity, length, "../");
    add_text(buffer, capacity, length, path + same + 1);
}

void campaign_repeat_command(const struct scenario *scenario, const struct campaign_token *token,
                             char *buffer, size_t capacity)
{
    char text[CAMPAIGN_TOKEN_MAX], path[PATH_MAX];
    size_t length = add_text(buffer, capacity, 0, "fotarig run ");
    write_path(path, sizeof path, scenario->path);
    length = campaign_shell_word(buffer, capacity, length, path);
    length = add_text(buffer, capacity, length, " --token ");
    campaign_token_format(token, text);
    campaign_shell_word(buffer, capacity, length, text);
}
