/* selection.c - loads the scenarios that were named; what can't be loaded is kept in mind. */
#include "harness/campaign/selection.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/campaign/bundled.h"
#include "harness/text/nearest.h"

enum { FOLDERS_ABOVE_MAX = 64, FILES_BESIDE_MAX = 512 };

static bool add(struct campaign_selection *selection, struct scenario *scenario)
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

/* The first line of `message` is kept. */
static bool add_invalid(struct campaign_selection *selection, const char *path, const char *message)
{
    size_t size = (selection->invalid_count + 1) * sizeof *selection->invalid;
    struct campaign_invalid *grown = realloc(selection->invalid, size);
    if (!grown)
        return false;
    selection->invalid = grown;
    struct campaign_invalid *invalid = &grown[selection->invalid_count];
    *invalid = (struct campaign_invalid){strdup(path), strndup(message, strcspn(message, "\n"))};
    selection->invalid_count++;
    return invalid->path && invalid->message;
}

static bool load_one(struct campaign_selection *selection, const char *path, FILE *errors)
{
    struct scenario_errors found = {0};
    struct scenario *scenario = scenario_load(path, &found);
    const char *text = found.text ? found.text : "no memory for a scenario\n";
    bool good;
    if (scenario) {
        good = add(selection, scenario);
        if (!good)
            scenario_free(scenario);
    } else {
        fputs(text, errors);
        good = add_invalid(selection, path, text);
    }
    scenario_errors_done(&found);
    return good;
}

/* ---- what may have been meant ---------------------------------------------------------------- */

static const char *file_at(const void *list, size_t index)
{
    return ((char *const *)list)[index];
}

/* Adds the file or folder beside a path that is most like it, where there is no such path. */
static void suggest_file(const char *path, char *text, size_t capacity)
{
    char *names[FILES_BESIDE_MAX];
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t count = 0, length = strlen(text);
    int head = slash ? (int)(slash + 1 - path) : 0;
    if (campaign_library_is_meant(path) || access(path, F_OK) == 0)
        return;
    snprintf(folder, sizeof folder, "%.*s", head ? head : 1, head ? path : ".");
    DIR *beside = opendir(folder);
    for (struct dirent *entry; beside && count < FILES_BESIDE_MAX && (entry = readdir(beside));)
        if (entry->d_name[0] != '.' && (names[count] = strdup(entry->d_name)))
            count++;
    if (beside)
        closedir(beside);
    const char *name = path + head;
    const char *near = text_nearest(name, strlen(name), file_at, names, count);
    if (near && length < capacity)
        snprintf(text + length, capacity - length, "; did you mean '%.*s%s'?", head, path, near);
    while (count)
        free(names[--count]);
}

/* ---- loading --------------------------------------------------------------------------------- */

bool campaign_selection_load(struct campaign_selection *selection, char *const *operands,
                             size_t operand_count, FILE *errors)
{
    struct scenario_list list = {0};
    char text[512];
    bool good = true;
    *selection = (struct campaign_selection){0};
    for (size_t i = 0; i < operand_count && good; i++) {
        char path[PATH_MAX];
        const char *operand = operands[i];
        bool meant = campaign_library_is_meant(operand);
        if (meant && campaign_library_find(operand, path, sizeof path, text, sizeof text))
            operand = path;
        if ((!meant || operand == path) && scenario_find(operand, &list, text, sizeof text) == 0)
            continue;
        suggest_file(operands[i], text, sizeof text);
        fprintf(errors, "fotarig: %s\n", text);
        good = add_invalid(selection, operands[i], text);
    }
    for (size_t i = 0; i < list.count && good; i++)
        good = load_one(selection, list.paths[i], errors);
    scenario_list_done(&list);
    return good;
}

/* ---- what has moved -------------------------------------------------------------------------- */

static bool is_listed(const struct scenario_list *list, const char *path)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->paths[i], path) == 0)
            return true;
    return false;
}

/* Adds FOLDER/TAIL, if there is such a thing. */
static bool add_if_there(struct scenario_list *list, const char *folder, const char *tail)
{
    char path[2 * PATH_MAX], text[512];
    size_t had = list->count;
    struct stat status;
    snprintf(path, sizeof path, "%s%s", folder, tail);
    if (strlen(path) >= PATH_MAX || stat(path, &status) != 0 || is_listed(list, path))
        return true;
    return scenario_find(path, list, text, sizeof text) == 0 || list->count == had;
}

/* What follows the next slash; leading "../" and "./" lead nowhere here. */
static const char *next_tail(const char *tail)
{
    tail += strcspn(tail, "/");
    while (*tail == '/' || strncmp(tail, "../", 3) == 0 || strncmp(tail, "./", 2) == 0)
        tail += *tail == '/' ? 1u : strcspn(tail, "/") + 1;
    return tail;
}

/* "" here, "../", "../../" ... for the folders above. */
static bool add_from_above(struct scenario_list *list, const char *tail)
{
    char folder[PATH_MAX], here[3 * FOLDERS_ABOVE_MAX + 1] = "";
    unsigned depth = 0;
    bool good = true;
    if (!getcwd(folder, sizeof folder))
        return true;
    for (const char *at = folder; *at; at++)
        depth += at[0] == '/' && at[1];
    for (unsigned i = 0; good && i <= depth && i < FOLDERS_ABOVE_MAX; i++) {
        good = add_if_there(list, here, tail);
        memcpy(here + 3 * (size_t)i, "../", 4);
    }
    return good;
}

bool campaign_find_moved(const char *path, struct scenario_list *list)
{
    bool good = true;
    for (const char *tail = path; *tail && good; tail = next_tail(tail))
        if (tail[0] != '/' && strncmp(tail, "../", 3) != 0)
            good = add_from_above(list, tail);
    return good && add_from_above(list, "scenarios");
}

void campaign_selection_keep(struct campaign_selection *selection,
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

/* All tags, one after the other, as often as they stand there. */
static const char *tag_at(const void *selection_memory, size_t index)
{
    const struct campaign_selection *selection = selection_memory;
    for (size_t i = 0; i < selection->count; i++)
        for (const char *const *tag = selection->scenarios[i]->tags; *tag; tag++)
            if (index-- == 0)
                return *tag;
    return "";
}

const char *campaign_selection_near_tag(const struct campaign_selection *selection,
                                        const char *const *tags, size_t tag_count)
{
    size_t count = 0;
    for (size_t i = 0; i < selection->count; i++)
        for (const char *const *tag = selection->scenarios[i]->tags; *tag; tag++)
            count++;
    for (size_t n = 0; n < tag_count; n++) {
        bool known = false;
        for (size_t i = 0; i < selection->count && !known; i++)
            known = has_tag(selection->scenarios[i], tags[n]);
        if (!known)
            return text_nearest(tags[n], strlen(tags[n]), tag_at, selection, count);
    }
    return NULL;
}

void campaign_selection_keep_tagged(struct campaign_selection *selection, const char *const *tags,
                                    size_t tag_count)
{
    for (size_t i = 0; i < tag_count; i++)
        campaign_selection_keep(selection, has_tag, tags[i]);
}

void campaign_selection_done(struct campaign_selection *selection)
{
    for (size_t i = 0; i < selection->count; i++)
        scenario_free(selection->scenarios[i]);
    for (size_t i = 0; i < selection->invalid_count; i++) {
        free(selection->invalid[i].path);
        free(selection->invalid[i].message);
    }
    free(selection->scenarios);
    free(selection->invalid);
    *selection = (struct campaign_selection){0};
}
