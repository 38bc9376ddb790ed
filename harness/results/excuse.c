/* excuse.c - the quarantine file: by tables and the scenario loader's walker. */
#include "harness/results/excuse.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/compile.h"
#include "harness/scenario/schema_rows.h"

/* What results_excuses_read() hands out; its memory is all in the arena. */
struct loaded {
    struct results_excuses excuses; /* first: the caller has its address */
    struct scenario_arena arena;
};

/* ---- days ------------------------------------------------------------------------------------ */

enum { MS_A_DAY = 86400000 };

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month < 1 || month > 12 ? 0 : days[month - 1] + (month == 2 && is_leap(year));
}

/* "2026-12-31": the moment at which that day is over. False: it is no day. */
static bool end_of_day(const char *text, uint64_t *ret_ms)
{
    unsigned year, month, day, days = 0;
    char canonical[40];
    if (sscanf(text, "%4u-%2u-%2u", &year, &month, &day) != 3)
        return false;
    snprintf(canonical, sizeof canonical, "%04u-%02u-%02u", year, month, day);
    if (strcmp(canonical, text) != 0 || year < 1970 || day < 1 || day > days_of_month(year, month))
        return false;
    for (unsigned y = 1970; y < year; y++)
        days += 365 + is_leap(y);
    for (unsigned m = 1; m < month; m++)
        days += days_of_month(year, m);
    *ret_ms = ((uint64_t)days + day) * MS_A_DAY;
    return true;
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define ROW(word, member_name, most, text)                                                         \
    {                                                                                              \
        .name = word, .type = SCENARIO_TYPE_LINE, .minimum = 1, .maximum = (most),                 \
        MEMBER(struct results_excuse, member_name), .flags = SCENARIO_REQUIRED | SCENARIO_FIXED,   \
        .help = text                                                                               \
    }

static const struct scenario_key excuse_keys[] = {
    ROW("case", pattern, 300, "name of cases, or a glob of them"),
    ROW("reason", reason, 300, "why its failure is known"),
    ROW("until", until, 10, "its last day, as '2026-12-31'"),
};
static const struct scenario_map excuse_map = {
    .name = "quarantine", .keys = excuse_keys, .count = COUNT(excuse_keys)};

static void compile_excuses(struct scenario_compiler *compiler, const struct scenario_key *key,
                            const struct scenario_node *value, void *target)
{
    struct results_excuses *excuses = target;
    const struct scenario_node *item;
    struct results_excuse *list =
        scenario_take_items(compiler, key, value, RESULTS_EXCUSES_MAX, sizeof *list, &item);
    excuses->list = list;
    for (; item; item = item->next) {
        struct results_excuse *excuse = &list[excuses->count++];
        scenario_walk(compiler, &excuse_map, item, excuse);
        if (excuse->until && !end_of_day(excuse->until, &excuse->end_ms))
            scenario_diagnose(compiler->diagnostics, item->at, NULL,
                              "'until' is '%s', which is no day; expected one as '2026-12-31'",
                              excuse->until);
    }
}

static const struct scenario_key file_keys[] = {
    {.name = "quarantine",
     .type = SCENARIO_TYPE_MAP,
     .map = &excuse_map,
     .flags = SCENARIO_REQUIRED | SCENARIO_LIST | SCENARIO_FIXED,
     .compile = compile_excuses,
     .help = "cases whose failure is known"},
};
static const struct scenario_map file_map = {
    .name = "", .keys = file_keys, .count = COUNT(file_keys)};

/* ---- the file -------------------------------------------------------------------------------- */

static const struct scenario_sheet sheet = {
    .kind = "quarantine file", .bytes_max = RESULTS_EXCUSE_FILE_BYTES_MAX, .map = &file_map};

bool results_excuses_read(const char *path, const char *source, size_t size,
                          struct results_excuses **ret_excuses,
                          struct scenario_errors *reterr_errors)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);
    struct results_excuses *excuses = loaded ? &loaded->excuses : NULL;
    bool good = scenario_sheet_read(&sheet, path, source, size, loaded ? &loaded->arena : NULL,
                                    excuses, reterr_errors);
    *ret_excuses = good ? excuses : NULL;
    if (!good)
        results_excuses_free(excuses);
    return good;
}

void results_excuses_free(struct results_excuses *excuses)
{
    struct loaded *loaded = (struct loaded *)excuses;
    if (!loaded)
        return;
    scenario_arena_done(&loaded->arena);
    free(loaded);
}

/* ---- questions ------------------------------------------------------------------------------- */

/* A name that is written out in full is itself, whatever brackets stand in it. */
static bool matches(const char *pattern, const char *text)
{
    return strcmp(pattern, text) == 0 || fnmatch(pattern, text, 0) == 0;
}

const struct results_excuse *results_excuse_find(const struct results_excuses *excuses,
                                                 const char *id, const char *name, uint64_t now_ms)
{
    for (size_t i = 0; excuses && i < excuses->count; i++) {
        const struct results_excuse *excuse = &excuses->list[i];
        if (now_ms < excuse->end_ms &&
            (matches(excuse->pattern, id) || matches(excuse->pattern, name)))
            return excuse;
    }
    return NULL;
}
