/*
 * repeat.c - one token again and again: is the journal the same, bit for bit, each time?
 *
 *     repeat SCENARIO TOKEN|CHOICE|- COUNT
 *
 * Runs what the token names (as `fotarig run --token` does, with the faults that explore put in it;
 * a choice alone, or "-" for none: the first case with seed 1), compares length, records and digest
 * of the whole journal with those of the first run, and prints "DIGEST BYTES RECORDS COUNT". Exit
 * 1: a run differed. What is printed is compared across compilers and optimisations by
 * ci/test-long/digests-builds.sh.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/run.h"
#include "harness/campaign/token.h"
#include "harness/explore/explore.h"
#include "harness/explore/fault.h"
#include "harness/scenario/scenario.h"

struct named {
    struct scenario_case changed; /* with the token's faults */
    const struct scenario_case *one;
    struct explore_choice choices[EXPLORE_CHOICES_MAX];
    size_t choice_count;
    uint64_t seed;
};

static bool find(const struct scenario *scenario, const char *text, struct named *named)
{
    struct campaign_token token = {.seed = 1, .choice = "-"};
    named->one = &scenario->cases[0];
    if (campaign_token_parse(text, &token))
        named->one = campaign_token_case(&token, scenario);
    else
        snprintf(token.choice, sizeof token.choice, "%s", text);
    named->seed = token.seed;
    if (!named->one || strcmp(token.choice, "-") == 0)
        return named->one;
    named->choice_count = explore_choice_parse(token.choice, named->choices);
    if (named->choice_count == 0)
        return false;
    explore_case_prepare(named->one, &named->changed);
    for (size_t i = 0; i < named->choice_count; i++)
        explore_case_add(&named->changed, &named->choices[i]);
    named->one = &named->changed;
    return true;
}

struct seen {
    uint64_t digest, records;
    size_t bytes;
};

static struct seen run_once(struct bench_run *run, const struct named *named)
{
    const struct bench_options options = {.seed = named->seed};
    struct bench_result result = {.journal_digest = 0};
    if (named->choice_count) {
        explore_repeat(run, named->one, named->seed, named->choices, named->choice_count, &result);
    } else if (bench_run_begin(run, named->one, &options)) {
        bench_run_all(run, &result);
    }
    return (struct seen){result.journal_digest, run->journal.record_count, run->journal.used};
}

static int repeat(struct bench_run *run, const struct named *named, unsigned long count)
{
    struct seen first = run_once(run, named);
    if (first.digest == 0)
        return 4;
    for (unsigned long i = 1; i < count; i++) {
        struct seen now = run_once(run, named);
        if (now.digest == first.digest && now.records == first.records && now.bytes == first.bytes)
            continue;
        fprintf(stderr, "repeat: run %lu: want digest %016" PRIx64 ", got %016" PRIx64 "\n", i + 1,
                first.digest, now.digest);
        return 1;
    }
    printf("%016" PRIx64 " %zu %" PRIu64 " %lu\n", first.digest, first.bytes, first.records, count);
    return 0;
}

int main(int argc, char **argv)
{
    struct scenario_errors errors = {0};
    static struct named named;
    if (argc != 4) {
        fprintf(stderr, "usage: repeat SCENARIO TOKEN|CHOICE|- COUNT\n");
        return 2;
    }
    struct scenario *scenario = scenario_load(argv[1], &errors);
    if (!scenario || !find(scenario, argv[2], &named)) {
        fprintf(stderr, "repeat: %s", errors.text ? errors.text : "the token is of another file\n");
        return 3;
    }
    struct bench_run *run = bench_run_new(BENCH_SINK_MEMORY);
    int status = run ? repeat(run, &named, strtoul(argv[3], NULL, 10)) : 70;
    bench_run_free(run);
    scenario_free(scenario);
    return status;
}
