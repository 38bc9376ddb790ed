/*
 * keeper.h - a program with all that it starts, of which nothing is left at the end.
 *
 * A process of the bench stands between it and the program: children whose parents have ended come
 * to that one, and it ends them all when it is told to, and also when the bench is gone (killed,
 * too).
 */
#ifndef FOTARIG_HARNESS_PORTS_KEEPER_H
#define FOTARIG_HARNESS_PORTS_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What is to be started; all of it is the caller's and needed during keeper_start() only. */
struct keeper_order {
    char *const *words;             /* the program and its arguments, NULL at the end */
    const char *const *environment; /* the whole of it, NULL at the end */
    const char *directory;          /* to start in; NULL = the bench's own */
    int input, output, errors;      /* its standard descriptors; -1 = /dev/null */
    /* In the new process, last before the program: false = it can't be started (errno). What
       is open stays open until the program begins. NULL: nothing. */
    bool (*prepare)(void *context);
    void *context;
};

struct keeper {
    pid_t pid;     /* of the process between; 0 = none */
    pid_t program; /* 0 = it was never there */
    int channel;   /* readable: it has something to tell */
    bool is_over;  /* the program itself has ended, and `status` is what waitpid() says of it */
    int status;
};

/* Starts it. False with errno; nothing is left to end then. */
bool keeper_start(struct keeper *keeper, const struct keeper_order *order);
/* Looks, without waiting, whether the program has ended; true when it has. */
bool keeper_look(struct keeper *keeper);
/* Ends what is left, waits until it is gone. `status` is set if the program had ended by itself. */
void keeper_end(struct keeper *keeper);

#endif
