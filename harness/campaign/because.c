/* because.c - looks back from a verdict: to its line, to silence, to the fault that was done. */
#include "harness/campaign/because.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NOWHERE = 0 }; /* entries are counted from 1 */

struct looking {
    struct because *because;
    const struct timeline *timeline;
    const struct bench_run *run;
    const struct bench_result *result;
    const char *step;
    size_t end;        /* the entry at which the client ended; NOWHERE = it did not say so */
    size_t evidence;   /* the entry with the line that decided */
    size_t unanswered; /* the command that the client gave up on before the end, or waits for */
    uint64_t waited_us;
};

static const struct report_event *entry(const struct looking *looking, size_t number)
{
    return &looking->timeline->events[number - 1];
}

/* ---- looking --------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return text && strncmp(text, with, strlen(with)) == 0;
}

/* The last entry up to `end` (NOWHERE = the last of all) of this kind whose text begins so. */
static size_t find_last(const struct looking *looking, size_t end, unsigned kind, const char *with)
{
    size_t number = end ? end : looking->timeline->count;
    for (; number > 0; number--) {
        const struct report_event *event = entry(looking, number);
        if (event->kind == kind && (!with || begins(event->text, with)))
            return number;
    }
    return NOWHERE;
}

static bool holds(const struct report_bytes *bytes, const char *line)
{
    size_t length = strlen(line);
    const char *at = bytes->data;
    for (size_t i = 0; i + length <= bytes->size; i++)
        if (memcmp(at + i, line, length) == 0)
            return true;
    return false;
}

/* The last thing up to `end` that the module said with this line in it. */
static size_t find_line(const struct looking *looking, size_t end, const char *line)
{
    size_t number = end ? end : looking->timeline->count;
    for (; line[0] && number > 0; number--) {
        const struct report_event *event = entry(looking, number);
        if (event->lane == REPORT_LANE_MODULE && timeline_is_wire(event) &&
            holds(&event->bytes, line))
            return number;
    }
    return NOWHERE;
}

/* The last command up to `end`, when nothing was answered since, and how long that was. */
static void find_unanswered(struct looking *looking)
{
    size_t number = looking->end ? looking->end : looking->timeline->count;
    uint64_t end_us =
        looking->end ? entry(looking, looking->end)->t_us : looking->result->observed.duration_us;
    for (; number > 0; number--) {
        const struct report_event *event = entry(looking, number);
        if (event->kind == REPORT_EVENT_ANSWER)
            return;
        if (event->kind != REPORT_EVENT_SENT)
            continue;
        looking->unanswered = number;
        looking->waited_us = end_us > event->t_us ? end_us - event->t_us : 0;
        return;
    }
}

static void look(struct looking *looking)
{
    const struct scenario_observed *observed = &looking->result->observed;
    if (observed->finished)
        looking->end = find_last(looking, NOWHERE, REPORT_EVENT_MARK, "outcome ");
    looking->evidence = find_line(looking, looking->end, observed->result.evidence);
    find_unanswered(looking);
}

/* ---- words ----------------------------------------------------------------------------------- */

enum { WORDS_MAX = 96, GROUND_MAX = 320 };

/* "12.345 s" */
static const char *seconds(uint64_t time_us, char words[WORDS_MAX])
{
    snprintf(words, WORDS_MAX, "%" PRIu64 ".%03u s", time_us / 1000000u,
             (unsigned)(time_us / 1000u % 1000u));
    return words;
}

/* What a host sent, as one word without line ends. */
static const char *command_of(const struct report_event *event, char words[WORDS_MAX])
{
    size_t length = event->bytes.size;
    const char *text = event->bytes.data;
    while (length > 0 && (text[length - 1] == '\r' || text[length - 1] == '\n'))
        length--;
    size_t written = report_escape(words, WORDS_MAX, text, length, REPORT_FORM_TEXT);
    if (written >= WORDS_MAX)
        memcpy(words + WORDS_MAX - 4, "...", 4);
    return words;
}

static void tell(struct looking *looking, uint32_t line, size_t number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void tell(struct looking *looking, uint32_t line, size_t number, const char *format, ...)
{
    struct because *because = looking->because;
    va_list arguments;
    if (because->count == BECAUSE_MAX)
        return;
    char *text = because->texts[because->count];
    va_start(arguments, format);
    vsnprintf(text, BECAUSE_TEXT_MAX, format, arguments);
    va_end(arguments);
    because->reasons[because->count++] =
        (struct report_reason){.text = text, .line = line, .event = (uint32_t)number};
}

/* ---- the chain ------------------------------------------------------------------------------- */

static bool is_rule(const struct scenario_finding *finding)
{
    return finding->kind == SCENARIO_FINDING_RULE;
}

static void tell_verdict(struct looking *looking)
{
    const struct scenario_finding *first = &looking->result->findings[0];
    if (is_rule(first))
        tell(looking, first->place.line, NOWHERE, "%s is broken: %.200s", first->what, first->got);
    else if (first->kind == SCENARIO_FINDING_EVENT)
        tell(looking, first->place.line, NOWHERE, "what is armed here never happened: %.200s",
             first->got);
    else
        tell(looking, first->place.line, NOWHERE, "%s is %.120s; it must be %.120s", first->what,
             first->got, first->want);
}

static void tell_end(struct looking *looking)
{
    const struct fota_result *end = &looking->result->observed.result;
    char words[WORDS_MAX];
    if (looking->end && end->reason == FOTA_REASON_NONE)
        tell(looking, 0, looking->end, "the client ended with %s", fota_outcome_name(end->outcome));
    else if (looking->end)
        tell(looking, 0, looking->end, "the client ended with %s: %s",
             fota_outcome_name(end->outcome), fota_reason_meaning(end->reason));
    else if (!looking->result->observed.finished)
        tell(looking, 0, NOWHERE, "the client had not come to an end after %s%s%s",
             seconds(looking->result->duration_us, words), looking->step ? ", in step " : "",
             looking->step ? looking->step : "");
}

static void tell_line(struct looking *looking)
{
    const struct report_event *sent;
    char words[WORDS_MAX], time[WORDS_MAX];
    if (looking->evidence) {
        tell(looking, 0, looking->evidence, "the module had said '%s'",
             looking->result->observed.result.evidence);
        return;
    }
    if (!looking->unanswered)
        return;
    sent = entry(looking, looking->unanswered);
    tell(looking, 0, looking->unanswered, "nothing answered '%s' in %s", command_of(sent, words),
         seconds(looking->waited_us, time));
}

/* Of a status that is not the one that was wanted: where it was read. */
static void tell_status(struct looking *looking)
{
    const struct scenario_finding *first = &looking->result->findings[0];
    struct bench_record record;
    size_t offset = bench_journal_begin(&looking->run->journal), number = NOWHERE;
    char line[WORDS_MAX] = "";
    if (strcmp(first->what, "expect.status") != 0)
        return;
    while (bench_journal_next(&looking->run->journal, &offset, &record))
        if (record.kind == BENCH_JOURNAL_CORE && record.a == FOTA_EVENT_STATUS)
            snprintf(line, sizeof line, "%.*s", record.length < 90 ? record.length : 90,
                     (const char *)record.payload);
    number = find_line(looking, NOWHERE, line);
    if (number)
        tell(looking, 0, number, "the module's last word on its status was '%s'", line);
}

/* A restart that the update itself or a command brings is no cause of anything. */
static bool is_expected(const struct report_event *reset)
{
    const char *cause = reset->text + strlen("restart, cause: ");
    return strcmp(cause, sim_reset_name(SIM_RESET_CFOTA)) == 0 ||
           strcmp(cause, tap_cause_name(TAP_CAUSE_UPDATE)) == 0 ||
           strcmp(cause, tap_cause_name(TAP_CAUSE_COMMAND)) == 0;
}

/* What was done to the bench before the line that decided, the latest first. */
static void tell_faults(struct looking *looking)
{
    size_t from = looking->evidence ? looking->evidence : looking->end;
    size_t reset = find_last(looking, from, REPORT_EVENT_RESET, "restart, cause: ");
    size_t fault = find_last(looking, from, REPORT_EVENT_FAULT, NULL);
    size_t fetched = find_last(looking, from, REPORT_EVENT_MARK, "download ends with ");
    char words[WORDS_MAX];
    if (reset && reset > fault && !is_expected(entry(looking, reset)))
        tell(looking, 0, reset, "before that, at %s, the module had restarted (%s)",
             seconds(entry(looking, reset)->t_us, words),
             entry(looking, reset)->text + strlen("restart, "));
    if (fetched && !begins(entry(looking, fetched)->text, "download ends with 200"))
        tell(looking, 0, fetched, "the %s", entry(looking, fetched)->text);
    if (!fault) {
        tell(looking, 0, NOWHERE,
             "nothing was done to the bench before: the first cause lies in the client, in the "
             "module or in what is expected");
        return;
    }
    tell(looking, entry(looking, fault)->line, fault, "the scenario did at %s: %s",
         seconds(entry(looking, fault)->t_us, words), entry(looking, fault)->text);
}

/* ---- the sentence ---------------------------------------------------------------------------- */

/* What the end rests on: ", on '+CFOTA: 7'", ", 30.000 s after 'AT' without an answer". */
static void write_ground(const struct looking *looking, char ground[GROUND_MAX])
{
    char words[WORDS_MAX], time[WORDS_MAX];
    ground[0] = '\0';
    if (looking->result->observed.result.evidence[0])
        snprintf(ground, GROUND_MAX, ", on '%s'", looking->result->observed.result.evidence);
    else if (looking->unanswered)
        snprintf(ground, GROUND_MAX, ": it awaited an answer to '%.60s', and in %.40s none came",
                 command_of(entry(looking, looking->unanswered), words),
                 seconds(looking->waited_us, time));
}

static void write_sentence(struct looking *looking)
{
    const struct scenario_finding *first = &looking->result->findings[0];
    const struct scenario_observed *observed = &looking->result->observed;
    char *sentence = looking->because->sentence;
    char ground[GROUND_MAX], time[WORDS_MAX];
    const char *step = looking->step;
    write_ground(looking, ground);
    seconds(looking->result->duration_us, time);
    if (is_rule(first))
        snprintf(sentence, BECAUSE_SENTENCE_MAX,
                 "A rule that holds in every run was broken (%s): %s", first->what, first->got);
    else if (first->kind == SCENARIO_FINDING_EVENT)
        snprintf(sentence, BECAUSE_SENTENCE_MAX,
                 "An event of the scenario never happened, so what it does was not tried: want %s, "
                 "got %s",
                 first->want, first->got);
    else if (!observed->finished)
        snprintf(sentence, BECAUSE_SENTENCE_MAX,
                 "After %s the client was not over%s%s%s; %s must be %.120s, and is %.120s.", time,
                 step ? ", in step " : "", step ? step : "", ground, first->what, first->want,
                 first->got);
    else if (step)
        snprintf(sentence, BECAUSE_SENTENCE_MAX,
                 "After %s the client ended in step %s with %s (%s)%s; %s must be %.120s, and is "
                 "%.120s.",
                 time, step, fota_outcome_name(observed->result.outcome),
                 fota_reason_meaning(observed->result.reason), ground, first->what, first->want,
                 first->got);
    else
        snprintf(sentence, BECAUSE_SENTENCE_MAX,
                 "The client came to its end after %s%s%s, but %s must be %.120s, and is %.120s.",
                 time, looking->end ? " with outcome " : "",
                 looking->end ? fota_outcome_name(observed->result.outcome) : "", first->what,
                 first->want, first->got);
}

void because_find(struct because *because, const struct timeline *timeline,
                  const struct bench_run *run, const struct bench_result *result, const char *step)
{
    struct looking looking = {
        .because = because, .timeline = timeline, .run = run, .result = result, .step = step};
    because->count = 0;
    look(&looking);
    write_sentence(&looking);
    tell_verdict(&looking);
    if (!is_rule(&result->findings[0]) || step)
        tell_end(&looking);
    tell_line(&looking);
    tell_status(&looking);
    tell_faults(&looking);
}
