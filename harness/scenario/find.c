/* find.c - scenario files below a folder. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/scenario/probes.h"

enum { FOLDERS_DEEP_MAX = 32 };

struct search {
    struct scenario_list *list;
    char root[PATH_MAX]; /* the folder that was asked for, without links */
    char *text;          /* of the first error */
    size_t capacity;
    const char *only; /* the folder in which files are looked for, instead of scenarios; or NULL */
};

static int fail(struct search *search, const char *path, const char *problem)
{
    snprintf(search->text, search->capacity, "%s: %s", path, problem);
    return -1;
}

static int add_path(struct search *search, const char *path)
{
    struct scenario_list *list = search->list;
    /* Room doubles when the count is a power of two. */
    if ((list->count & (list->count - 1)) == 0) {
        size_t room = list->count ? 2 * list->count : 1;
        char **paths = realloc(list->paths, room * sizeof *paths);
        if (!paths)
            return fail(search, path, "out of memory");
        list->paths = paths;
    }
    char *copy = strdup(path);
    if (!copy)
        return fail(search, path, "out of memory");
    list->paths[list->count++] = copy;
    return 0;
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name), suffix_length = strlen(suffix);
    return length > suffix_length && strcmp(name + length - suffix_length, suffix) == 0;
}

/* A link is as good as its file when that lies in the folder that was asked for. */
static bool stays_inside(const struct search *search, const char *path)
{
    char real[PATH_MAX];
    size_t length = strlen(search->root);
    if (!realpath(path, real) || strncmp(real, search->root, length) != 0)
        return false;
    return real[length] == '/' || (length == 1 && search->root[0] == '/');
}

/* Folders in which no scenarios lie. */
static const char profiles_name[] = "profiles", dialogues_name[] = "conform";

static bool is_in(const char *path, const char *folder)
{
    const char *file = strrchr(path, '/');
    size_t length = strlen(folder);
    if (!file || (size_t)(file - path) < length || memcmp(file - length, folder, length) != 0)
        return false;
    return file - length == path || file[-(ptrdiff_t)length - 1] == '/';
}

bool scenario_is_profile(const char *path)
{
    return is_in(path, profiles_name);
}

bool scenario_is_dialogue(const char *path)
{
    return is_in(path, dialogues_name);
}

static bool is_wanted(const struct search *search, const char *path)
{
    if (search->only)
        return is_in(path, search->only);
    return !scenario_is_profile(path) && !scenario_is_dialogue(path);
}

static int search_folder(struct search *search, const char *folder, unsigned depth);

static int take_entry(struct search *search, const char *folder, const char *name, unsigned depth)
{
    const char *slash = has_suffix(folder, "/") || strcmp(folder, "/") == 0 ? "" : "/";
    char path[PATH_MAX];
    struct stat status;

    bool other = strcmp(name, profiles_name) == 0 || strcmp(name, dialogues_name) == 0;
    if (name[0] == '.' || (other && (!search->only || strcmp(name, search->only) != 0)))
        return 0;
    if ((size_t)snprintf(path, sizeof path, "%s%s%s", folder, slash, name) >= sizeof path)
        return fail(search, folder, "a path in this folder is too long");
    if (lstat(path, &status) < 0)
        return fail(search, path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return search_folder(search, path, depth + 1);
    if ((!has_suffix(name, ".yaml") && !has_suffix(name, ".yml")) || !is_wanted(search, path))
        return 0;
    if (S_ISLNK(status.st_mode) && (!stays_inside(search, path) || stat(path, &status) < 0))
        return 0;
    return S_ISREG(status.st_mode) ? add_path(search, path) : 0;
}

static int search_folder(struct search *search, const char *folder, unsigned depth)
{
    int result = 0;
    if (depth > FOLDERS_DEEP_MAX)
        return fail(search, folder, "folders are nested too deep");
    DIR *directory = opendir(folder);
    if (!directory)
        return fail(search, folder, strerror(errno));
    for (struct dirent *entry; result == 0 && (entry = readdir(directory));)
        result = take_entry(search, folder, entry->d_name, depth);
    closedir(directory);
    return result;
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int find(struct search search, const char *path)
{
    struct scenario_list *list = search.list;
    size_t before = list->count;
    struct stat status;

    if (stat(path, &status) < 0)
        return fail(&search, path,
                    errno == ENOENT
                        ? "no such file or folder; give a scenario file or a folder of them"
                        : strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return search.only ? 0 : add_path(&search, path);
    if (!realpath(path, search.root))
        return fail(&search, path, strerror(errno));
    if (search_folder(&search, path, 0) < 0)
        return -1;
    if (list->count > before)
        qsort(list->paths + before, list->count - before, sizeof *list->paths, compare_paths);
    return 0;
}

int scenario_find(const char *path, struct scenario_list *list, char *reterr_text,
                  size_t reterr_capacity)
{
    return find((struct search){.list = list, .text = reterr_text, .capacity = reterr_capacity},
                path);
}

int scenario_find_profiles(const char *path, struct scenario_list *list, char *reterr_text,
                           size_t reterr_capacity)
{
    return find(
        (struct search){
            .list = list, .text = reterr_text, .capacity = reterr_capacity, .only = profiles_name},
        path);
}

int scenario_find_dialogues(const char *path, struct scenario_list *list, char *reterr_text,
                            size_t reterr_capacity)
{
    return find(
        (struct search){
            .list = list, .text = reterr_text, .capacity = reterr_capacity, .only = dialogues_name},
        path);
}

void scenario_list_done(struct scenario_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = (struct scenario_list){0};
}
