/*
 * push.c - how much of what the line allows a push moves between the module's prompts and its
 * results, in virtual time: the scenario's package, by the scenario's rate.
 *
 *     push SCENARIO [PERCENT]
 *
 * Prints name<TAB>value<TAB>unit. Exit 1 when less than PERCENT (97) was moved or the scenario does
 * not pass.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/bench/run.h"

/* Times of the chunks: from the step in which the prompt arrived to the one with the result. */
struct chunks {
    uint64_t began_at_us, busy_us, bytes;
    bool open;
};

static void watch(struct chunks *chunks, const struct bench_run *run)
{
    const struct fota *core = &run->world.core;
    if (core->at.data == chunks->open)
        return;
    chunks->open = core->at.data;
    if (chunks->open) {
        chunks->began_at_us = run->world.now_us;
    } else {
        chunks->busy_us += run->world.now_us - chunks->began_at_us;
        chunks->bytes = core->stat_counts.package_bytes;
    }
}

static bool push(struct bench_run *run, const struct scenario_case *one, struct chunks *chunks)
{
    const struct bench_options options = {.seed = 1};
    struct bench_result result;
    if (!bench_run_begin(run, one, &options)) {
        fprintf(stderr, "push: %s\n", run->error);
        return false;
    }
    while (bench_run_step(run))
        watch(chunks, run);
    bench_run_judge(run, &result);
    return result.verdict == BENCH_PASSED;
}

int main(int argc, char **argv)
{
    struct scenario_errors errors = {0};
    struct chunks chunks = {0};
    if (argc < 2) {
        fprintf(stderr, "usage: push SCENARIO [PERCENT]\n");
        return 2;
    }
    double wanted = argc > 2 ? strtod(argv[2], NULL) : 97;
    struct scenario *scenario = scenario_load(argv[1], &errors);
    if (!scenario) {
        fputs(errors.text ? errors.text : "no memory\n", stderr);
        return 3;
    }
    struct bench_run *run = bench_run_new(BENCH_SINK_NONE);
    const struct scenario_case *one = &scenario->cases[0];
    if (!run || !push(run, one, &chunks)) {
        fprintf(stderr, "push: %s does not pass\n", argv[1]);
        return 1;
    }
    double allowed = (double)chunks.busy_us / 1e6 * one->host.baud_bps / 10;
    double moved = 100 * (double)chunks.bytes / allowed;
    printf("push.bytes\t%" PRIu64 "\tbytes\npush.busy\t%.6g\ts\n", chunks.bytes,
           (double)chunks.busy_us / 1e6);
    printf("push.moved\t%.4g\t%%\n", moved);
    bench_run_free(run);
    scenario_free(scenario);
    return moved < wanted;
}
