/* replay.c - plays a recorded module to a host. */
#include "harness/trace/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tap/tap.h"
#include "sim/catalogue.h"

/* A question is taken for one that was recorded so much later. */
/* Ten bits a byte (UART101: 8N1), in microseconds. */
#define BITS_PER_SECOND_US 10000000u

enum { SLACK_US = 500000, DEFAULT_BPS = 115200, WORD_BITS = 64 };

static struct replay *end_of(const struct bench_run *run)
{
    return run->module_context;
}

bool replay_init(struct replay *replay, const struct dialogue *dialogue, const char *name)
{
    *replay = (struct replay){.dialogue = dialogue, .name = name};
    replay->asked = calloc(dialogue->step_count / WORD_BITS + 1, sizeof *replay->asked);
    return replay->asked != NULL;
}

void replay_done(struct replay *replay)
{
    free(replay->asked);
    replay->asked = NULL;
}

static bool was_asked(const struct replay *replay, size_t step)
{
    return replay->asked[step / WORD_BITS] >> step % WORD_BITS & 1;
}

/* ---- which recorded step a command is -------------------------------------------------------- */

static bool is_barrier(const struct dialogue_step *step)
{
    return !step->reads && !step->early;
}

/* The first step from `from` that changes something. */
static size_t barrier_from(const struct replay *replay, size_t from)
{
    size_t step = from;
    while (step < replay->dialogue->step_count && !is_barrier(&replay->dialogue->steps[step]))
        step++;
    return step;
}

static uint64_t recorded_now(const struct replay *replay)
{
    int64_t now = (int64_t)replay->run->world.now_us - replay->offset_us;
    return now > 0 ? (uint64_t)now : 0;
}

/*
 * Of the reads with that meaning between what was done and what is to be done next: the last one
 * that was due by now, else the first that is to come. SIZE_MAX: none.
 */
static size_t find_read(const struct replay *replay, size_t from, size_t to, const char *command)
{
    uint64_t now_us = recorded_now(replay) + SLACK_US;
    size_t found = SIZE_MAX;
    for (size_t i = from; i < to; i++) {
        const struct dialogue_step *step = &replay->dialogue->steps[i];
        if (!step->reads || !dialogue_same_command(step->command, command))
            continue;
        if (step->at_us > now_us && found != SIZE_MAX)
            break;
        found = i;
        if (step->at_us > now_us)
            break;
    }
    return found;
}

/* The same read, earlier: its answer holds until something was changed. */
static size_t find_earlier(const struct replay *replay, size_t before, const char *command)
{
    for (size_t i = before; i-- > 1;)
        if (replay->dialogue->steps[i].reads &&
            dialogue_same_command(replay->dialogue->steps[i].command, command))
            return i;
    return SIZE_MAX;
}

static size_t find(struct replay *replay, const char *command)
{
    const struct dialogue *dialogue = replay->dialogue;
    size_t begin = replay->next ? replay->next : 1;
    size_t barrier = barrier_from(replay, begin);
    size_t window = replay->last < begin ? replay->last + 1 : begin;
    /* Reads stand before the barrier, and behind the last one that was passed. */
    while (window > 1 && dialogue->steps[window - 1].reads)
        window--;
    size_t found = find_read(replay, window, barrier, command);
    if (found != SIZE_MAX)
        return found;
    if (barrier < dialogue->step_count &&
        dialogue_same_command(dialogue->steps[barrier].command, command))
        return barrier;
    return dialogue_reads(command, true) ? find_earlier(replay, window, command) : SIZE_MAX;
}

/* ---- coming apart ---------------------------------------------------------------------------- */

static void come_apart(struct replay *replay, const char *command)
{
    const struct dialogue *dialogue = replay->dialogue;
    struct bench_run *run = replay->run;
    size_t step = barrier_from(replay, replay->next ? replay->next : 1);
    struct sim_view view;
    char lines[96];
    replay->apart = true;
    replay->apart_at_us = run->world.now_us;
    replay->apart_step = step;
    if (step < dialogue->step_count) {
        const struct dialogue_step *expected = &dialogue->steps[step];
        snprintf(replay->want, sizeof replay->want,
                 "AT%.60s -> %.60s at %" PRIu64 ".%03" PRIu64 " s of the trace", expected->command,
                 dialogue_result(dialogue, expected)[0] ? dialogue_result(dialogue, expected)
                                                        : "no answer",
                 expected->at_us / 1000000, expected->at_us / 1000 % 1000);
    } else {
        snprintf(replay->want, sizeof replay->want, "nothing more: the trace ends");
    }
    snprintf(replay->got, sizeof replay->got, "AT%.60s at %" PRIu64 ".%03" PRIu64 " s", command,
             run->world.now_us / 1000000, run->world.now_us / 1000 % 1000);
    const struct dialogue_step *last = &dialogue->steps[replay->last];
    sim_view(&run->world.sim, &view);
    snprintf(
        replay->state, sizeof replay->state,
        "client in state %s; recorded module after AT%.40s -> %.60s; an emulator told the same: "
        "%s, status %u, %.40s",
        run->host == &bench_host_core ? fota_state_name(fota_state(&run->world.core)) : "?",
        last->command,
        dialogue_lines(dialogue, last, TAP_ANSWER, lines, sizeof lines)[0]
            ? lines
            : dialogue_result(dialogue, last),
        view.answering ? "answers" : "is silent", view.status, view.revision);
    bench_note(run, BENCH_JOURNAL_BENCH, 0, 0, 0, replay->got, strlen(replay->got));
    if (replay->go_on)
        run->sim_host.on_event = replay->on_event;
}

/* ---- answering ------------------------------------------------------------------------------- */

/* Is the step's command one that asks for that? */
static bool asks(enum sim_question question, const struct dialogue_step *step)
{
    char command[SIM_QUESTION_COMMAND_MAX];
    for (unsigned i = 0; i < SIM_QUESTION_STEPS; i++)
        if (sim_question_command(question, i, NULL, command, sizeof command) &&
            dialogue_same_command(step->command, command + 2))
            return true;
    return false;
}

/* What the module tells of itself in an answer. */
static void learn(struct replay *replay, const struct dialogue_step *step)
{
    char value[40];
    bool revision = asks(SIM_QUESTION_REVISION, step), status = asks(SIM_QUESTION_STATUS, step);
    for (size_t i = 0; i < step->line_count && (revision || status); i++) {
        const char *text = replay->dialogue->lines[step->first_line + i].text;
        if (revision && sim_question_answer(SIM_QUESTION_REVISION, NULL, text, strlen(text), value,
                                            sizeof value))
            memcpy(replay->known_revision, value, sizeof value);
        if (status &&
            sim_question_answer(SIM_QUESTION_STATUS, NULL, text, strlen(text), value, sizeof value))
            replay->known_status = (uint8_t)strtoul(value, NULL, 10);
    }
}

static void answer(struct replay *replay, size_t index)
{
    const struct dialogue_step *step = &replay->dialogue->steps[index];
    uint64_t now_us = replay->run->world.now_us;
    learn(replay, step);
    if (is_barrier(step)) {
        replay->next = index + 1;
        replay->offset_us = (int64_t)now_us - (int64_t)step->at_us;
    } else if (replay->next <= index && !was_asked(replay, index)) {
        replay->last = index;
    }
    if (is_barrier(step))
        replay->last = index;
    replay->asked[index / WORD_BITS] |= 1ull << index % WORD_BITS;
    if (replay->pending_count == REPLAY_PENDING)
        return;
    replay->pending[replay->pending_count++] =
        (struct replay_answer){.step = (uint32_t)index,
                               .part = (uint32_t)step->first_part,
                               .begin_us = now_us,
                               .recorded_us = step->at_us,
                               .data_left = step->data_bytes};
}

static void take_command(struct replay *replay, const char *command)
{
    size_t step = find(replay, command);
    if (step != SIZE_MAX)
        answer(replay, step);
    else if (!replay->apart)
        come_apart(replay, command);
}

static void on_told(void *context, const struct tap_event *event)
{
    struct replay *replay = context;
    if (event->direction != TAP_TO_MODULE || replay->apart)
        return;
    if (event->kind == TAP_DATA) {
        for (size_t i = 0; i < replay->pending_count; i++) {
            struct replay_answer *pending = &replay->pending[i];
            if (pending->data_left == 0)
                continue;
            pending->data_left -=
                event->length < pending->data_left ? event->length : pending->data_left;
            if (pending->data_left == 0) {
                pending->begin_us = replay->run->world.now_us;
                pending->recorded_us = replay->dialogue->steps[pending->step].data_end_us;
            }
        }
        return;
    }
    if (event->kind != TAP_COMMAND || event->offset == replay->line_offset ||
        event->flags & TAP_EARLY)
        return;
    replay->line_offset = event->offset;
    size_t length = 0;
    for (size_t i = 2; i < event->length && length + 1 < sizeof replay->line; i++)
        replay->line[length++] = replay->recent[(event->offset + i) % sizeof replay->recent];
    replay->line[length] = '\0';
    take_command(replay, replay->line);
}

/* When a part of an answer is due; BENCH_NEVER: data must come first, or there is none. */
static uint64_t part_at(const struct replay *replay, const struct replay_answer *pending,
                        size_t index)
{
    const struct dialogue_step *step = &replay->dialogue->steps[pending->step];
    if (index >= step->first_part + step->part_count)
        return BENCH_NEVER;
    const struct dialogue_part *part = &replay->dialogue->parts[index];
    if (!part->answer || (pending->data_left && part->at_us >= step->data_end_us))
        return BENCH_NEVER;
    uint64_t later_us = part->at_us > pending->recorded_us ? part->at_us - pending->recorded_us : 0;
    return pending->begin_us + later_us;
}

static uint64_t part_due(const struct replay *replay, const struct replay_answer *pending)
{
    return part_at(replay, pending, pending->part);
}

/* The first that is still to come: what is due goes out without being asked for again. */
static uint64_t part_after(const struct replay *replay, const struct replay_answer *pending)
{
    uint64_t due_us;
    for (size_t part = pending->part;; part++) {
        due_us = part_at(replay, pending, part);
        if (due_us > replay->run->world.now_us)
            return due_us;
    }
}

/* What comes by itself: up to the next step that changes something. */
static uint64_t unasked_at(const struct replay *replay, size_t *index)
{
    const struct dialogue *dialogue = replay->dialogue;
    while (*index < dialogue->part_count && dialogue->parts[*index].answer)
        (*index)++;
    if (*index >= dialogue->part_count)
        return BENCH_NEVER;
    const struct dialogue_part *part = &dialogue->parts[*index];
    if (part->step >= barrier_from(replay, replay->next ? replay->next : 1))
        return BENCH_NEVER;
    int64_t due = (int64_t)part->at_us + replay->offset_us;
    return due > 0 ? (uint64_t)due : 0;
}

static uint64_t unasked_due(struct replay *replay)
{
    return unasked_at(replay, &replay->unasked);
}

static uint64_t unasked_after(const struct replay *replay)
{
    uint64_t due_us;
    size_t index = replay->unasked;
    while ((due_us = unasked_at(replay, &index)) <= replay->run->world.now_us)
        index++;
    return due_us;
}

/* ---- what was done to the host ----------------------------------------------------------------
 */

static bool piece_is(const struct trace_log *log, size_t index, unsigned kind, const char *text)
{
    const struct trace_piece *piece = &log->pieces[index];
    return piece->kind == kind && piece->length == strlen(text) &&
           memcmp(trace_log_bytes(log, piece), text, piece->length) == 0;
}

/* When the host's board is to fall next, or the update to be called off. */
static uint64_t act_due(struct replay *replay)
{
    const struct dialogue *dialogue = replay->dialogue;
    const struct trace_log *log = dialogue->log;
    while (replay->act < log->count && !piece_is(log, replay->act, TRACE_HOST, "down") &&
           !piece_is(log, replay->act, TRACE_FAULT, "cancel"))
        replay->act++;
    size_t barrier = barrier_from(replay, replay->next ? replay->next : 1);
    if (replay->act >= log->count ||
        (barrier < dialogue->step_count && replay->act > dialogue->steps[barrier].piece))
        return BENCH_NEVER;
    int64_t due = (int64_t)log->pieces[replay->act].time_us + replay->offset_us;
    return due > 0 ? (uint64_t)due : 0;
}

static void act(struct replay *replay)
{
    const struct trace_log *log = replay->dialogue->log;
    struct bench_run *run = replay->run;
    size_t down = replay->act++, up = down;
    if (log->pieces[down].kind != TRACE_HOST) {
        run->host->cancel(run);
    } else {
        while (up + 1 < log->count && !piece_is(log, up, TRACE_HOST, "started") &&
               !piece_is(log, up, TRACE_HOST, "resumed"))
            up++;
        run->host->reset(run, log->pieces[up].time_us - log->pieces[down].time_us,
                         piece_is(log, up, TRACE_HOST, "started"));
    }
    bench_run_touch(run, BENCH_TO_HOST);
}

/* The next bytes that are due now: of what comes by itself, else of an answer. */
static const struct dialogue_part *next_part(struct replay *replay)
{
    uint64_t now_us = replay->run->world.now_us, best_us = unasked_due(replay);
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < replay->pending_count; i++) {
        uint64_t due_us = part_due(replay, &replay->pending[i]);
        if (due_us < best_us) {
            best_us = due_us;
            best = i;
        }
    }
    if (best_us > now_us)
        return NULL;
    size_t part = best == SIZE_MAX ? replay->unasked++ : replay->pending[best].part++;
    return &replay->dialogue->parts[part];
}

static void drop_answered(struct replay *replay)
{
    size_t kept = 0;
    for (size_t i = 0; i < replay->pending_count; i++) {
        const struct replay_answer *pending = &replay->pending[i];
        if (part_due(replay, pending) != BENCH_NEVER || pending->data_left)
            replay->pending[kept++] = *pending;
    }
    replay->pending_count = kept;
}

/* ---- the end --------------------------------------------------------------------------------- */

static bool start(struct bench_run *run)
{
    struct replay *replay = end_of(run);
    uint64_t *asked = replay->asked;
    memset(asked, 0, (replay->dialogue->step_count / WORD_BITS + 1) * sizeof *asked);
    *replay = (struct replay){.dialogue = replay->dialogue,
                              .name = replay->name,
                              .go_on = replay->go_on,
                              .run = run,
                              .asked = asked,
                              .line_offset = UINT64_MAX,
                              .baud_bps = DEFAULT_BPS};
    snprintf(replay->known_revision, sizeof replay->known_revision, "%.39s",
             replay->dialogue->log->header.revision);
    /* The emulator is told the same, and says nothing until it is needed. */
    bool started = bench_module_sim.start(run);
    replay->on_event = run->sim_host.on_event;
    run->sim_host.on_event = NULL;
    return started;
}

static void receive(struct bench_run *run, const uint8_t *bytes, size_t size, uint32_t baud_bps)
{
    struct replay *replay = end_of(run);
    bench_module_sim.receive(run, bytes, size, baud_bps);
    replay->baud_bps = baud_bps ? baud_bps : DEFAULT_BPS;
    for (size_t i = 0; i < size; i++) {
        uint64_t offset = replay->tap.sides[TAP_TO_MODULE].offset;
        replay->recent[offset % sizeof replay->recent] = (char)bytes[i];
        tap_feed(&replay->tap, TAP_TO_MODULE, bytes + i, 1, run->world.now_us, on_told, replay);
    }
}

static size_t transmit(struct bench_run *run, uint8_t *buffer, size_t capacity,
                       uint32_t *ret_baud_bps)
{
    struct replay *replay = end_of(run);
    size_t size;
    if (replay->apart && replay->go_on)
        return bench_module_sim.transmit(run, buffer, capacity, ret_baud_bps);
    uint8_t dropped[BENCH_WIRE_BYTES];
    while (bench_module_sim.transmit(run, dropped, sizeof dropped, ret_baud_bps) > 0)
        ;
    run->began_us = 0;
    *ret_baud_bps = replay->baud_bps;
    const struct dialogue_part *part =
        replay->apart || replay->rest_length ? NULL : next_part(replay);
    if (part) {
        replay->rest = part->bytes;
        replay->rest_length = part->length;
    }
    if (replay->rest_length == 0)
        return 0;
    size = replay->rest_length < capacity ? replay->rest_length : capacity;
    memcpy(buffer, replay->rest, size);
    /* The trace has the times at which the host got them. */
    run->began_us = size * BITS_PER_SECOND_US / replay->baud_bps;
    replay->rest += size;
    replay->rest_length -= size;
    tap_feed(&replay->tap, TAP_TO_HOST, buffer, size, run->world.now_us, NULL, NULL);
    return size;
}

static uint64_t advance(struct bench_run *run)
{
    struct replay *replay = end_of(run);
    uint64_t next_us = bench_module_sim.advance(run);
    if (replay->apart)
        return replay->go_on ? next_us : BENCH_NEVER;
    drop_answered(replay);
    uint64_t due_us = act_due(replay);
    if (due_us <= run->world.now_us) {
        act(replay);
        due_us = act_due(replay);
    }
    next_us = due_us < next_us ? due_us : next_us;
    due_us = unasked_after(replay);
    next_us = due_us < next_us ? due_us : next_us;
    for (size_t i = 0; i < replay->pending_count; i++) {
        due_us = part_after(replay, &replay->pending[i]);
        next_us = due_us < next_us ? due_us : next_us;
    }
    return next_us;
}

static bool is_through(const struct bench_run *run)
{
    const struct replay *replay = end_of(run);
    return replay->apart && !replay->go_on;
}

static size_t findings(const struct bench_run *run, struct scenario_finding *findings,
                       size_t capacity)
{
    const struct replay *replay = end_of(run);
    if (!replay->apart || capacity < 2)
        return 0;
    findings[0] = (struct scenario_finding){.kind = SCENARIO_FINDING_REPLAY};
    snprintf(findings[0].what, sizeof findings[0].what, "replay, exchange %zu", replay->apart_step);
    snprintf(findings[0].want, sizeof findings[0].want, "%s", replay->want);
    snprintf(findings[0].got, sizeof findings[0].got, "%s", replay->got);
    findings[1] = (struct scenario_finding){.kind = SCENARIO_FINDING_REPLAY};
    snprintf(findings[1].what, sizeof findings[1].what, "replay, where both were");
    snprintf(findings[1].want, sizeof findings[1].want, "the client goes on as recorded");
    snprintf(findings[1].got, sizeof findings[1].got, "%.223s", replay->state);
    return 2;
}

static bool apply(struct bench_run *run, const struct sim_action *action)
{
    struct replay *replay = end_of(run);
    bool applied = bench_module_sim.apply(run, action);
    return replay->apart ? applied
                         : true; /* what was done to the recorded module shows by itself */
}

static bool has_power(const struct bench_run *run, unsigned action_kind)
{
    (void)run, (void)action_kind;
    return true;
}

/* What the trace has shown of the module by now. */
static void view(const struct bench_run *run, struct sim_view *ret_view)
{
    const struct replay *replay = end_of(run);
    if (replay->apart && replay->go_on) {
        bench_module_sim.view(run, ret_view);
        return;
    }
    *ret_view = (struct sim_view){.powered = true,
                                  .answering = true,
                                  .status = replay->known_status,
                                  .functionality = 1,
                                  .boots = run->world.tap.boots,
                                  .resets = run->world.tap.resets,
                                  .revision = replay->known_revision};
}

static void describe(const struct bench_run *run, char *buffer, size_t capacity)
{
    snprintf(buffer, capacity, "replay:%s", end_of(run)->name);
}

static void observe(const struct bench_run *run, struct scenario_observed *observed)
{
    bench_module_sim.observe(run, observed);
    view(run, &observed->module);
}

static void finish(struct bench_run *run)
{
    (void)run;
}

const struct bench_end replay_module = {.name = "replay",
                                        .line_end = '\n',
                                        .tells = false,
                                        .start = start,
                                        .receive = receive,
                                        .transmit = transmit,
                                        .advance = advance,
                                        .observe = observe,
                                        .finish = finish,
                                        .describe = describe,
                                        .apply = apply,
                                        .has_power = has_power,
                                        .is_through = is_through,
                                        .findings = findings,
                                        .view = view};
