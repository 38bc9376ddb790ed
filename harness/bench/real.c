/*
 * real.c - a run in real time: sleeps until the next step is due, X times faster than the module,
 * with the wire in memory or through the kernel's pty.
 *
 * What decides a verdict in real time are the core's deadlines. When this machine itself was late
 * by more than a quarter of one, nothing that follows says anything about client or module: the run
 * ends with an error (design.md, rule 7).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "harness/bench/pace.h"
#include "harness/bench/run.h"
#include "harness/ports/loop.h"

enum { LATE_PARTS = 4 /* a quarter of a deadline */ };

/* One side of the pty: a descriptor in the loop, and the lane whose bytes come out of it. */
struct side {
    struct bench_source source;
    enum bench_lane_id lane;
    uint32_t baud_bps; /* of what was written into the other side last */
    bool readable;
};

struct real {
    struct bench_run *run;
    struct bench_loop *loop; /* the run's, or `own` */
    struct bench_loop own;
    struct side sides[BENCH_LANES];
    struct bench_pace pace;
    uint64_t armed_at_us;  /* run's time when the core armed its deadline */
    uint64_t armed_for_us; /* the deadline */
};

static void fail(struct bench_run *run, const char *what)
{
    if (!run->error[0])
        snprintf(run->error, sizeof run->error, "%s: %s", what, strerror(errno));
}

/* ---- the pty ------------------------------------------------------------------------------- */

static void on_ready(void *context, unsigned ready)
{
    struct side *side = context;
    (void)ready;
    side->readable = true;
}

/* Bytes that passed the wire's model go through the kernel instead of straight to their end. */
static void write_through(struct bench_run *run, enum bench_lane_id lane, const uint8_t *bytes,
                          size_t size, uint32_t baud_bps)
{
    struct real *real = run->real;
    const struct side *other =
        &real->sides[lane == BENCH_TO_HOST ? BENCH_TO_MODULE : BENCH_TO_HOST];
    real->sides[lane].baud_bps = baud_bps;
    for (size_t done = 0; done < size;) {
        ssize_t n = write(other->source.fd, bytes + done, size - done);
        if (n <= 0) {
            fail(run, "the pty between the ends takes no bytes");
            return;
        }
        done += (size_t)n;
    }
}

static void read_side(struct real *real, struct side *side)
{
    uint8_t buffer[BENCH_WIRE_BYTES];
    ssize_t n = read(side->source.fd, buffer, sizeof buffer);
    side->readable = false;
    if (n > 0) {
        bench_run_deliver(real->run, side->lane, buffer, (size_t)n, side->baud_bps);
        bench_run_settle(real->run);
    } else if (n == 0 || errno != EAGAIN) {
        fail(real->run, "the pty between the ends is gone");
    }
}

static int open_slave(int master)
{
    struct termios raw;
    if (grantpt(master) != 0 || unlockpt(master) != 0)
        return -1;
    const char *name = ptsname(master);
    int slave = name ? open(name, O_RDWR | O_NOCTTY | O_NONBLOCK) : -1;
    if (slave < 0 || tcgetattr(slave, &raw) != 0)
        return slave;
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    return slave;
}

static bool open_pty(struct real *real)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    int slave = master >= 0 ? open_slave(master) : -1;
    /* The module holds the master, the host the slave; each reads what the other wrote. */
    real->sides[BENCH_TO_MODULE].source.fd = master;
    real->sides[BENCH_TO_HOST].source.fd = slave;
    if (slave < 0)
        return false;
    for (unsigned i = 0; i < BENCH_LANES; i++) {
        struct side *side = &real->sides[i];
        side->lane = (enum bench_lane_id)i;
        side->source.run = on_ready;
        side->source.context = side;
        if (bench_loop_add(real->loop, &side->source, BENCH_READABLE) != 0)
            return false;
    }
    real->run->through = write_through;
    return true;
}

static void close_pty(struct real *real)
{
    for (unsigned i = 0; i < BENCH_LANES; i++)
        if (real->sides[i].source.fd >= 0)
            close(real->sides[i].source.fd);
    real->run->through = NULL;
}

/* ---- the clock ----------------------------------------------------------------------------- */

static void note_armed(struct real *real)
{
    const struct bench_world *world = &real->run->world;
    if (world->host_at_us == real->armed_for_us)
        return;
    real->armed_for_us = world->host_at_us;
    real->armed_at_us = world->now_us;
}

/* This machine woke at `now_us` instead of `wanted_us`: was that too late to judge anybody? */
static void check_lateness(struct real *real, uint64_t wanted_us, uint64_t now_us)
{
    struct bench_run *run = real->run;
    if (run->options.patient || wanted_us == BENCH_NEVER || now_us <= wanted_us ||
        real->armed_for_us == BENCH_NEVER)
        return;
    uint64_t late_us = now_us - wanted_us;
    uint64_t armed_us = real->armed_for_us - real->armed_at_us;
    if (late_us <= armed_us / LATE_PARTS || run->error[0])
        return;
    run->late = true;
    snprintf(run->error, sizeof run->error,
             "this machine was late by %.1f ms, which are %" PRIu64
             " ms of the module's, in a deadline of %.1f ms, %" PRIu64
             " ms of the module's: more than a quarter; nothing was judged. Use a lower --speed or "
             "a quieter machine",
             (double)late_us / 1000.0 / run->options.speed, late_us / 1000u,
             (double)armed_us / 1000.0 / run->options.speed, armed_us / 1000u);
}

/* Does all that is due by now_us; false when the run is over. */
static bool catch_up(struct real *real, uint64_t now_us)
{
    while (bench_run_next(real->run) <= now_us) {
        if (!bench_run_step(real->run))
            return false;
        note_armed(real);
    }
    return true;
}

/* What came in while this machine waited was there before a deadline that is over by now. */
static void take_arrived(struct bench_run *run, uint64_t now_us)
{
    uint64_t next_us = bench_run_next(run);
    uint64_t at_us = next_us < now_us ? next_us : now_us;
    if (!run->unsettled)
        return;
    if (at_us > run->world.now_us)
        run->world.now_us = at_us;
    bench_run_settle(run);
}

/* The run's time stands as long as the client wants. */
static void hold(struct real *real)
{
    const struct bench_run *run = real->run;
    bool stands = run->host->holds && run->host->holds(run);
    if (stands != real->pace.stands)
        bench_pace_stop(&real->pace, stands, bench_clock_us());
}

static bool turn(struct real *real)
{
    struct bench_run *run = real->run;
    hold(real);
    uint64_t wanted_us = bench_run_next(run);
    /* Where nothing is due, the run still has its end. */
    uint64_t end_us = run->shared->end_at_us + 1;
    uint64_t until_us = wanted_us < end_us ? wanted_us : end_us;
    if (bench_loop_wait(real->loop, bench_pace_real_us(&real->pace, until_us)) < 0 &&
        errno != EINTR) {
        fail(run, "waiting");
        return false;
    }
    uint64_t now_us = bench_pace_run_us(&real->pace, bench_clock_us());
    check_lateness(real, wanted_us, now_us);
    hold(real); /* what came in waits no longer */
    take_arrived(run, now_us);
    if (run->error[0] || !catch_up(real, now_us))
        return false;
    if (now_us > run->world.now_us)
        run->world.now_us = now_us;
    for (unsigned i = 0; i < BENCH_LANES; i++)
        if (real->sides[i].readable)
            read_side(real, &real->sides[i]);
    note_armed(real);
    return !run->error[0] && now_us <= run->shared->end_at_us;
}

static bool open_loop(struct real *real)
{
    real->loop = real->run->options.loop;
    if (real->loop)
        return true;
    real->loop = &real->own;
    return bench_loop_open(&real->own) == 0;
}

static void close_loop(struct real *real)
{
    if (real->loop == &real->own)
        bench_loop_close(&real->own);
}

void bench_run_real(struct bench_run *run)
{
    struct real real = {.run = run, .armed_for_us = BENCH_NEVER};
    real.sides[BENCH_TO_HOST].source.fd = real.sides[BENCH_TO_MODULE].source.fd = -1;
    if (!open_loop(&real)) {
        fail(run, "the event loop");
        return;
    }
    run->real = &real;
    if (run->options.wire == BENCH_WIRE_PTY && !open_pty(&real)) {
        fail(run, "a pty between the ends");
    } else {
        bench_pace_begin(&real.pace, run->options.speed, 0, bench_clock_us());
        note_armed(&real);
        while (!(run->options.stoppable && bench_signal()) && turn(&real))
            if (run->host->is_over(run))
                break;
    }
    close_pty(&real);
    close_loop(&real);
    run->real = NULL;
}
