/* claims.c - reads a command and claims, and the outcome line of a program. */
#include "harness/bench/claims.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- claims ------------------------------------------------------------------------------- */

void bench_claims_init(struct bench_claims *claims)
{
    memset(claims->outcome, BENCH_CLAIM_NONE, sizeof claims->outcome);
}

int bench_outcome_find(const char *name, size_t length)
{
    for (unsigned i = 0; i < FOTA_OUTCOME_COUNT; i++) {
        const char *known = fota_outcome_name(i);
        if (strlen(known) == length && memcmp(known, name, length) == 0)
            return (int)i;
    }
    return -1;
}

bool bench_claims_read(struct bench_claims *claims, const char *text, char *reterr_text,
                       size_t reterr_capacity)
{
    while (*text) {
        char *after;
        unsigned long status = strtoul(text, &after, 10);
        size_t length = strcspn(after, ",");
        int outcome = *after == '=' ? bench_outcome_find(after + 1, length - 1) : -1;
        if (after == text || status > 255 || outcome < 0) {
            snprintf(reterr_text, reterr_capacity,
                     "'%.60s' is no claim; expected STATUS=OUTCOME like 0=updated, with an outcome "
                     "of the core (updated, already-current, update-failed, ...)",
                     text);
            return false;
        }
        claims->outcome[status] = (uint8_t)outcome;
        text = after + length + (after[length] == ',');
    }
    return true;
}

int bench_outcome_line(const char *text, size_t size)
{
    static const char word[] = "outcome ";
    size_t at = 0;
    int found = -1;
    while (at < size) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        size_t bare = length && text[at + length - 1] == '\r' ? length - 1 : length;
        if (bare > sizeof word - 1 && memcmp(text + at, word, sizeof word - 1) == 0) {
            int outcome = bench_outcome_find(text + at + sizeof word - 1, bare - (sizeof word - 1));
            found = outcome >= 0 ? outcome : found;
        }
        at += length + 1;
    }
    return found;
}

int bench_claim_find(const struct bench_claims *claims, const char *text, size_t size, int status)
{
    int line = bench_outcome_line(text, size);
    uint8_t outcome = claims->outcome[status & 255];
    return line >= 0 ? line : outcome == BENCH_CLAIM_NONE ? -1 : outcome;
}

/* ---- the command -------------------------------------------------------------------------- */

/* Words that name a file here are made absolute. */
static void place_words(struct bench_command *command)
{
    struct stat about;
    char here[BENCH_PATH_MAX];
    if (!getcwd(here, sizeof here))
        return;
    for (size_t i = 0; i < BENCH_PROGRAM_WORDS_MAX && command->program.words[i]; i++) {
        const char *word = command->program.words[i];
        bool is_path = i > 0 || strchr(word, '/');
        if (!is_path || word[0] == '/' || strlen(word) >= BENCH_PATH_MAX || stat(word, &about))
            continue;
        snprintf(command->places[i], sizeof command->places[i], "%s/%s", here, word);
        command->program.words[i] = command->places[i];
    }
}

/* What execvp() would find, before a run that could say nothing about the client. */
static bool can_be_run(const char *word)
{
    const char *folder = getenv("PATH");
    char path[2 * BENCH_PATH_MAX];
    if (strchr(word, '/'))
        return access(word, X_OK) == 0;
    while (folder && *folder) {
        size_t length = strcspn(folder, ":");
        snprintf(path, sizeof path, "%.*s/%s", (int)length, folder, word);
        if (access(path, X_OK) == 0)
            return true;
        folder += length + (folder[length] == ':');
    }
    errno = ENOENT;
    return false;
}

bool bench_command_read(struct bench_command *command, const char *text, char *reterr_text,
                        size_t reterr_capacity)
{
    command->places = calloc(BENCH_PROGRAM_WORDS_MAX, sizeof *command->places);
    if (!command->places) {
        snprintf(reterr_text, reterr_capacity, "not enough memory");
        return false;
    }
    if (bench_program_split(&command->program, text, reterr_text, reterr_capacity))
        return false;
    place_words(command);
    if (command->program.words[0] && can_be_run(command->program.words[0]))
        return true;
    snprintf(reterr_text, reterr_capacity,
             "the client '%.100s' cannot be run: %s; name a program of the PATH, or its path",
             command->program.words[0] ? command->program.words[0] : text, strerror(errno));
    return false;
}

void bench_command_done(struct bench_command *command)
{
    free(command->places);
    command->places = NULL;
}
