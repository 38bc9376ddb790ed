/* shared.h - what torture.c and kill_at.c count, in a file that all processes map; run reads it. */
#ifndef FOTARIG_CI_TORTURE_SHARED_H
#define FOTARIG_CI_TORTURE_SHARED_H

#include <limits.h>
#include <stdint.h>

/* X(kind, errno of its failure) */
#define CALLS(X)                                                                                   \
    X(malloc, ENOMEM)                                                                              \
    X(open, EMFILE)                                                                                \
    X(read, EIO)                                                                                   \
    X(write, ENOSPC)                                                                               \
    X(fsync, EIO)                                                                                  \
    X(rename, EACCES)                                                                              \
    X(socket, EMFILE)                                                                              \
    X(accept, EMFILE)                                                                              \
    X(fork, EAGAIN)                                                                                \
    X(mmap, ENOMEM)                                                                                \
    X(posix_openpt, ENOSPC)                                                                        \
    X(tcsetattr, EIO)

enum call {
#define X(name, error) CALL_##name,
    CALLS(X)
#undef X
        CALL_COUNT,
    CALL_NONE = CALL_COUNT,
    CALL_KILL,
    CALL_STUCK
};

enum { FILES = 64 };

struct shared {
    uint64_t counts[CALL_COUNT];
    uint64_t all;          /* of any kind but malloc */
    uint64_t happened;     /* 1: the N-th call was met */
    uint64_t system_calls; /* of kill_at.c: each of any process */
    uint64_t lock;
    char unsynced[FILES][PATH_MAX]; /* written, but not on the disk yet; "" = free */
};

#endif
