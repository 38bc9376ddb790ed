/*
 * hook.h - runs a hook of a rack: a program of the lab's that switches power, books a module or
 * looks at it. The contract is that of racks-and-ci.md, "Power and other hooks":
 *
 *   argv         the words of the file, what it is called for, the slot's name, an argument
 *   environment  PATH, HOME, LANG, TZ of the caller, and FOTA_SLOT, FOTA_PORT, FOTA_CASE, FOTA_OUT,
 *                FOTA_SEED, FOTA_REVISION; nothing else
 *   stdin        empty; stdout and stderr are kept for the report
 *   exit status  0 = done; 75 = busy, it is called again; anything else = the lab's error
 *
 * It runs in a process group of its own without a shell, and is ended with all its descendants when
 * its time is over: SIGTERM, and SIGKILL five seconds later.
 */
#ifndef FOTARIG_HARNESS_RACK_HOOK_H
#define FOTARIG_HARNESS_RACK_HOOK_H

#include <sys/types.h>

#include "harness/rack/rack.h"

enum {
    RACK_OUTPUT_MAX = 4096, /* bytes of output that are kept: the last ones */
    RACK_TEXT_MAX = 512,
    RACK_BUSY_STATUS = 75,     /* EX_TEMPFAIL of sysexits.h */
    RACK_BUSY_PAUSE_MS = 1000, /* before it is called again */
    RACK_TERM_GRACE_MS = 5000  /* between SIGTERM and SIGKILL */
};

/* What the hook is told. NULL = the variable is not set. */
struct rack_call {
    const struct rack_slot *slot;
    enum rack_hook_kind kind;
    const char *argument; /* the last word of argv; NULL = none */
    const char *port;     /* transport that is in use */
    const char *case_name, *out, *seed, *revision;
};

enum rack_hook_state {
    RACK_HOOK_IDLE,    /* was not started */
    RACK_HOOK_RUNNING, /* poll it again */
    RACK_HOOK_DONE,    /* exit status 0 */
    RACK_HOOK_FAILED   /* `text` says how */
};

/* One call. Owned by the caller, must not move while it runs. */
struct rack_hook_run {
    enum rack_hook_state state;
    const struct rack_call *call;
    uint64_t began_us, term_at_us, retry_at_us; /* of the monotonic clock; 0 = not */
    pid_t pid;                                  /* 0 = between two calls */
    int output_fd;
    char output[RACK_OUTPUT_MAX + 1]; /* the end of what it wrote, with a NUL */
    size_t output_size;
    uint32_t calls;           /* how often it was called: 2 = busy once */
    char text[RACK_TEXT_MAX]; /* FAILED: what went wrong, for the report */
};

/*
 * Starts the hook of call->kind, which the slot must have. `call` must live until it is over.
 * False with run->text when it can't be started, which is FAILED too.
 */
bool rack_hook_start(struct rack_hook_run *run, const struct rack_call *call);
/* Takes its output and looks whether it has ended; never blocks. */
enum rack_hook_state rack_hook_poll(struct rack_hook_run *run);
/*
 * Waits until it is over, at most its time limit and the grace. `stopped` (NULL = none) is looked
 * at meanwhile: true ends the hook early, which is FAILED.
 */
enum rack_hook_state rack_hook_wait(struct rack_hook_run *run, bool (*stopped)(void));
/* Ends it now, with all its descendants; nothing where it does not run. */
void rack_hook_kill(struct rack_hook_run *run);

#endif
