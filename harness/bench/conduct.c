/* conduct.c - reads a journal with the eyes of a colleague who knows the module's worst days. */
#include "harness/bench/conduct.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/bench/tapped.h"
#include "sim/catalogue.h"

enum {
    SAME_MAX = BENCH_CONDUCT_SAME_MAX, /* the same command so often within SAME_US */
    COMMANDS_MAX = 20000,
    STATUS_UNKNOWN = 255,
    UPDATE_WORST_MS = 2400000 /* when the job names none (core/fota.h) */
};
#define SAME_US   UINT64_C(10000000)
#define NOTICE_US UINT64_C(900000000)
/* A fault so short before a command is that of the day. */
#define FAULT_US UINT64_C(5000000)
/* What is said for so long and not understood does not get through. */
#define UNHEARD_US UINT64_C(1000000)
/* A board that takes so long for what it is asked has no time left at the end. */
#define BOARD_SLOW_US UINT64_C(60000000)
/* So soon after the first a line comes a second time by itself. */
#define TWICE_US UINT64_C(1000000)

static const struct {
    const char *name, *demand;
} rules[BENCH_CONDUCT_COUNT] = {
#define X(name, text, demand) {text, demand},
    BENCH_CONDUCT(X)
#undef X
};

const char *bench_conduct_name(unsigned rule)
{
    return rule < BENCH_CONDUCT_COUNT ? rules[rule].name : "?";
}

const char *bench_conduct_demand(unsigned rule)
{
    return rule < BENCH_CONDUCT_COUNT ? rules[rule].demand : "?";
}

int bench_conduct_find(const char *name, size_t length)
{
    for (unsigned i = 0; i < BENCH_CONDUCT_COUNT; i++)
        if (strlen(rules[i].name) == length && memcmp(rules[i].name, name, length) == 0)
            return (int)i;
    return -1;
}

/* The first time counts: what follows is often its consequence. */
static void broken(struct bench_conduct_watch *reader, enum bench_conduct rule, const char *format,
                   ...) __attribute__((format(printf, 3, 4)));
static void broken(struct bench_conduct_watch *reader, enum bench_conduct rule, const char *format,
                   ...)
{
    char *text = reader->evidence[rule];
    va_list arguments;
    if (reader->broken >> rule & 1)
        return;
    reader->broken |= 1u << rule;
    int length = snprintf(text, sizeof reader->evidence[rule],
                          "at %" PRIu64 ".%03" PRIu64 " s: ", reader->now_us / 1000000,
                          reader->now_us / 1000 % 1000);
    va_start(arguments, format);
    vsnprintf(text + length, sizeof reader->evidence[rule] - (size_t)length, format, arguments);
    va_end(arguments);
}

/* ---- commands ------------------------------------------------------------------------------ */

static bool is_updating(const struct bench_conduct_watch *reader)
{
    return reader->phase != SIM_PHASE_IDLE || (reader->status >= 1 && reader->status <= 5);
}

static const struct bench_job *job_of(const struct bench_conduct_watch *reader)
{
    return &reader->run->shared->jobs[reader->job];
}

static bool worst_is_over(const struct bench_conduct_watch *reader)
{
    uint32_t worst_ms = job_of(reader)->job.update_timeout_ms;
    worst_ms = worst_ms ? worst_ms : UPDATE_WORST_MS;
    return reader->started_at_us &&
           reader->now_us - reader->started_at_us > worst_ms * UINT64_C(1000);
}

/* What the package comes to: as the job names it, or as the bench has it. */
static uint32_t whole_bytes(const struct bench_conduct_watch *reader)
{
    const struct bench_job *asked = job_of(reader);
    uint32_t named = asked->job.package_size_bytes;
    return named ? named : reader->run->shared->blobs[asked->blob].size_bytes;
}

static bool says_none_goes_on(uint8_t status)
{
    return status == 0 || (status >= 6 && status != STATUS_UNKNOWN);
}

static void saw_start(struct bench_conduct_watch *reader)
{
    uint32_t whole = whole_bytes(reader);
    bool is_part = reader->package_bytes != whole && !reader->package_spoilt;
    bool is_excused = reader->fault_at_us && reader->now_us - reader->fault_at_us < FAULT_US;
    reader->excused_starts += is_part && is_excused;
    if (is_part && !is_excused)
        broken(reader, BENCH_CONDUCT_PACKAGE_COMPLETE,
               "the update was started with %" PRIu32 " of %" PRIu32 " bytes of the package there",
               reader->package_bytes, whole);
    bool none_goes_on = says_none_goes_on(reader->status_since);
    bool is_twice = reader->now_us - reader->started_at_us < TWICE_US;
    if (reader->started_at_us && !none_goes_on && !is_twice)
        broken(reader, BENCH_CONDUCT_ONE_START,
               "the update was started again, after %" PRIu64 " s, and its status was not read "
               "between",
               (reader->now_us - reader->started_at_us) / 1000000);
    reader->started_at_us = reader->now_us;
    reader->status_since = STATUS_UNKNOWN;
    reader->target_since = reader->asked_since = reader->cleared = false;
}

/* Whether it is that step of a question. */
static bool is_question(const struct tap_event *event, enum sim_question question, unsigned step,
                        const char *argument)
{
    char command[SIM_QUESTION_COMMAND_MAX];
    size_t length = sim_question_command(question, step, argument, command, sizeof command);
    length = length > 2 ? strcspn(command, "\r") - 2 : 0; /* without AT */
    return event->text_length == length && memcmp(event->text, command + 2, length) == 0;
}

/* Half of what PAUSES allows, in its time. */
static bool is_crowded(const struct bench_conduct_watch *reader)
{
    enum { HALF = SAME_MAX / 2 };
    return reader->same >= HALF &&
           reader->now_us - reader->same_at_us[(reader->same - HALF) % SAME_MAX] < SAME_US;
}

static void saw_repeat(struct bench_conduct_watch *reader, const char *text, size_t length)
{
    size_t kept = length < sizeof reader->last - 1 ? length : sizeof reader->last - 1;
    if (strlen(reader->last) != kept || memcmp(reader->last, text, kept) != 0)
        reader->same = 0;
    memcpy(reader->last, text, kept);
    reader->last[kept] = '\0';
    uint64_t *oldest = &reader->same_at_us[reader->same % SAME_MAX];
    if (reader->same >= SAME_MAX && reader->now_us - *oldest < SAME_US)
        broken(reader, BENCH_CONDUCT_PAUSES, "AT%.40s was sent more than %d times within %d s",
               reader->last, (int)SAME_MAX, (int)(SAME_US / 1000000));
    *oldest = reader->now_us;
    reader->same++;
    reader->crowds += is_crowded(reader);
}

static void saw_command(struct bench_conduct_watch *reader, const struct tap_event *event)
{
    if (++reader->commands == COMMANDS_MAX + 1)
        broken(reader, BENCH_CONDUCT_BOUNDED, "the client has sent %d commands and goes on",
               COMMANDS_MAX + 1);
    saw_repeat(reader, event->text, event->text_length);
    reader->asks_status = is_question(event, SIM_QUESTION_STATUS, 0, NULL);
    reader->asked_since = reader->asked_since || reader->asks_status;
    if (reader->package_spoilt && is_question(event, SIM_QUESTION_FILE, 1, sim_package_path))
        reader->package_spoilt = false;
    switch (sim_command_role(event->text, event->text_length)) {
    case SIM_ROLE_START_UPDATE:
        saw_start(reader);
        break;
    case SIM_ROLE_RESTART:
        if (is_updating(reader) && !worst_is_over(reader))
            broken(reader, BENCH_CONDUCT_NO_RESTART, "AT%.*s was sent in phase %s, status %d",
                   (int)event->text_length, event->text, sim_phase_name(reader->phase),
                   reader->status);
        break;
    case SIM_ROLE_CLEAR_UPDATE:
        reader->cleared = true;
        break;
    default:
        break;
    }
}

/* Among the answer to another command it was not read, and raises no doubt about what was. */
static void saw_status(struct bench_conduct_watch *reader, uint8_t status)
{
    if (reader->asks_status || says_none_goes_on(status))
        reader->status_since = status;
}

static void saw_answer(struct bench_conduct_watch *reader, const struct tap_event *event)
{
    char value[64];
    const char *target = job_of(reader)->job.to_revision;
    if (sim_question_answer(SIM_QUESTION_STATUS, NULL, event->text, event->text_length, value,
                            sizeof value) &&
        value[0] >= '0' && value[0] <= '9')
        saw_status(reader, value[1] == '\0' ? (uint8_t)(value[0] - '0') : 9); /* longer: as 9 */
    if (sim_question_answer(SIM_QUESTION_REVISION, NULL, event->text, event->text_length, value,
                            sizeof value) &&
        target && strcmp(value, target) == 0)
        reader->target_since = true;
}

static void on_tap(void *context, const struct tap_event *event)
{
    struct bench_conduct_watch *reader = context;
    if (event->kind == TAP_COMMAND)
        saw_command(reader, event);
    else if (event->kind == TAP_ANSWER || event->kind == TAP_URC)
        saw_answer(reader, event);
}

/* ---- the module ---------------------------------------------------------------------------- */

static void look_at_silence(struct bench_conduct_watch *reader)
{
    if (reader->back_at_us && reader->now_us - reader->back_at_us > NOTICE_US)
        broken(reader, BENCH_CONDUCT_NOTICES,
               "the module was back for %" PRIu64 " s, and nobody had spoken to it",
               (reader->now_us - reader->back_at_us) / 1000000);
}

static void saw_file(struct bench_conduct_watch *reader, const struct bench_record *record)
{
    uint32_t whole = whole_bytes(reader);
    if (record->length != strlen(sim_package_path) ||
        memcmp(record->payload, sim_package_path, record->length) != 0)
        return;
    reader->package_bytes = record->number;
    reader->package_spoilt = reader->fault_at_us && reader->fault_at_us == reader->now_us;
    reader->same = 0; /* a piece that arrived is progress, not a repetition */
    if (job_of(reader)->job.delivery == FOTA_DELIVERY_PUSH && record->number > whole)
        broken(reader, BENCH_CONDUCT_APPEND_ONCE,
               "the package became %" PRIu32 " bytes long, and it has %" PRIu32, record->number,
               whole);
}

static void saw_module(struct bench_conduct_watch *reader, const struct bench_record *record)
{
    switch (record->a) {
    case SIM_EVENT_PHASE:
        reader->phase = (uint8_t)record->number;
        break;
    case SIM_EVENT_STATUS:
        reader->status = (uint8_t)record->number;
        if (reader->status == 6 || reader->status == 7) {
            reader->result_at_us = reader->now_us;
            reader->cleared = false;
        }
        break;
    case SIM_EVENT_COMMAND:
        reader->heard_at_us = reader->now_us;
        break;
    case SIM_EVENT_FILE:
        saw_file(reader, record);
        break;
    case SIM_EVENT_BOOT:
        if (reader->started_at_us && !is_updating(reader))
            reader->back_at_us = reader->now_us;
        break;
    default:
        break;
    }
}

/* A host that an event restarts goes on with its job; any other that goes down has ended it. */
static bool restarts_host(const struct bench_record *record)
{
    const char *name = scenario_action_name(SCENARIO_ACTION_HOST_RESET);
    return record->kind == BENCH_JOURNAL_FAULT && record->length == strlen(name) &&
           memcmp(record->payload, name, record->length) == 0;
}

static void read_record(struct bench_conduct_watch *reader, const struct bench_record *record)
{
    reader->now_us = record->time_us;
    if (record->kind == BENCH_JOURNAL_FAULT)
        reader->fault_at_us = record->time_us;
    if (restarts_host(record))
        reader->restarted_at_us = record->time_us;
    bool is_done = record->kind == BENCH_JOURNAL_HOST && record->a == 0 &&
                   reader->restarted_at_us != record->time_us;
    if (is_done && reader->job + 1u < scenario_job_count(reader->run->one)) {
        reader->job++;
        reader->target_since = false;
    }
    if (record->kind == BENCH_JOURNAL_MODULE)
        saw_module(reader, record);
    if (record->kind == BENCH_JOURNAL_TO_MODULE) {
        look_at_silence(reader);
        reader->back_at_us = 0;
        reader->spoken_at_us = record->time_us;
    }
    bench_tap_record(&reader->tapping, record, on_tap, reader);
}

/* ---- the end ------------------------------------------------------------------------------- */

static bool claims_update(const struct scenario_observed *observed)
{
    return !(observed->lacking & SCENARIO_NEED_CLAIM) && observed->finished &&
           observed->result.outcome == FOTA_OUTCOME_UPDATED;
}

/* It says that it could not go on: whoever comes next needs what it leaves. */
static bool gave_up(const struct scenario_observed *observed)
{
    unsigned outcome = observed->result.outcome;
    return !(observed->lacking & SCENARIO_NEED_CLAIM) && outcome != FOTA_OUTCOME_UPDATED &&
           outcome != FOTA_OUTCOME_ALREADY_CURRENT && outcome != FOTA_OUTCOME_UPDATE_FAILED;
}

/* What a client that has ended could have done, with a module that answers. */
static void look_at_end(struct bench_conduct_watch *reader,
                        const struct scenario_observed *observed)
{
    uint32_t size = 0;
    reader->now_us = observed->duration_us;
    look_at_silence(reader);
    if (!observed->finished || !observed->module.answering || !reader->commands)
        return;
    if (gave_up(observed))
        return;
    /* The day itself was in the way, or the board, or nothing got through any more (and then the
       other rules say so). */
    bool is_hindered = (reader->fault_at_us && reader->fault_at_us >= reader->result_at_us) ||
                       reader->run->one->host.request_us > BOARD_SLOW_US ||
                       reader->heard_at_us < reader->result_at_us ||
                       reader->spoken_at_us > reader->heard_at_us + UNHEARD_US;
    if (reader->started_at_us && !reader->asked_since)
        broken(reader, BENCH_CONDUCT_STATUS_READ, "the client ended and had not read it");
    if (claims_update(observed) && !reader->target_since)
        broken(reader, BENCH_CONDUCT_REVISION_READ,
               "the client said so and had not read the target revision since the start");
    if ((observed->module.status == 6 || observed->module.status == 7) && !reader->cleared &&
        !is_hindered)
        broken(reader, BENCH_CONDUCT_FLAG_CLEARED, "the client ended, and the status stays %d",
               observed->module.status);
    if (reader->package_bytes && !is_hindered && observed->asking && observed->asking->file &&
        observed->asking->file(observed->asked, sim_package_path, &size) == SCENARIO_YES)
        broken(reader, BENCH_CONDUCT_PACKAGE_REMOVED,
               "the client ended and left %s with %" PRIu32 " bytes there", sim_package_path, size);
}

/* Files that lie in the flash from the start. */
void bench_conduct_begin(struct bench_conduct_watch *reader, const struct bench_run *run)
{
    memset(reader, 0, sizeof *reader);
    reader->run = run;
    reader->offset = bench_journal_begin(&run->journal);
    reader->phase = SIM_PHASE_IDLE;
    reader->status_since = STATUS_UNKNOWN;
    for (unsigned i = 0; i < run->one->module_file_count; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", sim_directory(run->one->module_files[i].directory),
                 run->one->module_files[i].name);
        if (strcmp(path, sim_package_path) == 0)
            reader->package_bytes = run->one->module_files[i].content.size_bytes;
    }
}

bool bench_conduct_read_one(struct bench_conduct_watch *reader, struct bench_record *ret_record)
{
    if (!bench_journal_next(&reader->run->journal, &reader->offset, ret_record))
        return false;
    read_record(reader, ret_record);
    return true;
}

void bench_conduct_read(struct bench_conduct_watch *reader)
{
    struct bench_record record;
    while (bench_conduct_read_one(reader, &record))
        ;
}

bool bench_conduct_is_broken(const struct bench_conduct_watch *reader, uint32_t left_out)
{
    return (reader->broken & ~left_out) != 0;
}

/* ---- equal watches ------------------------------------------------------------------------- */

/* Zero: none; FAR: longer ago than anybody asks. */
static uint64_t age(uint64_t at_us, uint64_t now_us, uint64_t window_us)
{
    if (!at_us)
        return 0;
    return now_us - at_us > window_us ? UINT64_MAX : now_us - at_us + 1;
}

/* By whole words: it is asked for at every place where a run is looked up. */
static uint64_t add_words(uint64_t digest, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (uint64_t word; size > 0; at += sizeof word) {
        size_t taken = size < sizeof word ? size : sizeof word;
        word = 0;
        memcpy(&word, at, taken);
        size -= taken;
        digest = (digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        digest ^= digest >> 29;
    }
    return digest;
}

/* The last ones first; what is longer ago than the window says nothing. Returns the digest. */
static uint64_t take_repeats(struct bench_conduct_watch *form, uint64_t now_us)
{
    uint32_t count = form->same < SAME_MAX ? form->same : SAME_MAX;
    uint64_t digest = add_words(SIM_DIGEST, form->last, strlen(form->last));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t ago = age(form->same_at_us[(form->same - 1 - i) % SAME_MAX], now_us, SAME_US);
        if (ago == UINT64_MAX)
            break; /* those before are so as well */
        digest = add_words(digest, &ago, sizeof ago);
    }
    memset(form->same_at_us, 0, sizeof form->same_at_us);
    memset(form->last, 0, sizeof form->last);
    form->same = 0;
    return digest;
}

void bench_conduct_form(const struct bench_conduct_watch *watch, uint64_t now_us,
                        struct bench_conduct_form *ret_form)
{
    struct bench_conduct_watch *form = &ret_form->watch;
    uint32_t worst_ms = job_of(watch)->job.update_timeout_ms;
    worst_ms = worst_ms ? worst_ms : UPDATE_WORST_MS;
    memcpy(form, watch, offsetof(struct bench_conduct_watch, evidence)); /* unnamed bytes too */
    form->run = NULL;
    form->offset = 0;
    form->now_us = 0;
    form->restarted_at_us = 0; /* counts at its own time only */
    form->commands = 0;
    form->broken = 0;
    memset(form->evidence, 0, sizeof form->evidence);
    /* Of these only the order counts, and what is not long ago. */
    form->result_at_us = (uint64_t)(watch->heard_at_us < watch->result_at_us) |
                         (uint64_t)(watch->spoken_at_us > watch->heard_at_us + UNHEARD_US) << 1;
    form->heard_at_us = age(watch->heard_at_us, now_us, UNHEARD_US);
    form->spoken_at_us = 0;
    form->fault_at_us = 0;
    form->excused_starts = form->crowds = 0;
    form->started_at_us = age(watch->started_at_us, now_us, TWICE_US);
    form->back_at_us = watch->back_at_us != 0;
    ret_form->silent_at_us = watch->back_at_us ? watch->back_at_us + NOTICE_US : UINT64_MAX;
    ret_form->is_crowded = is_crowded(watch);
    ret_form->repeats = take_repeats(form, now_us);
    tap_make_comparable(&form->tapping.tap, now_us);
    ret_form->worst_at_us = !watch->started_at_us || worst_is_over(watch)
                                ? UINT64_MAX
                                : watch->started_at_us + worst_ms * UINT64_C(1000);
    form->job |= worst_is_over(watch) ? 1u << 31 : 0;
    ret_form->commands_left = watch->commands < COMMANDS_MAX ? COMMANDS_MAX - watch->commands : 0;
    ret_form->fault_ago_us = age(watch->fault_at_us, now_us, FAULT_US);
    if (ret_form->fault_ago_us == UINT64_MAX)
        ret_form->fault_ago_us = 0;
    ret_form->is_spoilt = watch->fault_at_us && watch->fault_at_us >= watch->result_at_us;
}

size_t bench_conduct_judge(const struct bench_run *run, const struct scenario_observed *observed,
                           uint32_t left_out, struct scenario_finding *findings, size_t capacity)
{
    struct bench_conduct_watch reader;
    size_t count = 0;
    if (run->watch)
        reader = *run->watch;
    else
        bench_conduct_begin(&reader, run);
    bench_conduct_read(&reader);
    look_at_end(&reader, observed);
    for (unsigned rule = 0; rule < BENCH_CONDUCT_COUNT; rule++) {
        if (!((reader.broken & ~left_out) >> rule & 1))
            continue;
        if (count < capacity) {
            struct scenario_finding *finding = &findings[count];
            *finding = (struct scenario_finding){.kind = SCENARIO_FINDING_RULE};
            snprintf(finding->what, sizeof finding->what, "rule %s", rules[rule].name);
            snprintf(finding->want, sizeof finding->want, "%s", rules[rule].demand);
            snprintf(finding->got, sizeof finding->got, "%s", reader.evidence[rule]);
        }
        count++;
    }
    return count;
}
