/* profile.c - a file in profiles/ that says what kind of module a scenario runs on: data only. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/scenario/compile.h"

enum { LEVELS_UP = 4 }; /* from the folder of a scenario to the one that has profiles/ */

static const char folder_name[] = "profiles";

/* One that was read; broken ones too, so that they are complained about once. */
struct scenario_profile {
    const char *name, *path;
    const struct scenario_node *root; /* NULL: it could not be read */
    struct scenario_diagnostics diagnostics;
    struct scenario_profile *next;
};

/* ---- files ----------------------------------------------------------------------------------- */

static char *read_open(struct scenario_arena *arena, FILE *file, size_t *ret_size,
                       const char **reterr_problem)
{
    char *text = scenario_arena_take(arena, SCENARIO_FILE_BYTES_MAX + 1);
    *reterr_problem = "out of memory";
    if (!text)
        return NULL;
    *ret_size = fread(text, 1, SCENARIO_FILE_BYTES_MAX + 1, file);
    *reterr_problem = strerror(errno);
    if (ferror(file))
        return NULL;
    *reterr_problem = "it is too large; a profile has at most 256 KiB";
    if (*ret_size > SCENARIO_FILE_BYTES_MAX)
        return NULL;
    text[*ret_size] = '\0';
    return text;
}

/* A pipe or a device is not waited for. */
static char *read_file(struct scenario_arena *arena, const char *path, size_t *ret_size,
                       const char **reterr_problem)
{
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "rb");
    struct stat status;
    char *text = NULL;

    *reterr_problem = strerror(errno);
    if (!file) {
        if (descriptor >= 0)
            close(descriptor);
        return NULL;
    }
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
        text = read_open(arena, file, ret_size, reterr_problem);
    else
        *reterr_problem = "it is no regular file";
    fclose(file);
    return text;
}

/* Cuts the last part of a path; false: it has one part only. */
static bool cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return false;
    *slash = '\0';
    return true;
}

/* The nearest profiles/ in the folder of the scenario or above it, without links. */
static bool find_folder(const char *scenario_path, char folder[PATH_MAX])
{
    char real[PATH_MAX], tried[PATH_MAX + sizeof folder_name];
    struct stat status;
    if (!realpath(scenario_path, real))
        return false;
    for (unsigned level = 0; level <= LEVELS_UP && cut_last(real); level++) {
        snprintf(tried, sizeof tried, "%s/%s", real, folder_name);
        if (stat(tried, &status) == 0 && S_ISDIR(status.st_mode))
            return realpath(tried, folder) != NULL;
    }
    return false;
}

/* The file of that name, unless it is a link that leads out of its folder. */
static bool find_file(const char *folder, const char *name, char real[PATH_MAX],
                      const char **reterr_problem)
{
    char path[2 * PATH_MAX];
    size_t length = strlen(folder);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!realpath(path, real)) {
        *reterr_problem = strerror(errno);
        return false;
    }
    *reterr_problem = "it is a link that leads out of its folder";
    return strncmp(real, folder, length) == 0 && real[length] == '/';
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The path as messages show it: beside that of the scenario, not the one without links. */
static const char *shown_path(struct scenario_compiler *compiler, const char *real)
{
    char here[PATH_MAX];
    if (getcwd(here, sizeof here)) {
        size_t length = strlen(here);
        if (strncmp(real, here, length) == 0 && real[length] == '/')
            real += length + 1;
    }
    return scenario_arena_text(compiler->arena, real, strlen(real));
}

static void read_tree(struct scenario_compiler *compiler, struct scenario_profile *profile,
                      const char *real, const char **reterr_problem)
{
    size_t size;
    char *text = read_file(compiler->arena, real, &size, reterr_problem);
    profile->path = shown_path(compiler, real);
    if (!text || !profile->path)
        return;
    *reterr_problem = NULL;
    compiler->digest = sim_digest(compiler->digest, text, size);
    scenario_diagnostics_init(&profile->diagnostics, profile->path, text, size);
    profile->root = scenario_tree_read(compiler->arena, &profile->diagnostics);
}

static struct scenario_profile *read_profile(struct scenario_compiler *compiler, const char *name,
                                             const struct scenario_node *value)
{
    struct scenario_profile *profile = scenario_arena_take(compiler->arena, sizeof *profile);
    char folder[PATH_MAX], real[PATH_MAX];
    const char *problem = NULL;
    if (!profile) {
        scenario_out_of_memory(compiler);
        return NULL;
    }
    scenario_diagnostics_init(&profile->diagnostics, name, "", 0);
    profile->name = name;
    profile->next = compiler->profiles;
    compiler->profiles = profile;
    if (!find_folder(compiler->diagnostics->path, folder)) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "there is no folder 'profiles' beside this file or above it");
        return profile;
    }
    if (find_file(folder, name, real, &problem))
        read_tree(compiler, profile, real, &problem);
    if (problem)
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "the profile '%s' can't be read: %s", name, problem);
    return profile;
}

static struct scenario_profile *find_profile(struct scenario_compiler *compiler, const char *name,
                                             const struct scenario_node *value)
{
    for (struct scenario_profile *known = compiler->profiles; known; known = known->next)
        if (strcmp(known->name, name) == 0)
            return known;
    return read_profile(compiler, name, value);
}

/* ---- compiling ------------------------------------------------------------------------------- */

void scenario_compile_profile(struct scenario_compiler *compiler, const struct scenario_key *key,
                              const struct scenario_node *value, void *target)
{
    const char *name;
    if (!scenario_store_item(compiler, key, value, &name))
        return;
    struct scenario_profile *profile = find_profile(compiler, name, value);
    if (!profile || !profile->root || profile->root->kind == SCENARIO_NODE_BROKEN)
        return;
    /* A profile sees nothing of the scenario, not even its names of `vary`. */
    struct scenario_compiler inner = {.arena = compiler->arena,
                                      .diagnostics = &profile->diagnostics,
                                      .root = profile->root,
                                      .draft = compiler->draft};
    profile->diagnostics.pass = compiler->diagnostics->pass;
    scenario_walk(&inner, &scenario_profile_schema, profile->root, target);
}

/* What it says goes into the configuration; NULL = it is only checked. */
static void keep(const struct scenario_draft *draft, struct sim_config *config)
{
    const struct sim_config *module = &draft->now.module;
    if (!config)
        return;
    struct sim_config usual;
    sim_config_init(&usual);
    bool has_variant = strcmp(module->variant, usual.variant) != 0;
    if (has_variant || strcmp(module->revision, usual.revision) != 0)
        (void)sim_config_identify(config, has_variant ? module->variant : NULL, module->revision);
    for (unsigned i = 0; i < SIM_SETTING_COUNT; i++)
        if (module->settings[i] != sim_setting_info(i)->initial)
            config->settings[i] = module->settings[i];
}

bool scenario_check_profile(const char *path, struct scenario_errors *reterr_errors)
{
    return scenario_read_profile(path, NULL, reterr_errors);
}

bool scenario_read_profile(const char *path, struct sim_config *config,
                           struct scenario_errors *reterr_errors)
{
    struct scenario_arena arena;
    struct scenario_diagnostics diagnostics;
    const char *problem = NULL;
    size_t size = 0;

    *reterr_errors = (struct scenario_errors){0};
    scenario_arena_init(&arena, SCENARIO_ARENA_BYTES_MAX);
    char *text = read_file(&arena, path, &size, &problem);
    struct scenario_compiler compiler = {
        .arena = &arena,
        .diagnostics = &diagnostics,
        .draft = scenario_arena_take(&arena, sizeof *compiler.draft),
    };
    scenario_diagnostics_init(&diagnostics, path, text ? text : "", size);
    if (!text)
        scenario_diagnose(&diagnostics, (struct scenario_span){0}, NULL, "cannot be read: %s",
                          problem);
    else if (!compiler.draft)
        scenario_out_of_memory(&compiler);
    else if ((compiler.root = scenario_tree_read(&arena, &diagnostics)) != NULL &&
             compiler.root->kind != SCENARIO_NODE_BROKEN) {
        scenario_draft_init(compiler.draft);
        scenario_walk(&compiler, &scenario_profile_schema, compiler.root, compiler.draft);
        keep(compiler.draft, config);
    }
    bool good = scenario_diagnostics_done(&diagnostics, reterr_errors);
    scenario_arena_done(&arena);
    return good;
}

/* Moves the list of one to the end of the other. */
static void append_list(struct scenario_errors *errors, struct scenario_errors *more)
{
    size_t size = (errors->listed + more->listed) * sizeof *errors->list;
    struct scenario_error *grown = more->listed ? realloc(errors->list, size) : NULL;
    if (!grown)
        return;
    memcpy(grown + errors->listed, more->list, more->listed * sizeof *grown);
    errors->list = grown;
    errors->listed += more->listed;
    more->listed = 0; /* the texts have moved */
}

static bool append(struct scenario_errors *errors, struct scenario_errors *more)
{
    append_list(errors, more);
    size_t length = errors->text ? strlen(errors->text) : 0;
    char *grown = more->text ? realloc(errors->text, length + strlen(more->text) + 1) : NULL;
    errors->count += more->count;
    if (grown) {
        memcpy(grown + length, more->text, strlen(more->text) + 1);
        errors->text = grown;
    }
    scenario_errors_done(more);
    return false;
}

bool scenario_profiles_done(struct scenario_profile *profiles,
                            struct scenario_errors *reterr_errors)
{
    bool good = true;
    for (struct scenario_profile *profile = profiles; profile; profile = profile->next) {
        struct scenario_errors errors = {0};
        if (!scenario_diagnostics_done(&profile->diagnostics, &errors))
            good = append(reterr_errors, &errors);
    }
    return good;
}
