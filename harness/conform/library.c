/* library.c - the dialogues of scenarios/conform as one. */
#include "harness/conform/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool refuse(char **reterr_text, const char *text)
{
    *reterr_text = text ? strdup(text) : NULL;
    return false;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool find_all(const char *const *paths, size_t count, struct scenario_list *list,
                     char **reterr_text)
{
    char problem[400];
    for (size_t i = 0; i < count; i++) {
        int failed = is_folder(paths[i])
                         ? scenario_find_dialogues(paths[i], list, problem, sizeof problem)
                         : scenario_find(paths[i], list, problem, sizeof problem);
        if (failed)
            return refuse(reterr_text, problem);
    }
    return list->count > 0 ||
           refuse(reterr_text, "no dialogue found; they lie in folders named conform");
}

static bool add(struct conform_library *library, struct scenario_dialogue *dialogue,
                char **reterr_text)
{
    char text[400];
    if (dialogue->probe_count > 0) {
        library->dialogues[library->dialogue_count++] = dialogue;
        library->probe_count += dialogue->probe_count;
        return true;
    }
    if (!library->first) {
        library->first = dialogue;
        return true;
    }
    snprintf(text, sizeof text, "%s: it has no probes, like %s; only one is said before all others",
             dialogue->path, library->first->path);
    scenario_dialogue_free(dialogue);
    return refuse(reterr_text, text);
}

static bool load_all(struct conform_library *library, const struct scenario_list *list,
                     char **reterr_text)
{
    for (size_t i = 0; i < list->count; i++) {
        struct scenario_errors errors;
        struct scenario_dialogue *dialogue = scenario_dialogue_load(list->paths[i], &errors);
        bool good =
            dialogue ? add(library, dialogue, reterr_text) : refuse(reterr_text, errors.text);
        scenario_errors_done(&errors);
        if (!good)
            return false;
    }
    return true;
}

static bool collect(struct conform_library *library, char **reterr_text)
{
    char text[400];
    library->probes = calloc(library->probe_count + 1, sizeof *library->probes);
    if (!library->probes)
        return refuse(reterr_text, NULL);
    size_t count = 0;
    for (size_t i = 0; i < library->dialogue_count; i++)
        for (size_t j = 0; j < library->dialogues[i]->probe_count; j++) {
            const struct scenario_probe *probe = &library->dialogues[i]->probes[j];
            for (size_t k = 0; k < count; k++)
                if (strcmp(library->probes[k].probe->name, probe->name) == 0) {
                    snprintf(text, sizeof text, "%s: '%s' is the name of a probe of %s, too",
                             library->dialogues[i]->path, probe->name,
                             library->dialogues[library->probes[k].dialogue]->path);
                    return refuse(reterr_text, text);
                }
            library->probes[count++] = (struct conform_probe){probe, i};
        }
    return true;
}

bool conform_library_load(struct conform_library *library, const char *const *paths, size_t count,
                          char **reterr_text)
{
    struct scenario_list list = {0};
    *library = (struct conform_library){0};
    *reterr_text = NULL;
    bool good = find_all(paths, count, &list, reterr_text);
    if (good) {
        library->dialogues = calloc(list.count + 1, sizeof *library->dialogues);
        good = library->dialogues && load_all(library, &list, reterr_text) &&
               collect(library, reterr_text);
    }
    scenario_list_done(&list);
    if (!good)
        conform_library_done(library);
    return good;
}

void conform_library_done(struct conform_library *library)
{
    for (size_t i = 0; i < library->dialogue_count; i++)
        scenario_dialogue_free(library->dialogues[i]);
    scenario_dialogue_free(library->first);
    free(library->dialogues);
    free(library->probes);
    *library = (struct conform_library){0};
}

const struct scenario_probe *conform_library_settles(const struct conform_library *library,
                                                     unsigned setting)
{
    for (size_t i = 0; i < library->probe_count; i++)
        for (unsigned n = 0; n < library->probes[i].probe->setting_count; n++)
            if (library->probes[i].probe->settings[n] == setting)
                return library->probes[i].probe;
    return NULL;
}

bool conform_is_for(const struct scenario_probe *probe, const char *revision)
{
    bool any = probe->revisions == NULL;
    for (const char *const *at = probe->revisions; at && *at && !any; at++)
        any = scenario_line_is_like(*at, revision, NULL, 0);
    return any;
}
