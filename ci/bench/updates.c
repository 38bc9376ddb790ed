/*
 * updates.c - how many complete updates one core does in virtual time: core, full emulator, wire
 * and journal, one named scenario again and again, as the floor program inproc does its runs.
 *
 *     updates SCENARIO [SECONDS] [memory|none|snapshot]
 *
 * With `snapshot` it tells instead what a snapshot and a restore cost at each step of an update.
 *
 * Prints name<TAB>value<TAB>unit; rates are by CPU time of this thread. Every run must end in the
 * same digest, so no run may skip the work.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/bench/run.h"

static double cpu_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void count(const struct bench_journal *journal, unsigned *commands, unsigned *urcs,
                  size_t *bytes)
{
    struct bench_record record;
    size_t offset = bench_journal_begin(journal);
    *commands = *urcs = 0;
    *bytes = 0;
    while (bench_journal_next(journal, &offset, &record)) {
        *commands += record.kind == BENCH_JOURNAL_CORE && record.a == FOTA_EVENT_COMMAND;
        *urcs += record.kind == BENCH_JOURNAL_MODULE && record.a == SIM_EVENT_URC;
        if (record.kind == BENCH_JOURNAL_TO_HOST || record.kind == BENCH_JOURNAL_TO_MODULE)
            *bytes += record.length;
    }
}

static void run_once(struct bench_run *run, const struct scenario_case *one)
{
    const struct bench_options options = {.seed = 1};
    if (!bench_run_begin(run, one, &options)) {
        fprintf(stderr, "updates: %s\n", run->error);
        exit(4);
    }
    while (bench_run_step(run))
        ;
}

/* The world's own digest is cheap; the journal's would cost as much as the run. */
static void expect_same(const struct bench_run *run, uint64_t records, uint64_t end_us)
{
    if (run->journal.record_count == records && run->world.now_us == end_us)
        return;
    fprintf(stderr, "updates: a run differs from the first\n");
    exit(1);
}

static const struct scenario_case *load(const char *path, struct scenario **ret_scenario)
{
    struct scenario_errors errors = {0};
    *ret_scenario = scenario_load(path, &errors);
    if (*ret_scenario)
        return &(*ret_scenario)->cases[0];
    fputs(errors.text ? errors.text : "no memory\n", stderr);
    exit(3);
}

static void measure(struct bench_run *run, const struct scenario_case *one, double seconds,
                    uint64_t records)
{
    uint64_t end_us = run->world.now_us, runs = 0;
    double started = cpu_seconds(), elapsed = 0;
    while (elapsed < seconds) {
        for (int i = 0; i < 50; i++) {
            run_once(run, one);
            expect_same(run, records, end_us);
        }
        runs += 50;
        elapsed = cpu_seconds() - started;
    }
    printf("updates.runs\t%.6g\truns/s\n", (double)runs / elapsed);
    printf("updates.us_per_run\t%.6g\tus\n", 1e6 * elapsed / (double)runs);
}

/* At every step; the time of the steps themselves is not counted. */
static void measure_snapshots(struct bench_run *run, const struct scenario_case *one)
{
    enum { TIMES = 500 };
    static struct bench_snapshot snapshot;
    const struct bench_options options = {.seed = 1};
    double elapsed = 0;
    unsigned long count = 0;
    if (!bench_run_begin(run, one, &options))
        exit(4);
    do {
        double started = cpu_seconds();
        for (int i = 0; i < TIMES; i++) {
            bench_snapshot_take(run, &snapshot);
            bench_snapshot_restore(run, &snapshot);
        }
        elapsed += cpu_seconds() - started;
        count += TIMES;
    } while (bench_run_step(run));
    printf("updates.snapshot\t%.4g\tus\n", 1e6 * elapsed / (double)count);
}

int main(int argc, char **argv)
{
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 0.3;
    enum bench_sink sink =
        argc > 3 && strcmp(argv[3], "none") == 0 ? BENCH_SINK_NONE : BENCH_SINK_MEMORY;
    struct scenario *scenario;
    struct bench_result result;
    unsigned commands, urcs;
    size_t bytes;
    if (argc < 2) {
        fprintf(stderr, "usage: updates SCENARIO [SECONDS] [memory|none|snapshot]\n");
        return 2;
    }
    const struct scenario_case *one = load(argv[1], &scenario);
    struct bench_run *run = bench_run_new(sink);
    if (!run)
        return 70;
    run_once(run, one);
    uint64_t records = run->journal.record_count; /* judging adds to them */
    bench_run_judge(run, &result);
    if (result.verdict != BENCH_PASSED) {
        fprintf(stderr, "updates: %s does not pass\n", argv[1]);
        return 1;
    }
    count(&run->journal, &commands, &urcs, &bytes);
    printf("updates.exchanges\t%u\t1\nupdates.urcs\t%u\t1\n", commands, urcs);
    printf("updates.wire\t%zu\tbytes\nupdates.steps\t%" PRIu64 "\t1\n", bytes, run->step_count);
    printf("updates.world\t%zu\tbytes\n", sizeof run->world);
    printf("updates.journal\t%zu\tbytes\n", run->journal.used);
    printf("updates.memory\t%zu\tbytes of a case: run, snapshot, journal and files\n",
           sizeof *run + sizeof(struct bench_snapshot) + run->journal.used + run->store.used);
    if (argc > 3 && strcmp(argv[3], "snapshot") == 0)
        measure_snapshots(run, one);
    else
        measure(run, one, seconds, records);
    bench_run_free(run);
    scenario_free(scenario);
    return 0;
}
