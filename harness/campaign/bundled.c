/* bundled.c - finds the bundled scenarios from the environment, or from where the program lies. */
#include "harness/campaign/bundled.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool campaign_library_is_meant(const char *operand)
{
    return operand[0] == '@';
}

/* The schema stands in the folder, and in no other of this name. */
static bool is_library(const char *folder)
{
    char file[PATH_MAX];
    int length = snprintf(file, sizeof file, "%s/schema.json", folder);
    return length > 0 && (size_t)length < sizeof file && access(file, R_OK) == 0;
}

/* The folder of this program; false: the system does not say. */
static bool find_own_folder(char folder[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (length <= 0)
        return false;
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

static bool find_folder(char folder[PATH_MAX], char *reterr_text, size_t reterr_capacity)
{
    static const char *const from_program[] = {"../share/fotarig/scenarios", "../../scenarios",
                                               "../scenarios"};
    const char *data = getenv("FOTARIG_DATA");
    char own[PATH_MAX];
    if (data && data[0]) {
        snprintf(folder, PATH_MAX, "%s/scenarios", data);
        if (is_library(folder))
            return true;
        snprintf(reterr_text, reterr_capacity,
                 "%.200s: no bundled scenarios there; FOTARIG_DATA must name the folder that has "
                 "scenarios/schema.json",
                 folder);
        return false;
    }
    for (size_t i = 0; find_own_folder(own) && i < sizeof from_program / sizeof *from_program;
         i++) {
        int length = snprintf(folder, PATH_MAX, "%s/%s", own, from_program[i]);
        if (length < PATH_MAX && is_library(folder))
            return realpath(folder, own) && snprintf(folder, PATH_MAX, "%s", own) > 0;
    }
    snprintf(reterr_text, reterr_capacity,
             "the bundled scenarios are not found beside this program; "
             "FOTARIG_DATA may name their folder");
    return false;
}

bool campaign_library_find(const char *name, char *path, size_t capacity, char *reterr_text,
                           size_t reterr_capacity)
{
    char folder[PATH_MAX];
    const char *rest = name + 1;
    if (!find_folder(folder, reterr_text, reterr_capacity))
        return false;
    bool all = strcmp(rest, "library") == 0 || rest[0] == '\0';
    int length = snprintf(path, capacity, all ? "%s" : "%s/%s", folder, rest);
    if (length > 0 && (size_t)length < capacity && access(path, R_OK) == 0)
        return true;
    length = snprintf(path, capacity, "%s/%s.yaml", folder, rest);
    if (length > 0 && (size_t)length < capacity && access(path, R_OK) == 0)
        return true;
    snprintf(reterr_text, reterr_capacity,
             "%.100s: there is no such scenario or folder; 'fotarig list @library' lists them",
             name);
    return false;
}
