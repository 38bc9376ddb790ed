/* terminal.c - the map on a terminal. */
#include <inttypes.h>
#include <string.h>

#include "harness/coverage/internal.h"

/* How wide the longest value of an axis is. */
static int width_of(const struct coverage_axis *axis)
{
    size_t width = 0;
    for (size_t i = 0; i < axis->count; i++)
        if (strlen(axis->values[i]) > width)
            width = strlen(axis->values[i]);
    return (int)width;
}

static void write_headline(const struct coverage_table *table, FILE *out)
{
    struct coverage_sum sum = coverage_sum(table);
    fprintf(out, "\n%s: %s\n  %zu of %zu reached, %zu can't be, %zu missing\n", table->name,
            table->meaning, sum.reached, sum.cells, sum.justified, sum.missing);
}

/* What stands for a cell: its count, "-" when it can't be reached, "missing". */
static const char *mark(const struct coverage_cell *cell, const char *missing, char *buffer,
                        size_t capacity)
{
    if (cell->count)
        snprintf(buffer, capacity, "%" PRIu32, cell->count);
    else
        snprintf(buffer, capacity, "%s", cell->justification ? "-" : missing);
    return buffer;
}

static void write_list(const struct coverage *coverage, const struct coverage_table *table,
                       FILE *out)
{
    int width = width_of(table->row);
    for (size_t i = 0; i < table->row->count; i++) {
        const struct coverage_cell *cell = &table->cells[i];
        char text[16];
        const char *note = cell->count           ? coverage->cases[cell->first]
                           : cell->justification ? cell->justification
                                                 : "";
        fprintf(out, "  %-*s %8s%s%s\n", width, table->row->values[i],
                mark(cell, "missing", text, sizeof text), note[0] ? "  " : "", note);
    }
}

/* The longer axis goes down the page. */
static void write_matrix(const struct coverage_table *table, FILE *out)
{
    size_t columns = table->column->count;
    bool turned = columns > table->row->count;
    const struct coverage_axis *down = turned ? table->column : table->row;
    const struct coverage_axis *across = turned ? table->row : table->column;
    int width = width_of(down);
    fprintf(out, "  %-*s", width, "");
    for (size_t x = 0; x < across->count; x++)
        fprintf(out, " %7s", across->values[x]);
    fputc('\n', out);
    for (size_t y = 0; y < down->count; y++) {
        fprintf(out, "  %-*s", width, down->values[y]);
        for (size_t x = 0; x < across->count; x++) {
            char text[16];
            int room = (int)strlen(across->values[x]);
            fprintf(out, " %*s", room > 7 ? room : 7,
                    mark(&table->cells[turned ? x * columns + y : y * columns + x], "!", text,
                         sizeof text));
        }
        fputc('\n', out);
    }
}

static void write_missing(const struct coverage *coverage, FILE *out)
{
    char name[COVERAGE_NAME_MAX];
    struct coverage_sum all = coverage_sum_all(coverage);
    if (all.missing)
        fprintf(out, "\nmissing: never reached, and nobody has said why not\n");
    for (unsigned t = 0; t < COVERAGE_TABLE_COUNT; t++) {
        const struct coverage_table *table = &coverage->tables[t];
        for (size_t i = 0; i < table->row->count * coverage_columns(table); i++) {
            if (table->cells[i].count || table->cells[i].justification)
                continue;
            coverage_cell_name(table, i, name, sizeof name);
            fprintf(out, "  %s\n", name);
        }
    }
}

void coverage_write_text(const struct coverage *coverage, FILE *out)
{
    struct coverage_sum all = coverage_sum_all(coverage);
    fprintf(out,
            "Counted from the journals of %zu cases: how often each cell was reached;\n"
            "- it can't be (justified), ! it never was.\n",
            coverage->case_count);
    for (unsigned i = 0; i < COVERAGE_TABLE_COUNT; i++) {
        const struct coverage_table *table = &coverage->tables[i];
        write_headline(table, out);
        if (table->column)
            write_matrix(table, out);
        else
            write_list(coverage, table, out);
    }
    write_missing(coverage, out);
    fprintf(out,
            "\n%zu cells: %zu reached, %zu can't be, %zu missing; faults at %zu points of status, "
            "phase,\nkind and state; %zu cases\n",
            all.cells, all.reached, all.justified, all.missing, coverage->point_count,
            coverage->case_count);
}
