/* shrink_tree.h - a scenario as a tree of which parts can be left out, and its text without them.
 */
#ifndef FOTARIG_HARNESS_TRACE_SHRINK_TREE_H
#define FOTARIG_HARNESS_TRACE_SHRINK_TREE_H

#include <stdio.h>

#include "harness/scenario/internal.h"

enum { SHRINK_UNITS_MAX = 512, SHRINK_VALUES_MAX = 64 };

/* A part that can be left out: an item of a list, or a key with its value. */
struct shrink_unit {
    const struct scenario_node *node;
    bool out;
};

/* A scalar with a number, which may get another one. */
struct shrink_value {
    const struct scenario_node *node;
    const char *key;
    const char *now; /* as the case has it */
    char text[32];   /* in its place; "" = as it is */
};

struct shrink_tree {
    struct scenario_arena arena;
    const struct scenario_node *root;
    struct shrink_unit units[SHRINK_UNITS_MAX];
    struct shrink_value values[SHRINK_VALUES_MAX];
    size_t unit_count, value_count, case_index;
    bool free;          /* nothing is expected of a run that something else is put into */
    const char *remark; /* written as comments above, lines; NULL = none */
};

/* False: it is no YAML that a scenario may be. */
bool shrink_tree_read(struct shrink_tree *tree, const char *path, const char *text, size_t length);
void shrink_tree_done(struct shrink_tree *tree);
/* Finds the numbers of what is not left out. */
void shrink_tree_values(struct shrink_tree *tree);
/* Writes it without what is out, in one case: `vary` is gone. */
void shrink_tree_write(const struct shrink_tree *tree, FILE *file);

#endif
