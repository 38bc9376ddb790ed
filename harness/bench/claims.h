/*
 * claims.h - what a user says about a program of his own: its command, and what its end claims.
 */
#ifndef FOTARIG_HARNESS_BENCH_CLAIMS_H
#define FOTARIG_HARNESS_BENCH_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/fota.h"
#include "harness/bench/program_job.h"
#include "harness/ports/program.h"

enum { BENCH_CLAIM_NONE = 255 };

/* What statuses of a program claim: enum fota_outcome, NONE = nothing. */
struct bench_claims {
    uint8_t outcome[256];
};

/* The outcome of the core of that name, -1 = there is none. */
int bench_outcome_find(const char *name, size_t length);
/* None claims anything. */
void bench_claims_init(struct bench_claims *claims);
/*
 * Reads "0=updated,3=update-failed". False with a text. Later words go over former ones.
 */
bool bench_claims_read(struct bench_claims *claims, const char *text, char *reterr_text,
                       size_t reterr_capacity);

/* A command of the user's, as words; those that name a file here are absolute, for the program
   starts in a folder of its own. Must not move. */
struct bench_command {
    struct bench_program program;
    char (*places)[BENCH_PATH_MAX * 2]; /* of words that name files; owned */
};
/* False with a text when it is none, or can't be run; it is done all the same. */
bool bench_command_read(struct bench_command *command, const char *text, char *reterr_text,
                        size_t reterr_capacity);
void bench_command_done(struct bench_command *command);

/* The last line "outcome NAME" of what a program has written, as an outcome; -1 = there is none. */
int bench_outcome_line(const char *text, size_t size);
/* What an ended program claims: its line goes before its status. -1 = nothing. */
int bench_claim_find(const struct bench_claims *claims, const char *text, size_t size, int status);

#endif
