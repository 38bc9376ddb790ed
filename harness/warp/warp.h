/*
 * warp.h - an unmodified program whose time is the bench's: it reads the bench's clock, its waits
 * end when the bench says so, and whatever it computes takes no time at all.
 *
 * The kernel stops the program in each system call that has to do with time or waiting (seccomp
 * user notification), and the supervisor in here answers. Nothing is loaded into the program:
 * static ones, children and threads are treated alike. Threads run one at a time, in order. Linux
 * on x86-64 only; elsewhere warp_new() fails and says so.
 *
 * The program has one serial port, a pty. Time is an argument, in microseconds from where the bench
 * begins to count.
 */
#ifndef FOTARIG_HARNESS_WARP_WARP_H
#define FOTARIG_HARNESS_WARP_WARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WARP_NEVER UINT64_MAX
enum { WARP_TEXT_MAX = 256 };

struct warp;

/* How the program is: X(NAME) */
enum warp_state {
    WARP_IDLE,      /* not started */
    WARP_RUNS,      /* it waits for bytes or for time, or for nothing at all */
    WARP_EXITED,    /* it ended by itself; the number is its status */
    WARP_SIGNALLED, /* a signal ended it; the number is the signal's */
    WARP_SPINS,     /* it computes without a system call, and time can't go on; a text says where */
    WARP_FLOODS,    /* it writes more to its output than is allowed */
    WARP_TROUBLE    /* the supervisor can't go on; a text says why. Nobody's fault at the ends */
};

struct warp_options {
    char *const *words;             /* the program and its arguments, NULL at the end */
    const char *const *environment; /* the whole of it, NULL at the end */
    const char *directory;          /* to start in */
    uint64_t seed;                  /* of what the program gets as random bytes */
    uint32_t spin_limit_ms;         /* of the processor's time between two calls; 0 = 5000 */
    size_t output_limit_bytes;      /* of standard output and errors together; 0 = 8 MiB */
    uint32_t baud_bps;              /* the port's rate before the program sets one; 0 = 115200 */
};

/*
 * Writes what this machine lacks for a supervisor, and what to do about it; true and "" = nothing.
 * It is tried, not guessed: a little program is started under a supervisor.
 */
bool warp_probe(char *text, size_t capacity);

/* Makes a supervisor and its port. NULL with a text when that can't be. */
struct warp *warp_new(char *reterr_text, size_t reterr_capacity);
/* Ends the program with all that it has started, and frees. */
void warp_free(struct warp *warp);
/* The path of the port, for the program. */
const char *warp_port(const struct warp *warp);

/* Starts the program at that time; an old one is ended first. False with a text. */
bool warp_start(struct warp *warp, const struct warp_options *options, uint64_t now_us,
                char *reterr_text, size_t reterr_capacity);
/* Ends it with all that it has started; nothing is left running. */
void warp_stop(struct warp *warp);

/*
 * Lets the program go on until every thread of it waits. Returns the time at which the first wait
 * ends by itself; NEVER = none will. To be called again then, or when bytes have come.
 */
uint64_t warp_advance(struct warp *warp, uint64_t now_us);

/* Bytes that come to the port. What does not fit is lost, as on a UART that is not read. */
void warp_receive(struct warp *warp, const uint8_t *bytes, size_t size);
/* What the program has sent at one rate; 0 = nothing more. */
size_t warp_transmit(struct warp *warp, uint8_t *buffer, size_t capacity, uint32_t *ret_baud_bps);
/* Until when the line carries what was sent (tcdrain() waits for it). */
void warp_line_is_busy(struct warp *warp, uint64_t until_us);
/* The rate that the program listens at. */
uint32_t warp_baud_bps(const struct warp *warp);

enum warp_state warp_state(const struct warp *warp, int *ret_number);
/* Of SPINS and TROUBLE: what happened. While it runs: what its threads wait for. */
void warp_describe(const struct warp *warp, char *buffer, size_t capacity);
/* What it has written, the first 64 KiB of each, not terminated. */
const char *warp_output(const struct warp *warp, bool errors, size_t *ret_size);
/* Calls that were answered so far. */
uint64_t warp_calls(const struct warp *warp);
/* A thing that happened to the program and that its author should know, "" = none: a host beyond
   this machine that it talks to, a call in which it slept and that is not taken over. */
const char *warp_remark(const struct warp *warp);

#endif
