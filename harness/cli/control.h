/*
 * control.h - what a control socket of `fotarig sim` understands. One JSON object a line:
 *
 *     {"command": ["power", "cycle", "--for", "5s"], "module": 0}
 *     {"ok": true, "events": 17}
 *     {"ok": false, "error": {"kind": "usage", "what": ..., "expected": ..., "do": ...}}
 *
 * The commands are one table, cli_control_commands[]: the parser of the socket, `fotarig ctl` and
 * its --help come from it. A command is done when its answer comes; wait-for answers when what it
 * waits for has happened, so that a script needs no sleep.
 */
#ifndef FOTARIG_HARNESS_CLI_CONTROL_H
#define FOTARIG_HARNESS_CLI_CONTROL_H

#include <cjson/cJSON.h>

#include "harness/serve/control_socket.h"
#include "harness/serve/serve.h"

enum {
    CLI_CONTROL_WORDS = 12,
    CLI_CONTROL_TEXT = 120, /* of an event that is waited for */
    CLI_CONTROL_DUES = 64
};

/* ---- the table ---------------------------------------------------------------------------- */

struct cli_control_request;

struct cli_control_command {
    const char *name;
    const char *arguments; /* as --help shows them, "" = none */
    const char *help;
    uint8_t words_min, words_max; /* arguments, options not counted */
    bool file;                    /* the first is a file's name; a client makes it absolute */
    void (*run)(struct cli_control_request *request);
};

extern const struct cli_control_command cli_control_commands[];
extern const size_t cli_control_command_count;

/* The row of a command, NULL = there is none. */
const struct cli_control_command *cli_control_find(const char *name);

/* ---- the session -------------------------------------------------------------------------- */

/* A record of the journal in which a module tells something, as it is waited for. */
struct cli_control_event {
    uint64_t number; /* of the record, from 1 */
    uint64_t module_us;
    uint32_t module;
    uint32_t value;
    uint8_t kind; /* enum sim_event_kind */
    char text[CLI_CONTROL_TEXT];
};

/* A client that waits; by the client's place. */
struct cli_control_wait {
    bool active, matched;
    uint8_t kind; /* enum sim_event_kind */
    bool any;     /* whatever the value */
    uint32_t module;
    uint32_t value;              /* of a number */
    uint64_t until_us;           /* real time */
    char text[CLI_CONTROL_TEXT]; /* of a text: a part of it */
    struct cli_control_event event;
};

/* Something that is to be done to a module later. */
struct cli_control_due {
    bool active;
    uint32_t module;
    uint64_t real_us;
    struct sim_action action;
};

/* Large; owned by the caller, must not move while it is open. */
struct cli_control {
    struct bench_serve *serve;
    struct bench_view view; /* to be added with bench_serve_view() */
    bool without_files; /* commands that name a file are refused: for hostile clients in tests */
    bool matched;       /* a wait has an answer: cli_control_advance() must be called at once */
    struct cli_control_wait waits[BENCH_CONTROL_CLIENTS];
    struct cli_control_due dues[CLI_CONTROL_DUES];
    struct bench_control server;
};

/*
 * Sets up what cli_control_open() and cli_control_close() need; no socket yet. The memory must be
 * zero, as calloc() gives it: it is large, and most of it is touched only once there is a socket.
 */
void cli_control_init(struct cli_control *control, struct bench_serve *serve);
int cli_control_open(struct cli_control *control, struct bench_loop *loop, const char *path,
                     char *reterr_text, size_t reterr_capacity);
void cli_control_close(struct cli_control *control);
/* Once a turn of the loop: answers waits, does what is due; the real time of the next call. */
uint64_t cli_control_advance(struct cli_control *control);

/* ---- between the files of control --------------------------------------------------------- */

/* One request while it runs. */
struct cli_control_request {
    struct cli_control *control;
    struct bench_control_client *client;
    struct bench_module *module;
    const char *words[CLI_CONTROL_WORDS + 1]; /* arguments, without the command's name */
    size_t word_count;
    cJSON *answer; /* members are added to it */
    bool later;    /* a wait: no answer yet */
    bool failed;
};

enum cli_control_error { CLI_CONTROL_USAGE, CLI_CONTROL_INVALID, CLI_CONTROL_REFUSED };

/* The answer becomes an error. `expected` and `act` may be NULL. */
void cli_control_fail(struct cli_control_request *request, enum cli_control_error kind,
                      const char *expected, const char *act, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Takes "--name value" out of the words; NULL when it is not there. */
const char *cli_control_option(struct cli_control_request *request, const char *name);

/* Applies an action between enter and leave; false and an error when it makes no sense now. */
bool cli_control_apply(struct cli_control_request *request, const struct sim_action *action);

/* Adds bytes of a module as text: escaped as harness/text/escape.h says, and cut when very long. */
void cli_control_add_text(cJSON *object, const char *name, const char *text);

void cli_control_run_state(struct cli_control_request *request);
void cli_control_run_wait(struct cli_control_request *request);
/* Waits that matched or are over. */
uint64_t cli_control_advance_waits(struct cli_control *control, uint64_t real_us);
/* The next record of the journal. */
void cli_control_take_record(struct cli_control *control, const struct bench_record *record);
void cli_control_send(struct bench_control_client *client, cJSON *answer);

#endif
