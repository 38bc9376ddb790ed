/* merge.c - what one process has counted, added to what another keeps. */
#include <stdlib.h>
#include <string.h>

#include "harness/coverage/coverage.h"
#include "harness/coverage/internal.h"

static size_t cell_count(const struct coverage_table *table)
{
    return table->row->count * coverage_columns(table);
}

/* Cells that were reached, a table after the other, and which ones. */
static void hand_over_table(const struct coverage_table *table, struct campaign_bytes *bytes)
{
    size_t cells = cell_count(table), reached = 0;
    for (size_t i = 0; i < cells; i++)
        reached += table->cells[i].count > 0;
    campaign_put_number(bytes, reached);
    for (size_t i = 0; i < cells; i++) {
        if (table->cells[i].count == 0)
            continue;
        campaign_put_number(bytes, i);
        campaign_put_number(bytes, table->cells[i].count);
    }
    memset(table->cells, 0, cells * sizeof *table->cells);
}

bool coverage_hand_over(struct coverage *coverage, struct campaign_bytes *bytes)
{
    for (unsigned i = 0; i < COVERAGE_TABLE_COUNT; i++)
        hand_over_table(&coverage->tables[i], bytes);
    campaign_put_number(bytes, coverage->point_count);
    campaign_put(bytes, coverage->points, coverage->point_count * sizeof *coverage->points);
    coverage->point_count = 0;
    for (size_t i = 0; i < coverage->case_count; i++)
        free(coverage->cases[i]);
    coverage->case_count = 0;
    return !bytes->failed;
}

static bool merge_table(const struct coverage *coverage, const struct coverage_table *table,
                        struct campaign_reader *reader)
{
    uint64_t reached = campaign_take_number(reader);
    for (uint64_t i = 0; i < reached; i++) {
        uint64_t at = campaign_take_number(reader), count = campaign_take_number(reader);
        if (reader->failed || at >= cell_count(table))
            return false;
        struct coverage_cell *cell = &table->cells[at];
        if (cell->count == 0)
            cell->first = (uint32_t)coverage->case_count;
        cell->count += (uint32_t)count;
    }
    return !reader->failed;
}

bool coverage_merge(struct coverage *coverage, const char *case_name,
                    struct campaign_reader *reader)
{
    for (unsigned i = 0; i < COVERAGE_TABLE_COUNT; i++)
        if (!merge_table(coverage, &coverage->tables[i], reader))
            return false;
    uint64_t points = campaign_take_number(reader);
    for (uint64_t i = 0; i < points; i++) {
        struct coverage_point point;
        if (!campaign_take(reader, &point, sizeof point) || !coverage_add_point(coverage, &point))
            return false;
    }
    return !reader->failed && coverage_keep_case(coverage, case_name);
}
