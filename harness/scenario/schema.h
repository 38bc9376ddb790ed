/*
 * schema.h - the scenario language as constant tables: which keys a mapping has, what each of them
 * takes, and which member of the compiled scenario gets it. The loader walks the tables, its
 * messages are drawn from them, and an editor's schema can be.
 */
#ifndef FOTARIG_HARNESS_SCENARIO_SCHEMA_H
#define FOTARIG_HARNESS_SCENARIO_SCHEMA_H

#include "harness/scenario/internal.h"

/* What a key takes. X(NAME, "what it is called in messages") */
#define SCENARIO_TYPES(X)                                                                          \
    X(PROSE, "text")                   /* any style, line ends become spaces -> const char * */    \
    X(LINE, "text on one line")        /* any style -> const char * */                             \
    X(CHARS, "text on one line")       /* any style -> char[] */                                   \
    X(AT, "quoted AT text")            /* quotes demanded -> const char * */                       \
    X(BYTES, "bytes in double quotes") /* U+0000 to U+00FF, one byte each -> text and length */    \
    X(NUMBER, "a bare number")                                                                     \
    X(DURATION, "a duration")                                                                      \
    X(SIZE, "a size")                                                                              \
    X(VOLTAGE, "a voltage")                                                                        \
    X(PERCENT, "a percentage")                                                                     \
    X(YES, "yes")                                                                                  \
    X(WORD, "a word")   /* one of `words` -> its index */                                          \
    X(MAP, "a mapping") /* with the keys of `map` */                                               \
    X(SETTINGS, "a mapping of settings of the emulator")                                           \
    X(CELL, "a mapping of settings that describe a cell")                                          \
    X(WAVEFORM, "a mapping of times to voltages")                                                  \
    X(PARAMETERS, "a mapping of commands to numbers")                                              \
    X(VARY, "a mapping of names to lists of values")

enum scenario_type {
#define X(name, ...) SCENARIO_TYPE_##name,
    SCENARIO_TYPES(X)
#undef X
        SCENARIO_TYPE_COUNT
};

/* What text may consist of. X(NAME, "what it is called in messages") */
#define SCENARIO_FORMS(X)                                                                          \
    X(ANY, "text without control characters")                                                      \
    X(UNQUOTED, "text without control characters and double quotes")                               \
    X(VISIBLE, "text without blanks and quotes")                                                   \
    X(HEX, "hexadecimal digits only")                                                              \
    X(DIGITS, "digits only")                                                                       \
    X(COMMAND, "a command line, which begins with AT or A/")                                       \
    X(FILE, "the name of a file, which ends with .yaml, without its folder")                       \
    X(PATH, "a path, which begins with /")                                                         \
    X(URL, "a URL that begins with http://")

enum scenario_form {
#define X(name, text) SCENARIO_FORM_##name,
    SCENARIO_FORMS(X)
#undef X
        SCENARIO_FORM_COUNT
};

/* Words that a key takes, in the order of an enum; the first ones may be left out. */
struct scenario_words {
    const char *const *names;    /* NULL: ask `name` */
    const char *(*name)(size_t); /* returns NULL behind the last one */
    uint8_t first, count;        /* count: with names only */
};
/* The n-th word, or NULL. */
const char *scenario_word(const struct scenario_words *words, size_t index);

struct scenario_key;
struct scenario_compiler;
typedef void scenario_compile(struct scenario_compiler *compiler, const struct scenario_key *key,
                              const struct scenario_node *value, void *target);

enum {
    SCENARIO_REQUIRED = 1, /* the mapping must have it */
    SCENARIO_LIST = 2,     /* takes a list of the type */
    SCENARIO_FIXED = 4,    /* the same in all cases: takes no $name */
    SCENARIO_RANGE = 16,   /* takes a value, or the least and the most of it in brackets */
    SCENARIO_FIRST = 8     /* compiled before the other keys of its mapping, which override it */
};

/* A key. What does not apply is zero. */
struct scenario_key {
    const char *name;
    const char *help;
    uint8_t type;          /* enum scenario_type */
    uint8_t form;          /* enum scenario_form, of text */
    uint8_t flags;         /* SCENARIO_REQUIRED, … */
    uint8_t kind;          /* what it stands for: in a mapping with kinds, or an expectation */
    uint16_t offset, size; /* the member that gets the value; size 0: none */
    uint32_t takes;        /* modifiers that go with it (SCENARIO_TAKES_…, SCENARIO_MUST) */
    uint16_t modifier;     /* a modifier: its bit in `takes`; 0 = none */
    int64_t minimum;       /* of numbers in the smallest unit, of text in bytes */
    int64_t maximum;       /* the same; 0 = what the member can hold */
    int64_t divisor;       /* smallest units in one of the member's; 0 = 1 */
    uint16_t time_offset;  /* a duration may stand in place of it: uint64_t member, us; 0 = none */
    const char *word;      /* a word in place of the number, NULL = none */
    int64_t word_value;    /* what the member gets then */
    const struct scenario_words *words;
    const struct scenario_map *map;
    scenario_compile *compile; /* does what the type alone can't say; NULL = store the value */
};

/* True when the modifier may stand beside the kind, and when it has to. */
static inline bool scenario_takes(const struct scenario_key *kind,
                                  const struct scenario_key *modifier)
{
    return kind->takes & modifier->modifier;
}
static inline bool scenario_must_have(const struct scenario_key *kind,
                                      const struct scenario_key *modifier)
{
    return kind->takes >> SCENARIO_TAKES_BITS & modifier->modifier;
}

struct scenario_map {
    const char *name; /* in messages: "update.package", "" = the file itself */
    const struct scenario_key *keys;
    uint16_t count;
    uint16_t kind_offset; /* uint8_t member that gets the kind */
    const char *kinds;    /* "trigger", "action": has exactly one of the keys that are no modifier;
                             NULL: has any of its keys */
    bool ordered;         /* keys stand in the order of the table */
    bool optional;        /* none of them is required here */
};

/* What a case is compiled into. */
struct scenario_draft {
    const char *title, *why;
    const char *const *tags;
    struct scenario_case now;
};

/* The file itself; the target of its walk is a struct scenario_draft. */
extern const struct scenario_map scenario_schema;

/* Keys of one item of a list that is compiled by hand (lists.c). */
struct scenario_file_draft {
    const char *path;
    struct scenario_package content;
};
extern const struct scenario_map scenario_file_schema;   /* module.files */
extern const struct scenario_map scenario_update_schema; /* update; a struct scenario_draft */
extern const struct scenario_map scenario_then_schema;   /* then; a struct scenario_draft */
/* expect.durations, one item. */
struct scenario_duration_draft {
    struct scenario_trigger from, to;
    uint64_t most_us, least_us;
};
extern const struct scenario_map scenario_duration_schema;
extern const struct scenario_map scenario_profile_schema; /* a profile; a struct scenario_draft */
extern const struct scenario_map scenario_event_schema;   /* events; a struct scenario_event */
extern const struct scenario_map scenario_trigger_schema; /* when; a struct scenario_trigger */
extern const struct scenario_map scenario_action_schema;  /* do; a struct scenario_action */
extern const struct scenario_map scenario_expect_schema;  /* expect */
extern const struct scenario_words scenario_requests;     /* enum fota_request_kind */

/* Types that need more than their value (lists.c). */
scenario_compile scenario_compile_names, scenario_compile_refuses, scenario_compile_unjudged,
    scenario_compile_profile, scenario_compile_files, scenario_compile_cells,
    scenario_compile_events, scenario_compile_trigger_command, scenario_compile_answers,
    scenario_compile_actions, scenario_compile_reply, scenario_compile_insert, scenario_compile_set,
    scenario_compile_supply, scenario_compile_settings, scenario_compile_expectation,
    scenario_compile_durations, scenario_compile_limit, scenario_compile_cost,
    scenario_compile_cost_of_each, scenario_compile_module_end, scenario_compile_parameters,
    scenario_compile_initial_values, scenario_compile_then;

#endif
