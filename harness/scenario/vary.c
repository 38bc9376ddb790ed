/* vary.c - the product of the lists in `vary`, or its rows, and $name in place of a value or in a
 * text. */
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

/* What is wrong with a value; NULL = nothing. */
static const char *fault_of(const struct scenario_node *value)
{
    if (value->kind != SCENARIO_NODE_SCALAR)
        return "is no single value; lists and mappings can't vary";
    if (value->style == SCENARIO_PLAIN && value->text[0] == '$')
        return "can't stand for another name of 'vary'";
    if (value->length == 0 && value->style == SCENARIO_PLAIN)
        return "is empty; write '' for empty text";
    return NULL;
}

/* False with a complaint, or when there was one before. */
static bool check_value(struct scenario_compiler *compiler, const struct scenario_node *value,
                        const char *fault)
{
    if (value->kind == SCENARIO_NODE_BROKEN)
        return false;
    if (fault_of(value))
        fault = fault_of(value);
    if (fault)
        scenario_diagnose(compiler->diagnostics, value->at, NULL, "this value of 'vary' %s", fault);
    return !fault;
}

/* Values are scalars, each a different one: they name the cases. */
static bool check_values(struct scenario_compiler *compiler, const struct scenario_node *values)
{
    bool good = true;
    for (const struct scenario_node *value = values->first; value; value = value->next) {
        const char *fault = NULL;
        for (const struct scenario_node *other = values->first; !fault && other != value;
             other = other->next)
            if (other->kind == SCENARIO_NODE_SCALAR && is_same(other, value))
                fault = "stands there already; each value is a case of its own";
        good = check_value(compiler, value, fault) && good;
    }
    return good;
}

/* A new name, its values still to come; false with a complaint. */
static bool add_name(struct scenario_compiler *compiler, const struct scenario_node *key)
{
    struct scenario_vary *vary = &compiler->vary;
    char shown[SHOWN];

    if (!is_name(key->text, key->length)) {
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "'%s' is no name; small letters, digits and '-' make one",
                          scenario_printable(shown, sizeof shown, key->text, key->length));
        return false;
    }
    if (vary->count == SCENARIO_VARY_MAX) {
        scenario_diagnose(compiler->diagnostics, key->at, NULL,
                          "too many names in 'vary'; at most %d", SCENARIO_VARY_MAX);
        return false;
    }
    vary->names[vary->count++] = (struct scenario_vary_name){.key = key};
    return true;
}

/* Cases that there are, times `count`; false with a complaint. */
static bool multiply_cases(struct scenario_compiler *compiler, struct scenario_span at,
                           size_t count)
{
    struct scenario_vary *vary = &compiler->vary;
    if (count > SCENARIO_CASES_MAX / vary->case_count) {
        scenario_diagnose(compiler->diagnostics, at, NULL,
                          "too many cases; a scenario has at most %d", SCENARIO_CASES_MAX);
        return false;
    }
    vary->case_count *= count;
    return true;
}

/* One name and its list; false with a complaint. */
static bool read_name(struct scenario_compiler *compiler, const struct scenario_node *key)
{
    const struct scenario_node *values = key->value;
    char shown[SHOWN];

    if (is_name(key->text, key->length) &&
        (values->kind != SCENARIO_NODE_SEQUENCE || !values->first)) {
        scenario_diagnose(compiler->diagnostics, values->at, NULL,
                          "'%s' takes a list of values; write it in [brackets]",
                          scenario_printable(shown, sizeof shown, key->text, key->length));
        return false;
    }
    if (!add_name(compiler, key))
        return false;
    if (!multiply_cases(compiler, key->at, values->count)) {
        compiler->vary.count--;
        return false;
    }
    struct scenario_vary_name *name = &compiler->vary.names[compiler->vary.count - 1];
    name->values = values;
    name->now = values->first;
    return check_values(compiler, values);
}

/* ---- a case a row -------------------------------------------------------------------------- */

/* A row has the names of the first one; false with a complaint. */
static bool check_row(struct scenario_compiler *compiler, const struct scenario_node *row)
{
    const struct scenario_vary *vary = &compiler->vary;
    bool good = row->kind == SCENARIO_NODE_MAPPING && row->count == vary->count;

    for (size_t i = 0; good && i < vary->count; i++)
        good = scenario_node_value(row, vary->names[i].key->text) != NULL;
    if (!good) {
        if (row->kind != SCENARIO_NODE_BROKEN)
            scenario_diagnose(compiler->diagnostics, row->at, NULL,
                              "this row of 'vary' has other names than the first one");
        return false;
    }
    for (size_t i = 0; i < vary->count; i++)
        good =
            check_value(compiler, scenario_node_value(row, vary->names[i].key->text), NULL) && good;
    return good;
}

/* Whether two rows, which are good, have the same values of the first names. */
static bool begin_alike(const struct scenario_vary *vary, const struct scenario_node *row,
                        const struct scenario_node *other, size_t names)
{
    for (size_t i = 0; i < names; i++)
        if (!is_same(scenario_node_value(row, vary->names[i].key->text),
                     scenario_node_value(other, vary->names[i].key->text)))
            return false;
    return true;
}

/* So many of the first names tell a row from those before it; more than there are: none does. */
static size_t names_needed(const struct scenario_vary *vary, const struct scenario_node *row)
{
    size_t needed = 1;
    for (const struct scenario_node *other = vary->rows->first; other != row; other = other->next)
        while (needed <= vary->count && begin_alike(vary, row, other, needed))
            needed++;
    return needed;
}

/* Cases are named by as many of the first names as it takes to tell them apart. */
static bool name_rows(struct scenario_compiler *compiler)
{
    struct scenario_vary *vary = &compiler->vary;
    vary->naming = 1;
    for (const struct scenario_node *row = vary->rows->first; row; row = row->next) {
        size_t needed = names_needed(vary, row);
        if (needed > vary->naming)
            vary->naming = needed;
        if (needed <= vary->count)
            continue;
        scenario_diagnose(compiler->diagnostics, row->at, NULL,
                          "this row of 'vary' stands there already; each one is a case of its own");
        return false;
    }
    return true;
}

static bool read_rows(struct scenario_compiler *compiler, const struct scenario_node *rows)
{
    struct scenario_vary *vary = &compiler->vary;
    bool good = true;

    vary->rows = rows;
    if (!rows->first || rows->first->kind != SCENARIO_NODE_MAPPING || !rows->first->first) {
        scenario_diagnose(compiler->diagnostics, rows->at, NULL,
                          "'vary' takes a mapping of names to lists of values, or a list of rows, "
                          "each a mapping of the same names to values");
        return false;
    }
    for (const struct scenario_node *key = rows->first->first; key && good; key = key->next)
        good = !key->skip && add_name(compiler, key);
    if (!good || !multiply_cases(compiler, rows->at, rows->count))
        return false;
    for (const struct scenario_node *row = rows->first; row; row = row->next)
        good = check_row(compiler, row) && good;
    return good && name_rows(compiler);
}

static void choose_row(struct scenario_vary *vary, size_t index)
{
    const struct scenario_node *row = vary->rows->first;
    while (index-- > 0)
        row = row->next;
    for (size_t i = 0; i < vary->count; i++)
        vary->names[i].now = scenario_node_value(row, vary->names[i].key->text);
}

/* ---- reading and choosing ------------------------------------------------------------------ */

void scenario_vary_read(struct scenario_compiler *compiler)
{
    const struct scenario_node *node = scenario_node_value(compiler->root, "vary");
    compiler->vary = (struct scenario_vary){.case_count = 1};
    if (!node || node->kind == SCENARIO_NODE_BROKEN)
        return;
    if (node->kind == SCENARIO_NODE_SEQUENCE && read_rows(compiler, node))
        return;
    if (node->kind == SCENARIO_NODE_SEQUENCE) {
        compiler->vary = (struct scenario_vary){.case_count = 1, .broken = true};
        return;
    }
    if (node->kind != SCENARIO_NODE_MAPPING) {
        scenario_diagnose(compiler->diagnostics, node->at, NULL,
                          "'vary' takes a mapping of names to lists of values, or a list of rows");
        compiler->vary.broken = true;
        return;
    }
    for (const struct scenario_node *key = node->first; key; key = key->next)
        if (key->skip || !read_name(compiler, key))
            compiler->vary.broken = true;
}

/* The last name changes fastest. */
static void choose_values(struct scenario_vary *vary, size_t index)
{
    for (size_t i = vary->count; i-- > 0;) {
        const struct scenario_node *value = vary->names[i].values->first;
        for (size_t skipped = index % vary->names[i].values->count; skipped > 0; skipped--)
            value = value->next;
        index /= vary->names[i].values->count;
        vary->names[i].now = value;
    }
}

const char *scenario_vary_choose(struct scenario_compiler *compiler, size_t index)
{
    struct scenario_vary *vary = &compiler->vary;
    char text[VALUES_TEXT_MAX] = "", shown[SHOWN];
    size_t used = 0, naming = vary->rows ? vary->naming : vary->count;

    if (vary->rows)
        choose_row(vary, index);
    else
        choose_values(vary, index);
    for (size_t i = 0; i < naming && used < sizeof text; i++) {
        const struct scenario_node *value = vary->names[i].now;
        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s%s=%s", i ? ", " : "", vary->names[i].key->text,
            scenario_printable(shown, sizeof shown, value->text, value->length));
    }
    return scenario_arena_text(compiler->arena, text, strlen(text));
}

static const char *vary_name(const void *vary, size_t index)
{
    return ((const struct scenario_vary *)vary)->names[index].key->text;
}

/* Complains about a name that 'vary' has not. */
static void complain_of_name(struct scenario_compiler *compiler, struct scenario_span at,
                             const char *name, size_t length, const char *nearest)
{
    char shown[SHOWN];
    compiler->vary.misspelt = true;
    scenario_printable(shown, sizeof shown, name, length);
    if (nearest)
        scenario_diagnose(compiler->diagnostics, at, NULL,
                          "unknown name '$%s'; did you mean '$%s'?", shown, nearest);
    else
        scenario_diagnose(compiler->diagnostics, at, NULL,
                          "unknown name '$%s'; 'vary' has none like it", shown);
}

static struct scenario_vary_name *find_name(struct scenario_vary *vary, const char *text,
                                            size_t length)
{
    for (size_t i = 0; i < vary->count; i++) {
        const struct scenario_node *key = vary->names[i].key;
        if (key->length == length && memcmp(key->text, text, length) == 0) {
            vary->names[i].used = true;
            return &vary->names[i];
        }
    }
    return NULL;
}

/* ---- names inside a text ------------------------------------------------------------------- */

/* The name behind a '$' of a text: the longest one that 'vary' has. Sets how much of the text it
 * takes; with NULL 0 says that the '$' stands for itself. */
static struct scenario_vary_name *name_inside(struct scenario_vary *vary, const char *text,
                                              size_t *ret_used)
{
    bool braces = text[1] == '{';
    const char *begin = text + 1 + braces;
    size_t length = strspn(begin, "abcdefghijklmnopqrstuvwxyz0123456789-");
    struct scenario_vary_name *name = NULL;

    if (braces && begin[length] != '}')
        length = 0;
    *ret_used = length > 0 ? length : 0;
    while (length > 0 && !name) {
        name = find_name(vary, begin, length);
        if (name)
            *ret_used = length + 1 + 2 * (size_t)braces;
        length = braces ? 0 : length - 1;
    }
    return name;
}

/* False with a complaint: a name in braces, or one that is much like a known one, is meant. */
static bool stands_for_itself(struct scenario_compiler *compiler, const struct scenario_node *node,
                              const char *text, size_t length)
{
    struct scenario_vary *vary = &compiler->vary;
    bool braces = text[1] == '{';
    const char *nearest =
        length > 0 ? text_nearest(text + 1 + braces, length, vary_name, vary, vary->count) : NULL;
    if (length == 0 || (!braces && !nearest))
        return true;
    complain_of_name(compiler, node->at, text + 1 + braces, length, nearest);
    return false;
}

/* A quoted text with the values in place of the names in it. */
static const struct scenario_node *fill_in(struct scenario_compiler *compiler,
                                           const struct scenario_node *node)
{
    char text[SCENARIO_TEXT_MAX + 1];
    size_t used = 0;
    bool changed = false;

    for (const char *at = node->text, *end = at + node->length; at < end;) {
        size_t taken = 1, length = 1;
        const char *piece = at;
        struct scenario_vary_name *name =
            *at == '$' ? name_inside(&compiler->vary, at, &taken) : NULL;
        if (name) {
            piece = name->now->text;
            length = name->now->length;
            changed = true;
        } else if (*at == '$') {
            if (!stands_for_itself(compiler, node, at, taken))
                return NULL;
            taken = 1;
        }
        if (length > SCENARIO_TEXT_MAX - used) {
            scenario_diagnose(compiler->diagnostics, node->at, NULL,
                              "this text is longer than %d bytes with the values of 'vary' in it",
                              SCENARIO_TEXT_MAX);
            return NULL;
        }
        memcpy(text + used, piece, length);
        used += length;
        at += taken;
    }
    if (!changed)
        return node;
    struct scenario_node *filled = scenario_arena_take(compiler->arena, sizeof *filled);
    const char *kept = scenario_arena_text(compiler->arena, text, used);
    if (!filled || !kept) {
        scenario_out_of_memory(compiler);
        return NULL;
    }
    *filled = *node;
    filled->text = kept;
    filled->length = used;
    return filled;
}

const struct scenario_node *scenario_resolve(struct scenario_compiler *compiler,
                                             const struct scenario_node *node)
{
    struct scenario_vary *vary = &compiler->vary;

    if (node->kind != SCENARIO_NODE_SCALAR || !memchr(node->text, '$', node->length))
        return node;
    if (node->style != SCENARIO_PLAIN)
        return vary->broken || vary->count == 0 ? node : fill_in(compiler, node);
    if (node->text[0] != '$')
        return node;
    const struct scenario_vary_name *name = find_name(vary, node->text + 1, node->length - 1);
    if (name)
        return name->now;
    if (!vary->broken)
        complain_of_name(
            compiler, node->at, node->text + 1, node->length - 1,
            text_nearest(node->text + 1, node->length - 1, vary_name, vary, vary->count));
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
