/* What must hold between calls: a spoiled module stops the program where FOTARIG_HOLDS is on. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/frame.h"
#include "sim/test/support_exchange.h"

static struct module module;

static void leave(struct sim *sim)
{
    (void)sim;
}

static void queue_out_of_order(struct sim *sim)
{
    sim->port.output_head = 1;
}

static void contents_for_nobody(struct sim *sim)
{
    sim->port.bulk_count = 1;
}

static void cursor_behind_the_line(struct sim *sim)
{
    sim->interpreter.state = SIM_INTERPRETER_PENDING;
    sim->interpreter.cursor = (uint16_t)(sim->port.typed.length + 1);
}

static void timer_that_nobody_counts(struct sim *sim)
{
    sim->timer_at_us[SIM_TIMER_CALL] = 1;
}

static void timer_without_supply(struct sim *sim)
{
    sim->power.state = SIM_POWER_NO_SUPPLY;
    sim->timer_at_us[SIM_TIMER_CALL] = UINT64_C(1) << 40;
    sim_timers_count(sim);
}

static void data_that_nobody_awaits(struct sim *sim)
{
    sim->port.taker = SIM_TAKER_HTTP;
}

static void upload_into_no_file(struct sim *sim)
{
    sim->files.upload_file = SIM_FILES;
}

static void phase_that_is_none(struct sim *sim)
{
    sim->updater.phase = SIM_PHASE_COUNT;
}

static const struct row {
    const char *name;
    void (*spoil)(struct sim *sim);
    const char *broken; /* the member that is told, NULL = none */
} rows[] = {
    {"nothing is spoiled", leave, NULL},
    {"the queue is out of order", queue_out_of_order, "port.output_free"},
    {"file contents for nobody", contents_for_nobody, "port.bulk.position"},
    {"a cursor behind the line", cursor_behind_the_line, "interpreter.cursor"},
    {"a timer that nobody counts", timer_that_nobody_counts, "timers_set"},
    {"a timer without supply", timer_without_supply, "power.state"},
    {"data that nobody awaits", data_that_nobody_awaits, "port.data_left_bytes"},
    {"an upload into no file", upload_into_no_file, "files.upload_file"},
    {"a phase that is none", phase_that_is_none, "a state"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* True when a process that goes on with it is stopped. */
static bool stops(void)
{
    pid_t child = fork();
    int status = 0;
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGILL, SIG_DFL);
        signal(SIGTRAP, SIG_DFL);
        (void)sim_advance(&module.sim, &module.host, module.now_us);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status);
}

static void a_spoiled_module_stops_the_program(void **state)
{
    const struct row *row = *state;
    module_init(&module);
    exchange_boot(&module);
    row->spoil(&module.sim);
    const char *broken = sim_state_broken(&module.sim, NULL);
    if (row->broken)
        assert_string_equal(broken ? broken : "nothing", row->broken);
    else
        assert_null(broken);
#ifdef FOTARIG_HOLDS
    assert_int_equal(stops(), row->broken != NULL);
#else
    (void)stops;
#endif
}

int main(void)
{
    struct CMUnitTest tests[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = a_spoiled_module_stops_the_program,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("what must hold of a module", tests, NULL, NULL);
}
