/*
 * loop.h - waiting: for descriptors, for points in time, for a signal. What is Linux's own (epoll,
 * timer slack, inotify) stands behind this one file; the rest of the bench is POSIX.
 *
 * A wake costs one system call, however many descriptors there are. Nothing is allocated but by
 * bench_loop_watch().
 */
#ifndef FOTARIG_HARNESS_PORTS_LOOP_H
#define FOTARIG_HARNESS_PORTS_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BENCH_NEVER UINT64_MAX

/* What a descriptor is waited for, and what it is found ready for; ored. */
enum {
    BENCH_READABLE = 1, /* also: the other side hung up */
    BENCH_WRITABLE = 2
};

/* A descriptor in a loop. Owned by the caller; must not move while it is added. */
struct bench_source {
    int fd;
    /* Called by bench_loop_wait(); `ready` as above. May add and remove any source, itself too. */
    void (*run)(void *context, unsigned ready);
    void *context;
};

/*
 * A point in time at which something is to be looked at. Owned by the caller; must not move while
 * it is set. Few are set at a time: ports that wait for what is gone.
 */
struct bench_timer {
    void (*run)(void *context, uint64_t now_us);
    void *context;
    uint64_t at_us;
    struct bench_timer *next; /* of those that are set */
    bool set;
};

enum { BENCH_LOOP_BATCH = 256 };

struct bench_loop {
    int poll_fd;
    struct bench_source signals;
    struct bench_source opens;    /* inotify, opened with the first watch */
    struct bench_watch **watches; /* by ascending id */
    size_t watch_count, watch_room;
    struct bench_timer *timers; /* that are set, in no order */
    bool broken;                /* a port of the loop cannot come back by itself; set by ports */
    /* Sources of the batch that is being run; bench_loop_remove() blots them out. */
    struct bench_source *batch[BENCH_LOOP_BATCH];
    size_t batch_count;
};

/*
 * Raises the limit of open files as far as the system lets this process, and returns it. For
 * programs that serve many ports.
 */
size_t bench_files_allow(void);

/* Opens a loop; 0, or -1 with errno set. Asks the system for timers as exact as it has them. */
int bench_loop_open(struct bench_loop *loop);
void bench_loop_close(struct bench_loop *loop);

/* Adds a source that waits for `events`, or changes what it waits for; 0, or -1 with errno set. */
int bench_loop_add(struct bench_loop *loop, struct bench_source *source, unsigned events);
int bench_loop_change(struct bench_loop *loop, struct bench_source *source, unsigned events);
/* Its callback is not called any more, not even for what has been found ready already. */
void bench_loop_remove(struct bench_loop *loop, struct bench_source *source);

/* Has it run once, by bench_loop_wait(), when the monotonic clock has reached `at_us`; one that is
   set already gets the new time. BENCH_NEVER = not at all. */
void bench_loop_at(struct bench_loop *loop, struct bench_timer *timer, uint64_t at_us);

/* Somebody who listens. */
struct bench_acceptor {
    struct bench_source source;
    struct bench_loop *loop;
    struct bench_timer pause; /* private */
};

/*
 * Takes the next client of `acceptor`, whose source is in its loop; -1 = none. When descriptors
 * have run out the listener is left alone for a tenth of a second instead of turning in circles:
 * who waits is served when there are some again.
 */
int bench_acceptor_take(struct bench_acceptor *acceptor);

/* Whether the process at the other end of a socket in the file system is root's or of our own user;
   false as well when the system does not say. */
bool bench_peer_is_trusted(int fd);

/* Takes it out of its loop; the descriptor is the caller's. */
void bench_acceptor_remove(struct bench_acceptor *acceptor);

/*
 * Waits until a source is ready, a timer is due, a caught signal came, or the monotonic clock
 * reaches `until_us` (BENCH_NEVER = no limit; a time that is over = look only), and runs the
 * callbacks of what is ready. Returns how many were run, or -1 with errno set.
 */
int bench_loop_wait(struct bench_loop *loop, uint64_t until_us);

/* The monotonic clock, in microseconds. */
uint64_t bench_clock_us(void);

/*
 * From now on SIGINT, SIGTERM and SIGHUP end no process at once but are noted, and wake every wait;
 * the second signal of a kind ends the process. SIGPIPE (the reader of what is printed has gone) is
 * noted, too, however often it comes, unless it was ignored. Serves runs without a loop as well.
 */
int bench_signals_catch(void);
/*
 * To be called in a fork first: it gets signals of its own, and ends with `parent`, the process
 * that forked it, however that ends. False: that has ended already, or the system refuses.
 */
bool bench_process_forked(pid_t parent);
/* The signal that was noted last, 0 = none. */
int bench_signal(void);

/* Waits until a child process has ended, at most so long, and leaves its status to be fetched;
   false: it has not ended, or the system can't tell. */
bool bench_await_process(pid_t pid, int timeout_ms);

/*
 * Tells who opens and closes a file. One descriptor of the system serves all watches of a loop, so
 * that a thousand ports cost no more than one. Owned by the caller; must not move while it is on.
 */
enum { BENCH_OPENED = 1, BENCH_CLOSED = 2 };
struct bench_watch {
    int id; /* of the system, -1 = off */
    /* Called by bench_loop_wait() with the above, ored. May turn any watch on or off. */
    void (*run)(void *context, unsigned happened);
    void *context;
};
/* Turns the watch on for `path`; 0, or -1 with errno set. */
int bench_loop_watch(struct bench_loop *loop, struct bench_watch *watch, const char *path);
/* Turns it off; one that is off (id -1) stays so. */
void bench_loop_unwatch(struct bench_loop *loop, struct bench_watch *watch);

#endif
