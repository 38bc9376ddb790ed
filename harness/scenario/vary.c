/* vary.c - the product of the lists in `vary`, and $name in place of a value. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/compile.h"

enum { SHOWN = 64, VALUES_TEXT_MAX = 1000 };

static bool is_name(const char *text, size_t length)
{
    if (length == 0 || text[0] < 'a' || text[0] > 'z')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", text[i]))
            return false;
    return true;
}

static bool is_same(const struct scenario_node *a, const struct scenario_node *b)
{
    return a->hash == b->hash && a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/* Values are scalars, each a different one: they name the cases. */
static bool check_values(struct scenario_compiler *compiler, const struct scenario_node *values)
{
    bool good = true;
    for (const struct scenario_node *value = values->first; value; value = value->next) {
        const char *fault = NULL;
        if (value->kind == SCENARIO_NODE_BROKEN) {
            good = false;
            continue;
        }
        if (value->kind != SCENARIO_NODE_SCALAR)
            fault = "is no single value; lists and mappings can't vary";
        else if (value->style == SCENARIO_PLAIN && value->text[0] == '$')
            fault = "can't stand for another name of 'vary'";
        else if (value->length == 0 && value->style == SCENARIO_PLAIN)
            fault = "is empty; write '' for empty text";
        for (const struct scenario_node *other = values->first; !fault && other != value;
             other = other->next)
            if (other->kind == SCENARIO_NODE_SCALAR && is_same(other, value))
                fault = "stands there already; each value is a case of its own";
        if (!fault)
            continue;
        good = false;
        scenario_diagnose(compiler->diagnostics, value->at, NULL, "this value of 'vary' %s", fault);
    }
    return good;
}

/* One name; false with a complaint. */
static bool read_name(struct scenario_compiler *compiler, const struct scenario_node *key)
{
    struct scenario_vary *vary = &compiler->vary;
    const struct scenario_node *values = key->value;
    char shown[SHOWN];

    scenario_printable(shown, sizeof(shown), key->text, key->length);
    if (!is_name(key->text, key->length)) {
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "'%s' is no name; small letters, digits and '-' make one", shown);
        return false;
    }
    if (values->kind != SCENARIO_NODE_SEQUENCE || !values->first) {
        scenario_diagnose(compiler->diagnostics, values->at, NULL,
                          "'%s' takes a list of values; write it in [brackets]", shown);
        return false;
    }
    if (vary->count == SCENARIO_VARY_MAX) {
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "too many names in 'vary'; at most %d", SCENARIO_VARY_MAX);
        return false;
    }
    if (values->count > SCENARIO_CASES_MAX / vary->case_count) {
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "too many cases; a scenario has at most %d", SCENARIO_CASES_MAX);
        return false;
    }
    vary->case_count *= values->count;
    vary->names[vary->count++] =
        (struct scenario_vary_name){.key = key, .values = values, .now = values->first};
    return check_values(compiler, values);
}

void scenario_vary_read(struct scenario_compiler *compiler)
{
    const struct scenario_node *node = scenario_node_value(compiler->root, "vary");
    compiler->vary = (struct scenario_vary){.case_count = 1};
    if (!node || node->kind == SCENARIO_NODE_BROKEN)
        return;
    if (node->kind != SCENARIO_NODE_MAPPING) {
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "'vary' takes a mapping of names to lists of values");
        compiler->vary.broken = true;
        return;
    }
    for (const struct scenario_node *key = node->first; key; key = key->next)
        if (key->skip || !read_name(compiler, key))
            compiler->vary.broken = true;
}

const char *scenario_vary_choose(struct scenario_compiler *compiler, size_t index)
{
    struct scenario_vary *vary = &compiler->vary;
    char text[VALUES_TEXT_MAX] = "", shown[SHOWN];
    size_t used = 0;

    /* The last name changes fastest. */
    for (size_t i = vary->count; i-- > 0;) {
        const struct scenario_node *value = vary->names[i].values->first;
        for (size_t skipped = index % vary->names[i].values->count; skipped > 0; skipped--)
            value = value->next;
        index /= vary->names[i].values->count;
        vary->names[i].now = value;
    }
    for (size_t i = 0; i < vary->count && used < sizeof(text); i++) {
        const struct scenario_node *value = vary->names[i].now;
        used += (size_t)snprintf(
            text + used, sizeof(text) - used, "%s%s=%s", i ? ", " : "", vary->names[i].key->text,
            scenario_printable(shown, sizeof(shown), value->text, value->length));
    }
    return scenario_arena_text(compiler->arena, text, strlen(text));
}

static const char *vary_name(const void *vary, size_t index)
{
    return ((const struct scenario_vary *)vary)->names[index].key->text;
}

const struct scenario_node *scenario_resolve(struct scenario_compiler *compiler,
                                             const struct scenario_node *node)
{
    struct scenario_vary *vary = &compiler->vary;
    char shown[SHOWN];

    if (node->kind != SCENARIO_NODE_SCALAR || node->style != SCENARIO_PLAIN || node->text[0] != '$')
        return node;
    for (size_t i = 0; i < vary->count; i++)
        if (strcmp(vary->names[i].key->text, node->text + 1) == 0) {
            vary->names[i].used = true;
            return vary->names[i].now;
        }
    if (vary->broken)
        return NULL;
    vary->misspelt = true;
    scenario_printable(shown, sizeof(shown), node->text, node->length);
    const char *nearest =
        text_nearest(node->text + 1, node->length - 1, vary_name, vary, vary->count);
    if (nearest)
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "unknown name '%s'; did you mean '$%s'?", shown, nearest);
    else
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "unknown name '%s'; 'vary' has none like it", shown);
    return NULL;
}

void scenario_vary_finish(struct scenario_compiler *compiler)
{
    for (size_t i = 0; i < compiler->vary.count; i++) {
        const struct scenario_vary_name *name = &compiler->vary.names[i];
        if (!name->used && !compiler->vary.misspelt)
            scenario_diagnose(compiler->diagnostics, name->key->at, NULL,
                              "'%s' varies, but nothing uses it; write $%s where it belongs",
                              name->key->text, name->key->text);
    }
}
