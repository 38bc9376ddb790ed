/*
 * paced.c - what pacing costs in virtual time: a push of 100 kB with AT+CFSWFILE at 9600 baud, once
 * with every byte at its time on the line and once without, again and again in turns.
 *
 *     paced SCENARIO [PAIRS]
 *
 * Prints name<TAB>value<TAB>unit and ends with 1 when the median ratio is 2 or more. The scenario
 * gives the module; its update is not run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/bench/run.h"

enum {
    PUSH_BYTES = 102400,
    CHUNK_BYTES = 8192, /* within the input time of CFSWFILE */
    BAUD_BPS = 9600,
    RUNS = 20, /* per sample */
    PAIRS_MAXIMUM = 101
};

/* ---- a host that pushes -------------------------------------------------------------------- */

/* The lines it waits for, and what it sends then. */
enum stage { SYNCHRONISE, INITIALISE, ANNOUNCE, DATA, DONE };

static struct {
    enum stage stage;
    uint32_t pushed_bytes, data_left_bytes;
    size_t tail_length;
    char tail[16]; /* of what came last */
    size_t out_length, out_at;
    char out[80];
    bool out_is_data;
} pusher;

static void say(const char *text)
{
    pusher.out_length = strlen(text);
    pusher.out_at = 0;
    memcpy(pusher.out, text, pusher.out_length);
}

static void announce(void)
{
    uint32_t left = PUSH_BYTES - pusher.pushed_bytes;
    char line[sizeof pusher.out];
    pusher.data_left_bytes = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    snprintf(line, sizeof line, "AT+CFSWFILE=1,\"update.zip\",%d,%lu,10000\r",
             pusher.pushed_bytes > 0, (unsigned long)pusher.data_left_bytes);
    say(line);
}

static void heard_ok(void)
{
    if (pusher.stage == SYNCHRONISE) {
        pusher.stage = INITIALISE;
        say("AT+CFSINIT\r");
    } else if (pusher.pushed_bytes < PUSH_BYTES) {
        pusher.stage = ANNOUNCE;
        announce();
    } else {
        pusher.stage = DONE;
    }
}

static bool ends_with(const char *text)
{
    size_t length = strlen(text);
    return pusher.tail_length >= length &&
           memcmp(pusher.tail + pusher.tail_length - length, text, length) == 0;
}

static void pusher_receive(struct bench_run *run, const uint8_t *bytes, size_t size,
                           uint32_t baud_bps)
{
    (void)run;
    (void)baud_bps;
    for (size_t i = 0; i < size; i++) {
        if (pusher.tail_length == sizeof pusher.tail)
            memmove(pusher.tail, pusher.tail + 1, --pusher.tail_length);
        pusher.tail[pusher.tail_length++] = (char)bytes[i];
        if (pusher.stage == ANNOUNCE && ends_with("DOWNLOAD\r\n"))
            pusher.stage = DATA;
        else if (ends_with("\r\nOK\r\n") && pusher.data_left_bytes == 0)
            heard_ok();
    }
    if (pusher.stage == DATA || pusher.out_at < pusher.out_length)
        bench_run_touch(run, BENCH_TO_HOST);
}

static size_t pusher_transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                              uint32_t *ret_baud_bps)
{
    *ret_baud_bps = run->world.host.baud_bps;
    if (pusher.stage == DATA) {
        size_t size = pusher.data_left_bytes < capacity ? pusher.data_left_bytes : capacity;
        memset(buffer, 'x', size);
        pusher.data_left_bytes -= (uint32_t)size;
        pusher.pushed_bytes += (uint32_t)size;
        return size;
    }
    size_t left = pusher.out_length - pusher.out_at;
    size_t size = left < capacity ? left : capacity;
    memcpy(buffer, pusher.out + pusher.out_at, size);
    pusher.out_at += size;
    return size;
}

static bool pusher_start(struct bench_run *run)
{
    memset(&pusher, 0, sizeof pusher);
    run->world.host_at_us = 10000000;
    run->world.host = (struct bench_host){
        .restart_at_us = BENCH_NEVER, .request_at_us = BENCH_NEVER, .baud_bps = BAUD_BPS};
    return true;
}

static bool pusher_is_over(const struct bench_run *run)
{
    (void)run;
    return false;
}

static uint64_t pusher_board_next(const struct bench_run *run)
{
    (void)run;
    return BENCH_NEVER;
}

static uint64_t pusher_advance(struct bench_run *run)
{
    if (run->world.now_us < run->world.host_at_us)
        return run->world.host_at_us;
    if (run->world.host_at_us != BENCH_NEVER)
        say("AT\r"); /* the boot is over */
    return BENCH_NEVER;
}

static const struct bench_end host_pusher = {.name = "pusher",
                                             .line_end = '\r',
                                             .start = pusher_start,
                                             .receive = pusher_receive,
                                             .transmit = pusher_transmit,
                                             .advance = pusher_advance,
                                             .is_over = pusher_is_over,
                                             .board_next = pusher_board_next};

/* ---- measuring ----------------------------------------------------------------------------- */

static double cpu_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void push_once(struct bench_run *run, const struct scenario_case *one, bool unpaced)
{
    const struct bench_options options = {.seed = 1, .unpaced = unpaced};
    uint32_t size = 0;
    uint64_t digest;
    if (!bench_run_begin(run, one, &options)) {
        fprintf(stderr, "paced: %s\n", run->error);
        exit(4);
    }
    while (pusher.stage != DONE && bench_run_step(run))
        ;
    if (pusher.stage == DONE && sim_file(&run->world.sim, "/fota/update.zip", &size, &digest) &&
        size == PUSH_BYTES)
        return;
    fprintf(stderr, "paced: the push ended at stage %d with %lu bytes in the file\n",
            (int)pusher.stage, (unsigned long)size);
    exit(1);
}

static double sample(struct bench_run *run, const struct scenario_case *one, bool unpaced)
{
    double began = cpu_seconds();
    for (int i = 0; i < RUNS; i++)
        push_once(run, one, unpaced);
    return (cpu_seconds() - began) / RUNS;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

static int measure(struct bench_run *run, const struct scenario_case *one, size_t pairs)
{
    static double paced[PAIRS_MAXIMUM], unpaced[PAIRS_MAXIMUM], ratios[PAIRS_MAXIMUM];
    push_once(run, one, false);
    printf("paced.virtual\t%.6g\ts\n", (double)run->world.now_us / 1e6 - 10);
    printf("paced.steps\t%llu\t1\n", (unsigned long long)run->step_count);
    push_once(run, one, true);
    printf("unpaced.steps\t%llu\t1\n", (unsigned long long)run->step_count);
    for (size_t i = 0; i < pairs; i++) {
        paced[i] = sample(run, one, false);
        unpaced[i] = sample(run, one, true);
        ratios[i] = paced[i] / unpaced[i];
    }
    double ratio = median(ratios, pairs);
    printf("paced.run\t%.6g\tus\n", 1e6 * median(paced, pairs));
    printf("unpaced.run\t%.6g\tus\n", 1e6 * median(unpaced, pairs));
    printf("paced.ratio\t%.4g\t1\n", ratio);
    return ratio < 2 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct scenario_errors errors = {0};
    if (argc < 2) {
        fprintf(stderr, "usage: paced SCENARIO [PAIRS]\n");
        return 2;
    }
    size_t pairs = argc > 2 ? strtoul(argv[2], NULL, 10) : 21;
    struct scenario *scenario = scenario_load(argv[1], &errors);
    if (!scenario) {
        fputs(errors.text ? errors.text : "no memory\n", stderr);
        return 3;
    }
    struct scenario_case one = scenario->cases[0];
    one.event_count = one.action_count = 0;
    one.module.settings[SIM_SETTING_PORT_RATE] = BAUD_BPS;
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    if (!run)
        return 70;
    run->host = &host_pusher;
    int status = measure(run, &one, pairs < 1 || pairs > PAIRS_MAXIMUM ? 21 : pairs);
    bench_run_free(run);
    scenario_free(scenario);
    return status;
}
