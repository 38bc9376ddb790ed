#include "harness/cli/selection.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool add(struct cli_selection *selection, struct scenario *scenario)
{
    size_t size = (selection->count + 1) * sizeof *selection->scenarios;
    struct scenario **grown = realloc(selection->scenarios, size);
    if (!grown)
        return false;
    selection->scenarios = grown;
    selection->scenarios[selection->count++] = scenario;
    selection->case_count += scenario->case_count;
    return true;
}

static bool load_one(struct cli_selection *selection, const char *path)
{
    struct scenario_errors errors = {0};
    struct scenario *scenario = scenario_load(path, &errors);
    if (!scenario)
        fputs(errors.text ? errors.text : "no memory for a scenario\n", stderr);
    scenario_errors_done(&errors);
    return scenario && add(selection, scenario);
}

enum cli_exit cli_selection_load(struct cli_selection *selection,
                                 const struct cli_operands *operands)
{
    struct scenario_list list = {0};
    enum cli_exit status = CLI_EXIT_OK;
    char text[512];
    *selection = (struct cli_selection){0};
    for (size_t i = 0; i < operands->count; i++) {
        if (scenario_find(operands->items[i], &list, text, sizeof text) == 0)
            continue;
        fprintf(stderr, "fotarig: %s\n", text);
        status = CLI_EXIT_INVALID;
    }
    for (size_t i = 0; i < list.count; i++)
        if (!load_one(selection, list.paths[i]))
            status = CLI_EXIT_INVALID;
    scenario_list_done(&list);
    return status;
}

void cli_selection_keep(struct cli_selection *selection,
                        bool (*wanted)(const struct scenario *scenario, const char *text),
                        const char *text)
{
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        struct scenario *scenario = selection->scenarios[i];
        if (wanted(scenario, text)) {
            selection->scenarios[kept++] = scenario;
            continue;
        }
        selection->case_count -= scenario->case_count;
        scenario_free(scenario);
    }
    selection->count = kept;
}

static bool has_tag(const struct scenario *scenario, const char *wanted)
{
    for (const char *const *tag = scenario->tags; *tag; tag++)
        if (strcmp(*tag, wanted) == 0)
            return true;
    return false;
}

void cli_selection_keep_tagged(struct cli_selection *selection, const struct cli_list *tags)
{
    for (size_t i = 0; i < tags->count; i++)
        cli_selection_keep(selection, has_tag, tags->items[i]);
}

void cli_selection_done(struct cli_selection *selection)
{
    for (size_t i = 0; i < selection->count; i++)
        scenario_free(selection->scenarios[i]);
    free(selection->scenarios);
    *selection = (struct cli_selection){0};
}

void cli_token_format(const struct cli_token *token, char buffer[CLI_TOKEN_MAX])
{
    snprintf(buffer, CLI_TOKEN_MAX, "%08" PRIx32 ".%" PRIu32 ".%" PRIu64 ".%s", token->digest,
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

bool cli_token_parse(const char *text, struct cli_token *ret_token)
{
    uint64_t digest, case_index, seed;
    if (!take_number(&text, 16, UINT32_MAX, &digest) ||
        !take_number(&text, 10, UINT32_MAX, &case_index) ||
        !take_number(&text, 10, UINT64_MAX, &seed))
        return false;
    if (text[0] == '\0' || strlen(text) >= sizeof ret_token->choice)
        return false;
    *ret_token = (struct cli_token){
        .digest = (uint32_t)digest, .case_index = (uint32_t)case_index, .seed = seed};
    memcpy(ret_token->choice, text, strlen(text) + 1);
    return true;
}

uint32_t cli_token_digest(const struct scenario *scenario)
{
    return (uint32_t)(scenario->digest >> 32);
}

/* True when a shell takes the text as one word, as it stands. */
static bool is_plain(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "_-+=.,/:@%")] == '\0';
}

/* Adds a word, in single quotes where a shell needs them. */
static size_t add_word(char *buffer, size_t capacity, size_t length, const char *word)
{
    if (is_plain(word))
        return length + (size_t)snprintf(buffer + length, capacity - length, "%s", word);
    for (const char *at = word; length + 6 < capacity; at++) {
        const char *piece = *at == '\'' ? "'\\''" : (char[]){*at, '\0'};
        if (at == word)
            buffer[length++] = '\'';
        if (!*at) {
            buffer[length++] = '\'';
            break;
        }
        length += (size_t)snprintf(buffer + length, capacity - length, "%s", piece);
    }
    buffer[length] = '\0';
    return length;
}

void cli_repeat_command(const struct scenario *scenario, const struct cli_token *token,
                        char *buffer, size_t capacity)
{
    char text[CLI_TOKEN_MAX];
    size_t length = add_word(buffer, capacity, 0, cli_program());
    cli_token_format(token, text);
    if (length < capacity)
        length += (size_t)snprintf(buffer + length, capacity - length, " run ");
    if (length < capacity)
        length = add_word(buffer, capacity, length, scenario->path);
    if (length < capacity)
        snprintf(buffer + length, capacity - length, " --replay %s", text);
}
