/* What must hold between calls: a spoiled client stops the program where FOTARIG_HOLDS is on. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/core_holds.h"
#include "core/fota.h"

static struct fota fota;
static const struct fota_job job; /* unusable: the client ends at once */
static const struct fota_host host = {.job = &job};

static void leave(struct fota *at)
{
    (void)at;
}

static void step_beyond_the_table(struct fota *at)
{
    at->step = 255;
}

static void state_that_is_none(struct fota *at)
{
    at->state = FOTA_STATE_COUNT;
}

static void more_left_than_there_was(struct fota *at)
{
    at->chunk_left = (uint16_t)(at->chunk_bytes + 1);
}

static void work_without_a_deadline(struct fota *at)
{
    at->state = FOTA_STATE_NETWORK;
    memset(at->timers_at_us, 0xff, sizeof at->timers_at_us);
    at->at.deadline_at_us = AT_NEVER;
    at->request = FOTA_REQUEST_NONE;
}

static void line_beyond_its_buffer(struct fota *at)
{
    at->at.line_length = AT_LINE_BYTES + 1;
}

static void more_sent_than_there_was(struct fota *at)
{
    at->at.sent = (uint16_t)(at->at.out_length + 1);
}

static void command_that_waits_for_ever(struct fota *at)
{
    at->at.mode = 1;
    at->at.deadline_at_us = AT_NEVER;
}

static const struct row {
    const char *name;
    void (*spoil)(struct fota *at);
} rows[] = {
    {"nothing is spoiled", leave},
    {"a step beyond the table", step_beyond_the_table},
    {"a state that is none", state_that_is_none},
    {"more of a chunk left than there was", more_left_than_there_was},
    {"work without a deadline", work_without_a_deadline},
    {"a line beyond its buffer", line_beyond_its_buffer},
    {"more sent than there was", more_sent_than_there_was},
    {"a command that waits for ever", command_that_waits_for_ever},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* True when a process that goes on with it is stopped. */
static bool stops(const struct row *row)
{
    pid_t child = fork();
    int status = 0;
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGILL, SIG_DFL);
        signal(SIGTRAP, SIG_DFL);
        row->spoil(&fota);
        char byte;
        (void)fota_transmit(&fota, &host, &byte, 1, 0);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status);
}

static void a_spoiled_client_stops_the_program(void **state)
{
    const struct row *row = *state;
#ifndef FOTARIG_HOLDS
    skip();
#endif
    fota_start(&fota, &host, NULL, 1);
    assert_int_equal(stops(row), row->spoil != leave);
}

int main(void)
{
    struct CMUnitTest tests[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = a_spoiled_client_stops_the_program,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("what must hold of a client", tests, NULL, NULL);
}
