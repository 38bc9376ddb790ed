/* test_replay.c - a recorded module answers the same client, and names what another one does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/trace/replay.h"
#include "harness/trace/test/support_run.h"

static struct bench_run *run;

static int set_up(void **state)
{
    (void)state;
    run = bench_run_new(BENCH_SINK_MEMORY);
    return run ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    bench_run_free(run);
    return 0;
}

/* ---- by meaning ----------------------------------------------------------------------------- */

static void commands_are_compared_by_meaning(void **state)
{
    (void)state;
    static const struct {
        const char *recorded, *said;
        bool same;
    } rows[] = {
        {"+CNACT=1,\"cmnet\"", "+cnact = 1, \"cmnet\"", true},
        {"+CNACT=1,\"cmnet\"", "+CNACT=1,cmnet", true},
        {"+CNACT=1,\"cmnet\"", "+CNACT=1,\"CMNET\"", false},
        {"+CNACT=1,\"cmnet\"", "+CNACT=1,\"cmnet\",,", true},
        {"+CFOTA?", "+CFOTA?;", true},
        {"+CFOTA?", "+CFOTA=?", false},
        {"", "", true},
        {"", "I", false},
        {"+CNACT={x}", "+CNACT=1,\"anything\"", true},
        {"+CNACT={x}", "+CIPSTART=1", false},
        {"+CREG: {a},{b}x", "+CREG: 1,2x", true},
        {"{x}", "E0", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (dialogue_same_command(rows[i].recorded, rows[i].said) != rows[i].same)
            fail_msg("'%s' and '%s': want %s", rows[i].recorded, rows[i].said,
                     rows[i].same ? "the same" : "different");
}

/* ---- the same client ------------------------------------------------------------------------ */

struct played {
    struct trace_log log;
    struct dialogue dialogue;
    struct replay replay;
};

static void record(struct played *played, const struct scenario_case *one,
                   struct bench_result *ret_result)
{
    support_run(run, one, 1, ret_result);
    support_trace(run, &played->log);
    assert_true(dialogue_make(&played->dialogue, &played->log));
    assert_true(replay_init(&played->replay, &played->dialogue, "memory"));
}

/* Plays it to the core with another case: its job, none of its events. */
static void play(struct played *played, const struct scenario_case *given,
                 struct bench_result *ret_result)
{
    static struct scenario_case one;
    const struct bench_options options = {.seed = 1, .sink = BENCH_SINK_MEMORY};
    one = *given;
    one.event_count = 0;
    one.expectation_count = 0;
    run->module = &replay_module;
    run->module_context = &played->replay;
    if (!bench_run_begin(run, &one, &options))
        fail_msg("%s: %s", one.name, run->error);
    bench_run_all(run, ret_result);
}

static void done(struct played *played)
{
    replay_done(&played->replay);
    dialogue_done(&played->dialogue);
    trace_log_done(&played->log);
}

/* The bytes of one direction, as a digest. */
static uint64_t bytes_of(const struct trace_log *log, unsigned kind)
{
    uint64_t digest = SIM_DIGEST;
    for (size_t i = 0; i < log->count; i++)
        if (log->pieces[i].kind == kind)
            digest =
                sim_digest(digest, trace_log_bytes(log, &log->pieces[i]), log->pieces[i].length);
    return digest;
}

static void the_same_client_gets_the_same_exchange(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "scenarios/documented/update-by-http.yaml",
        "scenarios/delivery/push-over-the-port.yaml",
        "scenarios/update/power-cut-in-restore-modem.yaml",
        "scenarios/host/reset-while-updating.yaml",
        "scenarios/status/only-a-file-with-another-name.yaml",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct scenario *scenario = support_load(paths[i]);
        for (size_t k = 0; k < scenario->case_count; k++) {
            struct played played;
            struct trace_log again;
            struct bench_result want, got;
            record(&played, &scenario->cases[k], &want);
            play(&played, &scenario->cases[k], &got);
            support_trace(run, &again);
            if (played.replay.apart)
                fail_msg("%s: want %s, got %s", scenario->cases[k].name, played.replay.want,
                         played.replay.got);
            assert_int_equal(got.observed.result.outcome, want.observed.result.outcome);
            for (unsigned kind = TRACE_TO_MODULE; kind <= TRACE_TO_HOST; kind++)
                if (bytes_of(&again, kind) != bytes_of(&played.log, kind))
                    fail_msg("%s: the bytes %s are others", scenario->cases[k].name,
                             trace_kind_name(kind));
            trace_log_done(&again);
            done(&played);
        }
        scenario_free(scenario);
    }
}

/* ---- other clients --------------------------------------------------------------------------- */

static void url(struct fota_job *job)
{
    static const char other[] = "http://fota.example/V1___V3/update.zip";
    job->url = other;
}

static void push(struct fota_job *job)
{
    job->delivery = FOTA_DELIVERY_PUSH;
}

static void apn(struct fota_job *job)
{
    job->apn = "another";
}

static void a_client_that_does_something_else_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *what, *want, *got;
        void (*change)(struct fota_job *job);
    } rows[] = {
        {"another URL", "AT+HTTPTOFS=", "AT+HTTPTOFS=", url},
        {"another delivery", "AT+CNACT=1", "AT+CFSINIT", push},
        {"another APN", "AT+CNACT=", "AT+CNACT=", apn},
    };
    struct scenario *scenario = support_load("scenarios/documented/update-by-http.yaml");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct played played;
        struct bench_result recorded, got;
        static struct scenario_case other;
        record(&played, &scenario->cases[0], &recorded);
        other = scenario->cases[0];
        rows[i].change(&other.job);
        play(&played, &other, &got);
        bool named = played.replay.apart &&
                     strncmp(played.replay.want, rows[i].want, strlen(rows[i].want)) == 0 &&
                     strncmp(played.replay.got, rows[i].got, strlen(rows[i].got)) == 0;
        if (!named || got.verdict != BENCH_FAILED)
            fail_msg("%s: want %s and %s, got '%s' and '%s'", rows[i].what, rows[i].want,
                     rows[i].got, played.replay.want, played.replay.got);
        done(&played);
    }
    scenario_free(scenario);
}

static void the_emulator_goes_on_where_it_is_asked_to(void **state)
{
    (void)state;
    struct scenario *scenario = support_load("scenarios/documented/update-by-http.yaml");
    struct played played;
    struct bench_result recorded, got;
    static struct scenario_case other;
    record(&played, &scenario->cases[0], &recorded);
    other = scenario->cases[0];
    apn(&other.job);
    played.replay.go_on = true;
    play(&played, &other, &got);
    assert_true(played.replay.apart);
    assert_int_equal(got.observed.result.outcome, FOTA_OUTCOME_UPDATED);
    done(&played);
    scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_compared_by_meaning),
        cmocka_unit_test(the_same_client_gets_the_same_exchange),
        cmocka_unit_test(a_client_that_does_something_else_is_named),
        cmocka_unit_test(the_emulator_goes_on_where_it_is_asked_to),
    };
    return cmocka_run_group_tests_name("replay", tests, set_up, tear_down);
}
