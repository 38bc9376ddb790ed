/* lift_run.c - a plan of lift as a scenario that is run, and how well it fits the trace. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/text/escape.h"
#include "harness/trace/lift_parts.h"
#include "sim/sim.h"

/* How long behind the parting a plan is given to be better. */
enum { TEXT_MAX = 8192, LOOK_US = 3000000 };

/* ---- rendering ------------------------------------------------------------------------------ */

/* A scalar in single quotes. */
size_t lift_put_quoted(char *buffer, size_t capacity, size_t used, const char *text)
{
    if (used < capacity)
        buffer[used++] = '\'';
    for (; *text && used + 3 < capacity; text++) {
        if (*text == '\'')
            buffer[used++] = '\'';
        buffer[used++] = *text;
    }
    if (used < capacity)
        buffer[used++] = '\'';
    return used;
}

bool lift_put_escaped(char *buffer, size_t capacity, size_t used, const uint8_t *bytes, size_t size,
                      size_t *ret_used)
{
    PUT("\"");
    for (size_t i = 0; i < size; i++) {
        char one[TEXT_ESCAPED_MAX];
        size_t length = text_escape_byte(bytes[i], one);
        PUT("%s%.*s", bytes[i] == '"' ? "\\" : "", (int)length, one);
    }
    PUT("\"");
    *ret_used = used;
    return used < capacity;
}

/* The lines of a place between two texts; nothing when there are none. */
static size_t put_lines(const struct lift_plan *plan, enum lift_place place, const char *before,
                        const char *after, char *buffer, size_t capacity)
{
    const struct lift_lines *lines = &plan->lines[place];
    size_t used = 0;
    for (size_t i = 0; i < lines->count; i++)
        PUT("%s%s", i ? ", " : before, lines->items[i]);
    if (lines->count)
        PUT("%s", after);
    return used < capacity ? used : capacity - 1;
}

#define PUT_LINES(place, before, after)                                                            \
    (used += put_lines(plan, place, before, after, buffer + used, capacity - used))

static size_t put_ftp(const struct lift_facts *facts, char *buffer, size_t capacity)
{
    static const char *const keys[SIM_WANTED_PARTS] = {
        [SIM_WANTED_SERVER] = "server",     [SIM_WANTED_USER] = "user",
        [SIM_WANTED_PASSWORD] = "password", [SIM_WANTED_PORT] = "port",
        [SIM_WANTED_PATH] = "path",         [SIM_WANTED_NAME] = "name"};
    size_t used = 0;
    bool any = false;
    for (size_t i = 0; i < SIM_WANTED_PARTS; i++) {
        if (!facts->ftp[i][0])
            continue;
        PUT("%s%s: ", any ? ", " : "  ftp: {", keys[i]);
        if (i == SIM_WANTED_PORT)
            PUT("%s", facts->ftp[i]);
        else
            used = lift_put_quoted(buffer, capacity, used, facts->ftp[i]);
        any = true;
    }
    if (any)
        PUT("}\n");
    return used < capacity ? used : capacity - 1;
}

static size_t put_job(const struct lift_plan *plan, char *buffer, size_t capacity)
{
    const struct lift_facts *facts = &plan->facts;
    size_t used = 0;
    PUT("update:\n  from: %s\n  to: %s\n  package: {", facts->from, facts->to);
    if (!facts->by_push && !facts->by_ftp) {
        PUT("url: ");
        used = lift_put_quoted(buffer, capacity, used, facts->url);
        PUT(", ");
    }
    PUT("size: %uB", facts->size_bytes);
    PUT_LINES(LIFT_PACKAGE, ", ", "");
    PUT("}\n");
    if (facts->by_push || facts->by_ftp)
        PUT("  delivery: %s\n", facts->by_push ? "push" : "ftp");
    if (facts->by_ftp)
        used += put_ftp(facts, buffer + used, capacity - used);
    PUT_LINES(LIFT_RESTORE, "  restore: {", "}\n");
    for (size_t i = 0; i < plan->lines[LIFT_JOB].count; i++)
        PUT("  %s\n", plan->lines[LIFT_JOB].items[i]);
    if (facts->apn[0]) {
        PUT("  apn: ");
        used = lift_put_quoted(buffer, capacity, used, facts->apn);
        PUT("\n");
    }
    return used < capacity ? used : capacity - 1;
}

size_t lift_render(const struct lift_plan *plan, char *buffer, size_t capacity)
{
    size_t used = put_job(plan, buffer, capacity);
    PUT_LINES(LIFT_HOST, "host: {", "}\n");
    PUT("module: {variant: %s", plan->facts.variant);
    PUT_LINES(LIFT_MODULE, ", ", "");
    PUT_LINES(LIFT_PARAMETER, ", parameters: {", "}");
    PUT_LINES(LIFT_SETTING, ", settings: {", "}");
    PUT("}\n");
    if (plan->event_count)
        PUT("events:\n");
    for (size_t i = 0; i < plan->event_count; i++) {
        const struct lift_event *event = &plan->events[i];
        PUT("  - when: {%s}\n    do: [{%s}]\n", event->when, event->action);
        if (event->often == LIFT_ALWAYS)
            PUT("    times: always\n");
        else if (event->often)
            PUT("    times: %u\n", event->often);
    }
    return used < capacity ? used : capacity - 1;
}

/* ---- running -------------------------------------------------------------------------------- */

/* Bytes of somebody else that the trace does not show: it was taken at the client's end. */
static bool is_unseen(const struct lift_plan *plan, size_t event)
{
    static const char inserts[] = "insert-to-module:";
    return event < plan->event_count && !plan->events[event].unexplained &&
           strncmp(plan->events[event].action, inserts, sizeof inserts - 1) == 0;
}

bool lift_has_garbage(const struct trace_log *log)
{
    enum { MANY = 8 };
    size_t other = 0;
    for (size_t i = 0; i < log->count && other < MANY; i++)
        for (size_t k = 0; log->pieces[i].kind == TRACE_TO_HOST && k < log->pieces[i].length; k++)
            other += trace_log_bytes(log, &log->pieces[i])[k] >= 0x80;
    return other >= MANY;
}

bool lift_hears(const struct trace_log *log)
{
    enum { BURST_MIN = 8 };
    size_t text = 0, other = 0;
    for (size_t i = 0; i < log->count && !(text == 0 && other >= BURST_MIN); i++) {
        const struct trace_piece *piece = &log->pieces[i];
        if (piece->kind == TRACE_TO_MODULE)
            text = other = 0;
        for (size_t k = 0; piece->kind == TRACE_TO_HOST && k < piece->length; k++)
            *(trace_log_bytes(log, piece)[k] < 0x80 ? &text : &other) += 1;
    }
    return text == 0 && other >= BURST_MIN;
}

/* What a receiver at the host's rate made of bytes of the module. */
static void keep_heard(struct lifting *lifting, const struct bench_record *record,
                       uint32_t host_bps)
{
    enum { PART = 256, HEARD = 4 * PART }; /* one byte sent slowly is several heard fast */
    uint8_t heard[HEARD];
    bool readable =
        !lifting->hears || host_bps == 0 || record->number == 0 || record->number == host_bps;
    for (size_t at = 0; at < record->length; at += PART) {
        size_t size = record->length - at < PART ? record->length - at : PART;
        const uint8_t *bytes = record->payload + at;
        if (!readable) {
            size = sim_garble(bytes, size, record->number, host_bps, heard, sizeof heard);
            bytes = heard;
        }
        trace_log_add(&lifting->now_log, TRACE_TO_HOST, record->time_us, 0, bytes, size);
    }
}

static void keep_bytes(struct lifting *lifting)
{
    const struct bench_journal *journal = &lifting->run->journal;
    size_t offset = bench_journal_begin(journal);
    struct bench_record record;
    uint32_t host_bps = 0;
    bool unseen = false;
    lifting->now_log.count = lifting->now_log.used = 0;
    while (bench_journal_next(journal, &offset, &record)) {
        bool to_module = record.kind == BENCH_JOURNAL_TO_MODULE;
        if (record.kind == BENCH_JOURNAL_FAULT)
            unseen |= is_unseen(lifting->running, record.a);
        if (to_module && !unseen) {
            host_bps = record.number;
            trace_log_add(&lifting->now_log, TRACE_TO_MODULE, record.time_us, 0, record.payload,
                          record.length);
        } else if (record.kind == BENCH_JOURNAL_TO_HOST) {
            keep_heard(lifting, &record, host_bps);
        }
        unseen &= !to_module; /* they go before what sets them off */
    }
}

/* The outline of what was said up to now. */
static bool make_outline(struct lifting *lifting)
{
    bool (*make)(struct outline *, const struct dialogue *, bool) =
        lifting->recorded.without_asides ? outline_make_of_update : outline_make;
    outline_done(&lifting->now);
    dialogue_done(&lifting->now_dialogue);
    keep_bytes(lifting);
    return dialogue_make(&lifting->now_dialogue, &lifting->now_log) &&
           make(&lifting->now, &lifting->now_dialogue, lifting->dialogue->one_way);
}

/* Has it left the trace's way before the best plan does? Its last item may not be whole yet. */
static bool is_astray(struct lifting *lifting)
{
    size_t place, common;
    if (!make_outline(lifting))
        return true;
    common = outline_common(&lifting->recorded, &lifting->now, &place);
    return common <= lifting->best_fit.common && place + 2 < lifting->now.count &&
           !lifting->best_fit.complete;
}

/* A run that is over when it can't be better than the best. */
static bool run_while_good(struct lifting *lifting, struct bench_result *ret_result)
{
    uint64_t look_at_us = lifting->parting_us + lifting->parting_us / 16 + LOOK_US;
    while (bench_run_step(lifting->run)) {
        if (bench_run_next(lifting->run) < look_at_us)
            continue;
        if (is_astray(lifting))
            return true;
        look_at_us += look_at_us / 2;
    }
    bench_run_judge(lifting->run, ret_result);
    return make_outline(lifting);
}

static struct scenario *parse_plan(struct lifting *lifting, const struct lift_plan *plan)
{
    char text[TEXT_MAX];
    struct scenario_errors errors = {0};
    size_t used = (size_t)snprintf(text, sizeof text, "scenario: lifted\nwhy: lifted\n");
    used += lift_render(plan, text + used, sizeof text - used);
    used += (size_t)snprintf(text + used, sizeof text - used, "expect: {within: 6h}\n");
    struct scenario *scenario = scenario_parse("lifted.yaml", text, used, &errors);
    if (!scenario && errors.text)
        snprintf(lifting->refused, sizeof lifting->refused, "%.160s", errors.text);
    scenario_errors_done(&errors);
    return scenario;
}

static bool run_plan(struct lifting *lifting, const struct lift_plan *plan, bool whole,
                     struct bench_result *ret_result)
{
    const struct bench_options options = {.seed = 1, .sink = BENCH_SINK_MEMORY};
    struct scenario *scenario = parse_plan(lifting, plan);
    outline_done(&lifting->now);
    dialogue_done(&lifting->now_dialogue);
    lifting->running = plan;
    lifting->happened = true; /* of what can't be run nothing is known */
    if (!scenario)
        return false;
    lifting->result->runs++;
    bool good = bench_run_begin(lifting->run, &scenario->cases[0], &options);
    if (good && whole) {
        bench_run_all(lifting->run, ret_result);
        good = make_outline(lifting);
    } else if (good) {
        good = run_while_good(lifting, ret_result);
        lifting->happened =
            plan->event_count > 0 && lifting->run->world.engine.fired[plan->event_count - 1] > 0;
    }
    lifting->result->work += lifting->run->journal.record_count;
    scenario_free(scenario);
    return good;
}

bool lift_run_plan(struct lifting *lifting, const struct lift_plan *plan,
                   struct bench_result *ret_result)
{
    return run_plan(lifting, plan, true, ret_result);
}

bool lift_has_no_times(const struct lifting *lifting)
{
    const struct trace_log *log = lifting->dialogue->log;
    for (size_t i = 0; i < log->count; i++)
        if (!(log->pieces[i].marks & TRACE_GUESSED_TIME))
            return false;
    return true;
}

/* Times that are off by less are the line's and the reader's. */
enum { PARTED_US = 50000 };

static void compare_times(const struct lifting *lifting, struct fit *fit)
{
    const struct outline_item *a = lifting->recorded.items, *b = lifting->now.items;
    fit->parted = fit->common;
    for (size_t i = 1; i < fit->common; i++) {
        uint64_t want = a[i].at_us - a[i - 1].at_us, got = b[i].at_us - b[i - 1].at_us;
        uint64_t off_us = want > got ? want - got : got - want;
        fit->off_us += off_us;
        if (off_us < PARTED_US || fit->parted < fit->common)
            continue;
        fit->parted = i;
        fit->parted_us = (int64_t)want - (int64_t)got;
    }
}

/* Of what the trace has behind the parting, how much the run has there. */
static size_t count_alike(const struct lifting *lifting, const struct fit *fit)
{
    enum { LOOK_MAX = 400 };
    const struct outline *recorded = &lifting->recorded, *now = &lifting->now;
    bool taken[LOOK_MAX] = {false};
    size_t alike = 0;
    for (size_t i = fit->common; i < recorded->count && i - fit->common < LOOK_MAX; i++)
        for (size_t k = fit->place; k < now->count && k - fit->place < LOOK_MAX; k++) {
            bool *is_taken = &taken[k - fit->place];
            if (*is_taken || !outline_same(recorded, &recorded->items[i], now, &now->items[k]))
                continue;
            *is_taken = true;
            alike++;
            break;
        }
    return alike;
}

struct fit lift_fit_of(const struct lifting *lifting, const struct lift_plan *plan)
{
    size_t place;
    struct fit fit = {.common = outline_common(&lifting->recorded, &lifting->now, &place)};
    fit.place = place;
    if (place < lifting->now.count)
        fit.says = lifting->now.items[place].digest ^ lifting->now.items[place].command;
    fit.complete = fit.common == lifting->recorded.count && place == lifting->now.count;
    if (place == fit.common && !lift_has_no_times(lifting))
        compare_times(lifting, &fit);
    if (fit.common > lifting->best_fit.common)
        fit.alike = count_alike(lifting, &fit);
    for (size_t i = 0; i < plan->event_count; i++)
        fit.repeated += plan->events[i].unexplained;
    return fit;
}

bool lift_is_better(const struct lifting *lifting, const struct fit *a, const struct fit *b)
{
    if (a->complete != b->complete)
        return a->complete;
    if (a->common != b->common)
        return a->common > b->common;
    if (a->repeated != b->repeated)
        return a->repeated < b->repeated;
    if (a->common > lifting->best_fit.common && a->alike != b->alike)
        return a->alike > b->alike;
    return a->off_us + a->off_us / 64 + lifting->gain_us < b->off_us;
}

void lift_keep_detour(struct lifting *lifting, const struct lift_plan *plan, const struct fit *fit)
{
    struct lift_plans *detours = &lifting->detours;
    bool new = fit->common == lifting->best_fit.common && fit->says != lifting->best_fit.says &&
               fit->repeated == lifting->best_fit.repeated && detours->count < lifting->plans_max;
    for (size_t i = 0; i < detours->count && new; i++)
        new = detours->fits[i].says != fit->says;
    if (!new)
        return;
    detours->plans[detours->count] = *plan;
    detours->fits[detours->count++] = *fit;
}

bool lift_is_rather(const struct fit *a, const struct fit *b)
{
    if (a->complete != b->complete)
        return a->complete;
    return a->repeated != b->repeated ? a->repeated < b->repeated : a->common > b->common;
}

/* Where a rival stands, or may: at its like, at a free place, or at that of the least one. */
static size_t place_of_rival(const struct lifting *lifting, const struct fit *fit)
{
    const struct lift_plans *rivals = &lifting->rivals;
    size_t least = 0;
    for (size_t i = 0; i < rivals->count; i++) {
        if (rivals->fits[i].common == fit->common && rivals->fits[i].says == fit->says)
            return i;
        if (lift_is_rather(&rivals->fits[least], &rivals->fits[i]))
            least = i;
    }
    return rivals->count < lifting->plans_max ? rivals->count : least;
}

void lift_keep_rival(struct lifting *lifting, const struct lift_plan *plan, const struct fit *fit)
{
    struct lift_plans *rivals = &lifting->rivals;
    size_t at = place_of_rival(lifting, fit);
    bool is_free = at == rivals->count;
    bool same = !is_free && rivals->fits[at].common == fit->common;
    if (fit->common <= lifting->best_fit.common ||
        (same && !lift_is_better(lifting, fit, &rivals->fits[at])) ||
        (!is_free && !same && !lift_is_rather(fit, &rivals->fits[at])))
        return;
    rivals->plans[at] = *plan;
    rivals->fits[at] = *fit;
    rivals->count += is_free;
}

void lift_try_plan(struct lifting *lifting, const struct lift_plan *plan)
{
    struct bench_result result;
    if (!run_plan(lifting, plan, false, &result))
        return;
    struct fit fit = lift_fit_of(lifting, plan);
    lifting->last_fit = fit;
    lift_keep_detour(lifting, plan, &fit);
    lift_keep_rival(lifting, plan, &fit);
    if (lifting->has_found && !lift_is_better(lifting, &fit, &lifting->found_fit))
        return;
    lifting->found = *plan;
    lifting->found_fit = fit;
    lifting->has_found = true;
}
