/* load.c - a file from its bytes to its cases. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/compile.h"
#include "reports/file.h"

/* What scenario_load() hands out; its memory is all in the arena. */
struct loaded {
    struct scenario scenario; /* first: the caller has its address */
    struct scenario_arena arena;
};

/* ---- names from the path --------------------------------------------------------------------- */

static const char *file_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The folder part that makes the group: behind the last "scenarios/", else the last folder. */
static const char *group_part(const char *path, size_t *ret_length)
{
    static const char root[] = "scenarios/";
    const char *file = file_part(path), *begin = NULL;

    for (const char *at = path; (at = strstr(at, root)) && at < file; at++)
        if (at == path || at[-1] == '/')
            begin = at + strlen(root);
    *ret_length = 0;
    if (file == path || begin == file)
        return path;
    if (!begin)
        for (begin = file - 1; begin > path && begin[-1] != '/';)
            begin--;
    *ret_length = (size_t)(file - 1 - begin);
    bool nameless = strncmp(begin, "./", 2) == 0 || strncmp(begin, "../", 3) == 0;
    if (nameless)
        *ret_length = 0;
    return begin;
}

static bool name_scenario(struct scenario_arena *arena, struct scenario *scenario, const char *path)
{
    const char *file = file_part(path);
    size_t length = strlen(file), group_length;
    const char *group = group_part(path, &group_length);

    if (length > 5 && strcmp(file + length - 5, ".yaml") == 0)
        length -= 5;
    else if (length > 4 && strcmp(file + length - 4, ".yml") == 0)
        length -= 4;
    char *folder = scenario_arena_text(arena, group, group_length);
    scenario->path = scenario_arena_text(arena, path, strlen(path));
    scenario->name = scenario_arena_text(arena, file, length);
    scenario->group = folder;
    for (char *at = folder; at && (at = strchr(at, '/'));)
        *at = '.';
    return scenario->path && scenario->name && scenario->group;
}

/* ---- cases ----------------------------------------------------------------------------------- */

/* "name" or "name [percent=1%]". */
static const char *case_name(struct scenario_arena *arena, const char *name, const char *values)
{
    size_t size = strlen(name) + strlen(values) + sizeof " []";
    char *text = scenario_arena_take(arena, size);
    if (text)
        snprintf(text, size, values[0] ? "%s [%s]" : "%s", name, values);
    return text;
}

static bool compile_case(struct scenario_compiler *compiler, struct scenario *scenario,
                         struct scenario_case *ret_case, size_t index)
{
    struct scenario_draft *draft = compiler->draft;
    const char *values = scenario_vary_choose(compiler, index);
    const char *name = values ? case_name(compiler->arena, scenario->name, values) : NULL;

    if (!name) {
        scenario_out_of_memory(compiler);
        return false;
    }
    compiler->diagnostics->pass = (uint32_t)index;
    scenario_draft_init(draft);
    scenario_walk(compiler, &scenario_schema, compiler->root, draft);
    scenario_draft_finish(compiler);
    if (index == 0) {
        scenario->title = draft->title;
        scenario->why = draft->why;
        scenario->tags = draft->tags;
    }
    *ret_case = draft->now;
    ret_case->name = name;
    ret_case->values = values;
    return true;
}

static void compile_cases(struct scenario_compiler *compiler, struct scenario *scenario)
{
    static const char *const no_tags[] = {NULL};
    scenario_vary_read(compiler);
    size_t count = compiler->vary.case_count;
    struct scenario_case *cases = scenario_arena_take(compiler->arena, count * sizeof *cases);

    compiler->draft = scenario_arena_take(compiler->arena, sizeof *compiler->draft);
    if (!cases || !compiler->draft) {
        scenario_out_of_memory(compiler);
        return;
    }
    for (size_t i = 0; i < count && !compiler->diagnostics->overflow; i++)
        if (!compile_case(compiler, scenario, &cases[i], i))
            return;
    scenario_vary_finish(compiler);
    scenario->cases = cases;
    scenario->case_count = count;
    if (!scenario->tags)
        scenario->tags = no_tags;
}

/* ---- loading --------------------------------------------------------------------------------- */

static struct scenario_profile *compile_source(struct loaded *loaded,
                                               struct scenario_diagnostics *diagnostics)
{
    struct scenario_compiler compiler = {
        .arena = &loaded->arena,
        .diagnostics = diagnostics,
        .digest = sim_digest(SIM_DIGEST, diagnostics->source, diagnostics->source_size)};

    if (diagnostics->source_size > SCENARIO_FILE_BYTES_MAX) {
        scenario_diagnose(diagnostics, (struct scenario_span){0}, NULL,
                          "the file is too large; a scenario has at most %d KiB",
                          SCENARIO_FILE_BYTES_MAX / 1024);
        return NULL;
    }
    if (!name_scenario(&loaded->arena, &loaded->scenario, diagnostics->path)) {
        scenario_out_of_memory(&compiler);
        return NULL;
    }
    compiler.root = scenario_tree_read(&loaded->arena, diagnostics);
    if (compiler.root && compiler.root->kind != SCENARIO_NODE_BROKEN)
        compile_cases(&compiler, &loaded->scenario);
    loaded->scenario.digest = compiler.digest;
    return compiler.profiles;
}

struct scenario *scenario_parse(const char *path, const char *text, size_t size,
                                struct scenario_errors *reterr_errors)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);
    struct scenario_diagnostics diagnostics;

    *reterr_errors = (struct scenario_errors){0};
    scenario_diagnostics_init(&diagnostics, path, text, size);
    if (!loaded) {
        scenario_diagnose(&diagnostics, (struct scenario_span){0}, NULL, "out of memory");
        scenario_diagnostics_done(&diagnostics, reterr_errors);
        return NULL;
    }
    scenario_arena_init(&loaded->arena, SCENARIO_ARENA_BYTES_MAX);
    struct scenario_profile *profiles = compile_source(loaded, &diagnostics);
    bool good = scenario_diagnostics_done(&diagnostics, reterr_errors);
    good = scenario_profiles_done(profiles, reterr_errors) && good;
    if (good)
        return &loaded->scenario;
    scenario_free(&loaded->scenario);
    return NULL;
}

static struct scenario *refuse_file(const char *path, const char *problem,
                                    struct scenario_errors *reterr_errors)
{
    struct scenario_diagnostics diagnostics;
    scenario_diagnostics_init(&diagnostics, path, "", 0);
    scenario_diagnose(&diagnostics, (struct scenario_span){0}, NULL, "cannot be read: %s", problem);
    scenario_diagnostics_done(&diagnostics, reterr_errors);
    return NULL;
}

struct scenario *scenario_load(const char *path, struct scenario_errors *reterr_errors)
{
    struct scenario *scenario;
    FILE *file = report_file_source_stream(path);
    if (!file)
        return refuse_file(path, report_file_reason(errno), reterr_errors);

    /* One byte more than is allowed, so that too much is noticed. */
    char *text = malloc(SCENARIO_FILE_BYTES_MAX + 1);
    size_t size = text ? fread(text, 1, SCENARIO_FILE_BYTES_MAX + 1, file) : 0;
    if (!text || ferror(file))
        scenario = refuse_file(path, strerror(errno), reterr_errors);
    else
        scenario = scenario_parse(path, text, size, reterr_errors);
    free(text);
    fclose(file);
    return scenario;
}

void scenario_free(struct scenario *scenario)
{
    struct loaded *loaded = (struct loaded *)scenario;
    if (!loaded)
        return;
    scenario_arena_done(&loaded->arena);
    free(loaded);
}

void scenario_errors_done(struct scenario_errors *errors)
{
    for (size_t i = 0; i < errors->listed; i++)
        scenario_error_done(&errors->list[i]);
    free(errors->list);
    free(errors->text);
    *errors = (struct scenario_errors){0};
}
