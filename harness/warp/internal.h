/*
 * internal.h - what the files of the supervisor share: threads, processes, timers, and what a
 * handler of a call says.
 */
#ifndef FOTARIG_HARNESS_WARP_INTERNAL_H
#define FOTARIG_HARNESS_WARP_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <time.h>

#include "harness/ports/keeper.h"
#include "harness/warp/warp.h"

enum {
    WARP_THREADS_MAX = 256,
    WARP_PROCESSES_MAX = 128,
    WARP_TIMERS_MAX = 128,
    WARP_POLLED_MAX = 256, /* descriptors of one call */
    WARP_QUEUE_BYTES = 65536,
    WARP_SENT_MAX = 64, /* bursts between two looks */
    WARP_OUTPUT_BYTES = 65536
};

/* ---- what the program consists of --------------------------------------------------------- */

enum warp_thread_state {
    WARP_THREAD_FREE,
    WARP_THREAD_GOES,   /* it runs; the next that is heard of it is a call, or its end */
    WARP_THREAD_ASKS,   /* its call lies here and is to be handled */
    WARP_THREAD_WAITS,  /* its call lies here until something happens */
    WARP_THREAD_SLEEPS, /* it sleeps in the kernel, in a call that is not taken over */
    WARP_THREAD_VFORKED /* it waits in the kernel until its child has another program */
};

struct warp_thread {
    uint8_t state;    /* enum warp_thread_state */
    bool again;       /* the call was looked at before, and had to wait */
    bool has_mask;    /* the wait has a signal mask of its own */
    bool woken;       /* FUTEX: somebody woke it */
    bool idles;       /* it waits because it has looked too often without a wait */
    uint16_t process; /* index */
    pid_t tid;
    struct seccomp_notif call;
    const struct warp_call *row;
    uint64_t deadline_at_us;               /* of the wait; NEVER = it has none */
    uint64_t order;                        /* of those that ask: the smallest is the next */
    uint64_t mask;                         /* that of the wait, if it has one */
    struct pollfd polled[WARP_POLLED_MAX]; /* copies of the descriptors that the wait is for */
    int polled_number[WARP_POLLED_MAX];    /* what they are in the program */
    unsigned polled_count;
    int lay_there; /* bytes that lay in a terminal at the last look */
    uint64_t futex_address;
    uint32_t futex_bits;
};

enum warp_process_state { WARP_PROCESS_FREE, WARP_PROCESS_LIVES, WARP_PROCESS_ENDED };

struct warp_process {
    uint8_t state; /* enum warp_process_state; ENDED: and nobody has asked for its status yet */
    bool signals;  /* signals may have come that nobody has looked for yet */
    pid_t pid, parent;
    int handle; /* of the process (pidfd) */
};

enum warp_timer_kind {
    WARP_TIMER_FREE,
    WARP_TIMER_ALARM, /* alarm(), setitimer(ITIMER_REAL) */
    WARP_TIMER_POSIX, /* timer_create() */
    WARP_TIMER_FD     /* timerfd_create() */
};

struct warp_timer {
    uint8_t kind; /* enum warp_timer_kind */
    bool is_wall; /* its absolute times are of the calendar */
    uint16_t process;
    uint64_t at_us; /* NEVER = it is not armed */
    uint64_t interval_us;
    int notify; /* SIGEV_... */
    int signal;
    uint64_t value;
    pid_t tid;   /* SIGEV_THREAD_ID */
    int fd;      /* FD: the event descriptor that it rings */
    uint64_t id; /* FD: the kernel's number of it */
};

struct warp_burst {
    uint32_t size, baud_bps;
};

struct warp {
    int listener;
    struct keeper keeper;
    uint64_t now_us;
    uint64_t seed;
    uint32_t spin_limit_ms;
    uint8_t state; /* enum warp_state */
    int number;
    char text[WARP_TEXT_MAX], remark[WARP_TEXT_MAX];

    struct warp_thread threads[WARP_THREADS_MAX];
    unsigned thread_count; /* used from the front, with holes */
    struct warp_process processes[WARP_PROCESSES_MAX];
    unsigned process_count;
    struct warp_timer timers[WARP_TIMERS_MAX];
    struct warp_thread *current; /* it goes on first */
    unsigned newborns;           /* threads that were made and not heard of yet */
    unsigned going;              /* threads in state GOES */
    uint64_t order;
    uint64_t calls;
    uint32_t idle; /* looks at clock or port without a wait between */

    /* The port. */
    int master, slave;
    dev_t port_device;
    char port_path[64];
    uint8_t queue[WARP_QUEUE_BYTES]; /* for the program, not in the pty yet */
    size_t queue_size;
    uint8_t sent[WARP_QUEUE_BYTES]; /* of the program, not fetched yet */
    size_t sent_size;
    struct warp_burst bursts[WARP_SENT_MAX];
    unsigned burst_count;
    uint64_t line_busy_until_us;

    /* Its outputs: 0 the standard one, 1 errors. */
    int output_fd[2];
    char output[2][WARP_OUTPUT_BYTES];
    size_t output_size[2];
    size_t output_total, output_limit;
};

/* ---- handlers ----------------------------------------------------------------------------- */

enum warp_reply_kind {
    WARP_LET,    /* the kernel does the call */
    WARP_ANSWER, /* it is answered with the value; an error is -errno */
    WARP_WAIT,   /* not now: it waits, and is handled again when something has happened */
    WARP_DONE    /* the handler has answered by itself */
};
struct warp_reply {
    enum warp_reply_kind kind;
    int64_t value;
};
#define WARP_REPLY_LET  ((struct warp_reply){WARP_LET, 0})
#define WARP_REPLY_WAIT ((struct warp_reply){WARP_WAIT, 0})
#define WARP_REPLY_DONE ((struct warp_reply){WARP_DONE, 0})
static inline struct warp_reply warp_reply(int64_t value)
{
    return (struct warp_reply){WARP_ANSWER, value};
}

typedef struct warp_reply (*warp_handler)(struct warp *warp, struct warp_thread *thread);

/* How a wait ends when a signal comes. */
enum warp_on_signal {
    WARP_SIGNAL_LET,  /* the kernel does the call and sees the signal by itself */
    WARP_SIGNAL_EINTR /* it is answered with EINTR, and what was left of a sleep is told */
};

/* One system call: a row of the table. */
struct warp_call {
    const char *name;
    int number;
    int argument; /* -1: whatever its arguments are; n: only where argument n is `value` */
    uint64_t value;
    warp_handler handler;
    uint8_t on_signal; /* enum warp_on_signal */
};
extern const struct warp_call warp_calls_table[];
extern const size_t warp_calls_count;

/* In the program's process: no new rights, the filter, and its listener through `channel`. */
bool warp_filter_install(int channel);
const struct warp_call *warp_call_find(int number, const __u64 *arguments);

#define WARP_HANDLER(name) struct warp_reply name(struct warp *warp, struct warp_thread *thread)

/* ---- clock.c ---- */
WARP_HANDLER(warp_on_clock_gettime);
WARP_HANDLER(warp_on_gettimeofday);
WARP_HANDLER(warp_on_time);
WARP_HANDLER(warp_on_times);
WARP_HANDLER(warp_on_nanosleep);
WARP_HANDLER(warp_on_clock_nanosleep);
WARP_HANDLER(warp_on_yield);
WARP_HANDLER(warp_on_clock_set);
/* A look that brought nothing: after many of them without a wait each takes a little time. Returns
   false while the time that it takes is not over: the call has to wait. */
enum warp_look { WARP_LOOK_AT_CLOCK = 1, WARP_LOOK_IN_VAIN = 10 };
bool warp_idle(struct warp *warp, struct warp_thread *thread, enum warp_look look);
/* Of the clock: the program's time in nanoseconds. */
uint64_t warp_clock_ns(const struct warp *warp, int clock);
/* When that clock will show `at`, in the bench's time. */
uint64_t warp_clock_at_us(const struct warp *warp, int clock, const struct timespec *at);
uint64_t warp_after_us(const struct warp *warp, const struct timespec *time);

/* ---- wait.c ---- */
WARP_HANDLER(warp_on_poll);
WARP_HANDLER(warp_on_ppoll);
WARP_HANDLER(warp_on_select);
WARP_HANDLER(warp_on_pselect6);
WARP_HANDLER(warp_on_epoll_wait);
WARP_HANDLER(warp_on_epoll_pwait);
WARP_HANDLER(warp_on_epoll_pwait2);
/* Copies `fd` into what the thread's wait is for. */
void warp_wait_for(struct warp *warp, struct warp_thread *thread, int fd, short events);
/* How many of them are ready; their revents are set. */
int warp_ready(struct warp *warp, struct warp_thread *thread);
void warp_wait_done(struct warp_thread *thread);

/* ---- byte_calls.c ---- */
WARP_HANDLER(warp_on_read);
WARP_HANDLER(warp_on_receive);
WARP_HANDLER(warp_on_write);
WARP_HANDLER(warp_on_accept);
WARP_HANDLER(warp_on_connect);
WARP_HANDLER(warp_on_drain);
WARP_HANDLER(warp_on_modem_lines);
WARP_HANDLER(warp_on_rate);

/* ---- futex.c ---- */
WARP_HANDLER(warp_on_futex);
WARP_HANDLER(warp_on_refused);

/* ---- timer_calls.c ---- */
WARP_HANDLER(warp_on_alarm);
WARP_HANDLER(warp_on_setitimer);
WARP_HANDLER(warp_on_getitimer);
WARP_HANDLER(warp_on_timer_create);
WARP_HANDLER(warp_on_timer_settime);
WARP_HANDLER(warp_on_timer_gettime);
WARP_HANDLER(warp_on_timer_getoverrun);
WARP_HANDLER(warp_on_timer_delete);
WARP_HANDLER(warp_on_timerfd_create);
WARP_HANDLER(warp_on_timerfd_settime);
WARP_HANDLER(warp_on_timerfd_gettime);
/* Rings what is due, returns when the next is. */
uint64_t warp_timers_run(struct warp *warp);
/* The process has ended or has another program. */
void warp_timers_drop(struct warp *warp, unsigned process, bool is_end);

/* ---- process.c ---- */
WARP_HANDLER(warp_on_clone);
WARP_HANDLER(warp_on_clone3);
WARP_HANDLER(warp_on_fork);
WARP_HANDLER(warp_on_vfork);
WARP_HANDLER(warp_on_execve);
WARP_HANDLER(warp_on_exit);
WARP_HANDLER(warp_on_exit_group);
WARP_HANDLER(warp_on_wait4);
WARP_HANDLER(warp_on_waitid);
WARP_HANDLER(warp_on_birth);
WARP_HANDLER(warp_on_affinity);
WARP_HANDLER(warp_on_getrandom);

/* ---- signal_waits.c ---- */
WARP_HANDLER(warp_on_kill);
WARP_HANDLER(warp_on_suspend);
WARP_HANDLER(warp_on_sigtimedwait);
/* True when a signal has come that ends this wait. */
bool warp_signal_waits(struct warp *warp, struct warp_thread *thread);
void warp_signals_came(struct warp *warp, pid_t pid);

/* ---- threads.c ---- */
struct warp_thread *warp_thread_find(struct warp *warp, pid_t tid);
/* One that was not known, of which a call has come. NULL: there are too many. */
struct warp_thread *warp_thread_born(struct warp *warp, pid_t tid);
void warp_thread_state(struct warp *warp, struct warp_thread *thread, enum warp_thread_state state);
void warp_thread_gone(struct warp *warp, struct warp_thread *thread);
struct warp_process *warp_process_find(struct warp *warp, pid_t pid);
static inline struct warp_process *warp_process_of(struct warp *warp,
                                                   const struct warp_thread *thread)
{
    return &warp->processes[thread->process];
}
/* The process has ended: its threads are gone, its parent is told. */
void warp_process_ended(struct warp *warp, struct warp_process *process);
/* It has another program: no thread but this one is left, which has the process's number now. */
void warp_process_renewed(struct warp *warp, struct warp_thread *thread);
/* Waits until the kernel is done with a process or thread that was let go to its end. */
void warp_await_end(struct warp *warp, struct warp_process *process);
/* Newborns that are not there: none was made after all. */
void warp_newborns_look(struct warp *warp);
/* A field of the system's about a thread: the letter of its state, 0 = it is not there. */
char warp_thread_letter(const struct warp *warp, const struct warp_thread *thread);
int warp_thread_native_call(const struct warp *warp, const struct warp_thread *thread);

/* ---- memory.c ---- */
bool warp_read_memory(const struct warp *warp, const struct warp_thread *thread, uint64_t address,
                      void *bytes, size_t size);
bool warp_write_memory(const struct warp *warp, const struct warp_thread *thread, uint64_t address,
                       const void *bytes, size_t size);
/* A copy of a descriptor of the program, to be closed; -1 = it has none of that number. */
int warp_copy_fd(struct warp *warp, const struct warp_thread *thread, int fd);
static inline uint64_t warp_argument(const struct warp_thread *thread, unsigned n)
{
    return thread->call.data.args[n];
}

/* ---- supervised_port.c ---- */
bool warp_port_open(struct warp *warp);
void warp_port_close(struct warp *warp);
/* For another program: nothing lies in it, raw, at that rate. */
void warp_port_reset(struct warp *warp, uint32_t baud_bps);
bool warp_is_port(const struct warp *warp, int fd);
/* Moves what fits from the queue into the pty, until it is there. */
void warp_port_feed(struct warp *warp);
/* Fetches what the program has written to the port, and to its outputs. */
void warp_port_collect(struct warp *warp);
void warp_output_collect(struct warp *warp);
bool warp_outputs_open(struct warp *warp, int ends[2]);
void warp_outputs_close(struct warp *warp);

/* ---- schedule.c ---- */
bool warp_send_answer(struct warp *warp, struct warp_thread *thread, int64_t value);
bool warp_send_let(struct warp *warp, struct warp_thread *thread);
void warp_trouble(struct warp *warp, enum warp_state state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void warp_note_remark(struct warp *warp, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- exec_stop.c ---- */
/* Lets the execve go on and hides the vDSO of the new program. True: there is a new one. */
bool warp_exec(struct warp *warp, struct warp_thread *thread);

#endif
