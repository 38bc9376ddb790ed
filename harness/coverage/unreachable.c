/* unreachable.c - the file that says why cells can't be reached. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "harness/coverage/internal.h"
#include "reports/file.h"

enum { FILE_BYTES_MAX = 1 << 20, LINE_BYTES_MAX = 1024 };

struct justifying {
    struct coverage *coverage;
    const char *path;
    FILE *errors;
    uint32_t line;
    size_t *invalid, *stale;
};

/* A line in its parts; row and column are lists of patterns with '|' between them. */
struct parts {
    char *table, *row, *column; /* column NULL: a list */
    const char *reason;         /* in the file's text, as it stands */
};

/* ---- one line ------------------------------------------------------------------------------- */

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        text[--length] = '\0';
    return text;
}

/* Ends `text` before the separator and returns what follows it; NULL: it is not there. */
static char *cut(char *text, const char *separator)
{
    char *at = strstr(text, separator);
    if (!at)
        return NULL;
    *at = '\0';
    return at + strlen(separator);
}

static bool split(char *line, struct parts *parts)
{
    char *reason = cut(line, " -- ");
    char *cells = reason ? cut(line, ": ") : NULL;
    if (!cells)
        return false;
    char *column = cut(cells, " / ");
    parts->table = trim(line);
    parts->row = trim(cells);
    parts->column = column ? trim(column) : NULL;
    parts->reason = trim(reason);
    return parts->table[0] && parts->row[0] && parts->reason[0];
}

/* True when one of the patterns is the value. */
static bool matches(const char *patterns, const char *value)
{
    char one[LINE_BYTES_MAX];
    for (const char *at = patterns; at; at = strchr(at, '|')) {
        at += *at == '|';
        size_t length = strcspn(at, "|");
        memcpy(one, at, length);
        one[length] = '\0';
        if (fnmatch(trim(one), value, FNM_NOESCAPE) == 0)
            return true;
    }
    return false;
}

/* The first pattern of the list that no value of the axis meets: its length, 0 = there is none. */
static size_t find_unknown(const struct coverage_axis *axis, const char *patterns,
                           const char **ret_pattern)
{
    char one[LINE_BYTES_MAX];
    for (const char *at = patterns; at; at = strchr(at, '|')) {
        at += *at == '|';
        at += strspn(at, " \t");
        size_t length = strcspn(at, "|"), i = 0;
        memcpy(one, at, length);
        one[length] = '\0';
        length = strlen(trim(one));
        while (i < axis->count && !matches(one, axis->values[i]))
            i++;
        *ret_pattern = at;
        if (i == axis->count)
            return length ? length : 1;
    }
    return 0;
}

static bool knows(struct justifying *it, const struct coverage_axis *axis, const char *patterns)
{
    const char *pattern;
    size_t length = find_unknown(axis, patterns, &pattern);
    if (length == 0)
        return true;
    fprintf(it->errors, "%s:%u: error: '%.*s' is no %s; 'fotarig coverage' lists them\n", it->path,
            it->line, (int)length, pattern, axis->name);
    ++*it->invalid;
    return false;
}

static struct coverage_table *find_table(struct coverage *coverage, const char *name)
{
    for (unsigned i = 0; i < COVERAGE_TABLE_COUNT; i++)
        if (strcmp(coverage->tables[i].name, name) == 0)
            return &coverage->tables[i];
    return NULL;
}

/* A claim that a run has refuted is told once, with the cell and the run. */
static void tell_stale(struct justifying *it, const struct coverage_table *table, size_t cell)
{
    char name[COVERAGE_NAME_MAX];
    coverage_cell_name(table, cell, name, sizeof name);
    fprintf(it->errors, "%s:%u: error: stale: '%s' was reached by %s; leave it out here\n",
            it->path, it->line, name, it->coverage->cases[table->cells[cell].first]);
    ++*it->stale;
}

static void justify_cells(struct justifying *it, struct coverage_table *table,
                          const struct parts *parts, const char *reason)
{
    size_t columns = coverage_columns(table);
    bool told = false;
    for (size_t i = 0; i < table->row->count * columns; i++) {
        struct coverage_cell *cell = &table->cells[i];
        if (!matches(parts->row, table->row->values[i / columns]) ||
            (table->column && !matches(parts->column, table->column->values[i % columns])))
            continue;
        if (cell->count && !told) {
            tell_stale(it, table, i);
            told = true;
        }
        if (cell->count || cell->justification)
            continue;
        cell->justification = reason;
        cell->line = it->line;
    }
}

static void justify_line(struct justifying *it, char *line)
{
    struct parts parts;
    if (!split(line, &parts)) {
        fprintf(it->errors,
                "%s:%u: error: not understood; write 'table: row / column -- why it can't be "
                "reached'\n",
                it->path, it->line);
        ++*it->invalid;
        return;
    }
    struct coverage_table *table = find_table(it->coverage, parts.table);
    if (!table || (table->column != NULL) != (parts.column != NULL)) {
        fprintf(it->errors, "%s:%u: error: %s '%s'%s\n", it->path, it->line,
                table ? "the cells of" : "there is no table", parts.table,
                !table          ? "; 'fotarig coverage' lists them"
                : table->column ? " have a row and a column, 'row / column'"
                                : " have a row only");
        ++*it->invalid;
        return;
    }
    const char *reason = coverage_keep(it->coverage, parts.reason);
    if (reason && knows(it, table->row, parts.row) &&
        (!table->column || knows(it, table->column, parts.column)))
        justify_cells(it, table, &parts, reason);
}

/* ---- the file ------------------------------------------------------------------------------- */

void coverage_justify_text(struct coverage *coverage, const char *path, const char *text,
                           FILE *errors, size_t *ret_invalid, size_t *ret_stale)
{
    struct justifying it = {coverage, path, errors, 0, ret_invalid, ret_stale};
    char line[LINE_BYTES_MAX];
    *ret_invalid = *ret_stale = 0;
    while (*text) {
        size_t length = strcspn(text, "\n");
        it.line++;
        if (length < sizeof line) {
            memcpy(line, text, length);
            line[length] = '\0';
            char *begin = trim(line);
            if (begin[0] && begin[0] != '#')
                justify_line(&it, begin);
        } else {
            fprintf(errors, "%s:%u: error: the line is too long; it has at most %d bytes\n", path,
                    it.line, LINE_BYTES_MAX - 1);
            ++*ret_invalid;
        }
        text += length;
        text += *text == '\n';
    }
}

bool coverage_justify(struct coverage *coverage, const char *path, FILE *errors,
                      size_t *ret_invalid, size_t *ret_stale)
{
    FILE *file = report_file_source_stream(path);
    char *text = file ? malloc(FILE_BYTES_MAX + 1) : NULL;
    size_t size = text ? fread(text, 1, FILE_BYTES_MAX + 1, file) : 0;
    bool good = text && !ferror(file) && size <= FILE_BYTES_MAX;
    *ret_invalid = *ret_stale = 0;
    if (!good)
        fprintf(errors, "%s: error: cannot be read: %s\n", path,
                size > FILE_BYTES_MAX ? "it is larger than 1 MiB" : report_file_reason(errno));
    if (good) {
        text[size] = '\0';
        coverage_justify_text(coverage, path, text, errors, ret_invalid, ret_stale);
    }
    free(text);
    if (file)
        fclose(file);
    return good;
}
