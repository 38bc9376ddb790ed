/*
 * scenario.h - a scenario file, compiled: YAML in, flat tables out. The bench runs the tables and
 * knows no YAML; the loader knows no bench.
 *
 * The words (triggers, actions, expectations, rules) are the rows of rows.h, with all that is true
 * of each.
 */
#ifndef FOTARIG_HARNESS_SCENARIO_SCENARIO_H
#define FOTARIG_HARNESS_SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/scenario/rows.h"

enum {
    SCENARIO_EVENTS_MAX = 20,
    SCENARIO_DURATIONS_MAX = 6,
    SCENARIO_MARKS_MAX = 2 * SCENARIO_DURATIONS_MAX, /* both ends of each duration */
    SCENARIO_WATCHED_MAX = SCENARIO_EVENTS_MAX + SCENARIO_MARKS_MAX, /* triggers of a case */
    SCENARIO_ACTIONS_MAX = 56,
    SCENARIO_LASTING_MAX = 16, /* of them, with a `for` that the bench ends */
    /* What explores adds to a case: faults, each with up to two actions, one of which may last. */
    SCENARIO_CHOICES_MAX = 3,
    SCENARIO_ACTIONS_ROOM = SCENARIO_ACTIONS_MAX + 2 * SCENARIO_CHOICES_MAX,
    SCENARIO_LASTING_ROOM = SCENARIO_LASTING_MAX + SCENARIO_CHOICES_MAX,
    SCENARIO_EXPECTATIONS_MAX = 48,
    SCENARIO_CASES_MAX = 1000,
    SCENARIO_TEXT_MAX = 200,     /* longest AT text, name or path in a scenario, in bytes */
    SCENARIO_REPLY_MAX = 1000,   /* all lines of a reply together, in bytes */
    SCENARIO_INSERT_MAX = 512,   /* bytes of insert-to-host that go at once */
    SCENARIO_INSERT_LATER = 64,  /* with `at` */
    SCENARIO_DUPLICATE_MAX = 256 /* bytes of a line, or of a number of them, that come twice */
};

/* A place in a scenario file, 1-based; line 0 = nowhere. */
struct scenario_place {
    uint32_t line, column;
};

struct scenario_trigger {
    uint8_t kind;     /* enum scenario_trigger_kind */
    uint8_t phase;    /* PHASE: enum sim_phase */
    uint8_t percent;  /* PHASE: 0 = at its beginning */
    uint8_t state;    /* CORE_STATE: enum fota_state; DOING: enum sim_doing; RESET: enum sim_reset,
                         SIM_RESET_COUNT = any;    REQUEST: enum fota_request_kind; TIME: enum
                         scenario_since */
    uint8_t at;       /* TO_*_TEXT: that many bytes into the line */
    uint32_t number;  /* n-th time, from 1, of what may happen often; bytes, lines, steps, boots */
    uint64_t time_us; /* TIME */
    const char *text; /* COMMAND: "+CFOTA=1", without AT; else how the name or line begins */
    const char *answers; /* TO_HOST_TEXT: only in the answer to this command, without AT;
                            NULL = anywhere */
};

/* SPLIT_* of a sweep, in no file: just before and just past what the host waits for. */
enum { SCENARIO_SHORT_OF_DEADLINE = -1, SCENARIO_PAST_DEADLINE = -2 };

struct scenario_action {
    uint8_t kind;     /* enum scenario_action_kind */
    uint8_t detail;   /* RESET: enum sim_reset; HANG: enum sim_hang; POWER: 0 cut, 1 on;
                         NETWORK: 0 down, 1 up; HOST_RESET: 1 = without its checkpoint; LOSE_*,
                         GARBLE_*, DUPLICATE_*: 1 = a whole line;   DTR, RTS: 1 on */
    uint8_t run;      /* REPLY: 1 = the command runs as well */
    uint8_t cut;      /* POWER: enum sim_cut, where in the write that triggers it */
    uint8_t lasting;  /* n: the n-th action that the bench ends after for_us; 0 = none */
    uint16_t setting; /* SET: enum sim_setting_id; one action per setting */
    int32_t value;    /* SET; SUPPLY: millivolts, one action per point; SPLIT_*: milliseconds */
    uint32_t number;  /* HTTP_RESULT: code; HTTP_SHORT: bytes; LOSE_*, GARBLE_*, DUPLICATE_*: bytes,
                         0 with a whole line; FILE_*, INSERT_*, SPLIT_*: `at`; PWRKEY,
                         RESET_PIN, SUPPLY, DELAY: milliseconds */
    uint64_t for_us;  /* how long; 0 = for good; LOSE_*, SHARE_*: all bytes for so long, 0 = by
                         number */
    const char *text; /* REPLY: lines joined by '\n'; URC; SMS; paths; INSERT: raw bytes */
    uint16_t length;  /* of text, in bytes */
    const char *from; /* SMS: the sender */
    struct scenario_place place;
};

/*
 * One trigger and its actions, which are actions[first_action … +action_count). Both ends of a
 * duration are events without actions, behind those of the file.
 */
struct scenario_event {
    struct scenario_place place;
    struct scenario_trigger when;
    uint8_t first_action, action_count;
    uint8_t mark;         /* n: its time is kept as mark n-1; 0 = no mark */
    uint8_t armed_by;     /* n: counts from when event n-1 has fired; 0 = from the start */
    uint8_t may_not_fire; /* 1 = no failure when it never fired */
    uint8_t chosen;       /* n: of a sweep, in no file; the trigger's number counts all points of
                             kind n-1 (harness/bench/points.h) */
    uint16_t times;       /* fires that often, 0 = every time */
    uint64_t after_us;    /* actions are done that long after the trigger */
};

struct scenario_expectation {
    struct scenario_place place;
    uint8_t kind;     /* enum scenario_expectation_kind */
    uint8_t detail;   /* LIMIT: enum scenario_limit; COST: enum scenario_cost; MODULE: enum
                         scenario_module_end */
    uint8_t from, to; /* DURATION: indices of marks; from 255 = the start */
    uint32_t number;  /* outcome, reason, status, resets, attempts, request kind, LIMIT;
                         MODULE: the value of a parameter, 1 = present or up */
    uint64_t time_us; /* WITHIN, DURATION: at most, UINT64_MAX = any; COST: at most, of each kind */
    uint64_t least_us; /* DURATION, COST: at least */
    const char *text;  /* REVISION, SENT, NEVER_SENT, URC, NEVER_URC: compared from the beginning;
                          MODULE: a path or a command without AT */
};

/* The package on the scenario's server, and how the server behaves. */
struct scenario_package {
    char from[40], to[40], variant[16]; /* of the manifest; the job's unless overridden */
    uint32_t size_bytes;                /* whole zip */
    uint32_t sent_bytes;                /* body that is really sent; = size_bytes unless short */
    uint32_t damage_at;                 /* byte that is inverted; UINT32_MAX = none */
    uint16_t http;                      /* 200, another HTTP status, or a 6xx code of HTTPTOFS */
};

/* A second job, that the host is given after the first is over, on the same module. */
struct scenario_then {
    struct scenario_place place; /* line 0: there is none */
    struct fota_job job;
    uint8_t checksum;
    struct scenario_package package; /* that the server has from then on */
    uint64_t after_us;
};

/* The surroundings of the core. */
struct scenario_host {
    uint32_t baud_bps;       /* rate of the host's port, 115200 */
    uint32_t refused;        /* bit n: request n (enum fota_request_kind) is refused */
    uint64_t request_us;     /* how long a request takes to be done */
    bool says_later;         /* and the client is told so at once */
    uint64_t start_after_us; /* the core starts that long after the module's supply came on */
    const char *checkpoint;  /* that the core begins with, two digits a byte; NULL = none */
    const char *replay;      /* a trace whose host is played in place of the core; NULL = none */
};

/* One case: a scenario with the values of one combination of `vary`. Owned by the scenario. */
struct scenario_case {
    const char *name;   /* "power-cut-…" or "power-cut-… [percent=1%]" */
    const char *values; /* "percent=1%", "" = nothing varies */
    struct fota_job job;
    uint8_t checksum;         /* 1 = the job names the package's checksum (the bench knows it) */
    struct sim_config module; /* blobs are added by the bench */
    uint8_t settings_named[(SIM_SETTING_COUNT + 7) / 8]; /* a bit for each that the file names */
    uint8_t module_file_count; /* files in flash from the start, made like packages */
    struct {
        uint8_t directory;
        char name[51];
        struct scenario_package content;
    } module_files[SIM_INITIAL_FILES];
    struct scenario_package package;
    struct scenario_then then;
    struct scenario_host host;
    /* What the file says of the module beside variant and revision, and of a package or a server
     * that is not as it should be: where it says so, line 0 = nothing. */
    struct scenario_place setup_place, server_place, package_place;
    /* What must stand around a module behind a port, by free names; NULL-terminated, NULL = nothing
     * special. The emulator is what the file makes of it. */
    const char *const *fixtures;
    uint8_t event_count, action_count, expectation_count, mark_count, lasting_count;
    struct scenario_event events[SCENARIO_WATCHED_MAX];
    struct scenario_action actions[SCENARIO_ACTIONS_ROOM];
    struct scenario_expectation expectations[SCENARIO_EXPECTATIONS_MAX];
};

struct scenario {
    const char *path;  /* as it was given */
    const char *group; /* folder below the scenarios' root with '.' for '/', "" = none */
    const char *name;  /* file name without .yaml or .yml: stable id of the scenario */
    const char *title; /* key `scenario` */
    const char *why;
    const char *const *tags; /* NULL-terminated */
    uint64_t digest;         /* of the bytes of the file and its profiles */
    size_t case_count;       /* at least 1 */
    const struct scenario_case *cases;
};

/* One error; texts are owned by the list that it is in. */
struct scenario_error {
    char *path;
    uint32_t line, column; /* from 1; line 0 = in no line */
    uint32_t length;       /* characters that are wrong, at least 1 */
    char *message;
    char *hint; /* what is allowed, NULL = nothing to say */
};

/* All errors of a load, in the order of the file. */
struct scenario_errors {
    struct scenario_error *list; /* listed ones: `count`, or fewer when memory was short */
    size_t listed;
    char *text; /* complete messages with source line and caret, each line ends with a newline;
                   NULL = none, or no memory for them */
    size_t count;
};

/*
 * Loads and compiles a file. Returns NULL when there are errors (file not readable included); all
 * of them are then in *reterr_errors. Free both with the functions below.
 */
struct scenario *scenario_load(const char *path, struct scenario_errors *reterr_errors);
/* The same from memory; `path` is only used for messages and names. */
struct scenario *scenario_parse(const char *path, const char *text, size_t size,
                                struct scenario_errors *reterr_errors);
void scenario_free(struct scenario *scenario);
void scenario_errors_done(struct scenario_errors *errors);

/*
 * Finds scenario files: a file stands for itself, a folder for all *.yaml and *.yml below it in
 * name order, `profiles/`, hidden ones and links that lead out of the folder left out. Appends to
 * the list; returns 0, or -1 with a message when a path is missing or can't be read.
 */
struct scenario_list {
    char **paths;
    size_t count;
};
int scenario_find(const char *path, struct scenario_list *list, char *reterr_text,
                  size_t reterr_capacity);
/* The same for the profiles: files stand for nothing, folders for *.yaml in their profiles/. */
int scenario_find_profiles(const char *path, struct scenario_list *list, char *reterr_text,
                           size_t reterr_capacity);
/* True when the file lies in a folder `profiles`: it is no scenario, but what scenarios name. */
bool scenario_is_profile(const char *path);
/* Checks a profile by itself; true: it is good. */
bool scenario_check_profile(const char *path, struct scenario_errors *reterr_errors);
/* Its variant, revision and settings into a configuration; its cells are not taken. */
bool scenario_read_profile(const char *path, struct sim_config *config,
                           struct scenario_errors *reterr_errors);
void scenario_list_done(struct scenario_list *list);

/* True when a case's module, profile or events name the setting, whatever value they give it. */
bool scenario_names_setting(const struct scenario_case *one, unsigned setting);

/* The n-th job of the case, from 0. */
static inline const struct fota_job *scenario_job(const struct scenario_case *one, unsigned index)
{
    return index ? &one->then.job : &one->job;
}
static inline unsigned scenario_job_count(const struct scenario_case *one)
{
    return one->then.place.line ? 2 : 1;
}

/* Events that the file names: those without the ends of durations, which stand behind them. */
static inline unsigned scenario_event_count(const struct scenario_case *one)
{
    return one->event_count - (unsigned)one->mark_count;
}
/*
 * A trigger, an action as a file writes it: "phase: update, percent: 37%". Cut where the buffer
 * ends (capacity 1 or more); always returns the buffer. Loaded again it is the same; a mapping of
 * settings and a waveform are an action for each of their items.
 */
const char *scenario_trigger_write(const struct scenario_trigger *when, char *buffer,
                                   size_t capacity);
const char *scenario_action_write(const struct scenario_action *action, char *buffer,
                                  size_t capacity);

/* The kind of trigger that a hook of the module (enum sim_hook_kind) tells; COUNT = none. */
unsigned scenario_trigger_of_hook(unsigned hook);

/* How often an event has to fire: with `times: always` once at least. */
static inline unsigned scenario_wanted_times(const struct scenario_event *event)
{
    return event->times ? event->times : 1;
}

/* Names from the rows. */
const char *scenario_trigger_name(unsigned kind);
const char *scenario_action_name(unsigned kind);
const char *scenario_expectation_name(unsigned kind);
const char *scenario_limit_name(unsigned limit);
const char *scenario_cost_name(unsigned cost);
const char *scenario_module_end_name(unsigned end);
const char *scenario_rule_name(unsigned rule);
const char *scenario_since_name(unsigned since);
const char *scenario_fault_name(unsigned fault);

#endif
