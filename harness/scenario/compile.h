/* compile.h - what the files share that compile a tree into a case. */
#ifndef FOTARIG_HARNESS_SCENARIO_COMPILE_H
#define FOTARIG_HARNESS_SCENARIO_COMPILE_H

#include "harness/scenario/schema.h"

/* ---- vary ------------------------------------------------------------------------------------ */

/* One name of `vary` with its values. */
struct scenario_vary_name {
    const struct scenario_node *key;
    const struct scenario_node *values; /* a sequence; NULL with rows */
    const struct scenario_node *now;    /* value in the case being compiled */
    bool used;
};

struct scenario_vary {
    struct scenario_vary_name names[SCENARIO_VARY_MAX];
    size_t count;
    const struct scenario_node *rows; /* a sequence of mappings, one a case; NULL: the product */
    size_t naming;                    /* of rows: so many of the first names name a case */
    size_t case_count;                /* at least 1 */
    bool broken;                      /* complained about; names may be missing */
    bool misspelt; /* an unknown name was used, which may be one that now looks unused */
};

struct scenario_compiler {
    struct scenario_arena *arena;
    struct scenario_diagnostics *diagnostics;
    const struct scenario_node *root;
    struct scenario_vary vary;
    struct scenario_draft *draft;
    struct scenario_draft *other;      /* a copy, of which a second job is made; NULL = none yet */
    struct scenario_place here;        /* of the value being compiled, where its $name stands */
    struct scenario_profile *profiles; /* that were read, newest first */
    uint64_t digest;                   /* of the file and of the profiles */
};

/* Reads the key `vary` of the file. */
void scenario_vary_read(struct scenario_compiler *compiler);
/* Takes the values of case `index`; returns "percent=1%, boot=2", "" or, without memory, NULL. */
const char *scenario_vary_choose(struct scenario_compiler *compiler, size_t index);
/* Complains about names that no case used. */
void scenario_vary_finish(struct scenario_compiler *compiler);
/* The node, the value that its $name stands for, or its text with the values in place of the names
 * in it; NULL when that was complained about. */
const struct scenario_node *scenario_resolve(struct scenario_compiler *compiler,
                                             const struct scenario_node *node);

/* ---- profiles -------------------------------------------------------------------------------- */

/* Ends the list of errors of each profile and appends it; true when there were none. */
bool scenario_profiles_done(struct scenario_profile *profiles,
                            struct scenario_errors *reterr_errors);

/* ---- files of another kind ------------------------------------------------------------------- */

/* A file that is no scenario and is read by tables too. */
struct scenario_sheet {
    const char *kind;               /* for messages: "rack file" */
    size_t bytes_max;               /* of a file */
    const struct scenario_map *map; /* of the file itself */
};

/*
 * Compiles a file into the structure at `target`. Its texts lie in the arena, which is begun here
 * and is the caller's to end in any case; NULL = the caller had no memory, which is told like an
 * error of the file. True: there was no error. The errors are freed with scenario_errors_done().
 */
bool scenario_sheet_read(const struct scenario_sheet *sheet, const char *path, const char *source,
                         size_t size, struct scenario_arena *arena, void *target,
                         struct scenario_errors *reterr_errors);

/* ---- walking --------------------------------------------------------------------------------- */

/* Compiles a mapping into the structure at `target` by the rows of the table. */
void scenario_walk(struct scenario_compiler *compiler, const struct scenario_map *map,
                   const struct scenario_node *node, void *target);

/* Checks one value by its row and stores it in the structure. False when it was diagnosed. */
bool scenario_store(struct scenario_compiler *compiler, const struct scenario_key *key,
                    const struct scenario_node *value, void *target);

/* The same for an item of a list: the value goes to `target` itself, whatever the row's offset. */
bool scenario_store_item(struct scenario_compiler *compiler, const struct scenario_key *key,
                         const struct scenario_node *value, void *target);

/* One "name: value" of a mapping of settings (lists.c); false with a complaint. */
bool scenario_read_setting(struct scenario_compiler *compiler, const struct scenario_node *key,
                           uint16_t *ret_setting, int32_t *ret_value);

/* The items of a list, or NULL with a complaint when the value is none or is empty. */
const struct scenario_node *scenario_items(struct scenario_compiler *compiler,
                                           const struct scenario_key *key,
                                           const struct scenario_node *value);

/*
 * Memory for the items of a list, zeroed, with one more behind them; *ret_item is the first. NULL
 * and no item with a complaint: no list, empty, more than `most`, no memory.
 */
void *scenario_take_items(struct scenario_compiler *compiler, const struct scenario_key *key,
                          const struct scenario_node *value, size_t most, size_t item_size,
                          const struct scenario_node **ret_item);

/* Reads a number of a quantity and checks its range; `name` is for messages. */
bool scenario_take_number(struct scenario_compiler *compiler, const char *name,
                          const struct scenario_node *value, enum text_quantity quantity,
                          int64_t minimum, int64_t maximum, int64_t *ret_number);

/* Complains about a word; the hint lists what is allowed. */
void scenario_refuse_word(struct scenario_compiler *compiler, const char *name,
                          const struct scenario_node *value, const struct scenario_words *words);

void scenario_out_of_memory(struct scenario_compiler *compiler);

/* The draft's defaults before, and what follows from other values after its walk. */
void scenario_draft_init(struct scenario_draft *draft);
void scenario_draft_finish(struct scenario_compiler *compiler);

/* A package: defaults before the walk, what must hold after it, and what others give it. */
void scenario_package_init(struct scenario_package *package);
void scenario_package_check(struct scenario_compiler *compiler, const struct scenario_node *node,
                            struct scenario_package *package);
void scenario_package_finish(const struct scenario_case *one, const struct fota_job *job,
                             struct scenario_package *package);

/* Without its AT; complains when nothing is left. */
/* Complains about a command that is much like one of the catalogue and is none; others may be what
 * a host has for itself. `command` stands behind AT. */
bool scenario_check_command(struct scenario_compiler *compiler, const struct scenario_node *value,
                            const char *command);
const char *scenario_strip_at(struct scenario_compiler *compiler, const struct scenario_node *value,
                              const char *command);

/* What a trigger must hold once it was walked; `node` is its mapping, may be NULL. */
void scenario_trigger_finish(struct scenario_compiler *compiler, const struct scenario_node *node,
                             struct scenario_trigger *when);

/* Room for one more action of the case, or NULL with a complaint at `node`. */
struct scenario_action *scenario_add_action(struct scenario_compiler *compiler,
                                            const struct scenario_node *node);

#endif
