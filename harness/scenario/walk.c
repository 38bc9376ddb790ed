/* walk.c - a mapping of the file against the rows of its table. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/compile.h"

enum { SHOWN = 64 }; /* of a key or value in a message, in bytes */

/* ---- messages -------------------------------------------------------------------------------- */

static const char *key_name(const void *map, size_t index)
{
    return ((const struct scenario_map *)map)->keys[index].name;
}

static void append(char *buffer, size_t capacity, const char *text)
{
    size_t used = strlen(buffer);
    snprintf(buffer + used, capacity - used, "%s", text);
}

/* "allowed: from, to"; without the modifiers if asked so. */
static void list_keys(char *buffer, size_t capacity, const char *title,
                      const struct scenario_map *map, bool kinds_only)
{
    const char *separator = "";
    snprintf(buffer, capacity, "%s", title);
    for (size_t i = 0; i < map->count; i++) {
        if (kinds_only && map->keys[i].modifier)
            continue;
        append(buffer, capacity, separator);
        append(buffer, capacity, map->keys[i].name);
        separator = ", ";
    }
}

static const struct scenario_key *find_key(const struct scenario_map *map,
                                           const struct scenario_node *node)
{
    for (size_t i = 0; i < map->count; i++)
        if (strlen(map->keys[i].name) == node->length &&
            memcmp(map->keys[i].name, node->text, node->length) == 0)
            return &map->keys[i];
    return NULL;
}

/* The mapping below `map` that has such a key; NULL: none. */
static const struct scenario_map *find_home(const struct scenario_map *map,
                                            const struct scenario_node *key)
{
    const struct scenario_map *home = find_key(map, key) ? map : NULL;
    for (size_t i = 0; !home && i < map->count; i++)
        if (map->keys[i].map)
            home = find_home(map->keys[i].map, key);
    return home;
}

/* False for a mapping of another kind of file. */
static bool is_below(const struct scenario_map *root, const struct scenario_map *map)
{
    bool found = root == map;
    for (size_t i = 0; !found && i < root->count; i++)
        found = root->keys[i].map && is_below(root->keys[i].map, map);
    return found;
}

static void refuse_misplaced_key(struct scenario_compiler *compiler, const struct scenario_map *map,
                                 const struct scenario_node *key, const char *hint,
                                 const struct scenario_map *home)
{
    if (home->name[0])
        scenario_diagnose(compiler->diagnostics, key->at, hint,
                          "'%.*s' is no key of '%s'; it belongs to '%s'", (int)key->length,
                          key->text, map->name, home->name);
    else
        scenario_diagnose(compiler->diagnostics, key->at, hint,
                          "'%.*s' is no key of '%s'; it belongs to the file, not indented",
                          (int)key->length, key->text, map->name);
}

static void refuse_key(struct scenario_compiler *compiler, const struct scenario_map *map,
                       const struct scenario_node *key)
{
    const struct scenario_map *home = find_home(&scenario_schema, key);
    char shown[SHOWN], hint[SCENARIO_MESSAGE_MAX];
    const char *nearest = text_nearest(key->text, key->length, key_name, map, map->count);
    char in[SHOWN] = "";

    if (map->name[0])
        snprintf(in, sizeof in, " in '%s'", map->name);

    list_keys(hint, sizeof hint, "allowed: ", map, false);
    scenario_printable(shown, sizeof shown, key->text, key->length);
    if (strcmp(key->text, "<<") == 0)
        scenario_diagnose(compiler->diagnostics, key->at, hint,
                          "merge keys (<<) are not used in scenarios; write the values out");
    else if (home && map->name[0] && is_below(&scenario_schema, map))
        refuse_misplaced_key(compiler, map, key, hint, home);
    else if (nearest)
        scenario_diagnose(compiler->diagnostics, key->at, hint,
                          "unknown key '%s'%s; did you mean '%s'?", shown, in, nearest);
    else
        scenario_diagnose(compiler->diagnostics, key->at, hint, "unknown key '%s'%s", shown, in);
}

/* ---- kinds: mappings that have exactly one of some keys -------------------------------------- */

/* The one key that says what the mapping is; NULL with a complaint when there is none. */
static const struct scenario_key *find_kind(struct scenario_compiler *compiler,
                                            const struct scenario_map *map,
                                            const struct scenario_node *node)
{
    const struct scenario_key *kind = NULL;
    char hint[SCENARIO_MESSAGE_MAX];
    bool unknown = false;

    for (const struct scenario_node *at = node->first; at; at = at->next) {
        const struct scenario_key *key = at->skip ? NULL : find_key(map, at);
        unknown |= !key;
        if (!key || key->modifier)
            continue;
        if (kind)
            scenario_diagnose(compiler->diagnostics, at->at, NULL,
                              "'%s' beside '%s'; one %s each, two need two items", key->name,
                              kind->name, map->kinds);
        else
            kind = key;
    }
    /* An unknown key was meant to be it, and has its own message. */
    if (!kind && !unknown) {
        list_keys(hint, sizeof hint, "one of: ", map, true);
        scenario_diagnose(compiler->diagnostics, node->at, hint, "no %s in '%s'", map->kinds,
                          map->name);
    }
    return kind;
}

/* Modifiers that the kind does not have, and those that it can't be without. */
static void check_modifiers(struct scenario_compiler *compiler, const struct scenario_map *map,
                            const struct scenario_node *node, const struct scenario_key *kind)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct scenario_key *key = &map->keys[i];
        bool present = scenario_node_value(node, key->name) != NULL;
        if (!present && scenario_must_have(kind, key))
            scenario_diagnose(compiler->diagnostics, node->at, NULL,
                              "missing key '%s'; '%s' needs it", key->name, kind->name);
    }
}

/* ---- the walk -------------------------------------------------------------------------------- */

static void compile_value(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, void *target)
{
    if (key->flags & SCENARIO_FIXED && compiler->diagnostics->pass > 0)
        return; /* the first case has said it for all */
    compiler->here = value->at.place;
    value = key->flags & SCENARIO_FIXED ? value : scenario_resolve(compiler, value);
    if (!value || value->kind == SCENARIO_NODE_BROKEN || key->type == SCENARIO_TYPE_VARY)
        return;
    if (key->compile)
        key->compile(compiler, key, value, target);
    else if (key->type == SCENARIO_TYPE_MAP)
        scenario_walk(compiler, key->map, value, (char *)target + key->offset);
    else
        (void)scenario_store(compiler, key, value, target);
}

static void check_order(struct scenario_compiler *compiler, const struct scenario_map *map,
                        const struct scenario_node *node, const struct scenario_key *key,
                        const struct scenario_key **last)
{
    char hint[SCENARIO_MESSAGE_MAX];
    if (!map->ordered)
        return;
    if (*last && key < *last) {
        list_keys(hint, sizeof hint, "the order is: ", map, false);
        scenario_diagnose(compiler->diagnostics, node->at, hint, "'%s' must stand before '%s'",
                          key->name, (*last)->name);
        return;
    }
    *last = key;
}

static void check_required(struct scenario_compiler *compiler, const struct scenario_map *map,
                           const struct scenario_node *node)
{
    for (size_t i = 0; i < map->count && !map->optional; i++) {
        const struct scenario_key *key = &map->keys[i];
        if (!(key->flags & SCENARIO_REQUIRED) || scenario_node_value(node, key->name))
            continue;
        if (map->name[0])
            scenario_diagnose(compiler->diagnostics, node->at, NULL,
                              "missing key '%s' in '%s' (%s)", key->name, map->name, key->help);
        else
            scenario_diagnose(compiler->diagnostics, node->at, NULL, "missing key '%s' (%s)",
                              key->name, key->help);
    }
}

/* Keys whose value others override, wherever they stand. */
static void compile_first(struct scenario_compiler *compiler, const struct scenario_map *map,
                          const struct scenario_node *node, void *target)
{
    for (const struct scenario_node *at = node->first; at; at = at->next) {
        const struct scenario_key *key = at->skip ? NULL : find_key(map, at);
        if (key && key->flags & SCENARIO_FIRST)
            compile_value(compiler, key, at->value, target);
    }
}

void scenario_walk(struct scenario_compiler *compiler, const struct scenario_map *map,
                   const struct scenario_node *node, void *target)
{
    const struct scenario_key *kind = NULL, *last = NULL;
    char hint[SCENARIO_MESSAGE_MAX];

    if (node->kind != SCENARIO_NODE_MAPPING) {
        list_keys(hint, sizeof hint, "keys: ", map, false);
        scenario_diagnose(compiler->diagnostics, node->at, hint, "%s%s%s is not a mapping of keys",
                          map->name[0] ? "'" : "", map->name[0] ? map->name : "the file",
                          map->name[0] ? "'" : "");
        return;
    }
    if (map->kinds)
        kind = find_kind(compiler, map, node);
    if (kind)
        *((uint8_t *)target + map->kind_offset) = kind->kind;
    compile_first(compiler, map, node, target);
    for (const struct scenario_node *at = node->first; at; at = at->next) {
        const struct scenario_key *key = at->skip ? NULL : find_key(map, at);
        if (!key) {
            if (!at->skip)
                refuse_key(compiler, map, at);
            continue;
        }
        check_order(compiler, map, at, key, &last);
        if (kind && key->modifier && !scenario_takes(kind, key))
            scenario_diagnose(compiler->diagnostics, at->at, NULL, "'%s' does not go with '%s'",
                              key->name, kind->name);
        else if ((!map->kinds || key->modifier || key == kind) && !(key->flags & SCENARIO_FIRST))
            compile_value(compiler, key, at->value, target);
    }
    if (kind)
        check_modifiers(compiler, map, node, kind);
    check_required(compiler, map, node);
}

const struct scenario_node *scenario_items(struct scenario_compiler *compiler,
                                           const struct scenario_key *key,
                                           const struct scenario_node *value)
{
    if (value->kind != SCENARIO_NODE_SEQUENCE) {
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' takes a list; write it in [brackets]", key->name);
        return NULL;
    }
    if (!value->first)
        scenario_diagnose(compiler->diagnostics, value->at, NULL,
                          "'%s' is an empty list; leave the key out", key->name);
    return value->first;
}

void scenario_out_of_memory(struct scenario_compiler *compiler)
{
    scenario_diagnose(compiler->diagnostics, (struct scenario_span){0}, NULL, "out of memory");
}
