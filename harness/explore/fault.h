/*
 * fault.h - what a sweep does to a run: the one table of faults, and at which points each applies.
 *
 * A choice is a fault of the table at one point of a run. It is put into a case as one more event,
 * before the run begins or behind a snapshot of it, and names what repeats it:
 * "lose-line@to-host-line:17", "reset.crash@deadline:61500000" (there the number is the time in
 * microseconds). Several stand side by side: "a@b:1+c@d:2".
 */
#ifndef FOTARIG_HARNESS_EXPLORE_FAULT_H
#define FOTARIG_HARNESS_EXPLORE_FAULT_H

#include <stdio.h>

#include "harness/bench/points.h"
#include "harness/scenario/scenario.h"

/* Sets of points. */
enum {
#define X(name, ...) EXPLORE_AT_##name = 1 << BENCH_POINT_##name,
    BENCH_POINTS(X)
#undef X
        EXPLORE_AT_BYTES = EXPLORE_AT_TO_HOST_BYTE | EXPLORE_AT_TO_MODULE_BYTE,
    EXPLORE_AT_LINES = EXPLORE_AT_TO_HOST_LINE | EXPLORE_AT_TO_MODULE_LINE,
    EXPLORE_AT_WRITES = EXPLORE_AT_FLASH_STEP | EXPLORE_AT_NV_WRITE,
    EXPLORE_AT_PROGRESS = EXPLORE_AT_PHASE | EXPLORE_AT_BOOT,
    EXPLORE_AT_LIFE = EXPLORE_AT_DEADLINE | EXPLORE_AT_PROGRESS
};

/*
 * What it may cost at most, in a story without any other fault. The end of a run is one of these
 * too.
 */
enum explore_worth {
    EXPLORE_OUT_OF_SERVICE, /* somebody must go there */
    EXPLORE_UNCHANGED,      /* the module works as before, and the client said so */
    EXPLORE_GOOD            /* nothing */
};

/*
 * How much more than the undisturbed run one with a fault of this class may need: X(NAME, commands,
 * downloads, restarts by the client, seconds, AMONG). As measured over all deliveries, with a
 * margin: what asks for more than that has no reason to, and is a finding. Among several faults it
 * is of the class AMONG: another may spoil what would have ended it soon.
 */
#define EXPLORE_CLASSES(X)                                                                         \
    X(NOTICE, 1, 0, 0, 6, NOTICE)                                                                  \
    X(PROGRESS, 4, 0, 0, 25, PROGRESS)                                                             \
    X(PAUSE, 12, 0, 0, 90, PAUSE)                                                                  \
    X(TOLD, 40, 1, 0, 45, LITTLE) /* at once: no silence is waited for */                          \
    X(LITTLE, 40, 1, 0, 125, LITTLE)                                                               \
    X(HOST, 30, 1, 1, 45, HOST)                                                                    \
    X(RESTART, 30, 1, 2, 110, RESTART)                                                             \
    X(OUTAGE, 130, 1, 0, 300, AWAY) /* of a minute at most */                                      \
    X(AWAY, 600, 1, 0, 600, AWAY)                                                                  \
    X(HANG, 900, 1, 2, 2600, HANG)

/*
 * X(NAME, "name", POINTS, VARIANTS, MAY_COST, CLASS, "what it does"); VARIANTS: a fault that comes
 * in several kinds, each of them tried at each point.
 */
#define EXPLORE_FAULTS(X)                                                                          \
    X(LOSE_BYTE, "lose-byte", BYTES, ONE, GOOD, LITTLE, "the byte is lost")                        \
    X(FLIP_BIT, "flip-bit", BYTES, ONE, GOOD, LITTLE, "its lowest bit is the other one")           \
    X(DOUBLE_BYTE, "double-byte", BYTES, ONE, GOOD, LITTLE, "it comes twice")                      \
    X(INSERT_BYTE, "insert-byte", BYTES, ONE, GOOD, LITTLE, "another one comes before it")         \
    X(CUT_LINE, "cut-line", BYTES, ONE, GOOD, LITTLE, "the rest of its line is lost")              \
    X(SPLIT, "split", BYTES, ONE, GOOD, PAUSE, "the line pauses before it, for 700 ms")            \
    X(PORT_LOST, "port-lost", BYTES, ONE, GOOD, LITTLE, "all is lost both ways, for 3 s")          \
    X(RATE_CHANGED, "rate-changed", BYTES, ONE, UNCHANGED, HANG,                                   \
      "the module's port is at 9600 bit/s")                                                        \
    X(LOSE_LINE, "lose-line", LINES, ONE, GOOD, LITTLE, "the line is lost")                        \
    X(DOUBLE_LINE, "double-line", LINES, ONE, GOOD, TOLD, "it comes twice")                        \
    X(LATE, "late", LINES, ONE, GOOD, PAUSE, "it comes just before the host's deadline")           \
    X(TOO_LATE, "too-late", LINES, ONE, GOOD, PAUSE, "it comes just behind the host's deadline")   \
    X(SILENCE, "silence", LINES, ONE, GOOD, LITTLE,                                                \
      "what begins within 30 s on this lane is lost")                                              \
    X(COLLIDE, "collide", TO_HOST_LINE, ONE, GOOD, PAUSE,                                          \
      "an unsolicited line comes 2 bytes into it")                                                 \
    X(SECOND_READER, "second-reader", TO_HOST_LINE, ONE, GOOD, PAUSE,                              \
      "somebody else reads as well, 3 s")                                                          \
    X(URC, "urc", TO_HOST_LINE, URCS, UNCHANGED, LITTLE,                                           \
      "a line by which an update is led comes, and lies")                                          \
    X(NOTICE, "notice", TO_HOST_LINE, NOTICES, UNCHANGED, NOTICE,                                  \
      "any other line of the catalogue comes")                                                     \
    X(ERROR, "error", COMMAND, ONE, GOOD, TOLD,                                                    \
      "the command is answered with ERROR, and does not run")                                      \
    X(CME, "cme", COMMAND, ONE, GOOD, TOLD, "the same with +CME ERROR: 100")                       \
    X(GARBAGE, "garbage", COMMAND, ONE, GOOD, TOLD,                                                \
      "the same with a text that is no result, and OK")                                            \
    X(SWALLOW, "swallow", COMMAND, ONE, GOOD, LITTLE, "it neither runs nor is answered")           \
    X(RESET, "reset", LIFE, RESETS, UNCHANGED, RESTART, "the module restarts in this way")         \
    X(POWER_CUT, "power-cut", LIFE, ONE, UNCHANGED, RESTART, "its supply is gone for 500 ms")      \
    X(POWER_LOSS, "power-loss", DEADLINE, ONE, UNCHANGED, RESTART,                                 \
      "its supply is gone for a minute")                                                           \
    X(HANG, "hang", LIFE, HANGS, UNCHANGED, HANG, "it hangs in this way, until it restarts")       \
    X(HOST_RESET, "host-reset", DEADLINE, ONE, GOOD, HOST, "the host is back after 3 s")           \
    X(HOST_FORGETS, "host-forgets", DEADLINE, ONE, GOOD, HOST, "the same, without its checkpoint") \
    X(NETWORK_GONE, "network-gone", DEADLINE, ONE, UNCHANGED, OUTAGE, "no coverage for a minute")  \
    X(NETWORK_LOST, "network-lost", DEADLINE, ONE, OUT_OF_SERVICE, AWAY, "no coverage any more")   \
    X(CUT_WRITE, "cut-write", WRITES, CUTS, UNCHANGED, RESTART, "the supply goes there, for 2 s")  \
    X(FLASH_FULL, "flash-full", NV_WRITE, ONE, UNCHANGED, LITTLE,                                  \
      "the flash has no room, for 5 min")                                                          \
    X(LINE_LOST, "line-lost", PROGRESS, ONE, GOOD, PROGRESS, "the module's next line is lost")     \
    X(LINE_DOUBLED, "line-doubled", PROGRESS, ONE, GOOD, PROGRESS, "it comes twice")               \
    X(LINE_SHORT, "line-short", PROGRESS, ONE, GOOD, PROGRESS, "12 of its bytes are lost")         \
    X(STALL, "stall", HTTP_BLOCK, ONE, UNCHANGED, OUTAGE, "no coverage for a minute")              \
    X(DROP, "drop", HTTP_BLOCK, ONE, GOOD, OUTAGE, "the app network is dropped")                   \
    X(DAMAGE, "damage", HTTP_BLOCK, ONE, UNCHANGED, TOLD, "a byte of what was stored turns over")  \
    X(SERVER, "server", HTTP_REQUEST, SERVINGS, UNCHANGED, TOLD, "the server sends this instead")  \
    X(REFUSED, "refused", REQUEST, ONE, UNCHANGED, HOST, "the board can't do it")                  \
    X(ANSWER_LATE, "answer-late", REQUEST, ONE, UNCHANGED, HOST, "the board needs 30 s more")      \
    X(RESET_FIRST, "reset-first", REQUEST, ONE, GOOD, HOST,                                        \
      "the host restarts before it is answered")

enum explore_fault {
#define X(name, ...) EXPLORE_FAULT_##name,
    EXPLORE_FAULTS(X)
#undef X
        EXPLORE_FAULT_COUNT
};

const char *explore_fault_name(unsigned fault);
const char *explore_fault_help(unsigned fault);
enum explore_worth explore_fault_cost(unsigned fault);
/* How much more of that (enum explore_rule of demand.h) a run with it may need. */
uint32_t explore_fault_explains(unsigned fault, unsigned rule);
/* The same where other faults are put in as well. */
uint32_t explore_fault_explains_among(unsigned fault, unsigned rule);
/* Its end is waited for: nothing else goes on meanwhile. */
bool explore_fault_is_awaited(unsigned fault);
/* The client looks for the module meanwhile: at other rates, by PWRKEY, by its supply. */
bool explore_fault_is_searched(unsigned fault);
/* The host restarts with it. */
bool explore_fault_restarts_host(unsigned fault);
/* Bit n: it applies at points of kind n (enum bench_point). */
uint32_t explore_fault_points(unsigned fault);
/* In how many kinds it comes, 1 at least, and what each is called, "" = there is one. */
unsigned explore_fault_variants(unsigned fault);
void explore_variant_name(unsigned fault, unsigned variant, char *buffer, size_t capacity);

/* How many faults there are at one point of that kind, each variant one. */
uint32_t explore_faults_at(enum bench_point point);

/* Prints the table, for people and for a program that counts: tabs between the columns. */
void explore_faults_list(FILE *out);

/* ---- choices --------------------------------------------------------------------------------- */

struct explore_choice {
    uint8_t fault; /* enum explore_fault */
    uint8_t variant;
    uint8_t point;   /* enum bench_point */
    uint64_t number; /* of the point, from 1; DEADLINE: the time in microseconds */
};

enum { EXPLORE_CHOICES_MAX = SCENARIO_CHOICES_MAX, EXPLORE_CHOICE_MAX = 160 };

/* The choice number `index` (below explore_faults_at()) at a point. */
struct explore_choice explore_choice_at(enum bench_point point, uint64_t number, uint32_t index);

/* Writes "power-cut@deadline:17". */
void explore_choice_format(const struct explore_choice *choices, size_t count, char *buffer,
                           size_t capacity);
/* Reads it; 0 when it is none. */
size_t explore_choice_parse(const char *text, struct explore_choice choices[EXPLORE_CHOICES_MAX]);

/*
 * Makes a copy of a case that choices can be put into. What a scenario's author expects is said of
 * a run without them, so expectations and the marks of durations are left out.
 */
void explore_case_prepare(const struct scenario_case *one, struct scenario_case *ret_case);
/* Makes another of the same job, in which nothing is told of module, server and host: no events,
 * and all as it is when a file says nothing of it. */
void explore_case_make_plain(const struct scenario_case *one, struct scenario_case *ret_case);
/* Puts it in, behind the others; returns the event's index. There is room for CHOICES_MAX. */
unsigned explore_case_add(struct scenario_case *one, const struct explore_choice *choice);
/* Takes the last one out again. */
void explore_case_remove(struct scenario_case *one);

#endif
