/*
 * internal.h - what the files of the loader share: an arena, the list of errors, and the YAML tree.
 *
 * A file passes through them in this order: libyaml's events become a tree (tree.c), the tree is
 * compiled once for each case by walking the tables of schema.h (compile.c), and every complaint
 * on the way goes to the diagnostics.
 */
#ifndef FOTARIG_HARNESS_SCENARIO_INTERNAL_H
#define FOTARIG_HARNESS_SCENARIO_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/scenario/scenario.h"
#include "harness/text/nearest.h"
#include "harness/text/quantity.h"

enum {
    SCENARIO_FILE_BYTES_MAX = 256 * 1024,
    SCENARIO_NODES_MAX = 10000,
    SCENARIO_DEPTH_MAX = 16,
    SCENARIO_DIAGNOSTICS_MAX = 100,
    SCENARIO_MESSAGE_MAX = 1024,
    SCENARIO_VARY_MAX = 8, /* names in `vary` */
    SCENARIO_ARENA_BYTES_MAX = 64 * 1024 * 1024
};

/* ---- arena: memory that is given back as a whole ------------------------------------------- */

struct scenario_arena {
    struct scenario_chunk *chunks; /* newest first; NULL = nothing taken yet */
    size_t taken_bytes;            /* of all chunks */
    size_t limit_bytes;            /* no more than this is taken from the system */
};

void scenario_arena_init(struct scenario_arena *arena, size_t limit_bytes);
/* Zeroed memory for any type; NULL when the limit or the system's memory is used up. */
void *scenario_arena_take(struct scenario_arena *arena, size_t size);
/* A copy of the bytes with a NUL behind them, or NULL. */
char *scenario_arena_text(struct scenario_arena *arena, const char *text, size_t length);
void scenario_arena_done(struct scenario_arena *arena);

/* ---- diagnostics: all errors of a file ----------------------------------------------------- */

/* Where something stands in the file. */
struct scenario_span {
    struct scenario_place place; /* line 0: in no line */
    uint32_t width;              /* characters to underline, at least 1 is */
};

struct scenario_diagnostics {
    const char *path;
    const char *source; /* the file's bytes, owned by the caller */
    size_t source_size;
    uint32_t pass; /* case being compiled; a place is complained about in one pass only */
    struct scenario_arena arena;
    size_t count;
    bool overflow; /* there were more than SCENARIO_DIAGNOSTICS_MAX */
    struct scenario_diagnostic *list[SCENARIO_DIAGNOSTICS_MAX];
};

void scenario_diagnostics_init(struct scenario_diagnostics *diagnostics, const char *path,
                               const char *source, size_t source_size);
/*
 * Adds an error: `format` says what is wrong and what was meant; `hint` (NULL = none) stands behind
 * the caret line.
 */
void scenario_diagnose(struct scenario_diagnostics *diagnostics, struct scenario_span where,
                       const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Writes all errors in the order of the file and frees them. True when there were none. */
bool scenario_diagnostics_done(struct scenario_diagnostics *diagnostics,
                               struct scenario_errors *reterr_errors);

/* Frees the texts of one error. */
void scenario_error_done(struct scenario_error *error);

/* Copies text for a message: control bytes escaped, too long a text cut with "…". */
const char *scenario_printable(char *buffer, size_t capacity, const char *text, size_t length);

/* ---- the tree ------------------------------------------------------------------------------ */

enum scenario_node_kind {
    SCENARIO_NODE_SCALAR,
    SCENARIO_NODE_SEQUENCE,
    SCENARIO_NODE_MAPPING,
    SCENARIO_NODE_BROKEN /* already complained about: an alias, a key that is no text */
};

enum scenario_style { SCENARIO_PLAIN, SCENARIO_SINGLE, SCENARIO_DOUBLE, SCENARIO_BLOCK };

struct scenario_node {
    uint8_t kind;  /* enum scenario_node_kind */
    uint8_t style; /* enum scenario_style, of a scalar */
    bool skip;     /* a doubled key */
    uint32_t hash; /* of text */
    uint32_t count;
    struct scenario_span at;
    const char *text; /* of a scalar, with a NUL behind it */
    size_t length;
    struct scenario_node *first; /* SEQUENCE: items; MAPPING: keys */
    struct scenario_node *next;
    struct scenario_node *value; /* of a key */
};

/*
 * Reads one YAML document into a tree. Syntax errors and everything that scenarios may not use
 * (anchors, aliases, tags, doubled keys, several documents, too much of anything) are diagnosed.
 * NULL when there is no complete tree.
 */
const struct scenario_node *scenario_tree_read(struct scenario_arena *arena,
                                               struct scenario_diagnostics *diagnostics);
/* The value of a key of a mapping, or NULL; `node` may be NULL. */
const struct scenario_node *scenario_node_value(const struct scenario_node *node, const char *key);

#endif
