/*
 * rack.h - a rack file: the modules of a lab as slots, each with the port that leads to it, what it
 * is, what it has beside it, the programs that switch its power, and the packages that it can take.
 *
 * It is the only file that names programs to run. A scenario never does.
 */
#ifndef FOTARIG_HARNESS_RACK_RACK_H
#define FOTARIG_HARNESS_RACK_RACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/scenario/scenario.h"

/*
 * What a hook is called for: X(NAME, "word in the file and in argv", default time limit in ms,
 * "help"). The words are those of racks-and-ci.md, "Power and other hooks".
 */
#define RACK_HOOKS(X)                                                                              \
    X(ON, "on", 30000, "switches the supply on, behind off")                                       \
    X(OFF, "off", 30000, "switches it off, before each case, and when it does not answer")         \
    X(CYCLE, "cycle", 60000, "off and on again, where off and on are not given")                   \
    X(RESET, "reset", 30000, "pulls its reset or PWRKEY; when it does not answer")                 \
    X(FLASH, "flash", 600000, "brings the module to the revision that is its last word")           \
    X(PRE, "pre", 60000, "before a case")                                                          \
    X(POST, "post", 60000, "behind a case, whatever became of it")                                 \
    X(ON_FAILURE, "on-failure", 60000, "behind a case that failed, before anything is cleaned")    \
    X(PLACE, "place", 120000, "books the slot: its first line of output is the transport")         \
    X(RELEASE, "release", 60000, "gives back what place booked")

enum rack_hook_kind {
#define X(name, ...) RACK_HOOK_##name,
    RACK_HOOKS(X)
#undef X
        RACK_HOOK_COUNT
};

const char *rack_hook_name(unsigned kind);

/* A program with its arguments, behind which the action and the slot's name are put. */
struct rack_hook {
    const char *const *words; /* NULL-terminated; NULL: there is no such hook */
    size_t word_count;
    uint64_t limit_us; /* it is ended when it has not ended by then */
};

/* An update package that lies somewhere for this module, and where it leads. */
struct rack_package {
    const char *from, *to;      /* revisions */
    const char *url;            /* where the module finds it; of a file made of the slot's `http` */
    const char *file;           /* that the fixture `http` serves; NULL = another server does */
    const char *variant;        /* that it is for; NULL = that of the slot */
    uint32_t size_bytes, crc32; /* of the file, once measured (http_server.h); 0 = unknown */
};

struct rack_slot {
    const char *name;
    const char *transport;       /* URL of a port; NULL: the place hook tells */
    const char *imei;            /* expected; NULL = any */
    const char *variant;         /* expected, such as "SIM7000C"; NULL = any */
    const char *notes;           /* for people; NULL = none */
    const char *out_of_service;  /* why it is not used; NULL = it is */
    uint32_t speed;              /* of an emulated module behind it; 1 for a real one */
    uint8_t far_end;             /* enum rack_far_end */
    const char *const *fixtures; /* what stands around it, by names that scenarios ask for;
                                    NULL-terminated; NULL = nothing */
    uint32_t updates_most;       /* the module has taken so many: it is left alone; 0 = no limit */
    struct rack_hook hooks[RACK_HOOK_COUNT];
    const char *http; /* HOST:PORT where this machine serves its packages; NULL = it does not */
    const char
        *http_url; /* "http://HOST:PORT" as the module finds that; NULL = by the same address */
    struct rack_package *packages;
    size_t package_count;
    struct scenario_place place; /* in the file */
};

/* In the order of bench's enum bench_far_end: X(NAME, "word") */
#define RACK_FAR_ENDS(X) X(MODULE, "module") X(EMULATOR, "emulator")

enum rack_far_end {
#define X(name, text) RACK_FAR_END_##name,
    RACK_FAR_ENDS(X)
#undef X
};

struct rack {
    const char *path, *name;
    const struct rack_slot *slots;
    size_t slot_count;
};

enum { RACK_FILE_BYTES_MAX = 256 * 1024, RACK_SLOTS_MAX = 256, RACK_PACKAGES_MAX = 64 };

/*
 * Compiles a file; all of its errors are told, with line and column. *ret_rack is NULL when there
 * is one. The source is the caller's and may go afterwards. The errors are freed with
 * scenario_errors_done(), the rack with rack_free(), which takes NULL too.
 */
bool rack_read(const char *path, const char *source, size_t size, struct rack **ret_rack,
               struct scenario_errors *reterr_errors);
void rack_free(struct rack *rack);

/* A JSON Schema of rack files as text, drawn from the reader's tables; freed with cJSON_free().
 * NULL: no memory. */
char *rack_json_schema(void);

/* The slot of that name, or NULL. */
const struct rack_slot *rack_find(const struct rack *rack, const char *name);
/* The first package that leads from a revision to another, each NULL = any; or NULL. */
const struct rack_package *rack_package(const struct rack_slot *slot, const char *from,
                                        const char *to);

#endif
