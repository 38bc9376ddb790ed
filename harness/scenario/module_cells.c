/* module_cells.c - module.cells: the cells in reach, each as the settings that describe it. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/compile.h"
#include "sim/catalogue.h"

static const char operator_key[] = "operator";

static bool is_operator(const struct scenario_node *key)
{
    return key->length == sizeof operator_key - 1 &&
           memcmp(key->text, operator_key, key->length) == 0;
}

static void refuse_field(struct scenario_compiler *compiler, const struct scenario_node *key)
{
    char allowed[400];
    size_t length = (size_t)snprintf(allowed, sizeof allowed, "allowed: %s", operator_key);
    for (unsigned field = 0; field < SIM_CELL_FIELD_COUNT && length < sizeof allowed; field++)
        length +=
            (size_t)snprintf(allowed + length, sizeof allowed - length, ", %s",
                             sim_setting_info(sim_cell_setting((enum sim_cell_field)field))->name);
    scenario_diagnose(compiler->diagnostics, key->at, allowed, "'%s' does not describe a cell",
                      key->text);
}

static void read_operator(struct scenario_compiler *compiler, const struct scenario_node *key,
                          struct sim_cell *cell)
{
    const struct scenario_node *value = scenario_resolve(compiler, key->value);
    if (!value)
        return;
    if (value->kind != SCENARIO_NODE_SCALAR || value->length == 0 ||
        memchr(value->text, '"', value->length) || value->length >= sizeof cell->operator_name)
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' takes a name of 1 to %zu characters without quotes in it",
                          operator_key, sizeof cell->operator_name - 1);
    else
        memcpy(cell->operator_name, value->text, value->length);
}

static void read_field(struct scenario_compiler *compiler, const struct scenario_node *key,
                       struct sim_cell *cell)
{
    uint16_t setting;
    int32_t value;
    int known = sim_setting_find(key->text, key->length);
    int field = known < 0 ? -1 : sim_cell_field((unsigned)known);
    if (field < 0) {
        refuse_field(compiler, key);
        return;
    }
    if (!scenario_read_setting(compiler, key, &setting, &value))
        return;
    cell->named |= 1u << field;
    cell->values[field] = value;
}

static void read_cell(struct scenario_compiler *compiler, const struct scenario_node *item,
                      struct sim_cell *cell)
{
    if (item->kind != SCENARIO_NODE_MAPPING || !item->first) {
        scenario_diagnose(compiler->diagnostics, item->at, NULL,
                          "a cell is a mapping: {access: nb-iot, band: 8, rssi: 20}");
        return;
    }
    for (const struct scenario_node *key = item->first; key; key = key->next) {
        if (key->skip)
            continue;
        if (is_operator(key))
            read_operator(compiler, key, cell);
        else
            read_field(compiler, key, cell);
    }
}

void scenario_compile_cells(struct scenario_compiler *compiler, const struct scenario_key *key,
                            const struct scenario_node *value, void *target)
{
    const struct scenario_node *item = scenario_items(compiler, key, value);
    struct scenario_draft *draft = target;
    if (!item)
        return;
    struct sim_cell *cells =
        scenario_arena_take(compiler->arena, SIM_CELLS * sizeof(struct sim_cell));
    if (!cells) {
        scenario_out_of_memory(compiler);
        return;
    }
    memset(cells, 0, SIM_CELLS * sizeof(struct sim_cell));
    draft->now.module.cells = cells;
    draft->now.module.cell_count = 0;
    for (; item; item = item->next) {
        if (draft->now.module.cell_count == SIM_CELLS) {
            scenario_diagnose(compiler->diagnostics, item->at, NULL,
                              "too many cells; %d at most are in reach", SIM_CELLS);
            return;
        }
        if (item->kind != SCENARIO_NODE_BROKEN)
            read_cell(compiler, item, &cells[draft->now.module.cell_count++]);
    }
}
