/* coverage_maps.c - see coverage_maps.h. */
#include "harness/cli/coverage_maps.h"

#include <stdlib.h>

static struct report_axis axis_of(const struct coverage_axis *axis)
{
    if (!axis)
        return (struct report_axis){.name = ""};
    return (struct report_axis){.name = axis->name, .values = axis->values, .count = axis->count};
}

static bool add_table(const struct coverage_table *table, struct report_run *report)
{
    size_t count = table->row->count * coverage_columns(table);
    uint32_t *counts = calloc(count, sizeof *counts);
    if (!counts)
        return false;
    for (size_t i = 0; i < count; i++)
        counts[i] = table->cells[i].count;
    const struct report_map map = {.name = table->name,
                                   .meaning = table->meaning,
                                   .rows = axis_of(table->row),
                                   .columns = axis_of(table->column),
                                   .counts = counts};
    bool good = report_add_map(report, &map) == 0;
    free(counts);
    return good;
}

bool cli_reach_begin(struct cli_reach *reach)
{
    reach->one = coverage_new();
    reach->all = coverage_new();
    return reach->one && reach->all;
}

void cli_reach_done(struct cli_reach *reach)
{
    coverage_free(reach->one);
    coverage_free(reach->all);
    *reach = (struct cli_reach){NULL, NULL};
}

bool cli_reach_gather(void *reach_memory, const struct bench_run *run, struct campaign_bytes *bytes)
{
    const struct cli_reach *reach = reach_memory;
    return coverage_add(reach->one, "", &run->journal) && coverage_hand_over(reach->one, bytes);
}

bool cli_reach_merge(void *reach_memory, const struct campaign_case *planned,
                     struct campaign_reader *reader)
{
    const struct cli_reach *reach = reach_memory;
    char name[CAMPAIGN_TEXT_MAX];
    const struct scenario *scenario = planned->scenario;
    snprintf(name, sizeof name, "%s%s%s", scenario->group, scenario->group[0] ? "/" : "",
             planned->one->name);
    return coverage_merge(reach->all, name, reader);
}

bool cli_reach_report(void *reach_memory, struct report_run *report)
{
    const struct cli_reach *reach = reach_memory;
    for (size_t i = 0; i < COVERAGE_TABLE_COUNT; i++)
        if (!add_table(&reach->all->tables[i], report))
            return false;
    return true;
}
