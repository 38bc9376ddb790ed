/* shrink_tree.c - units and values of a scenario's tree; writes what is left. */
#include "harness/trace/shrink_tree.h"

#include <string.h>

/* ---- reading --------------------------------------------------------------------------------- */

static void add_unit(struct shrink_tree *tree, const struct scenario_node *node)
{
    if (tree->unit_count < SHRINK_UNITS_MAX)
        tree->units[tree->unit_count++] = (struct shrink_unit){node, false};
}

static bool is_key(const struct scenario_node *node, const char *name)
{
    return node->text && strcmp(node->text, name) == 0;
}

static void add_children(struct shrink_tree *tree, const struct scenario_node *parent)
{
    for (const struct scenario_node *node = parent ? parent->first : NULL; node; node = node->next)
        add_unit(tree, node);
}

/* Actions, if there are several, and what is written beside trigger and actions. */
static void add_event_parts(struct shrink_tree *tree, const struct scenario_node *event)
{
    const struct scenario_node *actions = scenario_node_value(event, "do");
    if (actions && actions->kind == SCENARIO_NODE_SEQUENCE && actions->count > 1)
        add_children(tree, actions);
    for (const struct scenario_node *key = event->first; key; key = key->next)
        if (!is_key(key, "when") && !is_key(key, "do"))
            add_unit(tree, key);
}

static void add_module_parts(struct shrink_tree *tree, const struct scenario_node *module)
{
    for (const struct scenario_node *key = module ? module->first : NULL; key; key = key->next) {
        if (is_key(key, "settings"))
            add_children(tree, key->value);
        else if (!is_key(key, "variant") && !is_key(key, "revision"))
            add_unit(tree, key);
    }
}

bool shrink_tree_read(struct shrink_tree *tree, const char *path, const char *text, size_t length)
{
    static struct scenario_diagnostics diagnostics;
    struct scenario_errors errors = {0};
    *tree = (struct shrink_tree){.unit_count = 0};
    scenario_arena_init(&tree->arena, SCENARIO_ARENA_BYTES_MAX);
    scenario_diagnostics_init(&diagnostics, path, text, length);
    tree->root = scenario_tree_read(&tree->arena, &diagnostics);
    bool good = scenario_diagnostics_done(&diagnostics, &errors) && tree->root &&
                tree->root->kind == SCENARIO_NODE_MAPPING;
    scenario_errors_done(&errors);
    if (!good)
        return false;
    const struct scenario_node *events = scenario_node_value(tree->root, "events");
    add_children(tree, events);
    for (const struct scenario_node *event = events ? events->first : NULL; event;
         event = event->next)
        add_event_parts(tree, event);
    add_module_parts(tree, scenario_node_value(tree->root, "module"));
    add_children(tree, scenario_node_value(tree->root, "host"));
    add_children(tree, scenario_node_value(tree->root, "expect"));
    for (const struct scenario_node *key = tree->root->first; key; key = key->next)
        if (is_key(key, "tags"))
            add_unit(tree, key);
    return true;
}

void shrink_tree_done(struct shrink_tree *tree)
{
    scenario_arena_done(&tree->arena);
}

static bool is_out(const struct shrink_tree *tree, const struct scenario_node *node)
{
    for (size_t i = 0; i < tree->unit_count; i++)
        if (tree->units[i].node == node)
            return tree->units[i].out;
    return false;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* The value of the varied name in this case; the last name varies fastest. */
static const struct scenario_node *varied(const struct shrink_tree *tree, const char *name)
{
    const struct scenario_node *vary = scenario_node_value(tree->root, "vary");
    size_t index = tree->case_index;
    const struct scenario_node *found = NULL;
    for (const struct scenario_node *key = vary ? vary->first : NULL; key; key = key->next) {
        size_t behind = 1;
        for (const struct scenario_node *later = key->next; later; later = later->next)
            behind *= later->value && later->value->count ? later->value->count : 1;
        if (!key->value || key->value->kind != SCENARIO_NODE_SEQUENCE || !key->value->count)
            continue;
        size_t nth = index / behind % key->value->count;
        found = key->value->first;
        while (nth-- && found)
            found = found->next;
        if (is_key(key, name))
            return found;
    }
    return NULL;
}

static const struct scenario_node *resolved(const struct shrink_tree *tree,
                                            const struct scenario_node *node)
{
    if (node && node->kind == SCENARIO_NODE_SCALAR && node->text[0] == '$') {
        const struct scenario_node *value = varied(tree, node->text + 1);
        return value ? value : node;
    }
    return node;
}

static void add_values(struct shrink_tree *tree, const struct scenario_node *node, const char *key)
{
    if (!node || is_out(tree, node))
        return;
    for (const struct scenario_node *child = node->first; child; child = child->next) {
        if (is_out(tree, child))
            continue;
        if (node->kind == SCENARIO_NODE_MAPPING)
            add_values(tree, child->value, child->text);
        else
            add_values(tree, child, key);
    }
    const struct scenario_node *value = resolved(tree, node);
    bool number = value->kind == SCENARIO_NODE_SCALAR && value->style == SCENARIO_PLAIN &&
                  value->text[0] >= '0' && value->text[0] <= '9';
    if (number && tree->value_count < SHRINK_VALUES_MAX)
        tree->values[tree->value_count++] =
            (struct shrink_value){.node = node, .key = key, .now = value->text};
}

void shrink_tree_values(struct shrink_tree *tree)
{
    const struct scenario_node *module = scenario_node_value(tree->root, "module");
    tree->value_count = 0;
    add_values(tree, scenario_node_value(tree->root, "events"), "events");
    add_values(tree, scenario_node_value(module, "settings"), "settings");
    add_values(tree, scenario_node_value(tree->root, "host"), "host");
}

static const char *value_text(const struct shrink_tree *tree, const struct scenario_node *node)
{
    for (size_t i = 0; i < tree->value_count; i++)
        if (tree->values[i].node == node && tree->values[i].text[0])
            return tree->values[i].text;
    return NULL;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void put_scalar(const struct shrink_tree *tree, const struct scenario_node *given,
                       FILE *file)
{
    const struct scenario_node *node = resolved(tree, given);
    const char *other = value_text(tree, given);
    bool printable = true;
    if (other || node->style == SCENARIO_PLAIN) {
        fputs(other ? other : node->text, file);
        return;
    }
    for (size_t i = 0; i < node->length; i++)
        printable &= node->text[i] >= ' ' && node->text[i] <= '~';
    fputc(printable ? '\'' : '"', file);
    for (size_t i = 0; i < node->length; i++) {
        unsigned char c = (unsigned char)node->text[i];
        if (printable && c == '\'')
            fputs("''", file);
        else if (printable || (c >= ' ' && c != '"' && c != '\\' && c != 0x7f))
            fputc(c, file);
        else
            fprintf(file, "\\x%02X", c);
    }
    fputc(printable ? '\'' : '"', file);
}

static void put_flow(const struct shrink_tree *tree, const struct scenario_node *given, FILE *file)
{
    const struct scenario_node *node = resolved(tree, given);
    if (node->kind == SCENARIO_NODE_SCALAR) {
        put_scalar(tree, given, file);
        return;
    }
    bool mapping = node->kind == SCENARIO_NODE_MAPPING, first = true;
    fputc(mapping ? '{' : '[', file);
    for (const struct scenario_node *child = node->first; child; child = child->next) {
        if (is_out(tree, child))
            continue;
        fputs(first ? "" : ", ", file);
        first = false;
        if (!mapping) {
            put_flow(tree, child, file);
            continue;
        }
        put_scalar(tree, child, file);
        fputs(": ", file);
        put_flow(tree, child->value, file);
    }
    fputc(mapping ? '}' : ']', file);
}

/* True when nothing of it is left. */
static bool is_empty(const struct shrink_tree *tree, const struct scenario_node *node)
{
    if (node->kind == SCENARIO_NODE_SCALAR)
        return false;
    for (const struct scenario_node *child = node->first; child; child = child->next) {
        if (is_out(tree, child))
            continue;
        if (node->kind == SCENARIO_NODE_SEQUENCE || !is_key(child, "settings") ||
            !is_empty(tree, child->value))
            return false;
    }
    return true;
}

static void put_pairs(const struct shrink_tree *tree, const struct scenario_node *map,
                      const char *first_indent, const char *indent, FILE *file)
{
    const char *before = first_indent;
    for (const struct scenario_node *key = map->first; key; key = key->next) {
        if (is_out(tree, key) || is_empty(tree, key->value))
            continue;
        fputs(before, file);
        put_scalar(tree, key, file);
        fputs(": ", file);
        put_flow(tree, key->value, file);
        fputc('\n', file);
        before = indent;
    }
}

static void put_top(const struct shrink_tree *tree, const struct scenario_node *key, FILE *file)
{
    const struct scenario_node *value = key->value;
    bool events = is_key(key, "events");
    if (tree->free && is_key(key, "expect")) {
        fputs("expect: {within: 24h}\n", file);
        return;
    }
    if (is_key(key, "vary") || is_out(tree, key) || is_empty(tree, value))
        return;
    fputs(key->text, file);
    fputc(':', file);
    if (value->kind == SCENARIO_NODE_MAPPING) {
        fputc('\n', file);
        put_pairs(tree, value, "  ", "  ", file);
    } else if (events && value->kind == SCENARIO_NODE_SEQUENCE) {
        fputc('\n', file);
        for (const struct scenario_node *event = value->first; event; event = event->next)
            if (!is_out(tree, event))
                put_pairs(tree, event, "  - ", "    ", file);
    } else {
        fputc(' ', file);
        put_flow(tree, value, file);
        fputc('\n', file);
    }
}

void shrink_tree_write(const struct shrink_tree *tree, FILE *file)
{
    if (tree->remark)
        fputs(tree->remark, file);
    for (const struct scenario_node *key = tree->root->first; key; key = key->next)
        put_top(tree, key, file);
}
