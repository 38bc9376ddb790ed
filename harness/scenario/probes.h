/*
 * probes.h - files in conform/: dialogues with a module, and what is read from each of them.
 *
 * A dialogue is said once; each of its probes looks at something in what was heard, and that is a
 * text or a number. Probes name the settings of the emulator that decide it, so that a difference
 * can become a setting. Data only: what a module is asked stands in these files.
 */
#ifndef FOTARIG_HARNESS_SCENARIO_PROBES_H
#define FOTARIG_HARNESS_SCENARIO_PROBES_H

#include "harness/scenario/scenario.h"

/* What a dialogue does beyond asking: X(NAME, "word", "what it costs"), from the mildest on. */
#define SCENARIO_HARMS(X)                                                                          \
    X(RESTARTS, "restarts", "the module restarts")                                                 \
    X(RADIO, "radio", "it leaves its network for a while")                                         \
    X(WRITES, "writes", "files or saved settings are written, and taken back")                     \
    X(TRAFFIC, "traffic", "packet data, which may cost")                                           \
    X(MESSAGES, "messages", "messages or calls, which may cost")                                   \
    X(UPDATES, "updates", "an update may begin")

enum scenario_harm {
#define X(name, word, cost) SCENARIO_HARM_##name,
    SCENARIO_HARMS(X)
#undef X
        SCENARIO_HARM_COUNT
};
/* The word of a harm, and what it costs; NULL out of range. */
const char *scenario_harm(size_t harm);
const char *scenario_harm_cost(size_t harm);

enum scenario_step_kind {
    SCENARIO_STEP_SEND,   /* a line, then its final result */
    SCENARIO_STEP_TYPE,   /* bytes as they are, then silence */
    SCENARIO_STEP_LISTEN, /* nothing is said */
};

struct scenario_step {
    uint8_t kind;      /* enum scenario_step_kind */
    const char *text;  /* SEND: the line without its CR; TYPE: the bytes */
    size_t size;       /* of TYPE */
    uint64_t time_us;  /* SEND, TYPE: the longest; LISTEN: how long */
    const char *until; /* SEND: after the result up to a line like this; NULL = no more */
};

enum scenario_view {
    SCENARIO_VIEW_ANSWER, /* all lines of the step */
    SCENARIO_VIEW_VALUE,  /* what {} stands for in the first line that is like the pattern */
    SCENARIO_VIEW_TIME,   /* milliseconds up to the first line that is like the pattern */
    SCENARIO_VIEW_COUNT   /* lines that are like the pattern */
};

enum { SCENARIO_PROBE_SETTINGS = 6, SCENARIO_STEPS_MAX = 40 };

/* Patterns: * is anything, {} anything but nothing, the rest is as it stands. */
struct scenario_probe {
    const char *name;             /* "probe": unique among all files */
    const char *asks;             /* what it would settle, as a question */
    const char *evidence;         /* what is known: "I Q17", "D AT106 3.2.8" */
    const char *const *revisions; /* "1351B*", NULL-terminated; NULL = all */
    uint8_t view;                 /* enum scenario_view */
    uint8_t step;                 /* from 1; 0 = any */
    const char *pattern;          /* NULL with ANSWER */
    const char *since;          /* TIME: from a line like this; NULL = the end of the step's line */
    const char *const *ignored; /* lines that count for nothing; NULL-terminated, NULL = none */
    uint8_t setting_count;
    uint16_t settings[SCENARIO_PROBE_SETTINGS]; /* that decide it */
    int32_t planted[SCENARIO_PROBE_SETTINGS];   /* a value that it must see, for each */
    uint8_t given_count;
    uint16_t given[SCENARIO_PROBE_SETTINGS]; /* what else must be so for that */
    int32_t given_values[SCENARIO_PROBE_SETTINGS];
};

struct scenario_dialogue {
    const char *path, *title;
    uint8_t harms; /* bit n: enum scenario_harm n */
    bool has_url;  /* {url} stands in a line: where the module fetches a file that is known here */
    size_t step_count, undo_count, probe_count;
    const struct scenario_step *steps, *undo;
    const struct scenario_probe *probes;
};

/* Loads a file; NULL with all errors. Free both with the functions below and of scenario.h. */
struct scenario_dialogue *scenario_dialogue_load(const char *path,
                                                 struct scenario_errors *reterr_errors);
/* The same from memory; `path` is for messages. */
struct scenario_dialogue *scenario_dialogue_parse(const char *path, const char *text, size_t size,
                                                  struct scenario_errors *reterr_errors);
void scenario_dialogue_free(struct scenario_dialogue *dialogue);

/* True when the file lies in a folder `conform`: it is no scenario. */
bool scenario_is_dialogue(const char *path);
/* As scenario_find(): files stand for nothing, folders for *.yaml in their conform/. */
int scenario_find_dialogues(const char *path, struct scenario_list *list, char *reterr_text,
                            size_t reterr_capacity);

/*
 * Whether a line is like a pattern. What {} stands for is copied to `value` when it has room for
 * it, cut at `capacity`; NULL = nobody wants it.
 */
bool scenario_line_is_like(const char *pattern, const char *line, char *value, size_t capacity);

#endif
