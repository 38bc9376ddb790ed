/* sheet.c - files that are no scenario and are read by the same tables: racks, quarantines,
 * dialogues. */
#include <string.h>

#include "harness/scenario/compile.h"

static void compile(const struct scenario_sheet *sheet, struct scenario_arena *arena,
                    struct scenario_diagnostics *diagnostics, void *target)
{
    struct scenario_compiler compiler = {
        .arena = arena, .diagnostics = diagnostics, .vary = {.case_count = 1}};
    if (diagnostics->source_size > sheet->bytes_max) {
        scenario_diagnose(diagnostics, (struct scenario_span){0}, NULL,
                          "the file is too large; a %s has at most %zu KiB", sheet->kind,
                          sheet->bytes_max / 1024);
        return;
    }
    compiler.root = scenario_tree_read(arena, diagnostics);
    compiler.draft = scenario_arena_take(arena, sizeof *compiler.draft);
    if (!compiler.draft)
        scenario_out_of_memory(&compiler);
    else if (compiler.root && compiler.root->kind != SCENARIO_NODE_BROKEN)
        scenario_walk(&compiler, sheet->map, compiler.root, target);
}

bool scenario_sheet_read(const struct scenario_sheet *sheet, const char *path, const char *source,
                         size_t size, struct scenario_arena *arena, void *target,
                         struct scenario_errors *reterr_errors)
{
    struct scenario_diagnostics diagnostics;
    *reterr_errors = (struct scenario_errors){0};
    scenario_diagnostics_init(&diagnostics, path, source, size);
    if (arena) {
        scenario_arena_init(arena, SCENARIO_ARENA_BYTES_MAX);
        compile(sheet, arena, &diagnostics, target);
    } else {
        scenario_diagnose(&diagnostics, (struct scenario_span){0}, NULL, "out of memory");
    }
    return scenario_diagnostics_done(&diagnostics, reterr_errors);
}

void *scenario_take_items(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, size_t most, size_t item_size,
                          const struct scenario_node **ret_item)
{
    *ret_item = scenario_items(compiler, key, value);
    if (!*ret_item)
        return NULL;
    if (value->count > most) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "too many items of '%s'; there may be %zu at most", key->name, most);
        *ret_item = NULL;
        return NULL;
    }
    /* One more, which stays zero. */
    void *items = scenario_arena_take(compiler->arena, (value->count + 1) * item_size);
    if (!items) {
        scenario_out_of_memory(compiler);
        *ret_item = NULL;
    }
    return items;
}
