/*
 * host_program.h - a host end that is a program of the user's own, unmodified, in virtual time: it
 * is started for each case, with the job in its environment, and what it says of the end is its
 * claim.
 */
#ifndef FOTARIG_HARNESS_BENCH_HOST_PROGRAM_H
#define FOTARIG_HARNESS_BENCH_HOST_PROGRAM_H

#include "harness/bench/claims.h"
#include "harness/bench/end.h"
#include "harness/bench/program_job.h"
#include "harness/ports/program.h"
#include "harness/warp/warp.h"

/* Of one process of the bench; its case's run has it as host_context. */
struct bench_program_host {
    struct warp *warp;
    struct bench_command command;
    struct bench_claims claims;
    struct bench_environment environment;
    struct bench_folder folder;
    char link[BENCH_PATH_MAX]; /* that leads to the port; "" = none */
    uint64_t seed;
    bool was_started; /* in this run */
    bool was_over;    /* its end is in the journal */
};

/* Takes the command apart, makes supervisor and folder, and the link `port_name` to the port, NULL
   = none. False with a text; it is done all the same. */
bool bench_program_host_open(struct bench_program_host *host, const char *command,
                             const char *port_name, const struct bench_claims *claims,
                             char *reterr_text, size_t reterr_capacity);
/* Ends what it has started, removes its folder. */
void bench_program_host_close(struct bench_program_host *host);

/* How the program is now, for people: "ended with status 1", "waits in poll()". */
void bench_program_host_tell(const struct bench_program_host *host, char *text, size_t capacity);

extern const struct bench_end bench_host_program;

#endif
