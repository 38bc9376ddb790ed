/*
 * cli.h - the frame of the command line: subcommands and their options are const tables, from which
 * parsing, --help and the messages about wrong usage come.
 *
 * A subcommand is one file <name>_command.c that holds
 *
 *     struct run_options { const char *host; uint64_t seed; struct cli_list tags; bool plan; };
 *     static const struct cli_option options[] = {
 *         {"host", 0, "H", CLI_TEXT, offsetof(struct run_options, host), "core", "host end"},
 *         {"plan", 0, NULL, CLI_FLAG, offsetof(struct run_options, plan), NULL, "only say what"},
 *     };
 *     const struct cli_command cli_command_run = {...};
 *
 * and is named in CLI_COMMANDS below. Results go to stdout, diagnostics to stderr.
 */
#ifndef FOTARIG_HARNESS_CLI_CLI_H
#define FOTARIG_HARNESS_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/text/quantity.h"

/* Exit statuses; 1 beats 4. A run that a signal ends exits with 128 + its number. */
enum cli_exit {
    CLI_EXIT_OK = 0,
    CLI_EXIT_FAILED = 1, /* a scenario failed, a finding, a difference */
    CLI_EXIT_USAGE = 2,
    CLI_EXIT_INVALID = 3,     /* invalid or missing scenario, rack, trace or package file */
    CLI_EXIT_ENVIRONMENT = 4, /* port, permission, network of the lab: verdict unknown */
    CLI_EXIT_INTERNAL = 70
};

/* What an option's argument is, and the type of the member it is stored in. */
enum cli_kind {
    CLI_FLAG,     /* bool; takes no argument */
    CLI_TEXT,     /* const char *; points into argv */
    CLI_OPTIONAL, /* const char *: --name or --name=TEXT; "" without, NULL when not given */
    CLI_LIST,     /* struct cli_list; may be given several times */
    CLI_CHOICE,   /* int: index of the word in `argument`, "module|none" */
    CLI_NUMBER,   /* uint64_t: decimal, or 0x and hexadecimal */
    CLI_COUNT,    /* uint32_t, 1 or more */
    CLI_SIZE,     /* uint32_t: bytes, with a unit: 109285B, 10KiB, 1MiB */
    CLI_DURATION, /* uint64_t: microseconds, with a unit: 50ms, 6s, 3min, 2h */
    CLI_SPEED     /* double: a factor greater than 0 */
};

enum { CLI_LIST_MAX = 64 };

/* Arguments of an option that may be repeated, in the order given; they point into argv. */
struct cli_list {
    const char *items[CLI_LIST_MAX];
    size_t count;
};

struct cli_option {
    const char *name;     /* long name without dashes */
    char letter;          /* short name, 0 = none */
    const char *argument; /* what help calls the argument: "FILE", "module|none"; NULL for a flag */
    uint8_t kind;         /* enum cli_kind */
    size_t offset;        /* of the member in the options struct */
    const char *initial;  /* default, as it would be typed: parsed before argv and shown by --help;
                             NULL = none, the member stays zero */
    const char *help;     /* lower case, no full stop; wrapped where it is shown, "\n" is a blank */
};

struct cli_command {
    const char *name;              /* "run" */
    const char *summary;           /* one line for `fotarig --help` */
    const char *operands;          /* "SCENARIO|DIR...", "" = none */
    const char *notes;             /* printed after the options by --help, NULL = none */
    void (*print_more)(FILE *out); /* prints what --help ends with, NULL = nothing */
    const struct cli_option *options;
    size_t option_count;
    size_t operands_min, operands_max; /* how many; max SIZE_MAX = any number */
    int (*run)(int argc, char **argv); /* argv[0] is the name; returns an enum cli_exit */
};

/* What is left of argv: operands in the order given. Points into argv, whose order changes. */
struct cli_operands {
    char **items;
    size_t count;
};

#define CLI_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Returned by cli_parse(): go on. */
enum { CLI_GO_ON = -1 };

/*
 * Parses argv after the command's option table into `options` (a struct that the caller owns; it is
 * set to zero and to the defaults first). Options and operands may be mixed; "--" ends the options.
 * Returns CLI_GO_ON, or the status to return at once: help was asked for and printed (0), or the
 * usage was wrong and said so (2).
 */
int cli_parse(const struct cli_command *command, int argc, char **argv, void *options,
              size_t options_size, struct cli_operands *ret_operands);

/* The command as it was typed, as a shell takes it again; of a very long one the beginning. */
const char *cli_command_line(void);

/* Prints "fotarig run: ..." as one line on stderr. */
void cli_error(const struct cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same with "; try 'fotarig run --help'"; returns CLI_EXIT_USAGE. */
int cli_usage_error(const struct cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Runs the program: picks the subcommand of argv[1]. Returns the exit status. */
int cli_main(int argc, char **argv);

/* ---- values: each returns false, and leaves *ret_... alone, when the text is not one ----------
 */

bool cli_value_number(const char *text, uint64_t *ret_number);
bool cli_value_size(const char *text, uint32_t *ret_bytes);
bool cli_value_duration(const char *text, uint64_t *ret_us);
bool cli_value_speed(const char *text, double *ret_factor);
/* A number with its unit (quantity.h), in the smallest unit. */
bool cli_value_quantity(const char *text, enum text_quantity quantity, uint64_t *ret_value);
/* Index of `word` among "one|two|three", -1 when it is none of them. */
int cli_value_choice(const char *choices, const char *word);

/*
 * Of `count` names, the one most like `word` (for "did you mean"), NULL when none is near.
 * `name(index)` gives them.
 */
const char *cli_nearest(const char *word, size_t count, const char *(*name)(size_t index));

/* ---- the subcommands, one file each -----------------------------------------------------------
 */

/* In the order of `fotarig --help`: X(name). */
#define CLI_COMMANDS(X)                                                                            \
    X(run)                                                                                         \
    X(explore)                                                                                     \
    X(coverage)                                                                                    \
    X(explain)                                                                                     \
    X(sim)                                                                                         \
    X(ctl)                                                                                         \
    X(check)                                                                                       \
    X(list)                                                                                        \
    X(record)                                                                                      \
    X(import)                                                                                      \
    X(lift)                                                                                        \
    X(shrink)                                                                                      \
    X(bisect)                                                                                      \
    X(diff)                                                                                        \
    X(redact)                                                                                      \
    X(export)                                                                                      \
    X(conform)                                                                                     \
    X(ports)                                                                                       \
    X(rack)                                                                                        \
    X(report)                                                                                      \
    X(package)                                                                                     \
    X(facts)

#define X(name) extern const struct cli_command cli_command_##name;
CLI_COMMANDS(X)
#undef X

#endif
