/* json.c - the map for programs. */
#include <cjson/cJSON.h>

#include "harness/coverage/internal.h"

/* Version of the JSON form; a change of meaning raises it. */
enum { FORMAT = 1 };

static void add_sum(cJSON *object, const struct coverage_sum *sum)
{
    cJSON_AddNumberToObject(object, "cells", (double)sum->cells);
    cJSON_AddNumberToObject(object, "reached", (double)sum->reached);
    cJSON_AddNumberToObject(object, "justified", (double)sum->justified);
    cJSON_AddNumberToObject(object, "missing", (double)sum->missing);
}

static cJSON *cell_object(const struct coverage *coverage, const struct coverage_table *table,
                          size_t index)
{
    const struct coverage_cell *cell = &table->cells[index];
    size_t columns = coverage_columns(table);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "row", table->row->values[index / columns]);
    if (table->column)
        cJSON_AddStringToObject(object, "column", table->column->values[index % columns]);
    cJSON_AddNumberToObject(object, "count", cell->count);
    if (cell->count)
        cJSON_AddStringToObject(object, "first", coverage->cases[cell->first]);
    if (!cell->count && cell->justification) {
        cJSON_AddStringToObject(object, "justification", cell->justification);
        cJSON_AddNumberToObject(object, "line", cell->line);
    }
    return object;
}

static cJSON *table_object(const struct coverage *coverage, const struct coverage_table *table)
{
    cJSON *object = cJSON_CreateObject(), *cells;
    struct coverage_sum sum = coverage_sum(table);
    cJSON_AddStringToObject(object, "name", table->name);
    cJSON_AddStringToObject(object, "meaning", table->meaning);
    cJSON_AddStringToObject(object, "rowOf", table->row->name);
    if (table->column)
        cJSON_AddStringToObject(object, "columnOf", table->column->name);
    cJSON_AddItemToObject(object, "summary", cells = cJSON_CreateObject());
    add_sum(cells, &sum);
    cells = cJSON_AddArrayToObject(object, "cells");
    for (size_t i = 0; i < sum.cells; i++)
        cJSON_AddItemToArray(cells, cell_object(coverage, table, i));
    return object;
}

static void add_points(cJSON *array, const struct coverage *coverage)
{
    const struct coverage_axis *axes = coverage->axes;
    for (size_t i = 0; i < coverage->point_count; i++) {
        const struct coverage_point *point = &coverage->points[i];
        cJSON *object = cJSON_CreateObject();
        if (point->status)
            cJSON_AddStringToObject(object, "status",
                                    axes[COVERAGE_AXIS_STATUS].values[point->status - 1]);
        cJSON_AddStringToObject(object, "phase", axes[COVERAGE_AXIS_PHASE].values[point->phase]);
        cJSON_AddStringToObject(object, "fault", axes[COVERAGE_AXIS_FAULT].values[point->fault]);
        cJSON_AddStringToObject(object, "state", axes[COVERAGE_AXIS_STATE].values[point->state]);
        cJSON_AddNumberToObject(object, "count", point->count);
        cJSON_AddItemToArray(array, object);
    }
}

bool coverage_write_json(const struct coverage *coverage, FILE *out)
{
    struct coverage_sum all = coverage_sum_all(coverage);
    cJSON *root = cJSON_CreateObject(), *part;
    cJSON_AddNumberToObject(root, "version", FORMAT);
    cJSON_AddNumberToObject(root, "cases", (double)coverage->case_count);
    cJSON_AddItemToObject(root, "summary", part = cJSON_CreateObject());
    add_sum(part, &all);
    part = cJSON_AddArrayToObject(root, "tables");
    for (unsigned i = 0; i < COVERAGE_TABLE_COUNT; i++)
        cJSON_AddItemToArray(part, table_object(coverage, &coverage->tables[i]));
    add_points(cJSON_AddArrayToObject(root, "faults"), coverage);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text)
        fprintf(out, "%s\n", text);
    cJSON_free(text);
    return text != NULL;
}
