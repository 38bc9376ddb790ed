/*
 * tree.c - libyaml's events as a tree, and the parts of YAML that scenarios do without: anchors,
 * aliases, tags, doubled keys, several documents. Types are not guessed here: a scalar is text, its
 * style, and its place.
 */
#include <string.h>
#include <yaml.h>

#include "harness/scenario/internal.h"

/* One open sequence or mapping. */
struct level {
    struct scenario_node *node;
    struct scenario_node *last; /* of its children */
    struct scenario_node *key;  /* waits for its value */
};

struct builder {
    struct scenario_arena *arena;
    struct scenario_diagnostics *diagnostics;
    yaml_parser_t parser;
    struct level levels[SCENARIO_DEPTH_MAX];
    size_t depth, node_count;
    const struct scenario_node *root;
    bool stopped; /* an error that nothing more can be read after */
    bool ended;
};

/* libyaml counts lines and columns from 0. */
static struct scenario_span span_of(const yaml_mark_t *start, const yaml_mark_t *end)
{
    struct scenario_span span = {.place = {(uint32_t)start->line + 1, (uint32_t)start->column + 1},
                                 .width = 1};
    if (end->line == start->line && end->column > start->column)
        span.width = (uint32_t)(end->column - start->column);
    return span;
}

static void stop(struct builder *builder, struct scenario_span where, const char *text)
{
    scenario_diagnose(builder->diagnostics, where, NULL, "%s", text);
    builder->stopped = true;
}

/* ---- syntax errors --------------------------------------------------------------------------- */

/* What libyaml says when AT text is not quoted: X(problem, hint). */
static const struct {
    const char *problem, *hint;
} usual_causes[] = {
    {"mapping values are not allowed in this context", "is there text with ': ' without quotes?"},
    {"found character that cannot start any token", "text that begins with it must be quoted"},
    {"did not find expected alphabetic or numeric character", "AT text must be quoted"},
    {"found unknown escape character", "text with a backslash stands in 'single quotes'"},
    {"could not find expected ':'", "is a ':' missing, or a quote?"},
};

static const char *usual_cause(const char *problem)
{
    for (size_t i = 0; i < sizeof usual_causes / sizeof usual_causes[0]; i++)
        if (strcmp(problem, usual_causes[i].problem) == 0)
            return usual_causes[i].hint;
    return NULL;
}

/* Place of a byte that is no text; libyaml tells only its offset. */
static struct scenario_span span_of_offset(const struct builder *builder, size_t offset)
{
    const char *source = builder->diagnostics->source;
    struct scenario_span span = {.place = {1, 1}, .width = 1};
    for (size_t i = 0; i < offset && i < builder->diagnostics->source_size; i++) {
        bool new_line =
            source[i] == '\n' || (source[i] == '\r' && i + 1 < offset && source[i + 1] != '\n');
        span.place.line += new_line;
        if (new_line)
            span.place.column = 1;
        else if ((source[i] & 0xc0) != 0x80 && source[i] != '\r')
            span.place.column++;
    }
    return span;
}

static void diagnose_syntax(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    const char *problem = parser->problem ? parser->problem : "unreadable";
    struct scenario_span where = span_of(&parser->problem_mark, &parser->problem_mark);

    builder->stopped = true;
    if (parser->error == YAML_MEMORY_ERROR) {
        scenario_diagnose(builder->diagnostics, (struct scenario_span){0}, NULL, "out of memory");
    } else if (parser->error == YAML_READER_ERROR) {
        scenario_diagnose(builder->diagnostics, span_of_offset(builder, parser->problem_offset),
                          NULL, "byte that is not UTF-8 text (%s); scenarios are UTF-8", problem);
    } else if (parser->context && parser->context_mark.line != parser->problem_mark.line) {
        scenario_diagnose(builder->diagnostics, where, usual_cause(problem),
                          "%s; %s that begins at %zu:%zu", problem, parser->context,
                          parser->context_mark.line + 1, parser->context_mark.column + 1);
    } else {
        scenario_diagnose(builder->diagnostics, where, usual_cause(problem), "%s%s%s", problem,
                          parser->context ? "; " : "", parser->context ? parser->context : "");
    }
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static uint32_t hash_of(const char *text, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

static struct scenario_node *add_node(struct builder *builder, enum scenario_node_kind kind,
                                      struct scenario_span at)
{
    struct scenario_node *node = NULL;
    if (++builder->node_count > SCENARIO_NODES_MAX)
        stop(builder, at, "too many values; a scenario has at most 10,000");
    else if (!(node = scenario_arena_take(builder->arena, sizeof *node)))
        stop(builder, at, "out of memory");
    if (!node)
        return NULL;
    node->kind = (uint8_t)kind;
    node->at = at;
    node->text = "";
    return node;
}

static void mark_doubled(struct builder *builder, const struct level *level,
                         struct scenario_node *key)
{
    char shown[64];
    for (const struct scenario_node *other = level->node->first; other; other = other->next) {
        if (other->hash != key->hash || other->length != key->length ||
            memcmp(other->text, key->text, key->length) != 0)
            continue;
        key->skip = true;
        scenario_diagnose(builder->diagnostics, key->at, NULL,
                          "key '%s' stands here twice; it is in line %u already",
                          scenario_printable(shown, sizeof shown, key->text, key->length),
                          other->at.place.line);
        return;
    }
}

static void take_key(struct builder *builder, struct level *level, struct scenario_node *node)
{
    level->key = node;
    if (node->kind == SCENARIO_NODE_SCALAR) {
        mark_doubled(builder, level, node);
        return;
    }
    if (node->kind != SCENARIO_NODE_BROKEN)
        scenario_diagnose(builder->diagnostics, node->at, NULL,
                          "a key must be a word; this is a list or a mapping");
    node->skip = true;
}

/* Hangs a node into the innermost open sequence or mapping. */
static void attach(struct builder *builder, struct scenario_node *node)
{
    if (builder->depth == 0) {
        builder->root = node;
        return;
    }
    struct level *level = &builder->levels[builder->depth - 1];
    struct scenario_node *child = node;
    if (level->node->kind == SCENARIO_NODE_MAPPING) {
        if (!level->key) {
            take_key(builder, level, node);
            return;
        }
        child = level->key;
        child->value = node;
        level->key = NULL;
    }
    if (level->last)
        level->last->next = child;
    else
        level->node->first = child;
    level->last = child;
    level->node->count++;
}

static void refuse_decoration(struct builder *builder, const yaml_char_t *anchor,
                              const yaml_char_t *tag, struct scenario_span at)
{
    if (anchor)
        scenario_diagnose(builder->diagnostics, at, "AT text must be quoted",
                          "anchors (&%.40s) are not used in scenarios; write the value out",
                          (const char *)anchor);
    if (tag)
        scenario_diagnose(builder->diagnostics, at, NULL,
                          "tags (!…) are not used in scenarios; each key has its own type");
}

static void on_scalar(struct builder *builder, const yaml_event_t *event, struct scenario_span at)
{
    static const uint8_t styles[] = {
        [YAML_PLAIN_SCALAR_STYLE] = SCENARIO_PLAIN,
        [YAML_SINGLE_QUOTED_SCALAR_STYLE] = SCENARIO_SINGLE,
        [YAML_DOUBLE_QUOTED_SCALAR_STYLE] = SCENARIO_DOUBLE,
        [YAML_LITERAL_SCALAR_STYLE] = SCENARIO_BLOCK,
        [YAML_FOLDED_SCALAR_STYLE] = SCENARIO_BLOCK,
    };
    refuse_decoration(builder, event->data.scalar.anchor, event->data.scalar.tag, at);
    struct scenario_node *node = add_node(builder, SCENARIO_NODE_SCALAR, at);
    if (!node)
        return;
    node->style = styles[event->data.scalar.style];
    node->length = event->data.scalar.length;
    node->text =
        scenario_arena_text(builder->arena, (const char *)event->data.scalar.value, node->length);
    if (!node->text) {
        stop(builder, at, "out of memory");
        return;
    }
    node->hash = hash_of(node->text, node->length);
    attach(builder, node);
}

static void on_start(struct builder *builder, const yaml_event_t *event, struct scenario_span at)
{
    bool is_mapping = event->type == YAML_MAPPING_START_EVENT;
    refuse_decoration(
        builder, is_mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor,
        is_mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag, at);
    struct scenario_node *node =
        add_node(builder, is_mapping ? SCENARIO_NODE_MAPPING : SCENARIO_NODE_SEQUENCE, at);
    if (!node)
        return;
    attach(builder, node);
    if (builder->depth == SCENARIO_DEPTH_MAX) {
        stop(builder, at, "nested too deep; at most 16 levels");
        return;
    }
    builder->levels[builder->depth++] = (struct level){.node = node};
}

static void on_alias(struct builder *builder, const yaml_event_t *event, struct scenario_span at)
{
    scenario_diagnose(builder->diagnostics, at, "AT text must be quoted",
                      "aliases (*%.40s) are not used in scenarios; write the value out",
                      (const char *)event->data.alias.anchor);
    struct scenario_node *node = add_node(builder, SCENARIO_NODE_BROKEN, at);
    if (node)
        attach(builder, node);
}

static void on_event(struct builder *builder, const yaml_event_t *event)
{
    struct scenario_span at = span_of(&event->start_mark, &event->end_mark);
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (builder->root)
            stop(builder, at, "a second document; a file holds one scenario");
        break;
    case YAML_SCALAR_EVENT:
        on_scalar(builder, event, at);
        break;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        on_start(builder, event, at);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        builder->depth--;
        break;
    case YAML_ALIAS_EVENT:
        on_alias(builder, event, at);
        break;
    case YAML_STREAM_END_EVENT:
        builder->ended = true;
        break;
    default: /* the stream's start and a document's end say nothing */
        break;
    }
}

const struct scenario_node *scenario_tree_read(struct scenario_arena *arena,
                                               struct scenario_diagnostics *diagnostics)
{
    struct builder builder = {.arena = arena, .diagnostics = diagnostics};
    const struct scenario_span top = {.place = {1, 1}, .width = 1};

    if (!yaml_parser_initialize(&builder.parser)) {
        scenario_diagnose(diagnostics, (struct scenario_span){0}, NULL, "out of memory");
        return NULL;
    }
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)diagnostics->source,
                                 diagnostics->source_size);
    while (!builder.stopped && !builder.ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(&builder.parser, &event)) {
            diagnose_syntax(&builder);
            break;
        }
        on_event(&builder, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&builder.parser);
    if (builder.ended && !builder.root)
        scenario_diagnose(diagnostics, top, NULL,
                          "the file is empty; a scenario begins with "
                          "'scenario:'");
    return builder.stopped ? NULL : builder.root;
}

const struct scenario_node *scenario_node_value(const struct scenario_node *node, const char *key)
{
    if (!node || node->kind != SCENARIO_NODE_MAPPING)
        return NULL;
    for (const struct scenario_node *at = node->first; at; at = at->next)
        if (!at->skip && strlen(key) == at->length && memcmp(key, at->text, at->length) == 0)
            return at->value;
    return NULL;
}
