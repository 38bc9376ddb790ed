/* target_options.h - the module that `fotarig run` is for, as its options say; and what would run
 * there. */
#ifndef FOTARIG_HARNESS_CLI_TARGET_OPTIONS_H
#define FOTARIG_HARNESS_CLI_TARGET_OPTIONS_H

#include "harness/bench/target.h"
#include "harness/cli/cli.h"
#include "harness/trace/kept_replay.h"

/* Part of the options of `run`. */
struct cli_target_options {
    const char *module;       /* "emulator", the URL of a port, or replay:TRACE */
    const char *host;         /* "core", warp:COMMAND, lib:FILE, ...: see --help */
    bool go_on;               /* by the emulator, where a replay comes apart */
    const char *port_name;    /* of the port of a client that is started; NULL = none */
    const char *claims;       /* STATUS=OUTCOME,... of the host; NULL = none */
    int rules;                /* enum cli_rules */
    struct cli_list left_out; /* RULE=REASON */
    struct cli_list fixtures; /* names of what stands around the module behind a port */
    int far_end;              /* enum bench_far_end */
    bool allow_update;
    const char *package_url, *package, *from, *to, *variant;
    int delivery; /* enum fota_delivery; FOTA_DELIVERY_COUNT: as the file says */
};

enum cli_rules { CLI_RULES_AS_HOST, CLI_RULES_FOTA, CLI_RULES_NONE };

/* Rows of an option table whose struct has `member` of that type: X-like, for run_command.c. */
#define CLI_TARGET_OPTIONS(type, member)                                                           \
    {"host",                                                                                       \
     0,                                                                                            \
     "CLIENT",                                                                                     \
     CLI_TEXT,                                                                                     \
     offsetof(type, member.host),                                                                  \
     "core",                                                                                       \
     "who talks to the module and is judged: 'core'; a program of your own, unmodified,\n"         \
     "started for each case with FOTA_PORT and the job in its environment, in virtual\n"           \
     "time (warp:COMMAND) or in real time (spawn:COMMAND; exec:COMMAND: its standard input\n"      \
     "and output are the wire); a client in a shared object (lib:FILE, see\n"                      \
     "library_client.h); whoever comes to a port, in real time (wait, pty:LINK,\n"                 \
     "tty:DEVICE[,RATE], tcp://HOST:PORT, unix:PATH, rfc2217://HOST:PORT); the host of a\n"        \
     "trace with its waits (replay:TRACE)"},                                                       \
        {"port-name",                                                                              \
         0,                                                                                        \
         "LINK",                                                                                   \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.port_name),                                                         \
         NULL,                                                                                     \
         "of a client whose port is compiled in: a link of that name leads to its port\n"          \
         "(--jobs 1 is needed)"},                                                                  \
        {"continue",                                                                               \
         0,                                                                                        \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(type, member.go_on),                                                             \
         NULL,                                                                                     \
         "with --module replay:TRACE: where it comes apart, go on as the emulator would"},         \
        {"claims",                                                                                 \
         0,                                                                                        \
         "STATUS=OUTCOME,...",                                                                     \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.claims),                                                            \
         NULL,                                                                                     \
         "what the program's exit statuses say: 0=updated,1=update-failed; a line\n"               \
         "'outcome updated' on its standard output says it too"},                                  \
        {"rules",                                                                                  \
         0,                                                                                        \
         "as-host|fota|none",                                                                      \
         CLI_CHOICE,                                                                               \
         offsetof(type, member.rules),                                                             \
         "as-host",                                                                                \
         "judge what a client sends and leaves by rules that hold for any client; as-host:\n"      \
         "for a program of your own"},                                                             \
        {"leave-out",                                                                              \
         0,                                                                                        \
         "RULE=REASON",                                                                            \
         CLI_LIST,                                                                                 \
         offsetof(type, member.left_out),                                                          \
         NULL,                                                                                     \
         "do not judge by this one of them, and say why"},                                         \
        {"module",                                                                                 \
         0,                                                                                        \
         "emulator|URL",                                                                           \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.module),                                                            \
         "emulator",                                                                               \
         "what the core talks to: the emulator, or a module behind a port, by its URL:\n"          \
         "pty:LINK, tty:/dev/...[,RATE], tcp://HOST:PORT, rfc2217://HOST:PORT, unix:PATH,\n"       \
         "exec:COMMAND; or replay:TRACE, what was recorded of one"},                               \
        {"far-end",                                                                                \
         0,                                                                                        \
         "module|emulator|scenario",                                                               \
         CLI_CHOICE,                                                                               \
         offsetof(type, member.far_end),                                                           \
         "module",                                                                                 \
         "what the port leads to: a real module, a 'fotarig sim' of the same --speed, or\n"        \
         "a 'fotarig sim --scenario' that plays this scenario's events as well"},                  \
        {"fixture",                                                                                \
         0,                                                                                        \
         "NAME",                                                                                   \
         CLI_LIST,                                                                                 \
         offsetof(type, member.fixtures),                                                          \
         NULL,                                                                                     \
         "with --module URL: this stands around the module, for scenarios whose `fixtures`\n"      \
         "ask for it; may be given several times. A rack file names those of its slots"},          \
        {"allow-update",                                                                           \
         0,                                                                                        \
         NULL,                                                                                     \
         CLI_FLAG,                                                                                 \
         offsetof(type, member.allow_update),                                                      \
         NULL,                                                                                     \
         "let an update start on a real module, which may ruin it"},                               \
        {"package-url",                                                                            \
         0,                                                                                        \
         "URL",                                                                                    \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.package_url),                                                       \
         NULL,                                                                                     \
         "where the package lies, over what scenarios say: http://, https://, ftp://"},            \
        {"package",                                                                                \
         0,                                                                                        \
         "FILE",                                                                                   \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.package),                                                           \
         NULL,                                                                                     \
         "that package, for its length and checksum"},                                             \
        {"from",                                                                                   \
         0,                                                                                        \
         "REVISION",                                                                               \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.from),                                                              \
         NULL,                                                                                     \
         "base revision of the package, over what scenarios say"},                                 \
        {"to",                                                                                     \
         0,                                                                                        \
         "REVISION",                                                                               \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.to),                                                                \
         NULL,                                                                                     \
         "target revision of the package, over what scenarios say"},                               \
        {"variant",                                                                                \
         0,                                                                                        \
         "VARIANT",                                                                                \
         CLI_TEXT,                                                                                 \
         offsetof(type, member.variant),                                                           \
         NULL,                                                                                     \
         "variant of the module, over what scenarios say: SIM7000E"},                              \
    {                                                                                              \
        "delivery", 0, "http|push|ftp|as-written", CLI_CHOICE, offsetof(type, member.delivery),    \
            "as-written", "how the package comes into the module"                                  \
    }

/* A target with all that its options point to; must not move. */
struct cli_target {
    struct bench_target target;
    struct scenario_override override;
    struct kept_replay kept; /* of replay:TRACE */
    bool replays;
    const char *fixture_names[CLI_LIST_MAX + 1]; /* of --fixture, behind the last one NULL */
    char at_revision[FOTA_REVISION_LENGTH + 1];  /* of the module after what was planned; "" = not
                                                    known */
};

/* The client is outside of this process: the run takes real time, at speed 1 if none is given. */
bool cli_target_is_real_time(const struct cli_target_options *options);

/*
 * Makes the target of `command`'s options, with --speed `speed` (0 = not given). CLI_GO_ON, or the
 * status to return at once, with its message printed: options that do not go together, or a package
 * that can't be read.
 */
int cli_target_make(struct cli_target *made, const struct cli_command *command,
                    const struct cli_target_options *options, double speed);
/* True when a port leads to the module. */
bool cli_target_is_port(const struct cli_target *made);
/* Opens the port, if there is one; CLI_GO_ON or CLI_EXIT_ENVIRONMENT with its message printed. */
int cli_target_open(struct cli_target *made, const struct cli_command *command);
void cli_target_done(struct cli_target *made);

/* `run --plan`: prints what a case would come to after the cases planned before. */
void cli_target_print_plan(struct cli_target *made, const char *name,
                           const struct scenario_case *one);

#endif
