/*
 * pool.h - processes that work on the tasks of a list, one after the other, and answer in bytes.
 *
 * A process is a fork of this one: it knows all that was planned before, shares nothing that is
 * written later, and ends with this one, however that ends. One that dies, or takes longer on a
 * task than it may, costs that task alone: another takes its place.
 */
#ifndef FOTARIG_HARNESS_CAMPAIGN_POOL_H
#define FOTARIG_HARNESS_CAMPAIGN_POOL_H

#include "harness/campaign/bytes.h"

enum { CAMPAIGN_JOBS_MAX = 256 };

struct campaign_pool;

/* How a task ended. */
enum campaign_ended {
    CAMPAIGN_WORKED,   /* its bytes are whole */
    CAMPAIGN_STOPPED,  /* a signal came before its end; its bytes are what was done until then */
    CAMPAIGN_UNABLE,   /* the process could not work at all: its bytes are a text that says why */
    CAMPAIGN_DIED,     /* the process ended; no bytes */
    CAMPAIGN_TIMED_OUT /* it took longer than it may; no bytes */
};

struct campaign_pool_options {
    unsigned jobs;       /* 1 to CAMPAIGN_JOBS_MAX */
    bool real_time;      /* tasks wait for a clock: none is given ahead to who is busy */
    uint64_t timeout_us; /* of a task, 0 = none */
    void *context;       /* of what follows */
    /* In the process: before its first task, each task, and when there are no more. start and work
       are false when it can't go on; then the bytes are a text that says why. */
    bool (*start)(void *context, unsigned worker, struct campaign_bytes *reterr_text);
    bool (*work)(void *context, size_t task, struct campaign_bytes *ret_bytes);
    void (*end)(void *context);
    /* In this one. `status`: of waitpid(), of a process that DIED. `bytes` may be moved out. */
    void (*answer)(void *context, unsigned worker, size_t task, enum campaign_ended how, int status,
                   struct campaign_bytes *bytes);
};

/* Makes the processes. NULL with errno set. The options are copied. */
struct campaign_pool *campaign_pool_new(const struct campaign_pool_options *options);
/* True when a process is free for one more task. */
bool campaign_pool_has_room(const struct campaign_pool *pool);
/* Gives it that task, which is answered by campaign_pool_wait(). */
void campaign_pool_give(struct campaign_pool *pool, size_t task);
/* True when process `worker` (0 to jobs - 1) has nothing to do; and gives a task to that one. */
bool campaign_pool_is_free(const struct campaign_pool *pool, unsigned worker);
void campaign_pool_give_to(struct campaign_pool *pool, unsigned worker, size_t task);
/* Tasks that were given and not answered yet. */
size_t campaign_pool_pending(const struct campaign_pool *pool);
/*
 * Waits for answers, a caught signal or a point of the monotonic clock. False with errno set when
 * no process can be made in place of one that died.
 */
bool campaign_pool_wait(struct campaign_pool *pool, uint64_t until_us);
/*
 * Asks all processes to stop at once what they do (a SIGTERM); who does not in time is ended.
 * Tasks that are pending are answered.
 */
void campaign_pool_stop(struct campaign_pool *pool);
/* Ends all processes and waits for their end; NULL is allowed. */
void campaign_pool_free(struct campaign_pool *pool);

#endif
