/* board.c - does what a client asks for, starts and restarts it, and tells what it says. */
#include "harness/bench/board.h"

#include <stdio.h>
#include <string.h>

#include "harness/bench/engine.h"
#include "harness/bench/figures.h"
#include "harness/bench/run.h"
#include "harness/ports/port.h"

enum { ASKED, DONE, REFUSED, LATER };

/* The word for what set the event off, NULL: its line tells. */
static const char *word_of(const struct fota_event *event)
{
    bool caused = event->cause != FOTA_CAUSE_LINE;
    bool expired = event->b == REFUSED && event->cause == FOTA_CAUSE_TIMEOUT;
    switch (event->kind) {
    case FOTA_EVENT_STATE:
    case FOTA_EVENT_RESULT:
        return caused ? fota_cause_name(event->cause) : NULL;
    case FOTA_EVENT_REQUEST:
        return expired ? fota_cause_name(event->cause) : "";
    case FOTA_EVENT_ATTEMPT:
        return "";
    default:
        return NULL;
    }
}

static void match_state(struct bench_run *run, uint64_t now_us, unsigned state)
{
    const struct bench_happening entered = {
        .kind = SCENARIO_TRIGGER_CORE_STATE, .number = state, .at_us = now_us};
    bench_engine_match(run, &entered, NULL);
}

/* A client's word against what the bench has seen of it. */
static void hear(struct bench_run *run, const struct fota_event *event, uint64_t now_us)
{
    const struct fota *core = run->host->client->core(run);
    const struct scenario_told_view view = {bench_run_job(run)->job.baud_bps,
                                            run->world.host.baud_bps, core ? &core->at : NULL};
    struct scenario_monitor *monitor = &run->world.monitor;
    scenario_saw_told(monitor, scenario_told_event(&monitor->told, event, &view, now_us));
}

/* Who else waits for it. */
__attribute__((noinline)) static void pass_on(struct bench_run *run, const struct fota_event *event,
                                              uint64_t now_us)
{
    switch (event->kind) {
    case FOTA_EVENT_STATE:
        match_state(run, now_us, event->b);
        break;
    case FOTA_EVENT_COMMAND:
        run->asks = true;
        break;
    case FOTA_EVENT_ATTEMPT:
        scenario_saw_attempt(&run->world.monitor, now_us);
        break;
    case FOTA_EVENT_STATUS:
        scenario_saw_status(&run->world.monitor, event->a);
        break;
    default:
        break;
    }
}

/* Of an update most are lines, which have no word and for which nobody else waits. */
void bench_board_tell(void *context, uint64_t now_us, const struct fota_event *event)
{
    struct bench_run *run = context;
    const char *word = event->kind == FOTA_EVENT_URC ? NULL : word_of(event);
    /* A sum: shifted together they would be one load of what was just written in two. */
    uint16_t both = (uint16_t)(event->a + 256u * event->b);
    bench_note(run, BENCH_JOURNAL_CORE, event->kind, both, 0, word ? word : event->text,
               word ? strlen(word) : event->length);
    hear(run, event, now_us);
    if (event->kind != FOTA_EVENT_URC)
        pass_on(run, event, now_us);
}

/* ---- the board ----------------------------------------------------------------------------- */

static void note_request(struct bench_run *run, unsigned kind, unsigned what)
{
    bench_note(run, BENCH_JOURNAL_REQUEST, (uint8_t)kind, (uint16_t)what, 0, NULL, 0);
}

static void set_rate(struct bench_run *run, uint32_t baud_bps)
{
    run->world.host.baud_bps = baud_bps;
    if (run->module->follow)
        run->module->follow(run, baud_bps);
}

/* What is done at once when a request is begun; the rest is done when it is answered. */
static void begin_request(struct bench_run *run, const struct fota_request *request)
{
    struct bench_host *host = &run->world.host;
    struct sim_action action = {.kind = SIM_ACTION_POWER_CUT};
    uint64_t wait_us = run->one->host.request_us;
    switch (request->kind) {
    case FOTA_REQUEST_SAVE_CHECKPOINT:
        memcpy(host->pending_checkpoint, request->checkpoint, FOTA_CHECKPOINT_BYTES);
        break;
    case FOTA_REQUEST_POWER_CYCLE:
        run->module->apply(run, &action);
        wait_us += request->argument * UINT64_C(1000);
        break;
    case FOTA_REQUEST_PWRKEY_PULSE:
        action = (struct sim_action){.kind = SIM_ACTION_PWRKEY, .number = request->argument};
        run->module->apply(run, &action);
        wait_us += request->argument * UINT64_C(1000);
        break;
    case FOTA_REQUEST_SET_BAUD:
        set_rate(run, request->argument);
        break;
    case FOTA_REQUEST_REOPEN_PORT:
        if (run->module->reopen)
            run->module->reopen(run);
        break;
    default:
        break;
    }
    host->request_at_us = run->world.now_us + wait_us;
}

/* True when the board has no switch for it. */
static bool is_lacking(const struct bench_run *run, unsigned kind)
{
    if (kind == FOTA_REQUEST_POWER_CYCLE)
        return !run->module->has_power(run, SIM_ACTION_POWER_CUT);
    return kind == FOTA_REQUEST_PWRKEY_PULSE && !run->module->has_power(run, SIM_ACTION_PWRKEY);
}

enum { ANSWERS_LATE = 1, ANSWERS_NO = 2, LATE_US = 30000000, SWITCH_LOOK_US = 100000 };

/* The board refuses what the scenario says, and what it can't do. */
static bool is_refused(const struct bench_run *run, unsigned kind)
{
    return (run->one->host.refused >> kind & 1) || is_lacking(run, kind) ||
           run->world.host.answers == ANSWERS_NO;
}

/* Gives the next bytes of the package, which the board has in its own flash: at once, and without
 * a word in the journal, which has the bytes anyway. */
static void give_bytes(struct bench_run *run, const struct fota_request *request)
{
    const struct sim_blob *package = &run->shared->blobs[bench_run_job(run)->blob];
    struct scenario_told *told = &run->world.monitor.told;
    size_t size = 0;
    if (!is_refused(run, request->kind) && request->argument < package->size_bytes)
        size = package->size_bytes - request->argument;
    if (size == 0)
        note_request(run, request->kind, REFUSED);
    uint32_t taken = size < request->length ? (uint32_t)size : request->length;
    scenario_saw_told(&run->world.monitor, size == 0 || scenario_told_given(told, taken));
    scenario_told_call(told, size ? SCENARIO_CALL_OTHER : SCENARIO_CALL_NO_BYTES);
    run->host->client->give(run, package->bytes + (size ? request->argument : 0), size);
    scenario_saw_told(&run->world.monitor, scenario_told_return(told, size == 0));
}

static bool give_wanted_bytes(struct bench_run *run)
{
    struct fota_request request;
    bool wanted = run->world.host.request == FOTA_REQUEST_NONE &&
                  run->host->client->request(run, &request) &&
                  request.kind == FOTA_REQUEST_GIVE_BYTES;
    if (!wanted)
        return false;
    give_bytes(run, &request);
    bench_run_touch(run, BENCH_TO_HOST); /* its time for the answer may begin with them */
    return true;
}

static void say_later(struct bench_run *run, unsigned kind)
{
    struct scenario_told *told = &run->world.monitor.told;
    note_request(run, kind, LATER);
    scenario_told_call(told, SCENARIO_CALL_LATER);
    run->host->client->later(run);
    scenario_saw_told(&run->world.monitor, scenario_told_return(told, true));
}

static void look_for_request(struct bench_run *run)
{
    struct bench_host *host = &run->world.host;
    struct fota_request request;
    struct sim_view view;
    if (host->request != FOTA_REQUEST_NONE || !run->host->client->request(run, &request))
        return;
    if (request.kind == FOTA_REQUEST_GIVE_BYTES)
        return; /* when the line has room for them */
    const struct bench_happening asked = {
        .kind = SCENARIO_TRIGGER_REQUEST, .number = request.kind, .at_us = run->world.now_us};
    host->request = request.kind;
    note_request(run, request.kind, ASKED);
    scenario_saw_told(&run->world.monitor,
                      scenario_told_asks(&run->world.monitor.told, request.kind, request.argument));
    bench_engine_match(run, &asked, NULL);
    host->answers = host->answer_next;
    host->answer_next = 0;
    if (request.kind == FOTA_REQUEST_SET_BAUD && bench_speed_of(request.argument) == B0)
        host->answers = ANSWERS_NO; /* no serial port has such a rate */
    run->module->view(run, &view);
    scenario_saw_request(&run->world.monitor, &run->shared->watch, run->one, request.kind, &view,
                         run->world.now_us);
    if (!(run->one->host.refused >> request.kind & 1) && is_lacking(run, request.kind))
        run->lacked |= 1u << request.kind;
    if (is_refused(run, request.kind))
        host->request_at_us = run->world.now_us + run->one->host.request_us;
    else
        begin_request(run, &request);
    if (host->answers == ANSWERS_LATE)
        host->request_at_us += LATE_US;
    if (run->one->host.says_later)
        say_later(run, request.kind);
}

static void restore_power(struct bench_run *run)
{
    struct sim_action on = {.kind = SIM_ACTION_POWER_ON};
    run->module->apply(run, &on);
}

/* A switch of the lab takes its time, off and on: the client is told when the supply is back. */
static bool waits_for_switch(struct bench_run *run)
{
    struct bench_host *host = &run->world.host;
    struct sim_view view;
    if (host->request != FOTA_REQUEST_POWER_CYCLE || !run->module->is_switching ||
        is_refused(run, host->request))
        return false;
    run->module->view(run, &view);
    if (!run->module->is_switching(run) && !view.powered)
        restore_power(run);
    if (!run->module->is_switching(run))
        return false;
    host->request_at_us = run->world.now_us + SWITCH_LOOK_US;
    return true;
}

/* Whether a client that has dropped what it asked for tells of an answer is its own affair. */
static void tell_answer(struct bench_run *run, bool done)
{
    struct scenario_told *told = &run->world.monitor.told;
    struct fota_request request;
    bool waits = run->host->client->request(run, &request);
    scenario_told_call(told, done ? SCENARIO_CALL_DONE : SCENARIO_CALL_REFUSED);
    run->host->client->answer(run, done);
    scenario_saw_told(&run->world.monitor, scenario_told_return(told, waits));
}

static void answer_request(struct bench_run *run)
{
    struct bench_host *host = &run->world.host;
    unsigned kind = host->request;
    bool done = !is_refused(run, kind);
    if (waits_for_switch(run))
        return;
    if (done && kind == FOTA_REQUEST_SAVE_CHECKPOINT) {
        memcpy(host->checkpoint, host->pending_checkpoint, FOTA_CHECKPOINT_BYTES);
        host->has_checkpoint = 1;
    }
    if (done && kind == FOTA_REQUEST_POWER_CYCLE)
        restore_power(run);
    host->request = FOTA_REQUEST_NONE;
    host->request_at_us = BENCH_NEVER;
    host->answers = 0;
    note_request(run, kind, done ? DONE : REFUSED);
    tell_answer(run, done);
    bench_run_touch(run, BENCH_TO_HOST);
}

static void start_client(struct bench_run *run)
{
    struct bench_host *host = &run->world.host;
    const uint8_t *checkpoint = host->has_checkpoint ? host->checkpoint : NULL;
    host->up = 1;
    host->restart_at_us = BENCH_NEVER;
    host->start_count++;
    bench_note(run, BENCH_JOURNAL_HOST, checkpoint ? 2 : 1, 0, host->start_count, NULL, 0);
    scenario_told_start(&run->world.monitor.told, checkpoint != NULL, run->world.now_us);
    run->host->client->start(run, checkpoint);
    scenario_told_return(&run->world.monitor.told, false);
    bench_run_touch(run, BENCH_TO_HOST);
}

/* What the client's job has cost up to now, before its counts are gone. */
void bench_board_finish(struct bench_run *run)
{
    const struct fota *core = run->world.host.up ? run->host->client->core(run) : NULL;
    struct fota_statistics counts;
    if (!core)
        return;
    fota_statistics(core, &counts);
    bench_figures_note(run, &counts);
    scenario_saw_told(&run->world.monitor,
                      scenario_told_counts(&run->world.monitor.told, &counts, &core->at));
}

void bench_board_reset(struct bench_run *run, uint64_t down_us, bool forgets)
{
    struct bench_host *host = &run->world.host;
    if (host->request == FOTA_REQUEST_POWER_CYCLE && !is_refused(run, host->request))
        restore_power(run); /* the switch's idle position is on */
    bench_board_finish(run);
    if (forgets)
        host->has_checkpoint = 0;
    host->up = 0;
    host->answers = 0;
    host->request = FOTA_REQUEST_NONE;
    host->request_at_us = BENCH_NEVER;
    run->world.host_at_us = BENCH_NEVER;
    set_rate(run, run->one->host.baud_bps);
    host->restart_at_us = run->world.now_us + down_us;
    bench_lane_cut(&run->world.lanes[BENCH_TO_MODULE], run->world.now_us);
    bench_note(run, BENCH_JOURNAL_HOST, 0, 0, host->start_count, NULL, 0);
}

bool bench_board_has_next(const struct bench_run *run)
{
    return run->world.host.job + 1u < scenario_job_count(run->one);
}

void bench_board_observe(const struct bench_run *run, struct scenario_observed *observed)
{
    observed->job = run->world.host.job;
    observed->first_outcome = run->world.host.first_outcome;
    observed->first_reason = run->world.host.first_reason;
}

/* A job is over and another one follows: the host goes on with its last checkpoint. */
static void take_next_job(struct bench_run *run)
{
    struct bench_host *host = &run->world.host;
    struct scenario_monitor *monitor = &run->world.monitor;
    struct sim_view view;
    if (!host->up || !bench_board_has_next(run) ||
        !run->host->client->is_over(run, &host->first_outcome, &host->first_reason))
        return;
    scenario_saw_told(monitor,
                      scenario_told_end(&monitor->told, host->first_outcome, host->first_reason));
    run->host->reset(run, run->one->then.after_us, false);
    host->job++;
    run->module->view(run, &view);
    memcpy(host->start_revision, view.revision, sizeof host->start_revision);
    scenario_saw_next_job(monitor);
}

void bench_board_cancel(struct bench_run *run)
{
    scenario_told_call(&run->world.monitor.told, SCENARIO_CALL_CANCEL);
    if (run->world.host.up)
        run->host->client->cancel(run);
    scenario_told_return(&run->world.monitor.told, false);
    bench_run_touch(run, BENCH_TO_HOST);
}

uint64_t bench_board_next(const struct bench_run *run)
{
    return bench_host_next(&run->world.host);
}

void bench_board_run(struct bench_run *run)
{
    struct bench_host *host = &run->world.host;
    bool due = bench_board_next(run) <= run->world.now_us;
    if (host->restart_at_us <= run->world.now_us)
        start_client(run);
    if (host->request_at_us <= run->world.now_us)
        answer_request(run);
    if (due)
        bench_run_settle(run);
}

/* ---- bytes and time ------------------------------------------------------------------------ */

/* The value of a hexadecimal digit, which the loader has checked. */
static unsigned digit_of(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* What the case says that was kept in an earlier life. */
static void take_kept(struct bench_host *host, const char *digits)
{
    for (size_t i = 0; i < sizeof host->checkpoint; i++)
        host->checkpoint[i] = (uint8_t)(digit_of(digits[2 * i]) << 4 | digit_of(digits[2 * i + 1]));
    host->has_checkpoint = 1;
}

bool bench_board_start(struct bench_run *run)
{
    run->fota_host = (struct fota_host){.on_event = bench_board_tell, .context = run};
    run->world.host_at_us = BENCH_NEVER;
    run->world.host = (struct bench_host){.restart_at_us = run->one->host.start_after_us,
                                          .request_at_us = BENCH_NEVER,
                                          .baud_bps = run->one->host.baud_bps};
    if (run->one->host.checkpoint)
        take_kept(&run->world.host, run->one->host.checkpoint);
    return true;
}

static void receive_heard(struct bench_run *run, const uint8_t *bytes, size_t size)
{
    run->world.monitor.told.received_bytes += (uint32_t)size;
    run->host->client->receive(run, bytes, size);
}

__attribute__((noinline)) static void receive_garbled(struct bench_run *run, const uint8_t *bytes,
                                                      size_t size, uint32_t baud_bps)
{
    uint8_t garbled[4 * BENCH_WIRE_BYTES]; /* one byte sent slowly is several heard fast */
    size = sim_garble(bytes, size, baud_bps, run->world.host.baud_bps, garbled, sizeof garbled);
    receive_heard(run, garbled, size);
}

void bench_board_receive(struct bench_run *run, const uint8_t *bytes, size_t size,
                         uint32_t baud_bps)
{
    if (!run->world.host.up)
        return;
    if (baud_bps != run->world.host.baud_bps)
        receive_garbled(run, bytes, size, baud_bps);
    else
        receive_heard(run, bytes, size);
}

size_t bench_board_transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                            uint32_t *ret_baud_bps)
{
    if (!run->world.host.up)
        return 0;
    *ret_baud_bps = run->world.host.baud_bps;
    size_t size = run->host->client->transmit(run, buffer, capacity);
    if (size == 0 && give_wanted_bytes(run))
        size = run->host->client->transmit(run, buffer, capacity);
    scenario_saw_told(&run->world.monitor,
                      scenario_told_sends(&run->world.monitor.told, buffer, size));
    return size;
}

uint64_t bench_board_advance(struct bench_run *run)
{
    if (!run->world.host.up)
        return BENCH_NEVER;
    uint64_t next = run->host->client->advance(run);
    look_for_request(run);
    take_next_job(run);
    return run->world.host.up ? next : BENCH_NEVER;
}
