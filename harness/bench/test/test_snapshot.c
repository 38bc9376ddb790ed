/* At every step of every bundled scenario: snapshot, run on, restore, run again. One case, one
 * test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/run.h"

static struct bench_run *run, *fresh;
static struct bench_snapshot snapshot;
static struct bench_world copy;

static int make_runs(void **state)
{
    (void)state;
    run = bench_run_new(BENCH_SINK_MEMORY);
    fresh = bench_run_new(BENCH_SINK_MEMORY);
    return run && fresh ? 0 : -1;
}

static int free_runs(void **state)
{
    (void)state;
    bench_run_free(run);
    bench_run_free(fresh);
    return 0;
}

static const struct bench_options options = {.seed = 7};

/* Runs with more steps than this go to their end at every FULL_EVERY-th step only, and on for
 * SOME_STEPS at the others; what follows a restore is compared with the undisturbed run anyway. */
enum { SHORT_RUN_STEPS = 60, FULL_EVERY = 50, SOME_STEPS = 20 };

static uint64_t total_steps, total_digest;

static void run_undisturbed(void)
{
    total_steps = 0;
    while (bench_run_step(fresh))
        total_steps++;
    total_digest = bench_journal_digest(&fresh->journal, 0);
}

static void run_on(uint64_t step)
{
    bool full = total_steps <= SHORT_RUN_STEPS || step % FULL_EVERY == 0;
    uint64_t left = full ? UINT64_MAX : SOME_STEPS;
    while (left-- && bench_run_step(run))
        ;
}

static void expect_equal(const char *what, uint64_t step, uint64_t want, uint64_t got)
{
    if (want != got)
        fail_msg("step %llu: %s: want %016llx, got %016llx", (unsigned long long)step, what,
                 (unsigned long long)want, (unsigned long long)got);
}

static void check_step(uint64_t step)
{
    uint64_t hash = bench_world_hash(&run->world);
    memcpy(&copy, &run->world, sizeof copy);
    expect_equal("a copy at another address hashes alike", step, hash, bench_world_hash(&copy));
    expect_equal("a fresh world hashes alike", step, hash, bench_world_hash(&fresh->world));

    bench_snapshot_take(run, &snapshot);
    run_on(step);
    bench_snapshot_restore(run, &snapshot);
    expect_equal("a restored world hashes alike", step, hash, bench_world_hash(&run->world));
    bench_snapshot_drop(run);
}

/* At each step the run goes on, is restored, and runs again: the journal of what it does after all
 * these restores must be that of the undisturbed run. */
static void every_step_can_be_restored(void **state)
{
    const struct scenario_case *one = *state;
    uint64_t step = 0;
    if (!bench_run_begin(fresh, one, &options))
        fail_msg("the case cannot be set up: %s", fresh->error);
    run_undisturbed();
    if (!bench_run_begin(run, one, &options) || !bench_run_begin(fresh, one, &options))
        fail_msg("the case cannot be set up: %s%s", run->error, fresh->error);
    for (bool more = true; more;) {
        check_step(step++);
        more = bench_run_step(fresh);
        assert_true(bench_run_step(run) == more);
    }
    assert_true(step > 0); /* a job that is refused unsent ends at once */
    expect_equal("the same journal as undisturbed", step, total_digest,
                 bench_journal_digest(&run->journal, 0));
}

/* cmocka's reports do not escape names: "[percent=1%]" becomes ".percent.1..", in small letters. */
static const char *plain_name(const char *name)
{
    char *plain = strdup(name);
    for (char *at = plain; at && *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
        else if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_ .:-", *at))
            *at = '.';
    return plain;
}

static struct scenario **load_all(size_t *ret_count, size_t *ret_cases)
{
    struct scenario_list list = {0};
    char text[256];
    if (scenario_find("scenarios", &list, text, sizeof text) != 0 || list.count == 0) {
        print_error("scenarios: %s\n", text);
        return NULL;
    }
    struct scenario **scenarios = calloc(list.count, sizeof *scenarios);
    for (size_t i = 0; scenarios && i < list.count; i++) {
        struct scenario_errors errors = {0};
        scenarios[i] = scenario_load(list.paths[i], &errors);
        if (!scenarios[i]) {
            print_error("%s", errors.text ? errors.text : list.paths[i]);
            return NULL;
        }
        *ret_cases += scenarios[i]->case_count;
    }
    *ret_count = list.count;
    scenario_list_done(&list);
    return scenarios;
}

/* Under a sanitizer, which makes it ten times slower, every scenario, and every sixth of its cases;
   the plain build takes all. */
#ifdef __SANITIZE_ADDRESS__
enum { CASE_STEP = 6 };
#else
enum { CASE_STEP = 1 };
#endif

int main(void)
{
    size_t count = 0, cases = 0, at = 0;
    struct scenario **scenarios = load_all(&count, &cases);
    struct CMUnitTest *tests = calloc(cases + 1, sizeof *tests);
    if (!scenarios || !tests)
        return 1;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < scenarios[i]->case_count; k += CASE_STEP)
            tests[at++] =
                (struct CMUnitTest){.name = plain_name(scenarios[i]->cases[k].name),
                                    .test_func = every_step_can_be_restored,
                                    .initial_state = (void *)(uintptr_t)&scenarios[i]->cases[k]};
    int failed = _cmocka_run_group_tests("snapshot", tests, at, make_runs, free_runs);
    for (size_t i = 0; i < at; i++)
        free((char *)(uintptr_t)tests[i].name);
    free(tests);
    for (size_t i = 0; i < count; i++)
        scenario_free(scenarios[i]);
    free(scenarios);
    return failed;
}
